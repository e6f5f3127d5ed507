//! What a round says to everybody at this moment, by the rules of the public pages: bids only after the award is
//! final, bidders never before it is public, and nothing of a person.

use std::collections::{BTreeMap, HashMap};

use chrono::{NaiveDate, NaiveTime};

use super::ocds::{
    Amendment, Award, Bid, Bids, Classification, Content, Contract, Identifier, Ingredient, Item, Party,
    PartyRef, Period, SCHEME, Statistic, Tender, TenderLot, Unit,
};
use super::{Stage, store};
use crate::archive;
use crate::awards::Status;
use crate::awards::results;
use crate::awards::store::{self as awards, Decision, LotLine};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::rounds::{self, Lot, Round, RoundKind, RoundState};
use crate::text::{Lang, Text, fill};
use crate::types::{AwardId, LotId, Money, OfferId, OrganisationId, Time, UnitPrice};

/// What a round says now, the award it tells of, and how far it is.
pub(super) struct Said {
    pub(super) content: Content,
    pub(super) award: Option<AwardId>,
    pub(super) stage: Stage,
}

/// The parties of a release with their roles, by their codes.
#[derive(Default)]
struct Parties {
    known: HashMap<OrganisationId, (String, String)>,
    named: BTreeMap<String, (String, Vec<&'static str>)>,
}

impl Parties {
    /// Names an organisation in a role.
    fn add(&mut self, id: &OrganisationId, role: &'static str) -> Result<PartyRef> {
        let (name, code) = self.known.get(id).cloned().ok_or(Error::NotFound)?;
        let roles = &mut self.named.entry(code.clone()).or_insert_with(|| (name.clone(), Vec::new())).1;
        if !roles.contains(&role) {
            roles.push(role);
        }
        Ok(PartyRef { id: format!("{SCHEME}-{code}"), name })
    }

    fn list(self) -> Vec<Party> {
        let party = |(code, (name, roles)): (String, (String, Vec<&'static str>))| Party {
            id: format!("{SCHEME}-{code}"),
            identifier: Identifier { scheme: SCHEME, id: code, legal_name: name.clone() },
            name,
            roles,
        };
        self.named.into_iter().map(party).collect()
    }
}

/// The award everybody may read now.
struct Public {
    id: AwardId,
    at: Option<Time>,
    decisions: Vec<Decision>,
    lines: HashMap<LotId, LotLine>,
    /// It is final: the archive with every bid is public.
    is_final: bool,
}

impl Public {
    fn of(conn: &mut Conn, round: &Round) -> Result<Option<Self>> {
        let Some(version) = results::current(conn, round)? else { return Ok(None) };
        let decisions = awards::all_decisions(conn, &version.id)?.into_iter().map(|(it, _)| it).collect();
        let lines = awards::lot_lines_of(conn, &version.id)?;
        let is_final = archive::is_public(round.state);
        Ok(Some(Self { at: version.published_at, id: version.id, decisions, lines, is_final }))
    }

    fn winners(&self) -> impl Iterator<Item = (&Decision, UnitPrice)> {
        self.decisions.iter().filter_map(|it| Some((it, it.award_price?)))
    }

