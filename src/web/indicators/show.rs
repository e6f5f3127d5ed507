//! `/indicators/{code}`: an indicator opened: its formula and clause, by year and month, by county, hospital or round.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::Datelike;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::indicators::definitions::{Base, Better, Definition};
use crate::indicators::shown::{self, Cells};
use crate::indicators::{
    self as rows, Figure, Indicator, Part, Period, Row, Scope, Sum, Target, rules, store, targets,
};
use crate::people::Who;
use crate::text::{Text, fill};
use crate::types::Time;
use crate::web::indicators::chart::{self, Columns, Point};
use crate::web::indicators::{Asked, Choices, board, choices, own, scope_name};
use crate::web::{App, IndicatorReader, Page, page};

/// Years of the chart.
const YEARS: i32 = 5;

/// A county, hospital or round of the indicator.
pub(super) struct Piece {
    /// Its code or number; empty for a county.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its page.
    pub path: String,
    /// What was counted.
    pub sum: Sum,
    /// What it comes to.
    pub figure: Figure,
}

/// The pieces of an indicator in a period that a reader may see.
pub(super) struct Pieces {
    /// By county.
    pub counties: Vec<Piece>,
    /// By hospital.
    pub hospitals: Vec<Piece>,
    /// By round.
    pub rounds: Vec<Piece>,
}

/// Reads the pieces: a hospital sees its own and the rounds, the bureau everybody's within the scope.
pub(super) fn pieces(
    conn: &mut Conn,
    who: &Who,
    (indicator, scope, period): (Indicator, &Scope, Period),
    asked: &Asked,
) -> Result<Pieces> {
    let definition = indicator.definition();
    let mut found = Pieces { counties: Vec::new(), hospitals: Vec::new(), rounds: Vec::new() };
    let figure = |sum: Sum| rules::figure(definition, Some(sum));
    let path = |county: String, hospital: String| {
        let to = Asked { county, hospital: Some(hospital), ..asked.clone() };
        format!("/indicators/{indicator}?{}", to.query())
    };
    if definition.base == Base::Round {
        let sums = store::parts(conn, indicator, Part::Round, period)?;
        let ids: Vec<String> = sums.iter().map(|(key, _)| key.clone()).collect();
        for (id, number, title) in store::rounds(conn, &ids)? {
            let Some((_, sum)) = sums.iter().find(|(key, _)| *key == id.as_str()) else { continue };
            let path = format!("/rounds/{id}");
            found.rounds.push(Piece { code: number, name: title, path, sum: *sum, figure: figure(*sum) });
        }
        return Ok(found);
    }
    let own = own(who);
    if own.is_none() && *scope == Scope::City {
        for (region, sum) in store::parts(conn, indicator, Part::County, period)? {
            let path = path(region.clone(), String::new());
            found.counties.push(Piece { code: String::new(), name: region, path, sum, figure: figure(sum) });
        }
    }
    let sums: std::collections::BTreeMap<String, Sum> =
        store::parts(conn, indicator, Part::Hospital, period)?.into_iter().collect();
    for (id, code, name, region) in store::hospitals(conn)? {
        let is_within = match scope {
            Scope::City => true,
            Scope::County(county) => region == *county,
            Scope::Hospital(hospital) => id == *hospital,
        };
        if !is_within || own.is_some_and(|own| *own != id) {
            continue;
        }
        let Some(sum) = sums.get(id.as_str()).copied() else { continue };
        let path = path(String::new(), id.to_string());
        found.hospitals.push(Piece { code, name, path, sum, figure: figure(sum) });
    }
    Ok(found)
}

#[derive(Template)]
#[template(path = "indicators/show.html")]
struct Show {
    page: Page,
    asked: Asked,
    choices: Choices,
    year: String,
    month: String,
    scope: String,
    period: String,
    counted: String,
    row: Row,
    cells: Cells,
    definition: Definition,
    years: Vec<(Period, Figure, Option<Target>)>,
    months: Vec<(Period, Figure)>,
    year_chart: Option<Columns>,
    month_chart: Option<Columns>,
    pieces: Pieces,
    is_bureau: bool,
    has_scope: bool,
}

