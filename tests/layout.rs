//! The rules of the house: where words may appear, modules only look up, pages match templates, migrations are
//! paired, files stay short, no floats.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Most lines of a file of `src`.
const LINES: usize = 480;
/// Files that are longer because they are one list.
const LONG: &[&str] = &["src/schema.rs", "src/types.rs", "src/web/routes.rs"];
/// Files that speak the number format of spreadsheets, which knows only floats; they compute nothing.
const SHEETS: &[&str] = &["src/files/write.rs", "src/files/xlsx.rs"];
/// Where Chinese characters may stand in code: texts, rule sets, the sample city, header names of files, and the
/// vocabulary that product files and specs are read by.
const CHINESE: &[&str] = &[
    "src/text/",
    "src/rounds/rule_sets/",
    "src/demo/",
    "src/awards/files.rs",
    "src/awards/files/",
    "src/catalog/spec.rs",
    "src/catalog/words.rs",
    "src/catalog/ratio/lines.rs",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder with one of the endings, as a path from the root.
fn files(folder: &str, endings: &[&str]) -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    let shown = |path: PathBuf| path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
    let mut found: Vec<String> = found.into_iter().map(shown).collect();
    found.retain(|path| endings.iter().any(|ending| path.ends_with(ending)));
    found.sort();
    found
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The code of a file: without its unit tests (which stand last).
fn code(path: &str) -> String {
    let text = read(path);
    text.split("\n#[cfg(test)]\nmod tests").next().unwrap().to_owned()
}

/// The lines that are not comments.
fn without_comments(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(n, line)| (n + 1, line.split_once("// ").map_or(line, |(code, _)| code)))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// The modules of `lib.rs` in reading order.
fn modules() -> Vec<String> {
    let lib = read("src/lib.rs");
    lib.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned)).collect()
}

#[test]
fn a_module_uses_only_those_above_it() {
    let modules = modules();
    assert!(modules.len() > 10 && modules.last().unwrap() == "jobs", "{modules:?}");
    let order: BTreeMap<&str, usize> = modules.iter().enumerate().map(|(n, m)| (m.as_str(), n)).collect();
    let mut faults = Vec::new();
    for path in files("src", &[".rs"]).into_iter().chain(files("jobs", &[".rs"])) {
        let own = match path.strip_prefix("src/") {
            Some(rest) => rest.split(['/', '.']).next().unwrap(),
            None => "jobs",
        };
        let Some(at) = order.get(own) else { continue };
        let code = code(&path);
        for (line, text) in without_comments(&code) {
            for part in text.split("crate::").skip(1) {
                let used: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if order.get(used.as_str()).is_some_and(|other| other > at) {
                    faults.push(format!("{path}:{line}: {own} uses {used}, which stands below it in lib.rs"));
                }
            }
        }
    }
    none(faults);
}

#[test]
fn every_template_belongs_to_the_pages_of_its_folder() {
    let templates = files("templates", &[".html", ".txt"]);
    let mut used: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in files("src", &[".rs"]) {
        for part in read(&path).split("#[template(path = \"").skip(1) {
            used.entry(part.split('"').next().unwrap().to_owned()).or_default().push(path.clone());
        }
    }
    let mut faults = Vec::new();
    for template in &templates {
        let name = template.strip_prefix("templates/").unwrap();
        let file = name.rsplit('/').next().unwrap();
        if file.starts_with('_') {
            let is_used = templates.iter().any(|other| read(other).contains(&format!("\"{name}\"")));
            if !is_used {
                faults.push(format!("{template}: no template takes it in"));
            }
            continue;
        }
        let home = match name.split_once('/') {
            Some(("mail", _)) => "src/notify/".to_owned(),
            Some((area, _)) => format!("src/web/{area}"),
            None => "src/web/".to_owned(),
        };
        match used.get(name) {
            None => faults.push(format!("{template}: no page shows it")),
            Some(users) => faults.extend(
                users
                    .iter()
                    .filter(|u| !u.starts_with(&home))
                    .map(|u| format!("{u} shows {template}: not its area")),
            ),
        }
    }
    none(faults);
}

#[test]
fn migrations_are_paired_and_say_the_same() {
    let sqlite = files("migrations/sqlite", &[".sql"]);
    let other = |path: &String| path.replacen("/sqlite/", "/postgres/", 1);
    assert_eq!(sqlite.iter().map(other).collect::<Vec<_>>(), files("migrations/postgres", &[".sql"]));
    let faults = sqlite
        .iter()
        .filter(|path| read(path).replace(" BLOB", " BYTEA") != read(&other(path)))
        .map(|path| format!("{path} differs from {}", other(path)));
    none(faults.collect());
}

