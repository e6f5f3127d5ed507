//! The draft of a round's payment standards: winners, losing offers, and catalogue products of the same lots.

use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::awards::fraction::{Fraction, shown};
use crate::catalog::ratio::{self, Item, Ratios};
use crate::catalog::spec;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::rounds::{self, Lot, Round, rule_set::RuleSet};
use crate::standards::path::{Step, path};
use crate::standards::rules::{Basis, Product};
use crate::standards::store::{self, Listed, Offered, Packs};
use crate::standards::{Refused, Standard};
use crate::text::{Say, Text};
use crate::types::{UnitPrice, half_up};

/// A payment standard to be released.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[allow(missing_docs)]
pub struct Line {
    pub lot: String,
    pub product: String,
    pub generic: String,
    pub spec: String,
    pub pack: String,
    pub unit: String,
    pub company: String,
    pub standard: UnitPrice,
    pub price: UnitPrice,
    pub starts: NaiveDate,
    pub ends: Option<NaiveDate>,
    pub basis: String,
    pub clause: String,
    pub arithmetic: String,
    pub dual_channel: bool,
    pub document: String,
    pub remark: String,
}

impl Line {
    /// What a released row says.
    pub fn of(row: &Standard) -> Self {
        Self {
            lot: row.lot.clone(),
            product: row.product.clone(),
            generic: row.generic.clone(),
            spec: row.spec.clone(),
            pack: row.pack.clone(),
            unit: row.unit.clone(),
            company: row.company.clone(),
            standard: row.standard,
            price: row.price,
            starts: row.starts,
            ends: row.ends,
            basis: row.basis.clone(),
            clause: row.clause.clone(),
            arithmetic: row.arithmetic.clone(),
            dual_channel: row.dual_channel,
            document: row.document.clone(),
            remark: row.remark.clone(),
        }
    }
}

/// A catalogue product whose standard cannot be computed, and why.
#[derive(Debug, Clone)]
pub struct LeftOut {
    /// The lot's code.
    pub lot: String,
    /// The product's code.
    pub product: String,
    /// Its spec.
    pub spec: String,
    /// Its maker.
    pub company: String,
    /// Why not.
    pub why: Arc<dyn Say>,
}

impl LeftOut {
    /// Why, in words.
    pub fn say(&self, t: &Text) -> String {
        self.why.say(t)
    }
}

/// A round's standards as they would be released now.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Lot by lot: winners, losing offers, other products.
    pub lines: Vec<Line>,
    /// What a person has to look at.
    pub left_out: Vec<LeftOut>,
}

/// The draft of a round with a confirmed award.
pub fn of_round(conn: &mut Conn, round: &Round) -> Result<Draft> {
    let version = rounds::store::rule_set(conn, &round.rule_set_id)?.ok_or(Error::NotFound)?;
    let rules = RuleSet::parse(&version.body).map_err(Error::refused)?;
    let lots = rounds::lots_of(conn, &round.id)?;
    let Some(award) = store::confirmed_award(conn, &round.id)? else { return Err(Refused::NoAward.into()) };
    let offered = store::offered(conn, &award)?;
    let packs = store::packs(conn, offered.iter().map(|o| o.product.clone()).collect())?;
    let listed = store::listed(conn, lots.iter().map(|l| l.generic_key.clone()).collect())?;
    let ground = Ground { rules: &rules, from: round.calendar.execution_from };
    let mut draft = Draft::default();
    for lot in &lots {
        let offers: Vec<&Offered> = offered.iter().filter(|o| o.lot_id == lot.id).collect();
        let Some(highest) = offers.iter().filter_map(|o| o.comparable()).max() else { continue };
        // A group of different generics, ranked by cut: no product is held against another's price.
        let by_cut = rules.ranks_by_cut();
        for offer in offers.iter().filter(|offer| !by_cut || offer.award_price.is_some()) {
            draft.lines.extend(ground.offered(lot, offer, highest, &packs)?);
        }
        let is_of_lot = |p: &&Listed| !lot.generic_key.is_empty() && p.generic_key == lot.generic_key;
        let others = listed.iter().filter(|_| !by_cut).filter(is_of_lot);
        for product in others.filter(|p| !is_offered(p, &offers, &packs)) {
            // Where every spec has one price, another one is another product and not the winner's.
            let own =
                winner_of(product, &offers).filter(|o| !rules.has_one_price() || is_same_spec(product, o));
            match worth(&rules, lot, own, &packs, product) {
                Ok(k) => draft.lines.extend(match own.and_then(|offer| offer.award_price) {
                    Some(price) => vec![ground.selected(lot, product, price, k)?],
                    None => ground.listed(lot, product, highest, k)?,
                }),
                Err(why) => draft.left_out.push(LeftOut {
                    lot: lot.code.clone(),
                    product: product.code.clone(),
                    spec: product.spec.clone(),
                    company: product.maker.clone(),
                    why: Arc::new(why),
                }),
            }
        }
    }
    Ok(draft)
}

