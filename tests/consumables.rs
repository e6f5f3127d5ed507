//! A round of consumables over the pages: several products of a company, from the lot to the payment standard.

use jicai::bids;
use jicai::contracts::store::Filter;
use jicai::db::Tx;
use jicai::rounds::approvals::{self, Action};
use jicai::rounds::{self, Lot, RoundState, demand};
use jicai::types::{EnvelopeId, LotId, RoundId, Time};

use crate::support::Site;

const KANGEN: &str = "浙江康恩药业有限公司";
const HUADONG: &str = "华东制药有限公司";
const QILU: &str = "齐鲁制药有限公司";
/// Codes of the form of the national ones: C and 26 digits.
const P1: &str = "C02021100500001000010000001";
const P2: &str = "C02021100500001000010000002";
const P3: &str = "C02021100500001000020000001";
const P4: &str = "C02021100500001000030000001";

fn set(site: &Site, at: &str) {
    site.set_clock(Time::parse_local(at).unwrap());
    let (ctx, signer) = (site.ctx(), site.signer());
    let due = |tx: &mut Tx| {
        rounds::steps::advance_due(tx, &ctx)?;
        bids::close_due(tx, &ctx, &signer)
    };
    site.app.db.write(due).unwrap();
}

/// A published round of stents with one lot, by the pages.
async fn published(site: &Site) -> (RoundId, Lot) {
    let ctx = site.ctx();
    let rules = site
        .app
        .db
        .write(|tx| {
            rounds::seed_rule_sets(tx, &ctx)?;
            Ok(rounds::store::latest_rule_set(tx.conn(), "GY-HD2020-1")?.unwrap().id.to_string())
        })
        .unwrap();
    let id = RoundId::new();
    let text = id.to_string();
    let fields = [
        ("id", text.as_str()),
        ("number", "JH-HD2026-1"),
        ("title", "金华市冠脉支架集中带量采购"),
        ("kind", "consumable"),
        ("regions", "金华市"),
        ("rule_set_id", &rules),
        ("demand_from", "2026-12-01T09:00"),
        ("demand_to", "2026-12-10T17:00"),
        ("bidding_from", "2026-12-15T09:00"),
        ("bidding_to", "2026-12-20T17:00"),
        ("opening_at", "2026-12-21T09:00"),
        ("publicity_from", "2026-12-28T09:00"),
        ("publicity_to", "2027-01-04T17:00"),
        ("contract_to", "2027-01-20T17:00"),
        ("execution_from", "2027-02-01"),
        ("execution_to", "2029-01-31"),
    ];
    site.post("officer", "/rounds", &fields).await.is(303);
    let lots = format!("/rounds/{id}/lots");
    site.get("officer", &format!("{lots}/new")).await.is(200).shows("材质或类型").hides("剂型类别");
    let lot = LotId::new().to_string();
    let fields = [
        ("id", lot.as_str()),
        ("lot", "1"),
        ("generic", "冠脉药物洗脱支架系统"),
        ("form", "合金药物支架"),
        ("form_class", "other"),
        ("comparable_spec", "全部规格型号"),
        ("unit", "个"),
        ("ceiling", "15000"),
        ("category", "general"),
    ];
    site.post("officer", &lots, &fields).await.is(303);
    site.get("officer", &lots).await.is(200).shows("合金药物支架").hides("剂型类别").hides("抗菌");
    site.post("officer", &format!("/rounds/{id}/publish"), &[]).await.is(303);
    let open = |c: &mut jicai::db::Conn| approvals::open(c, "rounds", id.as_str(), Action::Publish);
    let asked = site.app.db.read(open).unwrap().unwrap();
    site.post("reviewer", &format!("/approvals/{}", asked.id), &[("decision", "yes")]).await.is(303);
    let lot = site.app.db.read(|c| rounds::lots_of(c, &id)).unwrap().remove(0);
    (id, lot)
}

