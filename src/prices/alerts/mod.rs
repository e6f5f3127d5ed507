//! Alert mails: who wants to be told of findings and when, and what each mail told.

pub mod report;
pub mod rules;
mod sending;
pub mod store;

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter, Recipient, Report, bounces};
use crate::people::{self, Account, Who};
use crate::prices::monitoring::Tier;
use crate::schema::{alerts, subscriptions};
use crate::signing::{self, Signer};
use crate::types::{AccountId, AlertId, Ctx, MailId, Money, OrganisationId, ProductId, SubscriptionId, Time};

pub use rules::{Frequency, Refused, Scope, State, Wish};
pub use sending::{Tally, may_send, write_due};

/// Somebody's wish to be told of findings by mail.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = subscriptions, treat_none_as_null = true)]
pub struct Subscription {
    /// Its id, from the form.
    pub id: SubscriptionId,
    /// Whose.
    pub account_id: AccountId,
    /// Its name.
    pub name: String,
    /// How often.
    pub frequency: Frequency,
    /// From 1, Monday, to 7.
    pub weekday: i32,
    /// From 0 to 23.
    pub hour: i32,
    /// One product.
    pub product_id: Option<ProductId>,
    /// One generic name, else empty.
    pub generic: String,
    /// One hospital.
    pub hospital_id: Option<OrganisationId>,
    /// One supplier, else empty.
    pub supplier: String,
    /// One rule, else empty.
    pub rule: String,
    /// The lowest tier.
    pub tier: Tier,
    /// Whether a mail is wanted also when there is nothing.
    pub even_if_nothing: bool,
    /// What became of it.
    pub state: State,
    /// Counted up by each change of its owner.
    pub version: i32,
    /// The last sweep that was told of.
    pub sweep: i64,
    /// Until when was told.
    pub told_to: Time,
    /// When the next mail is due.
    pub next_at: Time,
    /// When it was made.
    pub created_at: Time,
}

impl Subscription {
    /// What was asked for.
    pub fn wish(&self) -> Wish {
        Wish {
            name: self.name.clone(),
            frequency: self.frequency,
            weekday: self.weekday,
            hour: self.hour,
            product: self.product_id.clone(),
            generic: self.generic.clone(),
            hospital: self.hospital_id.clone(),
            supplier: self.supplier.clone(),
            rule: self.rule.clone(),
            tier: self.tier,
            even_if_nothing: self.even_if_nothing,
        }
    }

    fn with(&self, wish: Wish, now: Time) -> Self {
        Self {
            next_at: rules::next(wish.frequency, wish.weekday, wish.hour, now),
            name: wish.name,
            frequency: wish.frequency,
            weekday: wish.weekday,
            hour: wish.hour,
            product_id: wish.product,
            generic: wish.generic,
            hospital_id: wish.hospital,
            supplier: wish.supplier,
            rule: wish.rule,
            tier: wish.tier,
            even_if_nothing: wish.even_if_nothing,
            ..self.clone()
        }
    }
}

/// One alert mail; its figures are the letter's.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = alerts)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// For which subscription.
    pub subscription_id: SubscriptionId,
    /// Whose.
    pub account_id: AccountId,
    /// The mail.
    pub mail_id: MailId,
    /// It tells of the sweeps after this one
    pub after_sweep: i64,
    /// up to this one.
    pub to_sweep: i64,
    /// New findings.
    pub found: i64,
    /// What they cost together.
    pub effect: Money,
    /// Findings told of before that are gone.
    pub gone: i64,
    /// A test its reader sent himself: the subscription did not move on.
    pub is_test: bool,
    /// When it was written.
    pub written_at: Time,
}

fn seen(who: &Who) -> Result<Scope> {
    rules::scope(&who.account, &who.organisation, &who.roles).ok_or(Error::Forbidden)
}

/// Refuses a wish for what does not exist.
fn known(conn: &mut Conn, wish: &Wish) -> Result<()> {
    if !wish.generic.is_empty() && !store::has_generic(conn, &wish.generic)? {
        return Err(Error::refused(Refused::Generic(wish.generic.clone())));
    }
    if let Some(id) = &wish.hospital
        && store::hospital(conn, id)?.is_none()
    {
        return Err(Error::refused(Refused::Hospital));
    }
    if !wish.rule.is_empty() && !report::is_rule(&wish.rule) {
        return Err(Error::refused(Refused::Rule(wish.rule.clone())));
    }
    Ok(())
}

