//! The comparison of lots by bids, and the evaluation report as page and workbook.

use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx};
use jicai::audit::{self, Filter};
use jicai::rounds::{self, Lot, Round, RoundState};
use jicai::types::LotId;

use crate::evaluation::{compute, offer, opened};
use crate::support::Site;

/// The rows of a sheet, each cell as text.
pub fn sheet(bytes: &[u8], name: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let mut cells = book.worksheet_cells_reader(name).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut rows: Vec<Vec<String>> = Vec::new();
    while let Some(cell) = cells.next_cell().unwrap() {
        let (row, column) = cell.get_position();
        let text = match cell.get_value() {
            DataRef::SharedString(text) => (*text).to_owned(),
            DataRef::String(text) => text.clone(),
            DataRef::Float(number) => number.to_string(),
            other => panic!("{other:?}"),
        };
        rows.resize((row as usize + 1).max(rows.len()), Vec::new());
        let cells = &mut rows[row as usize];
        cells.resize((column as usize + 1).max(cells.len()), String::new());
        cells[column as usize] = text;
    }
    rows
}

/// A computed round with a bid exactly 5 % above the fuse line, one just beyond, and a lot with one bidder.
pub fn near(site: &Site) -> (Round, Vec<Lot>) {
    let (round, lots) = site.round_in(RoundState::Evaluation);
    offer(site, &round, &lots[0], "supplier1", "0.1", false);
    offer(site, &round, &lots[0], "supplier2", "0.189", false);
    offer(site, &round, &lots[0], "supplier3", "0.1891", false);
    offer(site, &round, &lots[1], "supplier1", "1.5", false);
    compute(site, &round.id, "");
    (round, lots)
}

#[actix_web::test]
async fn every_bid_stands_in_its_place_with_its_distance_from_the_line() {
    let site = Site::with_city();
    let (round, lots) = near(&site);
    let path = format!("/rounds/{}/comparison", round.id);
    let page = site.get("reviewer", &path).await;
    page.is(200).shows("共 2 个竞价单元").shows("第 3 位").shows("0.18</td>").shows("1.8 × 0.1000");
    page.shows("+5.00%")
        .shows("+5.06%")
        .shows("-44.44%")
        .shows("近熔断线")
        .shows("入围末位")
        .shows("入围外首位");
    page.shows("浙江康恩药业有限公司")
        .shows("未入围")
        .shows(&format!("/award/{}?version=1", lots[0].id))
        .hides("style=");
    // Lot 1: 0.1891 over 0.1, and its one winner cut 80 %.
    page.shows("1.891</td>").shows("80.00%</td>");

    let only = async |query: &str| site.get("officer", &format!("{path}?{query}")).await;
    let (first, second) = ("阿莫西林胶囊", "盐酸氨溴索注射液");
    only("only=near_fuse").await.is(200).shows(first).hides(second);
    only("only=near_fuse&within=4.9").await.is(200).hides(first).shows("没有符合条件的竞价单元");
    only("only=near_quota").await.shows(first).hides(second);
    only("only=single").await.shows(second).hides(first);
    only("only=revived").await.hides(first).hides(second);
    only("only=fused").await.shows(first).hides(second);
    only("form_class=small_injection").await.shows(second).hides(first);
    only("category=special").await.hides(first).hides(second);
    only("q=%E5%8D%8E%E4%B8%9C").await.shows(first).hides(second);
    only("q=%E6%BA%B4%E7%B4%A2").await.shows(second).hides(first);
    only("within=abc").await.is(422).shows("“abc”不是 0 至 100 之间的百分数").shows(first);
    only("within=-1").await.is(422);
    only("within=101").await.is(422);
    only("version=9").await.is(404);
    let order = |body: &str| body.find(first).unwrap() < body.find(second).unwrap();
    assert!(order(&only("sort=bids").await.body));
    assert!(order(&only("sort=spread").await.body));
    assert!(order(&only("sort=cut").await.body));
    assert!(order(&only("sort=lot").await.body));
}

#[actix_web::test]
async fn lines_are_told_to_be_stored_ones_when_the_input_has_changed() {
    let site = Site::with_city();
    let (round, lots) = near(&site);
    let path = format!("/rounds/{}/comparison", round.id);
    site.get("officer", &path).await.hides("评审数据在这一版之后有变化");
    let later = site.organisation(
        jicai::people::OrganisationKind::Supplier,
        "迟来药业",
        "91330700MA28000009",
        "金华市",
        "",
    );
    crate::evaluation::offer_of(&site, &round, &lots[0], &later.id, "0.05", false);
    let page = site.get("officer", &path).await;
    page.is(200).shows("评审数据在这一版之后有变化").shows("+5.00%").hides("入围末位").hides("迟来药业");
}

