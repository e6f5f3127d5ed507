use proptest::prelude::*;

use super::*;
use crate::payments::retention::parameters;

fn rules_with(given: &[(Parameter, &str)]) -> Rules {
    let set = parameters::embedded().unwrap();
    let given: Vec<(Parameter, String)> = given.iter().map(|(p, text)| (*p, (*text).to_owned())).collect();
    Rules::of(&set.changed(&set.parameters(), &given).unwrap()).unwrap()
}

fn quantity(text: &str) -> Quantity {
    text.parse().unwrap()
}

/// The worked example: base 100,000 at 2.00; agreed 80,000; 15,000 others at 1.80.
fn example(selected: &str, amount: &str) -> Facts {
    Facts {
        base_quantity: Some(quantity("100000")),
        price_before: Some("2.00".parse().unwrap()),
        agreed: quantity("80000"),
        selected: quantity(selected),
        selected_amount: amount.parse().unwrap(),
        other: quantity("15000"),
        other_amount: "27000".parse().unwrap(),
        ..Facts::default()
    }
}

fn score(text: &str) -> Option<Score> {
    Some(text.parse().unwrap())
}

#[test]
fn the_worked_example_comes_out_to_the_cent() {
    let rules = rules_with(&[]);
    let figures = line(&rules, &example("85000", "42500")).unwrap();
    assert_eq!(figures.budget.unwrap().to_string(), "126000.00");
    assert_eq!(figures.spend.to_string(), "42210.00");
    assert!(figures.is_complete);
    let check = |points: &str, grade: Grade, retained: &str| {
        let sheet = sheet(&rules, &[figures], score(points)).unwrap();
        assert_eq!(sheet.base.unwrap().to_string(), "83790.00");
        assert_eq!(
            (sheet.grade, sheet.retained.unwrap().to_string()),
            (Some(grade), retained.to_owned()),
            "{points}"
        );
        assert_eq!(sheet.cut.map(|cut| cut.to_string()), (grade == Grade::D).then(|| "0.1".to_owned()));
    };
    check("85", Grade::A, "41895.00");
    check("80", Grade::A, "41895.00");
    check("79.99", Grade::B, "33516.00");
    check("72", Grade::B, "33516.00");
    check("70", Grade::B, "33516.00");
    check("69.99", Grade::C, "25137.00");
    check("60", Grade::C, "25137.00");
    check("59.99", Grade::D, "0.00");
    check("59", Grade::D, "0.00");
    check("0", Grade::D, "0.00");
    check("100", Grade::A, "41895.00");
}

#[test]
fn what_is_bought_counts_as_its_parameters_say() {
    let check = |given: &[(Parameter, &str)], change: &dyn Fn(&mut Facts), spend: &str, complete: bool| {
        let mut facts = example("85000", "42500");
        change(&mut facts);
        let it = line(&rules_with(given), &facts).unwrap();
        assert_eq!((it.spend.to_string().as_str(), it.is_complete), (spend, complete), "{given:?} {facts:?}");
    };
    let selected = |q: &'static str, amount: &'static str| {
        move |it: &mut Facts| {
            (it.selected, it.selected_amount) = (quantity(q), amount.parse().unwrap());
        }
    };
    let evaluated = |it: &mut Facts| {
        (it.evaluated, it.evaluated_amount) = (quantity("1000"), "1000".parse().unwrap());
    };
    check(&[], &|_| {}, "42210.00", true);
    check(&[], &selected("80000", "40000"), "42210.00", true);
    check(&[], &selected("79999", "39999.5"), "42209.69", false);
    check(&[(Parameter::Completion, "0.9")], &selected("72000", "36000"), "39690.00", true);
    check(&[(Parameter::Completion, "0.9")], &selected("71999.999", "36000"), "39690.00", false);
    check(&[], &selected("0", "0"), "17010.00", false);
    check(&[], &|it| it.above = quantity("5000"), "42210.00", true);
    check(&[], &|it| (it.agreed, it.selected, it.selected_amount) = Default::default(), "17010.00", true);
    check(&[], &evaluated, "42840.00", true);
    check(&[(Parameter::Evaluated, "excluded")], &evaluated, "42210.00", true);
    check(&[], &|it| it.pay_ratio = Some("0.8".parse().unwrap()), "48240.00", true);
    check(&[(Parameter::InsuredShare, "1"), (Parameter::PayRatio, "1")], &|_| {}, "67000.00", true);
}

