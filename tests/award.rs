//! The commands `award` and `rules` as a user runs them.

mod choices;
mod consumables;
mod families;
mod files;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use jicai::rounds::rule_set;
use tempfile::TempDir;

const LOTS: &str = "lot,generic,form,form_class,comparable_spec,ceiling,category,base_volume\n";
const BIDS: &str =
    "lot,company,group,product,spec,unit_price,ratio,capacity,reported_volume,sales,kind,accepts_revival\n";
const DEMAND: &str = "region,hospital,lot,company,quantity\n";

/// A folder with input files and the command over them.
struct Case {
    folder: TempDir,
}

impl Case {
    fn new(lots: &str, bids: &str, demand: &str) -> Self {
        let case = Self { folder: tempfile::tempdir().unwrap() };
        case.put("lots.csv", format!("{LOTS}{lots}"));
        case.put("bids.csv", format!("{BIDS}{bids}"));
        case.put("demand.csv", format!("{DEMAND}{demand}"));
        case
    }

    fn sound() -> Self {
        Self::new(
            "L1,阿司匹林,片剂,oral_solid,0.1g,1,general,\n",
            "L1,甲,,甲的片,0.1g,0.40,,,,,generic,\nL1,乙,,乙的片,0.1g,0.5,1,,,,,no\n\
             L1,丙,,丙的片,0.2g,1.5300,1.7,,,,reference,yes\nL1,丁,,丁的片,0.1g,1.1,,,,,,\n",
            "R1,H1,L1,甲,100\nR1,H2,L1,,51\nR2,H1,L1,丁,10.5\n",
        )
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(&self, rules: &str, more: &[&str]) -> Output {
        let files = ["--lots", "lots.csv", "--bids", "bids.csv", "--demand", "demand.csv"];
        jicai(self.folder.path(), &[&["award", "--rules", rules], &files[..], more].concat())
    }

    /// Runs it, expects status 2 and returns what was said; nothing may have been written.
    fn faults(&self, rules: &str) -> String {
        let output = self.run(rules, &["--out", "out"]);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
        assert!(output.stdout.is_empty());
        assert!(!self.path("out").exists());
        text(&output.stderr)
    }
}

fn jicai(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
    command.current_dir(folder).env("JICAI_LANG", "en").args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn an_award_over_files() {
    let case = Case::sound();
    let output = case.run("gy-yd2024-2", &["--out", "a/out", "--from", "2026-12-01"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(
        case.read("a/out/awards.csv"),
        "\u{feff}lot,company,product,unit_price,comparable_price,rank,status,award_price,share,term_years,reason\n\
         L1,甲,甲的片,0.40,0.40,1,won,0.40,0.6,3,WON_RATIO 0.4000 ≤ 1.8 × 0.4000 = 0.7200 [GY-YD2024-2 fuse]\n\
         L1,乙,乙的片,0.50,0.50,2,won,0.50,0.6,3,WON_RATIO 0.5000 ≤ 1.8 × 0.4000 = 0.7200 [GY-YD2024-2 fuse]\n\
         L1,丙,丙的片,1.53,0.90,3,not_shortlisted,,,,NOT_SHORTLISTED rank 3 > 2 (n = 3); \
         1.5300 / 1.700000 = 0.9000 [GY-YD2024-2 quota]\n\
         L1,丁,丁的片,1.10,1.10,,invalid,,,,OVER_CEILING 1.1000 > 1.0000 [GY-YD2024-2 price]\n"
    );
    assert_eq!(
        case.read("a/out/allocations.csv"),
        "\u{feff}lot,region,hospital,company,agreed_quantity\nL1,R1,H1,甲,60\nL1,R1,H2,甲,31\nL1,R2,H1,甲,6\n"
    );
    assert_eq!(case.read("a/out/regions.csv"), "\u{feff}lot,region,main,spare\nL1,R1,甲,乙\nL1,R2,甲,乙\n");
    assert_eq!(
        case.read("a/out/standards.csv"),
        "\u{feff}lot,company,product,payment_standard,from,basis\n\
         L1,甲,甲的片,0.40,2026-12-01,SELECTED 0.40\n\
         L1,乙,乙的片,0.50,2026-12-01,SELECTED 0.50\n\
         L1,丙,丙的片,0.85,2026-12-01,WITHIN_MULTIPLE 0.8500 < 1.5300 ≤ 2 × 0.8500 = 1.7000\n\
         L1,丁,丁的片,0.77,2026-12-01,CUT 1.1000 > 2 × 0.5000 = 1.0000; 1.1000 × (1 − 0.3) = 0.7700\n"
    );
    assert!(!fs::read_dir(case.path("a/out")).unwrap().any(|f| f.unwrap().path().ends_with(".part")));

    // Without demand the files that need it are gone; without a folder the awards are printed.
    let arguments = ["award", "--rules", "GY-YD2024-2", "--lots", "lots.csv", "--bids", "bids.csv"];
    let again = jicai(case.folder.path(), &[&arguments[..], &["--out", "a/out"]].concat());
    assert_eq!(again.status.code(), Some(0));
    assert!(!case.path("a/out/allocations.csv").exists());
    let printed = jicai(case.folder.path(), &arguments);
    assert_eq!(format!("\u{feff}{}", text(&printed.stdout)), case.read("a/out/awards.csv"));
}

/// What may be asked is written, and given back with its prices it is what was answered.
#[test]
fn questions_are_written_and_answers_are_read() {
    let case = Case::new(
        "L1,阿司匹林,片剂,oral_solid,0.1g,1,general,\nL2,阿司匹林,片剂,oral_solid,0.3g,1,general,\n",
        "L1,甲,,p,0.1g,0.4,,,,,,\nL1,乙,,p,0.1g,0.5,,,,,,\nL1,丙,,p,0.1g,0.9,,,,,,\nL1,丁,,p,0.1g,0.95,,,,,,\n\
         L2,甲,,p,0.3g,0.4,,,,,,\n",
        "R1,H1,L1,,100\n",
    );
    let run = |more: &[&str]| {
        let output = case.run("GY-YD2024-2", &[more, &["--out", "out"]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        case.read("out/awards.csv")
    };
    assert!(run(&[]).contains("L1,丙,p,0.90,0.90,3,fused,"));
    let asked = case.read("out/questions.csv");
    assert_eq!(
        asked,
        "\u{feff}lot,company,question,price,reason\nL1,丙,revival,0.50,FUSED 0.9000 > 1.8 × 0.4000 = 0.7200; \
         0.9000 > 0.1000; REFUSED_REVIVAL max(won) = 0.5000 [GY-YD2024-2 fuse]\n"
    );
    case.put("consents.csv", &asked);
    let revived = run(&["--consents", "consents.csv"]);
    assert!(revived.contains("L1,丙,p,0.90,0.90,3,won_revived,0.50,0.7,3,REVIVED_IN"), "{revived}");
    assert!(!case.path("out/questions.csv").exists());
    // A refusal is not asked again; consent to another price is.
    case.put("consents.csv", "竞价单元,申报企业,询问,单位价\nL1,丙,复活,\n");
    assert!(run(&["--consents", "consents.csv"]).contains("CONSENT no"));
    assert!(!case.path("out/questions.csv").exists());
    case.put("consents.csv", "lot,company,question,price\nL1,丙,revival,0.45\n");
    assert!(run(&["--consents", "consents.csv"]).contains("STALE_CONSENT 0.45 ≠ 0.50"));
    assert_eq!(case.read("out/questions.csv").lines().count(), 2);
}

#[test]
fn formula_like_cells_are_made_safe() {
    let case = Case::sound();
    case.put("bids.csv", format!("{BIDS}L1,=cmd,,@x,0.1g,0.4,,,,,,\n"));
    let output = case.run("GY-YD2024-2", &[]);
    assert!(text(&output.stdout).contains("\nL1,'=cmd,'@x,"), "{}", text(&output.stdout));
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let case = Case::sound();
    case.put("out", "a file");
    let output = case.run("GY-YD2024-2", &["--out", "out"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("Cannot write to \"out\""));
}

#[test]
fn rule_sets_are_listed_and_shown() {
    let here = tempfile::tempdir().unwrap();
    let listed = text(&jicai(here.path(), &["rules", "list"]).stdout);
    for name in rule_set::names() {
        assert!(listed.lines().any(|line| line.starts_with(&format!("{name}\t"))), "{listed}");
    }
    let shown = text(&jicai(here.path(), &["rules", "show", "gy-yd2024-2"]).stdout);
    assert!(shown.contains("fuse.factor\t1.8\tverified\t"), "{shown}");
    assert!(shown.contains("share.special\t0.3 0.4 0.5 0.5\t"), "{shown}");
    let unknown = jicai(here.path(), &["rules", "show", "GY-YD1"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("GY-YD2022-1"));
    for arguments in [&["award", "--help"][..], &["rules", "--help"], &["rules", "show", "--help"]] {
        assert_eq!(jicai(here.path(), arguments).status.code(), Some(0));
    }
    assert_eq!(jicai(here.path(), &["award"]).status.code(), Some(2));
}

#[test]
fn rule_sets_are_checked_and_compared() {
    let here = tempfile::tempdir().unwrap();
    let sound = rule_set::find("GY-YD2025-1").unwrap().text;
    let check = |text: &str| {
        fs::write(here.path().join("own.toml"), text).unwrap();
        let output = jicai(here.path(), &["rules", "check", "own.toml"]);
        (output.status.code().unwrap(), self::text(&output.stdout), self::text(&output.stderr))
    };
    let (status, said, _) = check(&sound);
    assert_eq!(status, 0);
    assert!(said.starts_with("GY-YD2025-1: the rule set is sound"), "{said}");
    let line = |text: &str, of: &str| text.lines().position(|l| l == of).unwrap() + 1;
    let bad = sound.replace("factor = \"1.8\"", "factor = \"0.9\"").replace("cut = \"0.3\"", "cut = \"3\"");
    let (status, said, told) = check(&bad);
    assert_eq!((status, said.as_str()), (2, ""));
    let wanted = [
        format!("own.toml:{}: fuse.factor: \"0.9\" is not between 1 and 100", line(&bad, "factor = \"0.9\"")),
        format!(
            "own.toml:{}: standard.cut: \"3\" is not between 0.0001 and 0.9999",
            line(&bad, "cut = \"3\"")
        ),
    ];
    assert_eq!(told.lines().count(), 2, "{told}");
    for (told, wanted) in told.lines().zip(&wanted) {
        assert!(told.starts_with(wanted), "{told} instead of {wanted}");
    }
    let (status, _, told) = check(&sound.replace("mean_share = \"0.5\"\n", ""));
    assert_eq!(status, 2);
    assert!(told.starts_with("own.toml:") && told.contains("fuse.mean_share: does not go with"), "{told}");
    let (status, _, told) = check(&sound.replace("factor", "facter"));
    assert_eq!(status, 2);
    assert!(told.contains("unknown field `facter`"), "{told}");
    assert_eq!(check("not toml at all").0, 2);
    assert_eq!(jicai(here.path(), &["rules", "check", "none.toml"]).status.code(), Some(2));

    fs::write(here.path().join("own.toml"), sound.replace("factor = \"1.8\"", "factor = \"1.9\"")).unwrap();
    let differ = |a: &str, b: &str| self::text(&jicai(here.path(), &["rules", "diff", a, b]).stdout);
    assert_eq!(differ("gy-yd2025-1", "own.toml"), "parameter\tbefore\tafter\nfuse.factor\t1.8\t1.9\n");
    assert_eq!(differ("own.toml", "own.toml"), "parameter\tbefore\tafter\n");
    let differ = differ("GY-YD2024-2", "GY-YD2025-1");
    assert!(differ.contains("fuse.mean_share\t(absent)\t0.5\n"), "{differ}");
    assert_eq!(jicai(here.path(), &["rules", "diff", "GY-YD1", "own.toml"]).status.code(), Some(2));
}

#[test]
fn a_rule_set_file_is_used_and_checked() {
    let case = Case::sound();
    let own = rule_set::find("GY-YD2024-2").unwrap().text.replace("\"GY-YD2024-2\"", "\"CITY-1\"");
    case.put("own.toml", &own);
    let output = case.run("own.toml", &[]);
    assert!(text(&output.stdout).contains("[CITY-1 fuse]"), "{}", text(&output.stderr));
    case.put("own.toml", own.replace("factor", "facter"));
    assert!(case.faults("own.toml").starts_with("own.toml: Line "));
    assert!(case.faults("no.toml").starts_with("no.toml: cannot be read"));
    assert!(case.faults("GY-YD3").contains("There is no rule set named \"GY-YD3\""));
}

/// Writes a made-up round of 60 lots, 30 bids each, and 400 hospitals that report by generic and by `brands − 1`
/// brands.
fn big_round(case: &Case, brands: usize) {
    let mut lots = LOTS.to_owned();
    let mut bids = BIDS.to_owned();
    let mut demand = DEMAND.to_owned();
    for lot in 0..60 {
        lots += &format!("L{lot},generic {lot},片剂,oral_solid,1mg,2,general,\n");
        for company in 0..30 {
            let price = 3000 + (company * 7919 + lot * 104_729) % 16_000;
            let ratio = if company % 3 == 0 { "1.7" } else { "" };
            bids += &format!(
                "L{lot},C{company},,product {company},1mg,{}.{:04},{ratio},,,,,yes\n",
                price / 10_000,
                price % 10_000
            );
        }
        for hospital in 0..400 {
            for brand in 0..brands {
                let company =
                    if brand == 0 { String::new() } else { format!("C{}", (hospital + brand) % 30) };
                let quantity = (hospital * 31 + lot * 17 + brand * 7) % 9973 + 1;
                demand += &format!("R{},H{hospital},L{lot},{company},{quantity}\n", hospital % 13);
            }
        }
    }
    case.put("lots.csv", lots);
    case.put("bids.csv", bids);
    case.put("demand.csv", demand);
}

/// Time and memory are told, and judged only by whoever reads them: the machine may be busy.
#[test]
fn a_big_round_is_computed_whole() {
    let case = Case::sound();
    big_round(&case, 4);
    let start = Instant::now();
    let output = case.run("GY-YD2024-2", &["--out", "out"]);
    println!("60 lots, 30 bids, 400 hospitals, 96,000 lines of demand: {:?}", start.elapsed());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(case.read("out/awards.csv").lines().count(), 1 + 60 * 30);
    assert!(case.read("out/allocations.csv").lines().count() > 60 * 400);
}
