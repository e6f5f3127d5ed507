//! Subscriptions to findings and their mails: the figures of mail and page, nothing twice, nothing lost, nobody else's.

mod delivery;
mod telling;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{Months, NaiveDate};
use diesel::prelude::*;
use jicai::catalog::{Product, ProductKind};
use jicai::notify::outbox::{self, Tally};
use jicai::notify::smtp::Office;
use jicai::notify::{Letter, Mail, Report};
use jicai::people;
use jicai::prices::alerts::{self, State, Subscription};
use jicai::prices::findings::{self, Finding};
use jicai::prices::monitoring::{Rule, Tier, rules, versions};
use jicai::schema::findings as rows;
use jicai::text::Lang;
use jicai::types::{AlertId, FindingId, OrganisationId, ProductId, SubscriptionId};

use crate::mail::{Server, header, python};
use crate::support::Site;

/// A city with three products and mails to write about them.
struct City {
    site: Site,
    products: Vec<ProductId>,
    found: AtomicU32,
}

/// What a finding is made of.
#[derive(Clone, Copy)]
struct Of<'a> {
    product: usize,
    hospital: &'a str,
    supplier: &'a str,
    rule: &'a str,
    tier: Tier,
    effect: &'a str,
    /// Each finding is of a month of its own unless one is given.
    month: &'a str,
}

const SOME: Of = Of {
    product: 0,
    hospital: "hospital1",
    supplier: "华东制药有限公司",
    rule: "jiangsu-2021",
    tier: Tier::Red1,
    effect: "1000.10",
    month: "",
};

impl City {
    fn new() -> Self {
        let site = Site::with_city();
        let now = site.now();
        let product = |(n, (generic, spec)): (usize, (&str, &str))| Product {
            id: ProductId::new(),
            code: format!("XJ01CAA04{n}"),
            kind: ProductKind::Drug,
            generic: generic.to_owned(),
            generic_key: String::new(),
            form: "片剂".to_owned(),
            spec: spec.to_owned(),
            pack: "24片/盒".to_owned(),
            pack_count: Some(24),
            maker: "甲厂".to_owned(),
            approval: String::new(),
            evaluated: false,
            listing_price: Some("24".parse().unwrap()),
            search: String::new(),
            created_at: now,
            updated_at: now,
        };
        let made = [("阿莫西林<胶囊>", "0.25g"), ("氨氯地平片", "5mg"), ("二甲双胍片", "0.5g")];
        let products: Vec<Product> = made.into_iter().enumerate().map(product).collect();
        let insert =
            |tx: &mut jicai::db::Tx| products.iter().try_for_each(|it| jicai::catalog::store::insert(tx, it));
        site.app.db.write(insert).unwrap();
        Self { products: products.into_iter().map(|it| it.id).collect(), site, found: AtomicU32::new(0) }
    }

    fn hospital(&self, login: &str) -> OrganisationId {
        self.site.who(login).organisation.id
    }

    /// Enters a finding as a scan does.
    fn find(&self, of: Of) -> FindingId {
        let (id, now) = (FindingId::new(), self.site.now());
        let months = Months::new(self.found.fetch_add(1, Ordering::Relaxed));
        let own = NaiveDate::from_ymd_opt(2026, 10, 1).unwrap() - months;
        let it = Finding {
            id: id.clone(),
            key: id.to_string(),
            rule: of.rule.to_owned(),
            rule_version: 1,
            product_id: self.products[of.product].clone(),
            hospital_id: (!of.hospital.is_empty()).then(|| self.hospital(of.hospital)),
            supplier: of.supplier.to_owned(),
            month: if of.month.is_empty() { own } else { of.month.parse().unwrap() },
            tier: of.tier,
            observed: Some("12.345678".parse().unwrap()),
            reference: None,
            quantity: "120.5".parse().unwrap(),
            effect: of.effect.parse().unwrap(),
            effect_all: "99999.99".parse().unwrap(),
            figures: "[]".to_owned(),
            state: findings::State::Standing,
            case_id: None,
            found_at: now,
            seen_at: now,
            gone_at: None,
        };
        let insert = |tx: &mut jicai::db::Tx| {
            diesel::insert_into(rows::table).values(&it).execute(tx.conn())?;
            Ok(())
        };
        self.site.app.db.write(insert).unwrap();
        id
    }

    fn set_state(&self, id: &FindingId, state: findings::State) {
        let update = |tx: &mut jicai::db::Tx| {
            diesel::update(rows::table.find(id)).set(rows::state.eq(state)).execute(tx.conn())?;
            Ok(())
        };
        self.site.app.db.write(update).unwrap();
    }

