//! The form of a product: entered or edited by an officer.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::catalog::{self, Facts, NewProduct, Product};
use crate::error::{Error, Result};
use crate::types::{ProductId, Time};
use crate::web::form::{Form, Refused};
use crate::web::{App, Cataloguer, Page, page};

#[derive(Template)]
#[template(path = "catalog/edit.html")]
struct Edit {
    page: Page,
    title: &'static str,
    action: String,
    back: String,
    id: String,
    values: Values,
    yes_no: [(&'static str, &'static str); 2],
}

/// The fields as they stand in the form.
#[derive(Default)]
struct Values {
    seen: String,
    code: String,
    generic: String,
    form: String,
    spec: String,
    pack: String,
    maker: String,
    approval: String,
    evaluated: String,
    listing_price: String,
}

impl Values {
    fn of(product: &Product) -> Self {
        Self {
            seen: product.updated_at.millis().to_string(),
            code: product.code.clone(),
            generic: product.generic.clone(),
            form: product.form.clone(),
            spec: product.spec.clone(),
            pack: product.pack.clone(),
            maker: product.maker.clone(),
            approval: product.approval.clone(),
            evaluated: if product.evaluated { "yes" } else { "no" }.to_owned(),
            listing_price: product.listing_price.map(|price| price.to_string()).unwrap_or_default(),
        }
    }

    fn typed(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        Self {
            seen: text("seen"),
            code: text("code"),
            generic: text("generic"),
            form: text("form"),
            spec: text("spec"),
            pack: text("pack"),
            maker: text("maker"),
            approval: text("approval"),
            evaluated: text("evaluated"),
            listing_price: text("listing_price"),
        }
    }
}

fn entering(page: Page, id: String, values: Values) -> Edit {
    Edit {
        title: page.t.catalog.new_product,
        action: "/products/new".to_owned(),
        back: "/products".to_owned(),
        id,
        values,
        yes_no: yes_no(&page),
        page,
    }
}

fn editing(page: Page, id: &ProductId, values: Values) -> Edit {
    Edit {
        title: page.t.catalog.edit_product,
        action: format!("/products/{id}/edit"),
        back: format!("/products/{id}"),
        id: id.to_string(),
        values,
        yes_no: yes_no(&page),
        page,
    }
}

fn yes_no(page: &Page) -> [(&'static str, &'static str); 2] {
    [("no", page.t.common.no), ("yes", page.t.common.yes)]
}

fn read(form: &Form, id: ProductId) -> Result<NewProduct> {
    let text = |name: &str| form.text(name).to_owned();
    let evaluated = match form.text("evaluated") {
        "yes" => true,
        "no" | "" => false,
        other => return Err(Error::refused(Refused::Choice("evaluated", other.to_owned()))),
    };
    let facts = Facts {
        generic: text("generic"),
        form: text("form"),
        spec: text("spec"),
        pack: text("pack"),
        maker: text("maker"),
        approval: text("approval"),
        evaluated,
        listing_price: form.number_if_given("listing_price")?,
    };
    Ok(NewProduct { id, code: text("code"), facts })
}

/// An empty form.
pub async fn blank(page: Page, _who: Cataloguer) -> Result<HttpResponse> {
    let id = page.fresh_id();
    page::show(&entering(page, id, Values::default()))
}

/// Enters a product.
pub async fn add(page: Page, who: Cataloguer, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let id: ProductId = form.choice("id")?;
    let done = match read(&form, id.clone()) {
        Ok(new) => {
            let ctx = who.ctx(&app);
            app.write(move |tx| catalog::add(tx, &ctx, new.clone())).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(product) => Ok(page::see_done(&format!("/products/{}", product.id))),
        Err(Error::Refused(why)) => {
            page::show_refused(&entering(page.refused(&*why), id.to_string(), Values::typed(&form)))
        }
        Err(e) => Err(e),
    }
}

/// The form of a known product.
pub async fn form(
    page: Page,
    _who: Cataloguer,
    app: web::Data<App>,
    id: web::Path<ProductId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let asked = id.clone();
    let product = app.read(move |conn| catalog::product(conn, &asked)).await?;
    page::show(&editing(page, &id, Values::of(&product)))
}

/// Changes a product.
pub async fn change(
    page: Page,
    who: Cataloguer,
    app: web::Data<App>,
    id: web::Path<ProductId>,
    form: Form,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let seen: i64 = form.choice("seen")?;
    let done = match read(&form, id.clone()) {
        Ok(new) => {
            let ctx = who.ctx(&app);
            app.write(move |tx| catalog::change(tx, &ctx, new.clone(), Time::from_millis(seen))).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(_) => Ok(page::see_done(&format!("/products/{id}"))),
        Err(Error::Refused(why)) => {
            page::show_refused(&editing(page.refused(&*why), &id, Values::typed(&form)))
        }
        Err(e) => Err(e),
    }
}
