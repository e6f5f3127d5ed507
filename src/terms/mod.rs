//! Terms of carrying contracts out (days, hours, shares): dated data with sources, never constants of the program.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::schema::term_values;
use crate::text::{Say, Text, fill};
use crate::types::{AccountId, Ctx, TermValueId, Time, parse_decimal};

/// The terms that come with the program.
const EMBEDDED: &str = include_str!("terms.toml");

crate::words! {
    /// A term of carrying contracts out.
    Term {
        /// Share above the agreed volume that still counts as contract volume; empty: no limit.
        VolumeAllowance = "volume_allowance",
        /// Hours in which a supplier answers an order.
        ConfirmHours = "confirm_hours",
        /// Hours from order to delivery when nothing else was promised.
        DeliveryHours = "delivery_hours",
        /// Days from acceptance to payment.
        PaymentDays = "payment_days",
        /// Least share of the annual agreed amount that is prepaid.
        PrepayShare = "prepay_share",
        /// Day of the month by which last month's claim is due.
        ClaimDay = "claim_day",
        /// Working days after it when it is a holiday.
        ClaimHolidayDays = "claim_holiday_days",
        /// Working days in which a hospital verifies a claim.
        VerifyWorkingDays = "verify_working_days",
        /// Share by which purchases may lag behind the time elapsed.
        BehindPoints = "behind_points",
        /// Largest share by which one amendment changes a price; empty: no limit.
        PriceChangeMost = "price_change_most",
        /// Below so many days of stock a shortage is red.
        ShortageRedDays = "shortage_red_days",
        /// Below so many days of stock a shortage is orange.
        ShortageOrangeDays = "shortage_orange_days",
        /// Below so many days of stock a shortage is yellow.
        ShortageYellowDays = "shortage_yellow_days",
        /// With so many makers supplying or fewer a shortage is one level worse.
        ShortageFewMakers = "shortage_few_makers",
        /// Share of answered order lines confirmed short from which a shortage is yellow.
        ShortageShortShare = "shortage_short_share",
        /// Order lines of one hospital in a month, one of them short, that count as ordering again and again.
        ShortageRepeatLines = "shortage_repeat_lines",
        /// Days after which a stock report no longer counts.
        ShortageReportDays = "shortage_report_days",
        /// Largest rate on top of a hospital preparation's cost.
        PreparationRateMost = "preparation_rate_most",
        /// Months until a hospital preparation's price is reviewed again.
        PreparationReviewMonths = "preparation_review_months",
        /// Days before that in which hospital and officers are reminded.
        PreparationNoticeDays = "preparation_notice_days",
        /// Share by which a preparation's price may change without reasons.
        PreparationChangeReason = "preparation_change_reason",
        /// From which tier on findings open price cases: 1 yellow, 2 to 4 red with one to three stars.
        CaseTier = "case_tier",
        /// Working days in which a supplier replies to a step of a price case.
        CaseReplyDays = "case_reply_days",
        /// Working days after a reply in which its outcome is recorded.
        CaseOutcomeDays = "case_outcome_days",
        /// Consumables whose class (the first two digits of the code) is this or above are not of high value.
        LowValueClass = "low_value_class",
        /// Least share of the yearly average bought that a hospital reports without a reason.
        DemandLow = "demand_low",
        /// Largest share of it.
        DemandHigh = "demand_high",
    }
}

