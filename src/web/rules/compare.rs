//! `/rules/compare`: two rule sets parameter by parameter, and which decisions of an opened round they would make
//! differently. Nothing of it is stored.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::awards::{self, Award, Outcome, evaluation, input};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::rounds::rule_drafts::{self, DraftState};
use crate::rounds::rule_set::RuleSet;
use crate::rounds::rule_text::{self, Difference};
use crate::rounds::{self, Round, RoundState};
use crate::text::{Text, fill};
use crate::types::RoundId;
use crate::web::{App, Page, Staff, page};

/// Most rounds and drafts offered.
const OFFERED: i64 = 200;

/// The two rule sets and the round, by their ids; each may be missing.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    from: String,
    to: String,
    round: String,
}

#[derive(Template)]
#[template(path = "rules/compare.html")]
struct Compare {
    page: Page,
    asked: Asked,
    choices: Vec<(String, String)>,
    rounds: Vec<(String, String)>,
    pair: Option<Pair>,
}

/// Two rule sets side by side.
struct Pair {
    from: String,
    to: String,
    differences: Vec<Difference>,
    effect: Option<Effect>,
}

/// What the second would decide otherwise than the first.
struct Effect {
    title: String,
    said: String,
    awards: Vec<Changed>,
    lots: Vec<ChangedLot>,
}

/// A bid that is decided differently.
struct Changed {
    lot: String,
    company: String,
    product: String,
    /// By the first rule set, then by the second.
    sides: [Side; 2],
}

/// One decision on a bid.
struct Side {
    status: String,
    price: String,
    reason: String,
}

/// A lot whose numbers differ.
struct ChangedLot {
    lot: String,
    winners: (usize, usize),
    share: (String, String),
    agreed: (String, String),
}

impl Compare {
    fn shown(&self, value: &Option<String>) -> String {
        super::shown(value, self.page.t)
    }
}

/// The page.
pub async fn show(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (asked, t) = (asked.into_inner(), page.t);
    let wanted = asked.clone();
    let (choices, rounds, pair) = app
        .read(move |conn| {
            let choices = choices(conn, t)?;
            let rounds = opened(conn, t)?;
            let pair = match (wanted.from.as_str(), wanted.to.as_str()) {
                ("", _) | (_, "") => None,
                _ => Some(pair(conn, &wanted, t)?),
            };
            Ok((choices, rounds, pair))
        })
        .await?;
    page::show(&Compare { page, asked, choices, rounds, pair })
}

/// Every version, and every draft that can still be changed.
fn choices(conn: &mut Conn, t: &Text) -> Result<Vec<(String, String)>> {
    let drafts = rule_drafts::store::open(conn, OFFERED)?.into_iter();
    let drafts = drafts.map(|d| (d.id.to_string(), format!("{} · {}", d.name, t.rule_drafts.draft_of)));
    let mut list: Vec<_> = drafts.collect();
    let versions = rounds::store::rule_sets(conn)?.into_iter();
    list.extend(versions.map(|v| (v.id.to_string(), format!("{} v{}", v.name, v.version))));
    Ok(list)
}

fn is_opened(round: &Round) -> bool {
    round.state >= RoundState::Evaluation && round.state != RoundState::Aborted
}

fn opened(conn: &mut Conn, t: &Text) -> Result<Vec<(String, String)>> {
    let mut list = vec![(String::new(), t.rule_drafts.compare_round_none.to_owned())];
    let all = rounds::store::rounds(conn, &rounds::store::Filter::default(), OFFERED)?;
    let open = all.into_iter().filter(is_opened);
    list.extend(open.map(|r| (r.id.to_string(), format!("{} {}", r.number, r.title))));
    Ok(list)
}

/// A version or a draft by its id.
fn rule_set(conn: &mut Conn, id: &str, t: &Text) -> Result<(String, RuleSet)> {
    let not_found = |_| Error::NotFound;
    if let Some(version) = rounds::store::rule_set(conn, &id.parse().map_err(not_found)?)? {
        let rules = RuleSet::parse(&version.body).map_err(Error::refused)?;
        return Ok((format!("{} v{}", version.name, version.version), rules));
    }
    let draft = rule_drafts::draft(conn, &id.parse().map_err(not_found)?)?;
    if draft.state == DraftState::Discarded {
        return Err(Error::NotFound);
    }
    let rules = RuleSet::parse(&draft.body).map_err(Error::refused)?;
    Ok((format!("{} · {}", draft.name, t.rule_drafts.draft_of), rules))
}

