//! A hospital's demand from `demand.csv` or a workbook: lines with their faults, and the columns of the template.

use std::collections::BTreeMap;
use std::io::Read;

use crate::error::Result;
use crate::files::read::{Column, Row, Unknown, open};
use crate::files::{Faults, Limits, Reason};
use crate::people::Organisation;
use crate::rounds::Lot;
use crate::rounds::demand::entry::{Entered, Entry};
use crate::rounds::demand::rules::{self, COMPANY, QuantityFault, REASON};
use crate::rounds::demand::{Line, rules::Refused};
use crate::text::{Say, Text, fill};
use crate::types::LotId;

/// The columns of the file. Those after the quantity are optional: the unit and the reason are read, the others
/// only help whoever fills the template in.
pub const COLUMNS: &[Column] = &[
    Column::must("region", "地区"),
    Column::must("hospital", "医疗机构"),
    Column::must("lot", "竞价单元"),
    Column::may("company", "厂牌企业"),
    Column::may("product", "产品"),
    Column::must("quantity", "年需求量"),
    Column::may("unit", "单位").also(&["计量单位"]),
    Column::may("reason", "理由").also(&["偏差理由", "说明"]),
    Column::may("generic", "通用名"),
    Column::may("spec", "可比规格"),
    Column::may("first_year", "前24至12个月采购量"),
    Column::may("second_year", "近12个月采购量"),
    Column::may("average", "年均采购量"),
];

/// How much of a file is read.
pub const LIMITS: Limits =
    Limits { bytes: 8 << 20, lines: 20_000, columns: 60, cell: 4_000, unpacked: 64 << 20 };

/// Why a line is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineFault {
    /// Another hospital's line; this is the one reporting.
    Hospital(String),
    /// Not the region of the hospital, which is this.
    Region(String),
    /// The round has no lot with this code.
    Lot,
    /// The same lot and brand as on this line.
    Twice(u64),
    /// The round's demand is not by product.
    NoProducts,
    /// A product without its company.
    ProductAlone,
    /// Another reason for the same lot than on this line.
    Reason(u64),
}

impl Say for LineFault {
    fn say(&self, t: &Text) -> String {
        let d = &t.demand;
        match self {
            LineFault::Hospital(name) => fill(d.line_hospital, &[("name", name)]),
            LineFault::Region(region) => fill(d.line_region, &[("region", region)]),
            LineFault::Lot => d.line_lot.to_owned(),
            LineFault::NoProducts => d.line_no_products.to_owned(),
            LineFault::ProductAlone => d.line_product_alone.to_owned(),
            LineFault::Twice(line) => fill(d.line_twice, &[("line", line)]),
            LineFault::Reason(line) => fill(d.line_reason, &[("line", line)]),
        }
    }
}

/// What a file says.
#[derive(Debug, Default)]
pub struct Upload {
    /// Its quantities.
    pub entries: Vec<Entry>,
    /// Its reasons by lot.
    pub reasons: BTreeMap<LotId, String>,
    /// Lines without a quantity: left out.
    pub blank: u64,
}

/// Reads a file of one hospital for the lots of a round, whose demand may be by product.
pub fn read(
    input: impl Read,
    hospital: &Organisation,
    lots: &[Lot],
    by_product: bool,
) -> Result<(Upload, Faults)> {
    let mut rows = open(input, COLUMNS, Unknown::Refuse, LIMITS)?;
    let mut faults = Faults::default();
    let mut reader = Reader {
        hospital,
        lots,
        by_product,
        upload: Upload::default(),
        met: BTreeMap::new(),
        why: BTreeMap::new(),
    };
    while let Some(row) = rows.next(&mut faults)? {
        reader.take(&row, &mut faults);
    }
    Ok((reader.upload, faults))
}

struct Reader<'a> {
    hospital: &'a Organisation,
    lots: &'a [Lot],
    by_product: bool,
    upload: Upload,
    /// On which line a lot, company and product were met.
    met: BTreeMap<(LotId, String, String), u64>,
    /// On which line a lot's reason was met.
    why: BTreeMap<LotId, u64>,
}

