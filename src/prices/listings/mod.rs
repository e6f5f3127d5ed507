//! Listing prices (挂网价) of this and other regions: what a product is listed at, from a day on.
//!
//! A file of listings is applied whole or not at all: sound lines go beside the table, then one transaction enters what
//! is new, corrects what has another price (what it was is kept in `listing_changes`) and keeps what the catalogue
//! lacks until it has it. The same again changes nothing; a run that was killed begins anew.
//!
//! **The bureau's own region.** There the catalogue says what a product is listed at (`products.listing_price`); a job
//! enters its prices here as listings from the day they are seen, so that readers find every region in one table. A
//! file's line of the own region is stored like any other, and where the last of them is not the catalogue's price the
//! product is listed as differing until a person corrects the one or the other; neither overwrites the other. What a
//! credit rating bars there is refused line by line and kept apart: [`barred`].

pub mod barred;
pub mod import;
pub mod store;

use std::io::Read;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text as SqlText};
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::files::Faults;
use crate::prices::files::{self, Kind, Origin, PriceFile, State};
use crate::prices::ingest::{How, Matched, Outcome, Progress, Source, hash};
use crate::schema::listings;
use crate::text::{Say, Text, fill};
use crate::types::{Ctx, ListingId, PriceFileId, ProductId, Time, UnitPrice};

use import::Lines;

/// Lines put beside the table in one transaction.
const CHUNK: usize = 20_000;
/// The source of listings that the catalogue gave.
pub const CATALOGUE: &str = "catalogue";

/// What a product is listed at in a region, until the same region lists it anew. There is one to a product, region and
/// day.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = listings, treat_none_as_default_value = false)]
pub struct Listing {
    /// Its id.
    pub id: ListingId,
    /// The product.
    pub product_id: ProductId,
    /// The region by its name, as the file has it.
    pub region: String,
    /// The first day of this price.
    pub from_day: NaiveDate,
    /// Yuan a pack.
    pub price: UnitPrice,
    /// Where it comes from: the file's name, or the address of the sender.
    pub source: String,
    /// When it was entered.
    pub created_at: Time,
}

/// A product's price.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Price {
    /// The product.
    #[diesel(sql_type = SqlText)]
    pub product_id: ProductId,
    /// Yuan a pack.
    #[diesel(sql_type = BigInt)]
    pub price: UnitPrice,
}

/// Why listings are refused.
#[derive(Debug, Clone)]
pub enum Refused {
    /// A price that begins too far ahead.
    FarAhead,
    /// An earlier line of the file lists the same at another price.
    Contradicts {
        /// That line.
        line: u64,
        /// Its price.
        price: UnitPrice,
    },
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        match self {
            Refused::FarAhead => t.ingest.far_ahead.to_owned(),
            Refused::Contradicts { line, price } => {
                fill(t.ingest.contradicts, &[("line", line), ("price", price)])
            }
        }
    }
}

/// Reads a file of listings and, unless only looking or a line is bad, applies it as the file of a number.
pub fn import<R: Read>(
    db: &Db,
    ctx: &Ctx,
    source: &Source<'_, R>,
    how: How,
    file: i32,
    tell: &mut dyn FnMut(Progress),
) -> Result<Outcome> {
    let seen = look(db, ctx, source, tell)?;
    let is_applied = how == How::SkipBad || (how == How::Whole && seen.faults.is_empty());
    if !is_applied || seen.new + seen.unmatched == 0 {
        return Ok(seen);
    }
    let all = seen.new + seen.unmatched;
    stage(db, ctx, source, (file, all), tell)?;
    let done = db.write(|tx| finish(tx, ctx, file, source.name, &seen))?;
    Ok(Outcome {
        new: done.added,
        unchanged: done.unchanged,
        unmatched: done.unmatched,
        refused: done.refused,
        is_applied: true,
        ..seen
    })
}

/// The same for the command line, whose bytes are not in the spool. A run that was broken off begins anew.
pub fn by_command<R: Read>(
    db: &Db,
    ctx: &Ctx,
    source: &Source<'_, R>,
    how: How,
    tell: &mut dyn FnMut(Progress),
) -> Result<(Outcome, i64)> {
    let sha256 = hash((source.open)()?)?;
    let known = db.read(|conn| files::store::same(conn, Kind::Listings, &sha256))?;
    if let Some(known) = known.filter(|it| it.state == State::Applied) {
        let outcome = Outcome {
            lines: u64::try_from(known.lines).unwrap_or(0),
            unchanged: known.added + known.changed + known.unchanged,
            unmatched: known.unmatched,
            bad: known.bad,
            known: known.ended_at,
            ..Outcome::default()
        };
        return Ok((outcome, 0));
    }
    let seen = look(db, ctx, source, tell)?;
    if how == How::Look || seen.new + seen.unmatched == 0 || (how == How::Whole && !seen.faults.is_empty()) {
        return Ok((seen, 0));
    }
    let new = files::New {
        id: PriceFileId::new(),
        kind: Kind::Listings,
        origin: Origin::Command,
        file_name: source.name.to_owned(),
        sha256: sha256.clone(),
        bytes: 0,
        skip_bad: how == How::SkipBad,
        token_id: None,
    };
    let no = db.write(|tx| match files::store::broken_off(tx.conn(), Kind::Listings, &sha256)? {
        Some(it) => Ok(it.no),
        None => {
            let row = files::row(tx, ctx, &new)?;
            files::store::insert(tx, &row)?;
            Ok(row.no)
        }
    })?;
    let outcome = import(db, ctx, source, how, no, tell)?;
    let done = db.read(|conn| files::store::file(conn, no))?;
    Ok((outcome, done.changed))
}

