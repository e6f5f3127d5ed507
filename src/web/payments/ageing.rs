//! The ageing of what is open: by hospital and supplier, who is late, and a chart.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::Result;
use crate::payments::ageing::{self, Bucket, Open, Scope, Sums};
use crate::people::store::names;
use crate::people::{OrganisationKind, Who};
use crate::supply::Payer;
use crate::terms::{self, Term};
use crate::text::{Text, fill};
use crate::types::{Money, OrganisationId, Time};
use crate::web::lists::{Line, Table, exported};
use crate::web::{App, Page, Person, page};

/// One organisation's figures.
struct Row {
    id: OrganisationId,
    name: String,
    sums: Sums,
}

/// A bar of the chart, in whole pixels.
struct Bar {
    y: i64,
    text_y: i64,
    width: i64,
    end: i64,
    name: &'static str,
    value: String,
}

const LEFT: i64 = 130;
const PLOT: i64 = 560;
const STEP: i64 = 26;

#[derive(Template)]
#[template(path = "payments/ageing.html")]
struct Show {
    page: Page,
    hint: String,
    as_of: String,
    /// Which side, its word in an address, and its rows.
    groups: Vec<(&'static str, &'static str, Vec<Row>)>,
    late: Vec<Row>,
    total: Sums,
    bars: Vec<Bar>,
    width: i64,
    height: i64,
    left: i64,
}

impl Show {
    fn buckets(&self) -> Vec<(&'static str, &'static str)> {
        Bucket::ALL.iter().map(|it| (it.as_str(), it.name(self.page.t))).collect()
    }

    fn cells(&self, sums: &Sums) -> Vec<(&'static str, Money)> {
        Bucket::ALL.iter().map(|it| it.as_str()).zip(sums.by_bucket).collect()
    }

    fn is_empty(&self) -> bool {
        self.total == Sums::default()
    }
}

fn scope(who: &Who) -> Scope {
    let id = who.organisation.id.clone();
    match who.organisation.kind {
        OrganisationKind::Hospital => Scope::Hospital(id),
        OrganisationKind::Supplier => Scope::Supplier(id),
        OrganisationKind::Bureau => Scope::All,
    }
}

/// What is read for the page.
struct Read {
    open: Vec<Open>,
    at: Option<Time>,
    days: i64,
    names: std::collections::HashMap<OrganisationId, String>,
}

async fn read(app: &App, who: &Who) -> Result<Read> {
    let (scope, now) = (scope(who), app.now());
    app.read(move |conn| {
        let (open, at) = ageing::open(conn, &scope, now)?;
        let days = terms::whole(conn, Term::PaymentDays, now.day())?;
        let ids = open.iter().flat_map(|it| [it.hospital_id.clone(), it.supplier_id.clone()]);
        let names = names(conn, ids.collect())?;
        Ok(Read { open, at, days, names })
    })
    .await
}

/// Sums by one side, the most overdue first.
fn rows(read: &Read, of: impl Fn(&Open) -> Option<&OrganisationId>) -> Vec<Row> {
    let mut sums: BTreeMap<&OrganisationId, Sums> = BTreeMap::new();
    for it in &read.open {
        if let Some(id) = of(it) {
            let sum = sums.entry(id).or_default();
            *sum = sum.and(&it.sums);
        }
    }
    let name = |id: &OrganisationId| read.names.get(id).cloned().unwrap_or_default();
    let mut rows: Vec<Row> =
        sums.into_iter().map(|(id, sums)| Row { id: id.clone(), name: name(id), sums }).collect();
    rows.sort_by(|a, b| (b.sums.overdue, &a.name).cmp(&(a.sums.overdue, &b.name)));
    rows
}

