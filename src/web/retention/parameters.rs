//! `/retention/{id}/parameters`: what a plan is computed with, each with its source, changed while it is a draft.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::payments::retention::parameters::{self, Known, Parameter, Parameters, Set, word_name};
use crate::payments::retention::{self, Plan, PlanState};
use crate::people::Role;
use crate::rounds::Round;
use crate::text::Text;
use crate::types::PlanId;
use crate::web::form::Form;
use crate::web::{App, Officer, Page, Staff, page};

#[derive(Template)]
#[template(path = "retention/parameters.html")]
struct Show {
    page: Page,
    plan: Plan,
    round: Round,
    fields: Vec<Field>,
    can_change: bool,
}

impl Show {
    fn title(&self) -> String {
        self.plan.title(&self.round, self.page.t)
    }
}

/// A parameter as a page shows it.
pub struct Field {
    /// Its word.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The value shown or typed.
    pub value: String,
    /// The value in words.
    pub shown: String,
    /// The set's value in words.
    pub set: String,
    /// The words to choose from, when it is none of numbers.
    pub words: Vec<(String, String)>,
    /// Where it comes from.
    pub source: String,
    /// How sure it is, in words.
    pub confidence: &'static str,
}

/// How sure something is, in words.
pub fn confidence(word: &str, t: &Text) -> &'static str {
    let m = &t.retention;
    match word {
        "verified" => m.verified,
        "second_hand" => m.second_hand,
        _ => m.own,
    }
}

/// The fields of parameters: `typed` goes before what holds.
pub fn fields(set: &Set, held: &Parameters, typed: &Form, t: &'static Text) -> Vec<Field> {
    let field = |(which, known): (&Parameter, &Known)| {
        let given = typed.text(which.as_str());
        let value = if given.is_empty() { held.text(*which).to_owned() } else { given.to_owned() };
        let words = known.words.iter().map(|word| (word.clone(), word_name(word, t).to_owned()));
        Field {
            key: which.as_str(),
            name: which.name(t),
            shown: word_name(&value, t).to_owned(),
            set: word_name(&known.value, t).to_owned(),
            words: words.collect(),
            source: known.source.clone(),
            confidence: confidence(&known.confidence, t),
            value,
        }
    };
    set.values.iter().map(field).collect()
}

/// The parameters a form gives.
pub fn given(form: &Form) -> Vec<(Parameter, String)> {
    let list = Parameter::ALL.iter().filter(|which| form.all(which.as_str()).next().is_some());
    list.map(|which| (*which, form.text(which.as_str()).to_owned())).collect()
}

async fn load(page: Page, app: &App, id: PlanId, typed: Form) -> Result<Show> {
    let (plan, round, waits) = app
        .read(move |conn| {
            let (plan, round) = retention::plan(conn, &id)?;
            Ok((plan, round, retention::request(conn, &id)?.is_some()))
        })
        .await?;
    let fields = fields(&parameters::embedded()?, &plan.parameters()?, &typed, page.t);
    let can_change = page.is(Role::Officer.as_str()) && plan.state == PlanState::Draft && !waits;
    Ok(Show { page, plan, round, fields, can_change })
}

/// The parameters.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    id: web::Path<PlanId>,
) -> Result<HttpResponse> {
    page::show(&load(page, &app, id.into_inner(), Form::default()).await?)
}

/// Changes them.
pub async fn change(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<PlanId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key, list) = (who.ctx(&app), id.clone(), given(&form));
    let version: i32 = form.choice("version")?;
    match app.write(move |tx| retention::set_parameters(tx, &ctx, &key, version, &list)).await {
        Ok(()) => Ok(page::see_done(&format!("/retention/{id}/parameters"))),
        Err(Error::Refused(why)) => {
            page::show_refused(&load(page.refused(&*why), &app, id.into_inner(), form).await?)
        }
        Err(fault) => Err(fault),
    }
}
