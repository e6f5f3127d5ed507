//! Who may have which role, when an account locks, and how long a session lives. Pure.

use crate::error::{Error, Result};
use crate::people::{Account, NewAccount, Organisation, OrganisationKind, Role};
use crate::text::{Say, Text, fill};
use crate::types::Time;

/// Wrong passwords in a row that lock an account.
pub const FAILURES: i32 = 5;
/// How long a lock lasts.
pub const LOCK_MILLIS: i64 = 15 * 60_000;
/// A session ends after this long in any case.
pub const SESSION_MILLIS: i64 = 12 * 3_600_000;
/// A session ends after this long without a request.
pub const IDLE_MILLIS: i64 = 2 * 3_600_000;
/// Sessions one account may have at a time; the oldest ends.
pub const SESSIONS: i64 = 10;
/// Shortest password.
pub const PASSWORD_CHARS: usize = 10;
/// Longest password: hashing is not free.
pub const PASSWORD_MAX: usize = 200;

/// Why something about people is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Login or password wrong, or no such account: deliberately one answer.
    WrongLogin,
    /// Locked until then.
    Locked(Time),
    /// The old password is wrong.
    WrongPassword,
    /// Too short.
    PasswordShort,
    /// Too long.
    PasswordLong,
    /// The password contains the login, or is the old one.
    PasswordEasy,
    /// The two entries differ.
    PasswordsDiffer,
    /// The code belongs to another organisation.
    CodeTaken(String),
    /// The login belongs to another account.
    LoginTaken(String),
    /// A field is empty: which.
    Empty(&'static str),
    /// A field is too long.
    Long(&'static str),
    /// A login has other characters than letters, digits, `.`, `-`, `_`.
    LoginMalformed(String),
    /// Not a mail address.
    EmailMalformed(String),
    /// No role chosen.
    NoRole,
    /// The role is not for this kind of organisation.
    RoleForeign(Role),
    /// An administrator may not take away their own rights.
    OwnRights,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let m = &t.people;
        match self {
            Refused::WrongLogin => m.wrong_login.to_owned(),
            Refused::Locked(until) => fill(m.locked, &[("until", until)]),
            Refused::WrongPassword => m.wrong_password.to_owned(),
            Refused::PasswordShort => fill(m.password_short, &[("n", &PASSWORD_CHARS)]),
            Refused::PasswordLong => fill(m.password_long, &[("n", &PASSWORD_MAX)]),
            Refused::PasswordEasy => m.password_easy.to_owned(),
            Refused::PasswordsDiffer => m.passwords_differ.to_owned(),
            Refused::CodeTaken(code) => fill(m.code_taken, &[("code", code)]),
            Refused::LoginTaken(login) => fill(m.login_taken, &[("login", login)]),
            Refused::Empty(_) => m.empty.to_owned(),
            Refused::Long(_) => m.long.to_owned(),
            Refused::LoginMalformed(login) => fill(m.login_malformed, &[("login", login)]),
            Refused::EmailMalformed(email) => fill(m.email_malformed, &[("email", email)]),
            Refused::NoRole => m.no_role.to_owned(),
            Refused::RoleForeign(role) => fill(m.role_foreign, &[("role", &role.name(t))]),
            Refused::OwnRights => m.own_rights.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::WrongLogin
            | Refused::Locked(_)
            | Refused::LoginTaken(_)
            | Refused::LoginMalformed(_) => Some("login"),
            Refused::WrongPassword => Some("old"),
            Refused::PasswordShort | Refused::PasswordLong | Refused::PasswordEasy => Some("password"),
            Refused::PasswordsDiffer => Some("again"),
            Refused::CodeTaken(_) => Some("code"),
            Refused::Empty(field) | Refused::Long(field) => Some(field),
            Refused::EmailMalformed(_) => Some("email"),
            Refused::NoRole | Refused::RoleForeign(_) | Refused::OwnRights => Some("roles"),
        }
    }
}

/// Trims and checks an organisation's fields.
pub fn organisation(mut it: Organisation) -> Result<Organisation> {
    for text in [&mut it.name, &mut it.code, &mut it.region, &mut it.tier, &mut it.group_name] {
        *text = text.trim().to_owned();
    }
    filled(&it.name, "name")?;
    filled(&it.code, "code")?;
    filled(&it.region, "region")?;
    if it.kind != OrganisationKind::Hospital {
        it.tier.clear();
    }
    if it.kind != OrganisationKind::Supplier {
        it.group_name.clear();
    }
    Ok(it)
}

