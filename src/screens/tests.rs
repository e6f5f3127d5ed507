use std::collections::BTreeSet;

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

fn lot(code: &str, ceiling: &str) -> Lot {
    Lot { code: code.into(), spec: "0.25g".to_owned(), ceiling: ceiling.parse().unwrap() }
}

fn bid(lot: &str, company: &str, price: &str) -> Bid {
    Bid {
        lot: lot.into(),
        company: company.into(),
        group: String::new(),
        product: "片".to_owned(),
        spec: "0.25g".to_owned(),
        unit_price: price.parse().unwrap(),
        ratio: Decimal::ONE,
        status: None,
    }
}

/// Bids of companies A, B, C … for one lot, at prices with spaces between.
fn bids(lot: &str, prices: &str) -> Vec<Bid> {
    let company = |at: usize| char::from(b'A' + at as u8).to_string();
    prices.split(' ').enumerate().map(|(at, price)| bid(lot, &company(at), price)).collect()
}

fn look(lots: Vec<Lot>, bids: Vec<Bid>) -> Screened {
    let input = Input { lots, bids, ..Input::default() };
    screen(&Thresholds::embedded().unwrap(), &input)
}

/// The findings of one screen as `lot companies figure`.
fn found(screened: &Screened, screen: Screen) -> Vec<String> {
    let one = |it: &Finding| {
        let lot = it.lot.as_deref().unwrap_or("-");
        format!("{lot} {} {}", it.companies.join("+"), it.shown())
    };
    screened.findings.iter().filter(|it| it.screen == screen).map(one).collect()
}

#[test]
fn one_lot_at_a_time() {
    let check = |ceiling: &str, prices: &str, screen: Screen, want: &[&str]| {
        let screened = look(vec![lot("1", ceiling)], bids("1", prices));
        assert_eq!(found(&screened, screen), want, "{screen} {prices}");
    };
    check("1", "0.4", Screen::SingleBidder, &["1 A 1"]);
    check("1", "0.4", Screen::FewBidders, &[]);
    check("1", "0.4 0.5", Screen::FewBidders, &["1 A+B 2"]);
    check("1", "0.4 0.5 0.6", Screen::FewBidders, &[]);
    check("1", "0.4 0.5 0.5 0.4 0.5", Screen::IdenticalPrices, &["1 A+D 2", "1 B+C+E 3"]);
    check("1", "0.400 0.404 0.412", Screen::LowSpread, &["1 A+B+C 1.03"]);
    check("1", "0.400 0.404 0.4121", Screen::LowSpread, &[]);
    check("1", "0.40 0.404", Screen::LowSpread, &[]);
    // x̄ = 0.415, Σ(x − x̄)² = 0.0005, s = √(0.0005 / 3) = 0.0129099, s / x̄ = 0.031108.
    check("1", "0.40 0.41 0.42 0.43", Screen::LowVariation, &["1 A+B+C+D 0.031108"]);
    check("1", "0.40 0.41 0.42", Screen::LowVariation, &[]);
    // s(0.90, 0.91, 0.92) = 0.01: (0.90 − 0.50) / 0.01 = 40.
    check("1", "0.50 0.90 0.91 0.92", Screen::RelativeDistance, &["1 A+B+C+D 40"]);
    // Equal losing bids have no deviation, and the distance no figure.
    check("1", "0.50 0.90 0.90 0.90", Screen::RelativeDistance, &[]);
    check("1", "0.50 0.75 0.91", Screen::CoverGap, &["1 A+B 0.5"]);
    check("1", "0.50 0.7499 0.91", Screen::CoverGap, &[]);
    check("1", "0.95 0.96", Screen::NearCeiling, &["1 A+B 0.95"]);
    check("1", "0.9499 0.96", Screen::NearCeiling, &[]);
    check("10", "1 2 3 0.4 0.45", Screen::RoundNumbers, &["1 A+B+C+D 0.8"]);
    check("10", "1 2 3 0.41 0.45", Screen::RoundNumbers, &[]);
    check("1", "0.5 1.1 0.6", Screen::OverCeiling, &["1 B 0.333333"]);
    check("1", "0.5 0.55 0.6", Screen::OverCeiling, &[]);
    // Four prices in the middle and one far above: m₂ = 0.16, m₃ = 0.096, G₁ = √20 / 3 · 1.5 = 2.236068.
    check("9", "1 1 1 1 2", Screen::Skewness, &[]);
    check("9", "2 2 2 2 1", Screen::Skewness, &["1 A+B+C+D+E -2.236068"]);
    // m₂ = 5/36, m₄ = 105/1296: G₂ = 5 / 12 · (7 · 4.2 − 15) = 6.
    check("9", "1 1 1 1 1 2", Screen::Kurtosis, &["1 A+B+C+D+E+F 6"]);
}

