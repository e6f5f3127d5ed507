//! `/api-tokens`: the tokens of programs, kept by administrators.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::people::password;
use crate::prices::files::tokens::{self, ApiToken, Scope};
use crate::text::{Text, fill};
use crate::types::{ApiTokenId, sha256};
use crate::web::form::Form;
use crate::web::{Admin, App, Page, page};

/// Tokens shown: those in force, then revoked ones.
const SHOWN: i64 = 500;

#[derive(Template)]
#[template(path = "ingest/tokens.html")]
struct Show {
    page: Page,
    tokens: Vec<ApiToken>,
    /// The name as it was sent, when it was refused.
    program: String,
    /// Whose token, and the token: shown this once.
    made: Option<(String, String)>,
}

fn scope_name(scope: Scope, t: &Text) -> &'static str {
    let i = &t.ingest;
    match scope {
        Scope::Transactions => i.scope_transactions,
        Scope::Listings => i.scope_listings,
        Scope::Both => i.scope_both,
    }
}

impl Show {
    fn scope(&self, it: &ApiToken) -> &'static str {
        scope_name(it.scope, self.page.t)
    }

    fn scopes(&self) -> Vec<(&'static str, &'static str)> {
        Scope::ALL.iter().map(|scope| (scope.as_str(), scope_name(*scope, self.page.t))).collect()
    }

    fn token_of(&self, name: &str) -> String {
        fill(self.page.t.ingest.token_of, &[("name", &name)])
    }
}

async fn show(page: Page, app: &App, program: String, made: Option<(String, String)>) -> Result<Show> {
    let tokens = app.read(|conn| tokens::list(conn, SHOWN)).await?;
    Ok(Show { page, tokens, program, made })
}

/// The page.
pub async fn index(page: Page, _who: Admin, app: web::Data<App>) -> Result<HttpResponse> {
    page::show(&show(page, &app, String::new(), None).await?)
}

/// Makes a token and shows it.
pub async fn make(page: Page, who: Admin, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let (ctx, id, scope) = (who.ctx(&app), form.choice::<ApiTokenId>("id")?, form.choice::<Scope>("scope")?);
    let (name, token) = (form.text("name").to_owned(), password::token());
    let (given, hash) = (name.clone(), sha256(token.as_bytes()));
    match app.write(move |tx| tokens::make(tx, &ctx, &id, &given, scope, &hash)).await {
        Ok(()) => page::show(&show(page, &app, String::new(), Some((name, token))).await?),
        Err(Error::Refused(why)) => page::show_refused(&show(page.refused(&*why), &app, name, None).await?),
        Err(error) => Err(error),
    }
}

/// Revokes a token.
pub async fn revoke(who: Admin, app: web::Data<App>, id: web::Path<ApiTokenId>) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    app.write(move |tx| tokens::revoke(tx, &ctx, &id)).await?;
    Ok(page::see_done("/api-tokens"))
}
