//! Questions to bidders after the opening: asked by an officer, answered by the bidder, counted by the award.

use std::process::Command;

use diesel::prelude::*;
use jicai::awards::evaluation::{self, Evaluated, Finding};
use jicai::awards::questions::{self, Asked, Asking, QuestionState, Reply, Said};
use jicai::awards::store::{self, Decision, Version};
use jicai::awards::{Status, input};
use jicai::error::Error;
use jicai::jobs;
use jicai::people::{OrganisationKind, Role};
use jicai::rounds::{self, Lot, Round, RoundState};
use jicai::schema;
use jicai::text::Lang;
use jicai::types::{ApprovalId, QuestionId, ReplyId, Time};

use crate::evaluation::{demand, letters, offer};
use crate::support::{Answer, Site};

/// A round in evaluation in which `supplier2` may be revived in the first lot at 1.8 × 0.12 = 0.216 and
/// `supplier3` in the second at 1.8 × 1.5 = 2.7.
fn opened(site: &Site) -> (Round, Vec<Lot>) {
    let (round, lots) = site.round_in(RoundState::Evaluation);
    offer(site, &round, &lots[0], "supplier1", "0.12", false);
    offer(site, &round, &lots[0], "supplier2", "0.4", false);
    offer(site, &round, &lots[0], "supplier3", "0.45", false);
    offer(site, &round, &lots[1], "supplier2", "1.5", false);
    offer(site, &round, &lots[1], "supplier3", "3", false);
    demand(site, &lots[0], "hospital1", "", 1_000);
    demand(site, &lots[1], "hospital2", "", 501);
    (round, lots)
}

fn compute(site: &Site, round: &Round, reason: &str) -> Version {
    let ctx = site.ctx_of("officer");
    match site.app.db.write(|tx| evaluation::evaluate(tx, &ctx, &round.id, reason)).unwrap() {
        Evaluated::New(version) => version,
        Evaluated::Same(version) => panic!("no new version after {}", version.version),
    }
}

/// Sends the questions as an officer's page does.
async fn ask(site: &Site, round: &Round, batch: &QuestionId, version: i32, deadline: Time) -> Answer {
    let (version, deadline) = (version.to_string(), deadline.input());
    let fields = [("batch", batch.as_str()), ("version", version.as_str()), ("deadline", deadline.as_str())];
    site.post("officer", &format!("/rounds/{}/questions", round.id), &fields).await
}

/// Computes and asks; a day is left to answer.
async fn asked(site: &Site, round: &Round) -> Version {
    let version = compute(site, round, "");
    ask(site, round, &QuestionId::new(), version.version, site.now().plus_days(1)).await.is(303);
    version
}

fn all(site: &Site, round: &Round) -> Vec<Asked> {
    site.app.db.read(|conn| questions::store::of_round(conn, &round.id)).unwrap()
}

/// The newest question of a supplier.
fn of(site: &Site, round: &Round, login: &str) -> Asked {
    let supplier = site.who(login).organisation.id;
    all(site, round).into_iter().rfind(|it| it.supplier_id == supplier).unwrap()
}

fn states(site: &Site, round: &Round) -> Vec<&'static str> {
    all(site, round).iter().map(|it| it.state.as_str()).collect()
}

fn replies(site: &Site, id: &QuestionId) -> Vec<Reply> {
    let rows = site.app.db.read(|conn| questions::store::replies_of(conn, id)).unwrap();
    rows.into_iter().map(|(it, _)| it).collect()
}

async fn answer(site: &Site, login: &str, id: &QuestionId, said: &str, price: &str) -> Answer {
    let reply = ReplyId::new();
    let fields = [("id", reply.as_str()), ("said", said), ("price", price)];
    site.post(login, &format!("/questions/{id}/answer"), &fields).await
}

fn decided(site: &Site, version: &Version, login: &str, lot: &Lot) -> Decision {
    let supplier = site.who(login).organisation.id;
    let all = site.app.db.read(|conn| store::decisions_of(conn, &version.id, &lot.id)).unwrap();
    all.into_iter().find(|(it, _)| it.supplier_id == supplier).unwrap().0
}

async fn close(site: &Site) -> String {
    jobs::by_hand(&site.app, jobs::find("close_questions").unwrap()).await.unwrap().unwrap()
}