#[actix_web::test]
async fn many_lots_come_page_by_page() {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Evaluation);
    for n in 3..=65 {
        let lot = Lot { id: LotId::new(), position: n, code: n.to_string(), ..lots[0].clone() };
        site.app.db.write(|tx| rounds::store::insert_lot(tx, &lot)).unwrap();
        offer(&site, &round, &lot, "supplier1", "0.1", false);
    }
    compute(&site, &round.id, "");
    let mut path = format!("/rounds/{}/comparison", round.id);
    let mut seen = Vec::new();
    for _ in 0..3 {
        let page = site.get("officer", &path).await;
        page.is(200).shows("共 65 个竞价单元");
        let codes = page.body.split("<th scope=\"row\"><a href=").skip(1);
        seen.extend(codes.map(|rest| rest.split(['>', '<']).nth(1).unwrap().to_owned()));
        let Some((_, next)) = page.body.split_once("rel=\"next\" href=\"") else { break };
        path = next.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    }
    assert_eq!(seen, (1..=65).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[actix_web::test]
async fn the_report_holds_everything_a_panel_signs() {
    let site = Site::with_city();
    let (round, lots) = opened(&site);
    let path = format!("/rounds/{}/report", round.id);
    site.get("officer", &path).await.is(200).shows("尚未计算中选结果，没有评审报告");
    site.get("officer", &format!("{path}.xlsx")).await.is(404);
    compute(&site, &round.id, "");
    let version = site.app.db.read(|c| jicai::awards::store::latest(c, &round.id)).unwrap().unwrap();
    let page = site.get("auditor", &path).await;
    page.is(200).shows(&round.number).shows("GY-YD2024-2 v1").shows(&version.input_sha256);
    page.shows(&version.output_sha256).shows(&site.now().seconds()).shows("评审专家").shows("监督人");
    page.shows("医保局负责人").shows("fuse.factor").shows("WON_RATIO").hides("<script>").hides("style=");
    page.shows("1.8 × 0.1").shows("80.00%").shows("没有无效申报").shows("没有同价排序").shows("入围末位");
    page.shows("仅一家申报").shows("仅列数量").hides("其他可能的解释");
    assert!(lots.iter().all(|lot| page.body.contains(&lot.generic)));
    for login in ["supplier1", "hospital1", "settlement", "admin"] {
        site.get(login, &path).await.is(403);
        site.get(login, &format!("{path}.xlsx")).await.is(403);
        site.get(login, &format!("/rounds/{}/comparison", round.id)).await.is(403);
    }

    let file = site.get("officer", &format!("{path}.xlsx")).await;
    let summary = sheet(&file.is(200).bytes, "总体情况");
    let value = |name: &str| {
        let row = summary.iter().find(|row| row.first().is_some_and(|cell| cell == name));
        row.unwrap_or_else(|| panic!("{name}: {summary:?}"))[1].clone()
    };
    assert_eq!(value("计算结果摘要"), version.output_sha256);
    assert_eq!((value("竞价单元数"), value("申报数"), value("中选数")), ("2".into(), "4".into(), "3".into()));
    assert_eq!((value("未入围数"), value("无效数")), ("1".into(), "0".into()));
    let results = sheet(&file.bytes, "各竞价单元评审结果");
    assert_eq!(results.len(), 5);
    assert_eq!(results[0][..3], ["竞价单元", "通用名", "最高有效申报价（元）"]);
    let first = &results[1];
    assert_eq!((first[3].as_str(), first[4].as_str(), first[6].as_str()), ("3", "2", "0.18"));
    assert!(first[18].contains("1.8 × 0.1000") && first[18].contains("[GY-YD2024-2 fuse]"), "{first:?}");
    assert!(sheet(&file.bytes, "适用规则参数").iter().any(|row| row[0] == "quota.by_bidders"));
    assert!(sheet(&file.bytes, "筛查情况").iter().any(|row| row[..2] == ["仅一家申报", "1"]));
    let signatures = sheet(&file.bytes, "签字");
    assert_eq!(signatures.iter().filter(|row| row[0] == "评审专家").count(), 5);
    let links = site
        .app
        .db
        .read(|c| audit::page(c, &Filter { action: "award.report".to_owned(), ..Filter::default() }, 10))
        .unwrap();
    assert_eq!(links.len(), 1);
}
