//! From publishing a round to its payment standards, through the pages only.

use jicai::types::{Time, sha256};

use crate::browser::{Browser, is_here, serve};
use crate::support::Site;

const PASSWORD: &str = "password-of-the-tests";

/// A moment of the walk on the server's clock.
fn set(site: &Site, at: &str) {
    site.set_clock(Time::parse_local(at).unwrap());
}

/// The officer writes a round with one lot and asks for its publication; gives its address.
async fn write_round(browser: &Browser) -> String {
    browser.log_in("officer", PASSWORD).await;
    browser.is_clean().await;
    browser.goto("/rounds/new").await;
    browser.fill("number", "JH-YD2026-1").await;
    browser.fill("title", "金华市第一批药品集中带量采购").await;
    browser.choose("rule_set_id", "GY-YD2024-2").await;
    browser.press("[name='regions'][value='金华市']").await;
    for (name, value) in [
        ("demand_from", "2026-11-24T09:00"),
        ("demand_to", "2026-12-04T17:00"),
        ("bidding_from", "2026-12-08T09:00"),
        ("bidding_to", "2026-12-18T17:00"),
        ("opening_at", "2026-12-18T18:00"),
        ("publicity_from", "2026-12-21T09:00"),
        ("publicity_to", "2026-12-28T17:00"),
        ("contract_to", "2027-01-20T17:00"),
        ("execution_from", "2027-02-01"),
        ("execution_to", "2029-01-31"),
    ] {
        browser.set(name, value).await;
    }
    browser.is_clean().await;
    browser.submit("main form button.btn-primary").await;
    browser.sees("JH-YD2026-1 金华市第一批").await;
    let round = browser.path().await;
    browser.goto(&format!("{round}/lots/new")).await;
    for (name, value) in [
        ("lot", "1"),
        ("generic", "盐酸二甲双胍片"),
        ("form", "片剂"),
        ("comparable_spec", "0.25g"),
        ("unit", "片"),
        ("ceiling", "0.217"),
    ] {
        browser.fill(name, value).await;
    }
    browser.is_clean().await;
    browser.submit("main form button.btn-primary").await;
    browser.sees("盐酸二甲双胍片").await;
    browser.goto(&round).await;
    browser.submit("form[action$='/publish'] button").await;
    browser.sees("操作已完成").await;
    browser.is_clean().await;
    round
}

/// A hospital reports by the generic name and says why, as it has no history.
async fn report(browser: &Browser, login: &str, round: &str, quantity: &str) {
    browser.log_in(login, PASSWORD).await;
    browser.sees("填报需求量").await;
    browser.goto(&format!("{round}/demand")).await;
    browser.fill_first("[name^='generic.']", quantity).await;
    browser.fill_first("[name^='reason.']", "新开展").await;
    browser.is_clean().await;
    browser.press_and_confirm("button[name='do'][value='submit']").await;
    browser.sees("已提交").await;
}

async fn bid(browser: &Browser, login: &str, round: &str, product: &str, price: &str) {
    browser.log_in(login, PASSWORD).await;
    browser.goto(&format!("{round}/bids")).await;
    browser.fill_first("[name^='product:']", product).await;
    browser.fill_first("[name^='unit_price:']", price).await;
    browser.is_clean().await;
    browser.press_and_confirm("form[action$='/bids'] button").await;
    browser.sees("SHA-256").await;
    browser.is_clean().await;
    browser.shot("receipt").await;
    // The copy that is saved has the hash that the receipt states.
    browser.press("[data-save='copy-text']").await;
    let name = browser.attribute("[data-save='copy-text']", "data-name").await;
    let copy = std::fs::read(browser.saved(&name).await).unwrap();
    browser.sees(&sha256(&copy)).await;
}

