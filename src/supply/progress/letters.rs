//! The weekly letters to hospitals that order little and to suppliers that are short.

use chrono::{Datelike, NaiveDate};

use crate::contracts::Party;
use crate::db::{Conn, Db, Tx};
use crate::error::Result;
use crate::notify::{self, Letter};
use crate::people::{self, OrganisationKind};
use crate::supply::progress::rules::percent;
use crate::supply::progress::{Judged, Narrow, Scope, page};
use crate::types::{Ctx, OrganisationId};

/// Contracts a letter names; the page has the rest.
const NAMED: usize = 5;

/// Contracts of an organisation judged at a time.
const STEP: usize = 500;

/// Writes to every hospital and supplier behind, once a week. Gives how many organisations were behind.
pub fn write(db: &Db, ctx: &Ctx) -> Result<usize> {
    let mut behind = 0;
    for (kind, party) in
        [(OrganisationKind::Hospital, Party::Hospital), (OrganisationKind::Supplier, Party::Supplier)]
    {
        for organisation in db.read(|conn| people::store::active_in(conn, kind, &[]))? {
            let worst = db.read(|conn| {
                let scope =
                    Scope { party: Some((party, organisation.id.clone())), round: None, day: ctx.now.day() };
                worst(conn, &scope, party)
            })?;
            if !worst.is_empty() {
                behind += 1;
                db.write(|tx| send(tx, ctx, &organisation.id, party, &worst))?;
            }
        }
    }
    Ok(behind)
}

/// The contracts of an organisation that lag because of it, the furthest behind first.
fn worst(conn: &mut Conn, scope: &Scope, party: Party) -> Result<Vec<Judged>> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let (part, next) = page(conn, scope, &Narrow::All, true, &after, STEP, scope.day)?;
        found.extend(part.into_iter().filter(|it| match party {
            Party::Hospital => it.cause.is_hospital(),
            Party::Supplier => it.cause.is_supplier(),
        }));
        let Some(next) = next else { break };
        after = next;
    }
    found.sort_by(|a, b| {
        b.numbers.lag().cmp(&a.numbers.lag()).then_with(|| a.line.number.cmp(&b.line.number))
    });
    Ok(found)
}

fn send(tx: &mut Tx, ctx: &Ctx, to: &OrganisationId, party: Party, worst: &[Judged]) -> Result<()> {
    let week = week(ctx.now.day());
    let named: Vec<String> = worst
        .iter()
        .take(NAMED)
        .map(|it| {
            let done = match party {
                Party::Hospital => it.numbers.used_share(),
                Party::Supplier => it.numbers.consumed_share(),
            };
            let elapsed = percent(it.numbers.elapsed_share());
            format!("{} {}: {} / {elapsed}", it.line.number, it.line.generic, percent(done))
        })
        .collect();
    let (count, lines) = (i64::try_from(worst.len()).unwrap_or(i64::MAX), named.join("\n"));
    let path = "/progress/contracts?behind=1".to_owned();
    let (number, title, party) = (week.clone(), String::new(), party.to_string());
    let letter = Letter::ProgressBehind { number, title, path, party, count, lines };
    for recipient in people::recipients(tx.conn(), to)? {
        notify::post(tx, ctx, &recipient, &letter, &format!("progress:{week}:{to}"))?;
    }
    Ok(())
}

/// The week of a day, such as `2027-W05`.
fn week(day: NaiveDate) -> String {
    let week = day.iso_week();
    format!("{}-W{:02}", week.year(), week.week())
}
