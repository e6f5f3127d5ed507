//! The price a pack by hand, and who may do what to a sheet when.

use chrono::NaiveDate;
use jicai::preparations::rules::{accept, amount, costs, header, may_ask, may_submit};
use jicai::preparations::{CostLine, CostSheet, LineKind, Refused, State};
use jicai::text::Say;
use jicai::types::{Amount, CostLineId, CostSheetId, OrganisationId, PreparationId, Time};
use rust_decimal::Decimal;

fn sheet(batch: &str, yield_share: &str, rate: &str) -> CostSheet {
    CostSheet {
        id: CostSheetId::new(),
        preparation_id: PreparationId::new(),
        hospital_id: OrganisationId::new(),
        number: String::new(),
        version: 1,
        batch: batch.parse().unwrap(),
        yield_share: yield_share.parse().unwrap(),
        rate: rate.parse().unwrap(),
        change_reason: String::new(),
        state: State::Draft,
        revision: 1,
        remark: String::new(),
        price: None,
        from_day: None,
        to_day: None,
        due_day: None,
        submitted_by: None,
        submitted_at: None,
        asked_by: None,
        decided_at: None,
        created_at: Time::from_millis(0),
    }
}

fn line(kind: LineKind, quantity: &str, price: &str) -> CostLine {
    let (quantity, unit_price) = (quantity.parse().unwrap(), price.parse().unwrap());
    CostLine {
        id: CostLineId::new(),
        sheet_id: CostSheetId::new(),
        position: 1,
        kind,
        name: kind.to_string(),
        unit: "kg".to_owned(),
        quantity,
        unit_price,
        basis: String::new(),
        amount: amount(quantity, unit_price).unwrap(),
        accepted: None,
        reason: String::new(),
    }
}

fn sample() -> Vec<CostLine> {
    vec![
        line(LineKind::Raw, "12.5", "86.4"),
        line(LineKind::Auxiliary, "3", "7.25"),
        line(LineKind::Packaging, "1000", "0.333"),
        line(LineKind::Fixed, "1", "640"),
    ]
}

/// (1,080 + 21.75 + 333 + 640) × 1.05 ÷ (1,000 × 0.97) = 2,178.4875 ÷ 970 = 2.24586… → 2.25 a pack.
#[test]
fn a_pack_is_priced_as_by_hand_and_rounded_once() {
    let costs = costs(&sheet("1000", "0.97", "0.05"), &sample(), |it| it.amount).unwrap();
    assert_eq!(costs.raw.to_string(), "1080.00");
    assert_eq!(costs.auxiliary.to_string(), "21.75");
    assert_eq!(costs.packaging.to_string(), "333.00");
    assert_eq!(costs.fixed.to_string(), "640.00");
    assert_eq!(costs.sum.to_string(), "2074.75");
    assert_eq!(costs.packs.to_string(), "970");
    assert_eq!(costs.price.to_string(), "2.25");
}

#[test]
fn a_header_is_checked() {
    let check = |batch: &str, yield_share: &str, rate: &str, want: Result<(), &str>| {
        let it = sheet(batch, yield_share, rate);
        let found = header(it.batch, it.yield_share, it.rate, Decimal::new(5, 2));
        assert_eq!(found.map_err(|why| why.field().unwrap()), want, "{batch} {yield_share} {rate}");
    };
    check("1", "1", "0", Ok(()));
    check("1", "1", "0.05", Ok(()));
    check("1", "1", "0.050001", Err("rate"));
    check("1", "1", "-0.01", Err("rate"));
    check("0", "1", "0", Err("batch"));
    check("-1", "1", "0", Err("batch"));
    check("1", "0", "0", Err("yield_share"));
    check("1", "1.000001", "0", Err("yield_share"));
}

#[test]
fn a_sheet_is_submitted_with_its_lines_and_with_reasons_for_a_large_change() {
    let (most, threshold) = (Decimal::new(5, 2), Decimal::new(1, 1));
    let it = sheet("1000", "0.97", "0.05");
    let submit = |lines: &[CostLine], old: Option<&str>, it: &CostSheet| {
        may_submit(it, lines, (most, threshold), old.map(|old| old.parse().unwrap()))
    };
    assert_eq!(submit(&sample(), None, &it), Ok(()));
    let mut lines = sample();
    lines.pop();
    assert_eq!(submit(&lines, None, &it), Err(Refused::NoLine(LineKind::Fixed)));
    assert_eq!(submit(&[], None, &it), Err(Refused::NoLine(LineKind::Raw)));
    // 2.25 against 2.05 is within ten percent with 2.05 × 1.1 = 2.255; against 2.04 (2.244) it is not.
    assert_eq!(submit(&sample(), Some("2.05"), &it), Ok(()));
    assert!(matches!(submit(&sample(), Some("2.04"), &it), Err(Refused::NoReasonForChange { .. })));
    assert!(matches!(submit(&sample(), Some("2.51"), &it), Err(Refused::NoReasonForChange { .. })));
    let explained = CostSheet { change_reason: "原料涨价".to_owned(), ..it };
    assert_eq!(submit(&sample(), Some("2.04"), &explained), Ok(()));
}

#[test]
fn a_cut_needs_a_reason_and_nothing_is_added() {
    let line = line(LineKind::Raw, "10", "3");
    let check = |accepted: &str, reason: &str| accept(&line, accepted.parse().unwrap(), reason);
    assert_eq!(check("30", ""), Ok(()));
    assert_eq!(check("29.99", "市场价2.999"), Ok(()));
    assert_eq!(check("0", "不属于成本"), Ok(()));
    assert_eq!(check("29.99", " "), Err(Refused::NoReason("raw".to_owned())));
    assert!(matches!(check("30.000000001", "x"), Err(Refused::Accepted { .. })));
    assert!(matches!(check("-1", "x"), Err(Refused::Accepted { .. })));
}

#[test]
fn a_reviewer_is_asked_once_every_line_was_looked_at() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let it = CostSheet { state: State::Submitted, ..sheet("1000", "1", "0") };
    let mut lines = sample();
    let ask = |lines: &[CostLine], from: &str, before: Option<&str>| {
        may_ask(&it, lines, Decimal::new(5, 2), day(from), (day("2026-11-27"), before.map(day)))
    };
    assert_eq!(ask(&lines, "2026-12-01", None), Err(Refused::Unreviewed("raw".to_owned())));
    lines.iter_mut().for_each(|it| it.accepted = Some(it.amount));
    assert_eq!(ask(&lines, "2026-12-01", None).unwrap().to_string(), "2.07");
    assert_eq!(ask(&lines, "2026-11-26", None), Err(Refused::FromDay(day("2026-11-26"))));
    assert_eq!(ask(&lines, "2026-12-01", Some("2026-12-01")), Err(Refused::FromDay(day("2026-12-01"))));
    lines.iter_mut().for_each(|it| it.accepted = Some(Amount::ZERO));
    assert_eq!(ask(&lines, "2026-12-01", None), Err(Refused::NoPrice));
}
