//! When a bid is accepted, what its lines must be, and who may open. Pure.

use rust_decimal::Decimal;

use crate::bids::content::{Content, Line};
use crate::bids::{EnvelopeState, OfferKind, Opener, Receipt, RefusedReason};
use crate::catalog::ratio::{Item, Ratios, convert};
use crate::credit::standing::{Barred, Bidding};
use crate::rounds::rule_set::RuleSet;
use crate::rounds::{Lot, Round, RoundState, openers};
use crate::text::{Say, Text, fill};
use crate::types::{AccountId, Time, half_up};

/// How long a first confirmation waits for the second person.
pub const CONFIRM_MILLIS: i64 = 30 * 60_000;
/// Least and most price ratio between two specs that is believed.
pub const RATIOS: (Decimal, Decimal) =
    (Decimal::from_parts(1, 0, 0, false, 6), Decimal::from_parts(1_000_000, 0, 0, false, 0));

/// Why something about bids is refused. No variant holds a price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The round is not in a state in which this can be done.
    State(RoundState),
    /// Bidding has not begun.
    NotYet(Time),
    /// Bidding is over.
    Late(Time),
    /// Too late to withdraw.
    LateWithdraw(Time),
    /// The form was submitted before with other content, as this sequence.
    FormUsed(i32),
    /// No lot is bid for.
    NoLines,
    /// More lines than a round could need: the limit, and the round's lots.
    TooManyLines(u64, usize),
    /// A lot was taken out of the round since the form was opened.
    LotsChanged(String),
    /// The bid with this sequence no longer stands.
    NotStanding(i32),
    /// Too early to open.
    Early(Time),
    /// The same account confirmed already; another must before then.
    SamePerson(Time),
    /// A sealed bid is for a lot that is no longer in the round.
    LotGone {
        /// Whose.
        company: String,
        /// The lot's code.
        lot: String,
    },
    /// Something of an envelope does not match its receipt.
    Tampered {
        /// Whose.
        company: String,
        /// Its sequence.
        seq: i32,
    },
    /// No bid can be received: an opener has no key yet.
    NoKeys,
    /// The root of the receipts has not been published yet.
    NoRoot,
    /// The receipts are not those the root was published for.
    RootDiffers {
        /// How many receipts were counted at the deadline.
        published: i32,
        /// How many there are.
        found: usize,
    },
    /// The key given is not the one that counts.
    Key(openers::Refused),
    /// The company's credit rating bars it from this.
    Barred(Box<Barred>),
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let b = &t.bids;
        match self {
            Refused::State(state) => fill(t.rounds.wrong_state, &[("state", &state.name(t))]),
            Refused::NotYet(from) => fill(b.not_yet, &[("from", &from.seconds())]),
            Refused::Late(to) => fill(b.late, &[("to", &to.seconds())]),
            Refused::LateWithdraw(to) => fill(b.late_withdraw, &[("to", &to.seconds())]),
            Refused::FormUsed(seq) => fill(b.form_used, &[("seq", seq)]),
            Refused::NoLines => b.no_lines.to_owned(),
            Refused::TooManyLines(limit, lots) => fill(b.too_many_lines, &[("limit", limit), ("lots", lots)]),
            Refused::LotsChanged(lot) => fill(b.lots_changed, &[("lot", lot)]),
            Refused::NotStanding(seq) => fill(b.not_standing, &[("seq", seq)]),
            Refused::Early(at) => fill(b.early, &[("at", &at.seconds())]),
            Refused::SamePerson(until) => fill(b.same_person, &[("until", &until.seconds())]),
            Refused::LotGone { company, lot } => fill(b.lot_gone, &[("company", company), ("lot", lot)]),
            Refused::Tampered { company, seq } => fill(b.tampered, &[("company", company), ("seq", seq)]),
            Refused::NoKeys => t.sealing.no_keys.to_owned(),
            Refused::NoRoot => t.sealing.no_root.to_owned(),
            Refused::RootDiffers { published, found } => {
                fill(t.sealing.root_differs, &[("published", published), ("found", found)])
            }
            Refused::Key(why) => why.say(t),
            Refused::Barred(why) => why.say(t),
        }
    }
}

