//! How far purchases are beside the time elapsed (序时进度), and why they lag. Pure.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::text::Text;
use crate::types::half_up;

crate::words! {
    /// Why purchases lag behind the time elapsed.
    Cause {
        /// They do not.
        OnTrack = "on_track",
        /// The hospital ordered too little (医疗机构采购不足).
        OrdersLittle = "orders_little",
        /// The hospital ordered enough; the supplier promised, delivered or got accepted too little (企业供应不足).
        SupplierShort = "supplier_short",
        /// Both.
        Both = "both",
    }
}

impl Cause {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let p = &t.progress;
        match self {
            Cause::OnTrack => p.cause_on_track,
            Cause::OrdersLittle => p.cause_orders_little,
            Cause::SupplierShort => p.cause_supplier_short,
            Cause::Both => p.cause_both,
        }
    }

    /// Whether the hospital has to order more.
    pub fn is_hospital(self) -> bool {
        matches!(self, Cause::OrdersLittle | Cause::Both)
    }

    /// Whether the supplier has to deliver more.
    pub fn is_supplier(self) -> bool {
        matches!(self, Cause::SupplierShort | Cause::Both)
    }
}

/// What is known of one contract's agreement year or of many together, all in the same measure: yuan at the
/// contract's price, or units of one product.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Numbers {
    /// Agreed for the year.
    pub agreed: Decimal,
    /// Agreed times the share of the year that has passed.
    pub expected: Decimal,
    /// Of the agreed volume: ordered and still to come.
    pub reserved: Decimal,
    /// Of the agreed volume: accepted.
    pub consumed: Decimal,
    /// Ordered of it and given up because the supplier did not promise or deliver it.
    pub lost: Decimal,
    /// Ordered of it, not given up, and past the day by which it should have come.
    pub overdue: Decimal,
    /// Every order under the contract, also above the agreed volume.
    pub ordered: Decimal,
    /// Sent of those orders.
    pub shipped: Decimal,
    /// Accepted of those orders.
    pub accepted: Decimal,
    /// Promised by a day that has passed, or never answered in time.
    pub due: Decimal,
    /// Accepted of that by its day.
    pub on_time: Decimal,
}

/// The figures of one more part.
impl std::ops::AddAssign<&Numbers> for Numbers {
    fn add_assign(&mut self, other: &Numbers) {
        self.agreed += other.agreed;
        self.expected += other.expected;
        self.reserved += other.reserved;
        self.consumed += other.consumed;
        self.lost += other.lost;
        self.overdue += other.overdue;
        self.ordered += other.ordered;
        self.shipped += other.shipped;
        self.accepted += other.accepted;
        self.due += other.due;
        self.on_time += other.on_time;
    }
}

impl Numbers {
    /// Ordered or accepted of the agreed volume.
    pub fn used(&self) -> Decimal {
        self.reserved + self.consumed
    }

    /// Used over agreed; none when nothing is agreed.
    pub fn used_share(&self) -> Option<Decimal> {
        share(self.used(), self.agreed)
    }

    /// Accepted over agreed.
    pub fn consumed_share(&self) -> Option<Decimal> {
        share(self.consumed, self.agreed)
    }

    /// The share of the time elapsed, weighed by what is agreed.
    pub fn elapsed_share(&self) -> Option<Decimal> {
        share(self.expected, self.agreed)
    }

    /// By how much of the agreed volume what came or comes in time lags behind the time elapsed; below zero it is
    /// ahead.
    pub fn lag(&self) -> Option<Decimal> {
        share(self.expected - self.used() + self.overdue, self.agreed)
    }

    /// Delivery rate (配送率): sent over ordered.
    pub fn delivery_rate(&self) -> Option<Decimal> {
        share(self.shipped, self.ordered)
    }

    /// Fill rate (满足率): accepted over ordered.
    pub fn fill_rate(&self) -> Option<Decimal> {
        share(self.accepted, self.ordered)
    }

    /// On time (及时率): accepted by the promised day over what was due by then.
    pub fn on_time_rate(&self) -> Option<Decimal> {
        share(self.on_time, self.due)
    }
}

/// One over the other, unrounded; none when there is nothing to measure by.
pub fn share(part: Decimal, whole: Decimal) -> Option<Decimal> {
    if whole <= Decimal::ZERO { None } else { part.checked_div(whole) }
}

/// A share as percent with one decimal, half up; a dash when there is none.
pub fn percent(share: Option<Decimal>) -> String {
    let shown = share.and_then(|share| share.checked_mul(Decimal::ONE_HUNDRED)).map(|it| half_up(it, 1));
    shown.map_or_else(
        || "—".to_owned(),
        |mut it| {
            it.rescale(1);
            format!("{it}%")
        },
    )
}

/// The share of a year's days that have passed before `today`: nothing on its first day, all after its last.
pub fn elapsed(starts: NaiveDate, ends: NaiveDate, today: NaiveDate) -> Decimal {
    let whole = (ends - starts).num_days() + 1;
    let passed = (today - starts).num_days().clamp(0, whole.max(0));
    share(Decimal::from(passed), Decimal::from(whole)).unwrap_or(Decimal::ONE)
}

