//! `/rounds/{id}/successor`: the draft of the round that follows, with what it would take over.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::contracts::events::Refused;
use crate::contracts::successor::{self, Proposed, Wanted};
use crate::error::{Error, Result};
use crate::rounds::{self, Round};
use crate::text::{Say, fill};
use crate::types::RoundId;
use crate::web::form::Form;
use crate::web::{App, Officer, Page, page};

struct Loaded {
    round: Round,
    lots: Vec<Proposed>,
    rule_sets: Vec<(String, String)>,
    latest: String,
    next: Option<Round>,
    refusal: Option<Refused>,
}

#[derive(Template)]
#[template(path = "contracts/successor.html")]
struct Show {
    page: Page,
    it: Loaded,
    values: Form,
}

impl Show {
    fn title(&self) -> String {
        fill(self.page.t.events.successor_title, &[("number", &self.it.round.number)])
    }

    fn round_title(&self) -> &str {
        match self.values.text("title") {
            "" => &self.it.round.title,
            sent => sent,
        }
    }

    fn rule_set(&self) -> &str {
        match self.values.text("rule_set_id") {
            "" => &self.it.latest,
            sent => sent,
        }
    }
}

/// The form.
pub async fn form(
    page: Page,
    _who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    show(page, &app, &id, Form::default(), None).await
}

async fn show(
    page: Page,
    app: &App,
    id: &RoundId,
    values: Form,
    refusal: Option<Box<dyn Say>>,
) -> Result<HttpResponse> {
    let (id, today) = (id.clone(), app.now().day());
    let it = app
        .read(move |conn| {
            let round = rounds::round(conn, &id)?;
            let rule_sets = rounds::store::rule_sets(conn)?.into_iter();
            let named =
                rule_sets.map(|r| (r.id.to_string(), format!("{} v{} {}", r.name, r.version, r.title)));
            Ok(Loaded {
                lots: successor::lots(conn, &round, today)?,
                rule_sets: named.collect(),
                latest: successor::latest_rules(conn, &round)?.to_string(),
                next: successor::next_of(conn, &round.id)?,
                refusal: successor::may_follow(round.state).err(),
                round,
            })
        })
        .await?;
    let is_refused = refusal.is_some() || it.refusal.is_some();
    let page = match (&refusal, &it.refusal) {
        (Some(why), _) => page.refused(&**why),
        (None, Some(why)) => page.refused(why),
        (None, None) => page,
    };
    let made = Show { page, it, values };
    if is_refused { page::show_refused(&made) } else { page::show(&made) }
}

/// Makes the draft and opens its form.
pub async fn make(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, previous, sent) = (who.ctx(&app), id.clone(), form.clone());
    let done = app
        .write(move |tx| {
            let wanted = Wanted {
                id: sent.choice("id")?,
                previous: previous.clone(),
                number: sent.required("number")?.to_owned(),
                title: sent.required("title")?.to_owned(),
                rule_set: sent.choice("rule_set_id")?,
            };
            successor::make(tx, &ctx, &wanted)
        })
        .await;
    match done {
        Ok(round) => Ok(page::see_done(&format!("/rounds/{}/edit", round.id))),
        Err(Error::Refused(why)) => show(page, &app, &id, form, Some(why)).await,
        Err(error) => Err(error),
    }
}
