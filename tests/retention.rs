//! Surplus retention: bases, scores, figures down to the receipts, what-if, approval by two.

mod approval;
mod inputs;

use diesel::prelude::*;
use jicai::contracts::Contract;
use jicai::payments::retention::{self, Plan, Sheet, assessments, compute, store};
use jicai::rounds::Round;
use jicai::schema::{contracts as contract_rows, order_lines, orders, products, retention_plans, returns};
use jicai::supply::{Order, OrderLine, OrderState, Payer, Receipt, Return};
use jicai::types::{Money, OrderId, PlanId, ProductId, Quantity, ReturnId, Time, UnitPrice};

use crate::chain::{line_of, order_of, received, signed, taken_in};
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
