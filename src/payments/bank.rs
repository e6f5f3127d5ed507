//! Bank accounts of suppliers and of the bureau: entered by one person, approved by another, kept for ever.

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::schema::bank_accounts;
use crate::text::{Say, Text, fill};
use crate::types::{AccountId, BankAccountId, Ctx, OrganisationId, Time};

crate::words! {
    /// Whether money may go to an account.
    BankState {
        /// Waits for a second person.
        Entered = "entered",
        /// Money goes there, and only there.
        Approved = "approved",
        /// The second person said no.
        Rejected = "rejected",
        /// A later account was approved.
        Replaced = "replaced",
    }
}

impl BankState {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            BankState::Entered => t.settlements.bank_entered,
            BankState::Approved => t.settlements.bank_approved,
            BankState::Rejected => t.settlements.bank_rejected,
            BankState::Replaced => t.settlements.bank_replaced,
        }
    }
}

/// An account at a bank. What it says never changes: another account is another row.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = bank_accounts, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct BankAccount {
    /// Its id, from the form.
    pub id: BankAccountId,
    /// Whose.
    pub organisation_id: OrganisationId,
    /// Account name (户名).
    pub holder: String,
    /// Bank and branch (开户行).
    pub bank: String,
    /// The bank's number in the national clearing system (联行号), 12 digits.
    pub cnaps: String,
    /// Account number (账号).
    pub number: String,
    /// Whether money may go there.
    pub state: BankState,
    /// When it was entered.
    pub entered_at: Time,
    /// Who entered it.
    pub entered_by: Option<AccountId>,
    /// When it was approved or rejected.
    pub decided_at: Option<Time>,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// Why it was rejected.
    pub remark: String,
}

/// Why something about a bank account is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A field is empty, too long or has control characters.
    Words(&'static str),
    /// Not 12 digits.
    Cnaps(String),
    /// Not 6 to 34 digits, letters or hyphens.
    Number(String),
    /// Entered by the same person.
    SamePerson,
    /// Already decided.
    Decided(BankState),
    /// Rejected without a reason.
    NoReason,
    /// The account is the approved one already.
    Known,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let s = &t.settlements;
        match self {
            Refused::Words(_) => s.bank_bad_words.to_owned(),
            Refused::Cnaps(given) => fill(s.bank_bad_cnaps, &[("given", given)]),
            Refused::Number(given) => fill(s.bank_bad_number, &[("given", given)]),
            Refused::SamePerson => s.bank_same_person.to_owned(),
            Refused::Decided(state) => fill(s.bank_decided, &[("state", &state.name(t))]),
            Refused::NoReason => s.bank_no_reason.to_owned(),
            Refused::Known => s.bank_known.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::Words(field) => Some(field),
            Refused::Cnaps(_) => Some("cnaps"),
            Refused::Number(_) => Some("number"),
            Refused::NoReason => Some("remark"),
            Refused::SamePerson | Refused::Decided(_) | Refused::Known => None,
        }
    }
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

/// Longest account name and bank name: what a payment file takes.
const WORDS: usize = 70;

/// What a payment file can carry: a name, a bank, its clearing number and the account's number.
fn check(it: &BankAccount) -> std::result::Result<(), Refused> {
    for (field, text) in [("holder", &it.holder), ("bank", &it.bank)] {
        let is_plain = !text.trim().is_empty() && !text.chars().any(char::is_control);
        if !is_plain || text.chars().count() > WORDS {
            return Err(Refused::Words(field));
        }
    }
    if it.cnaps.len() != 12 || !it.cnaps.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Refused::Cnaps(it.cnaps.clone()));
    }
    let is_plain = it.number.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !is_plain || !(6..=34).contains(&it.number.len()) {
        return Err(Refused::Number(it.number.clone()));
    }
    Ok(())
}

/// One account.
pub fn account(conn: &mut Conn, id: &BankAccountId) -> Result<Option<BankAccount>> {
    Ok(bank_accounts::table.find(id).select(BankAccount::as_select()).first(conn).optional()?)
}

/// The account money goes to: the approved one.
pub fn approved(conn: &mut Conn, organisation: &OrganisationId) -> Result<Option<BankAccount>> {
    Ok(bank_accounts::table
        .filter(bank_accounts::organisation_id.eq(organisation))
        .filter(bank_accounts::state.eq(BankState::Approved))
        .order(bank_accounts::id.desc())
        .select(BankAccount::as_select())
        .first(conn)
        .optional()?)
}

/// Every account of an organisation, the latest first.
pub fn of_organisation(conn: &mut Conn, organisation: &OrganisationId) -> Result<Vec<BankAccount>> {
    Ok(bank_accounts::table
        .filter(bank_accounts::organisation_id.eq(organisation))
        .order(bank_accounts::id.desc())
        .limit(200)
        .select(BankAccount::as_select())
        .load(conn)?)
}

