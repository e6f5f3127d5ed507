//! Contract events: a spare supplier takes over, prices change by preview, quotas rise, a round gets its successor.

use diesel::prelude::*;
use jicai::awards::region_lines::{self, RegionLine};
use jicai::contracts::events::{self, Among, EventState};
use jicai::contracts::takeover::{self, Wanted};
use jicai::contracts::volumes::{self, Movement};
use jicai::contracts::{self, Contract, ContractState, Seen, changes::Cause, prices, store, successor};
use jicai::credit::FactKind;
use jicai::error::Error;
use jicai::rounds::{self, Round, RoundState};
use jicai::schema::{agreed_volumes, credit_facts, mails, order_lines};
use jicai::types::{Ctx, EventId, Quantity, Time, UnitPrice};

use crate::chain::ordered;
use crate::contracts::{award, won};
use crate::support::Site;

/// A city whose lot 1 has three winners, all contracts signed, on the first day of their term: hospital1 and hospital2
/// with supplier1 (10000 and 2000 at 0.20), hospital2 with supplier2 (300 at 0.25).
fn city() -> (Site, Round, Vec<Contract>) {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Awarded);
    let bids = [
        won(0, "supplier1", "康恩阿莫西林", "0.20"),
        won(0, "supplier2", "华东阿莫西林", "0.25"),
        won(0, "supplier3", "齐鲁阿莫西林", "0.30"),
    ];
    let agreed = [
        (0, "hospital1", "supplier1", "10000"),
        (0, "hospital2", "supplier1", "2000"),
        (0, "hospital2", "supplier2", "300"),
    ];
    award(&site, &round, &lots, &bids, &agreed);
    let ctx = site.ctx_of("officer");
    site.app.db.write(|tx| contracts::draw_up(tx, &ctx, &round.id)).unwrap();
    for it in all(&site) {
        for login in ["hospital1", "hospital2", "supplier1", "supplier2"] {
            if it.party(&site.who(login).organisation.id).is_some() {
                confirm(&site, login, &it);
            }
        }
    }
    let signed = all(&site);
    site.set_clock(Time::parse_local(&format!("{} 09:00", signed[0].starts)).unwrap());
    let round = site.app.db.read(|c| jicai::rounds::round(c, &round.id)).unwrap();
    (site, round, signed)
}

fn all(site: &Site) -> Vec<Contract> {
    let filter = store::Filter::default();
    site.app.db.read(|c| store::page(c, &filter, 100)).unwrap().into_iter().map(|(it, ..)| it).collect()
}

fn confirm(site: &Site, login: &str, it: &Contract) {
    let (ctx, seen) = (site.ctx_of(login), Seen { id: it.id.clone(), version: it.version });
    site.app.db.write(|tx| contracts::confirm(tx, &ctx, std::slice::from_ref(&seen))).unwrap();
}

/// What is agreed of all contracts, over every year that was made.
fn agreed(site: &Site) -> i64 {
    let rows: Vec<Quantity> =
        site.app.db.read(|c| Ok(agreed_volumes::table.select(agreed_volumes::agreed).load(c)?)).unwrap();
    rows.iter().map(|it| it.scaled()).sum()
}

fn letters(site: &Site, kind: &str) -> Vec<String> {
    let filter = mails::table.filter(mails::template.eq(kind)).order(mails::address).select(mails::address);
    site.app.db.read(|c| Ok(filter.load(c)?)).unwrap()
}

/// The value of a hidden field of a page.
fn field(body: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let rest = body.rsplit_once(&mark).unwrap_or_else(|| panic!("no {name} in {body}")).1;
    rest.split('"').next().unwrap().to_owned()
}

fn supplier(site: &Site, login: &str) -> String {
    site.who(login).organisation.id.to_string()
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Refused(why)) => why.say(jicai::text::Lang::En.text()),
        other => panic!("not refused: {other:?}"),
    }
}