fn is_same_spec(product: &Listed, offer: &Offered) -> bool {
    spec::plain(&offer.spec) == spec::plain(&product.spec)
}

/// Whether a catalogue product is one that was bid: by its code, or by its maker and spec where the bid names no code
/// and so is for every pack.
fn is_offered(product: &Listed, offers: &[&Offered], packs: &Packs) -> bool {
    offers.iter().any(|o| {
        let is_any_pack = !packs.contains_key(&o.product);
        o.product == product.code || is_any_pack && o.company == product.maker && is_same_spec(product, o)
    })
}

/// The winning bid of a product's maker; of several that of its spec, else the first.
fn winner_of<'a>(product: &Listed, offers: &[&'a Offered]) -> Option<&'a Offered> {
    let own = || offers.iter().copied().filter(|o| o.company == product.maker && o.award_price.is_some());
    own().find(|o| is_same_spec(product, o)).or_else(|| own().next())
}

/// How many of its maker's winning prices, else of the comparable price, the product's price is worth, unit for unit. What
/// the rule set names of two specs goes before the ratios.
fn worth(
    rules: &RuleSet,
    lot: &Lot,
    own: Option<&Offered>,
    packs: &Packs,
    product: &Listed,
) -> std::result::Result<Decimal, ratio::Refused> {
    let base = own.map_or(&lot.comparable_spec, |offer| &offer.spec);
    let named = rules.spec_ratios.as_ref().and_then(|it| it.between(base, &product.spec));
    match (named, own) {
        _ if rules.has_one_price() => Ok(Decimal::ONE),
        (Some(named), _) => Ok(named),
        (None, Some(offer)) => ratio_of_own(lot, offer, packs, product),
        (None, None) => ratio_of(lot, product),
    }
}

/// How many of its maker's winning prices the product's price is worth, unit for unit: another spec or pack of a winner
/// is priced by the ratios, the count of the pack included where both are known (发改价格〔2011〕2452号).
fn ratio_of_own(
    lot: &Lot,
    offer: &Offered,
    packs: &Packs,
    product: &Listed,
) -> std::result::Result<Decimal, ratio::Refused> {
    let known = packs.get(&offer.product).and_then(|(_, count)| *count).filter(|count| *count > 0);
    let (base, other) = known.map_or((1, 1), |count| (count, product.pack_count));
    let (base, other) = (Decimal::from(base), Decimal::from(other));
    let item = |spec, count| Item { form: &lot.form, spec, count, unit: &lot.unit, material: None };
    let found = ratio::convert(&Ratios::default(), &item(&offer.spec, base), &item(&product.spec, other))?;
    found.k.checked_mul(base).and_then(|k| k.checked_div(other)).ok_or(ratio::Refused::Size)
}

/// How many comparable prices the product's price is worth (发改价格〔2011〕2452号). One generic key is one
/// dosage form, so only the spec is converted.
fn ratio_of(lot: &Lot, product: &Listed) -> std::result::Result<Decimal, ratio::Refused> {
    let item = |spec| Item { form: &lot.form, spec, count: Decimal::ONE, unit: &lot.unit, material: None };
    let found = ratio::convert(&Ratios::default(), &item(&lot.comparable_spec), &item(&product.spec))?;
    Ok(found.k)
}

struct Ground<'a> {
    rules: &'a RuleSet,
    from: NaiveDate,
}