#[test]
fn winners_and_groups_of_a_lot() {
    let of = |statuses: &[Status], prices: &str| {
        let all = bids("1", prices).into_iter().zip(statuses);
        all.map(|(bid, status)| Bid { status: Some(*status), ..bid }).collect::<Vec<_>>()
    };
    use Status::*;
    // Two winners; behind them s(0.90, 0.91, 0.92) = 0.01, and (0.90 − 0.50) / 0.50 = 0.8.
    let two = of(&[Won, Won, NotShortlisted, NotShortlisted, NotShortlisted], "0.45 0.50 0.90 0.91 0.92");
    let screened = look(vec![lot("1", "1")], two);
    assert_eq!(found(&screened, Screen::RelativeDistanceLast), ["1 B+C+D+E 40"]);
    assert_eq!(found(&screened, Screen::CoverGapLast), ["1 B+C 0.8"]);
    // One winner is the first price, which its own screens look at.
    let one = of(&[Won, Fused, Fused, Fused], "0.45 0.90 0.91 0.92");
    assert!(found(&look(vec![lot("1", "1")], one), Screen::CoverGapLast).is_empty());
    let invalid = of(&[Invalid, Invalid, Won], "0.3 0.4 0.5");
    assert_eq!(found(&look(vec![lot("1", "1")], invalid), Screen::LowestInvalid), ["1 A+B 2"]);
    let mut related = bids("1", "0.3 0.4 1.5 0.5");
    for at in [0, 2] {
        related[at].group = "华东系".to_owned();
    }
    assert_eq!(found(&look(vec![lot("1", "1")], related), Screen::RelatedMeet), ["1 A+C 2"]);
    let mut same = bids("1", "0.3 0.4 0.5");
    same[0].spec = "0.25 g / 粒，铝塑".to_owned();
    same[2].spec = same[0].spec.clone();
    assert_eq!(found(&look(vec![lot("1", "1")], same), Screen::SameText), ["1 A+C 2"]);
}

