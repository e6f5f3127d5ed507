//! Documents handed in with something: what they are is read from their bytes, not from their name.

use std::io::Cursor;

use diesel::prelude::*;

use super::publicity::Refused;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::schema::documents;
use crate::types::{AccountId, DocumentId, Time};

/// Most documents of one thing.
pub const MOST: usize = 10;

/// What a document belongs to: a table and an id in it.
pub type Owner<'a> = (&'a str, &'a str);

/// A stored document.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = documents)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// The table of the thing it belongs to.
    pub subject: String,
    /// Which one.
    pub subject_id: String,
    /// Its name as handed in.
    pub name: String,
    /// What it is, by its bytes.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// The bytes.
    pub content: Vec<u8>,
    /// Who handed it in.
    pub account_id: Option<AccountId>,
    /// When.
    pub created_at: Time,
}

/// A document in a list, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = documents)]
pub struct Listed {
    /// Its id.
    pub id: DocumentId,
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// When it was handed in.
    pub created_at: Time,
}

/// Endings that are accepted, what they are, and the folder an office document of the kind keeps its text in.
const KINDS: &[(&str, &str, &str)] = &[
    ("pdf", "application/pdf", ""),
    ("png", "image/png", ""),
    ("jpg", "image/jpeg", ""),
    ("jpeg", "image/jpeg", ""),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "word/"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xl/"),
];

/// What a document is. Name and content must agree, so that nothing comes in under a false name.
pub fn media_type(name: &str, bytes: &[u8]) -> std::result::Result<&'static str, Refused> {
    if bytes.is_empty() {
        return Err(Refused::NoDocument);
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    let Some((_, media_type, folder)) = KINDS.iter().find(|(known, ..)| *known == ending) else {
        return Err(Refused::DocumentKind(name.to_owned()));
    };
    let is_it = match *media_type {
        "application/pdf" => bytes.starts_with(b"%PDF-"),
        "image/png" => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        "image/jpeg" => bytes.starts_with(b"\xff\xd8\xff"),
        _ => return office(name, bytes, folder).map(|()| *media_type),
    };
    if is_it { Ok(media_type) } else { Err(Refused::DocumentFalse(name.to_owned())) }
}

/// An office document is a ZIP with its table of contents and its own folder. Only names are read.
fn office(name: &str, bytes: &[u8], folder: &str) -> std::result::Result<(), Refused> {
    let falsely = || Refused::DocumentFalse(name.to_owned());
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| falsely())?;
    let names = archive.file_names().collect::<std::result::Result<Vec<_>, _>>().map_err(|_| falsely())?;
    if names.iter().any(|entry| entry.to_lowercase().ends_with("vbaproject.bin")) {
        return Err(Refused::DocumentMacros(name.to_owned()));
    }
    let has_contents = names.iter().any(|entry| entry == "[Content_Types].xml");
    let has_text = names.iter().any(|entry| entry.starts_with(folder));
    if has_contents && has_text { Ok(()) } else { Err(falsely()) }
}

/// A new document of something, checked.
pub fn document(
    id: DocumentId,
    owner: Owner,
    name: &str,
    bytes: Vec<u8>,
    account_id: Option<AccountId>,
    now: Time,
) -> Result<Document> {
    let media_type = media_type(name, &bytes).map_err(Error::refused)?;
    Ok(Document {
        id,
        subject: owner.0.to_owned(),
        subject_id: owner.1.to_owned(),
        name: name.chars().filter(|c| !c.is_control()).collect(),
        media_type: media_type.to_owned(),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        sha256: crate::types::sha256(&bytes),
        content: bytes,
        account_id,
        created_at: now,
    })
}

/// Stores a document.
pub fn insert(tx: &mut Tx, it: &Document) -> Result<()> {
    diesel::insert_into(documents::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// The documents of something, in the order handed in.
pub fn of(conn: &mut Conn, owner: Owner) -> Result<Vec<Listed>> {
    Ok(documents::table
        .filter(documents::subject.eq(owner.0).and(documents::subject_id.eq(owner.1)))
        .order(documents::id)
        .select(Listed::as_select())
        .load(conn)?)
}

/// One document of something, or there is no such thing.
pub fn one(conn: &mut Conn, owner: Owner, id: &DocumentId) -> Result<Document> {
    Ok(documents::table
        .filter(documents::id.eq(id))
        .filter(documents::subject.eq(owner.0).and(documents::subject_id.eq(owner.1)))
        .select(Document::as_select())
        .first(conn)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn zip(names: &[&str]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(b"x").unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn a_document_is_what_its_bytes_say() {
        let docx = zip(&["[Content_Types].xml", "word/document.xml"]);
        let macros = zip(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]);
        let falsely = |name: &str| Err(Refused::DocumentFalse(name.to_owned()));
        let check = |name: &str, bytes: &[u8], want: std::result::Result<&str, Refused>| {
            assert_eq!(media_type(name, bytes), want, "{name}");
        };
        check("a.pdf", b"%PDF-1.7 ...", Ok("application/pdf"));
        check("说明.PNG", b"\x89PNG\r\n\x1a\n....", Ok("image/png"));
        check("a.jpeg", b"\xff\xd8\xff\xe0", Ok("image/jpeg"));
        check("a.docx", &docx, Ok(KINDS[4].1));
        check("a.xlsx", &docx, falsely("a.xlsx"));
        check("a.docx", &macros, Err(Refused::DocumentMacros("a.docx".to_owned())));
        check("a.docx", b"PK\x03\x04 and then nothing", falsely("a.docx"));
        check("a.pdf", b"MZ\x90\x00", falsely("a.pdf"));
        check("a.pdf", b"<html>%PDF-", falsely("a.pdf"));
        check("a.html", b"<html>", Err(Refused::DocumentKind("a.html".to_owned())));
        check("a.svg", b"<svg/>", Err(Refused::DocumentKind("a.svg".to_owned())));
        check("pdf", b"%PDF-", Err(Refused::DocumentKind("pdf".to_owned())));
        check("a.pdf", b"", Err(Refused::NoDocument));
    }
}
