//! Reporting demand: history, bounds, deadline, uploads, return and approval, totals, reminders.

mod uploads;

use actix_web::test::TestRequest;
use diesel::prelude::*;
use jicai::audit;
use jicai::error::Error;
use jicai::people::{Organisation, OrganisationKind, Role};
use jicai::rounds::demand::{self, Entered, Entry, LineState, Report, ReportState, Save};
use jicai::rounds::{Lot, Round, RoundState, store};
use jicai::schema::{lots as lots_table, mails};
use jicai::types::{DemandId, ImportId, Quantity};
use jicai::web::page::encode;
use proptest::prelude::*;

use crate::prices::{hospital, product, purchase};
use crate::support::{Answer, Site};

const KANGEN: &str = "浙江康恩药业有限公司";
const HUADONG: &str = "华东制药有限公司";

/// A round in demand reporting. The tests move the clock on where one login acts often: of more than ten sessions
/// of one moment the newest could be the one that ends. The first hospital bought 800 and 1,200 of the first lot in the two years.
struct Town {
    site: Site,
    round: Round,
    lots: Vec<Lot>,
    hospitals: Vec<Organisation>,
}

fn town() -> Town {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Demand);
    let hospitals: Vec<Organisation> =
        ["金华市中心医院", "义乌市中医医院", "婺城区白龙桥卫生院"].map(|name| hospital(&site, name)).to_vec();
    let ours = product(&site, "X1", &lots[0].generic, "", KANGEN);
    let theirs = product(&site, "X2", &lots[0].generic, "", HUADONG);
    product(&site, "X3", "别的药", "", HUADONG);
    for (product, day, quantity) in [
        (&ours, "2025-01-05", "600"),
        (&theirs, "2025-02-05", "200"),
        (&ours, "2026-01-05", "800"),
        (&theirs, "2026-02-05", "400"),
        (&ours, "2026-11-20", "77777"),
    ] {
        purchase(&site, &hospitals[0], product, day, quantity);
    }
    Town { site, round, lots, hospitals }
}

impl Town {
    fn path(&self, rest: &str) -> String {
        format!("/rounds/{}/demand{rest}", self.round.id)
    }

    /// Posts a report of the first lot.
    async fn report(
        &self,
        login: &str,
        seen: i32,
        act: &str,
        generic: &str,
        brands: &[(&str, &str)],
        reason: &str,
    ) -> Answer {
        let lot = &self.lots[0].id;
        let mut fields = vec![
            ("version".to_owned(), seen.to_string()),
            ("do".to_owned(), act.to_owned()),
            (format!("generic.{lot}"), generic.to_owned()),
            (format!("reason.{lot}"), reason.to_owned()),
        ];
        for (company, quantity) in brands {
            fields.push((format!("company.{lot}"), (*company).to_owned()));
            fields.push((format!("quantity.{lot}"), (*quantity).to_owned()));
        }
        self.site.send(login, TestRequest::post().uri(&self.path("")).set_form(&fields)).await
    }

    fn stored(&self, at: usize) -> Option<Report> {
        self.site
            .app
            .db
            .read(|c| demand::store::report_of(c, &self.round.id, &self.hospitals[at].id))
            .unwrap()
    }

    fn lines(&self, at: usize) -> Vec<demand::Line> {
        let Some(report) = self.stored(at) else { return Vec::new() };
        self.site.app.db.read(|c| demand::store::lines_of(c, &report.id)).unwrap()
    }

    fn quantities(&self, at: usize) -> Vec<(String, String)> {
        self.lines(at).into_iter().map(|line| (line.company, line.reported.to_string())).collect()
    }

    fn entry(&self, lot: usize, company: &str, quantity: &str) -> Entry {
        let (lot_id, quantity) = (self.lots[lot].id.clone(), quantity.parse().unwrap());
        Entry { lot_id, company: company.to_owned(), product: String::new(), quantity }
    }

