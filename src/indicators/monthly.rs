//! The monthly report: on the first working day the figures of the month before, to whoever asked for it, once.

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;

use crate::audit::{self, Deed};
use crate::db::{Conn, Db, Tx};
use crate::error::Result;
use crate::indicators::{Board, Period, Scope, board, shown};
use crate::notify::{self, Letter, Monthly, MonthlyRow, Recipient, outbox};
use crate::people::{self, OrganisationKind};
use crate::schema::{accounts, indicator_readers};
use crate::text::{Lang, Text};
use crate::types::{AccountId, Ctx, MailId, Time};
use crate::workdays;

/// Whether somebody asked for the report.
pub fn is_reader(conn: &mut Conn, account: &AccountId) -> Result<bool> {
    let count: i64 = indicator_readers::table.find(account).count().get_result(conn)?;
    Ok(count > 0)
}

/// Asks for the report, or no longer; asked twice it is asked once.
pub fn set_reader(tx: &mut Tx, ctx: &Ctx, account: &AccountId, wants: bool) -> Result<()> {
    let before = is_reader(tx.conn(), account)?;
    if before == wants {
        return Ok(());
    }
    if wants {
        diesel::insert_into(indicator_readers::table)
            .values((indicator_readers::account_id.eq(account), indicator_readers::since.eq(ctx.now)))
            .execute(tx.conn())?;
    } else {
        diesel::delete(indicator_readers::table.find(account)).execute(tx.conn())?;
    }
    let deed = Deed { action: "indicators.report", subject: "accounts", id: account.as_str() };
    audit::record(tx, ctx, deed, &before, &wants)
}

/// The bureau's people who asked for it and can be written to.
fn readers(conn: &mut Conn) -> Result<Vec<Recipient>> {
    let rows: Vec<(AccountId, String, Lang)> = indicator_readers::table
        .inner_join(accounts::table)
        .filter(accounts::active.eq(true).and(accounts::email.ne("")))
        .order(accounts::id)
        .select((accounts::id, accounts::email, accounts::lang))
        .load(conn)?;
    let mut list = Vec::new();
    for (account, address, lang) in rows {
        let is_bureau = match people::store::account(conn, &account)? {
            Some(it) => people::store::organisation(conn, &it.organisation_id)?
                .is_some_and(|it| it.kind == OrganisationKind::Bureau && it.active),
            None => false,
        };
        if is_bureau {
            list.push(Recipient { account: Some(account), address, lang });
        }
    }
    Ok(list)
}

/// The page of a period.
fn path(period: Period) -> String {
    let (year, month) = (period.starts.year(), period.starts.month());
    if period.months == 1 {
        format!("/indicators?year={year}&month={month}")
    } else {
        format!("/indicators?year={year}")
    }
}

fn rows(board: &Board, period: Period, t: &Text) -> Vec<MonthlyRow> {
    let query = path(period);
    let query = query.strip_prefix("/indicators").unwrap_or_default();
    let row = |it: &super::Row| {
        let cells = shown::cells(it, t);
        MonthlyRow {
            name: cells.name.to_owned(),
            value: cells.value,
            unit: cells.unit.to_owned(),
            target: cells.target,
            reached: cells.reached.to_owned(),
            before: cells.before,
            change: cells.change,
            numerator: cells.numerator,
            denominator: cells.denominator,
            note: cells.note,
            path: format!("/indicators/{}{query}", it.indicator),
        }
    };
    board.rows.iter().map(row).collect()
}

/// The report of a month in a language.
pub fn report(conn: &mut Conn, month: Period, lang: Lang) -> Result<Monthly> {
    let t = lang.text();
    let year = Period::year(month.starts.year())?;
    let of_month = board(conn, &Scope::City, month)?;
    let of_year = board(conn, &Scope::City, year)?;
    Ok(Monthly {
        month: month.name(),
        path: path(month),
        year_path: path(year),
        counted: of_month.counted_at.map(|at| at.to_string()).unwrap_or_default(),
        rows: rows(&of_month, month, t),
        year_rows: rows(&of_year, year, t),
    })
}

/// The first working day of a day's month.
fn first_working_day(conn: &mut Conn, today: NaiveDate) -> Result<NaiveDate> {
    let first = today.with_day(1).unwrap_or(today);
    let calendar = workdays::calendar(conn, first)?;
    Ok(first.iter_days().take(31).find(|day| calendar.is_working(*day)).unwrap_or(first))
}

/// Writes the report of the month before to whoever asked for it and has not got it; not before the first working day,
/// nor before that month was counted after its end. Gives how many were written.
pub fn write(db: &Db, ctx: &Ctx) -> Result<usize> {
    let today = ctx.now.day();
    let Some(last) = today.with_day(1).and_then(|day| day.pred_opt()) else { return Ok(0) };
    let month = Period::month_of(last);
    db.write(|tx| {
        if today < first_working_day(tx.conn(), today)? {
            return Ok(0);
        }
        let ended = Time::parse_local(&month.end().to_string());
        let counted = super::store::counted_at(tx.conn(), month)?;
        if counted.is_none() || counted < ended {
            return Ok(0);
        }
        let mut written = 0;
        for reader in readers(tx.conn())? {
            let report = report(tx.conn(), month, reader.lang)?;
            let letter = Letter::Indicators(Box::new(report));
            let id = MailId::new();
            notify::post_as(tx, ctx, &id, &reader, &letter, &format!("indicators:{}", month.name()))?;
            written += usize::from(outbox::mail(tx.conn(), &id)?.is_some());
        }
        Ok(written)
    })
}