impl Ground<'_> {
    fn offered(&self, lot: &Lot, offer: &Offered, highest: Fraction, packs: &Packs) -> Result<Vec<Line>> {
        let base = Line {
            lot: lot.code.clone(),
            product: offer.product.clone(),
            generic: lot.generic.clone(),
            spec: offer.spec.clone(),
            pack: packs.get(&offer.product).map(|(pack, _)| pack.clone()).unwrap_or_default(),
            unit: lot.unit.clone(),
            company: offer.company.clone(),
            price: offer.unit_price,
            starts: self.from,
            basis: Basis::Selected.to_string(),
            clause: self.rules.standard.clause.clone(),
            ..Line::default()
        };
        if let Some(price) = offer.award_price {
            return Ok(vec![Line { standard: price, price, arithmetic: price.to_string(), ..base }]);
        }
        // A bid without a valid price is no product with a price.
        if !offer.unit_price.is_positive() {
            return Ok(Vec::new());
        }
        let price = Fraction::whole(offer.unit_price.decimal());
        self.steps(
            base,
            Product { price, selected: highest.for_spec(offer.ratio), evaluated: true },
            highest,
            offer.ratio,
        )
    }

    /// A line of a catalogue product, without its standard.
    fn of_catalogue(&self, lot: &Lot, product: &Listed) -> Result<Line> {
        Ok(Line {
            lot: lot.code.clone(),
            product: product.code.clone(),
            generic: product.generic.clone(),
            spec: product.spec.clone(),
            pack: product.pack.clone(),
            unit: lot.unit.clone(),
            company: product.maker.clone(),
            price: rounded(own_price(product))?,
            starts: self.from,
            clause: self.rules.standard.clause.clone(),
            ..Line::default()
        })
    }

    /// Another spec or pack of a winner: what it won, converted.
    fn selected(&self, lot: &Lot, product: &Listed, won: UnitPrice, k: Decimal) -> Result<Line> {
        let exact = Fraction::whole(won.decimal()).for_spec(k);
        let standard = rounded(Fraction::whole(half_up(exact.value(), self.rules.price.decimals.0)))?;
        let arithmetic = match k == Decimal::ONE {
            true => won.to_string(),
            false => format!("{won} × {} = {}", ratio::shown(k), shown(exact.value(), 4)),
        };
        let basis = Basis::Selected.to_string();
        Ok(Line { standard, basis, arithmetic, ..self.of_catalogue(lot, product)? })
    }

    fn listed(&self, lot: &Lot, product: &Listed, highest: Fraction, k: Decimal) -> Result<Vec<Line>> {
        let price = own_price(product);
        self.steps(
            self.of_catalogue(lot, product)?,
            Product { price, selected: highest.for_spec(k), evaluated: product.evaluated },
            highest,
            k,
        )
    }

    /// The path of a product that did not win; a spec other than the comparable one shows its conversion first.
    fn steps(&self, base: Line, product: Product, highest: Fraction, k: Decimal) -> Result<Vec<Line>> {
        let converted = if k == Decimal::ONE {
            String::new()
        } else {
            let (at, selected) = (shown(highest.value(), 4), shown(product.selected.value(), 4));
            format!("{at} × {} = {selected}; ", ratio::shown(k))
        };
        let steps = path(self.rules, product, self.from).map_err(|e| Error::fault(format!("{e:?}")))?;
        let line = |step: Step| Line {
            standard: step.standard,
            starts: step.starts,
            ends: step.ends,
            basis: step.basis.to_string(),
            arithmetic: format!("{converted}{}", step.arithmetic),
            ..base.clone()
        };
        Ok(steps.into_iter().map(line).collect())
    }
}

/// The listing price of one unit.
fn own_price(product: &Listed) -> Fraction {
    Fraction::new(product.listing_price.decimal(), Decimal::from(product.pack_count))
}

fn rounded(price: Fraction) -> Result<UnitPrice> {
    UnitPrice::rounded(price.value()).map_err(|e| Error::fault(format!("{e:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rounds::{Category, FormClass, rule_set};
    use crate::types::{LotId, RoundId};

    #[test]
    fn what_a_rule_set_names_of_specs_goes_before_the_ratios() {
        let lot = Lot {
            id: LotId::new(),
            round_id: RoundId::new(),
            position: 1,
            code: "1".to_owned(),
            generic: "insulin".to_owned(),
            generic_key: "k".to_owned(),
            form: "injection".to_owned(),
            form_class: FormClass::SmallInjection,
            comparable_spec: "3ml:300u".to_owned(),
            unit: "u".to_owned(),
            ceiling: "43.2".parse().unwrap(),
            category: Category::General,
            base_volume: None,
        };
        let won = |spec: &str| Offered {
            lot_id: lot.id.clone(),
            company: "m".to_owned(),
            product: "p".to_owned(),
            spec: spec.to_owned(),
            unit_price: "30".parse().unwrap(),
            ratio: Decimal::ONE,
            award_price: Some("30".parse().unwrap()),
        };
        let check = |rules: &str, own: Option<&str>, spec: &str, want: &str| {
            let listed = Listed {
                code: "c".to_owned(),
                generic: lot.generic.clone(),
                generic_key: lot.generic_key.clone(),
                spec: spec.to_owned(),
                pack: String::new(),
                pack_count: 1,
                maker: "m".to_owned(),
                evaluated: true,
                listing_price: "40".parse().unwrap(),
            };
            let rules = rule_set::find(rules).unwrap();
            let own = own.map(&won);
            let found = worth(&rules, &lot, own.as_ref(), &Packs::new(), &listed);
            assert_eq!(found.ok(), Some(want.parse().unwrap()), "{own:?} {spec}");
        };
        check("GY-YD2024-1", None, "10ml:400u", "1");
        check("GY-YD2024-1", None, "1.5ml:450u", "1.3");
        check("GY-YD2024-1", Some("3ml:300u"), "1.5ml:450u", "1.3");
        check("GY-YD2024-1", Some("10ml:400u"), "3ml:300u", "1");
        // Bids ranked by cut are not converted; the other specs of a winner are.
        check("JH-YD2022-1", Some("0.25g"), "0.5g", "1.7");
    }
}
