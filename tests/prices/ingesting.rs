//! Files of purchases: the same twice, overlapping, with bad and unmatched lines; sums that must hold.

use std::cell::Cell;
use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use jicai::error::Error;
use jicai::prices::ingest::{self, How, store};
use jicai::schema::{ingests, products, staged_transactions, transactions, unmatched_transactions};
use jicai::types::Money;
use proptest::prelude::*;

use super::{HEADER, count, product, run, take};
use crate::support::Site;

const CODE: &str = "XJ01CAA040E001010104797";

fn lines(numbers: std::ops::RangeInclusive<u32>) -> String {
    let line = |n| format!("2025-03-01,H33070200001,{CODE},国药控股,{n},1,{n}.00\n");
    format!("{HEADER}{}", numbers.map(line).collect::<String>())
}

/// New, unchanged and unmatched lines of a run that applied.
fn counts(done: &ingest::Outcome) -> (i64, i64, i64) {
    (done.new, done.unchanged, done.unmatched)
}

fn links(site: &Site) -> i64 {
    match site.app.db.read(jicai::audit::verify).unwrap() {
        jicai::audit::Chain::Whole { links, .. } => links,
        broken => panic!("{broken:?}"),
    }
}

/// Quantity times its yuan (cents) in the table, and kept unmatched.
fn sums(site: &Site) -> (i64, i64) {
    #[derive(QueryableByName)]
    struct Sum {
        #[diesel(sql_type = BigInt)]
        sum: i64,
    }
    let of = |table: &str| {
        let text = format!("SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS sum FROM {table}");
        site.app.db.read(|c| Ok(diesel::sql_query(text).get_result::<Sum>(c)?.sum)).unwrap()
    };
    (of("transactions"), of("unmatched_transactions"))
}

#[test]
fn the_same_file_twice_is_taken_once_and_overlapping_files_add_what_is_new() {
    let site = Site::with_city();
    product(&site, CODE, "阿莫西林胶囊", "", "甲厂");
    let file = lines(1..=1_234);
    let seen = run(&site, &file, How::Look).unwrap();
    assert_eq!((seen.lines, seen.new, seen.unmatched, seen.is_applied), (1_234, 1_234, 0, false));
    assert_eq!(count(&site), 0, "a look takes nothing");

    let before = links(&site);
    let done = take(&site, &file).unwrap();
    assert_eq!((counts(&done), done.is_applied, done.known), ((1_234, 0, 0), true, None));
    let again = take(&site, &file).unwrap();
    assert_eq!((counts(&again), again.is_applied, again.known), ((0, 1_234, 0), false, Some(site.now())));
    assert_eq!((count(&site), links(&site)), (1_234, before + 1), "one link a file");

    assert_eq!(counts(&take(&site, &lines(1_000..=1_300)).unwrap()), (66, 235, 0));
    assert_eq!((count(&site), sums(&site).0), (1_300, 1_300 * 1_301 / 2 * 100));
    let later = lines(1..=3).replace("2025-03-01", "2025-04-01");
    assert_eq!(counts(&take(&site, &later).unwrap()), (3, 0, 0), "another day");
    let staged: i64 = site.app.db.read(|c| Ok(staged_transactions::table.count().get_result(c)?)).unwrap();
    assert_eq!(staged, 0, "nothing is left on its way");
}

#[test]
fn equal_lines_of_one_file_are_purchases_of_their_own() {
    let site = Site::with_city();
    product(&site, CODE, "阿莫西林胶囊", "", "甲厂");
    let line = format!("2025-04-01,H33070200001,{CODE},国药控股,9,0.5,4.5\n");
    let other = format!("2025-04-02,H33070200001,{CODE},国药控股,9,0.5,4.5\n");
    assert_eq!(counts(&take(&site, &format!("{HEADER}{line}{other}{line}")).unwrap()), (3, 0, 0));
    assert_eq!(counts(&take(&site, &format!("{HEADER}{line}")).unwrap()), (0, 1, 0));
    assert_eq!(counts(&take(&site, &format!("{HEADER}{line}{line}{line}{other}")).unwrap()), (1, 3, 0));
    assert_eq!(count(&site), 4);
}

