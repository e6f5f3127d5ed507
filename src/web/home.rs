//! The first page: what waits for the reader.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::Result;
use crate::web::{App, Page, Person, page};

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    page: Page,
    tasks: Vec<Task>,
}

/// Something that waits for the reader.
pub struct Task {
    /// The page to do it on.
    pub path: String,
    /// What it is.
    pub what: String,
    /// Until when, when there is a deadline.
    pub until: String,
}

/// The task list.
pub async fn index(page: Page, _who: Person) -> Result<HttpResponse> {
    page::show(&Home { page, tasks: Vec::new() })
}

/// Answers when the database does.
pub async fn health(app: web::Data<App>) -> Result<HttpResponse> {
    app.read(|_| Ok(())).await?;
    Ok(HttpResponse::Ok().content_type("text/plain").body("ok\n"))
}
