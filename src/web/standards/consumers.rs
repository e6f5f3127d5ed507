//! The feed's consumers: their tokens, positions and lag.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::people::{Role, password};
use crate::standards::feed::{self, Consumer};
use crate::standards::store;
use crate::text::fill;
use crate::types::{ConsumerId, sha256};
use crate::web::form::Form;
use crate::web::{App, Page, Person, page};

/// Who keeps the feed's consumers.
pub const KEEPERS: &[Role] = &[Role::Settlement, Role::Admin];

#[derive(Template)]
#[template(path = "standards/consumers.html")]
struct Show {
    page: Page,
    consumers: Vec<Consumer>,
    last: i64,
    /// The name as it was sent, when it was refused.
    system: String,
    /// Whose token, and the token: shown this once.
    token: Option<(String, String)>,
}

impl Show {
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

async fn made(page: Page, app: &App, system: String, token: Option<(String, String)>) -> Result<Show> {
    let (consumers, last) = app.read(|conn| Ok((store::consumers(conn)?, store::last_seq(conn)?))).await?;
    Ok(Show { page, consumers, last, system, token })
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
) -> Result<HttpResponse> {
    keeper(&who)?;
    let (ctx, token, key) = (who.ctx(&app), password::token(), id.clone());
    let hash = sha256(token.as_bytes());
    app.write(move |tx| feed::rotate(tx, &ctx, &key, &hash)).await?;
    let it = app.read(move |conn| store::consumer(conn, &id)?.ok_or(Error::NotFound)).await?;
    page::show(&made(page, &app, String::new(), Some((it.name, token))).await?)
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
