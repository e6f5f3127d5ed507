//! Bytes into text: BOM, then strict UTF-8, then strict GB18030, else refused with the byte's offset.

use std::io::Read;

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8};

use super::{Limits, Refused};
use crate::error::{Error, Result};

const CHUNK: usize = 256 << 10;

/// A stream of text read from a stream of bytes. ASCII passes in either encoding; the first part of the file
/// that holds anything else decides which it is, so a file of any length is read with the same little memory.
pub(super) struct Text<R> {
    input: R,
    limit: u64,
    raw: Vec<u8>,
    taken: u64,
    /// Lines ended in what is taken.
    lines: u64,
    last: u8,
    ended: bool,
    decoder: Option<Decoder>,
    text: String,
}

impl<R: Read> Text<R> {
    /// Starts at the first byte. `head` are bytes already taken from the input.
    pub(super) fn new(input: R, head: Vec<u8>, limits: &Limits) -> Self {
        Self {
            input,
            limit: limits.bytes,
            raw: head,
            taken: 0,
            lines: 0,
            last: 0,
            ended: false,
            decoder: None,
            text: String::new(),
        }
    }

    /// The next piece of text; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<&str>> {
        loop {
            self.fill()?;
            if self.raw.is_empty() && self.ended {
                return Ok(None);
            }
            self.text.clear();
            match &mut self.decoder {
                Some(_) => self.decode()?,
                None => self.decide()?,
            }
            if !self.text.is_empty() {
                break;
            }
        }
        Ok(Some(&self.text))
    }

    fn fill(&mut self) -> Result<()> {
        if self.ended || self.raw.len() >= CHUNK {
            return Ok(());
        }
        let want = CHUNK - self.raw.len();
        let got = self.input.by_ref().take(want as u64).read_to_end(&mut self.raw)?;
        self.ended = got < want;
        if self.taken.saturating_add(self.raw.len() as u64) > self.limit {
            return Err(Error::refused(Refused::TooLarge(self.limit)));
        }
        Ok(())
    }

    /// Passes the ASCII part on; at the first byte that is not ASCII chooses the encoding.
    fn decide(&mut self) -> Result<()> {
        if self.taken == 0 {
            if self.raw.starts_with(&[0xFF, 0xFE]) || self.raw.starts_with(&[0xFE, 0xFF]) {
                return Err(Error::refused(Refused::Utf16));
            }
            if self.raw.starts_with(&[0xEF, 0xBB, 0xBF]) {
                self.raw.drain(..3);
                self.taken = 3;
                self.decoder = Some(UTF_8.new_decoder_without_bom_handling());
                return Ok(());
            }
        }
        let ascii = self.raw.iter().take_while(|b| b.is_ascii()).count();
        if ascii > 0 {
            let taken = self.take(ascii);
            self.text.extend(taken.into_iter().map(char::from));
        }
        // A character cut by the end of the piece says nothing yet: more is read first.
        let cut =
            std::str::from_utf8(&self.raw).is_err_and(|e| e.valid_up_to() == 0 && e.error_len().is_none());
        if self.raw.is_empty() || (cut && !self.ended) {
            return Ok(());
        }
        let encoding = self.choose()?;
        self.decoder = Some(encoding.new_decoder_without_bom_handling());
        self.decode()
    }

    fn choose(&self) -> Result<&'static Encoding> {
        let wrong = match std::str::from_utf8(&self.raw) {
            Ok(_) => return Ok(UTF_8),
            Err(e) if e.error_len().is_none() && !self.ended => return Ok(UTF_8),
            Err(e) => e.valid_up_to(),
        };
        let mut decoder = GB18030.new_decoder_without_bom_handling();
        let mut out =
            vec![0; decoder.max_utf8_buffer_length_without_replacement(self.raw.len()).unwrap_or(0)];
        match decoder.decode_to_utf8_without_replacement(&self.raw, &mut out, self.ended) {
            (DecoderResult::InputEmpty, _, _) => Ok(GB18030),
            _ => Err(self.refused(wrong)),
        }
    }

    fn decode(&mut self) -> Result<()> {
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        let room = decoder.max_utf8_buffer_length_without_replacement(self.raw.len()).unwrap_or(0);
        self.text.reserve(room);
        let (result, read) =
            decoder.decode_to_string_without_replacement(&self.raw, &mut self.text, self.ended);
        if let DecoderResult::Malformed(bad, after) = result {
            return Err(self.refused(read.saturating_sub(usize::from(bad) + usize::from(after))));
        }
        self.take(read);
        Ok(())
    }

    /// Takes bytes off the front and counts the lines that end in them; no byte of a longer character in either
    /// encoding looks like a line's end, and `\r\n` ends one line.
    fn take(&mut self, bytes: usize) -> Vec<u8> {
        (self.lines, self.last) = self.counted(bytes);
        self.taken += bytes as u64;
        self.raw.drain(..bytes).collect()
    }

    fn counted(&self, bytes: usize) -> (u64, u8) {
        let end = |(lines, last): (u64, u8), byte: &u8| {
            let ends = *byte == b'\r' || (*byte == b'\n' && last != b'\r');
            (lines + u64::from(ends), *byte)
        };
        self.raw.iter().take(bytes).fold((self.lines, self.last), end)
    }

    /// The refusal of what stands `bytes` further on.
    fn refused(&self, bytes: usize) -> Error {
        let (lines, _) = self.counted(bytes);
        Error::refused(Refused::Encoding { line: lines + 1, offset: self.taken + bytes as u64 })
    }
}
