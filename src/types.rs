//! Exact values, ids, time and the actor: the words every module uses.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{BigInt, Text};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// Rounds half away from zero (四舍五入), the one rounding the price rules name
/// (发改价格〔2011〕2452号 art. 19).
pub fn half_up(value: Decimal, places: u32) -> Decimal {
    value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
}

/// Why a text is not an exact number of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotANumber {
    /// Nothing but spaces.
    Empty,
    /// Not digits with at most one point.
    Malformed,
    /// More decimals than the type keeps; the number says how many it keeps.
    TooManyDecimals(u32),
    /// Larger than the type can hold.
    TooLarge,
}

/// Reads plain digits with an optional sign and one point. No separators, no exponent.
pub fn parse_decimal(text: &str) -> Result<Decimal, NotANumber> {
    let text = text.trim();
    if text.is_empty() {
        return Err(NotANumber::Empty);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(part) {
        return Err(NotANumber::Malformed);
    }
    if digits.len() > 28 {
        return Err(NotANumber::TooLarge);
    }
    Decimal::from_str(text).map_err(|_| NotANumber::TooLarge)
}

/// A number of at most 18 characters as the whole number it is times ten to the power of `places`; longer ones are for
/// [`parse_decimal`]. Files of millions of lines are read by it.
fn parse_short(text: &str, places: u32) -> Option<Result<i64, NotANumber>> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(part) {
        return None;
    }
    let add = |sum: i64, digit: u8| sum * 10 + i64::from(digit.wrapping_sub(b'0'));
    let whole = whole.bytes().fold(0, add);
    let kept = part.bytes().chain(std::iter::repeat(b'0')).take(places as usize).fold(0, add);
    if part.bytes().skip(places as usize).any(|digit| digit != b'0') {
        return Some(Err(NotANumber::TooManyDecimals(places)));
    }
    let scaled = whole.checked_mul(10_i64.pow(places)).and_then(|whole| whole.checked_add(kept));
    let signed = scaled.map(|number| if digits.len() < text.len() { -number } else { number });
    Some(signed.ok_or(NotANumber::TooLarge))
}

macro_rules! scaled {
    ($(#[$doc:meta])* $name:ident, $places:literal, $shown:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, AsExpression, FromSqlRow)]
        #[diesel(sql_type = BigInt)]
        pub struct $name(i64);

        impl $name {
            /// Decimals kept.
            pub const PLACES: u32 = $places;
            /// Nothing.
            pub const ZERO: Self = Self(0);

            /// The value, only if it has no more decimals than the type keeps.
            pub fn exact(value: Decimal) -> Result<Self, NotANumber> {
                if value.normalize().scale() > Self::PLACES {
                    return Err(NotANumber::TooManyDecimals(Self::PLACES));
                }
                Self::rounded(value)
            }

            /// The value rounded half up (四舍五入) to the type's decimals.
            pub fn rounded(value: Decimal) -> Result<Self, NotANumber> {
                let mut value = half_up(value, Self::PLACES);
                value.rescale(Self::PLACES);
                i64::try_from(value.mantissa()).map(Self).map_err(|_| NotANumber::TooLarge)
            }

            /// The value as a decimal.
            pub fn decimal(self) -> Decimal {
                Decimal::new(self.0, Self::PLACES)
            }

            /// The scaled whole number the database holds.
            pub fn scaled(self) -> i64 {
                self.0
            }

            /// From the scaled whole number the database holds.
            pub fn from_scaled(scaled: i64) -> Self {
                Self(scaled)
            }

            /// The sum, or `None` when it no longer fits.
            pub fn plus(self, other: Self) -> Option<Self> {
                self.0.checked_add(other.0).map(Self)
            }

            /// The difference, or `None` when it no longer fits.
            pub fn minus(self, other: Self) -> Option<Self> {
                self.0.checked_sub(other.0).map(Self)
            }

            /// Above zero.
            pub fn is_positive(self) -> bool {
                self.0 > 0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut value = self.decimal().normalize();
                value.rescale(value.scale().max($shown));
                write!(f, "{value}")
            }
        }

        impl FromStr for $name {
            type Err = NotANumber;
            fn from_str(text: &str) -> Result<Self, NotANumber> {
                match parse_short(text.trim(), Self::PLACES) {
                    Some(short) => short.map(Self),
                    None => Self::exact(parse_decimal(text)?),
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                text.parse().map_err(|e| serde::de::Error::custom(format!("{text}: {e:?}")))
            }
        }

        impl<DB: Backend> ToSql<BigInt, DB> for $name
        where
            i64: ToSql<BigInt, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.0.to_sql(out)
            }
        }

        impl<DB: Backend> FromSql<BigInt, DB> for $name
        where
            i64: FromSql<BigInt, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                i64::from_sql(bytes).map(Self)
            }
        }
    };
}

