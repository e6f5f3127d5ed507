//! Scans of stored prices: what every rule finds end to end, that the same again changes nothing, what is said to have
//! changed and why, and runs that are killed or overtaken.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use diesel::prelude::*;
use jicai::prices::findings::{self, Figure, Finding, State};
use jicai::prices::monitoring::{Rule, rules};
use jicai::scans::{self, Asked, Cause, ScanRun};
use jicai::schema::{listings, products, scan_changes, scan_runs, standards};
use jicai::types::{ListingId, ProductId, ReleaseId, StandardId, Time, UnitPrice};

use crate::chain::signed;
use crate::prices::{HEADER, product, take};
use crate::support::Site;

const AMOXICILLIN: &str = "XJ01CAA001E001";

/// Takes purchases: day, hospital's code, product's code, quantity, price.
pub fn bought(site: &Site, lines: &[&str]) {
    let mut text = HEADER.to_owned();
    for line in lines {
        let [day, hospital, product, quantity, price] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!()
        };
        let (units, unit): (jicai::types::Quantity, UnitPrice) =
            (quantity.parse().unwrap(), price.parse().unwrap());
        let amount = jicai::types::Money::of(units, unit).unwrap();
        text.push_str(&format!("{day},{hospital},{product},国药控股,{quantity},{price},{amount}\n"));
    }
    assert_eq!(take(site, &text).unwrap().new, lines.len() as i64);
}

fn all() -> Asked {
    Asked { rules: rules::all().unwrap(), is_whole: true, ..Asked::default() }
}

fn scan(site: &Site, asked: &Asked) -> jicai::error::Result<ScanRun> {
    let ctx = jicai::types::Ctx::system(site.now(), "scan");
    scans::run(&site.app.db, &ctx, asked, &mut |_| (), &|| site.now())
}

fn stored(site: &Site) -> Vec<Finding> {
    use jicai::schema::findings::table;
    site.app.db.read(|c| Ok(table.select(Finding::as_select()).load(c)?)).unwrap()
}

/// Rule, product's code, month, tier, quantity, effect of what stands.
fn standing(site: &Site) -> Vec<String> {
    let codes: BTreeMap<ProductId, String> = site
        .app
        .db
        .read(|c| {
            Ok(products::table.select((products::id, products::code)).load::<(ProductId, String)>(c)?)
        })
        .unwrap()
        .into_iter()
        .collect();
    let line = |it: &Finding| {
        let month = it.month.format("%Y-%m");
        format!("{} {} {month} {} {} {}", it.rule, codes[&it.product_id], it.tier, it.quantity, it.effect)
    };
    let found = stored(site);
    let mut lines: Vec<String> = found.iter().filter(|it| it.state == State::Standing).map(line).collect();
    lines.sort();
    lines
}

fn causes(run: &ScanRun) -> Vec<(Cause, i64, i64, i64)> {
    scans::drifts(run).into_iter().map(|it| (it.cause, it.new, it.changed, it.gone)).collect()
}

fn list(site: &Site, id: &ProductId, region: &str, day: &str, price: &str) {
    let row = (
        listings::id.eq(ListingId::new()),
        listings::product_id.eq(id),
        listings::region.eq(region),
        listings::from_day.eq(day.parse::<chrono::NaiveDate>().unwrap()),
        listings::price.eq(price.parse::<UnitPrice>().unwrap()),
        listings::source.eq("t.csv"),
        listings::created_at.eq(site.now()),
    );
    site.app
        .db
        .write(|tx| {
            Ok(diesel::insert_into(listings::table).values(row.clone()).execute(tx.conn()).map(drop)?)
        })
        .unwrap();
}

