//! Computing the award from the database, publicity, objections and the final award.

mod objections;

use diesel::prelude::*;
use jicai::awards::evaluation::{self, Evaluated};
use jicai::awards::store::{self, AwardState, Version};
use jicai::awards::{self, Bid, Demand, Status, confirmation};
use jicai::error::Error;
use jicai::rounds::{self, Lot, Round, RoundState};
use jicai::schema;
use jicai::types::{
    ApprovalId, DemandId, EnvelopeId, OfferId, OrganisationId, Quantity, ReportId, RoundId, UnitPrice,
};
use proptest::prelude::*;

use crate::support::Site;

/// Enters an opened offer of an organisation.
pub fn offer_of(
    site: &Site,
    round: &Round,
    lot: &Lot,
    supplier: &OrganisationId,
    price: &str,
    revival: bool,
) -> OfferId {
    let (envelope, offer) = (EnvelopeId::new(), OfferId::new());
    let price: UnitPrice = price.parse().unwrap();
    site.app
        .db
        .write(|tx| {
            use schema::{envelopes as e, offers as o};
            let seq: i64 = e::table.count().get_result(tx.conn())?;
            diesel::insert_into(e::table)
                .values((
                    e::id.eq(&envelope),
                    e::round_id.eq(&round.id),
                    e::supplier_id.eq(supplier),
                    e::seq.eq(seq as i32 + 1),
                    e::state.eq("opened"),
                    e::sealed.eq(vec![1_u8]),
                    e::sha256.eq("x"),
                    e::lines.eq(1),
                    e::received_at.eq(0_i64),
                ))
                .execute(tx.conn())?;
            diesel::insert_into(o::table)
                .values((
                    o::id.eq(&offer),
                    o::round_id.eq(&round.id),
                    o::lot_id.eq(&lot.id),
                    o::envelope_id.eq(&envelope),
                    o::supplier_id.eq(supplier),
                    o::product.eq(format!("{}（测试）", lot.generic)),
                    o::spec.eq(&lot.comparable_spec),
                    o::unit_price.eq(price),
                    o::ratio.eq("1"),
                    o::kind.eq("generic"),
                    o::accepts_revival.eq(revival),
                    o::supplies_all.eq(false),
                ))
                .execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
    offer
}

pub fn offer(site: &Site, round: &Round, lot: &Lot, login: &str, price: &str, revival: bool) -> OfferId {
    let supplier = site.who(login).organisation.id;
    offer_of(site, round, lot, &supplier, price, revival)
}

/// Enters an approved line of demand.
pub fn demand_of(site: &Site, lot: &Lot, hospital: &OrganisationId, company: &str, quantity: i64) {
    let quantity = Quantity::from_scaled(quantity * 1000);
    site.app
        .db
        .write(|tx| {
            use schema::{demand_lines as l, demand_reports as r};
            let known: Option<ReportId> = r::table
                .filter(r::round_id.eq(&lot.round_id).and(r::hospital_id.eq(hospital)))
                .select(r::id)
                .first(tx.conn())
                .optional()?;
            let report = known.clone().unwrap_or_else(ReportId::new);
            if known.is_none() {
                diesel::insert_into(r::table)
                    .values((
                        r::id.eq(&report),
                        r::round_id.eq(&lot.round_id),
                        r::hospital_id.eq(hospital),
                        r::state.eq("approved"),
                        r::version.eq(1),
                        r::remark.eq(""),
                    ))
                    .execute(tx.conn())?;
            }
            diesel::insert_into(l::table)
                .values((
                    l::id.eq(DemandId::new()),
                    l::report_id.eq(&report),
                    l::round_id.eq(&lot.round_id),
                    l::hospital_id.eq(hospital),
                    l::lot_id.eq(&lot.id),
                    l::company.eq(company),
                    l::reported.eq(quantity),
                    l::approved.eq(Some(quantity)),
                    l::history.eq(Quantity::ZERO),
                    l::state.eq("approved"),
                ))
                .execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
}

pub fn demand(site: &Site, lot: &Lot, login: &str, company: &str, quantity: i64) {
    demand_of(site, lot, &site.who(login).organisation.id, company, quantity);
}

/// A round in evaluation with three opened offers for its first lot and one for the second.
pub fn opened(site: &Site) -> (Round, Vec<Lot>) {
    let (round, lots) = site.round_in(RoundState::Evaluation);
    offer(site, &round, &lots[0], "supplier1", "0.1", false);
    offer(site, &round, &lots[0], "supplier2", "0.12", true);
    offer(site, &round, &lots[0], "supplier3", "0.45", false);
    offer(site, &round, &lots[1], "supplier1", "1.5", false);
    demand(site, &lots[0], "hospital1", "", 10_000);
    demand(site, &lots[0], "hospital2", "华东制药有限公司", 3_333);
    demand(site, &lots[0], "hospital3", "", 77);
    demand(site, &lots[0], "hospital3", "某某药厂", 5);
    demand(site, &lots[1], "hospital1", "", 501);
    (round, lots)
}

pub fn compute(site: &Site, round: &RoundId, reason: &str) -> Evaluated {
    let ctx = site.ctx_of("officer");
    site.app.db.write(|tx| evaluation::evaluate(tx, &ctx, round, reason)).unwrap()
}

fn new(evaluated: Evaluated) -> Version {
    match evaluated {
        Evaluated::New(version) => version,
        Evaluated::Same(version) => panic!("no new version after {}", version.version),
    }
}

fn state(site: &Site, round: &RoundId) -> RoundState {
    site.app.db.read(|conn| rounds::round(conn, round)).unwrap().state
}

fn said(error: Error) -> String {
    match error {
        Error::Refused(why) => why.say(jicai::text::Lang::Zh.text()),
        other => panic!("{other}"),
    }
}

/// Takes an opened round into publicity, with the clock on its first moment.
fn published(site: &Site) -> (Round, Vec<Lot>, Version) {
    let (round, lots) = opened(site);
    let version = new(compute(site, &round.id, ""));
    site.set_clock(round.calendar.publicity_from);
    let ctx = site.ctx_of("officer");
    site.app.db.write(|tx| confirmation::publish(tx, &ctx, &round.id)).unwrap();
    (round, lots, version)
}

pub fn letters(site: &Site, kind: &str) -> i64 {
    use schema::mails::dsl;
    site.app.db.read(|c| Ok(dsl::mails.filter(dsl::template.eq(kind)).count().get_result(c)?)).unwrap()
}

#[actix_web::test]
async fn an_award_goes_from_opened_offers_to_the_final_result() {
    let site = Site::with_city();
    let (round, lots) = opened(&site);
    let award = format!("/rounds/{}/award", round.id);
    site.get("officer", &award).await.is(200).shows("尚未计算中选结果");

    let answer = site.post("officer", &award, &[("reason", "")]).await;
    answer.is(303);
    let page = site.get("officer", &answer.location).await;
    page.is(200).shows("已生成第 1 版").shows("阿莫西林胶囊").shows("GY-YD2024-2 v1").shows("0.18");
    let lot = site.get("officer", &format!("{award}/{}", lots[0].id)).await;
    lot.is(200).shows("浙江康恩药业有限公司").shows("WON_RATIO").shows("1.8 × 0.1").shows("未入围");
    lot.shows("<svg").shows("role=\"img\"").shows("<title id=\"chart-title\">").shows("熔断线 0.18");
    lot.shows("GY-YD2024-2 fuse").shows("单位可比价不高于同品种最低单位可比价的1.8倍");
    lot.shows("80.00%").hides("style=");

    // Not yet within the calendar, then published.
    site.post("officer", &format!("/rounds/{}/publicity", round.id), &[]).await.is(422).shows("公示期为");
    site.set_clock(round.calendar.publicity_from);
    site.post("officer", &format!("/rounds/{}/publicity", round.id), &[]).await.is(303);
    assert_eq!(state(&site, &round.id), RoundState::Publicity);
    assert_eq!(letters(&site, "award_published"), 3);

    // Final only after publicity, and only by a second person.
    let ask = format!("/rounds/{}/confirmation", round.id);
    site.post("officer", &ask, &[]).await.is(422).shows("公示期到");
    site.set_clock(round.calendar.publicity_to);
    site.post("officer", &ask, &[]).await.is(303);
    site.post("officer", &ask, &[]).await.is(303);
    site.post("officer2", &ask, &[]).await.is(422).shows("officer同志 已于");
    site.post("officer", &format!("{ask}/confirm"), &[]).await.is(403);
    site.get("reviewer", &award).await.is(200).shows("officer同志").shows("确认中选");
    site.post("reviewer", &format!("{ask}/confirm"), &[]).await.is(303);
    assert_eq!(state(&site, &round.id), RoundState::Awarded);
    site.post("reviewer", &format!("{ask}/confirm"), &[]).await.is(422);
    site.get("officer", &award).await.is(200).shows("已确定").hides("重新计算</button>");
    site.post("officer", &award, &[("reason", "再来")]).await.is(422).shows("已确定中选");
    site.get("", &format!("/public/rounds/{}", round.id)).await.is(200).shows("中选结果");
}

#[test]
fn what_is_stored_is_what_the_engine_says() {
    let site = Site::with_city();
    let (round, lots) = opened(&site);
    let version = new(compute(&site, &round.id, ""));
    let rules = rounds::rule_set::find("GY-YD2024-2").unwrap();
    let code = |login: &str| -> std::sync::Arc<str> { site.who(login).organisation.code.into() };
    let bid = |login: &str, price: &str, revival| Bid {
        lot: "1".into(),
        company: code(login),
        group: None,
        product: "阿莫西林胶囊（测试）".to_owned(),
        spec: "0.25g".to_owned(),
        unit_price: price.parse().unwrap(),
        ratio: 1.into(),
        capacity: None,
        reported_volume: None,
        sales: None,
        kind: Some(awards::Kind::Generic),
        accepts_revival: revival,
        supplies_all: false,
        current_price: None,
    };
    let line = |login: &str, company: Option<std::sync::Arc<str>>, quantity: i64| Demand {
        region: "金华市".into(),
        hospital: code(login),
        lot: "1".into(),
        company,
        product: None,
        quantity: Quantity::from_scaled(quantity * 1000),
    };
    let lot = awards::Lot {
        code: "1".into(),
        generic: String::new(),
        form: String::new(),
        form_class: lots[0].form_class,
        comparable_spec: lots[0].comparable_spec.clone(),
        ceiling: lots[0].ceiling,
        category: lots[0].category,
        base_volume: None,
    };
    let bids =
        [bid("supplier3", "0.45", false), bid("supplier1", "0.1", false), bid("supplier2", "0.12", true)];
    let demand = [
        line("hospital1", None, 10_000),
        line("hospital2", Some(code("supplier2")), 3_333),
        line("hospital3", None, 77),
        line("hospital3", Some("某某药厂".into()), 5),
    ];
    let outcome = awards::award(&rules, &[lot], &bids, &demand, &awards::Answers::default()).unwrap();
    let stored = site.app.db.read(|c| store::decisions_of(c, &version.id, &lots[0].id)).unwrap();
    assert_eq!(stored.len(), outcome.awards.len());
    for (want, (got, _)) in outcome.awards.iter().zip(&stored) {
        assert_eq!(got.rank, want.rank.map(|rank| rank as i32));
        assert_eq!((got.status, got.award_price), (want.status, want.award_price));
        assert_eq!(got.arithmetic, want.reason.arithmetic);
        assert_eq!(got.clause, want.reason.clause);
        assert_eq!(got.code, want.reason.code.as_str());
        assert_eq!(got.term_years, want.term_years.map(|years| years as i32));
    }
    let lines = site.app.db.read(|c| store::agreed_lines(c, &version.id, &lots[0].id)).unwrap();
    assert_eq!(lines.len(), outcome.allocations.len());
    let total = |quantities: &mut dyn Iterator<Item = Quantity>| quantities.map(|q| q.scaled()).sum::<i64>();
    assert_eq!(
        total(&mut lines.iter().map(|l| l.4)),
        total(&mut outcome.allocations.iter().map(|a| a.quantity))
    );
    // The hospital's brand is known by its name.
    let own = lines.iter().find(|l| l.2 == "义乌市中医医院").unwrap();
    assert_eq!((own.3.as_str(), own.4.to_string()), ("华东制药有限公司", "2000".to_owned()));
    assert_eq!(stored[2].0.status, Status::NotShortlisted);
}

#[test]
fn the_same_input_makes_no_second_version_and_the_same_hash() {
    let site = Site::with_city();
    let (round, _) = opened(&site);
    let first = new(compute(&site, &round.id, ""));
    let Evaluated::Same(again) = compute(&site, &round.id, "") else { panic!("a second version") };
    assert_eq!(again, first);
    // Another platform with the same data and other ids computes the same bytes.
    let other = Site::with_city();
    let (round, _) = opened(&other);
    let elsewhere = new(compute(&other, &round.id, ""));
    assert_eq!(elsewhere.input_sha256, first.input_sha256);
    assert_eq!(elsewhere.output_sha256, first.output_sha256);
    assert_ne!(first.input_sha256, first.output_sha256);
}

#[actix_web::test]
async fn a_correction_has_a_reason_and_the_old_version_stays() {
    let site = Site::with_city();
    let (round, lots) = opened(&site);
    let award = format!("/rounds/{}/award", round.id);
    let first = new(compute(&site, &round.id, ""));
    let offers = site.app.db.read(|c| store::decisions_of(c, &first.id, &lots[0].id)).unwrap();
    let lowest = offers[0].0.offer_id.to_string();
    let id = ApprovalId::new().to_string();
    let rulings = format!("/rounds/{}/rulings", round.id);
    let form = |why: &'static str, ratio: &'static str, id: &str| {
        vec![
            ("id", id.to_owned()),
            ("offer", lowest.clone()),
            ("excluded", "yes".to_owned()),
            ("ratio", ratio.to_owned()),
            ("why", why.to_owned()),
        ]
    };
    async fn send(site: &Site, path: &str, fields: Vec<(&str, String)>) -> crate::support::Answer {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        site.post("officer", path, &fields).await
    }
    send(&site, &rulings, form("", "", &id)).await.is(422);
    send(&site, &rulings, form("批件已注销", "-1", &id)).await.is(422).shows("差比价系数");
    send(&site, &rulings, form("批件已注销", "", &id)).await.is(303);
    send(&site, &rulings, form("批件已注销", "", &id)).await.is(303);
    let again = ApprovalId::new().to_string();
    send(&site, &rulings, form("批件已注销", "", &again)).await.is(422).shows("没有变化");
    // The data changed: the old version can no longer be published.
    site.set_clock(round.calendar.publicity_from);
    site.post("officer", &format!("/rounds/{}/publicity", round.id), &[]).await.is(422).shows("请先重新计算");
    site.post("officer", &award, &[("reason", " ")]).await.is(422).shows("更正原因");
    let answer = site.post("officer", &award, &[("reason", "取消一家申报资格")]).await;
    site.get("officer", &answer.location).await.is(200).shows("第 2 版").shows("取消一家申报资格");

    let versions = site.app.db.read(|c| store::versions(c, &round.id)).unwrap();
    let states: Vec<(i32, AwardState)> = versions.iter().map(|v| (v.version, v.state)).collect();
    assert_eq!(states, [(2, AwardState::Proposed), (1, AwardState::Superseded)]);
    let old = site.app.db.read(|c| store::decisions_of(c, &first.id, &lots[0].id)).unwrap();
    assert_eq!(old, offers);
    site.get("officer", &format!("{award}?version=1")).await.is(200).shows(&first.output_sha256);
    site.get("officer", &format!("{award}?version=9")).await.is(404);
    let page = site.get("officer", &format!("{award}/{}", lots[0].id)).await;
    page.is(200).shows("EXCLUDED").shows("批件已注销").shows("经核查取消申报资格");
    site.post("supplier1", &rulings, &[]).await.is(403);
}

#[test]
fn two_officers_at_once_make_one_version() {
    let site = Site::with_city();
    let (round, _) = opened(&site);
    let contexts = [site.ctx_of("officer"), site.ctx_of("officer2")];
    let results: Vec<Evaluated> = std::thread::scope(|scope| {
        let run = |ctx| {
            let (db, id) = (site.app.db.clone(), round.id.clone());
            scope.spawn(move || db.write(|tx| evaluation::evaluate(tx, &ctx, &id, "")).unwrap())
        };
        contexts.map(run).map(|thread| thread.join().unwrap()).into()
    });
    let made = results.iter().filter(|r| matches!(r, Evaluated::New(_))).count();
    assert_eq!(made, 1, "{results:?}");
    let versions = site.app.db.read(|c| store::versions(c, &round.id)).unwrap();
    assert_eq!(versions.len(), 1);
}

#[test]
fn a_computing_that_fails_in_the_middle_leaves_nothing() {
    let site = Site::with_city();
    let (round, _) = opened(&site);
    let ctx = site.ctx_of("officer");
    let failed: Result<(), Error> = site.app.db.write(|tx| {
        evaluation::evaluate(tx, &ctx, &round.id, "")?;
        Err(Error::fault("the power went"))
    });
    assert!(failed.is_err());
    let count = |site: &Site| {
        site.app
            .db
            .read(|c| {
                let decisions: i64 = schema::decisions::table.count().get_result(c)?;
                let allocations: i64 = schema::allocations::table.count().get_result(c)?;
                Ok((store::versions(c, &round.id)?.len(), decisions, allocations))
            })
            .unwrap()
    };
    assert_eq!(count(&site), (0, 0, 0));
    new(compute(&site, &round.id, ""));
    assert_eq!(count(&site).0, 1);
}

#[test]
fn an_award_needs_offers_and_the_right_state() {
    let site = Site::with_city();
    let ctx = site.ctx_of("officer");
    let (round, _) = site.round_in(RoundState::Evaluation);
    let empty = site.app.db.write(|tx| evaluation::evaluate(tx, &ctx, &round.id, "")).unwrap_err();
    assert!(said(empty).contains("没有已开启的申报"));
    let publish = site.app.db.write(|tx| confirmation::publish(tx, &ctx, &round.id)).unwrap_err();
    assert!(said(publish).contains("尚未计算"));
    for state in [RoundState::Bidding, RoundState::Opening, RoundState::Awarded, RoundState::Aborted] {
        let (round, _) = site.round_in(state);
        let early = site.app.db.write(|tx| evaluation::evaluate(tx, &ctx, &round.id, "")).unwrap_err();
        assert!(said(early).contains("不能进行此操作"), "{state}");
    }
}

#[actix_web::test]
async fn nobody_outside_sees_anything_before_publicity_and_everybody_the_winners_after() {
    let site = Site::with_city();
    let (round, lots) = opened(&site);
    new(compute(&site, &round.id, ""));
    let (award, public) = (format!("/rounds/{}/award", round.id), format!("/public/rounds/{}", round.id));
    let volumes = format!("{award}/{}/volumes", lots[0].id);
    for login in ["supplier1", "hospital1"] {
        site.get(login, &award).await.is(404).hides("0.12");
        site.get(login, &volumes).await.is(404);
        site.get(login, &format!("{award}/{}", lots[0].id)).await.is(403);
        site.get(login, &format!("{award}/export/awards.csv")).await.is(403);
    }
    site.get("supplier1", &format!("/rounds/{}/objections", round.id)).await.is(404);
    for path in [public.clone(), format!("{public}/awards.csv"), format!("{public}/awards.json")] {
        site.get("", &path).await.is(404);
    }
    site.get("", "/public/rounds").await.is(200).shows("目前没有公示的批次");
    site.get("", &award).await.is(303);

    site.set_clock(round.calendar.publicity_from);
    site.post("officer", &format!("/rounds/{}/publicity", round.id), &[]).await.is(303);
    site.get("", "/public/rounds").await.is(200).shows(&round.number);
    let page = site.get("", &public).await;
    page.is(200).shows("拟中选结果公示").shows("浙江康恩药业有限公司").shows("0.12").shows("未入围 1 家");
    // The loser's name and price stay out of every public form.
    for path in [public.clone(), format!("{public}/awards.csv"), format!("{public}/awards.json")] {
        site.get("", &path).await.is(200).shows("0.12").hides("齐鲁制药").hides("0.45");
    }
    let json: serde_json::Value =
        serde_json::from_slice(&site.get("", &format!("{public}/awards.json")).await.bytes).unwrap();
    assert_eq!(json["lots"][0]["winners"][0]["award_price"], "0.10");
    assert_eq!(json["lots"][0]["not_won"]["not_shortlisted"], 1);
    assert_eq!(json["versions"].as_array().unwrap().len(), 1);

    // A loser sees its own offer with the reason, nobody else's.
    site.get("supplier3", &award).await.is(200).shows("0.45").shows("NOT_SHORTLISTED");
    site.get("supplier1", &award).await.is(200).hides("0.45").hides("齐鲁制药");
    site.get("hospital1", &award).await.is(200).shows("本机构约定采购量").shows("浙江康恩药业有限公司");
    site.get("hospital2", &volumes).await.is(200).shows("2000").hides("金华市中心医院");
    site.get("supplier3", &volumes).await.is(200).hides("义乌市中医医院");
}

#[actix_web::test]
async fn volumes_are_paged_and_their_totals_equal_the_lots_line() {
    let site = Site::with_city();
    let (round, lots) = opened(&site);
    for at in 0..70 {
        let kind = jicai::people::OrganisationKind::Hospital;
        let code = format!("H4{at:09}");
        let it = site.organisation(kind, &format!("卫生院{at:02}"), &code, "义乌市", "一级");
        demand_of(&site, &lots[0], &it.id, "", 100 + at);
    }
    let version = new(compute(&site, &round.id, ""));
    ties(&site, &version, &lots);
    let path = format!("/rounds/{}/award/{}/volumes", round.id, lots[0].id);
    let page = site.get("officer", &path).await;
    let line =
        site.app.db.read(|c| store::lot_lines_of(c, &version.id)).unwrap().remove(&lots[0].id).unwrap();
    page.is(200).shows("卫生院46").hides("卫生院47").shows(&line.agreed_volume.to_string());
    let next = page.body.split("href=\"").find(|h| h.contains("after=")).unwrap();
    let next = next.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
    site.get("officer", &next).await.is(200).shows("卫生院47").shows("卫生院69").hides("卫生院46");

    let csv = site.get("officer", &format!("/rounds/{}/award/export/allocations.csv", round.id)).await;
    csv.is(200).shows("lot,region,hospital,company,agreed_quantity").shows("义乌市,卫生院00,");
    assert_eq!(csv.body.lines().count(), 1 + 70 + 4);
    let csv = site.get("officer", &format!("/rounds/{}/award/export/awards.csv", round.id)).await;
    csv.shows(
        "lot,company,product,unit_price,comparable_price,rank,status,award_price,share,term_years,reason",
    );
    csv.shows("won").shows("[GY-YD2024-2 fuse]");
    for file in ["awards.xlsx", "allocations.xlsx"] {
        let answer = site.get("auditor", &format!("/rounds/{}/award/export/{file}", round.id)).await;
        answer.is(200);
        assert!(answer.bytes.starts_with(b"PK"));
    }
    site.get("officer", &format!("/rounds/{}/award/export/secrets.csv", round.id)).await.is(404);
    let filter = jicai::audit::Filter { action: "award.export".into(), ..Default::default() };
    assert_eq!(site.app.db.read(|c| jicai::audit::page(c, &filter, 10)).unwrap().len(), 4);
}

/// Every lot's allocations and what is left equal its line.
fn ties(site: &Site, version: &Version, lots: &[Lot]) {
    let lines = site.app.db.read(|c| store::lot_lines_of(c, &version.id)).unwrap();
    for lot in lots {
        let line = &lines[&lot.id];
        let sums = site.app.db.read(|c| store::agreed_sums(c, &version.id, &lot.id)).unwrap();
        let given: i64 = sums.values().map(|q| q.scaled()).sum();
        assert_eq!(given + line.unallocated.scaled(), line.agreed_volume.scaled(), "lot {}", lot.code);
        let rows = site.app.db.read(|c| store::agreed_lines(c, &version.id, &lot.id)).unwrap();
        assert_eq!(rows.iter().map(|row| row.4.scaled()).sum::<i64>(), given);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]
    #[test]
    fn allocations_always_sum_to_the_lots_line(
        prices in prop::collection::vec(1u32..50, 3),
        quantities in prop::collection::vec(0i64..100_000, 3),
        brands in prop::collection::vec(prop::sample::select(vec!["", "华东制药有限公司", "无名"]), 3),
    ) {
        let site = Site::with_city();
        let (round, lots) = site.round_in(RoundState::Evaluation);
        for (at, price) in prices.iter().enumerate() {
            let price = format!("0.{price:02}");
            offer(&site, &round, &lots[0], &format!("supplier{}", at + 1), &price, at == 1);
        }
        for (at, (quantity, brand)) in quantities.iter().zip(&brands).enumerate() {
            demand(&site, &lots[0], &format!("hospital{}", at + 1), brand, *quantity);
        }
        let version = new(compute(&site, &round.id, ""));
        ties(&site, &version, &lots);
    }
}
