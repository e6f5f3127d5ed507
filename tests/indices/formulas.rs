//! The formulas by hand, and what must hold whatever is bought.

use proptest::prelude::*;
use rust_decimal::Decimal;

use jicai::prices::indices::rules::{Before, Bought, Item, beyond, fisher, month};
use jicai::prices::indices::{Formula, ItemState, Missing};
use jicai::types::{Money, Points, Quantity};

fn bought(quantity: &str, amount: &str) -> Bought {
    Bought { quantity: quantity.parse().unwrap(), amount: amount.parse().unwrap() }
}

fn points(text: &str) -> Points {
    text.parse().unwrap()
}

fn fresh(base: Bought, bought: Option<Bought>) -> Item {
    Item { base, bought, before: None }
}

/// Two pieces of a basket, counted on paper.
///
/// 白芷: base 100 kg for 3,000.00 (30 a kg); month 80 kg for 2,880.00 (36 a kg).
/// 黄芪: base 200 kg for 5,000.00 (25 a kg); month 250 kg for 5,500.00 (22 a kg).
/// Σp0q0 = 3,000 + 5,000 = 8,000; Σp1q0 = 36×100 + 22×200 = 8,000 → Laspeyres 100.
/// Σp1q1 = 2,880 + 5,500 = 8,380; Σp0q1 = 30×80 + 25×250 = 8,650 → Paasche 96.878613 → 96.8786.
/// Fisher = √(1 × 0.968786127…) × 100 = 98.426933… → 98.4269.
/// Contributions: (3,600 − 3,000)/8,000×100 = 7.5; (4,400 − 5,000)/8,000×100 = −7.5.
#[test]
fn a_month_is_counted_as_by_hand() {
    let items = [
        fresh(bought("100", "3000"), Some(bought("80", "2880"))),
        fresh(bought("200", "5000"), Some(bought("250", "5500"))),
    ];
    let (figures, counted) = month(&items, Missing::Carried, points("100")).unwrap();
    assert_eq!((figures.purchased, figures.carried, figures.left_out, figures.returned), (2, 0, 0, 0));
    assert_eq!(figures.p0q0.to_string(), "8000.00");
    assert_eq!(figures.p1q0.to_string(), "8000.00");
    assert_eq!(figures.p1q1.to_string(), "8380.00");
    assert_eq!(figures.p0q1.to_string(), "8650.00");
    assert_eq!(figures.laspeyres, Some(points("100")));
    assert_eq!(figures.paasche, Some(points("96.8786")));
    assert_eq!(figures.fisher, Some(points("98.4269")));
    assert_eq!(counted[0].contribution, points("7.5"));
    assert_eq!(counted[1].contribution, points("-7.5"));
    assert_eq!(counted[0].price.to_string(), "36.00");
}

#[test]
fn what_is_not_bought_is_carried_forward_or_left_out_and_counted() {
    let before = Some(Before { price: "12".parse().unwrap(), p1q0: "120".parse().unwrap() });
    let items = [
        fresh(bought("10", "100"), Some(bought("1", "15"))),
        Item { base: bought("10", "100"), bought: None, before },
        fresh(bought("10", "100"), Some(bought("-2", "-20"))),
        fresh(bought("10", "100"), Some(bought("0", "0.01"))),
    ];
    // Carried: (150 + 120 + 100 + 100) / 400.
    let (carried, lines) = month(&items, Missing::Carried, points("100")).unwrap();
    assert_eq!((carried.purchased, carried.carried, carried.returned), (1, 3, 2));
    assert_eq!(carried.laspeyres, Some(points("117.5")));
    assert_eq!(lines[1].price.to_string(), "12.00");
    // Left out: 150 / 100.
    let (left, lines) = month(&items, Missing::LeftOut, points("1000")).unwrap();
    assert_eq!((left.purchased, left.left_out, left.returned), (1, 3, 2));
    assert_eq!(left.laspeyres, Some(points("1500")));
    assert_eq!(lines[1].contribution, Points::ZERO);
    // Nothing bought at all: no figure, which is not zero and not the base value.
    let (none, _) = month(&[fresh(bought("1", "1"), None)], Missing::Carried, points("100")).unwrap();
    assert_eq!((none.carried, none.laspeyres, none.paasche, none.fisher), (1, None, None, None));
    // A figure that does not fit is refused, not wrapped.
    let vast = bought("9000000000000", "90000000000000");
    assert!(month(&[fresh(vast, Some(vast))], Missing::Carried, points("100")).is_none());
}

#[test]
fn the_threshold_itself_is_not_beyond_it() {
    let check = |reference: &str, value: &str, threshold: &str, want: Option<&str>| {
        let found = beyond(points(reference), points(value), threshold.parse().unwrap());
        assert_eq!(found, want.map(|text| text.parse().unwrap()), "{reference} {value} {threshold}");
    };
    check("100", "105", "0.05", None);
    check("100", "105.0001", "0.05", Some("0.050001"));
    check("100", "95", "0.05", None);
    check("100", "94.9999", "0.05", Some("-0.050001"));
    check("1000", "1000", "0", None);
    check("80", "90", "0.1", Some("0.125"));
}

