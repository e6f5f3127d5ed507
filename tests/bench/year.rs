//! How long pages, the statement, a month's direct settlement and the nightly checks take on a generated year:
//! `DATABASE_URL=… jicai generate year`, then `JICAI_BENCH_DATABASE=… cargo bench --bench year`.
//!
//! Each figure stands beside a baseline of the same run: the same totals by one SQL statement, and their ratio. The
//! settlement changes the database, so a second run on it leaves the settlement out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::header;
use actix_web::test;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use jicai::config::Settings;
use jicai::db::Db;
use jicai::incidents;
use jicai::payments::bank::{self, BankAccount, BankState};
use jicai::payments::claims::{self, Submission, verify};
use jicai::payments::settlements::{self, NewFile, import, steps};
use jicai::people::{self, OrganisationKind, password};
use jicai::schema::{orders, organisations, settlements as settlement_rows, transfer_attempts, transfers};
use jicai::tokens::limits::Limits;
use jicai::types::{
    AccountId, Actor, BankAccountId, Ctx, DeductionActId, Money, OrganisationId, PaymentFileId, SettlementId,
    SubmissionId, Time, sha256,
};
use jicai::web::{App, serve};

/// How often a page is asked for.
const TIMES: usize = 20;

fn main() {
    let Ok(url) = std::env::var("JICAI_BENCH_DATABASE") else {
        println!("JICAI_BENCH_DATABASE names no database with a generated year; nothing is measured");
        return;
    };
    let db = Db::open(&url, 4).unwrap();
    let last: chrono::NaiveDate = db
        .read(|c| Ok(orders::table.select(diesel::dsl::max(orders::placed_on)).first::<Option<_>>(c)?))
        .unwrap()
        .unwrap();
    // The third day of the month after the year: last month is claimed for.
    let next = last.checked_add_months(chrono::Months::new(1)).unwrap();
    let day = chrono::Datelike::with_day(&next, 3).unwrap();
    let now = Time::parse_local(&format!("{day} 10:00")).unwrap();
    let secrets = tempfile::tempdir().unwrap();
    let settings = BTreeMap::from([
        ("database_url".to_owned(), url.clone()),
        ("signing_key_file".to_owned(), secrets.path().join("key").display().to_string()),
        ("listen".to_owned(), "127.0.0.1:0".to_owned()),
        ("base_url".to_owned(), "http://127.0.0.1".to_owned()),
        ("secure_cookies".to_owned(), "false".to_owned()),
    ]);
    let settings = Arc::new(Settings::from_map(&settings).unwrap());
    let app = App { db, settings, clock: Arc::new(move || now), limits: Arc::new(Limits::per_minute(1)) };
    println!("year until {last}, seen on {day}, {}", url.split(':').next().unwrap_or_default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, pages(&app));
    invariants(&app);
    settlement(&app, now);
    println!("peak memory {} MB", peak());
}

/// The most memory this process ever held.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1_024
}

fn timed<T>(body: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let value = body();
    (value, began.elapsed())
}

fn ratio(one: Duration, other: Duration) -> String {
    let hundredths = one.as_micros() * 100 / other.as_micros().max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = Nullable<BigInt>)]
    sum: Option<i64>,
}

/// One SQL statement that gives one number.
fn sql(db: &Db, text: &str) -> (i64, Duration) {
    let (sum, took) = timed(|| db.read(|c| Ok(diesel::sql_query(text).get_result::<Sum>(c)?)).unwrap());
    (sum.sum.unwrap_or(0), took)
}

