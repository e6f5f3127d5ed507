//! Numbers that companies, approvals, devices and institutions carry, checked by their published forms.

use super::words::{APPROVED, DEVICE};
use crate::text::{Say, Text, fill};

/// Characters of a unified social credit code and of its check, in the order of GB 32100-2015.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Why a number cannot be what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bad {
    /// Not 18 characters.
    UsccLength {
        /// The code.
        code: String,
        /// Its characters.
        found: usize,
    },
    /// A character the code does not use, counted from 1.
    UsccCharacter {
        /// The code.
        code: String,
        /// Its place.
        position: usize,
        /// The character.
        found: char,
    },
    /// Not a drug approval number.
    Approval(String),
    /// Not a device registration number.
    Registration(String),
    /// Not an institution code.
    Institution(String),
}

impl Say for Bad {
    fn say(&self, t: &Text) -> String {
        let c = &t.catalog;
        match self {
            Bad::UsccLength { code, found } => fill(c.uscc_length, &[("code", code), ("found", found)]),
            Bad::UsccCharacter { code, position, found } => {
                fill(c.uscc_character, &[("code", code), ("position", position), ("found", found)])
            }
            Bad::Approval(value) => fill(c.approval_bad, &[("value", value)]),
            Bad::Registration(value) => fill(c.registration_bad, &[("value", value)]),
            Bad::Institution(value) => fill(c.institution_bad, &[("value", value)]),
        }
    }
}

/// A check that a real code can fail: a person compares it with the licence and confirms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The code.
    pub code: String,
    /// Whether it is the organisation part (GB 11714) that fails; else the whole code (GB 32100).
    pub organisation: bool,
    /// The check character found.
    pub found: char,
    /// The check character computed.
    pub wanted: char,
}

impl Say for Doubt {
    fn say(&self, t: &Text) -> String {
        let text = if self.organisation { t.catalog.uscc_organisation } else { t.catalog.uscc_check };
        fill(text, &[("code", &self.code), ("found", &self.found), ("wanted", &self.wanted)])
    }
}

fn value_of(c: char) -> Option<u32> {
    ALPHABET.find(c).and_then(|at| u32::try_from(at).ok())
}

/// Checks a unified social credit code (GB 32100-2015). A wrong form is refused; a check that fails is only
/// doubted, because real companies carry such codes (91350211M0000XUF46).
pub fn uscc(text: &str) -> Result<Vec<Doubt>, Bad> {
    let code = text.trim();
    let found = code.chars().count();
    if found != 18 {
        return Err(Bad::UsccLength { code: code.to_owned(), found });
    }
    for (at, c) in code.chars().enumerate() {
        let division = (2..8).contains(&at);
        if value_of(c).is_none() || (division && !c.is_ascii_digit()) {
            return Err(Bad::UsccCharacter { code: code.to_owned(), position: at + 1, found: c });
        }
    }
    let characters: Vec<char> = code.chars().collect();
    let doubt = |organisation, at: usize, wanted| {
        let found = characters.get(at).copied().unwrap_or_default();
        (found != wanted).then(|| Doubt { code: code.to_owned(), organisation, found, wanted })
    };
    let checks = [(true, 16, organisation_check(&characters)), (false, 17, whole_check(&characters))];
    Ok(checks.into_iter().filter_map(|(organisation, at, wanted)| doubt(organisation, at, wanted)).collect())
}

/// The 18th character by GB 32100: weights 3^i mod 31.
fn whole_check(characters: &[char]) -> char {
    let mut weight = 1;
    let mut sum = 0;
    for c in characters.iter().take(17) {
        sum += value_of(*c).unwrap_or(0) * weight;
        weight = weight * 3 % 31;
    }
    let check = (31 - sum % 31) % 31;
    ALPHABET.chars().nth(check as usize).unwrap_or_default()
}

/// The 17th character by GB 11714, over characters 9 to 16; there letters run over the whole alphabet from A = 10.
fn organisation_check(characters: &[char]) -> char {
    let weights = [3, 7, 9, 10, 5, 8, 4, 2];
    let values = characters.iter().skip(8).take(8).map(|c| c.to_digit(36).unwrap_or(0));
    let sum: u32 = values.zip(weights).map(|(value, weight)| value * weight).sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or_default(),
    }
}

fn digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|b| b.is_ascii_digit())
}

/// The drug approval numbers of a field: one, several joined by a slash, comma or semicolon, or none.
pub fn approvals(field: &str) -> Result<Vec<&str>, Bad> {
    let split = |c: char| matches!(c, '/' | '、' | '；' | ';' | ',' | '，');
    let numbers: Vec<&str> = field.split(split).map(str::trim).filter(|n| !n.is_empty()).collect();
    match numbers.iter().find(|number| !is_approval(number)) {
        Some(bad) => Err(Bad::Approval((*bad).to_owned())),
        None => Ok(numbers),
    }
}

