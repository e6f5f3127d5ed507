//! The money effect of a draft on last year's purchases.

use diesel::prelude::*;
use jicai::standards::effects::rules::{Bought, Sums, totals};
use jicai::standards::effects::{self, Effect, EffectLine};
use jicai::standards::{Line, New, fingerprint};
use jicai::types::{EffectId, Money, ProductId, Quantity, UnitPrice};
use proptest::prelude::*;

use super::{awarded, pending, release};
use crate::prices::{product, purchase_at};
use crate::support::Site;

const HOSPITAL: &str = "H33070200001";

fn id_of(site: &Site, code: &str) -> ProductId {
    use jicai::schema::products::dsl;
    site.app.db.read(|c| Ok(dsl::products.filter(dsl::code.eq(code)).select(dsl::id).first(c)?)).unwrap()
}

/// The winner's product was bought, one that did not win too; everything else never.
pub fn bought(site: &Site) {
    let lost = id_of(site, "XJ01CAA040E001010101");
    let kangen = id_of(site, "XJ01CAA040E001010105");
    purchase_at(site, HOSPITAL, &kangen, "2026-03-01", "100", "1.2");
    purchase_at(site, HOSPITAL, &kangen, "2026-03-02", "50", "0.4");
    purchase_at(site, HOSPITAL, &kangen, "2026-03-03", "-10", "1.2");
    // Too old, and on the day itself: neither counts.
    purchase_at(site, HOSPITAL, &kangen, "2025-11-22", "1000", "1.2");
    purchase_at(site, HOSPITAL, &kangen, "2026-11-23", "1000", "1.2");
    purchase_at(site, HOSPITAL, &lost, "2026-04-01", "10", "2");
}

fn kept(site: &Site, of: &str, looked_at: &str) -> (Effect, Vec<EffectLine>) {
    site.app
        .db
        .read(|c| {
            let it = effects::store::latest(c, (effects::ROUND, of), looked_at)?.unwrap();
            let lines = effects::store::lines(c, &it.id, 0, 1_000)?;
            Ok((it, lines))
        })
        .unwrap()
}

fn figures(line: &EffectLine) -> String {
    let shown = |it: Option<Money>| it.map_or("-".to_owned(), |it| it.to_string());
    format!(
        "{} {} {} {} {} {}",
        line.purchases,
        line.quantity.map_or("-".to_owned(), |it| it.to_string()),
        shown(line.fund_before),
        shown(line.fund_after),
        shown(line.excess_before),
        shown(line.excess_after)
    )
}

#[actix_web::test]
async fn the_second_person_decides_on_the_figures_that_were_asked_with() {
    let (site, round) = awarded();
    bought(&site);
    let path = format!("/rounds/{}/standards", round.id);
    site.get("officer", &path).await.is(200).shows("尚未测算");
    site.post("reviewer", &format!("{path}/effect"), &[]).await.is(403);
    site.post("officer", &format!("{path}/effect"), &[]).await.is(303);
    let looked_at = fingerprint(&pending(&site, &round)).unwrap();
    let (it, lines) = kept(&site, round.id.as_str(), &looked_at);
    assert_eq!((it.from_day.to_string(), it.to_day.to_string()), ("2025-11-23".into(), "2026-11-23".into()));
    // 90 at 1.20 and 50 at 0.40 beside a standard of 0.50, without one before.
    assert_eq!(figures(&lines[0]), "3 140 128.00 65.00 0.00 63.00");
    assert_eq!(lines[0].arithmetic, "50 × min(0.40, 0.50) + 90 × min(1.20, 0.50)");
    // 10 at 2.00, first 1.05, then 0.735, then 0.50.
    let years: Vec<String> = lines.iter().filter(|l| l.company == "哈药集团").map(figures).collect();
    assert_eq!(
        years,
        ["1 10 20.00 10.50 0.00 9.50", "1 10 20.00 7.35 0.00 12.65", "1 10 20.00 5.00 0.00 15.00"]
    );
    // Never bought is not zero; what the catalogue does not have is not known.
    let never = lines.iter().find(|l| l.company == "石药集团").unwrap();
    assert_eq!((never.products, figures(never).as_str()), (1, "0 - - - - -"));
    let unknown = lines.iter().find(|l| l.lot == "2").unwrap();
    assert_eq!((unknown.products, unknown.quantity), (0, None));
    let page = site.get("officer", &path).await;
    page.is(200).shows("十二个月内无采购").shows("采购情况不明").shows("50 × min(0.40, 0.50)");
    let csv = site.get("officer", &format!("/standards/effects/{}/export/effect.csv", it.id)).await;
    assert_eq!(csv.is(200).body.lines().count(), lines.len() + 1);
    let all = site.get("auditor", &format!("/standards/effects/{}", it.id)).await;
    all.is(200).shows("<strong>-72.50</strong>");
    site.get("hospital1", &format!("/standards/effects/{}", it.id)).await.is(403);
    // Purchases that come between asking and deciding do not change what is decided on.
    site.post("officer", &format!("{path}/ask"), &[]).await.is(303);
    purchase_at(&site, HOSPITAL, &id_of(&site, "XJ01CAA040E001010102"), "2026-05-01", "7", "1");
    site.get("reviewer", &path).await.is(200).shows("<strong>-72.50</strong>");
    let approve = [("decision", "yes"), ("fingerprint", looked_at.as_str())];
    site.post("reviewer", &format!("{path}/decide"), &approve).await.is(303);
    let (after, same) = kept(&site, round.id.as_str(), &looked_at);
    assert_eq!((&after.id, same), (&it.id, lines));
    assert!(after.release_id.is_some());
    site.get("auditor", &path).await.is(200).shows(&format!("/standards/effects/{}", it.id));
}

