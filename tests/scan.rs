//! `jicai scan --listings`: comparable prices and the tiers of a monitoring rule, as a user runs it.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::Command;

use jicai::prices::comparable::exclusions::Exclusions;
use jicai::prices::comparable::{Grouper, Grouping, import};
use jicai::prices::monitoring::rules;
use jicai::prices::monitoring::scan::{Scan, scan};
use proptest::prelude::*;

const HEAD: &str =
    "药品统一编码,药品名称,剂型,包装,规格,批准文号,生产企业,挂网价格,是否中选,是否过一次性评价,是否可议价\n";

/// A line of Hainan's file: code, name, form, pack, spec, price.
fn line(code: &str, name: &str, form: &str, pack: &str, spec: &str, price: &str) -> String {
    format!("{code},{name},{form},{pack},{spec},国药准字H20057521,某厂,{price},1,否,1\n")
}

fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn jicai(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_jicai"))
        .arg("scan")
        .args(args)
        .env("JICAI_LANG", "en")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn scanned(listings: &[u8], more: &[&str]) -> (i32, String, String) {
    let listings = file(listings);
    let path = listings.path().to_str().unwrap();
    jicai(
        &[&["--listings", path, "--rule", "Jiangsu-2021", "--format", "csv", "--day", "2026-11-27"], more]
            .concat(),
    )
}

/// Six tablets at the edges of the tiers, a third yuan the cheapest, and what cannot be compared.
fn sample() -> String {
    let tablet = |n: u32, pack: &str, price: &str| {
        line(&format!("XJ01FAA051A0060301{n:05}"), "阿奇霉素分散片", "分散片", pack, "0.25g", price)
    };
    [
        tablet(1, "0.25g*3片/盒", "1"),
        tablet(2, "0.25g*3片*2板/盒", "2.01"),
        tablet(3, "0.25g*3片/盒", "1.999999"),
        tablet(4, "0.25g*3片/盒", "2"),
        tablet(5, "0.25g*3片/盒", "5"),
        tablet(6, "0.25g*3片/盒", "10"),
        tablet(7, "0.25g*3片/盒", "0"),
        tablet(8, "0.25g*3片/盒", "十元"),
        tablet(9, "0.25g*3盒/片", "3"),
        line("D5P00000000000000000002", "某药", "片剂", "3片/盒", "5mg", "3"),
        line("XJ01FAA051A001030105755", "阿奇霉素片", "片剂", "3片/盒", "0.25g", "3"),
        "XJ01FAA051A006030100010,阿奇霉素分散片\n".to_owned(),
    ]
    .concat()
}

#[test]
fn a_file_is_judged_and_what_cannot_be_compared_is_told() {
    let left = tempfile::NamedTempFile::new().unwrap();
    let listings = format!("{HEAD}{}", sample());
    let (status, out, err) = scanned(listings.as_bytes(), &["--not-compared", left.path().to_str().unwrap()]);
    assert_eq!(status, 0, "{err}");
    let lines = [
        "code,generic,strength_mg,unit_price,lowest,ratio,tier",
        "XJ01FAA051A006030100001,阿奇霉素分散片,250,0.333333,0.333333,1.000000,none",
        "XJ01FAA051A006030100002,阿奇霉素分散片,250,0.335,0.333333,1.005000,yellow",
        "XJ01FAA051A006030100003,阿奇霉素分散片,250,0.666666,0.333333,1.999999,yellow",
        "XJ01FAA051A006030100004,阿奇霉素分散片,250,0.666667,0.333333,2.000000,red1",
        "XJ01FAA051A006030100005,阿奇霉素分散片,250,1.666667,0.333333,5.000000,red2",
        "XJ01FAA051A006030100006,阿奇霉素分散片,250,3.333333,0.333333,10.000000,red3",
    ];
    assert_eq!(out.lines().collect::<Vec<_>>(), lines);
    for said in [
        "12 listings: 6 compared in 1 groups, 6 not compared.",
        "lowest price (none): 1",
        "yellow (yellow): 2",
        "Largest spread, 10.000000 times: 阿奇霉素分散片 250mg (group XJ01FAA051A006), lowest 0.333333 yuan (XJ01FAA051A006030100001, line 2), highest 3.333333 yuan (XJ01FAA051A006030100006, line 7).",
        "bad code (code): 1",
        "no price (blank or 0) (no_price): 1",
        "bad price (bad_price): 1",
        "pack not counted in smallest units (unit): 1",
        "the only listing of its group (only): 1",
        "line of the file unreadable (line): 1",
    ] {
        assert!(err.contains(said), "{said}\n{err}");
    }
    let left = std::fs::read_to_string(left.path()).unwrap();
    let left: Vec<&str> = left.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(left[0], "line,code,generic,reason");
    let starts = [
        "8,XJ01FAA051A006030100007,阿奇霉素分散片,no_price: ",
        "9,XJ01FAA051A006030100008,阿奇霉素分散片,",
        "10,XJ01FAA051A006030100009,阿奇霉素分散片,",
        "11,D5P00000000000000000002,某药,",
        "12,XJ01FAA051A001030105755,阿奇霉素片,only: ",
        "13,,,",
    ];
    assert_eq!(left.len(), 1 + starts.len());
    for (line, start) in left[1..].iter().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
    assert!(left[2].contains("not a plain number"), "{}", left[2]);
}

#[test]
fn exclusions_encodings_and_our_own_columns_are_read() {
    let listings = format!("{HEAD}{}", sample());
    let list = file("通用名,医保编码,原因,起始日期,截止日期\n,XJ01FAA051A006030100001,短缺药品,,\n阿奇霉素片,,不比,2020-01-01,2020-12-31\n".as_bytes());
    let exclude = ["--exclude", list.path().to_str().unwrap()];
    let (status, out, err) = scanned(listings.as_bytes(), &exclude);
    assert_eq!(status, 0, "{err}");
    // The lowest is another now.
    assert!(out.lines().nth(1).unwrap().ends_with("0.335,0.335,1.000000,none"), "{out}");
    assert!(err.contains("on the exclusion list (excluded): 1") && err.contains("(only): 1"), "{err}");
    let (gb, _, _) = encoding_rs::GB18030.encode(&listings);
    let (status, same, _) = scanned(&gb, &exclude);
    assert_eq!((status, &same), (0, &out));
    let own = "医保编码,通用名,剂型,规格,包装,生产企业,挂网价格\n\
               XJ01FAA051A006030100001,阿奇霉素分散片,分散片,0.25g,6片/盒,甲,6\n\
               XJ01FAA051A006030100002,阿奇霉素分散片,分散片,0.25g,6片/盒,乙,12\n";
    let (status, out, _) = scanned(own.as_bytes(), &[]);
    assert_eq!((status, out.lines().count()), (0, 3));
    assert!(out.ends_with("2.00,1.00,2.000000,red1\n"), "{out}");
    // Nothing to compare is no fault.
    let (status, out, err) = scanned(HEAD.as_bytes(), &[]);
    assert_eq!((status, out.lines().count()), (0, 1));
    assert!(err.contains("0 listings: 0 compared in 0 groups, 0 not compared."), "{err}");
}

#[test]
fn what_cannot_be_read_is_refused_with_2() {
    let check = |listings: &[u8], more: &[&str], want: &str| {
        let (status, out, err) = scanned(listings, more);
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(want), "{want}\n{err}");
    };
    let good = format!("{HEAD}{}", sample());
    check(b"", &[], "empty");
    check(b"a,b\n1,2\n", &[], "generic");
    check("医保编码,通用名,剂型,规格,包装,生产企业\n".as_bytes(), &[], "no column of listing prices");
    check(good.as_bytes(), &["--day", "2020-12-31"], "used multiple times");
    check(good.as_bytes(), &["--exclude", "/nowhere.csv"], "/nowhere.csv");
    let list = file("医保编码,原因,起始日期\nX1,x,\n,x,\nXJ01FAA051A006030100001,,\n".as_bytes());
    let path = list.path().to_str().unwrap();
    let (status, _, err) = scanned(good.as_bytes(), &["--exclude", path]);
    assert_eq!((status, err.lines().count()), (2, 3), "{err}");
    assert!(err.contains("names neither a code nor a generic name"), "{err}");
    let listings = file(good.as_bytes());
    let of = |rule: &str, day: &str| {
        jicai(&["--listings", listings.path().to_str().unwrap(), "--rule", rule, "--day", day])
    };
    let (status, _, err) = of("zhejiang", "2026-11-27");
    assert_eq!((status, err.contains("The rules are: jiangsu-2021, ")), (2, true), "{err}");
    let (status, _, err) = of("jiangsu-2021", "2020-12-31");
    assert_eq!((status, err.contains("does not hold on 2020-12-31")), (2, true), "{err}");
    let (status, _, err) = of("jiangsu-2021", "tomorrow");
    assert_eq!((status, err.contains("not a day")), (2, true), "{err}");
    let (status, _, err) = of("/nowhere.toml", "2026-11-27");
    assert_eq!((status, err.contains("/nowhere.toml")), (2, true), "{err}");
}

