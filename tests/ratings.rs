//! Credit ratings: from a conduct with its document over notice, defence and decision to what it bars, to repair,
//! correction and end.

use diesel::prelude::*;
use jicai::bids;
use jicai::catalog::{self, Facts, NewProduct};
use jicai::credit::standing::{EndCause, Rating, RatingState};
use jicai::credit::{self, Fact, FactKind};
use jicai::prices::ingest::{How, Source};
use jicai::prices::listings;
use jicai::ratings::{self, store};
use jicai::rounds::RoundState;
use jicai::schema::{listings as table, mails};
use jicai::types::{
    ConductId, DistributorId, EnvelopeId, ImportId, ProductId, RatingId, RatingStepId, Time, UnitPrice,
};

use crate::bids::{bid, bidding, mine, move_on};
use crate::support::{Answer, Site};

const CODE: &str = "XJ01CAA040E001020200600";
const PDF: &[u8] = b"%PDF-1.7 judgment";

/// A product of supplier1's, listed at 10.66.
fn product(site: &Site) {
    let ctx = site.ctx();
    let facts = Facts {
        generic: "阿莫西林胶囊".to_owned(),
        maker: "浙江康恩药业有限公司".to_owned(),
        pack: "0.25g*24粒/盒".to_owned(),
        listing_price: Some("10.66".parse().unwrap()),
        ..Facts::default()
    };
    let new = NewProduct { id: ProductId::new(), code: CODE.to_owned(), facts };
    site.app.db.write(|tx| catalog::add(tx, &ctx, new.clone())).unwrap();
}

/// A conduct of a company as a form.
struct Entry<'a> {
    code: &'a str,
    name: &'a str,
    role: &'a str,
    kind: &'a str,
    amount: &'a str,
    number: &'a str,
    day: &'a str,
    region: &'a str,
    products: &'a str,
    corrects: &'a str,
}

const BRIBERY: Entry = Entry {
    code: "91330700MA28000001",
    name: "",
    role: "maker",
    kind: "bribery",
    amount: "600000",
    number: "（2026）浙07刑终1号",
    day: "2026-10-08",
    region: "金华市",
    products: CODE,
    corrects: "",
};

async fn enter(site: &Site, it: &Entry<'_>) -> Answer {
    let id = ConductId::new();
    let fields = [
        ("id", id.as_str()),
        ("company_code", it.code),
        ("company_name", it.name),
        ("role", it.role),
        ("kind", it.kind),
        ("amount", it.amount),
        ("document_kind", "judgment"),
        ("document_number", it.number),
        ("issuer", "金华市中级人民法院"),
        ("document_on", it.day),
        ("region", it.region),
        ("summary", "向医院工作人员给予回扣。"),
        ("products", it.products),
        ("corrects", it.corrects),
    ];
    site.upload("officer", "/conducts", &fields, "判决书.pdf", PDF).await
}

/// Enters a conduct that is taken; its id.
async fn entered(site: &Site, it: &Entry<'_>) -> String {
    let answer = enter(site, it).await;
    answer.is(303);
    answer.location.trim_start_matches("/conducts/").trim_end_matches("?done=1").to_owned()
}

async fn notice(site: &Site, id: &RatingId, conducts: &[&str], since: &str, corrects: &str) -> Answer {
    let mut fields = vec![("id", id.as_str()), ("since", since), ("body", "拟评级，请陈述申辩。")];
    match corrects {
        "" => fields.push(("from", conducts[0])),
        corrects => fields.push(("corrects", corrects)),
    }
    fields.extend(conducts.iter().map(|it| ("conduct", *it)));
    site.post("officer", "/ratings", &fields).await
}

fn rating(site: &Site, id: &RatingId) -> Rating {
    site.app.db.read(|c| ratings::rating(c, id)).unwrap()
}

async fn propose(site: &Site, id: &RatingId, proposal: &str) -> Answer {
    let version = rating(site, id).version.to_string();
    let fields = [("version", version.as_str()), ("proposal", proposal), ("body", "证据充分。")];
    site.post("officer", &format!("/ratings/{id}/propose"), &fields).await
}

