//! Surplus retention: bases, scores, figures down to the receipts, what-if, approval by two.

use diesel::prelude::*;
use jicai::contracts::Contract;
use jicai::payments::retention::{self, Plan, Sheet, assessments, compute, store};
use jicai::people::Role;
use jicai::rounds::Round;
use jicai::schema::{
    assessments as assessment_rows, contracts as contract_rows, mails, order_lines, orders, products,
    retention_bases, retention_plans, returns,
};
use jicai::supply::{Order, OrderLine, OrderState, Payer, Receipt, Return};
use jicai::types::{Money, OrderId, PlanId, ProductId, Quantity, ReturnId, Time, UnitPrice};

use crate::chain::{line_of, order_of, received, signed, taken_in};
use crate::prices::purchase_at;
use crate::support::Site;

/// The text of the first value of a field in a page.
fn field(body: &str, name: &str) -> String {
    let at = format!("name=\"{name}\" value=\"");
    body.split(&at).nth(1).unwrap_or_else(|| panic!("no {name}")).split('"').next().unwrap().to_owned()
}

fn plan_row(site: &Site, id: &PlanId) -> Plan {
    site.app.db.read(|c| retention::plan(c, id)).unwrap().0
}

fn sheet_of(site: &Site, plan: &PlanId, login: &str) -> Sheet {
    let hospital = site.who(login).organisation.id;
    site.app.db.read(|c| store::sheet(c, plan, &hospital)).unwrap().unwrap()
}

/// Makes the plan of the round's first year over HTTP.
async fn planned(site: &Site, round: &Round) -> PlanId {
    let id = PlanId::new();
    let round = round.id.to_string();
    let form = [("id", id.as_str()), ("round", round.as_str()), ("year", "1")];
    site.post("officer", "/retention", &form).await.is(303);
    // The same form again makes no second one.
    site.post("officer", "/retention", &form).await.is(303);
    id
}

