//! Charts of prices in whole pixels: lines by month with a title at each point, bars by month, and steps of a spread.

use chrono::{Datelike, NaiveDate};

use crate::prices::board::Sum;
use crate::prices::board::history::Spread;
use crate::types::UnitPrice;
use crate::web::prices::shown;

/// Width of a drawing.
pub const WIDTH: i64 = 960;
/// Where the plot begins: figures stand left of it.
pub const LEFT: i64 = 90;
/// Where it ends.
pub const RIGHT: i64 = 940;
/// Where it begins above.
pub const TOP: i64 = 14;
/// Its height.
pub const PLOT: i64 = 260;
/// Baseline of the months below it.
pub const FOOT: i64 = TOP + PLOT + 18;
/// Height of a drawing.
pub const HEIGHT: i64 = FOOT + 12;

/// Colours that stand out from white and from each other, also without red or green.
const COLOURS: &[&str] = &[
    "#0b5cad", "#b3470b", "#14663a", "#7a3b8f", "#a61b1b", "#0f6e78", "#7a5c00", "#4a4a9c", "#8f2d5e",
    "#3f5f1f", "#5c4033", "#37474f",
];

/// The colour of the n-th series.
pub fn colour(n: usize) -> &'static str {
    COLOURS.get(n % COLOURS.len()).copied().unwrap_or("#1b2733")
}

/// Scales a number from 0 to `most` into so many pixels, rounded down.
fn scaled(value: i64, most: i64, pixels: i64) -> i64 {
    let wide = i128::from(value.max(0)) * i128::from(pixels);
    i64::try_from(wide / i128::from(most.max(1))).unwrap_or(pixels)
}

/// What is drawn of somebody: a price for some of the months.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its key in addresses and in the page.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What it holds: prices by month.
    pub prices: Vec<(NaiveDate, UnitPrice)>,
    /// A price that is set, not paid: drawn dashed.
    pub is_set: bool,
    /// Whether it is drawn at first.
    pub is_on: bool,
}

/// A point.
pub struct Point {
    /// Across.
    pub x: i64,
    /// Down.
    pub y: i64,
    /// What it is.
    pub title: String,
}

/// A line.
pub struct Line {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its colour.
    pub colour: &'static str,
    /// Its points as SVG has them.
    pub path: String,
    /// Its points.
    pub points: Vec<Point>,
    /// Drawn dashed, its points square.
    pub is_set: bool,
    /// Drawn at first.
    pub is_on: bool,
}

/// A mark of an axis: where it is and what it says.
pub type Mark = (i64, String);

/// Lines by month.
pub struct Lines {
    /// The lines.
    pub lines: Vec<Line>,
    /// The months.
    pub months: Vec<Mark>,
    /// The prices.
    pub prices: Vec<Mark>,
}

/// Steps of the axis of prices.
const MARKS: i64 = 5;

