//! Large bodies both ways in bounded memory: what comes is poured into a file without a name, what goes is written
//! piece by piece as it is read.
//!
//! The whole body is taken before the answer begins, so that a client that reads only after it has sent everything does
//! not wait for ever.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::{StreamExt, stream};
use tokio::sync::mpsc::{Sender, channel};

use super::{Fault, broken_body, empty_body, plain_body, too_large};
use crate::error::{Error, Result};
use crate::web::{App, block};

/// Bytes of a piece.
const PIECE: usize = 64 * 1024;
/// Pieces written that nobody has read yet.
const AHEAD: usize = 4;
/// Bytes collected before they are written, off the threads that answer.
const COLLECTED: usize = 1 << 20;

/// A file without a name in the spool's folder: it goes when it is closed.
pub fn nameless(app: &App) -> Result<File> {
    let folder = &app.settings.spool_folder;
    std::fs::create_dir_all(folder)?;
    Ok(tempfile::tempfile_in(folder)?)
}

/// The body of a request, at most as large as a file of prices, in a file at its start.
pub async fn poured(
    req: &HttpRequest,
    app: &App,
    mut body: web::Payload,
) -> std::result::Result<File, Fault> {
    plain_body(req)?;
    let (most, maker) = (app.settings.price_file_bytes, app.clone());
    let mut file = block(move || nameless(&maker)).await?;
    let (mut piece, mut size) = (Vec::new(), 0_u64);
    while let Some(part) = body.next().await {
        let part = part.map_err(|_| broken_body())?;
        size = size.saturating_add(part.len() as u64);
        if size > most {
            return Err(too_large(most));
        }
        piece.extend_from_slice(&part);
        if piece.len() >= COLLECTED {
            file = written(file, std::mem::take(&mut piece)).await?;
        }
    }
    if size == 0 {
        return Err(empty_body());
    }
    file = written(file, piece).await?;
    Ok(block(move || at_start(file)).await?)
}

async fn written(mut file: File, piece: Vec<u8>) -> Result<File> {
    block(move || {
        file.write_all(&piece)?;
        Ok(file)
    })
    .await
}

/// The file at its start.
pub fn at_start(mut file: File) -> Result<File> {
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// Where an answer is written: what is not read yet holds the writer up.
pub struct Pipe {
    to: Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::take(&mut self.piece));
        self.to.blocking_send(Ok(piece)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

/// An answer whose body is written by `write` on a thread that may wait. A fault in the middle breaks the answer off,
/// so that nobody takes a part for the whole.
pub fn streamed(
    mut answer: HttpResponseBuilder,
    write: impl FnOnce(&mut Pipe) -> Result<()> + Send + 'static,
) -> HttpResponse {
    let (to, mut from) = channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let mut pipe = Pipe { to, piece: Vec::new() };
        let done = write(&mut pipe).and_then(|()| Ok(pipe.flush()?));
        if let Err(fault) = done {
            // The reader went away, or is told by the end that is missing.
            tracing::warn!(%fault, "an answer broke off");
            let _ = pipe.to.blocking_send(Err(io::ErrorKind::Interrupted.into()));
        }
    });
    answer.streaming(stream::poll_fn(move |cx| from.poll_recv(cx)))
}

/// An answer that is a file from where it stands.
pub fn file(answer: HttpResponseBuilder, mut file: File) -> HttpResponse {
    streamed(answer, move |pipe| {
        let mut piece = vec![0; PIECE];
        loop {
            let read = file.read(&mut piece)?;
            let Some(bytes) = piece.get(..read).filter(|it| !it.is_empty()) else { return Ok(()) };
            pipe.write_all(bytes).map_err(Error::from)?;
        }
    })
}