/// The officer names the openers; each takes a key, saves it and gives the file back.
async fn take_keys(browser: &Browser, round: &str) {
    browser.log_in("officer", PASSWORD).await;
    browser.goto(&format!("{round}/openers")).await;
    browser.is_clean().await;
    for login in ["officer", "reviewer"] {
        let script = "[...document.querySelectorAll('main label')].find(l => \
                      l.textContent.includes(`(${arguments[0]},`)).querySelector('input').click()";
        browser.run(script, login).await;
    }
    browser.submit("form[action$='/openers'] button").await;
    browser.sees("2 人中的 2 人").await;
    for login in ["officer", "reviewer"] {
        browser.log_in(login, PASSWORD).await;
        browser.sees("领取本人的开标密钥").await;
        browser.goto(&format!("{round}/openers")).await;
        browser.is_clean().await;
        browser.press_and_confirm("form[action$='/openers/take'] button").await;
        browser.sees("仅显示这一次").await;
        browser.is_clean().await;
        browser.shot("opener_key").await;
        browser.press("[data-save='key-text']").await;
        let key = browser.saved(&format!("JH-YD2026-1-{login}.key")).await;
        browser.attach("file", &key).await;
        browser.submit("form[action$='/openers/keep'] button").await;
        browser.sees("您的密钥已确认保存").await;
        browser.is_clean().await;
        browser.shot("openers").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_from_draft_to_payment_standard() {
    if !is_here() {
        return;
    }
    let site = Site::with_city();
    let ctx = site.ctx();
    site.app.db.write(|tx| jicai::rounds::seed_rule_sets(tx, &ctx)).unwrap();
    let browser = Browser::open(serve(&site)).await;
    let round = write_round(&browser).await;

    browser.log_in("reviewer", PASSWORD).await;
    browser.goto("/approvals").await;
    browser.is_clean().await;
    browser.press_and_confirm("button[name='decision'][value='yes']").await;
    browser.sees("同意").await;

    set(&site, "2026-11-25 10:00");
    report(&browser, "hospital1", &round, "600000").await;
    report(&browser, "hospital2", &round, "300000").await;

    set(&site, "2026-12-08 10:00");
    advance(&site);
    browser.log_in("officer", PASSWORD).await;
    for hospital in ["hospital1", "hospital2"] {
        let id = site.who(hospital).organisation.id;
        browser.goto(&format!("{round}/demand/{id}")).await;
        browser.is_clean().await;
        browser.submit("button[formaction$='/approve']").await;
        browser.sees("操作已完成").await;
    }
    take_keys(&browser, &round).await;
    browser.log_in("officer", PASSWORD).await;
    browser.goto(&round).await;
    browser.press_and_confirm("form[action$='/open-bidding'] button").await;
    browser.sees("申报中").await;

    bid(&browser, "supplier1", &round, "XA10BAE021A001010191001", "0.0392").await;
    bid(&browser, "supplier2", &round, "XA10BAE021A001010191002", "0.0415").await;
    bid(&browser, "supplier3", &round, "XA10BAE021A001010191003", "0.1260").await;

    set(&site, "2026-12-18 18:30");
    advance(&site);
    browser.goto("/public/receipts").await;
    browser.sees("JH-YD2026-1").await;
    browser.is_clean().await;
    browser.shot("roots").await;
    for login in ["officer", "reviewer"] {
        browser.log_in(login, PASSWORD).await;
        browser.goto(&format!("{round}/opening")).await;
        browser.is_clean().await;
        browser.shot("opening").await;
        let key = browser.saved(&format!("JH-YD2026-1-{login}.key")).await;
        browser.attach("file", &key).await;
        browser.press_and_confirm("form[action$='/opening'] button").await;
        browser.sees(login).await;
    }

    set(&site, "2026-12-21 10:00");
    browser.log_in("officer", PASSWORD).await;
    browser.goto(&format!("{round}/award")).await;
    browser.submit("form[action$='/award'] button").await;
    browser.sees("第 1 版").await;
    browser.is_clean().await;
    browser.shot("award").await;
    browser.press_and_confirm("form[action$='/publicity'] button").await;
    browser.sees("公示中").await;

    set(&site, "2026-12-28 18:00");
    browser.log_in("officer", PASSWORD).await;
    browser.goto(&format!("{round}/award")).await;
    browser.submit("form[action$='/confirmation'] button").await;
    browser.log_in("reviewer", PASSWORD).await;
    browser.goto(&format!("{round}/award")).await;
    browser.press_and_confirm("form[action$='/confirmation/confirm'] button").await;
    browser.sees("已确定").await;

    browser.log_in("officer", PASSWORD).await;
    browser.goto(&format!("{round}/contracts")).await;
    browser.press_and_confirm("form[action$='/draw-up'] button").await;
    browser.sees("签约中").await;
    browser.is_clean().await;
    // The city is one region: all generic volume goes to its main supplier, the first winner.
    for login in ["hospital1", "hospital2", "supplier1"] {
        browser.log_in(login, PASSWORD).await;
        browser.goto("/contracts").await;
        browser.is_clean().await;
        browser.press_and_confirm("button[name='which'][value='shown']").await;
        browser.sees("操作已完成").await;
    }

    browser.log_in("officer", PASSWORD).await;
    browser.goto(&format!("{round}/standards")).await;
    browser.press_and_confirm("form[action$='/standards/ask'] button").await;
    browser.log_in("reviewer", PASSWORD).await;
    browser.goto(&format!("{round}/standards")).await;
    browser.is_clean().await;
    browser.press_and_confirm("button[name='decision'][value='yes']").await;
    browser.log_in("settlement", PASSWORD).await;
    browser.goto("/standards").await;
    browser.sees("0.0392").await;
    browser.is_clean().await;
    browser.shot("standards").await;

    let csv = site.get("settlement", "/standards/export.csv").await;
    csv.is(200).shows("XA10BAE021A001010191001").shows("0.0392");
    browser.close().await;
}

/// What the timetable does at this hour.
fn advance(site: &Site) {
    let (ctx, signer) = (site.ctx(), site.signer());
    site.app
        .db
        .write(|tx| {
            jicai::rounds::advance_due(tx, &ctx)?;
            jicai::bids::close_due(tx, &ctx, &signer)
        })
        .unwrap();
}
