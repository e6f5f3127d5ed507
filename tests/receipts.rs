//! Receipts that an outsider can check: the published root, proofs of inclusion, `jicai receipt verify`.

use std::path::{Path, PathBuf};
use std::process::Command;

use jicai::bids::merkle::{self, Inclusion};
use jicai::bids::{self, Signed};
use jicai::jobs;
use jicai::rounds::RoundState;
use jicai::types::hex;

use crate::bids::{bid, bidding, mine, move_on};
use crate::support::Site;

#[actix_web::test]
async fn the_root_over_all_receipts_is_published_at_the_deadline_once() {
    let site = Site::with_city();
    let (round, lots, path) = bidding(&site);
    let mut receipts = vec![bid(&site, "supplier1", &path, &lots, "0.45").await];
    receipts.push(bid(&site, "supplier2", &path, &lots, "0.44").await);
    receipts.push(bid(&site, "supplier1", &path, &lots, "0.43").await);
    let last = mine(&site, &round, "supplier2").remove(0);
    site.post("supplier2", &format!("{path}/withdraw"), &[("id", last.id.as_str())]).await.is(303);
    site.get("", "/public/receipts").await.is(200).shows("还没有批次截止申报").shows(&site.signer().public());

    site.set_clock(round.calendar.bidding_to);
    let job = jobs::find("advance_rounds").unwrap();
    assert_eq!(jobs::by_hand(&site.app, job).await.unwrap(), Ok("advanced=1 closed=1".to_owned()));
    assert_eq!(jobs::by_hand(&site.app, job).await.unwrap(), Ok("advanced=0 closed=0".to_owned()));
    let root = site.app.db.read(|c| bids::store::root(c, &round.id)).unwrap().unwrap();
    assert_eq!(root.count, 3, "replaced and withdrawn ones are counted");
    site.get("", "/public/receipts").await.is(200).shows(&root.root).shows(&round.number);
    site.get("supplier3", "/public/receipts").await.is(200).shows(&root.root);

    let logins = ["supplier1", "supplier2", "supplier1"];
    let mut leaves = Vec::new();
    for (n, (receipt, login)) in receipts.iter().zip(logins).enumerate() {
        let signed = Signed::read(&site.get(login, &format!("{receipt}/proof")).await.is(200).body).unwrap();
        let proof = site.get(login, &format!("{receipt}/inclusion")).await;
        let proof = Inclusion::read(&proof.is(200).body).unwrap();
        assert!(proof.proves(signed.text.as_bytes()) && proof.index == n);
        assert_eq!(hex(&proof.root), root.root);
        leaves.push(merkle::leaf(signed.text.as_bytes()));
    }
    assert_eq!(hex(&merkle::root(&leaves)), root.root);
    site.get("supplier1", &format!("{}/inclusion", receipts[1])).await.is(404);
    // Everybody who heard of the round hears of it: a letter to bidders alone would say who has bid.
    let letters = site.app.db.read(|c| {
        use diesel::prelude::*;
        use jicai::schema::mails;
        let all = mails::table.filter(mails::template.eq("root_published"));
        Ok(all.select((mails::address, mails::data)).load::<(String, String)>(c)?)
    });
    let letters = letters.unwrap();
    for login in ["supplier1", "supplier2", "supplier3"] {
        let address = format!("{login}@example.org");
        let own: Vec<_> = letters.iter().filter(|(to, _)| *to == address).collect();
        assert!(own.len() == 1 && own[0].1.contains(&root.root), "{login}: {letters:?}");
    }
}

#[actix_web::test]
async fn a_round_without_a_bid_has_the_root_of_nothing_and_opens() {
    let site = Site::with_city();
    let (round, ..) = bidding(&site);
    move_on(&site, &round, RoundState::Opening, round.calendar.opening_at);
    let root = site.app.db.read(|c| bids::store::root(c, &round.id)).unwrap().unwrap();
    assert_eq!((root.count, root.root.as_str()), (0, &*jicai::types::sha256(b"")));
    site.confirm("officer", &round.id).await.is(303);
    site.confirm("reviewer", &round.id).await.is(303);
    assert_eq!(
        site.app.db.read(|c| jicai::rounds::round(c, &round.id)).unwrap().state,
        RoundState::Evaluation
    );
}

#[actix_web::test]
async fn opening_waits_for_the_root() {
    let site = Site::with_city();
    let (round, ..) = bidding(&site);
    let waiting = jicai::rounds::Round { state: RoundState::Opening, ..round.clone() };
    site.app.db.write(|tx| jicai::rounds::store::update_round(tx, &waiting)).unwrap();
    site.set_clock(round.calendar.opening_at);
    site.confirm("officer", &round.id).await.is(422).shows("默克尔根尚未公布");
}

/// Files to check with the command.
struct Files(tempfile::TempDir);

impl Files {
    fn put(&self, name: &str, text: &str) -> PathBuf {
        let file = self.0.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    }

    fn verify(&self, args: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
        command.args(["receipt", "verify"]).args(args).current_dir(self.0.path()).env("JICAI_LANG", "en");
        let out = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (out.status.code().unwrap(), text(out.stdout), text(out.stderr))
    }

