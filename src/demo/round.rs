//! The sample rounds, walked by the operations of the pages with the clock set to each day.

use std::collections::BTreeMap;

use crate::awards::questions::{self, Asking, Said};
use crate::awards::{confirmation, evaluation};
use crate::bids::{self, Content, Line, OfferKind};
use crate::contracts;
use crate::db::{Db, Tx};
use crate::demo::city::{ASKED, DRUGS, Drug, SUPPLIERS};
use crate::demo::history::code;
use crate::demo::people::{City, REGIONS, acts};
use crate::error::{Error, Result};
use crate::people::Organisation;
use crate::rounds::approvals::{self, Action};
use crate::rounds::demand::{self, Entered, Entry, Save};
use crate::rounds::lots::LotFields;
use crate::rounds::{self, Calendar, Fields, RoundKind, publication, steps};
use crate::standards::{self, feed};
use crate::types::{
    ConsumerId, Ctx, EnvelopeId, LotId, Quantity, QuestionId, ReplyId, RoundId, Time, UnitPrice,
    parse_decimal, sha256,
};

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;

/// How many days ago the first round began.
pub const BEGAN: i64 = 270;

/// A round being walked.
struct Walk<'a> {
    db: &'a Db,
    city: &'a City,
    id: RoundId,
    drugs: &'static [Drug],
}

/// The first round: walked to its payment standards, in execution today.
pub fn finished(db: &Db, city: &City, now: Time, token: &str) -> Result<()> {
    let day = |n: i64| morning(now.plus_days(n - BEGAN));
    let calendar = Calendar {
        demand_from: day(2),
        demand_to: day(22),
        bidding_from: day(30),
        bidding_to: day(45),
        opening_at: day(45).plus_millis(HOUR),
        publicity_from: day(48),
        publicity_to: day(55),
        contract_to: day(85),
        execution_from: day(90).day(),
        execution_to: day(90 + 3 * 365).day(),
    };
    let walk = Walk { db, city, id: RoundId::new(), drugs: DRUGS };
    walk.publish("AH-YD2026-1", "安和市第一批药品集中带量采购", calendar, day(0), day(1))?;
    walk.report(usize::MAX, day(6), 100)?;
    walk.approve_demand(day(22))?;
    walk.write("officer", day(30), |tx, ctx, id| steps::open_bidding(tx, ctx, id).map(drop))?;
    walk.bid(usize::MAX, day(40))?;
    walk.due(day(45))?;
    walk.open(day(45).plus_millis(2 * HOUR))?;
    walk.write("officer", day(46), |tx, ctx, id| evaluation::evaluate(tx, ctx, id, "").map(drop))?;
    walk.write("officer", day(48), confirmation::publish)?;
    walk.write("officer", day(55), confirmation::ask)?;
    walk.write("reviewer", day(56), confirmation::confirm)?;
    walk.write("officer", day(57), |tx, ctx, id| contracts::draw_up(tx, ctx, id).map(drop))?;
    walk.sign(day(70))?;
    walk.release(day(80))?;
    walk.due(day(90))?;
    let ctx = acts(db, "settlement", day(81))?;
    let hash = sha256(token.as_bytes());
    db.write(|tx| feed::add_consumer(tx, &ctx, ConsumerId::new(), "医保结算系统", &hash))
}

/// The second round: open for bids today, with five envelopes in.
pub fn bidding(db: &Db, city: &City, now: Time) -> Result<()> {
    let day = |n: i64| morning(now.plus_days(n));
    let calendar = Calendar {
        demand_from: day(-40),
        demand_to: day(-20),
        bidding_from: day(-3),
        bidding_to: day(9),
        opening_at: day(9).plus_millis(HOUR),
        publicity_from: day(14),
        publicity_to: day(21),
        contract_to: day(50),
        execution_from: day(60).day(),
        execution_to: day(60 + 730).day(),
    };
    let walk = Walk { db, city, id: RoundId::new(), drugs: DRUGS.get(..3).unwrap_or_default() };
    walk.publish("AH-YD2026-2", "安和市第二批药品集中带量采购", calendar, day(-45), day(-42))?;
    walk.report(usize::MAX, day(-35), 96)?;
    walk.approve_demand(day(-20))?;
    walk.write("officer", day(-3), |tx, ctx, id| steps::open_bidding(tx, ctx, id).map(drop))?;
    walk.bid(5, day(-1))
}

