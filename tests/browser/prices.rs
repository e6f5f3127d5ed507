//! Price monitoring through the pages: purchases uploaded, judged, found, mailed, made a case of and closed.

use chrono::{Datelike, Months};
use jicai::catalog::{self, Facts, NewProduct};
use jicai::jobs;
use jicai::types::ProductId;

use crate::browser::{Browser, is_here, serve};
use crate::support::Site;

const PASSWORD: &str = "password-of-the-tests";
/// A tablet of supplier1.
const CODE: &str = "XJ01CAA040A001010100001";

/// The first days of last month and of this one.
fn days(site: &Site) -> [String; 2] {
    let first = site.now().day().with_day(1).unwrap();
    [first.checked_sub_months(Months::new(1)).unwrap(), first].map(|day| day.to_string())
}

/// hospital1 pays 18 this month for what cost 10 the month before, hospital2 pays 10 in both; the file names a product
/// nobody knows, too.
fn purchases(site: &Site) -> String {
    let supplier = site.who("supplier1").organisation.name;
    let [before, now] = days(site);
    let code = |login: &str| site.who(login).organisation.code;
    let (one, two) = (code("hospital1"), code("hospital2"));
    let mut csv = "日期,医疗机构编码,医保编码,供应企业,数量,单价,金额\n".to_owned();
    for (day, hospital, product, quantity, price, amount) in [
        (&before, &one, CODE, "100", "10", "1000"),
        (&before, &two, CODE, "100", "10", "1000"),
        (&now, &one, CODE, "200", "18", "3600"),
        (&now, &two, CODE, "100", "10", "1000"),
        (&now, &two, "XJ01CAA041A001010100001", "1", "5", "5"),
    ] {
        csv.push_str(&format!("{day},{hospital},{product},{supplier},{quantity},{price},{amount}\n"));
    }
    csv
}

/// A product of supplier1 in the catalogue.
fn product(site: &Site) {
    let new = NewProduct {
        id: ProductId::new(),
        code: CODE.to_owned(),
        facts: Facts {
            generic: "阿莫西林片".to_owned(),
            form: "片剂".to_owned(),
            spec: "0.25g".to_owned(),
            pack: "0.25g×24片".to_owned(),
            maker: site.who("supplier1").organisation.name,
            listing_price: Some("18".parse().unwrap()),
            ..Facts::default()
        },
    };
    let ctx = site.ctx_of("officer");
    site.app.db.write(|tx| catalog::add(tx, &ctx, new.clone())).unwrap();
}

async fn run(site: &Site, job: &str) {
    jobs::by_hand(&site.app, jobs::find(job).unwrap()).await.unwrap().unwrap();
}

/// The job does what a file waits for; the page is opened anew.
async fn looked_at(browser: &Browser, site: &Site) {
    let page = browser.path().await;
    run(site, "take_price_files").await;
    browser.goto(&page).await;
}

/// The officer subscribes, then uploads the file and applies it.
async fn upload(browser: &Browser, site: &Site) {
    browser.log_in("officer", PASSWORD).await;
    browser.goto("/alerts/new").await;
    browser.fill("name", "全市红色预警").await;
    browser.choose("frequency", "即时").await;
    browser.look("01-alert-new").await;
    browser.submit("form[action='/alerts/subscriptions'] button").await;
    browser.sees("全市红色预警").await;
    let folder = tempfile::tempdir().unwrap();
    let (bad, good) = (folder.path().join("坏.csv"), folder.path().join("采购记录.csv"));
    std::fs::write(&bad, purchases(site).replace("3600", "3601")).unwrap();
    std::fs::write(&good, purchases(site)).unwrap();
    browser.goto("/transactions").await;
    browser.look("02-transactions").await;
    browser.attach("file", &bad).await;
    browser.submit("form[action='/transactions'] button.btn-primary").await;
    looked_at(browser, site).await;
    browser.sees("3601").await;
    browser.look("03-bad-file").await;
    browser.press_and_confirm("form[action$='/abandon'] button").await;
    browser.goto("/transactions").await;
    browser.attach("file", &good).await;
    browser.submit("form[action='/transactions'] button.btn-primary").await;
    looked_at(browser, site).await;
    browser.find("form[action$='/apply'] button").await;
    browser.look("04-file").await;
    browser.press_and_confirm("form[action$='/apply'] button").await;
    looked_at(browser, site).await;
    browser.sees("已导入").await;
    browser.look("05-applied").await;
    browser.goto("/transactions/unmatched").await;
    browser.sees("XJ01CAA041A001010100001").await;
    browser.look("06-unmatched").await;
}