#[actix_web::test]
async fn who_is_entitled_is_asked_accepts_and_wins() {
    let site = Site::with_city();
    let (round, lots) = opened(&site);
    let (award, list) = (format!("/rounds/{}/award", round.id), format!("/rounds/{}/questions", round.id));
    site.get("officer", &list).await.is(200).shows("本批次尚未发出询问").hides("发出全部询问");
    let version = compute(&site, &round, "");
    let page = site.get("officer", &award).await;
    page.is(200).shows("可询问的企业").shows("0.216").shows("2.70").shows("发出全部询问（2 项）");
    site.get("reviewer", &award).await.is(200).hides("可询问的企业");

    // The deadline leaves time to answer and to publish.
    let batch = QuestionId::new();
    let send = |deadline| ask(&site, &round, &batch, 1, deadline);
    send(site.now().plus_millis(5 * 60_000)).await.is(422).shows("至少在 10 分钟之后").shows("可询问的企业");
    send(round.calendar.publicity_to).await.is(422).shows("早于公示期结束");
    ask(&site, &round, &batch, 2, site.now().plus_days(1)).await.is(422).shows("第 1 版");
    site.post("officer", &list, &[("batch", batch.as_str()), ("version", "1")]).await.is(422);
    assert!(all(&site, &round).is_empty());
    let deadline = round.calendar.publicity_from.plus_days(1);
    send(deadline).await.is(303);
    send(deadline).await.is(303);
    assert_eq!(states(&site, &round), ["open", "open"]);
    assert_eq!(letters(&site, "questions_asked"), 2);
    ask(&site, &round, &QuestionId::new(), 1, deadline).await.is(422).shows("没有还可以询问的企业");

    // Nothing is published while a question is open.
    site.set_clock(round.calendar.publicity_from);
    let publicity = format!("/rounds/{}/publicity", round.id);
    site.post("officer", &publicity, &[]).await.is(422).shows("还有 2 项询问没有答复");
    site.get("officer", "/").await.is(200).shows("等待企业答复询问 2 项");

    // The bidder sees its own numbers and no one else's.
    let home = site.get("supplier2", "/").await;
    home.is(200).shows("答复复活、议价询问 1 项").shows(&deadline.to_string());
    let own = site.get("supplier2", &list).await;
    own.is(200).shows("0.216").shows("0.40").shows("接受 0.216 元").shows("1 天 0 小时 0 分").shows("56.80%");
    own.hides("盐酸氨溴索").hides("浙江康恩").hides("0.12").hides("1.8 ×").hides("export.csv");
    let question = of(&site, &round, "supplier2");
    let path = format!("/questions/{}", question.id);
    site.get("supplier2", &path).await.is(200).shows("接受 0.216 元").hides("浙江康恩").hides("1.8 ×");

    // Yes, sent twice; afterwards it stays yes.
    let reply = ReplyId::new();
    let yes = [("id", reply.as_str()), ("said", "yes")];
    for _ in 0..2 {
        site.post("supplier2", &format!("{path}/answer"), &yes).await.is(303);
    }
    assert_eq!(replies(&site, &question.id).len(), 1);
    answer(&site, "supplier2", &question.id, "no", "").await.is(422).shows("该询问已结束（已接受）");
    site.get("supplier2", &path).await.is(200).shows("已接受").hides("接受 0.216 元");
    assert_eq!(letters(&site, "questions_answered"), 0);
    let other = of(&site, &round, "supplier3");
    answer(&site, "supplier3", &other.id, "", "2.7").await.is(422).shows("答复与询问不符");
    answer(&site, "supplier3", &other.id, "no", "").await.is(303);
    assert_eq!(letters(&site, "questions_answered"), 2);
    site.get("officer", &list).await.is(200).shows("询问已全部结束").shows("0.216");
    site.get("supplier2", "/").await.hides("议价询问");

    // The answers count once the award is computed again.
    site.post("officer", &publicity, &[]).await.is(422).shows("请先重新计算");
    let again = compute(&site, &round, "计入企业答复");
    assert_ne!(again.input_sha256, version.input_sha256);
    let won = decided(&site, &again, "supplier2", &lots[0]);
    assert_eq!((won.status, won.code.as_str()), (Status::WonRevived, "REVIVED_IN"));
    assert_eq!(won.award_price.unwrap().to_string(), "0.216");
    assert!(won.arithmetic.ends_with("CONSENT 0.216"), "{}", won.arithmetic);
    let lost = decided(&site, &again, "supplier3", &lots[1]);
    assert_eq!(lost.status, Status::Fused);
    assert!(lost.arithmetic.ends_with("CONSENT no"), "{}", lost.arithmetic);
    site.get("officer", &award).await.is(200).shows("没有还可以询问的企业");
    site.post("officer", &publicity, &[]).await.is(303);
    // In publicity nothing is asked any more.
    ask(&site, &round, &QuestionId::new(), 2, deadline).await.is(422);
}

