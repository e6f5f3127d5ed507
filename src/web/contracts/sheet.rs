//! A contract as a sheet to print and sign: both parties, product, quantity, price, amount, term.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::contracts::ContractState;
use crate::error::Result;
use crate::text::fill;
use crate::types::ContractId;
use crate::web::contracts::show::{Facts, facts};
use crate::web::{App, Page, Person, page};

#[derive(Template)]
#[template(path = "contracts/sheet.html")]
struct Sheet {
    page: Page,
    f: Facts,
}

impl Sheet {
    fn clause(&self) -> String {
        let values: [(&str, &dyn std::fmt::Display); 2] =
            [("round", &self.f.round.number), ("title", &self.f.round.title)];
        fill(self.page.t.contracts.sheet_clause, &values)
    }

    fn term(&self) -> String {
        let values: [(&str, &dyn std::fmt::Display); 2] =
            [("starts", &self.f.it.starts), ("ends", &self.f.it.ends)];
        fill(self.page.t.contracts.term_from_to, &values)
    }

    fn amended(&self) -> String {
        fill(self.page.t.contracts.sheet_amended, &[("version", &self.f.it.version)])
    }

    fn is_signed(&self) -> bool {
        self.f.it.state == ContractState::Confirmed
    }
}

/// The sheet.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<ContractId>,
) -> Result<HttpResponse> {
    let f = app.read(move |conn| facts(conn, &who, &id)).await?;
    page::show(&Sheet { page, f })
}
