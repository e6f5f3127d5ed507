//! How long the pages of prices take with many purchases stored: `cargo bench --bench prices`.
//!
//! JICAI_BENCH_DATABASE names a database that holds purchases already (it is given an account, and findings and listings
//! when it has none); without it one is made of JICAI_BENCH_LINES generated purchases, five million if that is not set.
//! Each page is asked for 100 times in turn, in process, and its p50 and p99 are printed beside the p50 of the SQL that
//! reads the same rows on the same connection. A page over 200 ms fails the run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::header;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use jicai::config::Settings;
use jicai::db::Db;
use jicai::demo::transactions::{self, Plan};
use jicai::people::{self, NewAccount, Organisation, OrganisationKind, Role, password};
use jicai::prices::board::counting;
use jicai::prices::ingest::{self, How, Source};
use jicai::text::Lang;
use jicai::tokens::limits::Limits;
use jicai::types::{AccountId, Ctx, OrganisationId, Time, sha256};
use jicai::web::{App, serve};

/// Most a page may take.
const MOST: Duration = Duration::from_millis(200);
/// How often each is asked for.
const TIMES: usize = 100;

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Text)]
    id: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let own = format!("sqlite://{}", folder.path().join("prices.sqlite").display());
    let given = std::env::var("JICAI_BENCH_DATABASE").ok();
    let url = given.clone().unwrap_or(own);
    let db = Db::open(&url, 4).unwrap();
    db.migrate().unwrap();
    if given.is_none() {
        generate(&db, folder.path());
    }
    fill(&db);
    let began = Instant::now();
    let months = counting::count(&db, Time::now()).unwrap();
    println!("counted {months} months in {:.1?}", began.elapsed());
    let began = Instant::now();
    let again = counting::count(&db, Time::now()).unwrap();
    println!("counted again, {again} months, in {:.1?}", began.elapsed());
    let token = account(&db);
    let settings = BTreeMap::from([
        ("database_url".to_owned(), url),
        ("signing_key_file".to_owned(), folder.path().join("signing.key").display().to_string()),
        ("listen".to_owned(), "127.0.0.1:0".to_owned()),
        ("base_url".to_owned(), "http://jicai.example".to_owned()),
        ("secure_cookies".to_owned(), "false".to_owned()),
    ]);
    let settings = Arc::new(Settings::from_map(&settings).unwrap());
    let app = App { db, settings, clock: Arc::new(Time::now), limits: Arc::new(Limits::per_minute(1)) };
    println!("{} purchases, {} findings", number(&app.db, "transactions"), number(&app.db, "findings"));
    let slow = actix_web::rt::System::new().block_on(measure(&app, &token));
    assert!(slow.is_empty(), "over {MOST:?}: {slow:?}");
}

fn generate(db: &Db, folder: &std::path::Path) {
    let lines =
        std::env::var("JICAI_BENCH_LINES").ok().and_then(|text| text.parse().ok()).unwrap_or(5_000_000);
    let began = Instant::now();
    let (file, ctx) = (folder.join("transactions.csv"), Ctx::system(Time::now(), "bench"));
    let out = std::io::BufWriter::new(std::fs::File::create(&file).unwrap());
    transactions::write(&Plan { lines, seed: 1, until: Time::now().plus_days(-1).day() }, out).unwrap();
    transactions::enter(db, &ctx).unwrap();
    let source = Source { name: "transactions.csv", open: &|| std::fs::File::open(&file) };
    ingest::run(db, &ctx, &source, How::Whole, &mut |_| {}).unwrap();
    println!("{lines} purchases generated and taken in {:.1?}", began.elapsed());
}

fn number(db: &Db, table: &str) -> i64 {
    let row: Number = db
        .read(|c| Ok(diesel::sql_query(format!("SELECT COUNT(*) AS n FROM {table}")).get_result(c)?))
        .unwrap();
    row.n
}

