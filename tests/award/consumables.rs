//! `jicai award` over files of consumables.

use super::*;

const STENTS: &str = "竞价单元,通用名,剂型,剂型类别,可比规格,最高有效申报价,类别\n\
                      1,冠脉支架,合金药物支架,other,全部规格型号,15000,general\n";

fn case(lots: &str, bids: &str, demand: &str) -> Case {
    let case = Case { folder: tempfile::tempdir().unwrap() };
    case.put("lots.csv", lots);
    case.put("bids.csv", bids);
    case.put("demand.csv", demand);
    case
}

/// The first cells of each line of a result.
fn cells(case: &Case, file: &str, columns: &[usize]) -> Vec<String> {
    let text = case.read(file);
    let pick = |line: &str| {
        let cells: Vec<&str> = line.trim_start_matches('\u{feff}').split(',').collect();
        columns.iter().map(|at| cells[*at]).collect::<Vec<_>>().join(" ")
    };
    text.lines().map(pick).collect()
}

#[test]
fn stents_over_files() {
    let bids = "竞价单元,申报企业,产品,规格,单位申报价,供应能力\n\
                1,甲,甲一,2.5mm×15mm,500,\n1,甲,甲二,3.0mm×18mm,700,\n\
                1,乙,乙一,全部,600,30\n1,丙,丙一,全部,3000,\n";
    let demand = "地区,医疗机构,竞价单元,厂牌企业,产品,年需求量\n\
                  R,H1,1,甲,甲二,50\nR,H1,1,乙,乙一,100\nR,H1,1,,,10\nR,H2,1,丙,丙一,20\nR,H2,1,甲,,40\n";
    let case = case(STENTS, bids, demand);
    let output = case.run("gy-hd2020-1", &["--out", "out"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(
        cells(&case, "out/awards.csv", &[1, 2, 5, 6, 7]),
        [
            "company product rank status award_price",
            "甲 甲一 1 won 500.00",
            "乙 乙一 2 won 600.00",
            "甲 甲二 3 won 700.00",
            "丙 丙一 4 fused "
        ]
    );
    // 80 % of each; what the second cannot carry, the loser's and the unnamed go to the first rank.
    assert_eq!(
        cells(&case, "out/allocations.csv", &[2, 3, 4, 5]),
        [
            "hospital company agreed_quantity product",
            "H1 甲 58 甲一",
            "H1 乙 30 乙一",
            "H1 甲 40 甲二",
            "H2 甲 48 甲一"
        ]
    );
    let standards = case.read("out/standards.csv");
    assert!(standards.contains("甲,甲一,500.00") && standards.contains("甲,甲二,700.00"), "{standards}");
}

#[test]
fn joints_over_files_name_their_unit() {
    let lots = "lot,generic,form,form_class,comparable_spec,ceiling,category\n\
                1,髋关节,陶瓷对陶瓷,other,全套,20000,general\n";
    let bids = "lot,company,product,spec,unit_price,reported_volume,全区供应\n\
                1,S,s,全套,8000,70,是\n1,T,t,全套,8100,20,yes\n1,U,u,全套,8200,8,no\n1,V,v,全套,7000,2,\n";
    let case = case(lots, bids, "region,hospital,lot,company,quantity\nR,H,1,S,100\nR,H,1,U,10\n");
    let output = case.run("GH-HD2021-1", &["--out", "out"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let found = case.read("out/awards.csv");
    let units: Vec<String> = found
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            format!("{} {} {}", cells[1], cells[6], cells[cells.len() - 1])
        })
        .collect();
    assert_eq!(units, ["V won B", "S won A", "T won A", "U fused B"], "{found}");
    assert!(found.contains("ABOVE_A 8200.0000 > max(A) = 8100.0000"), "{found}");
    // 90 %: the loser's goes to the lowest price.
    assert_eq!(
        cells(&case, "out/allocations.csv", &[2, 3, 4]),
        ["hospital company agreed_quantity", "H V 9", "H S 90"]
    );
}

#[test]
fn files_of_consumables_with_faults() {
    let check = |bids: &str, demand: &str, want: &str| {
        let bids = format!("lot,company,product,spec,unit_price,ratio,supplies_all\n{bids}");
        let demand = format!("region,hospital,lot,company,product,quantity\n{demand}");
        let said = case(STENTS, &bids, &demand).faults("GY-HD2020-1");
        assert!(said.contains(want), "{want}: {said}");
    };
    let sound = "1,甲,甲一,x,500,,\n";
    check(&format!("{sound}1,甲,甲一,x,600,,\n"), "", "already bids");
    check("1,甲,甲一,x,500,1.7,\n", "", "leave the ratio blank");
    check("1,甲,甲一,x,500,,perhaps\n", "", "supplies_all");
    check("1,甲,甲一,x,500.001,,\n", "", "2");
    check(sound, "R,H,1,,甲一,5\n", "a product needs its company");
    check(sound, "R,H,1,甲,甲一,5\nR,H,1,甲,甲一,6\n", "repeats the hospital");
    // Elsewhere a second product is a second bid, and specs are converted.
    let bids = "lot,company,product,spec,unit_price\n1,甲,甲一,x,0.5\n1,甲,甲二,x,0.6\n";
    let said = case(STENTS, bids, "region,hospital,lot,quantity\n").faults("GY-YD2024-2");
    assert!(said.contains("already bids") && said.contains("ratio"), "{said}");
}