scaled!(
    /// An amount in yuan, two decimals.
    Money, 2, 2
);
scaled!(
    /// Yuan for one smallest preparation unit (片, 支, 袋 …) or one pack, six decimals.
    UnitPrice, 6, 2
);
scaled!(
    /// A quantity in smallest preparation units or pieces, three decimals.
    Quantity, 3, 0
);
scaled!(
    /// Quantity times price in yuan before any rounding, nine decimals.
    Amount, 9, 2
);
scaled!(
    /// Quantities of one time at the prices of another, in yuan, six decimals.
    Value, 6, 2
);
scaled!(
    /// An index number, or points of one, four decimals.
    Points, 4, 2
);
scaled!(
    /// A part of one, such as `0.9`, six decimals.
    Share, 6, 0
);
scaled!(
    /// An assessment score from 0 to 100, two decimals.
    Score, 2, 0
);

impl Money {
    /// Quantity times price, rounded once to the cent.
    pub fn of(quantity: Quantity, price: UnitPrice) -> Result<Self, NotANumber> {
        let product = quantity.decimal().checked_mul(price.decimal()).ok_or(NotANumber::TooLarge)?;
        Self::rounded(product)
    }
}

macro_rules! text_value {
    ($name:ident) => {
        impl<DB: Backend> FromSql<Text, DB> for $name
        where
            String: FromSql<Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let text = String::from_sql(bytes)?;
                text.parse().map_err(|_| format!("stored {}: {text}", stringify!($name)).into())
            }
        }
    };
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, Serialize, Deserialize)]
        #[diesel(sql_type = Text)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// A new id; later ids sort after earlier ones.
            #[allow(clippy::new_without_default)]
            pub fn new() -> Self {
                Self(Uuid::now_v7().to_string())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(|id| Self(id.hyphenated().to_string()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = uuid::Error;
            fn try_from(text: String) -> Result<Self, uuid::Error> {
                text.parse()
            }
        }

        impl<DB: Backend> ToSql<Text, DB> for $name
        where
            str: ToSql<Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.0.as_str().to_sql(out)
            }
        }

        text_value!($name);
    )*};
}

