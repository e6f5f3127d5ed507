//! `jicai code` and `jicai ratio` as a user runs them.

#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::process::{Command, Output, Stdio};

fn jicai(args: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
    command.args(args).env("JICAI_LANG", "en");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn shared(file: &str) -> Option<Vec<u8>> {
    let read = std::fs::read(format!("{}/../shared/data/{file}", env!("CARGO_MANIFEST_DIR"))).ok();
    if read.is_none() {
        println!("skipped: {file} is not here");
    }
    read
}

fn column(bytes: &[u8], header: &str) -> Vec<String> {
    let text = std::str::from_utf8(bytes).unwrap().trim_start_matches('\u{feff}');
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let at = reader.headers().unwrap().iter().position(|h| h == header).unwrap();
    reader.records().map(|r| r.unwrap()[at].to_owned()).collect()
}

#[test]
fn codes_are_parsed_one_a_line() {
    let good = ["code", "XJ01FAA051A006030105755", "ZA04CAE0023010100166", "C0344051070500007551"];
    let (status, out, err) = jicai(&good, b"");
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(
        out,
        "XJ01FAA051A006030105755,X,J01FA,A051,A006,03,01,05755\n\
         ZA04CAE0023010100166,Z,A04CA,E0023,,01,01,00166\n\
         C0344051070500007551,C,034405,107,05000,,,07551\n"
    );
}

#[test]
fn a_bad_code_is_told_and_exits_2() {
    let input = "\u{feff}T000100030\r\n\n D5P00000000000000000002\nXJ01FAA051A00603010575\n=1+1\n\0\n";
    let (status, out, err) = jicai(&["code"], input.as_bytes());
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(status, 2);
    assert_eq!(lines[0], "T000100030,T,,000100030,,,,");
    assert!(lines[1].starts_with("D5P00000000000000000002,bad,"), "{out}");
    assert!(lines[2].contains("has 22 characters; it must have 23"), "{out}");
    assert!(lines[3].starts_with("'=1+1,bad,"), "{out}");
    assert_eq!(lines.len(), 5);
    assert_eq!(err, "4 of 5 codes are bad.\n");
    let (status, out, _) = jicai(&["code"], &[0xFF; 5_000]);
    assert_eq!((status, out.lines().count()), (2, 5));
}

#[test]
fn all_published_codes_pass_through_the_command() {
    for (file, header, bad) in [
        ("nhsa_drug_codes_real.csv", "国家医保药品代码", 0),
        ("hainan_drug_listing_2024.csv", "药品统一编码", 1),
        ("guizhou_vbp_consumables_codes.csv", "医保耗材编码", 0),
    ] {
        let Some(bytes) = shared(file) else { continue };
        let codes = column(&bytes, header);
        let (status, out, _) = jicai(&["code"], codes.join("\n").as_bytes());
        assert_eq!(status, if bad > 0 { 2 } else { 0 }, "{file}");
        assert_eq!(out.lines().count(), codes.len());
        assert_eq!(out.lines().filter(|l| l.contains(",bad,")).count(), bad, "{file}");
    }
}

fn ratio(args: &[&str]) -> (i32, String, String) {
    jicai(&[&["ratio"], args].concat(), b"")
}

#[test]
fn a_price_is_converted_with_its_steps() {
    let args = [
        "--form",
        "口崩片",
        "--base",
        "10mg",
        "--base-count",
        "40",
        "--price",
        "25.85",
        "--other",
        "5mg",
        "--other-count",
        "60",
        "--unit",
        "片",
    ];
    let (status, out, err) = ratio(&args);
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(
        out,
        "content: X = 0.5, K = 0.588235 (NDRC Price [2011] 2452: content ratio 1.7^log2 X)\n\
         pack count: X = 1.5, K = 1.477949 (NDRC Price [2011] 2452, art. 13: pack-count ratio 1.95^log2 X)\n\
         K = 0.869382\n22.47\n"
    );
    let mut bad = args;
    bad[5] = "many";
    bad[7] = "0";
    let (status, out, err) = ratio(&bad);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.starts_with("--base-count many: not a plain number"), "{err}");
    bad[5] = "40";
    let (status, _, err) = ratio(&bad);
    assert_eq!((status, err.as_str()), (2, "The price \"0\" must be a number above zero.\n"));
    assert_eq!(ratio(&["--form", "片剂"]).0, 2);
}

