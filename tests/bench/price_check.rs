//! How long 100,000 claim lines take to be checked against the payment standards: `cargo bench --bench price_check`.
//!
//! 20,000 products with three standards each by years, in SQLite. The same lines are answered (1) over HTTP within this
//! process, from the body of the request to the last byte of the answer, as JSON Lines and as CSV, (2) by the check
//! alone, the index built anew, and (3) by one SQL join of a table of the same lines with the standards, which only
//! finds the standard and reads it; filling that table is not counted. Prints lines a second and the ratio (1)/(3), and
//! fails when the two do not find the same standards.
//!
//! JICAI_BENCH_LINES asks for another number of lines.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::header;
use actix_web::test::{self, TestRequest};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use jicai::config::Settings;
use jicai::db::Db;
use jicai::demo::transactions;
use jicai::files::json::Lines;
use jicai::files::read::Unknown;
use jicai::rounds::{self, Calendar, Round, RoundKind, RoundState};
use jicai::schema::products;
use jicai::standards::feed;
use jicai::standards::feed::check::{self, Index, import};
use jicai::standards::{self, Line, New};
use jicai::tokens::limits::Limits;
use jicai::types::{ConsumerId, Ctx, RoundId, Time, UnitPrice, sha256};
use jicai::web::{App, serve};