    /// Subscribes over the page; other fields as given.
    async fn subscribe(&self, login: &str, fields: &[(&str, &str)]) -> SubscriptionId {
        let id = SubscriptionId::new();
        let mut all = BTreeMap::from(BLANK);
        all.insert("id", id.as_str());
        all.extend(fields.iter().copied());
        let all: Vec<(&str, &str)> = all.into_iter().collect();
        self.site.post(login, "/alerts/subscriptions", &all).await.is(303);
        id
    }

    fn subscription(&self, id: &SubscriptionId) -> Subscription {
        self.site.app.db.read(|conn| alerts::store::subscription(conn, id)).unwrap().unwrap()
    }

    /// Runs the writer; what it wrote, found nothing for, held back.
    fn write(&self) -> (usize, usize, usize) {
        let ctx = self.site.ctx();
        let tally = alerts::write_due(&self.site.app.db, &ctx, &self.site.signer(), 3).unwrap();
        assert!(tally.fault.is_none(), "{:?}", tally.fault);
        (tally.written, tally.nothing, tally.held)
    }

    async fn send(&self, office: Office) -> (Tally, Office) {
        let app = self.site.app.clone();
        let sent = move || {
            let tally = outbox::send_due(&app.db, &office, &|| app.now(), &alerts::may_send).unwrap();
            (tally, office)
        };
        actix_web::rt::task::spawn_blocking(sent).await.unwrap()
    }

    fn mails(&self) -> Vec<Mail> {
        self.site.app.db.read(|conn| outbox::page(conn, None, None, 1_000)).unwrap()
    }

    /// The reports of the mails so far, newest first.
    fn reports(&self) -> Vec<Report> {
        let report = |mail: &Mail| match serde_json::from_str(&mail.data).unwrap() {
            Letter::Alert(report) => *report,
            other => panic!("{other:?}"),
        };
        self.mails().iter().map(report).collect()
    }

    fn later(&self, minutes: i64) {
        self.site.set_clock(self.site.now().plus_millis(minutes * 60_000));
    }
}

const BLANK: [(&str, &str); 10] = [
    ("name", "每日预警"),
    ("frequency", "at_once"),
    ("weekday", "1"),
    ("hour", "8"),
    ("product", ""),
    ("generic", ""),
    ("hospital", ""),
    ("supplier", ""),
    ("rule", ""),
    ("tier", "none"),
];

/// A letter as a mail program takes it apart: subject, plain text, HTML, PNG.
fn parts(letter: &Path) -> (String, String, String, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let script = "import email, email.policy, sys, pathlib\n\
        m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)\n\
        out = pathlib.Path(sys.argv[2])\n\
        plain, related = m.iter_parts()\n\
        assert m.get_content_type() == 'multipart/alternative' and plain.get_content_type() == 'text/plain'\n\
        assert related.get_content_type() == 'multipart/related', related.get_content_type()\n\
        html, png = related.iter_parts()\n\
        assert html.get_content_type() == 'text/html' and png.get_content_type() == 'image/png'\n\
        assert 'cid:' + png['Content-ID'][1:-1] in html.get_content(), png['Content-ID']\n\
        (out / 'subject').write_text(m['subject']); (out / 'plain').write_text(plain.get_content())\n\
        (out / 'html').write_text(html.get_content()); (out / 'png').write_bytes(png.get_content())";
    let out = Command::new(python())
        .args(["-X", "utf8", "-c", script])
        .arg(letter)
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let text = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    (text("subject"), text("plain"), text("html"), std::fs::read(folder.path().join("png")).unwrap())
}

/// The cells of every table, without tags.
fn cells(html: &str) -> Vec<String> {
    let cell = |part: &str| {
        let inner = part.split_once('>').unwrap().1.split("</td>").next().unwrap();
        let mut text = String::new();
        let mut is_tag = false;
        for c in inner.chars() {
            match c {
                '<' => is_tag = true,
                '>' => is_tag = false,
                c if !is_tag => text.push(c),
                _ => {}
            }
        }
        text.trim().to_owned()
    };
    // The mail lays itself out in a table of one cell.
    html.split("<td").skip(1).map(cell).filter(|text| text.lines().count() <= 1).collect()
}

