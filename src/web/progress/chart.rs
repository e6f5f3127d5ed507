//! The chart of purchases beside the time elapsed, in whole pixels.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::supply::progress::Group;
use crate::supply::progress::rules::percent;

/// Width of the drawing.
pub const WIDTH: i64 = 900;
/// Where the bars begin: names stand left of it.
pub const LEFT: i64 = 230;
/// The length of 100 %.
pub const PLOT: i64 = 500;
/// Longest bar: above 100 % it is cut at this.
const MOST: i64 = 600;
/// Where the first bar is.
const TOP: i64 = 10;
/// From bar to bar.
const STEP: i64 = 22;
/// Characters of a name that fit.
const NAME: usize = 16;
/// Most bars.
pub const BARS: usize = 20;

/// One group.
pub struct Bar {
    /// Top of the bar.
    pub y: i64,
    /// Baseline of its texts.
    pub text_y: i64,
    /// The length of what is accepted.
    pub consumed: i64,
    /// The length of what is on order, after it.
    pub reserved: i64,
    /// Where the time elapsed stands.
    pub elapsed: i64,
    /// Where its value stands.
    pub end: i64,
    /// The name, cut to fit.
    pub name: String,
    /// Purchases and time elapsed.
    pub value: String,
}

/// The chart.
pub struct Chart {
    /// Its height.
    pub height: i64,
    /// The groups.
    pub bars: Vec<Bar>,
}

/// A share in pixels, rounded down.
fn pixels(share: Option<Decimal>) -> i64 {
    let wide = share.unwrap_or_default().checked_mul(Decimal::from(PLOT)).unwrap_or_default();
    wide.trunc().to_i64().unwrap_or(MOST).clamp(0, MOST)
}

/// Draws the groups furthest behind.
pub fn draw(groups: &[Group]) -> Chart {
    let mut sorted: Vec<&Group> = groups.iter().collect();
    sorted.sort_by(|a, b| b.numbers.lag().cmp(&a.numbers.lag()).then_with(|| a.code.cmp(&b.code)));
    sorted.truncate(BARS);
    let bars: Vec<Bar> = sorted
        .iter()
        .zip(0_i64..)
        .map(|(group, at)| {
            let it = &group.numbers;
            let (consumed, used, elapsed) =
                (pixels(it.consumed_share()), pixels(it.used_share()), pixels(it.elapsed_share()));
            Bar {
                y: TOP + at * STEP,
                text_y: TOP + at * STEP + 12,
                consumed,
                reserved: (used - consumed).max(0),
                elapsed: LEFT + elapsed,
                end: LEFT + used.max(elapsed) + 6,
                name: short(&group.name),
                value: format!("{} / {}", percent(it.used_share()), percent(it.elapsed_share())),
            }
        })
        .collect();
    Chart { height: TOP + STEP * i64::try_from(bars.len()).unwrap_or(0) + 4, bars }
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
    fn shares_become_whole_pixels_inside_the_drawing() {
        let share = |text: &str| Some(text.parse::<Decimal>().unwrap());
        assert_eq!(pixels(None), 0);
        assert_eq!(pixels(share("0.5")), PLOT / 2);
        assert_eq!(pixels(share("-0.5")), 0);
        assert_eq!(pixels(share("9")), MOST);
        assert_eq!(pixels(share("79228162514264337593543950335")), 0);
        let many: Vec<Group> = (0..50).map(|_| Group::default()).collect();
        assert_eq!(draw(&many).bars.len(), BARS);
    }
}