/// A product whose price jumps tenfold at one of seven purchases in September, and doubles at one hospital in October.
fn jumping(site: &Site) -> ProductId {
    let id = product(site, "XJ01CAA001E001020110001", "阿莫西林胶囊", AMOXICILLIN, "甲厂");
    let code = "XJ01CAA001E001020110001";
    let mut lines: Vec<String> =
        (1..=6).map(|n| format!("2026-09-0{n} H33070200001 {code} 10 1.0{n}")).collect();
    lines.push(format!("2026-09-08 H33070200002 {code} 10 10"));
    lines.push(format!("2026-10-08 H33070200001 {code} 10 2.07"));
    bought(site, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    id
}

#[test]
fn purchases_become_findings_and_the_same_scan_again_changes_nothing() {
    let site = Site::with_city();
    jumping(&site);
    let run = scan(&site, &all()).unwrap();
    assert_eq!((run.rows_read, run.found_new, run.standing, run.gone), (8, 2, 2, 0));
    assert_eq!(causes(&run), [(Cause::First, 2, 0, 0)]);
    let want = [
        "mad-outlier XJ01CAA001E001020110001 2026-09 red3 10 89.60",
        "month-change XJ01CAA001E001020110001 2026-10 red2 10 10.35",
    ];
    assert_eq!(standing(&site), want);
    let first = stored(&site);
    let outlier = first.iter().find(|it| it.rule == "mad-outlier").unwrap();
    assert_eq!(
        (outlier.supplier.as_str(), outlier.effect, outlier.effect_all),
        ("国药控股", outlier.effect_all, outlier.effect)
    );
    let figures: BTreeMap<Figure, String> = findings::figures(outlier).into_iter().collect();
    assert_eq!((figures[&Figure::Median].as_str(), figures[&Figure::Mad].as_str()), ("1.04", "0.02"));
    assert_eq!((figures[&Figure::Peers].as_str(), figures[&Figure::GroupPurchases].as_str()), ("1", "7"));

    site.set_clock(site.now().plus_days(1));
    let again = scan(&site, &all()).unwrap();
    assert_eq!((again.found_new, again.changed, again.standing, again.gone), (0, 0, 2, 0));
    assert_eq!(causes(&again), []);
    let second = stored(&site);
    let ids =
        |list: &[Finding]| list.iter().map(|it| it.id.clone()).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(ids(&first), ids(&second));
    assert!(second.iter().all(|it| it.seen_at == site.now() && it.found_at < it.seen_at));
    let left: i64 = site.app.db.read(|c| Ok(scan_changes::table.count().get_result(c)?)).unwrap();
    assert_eq!(left, 0);
}

#[test]
fn contracts_awards_ceilings_and_standards_are_what_purchases_are_held_against() {
    let (site, round, contracts) = signed();
    let won = "XJ01CAA001E001020110001";
    let other = "XJ01CAA001E001020120002";
    product(&site, won, "阿莫西林胶囊", AMOXICILLIN, "浙江康恩药业有限公司");
    product(&site, other, "阿莫西林胶囊", AMOXICILLIN, "丙厂");
    let start = contracts[0].starts;
    let day = |n: u64| start.checked_add_days(chrono::Days::new(n)).unwrap();
    site.set_clock(Time::parse_local(&format!("{} 09:00", day(200))).unwrap());
    bought(
        &site,
        &[
            &format!("{} H33070200001 {won} 100 0.3", day(1)),
            &format!("{} H33070200001 {won} 100 0.1", day(70)),
            &format!("{} H33070200001 {other} 100 0.6", day(70)),
        ],
    );
    let run = scan(&site, &all()).unwrap();
    assert_eq!(run.skipped, "[]");
    let month = |n: u64| day(n).format("%Y-%m").to_string();
    let due = {
        let first = jicai::prices::monitoring::purchases::Month::of(start);
        let over = jicai::prices::monitoring::purchases::Month::of(day(200)).since(first);
        (first.plus(3), over)
    };
    let mut want = vec![
        format!("above-ceiling {other} {} red1 100 10.00", month(70)),
        format!("above-contract {won} {} red3 100 10.00", month(1)),
        format!("substitution {other} {} red1 100 40.00", month(70)),
        format!("month-change {won} {} red2 100 0.00", month(70)),
    ];
    // Hospital 2 agreed 2000 a year and bought nothing.
    let never: Vec<String> =
        standing(&site).into_iter().filter(|line| line.starts_with("never-bought")).collect();
    assert_eq!(never.len(), 1, "{never:?}");
    let thousandths = 2_000_000 * i64::from(due.1) / 12;
    let shown = jicai::types::Quantity::from_scaled(thousandths);
    let last = jicai::prices::monitoring::purchases::Month::of(contracts[2].ends);
    let term = last.plus(1).since(due.0.plus(-3));
    let tier = if due.1 * 4 >= term { "red1" } else { "yellow" };
    want.push(format!("never-bought {won} {} {tier} {shown} 0.00", due.0));
    want.sort();
    assert_eq!(standing(&site), want);
    let above = stored(&site).into_iter().find(|it| it.rule == "above-contract").unwrap();
    let figures: BTreeMap<Figure, String> = findings::figures(&above).into_iter().collect();
    assert_eq!(figures[&Figure::Contract], contracts[0].number);

    // A standard is released: stored prices are judged again and the difference is put down to it.
    let row = |seq: i64, standard: &str| {
        (
            standards::seq.eq(seq),
            standards::id.eq(StandardId::new()),
            standards::release_id.eq(release(&site, &round.id)),
            standards::round_id.eq(&round.id),
            standards::lot.eq("1"),
            standards::product.eq(other),
            standards::generic.eq("阿莫西林胶囊"),
            standards::spec.eq("0.25g"),
            standards::pack.eq(""),
            standards::company.eq("丙厂"),
            standards::standard.eq(standard.parse::<UnitPrice>().unwrap()),
            standards::price.eq("0.6".parse::<UnitPrice>().unwrap()),
            standards::starts.eq(start),
            standards::ends.eq(None::<chrono::NaiveDate>),
            standards::basis.eq("CUT"),
            standards::clause.eq(""),
            standards::arithmetic.eq(""),
            standards::supersedes.eq(None::<i64>),
        )
    };
    let row = row(1, "0.4");
    site.app
        .db
        .write(|tx| {
            Ok(diesel::insert_into(standards::table).values(row.clone()).execute(tx.conn()).map(drop)?)
        })
        .unwrap();
    let run = scan(&site, &all()).unwrap();
    assert_eq!(causes(&run), [(Cause::Standard, 1, 0, 0)]);
    assert!(standing(&site).contains(&format!("above-standard {other} {} red2 100 20.00", month(70))));
}

fn release(site: &Site, round: &jicai::types::RoundId) -> ReleaseId {
    use jicai::schema::releases;
    let id = ReleaseId::new();
    let row = (
        releases::id.eq(&id),
        releases::number.eq("ZF-1"),
        releases::round_id.eq(round),
        releases::first_seq.eq(1_i64),
        releases::last_seq.eq(1_i64),
        releases::lines.eq(1),
        releases::sha256.eq(""),
        releases::released_at.eq(site.now()),
    );
    site.app
        .db
        .write(|tx| Ok(diesel::insert_into(releases::table).values(row).execute(tx.conn()).map(drop)?))
        .unwrap();
    id
}

#[test]
fn the_difference_is_put_down_to_what_changed() {
    let site = Site::with_city();
    let id = jumping(&site);
    scan(&site, &all()).unwrap();

    // A listing elsewhere: 24 for a pack of 24, one yuan a unit.
    list(&site, &id, "上海市", "2026-10-01", "24");
    list(&site, &id, "金华市", "2026-10-01", "12");
    let run = scan(&site, &all()).unwrap();
    assert_eq!(causes(&run), [(Cause::Listing, 1, 0, 0)]);
    assert!(
        standing(&site)
            .contains(&"dearer-elsewhere XJ01CAA001E001020110001 2026-10 red2 10 10.70".to_owned())
    );

    // It is dearer from the next day: the finding is gone for the same reason.
    list(&site, &id, "上海市", "2026-10-02", "72");
    let run = scan(&site, &all()).unwrap();
    assert_eq!(causes(&run), [(Cause::Listing, 0, 0, 1)]);
    let gone = stored(&site).into_iter().find(|it| it.state == State::Gone).unwrap();
    assert_eq!((gone.rule.as_str(), gone.gone_at), ("dearer-elsewhere", Some(site.now())));

    // And back again, the same one.
    list(&site, &id, "浙江省", "2026-10-03", "24");
    let run = scan(&site, &all()).unwrap();
    assert_eq!(causes(&run), [(Cause::Listing, 1, 0, 0)]);
    let back = stored(&site).into_iter().find(|it| it.rule == "dearer-elsewhere").unwrap();
    assert_eq!((back.id, back.state, back.gone_at), (gone.id, State::Standing, None));

    // Purchases come: one finding changes, another is new.
    bought(
        &site,
        &[
            "2026-10-09 H33070200001 XJ01CAA001E001020110001 10 2.07",
            "2026-11-09 H33070200001 XJ01CAA001E001020110001 10 9",
        ],
    );
    let run = scan(&site, &all()).unwrap();
    assert_eq!(causes(&run), [(Cause::Purchases, 2, 2, 0)]);

    // A rule is tightened.
    let mut asked = all();
    let text = rules::text("month-change")
        .unwrap()
        .replace("version = 1", "version = 2")
        .replace("\"1.5\"", "\"1.9\"");
    for rule in asked.rules.iter_mut().filter(|rule| rule.name == "month-change") {
        *rule = Rule::parse(&text).unwrap();
    }
    let run = scan(&site, &asked).unwrap();
    assert_eq!(causes(&run), [(Cause::Rule, 0, 2, 0)]);
    let change = stored(&site).into_iter().find(|it| it.rule == "month-change").unwrap();
    assert_eq!(change.rule_version, 2);

    // A rule is taken out of force.
    asked.rules.retain(|rule| rule.name != "month-change");
    let run = scan(&site, &asked).unwrap();
    assert_eq!(causes(&run), [(Cause::Rule, 0, 0, 2)]);
}

#[test]
fn a_listing_that_was_put_right_and_is_dear_again_is_found_anew() {
    let site = Site::with_city();
    let dear = product(&site, "XJ01CAA001E001020110001", "阿莫西林胶囊", AMOXICILLIN, "甲厂");
    let cheap = product(&site, "XJ01CAA001E001020110002", "阿莫西林胶囊", AMOXICILLIN, "乙厂");
    let price = |id: &ProductId, price: &str| {
        let price: UnitPrice = price.parse().unwrap();
        let write = site.app.db.write(|tx| {
            let set = products::listing_price.eq(Some(price));
            Ok(diesel::update(products::table.find(id)).set(set).execute(tx.conn())?)
        });
        write.unwrap();
    };
    let found = || {
        scan(&site, &all()).unwrap();
        let it = stored(&site).remove(0);
        (it.id, it.state, it.month.to_string(), it.found_at)
    };
    price(&cheap, "12");
    price(&dear, "48");
    let (id, _, month, first) = found();
    assert_eq!((month.as_str(), first), ("2026-11-01", site.now()));
    site.set_clock(site.now().plus_days(40));
    assert_eq!(found(), (id.clone(), State::Standing, month.clone(), first), "it only stands");
    price(&dear, "12");
    assert_eq!(found(), (id.clone(), State::Gone, month, first));
    price(&dear, "48");
    assert_eq!(found(), (id, State::Standing, "2027-01-01".to_owned(), site.now()));
}

#[test]
fn a_scan_of_some_months_or_one_rule_touches_nothing_else() {
    let site = Site::with_city();
    jumping(&site);
    let whole = {
        scan(&site, &all()).unwrap();
        standing(&site)
    };
    let day = |text: &str| Some(text.parse().unwrap());
    let october = Asked { from: day("2026-10-05"), to: day("2026-10-06"), ..all() };
    let run = scan(&site, &october).unwrap();
    assert_eq!((run.standing, run.found_new, run.gone), (1, 0, 0));
    let one =
        Asked { rules: vec![rules::find("above-contract").unwrap()], is_whole: false, ..Asked::default() };
    let run = scan(&site, &one).unwrap();
    assert_eq!((run.standing, run.gone), (0, 0));
    assert_eq!(standing(&site), whole);
    let dry = Asked { is_dry: true, rules: vec![rules::find("mad-outlier").unwrap()], ..Asked::default() };
    let runs = || site.app.db.read(|c| Ok(scan_runs::table.count().get_result::<i64>(c)?)).unwrap();
    let before = runs();
    assert_eq!(scan(&site, &dry).unwrap().standing, 1);
    assert_eq!(runs(), before);
    let wrong = Asked { from: day("2026-10-05"), to: day("2026-10-04"), ..all() };
    assert!(scan(&site, &wrong).unwrap_err().to_string().contains("before the first"));
}

#[test]
fn a_scan_that_is_overtaken_or_breaks_off_leaves_nothing_half() {
    let site = Site::with_city();
    jumping(&site);
    let ctx = jicai::types::Ctx::system(site.now(), "scan");
    let db = &site.app.db;
    let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        scans::run(db, &ctx, &all(), &mut |_| panic!("killed"), &|| site.now())
    }));
    assert!(broken.is_err());
    assert_eq!(standing(&site), [""; 0]);
    let mut is_first = true;
    let mut overtake = |_: &scans::Line<'_>| {
        if std::mem::take(&mut is_first) {
            scan(&site, &all()).unwrap();
        }
    };
    let overtaken = scans::run(db, &ctx, &all(), &mut overtake, &|| site.now()).unwrap_err();
    assert!(overtaken.to_string().contains("Another scan was begun"), "{overtaken}");
    assert_eq!(standing(&site).len(), 2);
    let states: Vec<scans::State> =
        db.read(|c| Ok(scan_runs::table.order(scan_runs::id).select(scan_runs::state).load(c)?)).unwrap();
    assert_eq!(states, [scans::State::Stopped, scans::State::Stopped, scans::State::Done]);
    assert_eq!(scan(&site, &all()).unwrap().found_new, 0);
}

