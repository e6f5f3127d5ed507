//! Letters through a real mail server on loopback: once, both parts, stable identity, every kind of refusal.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jicai::config::Settings;
use jicai::notify::outbox::{self, Tally};
use jicai::notify::smtp::Office;
use jicai::notify::{self, Letter, Mail, MailState, Recipient};
use jicai::text::Lang;

use crate::support::Site;

/// A mail server for one test; stopped at its end.
pub struct Server {
    child: Child,
    port: u16,
    pub folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A Python that has aiosmtpd: Debian's own, even where another comes first in the path.
pub fn python() -> &'static str {
    let has = |python: &str| {
        let check = Command::new(python).args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
        check.is_ok_and(|status| status.success())
    };
    ["/usr/bin/python3", "python3"].into_iter().find(|p| has(p)).expect("python3-aiosmtpd is not installed")
}

impl Server {
    pub fn start(behave: &str) -> Self {
        Self::with(behave, None)
    }

    fn with(behave: &str, certificate: Option<(&Path, &Path)>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp.py");
        let mut command = Command::new(python());
        command.arg(script).arg(folder.path()).args(["--behave", behave]);
        if let Some((cert, key)) = certificate {
            command.arg("--cert").arg(cert).arg("--key").arg(key);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, port: line.trim().parse().unwrap(), folder }
    }

    /// Every letter it took, in order.
    pub fn letters(&self) -> Vec<String> {
        let read = |n: usize| std::fs::read_to_string(self.folder.path().join(format!("{n}.eml"))).ok();
        (1..).map_while(read).collect()
    }

    pub fn office(&self, settings: &[(&str, &str)]) -> Office {
        let port = self.port.to_string();
        let mut map = BTreeMap::from([
            ("smtp_host", "127.0.0.1"),
            ("smtp_port", &port),
            ("smtp_tls", "none"),
            ("mail_from", "jicai@bureau.example"),
            ("base_url", "https://jicai.example"),
        ]);
        map.extend(settings.iter().copied());
        let map = map.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        Office::of(&Settings::from_map(&map).unwrap()).unwrap().unwrap()
    }
}

fn post(site: &Site, address: &str, lang: Lang) {
    let ctx = site.ctx();
    let letter = Letter::AwardPublished {
        number: "JH-YD2026-1".to_owned(),
        title: "金华市药品集中带量采购".to_owned(),
        path: "/rounds/1/award".to_owned(),
        deadline: "2026-12-01 17:00".to_owned(),
    };
    let to = Recipient { account: None, address: address.to_owned(), lang };
    site.app.db.write(|tx| notify::post(tx, &ctx, &to, &letter, "award")).unwrap();
}

async fn send(site: &Site, office: Office) -> (Tally, Office) {
    let app = site.app.clone();
    let sent = move || (outbox::send_due(&app.db, &office, &|| app.now(), &|_, _| Ok(true)).unwrap(), office);
    actix_web::rt::task::spawn_blocking(sent).await.unwrap()
}

fn mails(site: &Site) -> Vec<Mail> {
    site.app.db.read(|conn| outbox::page(conn, None, None, 100)).unwrap()
}

/// A header of a letter, unfolded.
pub fn header(letter: &str, name: &str) -> String {
    let unfolded = letter.replace("\r\n", "\n").replace("\n ", " ");
    let line = unfolded.lines().find_map(|l| l.strip_prefix(&format!("{name}: ")));
    line.unwrap_or_else(|| panic!("no {name} in {letter}")).to_owned()
}

