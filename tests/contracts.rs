//! Contracts: drawn up from the award, confirmed by both sides, amended, counted on the board.

use std::collections::BTreeMap;

use diesel::prelude::*;
use jicai::contracts::changes::{Amendment, Cause, Change, Wanted, amend};
use jicai::contracts::{self, Contract, ContractState, Seen, board, store};
use jicai::error::Error;
use jicai::on_db;
use jicai::people::{OrganisationKind, Role};
use jicai::rounds::{self, Lot, Round, RoundState};
use jicai::schema::{allocations, awards, decisions, envelopes, mails, offers};
use jicai::types::{
    AllocationId, AwardId, ChangeId, DecisionId, EnvelopeId, OfferId, OrganisationId, Quantity, UnitPrice,
};

use crate::support::Site;

/// A bid as the award decided it.
pub struct Bid<'a> {
    pub lot: usize,
    pub supplier: &'a str,
    pub product: &'a str,
    pub price: &'a str,
    pub ratio: &'a str,
    pub award: Option<&'a str>,
    pub years: Option<i32>,
}

/// A winner of three years.
pub fn won<'a>(lot: usize, supplier: &'a str, product: &'a str, price: &'a str) -> Bid<'a> {
    Bid { lot, supplier, product, price, ratio: "1", award: Some(price), years: Some(3) }
}

/// A bid that did not win.
pub fn lost<'a>(lot: usize, supplier: &'a str, product: &'a str, price: &'a str) -> Bid<'a> {
    Bid { award: None, years: None, ..won(lot, supplier, product, price) }
}

/// Writes a confirmed award row by row: what computes it has its own tests.
pub fn award(site: &Site, round: &Round, lots: &[Lot], bids: &[Bid], agreed: &[(usize, &str, &str, &str)]) {
    let id = |login: &str| site.who(login).organisation.id;
    let bids: Vec<(&Bid, OrganisationId)> = bids.iter().map(|b| (b, id(b.supplier))).collect();
    let agreed: Vec<_> =
        agreed.iter().map(|(lot, h, s, q)| (*lot, id(h), id(s), q.parse().unwrap())).collect();
    write_award(site, round, lots, &bids, &agreed);
}