async fn pages(app: &App) {
    let service = test::init_service(serve::site(app.clone())).await;
    let (hospital, supplier) = app
        .db
        .read(|c| {
            let of = |c: &mut jicai::db::Conn, login: &str| -> jicai::error::Result<OrganisationId> {
                Ok(people::store::account_by_login(c, login)?.unwrap().organisation_id)
            };
            Ok((of(c, "hospital1")?, of(c, "supplier1")?))
        })
        .unwrap();
    let statement = format!("/statements/{hospital}/{supplier}");
    let all = [
        ("officer", "/orders"),
        ("officer", "/deliveries"),
        ("officer", "/deliveries/shortfalls"),
        ("officer", "/invoices"),
        ("officer", "/payments"),
        ("officer", "/payments/receipts"),
        ("officer", "/ageing"),
        ("officer", "/statements"),
        ("officer", "/progress"),
        ("officer", "/contracts"),
        ("officer", "/claims"),
        ("settlement", "/settlements"),
        ("officer", "/incidents"),
        ("officer", "/credit"),
        ("hospital1", "/"),
        ("hospital1", "/orders"),
        ("hospital1", "/orders/new"),
        ("hospital1", "/deliveries"),
        ("hospital1", "/invoices"),
        ("hospital1", "/payments/new"),
        ("hospital1", "/ageing"),
        ("hospital1", "/progress"),
        ("hospital1", statement.as_str()),
        ("supplier1", "/"),
        ("supplier1", "/orders"),
        ("supplier1", "/deliveries"),
        ("supplier1", "/invoices"),
        ("supplier1", "/invoices/new"),
        ("supplier1", "/claims"),
        ("supplier1", "/ageing"),
        ("supplier1", "/progress"),
    ];
    println!("{:<12}{:<24}{:>6}{:>10}{:>10}{:>10}", "who", "page", "status", "first ms", "p50 ms", "max ms");
    for (login, path) in all {
        let cookie = format!("session={}", token(app, login));
        let mut times = Vec::new();
        let mut status = 0;
        for _ in 0..=TIMES {
            let request = test::TestRequest::get().uri(path).insert_header((header::COOKIE, cookie.as_str()));
            let began = Instant::now();
            let response = test::call_service(&service, request.to_request()).await;
            status = response.status().as_u16();
            let body = test::read_body(response).await;
            assert!(status == 200 && !body.is_empty(), "{path}: {status}");
            times.push(began.elapsed());
        }
        let first = times.remove(0);
        times.sort();
        let shown = if path.starts_with("/statements/") { "/statements/…/…" } else { path };
        println!(
            "{login:<12}{shown:<24}{status:>6}{:>10}{:>10}{:>10}",
            millis(first),
            millis(times[TIMES / 2]),
            millis(times[TIMES - 1])
        );
    }
    let cookie = format!("session={}", token(app, "hospital1"));
    let request = test::TestRequest::get().uri(&statement).insert_header((header::COOKIE, cookie));
    let began = Instant::now();
    let response = test::call_service(&service, request.to_request()).await;
    assert_eq!(response.status().as_u16(), 200);
    let took = began.elapsed();
    let (_, base) = sql(
        &app.db,
        &format!(
            "SELECT CAST(SUM(amount - credited - paid) AS BIGINT) AS sum FROM receipts \
             WHERE hospital_id = '{hospital}' AND supplier_id = '{supplier}'"
        ),
    );
    println!(
        "the largest hospital's statement with the largest supplier: {} ms; its sum by one statement of SQL {} ms; ratio {}",
        millis(took),
        millis(base),
        ratio(took, base)
    );
}

fn millis(it: Duration) -> String {
    format!("{}.{}", it.as_millis(), it.as_micros() % 1_000 / 100)
}

/// A session without the slow password check.
fn token(app: &App, login: &str) -> String {
    let token = password::token();
    let hash = sha256(token.as_bytes());
    let ctx = Ctx::system(app.now(), "bench");
    let id = app.db.read(|c| people::store::account_by_login(c, login)).unwrap().unwrap().id;
    app.db.write(|tx| people::sign_in(tx, &ctx, &id, true, &hash, "bench")).unwrap().unwrap();
    token
}