/// A fresh id, as a form carries one.
fn made() -> String {
    EventId::new().to_string()
}

#[actix_web::test]
async fn another_winner_takes_over_what_is_not_ordered_and_no_unit_is_lost() {
    let (site, round, signed) = city();
    let line = ordered(&site, &signed[0], "4000");
    let lot = signed[0].lot_id.to_string();
    let (gone, to) = (supplier(&site, "supplier1"), supplier(&site, "supplier2"));
    // Later years are made too, so that all that is agreed can be summed.
    site.app
        .db
        .write(|tx| {
            for it in &signed {
                volumes::at(tx, it, it.ends)?;
            }
            Ok(())
        })
        .unwrap();
    let before = agreed(&site);
    let path = format!("/rounds/{}/takeover", round.id);
    let ask = format!("{path}?lot={lot}&supplier={gone}");
    let page = site.get("officer", &ask).await;
    page.is(200).shows("华东制药有限公司").shows("齐鲁制药有限公司").hides("name=\"seen\"");
    for (login, status) in [("hospital1", 403), ("supplier1", 403), ("reviewer", 403), ("settlement", 403)] {
        site.get(login, &ask).await.is(status);
    }
    site.get("officer", &format!("{ask}&to=spare")).await.is(422).shows("没有可用的备供企业");
    site.get("officer", &format!("{ask}&to={gone}")).await.is(422).shows("其他中选企业");
    let page = site.get("officer", &format!("{ask}&to={to}")).await;
    page.is(200).shows(&signed[0].number).shows(&signed[1].number).shows("新合同").shows("加量");
    page.shows("6000").shows("0.20 → 0.25");
    let (id, seen) = (made(), field(&page.body, "seen"));
    let mut fields = vec![
        ("id", id.as_str()),
        ("seen", seen.as_str()),
        ("to", to.as_str()),
        ("lot", lot.as_str()),
        ("supplier", gone.as_str()),
        ("cause", "shortage"),
        ("reason", ""),
    ];
    site.post("officer", &path, &fields).await.is(422).shows("具体说明");
    fields[6].1 = "停产";
    site.post("officer", &path, &fields).await.is(303);
    site.post("officer", &path, &fields).await.is(303);

    let now = all(&site);
    assert_eq!(now.len(), 4);
    assert_eq!(agreed(&site), before);
    let of = |number: &str| now.iter().find(|it| it.number.ends_with(number)).unwrap();
    let (old, new, raised) = (of("00001"), of("00004"), of("00003"));
    assert_eq!((old.state, old.quantity.to_string()), (ContractState::Ended, "4000".to_owned()));
    assert_eq!((new.state, new.unit_price.to_string()), (ContractState::Drawn, "0.25".to_owned()));
    assert!(new.hospital_at.is_some() && new.supplier_at.is_none());
    assert_eq!((raised.state, raised.quantity.to_string()), (ContractState::Confirmed, "2300".to_owned()));
    // What is ordered stays, with its contract, price and volume.
    let kept: (String, UnitPrice) = site
        .app
        .db
        .read(|c| {
            let columns = (order_lines::supplier_id, order_lines::unit_price);
            Ok(order_lines::table.find(&line.id).select(columns).first(c)?)
        })
        .unwrap();
    assert_eq!(kept, (gone.clone(), line.unit_price));
    let years = site.app.db.read(|c| volumes::of_contract(c, &old.id)).unwrap();
    assert_eq!(years[0].room(), Some(Quantity::ZERO));
    // The new one is confirmed by its supplier alone, and can be ordered from.
    confirm(&site, "supplier2", new);
    let new = store_contract(&site, new);
    assert_eq!(new.state, ContractState::Confirmed);
    ordered(&site, &new, "6000");

    let facts: Vec<(String, FactKind)> = site
        .app
        .db
        .read(|c| {
            let columns = (credit_facts::supplier_id, credit_facts::kind);
            Ok(credit_facts::table.select(columns).load(c)?)
        })
        .unwrap();
    assert_eq!(facts, vec![(gone.clone(), FactKind::Replaced); 2]);
    let told = letters(&site, "contracts_amended");
    assert_eq!(told.len(), 4, "{told:?}");
    site.get("supplier1", &format!("/contracts/{}", old.id)).await.is(200).shows("停产").shows("已终止");
    site.get("officer", &format!("/rounds/{}/events", round.id))
        .await
        .is(200)
        .shows("停产")
        .shows("接续供应");
    site.get("hospital1", &format!("/rounds/{}/events", round.id)).await.is(403);
    // Nothing can be done to what has ended; the board of signatures no longer counts it.
    site.post("hospital1", "/contracts/confirm", &[("contract", &format!("{}:{}", old.id, old.version))])
        .await
        .is(422)
        .shows("接续而终止");
    site.get("officer", &format!("/contracts/{}", old.id)).await.is(200).hides("?amend=quantity");
}

