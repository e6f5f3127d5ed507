//! Regions chosen by the winners in turns: main suppliers (主供), then spare ones (备供).
//!
//! The turns are one state machine for the engine and for the turns taken on line: whoever does not choose is
//! given what the engine would have given it.

use rust_decimal::Decimal;

use super::Supply;
use crate::rounds::rule_set::Regions;

/// Who supplies a region, as places in the ranking of those who choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The main supplier.
    pub main: usize,
    /// The spare one, never the main one.
    pub spare: Option<usize>,
}

/// A region taken in a turn: regions by their place in the list, choosers by their place in the ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The chooser.
    pub who: usize,
    /// As main or as spare supplier.
    pub supply: Supply,
    /// The region.
    pub region: usize,
}

/// Whose turn it is and what may be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The chooser.
    pub who: usize,
    /// As main or as spare supplier.
    pub supply: Supply,
    /// The regions left for it, the largest demand first; never none.
    pub allowed: Vec<usize>,
    /// What it gets when it does not choose: the largest demand left.
    pub default: usize,
}

/// Why a region is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Every region has its suppliers.
    Over,
    /// Another one's turn, or the turn for the other kind of supply.
    Turn {
        /// Whose turn it is.
        who: usize,
        /// What for.
        supply: Supply,
    },
    /// The region has its supplier already.
    Gone,
    /// Nobody spares its own main region.
    OwnMain,
}

/// The turns of one lot.
///
/// First rank takes its priority regions, then one region each a turn from first to last rank until none is
/// left; spare suppliers follow in the same order and never spare their own main regions. One for whom nothing
/// that is left is allowed is passed over.
#[derive(Debug, Clone)]
pub struct Turns<'a> {
    rules: &'a Regions,
    choosers: usize,
    /// All regions, the largest demand first.
    wanted: Vec<usize>,
    main: Vec<Option<usize>>,
    spare: Vec<Option<usize>>,
    supply: Supply,
    /// Those of `wanted` that have no supplier of this kind yet.
    left: Vec<usize>,
    /// Turns taken or passed over for this kind of supply.
    step: usize,
}

impl<'a> Turns<'a> {
    /// Before the first turn: regions by their demand, choosers in rank order.
    pub fn new(rules: &'a Regions, demand: &[Decimal], choosers: usize) -> Self {
        let mut wanted: Vec<usize> = (0..demand.len()).collect();
        wanted.sort_by(|a, b| demand[*b].cmp(&demand[*a]).then(a.cmp(b)));
        let none = vec![None; demand.len()];
        let left = if choosers == 0 { Vec::new() } else { wanted.clone() };
        let (main, spare) = (none.clone(), none);
        Self { rules, choosers, wanted, main, spare, supply: Supply::Main, left, step: 0 }
    }

    /// The turns after some were taken, or the place of the first that does not fit and why.
    pub fn after(
        rules: &'a Regions,
        demand: &[Decimal],
        choosers: usize,
        taken: &[Taken],
    ) -> Result<Self, (usize, Fault)> {
        let mut turns = Self::new(rules, demand, choosers);
        for (place, it) in taken.iter().enumerate() {
            turns.take(*it).map_err(|fault| (place, fault))?;
        }
        Ok(turns)
    }

    /// Whose turn it is; none when every region has its suppliers.
    pub fn turn(&self) -> Option<Turn> {
        let (_, who) = self.next()?;
        let allowed: Vec<usize> = self.left.iter().copied().filter(|region| self.may(*region, who)).collect();
        Some(Turn { who, supply: self.supply, default: *allowed.first()?, allowed })
    }

    /// Takes a region for whoever's turn it is.
    pub fn take(&mut self, it: Taken) -> Result<(), Fault> {
        let (step, who) = self.next().ok_or(Fault::Over)?;
        if (it.who, it.supply) != (who, self.supply) {
            return Err(Fault::Turn { who, supply: self.supply });
        }
        let place = self.left.iter().position(|region| *region == it.region).ok_or(Fault::Gone)?;
        if !self.may(it.region, who) {
            return Err(Fault::OwnMain);
        }
        self.put(step, who, place);
        Ok(())
    }

    /// Gives every region that is left to whoever's turn it is, and says who supplies which.
    pub fn complete(mut self) -> Vec<Choice> {
        while let Some((step, who)) = self.next() {
            let Some(place) = self.left.iter().position(|region| self.may(*region, who)) else { break };
            self.put(step, who, place);
        }
        let both = self.main.iter().zip(&self.spare);
        both.filter_map(|(main, spare)| Some(Choice { main: (*main)?, spare: *spare })).collect()
    }

    /// The step of the next turn and whose it is.
    fn next(&self) -> Option<(usize, usize)> {
        let priority = self.rules.priority.0 as usize;
        let whose = |step: usize| match step.checked_sub(priority) {
            None => 0,
            Some(turn) => turn % self.choosers,
        };
        let steps = self.step..=self.step + priority + self.choosers;
        let can = |who: usize| self.left.iter().any(|region| self.may(*region, who));
        if self.left.is_empty() {
            return None;
        }
        steps.map(|step| (step, whose(step))).find(|(_, who)| can(*who))
    }

    fn may(&self, region: usize, who: usize) -> bool {
        self.supply == Supply::Main || self.main[region] != Some(who)
    }