/// Why one cell of a bid is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadCell {
    /// The round has no such lot.
    UnknownLot,
    /// The lot stands on this line already.
    LotTwice(u64),
    /// The lot and product stand on this line already.
    ProductTwice(u64),
    /// Another company's name.
    OtherCompany {
        /// The bidder's name.
        name: String,
        /// The bidder's credit code.
        code: String,
    },
    /// Another group than the registered one.
    OtherGroup(String),
    /// Reported volumes are not the supplier's to give.
    ReportedVolume,
    /// Below zero.
    Negative,
    /// Line breaks or the like.
    Control,
    /// The spec is not the comparable spec and no ratio is known.
    RatioNeeded(String),
    /// A ratio nobody believes.
    RatioOutside,
    /// A ratio where all specs have one price.
    NoRatio,
    /// No current price, where the rules rank by the cut against it.
    CurrentPriceNeeded,
}

impl Say for BadCell {
    fn say(&self, t: &Text) -> String {
        let b = &t.bids;
        match self {
            BadCell::UnknownLot => b.cell_unknown_lot.to_owned(),
            BadCell::LotTwice(line) => fill(b.cell_lot_twice, &[("line", line)]),
            BadCell::ProductTwice(line) => fill(b.cell_product_twice, &[("line", line)]),
            BadCell::OtherCompany { name, code } => {
                fill(b.cell_other_company, &[("name", name), ("code", code)])
            }
            BadCell::OtherGroup(group) => fill(b.cell_other_group, &[("group", group)]),
            BadCell::ReportedVolume => b.cell_reported_volume.to_owned(),
            BadCell::Negative => b.cell_negative.to_owned(),
            BadCell::Control => b.cell_control.to_owned(),
            BadCell::RatioNeeded(comparable) => fill(b.cell_ratio_needed, &[("comparable", comparable)]),
            BadCell::NoRatio => b.cell_no_ratio.to_owned(),
            BadCell::CurrentPriceNeeded => b.cell_current_price_needed.to_owned(),
            BadCell::RatioOutside => fill(b.cell_ratio_outside, &[("least", &RATIOS.0), ("most", &RATIOS.1)]),
        }
    }
}

/// Whether a bid may be placed, replaced or withdrawn now: from `bidding_from`, before `bidding_to`. At the
/// closing moment itself it is late.
pub fn may_bid(round: &Round, now: Time) -> Result<(), Refused> {
    let dates = &round.calendar;
    match round.state {
        RoundState::Bidding | RoundState::Opening | RoundState::Evaluation if now >= dates.bidding_to => {
            Err(Refused::Late(dates.bidding_to))
        }
        RoundState::Bidding if now < dates.bidding_from => Err(Refused::NotYet(dates.bidding_from)),
        RoundState::Bidding => Ok(()),
        state => Err(Refused::State(state)),
    }
}

/// Whether the company's credit ratings leave it free to bid at all.
pub fn is_free(bars: &Bidding) -> Result<(), Refused> {
    bars.all.clone().map_or(Ok(()), |why| Err(Refused::Barred(Box::new(why))))
}

/// Whether the company's credit ratings leave it free to bid for each of these lines: a rating that suspends the products
/// involved bars the lots of their generics.
pub fn is_free_for(bars: &Bidding, content: &Content, lots: &[Lot]) -> Result<(), Refused> {
    is_free(bars)?;
    let of = |line: &Line| lots.iter().find(|lot| lot.id == line.lot_id);
    let barred = content.lines.iter().filter_map(of);
    let mut barred = barred.filter_map(|lot| bars.lot(&lot.code, &lot.generic, &lot.generic_key));
    barred.next().map_or(Ok(()), |why| Err(Refused::Barred(Box::new(why))))
}

/// Whether every line is for a lot of the round as it is now.
pub fn fits(content: &Content, lots: &[Lot]) -> Result<(), Refused> {
    if content.lines.is_empty() {
        return Err(Refused::NoLines);
    }
    match content.lines.iter().find(|line| !lots.iter().any(|lot| lot.id == line.lot_id)) {
        Some(line) => Err(Refused::LotsChanged(line.lot.clone())),
        None => Ok(()),
    }
}