/// The page.
pub async fn index(page: Page, who: Person, app: web::Data<App>) -> Result<HttpResponse> {
    let read = read(&app, &who).await?;
    let (t, m) = (page.t, &page.t.paying);
    let is_staff = who.organisation.kind == OrganisationKind::Bureau;
    let mut groups = Vec::new();
    if who.organisation.kind != OrganisationKind::Hospital {
        groups.push((m.by_hospital, "hospital", rows(&read, |it| Some(&it.hospital_id))));
    }
    if who.organisation.kind != OrganisationKind::Supplier {
        groups.push((m.by_supplier, "supplier", rows(&read, |it| Some(&it.supplier_id))));
    }
    // What the fund is to pay is not the hospital's delay.
    let mut late = rows(&read, |it| (it.payer == Payer::Hospital).then_some(&it.hospital_id));
    late.retain(|row| row.sums.overdue.is_positive());
    let total = read.open.iter().fold(Sums::default(), |sum, it| sum.and(&it.sums));
    let as_of = match read.at {
        None if is_staff && read.open.is_empty() => m.never.to_owned(),
        None => String::new(),
        Some(at) if is_staff => fill(m.as_of, &[("at", &at)]),
        Some(at) => fill(m.as_of_now, &[("at", &at)]),
    };
    let hint = fill(m.ageing_hint, &[("days", &read.days)]);
    page::show(&Show {
        bars: bars(&total, t),
        width: LEFT + PLOT + 160,
        height: STEP * 5 + 8,
        left: LEFT,
        page,
        hint,
        as_of,
        groups,
        late,
        total,
    })
}

fn bars(total: &Sums, t: &Text) -> Vec<Bar> {
    let most = total.by_bucket.iter().map(|part| part.scaled()).max().unwrap_or(0).max(1);
    let bar = |((bucket, part), at): ((&Bucket, Money), i64)| {
        let wide = i128::from(part.scaled().max(0)) * i128::from(PLOT) / i128::from(most);
        let width = i64::try_from(wide).unwrap_or(PLOT).max(1);
        Bar {
            y: 4 + at * STEP,
            text_y: 4 + at * STEP + 14,
            width,
            end: LEFT + width + 6,
            name: bucket.name(t),
            value: part.to_string(),
        }
    };
    Bucket::ALL.iter().zip(total.by_bucket).zip(0..).map(bar).collect()
}

fn headers(t: &Text) -> [(&'static str, u16); 13] {
    let m = &t.paying;
    [
        (m.hospital, 30),
        (m.supplier, 30),
        (m.payer, 18),
        (m.receipts, 10),
        (m.not_due, 16),
        (m.late_30, 16),
        (m.late_60, 16),
        (m.late_90, 16),
        (m.late_more, 16),
        (m.total, 16),
        (m.uninvoiced, 16),
        (m.overdue, 16),
        (m.to_net, 16),
    ]
}

/// The figures of each hospital, supplier and payer as a file.
pub async fn export(
    page: Page,
    who: Person,
    app: web::Data<App>,
    file: web::Path<String>,
) -> Result<HttpResponse> {
    let read = read(&app, &who).await?;
    let t = page.t;
    let name = |id: &OrganisationId| read.names.get(id).cloned().unwrap_or_default();
    let line = |it: &Open| -> Line {
        let mut line = vec![
            name(&it.hospital_id),
            name(&it.supplier_id),
            it.payer.name(t).to_owned(),
            it.sums.receipts.to_string(),
        ];
        line.extend(it.sums.by_bucket.iter().map(ToString::to_string));
        let rest = [it.sums.total(), it.sums.uninvoiced, it.sums.overdue, it.sums.to_net];
        line.extend(rest.iter().map(ToString::to_string));
        line
    };
    let lines: Vec<Line> = read.open.iter().map(line).collect();
    let (count, headers) = (lines.len(), headers(t));
    let numbers: Vec<usize> = (3..13).collect();
    let answer =
        Table { name: t.paying.ageing, headers: &headers, numbers: &numbers, lines }.download(&file)?;
    exported(&app, who.ctx(&app), ("ageing.export", "ageing_counts"), count, String::new()).await?;
    Ok(answer)
}
