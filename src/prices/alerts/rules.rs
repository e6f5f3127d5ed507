//! What may be subscribed to, by whom, and when the next mail is due. No database, no clock.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use crate::people::{Account, Organisation, Role};
use crate::prices::monitoring::Tier;
use crate::text::{Say, Text, fill};
use crate::types::{OrganisationId, ProductId, Time};

crate::words! {
    /// How often somebody wants to be told.
    Frequency {
        /// As soon as something is found.
        AtOnce = "at_once",
        /// Every day at an hour.
        Daily = "daily",
        /// On one day of the week at an hour.
        Weekly = "weekly",
    }

    /// What becomes of a subscription.
    State {
        /// Mails are written.
        Active = "active",
        /// Its owner stopped it; what is found meanwhile is told when it goes on.
        Paused = "paused",
        /// Ended by the link in a mail.
        Unsubscribed = "unsubscribed",
        /// Its owner does not want to see it any more.
        Deleted = "deleted",
    }
}

/// Most subscriptions of one account.
pub const MOST: usize = 50;
/// Most tests an account may send itself in an hour.
pub const TESTS: i64 = 10;

/// The findings somebody may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The bureau's people: every finding.
    All,
    /// A hospital: its own.
    Hospital(OrganisationId),
    /// A supplier: its own, by the two texts purchases name it with.
    Supplier([String; 2]),
}

/// What an account may see as it is now; nothing when it may not log in.
pub fn scope(account: &Account, organisation: &Organisation, roles: &[Role]) -> Option<Scope> {
    if !account.active || !organisation.active {
        return None;
    }
    let is_staff = |role: &Role| !matches!(role, Role::Hospital | Role::Supplier);
    if roles.iter().any(is_staff) {
        Some(Scope::All)
    } else if roles.contains(&Role::Hospital) {
        Some(Scope::Hospital(organisation.id.clone()))
    } else if roles.contains(&Role::Supplier) {
        Some(Scope::Supplier([organisation.name.clone(), organisation.code.clone()]))
    } else {
        None
    }
}

/// What somebody asks for; an empty text and `None` are no condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wish {
    /// The subscription's name.
    pub name: String,
    /// How often.
    pub frequency: Frequency,
    /// From 1, Monday, to 7; for weekly mails.
    pub weekday: i32,
    /// From 0 to 23, on the clocks of Shanghai; for daily and weekly mails.
    pub hour: i32,
    /// One product.
    pub product: Option<ProductId>,
    /// Products of one generic name.
    pub generic: String,
    /// One hospital.
    pub hospital: Option<OrganisationId>,
    /// One supplier, by its name or code.
    pub supplier: String,
    /// One rule.
    pub rule: String,
    /// This tier and those above it.
    pub tier: Tier,
    /// Whether a mail is wanted also when there is nothing to report.
    pub even_if_nothing: bool,
}

/// Why a subscription is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// No name, or one that is too long.
    Name,
    /// No hour of the day.
    Hour,
    /// No day of the week.
    Weekday,
    /// The catalogue has no such product.
    Product(String),
    /// The catalogue has no such generic name.
    Generic(String),
    /// A product and a generic name at once.
    Both,
    /// There is no such hospital.
    Hospital,
    /// A name that is too long.
    Supplier,
    /// There is no such rule.
    Rule(String),
    /// Findings about somebody else.
    Foreign,
    /// At once, and also when there is nothing.
    Nothing,
    /// Somebody changed it meanwhile.
    Changed,
    /// It was deleted.
    Deleted,
    /// The account has no mail address.
    NoAddress,
    /// Too many subscriptions.
    Most,
    /// Too many tests.
    Tests,
    /// Letters to the address have stopped.
    Stopped,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let a = &t.alerts;
        match self {
            Refused::Name => a.r_name.to_owned(),
            Refused::Hour => a.r_hour.to_owned(),
            Refused::Weekday => a.r_weekday.to_owned(),
            Refused::Product(given) => fill(a.r_product, &[("given", given)]),
            Refused::Generic(given) => fill(a.r_generic, &[("given", given)]),
            Refused::Both => a.r_both.to_owned(),
            Refused::Hospital => a.r_hospital.to_owned(),
            Refused::Supplier => a.r_supplier.to_owned(),
            Refused::Rule(given) => fill(a.r_rule, &[("given", given)]),
            Refused::Foreign => a.r_foreign.to_owned(),
            Refused::Nothing => a.r_nothing.to_owned(),
            Refused::Changed => a.r_changed.to_owned(),
            Refused::Deleted => a.r_deleted.to_owned(),
            Refused::NoAddress => a.r_address.to_owned(),
            Refused::Most => fill(a.r_most, &[("most", &MOST)]),
            Refused::Tests => fill(a.r_tests, &[("most", &TESTS)]),
            Refused::Stopped => a.r_stopped.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::Name => Some("name"),
            Refused::Hour => Some("hour"),
            Refused::Weekday => Some("weekday"),
            Refused::Product(_) => Some("product"),
            Refused::Generic(_) | Refused::Both => Some("generic"),
            Refused::Hospital => Some("hospital"),
            Refused::Supplier => Some("supplier"),
            Refused::Rule(_) => Some("rule"),
            Refused::Nothing => Some("frequency"),
            _ => None,
        }
    }
}

