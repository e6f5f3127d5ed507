//! Until the opening a price can be read nowhere: every page for every role, the trail, mails, jobs, logs.

use std::io::Write;
use std::sync::{Arc, Mutex};

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header;
use actix_web::test;
use diesel::prelude::*;
use jicai::audit::{self, Filter};
use jicai::bids::{self, Refused};
use jicai::rounds::RoundState;
use jicai::schema::{documents, job_runs, mails};
use jicai::types::EnvelopeId;
use jicai::web::{ROUTES, serve};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::bids::{HEADER, NAME, bid, bidding, content, mine, move_on};
use crate::support::Site;

/// A price nobody else's test uses, as written and as the database would scale it.
const PRICE: &str = "7.7731";
const SCALED: &str = "7773100";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything this process logs from now on, down to the finest level, until the second of the two is called: the
/// tests that run after this one have nothing to log for.
fn log() -> (Log, impl FnOnce()) {
    let log = Log::default();
    let writer = log.clone();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("trace"))
        .with_ansi(false)
        // No clock: a moment or a duration can look like the price.
        .without_time()
        .with_span_events(FmtSpan::NEW | FmtSpan::EXIT)
        .with_writer(move || writer.clone())
        .with_filter_reloading();
    let level = builder.reload_handle();
    tracing::subscriber::set_global_default(builder.finish()).unwrap();
    (log, move || level.reload(EnvFilter::new("off")).unwrap())
}

/// Sends a request through the request logger that the server wraps around the site.
async fn send(site: &Site, login: &str, request: test::TestRequest) -> (u16, Vec<u8>) {
    let token = if login.is_empty() { String::new() } else { site.token(login) };
    send_with(&logged(site).await, &token, request).await
}

/// The site with the log a server writes.
async fn logged(
    site: &Site,
) -> impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = actix_web::Error> {
    test::init_service(serve::site(site.app.clone()).wrap(tracing_actix_web::TracingLogger::default())).await
}

async fn send_with<B: MessageBody>(
    service: &impl Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    token: &str,
    mut request: test::TestRequest,
) -> (u16, Vec<u8>) {
    if !token.is_empty() {
        request = request.insert_header((header::COOKIE, format!("session={token}")));
    }
    match service.call(request.to_request()).await {
        Ok(response) => (response.status().as_u16(), test::read_body(response).await.to_vec()),
        Err(error) => (500, format!("{error} {error:?}").into_bytes()),
    }
}

/// Whether the price is there as written, or scaled and not by chance inside an id or a hash.
fn holds_price(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let alone = |part: &str| part.chars().next().is_none_or(|c| !c.is_ascii_alphanumeric());
    let mut scaled = text.match_indices(SCALED);
    text.contains(PRICE)
        || scaled.any(|(at, _)| {
            let before: String = text[..at].chars().next_back().into_iter().collect();
            alone(&before) && alone(&text[at + SCALED.len()..])
        })
}

fn file(line: &str) -> test::TestRequest {
    let edge = "edge";
    let body = format!(
        "--{edge}\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n{}\r\n--{edge}\r\nContent-Disposition: \
         form-data; name=\"file\"; filename=\"bids.csv\"\r\n\r\n{line}\r\n--{edge}--\r\n",
        EnvelopeId::new()
    );
    test::TestRequest::post()
        .insert_header((header::CONTENT_TYPE, format!("multipart/form-data; boundary={edge}")))
        .set_payload(body)
}

