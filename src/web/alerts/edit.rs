//! The form of a subscription, new or to be changed.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::day;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{self, OrganisationKind, Role, Who};
use crate::prices::alerts::{self, Frequency, Refused, Subscription, Wish, store};
use crate::prices::monitoring::{Tier, rules};
use crate::text::Text;
use crate::types::SubscriptionId;
use crate::web::form::Form;
use crate::web::prices::Titles;
use crate::web::{App, Page, Person, page};

/// The fields as typed.
#[derive(Debug, Clone, Default)]
struct Draft {
    name: String,
    frequency: String,
    weekday: String,
    hour: String,
    product: String,
    generic: String,
    hospital: String,
    supplier: String,
    rule: String,
    tier: String,
    even_if_nothing: bool,
}

impl Draft {
    fn blank(t: &Text) -> Self {
        let text = str::to_owned;
        Self {
            name: text(t.alerts.name_default),
            frequency: text(Frequency::Daily.as_str()),
            weekday: text("1"),
            hour: text("8"),
            tier: text(Tier::None.as_str()),
            ..Self::default()
        }
    }

    fn typed(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        Self {
            name: text("name"),
            frequency: text("frequency"),
            weekday: text("weekday"),
            hour: text("hour"),
            product: text("product"),
            generic: text("generic"),
            hospital: text("hospital"),
            supplier: text("supplier"),
            rule: text("rule"),
            tier: text("tier"),
            even_if_nothing: form.text("even_if_nothing") == "yes",
        }
    }

    fn of(conn: &mut Conn, it: &Subscription) -> Result<Self> {
        let product = match &it.product_id {
            Some(id) => store::code_of(conn, id)?.unwrap_or_default(),
            None => String::new(),
        };
        Ok(Self {
            name: it.name.clone(),
            frequency: it.frequency.to_string(),
            weekday: it.weekday.to_string(),
            hour: it.hour.to_string(),
            product,
            generic: it.generic.clone(),
            hospital: it.hospital_id.as_ref().map_or_else(String::new, ToString::to_string),
            supplier: it.supplier.clone(),
            rule: it.rule.clone(),
            tier: it.tier.to_string(),
            even_if_nothing: it.even_if_nothing,
        })
    }
}

/// The form as a wish; a product is named by its code.
fn wish(conn: &mut Conn, form: &Form) -> Result<Wish> {
    let product = match form.text("product") {
        "" => None,
        code => {
            let found = store::product_of(conn, code)?;
            Some(found.ok_or_else(|| Error::refused(Refused::Product(code.to_owned())))?)
        }
    };
    let hospital = match form.text("hospital") {
        "" => None,
        id => Some(id.parse().map_err(|_| Error::refused(Refused::Hospital))?),
    };
    Ok(Wish {
        name: form.text("name").to_owned(),
        frequency: form.choice("frequency")?,
        weekday: form.text("weekday").parse().map_err(|_| Error::refused(Refused::Weekday))?,
        hour: form.text("hour").parse().map_err(|_| Error::refused(Refused::Hour))?,
        product,
        generic: form.text("generic").to_owned(),
        hospital,
        supplier: form.text("supplier").to_owned(),
        rule: form.text("rule").to_owned(),
        tier: form.choice("tier")?,
        even_if_nothing: form.text("even_if_nothing") == "yes",
    })
}