#[test]
fn what_is_bought_above_the_volume_makes_up_for_goods_sent_back() {
    let check = |selected: (&str, &str), above: (&str, &str), want: (&str, &str, &str), complete: bool| {
        let mut it = Facts { above: quantity(above.0), ..example(selected.0, selected.1) };
        fill(&mut it, above.1.parse().unwrap()).unwrap();
        let paid: Amount = want.1.parse().unwrap();
        let found = (it.selected, it.selected_amount, it.above);
        assert_eq!(found, (quantity(want.0), paid, quantity(want.2)), "{selected:?} {above:?}");
        assert_eq!(line(&rules_with(&[]), &it).unwrap().is_complete, complete, "{selected:?} {above:?}");
    };
    check(("80000", "40000"), ("5000", "2500"), ("80000", "40000", "5000"), true);
    check(("79900", "39950"), ("5000", "2500"), ("80000", "40000", "4900"), true);
    check(("79900", "39950"), ("60", "30"), ("79960", "39980", "0"), false);
    check(("79900", "39950"), ("0", "0"), ("79900", "39950", "0"), false);
    check(("0", "0"), ("90000", "36000"), ("80000", "32000", "10000"), true);
}

#[test]
fn a_figure_that_is_missing_is_not_zero() {
    let rules = rules_with(&[]);
    let known = line(&rules, &example("85000", "42500")).unwrap();
    let unknown = line(&rules, &Facts { price_before: None, ..example("85000", "42500") }).unwrap();
    let zero =
        line(&rules, &Facts { base_quantity: Some(Quantity::ZERO), ..example("85000", "42500") }).unwrap();
    assert_eq!((unknown.budget, zero.budget), (None, Some(Money::ZERO)));
    let it = sheet(&rules, &[known, unknown], score("85")).unwrap();
    assert_eq!((it.missing, it.base, it.retained), (1, None, None));
    let it = sheet(&rules, &[known], None).unwrap();
    assert_eq!((it.base.unwrap().to_string().as_str(), it.grade, it.retained), ("83790.00", None, None));
    let it = sheet(&rules, &[zero], score("85")).unwrap();
    assert_eq!((it.base, it.retained), (Some(Money::ZERO), Some(Money::ZERO)), "floor at zero");
}

#[test]
fn losses_are_netted_and_an_incomplete_volume_retains_nothing() {
    let lines = [
        Line { budget: Some("100".parse().unwrap()), spend: "20".parse().unwrap(), is_complete: true },
        Line { budget: Some("10".parse().unwrap()), spend: "40".parse().unwrap(), is_complete: false },
    ];
    let check = |given: &[(Parameter, &str)], base: &str, retained: &str| {
        let it = sheet(&rules_with(given), &lines, score("85")).unwrap();
        let shown = (it.base.unwrap().to_string(), it.retained.unwrap().to_string());
        assert_eq!(shown, (base.to_owned(), retained.to_owned()), "{given:?}");
        assert_eq!(it.incomplete, 1);
    };
    check(&[], "50.00", "0.00");
    check(&[(Parameter::Incomplete, "kept")], "50.00", "25.00");
    check(&[(Parameter::Incomplete, "kept"), (Parameter::Netting, "generic")], "80.00", "40.00");
    check(&[(Parameter::Incomplete, "kept"), (Parameter::Cap, "0.2")], "50.00", "10.00");
}

