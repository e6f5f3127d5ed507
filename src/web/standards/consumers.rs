//! The feed's consumers: their tokens, positions and lag.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::password;
pub use crate::standards::feed::KEEPERS;
use crate::standards::feed::compare::{self, Comparison};
use crate::standards::feed::push::{self, store as pushes};
use crate::standards::feed::{self, Consumer};
use crate::standards::store;
use crate::text::{Text, fill};
use crate::tokens::{ApiToken, store as tokens};
use crate::types::{ConsumerId, sha256};
use crate::web::api::tokens::day;
use crate::web::form::Form;
use crate::web::{App, Page, Person, page};

/// Most tokens shown with their consumers.
const TOKENS: i64 = 1_000;

/// A consumer with its token and the last report of what it holds.
struct Line {
    it: Consumer,
    token: Option<ApiToken>,
    report: Option<Comparison>,
}

/// A finding of a report in words.
struct Finding {
    kind: &'static str,
    seq: String,
    values: String,
}

#[derive(Template)]
#[template(path = "standards/consumers.html")]
struct Show {
    page: Page,
    consumers: Vec<Line>,
    last: i64,
    /// Pushes that were given up.
    dead: i64,
    /// The name as it was sent, when it was refused.
    system: String,
    /// Whose token, and the token: shown this once.
    token: Option<(String, String)>,
}

impl Show {
    fn used(&self, line: &Line) -> String {
        let at = line.token.as_ref().and_then(|it| it.used_at);
        at.map_or_else(|| self.page.t.api.never.to_owned(), |at| at.to_string())
    }

    fn old(&self, line: &Line) -> String {
        match line.token.as_ref().and_then(|it| it.old_until) {
            Some(day) => fill(self.page.t.api.old_works, &[("day", &day)]),
            None => String::new(),
        }
    }

    fn endpoint_of(&self, it: &Consumer) -> String {
        fill(self.page.t.api.endpoint_of, &[("name", &it.name)])
    }

    fn given_up(&self) -> String {
        fill(self.page.t.api.pushes_dead, &[("count", &self.dead)])
    }

    fn outcome(&self, it: &Comparison) -> String {
        let a = &self.page.t.api;
        match it.agrees() {
            true => fill(a.comparison_agrees, &[("held", &it.held), ("upto", &it.upto)]),
            false => fill(
                a.comparison_differs,
                &[
                    ("missing", &it.missing),
                    ("surplus", &it.surplus),
                    ("different", &it.different),
                    ("bad", &it.bad),
                    ("upto", &it.upto),
                ],
            ),
        }
    }

    fn comparison_of(&self, it: &Consumer) -> String {
        fill(self.page.t.api.comparison_of, &[("name", &it.name)])
    }

    fn findings(&self, it: &Comparison) -> Vec<Finding> {
        it.first().iter().map(|found| finding(found, self.page.t)).collect()
    }

    fn lag(&self, it: &Consumer) -> i64 {
        self.last - it.acknowledged
    }

    fn token_of(&self) -> String {
        self.token
            .as_ref()
            .map_or(String::new(), |(name, _)| fill(self.page.t.standards.token_of, &[("name", name)]))
    }
}

/// The route says who may enter; so does every handler here.
fn keeper(who: &Person) -> Result<()> {
    if who.is_any(KEEPERS) { Ok(()) } else { Err(Error::Forbidden) }
}

fn finding(found: &serde_json::Value, t: &Text) -> Finding {
    let a = &t.api;
    let text = |name: &str| found.get(name).and_then(|it| it.as_str()).unwrap_or_default().to_owned();
    let pairs = |name: &str| {
        let map = found.get(name).and_then(|it| it.as_object());
        let said = |(name, value): (&String, &serde_json::Value)| {
            value.as_str().filter(|text| !text.is_empty()).map(|text| format!("{name}: {text}"))
        };
        map.into_iter().flatten().filter_map(said).collect::<Vec<_>>().join(t.files.list_join)
    };
    let seq = found.get("seq").and_then(serde_json::Value::as_i64).map(|seq| seq.to_string());
    let (kind, values) = match text("kind").as_str() {
        "missing" => (a.kind_missing, pairs("standard")),
        "surplus" => (a.kind_surplus, pairs("held")),
        "bad" => {
            (a.kind_bad, if t.lang == crate::text::Lang::Zh { text("message") } else { text("message_en") })
        }
        _ => (a.kind_different, differences(found, t)),
    };
    Finding { kind, seq: seq.unwrap_or_default(), values }
}

