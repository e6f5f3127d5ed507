//! `jicai ratio`: a price converted to another specification or pack (差比价).

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use jicai::catalog::ratio::{self, Conversion, Item, Ratios};
use jicai::error::Result;
use jicai::files::read::{Column, Row, Rows, Unknown, open};
use jicai::files::write::Csv;
use jicai::files::{Faults, Limits, Reason};
use jicai::text::{Say, Text, fill};
use jicai::types::{Money, parse_decimal};
use rust_decimal::Decimal;

use super::{Stop, lang};

/// Convert a price to another specification or pack (NDRC Price [2011] 2452)
///
/// Prints the steps with X and K, then K, and last the price. With --file, writes each line of the file with the
/// columns `k` and `price` added; a line that cannot be converted has them empty and is told on standard error.
/// Exit status 0: converted; 2: bad input. JICAI_LANG=en|zh chooses the language.
#[derive(Args)]
pub struct RatioArgs {
    /// The dosage form, such as 片剂 or tablet
    #[arg(long, required_unless_present = "file")]
    form: Option<String>,
    /// The specification with the known price, such as 10mg
    #[arg(long, value_name = "SPEC", required_unless_present = "file")]
    base: Option<String>,
    /// How many pieces its pack holds
    #[arg(long, value_name = "N", required_unless_present = "file")]
    base_count: Option<String>,
    /// Its price in yuan
    #[arg(long, required_unless_present = "file")]
    price: Option<String>,
    /// The specification wanted
    #[arg(long, value_name = "SPEC", required_unless_present = "file")]
    other: Option<String>,
    /// How many pieces the wanted pack holds
    #[arg(long, value_name = "N", required_unless_present = "file")]
    other_count: Option<String>,
    /// What the pieces are: 片, 粒, 袋, 支, 瓶 …
    #[arg(long, default_value = "")]
    unit: String,
    /// A CSV or XLSX file with the columns form, base_spec, base_count, base_unit, base_price_yuan, other_spec,
    /// other_count, other_unit; further columns pass through
    #[arg(long, value_name = "FILE", conflicts_with_all = ["form", "base", "base_count", "price", "other", "other_count", "unit"])]
    file: Option<PathBuf>,
}

const COLUMNS: &[Column] = &[
    Column::must("form", "剂型"),
    Column::must("base_spec", "基准规格"),
    Column::must("base_count", "基准数量"),
    Column::may("base_unit", "基准单位"),
    Column::must("base_price_yuan", "基准价格").also(&["base_price"]),
    Column::must("other_spec", "规格"),
    Column::must("other_count", "数量"),
    Column::may("other_unit", "单位"),
];

/// Runs the command.
pub fn run(args: &RatioArgs) -> std::result::Result<(), Stop> {
    let t = lang().text();
    match &args.file {
        Some(path) => whole_file(path, t),
        None => one(args, t),
    }
}

fn one(args: &RatioArgs, t: &Text) -> std::result::Result<(), Stop> {
    let mut bad = Vec::new();
    let mut number = |name: &str, text: &Option<String>| {
        let text = text.as_deref().unwrap_or_default();
        let value = parse_decimal(text);
        value.map_err(|why| bad.push(format!("{name} {text}: {}", Reason::Number(why).say(t)))).ok()
    };
    let base_count = number("--base-count", &args.base_count);
    let other_count = number("--other-count", &args.other_count);
    let price = number("--price", &args.price);
    let (Some(base_count), Some(other_count), Some(price)) = (base_count, other_count, price) else {
        return Err(Stop::Bad(bad));
    };
    let side = |spec: &Option<String>, count| Side {
        form: args.form.clone().unwrap_or_default(),
        spec: spec.clone().unwrap_or_default(),
        count,
        unit: args.unit.clone(),
    };
    let (base, other) = (side(&args.base, base_count), side(&args.other, other_count));
    let found = converted(&base, &other, price).map_err(|why| Stop::Bad(vec![why.say(t)]))?;
    print(&found.0, found.1, t).map_err(|e| Stop::Failed(e.to_string()))
}

fn print(conversion: &Conversion, price: Money, t: &Text) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for step in &conversion.steps {
        writeln!(out, "{}", step.say(t))?;
    }
    writeln!(out, "{}", fill(t.catalog.ratio_k, &[("k", &ratio::shown(conversion.k))]))?;
    writeln!(out, "{price}")
}

/// One side as read, before the library judges it.
struct Side {
    form: String,
    spec: String,
    count: Decimal,
    unit: String,
}

impl Side {
    fn item(&self) -> Item<'_> {
        Item { form: &self.form, spec: &self.spec, count: self.count, unit: &self.unit, material: None }
    }
}

fn converted(
    base: &Side,
    other: &Side,
    price: Decimal,
) -> std::result::Result<(Conversion, Money), ratio::Refused> {
    let conversion = ratio::convert(&Ratios::default(), &base.item(), &other.item())?;
    let price = conversion.price(price)?;
    Ok((conversion, price))
}

fn whole_file(path: &Path, t: &Text) -> std::result::Result<(), Stop> {
    let name = path.display();
    let file = File::open(path).map_err(|e| Stop::Bad(vec![format!("{name}: {e}")]))?;
    let bad = |e: jicai::error::Error| Stop::Bad(vec![format!("{name}: {}", told(&e, t))]);
    let rows = open(file, COLUMNS, Unknown::Ignore, Limits::default()).map_err(bad)?;
    let faults = convert_rows(rows).map_err(bad)?;
    if faults.is_empty() { Ok(()) } else { Err(Stop::Bad(faults.sentences(t))) }
}

fn told(error: &jicai::error::Error, t: &Text) -> String {
    match error {
        jicai::error::Error::Refused(why) => why.say(t),
        other => other.to_string(),
    }
}

fn convert_rows(mut rows: Rows<File>) -> Result<Faults> {
    let mut out = Csv::bare(io::stdout().lock());
    let added = ["k".to_owned(), "price".to_owned()];
    out.row(rows.names().iter().chain(&added))?;
    let mut faults = Faults::default();
    while let Some(row) = rows.next(&mut faults)? {
        let (k, price) = match convert_row(&row, &mut faults) {
            Some((conversion, price)) => (ratio::shown(conversion.k).to_string(), price.to_string()),
            None => Default::default(),
        };
        out.row(row.cells().chain([k.as_str(), price.as_str()]))?;
    }
    drop(out.finish()?);
    Ok(faults)
}

fn convert_row(row: &Row, faults: &mut Faults) -> Option<(Conversion, Money)> {
    let mut number = |key: &str| {
        let value = parse_decimal(row.get(key));
        value.map_err(|why| faults.push(row.fault(key, Reason::Number(why)))).ok()
    };
    let (base_count, price, other_count) =
        (number("base_count"), number("base_price_yuan"), number("other_count"));
    let side = |spec: &str, count, unit: &str| Side {
        form: row.get("form").to_owned(),
        spec: row.get(spec).to_owned(),
        count,
        unit: row.get(unit).to_owned(),
    };
    let base = side("base_spec", base_count?, "base_unit");
    let other = side("other_spec", other_count?, "other_unit");
    let found = converted(&base, &other, price?);
    found.map_err(|why| faults.push(row.fault("other_spec", why))).ok()
}