/// The ratio of the offered spec to the lot's comparable spec: the one the supplier gives (it may hold a ratio of
/// dosage forms too), else the one the rules give.
pub fn ratio(rules: &RuleSet, lot: &Lot, spec: &str, given: Option<Decimal>) -> Result<Decimal, BadCell> {
    match given {
        Some(given) if given < RATIOS.0 || given > RATIOS.1 => Err(BadCell::RatioOutside),
        Some(given) => Ok(given.normalize()),
        None => ratio_by_rule(rules, lot, spec)
            .map(|k| half_up(k, 12).normalize())
            .ok_or_else(|| BadCell::RatioNeeded(lot.comparable_spec.clone())),
    }
}

/// The ratio of specs that the rule set names, else the one by 药品差比价规则 (发改价格〔2011〕2452号); `None` when
/// the specs cannot be compared.
pub fn ratio_by_rule(rules: &RuleSet, lot: &Lot, spec: &str) -> Option<Decimal> {
    if let Some(named) = rules.named_ratio(&lot.comparable_spec, spec) {
        return Some(named);
    }
    let item = |spec| Item { form: &lot.form, spec, count: Decimal::ONE, unit: &lot.unit, material: None };
    convert(&Ratios::default(), &item(&lot.comparable_spec), &item(spec)).ok().map(|found| found.k)
}

/// The rule's ratio to six places when the one given is another: nobody is refused for it, but the supplier is
/// warned and the evaluation sees it, because a ratio too high makes a price look low.
pub fn ratio_in_doubt(rules: &RuleSet, lot: &Lot, spec: &str, given: Decimal) -> Option<Decimal> {
    let rule = ratio_by_rule(rules, lot, spec)?;
    (half_up(rule, given.scale()) != given).then(|| half_up(rule, 6).normalize())
}

/// Whether the price, converted to the comparable spec, is above the ceiling: such a bid is accepted here and
/// found invalid at evaluation, so the supplier is warned.
pub fn is_over_ceiling(line: &Line, lot: &Lot) -> bool {
    lot.ceiling.decimal().checked_mul(line.ratio).is_some_and(|most| line.unit_price.decimal() > most)
}

/// What a confirmation of the opening brings in a round whose openers were not named: one of an earlier version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is the first; another person must follow.
    First,
    /// It is the second after this person's.
    Second(AccountId),
}

/// Whether the round may be opened now.
pub fn may_open(round: &Round, now: Time) -> Result<(), Refused> {
    if round.state != RoundState::Opening {
        return Err(Refused::State(round.state));
    }
    let from = round.calendar.opening_at.max(round.calendar.bidding_to);
    if now < from { Err(Refused::Early(from)) } else { Ok(()) }
}

/// What a confirmation by `me` brings. `earlier` are the confirmations so far, each with whether that person is
/// an officer: one of the two must be.
pub fn confirm(
    earlier: &[(Opener, bool)],
    me: &AccountId,
    am_officer: bool,
    now: Time,
) -> Result<Step, Refused> {
    let live = || earlier.iter().filter(|(opener, _)| opener.at.plus_millis(CONFIRM_MILLIS) > now);
    let other = live().find(|(opener, officer)| opener.account_id != *me && (am_officer || *officer));
    if let Some((other, _)) = other {
        return Ok(Step::Second(other.account_id.clone()));
    }
    match live().find(|(opener, _)| opener.account_id == *me) {
        Some((mine, _)) => Err(Refused::SamePerson(mine.at.plus_millis(CONFIRM_MILLIS))),
        None => Ok(Step::First),
    }
}

/// The content of an envelope, if the bytes are those the receipt was given for.
pub fn content(receipt: &Receipt, bytes: &[u8]) -> Option<Content> {
    if crate::types::sha256(bytes) != receipt.sha256 {
        return None;
    }
    let content = Content::read(bytes)?;
    let belongs = content.round_id == receipt.round_id && content.supplier_id == receipt.supplier_id;
    belongs.then_some(content)
}

impl EnvelopeState {
    /// The state's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            EnvelopeState::Standing => t.bids.state_standing,
            EnvelopeState::Replaced => t.bids.state_replaced,
            EnvelopeState::Withdrawn => t.bids.state_withdrawn,
            EnvelopeState::Opened => t.bids.state_opened,
        }
    }
}

