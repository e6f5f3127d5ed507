//! A suspended listing stops orders: by page and by upload, with and without a contract, until it is lifted.

use diesel::prelude::*;
use jicai::catalog::Product;
use jicai::contracts::Contract;
use jicai::prices::monitoring::Tier;
use jicai::schema::{products, suspensions};
use jicai::types::{CaseId, ProductId, RequestId, Time};

use super::{MAKER, all, close, conclude, decide, finding, now, run, send, steps};
use crate::chain::signed;
use crate::prices::product;
use crate::support::{Answer, Site};

const NUMBER: &str = "金医保发〔2026〕12号";

/// A case about a product of `supplier1`, followed by `officer`.
async fn case(site: &Site, it: &ProductId) -> CaseId {
    finding(site, "multiple", it, ("hospital1", "2026-10-01"), (Tier::Red3, "10"));
    run(site, "open_cases").await;
    let id = all(site).pop().unwrap().id;
    let (version, to) = (now(site, &id).version.to_string(), site.who("officer").account.id.to_string());
    let fields = [("version", version.as_str()), ("assignee", &to), ("reason", "")];
    site.post("officer", &format!("/cases/{id}/assign"), &fields).await.is(303);
    id
}

/// Asks for a suspension from today on, or from and to days.
async fn ask(site: &Site, id: &CaseId, from: &str, to: &str) -> Answer {
    let today = site.now().day().to_string();
    let from = if from.is_empty() { today.as_str() } else { from };
    send(site, "officer", id, "suspension", &[("number", NUMBER), ("from_day", from), ("to_day", to)]).await
}

async fn by_page(site: &Site, contract: &Contract) -> RequestId {
    let id = RequestId::new();
    let (price, quantity) = (format!("price.{}", contract.number), format!("quantity.{}", contract.number));
    let unit = contract.unit_price.to_string();
    let fields = [("id", id.as_str()), (price.as_str(), &unit), (quantity.as_str(), "10")];
    site.post("hospital1", "/orders/requests", &fields).await.is(303);
    id
}

async fn by_upload(site: &Site, line: &str) -> RequestId {
    let id = RequestId::new();
    let text = format!("合同编号,产品,供应企业,数量,单价\n{line}\n");
    let fields = [("id", id.as_str())];
    site.upload("hospital1", "/orders/requests/upload", &fields, "采购.csv", text.as_bytes()).await.is(303);
    id
}

async fn review(site: &Site, id: &RequestId) -> Answer {
    site.get("hospital1", &format!("/orders/requests/{id}")).await
}

async fn submit(site: &Site, id: &RequestId, version: &str) -> Answer {
    site.post("hospital1", &format!("/orders/requests/{id}/submit"), &[("version", version)]).await
}

fn lift_fields<'a>(version: &'a str, id: &'a str) -> [(&'static str, &'a str); 4] {
    [
        ("version", version),
        ("suspension", id),
        ("lift_number", "金医保发〔2026〕15号"),
        ("lift_reason", "已整改"),
    ]
}

