//! Re-allocation: what hospitals place with winners of their choice, until when, and who comes first.

use diesel::prelude::*;
use jicai::awards::{evaluation, reassignment};
use jicai::error::Error;
use jicai::rounds::rule_set;
use jicai::rounds::{self, Lot, Round, RoundState, RuleSetVersion};
use jicai::schema;
use jicai::text::Lang;
use jicai::types::{OfferId, OrganisationId, PeriodId, Quantity, RuleSetId, Time, sha256};

use crate::evaluation::{demand, offer};
use crate::support::{Answer, Site};

/// Binds a round to GY-YD2019-2 with the clause that hospitals may place volume.
fn let_hospitals_place(site: &Site, round: &Round) {
    let from = "unclaimed = \"first_rank\"";
    let body = rule_set::find("GY-YD2019-2").unwrap().text;
    assert!(body.contains(from));
    let body = body.replace(from, &format!("{from}\nhospitals_place = true"));
    let version = RuleSetVersion {
        id: RuleSetId::new(),
        name: "TEST-1".to_owned(),
        version: 1,
        title: "调剂".to_owned(),
        sha256: sha256(body.as_bytes()),
        body,
        created_at: site.now(),
    };
    let round = Round { rule_set_id: version.id.clone(), ..round.clone() };
    let save = |tx: &mut jicai::db::Tx| {
        rounds::store::insert_rule_set(tx, &version)?;
        rounds::store::update_round(tx, &round)
    };
    site.app.db.write(save).unwrap();
}

fn capacity(site: &Site, login: &str, lot: &Lot, quantity: i64) {
    use schema::offers::dsl;
    let supplier = site.who(login).organisation.id;
    let own = dsl::offers.filter(dsl::supplier_id.eq(&supplier).and(dsl::lot_id.eq(&lot.id)));
    let capacity = Some(Quantity::from_scaled(quantity * 1_000));
    site.app
        .db
        .write(|tx| Ok(diesel::update(own).set(dsl::capacity.eq(capacity)).execute(tx.conn())?))
        .unwrap();
}

/// A supplier's offer for the round's first lot.
fn offer_of(site: &Site, round: &Round, login: &str) -> OfferId {
    use schema::offers::dsl;
    let supplier = site.who(login).organisation.id;
    let own = dsl::offers.filter(dsl::supplier_id.eq(&supplier).and(dsl::round_id.eq(&round.id)));
    site.app.db.read(|c| Ok(own.select(dsl::id).first(c)?)).unwrap()
}

/// A computed award: supplier1 and supplier2 win, supplier3 does not. hospital1 has 60 to place, hospital2 120,
/// hospital3 nothing; supplier2 can carry 100 of it.
fn computed(site: &Site) -> (Round, Vec<Lot>) {
    let (round, lots) = site.round_in(RoundState::Evaluation);
    let_hospitals_place(site, &round);
    offer(site, &round, &lots[0], "supplier1", "0.1", false);
    offer(site, &round, &lots[0], "supplier2", "0.12", false);
    offer(site, &round, &lots[0], "supplier3", "0.45", false);
    capacity(site, "supplier2", &lots[0], 106);
    demand(site, &lots[0], "hospital1", "齐鲁制药有限公司", 100);
    demand(site, &lots[0], "hospital1", "浙江康恩药业有限公司", 50);
    demand(site, &lots[0], "hospital2", "齐鲁制药有限公司", 200);
    demand(site, &lots[0], "hospital3", "华东制药有限公司", 10);
    compute(site, &round, "");
    (round, lots)
}

fn compute(site: &Site, round: &Round, reason: &str) {
    let ctx = site.ctx_of("officer");
    site.app.db.write(|tx| evaluation::evaluate(tx, &ctx, &round.id, reason)).unwrap();
}

fn path(round: &Round) -> String {
    format!("/rounds/{}/reassignment", round.id)
}

async fn open(site: &Site, round: &Round, deadline: Time) -> Answer {
    let id = PeriodId::new();
    let fields = [("id", id.as_str()), ("deadline", &deadline.input())];
    site.post("officer", &format!("{}/open", path(round)), &fields).await
}

/// Submits quantities by supplier's number.
async fn give(
    site: &Site,
    round: &Round,
    lot: &Lot,
    login: &str,
    version: &str,
    what: &[(u8, &str)],
) -> Answer {
    let field = |n: u8| format!("give:{}:{}", lot.id, offer_of(site, round, &format!("supplier{n}")));
    let mut fields = vec![("version".to_owned(), version.to_owned())];
    fields.extend(what.iter().map(|(n, quantity)| (field(*n), (*quantity).to_owned())));
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    site.post(login, &path(round), &fields).await
}

async fn allocations(site: &Site, round: &Round) -> Vec<String> {
    let csv = site.get("officer", &format!("/rounds/{}/award/export/allocations.csv", round.id)).await;
    csv.body.lines().skip(1).map(str::to_owned).collect()
}

fn letters(site: &Site, kind: &str) -> i64 {
    use schema::mails::dsl;
    site.app.db.read(|c| Ok(dsl::mails.filter(dsl::template.eq(kind)).count().get_result(c)?)).unwrap()
}