#[actix_web::test]
async fn mail_text_chart_and_page_show_the_same_figures() {
    let city = City::new();
    let site = &city.site;
    city.subscribe("officer", &[]).await;
    let admin = site.who("admin").account;
    let english = people::Account { lang: Lang::En, ..admin };
    site.app.db.write(|tx| people::store::update_account(tx, &english)).unwrap();
    city.subscribe("admin", &[]).await;
    assert_eq!(city.write(), (0, 2, 0));
    for n in 0..12 {
        let effect = format!("{}.{n:02}", [1_000, 640, 95][n % 3] - n);
        let hospital = ["hospital1", "hospital2", ""][n % 3];
        city.find(Of { product: n % 3, hospital, effect: &effect, ..SOME });
    }
    // Another rule finds money that is counted already.
    let same = Of { product: 1, hospital: "hospital2", month: "2026-09-01", ..SOME };
    city.find(Of { tier: Tier::Yellow, rule: "an-older-rule", effect: "0.05", ..same });
    city.later(5);
    assert_eq!(city.write(), (2, 0, 0));
    let server = Server::start("take");
    assert_eq!(city.send(server.office(&[])).await.0, Tally { sent: 2, ..Tally::default() });

    let letters = server.letters();
    let (zh, en) = if header(&letters[0], "To").contains("officer") { (1, 2) } else { (2, 1) };
    let (subject, plain, html, png) = parts(&server.folder.path().join(format!("{zh}.eml")));
    // Four times 1000, 640 and 95, less 0 + … + 11 = 66, and the cents 66.
    assert_eq!(subject.trim(), "【集采】价格预警 13 条，影响金额 6874.66 元：每日预警");
    assert!(plain.contains("新增疑点 13 条，影响金额合计 6874.66 元"), "{plain}");
    let id = site.app.db.read(|conn| {
        let account = site.who("officer").account.id;
        Ok(alerts::store::alerts_of(conn, &account, None, 10)?[0].0.id.clone())
    });
    let path = format!("/alerts/{}", id.unwrap());
    let page = site.get("officer", &path).await;
    page.is(200).shows("新增疑点 13 条，影响金额合计 6874.66 元").shows("阿莫西林&#60;胶囊&#62; 0.25g 甲厂");
    let shown = cells(&page.body);
    assert_eq!(cells(&html), shown);
    // Three products, two tiers, two rules, ten findings.
    assert_eq!(shown.len(), 3 * 4 + 2 * 3 + 2 * 3 + 10 * 10, "{shown:?}");
    assert!(shown.iter().any(|cell| cell == "3982.18"), "{shown:?}");
    for cell in &shown {
        let cell = cell.replace("&#60;", "<").replace("&#62;", ">");
        assert!(plain.contains(&cell), "{cell} is not in {plain}");
    }
    assert!(html.contains(&format!("https://jicai.example{path}")) && plain.contains(&path));
    let chart = site.get("officer", &format!("{path}/chart.png")).await;
    assert_eq!(chart.is(200).bytes, png);
    assert!(png.starts_with(b"\x89PNG"));
    for (name, bytes) in
        [("zh.html", html.as_bytes()), ("chart.png", &png), ("page.html", page.body.as_bytes())]
    {
        keep_for_a_look(name, bytes);
    }

    let (subject, plain, html, _) = parts(&server.folder.path().join(format!("{en}.eml")));
    assert!(subject.starts_with("[jicai] 13 price findings, 6874.66 yuan"), "{subject}");
    assert!(
        plain.contains("Dear colleague") && html.contains("lang=\"en\"") && html.contains("red, one star")
    );
    keep_for_a_look("en.html", html.as_bytes());
    // Later data change nothing about what was sent.
    city.find(SOME);
    assert_eq!(cells(&site.get("officer", &path).await.body), shown);
    // Only its reader and the overseers see it.
    for (login, status) in [("auditor", 200), ("admin", 200), ("officer2", 404), ("hospital1", 404)] {
        site.get(login, &path).await.is(status);
        site.get(login, &format!("{path}/chart.png")).await.is(status);
    }
}

/// With `LOOK_FOLDER=…` what was made is left there, to be looked at.
fn keep_for_a_look(name: &str, bytes: &[u8]) {
    if let Ok(folder) = std::env::var("LOOK_FOLDER") {
        std::fs::write(Path::new(&folder).join(name), bytes).unwrap();
    }
}

#[actix_web::test]
async fn a_mail_names_rules_as_the_version_in_force_does() {
    let city = City::new();
    let own = rules::text(SOME.rule).unwrap();
    let title = rules::find(SOME.rule).unwrap().title(Lang::Zh).to_owned();
    for (version, from, named) in
        [(2, "2026-01-01", "挂网倍数预警（本市）"), (3, "2027-01-01", "挂网倍数预警（明年）")]
    {
        let body = own
            .replacen("version = 1", &format!("version = {version}"), 1)
            .replacen("from = 2021-01-01", &format!("from = {from}"), 1)
            .replacen(&title, named, 1);
        let it = versions::Version::of(&Rule::parse(&body).unwrap(), &body).unwrap();
        city.site.app.db.write(|tx| versions::insert(tx, &it)).unwrap();
    }
    city.subscribe("officer", &[]).await;
    assert_eq!(city.write(), (0, 1, 0));
    city.find(SOME);
    city.later(5);
    assert_eq!(city.write(), (1, 0, 0));
    let report = city.reports().remove(0);
    let named = [&report.rules[0].name, &report.top[0].rule];
    assert_eq!(named, ["挂网倍数预警（本市）"; 2]);
}