ids! {
    /// A bureau, hospital or supplier.
    OrganisationId;
    /// A person's account.
    AccountId;
    /// A catalogue product.
    ProductId;
    /// What a monitoring rule found.
    FindingId;
    /// A price case (价格案件).
    CaseId;
    /// A step of a price case.
    CaseStepId;
    /// A supplier's reply to a step.
    CaseReplyId;
    /// Something else that happened in a price case.
    CaseEventId;
    /// A suspension of a product's listing (暂停挂网).
    SuspensionId;
    /// A scan of stored prices.
    ScanRunId;
    /// What a product is listed at in a region from a day on.
    ListingId;
    /// A file of purchases or listings, and the name of its bytes in the spool.
    PriceFileId;
    /// A program's token.
    ApiTokenId;
    /// A wish to be told of findings by mail (订阅).
    SubscriptionId;
    /// One alert mail, with its figures.
    AlertId;
    /// An uploaded file waiting for review.
    ImportId;
    /// A procurement round (批次).
    RoundId;
    /// A lot of a round (竞价单元).
    LotId;
    /// A request for a second person's approval.
    ApprovalId;
    /// A change of a round after publishing.
    AmendmentId;
    /// A hospital's demand report.
    ReportId;
    /// One line of demand.
    DemandId;
    /// A sealed envelope of one supplier's offers.
    EnvelopeId;
    /// One opened offer.
    OfferId;
    /// A computed award.
    AwardId;
    /// An award's decision on one offer.
    DecisionId;
    /// An agreed quantity of one hospital with one winner.
    AllocationId;
    /// The choice of regions of a round (供应地区选择).
    SelectionId;
    /// One lot's turns in a choice of regions.
    QueueId;
    /// A region taken in a turn.
    PickId;
    /// The time in which hospitals place volume (调剂).
    PeriodId;
    /// Volume a hospital has to place.
    VolumeId;
    /// An objection during publicity.
    ObjectionId;
    /// A question asked of a bidder after the opening.
    QuestionId;
    /// One answer to it, or try to answer.
    ReplyId;
    /// An uploaded document.
    DocumentId;
    /// A contract of a hospital with a winner.
    ContractId;
    /// An amendment of a contract.
    ChangeId;
    /// A payment standard.
    StandardId;
    /// A release of payment standards.
    ReleaseId;
    /// A list of negotiated drugs (谈判药品).
    NegotiatedListId;
    /// What a draft of standards would have done to last year's purchases.
    EffectId;
    /// A case basket (病种费用).
    DiseaseBasketId;
    /// A consumer of the settlement feed.
    ConsumerId;
    /// A report of what a consumer holds.
    ComparisonId;
    /// Standards on their way to a consumer's endpoint.
    PushId;
    /// A mail in the outbox.
    MailId;
    /// A version of a rule set.
    RuleSetId;
    /// A simulation of an award.
    SimulationId;
    /// A draft of a rule set.
    RuleDraftId;
    /// A draft of a monitoring rule.
    MonitoringDraftId;
    /// One time a draft of a monitoring rule was tried out.
    TrialId;
    /// What is left out of the comparison of monitoring rules.
    ExclusionId;
    /// A dated value of an execution term.
    TermValueId;
    /// A fact about how a supplier keeps its contracts.
    CreditFactId;
    /// What a company did, as a document says it (失信行为).
    ConductId;
    /// A rating of a company's credit (信用评级).
    RatingId;
    /// One step of a rating.
    RatingStepId;
    /// The agreed volume of one contract in one agreement year.
    AgreedVolumeId;
    /// What a hospital asks to order in one go.
    RequestId;
    /// An order of one hospital with one supplier.
    OrderId;
    /// One line of an order.
    OrderLineId;
    /// What a hospital gave up of an order line.
    OrderReleaseId;
    /// A delivery note (配送单).
    DeliveryId;
    /// One line of a delivery note.
    DeliveryLineId;
    /// What a hospital took in of a delivery line (验收).
    ReceiptId;
    /// Goods sent back after acceptance.
    ReturnId;
    /// A company that delivers for suppliers (配送企业).
    DistributorId;
    /// A supplier's choice of who delivers in a region.
    DistributorChoiceId;
    /// An assessment of a distributor.
    DistributorAssessmentId;
    /// What a supplier did not promise of an order line.
    ShortfallId;
    /// An entry of the monitoring list of shortages.
    ShortageEntryId;
    /// What a hospital has in stock of a product.
    StockReportId;
    /// A shortage of a generic (短缺).
    ShortageId;
    /// One step of a shortage.
    ShortageStepId;
    /// An invoice or a credit note.
    InvoiceId;
    /// One line of an invoice.
    InvoiceLineId;
    /// A payment for receipts.
    PaymentId;
    /// A supplier's monthly claim on the fund (结算申请).
    ClaimId;
    /// A breach of an invariant.
    IncidentId;
    /// One run of the nightly checks.
    CheckRunId;
    /// A year of surplus retention of one round (结余留用考核周期).
    PlanId;
    /// A hospital's assessment score in a plan.
    AssessmentId;
    /// What an officer did to several contracts at once.
    EventId;
    /// What a supplier submits in one go: its claims of a month.
    SubmissionId;
    /// A bank account of a supplier or of the bureau.
    BankAccountId;
    /// A grant of prepayment to a hospital.
    GrantId;
    /// A row of a hospital's prepayment ledger.
    PrepaymentEntryId;
    /// A settlement of a month's confirmed claims.
    SettlementId;
    /// One supplier's transfer in a settlement.
    TransferId;
    /// A payment file for the bank.
    PaymentFileId;
    /// What was deducted from a hospital in a month.
    DeductionEntryId;
    /// One act of marking deductions, from its form.
    DeductionActId;
    /// A version of a basket of a price index (篮子).
    BasketId;
    /// What is said when an index of decoction pieces has moved (联动通知).
    NoticeId;
    /// A target of an indicator (目标值).
    TargetId;
    /// A figure entered for an indicator.
    InputId;
    /// A generic or class procured elsewhere.
    VarietyId;
    /// A hospital preparation (医院制剂).
    PreparationId;
    /// A version of its cost review sheet (成本核算表).
    CostSheetId;
    /// One line of it.
    CostLineId;
}

