//! Screens: nothing before the opening, findings with their numbers after it, remarks, files, the command.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use actix_web::http::header;
use actix_web::test::TestRequest;
use diesel::prelude::*;
use jicai::audit::{self, Filter};
use jicai::rounds::{Lot, Round, RoundState};
use jicai::schema::{screen_remarks, submissions};
use jicai::screens::{self, Finding, Screen};
use jicai::types::{AccountId, EnvelopeId};

use crate::bids::{NAME, bid, bidding, move_on};
use crate::comparison::near;
use crate::evaluation::{compute, opened};
use crate::support::{Answer, Site};

/// Where a request of a test comes from.
struct From<'a> {
    peer: &'a str,
    forwarded: &'a str,
    agent: &'a str,
}

fn from(request: TestRequest, from: &From) -> TestRequest {
    let request = request.peer_addr(from.peer.parse().unwrap());
    let request = request.insert_header((header::USER_AGENT, from.agent));
    if from.forwarded.is_empty() {
        return request;
    }
    request.insert_header(("x-forwarded-for", from.forwarded))
}

/// Bids one price for the first lot by form.
async fn form(site: &Site, login: &str, path: &str, lot: &Lot, price: &str, sender: &From<'_>) {
    let id = EnvelopeId::new().to_string();
    let named = |key: &str| format!("{key}:{}", lot.id);
    let fields = [
        ("id".to_owned(), id.as_str()),
        (named("product"), lot.generic.as_str()),
        (named("spec"), lot.comparable_spec.as_str()),
        (named("unit_price"), price),
        (named("kind"), "generic"),
    ];
    let request = TestRequest::post().uri(path).set_form(fields);
    site.send(login, from(request, sender)).await.is(200);
}

/// Uploads a workbook of a company for the first lot, made by somebody.
async fn workbook(site: &Site, login: &str, path: &str, price: &str, author: &str) {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.set_properties(&rust_xlsxwriter::DocProperties::new().set_author(author));
    let page = book.add_worksheet();
    let name = site.who(login).organisation.name;
    let table = [
        ["lot", "company", "product", "spec", "unit_price"],
        ["1", name.as_str(), "阿莫西林胶囊", "0.25g", price],
    ];
    for (row, cells) in table.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            page.write_string(row as u32, column as u16, *cell).unwrap();
        }
    }
    let id = EnvelopeId::new().to_string();
    let file = book.save_to_buffer().unwrap();
    site.upload(login, &format!("{path}/upload"), &[("id", &id)], "bids.xlsx", &file).await.is(200);
}

async fn open(site: &Site, round: &Round) {
    move_on(site, round, RoundState::Opening, round.calendar.opening_at);
    site.confirm("officer", &round.id).await.is(303);
    site.confirm("reviewer", &round.id).await.is(303);
}

fn findings(site: &Site, round: &Round) -> Vec<Finding> {
    site.app.db.read(|conn| screens::of_round(conn, round)).unwrap().unwrap().screened.findings
}

fn of(list: &[Finding], screen: Screen) -> &Finding {
    list.iter().find(|finding| finding.screen == screen).unwrap_or_else(|| panic!("no {screen}: {list:?}"))
}

