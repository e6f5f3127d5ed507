//! Who is told of what: everything once, to those it is for.

use std::collections::BTreeMap;

use jicai::notify::outbox::Tally;
use jicai::people::{self, Role};
use jicai::prices::findings;
use jicai::prices::monitoring::Tier;
use jicai::types::{FindingId, SubscriptionId};

use super::{BLANK, City, Of, SOME};
use crate::mail::{Server, header};

/// Who subscribes to what, and the effect told.
type Wish<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

#[actix_web::test]
async fn each_is_told_of_what_was_asked_for_and_of_what_is_theirs() {
    let city = City::new();
    let site = &city.site;
    let (own, other) = (city.hospital("hospital1").to_string(), city.hospital("hospital2").to_string());
    let wishes: &[Wish] = &[
        ("officer", &[], "15.00"),
        ("officer", &[("product", "XJ01CAA041")], "2.00"),
        ("officer", &[("generic", "氨氯地平片")], "2.00"),
        ("officer", &[("hospital", &own)], "5.00"),
        ("officer", &[("supplier", "华东制药有限公司")], "3.00"),
        ("officer", &[("rule", "jiangsu-2021")], "3.00"),
        ("officer", &[("tier", "red2")], "12.00"),
        ("officer", &[("tier", "red3"), ("hospital", &own)], "4.00"),
        ("auditor", &[], "15.00"),
        ("hospital1", &[], "5.00"),
        ("hospital1", &[("supplier", "齐鲁制药有限公司")], "4.00"),
        ("hospital2", &[], "2.00"),
        ("supplier2", &[], "3.00"),
        ("supplier2", &[("hospital", &other)], "2.00"),
        ("supplier3", &[], "4.00"),
    ];
    for (n, (login, fields, _)) in wishes.iter().enumerate() {
        let name = n.to_string();
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("name", name.as_str())]).collect();
        city.subscribe(login, &fields).await;
    }
    // A foreign hospital, a foreign supplier are refused to those who may see only their own.
    for (login, field, value) in
        [("hospital1", "hospital", other.as_str()), ("supplier2", "supplier", "齐鲁制药有限公司")]
    {
        let id = SubscriptionId::new().to_string();
        let mut all = BTreeMap::from(BLANK);
        all.extend([("id", id.as_str()), (field, value)]);
        let all: Vec<(&str, &str)> = all.into_iter().collect();
        site.post(login, "/alerts/subscriptions", &all).await.is(422).shows("只能订阅与本单位有关的疑点");
    }
    city.find(Of { effect: "1", ..SOME });
    city.find(Of { product: 1, hospital: "hospital2", tier: Tier::Yellow, effect: "2", ..SOME });
    city.find(Of {
        product: 2,
        // A supplier by its code, as some purchases name it.
        supplier: "91330700MA28000003",
        rule: "b",
        tier: Tier::Red3,
        effect: "4",
        ..SOME
    });
    // A listing was judged: no hospital, no supplier.
    city.find(Of {
        product: 2,
        hospital: "",
        supplier: "",
        rule: "b",
        tier: Tier::Red2,
        effect: "8",
        ..SOME
    });
    city.later(5);
    city.write();
    let told: BTreeMap<usize, String> =
        city.reports().iter().map(|it| (it.name.parse().unwrap(), it.effect.to_string())).collect();
    for (n, (login, fields, want)) in wishes.iter().enumerate() {
        assert_eq!(told.get(&n).map(String::as_str), Some(*want), "{n} {login} {fields:?}");
    }
    // What somebody may see is looked at when a mail is written, not only when it was asked for.
    let account = site.who("hospital1").account;
    let set_roles =
        |roles: &[Role]| site.app.db.write(|tx| people::store::set_roles(tx, &account.id, roles)).unwrap();
    set_roles(&[]);
    city.find(Of { effect: "16", ..SOME });
    city.later(5);
    assert_eq!(city.write().2, 2);
    set_roles(&[Role::Hospital]);
    city.later(5);
    assert_eq!(city.write().0, 1);
    assert_eq!(city.reports()[0].effect.to_string(), "16.00");
}

#[actix_web::test]
async fn a_mail_that_waits_is_withdrawn_when_its_reader_may_no_longer_have_it() {
    let city = City::new();
    let site = &city.site;
    city.subscribe("hospital1", &[]).await;
    // Two mails wait for the server.
    for of in [SOME, Of { effect: "7", ..SOME }] {
        city.find(of);
        city.later(5);
        assert_eq!(city.write().0, 1);
    }
    let account = site.who("hospital1").account;
    let save = |account: &people::Account| {
        site.app.db.write(|tx| people::store::update_account(tx, account)).unwrap();
    };
    // The address was a wrong one, and belongs to somebody else.
    save(&people::Account { email: "right@example.org".to_owned(), ..account.clone() });
    let server = Server::start("take");
    let (tally, office) = city.send(server.office(&[])).await;
    assert_eq!(tally, Tally { withdrawn: 2, ..Tally::default() });
    site.get("admin", "/mails?state=withdrawn").await.is(200).shows("已撤回");
    // Nothing is lost: the next mail tells both, to the right address.
    city.later(5);
    assert_eq!(city.write().0, 1);
    save(&people::Account { email: "right@example.org".to_owned(), active: false, ..account.clone() });
    let (tally, office) = city.send(office).await;
    assert_eq!(tally, Tally { withdrawn: 1, ..Tally::default() });
    save(&people::Account { email: "right@example.org".to_owned(), ..account });
    city.later(5);
    assert_eq!(city.write().0, 1);
    assert_eq!(city.send(office).await.0, Tally { sent: 1, ..Tally::default() });
    assert_eq!(header(&server.letters()[0], "To"), "right@example.org");
    assert_eq!(city.reports()[0].effect.to_string(), "1007.10");
}