#[actix_web::test]
async fn no_answer_by_the_deadline_is_a_no() {
    let site = Site::with_city();
    let (round, lots) = opened(&site);
    asked(&site, &round).await;
    assert_eq!(close(&site).await, "lapsed=0");
    let question = of(&site, &round, "supplier2");
    site.set_clock(question.deadline);
    // Too late, whether the job has come by or not: kept, and without effect.
    answer(&site, "supplier2", &question.id, "yes", "").await.is(422).shows("本次答复已记录但不采用");
    assert_eq!(of(&site, &round, "supplier2").state, QuestionState::Open);
    assert_eq!(close(&site).await, "lapsed=2");
    assert_eq!(close(&site).await, "lapsed=0");
    assert_eq!(letters(&site, "questions_answered"), 2);
    answer(&site, "supplier2", &question.id, "no", "").await.is(422).shows("本次答复已记录但不采用");
    let outcomes: Vec<&str> = replies(&site, &question.id).iter().map(|it| it.outcome.as_str()).collect();
    assert_eq!(outcomes, ["late", "late"]);
    assert_eq!(states(&site, &round), ["lapsed", "lapsed"]);
    let page = site.get("supplier2", &format!("/questions/{}", question.id)).await;
    page.is(200).shows("逾期未答复").shows("截止后提交，不采用").hides("接受 0.216 元");
    let again = compute(&site, &round, "询问到期");
    let lost = decided(&site, &again, "supplier2", &lots[0]);
    assert_eq!(lost.status, Status::Fused);
    assert!(lost.arithmetic.ends_with("CONSENT no"), "{}", lost.arithmetic);
    // It is not asked the same again.
    ask(&site, &round, &QuestionId::new(), 2, site.now().plus_days(1)).await.is(422);
}

#[actix_web::test]
async fn a_price_that_changed_is_asked_again() {
    let site = Site::with_city();
    let (round, lots) = opened(&site);
    let first = asked(&site, &round).await;
    let question = of(&site, &round, "supplier2");
    answer(&site, "supplier2", &question.id, "yes", "").await.is(303);
    // The winner's price converts to 0.12 / 0.9: 1.8 times that is 0.24.
    let ctx = site.ctx_of("officer");
    let finding = Finding {
        id: ApprovalId::new().to_string(),
        offer_id: decided(&site, &first, "supplier1", &lots[0]).offer_id,
        excluded: false,
        ratio: "0.9".to_owned(),
        reason: "规格折算有误".to_owned(),
    };
    site.app.db.write(|tx| evaluation::rule_on(tx, &ctx, &round.id, finding.clone())).unwrap();
    ask(&site, &round, &QuestionId::new(), 1, site.now().plus_days(1)).await.is(422).shows("请先重新计算");
    let second = compute(&site, &round, "差比价系数更正");
    let stale = decided(&site, &second, "supplier2", &lots[0]);
    assert!(stale.arithmetic.contains("STALE_CONSENT 0.216 ≠ 0.24"), "{}", stale.arithmetic);
    let page = site.get("officer", &format!("/rounds/{}/award", round.id)).await;
    page.is(200).shows("0.216 元，已接受").shows("0.24").shows("发出全部询问（1 项）");
    ask(&site, &round, &QuestionId::new(), 2, site.now().plus_days(1)).await.is(303);
    assert_eq!(states(&site, &round), ["accepted", "open", "open"]);
    answer(&site, "supplier2", &of(&site, &round, "supplier2").id, "yes", "").await.is(303);
    // A refusal of another price can be asked anew as well.
    let third = compute(&site, &round, "计入答复");
    let won = decided(&site, &third, "supplier2", &lots[0]);
    assert_eq!((won.status, won.award_price.unwrap().to_string()), (Status::WonRevived, "0.24".to_owned()));
}