/// Why purchases lag, where `points` is the share of the agreed volume by which they may.
///
/// What was ordered and lost to the supplier counts as ordered: the hospital did its part. They lag when what came or
/// comes in time is further behind than that. Then the hospital ordered too little when its orders are further behind
/// too; and the supplier is short when the orders were enough, or when what it failed to bring is by itself more than
/// the points.
pub fn cause(it: &Numbers, points: Decimal) -> Cause {
    let most = it.agreed.saturating_mul(points);
    let behind = |done: Decimal| it.expected - done > most;
    if it.agreed <= Decimal::ZERO || !behind(it.used() - it.overdue) {
        return Cause::OnTrack;
    }
    if !behind((it.used() + it.lost).min(it.agreed)) {
        return Cause::SupplierShort;
    }
    if it.lost + it.overdue > most { Cause::Both } else { Cause::OrdersLittle }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbers(agreed: i64, expected: i64, reserved: i64, consumed: i64, lost: i64, overdue: i64) -> Numbers {
        let [agreed, expected, reserved, consumed, lost, overdue] =
            [agreed, expected, reserved, consumed, lost, overdue].map(Decimal::from);
        Numbers { agreed, expected, reserved, consumed, lost, overdue, ..Numbers::default() }
    }

    #[test]
    fn why_purchases_lag() {
        // Agreed 100, may lag by 10 points.
        let check = |expected, reserved, consumed, lost, overdue, want: Cause| {
            let it = numbers(100, expected, reserved, consumed, lost, overdue);
            assert_eq!(cause(&it, Decimal::new(1, 1)), want, "{it:?}");
        };
        // expected, reserved, consumed, lost, overdue
        check(0, 0, 0, 0, 0, Cause::OnTrack);
        check(10, 0, 0, 0, 0, Cause::OnTrack);
        check(11, 0, 0, 0, 0, Cause::OrdersLittle);
        check(50, 10, 30, 0, 0, Cause::OnTrack);
        check(50, 10, 29, 0, 0, Cause::OrdersLittle);
        // Ordered, but late: the hospital did its part.
        check(50, 40, 10, 0, 20, Cause::SupplierShort);
        check(50, 40, 10, 0, 10, Cause::OnTrack);
        // Ordered, but not promised or refused: given up, yet ordered.
        check(50, 0, 30, 15, 0, Cause::SupplierShort);
        check(50, 0, 30, 9, 0, Cause::OrdersLittle);
        check(50, 0, 0, 40, 0, Cause::SupplierShort);
        check(50, 0, 0, 39, 0, Cause::Both);
        check(50, 15, 0, 0, 15, Cause::Both);
        check(50, 10, 0, 0, 10, Cause::OrdersLittle);
        // Ordered again and again what never came: the orders are not more than the agreed volume.
        check(100, 0, 0, 500, 0, Cause::SupplierShort);
        check(100, 0, 90, 0, 0, Cause::OnTrack);
        check(100, 120, 0, 0, 0, Cause::OnTrack);
        // Nothing agreed is nothing to lag behind; no tolerance is none at all.
        assert_eq!(cause(&numbers(0, 0, 0, 0, 5, 5), Decimal::ZERO), Cause::OnTrack);
        assert_eq!(cause(&numbers(100, 50, 49, 0, 0, 0), Decimal::ZERO), Cause::OrdersLittle);
        assert_eq!(cause(&numbers(100, 50, 50, 0, 0, 0), Decimal::ZERO), Cause::OnTrack);
    }

    #[test]
    fn the_time_elapsed_counts_whole_days_before_today() {
        let check = |starts: &str, ends: &str, today: &str, want: &str| {
            let it =
                elapsed(starts.parse().unwrap(), ends.parse().unwrap(), today.parse().unwrap()).normalize();
            assert_eq!(it.to_string(), want, "{starts} {ends} {today}");
        };
        check("2027-01-01", "2027-01-10", "2026-12-31", "0");
        check("2027-01-01", "2027-01-10", "2027-01-01", "0");
        check("2027-01-01", "2027-01-10", "2027-01-02", "0.1");
        check("2027-01-01", "2027-01-10", "2027-01-10", "0.9");
        check("2027-01-01", "2027-01-10", "2027-01-11", "1");
        check("2027-01-01", "2027-01-10", "2028-01-01", "1");
        check("2027-01-01", "2027-01-01", "2027-01-01", "0");
        // A year that ends before it starts has passed.
        check("2027-01-02", "2027-01-01", "2027-01-01", "1");
    }

    #[test]
    fn a_share_of_nothing_is_a_dash_and_not_zero() {
        assert_eq!(percent(share(Decimal::ONE, Decimal::ZERO)), "—");
        assert_eq!(percent(share(Decimal::ZERO, Decimal::ONE)), "0.0%");
        assert_eq!(percent(share(Decimal::ONE, Decimal::from(3))), "33.3%");
        assert_eq!(percent(share(Decimal::from(5), Decimal::from(4))), "125.0%");
    }

    proptest! {
        #[test]
        fn ordering_more_never_turns_the_blame_to_the_hospital(
            expected in 0i64..=100, reserved in 0i64..60, consumed in 0i64..60, lost in 0i64..60,
            late in 0i64..60, more in 0i64..60, points in 0i64..30,
        ) {
            let overdue = late.min(reserved);
            let points = Decimal::new(points, 2);
            let before = cause(&numbers(100, expected, reserved, consumed, lost, overdue), points);
            let after = cause(&numbers(100, expected, reserved + more, consumed, lost, overdue), points);
            prop_assert!(before.is_hospital() || !after.is_hospital());
            prop_assert!(before != Cause::OnTrack || after == Cause::OnTrack);
        }

        #[test]
        fn whoever_is_behind_has_a_cause(
            expected in 0i64..=100, reserved in 0i64..60, consumed in 0i64..60, lost in 0i64..60, late in 0i64..60,
        ) {
            let it = numbers(100, expected, reserved, consumed, lost, late.min(reserved));
            let is_behind = it.lag().unwrap() > Decimal::new(1, 1);
            prop_assert_eq!(is_behind, cause(&it, Decimal::new(1, 1)) != Cause::OnTrack);
        }
    }
}