/// A wish as it is kept, if this person may have it.
pub fn wish(wish: Wish, scope: &Scope) -> Result<Wish, Refused> {
    let name = wish.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 100 || name.contains(char::is_control) {
        return Err(Refused::Name);
    }
    if !(0..24).contains(&wish.hour) {
        return Err(Refused::Hour);
    }
    if !(1..=7).contains(&wish.weekday) {
        return Err(Refused::Weekday);
    }
    if wish.product.is_some() && !wish.generic.is_empty() {
        return Err(Refused::Both);
    }
    if wish.supplier.chars().count() > 200 {
        return Err(Refused::Supplier);
    }
    let is_foreign = match scope {
        Scope::All => false,
        Scope::Hospital(own) => wish.hospital.as_ref().is_some_and(|asked| asked != own),
        Scope::Supplier(own) => !wish.supplier.is_empty() && !own.contains(&wish.supplier),
    };
    if is_foreign {
        return Err(Refused::Foreign);
    }
    if wish.even_if_nothing && wish.frequency == Frequency::AtOnce {
        return Err(Refused::Nothing);
    }
    Ok(Wish { name, ..wish })
}

fn moment(day: NaiveDate, hour: i32) -> Option<Time> {
    Time::parse_local(&format!("{day} {hour:02}:00"))
}

/// The next moment after `now` at which a mail is due. Moments that were missed are not made up one by one: the next
/// mail tells of everything since the last.
pub fn next(frequency: Frequency, weekday: i32, hour: i32, now: Time) -> Time {
    let is_day = |day: &NaiveDate| match frequency {
        Frequency::Weekly => i32::try_from(day.weekday().number_from_monday()) == Ok(weekday),
        Frequency::AtOnce | Frequency::Daily => true,
    };
    if frequency == Frequency::AtOnce {
        return now;
    }
    let days = now.day().iter_days().take(9).filter(is_day);
    days.filter_map(|day| moment(day, hour)).find(|at| *at > now).unwrap_or(now.plus_days(1))
}

