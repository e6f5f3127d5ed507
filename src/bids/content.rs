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
const HEADER: [&str; 11] = [
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
    "current_price",
];
/// Columns that are always written. Each later one is written only when a line fills it or one after it, so what
/// was sealed before it existed still has the same bytes.
const ALWAYS: usize = 10;

/// The offer for one lot.
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
    /// One line a lot, ordered by the lot's code.
    pub lines: Vec<Line>,
}

impl Content {
    /// A content with a fresh nonce. Made outside the transaction: a retry must not change the hash.
    pub fn new(round_id: RoundId, supplier_id: OrganisationId, mut lines: Vec<Line>) -> Self {
        lines.sort_by(|a, b| (&a.lot, &a.lot_id).cmp(&(&b.lot, &b.lot_id)));
        Self { nonce: password::token(), round_id, supplier_id, lines }
    }

    /// The canonical bytes.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        let mut out = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        out.write_record([MARK, &self.nonce, self.round_id.as_str(), self.supplier_id.as_str()])?;
        let has_price = self.lines.iter().any(|line| line.current_price.is_some());
        let columns = if has_price { HEADER.len() } else { ALWAYS };
        out.write_record(&HEADER[..columns])?;
        for line in &self.lines {
            let optional = |number: Option<Quantity>| number.map(|n| n.to_string()).unwrap_or_default();
            let cells = [
                line.lot.as_str(),
                line.lot_id.as_str(),
                &line.product,
                &line.spec,
                &line.unit_price.to_string(),
                &line.ratio.normalize().to_string(),
                &optional(line.capacity),
                &optional(line.sales),
                line.kind.as_str(),
                if line.accepts_revival { "yes" } else { "no" },
                &line.current_price.map(|price| price.to_string()).unwrap_or_default(),
            ];
            out.write_record(&cells[..columns])?;
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
        if head.get(0)? != MARK || header.len() < ALWAYS || header != *HEADER.get(..header.len())? {
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
        current_price: optional(record.get(10).unwrap_or_default())?,
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
    fn a_later_column_is_written_only_where_it_is_filled() {
        let plain = content("甲", 500_000, None);
        let header = |content: &Content| String::from_utf8(content.bytes().unwrap()).unwrap();
        assert!(header(&plain).contains(",kind,accepts_revival\n"));
        let mut priced = plain.clone();
        priced.lines[1].current_price = Some("1.25".parse().unwrap());
        assert!(header(&priced).contains(",accepts_revival,current_price\n"));
        let back = Content::read(&priced.bytes().unwrap()).unwrap();
        assert!(back.lines == priced.lines && back.bytes().unwrap() == priced.bytes().unwrap());
        let cut = header(&priced).replace(",accepts_revival,current_price", ",accepts_revival,colour");
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