#[test]
fn the_root_is_exact_to_the_places_shown() {
    for (l, p) in [("1.1", "1.21"), ("0.0001", "9999"), ("2", "2"), ("1.00005", "1.00005"), ("3", "0.333333")]
    {
        let (l, p): (Decimal, Decimal) = (l.parse().unwrap(), p.parse().unwrap());
        let root = fisher(l, p).unwrap();
        let error = (root * root - l * p).abs();
        assert!(error < Decimal::new(1, 20), "{l} {p}: {error}");
    }
}

prop_compose! {
    fn some_bought()(quantity in 100_i64..1_000_000, amount in 10_000_i64..10_000_000) -> Bought {
        Bought { quantity: Quantity::from_scaled(quantity), amount: Money::from_scaled(amount) }
    }
}

prop_compose! {
    fn some_item()(base in some_bought(), bought in prop::option::weighted(0.8, some_bought())) -> Item {
        fresh(base, bought)
    }
}

fn times(it: Bought, k: i64) -> Bought {
    Bought {
        quantity: Quantity::from_scaled(it.quantity.scaled() * k),
        amount: Money::from_scaled(it.amount.scaled() * k),
    }
}

proptest! {
    #[test]
    fn unchanged_prices_leave_every_index_at_the_base_value(
        bases in prop::collection::vec((some_bought(), 1_i64..50), 1..20),
        base_value in prop::sample::select(vec!["100", "1000"]),
    ) {
        let items: Vec<Item> = bases.iter().map(|(base, k)| fresh(*base, Some(times(*base, *k)))).collect();
        let (figures, counted) = month(&items, Missing::Carried, points(base_value)).unwrap();
        for formula in Formula::ALL {
            prop_assert_eq!(figures.of(*formula), Some(points(base_value)));
        }
        prop_assert!(counted.iter().all(|it| it.contribution == Points::ZERO));
    }

    #[test]
    fn fisher_lies_between_the_others_and_is_their_mean(
        items in prop::collection::vec(some_item(), 1..30),
        is_carried in any::<bool>(),
    ) {
        let missing = if is_carried { Missing::Carried } else { Missing::LeftOut };
        let (figures, _) = month(&items, missing, points("100")).unwrap();
        if let (Some(l), Some(p), Some(f)) = (figures.laspeyres, figures.paasche, figures.fisher) {
            prop_assert!(f >= l.min(p) && f <= l.max(p), "{} {} {}", l, p, f);
            let (low, high) = (f.decimal() - Decimal::new(5, 5), f.decimal() + Decimal::new(5, 5));
            let product = figures.p1q0.decimal() / figures.p0q0.decimal() * figures.p1q1.decimal()
                / figures.p0q1.decimal() * Decimal::from(10_000);
            let slack = product * Decimal::new(1, 20) + Decimal::new(1, 20);
            prop_assert!(low * low <= product + slack && product <= high * high + slack, "{} {}", f, product);
        } else {
            prop_assert_eq!(figures.purchased, 0);
        }
    }

    #[test]
    fn contributions_add_up_to_the_change_exactly(
        items in prop::collection::vec(some_item(), 1..40),
        is_carried in any::<bool>(),
    ) {
        let missing = if is_carried { Missing::Carried } else { Missing::LeftOut };
        let (figures, counted) = month(&items, missing, points("100")).unwrap();
        let sum = counted.iter().map(|it| it.contribution.scaled()).sum::<i64>();
        let change = figures.laspeyres.map_or(0, |it| it.scaled() - points("100").scaled());
        prop_assert_eq!(sum, change);
        let p1q0: i64 = counted.iter().filter(|it| it.state != ItemState::LeftOut)
            .map(|it| it.p1q0.scaled()).sum();
        prop_assert_eq!(p1q0, figures.p1q0.scaled());
    }

    #[test]
    fn the_scale_of_quantities_does_not_matter(
        items in prop::collection::vec(some_item(), 1..20),
        k in 2_i64..100,
    ) {
        let (plain, _) = month(&items, Missing::Carried, points("100")).unwrap();
        // Everybody buys k times as much in the month: no index moves.
        let more: Vec<Item> =
            items.iter().map(|it| Item { bought: it.bought.map(|b| times(b, k)), ..*it }).collect();
        let (scaled, _) = month(&more, Missing::Carried, points("100")).unwrap();
        prop_assert_eq!(scaled.laspeyres, plain.laspeyres);
        let near = |a: Option<Points>, b: Option<Points>| match (a, b) {
            (Some(a), Some(b)) => {
                (a.decimal() - b.decimal()).abs() <= b.decimal() * Decimal::new(1, 4) + Decimal::new(1, 4)
            }
            (a, b) => a == b,
        };
        prop_assert!(near(scaled.paasche, plain.paasche));
        // So with the base period: only the rounding of values to a millionth of a yuan can show.
        let heavy: Vec<Item> = items.iter().map(|it| Item { base: times(it.base, k), ..*it }).collect();
        let (scaled, _) = month(&heavy, Missing::Carried, points("100")).unwrap();
        prop_assert!(near(scaled.laspeyres, plain.laspeyres));
    }
}
