//! Round archives: written from the demo's finished round, checked by the separate command, changed and found.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use jicai::archive::report::{Report, What};
use jicai::archive::verify::verify_file;
use jicai::db::Db;
use jicai::error::Error;
use jicai::people::password;
use jicai::rounds::{self, RoundState};
use jicai::signing::Signer;
use jicai::text::Lang;
use jicai::types::{RoundId, Time, sha256};
use jicai::{archive, demo, schema};
use proptest::prelude::*;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::support::{Site, fresh_db};

/// The files of an archive by name.
type Files = BTreeMap<String, Vec<u8>>;

/// The demo's finished round, walked once for all tests of this file.
fn demo_archive() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let (db, url, folder) = fresh_db();
        fill(&db, Time::parse_local("2026-11-23 09:00").unwrap());
        let file = tempfile::tempdir().unwrap().keep().join("archive.zip");
        let args = ["export", "archive", "--round", "AH-YD2026-1", file.to_str().unwrap()];
        let output = jicai(&args, Some(&url));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let bytes = std::fs::read(&file).unwrap();
        std::fs::remove_dir_all(file.parent().unwrap()).unwrap();
        drop((db, folder));
        bytes
    })
}

/// The sample city, signed with a key of its own.
fn fill(db: &Db, now: Time) {
    let folder = tempfile::tempdir().unwrap();
    let signer = Signer::open(&folder.path().join("key")).unwrap();
    let hash = password::hash("password-of-the-tests").unwrap();
    demo::fill(db, now, &signer, &hash, "token", &mut |_| ()).unwrap();
}

fn jicai(args: &[&str], url: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
    // What only the tests know is no setting of the program.
    command.args(args).env("JICAI_LANG", "en").env_remove("JICAI_TEST_POSTGRES");
    command.current_dir(std::env::temp_dir());
    match url {
        Some(url) => command.env("DATABASE_URL", url),
        // Checking needs no database: an address that leads nowhere must do no harm.
        None => command.env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing"),
    };
    command.output().unwrap()
}

fn unzip(bytes: &[u8]) -> Files {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = Files::new();
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        files.insert(entry.name().unwrap().into_owned(), content);
    }
    files
}

fn zip(files: &Files) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The manifest made to fit whatever the files say now: what a forger would do.
fn forge(files: &mut Files) {
    let mut manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let sums: BTreeMap<String, String> = files
        .iter()
        .filter(|(name, _)| !name.starts_with("manifest."))
        .map(|(name, content)| (name.clone(), sha256(content)))
        .collect();
    manifest["files"] = serde_json::to_value(sums).unwrap();
    let bytes = serde_json::to_vec_pretty(&manifest).unwrap();
    files.insert("manifest.sha256".to_owned(), format!("{}  manifest.json\n", sha256(&bytes)).into_bytes());
    files.insert("manifest.json".to_owned(), bytes);
}

fn put(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.zip");
    std::fs::write(&file, bytes).unwrap();
    (folder, file)
}

fn verify(bytes: &[u8]) -> Result<Report, String> {
    let (_folder, file) = put(bytes);
    match verify_file(&file, Lang::En.text()) {
        Ok(report) => Ok(report),
        Err(Error::Refused(why)) => Err(why.say(Lang::En.text())),
        Err(fault) => panic!("{fault}"),
    }
}

fn ran(file: &Path) -> (i32, String) {
    let output = jicai(&["verify", file.to_str().unwrap()], None);
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code().unwrap(), text.concat())
}

#[test]
fn the_archive_of_the_demo_round_verifies_by_the_command_alone() {
    let bytes = demo_archive();
    let (_folder, file) = put(bytes);
    let (status, text) = ran(&file);
    assert_eq!(status, 0, "{text}");
    assert!(!text.contains("differs") && !text.contains("unchecked"), "{text}");
    for what in What::ALL {
        assert!(text.contains(&format!("ok\t{} (", what.name(Lang::En.text()))), "{what}: {text}");
    }
    assert!(text.contains("AH-YD2026-1"), "{text}");
}

