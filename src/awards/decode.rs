//! Text files as they come: UTF-8 with or without BOM, or GB18030, found strictly and read as a stream.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, GB18030, UTF_8};

/// What a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without BOM.
    Utf8,
    /// GB18030, which includes GBK and GB2312.
    Gb18030,
}

const CHUNK: usize = 64 * 1024;

/// Reads the whole stream and says what it is written in, or the first line that is neither.
pub fn detect(mut reader: impl Read) -> io::Result<Result<Encoding, u64>> {
    let mut utf8 = Trial::new(UTF_8.new_decoder_without_bom_handling());
    let mut gb18030 = Trial::new(GB18030.new_decoder_without_bom_handling());
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = reader.read(&mut buffer)?;
        utf8.feed(&buffer[..read], read == 0);
        gb18030.feed(&buffer[..read], read == 0);
        match (utf8.failed, gb18030.failed) {
            (true, true) => return Ok(Err(utf8.line.max(gb18030.line))),
            (false, _) if read == 0 => return Ok(Ok(Encoding::Utf8)),
            (true, false) if read == 0 => return Ok(Ok(Encoding::Gb18030)),
            _ => {}
        }
    }
}

/// One encoding being tried.
struct Trial {
    decoder: Decoder,
    failed: bool,
    line: u64,
    sink: Vec<u8>,
}

impl Trial {
    fn new(decoder: Decoder) -> Self {
        Self { decoder, failed: false, line: 1, sink: vec![0; CHUNK] }
    }

    fn feed(&mut self, mut bytes: &[u8], last: bool) {
        while !self.failed {
            let (result, read, _) =
                self.decoder.decode_to_utf8_without_replacement(bytes, &mut self.sink, last);
            self.line += bytes[..read].iter().filter(|b| **b == b'\n').count() as u64;
            bytes = &bytes[read..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.failed = true,
            }
        }
    }
}

/// A stream of UTF-8 without BOM whose lines all end in a single line feed.
pub struct Decoded<R> {
    reader: R,
    decoder: Decoder,
    input: Vec<u8>,
    decoded: Vec<u8>,
    output: Vec<u8>,
    taken: usize,
    return_pending: bool,
    last: u8,
    done: bool,
}

impl<R: Read> Decoded<R> {
    /// Reads `reader`, which is written in `encoding`.
    pub fn new(reader: R, encoding: Encoding) -> Self {
        let decoder = match encoding {
            Encoding::Utf8 => UTF_8.new_decoder_with_bom_removal(),
            Encoding::Gb18030 => GB18030.new_decoder_with_bom_removal(),
        };
        Self {
            reader,
            decoder,
            input: vec![0; CHUNK],
            decoded: vec![0; CHUNK],
            output: Vec::with_capacity(CHUNK),
            taken: 0,
            return_pending: false,
            last: b'\n',
            done: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.output.clear();
        self.taken = 0;
        let read = self.reader.read(&mut self.input)?;
        self.done = read == 0;
        let mut from = 0;
        loop {
            let source = &self.input[from..read];
            let (result, used, written) =
                self.decoder.decode_to_utf8_without_replacement(source, &mut self.decoded, self.done);
            from += used;
            for at in 0..written {
                let byte = self.decoded[at];
                self.push(byte);
            }
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                // The file changed after its encoding was found.
                DecoderResult::Malformed(..) => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
        if self.done {
            if std::mem::take(&mut self.return_pending) || self.last != b'\n' {
                self.output.push(b'\n');
            }
            self.last = b'\n';
        }
        Ok(())
    }

    /// Turns both kinds of old line ends into a line feed.
    fn push(&mut self, byte: u8) {
        if std::mem::take(&mut self.return_pending) && byte != b'\n' {
            self.output.push(b'\n');
        }
        if byte == b'\r' {
            self.return_pending = true;
        } else {
            self.output.push(byte);
        }
        self.last = byte;
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.output.len() && !self.done {
            self.refill()?;
        }
        let ready = &self.output[self.taken..];
        let count = ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ready[..count]);
        self.taken += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<String, u64> {
        let encoding = detect(bytes).unwrap()?;
        let mut text = String::new();
        Decoded::new(bytes, encoding).read_to_string(&mut text).unwrap();
        Ok(text)
    }

    #[test]
    fn utf8_and_gb18030_are_told_apart() {
        assert_eq!(read("品种,价格\r\n甲,1\r\n".as_bytes()), Ok("品种,价格\n甲,1\n".to_owned()));
        assert_eq!(read("\u{feff}品种\n甲".as_bytes()), Ok("品种\n甲\n".to_owned()));
        let (gb, _, _) = GB18030.encode("品种,价格\r甲,1\n㐂");
        assert_eq!(read(&gb), Ok("品种,价格\n甲,1\n㐂\n".to_owned()));
        assert_eq!(read(b""), Ok(String::new()));
        assert_eq!(read(b"a\nb\xff\xfe\nc"), Err(2));
        let long = format!("{}\n", "集采".repeat(100_000));
        assert_eq!(read(long.as_bytes()), Ok(long.clone()));
        assert_eq!(read(&GB18030.encode(&long).0), Ok(long));
    }
}