#[actix_web::test]
async fn a_standard_in_force_is_what_the_new_one_is_held_against() {
    let (site, round) = awarded();
    release(&site, &round);
    site.set_clock(jicai::types::Time::parse_local("2026-12-20 09:00").unwrap());
    bought(&site);
    let pack = product(&site, "XJ01CAA040E001010108", "阿莫西林胶囊", "", "哈药集团");
    purchase_at(&site, HOSPITAL, &pack, "2026-04-02", "10", "3");
    let first = site.app.db.read(|c| jicai::standards::store::standard(c, 1)).unwrap().unwrap();
    let as_bid = Line { standard: "0.45".parse().unwrap(), ..Line::of(&first) };
    let by_code = Line { product: "XJ01CAA040E001010105".to_owned(), ..as_bid.clone() };
    let in_other_words =
        Line { product: "阿莫西林".to_owned(), spec: "０．25G".to_owned(), ..as_bid.clone() };
    let of_another = Line { company: "哈药集团".to_owned(), ..as_bid.clone() };
    let rows = [as_bid, by_code, in_other_words, of_another].map(|line| New { line, supersedes: None });
    let (id, today) = (EffectId::new(), site.now().day());
    let lines = site.app.db.read(|c| effects::compute(c, &id, &rows, today)).unwrap();
    // Released as bid and found by code, and the other way about.
    let before: Vec<String> = lines.iter().map(|it| it.standard_before.unwrap().to_string()).collect();
    assert_eq!(before, ["0.50", "0.50", "0.50", "1.05"]);
    // Of the purchases at the edges the one of 23 November counts now: 1,090 at 1.20 and 50 at 0.40.
    for line in &lines[..3] {
        assert_eq!(figures(line), "4 1140 565.00 510.50 763.00 817.50", "{}", line.product);
    }
    // Each pack by its own: 10 at 2.00 beside 1.05, and 10 at 3.00 of a pack that has no standard yet.
    assert_eq!(figures(&lines[3]), "2 20 40.50 9.00 9.50 41.00");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// What was spent is the fund's basis and the excess, before and after; totals are the sums of the lines.
    #[test]
    fn parts_make_up_the_whole(
        products in prop::collection::vec(
            (
                prop::collection::vec((1_i64..50_000_000, -500_000_i64..5_000_000), 0..6),
                prop::option::of(1_i64..50_000_000),
                1_i64..50_000_000,
                0_u64..3,
            ),
            1..12,
        ),
    ) {
        let start = chrono::NaiveDate::from_ymd_opt(2027, 1, 1).unwrap();
        let mut lines = Vec::new();
        for (position, (bought, before, after, year)) in products.iter().enumerate() {
            let bought: Vec<Bought> = bought
                .iter()
                .map(|(price, quantity)| Bought {
                    price: UnitPrice::from_scaled(*price),
                    quantity: Quantity::from_scaled(*quantity),
                    purchases: 1,
                })
                .collect();
            let spent = bought.iter().map(|b| b.quantity.decimal() * b.price.decimal()).sum();
            let spent = Money::rounded(spent).unwrap();
            let before = before.map(UnitPrice::from_scaled);
            let each: Vec<_> = bought.iter().map(|it| (*it, before)).collect();
            let sums = Sums::of(&each, UnitPrice::from_scaled(*after)).unwrap();
            prop_assert_eq!(sums.fund_before.plus(sums.excess_before), Some(spent));
            prop_assert_eq!(sums.fund_after.plus(sums.excess_after), Some(spent));
            if before.is_none() {
                prop_assert_eq!(sums.excess_before, Money::ZERO);
            }
            lines.push(EffectLine {
                effect_id: EffectId::new(),
                position: position as i32 + 1,
                lot: String::new(),
                product: String::new(),
                generic: String::new(),
                spec: String::new(),
                company: String::new(),
                starts: start + chrono::Days::new(365 * year),
                products: 1,
                purchases: bought.len() as i64,
                standard_before: None,
                standard_after: UnitPrice::ZERO,
                quantity: (!bought.is_empty()).then_some(sums.quantity),
                fund_before: (!bought.is_empty()).then_some(sums.fund_before),
                fund_after: (!bought.is_empty()).then_some(sums.fund_after),
                excess_before: (!bought.is_empty()).then_some(sums.excess_before),
                excess_after: (!bought.is_empty()).then_some(sums.excess_after),
                arithmetic: String::new(),
            });
        }
        let totals = totals(&lines).unwrap();
        prop_assert_eq!(totals.iter().map(|t| t.lines).sum::<i64>(), lines.len() as i64);
        for total in totals {
            let own = || lines.iter().filter(|l| l.starts == total.starts);
            let sum = |pick: fn(&EffectLine) -> Option<Money>| {
                own().filter_map(pick).fold(Money::ZERO, |sum, it| sum.plus(it).unwrap())
            };
            prop_assert_eq!(total.fund_before, sum(|l| l.fund_before));
            prop_assert_eq!(total.fund_after, sum(|l| l.fund_after));
            prop_assert_eq!(total.excess_before, sum(|l| l.excess_before));
            prop_assert_eq!(total.excess_after, sum(|l| l.excess_after));
            prop_assert_eq!(total.change(), Some(sum(EffectLine::change)));
        }
    }
}