#[actix_web::test]
async fn an_open_question_that_no_longer_stands_is_taken_back() {
    let site = Site::with_city();
    let (round, lots) = opened(&site);
    let first = asked(&site, &round).await;
    let ctx = site.ctx_of("officer");
    let finding = Finding {
        id: ApprovalId::new().to_string(),
        offer_id: decided(&site, &first, "supplier1", &lots[0]).offer_id,
        excluded: true,
        ratio: String::new(),
        reason: "批件已注销".to_owned(),
    };
    site.app.db.write(|tx| evaluation::rule_on(tx, &ctx, &round.id, finding.clone())).unwrap();
    compute(&site, &round, "取消一家申报资格");
    assert_eq!(states(&site, &round), ["withdrawn", "open"]);
    assert_eq!(letters(&site, "question_withdrawn"), 1);
    let question = of(&site, &round, "supplier2");
    answer(&site, "supplier2", &question.id, "yes", "").await.is(422).shows("该询问已结束（已撤回）");
    let page = site.get("supplier2", &format!("/questions/{}", question.id)).await;
    page.is(200).shows("取消一家申报资格");
}

#[actix_web::test]
async fn an_officer_takes_a_question_back_with_a_reason() {
    let site = Site::with_city();
    let (round, _) = opened(&site);
    let version = asked(&site, &round).await;
    let question = of(&site, &round, "supplier2");
    let path = format!("/questions/{}", question.id);
    let withdraw = format!("{path}/withdraw");
    site.get("officer", &path).await.is(200).shows("撤回询问").hides("接受 0.216 元");
    site.get("auditor", &path).await.is(200).hides("撤回询问");
    site.post("reviewer", &withdraw, &[("remark", "价格有误")]).await.is(403);
    site.post("officer", &withdraw, &[("remark", " ")]).await.is(422).shows("此项必填");
    for _ in 0..2 {
        site.post("officer", &withdraw, &[("remark", "价格有误")]).await.is(303);
    }
    assert_eq!(letters(&site, "question_withdrawn"), 1);
    answer(&site, "supplier2", &question.id, "yes", "").await.is(422).shows("已撤回");
    // Withdrawn is as if it was not asked: it can be asked again, and nothing of it is in the input.
    let now = site.app.db.read(|conn| input::load(conn, &round)).unwrap();
    assert_eq!(now.sha256, version.input_sha256);
    assert!(now.answers.consents.is_empty());
    ask(&site, &round, &QuestionId::new(), 1, site.now().plus_days(1)).await.is(303);
    assert_eq!(states(&site, &round), ["withdrawn", "open", "open"]);
    answer(&site, "supplier2", &of(&site, &round, "supplier2").id, "no", "").await.is(303);
    let withdraw = format!("/questions/{}/withdraw", of(&site, &round, "supplier2").id);
    site.post("officer", &withdraw, &[("remark", "x")]).await.is(422).shows("已拒绝");
}

#[actix_web::test]
async fn a_single_bidder_negotiates_in_steps() {
    let site = Site::with_city();
    let (mut round, lots) = site.round_in(RoundState::Evaluation);
    site.app
        .db
        .write(|tx| {
            round.rule_set_id = rounds::store::latest_rule_set(tx.conn(), "GY-YD2022-1")?.unwrap().id;
            rounds::store::update_round(tx, &round)
        })
        .unwrap();
    // Half of the ceiling 3.44 is 1.72.
    offer(&site, &round, &lots[1], "supplier1", "3", false);
    asked(&site, &round).await;
    let question = of(&site, &round, "supplier1");
    let page = site.get("supplier1", &format!("/rounds/{}/questions", round.id)).await;
    page.is(200).shows("议价报价不高于 1.72 元").shows("12.79%").shows("(3.44 − 1.72) / 3.44 = 50.00%");
    let offer = |price: &'static str| answer(&site, "supplier1", &question.id, "price", price);
    offer("2").await.is(422).shows("2.00 元高于 1.72 元").shows("value=\"2\"");
    offer("0").await.is(422).shows("报价须大于 0");
    offer("1.71999").await.is(422).shows("最多 4 位小数");
    offer("一元").await.is(422).shows("不是有效的数字");
    answer(&site, "supplier1", &question.id, "yes", "").await.is(422).shows("答复与询问不符");
    assert_eq!(states(&site, &round), ["open"]);
    offer("1.6").await.is(303);
    offer("1.5").await.is(422).shows("该询问已结束（已接受）");
    let prices: Vec<String> = replies(&site, &question.id)
        .iter()
        .map(|it| format!("{} {}", it.outcome, it.price.unwrap()))
        .collect();
    assert_eq!(prices, ["above 2.00", "accepted 1.60"]);
    let again = compute(&site, &round, "计入议价");
    let won = decided(&site, &again, "supplier1", &lots[1]);
    assert_eq!((won.status, won.code.as_str()), (Status::Won, "NEGOTIATED"));
    assert_eq!(won.award_price.unwrap().to_string(), "1.60");
    site.get("officer", &format!("/rounds/{}/award/{}", round.id, lots[1].id)).await.shows("议价后降幅达标");
}

