//! The award as files, with the columns of `jicai award`.

use actix_web::{HttpResponse, web};

use crate::audit::{self, Deed};
use crate::awards::region_lines::{self, RegionLine};
use crate::awards::store::{self, Decision, Version};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::rounds::rule_set::RuleSet;
use crate::rounds::{self, Lot, Round};
use crate::types::RoundId;
use crate::web::awards::{Asked, versions};
use crate::web::lists::{Line, Table};
use crate::web::{App, Staff};

/// The columns of `awards.csv` with their widths in a sheet.
pub const AWARDS: [(&str, u16); 11] = [
    ("lot", 8),
    ("company", 28),
    ("product", 28),
    ("unit_price", 12),
    ("comparable_price", 16),
    ("rank", 6),
    ("status", 14),
    ("award_price", 12),
    ("share", 8),
    ("term_years", 10),
    ("reason", 70),
];
/// The columns of `allocations.csv`; the last only where a company may win with several products.
pub const ALLOCATIONS: [(&str, u16); 6] =
    [("lot", 8), ("region", 14), ("hospital", 28), ("company", 28), ("agreed_quantity", 16), ("product", 28)];
/// The columns of `region_volumes.csv`.
pub const REGION_VOLUMES: [(&str, u16); 7] = [
    ("lot", 8),
    ("region", 14),
    ("base_volume", 16),
    ("agreed_volume", 16),
    ("unallocated", 14),
    ("main", 28),
    ("spare", 28),
];

fn or_empty<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn award_line(lot: &Lot, company: &str, d: &Decision) -> Line {
    let clause = if d.clause.is_empty() { String::new() } else { format!(" [{}]", d.clause) };
    vec![
        lot.code.clone(),
        company.to_owned(),
        d.product.clone(),
        d.unit_price.to_string(),
        d.comparable_price.to_string(),
        or_empty(d.rank),
        d.status.to_string(),
        or_empty(d.award_price),
        d.share.clone(),
        or_empty(d.term_years),
        format!("{} {}{clause}", d.code, d.arithmetic),
    ]
}

fn region(lot: &Lot, (it, main, spare): (RegionLine, Option<String>, Option<String>)) -> Line {
    let quantities = [it.base_volume, it.agreed_volume, it.unallocated].map(|n| n.to_string());
    let suppliers = [main, spare].map(Option::unwrap_or_default);
    [lot.code.clone(), it.region].into_iter().chain(quantities).chain(suppliers).collect()
}

fn lines(tx: &mut Tx, lots: &[Lot], award: &Version, kind: &str) -> Result<Vec<Line>> {
    let mut list = Vec::new();
    for lot in lots {
        if kind == "region_volumes" {
            list.extend(
                region_lines::of(tx.conn(), &award.id, &lot.id)?.into_iter().map(|it| region(lot, it)),
            );
            continue;
        }
        if kind == "awards" {
            let decided = store::decisions_of(tx.conn(), &award.id, &lot.id)?;
            list.extend(decided.iter().map(|(d, company)| award_line(lot, company, d)));
            continue;
        }
        let agreed = store::agreed_lines(tx.conn(), &award.id, &lot.id)?;
        for (_, region, hospital, company, quantity, product) in agreed {
            list.push(vec![lot.code.clone(), region, hospital, company, quantity.to_string(), product]);
        }
    }
    Ok(list)
}

/// `awards`, `allocations` or `region_volumes` as `.csv` or `.xlsx`. An export is in the trail.
pub async fn file(
    who: Staff,
    app: web::Data<App>,
    path: web::Path<(RoundId, String)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (id, file) = path.into_inner();
    let (kind, ending) = file.split_once('.').ok_or(Error::NotFound)?;
    let (header, numbers): (&[(&str, u16)], &[usize]) = match kind {
        "awards" => (&AWARDS, &[3, 4, 5, 7, 8, 9]),
        "allocations" => (&ALLOCATIONS, &[4]),
        "region_volumes" => (&REGION_VOLUMES, &[2, 3, 4]),
        _ => return Err(Error::NotFound),
    };
    if !matches!(ending, "csv" | "xlsx") {
        return Err(Error::NotFound);
    }
    let (ctx, number, name) = (who.ctx(&app), asked.version, file.clone());
    let wanted = kind.to_owned();
    let (round, award, mut lines, several): (Round, Version, Vec<Line>, bool) = app
        .write(move |tx| {
            let round = rounds::round(tx.conn(), &id)?;
            let award = versions(tx.conn(), &id, number)?.1.ok_or(Error::NotFound)?;
            let lots = rounds::lots_of(tx.conn(), &id)?;
            let lines = lines(tx, &lots, &award, &wanted)?;
            let deed = Deed { action: "award.export", subject: "awards", id: award.id.as_str() };
            audit::record(tx, &ctx, deed, &(), &(&name, lines.len()))?;
            let version = rounds::store::rule_set(tx.conn(), &award.rule_set_id)?.ok_or(Error::NotFound)?;
            let rules = RuleSet::parse(&version.body).map_err(Error::refused)?;
            Ok((round, award, lines, rules.products.is_some()))
        })
        .await?;
    let header = if kind == "allocations" && !several { &header[..header.len() - 1] } else { header };
    lines.iter_mut().for_each(|line| line.truncate(header.len()));
    let name = format!("{}-v{}-{kind}", round.number, award.version);
    Table { name: kind, headers: header, numbers, lines }.download_as(&name, ending)
}
