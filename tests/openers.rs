//! Openers: who may be named, taking a key once, showing that it was kept, and until when either may change.

use diesel::prelude::*;
use jicai::audit::{self, Filter};
use jicai::rounds::openers::{self, Named, Refused, key::Key};
use jicai::rounds::{Round, RoundState};
use jicai::schema::mails;
use jicai::text::Say;
use jicai::types::AccountId;

use crate::bids::{bid, content};
use crate::support::{Answer, Site};

fn named(site: &Site, round: &Round) -> Named {
    site.app.db.read(|c| openers::named(c, &round.id)).unwrap().unwrap()
}

fn id(site: &Site, login: &str) -> String {
    site.who(login).account.id.to_string()
}

async fn name(site: &Site, round: &Round, logins: &[&str], needed: &str) -> Answer {
    let ids: Vec<String> = logins.iter().map(|login| id(site, login)).collect();
    let mut fields: Vec<(&str, &str)> = ids.iter().map(|id| ("openers", id.as_str())).collect();
    fields.push(("needed", needed));
    site.post("officer", &format!("/rounds/{}/openers", round.id), &fields).await
}

/// The key file in the answer to taking a key.
fn shown(answer: &Answer) -> String {
    let (_, rest) = answer.body.split_once("id=\"key-text\"").unwrap();
    let (_, rest) = rest.split_once('>').unwrap();
    rest.split_once("</textarea>").unwrap().0.to_owned()
}

#[actix_web::test]
async fn an_officer_names_them_and_each_takes_a_key_and_gives_it_back() {
    let site = Site::with_city();
    let (round, _) = site.round_in(RoundState::DemandReview);
    let path = format!("/rounds/{}/openers", round.id);
    site.get("auditor", &path).await.is(200).shows("尚未指定开标人");
    site.get("officer", &format!("/rounds/{}", round.id)).await.shows(&path);
    site.get("officer", "/").await.shows("指定开标人");
    name(&site, &round, &["officer", "officer2", "reviewer"], "2").await.is(303);
    let page = site.get("auditor", &path).await;
    page.is(200).shows("3 人中的 2 人").shows("未领取").hides("领取密钥");
    let letters: Vec<String> = site
        .app
        .db
        .read(|c| {
            let all = mails::table.filter(mails::template.eq("opener_key_due"));
            Ok(all.order(mails::address).select(mails::address).load(c)?)
        })
        .unwrap();
    assert_eq!(letters, ["officer2@example.org", "officer@example.org", "reviewer@example.org"]);

    site.get("reviewer", "/").await.shows("领取本人的开标密钥");
    let answer = site.post("reviewer", &format!("{path}/take"), &[]).await;
    let file = shown(answer.is(200).shows("仅显示这一次"));
    assert!(answer.headers.get("cache-control").unwrap().to_str().unwrap().contains("no-store"));
    let key = Key::read(file.as_bytes()).unwrap();
    let page = site.get("reviewer", &path).await;
    page.is(200).shows("尚未确认保存").shows(&openers::key::fingerprint(key.public()));
    page.hides(file.split("secret: ").nth(1).unwrap().trim());
    site.upload("reviewer", &format!("{path}/keep"), &[], "k", b"secret: 12")
        .await
        .is(422)
        .shows("没有给出密钥");
    let other = Key::generate();
    let wrong = other.file(&round.id, "JH", &AccountId::new(), "x");
    site.upload("reviewer", &format!("{path}/keep"), &[], "k", wrong.as_bytes())
        .await
        .is(422)
        .shows("这不是您本人的开标密钥");
    for _ in 0..2 {
        site.upload("reviewer", &format!("{path}/keep"), &[], "k", file.as_bytes()).await.is(303);
    }
    site.get("reviewer", &path).await.shows("您的密钥已确认保存");
    site.get("reviewer", "/").await.hides("领取本人的开标密钥");
    let waiting = site.app.db.read(|c| openers::ready(c, &round.id)).unwrap().unwrap_err();
    assert_eq!(waiting, Refused::KeysMissing(vec!["officer2同志".to_owned(), "officer同志".to_owned()]));
    site.set_clock(round.calendar.bidding_from);
    let open = format!("/rounds/{}/open-bidding", round.id);
    site.post("officer", &open, &[]).await.is(422).shows("officer2同志、officer同志");

    // Another key voids the first; whoever stays when openers are named anew keeps his.
    let second = site.take_key("reviewer", &round.id);
    site.upload("reviewer", &format!("{path}/keep"), &[], "k", file.as_bytes()).await.is(422).shows("已作废");
    name(&site, &round, &["officer", "reviewer"], "2").await.is(303);
    site.take_key("officer", &round.id);
    assert_eq!(named(&site, &round).keys().len(), 2);
    assert!(named(&site, &round).keys().contains(&Key::read(&second).unwrap().public()));
    site.post("officer", &open, &[]).await.is(303);
    let trail = site.app.db.read(|c| audit::page(c, &Filter::default(), 1_000)).unwrap();
    for action in ["opener.name", "opener.take_key", "opener.keep_key"] {
        assert!(trail.iter().any(|e| e.action == action), "{action}");
    }
    for secret in [file, String::from_utf8(second).unwrap()] {
        let secret = secret.split("secret: ").nth(1).unwrap().trim().to_owned();
        assert!(trail.iter().all(|e| !format!("{e:?}").contains(&secret)));
    }
}

