//! Subscriptions to findings and their mails: the figures of mail and page, nothing twice, nothing lost, nobody else's.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use actix_web::test::TestRequest;
use diesel::prelude::*;
use jicai::catalog::{Product, ProductKind};
use jicai::notify::outbox::{self, Tally};
use jicai::notify::smtp::Office;
use jicai::notify::{Letter, Mail, MailState, Report};
use jicai::people::{self, Role};
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
}

const SOME: Of = Of {
    product: 0,
    hospital: "hospital1",
    supplier: "华东制药有限公司",
    rule: "jiangsu-2021",
    tier: Tier::Red1,
    effect: "1000.10",
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
        Self { products: products.into_iter().map(|it| it.id).collect(), site }
    }

    fn hospital(&self, login: &str) -> OrganisationId {
        self.site.who(login).organisation.id
    }

    /// Enters a finding as a scan does.
    fn find(&self, of: Of) -> FindingId {
        let (id, now) = (FindingId::new(), self.site.now());
        let it = Finding {
            id: id.clone(),
            key: id.to_string(),
            rule: of.rule.to_owned(),
            rule_version: 1,
            product_id: self.products[of.product].clone(),
            hospital_id: (!of.hospital.is_empty()).then(|| self.hospital(of.hospital)),
            supplier: of.supplier.to_owned(),
            month: "2026-10-01".parse().unwrap(),
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
    city.find(Of { product: 1, tier: Tier::Yellow, rule: "an-older-rule", effect: "0.05", ..SOME });
    city.later(5);
    assert_eq!(city.write(), (2, 0, 0));
    let server = Server::start("take");
    assert_eq!(city.send(server.office(&[])).await.0, Tally { sent: 2, ..Tally::default() });

    let letters = server.letters();
    let (zh, en) = if header(&letters[0], "To").contains("officer") { (1, 2) } else { (2, 1) };
    let (subject, plain, html, png) = parts(&server.folder.path().join(format!("{zh}.eml")));
    // Four times 1000, 640 and 95, less 0 + … + 11 = 66, and the cents 66, and 0.05.
    assert_eq!(subject.trim(), "【集采】价格预警 13 条，影响金额 6874.71 元：每日预警");
    assert!(plain.contains("新增疑点 13 条，影响金额合计 6874.71 元"), "{plain}");
    let id = site.app.db.read(|conn| {
        let account = site.who("officer").account.id;
        Ok(alerts::store::alerts_of(conn, &account, None, 10)?[0].0.id.clone())
    });
    let path = format!("/alerts/{}", id.unwrap());
    let page = site.get("officer", &path).await;
    page.is(200).shows("新增疑点 13 条，影响金额合计 6874.71 元").shows("阿莫西林&#60;胶囊&#62; 0.25g 甲厂");
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
    assert!(subject.starts_with("[jicai] 13 price findings, 6874.71 yuan"), "{subject}");
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

/// Who subscribes to what, and the effect told.
type Wish<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

#[actix_web::test]
async fn each_is_told_of_what_was_asked_for_and_of_what_is_theirs() {
    let city = City::new();
    let site = &city.site;
    let (own, other) = (city.hospital("hospital1").to_string(), city.hospital("hospital2").to_string());
    let wishes: &[Wish] = &[
        ("officer", &[], "15.00"),
        ("officer", &[("product", "XJ01CAA041")], "2.00"),
        ("officer", &[("generic", "氨氯地平片")], "2.00"),
        ("officer", &[("hospital", &own)], "5.00"),
        ("officer", &[("supplier", "华东制药有限公司")], "3.00"),
        ("officer", &[("rule", "jiangsu-2021")], "3.00"),
        ("officer", &[("tier", "red2")], "12.00"),
        ("officer", &[("tier", "red3"), ("hospital", &own)], "4.00"),
        ("auditor", &[], "15.00"),
        ("hospital1", &[], "5.00"),
        ("hospital1", &[("supplier", "齐鲁制药有限公司")], "4.00"),
        ("hospital2", &[], "2.00"),
        ("supplier2", &[], "3.00"),
        ("supplier2", &[("hospital", &other)], "2.00"),
        ("supplier3", &[], "4.00"),
    ];
    for (n, (login, fields, _)) in wishes.iter().enumerate() {
        let name = n.to_string();
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("name", name.as_str())]).collect();
        city.subscribe(login, &fields).await;
    }
    // A foreign hospital, a foreign supplier are refused to those who may see only their own.
    for (login, field, value) in
        [("hospital1", "hospital", other.as_str()), ("supplier2", "supplier", "齐鲁制药有限公司")]
    {
        let id = SubscriptionId::new().to_string();
        let mut all = BTreeMap::from(BLANK);
        all.extend([("id", id.as_str()), (field, value)]);
        let all: Vec<(&str, &str)> = all.into_iter().collect();
        site.post(login, "/alerts/subscriptions", &all).await.is(422).shows("只能订阅与本单位有关的疑点");
    }
    city.find(Of { effect: "1", ..SOME });
    city.find(Of { product: 1, hospital: "hospital2", tier: Tier::Yellow, effect: "2", ..SOME });
    city.find(Of {
        product: 2,
        // A supplier by its code, as some purchases name it.
        supplier: "91330700MA28000003",
        rule: "b",
        tier: Tier::Red3,
        effect: "4",
        ..SOME
    });
    // A listing was judged: no hospital, no supplier.
    city.find(Of { product: 2, hospital: "", supplier: "", rule: "b", tier: Tier::Red2, effect: "8" });
    city.later(5);
    city.write();
    let told: BTreeMap<usize, String> =
        city.reports().iter().map(|it| (it.name.parse().unwrap(), it.effect.to_string())).collect();
    for (n, (login, fields, want)) in wishes.iter().enumerate() {
        assert_eq!(told.get(&n).map(String::as_str), Some(*want), "{n} {login} {fields:?}");
    }
    // What somebody may see is looked at when a mail is written, not only when it was asked for.
    let account = site.who("hospital1").account;
    let set_roles =
        |roles: &[Role]| site.app.db.write(|tx| people::store::set_roles(tx, &account.id, roles)).unwrap();
    set_roles(&[]);
    city.find(Of { effect: "16", ..SOME });
    city.later(5);
    assert_eq!(city.write().2, 2);
    set_roles(&[Role::Hospital]);
    city.later(5);
    assert_eq!(city.write().0, 1);
    assert_eq!(city.reports()[0].effect.to_string(), "16.00");
}