fn pair(conn: &mut Conn, asked: &Asked, t: &Text) -> Result<Pair> {
    let (from, before) = rule_set(conn, &asked.from, t)?;
    let (to, after) = rule_set(conn, &asked.to, t)?;
    let effect = match asked.round.as_str() {
        "" => None,
        id => {
            Some(effect(conn, &id.parse().map_err(|_| Error::NotFound)?, before.clone(), after.clone(), t)?)
        }
    };
    Ok(Pair { from, to, differences: rule_text::differences(&before, &after), effect })
}

/// A round whose bids are still sealed cannot be tried.
#[derive(Debug)]
struct NotOpened;

impl crate::text::Say for NotOpened {
    fn say(&self, t: &Text) -> String {
        t.rule_drafts.round_not_opened.to_owned()
    }

    fn field(&self) -> Option<&'static str> {
        Some("round")
    }
}

fn effect(conn: &mut Conn, id: &RoundId, before: RuleSet, after: RuleSet, t: &Text) -> Result<Effect> {
    let round = rounds::round(conn, id)?;
    if !is_opened(&round) {
        return Err(Error::refused(NotOpened));
    }
    let mut input = input::load(conn, &round)?;
    let mut decided = Vec::new();
    let title = fill(t.rule_drafts.effect, &[("number", &round.number)]);
    for rules in [before, after] {
        input.rules = rules;
        match evaluation::compute(&input) {
            Ok(outcome) => decided.push(outcome),
            Err(Error::Refused(why)) => {
                let said = fill(t.rule_drafts.effect_refused, &[("reason", &why.say(t))]);
                return Ok(Effect { title, said, awards: Vec::new(), lots: Vec::new() });
            }
            Err(e) => return Err(e),
        }
    }
    let [before, after]: [Outcome; 2] = decided.try_into().unwrap_or_default();
    let awards = changed_awards(&before, &after, &input, t);
    let n = after.awards.len();
    let said = match awards.len() {
        0 => fill(t.rule_drafts.effect_none, &[("n", &n)]),
        changed => fill(t.rule_drafts.effect_some, &[("n", &n), ("changed", &changed)]),
    };
    Ok(Effect { title, said, awards, lots: changed_lots(&before, &after) })
}

type Key<'a> = (&'a str, &'a str, &'a str);

fn key(award: &Award) -> Key<'_> {
    (&award.lot, &award.company, &award.product)
}

fn side(award: Option<&Award>, t: &Text) -> Side {
    Side {
        status: award.map(|a| a.status.name(t).to_owned()).unwrap_or_default(),
        price: award.and_then(|a| a.award_price).map(|price| price.to_string()).unwrap_or_default(),
        reason: award.map(|a| a.reason.to_string()).unwrap_or_default(),
    }
}

fn changed_awards(before: &Outcome, after: &Outcome, input: &input::Input, t: &Text) -> Vec<Changed> {
    let names: HashMap<&str, &str> =
        input.offers.iter().map(|offer| (&*offer.bid.company, offer.name.as_str())).collect();
    let old: HashMap<Key<'_>, &Award> = before.awards.iter().map(|award| (key(award), award)).collect();
    let differs = |award: &&Award| {
        old.get(&key(award)).is_none_or(|o| (o.status, o.award_price) != (award.status, award.award_price))
    };
    let shown = |award: &Award| Changed {
        lot: award.lot.to_string(),
        company: names.get(&*award.company).map_or_else(|| award.company.to_string(), |n| (*n).to_owned()),
        product: award.product.clone(),
        sides: [side(old.get(&key(award)).copied(), t), side(Some(award), t)],
    };
    after.awards.iter().filter(differs).map(shown).collect()
}

fn changed_lots(before: &Outcome, after: &Outcome) -> Vec<ChangedLot> {
    let share = |lot: &awards::LotOutcome| lot.share.map(|s| s.normalize().to_string()).unwrap_or_default();
    let pairs = after.lots.iter().filter_map(|new| {
        let old = before.lots.iter().find(|old| old.lot == new.lot)?;
        let same = (old.winners, share(old), old.agreed) == (new.winners, share(new), new.agreed);
        (!same).then(|| ChangedLot {
            lot: new.lot.to_string(),
            winners: (old.winners, new.winners),
            share: (share(old), share(new)),
            agreed: (old.agreed.to_string(), new.agreed.to_string()),
        })
    });
    pairs.collect()
}
