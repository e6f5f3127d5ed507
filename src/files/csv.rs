//! A CSV reader with limits. The `csv` crate reads a quotation mark that is never closed to the end of the
//! file and puts no limit on a cell, so a hostile file would be held in memory whole; this one stops.

use std::io::Read;

use super::decode::Text;
use super::{Limits, Raw, Reason, Refused};
use crate::error::{Error, Result};

enum State {
    CellStart,
    Plain,
    Quoted,
    QuoteEnd,
}

/// The records of a CSV file, one at a time.
pub(super) struct Records<R> {
    text: Text<R>,
    piece: Vec<u8>,
    at: usize,
    delimiter: u8,
    limits: Limits,
    line: u64,
}

impl<R: Read> Records<R> {
    pub(super) fn new(text: Text<R>, limits: Limits) -> Self {
        Self { text, piece: Vec::new(), at: 0, delimiter: b',', limits, line: 1 }
    }

    /// The record of the header, read with the separator that its line holds most of.
    pub(super) fn header(&mut self) -> Result<Option<Raw>> {
        self.peek()?;
        let line =
            self.piece.split(|b| matches!(b, b'\n' | b'\r')).find(|l| !l.is_empty()).unwrap_or_default();
        let count = |d: u8| line.iter().filter(|b| **b == d).count();
        let most = [b',', b'\t', b';'].into_iter().max_by_key(|d| (count(*d), *d == b','));
        self.delimiter = most.unwrap_or(b',');
        self.next()
    }

    fn peek(&mut self) -> Result<Option<u8>> {
        if self.at >= self.piece.len() {
            self.at = 0;
            self.piece.clear();
            match self.text.next()? {
                Some(text) => self.piece.extend_from_slice(text.as_bytes()),
                None => return Ok(None),
            }
        }
        Ok(self.piece.get(self.at).copied())
    }

    /// The next record that is not blank.
    pub(super) fn next(&mut self) -> Result<Option<Raw>> {
        loop {
            match self.record()? {
                Some(raw) if raw.is_blank() => continue,
                other => return Ok(other),
            }
        }
    }

    /// The record of a whole line that needs no second look: nothing quoted, no odd byte, within the limits. Almost
    /// every line of a large file is one.
    fn simple(&mut self) -> Option<Raw> {
        let rest = self.piece.get(self.at..)?;
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let line = rest.get(..end)?;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.iter().any(|byte| matches!(byte, b'"' | b'\r' | 0)) {
            return None;
        }
        let mut bytes = Vec::with_capacity(line.len());
        let mut ends = Vec::with_capacity(16);
        for cell in line.split(|byte| *byte == self.delimiter) {
            if cell.len() > self.limits.cell || ends.len() == self.limits.columns {
                return None;
            }
            bytes.extend_from_slice(cell);
            ends.push(bytes.len());
        }
        let raw = Raw { line: self.line, text: String::from_utf8(bytes).ok()?, ends, bad: Vec::new() };
        self.at += end + 1;
        self.line += 1;
        Some(raw)
    }

    fn record(&mut self) -> Result<Option<Raw>> {
        let Some(_) = self.peek()? else { return Ok(None) };
        if let Some(raw) = self.simple() {
            return Ok(Some(raw));
        }
        let mut cells = Cells::new(self.line, self.limits);
        let mut state = State::CellStart;
        let mut opened = self.line;
        loop {
            let Some(byte) = self.peek()? else {
                if matches!(state, State::Quoted) {
                    return Err(Error::refused(Refused::QuoteOpen(opened)));
                }
                return cells.finish().map(Some);
            };
            self.at += 1;
            if byte == 0 {
                return Err(Error::refused(Refused::Nul(self.line)));
            }
            let ends_line = byte == b'\n' || byte == b'\r';
            if ends_line {
                self.end_line(byte)?;
            }
            state = match state {
                State::Quoted if byte == b'"' => State::QuoteEnd,
                State::Quoted => {
                    if !cells.push(if ends_line { b'\n' } else { byte }) {
                        return Err(Error::refused(Refused::QuoteOpen(opened)));
                    }
                    State::Quoted
                }
                State::QuoteEnd if byte == b'"' => {
                    cells.push(byte);
                    State::Quoted
                }
                State::CellStart if byte == b'"' => {
                    opened = self.line;
                    State::Quoted
                }
                _ if ends_line => return cells.finish().map(Some),
                _ if byte == self.delimiter => {
                    cells.close()?;
                    State::CellStart
                }
                State::QuoteEnd if byte == b' ' => State::QuoteEnd,
                State::QuoteEnd => return Err(Error::refused(Refused::QuoteStray(self.line))),
                State::CellStart | State::Plain => {
                    cells.push(byte);
                    State::Plain
                }
            };
        }
    }

    /// Counts a line; `\r\n` is one line's end.
    fn end_line(&mut self, byte: u8) -> Result<()> {
        if byte == b'\r' && self.peek()? == Some(b'\n') {
            self.at += 1;
        }
        self.line += 1;
        Ok(())
    }
}

/// The cells of the record being read.
struct Cells {
    limits: Limits,
    line: u64,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    bad: Vec<(usize, Reason)>,
}

impl Cells {
    fn new(line: u64, limits: Limits) -> Self {
        Self { limits, line, bytes: Vec::new(), ends: Vec::new(), bad: Vec::new() }
    }

    /// Adds a byte; false when the cell is full, and then the byte is dropped.
    fn push(&mut self, byte: u8) -> bool {
        let start = self.ends.last().copied().unwrap_or(0);
        let cut = self.bad.last().is_some_and(|(at, _)| *at == self.ends.len());
        let room = !cut && self.bytes.len() - start < self.limits.cell;
        if room {
            self.bytes.push(byte);
        } else if !cut {
            self.bad.push((self.ends.len(), Reason::TooLong(self.limits.cell)));
            self.drop_half_character(byte);
        }
        room
    }

    /// Takes back the start of a character that the limit cuts in two at `byte`.
    fn drop_half_character(&mut self, byte: u8) {
        const CONTINUES: std::ops::Range<u8> = 0x80..0xC0;
        if CONTINUES.contains(&byte) {
            while self.bytes.pop_if(|b| CONTINUES.contains(b)).is_some() {}
            self.bytes.pop();
        }
    }

    fn close(&mut self) -> Result<()> {
        self.ends.push(self.bytes.len());
        if self.ends.len() > self.limits.columns {
            return Err(Error::refused(Refused::TooManyColumns {
                line: self.line,
                limit: self.limits.columns,
            }));
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Raw> {
        self.close()?;
        let text = String::from_utf8_lossy(&self.bytes).into_owned();
        Ok(Raw { line: self.line, text, ends: self.ends, bad: self.bad })
    }
}
