//! The nightly watch: counts orders, judges every monitored generic, opens what is short and writes to those concerned.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::audit::{self, Deed};
use crate::db::{self, Conn, Db, Tx};
use crate::error::Result;
use crate::notify::{self, Letter, News, Recipient};
use crate::people::{self, Role};
use crate::schema::{shortage_steps, shortages};
use crate::supply::shortages::rules::Limits;
use crate::supply::shortages::{
    Level, SUBJECT, Shortage, ShortageState, Step, StepKind, rules, signals, store,
};
use crate::terms::{self, Term};
use crate::types::{Ctx, ShortageId, ShortageStepId};

/// Where levels begin on a day.
pub fn limits(conn: &mut Conn, day: NaiveDate) -> Result<Limits> {
    Ok(Limits {
        red: terms::whole(conn, Term::ShortageRedDays, day)?,
        orange: terms::whole(conn, Term::ShortageOrangeDays, day)?,
        yellow: terms::whole(conn, Term::ShortageYellowDays, day)?,
        few_makers: terms::whole(conn, Term::ShortageFewMakers, day)?,
        short_share: terms::value(conn, Term::ShortageShortShare, day)?,
    })
}

/// What a night found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Watched {
    /// Generics looked at.
    pub generics: usize,
    /// Shortages found.
    pub opened: usize,
    /// Levels that changed.
    pub changed: usize,
}

/// Generics judged in one transaction.
const BATCH: usize = 50;

/// Counts the orders of the months that may have changed and judges every monitored generic. Doing it again finds
/// nothing new.
pub fn watch(db: &Db, ctx: &Ctx) -> Result<Watched> {
    let today = ctx.now.day();
    for month in signals::window(today) {
        db.write(|tx| signals::count(tx, month, ctx.now))?;
    }
    let (limits, generics) = db.read(|conn| Ok((limits(conn, today)?, store::monitored(conn, today)?)))?;
    let mut watched = Watched { generics: generics.len(), ..Watched::default() };
    for batch in generics.chunks(BATCH) {
        let found = db.write(|tx| {
            let mut found = Watched::default();
            for generic in batch {
                judge(tx, ctx, generic, &limits, &mut found)?;
            }
            Ok(found)
        })?;
        (watched.opened, watched.changed) = (watched.opened + found.opened, watched.changed + found.changed);
    }
    Ok(watched)
}

fn judge(tx: &mut Tx, ctx: &Ctx, generic: &str, limits: &Limits, found: &mut Watched) -> Result<()> {
    let figures = signals::figures(tx.conn(), generic, limits, ctx.now.day())?;
    let known = store::latest(tx.conn(), generic)?;
    // What an officer recorded does not ease before it is closed.
    let recorded = known.as_ref().filter(|it| it.state == ShortageState::Open).map(|it| it.recorded);
    let level = rules::level(&figures, limits).max(recorded.unwrap_or(Level::None));
    let text = serde_json::to_string(&figures)?;
    match known {
        Some(before) if before.state == ShortageState::Open || level <= before.level => {
            let is_moved = before.level != level;
            let after = Shortage {
                level,
                worst: before.worst.max(if before.state == ShortageState::Open {
                    level
                } else {
                    Level::None
                }),
                level_since: if is_moved { ctx.now.day() } else { before.level_since },
                figures: text,
                seen_at: ctx.now,
                ..before.clone()
            };
            store::update(tx, &after)?;
            if is_moved && before.state == ShortageState::Open {
                found.changed += 1;
                let audited = Deed { action: "shortage.level", subject: SUBJECT, id: after.id.as_str() };
                audit::record(tx, ctx, audited, &before.level, &after.level)?;
                step(tx, ctx, &after, StepKind::Level, ("", level.as_str()))?;
                if level > before.level {
                    tell(tx, ctx, &after, News::ShortageFound, limits)?;
                }
            }
            Ok(())
        }
        _ if level == Level::None => Ok(()),
        _ => {
            found.opened += 1;
            open(tx, ctx, generic, level, text, limits)
        }
    }
}

fn open(tx: &mut Tx, ctx: &Ctx, generic: &str, level: Level, figures: String, limits: &Limits) -> Result<()> {
    let number = db::next_number(tx, SUBJECT)?;
    let it = Shortage {
        id: ShortageId::new(),
        number: format!("QY{}{number:05}", ctx.now.day().format("%Y%m")),
        generic: generic.to_owned(),
        level,
        worst: level,
        level_since: ctx.now.day(),
        state: ShortageState::Open,
        figures,
        version: 1,
        supplier_id: None,
        opened_at: ctx.now,
        seen_at: ctx.now,
        closed_at: None,
        recorded: Level::None,
    };
    diesel::insert_into(shortages::table).values(&it).execute(tx.conn())?;
    audit::record(tx, ctx, Deed { action: "shortage.open", subject: SUBJECT, id: it.id.as_str() }, &(), &it)?;
    step(tx, ctx, &it, StepKind::Opened, ("", level.as_str()))?;
    tell(tx, ctx, &it, News::ShortageFound, limits)
}

pub(super) fn step(
    tx: &mut Tx,
    ctx: &Ctx,
    of: &Shortage,
    kind: StepKind,
    (response, body): (&str, &str),
) -> Result<()> {
    let it = Step {
        id: ShortageStepId::new(),
        shortage_id: of.id.clone(),
        kind,
        response: response.to_owned(),
        body: body.trim().to_owned(),
        figures: of.figures.clone(),
        account_id: ctx.actor.account.clone(),
        at: ctx.now,
    };
    diesel::insert_into(shortage_steps::table).values(&it).execute(tx.conn())?;
    Ok(())
}

/// Writes to the officers and the hospitals concerned.
pub(super) fn tell(tx: &mut Tx, ctx: &Ctx, it: &Shortage, news: News, limits: &Limits) -> Result<()> {
    let mut readers = people::recipients_with(tx.conn(), Role::Officer)?;
    for hospital in signals::concerned(tx.conn(), &it.generic, limits, ctx.now.day())? {
        readers.extend(people::recipients(tx.conn(), &hospital)?);
    }
    let supplier = match &it.supplier_id {
        Some(id) => people::store::organisation(tx.conn(), id)?.map(|it| it.name),
        None => None,
    };
    post(tx, ctx, it, news, &readers, supplier)
}

pub(super) fn post(
    tx: &mut Tx,
    ctx: &Ctx,
    it: &Shortage,
    news: News,
    readers: &[Recipient],
    supplier: Option<String>,
) -> Result<()> {
    for to in readers {
        let letter = Letter::Supply {
            news,
            number: it.number.clone(),
            title: it.generic.clone(),
            path: format!("/shortages/{}", it.id),
            detail: supplier.clone().unwrap_or_else(|| it.level.name(to.lang.text()).to_owned()),
        };
        // The day too: what eased and got worse again is told again.
        let key = format!("{news}:{}:{}:{}:{}", it.id, it.version, it.level, it.level_since);
        notify::post(tx, ctx, to, &letter, &key)?;
    }
    Ok(())
}
