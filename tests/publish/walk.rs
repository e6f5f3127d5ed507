//! Nothing secret and nobody's name on any public address, whatever state a round is in.

use actix_web::test::TestRequest;
use jicai::rounds::{Round, RoundState};
use jicai::web::{Allowed, ROUTES};

use super::{make_public, release};
use crate::bids::{bid, bidding};
use crate::contracts::{award, lost, won};
use crate::support::Site;

/// A price that nothing else has.
fn price(state: RoundState, n: usize) -> String {
    format!("0.3{n}7{:02}1", RoundState::ALL.iter().position(|it| *it == state).unwrap())
}

/// A round in a state, with an award behind it as far as the state has one.
fn lay(site: &Site, state: RoundState) -> Round {
    let (round, lots) = site.round_in(state);
    if state >= RoundState::Evaluation {
        let (winner, loser) = (format!("{state}的中选"), format!("{state}的落选"));
        let (first, second) = (price(state, 1), price(state, 2));
        let bids = [won(0, "supplier1", &winner, &first), lost(0, "supplier2", &loser, &second)];
        award(site, &round, &lots, &bids, &[]);
        make_public(site, &round);
    }
    round
}

#[actix_web::test]
async fn nothing_secret_is_at_a_public_address() {
    let site = Site::with_city();
    let (sealed, lots, path) = bidding(&site);
    bid(&site, "supplier1", &path, &lots, "0.4927").await;
    let rounds: Vec<Round> = RoundState::ALL.iter().map(|state| lay(&site, *state)).collect();
    release(&site).await;

    let files = ["awards.csv", "awards.json"];
    let mut paths = Vec::new();
    for route in ROUTES.iter().filter(|it| it.method == "GET" && it.allowed == Allowed::Public) {
        for round in rounds.iter().chain([&sealed]) {
            for file in files {
                let path =
                    route.path.replace("{id}", round.id.as_str()).replace("{round}", round.id.as_str());
                let path = path.replace("{file}", file).replace("{name}", "jicai.css");
                paths.push(path.replace("{signature}", "00"));
            }
        }
    }
    paths.sort_unstable();
    paths.dedup();
    let mut seen = String::new();
    for path in &paths {
        let answer = site.send("", TestRequest::get().uri(path)).await;
        assert!(answer.status.as_u16() < 500, "{path}: {}", answer.status);
        for secret in ["同志", "@example.org", "0.4927", "officer2", "password"] {
            // The pages of logging in and of unsubscribing speak of passwords and of nobody.
            let is_word = secret == "password" && !path.starts_with("/public");
            assert!(is_word || !answer.body.contains(secret), "{path} shows {secret}");
        }
        seen.push_str(&answer.body);
    }
    assert!(paths.len() > 60, "{paths:?}");
    let check = |state: RoundState, winner: bool, loser: bool| {
        let (first, second) = (price(state, 1), price(state, 2));
        assert_eq!(seen.contains(&first), winner, "{state}: what won at {first}");
        assert_eq!(seen.contains(&format!("{state}的中选")), winner, "{state}: what won");
        assert_eq!(seen.contains(&second), loser, "{state}: what lost at {second}");
    };
    check(RoundState::Evaluation, false, false);
    check(RoundState::Publicity, true, false);
    check(RoundState::Awarded, true, true);
    check(RoundState::Closed, true, true);
    check(RoundState::Aborted, false, false);
    let draft = rounds.iter().find(|it| it.state == RoundState::Draft).unwrap();
    for end in ["<", "\"", ","] {
        assert!(!seen.contains(&format!("{}{end}", draft.number)), "a draft is nobody's business");
    }
}