fn store_contract(site: &Site, it: &Contract) -> Contract {
    site.app.db.read(|c| store::contract(c, &it.id)).unwrap().unwrap()
}

fn wanted(round: &Round, among: Among, to: Option<&str>, site: &Site, ctx: &Ctx) -> Wanted {
    let to = to.map(|login| site.who(login).organisation.id);
    let preview = site
        .app
        .db
        .read(|c| {
            let round = jicai::rounds::round(c, &round.id)?;
            takeover::preview(c, &round, &among, to.as_ref(), ctx.now)
        })
        .unwrap();
    Wanted {
        id: EventId::new(),
        round: round.id.clone(),
        among,
        to,
        cause: Cause::Shortage,
        reason: "退出".to_owned(),
        seen: preview.seen,
    }
}

#[actix_web::test]
async fn the_spare_supplier_of_the_region_takes_over_where_the_award_names_one() {
    let (site, round, signed) = city();
    let spare = site.who("supplier3").organisation.id;
    site.app
        .db
        .write(|tx| {
            let award = store::confirmed_award(tx.conn(), &round.id)?.unwrap();
            region_lines::insert(
                tx,
                &RegionLine {
                    award_id: award,
                    lot_id: signed[0].lot_id.clone(),
                    region: "金华市".to_owned(),
                    base_volume: Quantity::ZERO,
                    agreed_volume: Quantity::ZERO,
                    unallocated: Quantity::ZERO,
                    main_id: None,
                    spare_id: Some(spare.clone()),
                },
            )
        })
        .unwrap();
    let ctx = site.ctx_of("officer");
    let it = wanted(&round, Among::One(signed[0].id.clone()), None, &site, &ctx);
    site.app.db.write(|tx| takeover::take_over(tx, &ctx, &it)).unwrap();
    let new = all(&site).into_iter().find(|it| it.number.ends_with("00004")).unwrap();
    assert_eq!((new.supplier_id, new.unit_price.to_string()), (spare, "0.30".to_owned()));
    // The other contract of the supplier is as it was.
    assert_eq!(store_contract(&site, &signed[1]), signed[1]);
}

