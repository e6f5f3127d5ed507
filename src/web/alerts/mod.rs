//! Alerts: a person's subscriptions to findings, the mails they sent, and addresses that send letters back.

pub mod all;
pub mod bounces;
pub mod edit;
pub mod list;
pub mod preview;
pub mod sent;
pub mod unsubscribe;

use actix_web::HttpResponse;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::notify::Report;
use crate::prices::alerts::{Frequency, State, Subscription, store};
use crate::prices::monitoring::Tier;
use crate::text::{Text, fill};
use crate::web::prices::Titles;

/// The day of the week in words.
fn day(weekday: i32, t: &Text) -> &'static str {
    let a = &t.alerts;
    match weekday {
        1 => a.day_1,
        2 => a.day_2,
        3 => a.day_3,
        4 => a.day_4,
        5 => a.day_5,
        6 => a.day_6,
        _ => a.day_7,
    }
}

/// When a subscription's mails are written, in words.
fn when(it: &Subscription, t: &Text) -> String {
    let a = &t.alerts;
    match it.frequency {
        Frequency::AtOnce => a.at_once_words.to_owned(),
        Frequency::Daily => fill(a.daily_words, &[("hour", &it.hour)]),
        Frequency::Weekly => fill(a.weekly_words, &[("day", &day(it.weekday, t)), ("hour", &it.hour)]),
    }
}

/// A subscription's state in words, with the class it is shown in.
fn state(it: &Subscription, t: &Text) -> (&'static str, &'static str) {
    let a = &t.alerts;
    match it.state {
        State::Active => (a.state_active, "good"),
        State::Paused => (a.state_paused, "wait"),
        State::Unsubscribed => (a.state_unsubscribed, "bad"),
        State::Deleted => (a.state_deleted, "bad"),
    }
}

/// What a subscription asks for, in words.
fn what(conn: &mut Conn, it: &Subscription, titles: &Titles, t: &Text) -> Result<String> {
    let mut parts = Vec::new();
    if let Some(id) = &it.product_id {
        parts.push(store::code_of(conn, id)?.unwrap_or_default());
    }
    if let Some(id) = &it.hospital_id {
        parts.push(store::hospital(conn, id)?.unwrap_or_default());
    }
    parts.extend([&it.generic, &it.supplier].into_iter().filter(|text| !text.is_empty()).cloned());
    if !it.rule.is_empty() {
        parts.push(titles.of(&it.rule).to_owned());
    }
    if it.tier != Tier::None {
        parts.push(format!("≥ {}", it.tier.name(t)));
    }
    if it.even_if_nothing {
        parts.push(t.alerts.even_if_nothing.to_owned());
    }
    Ok(if parts.is_empty() { t.alerts.everything.to_owned() } else { parts.join(" · ") })
}

/// The chart of a report as a picture; there is none of nothing.
fn picture(report: &Report) -> Result<HttpResponse> {
    let png = report.chart()?.ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok().content_type("image/png").body(png))
}
