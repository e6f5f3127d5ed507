//! National medical-insurance product codes taken apart and checked: drugs X and Z, decoction pieces T,
//! consumables C (formats checked on 13,738 drug and 2,250 consumable codes; none has a check digit).

use std::fmt;
use std::str::FromStr;

use crate::text::{Say, Text, fill};

crate::words! {
    /// What a code names.
    Kind {
        /// Western and biological drugs, X and 23 characters.
        Western = "X",
        /// Chinese patent medicines, Z and 20 characters.
        Patent = "Z",
        /// Decoction pieces, T and 9 digits.
        Piece = "T",
        /// Medical consumables, C and 26 digits, or 19 without the serial of the specification.
        Consumable = "C",
    }
}

/// How long each part is, in the order class, generic, form, spec, pack, company, and its pattern.
struct Format {
    kind: Kind,
    /// One letter a character: the kind's own letter, `A` for a letter, `9` for a digit.
    pattern: &'static str,
    /// Where class, generic, form, spec, pack, company start and end.
    parts: [(usize, usize); 6],
}

const NONE: (usize, usize) = (0, 0);

const FORMATS: &[Format] = &[
    Format {
        kind: Kind::Western,
        pattern: "XA99AAA999A999999999999",
        parts: [(1, 6), (6, 10), (10, 14), (14, 16), (16, 18), (18, 23)],
    },
    Format {
        kind: Kind::Patent,
        pattern: "ZA99AAA9999999999999",
        parts: [(1, 6), (6, 11), NONE, (11, 13), (13, 15), (15, 20)],
    },
    Format { kind: Kind::Piece, pattern: "T999999999", parts: [NONE, (1, 10), NONE, NONE, NONE, NONE] },
    Format {
        kind: Kind::Consumable,
        pattern: "C99999999999999999999999999",
        parts: [(1, 7), (7, 10), (10, 15), (20, 27), NONE, (15, 20)],
    },
    Format {
        kind: Kind::Consumable,
        pattern: "C9999999999999999999",
        parts: [(1, 7), (7, 10), (10, 15), NONE, NONE, (15, 20)],
    },
];

/// Why a text is not a product code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadCode {
    /// Nothing.
    Empty,
    /// The first character names no kind of product.
    Unknown(String),
    /// Too long or too short.
    Length {
        /// The code.
        code: String,
        /// Its characters.
        found: usize,
        /// The lengths there are.
        wanted: Vec<usize>,
    },
    /// A character that may not stand where it stands.
    Character {
        /// The code.
        code: String,
        /// Its place, counted from 1.
        position: usize,
        /// The character.
        found: char,
        /// Whether a letter should stand there; else a digit.
        letter: bool,
    },
}

impl Say for BadCode {
    fn say(&self, t: &Text) -> String {
        let c = &t.catalog;
        match self {
            BadCode::Empty => c.code_empty.to_owned(),
            BadCode::Unknown(code) => fill(c.code_unknown, &[("code", code)]),
            BadCode::Length { code, found, wanted } => {
                let wanted: Vec<String> = wanted.iter().map(usize::to_string).collect();
                let wanted = wanted.join(c.or);
                fill(c.code_length, &[("code", code), ("found", found), ("wanted", &wanted)])
            }
            BadCode::Character { code, position, found, letter } => {
                let text = if *letter { c.code_letter } else { c.code_digit };
                fill(text, &[("code", code), ("position", position), ("found", found)])
            }
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("code")
    }
}

/// A product code that has the form of its kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    text: String,
    format: usize,
}

impl FromStr for Code {
    type Err = BadCode;

