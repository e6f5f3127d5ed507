//! How long scans of two million purchases take beside DuckDB, in one run: `cargo bench --bench scan`.
//!
//! Generates purchases of 20,000 products at 400 hospitals, takes them into SQLite, and times, of three runs each the
//! middle one, (1) the monthly median-and-MAD rule by `jicai scan --rule`, findings written, (2) all rules by `jicai
//! scan`, findings written, and (3) DuckDB opening its own table in a file and computing the same medians, deviations and count with two threads, in
//! the three ways it can be written. The rule is the plain definition: per product and month, purchases without
//! returns, the median of an even number the mean of the middle two, MAD likewise, counted what lies more than
//! 6 × 1.4826 MAD away; both counts must be equal. Prints times, ratios and our peak memory.
//!
//! JICAI_BENCH_LINES asks for another number of lines; JICAI_BENCH_DATABASE for a database that is filled already
//! (findings are written into it); JICAI_BENCH_LINEAR=1 also times all rules on 1, 2, 5 and 10 million. DuckDB is the
//! module `duckdb` of python3 (`pip install duckdb`); without it the comparison is left out, and that is said.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use jicai::db::Db;
use jicai::demo::transactions::{self, Plan};
use jicai::prices::monitoring::rules;
use jicai::types::{Ctx, Time};

/// What one command took.
struct Ran {
    took: Duration,
    /// In MB.
    peak: u64,
    said: String,
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let lines = number("JICAI_BENCH_LINES").unwrap_or(2_000_000);
    let url = std::env::var("JICAI_BENCH_DATABASE").unwrap_or_else(|_| filled(folder.path(), lines));
    let rows = folder.path().join("rows.csv");
    let count = dump(&url, &rows);
    println!("{count} purchases");

    let plain = folder.path().join("plain.toml");
    std::fs::write(&plain, plain_rule()).unwrap();
    // In turns, so that each time there is something to write: what the one finds the other takes back.
    let turns: [(Ran, Ran); 3] =
        std::array::from_fn(|_| (scan(&url, &["--rule", plain.to_str().unwrap()]), scan(&url, &[])));
    let (ours, all): (Vec<Ran>, Vec<Ran>) = turns.into_iter().unzip();
    let (ours, all) = (middle(ours), middle(all));
    let (findings, purchases) = counted(&ours.said, "mad-plain");
    println!(
        "(1) median and MAD, ours: {:.2?}, peak {} MB; {purchases} purchases in {findings} findings",
        ours.took, ours.peak
    );
    println!("(2) all rules, ours: {:.2?}, peak {} MB", all.took, all.peak);
    print!("{}", all.said);
    let again = scan(&url, &[]);
    println!("    once more, nothing new: {:.2?}, peak {} MB", again.took, again.peak);
    match duckdb(&rows, folder.path()) {
        Some(runs) => {
            for (how, took, theirs) in runs {
                println!("(3) median and MAD, DuckDB on two threads, {how}: {took:.2?}; {theirs} purchases");
                println!("(1)/(3) = {}, wanted ≤ 3.00", ratio(ours.took, took));
                println!("(2)/(3) = {}, wanted ≤ 10.00", ratio(all.took, took));
                assert_eq!(purchases, theirs, "both find the same");
            }
        }
        None => println!("(3) DuckDB is missing (pip install duckdb for python3): nothing to compare with"),
    }
    if std::env::var("JICAI_BENCH_LINEAR").is_ok() {
        for millions in [1, 2, 5, 10] {
            let folder = tempfile::tempdir().unwrap();
            let url = filled(folder.path(), millions * 1_000_000);
            let ran = scan(&url, &[]);
            let each = ran.took.as_nanos() / u128::from(millions * 1_000_000);
            println!(
                "{millions} million, all rules: {:.2?}, {each} ns a purchase, peak {} MB",
                ran.took, ran.peak
            );
        }
    }
}