/// Makes a subscription, or finds it already made under the same id. It tells of what is found from now on.
pub fn add(tx: &mut Tx, ctx: &Ctx, who: &Who, id: SubscriptionId, asked: Wish) -> Result<()> {
    if store::subscription(tx.conn(), &id)?.is_some_and(|known| known.account_id == who.account.id) {
        return Ok(());
    }
    if store::of_account(tx.conn(), &who.account.id)?.len() >= rules::MOST {
        return Err(Error::refused(Refused::Most));
    }
    let wish = rules::wish(asked, &seen(who)?).map_err(Error::refused)?;
    known(tx.conn(), &wish)?;
    let it = Subscription {
        id,
        account_id: who.account.id.clone(),
        name: String::new(),
        frequency: wish.frequency,
        weekday: wish.weekday,
        hour: wish.hour,
        product_id: None,
        generic: String::new(),
        hospital_id: None,
        supplier: String::new(),
        rule: String::new(),
        tier: wish.tier,
        even_if_nothing: false,
        state: State::Active,
        version: 1,
        sweep: store::sweep(tx)?,
        told_to: ctx.now,
        next_at: ctx.now,
        created_at: ctx.now,
    };
    let it = it.with(wish, ctx.now);
    store::insert(tx, &it)?;
    audit::record(tx, ctx, deed("subscription.add", &it.id), &(), &it)
}

fn deed<'a>(action: &'a str, id: &'a SubscriptionId) -> Deed<'a> {
    Deed { action, subject: "subscriptions", id: id.as_str() }
}

/// A subscription of somebody's own; anybody else's is not there.
pub fn own(conn: &mut Conn, who: &Who, id: &SubscriptionId) -> Result<Subscription> {
    let found = store::subscription(conn, id)?.filter(|it| it.account_id == who.account.id);
    found.filter(|it| it.state != State::Deleted).ok_or(Error::NotFound)
}

/// Changes what a subscription asks for; what was told stays told.
pub fn change(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    id: &SubscriptionId,
    version: i32,
    asked: Wish,
) -> Result<()> {
    let before = own(tx.conn(), who, id)?;
    if before.version != version {
        return Err(Error::refused(Refused::Changed));
    }
    let wish = rules::wish(asked, &seen(who)?).map_err(Error::refused)?;
    known(tx.conn(), &wish)?;
    let after = Subscription { version: before.version + 1, ..before.with(wish, ctx.now) };
    store::update(tx, &after)?;
    audit::record(tx, ctx, deed("subscription.change", id), &before, &after)
}

/// Pauses, activates or deletes a subscription. What is found while it rests is told when it goes on.
pub fn set_state(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    id: &SubscriptionId,
    version: i32,
    state: State,
) -> Result<()> {
    let before = own(tx.conn(), who, id)?;
    if before.state == state {
        return Ok(());
    }
    if before.version != version {
        return Err(Error::refused(Refused::Changed));
    }
    let next_at = rules::next(before.frequency, before.weekday, before.hour, ctx.now);
    let after = Subscription { state, next_at, version: before.version + 1, ..before.clone() };
    store::update(tx, &after)?;
    audit::record(tx, ctx, deed("subscription.state", id), &before.state, &after.state)
}

/// What the signature of an unsubscribe link covers: this subscription and nothing else.
fn covered(id: &SubscriptionId) -> String {
    format!("jicai unsubscribe {id}")
}

/// The address that ends a subscription without logging in.
pub fn unsubscribe_path(signer: &Signer, id: &SubscriptionId) -> String {
    format!("/unsubscribe/{id}/{}", signer.sign(covered(id).as_bytes()))
}

/// The subscription of an unsubscribe link, if the platform made that link.
pub fn of_link(
    conn: &mut Conn,
    signer: &Signer,
    id: &SubscriptionId,
    signature: &str,
) -> Result<Subscription> {
    if !signing::is_signed(&signer.public(), covered(id).as_bytes(), signature) {
        return Err(Error::NotFound);
    }
    store::subscription(conn, id)?.ok_or(Error::NotFound)
}

