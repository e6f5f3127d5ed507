//! Releases and records.

use std::path::{Path, PathBuf};
use std::process::Command;

use jicai::contracts;
use jicai::rounds::{self, Round, RoundKind, RoundState};
use jicai::schema;
use serde_json::Value;

use super::{HUADONG, KANGEN, QILU, json, published, release, step};
use crate::support::Site;
use diesel::prelude::*;

/// A round carried out under confirmed contracts.
fn executing(site: &Site) -> Round {
    let (round, _) = published(site, RoundState::Awarded);
    let ctx = site.ctx_of("officer");
    site.app
        .db
        .write(|tx| {
            contracts::draw_up(tx, &ctx, &round.id)?;
            diesel::update(schema::contracts::table)
                .set((
                    schema::contracts::state.eq("confirmed"),
                    schema::contracts::hospital_at.eq(Some(ctx.now)),
                    schema::contracts::supplier_at.eq(Some(ctx.now)),
                ))
                .execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
    step(site, &round, RoundState::Executing)
}

fn export(site: &Site, round: &Round, more: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_jicai"))
        .args([&["export", "ocds", "--round", &round.number], more].concat())
        .env("JICAI_LANG", "en")
        .env_remove("JICAI_TEST_POSTGRES")
        .env_remove("JICAI_TEST_PYTHON")
        .env("DATABASE_URL", &site.app.settings.database_url)
        .env("JICAI_BASE_URL", "http://jicai.example")
        .current_dir(std::env::temp_dir())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Runs the standard's validator over packages in one process, where it and its packages are.
fn validate(packages: &[PathBuf]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/ocds");
    let python = std::env::var("JICAI_TEST_PYTHON").unwrap_or("python3".to_owned());
    let has = Command::new(&python).args(["-c", "import libcoveocds, ocdsextensionregistry"]).output();
    if !folder.join("validate.py").exists() || !has.is_ok_and(|it| it.status.success()) {
        eprintln!("skipped: the OCDS validator, or a {python} with its packages, is absent");
        return;
    }
    let script = "import sys, runpy, io, contextlib\n\
                  script, zip, folder, *packages = sys.argv[1:]\n\
                  bad = []\n\
                  for package in packages:\n    \
                      sys.argv = [script, zip, folder, package]\n    \
                      try:\n        \
                          with contextlib.redirect_stdout(io.StringIO()):\n            \
                              runpy.run_path(script, run_name='__main__')\n    \
                      except SystemExit as end:\n        \
                          if end.code: bad.append(package)\n\
                  sys.exit(1 if bad else 0)\n";
    let output = Command::new(python)
        .args(["-c", script])
        .arg(folder.join("validate.py"))
        .arg(folder.join("standard-1__1__5.zip"))
        .arg(&folder)
        .args(packages)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What must hold of every release package, checked without the validator.
fn check(package: &Value) {
    for field in ["uri", "version", "extensions", "publishedDate", "publisher", "releases"] {
        assert!(!package[field].is_null(), "{field}: {package}");
    }
    let mut ids = Vec::new();
    for release in package["releases"].as_array().unwrap() {
        for field in ["ocid", "id", "date", "tag", "initiationType", "tender"] {
            assert!(!release[field].is_null(), "{field}: {release}");
        }
        ids.push(release["id"].as_str().unwrap());
        let known: Vec<&str> =
            release["parties"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
        walk(release, &mut |at, value| match at {
            "suppliers" | "tenderers" => {
                let named = value.as_array().unwrap().iter();
                named.for_each(|it| assert!(known.contains(&it["id"].as_str().unwrap()), "{it}"));
            }
            "currency" => assert_eq!(value, "CNY"),
            "amount" | "quantity" => assert!(value.is_number(), "{at}: {value}"),
            _ => assert!(value != "" && value != &serde_json::json!([]), "{at} is empty"),
        });
    }
    let whole = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), whole, "ids are of one release each");
}

fn walk(value: &Value, see: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            see(name, value);
            walk(value, see);
        }),
        Value::Array(items) => items.iter().for_each(|it| walk(it, see)),
        _ => {}
    }
}

