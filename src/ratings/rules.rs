//! When a rating may be noticed, defended, decided and repaired. Pure.

use chrono::NaiveDate;

use crate::catalog::registration::Bad;
use crate::credit::editions::{Grade, Measure, Scope};
use crate::credit::standing::{EndCause, Proposal, Rating, RatingState};
use crate::error::Error;
use crate::ratings::conducts::Conduct;
use crate::text::{Lang, Say, Text, fill};

/// Longest text of a step or summary, in characters.
pub const LONGEST: usize = 4_000;

/// Longest number, issuer, name or region.
pub const SHORT: usize = 200;

/// Why something about a rating is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Not a credit code.
    Code(Bad),
    /// A field that is blank.
    Blank(&'static str),
    /// A field that is too long.
    Long(&'static str, usize),
    /// An amount below zero.
    Negative,
    /// A document of a day that has not come.
    Future(NaiveDate),
    /// The catalogue has no product of this code.
    Product(String),
    /// More products than this.
    ManyProducts(usize),
    /// The document is entered for this conduct already.
    Entered(String),
    /// The corrected conduct is of this company.
    OtherCompany(String),
    /// The conduct is corrected by another.
    Corrected,
    /// The conduct is in a rating already.
    Rated,
    /// No conduct was chosen.
    NoConducts,
    /// Conducts of several companies, or of a company in both roles.
    Mixed,
    /// What the grade suspends is not named.
    NoProducts(String),
    /// The validity of the document is over.
    Over(NaiveDate),
    /// The planned first day lies before today.
    Since(NaiveDate),
    /// The rating is in a state in which this cannot be done.
    State(RatingState),
    /// Something waits for the second person.
    Waits,
    /// The time for a defence is over since this day.
    Late(NaiveDate),
    /// The company may still defend itself until this day.
    Early(NaiveDate),
    /// Repair can be asked for from this day on.
    TooSoon(NaiveDate),
    /// The company did not say that it has corrected what it did.
    NotCorrected,
    /// None of the measures the edition asks for.
    NoMeasure(String),
    /// Repair is not asked for.
    NoRepair,
    /// Repair is asked for already.
    RepairAsked(NaiveDate),
    /// Somebody else changed it since the page was opened.
    Changed,
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let m = &t.ratings;
        match self {
            Refused::Code(why) => why.say(t),
            Refused::Blank(_) => t.common.field_empty.to_owned(),
            Refused::Long(_, most) => fill(m.too_long, &[("most", most)]),
            Refused::Negative => m.negative.to_owned(),
            Refused::Future(day) => fill(m.future, &[("day", day)]),
            Refused::Product(code) => fill(m.unknown_product, &[("code", code)]),
            Refused::ManyProducts(most) => fill(m.many_products, &[("most", most)]),
            Refused::Entered(document) => fill(m.already_entered, &[("document", document)]),
            Refused::OtherCompany(company) => fill(m.other_company, &[("company", company)]),
            Refused::Corrected => m.already_corrected.to_owned(),
            Refused::Rated => m.already_rated.to_owned(),
            Refused::NoConducts => m.no_conducts.to_owned(),
            Refused::Mixed => m.mixed.to_owned(),
            Refused::NoProducts(grade) => fill(m.no_products, &[("grade", grade)]),
            Refused::Over(day) => fill(m.over, &[("day", day)]),
            Refused::Since(day) => fill(m.bad_since, &[("day", day)]),
            Refused::State(state) => fill(m.wrong_state, &[("state", &state.name(t))]),
            Refused::Waits => m.waits.to_owned(),
            Refused::Late(day) => fill(m.late, &[("day", day)]),
            Refused::Early(day) => fill(m.early, &[("day", day)]),
            Refused::TooSoon(day) => fill(m.too_soon, &[("day", day)]),
            Refused::NotCorrected => m.not_corrected.to_owned(),
            Refused::NoMeasure(names) => fill(m.no_measure, &[("names", names)]),
            Refused::NoRepair => m.no_repair.to_owned(),
            Refused::RepairAsked(day) => fill(m.repair_asked, &[("day", day)]),
            Refused::Changed => m.changed.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Refused::Code(_) => "company_code",
            Refused::Blank(field) | Refused::Long(field, _) => field,
            Refused::Negative => "amount",
            Refused::Future(_) => "document_on",
            Refused::Product(_) | Refused::ManyProducts(_) => "products",
            Refused::Entered(_) => "document_number",
            Refused::NoConducts | Refused::Mixed => "conduct",
            Refused::Since(_) => "since",
            Refused::NotCorrected => "corrected",
            Refused::NoMeasure(_) => "measure",
            _ => return None,
        })
    }
}

/// A text that must be there and not be too long.
pub fn filled(field: &'static str, text: &str, most: usize) -> Result<(), Refused> {
    if text.trim().is_empty() {
        return Err(Refused::Blank(field));
    }
    if text.chars().count() > most { Err(Refused::Long(field, most)) } else { Ok(()) }
}

/// A conduct as entered.
pub fn conduct(it: &Conduct, today: NaiveDate) -> Result<(), Refused> {
    filled("company_code", &it.company_code, SHORT)?;
    filled("company_name", &it.company_name, SHORT)?;
    filled("document_number", &it.document_number, SHORT)?;
    filled("issuer", &it.issuer, SHORT)?;
    filled("region", &it.region, SHORT)?;
    filled("summary", &it.summary, LONGEST)?;
    if it.amount.is_some_and(|amount| amount.scaled() < 0) {
        return Err(Refused::Negative);
    }
    if it.document_on > today { Err(Refused::Future(it.document_on)) } else { Ok(()) }
}