#[actix_web::test]
async fn volume_freed_later_is_taken_over_by_doing_it_again() {
    let (site, round, signed) = city();
    let line = ordered(&site, &signed[0], "4000");
    let (ctx, among) = (site.ctx_of("officer"), Among::One(signed[0].id.clone()));
    let it = wanted(&round, among.clone(), Some("supplier2"), &site, &ctx);
    site.app.db.write(|tx| takeover::take_over(tx, &ctx, &it)).unwrap();
    let again = |c: &mut jicai::db::Conn| takeover::preview(c, &round, &among, it.to.as_ref(), ctx.now);
    assert!(refusal(site.app.db.read(again).map(|it| it.plans.len())).contains("No contract is left"));
    let (volume, freed) = (line.volume_id.unwrap(), "1500".parse().unwrap());
    site.app.db.write(|tx| volumes::shift(tx, &volume, Movement::Release, freed)).unwrap();
    let second = wanted(&round, among.clone(), Some("supplier2"), &site, &ctx);
    let plan = site.app.db.read(again).unwrap().plans.remove(0);
    assert_eq!(plan.total, freed);
    site.app.db.write(|tx| takeover::take_over(tx, &ctx, &second)).unwrap();
    let new = all(&site).into_iter().find(|it| it.number.ends_with("00004")).unwrap();
    let years = site.app.db.read(|c| volumes::of_contract(c, &new.id)).unwrap();
    assert_eq!(years[0].agreed.to_string(), "7500");
}

#[actix_web::test]
async fn of_two_officers_at_once_one_takes_over_and_the_other_is_told() {
    let (site, round, signed) = city();
    let among =
        Among::All { lot: signed[0].lot_id.clone(), supplier: signed[0].supplier_id.clone(), region: None };
    let results: Vec<Result<(), Error>> = std::thread::scope(|scope| {
        let threads: Vec<_> = [("officer", "supplier2"), ("officer2", "supplier3")]
            .map(|(login, to)| {
                let ctx = site.ctx_of(login);
                (wanted(&round, among.clone(), Some(to), &site, &ctx), ctx)
            })
            .map(|(it, ctx)| {
                let db = site.app.db.clone();
                scope.spawn(move || db.write(|tx| takeover::take_over(tx, &ctx, &it)))
            })
            .into();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|it| it.is_ok()).count(), 1, "{results:?}");
    let lost = results.into_iter().find(Result::is_err).unwrap();
    assert!(refusal(lost).contains("changed after your preview"));
    let events = site.app.db.read(|c| events::of_round(c, &round.id)).unwrap();
    assert_eq!(events.len(), 1);
}

#[actix_web::test]
async fn a_price_changes_for_all_of_a_supplier_at_once_and_orders_keep_theirs() {
    let (site, round, signed) = city();
    let line = ordered(&site, &signed[0], "4000");
    let (lot, gone) = (signed[0].lot_id.to_string(), supplier(&site, "supplier1"));
    let path = format!("/rounds/{}/price-change", round.id);
    let day = site.now().day().to_string();
    let ask = format!("{path}?lot={lot}&supplier={gone}");
    site.get("officer", &ask).await.is(200).shows("50.0%").hides("name=\"seen\"");
    site.get("hospital1", &ask).await.is(403);
    let refused = async |rest: &str, want: &str| {
        site.get("officer", &format!("{ask}&{rest}")).await.is(422).shows(want);
    };
    refused(&format!("how=amount&amount=0.21&since={day}&cause=agreed"), "不能由 0.20 元上调").await;
    refused(&format!("how=amount&amount=0.09&since={day}&cause=price_cut"), "上限 50%").await;
    refused(&format!("how=amount&amount=0&since={day}&cause=price_cut"), "必须大于零").await;
    refused(&format!("how=amount&amount=0.20&since={day}&cause=price_cut"), "内容相同").await;
    refused("how=amount&amount=0.19&since=2026-01-01&cause=price_cut", "早于今天").await;
    refused(&format!("how=share&percent=x&since={day}&cause=price_cut"), "x").await;
    refused(&format!("how=amount&since={day}&cause=price_cut"), "必填").await;
    // A contract of another round, or no contract at all, is not there.
    site.get("officer", &format!("{path}?contract={}", EventId::new())).await.is(404);
    let page = site.get("officer", &format!("{ask}&how=share&percent=-10&since={day}&cause=price_cut")).await;
    page.is(200).shows("0.18").shows("-240.00").shows("800.00");
    let (id, seen) = (made(), field(&page.body, "seen"));
    let fields = [
        ("id", id.as_str()),
        ("seen", seen.as_str()),
        ("lot", lot.as_str()),
        ("supplier", gone.as_str()),
        ("how", "share"),
        ("percent", "-10"),
        ("since", day.as_str()),
        ("cause", "price_cut"),
        ("reason", "联动降价"),
    ];
    site.post("officer", &path, &fields).await.is(303);
    site.post("officer", &path, &fields).await.is(303);
    let now = all(&site);
    let prices: Vec<String> = now.iter().map(|it| it.unit_price.to_string()).collect();
    assert_eq!(prices, ["0.18", "0.18", "0.25"]);
    let kept: UnitPrice = site
        .app
        .db
        .read(|c| Ok(order_lines::table.find(&line.id).select(order_lines::unit_price).first(c)?))
        .unwrap();
    assert_eq!(kept.to_string(), "0.20");
    assert_eq!(letters(&site, "contracts_amended").len(), 3);
    site.get("hospital1", &format!("/contracts/{}", signed[0].id))
        .await
        .shows("<del>0.20</del> <ins>0.18</ins>")
        .shows("联动降价");
    // The preview of somebody slower no longer holds.
    let other = made();
    let late: Vec<_> =
        fields.iter().map(|(k, v)| if *k == "id" { (*k, other.as_str()) } else { (*k, *v) }).collect();
    site.post("officer2", &path, &late).await.is(422).shows("重新预览");
}