/// The third round: hospitals report today; four have.
pub fn reporting(db: &Db, city: &City, now: Time) -> Result<()> {
    let day = |n: i64| morning(now.plus_days(n));
    let calendar = Calendar {
        demand_from: day(-5),
        demand_to: day(8),
        bidding_from: day(20),
        bidding_to: day(35),
        opening_at: day(35).plus_millis(HOUR),
        publicity_from: day(40),
        publicity_to: day(47),
        contract_to: day(80),
        execution_from: day(90).day(),
        execution_to: day(90 + 730).day(),
    };
    let walk = Walk { db, city, id: RoundId::new(), drugs: DRUGS.get(3..).unwrap_or_default() };
    walk.publish("AH-YD2026-3", "安和市第三批药品集中带量采购", calendar, day(-10), day(-8))?;
    walk.report(4, day(-2), 98)
}

/// The fourth round: in evaluation today; three bidders were asked whether they take a revival price, one does.
pub fn asking(db: &Db, city: &City, now: Time) -> Result<()> {
    let day = |n: i64| morning(now.plus_days(n));
    let calendar = Calendar {
        demand_from: day(-60),
        demand_to: day(-40),
        bidding_from: day(-30),
        bidding_to: day(-3),
        opening_at: day(-3).plus_millis(HOUR),
        publicity_from: day(4),
        publicity_to: day(11),
        contract_to: day(40),
        execution_from: day(50).day(),
        execution_to: day(50 + 730).day(),
    };
    let walk = Walk { db, city, id: RoundId::new(), drugs: ASKED };
    walk.publish("AH-YD2026-4", "安和市第四批药品集中带量采购", calendar, day(-65), day(-62))?;
    walk.report(usize::MAX, day(-50), 97)?;
    walk.approve_demand(day(-40))?;
    walk.write("officer", day(-30), |tx, ctx, id| steps::open_bidding(tx, ctx, id).map(drop))?;
    walk.bid(usize::MAX, day(-10))?;
    walk.due(day(-3))?;
    walk.open(day(-3).plus_millis(2 * HOUR))?;
    walk.write("officer", day(-2), |tx, ctx, id| evaluation::evaluate(tx, ctx, id, "").map(drop))?;
    let asking = Asking { batch: QuestionId::new().to_string(), version: 1, deadline: day(3) };
    walk.write("officer", day(-2).plus_millis(HOUR), |tx, ctx, id| {
        questions::ask(tx, ctx, id, &asking).map(drop)
    })?;
    walk.write("supplier6", day(-1), |tx, ctx, id| {
        let asked = questions::store::of_round(tx.conn(), id)?;
        let own = asked.into_iter().find(|it| Some(&it.supplier_id) == ctx.actor.organisation.as_ref());
        let own = own.ok_or(Error::NotFound)?;
        questions::answer(tx, ctx, &own.id, &ReplyId::new(), &Said::Yes)?.map_err(Error::refused)
    })
}

/// Nine in the morning of a moment's day.
fn morning(at: Time) -> Time {
    Time::parse_local(&format!("{} 09:00", at.day())).unwrap_or(at)
}