/// Ends a subscription whose link somebody holds. A second click changes nothing.
pub fn unsubscribe(tx: &mut Tx, ctx: &Ctx, id: &SubscriptionId) -> Result<()> {
    let before = store::subscription(tx.conn(), id)?.ok_or(Error::NotFound)?;
    if matches!(before.state, State::Unsubscribed | State::Deleted) {
        return Ok(());
    }
    let after = Subscription { state: State::Unsubscribed, version: before.version + 1, ..before.clone() };
    store::update(tx, &after)?;
    audit::record(tx, ctx, deed("subscription.unsubscribe", id), &before.state, &after.state)
}

/// Where a subscription's mails go and what their reader may see, as it is now: `None` when nothing may be sent.
fn reader(conn: &mut Conn, account: &AccountId) -> Result<Option<(Account, Scope)>> {
    let Some(account) = people::store::account(conn, account)? else { return Ok(None) };
    let Some(organisation) = people::store::organisation(conn, &account.organisation_id)? else {
        return Ok(None);
    };
    let roles = people::store::roles(conn, &account.id)?;
    let scope = rules::scope(&account, &organisation, &roles);
    Ok(scope.filter(|_| !account.email.is_empty()).map(|scope| (account, scope)))
}

/// A mail on its way from figures to outbox.
struct Draft<'a> {
    subscription: &'a Subscription,
    account: &'a Account,
    report: Report,
    id: AlertId,
    after: i64,
    to: i64,
}

/// Puts an alert and its mail down, in one transaction.
fn post(tx: &mut Tx, ctx: &Ctx, draft: Draft) -> Result<()> {
    let Draft { subscription, account, report, id, after, to } = draft;
    let alert = Alert {
        id,
        subscription_id: subscription.id.clone(),
        account_id: account.id.clone(),
        mail_id: MailId::new(),
        after_sweep: after,
        to_sweep: to,
        found: report.found,
        effect: report.effect,
        gone: report.gone,
        is_test: report.is_test,
        written_at: ctx.now,
    };
    let recipient =
        Recipient { account: Some(account.id.clone()), address: account.email.clone(), lang: account.lang };
    let key = format!("alert:{}", alert.id);
    notify::post_as(tx, ctx, &alert.mail_id, &recipient, &Letter::Alert(Box::new(report)), &key)?;
    store::insert_alert(tx, &alert)
}

/// The mail of a subscription as it would be now.
pub fn preview(conn: &mut Conn, who: &Who, it: &Subscription, signer: &Signer, now: Time) -> Result<Report> {
    let (scope, to) = (seen(who)?, store::last_sweep(conn)?);
    let id = AlertId::new();
    let about = report::About { subscription: it, scope: &scope, lang: who.account.lang, to, now };
    report::write(conn, &about, &id, &unsubscribe_path(signer, &it.id))
}

/// Sends somebody the mail of his subscription as it would be now; the subscription does not move on.
pub fn test(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    id: &SubscriptionId,
    form: &AlertId,
    platform: (&Signer, i64),
) -> Result<()> {
    let it = own(tx.conn(), who, id)?;
    if store::alert(tx.conn(), form)?.is_some() {
        return Ok(());
    }
    if who.account.email.is_empty() {
        return Err(Error::refused(Refused::NoAddress));
    }
    if is_stopped(tx.conn(), &who.account.email, platform.1)? {
        return Err(Error::refused(Refused::Stopped));
    }
    if store::tests_since(tx.conn(), &who.account.id, ctx.now.plus_millis(-3_600_000))? >= rules::TESTS {
        return Err(Error::refused(Refused::Tests));
    }
    let (scope, to) = (seen(who)?, store::sweep(tx)?);
    let about = report::About { subscription: &it, scope: &scope, lang: who.account.lang, to, now: ctx.now };
    let report = report::write(tx.conn(), &about, form, &unsubscribe_path(platform.0, id))?;
    let report = Report { is_test: true, ..report };
    let (account, after) = (&who.account, it.sweep);
    post(tx, ctx, Draft { subscription: &it, account, report, id: form.clone(), after, to })
}

/// Whether letters to an address have stopped.
fn is_stopped(conn: &mut Conn, address: &str, most: i64) -> Result<bool> {
    Ok(bounces::of_address(conn, address)?.is_some_and(|bounced| bounced.is_stopped(most)))
}