    fn won(&self, lot: &LotId) -> bool {
        self.winners().any(|(it, _)| it.lot_id == *lot)
    }
}

/// What a round says now.
pub(super) fn of(conn: &mut Conn, round: &Round) -> Result<Said> {
    let t = Lang::Zh.text();
    let lots = rounds::lots_of(conn, &round.id)?;
    let public = Public::of(conn, round)?;
    let mut parties = Parties::default();
    let bureau = store::bureau(conn)?;
    let buyer = match &bureau {
        Some(it) => {
            parties.known.insert(it.id.clone(), (it.name.clone(), it.code.clone()));
            parties.add(&it.id, "buyer")?;
            Some(parties.add(&it.id, "procuringEntity")?)
        }
        None => None,
    };
    let mut tender = tender(conn, round, &lots, public.as_ref(), t)?;
    tender.procuring_entity = buyer.clone();
    let (mut bids, mut awards, mut contracts) = (None, Vec::new(), Vec::new());
    if let Some(public) = &public {
        let ids = public.decisions.iter().map(|it| it.supplier_id.clone()).collect();
        parties.known.extend(store::named(conn, ids)?);
        bids = Some(self::bids(public, &lots, &mut parties, &mut tender)?)
            .filter(|it| !it.statistics.is_empty());
        awards = self::awards(conn, round, public, &lots, &mut parties)?;
        contracts = self::contracts(conn, round, public, &lots, t)?;
    }
    let stage = match (awards.is_empty(), contracts.is_empty()) {
        (true, _) => Stage::Tender,
        (false, true) => Stage::Award,
        (false, false) => Stage::Contract,
    };
    let content = Content {
        initiation_type: "tender",
        language: "zh",
        parties: parties.list(),
        buyer,
        tender,
        bids,
        awards,
        contracts,
    };
    Ok(Said { content, award: public.map(|it| it.id), stage })
}

/// The first moment of a day.
fn morning(day: NaiveDate) -> String {
    let time = Time::parse_local(&day.and_time(NaiveTime::MIN).to_string());
    time.map(Time::iso).unwrap_or_default()
}

fn term(round: &Round) -> Period {
    let (from, to) = rounds::term(round);
    Period { start_date: morning(from), end_date: morning(to) }
}

/// A state of the standard's list for a round's.
fn status(state: RoundState, any_winner: bool) -> &'static str {
    use RoundState::*;
    match state {
        Draft | Demand | DemandReview => "planned",
        Bidding | Opening | Evaluation | Publicity => "active",
        Awarded | Contracting | Executing | Closed if any_winner => "complete",
        Awarded | Contracting | Executing | Closed => "unsuccessful",
        Aborted => "cancelled",
    }
}

fn tender(conn: &mut Conn, round: &Round, lots: &[Lot], public: Option<&Public>, t: &Text) -> Result<Tender> {
    let c = &round.calendar;
    let rules = rounds::rule_set_version(conn, &round.rule_set_id)?;
    let changes = rounds::store::amendments_of(conn, &round.id)?;
    let mut listed = Vec::new();
    let mut items = Vec::new();
    for lot in lots {
        let volume = public.and_then(|it| it.lines.get(&lot.id)).map(|it| it.base_volume).or(lot.base_volume);
        let value = volume.and_then(|volume| Money::of(volume, lot.ceiling).ok());
        let is_won = public.is_some_and(|it| it.won(&lot.id));
        listed.push(TenderLot {
            id: lot.code.clone(),
            title: format!("{} {}", lot.generic, lot.form).trim().to_owned(),
            status: status(round.state, is_won),
            value: value.map(Into::into),
        });
        let description = format!("{} {} {}", lot.generic, lot.form, lot.comparable_spec);
        let mut item = item(round, lot, lot.code.clone(), description, lot.ceiling);
        item.quantity = volume.map(Into::into);
        items.push(item);
    }
    Ok(Tender {
        id: round.number.clone(),
        title: round.title.clone(),
        status: status(round.state, public.is_some_and(|it| it.winners().next().is_some())),
        procuring_entity: None,
        items,
        procurement_method: "open",
        main_procurement_category: "goods",
        award_criteria: "priceOnly",
        award_criteria_details: fill(t.publish.criteria, &[("name", &rules.name), ("hash", &rules.sha256)]),
        submission_method: ["electronicSubmission"],
        submission_method_details: t.publish.unit_prices,
        tender_period: Period { start_date: c.bidding_from.iso(), end_date: c.bidding_to.iso() },
        award_period: Period { start_date: c.opening_at.iso(), end_date: c.publicity_to.iso() },
        contract_period: term(round),
        number_of_tenderers: None,
        tenderers: Vec::new(),
        amendments: changes
            .into_iter()
            .map(|it| Amendment { id: it.number.to_string(), date: it.at.iso() })
            .collect(),
        lots: listed,
    })
}

/// An item of a lot at a price of one unit. Drugs name their ingredient and form.
fn item(round: &Round, lot: &Lot, id: String, description: String, price: UnitPrice) -> Item {
    let is_drug = round.kind == RoundKind::Drug;
    let given = |text: &str| Some(text.trim().to_owned()).filter(|it| !it.is_empty());
    Item {
        id,
        description: description.split_whitespace().collect::<Vec<_>>().join(" "),
        classification: given(&lot.generic_key).map(|id| Classification { scheme: "CN-NHSA", id }),
        quantity: None,
        unit: Unit { name: lot.unit.clone(), value: price.into() },
        related_lot: lot.code.clone(),
        active_ingredients: given(&lot.generic)
            .filter(|_| is_drug)
            .map(|name| Ingredient { name })
            .into_iter()
            .collect(),
        dosage_form: given(&lot.form).filter(|_| is_drug),
    }
}

fn lot_of<'a>(lots: &'a [Lot], id: &LotId) -> Result<&'a Lot> {
    lots.iter().find(|lot| lot.id == *id).ok_or(Error::NotFound)
}

/// How many bid is public with the award; who bid what, with its archive.
fn bids(public: &Public, lots: &[Lot], parties: &mut Parties, tender: &mut Tender) -> Result<Bids> {
    let mut bids = Bids::default();
    for lot in lots {
        let of_lot = public.decisions.iter().filter(|it| it.lot_id == lot.id);
        let valid = of_lot.clone().filter(|it| it.status != Status::Invalid).count();
        for (measure, count) in [("bids", of_lot.count()), ("validBids", valid)] {
            bids.statistics.push(Statistic {
                id: format!("{}-{measure}", lot.code),
                measure,
                value: count.into(),
                related_lot: Some(lot.code.clone()),
            });
        }
    }
    if !public.is_final {
        return Ok(bids);
    }
    let mut tenderers = BTreeMap::new();
    for it in &public.decisions {
        let party = parties.add(&it.supplier_id, "tenderer")?;
        tenderers.insert(party.id.clone(), party.clone());
        bids.details.push(Bid {
            id: it.offer_id.to_string(),
            status: if it.status == Status::Invalid { "disqualified" } else { "valid" },
            tenderers: vec![party],
            value: it.unit_price.into(),
            related_lots: vec![lot_of(lots, &it.lot_id)?.code.clone()],
        });
    }
    bids.statistics.push(Statistic {
        id: "bidders".to_owned(),
        measure: "bidders",
        value: tenderers.len().into(),
        related_lot: None,
    });
    tender.number_of_tenderers = Some(tenderers.len());
    tender.tenderers = tenderers.into_values().collect();
    Ok(bids)
}

