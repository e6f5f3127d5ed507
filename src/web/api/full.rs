//! All standards in force on a day, as JSON or CSV, with digest and signature.
//!
//! The answer is written to a file first, because its digest goes before it; it is then sent piece by piece.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::feed::sealed;
use super::stream::{at_start, file, nameless};
use super::{Answer, Caller, Fault, Parameters};
use crate::db::Conn;
use crate::error::Result;
use crate::files::write::Csv;
use crate::standards::feed::{self, Item};
use crate::standards::store;
use crate::types::Time;
use crate::web::{App, block};

/// A file that is hashed as it is written.
struct Hashed {
    file: BufWriter<File>,
    hash: Sha256,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hash.update(bytes);
        self.file.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// All standards that hold from a day on.
#[derive(ToSchema)]
#[schema(as = AllStandards)]
pub struct Snapshot {
    /// The day.
    #[schema(value_type = String, format = Date)]
    pub day: NaiveDate,
    /// The feed's last number when it was made.
    pub last_seq: i64,
    /// When it was made.
    pub made_at: String,
    /// Every row in force on the day or later, in the order of the feed.
    pub items: Vec<Item>,
}

/// A snapshot in a file at its start.
struct Written {
    file: File,
    hash: [u8; 32],
    last_seq: i64,
}

#[derive(Clone, Copy)]
enum Form {
    Json,
    Csv,
}

fn snapshot(app: &App, day: NaiveDate, now: Time, form: Form) -> Result<Written> {
    let mut out = Hashed { file: BufWriter::new(nameless(app)?), hash: Sha256::new() };
    let last_seq = app.db.read(|conn| {
        let last_seq = store::last_seq(conn)?;
        match form {
            Form::Json => json_into(conn, day, (last_seq, now), &mut out)?,
            Form::Csv => csv_into(conn, day, &mut out)?,
        }
        Ok(last_seq)
    })?;
    let Hashed { file, hash } = out;
    let file = file.into_inner().map_err(|e| crate::error::Error::from(e.into_error()))?;
    Ok(Written { file: at_start(file)?, hash: hash.finalize().into(), last_seq })
}

/// `{"day": …, "last_seq": N, "made_at": …, "items": […]}`, one item on a line.
fn json_into(conn: &mut Conn, day: NaiveDate, (last, now): (i64, Time), out: &mut Hashed) -> Result<()> {
    write!(out, "{{\"day\":\"{day}\",\"last_seq\":{last},\"made_at\":\"{}\",\"items\":[", now.iso())?;
    let mut is_first = true;
    feed::from_day(conn, day, |items| {
        for it in items {
            out.write_all(if is_first { b"\n" } else { b",\n" })?;
            serde_json::to_writer(&mut *out, it)?;
            is_first = false;
        }
        Ok(())
    })?;
    out.write_all(b"\n]}\n")?;
    Ok(())
}

fn csv_into(conn: &mut Conn, day: NaiveDate, out: &mut Hashed) -> Result<()> {
    let mut table = Csv::new(out)?;
    table.row(feed::COLUMNS)?;
    feed::from_day(conn, day, |items: &[Item]| feed::write_rows(&mut table, items))?;
    table.finish().map(drop)
}

async fn answer(
    req: &HttpRequest,
    app: web::Data<App>,
    form: Form,
) -> std::result::Result<HttpResponse, Fault> {
    let now = app.now();
    let day = Parameters::of(req, &["day"])?.day("day")?.unwrap_or(now.day());
    let maker = app.get_ref().clone();
    let made = block(move || snapshot(&maker, day, now, form)).await?;
    let seal = sealed(&app, made.hash, made.last_seq, now).await?;
    let mut answer = HttpResponse::Ok();
    answer.content_type(match form {
        Form::Json => "application/json",
        Form::Csv => "text/csv; charset=utf-8",
    });
    for header in seal.headers() {
        answer.insert_header(header);
    }
    answer.insert_header(("content-encoding", "identity"));
    Ok(file(answer, made.file))
}

/// As JSON.
pub async fn json(req: HttpRequest, _caller: Caller, app: web::Data<App>) -> Answer {
    answer(&req, app, Form::Json).await
}

/// As CSV.
pub async fn csv(req: HttpRequest, _caller: Caller, app: web::Data<App>) -> Answer {
    answer(&req, app, Form::Csv).await
}
