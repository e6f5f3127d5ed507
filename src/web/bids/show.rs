//! The bids of a round: a supplier sees its own desk, the bureau's people the counts or the opened offers.

use actix_web::{HttpResponse, web};

use crate::error::{Error, Result};
use crate::people::Role;
use crate::types::RoundId;
use crate::web::access::STAFF;
use crate::web::bids::{desk, offers};
use crate::web::{App, Page, Person, Staff, Supplier};

/// The page of whoever asks.
pub async fn show(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    query: web::Query<offers::Asked>,
) -> Result<HttpResponse> {
    if who.is(Role::Supplier) {
        return desk::show(page, Supplier(who.0), app, &id).await;
    }
    if !who.is_any(STAFF) {
        return Err(Error::Forbidden);
    }
    offers::show(page, Staff(who.0), app, &id, query.into_inner()).await
}