/// The tablets of a pack written in the plainest way (`0.25g*12片*2板/盒`), read by nothing of ours.
fn tablets(pack: &str) -> Option<u64> {
    let pack = pack.replace('×', "*");
    let mut factors = pack.split('*').rev();
    let (last, _) = factors.next()?.split_once('/')?;
    let number = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    let piece = |text: &str| ["片", "粒"].iter().any(|unit| text == format!("{}{unit}", number(text)));
    if piece(last) {
        let rest: Vec<&str> = factors.collect();
        let is_plain = rest.len() == 1 && rest[0].ends_with('g');
        return is_plain.then(|| number(last).parse().ok()).flatten();
    }
    let boards = last.strip_suffix('板')?;
    let inner = factors.next().filter(|text| piece(text))?;
    Some(number(inner).parse::<u64>().ok()? * boards.parse::<u64>().ok()?)
}

#[test]
fn a_province_is_judged_with_the_counts_computed_independently() {
    let path = format!("{}/../shared/data/hainan_drug_listing_2024.csv", env!("CARGO_MANIFEST_DIR"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: the listing is not here");
        return;
    };
    let (status, out, err) = jicai(&["--listings", &path, "--rule", "jiangsu-2021", "--day", "2026-11-27"]);
    assert_eq!(status, 0, "{err}");
    let mut listed = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    for record in reader.records().map(|r| r.unwrap()) {
        listed.insert(record[0].to_owned(), record);
    }
    let mut tiers: BTreeMap<String, u64> = BTreeMap::new();
    let mut plain = 0;
    let mut reader = csv::Reader::from_reader(out.as_bytes());
    for found in reader.records().map(|r| r.unwrap()) {
        let line = &listed[&found[0]];
        let is_solid = line[0].starts_with('X')
            && (line[2].contains('片') || line[2].contains("胶囊") || ["A", "E"].contains(&&line[0][10..11]));
        if is_solid {
            *tiers.entry(found[6].to_owned()).or_default() += 1;
        }
        if let (true, Some(count)) = (is_solid, tablets(&line[3])) {
            // In millionths of a yuan, rounded half up.
            let price =
                line[7].parse::<rust_decimal::Decimal>().unwrap() / rust_decimal::Decimal::from(count);
            let shown: rust_decimal::Decimal = found[3].parse().unwrap();
            assert!((price - shown).abs() <= rust_decimal::Decimal::new(5, 7), "{line:?} {found:?}");
            plain += 1;
        }
    }
    // Counted by a program of its own in another language; the tablets and capsules it reads otherwise were looked
    // at one by one.
    let counts = [("none", 781), ("red1", 499), ("red2", 253), ("red3", 242), ("yellow", 1058)];
    assert_eq!(tiers, counts.map(|(tier, count)| (tier.to_owned(), count)).into());
    assert!(plain > 2_000, "{plain}");
    for said in [
        "17885 listings: 9407 compared in 2206 groups, 8478 not compared.",
        "lowest price (none): 2646",
        "yellow (yellow): 3539",
        "red, one star (red1): 1844",
        "red, two stars (red2): 653",
        "red, three stars (red3): 725",
        "Largest spread, 510.769231 times: 维生素B12注射液 0.5mg",
        "Largest spread of tablets and capsules, 182.988086 times: 来那度胺胶囊 10mg",
        "bad code (code): 1\n",
    ] {
        assert!(err.contains(said), "{said}\n{err}");
    }
}

fn judged(lines: &[String]) -> Scan {
    let text = format!("{HEAD}{}", lines.concat());
    let none = Exclusions::default();
    let mut grouper = Grouper::new(Grouping::Strength, &none, "2026-11-27".parse().unwrap());
    let profile = import::profile(text.as_bytes()).unwrap();
    import::read(text.as_bytes(), profile, |line| grouper.take(line)).unwrap();
    scan(&rules::find("jiangsu-2021").unwrap(), grouper.finish()).unwrap()
}

fn any_line() -> impl Strategy<Value = String> {
    let word = |words: &[&'static str]| proptest::sample::select(words.to_vec());
    (
        word(&["XJ01FAA051A0060301", "XJ01FAA051A0010301", "XB03BAW037B0020101", "D5P000000000000000"]),
        0..100_000_u32,
        word(&["甲", "乙", ""]),
        word(&["片剂", "注射液", "颗粒剂"]),
        word(&["3片/盒", "7片*2板/盒", "10支/盒", "1瓶/瓶", "5袋/盒", "盒", ""]),
        word(&["0.25g", "250mg", "2ml:0.25g", "100ml:0.25g", "50万单位", "复方", "0.2g与5mg"]),
        word(&["1", "2", "0.01", "9999999.99", "0", "", "-1", "x", "1.23456789"]),
    )
        .prop_map(|(code, n, name, form, pack, spec, price)| {
            line(&format!("{code}{n:05}"), name, form, pack, spec, price)
        })
}

proptest! {
    #[test]
    fn every_listing_is_compared_or_told_once_whatever_the_order(
        lines in proptest::collection::vec(any_line(), 0..40),
        turn in 0..40_usize,
    ) {
        let first = judged(&lines);
        prop_assert_eq!(first.findings.len() + first.left.len(), lines.len());
        let mut seen: Vec<u64> =
            first.findings.iter().map(|f| f.line).chain(first.left.iter().map(|l| l.line)).collect();
        seen.sort_unstable();
        prop_assert_eq!(seen, (2..lines.len() as u64 + 2).collect::<Vec<_>>());
        prop_assert_eq!(first.tiers().values().map(|(all, _)| all).sum::<u64>(), first.findings.len() as u64);
        prop_assert_eq!(first.reasons().values().sum::<u64>(), first.left.len() as u64);

        let mut other: Vec<String> = lines.iter().rev().cloned().collect();
        other.rotate_left(turn.checked_rem(lines.len()).unwrap_or(0));
        let second = judged(&other);
        let cells = |scan: &Scan| scan.findings.iter().map(|f| f.cells()).collect::<Vec<_>>();
        prop_assert_eq!(cells(&first), cells(&second));
        prop_assert_eq!(first.reasons(), second.reasons());
    }
}