/// A product of the catalogue.
pub fn product(site: &Site, code: &str, generic: &str, evaluated: bool) -> ProductId {
    let id = ProductId::new();
    site.app
        .db
        .write(|tx| {
            diesel::insert_into(products::table)
                .values((
                    products::id.eq(&id),
                    products::code.eq(code),
                    products::kind.eq("drug"),
                    products::generic.eq(generic),
                    products::generic_key.eq(""),
                    products::form.eq(""),
                    products::spec.eq(""),
                    products::pack.eq(""),
                    products::maker.eq("某药业"),
                    products::approval.eq(""),
                    products::evaluated.eq(evaluated),
                    products::search.eq(""),
                    products::created_at.eq(site.now()),
                    products::updated_at.eq(site.now()),
                ))
                .execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
    id
}

/// Bought and accepted today, row by row: under a contract above its volume, or of a product without one.
fn bought(
    site: &Site,
    contract: &Contract,
    product: Option<&ProductId>,
    quantity: &str,
    price: &str,
) -> Receipt {
    let (quantity, unit_price): (Quantity, UnitPrice) = (quantity.parse().unwrap(), price.parse().unwrap());
    let amount = Money::of(quantity, unit_price).unwrap();
    let order = Order { amount, ..order_of(site, contract, OrderState::Closed) };
    let line = OrderLine {
        contract_id: product.is_none().then(|| contract.id.clone()),
        product_id: product.cloned(),
        unit_price,
        state: OrderState::Closed,
        promised: Some(quantity),
        promised_on: Some(order.placed_on),
        shipped: quantity,
        accepted: quantity,
        ..line_of(site, contract, &order, quantity)
    };
    site.app
        .db
        .write(|tx| {
            diesel::insert_into(orders::table).values(&order).execute(tx.conn())?;
            diesel::insert_into(order_lines::table).values(&line).execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
    taken_in(site, &line, Payer::Hospital)
}

/// Goods sent back today.
fn sent_back(site: &Site, receipt: &Receipt, quantity: &str) {
    let quantity: Quantity = quantity.parse().unwrap();
    let it = Return {
        id: ReturnId::new(),
        receipt_id: receipt.id.clone(),
        order_line_id: receipt.order_line_id.clone(),
        hospital_id: receipt.hospital_id.clone(),
        supplier_id: receipt.supplier_id.clone(),
        quantity,
        amount: Money::of(quantity, receipt.unit_price).unwrap(),
        reason: "破损".to_owned(),
        returned_on: site.now().day(),
        at: site.now(),
        account_id: None,
    };
    site.app.db.write(|tx| Ok(diesel::insert_into(returns::table).values(&it).execute(tx.conn())?)).unwrap();
}

/// Contracts as the worked example has them: `[0]` is of 80,000 at 0.50, the others of an agreed volume of zero, so that
/// nothing else is asked of their parties.
pub fn as_in_the_example(site: &Site, contracts: &mut [Contract]) {
    site.app
        .db
        .write(|tx| {
            for (n, it) in contracts.iter_mut().enumerate() {
                let before = it.clone();
                it.quantity = if n == 0 { "80000".parse().unwrap() } else { Quantity::ZERO };
                it.unit_price = "0.50".parse().unwrap();
                diesel::update(contract_rows::table.find(&it.id)).set(&*it).execute(tx.conn())?;
                jicai::contracts::volumes::follow(tx, &before, it, it.starts)?;
            }
            Ok(())
        })
        .unwrap();
}

/// The worked example in a city: hospital1 agreed 80,000 at 0.50 and bought 80,000 of it, 5,000 above, 15,000 of
/// another product at 1.80.
fn example() -> (Site, Round, Vec<Contract>) {
    let (site, round, mut contracts) = signed();
    as_in_the_example(&site, &mut contracts);
    let other = product(&site, "XJ01CAA000", "阿莫西林胶囊", false);
    received(&site, &contracts[0], "80000");
    bought(&site, &contracts[0], None, "5000", "0.50");
    bought(&site, &contracts[0], Some(&other), "15000", "1.80");
    (site, round, contracts)
}

/// Enters what a hospital used before, over HTTP.
pub async fn base(site: &Site, plan: &PlanId, hospital: &str, generic: &str, quantity: &str, price: &str) {
    let code = site.who(hospital).organisation.code;
    let form = [("hospital", code.as_str()), ("generic", generic), ("quantity", quantity), ("price", price)];
    site.post("officer", &format!("/retention/{plan}/bases"), &form).await.is(303);
}

/// Enters a hospital's points, or corrects them, over HTTP.
pub async fn score(site: &Site, plan: &PlanId, hospital: &str, score: &str) {
    let who = site.who(hospital).organisation;
    let known = site.app.db.read(|c| assessments::of_hospital(c, plan, &who.id)).unwrap();
    let answer = match known {
        None => {
            let id = jicai::types::AssessmentId::new().to_string();
            let fields = [
                ("id", id.as_str()),
                ("plan", plan.as_str()),
                ("hospital", who.code.as_str()),
                ("score", score),
                ("evidence", "现场考核记录"),
            ];
            site.upload("officer", "/assessments", &fields, "", b"").await
        }
        Some(it) => {
            let version = it.version.to_string();
            let fields = [("version", version.as_str()), ("score", score), ("evidence", "现场考核记录")];
            site.post("officer", &format!("/assessments/{}", it.id), &fields).await
        }
    };
    answer.is(303);
}

async fn computed(site: &Site, plan: &PlanId) {
    site.post("officer", &format!("/retention/{plan}/compute"), &[]).await.is(303);
}

pub const AMOXICILLIN: &str = "阿莫西林胶囊";
pub const AMBROXOL: &str = "盐酸氨溴索注射液";

/// The example with every base and score entered, computed, and its year over.
async fn ready(points: &str) -> (Site, PlanId) {
    let (site, round, _) = example();
    let plan = planned(&site, &round).await;
    base(&site, &plan, "hospital1", AMOXICILLIN, "100000", "2.00").await;
    base(&site, &plan, "hospital1", AMBROXOL, "0", "0").await;
    base(&site, &plan, "hospital2", AMOXICILLIN, "0", "0").await;
    base(&site, &plan, "hospital2", AMBROXOL, "0", "0").await;
    score(&site, &plan, "hospital1", points).await;
    score(&site, &plan, "hospital2", "90").await;
    computed(&site, &plan).await;
    let ends = plan_row(&site, &plan).ends;
    site.set_clock(Time::parse_local(&format!("{ends} 09:00")).unwrap().plus_days(1));
    (site, plan)
}

#[actix_web::test]
async fn the_worked_example_comes_out_to_the_cent_over_http() {
    let (site, plan) = ready("85").await;
    for (points, grade, retained) in [("85", "A", "41895.00"), ("72", "B", "33516.00"), ("59", "D", "0.00")] {
        score(&site, &plan, "hospital1", points).await;
        computed(&site, &plan).await;
        let sheet = sheet_of(&site, &plan, "hospital1");
        let figures = [sheet.budget, sheet.spend, sheet.base.unwrap(), sheet.retained.unwrap()];
        assert_eq!(figures.map(|it| it.to_string()), ["126000.00", "42210.00", "83790.00", retained]);
        assert_eq!((sheet.grade.as_str(), sheet.incomplete, sheet.missing), (grade, 0, 0));
        let page = site.get("officer", &format!("/retention/{plan}")).await;
        page.is(200).shows("126000.00").shows("42210.00").shows("83790.00").shows(retained);
    }
    let hospital = site.who("hospital1").organisation.id;
    let sheet = site.get("officer", &format!("/retention/{plan}/hospitals/{hospital}")).await;
    sheet.is(200).shows("126000.00 − 42210.00 → 83790.00").shows("83790.00 × 0 = 0.00").hides("数据有变");
    let line = site.get("officer", &format!("/retention/{plan}/hospitals/{hospital}/2")).await;
    line.is(200)
        .shows("100000 × 2.00 × 0.9 × 0.7 = 126000.00")
        .shows("(40000 + 27000.00) × 0.9 × 0.7 = 42210.00")
        .shows("15000")
        .shows("1.80");
    // The failed hospital is listed with the cut proposed, and only proposed.
    site.get("officer", &format!("/retention/{plan}")).await.shows("考核不合格医疗机构").shows("0.1");
}

#[actix_web::test]
async fn every_figure_opens_to_its_receipts_and_returns() {
    let (site, round, contracts) = example();
    let receipt = received_part(&site, &contracts[0]);
    let plan = planned(&site, &round).await;
    computed(&site, &plan).await;
    let hospital = site.who("hospital1").organisation.id;
    let lines = site.app.db.read(|c| store::lines(c, &plan, &hospital)).unwrap();
    let line = lines.iter().find(|it| it.generic == AMOXICILLIN).unwrap();
    assert_eq!(line.above.to_string(), "5700", "5000 and 1000 accepted, 300 sent back");
    let purchases = site.app.db.read(|c| store::purchases(c, &plan, &hospital)).unwrap();
    let above = purchases.iter().find(|it| it.kind == retention::PurchaseKind::Above).unwrap();
    let path =
        format!("/retention/{plan}/hospitals/{hospital}/{}?purchase={}", line.position, above.position);
    let page = site.get("officer", &path).await;
    page.is(200).shows("5000").shows("1000").shows("-300").shows("验收与退货");
    let order: OrderId = site
        .app
        .db
        .read(|c| {
            Ok(order_lines::table.find(&receipt.order_line_id).select(order_lines::order_id).first(c)?)
        })
        .unwrap();
    page.shows(&format!("/orders/{order}"));
    // The sums of what is behind each purchase are the purchase.
    let full = plan_row(&site, &plan);
    for it in &purchases {
        let rows = site.app.db.read(|c| retention::purchases::behind(c, &full, it, "", 1_000)).unwrap();
        let sum: i64 = rows.iter().map(|row| row.net().scaled()).sum();
        assert_eq!(sum, it.accepted.minus(it.returned).unwrap().scaled(), "{it:?}");
    }
    assert_eq!(purchases.len(), 3);
}

/// 1000 more above the volume, 300 of them sent back.
fn received_part(site: &Site, contract: &Contract) -> Receipt {
    let receipt = bought(site, contract, None, "1000", "0.50");
    sent_back(site, &receipt, "300");
    receipt
}

#[actix_web::test]
async fn what_is_missing_is_said_and_holds_the_plan() {
    let (site, round, _) = example();
    let plan = planned(&site, &round).await;
    base(&site, &plan, "hospital1", AMOXICILLIN, "100000", "").await;
    computed(&site, &plan).await;
    let sheet = sheet_of(&site, &plan, "hospital1");
    assert_eq!((sheet.missing, sheet.base, sheet.retained), (2, None, None));
    site.get("officer", &format!("/retention/{plan}")).await.shows("缺 2 项");
    let ends = plan_row(&site, &plan).ends;
    let ask = format!("/retention/{plan}/ask");
    site.post("officer", &ask, &[]).await.is(422).shows("结束后方可提请");
    site.set_clock(Time::parse_local(&format!("{ends} 09:00")).unwrap().plus_days(1));
    site.post("officer", &ask, &[]).await.is(422).shows("2 家医疗机构结果未定");
    score(&site, &plan, "hospital1", "80").await;
    site.post("officer", &ask, &[]).await.is(422).shows("请先测算");
    site.get("officer", &format!("/retention/{plan}")).await.shows("请重新测算");
}

#[actix_web::test]
async fn two_people_approve_and_the_plan_is_frozen() {
    let (site, plan) = ready("85").await;
    let path = format!("/retention/{plan}");
    site.post("officer", &format!("{path}/ask"), &[]).await.is(303);
    // While it waits nothing changes.
    site.post("officer", &format!("{path}/compute"), &[]).await.is(422).shows("请先撤回");
    site.post("officer", &format!("{path}/bases/fill"), &[]).await.is(422).shows("请先撤回");
    site.post("officer", &format!("{path}/withdraw"), &[]).await.is(303);
    site.post("officer", &format!("{path}/ask"), &[]).await.is(303);
    site.get("reviewer", "/approvals").await.shows("第 1 采购年度").shows("审定结余留用");
    let page = site.get("reviewer", &path).await;
    let (request, seen) = (field(&page.body, "request"), field(&page.body, "looked_at"));
    let form = |decision, remark| {
        [
            ("request", request.as_str()),
            ("looked_at", seen.as_str()),
            ("decision", decision),
            ("remark", remark),
        ]
    };
    site.post("reviewer", &format!("{path}/decide"), &form("no", "")).await.is(422);
    let wrong = [("request", request.as_str()), ("looked_at", "x"), ("decision", "yes"), ("remark", "")];
    site.post("reviewer", &format!("{path}/decide"), &wrong).await.is(422).shows("重新核对");
    site.post("reviewer", &format!("{path}/decide"), &form("yes", "")).await.is(303);
    let it = plan_row(&site, &plan);
    assert!(it.approved_at.is_some());
    assert_eq!((it.hospitals, it.retained.to_string()), (2, "41895.00".to_owned()));
    // Frozen: every way in is closed.
    for (address, form) in [
        ("compute", vec![]),
        ("ask", vec![]),
        ("bases/fill", vec![]),
        ("parameters", vec![("version", "1"), ("cap", "0.4")]),
    ] {
        site.post("officer", &format!("{path}/{address}"), &form).await.is(422).shows("已审定");
    }
    let letters: Vec<String> = site
        .app
        .db
        .read(|c| {
            Ok(mails::table
                .filter(mails::template.eq("retention_approved"))
                .order(mails::address)
                .select(mails::data)
                .load(c)?)
        })
        .unwrap();
    assert_eq!(letters.len(), 2);
    assert!(letters[0].contains("41895.00"), "{letters:?}");
    let decided: i64 = site
        .app
        .db
        .read(|c| Ok(mails::table.filter(mails::template.eq("approval_decided")).count().get_result(c)?))
        .unwrap();
    assert_eq!(decided, 1);
}

#[actix_web::test]
async fn of_two_reviewers_at_once_one_decides_and_the_other_is_told() {
    let (site, plan) = ready("85").await;
    let bureau = site.who("reviewer").organisation;
    site.account(&bureau, "reviewer9", &[Role::Reviewer]);
    site.post("officer", &format!("/retention/{plan}/ask"), &[]).await.is(303);
    let page = site.get("reviewer", &format!("/retention/{plan}")).await;
    let ruling = retention::decision::Ruling {
        request: field(&page.body, "request").parse().unwrap(),
        looked_at: field(&page.body, "looked_at"),
        yes: true,
        remark: String::new(),
    };
    let contexts = ["reviewer", "reviewer9"].map(|login| site.ctx_of(login));
    let done: Vec<jicai::error::Result<()>> = std::thread::scope(|scope| {
        let threads: Vec<_> = contexts
            .iter()
            .map(|ctx| {
                let (db, plan, ruling) = (site.app.db.clone(), plan.clone(), ruling.clone());
                scope.spawn(move || db.write(|tx| retention::decision::decide(tx, ctx, &plan, &ruling)))
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 1, "{done:?}");
    let told = done.iter().find_map(|it| it.as_ref().err()).unwrap();
    assert!(matches!(told, jicai::error::Error::Refused(_)), "{told}");
    let letters: i64 = site
        .app
        .db
        .read(|c| Ok(mails::table.filter(mails::template.eq("retention_approved")).count().get_result(c)?))
        .unwrap();
    assert_eq!(letters, 2);
}

#[actix_web::test]
async fn purchases_that_change_later_are_noticed_and_change_nothing_frozen() {
    let (site, plan) = ready("85").await;
    let contracts = site.app.db.read(|c| jicai::contracts::store::page(c, &Default::default(), 10)).unwrap();
    let hospital1 = site.who("hospital1").organisation.id;
    let first = contracts.iter().find(|(it, ..)| it.hospital_id == hospital1).unwrap().0.clone();
    let now = site.now();
    let product = product(&site, "XJ01CAA009", AMOXICILLIN, false);
    // Entered late, for a day of the year.
    site.set_clock(Time::parse_local(&format!("{} 09:00", first.starts)).unwrap());
    bought(&site, &first, Some(&product), "10", "1.00");
    site.set_clock(now);
    let sheet = format!("/retention/{plan}/hospitals/{hospital1}");
    site.get("officer", &sheet).await.shows("在测算后有变").shows("42210.00");
    site.post("officer", &format!("/retention/{plan}/ask"), &[])
        .await
        .is(422)
        .shows("1 家医疗机构的数据变动");
    site.get("officer", &format!("/retention/{plan}?standing=changed"))
        .await
        .shows("1 家医疗机构的数据在测算后有变");
    computed(&site, &plan).await;
    assert_eq!(sheet_of(&site, &plan, "hospital1").spend.to_string(), "42216.30");
    site.get("officer", &sheet).await.hides("在测算后有变").shows("42216.30");
    site.post("officer", &format!("/retention/{plan}/ask"), &[]).await.is(303);
    let page = site.get("reviewer", &format!("/retention/{plan}")).await;
    let (request, seen) = (field(&page.body, "request"), field(&page.body, "looked_at"));
    let form = [("request", request.as_str()), ("looked_at", seen.as_str()), ("decision", "yes")];
    site.post("reviewer", &format!("/retention/{plan}/decide"), &form).await.is(303);
    site.set_clock(Time::parse_local(&format!("{} 09:00", first.starts)).unwrap());
    bought(&site, &first, Some(&product), "10", "1.00");
    site.set_clock(now);
    site.post("officer", &format!("/retention/{plan}/check"), &[]).await.is(303);
    site.get("officer", &format!("/retention/{plan}"))
        .await
        .shows("1 家医疗机构的数据在测算后有变")
        .shows("42216.30");
}

#[actix_web::test]
async fn a_hospital_sees_its_own_sheet_and_only_when_it_is_approved() {
    let (site, plan) = ready("85").await;
    let id = |login: &str| site.who(login).organisation.id;
    let sheet = format!("/retention/{plan}/hospitals/{}", id("hospital1"));
    let assessment: String = site
        .app
        .db
        .read(|c| {
            Ok(assessment_rows::table
                .filter(assessment_rows::hospital_id.eq(id("hospital1")))
                .select(assessment_rows::id)
                .first(c)?)
        })
        .unwrap();
    let own = [
        format!("/retention/{plan}"),
        sheet.clone(),
        format!("{sheet}/1"),
        format!("{sheet}/export.csv"),
        format!("{sheet}/export.xlsx"),
        format!("/assessments/{assessment}"),
    ];
    for path in &own {
        site.get("hospital1", path).await.is(404);
    }
    site.get("hospital1", "/retention").await.is(200).shows("还没有贵单位的结余留用结果");
    site.post("officer", &format!("/retention/{plan}/ask"), &[]).await.is(303);
    let page = site.get("reviewer", &format!("/retention/{plan}")).await;
    let (request, seen) = (field(&page.body, "request"), field(&page.body, "looked_at"));
    let form = [("request", request.as_str()), ("looked_at", seen.as_str()), ("decision", "yes")];
    site.post("reviewer", &format!("/retention/{plan}/decide"), &form).await.is(303);
    site.get("hospital1", &own[0]).await.is(303);
    for path in &own[1..] {
        site.get("hospital1", path).await.is(200);
        site.get("hospital2", path).await.is(404);
        site.get("supplier1", path).await.is(403);
        site.get("auditor", path).await.is(200);
    }
    site.get("hospital1", "/retention").await.shows("第 1 采购年度").hides("41895.00");
    site.get("hospital3", "/retention").await.hides("第 1 采购年度");
    site.get("hospital3", &own[0]).await.is(404);
}

#[actix_web::test]
async fn what_if_shows_both_ways_and_keeps_nothing() {
    let (site, plan) = ready("72").await;
    let path = format!("/retention/{plan}/what-if");
    site.get("officer", &path).await.is(200).shows("33516.00").shows("0.00");
    let page = site.get("officer", &format!("{path}?share_b=0.5&pay_ratio=1")).await;
    // (180000 − 60300) × 0.5
    page.is(200).shows("33516.00").shows("59850.00").shows("119700.00").shows("26334.00");
    site.get("officer", &format!("{path}?cap=2")).await.is(422).shows("0 至 1");
    site.get("officer", &format!("{path}?grade_a=60")).await.is(422).shows("由 A 到 C 递减");
    let file = site.get("officer", &format!("/retention/{plan}/what-if.csv?share_b=0.5&pay_ratio=1")).await;
    file.is(200).shows("59850.00").shows("26334.00");
    site.get("officer", &format!("/retention/{plan}/what-if.xlsx?share_b=0.5")).await.is(200);
    assert_eq!(plan_row(&site, &plan).retained.to_string(), "33516.00");
    assert_eq!(sheet_of(&site, &plan, "hospital1").retained.unwrap().to_string(), "33516.00");
}

#[actix_web::test]
async fn parameters_of_a_draft_change_by_who_saw_them_last() {
    let (site, plan) = ready("85").await;
    let path = format!("/retention/{plan}/parameters");
    let version = plan_row(&site, &plan).version.to_string();
    site.get("officer", &path)
        .await
        .is(200)
        .shows("医保发〔2020〕26号")
        .shows("留用比例上限")
        .shows("经验值");
    let form = [("version", version.as_str()), ("cap", "0.4")];
    site.post("officer", &path, &form).await.is(303);
    site.post("officer", &path, &[("version", version.as_str()), ("cap", "0.3")])
        .await
        .is(422)
        .shows("刷新后重新核对");
    site.post("officer", &path, &form).await.is(303);
    site.post("officer", &path, &[("version", "2"), ("cap", "nine")]).await.is(422).shows("nine");
    site.post("reviewer", &path, &form).await.is(403);
    computed(&site, &plan).await;
    assert_eq!(plan_row(&site, &plan).retained.to_string(), "33516.00", "0.4 of 83790.00");
}

#[actix_web::test]
async fn bases_are_filled_from_demand_and_history_and_what_was_entered_stays() {
    let (site, round, contracts) = example();
    let plan = planned(&site, &round).await;
    let lots = site.app.db.read(|c| jicai::rounds::lots_of(c, &round.id)).unwrap();
    let (h1, h2) = (site.who("hospital1").organisation, site.who("hospital2").organisation);
    let amoxicillin = product(&site, "XJ01CAA001", AMOXICILLIN, true);
    let bought = |day: &str, login: &str, quantity: &str, price: &str| {
        let code = site.who(login).organisation.code;
        purchase_at(&site, &code, &amoxicillin, day, quantity, price);
    };
    let before = |days: i64| {
        Time::parse_local(&format!("{} 00:00", contracts[0].starts))
            .unwrap()
            .plus_days(-days)
            .day()
            .to_string()
    };
    bought(&before(1), "hospital1", "1000", "2.00");
    bought(&before(400), "hospital2", "3000", "1.00");
    bought(&before(0), "hospital1", "9999", "9.00");
    bought(&before(800), "hospital1", "9999", "9.00");
    site.app
        .db
        .write(|tx| {
            let line = |hospital: &jicai::types::OrganisationId, lot: usize, approved: &str| {
                let report = jicai::types::ReportId::new();
                let rows = (
                    jicai::schema::demand_reports::id.eq(report.clone()),
                    jicai::schema::demand_reports::round_id.eq(round.id.clone()),
                    jicai::schema::demand_reports::hospital_id.eq(hospital.clone()),
                    jicai::schema::demand_reports::state.eq("approved"),
                    jicai::schema::demand_reports::remark.eq(""),
                    jicai::schema::demand_reports::version.eq(1),
                );
                let quantity: Quantity = approved.parse().unwrap();
                let line = jicai::rounds::demand::Line {
                    id: jicai::types::DemandId::new(),
                    report_id: report,
                    round_id: round.id.clone(),
                    hospital_id: hospital.clone(),
                    lot_id: lots[lot].id.clone(),
                    company: String::new(),
                    reported: quantity,
                    verified: Some(quantity),
                    approved: Some(quantity),
                    history: Quantity::ZERO,
                    reason: String::new(),
                    state: jicai::rounds::demand::LineState::Approved,
                    remark: String::new(),
                    product: String::new(),
                };
                (rows, line)
            };
            for (rows, line) in [line(&h1.id, 0, "120000"), line(&h2.id, 0, "2500")] {
                diesel::insert_into(jicai::schema::demand_reports::table).values(rows).execute(tx.conn())?;
                diesel::insert_into(jicai::schema::demand_lines::table).values(&line).execute(tx.conn())?;
            }
            Ok(())
        })
        .unwrap();
    let rows = || -> Vec<(String, Option<String>, Option<String>, String)> {
        site.app
            .db
            .read(|c| {
                let list: Vec<retention::Base> = retention_bases::table
                    .order((retention_bases::hospital_id, retention_bases::generic))
                    .select(retention::Base::as_select())
                    .load(c)?;
                let shown = |it: &retention::Base| {
                    let name = if it.hospital_id == h1.id { "h1" } else { "h2" };
                    (
                        name.to_owned(),
                        it.quantity.map(|it| it.to_string()),
                        it.price.map(|it| it.to_string()),
                        it.origin.to_string(),
                    )
                };
                let mut list: Vec<_> = list.iter().map(shown).collect();
                list.sort();
                Ok(list)
            })
            .unwrap()
    };
    let row = |name: &str, quantity: &str, price: &str, origin: &str| {
        (name.to_owned(), Some(quantity.to_owned()), Some(price.to_owned()), origin.to_owned())
    };
    let fill = format!("/retention/{plan}/bases/fill");
    site.post("officer", &fill, &[]).await.is(303);
    // 1000 at 2.00 and 3000 at 1.00 in the two years before.
    assert_eq!(rows(), [row("h1", "120000", "1.25", "demand"), row("h2", "2500", "1.25", "demand")]);
    base(&site, &plan, "hospital2", AMOXICILLIN, "2600", "1.50").await;
    site.post("officer", &fill, &[]).await.is(303);
    assert_eq!(rows(), [row("h1", "120000", "1.25", "demand"), row("h2", "2600", "1.50", "entered")]);
    let version = plan_row(&site, &plan).version.to_string();
    let form = [("version", version.as_str()), ("base_from", "history"), ("history_months", "12")];
    site.post("officer", &format!("/retention/{plan}/parameters"), &form).await.is(303);
    site.post("officer", &fill, &[]).await.is(303);
    assert_eq!(rows(), [row("h1", "1000", "2.00", "history"), row("h2", "2600", "1.50", "entered")]);
    site.get("officer", &format!("/retention/{plan}/bases")).await.is(200).shows("采购历史").shows("2600");
    site.get("officer", &format!("/retention/{plan}/bases.csv"))
        .await
        .is(200)
        .shows("2600")
        .shows("H3307020000");
}

#[actix_web::test]
async fn uploads_are_reviewed_and_applied_whole_or_not_at_all() {
    let (site, round, _) = example();
    let plan = planned(&site, &round).await;
    let code = |login: &str| site.who(login).organisation.code;
    let (h1, h2, h3) = (code("hospital1"), code("hospital2"), code("hospital3"));
    let send = async |what: &str, file: &str| {
        let id = jicai::types::ImportId::new().to_string();
        let path = format!("/retention/{plan}/{what}/uploads");
        let answer = site.upload("officer", &path, &[("id", &id)], "x.csv", file.as_bytes()).await;
        (answer, format!("/retention/{plan}/uploads/{id}"))
    };
    // Not a table, empty, unknown columns: refused as a whole.
    for bad in ["", "\u{0}\u{0}", "一,二\n1,2\n", "hospital,generic,what\nx,y,z\n"] {
        send("bases", bad).await.0.is(422);
    }
    // Every wrong line is named, and nothing is applied.
    let bad = format!(
        "hospital,generic,quantity,price,insured_share,pay_ratio\n{h1},{AMOXICILLIN},-1,2,,\nH999,{AMOXICILLIN},1,2,,\n\
         {h1},没有这个,1,2,,\n{h1},{AMBROXOL},1,abc,,\n{h2},{AMOXICILLIN},1,1,1.5,\n{h2},{AMBROXOL},=1+1,1,,\n"
    );
    let (answer, path) = send("bases", &bad).await;
    answer.is(303);
    let page = site.get("officer", &path).await;
    page.is(200).shows("H999").shows("没有这个").shows("abc").shows("1.5").shows("-1").hides("全部应用");
    site.post("officer", &format!("{path}/apply"), &[("seen", "x")]).await.is(422);
    let count: i64 = site.app.db.read(|c| Ok(retention_bases::table.count().get_result(c)?)).unwrap();
    assert_eq!(count, 0);
    let twice = format!("hospital,generic,quantity\n{h1},{AMOXICILLIN},1\n{h1},{AMOXICILLIN},2\n");
    let (_, path) = send("bases", &twice).await;
    site.get("officer", &path).await.shows("与第 2 行重复");
    // A sound file, applied once although sent twice.
    let good = format!(
        "医疗机构编码,通用名,约定采购量基数,集采前均价\n{h1},{AMOXICILLIN},100000,2.00\n{h2},{AMOXICILLIN},5,\n"
    );
    let (_, path) = send("bases", &good).await;
    let seen = field(&site.get("officer", &path).await.body, "seen");
    site.post("officer", &format!("{path}/apply"), &[("seen", "other")]).await.is(422);
    site.post("officer", &format!("{path}/apply"), &[("seen", &seen)]).await.is(303);
    site.post("officer", &format!("{path}/apply"), &[("seen", &seen)]).await.is(303);
    // A price for every hospital that has a base of the generic; blank cells leave what is there.
    let (_, path) = send("bases", &format!("generic,price\n{AMOXICILLIN},1.75\n")).await;
    let seen = field(&site.get("officer", &path).await.body, "seen");
    site.post("officer", &format!("{path}/apply"), &[("seen", &seen)]).await.is(303);
    let file = site.get("officer", &format!("/retention/{plan}/bases.csv")).await;
    file.shows(&format!("{h1},{AMOXICILLIN},100000,1.75")).shows(&format!("{h2},{AMOXICILLIN},5,1.75"));
    // Scores.
    let bad = format!("hospital,score,evidence\n{h1},100.01,x\n{h2},80,\n{h3},80,x\nH0,1,x\n");
    let (_, path) = send("assessments", &bad).await;
    let page = site.get("officer", &path).await;
    page.shows("100.01").shows("请写明考核依据").shows("不在本方案内").shows("H0").hides("全部应用");
    let (_, path) =
        send("assessments", &format!("hospital,score,evidence\n{h1},79.99,现场考核\n{h2},60,现场考核\n"))
            .await;
    let seen = field(&site.get("officer", &path).await.body, "seen");
    site.post("officer", &format!("{path}/apply"), &[("seen", &seen)]).await.is(303);
    let page = site.get("officer", &format!("/assessments?plan={plan}")).await;
    page.is(200).shows("79.99").shows("现场考核").shows("全部医疗机构均有得分");
    // Given up, it is not applied any more; nobody else's plan knows it.
    let (_, path) = send("assessments", &format!("hospital,score,evidence\n{h1},1,x\n")).await;
    site.post("officer", &format!("{path}/cancel"), &[]).await.is(303);
    site.post("officer", &format!("{path}/apply"), &[("seen", "x")]).await.is(422).shows("已放弃");
    let elsewhere = path.replace(plan.as_str(), PlanId::new().as_str());
    site.get("officer", &elsewhere).await.is(404);
}

#[actix_web::test]
async fn a_score_has_evidence_documents_and_a_history() {
    let (site, round, _) = example();
    let plan = planned(&site, &round).await;
    let h1 = site.who("hospital1").organisation;
    let enter = async |id: &str, code: &str, score: &str, evidence: &str, name: &str, file: &[u8]| {
        let fields = [
            ("id", id),
            ("plan", plan.as_str()),
            ("hospital", code),
            ("score", score),
            ("evidence", evidence),
        ];
        site.upload("officer", "/assessments", &fields, name, file).await
    };
    let id = jicai::types::AssessmentId::new().to_string();
    enter(&id, &h1.code, "101", "x", "", b"").await.is(422).shows("0 至 100");
    enter(&id, &h1.code, "80", " ", "", b"").await.is(422).shows("请写明考核依据");
    enter(&id, "H000", "80", "x", "", b"").await.is(422).shows("H000");
    enter(&id, &h1.code, "80", "x", "a.pdf", b"MZ not a pdf").await.is(422);
    let none = site.app.db.read(|c| assessments::of_hospital(c, &plan, &h1.id)).unwrap();
    assert!(none.is_none(), "a false document takes the score with it");
    enter(&id, &h1.code, "80", "现场检查\n第二行", "a.pdf", b"%PDF-1.7 x").await.is(303);
    enter(&id, &h1.code, "80", "现场检查\n第二行", "", b"").await.is(303);
    let other = jicai::types::AssessmentId::new().to_string();
    enter(&other, &h1.code, "70", "x", "", b"").await.is(422).shows("已有得分");
    let path = format!("/assessments/{id}");
    let page = site.get("officer", &path).await;
    page.is(200).shows("a.pdf").shows("现场检查");
    let change = [("version", "1"), ("score", "59.99"), ("evidence", "复核后更正")];
    site.post("officer", &path, &change).await.is(303);
    site.post("officer", &path, &[("version", "1"), ("score", "10"), ("evidence", "x")])
        .await
        .is(422)
        .shows("刷新后重新核对");
    let page = site.get("auditor", &path).await;
    page.shows("59.99").shows("80").shows("复核后更正").shows("officer同志").hides("修改得分");
    let href = page.body.split("/documents/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let file = site.get("reviewer", &format!("{path}/documents/{href}")).await;
    assert_eq!(file.is(200).bytes, b"%PDF-1.7 x");
    site.get("hospital1", &format!("{path}/documents/{href}")).await.is(404);
    site.upload("officer", &format!("{path}/documents"), &[("id", &other)], "b.svg", b"<svg/>").await.is(422);
}

#[actix_web::test]
async fn sums_of_rows_are_the_totals_and_exports_say_the_same() {
    let (site, plan) = ready("85").await;
    let it = plan_row(&site, &plan);
    let list = site
        .app
        .db
        .read(|c| store::sheets(c, &store::Asked { plan: plan.clone(), ..Default::default() }, 100))
        .unwrap();
    let sum = |f: fn(&Sheet) -> Money| list.iter().map(|(sheet, ..)| f(sheet).scaled()).sum::<i64>();
    assert_eq!(it.budget.scaled(), sum(|s| s.budget));
    assert_eq!(it.spend.scaled(), sum(|s| s.spend));
    assert_eq!(it.base.scaled(), sum(|s| s.base.unwrap()));
    assert_eq!(it.retained.scaled(), sum(|s| s.retained.unwrap()));
    for file in ["export.csv", "lines.csv"] {
        site.get("auditor", &format!("/retention/{plan}/{file}"))
            .await
            .is(200)
            .shows("126000.00")
            .shows("42210.00");
    }
    let book = site.get("auditor", &format!("/retention/{plan}/export.xlsx")).await;
    assert!(book.is(200).bytes.starts_with(b"PK"));
}

#[actix_web::test]
async fn a_computation_begun_later_counts_and_the_other_is_told() {
    let (site, plan) = ready("85").await;
    let ctx = site.ctx_of("officer");
    // Figures of a run that broke off do not count.
    site.app
        .db
        .write(|tx| {
            Ok(diesel::update(retention_plans::table.find(&plan))
                .set((retention_plans::run.eq(7), retention_plans::computed_at.eq(None::<Time>)))
                .execute(tx.conn())?)
        })
        .unwrap();
    site.get("officer", &format!("/retention/{plan}")).await.shows("测算没有完成");
    site.post("officer", &format!("/retention/{plan}/ask"), &[]).await.is(422);
    let done: Vec<jicai::error::Result<()>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let (db, plan, ctx) = (site.app.db.clone(), plan.clone(), &ctx);
                scope.spawn(move || compute::compute(&db, ctx, &plan))
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(done.iter().any(Result::is_ok), "{done:?}");
    for told in done.iter().filter_map(|it| it.as_ref().err()) {
        assert!(matches!(told, jicai::error::Error::Refused(_)), "{told}");
    }
    let it = plan_row(&site, &plan);
    assert_eq!((it.retained.to_string(), it.hospitals, it.is_current()), ("41895.00".to_owned(), 2, true));
}

#[actix_web::test]
async fn a_round_without_contracts_and_a_year_it_does_not_have_make_no_plan() {
    let (site, round, _) = signed();
    let (draft, _) = site.round_in(jicai::rounds::RoundState::Bidding);
    let post = async |round: &str, year: &str| {
        let id = PlanId::new().to_string();
        site.post("officer", "/retention", &[("id", &id), ("round", round), ("year", year)]).await
    };
    post(draft.id.as_str(), "1").await.is(422).shows("还没有生成合同");
    for year in ["0", "-1", "99"] {
        post(round.id.as_str(), year).await.is(422).shows("没有第");
    }
    post(round.id.as_str(), "x").await.is(422);
    post(round.id.as_str(), "2").await.is(303);
    post(round.id.as_str(), "2").await.is(422).shows("已有方案");
    let plans = site.app.db.read(|c| store::plans(c, None, None, 10)).unwrap();
    let early = &plans[0].0;
    site.post("officer", &format!("/retention/{}/compute", early.id), &[])
        .await
        .is(422)
        .shows("开始后方可测算");
}

#[actix_web::test]
async fn the_next_year_shows_the_cuts_proposed_and_changes_no_volume() {
    let (site, plan) = ready("59").await;
    site.post("officer", &format!("/retention/{plan}/ask"), &[]).await.is(303);
    let page = site.get("reviewer", &format!("/retention/{plan}")).await;
    let (request, seen) = (field(&page.body, "request"), field(&page.body, "looked_at"));
    let form = [("request", request.as_str()), ("looked_at", seen.as_str()), ("decision", "yes")];
    site.post("reviewer", &format!("/retention/{plan}/decide"), &form).await.is(303);
    let round = plan_row(&site, &plan).round_id.to_string();
    let next = PlanId::new().to_string();
    site.post("officer", "/retention", &[("id", &next), ("round", &round), ("year", "2")]).await.is(303);
    let page = site.get("officer", &format!("/retention/{next}")).await;
    page.is(200).shows("上一采购年度的扣减建议").shows("金华市中心医院").shows("0.1");
    let contracts = site.app.db.read(|c| jicai::contracts::store::page(c, &Default::default(), 10)).unwrap();
    assert!(contracts.iter().any(|(it, ..)| it.quantity.to_string() == "80000"));
}
