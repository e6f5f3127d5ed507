//! The whole way over HTTP: direct hospitals, accounts, prepayment, claims, settlement, bank, deduction.

use std::process::Command;

use jicai::payments::claims::{ClaimState, LineState, store as claim_store, verify};
use jicai::payments::prepayments;
use jicai::payments::settlements::{SettlementState, TransferState, store};
use jicai::types::{GrantId, SettlementId, SubmissionId};

use super::{account, closed, due, next_month, settlement, sound};
use crate::chain::signed;
use crate::support::{Answer, Site};

/// The first address on a page that begins so, to its closing quotation mark.
fn address(answer: &Answer, begins: &str) -> String {
    let from = answer.body.find(begins).unwrap_or_else(|| panic!("no {begins} in\n{}", answer.text()));
    answer.body[from..].split('"').next().unwrap().to_owned()
}

/// The value of a hidden field.
fn hidden(answer: &Answer, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let from = answer.body.find(&mark).unwrap_or_else(|| panic!("no {name} in\n{}", answer.text()));
    answer.body[from + mark.len()..].split('"').next().unwrap().to_owned()
}

async fn enter_account(site: &Site, login: &str, approver: &str, number: &str) {
    let id = jicai::types::BankAccountId::new();
    let fields = [
        ("id", id.as_str()),
        ("holder", "金华&<医药> 有限公司"),
        ("bank", "中国工商银行金华分行"),
        ("cnaps", "102338000016"),
        ("number", number),
    ];
    site.post(login, "/bank-accounts", &fields).await.is(303);
    site.post(login, "/bank-accounts", &fields).await.is(303);
    site.post(approver, &format!("/bank-accounts/{id}"), &[("decision", "yes")]).await.is(303);
}

/// A grant below the share is refused with the figure; one that reaches it is asked for and approved.
async fn prepay(site: &Site) {
    let hospital = site.who("hospital1").organisation.id;
    let page = format!("/prepayments/{hospital}");
    site.get("settlement", &page).await.is(200).shows("3500.00").shows("1050.00");
    let ask = |amount: &'static str, id: String| {
        let path = format!("{page}/grants");
        async move {
            site.post("settlement", &path, &[("id", &id), ("amount", amount), ("reason", "年度预付")]).await
        }
    };
    ask("1049.99", GrantId::new().to_string()).await.is(422).shows("1050.00");
    ask("-1", GrantId::new().to_string()).await.is(422);
    let id = GrantId::new().to_string();
    ask("1050", id.clone()).await.is(303);
    ask("1050", id).await.is(303);
    ask("2000", GrantId::new().to_string()).await.is(422);
    site.get("reviewer", "/approvals").await.is(200).shows("拨付预付金");
    let list = site.get("reviewer", "/prepayments").await;
    let decide = address(&list, "/prepayments/grants/");
    site.post("settlement", &decide, &[("decision", "yes")]).await.is(403);
    site.post("reviewer", &decide, &[("decision", "yes")]).await.is(303);
    site.post("reviewer", &decide, &[("decision", "yes")]).await.is(422);
    site.get("hospital1", "/prepayments").await.is(303);
    site.get("hospital1", &page).await.is(200).shows("1050.00");
    site.get("hospital2", &page).await.is(404);
    let recover = format!("{page}/recover");
    let id = jicai::types::PrepaymentEntryId::new();
    let fields = [("id", id.as_str()), ("amount", "1050.01"), ("reason", "年末")];
    site.post("settlement", &recover, &fields).await.is(422).shows("1050.00");
}

/// Checks a message against the official schema.
pub fn is_valid(xml: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pain.xml");
    std::fs::write(&file, xml).unwrap();
    let schema = format!("{}/tests/data/pain.001.001.09.xsd", env!("CARGO_MANIFEST_DIR"));
    let out = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema", &schema])
        .arg(&file)
        .output()
        .expect("xmllint (libxml2-utils)");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    // What the schema would not let through is not let through.
    let bad =
        String::from_utf8(xml.to_vec()).unwrap().replace("<PmtMtd>TRF</PmtMtd>", "<PmtMtd>???</PmtMtd>");
    std::fs::write(&file, bad).unwrap();
    let out = Command::new("xmllint").args(["--noout", "--schema", &schema]).arg(&file).output().unwrap();
    assert!(!out.status.success());
}