#[actix_web::test]
async fn unfit_choices_are_refused_with_a_sentence() {
    let site = Site::with_city();
    let (round, _) = site.round_in(RoundState::Draft);
    let bureau = site.who("officer").organisation;
    site.account(&bureau, "reviewer2", &[jicai::people::Role::Reviewer]);
    let cases: &[(&[&str], &str, &str)] = &[
        (&[], "2", "选择了 0 人"),
        (&["officer"], "2", "选择了 1 人"),
        (&["officer", "officer"], "2", "选择了 1 人"),
        (&["officer", "reviewer"], "1", "须到场人数为 1"),
        (&["officer", "reviewer"], "3", "须到场人数为 3"),
        (&["officer", "reviewer"], "x", "须到场人数为 0"),
        (&["officer", "officer2"], "2", "至少有一名采购经办和一名非采购经办"),
        (&["reviewer", "reviewer2"], "2", "至少有一名采购经办和一名非采购经办"),
        (&["officer", "supplier1"], "2", "不能担任开标人"),
        (&["officer", "admin"], "2", "不能担任开标人"),
    ];
    for (logins, needed, said) in cases {
        name(&site, &round, logins, needed).await.is(422).shows(said);
    }
    let path = format!("/rounds/{}/openers", round.id);
    let fields = [("openers", "nobody"), ("needed", "2")];
    site.post("officer", &path, &fields).await.is(422).shows("账号 nobody 不能担任开标人");
    site.post("reviewer", &format!("{path}/take"), &[]).await.is(422).shows("尚未指定开标人");
    name(&site, &round, &["officer", "reviewer"], "2").await.is(303);
    site.post("officer2", &format!("{path}/take"), &[]).await.is(422).shows("您不是本批次指定的开标人");
}

#[actix_web::test]
async fn nothing_changes_once_a_bid_is_sealed_and_none_is_received_before() {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Bidding);
    let (bids, path) = (format!("/rounds/{}/bids", round.id), format!("/rounds/{}/openers", round.id));
    let supplier = site.who("supplier1").organisation.id;
    let (ctx, signer, content) =
        (site.ctx_of("supplier1"), site.signer(), content(&round, &lots, &supplier, "0.4"));
    let place = || {
        let id = jicai::types::EnvelopeId::new();
        site.app.db.write(|tx| jicai::bids::place(tx, &ctx, &signer, &id, &content)).unwrap()
    };
    let refused = place().unwrap_err();
    assert!(refused.say(jicai::text::Lang::Zh.text()).contains("暂不能接收"));
    name(&site, &round, &["officer", "reviewer"], "2").await.is(303);
    site.take_key("officer", &round.id);
    assert_eq!(place().unwrap_err(), refused, "one key is missing");
    site.take_key("reviewer", &round.id);
    bid(&site, "supplier1", &bids, &lots, "0.4").await;
    name(&site, &round, &["officer", "officer2", "reviewer"], "2").await.is(422).shows("不能再变更");
    site.post("reviewer", &format!("{path}/take"), &[]).await.is(422).shows("不能再变更");
    site.get("reviewer", &path).await.is(200).shows("不能再变更").hides("重新领取密钥");
    let (closed, _) = site.round_in(RoundState::Evaluation);
    name(&site, &closed, &["officer", "reviewer"], "2").await.is(422).shows("评审中");
}

#[actix_web::test]
async fn openers_without_a_key_are_reminded_once_a_day_before_bidding_begins() {
    let site = Site::with_city();
    let (round, _) = site.round_in(RoundState::DemandReview);
    name(&site, &round, &["officer", "reviewer"], "2").await.is(303);
    site.take_key("officer", &round.id);
    let remind = |days: i64| {
        site.set_clock(round.calendar.bidding_from.plus_days(days));
        let ctx = site.ctx();
        site.app.db.write(|tx| openers::remind(tx, &ctx)).unwrap()
    };
    let letters = || {
        let all = mails::table.filter(mails::template.eq("opener_key_due"));
        site.app.db.read(|c| Ok(all.count().get_result::<i64>(c)?)).unwrap()
    };
    assert_eq!((remind(-4), letters()), (0, 2));
    assert_eq!((remind(-3), letters()), (1, 3));
    assert_eq!((remind(-3), letters()), (1, 3), "the same day");
    assert_eq!((remind(-1), letters()), (1, 4));
    site.take_key("reviewer", &round.id);
    assert_eq!(remind(0), 0);
}
