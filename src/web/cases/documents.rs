//! A document of a case, always as a download, for whoever may see the step or reply it came with.

use actix_web::{HttpResponse, web};

use crate::audit::{self, Deed};
use crate::awards::documents::{self, Document};
use crate::cases::{steps, store};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::Who;
use crate::types::{CaseId, DocumentId};
use crate::web::{App, Person, page};

/// The document, if it came with a step or reply of the case that the reader may see.
fn found(conn: &mut Conn, who: &Who, case: &CaseId, id: &DocumentId) -> Result<Document> {
    super::seen(conn, who, case)?;
    let visible = super::steps(conn, who, case)?;
    let replies = store::replies_of(conn, case)?;
    let of_steps = visible.iter().map(|step| steps::step_owner(&step.id));
    for owner in of_steps.chain(replies.iter().map(|reply| steps::reply_owner(&reply.id))) {
        match documents::one(conn, owner, id) {
            Err(Error::NotFound) => {}
            answer => return answer,
        }
    }
    Err(Error::NotFound)
}

/// The document.
pub async fn show(
    who: Person,
    app: web::Data<App>,
    path: web::Path<(CaseId, DocumentId)>,
) -> Result<HttpResponse> {
    let (case, id) = path.into_inner();
    let ctx = who.ctx(&app);
    let it = app
        .write(move |tx| {
            let it = found(tx.conn(), &who, &case, &id)?;
            let deed = Deed { action: "case.document.export", subject: "documents", id: id.as_str() };
            audit::record(tx, &ctx, deed, &(), &it.sha256)?;
            Ok(it)
        })
        .await?;
    Ok(page::download(&it.name, &it.media_type, it.content))
}