#[actix_web::test]
async fn a_suspension_stops_orders_by_page_and_by_upload_until_it_is_lifted() {
    let (site, _, contracts) = signed();
    let it = product(&site, "X1", "阿莫西林胶囊", "", MAKER);
    let other = product(&site, "X2", "阿莫西林胶囊", "", "别家厂");
    let id = case(&site, &it).await;
    let path = format!("/cases/{id}");
    let early = by_page(&site, &contracts[0]).await;
    review(&site, &early).await.is(200).shows("合格 1 行");
    ask(&site, &id, "2020-01-01", "").await.is(422).shows("不能早于今天");
    ask(&site, &id, "", "").await.is(303);
    // Before a second person has said yes, nothing is stopped.
    submit(&site, &early, "1").await.is(303);
    let waiting = by_page(&site, &contracts[0]).await;
    review(&site, &waiting).await.shows("合格 1 行");
    ask(&site, &id, "", "").await.is(422).shows("尚未办结");
    decide(&site, "officer2", &id, "yes").await.is(403);
    decide(&site, "reviewer", &id, "yes").await.is(303);
    let mails = super::news(&site, "supplier1");
    assert_eq!(mails, [jicai::notify::News::CaseStep]);
    // What was reviewed before is checked anew: nothing is ordered, and the page says why.
    submit(&site, &waiting, "1").await.is(422).shows(NUMBER).shows("已暂停挂网");
    submit(&site, &waiting, "2").await.is(422);
    let page = by_page(&site, &contracts[0]).await;
    review(&site, &page).await.is(200).shows("退回 1 行").shows(NUMBER).shows("至恢复之日");
    for line in [
        format!("{},,,10,0.2", contracts[0].number),
        ",康恩阿莫西林,浙江康恩药业有限公司,10,0.2".to_owned(),
        ",X1,浙江康恩药业有限公司,10,0.2".to_owned(),
        ",x1,华东制药有限公司,10,0.2".to_owned(),
    ] {
        let id = by_upload(&site, &line).await;
        review(&site, &id).await.is(200).shows("退回 1 行").shows(NUMBER);
        submit(&site, &id, "1").await.is(422);
    }
    // Other products of the same generic, and the supplier's other contracts, can be ordered.
    let id_other = by_upload(&site, ",X2,华东制药有限公司,10,0.2").await;
    review(&site, &id_other).await.is(200).shows("合格 1 行");
    let page = by_page(&site, &contracts[1]).await;
    review(&site, &page).await.is(200).shows("合格 1 行");
    site.get("officer", &path).await.is(200).shows("暂停中").shows("act=lift");
    site.get("supplier1", &path).await.is(200).shows("暂停中").shows(NUMBER);
    // A second one at once is refused, also in another case of the same product.
    finding(&site, "drift", &it, ("hospital1", "2026-10-01"), (Tier::Red3, "10"));
    let second = case(&site, &other).await;
    assert_ne!(second, id);
    // Lifting needs its document and reason; then everything can be ordered again.
    let stop: String =
        site.app.db.read(|c| Ok(suspensions::table.select(suspensions::id).first(c)?)).unwrap();
    let lift = format!("{path}/lift");
    let version = now(&site, &id).version.to_string();
    let fields =
        [("version", version.as_str()), ("suspension", &stop), ("lift_number", ""), ("lift_reason", "x")];
    site.post("officer", &lift, &fields).await.is(422).shows("此项必填");
    site.post("officer2", &lift, &lift_fields(&version, &stop)).await.is(422).shows("officer同志 承办");
    site.post("officer", &format!("/cases/{second}/lift"), &lift_fields("1", &stop)).await.is(404);
    site.post("officer", &lift, &lift_fields(&version, &stop)).await.is(303);
    let version = now(&site, &id).version.to_string();
    site.post("officer", &lift, &lift_fields(&version, &stop)).await.is(422).shows("已结束或已恢复");
    let page = by_page(&site, &contracts[0]).await;
    review(&site, &page).await.is(200).shows("合格 1 行");
    submit(&site, &page, "1").await.is(303);
    let upload = by_upload(&site, ",X1,浙江康恩药业有限公司,10,0.2").await;
    review(&site, &upload).await.is(200).shows("合格 1 行");
    assert_eq!(super::news(&site, "supplier1").last(), Some(&jicai::notify::News::CaseLifted));
    site.get("officer", &path).await.is(200).shows("恢复挂网").shows("金医保发〔2026〕15号");
}

