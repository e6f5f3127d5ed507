//! `/prices/products/{id}`: what hospitals and regions paid for a product, how its prices are spread, its peers.

use std::collections::{BTreeMap, HashMap};

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use crate::catalog::{self, Product};
use crate::db::Conn;
use crate::error::Result;
use crate::prices::board::found::{self, Filter};
use crate::prices::board::history::{self, Cell, History, Spread, for_one, whole};
use crate::prices::board::store::{Hospital, Line};
use crate::prices::board::{earlier, later, month_of, peers, purchases, store};
use crate::prices::listings::Listing;
use crate::text::{Text, fill};
use crate::types::{ProductId, Time, UnitPrice};
use crate::web::lists::exported;
use crate::web::prices::chart::{self, Lines, Series, StepBar};
use crate::web::prices::product_sheets::{
    case_sheet, hospital_sheet, line_sheet, listing_sheet, peer_sheet, quartile_sheet, series_sheet,
    spread_sheet,
};
use crate::web::prices::sheet::{self, Sheet};
use crate::web::prices::{findings, shown};
use crate::web::{App, Page, Staff, page};

/// How many months can be looked back on; the first is what is shown when nothing else is asked for.
const SPANS: &[u32] = &[12, 24, 36];
/// Hospitals that can be drawn: those that bought most, and those the address names.
const HOSPITALS: usize = 8;
/// Of them drawn at first.
const DRAWN: usize = 3;
/// Regions of hospitals, and regions with a listing, that can be drawn.
const REGIONS: usize = 8;
/// Contract prices and payment standards that can be drawn.
const SET: usize = 4;
/// Most lines of contracts and standards.
const LINES: i64 = 100;
/// Findings shown.
const FINDINGS: i64 = 10;

/// What the reader asks for: `months`, and any number of `s`, the series to be drawn.
#[derive(Debug, Clone, Default)]
struct Asked {
    months: u32,
    chosen: Vec<String>,
}

impl Asked {
    fn of(pairs: &[(String, String)]) -> Self {
        let months = pairs.iter().find(|(name, _)| name == "months").and_then(|(_, it)| it.parse().ok());
        let chosen = pairs.iter().filter(|(name, _)| name == "s").take(100);
        Self {
            months: months.filter(|it| SPANS.contains(it)).unwrap_or(12),
            chosen: chosen.map(|(_, key)| key.clone()).collect(),
        }
    }

    fn is_on(&self, key: &str, at_first: bool) -> bool {
        if self.chosen.is_empty() { at_first } else { self.chosen.iter().any(|it| it == key) }
    }
}

/// What the page shows.
struct Loaded {
    product: Product,
    from: NaiveDate,
    to: NaiveDate,
    is_cut: bool,
    whole: Option<Cell>,
    spread: Option<Spread>,
    series: Vec<Series>,
    sheets: Vec<Sheet>,
}

