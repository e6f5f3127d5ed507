//! Pages of files of purchases and listings, what is unmatched in them, and the door for programs.

pub mod api;
pub mod differing;
pub mod list;
pub mod show;
pub mod unmatched;

use actix_web::web::{self, Bytes};
use futures_util::{Stream, StreamExt};

use crate::prices::files::spool::{Kept, Spool, Writer};
use crate::prices::files::{Kind, Origin, Phase, PriceFile, Refused, State};
use crate::text::{Text, fill};
use crate::web::App;

/// Bytes collected before they are written, off the threads that answer.
const PIECE: usize = 1 << 20;

impl Kind {
    /// What an address is about: both kinds have the same pages.
    fn at(path: &str) -> Self {
        let path = path.strip_prefix("/api").unwrap_or(path);
        if path.starts_with("/listings") { Kind::Listings } else { Kind::Transactions }
    }

    fn title(self, t: &Text) -> &'static str {
        match self {
            Kind::Transactions => t.ingest.title_transactions,
            Kind::Listings => t.ingest.title_listings,
        }
    }
}

fn origin_name(origin: Origin, t: &Text) -> &'static str {
    let i = &t.ingest;
    match origin {
        Origin::Page => i.origin_page,
        Origin::Folder => i.origin_folder,
        Origin::Api => i.origin_api,
        Origin::Command => i.origin_command,
    }
}

fn state_class(state: State) -> &'static str {
    match state {
        State::Checking | State::Waiting | State::Applying => "wait",
        State::Applied => "good",
        State::Failed => "bad",
        State::Known | State::Abandoned => "",
    }
}

fn progress(it: &PriceFile, t: &Text) -> String {
    let i = &t.ingest;
    let phase = match it.phase {
        Phase::Checking => i.phase_checking,
        Phase::Staging => i.phase_staging,
        Phase::Storing => i.phase_storing,
    };
    fill(i.progress, &[("phase", &phase), ("percent", &it.percent())])
}

fn spool(app: &App) -> Spool {
    Spool::at(&app.settings.spool_folder)
}

/// Pours what arrives into the spool, a piece at a time.
async fn pour<E>(app: &App, mut body: impl Stream<Item = Result<Bytes, E>> + Unpin) -> Result<Kept, Refused> {
    let (spool, most) = (spool(app), app.settings.price_file_bytes);
    let mut writer = away(move || spool.begin(most)).await?;
    let mut piece = Vec::new();
    while let Some(part) = body.next().await {
        piece.extend_from_slice(&part.map_err(|_| Refused::Broken)?);
        if piece.len() >= PIECE {
            writer = written(writer, std::mem::take(&mut piece)).await?;
        }
    }
    let writer = written(writer, piece).await?;
    away(move || writer.finish()).await
}

async fn written(mut writer: Writer, piece: Vec<u8>) -> Result<Writer, Refused> {
    away(move || writer.write(&piece).map(|()| writer)).await
}

/// On a thread that may wait.
async fn away<T: Send + 'static>(
    body: impl FnOnce() -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    web::block(body).await.unwrap_or(Err(Refused::Spool))
}