#[actix_web::test]
async fn a_suspension_begins_and_ends_on_its_days() {
    let (site, _, contracts) = signed();
    let it = product(&site, "X1", "阿莫西林胶囊", "", MAKER);
    let id = case(&site, &it).await;
    let today = site.now().day();
    let (from, to) = (today + chrono::Days::new(2), today + chrono::Days::new(4));
    ask(&site, &id, &from.to_string(), &today.to_string()).await.is(422).shows("截止日不能早于起始日");
    ask(&site, &id, &from.to_string(), &to.to_string()).await.is(303);
    decide(&site, "reviewer", &id, "yes").await.is(303);
    for (days, good) in [(0, true), (1, true), (2, false), (4, false), (5, true)] {
        site.set_clock(Time::parse_local(&format!("{today} 09:00")).unwrap().plus_days(days));
        let page = by_page(&site, &contracts[0]).await;
        review(&site, &page).await.is(200).shows(if good { "合格 1 行" } else { "退回 1 行" });
    }
    // Over: it can be suspended anew.
    let first = steps(&site, &id).remove(0);
    conclude(&site, "officer", &first, "met").await.is(303);
    ask(&site, &id, "", "").await.is(303);
    // The reviewer says no: nothing is stopped and the supplier never hears of it.
    decide(&site, "reviewer", &id, "no").await.is(303);
    let page = by_page(&site, &contracts[0]).await;
    review(&site, &page).await.is(200).shows("合格 1 行");
    ask(&site, &id, "", "").await.is(303);
    decide(&site, "reviewer", &id, "yes").await.is(303);
    // While it runs, no second one and no closing as unfounded; closed otherwise it goes on.
    let again = steps(&site, &id).pop().unwrap();
    conclude(&site, "officer", &again, "met").await.is(303);
    ask(&site, &id, "", "").await.is(422).shows("不能重复暂停");
    close(&site, "officer", &id, "unfounded").await.is(422).shows("请先恢复挂网");
    close(&site, "officer", &id, "delisted").await.is(303);
    let page = by_page(&site, &contracts[0]).await;
    review(&site, &page).await.is(200).shows("退回 1 行");
    // Of a closed case any officer lifts it.
    let stop = site
        .app
        .db
        .read(|c| jicai::cases::suspensions::of_case(c, &id))
        .unwrap()
        .into_iter()
        .find(|it| it.lifted_at.is_none() && it.to_day.is_none())
        .unwrap();
    let version = now(&site, &id).version.to_string();
    let fields = lift_fields(&version, stop.id.as_str());
    site.post("officer2", &format!("/cases/{id}/lift"), &fields).await.is(303);
    let page = by_page(&site, &contracts[0]).await;
    review(&site, &page).await.is(200).shows("合格 1 行");
}

#[test]
fn a_contract_is_known_by_code_or_by_maker_generic_and_spec() {
    use jicai::cases::suspensions::{Contracted, Stopped, Suspension};
    let site = Site::with_city();
    let id = product(&site, "XA01AAA001A001010112345", "阿莫西林胶囊", "", MAKER);
    let product: Product =
        site.app.db.read(|c| Ok(products::table.find(&id).select(Product::as_select()).first(c)?)).unwrap();
    let (maker, other) = (site.who("supplier1").organisation.id, site.who("supplier2").organisation.id);
    let suspension = Suspension {
        id: jicai::types::SuspensionId::new(),
        product_id: id,
        supplier_id: Some(maker.clone()),
        case_id: CaseId::new(),
        number: NUMBER.to_owned(),
        from_day: site.now().day(),
        to_day: None,
        approved_at: site.now(),
        approved_by: None,
        lifted_at: None,
        lifted_by: None,
        lift_number: String::new(),
        lift_reason: String::new(),
    };
    let stopped = Stopped { suspension, product };
    let check = |product: &str, generic: &str, spec: &str, supplier: usize, want: bool| {
        let supplier = [&maker, &other][supplier];
        let contracted = Contracted { product, spec, generic, supplier, supplier_name: "某企业" };
        assert_eq!(stopped.is_of(&contracted), want, "{product} {generic} {spec}");
    };
    check("XA01AAA001A001010112345", "别的", "1g", 1, true);
    check("xa01aaa001a001010112345", "别的", "1g", 1, true);
    check("康恩阿莫西林", "阿莫西林胶囊", "0.25 G", 0, true);
    check("康恩阿莫西林", "阿莫西林胶囊", "0.5g", 0, false);
    check("康恩阿莫西林", "阿莫西林片", "0.25g", 0, false);
    check("华东阿莫西林", "阿莫西林胶囊", "0.25g", 1, false);
    // Another pack of the same maker, named by its code.
    check("XA01AAA001A001010212345", "阿莫西林胶囊", "0.25g", 0, false);
}