#[test]
fn forms_and_materials_are_converted_where_they_are_given() {
    let base = [
        "--base",
        "100ml:5g",
        "--base-count",
        "1",
        "--price",
        "3",
        "--other",
        "100ml:5g",
        "--other-count",
        "1",
    ];
    let run = |form: &str, more: &[&str]| ratio(&[&["--form", form], &base[..], more].concat());
    let bag = ["--unit", "瓶", "--other-unit", "袋", "--base-material", "glass", "--other-material", "软袋"];
    let (status, out, _) = run("注射液", &bag);
    assert_eq!(status, 0);
    assert_eq!(
        out,
        "packaging material: add 4 yuan (NDRC Price [2011] 2452, art. 14, at most)\nK = 1\n7.00\n"
    );
    let (status, _, err) = run("注射液", &["--unit", "瓶", "--other-unit", "袋"]);
    assert_eq!(status, 2);
    assert!(err.contains("both materials must be known"), "{err}");
    assert_eq!(run("注射液", &["--base-material", "glass"]).0, 2);
    let (status, _, err) = run("注射液", &["--base-material", "wood", "--other-material", "glass"]);
    assert_eq!(status, 2);
    assert!(err.starts_with("--base-material wood: "), "{err}");
    // A form relation is known only where it is given, and may make the smaller pack the dearer one.
    let (status, _, err) = run("片剂", &["--other-form", "分散片"]);
    assert_eq!(status, 2);
    assert!(err.contains("No ratio is laid down"), "{err}");
    let (status, out, err) = run("片剂", &["--other-form", "分散片", "--form-ratio", "1.1"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.ends_with("K = 1.1\n3.30\n"), "{out}");
    assert_eq!(run("片剂", &["--other-form", "分散片", "--form-ratio", "0"]).0, 2);
    assert_eq!(run("片剂", &["--form-ratio", "1.1"]).0, 2);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("forms.csv");
    std::fs::write(&path, "base_form,other_form,ratio,yuan,confidence\n粉针剂,冻干粉针剂,,4,own\n").unwrap();
    let table = path.to_str().unwrap();
    let args = [
        "--form",
        "粉针剂",
        "--base",
        "1.0g",
        "--base-count",
        "1",
        "--price",
        "10",
        "--other",
        "0.5g",
        "--other-count",
        "1",
        "--other-form",
        "冻干粉针剂",
        "--form-ratios",
        table,
    ];
    let (status, out, err) = ratio(&args);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.contains("dosage form: add 4 yuan") && out.ends_with("\n9.88\n"), "{out}");
    let dear = [&args[..], &["--other-price", "12"]].concat();
    let (status, out, err) = ratio(&dear);
    assert_eq!(status, 0);
    assert!(out.ends_with("\n9.88\n") && err.starts_with("Note: the smaller pack costs more"), "{err}");
    std::fs::write(&path, "base_form,other_form,ratio\n粉针剂,冻干粉针剂,much\n").unwrap();
    let (status, _, err) = ratio(&args);
    assert_eq!(status, 2);
    assert!(err.contains("Line 2, ratio is \"much\""), "{err}");
}

#[test]
fn a_file_of_prices_is_converted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.csv");
    let file = "drug,form,base_spec,base_count,base_unit,base_price_yuan,other_spec,other_count,other_unit\n\
                甲,片剂,10mg,15,片,17.36,10mg,30,片\n\
                乙,片剂,复方,15,片,17.36,10mg,30,片\n\
                丙,片剂,10mg,15,片,a,10mg,30,片\n";
    std::fs::write(&path, file).unwrap();
    let (status, out, err) = ratio(&["--file", path.to_str().unwrap()]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(status, 2);
    assert!(lines[0].ends_with(",other_unit,k,price"), "{out}");
    assert_eq!(lines[1], "甲,片剂,10mg,15,片,17.36,10mg,30,片,1.95,33.85");
    assert!(lines[2].ends_with("10mg,30,片,,"), "{out}");
    assert_eq!(err.lines().count(), 2, "{err}");
    assert!(
        err.starts_with("Line 3, other_spec is \"10mg\": The specification \"复方\" states neither"),
        "{err}"
    );
    assert!(err.contains("Line 4, base_price_yuan is \"a\": not a plain number"), "{err}");
    let file = "form,base_spec,base_count,base_unit,base_price_yuan,other_spec,other_count,other_unit,\
                base_material,other_material,other_price\n\
                注射液,100ml:5g,1,瓶,3,100ml:5g,1,袋,玻璃瓶,soft_bag,\n\
                片剂,10mg,12,片,10,5mg,12,片,,,11\n\
                片剂,10mg,12,片,10,5mg,12,片,,wood,\n";
    std::fs::write(&path, file).unwrap();
    let (status, out, err) = ratio(&["--file", path.to_str().unwrap()]);
    assert_eq!(status, 2);
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[1].ends_with(",1,7.00") && lines[2].ends_with(",0.588235,5.88"), "{out}");
    assert!(err.contains("smaller pack costs more") && err.contains("other_material is \"wood\""), "{err}");
    std::fs::write(&path, "a,b\n1,2\n").unwrap();
    let (status, out, err) = ratio(&["--file", path.to_str().unwrap()]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("not a header"), "{err}");
    assert_eq!(ratio(&["--file", "/nowhere.csv"]).0, 2);
}

#[test]
fn the_published_vectors_come_out_of_the_command() {
    let Some(bytes) = shared("ratio_price_vectors.csv") else { return };
    let path = format!("{}/../shared/data/ratio_price_vectors.csv", env!("CARGO_MANIFEST_DIR"));
    let (status, out, err) = ratio(&["--file", &path]);
    assert_eq!((status, err.as_str()), (0, ""));
    let money = |text: &String| text.parse::<rust_decimal::Decimal>().unwrap();
    let found: Vec<_> = column(out.as_bytes(), "price").iter().map(money).collect();
    let wanted: Vec<_> = column(&bytes, "other_price_yuan_published").iter().map(money).collect();
    assert_eq!(found, wanted);
}