#[actix_web::test]
async fn hospitals_place_what_unsold_brands_leave_until_the_deadline() {
    let site = Site::with_city();
    let (round, lots) = computed(&site);
    let (page, lot) = (path(&round), &lots[0]);
    let award = format!("/rounds/{}/award", round.id);
    site.get("officer", &page).await.is(200).shows("尚未开放调剂");
    site.get("hospital1", &page).await.is(404);
    open(&site, &round, site.now()).await.is(422).shows("须晚于现在");
    open(&site, &round, round.calendar.publicity_to.plus_days(1)).await.is(422).shows("不晚于公示结束");
    let nonsense = [("id", "x"), ("deadline", "soon")];
    site.post("officer", &format!("{page}/open"), &nonsense).await.is(422);
    let deadline = site.now().plus_days(2);
    open(&site, &round, deadline).await.is(303);
    open(&site, &round, deadline).await.is(422).shows("已开放调剂");
    assert_eq!(letters(&site, "volume_to_place"), 2);

    site.get("hospital1", "/").await.shows("调剂未中选厂牌的量");
    site.get("hospital3", "/").await.hides("调剂未中选厂牌的量");
    site.get("hospital3", &page).await.is(404);
    site.get("supplier1", &page).await.is(403);
    let sheet = site.get("hospital1", &page).await;
    sheet
        .is(200)
        .shows("可调剂量 60 粒")
        .shows("浙江康恩药业有限公司")
        .shows("<td class=\"n\">100</td>")
        .shows("未限");
    sheet.hides("齐鲁制药有限公司");
    site.get("hospital1", &format!("/rounds/{}", round.id)).await.shows("调剂");
    site.get("hospital3", &format!("/rounds/{}", round.id)).await.hides("/reassignment");

    give(&site, &round, lot, "hospital1", "0", &[(2, "61")])
        .await
        .is(422)
        .shows("超过可调剂量 60")
        .shows("value=\"61\"");
    give(&site, &round, lot, "hospital1", "0", &[(1, "1"), (2, "60")]).await.is(422).shows("合计调剂 61");
    give(&site, &round, lot, "hospital1", "0", &[(2, "0.5")]).await.is(422).shows("1 的整数倍");
    give(&site, &round, lot, "hospital1", "0", &[(2, "-5")]).await.is(422).shows("1 的整数倍");
    give(&site, &round, lot, "hospital1", "0", &[(2, "五")]).await.is(422).shows("不是有效的数字");
    give(&site, &round, lot, "hospital1", "0", &[(3, "5")]).await.is(422).shows("不是带量中选企业");
    give(&site, &round, &lots[1], "hospital1", "0", &[(2, "5")]).await.is(404);
    give(&site, &round, lot, "hospital3", "0", &[(2, "5")]).await.is(404);
    for _ in 0..2 {
        give(&site, &round, lot, "hospital1", "0", &[(1, ""), (2, "60")]).await.is(303);
    }
    give(&site, &round, lot, "hospital1", "0", &[(2, "50")]).await.is(422).shows("已由同事更新");
    site.get("hospital1", "/").await.hides("调剂未中选厂牌的量");

    // Capacity: first come, first served, beside what the winner's own brand takes.
    let late = give(&site, &round, lot, "hospital2", "0", &[(2, "41")]).await;
    late.is(422).shows("“华东制药有限公司”剩余供应能力只有 40");
    give(&site, &round, lot, "hospital2", "0", &[(2, "40"), (1, "30")]).await.is(303);
    give(&site, &round, lot, "hospital1", "1", &[(2, "50")]).await.is(303);
    give(&site, &round, lot, "hospital2", "1", &[(2, "50"), (1, "30")]).await.is(303);

    site.get("officer", &page).await.is(200).shows("2 家医疗机构中已有 2 家提交");
    site.get("officer", &format!("{page}/reassignments.csv"))
        .await
        .is(200)
        .shows("lot,hospital,company,quantity,product\n1,H33070200001,91330700MA28000002,50,\n");
    site.post("officer", &award, &[("reason", "调剂")]).await.is(422).shows("截止前不能计算或公示");
    site.set_clock(deadline);
    give(&site, &round, lot, "hospital1", "2", &[(2, "40")]).await.is(422).shows("调剂已于");
    site.get("hospital1", &page).await.is(200).shows("已截止").hides("提交调剂</button>");

    // What was placed stands, the rest went by default.
    site.post("officer", &award, &[("reason", "调剂")]).await.is(303);
    assert_eq!(
        allocations(&site, &round).await,
        [
            "1,金华市,金华市中心医院,浙江康恩药业有限公司,40",
            "1,金华市,金华市中心医院,华东制药有限公司,50",
            "1,金华市,义乌市中医医院,浙江康恩药业有限公司,70",
            "1,金华市,义乌市中医医院,华东制药有限公司,50",
            "1,金华市,婺城区白龙桥卫生院,华东制药有限公司,6",
        ]
    );
}

