//! The page of terms: what holds today, set with a reason from a day on.

use jicai::terms::{self, Term};
use jicai::types::TermValueId;

use crate::support::Site;

#[actix_web::test]
async fn a_term_is_set_from_a_day_on_with_its_reason() {
    let site = Site::with_city();
    let today = site.now().day();
    let page = site.get("auditor", "/terms").await;
    page.is(200)
        .shows("验收后付款期限")
        .shows("国办发〔2021〕2号")
        .shows("经验值")
        .shows("没有调整")
        .hides("?set=");
    site.get("hospital1", "/terms").await.is(403);
    site.get("officer", "/terms?set=payment_days")
        .await
        .is(200)
        .shows("调整：验收后付款期限")
        .shows("1 至 365");
    let id = TermValueId::new().to_string();
    let form = |value: &'static str, since: String, reason: &'static str| {
        [
            ("id".to_owned(), id.clone()),
            ("term".to_owned(), "payment_days".to_owned()),
            ("value".to_owned(), value.to_owned()),
            ("since".to_owned(), since),
            ("reason".to_owned(), reason.to_owned()),
        ]
    };
    let send = async |login: &str, form: [(String, String); 5]| {
        let fields: Vec<(&str, &str)> = form.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        site.post(login, "/terms", &fields).await
    };
    let tomorrow = today.succ_opt().unwrap().to_string();
    for (value, since, reason, says) in [
        ("0", tomorrow.clone(), "x", "1 至 365"),
        ("2.5", tomorrow.clone(), "x", "须为整数"),
        ("", tomorrow.clone(), "x", "必须有值"),
        ("20", today.pred_opt().unwrap().to_string(), "x", "已过"),
        ("20", "soon".to_owned(), "x", "soon"),
        ("20", tomorrow.clone(), " ", "调整依据"),
    ] {
        send("officer", form(value, since, reason)).await.is(422).shows(says);
    }
    send("reviewer", form("20", tomorrow.clone(), "新规定")).await.is(403);
    send("officer", form("20", tomorrow.clone(), "新规定")).await.is(303);
    send("officer", form("20", tomorrow.clone(), "新规定")).await.is(303);
    let holds = |day| site.app.db.read(|c| terms::whole(c, Term::PaymentDays, day)).unwrap();
    assert_eq!((holds(today), holds(today.succ_opt().unwrap())), (30, 20));
    assert_eq!(site.app.db.read(terms::history).unwrap().len(), 1, "sent twice it is set once");
    site.get("officer", "/terms")
        .await
        .shows(&format!("已定：自 {tomorrow} 起为 20"))
        .shows("新规定")
        .shows("officer同志");
    site.set_clock(site.now().plus_days(1));
    site.get("officer", "/terms").await.shows(&format!("自 {tomorrow} 起"));
}

#[actix_web::test]
async fn no_limit_is_not_zero() {
    let site = Site::with_city();
    let today = site.now().day().to_string();
    for (value, shown) in [("", "不限"), ("0", "0")] {
        let id = TermValueId::new().to_string();
        let form = [
            ("id", id.as_str()),
            ("term", "volume_allowance"),
            ("value", value),
            ("since", today.as_str()),
            ("reason", "x"),
        ];
        site.post("officer", "/terms", &form).await.is(303);
        site.get("officer", "/terms").await.shows(&format!("<td class=\"n\">{shown}</td>"));
        site.set_clock(site.now().plus_millis(1));
    }
}
