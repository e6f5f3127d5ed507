//! Mails the head of the audit chain to the auditors once a day: a chain proves nothing if its head lives
//! only beside it.

use crate::audit::{self, Chain};
use crate::error::{Error, Result};
use crate::jobs::Counts;
use crate::notify::{self, Letter};
use crate::people::{self, Role};
use crate::text::Lang;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let (links, head) = match app.db.read(audit::verify)? {
        Chain::Whole { links, head } => (links, head),
        Chain::Broken { seq, why } => {
            let why = why.say(Lang::En.text());
            return Err(Error::fault(format!("the audit chain is broken at link {seq}: {why}")));
        }
    };
    let ctx = Ctx::system(app.now(), "mail_audit_head");
    let letter = Letter::AuditHead { links: links.to_string(), head, path: "/audit".to_owned() };
    let key = format!("audit_head:{}", ctx.now.day());
    let written = app.db.write(|tx| {
        let auditors = people::recipients_with(tx.conn(), Role::Auditor)?;
        for auditor in &auditors {
            notify::post(tx, &ctx, auditor, &letter, &key)?;
        }
        Ok(auditors.len())
    })?;
    Ok(vec![("links", usize::try_from(links).unwrap_or(0)), ("letters", written)])
}
