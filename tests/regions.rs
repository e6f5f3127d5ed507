//! The choice of regions on line: turns, clocks, defaults, races, and what the award makes of it.

use diesel::prelude::*;
use jicai::awards::selection::{self, Picked, Wish};
use jicai::awards::{Supply, evaluation};
use jicai::error::Error;
use jicai::jobs;
use jicai::people::OrganisationKind;
use jicai::rounds::{Lot, Round, RoundState};
use jicai::schema;
use jicai::text::Lang;
use jicai::types::{Ctx, LotId, PickId, SelectionId};

use crate::evaluation::{demand_of, offer};
use crate::support::{Answer, Site};

const MINUTE: i64 = 60_000;

/// Regions with the demand of their one hospital for the first lot.
const REGIONS: [(&str, i64); 3] = [("东阳市", 100), ("义乌市", 300), ("永康市", 200)];

/// A round in evaluation with a computed award: two winners may choose in the first lot, one wins the second.
fn computed(site: &Site) -> (Round, Vec<Lot>) {
    let (round, lots) = site.round_in(RoundState::Evaluation);
    offer(site, &round, &lots[0], "supplier1", "0.1", false);
    offer(site, &round, &lots[0], "supplier2", "0.12", false);
    offer(site, &round, &lots[0], "supplier3", "0.45", false);
    offer(site, &round, &lots[1], "supplier1", "1.5", false);
    for (at, (region, quantity)) in REGIONS.iter().enumerate() {
        let code = format!("H33079{at:06}");
        let it =
            site.organisation(OrganisationKind::Hospital, &format!("{region}医院"), &code, region, "二级");
        demand_of(site, &lots[0], &it.id, "", *quantity);
        demand_of(site, &lots[1], &it.id, "", 10);
    }
    compute(site, &round, "");
    (round, lots)
}

fn compute(site: &Site, round: &Round, reason: &str) {
    let ctx = site.ctx_of("officer");
    site.app.db.write(|tx| evaluation::evaluate(tx, &ctx, &round.id, reason)).unwrap();
}

fn path(round: &Round) -> String {
    format!("/rounds/{}/regions", round.id)
}

async fn start(site: &Site, round: &Round, minutes: &str) -> Answer {
    let id = SelectionId::new();
    site.post("officer", &format!("{}/start", path(round)), &[("id", id.as_str()), ("minutes", minutes)])
        .await
}

async fn choose(site: &Site, round: &Round, lot: &Lot, login: &str, turn: &str, region: &str) -> Answer {
    let id = PickId::new();
    choose_as(site, round, lot, login, (id.as_str(), turn, region)).await
}

async fn choose_as(
    site: &Site,
    round: &Round,
    lot: &Lot,
    login: &str,
    (id, turn, region): (&str, &str, &str),
) -> Answer {
    let fields = [("id", id), ("lot", lot.id.as_str()), ("turn", turn), ("region", region)];
    site.post(login, &path(round), &fields).await
}

/// What was taken so far: `company's last digit, supply, region, how`.
fn taken(site: &Site, round: &Round) -> String {
    let queues = site.app.db.read(|c| selection::store::queues(c, &round.id)).unwrap();
    let one = |pick: &Picked| {
        let who = (1..=3).find(|n| site.who(&format!("supplier{n}")).organisation.id == pick.supplier_id);
        let (kind, how) =
            (if pick.supply == Supply::Main { "" } else { "备" }, if pick.by_default { "!" } else { "" });
        format!("{}{kind}{}{how}", who.unwrap(), pick.region)
    };
    queues.iter().flat_map(|queue| queue.picks.iter().map(one)).collect::<Vec<_>>().join(" ")
}

fn later(site: &Site, minutes: i64) {
    site.set_clock(site.now().plus_millis(minutes * MINUTE));
}

fn run_job(site: &Site) -> usize {
    (jobs::find("advance_turns").unwrap().run)(&site.app).unwrap()[0].1
}

fn letters(site: &Site, kind: &str) -> i64 {
    use schema::mails::dsl;
    site.app.db.read(|c| Ok(dsl::mails.filter(dsl::template.eq(kind)).count().get_result(c)?)).unwrap()
}