impl<'a> Reader<'a> {
    fn take(&mut self, row: &Row, faults: &mut Faults) {
        let is_own = self.is_own(row, faults);
        let lots: &'a [Lot] = self.lots;
        let Some(lot) = lots.iter().find(|lot| lot.code == row.get("lot")) else {
            faults.push(row.fault("lot", LineFault::Lot));
            return;
        };
        let unit = row.get("unit");
        if !unit.is_empty() && unit != lot.unit {
            faults.push(row.fault("unit", QuantityFault::OtherUnit(lot.unit.clone())));
            return;
        }
        let (company, product) = (row.get("company"), row.get("product"));
        let wrong = match product {
            "" => None,
            _ if !self.by_product => Some(LineFault::NoProducts),
            _ => company.is_empty().then_some(LineFault::ProductAlone),
        };
        if let Some(wrong) = wrong {
            faults.push(row.fault("product", wrong));
            return;
        }
        for (key, limit) in [("company", COMPANY), ("product", COMPANY), ("reason", REASON)] {
            if row.get(key).chars().count() > limit {
                faults.push(row.fault(key, Reason::TooLong(limit)));
                return;
            }
        }
        if let Some(line) =
            self.met.insert((lot.id.clone(), company.to_owned(), product.to_owned()), row.line)
        {
            faults.push(row.fault("lot", LineFault::Twice(line)));
            return;
        }
        self.reason(row, lot, faults);
        if row.get("quantity").is_empty() {
            self.upload.blank += 1;
            return;
        }
        match rules::quantity(row.get("quantity"), &lot.unit) {
            Err(why) => faults.push(row.fault("quantity", why)),
            Ok(quantity) if is_own => self.upload.entries.push(Entry {
                lot_id: lot.id.clone(),
                company: company.to_owned(),
                product: product.to_owned(),
                quantity,
            }),
            Ok(_) => {}
        }
    }

    /// The hospital may be named by its name or its code.
    fn is_own(&self, row: &Row, faults: &mut Faults) -> bool {
        let (hospital, region) = (row.get("hospital"), row.get("region"));
        if hospital != self.hospital.name && hospital != self.hospital.code {
            faults.push(row.fault("hospital", LineFault::Hospital(self.hospital.name.clone())));
            return false;
        }
        if region != self.hospital.region {
            faults.push(row.fault("region", LineFault::Region(self.hospital.region.clone())));
            return false;
        }
        true
    }

    fn reason(&mut self, row: &Row, lot: &Lot, faults: &mut Faults) {
        let reason = row.get("reason");
        if reason.is_empty() {
            return;
        }
        match self.upload.reasons.get(&lot.id) {
            Some(other) if other != reason => {
                let line = self.why.get(&lot.id).copied().unwrap_or_default();
                faults.push(row.fault("reason", LineFault::Reason(line)));
            }
            Some(_) => {}
            None => {
                self.upload.reasons.insert(lot.id.clone(), reason.to_owned());
                self.why.insert(lot.id.clone(), row.line);
            }
        }
    }
}

/// The whole report with the file laid over the lines there are: a lot the file gives a quantity or a reason for is
/// replaced, every other lot stays.
pub fn over(lines: &[Line], upload: Upload) -> std::result::Result<Entered, Refused> {
    if upload.entries.is_empty() && upload.reasons.is_empty() {
        return Err(Refused::FileEmpty);
    }
    let mut entered = Entered { entries: upload.entries, reasons: BTreeMap::new() };
    let is_in_file = |lot: &LotId, entries: &[Entry]| entries.iter().any(|entry| entry.lot_id == *lot);
    let kept: Vec<Entry> = lines
        .iter()
        .filter(|line| !is_in_file(&line.lot_id, &entered.entries))
        .map(|line| Entry {
            lot_id: line.lot_id.clone(),
            company: line.company.clone(),
            product: line.product.clone(),
            quantity: line.reported,
        })
        .collect();
    entered.entries.extend(kept);
    for line in lines {
        entered.reasons.insert(line.lot_id.clone(), line.reason.clone());
    }
    entered.reasons.extend(upload.reasons);
    Ok(entered)
}
