//! The opening: early, with a wrong key, by one, by each two of three, at one moment, of anything tampered with;
//! and what is seen after it.

use diesel::prelude::*;
use jicai::audit::{self, Filter};
use jicai::bids::{self, Confirmed, EnvelopeState, Refused};
use jicai::db::Tx;
use jicai::people::Role;
use jicai::rounds::openers::key::Key;
use jicai::rounds::{self, Lot, Round, RoundState};
use jicai::schema::{
    envelope_shares, envelopes, held_shares, mails, receipt_roots, signed_receipts, submissions,
};

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
    site.get("reviewer", &path).await.is(200).shows("3 名开标人中的 2 人共同开启");
    site.confirm("officer", &round.id).await.is(303);
    let page = site.get("reviewer", &path).await;
    page.is(200).shows("officer同志 已确认，有效至 2026-12-02 09:30:00").shows("还需 1 人确认");
    site.confirm("officer", &round.id).await.is(422).shows("同一账号不能确认两次");
    assert_eq!(state(&site, &round), RoundState::Opening);
    site.set_clock(site.now().plus_millis(30 * 60_000 - 1));
    let opened = site.confirm("reviewer", &round.id).await;
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
    site.confirm("officer2", &round.id).await.is(422).shows("评审中");
    assert_eq!(held(&site), 0);
}

#[actix_web::test]
async fn each_two_of_three_open_and_a_lost_key_is_no_matter() {
    for pair in [["officer", "officer2"], ["reviewer", "officer2"], ["reviewer", "officer"]] {
        let site = Site::with_city();
        let (round, ..) = waiting(&site).await;
        site.confirm(pair[0], &round.id).await.is(303);
        assert_eq!(held(&site), 1);
        site.confirm(pair[1], &round.id).await.is(303);
        assert_eq!(state(&site, &round), RoundState::Evaluation);
        assert_eq!(site.app.db.read(|c| bids::offers(c, &round.id)).unwrap().len(), 3);
        let openers = site.app.db.read(|c| bids::store::openers(c, &round.id)).unwrap();
        assert_eq!(openers.len(), 2);
    }
}

/// How many openers' shares are held.
fn held(site: &Site) -> i64 {
    site.app.db.read(|c| Ok(held_shares::table.count().get_result(c)?)).unwrap()
}

#[actix_web::test]
async fn too_early_is_refused_and_recorded() {
    let site = Site::with_city();
    let (round, ..) = waiting(&site).await;
    site.set_clock(round.calendar.opening_at.plus_millis(-1));
    site.confirm("officer", &round.id).await.is(422).shows("未到开标时间");
    assert_eq!(deeds(&site, "bid.opening_refused").len(), 1);
    move_on(&site, &round, RoundState::Bidding, round.calendar.opening_at);
    site.confirm("officer", &round.id).await.is(422).shows("申报中");
    assert_eq!(deeds(&site, "bid.opening_refused").len(), 2);
    assert!(site.app.db.read(|c| bids::store::openers(c, &round.id)).unwrap().is_empty());
    assert_eq!(held(&site), 0);
}

