//! What follows a signed contract, through the pages: from the order to the bank's answer, and to the retention sheet.
//!
//! The figures are those of the worked example of surplus retention. Not through pages, because they are not what is
//! shown here: contracts and catalogue, that the fund pays for the hospital, bank accounts, what was used before.

use chrono::NaiveDate;
use jicai::contracts::Contract;
use jicai::payments::claims::rules::month_after;
use jicai::rounds::Round;
use jicai::supply::payers::{self, DirectHospital};
use jicai::supply::progress::{self, counts::Which};
use jicai::types::{PlanId, Time};

use crate::browser::{Browser, is_here, serve};
use crate::chain::signed;
use crate::retention::{AMBROXOL, AMOXICILLIN, as_in_the_example, base, product, score};
use crate::settlements::walk::is_valid;
use crate::settlements::{account, next_month, sound};
use crate::support::Site;

const PASSWORD: &str = "password-of-the-tests";

/// A product of the same generic that was not selected.
const OTHER: &str = "XJ01CAA000";

/// The city of the example: the fund pays for hospital1, everybody who is paid or pays has an approved account.
fn city() -> (Site, Round, Contract) {
    let (site, round, mut contracts) = signed();
    as_in_the_example(&site, &mut contracts);
    product(&site, OTHER, AMOXICILLIN, false);
    let ctx = site.ctx_of("settlement");
    let direct = DirectHospital {
        hospital_id: site.who("hospital1").organisation.id,
        since: site.now().day(),
        until: None,
    };
    site.app.db.write(|tx| payers::set(tx, &ctx, &direct)).unwrap();
    account(&site, "supplier1", "1208012009200123451");
    account(&site, "settlement", "3305001234567890");
    (site, round, contracts.swap_remove(0))
}

/// The officer registers a distributor; the supplier chooses it for the region.
async fn choose_distributor(browser: &Browser) {
    browser.log_in("officer", PASSWORD).await;
    browser.goto("/distributors/new").await;
    browser.fill("name", "国药控股金华有限公司").await;
    browser.fill("code", "91330700MA28000009").await;
    browser.press("[name='sure']").await;
    browser.press("[name='region'][value='金华市']").await;
    browser.look("01-distributor-new").await;
    browser.submit("main form button.btn-primary").await;
    browser.sees("国药控股金华有限公司").await;
    browser.look("02-distributor").await;
    browser.log_in("supplier1", PASSWORD).await;
    browser.goto("/distributors/choices").await;
    browser.choose("distributor", "国药控股金华有限公司").await;
    browser.look("03-distributor-choices").await;
    browser.submit("form[action='/distributors/choices'] button").await;
    browser.sees("操作已完成").await;
}

/// The hospital orders more than it agreed, and another product besides.
async fn order(browser: &Browser, contract: &Contract) {
    browser.log_in("hospital1", PASSWORD).await;
    browser.look("04-hospital-home").await;
    browser.goto("/orders/new").await;
    browser.sees("80000").await;
    browser.fill(&format!("quantity.{}", contract.number), "85100").await;
    for (name, value) in [
        ("free_product", OTHER),
        ("free_supplier", "齐鲁制药有限公司"),
        ("free_quantity", "15000"),
        ("free_price", "1.80"),
    ] {
        browser.fill_first(&format!("[name='{name}']"), value).await;
    }
    browser.look("05-order-new").await;
    browser.submit("form[action='/orders/requests'] button.btn-primary").await;
    browser.sees("共 2 行：合格 2 行，退回 0 行").await;
    let row = browser.text("main tbody tr").await;
    assert!(row.contains("85100 80000 5100"), "{row}");
    browser.look("06-order-request").await;
    browser.press_and_confirm("form[action$='/submit'] button").await;
    browser.sees("已下单").await;
    browser.look("07-order-placed").await;
    browser.goto("/orders").await;
    browser.look("08-orders").await;
}