fn load(conn: &mut Conn, id: &ProductId, asked: &Asked, now: Time, t: &'static Text) -> Result<Loaded> {
    let product = catalog::product(conn, id)?;
    let no = store::product_number(conn, id)?;
    let last = no.map(|no| purchases::last_day(conn, no)).transpose()?.flatten().unwrap_or(now.day());
    let to = month_of(last);
    let mut from = earlier(to, asked.months - 1);
    let mut bought = match no {
        Some(no) => purchases::of_product(conn, no, from, later(to, 1), purchases::MOST + 1)?,
        None => Vec::new(),
    };
    // Only whole months: what lies before the last purchase read is not all of its month.
    let is_cut = bought.len() as i64 > purchases::MOST;
    if is_cut && let Some(oldest) = bought.last().map(|it| it.day) {
        from = later(month_of(oldest), 1).min(to);
        bought.retain(|it| it.day >= from);
    }
    let hospitals = store::hospitals(conn)?;
    let regions: HashMap<i32, String> = hospitals.values().map(|it| (it.no, it.region.clone())).collect();
    let made = history::history(&bought, &regions);
    let listed = peers::listings_of(conn, id, peers::LISTINGS)?;
    let contracts = store::contract_prices(conn, &product, LINES)?;
    let standards = store::standards(conn, &product, LINES)?;
    let months: Vec<NaiveDate> =
        (0..asked.months).map(|n| later(from, n)).take_while(|month| *month <= to).collect();
    let ground = Ground { asked, months: &months, t };
    let mut series = ground.paid(&made, &hospitals);
    series.extend(ground.listed(&listed, product.pack_count));
    series.extend(ground.set("c", t.board.contract_price, &contracts));
    series.extend(ground.set("s", t.board.standard, &standards));
    let spread = history::spread(&bought);
    let around = peers::of(conn, &product, now.day())?;
    let filter = Filter { product: Some(id.clone()), ..Filter::standing() };
    let list = found::page(conn, &filter, FINDINGS)?;
    let sheets = vec![
        series_sheet(&series, &months, t),
        quartile_sheet(spread.as_ref(), t),
        spread_sheet(spread.as_ref(), t),
        hospital_sheet(&made, &hospitals, None, t),
        peer_sheet(&around, &product, true, t),
        listing_sheet(&listed, product.pack_count, t),
        line_sheet(&contracts, true, t),
        line_sheet(&standards, false, t),
        findings::sheet(conn, &list, true, format!("/findings?product={id}"), t)?,
        case_sheet(&found::cases_of_product(conn, id, 20)?, t),
    ];
    Ok(Loaded { product, from, to, is_cut, whole: whole(&made.all), spread, series, sheets })
}

/// What series are made on.
struct Ground<'a> {
    asked: &'a Asked,
    months: &'a [NaiveDate],
    t: &'static Text,
}

impl Ground<'_> {
    fn series(
        &self,
        key: String,
        name: String,
        prices: Vec<(NaiveDate, UnitPrice)>,
        at_first: bool,
    ) -> Series {
        let is_on = self.asked.is_on(&key, at_first);
        Series { key, name, prices, is_set: false, is_on }
    }

    /// What was paid: by all, by each region where there are several, and by hospitals.
    fn paid(&self, made: &History, hospitals: &HashMap<i32, Hospital>) -> Vec<Series> {
        let b = &self.t.board;
        let means = |months: &BTreeMap<NaiveDate, Cell>| {
            months.iter().map(|(month, cell)| (*month, cell.mean())).collect::<Vec<_>>()
        };
        if made.all.is_empty() {
            return Vec::new();
        }
        let mut list =
            vec![self.series("all".to_owned(), b.all_hospitals.to_owned(), means(&made.all), true)];
        if made.regions.len() > 1 {
            list.extend(made.regions.iter().take(REGIONS).map(|(region, months)| {
                self.series(
                    format!("r:{region}"),
                    fill(b.region_mean, &[("region", region)]),
                    means(months),
                    true,
                )
            }));
        }
        let mut largest: Vec<(&Hospital, &BTreeMap<NaiveDate, Cell>)> =
            made.hospitals.iter().filter_map(|(no, months)| Some((hospitals.get(no)?, months))).collect();
        let amount = |months: &BTreeMap<NaiveDate, Cell>| whole(months).map(|it| it.amount());
        largest.sort_by(|(a, x), (b, y)| amount(y).cmp(&amount(x)).then_with(|| a.code.cmp(&b.code)));
        for (n, (hospital, months)) in largest.into_iter().enumerate() {
            let key = format!("h:{}", hospital.id);
            if n < HOSPITALS || self.asked.chosen.contains(&key) {
                list.push(self.series(key, hospital.name.clone(), means(months), n < DRAWN));
            }
        }
        list
    }

    /// What regions list it at, for one unit, in force at the end of each month.
    fn listed(&self, listed: &[Listing], units: Option<i64>) -> Vec<Series> {
        let mut regions: BTreeMap<&str, Vec<&Listing>> = BTreeMap::new();
        for it in listed {
            regions.entry(&it.region).or_default().push(it);
        }
        let in_force = |list: &[&Listing], month: NaiveDate| {
            let price = list.iter().find(|it| it.from_day < later(month, 1))?.price;
            Some((month, for_one(price, units?)?))
        };
        let made = regions.into_iter().map(|(region, list)| {
            let prices: Vec<_> = self.months.iter().filter_map(|month| in_force(&list, *month)).collect();
            let name = fill(self.t.board.region_listing, &[("region", &region)]);
            Series { is_set: true, ..self.series(format!("l:{region}"), name, prices, true) }
        });
        made.filter(|it| !it.prices.is_empty()).take(REGIONS).collect()
    }

    /// Prices that are set for some days: of contracts, or payment standards.
    fn set(&self, key: &str, name: &str, lines: &[Line]) -> Vec<Series> {
        let mut companies: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
        for it in lines {
            companies.entry(&it.company).or_default().push(it);
        }
        let in_force = |list: &[&Line], month: NaiveDate| {
            let holds = |it: &&&Line| it.starts < later(month, 1) && it.ends.is_none_or(|ends| ends >= month);
            Some((month, list.iter().find(holds)?.price))
        };
        let made = companies.into_iter().map(|(company, list)| {
            let prices: Vec<_> = self.months.iter().filter_map(|month| in_force(&list, *month)).collect();
            let name = format!("{name} · {company}");
            Series { is_set: true, ..self.series(format!("{key}:{company}"), name, prices, true) }
        });
        made.filter(|it| !it.prices.is_empty()).take(SET).collect()
    }
}

