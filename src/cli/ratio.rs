//! `jicai ratio`: a price converted to another specification or pack (差比价).

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use jicai::catalog::ratio::lines::{self, Answer, Asked, COLUMNS, Side};
use jicai::catalog::ratio::{self, FormRatio, Material, Ratios};
use jicai::error::{Error, Result};
use jicai::files::read::{Rows, Unknown, open};
use jicai::files::write::Csv;
use jicai::files::{Faults, Limits, Reason};
use jicai::text::{Say, Text, fill};
use jicai::types::parse_decimal;
use rust_decimal::Decimal;

use super::{Stop, lang};

/// Convert a price to another specification or pack (NDRC Price [2011] 2452)
///
/// Prints the steps with X and K, then K, and last the price; a smaller pack that would cost more than the larger
/// is noted on standard error. With --file, writes each line of the file with the columns `k` and `price` added; a
/// line that cannot be converted has them empty and is told on standard error.
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
    /// What the pieces of the wanted pack are, when they are called otherwise
    #[arg(long, value_name = "UNIT")]
    other_unit: Option<String>,
    /// The dosage form wanted, when it is another; needs --form-ratio, --form-yuan or --form-ratios
    #[arg(long, value_name = "FORM")]
    other_form: Option<String>,
    /// The price of the form wanted over that of the base's form; the rule's own table is not built in
    #[arg(long, value_name = "K", requires = "other_form")]
    form_ratio: Option<String>,
    /// Yuan added for each piece of the form wanted
    #[arg(long, value_name = "YUAN", requires = "other_form", allow_negative_numbers = true)]
    form_yuan: Option<String>,
    /// A CSV or XLSX table of form relations: base_form, other_form, ratio, yuan
    #[arg(long, value_name = "FILE")]
    form_ratios: Option<PathBuf>,
    /// What the base of a large infusion comes in: glass, plastic_bottle or soft_bag (art. 14)
    #[arg(long, value_name = "MATERIAL", requires = "other_material")]
    base_material: Option<String>,
    /// What the wanted infusion comes in
    #[arg(long, value_name = "MATERIAL", requires = "base_material")]
    other_material: Option<String>,
    /// What the wanted pack costs today, to be told when a smaller pack costs more than the larger
    #[arg(long, value_name = "YUAN")]
    other_price: Option<String>,
    /// A CSV or XLSX file with the columns form, base_spec, base_count, base_unit, base_price_yuan, other_spec,
    /// other_count, other_unit, and when needed other_form, base_material, other_material, other_price_yuan;
    /// further columns pass through
    #[arg(long, value_name = "FILE", conflicts_with_all = ["form", "base", "base_count", "price", "other", "other_count", "unit", "other_unit", "other_form", "base_material", "other_material", "other_price"])]
    file: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &RatioArgs) -> std::result::Result<(), Stop> {
    let t = lang().text();
    let mut ratios = Ratios::default();
    if let Some(path) = &args.form_ratios {
        ratios.forms = form_ratios(path, t)?;
    }
    match &args.file {
        Some(path) => whole_file(path, &ratios, t),
        None => one(args, ratios, t),
    }
}

/// What is wrong with the arguments, one line each.
struct Numbers<'a> {
    bad: Vec<String>,
    t: &'a Text,
}

impl Numbers<'_> {
    fn read(&mut self, name: &str, text: Option<&String>) -> Decimal {
        let text = text.map(String::as_str).unwrap_or_default();
        parse_decimal(text).unwrap_or_else(|why| {
            self.bad.push(format!("{name} {text}: {}", Reason::Number(why).say(self.t)));
            Decimal::ZERO
        })
    }

    fn maybe(&mut self, name: &str, text: Option<&String>) -> Option<Decimal> {
        text.map(|_| self.read(name, text))
    }

    fn material(&mut self, name: &str, text: Option<&String>) -> Option<Material> {
        let text = text?;
        let found = lines::material(text);
        if found.is_none() {
            self.bad.push(format!("{name} {text}: {}", Reason::OneOf(lines::materials()).say(self.t)));
        }
        found
    }
}

