//! `/indices/{id}/notices/{notice}`: which pieces' prices and payment standards are to follow an index that moved.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::Result;
use crate::prices::indices::linkage::{self, Notice, Piece};
use crate::prices::indices::{self, Basket};
use crate::text::fill;
use crate::types::{BasketId, NoticeId};
use crate::web::{App, Page, Staff, page};

#[derive(Template)]
#[template(path = "indices/notice.html")]
struct Show {
    page: Page,
    it: Basket,
    notice: Notice,
    pieces: Vec<Piece>,
}

impl Show {
    fn title(&self) -> String {
        let (title, month) = (self.it.title(self.page.t), super::month_shown(self.notice.month));
        fill(self.page.t.indices.notice_title, &[("title", &title), ("month", &month)])
    }

    fn month(&self) -> String {
        super::month_shown(self.notice.month)
    }

    fn text(&self) -> String {
        let (i, it) = (&self.page.t.indices, &self.notice);
        let since = it.reference_month.map_or_else(|| i.since_base.to_owned(), super::month_shown);
        let threshold = linkage::percent(it.threshold);
        fill(
            i.notice_text,
            &[
                ("month", &super::month_shown(it.month)),
                ("value", &it.value),
                ("reference", &it.reference),
                ("since", &since),
                ("change", &linkage::percent(it.change)),
                ("threshold", &threshold.trim_start_matches('+')),
            ],
        )
    }

    fn change(&self, piece: &Piece) -> String {
        super::shown(piece.change().map(linkage::percent))
    }
}

/// The page.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    ids: web::Path<(BasketId, NoticeId)>,
) -> Result<HttpResponse> {
    let (id, key) = ids.into_inner();
    let (it, notice) =
        app.read(move |conn| Ok((indices::basket(conn, &id)?, linkage::notice(conn, &id, &key)?))).await?;
    let pieces = notice.pieces()?;
    page::show(&Show { page, it, notice, pieces })
}