#[test]
fn across_lots() {
    // Eight lots whose first two lie 10 to 17 % apart, then one 1 % and one 90 %.
    let mut lots: Vec<Lot> = (1..=10).map(|n| lot(&n.to_string(), "9")).collect();
    let mut all: Vec<Bid> = (1..=8)
        .flat_map(|n| [bid(&n.to_string(), "A", "1"), bid(&n.to_string(), "B", &format!("1.{}", 9 + n))])
        .collect();
    all.extend([bid("9", "A", "1"), bid("9", "C", "1.01"), bid("10", "A", "1"), bid("10", "C", "1.9")]);
    let screened = look(lots.clone(), all.clone());
    // Q₁ = 0.1125, Q₃ = 0.1575: fences 0.045 and 0.225.
    assert_eq!(found(&screened, Screen::CloseSecond), ["9 A+C 0.01"]);
    assert_eq!(found(&screened, Screen::FarSecond), ["10 A+C 0.9"]);
    let fences: Vec<String> = screened
        .findings
        .iter()
        .filter(|it| matches!(it.screen, Screen::CloseSecond | Screen::FarSecond))
        .map(Finding::held)
        .collect();
    assert_eq!(fences, ["≤ 0.045", "≥ 0.225"]);
    lots.truncate(7);
    all.truncate(14);
    assert!(found(&look(lots, all), Screen::FarSecond).is_empty());

    let lots: Vec<Lot> =
        ["10", "20", "30", "7"].iter().enumerate().map(|(n, c)| lot(&n.to_string(), c)).collect();
    let prices = [("1", "1.2"), ("3", "3.6"), ("2", "2.4"), ("5", "6")];
    let pair: Vec<Bid> = prices
        .iter()
        .enumerate()
        .flat_map(|(n, (a, b))| [bid(&n.to_string(), "A", a), bid(&n.to_string(), "B", b)])
        .collect();
    assert_eq!(found(&look(lots.clone(), pair.clone()), Screen::ConstantFactor), ["- A+B 0"]);
    assert!(found(&look(lots[..3].to_vec(), pair[..6].to_vec()), Screen::ConstantFactor).is_empty());

    // A, B and C at half the ceiling in two lots.
    let half = vec![bid("0", "A", "5"), bid("1", "B", "10"), bid("1", "C", "10")];
    assert_eq!(found(&look(lots.clone(), half.clone()), Screen::CeilingFraction), ["- A+B+C 3"]);
    assert!(found(&look(lots, half[1..].to_vec()), Screen::CeilingFraction).is_empty());
}

/// Six lots of six companies with one winner each: A and B win in turns, everybody else never.
fn turns() -> (Vec<Lot>, Vec<Bid>) {
    let lots = (0..6).map(|n| lot(&n.to_string(), "9")).collect();
    let mut all = Vec::new();
    for n in 0..6 {
        let (first, second) = if n % 2 == 0 { ("A", "B") } else { ("B", "A") };
        for (at, company) in [first, second, "C", "D", "E", "F"].iter().enumerate() {
            let price = format!("{}.{}{}", at + 1, n, at * 2 + n);
            all.push(bid(&n.to_string(), company, &price));
        }
    }
    (lots, all)
}

#[test]
fn companies_that_take_turns() {
    let (lots, all) = turns();
    let screened = look(lots, all);
    let finding = screened.findings.iter().find(|it| it.screen == Screen::Rotation).unwrap();
    // The winner is one of a pair with chance 2 / 6 in each lot: (1 / 3)⁶ = 1 / 729 = 0.001372.
    assert_eq!(finding.companies, ["A".into(), "B".into()]);
    assert_eq!((finding.n, finding.shown().as_str()), (6, "0.001372"));
    assert!(finding.arithmetic.starts_with("6 / 6, E = 2, P = 0.001372; A: 0 2 4; B: 1 3 5"));
    assert_eq!(finding.rows.len(), 12);
    assert_eq!(found(&screened, Screen::Rotation).len(), 1);
    // Five lots are too few, and who wins all alone takes no turns.
    let (lots, all) = turns();
    let five = all.iter().filter(|it| &*it.lot != "5").cloned().collect();
    assert!(found(&look(lots[..5].to_vec(), five), Screen::Rotation).is_empty());
    let alone = all.into_iter().map(|it| match &*it.company {
        "A" => Bid { unit_price: "0.5".parse().unwrap(), ..it },
        _ => it,
    });
    assert!(found(&look(lots, alone.collect()), Screen::Rotation).is_empty());
}

#[test]
fn who_bids_often_and_seldom_wins() {
    let lots: Vec<Lot> = (0..8).map(|n| lot(&n.to_string(), "9")).collect();
    let mut all = Vec::new();
    for n in 0..8 {
        for (at, company) in ["A", "B", "C", "D", "E", "F", "G", "H"].iter().enumerate() {
            // H never wins, G half the time, everybody else in most lots.
            let wins = match *company {
                "H" => false,
                "G" => n % 2 == 0,
                "F" => n != 0 && n != 1,
                _ => n != at,
            };
            let status = Some(if wins { Status::Won } else { Status::NotShortlisted });
            all.push(Bid { status, ..bid(&n.to_string(), company, &format!("{}.{n}1", at + 1)) });
        }
    }
    // Shares 7/8 five times, 6/8, 4/8, 0: Q₁ = 0.6875, Q₃ = 0.875, fence 0.40625.
    let screened = look(lots, all);
    assert_eq!(found(&screened, Screen::OftenLosing), ["- H 0"]);
    let finding = screened.findings.iter().find(|it| it.screen == Screen::OftenLosing).unwrap();
    assert_eq!((finding.held().as_str(), finding.n), ("≤ 0.40625", 8));
}