fn write_award(
    site: &Site,
    round: &Round,
    lots: &[Lot],
    bids: &[(&Bid, OrganisationId)],
    agreed: &[(usize, OrganisationId, OrganisationId, Quantity)],
) {
    let now = site.now();
    let price = |text: &str| text.parse::<UnitPrice>().unwrap();
    site.app
        .db
        .write(|tx| {
            let award = AwardId::new();
            diesel::insert_into(awards::table)
                .values((
                    awards::id.eq(&award),
                    awards::round_id.eq(&round.id),
                    awards::version.eq(1),
                    awards::state.eq("confirmed"),
                    awards::rule_set_id.eq(&round.rule_set_id),
                    awards::input_sha256.eq(""),
                    awards::output_sha256.eq(""),
                    awards::reason.eq(""),
                    awards::computed_at.eq(now),
                ))
                .execute(tx.conn())?;
            let mut offers_made = BTreeMap::new();
            for (i, (bid, supplier)) in bids.iter().enumerate() {
                let (envelope, offer, lot) = (EnvelopeId::new(), OfferId::new(), &lots[bid.lot]);
                diesel::insert_into(envelopes::table)
                    .values((
                        envelopes::id.eq(&envelope),
                        envelopes::round_id.eq(&round.id),
                        envelopes::supplier_id.eq(supplier),
                        envelopes::seq.eq(i as i32 + 1),
                        envelopes::state.eq("opened"),
                        envelopes::sealed.eq(Vec::<u8>::new()),
                        envelopes::sha256.eq(""),
                        envelopes::lines.eq(1),
                        envelopes::received_at.eq(now),
                    ))
                    .execute(tx.conn())?;
                diesel::insert_into(offers::table)
                    .values((
                        offers::id.eq(&offer),
                        offers::round_id.eq(&round.id),
                        offers::lot_id.eq(&lot.id),
                        offers::envelope_id.eq(&envelope),
                        offers::supplier_id.eq(supplier),
                        offers::product.eq(bid.product),
                        offers::spec.eq(&lot.comparable_spec),
                        offers::unit_price.eq(price(bid.price)),
                        offers::ratio.eq(bid.ratio),
                        offers::kind.eq("generic"),
                        offers::accepts_revival.eq(false),
                        offers::supplies_all.eq(false),
                    ))
                    .execute(tx.conn())?;
                diesel::insert_into(decisions::table)
                    .values((
                        decisions::id.eq(DecisionId::new()),
                        decisions::award_id.eq(&award),
                        decisions::lot_id.eq(&lot.id),
                        decisions::offer_id.eq(&offer),
                        decisions::supplier_id.eq(supplier),
                        decisions::product.eq(bid.product),
                        decisions::spec.eq(&lot.comparable_spec),
                        decisions::position.eq(i as i32 + 1),
                        decisions::unit_price.eq(price(bid.price)),
                        decisions::ratio.eq(bid.ratio),
                        decisions::comparable_price.eq(price(bid.price)),
                        decisions::status.eq(if bid.award.is_some() { "won" } else { "fused" }),
                        decisions::award_price.eq(bid.award.map(price)),
                        decisions::term_years.eq(bid.years),
                        decisions::code.eq(if bid.award.is_some() { "WON_RATIO" } else { "FUSED" }),
                        decisions::clause.eq(""),
                        decisions::arithmetic.eq(""),
                    ))
                    .execute(tx.conn())?;
                offers_made.insert((bid.lot, supplier.clone()), offer);
            }
            let rows: Vec<_> = agreed
                .iter()
                .map(|(lot, hospital, supplier, quantity)| {
                    (
                        allocations::id.eq(AllocationId::new()),
                        allocations::award_id.eq(&award),
                        allocations::lot_id.eq(&lots[*lot].id),
                        allocations::hospital_id.eq(hospital),
                        allocations::supplier_id.eq(supplier),
                        allocations::quantity.eq(*quantity),
                        allocations::offer_id.eq(offers_made[&(*lot, supplier.clone())].clone()),
                    )
                })
                .collect();
            for part in rows.chunks(1_000) {
                let part = part.to_vec();
                on_db!(tx.conn(), c => diesel::insert_into(allocations::table).values(part.clone()).execute(c))?;
            }
            Ok(())
        })
        .unwrap();
}

/// A city with an awarded round: two winners of lot 1, one of lot 2; five quantities, one of them zero.
fn awarded() -> (Site, Round) {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Awarded);
    let bids = [
        won(0, "supplier1", "阿莫西林胶囊", "0.123456"),
        won(0, "supplier2", "阿莫西林胶囊（华东）", "0.15"),
        Bid { years: Some(1), ..won(1, "supplier1", "盐酸氨溴索注射液", "1.05") },
        lost(1, "supplier3", "盐酸氨溴索注射液", "3"),
    ];
    let agreed = [
        (0, "hospital2", "supplier2", "200"),
        (0, "hospital1", "supplier1", "12345"),
        (0, "hospital1", "supplier2", "0"),
        (1, "hospital1", "supplier1", "700"),
        (1, "hospital3", "supplier1", "33.333"),
    ];
    award(&site, &round, &lots, &bids, &agreed);
    (site, round)
}

fn drawn() -> (Site, Round) {
    let (site, round) = awarded();
    let ctx = site.ctx_of("officer");
    assert_eq!(site.app.db.write(|tx| contracts::draw_up(tx, &ctx, &round.id)).unwrap(), 4);
    (site, round)
}

fn all(site: &Site) -> Vec<Contract> {
    let filter = store::Filter::default();
    site.app.db.read(|c| store::page(c, &filter, 100)).unwrap().into_iter().map(|(it, ..)| it).collect()
}

fn letters(site: &Site, kind: &str) -> Vec<(String, String)> {
    site.app
        .db
        .read(|c| {
            Ok(mails::table
                .filter(mails::template.eq(kind))
                .order((mails::created_at, mails::address))
                .select((mails::address, mails::data))
                .load(c)?)
        })
        .unwrap()
}

