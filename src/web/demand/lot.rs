//! The lines a lot's totals are made of.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::Result;
use crate::people::Organisation;
use crate::rounds::demand::{self, Line, Standing, rules};
use crate::rounds::{Lot, Round};
use crate::types::{LotId, OrganisationId, Quantity, RoundId};
use crate::web::{App, Page, Staff, page};

#[derive(Template)]
#[template(path = "demand/lot.html")]
struct LotPage {
    page: Page,
    round: Round,
    lot: Lot,
    rows: Vec<Row>,
    companies: Vec<(String, Sums)>,
    total: Sums,
}

struct Row {
    line: Line,
    hospital: Organisation,
    company: String,
    state: &'static str,
    standing: (String, &'static str),
}

#[derive(Default, Clone, Copy)]
struct Sums {
    reported: Quantity,
    verified: Quantity,
    approved: Quantity,
}

impl Sums {
    fn of<'a>(lines: impl Iterator<Item = &'a Line> + Clone) -> Self {
        Self {
            reported: rules::sum(lines.clone().map(|line| line.reported)),
            verified: rules::sum(lines.clone().filter_map(|line| line.verified)),
            approved: rules::sum(lines.filter_map(|line| line.approved)),
        }
    }
}

/// The page.
pub async fn show(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    ids: web::Path<(RoundId, LotId)>,
) -> Result<HttpResponse> {
    let (round, lot) = ids.into_inner();
    let demand::LotLines { round, lot, lines, bounds } =
        app.read(move |conn| demand::lot_page(conn, &round, &lot)).await?;
    let t = page.t;
    let mut by_hospital: BTreeMap<&OrganisationId, Vec<&Line>> = BTreeMap::new();
    let mut by_brand: BTreeMap<(&str, &str), Vec<&Line>> = BTreeMap::new();
    for (line, hospital) in &lines {
        by_hospital.entry(&hospital.id).or_default().push(line);
        by_brand.entry(line.brand()).or_default().push(line);
    }
    let standing = |hospital: &OrganisationId, history| {
        let of = by_hospital.get(hospital).map(Vec::as_slice).unwrap_or_default();
        let sum = rules::sum(of.iter().map(|line| line.reported));
        super::standing(Standing::of(sum, history, &bounds), t)
    };
    let companies = by_brand
        .iter()
        .map(|(brand, lines)| (super::brand(*brand, t), Sums::of(lines.iter().copied())))
        .collect();
    let rows = lines
        .iter()
        .map(|(line, hospital)| Row {
            company: super::brand(line.brand(), t),
            state: super::line_state(line.state, t),
            standing: standing(&hospital.id, line.history),
            line: line.clone(),
            hospital: hospital.clone(),
        })
        .collect();
    let total = Sums::of(lines.iter().map(|(line, _)| line));
    page::show(&LotPage { page, round, lot, rows, companies, total })
}