    fn put(&mut self, step: usize, who: usize, place: usize) {
        let region = self.left.remove(place);
        self.step = step + 1;
        match self.supply {
            Supply::Main => self.main[region] = Some(who),
            Supply::Spare => self.spare[region] = Some(who),
        }
        if self.left.is_empty() && self.supply == Supply::Main && self.rules.spare && self.choosers > 1 {
            (self.supply, self.left, self.step) = (Supply::Spare, self.wanted.clone(), 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rounds::rule_set;

    fn rules() -> Regions {
        rule_set::find("GY-YD2022-1").unwrap().regions.unwrap()
    }

    fn demand(of: &[i64]) -> Vec<Decimal> {
        of.iter().map(|d| Decimal::from(*d)).collect()
    }

    fn shown(choices: &[Choice]) -> String {
        let show = |c: &Choice| format!("{}/{}", c.main, c.spare.map_or("-".to_owned(), |s| s.to_string()));
        choices.iter().map(show).collect::<Vec<_>>().join(" ")
    }

    /// `who region` in the order taken, `s` before a spare one.
    fn taken(text: &str) -> Vec<Taken> {
        let one = |text: &str| {
            let (supply, text) = match text.strip_prefix('s') {
                Some(rest) => (Supply::Spare, rest),
                None => (Supply::Main, text),
            };
            let (who, region) = text.split_once(':').unwrap();
            Taken { who: who.parse().unwrap(), supply, region: region.parse().unwrap() }
        };
        text.split_whitespace().map(one).collect()
    }

    #[test]
    fn turns_go_by_rank_and_spare_differs_from_main() {
        let check = |of: &[i64], choosers, want: &str| {
            assert_eq!(shown(&Turns::new(&rules(), &demand(of), choosers).complete()), want, "{of:?}");
        };
        check(&[10, 20, 30], 1, "0/- 0/- 0/-");
        // First rank: 30 with priority, then 20; second rank: 10. Spares the other way round.
        check(&[10, 20, 30], 2, "1/0 0/1 0/1");
        check(&[5, 5, 5, 5], 3, "0/1 0/2 1/0 2/0");
        check(&[7], 2, "0/1");
        check(&[], 2, "");
        check(&[7], 0, "");
    }

    #[test]
    fn what_is_taken_is_kept_and_the_rest_goes_by_default() {
        let check = |of: &[i64], choosers, picks: &str, want: &str| {
            let rules = rules();
            let turns = Turns::after(&rules, &demand(of), choosers, &taken(picks)).unwrap();
            assert_eq!(shown(&turns.complete()), want, "{of:?} {picks}");
        };
        // First rank takes the smallest first; its next turn and the others' go by demand.
        check(&[10, 20, 30], 2, "0:0", "0/1 1/0 0/1");
        check(&[10, 20, 30], 2, "0:0 0:1 1:2", "0/1 0/1 1/0");
        check(&[10, 20, 30], 2, "0:0 0:1 1:2 s0:2 s1:0 s1:1", "0/1 0/1 1/0");
        check(&[5, 5, 5, 5], 3, "0:3 0:2 1:1 2:0 s0:0 s0:1", "2/0 1/0 0/1 0/2");
    }

    #[test]
    fn a_turn_says_who_may_choose_what() {
        let (rules, of) = (rules(), demand(&[10, 20, 30]));
        let check = |picks: &str, want: Option<(usize, Supply, &[usize])>| {
            let turn = Turns::after(&rules, &of, 2, &taken(picks)).unwrap().turn();
            let found = turn.as_ref().map(|t| (t.who, t.supply, &*t.allowed));
            assert_eq!(found, want, "{picks}");
            assert!(turn.is_none_or(|t| t.default == t.allowed[0]));
        };
        check("", Some((0, Supply::Main, &[2, 1, 0])));
        check("0:0", Some((0, Supply::Main, &[2, 1])));
        check("0:0 0:2", Some((1, Supply::Main, &[1])));
        // The first rank's only spare region is the second's main one; then it is passed over.
        check("0:0 0:2 1:1", Some((0, Supply::Spare, &[1])));
        check("0:0 0:2 1:1 s0:1", Some((1, Supply::Spare, &[2, 0])));
        check("0:0 0:2 1:1 s0:1 s1:2", Some((1, Supply::Spare, &[0])));
        check("0:0 0:2 1:1 s0:1 s1:2 s1:0", None);
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_place() {
        let (rules, of) = (rules(), demand(&[10, 20, 30]));
        let check = |picks: &str, place: usize, want: Fault| {
            let fault = Turns::after(&rules, &of, 2, &taken(picks)).unwrap_err();
            assert_eq!(fault, (place, want), "{picks}");
        };
        check("1:0", 0, Fault::Turn { who: 0, supply: Supply::Main });
        check("0:0 0:1 0:2", 2, Fault::Turn { who: 1, supply: Supply::Main });
        check("0:0 s0:1", 1, Fault::Turn { who: 0, supply: Supply::Main });
        check("0:0 0:0", 1, Fault::Gone);
        check("0:9", 0, Fault::Gone);
        check("0:0 0:1 1:2 s0:1", 3, Fault::OwnMain);
        check("0:0 0:2 1:1 s0:1 s1:2 s1:0 s1:0", 6, Fault::Over);
    }

    #[test]
    fn every_region_has_both_suppliers_when_two_can_choose() {
        let rules = rules();
        for regions in 0..40usize {
            for choosers in 2..12 {
                let demand: Vec<Decimal> = (0..regions).map(|r| Decimal::from((r * 37) % 11)).collect();
                let choices = Turns::new(&rules, &demand, choosers).complete();
                assert_eq!(choices.len(), regions);
                for choice in choices {
                    assert!(choice.spare.is_some_and(|spare| spare != choice.main), "{regions} {choosers}");
                }
            }
        }
    }
}