#[actix_web::test]
async fn questions_of_others_do_not_exist() {
    let site = Site::with_city();
    let (round, _) = opened(&site);
    let list = format!("/rounds/{}/questions", round.id);
    let stranger =
        site.organisation(OrganisationKind::Supplier, "外地制药有限公司", "91330700MA28000009", "金华市", "");
    site.account(&stranger, "stranger", &[Role::Supplier]);
    asked(&site, &round).await;
    site.get("stranger", &list).await.is(404);
    site.get("hospital1", &list).await.is(403);
    // Who bid and was not asked finds an empty list.
    site.get("supplier1", &list).await.is(200).shows("目前没有向贵单位提出的询问").hides("0.216");
    let question = of(&site, &round, "supplier2");
    site.get("supplier3", &format!("/questions/{}", question.id)).await.is(404);
    answer(&site, "supplier3", &question.id, "yes", "").await.is(404);
    assert!(replies(&site, &question.id).is_empty());
    // A reply of one question is not one of another.
    let own = of(&site, &round, "supplier3");
    let reply = ReplyId::new();
    let fields = [("id", reply.as_str()), ("said", "no")];
    site.post("supplier3", &format!("/questions/{}/answer", own.id), &fields).await.is(303);
    assert_eq!(of(&site, &round, "supplier2").state, QuestionState::Open);
}

#[actix_web::test]
async fn the_list_is_filtered_and_exported() {
    let site = Site::with_city();
    let (round, _) = opened(&site);
    asked(&site, &round).await;
    answer(&site, "supplier2", &of(&site, &round, "supplier2").id, "yes", "").await.is(303);
    let list = format!("/rounds/{}/questions", round.id);
    let page = site.get("auditor", &format!("{list}?state=accepted")).await;
    page.is(200).shows("华东制药有限公司").hides("齐鲁制药有限公司").shows("待答复 1 项，已结束 1 项");
    site.get("auditor", &format!("{list}?state=lapsed")).await.is(200).shows("没有符合条件的询问");
    site.get("auditor", &format!("{list}?state=nonsense")).await.is(404);
    let file = site.get("reviewer", &format!("{list}/export.csv")).await;
    assert_eq!(file.body.lines().count(), 3, "{}", file.body);
    file.is(200).shows("1 阿莫西林胶囊,华东制药有限公司,复活,0.216,0.216,已接受,1,").shows("supplier2同志");
    let file = site.get("reviewer", &format!("{list}/export.csv?state=open")).await;
    assert_eq!(file.body.lines().count(), 2);
    site.get("officer", &format!("{list}/export.xlsx")).await.is(200);
    site.get("supplier2", &format!("{list}/export.csv")).await.is(403);
}

