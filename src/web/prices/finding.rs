//! `/findings/{id}`: one finding with all its figures, its arithmetic, its peers and the purchases it rests on.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::catalog::{self, Product};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{Organisation, Role, Who};
use crate::prices::board::history::{self, for_one};
use crate::prices::board::{found, later, peers, purchases, store};
use crate::prices::findings::{self, Finding, State};
use crate::prices::monitoring::Rule;
use crate::prices::monitoring::versions::{self, Version};
use crate::text::{Text, fill};
use crate::types::{FindingId, Money, UnitPrice, half_up};
use crate::web::lists::{exported, query};
use crate::web::prices::product_sheets::{hospital_sheet, peer_sheet};
use crate::web::prices::sheet::{self, Sheet};
use crate::web::prices::{Scope, known_suppliers, shown, supplier_link};
use crate::web::{App, Page, PriceReader, page};

/// Purchases shown; all of them are on their own page.
const PURCHASES: i64 = 50;

/// What the page shows.
struct Loaded {
    it: Finding,
    product: Product,
    hospital: Option<Organisation>,
    supplier_link: String,
    sheets: Vec<Sheet>,
    /// The version that found it last; none of a rule this program does not know.
    rule: Option<Rule>,
}

fn load(conn: &mut Conn, who: &Who, id: &FindingId, t: &'static Text) -> Result<Loaded> {
    let scope = Scope::of(who);
    let it = found::finding(conn, id)?.ok_or(Error::NotFound)?;
    let product = catalog::product(conn, &it.product_id)?;
    if !scope.holds(&it, &product) {
        return Err(Error::NotFound);
    }
    let is_staff = matches!(scope, Scope::All);
    let hospital = match &it.hospital_id {
        Some(id) => crate::people::store::organisation(conn, id)?,
        None => None,
    };
    let known = known_suppliers(conn, vec![it.supplier.clone()])?;
    let before = later(it.month, 1);
    let mut sheets = Vec::new();
    if let Some(no) = store::product_number(conn, &product.id)? {
        if is_staff {
            let bought = purchases::of_product(conn, no, it.month, before, purchases::MOST)?;
            let hospitals = store::hospitals(conn)?;
            let made = history::history(&bought, &Default::default());
            sheets.push(hospital_sheet(&made, &hospitals, it.hospital_id.as_ref(), t));
        }
        sheets.extend(rests_on(conn, &it, no, &scope, t)?);
    }
    let listed = peers::of(conn, &product, before.pred_opt().unwrap_or(before))?;
    sheets.push(peer_sheet(&listed, &product, is_staff, t));
    let rule = match versions::of(conn, &it.rule)?.iter().find(|version| version.version == it.rule_version) {
        Some(version) => Version::rule(version).ok(),
        None => None,
    };
    let supplier_link = supplier_link(&known, &it.supplier);
    Ok(Loaded { supplier_link, it, product, hospital, sheets, rule })
}

/// The purchases a finding rests on; none where a listing was judged.
fn rests_on(
    conn: &mut Conn,
    it: &Finding,
    product: i32,
    scope: &Scope,
    t: &'static Text,
) -> Result<Option<Sheet>> {
    let Some(id) = &it.hospital_id else { return Ok(None) };
    let Some(hospital) = crate::prices::store::hospital_number(conn, id)? else { return Ok(None) };
    let suppliers = match scope {
        Scope::Supplier(own) => Some(own.clone()),
        _ => None,
    };
    let filter = purchases::Filter {
        whose: purchases::Whose::Both(hospital, product),
        from: it.month,
        before: later(it.month, 1),
        suppliers,
        after: None,
    };
    let list = purchases::page(conn, &filter, PURCHASES)?;
    let mut made = super::purchases::sheet(conn, &list, matches!(scope, Scope::All), t)?;
    let asked =
        query(&[("product", it.product_id.as_str()), ("hospital", id.as_str()), ("month", &shown(it.month))]);
    made.title = t.board.rests_on.to_owned();
    made.more = (format!("/prices/purchases?{asked}"), t.board.all_purchases);
    Ok(Some(made))
}