/// Conducts that one rating takes together: of one company in one role.
pub fn together(list: &[Conduct]) -> Result<&Conduct, Refused> {
    let first = list.first().ok_or(Refused::NoConducts)?;
    let is_same =
        |it: &Conduct| it.company_code == first.company_code && it.is_distributor == first.is_distributor;
    if list.iter().all(is_same) { Ok(first) } else { Err(Refused::Mixed) }
}

/// Whether a grade with this scope can be noticed: it names products and still holds on its first day.
pub fn notice(
    scope: Scope,
    has_products: bool,
    grade: &Grade,
    (since, until): (NaiveDate, NaiveDate),
    today: NaiveDate,
) -> Result<(), Refused> {
    if since < today {
        return Err(Refused::Since(since));
    }
    if until < since {
        return Err(Refused::Over(until));
    }
    if scope == Scope::Involved && !has_products {
        return Err(Refused::NoProducts(grade.name(Lang::Zh.text()).to_owned()));
    }
    Ok(())
}

/// A defence: until the end of its last day, while nothing is proposed.
pub fn defend(it: &Rating, body: &str, today: NaiveDate) -> Result<(), Refused> {
    if it.state != RatingState::Noticed {
        return Err(Refused::State(it.state));
    }
    if it.proposal != Proposal::None {
        return Err(Refused::Waits);
    }
    if today > it.defend_by {
        return Err(Refused::Late(it.defend_by));
    }
    filled("body", body, LONGEST)
}

/// What an officer may propose: a decision once the company has defended itself or its time is over, an answer to a
/// repair asked for, a revocation of what is in effect.
pub fn propose(
    it: &Rating,
    proposal: Proposal,
    has_defence: bool,
    body: &str,
    today: NaiveDate,
) -> Result<Rating, Refused> {
    if it.proposal != Proposal::None {
        return Err(Refused::Waits);
    }
    let wanted = match proposal {
        Proposal::Rate | Proposal::Drop => RatingState::Noticed,
        Proposal::Repair | Proposal::RefuseRepair | Proposal::Revoke => RatingState::Effective,
        Proposal::None => return Err(Refused::State(it.state)),
    };
    if it.state != wanted {
        return Err(Refused::State(it.state));
    }
    if wanted == RatingState::Noticed && !has_defence && today <= it.defend_by {
        return Err(Refused::Early(it.defend_by));
    }
    let is_repair = matches!(proposal, Proposal::Repair | Proposal::RefuseRepair);
    if is_repair && it.repair_asked_on.is_none() {
        return Err(Refused::NoRepair);
    }
    filled("body", body, LONGEST)?;
    Ok(Rating { proposal, version: it.version.saturating_add(1), ..it.clone() })
}

/// What the second person's answer makes of a proposal; a no leaves everything as it was. A distributor loses its right
/// where it was evaluated, which is here or not.
pub fn decided(
    it: &Rating,
    yes: bool,
    (grade, is_here): (&Grade, bool),
    today: NaiveDate,
) -> Result<Rating, Refused> {
    let next = Rating { proposal: Proposal::None, version: it.version.saturating_add(1), ..it.clone() };
    if !yes {
        return Ok(next);
    }
    Ok(match it.proposal {
        Proposal::None => return Err(Refused::State(it.state)),
        Proposal::Rate => {
            let since = it.since.max(today);
            if it.until < since {
                return Err(Refused::Over(it.until));
            }
            let loses = it.is_distributor && is_here;
            let lost = loses.then(|| grade.distribution_until(since)).flatten();
            Rating { state: RatingState::Effective, since, distribution_until: lost, ..next }
        }
        Proposal::Drop => Rating { state: RatingState::Dropped, ended_on: Some(today), ..next },
        Proposal::Repair => ended(&next, EndCause::Repaired, today),
        Proposal::RefuseRepair => Rating { repair_asked_on: None, ..next },
        Proposal::Revoke => ended(&next, EndCause::Revoked, today),
    })
}

/// A rating that ends today.
pub fn ended(it: &Rating, cause: EndCause, today: NaiveDate) -> Rating {
    Rating {
        state: RatingState::Ended,
        proposal: Proposal::None,
        end_cause: cause,
        ended_on: Some(today),
        repair_asked_on: None,
        version: it.version.saturating_add(1),
        ..it.clone()
    }
}

/// Whether a company may ask for repair: the time has passed, what it did is corrected, and it takes one of the
/// edition's measures.
pub fn repair(
    it: &Rating,
    grade: &Grade,
    known: &[Measure],
    asked: &[Measure],
    is_corrected: bool,
    today: NaiveDate,
    t: &Text,
) -> Result<(), Refused> {
    if it.state != RatingState::Effective {
        return Err(Refused::State(it.state));
    }
    if let Some(day) = it.repair_asked_on {
        return Err(Refused::RepairAsked(day));
    }
    if it.proposal != Proposal::None {
        return Err(Refused::Waits);
    }
    let from = grade.repair_from(it.since);
    if today < from {
        return Err(Refused::TooSoon(from));
    }
    if !is_corrected {
        return Err(Refused::NotCorrected);
    }
    if asked.is_empty() || asked.iter().any(|it| !known.contains(it)) {
        let names: Vec<&str> = known.iter().map(|it| it.name(t)).collect();
        return Err(Refused::NoMeasure(names.join(t.files.list_join)));
    }
    Ok(())
}

#[cfg(test)]
#[path = "rule_tests.rs"]
mod tests;