fn differences(found: &serde_json::Value, t: &Text) -> String {
    let list = found.get("differences").and_then(|it| it.as_array());
    let said = |it: &serde_json::Value| {
        let text = |name: &str| it.get(name).and_then(|it| it.as_str()).unwrap_or_default();
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("field", &text("field")), ("ours", &text("ours")), ("theirs", &text("theirs"))];
        fill(t.api.ours_theirs, &values)
    };
    list.into_iter().flatten().map(said).collect::<Vec<_>>().join(t.files.list_join)
}

fn lines(conn: &mut Conn) -> Result<Vec<Line>> {
    let mut known = tokens::of_consumers(conn, TOKENS)?;
    let mut lines = Vec::new();
    for it in store::consumers(conn)? {
        let report = compare::store::last(conn, &it.id)?;
        let at = known.iter().position(|token| token.consumer_id.as_ref() == Some(&it.id));
        lines.push(Line { token: at.map(|at| known.swap_remove(at)), it, report });
    }
    Ok(lines)
}

async fn made(page: Page, app: &App, system: String, token: Option<(String, String)>) -> Result<Show> {
    let (consumers, last, dead) =
        app.read(|conn| Ok((lines(conn)?, store::last_seq(conn)?, pushes::dead(conn)?))).await?;
    Ok(Show { page, consumers, last, dead, system, token })
}

/// The page.
pub async fn index(page: Page, who: Person, app: web::Data<App>) -> Result<HttpResponse> {
    keeper(&who)?;
    page::show(&made(page, &app, String::new(), None).await?)
}

/// Enters a consumer and shows its token.
pub async fn add(page: Page, who: Person, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    keeper(&who)?;
    let (ctx, id, name) = (who.ctx(&app), form.choice::<ConsumerId>("id")?, form.text("name").to_owned());
    let (token, given) = (password::token(), name.clone());
    let hash = sha256(token.as_bytes());
    match app.write(move |tx| feed::add_consumer(tx, &ctx, id.clone(), &given, &hash)).await {
        Ok(()) => page::show(&made(page, &app, String::new(), Some((name, token))).await?),
        Err(Error::Refused(why)) => page::show_refused(&made(page.refused(&*why), &app, name, None).await?),
        Err(error) => Err(error),
    }
}

/// Gives a consumer a new token and shows it.
pub async fn rotate(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<ConsumerId>,
    form: Form,
) -> Result<HttpResponse> {
    keeper(&who)?;
    let (ctx, token, key) = (who.ctx(&app), password::token(), id.clone());
    let hash = sha256(token.as_bytes());
    let done = match day(&form, "old_until") {
        Ok(day) => app.write(move |tx| feed::rotate(tx, &ctx, &key, &hash, day)).await,
        Err(why) => Err(why),
    };
    match done {
        Ok(()) => {
            let it = app.read(move |conn| store::consumer(conn, &id)?.ok_or(Error::NotFound)).await?;
            page::show(&made(page, &app, String::new(), Some((it.name, token))).await?)
        }
        Err(Error::Refused(why)) => {
            page::show_refused(&made(page.refused(&*why), &app, String::new(), None).await?)
        }
        Err(error) => Err(error),
    }
}

/// Sets where released standards are pushed to.
pub async fn endpoint(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<ConsumerId>,
    form: Form,
) -> Result<HttpResponse> {
    keeper(&who)?;
    let (ctx, given) = (who.ctx(&app), form.text("endpoint").to_owned());
    match app.write(move |tx| push::set_endpoint(tx, &ctx, &id, &given)).await {
        Ok(()) => Ok(page::see_done("/standards/consumers")),
        Err(Error::Refused(why)) => {
            page::show_refused(&made(page.refused(&*why), &app, String::new(), None).await?)
        }
        Err(error) => Err(error),
    }
}

/// Lets a consumer fetch, or no longer.
pub async fn active(
    who: Person,
    app: web::Data<App>,
    id: web::Path<ConsumerId>,
    form: Form,
) -> Result<HttpResponse> {
    keeper(&who)?;
    let (ctx, active) = (who.ctx(&app), form.text("active") == "yes");
    app.write(move |tx| feed::set_active(tx, &ctx, &id, active)).await?;
    Ok(page::see_done("/standards/consumers"))
}