/// A closed set of words stored as text: an enum with `as_str`, `FromStr`, `ALL` and both SQL directions.
#[macro_export]
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, diesel::expression::AsExpression,
                 diesel::deserialize::FromSqlRow, serde::Serialize, serde::Deserialize)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// Every word, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word as stored and as written in files.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> std::result::Result<Self, ()> {
                match text { $($word => Ok(Self::$variant),)* _ => Err(()) }
            }
        }

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                self.as_str().to_sql(out)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let text = <String as diesel::deserialize::FromSql<diesel::sql_types::Text, DB>>::from_sql(bytes)?;
                text.parse().map_err(|()| format!("stored {}: {text}", stringify!($name)).into())
            }
        }
    )*};
}

/// A moment in milliseconds since 1970 UTC; shown in Asia/Shanghai.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, Serialize, Deserialize,
)]
#[diesel(sql_type = BigInt)]
pub struct Time(i64);

/// China has one time zone and no daylight saving: +08:00 all year.
fn shanghai() -> FixedOffset {
    const EAST: i32 = 8 * 3600;
    FixedOffset::east_opt(EAST).unwrap_or_else(|| chrono::Offset::fix(&Utc))
}

impl Time {
    /// The clock of this machine. Only the edge (web, jobs, command line) calls it.
    pub fn now() -> Self {
        Self(Utc::now().timestamp_millis())
    }

    /// From milliseconds since 1970 UTC.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970 UTC.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// This many milliseconds later (earlier when negative).
    pub fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// This many days later (earlier when negative).
    pub fn plus_days(self, days: i64) -> Self {
        self.plus_millis(days.saturating_mul(86_400_000))
    }

    /// The moment on the clocks of Shanghai.
    pub fn local(self) -> DateTime<FixedOffset> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default().with_timezone(&shanghai())
    }

    /// The calendar day in Shanghai.
    pub fn day(self) -> NaiveDate {
        self.local().date_naive()
    }

    /// Reads `2026-11-23T09:00`, `2026-11-23 09:00:00.123` or a day (its first moment), all Shanghai time.
    pub fn parse_local(text: &str) -> Option<Self> {
        let text = text.trim().replace('T', " ");
        let moment = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|form| chrono::NaiveDateTime::parse_from_str(&text, form).ok())
            .or_else(|| NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))?;
        moment.and_local_timezone(shanghai()).single().map(|t| Self(t.timestamp_millis()))
    }

    /// The value an `<input type="datetime-local">` takes.
    pub fn input(self) -> String {
        self.local().format("%Y-%m-%dT%H:%M").to_string()
    }

    /// To the second, for receipts and the audit trail.
    pub fn seconds(self) -> String {
        self.local().format("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// To the millisecond with its zone, for data files: `2026-11-23T09:00:00.000+08:00`.
    pub fn iso(self) -> String {
        self.local().format("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
    }

    /// To the millisecond in UTC, for what is signed: `2026-11-23T01:00:00.000Z`.
    pub fn utc(self) -> String {
        self.local().with_timezone(&Utc).format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
    }

    /// Reads what [`Time::utc`] writes.
    pub fn parse_utc(text: &str) -> Option<Self> {
        let moment = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.3fZ").ok()?;
        Some(Self(moment.and_utc().timestamp_millis()))
    }
}

/// A day as `YYYY-MM-DD` and nothing else: every database can hold it.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    let bytes: &[u8; 10] = text.as_bytes().try_into().ok()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = bytes else { return None };
    let number = |digits: &[&u8]| {
        digits
            .iter()
            .try_fold(0u32, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(**digit - b'0')))
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.local().format("%Y-%m-%d %H:%M"))
    }
}

impl<DB: Backend> ToSql<BigInt, DB> for Time
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for Time
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(bytes).map(Self)
    }
}