/// Gives the database about 60,000 findings and the products listings in two other regions, when it has none.
fn fill(db: &Db) {
    let with = |statement: &str| db.write(|tx| Ok(tx.conn().batch_execute(statement)?)).unwrap();
    if number(db, "findings") == 0 {
        with(
            "INSERT INTO findings (id, key, rule, rule_version, product_id, hospital_id, supplier, month, tier, \
              observed, reference, quantity, effect, effect_all, figures, state, found_at, seen_at) \
              SELECT '0190a0a0-0000-7000-8000-' || SUBSTR(CAST(1000000000000 + t.id AS TEXT), 2), CAST(t.id AS TEXT), \
              CASE t.id % 6 WHEN 0 THEN 'jiangsu-2021' WHEN 1 THEN 'contract' WHEN 2 THEN 'standard' WHEN 3 THEN 'jump' \
                WHEN 4 THEN 'outlier' ELSE 'volume' END, 1, p.product_id, h.hospital_id, t.supplier, \
              (SELECT MAX(day) FROM transactions x WHERE x.product = t.product AND x.day <= t.day), \
              CASE t.id % 7 WHEN 0 THEN 'red3' WHEN 1 THEN 'red2' WHEN 2 THEN 'red1' ELSE 'yellow' END, \
              t.unit_price, t.unit_price * 2 / 3, t.quantity, t.amount / 3, t.amount, '[]', 'standing', 1, 1 \
              FROM transactions t INNER JOIN product_numbers p ON p.no = t.product \
              INNER JOIN hospital_numbers h ON h.no = t.hospital WHERE t.quantity > 0 AND t.id % 80 = 3",
        );
        first_days(db);
    }
    if number(db, "listings") == 0 {
        for (n, region) in [(1, "region-a"), (2, "region-b")] {
            with(&format!(
                "INSERT INTO listings (id, product_id, region, from_day, price, source, created_at) \
                 SELECT '0190a0a{n}' || SUBSTR(p.product_id, 9), p.product_id, '{region}', '2025-01-01', \
                 (SELECT t.unit_price FROM transactions t WHERE t.product = p.no ORDER BY t.day LIMIT 1) * (11 + {n}), \
                 'bench', 1 FROM product_numbers p \
                 WHERE EXISTS (SELECT 1 FROM transactions t WHERE t.product = p.no)"
            ));
        }
    }
}

/// A finding is of a month, by its first day.
fn first_days(db: &Db) {
    use jicai::prices::board::month_of;
    use jicai::schema::findings::dsl::{findings, month};
    db.write(|tx| {
        let days: Vec<chrono::NaiveDate> = findings.select(month).distinct().load(tx.conn())?;
        for day in days {
            diesel::update(findings.filter(month.eq(day))).set(month.eq(month_of(day))).execute(tx.conn())?;
        }
        Ok(())
    })
    .unwrap();
}

/// An officer who is logged in.
fn account(db: &Db) -> String {
    let (token, ctx) = (password::token(), Ctx::system(Time::now(), "bench"));
    let hash = password::hash("password-of-the-bench").unwrap();
    let code = format!("bench-{}", AccountId::new());
    let bureau = Organisation {
        id: OrganisationId::new(),
        kind: OrganisationKind::Bureau,
        name: code.clone(),
        code: code.clone(),
        region: "金华市".to_owned(),
        tier: String::new(),
        group_name: String::new(),
        active: true,
        created_at: ctx.now,
    };
    db.write(|tx| {
        let bureau = people::add_organisation(tx, &ctx, bureau.clone())?;
        let new = NewAccount {
            id: AccountId::new(),
            organisation_id: bureau.id,
            login: code.chars().take(30).collect(),
            name: "bench".to_owned(),
            email: "bench@example.org".to_owned(),
            lang: Lang::Zh,
            roles: vec![Role::Officer],
            password_hash: hash.clone(),
            must_change: false,
        };
        let account = people::add_account(tx, &ctx, new)?;
        people::sign_in(tx, &ctx, &account.id, true, &sha256(token.as_bytes()), "bench")
    })
    .unwrap()
    .unwrap();
    token
}