    /// Hands in a report through the operation.
    fn hand_in(&self, at: usize, login: &str, entries: Vec<Entry>) -> Report {
        let reasons = self.lots.iter().map(|lot| (lot.id.clone(), "业务量变化".to_owned())).collect();
        let save = Save { entered: Entered { entries, reasons }, seen: 0, submit: true };
        let ctx = self.site.ctx_of(login);
        let (round, hospital) = (&self.round.id, &self.hospitals[at].id);
        self.site.app.db.write(|tx| demand::save(tx, &ctx, round, hospital, save.clone())).unwrap()
    }

    fn letters(&self, template: &str) -> i64 {
        self.site
            .app
            .db
            .read(|c| Ok(mails::table.filter(mails::template.eq(template)).count().get_result(c)?))
            .unwrap()
    }

    fn audit_is_whole(&self) {
        let chain = self.site.app.db.read(audit::verify).unwrap();
        assert!(matches!(chain, audit::Chain::Whole { .. }), "{chain:?}");
    }
}

#[actix_web::test]
async fn a_hospital_sees_its_own_two_years_beside_each_lot() {
    let town = town();
    let page = town.site.get("hospital1", &town.path("")).await;
    page.is(200).shows(">800<").shows(">1200<").shows(">1000<").shows("800 至 1500").hides("77777");
    page.shows(&format!("{KANGEN} 600 / 800")).shows(&format!("{HUADONG} 200 / 400"));
    town.site.get("hospital2", &town.path("")).await.is(200).hides(">1200<").shows("无采购记录");
}