fn price(round: &Round, among: &Among, to: &str, since: chrono::NaiveDate, site: &Site) -> prices::Wanted {
    let to = prices::To::Amount(to.parse().unwrap());
    let (cause, today) = (Cause::PriceCut, site.now().day());
    let made = site
        .app
        .db
        .read(|c| {
            let round = jicai::rounds::round(c, &round.id)?;
            prices::preview(c, &round, among, to, cause, since, today)
        })
        .unwrap();
    prices::Wanted {
        id: EventId::new(),
        round: round.id.clone(),
        among: among.clone(),
        to,
        since,
        cause,
        reason: "降价".to_owned(),
        seen: made.seen,
    }
}

#[actix_web::test]
async fn a_price_planned_for_a_day_waits_for_it_and_is_taken_back_or_fails_as_a_whole() {
    let (site, round, signed) = city();
    let ctx = site.ctx_of("officer");
    let among =
        Among::All { lot: signed[0].lot_id.clone(), supplier: signed[0].supplier_id.clone(), region: None };
    let since = site.now().plus_days(10).day();
    let state = |id: &EventId| site.app.db.read(|c| events::event(c, id)).unwrap().unwrap().state;
    let of_first = || store_contract(&site, &signed[0]).unit_price.to_string();

    let first = price(&round, &among, "0.19", since, &site);
    site.app.db.write(|tx| prices::enter(tx, &ctx, &first)).unwrap();
    assert_eq!((state(&first.id), of_first()), (EventState::Planned, "0.20".to_owned()));
    site.get("officer", &format!("/rounds/{}/events", round.id)).await.shows("待生效").shows("撤回");
    let one = Among::One(signed[0].id.clone());
    let (to, today) = (prices::To::Amount("0.18".parse().unwrap()), site.now().day());
    let twice = site.app.db.read(|c| prices::preview(c, &round, &one, to, Cause::PriceCut, today, today));
    assert!(refusal(twice.map(|it| it.lines.len())).contains("Withdraw it first"));
    let withdraw = format!("/rounds/{}/price-change/withdraw", round.id);
    site.post("hospital1", &withdraw, &[("id", first.id.as_str())]).await.is(403);
    for _ in 0..2 {
        site.post("officer", &withdraw, &[("id", first.id.as_str())]).await.is(303);
    }
    assert_eq!(state(&first.id), EventState::Withdrawn);

    let second = price(&round, &among, "0.19", since, &site);
    site.app.db.write(|tx| prices::enter(tx, &ctx, &second)).unwrap();
    assert_eq!(prices::apply_due(&site.app.db, &site.ctx()).unwrap(), 0);
    site.set_clock(site.now().plus_days(10));
    assert_eq!(prices::apply_due(&site.app.db, &site.ctx()).unwrap(), 1);
    assert_eq!(prices::apply_due(&site.app.db, &site.ctx()).unwrap(), 0);
    assert_eq!((state(&second.id), of_first()), (EventState::Done, "0.19".to_owned()));
    site.post("officer", &withdraw, &[("id", second.id.as_str())]).await.is(422).shows("已生效");

    // One of the contracts is taken over before the day: none changes, and the officers hear of it.
    let third = price(&round, &among, "0.17", site.now().plus_days(5).day(), &site);
    let ctx = site.ctx_of("officer");
    site.app.db.write(|tx| prices::enter(tx, &ctx, &third)).unwrap();
    let it = wanted(&round, Among::One(signed[1].id.clone()), Some("supplier2"), &site, &ctx);
    site.app.db.write(|tx| takeover::take_over(tx, &ctx, &it)).unwrap();
    site.set_clock(site.now().plus_days(5));
    let told = letters(&site, "contracts_amended").len();
    assert_eq!(prices::apply_due(&site.app.db, &site.ctx()).unwrap(), 0);
    assert_eq!((state(&third.id), of_first()), (EventState::Failed, "0.19".to_owned()));
    assert_eq!(letters(&site, "contracts_amended").len(), told + 2);
}

