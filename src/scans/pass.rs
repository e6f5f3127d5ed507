//! The pass over purchases: two threads read and judge part by part, a third tells what they found and stages what
//! differs from the findings there are.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::causes::{Before, Fingerprints};
use super::ground::{self, Ground, Members};
use super::part::{Hospitals, Judge, Judged, Line, PRODUCTS, Part};
use super::store::Change;
use super::{Asked, ScanRun, left_out, store};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::prices::monitoring::exclusions::Excluded;
use crate::prices::monitoring::ground::Window;

/// About how many purchases are read at once.
pub const ROWS: usize = 50_000;
/// Changes written in one transaction: few, so that little is left to write when the last part is judged.
const BATCH: usize = 1_000;
/// Threads that read and judge. Each holds a connection, and a third is for writing.
const JUDGES: usize = 2;

/// What a pass goes by.
#[derive(Clone, Copy)]
pub struct Held<'a> {
    /// What was asked for.
    pub asked: &'a Asked,
    /// The months reported.
    pub window: Window,
    /// What the scans before judged by.
    pub before: &'a Before,
    /// What is left out.
    pub excluded: &'a Excluded,
    /// What each rule judges by now.
    pub fingerprints: &'a Fingerprints,
}

/// Judges everything.
pub fn judge(db: &Db, run: &ScanRun, held: Held<'_>, tell: &mut dyn FnMut(&Line<'_>)) -> Result<Judged> {
    let unlisted = left_out::unlisted(held);
    let Ground { families, hospitals, own, last } = db.read(ground::load)?;
    let mut shares: [Vec<Vec<Members>>; JUDGES] = Default::default();
    let cut = cut(families, last);
    let count = cut.len();
    for (at, families) in cut.into_iter().enumerate() {
        if let Some(share) = shares.get_mut(at % JUDGES) {
            share.push(families);
        }
    }
    let judge = Judge { held, run, unlisted: &unlisted, own: &own, hospitals: &hospitals };
    let mut pass = Pass { db, run, held, staged: Vec::new(), next: 1, judged: Judged::default() };
    std::thread::scope(|scope| {
        let (judges, taken): (Vec<_>, Vec<_>) = shares
            .into_iter()
            .map(|share| {
                let (parts, taken) = sync_channel(1);
                (scope.spawn(move || db.read_large(|conn| work(judge, conn, share, &parts))), taken)
            })
            .unzip();
        let taken = pass.take_all(count, taken, &hospitals, tell);
        for judge in judges {
            judge.join().map_err(|_| Error::fault("a judging thread stopped"))??;
        }
        taken
    })?;
    Ok(pass.judged)
}

/// Families together as long as they have about [`ROWS`] purchases, of which there are `last` in all.
fn cut(families: Vec<Members>, last: i32) -> Vec<Vec<Members>> {
    let products: usize = families.iter().map(|it| it.rows.len()).sum();
    let rows = usize::try_from(last).unwrap_or_default().max(1);
    let most = (ROWS.saturating_mul(products) / rows).clamp(1, PRODUCTS);
    let mut left = families.into_iter().peekable();
    let mut parts = Vec::new();
    while left.peek().is_some() {
        let mut part: Vec<Members> = Vec::new();
        let mut count = 0;
        while let Some(next) = left.next_if(|it| count == 0 || count + it.rows.len() <= most) {
            count += next.rows.len();
            part.push(next);
        }
        parts.push(part);
    }
    parts
}

fn work(judge: Judge<'_>, conn: &mut Conn, share: Vec<Vec<Members>>, parts: &SyncSender<Part>) -> Result<()> {
    let mut purchases = Vec::with_capacity(ROWS);
    for families in share {
        if parts.send(judge.part(conn, families, &mut purchases)?).is_err() {
            // Nobody takes them any more: who stopped says why.
            break;
        }
    }
    Ok(())
}

struct Pass<'a> {
    db: &'a Db,
    run: &'a ScanRun,
    held: Held<'a>,
    staged: Vec<Change>,
    next: i32,
    judged: Judged,
}

impl Pass<'_> {
    /// Takes `count` parts, which come from the judges in turn. A judge that stops says itself why.
    fn take_all(
        &mut self,
        count: usize,
        taken: Vec<Receiver<Part>>,
        hospitals: &Hospitals,
        tell: &mut dyn FnMut(&Line<'_>),
    ) -> Result<()> {
        for judge in taken.iter().cycle().take(count) {
            let Ok(mut part) = judge.recv() else { return Ok(()) };
            for line in part.lines(&self.held.asked.rules, hospitals) {
                tell(&line);
            }
            self.staged.append(&mut part.changes);
            self.judged.add(part.judged)?;
            if self.staged.len() >= BATCH {
                self.stage()?;
            }
        }
        self.stage()
    }

    /// Writes what is collected, in transactions of their own.
    fn stage(&mut self) -> Result<()> {
        let mut staged = std::mem::take(&mut self.staged);
        for part in staged.chunks_mut(BATCH) {
            let first = self.next;
            for change in &mut *part {
                change.number(&self.run.id, self.next);
                self.next = self.next.checked_add(1).ok_or_else(|| Error::fault("too many changes"))?;
            }
            self.db.write(|tx| store::stage(tx, &self.run.id, first, part))?;
        }
        Ok(())
    }
}
