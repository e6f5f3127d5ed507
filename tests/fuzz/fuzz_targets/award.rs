//! Any bytes as a rule set, lots, bids, demand and answers: the engine refuses or decides, and never panics.
//!
//! The first byte takes one of the rule sets that come with the program or, when it is too large for that, the text
//! up to the first zero byte as one. The rest are lines of cells divided by blanks:
//! `lot CODE CEILING`, `bid LOT COMPANY PRICE RATIO CURRENT CAPACITY SALES GROUP`, `demand LOT REGION HOSPITAL BRAND
//! QUANTITY`, `answer LOT COMPANY PRICE`; a cell that cannot be read is none.

#![no_main]

use std::str::FromStr;

use jicai::awards::{Answers, Bid, Consent, Demand, Lot, Question, award};
use jicai::rounds::rule_set::{self, Category, FormClass, RuleSet};
use jicai::types::parse_decimal;
use libfuzzer_sys::fuzz_target;
use rust_decimal::Decimal;

#[derive(Default)]
struct Round {
    lots: Vec<Lot>,
    bids: Vec<Bid>,
    demand: Vec<Demand>,
    answers: Answers,
}

fn number<T: FromStr>(cell: Option<&&str>) -> Option<T> {
    cell?.parse().ok()
}

fn text(cell: Option<&&str>) -> String {
    cell.map(|cell| (*cell).to_owned()).unwrap_or_default()
}

impl Round {
    fn line(&mut self, line: &str) -> Option<()> {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let cell = |at: usize| cells.get(at);
        let code = text(cell(1)).as_str().into();
        match *cells.first()? {
            "lot" => self.lots.push(Lot {
                code,
                generic: "generic".to_owned(),
                form: "form".to_owned(),
                form_class: FormClass::ALL[line.len() % FormClass::ALL.len()],
                comparable_spec: "3ml:300".to_owned(),
                ceiling: number(cell(2))?,
                category: Category::ALL[line.len() % Category::ALL.len()],
                base_volume: number(cell(3)),
            }),
            "bid" => self.bids.push(Bid {
                lot: code,
                company: text(cell(2)).as_str().into(),
                unit_price: number(cell(3))?,
                ratio: cell(4).and_then(|cell| parse_decimal(cell).ok()).unwrap_or(Decimal::ONE),
                current_price: number(cell(5)),
                capacity: number(cell(6)),
                sales: number(cell(7)),
                reported_volume: number(cell(7)),
                group: cell(8).map(|group| (*group).to_owned()),
                product: "product".to_owned(),
                spec: "3ml:300".to_owned(),
                kind: None,
                accepts_revival: line.len() % 2 == 0,
            }),
            "demand" => self.demand.push(Demand {
                lot: code,
                region: text(cell(2)).as_str().into(),
                hospital: text(cell(3)).as_str().into(),
                company: cell(4).map(|brand| (*brand).into()),
                quantity: number(cell(5))?,
            }),
            "answer" => self.answers.consents.push(Consent {
                lot: code,
                company: text(cell(2)).as_str().into(),
                question: Question::ALL[line.len() % Question::ALL.len()],
                price: number(cell(3)),
            }),
            _ => {}
        }
        Some(())
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let (rules, lines) = match rule_set::EMBEDDED.get(usize::from(*first)) {
        Some((name, _)) => (rule_set::find(name), rest),
        None => {
            let end = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
            (RuleSet::parse(&String::from_utf8_lossy(&rest[..end])), &rest[end..])
        }
    };
    let Ok(rules) = rules else { return };
    let mut round = Round::default();
    for line in String::from_utf8_lossy(lines).lines() {
        let _ = round.line(line);
    }
    if let Ok(outcome) = award(&rules, &round.lots, &round.bids, &round.demand, &round.answers) {
        assert_eq!(outcome.awards.len(), round.bids.len());
    }
});
