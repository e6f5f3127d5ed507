//! SQL of sweeps, subscriptions and alerts.

use chrono::NaiveDate;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text};

use crate::db::{self, Conn, Tx};
use crate::error::Result;
use crate::notify::MailState;
use crate::prices::alerts::rules::{Scope, State, Wish, tiers_from};
use crate::prices::alerts::{Alert, Subscription};
use crate::prices::findings;
use crate::prices::monitoring::Tier;
use crate::schema::{alerts, finding_changes, mails, organisations, products, subscriptions};
use crate::types::{
    AccountId, AlertId, FindingId, MailId, Money, OrganisationId, ProductId, Quantity, SubscriptionId, Time,
    UnitPrice,
};

/// The last sweep; 0 before the first.
pub fn last_sweep(conn: &mut Conn) -> Result<i64> {
    let last: Option<i64> =
        finding_changes::table.select(diesel::dsl::max(finding_changes::sweep)).first(conn)?;
    Ok(last.unwrap_or(0))
}

/// Whether anything was found, went or came back since the last sweep.
pub fn is_changed(conn: &mut Conn) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Changed {
        #[diesel(sql_type = BigInt)]
        rows: i64,
    }
    let statement = "SELECT COUNT(*) AS rows FROM (SELECT f.id FROM findings f \
        LEFT JOIN finding_changes c ON c.finding_id = f.id \
        WHERE c.finding_id IS NULL OR c.state <> f.state LIMIT 1) AS changed";
    let found: Changed = diesel::sql_query(statement).get_result(conn)?;
    Ok(found.rows > 0)
}

/// Takes up what was found, what went and what came back since the last sweep; the last sweep there is then. The order
/// of sweeps is that of their transactions, so nothing that is stored later hides behind one that was told of.
pub fn sweep(tx: &mut Tx) -> Result<i64> {
    let last = last_sweep(tx.conn())?;
    let taken = "INSERT INTO finding_changes (finding_id, state, first_sweep, sweep) \
        SELECT f.id, f.state, $1, $1 FROM findings f \
        WHERE NOT EXISTS (SELECT 1 FROM finding_changes c WHERE c.finding_id = f.id)";
    let changed = "UPDATE finding_changes SET sweep = $1, \
        state = (SELECT f.state FROM findings f WHERE f.id = finding_changes.finding_id) \
        WHERE EXISTS (SELECT 1 FROM findings f WHERE f.id = finding_changes.finding_id \
        AND f.state <> finding_changes.state)";
    let mut rows = 0;
    for statement in [taken, changed] {
        let query = db::in_any_order(tx.conn(), statement).bind::<BigInt, _>(last + 1);
        rows += query.execute(tx.conn())?;
    }
    Ok(if rows > 0 { last + 1 } else { last })
}

/// What an alert is about: sweeps after `after` up to `to`, narrowed by a wish and by what the reader may see.
#[derive(Debug, Clone)]
pub struct Range<'a> {
    /// The last sweep that was told of.
    pub after: i64,
    /// The last sweep to tell of.
    pub to: i64,
    /// What was asked for.
    pub wish: &'a Wish,
    /// What may be seen.
    pub scope: &'a Scope,
    /// New findings, or those told of before that are gone.
    pub state: findings::State,
}

/// The findings of a range, as a query that selects and ends as told. Its texts are the program's own.
fn statement(range: &Range, select: &str, end: &str) -> String {
    let tiers: Vec<String> = tiers_from(range.wish.tier).map(|tier| format!("'{tier}'")).collect();
    format!(
        "SELECT {select} FROM finding_changes c JOIN findings f ON f.id = c.finding_id \
         JOIN products p ON p.id = f.product_id LEFT JOIN organisations h ON h.id = f.hospital_id \
         WHERE c.sweep > $1 AND c.sweep <= $2 AND c.state = $3 AND f.state = $3 AND c.first_sweep <= $4 \
         AND ($5 = '' OR f.product_id = $5) AND ($6 = '' OR p.generic = $6) \
         AND ($7 = '' OR f.hospital_id = $7) AND ($8 = '' OR f.supplier = $8 OR f.supplier IN \
         (SELECT o.code FROM organisations o WHERE o.name = $8 UNION ALL \
         SELECT o.name FROM organisations o WHERE o.code = $8)) AND ($9 = '' OR f.rule = $9) \
         AND ($10 = '' OR f.hospital_id = $10) AND ($11 = '' OR f.supplier = $11 OR f.supplier = $12) \
         AND f.tier IN ({}) {end}",
        tiers.join(", ")
    )
}