#[actix_web::test]
async fn winners_take_regions_in_turns_until_all_are_chosen() {
    let site = Site::with_city();
    let (round, lots) = computed(&site);
    let (board, lot) = (path(&round), &lots[0]);
    site.get("officer", &board).await.is(200).shows("尚未开始选择").shows("开始选择");
    site.get("supplier1", &board).await.is(404);
    for minutes in ["0", "1441", "", "x", "1.5"] {
        start(&site, &round, minutes).await.is(422).shows("1 至 1440 分钟的整数");
    }
    let id = SelectionId::new();
    for _ in 0..2 {
        let fields = [("id", id.as_str()), ("minutes", "30")];
        site.post("officer", &format!("{board}/start"), &fields).await.is(303);
    }
    start(&site, &round, "30").await.is(422).shows("供应地区选择正在进行");
    assert_eq!((letters(&site, "regions_started"), letters(&site, "regions_turn")), (2, 1));

    // The first rank's turn: everybody of the lot sees whose it is; nobody else sees the page.
    let page = site.get("supplier1", &board).await;
    page.is(200)
        .shows("轮到贵企业选择主供地区（第 1 轮）")
        .shows("type=\"radio\" name=\"region\" value=\"义乌市\"");
    page.shows("data-left=\"1800000\"").shows("data-refresh=\"20\"").hides("暂停</button>").hides("齐鲁制药");
    let page = site.get("supplier2", &board).await;
    page.is(200).shows("轮到“浙江康恩药业有限公司”选择主供地区").hides("type=\"radio\"");
    site.get("supplier3", &board).await.is(404);
    site.get("supplier1", "/").await.shows("轮到贵企业选择供应地区（1 个竞价单元）");
    site.get("supplier2", "/").await.hides("轮到贵企业");
    site.get("officer", "/").await.shows("供应地区选择进行中");
    site.get("supplier1", &format!("/rounds/{}", round.id)).await.shows("供应地区选择");
    site.get("supplier3", &format!("/rounds/{}", round.id)).await.hides("供应地区选择");

    choose(&site, &round, lot, "supplier2", "1", "东阳市")
        .await
        .is(422)
        .shows("现在轮到“浙江康恩药业有限公司”");
    choose(&site, &round, lot, "supplier3", "1", "东阳市").await.is(404);
    choose(&site, &round, &lots[1], "supplier1", "1", "东阳市").await.is(404);
    choose(&site, &round, lot, "supplier1", "1", "杭州市").await.is(422).shows("“杭州市”已不能选择");
    let pick = PickId::new();
    for _ in 0..2 {
        choose_as(&site, &round, lot, "supplier1", (pick.as_str(), "1", "东阳市")).await.is(303);
    }
    // The second tab with the page from before.
    let late = choose(&site, &round, lot, "supplier1", "1", "义乌市").await;
    late.is(422).shows("这一轮已经选定“东阳市”").shows("轮到贵企业选择主供地区（第 2 轮）");
    choose(&site, &round, lot, "supplier1", "2", "东阳市").await.is(422).shows("“东阳市”已不能选择");
    choose(&site, &round, lot, "supplier1", "2", "永康市").await.is(303);
    choose(&site, &round, lot, "supplier2", "3", "义乌市").await.is(303);
    assert_eq!(taken(&site, &round), "1东阳市 1永康市 2义乌市");

    // Spare regions: never one's own main region.
    let page = site.get("supplier1", &board).await;
    page.shows("轮到贵企业选择备供地区（第 4 轮）").hides("name=\"region\" value=\"东阳市\"");
    choose(&site, &round, lot, "supplier1", "4", "东阳市").await.is(422).shows("备供不得与主供相同");
    choose(&site, &round, lot, "supplier1", "4", "义乌市").await.is(303);
    choose(&site, &round, lot, "supplier2", "5", "东阳市").await.is(303);
    choose(&site, &round, lot, "supplier2", "6", "永康市").await.is(303);
    choose(&site, &round, lot, "supplier2", "7", "永康市").await.is(422).shows("目前没有进行中");
    assert_eq!(letters(&site, "regions_ended"), 2);

    // The award computed again rests on what was chosen.
    site.get("officer", &board).await.is(200).shows("已完成").shows("请到评审页面重新计算");
    let csv = site.get("auditor", &format!("{board}/picks.csv")).await;
    csv.is(200).shows("lot,region,company,supply\n1,东阳市,91330700MA28000001,main\n");
    let award = format!("/rounds/{}/award", round.id);
    site.set_clock(round.calendar.publicity_from);
    site.post("officer", &format!("/rounds/{}/publicity", round.id), &[]).await.is(422).shows("请先重新计算");
    site.post("officer", &award, &[("reason", "供应地区已选定")]).await.is(303);
    let volumes = site.get("officer", &format!("{award}/{}/volumes", lot.id)).await;
    volumes.is(200).shows("分地区约定采购量");
    let csv = site.get("officer", &format!("{award}/export/region_volumes.csv")).await;
    csv.shows("lot,region,base_volume,agreed_volume,unallocated,main,spare");
    csv.shows("1,东阳市,100,60,0,浙江康恩药业有限公司,华东制药有限公司");
    csv.shows("1,义乌市,300,180,0,华东制药有限公司,浙江康恩药业有限公司");
    csv.shows("2,东阳市,10,5,0,浙江康恩药业有限公司,\n");
    site.get("officer", &format!("{award}/export/region_volumes.xlsx")).await.is(200);
    let csv = site.get("officer", &format!("{award}/export/allocations.csv")).await;
    csv.shows("1,义乌市,义乌市医院,华东制药有限公司,180")
        .shows("1,永康市,永康市医院,浙江康恩药业有限公司,120");
    // Each sees what is its own.
    site.post("officer", &format!("/rounds/{}/publicity", round.id), &[]).await.is(303);
    let own = site.get("supplier2", &format!("{award}/{}/volumes", lot.id)).await;
    own.is(200).shows("<th scope=\"row\">义乌市</th>");
    site.get("supplier3", &format!("{award}/{}/volumes", lot.id))
        .await
        .hides("<th scope=\"row\">义乌市</th>");
    let own = site.get("hospital1", &format!("{award}/{}/volumes", lot.id)).await;
    own.hides("<th scope=\"row\">义乌市</th>");
    site.get("supplier1", &board).await.is(200).hides("data-refresh");
}