impl Term {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.terms;
        match self {
            Term::VolumeAllowance => m.n_volume_allowance,
            Term::ConfirmHours => m.n_confirm_hours,
            Term::DeliveryHours => m.n_delivery_hours,
            Term::PaymentDays => m.n_payment_days,
            Term::PrepayShare => m.n_prepay_share,
            Term::ClaimDay => m.n_claim_day,
            Term::ClaimHolidayDays => m.n_claim_holiday_days,
            Term::VerifyWorkingDays => m.n_verify_working_days,
            Term::BehindPoints => m.n_behind_points,
            Term::PriceChangeMost => m.n_price_change_most,
            Term::ShortageRedDays => m.n_shortage_red_days,
            Term::ShortageOrangeDays => m.n_shortage_orange_days,
            Term::ShortageYellowDays => m.n_shortage_yellow_days,
            Term::ShortageFewMakers => m.n_shortage_few_makers,
            Term::ShortageShortShare => m.n_shortage_short_share,
            Term::ShortageRepeatLines => m.n_shortage_repeat_lines,
            Term::ShortageReportDays => m.n_shortage_report_days,
            Term::PreparationRateMost => m.n_preparation_rate_most,
            Term::PreparationReviewMonths => m.n_preparation_review_months,
            Term::PreparationNoticeDays => m.n_preparation_notice_days,
            Term::PreparationChangeReason => m.n_preparation_change_reason,
            Term::CaseTier => m.n_case_tier,
            Term::CaseReplyDays => m.n_case_reply_days,
            Term::CaseOutcomeDays => m.n_case_outcome_days,
            Term::LowValueClass => m.n_low_value_class,
            Term::DemandLow => m.n_demand_low,
            Term::DemandHigh => m.n_demand_high,
        }
    }

    /// What it is counted in.
    pub fn unit(self, t: &Text) -> &'static str {
        let m = &t.terms;
        match self {
            Term::PaymentDays
            | Term::PreparationNoticeDays
            | Term::ShortageRedDays
            | Term::ShortageOrangeDays
            | Term::ShortageYellowDays
            | Term::ShortageReportDays => m.u_days,
            Term::ShortageFewMakers => m.u_makers,
            Term::ShortageRepeatLines => m.u_lines,
            Term::PreparationReviewMonths => m.u_months,
            Term::ConfirmHours | Term::DeliveryHours => m.u_hours,
            Term::ClaimHolidayDays
            | Term::VerifyWorkingDays
            | Term::CaseReplyDays
            | Term::CaseOutcomeDays => m.u_working_days,
            Term::CaseTier => m.u_tier,
            Term::LowValueClass => m.u_class,
            Term::ClaimDay => m.u_day_of_month,
            Term::VolumeAllowance
            | Term::PrepayShare
            | Term::BehindPoints
            | Term::PriceChangeMost
            | Term::PreparationRateMost
            | Term::PreparationChangeReason
            | Term::ShortageShortShare
            | Term::DemandLow
            | Term::DemandHigh => m.u_share,
        }
    }

    /// Whether only whole numbers will do.
    fn is_whole(self) -> bool {
        !matches!(
            self,
            Term::VolumeAllowance
                | Term::PrepayShare
                | Term::BehindPoints
                | Term::PriceChangeMost
                | Term::PreparationRateMost
                | Term::PreparationChangeReason
                | Term::ShortageShortShare
                | Term::DemandLow
                | Term::DemandHigh
        )
    }
}

/// What is known about a term.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The value that comes with the program; empty means no limit.
    pub value: String,
    /// The least value that may be set.
    pub least: Decimal,
    /// The largest value that may be set.
    pub most: Decimal,
    /// Whether it may be without limit.
    #[serde(default)]
    pub may_be_empty: bool,
    /// Where it comes from.
    pub source: String,
    /// How sure it is: verified, second_hand or own.
    pub confidence: String,
}

/// A value set for a term from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = term_values)]
pub struct TermValue {
    /// Its id, from the form.
    pub id: TermValueId,
    /// Of which term.
    pub term: Term,
    /// From which day on.
    pub since: NaiveDate,
    /// The value; empty means no limit.
    pub value: String,
    /// Why, in words.
    pub reason: String,
    /// Who set it.
    pub account_id: Option<AccountId>,
    /// When.
    pub at: Time,
}

/// Why a value is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Not a number within its bounds.
    Value {
        /// As given.
        given: String,
        /// The least.
        least: Decimal,
        /// The most.
        most: Decimal,
    },
    /// Days and hours are whole numbers.
    Whole(String),
    /// This term needs a value.
    Empty,
    /// A past day: what was done under the old value stays.
    Past(NaiveDate),
    /// Without a reason in words.
    NoReason,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let m = &t.terms;
        match self {
            Refused::Value { given, least, most } => {
                fill(m.bad_value, &[("given", given), ("least", least), ("most", most)])
            }
            Refused::Whole(given) => fill(m.whole, &[("given", given)]),
            Refused::Empty => m.needs_value.to_owned(),
            Refused::Past(day) => fill(m.past, &[("day", day)]),
            Refused::NoReason => m.no_reason.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Refused::Value { .. } | Refused::Whole(_) | Refused::Empty => "value",
            Refused::Past(_) => "since",
            Refused::NoReason => "reason",
        })
    }
}

/// The terms that come with the program, by their words.
pub fn known() -> Result<BTreeMap<Term, Known>> {
    toml::from_str(EMBEDDED).map_err(Error::fault_of)
}

fn known_of(term: Term) -> Result<Known> {
    known()?.remove(&term).ok_or_else(|| Error::fault(format!("terms.toml has no {term}")))
}

/// The value of a term on a day; `None` is without limit, which is not zero.
pub fn limit(conn: &mut Conn, term: Term, day: NaiveDate) -> Result<Option<Decimal>> {
    let set: Option<String> = term_values::table
        .filter(term_values::term.eq(term).and(term_values::since.le(day)))
        .order((term_values::since.desc(), term_values::at.desc(), term_values::id.desc()))
        .select(term_values::value)
        .first(conn)
        .optional()?;
    let text = match set {
        Some(text) => text,
        None => known_of(term)?.value,
    };
    if text.is_empty() {
        return Ok(None);
    }
    let value = parse_decimal(&text).map_err(|e| Error::fault(format!("{term} is {text}: {e:?}")))?;
    Ok(Some(value))
}

