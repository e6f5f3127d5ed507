//! `/retention/{id}/hospitals/{hospital}/{position}`: one generic of a sheet: arithmetic, purchases, and the receipts
//! and returns behind each.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::retention::purchases::{self, Behind};
use crate::payments::retention::rules::{self, Rules};
use crate::payments::retention::{Line, Plan, Purchase, PurchaseKind, store};
use crate::people::{self, Organisation, Who};
use crate::rounds::Round;
use crate::types::{Amount, OrganisationId, PlanId, Quantity, half_up};
use crate::web::{App, Page, Person, page};

/// Receipts and returns on a page.
const PAGE: usize = 100;

/// Which purchase is open, and from where on.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Query {
    #[serde(default)]
    purchase: i32,
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "retention/line.html")]
struct Show {
    page: Page,
    it: Loaded,
    query: Query,
    next: String,
}

struct Loaded {
    plan: Plan,
    round: Round,
    hospital: Organisation,
    line: Line,
    rules: Rules,
    purchases: Vec<Purchase>,
    names: BTreeMap<String, (String, String)>,
    behind: Vec<Behind>,
}

fn load(
    conn: &mut Conn,
    who: &Who,
    (id, hospital, position): &(PlanId, OrganisationId, i32),
    query: &Query,
) -> Result<Loaded> {
    let (plan, round, _) = super::sheet(conn, who, id, hospital)?;
    let lines = store::lines(conn, id, hospital)?;
    let line = lines.into_iter().find(|it| it.position == *position).ok_or(Error::NotFound)?;
    let mut list = store::purchases(conn, id, hospital)?;
    list.retain(|it| it.generic == line.generic);
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let behind = match list.iter().find(|it| it.position == query.purchase) {
        Some(open) => purchases::behind(conn, &plan, open, &query.after, limit)?,
        None => Vec::new(),
    };
    Ok(Loaded {
        hospital: people::store::organisation(conn, hospital)?.ok_or(Error::NotFound)?,
        names: purchases::names(conn, &list)?,
        rules: plan.rules()?,
        purchases: list,
        plan,
        round,
        line,
        behind,
    })
}

/// A number without needless zeros, cut for people to nine decimals.
fn plain(number: Decimal) -> String {
    half_up(number, 9).normalize().to_string()
}

impl Show {
    fn title(&self) -> String {
        self.it.plan.title(&self.it.round, self.page.t)
    }

    /// `base × price × insured share × ratio = budget`.
    fn budget(&self) -> String {
        let line = &self.it.line;
        let (insured, ratio) = self.it.rules.parts(&line.facts());
        format!(
            "{} × {} × {insured} × {ratio} = {}",
            super::shown(line.base_quantity),
            super::shown(line.price_before),
            super::shown(line.budget)
        )
    }

    /// What of the selected products counts.
    fn counted(&self) -> Result<String> {
        let line = &self.it.line;
        if line.selected <= line.agreed {
            return Ok(line.selected_amount.to_string());
        }
        let counted = plain(rules::counted(&line.facts())?);
        Ok(format!("{} × {} ÷ {} = {counted}", line.selected_amount, line.agreed, line.selected))
    }

    /// `(selected + not selected) × insured share × ratio = spending`.
    fn spend(&self) -> Result<String> {
        let line = &self.it.line;
        let facts = line.facts();
        let (insured, ratio) = self.it.rules.parts(&facts);
        let counted = plain(rules::counted(&facts)?);
        let mut sum = format!("{counted} + {}", line.other_amount);
        if self.it.rules.counts_evaluated() && line.evaluated_amount != Amount::ZERO {
            sum.push_str(&format!(" + {}", line.evaluated_amount));
        }
        Ok(format!("({sum}) × {insured} × {ratio} = {}", line.spend))
    }

    fn surplus(&self) -> String {
        let line = &self.it.line;
        match (line.budget, super::surplus(line.budget, line.spend)) {
            (Some(budget), Some(surplus)) => format!("{budget} − {} = {surplus}", line.spend),
            _ => self.page.t.retention.unknown.to_owned(),
        }
    }

    fn net(&self, it: &Purchase) -> Quantity {
        it.accepted.minus(it.returned).unwrap_or_default()
    }

    fn amount(&self, it: &Purchase) -> String {
        plain(self.net(it).decimal() * it.unit_price.decimal())
    }

    fn name(&self, it: &Purchase) -> (String, String) {
        let id = it.contract_id.as_ref().map(ToString::to_string);
        let id = id.or(it.product_id.as_ref().map(ToString::to_string)).unwrap_or_default();
        self.it.names.get(&id).cloned().unwrap_or_default()
    }

    fn link(&self, it: &Purchase) -> String {
        match (&it.contract_id, &it.product_id) {
            (Some(id), _) => format!("/contracts/{id}"),
            (None, Some(id)) => format!("/products/{id}"),
            (None, None) => String::new(),
        }
    }

    /// Whether the purchase counts as spending under the plan's parameters.
    fn counts(&self, it: &Purchase) -> bool {
        match it.kind {
            PurchaseKind::Selected | PurchaseKind::Other => true,
            PurchaseKind::Above => false,
            PurchaseKind::Evaluated => self.it.rules.counts_evaluated(),
        }
    }
}

/// One generic of a sheet.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    ids: web::Path<(PlanId, OrganisationId, i32)>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    let (query, reader) = (query.into_inner(), who.0.clone());
    let asked = query.clone();
    let mut it = app.read(move |conn| load(conn, &reader, &ids, &asked)).await?;
    let is_more = it.behind.len() > PAGE;
    it.behind.truncate(PAGE);
    let next = match it.behind.last() {
        Some(last) if is_more => format!(
            "/retention/{}/hospitals/{}/{}?purchase={}&after={}#behind",
            it.plan.id,
            it.hospital.id,
            it.line.position,
            query.purchase,
            page::encode(&last.place())
        ),
        _ => String::new(),
    };
    page::show(&Show { page, it, query, next })
}