/// The second time around the same pages are not looked at again.
async fn look_once(browser: &Browser, supplier: &str, name: &str) {
    if supplier == "supplier1" {
        browser.look(name).await;
    }
}

/// The supplier answers its order and sends the goods: for each line a quantity, a batch and trace codes.
async fn supply(browser: &Browser, site: &Site, login: &str, note: &str, lines: &[[&str; 3]]) {
    let look = async |name| look_once(browser, login, name).await;
    let day = |n: i64| site.now().plus_days(n).day().to_string();
    browser.log_in(login, PASSWORD).await;
    browser.sees("响应订单 1 个").await;
    look("09-supplier-home").await;
    browser.goto("/orders").await;
    browser.submit("main tbody a.code").await;
    browser.submit("a[href$='/confirm']").await;
    let soon = day(2);
    browser.set_each("[name^='day.']", &vec![&*soon; lines.len()]).await;
    look("10-confirm").await;
    browser.press_and_confirm("form[action$='/confirm'] button").await;
    browser.sees(&soon).await;
    look("11-confirmed").await;
    browser.submit("a[href^='/deliveries/new?order=']").await;
    browser.fill("number", note).await;
    for (at, name) in ["quantity", "batch", "codes"].iter().enumerate() {
        let values: Vec<&str> = lines.iter().map(|line| line[at]).collect();
        browser.set_each(&format!("[name^='{name}.']"), &values).await;
    }
    browser.set_each("[name^='expires.']", &vec![&*day(720); lines.len()]).await;
    look("12-delivery-new").await;
    browser.submit("form[action='/deliveries'] button").await;
    browser.sees("操作已完成").await;
    look("13-delivery").await;
}

/// The hospital takes a supplier's goods in: for each line what it accepts, what it refuses and why.
async fn receive(browser: &Browser, login: &str, note: &str, lines: &[[&str; 3]]) {
    let look = async |name| look_once(browser, login, name).await;
    browser.log_in("hospital1", PASSWORD).await;
    look("14-home").await;
    browser.goto("/deliveries").await;
    look("14-deliveries").await;
    browser.goto(&format!("/deliveries?q={note}")).await;
    browser.submit("main tbody th a.code").await;
    for (at, name) in ["accepted", "refused", "reason"].iter().enumerate() {
        let values: Vec<&str> = lines.iter().map(|line| line[at]).collect();
        browser.set_each(&format!("[name^='{name}.']"), &values).await;
    }
    look("15-receive").await;
    browser.press_and_confirm("form[action$='/receive'] button").await;
    browser.sees("操作已完成").await;
    look("16-received").await;
}

/// The supplier enters the invoice for what was accepted; order, receipt and invoice agree.
async fn invoice(browser: &Browser, site: &Site) {
    browser.log_in("supplier1", PASSWORD).await;
    browser.goto("/invoices/new").await;
    browser.submit("a[href^='/invoices/new?hospital=']").await;
    browser.fill("number", "25332000000012345678").await;
    browser.set("issued_on", &site.now().day().to_string()).await;
    browser.fill("total", "42500.00").await;
    browser.run("document.querySelectorAll(\"[name='receipt']\").forEach(box => box.click())", "").await;
    browser.look("17-invoice-new").await;
    browser.press_and_confirm("form[action='/invoices'] button").await;
    browser.sees("相符").await;
    browser.look("18-invoice").await;
    browser.goto("/invoices").await;
    browser.look("19-invoices").await;
    browser.goto("/payments/receipts").await;
    browser.sees("40000.00").await;
    browser.look("20-receipts").await;
}

