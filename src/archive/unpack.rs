//! Unpacking an archive that may be hostile: into a folder of its own, within limits, under known names only.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::TempDir;
use zip::ZipArchive;

use super::format::{ALWAYS, FORMAT, MANIFEST, MANIFEST_HASH, Manifest, RoundFacts, is_name};
use super::refused::Refused;
use crate::error::{Error, Result};

/// Most bytes of an archive.
const ARCHIVE: u64 = 1 << 30;
/// Most files in it: three for each envelope and a few more.
const FILES: u64 = 20_000;
/// Most bytes of its table of contents.
const TABLE: u64 = 16 << 20;
/// Most bytes a table unpacks to.
const LARGE: u64 = 256 << 20;
/// Most bytes any other file unpacks to: those are read whole.
const SMALL: u64 = 8 << 20;
/// Most bytes of all files together.
const ALL: u64 = 1 << 30;

/// An unpacked archive; its folder goes with it.
pub struct Unpacked {
    folder: TempDir,
    /// SHA-256 of each file by name, as it is.
    pub hashes: BTreeMap<String, String>,
    /// The list of files.
    pub manifest: Manifest,
}

impl Unpacked {
    /// Where a file is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Whether the archive holds the file.
    pub fn has(&self, name: &str) -> bool {
        self.hashes.contains_key(name)
    }

    /// Where a file is, if the archive holds it.
    pub fn path_if(&self, name: &str) -> Option<PathBuf> {
        self.has(name).then(|| self.path(name))
    }

    /// A file's bytes.
    pub fn read(&self, name: &str) -> Result<Vec<u8>> {
        Ok(fs::read(self.path(name))?)
    }

    /// The facts of the round.
    pub fn facts(&self) -> Result<RoundFacts> {
        json(super::format::ROUND, &self.read(super::format::ROUND)?)
    }
}

/// Unpacks an archive, or says why it is none.
pub fn unpack(path: &Path) -> Result<Unpacked> {
    let mut file = File::open(path)?;
    is_modest(&mut file)?;
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(unreadable)?;
    if zip.has_duplicate_names() {
        return Err(Error::refused(Refused::Twice));
    }
    let folder = tempfile::Builder::new().prefix("jicai-archive").tempdir()?;
    for part in ["contents", "envelopes", "receipts"] {
        fs::create_dir(folder.path().join(part))?;
    }
    let (mut hashes, mut total) = (BTreeMap::new(), 0);
    for at in 0..zip.len() {
        let entry = zip.by_index(at).map_err(unreadable)?;
        let name = entry.name().map_err(unreadable)?.into_owned();
        if !is_name(&name) {
            return Err(Error::refused(Refused::Name(name.chars().take(100).collect())));
        }
        let most = if name.ends_with(".csv") && !name.contains('/') { LARGE } else { SMALL };
        let (hash, bytes) = keep(entry, &folder.path().join(&name), most)?;
        total += bytes;
        if total > ALL {
            return Err(Error::refused(Refused::TooMuch("bytes", ALL)));
        }
        if hashes.insert(name, hash).is_some() {
            return Err(Error::refused(Refused::Twice));
        }
    }
    let manifest = listed(folder.path(), &hashes)?;
    Ok(Unpacked { folder, hashes, manifest })
}

/// The end of a ZIP file says how much is in it: looked at before a table of contents is made room for. Archives
/// have no comment, so that this end is where everybody looks for it.
fn is_modest(file: &mut File) -> Result<()> {
    let length = file.metadata()?.len();
    if length > ARCHIVE {
        return Err(Error::refused(Refused::TooMuch("bytes", ARCHIVE)));
    }
    let mut end = [0_u8; 22];
    let is_read = file.seek(SeekFrom::End(-22)).and_then(|_| file.read_exact(&mut end));
    if is_read.is_err() || !end.starts_with(b"PK\x05\x06") || end.get(20..) != Some(&[0, 0]) {
        return Err(Error::refused(Refused::Unreadable("no end of central directory".to_owned())));
    }
    let [files, table] = [(10, 2), (12, 4)].map(|(at, size)| {
        let bytes = end.get(at..at + size).unwrap_or_default();
        bytes.iter().rev().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte))
    });
    if files > FILES {
        return Err(Error::refused(Refused::TooMuch("files", FILES)));
    }
    if table > TABLE {
        return Err(Error::refused(Refused::TooMuch("bytes", TABLE)));
    }
    file.rewind()?;
    Ok(())
}

fn unreadable(why: zip::result::ZipError) -> Error {
    Error::refused(Refused::Unreadable(why.to_string()))
}

/// Writes one file out and gives its hash and its length.
fn keep(entry: impl Read, path: &Path, most: u64) -> Result<(String, u64)> {
    let mut out = File::create_new(path)?;
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 64 << 10]);
    let mut entry = entry.take(most + 1);
    loop {
        let read = match entry.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            // The bytes are not what the archive's own sums say.
            Err(e) => return Err(Error::refused(Refused::Unreadable(e.to_string()))),
        };
        let part = buffer.get(..read).unwrap_or_default();
        bytes += part.len() as u64;
        if bytes > most {
            return Err(Error::refused(Refused::TooMuch("bytes", most)));
        }
        hash.update(part);
        out.write_all(part)?;
    }
    Ok((hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), bytes))
}

/// The manifest; the archive holds exactly what it lists, and at least what every archive has.
fn listed(folder: &Path, hashes: &BTreeMap<String, String>) -> Result<Manifest> {
    let missing = |name: &str| Error::refused(Refused::Missing(name.to_owned()));
    let own = [MANIFEST, MANIFEST_HASH];
    if let Some(name) = own.iter().chain(ALWAYS).find(|name| !hashes.contains_key(**name)) {
        return Err(missing(name));
    }
    let manifest: Manifest = json(MANIFEST, &fs::read(folder.join(MANIFEST))?)?;
    if manifest.format != FORMAT {
        return Err(Error::refused(Refused::Format(manifest.format.chars().take(40).collect())));
    }
    if let Some(name) = manifest.files.keys().find(|name| !hashes.contains_key(*name)) {
        return Err(missing(name));
    }
    let mut held = hashes.keys().filter(|name| !own.contains(&name.as_str()));
    match held.find(|name| !manifest.files.contains_key(*name)) {
        Some(name) => Err(Error::refused(Refused::NotListed(name.clone()))),
        None => Ok(manifest),
    }
}

fn json<T: serde::de::DeserializeOwned>(name: &'static str, bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|why| Error::refused(Refused::Json(name, why.to_string())))
}