impl Show {
    fn direction(&self) -> &'static str {
        match self.definition.better {
            Better::High => self.page.t.indicators.better_high,
            Better::Low => self.page.t.indicators.better_low,
        }
    }

    fn action(&self) -> String {
        format!("/indicators/{}", self.row.indicator)
    }

    /// Whether the reader may open the list: some lists are the bureau's.
    fn has_list(&self) -> bool {
        let is_bureaus = |list: &str| self.definition.list.starts_with(list);
        self.is_bureau || !(is_bureaus("/settlements") || is_bureaus("/indicators/varieties"))
    }

    fn is_round(&self) -> bool {
        self.definition.base == Base::Round
    }

    fn is_shared(&self) -> bool {
        self.definition.base == Base::Distinct
    }

    fn export(&self, ending: &str) -> String {
        let asked = Asked { year: self.year.clone(), ..self.asked.clone() };
        format!("/indicators/{}/export/parts.{ending}?{}", self.row.indicator, asked.query())
    }

    fn board(&self) -> String {
        let asked = Asked { year: self.year.clone(), ..self.asked.clone() };
        format!("/indicators?{}", asked.query())
    }

    fn figure(&self, figure: &Figure) -> String {
        shown::figure(*figure)
    }

    fn reason(&self, figure: &Figure) -> String {
        shown::reason(self.row.indicator, *figure, self.page.t)
    }

    fn above(&self, sum: &Sum) -> String {
        shown::above(self.row.indicator, Some(*sum))
    }

    fn below(&self, sum: &Sum) -> String {
        shown::below(self.row.indicator, Some(*sum))
    }

    fn goal(&self, target: &Option<Target>) -> String {
        target.as_ref().map_or_else(|| shown::NONE.to_owned(), |it| it.value.clone())
    }

    /// Where a target comes from.
    fn source(&self, target: &Target) -> String {
        format!("{} · {}", target.issuer, target.document)
    }
}

/// What the page reads.
struct Loaded {
    counted_at: Option<Time>,
    row: Row,
    years: Vec<(Period, Figure, Option<Target>)>,
    months: Vec<(Period, Figure)>,
    pieces: Pieces,
    choices: Choices,
    name: String,
}

fn load(
    conn: &mut Conn,
    who: &Who,
    (indicator, scope, period): (Indicator, &Scope, Period),
    (asked, today, t): (&Asked, chrono::NaiveDate, &Text),
) -> Result<Loaded> {
    let name = scope_name(conn, scope, t)?;
    let year = period.starts.year();
    let board = rows::board(conn, scope, period)?;
    let row = board.rows.into_iter().find(|row| row.indicator == indicator).ok_or(Error::NotFound)?;
    let numbers: Vec<i32> = (year - YEARS + 1..=year).collect();
    let goals = targets::of_years(conn, scope, indicator, &numbers)?;
    let periods = numbers.iter().map(|year| Period::year(*year)).collect::<Result<Vec<_>>>()?;
    let years = rows::history(conn, indicator, scope, &periods)?.into_iter();
    let years = years.map(|(period, figure)| (period, figure, goals.get(&period.starts.year()).cloned()));
    let of_year = (1..=12).map(|n| Period::month(year, n)).collect::<Result<Vec<_>>>()?;
    Ok(Loaded {
        counted_at: board.counted_at,
        row,
        years: years.collect(),
        months: rows::history(conn, indicator, scope, &of_year)?,
        pieces: pieces(conn, who, (indicator, scope, period), asked)?,
        choices: choices(conn, who, period, today, t)?,
        name,
    })
}

/// The indicator of an address; another word leads nowhere.
pub(super) fn named(code: &str) -> Result<Indicator> {
    code.parse().map_err(|()| Error::NotFound)
}

/// The page.
pub async fn index(
    page: Page,
    who: IndicatorReader,
    app: web::Data<App>,
    code: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (indicator, asked, today, t) = (named(&code)?, asked.into_inner(), app.now().day(), page.t);
    let (period, scope) = (asked.period(today)?, asked.scope(&who)?);
    let (year, month) = board::period_parts(period);
    let hospital = match &scope {
        Scope::Hospital(id) => Some(id.to_string()),
        Scope::City | Scope::County(_) => Some(String::new()),
    };
    let asked = Asked { hospital, year: year.clone(), ..asked };
    let (reader, of, choice) = (who.0.clone(), scope.clone(), asked.clone());
    let it = app.read(move |conn| load(conn, &reader, (indicator, &of, period), (&choice, today, t))).await?;
    let point = |name: String, figure: Figure, target: Option<&Target>| Point {
        name,
        value: figure.value(),
        shown: shown::figure(figure),
        target: target.and_then(Target::number),
    };
    let by_year = it.years.iter().map(|(period, figure, goal)| point(period.name(), *figure, goal.as_ref()));
    // The year's target, where it holds for a month.
    let goal = it.years.last().and_then(|(.., goal)| goal.as_ref());
    let by_month = it
        .months
        .iter()
        .map(|(period, figure)| point(period.name(), *figure, goal.filter(|_| period.has_target(indicator))));
    let counted = it.counted_at.map(|at| fill(t.indicators.counted, &[("at", &at)]));
    page::show(&Show {
        year_chart: chart::columns(by_year.collect()),
        month_chart: chart::columns(by_month.collect()),
        asked,
        choices: it.choices,
        year,
        month,
        scope: it.name,
        period: period.name(),
        counted: counted.unwrap_or_default(),
        cells: shown::cells(&it.row, t),
        row: it.row,
        definition: indicator.definition(),
        years: it.years,
        months: it.months,
        pieces: it.pieces,
        is_bureau: own(&who).is_none(),
        has_scope: scope.has(indicator),
        page,
    })
}