#[test]
fn every_table_of_the_schema_is_in_both_databases_with_its_columns() {
    let schema = read("src/schema.rs");
    let tables: Vec<(String, BTreeSet<String>)> = schema
        .split("diesel::table! {\n")
        .skip(1)
        .map(|part| {
            let body = part.split("\n}\n").next().unwrap();
            let name = body.trim_start().split([' ', '(']).next().unwrap().to_owned();
            let columns = body.lines().filter_map(|l| l.split_once(" -> ")).map(|(n, _)| n.trim().to_owned());
            (name, columns.collect())
        })
        .collect();
    assert!(tables.len() > 20);
    let mut faults = Vec::new();
    for database in ["sqlite", "postgres"] {
        let ups: String =
            files(&format!("migrations/{database}"), &["up.sql"]).iter().map(|p| read(p)).collect();
        for (name, columns) in &tables {
            // A table that was built anew is what its last definition says.
            let Some((_, rest)) = ups.rsplit_once(&format!("CREATE TABLE {name} (\n")) else {
                faults.push(format!("{database} has no table {name}"));
                continue;
            };
            let body = rest.split("\n);").next().unwrap();
            let made: BTreeSet<String> = body
                .lines()
                .filter_map(|l| l.trim().split(' ').next())
                .filter(|word| word.chars().all(|c| c.is_lowercase() || c.is_ascii_digit() || c == '_'))
                .map(str::to_owned)
                .collect();
            let added = ups.lines().filter_map(|l| {
                l.strip_prefix(&format!("ALTER TABLE {name} ADD COLUMN "))?
                    .split(' ')
                    .next()
                    .map(str::to_owned)
            });
            let made: BTreeSet<String> = made.into_iter().chain(added).collect();
            if made != *columns {
                faults.push(format!("{database} {name}: {:?}", made.symmetric_difference(columns)));
            }
        }
    }
    none(faults);
}

#[test]
fn what_people_read_stands_in_the_message_catalogue() {
    let mut faults = Vec::new();
    for path in files("src", &[".rs"]).into_iter().chain(files("jobs", &[".rs"])) {
        if CHINESE.iter().any(|allowed| path.starts_with(allowed))
            || path.ends_with("tests.rs")
            || path.contains("/tests/")
        {
            continue;
        }
        let code = code(&path);
        // A module's import names the columns of its file in both languages.
        let has_headers = path.ends_with("/import.rs") && !path.starts_with("src/web/");
        for (line, text) in without_comments(&code) {
            if text.chars().any(is_chinese) && !has_headers && !text.contains("about = ") {
                faults.push(format!("{path}:{line}: {}", text.trim()));
            }
        }
    }
    for path in files("templates", &[".html", ".txt"]) {
        let text = read(&path);
        let lines = text.lines().enumerate().filter(|(_, line)| line.chars().any(is_chinese));
        faults.extend(lines.map(|(n, line)| format!("{path}:{}: {}", n + 1, line.trim())));
    }
    none(faults);
}

#[test]
fn pages_carry_no_script_and_no_style_of_their_own() {
    let mut faults = Vec::new();
    for path in files("templates", &[".html"]) {
        let text = read(&path);
        let bad = ["<script>", " style=", " onclick=", " onsubmit=", " onchange=", "javascript:", "|safe"];
        faults.extend(bad.iter().filter(|b| text.contains(**b)).map(|b| format!("{path}: {b}")));
    }
    none(faults);
}

#[test]
fn files_stay_short_and_say_what_they_are() {
    let mut faults = Vec::new();
    for path in files("src", &[".rs"]).into_iter().chain(files("jobs", &[".rs"])) {
        let text = read(&path);
        let lines = text.lines().count();
        if lines > LINES && !LONG.contains(&path.as_str()) {
            faults.push(format!("{path} has {lines} lines: split it by noun"));
        }
        if !text.starts_with("//! ") && !path.ends_with("tests.rs") {
            faults.push(format!("{path} does not begin with a sentence saying what it is"));
        }
    }
    none(faults);
}

#[test]
fn no_float_stands_anywhere_but_where_a_spreadsheet_wants_one() {
    let mut faults = Vec::new();
    for path in files("src", &[".rs"]).into_iter().chain(files("jobs", &[".rs"])) {
        let code = code(&path);
        for (line, text) in without_comments(&code) {
            let words: BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
            let has_float = ["f32", "f64", "to_f64", "to_f32"].iter().any(|w| words.contains(w));
            if has_float && !SHEETS.contains(&path.as_str()) {
                faults.push(format!("{path}:{line}: {}", text.trim()));
            }
        }
    }
    none(faults);
}

#[test]
fn only_one_file_knows_which_database_it_is() {
    let mut faults = Vec::new();
    for path in files("src", &[".rs"]).into_iter().chain(files("jobs", &[".rs"])) {
        if path == "src/db.rs" {
            continue;
        }
        for (line, text) in without_comments(&code(&path)) {
            if ["Conn::Pg", "Conn::Sqlite", "PgConnection", "SqliteConnection"]
                .iter()
                .any(|w| text.contains(w))
            {
                faults.push(format!("{path}:{line}: {}", text.trim()));
            }
        }
    }
    none(faults);
}