fn facts() -> impl Strategy<Value = Facts> {
    let part = || 0i64..200_000_000;
    let price = || 0i64..90_000_000;
    (
        part(),
        price(),
        part(),
        part(),
        price(),
        part(),
        price(),
        part(),
        price(),
        proptest::option::of(0i64..1_000_000),
    )
        .prop_map(|(base, before, agreed, selected, p, other, o, evaluated, e, ratio)| {
            let cost = |q: i64, p: i64| Amount::from_scaled(q * p);
            Facts {
                base_quantity: Some(Quantity::from_scaled(base)),
                price_before: Some(UnitPrice::from_scaled(before)),
                insured_share: None,
                pay_ratio: ratio.map(Share::from_scaled),
                agreed: Quantity::from_scaled(agreed),
                selected: Quantity::from_scaled(selected),
                selected_amount: cost(selected, p),
                above: Quantity::ZERO,
                other: Quantity::from_scaled(other),
                other_amount: cost(other, o),
                evaluated: Quantity::from_scaled(evaluated),
                evaluated_amount: cost(evaluated, e),
            }
        })
}

proptest! {
    #[test]
    fn a_base_is_never_below_zero_and_no_share_is_above_the_cap(
        list in proptest::collection::vec(facts(), 0..12),
        points in 0i64..=10_000,
        cap in 0i64..=100,
        by_generic in any::<bool>(),
        keeps in any::<bool>(),
    ) {
        let cap = format!("{}", Decimal::new(cap, 2));
        let rules = rules_with(&[
            (Parameter::Cap, cap.as_str()),
            (Parameter::Netting, if by_generic { "generic" } else { "hospital" }),
            (Parameter::Incomplete, if keeps { "kept" } else { "nothing" }),
        ]);
        let lines: Vec<Line> = list.iter().map(|it| line(&rules, it).unwrap()).collect();
        let it = sheet(&rules, &lines, Some(Score::from_scaled(points))).unwrap();
        let (base, retained) = (it.base.unwrap(), it.retained.unwrap());
        prop_assert!(base >= Money::ZERO && retained >= Money::ZERO);
        prop_assert!(retained <= Money::rounded(base.decimal() * rules.cap()).unwrap());
        prop_assert!(retained <= base);
        if it.incomplete > 0 && !keeps {
            prop_assert_eq!(retained, Money::ZERO);
        }
        let sum = |f: fn(&Line) -> Money| lines.iter().map(|l| f(l).scaled()).sum::<i64>();
        prop_assert_eq!(it.budget.scaled(), sum(|l| l.budget.unwrap()));
        prop_assert_eq!(it.spend.scaled(), sum(|l| l.spend));
        let net = it.budget.scaled() - it.spend.scaled();
        if by_generic {
            prop_assert!(base.scaled() >= net.max(0), "netting by generic gives no less");
        } else {
            prop_assert_eq!(base.scaled(), net.max(0));
        }
    }

    #[test]
    fn a_better_score_retains_no_less(one in facts(), low in 0i64..=10_000, more in 0i64..=10_000) {
        let rules = rules_with(&[]);
        let lines = [line(&rules, &one).unwrap()];
        let retained = |points: i64| {
            sheet(&rules, &lines, Some(Score::from_scaled(points))).unwrap().retained.unwrap()
        };
        prop_assert!(retained((low + more).min(10_000)) >= retained(low));
    }

    #[test]
    fn buying_above_the_agreed_volume_at_the_same_price_costs_the_hospital_nothing(
        one in facts(), price in 1i64..90_000_000, more in 0i64..200_000_000,
    ) {
        let rules = rules_with(&[]);
        let at = |q: i64| Facts {
            selected: Quantity::from_scaled(q),
            selected_amount: Amount::from_scaled(q * price),
            ..one.clone()
        };
        let agreed = one.agreed.scaled();
        let (exact, above) = (line(&rules, &at(agreed)).unwrap(), line(&rules, &at(agreed + more)).unwrap());
        prop_assert_eq!(exact.spend, above.spend);
    }
}