fn seen(it: &Contract) -> String {
    format!("{}:{}", it.id, it.version)
}

fn both_confirm(site: &Site, it: &Contract, hospital: &str, supplier: &str) {
    for login in [hospital, supplier] {
        let ctx = site.ctx_of(login);
        let seen = Seen { id: it.id.clone(), version: it.version };
        site.app.db.write(|tx| contracts::confirm(tx, &ctx, std::slice::from_ref(&seen))).unwrap();
    }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Refused(why)) => why.say(jicai::text::Lang::En.text()),
        other => panic!("not refused: {other:?}"),
    }
}

#[actix_web::test]
async fn contracts_are_drawn_up_once_from_the_confirmed_award() {
    let (site, round) = drawn();
    let list = all(&site);
    let facts: Vec<String> = list
        .iter()
        .map(|c| {
            format!(
                "{} {} {} {} {} {}",
                c.number,
                c.quantity,
                c.unit_price,
                c.amount().unwrap(),
                c.starts,
                c.ends
            )
        })
        .collect();
    let n = &round.number;
    assert_eq!(
        facts,
        [
            // The rule set ends every term on 2027-12-31, so three years become a partial one.
            format!("{n}-1-00001 12345 0.123456 1524.06 2026-12-12 2027-12-31"),
            format!("{n}-1-00002 200 0.15 30.00 2026-12-12 2027-12-31"),
            format!("{n}-2-00001 700 1.05 735.00 2026-12-12 2027-12-11"),
            format!("{n}-2-00002 33.333 1.05 35.00 2026-12-12 2027-12-11"),
        ]
    );
    let state = site.app.db.read(|c| rounds::round(c, &round.id)).unwrap().state;
    assert_eq!(state, RoundState::Contracting);
    let ctx = site.ctx_of("officer2");
    assert_eq!(site.app.db.write(|tx| contracts::draw_up(tx, &ctx, &round.id)).unwrap(), 0);
    assert_eq!(all(&site).len(), 4);
    let due = letters(&site, "contract_due");
    assert_eq!(due.len(), 5, "{due:?}");
    let of = |login: &str| due.iter().find(|(to, _)| to.starts_with(login)).unwrap().1.clone();
    assert!(of("hospital1").contains("\"count\":2"), "{}", of("hospital1"));
    assert!(of("supplier1").contains("\"count\":3"), "{}", of("supplier1"));
}