fn is_approval(number: &str) -> bool {
    let (domestic, rest) = match number.strip_prefix(APPROVED) {
        Some(rest) => (true, rest.trim()),
        None => (false, number),
    };
    let letters = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_uppercase()).len();
    let Some((letters, number)) = rest.split_at_checked(letters) else { return false };
    let known = match letters.as_bytes() {
        [b'H' | b'Z' | b'S'] => true,
        [b'B' | b'T' | b'F' | b'J' | b'C'] => domestic,
        [b'H' | b'Z' | b'S', b'C'] => true,
        [b'H' | b'Z' | b'S', b'J'] => domestic,
        _ => false,
    };
    known && digits(number, 8)
}

/// Checks a device registration number: 国械注准 and 11 digits, or a province's.
pub fn device(number: &str) -> Result<(), Bad> {
    let number = number.trim();
    let bad = || Bad::Registration(number.to_owned());
    let sort = DEVICE.iter().find(|sort| number.contains(**sort)).ok_or_else(bad)?;
    let (authority, rest) = number.split_once(sort).ok_or_else(bad)?;
    let known = authority.chars().count() == 1 || authority.chars().count() == 2;
    let filed = rest.len() >= 8 && digits(rest, rest.len());
    (known && (digits(rest, 11) || (sort.chars().count() == 2 && filed))).then_some(()).ok_or_else(bad)
}

/// Checks an institution code: H (hospital) or P (pharmacy), a division of six digits, five more digits.
pub fn institution(code: &str) -> Result<(), Bad> {
    let code = code.trim();
    let rest = code.strip_prefix(['H', 'P']).unwrap_or_default();
    digits(rest, 11).then_some(()).ok_or_else(|| Bad::Institution(code.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lang;

    fn lines(file: &str) -> Vec<csv::StringRecord> {
        let path = format!("{}/../shared/data/{file}", env!("CARGO_MANIFEST_DIR"));
        let Ok(text) = std::fs::read_to_string(path) else {
            println!("skipped: {file} is not here");
            return Vec::new();
        };
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        reader.records().map(|r| r.unwrap()).collect()
    }

    #[test]
    fn a_failing_check_is_doubted_and_a_wrong_form_refused() {
        assert_eq!(uscc("11330621MB1733652G"), Ok(vec![]));
        assert_eq!(uscc("91350500798359476R"), Ok(vec![]));
        let doubts = uscc("91350211M0000XUF46").unwrap();
        assert_eq!(doubts.len(), 1);
        assert!(doubts[0].say(Lang::En.text()).contains("by GB 32100 it would be \"R\""));
        assert_eq!(uscc("9135").unwrap_err(), Bad::UsccLength { code: "9135".into(), found: 4 });
        let said = uscc("91350211M0000XUFI6").unwrap_err().say(Lang::En.text());
        assert!(said.starts_with("Character 17"), "{said}");
        assert!(uscc("9A350211M0000XUF46").is_ok());
        assert!(uscc("91A50211M0000XUF46").is_err());
    }

    #[test]
    fn published_credit_codes_check_as_computed() {
        for line in lines("uscc_real_examples.csv") {
            let Ok(doubts) = uscc(&line[0]) else {
                assert_ne!(&line[1], "18", "{}", &line[0]);
                continue;
            };
            let whole = doubts.iter().find(|d| !d.organisation);
            let part = doubts.iter().find(|d| d.organisation);
            assert_eq!(whole.is_none(), &line[4] == "True", "{}", &line[0]);
            assert_eq!(part.is_none(), &line[7] == "True", "{}", &line[0]);
            if let Some(doubt) = whole {
                assert_eq!(doubt.wanted.to_string(), line[2]);
            }
        }
    }

    #[test]
    fn approval_and_registration_numbers() {
        let ok = |text: &str, count: usize| assert_eq!(approvals(text).unwrap().len(), count, "{text}");
        ok("国药准字H20057521", 1);
        ok("国药准字HJ20160001/国药准字HJ20160002", 2);
        ok("H20160001；S20160002、Z20160003", 3);
        ok("HC20160001", 1);
        ok("", 0);
        for bad in [
            "国药准字H2005752",
            "国药准字X20057521",
            "J20160001",
            "H2016000一",
            "国药准字",
            "国药准字HH20057521",
        ] {
            assert_eq!(approvals(bad), Err(Bad::Approval(bad.to_owned())));
        }
        assert!(device("国械注准20203130272").is_ok() && device("豫械注准20202140272").is_ok());
        assert!(device("国械注准2020313027").is_err() && device("械注准20203130272").is_err());
        assert!(institution("H33070200123").is_ok() && institution("P33070200123").is_ok());
        assert!(institution("X33070200123").is_err() && institution("H3307020012").is_err());
    }

    #[test]
    fn nearly_all_published_numbers_have_their_form() {
        let share = |good: usize, all: usize| all == 0 || good * 1000 >= all * 985;
        let listed = lines("hainan_drug_listing_2024.csv");
        let good = listed.iter().filter(|l| approvals(&l[5]).is_ok()).count();
        println!("approval numbers: {good} of {}", listed.len());
        assert!(share(good, listed.len()));
        let devices = lines("guizhou_vbp_consumables_codes.csv");
        let good = devices.iter().filter(|l| device(&l[0]).is_ok()).count();
        println!("device registrations: {good} of {}", devices.len());
        assert!(share(good, devices.len()));
    }
}