/// What a reader's mail program makes of a letter: subject, plain text and HTML, decoded.
fn read_by_python(letter: &Path) -> String {
    let script = "import email, email.policy, sys\n\
        m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)\n\
        print(m['subject']); print([p.get_content_type() for p in m.iter_parts()])\n\
        [print(p.get_content()) for p in m.iter_parts()]";
    let out = Command::new(python()).args(["-X", "utf8", "-c", script]).arg(letter).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

#[actix_web::test]
async fn a_letter_arrives_once_with_both_parts_in_its_readers_language() {
    let site = Site::new();
    let server = Server::start("take");
    post(&site, "zh@example.org", Lang::Zh);
    post(&site, "en@example.org", Lang::En);
    post(&site, "zh@example.org", Lang::Zh);
    let (tally, office) = send(&site, server.office(&[])).await;
    assert_eq!(tally, Tally { sent: 2, ..Tally::default() });
    assert_eq!(send(&site, office).await.0, Tally::default());
    let letters = server.letters();
    assert_eq!(letters.len(), 2);
    let (zh, en) = if header(&letters[0], "To").contains("zh@") { (1, 2) } else { (2, 1) };
    let zh = read_by_python(&server.folder.path().join(format!("{zh}.eml")));
    assert!(zh.starts_with("【集采】拟中选结果公示：JH-YD2026-1 金华市药品集中带量采购\n"), "{zh}");
    assert!(zh.contains("['text/plain', 'text/html']"), "{zh}");
    assert_eq!(zh.matches("https://jicai.example/rounds/1/award").count(), 3, "{zh}");
    let en = read_by_python(&server.folder.path().join(format!("{en}.eml")));
    assert!(en.starts_with("[jicai] Proposed award published"), "{en}");
    for mail in mails(&site) {
        assert_eq!((mail.state, mail.attempts), (MailState::Sent, 1));
        let id = format!("<{}@jicai.example>", mail.id);
        assert!(letters.iter().any(|l| header(l, "Message-ID") == id), "{id}");
    }
}

#[actix_web::test]
async fn a_letter_refused_for_now_waits_and_is_sent_again_as_the_same_letter() {
    let site = Site::new();
    let server = Server::start("later,policy,take");
    post(&site, "a@example.org", Lang::Zh);
    let (tally, office) = send(&site, server.office(&[])).await;
    assert_eq!(tally, Tally { later: 1, ..Tally::default() });
    let mail = &mails(&site)[0];
    assert!(mail.error.contains("451") || mail.error.contains("try again later"), "{}", mail.error);
    assert_eq!(mail.next_at, site.now().plus_millis(60_000));
    // Not before its time.
    let (tally, office) = send(&site, office).await;
    assert_eq!(tally, Tally::default());
    site.set_clock(site.now().plus_millis(60_000));
    let (tally, office) = send(&site, office).await;
    assert_eq!(tally, Tally { later: 1, ..Tally::default() });
    assert_eq!(mails(&site)[0].next_at, site.now().plus_millis(5 * 60_000));
    site.set_clock(site.now().plus_millis(5 * 60_000));
    assert_eq!(send(&site, office).await.0.sent, 1);
    let mail = &mails(&site)[0];
    assert_eq!((mail.state, mail.attempts, mail.error.as_str()), (MailState::Sent, 3, ""));
}

#[actix_web::test]
async fn a_mailbox_that_does_not_exist_ends_the_letter_and_an_administrator_can_retry_it() {
    let site = Site::with_city();
    let server = Server::start("refuse,take");
    post(&site, "gone@example.org", Lang::Zh);
    let (tally, office) = send(&site, server.office(&[])).await;
    assert_eq!(tally, Tally { dead: 1, ..Tally::default() });
    let id = mails(&site)[0].id.clone();
    site.get("admin", "/mails?state=dead").await.is(200).shows("gone@example.org").shows("no such mailbox");
    site.get("auditor", "/mails?state=dead").await.is(200).hides("/retry");
    site.post("auditor", &format!("/mails/{id}/retry"), &[]).await.is(403);
    site.post("admin", &format!("/mails/{id}/retry"), &[]).await.is(303);
    site.get("admin", "/mails?state=dead").await.shows("没有符合条件的邮件");
    assert_eq!(send(&site, office).await.0.sent, 1);
    // A letter that was sent is never put back.
    site.post("admin", &format!("/mails/{id}/retry"), &[]).await.is(303);
    assert_eq!(mails(&site)[0].state, MailState::Sent);
}

#[actix_web::test]
async fn eight_tries_and_the_letter_is_given_up() {
    let site = Site::new();
    let server = Server::start("later");
    post(&site, "a@example.org", Lang::Zh);
    let mut office = server.office(&[]);
    for _ in 0..8 {
        office = send(&site, office).await.1;
        site.set_clock(site.now().plus_millis(240 * 60_000));
    }
    assert_eq!((mails(&site)[0].state, mails(&site)[0].attempts), (MailState::Dead, 8));
    assert_eq!(send(&site, office).await.0, Tally::default());
}

#[actix_web::test]
async fn a_server_that_does_not_answer_is_left_after_the_limit_and_the_rest_waits() {
    let site = Site::new();
    let server = Server::start("hang");
    for n in 0..3 {
        post(&site, &format!("{n}@example.org"), Lang::Zh);
    }
    let begun = Instant::now();
    let office = server.office(&[]).with_patience(Duration::from_millis(400));
    let (tally, _) = send(&site, office).await;
    assert_eq!(tally, Tally { later: 1, is_away: true, ..Tally::default() });
    assert!(begun.elapsed() < Duration::from_secs(5));
    let tried: Vec<i32> = mails(&site).iter().map(|m| m.attempts).collect();
    assert_eq!(tried.iter().sum::<i32>(), 1, "{tried:?}");
    assert!(mails(&site).iter().all(|m| m.state == MailState::Queued && m.leased_until.is_none()));
}

#[actix_web::test]
async fn a_server_that_dies_after_taking_a_letter_gets_it_again_under_the_same_message_id() {
    let site = Site::new();
    let server = Server::start("die,take");
    post(&site, "a@example.org", Lang::Zh);
    let (tally, office) = send(&site, server.office(&[])).await;
    assert_eq!(tally, Tally { later: 1, is_away: true, ..Tally::default() });
    site.set_clock(site.now().plus_millis(60_000));
    assert_eq!(send(&site, office).await.0.sent, 1);
    let letters = server.letters();
    assert_eq!(letters.len(), 2);
    assert_eq!(header(&letters[0], "Message-ID"), header(&letters[1], "Message-ID"));
    assert_eq!(header(&letters[0], "Date"), header(&letters[1], "Date"));
}

#[actix_web::test]
async fn no_server_at_all_is_a_fault_the_letter_survives() {
    let site = Site::new();
    let server = Server::start("take");
    let office = server.office(&[]);
    drop(server);
    post(&site, "a@example.org", Lang::Zh);
    assert!(send(&site, office).await.0.is_away);
    assert_eq!(mails(&site)[0].state, MailState::Queued);
}

#[actix_web::test]
async fn a_sender_that_was_killed_loses_its_lease_and_two_senders_never_share_a_letter() {
    let site = Site::new();
    let server = Server::start("take");
    post(&site, "a@example.org", Lang::Zh);
    // As a killed sender leaves it: leased, never settled.
    let until = site.now().plus_millis(600_000);
    site.app
        .db
        .write(|tx| {
            use diesel::prelude::*;
            use jicai::schema::mails::dsl;
            diesel::update(dsl::mails).set(dsl::leased_until.eq(Some(until))).execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
    let (tally, office) = send(&site, server.office(&[])).await;
    assert_eq!(tally, Tally::default());
    site.set_clock(until);
    assert_eq!(send(&site, office).await.0.sent, 1);

    for n in 0..30 {
        post(&site, &format!("{n}@example.org"), Lang::Zh);
    }
    let (one, two) = (server.office(&[]), server.office(&[]));
    let ((a, _), (b, _)) = tokio::join!(send(&site, one), send(&site, two));
    assert_eq!(a.sent + b.sent, 30);
    assert_eq!(server.letters().len(), 31);
}

/// An authority and a certificate of `127.0.0.1` signed by it.
fn authority(folder: &Path) -> (PathBuf, PathBuf, PathBuf) {
    let file = |name: &str| folder.join(name);
    std::fs::write(file("ext"), "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n").unwrap();
    let steps = [
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=ca",
        "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out csr.pem -subj /CN=mail",
        "x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2 -extfile ext",
    ];
    for step in steps {
        let out = Command::new("openssl").args(step.split(' ')).current_dir(folder).output().unwrap();
        assert!(out.status.success(), "{step}: {}", String::from_utf8_lossy(&out.stderr));
    }
    (file("ca.pem"), file("cert.pem"), file("key.pem"))
}

#[actix_web::test]
async fn tls_is_required_and_the_servers_certificate_is_checked() {
    let site = Arc::new(Site::new());
    let keys = tempfile::tempdir().unwrap();
    let (ca, cert, key) = authority(keys.path());
    let server = Server::with("take", Some((&cert, &key)));
    post(&site, "a@example.org", Lang::Zh);
    let stranger = server.office(&[("smtp_tls", "starttls")]).with_patience(Duration::from_secs(5));
    assert!(send(&site, stranger).await.0.is_away);
    assert!(mails(&site)[0].error.to_lowercase().contains("certificate"), "{}", mails(&site)[0].error);
    site.set_clock(site.now().plus_millis(60_000));
    let known = server.office(&[("smtp_tls", "starttls"), ("smtp_ca_file", ca.to_str().unwrap())]);
    assert_eq!(send(&site, known).await.0.sent, 1);
    // A server that offers no TLS gets nothing in the clear.
    let plain = Server::start("take");
    post(&site, "b@example.org", Lang::Zh);
    assert_eq!(send(&site, plain.office(&[("smtp_tls", "starttls")])).await.0.sent, 0);
    assert_eq!(plain.letters().len(), 0);
}