#[actix_web::test]
async fn a_mail_that_waits_is_withdrawn_when_its_reader_may_no_longer_have_it() {
    let city = City::new();
    let site = &city.site;
    city.subscribe("hospital1", &[]).await;
    // Two mails wait for the server.
    for of in [SOME, Of { effect: "7", ..SOME }] {
        city.find(of);
        city.later(5);
        assert_eq!(city.write().0, 1);
    }
    let account = site.who("hospital1").account;
    let save = |account: &people::Account| {
        site.app.db.write(|tx| people::store::update_account(tx, account)).unwrap();
    };
    // The address was a wrong one, and belongs to somebody else.
    save(&people::Account { email: "right@example.org".to_owned(), ..account.clone() });
    let server = Server::start("take");
    let (tally, office) = city.send(server.office(&[])).await;
    assert_eq!(tally, Tally { withdrawn: 2, ..Tally::default() });
    site.get("admin", "/mails?state=withdrawn").await.is(200).shows("已撤回");
    // Nothing is lost: the next mail tells both, to the right address.
    city.later(5);
    assert_eq!(city.write().0, 1);
    save(&people::Account { email: "right@example.org".to_owned(), active: false, ..account.clone() });
    let (tally, office) = city.send(office).await;
    assert_eq!(tally, Tally { withdrawn: 1, ..Tally::default() });
    save(&people::Account { email: "right@example.org".to_owned(), ..account });
    city.later(5);
    assert_eq!(city.write().0, 1);
    assert_eq!(city.send(office).await.0, Tally { sent: 1, ..Tally::default() });
    assert_eq!(header(&server.letters()[0], "To"), "right@example.org");
    assert_eq!(city.reports()[0].effect.to_string(), "1007.10");
}