fn command(site: &Site, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
    command.env_remove("JICAI_TEST_POSTGRES");
    command.args(args).env("DATABASE_URL", &site.app.settings.database_url).env("JICAI_LANG", "en");
    command
}

#[test]
fn the_command_prints_what_stands_and_what_changed() {
    let site = Site::with_city();
    jumping(&site);
    let run = |args: &[&str]| {
        let out = command(&site, args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (out.status.code(), text(out.stdout), text(out.stderr))
    };
    let (status, out, err) = run(&["scan", "--dry-run", "--format", "csv", "--to", "2026-10-31"]);
    assert_eq!(status, Some(0), "{err}");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines[0],
        "rule,product,generic,hospital,month,tier,observed,reference,quantity,effect,effect_all,figures"
    );
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().any(|line| line.starts_with(
        "mad-outlier,XJ01CAA001E001020110001,阿莫西林胶囊,H33070200002,2026-09,red3,10.00,1.04,10,89.60,89.60,median=1.04"
    )), "{out}");
    assert!(err.contains("nothing was written") && stored(&site).is_empty());
    let (status, _, err) = run(&["scan"]);
    assert_eq!(status, Some(0), "{err}");
    assert!(err.contains("2 new, 0 changed, 2 standing, 0 gone"), "{err}");
    let (_, out, err) = run(&["scan", "--rule", "MAD-outlier"]);
    assert!(out.lines().count() == 2 && err.contains("Since the run before: no difference"), "{err}");
    for (args, want) in [
        (&["scan", "--rule", "x"][..], "There is no monitoring rule"),
        (&["scan", "--from", "2026-13-01"][..], "not a day"),
        (&["scan", "--by", "same"][..], "goes with --listings"),
        (&["scan", "--listings", "f.csv"][..], "--rule is needed"),
        (
            &["scan", "--listings", "f.csv", "--rule", "cusum-drift", "--from", "2026-01-01"][..],
            "does not go with",
        ),
        (&["scan", "--listings", "f.csv", "--rule", "cusum-drift"][..], "judges stored purchases"),
    ] {
        let (status, _, err) = run(args);
        assert!(status == Some(2) && err.contains(want), "{args:?}: {err}");
    }
    let (status, out, _) = run(&["job", "scan_prices"]);
    assert!(status == Some(0) && out.contains("standing"), "{out}");
}

