//! Which hospitals the fund pays for directly, and since when.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::people::{OrganisationKind, Role, store};
use crate::supply::payers::{self, DirectHospital};
use crate::text::{Say, Text};
use crate::types::OrganisationId;
use crate::web::form::Form;
use crate::web::{App, Page, Settlement, Staff, page};

#[derive(Template)]
#[template(path = "settlements/direct.html")]
struct Direct {
    page: Page,
    rows: Vec<(DirectHospital, String)>,
    hospitals: Vec<(String, String)>,
    today: String,
    is_clerk: bool,
}

/// Every hospital in direct settlement, also those that left it.
pub async fn index(page: Page, who: Staff, app: web::Data<App>) -> Result<HttpResponse> {
    let today = app.now().day().to_string();
    let (rows, hospitals) = app
        .read(|conn| {
            let hospitals = store::active_in(conn, OrganisationKind::Hospital, &[])?;
            let all = payers::all(conn)?;
            let names = store::names(conn, all.iter().map(|it| it.hospital_id.clone()).collect())?;
            let named = |it: DirectHospital| {
                let name = names.get(&it.hospital_id).cloned().unwrap_or_default();
                (it, name)
            };
            let rows: Vec<_> = all.into_iter().map(named).collect();
            // By name: the list is read by people.
            let sorted: BTreeMap<(String, String), DirectHospital> =
                rows.into_iter().map(|(it, name)| ((name, it.hospital_id.to_string()), it)).collect();
            let rows = sorted.into_iter().map(|((name, _), it)| (it, name)).collect();
            Ok((rows, hospitals.into_iter().map(|it| (it.id.to_string(), it.name)).collect()))
        })
        .await?;
    page::show(&Direct { page, rows, hospitals, today, is_clerk: who.is(Role::Settlement) })
}

/// The last day lies before the first.
#[derive(Debug)]
struct Early;

impl Say for Early {
    fn say(&self, t: &Text) -> String {
        t.settlements.direct_until_early.to_owned()
    }

    fn field(&self) -> Option<&'static str> {
        Some("until")
    }
}

/// Takes a hospital in, or says until when it is in.
pub async fn set(who: Settlement, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let it = DirectHospital {
        hospital_id: form.choice::<OrganisationId>("hospital")?,
        since: form.day("since")?,
        until: if form.text("until").is_empty() { None } else { Some(form.day("until")?) },
    };
    if it.until.is_some_and(|until| until < it.since) {
        return Err(Error::refused(Early));
    }
    app.write(move |tx| {
        let whose = store::organisation(tx.conn(), &it.hospital_id)?;
        if whose.is_none_or(|it| it.kind != OrganisationKind::Hospital) {
            return Err(Error::NotFound);
        }
        payers::set(tx, &ctx, &it)
    })
    .await?;
    Ok(page::see_done("/settlements/hospitals"))
}