#[test]
fn one_bad_line_and_nothing_is_taken_unless_bad_lines_are_left_out() {
    let site = Site::with_city();
    product(&site, CODE, "阿莫西林胶囊", "", "甲厂");
    let check = |line: &str, wanted: &str| {
        let done = take(&site, &format!("{}{line}\n", lines(1..=600))).unwrap();
        let said = done.faults.sentences(jicai::text::Lang::Zh.text()).join(" ");
        assert!(
            !done.is_applied && done.bad == 1 && said.contains(wanted) && said.contains("第602行"),
            "{said}"
        );
        assert_eq!(count(&site), 0);
    };
    check(&format!("2025-03-41,H33070200001,{CODE},国药控股,1,0.5,0.5"), "不是有效的日期");
    check(&format!("2026-11-24,H33070200001,{CODE},国药控股,1,0.5,0.5"), "日期晚于今天");
    check(&format!("2025-03-01,H33070200001,{CODE},国药控股,0,0.5,0"), "数量不能为零");
    check(&format!("2025-03-01,H33070200001,{CODE},国药控股,1,-0.5,-0.5"), "不能为负数");
    check(&format!("2025-03-01,H33070200001,{CODE},国药控股,3,0.125,0.37"), "0.38");
    check(&format!("2025-03-01,H33070200001,{CODE},国药控股,1.0001,0.5,0.5"), "最多保留3位小数");
    check(&format!("2025-03-01,H33070200001,{CODE},国药控股,1盒,0.5,0.5"), "不是规范的数字");
    let file = format!("{}{}", lines(1..=600), "bad,,,,,,\n");
    let done = run(&site, &file, How::SkipBad).unwrap();
    assert_eq!((counts(&done), done.bad, done.is_applied), ((600, 0, 0), 1, true));
    assert_eq!(run(&site, &file, How::SkipBad).unwrap().unchanged, 600);
}

#[test]
fn a_file_that_is_no_table_is_refused_in_a_sentence() {
    let site = Site::with_city();
    let check = |text: &str, wanted: &str| {
        let Err(Error::Refused(why)) = take(&site, text) else { panic!("taken: {text}") };
        let said = why.say(jicai::text::Lang::En.text());
        assert!(said.contains(wanted), "{said}");
    };
    check("", "empty");
    check("a,b\n1,2\n", "header");
    check(&format!("{HEADER}\"2025-03-01,H"), "quotation mark");
    check(&format!("{HEADER}2025\0-03-01,H"), "NUL");
    let none = take(&site, HEADER).unwrap();
    assert_eq!((none.lines, none.is_applied), (0, false));
}