#[derive(Template)]
#[template(path = "prices/product.html")]
struct Show {
    page: Page,
    months: u32,
    query: String,
    lines: Lines,
    bars: Vec<StepBar>,
    bars_height: i64,
    box_plot: Option<chart::BoxPlot>,
    it: Loaded,
}

impl Show {
    fn sheet(&self, key: &str) -> Vec<&Sheet> {
        self.it.sheets.iter().filter(|it| it.key == key).collect()
    }

    fn rest(&self) -> Vec<&Sheet> {
        self.it.sheets.iter().filter(|it| !matches!(it.key, "history" | "spread" | "quartiles")).collect()
    }

    fn base(&self) -> String {
        format!("/prices/products/{}", self.it.product.id)
    }

    fn spans(&self) -> Vec<(u32, String)> {
        SPANS.iter().map(|n| (*n, fill(self.page.t.board.last_months, &[("n", n)]))).collect()
    }

    fn period(&self) -> String {
        let (from, to) = (shown(self.it.from), shown(self.it.to));
        let text = if self.it.is_cut { self.page.t.board.period_cut } else { self.page.t.board.period_is };
        fill(text, &[("from", &from), ("to", &to), ("most", &purchases::MOST)])
    }

    /// Lowest, quartiles and highest in words.
    fn quartiles(&self) -> String {
        let Some(Spread { quartiles: [least, first, median, third, most], .. }) = &self.it.spread else {
            return String::new();
        };
        let values: [(&str, &dyn std::fmt::Display); 5] =
            [("least", least), ("first", first), ("median", median), ("third", third), ("most", most)];
        fill(self.page.t.board.quartiles, &values)
    }
}

/// The page.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    id: web::Path<ProductId>,
    pairs: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse> {
    let (asked, now, t) = (Asked::of(&pairs), app.now(), page.t);
    let months = asked.months;
    let it = app.read(move |conn| load(conn, &id, &asked, now, t)).await?;
    let lines = chart::lines(&it.series, it.from, it.to);
    let (bars, bars_height) = it.spread.as_ref().map(chart::steps).unwrap_or_default();
    let box_plot = it.spread.as_ref().and_then(chart::box_plot);
    page::show(&Show {
        months,
        query: format!("months={months}"),
        lines,
        bars,
        bars_height,
        box_plot,
        it,
        page,
    })
}

/// One table of the page as a file.
pub async fn export(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    path: web::Path<(ProductId, String)>,
    pairs: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse> {
    let ((id, file), asked, now, t) = (path.into_inner(), Asked::of(&pairs), app.now(), page.t);
    let of = id.to_string();
    let it = app.read(move |conn| load(conn, &id, &asked, now, t)).await?;
    let sheet = sheet::named(it.sheets, &file)?;
    let answer = sheet.download(&file)?;
    exported(&app, who.ctx(&app), ("prices.export", "products"), sheet.rows.len(), format!("{of}/{file}"))
        .await?;
    Ok(answer)
}
