//! Pages of the indicators of the city's plans: dashboard, an indicator opened to its parts, targets, entered figures.

pub mod board;
pub mod chart;
pub mod export;
pub mod inputs;
pub mod show;
pub mod targets;
pub mod upload;
pub mod varieties;

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::indicators::targets::{self as target_rows, State};
use crate::indicators::{Indicator, Period, Scope, store};
use crate::people::{OrganisationKind, Role, Who};
use crate::text::{Text, fill};
use crate::types::OrganisationId;
use crate::web::page;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    year: String,
    month: String,
    county: String,
    /// Nothing at all is a hospital's own figures, and the city's for the bureau.
    hospital: Option<String>,
}

/// The hospital a reader acts for; none for the bureau.
fn own(who: &Who) -> Option<&OrganisationId> {
    (who.organisation.kind == OrganisationKind::Hospital).then_some(&who.organisation.id)
}

impl Asked {
    /// The period; what cannot be read is not there.
    fn period(&self, today: NaiveDate) -> Result<Period> {
        let year: i32 = match self.year.as_str() {
            "" => today.year(),
            text => text.parse().map_err(|_| Error::NotFound)?,
        };
        if !(2000..=2100).contains(&year) {
            return Err(Error::NotFound);
        }
        match self.month.as_str() {
            "" => Period::year(year),
            text => Period::month(year, text.parse().map_err(|_| Error::NotFound)?),
        }
    }

    /// The scope of a reader: a hospital sees the city and itself, the bureau everybody.
    fn scope(&self, who: &Who) -> Result<Scope> {
        let own = own(who);
        if own.is_some() && !self.county.is_empty() {
            return Err(Error::NotFound);
        }
        let asked = match (&self.hospital, own) {
            (None, Some(own)) => return Ok(Scope::Hospital(own.clone())),
            (Some(text), _) if !text.is_empty() => text.parse().map_err(|_| Error::NotFound)?,
            _ if self.county.is_empty() => return Ok(Scope::City),
            _ => return Ok(Scope::County(self.county.clone())),
        };
        if own.is_none_or(|own| *own == asked) { Ok(Scope::Hospital(asked)) } else { Err(Error::NotFound) }
    }

    /// The query of another page with the same choice.
    fn query(&self) -> String {
        let [year, month, county] = [&self.year, &self.month, &self.county].map(|text| page::encode(text));
        let hospital = self.hospital.as_ref().map(|text| format!("&hospital={}", page::encode(text)));
        format!("year={year}&month={month}&county={county}{}", hospital.unwrap_or_default())
    }

    fn hospital(&self) -> &str {
        self.hospital.as_deref().unwrap_or_default()
    }
}

/// The choices of the filter.
struct Choices {
    years: Vec<(String, String)>,
    months: Vec<(String, String)>,
    counties: Vec<(String, String)>,
    hospitals: Vec<(String, String)>,
}

/// What a reader may choose from; the year and scope asked for are among it.
fn choices(conn: &mut Conn, who: &Who, period: Period, today: NaiveDate, t: &Text) -> Result<Choices> {
    let m = &t.indicators;
    let shown = period.starts.year();
    let years = (today.year() - 6..=today.year().max(shown)).rev();
    let months = (1..=12).map(|n: u32| (n.to_string(), format!("{n:02}")));
    let mut list = store::hospitals(conn)?;
    if let Some(own) = own(who) {
        list.retain(|(id, ..)| id == own);
    }
    let mut counties: Vec<String> = list.iter().map(|(.., region)| region.clone()).collect();
    counties.sort();
    counties.dedup();
    let all = (String::new(), m.city.to_owned());
    Ok(Choices {
        years: years.map(|year| (year.to_string(), year.to_string())).collect(),
        months: std::iter::once((String::new(), m.whole_year.to_owned())).chain(months).collect(),
        counties: std::iter::once(all.clone())
            .chain(counties.into_iter().map(|county| (county.clone(), county)))
            .collect(),
        hospitals: std::iter::once(all)
            .chain(list.into_iter().map(|(id, code, name, _)| (id.to_string(), format!("{name} {code}"))))
            .collect(),
    })
}

/// The name of a scope.
fn scope_name(conn: &mut Conn, scope: &Scope, t: &Text) -> Result<String> {
    Ok(match scope {
        Scope::City => t.indicators.city.to_owned(),
        Scope::County(region) => region.clone(),
        Scope::Hospital(id) => {
            let found = crate::people::store::organisation(conn, id)?;
            let hospital = found.filter(|it| it.kind == OrganisationKind::Hospital);
            hospital.map(|it| it.name).ok_or(Error::NotFound)?
        }
    })
}

/// The indicators as choices.
fn indicators(t: &Text) -> Vec<(String, String)> {
    Indicator::ALL.iter().map(|it| (it.to_string(), format!("{} ({})", it.name(t), it.unit(t)))).collect()
}

/// What waits for the reader: targets to decide.
pub fn tasks(conn: &mut Conn, who: &Who, t: &Text) -> Result<Vec<(String, String)>> {
    if !who.is(Role::Reviewer) {
        return Ok(Vec::new());
    }
    let count = target_rows::page(conn, Some(State::Asked), None, 100)?.len();
    let task = || ("/indicators/targets".to_owned(), fill(t.indicators.task_targets, &[("count", &count)]));
    Ok((count > 0).then(task).into_iter().collect())
}