/// The night passes; what it found stands on the board, in the list, on its own page and in the mail.
async fn found(browser: &Browser, site: &Site) {
    for job in ["scan_prices", "count_prices", "open_cases", "write_alerts"] {
        run(site, job).await;
    }
    browser.goto("/prices").await;
    browser.sees("1600.00").await;
    browser.look("07-board").await;
    browser.goto("/monitoring").await;
    browser.look("08-monitoring").await;
    browser.goto("/findings").await;
    browser.sees("1600.00").await;
    browser.look("09-findings").await;
    browser.submit("main tbody a[href^='/findings/']").await;
    for figure in ["18", "10", "1600.00"] {
        browser.sees(figure).await;
    }
    browser.look("10-finding").await;
    browser.submit("a[href^='/prices/products/']").await;
    browser.sees("阿莫西林片").await;
    browser.look("11-product").await;
    browser.goto("/alerts").await;
    browser.look("12-alerts").await;
    browser.submit("main a[href^='/alerts/0']").await;
    browser.sees("1600.00").await;
    browser.look("13-alert").await;
}

/// The case is taken, the supplier asked; it lowers its price, and the case is closed.
async fn close(browser: &Browser, site: &Site) {
    browser.goto("/cases").await;
    browser.sees("1600.00").await;
    browser.look("14-cases").await;
    browser.submit("main tbody a[href^='/cases/']").await;
    let case = browser.path().await;
    browser.goto(&format!("{case}?act=assign")).await;
    let name = site.who("officer").account.name;
    browser.choose("assignee", &name).await;
    browser.submit("form[action$='/assign'] button.btn-primary").await;
    browser.look("15-case").await;
    browser.goto(&format!("{case}?act=step&of=inquiry")).await;
    browser.fill("number", "金医保函〔2026〕8号").await;
    browser
        .fill("body", "贵公司阿莫西林片在本市一家医疗机构的供货价一个月内由10元升至18元，请说明原因。")
        .await;
    browser.look("16-inquiry").await;
    browser.press_and_confirm("form[action$='/steps'] button.btn-primary").await;
    browser.sees("金医保函〔2026〕8号").await;

    browser.log_in("supplier1", PASSWORD).await;
    browser.goto("/cases").await;
    browser.look("17-supplier-cases").await;
    browser.submit("main tbody a[href^='/cases/']").await;
    browser.look("18-supplier-case").await;
    browser.submit("a[href*='?of=']").await;
    browser.fill("body", "系配送企业误用旧价目，即日起恢复10元供货。").await;
    browser.press_and_confirm("form[action$='/reply'] button.btn-primary").await;
    browser.sees("恢复10元供货").await;

    browser.log_in("officer", PASSWORD).await;
    browser.goto(&case).await;
    browser.sees("恢复10元供货").await;
    browser.submit("a[href*='act=outcome']").await;
    browser.choose("outcome", "达到要求").await;
    browser.fill("outcome_text", "价格已恢复，差价退还医疗机构。").await;
    browser.press_and_confirm("form[action$='/outcome'] button.btn-primary").await;
    browser.goto(&format!("{case}?act=close")).await;
    browser.choose("closing", "已整改").await;
    browser.fill("closing_text", "企业恢复原价并退还差价。").await;
    browser.look("19-close").await;
    browser.press_and_confirm("form[action$='/close'] button.btn-primary").await;
    browser.sees("已结案").await;
    browser.look("20-closed").await;
    // The same night again opens nothing.
    for job in ["scan_prices", "open_cases", "write_alerts"] {
        run(site, job).await;
    }
    browser.goto(&case).await;
    browser.sees("已结案").await;
    browser.goto("/cases").await;
    browser.look("21-cases").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn purchases_from_upload_to_closed_case() {
    if !is_here() {
        return;
    }
    let site = Site::with_city();
    product(&site);
    let browser = Browser::open(serve(&site)).await;
    upload(&browser, &site).await;
    found(&browser, &site).await;
    close(&browser, &site).await;
    browser.close().await;
}
