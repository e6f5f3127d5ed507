//! `jicai import transactions` and `jicai generate transactions` as a user runs them, and killed in the middle.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use diesel::prelude::*;
use jicai::db::Db;
use jicai::schema::{ingests, transactions};

use crate::support::fresh_db;

fn jicai(url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
    command.env("JICAI_LANG", "en").env("DATABASE_URL", url);
    // The tests' own variable is no setting of the program.
    command.env_remove("JICAI_TEST_POSTGRES");
    command
}

fn run(url: &str, args: &[&str]) -> (i32, String, String) {
    let out = jicai(url).args(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (out.status.code().unwrap(), text(out.stdout), text(out.stderr))
}

fn generated(url: &str, folder: &Path, lines: &str) -> String {
    let file = folder.join("transactions.csv").to_str().unwrap().to_owned();
    let args =
        ["generate", "transactions", "--lines", lines, "--seed", "2", "--until", "2026-10-31", "--registers"];
    let (status, _, err) = run(url, &[&args[..], &["--out", &file]].concat());
    assert!(status == 0 && err.contains("400 hospitals and 20000 products"), "{err}");
    file
}

fn state(db: &Db) -> (i64, Option<String>) {
    db.read(|c| {
        let rows = transactions::table.count().get_result(c)?;
        Ok((rows, ingests::table.select(ingests::state).first(c).optional()?))
    })
    .unwrap()
}

#[test]
fn a_generated_file_is_taken_once_and_bad_lines_are_listed() {
    let (db, url, _folder) = fresh_db();
    let folder = tempfile::tempdir().unwrap();
    let file = generated(&url, folder.path(), "3000");
    let (status, out, err) = run(&url, &["import", "transactions", &file, "--dry-run"]);
    assert_eq!(
        (status, out.as_str()),
        (0, "lines,3000\nnew,3000\nunchanged,0\nunmatched,0\nbad,0\n"),
        "{err}"
    );
    assert!(err.contains("nothing was imported") && state(&db).0 == 0, "{err}");
    let (status, out, err) = run(&url, &["import", "transactions", &file]);
    assert_eq!(
        (status, out.as_str()),
        (0, "lines,3000\nnew,3000\nunchanged,0\nunmatched,0\nbad,0\n"),
        "{err}"
    );
    let (status, out, err) = run(&url, &["import", "transactions", &file]);
    assert_eq!(
        (status, out.as_str()),
        (0, "lines,3000\nnew,0\nunchanged,3000\nunmatched,0\nbad,0\n"),
        "{err}"
    );
    assert!(err.contains("nothing is new"), "{err}");
    assert_eq!(state(&db), (3_000, Some("applied".to_owned())));

    let text =
        std::fs::read_to_string(&file).unwrap() + "2026-13-01,H1,X1,s,1,1,1\n2026-10-01,H1,X1,s,1,1,1\n";
    let bad = folder.path().join("bad.csv");
    std::fs::write(&bad, text).unwrap();
    let bad = bad.to_str().unwrap();
    let (status, out, err) = run(&url, &["import", "transactions", bad]);
    assert_eq!(status, 2);
    assert!(out.contains("bad,1\n\nline,column,value,reason\n3002,date,2026-13-01,"), "{out}");
    assert!(err.contains("nothing was imported") && state(&db).0 == 3_000, "{err}");
    let (status, out, _) = run(&url, &["import", "transactions", bad, "--skip-bad"]);
    assert!(
        status == 0 && out.starts_with("lines,3002\nnew,0\nunchanged,3000\nunmatched,1\nbad,1\n"),
        "{out}"
    );
    assert_eq!(run(&url, &["import", "transactions", "/nowhere.csv"]).0, 2);
    assert_eq!(run(&url, &["import", "transactions", bad, "--profile", "standard"]).0, 2);
}

/// Killed at any moment readers see everything or nothing of a file, and the next run of the same file ends it.
#[test]
fn a_killed_run_shows_nothing_and_goes_on() {
    const LINES: i64 = 160_000;
    let (db, url, _folder) = fresh_db();
    let folder = tempfile::tempdir().unwrap();
    let file = generated(&url, folder.path(), &LINES.to_string());
    for wait in [200, 800, 1_600, 2_800] {
        let mut running = jicai(&url)
            .args(["import", "transactions", &file])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        running.kill().unwrap();
        running.wait().unwrap();
        let (rows, state) = state(&db);
        let is_applied = state.as_deref() == Some("applied");
        assert!(rows == if is_applied { LINES } else { 0 }, "{rows} rows, {state:?} after {wait} ms");
    }
    let (status, out, err) = run(&url, &["import", "transactions", &file]);
    assert_eq!(status, 0, "{err}");
    assert!(
        out == format!("lines,{LINES}\nnew,{LINES}\nunchanged,0\nunmatched,0\nbad,0\n")
            || out.contains("new,0\n")
    );
    assert_eq!(state(&db), (LINES, Some("applied".to_owned())));
    let chain = db.read(jicai::audit::verify).unwrap();
    assert!(matches!(chain, jicai::audit::Chain::Whole { links: 2, .. }), "{chain:?}");
}