async fn decide(site: &Site, id: &RatingId, decision: &str) -> Answer {
    let fields = [("decision", decision), ("remark", "复核意见")];
    site.post("reviewer", &format!("/ratings/{id}/decide"), &fields).await
}

async fn defend(site: &Site, login: &str, id: &RatingId, step: &RatingStepId) -> Answer {
    let fields = [("id", step.as_str()), ("body", "系个别员工个人行为。")];
    site.upload(login, &format!("/ratings/{id}/defence"), &fields, "说明.pdf", PDF).await
}

async fn repair(site: &Site, id: &RatingId, measure: &str, corrected: &str) -> Answer {
    let step = RatingStepId::new();
    let fields =
        [("id", step.as_str()), ("measure", measure), ("corrected", corrected), ("body", "已降价并整改。")];
    site.upload("supplier1", &format!("/ratings/{id}/repair"), &fields, "", b"").await
}

/// A conduct entered, noticed, and in effect from today.
async fn rated(site: &Site, it: &Entry<'_>) -> RatingId {
    let (conduct, id, today) = (entered(site, it).await, RatingId::new(), site.now().day().to_string());
    notice(site, &id, &[&conduct], &today, "").await.is(303);
    if rating(site, &id).supplier_id.is_some() {
        defend(site, "supplier1", &id, &RatingStepId::new()).await.is(303);
    } else {
        // Nobody but the bureau acts for a company without an account.
        defend(site, "supplier1", &id, &RatingStepId::new()).await.is(404);
        defend(site, "officer", &id, &RatingStepId::new()).await.is(303);
    }
    propose(site, &id, "rate").await.is(303);
    decide(site, &id, "yes").await.is(303);
    id
}

fn letters(site: &Site, template: &str) -> Vec<String> {
    site.app
        .db
        .read(|c| {
            let of = mails::table.filter(mails::template.eq(template));
            Ok(of.order(mails::address).select(mails::address).load(c)?)
        })
        .unwrap()
}

fn day(text: &str) -> Time {
    Time::parse_local(&format!("{text} 09:00")).unwrap()
}