#[derive(Template)]
#[template(path = "alerts/edit.html")]
struct Edit {
    page: Page,
    id: SubscriptionId,
    /// The version that is changed; none of a new one.
    version: Option<i32>,
    draft: Draft,
    frequencies: Vec<(&'static str, &'static str)>,
    weekdays: Vec<(i32, &'static str)>,
    hours: Vec<(i32, i32)>,
    hospitals: Vec<(String, String)>,
    rules: Vec<(String, String)>,
    tiers: Vec<(&'static str, &'static str)>,
    /// Whether any hospital, any supplier may be chosen.
    may_choose: (bool, bool),
}

async fn made(
    page: Page,
    who: &Who,
    app: &App,
    id: SubscriptionId,
    version: Option<i32>,
    draft: Draft,
) -> Result<Edit> {
    let (t, a) = (page.t, &page.t.alerts);
    let may_choose = (!who.is(Role::Hospital), !who.is(Role::Supplier));
    let mut hospitals = vec![(String::new(), t.common.all.to_owned())];
    if may_choose.0 {
        let all = app.read(|conn| people::store::active_in(conn, OrganisationKind::Hospital, &[])).await?;
        hospitals.extend(all.into_iter().map(|it| (it.id.to_string(), it.name)));
    }
    let all = std::iter::once((String::new(), t.common.all.to_owned()));
    let titles = app.read(move |conn| Titles::new(conn, t)).await?;
    let named = rules::names().into_iter().map(|name| (name.to_owned(), titles.of(name).to_owned()));
    let any = |tier: &Tier| if *tier == Tier::None { a.tier_any } else { tier.name(t) };
    Ok(Edit {
        id,
        version,
        draft,
        frequencies: vec![
            (Frequency::AtOnce.as_str(), a.at_once),
            (Frequency::Daily.as_str(), a.daily),
            (Frequency::Weekly.as_str(), a.weekly),
        ],
        weekdays: (1..=7).map(|n| (n, day(n, t))).collect(),
        hours: (0..24).map(|n| (n, n)).collect(),
        hospitals,
        rules: all.chain(named).collect(),
        tiers: Tier::ALL.iter().map(|tier| (tier.as_str(), any(tier))).collect(),
        may_choose,
        page,
    })
}

/// The empty form.
pub async fn new(page: Page, who: Person, app: web::Data<App>) -> Result<HttpResponse> {
    let draft = Draft::blank(page.t);
    page::show(&made(page, &who, &app, SubscriptionId::new(), None, draft).await?)
}

/// Makes a subscription.
pub async fn add(page: Page, who: Person, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let (ctx, id): (_, SubscriptionId) = (who.ctx(&app), form.choice("id")?);
    let (asked, person, sent) = (id.clone(), who.0.clone(), form.clone());
    let done = app.write(move |tx| {
        let wish = wish(tx.conn(), &sent)?;
        alerts::add(tx, &ctx, &person, asked.clone(), wish)
    });
    match done.await {
        Ok(()) => Ok(page::see_done("/alerts")),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            page::show_refused(&made(page, &who, &app, id, None, Draft::typed(&form)).await?)
        }
        Err(error) => Err(error),
    }
}

/// The form of a subscription as it is.
pub async fn form(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<SubscriptionId>,
) -> Result<HttpResponse> {
    let (asked, person) = (id.into_inner(), who.0.clone());
    let (it, draft) = app
        .read(move |conn| {
            let it = alerts::own(conn, &person, &asked)?;
            let draft = Draft::of(conn, &it)?;
            Ok((it, draft))
        })
        .await?;
    page::show(&made(page, &who, &app, it.id, Some(it.version), draft).await?)
}

/// Changes a subscription.
pub async fn change(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<SubscriptionId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, id, version): (_, _, i32) = (who.ctx(&app), id.into_inner(), form.choice("version")?);
    let (asked, person, sent) = (id.clone(), who.0.clone(), form.clone());
    let done = app.write(move |tx| {
        // Whose it is comes first: a stranger learns nothing from a refusal.
        alerts::own(tx.conn(), &person, &asked)?;
        let wish = wish(tx.conn(), &sent)?;
        alerts::change(tx, &ctx, &person, &asked, version, wish)
    });
    match done.await {
        Ok(()) => Ok(page::see_done("/alerts")),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            page::show_refused(&made(page, &who, &app, id, Some(version), Draft::typed(&form)).await?)
        }
        Err(error) => Err(error),
    }
}