/// The value of a term that always has one.
pub fn value(conn: &mut Conn, term: Term, day: NaiveDate) -> Result<Decimal> {
    limit(conn, term, day)?.ok_or_else(|| Error::fault(format!("{term} has no value")))
}

/// The value of a term as a whole number of days, hours or working days.
pub fn whole(conn: &mut Conn, term: Term, day: NaiveDate) -> Result<i64> {
    let value = value(conn, term, day)?;
    i64::try_from(value.trunc().mantissa()).map_err(Error::fault_of)
}

/// Sets a term from a day on, today or later. The same form sent twice sets it once.
pub fn set(tx: &mut Tx, ctx: &Ctx, it: TermValue) -> Result<()> {
    let known: i64 = term_values::table.find(&it.id).count().get_result(tx.conn())?;
    if known > 0 {
        return Ok(());
    }
    check(&known_of(it.term)?, &it, ctx.now.day()).map_err(Error::refused)?;
    diesel::insert_into(term_values::table).values(&it).execute(tx.conn())?;
    audit::record(tx, ctx, Deed { action: "term.set", subject: "term_values", id: it.id.as_str() }, &(), &it)
}

fn check(known: &Known, it: &TermValue, today: NaiveDate) -> std::result::Result<(), Refused> {
    if it.reason.trim().is_empty() {
        return Err(Refused::NoReason);
    }
    if it.since < today {
        return Err(Refused::Past(it.since));
    }
    if it.value.is_empty() {
        return if known.may_be_empty { Ok(()) } else { Err(Refused::Empty) };
    }
    match parse_decimal(&it.value) {
        Ok(value) if it.term.is_whole() && !value.fract().is_zero() => Err(Refused::Whole(it.value.clone())),
        Ok(value) if value >= known.least && value <= known.most => Ok(()),
        _ => Err(Refused::Value { given: it.value.clone(), least: known.least, most: known.most }),
    }
}

/// Every value that was set, the latest first.
pub fn history(conn: &mut Conn) -> Result<Vec<TermValue>> {
    Ok(term_values::table
        .order((term_values::since.desc(), term_values::at.desc(), term_values::id.desc()))
        .limit(1_000)
        .select(TermValue::as_select())
        .load(conn)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_comes_with_a_value_within_its_bounds() {
        let known = known().unwrap();
        for term in Term::ALL {
            let it = &known[term];
            assert!(["verified", "second_hand", "own"].contains(&it.confidence.as_str()), "{term}");
            assert!(!it.source.is_empty(), "{term}");
            if it.value.is_empty() {
                assert!(it.may_be_empty, "{term}");
            } else {
                let value = parse_decimal(&it.value).unwrap();
                assert!(value >= it.least && value <= it.most, "{term}");
            }
        }
        assert_eq!(known.len(), Term::ALL.len());
    }

    #[test]
    fn a_value_set_is_checked() {
        let bounds = |may_be_empty| Known {
            value: "1".to_owned(),
            least: Decimal::ONE,
            most: Decimal::TEN,
            may_be_empty,
            source: "x".to_owned(),
            confidence: "own".to_owned(),
        };
        let today = NaiveDate::from_ymd_opt(2026, 11, 27).unwrap();
        let check_one = |value: &str, since: NaiveDate, reason: &str, may_be_empty: bool| {
            let it = TermValue {
                id: TermValueId::new(),
                term: Term::PaymentDays,
                since,
                value: value.to_owned(),
                reason: reason.to_owned(),
                account_id: None,
                at: Time::from_millis(0),
            };
            check(&bounds(may_be_empty), &it, today)
        };
        assert_eq!(check_one("5", today, "x", false), Ok(()));
        assert_eq!(check_one("", today, "x", true), Ok(()), "no limit is not zero");
        assert_eq!(check_one("", today, "x", false), Err(Refused::Empty));
        assert!(matches!(check_one("0", today, "x", true), Err(Refused::Value { .. })));
        assert!(matches!(check_one("11", today, "x", false), Err(Refused::Value { .. })));
        assert!(matches!(check_one("1e1", today, "x", false), Err(Refused::Value { .. })));
        assert_eq!(
            check_one("2.5", today, "x", false),
            Err(Refused::Whole("2.5".to_owned())),
            "days are whole"
        );
        assert_eq!(check_one("2.0", today, "x", false), Ok(()));
        assert_eq!(check_one("5", today, " ", false), Err(Refused::NoReason));
        let before = today.pred_opt().unwrap();
        assert_eq!(check_one("5", before, "x", false), Err(Refused::Past(before)));
    }
}
