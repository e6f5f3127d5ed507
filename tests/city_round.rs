//! A city round over HTTP: bids with the current listed price, the opening, and an award ranked by cut.

use jicai::bids;
use jicai::rounds::{self, Lot, Round, RoundState};
use jicai::types::EnvelopeId;

use crate::bids::{HEADER, NAME, bidding, mine, move_on};
use crate::support::{Answer, Site};

/// A bidding round bound to the city's rules.
fn by_cut(site: &Site) -> (Round, Vec<Lot>, String) {
    let (round, lots, path) = bidding(site);
    let rules = site.app.db.read(|c| rounds::store::latest_rule_set(c, "JH-YD2022-1")).unwrap().unwrap();
    let round = Round { rule_set_id: rules.id, ..round };
    site.app.db.write(|tx| rounds::store::update_round(tx, &round)).unwrap();
    (round, lots, path)
}

/// Bids for one lot by form.
async fn post(site: &Site, login: &str, path: &str, lot: &Lot, price: &str, now: &str) -> Answer {
    let id = EnvelopeId::new().to_string();
    let of = |key: &str| format!("{key}:{}", lot.id);
    let [product, spec, unit, current] = ["product", "spec", "unit_price", "current_price"].map(of);
    let fields = [("id", id.as_str()), (&product, "某药"), (&spec, "复方"), (&unit, price), (&current, now)];
    site.post(login, path, &fields).await
}

#[actix_web::test]
async fn a_bid_brings_the_current_price_where_the_rules_rank_by_cut() {
    let site = Site::with_city();
    let (round, lots, path) = by_cut(&site);
    site.get("supplier1", &path).await.is(200).shows("现行挂网价").shows("元/粒，按所报规格");
    for (now, said) in [("", "请填写该产品的现行挂网价"), ("0", "必须大于零"), ("两元", "不是规范的数字")]
    {
        let answer = post(&site, "supplier1", &path, &lots[0], "0.3", now).await;
        answer.is(422).shows(said).shows("0.3");
    }
    assert!(mine(&site, &round, "supplier1").is_empty());
    // A spec that no rule converts needs no ratio here.
    let receipt = post(&site, "supplier1", &path, &lots[0], "0.3", "0.4").await;
    receipt.is(200).shows("current_price").shows("0.40");
    let blank = format!("{HEADER},current_price\n1,{NAME},甲,复方,0.3,,,,,,\n");
    let id = EnvelopeId::new().to_string();
    let sent = [("id", id.as_str())];
    let answer =
        site.upload("supplier1", &format!("{path}/upload"), &sent, "bids.csv", blank.as_bytes()).await;
    answer.is(422).shows("“current_price”为“”").shows("请填写该产品的现行挂网价");
}

#[actix_web::test]
async fn other_rounds_do_not_ask_for_it() {
    let site = Site::with_city();
    let (_, _, path) = bidding(&site);
    site.get("supplier1", &path).await.is(200).hides("现行挂网价");
}

#[actix_web::test]
async fn the_award_of_a_city_round_ranks_by_cut() {
    let site = Site::with_city();
    let (round, lots, path) = by_cut(&site);
    // 25 % off a dear drug and 60 % off a cheap one; the third cuts too little.
    post(&site, "supplier1", &path, &lots[0], "0.3", "0.4").await.is(200);
    post(&site, "supplier2", &path, &lots[0], "0.4", "1").await.is(200);
    post(&site, "supplier3", &path, &lots[0], "0.1", "0.11").await.is(200);
    move_on(&site, &round, RoundState::Opening, round.calendar.opening_at);
    site.confirm("officer", &round.id).await.is(303);
    site.confirm("reviewer", &round.id).await.is(303);
    let mine = mine(&site, &round, "supplier1");
    let content = site.get("supplier1", &format!("{path}/{}/content", mine[0].id)).await;
    content.is(200).shows("现行挂网价").shows("0.40");
    let file = site.get("supplier1", &format!("{path}/{}/file?as=csv", mine[0].id)).await;
    file.is(200).shows("现行挂网价").shows("0.40");
    let offers = site.app.db.read(|c| bids::offers(c, &round.id)).unwrap();
    let mut prices: Vec<String> = offers.iter().map(|o| o.current_price.unwrap().to_string()).collect();
    prices.sort();
    assert_eq!(prices, ["0.11", "0.40", "1.00"]);
    site.get("officer", &path).await.is(200).shows("现行挂网价").shows("0.11");
    site.get("officer", &format!("{path}/export?as=csv")).await.is(200).shows("现行挂网价").shows("0.11");

    let award = format!("/rounds/{}/award", round.id);
    site.post("officer", &award, &[("reason", "")]).await.is(303);
    let lot = site.get("officer", &format!("{award}/{}", lots[0].id)).await;
    lot.is(200).shows("60.00%").shows("CUT_TOO_SMALL (0.1100 − 0.1000) / 0.1100 = 9.09% &#60; 10.00%");
    lot.shows("NOT_SHORTLISTED rank 2 &#62; 1 (n = 2)").shows("WON_PLACE rank 1 ≤ 1 (n = 2)");
    // The mean cut is that of the winner against its own current price, not against the ceiling 0.50.
    site.get("officer", &award).await.is(200).shows("60.00%").hides("20.00%");
}