#[actix_web::test]
async fn before_the_opening_nothing_is_screened_and_suppliers_never_see_it() {
    let site = Site::with_city();
    let (round, lots, path) = bidding(&site);
    let sender = From { peer: "203.0.113.7:5000", forwarded: "", agent: "Browser/7" };
    form(&site, "supplier1", &path, &lots[0], "0.4", &sender).await;
    form(&site, "supplier2", &path, &lots[0], "0.4", &sender).await;
    let list = format!("/rounds/{}/screens", round.id);
    for state in [RoundState::Bidding, RoundState::Opening] {
        move_on(&site, &round, state, site.now());
        let before = Round { state, ..round.clone() };
        assert!(site.app.db.read(|conn| screens::of_round(conn, &before)).unwrap().is_none());
        for login in ["officer", "reviewer", "auditor"] {
            let page = site.get(login, &list).await;
            page.is(200)
                .shows("开标前不作任何筛查")
                .hides(NAME)
                .hides("0.4")
                .hides("203.0.113")
                .hides("Browser/7");
        }
        for page in ["comparison", "report"] {
            site.get("officer", &format!("/rounds/{}/{page}", round.id))
                .await
                .is(200)
                .hides(NAME)
                .hides("0.4<");
        }
        site.get("officer", &format!("{list}/export?as=csv")).await.is(404);
        site.get("officer", &format!("/rounds/{}/report.xlsx", round.id)).await.is(404);
        site.get("officer", &format!("{list}/00000000000000000000000000000000")).await.is(404);
    }
    // What came with the envelopes is in no audit link either.
    let trail = site.app.db.read(|c| audit::page(c, &Filter::default(), 1_000)).unwrap();
    assert!(trail.iter().all(|e| !e.after.contains("203.0.113") && !e.after.contains("Browser/7")));
    move_on(&site, &round, RoundState::Bidding, round.calendar.bidding_from);
    open(&site, &round).await;
    let finding = of(
        &findings(&site, &Round { state: RoundState::Evaluation, ..round.clone() }),
        Screen::IdenticalPrices,
    )
    .id();
    for login in ["supplier1", "hospital1", "settlement", "admin"] {
        for path in [list.clone(), format!("{list}/{finding}"), format!("{list}/export?as=csv")] {
            site.get(login, &path).await.is(403);
        }
    }
    site.get("officer", &list).await.is(200).shows("报价相同").shows(NAME).shows("不是违规的证明");
}

#[actix_web::test]
async fn one_device_and_one_author_show_after_the_opening() {
    let site = Site::with_city();
    let (round, lots, path) = bidding(&site);
    // Behind a proxy on this machine its last word counts; from elsewhere the header is a claim.
    let proxied = |forwarded| From { peer: "127.0.0.1:5000", forwarded, agent: "Browser/7" };
    form(&site, "supplier1", &path, &lots[0], "0.4", &proxied("10.0.0.1, 203.0.113.7")).await;
    site.set_clock(site.now().plus_millis(150_000));
    form(&site, "supplier2", &path, &lots[0], "0.3", &proxied("203.0.113.7")).await;
    let claimed = From { peer: "198.51.100.9:80", forwarded: "203.0.113.7", agent: "Browser/7" };
    form(&site, "supplier3", &path, &lots[0], "0.2", &claimed).await;
    type Kept = (String, String, String);
    let kept: Vec<Kept> = site
        .app
        .db
        .read(|c| {
            let columns = (submissions::network, submissions::device, submissions::agent);
            Ok(submissions::table.order(submissions::seq).select(columns).load(c)?)
        })
        .unwrap();
    assert_eq!(kept[0], kept[1]);
    assert_eq!((kept[0].0.as_str(), kept[2].0.as_str()), ("203.0.113.0/24", "198.51.100.0/24"));
    assert!(kept[0].1 != kept[2].1 && kept[0].1.len() == 64);

    workbook(&site, "supplier2", &path, "0.31", "张三").await;
    workbook(&site, "supplier3", &path, "0.21", "张三").await;
    open(&site, &round).await;
    let now = Round { state: RoundState::Evaluation, ..round.clone() };
    let all = findings(&site, &now);
    let device = of(&all, Screen::SameDevice);
    assert_eq!((device.shown().as_str(), device.companies.len()), ("2.5", 2));
    let page = site.get("auditor", &format!("/rounds/{}/screens/{}", round.id, device.id())).await;
    page.is(200).shows("203.0.113.0/24").shows("Browser/7").shows("个人信息").hides("203.0.113.7");
    assert!(all.iter().any(|it| it.screen == Screen::SameAuthor && it.mark == "creator = 张三"));
    // Replaced envelopes count, those of a company that withdrew do not: nobody else's origin is told.
    assert!(all.iter().all(|it| it.screen != Screen::WithdrawnLate));
}

