//! Charts of indicators in whole pixels: rates as bars with their targets, and one indicator by year or month as columns.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Width of a drawing.
pub const WIDTH: i64 = 900;
/// Where bars begin: names stand left of it.
pub const LEFT: i64 = 300;
/// A hundred percent.
const PLOT: i64 = 500;
/// The longest bar.
const MOST: i64 = 530;
const TOP: i64 = 8;
const STEP: i64 = 24;

/// A rate.
pub struct Bar {
    /// Top of the bar.
    pub y: i64,
    /// Baseline of its texts.
    pub text_y: i64,
    /// Its length.
    pub width: i64,
    /// Where its value stands.
    pub end: i64,
    /// Its name.
    pub name: String,
    /// Its value in words.
    pub value: String,
    /// Where the target is.
    pub target: Option<i64>,
}

/// Rates as bars.
pub struct Bars {
    /// Its height.
    pub height: i64,
    /// The bars.
    pub bars: Vec<Bar>,
}

/// A number of which `most` is so many pixels, rounded down and not below nothing.
fn scaled(value: Decimal, most: Decimal, pixels: i64) -> i64 {
    let part = value.checked_mul(Decimal::from(pixels)).and_then(|wide| wide.checked_div(most));
    part.and_then(|part| part.trunc().to_i64()).unwrap_or(0).max(0)
}

/// What is drawn: a name, a value with its words, and the target.
pub struct Point {
    /// Its name.
    pub name: String,
    /// Its value, if there is one.
    pub value: Option<Decimal>,
    /// The value in words.
    pub shown: String,
    /// Its target.
    pub target: Option<Decimal>,
}

/// Draws rates in percent.
pub fn bars(points: Vec<Point>) -> Bars {
    let of = |value: Decimal| scaled(value, Decimal::ONE_HUNDRED, PLOT).min(MOST);
    let bars: Vec<Bar> = points
        .into_iter()
        .zip(0_i64..)
        .map(|(it, at)| {
            let width = it.value.map_or(0, of);
            let target = it.target.map(of);
            Bar {
                y: TOP + at * STEP,
                text_y: TOP + at * STEP + 12,
                width,
                end: LEFT + width.max(target.unwrap_or(0)) + 8,
                name: it.name,
                value: it.shown,
                target: target.map(|x| LEFT + x),
            }
        })
        .collect();
    Bars { height: TOP + STEP * i64::try_from(bars.len()).unwrap_or(0) + 4, bars }
}

/// Height of the columns' drawing.
pub const HEIGHT: i64 = 250;
/// Where columns stand.
pub const FOOT: i64 = 222;
/// Where the plot begins: the scale stands left of it.
pub const SIDE: i64 = 110;
const HIGH: i64 = 190;

/// A year or month.
pub struct Column {
    /// Its left edge.
    pub x: i64,
    /// Its width.
    pub width: i64,
    /// Its middle, where its texts stand.
    pub middle: i64,
    /// Its top.
    pub y: i64,
    /// Its height.
    pub height: i64,
    /// Its name.
    pub name: String,
    /// Its value in words; empty when there is none.
    pub value: String,
    /// The height of its target.
    pub target: Option<i64>,
}

/// Columns from nothing up.
pub struct Columns {
    /// The columns.
    pub columns: Vec<Column>,
    /// The scale: height and figure.
    pub scale: Vec<(i64, String)>,
}

/// A round number not below the largest: 1, 2 or 5 times a power of ten.
fn round_up(largest: Decimal) -> Decimal {
    let mut power = Decimal::new(1, 2);
    for _ in 0..24 {
        for factor in [1, 2, 5] {
            let most = power.saturating_mul(Decimal::from(factor));
            if most >= largest {
                return most.normalize();
            }
        }
        power = power.saturating_mul(Decimal::TEN);
    }
    largest
}

/// Draws columns; none when there is no value.
pub fn columns(points: Vec<Point>) -> Option<Columns> {
    points.iter().find_map(|it| it.value)?;
    let all = points.iter().flat_map(|it| it.value.into_iter().chain(it.target));
    let most = round_up(all.max()?.max(Decimal::new(1, 2)));
    let step = (WIDTH - SIDE - 10) / i64::try_from(points.len()).unwrap_or(1).max(1);
    let width = (step * 6 / 10).min(70);
    let columns = points.into_iter().zip(0_i64..).map(|(it, at)| {
        let x = SIDE + at * step + (step - width) / 2;
        let height = it.value.map_or(0, |value| scaled(value, most, HIGH));
        Column {
            x,
            width,
            middle: x + width / 2,
            y: FOOT - height,
            height,
            name: it.name,
            value: it.value.map(|_| it.shown).unwrap_or_default(),
            target: it.target.map(|target| FOOT - scaled(target, most, HIGH)),
        }
    });
    let scale = (0..=4_i64).map(|n| {
        let part = most.saturating_mul(Decimal::from(n)).checked_div(Decimal::from(4)).unwrap_or(most);
        (FOOT - HIGH * n / 4, part.normalize().to_string())
    });
    Some(Columns { columns: columns.collect(), scale: scale.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(value: Option<&str>, target: Option<&str>) -> Point {
        let number = |text: &str| text.parse::<Decimal>().unwrap();
        Point {
            name: String::new(),
            value: value.map(number),
            shown: value.unwrap_or_default().to_owned(),
            target: target.map(number),
        }
    }

    #[test]
    fn figures_become_whole_pixels_inside_the_drawing() {
        let drawn = bars(vec![point(Some("50"), Some("90")), point(None, None), point(Some("900"), None)]);
        assert_eq!(drawn.bars[0].width, PLOT / 2);
        assert_eq!(drawn.bars[0].target, Some(LEFT + PLOT * 9 / 10));
        assert_eq!((drawn.bars[1].width, drawn.bars[2].width), (0, MOST));
        assert!(columns(vec![point(None, Some("9"))]).is_none(), "a target alone is no chart");
        let drawn = columns(vec![point(Some("0"), None), point(Some("499"), Some("500"))]).unwrap();
        assert_eq!(drawn.columns[0].height, 0);
        assert_eq!(drawn.columns[1].target, Some(FOOT - HIGH));
        assert_eq!(drawn.scale[4], (FOOT - HIGH, "500".to_owned()));
        assert_eq!(columns(vec![point(Some("-3"), None)]).unwrap().columns[0].height, 0);
    }
}
