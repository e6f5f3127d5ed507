//! `award --picks` and `--reassignments`: what was chosen after the opening, from files.

use super::*;

const PICKS: &str = "lot,region,company,supply\n";
const PLACED: &str = "lot,hospital,company,quantity\n";

/// Two winners, three regions, a brand that does not win.
fn case() -> Case {
    let case = Case::new(
        "L1,阿司匹林,片剂,oral_solid,0.1g,1,general,\n",
        "L1,甲,,甲的片,0.1g,0.3,,,,,,\nL1,乙,,乙的片,0.1g,0.4,,25,,,,\nL1,丙,,丙的片,0.1g,0.5,,,,,,\n",
        "R1,H1,L1,,100\nR2,H2,L1,,300\nR3,H3,L1,丙,50\nR3,H3,L1,甲,10\n",
    );
    let rules = rule_set::find("GY-YD2022-1").unwrap().text;
    let from = "unclaimed = \"main_supplier\"";
    assert!(rules.contains(from));
    case.put("rules.toml", rules.replace(from, &format!("{from}\nhospitals_place = true")));
    case
}

#[test]
fn regions_and_placed_volume_come_from_files() {
    let case = case();
    case.put("picks.csv", format!("{PICKS}L1,R3,甲,main\nL1,R1,甲,main\nL1,R2,乙,main\n"));
    case.put("placed.csv", "数量,申报企业,医疗机构,竞价单元\n25,乙,H3,L1\n");
    let files = ["--picks", "picks.csv", "--reassignments", "placed.csv", "--out", "out"];
    let output = case.run("rules.toml", &files);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(
        case.read("out/regions.csv"),
        "\u{feff}lot,region,main,spare\nL1,R1,甲,乙\nL1,R2,乙,甲\nL1,R3,甲,乙\n"
    );
    // 60 %: H3 keeps 6 of 甲's brand, gives 25 of 丙's 30 to 乙, and the 5 left go to its main supplier; 乙 has
    // nothing left for its own region.
    assert_eq!(
        case.read("out/allocations.csv"),
        "\u{feff}lot,region,hospital,company,agreed_quantity\nL1,R1,H1,甲,60\nL1,R2,H2,甲,180\nL1,R3,H3,甲,11\nL1,R3,H3,乙,25\n"
    );
    assert_eq!(
        case.read("out/region_volumes.csv"),
        "\u{feff}lot,region,base_volume,agreed_volume,unallocated\nL1,R1,100,60,0\nL1,R2,300,180,0\nL1,R3,60,36,0\n"
    );
    // By default the first rank takes the largest demand.
    case.run("rules.toml", &["--out", "default"]);
    assert!(case.read("default/regions.csv").ends_with("L1,R1,甲,乙\nL1,R2,甲,乙\nL1,R3,乙,甲\n"));
}

#[test]
fn faults_of_chosen_lines_are_told_with_their_line() {
    let check = |name: &str, header: &str, lines: &str, want: &str| {
        let case = case();
        case.put("chosen.csv", format!("{header}{lines}"));
        let output = case.run("rules.toml", &[name, "chosen.csv", "--out", "out"]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(want), "{lines}: {said}");
        assert!(!case.path("out").exists());
    };
    let picks = |lines, want| check("--picks", PICKS, lines, want);
    picks("L9,R1,甲,main\n", "chosen.csv:2: lot: \"L9\": the lots file has no such lot");
    picks("L1,R1,甲,both\n", "chosen.csv:2: supply: \"both\": write one of: main, spare");
    picks("L1,R1,甲,main\nL1,R1,乙,主供\n", "chosen.csv:3: region: \"R1\": repeats line 2");
    picks("L1,,甲,main\n", "chosen.csv:2: region: \"\": a value is required");
    picks("L1,R1,乙,main\n", "it is the turn of \"甲\" to take a main region");
    picks("L1,R9,甲,main\n", "no hospital of \"R9\" reported demand");
    picks("L1,R1,丙,main\n", "\"丙\" is no winner who may choose regions");
    let placed = |lines, want| check("--reassignments", PLACED, lines, want);
    placed("L1,H3,乙,-1\n", "chosen.csv:2: quantity: \"-1\": must not be negative");
    placed("L1,H3,乙,1\nL1,H3,乙,2\n", "chosen.csv:3: company: \"乙\": repeats line 2");
    placed("L1,H3,乙,26\n", "\"H3\" gives \"乙\" more than it can still supply, 25");
    placed("L1,H3,甲,31\n", "\"H3\" gives \"甲\" more than it has left to place, 30");
    placed("L1,H3,丙,1\n", "\"丙\" is no winner with volume");
    placed("L1,H9,乙,1\n", "\"H9\" reported no demand");
    placed("L1,H3,乙,1.5\n", "must be a whole multiple of 1");

    // Without the rule set's clause nobody places anything.
    let case = self::case();
    case.put("chosen.csv", format!("{PLACED}L1,H3,乙,1\n"));
    let output = case.run("GY-YD2022-1", &["--reassignments", "chosen.csv"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("lets no hospital place volume itself"));
    // Faults in several files are told together.
    case.put("bids.csv", format!("{BIDS}L9,甲,,甲的片,0.1g,0.3,,,,,,\n"));
    case.put("chosen.csv", format!("{PLACED}L1,H3,乙,x\n"));
    let said = text(&case.run("GY-YD2022-1", &["--reassignments", "chosen.csv"]).stderr);
    assert!(said.contains("bids.csv:2: lot") && said.contains("chosen.csv:2: quantity"), "{said}");
}