#[test]
fn unmatched_lines_are_kept_and_matched_when_the_registers_have_grown() {
    let site = Site::with_city();
    let file = format!("{}2025-03-01,H9,{CODE},国药控股,5,1,5\n", lines(1..=10));
    let done = take(&site, &file).unwrap();
    assert_eq!((counts(&done), count(&site)), ((0, 0, 11), 0));
    let listed = site.app.db.read(|c| store::missing(c, ("", ""), 10)).unwrap();
    let shown: Vec<(&str, &str, i64, Money)> = listed
        .iter()
        .map(|it| (it.hospital_code.as_str(), it.product_code.as_str(), it.lines, it.amount))
        .collect();
    let yuan = |text: &str| text.parse::<Money>().unwrap();
    assert_eq!(shown, [("H33070200001", CODE, 10, yuan("55")), ("H9", CODE, 1, yuan("5"))]);
    assert!(!listed[0].lacks_hospital && listed[0].lacks_product && listed[1].lacks_hospital);
    let second = site.app.db.read(|c| store::missing(c, (CODE, "H33070200001"), 10)).unwrap();
    assert_eq!(second, listed[1..]);
    assert_eq!(counts(&take(&site, &lines(5..=12)).unwrap()), (0, 6, 2), "overlaps what is kept");

    let matching = |site: &Site| {
        let ctx = site.ctx();
        site.app.db.write(|tx| ingest::match_again(tx, &ctx)).unwrap()
    };
    assert_eq!(matching(&site), ingest::Matched::default());
    product(&site, CODE, "阿莫西林胶囊", "", "甲厂");
    assert_eq!(matching(&site), ingest::Matched { added: 12, unchanged: 0 });
    assert_eq!((count(&site), site.app.db.read(store::unmatched_count).unwrap()), (12, 1));
    assert_eq!(counts(&take(&site, &lines(1..=13)).unwrap()), (1, 12, 0));

    // Registers that have grown are seen by the next file as well.
    let other = lines(1..=2).replace(CODE, "X2");
    assert_eq!(counts(&take(&site, &other).unwrap()), (0, 0, 2));
    product(&site, "X2", "阿莫西林胶囊", "", "乙厂");
    assert_eq!(counts(&take(&site, &lines(1..=3).replace(CODE, "X2")).unwrap()), (1, 2, 0));
    assert_eq!(count(&site), 16);
}

#[test]
fn a_run_broken_off_while_staging_goes_on_and_nothing_is_seen_of_it_before() {
    let site = Site::with_city();
    product(&site, CODE, "阿莫西林胶囊", "", "甲厂");
    // One line is of tomorrow, when the run that goes on finds it in order: it still counts as it did.
    let tomorrow = format!("\n2026-11-24,H33070200001,{CODE},s,1,1,1\n");
    let file = lines(1..=210_000).replacen('\n', &tomorrow, 1);
    let source = ingest::Source { name: "t.csv", open: &|| Ok(file.as_bytes()) };
    let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut tell = |progress| {
            assert!(!matches!(progress, ingest::Progress::Staged(100_000, _)), "broken off");
        };
        ingest::run(&site.app.db, &site.ctx(), &source, How::SkipBad, &mut tell)
    }));
    assert!(broken.is_err());
    let cursor = |site: &Site| -> (i64, String) {
        let row = ingests::table.select((ingests::staged, ingests::state));
        site.app.db.read(|c| Ok(row.first(c)?)).unwrap()
    };
    assert_eq!((cursor(&site), count(&site)), ((100_000, "staging".to_owned()), 0));

    site.set_clock(site.now().plus_days(1));
    let mut staged = Vec::new();
    let mut tell = |progress| staged.push(progress);
    let done = ingest::run(&site.app.db, &site.ctx(), &source, How::SkipBad, &mut tell).unwrap();
    assert_eq!((counts(&done), count(&site)), ((210_000, 0, 0), 210_000));
    let first = staged.iter().find(|it| matches!(it, ingest::Progress::Staged(..)));
    assert_eq!(first, Some(&ingest::Progress::Staged(200_000, 210_000)), "it went on behind the first chunk");
    assert_eq!(sums(&site).0, 210_000 * 210_001 / 2 * 100);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_given_up() {
    let site = Site::with_city();
    product(&site, CODE, "阿莫西林胶囊", "", "甲厂");
    let (first, second) = (lines(1..=50), lines(1..=51));
    let opened = std::sync::atomic::AtomicU32::new(0);
    let open = || {
        let time = opened.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Ok(if time < 2 { first.as_bytes() } else { second.as_bytes() })
    };
    let source = ingest::Source { name: "t.csv", open: &open };
    let Err(Error::Refused(why)) = ingest::run(&site.app.db, &site.ctx(), &source, How::Whole, &mut |_| {})
    else {
        panic!("taken")
    };
    assert!(why.say(jicai::text::Lang::En.text()).contains("was changed"));
    let files: i64 = site.app.db.read(|c| Ok(ingests::table.count().get_result(c)?)).unwrap();
    assert_eq!((count(&site), files), (0, 0));
}

