//! `/simulations/new`: what is simulated, what is changed, and how prices vary.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::rounds;
use crate::simulations::case::Changes;
use crate::simulations::monte_carlo::Plan;
use crate::simulations::synthetic::Synthetic;
use crate::simulations::{self, Asked, Base, MOST_SYNTHETIC, Refused, store};
use crate::types::{RoundId, SimulationId, UnitPrice, parse_decimal};
use crate::web::form::Form;
use crate::web::{App, Evaluator, Page, page};

/// Most rounds to choose from; an older one is reached from its own page.
const ROUNDS: i64 = 200;
/// The word for a synthetic base.
const SYNTHETIC: &str = "synthetic";

type Options = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "simulations/new.html")]
struct New {
    page: Page,
    id: String,
    form: Form,
    bases: Options,
    rules: Options,
    other_rules: Options,
}

impl New {
    /// A field as typed, else its usual value.
    fn value<'a>(&'a self, name: &str, usual: &'a str) -> &'a str {
        let is_typed = self.form.all("id").next().is_some();
        if is_typed { self.form.text(name) } else { usual }
    }
}

/// The round a reader comes from.
#[derive(Debug, Deserialize)]
pub struct From {
    round: Option<RoundId>,
}

async fn page_of(page: Page, app: &App, form: Form, asked: Option<RoundId>) -> Result<New> {
    let (bases, rules, from) = app
        .read(move |conn| {
            let from = match &asked {
                Some(id) => Some(rounds::round(conn, id)?),
                None => None,
            };
            Ok((store::bases(conn, ROUNDS)?, rounds::store::rule_sets(conn)?, from))
        })
        .await?;
    let t = page.t;
    let mut rounds: Vec<_> = from.into_iter().filter(|round| simulations::is_base(round.state)).collect();
    let rest = bases.into_iter().filter(|round| rounds.first().is_none_or(|first| first.id != round.id));
    rounds.extend(rest.collect::<Vec<_>>());
    let named = |round: rounds::Round| (round.id.to_string(), format!("{} {}", round.number, round.title));
    let mut bases: Options = rounds.into_iter().map(named).collect();
    bases.push((SYNTHETIC.to_owned(), t.simulations.synthetic.to_owned()));
    let named =
        |it: rounds::RuleSetVersion| (it.id.to_string(), format!("{} v{} {}", it.name, it.version, it.title));
    let rules: Options = rules.into_iter().map(named).collect();
    let same = (String::new(), t.simulations.rules_same.to_owned());
    let other_rules = std::iter::once(same).chain(rules.iter().cloned()).collect();
    let id = match form.text("id") {
        "" => page.fresh_id(),
        typed => typed.to_owned(),
    };
    Ok(New { page, id, form, bases, rules, other_rules })
}

/// The empty form.
pub async fn form(
    page: Page,
    _who: Evaluator,
    app: web::Data<App>,
    from: web::Query<From>,
) -> Result<HttpResponse> {
    let new = page_of(page, &app, Form::default(), from.into_inner().round).await?;
    page::show(&new)
}

/// Makes the simulation.
pub async fn create(page: Page, who: Evaluator, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let made = match read(&form) {
        Ok((id, asked)) => {
            let (key, name) = (id.clone(), form.text("name").to_owned());
            let made = app.write(move |tx| simulations::create(tx, &ctx, key.clone(), &name, &asked)).await;
            made.map(|()| id)
        }
        Err(why) => Err(why),
    };
    match made {
        Ok(id) => Ok(page::see(&format!("/simulations/{id}"))),
        Err(Error::Refused(why)) => {
            let new = page_of(page.refused(&*why), &app, form, None).await?;
            page::show_refused(&new)
        }
        Err(fault) => Err(fault),
    }
}

fn read(form: &Form) -> Result<(SimulationId, Asked)> {
    let id = form.choice("id")?;
    let base = match form.text("base") {
        "" => return Err(Error::refused(Refused::NoBase)),
        SYNTHETIC => Base::Synthetic(Synthetic {
            rules: form.choice("base_rules")?,
            lots: number(form, "lots", 1, MOST_SYNTHETIC.0, "1", "500")?,
            bidders: number(form, "bidders", 1, MOST_SYNTHETIC.1, "1", "100")?,
            spread: share(form, "price_spread")?,
            seed: number(form, "base_seed", 0, u64::MAX, "0", "18446744073709551615")?,
        }),
        _ => Base::Round(form.choice("base")?),
    };
    let rules = if form.text("rules").is_empty() { None } else { Some(form.choice("rules")?) };
    let percent = match form.text("percent") {
        "" => None,
        text => Some(percent(text)?).filter(|percent| *percent != Decimal::ONE_HUNDRED),
    };
    let changes =
        Changes { rules, percent, ceilings: ceilings(form.text("ceilings")).map_err(Error::refused)? };
    let plan = match form.text("runs") {
        "" | "0" => None,
        _ => Some(Plan {
            runs: number(form, "runs", 1, simulations::monte_carlo::MOST_RUNS, "1", "10000")?,
            spread: share(form, "spread")?,
            seed: number(form, "seed", 0, u64::MAX, "0", "18446744073709551615")?,
        }),
    };
    Ok((id, Asked { base, changes, plan }))
}

fn number<T: std::str::FromStr + PartialOrd>(
    form: &Form,
    field: &'static str,
    least: T,
    most: T,
    least_shown: &'static str,
    most_shown: &'static str,
) -> Result<T> {
    let text = form.required(field)?;
    let is_plain = text.bytes().all(|b| b.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|number| is_plain && *number >= least && *number <= most)
        .ok_or_else(|| Error::refused(Refused::Outside(field, text.to_owned(), least_shown, most_shown)))
}

/// A share below one, with at most six decimals.
fn share(form: &Form, field: &'static str) -> Result<Decimal> {
    let text = form.required(field)?;
    let share = parse_decimal(text).ok().map(|share| share.normalize());
    share
        .filter(|it| *it >= Decimal::ZERO && *it <= Decimal::new(99, 2) && it.scale() <= 6)
        .ok_or_else(|| Error::refused(Refused::Outside(field, text.to_owned(), "0", "0.99")))
}

fn percent(text: &str) -> Result<Decimal> {
    let percent = parse_decimal(text).ok().map(|percent| percent.normalize());
    percent
        .filter(|it| *it > Decimal::ZERO && *it <= Decimal::from(1_000) && it.scale() <= 6)
        .ok_or_else(|| Error::refused(Refused::Outside("percent", text.to_owned(), "0.000001", "1000")))
}

/// Lines of a lot and a price.
fn ceilings(text: &str) -> std::result::Result<BTreeMap<String, UnitPrice>, Refused> {
    let mut ceilings = BTreeMap::new();
    for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
        let wrong = || Refused::CeilingLine(number, line.trim().chars().take(60).collect());
        let (lot, price) = line.trim().rsplit_once([' ', ',', '\t', '\u{ff0c}']).ok_or_else(wrong)?;
        let lot = lot.trim_end_matches([' ', ',', '\t', '\u{ff0c}']);
        let price = price.parse().ok().filter(|_| !lot.is_empty()).ok_or_else(wrong)?;
        if ceilings.insert(lot.to_owned(), price).is_some() {
            return Err(wrong());
        }
    }
    Ok(ceilings)
}