    #[track_caller]
    fn check(&self, args: &[&str], want: i32, said: &str) {
        let (status, out, err) = self.verify(args);
        assert_eq!(status, want, "{args:?}\n{out}{err}");
        assert!(out.contains(said) || err.contains(said), "{args:?}\n{out}{err}");
    }
}

#[actix_web::test]
async fn the_command_checks_a_receipt_with_files_alone() {
    let site = Site::with_city();
    let (round, lots, path) = bidding(&site);
    let first = bid(&site, "supplier1", &path, &lots, "0.45").await;
    let second = bid(&site, "supplier2", &path, &lots, "0.44").await;
    move_on(&site, &round, RoundState::Opening, round.calendar.opening_at);
    for login in ["officer", "reviewer"] {
        site.confirm(login, &round.id).await.is(303);
    }
    let files = Files(tempfile::tempdir().unwrap());
    let get = async |login: &str, path: String| site.get(login, &path).await.is(200).body.clone();
    let receipt = get("supplier1", format!("{first}/proof")).await;
    files.put("r.txt", &receipt);
    files.put("p.txt", &get("supplier1", format!("{first}/inclusion")).await);
    files.put("c.csv", &get("supplier1", format!("{first}/sealed-content")).await);
    files.put("other-r.txt", &get("supplier2", format!("{second}/proof")).await);
    files.put("other-p.txt", &get("supplier2", format!("{second}/inclusion")).await);
    files.put("changed.txt", &receipt.replace("lines: 2", "lines: 3"));
    let key = site.signer().public();
    let root = site.app.db.read(|c| bids::store::root(c, &round.id)).unwrap().unwrap().root;
    let nothing = "0".repeat(64);

    files.check(&["r.txt"], 0, "sequence 1");
    files.check(&["r.txt"], 0, &key);
    files.check(&["r.txt", "--key", &key, "--content", "c.csv"], 0, "content fits");
    files.check(&["r.txt", "--key", &key, "--root", &root, "--proof", "p.txt"], 0, "receipt 1 of 2");
    files.check(&["other-r.txt", "--root", &root, "--proof", "other-p.txt"], 0, "receipt 2 of 2");
    files.check(&["changed.txt"], 1, "does not match");
    files.check(&["r.txt", "--key", &nothing], 1, "another key");
    files.check(&["r.txt", "--content", "p.txt"], 1, "not the content hash");
    files.check(&["r.txt", "--root", &nothing, "--proof", "p.txt"], 1, "another root");
    files.check(&["r.txt", "--root", &root, "--proof", "other-p.txt"], 1, "proof fails");
    files.check(&["r.txt", "--root", &root], 2, "together");
    files.check(&["r.txt", "--root", &root, "--proof", "r.txt"], 2, "no proof of inclusion");
    files.check(&["c.csv"], 2, "no signed receipt");
    files.check(&["missing.txt"], 2, "cannot be read");
    assert!(Path::new(files.0.path()).read_dir().unwrap().count() == 6, "the command writes nothing");
}

#[test]
fn the_samples_open_round_opens_with_the_keys_beside_its_database() {
    use jicai::people::store::account_by_login;
    use jicai::rounds::{self, openers::key::Key};
    use jicai::types::{Actor, Ctx};

    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("city.sqlite").display());
    let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
    command.args(["demo", "--no-serve"]).current_dir(folder.path());
    // What is set for the tests is no setting of the program.
    command.env_remove("JICAI_TEST_POSTGRES");
    let out = command.env("DATABASE_URL", &url).env("JICAI_LANG", "en").output().unwrap();
    let said = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let keys = folder.path().join("jicai-demo-keys");
    assert!(said.contains(&keys.display().to_string()), "{said}");

    let db = jicai::db::Db::open(&url, 2).unwrap();
    let signer = jicai::signing::Signer::open(&folder.path().join("jicai-signing.key")).unwrap();
    let round = db.read(|c| rounds::store::in_state(c, RoundState::Bidding)).unwrap().remove(0);
    let ctx = Ctx::system(round.calendar.opening_at, "test");
    db.write(|tx| {
        rounds::advance_due(tx, &ctx)?;
        bids::close_due(tx, &ctx, &signer)
    })
    .unwrap();
    for login in ["officer2", "reviewer"] {
        let file = std::fs::read(keys.join(format!("{}-{login}.key", round.number))).unwrap();
        let key = Key::read(&file).unwrap();
        let account = db.read(|c| account_by_login(c, login)).unwrap().unwrap();
        let actor = Actor { account: Some(account.id), organisation: None, name: login.to_owned() };
        let ctx = Ctx { now: ctx.now, actor };
        let answer = db.write(|tx| bids::confirm_opening(tx, &ctx, &signer, &round.id, Some(&key)));
        assert!(answer.unwrap().is_ok(), "{login}");
    }
    assert_eq!(db.read(|c| rounds::round(c, &round.id)).unwrap().state, RoundState::Evaluation);
    assert!(!db.read(|c| bids::offers(c, &round.id)).unwrap().is_empty());
}
