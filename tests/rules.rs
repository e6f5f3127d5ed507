//! Rule sets as data: read, copied, changed within their bounds, compared, tried on an opened round, published by two
//! people, and never changed after that.

use diesel::prelude::*;
use jicai::rounds::approvals::{self, Action};
use jicai::rounds::rule_drafts::{self, DraftState, RuleDraft};
use jicai::rounds::rule_set::RuleSet;
use jicai::rounds::{self, RoundState, RuleSetVersion};
use jicai::schema::{audit_entries, mails, rule_sets};
use jicai::text::{Lang, Say};
use jicai::types::{RuleDraftId, RuleSetId};

use crate::evaluation::opened;
use crate::support::{Answer, Site};

const NAME: &str = "GY-YD2025-1";

fn ready() -> (Site, RuleSetVersion) {
    let site = Site::with_city();
    let version = seeded(&site);
    (site, version)
}

fn seeded(site: &Site) -> RuleSetVersion {
    let ctx = site.ctx();
    let seed = |tx: &mut jicai::db::Tx| {
        rounds::seed_rule_sets(tx, &ctx)?;
        Ok(rounds::store::latest_rule_set(tx.conn(), NAME)?.unwrap())
    };
    site.app.db.write(seed).unwrap()
}

fn draft(site: &Site, id: &RuleDraftId) -> RuleDraft {
    site.app.db.read(|conn| rule_drafts::draft(conn, id)).unwrap()
}

fn latest(site: &Site, name: &str) -> Option<RuleSetVersion> {
    site.app.db.read(|conn| rounds::store::latest_rule_set(conn, name)).unwrap()
}

async fn copied(site: &Site, from: &RuleSetId, name: &str) -> RuleDraftId {
    let id = RuleDraftId::new();
    let path = format!("/rules/{from}/copy");
    let answer = site.post("officer", &path, &[("id", id.as_str()), ("name", name)]).await;
    assert_eq!(answer.is(303).location, format!("/rules/drafts/{id}?done=1"));
    id
}