macro_rules! load {
    ($conn:expr, $range:expr, $statement:expr) => {{
        let range: &Range = $range;
        let wish = range.wish;
        // Purchases name a supplier by its name or by its code.
        let (own_hospital, [own_name, own_code]) = match range.scope {
            Scope::All => ("", ["", ""]),
            Scope::Hospital(id) => (id.as_str(), ["", ""]),
            Scope::Supplier(names) => ("", names.each_ref().map(String::as_str)),
        };
        // Of those that are gone, only what somebody can have been told of.
        let first = if range.state == findings::State::Gone { range.after } else { range.to };
        db::in_any_order($conn, $statement)
            .bind::<BigInt, _>(range.after)
            .bind::<BigInt, _>(range.to)
            .bind::<Text, _>(range.state.as_str())
            .bind::<BigInt, _>(first)
            .bind::<Text, _>(wish.product.as_ref().map_or("", ProductId::as_str))
            .bind::<Text, _>(wish.generic.as_str())
            .bind::<Text, _>(wish.hospital.as_ref().map_or("", OrganisationId::as_str))
            .bind::<Text, _>(wish.supplier.as_str())
            .bind::<Text, _>(wish.rule.as_str())
            .bind::<Text, _>(own_hospital)
            .bind::<Text, _>(own_name)
            .bind::<Text, _>(own_code)
            .load($conn)?
    }};
}

/// Findings of one rule and tier.
#[derive(Debug, QueryableByName)]
pub struct Group {
    /// The rule's name.
    #[diesel(sql_type = Text)]
    pub rule: String,
    /// The tier.
    #[diesel(sql_type = Text)]
    pub tier: Tier,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// What they cost together.
    #[diesel(sql_type = BigInt)]
    pub effect: Money,
}

/// The findings of a range by rule and tier.
pub fn groups(conn: &mut Conn, range: &Range) -> Result<Vec<Group>> {
    let select = "f.rule, f.tier, COUNT(*) AS count, CAST(SUM(f.effect) AS BIGINT) AS effect";
    Ok(load!(conn, range, &statement(range, select, "GROUP BY f.rule, f.tier ORDER BY f.rule, f.tier")))
}

/// The money of a range, once: what several rules find of one product at one hospital in one month is the same money, so
/// that only the largest effect of them counts.
fn once(range: &Range) -> String {
    let select = "f.product_id, COUNT(*) AS findings, MAX(f.effect) AS effect";
    statement(range, select, "GROUP BY f.product_id, f.hospital_id, f.supplier, f.month")
}

/// What the findings of a range cost together.
pub fn effect(conn: &mut Conn, range: &Range) -> Result<Money> {
    #[derive(QueryableByName)]
    struct Sum {
        #[diesel(sql_type = BigInt)]
        effect: Money,
    }
    let all = format!("SELECT CAST(COALESCE(SUM(x.effect), 0) AS BIGINT) AS effect FROM ({}) x", once(range));
    let rows: Vec<Sum> = load!(conn, range, &all);
    Ok(rows.first().map_or(Money::ZERO, |it| it.effect))
}

/// Findings of one product.
#[derive(Debug, QueryableByName)]
pub struct OfProduct {
    /// Its generic name.
    #[diesel(sql_type = Text)]
    pub generic: String,
    /// Its specification.
    #[diesel(sql_type = Text)]
    pub spec: String,
    /// Its maker.
    #[diesel(sql_type = Text)]
    pub maker: String,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// What they cost together.
    #[diesel(sql_type = BigInt)]
    pub effect: Money,
}

