//! What the bureau's people see of a round's bids: two counts before the opening, the offers after it.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::bids::store::{Filter, Listed};
use crate::bids::{self, Counts, rules};
use crate::credit::standing::Rating;
use crate::error::Result;
use crate::rounds::rule_set::RuleSet;
use crate::rounds::{self, Round, RoundState};
use crate::text::fill;
use crate::types::{OfferId, RoundId};
use crate::web::{App, Page, Staff, page};

/// Offers on one page.
const PAGE: usize = 100;

/// The filter of the list.
#[derive(serde::Deserialize)]
pub struct Asked {
    /// Only this lot's code.
    #[serde(default)]
    pub lot: String,
    /// Only companies whose name holds this.
    #[serde(default)]
    pub company: String,
    /// After this offer.
    #[serde(default)]
    pub after: String,
}

impl Asked {
    /// The filter for the store.
    pub fn filter(&self) -> Filter {
        Filter {
            lot: self.lot.trim().to_owned(),
            company: self.company.trim().to_owned(),
            after: self.after.parse().ok(),
        }
    }

    /// The filter as a query.
    fn query(&self) -> String {
        format!("lot={}&company={}", page::encode(self.lot.trim()), page::encode(self.company.trim()))
    }
}

#[derive(Template)]
#[template(path = "bids/offers.html")]
struct Show {
    page: Page,
    round: Round,
    rules: RuleSet,
    counts: Counts,
    is_opened: bool,
    asked: Asked,
    offers: Vec<Listed>,
    /// Offers whose company was suspended at the opening, each with the rating.
    barred: Vec<(OfferId, Rating)>,
    next: Option<OfferId>,
}

impl Show {
    fn count(&self, n: &i64) -> String {
        fill(self.page.t.bids.count_value, &[("n", n)])
    }

    /// The rule's ratio when the bid gives another; else empty.
    fn doubt(&self, it: &Listed) -> String {
        let given = it.offer.ratio.parse().ok();
        let rule = given.and_then(|given| rules::ratio_in_doubt(&self.rules, &it.lot, &it.offer.spec, given));
        rule.map(|ratio| fill(self.page.t.bids.ratio_by_rule, &[("ratio", &ratio)])).unwrap_or_default()
    }

    /// The ratings by which an offer's company was suspended at the opening.
    fn barred_by<'a>(&'a self, it: &Listed) -> Vec<&'a Rating> {
        self.barred.iter().filter(|(offer, _)| *offer == it.offer.id).map(|(_, rating)| rating).collect()
    }

    fn barred_note(&self, rating: &Rating) -> String {
        let t = self.page.t;
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("grade", &rating.grade_name(t)), ("document", &rating.document), ("until", &rating.until)];
        fill(t.ratings.barred_offer, &values)
    }

    fn query(&self) -> String {
        self.asked.query()
    }
}

/// Whether the bids of a round in this state have been opened.
pub fn is_opened(state: RoundState) -> bool {
    use RoundState::*;
    matches!(state, Evaluation | Publicity | Awarded | Contracting | Executing | Closed)
}

/// The page.
pub async fn show(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    id: &RoundId,
    asked: Asked,
) -> Result<HttpResponse> {
    let (id, filter) = (id.clone(), asked.filter());
    let (round, rules, counts, mut offers, barred) = app
        .read(move |conn| {
            let round = rounds::round(conn, &id)?;
            let counts = bids::counts(conn, &id)?;
            let offers = match is_opened(round.state) {
                true => bids::store::list(conn, &id, &filter, PAGE as i64 + 1)?,
                false => Vec::new(),
            };
            let rules = rounds::rules_of(conn, &round)?;
            let barred = bids::store::barred(conn, &id)?;
            Ok((round, rules, counts, offers, barred))
        })
        .await?;
    let next = (offers.len() > PAGE).then(|| offers.get(PAGE - 1).map(|it| it.offer.id.clone())).flatten();
    offers.truncate(PAGE);
    let is_opened = is_opened(round.state);
    page::show(&Show { page, round, rules, counts, is_opened, asked, offers, barred, next })
}
