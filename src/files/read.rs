//! Tables read line by line: the header mapped to the columns wanted, each line's cells by column.

use std::io::Read;
use std::sync::Arc;

use super::csv::Records;
use super::decode::Text;
pub use super::row::Row;
use super::{Fault, Faults, Limits, Raw, Reason, Refused, xlsx};
use crate::error::{Error, Result};

/// A column of a file: its name in code and in English, its Chinese header, other headers meaning the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The English name, by which the code asks for the cell.
    pub key: &'static str,
    /// The Chinese header.
    pub zh: &'static str,
    /// Other headers accepted, in either language.
    pub also: &'static [&'static str],
    /// Whether the file must have it.
    pub required: bool,
}

impl Column {
    /// A column the file must have.
    pub const fn must(key: &'static str, zh: &'static str) -> Self {
        Self { key, zh, also: &[], required: true }
    }

    /// A column the file may have.
    pub const fn may(key: &'static str, zh: &'static str) -> Self {
        Self { key, zh, also: &[], required: false }
    }

    /// The same column under more headers.
    pub const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }

    fn is_called(&self, header: &str) -> bool {
        let names = [self.key, self.zh];
        names.iter().chain(self.also).any(|name| plain(name) == header)
    }

    pub(super) fn names(&self) -> String {
        format!("{} {}", self.key, self.zh)
    }
}

/// Fields of the national settlement system that a file may bring along and that say nothing where no column of the
/// file has their name. Those that change what a price means, such as the pack (`convrat`), are not among them.
const NATIONAL: &[&str] = &[
    "insu_admdvs",
    "medins_list_codg",
    "prodname",
    "spec",
    "dosform_name",
    "pric_uplmt_amt",
    "overlmt_selfpay",
    "aprvno",
];

/// What to do with columns that are not in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// Refuse the file by their names.
    Refuse,
    /// Skip them, for files of other systems.
    Ignore,
}

/// A header as it is compared: without spaces around it, whatever its case.
pub(super) fn plain(header: &str) -> String {
    header.trim_matches(super::is_space).to_lowercase()
}

#[derive(Debug)]
pub(super) struct Header {
    columns: &'static [Column],
    /// For each column its place in the file.
    places: Vec<Option<usize>>,
    pub(super) names: Vec<String>,
}

impl Header {
    fn names_of(raw: &Raw) -> Result<Vec<String>> {
        if let Some((_, Reason::Formula(address))) = raw.bad.first() {
            return Err(Error::refused(Refused::HeaderFormula(address.clone())));
        }
        Ok((0..raw.len()).map(|at| raw.cell(at).to_owned()).collect())
    }

    /// The header of a file whose columns a person has chosen by their places.
    fn chosen(raw: &Raw, columns: &'static [Column], mut places: Vec<Option<usize>>) -> Result<Self> {
        let names = Self::names_of(raw)?;
        places.resize(columns.len(), None);
        let absent = |place: &Option<usize>| place.is_none_or(|at| at >= names.len());
        let missing: Vec<String> = columns
            .iter()
            .zip(&places)
            .filter(|(column, place)| (column.required || place.is_some()) && absent(place))
            .map(|(column, _)| column.names())
            .collect();
        let mut taken: Vec<usize> = places.iter().flatten().copied().collect();
        taken.sort_unstable();
        let again = taken.windows(2).filter(|pair| pair.first() == pair.last());
        let twice: Vec<String> =
            again.filter_map(|pair| names.get(*pair.first()?)).map(ToOwned::to_owned).collect();
        if !missing.is_empty() || !twice.is_empty() {
            return Err(Error::refused(Refused::Header { missing, unknown: Vec::new(), twice }));
        }
        Ok(Self { columns, places, names })
    }

    /// The header of objects by their names, of which none must be there; and the names that mean nothing here or
    /// the same as one before.
    pub(super) fn named(columns: &'static [Column], names: Vec<String>) -> (Self, Vec<usize>) {
        let (mut places, mut strange) = (vec![None; columns.len()], Vec::new());
        for (at, name) in names.iter().enumerate() {
            let header = plain(name);
            let place = columns.iter().position(|it| it.is_called(&header)).and_then(|it| places.get_mut(it));
            match place {
                Some(place @ None) => *place = Some(at),
                None if NATIONAL.contains(&header.as_str()) => {}
                _ => strange.push(at),
            }
        }
        (Self { columns, places, names }, strange)
    }

