//! The opening: early, by one person, by two, at one moment, of a tampered envelope; and what is seen after it.

use diesel::prelude::*;
use jicai::audit::{self, Filter};
use jicai::bids::{self, Confirmed, EnvelopeState, Refused};
use jicai::people::Role;
use jicai::rounds::{self, Lot, Round, RoundState};
use jicai::schema::{envelopes, mails};

use crate::bids::{NAME, bid, bidding, mine, move_on};
use crate::support::Site;

/// A round with bids of two suppliers, waiting for its opening at the opening time.
async fn waiting(site: &Site) -> (Round, Vec<Lot>, String) {
    let (round, lots, path) = bidding(site);
    bid(site, "supplier1", &path, &lots, "0.45").await;
    bid(site, "supplier1", &path, &lots, "0.4321").await;
    bid(site, "supplier2", &path, &lots[..1], "0.48").await;
    move_on(site, &round, RoundState::Opening, round.calendar.opening_at);
    (round.clone(), lots, format!("/rounds/{}/opening", round.id))
}

fn state(site: &Site, round: &Round) -> RoundState {
    site.app.db.read(|c| rounds::round(c, &round.id)).unwrap().state
}

fn deeds(site: &Site, action: &str) -> Vec<audit::Entry> {
    let filter = Filter { action: action.to_owned(), ..Filter::default() };
    site.app.db.read(|c| audit::page(c, &filter, 1_000)).unwrap()
}

#[actix_web::test]
async fn two_people_open_together_and_the_offers_come_out() {
    let site = Site::with_city();
    let (round, lots, path) = waiting(&site).await;
    let list = format!("/rounds/{}/bids", round.id);
    site.get("auditor", &list).await.is(200).shows("2 份").hides(NAME).hides("0.4321");
    site.get("officer", &format!("{list}/export")).await.is(422);
    site.post("officer", &path, &[]).await.is(303);
    site.get("reviewer", &path)
        .await
        .is(200)
        .shows("officer同志 已确认，另一人须在 2026-12-02 09:30:00 前确认");
    site.post("officer", &path, &[]).await.is(422).shows("同一账号不能确认两次");
    assert_eq!(state(&site, &round), RoundState::Opening);
    site.set_clock(site.now().plus_millis(30 * 60_000 - 1));
    let opened = site.post("reviewer", &path, &[]).await;
    assert_eq!(opened.is(303).location, format!("{list}?done=1"));
    assert_eq!(state(&site, &round), RoundState::Evaluation);

    let offers = site.app.db.read(|c| bids::offers(c, &round.id)).unwrap();
    let mut prices: Vec<_> = offers.iter().map(|o| (o.lot_id.clone(), o.unit_price.to_string())).collect();
    prices.sort();
    let want = [(&lots[0], "0.4321"), (&lots[0], "0.48"), (&lots[1], "0.4321")];
    assert!(prices.iter().map(|(l, p)| (l.clone(), p.as_str())).eq(want.map(|(l, p)| (l.id.clone(), p))));
    let states: Vec<_> = mine(&site, &round, "supplier1").iter().map(|r| r.state).collect();
    assert_eq!(states, [EnvelopeState::Opened, EnvelopeState::Replaced]);

    site.get("officer", &list).await.is(200).shows("0.4321").shows(NAME);
    site.get("officer", &format!("{list}?lot=2")).await.shows("0.4321").hides("0.48<");
    site.get("officer", &format!("{list}?company=%E5%8D%8E%E4%B8%9C")).await.shows("0.48<").hides("0.4321");
    site.get("supplier2", &list).await.is(200).hides("0.4321").hides(NAME);
    site.get("auditor", &path).await.is(200).shows("officer同志").shows("reviewer同志");
    let export = site.get("auditor", &format!("{list}/export?as=csv&lot=1")).await;
    export.is(200).shows("竞价单元,申报企业").shows("0.4321").shows("0.48");
    assert_eq!(export.body.lines().count(), 3);
    assert_eq!(deeds(&site, "bid.export").len(), 1);
    // Only now the trail says whose each envelope was.
    let supplier = site.who("supplier1").organisation.id;
    assert!(deeds(&site, "bid.place").iter().all(|e| e.organisation_id.is_none() && e.actor == "sealed bid"));
    let open = deeds(&site, "bid.open").into_iter().find(|e| e.action == "bid.open").unwrap();
    assert!(open.after.contains(supplier.as_str()) && !open.after.contains("0.4321"));
    let letters: Vec<String> = site
        .app
        .db
        .read(|c| {
            Ok(mails::table.filter(mails::template.eq("bids_opened")).select(mails::address).load(c)?)
        })
        .unwrap();
    for login in ["officer", "officer2", "reviewer", "supplier1", "supplier2"] {
        assert!(letters.contains(&format!("{login}@example.org")), "{letters:?}");
    }
    assert!(!letters.contains(&"supplier3@example.org".to_owned()));
    assert!(matches!(site.app.db.read(audit::verify).unwrap(), audit::Chain::Whole { .. }));
    site.post("officer2", &path, &[]).await.is(422).shows("评审中");
}