/// The claim of last month; the hospital disputes the line of 2,500.00 and confirms the rest.
async fn claim(browser: &Browser) {
    browser.log_in("supplier1", PASSWORD).await;
    browser.goto("/claims/prepare").await;
    browser.sees("42500.00").await;
    browser.look("21-claim-prepare").await;
    browser.press_and_confirm("form[action='/claims/submit'] button").await;
    browser.look("22-claims").await;
    browser.log_in("hospital1", PASSWORD).await;
    browser.goto("/claims").await;
    browser.look("23-claims-hospital").await;
    browser.submit("main tbody a.code").await;
    let script = "[...document.querySelectorAll('main tbody tr')].find(row => \
                  row.textContent.includes(arguments[0])).querySelector('[name=line]').click()";
    browser.run(script, "2500.00").await;
    browser.fill("reason", "超约定量部分未经药事会审批").await;
    browser.look("24-claim").await;
    browser.submit("form[action$='/dispute'] button.btn-outline-danger").await;
    browser.sees("超约定量部分未经药事会审批").await;
    browser.press_and_confirm("form[action='/claims/confirm'] button").await;
    browser.sees("40000.00").await;
    browser.look("26-claim-confirmed").await;
}

/// The clerk draws the settlement up, another person approves it, the bank pays, the hospital's money is netted.
async fn settle(browser: &Browser, site: &Site, month: NaiveDate) {
    browser.log_in("settlement", PASSWORD).await;
    browser.look("27-clerk-home").await;
    browser.goto("/settlements").await;
    browser.fill("month", &month.format("%Y-%m").to_string()).await;
    browser.look("28-settlements").await;
    browser.press_and_confirm("form[action='/settlements'] button").await;
    browser.sees("等待另一人复核").await;
    browser.look("29-settlement").await;
    let path = browser.path().await;

    browser.log_in("reviewer", PASSWORD).await;
    browser.goto("/approvals").await;
    browser.look("30-approvals").await;
    browser.submit("main tbody a.btn").await;
    browser.look("31-settlement-reviewer").await;
    browser.press_and_confirm("button[name='decision'][value='yes']").await;

    browser.log_in("settlement", PASSWORD).await;
    browser.goto(&path).await;
    browser.press_and_confirm("form[action$='/files'] button").await;
    browser.look("33-settlement-file").await;
    browser.press("a[href$='/xml']").await;
    let number = browser.text("table:has(a[href$='/xml']) td.code").await;
    let file = browser.saved(&format!("{number}.xml")).await;
    let message = std::fs::read_to_string(&file).unwrap();
    is_valid(message.as_bytes());
    assert_eq!(of(&message, "CtrlSum"), "40000.00");
    assert_eq!(of(&message, "NbOfTxs"), "1");

    // What the bank answers to that file.
    let (id, amount, day) = (of(&message, "EndToEndId"), of(&message, "InstdAmt"), site.now().day());
    let answer = file.with_file_name("bank.csv");
    let head = "端到端标识,处理结果,金额,付款日期,银行流水号,失败原因";
    std::fs::write(&answer, format!("{head}\n{id},成功,{amount},{day},BK20270102001,\n")).unwrap();
    browser.attach("file", &answer).await;
    browser.submit("form[action$='/results'] button").await;
    browser.sees("BK20270102001").await;
    browser.look("34-settlement-paid").await;

    browser.fill("month", &month_after(month).format("%Y-%m").to_string()).await;
    browser.press_and_confirm("form[action$='/deduct'] button").await;
    let deduction = browser.text("table:has(th[scope='row'] + td.code) tbody tr").await;
    assert!(deduction.ends_with("40000.00 40000.00 0.00 40000.00 0.00"), "{deduction}");
    browser.sees("已办结").await;
    browser.look("35-settlement-closed").await;
    sound(site);
}

/// Follows the link in the row that contains `text`.
async fn follow(browser: &Browser, css: &str, text: &str) {
    let script = format!(
        "[...document.querySelectorAll(\"{css}\")].find(link => \
         link.closest('tr').textContent.includes(arguments[0])).classList.add('found')"
    );
    browser.run(&script, text).await;
    browser.submit(".found").await;
}

/// The text of the first element of that name in a message.
fn of<'a>(message: &'a str, name: &str) -> &'a str {
    let from = message.find(&format!("<{name}")).unwrap_or_else(|| panic!("no {name} in {message}"));
    message[from..].split_once('>').unwrap().1.split('<').next().unwrap()
}