#[test]
fn three_rounds_pass_the_validator_and_say_only_what_is_public() {
    let site = Site::with_city();
    let drug = executing(&site);
    let (consumable, _) = published(&site, RoundState::Publicity);
    let consumable = Round { kind: RoundKind::Consumable, ..consumable };
    site.app.db.write(|tx| rounds::store::update_round(tx, &consumable)).unwrap();
    // Its award was public once; a given up round names nobody.
    let (aborted, _) = published(&site, RoundState::Publicity);
    let aborted = step(&site, &aborted, RoundState::Aborted);

    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (round, more) in [(&drug, &[][..]), (&consumable, &[]), (&aborted, &[]), (&drug, &["--record"])] {
        let bytes = export(&site, round, more);
        let file = folder.path().join(format!("{}.json", files.len()));
        std::fs::write(&file, &bytes).unwrap();
        files.push(file);
    }
    validate(&files);
    let text = |at: usize| std::fs::read_to_string(&files[at]).unwrap();
    let read = |at: usize| -> Value { serde_json::from_str(&text(at)).unwrap() };
    (0..3).for_each(|at| check(&read(at)));

    // Drug: everything, to the last digit, and the same bytes again.
    let of_drug = &read(0)["releases"][0];
    assert_eq!(of_drug["tag"], serde_json::json!(["tender", "award", "contract"]));
    assert_eq!(of_drug["tender"]["status"], "complete");
    assert_eq!(of_drug["tender"]["numberOfTenderers"], 3);
    assert_eq!(of_drug["bids"]["details"].as_array().unwrap().len(), 3);
    assert_eq!(of_drug["awards"][0]["status"], "active");
    assert_eq!(of_drug["awards"][0]["items"][0]["activeIngredients"][0]["name"], "阿莫西林胶囊");
    // 12345 × 0.123456 = 1524.06432
    assert_eq!(of_drug["awards"][0]["value"]["amount"].to_string(), "1524.06");
    assert_eq!(of_drug["contracts"][0]["status"], "active");
    assert_eq!(of_drug["contracts"][0]["value"]["amount"].to_string(), "1524.06");
    assert!(text(0).contains("\"amount\":0.123456,") && text(0).contains("\"amount\":2.7183,"));
    assert_eq!(text(0).as_bytes(), export(&site, &drug, &[]));

    // Consumable in publicity: winners and how many bid, not what the others bid, and no ingredients.
    let of_consumable = &read(1)["releases"][0];
    assert_eq!(of_consumable["awards"][0]["status"], "pending");
    assert_eq!(of_consumable["bids"]["statistics"][2]["value"], 2);
    assert!(of_consumable["bids"]["details"].is_null() && of_consumable["contracts"].is_null());
    assert!(text(1).contains(KANGEN) && !text(1).contains(QILU) && !text(1).contains("2.7183"));
    assert!(!text(1).contains("activeIngredients"));

    // Given up: the tender, and nobody but the bureau.
    let of_aborted = &read(2)["releases"][0];
    assert_eq!(of_aborted["tag"], serde_json::json!(["tenderCancellation"]));
    assert_eq!(of_aborted["tender"]["status"], "cancelled");
    for company in [KANGEN, HUADONG, QILU, "0.123456", "康恩的胶囊"] {
        assert!(!text(2).contains(company), "{company}");
    }
    assert!(of_aborted["bids"].is_null() && of_aborted["awards"].is_null());

    let record = &read(3)["records"][0];
    assert_eq!(record["compiledRelease"]["tag"], serde_json::json!(["compiled"]));
    assert_eq!(record["releases"][0]["tag"], of_drug["tag"]);
    assert_eq!(record["ocid"], of_drug["ocid"]);
    assert_eq!(record["compiledRelease"]["awards"], of_drug["awards"]);
}

