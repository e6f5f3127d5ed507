//! What a token may do and when it works: pure decisions.

use std::fmt;
use std::str::FromStr;

use chrono::{Days, NaiveDate};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text as SqlText;

use super::ApiToken;
use crate::error::Error;
use crate::text::{Say, Text, fill};

crate::words! {
    /// One thing a token may do.
    Scope {
        /// Read payment standards and say what it holds of them.
        Standards = "standards",
        /// Acknowledge payment standards.
        Acknowledge = "acknowledge",
        /// Have claim lines checked against the standards.
        PriceCheck = "price_check",
        /// Send purchases.
        Transactions = "transactions",
        /// Send listing prices.
        Listings = "listings",
        /// Read the contracts of its hospital.
        Contracts = "contracts",
        /// Place orders of its hospital.
        Orders = "orders",
        /// Take deliveries in for its hospital.
        Receipts = "receipts",
    }
}

impl Scope {
    /// What a consumer of the settlement feed may do.
    pub const FEED: &'static [Scope] = &[Scope::Standards, Scope::Acknowledge, Scope::PriceCheck];
    /// What only a hospital's token may do.
    pub const HOSPITAL: &'static [Scope] = &[Scope::Contracts, Scope::Orders, Scope::Receipts];

    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let a = &t.api;
        match self {
            Scope::Standards => a.scope_standards,
            Scope::Acknowledge => a.scope_acknowledge,
            Scope::PriceCheck => a.scope_price_check,
            Scope::Transactions => a.scope_transactions,
            Scope::Listings => a.scope_listings,
            Scope::Contracts => a.scope_contracts,
            Scope::Orders => a.scope_orders,
            Scope::Receipts => a.scope_receipts,
        }
    }
}

/// What a token may do: one or more scopes, kept as their words in order with spaces between.
#[derive(Debug, Clone, PartialEq, Eq, Default, AsExpression, FromSqlRow)]
#[diesel(sql_type = SqlText)]
pub struct Scopes(String);

impl Scopes {
    /// These.
    pub fn of(scopes: &[Scope]) -> Self {
        let words: Vec<&str> =
            Scope::ALL.iter().filter(|it| scopes.contains(it)).map(|it| it.as_str()).collect();
        Self(words.join(" "))
    }

    /// Whether this is among them.
    pub fn holds(&self, scope: Scope) -> bool {
        self.iter().any(|it| it == scope)
    }

    /// Each, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.split_whitespace().filter_map(|word| word.parse().ok())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Scopes {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let scopes: Vec<Scope> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        Ok(Self::of(&scopes))
    }
}

impl<DB: Backend> ToSql<SqlText, DB> for Scopes
where
    str: ToSql<SqlText, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_str().to_sql(out)
    }
}

impl<DB: Backend> FromSql<SqlText, DB> for Scopes
where
    String: FromSql<SqlText, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let text = String::from_sql(bytes)?;
        text.parse().map_err(|()| format!("stored scopes: {text}").into())
    }
}

/// How a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It works.
    InForce,
    /// It was revoked.
    Revoked,
    /// Its last day is over.
    Expired,
    /// It was replaced, and the days on which it still worked are over.
    Replaced,
}

/// How a token stands on a day when a secret of this hash is given.
pub fn standing(it: &ApiToken, hash: &str, today: NaiveDate) -> Standing {
    if it.revoked_at.is_some() {
        return Standing::Revoked;
    }
    if it.expires_on.is_some_and(|day| day < today) {
        return Standing::Expired;
    }
    if it.token_hash != hash && it.old_until.is_none_or(|day| day < today) {
        return Standing::Replaced;
    }
    Standing::InForce
}

/// The most days an old secret works on.
pub const OVERLAP: u64 = 90;
/// The most days a token works.
pub const LIFE: u64 = 3_660;

/// Why a token is not made or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It has no name.
    NoName,
    /// It may do nothing.
    NoScope,
    /// It may act for a hospital and names none.
    NoHospital(Scope),
    /// It belongs to a consumer and may do what is not the feed's.
    NotFeed(Scope),
    /// No hospital that is active.
    Hospital,
    /// It is made already and its token cannot be shown again.
    MadeAlready,
    /// It was revoked.
    Revoked,
    /// Its last day is over.
    Expired,
    /// The last day is not between today and the latest day allowed.
    Day {
        /// Which field.
        field: &'static str,
        /// The first day allowed.
        first: NaiveDate,
        /// The last day allowed.
        last: NaiveDate,
    },
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let a = &t.api;
        match self {
            Refused::NoName => a.no_name.to_owned(),
            Refused::NoScope => a.no_scope.to_owned(),
            Refused::NoHospital(scope) => fill(a.no_hospital, &[("scope", &scope.name(t))]),
            Refused::NotFeed(scope) => fill(a.not_feed, &[("scope", &scope.name(t))]),
            Refused::Hospital => a.unknown_hospital.to_owned(),
            Refused::MadeAlready => a.made_already.to_owned(),
            Refused::Revoked => a.revoked_already.to_owned(),
            Refused::Expired => a.expired_already.to_owned(),
            Refused::Day { first, last, .. } => fill(a.day_refused, &[("first", first), ("last", last)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::NoName | Refused::MadeAlready => Some("name"),
            Refused::NoScope | Refused::NotFeed(_) => Some("scope"),
            Refused::NoHospital(_) | Refused::Hospital => Some("hospital"),
            Refused::Revoked | Refused::Expired => None,
            Refused::Day { field, .. } => Some(field),
        }
    }
}

