//! The chart of an index by month: a line for each formula, in whole pixels.

use crate::prices::indices::{Formula, IndexMonth};
use crate::text::Text;
use crate::types::Points;

/// Width of the drawing.
pub const WIDTH: i64 = 900;
/// Its height.
pub const HEIGHT: i64 = 300;
/// Where the lines begin: the scale stands left of it.
pub const LEFT: i64 = 70;
/// Where they end: names stand right of it.
pub const RIGHT: i64 = 800;
const TOP: i64 = 16;
const BOTTOM: i64 = 262;
/// Month names that fit below.
const NAMES: usize = 12;

/// A formula's line.
pub struct Line {
    /// Its parts: months without a figure interrupt it.
    pub parts: Vec<String>,
    /// Its points: x, y, month and figure in words.
    pub dots: Vec<(i64, i64, String)>,
    /// The formula's name.
    pub name: &'static str,
    /// Where its name stands.
    pub name_y: i64,
    /// Its colour.
    pub stroke: &'static str,
    /// Its dashes, so that it is known without colour.
    pub dash: &'static str,
}

/// The chart.
pub struct Chart {
    /// A line for each formula.
    pub lines: Vec<Line>,
    /// Figures of the scale with their height.
    pub scale: Vec<(i64, String)>,
    /// Months below with their place.
    pub months: Vec<(i64, String)>,
    /// The height of the base value.
    pub base_y: i64,
}

fn style(formula: Formula) -> (&'static str, &'static str) {
    match formula {
        Formula::Laspeyres => ("#0b5cad", ""),
        Formula::Paasche => ("#c98a1b", "6 3"),
        Formula::Fisher => ("#14663a", "2 3"),
    }
}

/// Draws the months; none when there is no figure yet.
pub fn draw(months: &[IndexMonth], formulas: &[Formula], base: Points, t: &Text) -> Option<Chart> {
    let figures = || months.iter().flat_map(|it| formulas.iter().filter_map(|formula| it.of(*formula)));
    figures().next()?;
    let low = figures().min()?.min(base).scaled();
    let high = figures().max()?.max(base).scaled();
    // Some room above and below; a flat line stands in the middle.
    let room = ((high - low) / 10).max(10_000);
    let (low, high) = (low - room, high + room);
    let y = |points: i64| {
        let part = i128::from(points - low) * i128::from(BOTTOM - TOP) / i128::from(high - low);
        BOTTOM - i64::try_from(part).unwrap_or(0)
    };
    let last = i64::try_from(months.len()).unwrap_or(1).saturating_sub(1).max(1);
    let x = |at: i64| LEFT + 10 + (RIGHT - LEFT - 20) * at / last;
    let lines = formulas.iter().zip(0_i64..).map(|(formula, nth)| {
        let (mut parts, mut part, mut dots) = (Vec::new(), Vec::new(), Vec::new());
        for (it, at) in months.iter().zip(0_i64..) {
            match it.of(*formula) {
                Some(points) => {
                    let (x, y) = (x(at), y(points.scaled()));
                    part.push(format!("{x},{y}"));
                    dots.push((x, y, format!("{} {points}", it.month.format("%Y-%m"))));
                }
                None => parts.push(std::mem::take(&mut part).join(" ")),
            }
        }
        parts.push(part.join(" "));
        parts.retain(|part| !part.is_empty());
        let (stroke, dash) = style(*formula);
        Line {
            parts,
            dots,
            name: super::formula_name(*formula, t),
            name_y: TOP + 14 + 20 * nth,
            stroke,
            dash,
        }
    });
    let step = months.len().div_ceil(NAMES).max(1);
    let named = months.iter().zip(0_i64..).step_by(step);
    let scale = (0..=4_i64).map(|n| low + (high - low) * n / 4);
    Some(Chart {
        lines: lines.collect(),
        scale: scale
            .map(|points| {
                (y(points), crate::types::half_up(Points::from_scaled(points).decimal(), 1).to_string())
            })
            .collect(),
        months: named.map(|(it, at)| (x(at), it.month.format("%Y-%m").to_string())).collect(),
        base_y: y(base.scaled()),
    })
}
