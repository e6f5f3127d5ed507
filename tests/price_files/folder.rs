//! The watched folder: complete files are taken once, whatever is killed, and moved with a text beside them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use diesel::prelude::*;
use jicai::config::Settings;
use jicai::schema::{folder_sightings, listings, transactions};
use jicai::types::Time;
use jicai::web::App;

use super::{CODE, city, file, job, kill_when_staged, purchases, spooled};
use crate::support::Site;

fn watching(site: &Site, folder: &Path) -> App {
    let settings = Settings { watch_folder: Some(folder.to_owned()), ..(*site.app.settings).clone() };
    App { settings: Arc::new(settings), ..site.app.clone() }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .map(|entries| entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect())
        .unwrap_or_default();
    names.sort();
    names
}

fn counts(site: &Site) -> (i64, i64) {
    site.app
        .db
        .read(|c| Ok((transactions::table.count().get_result(c)?, listings::table.count().get_result(c)?)))
        .unwrap()
}

#[test]
fn still_files_are_taken_and_moved_with_what_came_of_them() {
    let site = city();
    let folder = tempfile::tempdir().unwrap();
    let (watched, app) = (folder.path(), watching(&site, folder.path()));
    assert_eq!(job(&site.app, "watch_folder"), "", "no folder is watched");
    fs::write(watched.join("a.csv"), purchases(1..=5)).unwrap();
    fs::write(
        watched.join("b.CSV"),
        format!("医保编码,地区,挂网价格,起始日期\n{CODE},海南省,3,2025-01-01\n"),
    )
    .unwrap();
    fs::write(watched.join("bad.csv"), purchases(1..=2) + "2025-13-01,H1,X,s,1,1,1\n").unwrap();
    fs::write(watched.join("other.csv"), "a,b\n1,2\n").unwrap();
    fs::write(watched.join("notes.txt"), "not a table").unwrap();
    fs::write(watched.join("growing.csv"), purchases(10..=11)).unwrap();
    assert_eq!(job(&app, "watch_folder"), "done=0 refused=0 waiting=5", "seen for the first time");
    site.set_clock(site.now().plus_millis(10_000));
    assert_eq!(job(&app, "watch_folder"), "done=0 refused=0 waiting=5", "not still for long enough");
    fs::write(watched.join("growing.csv"), purchases(10..=12)).unwrap();
    site.set_clock(site.now().plus_millis(30_000));
    assert_eq!(job(&app, "watch_folder"), "done=2 refused=2 waiting=1");
    assert_eq!(names(watched), ["done", "failed", "growing.csv", "notes.txt"]);
    assert_eq!(names(&watched.join("done")), ["a.csv", "a.csv.txt", "b.CSV", "b.CSV.txt"]);
    assert_eq!(names(&watched.join("failed")), ["bad.csv", "bad.csv.txt", "other.csv", "other.csv.txt"]);
    assert_eq!((counts(&site), spooled(&site)), ((5, 1), 0));
    let said = |name: &str| fs::read_to_string(watched.join(name)).unwrap();
    let bad = said("failed/bad.csv.txt");
    assert!(bad.contains("未通过") && bad.contains("第4行") && bad.contains("2025-13-01"), "{bad}");
    assert!(bad.contains("Line 4") && said("failed/other.csv.txt").contains("header"), "{bad}");
    assert!(said("done/a.csv.txt").contains("新增 5") && said("done/a.csv.txt").contains("5 new"));
    site.set_clock(site.now().plus_millis(30_000));
    assert_eq!(job(&app, "watch_folder"), "done=1 refused=0 waiting=0");
    assert_eq!(counts(&site), (8, 1));
    let left: i64 = site.app.db.read(|c| Ok(folder_sightings::table.count().get_result(c)?)).unwrap();
    assert_eq!(left, 0);

    // The same bytes again, under a name that is taken, change nothing.
    fs::write(watched.join("a.csv"), purchases(1..=5)).unwrap();
    job(&app, "watch_folder");
    site.set_clock(site.now().plus_millis(30_000));
    assert_eq!(job(&app, "watch_folder"), "done=1 refused=0 waiting=0");
    assert!(names(&watched.join("done")).contains(&"a-2.csv".to_owned()));
    assert_eq!(counts(&site), (8, 1));
}

#[test]
fn a_kill_between_taking_applying_and_moving_loses_nothing_and_repeats_nothing() {
    let site = city();
    let folder = tempfile::tempdir().unwrap();
    let (watched, app) = (folder.path(), watching(&site, folder.path()));
    fs::write(watched.join("a.csv"), purchases(1..=5)).unwrap();
    job(&app, "watch_folder");
    site.set_clock(site.now().plus_millis(30_000));
    assert_eq!(job(&app, "watch_folder"), "done=1 refused=0 waiting=0");
    let applied = file(&site, 1);
    // Killed before the move: the file is where it was, its text beside the place it was to have.
    fs::rename(watched.join("done/a.csv"), watched.join("a.csv")).unwrap();
    job(&app, "watch_folder");
    site.set_clock(site.now().plus_millis(30_000));
    assert_eq!(job(&app, "watch_folder"), "done=1 refused=0 waiting=0");
    assert_eq!(names(&watched.join("done")), ["a.csv", "a.csv.txt"]);
    assert_eq!((counts(&site).0, file(&site, 1)), (5, applied));

    // The spool cannot be written to: the file is left for later and the job says so.
    fs::write(watched.join("b.csv"), purchases(6..=9)).unwrap();
    job(&app, "watch_folder");
    site.set_clock(site.now().plus_millis(30_000));
    let no_folder = watched.join("notes.txt");
    fs::write(&no_folder, "no folder").unwrap();
    let settings = Settings { spool_folder: no_folder, ..(*app.settings).clone() };
    let broken = App { settings: Arc::new(settings), ..app.clone() };
    assert!((jicai::jobs::find("watch_folder").unwrap().run)(&broken).is_err());
    assert!(names(watched).contains(&"b.csv".to_owned()));
    assert_eq!(job(&app, "watch_folder"), "done=1 refused=0 waiting=0");
    assert_eq!(counts(&site).0, 9);
}

#[test]
fn a_run_killed_while_it_applies_is_gone_on_with_and_the_file_moved() {
    let site = city();
    let folder = tempfile::tempdir().unwrap();
    let (watched, app) = (folder.path(), watching(&site, folder.path()));
    let text = purchases(1..=110_000);
    fs::write(watched.join("a.csv"), &text).unwrap();
    let bytes = i64::try_from(text.len()).unwrap();
    let seen = (
        folder_sightings::name.eq("a.csv"),
        folder_sightings::bytes.eq(bytes),
        folder_sightings::seen_at.eq(site.now()),
    );
    site.app
        .db
        .write(|tx| Ok(diesel::insert_into(folder_sightings::table).values(seen).execute(tx.conn())?))
        .unwrap();
    kill_when_staged(&site, "watch_folder", Some(watched));
    assert_eq!((names(watched), counts(&site).0), (vec!["a.csv".to_owned()], 0));
    site.set_clock(Time::now());
    assert_eq!(job(&app, "watch_folder"), "done=0 refused=0 waiting=1", "the node may still live");
    site.set_clock(Time::now().plus_millis(200_000));
    assert_eq!(job(&app, "watch_folder"), "done=1 refused=0 waiting=0");
    assert_eq!((names(&watched.join("done")).len(), counts(&site).0, spooled(&site)), (2, 110_000, 0));
}