#[actix_web::test]
async fn a_subscription_is_made_changed_paused_and_deleted() {
    let city = City::new();
    let site = &city.site;
    site.get("officer", "/alerts").await.is(200).shows("还没有订阅").shows("还没有发送过预警");
    site.get("officer", "/alerts/new").await.is(200).shows("金华市中心医院").shows("jiangsu-2021");
    let hospital = city.hospital("hospital2").to_string();
    let id = city
        .subscribe("officer", &[("hospital", &hospital), ("tier", "red2"), ("frequency", "weekly")])
        .await;
    // The same form again makes no second one.
    let again: Vec<(&str, &str)> = BLANK.into_iter().chain([("id", id.as_str())]).collect();
    site.post("officer", "/alerts/subscriptions", &again).await.is(303);
    let list = site.get("officer", "/alerts").await;
    list.shows("每周一 8 时").shows("义乌市中医医院 · ≥ ").shows("2026-11-30 08:00");
    assert_eq!(list.body.matches("/preview\"").count(), 2);
    let edit = format!("/alerts/subscriptions/{id}/edit");
    site.get("officer", &edit).await.is(200).shows("value=\"weekly\" selected");
    let change = format!("/alerts/subscriptions/{id}");
    let with = |version: &'static str, more: &[(&'static str, &'static str)]| {
        let mut all = BTreeMap::from(BLANK);
        all.insert("version", version);
        all.extend(more.iter().copied());
        all.into_iter().collect::<Vec<_>>()
    };
    site.post("officer", &change, &with("1", &[("product", "XJ01CAA041"), ("hour", "17")])).await.is(303);
    site.get("officer", &edit).await.shows("value=\"XJ01CAA041\"");
    // Somebody who still has the old form is told so.
    site.post("officer", &change, &with("1", &[])).await.is(422).shows("刚刚被改动过");
    let refused: &[(&[(&str, &str)], &str)] = &[
        (&[("name", " ")], "请填写名称"),
        (&[("hour", "24")], "0 至 23"),
        (&[("weekday", "x")], "周一至周日"),
        (&[("product", "nothing")], "没有编码“nothing”"),
        (&[("generic", "无此药")], "没有通用名“无此药”"),
        (&[("product", "XJ01CAA041"), ("generic", "氨氯地平片")], "只能填一项"),
        (&[("hospital", "0190a0a0-0000-7000-8000-000000000000")], "没有这家医疗机构"),
        (&[("hospital", "x")], "没有这家医疗机构"),
        (&[("rule", "no-rule")], "没有监测规则“no-rule”"),
        (&[("even_if_nothing", "yes")], "即时订阅不能"),
        (&[("frequency", "hourly")], "hourly"),
        (&[("tier", "green")], "green"),
    ];
    for (fields, sentence) in refused {
        site.post("officer", &change, &with("2", fields)).await.is(422).shows(sentence);
    }
    assert_eq!(city.subscription(&id).version, 2);
    let state = format!("/alerts/subscriptions/{id}/state");
    site.post("officer", &state, &[("version", "2"), ("state", "unsubscribed")]).await.is(404);
    site.post("officer", &state, &[("version", "1"), ("state", "paused")])
        .await
        .is(422)
        .shows("刚刚被改动过");
    site.post("officer", &state, &[("version", "2"), ("state", "paused")]).await.is(303);
    assert_eq!(city.subscription(&id).state, State::Paused);
    // Another's is not there.
    for login in ["officer2", "admin", "hospital1"] {
        site.get(login, &edit).await.is(404);
        site.get(login, &format!("/alerts/subscriptions/{id}/preview")).await.is(404);
        site.post(login, &change, &with("3", &[])).await.is(404);
        site.post(login, &state, &[("version", "3"), ("state", "deleted")]).await.is(404);
        let test = AlertId::new().to_string();
        site.post(login, &format!("/alerts/subscriptions/{id}/test"), &[("id", &test)]).await.is(404);
    }
    site.get("auditor", "/subscriptions").await.is(200).shows("officer同志 · 金华市医疗保障局").shows("暂停");
    site.post("officer", &state, &[("version", "3"), ("state", "deleted")]).await.is(303);
    site.get("officer", "/alerts").await.shows("还没有订阅");
    site.get("officer", &edit).await.is(404);
}