#[actix_web::test]
async fn a_sealed_price_appears_nowhere_before_the_opening() {
    let (log, stop_logging) = log();
    let site = Site::with_city();
    let (round, lots, path) = bidding(&site);
    bid(&site, "supplier1", &path, &lots, PRICE).await;
    let envelope = mine(&site, &round, "supplier1").remove(0).id;
    // Refused in every way a submission can be: bad file, broken file, price for a header, late, reused form.
    let upload = format!("{path}/upload");
    let row = |price: &str| format!("{HEADER}\n1,{NAME},甲,0.25g,{price},,,,,");
    for text in
        [row("7.77310001"), row("-7.7731"), "7.7731,lot\n1,2".to_owned(), format!("{HEADER}\n\"7.7731")]
    {
        send(&site, "supplier1", file(&text).uri(&upload)).await;
    }
    let broken = test::TestRequest::post().uri(&upload).set_payload("7.7731");
    send(&site, "supplier1", broken.insert_header((header::CONTENT_TYPE, "multipart/form-data"))).await;
    let form = test::TestRequest::post().uri(&path).set_payload("unit_price:x=7.7731&%%%");
    send(&site, "supplier1", form.insert_header((header::CONTENT_TYPE, "application/x-www-form-urlencoded")))
        .await;
    let reused = content(&round, &lots, &site.who("supplier1").organisation.id, PRICE);
    let (ctx, signer) = (site.ctx_of("supplier1"), site.signer());
    let other = site.app.db.write(|tx| {
        bids::place(tx, &ctx, &signer, &envelope, &content(&round, &lots[..1], &reused.supplier_id, PRICE))
    });
    assert!(matches!(other, Ok(Err(Refused::FormUsed(1)))));
    site.set_clock(round.calendar.bidding_to);
    let (status, body) = send(&site, "supplier1", file(&row(PRICE)).uri(&upload)).await;
    assert!(status == 422 && !holds_price(&body));
    // The state before the opening, with one confirmation made.
    move_on(&site, &round, RoundState::Opening, round.calendar.opening_at);
    let opening = format!("/rounds/{}/opening", round.id);
    let key = String::from_utf8(site.key("officer", &round.id)).unwrap();
    let secret = key.split("secret: ").nth(1).unwrap().trim().to_owned();
    let (status, body) = send(&site, "officer", file(&key).uri(&opening)).await;
    assert!(status == 303 && !String::from_utf8_lossy(&body).contains(&secret));
    let (status, body) = send(&site, "reviewer", file(&key).uri(&opening)).await;
    assert!(status == 422 && !String::from_utf8_lossy(&body).contains(&secret));

    let logins = [
        "",
        "officer",
        "officer2",
        "reviewer",
        "settlement",
        "auditor",
        "admin",
        "hospital1",
        "supplier1",
        "supplier2",
    ];
    // One session each: an account keeps only its newest.
    let logins =
        logins.map(|login| (login, if login.is_empty() { String::new() } else { site.token(login) }));
    let service = logged(&site).await;
    let mut walked = 0;
    for route in ROUTES.iter().filter(|route| route.method == "GET") {
        let address = fill(route.path, round.id.as_str(), envelope.as_str());
        for query in ["", "?as=csv", "?lot=1&company=a"] {
            for (login, token) in &logins {
                let request = test::TestRequest::get().uri(&format!("{address}{query}"));
                let (status, body) = send_with(&service, token, request).await;
                assert!(!holds_price(&body), "{login} reads a sealed price on {address}{query}: {status}");
                let text = String::from_utf8_lossy(&body);
                assert!(!text.contains(&secret), "{login} reads a key on {address}{query}");
                walked += 1;
            }
        }
    }
    assert!(walked > 300, "{walked}");

    let kept = site.app.db.read(|c| {
        let mut all: Vec<String> = Vec::new();
        for e in audit::page(c, &Filter::default(), 100_000)? {
            assert!(!e.action.starts_with("bid.place") || e.account_id.is_none());
            all.push(format!("{e:?}"));
        }
        all.extend(mails::table.select(mails::data).load::<String>(c)?);
        all.extend(mails::table.select(mails::error).load::<String>(c)?);
        all.extend(job_runs::table.select(job_runs::detail).load::<String>(c)?);
        all.extend(documents::table.select(documents::name).load::<String>(c)?);
        let supplier = &reused.supplier_id;
        all.extend(bids::store::refused_of(c, &round.id, supplier)?.iter().map(|r| format!("{r:?}")));
        all.extend(bids::store::receipts(c, &round.id)?.iter().map(|r| format!("{r:?}")));
        assert!(bids::offers(c, &round.id)?.is_empty());
        Ok(all)
    });
    for text in kept.unwrap() {
        assert!(!holds_price(text.as_bytes()) && !text.contains(&secret), "{text}");
    }
    tracing::info!("the log is read");
    stop_logging();
    let logged = log.0.lock().unwrap().clone();
    let logged = String::from_utf8_lossy(&logged);
    assert!(logged.contains("the log is read") && logged.contains("http.route"), "the log was not captured");
    let line = logged.lines().find(|line| holds_price(line.as_bytes()) || line.contains(&secret));
    assert!(line.is_none(), "{line:?}");
}

/// A route's pattern with the round, the envelope, and for anything else the round again.
fn fill(pattern: &str, round: &str, envelope: &str) -> String {
    pattern
        .split('/')
        .map(|part| match part {
            "{envelope}" => envelope,
            part if part.starts_with('{') => round,
            part => part,
        })
        .collect::<Vec<_>>()
        .join("/")
}

/// Whoever takes the database's files away between bid and opening reads no price and opens nothing with them.
#[actix_web::test]
async fn no_price_and_no_key_is_in_the_databases_files_before_the_opening() {
    let site = Site::with_city();
    let Some(file) = site.app.settings.database_url.strip_prefix("sqlite://").map(str::to_owned) else {
        return;
    };
    let (round, lots, path) = bidding(&site);
    for price in ["7.7731", "7.7732", "7.7733"] {
        bid(&site, "supplier1", &path, &lots, price).await;
    }
    move_on(&site, &round, RoundState::Opening, round.calendar.opening_at);
    site.confirm("officer", &round.id).await.is(303);
    let read = || {
        let ends = ["", "-wal", "-shm"].map(|end| std::fs::read(format!("{file}{end}")).unwrap_or_default());
        ends.concat()
    };
    let has = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    let bytes = read();
    assert!(has(&bytes, b"jicai-receipt-1"), "the files were read");
    let scaled = 7_773_100_i64.to_be_bytes();
    for part in [b"7.773", SCALED.as_bytes(), &scaled[4..], b"jicai-bid-1"] {
        assert!(!has(&bytes, part), "{part:?}");
    }
    for login in ["officer", "officer2", "reviewer"] {
        let key = String::from_utf8(site.key(login, &round.id)).unwrap();
        let secret = key.split("secret: ").nth(1).unwrap().trim();
        let raw = jicai::types::unhex::<32>(secret).unwrap();
        assert!(!has(&bytes, secret.as_bytes()) && !has(&bytes, &raw), "{login}'s key");
    }
    // The same price is there once it may be.
    site.confirm("reviewer", &round.id).await.is(303);
    assert!(has(&read(), b"7.7733") && !has(&read(), b"7.7731"));
}
