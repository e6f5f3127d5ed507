//! The spool: the bytes of files until they have ended. Nodes of one platform share the folder.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use super::Refused;
use crate::types::{PriceFileId, hex};

/// Bytes of which nobody knows any more are taken away when they are as old as this.
const FORGOTTEN: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder of files on their way.
#[derive(Debug, Clone)]
pub struct Spool(PathBuf);

/// What was written.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The name of the bytes.
    pub id: PriceFileId,
    /// Their SHA-256.
    pub sha256: String,
    /// How many they are.
    pub bytes: i64,
}

/// A file being written; unfinished bytes are taken away again.
pub struct Writer {
    out: Option<BufWriter<File>>,
    part: PathBuf,
    whole: PathBuf,
    id: PriceFileId,
    hash: Sha256,
    bytes: u64,
    most: u64,
}

impl Spool {
    /// The spool in a folder, which is made when it is first written to.
    pub fn at(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// Where a file's bytes are.
    pub fn path(&self, id: &PriceFileId) -> PathBuf {
        self.0.join(id.as_str())
    }

    /// Begins to write a file of at most `most` bytes.
    pub fn begin(&self, most: u64) -> Result<Writer, Refused> {
        fs::create_dir_all(&self.0).map_err(unwritable)?;
        let id = PriceFileId::new();
        let (part, whole) = (self.0.join(format!("{id}.part")), self.path(&id));
        let out = BufWriter::new(File::create(&part).map_err(unwritable)?);
        Ok(Writer { out: Some(out), part, whole, id, hash: Sha256::new(), bytes: 0, most })
    }

    /// Takes a file's bytes away; one that is not there is no fault.
    pub fn remove(&self, id: &PriceFileId) -> io::Result<()> {
        match fs::remove_file(self.path(id)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }

    // The names of files in the spool, and how long ago each was written.
    fn names(&self) -> io::Result<Vec<(String, Duration)>> {
        let entries = match fs::read_dir(&self.0) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            let written = entry.metadata().and_then(|it| it.modified()).unwrap_or_else(|_| SystemTime::now());
            names.push((
                entry.file_name().to_string_lossy().into_owned(),
                written.elapsed().unwrap_or_default(),
            ));
        }
        Ok(names)
    }

    /// Takes away what lies here for nothing: bytes of files that have ended, and of uploads that broke off long ago.
    pub fn sweep(
        &self,
        is_open: impl Fn(&PriceFileId) -> crate::error::Result<Option<bool>>,
    ) -> crate::error::Result<()> {
        for (name, age) in self.names()? {
            let id = name.parse::<PriceFileId>().ok();
            let is_needed = match &id {
                Some(id) => is_open(id)?.unwrap_or(age < FORGOTTEN),
                None => !name.ends_with(".part") || age < FORGOTTEN,
            };
            if !is_needed {
                let _ = fs::remove_file(self.0.join(name));
            }
        }
        Ok(())
    }
}

/// A full disk or a folder without permission is for the administrator; the sender is told to try later.
fn unwritable(cause: io::Error) -> Refused {
    tracing::error!(%cause, "the spool cannot be written to");
    Refused::Spool
}

impl Writer {
    /// Adds bytes; refused when they become too many.
    pub fn write(&mut self, piece: &[u8]) -> Result<(), Refused> {
        self.bytes = self.bytes.saturating_add(piece.len() as u64);
        if self.bytes > self.most {
            return Err(Refused::TooLarge(self.most >> 20));
        }
        self.hash.update(piece);
        match &mut self.out {
            Some(out) => out.write_all(piece).map_err(unwritable),
            None => Ok(()),
        }
    }

    /// How many bytes so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Ends the file: its bytes are on the disk when this returns.
    pub fn finish(mut self) -> Result<Kept, Refused> {
        if let Some(out) = self.out.take() {
            let file = out.into_inner().map_err(|e| unwritable(e.into_error()))?;
            file.sync_all().map_err(unwritable)?;
        }
        fs::rename(&self.part, &self.whole).map_err(unwritable)?;
        let sha256 = hex(&std::mem::take(&mut self.hash).finalize());
        let bytes = i64::try_from(self.bytes).map_err(|_| Refused::TooLarge(self.most >> 20))?;
        Ok(Kept { id: self.id.clone(), sha256, bytes })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // After `finish` it is not there any more.
        let _ = fs::remove_file(&self.part);
    }
}