fn filled(text: &str, field: &'static str) -> Result<()> {
    if text.trim().is_empty() {
        return Err(Error::refused(Refused::Empty(field)));
    }
    if text.chars().count() > 200 {
        return Err(Error::refused(Refused::Long(field)));
    }
    Ok(())
}

/// Checks a new account against its organisation.
pub fn account(new: NewAccount, organisation: &Organisation, now: Time) -> Result<Account> {
    let login = new.login.trim().to_lowercase();
    filled(&login, "login")?;
    if !login.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')) || login.len() > 40 {
        return Err(Error::refused(Refused::LoginMalformed(new.login)));
    }
    account_fields(&new.name, &new.email)?;
    roles(&new.roles, organisation.kind)?;
    Ok(Account {
        id: new.id,
        organisation_id: new.organisation_id,
        login,
        name: new.name.trim().to_owned(),
        email: new.email.trim().to_owned(),
        lang: new.lang,
        password_hash: new.password_hash,
        password_at: now,
        must_change: new.must_change,
        failures: 0,
        locked_until: None,
        active: true,
        created_at: now,
    })
}

/// Checks the fields a person may change.
pub fn account_fields(name: &str, email: &str) -> Result<()> {
    filled(name, "name")?;
    let email = email.trim();
    if !email.is_empty() && email.parse::<lettre::Address>().is_err() {
        return Err(Error::refused(Refused::EmailMalformed(email.to_owned())));
    }
    Ok(())
}

/// Which roles go with which kind of organisation: a supplier can never be made an officer.
pub fn roles(roles: &[Role], kind: OrganisationKind) -> Result<()> {
    if roles.is_empty() {
        return Err(Error::refused(Refused::NoRole));
    }
    let foreign = roles.iter().find(|role| !role_kinds(**role).contains(&kind));
    foreign.map_or(Ok(()), |role| Err(Error::refused(Refused::RoleForeign(*role))))
}

/// The kinds of organisation a role belongs to.
pub fn role_kinds(role: Role) -> &'static [OrganisationKind] {
    match role {
        Role::Hospital => &[OrganisationKind::Hospital],
        Role::Supplier => &[OrganisationKind::Supplier],
        _ => &[OrganisationKind::Bureau],
    }
}

/// Checks a new password (OWASP ASVS 5: long, not obvious; no composition rules).
pub fn password(login: &str, new: &str, again: &str) -> std::result::Result<(), Refused> {
    if new.chars().count() < PASSWORD_CHARS {
        return Err(Refused::PasswordShort);
    }
    if new.chars().count() > PASSWORD_MAX {
        return Err(Refused::PasswordLong);
    }
    let mut distinct: Vec<char> = new.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if new.to_lowercase().contains(&login.to_lowercase()) || distinct.len() < 4 {
        return Err(Refused::PasswordEasy);
    }
    if new != again {
        return Err(Refused::PasswordsDiffer);
    }
    Ok(())
}

/// Decides a try to log in: the account as it is afterwards, and the answer.
pub fn sign_in(
    account: Account,
    organisation: &Organisation,
    right: bool,
    now: Time,
) -> (Account, std::result::Result<(), Refused>) {
    if let Some(until) = account.locked_until
        && now < until
    {
        return (account, Err(Refused::Locked(until)));
    }
    if !right {
        let failures = account.failures + 1;
        let locked_until = (failures >= FAILURES).then(|| now.plus_millis(LOCK_MILLIS));
        let failures = if locked_until.is_some() { 0 } else { failures };
        let answer = locked_until.map_or(Refused::WrongLogin, Refused::Locked);
        return (Account { failures, locked_until, ..account }, Err(answer));
    }
    let known = Account { failures: 0, locked_until: None, ..account };
    if !known.active || !organisation.active {
        return (known, Err(Refused::WrongLogin));
    }
    (known, Ok(()))
}

impl Role {
    /// The role's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            Role::Officer => t.people.role_officer,
            Role::Reviewer => t.people.role_reviewer,
            Role::Hospital => t.people.role_hospital,
            Role::Supplier => t.people.role_supplier,
            Role::Settlement => t.people.role_settlement,
            Role::Auditor => t.people.role_auditor,
            Role::Admin => t.people.role_admin,
        }
    }
}

impl OrganisationKind {
    /// The kind's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            OrganisationKind::Bureau => t.people.kind_bureau,
            OrganisationKind::Hospital => t.people.kind_hospital,
            OrganisationKind::Supplier => t.people.kind_supplier,
        }
    }
}