/// One hospital reports by the form, one by a file; the officer approves both and opens bidding.
async fn reported(site: &Site, id: &RoundId, lot: &Lot) {
    set(site, "2026-12-01 10:00");
    let path = format!("/rounds/{id}/demand");
    let name = |field: &str| format!("{field}.{}", lot.id);
    let [generic, company, product, quantity, reason] =
        ["generic", "company", "product", "quantity", "reason"].map(name);
    site.get("hospital1", &path).await.is(200).shows("本批次按产品中选").shows(&product);
    let twice = [
        ("version", "0"),
        (&*company, HUADONG),
        (&*product, P3),
        (&*quantity, "1"),
        (&*company, HUADONG),
        (&*product, P3),
        (&*quantity, "2"),
    ];
    site.post("hospital1", &path, &twice).await.is(422).shows(P3);
    let fields = [
        ("version", "0"),
        ("do", "submit"),
        (&*generic, "10"),
        (&*company, HUADONG),
        (&*product, P3),
        (&*quantity, "100"),
        (&*company, KANGEN),
        (&*product, P2),
        (&*quantity, "50"),
        (&*reason, "新开展"),
    ];
    site.post("hospital1", &path, &fields).await.is(303);
    let uploads = format!("{path}/uploads");
    let upload = async |lines: &str| {
        let id = jicai::types::ImportId::new().to_string();
        let file = format!("region,hospital,lot,company,product,quantity,reason\n{lines}");
        let answer = site.upload("hospital2", &uploads, &[("id", &id)], "d.csv", file.as_bytes()).await;
        answer.is(303);
        answer.location
    };
    let hospital = "金华市,义乌市中医医院,1";
    let bad = upload(&format!("{hospital},,{P4},20,x\n")).await;
    site.get("hospital2", &bad).await.shows("填写产品须同时填写厂牌企业");
    let good = upload(&format!("{hospital},{QILU},{P4},20,新开展\n{hospital},{KANGEN},,40,新开展\n")).await;
    site.get("hospital2", &good).await.is(200).shows(&format!("{QILU} {P4}"));
    let good = good.split('?').next().unwrap();
    site.post("hospital2", good, &[("version", "0")]).await.is(303);
    let sheet = |login: &str| {
        let hospital = site.who(login).organisation.id;
        site.app.db.read(|c| demand::sheet(c, id, &hospital, site.now())).unwrap()
    };
    let version = sheet("hospital2").report.unwrap().version.to_string();
    let mut again: Vec<(&str, &str)> = vec![("version", &version), ("do", "submit"), (&reason, "新开展")];
    for (of, brand, n) in [(QILU, P4, "20"), (KANGEN, "", "40")] {
        again.extend([(&*company, of), (&*product, brand), (&*quantity, n)]);
    }
    site.post("hospital2", &path, &again).await.is(303);

    set(site, "2026-12-15 10:00");
    for login in ["hospital1", "hospital2"] {
        let (hospital, version) = (site.who(login).organisation.id, sheet(login).report.unwrap().version);
        let page = site.get("officer", &format!("{path}/{hospital}")).await;
        page.is(200).shows(if login == "hospital1" { P3 } else { P4 });
        let approve = format!("{path}/{hospital}/approve");
        site.post("officer", &approve, &[("version", &version.to_string())]).await.is(303);
    }
    site.get("officer", &format!("{path}/lots/{}", lot.id)).await.is(200).shows(&format!("{HUADONG} {P3}"));
    site.panel(id, &["officer", "reviewer"], 2);
    site.post("officer", &format!("/rounds/{id}/open-bidding"), &[]).await.is(303);
}

/// One company bids two products by the form, one by a file, one above every condition.
async fn bid(site: &Site, id: &RoundId, lot: &Lot) {
    let path = format!("/rounds/{id}/bids");
    let key = |field: &str, n: usize| match n {
        1 => format!("{field}:{}", lot.id),
        n => format!("{field}:{}.{n}", lot.id),
    };
    let products = |list: &[(usize, &str, &str)]| {
        let mut fields = vec![("id".to_owned(), EnvelopeId::new().to_string())];
        for (n, product, price) in list {
            fields.push((key("product", *n), (*product).to_owned()));
            fields.push((key("spec", *n), "2.5mm×15mm".to_owned()));
            fields.push((key("unit_price", *n), (*price).to_owned()));
        }
        fields
    };
    let post = async |login: &str, fields: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        site.post(login, &path, &fields).await
    };
    site.get("supplier1", &path).await.is(200).shows(&key("product", 4)).hides("差比价系数").hides("仿制药");
    let twice = post("supplier1", products(&[(1, P1, "500"), (3, P1, "600")])).await;
    twice.is(422).shows("每个产品只能报一行").shows("value=\"600\"");
    // Gaps between the blocks are nothing, and a fifth block is read as well.
    let sealed = post("supplier1", products(&[(1, P1, "500"), (5, P2, "700")])).await;
    sealed.is(200).shows(P1).shows(P2).shows("700.00");
    let upload = format!("{path}/upload");

    let send = async |lines: &str| {
        let file = format!("lot,company,product,spec,unit_price,ratio\n{lines}");
        let id = [("id", &*EnvelopeId::new().to_string())];
        site.upload("supplier2", &upload, &id, "bids.csv", file.as_bytes()).await
    };
    send(&format!("1,{HUADONG},{P3},全部,600,1.7\n")).await.is(422).shows("各规格同价");
    send(&format!("1,{HUADONG},{P3},全部,600,\n1,{HUADONG},{P3},全部,500,\n")).await.is(422).shows("第2行");
    send(&format!("1,{HUADONG},{P3},全部规格,600,\n")).await.is(200);
    post("supplier3", products(&[(1, P4, "3000")])).await.is(200);
}

