//! Objections in publicity: upheld, rejected, and who reads their documents.

use jicai::awards::evaluation;
use jicai::awards::objections::{self, Objection};
use jicai::awards::store;
use jicai::awards::{confirmation, documents};
use jicai::error::Error;
use jicai::rounds::RoundState;
use jicai::types::{ApprovalId, ObjectionId};

use super::{compute, letters, new, published, said, state};
use crate::support::Site;

#[actix_web::test]
async fn an_upheld_objection_takes_the_round_back_and_the_history_stays_public() {
    let site = Site::with_city();
    let (round, lots, version) = published(&site);
    let objections = format!("/rounds/{}/objections", round.id);
    let id = ObjectionId::new();
    let lot = lots[0].id.to_string();
    let form = [("id", id.as_str()), ("lot", lot.as_str()), ("body", "第一顺位企业的批件已注销。")];
    let pdf = b"%PDF-1.7 evidence".as_slice();
    let answer = site.upload("supplier2", &objections, &form, "批件.pdf", pdf).await;
    answer.is(303);
    assert_eq!(answer.location, format!("/objections/{id}?done=1"));
    site.upload("supplier2", &objections, &form, "批件.pdf", pdf).await.is(303);
    let all = site.app.db.read(|c| objections::of_round(c, &round.id)).unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(site.app.db.read(|c| documents::of(c, objections::owner(&id))).unwrap().len(), 1);
    assert_eq!(letters(&site, "objection_filed"), 2);

    // It holds the award, even after publicity is over.
    let ctx = site.ctx_of("officer");
    site.set_clock(round.calendar.publicity_to);
    let ctx_late = site.ctx_of("officer");
    let held = site.app.db.write(|tx| confirmation::ask(tx, &ctx_late, &round.id));
    assert!(said(held.unwrap_err()).contains("还有 1 件异议没有答复"));
    site.set_clock(ctx.now.plus_millis(1));

    let path = format!("/objections/{id}/answer");
    site.post("supplier2", &path, &[("state", "rejected"), ("answer", "x")]).await.is(403);
    site.post("officer", &path, &[("state", "upheld"), ("answer", " ")]).await.is(422);
    let answer = [("state", "upheld"), ("answer", "经查批件确已注销，异议成立。")];
    site.post("officer", &path, &answer).await.is(303);
    site.post("officer", &path, &answer).await.is(422).shows("已答复");
    assert_eq!(state(&site, &round.id), RoundState::Evaluation);
    assert_eq!(letters(&site, "objection_answered"), 1);
    site.get("supplier2", &format!("/objections/{id}")).await.is(200).shows("批件确已注销");
    let public = format!("/public/rounds/{}", round.id);
    site.get("", &public).await.is(200).shows("公示已中止").hides("0.12");
    site.get("", &format!("{public}/awards.json")).await.is(404);

    // The version objected to is not published again; the corrected one is, with its reason.
    let again = site.post("officer", &format!("/rounds/{}/publicity", round.id), &[]).await;
    again.is(422).shows("异议成立");
    let first = site.app.db.read(|c| store::decisions_of(c, &version.id, &lots[0].id)).unwrap()[0].0.clone();
    let finding = evaluation::Finding {
        id: ApprovalId::new().to_string(),
        offer_id: first.offer_id,
        excluded: true,
        ratio: String::new(),
        reason: "批件已注销".to_owned(),
    };
    let ctx = site.ctx_of("officer");
    site.app.db.write(|tx| evaluation::rule_on(tx, &ctx, &round.id, finding.clone())).unwrap();
    new(compute(&site, &round.id, "异议成立，取消第一顺位企业申报资格"));
    site.post("officer", &format!("/rounds/{}/publicity", round.id), &[]).await.is(303);
    assert_eq!(letters(&site, "award_published"), 6);
    let page = site.get("", &public).await;
    page.is(200).shows("首次公示").shows("异议成立，取消第一顺位企业申报资格").shows(&version.output_sha256);
}

