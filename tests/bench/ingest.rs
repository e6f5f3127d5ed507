//! How long two million purchases take beside the databases' own loaders, in one run: `cargo bench --bench ingest`.
//!
//! Generates the purchases, then loads them into one table with its two indexes four ways: (1) the `sqlite3` shell's
//! `.import` with a 200 MB cache, (2) `jicai import transactions` into SQLite, (3) `psql \copy` and (4) `jicai import
//! transactions` into PostgreSQL. The loaders are given the finished rows, which ours first has to read, check and
//! match. Prints times, ratios and our peak memory. PostgreSQL is left out without JICAI_TEST_POSTGRES;
//! JICAI_BENCH_LINES asks for another number of lines. It compares what was stored, row counts and sums.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::{Connection, SimpleConnection};
use jicai::db::Db;
use jicai::demo::transactions::{self, Plan};
use jicai::types::{Ctx, Time};

const INDEXES: &str =
    "CREATE INDEX transactions_by_hospital ON transactions (hospital, product, day, quantity);
    CREATE INDEX transactions_by_product ON transactions (product, day, hospital, unit_price, quantity);";

const TABLE: &str = "CREATE TABLE transactions (id INTEGER PRIMARY KEY NOT NULL, day DATE NOT NULL,
    hospital INTEGER NOT NULL, product INTEGER NOT NULL, supplier TEXT NOT NULL, quantity BIGINT NOT NULL,
    unit_price BIGINT NOT NULL, amount BIGINT NOT NULL, nth INTEGER NOT NULL);";

fn main() {
    let lines: u64 =
        std::env::var("JICAI_BENCH_LINES").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000_000);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("transactions.csv");
    let until = Time::now().plus_days(-1).day();
    let (_, took) = timed(|| {
        let out = std::io::BufWriter::new(std::fs::File::create(&file).unwrap());
        transactions::write(&Plan { lines, seed: 1, until }, out).unwrap();
    });
    println!("{lines} lines generated in {took:.2?}, {} MB", std::fs::metadata(&file).unwrap().len() >> 20);
    let rows = finished(&file, folder.path());

    let ours = folder.path().join("ours.sqlite");
    let shell = folder.path().join("shell.sqlite");
    let shell_took = sqlite_shell(&shell, &rows);
    println!("(1) sqlite3 .import, 200 MB cache: {shell_took:.2?}");
    let (took, peak) = import(&format!("sqlite://{}", ours.display()), &file);
    println!(
        "(2) ours into SQLite: {took:.2?}; (2)/(1) = {}, wanted ≤ 1.00; peak {peak} MB, wanted < 300",
        ratio(took, shell_took)
    );
    let sums = "SELECT COUNT(*), SUM(quantity), SUM(amount), SUM(unit_price) FROM transactions";
    let sum_of = |path: &Path| text(Command::new("sqlite3").arg(path).arg(sums));
    assert_eq!(sum_of(&shell), sum_of(&ours), "both hold the same");

    let Ok(server) = std::env::var("JICAI_TEST_POSTGRES") else {
        println!("JICAI_TEST_POSTGRES names no server; PostgreSQL is not measured");
        return;
    };
    let (base, _) = server.rsplit_once('/').unwrap();
    let (theirs, mine) = (format!("{base}/bench_copy"), format!("{base}/bench_ingest"));
    fresh(&server, "bench_copy");
    fresh(&server, "bench_ingest");
    psql(&theirs, &format!("{TABLE}{INDEXES}"));
    let copy = format!("\\copy transactions from '{}' csv", rows.display());
    let (_, copy_took) = timed(|| psql(&theirs, &copy));
    println!("(3) psql \\copy: {copy_took:.2?}");
    let (took, peak) = import(&mine, &file);
    println!(
        "(4) ours into PostgreSQL: {took:.2?}; (4)/(3) = {}, wanted ≤ 1.20; peak {peak} MB, wanted < 300",
        ratio(took, copy_took)
    );
    assert_eq!(psql(&theirs, sums), psql(&mine, sums), "both hold the same");
    drop_database(&server, "bench_copy");
    drop_database(&server, "bench_ingest");
}

fn timed<T>(body: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let value = body();
    (value, began.elapsed())
}

fn ratio(one: Duration, other: Duration) -> String {
    let hundredths = one.as_millis() * 100 / other.as_millis().max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn text(command: &mut Command) -> String {
    let out = command.output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// The rows as they stand in the table, in the order of the file: what the loaders are given.
fn finished(file: &Path, folder: &Path) -> PathBuf {
    let numbers = |text: &str, places: usize| {
        let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let digits = format!("{whole}{part:0<places$}");
        match digits.trim_start_matches('0') {
            "" => "0".to_owned(),
            digits => format!("{sign}{digits}"),
        }
    };
    let mut short = std::collections::HashMap::new();
    let mut number = |code: &str| {
        let next = short.len() + 1;
        *short.entry(code.to_owned()).or_insert(next)
    };
    let path = folder.join("rows.csv");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    let mut row = String::new();
    for (n, line) in std::fs::read_to_string(file).unwrap().lines().skip(1).enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        let [day, hospital, product, supplier, quantity, price, amount] = cells[..] else { panic!("{line}") };
        let (hospital, product) = (number(hospital), number(product));
        row.clear();
        write!(row, "{},{day},{hospital},{product},{supplier}", n + 1).unwrap();
        writeln!(row, ",{},{},{},1", numbers(quantity, 3), numbers(price, 6), numbers(amount, 2)).unwrap();
        out.write_all(row.as_bytes()).unwrap();
    }
    out.flush().unwrap();
    path
}

fn sqlite_shell(database: &Path, rows: &Path) -> Duration {
    let start = format!("PRAGMA journal_mode = WAL; {TABLE}{INDEXES}");
    text(Command::new("sqlite3").arg(database).arg(start));
    let mut load = Command::new("sqlite3");
    load.arg(database).args(["-cmd", "PRAGMA synchronous = NORMAL", "-cmd", "PRAGMA cache_size = -200000"]);
    load.args(["-cmd", ".mode csv"]).arg(format!(".import {} transactions", rows.display()));
    timed(|| text(&mut load)).1
}

/// Enters the registers, then times the command as a user runs it; the peak of its memory in MB.
fn import(url: &str, file: &Path) -> (Duration, u64) {
    let db = Db::open(url, 2).unwrap();
    db.migrate().unwrap();
    transactions::enter(&db, &Ctx::system(Time::now(), "bench")).unwrap();
    drop(db);
    let began = Instant::now();
    let mut running = Command::new(env!("CARGO_BIN_EXE_jicai"))
        .args(["import", "transactions"])
        .arg(file)
        .env("DATABASE_URL", url)
        .env_remove("JICAI_TEST_POSTGRES")
        .env_remove("JICAI_BENCH_LINES")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", running.id());
    let mut peak = 0;
    loop {
        let read = std::fs::read_to_string(&status).unwrap_or_default();
        let line = read.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
        let now = line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0);
        peak = peak.max(now / 1_024);
        if let Some(status) = running.try_wait().unwrap() {
            assert!(status.success());
            return (began.elapsed(), peak);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn psql(url: &str, command: &str) -> String {
    text(Command::new("psql").args([url, "-qAt", "-v", "ON_ERROR_STOP=1", "-c", command]))
}

fn drop_database(server: &str, name: &str) {
    let mut conn = diesel::PgConnection::establish(server).unwrap();
    conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).unwrap();
}

fn fresh(server: &str, name: &str) {
    drop_database(server, name);
    let mut conn = diesel::PgConnection::establish(server).unwrap();
    conn.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"))
        .unwrap();
}
