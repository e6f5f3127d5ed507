//! JSON objects read as lines of a table, each by itself: the names of an object are its headers.

use std::io::{BufRead, BufReader, Chain, Cursor, Read};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::read::{Column, Header, Rows, Unknown, open};
use super::row::Row;
use super::{Fault, Limits, Raw, Reason, Refused};
use crate::error::{Error, Result};

/// Most bytes of one line.
const LINE: u64 = 64 * 1024;
/// Digits of a number that every reader of JSON keeps.
const DIGITS: usize = 15;

/// Objects on lines of their own (JSON Lines).
pub struct Objects<R> {
    input: R,
    form: Form,
    limits: Limits,
    line: u64,
    count: u64,
}

impl<R: BufRead> Objects<R> {
    /// Reads from here.
    pub fn new(input: R, columns: &'static [Column], unknown: Unknown, limits: Limits) -> Self {
        Self { input, form: Form::new(columns, unknown, limits), limits, line: 0, count: 0 }
    }

    /// The next line that is not blank, or what is wrong with it. An error means that nothing more can be read.
    pub fn next_line(&mut self) -> Result<Option<std::result::Result<Row, Fault>>> {
        loop {
            let mut bytes = Vec::new();
            let read = self.input.by_ref().take(LINE + 1).read_until(b'\n', &mut bytes)?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            let is_cut = read as u64 > LINE && !bytes.ends_with(b"\n");
            if bytes.trim_ascii().is_empty() && !is_cut {
                continue;
            }
            self.count += 1;
            if self.count > self.limits.lines {
                return Err(Error::refused(Refused::TooManyLines(self.limits.lines)));
            }
            if is_cut {
                self.input.skip_until(b'\n')?;
                let start = String::from_utf8_lossy(bytes.get(..200).unwrap_or_default()).into_owned();
                let most = usize::try_from(LINE).unwrap_or(usize::MAX);
                return Ok(Some(Err(Fault::new(self.line, "", &start, Reason::TooLong(most)))));
            }
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            return Ok(Some(match serde_json::from_slice::<Map<String, Value>>(bytes) {
                Ok(object) => self.form.row(self.line, object),
                Err(_) => {
                    let text = String::from_utf8_lossy(bytes);
                    Err(Fault::new(self.line, "", &text, Reason::NoObject))
                }
            }));
        }
    }
}

/// How objects become lines.
#[derive(Debug)]
pub struct Form {
    columns: &'static [Column],
    unknown: Unknown,
    limits: Limits,
    /// The header of the object before: most have the same names.
    header: Option<(Arc<Header>, Vec<usize>)>,
}

impl Form {
    /// Objects whose names are headers of these columns; none of them must be there.
    pub fn new(columns: &'static [Column], unknown: Unknown, limits: Limits) -> Self {
        Self { columns, unknown, limits, header: None }
    }

    /// One value, which must be an object, as a line.
    pub fn line(&mut self, line: u64, value: Value) -> std::result::Result<Row, Fault> {
        match value {
            Value::Object(object) => self.row(line, object),
            other => Err(Fault::new(line, "", &other.to_string(), Reason::NoObject)),
        }
    }

    fn row(&mut self, line: u64, object: Map<String, Value>) -> std::result::Result<Row, Fault> {
        let is_same = self.header.as_ref().is_some_and(|(header, _)| header.names.iter().eq(object.keys()));
        if !is_same {
            let (header, strange) = Header::named(self.columns, object.keys().cloned().collect());
            self.header = Some((Arc::new(header), strange));
        }
        let Some((header, strange)) = &self.header else {
            return Err(Fault::new(line, "", "", Reason::NoObject));
        };
        if self.unknown == Unknown::Refuse
            && let Some(name) = strange.first().and_then(|at| header.names.get(*at))
        {
            let known = self.columns.iter().map(Column::names).collect();
            return Err(Fault::new(line, name.clone(), "", Reason::Unknown(known)));
        }
        let mut raw = Raw { line, ..Raw::default() };
        for (at, (name, value)) in object.iter().enumerate() {
            // What nobody reads may be anything.
            if header.is_read(at) {
                let text = cell(value).map_err(|why| Fault::new(line, name, &value.to_string(), why))?;
                if text.len() > self.limits.cell {
                    return Err(Fault::new(line, name, &text, Reason::TooLong(self.limits.cell)));
                }
                raw.text.push_str(&text);
            }
            raw.ends.push(raw.text.len());
        }
        Ok(Row { line, header: header.clone(), raw })
    }
}