#[test]
fn a_correction_in_publicity_takes_back_the_request_for_confirmation() {
    let site = Site::with_city();
    let (round, lots, version) = published(&site);
    site.set_clock(round.calendar.publicity_to);
    let officer = site.ctx_of("officer");
    let reviewer = site.ctx_of("reviewer");
    let db = &site.app.db;
    db.write(|tx| confirmation::ask(tx, &reviewer, &round.id)).unwrap();
    // The reviewer may not confirm when it was the reviewer who asked.
    let same = db.write(|tx| confirmation::confirm(tx, &reviewer, &round.id)).unwrap_err();
    assert!(said(same).contains("提请人不能复核自己的申请"));
    let second = site.app.db.read(|c| store::decisions_of(c, &version.id, &lots[0].id)).unwrap()[1].0.clone();
    let finding = evaluation::Finding {
        id: ApprovalId::new().to_string(),
        offer_id: second.offer_id,
        excluded: false,
        ratio: "0.5".to_owned(),
        reason: "规格换算有误".to_owned(),
    };
    db.write(|tx| evaluation::rule_on(tx, &officer, &round.id, finding.clone())).unwrap();
    let stale = db.write(|tx| confirmation::confirm(tx, &reviewer, &round.id)).unwrap_err();
    assert!(said(stale).contains("请先重新计算"));
    new(compute(&site, &round.id, "更正差比价系数"));
    assert_eq!(state(&site, &round.id), RoundState::Evaluation);
    assert!(db.read(|c| confirmation::open_request(c, &round.id)).unwrap().is_none());
    let gone = db.write(|tx| confirmation::confirm(tx, &reviewer, &round.id)).unwrap_err();
    assert!(matches!(gone, Error::Refused(_)));
}