#[actix_web::test]
async fn from_a_conduct_to_a_refused_bid_to_repair() {
    let site = Site::with_city();
    product(&site);
    let (round, lots, bids) = bidding(&site);
    // Told, defended, proposed by one and approved by another.
    let conduct = entered(&site, &BRIBERY).await;
    let page = site.get("officer", &format!("/conducts/{conduct}")).await;
    page.is(200).shows("严重失信").shows("高于 500000.00 元").shows("自定，待核实").shows("判决书.pdf");
    let id = RatingId::new();
    for _ in 0..2 {
        notice(&site, &id, &[&conduct], "2026-11-23", "").await.is(303);
    }
    let it = rating(&site, &id);
    assert_eq!((it.number.as_str(), it.grade.as_str()), ("XY20261100001", "serious"));
    assert_eq!((it.defend_by.to_string(), it.until.to_string()), ("2026-12-07".into(), "2029-10-07".into()));
    assert_eq!(letters(&site, "rating_noticed"), ["supplier1@example.org"]);
    propose(&site, &id, "rate").await.is(422).shows("企业可申辩至 2026-12-07");
    site.get("supplier2", &format!("/ratings/{id}")).await.is(404);
    site.get("hospital1", &format!("/ratings/{id}")).await.is(403);
    defend(&site, "supplier2", &id, &RatingStepId::new()).await.is(404);
    defend(&site, "officer", &id, &RatingStepId::new()).await.is(404);
    site.get("supplier1", "/ratings").await.is(200).shows("XY20261100001").hides("失信行为登记");
    site.get("supplier2", "/ratings").await.is(200).hides("XY20261100001");
    site.get("supplier1", "/").await.is(200).shows("信用评价 XY20261100001：请在 2026-12-07 前陈述申辩");
    site.get("officer", "/").await.is(200).hides("信用评价等待决定");
    let own = site.get("supplier1", &format!("/ratings/{id}")).await;
    own.is(200).shows("陈述申辩").shows("判决书.pdf").hides("提请复核").hides("更正评价");
    let step = RatingStepId::new();
    for _ in 0..2 {
        defend(&site, "supplier1", &id, &step).await.is(303);
    }
    assert_eq!(letters(&site, "rating_answered"), ["officer2@example.org", "officer@example.org"]);
    site.get("officer", "/").await.is(200).shows("1 项信用评价等待决定");
    // A bid may still be placed, and the register shows nothing.
    bid(&site, "supplier1", &bids, &lots, "0.4").await;
    site.get("", "/public/credit").await.is(200).shows("目前没有公示的评价");
    propose(&site, &id, "rate").await.is(303);
    propose(&site, &id, "drop").await.is(422).shows("等待复核");
    let asked = site.get("reviewer", "/approvals").await;
    asked.is(200).shows("信用评价决定").shows("/ratings/number/XY20261100001");
    let lead = site.get("reviewer", "/ratings/number/XY20261100001").await;
    assert_eq!(lead.is(303).location, format!("/ratings/{id}"));
    decide(&site, &id, "no").await.is(303);
    assert_eq!(rating(&site, &id).state, RatingState::Noticed);
    propose(&site, &id, "rate").await.is(303);
    decide(&site, &id, "yes").await.is(303);
    decide(&site, &id, "yes").await.is(422).shows("已有变化");
    let it = rating(&site, &id);
    assert_eq!((it.state, it.since.to_string()), (RatingState::Effective, "2026-11-23".into()));
    assert_eq!(letters(&site, "rating_decided"), ["supplier1@example.org"]);
    // The lot of the product involved is barred, by form and by file; the other is not.
    let says = "不能投 1 阿莫西林胶囊";
    site.get("supplier1", &bids).await.is(200).shows(says);
    let form = |lot: usize| {
        let (id, lot) = (EnvelopeId::new().to_string(), &lots[lot]);
        let of = |name: &str| format!("{name}:{}", lot.id);
        vec![
            ("id".to_owned(), id),
            ("nonce".to_owned(), jicai::people::password::token()),
            (of("product"), lot.generic.clone()),
            (of("spec"), lot.comparable_spec.clone()),
            (of("unit_price"), "0.3".to_owned()),
            (of("kind"), "generic".to_owned()),
        ]
    };
    let send = |fields: Vec<(String, String)>| {
        let (site, bids) = (&site, &bids);
        async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            site.post("supplier1", bids, &fields).await
        }
    };
    let refused = send(form(0)).await;
    refused.is(422).shows(says).shows("金华市中级人民法院").shows("至 2029-10-07 止");
    let file =
        "lot,company,product,spec,unit_price,kind\n1,浙江康恩药业有限公司,阿莫西林胶囊,0.25g,0.3,generic\n";
    let id_of_file = EnvelopeId::new().to_string();
    let upload = format!("{bids}/upload");
    let sent = site.upload("supplier1", &upload, &[("id", &id_of_file)], "bids.csv", file.as_bytes()).await;
    sent.is(422).shows(says);
    send(form(1)).await.is(200);
    assert_eq!(mine(&site, &round, "supplier1").len(), 2);
    // What the public reads.
    let public = site.get("", "/public/credit").await;
    public
        .is(200)
        .shows("浙江康恩药业有限公司")
        .shows("商业贿赂")
        .shows("（2026）浙07刑终1号")
        .shows("2029-10-07");
    site.get("", "/public/credit.csv").await.is(200).shows("严重失信");
    site.get("officer", "/ratings/export.csv").await.is(200).shows("XY20261100001").shows("已生效");
    site.get("supplier2", "/ratings/export.csv").await.is(200).hides("XY20261100001");
    assert!(site.get("auditor", "/ratings/export.xlsx").await.is(200).bytes.starts_with(b"PK"));
    // Repair: after its time, corrected, with a measure of the edition; donation is none of them.
    repair(&site, &id, "price_cut", "yes").await.is(422).shows("2027-05-23");
    site.set_clock(day("2027-05-23"));
    repair(&site, &id, "donation", "yes").await.is(422).shows("至少选择一项修复措施");
    repair(&site, &id, "price_cut", "").await.is(422).shows("确认已停止并改正");
    repair(&site, &id, "price_cut", "yes").await.is(303);
    repair(&site, &id, "price_cut", "yes").await.is(422).shows("已申请修复");
    propose(&site, &id, "repair").await.is(303);
    decide(&site, &id, "yes").await.is(303);
    let it = rating(&site, &id);
    assert_eq!((it.state, it.end_cause), (RatingState::Ended, EndCause::Repaired));
    site.get("", "/public/credit").await.is(200).hides("浙江康恩药业有限公司");
    let page = site.get("officer", &format!("/ratings/{id}")).await;
    page.is(200).shows("信用修复").shows("复核退回").shows("降低价格");
    let again = site.get("supplier1", &bids).await;
    again.is(200).hides(says);
}