impl OfferKind {
    /// The kind's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            OfferKind::Reference => t.bids.kind_reference,
            OfferKind::Generic => t.bids.kind_generic,
        }
    }
}

impl RefusedReason {
    /// The reason for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            RefusedReason::Late => t.bids.reason_late,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rounds::{Category, FormClass, rule_set};
    use crate::types::{LotId, RoundId};

    #[test]
    fn a_first_confirmation_waits_half_an_hour_for_another_person() {
        let (a, b, round) = (AccountId::new(), AccountId::new(), RoundId::new());
        let at = Time::from_millis(1_000_000);
        let by = |who: &AccountId, officer| {
            vec![(Opener { round_id: round.clone(), account_id: who.clone(), at }, officer)]
        };
        let last = at.plus_millis(CONFIRM_MILLIS - 1);
        assert_eq!(confirm(&[], &a, true, at), Ok(Step::First));
        assert_eq!(confirm(&by(&b, true), &a, true, last), Ok(Step::Second(b.clone())));
        assert_eq!(confirm(&by(&b, false), &a, true, last), Ok(Step::Second(b.clone())));
        assert_eq!(confirm(&by(&b, true), &a, false, last), Ok(Step::Second(b.clone())));
        assert_eq!(confirm(&by(&b, false), &a, false, last), Ok(Step::First));
        assert_eq!(confirm(&by(&b, true), &a, true, last.plus_millis(1)), Ok(Step::First));
        let until = at.plus_millis(CONFIRM_MILLIS);
        assert_eq!(confirm(&by(&a, true), &a, true, last), Err(Refused::SamePerson(until)));
        assert_eq!(confirm(&by(&a, true), &a, true, until), Ok(Step::First));
    }

    #[test]
    fn the_ratio_is_the_one_given_else_the_rules() {
        let rules = rule_set::find("GY-YD2024-2").unwrap();
        let lot = Lot {
            id: LotId::new(),
            round_id: RoundId::new(),
            position: 1,
            code: "1".to_owned(),
            generic: String::new(),
            generic_key: String::new(),
            form: "硬胶囊".to_owned(),
            form_class: FormClass::OralSolid,
            comparable_spec: "0.25g".to_owned(),
            unit: "粒".to_owned(),
            ceiling: "0.5".parse().unwrap(),
            category: Category::General,
            base_volume: None,
        };
        let check = |spec: &str, given: Option<&str>, want: Result<&str, BadCell>| {
            let given = given.map(|g| g.parse().unwrap());
            assert_eq!(ratio(&rules, &lot, spec, given), want.map(|w| w.parse().unwrap()), "{spec}");
        };
        check("0.25g", None, Ok("1"));
        check("250mg", None, Ok("1"));
        check("0.5g", None, Ok("1.7"));
        check("0.5g", Some("1.80"), Ok("1.8"));
        check("复方", None, Err(BadCell::RatioNeeded("0.25g".to_owned())));
        check("复方", Some("1.2"), Ok("1.2"));
        check("复方", Some("0"), Err(BadCell::RatioOutside));
        check("复方", Some("1000001"), Err(BadCell::RatioOutside));
        assert_eq!(
            ratio_in_doubt(&rules, &lot, "0.5g", "1.8".parse().unwrap()),
            Some("1.7".parse().unwrap())
        );
        assert_eq!(ratio_in_doubt(&rules, &lot, "0.5g", "1.7".parse().unwrap()), None);
        assert_eq!(ratio_in_doubt(&rules, &lot, "复方", "3".parse().unwrap()), None);
        // Ranked by cut specs are not converted; insulin has its own relations.
        let city = rule_set::find("JH-YD2022-1").unwrap();
        assert_eq!(ratio(&city, &lot, "复方", None), Ok(Decimal::ONE));
        let insulin = rule_set::find("GY-YD2024-1").unwrap();
        let lot = Lot { comparable_spec: "3ml:300单位".to_owned(), form: "注射剂".to_owned(), ..lot };
        assert_eq!(ratio(&insulin, &lot, "1.5ml:450单位", None), Ok("1.3".parse().unwrap()));
        assert_eq!(ratio_in_doubt(&insulin, &lot, "10ml:400单位", Decimal::ONE), None);
    }
}
