//! `jicai user add`: the first account of a platform, and any other that cannot be made on the pages.

use std::io::{Read, stdin};

use clap::{Args, Subcommand};
use jicai::db::{Db, Tx};
use jicai::error::{Error, Result as Done};
use jicai::people::{self, NewAccount, Organisation, OrganisationKind, Refused, Role, password, rules};
use jicai::text::fill;
use jicai::types::{AccountId, Ctx, OrganisationId, Time};

use super::{Stop, lang, open_db};

/// Make accounts
#[derive(Subcommand)]
pub enum User {
    Add(AddArgs),
}

/// Make an account.
///
/// Without --password-stdin a one-time password is made and printed once. --new-bureau enters the bureau itself
/// when no organisation has the code yet: that is how a new platform gets its first administrator, for example
/// jicai user add --login admin --name NAME --organisation CODE --role admin --new-bureau NAME --region REGION.
/// Exit status 0: made; 1: the database could not be used; 2: bad input.
#[derive(Args)]
pub struct AddArgs {
    /// The login: letters, digits, dots, hyphens, underscores
    #[arg(long)]
    login: String,
    /// The person's name
    #[arg(long)]
    name: String,
    /// The code of the organisation the person acts for
    #[arg(long, value_name = "CODE")]
    organisation: String,
    /// What the account may do: officer, reviewer, hospital, supplier, settlement, auditor or admin; repeatable
    #[arg(long, required = true)]
    role: Vec<String>,
    /// Where letters go
    #[arg(long, default_value = "")]
    email: String,
    /// Take the password from standard input
    #[arg(long)]
    password_stdin: bool,
    /// Enter a bureau of this name under CODE if there is none
    #[arg(long, value_name = "NAME", requires = "region")]
    new_bureau: Option<String>,
    /// The new bureau's region
    #[arg(long, requires = "new_bureau")]
    region: Option<String>,
}

/// Runs the command.
pub fn run(command: &User) -> Result<(), Stop> {
    let User::Add(args) = command;
    let a = &lang().text().admin;
    let roles = roles(&args.role)?;
    let (plain, is_made) = given_password(args)?;
    let (_, db) = open_db()?;
    let hash = password::hash(&plain).map_err(Stop::of)?;
    let organisation = enter(&db, args, &roles, &hash, is_made).map_err(|e| match e {
        Error::NotFound => Stop::Bad(vec![fill(a.user_no_organisation, &[("code", &args.organisation)])]),
        other => Stop::of(other),
    })?;
    println!("{}", fill(a.user_added, &[("login", &args.login), ("organisation", &organisation.name)]));
    if is_made {
        println!("{}", fill(a.user_password, &[("password", &plain)]));
    }
    Ok(())
}

fn roles(words: &[String]) -> Result<Vec<Role>, Stop> {
    let a = &lang().text().admin;
    let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    let known = known.join(", ");
    let role = |word: &String| {
        word.parse().map_err(|()| Stop::Bad(vec![fill(a.user_role, &[("text", word), ("roles", &known)])]))
    };
    words.iter().map(role).collect()
}

/// The password, and whether it was made here.
fn given_password(args: &AddArgs) -> Result<(String, bool), Stop> {
    if !args.password_stdin {
        return Ok((password::one_time(), true));
    }
    let mut text = String::new();
    let read = stdin().take(10_000).read_to_string(&mut text);
    let plain = text.trim_end_matches(['\r', '\n']).to_owned();
    if read.is_err() || plain.is_empty() {
        return Err(Stop::Bad(vec![lang().text().admin.user_no_password.to_owned()]));
    }
    rules::password(&args.login, &plain, &plain).map_err(|why: Refused| Stop::of(Error::refused(why)))?;
    Ok((plain, false))
}

fn enter(db: &Db, args: &AddArgs, roles: &[Role], hash: &str, must_change: bool) -> Done<Organisation> {
    let ctx = Ctx::system(Time::now(), "user add");
    db.write(|tx| {
        let organisation = organisation(tx, &ctx, args)?;
        let new = NewAccount {
            id: AccountId::new(),
            organisation_id: organisation.id.clone(),
            login: args.login.clone(),
            name: args.name.clone(),
            email: args.email.clone(),
            lang: lang(),
            roles: roles.to_vec(),
            password_hash: hash.to_owned(),
            must_change,
        };
        people::add_account(tx, &ctx, new)?;
        Ok(organisation)
    })
}

fn organisation(tx: &mut Tx, ctx: &Ctx, args: &AddArgs) -> Done<Organisation> {
    if let Some(known) = people::store::organisation_by_code(tx.conn(), args.organisation.trim())? {
        return Ok(known);
    }
    let (Some(name), Some(region)) = (&args.new_bureau, &args.region) else { return Err(Error::NotFound) };
    let bureau = Organisation {
        id: OrganisationId::new(),
        kind: OrganisationKind::Bureau,
        name: name.clone(),
        code: args.organisation.clone(),
        region: region.clone(),
        tier: String::new(),
        group_name: String::new(),
        active: true,
        created_at: ctx.now,
    };
    people::add_organisation(tx, ctx, bureau)
}