/// The products of a range whose findings cost most together.
pub fn products(conn: &mut Conn, range: &Range, limit: usize) -> Result<Vec<OfProduct>> {
    // The sum is written again: in ORDER BY the databases disagree whose `effect` the bare name is.
    let all = format!(
        "SELECT MIN(p.generic) AS generic, MIN(p.spec) AS spec, MIN(p.maker) AS maker, \
         CAST(SUM(x.findings) AS BIGINT) AS count, CAST(SUM(x.effect) AS BIGINT) AS effect \
         FROM ({}) x JOIN products p ON p.id = x.product_id \
         GROUP BY x.product_id ORDER BY SUM(x.effect) DESC, x.product_id LIMIT {limit}",
        once(range)
    );
    Ok(load!(conn, range, &all))
}

/// One finding with its names.
#[derive(Debug, QueryableByName)]
pub struct Named {
    /// Its id.
    #[diesel(sql_type = Text)]
    pub id: FindingId,
    /// The product's generic name.
    #[diesel(sql_type = Text)]
    pub generic: String,
    /// Its specification.
    #[diesel(sql_type = Text)]
    pub spec: String,
    /// Its maker.
    #[diesel(sql_type = Text)]
    pub maker: String,
    /// The hospital.
    #[diesel(sql_type = Nullable<Text>)]
    pub hospital: Option<String>,
    /// The supplier.
    #[diesel(sql_type = Text)]
    pub supplier: String,
    /// The month.
    #[diesel(sql_type = Date)]
    pub month: NaiveDate,
    /// The rule's name.
    #[diesel(sql_type = Text)]
    pub rule: String,
    /// The tier.
    #[diesel(sql_type = Text)]
    pub tier: Tier,
    /// The price judged.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub observed: Option<UnitPrice>,
    /// What it was held against.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub reference: Option<UnitPrice>,
    /// The quantity.
    #[diesel(sql_type = BigInt)]
    pub quantity: Quantity,
    /// What it cost at this hospital.
    #[diesel(sql_type = BigInt)]
    pub effect: Money,
    /// What it cost at all.
    #[diesel(sql_type = BigInt)]
    pub effect_all: Money,
}

/// The findings of a range that cost most.
pub fn dearest(conn: &mut Conn, range: &Range, limit: usize) -> Result<Vec<Named>> {
    let select = "f.id, p.generic, p.spec, p.maker, h.name AS hospital, f.supplier, f.month, f.rule, f.tier, \
        f.observed, f.reference, f.quantity, f.effect, f.effect_all";
    let end = format!("ORDER BY f.effect DESC, f.id LIMIT {limit}");
    Ok(load!(conn, range, &statement(range, select, &end)))
}

/// One subscription.
pub fn subscription(conn: &mut Conn, id: &SubscriptionId) -> Result<Option<Subscription>> {
    Ok(subscriptions::table.find(id).select(Subscription::as_select()).first(conn).optional()?)
}

/// The subscriptions of an account that are not deleted, oldest first.
pub fn of_account(conn: &mut Conn, account: &AccountId) -> Result<Vec<Subscription>> {
    Ok(subscriptions::table
        .filter(subscriptions::account_id.eq(account).and(subscriptions::state.ne(State::Deleted)))
        .order(subscriptions::id)
        .select(Subscription::as_select())
        .load(conn)?)
}

/// Every subscription that is not deleted, newest first, before `before`.
pub fn page(conn: &mut Conn, before: Option<&SubscriptionId>, limit: i64) -> Result<Vec<Subscription>> {
    let mut query = subscriptions::table
        .filter(subscriptions::state.ne(State::Deleted))
        .select(Subscription::as_select())
        .into_boxed();
    if let Some(id) = before {
        query = query.filter(subscriptions::id.lt(id.clone()));
    }
    Ok(query.order(subscriptions::id.desc()).limit(limit).load(conn)?)
}

/// Active subscriptions whose time has come, by id, after `after`.
pub fn due(
    conn: &mut Conn,
    now: Time,
    after: Option<&SubscriptionId>,
    limit: i64,
) -> Result<Vec<SubscriptionId>> {
    let mut query = subscriptions::table
        .filter(subscriptions::state.eq(State::Active).and(subscriptions::next_at.le(now)))
        .select(subscriptions::id)
        .into_boxed();
    if let Some(id) = after {
        query = query.filter(subscriptions::id.gt(id.clone()));
    }
    Ok(query.order(subscriptions::id).limit(limit).load(conn)?)
}

