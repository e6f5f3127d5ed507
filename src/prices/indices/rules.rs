//! How an index is counted: values of each item, the three formulas, contributions, linkage. Pure and exact.
//!
//! With p a unit value (amount over quantity), q a quantity, 0 the base period and 1 the month:
//! Laspeyres Σp1q0 / Σp0q0, Paasche Σp1q1 / Σp0q1, Fisher the square root of their product, each times the base value.
//! An item's value is rounded once, to six decimals of a yuan; an index once, to four decimals.

use rust_decimal::{Decimal, MathematicalOps};

use super::{Formula, ItemState, Missing};
use crate::types::{Money, Points, Quantity, Share, UnitPrice, Value};

/// What was bought of an item in a period, returns netted out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bought {
    /// How much.
    pub quantity: Quantity,
    /// For how much.
    pub amount: Money,
}

impl Bought {
    /// Whether a unit value can be made of it.
    pub fn is_priced(self) -> bool {
        self.quantity.is_positive() && self.amount.is_positive()
    }

    /// The unit value, rounded once to the sixth decimal.
    pub fn price(self) -> Option<UnitPrice> {
        let price = self.amount.decimal().checked_div(self.quantity.decimal())?;
        UnitPrice::rounded(price).ok()
    }
}

/// What the month before says of an item, to be carried forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// Its price.
    pub price: UnitPrice,
    /// The base quantity at that price.
    pub p1q0: Value,
}

/// An item on its way into an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// Base quantity and base amount: its weight.
    pub base: Bought,
    /// What was bought in the month, if anything was.
    pub bought: Option<Bought>,
    /// The month before; the base period's price when there is none.
    pub before: Option<Before>,
}

/// An item counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Bought, carried forward or left out.
    pub state: ItemState,
    /// What was bought in the month, net.
    pub bought: Bought,
    /// The price it stands in the index with.
    pub price: UnitPrice,
    /// Base price times base quantity.
    pub p0q0: Value,
    /// The month's price times base quantity.
    pub p1q0: Value,
    /// Base price times the month's quantity.
    pub p0q1: Value,
    /// The month's price times the month's quantity: the amount, exactly.
    pub p1q1: Value,
    /// Points of the Laspeyres index's change from the base value that are its.
    pub contribution: Points,
}

/// A month counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Items bought in the month.
    pub purchased: i32,
    /// Items whose last price was carried forward.
    pub carried: i32,
    /// Items left out.
    pub left_out: i32,
    /// Of these two, items of which returns were as many as purchases, or more.
    pub returned: i32,
    /// Sum over the items counted.
    pub p0q0: Value,
    /// Sum over the items counted.
    pub p1q0: Value,
    /// Sum over the items bought.
    pub p0q1: Value,
    /// Sum over the items bought.
    pub p1q1: Value,
    /// The Laspeyres index; none in a month in which no item was bought.
    pub laspeyres: Option<Points>,
    /// The Paasche index.
    pub paasche: Option<Points>,
    /// The Fisher index.
    pub fisher: Option<Points>,
}

impl Figures {
    /// The index by a formula.
    pub fn of(&self, formula: Formula) -> Option<Points> {
        match formula {
            Formula::Laspeyres => self.laspeyres,
            Formula::Paasche => self.paasche,
            Formula::Fisher => self.fisher,
        }
    }
}

/// `a × b ÷ c`, rounded once to six decimals; `None` when it does not fit.
fn value(a: Decimal, b: Decimal, c: Decimal) -> Option<Value> {
    Value::rounded(a.checked_mul(b)?.checked_div(c)?).ok()
}

fn item(it: &Item, missing: Missing) -> Option<Counted> {
    let (q0, a0) = (it.base.quantity.decimal(), it.base.amount.decimal());
    let p0q0 = Value::rounded(a0).ok()?;
    let bought = it.bought.unwrap_or_default();
    if bought.is_priced() {
        let (q1, a1) = (bought.quantity.decimal(), bought.amount.decimal());
        return Some(Counted {
            state: ItemState::Purchased,
            bought,
            price: bought.price()?,
            p0q0,
            p1q0: value(a1, q0, q1)?,
            p0q1: value(a0, q1, q0)?,
            p1q1: Value::rounded(a1).ok()?,
            contribution: Points::ZERO,
        });
    }
    let last = it.before.unwrap_or(Before { price: it.base.price()?, p1q0: p0q0 });
    let state = match missing {
        Missing::Carried => ItemState::Carried,
        Missing::LeftOut => ItemState::LeftOut,
    };
    Some(Counted {
        state,
        bought,
        price: last.price,
        p0q0,
        p1q0: last.p1q0,
        p0q1: Value::ZERO,
        p1q1: Value::ZERO,
        contribution: Points::ZERO,
    })
}