/// The pages, each with the SQL that reads the same rows.
fn pages(db: &Db) -> Vec<(&'static str, String, String)> {
    let one = |statement: &str| {
        let row: Id = db.read(|c| Ok(diesel::sql_query(statement).get_result(c)?)).unwrap();
        row.id
    };
    let product_no = "SELECT product FROM transactions GROUP BY product ORDER BY COUNT(*) DESC LIMIT 1";
    let product = one(&format!("SELECT product_id AS id FROM product_numbers WHERE no = ({product_no})"));
    let hospital_no = "SELECT hospital FROM transactions GROUP BY hospital ORDER BY COUNT(*) DESC LIMIT 1";
    let hospital = one(&format!("SELECT hospital_id AS id FROM hospital_numbers WHERE no = ({hospital_no})"));
    let finding = one("SELECT id FROM findings ORDER BY effect DESC LIMIT 1");
    let no = |statement: &str| one(&format!("SELECT CAST(({statement}) AS TEXT) AS id"));
    let (product_no, hospital_no) = (no(product_no), no(hospital_no));
    let of_product =
        format!("SELECT day, hospital, unit_price, quantity FROM transactions WHERE product = {product_no}");
    let month = one("SELECT SUBSTR(CAST(last_month AS TEXT), 1, 7) AS id FROM board_counts");
    vec![
        (
            "board",
            "/prices?months=12".to_owned(),
            "SELECT * FROM finding_tops WHERE months = 12".to_owned(),
        ),
        (
            "findings",
            "/findings".to_owned(),
            "SELECT * FROM findings WHERE state = 'standing' ORDER BY effect DESC, id DESC LIMIT 51".to_owned(),
        ),
        (
            "findings, narrow",
            "/findings?rule=jump&tier=red3&case=without&from=2020-01&sort=effect".to_owned(),
            "SELECT id FROM findings WHERE state = 'standing' AND rule = 'jump' AND tier = 'red3' AND month >= '2020-01-01' \
             AND case_id IS NULL ORDER BY effect DESC, id DESC LIMIT 51"
                .to_owned(),
        ),
        (
            "findings, by month",
            "/findings?sort=month".to_owned(),
            "SELECT id FROM findings WHERE state = 'standing' ORDER BY month DESC, effect DESC, id DESC LIMIT 51".to_owned(),
        ),
        ("finding", format!("/findings/{finding}"), of_product.clone()),
        ("product", format!("/prices/products/{product}?months=36"), of_product),
        (
            "hospital",
            format!("/prices/hospitals/{hospital}"),
            format!("SELECT * FROM purchase_sums WHERE part = 'hospital' AND key = '{hospital}'"),
        ),
        (
            "hospitals",
            "/prices/hospitals".to_owned(),
            format!("SELECT * FROM purchase_sums WHERE part = 'hospital' AND month = '{month}-01'"),
        ),
        (
            "suppliers",
            "/prices/suppliers".to_owned(),
            format!("SELECT * FROM purchase_sums WHERE part = 'supplier' AND month = '{month}-01'"),
        ),
        (
            "purchases of a hospital",
            format!("/prices/purchases?hospital={hospital}&month={month}"),
            format!(
                "SELECT id FROM transactions WHERE hospital = {hospital_no} AND day >= '{month}-01' \
                 ORDER BY day DESC, id DESC LIMIT 101"
            ),
        ),
        (
            "purchases of a product",
            format!("/prices/purchases?product={product}"),
            format!("SELECT id FROM transactions WHERE product = {product_no} ORDER BY day DESC, id DESC LIMIT 101"),
        ),
        (
            "search",
            "/prices/search?q=%E6%A0%B7%E6%9C%AC".to_owned(),
            "SELECT id FROM products WHERE search LIKE '%样本%' ORDER BY generic, code LIMIT 20".to_owned(),
        ),
    ]
}

async fn measure(app: &App, token: &str) -> Vec<&'static str> {
    let service = init_service(serve::site(app.clone())).await;
    let mut slow = Vec::new();
    println!("{:<26}{:>10}{:>10}{:>10}{:>9}{:>9}", "page", "p50", "p99", "SQL p50", "ratio", "KB");
    for (name, path, statement) in pages(&app.db) {
        let (mut took, mut bytes) = (Vec::new(), 0);
        for n in 0..TIMES + 3 {
            let cookie = (header::COOKIE, format!("session={token}"));
            let began = Instant::now();
            let request = TestRequest::get().uri(&path).insert_header(cookie).to_request();
            let answer = call_service(&service, request).await;
            assert_eq!(answer.status(), 200, "{path}");
            bytes = read_body(answer).await.len();
            if n >= 3 {
                took.push(began.elapsed());
            }
        }
        let (p50, p99) = percentiles(took);
        let (base, _) = percentiles((0..20).map(|_| read(&app.db, &statement)).collect());
        let ratio = p50.as_micros() * 10 / base.as_micros().max(1);
        println!(
            "{name:<26}{:>10.1?}{:>10.1?}{:>10.1?}{:>9}{:>9}",
            p50,
            p99,
            base,
            format!("{}.{}", ratio / 10, ratio % 10),
            bytes / 1024
        );
        if p99 > MOST {
            slow.push(name);
        }
    }
    slow
}

fn read(db: &Db, statement: &str) -> Duration {
    let began = Instant::now();
    let counted = format!("SELECT COUNT(*) AS n FROM ({statement}) x");
    let _: Number = db.read(|c| Ok(diesel::sql_query(counted).get_result(c)?)).unwrap();
    began.elapsed()
}

fn percentiles(mut took: Vec<Duration>) -> (Duration, Duration) {
    took.sort_unstable();
    let at = |share: usize| took.get(took.len().saturating_sub(1) * share / 100).copied().unwrap_or_default();
    (at(50), at(99))
}