fn sent(company: &str, seq: i32, minute: i64, device: &str, author: &str) -> Submission {
    Submission {
        company: company.into(),
        seq,
        at: Time::from_millis(minute * 60_000),
        network: "203.0.113.0/24".to_owned(),
        device: device.to_owned(),
        agent: "Browser".to_owned(),
        author: author.to_owned(),
        editor: String::new(),
        made: String::new(),
    }
}

#[test]
fn where_bids_came_from() {
    let check = |list: &[Submission], screen: Screen, want: &[&str]| {
        let input = Input { submissions: list.to_vec(), ..Input::default() };
        let screened = screen_of(&input);
        assert_eq!(found(&screened, screen), want);
    };
    let near = [sent("A", 1, 0, "x", "张三"), sent("B", 2, 90, "x", "张三"), sent("C", 3, 95, "y", "")];
    check(&near, Screen::SameDevice, &["- A+B 90"]);
    check(&near, Screen::SameAuthor, &["- A+B 2"]);
    // The nearest two of different companies count, not one company's own.
    let own = [sent("A", 1, 0, "x", ""), sent("A", 2, 100, "x", ""), sent("B", 3, 130, "x", "")];
    check(&own, Screen::SameDevice, &["- A+B 30"]);
    check(&[sent("A", 1, 0, "x", ""), sent("B", 2, 1441, "x", "")], Screen::SameDevice, &[]);
    check(&[sent("A", 1, 0, "", ""), sent("B", 2, 1, "", "")], Screen::SameDevice, &[]);
    let many: Vec<_> = (0..6).map(|n| sent(&n.to_string(), n, n.into(), "x", "张三")).collect();
    check(&many, Screen::SameDevice, &[]);
    check(&many, Screen::SameAuthor, &[]);
    check(
        &[sent("A", 1, 0, "", "Administrator"), sent("B", 2, 1, "", "Administrator")],
        Screen::SameAuthor,
        &[],
    );
    let share = |all, nothing| {
        let input = Input { submitted: (all, nothing), ..Input::default() };
        found(&screen_of(&input), Screen::WithdrawnLate)
    };
    assert_eq!(share(10, 3), ["-  0.3"]);
    assert!(share(10, 2).is_empty() && share(3, 3).is_empty() && share(0, 0).is_empty());
}

fn screen_of(input: &Input) -> Screened {
    screen(&Thresholds::embedded().unwrap(), input)
}

#[test]
fn a_finding_keeps_its_id_while_its_figure_changes() {
    let of = |prices: &str| {
        let screened = look(vec![lot("1", "1")], bids("1", prices));
        screened.findings.into_iter().find(|it| it.screen == Screen::LowSpread).unwrap()
    };
    let (a, b) = (of("0.400 0.404 0.405"), of("0.400 0.404 0.412"));
    assert!(a.figure != b.figure && a.id() == b.id() && a.id().len() == 32);
}

#[test]
fn every_screen_speaks_both_languages_and_accuses_nobody() {
    for t in [crate::text::Lang::Zh.text(), crate::text::Lang::En.text()] {
        for screen in Screen::ALL {
            let words = screen.words(t);
            for text in [words.title, words.why, words.other, words.says] {
                let bad = ["串通", "违法", "违规", "collusion", "collude", "illegal", "guilty", "fraud"];
                assert!(bad.iter().all(|word| !text.contains(word)), "{screen}: {text}");
            }
        }
    }
}