/// One line of a generated file: hospital, product, day, units; or a bad one.
type Drawn = (u8, u8, u8, i8);

fn text(drawn: &[Drawn]) -> String {
    let line = |(hospital, product, day, units): &Drawn| {
        let hospital = ["H33070200001", "H8", "H9"][usize::from(*hospital)];
        let product = ["X1", "X2", "X9"][usize::from(*product)];
        format!("2025-03-{:02},{hospital},{product},s,{units},1,{units}\n", day + 1)
    };
    format!("{HEADER}{}", drawn.iter().map(line).collect::<String>())
}

/// What must be stored in all: of each content as many as the file that has most of it.
fn union(files: &[Vec<Drawn>]) -> BTreeMap<Drawn, usize> {
    let mut most: BTreeMap<Drawn, usize> = BTreeMap::new();
    for file in files {
        let mut own: BTreeMap<Drawn, usize> = BTreeMap::new();
        for line in file.iter().filter(|line| line.3 != 0) {
            *own.entry(*line).or_default() += 1;
        }
        for (line, count) in own {
            let it = most.entry(line).or_default();
            *it = count.max(*it);
        }
    }
    most
}

/// Lines in = new + unchanged + unmatched + bad for each file; rows and yuan stored and kept are those of the union of
/// the files, in whatever order they come, also after the registers have grown.
#[test]
fn nothing_is_lost_and_nothing_counted_twice() {
    let site = Cell::new(Some(Site::with_city()));
    let it = site.take().unwrap();
    product(&it, "X1", "阿莫西林胶囊", "", "甲厂");
    site.set(Some(it));
    let drawn = (0_u8..3, 0_u8..3, 0_u8..3, -2_i8..3);
    let files = proptest::collection::vec(proptest::collection::vec(drawn, 0..30), 1..4);
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 24, ..Default::default() });
    runner
        .run(&files, |files| {
            let it = site.take().unwrap();
            it.app
                .db
                .write(|tx| {
                    diesel::delete(transactions::table).execute(tx.conn())?;
                    diesel::delete(unmatched_transactions::table).execute(tx.conn())?;
                    diesel::delete(ingests::table).execute(tx.conn())?;
                    diesel::delete(jicai::schema::product_numbers::table).execute(tx.conn())?;
                    diesel::delete(products::table.filter(products::code.eq("X2"))).execute(tx.conn())?;
                    Ok(())
                })
                .unwrap();
            for file in &files {
                let done = run(&it, &text(file), How::SkipBad).unwrap();
                let sum = done.new + done.unchanged + done.unmatched + done.bad;
                prop_assert!(done.known.is_some() || sum == file.len() as i64, "{done:?}");
            }
            let want = union(&files);
            let rows = |known: &dyn Fn(&Drawn) -> bool| -> (i64, i64) {
                let of = want.iter().filter(|(line, _)| known(line));
                of.fold((0, 0), |(rows, cents), (line, count)| {
                    let count = *count as i64;
                    (rows + count, cents + count * i64::from(line.3) * 100)
                })
            };
            for products in [1, 2] {
                let known = |line: &Drawn| line.0 == 0 && line.1 < products;
                let (stored, kept) = (rows(&known), rows(&|line| !known(line)));
                let unmatched = it.app.db.read(store::unmatched_count).unwrap();
                prop_assert_eq!((count(&it), unmatched), (stored.0, kept.0));
                prop_assert_eq!(sums(&it), (stored.1, kept.1));
                if products == 1 {
                    product(&it, "X2", "阿莫西林胶囊", "", "乙厂");
                    let ctx = it.ctx();
                    it.app.db.write(|tx| ingest::match_again(tx, &ctx)).unwrap();
                }
            }
            site.set(Some(it));
            Ok(())
        })
        .unwrap();
}
