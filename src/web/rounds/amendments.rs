//! `/rounds/{id}/amendments`: every change after publishing, field by field; `/rounds/{id}/amend` makes one.

use std::collections::BTreeMap;
use std::str::FromStr;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::people;
use crate::rounds::amendments::{self, Amendment, Changes, Difference, LotTerms, Note};
use crate::rounds::calendar::{Date, label};
use crate::rounds::{self, Lot, Refused, Round, rules};
use crate::types::{NotANumber, RoundId};
use crate::web::form::{self, Form};
use crate::web::{App, Officer, Page, Person, page};

#[derive(Template)]
#[template(path = "rounds/amendments.html")]
struct List {
    page: Page,
    round: Round,
    amendments: Vec<Shown>,
    can_amend: bool,
}

struct Shown {
    it: Amendment,
    by: String,
    differences: Vec<Difference>,
}

/// The amendments, newest first.
pub async fn list(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    let is_officer = who.is(people::Role::Officer);
    // Outside the bureau an amendment speaks for the bureau, not for one of its people.
    let is_staff = who.organisation.kind == people::OrganisationKind::Bureau;
    let (round, list) = app
        .read(move |conn| {
            let round = rounds::seen_by(conn, &who, &id)?;
            let mut names: BTreeMap<String, String> = BTreeMap::new();
            let mut list = Vec::new();
            for it in amendments::of_round(conn, &id)?.into_iter().rev() {
                let mut by = String::new();
                if let Some(account) = it.account_id.as_ref().filter(|_| is_staff) {
                    let key = account.to_string();
                    if !names.contains_key(&key) {
                        let found = people::store::account(conn, account)?;
                        names.insert(key.clone(), found.map(|a| a.name).unwrap_or_default());
                    }
                    by = names.get(&key).cloned().unwrap_or_default();
                }
                list.push(Shown { differences: it.differences(), by, it });
            }
            Ok((round, list))
        })
        .await?;
    let can_amend = is_officer && rules::amendable(&round, app.now()).is_anything();
    page::show(&List { page, round, amendments: list, can_amend })
}

#[derive(Template)]
#[template(path = "rounds/amend.html")]
struct Amend {
    page: Page,
    round: Round,
    lots: Vec<Lot>,
    amendable: rules::Amendable,
    form: Form,
    /// The version as shown; a form sent again after a conflict carries the new one.
    version: i32,
}

impl Amend {
    /// The dates that may be changed, as inputs; the others as they stand.
    fn dates(&self) -> Vec<(Date, &'static str, String, bool)> {
        let value = |d: &Date| self.value(d.field, d.input());
        let shown =
            |d: Date| (d.clone(), label(d.field, self.page.t), value(&d), self.amendable.allows(d.field));
        self.round.calendar.dates().into_iter().map(shown).collect()
    }

    /// What the form says, else what stands.
    fn value(&self, field: &str, stands: String) -> String {
        let is_given = self.form.all(field).next().is_some();
        if is_given { self.form.text(field).to_owned() } else { stands }
    }

    fn of_lot(&self, field: &str, lot: &Lot) -> String {
        let stands = match field {
            "form_class" => lot.form_class.to_string(),
            "comparable_spec" => lot.comparable_spec.clone(),
            "ceiling" => lot.ceiling.to_string(),
            "category" => lot.category.to_string(),
            _ => lot.base_volume.map(|v| v.to_string()).unwrap_or_default(),
        };
        self.value(&format!("{field}-{}", lot.id), stands)
    }

    fn classes(&self) -> Vec<(String, String)> {
        super::lots::classes(self.page.t)
    }

    fn categories(&self) -> Vec<(String, String)> {
        super::lots::categories(self.page.t)
    }
}

async fn load(app: &App, id: RoundId) -> Result<(Round, Vec<Lot>)> {
    app.read(move |conn| Ok((rounds::round(conn, &id)?, rounds::lots_of(conn, &id)?))).await
}

/// The form.
pub async fn form(
    page: Page,
    _who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    let (round, lots) = load(&app, id.into_inner()).await?;
    let amendable = rules::amendable(&round, app.now());
    if !amendable.is_anything() {
        return Err(Error::refused(Refused::State(round.state)));
    }
    let form = Form::from_pairs(vec![("id".to_owned(), page.fresh_id())]);
    let version = round.version;
    page::show(&Amend { page, round, lots, amendable, form, version })
}

/// Makes an amendment.
pub async fn amend(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, id) = (who.ctx(&app), id.into_inner());
    let note = Note { id: form.choice("id")?, reason: form.text("reason").to_owned() };
    let seen: i32 = form.text("version").parse().unwrap_or(0);
    let (round, lots) = load(&app, id.clone()).await?;
    let key = id.clone();
    let made = match parse(&form, &round, &lots) {
        Ok(changes) => app
            .write(move |tx| amendments::amend(tx, &ctx, &key, seen, note.clone(), changes.clone()))
            .await
            .map(drop),
        Err(e) => Err(e),
    };
    match made {
        Ok(()) => Ok(page::see_done(&format!("/rounds/{id}/amendments"))),
        Err(Error::Refused(why)) => {
            let (round, lots) = load(&app, id).await?;
            let amendable = rules::amendable(&round, app.now());
            let (page, version) = (page.refused(&*why), round.version);
            page::show_refused(&Amend { page, round, lots, amendable, form, version })
        }
        Err(e) => Err(e),
    }
}

fn parse(form: &Form, round: &Round, lots: &[Lot]) -> Result<Changes> {
    let title = match form.all("title").next() {
        Some(title) => title.to_owned(),
        None => round.title.clone(),
    };
    let lots = lots.iter().map(|lot| terms(form, lot)).collect::<Result<_>>()?;
    Ok(Changes { title, calendar: super::edit::dates(form, Some(&round.calendar))?, lots })
}

/// A lot as the form has it; what the form lacks stays as it is.
fn terms(form: &Form, lot: &Lot) -> Result<LotTerms> {
    let given = |field: &str| form.all(&format!("{field}-{}", lot.id)).next().map(str::to_owned);
    let base_volume = match given("base_volume") {
        None => lot.base_volume,
        Some(text) if text.is_empty() => None,
        Some(text) => Some(number(lot, "base_volume", text)?),
    };
    Ok(LotTerms {
        id: lot.id.clone(),
        form_class: given("form_class").map_or(Ok(lot.form_class), |text| word("form_class", text))?,
        comparable_spec: given("comparable_spec").unwrap_or_else(|| lot.comparable_spec.clone()),
        ceiling: given("ceiling").map_or(Ok(lot.ceiling), |text| number(lot, "ceiling", text))?,
        category: given("category").map_or(Ok(lot.category), |text| word("category", text))?,
        base_volume,
    })
}

fn number<T: FromStr<Err = NotANumber>>(lot: &Lot, field: &'static str, value: String) -> Result<T> {
    value
        .parse()
        .map_err(|why| Error::refused(Refused::LotValue { lot: lot.code.clone(), field, value, why }))
}

fn word<T: FromStr>(field: &'static str, text: String) -> Result<T> {
    text.parse().map_err(|_| Error::refused(form::Refused::Choice(field, text)))
}