/// Hospital, supplier and bureau read the same figures off their statements.
async fn statements(browser: &Browser, site: &Site, from: NaiveDate) {
    let (hospital, supplier) = (site.who("hospital1").organisation, site.who("supplier1").organisation);
    let mut read = Vec::new();
    for login in ["hospital1", "supplier1", "settlement"] {
        browser.log_in(login, PASSWORD).await;
        browser.goto("/statements").await;
        if login == "settlement" {
            browser.choose("hospital", &hospital.name).await;
        }
        browser.set("from", &from.to_string()).await;
        browser.submit("form[action='/statements'] button").await;
        if login == "hospital1" {
            browser.look("37-statement").await;
        }
        let other = if login == "supplier1" { &hospital.name } else { &supplier.name };
        follow(browser, "main tbody a[href^='/statements/']", other).await;
        // Each side's movements name the other.
        let moves = browser.text("main tbody").await.replace(&hospital.name, "").replace(&supplier.name, "");
        read.push((browser.text("dl.facts").await, moves));
    }
    assert_eq!(read[0], read[1]);
    assert_eq!(read[0], read[2]);
    let figures: Vec<&str> = read[0].0.lines().filter(|line| line.contains('.')).collect();
    assert_eq!(figures, ["0.00", "42500.00", "0.00", "40000.00", "2500.00"]);
    browser.look("38-statement-pair").await;
    browser.print("38-statement-pair").await;
    browser.submit("a[href^='/statements/check']").await;
    browser.sees("2500.00").await;
    browser.look("39-statement-check").await;
}

/// After the night's count the boards show the agreed volume bought in full, down to the order.
async fn board(browser: &Browser, site: &Site, contract: &Contract) {
    progress::count(&site.app.db, site.now(), Which::Changed).unwrap();
    for login in ["hospital1", "supplier1", "officer"] {
        browser.log_in(login, PASSWORD).await;
        browser.goto("/progress").await;
        browser.sees("40000").await;
    }
    browser.look("40-progress").await;
    browser.goto("/progress/contracts").await;
    browser.look("41-progress-contracts").await;
    follow(browser, "main tbody a[href^='/progress/contracts/']", &contract.number).await;
    browser.sees("80000").await;
    browser.look("42-progress-contract").await;
}

/// The officer plans the agreement year and enters base and score; the sheet comes out as in the worked example.
async fn retain(browser: &Browser, site: &Site, round: &Round) -> String {
    browser.log_in("officer", PASSWORD).await;
    browser.goto("/retention").await;
    browser.choose("round", &round.number).await;
    browser.fill("year", "1").await;
    browser.look("43-retention-new").await;
    browser.submit("form[action='/retention'] button").await;
    let plan = browser.path().await;
    browser.look("44-retention-plan").await;
    browser.goto(&format!("{plan}/bases")).await;
    browser.fill_first("form[action$='/bases'][method='post'] [name='hospital']", "H33070200001").await;
    browser.choose("generic", AMOXICILLIN).await;
    browser.fill("quantity", "100000").await;
    browser.fill("price", "2.00").await;
    browser.look("45-retention-bases").await;
    browser.submit("form[action$='/bases'][method='post'] button").await;
    browser.sees("100000").await;
    let id: PlanId = plan.trim_start_matches("/retention/").parse().unwrap();
    base(site, &id, "hospital1", AMBROXOL, "0", "0").await;
    base(site, &id, "hospital2", AMOXICILLIN, "0", "0").await;
    base(site, &id, "hospital2", AMBROXOL, "0", "0").await;
    score(site, &id, "hospital2", "90").await;

    browser.goto(&format!("/assessments?plan={id}")).await;
    browser.choose("hospital", "金华市中心医院").await;
    browser.fill("score", "85").await;
    browser.fill("evidence", "2027年11月现场考核：合理用药 43 分，中选药品使用 42 分").await;
    let folder = tempfile::tempdir().unwrap();
    let evidence = folder.path().join("考核记录.pdf");
    std::fs::write(&evidence, b"%PDF-1.4\n%%EOF\n").unwrap();
    browser.attach("file", &evidence).await;
    browser.look("46-assessments").await;
    browser.submit("form[action='/assessments'][method='post'] button").await;
    browser.sees("85").await;
    browser.look("47-assessment").await;

    browser.goto(&plan).await;
    browser.submit("form[action$='/compute'] button").await;
    for figure in ["126000.00", "42210.00", "83790.00", "41895.00"] {
        browser.sees(figure).await;
    }
    browser.look("48-retention-computed").await;
    plan
}