fn invariants(app: &App) {
    let ctx = Ctx::system(app.now(), "bench");
    let (run, took) = timed(|| incidents::check(&app.db, &ctx, || app.now()).unwrap());
    // What the checks add up, in one statement: lines, receipts, invoices and payments with their rows.
    let text = "SELECT CAST((SELECT SUM(l.accepted) FROM order_lines l) \
        + (SELECT SUM(d.quantity) FROM delivery_lines d JOIN order_lines l ON l.id = d.order_line_id) \
        + (SELECT SUM(r.accepted) FROM receipts r JOIN order_lines l ON l.id = r.order_line_id) \
        + (SELECT SUM(i.amount) FROM invoice_lines i JOIN receipts r ON r.id = i.receipt_id) \
        + (SELECT SUM(p.amount) FROM payment_lines p JOIN receipts r ON r.id = p.receipt_id) AS BIGINT) AS sum";
    let (_, base) = sql(&app.db, text);
    println!(
        "nightly checks: {} rows, {} breaches, {} ms; the sums by one statement of SQL {} ms; ratio {}",
        run.rows_read,
        run.breaches,
        millis(took),
        millis(base),
        ratio(took, base)
    );
}

/// Whoever acts for an organisation.
fn acts(now: Time, organisation: &OrganisationId, login: &str) -> Ctx {
    Ctx {
        now,
        actor: Actor { account: None, organisation: Some(organisation.clone()), name: login.to_owned() },
    }
}

fn account(app: &App, login: &str) -> (AccountId, OrganisationId) {
    let it = app.db.read(|c| people::store::account_by_login(c, login)).unwrap().unwrap();
    (it.id, it.organisation_id)
}

/// Every supplier and the bureau get an approved account.
fn banks(app: &App, now: Time, suppliers: &[OrganisationId]) {
    let (clerk, bureau) = account(app, "settlement");
    let (second, _) = account(app, "settlement2");
    for (i, organisation) in suppliers.iter().chain([&bureau]).enumerate() {
        let it = BankAccount {
            id: BankAccountId::new(),
            organisation_id: organisation.clone(),
            holder: format!("户名{i}"),
            bank: "中国工商银行".to_owned(),
            cnaps: "102338001234".to_owned(),
            number: format!("6222{i:012}"),
            state: BankState::Entered,
            entered_at: now,
            entered_by: Some(clerk.clone()),
            decided_at: None,
            decided_by: None,
            remark: String::new(),
        };
        let entered = Ctx {
            now,
            actor: Actor {
                account: Some(clerk.clone()),
                organisation: Some(organisation.clone()),
                name: "bench".to_owned(),
            },
        };
        let decided = Ctx {
            now,
            actor: Actor {
                account: Some(second.clone()),
                organisation: Some(bureau.clone()),
                name: "bench".to_owned(),
            },
        };
        app.db.write(|tx| bank::enter(tx, &entered, it.clone())).unwrap();
        app.db.write(|tx| bank::decide(tx, &decided, &it.id, true, "")).unwrap();
    }
}