#[actix_web::test]
async fn daily_and_weekly_mails_are_written_at_their_hour_and_empty_ones_only_if_wanted() {
    let city = City::new();
    let site = &city.site;
    let clock = |text: &str| site.set_clock(jicai::types::Time::parse_local(text).unwrap());
    city.subscribe("officer", &[("name", "d"), ("frequency", "daily"), ("even_if_nothing", "yes")]).await;
    city.subscribe("officer", &[("name", "w"), ("frequency", "weekly"), ("weekday", "3"), ("hour", "17")])
        .await;
    let names = || city.reports().iter().map(|it| format!("{}{}", it.name, it.found)).collect::<Vec<_>>();
    clock("2026-11-24 07:59");
    assert_eq!(city.write(), (0, 0, 0));
    clock("2026-11-24 08:00");
    assert_eq!(city.write(), (1, 0, 0));
    assert_eq!(names(), ["d0"]);
    site.get("officer", "/mails").await.is(403);
    site.get("admin", "/mails").await.is(200).shows("价格监测无新疑点：d");
    city.find(SOME);
    clock("2026-11-25 16:59");
    assert_eq!(city.write(), (1, 0, 0));
    clock("2026-11-25 17:04");
    assert_eq!(city.write(), (1, 0, 0));
    assert_eq!(names(), ["w1", "d1", "d0"]);
    // Days of downtime are one mail; a week without news is none.
    clock("2026-12-02 17:00");
    assert_eq!(city.write(), (1, 1, 0));
    assert_eq!(names(), ["d0", "w1", "d1", "d0"]);
    let server = Server::start("take");
    assert_eq!(city.send(server.office(&[])).await.0.sent, 4);
}

#[actix_web::test]
async fn a_preview_sends_nothing_and_a_test_goes_to_oneself_without_moving_on() {
    let city = City::new();
    let site = &city.site;
    let id = city.subscribe("officer", &[("frequency", "daily")]).await;
    let preview = format!("/alerts/subscriptions/{id}/preview");
    site.get("officer", &preview).await.is(200).shows("按设定不会发送邮件");
    site.get("officer", &format!("/alerts/subscriptions/{id}/chart.png")).await.is(404);
    city.find(SOME);
    let test = format!("/alerts/subscriptions/{id}/test");
    let form = AlertId::new().to_string();
    for _ in 0..2 {
        site.post("officer", &test, &[("id", &form)]).await.is(303);
    }
    let reports = city.reports();
    assert_eq!((reports.len(), reports[0].found, reports[0].is_test), (1, 1, true));
    let shown = site.get("officer", &preview).await;
    shown.is(200).shows("1000.10").hides("按设定不会发送邮件");
    let chart = site.get("officer", &format!("/alerts/subscriptions/{id}/chart.png")).await;
    assert_eq!(chart.is(200).headers.get("content-type").unwrap(), "image/png");
    site.get("officer", &format!("/alerts/{form}")).await.is(200).shows("[测试] 【集采】价格预警 1 条");
    site.set_clock(site.now().plus_days(1));
    assert_eq!(city.write(), (1, 0, 0));
    assert_eq!((city.reports()[0].found, city.reports()[0].is_test), (1, false));
    for n in 0..11 {
        let id = AlertId::new().to_string();
        site.post("officer", &test, &[("id", &id)]).await.is(if n < 10 { 303 } else { 422 });
    }
    // Without an address nothing can be sent, and the page says so.
    let account = people::Account { email: String::new(), ..site.who("officer").account };
    site.app.db.write(|tx| people::store::update_account(tx, &account)).unwrap();
    site.get("officer", "/alerts").await.shows("没有邮箱地址");
    let fresh = AlertId::new().to_string();
    site.post("officer", &test, &[("id", &fresh)]).await.is(422).shows("没有邮箱地址");
}

#[actix_web::test]
async fn the_job_writes_what_is_due() {
    let city = City::new();
    city.subscribe("officer", &[]).await;
    city.find(SOME);
    city.later(5);
    let job = jicai::jobs::find("write_alerts").unwrap();
    let done = jicai::jobs::by_hand(&city.site.app, job).await.unwrap();
    assert_eq!(done.unwrap(), "written=1 nothing=0 held=0");
    city.site.get("admin", "/jobs?outcome=done").await.is(200).shows("已撰写邮件 1");
}