/// The middle of three runs.
fn middle(mut runs: Vec<Ran>) -> Ran {
    runs.sort_by_key(|it| it.took);
    runs.swap_remove(1)
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn ratio(one: Duration, other: Duration) -> String {
    let hundredths = one.as_millis() * 100 / other.as_millis().max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// The rule without what keeps small groups out.
fn plain_rule() -> String {
    let text = rules::text("mad-outlier").unwrap();
    let number = |text: &str, name: &str, value: &str| {
        let at = text.find(&format!("name = \"{name}\"")).unwrap();
        let start = at + text[at..].find("value = \"").unwrap() + "value = \"".len();
        let end = start + text[start..].find('"').unwrap();
        format!("{}{value}{}", &text[..start], &text[end..])
    };
    let text = number(&number(text, "least_purchases", "1"), "least_mad", "0");
    text.replace("name = \"mad-outlier\"", "name = \"mad-plain\"")
}

/// A SQLite database with generated purchases.
fn filled(folder: &Path, lines: u64) -> String {
    let file = folder.join("transactions.csv");
    let until = Time::now().plus_days(-1).day();
    let out = std::io::BufWriter::new(std::fs::File::create(&file).unwrap());
    transactions::write(&Plan { lines, seed: 1, until }, out).unwrap();
    let url = format!("sqlite://{}", folder.join("bench.sqlite").display());
    let db = Db::open(&url, 2).unwrap();
    db.migrate().unwrap();
    transactions::enter(&db, &Ctx::system(Time::now(), "bench")).unwrap();
    drop(db);
    let imported = command(&url, &["import", "transactions", file.to_str().unwrap()]).output().unwrap();
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    std::fs::remove_file(&file).unwrap();
    url
}

fn command(url: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
    command.args(args).env("DATABASE_URL", url).env("JICAI_LANG", "en");
    for name in ["JICAI_BENCH_LINES", "JICAI_BENCH_DATABASE", "JICAI_BENCH_LINEAR", "JICAI_TEST_POSTGRES"] {
        command.env_remove(name);
    }
    command
}

/// Runs a scan as a user does.
fn scan(url: &str, args: &[&str]) -> Ran {
    let args: Vec<&str> = ["scan"].iter().chain(args).copied().collect();
    let said = tempfile::NamedTempFile::new().unwrap();
    let began = Instant::now();
    let mut running =
        command(url, &args).stdout(Stdio::null()).stderr(said.reopen().unwrap()).spawn().unwrap();
    let status = format!("/proc/{}/status", running.id());
    let mut peak = 0;
    loop {
        let read = std::fs::read_to_string(&status).unwrap_or_default();
        let line = read.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
        let now = line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0);
        peak = peak.max(now / 1_024);
        if let Some(status) = running.try_wait().unwrap() {
            let said = std::fs::read_to_string(said.path()).unwrap();
            assert!(status.success(), "{said}");
            return Ran { took: began.elapsed(), peak, said };
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// How many findings and purchases a rule found, from what the command says.
fn counted(said: &str, rule: &str) -> (u64, u64) {
    let line = said.lines().find(|line| line.contains(&format!("({rule})"))).unwrap();
    let after = line.rsplit("): ").next().unwrap();
    let numbers: Vec<u64> = after.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    (numbers[0], numbers[1])
}

/// Writes product, month, price and quantity of every purchase, as the database has them.
fn dump(url: &str, to: &Path) -> u64 {
    use jicai::schema::transactions::dsl;
    let db = Db::open(url, 1).unwrap();
    let mut out = std::io::BufWriter::new(std::fs::File::create(to).unwrap());
    let mut count = 0;
    let last: Option<i32> =
        db.read(|conn| Ok(dsl::transactions.select(diesel::dsl::max(dsl::product)).first(conn)?)).unwrap();
    for from in (1..=last.unwrap_or_default()).step_by(500) {
        let rows: Vec<(i32, chrono::NaiveDate, i64, i64)> = db
            .read(|conn| {
                Ok(dsl::transactions
                    .filter(dsl::product.ge(from).and(dsl::product.lt(from + 500)))
                    .select((dsl::product, dsl::day, dsl::unit_price, dsl::quantity))
                    .load(conn)?)
            })
            .unwrap();
        count += rows.len() as u64;
        for (product, day, price, quantity) in rows {
            writeln!(out, "{product},{day},{price},{quantity}").unwrap();
        }
    }
    out.flush().unwrap();
    count
}

const SCRIPT: &str = r#"
import sys, time
import duckdb
rows, file = sys.argv[1:]
con = duckdb.connect(file)
con.execute("CREATE TABLE t (product INTEGER, day DATE, price BIGINT, quantity BIGINT)")
con.execute("COPY t FROM '" + rows + "' (HEADER false)")
con.close()
ways = {
    "mad()": """
WITH p AS (SELECT product, date_trunc('month', day) AS month, price FROM t WHERE quantity > 0),
     m AS (SELECT product, month, median(price) AS middle, mad(price) AS mad FROM p GROUP BY ALL)
SELECT count(*) FROM p JOIN m USING (product, month) WHERE abs(price - middle) * 10000 > 88956 * mad
""",
    "windows": """
WITH p AS (SELECT product, date_trunc('month', day) AS month, price FROM t WHERE quantity > 0),
     m AS (SELECT *, median(price) OVER (PARTITION BY product, month) AS middle FROM p),
     d AS (SELECT product, month, abs(price - middle) AS away FROM m),
     k AS (SELECT *, median(away) OVER (PARTITION BY product, month) AS mad FROM d)
SELECT count(*) FROM k WHERE away * 10000 > 88956 * mad
""",
    "joined groups": """
WITH p AS (SELECT product, date_trunc('month', day) AS month, price FROM t WHERE quantity > 0),
     m AS (SELECT product, month, median(price) AS middle FROM p GROUP BY ALL),
     d AS (SELECT product, month, abs(price - middle) AS away FROM p JOIN m USING (product, month)),
     k AS (SELECT product, month, median(away) AS mad FROM d GROUP BY ALL)
SELECT count(*) FROM d JOIN k USING (product, month) WHERE away * 10000 > 88956 * mad
""",
}
for how, query in ways.items():
    took = []
    for _ in range(3):
        began = time.monotonic()
        con = duckdb.connect(file, read_only=True)
        con.execute("SET threads = 2")
        count = con.execute(query).fetchone()[0]
        con.close()
        took.append(time.monotonic() - began)
    print(how, int(sorted(took)[1] * 1000), count, sep="\t")
"#;

/// The ways of DuckDB, of each the middle of three runs and its count; none without a DuckDB.
fn duckdb(rows: &Path, folder: &Path) -> Option<Vec<(String, Duration, u64)>> {
    let script: PathBuf = folder.join("duck.py");
    std::fs::write(&script, SCRIPT).unwrap();
    let has = Command::new("python3").args(["-c", "import duckdb"]).stderr(Stdio::null()).status();
    if !has.is_ok_and(|status| status.success()) {
        return None;
    }
    let out = Command::new("python3").arg(&script).arg(rows).arg(folder.join("duck.db")).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8(out.stdout).unwrap();
    let ran = |line: &str| {
        let mut cells = line.split('\t');
        let how = cells.next()?.to_owned();
        Some((how, Duration::from_millis(cells.next()?.parse().ok()?), cells.next()?.parse().ok()?))
    };
    Some(text.lines().map(|line| ran(line).unwrap()).collect())
}