    fn of(raw: &Raw, columns: &'static [Column], unknown: Unknown) -> Result<Self> {
        let names = Self::names_of(raw)?;
        let mut places = vec![None; columns.len()];
        let (mut strange, mut twice) = (Vec::new(), Vec::new());
        for (at, name) in names.iter().enumerate() {
            let header = plain(name);
            match columns.iter().position(|column| column.is_called(&header)) {
                None if header.is_empty() || unknown == Unknown::Ignore => {}
                None if NATIONAL.contains(&header.as_str()) => {}
                None => strange.push(name.clone()),
                Some(column) => match places.get_mut(column) {
                    Some(place @ None) => *place = Some(at),
                    _ => twice.push(name.clone()),
                },
            }
        }
        if places.iter().all(Option::is_none) {
            let wanted = columns.iter().map(Column::names).collect();
            return Err(Error::refused(Refused::HeaderNone { line: raw.line, wanted }));
        }
        let absent = columns.iter().zip(&places).filter(|(column, place)| column.required && place.is_none());
        let missing: Vec<String> = absent.map(|(column, _)| column.names()).collect();
        if !missing.is_empty() || !strange.is_empty() || !twice.is_empty() {
            return Err(Error::refused(Refused::Header { missing, unknown: strange, twice }));
        }
        Ok(Self { columns, places, names })
    }

    /// Whether somebody reads what stands there.
    pub(super) fn is_read(&self, at: usize) -> bool {
        self.places.contains(&Some(at))
    }

    pub(super) fn place(&self, key: &str) -> Option<usize> {
        let column = self.columns.iter().position(|column| column.key == key)?;
        self.places.get(column).copied().flatten()
    }

    pub(super) fn name(&self, key: &str) -> String {
        self.place(key).and_then(|at| self.names.get(at)).cloned().unwrap_or_else(|| key.to_owned())
    }
}

enum Source<R> {
    Csv(Box<Records<R>>),
    Xlsx(std::vec::IntoIter<Raw>),
}

/// The lines of a table being read.
pub struct Rows<R> {
    source: Source<R>,
    header: Arc<Header>,
    limits: Limits,
    count: u64,
}

/// Opens a table: finds out whether it is CSV or XLSX and which encoding, and maps its header to the columns.
/// A CSV file is read as a stream; an XLSX file is held, within the limits.
pub fn open<R: Read>(
    input: R,
    columns: &'static [Column],
    unknown: Unknown,
    limits: Limits,
) -> Result<Rows<R>> {
    let (source, first) = begin(input, limits)?;
    let header = Arc::new(Header::of(&first, columns, unknown)?);
    Ok(Rows { source, header, limits, count: 0 })
}

/// Opens a table of which a person has said where each column is: its place in the file, counted from 0.
/// Without any column it shows the table as it stands.
pub fn open_chosen<R: Read>(
    input: R,
    columns: &'static [Column],
    places: Vec<Option<usize>>,
    limits: Limits,
) -> Result<Rows<R>> {
    let (source, first) = begin(input, limits)?;
    let header = Arc::new(Header::chosen(&first, columns, places)?);
    Ok(Rows { source, header, limits, count: 0 })
}