#[actix_web::test]
async fn a_lot_with_a_generic_key_is_matched_by_it_alone() {
    let town = town();
    let keyed = product(&town.site, "X9", "阿莫西林胶囊（别名）", "XJ01CAA040E001", "丙厂");
    purchase(&town.site, &town.hospitals[0], &keyed, "2026-03-05", "50");
    town.site
        .app
        .db
        .write(|tx| {
            diesel::update(lots_table::table.find(&town.lots[0].id))
                .set(lots_table::generic_key.eq("XJ01CAA040E001"))
                .execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
    town.site.get("hospital1", &town.path("")).await.is(200).shows("丙厂 0 / 50").hides(KANGEN);
}

#[actix_web::test]
async fn outside_eighty_to_one_hundred_and_fifty_percent_a_reason_is_needed() {
    for (generic, brand, reason, status, said) in [
        ("800", "", "", 303, ""),
        ("799.999", "", "", 422, "低于年均采购量 1000 的 80%"),
        ("799.999", "", "科室调整", 303, ""),
        ("1500", "", "", 303, ""),
        ("1500.001", "", "", 422, "高于年均采购量 1000 的 150%"),
        ("700", "100", "", 303, ""),
        ("700", "99.999", "", 422, "低于年均采购量"),
        ("0", "", "", 422, "合计 0，低于"),
        ("", "", "", 422, "合计 0，低于"),
        ("0", "", "不再使用", 303, ""),
        ("", "", "不再使用", 303, ""),
    ] {
        let town = town();
        let answer = town.report("hospital1", 0, "submit", generic, &[(KANGEN, brand)], reason).await;
        answer.is(status).shows(said);
        assert_eq!(town.stored(0).is_some(), status == 303, "{generic} {brand}: nothing half-applied");
        if status == 422 {
            answer.shows(&format!("value=\"{generic}\""));
        }
    }
}

#[actix_web::test]
async fn without_history_nothing_needs_a_reason_and_an_empty_report_can_be_handed_in() {
    let town = town();
    town.report("hospital2", 0, "submit", "123456", &[], "").await.is(303);
    town.report("hospital3", 0, "submit", "", &[], "").await.is(303);
    assert_eq!(town.stored(2).unwrap().state, ReportState::Submitted);
    assert!(town.lines(2).is_empty());
}

#[actix_web::test]
async fn typed_quantities_are_exact_or_refused_with_the_remedy() {
    let town = town();
    for (generic, brands, said) in [
        ("1200盒", vec![], "“1200盒”带有单位。请折算成以“粒”计的数量，只填数字"),
        ("1,200", vec![], "不是规范的数字"),
        ("-1", vec![], "不能为负数"),
        ("1.0001", vec![], "最多保留3位小数"),
        ("=1+1", vec![], "不是规范的数字"),
        ("1000000000.001", vec![], "超过单行上限 1000000000"),
        ("1", vec![("", "5")], "没有填厂牌企业"),
        ("1", vec![(KANGEN, "5"), (KANGEN, "6")], "重复填报"),
    ] {
        town.report("hospital1", 0, "save", generic, &brands, "").await.is(422).shows(said);
    }
    assert!(town.stored(0).is_none());
    let long = "字".repeat(501);
    town.report("hospital1", 0, "save", "1", &[], &long).await.is(422).shows("超过 500 字");
    town.report("hospital1", 0, "save", "0.125", &[(KANGEN, "7"), ("别的厂", "8")], "").await.is(303);
    let page = town.site.get("hospital1", &town.path("")).await;
    page.is(200).shows("value=\"0.125\"").shows("value=\"别的厂\"").shows("填报中");
}

#[actix_web::test]
async fn the_deadline_is_exact_to_the_millisecond() {
    let town = town();
    let (from, to) = (town.round.calendar.demand_from, town.round.calendar.demand_to);
    town.site.set_clock(from.plus_millis(-1));
    town.report("hospital2", 0, "save", "1", &[], "").await.is(422).shows("报量从");
    town.site.set_clock(from);
    town.report("hospital2", 0, "save", "1", &[], "").await.is(303);
    town.site.set_clock(to.plus_millis(-1));
    town.report("hospital2", 1, "submit", "2", &[], "").await.is(303);
    town.site.set_clock(to);
    town.report("hospital3", 0, "submit", "2", &[], "").await.is(422).shows("截止");
    let page = town.site.get("hospital3", &town.path("")).await;
    page.is(200).shows("截止").hides("name=\"do\"");
}

#[actix_web::test]
async fn only_while_the_round_is_in_demand() {
    let site = Site::with_city();
    for state in [RoundState::DemandReview, RoundState::Bidding, RoundState::Aborted] {
        let (round, lots) = site.round_in(state);
        site.set_clock(round.calendar.demand_from);
        let path = format!("/rounds/{}/demand", round.id);
        let generic = format!("generic.{}", lots[0].id);
        let form = [("version", "0"), ("do", "save"), (generic.as_str(), "5")];
        site.post("hospital1", &path, &form).await.is(422).shows("不能进行此操作");
    }
    let (draft, _) = site.round_in(RoundState::Draft);
    site.get("hospital1", &format!("/rounds/{}/demand", draft.id)).await.is(404);
}

#[actix_web::test]
async fn each_role_enters_only_its_own_pages() {
    let town = town();
    let report = town.hand_in(0, "hospital1", vec![town.entry(0, "", "1000")]);
    let own = town.path(&format!("/{}", town.hospitals[0].id));
    let lot = town.path(&format!("/lots/{}", town.lots[0].id));
    for path in [&town.path(""), &own, &lot, &town.path("/export"), &town.path("/template")] {
        town.site.get("supplier1", path).await.is(403);
        town.site.get("", path).await.is(303);
    }
    town.site.get("hospital1", &own).await.is(200).hides("name=\"verified");
    town.site.get("hospital2", &own).await.is(404).hides("1000");
    town.site.get("hospital2", &lot).await.is(403);
    town.site.get("hospital2", &town.path("/export")).await.is(403);
    for login in ["officer", "reviewer", "auditor", "settlement", "admin"] {
        town.site.get(login, &town.path("")).await.is(200).shows("金华市中心医院");
        town.site.get(login, &own).await.is(200);
        town.site.get(login, &lot).await.is(200);
    }
    let version = report.version.to_string();
    for act in ["approve", "return", "verify"] {
        for login in ["hospital1", "supplier1", "reviewer", "admin"] {
            town.site.post(login, &format!("{own}/{act}"), &[("version", &version)]).await.is(403);
        }
    }
    for login in ["officer", "supplier1"] {
        town.report(login, 0, "save", "1", &[], "").await.is(403);
    }
    let away = town.site.organisation(OrganisationKind::Hospital, "外地医院", "H9", "衢州市", "");
    town.site.account(&away, "away", &[Role::Hospital]);
    town.site.get("away", &town.path("")).await.is(404);
    town.report("away", 0, "save", "1", &[], "").await.is(404);
}

#[actix_web::test]
async fn two_people_of_one_hospital_do_not_overwrite_each_other() {
    let town = town();
    town.report("hospital2", 0, "save", "100", &[], "").await.is(303);
    town.report("hospital2", 0, "save", "100", &[], "").await.is(303);
    assert_eq!(town.stored(1).unwrap().version, 1, "the same form twice is one change");
    town.report("hospital2", 0, "save", "200", &[], "").await.is(422).shows("已被其他人修改");
    assert_eq!(town.quantities(1), [(String::new(), "100".to_owned())]);
    town.report("hospital2", 1, "submit", "300", &[], "").await.is(303);
    town.report("hospital2", 1, "submit", "300", &[], "").await.is(303);
    town.report("hospital2", 2, "submit", "301", &[], "").await.is(422).shows("已提交");
    assert_eq!(town.stored(1).unwrap().version, 2);
    town.audit_is_whole();
}

#[test]
fn of_many_saving_at_once_one_wins_and_the_others_are_told() {
    let town = town();
    let ctx = town.site.ctx_of("hospital1");
    let (round, hospital) = (&town.round.id, &town.hospitals[0].id);
    let won: Vec<bool> = std::thread::scope(|scope| {
        let hands: Vec<_> = (1..=4)
            .map(|n| {
                let save = Save {
                    entered: Entered {
                        entries: vec![town.entry(0, "", &n.to_string())],
                        ..Entered::default()
                    },
                    seen: 0,
                    submit: false,
                };
                let (db, ctx) = (&town.site.app.db, &ctx);
                scope.spawn(move || {
                    match db.write(|tx| demand::save(tx, ctx, round, hospital, save.clone())) {
                        Ok(_) => true,
                        Err(Error::Refused(_)) => false,
                        Err(other) => panic!("{other}"),
                    }
                })
            })
            .collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
    assert_eq!(town.lines(0).len(), 1);
}

#[actix_web::test]
async fn a_report_can_be_taken_back_until_the_deadline() {
    let town = town();
    town.report("hospital1", 0, "submit", "1000", &[], "").await.is(303);
    town.site.get("hospital1", &town.path("")).await.shows("撤回修改").hides("name=\"do\"");
    let back = town.path("/withdraw");
    town.site.post("hospital1", &back, &[("version", "9")]).await.is(422).shows("已被其他人修改");
    town.site.post("hospital1", &back, &[("version", "1")]).await.is(303);
    town.site.post("hospital1", &back, &[("version", "1")]).await.is(303);
    assert_eq!(town.stored(0).unwrap().state, ReportState::Draft);
    town.report("hospital1", 2, "submit", "1100", &[], "").await.is(303);
    town.site.set_clock(town.round.calendar.demand_to);
    town.site.post("hospital1", &back, &[("version", "3")]).await.is(422).shows("截止");
}

impl Town {
    async fn upload(&self, login: &str, name: &str, bytes: &[u8]) -> Answer {
        let id = ImportId::new().to_string();
        self.site.upload(login, &self.path("/uploads"), &[("id", &id)], name, bytes).await
    }
}

fn id_of(lines: &[demand::Line], company: &str) -> DemandId {
    lines.iter().find(|line| line.company == company).unwrap().id.clone()
}

#[actix_web::test]
async fn returned_lines_are_corrected_handed_in_again_and_approved() {
    let town = town();
    let brands = [(KANGEN, "300"), (HUADONG, "200")];
    town.report("hospital1", 0, "submit", "500", &brands, "").await.is(303);
    let page = town.path(&format!("/{}", town.hospitals[0].id));
    town.site.get("officer", &page).await.is(200).shows("审核通过").shows(KANGEN);
    let lines = town.lines(0);
    let line = id_of(&lines, KANGEN).to_string();
    let to = format!("{page}/return");
    let send = |remark: &'static str, line: String| {
        let to = to.clone();
        let site = &town.site;
        async move {
            let form = [("version", "1"), ("remark", remark), ("return", line.as_str())];
            site.post("officer", &to, &form).await
        }
    };
    // What was chosen and typed is still there.
    send("", line.clone()).await.is(422).shows("退回须填写意见").shows(&format!("value=\"{line}\" checked"));
    let none = town.site.post("officer", &to, &[("version", "1"), ("remark", "偏大")]).await;
    none.is(422).shows("至少选择一行").shows(">偏大</textarea>").hides(" checked");
    send("康恩数量偏大", line.clone()).await.is(303);
    send("康恩数量偏大", line.clone()).await.is(303);
    assert_eq!(town.letters("demand_returned"), 1);
    let report = town.stored(0).unwrap();
    assert_eq!((report.state, report.version), (ReportState::Returned, 2));
    assert_eq!(report.due_at, Some(town.round.calendar.demand_to));
    let shown = town.site.get("hospital1", &town.path("")).await;
    shown
        .is(200)
        .shows("康恩数量偏大")
        .shows(&format!("type=\"hidden\" name=\"company.{}\"", town.lots[0].id));

    let other = [(KANGEN, "250"), (HUADONG, "201")];
    town.report("hospital1", 2, "submit", "500", &other, "").await.is(422).shows("该行没有退回");
    let right = [(KANGEN, "250"), (HUADONG, "200")];
    let approve = format!("{page}/approve");
    town.site.post("officer", &approve, &[("version", "2")]).await.is(422).shows("尚未提交");
    town.report("hospital1", 2, "submit", "500", &right, "").await.is(303);
    town.report("hospital1", 2, "submit", "500", &right, "").await.is(303);
    assert!(!town.site.app.db.read(|c| demand::is_ready(c, &town.round.id)).unwrap());

    let lines = town.lines(0);
    assert!(lines.iter().all(|line| line.state == LineState::Reported));
    let generic = id_of(&lines, "");
    let (verified, remark) = (format!("verified.{generic}"), format!("remark.{generic}"));
    let bare = [("version", "3"), (verified.as_str(), "450")];
    town.site.post("officer", &approve, &bare).await.is(422).shows("请填写审核意见").shows("value=\"450\"");
    let unit = [("version", "3"), (verified.as_str(), "450盒")];
    town.site.post("officer", &approve, &unit).await.is(422).shows("带有单位");
    town.site.set_clock(town.site.now().plus_millis(1));
    let full = [("version", "3"), (verified.as_str(), "450"), (remark.as_str(), "按实际库存核减")];
    town.site.post("officer", &format!("{page}/verify"), &full).await.is(303);
    assert!(town.site.app.db.read(|c| demand::approved(c, &town.round.id)).unwrap().is_empty());
    town.site.post("officer2", &approve, &full).await.is(422).shows("已被其他人修改");
    let now = [("version", "4"), (verified.as_str(), "450"), (remark.as_str(), "按实际库存核减")];
    town.site.post("officer", &approve, &now).await.is(303);
    town.site.post("officer", &approve, &now).await.is(303);

    let line = town.lines(0).into_iter().find(|line| line.company.is_empty()).unwrap();
    let text = |q: Option<Quantity>| q.unwrap().to_string();
    assert_eq!(
        (line.reported.to_string(), text(line.verified), text(line.approved)),
        ("500".to_owned(), "450".to_owned(), "450".to_owned())
    );
    let approved = town.site.app.db.read(|c| demand::approved(c, &town.round.id)).unwrap();
    let got: Vec<_> = approved.iter().map(|it| (it.company.as_str(), it.quantity.to_string())).collect();
    assert_eq!(got.len(), 3);
    assert!(got.contains(&("", "450".to_owned())) && got.contains(&(KANGEN, "250".to_owned())));
    assert!(town.site.app.db.read(|c| demand::is_ready(c, &town.round.id)).unwrap());
    town.report("hospital1", 5, "save", "1", &[], "").await.is(422).shows("已审核通过");
    town.audit_is_whole();
}

#[actix_web::test]
async fn what_is_returned_late_has_three_days_and_then_the_bureau_decides() {
    let town = town();
    town.hand_in(0, "hospital1", vec![town.entry(0, "", "1000")]);
    let after = town.round.calendar.demand_to.plus_days(1);
    town.site.set_clock(after);
    let mut round = town.round.clone();
    round.state = RoundState::DemandReview;
    town.site.app.db.write(|tx| store::update_round(tx, &round)).unwrap();
    let page = town.path(&format!("/{}", town.hospitals[0].id));
    let line = town.lines(0)[0].id.to_string();
    let form = [("version", "1"), ("remark", "请核对"), ("return", line.as_str())];
    town.site.post("officer", &format!("{page}/return"), &form).await.is(303);
    let due = after.plus_days(3);
    assert_eq!(town.stored(0).unwrap().due_at, Some(due));
    town.site.set_clock(due.plus_millis(-1));
    town.report("hospital1", 2, "save", "900", &[], "").await.is(303);
    town.site.post("officer", &format!("{page}/approve"), &[("version", "3")]).await.is(422);
    town.site.set_clock(due);
    town.report("hospital1", 3, "submit", "900", &[], "").await.is(422).shows("截止");
    town.site.post("officer", &format!("{page}/approve"), &[("version", "3")]).await.is(303);
    assert_eq!(town.stored(0).unwrap().state, ReportState::Approved);
}

#[actix_web::test]
async fn totals_are_the_sum_of_the_lines_shown_and_drafts_do_not_count() {
    let town = town();
    town.hand_in(0, "hospital1", vec![town.entry(0, "", "1000"), town.entry(0, KANGEN, "0.125")]);
    town.hand_in(1, "hospital2", vec![town.entry(0, KANGEN, "20.5"), town.entry(1, "", "7")]);
    town.report("hospital3", 0, "save", "5555", &[], "").await.is(303);
    let board = town.site.get("officer", &town.path("")).await;
    board.is(200).shows(">1020.625<").hides("5555").shows("填报中").shows("应报 3 家，已提交或已审核 2 家");
    let lot = town.site.get("officer", &town.path(&format!("/lots/{}", town.lots[0].id))).await;
    lot.is(200).shows(">1020.625<").shows(">20.625<").shows(">1000<").hides("5555");
    let draft = town.site.get("officer", &town.path(&format!("/{}", town.hospitals[2].id))).await;
    draft.is(200).hides("5555");
    town.site
        .get("officer", &town.path(&format!("?state=submitted&name={}", encode("义乌"))))
        .await
        .shows("义乌")
        .hides("金华市中心医院");
    let csv = town.site.get("officer", &town.path("/export?as=csv")).await;
    csv.is(200).shows("\u{feff}地区,医疗机构,竞价单元,厂牌企业,年需求量").hides("5555");
    csv.shows(&format!("金华市,义乌市中医医院,1,{KANGEN},20.5,粒,阿莫西林胶囊,20.5,,,0"));
    assert!(town.site.get("officer", &town.path("/export?as=xlsx")).await.is(200).bytes.starts_with(b"PK"));
    let trail = town
        .site
        .app
        .db
        .read(|c| audit::page(c, &audit::Filter { action: "demand.".to_owned(), ..Default::default() }, 50))
        .unwrap();
    let done: Vec<&str> = trail.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(done, ["demand.export", "demand.export", "demand.save", "demand.submit", "demand.submit"]);
    let other = town.site.round_in(RoundState::Demand).1;
    town.site.get("officer", &town.path(&format!("/lots/{}", other[0].id))).await.is(404);
}

#[actix_web::test]
async fn the_late_are_listed_and_reminded_once_each() {
    let town = town();
    town.hand_in(0, "hospital1", vec![town.entry(0, "", "1000")]);
    town.report("hospital2", 0, "save", "1", &[], "").await.is(303);
    let late = town.site.app.db.read(|c| demand::late(c, &town.round.id)).unwrap();
    let names: Vec<&str> = late.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["义乌市中医医院", "婺城区白龙桥卫生院"]);
    let to = town.round.calendar.demand_to;
    let remind = || {
        let ctx = town.site.ctx();
        town.site.app.db.write(|tx| demand::remind(tx, &ctx)).unwrap()
    };
    for (at, letters) in [
        (to.plus_days(-3).plus_millis(-1), 0),
        (to.plus_days(-3), 2),
        (to.plus_days(-2), 2),
        (to.plus_days(-1), 4),
        (to.plus_millis(-1), 4),
        (to, 4),
    ] {
        town.site.set_clock(at);
        remind();
        remind();
        assert_eq!(town.letters("demand_due"), letters, "{at}");
    }
    town.site.get("officer", &town.path("")).await.is(200).shows("逾期 2 家");
    town.site.get("officer", &town.path("?state=late")).await.shows("义乌市").hides("金华市中心医院<");
}

#[actix_web::test]
async fn the_pages_are_in_english_too() {
    let town = town();
    town.hand_in(0, "hospital1", vec![town.entry(0, "", "1000")]);
    let ask = |login: &str, path: String| {
        let cookie = format!("session={}; lang=en", town.site.token(login));
        town.site.send("", TestRequest::get().uri(&path).insert_header(("cookie", cookie)))
    };
    ask("hospital2", town.path("")).await.is(200).shows("Submit").shows("Bought by maker").hides("年均");
    ask("officer", town.path("")).await.is(200).shows("Totals by lot").shows("3 hospitals");
    ask("hospital2", town.path("/template")).await.is(200).shows("region,hospital,lot,company,quantity");
}

#[test]
fn totals_equal_the_sum_of_lines_whatever_is_reported() {
    let site = Site::with_city();
    let names = ["金华市中心医院", "义乌市中医医院", "婺城区白龙桥卫生院"];
    let hospitals: Vec<Organisation> = names.map(|name| hospital(&site, name)).to_vec();
    let site = std::cell::RefCell::new(Some(site));
    let line = (0..3_usize, 0..2_usize, 0..4_usize, 0..1_000_000_000_000_i64);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(10));
    runner
        .run(&proptest::collection::vec(line, 0..40), |lines| {
            let held = site.take().unwrap();
            let (round, lots) = held.round_in(RoundState::Demand);
            let town = Town { site: held, round, lots, hospitals: hospitals.clone() };
            let unique: std::collections::BTreeMap<_, _> =
                lines.into_iter().map(|(h, l, c, q)| ((h, l, c), q)).collect();
            for (at, login) in ["hospital1", "hospital2", "hospital3"].iter().enumerate() {
                let of = unique.iter().filter(|((h, ..), _)| *h == at);
                let entries = of.map(|((_, lot, company), q)| Entry {
                    lot_id: town.lots[*lot].id.clone(),
                    company: ["", KANGEN, HUADONG, "丙厂"][*company].to_owned(),
                    product: String::new(),
                    quantity: Quantity::from_scaled(*q),
                });
                town.hand_in(at, login, entries.collect());
            }
            let db = &town.site.app.db;
            let board = db.read(|c| demand::board(c, &town.round.id, town.site.now())).unwrap();
            for (at, total) in board.lots.iter().enumerate() {
                let want: i64 = unique.iter().filter(|((_, l, _), _)| *l == at).map(|(_, q)| *q).sum();
                prop_assert_eq!(total.reported.scaled(), want);
                let lines = db.read(|c| demand::lot_page(c, &town.round.id, &total.lot.id)).unwrap().lines;
                let shown: i64 = lines.iter().map(|(line, _)| line.reported.scaled()).sum();
                prop_assert_eq!(shown, want);
                prop_assert_eq!(lines.len() as i64, total.lines);
            }
            site.replace(Some(town.site));
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_history_is_read_through_its_index() {
    let town = town();
    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = diesel::sql_types::Text)]
        detail: String,
    }
    if std::env::var("JICAI_TEST_POSTGRES").is_ok() {
        return;
    }
    let steps: Vec<Step> = town
        .site
        .app
        .db
        .read(|c| {
            Ok(diesel::sql_query(
                "EXPLAIN QUERY PLAN SELECT product, SUM(quantity) FROM transactions WHERE hospital = 1 \
                 AND product IN (1, 2) AND day >= '2025-01-01' AND day < '2026-01-01' GROUP BY product",
            )
            .load(c)?)
        })
        .unwrap();
    let plan: Vec<String> = steps.into_iter().map(|step| step.detail).collect();
    assert!(
        plan[0].contains("USING COVERING INDEX transactions_by_hospital (hospital=? AND product=? AND day>?"),
        "{plan:?}"
    );
}
