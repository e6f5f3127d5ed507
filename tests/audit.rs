//! The audit chain: whatever is done to its rows is found; its page and export.

use diesel::connection::SimpleConnection;
use jicai::audit::{self, Break, Chain};

use crate::support::Site;

fn verify(site: &Site) -> Chain {
    site.app.db.read(audit::verify).unwrap()
}

/// Somebody with direct access to the database.
fn tamper(site: &Site, sql: &str) {
    site.app.db.write(|tx| Ok(tx.conn().batch_execute(sql)?)).unwrap();
}

fn check(sql: &str, want: Chain) {
    let site = Site::with_city();
    assert!(matches!(verify(&site), Chain::Whole { links, .. } if links > 12), "{:?}", verify(&site));
    tamper(&site, sql);
    assert_eq!(verify(&site), want, "{sql}");
}

#[test]
fn a_changed_field_is_found() {
    let broken = |seq| Chain::Broken { seq, why: Break::Content };
    check("UPDATE audit_entries SET actor = 'nobody' WHERE seq = 5", broken(5));
    check("UPDATE audit_entries SET after = 'null' WHERE seq = 1", broken(1));
    check("UPDATE audit_entries SET at = at + 1 WHERE seq = 7", broken(7));
    check("UPDATE audit_entries SET subject_id = action, action = subject_id WHERE seq = 7", broken(7));
    check("UPDATE audit_entries SET hash = previous WHERE seq = 3", broken(3));
}

#[test]
fn a_deleted_or_moved_link_is_found() {
    let gap = |seq| Chain::Broken { seq, why: Break::Gap };
    check("DELETE FROM audit_entries WHERE seq = 6", gap(6));
    check("DELETE FROM audit_entries WHERE seq = 1", gap(1));
    // Deleted, and the later ones moved up to hide it.
    let hidden =
        "DELETE FROM audit_entries WHERE seq = 6; UPDATE audit_entries SET seq = seq - 1000 WHERE seq > 6;
        UPDATE audit_entries SET seq = seq + 999 WHERE seq < 0";
    check(hidden, Chain::Broken { seq: 6, why: Break::Previous });
    let swapped =
        "UPDATE audit_entries SET seq = -4 WHERE seq = 4; UPDATE audit_entries SET seq = 4 WHERE seq = 5;
        UPDATE audit_entries SET seq = 5 WHERE seq = -4";
    check(swapped, Chain::Broken { seq: 4, why: Break::Previous });
}

#[test]
fn a_cut_tail_is_found_by_the_counter_and_by_the_published_head() {
    let site = Site::with_city();
    let Chain::Whole { links, head } = verify(&site) else { panic!("broken") };
    tamper(&site, &format!("DELETE FROM audit_entries WHERE seq > {}", links - 2));
    assert_eq!(verify(&site), Chain::Broken { seq: links - 1, why: Break::Truncated });
    // Whoever also turns the counter back is caught by the head that was mailed away.
    tamper(&site, &format!("UPDATE counters SET value = {} WHERE name = 'audit'", links - 2));
    let Chain::Whole { head: shorter, .. } = verify(&site) else { panic!("broken") };
    assert_ne!(shorter, head);
}

#[test]
fn an_empty_chain_is_whole() {
    assert_eq!(verify(&Site::new()), Chain::Whole { links: 0, head: String::new() });
}

#[test]
fn writers_at_the_same_time_keep_one_chain() {
    let site = Site::with_city();
    let before = match verify(&site) {
        Chain::Whole { links, .. } => links,
        broken => panic!("{broken:?}"),
    };
    std::thread::scope(|scope| {
        for n in 0..4 {
            let (db, ctx) = (site.app.db.clone(), site.ctx());
            scope.spawn(move || {
                for k in 0..5 {
                    let id = format!("{n}-{k}");
                    let deed = || audit::Deed { action: "test.write", subject: "tests", id: &id };
                    db.write(|tx| audit::record(tx, &ctx, deed(), &(), &k)).unwrap();
                }
            });
        }
    });
    assert!(matches!(verify(&site), Chain::Whole { links, .. } if links == before + 20));
}

#[actix_web::test]
async fn the_page_filters_and_shows_what_changed() {
    let site = Site::with_city();
    let id = site.who("hospital1").organisation.id.to_string();
    let fields =
        [("name", "金华市第一医院"), ("code", "H33070200001"), ("region", "婺城区"), ("tier", "三级")];
    site.post("admin", &format!("/organisations/{id}"), &fields).await.is(303);
    let page = site.get("auditor", &format!("/audit?subject_id={id}&action=organisation.change")).await;
    page.is(200)
        .shows("<del>金华市中心医院</del> <ins>金华市第一医院</ins>")
        .shows("<del>金华市</del> <ins>婺城区</ins>")
        .hides("<del>三级</del>");
    site.get("auditor", "/audit?action=account.").await.shows("account.add").hides("organisation.add");
    site.get("auditor", "/audit?action=account").await.shows("没有符合条件的审计记录");
    site.get("auditor", "/audit?from=2026-11-24T00:00").await.shows("没有符合条件的审计记录");
    site.get("auditor", "/audit?from=yesterday").await.is(422).shows("yesterday");
    site.get("officer", "/audit").await.is(403);
}

#[actix_web::test]
async fn pages_follow_one_another_without_a_gap() {
    let site = Site::with_city();
    let ctx = site.ctx();
    for n in 0..120 {
        let id = n.to_string();
        let deed = || audit::Deed { action: "test.write", subject: "tests", id: &id };
        site.app.db.write(|tx| audit::record(tx, &ctx, deed(), &(), &n)).unwrap();
    }
    let (mut path, mut seen) = ("/audit?action=test.write".to_owned(), 0);
    loop {
        let page = site.get("auditor", &path).await;
        seen += page.is(200).body.matches("<td class=\"code\">test.write</td>").count();
        let Some((_, rest)) = page.body.split_once("rel=\"next\" href=\"") else { break };
        path = rest.split_once('"').unwrap().0.replace("&#38;", "&").replace("&amp;", "&");
    }
    assert_eq!(seen, 120);
}

#[actix_web::test]
async fn an_export_is_an_entry_itself_and_its_cells_are_safe() {
    let site = Site::with_city();
    let ctx = site.ctx();
    let deed = || audit::Deed { action: "test.write", subject: "tests", id: "=HYPERLINK(\"x\")" };
    site.app.db.write(|tx| audit::record(tx, &ctx, deed(), &(), &1)).unwrap();
    let file = site.get("auditor", "/audit/export?action=test.").await;
    file.is(200).shows("test.write").shows("'=HYPERLINK").hides("account.add");
    assert!(file.body.starts_with('\u{feff}'));
    assert_eq!(file.body.lines().count(), 2);
    let page = site.get("auditor", "/audit?action=audit.export").await;
    page.shows("filter.action").shows("test.").shows("lines");
}
