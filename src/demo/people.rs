//! The sample city's organisations and accounts.

use crate::db::Db;
use crate::demo::city::{HOSPITALS, SUPPLIERS};
use crate::error::{Error, Result};
use crate::people::{self, NewAccount, Organisation, OrganisationKind, Role, Who};
use crate::text::Lang;
use crate::types::{AccountId, Ctx, OrganisationId, Time};

/// The bureau of the sample city.
const BUREAU: &str = "安和市医疗保障局";
/// Its code.
pub const BUREAU_CODE: &str = "11339900MB0000001K";
/// Its counties and districts.
pub const REGIONS: &[&str] = &["城中区", "江北区", "石桥县", "青溪县"];

/// One login for each role, with what it is for.
pub const LOGINS: &[(&str, Role)] = &[
    ("officer", Role::Officer),
    ("reviewer", Role::Reviewer),
    ("hospital1", Role::Hospital),
    ("supplier1", Role::Supplier),
    ("settlement", Role::Settlement),
    ("auditor", Role::Auditor),
    ("admin", Role::Admin),
];

/// The bureau's people.
const STAFF: &[(&str, &str, Role)] = &[
    ("officer", "方敏", Role::Officer),
    ("officer2", "陆远", Role::Officer),
    ("reviewer", "沈静", Role::Reviewer),
    ("settlement", "何川", Role::Settlement),
    ("auditor", "秦朗", Role::Auditor),
    ("admin", "管理员", Role::Admin),
];

/// The organisations in the order of their tables, and who acts for each.
pub struct City {
    /// As [`HOSPITALS`]; logins `hospital1`, `hospital2` ….
    pub hospitals: Vec<Organisation>,
    /// As [`SUPPLIERS`]; logins `supplier1`, `supplier2` ….
    pub suppliers: Vec<Organisation>,
}

/// Enters everybody.
pub fn settle(db: &Db, ctx: &Ctx, password_hash: &str) -> Result<City> {
    let bureau = enter(db, ctx, OrganisationKind::Bureau, [BUREAU, BUREAU_CODE, "安和市", "", ""])?;
    for (login, name, role) in STAFF {
        account(db, ctx, &bureau, login, name, *role, password_hash)?;
    }
    let mut hospitals = Vec::new();
    for (i, (name, code, region, tier, _)) in HOSPITALS.iter().enumerate() {
        let it = enter(db, ctx, OrganisationKind::Hospital, [name, code, region, tier, ""])?;
        account(db, ctx, &it, &format!("hospital{}", i + 1), "药剂科", Role::Hospital, password_hash)?;
        hospitals.push(it);
    }
    let mut suppliers = Vec::new();
    for (i, (name, code, region, group, _)) in SUPPLIERS.iter().enumerate() {
        let it = enter(db, ctx, OrganisationKind::Supplier, [name, code, region, "", group])?;
        account(db, ctx, &it, &format!("supplier{}", i + 1), "招采部", Role::Supplier, password_hash)?;
        suppliers.push(it);
    }
    Ok(City { hospitals, suppliers })
}

fn enter(db: &Db, ctx: &Ctx, kind: OrganisationKind, facts: [&str; 5]) -> Result<Organisation> {
    let [name, code, region, tier, group] = facts.map(str::to_owned);
    let it = Organisation {
        id: OrganisationId::new(),
        kind,
        name,
        code,
        region,
        tier,
        group_name: group,
        active: true,
        created_at: ctx.now,
    };
    db.write(|tx| people::add_organisation(tx, ctx, it.clone()))
}

fn account(
    db: &Db,
    ctx: &Ctx,
    of: &Organisation,
    login: &str,
    name: &str,
    role: Role,
    password_hash: &str,
) -> Result<()> {
    let new = NewAccount {
        id: AccountId::new(),
        organisation_id: of.id.clone(),
        login: login.to_owned(),
        name: name.to_owned(),
        email: format!("{login}@anhe.example"),
        lang: Lang::Zh,
        roles: vec![role],
        password_hash: password_hash.to_owned(),
        must_change: false,
    };
    db.write(|tx| people::add_account(tx, ctx, new.clone())).map(drop)
}

/// The context in which the holder of a login acts at a moment.
pub fn acts(db: &Db, login: &str, now: Time) -> Result<Ctx> {
    Ok(Ctx { now, actor: who(db, login, now)?.actor() })
}

/// The holder of a login.
pub fn who(db: &Db, login: &str, now: Time) -> Result<Who> {
    db.read(|conn| {
        let account = people::store::account_by_login(conn, login)?.ok_or(Error::NotFound)?;
        let organisation =
            people::store::organisation(conn, &account.organisation_id)?.ok_or(Error::NotFound)?;
        let roles = people::store::roles(conn, &account.id)?;
        Ok(Who { account, organisation, roles, session: String::new(), seen_at: now })
    })
}