/// Bids of up to eight companies in up to nine lots: some missing, some above the ceiling, some decided.
fn round() -> impl Strategy<Value = Vec<Bid>> {
    let one = (0_usize..9, 0_usize..8, 1_i64..120, 0_usize..4, 0_usize..4);
    proptest::collection::vec(one, 0..60).prop_map(|list| {
        let mut known = BTreeSet::new();
        let mut all = Vec::new();
        for (lot, company, price, status, group) in list {
            if known.insert((lot, company)) {
                let made = bid(&lot.to_string(), &company.to_string(), "1");
                let status =
                    [Status::Won, Status::Fused, Status::NotShortlisted, Status::Invalid].get(status);
                let group = if group == 0 { "系".to_owned() } else { String::new() };
                let unit_price = UnitPrice::from_scaled(price * 10_000);
                all.push(Bid { unit_price, status: status.copied(), group, ..made });
            }
        }
        all
    })
}

fn nine(ceiling: i64) -> Vec<Lot> {
    let lots = (0..9).map(|n| lot(&n.to_string(), "1"));
    lots.map(|it| Lot { ceiling: UnitPrice::from_scaled(ceiling), ..it }).collect()
}

/// What a finding says, with its bids named instead of placed.
fn told(screened: &Screened, bids: &[Bid]) -> Vec<String> {
    let one = |it: &Finding| {
        let rows: Vec<_> = it.rows.iter().map(|row| (&*bids[*row].lot, &*bids[*row].company)).collect();
        format!("{} {} {:?} {} {rows:?}", it.id(), it.figure, it.threshold, it.arithmetic)
    };
    screened.findings.iter().map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn order_never_matters(bids in round(), seed in any::<u64>()) {
        let first = look(nine(1_000_000), bids.clone());
        let mut mixed = bids.clone();
        mixed.sort_by_key(|bid| {
            crate::types::sha256(format!("{seed} {} {}", bid.lot, bid.company).as_bytes())
        });
        let mut lots = nine(1_000_000);
        lots.reverse();
        let second = look(lots, mixed.clone());
        prop_assert_eq!(told(&first, &bids), told(&second, &mixed));
        prop_assert_eq!(first.looked, second.looked);
    }

    #[test]
    fn ratios_know_no_scale(bids in round(), scale in 2_i64..50) {
        let scaled = |bid: &Bid| Bid {
            unit_price: UnitPrice::from_scaled(bid.unit_price.scaled() * scale), ..bid.clone()
        };
        // How round a number is depends on how it is written: that screen alone knows a scale.
        let figures = |screened: &Screened| -> Vec<(String, Decimal)> {
            let ratios = screened.findings.iter().filter(|it| it.screen != Screen::RoundNumbers);
            ratios.map(|it| (it.id(), it.figure)).collect()
        };
        let first = look(nine(1_000_000), bids.clone());
        let second = look(nine(1_000_000 * scale), bids.iter().map(scaled).collect());
        prop_assert_eq!(figures(&first), figures(&second));
    }

    #[test]
    fn nothing_is_found_below_the_minimum(bids in round()) {
        let thresholds = Thresholds::embedded().unwrap();
        let screened = look(nine(1_000_000), bids.clone());
        for it in &screened.findings {
            let least = thresholds.of(it.screen).unwrap().least();
            let n = match it.screen {
                // These count the losers only.
                Screen::RelativeDistanceLast => it.rows.len() - 1,
                _ => it.n,
            };
            prop_assert!(n >= least, "{} with {n}", it.screen);
            prop_assert!(it.rows.iter().all(|row| it.companies.contains(&bids[*row].company)));
            prop_assert!(!it.rows.is_empty() && !it.arithmetic.is_empty());
            prop_assert!(screened.looked[&it.screen] > 0);
        }
        let ids: BTreeSet<String> = screened.findings.iter().map(Finding::id).collect();
        prop_assert_eq!(ids.len(), screened.findings.len());
    }
}
