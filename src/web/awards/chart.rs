//! The chart of a lot's comparable prices against the fuse line and the ceiling, in whole pixels.

use crate::awards::Status;
use crate::awards::store::Decision;
use crate::types::UnitPrice;

/// Width of the drawing.
pub const WIDTH: i64 = 900;
/// Where the bars begin: names stand left of it.
pub const LEFT: i64 = 230;
/// Longest bar: its price stands right of it.
const PLOT: i64 = 540;
/// Where the first bar is, below the two lines' names.
const TOP: i64 = 38;
/// From bar to bar.
const STEP: i64 = 20;
/// Characters of a company's name that fit.
const NAME: usize = 16;

/// One offer.
pub struct Bar {
    /// Top of the bar.
    pub y: i64,
    /// Baseline of its texts.
    pub text_y: i64,
    /// Its length.
    pub width: i64,
    /// Where its price stands.
    pub end: i64,
    /// The company's name, cut to fit.
    pub name: String,
    /// The comparable price and the status.
    pub value: String,
    /// The colour of its status.
    pub fill: &'static str,
}

/// A vertical line.
pub struct Mark {
    /// Where it is.
    pub x: i64,
    /// Its text.
    pub text: String,
    /// Whether the text stands left of the line (`end`) or right of it (`start`).
    pub anchor: &'static str,
    /// Baseline of the text.
    pub text_y: i64,
    /// Its colour.
    pub stroke: &'static str,
}

/// A lot's chart.
pub struct Chart {
    /// Its height.
    pub height: i64,
    /// The offers by price.
    pub bars: Vec<Bar>,
    /// The fuse line, when there is one, and the ceiling.
    pub marks: Vec<Mark>,
}

/// Scales a price to pixels, rounded down.
fn pixels(price: UnitPrice, most: UnitPrice) -> i64 {
    let wide = i128::from(price.scaled().max(0)) * i128::from(PLOT);
    i64::try_from(wide / i128::from(most.scaled().max(1))).unwrap_or(PLOT).min(PLOT)
}

fn fill(status: Status) -> &'static str {
    match status {
        Status::Won | Status::WonRevived | Status::WonNoVolume => "#14663a",
        Status::Fused => "#c98a1b",
        Status::NotShortlisted => "#8795a3",
        Status::Invalid => "#d9a3a3",
    }
}

/// Draws the offers (decision, company, status in words) against both lines, each with its text.
pub fn draw(
    offers: &[(&Decision, &str, &str)],
    line: Option<(UnitPrice, String)>,
    ceiling: (UnitPrice, String),
) -> Chart {
    let mut most = offers.iter().map(|(d, ..)| d.comparable_price).max().unwrap_or_default().max(ceiling.0);
    // A fuse line far right of everything would press the bars flat: it is drawn at the edge instead.
    if let Some((line, _)) = &line
        && line.scaled() / 2 <= most.scaled()
    {
        most = most.max(*line);
    }
    let mut sorted: Vec<_> = offers.to_vec();
    sorted.sort_by_key(|(d, ..)| (d.comparable_price, d.position));
    let bars = sorted.iter().zip(0_i64..).map(|((decision, name, status), at)| {
        let width = pixels(decision.comparable_price, most).max(1);
        Bar {
            y: TOP + at * STEP,
            text_y: TOP + at * STEP + 11,
            width,
            end: LEFT + width + 5,
            name: short(name),
            value: format!("{} {status}", decision.comparable_price),
            fill: fill(decision.status),
        }
    });
    let mark = |(price, text): (UnitPrice, String), text_y, stroke| {
        let x = LEFT + pixels(price, most);
        Mark { x, text, text_y, stroke, anchor: if x > WIDTH / 2 { "end" } else { "start" } }
    };
    Chart {
        height: TOP + STEP * i64::try_from(offers.len()).unwrap_or(0) + 6,
        bars: bars.collect(),
        marks: line
            .map(|line| mark(line, 12, "#a61b1b"))
            .into_iter()
            .chain([mark(ceiling, 27, "#0b5cad")])
            .collect(),
    }
}

fn short(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    name.chars().take(NAME - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_become_whole_pixels_inside_the_drawing() {
        let price = |text: &str| text.parse::<UnitPrice>().unwrap();
        assert_eq!(pixels(price("1"), price("2")), PLOT / 2);
        assert_eq!(pixels(price("2"), price("2")), PLOT);
        assert_eq!(pixels(price("0"), price("0")), 0);
        assert_eq!(pixels(price("999999999"), price("0.000001")), PLOT);
        assert_eq!(short("浙江省某某某某药业股份有限公司金华分公司").chars().count(), NAME);
        let chart = draw(&[], Some((price("9"), "f".into())), (price("1"), "c".into()));
        assert!(chart.marks.iter().all(|mark| mark.x <= LEFT + PLOT));
    }
}
