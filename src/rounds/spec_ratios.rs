//! Price relations of specs that a rule set names itself, such as 3ml:300 to 10ml:400 of insulin.

use rust_decimal::Decimal;

use super::parameters::SpecRatios;
use crate::types::parse_decimal;

impl SpecRatios {
    /// The price of a spec over the price of the comparable spec; `None` when one of them is not named.
    pub fn between(&self, comparable: &str, spec: &str) -> Option<Decimal> {
        self.of(spec)?.checked_div(self.of(comparable)?)
    }

    fn of(&self, spec: &str) -> Option<Decimal> {
        let wanted = amounts(spec)?;
        let known = self.specs.iter().position(|known| amounts(known) == Some(wanted))?;
        self.ratios.get(known).map(|ratio| ratio.0)
    }
}

/// Millilitres and units of a spec such as `3ml:300单位(笔芯)`; `None` of any other kind of spec.
pub fn amounts(spec: &str) -> Option<(Decimal, Decimal)> {
    let narrow = |c: char| match c {
        '\u{ff1a}' => ':',
        '\u{ff08}' => '(',
        other => other.to_ascii_lowercase(),
    };
    let text: String = spec.chars().filter(|c| !c.is_whitespace()).map(narrow).collect();
    let (volume, content) = text.split_once(':')?;
    let volume = parse_decimal(volume.strip_suffix("ml")?).ok()?;
    let end = content.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(content.len());
    let (content, unit) = content.split_at(end);
    // Masses are another kind of content.
    if ["mg", "g", "ug", "\u{3bc}g", "\u{b5}g", "ml"].iter().any(|mass| unit.starts_with(mass)) {
        return None;
    }
    Some((volume.normalize(), parse_decimal(content).ok()?.normalize()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rounds::rule_set::find;

    #[test]
    fn specs_are_read_as_they_are_written() {
        let check = |spec: &str, want: Option<(&str, &str)>| {
            let want = want.map(|(a, b)| (a.parse().unwrap(), b.parse().unwrap()));
            assert_eq!(amounts(spec), want, "{spec}");
        };
        check("3ml:300单位（笔芯）", Some(("3", "300")));
        check("3 ML：300IU", Some(("3", "300")));
        check("1.50ml:450", Some(("1.5", "450")));
        check("10ml:400u/瓶", Some(("10", "400")));
        check("3ml:10.92mg", None);
        check("300单位", None);
        check("ml:300", None);
        check("3ml:", None);
        check("", None);
    }

    #[test]
    fn insulin_specs_have_the_published_relations() {
        let check = |rules: &str, comparable: &str, spec: &str, want: Option<&str>| {
            let found = find(rules).unwrap().named_ratio(comparable, spec);
            assert_eq!(found, want.map(|w| w.parse().unwrap()), "{rules} {spec}");
        };
        for (rules, concentrated) in [("GY-YD2021-3", "1.4"), ("GY-YD2024-1", "1.3")] {
            check(rules, "3ml:300单位", "3ml:300单位", Some("1"));
            check(rules, "3ml:300单位", "10ml:400单位", Some("1"));
            check(rules, "3ml:300单位", "1.5ml:450单位", Some(concentrated));
            check(rules, "3ml:300单位", "3ml:600单位", None);
            check(rules, "注射剂", "3ml:300单位", None);
        }
        check("GY-YD2024-2", "3ml:300单位", "10ml:400单位", None);
    }
}