#[actix_web::test]
async fn two_officers_drawing_up_at_once_make_one_set() {
    let (site, round) = awarded();
    let counts: Vec<usize> = std::thread::scope(|scope| {
        let threads: Vec<_> = ["officer", "officer2"]
            .map(|login| {
                let (ctx, db, id) = (site.ctx_of(login), site.app.db.clone(), round.id.clone());
                scope.spawn(move || db.write(|tx| contracts::draw_up(tx, &ctx, &id)).unwrap())
            })
            .into();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(counts.iter().sum::<usize>(), 4, "{counts:?}");
    assert_eq!(all(&site).len(), 4);
}

#[actix_web::test]
async fn nothing_is_drawn_up_before_the_award_is_final_or_for_a_company_that_did_not_win() {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Publicity);
    let ctx = site.ctx_of("officer");
    let draw = |round: &Round| refusal(site.app.db.write(|tx| contracts::draw_up(tx, &ctx, &round.id)));
    award(&site, &round, &lots, &[won(0, "supplier1", "x", "1")], &[(0, "hospital1", "supplier1", "5")]);
    assert!(draw(&round).contains("in which this cannot be done"));
    let (round, lots) = site.round_in(RoundState::Awarded);
    assert!(draw(&round).contains("no confirmed award"));
    award(&site, &round, &lots, &[lost(0, "supplier1", "x", "1")], &[(0, "hospital1", "supplier1", "5")]);
    assert!(draw(&round).contains("lot 1"));
    assert!(all(&site).is_empty());
}

#[actix_web::test]
async fn each_side_sees_and_confirms_only_its_own() {
    let (site, _) = drawn();
    let list = all(&site);
    let (mine, other) = (&list[0], &list[1]);
    let page = site.get("hospital1", "/contracts").await;
    page.is(200).shows(&mine.number).hides(&other.number).shows("金华市中心医院");
    site.get("supplier2", "/contracts").await.is(200).shows(&other.number).hides(&mine.number);
    site.get("auditor", "/contracts")
        .await
        .is(200)
        .shows(&other.number)
        .shows(&mine.number)
        .hides("name=\"shown\"");
    for path in ["", "/sheet"] {
        site.get("hospital2", &format!("/contracts/{}{path}", mine.id)).await.is(404);
        site.get("supplier3", &format!("/contracts/{}{path}", mine.id)).await.is(404);
        site.get("hospital1", &format!("/contracts/{}{path}", mine.id)).await.is(200).shows("1524.06");
    }
    site.post("hospital2", "/contracts/confirm", &[("contract", &seen(mine))]).await.is(404);
    site.post("officer", "/contracts/confirm", &[("contract", &seen(mine))]).await.is(403);
    site.post("hospital1", "/contracts/confirm", &[]).await.is(422).shows("没有选择合同");
    site.post("hospital1", "/contracts/confirm", &[("contract", "nonsense")]).await.is(422);
    // One of them is not the hospital's: none is confirmed.
    let mixed = [("contract", seen(mine)), ("contract", seen(other))];
    let mixed: Vec<(&str, &str)> = mixed.iter().map(|(k, v)| (*k, v.as_str())).collect();
    site.post("hospital1", "/contracts/confirm", &mixed).await.is(404);
    assert!(all(&site).iter().all(|c| c.hospital_at.is_none()));

    for _ in 0..2 {
        site.post("hospital1", "/contracts/confirm", &[("contract", &seen(mine))]).await.is(303);
    }
    site.get("supplier1", &format!("/contracts/{}", mine.id)).await.shows("待供应企业确认");
    site.post("supplier1", "/contracts/confirm", &[("contract", &seen(mine))]).await.is(303);
    let signed = &all(&site)[0];
    assert_eq!(signed.state, ContractState::Confirmed);
    site.get("hospital1", &format!("/contracts/{}", mine.id))
        .await
        .shows("双方已确认")
        .shows("hospital1同志");
}

#[actix_web::test]
async fn all_shown_are_confirmed_with_one_button_and_the_list_is_filtered_and_exported() {
    let (site, round) = drawn();
    let list = all(&site);
    let shown: Vec<String> = list.iter().filter(|c| c.hospital_id == list[0].hospital_id).map(seen).collect();
    let mut fields = vec![("which", "shown")];
    fields.extend(shown.iter().map(|s| ("shown", s.as_str())));
    site.post("hospital1", "/contracts/confirm", &fields).await.is(303);
    assert_eq!(all(&site).iter().filter(|c| c.hospital_at.is_some()).count(), 2);
    let waits = site.get("officer", &format!("/contracts?round={}&state=waits_hospital", round.id)).await;
    waits.is(200).shows(&list[1].number).hides(&list[0].number);
    site.get("officer", "/contracts?q=%E6%B0%A8%E6%BA%B4%E7%B4%A2")
        .await
        .shows(&list[2].number)
        .hides(&list[0].number);
    site.get("officer", "/contracts?q=%E4%B9%89%E4%B9%8C")
        .await
        .shows(&list[1].number)
        .hides(&list[0].number);
    site.get("officer", "/contracts?q=%25").await.is(200).shows(&list[0].number);
    site.get("officer", "/contracts?state=other").await.is(404);
    let csv = site.get("hospital1", "/contracts/export.csv").await;
    csv.is(200).shows(&list[0].number).shows("1524.06").hides(&list[1].number);
    let xlsx = site.get("officer", "/contracts/export.xlsx").await;
    assert!(xlsx.bytes.starts_with(b"PK"));
    let entries = site
        .app
        .db
        .read(|c| {
            let filter = jicai::audit::Filter { action: "contracts.export".to_owned(), ..Default::default() };
            jicai::audit::page(c, &filter, 10)
        })
        .unwrap();
    assert_eq!(entries.len(), 2);
}

#[actix_web::test]
async fn two_confirmations_at_once_both_count() {
    let (site, _) = drawn();
    let it = all(&site).remove(0);
    std::thread::scope(|scope| {
        for login in ["hospital1", "supplier1", "hospital1", "supplier1"] {
            let (ctx, db) = (site.ctx_of(login), site.app.db.clone());
            let seen = Seen { id: it.id.clone(), version: it.version };
            scope.spawn(move || {
                db.write(|tx| contracts::confirm(tx, &ctx, std::slice::from_ref(&seen))).unwrap();
            });
        }
    });
    let after = all(&site).remove(0);
    assert_eq!(after.state, ContractState::Confirmed);
    assert!(after.hospital_at.is_some() && after.supplier_at.is_some());
}

#[actix_web::test]
async fn a_confirmation_is_taken_back_only_before_both_have_confirmed() {
    let (site, _) = drawn();
    let it = all(&site).remove(0);
    let path = format!("/contracts/{}/withdraw", it.id);
    site.post("hospital1", &path, &[]).await.is(422).shows("尚未确认");
    site.post("hospital1", "/contracts/confirm", &[("contract", &seen(&it))]).await.is(303);
    site.post("supplier1", &path, &[]).await.is(422);
    site.post("hospital2", &path, &[]).await.is(404);
    site.post("hospital1", &path, &[]).await.is(303);
    assert_eq!(all(&site)[0].hospital_at, None);
    both_confirm(&site, &it, "hospital1", "supplier1");
    site.post("hospital1", &path, &[]).await.is(422).shows("登记变更");
    assert_eq!(all(&site)[0].state, ContractState::Confirmed);
}

fn wanted(it: &Contract, change: Change, cause: Cause) -> Wanted {
    Wanted {
        id: ChangeId::new(),
        contract_id: it.id.clone(),
        version: it.version,
        change,
        cause,
        reason: "双方协商".to_owned(),
    }
}

fn history(site: &Site, it: &Contract) -> Vec<Amendment> {
    site.app.db.read(|c| store::changes_of(c, &it.id)).unwrap()
}

#[actix_web::test]
async fn a_signed_contract_changes_only_by_amendments_that_stay_on_record() {
    let (site, _) = drawn();
    let it = all(&site).remove(0);
    both_confirm(&site, &it, "hospital1", "supplier1");
    let ctx = site.ctx_of("officer");
    let run = |w: Wanted| site.app.db.write(|tx| amend(tx, &ctx, w.clone()));

    let cut = wanted(&it, Change::Price("0.12".parse().unwrap()), Cause::PriceCut);
    run(cut.clone()).unwrap();
    run(cut).unwrap();
    let now = all(&site).remove(0);
    assert_eq!(
        (now.version, now.state, now.unit_price.to_string()),
        (2, ContractState::Confirmed, "0.12".to_owned())
    );
    assert_eq!(now.amount().unwrap().to_string(), "1481.40");

    let stale = run(wanted(&it, Change::Quantity("1".parse().unwrap()), Cause::Agreed));
    assert!(refusal(stale).contains("changed after you opened"));
    let up = |cause| run(wanted(&now, Change::Price("0.13".parse().unwrap()), cause));
    assert!(refusal(up(Cause::Agreed)).contains("cannot rise from 0.12 to 0.13"));
    assert!(
        refusal(run(wanted(&now, Change::Quantity(Quantity::ZERO), Cause::Agreed))).contains("above zero")
    );
    assert!(
        refusal(run(wanted(&now, Change::Quantity(now.quantity), Cause::Agreed))).contains("changes nothing")
    );
    let term = Change::Term { starts: now.starts, ends: now.starts.pred_opt().unwrap() };
    assert!(refusal(run(wanted(&now, term, Cause::Agreed))).contains("before the first"));
    let silent = Wanted {
        reason: " ".to_owned(),
        ..wanted(&now, Change::Quantity("1".parse().unwrap()), Cause::Agreed)
    };
    assert!(refusal(run(silent)).contains("reason"));
    up(Cause::Correction).unwrap();

    let changes = history(&site, &it);
    assert_eq!(changes.len(), 2);
    assert!(changes[0].before.contains("0.123456") && changes[0].after.contains("\"0.12\""), "{changes:?}");
    for login in ["hospital1", "supplier1"] {
        let page = site.get(login, &format!("/contracts/{}", it.id)).await;
        page.is(200)
            .shows("<del>0.123456</del> <ins>0.12</ins>")
            .shows("企业降价或价格联动")
            .shows("officer同志");
        page.hides("/amend");
    }
    assert_eq!(letters(&site, "contract_amended").len(), 4);
}

#[actix_web::test]
async fn an_amendment_before_both_have_signed_asks_for_both_again() {
    let (site, _) = drawn();
    let it = all(&site).remove(0);
    site.post("hospital1", "/contracts/confirm", &[("contract", &seen(&it))]).await.is(303);
    let ctx = site.ctx_of("officer");
    let w = wanted(&it, Change::Quantity("100".parse().unwrap()), Cause::Agreed);
    site.app.db.write(|tx| amend(tx, &ctx, w.clone())).unwrap();
    let now = all(&site).remove(0);
    assert_eq!((now.hospital_at, now.version), (None, 2));
    // What the supplier looked at is no longer what it would confirm.
    site.post("supplier1", "/contracts/confirm", &[("contract", &seen(&it))]).await.is(422).shows("已有变动");
    site.post("supplier1", "/contracts/confirm", &[("contract", &seen(&now))]).await.is(303);
}

#[actix_web::test]
async fn the_board_counts_who_signed_and_who_is_late() {
    let (site, round) = drawn();
    let list = all(&site);
    both_confirm(&site, &list[0], "hospital1", "supplier1");
    site.post("hospital1", "/contracts/confirm", &[("contract", &seen(&list[2]))]).await.is(303);
    site.post("supplier1", "/contracts/confirm", &[("contract", &seen(&list[3]))]).await.is(303);
    let it = site.app.db.read(|c| board::board(c, &round.id)).unwrap();
    let facts = |list: &[board::Tally]| -> Vec<String> {
        let rate = |t: &board::Tally| t.rate().map(|r| r.to_string()).unwrap_or_default();
        list.iter()
            .map(|t| {
                let late = format!("{} {} {}", t.waits_hospital, t.waits_supplier, t.waits_both);
                format!("{} {}/{} {} {late}", t.code, t.signed, t.due, rate(t))
            })
            .collect()
    };
    assert_eq!(facts(&it.lots), ["1 1/2 50.00 0 0 1", "2 0/2 0.00 1 1 0"]);
    assert_eq!(
        facts(&it.hospitals),
        ["H33070200002 0/1 0.00 0 0 1", "H33070200003 0/1 0.00 1 0 0", "H33070200001 1/2 50.00 0 1 0"]
    );
    assert_eq!(it.suppliers.len(), 2);
    let path = format!("/rounds/{}/contracts", round.id);
    let page = site.get("officer", &path).await;
    page.is(200).shows("25.00%").shows("1 / 4").hides("alert-warning");
    site.get("hospital1", &path).await.is(403);
    site.get("auditor", &format!("{path}/export.csv"))
        .await
        .is(200)
        .shows("按医疗机构,H33070200001,金华市中心医院,2,1,50.00,0,1,0");
    assert!(site.get("auditor", &format!("{path}/export.xlsx")).await.bytes.starts_with(b"PK"));
    site.set_clock(round.calendar.contract_to);
    site.get("officer", &path).await.shows("仍有 3 份合同未签订");
}

#[actix_web::test]
async fn a_board_without_contracts_divides_by_nothing() {
    let site = Site::with_city();
    let (round, _) = site.round_in(RoundState::Awarded);
    let it = site.app.db.read(|c| board::board(c, &round.id)).unwrap();
    assert_eq!((it.lots.len(), it.hospitals.len()), (2, 0));
    assert!(it.lots.iter().all(|t| t.rate().is_none()));
    let page = site.get("officer", &format!("/rounds/{}/contracts", round.id)).await;
    page.is(200).shows("—").shows("生成合同");
    site.post("officer", &format!("/rounds/{}/contracts/draw-up", round.id), &[])
        .await
        .is(422)
        .shows("没有已确定的中选结果");
}

#[actix_web::test]
async fn reminders_go_out_five_days_and_one_day_before_once_each() {
    let (site, round) = drawn();
    let before = letters(&site, "contract_due").len();
    let remind = |at: jicai::types::Time| {
        site.set_clock(at);
        site.app.db.write(|tx| contracts::remind(tx, &site.ctx())).unwrap();
        letters(&site, "contract_due").len() - before
    };
    let deadline = round.calendar.contract_to;
    assert_eq!(remind(deadline.plus_days(-6)), 0);
    assert_eq!(remind(deadline.plus_days(-5)), 5);
    assert_eq!(remind(deadline.plus_days(-3)), 5);
    let it = all(&site).remove(1);
    both_confirm(&site, &it, "hospital2", "supplier2");
    assert_eq!(remind(deadline.plus_days(-1)), 8);
    assert_eq!(remind(deadline.plus_millis(-1)), 8);
    assert_eq!(remind(deadline), 8);
}

#[actix_web::test]
async fn contracts_are_not_confirmed_after_the_round_is_closed() {
    let (site, round) = drawn();
    let it = all(&site).remove(0);
    let move_to = |state| {
        site.app
            .db
            .write(|tx| {
                let round = rounds::round(tx.conn(), &round.id)?;
                rounds::store::update_round(tx, &Round { state, ..round })
            })
            .unwrap();
    };
    move_to(RoundState::Executing);
    site.post("hospital1", "/contracts/confirm", &[("contract", &seen(&it))]).await.is(303);
    let page = site.get("officer", &format!("/rounds/{}/contracts", round.id)).await;
    page.shows("仍有 4 份合同未签订");
    move_to(RoundState::Closed);
    site.post("supplier1", "/contracts/confirm", &[("contract", &seen(&it))]).await.is(422).shows("已结束");
}

#[actix_web::test]
async fn thousands_of_contracts_are_drawn_up_at_once() {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Awarded);
    let (a, b) = (site.who("supplier1").organisation.id, site.who("supplier2").organisation.id);
    let count = std::env::var("JICAI_TEST_HOSPITALS").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    let mut agreed = Vec::new();
    for i in 0..count {
        let code = format!("H3307{i:07}");
        let it =
            site.organisation(OrganisationKind::Hospital, &format!("第{i}医院"), &code, "金华市", "一级");
        if i % 100 == 0 {
            site.account(&it, &format!("h{i}"), &[Role::Hospital]);
        }
        for lot in 0..2 {
            for supplier in [&a, &b] {
                agreed.push((lot, it.id.clone(), supplier.clone(), "100".parse().unwrap()));
            }
        }
    }
    let bids = [
        won(0, "supplier1", "a", "1"),
        won(0, "supplier2", "b", "1"),
        won(1, "supplier1", "c", "1"),
        won(1, "supplier2", "d", "1"),
    ];
    let bids: Vec<(&Bid, OrganisationId)> = bids
        .iter()
        .map(|bid| (bid, if bid.supplier == "supplier1" { a.clone() } else { b.clone() }))
        .collect();
    write_award(&site, &round, &lots, &bids, &agreed);
    let ctx = site.ctx_of("officer");
    let start = std::time::Instant::now();
    assert_eq!(site.app.db.write(|tx| contracts::draw_up(tx, &ctx, &round.id)).unwrap(), agreed.len());
    eprintln!("{} contracts in {:?}", agreed.len(), start.elapsed());
    let page = site.get("officer", &format!("/contracts?round={}", round.id)).await;
    page.is(200).shows("after=");
}