    fn from_str(text: &str) -> Result<Self, BadCode> {
        let text = text.trim();
        let first = text.chars().next().ok_or(BadCode::Empty)?;
        let of_kind: Vec<(usize, &Format)> =
            FORMATS.iter().enumerate().filter(|(_, f)| f.pattern.starts_with(first)).collect();
        if of_kind.is_empty() {
            return Err(BadCode::Unknown(text.to_owned()));
        }
        let found = text.chars().count();
        let Some((at, format)) = of_kind.iter().find(|(_, f)| f.pattern.len() == found) else {
            let wanted = of_kind.iter().map(|(_, f)| f.pattern.len()).collect();
            return Err(BadCode::Length { code: text.to_owned(), found, wanted });
        };
        for (position, (found, wanted)) in text.chars().zip(format.pattern.chars()).enumerate().skip(1) {
            let letter = wanted == 'A';
            let fits = if letter { found.is_ascii_uppercase() } else { found.is_ascii_digit() };
            if !fits {
                return Err(BadCode::Character {
                    code: text.to_owned(),
                    position: position + 1,
                    found,
                    letter,
                });
            }
        }
        Ok(Self { text: text.to_owned(), format: *at })
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Code {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it names.
    pub fn kind(&self) -> Kind {
        FORMATS.get(self.format).map_or(Kind::Consumable, |f| f.kind)
    }

    fn part(&self, at: usize) -> &str {
        let range = FORMATS.get(self.format).and_then(|f| f.parts.get(at)).copied().unwrap_or(NONE);
        self.text.get(range.0..range.1).unwrap_or_default()
    }

    /// The class: therapeutic for drugs, three levels of two digits for consumables.
    pub fn class(&self) -> &str {
        self.part(0)
    }

    /// The generic name's number.
    pub fn generic(&self) -> &str {
        self.part(1)
    }

    /// The dosage form of a western drug, the material or feature of a consumable; empty where the code has none.
    pub fn form(&self) -> &str {
        self.part(2)
    }

    /// The specification's number.
    pub fn spec(&self) -> &str {
        self.part(3)
    }

    /// The pack's number; empty where the code has none.
    pub fn pack(&self) -> &str {
        self.part(4)
    }

    /// The company's number.
    pub fn company(&self) -> &str {
        self.part(5)
    }

    /// What codes of the same generic share: for western drugs with the form (14 characters), for patent
    /// medicines 11, for consumables 10, for decoction pieces all.
    pub fn generic_key(&self) -> &str {
        let length = match self.kind() {
            Kind::Western => 14,
            Kind::Patent => 11,
            Kind::Consumable | Kind::Piece => 10,
        };
        self.text.get(..length).unwrap_or(&self.text)
    }

    /// What codes of the same generic and specification share, whatever their pack and company. The number of a
    /// consumable's specification is the company's own, so there it is the class, generic and feature.
    pub fn same_spec_key(&self) -> &str {
        let length = match self.kind() {
            Kind::Western => 16,
            Kind::Patent => 13,
            Kind::Consumable => 15,
            Kind::Piece => 10,
        };
        self.text.get(..length).unwrap_or(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lang;

    fn parts(text: &str) -> String {
        let c: Code = text.parse().unwrap();
        format!(
            "{} {} {} {} {} {} {}",
            c.kind(),
            c.class(),
            c.generic(),
            c.form(),
            c.spec(),
            c.pack(),
            c.company()
        )
    }

    #[test]
    fn codes_come_apart() {
        assert_eq!(parts("XJ01FAA051A006030105755"), "X J01FA A051 A006 03 01 05755");
        assert_eq!(parts("ZA04CAE0023010100166"), "Z A04CA E0023  01 01 00166");
        assert_eq!(parts("T000100030"), "T  000100030    ");
        assert_eq!(parts(" C15011121200000107660000016 "), "C 150111 212 00000 0000016  10766");
        assert_eq!(parts("C0344051070500007551"), "C 034405 107 05000   07551");
        let c: Code = "XJ01FAA051A006030105755".parse().unwrap();
        assert_eq!((c.generic_key(), c.same_spec_key()), ("XJ01FAA051A006", "XJ01FAA051A00603"));
        let c: Code = "ZA04CAE0023010100166".parse().unwrap();
        assert_eq!((c.generic_key(), c.same_spec_key()), ("ZA04CAE0023", "ZA04CAE002301"));
    }

    #[test]
    fn a_bad_code_is_told_where_it_is_bad() {
        let check = |text: &str, want: &str| {
            let said = text.parse::<Code>().unwrap_err().say(Lang::En.text());
            assert!(said.contains(want), "{said}");
        };
        check("  ", "no code");
        check("D5P00000000000000000002", "starts with none of X, Z, T and C");
        check("XJ01FAA051A00603010575", "has 22 characters; it must have 23");
        check("C123", "has 4 characters; it must have 27 or 20");
        check(
            "XJ01FAA051A0060301O5755",
            "Character 19 of the code \"XJ01FAA051A0060301O5755\" is \"O\"; it must be a digit",
        );
        check("X101FAA051A006030105755", "Character 2 of");
        check("Xj01FAA051A006030105755", "is \"j\"; it must be a capital letter");
        check("ＸJ01FAA051A006030105755", "starts with none");
        check("XJ01FAA051A00603010575五", "Character 23");
        assert_eq!("Z".parse::<Code>().unwrap_err().say(Lang::Zh.text()), "编码“Z”有1位，应为20位。");
    }

    fn column(file: &str, at: usize) -> Vec<String> {
        let path = format!("{}/../shared/data/{file}", env!("CARGO_MANIFEST_DIR"));
        let Ok(text) = std::fs::read_to_string(path) else {
            println!("skipped: {file} is not here");
            return Vec::new();
        };
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        reader.records().map(|r| r.unwrap().get(at).unwrap().to_owned()).collect()
    }

    #[test]
    fn all_published_codes_are_read() {
        let all = |file, at, bad: &[&str]| {
            let found: Vec<String> =
                column(file, at).into_iter().filter(|c| c.parse::<Code>().is_err()).collect();
            if found.is_empty() && column(file, at).is_empty() {
                return;
            }
            assert_eq!(found, bad, "{file}");
        };
        all("nhsa_drug_codes_real.csv", 1, &[]);
        all("hainan_drug_listing_2024.csv", 0, &["D5P00000000000000000002"]);
        all("guizhou_vbp_consumables_codes.csv", 1, &[]);
        all("hainan_consumables_listing_50.csv", 0, &[]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_code_or_told_why_not(text in "[XZTC]?[A-Z0-9一]{0,30}") {
            match text.parse::<Code>() {
                Ok(code) => assert_eq!(code.as_str(), text),
                Err(bad) => assert!(!bad.say(Lang::En.text()).is_empty()),
            }
        }
    }
}
