//! The commands that keep a platform running: serve, user add, job, audit verify, backup.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use jicai::db::Db;

use crate::support::fresh_db;

/// A place to run commands in: its own folder and its own database.
struct Place {
    folder: tempfile::TempDir,
    url: String,
    db: Db,
    _data: Option<tempfile::TempDir>,
}

impl Place {
    fn new() -> Self {
        let (db, url, data) = fresh_db();
        Self { folder: tempfile::tempdir().unwrap(), url, db, _data: data }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
        let kept: Vec<(String, String)> =
            std::env::vars().filter(|(n, _)| n == "PATH" || n.starts_with("LLVM_PROFILE")).collect();
        command.args(args).current_dir(self.folder.path()).env_clear().envs(kept);
        command.env("DATABASE_URL", &self.url).env("JICAI_LANG", "en").env("JICAI_CONNECTIONS", "4");
        command
    }

    fn run(&self, args: &[&str], input: &str) -> (i32, String, String) {
        finish(self.command(args), input)
    }

    fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }
}

fn finish(mut command: Command, input: &str) -> (i32, String, String) {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that does not read its input has closed the pipe already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

const ADMIN: &[&str] = &["user", "add", "--login", "root.admin", "--name", "A", "--role", "admin"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [ADMIN, more].concat()
}

#[test]
fn the_first_administrator_is_made_with_the_bureau() {
    let place = Place::new();
    let (status, _, error) = place.run(&with(&["--organisation", "113307"]), "");
    assert_eq!(status, 2);
    assert!(error.contains("113307") && error.contains("--new-bureau"), "{error}");
    let bureau = ["--organisation", "113307", "--new-bureau", "Bureau", "--region", "Jinhua"];
    let (status, out, error) = place.run(&with(&bureau), "");
    assert_eq!((status, error.as_str()), (0, ""));
    assert!(out.contains("root.admin") && out.contains("One-time password"), "{out}");
    let (status, _, error) = place.run(&with(&["--organisation", "113307"]), "");
    assert_eq!(status, 2);
    assert!(error.contains("taken"), "{error}");

    let second = ["user", "add", "--login", "two", "--name", "B", "--organisation", "113307"];
    let check = |more: &[&str], input: &str, want: i32, part: &str| {
        let (status, out, error) = place.run(&[&second, more].concat(), input);
        assert_eq!(status, want, "{more:?}: {out}{error}");
        assert!(format!("{out}{error}").contains(part), "{more:?}: {out}{error}");
        assert!(error.lines().count() <= 1 || want == 2, "{error}");
    };
    check(&["--role", "king"], "", 2, "officer, reviewer");
    check(&["--role", "hospital"], "", 2, "does not go with");
    check(&[], "", 2, "--role");
    check(&["--role", "officer", "--password-stdin"], "", 2, "no password");
    check(&["--role", "officer", "--password-stdin"], "short\n", 2, "at least 10");
    check(&["--role", "officer", "--role", "reviewer", "--password-stdin"], "a long enough one\n", 0, "two");
}

#[test]
fn audit_verify_names_the_first_broken_link() {
    let place = Place::new();
    let bureau = ["--organisation", "113307", "--new-bureau", "Bureau", "--region", "Jinhua"];
    place.run(&with(&bureau), "");
    let (status, out, _) = place.run(&["audit", "verify"], "");
    assert_eq!(status, 0);
    assert!(out.contains("2 links, head "), "{out}");
    let sql = "UPDATE audit_entries SET actor = 'x' WHERE seq = 2";
    place.db.write(|tx| Ok(tx.conn().batch_execute(sql)?)).unwrap();
    let (status, out, error) = place.run(&["audit", "verify"], "");
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(error.contains("link 2") && error.contains("content was changed"), "{error}");
}

#[test]
fn a_job_runs_by_hand_and_an_unknown_one_names_those_there_are() {
    let place = Place::new();
    let (status, out, error) = place.run(&["job", "end_sessions"], "");
    assert_eq!((status, out.as_str()), (0, "end_sessions done: ended=0\n"), "{error}");
    let (status, _, error) = place.run(&["job", "nothing"], "");
    assert_eq!(status, 2);
    assert!(error.contains("nothing") && error.contains("send_mail"), "{error}");
    let mut away = place.command(&["job", "send_mail"]);
    away.env("JICAI_SMTP_HOST", "127.0.0.1").env("JICAI_SMTP_TLS", "plain");
    let (status, _, error) = finish(away, "");
    assert_eq!(status, 2);
    assert!(error.contains("JICAI_SMTP_TLS"), "{error}");
}

#[test]
fn a_missing_sqlite_file_is_made_and_a_database_that_is_behind_is_refused() {
    let place = Place::new();
    let mut command = place.command(&["audit", "verify"]);
    command.env("DATABASE_URL", "sqlite://made.sqlite");
    assert_eq!(finish(command, "").0, 0);
    assert!(place.folder.path().join("made.sqlite").exists());
    let sql = "DELETE FROM __diesel_schema_migrations WHERE version = \
               (SELECT MAX(version) FROM __diesel_schema_migrations)";
    place.db.write(|tx| Ok(tx.conn().batch_execute(sql)?)).unwrap();
    let (status, _, error) = place.run(&["audit", "verify"], "");
    assert_eq!(status, 1);
    assert!(error.contains("jicai serve"), "{error}");
    let mut command = place.command(&["audit", "verify"]);
    command.env("DATABASE_URL", "mysql://nowhere");
    let (status, _, error) = finish(command, "");
    assert_eq!(status, 1);
    assert!(error.contains("DATABASE_URL"), "{error}");
}

#[test]
fn a_backup_is_a_whole_database_and_overwrites_nothing() {
    let place = Place::new();
    let bureau = ["--organisation", "113307", "--new-bureau", "Bureau", "--region", "Jinhua"];
    place.run(&with(&bureau), "");
    let (status, _, error) = place.run(&["backup", "copy.sqlite"], "");
    if !place.is_sqlite() {
        assert_eq!(status, 1);
        assert!(error.contains("pg_dump"), "{error}");
        return;
    }
    assert_eq!((status, error.as_str()), (0, ""));
    let mut verify = place.command(&["audit", "verify"]);
    verify.env("DATABASE_URL", "sqlite://copy.sqlite");
    assert!(finish(verify, "").1.contains("2 links"));
    let (status, _, error) = place.run(&["backup", "copy.sqlite"], "");
    assert_eq!(status, 2);
    assert!(error.contains("copy.sqlite"), "{error}");
    assert_eq!(place.run(&["backup", "no/such/folder.sqlite"], "").0, 1);
}

#[test]
fn every_command_has_help_and_wrong_usage_is_2() {
    let place = Place::new();
    for args in [&["serve"][..], &["user", "add"], &["job"], &["audit", "verify"], &["backup"]] {
        let (status, out, _) = place.run(&[args, &["--help"]].concat(), "");
        assert_eq!(status, 0);
        assert!(out.contains("Usage: jicai") && out.contains("Exit status"), "{out}");
    }
    assert_eq!(place.run(&["nothing"], "").0, 2);
    assert_eq!(place.run(&["serve", "--nothing"], "").0, 2);
}

/// A served platform; killed at the end of a test that fails.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn get(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn serve_prints_its_address_runs_the_timetable_and_stops_cleanly() {
    let place = Place::new();
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let mut command = place.command(&["serve"]);
    command.env("JICAI_LISTEN", &listen).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut served = Served(command.spawn().unwrap());
    let mut out = BufReader::new(served.0.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert!(line.contains(&format!("http://{listen}")), "{line}");
    assert!(get(port, "/health").starts_with("HTTP/1.1 200"));
    assert!(get(port, "/login").contains("lang=\"zh-CN\""));

    // A second one finds the address taken and says so in one line.
    let mut second = place.command(&["serve"]);
    second.env("JICAI_LISTEN", &listen).env("JICAI_LOG", "off");
    let (status, _, error) = finish(second, "");
    assert_eq!(status, 1);
    assert!(error.contains("JICAI_LISTEN") && error.lines().count() == 1, "{error}");

    let begun = Instant::now();
    let runs = || place.db.read(|c| jicai::runs::page(c, &Default::default(), 100)).unwrap();
    while runs().iter().filter(|r| r.finished_at.is_some()).count() < jicai::jobs::TIMETABLE.len() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", runs());
        std::thread::sleep(Duration::from_millis(50));
    }
    let stopped = Command::new("kill").args(["-TERM", &served.0.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    let begun = Instant::now();
    let status = loop {
        match served.0.try_wait().unwrap() {
            Some(status) => break status,
            None if begun.elapsed() > Duration::from_secs(20) => panic!("it does not stop"),
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    assert_eq!(status.code(), Some(0));
    let rules = place.db.read(|c| jicai::rounds::store::latest_rule_set(c, "GY-YD2024-2")).unwrap();
    assert!(rules.is_some());
}