#[test]
fn a_round_that_is_not_published_is_refused() {
    let site = Site::with_city();
    let (draft, _) = site.round_in(RoundState::Draft);
    let run = |number: &str| {
        Command::new(env!("CARGO_BIN_EXE_jicai"))
            .args(["export", "ocds", "--round", number])
            .env("JICAI_LANG", "en")
            .env_remove("JICAI_TEST_POSTGRES")
            .env_remove("JICAI_TEST_PYTHON")
            .env("DATABASE_URL", &site.app.settings.database_url)
            .current_dir(std::env::temp_dir())
            .output()
            .unwrap()
    };
    for (number, said) in [(draft.number.as_str(), "not published"), ("nothing", "\"nothing\"")] {
        let output = run(number);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && output.stdout.is_empty(), "{told}");
        assert!(told.contains(said) || told.contains(number), "{told}");
    }
}

#[actix_web::test]
async fn a_release_is_made_when_something_changed_and_open_while_its_award_is() {
    let site = Site::with_city();
    let (bidding, _) = site.round_in(RoundState::Bidding);
    let (round, _) = published(&site, RoundState::Publicity);
    release(&site).await;
    let path = format!("/public/ocds/{}.json", round.id);
    let first = json(&site, &path).await;
    check(&first);
    assert_eq!(first["releases"][0]["tag"], serde_json::json!(["tender", "award"]));
    assert!(first.to_string().contains(KANGEN));
    // Again: the same releases to the byte, no new one.
    let bytes = site.get("", &path).await.bytes;
    site.set_clock(site.now().plus_days(1));
    release(&site).await;
    assert_eq!(site.get("", &path).await.bytes, bytes);

    // An upheld objection takes the award back: gone at once, before anything new is released.
    let back = step(&site, &round, RoundState::Evaluation);
    site.get("", &path).await.is(404);
    site.get("", "/public/ocds/releases.json").await.is(200).hides(KANGEN);
    release(&site).await;
    let after = json(&site, &path).await;
    check(&after);
    assert_eq!(after["releases"][0]["tag"], serde_json::json!(["awardCancellation"]));
    assert_eq!(after["releases"][0]["id"], format!("ocds-local0-{}-2", round.id));
    assert!(!after.to_string().contains(KANGEN));
    step(&site, &back, RoundState::Publicity);
    release(&site).await;
    let third = json(&site, &path).await;
    assert_eq!(third["releases"][0], first["releases"][0], "a release never changes");
    assert_eq!(third["releases"].as_array().unwrap().len(), 3);

    // Lists: pages joined by a link, each round once among the records.
    let listed = json(&site, "/public/ocds/releases.json").await;
    check(&listed);
    assert_eq!(listed["releases"].as_array().unwrap().len(), 4);
    assert!(listed["links"].is_null());
    let records = json(&site, "/public/ocds/records.json").await;
    assert_eq!(records["records"].as_array().unwrap().len(), 2);
    let of_round = &records["records"][1];
    assert_eq!(of_round["releases"].as_array().unwrap().len(), 3);
    assert_eq!(json(&site, &format!("/public/ocds/{}/record.json", round.id)).await["records"][0], *of_round);
    site.get("", &format!("/public/ocds/{}.json", bidding.id)).await.is(200).hides("awards");
    site.get("", "/public/ocds/releases.json?after=x").await.is(422);
    for _ in 0..19 {
        site.round_in(RoundState::Demand);
    }
    release(&site).await;
    let mut next = "/public/ocds/releases.json".to_owned();
    let mut ids = Vec::new();
    loop {
        let page = json(&site, &next).await;
        let releases = page["releases"].as_array().unwrap();
        ids.extend(releases.iter().map(|it| it["id"].as_str().unwrap().to_owned()));
        match page["links"]["next"].as_str() {
            Some(url) => next = url.strip_prefix("http://jicai.example").unwrap().to_owned(),
            None => break,
        }
    }
    assert_eq!(ids.len(), 23);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 23, "each release once");
}
