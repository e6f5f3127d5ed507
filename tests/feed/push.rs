//! Push to a real server on this machine that refuses, hangs, answers with an error, breaks off, and at last takes.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::prelude::*;
use jicai::schema::{mails, pushes};
use jicai::standards::feed::push::http::Courier;
use jicai::standards::feed::push::{self, Push, PushState, Tally};
use jicai::standards::{self, New};
use jicai::types::{ConsumerId, Time};
use serde_json::Value;

use super::sha;
use crate::standards::{awarded, consumer, line, release};
use crate::support::Site;

/// What the server does with one request.
#[derive(Clone, Copy)]
enum Does {
    Takes,
    Hangs,
    Says(&'static str),
    Dies,
    BreaksOff,
}

/// A request as it arrived: its headers and its body.
type Arrived = (String, Vec<u8>);

fn received(stream: &mut TcpStream) -> Arrived {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let head = bytes.windows(4).position(|w| w == b"\r\n\r\n");
        if let Some(end) = head {
            let text = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
            let length = text.lines().find_map(|l| l.strip_prefix("content-length: ")).unwrap();
            if bytes.len() - end - 4 == length.parse::<usize>().unwrap() {
                return (text, bytes[end + 4..].to_vec());
            }
        }
        let read = stream.read(&mut piece).unwrap();
        bytes.extend(&piece[..read]);
    }
}

/// Answers requests by the script, then takes everything; gives what it took.
fn serve(listener: TcpListener, script: Vec<Does>) -> Arc<Mutex<Vec<Arrived>>> {
    let taken: Arc<Mutex<Vec<Arrived>>> = Arc::default();
    let list = taken.clone();
    std::thread::spawn(move || {
        let mut script = script.into_iter();
        for stream in listener.incoming() {
            let (mut stream, list, does) =
                (stream.unwrap(), list.clone(), script.next().unwrap_or(Does::Takes));
            // One at a time but for those that hang.
            let answer = move || {
                let arrived = received(&mut stream);
                match does {
                    Does::Takes => {
                        list.lock().unwrap().push(arrived);
                        let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
                    }
                    Does::Hangs => std::thread::sleep(Duration::from_millis(600)),
                    Does::Says(status) => {
                        let text =
                            format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                        let _ = stream.write_all(text.as_bytes());
                    }
                    Does::Dies => drop(stream),
                    Does::BreaksOff => {
                        let _ = stream.write_all(b"HTTP/1.1 200 O");
                    }
                }
            };
            if matches!(does, Does::Hangs) { drop(std::thread::spawn(answer)) } else { answer() }
        }
    });
    taken
}

fn run(site: &Site) -> Tally {
    let courier = Courier::with_patience(Duration::from_millis(300));
    push::push_due(&site.app.db, &site.signer(), &courier, &|| site.now()).unwrap()
}

fn all(site: &Site) -> Vec<Push> {
    let query = pushes::table.order(pushes::id).select(Push::as_select());
    site.app.db.read(|c| Ok(query.load(c)?)).unwrap()
}

fn later(site: &Site, minutes: i64) {
    site.set_clock(site.now().plus_millis(minutes * 60_000));
}

fn set_endpoint(site: &Site, id: &ConsumerId, to: &str) {
    let ctx = site.ctx();
    site.app.db.write(|tx| push::set_endpoint(tx, &ctx, id, to)).unwrap();
}

fn release_one(site: &Site, round: &jicai::rounds::Round, product: &str) {
    let ctx = site.ctx();
    let rows = vec![New { line: line(product, "2027-01-01", "1"), supersedes: None }];
    site.app.db.write(|tx| standards::write(tx, &ctx, round, rows.clone())).unwrap();
}

/// The numbers of rows that arrived, in their order; each body is what was signed.
fn arrived(site: &Site, taken: &Mutex<Vec<Arrived>>) -> Vec<i64> {
    let mut numbers = Vec::new();
    for (head, body) in taken.lock().unwrap().iter() {
        let text = |name: &str| {
            let line = head.lines().find_map(|it| it.strip_prefix(&format!("{name}: "))).unwrap();
            line.to_owned()
        };
        assert_eq!(text("content-type"), "application/json");
        // Lower case would spoil base64, so the digest alone is looked at here: tests of answers check signatures.
        let digest = format!("sha-256=:{}:", jicai::signing::message::base64(&sha(body)));
        assert_eq!(text("content-digest"), digest.to_lowercase());
        assert!(
            text("signature-input").contains(&site.signer().public())
                && text("signature").starts_with("jicai=:")
        );
        let read: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(read["last_seq"].to_string(), text("x-last-seq"));
        numbers.extend(super::rows_of(&read));
    }
    numbers
}