#[actix_web::test]
async fn an_officer_records_what_looking_came_to() {
    let site = Site::with_city();
    let (round, lots) = opened(&site);
    let list = format!("/rounds/{}/screens", round.id);
    site.get("officer", &list).await.is(200).shows("尚无评审结果").shows("仅一家申报").shows("前两位价差大");
    let finding = of(&findings(&site, &round), Screen::SingleBidder).clone();
    let path = format!("{list}/{}", finding.id());
    let page = site.get("officer", &path).await;
    page.is(200)
        .shows("竞价单元 2 只有 1 家有效申报")
        .shows("其他可能的解释")
        .shows("1.5")
        .shows("记录核实情况");
    let id = AccountId::new().to_string();
    let fields = |remark| [("id", id.as_str()), ("outcome", "explained"), ("remark", remark)];
    site.post("reviewer", &path, &fields("x")).await.is(403);
    site.post("auditor", &path, &fields("x")).await.is(403);
    site.post("officer", &path, &fields("  ")).await.is(422);
    site.post("officer", &path, &[("id", &id), ("outcome", "guilty"), ("remark", "x")]).await.is(422);
    site.post("officer", &format!("{list}/{}", "0".repeat(32)), &fields("x")).await.is(404);
    for _ in 0..2 {
        site.post("officer", &path, &fields("该品种仅一家获批")).await.is(303);
    }
    let count: i64 = site.app.db.read(|c| Ok(screen_remarks::table.count().get_result(c)?)).unwrap();
    assert_eq!(count, 1);
    let links = site
        .app
        .db
        .read(|c| audit::page(c, &Filter { action: "screen.remark".to_owned(), ..Filter::default() }, 10))
        .unwrap();
    assert_eq!(links.len(), 1);
    assert!(links[0].after.contains("该品种仅一家获批") && links[0].actor.contains("officer"));
    site.get("auditor", &path).await.shows("officer同志").shows("该品种仅一家获批").hides("记录核实情况");
    site.get("auditor", &list).await.shows("已核实，有合理解释").shows("其中 1 项已有核实记录");

    // With an award the winners are its own; the finding about the lot is still the same one.
    compute(&site, &round.id, "");
    let page = site.get("officer", &list).await;
    page.shows("取自第 1 版评审结果").shows(&format!("/rounds/{}/award/{}?version=1", round.id, lots[1].id));
    page.shows("已核实，有合理解释");
}

#[actix_web::test]
async fn the_list_is_filtered_sorted_and_exported() {
    let site = Site::with_city();
    let (round, _) = near(&site);
    let list = format!("/rounds/{}/screens", round.id);
    site.get("officer", &format!("{list}?screen=single_bidder"))
        .await
        .shows("竞价单元 2 只有")
        .hides("竞价单元 1：");
    site.get("officer", &format!("{list}?lot=1")).await.shows("竞价单元 1：").hides("竞价单元 2 只有");
    site.get("officer", &format!("{list}?company=%E4%B8%8D%E5%9C%A8&sort=lot"))
        .await
        .is(200)
        .shows("没有符合筛选条件的情形");
    site.get("officer", &format!("{list}?sort=companies&after=nothing"))
        .await
        .is(200)
        .shows("单元 1")
        .shows("单元 2");
    let csv = site.get("auditor", &format!("{list}/export?as=csv&lot=2")).await;
    csv.is(200).shows("screen,lot,companies,figure").shows("single_bidder,2,").hides("cover_gap,1,");
    let all = findings(&site, &round);
    let xlsx = site.get("auditor", &format!("{list}/export?as=xlsx")).await;
    let cells = crate::comparison::sheet(&xlsx.is(200).bytes, "screens");
    assert_eq!(cells[0][..4], ["screen", "lot", "companies", "figure"]);
    assert_eq!(cells.len(), all.len() + 1);
    let exports = site
        .app
        .db
        .read(|c| audit::page(c, &Filter { action: "screen.export".to_owned(), ..Filter::default() }, 10))
        .unwrap();
    assert_eq!(exports.len(), 2);
    site.get("officer", &format!("{list}?lang=")).await.is(200);
    let en =
        site.send("officer", TestRequest::get().uri(&list).insert_header((header::COOKIE, "lang=en"))).await;
    assert!(en.status == 200);
}