fn settlement(app: &App, now: Time) {
    let known: i64 = app.db.read(|c| Ok(settlement_rows::table.count().get_result(c)?)).unwrap();
    if known > 0 {
        println!("a settlement is there already; it is not measured again");
        return;
    }
    let of_kind = |kind: OrganisationKind| -> Vec<OrganisationId> {
        let of = organisations::table.filter(organisations::kind.eq(kind)).order(organisations::id);
        app.db.read(|c| Ok(of.select(organisations::id).load(c)?)).unwrap()
    };
    let (suppliers, hospitals) = (of_kind(OrganisationKind::Supplier), of_kind(OrganisationKind::Hospital));
    banks(app, now, &suppliers);
    let month = claims::month_of(now.day());
    let (_, base) = sql(
        &app.db,
        &format!(
            "SELECT CAST(SUM(amount) AS BIGINT) AS sum FROM (SELECT supplier_id, hospital_id, SUM(amount - credited - paid) AS amount \
             FROM receipts WHERE payer = 'fund' AND state = 'invoiced' AND received_on < '{}' GROUP BY supplier_id, hospital_id) part",
            month.checked_add_months(chrono::Months::new(1)).unwrap()
        ),
    );
    let (_, submitted) = timed(|| {
        for supplier in &suppliers {
            let it = Submission { id: SubmissionId::new(), supplier: supplier.clone(), month, seen: None };
            let ctx = acts(now, supplier, "supplier");
            app.db.write(|tx| claims::submit(tx, &ctx, &it)).unwrap();
        }
    });
    let (_, verified) = timed(|| {
        for hospital in &hospitals {
            let waiting = app.db.read(|c| verify::waiting_of(c, hospital)).unwrap();
            let ctx = acts(now, hospital, "hospital");
            if !waiting.is_empty() {
                app.db.write(|tx| verify::confirm(tx, &ctx, &waiting)).unwrap();
            }
        }
    });
    let (clerk, bureau) = account(app, "settlement");
    let (reviewer, _) = account(app, "reviewer");
    let person = |account: &AccountId| Ctx {
        now,
        actor: Actor {
            account: Some(account.clone()),
            organisation: Some(bureau.clone()),
            name: "bench".to_owned(),
        },
    };
    let (clerk, reviewer, id) = (person(&clerk), person(&reviewer), SettlementId::new());
    let (_, drawn) = timed(|| {
        app.db.write(|tx| settlements::open(tx, &clerk, &id, month)).unwrap();
        steps::advance(&app.db, &clerk, &id, usize::MAX).unwrap();
    });
    let (_, paid) = timed(|| {
        app.db.write(|tx| settlements::decide(tx, &reviewer, &id, true, "")).unwrap();
        let new = NewFile {
            id: PaymentFileId::new(),
            settlement_id: id.clone(),
            execute_on: now.day(),
            again: false,
        };
        app.db.write(|tx| settlements::make_file(tx, &clerk, &new)).unwrap();
        let sent: Vec<(String, Money)> = app
            .db
            .read(|c| {
                Ok(transfer_attempts::table
                    .inner_join(transfers::table)
                    .filter(transfers::settlement_id.eq(&id))
                    .select((transfer_attempts::id, transfer_attempts::amount))
                    .load(c)?)
            })
            .unwrap();
        let mut file = String::from("end_to_end_id,result,amount,paid_on,reference,reason\n");
        for (attempt, amount) in sent {
            file.push_str(&format!("{attempt},paid,{amount},{},B{attempt},\n", now.day()));
        }
        app.db.write(|tx| import::apply(tx, &clerk, &id, "bank.csv", file.as_bytes())).unwrap();
        steps::advance(&app.db, &clerk, &id, usize::MAX).unwrap();
    });
    let (_, deducted) = timed(|| {
        let month = chrono::Datelike::with_day(&now.day(), 1).unwrap();
        app.db.write(|tx| settlements::deduct(tx, &clerk, &DeductionActId::new(), &id, month)).unwrap();
        steps::advance(&app.db, &clerk, &id, usize::MAX).unwrap();
    });
    let done = app.db.read(|c| settlements::store::settlement(c, &id)).unwrap().unwrap();
    let all = submitted + verified + drawn + paid + deducted;
    println!(
        "direct settlement of {} claims with {} lines, {} yuan, state {}: submit {} ms, verify {} ms, draw up {} ms, pay and book {} ms, deduct {} ms",
        done.claims,
        done.lines,
        done.amount,
        done.state,
        millis(submitted),
        millis(verified),
        millis(drawn),
        millis(paid),
        millis(deducted)
    );
    println!(
        "all {} ms; its sums by one statement of SQL {} ms; ratio {}",
        millis(all),
        millis(base),
        ratio(all, base)
    );
}