#[actix_web::test]
async fn rows_arrive_in_order_and_once_whatever_the_endpoint_does() {
    let (site, round) = awarded();
    release(&site, &round);
    let id = consumer(&site, "tok");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/standards", listener.local_addr().unwrap());
    let form = |to: &'static str| [("endpoint", to)];
    let path = format!("/standards/consumers/{id}/endpoint");
    site.post("settlement", &path, &form("http://8.8.8.8/x")).await.is(422).shows("请使用 https");
    site.post("officer", &path, &form("https://x/")).await.is(403);
    site.post("settlement", &path, &[("endpoint", &endpoint)]).await.is(303);

    // Refused: nobody listens there yet under another port.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    set_endpoint(&site, &id, &format!("http://{closed}/"));
    assert_eq!(run(&site), Tally { later: 1, ..Tally::default() });
    assert_eq!(run(&site), Tally::default(), "it is not time yet");
    set_endpoint(&site, &id, &endpoint);
    let script = vec![
        Does::Hangs,
        Does::Says("500 Broken"),
        Does::Dies,
        Does::BreaksOff,
        Does::Says("302 Found\r\nLocation: http://127.0.0.1:1/"),
    ];
    let taken = serve(listener, script);
    for minutes in [1, 5, 15, 60, 240] {
        assert_eq!(run(&site), Tally { later: 1, ..Tally::default() });
        // Released meanwhile: it waits behind what has not arrived.
        release_one(&site, &round, &format!("新品{minutes}"));
        later(&site, minutes - 1);
        assert_eq!(run(&site), Tally::default(), "{minutes} minutes are not over");
        later(&site, 1);
    }
    let waiting = all(&site);
    assert_eq!((waiting.len(), waiting[0].attempts, waiting[0].last_seq), (1, 5, 12));
    assert_eq!(run(&site), Tally { sent: 2, ..Tally::default() });
    assert_eq!(run(&site), Tally::default());
    assert_eq!(arrived(&site, &taken), (1..=17).collect::<Vec<_>>());
    let ids: Vec<String> = all(&site).iter().map(|it| it.id.to_string()).collect();
    for ((head, _), id) in taken.lock().unwrap().iter().zip(&ids) {
        assert!(head.contains(&format!("x-push-id: {id}")), "{head}");
    }
    site.get("settlement", "/standards/pushes").await.is(200).shows("已送达").shows("1–12").shows("13–17");
    site.get("settlement", "/standards/consumers").await.shows("已推送序号: 17");
    site.get("officer", "/standards/pushes").await.is(403);
}

#[actix_web::test]
async fn what_the_old_endpoint_took_goes_to_the_new_one() {
    let (site, round) = awarded();
    release(&site, &round);
    let id = consumer(&site, "tok");
    let listen = || TcpListener::bind("127.0.0.1:0").unwrap();
    let address = |of: &TcpListener| format!("http://{}/", of.local_addr().unwrap());
    let (old, new) = (listen(), listen());
    set_endpoint(&site, &id, &address(&old));
    let to = address(&new);
    let taken = serve(new, vec![]);
    let done = std::thread::scope(|scope| {
        let courier = Courier::with_patience(Duration::from_secs(20));
        let (db, signer) = (&site.app.db, site.signer());
        let now = site.now();
        let pushing = scope.spawn(move || push::push_due(db, &signer, &courier, &|| now).unwrap());
        let mut stream = old.accept().unwrap().0;
        received(&mut stream);
        set_endpoint(&site, &id, &to);
        stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").unwrap();
        drop(stream);
        pushing.join().unwrap()
    });
    assert_eq!(done, Tally { sent: 1, ..Tally::default() });
    assert_eq!(arrived(&site, &taken), (1..=12).collect::<Vec<_>>());
    assert_eq!((all(&site).len(), run(&site)), (1, Tally::default()));
}

/// Who was written to of a push that was given up.
fn told(site: &Site) -> Vec<String> {
    let letters = mails::table.filter(mails::template.eq("push_given_up"));
    site.app.db.read(|c| Ok(letters.order(mails::address).select(mails::address).load(c)?)).unwrap()
}

#[actix_web::test]
async fn what_was_given_up_waits_for_somebody_and_nothing_passes_it() {
    let (site, round) = awarded();
    release(&site, &round);
    let id = consumer(&site, "tok");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    set_endpoint(&site, &id, &format!("http://{}/", listener.local_addr().unwrap()));
    let taken = serve(listener, vec![Does::Says("503 Later"); 8]);
    for n in 1..=8 {
        let done = run(&site);
        assert_eq!((done.later, done.dead), if n < 8 { (1, 0) } else { (0, 1) }, "try {n}");
        let told = told(&site);
        assert_eq!(told, if n < 8 { vec![] } else { vec!["admin@example.org", "settlement@example.org"] });
        later(&site, 240);
    }
    release_one(&site, &round, "新品");
    assert_eq!(run(&site), Tally::default());
    let dead = all(&site);
    assert_eq!(
        (dead.len(), dead[0].state, dead[0].error.as_str()),
        (1, PushState::Dead, "HTTP 503 Service Unavailable")
    );
    site.get("settlement", "/standards/consumers").await.shows("1 批推送已停止");
    let retry = format!("/standards/pushes/{}/retry", dead[0].id);
    site.get("admin", "/standards/pushes?state=dead").await.is(200).shows(&retry).shows("HTTP 503");
    site.post("reviewer", &retry, &[]).await.is(403);
    site.post("settlement", &retry, &[]).await.is(303);

    // Another node holds it: nobody else sends it before the lease is over.
    let held = |until: Option<Time>| {
        site.app
            .db
            .write(|tx| {
                let all = diesel::update(pushes::table).set(pushes::leased_until.eq(until));
                Ok(all.execute(tx.conn())?)
            })
            .unwrap()
    };
    held(Some(site.now().plus_millis(1_000)));
    assert_eq!(run(&site), Tally::default());
    site.set_clock(site.now().plus_millis(1_000));
    // Two nodes at once send each row once.
    let sent: usize = std::thread::scope(|scope| {
        let nodes: Vec<_> = (0..2).map(|_| scope.spawn(|| run(&site).sent)).collect();
        nodes.into_iter().map(|node| node.join().unwrap()).sum()
    });
    let rest = run(&site).sent;
    assert_eq!((sent + rest, arrived(&site, &taken)), (2, (1..=13).collect::<Vec<_>>()));
    // A consumer that is deactivated gets nothing.
    let ctx = site.ctx();
    site.app.db.write(|tx| jicai::standards::feed::set_active(tx, &ctx, &id, false)).unwrap();
    release_one(&site, &round, "更新品");
    assert_eq!(run(&site), Tally::default());
}