/// The sheet opens down to the orders it was bought on.
async fn open_sheet(browser: &Browser) {
    follow(browser, "main tbody th a", "126000.00").await;
    browser.sees("126000.00 − 42210.00 → 83790.00").await;
    browser.look("49-retention-sheet").await;
    browser.print("49-retention-sheet").await;
    follow(browser, "main tbody th a", AMOXICILLIN).await;
    browser.sees("100000 × 2.00 × 0.9 × 0.7 = 126000.00").await;
    browser.sees("(40000 + 27000.00) × 0.9 × 0.7 = 42210.00").await;
    browser.look("50-retention-line").await;
    follow(browser, "main tbody td a[href*='purchase=']", "15000").await;
    browser.look("51-retention-behind").await;
    browser.submit("#behind ~ .wide tbody a.code").await;
    browser.sees(OTHER).await;
    browser.look("52-order-behind").await;
}

/// When the year is over the officer asks and another person approves; the hospital reads its own.
async fn approve(browser: &Browser, site: &Site, plan: &str, contract: &Contract) {
    let end = Time::parse_local(&format!("{} 09:00", contract.ends)).unwrap();
    site.set_clock(end.plus_days(5));
    browser.log_in("officer", PASSWORD).await;
    browser.goto(&format!("{plan}/what-if")).await;
    browser.look("53-what-if").await;
    browser.goto(plan).await;
    browser.press_and_confirm("form[action$='/ask'] button").await;
    browser.log_in("reviewer", PASSWORD).await;
    browser.goto("/approvals").await;
    browser.look("55-approvals").await;
    browser.submit("main tbody a.btn").await;
    browser.look("56-retention-decide").await;
    browser.press_and_confirm("button[name='decision'][value='yes']").await;
    browser.sees("已审定").await;
    browser.look("57-retention-approved").await;
    browser.log_in("hospital1", PASSWORD).await;
    browser.goto("/retention").await;
    browser.look("58-retention-hospital").await;
    browser.submit("main tbody th a").await;
    browser.sees("41895.00").await;
    browser.look("59-retention-own").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_contract_from_order_to_bank_result_and_retention_sheet() {
    if !is_here() {
        return;
    }
    let (site, round, contract) = city();
    let from = site.now().day();
    let browser = Browser::open(serve(&site)).await;
    choose_distributor(&browser).await;
    order(&browser, &contract).await;
    let codes = "80000000000000000001\n80000000000000000002";
    let sent = [["80000", "B270101", codes], ["5100", "B270102", ""]];
    supply(&browser, &site, "supplier1", "PS-1", &sent).await;
    receive(&browser, "supplier1", "PS-1", &[["80000", "", ""], ["5000", "100", "外包装破损"]]).await;
    supply(&browser, &site, "supplier3", "QL-1", &[["15000", "Q1", ""]]).await;
    receive(&browser, "supplier3", "QL-1", &[["15000", "", ""]]).await;
    invoice(&browser, &site).await;
    let month = next_month(&site, 4);
    claim(&browser).await;
    settle(&browser, &site, month).await;
    statements(&browser, &site, from).await;
    board(&browser, &site, &contract).await;
    let plan = retain(&browser, &site, &round).await;
    open_sheet(&browser).await;
    approve(&browser, &site, &plan, &contract).await;
    browser.close().await;
}