#[derive(Template)]
#[template(path = "prices/finding.html")]
struct Show {
    page: Page,
    is_staff: bool,
    can_open: bool,
    f: Loaded,
}

impl Show {
    fn title(&self) -> &str {
        self.f.rule.as_ref().map_or(self.f.it.rule.as_str(), |rule| rule.title(self.page.t.lang))
    }

    fn why(&self) -> &str {
        let lang = self.page.t.lang;
        self.f
            .rule
            .as_ref()
            .map_or("", |rule| if lang == crate::text::Lang::Zh { &rule.why } else { &rule.why_en })
    }

    fn month(&self) -> String {
        shown(self.f.it.month)
    }

    fn is_gone(&self) -> bool {
        self.f.it.state == State::Gone
    }

    /// The other figures of the rule.
    fn figures(&self) -> Vec<(&'static str, String)> {
        let figures = findings::figures(&self.f.it).into_iter();
        figures.map(|(figure, value)| (figure.name(self.page.t), value)).collect()
    }

    /// How far the price is from what it is held against, with the numbers.
    fn ratio(&self) -> String {
        let it = &self.f.it;
        let times = it.observed.zip(it.reference).and_then(|(observed, reference)| {
            let times = observed.decimal().checked_div(reference.decimal())?;
            Some((observed, reference, half_up(times, 4).normalize()))
        });
        times.map_or_else(String::new, |(observed, reference, times)| {
            let values: [(&str, &dyn std::fmt::Display); 3] =
                [("observed", &observed), ("reference", &reference), ("times", &times)];
            fill(self.page.t.board.ratio, &values)
        })
    }

    /// How the money effect comes about, with the numbers.
    fn arithmetic(&self) -> String {
        let (it, b) = (&self.f.it, &self.page.t.board);
        let Some((observed, reference)) = it.observed.zip(it.reference) else {
            return fill(b.effect_of_volume, &[("quantity", &it.quantity), ("effect", &it.effect)]);
        };
        let excess = observed.minus(reference).unwrap_or(UnitPrice::ZERO);
        let values: [(&str, &dyn std::fmt::Display); 4] = [
            ("observed", &observed),
            ("reference", &reference),
            ("quantity", &it.quantity),
            ("effect", &it.effect),
        ];
        let is_product = Money::of(it.quantity, excess).is_ok_and(|product| product == it.effect);
        fill(if is_product { b.effect_is } else { b.effect_summed }, &values)
    }

    fn pack(&self) -> String {
        let price = self.f.product.listing_price;
        let one = price.zip(self.f.product.pack_count).and_then(|(price, units)| for_one(price, units));
        price.map_or_else(String::new, |price| match one {
            Some(one) => fill(self.page.t.board.listed_at, &[("price", &price), ("one", &one)]),
            None => fill(self.page.t.board.listed_at_pack, &[("price", &price)]),
        })
    }

    fn base(&self) -> String {
        format!("/findings/{}", self.f.it.id)
    }
}

/// The page.
pub async fn index(
    page: Page,
    who: PriceReader,
    app: web::Data<App>,
    id: web::Path<FindingId>,
) -> Result<HttpResponse> {
    let (reader, t) = (who.0.clone(), page.t);
    let f = app.read(move |conn| load(conn, &reader, &id, t)).await?;
    let is_staff = matches!(Scope::of(&who), Scope::All);
    page::show(&Show { is_staff, can_open: who.is(Role::Officer), f, page })
}

/// One table of the page as a file.
pub async fn export(
    page: Page,
    who: PriceReader,
    app: web::Data<App>,
    path: web::Path<(FindingId, String)>,
) -> Result<HttpResponse> {
    let ((id, file), reader, t) = (path.into_inner(), who.0.clone(), page.t);
    let of = id.to_string();
    let f = app.read(move |conn| load(conn, &reader, &id, t)).await?;
    let sheet = sheet::named(f.sheets, &file)?;
    let answer = sheet.download(&file)?;
    exported(&app, who.ctx(&app), ("prices.export", "findings"), sheet.rows.len(), format!("{of}/{file}"))
        .await?;
    Ok(answer)
}
