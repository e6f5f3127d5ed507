//! How mails of subscriptions arrive or not: unsubscribed, bounced, refused by the server.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use actix_web::test::TestRequest;
use jicai::notify::outbox::Tally;
use jicai::notify::{Letter, Mail, MailState};
use jicai::prices::alerts::{self, State};
use jicai::text::Lang;
use jicai::types::{AlertId, SubscriptionId};

use super::{City, Of, SOME};
use crate::mail::{Server, header};

/// The path of the unsubscribe link of a letter's headers.
fn link(letter: &str) -> String {
    let value = header(letter, "List-Unsubscribe");
    let path = value.trim().strip_prefix("<https://jicai.example").and_then(|rest| rest.strip_suffix('>'));
    path.unwrap_or_else(|| panic!("{value}")).to_owned()
}

#[actix_web::test]
async fn one_click_unsubscribes_and_no_link_can_be_forged() {
    let city = City::new();
    let site = &city.site;
    let (one, two) = (city.subscribe("officer", &[]).await, city.subscribe("hospital1", &[]).await);
    city.find(SOME);
    city.later(5);
    city.write();
    let server = Server::start("take");
    let (_, office) = city.send(server.office(&[])).await;
    let letters = server.letters();
    let mine = letters.iter().find(|letter| header(letter, "To").contains("officer")).unwrap();
    assert_eq!(header(mine, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert_eq!(header(mine, "Auto-Submitted"), "auto-generated");
    let path = link(mine);
    let signature = path.rsplit('/').next().unwrap();
    // A look changes nothing: mail scanners follow links.
    site.get("", &path).await.is(200).shows("退订“每日预警”？");
    assert_eq!(city.subscription(&one).state, State::Active);
    // Another's subscription, another signature, a part of one.
    let forged = format!("{}{}", if signature.starts_with('0') { "1" } else { "0" }, &signature[1..]);
    let nobody = "0190a0a0-0000-7000-8000-000000000000";
    for bad in [
        format!("/unsubscribe/{two}/{signature}"),
        format!("/unsubscribe/{one}/{forged}"),
        format!("/unsubscribe/{one}/{}", &signature[..64]),
        format!("/unsubscribe/{nobody}/{signature}"),
        format!("/unsubscribe/{nobody}/{}", site.signer().sign(nobody.as_bytes())),
    ] {
        site.get("", &bad).await.is(404);
        site.post("", &bad, &[]).await.is(404);
    }
    // Mail programs may send either kind of form, and click twice.
    city.find(SOME);
    city.later(5);
    city.write();
    site.post("", &path, &[("List-Unsubscribe", "One-Click")]).await.is(200).shows("已退订“每日预警”");
    let body =
        "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
    let request = TestRequest::post()
        .uri(&path)
        .insert_header(("content-type", "multipart/form-data; boundary=x"))
        .set_payload(body);
    site.send("", request).await.is(200).shows("已退订");
    assert_eq!(
        (city.subscription(&one).state, city.subscription(&two).state),
        (State::Unsubscribed, State::Active)
    );
    // The mail that was waiting does not go out any more; the other's does.
    let (tally, office) = city.send(office).await;
    assert_eq!(tally, Tally { sent: 1, withdrawn: 1, ..Tally::default() });
    city.find(SOME);
    city.later(5);
    assert_eq!(city.write(), (1, 0, 0));
    // Activated again it tells what it has not told.
    site.get("officer", "/alerts").await.shows("已通过邮件退订");
    let version = city.subscription(&one).version.to_string();
    let state = format!("/alerts/subscriptions/{one}/state");
    site.post("officer", &state, &[("version", &version), ("state", "active")]).await.is(303);
    city.later(5);
    assert_eq!(city.write(), (1, 1, 0));
    assert_eq!(city.reports()[0].found, 2);
    assert_eq!(city.send(office).await.0.sent, 2);
}

#[actix_web::test]
async fn an_address_that_bounces_gets_no_more_until_it_is_confirmed_and_then_everything() {
    let city = City::new();
    let site = &city.site;
    city.subscribe("officer", &[]).await;
    let server = Server::start("refuse,refuse,refuse,take");
    let mut office = server.office(&[]);
    for n in 0..3 {
        city.find(SOME);
        city.later(5);
        assert_eq!(city.write(), (1, 0, 0), "{n}");
        let (tally, kept) = city.send(office).await;
        assert_eq!(tally, Tally { dead: 1, ..Tally::default() });
        office = kept;
        let list = site.get("officer", "/alerts").await;
        list.shows("退信").shows("no such mailbox");
        assert_eq!(list.body.contains("邮件已停止"), n == 2);
    }
    city.find(Of { effect: "5", ..SOME });
    city.later(5);
    assert_eq!(city.write(), (0, 0, 1));
    let list = site.get("admin", "/bounces").await;
    list.is(200).shows("officer@example.org").shows("no such mailbox").shows("已停止");
    site.get("auditor", "/bounces").await.is(200).hides("<form method=\"post\" action=\"/bounces\"");
    site.post("auditor", "/bounces", &[("address", "officer@example.org")]).await.is(403);
    // Nor does any other letter go there.
    let ctx = site.ctx();
    let to =
        jicai::notify::Recipient { account: None, address: "officer@example.org".to_owned(), lang: Lang::Zh };
    let letter = Letter::AuditHead { links: "1".to_owned(), head: "h".to_owned(), path: "/audit".to_owned() };
    site.app.db.write(|tx| jicai::notify::post(tx, &ctx, &to, &letter, "x")).unwrap();
    let (tally, office) = city.send(office).await;
    assert_eq!(tally, Tally::default());
    let form = AlertId::new().to_string();
    let id =
        site.app.db.read(|conn| alerts::store::of_account(conn, &site.who("officer").account.id)).unwrap();
    site.post("officer", &format!("/alerts/subscriptions/{}/test", id[0].id), &[("id", &form)]).await.is(422);
    // Confirmed by its owner (the administrator can as well): all that waited and all that was refused goes.
    site.post("officer", "/alerts/address", &[]).await.is(303);
    site.get("officer", "/alerts").await.hides("退信");
    site.get("admin", "/bounces").await.shows("没有退信的地址");
    city.later(5);
    assert_eq!(city.write(), (1, 0, 0));
    assert_eq!(city.send(office).await.0, Tally { sent: 5, ..Tally::default() });
    let reports: Vec<Mail> = city.mails().into_iter().filter(|mail| mail.template == "alert").collect();
    assert!(reports.len() == 4 && reports.iter().all(|mail| mail.state == MailState::Sent));
    let last: Letter = serde_json::from_str(&reports[0].data).unwrap();
    assert!(matches!(last, Letter::Alert(report) if report.effect.to_string() == "5.00"));
}

#[actix_web::test]
async fn a_server_that_refuses_hangs_or_dies_loses_nothing_and_gets_nothing_twice() {
    let city = City::new();
    city.subscribe("officer", &[]).await;
    let server = Server::start("later,hang,die,take");
    let mut office = server.office(&[]).with_patience(Duration::from_millis(600));
    let mut sent = 0;
    for n in 1..=4 {
        city.find(Of { effect: &n.to_string(), ..SOME });
        city.later(5);
        assert_eq!(city.write().0, 1);
        let (tally, kept) = city.send(office).await;
        (office, sent) = (kept, sent + tally.sent);
    }
    for _ in 0..12 {
        city.later(60);
        city.write();
        let (tally, kept) = city.send(office).await;
        (office, sent) = (kept, sent + tally.sent);
    }
    assert_eq!(sent, 4);
    assert!(city.mails().iter().all(|mail| mail.state == MailState::Sent));
    let letters = server.letters();
    let mut ids: Vec<String> = letters.iter().map(|letter| header(letter, "Message-ID")).collect();
    // The one the server took and died over came again under its own Message-ID, which mail programs drop.
    assert_eq!(ids.len(), 5);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    let sums: Vec<String> = city.reports().iter().map(|report| report.effect.to_string()).collect();
    assert_eq!(sums, ["4.00", "3.00", "2.00", "1.00"]);
}

#[actix_web::test]
async fn notifications_of_failed_letters_are_read_from_files_and_count_once() {
    let city = City::new();
    city.subscribe("officer", &[]).await;
    city.find(SOME);
    city.later(5);
    city.write();
    let server = Server::start("take");
    city.send(server.office(&[])).await;
    let (mail, address) = (city.mails()[0].id.clone(), "officer@example.org");
    let notice = |id: &str, address: &str| {
        format!(
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\
             Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n\
             Final-Recipient: rfc822;{address}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
             Diagnostic-Code: smtp; 550 who is that\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
             Message-ID: <{id}@jicai.example>\r\n\r\n--b--\r\n"
        )
    };
    let maildir = tempfile::tempdir().unwrap();
    let new = maildir.path().join("new");
    std::fs::create_dir(&new).unwrap();
    std::fs::write(new.join("1"), notice(mail.as_str(), address)).unwrap();
    // Somebody else's address, somebody else's letter, no notification.
    std::fs::write(new.join("2"), notice(mail.as_str(), "admin@example.org")).unwrap();
    std::fs::write(new.join("3"), notice(SubscriptionId::new().as_str(), address)).unwrap();
    std::fs::write(new.join("4"), "Subject: on holiday\n\nMessage-ID: x\n").unwrap();
    let run = |file: &Path| {
        let out = Command::new(env!("CARGO_BIN_EXE_jicai"))
            .env_remove("JICAI_TEST_POSTGRES")
            .arg("bounces")
            .arg(file)
            .env("DATABASE_URL", &city.site.app.settings.database_url)
            .env("JICAI_LANG", "en")
            .output()
            .unwrap();
        (out.status.code().unwrap(), String::from_utf8(out.stdout).unwrap())
    };
    let (status, out) = run(maildir.path());
    assert_eq!(status, 0);
    assert!(out.lines().next().unwrap().ends_with("1: came back: officer@example.org"), "{out}");
    assert_eq!(out.matches("no notification of a letter").count(), 3, "{out}");
    let (_, out) = run(&new.join("1"));
    assert!(out.contains("known to have come back: officer@example.org"), "{out}");
    assert_eq!(run(&maildir.path().join("nothing")).0, 2);
    city.site.get("officer", "/alerts").await.shows("退信 1 次").shows("5.1.1 550 who is that");
}