/// The files of the round, computed by the command, give the same awards as the platform.
#[actix_web::test]
async fn the_answers_replay_from_files() {
    let site = Site::with_city();
    let (round, _) = opened(&site);
    asked(&site, &round).await;
    answer(&site, "supplier2", &of(&site, &round, "supplier2").id, "yes", "").await.is(303);
    answer(&site, "supplier3", &of(&site, &round, "supplier3").id, "no", "").await.is(303);
    let version = compute(&site, &round, "计入答复");
    let folder = tempfile::tempdir().unwrap();
    let input = site.app.db.read(|conn| input::load(conn, &round)).unwrap();
    let mut lots = "lot,generic,form,form_class,comparable_spec,ceiling,category\n".to_owned();
    for it in &input.lots {
        let (class, spec) = (it.form_class, &it.comparable_spec);
        lots += &format!(
            "{},{},{},{class},{spec},{},{}\n",
            it.code, it.generic, it.form, it.ceiling, it.category
        );
    }
    let mut bids = "lot,company,product,spec,unit_price,ratio\n".to_owned();
    for jicai::awards::input::Offer { bid, .. } in &input.offers {
        let cells = [&*bid.lot, &*bid.company, &bid.product, &bid.spec];
        bids += &format!("{},{},{}\n", cells.join(","), bid.unit_price, bid.ratio);
    }
    let mut demand = "region,hospital,lot,quantity\n".to_owned();
    for it in &input.demand {
        demand += &format!("{},{},{},{}\n", it.region, it.hospital, it.lot, it.quantity);
    }
    let consents = site.get("officer", &format!("/rounds/{}/questions/consents.csv", round.id)).await;
    assert_eq!(
        consents.body,
        "\u{feff}lot,company,question,price\n1,91330700MA28000002,revival,0.216\n2,91330700MA28000003,revival,\n"
    );
    for (name, text) in
        [("lots.csv", &lots), ("bids.csv", &bids), ("demand.csv", &demand), ("consents.csv", &consents.body)]
    {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
    command.current_dir(folder.path()).env("JICAI_LANG", "en").args(["award", "--rules", "GY-YD2024-2"]);
    command.args(["--lots", "lots.csv", "--bids", "bids.csv", "--demand", "demand.csv"]);
    let output = command.args(["--consents", "consents.csv"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    let mut stored = Vec::new();
    for lot in site.app.db.read(|conn| rounds::lots_of(conn, &round.id)).unwrap() {
        for (it, _) in site.app.db.read(|conn| store::decisions_of(conn, &version.id, &lot.id)).unwrap() {
            let price = it.award_price.map(|price| price.to_string()).unwrap_or_default();
            let rank = it.rank.unwrap();
            stored.push(format!(
                "{},{},{},{rank},{},{price},",
                lot.code, it.unit_price, it.comparable_price, it.status
            ));
        }
    }
    let shown: Vec<String> = printed
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            [&cells[..1], &cells[3..8], &[""]].concat().join(",")
        })
        .collect();
    assert_eq!(shown, stored, "{printed}");
    assert!(printed.contains("won_revived,0.216") && printed.contains("CONSENT no"), "{printed}");
}

/// Two officers ask at once, and two people of one company answer at once: one of them counts.
#[test]
fn of_two_at_once_one_counts() {
    let site = Site::with_city();
    let (round, _) = opened(&site);
    compute(&site, &round, "");
    let deadline = site.now().plus_days(1);
    let both: Vec<Result<usize, String>> = std::thread::scope(|scope| {
        let one = |login: &str| {
            let (ctx, db, id) = (site.ctx_of(login), site.app.db.clone(), round.id.clone());
            let asking = Asking { batch: QuestionId::new().to_string(), version: 1, deadline };
            scope.spawn(move || db.write(|tx| questions::ask(tx, &ctx, &id, &asking)).map_err(said))
        };
        let threads = [one("officer"), one("officer2")];
        threads.map(|thread| thread.join().unwrap()).to_vec()
    });
    assert_eq!(both.iter().filter(|it| **it == Ok(2)).count(), 1, "{both:?}");
    assert!(both.iter().any(|it| it.as_ref().is_err_and(|why| why.contains("没有还可以询问"))), "{both:?}");
    assert_eq!(states(&site, &round), ["open", "open"]);

    let question = of(&site, &round, "supplier2").id;
    let both: Vec<bool> = std::thread::scope(|scope| {
        let one = |said: Said| {
            let (ctx, db, id) = (site.ctx_of("supplier2"), site.app.db.clone(), question.clone());
            let reply = ReplyId::new();
            scope.spawn(move || {
                db.write(|tx| questions::answer(tx, &ctx, &id, &reply, &said)).unwrap().is_ok()
            })
        };
        let threads = [one(Said::Yes), one(Said::No)];
        threads.map(|thread| thread.join().unwrap()).to_vec()
    });
    assert_eq!(both.iter().filter(|it| **it).count(), 1, "{both:?}");
    assert_eq!(replies(&site, &question).len(), 1);
    let links: i64 = site
        .app
        .db
        .read(|conn| {
            use schema::audit_entries::dsl;
            let own = dsl::audit_entries.filter(dsl::action.like("question.%"));
            Ok(own.count().get_result(conn)?)
        })
        .unwrap();
    assert_eq!(links, 3, "two asked, one answered");
}

fn said(error: Error) -> String {
    match error {
        Error::Refused(why) => why.say(Lang::Zh.text()),
        other => panic!("{other}"),
    }
}