#[actix_web::test]
async fn what_is_stored_late_goes_or_comes_back_is_told_once_each_time() {
    let city = City::new();
    let id = city.subscribe("officer", &[]).await;
    assert_eq!(city.write(), (0, 1, 0));
    let first = city.find(SOME);
    city.later(5);
    assert_eq!(city.write(), (1, 0, 0));
    assert_eq!(city.write(), (0, 1, 0));
    // A scan that began earlier ends later: its finding is older than what was told, and yet not lost.
    city.site.set_clock(city.site.now().plus_days(-1));
    city.find(Of { effect: "7", ..SOME });
    city.site.set_clock(city.site.now().plus_days(1).plus_millis(300_000));
    assert_eq!(city.write(), (1, 0, 0));
    assert_eq!((city.reports()[0].found, city.reports()[0].effect.to_string().as_str()), (1, "7.00"));
    // Gone, and gone before anybody was told of it.
    let unseen = city.find(Of { effect: "8", ..SOME });
    city.set_state(&unseen, findings::State::Gone);
    city.set_state(&first, findings::State::Gone);
    city.later(5);
    assert_eq!(city.write(), (1, 0, 0));
    let report = city.reports()[0].clone();
    assert_eq!((report.found, report.gone, report.gone_effect.to_string().as_str()), (0, 1, "1000.10"));
    assert_eq!(report.top_gone.len(), 1);
    // It comes back: told again, as what it is.
    city.set_state(&first, findings::State::Standing);
    city.later(5);
    assert_eq!(city.write(), (1, 0, 0));
    assert_eq!((city.reports()[0].found, city.reports()[0].gone), (1, 0));
    // A pause tells everything afterwards.
    let state = format!("/alerts/subscriptions/{id}/state");
    city.site.post("officer", &state, &[("version", "1"), ("state", "paused")]).await.is(303);
    city.find(Of { effect: "9", ..SOME });
    city.later(5);
    assert_eq!(city.write(), (0, 0, 0));
    city.find(Of { effect: "10", ..SOME });
    city.site.post("officer", &state, &[("version", "2"), ("state", "active")]).await.is(303);
    city.later(5);
    assert_eq!(city.write(), (1, 0, 0));
    assert_eq!((city.reports()[0].found, city.reports()[0].effect.to_string().as_str()), (2, "19.00"));
}

/// Numbers that look random and are the same in every run.
fn dice(seed: &mut u64, sides: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % sides
}

/// Whatever comes and goes between whatever runs: every change that lasted until a run is told exactly once.
#[actix_web::test]
async fn nothing_is_told_twice_and_nothing_is_lost() {
    let city = City::new();
    let id = city.subscribe("officer", &[]).await;
    let seed = &mut 20_261_127_u64;
    let mut standing: BTreeMap<FindingId, bool> = BTreeMap::new();
    let mut told: BTreeMap<FindingId, bool> = BTreeMap::new();
    let mut paused = false;
    let mut version = 1;
    for _ in 0..120 {
        match dice(seed, 8) {
            0..=2 => {
                standing.insert(city.find(SOME), true);
            }
            3 | 4 if !standing.is_empty() => {
                let at = usize::try_from(dice(seed, standing.len() as u64)).unwrap();
                let (id, is_standing) = standing.iter_mut().nth(at).unwrap();
                *is_standing = !*is_standing;
                let state = if *is_standing { findings::State::Standing } else { findings::State::Gone };
                city.set_state(id, state);
            }
            5 => {
                paused = !paused;
                let (word, now) = (if paused { "paused" } else { "active" }, version.to_string());
                let path = format!("/alerts/subscriptions/{id}/state");
                city.site.post("officer", &path, &[("version", &now), ("state", word)]).await.is(303);
                version += 1;
            }
            _ => {
                city.later(5);
                let before = city.mails().len();
                city.write();
                if paused {
                    assert_eq!(city.mails().len(), before);
                    continue;
                }
                let was = |id: &FindingId| told.get(id).copied().unwrap_or(false);
                let news: Vec<&FindingId> =
                    standing.iter().filter(|(id, is)| **is && !was(id)).map(|x| x.0).collect();
                let gone = standing.iter().filter(|(id, is)| !**is && was(id)).count();
                assert_eq!(city.mails().len() - before, usize::from(!news.is_empty() || gone > 0));
                if city.mails().len() > before {
                    let report = city.reports()[0].clone();
                    assert_eq!((report.found, report.gone), (news.len() as i64, gone as i64));
                    let named: Vec<String> = report.top.iter().map(|line| line.path.clone()).collect();
                    let wanted = news.iter().take(10).map(|id| format!("/findings/{id}"));
                    assert_eq!(named, wanted.collect::<Vec<_>>());
                }
                told.clone_from(&standing);
            }
        }
    }
    assert!(city.mails().len() > 10, "{}", city.mails().len());
}

#[actix_web::test]
async fn two_writers_at_once_write_one_mail() {
    let city = City::new();
    for n in 0..6 {
        city.subscribe("officer", &[("name", &n.to_string())]).await;
    }
    city.find(SOME);
    city.later(5);
    std::thread::scope(|threads| {
        let writing: Vec<_> = (0..2).map(|_| threads.spawn(|| city.write().0)).collect();
        let written: usize = writing.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(written, 6);
    });
    assert_eq!(city.mails().len(), 6);
}