#[actix_web::test]
async fn a_quota_is_raised_for_one_year_and_no_limit_is_not_zero() {
    let (site, _, signed) = city();
    let it = &signed[0];
    let path = format!("/contracts/{}/quota", it.id);
    site.get("officer", &path).await.is(200).shows("10000");
    site.get("hospital1", &path).await.is(403);
    site.get("officer", &format!("{path}?agreed=9999&allowed=0")).await.is(422).shows("不能减少");
    site.get("officer", &format!("{path}?agreed=12000&allowed=")).await.is(422).shows("必填");
    site.get("officer", &format!("{path}?agreed=10000&allowed=0")).await.is(422).shows("内容相同");
    let page = site.get("officer", &format!("{path}?agreed=12000&allowed=0")).await;
    page.is(200).shows("name=\"version\"").shows("12000");
    let raise = async |login: &str, id: &str, version: &str, agreed: &str, unlimited: &str| {
        let fields = [
            ("id", id),
            ("version", version),
            ("agreed", agreed),
            ("allowed", if unlimited == "1" { "" } else { "0" }),
            ("unlimited", unlimited),
            ("cause", "agreed"),
            ("reason", "用量增加"),
        ];
        site.post(login, &path, &fields).await
    };
    let id = made();
    raise("officer", &id, "1", "12000", "").await.is(303);
    raise("officer", &id, "1", "12000", "").await.is(303);
    raise("officer2", &made(), "1", "13000", "").await.is(422).shows("已有变动");
    let year = || site.app.db.read(|c| volumes::of_contract(c, &it.id)).unwrap().remove(0);
    assert_eq!((year().agreed.to_string(), year().allowed), ("12000".to_owned(), Some(Quantity::ZERO)));
    assert_eq!(year().split("12001".parse().unwrap()).1.to_string(), "1");
    raise("officer", &made(), "2", "12000", "1").await.is(303);
    assert_eq!(year().split("1000000".parse().unwrap()).1, Quantity::ZERO);
    site.get("supplier1", &format!("/contracts/{}", it.id)).await.shows("<ins>不限</ins>").shows("加量");
    // The contract says the same as before for the years to come.
    assert_eq!(store_contract(&site, it).quantity, it.quantity);
    assert_eq!(letters(&site, "contract_amended").len(), 4);
}