#[actix_web::test]
async fn a_round_of_stents_from_its_lot_to_payment_standards() {
    let site = Site::with_city();
    let (id, lot) = published(&site).await;
    reported(&site, &id, &lot).await;
    bid(&site, &id, &lot).await;

    set(&site, "2026-12-21 09:00");
    for login in ["officer", "reviewer"] {
        site.confirm(login, &id).await.is(303);
    }
    // The bid comes back as one block a product, and as the file that was taken.
    let supplier = site.who("supplier1").organisation.id;
    let receipts = site.app.db.read(|c| bids::store::receipts_of(c, &id, &supplier)).unwrap();
    let receipt = format!("/rounds/{id}/bids/{}", receipts[0].id);
    let content = site.get("supplier1", &format!("{receipt}/content")).await;
    content.is(200).shows(P1).shows(P2).shows("700.00");
    let file = site.get("supplier1", &format!("{receipt}/file?as=csv")).await;
    assert_eq!(file.is(200).body.lines().count(), 3);
    let offers = site.app.db.read(|c| bids::offers(c, &id)).unwrap();
    assert_eq!(offers.len(), 4);
    assert!(offers.iter().all(|offer| offer.ratio == "1"));

    set(&site, "2026-12-28 10:00");
    let award = format!("/rounds/{id}/award");
    site.post("officer", &award, &[]).await.is(303);
    let page = site.get("officer", &format!("{award}/{}", lot.id)).await;
    page.is(200).shows("WON_RATIO").shows("3000.0000 &#62; 2850.0000").shows("[GY-HD2020-1 fuse]");
    let volumes = site.get("officer", &format!("{award}/{}/volumes", lot.id)).await;
    volumes.is(200).shows(&format!("{KANGEN} {P1}")).shows(&format!("{KANGEN} {P2}")).shows("176");
    let file = site.get("officer", &format!("{award}/export/allocations.csv")).await;
    let mut lines: Vec<&str> = file.is(200).body.lines().collect();
    assert_eq!(
        lines.remove(0).trim_start_matches('\u{feff}'),
        "lot,region,hospital,company,agreed_quantity,product"
    );
    lines.sort_unstable();
    let line =
        |hospital: &str, company: &str, n: &str, p: &str| format!("1,金华市,{hospital},{company},{n},{p}");
    let mut want = [
        line("金华市中心医院", KANGEN, "8", P1),
        line("金华市中心医院", KANGEN, "40", P2),
        line("金华市中心医院", HUADONG, "80", P3),
        line("义乌市中医医院", KANGEN, "48", P1),
    ];
    want.sort_unstable();
    assert_eq!(lines, want);

    site.post("officer", &format!("/rounds/{id}/publicity"), &[]).await.is(303);
    site.get("", &format!("/public/rounds/{id}")).await.is(200).shows(P1).shows(P2).shows(P3).hides(P4);
    site.get("hospital1", &award).await.is(200).shows(P2).shows("40");
    set(&site, "2027-01-04 18:00");
    let confirmation = format!("/rounds/{id}/confirmation");
    site.post("officer", &confirmation, &[]).await.is(303);
    site.post("reviewer", &format!("{confirmation}/confirm"), &[]).await.is(303);

    // One contract a hospital, company and product, each at its own price.
    site.post("officer", &format!("/rounds/{id}/contracts/draw-up"), &[]).await.is(303);
    let list = |c: &mut jicai::db::Conn| jicai::contracts::store::page(c, &Filter::default(), 50);
    let drawn = site.app.db.read(list).unwrap();
    let mut contracts: Vec<String> =
        drawn.iter().map(|(it, ..)| format!("{} {} {}", it.product, it.unit_price, it.quantity)).collect();
    contracts.sort_unstable();
    let want = [format!("{P1} 500.00 48"), format!("{P1} 500.00 8"), format!("{P2} 700.00 40")];
    assert_eq!(contracts[..3], want);
    assert_eq!(contracts[3..], [format!("{P3} 600.00 80")]);
    assert_eq!(drawn[0].0.ends.to_string(), "2029-01-31");
    site.get("hospital1", "/contracts").await.is(200).shows(P1).shows(P2).shows(P3);
    for login in ["hospital1", "hospital2", "supplier1", "supplier2"] {
        let who = site.who(login).organisation;
        let seen = site.app.db.read(|c| jicai::contracts::waiting_in(c, &id, &who)).unwrap();
        let seen: Vec<String> = seen.iter().map(|it| format!("{}:{}", it.id, it.version)).collect();
        let mut fields = vec![("which", "chosen")];
        fields.extend(seen.iter().map(|it| ("contract", it.as_str())));
        site.post(login, "/contracts/confirm", &fields).await.is(303);
    }

    let standards = format!("/rounds/{id}/standards");
    site.post("officer", &format!("{standards}/ask"), &[]).await.is(303);
    let page = site.get("reviewer", &standards).await;
    let fingerprint = page.is(200).body.split("name=\"fingerprint\" value=\"").nth(1).unwrap();
    let fingerprint = fingerprint.split('"').next().unwrap();
    let decision = [("decision", "yes"), ("fingerprint", fingerprint)];
    site.post("reviewer", &format!("{standards}/decide"), &decision).await.is(303);
    let rows = site.app.db.read(|c| jicai::standards::store::current_of_round(c, &id)).unwrap();
    let first: Vec<String> = rows
        .iter()
        .filter(|row| row.starts.to_string() == "2027-02-01")
        .map(|row| format!("{} {} {}", row.product, row.standard, row.basis))
        .collect();
    let want = [
        format!("{P1} 500.00 SELECTED"),
        format!("{P3} 600.00 SELECTED"),
        format!("{P2} 700.00 SELECTED"),
        format!("{P4} 2100.00 CUT"),
    ];
    assert_eq!(first, want);
    let state = site.app.db.read(|c| rounds::round(c, &id)).unwrap().state;
    assert_eq!(state, RoundState::Contracting);
    assert!(matches!(site.app.db.read(jicai::audit::verify).unwrap(), jicai::audit::Chain::Whole { .. }));
}

