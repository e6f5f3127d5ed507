//! `/alerts/{id}`: the figures of one alert mail, exactly as it was written.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::picture;
use crate::error::{Error, Result};
use crate::notify::{Letter, Mail, Report, chart, outbox};
use crate::people::Who;
use crate::prices::alerts::{Alert, store};
use crate::text::fill;
use crate::types::AlertId;
use crate::web::access::OVERSEERS;
use crate::web::{App, Page, Person, page};

#[derive(Template)]
#[template(path = "alerts/sent.html")]
struct Show {
    page: Page,
    alert: Alert,
    mail: Mail,
    it: Report,
    chart: String,
    size: (usize, usize),
}

impl Show {
    fn title(&self) -> String {
        fill(self.page.t.alerts.alert_title, &[("at", &self.alert.written_at)])
    }
}

/// An alert with its mail and figures: for its reader, and for auditors and administrators.
async fn found(who: &Who, app: &App, id: AlertId) -> Result<(Alert, Mail, Report)> {
    let (account, oversees) = (who.account.id.clone(), who.is_any(OVERSEERS));
    app.read(move |conn| {
        let alert = store::alert(conn, &id)?.filter(|it| it.account_id == account || oversees);
        let alert = alert.ok_or(Error::NotFound)?;
        let mail = outbox::mail(conn, &alert.mail_id)?.ok_or(Error::NotFound)?;
        match serde_json::from_str(&mail.data)? {
            Letter::Alert(report) => Ok((alert, mail, *report)),
            _ => Err(Error::NotFound),
        }
    })
    .await
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<AlertId>,
) -> Result<HttpResponse> {
    let (alert, mail, it) = found(&who, &app, id.into_inner()).await?;
    let (chart, size) = (format!("/alerts/{}/chart.png", alert.id), chart::size(it.products.len()));
    page::show(&Show { page, alert, mail, it, chart, size })
}

/// Its chart.
pub async fn chart(who: Person, app: web::Data<App>, id: web::Path<AlertId>) -> Result<HttpResponse> {
    picture(&found(&who, &app, id.into_inner()).await?.2)
}