#[actix_web::test]
async fn a_turn_whose_time_is_over_goes_by_default() {
    let site = Site::with_city();
    let (round, lots) = computed(&site);
    start(&site, &round, "10").await.is(303);
    later(&site, 9);
    assert_eq!(run_job(&site), 0);
    later(&site, 1);
    // The last moment is over, also before the job has run.
    choose(&site, &round, &lots[0], "supplier1", "1", "东阳市").await.is(422).shows("这一轮已经选定“义乌市”");
    assert_eq!(taken(&site, &round), "1义乌市!");
    assert_eq!(run_job(&site), 0);
    // The next turn began when the default was recorded, so a platform that was down costs one turn only.
    later(&site, 600);
    assert_eq!(run_job(&site), 1);
    assert_eq!(run_job(&site), 0);
    assert_eq!(taken(&site, &round), "1义乌市! 1永康市!");
    later(&site, 10);
    // Whoever looks at the page finds it done, and the clock of the next turn whole.
    let page = site.get("supplier2", &path(&round)).await;
    page.is(200)
        .shows("超时默认")
        .shows("轮到“浙江康恩药业有限公司”选择备供地区（第 4 轮）")
        .shows("data-left=\"600000\"");
    assert_eq!(taken(&site, &round), "1义乌市! 1永康市! 2东阳市!");
    for want in [1, 1, 1, 0, 0] {
        later(&site, 10);
        assert_eq!(run_job(&site), want);
    }
    assert_eq!(taken(&site, &round), "1义乌市! 1永康市! 2东阳市! 1备东阳市! 2备义乌市! 2备永康市!");
    // Nobody chose, so the result is what it was before; the version says what it rests on.
    compute(&site, &round, "供应地区已选定");
    let csv = site.get("officer", &format!("/rounds/{}/award/export/region_volumes.csv", round.id)).await;
    csv.shows("1,义乌市,300,180,0,浙江康恩药业有限公司,华东制药有限公司");
}