/// The form of a draft with some fields replaced; an empty value takes a box away.
fn form(site: &Site, id: &RuleDraftId, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let draft = draft(site, id);
    let mut pairs = rule_drafts::fields::filled(&draft.body.parse().unwrap());
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        if !value.is_empty() {
            pairs.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
    pairs.push(("version".to_owned(), draft.version.to_string()));
    pairs
}

async fn send(site: &Site, id: &RuleDraftId, pairs: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    site.post("officer", &format!("/rules/drafts/{id}/edit"), &fields).await
}

async fn save(site: &Site, id: &RuleDraftId, changes: &[(&str, &str)]) -> Answer {
    send(site, id, &form(site, id, changes)).await
}

fn parsed(site: &Site, id: &RuleDraftId) -> RuleSet {
    RuleSet::parse(&draft(site, id).body).unwrap()
}

fn confidence(rules: &RuleSet, name: &str) -> String {
    rules.parameters().into_iter().find(|p| p.name == name).unwrap().confidence
}

async fn ask(site: &Site, id: &RuleDraftId) -> Answer {
    site.post("officer", &format!("/rules/drafts/{id}/ask"), &[]).await
}

fn request(site: &Site, id: &RuleDraftId) -> String {
    site.app.db.read(|conn| rule_drafts::request(conn, id)).unwrap().unwrap().id.to_string()
}

async fn decide(
    site: &Site,
    login: &str,
    id: &RuleDraftId,
    request: &str,
    decision: &str,
    remark: &str,
) -> Answer {
    let fields = [("request", request), ("decision", decision), ("remark", remark)];
    site.post(login, &format!("/rules/drafts/{id}/decide"), &fields).await
}

/// Asks and approves.
async fn publish(site: &Site, id: &RuleDraftId) -> RuleSetVersion {
    ask(site, id).await.is(303);
    decide(site, "reviewer", id, &request(site, id), "yes", "").await.is(303);
    let version = draft(site, id).rule_set_id.unwrap();
    site.app.db.read(|conn| rounds::rule_set_version(conn, &version)).unwrap()
}

fn deeds(site: &Site, subject: &str) -> Vec<String> {
    let read = |conn: &mut jicai::db::Conn| {
        Ok(audit_entries::table
            .filter(audit_entries::subject_id.eq(subject))
            .order(audit_entries::seq)
            .select(audit_entries::action)
            .load(conn)?)
    };
    site.app.db.read(read).unwrap()
}

#[actix_web::test]
async fn the_page_of_a_version_says_all_about_it() {
    let (site, version) = ready();
    let (round, _) = site.round_in(RoundState::Draft);
    let path = format!("/rules/{}", version.id);
    let page = site.get("officer", &path).await;
    page.is(200)
        .shows("fuse.factor")
        .shows("倍数")
        .shows("1.8")
        .shows("自定，待核实")
        .shows("只看自定的参数");
    page.shows("目前没有您可查看的批次使用本版本").shows("复制为草稿");
    let own = site.get("officer", &format!("{path}?own=1")).await;
    own.is(200).hides("fuse.factor").shows("price.decimals").shows("看全部参数");
    // Most sources are English and stay so, for a version never changes; the page says which.
    own.shows("<span lang=\"en\">").shows("（原文为英文）");
    site.get("hospital1", &path)
        .await
        .is(200)
        .shows("fuse.factor")
        .hides("复制为草稿")
        .hides("/rules/compare");
    let bound = site.get("officer", &format!("/rules/{}", round.rule_set_id)).await;
    bound.shows(&round.number);
    // A draft round is not a hospital's to see.
    site.get("hospital1", &format!("/rules/{}", round.rule_set_id)).await.is(200).hides(&round.number);
    let file = site.get("supplier1", &format!("{path}/toml")).await;
    file.is(200);
    assert_eq!(file.body, version.body);
    let table = site.get("supplier1", &format!("{path}/csv")).await;
    table.is(200).shows("fuse.factor,熔断 · 倍数,1.8,verified,");
    site.get("officer", &format!("/rules/{}/toml", RuleSetId::new())).await.is(404);
}

#[actix_web::test]
async fn an_officer_copies_changes_and_publishes_with_a_second_person() {
    let (site, version) = ready();
    let id = copied(&site, &version.id, NAME).await;
    // Sent twice it is one draft.
    let again = [("id", id.as_str()), ("name", NAME)];
    site.post("officer", &format!("/rules/{}/copy", version.id), &again).await.is(303);
    site.get("officer", "/rules").await.shows(&format!("/rules/drafts/{id}"));
    site.get("hospital1", "/rules").await.hides(&format!("/rules/drafts/{id}"));
    assert!(!draft(&site, &id).body.contains('#'));
    // Nothing to publish yet.
    ask(&site, &id).await.is(422).shows("没有差异");
    let edit = site.get("officer", &format!("/rules/drafts/{id}/edit")).await;
    edit.is(200)
        .shows("name=\"fuse.factor\"")
        .shows("1 至 100")
        .shows("name=\"on.revival\"")
        .shows("0.5 0.6 0.7 0.8");
    save(&site, &id, &[("fuse.factor", "1.9"), ("on.revival_out", "")]).await.is(303);
    let rules = parsed(&site, &id);
    assert_eq!(rules.fuse.as_ref().unwrap().factor.0.to_string(), "1.9");
    assert!(rules.revival_out.is_none());
    assert_eq!(confidence(&rules, "fuse.factor"), "own");
    assert_eq!(confidence(&rules, "quota.by_bidders"), "verified");
    let page = site.get("auditor", &format!("/rules/drafts/{id}")).await;
    page.is(200).shows("fuse.factor").shows("<del>1.8</del>").shows("<ins>1.9</ins>").shows("（无）");
    // The same form twice is one change.
    let before = draft(&site, &id);
    save(&site, &id, &[]).await.is(303);
    assert_eq!(draft(&site, &id), before);

    ask(&site, &id).await.is(303);
    ask(&site, &id).await.is(303);
    let asked = request(&site, &id);
    let letters: i64 = site
        .app
        .db
        .read(|conn| {
            Ok(mails::table.filter(mails::template.eq("approval_asked")).count().get_result(conn)?)
        })
        .unwrap();
    assert_eq!(letters, 1);
    site.get("reviewer", "/approvals").await.shows(NAME).shows(&format!("/rules/drafts/{id}"));
    // While it waits it stays as it is.
    save(&site, &id, &[("fuse.factor", "2")]).await.is(422).shows("不能更改");
    // It is decided on its own page, by a reviewer, with a reason for a no.
    site.post("reviewer", &format!("/approvals/{asked}"), &[("decision", "yes")]).await.is(422);
    decide(&site, "officer2", &id, &asked, "yes", "").await.is(403);
    decide(&site, "reviewer", &id, &asked, "no", "").await.is(422);
    decide(&site, "reviewer", &id, &asked, "no", "请注明出处").await.is(303);
    site.get("officer", &format!("/rules/drafts/{id}")).await.shows("请注明出处");
    save(&site, &id, &[("fuse.source", "金华市采购文件第12页"), ("fuse.confidence", "verified")])
        .await
        .is(303);
    assert_eq!(confidence(&parsed(&site, &id), "fuse.factor"), "verified");

    let new = publish(&site, &id).await;
    assert_eq!((new.name.as_str(), new.version), (NAME, 2));
    assert_eq!(new.body, draft(&site, &id).body);
    let want = [
        "rule_draft.copy",
        "rule_draft.change",
        "approval.ask",
        "approval.decide",
        "rule_draft.change",
        "approval.ask",
        "approval.decide",
        "rule_draft.publish",
    ];
    assert_eq!(deeds(&site, id.as_str()), want);
    assert_eq!(deeds(&site, new.id.as_str()), ["rule_set.publish"]);
    site.get("hospital1", &format!("/rules/{}", new.id)).await.is(200).shows("1.9");
    // A draft round can take it; the program's own versions are not published again beside it.
    site.get("officer", "/rounds/new").await.shows(&format!("{NAME} v2"));
    seeded(&site);
    assert_eq!(latest(&site, NAME).unwrap().id, new.id);
}

#[actix_web::test]
async fn a_published_version_never_changes() {
    let (site, version) = ready();
    let (round, _) = site.round_in(RoundState::Demand);
    let id = copied(&site, &round.rule_set_id, "GY-YD2024-2").await;
    save(&site, &id, &[("standard.cut", "0.4")]).await.is(303);
    let pairs = form(&site, &id, &[("standard.cut", "0.5")]);
    let new = publish(&site, &id).await;
    // Changed, asked for, discarded, decided again: all refused, and the text stays byte for byte.
    send(&site, &id, &pairs).await.is(422).shows("不能更改");
    site.get("officer", &format!("/rules/drafts/{id}/edit")).await.is(422);
    ask(&site, &id).await.is(422);
    site.post("officer", &format!("/rules/drafts/{id}/discard"), &[]).await.is(422);
    let ctx = site.ctx_of("officer");
    let table: toml::Table = new.body.parse().unwrap();
    let late = site.app.db.write(|tx| rule_drafts::change(tx, &ctx, &id, 3, table.clone()));
    assert!(late.is_err());
    // Its id is no draft's.
    site.get("officer", &format!("/rules/drafts/{}", new.id)).await.is(404);
    site.post("officer", &format!("/rules/drafts/{}/edit", new.id), &[("version", "1")]).await.is(404);
    let all = |conn: &mut jicai::db::Conn| {
        Ok(rule_sets::table
            .order(rule_sets::id)
            .select((rule_sets::id, rule_sets::body))
            .load::<(RuleSetId, String)>(conn)?)
    };
    let bodies = site.app.db.read(all).unwrap();
    assert!(bodies.contains(&(new.id.clone(), new.body.clone())));
    assert!(bodies.contains(&(version.id, version.body)));
    // The round that was published keeps its version.
    let kept = site.app.db.read(|conn| rounds::round(conn, &round.id)).unwrap();
    assert_eq!(kept.rule_set_id, round.rule_set_id);
    assert_ne!(kept.rule_set_id, new.id);
}

#[actix_web::test]
async fn wrong_fields_are_told_beside_themselves_and_nothing_is_saved() {
    let (site, version) = ready();
    let id = copied(&site, &version.id, "JH-YD2026-1").await;
    let before = draft(&site, &id);
    let check = async |changes: &[(&str, &str)], want: &[&str]| {
        let answer = save(&site, &id, changes).await;
        answer.is(422);
        for text in want {
            answer.shows(text);
        }
        for (_, value) in changes.iter().filter(|(_, value)| !value.is_empty()) {
            // What was typed comes back.
            answer.shows(value);
        }
        assert_eq!(draft(&site, &id), before);
    };
    check(&[("fuse.factor", "0.9")], &["id=\"e-fuse.factor\"", "fuse.factor：“0.9”不在 1 至 100 之间"]).await;
    check(
        &[("fuse.factor", "abc"), ("share.general", "0.5 1.6")],
        &["2 处", "id=\"e-fuse.factor\"", "id=\"e-share.general\""],
    )
    .await;
    check(&[("share.general", "0.6 0.5")], &["id=\"e-share.general\"", "第 2 项小于前一项"]).await;
    check(&[("quota.by_bidders", "1 3")], &["id=\"e-quota.by_bidders\"", "超过了申报企业数"]).await;
    check(&[("fuse.anchor", "lowest")], &["id=\"e-fuse.mean_share\""]).await;
    check(&[("on.fuse", "")], &["没有 [fuse]"]).await;
    check(&[("price.decimals", "9")], &["id=\"e-price.decimals\""]).await;
    check(&[("term_end.until", "明年")], &["id=\"e-term_end.until\""]).await;
    check(&[("fuse.confidence", "sure")], &["id=\"e-fuse.confidence\""]).await;
    check(&[("name", "GY-YD2024-2")], &["id=\"e-name\"", "已属于另一个规则版本"]).await;
    check(&[("name", "a b")], &["id=\"e-name\""]).await;
    check(&[("title", "")], &["id=\"e-title\""]).await;
    // A name that is taken is refused when copying too.
    let other = RuleDraftId::new();
    let fields = [("id", other.as_str()), ("name", "GY-YD2024-2")];
    site.post("officer", &format!("/rules/{}/copy", version.id), &fields).await.is(422);
    // Scripts are text.
    save(&site, &id, &[("fuse.clause", "<script>alert(1)</script>")]).await.is(303);
    site.get("officer", &format!("/rules/drafts/{id}"))
        .await
        .hides("<script>alert")
        .shows("&#60;script&#62;");
}

#[actix_web::test]
async fn two_officers_do_not_overwrite_each_other() {
    let (site, version) = ready();
    let id = copied(&site, &version.id, "JH-YD2026-1").await;
    let mine = form(&site, &id, &[("fuse.factor", "1.7")]);
    save(&site, &id, &[("standard.cut", "0.4")]).await.is(303);
    let answer = send(&site, &id, &mine).await;
    answer.is(422).shows("已被他人修改").shows("standard.cut").shows("<del>0.4</del>").shows("value=\"1.7\"");
    assert_eq!(parsed(&site, &id).standard.cut.0.to_string(), "0.4");
    site.post("officer2", &format!("/rules/drafts/{id}/discard"), &[]).await.is(303);
    site.post("officer", &format!("/rules/drafts/{id}/discard"), &[]).await.is(303);
    assert_eq!(draft(&site, &id).state, DraftState::Discarded);
    save(&site, &id, &[("standard.cut", "0.5")]).await.is(422).shows("已作废");
    site.get("officer", "/rules").await.hides(&format!("/rules/drafts/{id}"));
}

#[actix_web::test]
async fn of_two_reviewers_at_once_one_publishes() {
    let (site, version) = ready();
    let bureau = site.who("officer").organisation;
    site.account(&bureau, "reviewer2", &["reviewer".parse().unwrap()]);
    let id = copied(&site, &version.id, NAME).await;
    save(&site, &id, &[("fuse.factor", "1.9")]).await.is(303);
    ask(&site, &id).await.is(303);
    let asked = request(&site, &id);
    let (one, two) = (site.ctx_of("reviewer"), site.ctx_of("reviewer2"));
    let race = |ctx: jicai::types::Ctx, yes: bool| {
        let (db, id, asked) = (site.app.db.clone(), id.clone(), asked.parse().unwrap());
        std::thread::spawn(move || db.write(|tx| rule_drafts::decide(tx, &ctx, &id, &asked, yes, "不同意")))
    };
    let done: Vec<_> = [race(one, true), race(two, true)].into_iter().map(|t| t.join().unwrap()).collect();
    assert_eq!(done.iter().filter(|d| d.is_ok()).count(), 1, "{done:?}");
    assert_eq!(latest(&site, NAME).unwrap().version, 2);
    // Two drafts of one name become two versions.
    let (a, b) = (copied(&site, &version.id, NAME).await, copied(&site, &version.id, NAME).await);
    save(&site, &a, &[("fuse.factor", "2")]).await.is(303);
    save(&site, &b, &[("fuse.factor", "3")]).await.is(303);
    assert_eq!((publish(&site, &a).await.version, publish(&site, &b).await.version), (3, 4));
    // Of two drafts that would make the same new rule set the second is refused, and stays open.
    let (a, b) = (copied(&site, &version.id, "JH-1").await, copied(&site, &version.id, "JH-1").await);
    assert_eq!(publish(&site, &a).await.version, 1);
    ask(&site, &b).await.is(303);
    decide(&site, "reviewer", &b, &request(&site, &b), "yes", "").await.is(422).shows("JH-1");
    assert_eq!(draft(&site, &b).state, DraftState::Open);
}

#[actix_web::test]
async fn whoever_asks_does_not_decide() {
    let (site, version) = ready();
    let bureau = site.who("officer").organisation;
    site.account(&bureau, "both", &["officer".parse().unwrap(), "reviewer".parse().unwrap()]);
    let id = copied(&site, &version.id, NAME).await;
    save(&site, &id, &[("fuse.factor", "1.9")]).await.is(303);
    site.post("both", &format!("/rules/drafts/{id}/ask"), &[]).await.is(303);
    let asked = request(&site, &id);
    decide(&site, "both", &id, &asked, "yes", "").await.is(422);
    site.get("both", &format!("/rules/drafts/{id}")).await.hides("/decide");
    // Nor does a request of one draft publish another.
    let other = copied(&site, &version.id, "JH-2").await;
    decide(&site, "reviewer", &other, &asked, "yes", "").await.is(404);
    site.post("officer", &format!("/rules/drafts/{id}/withdraw"), &[]).await.is(303);
    decide(&site, "reviewer", &id, &asked, "yes", "").await.is(422);
    let open =
        site.app.db.read(|conn| approvals::open(conn, rule_drafts::SUBJECT, id.as_str(), Action::RuleSet));
    assert_eq!(open.unwrap(), None);
    save(&site, &id, &[("fuse.factor", "2")]).await.is(303);
}

#[actix_web::test]
async fn a_draft_is_tried_on_an_opened_round() {
    let site = Site::with_city();
    let (round, _) = opened(&site);
    let id = copied(&site, &round.rule_set_id, "JH-SD2026-2").await;
    let page = |to: &str, of: &str| format!("/rules/compare?from={}&to={to}&round={of}", round.rule_set_id);
    let same = site.get("officer", &page(id.as_str(), round.id.as_str())).await;
    same.is(200).shows("结论相同");
    // With three places and a fuse factor of 5 the third bid (0.45 over 0.1) wins.
    save(&site, &id, &[("fuse.factor", "5"), ("quota.by_bidders", "1 2 3")]).await.is(303);
    let changed = site.get("officer", &page(id.as_str(), round.id.as_str())).await;
    changed
        .is(200)
        .shows("fuse.factor")
        .shows("<ins>5</ins>")
        .shows("1 个结论不同")
        .shows("未入围")
        .shows("2 → 3")
        .shows("中选");
    // Nothing of it is stored.
    let none = site.app.db.read(|conn| jicai::awards::store::latest(conn, &round.id)).unwrap();
    assert!(none.is_none());
    let (sealed, _) = site.round_in(RoundState::Bidding);
    site.get("officer", &page(id.as_str(), sealed.id.as_str())).await.is(422).shows("尚未开标");
    site.get("officer", "/rules/compare").await.is(200).shows(&round.number).hides(&sealed.number);
    site.get("officer", &page("nothing", "")).await.is(404);
    site.get("supplier1", &page(id.as_str(), round.id.as_str())).await.is(403);
    site.get("hospital1", &format!("/rules/drafts/{id}")).await.is(403);
}

#[test]
fn the_bounds_of_a_file_are_told_with_line_and_parameter() {
    let text = rounds::rule_set::find(NAME).unwrap().text;
    let check = |from: &str, to: &str, want: usize, said: &str| {
        let text = text.replace(from, to);
        let why = RuleSet::parse(&text).unwrap_err();
        let line = text.lines().position(|l| l.contains(to.lines().next().unwrap())).unwrap() + 1;
        assert_eq!(why.line(&text), Some(if want == 0 { line } else { want }), "{to}: {why:?}");
        assert!(why.say(Lang::En.text()).contains(said), "{why:?}");
    };
    check("factor = \"1.8\"", "factor = \"0.9\"", 0, "fuse.factor");
    check("rounding_unit = \"1\"", "rounding_unit = \"0\"", 0, "volume.rounding_unit");
    check("factor = \"1.8\"", "factor = \"x\"", 0, "not a number");
    check("decimals = \"4\"", "decimals = \"7\"", 0, "price.decimals");
}
