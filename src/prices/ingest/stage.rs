//! Staging: one thread reads and checks chunks of lines while the other writes them.

use std::io::Read;
use std::sync::mpsc::{SyncSender, sync_channel};

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::import::{Codes, Line, Lines};
use super::repeats::Repeats;
use super::{CHUNK, Ingest, Progress, Refused, Source, store};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::files::Faults;
use crate::types::hex;

/// SHA-256 of a file, read as a stream.
pub fn hash(mut input: impl Read) -> Result<String> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; 256 << 10];
    loop {
        let read = input.read(&mut piece)?;
        if read == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(piece.get(..read).unwrap_or_default());
    }
}

/// Passes on what is read and hashes it.
struct Hashing<'a, R> {
    input: R,
    hash: &'a mut Sha256,
}

impl<R: Read> Read for Hashing<'_, R> {
    fn read(&mut self, piece: &mut [u8]) -> std::io::Result<usize> {
        let read = self.input.read(piece)?;
        self.hash.update(piece.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// Stages what is not staged yet. A file that is not the one first looked at is given up.
#[allow(clippy::too_many_arguments)]
pub fn stage<R: Read>(
    db: &Db,
    today: NaiveDate,
    source: &Source<'_, R>,
    codes: &Codes,
    repeats: Repeats,
    begun: &Ingest,
    good: i64,
    tell: &mut dyn FnMut(Progress),
) -> Result<()> {
    let (send, receive) = sync_channel(1);
    let (at, sha256) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| read(source, codes, today, repeats, begun.staged, send));
        let mut at = begun.staged;
        let mut written = Ok(());
        for chunk in receive {
            written = db.write(|tx| store::stage(tx, begun.no, at, &chunk));
            if written.is_err() {
                break;
            }
            at += chunk.len() as i64;
            tell(Progress::Staged(at, good));
        }
        let read = reader.join().map_err(|_| Error::fault("the reader of a file ended early"))?;
        written?;
        Ok::<_, Error>((at, read?))
    })?;
    if sha256 != begun.sha256 || at != good {
        db.write(|tx| store::give_up(tx, begun.no))?;
        return Err(Error::refused(Refused::Changed));
    }
    Ok(())
}

/// Sends the sound lines behind the first `skip` in sorted chunks; gives the SHA-256 of what was read. Ends early when
/// nobody takes them any more.
fn read<R: Read>(
    source: &Source<'_, R>,
    codes: &Codes,
    today: NaiveDate,
    mut repeats: Repeats,
    skip: i64,
    send: SyncSender<Vec<Line>>,
) -> Result<String> {
    let mut hash = Sha256::new();
    let input = Hashing { input: (source.open)()?, hash: &mut hash };
    let mut lines = Lines::open(input, codes, today)?;
    let mut faults = Faults::default();
    let mut left = skip;
    let mut chunk = Vec::new();
    while let Some(mut line) = lines.next(&mut faults)? {
        line.nth = repeats.count(&line.content);
        if left > 0 {
            left -= 1;
            continue;
        }
        chunk.push(line);
        if chunk.len() == CHUNK {
            let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK));
            if send.send(sorted(full)).is_err() {
                return Ok(String::new());
            }
        }
    }
    if !chunk.is_empty() && send.send(sorted(chunk)).is_err() {
        return Ok(String::new());
    }
    drop(lines);
    Ok(hex(&hash.finalize()))
}

/// In the order of the index on products.
fn sorted(mut chunk: Vec<Line>) -> Vec<Line> {
    chunk.sort_unstable_by_key(|line| {
        (line.content.product, line.content.day, line.content.hospital, line.line)
    });
    chunk
}