fn main() {
    let count = std::env::var("JICAI_BENCH_LINES").ok().and_then(|it| it.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bench.sqlite");
    let settings = BTreeMap::from([
        ("database_url".to_owned(), format!("sqlite://{}", file.display())),
        ("listen".to_owned(), "127.0.0.1:0".to_owned()),
    ]);
    let settings = Settings::from_map(&settings).unwrap();
    let db = Db::open(&settings.database_url, 4).unwrap();
    db.migrate().unwrap();
    let codes = filled(&db);
    println!("{} products, {} standards, {count} claim lines", codes.len(), codes.len() * 3);
    let limits = Arc::new(Limits::per_minute(1_000));
    let app = App { db, settings: Arc::new(settings), clock: Arc::new(Time::now), limits };
    let claims: Vec<(String, String, String, u32)> = (0..count).map(|n: usize| claim(&codes, n)).collect();
    let json: String = claims
        .iter()
        .map(|(code, day, price, quantity)| {
            format!(
                "{{\"code\":\"{code}\",\"date\":\"{day}\",\"price\":\"{price}\",\"quantity\":{quantity}}}\n"
            )
        })
        .collect();
    let csv: String = claims
        .iter()
        .map(|(code, day, price, quantity)| format!("{code},{day},{price},{quantity}\n"))
        .collect();
    let csv = format!("code,date,price,quantity\n{csv}");

    let (http, answer) = over_http(&app, &json);
    told("(1) over HTTP, JSON Lines", http, count);
    let (table, _) = over_http(&app, &csv);
    told("    over HTTP, CSV", table, count);
    let started = Instant::now();
    let index = app.db.read(Index::load).unwrap();
    let built = started.elapsed();
    let lines = Lines::open(json.as_bytes(), import::COLUMNS, Unknown::Ignore, import::LIMITS).unwrap();
    check::run(&index, lines, &mut Vec::new()).unwrap();
    told("(2) the check alone", started.elapsed(), count);
    println!("    of which the index of {} codes: {built:.2?}", index.len());
    let (join, sum) = joined(&app.db, &claims);
    told("(3) one SQL join of the same lines", join, count);
    println!("(1)/(3) = {}; wanted: 100,000 lines over HTTP in less than 2 s", ratio(http, join));
    assert_eq!(answered(&answer), sum, "both find the same standards");
    let wanted = Duration::from_secs(2) * u32::try_from(count.div_ceil(100_000)).unwrap();
    assert!(http < wanted, "{http:.2?}");
}

fn told(what: &str, took: Duration, count: usize) {
    let each = count as u128 * 1_000_000 / took.as_micros().max(1);
    println!("{what}: {took:.2?}, {each} lines/s");
}

fn ratio(one: Duration, other: Duration) -> String {
    let hundredths = one.as_micros() * 100 / other.as_micros().max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// The price of a product's standard in a year, in thousandths of a yuan.
fn thousandths(at: usize, year: usize) -> usize {
    1_000 + at * 7 % 90_000 - year * 100
}

fn claim(codes: &[String], n: usize) -> (String, String, String, u32) {
    let at = n * 7_919 % codes.len();
    let day = format!("{}-{:02}-{:02}", 2026 + n % 4, 1 + n % 12, 1 + n % 28);
    let price = thousandths(at, 0) + n % 300;
    (
        codes[at].clone(),
        day,
        format!("{}.{:03}", price / 1_000, price % 1_000),
        1 + u32::try_from(n % 60).unwrap(),
    )
}

/// Products with standards from 2027 on, one a year; gives their codes.
fn filled(db: &Db) -> Vec<String> {
    let ctx = Ctx::system(Time::now(), "bench");
    transactions::enter(db, &ctx).unwrap();
    let codes: Vec<String> =
        db.read(|c| Ok(products::table.order(products::code).select(products::code).load(c)?)).unwrap();
    let now = ctx.now;
    let round = db
        .write(|tx| {
            rounds::seed_rule_sets(tx, &ctx)?;
            let rules = rounds::store::latest_rule_set(tx.conn(), "GY-YD2024-2")?.unwrap();
            let round = Round {
                id: RoundId::new(),
                number: "BENCH-1".to_owned(),
                title: "bench".to_owned(),
                kind: RoundKind::Drug,
                state: RoundState::Executing,
                rule_set_id: rules.id,
                calendar: Calendar {
                    demand_from: now,
                    demand_to: now,
                    bidding_from: now,
                    bidding_to: now,
                    opening_at: now,
                    publicity_from: now,
                    publicity_to: now,
                    contract_to: now,
                    execution_from: now.day(),
                    execution_to: now.day(),
                },
                version: 1,
                created_at: now,
                published_at: Some(now),
            };
            rounds::store::insert_round(tx, &round)?;
            Ok(round)
        })
        .unwrap();
    for (part, list) in codes.chunks(2_000).enumerate() {
        let mut rows = Vec::new();
        for (n, code) in list.iter().enumerate() {
            for year in 0..3 {
                let standard = thousandths(part * 2_000 + n, year);
                let standard: UnitPrice =
                    format!("{}.{:03}", standard / 1_000, standard % 1_000).parse().unwrap();
                let line = Line {
                    lot: "1".to_owned(),
                    product: code.clone(),
                    generic: "通用名".to_owned(),
                    spec: "0.25g".to_owned(),
                    pack: String::new(),
                    company: "生产企业".to_owned(),
                    standard,
                    price: standard,
                    starts: format!("{}-01-01", 2027 + year).parse().unwrap(),
                    ends: format!("{}-12-31", 2027 + year).parse().ok(),
                    basis: "CUT".to_owned(),
                    clause: "bench".to_owned(),
                    arithmetic: "bench".to_owned(),
                    ..Line::default()
                };
                rows.push(New { line, supersedes: None });
            }
        }
        db.write(|tx| standards::write(tx, &ctx, &round, rows.clone())).unwrap();
    }
    db.write(|tx| feed::add_consumer(tx, &ctx, ConsumerId::new(), "bench", &sha256(b"bench"))).unwrap();
    codes
}

fn over_http(app: &App, body: &str) -> (Duration, Vec<u8>) {
    actix_web::rt::System::new().block_on(async {
        let service = test::init_service(serve::site(app.clone())).await;
        let request = TestRequest::post()
            .uri("/api/price-check")
            .insert_header((header::AUTHORIZATION, "Bearer bench"))
            .set_payload(body.to_owned())
            .to_request();
        let started = Instant::now();
        let response = test::call_service(&service, request).await;
        assert!(response.status().is_success(), "{}", response.status());
        let bytes = test::read_body(response).await;
        (started.elapsed(), bytes.to_vec())
    })
}

/// The sum of the numbers of the rows that were answered.
fn answered(bytes: &[u8]) -> i64 {
    let text = std::str::from_utf8(bytes).unwrap();
    let seq = |line: &str| {
        let (_, rest) = line.split_once("\"seq\":").unwrap();
        rest.split(',').next().unwrap().parse::<i64>().unwrap_or(0)
    };
    text.lines().map(seq).sum()
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    sum: i64,
    #[diesel(sql_type = BigInt)]
    prices: i64,
}

/// The same lines in a table joined with the standards in force; the sum of the rows' numbers.
fn joined(db: &Db, claims: &[(String, String, String, u32)]) -> (Duration, i64) {
    db.write(|tx| {
        let create = "CREATE TABLE bench_claims (code TEXT NOT NULL, day DATE NOT NULL, price BIGINT NOT NULL, quantity BIGINT NOT NULL)";
        tx.conn().batch_execute(create)?;
        for part in claims.chunks(500) {
            let rows: Vec<String> = part
                .iter()
                .map(|(code, day, price, quantity)| {
                    format!("('{code}','{day}',{},{quantity})", price.parse::<UnitPrice>().unwrap().scaled())
                })
                .collect();
            tx.conn().batch_execute(&format!("INSERT INTO bench_claims VALUES {}", rows.join(",")))?;
        }
        Ok(())
    })
    .unwrap();
    let started = Instant::now();
    let query = "SELECT CAST(SUM(s.seq) AS BIGINT) AS sum, CAST(SUM(MIN(s.standard, c.price)) AS BIGINT) AS prices \
        FROM bench_claims c INNER JOIN standards s ON s.product = c.code AND s.starts <= c.day \
        AND (s.ends IS NULL OR s.ends >= c.day) \
        AND NOT EXISTS (SELECT 1 FROM standards later WHERE later.supersedes = s.seq)";
    let found: Sum = db.read(|c| Ok(diesel::sql_query(query).get_result(c)?)).unwrap();
    let took = started.elapsed();
    assert!(found.prices > 0);
    (took, found.sum)
}
