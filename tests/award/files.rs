//! The files that `award` reads: every form they come in, and every fault in them.

use jicai::files::write::{Cell, Xlsx};

use super::*;

#[test]
fn headers_encodings_and_line_order_do_not_matter() {
    let case = Case::sound();
    case.run("GY-YD2024-2", &["--out", "one"]);
    let (gb, _, _) = encoding_rs::GB18030.encode(
        "年需求量,竞价单元,厂牌企业,医疗机构,地区\r\n10.5,L1,丁,H1,R2\r\n51,L1,,H2,R1\r\n100,L1,甲,H1,R1\r\n",
    );
    case.put("demand.csv", gb);
    case.put(
        "bids.csv",
        "\u{feff}竞价单元,申报企业,产品,规格,单位申报价,差比价系数,类型,接受复活\r\nL1,丁,丁的片,0.1g,1.1,,,否\r\n\
         L1,丙,丙的片,0.2g,1.5300,1.7,参比,是\r\n\r\nL1,乙,乙的片,0.1g,0.5,1,,\r\nL1,甲,甲的片,0.1g,0.4,1,仿制,\r\n",
    );
    let output = case.run("GY-YD2024-2", &["--out", "two"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for name in ["awards.csv", "allocations.csv", "regions.csv", "standards.csv"] {
        assert_eq!(case.read(&format!("one/{name}")), case.read(&format!("two/{name}")), "{name}");
    }
}

#[test]
fn every_fault_is_told_with_its_line() {
    let check = |file: &str, from: &str, to: &str, want: &[&str]| {
        let case = Case::sound();
        let content = case.read(file);
        assert!(content.contains(from), "{from}");
        case.put(file, content.replace(from, to));
        let said = case.faults("GY-YD2024-2");
        assert_eq!(said.lines().count(), want.len(), "{said}");
        for (line, want) in said.lines().zip(want) {
            assert!(line.starts_with(want), "{line}\n{want}");
        }
    };
    check(
        "bids.csv",
        "0.40",
        "0.12345",
        &["bids.csv:2: unit_price: \"0.12345\": at most 4 decimals are allowed"],
    );
    check("bids.csv", "0.40", "0", &["bids.csv:2: unit_price: \"0\": must be greater than zero"]);
    check("bids.csv", "0.40", "-1", &["bids.csv:2: unit_price: \"-1\": must not be negative"]);
    check("bids.csv", "0.40", "=1+1", &["bids.csv:2: unit_price: \"=1+1\": not a plain number"]);
    check("bids.csv", "0.40", "", &["bids.csv:2: unit_price: \"\": a value is required"]);
    check("bids.csv", "1.7,", "0,", &["bids.csv:4: ratio: \"0\": a price ratio must be between"]);
    check("bids.csv", "L1,乙", "L9,乙", &["bids.csv:3: lot: \"L9\": the lots file has no such lot"]);
    check(
        "bids.csv",
        "L1,乙",
        "L1,甲",
        &["bids.csv:3: company: \"甲\": the company already bids in this lot on line 2"],
    );
    check("bids.csv", "reference", "original", &["bids.csv:4: kind: \"original\": write one of: reference"]);
    check(
        "bids.csv",
        ",yes",
        ",maybe",
        &["bids.csv:4: accepts_revival: \"maybe\": write one of: yes, no, 是, 否"],
    );
    check("bids.csv", "L1,乙,,", "L1,乙,", &["bids.csv:3: the line has 11 cells but the header has 12"]);
    check(
        "bids.csv",
        "丙,,丙的片",
        "丙,,\"丙的片",
        &["bids.csv: The quotation mark opened on line 4 is never closed"],
    );
    // Blank lines and line breaks inside quotes do not shift the count.
    check(
        "bids.csv",
        "L1,乙,,乙的片,0.1g,0.5",
        "\n\nL1,\"乙\n\",,乙的片,\"a\nb\",x",
        &[
            "bids.csv:5: spec: \"a b\": holds a line break",
            "bids.csv:5: unit_price: \"x\": not a plain number",
        ],
    );
    check(
        "bids.csv",
        "unit_price",
        "price",
        &["bids.csv: Missing columns: unit_price 单位申报价. Unknown columns: price."],
    );
    check("bids.csv", "capacity", "ratio", &["bids.csv: Columns given twice: ratio"]);
    check(
        "lots.csv",
        "oral_solid",
        "tablet",
        &["lots.csv:2: form_class: \"tablet\": write one of: oral_solid, small"],
    );
    check(
        "lots.csv",
        ",1,general",
        ",1.0000001,general",
        &["lots.csv:2: ceiling: \"1.0000001\": at most 6 decimals are allowed"],
    );
    check(
        "lots.csv",
        "general,\n",
        "general,\nL1,x,x,other,x,1,general,\n",
        &["lots.csv:3: lot: \"L1\": repeats line 2"],
    );
    check("demand.csv", ",100", ",100盒", &["demand.csv:2: quantity: \"100盒\": not a plain number"]);
    check(
        "demand.csv",
        ",51",
        ",0.0001",
        &["demand.csv:3: quantity: \"0.0001\": at most 3 decimals are allowed"],
    );
    check("demand.csv", "H2,L1", "H2,L2", &["demand.csv:3: lot: \"L2\": the lots file has no such lot"]);
    check(
        "demand.csv",
        "R2,H1,L1,丁",
        "R1,H1,L1,甲",
        &["demand.csv:4: lot: \"L1\": repeats the hospital, lot and brand of line 2"],
    );
    // Faults in all files are told together.
    let case = Case::sound();
    case.put("bids.csv", format!("{BIDS}L1,甲,,甲,0.1g,0,,,,,,\nL1,乙,,乙,0.1g,x,,,,,,\n"));
    case.put("demand.csv", "");
    let said = case.faults("GY-YD2024-2");
    let places: Vec<&str> = said.lines().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(places, ["bids.csv:2", "bids.csv:3", "demand.csv"]);
}

#[test]
fn every_fault_of_the_answers_is_told_with_its_line() {
    let check = |lines: &str, want: &[&str]| {
        let case = Case::sound();
        case.put("consents.csv", format!("lot,company,question,price\n{lines}"));
        let output = case.run("GY-YD2024-2", &["--consents", "consents.csv"]);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
        let said = text(&output.stderr);
        assert_eq!(said.lines().count(), want.len(), "{said}");
        for (line, want) in said.lines().zip(want) {
            assert!(line.starts_with(want), "{line}\n{want}");
        }
    };
    check("L9,甲,revival,\n", &["consents.csv:2: lot: \"L9\": the lots file has no such lot"]);
    check("L1,戊,revival,0.5\n", &["consents.csv:2: company: \"戊\": the company does not bid in this lot"]);
    check(
        "L1,甲,revive,0.5\n",
        &["consents.csv:2: question: \"revive\": write one of: revival, negotiation, 复活, 议价"],
    );
    check(
        "L1,甲,revival,0.12345\nL1,乙,revival,0\nL1,丙,议价,-\n",
        &[
            "consents.csv:2: price: \"0.12345\": at most 4 decimals are allowed",
            "consents.csv:3: price: \"0\": must be greater than zero",
            "consents.csv:4: price: \"-\": not a plain number",
        ],
    );
    check(
        "L1,甲,revival,0.5\nL1,甲,negotiation,0.5\nL1,甲,复活,\n",
        &[
            "consents.csv:4: question: \"复活\": the company already answers this question in this lot on line 2",
        ],
    );
    // Where the bids are at fault nobody is told that a bid is missing.
    let case = Case::sound();
    case.put("bids.csv", case.read("bids.csv").replace("0.40", "x"));
    case.put("consents.csv", "lot,company,question,price\nL1,甲,revival,\n");
    let output = case.run("GY-YD2024-2", &["--consents", "consents.csv"]);
    assert_eq!(text(&output.stderr).lines().count(), 1, "{}", text(&output.stderr));
}

#[test]
fn files_that_are_no_tables_are_refused() {
    let check = |file: &str, bytes: &[u8], want: &str| {
        let case = Case::sound();
        case.put(file, bytes);
        let said = case.faults("GY-YD2024-2");
        assert!(said.starts_with(want), "{said}");
    };
    check(
        "bids.csv",
        b"lot,company\nL1,\xff\xfe\n",
        "bids.csv: On line 2 (byte 15) the file is neither UTF-8 nor GB18030",
    );
    check("bids.csv", b"\xff\xfel\0o\0t\0", "bids.csv: The file is in UTF-16");
    check("lots.csv", b"", "lots.csv: The file is empty");
    check("lots.csv", LOTS.as_bytes(), "lots.csv:2: there is a header and no data");
    check("demand.csv", b"PK\x03\x04\x14", "demand.csv: The Excel file is damaged");
    let case = Case::sound();
    fs::remove_file(case.path("bids.csv")).unwrap();
    assert!(case.faults("GY-YD2024-2").starts_with("bids.csv: cannot be read"));
}

#[test]
fn a_million_bad_lines_are_counted_and_the_first_told() {
    let case = Case::sound();
    case.put("demand.csv", format!("{DEMAND}{}", "R1,H1,L9,,1\n".repeat(1_000_000)));
    let said = case.faults("GY-YD2024-2");
    assert_eq!(said.lines().count(), 101);
    assert!(said.contains("999900 more faults are not listed; there are 1000000 in all"), "{said}");
}

#[test]
fn a_ratio_that_is_not_given_is_computed_from_the_specs() {
    let case = Case::new(
        "L1,阿司匹林,片剂,oral_solid,0.1g,1,general,\n",
        "L1,甲,,p,100mg,0.5,,,,,,\nL1,乙,,p,0.2g,1.02,,,,,,\nL1,丙,,p,25mg,0.3461,,,,,,\n\
         L1,丁,,p,25mg,0.346,,,,,,\nL1,戊,,p,0.15g,0.6,,,,,,\nL1,己,,p,0.2g,1,2,,,,,\n",
        "",
    );
    let arguments = ["award", "--rules", "GY-YD2021-1", "--lots", "lots.csv", "--bids", "bids.csv"];
    let printed = jicai(case.folder.path(), &arguments);
    assert_eq!(printed.status.code(), Some(0), "{}", text(&printed.stderr));
    let lines = text(&printed.stdout);
    let line = |company: &str| {
        let own = lines.lines().find(|l| l.contains(&format!(",{company},")));
        own.unwrap().to_owned()
    };
    // 0.1 g is 100 mg: the ratio is 1 and nothing is converted.
    assert!(line("甲").contains("0.50,0.50,") && !line("甲").contains(" / "), "{lines}");
    assert!(line("乙").contains("1.0200 / 1.700000 = 0.6000"), "{lines}");
    // A quarter of the content is 1 / 2.89: 0.346 × 2.89 = 0.99994 is within the ceiling, 1.000229 is not.
    assert!(line("丙").contains("invalid") && line("丙").contains("0.3461 / 0.346021 = 1.0002"), "{lines}");
    assert!(line("丁").contains("0.3460 / 0.346021 = 0.9999"), "{lines}");
    // 1.5 times the content is 1.7 ^ log2 1.5 = 1.363967; a ratio that is given counts as given.
    assert!(line("戊").contains("0.6000 / 1.363967 = 0.4399"), "{lines}");
    assert!(line("己").contains("1.0000 / 2.000000 = 0.5000"), "{lines}");

    // Without a ratio that can be read from the specs the line says what to do.
    let bad = case.read("bids.csv").replace("100mg", "复方").replace("0.15g", "10ml");
    case.put("bids.csv", bad);
    let said = case.faults("GY-YD2021-1");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines[0].starts_with("bids.csv:2: spec: \"复方\": The specification \"复方\" states neither"));
    assert!(lines[1].starts_with("bids.csv:6: spec: \"10ml\": The specifications \"0.1g\" and \"10ml\""));
    assert!(lines.iter().all(|line| line.ends_with("Give the ratio in the column ratio.")), "{said}");
    // The same words are the same spec, whatever they mean.
    case.put("lots.csv", case.read("lots.csv").replace("0.1g", "复 方").replace(' ', ""));
    case.put("bids.csv", format!("{BIDS}L1,甲,,p,复方,0.5,,,,,,\n"));
    assert!(text(&case.run("GY-YD2021-1", &[]).stdout).contains("甲,p,0.50,0.50,1,won"));
}

#[test]
fn sheets_and_pipes_are_read_like_files() {
    let case = Case::sound();
    case.run("GY-YD2024-2", &["--out", "one"]);
    let run = |command: &str| {
        let mut bash = Command::new("bash");
        let program = env!("CARGO_BIN_EXE_jicai");
        bash.current_dir(case.folder.path()).args(["-c", &command.replace("jicai", program)]);
        let output = bash.env("JICAI_LANG", "en").output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        for name in ["awards.csv", "allocations.csv", "regions.csv", "standards.csv"] {
            assert_eq!(case.read(&format!("one/{name}")), case.read(&format!("two/{name}")), "{name}");
        }
        fs::remove_dir_all(case.path("two")).unwrap();
    };
    run("jicai award --rules GY-YD2024-2 --lots <(cat lots.csv) --bids <(cat bids.csv) \
         --demand <(cat demand.csv) --out two");
    for name in ["lots", "bids", "demand"] {
        let file = case.read(&format!("{name}.csv"));
        let mut lines = file.lines();
        let header: Vec<(&str, u16)> = lines.next().unwrap().split(',').map(|name| (name, 12)).collect();
        let mut sheet = Xlsx::new(name, &header).unwrap();
        for line in lines {
            let cell = |text| str::parse(text).map_or(Cell::Text(text), Cell::Number);
            let cells: Vec<Cell> = line.split(',').map(cell).collect();
            sheet.row(&cells).unwrap();
        }
        case.put(&format!("{name}.xlsx"), sheet.finish().unwrap());
    }
    run("jicai award --rules GY-YD2024-2 --lots lots.xlsx --bids bids.xlsx --demand demand.xlsx --out two");
}