#[actix_web::test]
async fn the_clocks_stand_still_while_the_choice_is_paused() {
    let site = Site::with_city();
    let (round, lots) = computed(&site);
    let board = path(&round);
    site.post("officer", &format!("{board}/pause"), &[("reason", "x")]).await.is(422).shows("没有进行中");
    start(&site, &round, "10").await.is(303);
    site.post("officer", &format!("{board}/resume"), &[]).await.is(422).shows("没有暂停");
    site.post("officer", &format!("{board}/pause"), &[("reason", " ")]).await.is(422).shows("此项必填");
    later(&site, 4);
    site.post("officer", &format!("{board}/pause"), &[("reason", "网络故障")]).await.is(303);
    site.post("officer", &format!("{board}/pause"), &[("reason", "网络故障")]).await.is(422).shows("已暂停");
    later(&site, 600);
    assert_eq!(run_job(&site), 0);
    let page = site.get("supplier1", &board).await;
    page.is(200).shows("已暂停").shows("网络故障").hides("type=\"radio\"").hides("data-left");
    choose(&site, &round, &lots[0], "supplier1", "1", "东阳市").await.is(422).shows("已暂停");
    site.get("supplier1", "/").await.hides("轮到贵企业");
    site.post("officer", &format!("{board}/resume"), &[]).await.is(303);
    site.get("supplier1", &board).await.shows("data-left=\"360000\"");
    later(&site, 5);
    assert_eq!(run_job(&site), 0);
    choose(&site, &round, &lots[0], "supplier1", "1", "东阳市").await.is(303);
    assert_eq!(taken(&site, &round), "1东阳市");
}

#[actix_web::test]
async fn nothing_is_computed_or_published_while_regions_are_chosen() {
    let site = Site::with_city();
    let (round, lots) = computed(&site);
    let (board, award) = (path(&round), format!("/rounds/{}/award", round.id));
    start(&site, &round, "10").await.is(303);
    site.post("officer", &award, &[("reason", "更正")]).await.is(422).shows("供应地区选择正在进行");
    site.set_clock(round.calendar.publicity_from);
    site.post("officer", &format!("/rounds/{}/publicity", round.id), &[])
        .await
        .is(422)
        .shows("供应地区选择正在进行");
    site.post("officer", &format!("{board}/cancel"), &[("reason", "")]).await.is(422).shows("此项必填");
    site.post("officer", &format!("{board}/cancel"), &[("reason", "重新组织")]).await.is(303);
    site.post("officer", &format!("{board}/cancel"), &[("reason", "重新组织")])
        .await
        .is(422)
        .shows("没有可取消");
    assert_eq!(letters(&site, "regions_cancelled"), 2);
    site.get("officer", &board).await.is(200).shows("已取消").shows("重新组织");
    site.get("supplier1", &board).await.is(404);
    choose(&site, &round, &lots[0], "supplier1", "1", "东阳市").await.is(422).shows("没有进行中");
    assert_eq!(run_job(&site), 0);
    // Nothing was chosen, so the version still stands and can be published.
    site.post("officer", &format!("/rounds/{}/publicity", round.id), &[]).await.is(303);
    start(&site, &round, "10").await.is(422);
}

