//! What a hospital keeps of the surplus (结余留用): budget, spending, base, grade, share. Pure.
//!
//! 医保发〔2020〕26号 and the Shenzhen draft of 2024. Each named figure (a generic's budget and spending, a hospital's
//! retained amount) is rounded half up to the cent once; sums are sums of these figures.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::payments::retention::parameters::{Parameter, Parameters};
use crate::payments::retention::{Plan, PlanState, Refused};
use crate::types::{Amount, Money, Quantity, Score, Share, UnitPrice};

crate::words! {
    /// The grade of an assessment (考核等次).
    Grade {
        /// From 80 points in the set that comes with the program.
        A = "A",
        /// From 70.
        B = "B",
        /// From 60.
        C = "C",
        /// Below: failed.
        D = "D",
    }
}

/// The parameters as the rule uses them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    cap: Decimal,
    /// Least scores of A, B and C.
    least: [Decimal; 3],
    /// Shares of A to D.
    shares: [Decimal; 4],
    insured_share: Share,
    pay_ratio: Share,
    counts_evaluated: bool,
    completion: Decimal,
    loses_incomplete: bool,
    nets_hospital: bool,
    quota_cut: Share,
}

impl Rules {
    /// Reads the parameters of a plan; they must fit together.
    pub fn of(from: &Parameters) -> Result<Self> {
        let number = |which| from.number(which);
        let share = |which| -> Result<Share> {
            Share::exact(from.number(which)?).map_err(|why| Error::fault(format!("{which}: {why:?}")))
        };
        let it = Self {
            cap: number(Parameter::Cap)?,
            least: [number(Parameter::GradeA)?, number(Parameter::GradeB)?, number(Parameter::GradeC)?],
            shares: [
                number(Parameter::ShareA)?,
                number(Parameter::ShareB)?,
                number(Parameter::ShareC)?,
                number(Parameter::ShareD)?,
            ],
            insured_share: share(Parameter::InsuredShare)?,
            pay_ratio: share(Parameter::PayRatio)?,
            counts_evaluated: from.text(Parameter::Evaluated) == "counted",
            completion: number(Parameter::Completion)?,
            loses_incomplete: from.text(Parameter::Incomplete) == "nothing",
            nets_hospital: from.text(Parameter::Netting) == "hospital",
            quota_cut: share(Parameter::QuotaCut)?,
        };
        let [a, b, c] = it.least;
        if !(a > b && b > c) {
            return Err(Refused::GradeOrder.into());
        }
        if it.shares.is_sorted_by(|better, worse| better >= worse) {
            Ok(it)
        } else {
            Err(Refused::ShareOrder.into())
        }
    }

    /// The grade of a score.
    pub fn grade(&self, score: Score) -> Grade {
        let [a, b, c] = self.least;
        match score.decimal() {
            it if it >= a => Grade::A,
            it if it >= b => Grade::B,
            it if it >= c => Grade::C,
            _ => Grade::D,
        }
    }

    /// The share a grade retains, never above the cap.
    pub fn share(&self, grade: Grade) -> Decimal {
        let [a, b, c, d] = self.shares;
        let share = match grade {
            Grade::A => a,
            Grade::B => b,
            Grade::C => c,
            Grade::D => d,
        };
        share.min(self.cap)
    }

    /// The cap on what is retained of the base.
    pub fn cap(&self) -> Decimal {
        self.cap
    }

    /// Insured share and payment ratio that hold for a line.
    pub fn parts(&self, line: &Facts) -> (Share, Share) {
        (line.insured_share.unwrap_or(self.insured_share), line.pay_ratio.unwrap_or(self.pay_ratio))
    }

    /// Whether evaluated products that were not selected count as spending.
    pub fn counts_evaluated(&self) -> bool {
        self.counts_evaluated
    }
}

/// What is known of one hospital and generic in the year.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The base quantity (约定采购量基数); `None` is not known, which is not zero.
    pub base_quantity: Option<Quantity>,
    /// The average price before procurement; `None` is not known.
    pub price_before: Option<UnitPrice>,
    /// The insured share of this line, when one was entered.
    pub insured_share: Option<Share>,
    /// The payment ratio of this line, when one was entered.
    pub pay_ratio: Option<Share>,
    /// The agreed volume of the year.
    pub agreed: Quantity,
    /// Bought of the selected products as contract volume, less returns ([`fill`]).
    pub selected: Quantity,
    /// What that cost.
    pub selected_amount: Amount,
    /// Bought of the selected products above the agreed volume: not counted.
    pub above: Quantity,
    /// Bought of products that were not selected and are not evaluated.
    pub other: Quantity,
    /// What that cost.
    pub other_amount: Amount,
    /// Bought of evaluated products that were not selected.
    pub evaluated: Quantity,
    /// What that cost.
    pub evaluated_amount: Amount,
}

/// The figures of one hospital and generic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Base quantity × price before × insured share × ratio; `None` while one of them is not known.
    pub budget: Option<Money>,
    /// What counted as spending × insured share × ratio.
    pub spend: Money,
    /// Whether the agreed volume is completed.
    pub is_complete: bool,
}

/// The figures of one hospital.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sheet {
    /// Sum of the budgets known.
    pub budget: Money,
    /// Sum of the spending.
    pub spend: Money,
    /// Lines without a base or a price.
    pub missing: i32,
    /// Lines whose agreed volume is not completed.
    pub incomplete: i32,
    /// The surplus base, not below zero; `None` while a line misses something.
    pub base: Option<Money>,
    /// The grade; `None` without a score.
    pub grade: Option<Grade>,
    /// The share that applies.
    pub share: Option<Share>,
    /// What is retained; `None` while it cannot be said.
    pub retained: Option<Money>,
    /// What a failed assessment is proposed to take from next year's quota.
    pub cut: Option<Share>,
}