impl Walk<'_> {
    fn write(
        &self,
        login: &str,
        at: Time,
        mut act: impl FnMut(&mut Tx, &Ctx, &RoundId) -> Result<()>,
    ) -> Result<()> {
        let ctx = acts(self.db, login, at)?;
        self.db.write(|tx| act(tx, &ctx, &self.id))
    }

    /// What the clock moves.
    fn due(&self, at: Time) -> Result<()> {
        let ctx = Ctx::system(at, "advance_rounds");
        self.db.write(|tx| steps::advance_due(tx, &ctx)).map(drop)
    }

    fn publish(
        &self,
        number: &str,
        title: &str,
        calendar: Calendar,
        made: Time,
        published: Time,
    ) -> Result<()> {
        let rules = self
            .db
            .read(|conn| rounds::store::latest_rule_set(conn, "GY-YD2024-2")?.ok_or(Error::NotFound))?;
        let fields = Fields {
            number: number.to_owned(),
            title: title.to_owned(),
            kind: RoundKind::Drug,
            regions: REGIONS.iter().map(|r| (*r).to_owned()).collect(),
            rule_set_id: rules.id,
            calendar,
        };
        self.write("officer", made, |tx, ctx, id| {
            rounds::create(tx, ctx, id.clone(), fields.clone())?;
            for (i, drug) in self.drugs.iter().enumerate() {
                rounds::lots::add(tx, ctx, id, LotId::new(), lot(drug, i + 1)?)?;
            }
            publication::ask(tx, ctx, id).map(drop)
        })?;
        self.write("reviewer", published, |tx, ctx, id| {
            let asked = approvals::open(tx.conn(), "rounds", id.as_str(), Action::Publish)?;
            approvals::decide(tx, ctx, &asked.ok_or(Error::NotFound)?.id, true, "")?;
            publication::publish(tx, ctx, id).map(drop)
        })
    }

    /// The first `count` hospitals report `percent` of their yearly average; the large ones some of it by brand.
    fn report(&self, count: usize, at: Time, percent: i64) -> Result<()> {
        for (i, hospital) in self.city.hospitals.iter().enumerate().take(count) {
            let entered = self.entered(hospital, at, percent, i < 2)?;
            self.write(&format!("hospital{}", i + 1), at, |tx, ctx, id| {
                let save = Save { entered: entered.clone(), seen: 0, submit: true };
                demand::save(tx, ctx, id, &hospital.id, save).map(drop)
            })?;
        }
        Ok(())
    }

    fn entered(&self, hospital: &Organisation, at: Time, percent: i64, by_brand: bool) -> Result<Entered> {
        let sheet = self.db.read(|conn| demand::sheet(conn, &self.id, &hospital.id, at))?;
        let mut entries = Vec::new();
        for it in sheet.lots {
            let whole = it.average.scaled() / 1_000 * percent / 100;
            let brand = if by_brand { whole * 15 / 100 } else { 0 };
            let drug = self.drugs.iter().find(|d| d.generic == it.lot.generic);
            let reference = drug.and_then(|d| d.offers.iter().find(|o| o.reference || o.supplier < 3));
            if let Some(maker) = reference.and_then(|o| SUPPLIERS.get(o.supplier)).filter(|_| brand > 0) {
                let quantity = Quantity::from_scaled(brand * 1_000);
                entries.push(Entry { lot_id: it.lot.id.clone(), company: maker.0.to_owned(), quantity });
            }
            let quantity = Quantity::from_scaled((whole - brand) * 1_000);
            entries.push(Entry { lot_id: it.lot.id, company: String::new(), quantity });
        }
        Ok(Entered { entries, reasons: BTreeMap::new() })
    }

    fn approve_demand(&self, at: Time) -> Result<()> {
        self.due(at)?;
        for hospital in &self.city.hospitals {
            self.write("officer", at, |tx, ctx, id| {
                let report = demand::store::report_of(tx.conn(), id, &hospital.id)?.ok_or(Error::NotFound)?;
                demand::approve(tx, ctx, id, &hospital.id, report.version, &[])
            })?;
        }
        Ok(())
    }

    /// The first `count` suppliers with something to offer hand in their envelopes.
    fn bid(&self, count: usize, at: Time) -> Result<()> {
        let lots = self.db.read(|conn| rounds::lots_of(conn, &self.id))?;
        let mut placed = 0;
        for (i, supplier) in self.city.suppliers.iter().enumerate() {
            let mut lines = Vec::new();
            for (drug, lot) in self.drugs.iter().zip(&lots) {
                for offered in drug.offers.iter().filter(|o| o.supplier == i) {
                    lines.push(Line {
                        lot: lot.code.clone(),
                        lot_id: lot.id.clone(),
                        product: code(drug, offered),
                        spec: offered.spec.unwrap_or(drug.spec).to_owned(),
                        unit_price: price(offered.price)?,
                        ratio: parse_decimal(offered.ratio).map_err(|e| Error::fault(format!("{e:?}")))?,
                        capacity: Some(Quantity::from_scaled(drug.use_a_year * 1_000 * 8 / 10)),
                        sales: Some(Quantity::from_scaled(drug.use_a_year * 100 * (12 - i as i64))),
                        kind: if offered.reference { OfferKind::Reference } else { OfferKind::Generic },
                        accepts_revival: offered.revival,
                    });
                }
            }
            if lines.is_empty() || placed == count {
                continue;
            }
            placed += 1;
            let content = Content::new(self.id.clone(), supplier.id.clone(), lines);
            self.write(&format!("supplier{}", i + 1), at, |tx, ctx, _| {
                bids::place(tx, ctx, &EnvelopeId::new(), &content)?.map(drop).map_err(Error::refused)
            })?;
        }
        Ok(())
    }

    /// Two people open the envelopes.
    fn open(&self, at: Time) -> Result<()> {
        for login in ["officer", "reviewer"] {
            self.write(login, at, |tx, ctx, id| {
                bids::confirm_opening(tx, ctx, id)?.map(drop).map_err(Error::refused)
            })?;
        }
        Ok(())
    }

    /// Every hospital and every supplier confirms its contracts.
    fn sign(&self, at: Time) -> Result<()> {
        for (i, hospital) in self.city.hospitals.iter().enumerate() {
            self.confirm(&format!("hospital{}", i + 1), hospital, at)?;
        }
        for (i, supplier) in self.city.suppliers.iter().enumerate() {
            self.confirm(&format!("supplier{}", i + 1), supplier, at.plus_days(1))?;
        }
        Ok(())
    }

    fn confirm(&self, login: &str, of: &Organisation, at: Time) -> Result<()> {
        self.write(login, at, |tx, ctx, id| {
            let waiting = contracts::waiting_in(tx.conn(), id, of)?;
            if waiting.is_empty() { Ok(()) } else { contracts::confirm(tx, ctx, &waiting).map(drop) }
        })
    }

    fn release(&self, at: Time) -> Result<()> {
        self.write("officer", at, standards::ask)?;
        self.write("reviewer", at.plus_millis(HOUR), |tx, ctx, id| {
            let round = rounds::round(tx.conn(), id)?;
            let (_, rows) = standards::pending(tx.conn(), &round)?;
            let looked_at = standards::fingerprint(&rows)?;
            standards::release(tx, ctx, id, &looked_at).map(drop)
        })
    }
}

fn price(text: &str) -> Result<UnitPrice> {
    text.parse().map_err(|e| Error::fault(format!("{text}: {e:?}")))
}

fn lot(drug: &Drug, number: usize) -> Result<LotFields> {
    let word = |text: &str| Error::fault(format!("no such word: {text}"));
    Ok(LotFields {
        code: number.to_string(),
        generic: drug.generic.to_owned(),
        form: drug.form.to_owned(),
        form_class: drug.class.parse().map_err(|()| word(drug.class))?,
        comparable_spec: drug.spec.to_owned(),
        unit: drug.unit.to_owned(),
        ceiling: price(drug.ceiling)?,
        category: drug.category.parse().map_err(|()| word(drug.category))?,
        base_volume: None,
    })
}