#[actix_web::test]
async fn where_rules_sort_by_region_the_form_asks_who_supplies_all() {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Bidding);
    site.app
        .db
        .write(|tx| {
            use diesel::prelude::*;
            use jicai::schema::rounds as table;
            let rules = rounds::store::latest_rule_set(tx.conn(), "GH-HD2021-1")?.unwrap().id;
            let set = (table::rule_set_id.eq(rules), table::kind.eq("consumable"));
            diesel::update(table::table.find(&round.id)).set(set).execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
    let round = site.app.db.read(|c| rounds::round(c, &round.id)).unwrap();
    site.panel(&round.id, &["officer", "reviewer"], 2);
    site.set_clock(round.calendar.bidding_from);
    let path = format!("/rounds/{}/bids", round.id);
    let name = |field: &str| format!("{field}:{}", lots[0].id);
    site.get("supplier1", &path)
        .await
        .is(200)
        .shows("能够供应全部采购地区")
        .hides(&format!("{}.2", name("product")));
    let place = async |login: &str, price: &str, all: &str| {
        let id = EnvelopeId::new().to_string();
        let [product, spec, unit_price, supplies] =
            ["product", "spec", "unit_price", "supplies_all"].map(name);
        let fields =
            [("id", &*id), (&product, "髋"), (&spec, "全套"), (&unit_price, price), (&supplies, all)];
        site.post(login, &path, &fields).await.is(200);
    };
    place("supplier1", "0.4", "yes").await;
    place("supplier2", "0.3", "").await;
    crate::bids::move_on(&site, &round, RoundState::Opening, round.calendar.opening_at);
    for login in ["officer", "reviewer"] {
        site.confirm(login, &round.id).await.is(303);
    }
    let receipt =
        site.app.db.read(|c| bids::store::receipts_of(c, &round.id, &site.who("supplier1").organisation.id));
    let content = format!("{path}/{}/content", receipt.unwrap()[0].id);
    site.get("supplier1", &content).await.is(200).shows("全区供应");
    let offers = site.app.db.read(|c| bids::offers(c, &round.id)).unwrap();
    let mut told: Vec<(String, bool)> =
        offers.iter().map(|o| (o.unit_price.to_string(), o.supplies_all)).collect();
    told.sort();
    assert_eq!(told, [("0.30".to_owned(), false), ("0.40".to_owned(), true)]);
}
