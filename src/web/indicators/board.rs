//! `/indicators`: every indicator with its target and what it was a year before, for the city, a county or a hospital.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::Result;
use crate::indicators::definitions::Formula;
use crate::indicators::shown::{self, Cells};
use crate::indicators::{self as rows, Row, monthly};
use crate::text::fill;
use crate::web::form::Form;
use crate::web::indicators::chart::{self, Bars, Point};
use crate::web::indicators::{Asked, Choices, choices, own, scope_name};
use crate::web::{App, IndicatorReader, Page, Staff, page};

#[derive(Template)]
#[template(path = "indicators/board.html")]
struct Show {
    page: Page,
    asked: Asked,
    choices: Choices,
    year: String,
    month: String,
    scope: String,
    period: String,
    counted: String,
    rows: Vec<(Row, Cells)>,
    chart: Bars,
    is_bureau: bool,
    is_reader: bool,
}

impl Show {
    fn path(&self, row: &Row) -> String {
        format!("/indicators/{}?{}", row.indicator, self.query())
    }

    fn query(&self) -> String {
        let asked = Asked { year: self.year.clone(), ..self.asked.clone() };
        asked.query()
    }

    /// How a value is coloured beside its target.
    fn tone(&self, row: &Row) -> &'static str {
        match row.is_reached() {
            Some(true) => " good",
            Some(false) => " bad",
            None => "",
        }
    }
}

/// The rates as bars.
fn draw(rows: &[(Row, Cells)]) -> Bars {
    let is_rate = |row: &Row| {
        !matches!(row.indicator.definition().formula, Formula::Amount | Formula::Count)
            && row.figure.value().is_some()
    };
    let point = |(row, cells): &(Row, Cells)| Point {
        name: cells.name.to_owned(),
        value: row.figure.value(),
        shown: format!("{} %", cells.value),
        target: row.target.as_ref().and_then(rows::Target::number),
    };
    chart::bars(rows.iter().filter(|(row, _)| is_rate(row)).map(point).collect())
}

/// The page.
pub async fn index(
    page: Page,
    who: IndicatorReader,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (asked, today, t) = (asked.into_inner(), app.now().day(), page.t);
    let (period, scope) = (asked.period(today)?, asked.scope(&who)?);
    let (reader, of) = (who.0.clone(), scope.clone());
    let (board, choices, name, is_reader) = app
        .read(move |conn| {
            let name = scope_name(conn, &of, t)?;
            let is_reader = monthly::is_reader(conn, &reader.account.id)?;
            Ok((rows::board(conn, &of, period)?, choices(conn, &reader, period, today, t)?, name, is_reader))
        })
        .await?;
    let counted = board.counted_at.map(|at| fill(t.indicators.counted, &[("at", &at)]));
    let cells = |row: Row| {
        let cells = shown::cells(&row, t);
        (row, cells)
    };
    let rows: Vec<(Row, Cells)> = board.rows.into_iter().map(cells).collect();
    let (year, month) = period_parts(period);
    let hospital = match &scope {
        rows::Scope::Hospital(id) => Some(id.to_string()),
        rows::Scope::City | rows::Scope::County(_) => Some(String::new()),
    };
    page::show(&Show {
        asked: Asked { hospital, ..asked },
        choices,
        year,
        month,
        scope: name,
        period: period.name(),
        counted: counted.unwrap_or_default(),
        chart: draw(&rows),
        rows,
        is_bureau: own(&who).is_none(),
        is_reader,
        page,
    })
}

/// A period as its filter has it.
pub(super) fn period_parts(period: rows::Period) -> (String, String) {
    use chrono::Datelike;
    let month = if period.months == 1 { period.starts.month().to_string() } else { String::new() };
    (period.starts.year().to_string(), month)
}

/// Asks for the monthly report, or no longer.
pub async fn report(who: Staff, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let (ctx, account, wants) = (who.ctx(&app), who.account.id.clone(), form.text("wants") == "1");
    app.write(move |tx| monthly::set_reader(tx, &ctx, &account, wants)).await?;
    Ok(page::see_done("/indicators"))
}