/// The first look: what is in the file. New is what the catalogue knows.
pub fn look<R: Read>(
    db: &Db,
    ctx: &Ctx,
    source: &Source<'_, R>,
    tell: &mut dyn FnMut(Progress),
) -> Result<Outcome> {
    let codes = db.read(store::codes)?;
    let mut lines = Lines::open((source.open)()?, ctx.now.day())?;
    let (mut faults, mut new, mut unmatched) = (Faults::default(), 0_i64, 0_i64);
    while let Some(line) = lines.next(&mut faults)? {
        if codes.contains(&line.product) {
            new += 1;
        } else {
            unmatched += 1;
        }
        if lines.count().is_multiple_of(CHUNK as u64) {
            tell(Progress::Checked(lines.count()));
        }
    }
    let all = i64::try_from(lines.count()).map_err(Error::fault_of)?;
    let unchanged = lines.repeated();
    Ok(Outcome {
        lines: lines.count(),
        new,
        unchanged,
        unmatched,
        bad: all - new - unmatched - unchanged,
        faults,
        ..Outcome::default()
    })
}

fn stage<R: Read>(
    db: &Db,
    ctx: &Ctx,
    source: &Source<'_, R>,
    (file, all): (i32, i64),
    tell: &mut dyn FnMut(Progress),
) -> Result<()> {
    db.write(|tx| store::clear(tx, file))?;
    let mut lines = Lines::open((source.open)()?, ctx.now.day())?;
    let (mut faults, mut at) = (Faults::default(), 0_i32);
    loop {
        let mut chunk = Vec::new();
        while chunk.len() < CHUNK
            && let Some(line) = lines.next(&mut faults)?
        {
            chunk.push(line);
        }
        if chunk.is_empty() {
            return Ok(());
        }
        db.write(|tx| store::stage(tx, file, at, &chunk))?;
        at = at.saturating_add(i32::try_from(chunk.len()).map_err(Error::fault_of)?);
        tell(Progress::Staged(i64::from(at), all));
    }
}

/// Enters what is staged, in one transaction; refused when the file was abandoned meanwhile.
fn finish(tx: &mut Tx, ctx: &Ctx, file: i32, source: &str, seen: &Outcome) -> Result<PriceFile> {
    let before = files::store::file(tx.conn(), file)?;
    if before.state != State::Applying {
        return Err(Error::refused(files::Refused::Abandoned));
    }
    let refused = barred::of_file(tx, ctx, file)?;
    let changed = store::correct(tx, file, source)?;
    let added = store::enter(tx, file, source, ctx.now)?;
    let unmatched = store::keep_unmatched(tx, file, source)?;
    store::clear(tx, file)?;
    let good = i64::try_from(seen.lines).map_err(Error::fault_of)? - seen.bad;
    let after = PriceFile {
        state: State::Applied,
        added,
        changed,
        unmatched,
        refused,
        unchanged: good - added - changed - unmatched - refused,
        ended_at: Some(ctx.now),
        ..files::store::counted(&before, seen)
    };
    files::store::end(tx, &after)?;
    let deed = Deed { action: "listings.import", subject: "price_files", id: &file.to_string() };
    audit::record(tx, ctx, deed, &before, &after)?;
    Ok(after)
}

/// Matches unmatched listings again with the catalogue as it is now.
pub fn match_again(tx: &mut Tx, ctx: &Ctx) -> Result<Matched> {
    let refused = barred::of_unmatched(tx, ctx)?;
    let added = store::enter_matched(tx, ctx.now)?;
    let done = Matched { added, unchanged: store::drop_matched(tx)? - added };
    if done != Matched::default() || refused > 0 {
        let deed = Deed { action: "listings.match", subject: "unmatched_listings", id: "" };
        audit::record(tx, ctx, deed, &(), &serde_json::json!({ "matched": done, "refused": refused }))?;
    }
    Ok(done)
}

/// How many products' last listing in the bureau's own region is not the catalogue's price.
pub fn differing_count(conn: &mut Conn, today: NaiveDate) -> Result<i64> {
    let mut count = 0;
    for region in store::own_regions(conn)? {
        count += store::differing_count(conn, &region, today)?;
    }
    Ok(count)
}

/// Enters what the catalogue lists in the bureau's own region and no listing says yet; how many.
pub fn follow_catalogue(tx: &mut Tx, ctx: &Ctx) -> Result<usize> {
    let mut entered = 0;
    for region in store::own_regions(tx.conn())? {
        let found = store::from_catalogue(tx.conn(), &region, ctx.now.day())?;
        let rows: Vec<Listing> = found
            .into_iter()
            .map(|it| Listing {
                id: ListingId::new(),
                product_id: it.product_id,
                region: region.clone(),
                from_day: ctx.now.day(),
                price: it.price,
                source: CATALOGUE.to_owned(),
                created_at: ctx.now,
            })
            .collect();
        store::insert(tx, &rows)?;
        entered += rows.len();
    }
    if entered > 0 {
        let deed = Deed { action: "listings.follow_catalogue", subject: "listings", id: "" };
        audit::record(tx, ctx, deed, &(), &serde_json::json!({ "entered": entered }))?;
    }
    Ok(entered)
}