#[actix_web::test]
async fn only_a_bidder_objects_within_publicity_and_only_it_and_staff_read_the_documents() {
    let site = Site::with_city();
    let (round, lots, _) = published(&site);
    let (other, other_lots) = site.round_in(RoundState::Publicity);
    let stranger = site.organisation(
        jicai::people::OrganisationKind::Supplier,
        "路过制药有限公司",
        "91330700MA28000099",
        "金华市",
        "",
    );
    site.account(&stranger, "stranger", &[jicai::people::Role::Supplier]);
    let path = format!("/rounds/{}/objections", round.id);
    let id = ObjectionId::new();
    let form = |lot: &'static str, body: &'static str| {
        [("id", id.as_str().to_owned()), ("lot", lot.into()), ("body", body.into())]
    };
    let send = async |login: &str, path: &str, form: [(&str, String); 3], name: &str, file: &[u8]| {
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        site.upload(login, path, &form, name, file).await
    };
    send("stranger", &path, form("", "x"), "", b"").await.is(404);
    send("hospital1", &path, form("", "x"), "", b"").await.is(403);
    send("supplier1", &path, form("", " "), "", b"").await.is(422);
    let mut foreign = form("", "不服");
    foreign[1].1 = other_lots[0].id.to_string();
    send("supplier1", &path, foreign, "", b"").await.is(422).shows("不属于本批次");
    send("supplier1", &path, form("", "不服"), "证据.pdf", b"MZ\x90\x00").await.is(422).shows("与扩展名不符");
    send("supplier1", &path, form("", "不服"), "证据.exe", b"MZ\x90\x00").await.is(422).shows("不接受");
    assert!(site.app.db.read(|c| objections::of_round(c, &round.id)).unwrap().is_empty());
    send("supplier1", &path, form("", "不服"), "证据.png", b"\x89PNG\r\n\x1a\n...").await.is(303);

    let document = site.app.db.read(|c| documents::of(c, objections::owner(&id))).unwrap()[0].id.clone();
    let address = format!("/objections/{id}/documents/{document}");
    for login in ["supplier1", "officer", "auditor"] {
        let file = site.get(login, &address).await;
        file.is(200);
        assert_eq!(file.headers.get("content-type").unwrap(), "image/png");
        assert_eq!(file.headers.get("x-content-type-options").unwrap(), "nosniff");
        let disposition = file.headers.get("content-disposition").unwrap().to_str().unwrap();
        assert!(disposition.starts_with("attachment"), "{disposition}");
    }
    site.get("supplier2", &address).await.is(404);
    site.get("supplier2", &format!("/objections/{id}")).await.is(404);
    site.get("hospital1", &address).await.is(403);
    site.get("", &address).await.is(303);
    // A document is reached through its own objection only.
    let mine = ObjectionId::new();
    let mut own = form("", "另有意见");
    own[0].1 = mine.to_string();
    send("supplier2", &path, own, "", b"").await.is(303);
    site.get("supplier2", &format!("/objections/{mine}/documents/{document}")).await.is(404);
    site.get("supplier2", &path).await.is(200).hides("不服</td>").hides("浙江康恩");

    // More documents, up to the limit, until publicity ends.
    let add = format!("/objections/{id}/documents");
    let new_id = || ApprovalId::new().to_string();
    for at in 1..documents::MOST {
        let name = format!("{at}.pdf");
        site.upload("supplier1", &add, &[("id", &new_id())], &name, b"%PDF-1.4").await.is(303);
    }
    site.upload("supplier1", &add, &[("id", &new_id())], "x.pdf", b"%PDF-1.4")
        .await
        .is(422)
        .shows("最多 10 个");
    site.upload("supplier2", &add, &[("id", &new_id())], "x.pdf", b"%PDF-1.4").await.is(404);
    site.set_clock(round.calendar.publicity_to);
    site.upload("supplier1", &add, &[("id", &new_id())], "x.pdf", b"%PDF-1.4")
        .await
        .is(422)
        .shows("公示期内受理");
    let late: Result<ObjectionId, Error> = {
        let ctx = site.ctx_of("supplier3");
        let filing = objections::Filing {
            id: ObjectionId::new(),
            lot_id: Some(lots[0].id.clone()),
            body: "迟".into(),
            document: None,
        };
        site.app.db.write(|tx| objections::file(tx, &ctx, &round.id, filing.clone()))
    };
    assert!(said(late.unwrap_err()).contains("公示期内受理"));
    site.get("supplier1", &format!("/rounds/{}/objections", other.id)).await.is(404);
}

#[actix_web::test]
async fn a_rejected_objection_no_longer_holds_the_award_and_can_be_sent_back() {
    let site = Site::with_city();
    let (round, _, _) = published(&site);
    let ctx = site.ctx_of("supplier3");
    let filing =
        objections::Filing { id: ObjectionId::new(), lot_id: None, body: "不服".into(), document: None };
    let id = site.app.db.write(|tx| objections::file(tx, &ctx, &round.id, filing.clone())).unwrap();
    site.post(
        "officer",
        &format!("/objections/{id}/answer"),
        &[("state", "rejected"), ("answer", "规则如此。")],
    )
    .await
    .is(303);
    assert_eq!(state(&site, &round.id), RoundState::Publicity);
    let stored: (Objection, String) = site.app.db.read(|c| objections::one(c, &id)).unwrap();
    assert_eq!(stored.0.answer, "规则如此。");
    site.set_clock(round.calendar.publicity_to);
    let path = format!("/rounds/{}/confirmation", round.id);
    site.post("officer", &path, &[]).await.is(303);
    site.post("reviewer", &format!("{path}/back"), &[("remark", "")]).await.is(422);
    site.post("reviewer", &format!("{path}/back"), &[("remark", "请核对第二竞价单元")]).await.is(303);
    site.post("reviewer", &format!("{path}/confirm"), &[]).await.is(422).shows("没有待确认的申请");
    site.post("officer", &path, &[]).await.is(303);
    site.post("reviewer", &format!("{path}/confirm"), &[]).await.is(303);
    assert_eq!(state(&site, &round.id), RoundState::Awarded);
}