fn cell(value: &Value) -> std::result::Result<String, Reason> {
    match value {
        Value::Null => Ok(String::new()),
        Value::Bool(it) => Ok(it.to_string()),
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => {
            let text = number.to_string();
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            if digits > DIGITS { Err(Reason::LongNumber) } else { Ok(text) }
        }
        Value::Array(list) => {
            let texts: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
            texts.map(|texts| texts.join(" ")).ok_or(Reason::NoValue)
        }
        Value::Object(_) => Err(Reason::NoValue),
    }
}

type Begun<R> = Chain<Cursor<Vec<u8>>, R>;

/// Lines of either kind of file: a table, or JSON objects.
pub enum Lines<R> {
    /// CSV or XLSX.
    Table(Box<Rows<Begun<R>>>),
    /// JSON Lines.
    Objects(Box<Objects<BufReader<Begun<R>>>>),
}

impl<R: Read> Lines<R> {
    /// Opens what arrives: JSON Lines when it begins with an object, else a table.
    pub fn open(mut input: R, columns: &'static [Column], unknown: Unknown, limits: Limits) -> Result<Self> {
        let mut head = Vec::new();
        input.by_ref().take(512).read_to_end(&mut head)?;
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
        let is_json = text.starts_with(b"{");
        let input = Cursor::new(head).chain(input);
        Ok(match is_json {
            true => Lines::Objects(Box::new(Objects::new(BufReader::new(input), columns, unknown, limits))),
            false => Lines::Table(Box::new(open(input, columns, unknown, limits)?)),
        })
    }

    /// Whether these are JSON objects.
    pub fn is_json(&self) -> bool {
        matches!(self, Lines::Objects(_))
    }

    /// The next line, or what is wrong with it. An error means that nothing more can be read.
    pub fn next_line(&mut self) -> Result<Option<std::result::Result<Row, Fault>>> {
        match self {
            Lines::Table(rows) => rows.next_line(),
            Lines::Objects(objects) => objects.next_line(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Lang, Say};

    const COLUMNS: &[Column] =
        &[Column::must("code", "a").also(&["med_list_codg"]), Column::may("price", "b")];

    fn read(text: &str, unknown: Unknown) -> Vec<std::result::Result<(String, String), String>> {
        let limits = Limits { cell: 20, ..Limits::lines(10) };
        let mut lines = Lines::open(text.as_bytes(), COLUMNS, unknown, limits).unwrap();
        let mut found = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            found.push(match line {
                Ok(row) => Ok((row.get("code").to_owned(), row.get("price").to_owned())),
                Err(fault) => Err(fault.say(Lang::En.text())),
            });
        }
        found
    }

    #[test]
    fn objects_are_lines_and_a_bad_one_does_not_stop_the_rest() {
        let text = "\u{feff} {\"code\":\"X\",\"price\":1.10}\n\n{\"med_list_codg\":\"Y\"}\n[1]\n{\"code\":{}}\n\
            {\"code\":\"Z\",\"price\":1234567890.1234567}\n{\"code\":7,\"price\":null,\"more\":[{}]}\n{\"code\":\"Q";
        let found = read(text, Unknown::Ignore);
        let good = |code: &str, price: &str| Ok((code.to_owned(), price.to_owned()));
        assert_eq!(found[..2], [good("X", "1.1"), good("Y", "")]);
        for (at, wanted) in [(2, "Line 4"), (3, "text or a number"), (4, "15 digits"), (6, "no JSON object")]
        {
            assert!(
                found[at].as_ref().unwrap_err().to_lowercase().contains(&wanted.to_lowercase()),
                "{found:?}"
            );
        }
        assert_eq!(found[5], good("7", ""));
        let strict =
            read("{\"code\":\"X\",\"more\":1}\n{\"code\":\"X\",\"med_list_codg\":\"Y\"}\n", Unknown::Refuse);
        assert!(strict.iter().all(|it| it.is_err()) && strict.len() == 2, "{strict:?}");
    }

    #[test]
    fn a_line_without_end_and_a_table_are_read_within_their_limits() {
        let long = format!("{{\"code\":\"{}\"}}\n{{\"code\":\"X\"}}\n", "x".repeat(200_000));
        let found = read(&long, Unknown::Ignore);
        assert!(found[0].is_err() && found[1].is_ok() && found.len() == 2);
        assert_eq!(read("code,price\nX,1\n", Unknown::Ignore), [Ok(("X".to_owned(), "1".to_owned()))]);
    }
}