/// Accounts in a state by id, after one.
pub fn in_state(
    conn: &mut Conn,
    state: BankState,
    after: Option<&BankAccountId>,
    limit: i64,
) -> Result<Vec<BankAccount>> {
    let mut query = bank_accounts::table
        .filter(bank_accounts::state.eq(state))
        .order(bank_accounts::id)
        .limit(limit)
        .select(BankAccount::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(bank_accounts::id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// Enters an account of the actor's organisation. The same form sent twice enters it once.
pub fn enter(tx: &mut Tx, ctx: &Ctx, it: BankAccount) -> Result<()> {
    let own = ctx.actor.organisation.as_ref().ok_or(Error::Forbidden)?;
    if let Some(known) = account(tx.conn(), &it.id)? {
        return if known.organisation_id == *own { Ok(()) } else { Err(Error::NotFound) };
    }
    let it = BankAccount {
        organisation_id: own.clone(),
        state: BankState::Entered,
        entered_at: ctx.now,
        entered_by: ctx.actor.account.clone(),
        decided_at: None,
        decided_by: None,
        remark: String::new(),
        ..it
    };
    check(&it)?;
    if approved(tx.conn(), own)?.is_some_and(|a| a.number == it.number && a.cnaps == it.cnaps) {
        return Err(Refused::Known.into());
    }
    diesel::insert_into(bank_accounts::table).values(&it).execute(tx.conn())?;
    audit::record(tx, ctx, deed("bank_account.enter", &it.id), &(), &it)
}

fn deed<'a>(action: &'a str, id: &'a BankAccountId) -> Deed<'a> {
    Deed { action, subject: "bank_accounts", id: id.as_str() }
}

/// Approves or rejects an account: another person than the one who entered it. An approved account takes the place
/// of the one before.
pub fn decide(tx: &mut Tx, ctx: &Ctx, id: &BankAccountId, yes: bool, remark: &str) -> Result<()> {
    let before = account(tx.conn(), id)?.ok_or(Error::NotFound)?;
    let decider = ctx.actor.account.clone().ok_or(Error::Forbidden)?;
    if before.state != BankState::Entered {
        let is_repeated = before.decided_by.as_ref() == Some(&decider)
            && (before.state == BankState::Approved) == yes
            && before.state != BankState::Replaced;
        return if is_repeated { Ok(()) } else { Err(Refused::Decided(before.state).into()) };
    }
    if before.entered_by.as_ref() == Some(&decider) {
        return Err(Refused::SamePerson.into());
    }
    let remark = remark.trim();
    if !yes && remark.is_empty() {
        return Err(Refused::NoReason.into());
    }
    if yes && let Some(last) = approved(tx.conn(), &before.organisation_id)? {
        write(tx, &BankAccount { state: BankState::Replaced, ..last })?;
    }
    let after = BankAccount {
        state: if yes { BankState::Approved } else { BankState::Rejected },
        decided_at: Some(ctx.now),
        decided_by: Some(decider),
        remark: remark.to_owned(),
        ..before.clone()
    };
    write(tx, &after)?;
    audit::record(tx, ctx, deed("bank_account.decide", id), &before, &after)
}

fn write(tx: &mut Tx, it: &BankAccount) -> Result<()> {
    diesel::update(bank_accounts::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_what_a_payment_file_can_carry() {
        let check_one = |holder: &str, cnaps: &str, number: &str, good: bool| {
            let it = BankAccount {
                id: BankAccountId::new(),
                organisation_id: OrganisationId::new(),
                holder: holder.to_owned(),
                bank: "中国工商银行金华分行".to_owned(),
                cnaps: cnaps.to_owned(),
                number: number.to_owned(),
                state: BankState::Entered,
                entered_at: Time::from_millis(0),
                entered_by: None,
                decided_at: None,
                decided_by: None,
                remark: String::new(),
            };
            assert_eq!(check(&it).is_ok(), good, "{holder} {cnaps} {number}");
        };
        check_one("浙江康恩药业有限公司", "102338000016", "1208012009200123456", true);
        check_one("A & B <药业>", "102338000016", "1208-0120", true);
        check_one("", "102338000016", "1208012009200123456", false);
        check_one("甲\n乙", "102338000016", "1208012009200123456", false);
        check_one("甲", "10233800001", "1208012009200123456", false);
        check_one("甲", "10233800001x", "1208012009200123456", false);
        check_one("甲", "102338000016", "12345", false);
        check_one("甲", "102338000016", "1208 0120", false);
        check_one("甲", "102338000016", "１２０８０１２０", false);
        check_one(&"甲".repeat(71), "102338000016", "1208012009200123456", false);
    }
}