#[test]
fn the_archive_holds_no_person_and_the_files_that_jicai_award_reads_and_writes() {
    let files = unzip(demo_archive());
    let folder = tempfile::tempdir().unwrap();
    let facts: serde_json::Value = serde_json::from_slice(&files["round.json"]).unwrap();
    let mut args = vec!["award".to_owned()];
    for (name, option) in [
        ("rules.toml", "--rules"),
        ("lots.csv", "--lots"),
        ("bids.csv", "--bids"),
        ("demand.csv", "--demand"),
        ("consents.csv", "--consents"),
        ("picks.csv", "--picks"),
        ("reassignments.csv", "--reassignments"),
    ] {
        if let Some(content) = files.get(name) {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            args.extend([option.to_owned(), path.to_str().unwrap().to_owned()]);
        }
    }
    args.extend(["--from".to_owned(), facts["execution_from"].as_str().unwrap().to_owned()]);
    args.extend(["--out".to_owned(), folder.path().join("out").to_str().unwrap().to_owned()]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let output = jicai(&args, None);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for name in jicai::standards::output::RESULTS {
        let written = std::fs::read(folder.path().join("out").join(name)).ok();
        assert_eq!(written.as_ref(), files.get(*name), "{name}");
    }
    // What is sealed is ciphertext, in which any byte may stand.
    for (name, content) in files.iter().filter(|(name, _)| !name.ends_with(".sealed")) {
        let text = std::str::from_utf8(content).unwrap();
        for word in ["example", "@", "officer", "account"] {
            assert!(!text.contains(word), "{name} holds {word}");
        }
    }
}

#[test]
fn a_change_that_fits_the_manifest_is_found_by_computing_again() {
    let files = unzip(demo_archive());
    let check = |name: &str, from: &str, to: &str, what: What, line: Option<u64>| {
        let mut changed = files.clone();
        let text = String::from_utf8(changed[name].clone()).unwrap();
        assert!(text.contains(from), "{name} has no {from}:\n{text}");
        changed.insert(name.to_owned(), text.replacen(from, to, 1).into_bytes());
        forge(&mut changed);
        let report = verify(&zip(&changed)).unwrap();
        let found =
            report.checks.iter().find(|check| !check.is_ok()).unwrap_or_else(|| panic!("{name}: nothing"));
        assert_eq!(found.what, what, "{name}: {:?}", found.differences());
        assert_eq!(found.differences()[0].line, line, "{name}: {:?}", found.differences());
        let (_folder, file) = put(&zip(&changed));
        let (status, said) = ran(&file);
        assert_eq!(status, 1, "{said}");
        assert!(said.contains("differs\t"), "{said}");
    };
    let first = |name: &str| {
        let text = String::from_utf8(files[name].clone()).unwrap();
        text.lines().nth(1).unwrap().to_owned()
    };
    let cell = |name: &str, column: &str| {
        let text = String::from_utf8(files[name].clone()).unwrap();
        let at =
            text.lines().next().unwrap().trim_start_matches('\u{feff}').split(',').position(|c| c == column);
        first(name).split(',').nth(at.unwrap()).unwrap().to_owned()
    };
    let swapped = |name: &str, column: &str, to: &str| {
        let line = first(name);
        let (value, mut done) = (cell(name, column), false);
        let cells = line.split(',').map(|c| {
            if c == value && !done {
                done = true;
                to
            } else {
                c
            }
        });
        (line.clone(), cells.collect::<Vec<_>>().join(","))
    };
    let (from, to) = swapped("awards.csv", "status", "fused");
    check("awards.csv", &from, &to, What::Awards, Some(2));
    let (from, to) = swapped("allocations.csv", "agreed_quantity", "1");
    check("allocations.csv", &from, &to, What::Allocations, Some(2));
    let (from, to) = swapped("standards.csv", "payment_standard", "99.99");
    check("standards.csv", &from, &to, What::Standards, Some(2));
    let (from, to) = swapped("bids.csv", "unit_price", "0.01");
    check("bids.csv", &from, &to, What::Bids, Some(2));
    let (from, to) = swapped("lots.csv", "ceiling", "999.99");
    check("lots.csv", &from, &to, What::Input, None);
    let (from, to) = swapped("demand.csv", "quantity", "7");
    check("demand.csv", &from, &to, What::Input, None);
    check("rules.toml", "\n", "\n# 1.9\n", What::Rules, None);
    let (from, to) = swapped("receipts.csv", "content_sha256", &"0".repeat(64));
    check("receipts.csv", &from, &to, What::Receipts, Some(2));
    let content = files.keys().find(|name| name.starts_with("contents/")).unwrap();
    check(content, ",generic,", ",reference,", What::Contents, Some(2));
    check("receipts/1.txt", "\nlines: ", "\nlines: 1", What::Receipts, None);
    check("receipts/1.txt", "\nkey: ", "\nkey: 0", What::Receipts, None);
    check("root.txt", "\ncount: ", "\ncount: 1", What::Root, None);
    let root = String::from_utf8(files["root.txt"].clone()).unwrap();
    let root = root.lines().find_map(|line| line.strip_prefix("root: ")).unwrap().to_owned();
    check("root.txt", &root, &"0".repeat(64), What::Root, None);
    let share = cell("shares.csv", "share");
    // A share is random: one in 256 begins with the zeros itself.
    let other = if share.starts_with("00") { "11" } else { "00" };
    check("shares.csv", &share, &format!("{other}{}", &share[2..]), What::Receipts, Some(2));
    let key = String::from_utf8(files["public_key.txt"].clone()).unwrap();
    check("public_key.txt", key.trim(), &"0".repeat(64), What::Receipts, None);
    let output = serde_json::from_slice::<serde_json::Value>(&files["round.json"]).unwrap();
    let output = output["award"]["output_sha256"].as_str().unwrap().to_owned();
    check("round.json", &output, &"f".repeat(64), What::Output, None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn one_flipped_byte_in_any_file_is_found(entry in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut files = unzip(demo_archive());
        let name = entry.get(&files.keys().cloned().collect::<Vec<_>>()).clone();
        let content = files.get_mut(&name).unwrap();
        if !content.is_empty() {
            let at = at.index(content.len());
            content[at] ^= 1 << bit;
            let is_found = verify(&zip(&files)).is_ok_and(|report| report.is_ok());
            prop_assert!(!is_found, "{} byte {}", name, at);
        }
    }

    #[test]
    fn one_flipped_byte_of_the_zip_itself_is_found_or_does_no_harm(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut bytes = demo_archive().to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if verify(&bytes).is_ok_and(|report| report.is_ok()) {
            // A moment or an attribute of the container: every content is what it was.
            prop_assert_eq!(unzip(&bytes), unzip(demo_archive()));
        }
    }
}

#[test]
fn a_hostile_archive_is_refused_in_a_sentence() {
    let files = unzip(demo_archive());
    let check = |bytes: &[u8], part: &str| {
        let why = verify(bytes).err().unwrap_or_else(|| panic!("not refused: {part}"));
        assert!(why.contains(part), "{why} without {part}");
        let (_folder, file) = put(bytes);
        let (status, said) = ran(&file);
        assert_eq!(status, 2, "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    };
    let changed = |change: &dyn Fn(&mut Files)| {
        let mut files = files.clone();
        change(&mut files);
        zip(&files)
    };
    check(b"", "Not a round archive that can be read");
    check(b"PK\x03\x04 and no more", "Not a round archive that can be read");
    check(&demo_archive()[..demo_archive().len() / 2], "Not a round archive that can be read");
    check(&[demo_archive(), b"x".as_slice()].concat(), "Not a round archive that can be read");
    check(&changed(&|f| drop(f.remove("bids.csv"))), "lacks the file \"bids.csv\"");
    check(&changed(&|f| drop(f.remove("manifest.json"))), "lacks the file \"manifest.json\"");
    check(&changed(&|f| drop(f.remove("awards.csv"))), "lacks the file \"awards.csv\"");
    check(
        &changed(&|f| drop(f.insert("contents/77.csv".into(), b"x".into()))),
        "\"contents/77.csv\" is not listed",
    );
    for name in
        ["../evil.csv", "/etc/passwd", "contents/../../x.csv", "awards.csv/x", "c:\\x", "manifest.json\0"]
    {
        check(&changed(&|f| drop(f.insert(name.to_owned(), b"x".into()))), "a name no archive has");
    }
    check(
        &changed(&|f| drop(f.insert("manifest.json".into(), b"\xff\xfe{".into()))),
        "manifest.json cannot be read",
    );
    let newer = |f: &mut Files| {
        let text = String::from_utf8(f["manifest.json"].clone()).unwrap();
        f.insert("manifest.json".into(), text.replace("jicai-archive-1", "jicai-archive-9").into_bytes());
    };
    check(&changed(&newer), "jicai-archive-9");
    // 300 MB of nothing in a few hundred kilobytes.
    check(
        &changed(&|f| drop(f.insert("bids.csv".into(), vec![b' '; 300 << 20]))),
        "More than an archive ever holds",
    );
    check(
        &changed(&|f| drop(f.insert("rules.toml".into(), vec![b' '; 9 << 20]))),
        "More than an archive ever holds",
    );
    // Two entries of one name: the second renamed in the bytes, in its own header and in the table of contents.
    let mut twice = changed(&|f| drop(f.insert("contents/9.csv".into(), b"x".into())));
    let name = b"contents/9.csv";
    let places: Vec<usize> =
        (0..twice.len() - name.len()).filter(|at| twice[*at..].starts_with(name)).collect();
    places.into_iter().for_each(|at| twice[at + 9] = b'1');
    check(&twice, "two files of one name");
    // A table of contents said to hold 65,000 files.
    let mut many = demo_archive().to_vec();
    let end = many.len() - 22;
    many[end + 10..end + 12].copy_from_slice(&65_000_u16.to_le_bytes());
    check(&many, "More than an archive ever holds");
}

/// The id of a round by its number.
fn round_id(site: &Site, number: &str) -> RoundId {
    site.app.db.read(|conn| rounds::store::round_by_number(conn, number)).unwrap().unwrap().id
}

#[actix_web::test]
async fn the_archive_is_for_the_bureau_after_the_opening_and_for_all_once_final() {
    let site = Site::new();
    site.set_clock(Time::parse_local("2026-11-23 09:00").unwrap());
    fill(&site.app.db, site.now());
    let id = round_id(&site, "AH-YD2026-1");
    let archive = format!("/rounds/{id}/archive");
    site.get("", &archive).await.is(303);
    site.get("supplier1", &archive).await.is(403);
    site.get("hospital1", &archive).await.is(403);
    for login in ["officer", "reviewer", "auditor", "settlement"] {
        let answer = site.get(login, &archive).await;
        answer.is(200);
        assert!(verify(&answer.bytes).unwrap().is_ok());
    }
    site.get("auditor", "/audit?action=round.archive").await.is(200).shows("round.archive");
    let public = format!("/public/rounds/{id}");
    site.get("", &public).await.is(200).shows(&format!("{public}/archive.zip"));
    let answer = site.get("", &format!("{public}/archive.zip")).await;
    answer.is(200);
    assert!(verify(&answer.bytes).unwrap().is_ok());

    let sealed = round_id(&site, "AH-YD2026-2");
    site.get("officer", &format!("/rounds/{sealed}/archive")).await.is(422).shows("尚未开标");
    site.get("officer", &format!("/rounds/{sealed}/replay")).await.is(404);
    site.get("", &format!("/public/rounds/{sealed}/archive.zip")).await.is(404);
    site.get("officer", &format!("/rounds/{sealed}")).await.is(200).hides("/replay");

    let replay = format!("/rounds/{id}/replay");
    site.get("officer", &format!("/rounds/{id}")).await.is(200).shows(&replay);
    site.get("auditor", &replay).await.is(200).shows(&archive).hides("复算一致");
    site.get("auditor", &format!("{replay}?version=1")).await.is(200).shows("复算一致");
    site.get("auditor", &format!("{replay}?version=2")).await.is(404);
    site.get("supplier1", &replay).await.is(403);
    change_a_decision(&site, &id);
    site.get("auditor", &format!("{replay}?version=1")).await.is(200).shows("不一致").shows("9.87");
}

/// Somebody with the database in hands changes a price in a stored decision.
fn change_a_decision(site: &Site, round: &RoundId) {
    use diesel::prelude::*;
    use jicai::types::UnitPrice;
    use schema::{awards, decisions};
    let price: UnitPrice = "9.87".parse().unwrap();
    let changed = site.app.db.write(|tx| {
        let award: jicai::types::AwardId =
            awards::table.filter(awards::round_id.eq(round)).select(awards::id).first(tx.conn())?;
        let one: jicai::types::DecisionId = decisions::table
            .filter(decisions::award_id.eq(award).and(decisions::award_price.is_not_null()))
            .select(decisions::id)
            .first(tx.conn())?;
        Ok(diesel::update(decisions::table.find(one))
            .set(decisions::award_price.eq(Some(price)))
            .execute(tx.conn())?)
    });
    assert_eq!(changed.unwrap(), 1);
}

#[test]
fn an_earlier_version_replays_as_it_was_and_a_stale_one_leaves_the_archive() {
    let site = Site::with_city();
    let (round, _) = crate::evaluation::opened(&site);
    let offers = site.app.db.read(|conn| jicai::awards::input::offers_of(conn, &round.id)).unwrap();
    crate::evaluation::compute(&site, &round.id, "");
    let excluded = jicai::awards::evaluation::Finding {
        id: RoundId::new().to_string(),
        offer_id: offers[0].id.clone(),
        excluded: true,
        ratio: String::new(),
        reason: "批准文号已注销".to_owned(),
    };
    site.set_clock(site.now().plus_millis(60_000));
    let ctx = site.ctx_of("officer");
    site.app
        .db
        .write(|tx| jicai::awards::evaluation::rule_on(tx, &ctx, &round.id, excluded.clone()))
        .unwrap();
    let replayed = |version: i32| {
        site.app
            .db
            .read(|conn| {
                let all = jicai::awards::store::versions(conn, &round.id)?;
                let one = all.into_iter().find(|it| it.version == version).unwrap();
                archive::replay::replay(conn, &round, one)
            })
            .unwrap()
    };
    assert!(replayed(1).is_same());
    site.set_clock(site.now().plus_millis(60_000));
    crate::evaluation::compute(&site, &round.id, "取消申报资格");
    assert!(replayed(1).is_same() && replayed(2).is_same());
    assert_ne!(replayed(1).output_sha256, replayed(2).output_sha256);
    assert_eq!(RoundState::Evaluation, round.state);
}
