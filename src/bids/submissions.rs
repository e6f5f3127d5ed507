//! How an envelope reached the platform: from where, with what, and who made its file. Kept apart from the bids,
//! read only after the opening, and shown only to those who evaluate. Nothing here is made from what is offered.

use std::io::{Cursor, Read};

use diesel::prelude::*;

use super::{EnvelopeState, Receipt};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::{envelopes, refused_envelopes, submissions};
use crate::types::{EnvelopeId, OrganisationId, RoundId, Time, sha256};

/// Longest text kept of a browser's or author's name, in characters.
const LONGEST: usize = 200;
/// Bytes of a file's properties that are read.
const PROPERTIES: u64 = 64 * 1024;
/// The part of an XLSX that says who made it.
const CORE: &str = "docProps/core.xml";

/// What came with an envelope.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = submissions)]
pub struct Submission {
    /// The envelope.
    pub envelope_id: EnvelopeId,
    /// Of which round.
    pub round_id: RoundId,
    /// By whom.
    pub supplier_id: OrganisationId,
    /// The envelope's number in the round.
    pub seq: i32,
    /// When it was received.
    pub at: Time,
    /// The network it came from: the address without its end; empty when unknown.
    pub network: String,
    /// SHA-256 over round, address and browser, so that equal devices show without the address being kept, and
    /// no device can be followed from round to round; empty when unknown.
    pub device: String,
    /// The browser's own name.
    pub agent: String,
    /// The file's author, as its properties say.
    pub author: String,
    /// Who saved it last.
    pub editor: String,
    /// When it was made.
    pub made: String,
}

/// Where a request came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sender {
    /// The address.
    pub address: Option<std::net::IpAddr>,
    /// The browser's own name.
    pub agent: String,
}

/// What the properties of a file say about its making.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// Its author.
    pub author: String,
    /// Who saved it last.
    pub editor: String,
    /// When it was made.
    pub made: String,
}

/// Records how an envelope came in, once.
pub fn record(tx: &mut Tx, receipt: &Receipt, sender: &Sender, document: &Document) -> Result<()> {
    let known: i64 = submissions::table.find(&receipt.id).count().get_result(tx.conn())?;
    if known > 0 {
        return Ok(());
    }
    let agent = short(&sender.agent);
    let device = |address| sha256(format!("{}\n{address}\n{agent}", receipt.round_id).as_bytes());
    let submission = Submission {
        envelope_id: receipt.id.clone(),
        round_id: receipt.round_id.clone(),
        supplier_id: receipt.supplier_id.clone(),
        seq: receipt.seq,
        at: receipt.received_at,
        network: sender.address.map(network).unwrap_or_default(),
        device: sender.address.map(device).unwrap_or_default(),
        author: document.author.clone(),
        editor: document.editor.clone(),
        made: document.made.clone(),
        agent,
    };
    diesel::insert_into(submissions::table).values(&submission).execute(tx.conn())?;
    Ok(())
}

/// How the envelopes of the companies with opened bids came in, in order: the replaced ones too, but nothing of
/// companies that withdrew, and nothing before the opening.
pub fn of_round(conn: &mut Conn, round: &RoundId) -> Result<Vec<Submission>> {
    let opened = opened(conn, round)?;
    Ok(submissions::table
        .filter(submissions::round_id.eq(round).and(submissions::supplier_id.eq_any(opened)))
        .order(submissions::seq)
        .select(Submission::as_select())
        .load(conn)?)
}

fn opened(conn: &mut Conn, round: &RoundId) -> Result<Vec<OrganisationId>> {
    Ok(envelopes::table
        .filter(envelopes::round_id.eq(round).and(envelopes::state.eq(EnvelopeState::Opened)))
        .select(envelopes::supplier_id)
        .distinct()
        .load(conn)?)
}