#[actix_web::test]
async fn when_the_winners_change_a_lot_is_chosen_again() {
    let site = Site::with_city();
    let (round, lots) = computed(&site);
    let (board, award) = (path(&round), format!("/rounds/{}/award", round.id));
    start(&site, &round, "1").await.is(303);
    for _ in 0..6 {
        later(&site, 1);
        run_job(&site);
    }
    start(&site, &round, "1").await.is(422).shows("请先重新计算");
    compute(&site, &round, "供应地区已选定");
    start(&site, &round, "1").await.is(422).shows("没有需要选择的竞价单元");
    // The second winner is found ineligible: what was chosen no longer fits, and the sentence says what to do.
    let offers: Vec<(String, String)> = site
        .app
        .db
        .read(|c| {
            use schema::offers::dsl;
            let supplier = site.who("supplier2").organisation.id;
            let own = dsl::offers.filter(dsl::supplier_id.eq(supplier));
            Ok(own.select((dsl::id, dsl::product)).load(c)?)
        })
        .unwrap();
    let id = SelectionId::new();
    let fields = [
        ("id", id.as_str()),
        ("offer", &*offers[0].0),
        ("excluded", "yes"),
        ("ratio", ""),
        ("why", "资质不符"),
    ];
    site.post("officer", &format!("/rounds/{}/rulings", round.id), &fields).await.is(303);
    let refused = site.post("officer", &award, &[("reason", "取消资格")]).await;
    refused.is(422).shows("请取消本竞价单元的选择后重新组织");
    let fields = [("lot", lots[0].id.as_str()), ("reason", "中选企业变化")];
    site.post("officer", &format!("{board}/cancel"), &fields).await.is(303);
    site.post("officer", &award, &[("reason", "取消资格")]).await.is(303);
    site.get("officer", &board).await.is(200).shows("已取消");
    let foreign = [("lot", LotId::new().to_string()), ("reason", "x".to_owned())];
    let foreign: Vec<(&str, &str)> = foreign.iter().map(|(name, value)| (*name, value.as_str())).collect();
    site.post("officer", &format!("{board}/cancel"), &foreign).await.is(422).shows("没有可取消");
}

#[actix_web::test]
async fn a_choice_needs_an_award_that_rests_on_the_data() {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Evaluation);
    offer(&site, &round, &lots[0], "supplier1", "0.1", false);
    start(&site, &round, "10").await.is(422).shows("尚未计算中选结果");
    compute(&site, &round, "");
    start(&site, &round, "10").await.is(422).shows("没有需要选择的竞价单元");
    offer(&site, &round, &lots[0], "supplier2", "0.12", false);
    start(&site, &round, "10").await.is(422).shows("请先重新计算");
    let (other, _) = site.round_in(RoundState::Publicity);
    start(&site, &other, "10").await.is(422);
}

/// Two people of one company press at the same moment: one region is taken, the other is told.
#[actix_web::test]
async fn of_two_who_choose_at_once_one_wins() {
    let site = Site::with_city();
    let (round, lots) = computed(&site);
    start(&site, &round, "10").await.is(303);
    let (ctx, supplier) = (site.ctx_of("supplier1"), site.who("supplier1").organisation.id);
    let results: Vec<Result<(), String>> = std::thread::scope(|scope| {
        let one = |region: &'static str| {
            let (db, ctx, supplier) = (site.app.db.clone(), ctx.clone(), supplier.clone());
            let (round, lot) = (round.id.clone(), lots[0].id.clone());
            scope.spawn(move || {
                let wish = Wish { turn: 1, region, supplier: &supplier };
                let id = PickId::new();
                match db.write(|tx| selection::pick(tx, &ctx, &round, id.clone(), &lot, wish)) {
                    Ok(()) => Ok(()),
                    Err(Error::Refused(why)) => Err(why.say(Lang::Zh.text())),
                    Err(other) => panic!("{other}"),
                }
            })
        };
        let threads: Vec<_> = ["东阳市", "义乌市", "永康市", "东阳市"].into_iter().map(one).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|it| it.is_ok()).count(), 1, "{results:?}");
    assert!(results.iter().filter_map(|it| it.as_ref().err()).all(|said| said.contains("这一轮已经选定")));
    assert_eq!(taken(&site, &round).split(' ').count(), 1);
}

/// The job on several nodes and a visitor, all at the moment a turn ends: one default is taken.
#[actix_web::test]
async fn of_many_who_find_a_turn_over_one_takes_the_default() {
    let site = Site::with_city();
    let (round, _) = computed(&site);
    start(&site, &round, "10").await.is(303);
    later(&site, 10);
    let counts: Vec<usize> = std::thread::scope(|scope| {
        let one = |_| {
            let (db, round, ctx) = (site.app.db.clone(), round.id.clone(), Ctx::system(site.now(), "test"));
            scope.spawn(move || db.write(|tx| selection::advance(tx, &ctx, &round)).unwrap())
        };
        let threads: Vec<_> = (0..4).map(one).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(counts.iter().sum::<usize>(), 1, "{counts:?}");
    assert_eq!(taken(&site, &round), "1义乌市!");
}
