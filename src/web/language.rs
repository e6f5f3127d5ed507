//! The language switch: a cookie, and back to the page it was pressed on.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::{HttpResponse, web};

use crate::error::{Error, Result};
use crate::text::Lang;
use crate::web::form::Form;
use crate::web::gate::LANGUAGE;
use crate::web::{App, page};

/// Keeps the choice for a year.
pub async fn switch(app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let lang: Lang = form.text("lang").parse().unwrap_or(Lang::Zh);
    let mut response = page::see(page::local(form.text("back")));
    let cookie = Cookie::build(LANGUAGE, lang.as_str())
        .path("/")
        .same_site(SameSite::Lax)
        .http_only(true)
        .secure(app.settings.secure_cookies)
        .max_age(Duration::days(365))
        .finish();
    response.add_cookie(&cookie).map_err(|e| Error::fault(e.to_string()))?;
    Ok(response)
}