/// How many companies submitted anything in time or late, and how many of them had nothing opened.
pub fn counts(conn: &mut Conn, round: &RoundId) -> Result<(usize, usize)> {
    let mut all: Vec<OrganisationId> = envelopes::table
        .filter(envelopes::round_id.eq(round))
        .select(envelopes::supplier_id)
        .distinct()
        .load(conn)?;
    all.extend(late(conn, round)?);
    all.sort();
    all.dedup();
    let opened = opened(conn, round)?.len();
    Ok((all.len(), all.len().saturating_sub(opened)))
}

fn late(conn: &mut Conn, round: &RoundId) -> Result<Vec<OrganisationId>> {
    Ok(refused_envelopes::table
        .filter(refused_envelopes::round_id.eq(round))
        .select(refused_envelopes::supplier_id)
        .distinct()
        .load(conn)?)
}

/// An address without its end: three of four numbers, or the first 48 bits.
fn network(address: std::net::IpAddr) -> String {
    match address.to_canonical() {
        std::net::IpAddr::V4(four) => {
            let [a, b, c, _] = four.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        std::net::IpAddr::V6(six) => {
            let [a, b, c, ..] = six.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

/// A text on one line, cut to what is kept.
fn short(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

/// What an XLSX says about its making; nothing of any other file.
pub fn document(bytes: &[u8]) -> Document {
    let Some(xml) = properties(bytes) else { return Document::default() };
    let text = |name| short(&element(&xml, name).unwrap_or_default());
    Document { author: text("dc:creator"), editor: text("cp:lastModifiedBy"), made: text("dcterms:created") }
}

fn properties(bytes: &[u8]) -> Option<String> {
    if !bytes.starts_with(b"PK") {
        return None;
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut text = Vec::new();
    archive.by_name(CORE).ok()?.take(PROPERTIES).read_to_end(&mut text).ok()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// The text of the first element of that name.
fn element(xml: &str, name: &str) -> Option<String> {
    let mut rest = xml;
    loop {
        let (_, after) = rest.split_once(&format!("<{name}"))?;
        rest = after;
        let (attributes, inside) = after.split_once('>')?;
        let is_it = attributes.is_empty() || attributes.starts_with(char::is_whitespace);
        if is_it && !attributes.ends_with('/') {
            let (text, _) = inside.split_once(&format!("</{name}"))?;
            return Some(plain(text));
        }
    }
}

/// A text without the escapes of XML; the ampersand last, or an escaped escape would be read twice.
fn plain(text: &str) -> String {
    let escapes = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    escapes.iter().fold(text.to_owned(), |text, (escape, plain)| text.replace(escape, plain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_network_is_an_address_without_its_end() {
        let check = |address: &str, want: &str| assert_eq!(network(address.parse().unwrap()), want);
        check("203.0.113.77", "203.0.113.0/24");
        check("::ffff:203.0.113.77", "203.0.113.0/24");
        check("2001:db8:7:1::5", "2001:db8:7::/48");
    }

    #[test]
    fn the_properties_of_a_workbook_are_read() {
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet();
        let made = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 11, 2).unwrap();
        book.set_properties(
            &rust_xlsxwriter::DocProperties::new().set_author("张三 & <李四>").set_creation_datetime(&made),
        );
        let read = document(&book.save_to_buffer().unwrap());
        assert_eq!((read.author.as_str(), read.made.as_str()), ("张三 & <李四>", "2026-11-02T00:00:00Z"));
        assert_eq!(document(b"lot,company\n1,2\n"), Document::default());
        let check = |xml: &str, want: Option<&str>| assert_eq!(element(xml, "a").as_deref(), want, "{xml}");
        check("<ab>1</ab><a x=\"y\">2</a>", Some("2"));
        check("<a/><a>3</a>", Some("3"));
        check("<a>4", None);
    }

    proptest! {
        #[test]
        fn no_file_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let bytes = [b"PK\x03\x04".to_vec(), bytes].concat();
            prop_assert_eq!(document(&bytes), Document::default());
        }
    }
}
