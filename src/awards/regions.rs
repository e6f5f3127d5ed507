//! Regions chosen by the winners in turns: main suppliers (主供), then spare ones (备供).

use rust_decimal::Decimal;

use crate::rounds::rule_set::Regions;

/// Who supplies a region, as places in the ranking of those who choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The main supplier.
    pub main: usize,
    /// The spare one, never the main one.
    pub spare: Option<usize>,
}

/// Chooses for every region (by its demand, in the regions' order) among `winners` in rank order.
///
/// First rank takes its priority regions, then one region each a turn from first to last rank until none
/// is left; spare suppliers follow in the same order and never spare their own main regions. Whoever does
/// not say otherwise takes the region with the largest demand left.
pub fn choose(rules: &Regions, demand: &[Decimal], winners: usize) -> Vec<Choice> {
    if winners == 0 {
        return Vec::new();
    }
    let mut wanted: Vec<usize> = (0..demand.len()).collect();
    wanted.sort_by(|a, b| demand[*b].cmp(&demand[*a]).then(a.cmp(b)));

    let main = take_turns(rules, &wanted, winners, |_, _| true);
    let spare = match rules.spare && winners > 1 {
        true => take_turns(rules, &wanted, winners, |region, who| main[region] != Some(who)),
        false => vec![None; demand.len()],
    };
    main.iter().zip(spare).map(|(main, spare)| Choice { main: main.unwrap_or(0), spare }).collect()
}

/// The chooser of each region. One for whom nothing that is left is allowed is passed over.
fn take_turns(
    rules: &Regions,
    wanted: &[usize],
    winners: usize,
    may: impl Fn(usize, usize) -> bool,
) -> Vec<Option<usize>> {
    let mut left = wanted.to_vec();
    let mut taken = vec![None; wanted.len()];
    let priority = rules.priority.0 as usize;
    let mut passed = 0;
    for who in std::iter::repeat_n(0, priority).chain((0..winners).cycle()) {
        if left.is_empty() || passed > priority + winners {
            break;
        }
        match left.iter().position(|region| may(*region, who)) {
            Some(place) => {
                taken[left.remove(place)] = Some(who);
                passed = 0;
            }
            None => passed += 1,
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rounds::rule_set;

    fn choices(demand: &[i64], winners: usize) -> String {
        let rules = rule_set::find("GY-YD2022-1").unwrap().regions.unwrap();
        let demand: Vec<Decimal> = demand.iter().map(|d| Decimal::from(*d)).collect();
        let show = |c: &Choice| format!("{}/{}", c.main, c.spare.map_or("-".to_owned(), |s| s.to_string()));
        choose(&rules, &demand, winners).iter().map(show).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn turns_go_by_rank_and_spare_differs_from_main() {
        assert_eq!(choices(&[10, 20, 30], 1), "0/- 0/- 0/-");
        // First rank: 30 with priority, then 20; second rank: 10. Spares the other way round.
        assert_eq!(choices(&[10, 20, 30], 2), "1/0 0/1 0/1");
        assert_eq!(choices(&[5, 5, 5, 5], 3), "0/1 0/2 1/0 2/0");
        assert_eq!(choices(&[7], 2), "0/1");
        assert_eq!(choices(&[], 2), "");
    }

    #[test]
    fn every_region_has_both_suppliers_when_two_can_choose() {
        let rules = rule_set::find("GY-YD2022-1").unwrap().regions.unwrap();
        for regions in 0..40usize {
            for winners in 2..12 {
                let demand: Vec<Decimal> = (0..regions).map(|r| Decimal::from((r * 37) % 11)).collect();
                for choice in choose(&rules, &demand, winners) {
                    assert!(choice.spare.is_some_and(|spare| spare != choice.main), "{regions} {winners}");
                }
            }
        }
    }
}
