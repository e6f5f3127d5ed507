//! The content of an envelope: what a supplier offers, as bytes that are always the same for the same offers.
//!
//! The first line is `jicai-bid-1,NONCE,ROUND,SUPPLIER`; then one CSV line for each lot. The nonce makes the
//! published hash useless for finding a price by trying; round and supplier bind the content to its envelope.
//! None of these types has `Debug`: a sealed price must not reach a log by accident.

use std::str::FromStr;

use rust_decimal::Decimal;

use crate::bids::OfferKind;
use crate::error::Result;
use crate::people::password;
use crate::types::{LotId, OrganisationId, Quantity, RoundId, UnitPrice, sha256};

const MARK: &str = "jicai-bid-1";
/// New columns go to the end; the ones at the end that no line fills are left off, so that the bytes of earlier
/// contents stay what they were.
const HEADER: [&str; 12] = [
    "lot",
    "lot_id",
    "product",
    "spec",
    "unit_price",
    "ratio",
    "capacity",
    "sales",
    "kind",
    "accepts_revival",
    "supplies_all",
    "current_price",
];
/// The columns every content has.
const LEAST: usize = 10;

/// One offer for one lot.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// The lot's code.
    pub lot: String,
    /// The lot.
    pub lot_id: LotId,
    /// The product offered.
    pub product: String,
    /// Its spec.
    pub spec: String,
    /// Yuan for one unit of that spec (单位申报价).
    pub unit_price: UnitPrice,
    /// Price ratio of that spec to the comparable spec (差比价系数).
    pub ratio: Decimal,
    /// The most it can supply in a year.
    pub capacity: Option<Quantity>,
    /// Sales of the last year.
    pub sales: Option<Quantity>,
    /// Reference drug or generic.
    pub kind: OfferKind,
    /// Whether it accepts a revival price.
    pub accepts_revival: bool,
    /// Whether the company can supply all regions (全区供应).
    pub supplies_all: bool,
    /// What a unit of that spec is listed at now (现行挂网价), where the rules rank by cut.
    pub current_price: Option<UnitPrice>,
}

/// What one envelope holds.
#[derive(Clone)]
pub struct Content {
    /// 256 random bits as hexadecimal.
    pub nonce: String,
    /// For which round.
    pub round_id: RoundId,
    /// By whom.
    pub supplier_id: OrganisationId,
    /// One line a lot, or a product of a lot where the rules allow several; ordered by the lot's code and product.
    pub lines: Vec<Line>,
}

impl Content {
    /// A content with a fresh nonce. Made outside the transaction: a retry must not change the hash.
    pub fn new(round_id: RoundId, supplier_id: OrganisationId, mut lines: Vec<Line>) -> Self {
        lines.sort_by(|a, b| (&a.lot, &a.lot_id, &a.product).cmp(&(&b.lot, &b.lot_id, &b.product)));
        Self { nonce: password::token(), round_id, supplier_id, lines }
    }

    /// The canonical bytes.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        let mut out = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        out.write_record([MARK, &self.nonce, self.round_id.as_str(), self.supplier_id.as_str()])?;
        let rows: Vec<[String; HEADER.len()]> = self.lines.iter().map(cells).collect();
        let filled = |row: &[String; HEADER.len()]| row.iter().rposition(|cell| !cell.is_empty());
        let columns = rows.iter().filter_map(filled).max().map_or(LEAST, |last| LEAST.max(last + 1));
        out.write_record(&HEADER[..columns])?;
        for row in &rows {
            out.write_record(&row[..columns])?;
        }
        out.into_inner().map_err(|e| e.into_error().into())
    }

    /// The hash on the receipt: over the nonce and everything offered.
    pub fn hash(&self) -> Result<String> {
        Ok(sha256(&self.bytes()?))
    }

    /// The content of canonical bytes; `None` when they are not what [`Content::bytes`] writes.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut records =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes).into_records();
        let head = records.next()?.ok()?;
        let header = records.next()?.ok()?;
        let known = HEADER.get(..header.len()).filter(|known| known.len() >= LEAST)?;
        if head.get(0)? != MARK || header != *known {
            return None;
        }
        let lines = records.map(|record| line(&record.ok()?)).collect::<Option<Vec<_>>>()?;
        Some(Self {
            nonce: head.get(1)?.to_owned(),
            round_id: head.get(2)?.parse().ok()?,
            supplier_id: head.get(3)?.parse().ok()?,
            lines,
        })
    }
}