#[actix_web::test]
async fn without_an_answer_the_default_stands() {
    let site = Site::with_city();
    let (round, lots) = computed(&site);
    let page = path(&round);
    let before = allocations(&site, &round).await;
    open(&site, &round, site.now().plus_days(2)).await.is(303);
    // An empty answer is an answer: everything by default.
    give(&site, &round, &lots[0], "hospital1", "0", &[]).await.is(303);
    site.get("officer", &page).await.shows("2 家医疗机构中已有 1 家提交").shows("未提交");
    // The deadline moves, and those asked hear of it.
    let new = site.now().plus_days(1);
    site.post("officer", &format!("{page}/deadline"), &[("deadline", &new.input())]).await.is(303);
    assert_eq!(letters(&site, "volume_to_place"), 4);
    site.set_clock(new);
    let ctx = site.ctx_of("officer");
    let evaluated = site.app.db.write(|tx| evaluation::evaluate(tx, &ctx, &round.id, "调剂截止")).unwrap();
    assert!(matches!(evaluated, evaluation::Evaluated::Same(_)));
    assert_eq!(allocations(&site, &round).await, before);
}

#[actix_web::test]
async fn what_was_placed_can_be_given_up() {
    let site = Site::with_city();
    let (round, lots) = computed(&site);
    let (page, award) = (path(&round), format!("/rounds/{}/award", round.id));
    let before = allocations(&site, &round).await;
    site.post("officer", &format!("{page}/cancel"), &[("reason", "x")]).await.is(422).shows("没有开放调剂");
    let deadline = site.now().plus_days(1);
    open(&site, &round, deadline).await.is(303);
    give(&site, &round, &lots[0], "hospital1", "0", &[(2, "60")]).await.is(303);
    site.set_clock(deadline);
    compute(&site, &round, "调剂");
    assert_ne!(allocations(&site, &round).await, before);
    site.post("officer", &format!("{page}/cancel"), &[("reason", "")]).await.is(422).shows("此项必填");
    site.post("officer", &format!("{page}/cancel"), &[("reason", "中选企业变化")]).await.is(303);
    assert_eq!(letters(&site, "placing_cancelled"), 2);
    site.get("officer", &page).await.is(200).shows("已取消").shows("中选企业变化");
    site.get("hospital1", &page).await.is(404);
    site.post("officer", &award, &[("reason", "取消调剂")]).await.is(303);
    assert_eq!(allocations(&site, &round).await, before);
    open(&site, &round, site.now().plus_days(1)).await.is(303);
    site.get("hospital1", &page).await.is(200).shows("未提交");
}

#[actix_web::test]
async fn only_a_rule_set_that_says_so_lets_hospitals_place() {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Evaluation);
    offer(&site, &round, &lots[0], "supplier1", "0.1", false);
    demand(&site, &lots[0], "hospital1", "无名药厂", 100);
    open(&site, &round, site.now().plus_days(1)).await.is(422).shows("尚未计算中选结果");
    compute(&site, &round, "");
    open(&site, &round, site.now().plus_days(1)).await.is(422).shows("不允许医疗机构自行调剂");
    site.get("officer", &path(&round)).await.is(200).shows("不由医疗机构调剂").hides("开放调剂</button>");
    // Nothing to place: every brand won.
    let (round, lots) = site.round_in(RoundState::Evaluation);
    let_hospitals_place(&site, &round);
    offer(&site, &round, &lots[0], "supplier1", "0.1", false);
    demand(&site, &lots[0], "hospital1", "浙江康恩药业有限公司", 100);
    compute(&site, &round, "");
    open(&site, &round, site.now().plus_days(1)).await.is(422).shows("没有需要调剂的量");
}

/// Two hospitals ask for the last of a winner's capacity at the same moment: together they never get more.
#[actix_web::test]
async fn of_two_hospitals_one_gets_the_last_of_a_capacity() {
    let site = Site::with_city();
    let (round, lots) = computed(&site);
    open(&site, &round, site.now().plus_days(1)).await.is(303);
    let offer = offer_of(&site, &round, "supplier2");
    let results: Vec<Result<(), String>> = std::thread::scope(|scope| {
        let one = |(login, quantity): (&str, i64)| {
            let (db, ctx, offer) = (site.app.db.clone(), site.ctx_of(login), offer.clone());
            let hospital: OrganisationId = site.who(login).organisation.id;
            let given = [(lots[0].id.clone(), offer, Quantity::from_scaled(quantity * 1_000))];
            let round = round.id.clone();
            scope.spawn(move || {
                match db.write(|tx| reassignment::place(tx, &ctx, &round, &hospital, 0, &given)) {
                    Ok(()) => Ok(()),
                    Err(Error::Refused(why)) => Err(why.say(Lang::Zh.text())),
                    Err(other) => panic!("{other}"),
                }
            })
        };
        let threads: Vec<_> = [("hospital1", 60), ("hospital2", 60)].into_iter().map(one).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|it| it.is_ok()).count(), 1, "{results:?}");
    let said = results.into_iter().find_map(Result::err).unwrap();
    assert!(said.contains("剩余供应能力只有 40"), "{said}");
}