#[actix_web::test]
async fn a_wrong_key_is_refused_and_recorded_and_never_written_down() {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Bidding);
    site.panel(&round.id, &["officer", "reviewer"], 2);
    let void = site.key("reviewer", &round.id);
    site.take_key("reviewer", &round.id);
    let (other, _) = site.round_in(RoundState::Bidding);
    site.panel(&other.id, &["officer", "reviewer"], 2);
    bid(&site, "supplier1", &format!("/rounds/{}/bids", round.id), &lots, "0.4").await;
    move_on(&site, &round, RoundState::Opening, round.calendar.opening_at);
    let fresh = Key::generate();
    let unknown = fresh.file(&round.id, "JH", &site.who("reviewer").account.id, "x").as_bytes().to_vec();
    let good = site.key("reviewer", &round.id);
    let cases: &[(&[u8], &str)] = &[
        (b"", "没有给出密钥"),
        (b"secret: 00", "没有给出密钥"),
        (&good[..good.len() - 2], "没有给出密钥"),
        (&unknown, "这不是您本人的开标密钥"),
        (&site.key("officer", &round.id), "这不是您本人的开标密钥"),
        (&site.key("reviewer", &other.id), "这是另一批次的开标密钥"),
        (&void, "这把密钥已作废"),
    ];
    for (file, said) in cases {
        site.confirm_with("reviewer", &round.id, file).await.is(422).shows(said).hides("secret:");
    }
    // Somebody who is no opener of the round, whatever he gives.
    site.confirm_with("officer2", &round.id, &good).await.is(422).shows("您不是本批次指定的开标人");
    let refused = deeds(&site, "bid.opening_refused");
    assert_eq!(refused.len(), cases.len() + 1);
    assert!(refused.iter().all(|e| e.account_id.is_some()));
    assert_eq!((state(&site, &round), held(&site)), (RoundState::Opening, 0));
    for login in ["supplier1", "hospital1", "admin", "auditor", "settlement"] {
        site.confirm_with(login, &round.id, &good).await.is(403);
    }
    site.confirm_with("reviewer", &round.id, &good).await.is(303);
    // As text too, if the file cannot be read.
    let key = String::from_utf8(site.key("officer", &round.id)).unwrap();
    let pasted = [("key", key.as_str())];
    site.upload("officer", &format!("/rounds/{}/opening", round.id), &pasted, "", b"").await.is(303);
    assert_eq!(state(&site, &round), RoundState::Evaluation);
    // No key, nor any part of one, is in the trail.
    let secrets: Vec<String> = [&void, &good, &unknown, &site.key("officer", &round.id)]
        .map(|file| String::from_utf8_lossy(file).split("secret: ").nth(1).unwrap()[..16].to_owned())
        .to_vec();
    for entry in site.app.db.read(|c| audit::page(c, &Filter::default(), 100_000)).unwrap() {
        let text = format!("{entry:?}");
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "{text}");
    }
}

#[actix_web::test]
async fn a_confirmation_lapses_with_its_shares() {
    let site = Site::with_city();
    let (round, ..) = waiting(&site).await;
    site.confirm("officer", &round.id).await.is(303);
    assert_eq!(held(&site), 1);
    site.set_clock(site.now().plus_millis(30 * 60_000));
    site.confirm("officer2", &round.id).await.is(303);
    assert_eq!(state(&site, &round), RoundState::Opening, "the first confirmation had lapsed");
    assert_eq!(held(&site), 1, "and its shares with it");
    // Nobody comes: the timetable forgets them.
    site.set_clock(site.now().plus_millis(30 * 60_000));
    let job = jicai::jobs::find("advance_rounds").unwrap();
    jicai::jobs::by_hand(&site.app, job).await.unwrap().unwrap();
    assert_eq!(held(&site), 0);
    site.confirm("reviewer", &round.id).await.is(303);
    site.confirm("officer", &round.id).await.is(303);
    assert_eq!(state(&site, &round), RoundState::Evaluation);
    let two = site.app.db.read(|c| bids::store::openers(c, &round.id)).unwrap();
    assert_eq!(two.len(), 2);
}

#[actix_web::test]
async fn three_of_three_wait_for_the_third() {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Bidding);
    site.panel(&round.id, &["officer", "officer2", "reviewer"], 3);
    bid(&site, "supplier1", &format!("/rounds/{}/bids", round.id), &lots, "0.4").await;
    move_on(&site, &round, RoundState::Opening, round.calendar.opening_at);
    let path = format!("/rounds/{}/opening", round.id);
    site.get("officer", &path).await.shows("如密钥遗失，能到场的开标人少于 3 人");
    site.confirm("officer", &round.id).await.is(303);
    site.get("officer2", &path).await.shows("还需 2 人确认");
    site.confirm("officer2", &round.id).await.is(303);
    assert_eq!((state(&site, &round), held(&site)), (RoundState::Opening, 2));
    site.confirm("reviewer", &round.id).await.is(303);
    assert_eq!((state(&site, &round), held(&site)), (RoundState::Evaluation, 0));
}