fn cells(line: &Line) -> [String; HEADER.len()] {
    let optional = |number: Option<Quantity>| number.map(|n| n.to_string()).unwrap_or_default();
    [
        line.lot.clone(),
        line.lot_id.to_string(),
        line.product.clone(),
        line.spec.clone(),
        line.unit_price.to_string(),
        line.ratio.normalize().to_string(),
        optional(line.capacity),
        optional(line.sales),
        line.kind.to_string(),
        if line.accepts_revival { "yes" } else { "no" }.to_owned(),
        if line.supplies_all { "yes" } else { "" }.to_owned(),
        line.current_price.map(|price| price.to_string()).unwrap_or_default(),
    ]
}

fn line(record: &csv::StringRecord) -> Option<Line> {
    Some(Line {
        lot: record.get(0)?.to_owned(),
        lot_id: record.get(1)?.parse().ok()?,
        product: record.get(2)?.to_owned(),
        spec: record.get(3)?.to_owned(),
        unit_price: record.get(4)?.parse().ok()?,
        ratio: Decimal::from_str(record.get(5)?).ok()?,
        capacity: optional(record.get(6)?)?,
        sales: optional(record.get(7)?)?,
        kind: record.get(8)?.parse().ok()?,
        accepts_revival: record.get(9)? == "yes",
        supplies_all: record.get(10) == Some("yes"),
        current_price: optional(record.get(11).unwrap_or_default())?,
    })
}

fn optional<T: FromStr>(cell: &str) -> Option<Option<T>> {
    if cell.is_empty() { Some(None) } else { cell.parse().ok().map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn content(product: &str, price: i64, sales: Option<i64>) -> Content {
        let line = |code: &str| Line {
            lot: code.to_owned(),
            lot_id: LotId::new(),
            product: product.to_owned(),
            spec: "0.25g".to_owned(),
            unit_price: UnitPrice::from_scaled(price),
            ratio: "1.50".parse().unwrap(),
            capacity: None,
            sales: sales.map(Quantity::from_scaled),
            kind: OfferKind::Generic,
            accepts_revival: true,
            supplies_all: false,
            current_price: None,
        };
        Content::new(RoundId::new(), OrganisationId::new(), vec![line("2"), line("1")])
    }

    proptest! {
        #[test]
        fn bytes_read_back_to_the_same_content(product in "\\PC{1,40}", price in 1..i64::MAX, sales in proptest::option::of(0..i64::MAX)) {
            let content = content(&product, price, sales);
            let bytes = content.bytes().unwrap();
            let back = Content::read(&bytes).unwrap();
            prop_assert!(back.lines == content.lines && back.nonce == content.nonce);
            prop_assert_eq!(back.bytes().unwrap(), bytes);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Content::read(&bytes).is_none());
        }
    }

    #[test]
    fn contents_of_earlier_versions_keep_their_bytes() {
        let mut content = content("甲", 500_000, None);
        let earlier = content.bytes().unwrap();
        let text = String::from_utf8(earlier.clone()).unwrap();
        assert!(text.lines().nth(1).unwrap().ends_with(",accepts_revival"), "{text}");
        assert_eq!(Content::read(&earlier).unwrap().bytes().unwrap(), earlier);
        content.lines[1].supplies_all = true;
        let bytes = content.bytes().unwrap();
        let back = Content::read(&bytes).unwrap();
        assert!(back.lines == content.lines && !back.lines[0].supplies_all && back.lines[1].supplies_all);
        assert_eq!(back.bytes().unwrap(), bytes);
    }

    #[test]
    fn a_later_column_is_written_only_where_it_is_filled() {
        let plain = content("甲", 500_000, None);
        let header = |content: &Content| String::from_utf8(content.bytes().unwrap()).unwrap();
        assert!(header(&plain).contains(",kind,accepts_revival\n"));
        let mut priced = plain.clone();
        priced.lines[1].current_price = Some("1.25".parse().unwrap());
        assert!(header(&priced).contains(",accepts_revival,supplies_all,current_price\n"));
        let back = Content::read(&priced.bytes().unwrap()).unwrap();
        assert!(back.lines == priced.lines && back.bytes().unwrap() == priced.bytes().unwrap());
        let cut = header(&priced)
            .replace(",accepts_revival,supplies_all,current_price", ",accepts_revival,supplies_all,colour");
        assert!(Content::read(cut.as_bytes()).is_none());
    }

    #[test]
    fn lines_are_ordered_and_the_nonce_hides_equal_offers() {
        let content = content("甲", 500_000, None);
        assert!(content.lines.iter().map(|l| l.lot.as_str()).eq(["1", "2"]));
        let again =
            Content::new(content.round_id.clone(), content.supplier_id.clone(), content.lines.clone());
        assert_ne!(content.hash().unwrap(), again.hash().unwrap());
    }
}