fn sum(items: &[Counted], of: impl Fn(&Counted) -> Value) -> Option<Value> {
    items.iter().filter(|it| it.state != ItemState::LeftOut).try_fold(Value::ZERO, |a, it| a.plus(of(it)))
}

fn count(items: &[Counted], is: impl Fn(&Counted) -> bool) -> i32 {
    i32::try_from(items.iter().filter(|it| is(it)).count()).unwrap_or(i32::MAX)
}

/// Counts a month; `None` when a figure is too large to be kept.
pub fn month(items: &[Item], missing: Missing, base_value: Points) -> Option<(Figures, Vec<Counted>)> {
    let mut counted: Vec<Counted> = items.iter().map(|it| item(it, missing)).collect::<Option<_>>()?;
    let mut figures = Figures {
        purchased: count(&counted, |it| it.state == ItemState::Purchased),
        carried: count(&counted, |it| it.state == ItemState::Carried),
        left_out: count(&counted, |it| it.state == ItemState::LeftOut),
        returned: count(&counted, |it| it.state != ItemState::Purchased && it.bought != Bought::default()),
        p0q0: sum(&counted, |it| it.p0q0)?,
        p1q0: sum(&counted, |it| it.p1q0)?,
        p0q1: sum(&counted, |it| it.p0q1)?,
        p1q1: sum(&counted, |it| it.p1q1)?,
        ..Figures::default()
    };
    if figures.purchased == 0 {
        return Some((figures, counted));
    }
    let base = base_value.decimal();
    let laspeyres = figures.p1q0.decimal().checked_div(figures.p0q0.decimal())?;
    // The month's quantities at base prices can round to nothing where next to nothing was bought.
    let paasche = figures.p1q1.decimal().checked_div(figures.p0q1.decimal());
    let shown = |ratio: Decimal| Points::rounded(ratio.checked_mul(base)?).ok();
    figures.laspeyres = Some(shown(laspeyres)?);
    if let Some(paasche) = paasche {
        figures.paasche = Some(shown(paasche)?);
        figures.fisher = Some(shown(fisher(laspeyres, paasche)?)?);
    }
    contribute(&mut counted, &figures, base_value)?;
    Some((figures, counted))
}

/// The square root of the product. The root is exact to more than twenty digits; between the two it is by definition.
pub fn fisher(laspeyres: Decimal, paasche: Decimal) -> Option<Decimal> {
    let root = laspeyres.checked_mul(paasche)?.sqrt()?;
    Some(root.clamp(laspeyres.min(paasche), laspeyres.max(paasche)))
}

/// Shares the change of the Laspeyres index out among the items: (p1q0 − p0q0) / Σp0q0 × base value, rounded down to four
/// decimals, and the units then missing one each to the largest rests, so that the sum is the change exactly.
fn contribute(items: &mut [Counted], figures: &Figures, base_value: Points) -> Option<()> {
    let change = figures.laspeyres?.minus(base_value)?;
    let mut rests = Vec::new();
    let mut given = Points::ZERO;
    for (at, it) in items.iter_mut().enumerate().filter(|(_, it)| it.state != ItemState::LeftOut) {
        let difference = it.p1q0.minus(it.p0q0)?.decimal();
        let exact = difference.checked_mul(base_value.decimal())?.checked_div(figures.p0q0.decimal())?;
        let down = exact.checked_mul(Decimal::from(10_i64.pow(Points::PLACES)))?.floor();
        it.contribution = Points::exact(down.checked_div(Decimal::from(10_i64.pow(Points::PLACES)))?).ok()?;
        given = given.plus(it.contribution)?;
        rests.push((exact - it.contribution.decimal(), at));
    }
    rests.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let missing = change.minus(given)?.scaled();
    for (_, at) in rests.iter().cycle().take(usize::try_from(missing.unsigned_abs()).ok()?) {
        let it = items.get_mut(*at)?;
        it.contribution = it.contribution.plus(Points::from_scaled(missing.signum()))?;
    }
    Some(())
}

/// The change against a reference when it is beyond the threshold, rounded to six decimals; the threshold itself is not
/// beyond it.
pub fn beyond(reference: Points, value: Points, threshold: Share) -> Option<Share> {
    let moved = value.decimal() - reference.decimal();
    let line = threshold.decimal().checked_mul(reference.decimal())?;
    (moved.abs() > line).then(|| Share::rounded(moved.checked_div(reference.decimal())?).ok()).flatten()
}