/// A round number so that few steps of it reach `most`: 1, 2 or 5 times a power of ten.
fn step(most: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if step.saturating_mul(MARKS) >= most {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

fn months_between(from: NaiveDate, to: NaiveDate) -> i64 {
    let number = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
    number(to) - number(from)
}

/// Draws series over months. The axis begins at a round price below the lowest: prices of one product lie close
/// together, and from zero their lines would be one.
pub fn lines(series: &[Series], from: NaiveDate, to: NaiveDate) -> Lines {
    let count = months_between(from, to).max(1);
    let drawn = series.iter().filter(|it| it.is_on).flat_map(|it| &it.prices);
    let drawn: Vec<i64> = drawn.map(|(_, price)| price.scaled()).collect();
    let least = drawn.iter().copied().min().unwrap_or(0);
    let most = drawn.iter().copied().max().unwrap_or(1).max(least + 1);
    // One price alone is given some room.
    let step = step((most - least).max(least / 20));
    let bottom = least / step * step;
    let marks = (most - bottom) / step + i64::from((most - bottom) % step > 0);
    let x_of = |month: NaiveDate| LEFT + (RIGHT - LEFT) * months_between(from, month) / count;
    let y_of = |price: i64| {
        // A line that is not drawn at first may lie outside.
        let within = price.clamp(bottom, bottom.saturating_add(marks * step));
        TOP + PLOT - scaled(within - bottom, marks * step, PLOT)
    };
    let lines = series.iter().enumerate().map(|(n, it)| {
        let point = |(month, price): &(NaiveDate, UnitPrice)| Point {
            x: x_of(*month),
            y: y_of(price.scaled()),
            title: format!("{} {}: {price}", it.name, shown(month)),
        };
        let points: Vec<Point> = it.prices.iter().map(point).collect();
        let path: Vec<String> = points.iter().map(|p| format!("{},{}", p.x, p.y)).collect();
        Line {
            key: it.key.clone(),
            name: it.name.clone(),
            colour: colour(n),
            path: path.join(" "),
            points,
            is_set: it.is_set,
            is_on: it.is_on,
        }
    });
    // Two years of names do not fit side by side.
    let every = (count / 12).max(1) as usize;
    let months = from.iter_days().filter(|day| day.day() == 1).take_while(|day| *day <= to);
    Lines {
        lines: lines.collect(),
        months: months.step_by(every).map(|month| (x_of(month), shown(month))).collect(),
        prices: (0..=marks)
            .map(|n| bottom.saturating_add(n * step))
            .map(|price| (y_of(price), UnitPrice::from_scaled(price).to_string()))
            .collect(),
    }
}

/// A month's bar.
pub struct Bar {
    /// Across.
    pub x: i64,
    /// Down.
    pub y: i64,
    /// Its height.
    pub height: i64,
    /// Of it the lower part that is on contract.
    pub part: i64,
    /// What it is.
    pub title: String,
    /// The month below it.
    pub name: String,
}

/// Bars by month, the oldest first.
pub struct Bars {
    /// The bars.
    pub bars: Vec<Bar>,
    /// Their width.
    pub width: i64,
}

/// Draws the amounts of months, given the latest first.
pub fn bars(sums: &[Sum], title: impl Fn(&Sum) -> String) -> Bars {
    let count = i64::try_from(sums.len()).unwrap_or(0).max(1);
    let most = sums.iter().map(|it| it.amount.scaled()).max().unwrap_or(1);
    let step = (RIGHT - LEFT) / count.max(12);
    let bars = sums.iter().rev().zip(0_i64..).map(|(it, n)| {
        let height = scaled(it.amount.scaled(), most, PLOT);
        let part = scaled(it.contracted.scaled(), most, PLOT).min(height);
        Bar {
            x: LEFT + n * step,
            y: TOP + PLOT - height,
            height,
            part,
            title: title(it),
            name: shown(it.month),
        }
    });
    Bars { bars: bars.collect(), width: (step - 4).max(2) }
}

/// A step of a spread as a bar that lies: its price left of it, how many right.
pub struct StepBar {
    /// Down.
    pub y: i64,
    /// Baseline of its texts.
    pub text_y: i64,
    /// Its length.
    pub length: i64,
    /// Its prices.
    pub name: String,
    /// How many purchases.
    pub lines: usize,
}

/// Where the bars of a spread begin.
pub const STEPS_LEFT: i64 = 220;
/// The longest of them.
const STEPS_PLOT: i64 = 620;
/// From one to the next.
const STEPS_DOWN: i64 = 20;

/// The prices of a spread's steps.
pub fn step_names(spread: &Spread) -> Vec<String> {
    let name = |step: &crate::prices::board::history::Step| match (step.is_open_below, step.is_open_above) {
        (true, true) => "—".to_owned(),
        (true, false) => format!("< {}", step.to),
        (false, true) => format!("≥ {}", step.from),
        (false, false) => format!("{} – {}", step.from, step.to),
    };
    spread.steps.iter().map(name).collect()
}

/// Draws a spread; its height is the second.
pub fn steps(spread: &Spread) -> (Vec<StepBar>, i64) {
    let most = spread.steps.iter().map(|step| step.lines).max().unwrap_or(1);
    let pixels = |lines: usize| i64::try_from(lines * STEPS_PLOT as usize / most.max(1)).unwrap_or(0);
    let bars = spread.steps.iter().zip(step_names(spread)).zip(0_i64..);
    let bars: Vec<StepBar> = bars
        .map(|((step, name), n)| StepBar {
            y: 4 + n * STEPS_DOWN,
            text_y: 16 + n * STEPS_DOWN,
            length: pixels(step.lines).max(i64::from(step.lines > 0)),
            name,
            lines: step.lines,
        })
        .collect();
    let height = 8 + STEPS_DOWN * i64::try_from(bars.len()).unwrap_or(0);
    (bars, height)
}

/// A box plot that lies: the middle half as a box with the median in it, whiskers to the lowest and the highest price.
pub struct BoxPlot {
    /// Across, from the lowest price to the highest: whisker, box, median, box, whisker.
    pub at: [i64; 5],
    /// The lowest price lies further left than is drawn.
    pub is_cut_below: bool,
    /// The highest price lies further right than is drawn.
    pub is_cut_above: bool,
    /// The five prices.
    pub prices: [UnitPrice; 5],
}

/// Height of a box plot.
pub const BOX_HEIGHT: i64 = 76;

/// Draws the quartiles of a spread over the reach of its steps, so that one wild price does not press the box together.
pub fn box_plot(spread: &Spread) -> Option<BoxPlot> {
    let (low, high) = (spread.steps.first()?.from.scaled(), spread.steps.last()?.to.scaled());
    let reach = (high - low).max(1);
    let across =
        |price: UnitPrice| STEPS_LEFT + scaled((price.scaled() - low).clamp(0, reach), reach, STEPS_PLOT);
    let [least, .., most] = spread.quartiles;
    Some(BoxPlot {
        at: spread.quartiles.map(across),
        is_cut_below: least.scaled() < low,
        is_cut_above: most.scaled() > high,
        prices: spread.quartiles,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_lies_between_its_whiskers_and_one_wild_price_does_not_press_it_together() {
        use crate::prices::board::history::Step;
        let price = |text: &str| text.parse::<UnitPrice>().unwrap();
        let step =
            Step { from: price("1"), to: price("2"), lines: 9, is_open_below: false, is_open_above: true };
        let quartiles = ["1", "1.25", "1.5", "1.75", "90"].map(price);
        let drawn = box_plot(&Spread { quartiles, steps: vec![step] }).unwrap();
        assert_eq!(drawn.at, [220, 375, 530, 685, 840]);
        assert!(drawn.is_cut_above && !drawn.is_cut_below);
        assert!(box_plot(&Spread { quartiles, steps: Vec::new() }).is_none());
    }

    #[test]
    fn axes_are_round_and_hold_every_price() {
        let check = |most: i64, want: i64| assert_eq!(step(most), want, "{most}");
        check(1, 1);
        check(5, 1);
        check(6, 2);
        check(11, 5);
        check(999, 200);
        let month = |text: &str| text.parse::<NaiveDate>().unwrap();
        let prices = vec![
            (month("2026-01-01"), "1.37".parse().unwrap()),
            (month("2026-06-01"), "12".parse().unwrap()),
        ];
        let series = Series { key: "a".into(), name: "A".into(), prices, is_set: false, is_on: true };
        let drawn = lines(&[series], month("2026-01-01"), month("2026-06-01"));
        let line = &drawn.lines[0];
        assert!(
            line.points.iter().all(|p| (LEFT..=RIGHT).contains(&p.x) && (TOP..=TOP + PLOT).contains(&p.y))
        );
        assert_eq!((drawn.months.len(), line.points[0].x, line.points[1].x), (6, LEFT, RIGHT));
        assert_eq!(line.points[1].title, "A 2026-06: 12.00");
    }
}