#[actix_web::test]
async fn a_bid_sent_twice_leaves_one_submission() {
    let site = Site::with_city();
    let (_, lots, path) = bidding(&site);
    bid(&site, "supplier1", &path, &lots, "0.45").await;
    bid(&site, "supplier1", &path, &lots, "0.44").await;
    let count: i64 = site.app.db.read(|c| Ok(submissions::table.count().get_result(c)?)).unwrap();
    assert_eq!(count, 2);
    let (network, device): (String, String) = site
        .app
        .db
        .read(|c| Ok(submissions::table.select((submissions::network, submissions::device)).first(c)?))
        .unwrap();
    assert!(network.is_empty() && device.is_empty(), "unknown addresses are nothing in common");
}

/// Runs the command over files in a folder.
fn run(folder: &Path, more: &[&str]) -> Output {
    let arguments = [&["screens", "--lots", "lots.csv", "--bids", "bids.csv"], more].concat();
    let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
    command.current_dir(folder).env("JICAI_LANG", "en").args(arguments).output().unwrap()
}

#[test]
fn the_command_screens_files() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(
        at("lots.csv"),
        "lot,generic,form,form_class,comparable_spec,ceiling,category\nL1,阿司匹林,片剂,oral_solid,0.1g,1,general\n",
    )
    .unwrap();
    let bids = "lot,company,group,product,spec,unit_price,ratio\nL1,甲,系,甲的片,0.1g,0.40,1\nL1,乙,系,乙的片,0.1g,0.41,1\n\
                L1,丙,,丙的片,0.1g,0.42,1\nL1,丁,,丁的片,0.1g,0.43,1\n";
    fs::write(at("bids.csv"), bids).unwrap();
    let output = run(folder.path(), &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.starts_with("screen,lot,companies,figure,threshold,n,arithmetic,says,finding\n"), "{text}");
    assert!(text.contains("low_variation,L1,丁; 丙; 乙; 甲,0.031108,≤ 0.06,4,"), "{text}");
    assert!(text.contains("related_meet,L1,乙; 甲,2,≥ 2,4,"), "{text}");
    assert!(text.contains("the coefficient of variation of 4 prices is 0.031108, at most 0.06"), "{text}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("reason to look, not proof"));
    // By a rule set, and by the file its award wrote: the same.
    let by_rules = run(folder.path(), &["--rules", "GY-YD2024-2"]);
    let award = ["award", "--rules", "GY-YD2024-2", "--lots", "lots.csv", "--bids", "bids.csv"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
    let awards = command.current_dir(folder.path()).args(award).output().unwrap();
    fs::write(at("awards.csv"), awards.stdout).unwrap();
    let by_file = run(folder.path(), &["--awards", "awards.csv"]);
    assert_eq!(by_rules.stdout, by_file.stdout);
    assert!(by_file.status.success());
    // The lines of the input may come in any order.
    let mut lines: Vec<&str> = bids.lines().collect();
    lines[1..].reverse();
    fs::write(at("bids.csv"), lines.join("\n")).unwrap();
    assert_eq!(String::from_utf8(run(folder.path(), &[]).stdout).unwrap(), text);

    let refused = |more: &[&str], said: &str| {
        let output = run(folder.path(), more);
        assert_eq!(output.status.code(), Some(2));
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(message.contains(said) && output.stdout.is_empty(), "{message}");
    };
    refused(&["--rules", "GY-YD1"], "GY-YD1");
    fs::write(at("awards.csv"), "lot,company,product,status\nL1,甲,甲的片,perhaps\n").unwrap();
    refused(&["--awards", "awards.csv"], "perhaps");
    fs::write(at("own.toml"), "name = \"own\"\n[low_spread]\nminimum = \"x\"\n").unwrap();
    refused(&["--thresholds", "own.toml"], "own.toml");
}

#[actix_web::test]
async fn the_page_of_a_round_leads_to_the_screens() {
    let site = Site::with_city();
    let (round, _) = opened(&site);
    let page: Answer = site.get("officer", &format!("/rounds/{}", round.id)).await;
    for part in ["screens", "comparison", "report"] {
        page.shows(&format!("/rounds/{}/{part}\"", round.id));
    }
    let other = site.get("supplier1", &format!("/rounds/{}", round.id)).await;
    other.hides("/screens\"").hides("/comparison\"").hides("/report\"");
}
