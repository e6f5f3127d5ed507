//! `jicai import products` as a user runs it.

use std::process::Command;

use super::{AMOXICILLIN, HEAD, SYRUP, shared};
use crate::support::fresh_db;

fn jicai(url: &str, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
    command.args(["import", "products"]).args(args).env("JICAI_LANG", "en").env("DATABASE_URL", url);
    // The tests' own variable is no setting of the program.
    command.env_remove("JICAI_TEST_POSTGRES");
    let out = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (out.status.code().unwrap(), text(out.stdout), text(out.stderr))
}

#[test]
fn a_file_is_applied_whole_or_not_at_all() {
    let (_db, url, _folder) = fresh_db();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = write("good.csv", &format!("{HEAD}{AMOXICILLIN}{SYRUP}"));
    let bad =
        write("bad.csv", &format!("{HEAD}{}D5P,甲,乙,丙,丁,戊,,,1\n", AMOXICILLIN.replace("10.66", "1")));

    let (status, out, err) = jicai(&url, &[&good, "--dry-run"]);
    assert_eq!((status, out.as_str()), (0, "new,2\nchanged,0\nunchanged,0\nbad,0\n"), "{err}");
    assert!(err.contains("nothing was changed"), "{err}");
    for expected in ["new,2\nchanged,0\nunchanged,0\nbad,0\n", "new,0\nchanged,0\nunchanged,2\nbad,0\n"] {
        let (status, out, err) = jicai(&url, &[&good]);
        assert_eq!((status, out.as_str(), err.as_str()), (0, expected, ""));
    }
    let (status, out, err) = jicai(&url, &[&bad]);
    assert_eq!(status, 2);
    assert!(
        out.starts_with("new,0\nchanged,1\nunchanged,0\nbad,1\n\nline,column,value,reason\n3,医保编码,D5P,"),
        "{out}"
    );
    assert!(err.contains("nothing was imported"), "{err}");
    let (status, out, _) = jicai(&url, &[&good, "--dry-run"]);
    assert_eq!((status, out.as_str()), (0, "new,0\nchanged,0\nunchanged,2\nbad,0\n"), "nothing applied");
    let (status, out, err) = jicai(&url, &[&bad, "--skip-bad"]);
    assert!(status == 0 && out.contains("changed,1") && err.contains("1 bad lines were skipped"), "{err}");
    let (status, _, err) = jicai(&url, &[&good, "--profile", "guizhou-consumables"]);
    assert!(status == 2 && err.contains("is not a header"), "{err}");
    let (status, _, err) = jicai(&url, &[&write("odd.csv", "a,b\n1,2\n")]);
    assert!(status == 2 && err.contains("--profile"), "{err}");
    assert_eq!(jicai(&url, &[&good, "--profile", "nobodys"]).0, 2);
    assert_eq!(jicai(&url, &["/nowhere.csv"]).0, 2);
}

/// Killed at any moment, an import has brought in everything or nothing, and the audit trail holds.
#[test]
fn an_import_killed_in_the_middle_leaves_nothing_or_all() {
    const LINES: i64 = 6_000;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("many.csv");
    let line = |n: i64| AMOXICILLIN.replacen("00600", &format!("{n:05}"), 1);
    std::fs::write(&file, format!("{HEAD}{}", (10_000..10_000 + LINES).map(line).collect::<String>()))
        .unwrap();
    for wait in [0, 60, 120, 250, 500, 900] {
        let (db, url, _folder) = fresh_db();
        let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
        command.args(["import", "products"]).arg(&file).env("DATABASE_URL", url);
        command.env_remove("JICAI_TEST_POSTGRES").stdout(std::process::Stdio::null());
        let mut running = command.spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        running.kill().unwrap();
        running.wait().unwrap();
        let (products, chain) = db
            .read(|conn| {
                use diesel::prelude::*;
                let products: i64 = jicai::schema::products::table.count().get_result(conn)?;
                Ok((products, jicai::audit::verify(conn)?))
            })
            .unwrap();
        let links = if products == 0 { 0 } else { 1 };
        assert!(products == 0 || products == LINES, "{products} products after {wait} ms");
        assert!(matches!(chain, jicai::audit::Chain::Whole { links: n, .. } if n == links), "{chain:?}");
    }
}

#[test]
fn a_missing_sqlite_file_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("good.csv");
    std::fs::write(&file, format!("{HEAD}{AMOXICILLIN}")).unwrap();
    let url = format!("sqlite://{}", folder.path().join("new.sqlite").display());
    let (status, out, err) = jicai(&url, &[file.to_str().unwrap()]);
    assert!(status == 0 && out.starts_with("new,1\n"), "{out}{err}");
    let (status, _, err) = jicai("mysql://x", &[file.to_str().unwrap()]);
    assert!(status == 1 && err.contains("DATABASE_URL"), "{err}");
}

#[test]
fn the_real_listing_is_refused_for_one_line_and_taken_without_it() {
    if shared("hainan_drug_listing_2024.csv").is_none() {
        return;
    }
    let path = format!("{}/../shared/data/hainan_drug_listing_2024.csv", env!("CARGO_MANIFEST_DIR"));
    let (_db, url, _folder) = fresh_db();
    let (status, out, _) = jicai(&url, &[&path, "--profile", "hainan-2024"]);
    assert!(status == 2 && out.starts_with("new,17884\nchanged,0\nunchanged,0\nbad,1\n"), "{out}");
    assert!(out.contains("5244,药品统一编码,D5P00000000000000000002,"), "{out}");
    assert_eq!(jicai(&url, &[&path, "--skip-bad"]).0, 0);
    assert!(jicai(&url, &[&path, "--skip-bad"]).1.contains("unchanged,17884"));
}
