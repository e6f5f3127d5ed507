//! `/indices/new` and `/indices/{id}/edit`: a basket's document as a form.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use crate::error::{Error, Result};
use crate::prices::indices::{self, Basket, Document, Formula, Kind, Missing, State, drafts};
use crate::sourced::Confidence;
use crate::types::BasketId;
use crate::web::form::{Form, Refused};
use crate::web::{App, Officer, Page, page};

#[derive(Template)]
#[template(path = "indices/edit.html")]
struct Edit {
    page: Page,
    /// The form as typed, or as the draft has it.
    typed: Form,
    /// The draft that is changed; none while it is new.
    id: Option<BasketId>,
    fresh: String,
}

impl Edit {
    fn action(&self) -> String {
        self.id.as_ref().map_or_else(|| "/indices".to_owned(), |id| format!("/indices/{id}/edit"))
    }

    fn back(&self) -> String {
        self.id.as_ref().map_or_else(|| "/indices".to_owned(), |id| format!("/indices/{id}"))
    }

    fn heading(&self) -> &'static str {
        if self.id.is_none() { self.page.t.indices.new_title } else { self.page.t.indices.edit_title }
    }

    fn kinds(&self) -> Vec<(String, &'static str)> {
        super::options(Kind::ALL, |it| super::kind_name(it, self.page.t))
    }

    fn formulas(&self) -> Vec<(String, &'static str, bool)> {
        let chosen: Vec<&str> = self.typed.all("formula").collect();
        let name = |it: &Formula| super::formula_name(*it, self.page.t);
        Formula::ALL.iter().map(|it| (it.to_string(), name(it), chosen.contains(&it.as_str()))).collect()
    }

    fn lengths(&self) -> [(&'static str, &'static str); 2] {
        [("12", self.page.t.indices.one_year), ("1", self.page.t.indices.one_month)]
    }

    fn base_values(&self) -> [(&'static str, &'static str); 2] {
        [("100", "100"), ("1000", "1000")]
    }

    fn ways(&self) -> Vec<(String, &'static str)> {
        super::options(Missing::ALL, |it| super::missing_name(it, self.page.t))
    }

    fn confidences(&self) -> Vec<(String, &'static str)> {
        super::options(Confidence::ALL, |it| it.name(self.page.t))
    }
}

fn month(form: &Form, field: &'static str) -> Result<NaiveDate> {
    let text = form.required(field)?;
    super::parse_month(text).ok_or_else(|| Error::refused(Refused::Time(field, text.to_owned())))
}

fn document(form: &Form) -> Result<Document> {
    let text = |field| form.text(field).to_owned();
    let chosen: Vec<&str> = form.all("formula").collect();
    let to_month = if form.text("to_month").is_empty() { None } else { Some(month(form, "to_month")?) };
    Ok(Document {
        title_zh: text("title_zh"),
        title_en: text("title_en"),
        kind: form.choice("kind")?,
        formulas: Formula::ALL.iter().copied().filter(|it| chosen.contains(&it.as_str())).collect(),
        base_from: month(form, "base_from")?,
        base_months: form.choice("base_months")?,
        base_value: form.number("base_value")?,
        missing: form.choice("missing")?,
        threshold: form.number_if_given("threshold")?,
        from_month: month(form, "from_month")?,
        to_month,
        owner: text("owner"),
        review_day: form.day("review_day")?,
        purpose: text("purpose"),
        source: text("source"),
        confidence: form.choice("confidence")?,
    })
}

/// The form as a draft has it.
fn typed(it: &Basket) -> Form {
    let mut pairs: Vec<(String, String)> =
        it.formulas().iter().map(|formula| ("formula".to_owned(), formula.to_string())).collect();
    let mut put = |name: &str, value: String| pairs.push((name.to_owned(), value));
    put("name", it.name.clone());
    put("title_zh", it.title_zh.clone());
    put("title_en", it.title_en.clone());
    put("kind", it.kind.to_string());
    put("base_from", super::month_shown(it.base_from));
    put("base_months", it.base_months.to_string());
    put("base_value", it.base_value.decimal().normalize().to_string());
    put("missing", it.missing.to_string());
    put("threshold", it.threshold.map(|it| it.to_string()).unwrap_or_default());
    put("from_month", super::month_shown(it.from_month));
    put("to_month", it.to_month.map(super::month_shown).unwrap_or_default());
    put("owner", it.owner.clone());
    put("review_day", it.review_day.to_string());
    put("purpose", it.purpose.clone());
    put("source", it.source.clone());
    put("confidence", it.confidence.to_string());
    put("revision", it.revision.to_string());
    Form::from_pairs(pairs)
}

/// An empty form: the Laspeyres formula and own knowledge to begin with.
pub async fn new(page: Page, _who: Officer) -> Result<HttpResponse> {
    let first =
        [("formula", "laspeyres"), ("confidence", "own"), ("base_value", "100"), ("base_months", "12")];
    let pairs = first.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let fresh = page.fresh_id();
    page::show(&Edit { page, typed: Form::from_pairs(pairs), id: None, fresh })
}

/// Enters a draft.
pub async fn create(page: Page, who: Officer, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let (ctx, id): (_, BasketId) = (who.ctx(&app), form.choice("id")?);
    let (name, key) = (form.text("name").to_owned(), id.clone());
    let done = match document(&form) {
        Ok(given) => app.write(move |tx| drafts::draft(tx, &ctx, &key, &name, given.clone())).await,
        Err(why) => Err(why),
    };
    match done {
        Ok(()) => Ok(page::see_done(&format!("/indices/{id}"))),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            page::show_refused(&Edit { page, typed: form, id: None, fresh: id.to_string() })
        }
        Err(fault) => Err(fault),
    }
}

/// A draft's form.
pub async fn form(
    page: Page,
    _who: Officer,
    app: web::Data<App>,
    id: web::Path<BasketId>,
) -> Result<HttpResponse> {
    let it = app.read(move |conn| indices::basket(conn, &id)).await?;
    if it.state != State::Draft {
        return Err(indices::Refused::NotDraft.into());
    }
    let typed = typed(&it);
    page::show(&Edit { page, typed, id: Some(it.id), fresh: String::new() })
}

/// Changes a draft.
pub async fn change(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<BasketId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key, id) = (who.ctx(&app), id.clone(), id.into_inner());
    let read = || Ok((form.choice::<i32>("revision")?, document(&form)?));
    let done = match read() {
        Ok((seen, given)) => app.write(move |tx| drafts::change(tx, &ctx, &key, seen, given.clone())).await,
        Err(why) => Err(why),
    };
    match done {
        Ok(()) => Ok(page::see_done(&format!("/indices/{id}"))),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            page::show_refused(&Edit { page, typed: form, id: Some(id), fresh: String::new() })
        }
        Err(fault) => Err(fault),
    }
}
