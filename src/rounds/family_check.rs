//! What the sections of single rule families must fulfil: ranking by cut, pre-winners, spec relations, classes.

use std::collections::BTreeSet;

use super::rule_check::Refused;
use super::rule_set::{ClassBy, Number, RankBy, RuleSet};
use super::spec_ratios::amounts;

/// Checks keys and sections that belong together or contradict each other.
pub fn check(rules: &RuleSet) -> Result<(), Refused> {
    ranking(rules)?;
    spec_ratios(rules)?;
    pre_winners(rules)?;
    classes(rules)
}

/// Prices of different generics are not compared, so nothing that compares them goes with ranking by cut.
fn ranking(rules: &RuleSet) -> Result<(), Refused> {
    let Some(ranking) = &rules.ranking else { return Ok(()) };
    if ranking.least_cut.is_some() && ranking.by == RankBy::Price {
        return Err(choice("ranking.least_cut", "by = \"price\""));
    }
    let by_price = rules.classes.as_ref().is_some_and(|classes| classes.by == ClassBy::Price);
    let sections = [
        ("fuse", rules.fuse.is_some()),
        ("elimination", rules.elimination.is_some()),
        ("zero_volume", rules.zero_volume.is_some()),
        ("spec_ratios", rules.spec_ratios.is_some()),
        ("pre_winners", rules.pre_winners.is_some()),
        ("classes", by_price),
    ];
    match sections.iter().find(|(_, given)| *given && ranking.by == RankBy::Cut) {
        Some((name, _)) => Err(Refused::NotBeside { name, other: "ranking.by = \"cut\"" }),
        None => Ok(()),
    }
}

fn spec_ratios(rules: &RuleSet) -> Result<(), Refused> {
    let Some(named) = &rules.spec_ratios else { return Ok(()) };
    if named.specs.is_empty() {
        return Err(Refused::Empty("spec_ratios.specs"));
    }
    if named.specs.len() != named.ratios.len() {
        return Err(Refused::Unequal { name: "spec_ratios.ratios", other: "spec_ratios.specs" });
    }
    let mut seen = BTreeSet::new();
    for spec in &named.specs {
        if !amounts(spec).is_some_and(|amounts| seen.insert(amounts)) {
            return Err(Refused::Spec(spec.clone()));
        }
    }
    Ok(())
}

fn pre_winners(rules: &RuleSet) -> Result<(), Refused> {
    if rules.pre_winners.is_none() {
        return Ok(());
    }
    if let Some(places) = rules.quota.by_bidders.iter().find(|places| places.0 != 1) {
        let value = places.0.to_string();
        return Err(Refused::Outside { name: "quota.by_bidders", value, low: "1", high: "1" });
    }
    let sections = [
        ("fuse", rules.fuse.is_some()),
        ("single_bidder", rules.single_bidder.is_some()),
        ("elimination", rules.elimination.is_some()),
        ("zero_volume", rules.zero_volume.is_some()),
    ];
    match sections.iter().find(|(_, given)| *given) {
        Some((name, _)) => Err(Refused::NotBeside { name, other: "pre_winners" }),
        None => Ok(()),
    }
}

fn classes(rules: &RuleSet) -> Result<(), Refused> {
    let Some(classes) = &rules.classes else { return Ok(()) };
    let keys = [
        ("classes.a_places", classes.a_places.is_some(), ClassBy::Place),
        ("classes.b_places", classes.b_places.is_some(), ClassBy::Place),
        ("classes.a_line", classes.a_line.is_some(), ClassBy::Price),
        ("classes.b_line", classes.b_line.is_some(), ClassBy::Price),
    ];
    if let Some((name, ..)) = keys.iter().find(|(_, given, by)| *given != (classes.by == *by)) {
        return Err(choice(name, &format!("by = \"{}\"", classes.by)));
    }
    let tables = [("classes.a_places", &classes.a_places), ("classes.b_places", &classes.b_places)];
    for (name, table) in tables {
        let Some(table) = table else { continue };
        if table.is_empty() {
            return Err(Refused::Empty(name));
        }
    }
    match (classes.a_line, classes.b_line) {
        (Some(Number(a)), Some(Number(b))) if b < a => {
            Err(Refused::Falling { name: "classes.b_line", entry: 2 })
        }
        _ => Ok(()),
    }
}

fn choice(name: &'static str, choice: &str) -> Refused {
    Refused::Choice { name, choice: choice.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rounds::rule_set::find;
    use crate::text::{Lang, Say};

    const MARKS: &str = "clause = \"c\"\nsource = \"s\"\nconfidence = \"own\"\n";

    #[test]
    fn families_that_make_no_sense_are_refused() {
        let check = |name: &str, from: &str, to: &str, want: &str| {
            let text = find(name).unwrap().text;
            assert!(text.contains(from), "{from}");
            let said = RuleSet::parse(&text.replacen(from, to, 1)).unwrap_err().say(Lang::En.text());
            assert!(said.contains(want), "{to}: {said}");
        };
        let section = |head: &str| format!("[{head}\n{MARKS}\n[share]");
        let (pilot, city) = ("GY-YD2018-1", "JH-YD2022-1");
        let (first, second) = ("GY-YD2021-3", "GY-YD2024-1");
        check(city, "by = \"cut\"", "by = \"price\"", "ranking.least_cut: does not go with by = \"price\"");
        check(city, "by = \"cut\"", "by = \"colour\"", "unknown variant `colour`");
        check(city, "least_cut = \"0.1\"", "least_cut = \"1\"", "ranking.least_cut");
        let fuse = section("fuse]\nfactor = \"1.8\"\nanchor = \"lowest\"");
        check(city, "[share]", &fuse, "fuse: contradicts ranking.by = \"cut\"");
        check(pilot, "[share]", &fuse, "fuse: contradicts pre_winners");
        check(pilot, "by_bidders = [\"1\"]", "by_bidders = [\"1\", \"2\"]", "quota.by_bidders: \"2\"");
        check(pilot, "factor = \"1\"", "factor = \"1.1\"", "pre_winners.factor");
        check(pilot, "mean_of = \"direct\"", "mean_of = \"all\"", "unknown variant `all`");
        check(first, "\"1\", \"1.4\"]", "\"1.4\"]", "spec_ratios.ratios: has not as many entries");
        check(
            first,
            "\"10ml:400\"",
            "\"3ml:300\"",
            "\"3ml:300\" is not millilitres and units, or appears twice",
        );
        check(first, "\"10ml:400\"", "\"10ml\"", "\"10ml\" is not");
        check(first, "by = \"place\"", "by = \"price\"", "classes.a_places: does not go with by = \"price\"");
        check(second, "a_line = ", "# ", "classes.a_line: does not go with by = \"price\"");
        check(second, "b_line = \"0.85\"", "b_line = \"0.01\"", "classes.b_line: entry 2 is below");
        check(second, "b_line = \"0.85\"", "b_line = \"1.1\"", "classes.b_line: \"1.1\" is not between");
    }
}