#[actix_web::test]
async fn the_worst_grade_suspends_everything_and_marks_bids_sealed_before() {
    let site = Site::with_city();
    product(&site);
    let (round, lots, bids) = bidding(&site);
    bid(&site, "supplier1", &bids, &lots, "0.4").await;
    bid(&site, "supplier2", &bids, &lots, "0.39").await;
    let worst = Entry { kind: "tax", amount: "2500000.01", products: "", ..BRIBERY };
    let id = rated(&site, &worst).await;
    assert_eq!(rating(&site, &id).grade, "especially_serious");
    let desk = site.get("supplier1", &bids).await;
    desk.is(200).shows("暂停全部产品投标，至 2029-10-07 止").hides("name=\"unit_price");
    let mut fields = vec![("id".to_owned(), EnvelopeId::new().to_string())];
    fields.push((format!("product:{}", lots[1].id), "氨溴索".to_owned()));
    fields.push((format!("unit_price:{}", lots[1].id), "1".to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    site.post("supplier1", &bids, &fields).await.is(422).shows("暂停全部产品投标");
    // Opened like every other, and marked.
    move_on(&site, &round, RoundState::Opening, round.calendar.opening_at);
    site.confirm("officer", &round.id).await.is(303);
    site.confirm("reviewer", &round.id).await.is(303);
    let marked = site.app.db.read(|c| bids::store::barred(c, &round.id)).unwrap();
    assert_eq!(marked.len(), 2);
    assert!(marked.iter().all(|(_, rating)| rating.id == id));
    let offers = site.get("officer", &bids).await;
    assert_eq!(offers.is(200).body.matches("开标时被暂停：特别严重失信").count(), 2);
}

#[actix_web::test]
async fn products_involved_are_not_listed_or_made_dearer_and_may_be_cut() {
    let site = Site::with_city();
    product(&site);
    rated(&site, &BRIBERY).await;
    let it = site.app.db.read(|c| catalog::by_code(c, CODE)).unwrap().unwrap();
    let change = |price: &'static str, seen: Time| {
        let (site, it) = (&site, &it);
        async move {
            let seen = seen.millis().to_string();
            let fields = [
                ("seen", seen.as_str()),
                ("code", CODE),
                ("generic", it.generic.as_str()),
                ("maker", it.maker.as_str()),
                ("pack", it.pack.as_str()),
                ("listing_price", price),
            ];
            site.post("officer", &format!("/products/{}/edit", it.id), &fields).await
        }
    };
    change("12", it.updated_at).await.is(422).shows("不能新挂网或涨价").shows(CODE);
    change("9.5", it.updated_at).await.is(303);
    // A file: the line of the product is bad with the reason, the other is new.
    let other = "XJ01CAA040E001020200601";
    let file = format!(
        "code,generic,form,spec,pack,maker,listing_price\n\
         {CODE},阿莫西林胶囊,,,0.25g*24粒/盒,浙江康恩药业有限公司,11\n\
         {other},阿莫西林胶囊,,,0.25g*24粒/盒,华东制药有限公司,8\n"
    );
    let id = ImportId::new();
    let sent =
        site.upload("officer", "/products/import", &[("id", id.as_str())], "p.csv", file.as_bytes()).await;
    let review = site.get("officer", &sent.is(303).location).await;
    review.is(200).shows("不能新挂网或涨价").shows("至 2029-10-07 止");
    site.get("officer", &format!("/products/imports/{id}/bad")).await.is(200).shows("不能新挂网或涨价");
    let seen = review.body.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let apply = format!("/products/imports/{id}/apply");
    site.post("officer", &apply, &[("seen", seen)]).await.is(422);
    site.post("officer", &apply, &[("seen", seen), ("skip_bad", "yes")]).await.is(303);
    let price = |code: &str| site.app.db.read(|c| catalog::by_code(c, code)).unwrap().unwrap().listing_price;
    assert_eq!(price(CODE).unwrap().to_string(), "9.50");
    assert_eq!(price(other).unwrap().to_string(), "8.00");
}

#[actix_web::test]
async fn a_listing_of_a_suspended_product_is_kept_apart_with_its_reason() {
    let site = Site::with_city();
    product(&site);
    let rating = rated(&site, &BRIBERY).await;
    site.app.db.write(|tx| listings::follow_catalogue(tx, &site.ctx())).unwrap();
    // Dearer here, cheaper here, elsewhere, and again dearer from a day behind the suspension.
    let text = format!(
        "product,region,price,from\n{CODE},金华市,12,2026-11-24\n{CODE},金华市,9,2026-11-25\n\
         {CODE},杭州市,15,2026-11-24\nX9,金华市,3,2026-11-24\n"
    );
    let source = Source { name: "l.csv", open: &|| Ok(text.as_bytes()) };
    let import =
        || listings::by_command(&site.app.db, &site.ctx(), &source, How::Whole, &mut |_| ()).unwrap().0;
    let done = import();
    assert_eq!((done.new, done.refused, done.unmatched, done.bad), (2, 1, 1, 0));
    let page = site.get("officer", "/listings/files/1").await;
    page.is(200).shows("因信用评价暂停挂网而拒绝的价格").shows("不能新挂网或涨价").shows("12.00");
    let file = site.get("auditor", "/listings/files/1/refused").await;
    let number = self::rating(&site, &rating).number;
    file.is(200).shows(&format!("2,{CODE},金华市,2026-11-24,12.00,{number}"));
    site.get("supplier1", "/listings/files/1/refused").await.is(403);
    let prices = |region: &str| -> Vec<String> {
        let of = table::table.filter(table::region.eq(region.to_owned())).order(table::from_day);
        let found: Vec<UnitPrice> = site.app.db.read(|c| Ok(of.select(table::price).load(c)?)).unwrap();
        found.iter().map(ToString::to_string).collect()
    };
    assert_eq!(prices("金华市"), ["10.66", "9.00"]);
    assert_eq!(prices("杭州市"), ["15.00"]);
    assert!(import().known.is_some(), "the same file again changes nothing");
}

#[actix_web::test]
async fn a_distributor_loses_its_right_and_cannot_be_chosen() {
    let site = Site::with_city();
    let id = DistributorId::new();
    let fields =
        [("id", id.as_str()), ("name", "国药物流"), ("code", "91350500798359476R"), ("region", "金华市")];
    site.post("officer", "/distributors", &fields).await.is(303);
    let choose = |login: &'static str| {
        let (site, id) = (&site, &id);
        async move {
            let choice = DistributorId::new();
            let fields =
                [("id", choice.as_str()), ("region", "金华市"), ("distributor", id.as_str()), ("seen", "")];
            site.post(login, "/distributors/choices", &fields).await
        }
    };
    choose("supplier1").await.is(303);
    let entry = Entry {
        code: "91350500798359476R",
        role: "distributor",
        kind: "breach",
        amount: "",
        products: "",
        ..BRIBERY
    };
    let rating_id = rated(&site, &entry).await;
    let it = rating(&site, &rating_id);
    assert_eq!(it.distribution_until.unwrap().to_string(), "2027-11-22");
    assert_eq!(it.company_name, "国药物流");
    assert_eq!(letters(&site, "distributor_lost"), ["supplier1@example.org"]);
    choose("supplier2").await.is(422).shows("取消配送资格，至 2027-11-22 止");
    site.get("supplier1", "/distributors/choices").await.is(200).shows("须更换");
    site.get("officer", &format!("/ratings/{rating_id}")).await.is(200).shows("取消配送资格 1 年");
    // The right comes back with the day, the grade holds on.
    site.set_clock(day("2027-11-23"));
    choose("supplier2").await.is(303);
    assert_eq!(rating(&site, &rating_id).state, RatingState::Effective);
}