fn too_large() -> Error {
    Error::fault("a figure of surplus retention no longer fits")
}

fn product(factors: &[Decimal]) -> Result<Decimal> {
    factors
        .iter()
        .try_fold(Decimal::ONE, |all, factor| all.checked_mul(factor.normalize()))
        .ok_or_else(too_large)
}

fn cents(value: Decimal) -> Result<Money> {
    Money::rounded(value).map_err(|_| too_large())
}

/// What was bought above the agreed volume fills the room that goods sent back left in it, at its average price: the
/// hospital did buy the volume. `above` is what was paid above it.
pub fn fill(it: &mut Facts, above: Amount) -> Result<()> {
    let room = it.agreed.minus(it.selected).unwrap_or(Quantity::ZERO).min(it.above);
    if !room.is_positive() {
        return Ok(());
    }
    let paid = product(&[above.decimal(), room.decimal()])?.checked_div(it.above.decimal());
    let paid = Amount::rounded(paid.ok_or_else(too_large)?).map_err(|_| too_large())?;
    it.selected = it.selected.plus(room).ok_or_else(too_large)?;
    it.selected_amount = it.selected_amount.plus(paid).ok_or_else(too_large)?;
    it.above = it.above.minus(room).ok_or_else(too_large)?;
    Ok(())
}

/// What of the selected products counts as spending, before insured share and ratio: at most the agreed volume, at
/// the average price paid for it.
pub fn counted(line: &Facts) -> Result<Decimal> {
    if line.selected <= line.agreed || !line.selected.is_positive() {
        return Ok(line.selected_amount.decimal());
    }
    let all = line.selected_amount.decimal().normalize();
    let of_agreed = all.checked_mul(line.agreed.decimal().normalize()).ok_or_else(too_large)?;
    of_agreed.checked_div(line.selected.decimal()).ok_or_else(too_large)
}

/// The figures of a hospital's generic.
pub fn line(rules: &Rules, it: &Facts) -> Result<Line> {
    let (insured, ratio) = rules.parts(it);
    let parts = [insured.decimal(), ratio.decimal()];
    let budget = match (it.base_quantity, it.price_before) {
        (Some(base), Some(price)) => {
            Some(cents(product(&[base.decimal(), price.decimal(), parts[0], parts[1]])?)?)
        }
        _ => None,
    };
    let evaluated = if rules.counts_evaluated { it.evaluated_amount.decimal() } else { Decimal::ZERO };
    let spent = [it.other_amount.decimal(), evaluated];
    let spent =
        spent.iter().try_fold(counted(it)?, |sum, part| sum.checked_add(*part)).ok_or_else(too_large)?;
    let due = it.agreed.decimal().checked_mul(rules.completion).ok_or_else(too_large)?;
    Ok(Line {
        budget,
        spend: cents(product(&[spent, parts[0], parts[1]])?)?,
        is_complete: it.selected.decimal() >= due,
    })
}

/// The figures of a hospital from those of its generics and its score.
pub fn sheet(rules: &Rules, lines: &[Line], score: Option<Score>) -> Result<Sheet> {
    let plus = |sum: Money, part: Money| sum.plus(part).ok_or_else(too_large);
    let mut it = Sheet {
        budget: Money::ZERO,
        spend: Money::ZERO,
        missing: 0,
        incomplete: 0,
        base: None,
        grade: score.map(|score| rules.grade(score)),
        share: None,
        retained: None,
        cut: None,
    };
    let mut net = Money::ZERO;
    for line in lines {
        it.spend = plus(it.spend, line.spend)?;
        it.incomplete += i32::from(!line.is_complete);
        let Some(budget) = line.budget else {
            it.missing += 1;
            continue;
        };
        it.budget = plus(it.budget, budget)?;
        let surplus = budget.minus(line.spend).ok_or_else(too_large)?;
        net = plus(net, if rules.nets_hospital { surplus } else { surplus.max(Money::ZERO) })?;
    }
    if it.missing == 0 {
        it.base = Some(net.max(Money::ZERO));
    }
    it.cut = it.grade.filter(|grade| *grade == Grade::D).map(|_| rules.quota_cut);
    let share = it.grade.map(|grade| match rules.loses_incomplete && it.incomplete > 0 {
        true => Decimal::ZERO,
        false => rules.share(grade),
    });
    if let Some(share) = share {
        it.share = Some(Share::exact(share).map_err(|_| too_large())?);
        it.retained = it.base.map(|base| product(&[base.decimal(), share]).and_then(cents)).transpose()?;
    }
    Ok(it)
}

/// A draft may be changed while nobody is asked to approve it.
pub fn may_change(state: PlanState, waits: bool) -> std::result::Result<(), Refused> {
    match state {
        PlanState::Approved => Err(Refused::Frozen),
        PlanState::Draft if waits => Err(Refused::Waits),
        PlanState::Draft => Ok(()),
    }
}

/// A plan is ready for approval when its year is over, its figures are of what is entered now, and every hospital has
/// its result.
pub fn is_ready(plan: &Plan, today: NaiveDate) -> std::result::Result<(), Refused> {
    if today <= plan.ends {
        return Err(Refused::NotOver(plan.ends));
    }
    if !plan.is_current() {
        return Err(Refused::NotComputed);
    }
    if plan.hospitals == 0 {
        return Err(Refused::Nothing);
    }
    if plan.waiting > 0 { Err(Refused::Open(plan.waiting)) } else { Ok(()) }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