fn one(args: &RatioArgs, mut ratios: Ratios, t: &Text) -> std::result::Result<(), Stop> {
    let mut read = Numbers { bad: Vec::new(), t };
    let form = args.form.clone().unwrap_or_default();
    let other_form = args.other_form.clone().unwrap_or_else(|| form.clone());
    let base = Side {
        form,
        spec: args.base.clone().unwrap_or_default(),
        count: read.read("--base-count", args.base_count.as_ref()),
        unit: args.unit.clone(),
        material: read.material("--base-material", args.base_material.as_ref()),
    };
    let other = Side {
        form: other_form,
        spec: args.other.clone().unwrap_or_default(),
        count: read.read("--other-count", args.other_count.as_ref()),
        unit: args.other_unit.clone().unwrap_or_else(|| args.unit.clone()),
        material: read.material("--other-material", args.other_material.as_ref()),
    };
    let price = read.read("--price", args.price.as_ref());
    let other_price = read.maybe("--other-price", args.other_price.as_ref());
    let k = read.maybe("--form-ratio", args.form_ratio.as_ref());
    let yuan = read.maybe("--form-yuan", args.form_yuan.as_ref());
    if !read.bad.is_empty() {
        return Err(Stop::Bad(read.bad));
    }
    let refused = |why: ratio::Refused| Stop::Bad(vec![why.say(t)]);
    if k.is_some() || yuan.is_some() {
        let given = FormRatio {
            base: base.form.clone(),
            other: other.form.clone(),
            k: k.unwrap_or(Decimal::ONE),
            yuan: yuan.unwrap_or_default(),
        };
        ratios.forms.insert(0, given.checked().map_err(refused)?);
    }
    let asked = Asked { base, price, other, other_price };
    let found = asked.answer(&ratios).map_err(refused)?;
    print(&found, t).map_err(|e| Stop::Failed(e.to_string()))
}

fn print(found: &Answer, t: &Text) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for step in &found.conversion.steps {
        writeln!(out, "{}", step.say(t))?;
    }
    writeln!(out, "{}", fill(t.catalog.ratio_k, &[("k", &ratio::shown(found.conversion.k))]))?;
    writeln!(out, "{}", found.price)?;
    if found.smaller_costs_more {
        writeln!(io::stderr(), "{}", t.catalog.ratio_smaller)?;
    }
    Ok(())
}

fn opened(path: &Path) -> std::result::Result<File, Stop> {
    File::open(path).map_err(|e| Stop::Bad(vec![format!("{}: {e}", path.display())]))
}

fn form_ratios(path: &Path, t: &Text) -> std::result::Result<Vec<FormRatio>, Stop> {
    let mut faults = Faults::default();
    let read = lines::form_ratios(opened(path)?, &mut faults);
    let list = read.map_err(|e| Stop::Bad(vec![format!("{}: {}", path.display(), told(&e, t))]))?;
    if faults.is_empty() { Ok(list) } else { Err(Stop::Bad(faults.sentences(t))) }
}

fn whole_file(path: &Path, ratios: &Ratios, t: &Text) -> std::result::Result<(), Stop> {
    let bad = |e: Error| Stop::Bad(vec![format!("{}: {}", path.display(), told(&e, t))]);
    let rows = open(opened(path)?, COLUMNS, Unknown::Ignore, Limits::default()).map_err(bad)?;
    let (faults, notes) = convert_rows(rows, ratios).map_err(bad)?;
    for line in notes {
        let note = fill(t.files.fault_whole_line, &[("line", &line), ("reason", &t.catalog.ratio_smaller)]);
        writeln!(io::stderr(), "{note}").map_err(|e| Stop::Failed(e.to_string()))?;
    }
    if faults.is_empty() { Ok(()) } else { Err(Stop::Bad(faults.sentences(t))) }
}

fn told(error: &Error, t: &Text) -> String {
    match error {
        Error::Refused(why) => why.say(t),
        other => other.to_string(),
    }
}

/// Writes every line with its result; gives the faults, and the lines whose smaller pack costs more.
fn convert_rows(mut rows: Rows<File>, ratios: &Ratios) -> Result<(Faults, Vec<u64>)> {
    let mut out = Csv::bare(io::stdout().lock());
    let added = ["k".to_owned(), "price".to_owned()];
    out.row(rows.names().iter().chain(&added))?;
    let (mut faults, mut notes) = (Faults::default(), Vec::new());
    while let Some(row) = rows.next(&mut faults)? {
        let found = Asked::of_row(&row, &mut faults).and_then(|asked| {
            asked.answer(ratios).map_err(|why| faults.push(row.fault("other_spec", why))).ok()
        });
        if found.as_ref().is_some_and(|found| found.smaller_costs_more) && notes.len() < Faults::KEPT {
            notes.push(row.line);
        }
        let (k, price) = match &found {
            Some(found) => (ratio::shown(found.conversion.k).to_string(), found.price.to_string()),
            None => Default::default(),
        };
        out.row(row.cells().chain([k.as_str(), price.as_str()]))?;
    }
    drop(out.finish()?);
    Ok((faults, notes))
}