#[actix_web::test]
async fn from_receipts_to_the_banks_answer_and_the_deduction() {
    let (site, _, contracts) = signed();
    let since = site.now().day().to_string();
    for login in ["hospital1", "hospital2"] {
        let id = site.who(login).organisation.id.to_string();
        let fields = [("hospital", id.as_str()), ("since", &since), ("until", "")];
        site.post("settlement", "/settlements/hospitals", &fields).await.is(303);
    }
    let early = [
        ("hospital", &*site.who("hospital1").organisation.id.to_string()),
        ("since", &*since),
        ("until", "2020-01-01"),
    ];
    site.post("settlement", "/settlements/hospitals", &early).await.is(422);
    site.get("officer", "/settlements/hospitals").await.is(200).shows("金华市中心医院");
    enter_account(&site, "supplier1", "settlement", "1208012009200123451").await;
    enter_account(&site, "supplier2", "reviewer", "1208012009200123452").await;
    let bad = [
        ("id", &*jicai::types::BankAccountId::new().to_string()),
        ("holder", "甲"),
        ("bank", "乙"),
        ("cnaps", "12"),
        ("number", "1208012009"),
    ];
    site.post("supplier1", "/bank-accounts", &bad).await.is(422).shows("联行号").shows("1208012009");
    prepay(&site).await;

    due(&site, &contracts[0], "5000");
    due(&site, &contracts[1], "20");
    due(&site, &contracts[2], "100");
    let wrong = due(&site, &contracts[2], "50");
    let disputed = due(&site, &contracts[3], "10");
    let month = next_month(&site, 2);

    // What would be claimed, and all of it submitted in one act.
    let prepared = site.get("supplier1", "/claims/prepare").await;
    prepared.is(200).shows("1030.00").shows("金华市中心医院").shows("义乌市中医医院");
    let (name, id) = (month.format("%Y-%m").to_string(), SubmissionId::new().to_string());
    let fields = [("id", id.as_str()), ("month", &name), ("seen", "1029.99")];
    site.post("supplier1", "/claims/submit", &fields).await.is(422).shows("1030.00");
    let fields = [("id", id.as_str()), ("month", &name), ("seen", "1030.00")];
    site.post("supplier1", "/claims/submit", &fields).await.is(303);
    site.post("supplier1", "/claims/submit", &fields).await.is(303);
    let other = SubmissionId::new().to_string();
    site.post("supplier1", "/claims/submit", &[("id", &other), ("month", &name), ("seen", "0")])
        .await
        .is(422);
    let fields = [("id", &*SubmissionId::new().to_string()), ("month", &*name), ("seen", "90")];
    site.post("supplier2", "/claims/submit", &fields).await.is(303);
    site.get("supplier1", "/claims").await.is(200).hides("华东制药有限公司");

    // Hospital 2 disputes a line of supplier 1 and everything of supplier 2.
    let claims = site.app.db.read(|c| claim_store::page(c, &Default::default(), 10)).unwrap();
    assert_eq!(claims.len(), 4);
    let hospital2 = site.who("hospital2").organisation.id;
    let of = |supplier: &str| {
        let supplier = site.who(supplier).organisation.id;
        claims.iter().find(|c| c.hospital_id == hospital2 && c.supplier_id == supplier).unwrap().clone()
    };
    for (claim, receipt) in [(of("supplier1"), &wrong), (of("supplier2"), &disputed)] {
        let path = format!("/claims/{}", claim.id);
        site.get("hospital1", &path).await.is(404);
        let page = site.get("hospital2", &path).await;
        page.is(200).shows(receipt.id.as_str());
        let version = hidden(&page, "version");
        let no_reason = [("version", version.as_str()), ("line", receipt.id.as_str()), ("reason", " ")];
        site.post("hospital2", &format!("{path}/dispute"), &no_reason).await.is(422);
        let fields = [("version", version.as_str()), ("line", receipt.id.as_str()), ("reason", "数量不符")];
        site.post("hospital2", &format!("{path}/dispute"), &fields).await.is(303);
        // The same form again comes too late, and so does a confirmation of what was there before.
        site.post("hospital2", &format!("{path}/dispute"), &fields).await.is(422);
        let stale = format!("{}:{version}", claim.id);
        site.post("hospital2", "/claims/confirm", &[("claim", &stale)]).await.is(422);
        let seen = format!("{}:2", claim.id);
        site.post("hospital2", "/claims/confirm", &[("claim", &seen)]).await.is(303);
        site.post("hospital2", "/claims/confirm", &[("claim", &seen)]).await.is(303);
    }
    let shown: Vec<String> = claims
        .iter()
        .filter(|c| c.hospital_id != hospital2)
        .map(|c| format!("{}:{}", c.id, c.version))
        .collect();
    let fields: Vec<(&str, &str)> =
        shown.iter().map(|s| ("shown", s.as_str())).chain([("which", "shown")]).collect();
    site.get("hospital1", "/claims?state=submitted").await.is(200).shows("等待贵单位核对");
    site.post("hospital1", "/claims/confirm", &fields).await.is(303);
    let state =
        |id: &jicai::types::ClaimId| site.app.db.read(|c| claim_store::claim(c, id)).unwrap().unwrap();
    assert_eq!(state(&of("supplier2").id).state, ClaimState::Disputed);
    let partly = state(&of("supplier1").id);
    assert_eq!(
        (partly.state, partly.confirmed.to_string(), partly.disputed_lines),
        (ClaimState::Confirmed, "20.00".into(), 1)
    );

    // The settlement: two transfers, two deductions, 1080.00 either way.
    let id = SettlementId::new();
    let fields = [("id", id.as_str()), ("month", name.as_str())];
    site.post("settlement", "/settlements", &fields).await.is(303);
    let path = format!("/settlements/{id}");
    site.get("settlement", &path)
        .await
        .is(200)
        .shows("1080.00")
        .shows("1020.00")
        .shows("1060.00")
        .shows("等待另一人复核");
    site.post("settlement", &format!("{path}/decide"), &[("decision", "yes")]).await.is(403);
    site.post("reviewer", &format!("{path}/decide"), &[("decision", "no"), ("remark", "")]).await.is(422);
    site.post("reviewer", &format!("{path}/decide"), &[("decision", "no"), ("remark", "请核对账户")])
        .await
        .is(303);
    site.get("settlement", &path).await.is(200).shows("请核对账户");
    site.post("settlement", &format!("{path}/ask"), &[]).await.is(303);
    site.post("reviewer", &format!("{path}/decide"), &[("decision", "yes")]).await.is(303);

    // No file without an account of the bureau, nor for a day the bank does not pay on.
    let day = site.app.db.read(|c| jicai::workdays::after(c, site.now().day(), 1)).unwrap().to_string();
    let file = jicai::types::PaymentFileId::new();
    let fields = [("id", file.as_str()), ("execute_on", day.as_str())];
    site.post("settlement", &format!("{path}/files"), &fields).await.is(422).shows("付款账户");
    enter_account(&site, "settlement", "reviewer", "3305001234567890").await;
    let past = [("id", file.as_str()), ("execute_on", "2020-01-02")];
    site.post("settlement", &format!("{path}/files"), &past).await.is(422).shows("工作日");
    site.post("settlement", &format!("{path}/files"), &fields).await.is(303);
    site.post("settlement", &format!("{path}/files"), &fields).await.is(303);
    let another = [("id", &*jicai::types::PaymentFileId::new().to_string()), ("execute_on", &*day)];
    site.post("settlement", &format!("{path}/files"), &another).await.is(422);
    let csv = site.get("settlement", &format!("{path}/files/{file}/csv")).await;
    csv.is(200).shows("1020.00").shows("60.00").shows("102338000016").shows("1208012009200123451");
    site.get("officer", &format!("{path}/files/{file}/csv")).await.is(403);
    let xml = site.get("auditor", &format!("{path}/files/{file}/xml")).await;
    xml.is(200).shows("<NbOfTxs>2</NbOfTxs>").shows("<CtrlSum>1080.00</CtrlSum>");
    xml.shows("金华&amp;&lt;医药&gt; 有限公司").shows("<InstdAmt Ccy=\"CNY\">1020.00</InstdAmt>");
    is_valid(&xml.bytes);
    let again = site.get("settlement", &format!("{path}/files/{file}/xml")).await;
    assert_eq!(xml.bytes, again.bytes, "the same file has the same bytes");

    // The bank paid supplier 1 and could not pay supplier 2.
    let number = settlement(&site, &id).number;
    let today = site.now().day();
    let head = "端到端标识,处理结果,金额,付款日期,银行流水号,失败原因\n";
    let transfers = site.app.db.read(|c| store::transfers_of(c, &id)).unwrap();
    let (one, two) = match transfers[0].0.amount.to_string().as_str() {
        "1020.00" => (&transfers[0].0, &transfers[1].0),
        _ => (&transfers[1].0, &transfers[0].0),
    };
    let results = format!(
        "{head}{}-1,成功,1020.00,{today},BK1,\n{}-1,失败,60.00,,,账号户名不符\n",
        one.number, two.number
    );
    let send = |file: String| {
        let path = format!("{path}/results");
        let site = &site;
        async move { site.upload("settlement", &path, &[], "r.csv", file.as_bytes()).await }
    };
    send(results.clone()).await.is(303);
    sound(&site);
    site.get("settlement", &path).await.is(200).shows("账号户名不符").shows("BK1");
    send(results).await.is(303);
    assert_eq!(super::paid_in_all(&site), 102_000);
    let mails = site.get("auditor", "/mails").await;
    mails.is(200).shows(&one.number);

    // Deducting marks only what is paid; the rest follows once it is.
    let next = jicai::payments::claims::rules::month_after(month).format("%Y-%m").to_string();
    let deduct = format!("{path}/deduct");
    let same = [("id", &*jicai::types::DeductionActId::new().to_string()), ("month", &*name)];
    site.post("settlement", &deduct, &same).await.is(422);
    let act = jicai::types::DeductionActId::new().to_string();
    let hospital1 = site.who("hospital1").organisation.id;
    let balance =
        || site.app.db.read(|c| prepayments::prepayment(c, &hospital1)).unwrap().balance().to_string();
    assert_eq!(balance(), "50.00", "1000.00 of 1050.00 drawn");
    site.post("settlement", &deduct, &[("id", &act), ("month", &next)]).await.is(303);
    site.post("settlement", &deduct, &[("id", &act), ("month", &next)]).await.is(303);
    assert_eq!(balance(), "1050.00", "restored when it is deducted");
    site.get("auditor", &format!("{path}/deductions.csv"))
        .await
        .is(200)
        .shows("1060.00,1000.00,1000.00,0.00");
    let nothing = [("id", &*jicai::types::DeductionActId::new().to_string()), ("month", &*next)];
    site.post("settlement", &deduct, &nothing).await.is(422);

    // The failed transfer waits for another account, then goes out under a new id.
    let third = [("id", &*jicai::types::PaymentFileId::new().to_string()), ("execute_on", &*day)];
    site.post("settlement", &format!("{path}/files"), &third).await.is(422);
    account(&site, "supplier2", "9558801207115555555");
    site.post("settlement", &format!("{path}/files"), &third).await.is(303);
    let results = format!("{head}{}-2,成功,60.00,{today},BK2,\n", two.number);
    send(results).await.is(303);
    let states: Vec<TransferState> =
        site.app.db.read(|c| store::transfers_of(c, &id)).unwrap().iter().map(|(t, _)| t.state).collect();
    assert_eq!(states, [TransferState::Booked, TransferState::Booked]);
    assert_eq!(settlement(&site, &id).state, SettlementState::Approved);
    let act = jicai::types::DeductionActId::new().to_string();
    site.post("settlement", &deduct, &[("id", &act), ("month", &next)]).await.is(303);
    closed(&site, &id);
    sound(&site);
    site.get("auditor", &format!("/settlements/number/{number}")).await.is(303);
    site.get("settlement", "/settlements").await.is(200).shows(&number).shows("已办结");

    // One dispute is taken back by the hospital, the other by the supplier: only the first is claimed next month.
    let (claim, path) = (state(&of("supplier1").id), format!("/claims/{}/resolve", of("supplier1").id));
    let fields = [("version", &*claim.version.to_string()), ("line", wrong.id.as_str())];
    site.post("supplier2", &path, &fields).await.is(404);
    site.post("hospital2", &path, &fields).await.is(303);
    let (claim, path) = (state(&of("supplier2").id), format!("/claims/{}/resolve", of("supplier2").id));
    let fields = [("version", &*claim.version.to_string()), ("line", disputed.id.as_str())];
    site.post("supplier2", &path, &fields).await.is(303);
    site.post("supplier2", &path, &fields).await.is(422);
    let month = next_month(&site, 3);
    site.get("supplier1", "/claims/prepare").await.is(200).shows("10.00");
    site.get("supplier2", "/claims/prepare").await.is(200).shows("目前没有可申请的货款");
    assert_eq!(super::submit(&site, "supplier1", month).unwrap(), 1);
    let lines = site.app.db.read(|c| claim_store::lines(c, &of("supplier1").id, None, None, 10)).unwrap();
    let line = lines.iter().find(|l| l.line.receipt_id == wrong.id).unwrap();
    assert_eq!(line.line.state, LineState::Carried);
    assert!(site.app.db.read(|c| verify::waiting_of(c, &hospital2)).unwrap().len() == 1);
    sound(&site);
}