#[actix_web::test]
async fn what_is_stored_late_goes_or_comes_back_is_told_once_each_time() {
    let city = City::new();
    let id = city.subscribe("officer", &[]).await;
    assert_eq!(city.write(), (0, 1, 0));
    let first = city.find(SOME);
    city.later(5);
    assert_eq!(city.write(), (1, 0, 0));
    assert_eq!(city.write(), (0, 1, 0));
    // A scan that began earlier ends later: its finding is older than what was told, and yet not lost.
    city.site.set_clock(city.site.now().plus_days(-1));
    city.find(Of { effect: "7", ..SOME });
    city.site.set_clock(city.site.now().plus_days(1).plus_millis(300_000));
    assert_eq!(city.write(), (1, 0, 0));
    assert_eq!((city.reports()[0].found, city.reports()[0].effect.to_string().as_str()), (1, "7.00"));
    // Gone, and gone before anybody was told of it.
    let unseen = city.find(Of { effect: "8", ..SOME });
    city.set_state(&unseen, findings::State::Gone);
    city.set_state(&first, findings::State::Gone);
    city.later(5);
    assert_eq!(city.write(), (1, 0, 0));
    let report = city.reports()[0].clone();
    assert_eq!((report.found, report.gone, report.gone_effect.to_string().as_str()), (0, 1, "1000.10"));
    assert_eq!(report.top_gone.len(), 1);
    // It comes back: told again, as what it is.
    city.set_state(&first, findings::State::Standing);
    city.later(5);
    assert_eq!(city.write(), (1, 0, 0));
    assert_eq!((city.reports()[0].found, city.reports()[0].gone), (1, 0));
    // A pause tells everything afterwards.
    let state = format!("/alerts/subscriptions/{id}/state");
    city.site.post("officer", &state, &[("version", "1"), ("state", "paused")]).await.is(303);
    city.find(Of { effect: "9", ..SOME });
    city.later(5);
    assert_eq!(city.write(), (0, 0, 0));
    city.find(Of { effect: "10", ..SOME });
    city.site.post("officer", &state, &[("version", "2"), ("state", "active")]).await.is(303);
    city.later(5);
    assert_eq!(city.write(), (1, 0, 0));
    assert_eq!((city.reports()[0].found, city.reports()[0].effect.to_string().as_str()), (2, "19.00"));
}

/// Numbers that look random and are the same in every run.
fn dice(seed: &mut u64, sides: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % sides
}

/// Whatever comes and goes between whatever runs: every change that lasted until a run is told exactly once.
#[actix_web::test]
async fn nothing_is_told_twice_and_nothing_is_lost() {
    let city = City::new();
    let id = city.subscribe("officer", &[]).await;
    let seed = &mut 20_261_127_u64;
    let mut standing: BTreeMap<FindingId, bool> = BTreeMap::new();
    let mut told: BTreeMap<FindingId, bool> = BTreeMap::new();
    let mut paused = false;
    let mut version = 1;
    for _ in 0..120 {
        match dice(seed, 8) {
            0..=2 => {
                standing.insert(city.find(SOME), true);
            }
            3 | 4 if !standing.is_empty() => {
                let at = usize::try_from(dice(seed, standing.len() as u64)).unwrap();
                let (id, is_standing) = standing.iter_mut().nth(at).unwrap();
                *is_standing = !*is_standing;
                let state = if *is_standing { findings::State::Standing } else { findings::State::Gone };
                city.set_state(id, state);
            }
            5 => {
                paused = !paused;
                let (word, now) = (if paused { "paused" } else { "active" }, version.to_string());
                let path = format!("/alerts/subscriptions/{id}/state");
                city.site.post("officer", &path, &[("version", &now), ("state", word)]).await.is(303);
                version += 1;
            }
            _ => {
                city.later(5);
                let before = city.mails().len();
                city.write();
                if paused {
                    assert_eq!(city.mails().len(), before);
                    continue;
                }
                let was = |id: &FindingId| told.get(id).copied().unwrap_or(false);
                let news: Vec<&FindingId> =
                    standing.iter().filter(|(id, is)| **is && !was(id)).map(|x| x.0).collect();
                let gone = standing.iter().filter(|(id, is)| !**is && was(id)).count();
                assert_eq!(city.mails().len() - before, usize::from(!news.is_empty() || gone > 0));
                if city.mails().len() > before {
                    let report = city.reports()[0].clone();
                    assert_eq!((report.found, report.gone), (news.len() as i64, gone as i64));
                    let named: Vec<String> = report.top.iter().map(|line| line.path.clone()).collect();
                    let wanted = news.iter().take(10).map(|id| format!("/findings/{id}"));
                    assert_eq!(named, wanted.collect::<Vec<_>>());
                }
                told.clone_from(&standing);
            }
        }
    }
    assert!(city.mails().len() > 10, "{}", city.mails().len());
}

#[actix_web::test]
async fn two_writers_at_once_write_one_mail() {
    let city = City::new();
    for n in 0..6 {
        city.subscribe("officer", &[("name", &n.to_string())]).await;
    }
    city.find(SOME);
    city.later(5);
    std::thread::scope(|threads| {
        let writing: Vec<_> = (0..2).map(|_| threads.spawn(|| city.write().0)).collect();
        let written: usize = writing.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(written, 6);
    });
    assert_eq!(city.mails().len(), 6);
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