/// A program's name: on one line, not endless.
pub fn name(given: &str) -> Result<String, Refused> {
    let name: String = given.trim().chars().filter(|c| !c.is_control()).take(100).collect();
    if name.is_empty() { Err(Refused::NoName) } else { Ok(name) }
}

/// A token does something; what is done for a hospital names it, and a consumer's token is for the feed only.
pub fn scopes(scopes: &Scopes, has_hospital: bool, has_consumer: bool) -> Result<(), Refused> {
    if scopes.0.is_empty() {
        return Err(Refused::NoScope);
    }
    if let Some(scope) = scopes.iter().find(|it| has_consumer && !Scope::FEED.contains(it)) {
        return Err(Refused::NotFeed(scope));
    }
    match scopes.iter().find(|it| Scope::HOSPITAL.contains(it)) {
        Some(scope) if !has_hospital => Err(Refused::NoHospital(scope)),
        _ => Ok(()),
    }
}

/// The last day of a token is not over, and not for ever.
pub fn expiry(day: Option<NaiveDate>, today: NaiveDate) -> Result<(), Refused> {
    within("expires_on", day, today, LIFE)
}

/// The last day of the secret before is not over, and near.
pub fn overlap(day: Option<NaiveDate>, today: NaiveDate) -> Result<(), Refused> {
    within("old_until", day, today, OVERLAP)
}

fn within(field: &'static str, day: Option<NaiveDate>, first: NaiveDate, days: u64) -> Result<(), Refused> {
    let last = first.checked_add_days(Days::new(days)).unwrap_or(first);
    match day {
        Some(day) if day < first || day > last => Err(Refused::Day { field, first, last }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{ApiTokenId, Time};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_secret_works_while_its_token_does_and_the_one_before_until_its_day() {
        let check = |given: &str, today: &str, revoked: bool, wanted: Standing| {
            let it = ApiToken {
                id: ApiTokenId::new(),
                name: "x".to_owned(),
                scopes: Scopes::of(&[Scope::Standards]),
                consumer_id: None,
                organisation_id: None,
                token_hash: "new".to_owned(),
                old_hash: Some("old".to_owned()),
                old_until: Some(day("2026-12-01")),
                expires_on: Some(day("2026-12-31")),
                created_at: Time::from_millis(0),
                created_by: None,
                used_at: None,
                revoked_at: revoked.then_some(Time::from_millis(1)),
            };
            assert_eq!(it.standing(given, day(today)), wanted, "{given} on {today}");
        };
        check("new", "2026-12-01", false, Standing::InForce);
        check("old", "2026-12-01", false, Standing::InForce);
        check("old", "2026-12-02", false, Standing::Replaced);
        check("new", "2026-12-31", false, Standing::InForce);
        check("new", "2027-01-01", false, Standing::Expired);
        check("new", "2026-12-01", true, Standing::Revoked);
        check("old", "2026-12-01", true, Standing::Revoked);
    }

    #[test]
    fn scopes_are_read_back_and_fit_whom_the_token_is_for() {
        let check = |text: &str, hospital: bool, consumer: bool, wanted: Result<(), Refused>| {
            let read: Scopes = text.parse().unwrap();
            assert_eq!(read.to_string().parse(), Ok(read.clone()));
            assert_eq!(scopes(&read, hospital, consumer), wanted, "{text}");
        };
        check("", false, false, Err(Refused::NoScope));
        check("transactions listings", false, false, Ok(()));
        check("orders", false, false, Err(Refused::NoHospital(Scope::Orders)));
        check("orders contracts transactions", true, false, Ok(()));
        check("standards acknowledge price_check", false, true, Ok(()));
        check("standards listings", false, true, Err(Refused::NotFeed(Scope::Listings)));
        assert!("both".parse::<Scopes>().is_err());
    }

    #[test]
    fn days_are_not_over_and_not_far() {
        let today = day("2026-11-23");
        assert!(overlap(None, today).is_ok() && overlap(Some(today), today).is_ok());
        assert!(overlap(Some(day("2026-11-22")), today).is_err());
        assert!(overlap(Some(day("2027-02-22")), today).is_err());
        assert!(expiry(Some(day("2027-02-22")), today).is_ok());
    }
}