/// The lines of a file and the first of them, its header.
fn begin<R: Read>(mut input: R, limits: Limits) -> Result<(Source<R>, Raw)> {
    let mut head = Vec::new();
    input.by_ref().take(8).read_to_end(&mut head)?;
    if head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(Error::refused(Refused::OldExcel));
    }
    let (mut source, is_csv) = if head.starts_with(b"PK\x03\x04") {
        let room = limits.bytes.saturating_sub(head.len() as u64);
        input.by_ref().take(room.saturating_add(1)).read_to_end(&mut head)?;
        if head.len() as u64 > limits.bytes {
            return Err(Error::refused(Refused::TooLarge(limits.bytes)));
        }
        (Source::Xlsx(xlsx::rows(head, &limits)?.into_iter()), false)
    } else {
        (Source::Csv(Box::new(Records::new(Text::new(input, head, &limits), limits))), true)
    };
    let first = match &mut source {
        Source::Csv(records) if is_csv => records.header()?,
        Source::Csv(records) => records.next()?,
        Source::Xlsx(rows) => rows.find(|row| !row.is_blank()),
    };
    let first = first.ok_or_else(|| Error::refused(Refused::Empty))?;
    Ok((source, first))
}

impl<R: Read> Rows<R> {
    /// The headers as they stand in the file.
    pub fn names(&self) -> &[String] {
        &self.header.names
    }

    /// Whether the file has the column.
    pub fn has(&self, key: &str) -> bool {
        self.header.place(key).is_some()
    }

    /// The headers of columns that nobody reads.
    pub fn ignored(&self) -> Vec<String> {
        let read = |at: &usize| self.header.places.contains(&Some(*at));
        let names = self.header.names.iter().enumerate();
        names.filter(|(at, name)| !read(at) && !name.is_empty()).map(|(_, name)| name.clone()).collect()
    }

    /// Lines of data given out or found faulty so far.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The next line whose cells can be read; what is wrong with lines before it goes to `faults`.
    /// An error means that the file as a whole cannot be read on.
    pub fn next(&mut self, faults: &mut Faults) -> Result<Option<Row>> {
        while let Some(raw) = self.raw()? {
            if self.is_sound(&raw, faults) {
                return Ok(Some(Row { line: raw.line, header: self.header.clone(), raw }));
            }
        }
        Ok(None)
    }

    /// The next line, or the first thing that is wrong with it: for files that account for every line.
    pub fn next_line(&mut self) -> Result<Option<std::result::Result<Row, Fault>>> {
        let Some(raw) = self.raw()? else { return Ok(None) };
        let mut faults = Faults::default();
        self.is_sound(&raw, &mut faults);
        Ok(Some(match faults.first().first() {
            Some(fault) => Err(fault.clone()),
            None => Ok(Row { line: raw.line, header: self.header.clone(), raw }),
        }))
    }

    fn raw(&mut self) -> Result<Option<Raw>> {
        let raw = match &mut self.source {
            Source::Csv(records) => records.next()?,
            Source::Xlsx(rows) => rows.find(|row| !row.is_blank()),
        };
        self.count += u64::from(raw.is_some());
        if self.count > self.limits.lines {
            return Err(Error::refused(Refused::TooManyLines(self.limits.lines)));
        }
        Ok(raw)
    }

    fn is_sound(&self, raw: &Raw, faults: &mut Faults) -> bool {
        let wanted = self.header.names.len();
        let mut sound = true;
        for (at, reason) in &raw.bad {
            // A formula or an overlong cell in a column nobody reads does no harm.
            if self.header.places.contains(&Some(*at)) {
                let name = self.header.names.get(*at).cloned().unwrap_or_default();
                faults.push(Fault::new(raw.line, name, raw.cell(*at), reason.clone()));
                sound = false;
            }
        }
        let found = raw.len();
        let extra = (wanted..found).any(|at| !raw.cell(at).is_empty());
        let short = matches!(self.source, Source::Csv(_)) && found < wanted;
        if extra || short {
            faults.push(Fault::new(raw.line, "", raw.cell(0), Reason::Count { found, wanted }));
            sound = false;
        }
        sound
    }

    /// Reads the whole table: each line goes through `take`, which gives a value or leaves a fault.
    pub fn collect<T>(
        mut self,
        mut take: impl FnMut(&Row, &mut Faults) -> Option<T>,
    ) -> Result<(Vec<T>, Faults)> {
        let mut faults = Faults::default();
        let mut values = Vec::new();
        while let Some(row) = self.next(&mut faults)? {
            values.extend(take(&row, &mut faults));
        }
        Ok((values, faults))
    }
}