#[actix_web::test]
async fn a_quantity_is_not_cut_below_what_is_used() {
    let (site, _, signed) = city();
    ordered(&site, &signed[0], "4000");
    let path = format!("/contracts/{}/amend", signed[0].id);
    let cut = async |quantity: &str| {
        let id = made();
        let fields = [
            ("id", id.as_str()),
            ("version", "1"),
            ("kind", "quantity"),
            ("quantity", quantity),
            ("cause", "agreed"),
            ("reason", "减量"),
        ];
        site.post("officer", &path, &fields).await
    };
    cut("3999").await.is(422).shows("低于已采购的 4000");
    assert_eq!(store_contract(&site, &signed[0]), signed[0]);
    cut("4000").await.is(303);
    for kind in ["price", "supplier", "quota"] {
        let id = made();
        let fields =
            [("id", id.as_str()), ("version", "2"), ("kind", kind), ("cause", "agreed"), ("reason", "x")];
        site.post("officer", &path, &fields).await.is(422);
    }
}

#[actix_web::test]
async fn a_round_has_one_successor_with_lots_and_regions_and_nothing_else() {
    let (site, round, signed) = city();
    let path = format!("/rounds/{}/successor", round.id);
    site.get("officer", &path).await.is(422).shows("进入执行后");
    site.app
        .db
        .write(|tx| {
            let now = rounds::round(tx.conn(), &round.id)?;
            rounds::store::update_round(tx, &Round { state: RoundState::Executing, ..now })
        })
        .unwrap();
    let line = ordered(&site, &signed[0], "4000");
    let volume = line.volume_id.unwrap();
    site.app.db.write(|tx| volumes::shift(tx, &volume, Movement::Consume, "3000".parse().unwrap())).unwrap();
    let page = site.get("officer", &path).await;
    page.is(200).shows("0.30").shows("3000").shows("无中选，沿用原价");
    site.get("hospital1", &path).await.is(403);
    let rules = round.rule_set_id.to_string();
    let id = made();
    let send = async |login: &str, id: &str, number: &str| {
        let fields = [("id", id), ("number", number), ("title", "接续采购"), ("rule_set_id", rules.as_str())];
        site.post(login, &path, &fields).await
    };
    send("officer", &id, "").await.is(422).shows("必填");
    send("officer", &id, &round.number).await.is(422).shows(&round.number);
    send("officer", &id, "JH-JX-1").await.is(303);
    send("officer", &id, "JH-JX-1").await.is(303);
    send("officer2", &made(), "JH-JX-2").await.is(422).shows("JH-JX-1");
    let next = site.app.db.read(|c| successor::next_of(c, &round.id)).unwrap().unwrap();
    assert_eq!((next.state, next.title.as_str(), next.kind), (RoundState::Draft, "接续采购", round.kind));
    let lots = site.app.db.read(|c| rounds::lots_of(c, &next.id)).unwrap();
    let facts: Vec<(String, String, Option<String>)> = lots
        .iter()
        .map(|it| (it.code.clone(), it.ceiling.to_string(), it.base_volume.map(|q| q.to_string())))
        .collect();
    assert_eq!(
        facts,
        [
            ("1".to_owned(), "0.30".to_owned(), Some("3000".to_owned())),
            ("2".to_owned(), "3.44".to_owned(), None)
        ]
    );
    let regions = site.app.db.read(|c| rounds::store::regions_of(c, &next.id)).unwrap();
    assert_eq!(regions, ["金华市"]);
    assert_eq!(all(&site).iter().filter(|it| it.round_id == next.id).count(), 0);
    site.get("officer", &format!("/rounds/{}", round.id)).await.shows("JH-JX-1");
    site.get("officer", &format!("/rounds/{}", next.id)).await.shows(&round.number);
    // A draft is not there for others, nor the link to it.
    site.get("hospital1", &format!("/rounds/{}", round.id)).await.is(200).hides("JH-JX-1");
}
