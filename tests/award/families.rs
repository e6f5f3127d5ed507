//! The rule families over files: the pilot, insulin and the city round, with the columns they need.

use super::*;

/// The award lines as `company status`, in order.
fn statuses(case: &Case) -> String {
    let table = case.read("out/awards.csv");
    let line = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        format!("{} {}", cells[1], cells[6])
    };
    table.lines().skip(1).map(line).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_city_round_needs_current_prices() {
    let case = Case::new(
        "G1,降压药组,片剂,oral_solid,各规格,100,general,\n",
        "",
        "金华市,H1,G1,,100\n衢州市,H2,G1,,10\n",
    );
    let header = "竞价单元,申报企业,产品,规格,单位申报价,现行挂网价\n";
    case.put(
        "bids.csv",
        format!(
            "{header}G1,甲,缬沙坦胶囊,80mg,1.4,2\nG1,乙,硝苯地平片,10mg,0.05,0.1\nG1,丙,复方片,复方,9,10\n"
        ),
    );
    let output = case.run("jh-yd2022-1", &["--out", "out"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    // Cuts of 50, 30 and 10 %; specs of different generics are not converted.
    assert_eq!(statuses(&case), "乙 won; 甲 not_shortlisted; 丙 not_shortlisted");
    assert_eq!(case.read("out/allocations.csv").lines().count(), 3);
    // Only the winner has a standard: the others are other drugs.
    assert_eq!(case.read("out/standards.csv").lines().count(), 2);
    fs::remove_dir_all(case.path("out")).unwrap();
    case.put("bids.csv", format!("{header}G1,甲,缬沙坦胶囊,80mg,1.4,\nG1,乙,硝苯地平片,10mg,0.05,0\n"));
    let said = case.faults("JH-YD2022-1");
    assert!(said.contains("bids.csv:2: 现行挂网价: \"\": a value is required"), "{said}");
    assert!(said.contains("bids.csv:3: 现行挂网价: \"0\": must be greater than zero"), "{said}");
    // Where nothing is ranked by cut the column may stand there and stay blank.
    let case = Case::sound();
    case.put("bids.csv", "竞价单元,申报企业,产品,规格,单位申报价,现行挂网价\nL1,甲,甲的片,0.1g,0.4,\nL1,乙,乙的片,0.1g,0.5,2\n");
    assert_eq!(case.run("GY-YD2024-2", &["--out", "out"]).status.code(), Some(0));
}

#[test]
fn insulin_specs_are_converted_by_the_rule_set() {
    let case = Case::new(
        "I3,预混胰岛素类似物,注射剂,small_injection,3ml:300单位,43.2,general,\n",
        "I3,甲,,甲,3ml:300单位(笔芯),30,,,,,,\nI3,乙,,乙,1.5ml:450单位,39,,,,,,\nI3,丙,,丙,10ml:400单位,28,,,,,,\n",
        "R,H,I3,甲,100\n",
    );
    let output = case.run("GY-YD2024-1", &["--out", "out"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(
        case.read("out/awards.csv").contains("I3,乙,乙,39.00,30.00,3,won,39.00"),
        "{}",
        case.read("out/awards.csv")
    );
    assert_eq!(statuses(&case), "丙 won; 甲 won; 乙 won");
}

#[test]
fn the_pilot_over_files() {
    let case = Case::new(
        "L1,甲药,片剂,oral_solid,5mg,1,general,\nL2,乙药,片剂,oral_solid,5mg,1,general,\n",
        "L1,甲,,甲,5mg,0.2,,,,,,\nL1,乙,,乙,5mg,0.3,,,,,,\nL1,丙,,丙,5mg,0.4,,,,,,\nL2,甲,,甲,5mg,0.5,,,,,,\n",
        "R,H,L1,,100\nR,H,L2,,100\n",
    );
    let output = case.run("GY-YD2018-1", &["--out", "out"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(statuses(&case), "甲 won; 乙 not_shortlisted; 丙 not_shortlisted; 甲 fused");
    assert!(case.read("out/awards.csv").contains("NEGOTIATE"));
    assert_eq!(case.read("out/allocations.csv").lines().count(), 2);
}