#[actix_web::test]
async fn wrong_entries_are_refused_with_their_reason() {
    let site = Site::with_city();
    product(&site);
    let check = |it: Entry<'static>, says: &'static str| {
        let site = &site;
        async move {
            enter(site, &it).await.is(422).shows(says).shows("向医院工作人员给予回扣");
        }
    };
    check(Entry { amount: "", ..BRIBERY }, "请填写文书载明的金额").await;
    check(Entry { amount: "-1", ..BRIBERY }, "金额不能为负").await;
    check(Entry { amount: "1e3", ..BRIBERY }, "1e3").await;
    check(Entry { day: "2026-11-24", ..BRIBERY }, "晚于今天").await;
    check(Entry { day: "2020-08-27", ..BRIBERY }, "没有施行的裁量基准").await;
    check(Entry { products: "XJ01CAA040E001020200699", ..BRIBERY }, "没有 XJ01CAA040E001020200699").await;
    check(Entry { code: "913", name: "某公司", ..BRIBERY }, "913").await;
    check(Entry { code: "91350500798359476R", ..BRIBERY }, "必填").await;
    check(Entry { number: "", ..BRIBERY }, "必填").await;
    let first = entered(&site, &BRIBERY).await;
    check(BRIBERY, "已登记，不能重复").await;
    // Unknown to the platform, but a company all the same.
    let other = Entry { code: "91350500798359476R", name: "外省药业", number: "2", ..BRIBERY };
    let second = entered(&site, &other).await;
    notice(&site, &RatingId::new(), &[&first, &second], "2026-11-23", "").await.is(422).shows("同一企业");
    notice(&site, &RatingId::new(), &[&first], "2026-11-22", "").await.is(422).shows("早于今天");
    let bare = entered(&site, &Entry { products: "", number: "3", ..BRIBERY }).await;
    notice(&site, &RatingId::new(), &[&bare], "2026-11-23", "")
        .await
        .is(422)
        .shows("请先在失信行为中列明涉案产品");
    let id = RatingId::new();
    notice(&site, &id, &[&first, &bare], "2026-11-23", "").await.is(303);
    notice(&site, &RatingId::new(), &[&first], "2026-11-23", "").await.is(422).shows("已在一次评价中");
    // A document under a false name.
    let fields = [("id", RatingStepId::new().to_string()), ("body", "说明".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    site.upload("supplier1", &format!("/ratings/{id}/defence"), &fields, "a.pdf", b"MZ").await.is(422);
    // Too late for a defence, and then the decision needs none.
    site.set_clock(day("2026-12-08"));
    defend(&site, "supplier1", &id, &RatingStepId::new()).await.is(422).shows("已于 2026-12-07 届满");
    // The same officer cannot be the second person.
    propose(&site, &id, "rate").await.is(303);
    let fields = [("decision", "yes"), ("remark", "")];
    site.post("officer2", &format!("/ratings/{id}/decide"), &fields).await.is(403);
    let version = rating(&site, &id).version;
    let fields = [("version", "1"), ("proposal", "drop"), ("body", "x")];
    site.post("officer2", &format!("/ratings/{id}/propose"), &fields).await.is(422).shows("已有变化");
    assert_eq!(rating(&site, &id).version, version);
    decide(&site, &id, "maybe").await.is(422);
}

#[actix_web::test]
async fn a_correction_is_a_new_row_and_takes_the_place_when_it_takes_effect() {
    let site = Site::with_city();
    product(&site);
    let worst = Entry { amount: "1000000.01", ..BRIBERY };
    let first = rated(&site, &worst).await;
    assert_eq!(rating(&site, &first).grade, "especially_serious");
    let wrong = site.app.db.read(|c| store::conducts_of(c, &first)).unwrap().remove(0);
    // The judgment says exactly the threshold.
    let correction = Entry { amount: "1000000", corrects: wrong.id.as_str(), ..BRIBERY };
    let right = entered(&site, &correction).await;
    enter(&site, &correction).await.is(422).shows("已被更正");
    site.get("officer", &format!("/conducts/{}", wrong.id)).await.is(200).shows("已被更正为");
    let second = RatingId::new();
    notice(&site, &second, &[wrong.id.as_str()], "2026-11-23", first.as_str())
        .await
        .is(422)
        .shows("已被更正");
    notice(&site, &second, &[&right], "2026-11-23", first.as_str()).await.is(303);
    propose(&site, &first, "revoke").await.is(422).shows("等待复核");
    assert_eq!(rating(&site, &first).state, RatingState::Effective, "until the correction takes effect");
    defend(&site, "supplier1", &second, &RatingStepId::new()).await.is(303);
    propose(&site, &second, "rate").await.is(303);
    decide(&site, &second, "yes").await.is(303);
    let (old, new) = (rating(&site, &first), rating(&site, &second));
    assert_eq!((old.state, old.end_cause), (RatingState::Ended, EndCause::Corrected));
    assert_eq!((new.state, new.grade.as_str()), (RatingState::Effective, "serious"));
    assert_eq!(old.grade, "especially_serious", "what was decided stays written");
    site.get("officer", &format!("/ratings/{first}")).await.is(200).shows("由此评价取代").shows(&new.number);
    // The document no longer holds at all.
    propose(&site, &second, "revoke").await.is(303);
    decide(&site, &second, "yes").await.is(303);
    assert_eq!(rating(&site, &second).end_cause, EndCause::Revoked);
    assert_eq!(letters(&site, "rating_ended").len(), 3, "the company and two officers of the corrected one");
}

#[actix_web::test]
async fn ratings_end_by_themselves_and_facts_are_cited() {
    let site = Site::with_city();
    product(&site);
    let (supplier, ctx) = (site.who("supplier1").organisation.id, site.ctx());
    site.app
        .db
        .write(|tx| {
            let fact = |id| Fact {
                supplier: &supplier,
                kind: FactKind::Shortfall,
                subject: "order_lines",
                id,
                quantity: None,
                amount: None,
                detail: "DD1 #1: 20 / 100".to_owned(),
            };
            credit::note(tx, &ctx, fact("a"))?;
            credit::note(tx, &ctx, fact("b"))
        })
        .unwrap();
    let conduct = entered(&site, &Entry { kind: "breach", amount: "", products: "", ..BRIBERY }).await;
    let path = format!("/conducts/{conduct}");
    let page = site.get("officer", &path).await;
    let fact = page.is(200).body.split("name=\"fact\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    for _ in 0..2 {
        site.post("officer", &format!("{path}/facts"), &[("fact", fact)]).await.is(303);
    }
    let key: ConductId = conduct.parse().unwrap();
    assert_eq!(site.app.db.read(|c| store::cited(c, &key)).unwrap().len(), 1);
    let id = RatingId::new();
    notice(&site, &id, &[&conduct], "2026-11-23", "").await.is(303);
    site.post("officer", &format!("{path}/facts"), &[("fact", fact)]).await.is(422).shows("已在一次评价中");
    site.set_clock(day("2026-12-08"));
    propose(&site, &id, "rate").await.is(303);
    decide(&site, &id, "yes").await.is(303);
    let run = || (jicai::jobs::find("end_ratings").unwrap().run)(&site.app).unwrap();
    site.set_clock(day("2029-10-07"));
    assert_eq!(run(), [("ended", 0)]);
    site.set_clock(day("2029-10-08"));
    assert_eq!(run(), [("ended", 1)]);
    assert_eq!(run(), [("ended", 0)]);
    assert_eq!(rating(&site, &id).end_cause, EndCause::Expired);
    let page = site.get("supplier1", &format!("/ratings/{id}")).await;
    page.is(200).shows("有效期满").hides("申请信用修复");
    let all = site.get("officer", "/conducts").await;
    all.is(200).shows("恶意违反合同约定");
    site.get("officer", "/conducts?open=1").await.is(200).hides("恶意违反合同约定");
    site.get("officer", "/ratings?state=ended").await.is(200).shows("XY20261100001");
    site.get("officer", "/ratings?state=what").await.is(404);
}