/// Makes a subscription.
pub fn insert(tx: &mut Tx, it: &Subscription) -> Result<()> {
    diesel::insert_into(subscriptions::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a subscription's fields.
pub fn update(tx: &mut Tx, it: &Subscription) -> Result<()> {
    diesel::update(subscriptions::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Keeps what an alert mail told of.
pub fn insert_alert(tx: &mut Tx, it: &Alert) -> Result<()> {
    diesel::insert_into(alerts::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// One alert.
pub fn alert(conn: &mut Conn, id: &AlertId) -> Result<Option<Alert>> {
    Ok(alerts::table.find(id).select(Alert::as_select()).first(conn).optional()?)
}

/// The alert a mail carries.
pub fn alert_of_mail(conn: &mut Conn, mail: &MailId) -> Result<Option<Alert>> {
    Ok(alerts::table.filter(alerts::mail_id.eq(mail)).select(Alert::as_select()).first(conn).optional()?)
}

/// Whether another mail of the subscription, which was not withdrawn, tells all that an alert tells.
pub fn is_told_by_another(conn: &mut Conn, it: &Alert) -> Result<bool> {
    let others = alerts::table
        .inner_join(mails::table)
        .filter(alerts::account_id.eq(&it.account_id).and(alerts::subscription_id.eq(&it.subscription_id)))
        .filter(alerts::id.ne(&it.id).and(alerts::is_test.eq(false)))
        .filter(alerts::after_sweep.le(it.after_sweep).and(alerts::to_sweep.ge(it.to_sweep)))
        .filter(mails::state.ne(MailState::Withdrawn))
        .select(alerts::id);
    Ok(diesel::select(exists(others)).get_result(conn)?)
}

/// Alerts of an account, newest first, before `before`, with their subscription's name and their mail's state.
pub fn alerts_of(
    conn: &mut Conn,
    account: &AccountId,
    before: Option<&AlertId>,
    limit: i64,
) -> Result<Vec<(Alert, String, MailState)>> {
    let mut query = alerts::table
        .inner_join(subscriptions::table)
        .inner_join(mails::table)
        .filter(alerts::account_id.eq(account))
        .select((Alert::as_select(), subscriptions::name, mails::state))
        .into_boxed();
    if let Some(id) = before {
        query = query.filter(alerts::id.lt(id.clone()));
    }
    Ok(query.order(alerts::id.desc()).limit(limit).load(conn)?)
}

/// How many tests an account has sent itself since a moment.
pub fn tests_since(conn: &mut Conn, account: &AccountId, since: Time) -> Result<i64> {
    Ok(alerts::table
        .filter(
            alerts::account_id.eq(account).and(alerts::is_test.eq(true)).and(alerts::written_at.gt(since)),
        )
        .count()
        .get_result(conn)?)
}

/// The product of a code.
pub fn product_of(conn: &mut Conn, code: &str) -> Result<Option<ProductId>> {
    Ok(products::table.filter(products::code.eq(code)).select(products::id).first(conn).optional()?)
}

/// The code of a product.
pub fn code_of(conn: &mut Conn, id: &ProductId) -> Result<Option<String>> {
    Ok(products::table.find(id).select(products::code).first(conn).optional()?)
}

/// Whether the catalogue has a generic name.
pub fn has_generic(conn: &mut Conn, generic: &str) -> Result<bool> {
    let named = products::table.filter(products::generic.eq(generic)).select(products::id);
    Ok(diesel::select(exists(named)).get_result(conn)?)
}

/// The name of a hospital.
pub fn hospital(conn: &mut Conn, id: &OrganisationId) -> Result<Option<String>> {
    Ok(organisations::table
        .filter(
            organisations::id.eq(id).and(organisations::kind.eq(crate::people::OrganisationKind::Hospital)),
        )
        .select(organisations::name)
        .first(conn)
        .optional()?)
}
