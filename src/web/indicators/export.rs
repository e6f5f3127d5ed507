//! Indicators as files: the dashboard's rows, and an indicator's parts.

use actix_web::{HttpResponse, web};

use crate::audit::{self, Deed};
use crate::error::{Error, Result};
use crate::indicators::{self as rows, shown};
use crate::notify::Monthly;
use crate::types::Ctx;
use crate::web::indicators::show::{self, Piece};
use crate::web::indicators::{Asked, scope_name};
use crate::web::lists::{Line, Table};
use crate::web::{App, IndicatorReader, Page};

/// The export is in the trail.
async fn note(app: &App, ctx: Ctx, of: String, lines: usize) -> Result<()> {
    app.write(move |tx| {
        let deed = Deed { action: "indicators.export", subject: "indicator_counts", id: "" };
        audit::record(tx, &ctx, deed, &(), &serde_json::json!({ "lines": lines, "of": of }))
    })
    .await
}

/// `/indicators/export/indicators.csv` and `.xlsx`: the dashboard's rows.
pub async fn board(
    page: Page,
    who: IndicatorReader,
    app: web::Data<App>,
    file: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    if !matches!(file.as_str(), "indicators.csv" | "indicators.xlsx") {
        return Err(Error::NotFound);
    }
    let (t, m) = (page.t, &page.t.indicators);
    let (period, scope) = (asked.period(app.now().day())?, asked.scope(&who)?);
    let (board, name) =
        app.read(move |conn| Ok((rows::board(conn, &scope, period)?, scope_name(conn, &scope, t)?))).await?;
    let cells = board.rows.iter().map(|row| {
        let it = shown::cells(row, t);
        let code = row.indicator.to_string();
        [code, it.name.to_owned(), it.value, it.unit.to_owned(), it.target, it.reached.to_owned(), it.before]
            .into_iter()
            .chain([it.change.trim_start_matches('+').to_owned(), it.numerator])
            .chain([it.denominator, it.note])
            .collect::<Line>()
    });
    let headers: Vec<_> = std::iter::once((m.code, 22)).chain(Monthly::headers(t)).collect();
    let lines: Vec<Line> = cells.collect();
    let title = format!("{} {name} {}", m.title, period.name());
    note(&app, who.ctx(&app), title.clone(), lines.len()).await?;
    Table { name: "indicators", headers: &headers, numbers: &[2, 4, 6, 7, 8, 9], lines }
        .download_as(&title, &file)
}

/// `/indicators/{code}/export/parts.csv` and `.xlsx`: an indicator by county, hospital and round.
pub async fn parts(
    page: Page,
    who: IndicatorReader,
    app: web::Data<App>,
    names: web::Path<(String, String)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (code, file) = names.into_inner();
    if !matches!(file.as_str(), "parts.csv" | "parts.xlsx") {
        return Err(Error::NotFound);
    }
    let (indicator, t, m) = (show::named(&code)?, page.t, &page.t.indicators);
    let (period, scope) = (asked.period(app.now().day())?, asked.scope(&who)?);
    let (reader, choice) = (who.0.clone(), asked.into_inner());
    let found =
        app.read(move |conn| show::pieces(conn, &reader, (indicator, &scope, period), &choice)).await?;
    let row = |kind: &str, it: &Piece| {
        vec![
            kind.to_owned(),
            it.code.clone(),
            it.name.clone(),
            shown::figure(it.figure),
            shown::above(indicator, Some(it.sum)),
            shown::below(indicator, Some(it.sum)),
            shown::reason(indicator, it.figure, t),
        ]
    };
    let counties = found.counties.iter().map(|it| row(m.county, it));
    let hospitals = found.hospitals.iter().map(|it| row(m.hospital, it));
    let rounds = found.rounds.iter().map(|it| row(m.round, it));
    let headers = [
        (m.kind, 12),
        (m.code, 20),
        (m.subject, 36),
        (m.value, 16),
        (m.numerator, 20),
        (m.denominator, 20),
        (m.note, 50),
    ];
    let lines: Vec<Line> = counties.chain(hospitals).chain(rounds).collect();
    let title = format!("{} {}", indicator.name(t), period.name());
    note(&app, who.ctx(&app), title.clone(), lines.len()).await?;
    Table { name: "indicators", headers: &headers, numbers: &[3, 4, 5], lines }.download_as(&title, &file)
}