/// Who does something: a person with an account, or the platform itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account, or `None` when the platform acts (jobs, the command line).
    pub account: Option<AccountId>,
    /// The organisation acted for.
    pub organisation: Option<OrganisationId>,
    /// The name written into the audit trail.
    pub name: String,
}

/// When something is done and by whom: the inputs a decision may not make up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ctx {
    /// The moment by the server's clock.
    pub now: Time,
    /// Who acts.
    pub actor: Actor,
}

impl Ctx {
    /// The platform itself acts, under the name of a job or a command.
    pub fn system(now: Time, name: &str) -> Self {
        Self { now, actor: Actor { account: None, organisation: None, name: name.to_owned() } }
    }
}

/// Lower-case hexadecimal SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex(&sha2::Sha256::digest(bytes))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The bytes of lower-case hexadecimal of exactly that length.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly_or_refused() {
        let check = |text: &str, want: Result<&str, NotANumber>| {
            assert_eq!(text.parse::<Money>().map(|m| m.to_string()), want.map(str::to_owned), "{text}");
        };
        check("12", Ok("12.00"));
        check(" 0.10 ", Ok("0.10"));
        check("-3.5", Ok("-3.50"));
        check("1.000", Ok("1.00"));
        check("1.001", Err(NotANumber::TooManyDecimals(2)));
        check("", Err(NotANumber::Empty));
        check("1,000", Err(NotANumber::Malformed));
        check("1e3", Err(NotANumber::Malformed));
        check("1.", Err(NotANumber::Malformed));
        check("１２", Err(NotANumber::Malformed));
        check("99999999999999999999", Err(NotANumber::TooLarge));
        check("-0.00", Ok("0.00"));
        check("-", Err(NotANumber::Malformed));
        check("999999999999999999", Err(NotANumber::TooLarge));
        check("-99999999999999.99", Ok("-99999999999999.99"));
        check("00000000000000012.5", Ok("12.50"));
    }

    #[test]
    fn short_numbers_are_read_as_long_ones_are() {
        let parts = ["", "0", "-", ".", "7", "10", "000", "99999999", "1234567890123456", "e", " ", "٣"];
        let pick = |n: usize| parts.get(n % parts.len()).copied().unwrap_or_default();
        for n in 0..parts.len().pow(4) {
            let text: String = (0..4).map(|at| pick(n / parts.len().pow(at))).collect();
            let slow = |places: u32| match places {
                2 => parse_decimal(&text).and_then(Money::exact).map(Money::scaled),
                _ => parse_decimal(&text).and_then(UnitPrice::exact).map(UnitPrice::scaled),
            };
            assert_eq!(text.parse::<Money>().map(Money::scaled), slow(2), "{text}");
            assert_eq!(text.parse::<UnitPrice>().map(UnitPrice::scaled), slow(6), "{text}");
        }
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        assert_eq!(Money::rounded("0.125".parse().unwrap()).unwrap().to_string(), "0.13");
        assert_eq!(Money::rounded("-0.125".parse().unwrap()).unwrap().to_string(), "-0.13");
        let amount = Money::of("3".parse().unwrap(), "0.3333".parse().unwrap()).unwrap();
        assert_eq!(amount.to_string(), "1.00");
    }

    #[test]
    fn hexadecimal_is_read_back_or_refused() {
        assert_eq!(unhex::<3>(&hex(&[0, 0x1f, 0xff])), Some([0, 0x1f, 0xff]));
        for bad in ["", "00", "0000", "001fgg", "001FFF", "00 1ff", "é1fff"] {
            assert_eq!(unhex::<3>(bad), None, "{bad}");
        }
    }

    #[test]
    fn time_is_shown_and_read_in_shanghai() {
        let t = Time::parse_local("2026-11-23T09:00").unwrap();
        assert_eq!(t.iso(), "2026-11-23T09:00:00.000+08:00");
        assert_eq!(Time::parse_local(&t.input()), Some(t));
        assert_eq!(Time::parse_local("2026-11-23 08:59:59.999").unwrap().plus_millis(1), t);
        assert_eq!(Time::parse_local("soon"), None);
        assert_eq!(t.utc(), "2026-11-23T01:00:00.000Z");
        assert_eq!(Time::parse_utc(&t.plus_millis(7).utc()), Some(t.plus_millis(7)));
        assert_eq!(Time::parse_utc("2026-11-23T01:00:00.000"), None);
    }
}
