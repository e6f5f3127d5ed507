//! The report of a shortage, drafted from its rows; what a person makes of it is kept with the figures.

use crate::supply::shortages::responses::Response;
use crate::supply::shortages::rules::Figures;
use crate::supply::shortages::{Entry, Level, Shortage};
use crate::text::{Text, fill};
use crate::types::Quantity;

/// What a report is drafted from.
pub struct Facts<'a> {
    /// The shortage.
    pub it: &'a Shortage,
    /// What was known last.
    pub figures: &'a Figures,
    /// The lists its generic stands on.
    pub entries: &'a [Entry],
    /// The responses of its level, each with whether it was carried out.
    pub responses: &'a [(Response, bool)],
    /// The replacement supplier.
    pub supplier: &'a str,
}

/// The figures as (name, value); what is not known is said so.
pub fn figures(it: &Figures, t: &Text) -> Vec<(&'static str, String)> {
    let m = &t.shortages;
    let unknown = || m.unknown.to_owned();
    let quantity = |it: Option<Quantity>| it.map_or_else(unknown, |it| it.to_string());
    let share = it.short_share().map_or_else(unknown, |share| {
        format!("{}%", crate::types::half_up(share * rust_decimal::Decimal::ONE_HUNDRED, 1).normalize())
    });
    vec![
        (m.days, it.days().map_or_else(unknown, |days| days.to_string())),
        (m.on_hand, quantity(it.on_hand)),
        (m.monthly_use, quantity(it.monthly_use)),
        (m.reporting, it.reporting.to_string()),
        (m.low, it.low.to_string()),
        (m.makers, it.makers.map_or_else(unknown, |makers| makers.to_string())),
        (m.lines, it.lines.to_string()),
        (m.answered, it.answered.to_string()),
        (m.short_lines, it.short_lines.to_string()),
        (m.short_share, share),
        (m.late_lines, it.late_lines.to_string()),
        (m.repeated, it.repeated.to_string()),
    ]
}

/// The draft.
pub fn draft(facts: &Facts, t: &Text) -> String {
    let (m, it) = (&t.shortages, facts.it);
    let lists: Vec<&str> = facts.entries.iter().map(|it| it.list.name(t)).collect();
    let lists = if lists.is_empty() { t.common.none.to_owned() } else { lists.join(t.files.list_join) };
    let mut parts = vec![fill(
        m.report_found,
        &[
            ("generic", &it.generic),
            ("lists", &lists),
            ("opened", &it.opened_at.day()),
            ("number", &it.number),
            ("level", &it.level.name(t)),
            ("since", &it.level_since),
            ("worst", &it.worst.name(t)),
        ],
    )];
    let known: Vec<String> =
        figures(facts.figures, t).into_iter().map(|(name, value)| format!("{name} {value}")).collect();
    parts.push(fill(m.report_figures, &[("figures", &known.join(m.report_join)), ("at", &it.seen_at)]));
    let done = |wanted: bool| {
        let list = facts.responses.iter().filter(|(_, is_done)| *is_done == wanted);
        list.map(|(it, _)| it.action(t)).collect::<Vec<_>>().join(m.report_join)
    };
    for (is_done, sentence) in [(true, m.report_done), (false, m.report_open)] {
        let list = done(is_done);
        if !list.is_empty() {
            parts.push(fill(sentence, &[("list", &list)]));
        }
    }
    parts.push(match facts.supplier {
        "" => m.report_no_supplier.to_owned(),
        name => fill(m.report_supplier, &[("name", &name)]),
    });
    if it.level == Level::None {
        parts.push(m.report_eased.to_owned());
    }
    parts.join("\n\n")
}