#[test]
fn a_killed_command_leaves_all_or_nothing() {
    let site = Site::with_city();
    jumping(&site);
    for millis in [5, 40, 80, 120, 200] {
        let mut running =
            command(&site, &["scan"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(millis));
        running.kill().unwrap();
        running.wait().unwrap();
        let count = standing(&site).len();
        assert!(count == 0 || count == 2, "after {millis} ms: {count}");
    }
    scan(&site, &all()).unwrap();
    assert_eq!(standing(&site).len(), 2);
}

#[actix_web::test]
async fn the_page_shows_the_rules_in_full_and_the_last_runs() {
    let site = Site::with_city();
    site.get("officer", "/monitoring").await.is(200).shows("还没有扫描过").shows("mad-outlier");
    jumping(&site);
    scan(&site, &all()).unwrap();
    let page = site.get("auditor", "/monitoring").await;
    page.is(200).shows("首次判定：新增 2，变化 0，消除 0").shows("99.95");
    let rule = site.get("officer", "/monitoring/mad-outlier").await;
    rule.is(200)
        .shows("绝对中位差")
        .shows("1.4826")
        .shows("大于 6")
        .shows("least_purchases")
        .shows("[judgement]");
    for name in rules::names() {
        site.get("officer", &format!("/monitoring/{name}")).await.is(200);
    }
    site.get("officer", "/monitoring/none").await.is(404);
    site.get("hospital1", "/monitoring").await.is(403);
}
