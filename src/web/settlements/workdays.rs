//! The calendar of working days: a year's days, entering, removing, uploading.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::text::{Text, fill};
use crate::web::access::CALENDAR_KEEPERS;
use crate::web::form::{Form, Refused};
use crate::web::upload::Upload;
use crate::web::{App, CalendarKeeper, Page, Person, page};
use crate::workdays::{self, Calendar, DayKind, Workday, import};

/// The year asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    year: String,
}

/// A month of the year view: its weeks from Monday, and how many days are worked.
struct Month {
    name: String,
    #[allow(clippy::type_complexity)]
    weeks: Vec<Vec<Option<(u32, bool, &'static str)>>>,
    working: usize,
}

#[derive(Template)]
#[template(path = "settlements/workdays.html")]
struct Year {
    page: Page,
    year: i32,
    days: Vec<Workday>,
    months: Vec<Month>,
    kinds: Vec<(&'static str, &'static str)>,
    may_change: bool,
}

impl Year {
    fn caption(&self) -> String {
        fill(self.page.t.workdays.caption, &[("year", &self.year)])
    }

    fn empty(&self) -> String {
        fill(self.page.t.workdays.empty, &[("year", &self.year)])
    }

    fn weekday(&self, day: &NaiveDate) -> &'static str {
        weekdays(self.page.t).get(day.weekday().num_days_from_monday() as usize).copied().unwrap_or_default()
    }

    fn weekdays(&self) -> [&'static str; 7] {
        weekdays(self.page.t)
    }

    fn remove(&self, day: &NaiveDate) -> String {
        fill(self.page.t.workdays.remove_one, &[("day", day)])
    }

    fn working(&self, month: &Month) -> String {
        fill(self.page.t.workdays.working_days, &[("n", &month.working)])
    }
}

fn weekdays(t: &Text) -> [&'static str; 7] {
    let w = &t.workdays;
    [w.mon, w.tue, w.wed, w.thu, w.fri, w.sat, w.sun]
}

/// A year with its months.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let now = app.now().day().year();
    let year = match asked.year.as_str() {
        "" => now,
        text => text.parse().ok().filter(|y| (2000..=2100).contains(y)).ok_or(Error::NotFound)?,
    };
    let first = NaiveDate::from_ymd_opt(year, 1, 1).ok_or(Error::NotFound)?;
    let (days, calendar) =
        app.read(move |conn| Ok((workdays::of_year(conn, year)?, workdays::calendar(conn, first)?))).await?;
    let months = (1..=12).filter_map(|n| month(year, n, &calendar, &days)).collect();
    let kinds = DayKind::ALL.iter().map(|k| (k.as_str(), k.name(page.t))).collect();
    page::show(&Year { page, year, days, months, kinds, may_change: who.is_any(CALENDAR_KEEPERS) })
}

fn month(year: i32, n: u32, calendar: &Calendar, days: &[Workday]) -> Option<Month> {
    let first = NaiveDate::from_ymd_opt(year, n, 1)?;
    let mut cells = vec![None; first.weekday().num_days_from_monday() as usize];
    let mut working = 0;
    for day in first.iter_days().take_while(|day| day.month() == n) {
        let is_working = calendar.is_working(day);
        working += usize::from(is_working);
        let mark = match days.iter().find(|it| it.day == day).map(|it| it.kind) {
            Some(DayKind::Off) => "bad",
            Some(DayKind::Work) => "good",
            None => "",
        };
        cells.push(Some((day.day(), is_working, mark)));
    }
    cells.resize(cells.len().next_multiple_of(7), None);
    let weeks = cells.chunks(7).map(<[_]>::to_vec).collect();
    Some(Month { name: format!("{year}-{n:02}"), weeks, working })
}

fn back(year: i32) -> HttpResponse {
    page::see_done(&format!("/workdays?year={year}"))
}

/// Enters a day.
pub async fn add(who: CalendarKeeper, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let it = Workday {
        day: form.day("day")?,
        kind: form.choice("kind")?,
        name: form.text("name").to_owned(),
        account_id: ctx.actor.account.clone(),
        at: ctx.now,
    };
    let year = it.day.year();
    app.write(move |tx| workdays::set(tx, &ctx, &it)).await?;
    Ok(back(year))
}

/// Takes a day out.
pub async fn remove(who: CalendarKeeper, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let (ctx, day) = (who.ctx(&app), form.day("day")?);
    app.write(move |tx| workdays::remove(tx, &ctx, day)).await?;
    Ok(back(day.year()))
}

/// Enters the days of a file.
pub async fn upload(who: CalendarKeeper, app: web::Data<App>, upload: Upload) -> Result<HttpResponse> {
    if upload.bytes.is_empty() && upload.name.is_empty() {
        return Err(Error::refused(Refused::Empty("file")));
    }
    let ctx = who.ctx(&app);
    let year = app.now().day().year();
    app.write(move |tx| import::import(tx, &ctx, &upload.bytes)).await?;
    Ok(back(year))
}

/// An empty file with the right columns.
pub async fn template(page: Page, _who: CalendarKeeper) -> Result<HttpResponse> {
    let w = &page.t.workdays;
    let mut out = Csv::new(Vec::new())?;
    out.row([w.day, w.kind, w.name])?;
    Ok(page::csv(w.title, out.finish()?))
}