#[actix_web::test]
async fn too_early_is_refused_and_recorded() {
    let site = Site::with_city();
    let (round, _, path) = waiting(&site).await;
    site.set_clock(round.calendar.opening_at.plus_millis(-1));
    site.post("officer", &path, &[]).await.is(422).shows("未到开标时间");
    assert_eq!(deeds(&site, "bid.opening_refused").len(), 1);
    move_on(&site, &round, RoundState::Bidding, round.calendar.opening_at);
    site.post("officer", &path, &[]).await.is(422).shows("申报中");
    assert_eq!(deeds(&site, "bid.opening_refused").len(), 2);
    assert!(site.app.db.read(|c| bids::store::openers(c, &round.id)).unwrap().is_empty());
}

#[actix_web::test]
async fn a_confirmation_lapses_and_two_reviewers_are_not_enough() {
    let site = Site::with_city();
    let (round, _, path) = waiting(&site).await;
    let bureau = site.who("officer").organisation;
    site.account(&bureau, "reviewer2", &[Role::Reviewer]);
    site.post("officer", &path, &[]).await.is(303);
    site.set_clock(site.now().plus_millis(30 * 60_000));
    site.post("officer2", &path, &[]).await.is(303);
    assert_eq!(state(&site, &round), RoundState::Opening, "the first confirmation had lapsed");
    site.set_clock(site.now().plus_millis(30 * 60_000));
    site.post("reviewer", &path, &[]).await.is(303);
    site.post("reviewer2", &path, &[]).await.is(303);
    assert_eq!(state(&site, &round), RoundState::Opening);
    site.post("officer", &path, &[]).await.is(303);
    assert_eq!(state(&site, &round), RoundState::Evaluation);
    let two = site.app.db.read(|c| bids::store::openers(c, &round.id)).unwrap();
    assert_eq!(two.len(), 2);
    for login in ["supplier1", "hospital1", "admin", "auditor", "settlement"] {
        site.post(login, &path, &[]).await.is(403);
    }
}

#[actix_web::test]
async fn two_at_one_moment_open_once() {
    let site = Site::with_city();
    let (round, _, _) = waiting(&site).await;
    let confirm = |login: &str| {
        let ctx = site.ctx_of(login);
        site.app.db.write(|tx| bids::confirm_opening(tx, &ctx, &round.id)).unwrap()
    };
    let answers: Vec<_> = std::thread::scope(|threads| {
        let running: Vec<_> =
            ["officer", "officer2", "reviewer"].map(|login| threads.spawn(move || confirm(login))).into();
        running.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let count =
        |want: &std::result::Result<Confirmed, Refused>| answers.iter().filter(|a| *a == want).count();
    assert_eq!(count(&Ok(Confirmed::First)), 1, "{answers:?}");
    assert_eq!(count(&Ok(Confirmed::Opened { offers: 3 })), 1, "{answers:?}");
    assert_eq!(count(&Err(Refused::State(RoundState::Evaluation))), 1, "{answers:?}");
    assert_eq!(site.app.db.read(|c| bids::offers(c, &round.id)).unwrap().len(), 3);
    assert_eq!(deeds(&site, "bid.open").iter().filter(|e| e.action == "bid.open").count(), 1);
}

#[actix_web::test]
async fn a_tampered_envelope_stops_the_opening_and_names_the_supplier() {
    let site = Site::with_city();
    let (round, _, path) = waiting(&site).await;
    let theirs = mine(&site, &round, "supplier2").remove(0);
    let spoil = |change: &dyn Fn(&mut Vec<u8>)| {
        site.app
            .db
            .write(|tx| {
                let mut envelope = bids::store::envelope(tx.conn(), &theirs.id)?.unwrap();
                let good = envelope.sealed.clone();
                change(&mut envelope.sealed);
                diesel::update(envelopes::table.find(&theirs.id))
                    .set(envelopes::sealed.eq(&envelope.sealed))
                    .execute(tx.conn())?;
                Ok(good)
            })
            .unwrap()
    };
    let good = spoil(&|sealed| {
        let text = String::from_utf8_lossy(&sealed[17..]).replace("0.48", "0.41");
        sealed.truncate(17);
        sealed.extend(text.into_bytes());
    });
    site.post("officer", &path, &[]).await.is(303);
    site.post("officer2", &path, &[]).await.is(422).shows("华东制药有限公司（回执序号 3）").hides("0.41");
    assert_eq!(state(&site, &round), RoundState::Opening);
    assert!(site.app.db.read(|c| bids::offers(c, &round.id)).unwrap().is_empty());
    assert_eq!(deeds(&site, "bid.opening_refused").len(), 1);
    // Another supplier's whole envelope in its place is found too.
    let other = mine(&site, &round, "supplier1").remove(0);
    let swapped = site.app.db.read(|c| bids::store::envelope(c, &other.id)).unwrap().unwrap().sealed;
    spoil(&|sealed| sealed.clone_from(&swapped));
    site.post("officer2", &path, &[]).await.is(422).shows("华东制药有限公司");
    spoil(&|sealed| sealed.clone_from(&good));
    site.post("officer2", &path, &[]).await.is(303);
    assert_eq!(state(&site, &round), RoundState::Evaluation);
}