/// The tiers from the lowest wanted up.
pub fn tiers_from(lowest: Tier) -> impl Iterator<Item = Tier> {
    Tier::ALL.iter().copied().filter(move |tier| *tier >= lowest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Time {
        Time::parse_local(text).unwrap()
    }

    #[test]
    fn the_next_mail_is_due_at_the_next_such_hour() {
        let check = |frequency, weekday, hour, now: &str, want: &str| {
            assert_eq!(
                next(frequency, weekday, hour, at(now)),
                at(want),
                "{frequency} {weekday} {hour} {now}"
            );
        };
        // 2026-11-23 is a Monday.
        check(Frequency::AtOnce, 1, 8, "2026-11-23 09:00", "2026-11-23 09:00");
        check(Frequency::Daily, 1, 8, "2026-11-23 07:59", "2026-11-23 08:00");
        check(Frequency::Daily, 1, 8, "2026-11-23 08:00", "2026-11-24 08:00");
        check(Frequency::Daily, 1, 0, "2026-12-31 23:59", "2027-01-01 00:00");
        check(Frequency::Weekly, 1, 8, "2026-11-23 07:00", "2026-11-23 08:00");
        check(Frequency::Weekly, 1, 8, "2026-11-23 08:00", "2026-11-30 08:00");
        check(Frequency::Weekly, 7, 23, "2026-11-23 08:00", "2026-11-29 23:00");
        check(Frequency::Weekly, 5, 9, "2028-02-28 10:00", "2028-03-03 09:00");
    }

    fn asked() -> Wish {
        Wish {
            name: " a ".to_owned(),
            frequency: Frequency::Daily,
            weekday: 1,
            hour: 8,
            product: None,
            generic: String::new(),
            hospital: None,
            supplier: String::new(),
            rule: String::new(),
            tier: Tier::None,
            even_if_nothing: false,
        }
    }

    #[test]
    fn a_wish_is_kept_or_refused_with_its_field() {
        let (own, other) = (OrganisationId::new(), OrganisationId::new());
        let hospital = Scope::Hospital(own.clone());
        let supplier = Scope::Supplier(["甲".to_owned(), "913".to_owned()]);
        let check = |change: &dyn Fn(&mut Wish), scope: &Scope, want: Option<Refused>| {
            let mut it = asked();
            change(&mut it);
            assert_eq!(wish(it.clone(), scope).err(), want, "{it:?} {scope:?}");
        };
        check(&|_| (), &Scope::All, None);
        assert_eq!(wish(asked(), &Scope::All).unwrap().name, "a");
        check(&|w| w.name = " ".to_owned(), &Scope::All, Some(Refused::Name));
        check(&|w| w.name = "长".repeat(101), &Scope::All, Some(Refused::Name));
        check(&|w| w.name = "a\r\nBcc: b".to_owned(), &Scope::All, Some(Refused::Name));
        check(&|w| w.hour = 24, &Scope::All, Some(Refused::Hour));
        check(&|w| w.weekday = 0, &Scope::All, Some(Refused::Weekday));
        let both = |w: &mut Wish| (w.product, w.generic) = (Some(ProductId::new()), "b".to_owned());
        check(&both, &Scope::All, Some(Refused::Both));
        check(&|w| w.supplier = "s".repeat(201), &Scope::All, Some(Refused::Supplier));
        let at_once = |w: &mut Wish| (w.frequency, w.even_if_nothing) = (Frequency::AtOnce, true);
        check(&at_once, &Scope::All, Some(Refused::Nothing));
        check(&|w| w.hospital = Some(other.clone()), &Scope::All, None);
        check(&|w| w.hospital = Some(other.clone()), &hospital, Some(Refused::Foreign));
        check(&|w| w.hospital = Some(own.clone()), &hospital, None);
        check(&|w| w.supplier = "乙".to_owned(), &hospital, None);
        check(&|w| w.supplier = "乙".to_owned(), &supplier, Some(Refused::Foreign));
        check(&|w| w.supplier = "甲".to_owned(), &supplier, None);
        check(&|w| w.hospital = Some(other.clone()), &supplier, None);
    }

    proptest! {
        /// The next moment lies ahead, at the hour and day asked for, and no further than one period.
        #[test]
        fn the_next_moment_is_ahead_and_no_period_is_left_out(
            minutes in 0_i64..2_000_000, weekday in 1..8, hour in 0..24, is_weekly in any::<bool>()
        ) {
            let now = at("2025-12-31 23:58").plus_millis(minutes * 60_000);
            let frequency = if is_weekly { Frequency::Weekly } else { Frequency::Daily };
            let due = next(frequency, weekday, hour, now);
            let days = if is_weekly { 7 } else { 1 };
            prop_assert!(due > now && due <= now.plus_days(days));
            prop_assert_eq!(due.local().format("%H:%M").to_string(), format!("{hour:02}:00"));
            prop_assert!(!is_weekly || due.day().weekday().number_from_monday() == u32::try_from(weekday).unwrap());
        }
    }
}