#[actix_web::test]
async fn shares_held_under_another_key_of_the_platform_are_asked_for_again() {
    let site = Site::with_city();
    let (round, ..) = waiting(&site).await;
    site.confirm("officer", &round.id).await.is(303);
    std::fs::remove_file(&site.app.settings.signing_key_file).unwrap();
    site.confirm("reviewer", &round.id).await.is(303);
    assert_eq!(state(&site, &round), RoundState::Opening);
    site.confirm("officer2", &round.id).await.is(303);
    assert_eq!(state(&site, &round), RoundState::Evaluation);
}

#[actix_web::test]
async fn two_at_one_moment_open_once() {
    let site = Site::with_city();
    let (round, ..) = waiting(&site).await;
    let signer = site.signer();
    let confirm = |login: &str| {
        let (ctx, key) = (site.ctx_of(login), Key::read(&site.key(login, &round.id)).unwrap());
        site.app.db.write(|tx| bids::confirm_opening(tx, &ctx, &signer, &round.id, Some(&key))).unwrap()
    };
    let answers: Vec<_> = std::thread::scope(|threads| {
        let running: Vec<_> =
            ["officer", "officer2", "reviewer"].map(|login| threads.spawn(move || confirm(login))).into();
        running.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let count =
        |want: &std::result::Result<Confirmed, Refused>| answers.iter().filter(|a| *a == want).count();
    assert_eq!(count(&Ok(Confirmed::Waits(1))), 1, "{answers:?}");
    assert_eq!(count(&Ok(Confirmed::Opened { offers: 3 })), 1, "{answers:?}");
    assert_eq!(count(&Err(Refused::State(RoundState::Evaluation))), 1, "{answers:?}");
    assert_eq!(site.app.db.read(|c| bids::offers(c, &round.id)).unwrap().len(), 3);
    assert_eq!(deeds(&site, "bid.open").iter().filter(|e| e.action == "bid.open").count(), 1);
}

/// Does something to the database behind the platform's back, finds that the opening is refused with a sentence
/// and recorded, and that it goes on once the harm is undone.
async fn spoil(
    site: &Site,
    round: &Round,
    what: &str,
    said: &str,
    harm: &dyn Fn(&mut Tx) -> diesel::QueryResult<usize>,
    undo: &dyn Fn(&mut Tx) -> diesel::QueryResult<usize>,
) {
    let refused = deeds(site, "bid.opening_refused").len();
    let run = |act: &dyn Fn(&mut Tx) -> diesel::QueryResult<usize>| {
        assert_eq!(site.app.db.write(|tx| Ok(act(tx)?)).unwrap(), 1, "{what}");
    };
    run(harm);
    site.confirm("reviewer", &round.id).await.is(422).shows(said).hides("0.48").hides("0.4321");
    assert_eq!(state(site, round), RoundState::Opening, "{what}");
    assert!(site.app.db.read(|c| bids::offers(c, &round.id)).unwrap().is_empty());
    assert_eq!(deeds(site, "bid.opening_refused").len(), refused + 1, "{what}");
    run(undo);
}

#[actix_web::test]
async fn a_changed_byte_anywhere_stops_the_opening_and_names_the_supplier() {
    let site = Site::with_city();
    let (round, ..) = waiting(&site).await;
    site.confirm("officer", &round.id).await.is(303);
    let theirs = mine(&site, &round, "supplier2").remove(0);
    let said = "华东制药有限公司（回执序号 3）";
    let id = &theirs.id;

    let good = site.app.db.read(|c| bids::store::envelope(c, id)).unwrap().unwrap().sealed;
    let set = |tx: &mut Tx, blob: &[u8]| {
        diesel::update(envelopes::table.find(id)).set(envelopes::sealed.eq(blob)).execute(tx.conn())
    };
    let other = mine(&site, &round, "supplier1").remove(0);
    let swapped = site.app.db.read(|c| bids::store::envelope(c, &other.id)).unwrap().unwrap().sealed;
    let mut blobs = vec![swapped, Vec::new(), [&[1; 17], &b"jicai-bid-1"[..]].concat()];
    for at in [0, 1, 24, 25, good.len() / 2, good.len() - 1] {
        let mut changed = good.clone();
        changed[at] ^= 1;
        blobs.push(changed);
    }
    for blob in &blobs {
        spoil(&site, &round, "blob", said, &|tx| set(tx, blob), &|tx| set(tx, &good)).await;
    }

    let shares = site.app.db.read(|c| bids::store::shares(c, &round.id)).unwrap();
    let shares: Vec<_> = shares.into_iter().filter(|share| share.envelope_id == *id).collect();
    assert_eq!(shares.len(), 3);
    for share in &shares {
        let set = |tx: &mut Tx, bytes: &[u8]| {
            diesel::update(envelope_shares::table.find((id, &share.public_key)))
                .set(envelope_shares::share.eq(bytes))
                .execute(tx.conn())
        };
        let mut changed = share.share.clone();
        changed[40] ^= 1;
        spoil(&site, &round, "share", said, &|tx| set(tx, &changed), &|tx| set(tx, &share.share)).await;
    }

    let signed = site.app.db.read(|c| bids::store::signed_of(c, id)).unwrap().unwrap();
    let row = signed_receipts::table.find(id);
    let set = |tx: &mut Tx, text: &str, signature: &str| {
        let values = (signed_receipts::text.eq(text), signed_receipts::signature.eq(signature));
        diesel::update(row).set(values).execute(tx.conn())
    };
    let changed = signed.text.replace("sequence: 3", "sequence: 4");
    let harm = |tx: &mut Tx| set(tx, &changed, &signed.signature);
    let undo = |tx: &mut Tx| set(tx, &signed.text, &signed.signature);
    spoil(&site, &round, "receipt", said, &harm, &undo).await;
    let flipped = signed.signature.replace(['0', '1'], "2");
    spoil(&site, &round, "signature", said, &|tx| set(tx, &signed.text, &flipped), &undo).await;

    let set = |tx: &mut Tx, hash: &str| {
        diesel::update(envelopes::table.find(id)).set(envelopes::sha256.eq(hash)).execute(tx.conn())
    };
    let harm = |tx: &mut Tx| set(tx, &"0".repeat(64));
    spoil(&site, &round, "hash", said, &harm, &|tx| set(tx, &theirs.sha256)).await;

    site.confirm("reviewer", &round.id).await.is(303);
    assert_eq!(state(&site, &round), RoundState::Evaluation);
}

#[actix_web::test]
async fn a_receipt_taken_away_added_or_signed_anew_differs_from_the_published_root() {
    let site = Site::with_city();
    let (round, ..) = waiting(&site).await;
    let theirs = mine(&site, &round, "supplier2").remove(0);
    let (id, signer) = (&theirs.id, site.signer());

    // Another root, as if one had been published for other receipts.
    let root = site.app.db.read(|c| bids::store::root(c, &round.id)).unwrap().unwrap();
    let set = |tx: &mut Tx, text: &str, count: i32| {
        diesel::update(receipt_roots::table.find(&round.id))
            .set((receipt_roots::root.eq(text), receipt_roots::count.eq(count)))
            .execute(tx.conn())
    };
    let undo = |tx: &mut Tx| set(tx, &root.root, root.count);
    let said = "默克尔根（4 份）不符";
    spoil(&site, &round, "count", said, &|tx| set(tx, &root.root, 4), &undo).await;
    let said = "默克尔根（3 份）不符";
    spoil(&site, &round, "root", said, &|tx| set(tx, &"0".repeat(64), 3), &undo).await;

    // A receipt altered and signed again by whoever holds the platform's key.
    let signed = site.app.db.read(|c| bids::store::signed_of(c, id)).unwrap().unwrap();
    let mut statement = bids::Statement::read(&signed.text).unwrap();
    statement.supplier = "91330700MA28000009".to_owned();
    let forged = bids::Signed::new(&statement, &signer);
    let set = |tx: &mut Tx, text: &str, signature: &str| {
        let values = (signed_receipts::text.eq(text), signed_receipts::signature.eq(signature));
        diesel::update(signed_receipts::table.find(id)).set(values).execute(tx.conn())
    };
    let harm = |tx: &mut Tx| set(tx, &forged.text, &forged.signature);
    let undo = |tx: &mut Tx| set(tx, &signed.text, &signed.signature);
    spoil(&site, &round, "forged", said, &harm, &undo).await;

    // An envelope taken away with everything of it.
    let gone = |tx: &mut Tx| {
        let shares = envelope_shares::table.filter(envelope_shares::envelope_id.eq(id));
        diesel::delete(shares).execute(tx.conn())?;
        diesel::delete(signed_receipts::table.find(id)).execute(tx.conn())?;
        diesel::delete(submissions::table.filter(submissions::envelope_id.eq(id))).execute(tx.conn())?;
        diesel::delete(envelopes::table.find(id)).execute(tx.conn())
    };
    assert_eq!(site.app.db.write(|tx| Ok(gone(tx)?)).unwrap(), 1);
    let answer = site.confirm("officer", &round.id).await;
    answer.is(422).shows("现有 2 份回执与截止时公布的默克尔根（3 份）不符");
    assert_eq!(state(&site, &round), RoundState::Opening);
    assert!(deeds(&site, "bid.opening_refused").len() >= 4);
}

#[actix_web::test]
async fn a_round_of_an_earlier_version_still_opens_by_two_people() {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Bidding);
    let bureau = site.who("officer").organisation;
    site.account(&bureau, "reviewer2", &[Role::Reviewer]);
    let supplier = site.who("supplier1").organisation.id;
    let content = crate::bids::content(&round, &lots, &supplier, "0.4");
    let bytes = content.bytes().unwrap();
    let receipt = bids::Receipt {
        id: jicai::types::EnvelopeId::new(),
        round_id: round.id.clone(),
        supplier_id: supplier,
        seq: 1,
        state: EnvelopeState::Standing,
        sha256: content.hash().unwrap(),
        lines: 2,
        received_at: site.now(),
        account_id: None,
    };
    let envelope = bids::Envelope { receipt: receipt.clone(), sealed: [&[1; 17], &bytes[..]].concat() };
    site.app.db.write(|tx| bids::store::insert_envelope(tx, &envelope)).unwrap();
    let page = format!("/rounds/{}/bids/{}", round.id, receipt.id);
    site.get("supplier1", &page).await.is(200).shows("由早期版本出具");
    move_on(&site, &round, RoundState::Opening, round.calendar.opening_at);
    site.get("supplier1", &format!("{page}/proof")).await.is(200).shows("jicai-receipt-1");
    site.confirm("reviewer", &round.id).await.is(303);
    site.confirm("reviewer2", &round.id).await.is(303);
    assert_eq!(state(&site, &round), RoundState::Opening, "one of the two must be an officer");
    site.confirm("officer", &round.id).await.is(303);
    assert_eq!(state(&site, &round), RoundState::Evaluation);
    let offers = site.app.db.read(|c| bids::offers(c, &round.id)).unwrap();
    assert_eq!(offers.len(), 2);
}