fn awards(
    conn: &mut Conn,
    round: &Round,
    public: &Public,
    lots: &[Lot],
    parties: &mut Parties,
) -> Result<Vec<Award>> {
    let agreed = if public.is_final { store::agreed(conn, &public.id)? } else { HashMap::new() };
    let mut list = Vec::new();
    for (it, price) in public.winners() {
        let lot = lot_of(lots, &it.lot_id)?;
        let quantity = agreed.get(&it.offer_id).copied();
        let id = it.offer_id.to_string();
        let mut item = item(round, lot, id.clone(), format!("{} {}", it.product, it.spec), price);
        item.quantity = quantity.map(Into::into);
        list.push(Award {
            status: if public.is_final { "active" } else { "pending" },
            date: public.at.map(Time::iso),
            value: quantity.and_then(|quantity| Money::of(quantity, price).ok()).map(Into::into),
            suppliers: vec![parties.add(&it.supplier_id, "supplier")?],
            items: vec![item],
            contract_period: Some(term(round)),
            related_lots: vec![lot.code.clone()],
            related_bid: public.is_final.then(|| id.clone()),
            id,
        });
    }
    list.extend(overturned(conn, round, public)?);
    Ok(list)
}

/// What an earlier published version awarded and this one does not: whoever kept it is told that it is no more, and
/// not again whose it was.
fn overturned(conn: &mut Conn, round: &Round, public: &Public) -> Result<Vec<Award>> {
    let mut gone: BTreeMap<OfferId, ()> = BTreeMap::new();
    for version in results::published(conn, &round.id)?.into_iter().filter(|it| it.id != public.id) {
        for (it, _) in awards::all_decisions(conn, &version.id)? {
            let still = public.winners().any(|(now, _)| now.offer_id == it.offer_id);
            if it.award_price.is_some() && !still {
                gone.insert(it.offer_id, ());
            }
        }
    }
    let award = |id: OfferId| Award {
        id: id.to_string(),
        status: "cancelled",
        date: None,
        value: None,
        suppliers: Vec::new(),
        items: Vec::new(),
        contract_period: None,
        related_lots: Vec::new(),
        related_bid: None,
    };
    Ok(gone.into_keys().map(award).collect())
}

/// The hospitals' contracts with each winner together; which hospital has which is not for everybody.
fn contracts(
    conn: &mut Conn,
    round: &Round,
    public: &Public,
    lots: &[Lot],
    t: &Text,
) -> Result<Vec<Contract>> {
    let status = match round.state {
        RoundState::Contracting => "pending",
        RoundState::Executing => "active",
        RoundState::Closed => "terminated",
        _ => return Ok(Vec::new()),
    };
    let mut list = Vec::new();
    for it in store::signed(conn, &round.id)? {
        // What another company took over has no award of its own.
        let Some(award) = public.winners().map(|(award, _)| award).find(|award| {
            award.lot_id == it.lot_id && award.supplier_id == it.supplier_id && award.product == it.product
        }) else {
            continue;
        };
        let lot = lot_of(lots, &it.lot_id)?;
        let id = format!("{}-{}", award.offer_id, it.unit_price);
        let mut item =
            item(round, lot, id.clone(), format!("{} {}", award.product, award.spec), it.unit_price);
        item.quantity = Some(it.quantity.into());
        list.push(Contract {
            id,
            award_id: award.offer_id.to_string(),
            description: fill(t.publish.contracts_together, &[("n", &it.contracts)]),
            status,
            period: term(round),
            value: Money::of(it.quantity, it.unit_price).map_err(|e| Error::fault(format!("{e:?}")))?.into(),
            items: vec![item],
            date_signed: it.signed_at.map(Time::iso),
        });
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_word_of_the_closed_list() {
        let check = |state, any, want| assert_eq!(status(state, any), want, "{state}");
        check(RoundState::Demand, false, "planned");
        check(RoundState::Opening, false, "active");
        check(RoundState::Publicity, true, "active");
        check(RoundState::Awarded, true, "complete");
        check(RoundState::Closed, false, "unsuccessful");
        check(RoundState::Aborted, false, "cancelled");
    }

    #[test]
    fn a_day_begins_at_midnight_in_shanghai() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
        assert_eq!(morning(day), "2026-11-30T00:00:00.000+08:00");
    }
}
