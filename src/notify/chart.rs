//! The bar chart of an alert mail as PNG: mail programs show no SVG. It needs no font: bars are numbered like the lines
//! of the table beside it, and digits are drawn from a grid.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use crate::error::{Error, Result};
use crate::types::Money;

/// Width of the drawing in pixels; mail shows it at half of it, so that it is sharp on fine screens.
const WIDTH: usize = 1_280;
/// From bar to bar.
const STEP: usize = 52;
/// Height of a bar.
const BAR: usize = 34;
/// Space above the first bar and below the last.
const EDGE: usize = 12;
/// Where bars begin: their numbers stand left of it.
const LEFT: usize = 90;
/// The longest bar; its amount stands right of it.
const PLOT: usize = 820;
/// Pixels of a dot of a digit.
const DOT: usize = 4;
/// Columns of a digit with the space after it.
const ADVANCE: usize = 6 * DOT;

/// Colours: paper, bar, ink, axis.
const PALETTE: [u8; 12] = [255, 255, 255, 11, 92, 173, 27, 39, 51, 201, 210, 220];
const PAPER: u8 = 0;
const FILL: u8 = 1;
const INK: u8 = 2;
const AXIS: u8 = 3;

/// Digits, point and minus, seven rows of five dots each.
fn glyph(sign: char) -> [u8; 7] {
    match sign {
        '0' => [0b01110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110],
        '1' => [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
        '2' => [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111],
        '3' => [0b01110, 0b10001, 0b00001, 0b00110, 0b00001, 0b10001, 0b01110],
        '4' => [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
        '5' => [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
        '6' => [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
        '7' => [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
        '8' => [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
        '9' => [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
        '.' => [0, 0, 0, 0, 0, 0b01100, 0b01100],
        '-' => [0, 0, 0, 0b01110, 0, 0, 0],
        _ => [0; 7],
    }
}

/// A picture of one byte a pixel.
struct Canvas {
    height: usize,
    pixels: Vec<u8>,
}

impl Canvas {
    fn fill(&mut self, x: usize, y: usize, width: usize, height: usize, colour: u8) {
        let rows = self.pixels.chunks_exact_mut(WIDTH).skip(y).take(height);
        rows.for_each(|row| row.iter_mut().skip(x).take(width).for_each(|pixel| *pixel = colour));
    }

    fn write(&mut self, x: usize, y: usize, text: &str) {
        for (at, sign) in text.chars().enumerate() {
            for (row, dots) in glyph(sign).into_iter().enumerate() {
                for column in (0..5).filter(|column| dots & (0b10000 >> column) != 0) {
                    self.fill(x + at * ADVANCE + column * DOT, y + row * DOT, DOT, DOT, INK);
                }
            }
        }
    }
}

/// A bar's length in whole pixels, rounded down; an amount above nothing is at least seen.
fn length(effect: Money, most: Money) -> usize {
    let wide = i128::from(effect.scaled().max(0)) * i128::try_from(PLOT).unwrap_or(0);
    let wide = usize::try_from(wide / i128::from(most.scaled().max(1))).unwrap_or(PLOT).min(PLOT);
    wide.max(usize::from(effect.is_positive()))
}

/// How a picture of so many bars is shown in a mail: width and height.
pub fn size(bars: usize) -> (usize, usize) {
    (WIDTH / 2, (bars * STEP + 2 * EDGE) / 2)
}

/// Draws one bar to an amount, numbered from 1, with the amount at its end.
pub fn draw(effects: &[Money]) -> Result<Vec<u8>> {
    let height = effects.len() * STEP + 2 * EDGE;
    let mut canvas = Canvas { height, pixels: vec![PAPER; WIDTH * height] };
    let most = effects.iter().copied().max().unwrap_or_default();
    canvas.fill(LEFT - 4, EDGE, 2, height - 2 * EDGE, AXIS);
    for (at, effect) in effects.iter().enumerate() {
        let top = EDGE + at * STEP + (STEP - BAR) / 2;
        let text = top + (BAR - 7 * DOT) / 2;
        let number = (at + 1).to_string();
        canvas.write(LEFT.saturating_sub(20 + number.len() * ADVANCE), text, &number);
        let wide = length(*effect, most);
        canvas.fill(LEFT, top, wide, BAR, FILL);
        canvas.write(LEFT + wide + 16, text, &effect.to_string());
    }
    png(&canvas)
}

/// The picture as a file (PNG, W3C Recommendation): one byte a pixel into a palette.
fn png(canvas: &Canvas) -> Result<Vec<u8>> {
    let too_large = |_| Error::fault("the chart is too large");
    let (width, height) =
        (u32::try_from(WIDTH).map_err(too_large)?, u32::try_from(canvas.height).map_err(too_large)?);
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 3, 0, 0, 0]].concat();
    let mut lines = ZlibEncoder::new(Vec::new(), Compression::default());
    for row in canvas.pixels.chunks_exact(WIDTH) {
        // Each line begins with its filter: none.
        lines.write_all(&[0])?;
        lines.write_all(row)?;
    }
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in
        [(b"IHDR", &header), (b"PLTE", &PALETTE.to_vec()), (b"IDAT", &lines.finish()?), (b"IEND", &vec![])]
    {
        let mut sum = Crc::new();
        sum.update(name);
        sum.update(data);
        file.extend(u32::try_from(data.len()).map_err(too_large)?.to_be_bytes());
        file.extend_from_slice(name);
        file.extend_from_slice(data);
        file.extend(sum.sum().to_be_bytes());
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_become_whole_pixels_inside_the_drawing() {
        let check = |effect: &str, most: &str, want: usize| {
            assert_eq!(length(effect.parse().unwrap(), most.parse().unwrap()), want, "{effect} of {most}");
        };
        check("1", "2", PLOT / 2);
        check("2", "2", PLOT);
        check("0", "0", 0);
        check("0.01", "99999999", 1);
        check("-5", "10", 0);
        check("90000000000000", "0", PLOT);
        // The longest amount still stands inside.
        let most: Money = "-92233720368547758.07".parse().unwrap();
        assert!(LEFT + PLOT + 16 + most.to_string().len() * ADVANCE <= WIDTH + 8 * ADVANCE);
    }

    #[test]
    fn every_sign_of_an_amount_has_a_glyph() {
        assert!("0123456789.-".chars().all(|sign| glyph(sign) != [0; 7]));
        let canvas = draw(&["12.34".parse().unwrap(), Money::ZERO]).unwrap();
        assert!(canvas.starts_with(b"\x89PNG\r\n\x1a\n") && canvas.ends_with(&[0xae, 0x42, 0x60, 0x82]));
    }
}
