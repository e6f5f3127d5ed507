//! Standards of negotiated drugs: a file, its review, a list released by two people, corrections.

use jicai::standards::negotiated;
use jicai::standards::store;
use jicai::types::ImportId;

use super::{api, consumer, every, json};
use crate::prices::product;
use crate::support::{Answer, Site};

const IMATINIB: &str = "XL01EAA001A001010110001";
const OTHER: &str = "XL01EAA002A001010110002";
const HEADER: &str = "医保编码,支付标准,单位,起始日期,截止日期,双通道,文号,备注\n";

fn city() -> Site {
    let site = Site::with_city();
    product(&site, IMATINIB, "甲磺酸伊马替尼片", "XL01EAA001A001", "诺华制药");
    product(&site, OTHER, "达沙替尼片", "XL01EAA002A001", "施贵宝");
    site
}

async fn send(site: &Site, lines: &str) -> (String, Answer) {
    let id = ImportId::new().to_string();
    let fields = [("id", id.as_str()), ("title", "2026年国家谈判药品")];
    let text = format!("{HEADER}{lines}");
    let answer =
        site.upload("officer", "/standards/negotiated/uploads", &fields, "t.csv", text.as_bytes()).await;
    (format!("/standards/negotiated/uploads/{id}"), answer)
}

/// Uploads lines, drafts them as a list, and has it released; its page.
async fn released(site: &Site, lines: &str) -> String {
    let (path, answer) = send(site, lines).await;
    answer.is(303);
    let list = site.post("officer", &path, &[]).await.is(303).location.replace("?done=1", "");
    site.post("officer", &format!("{list}/ask"), &[]).await.is(303);
    let looked_at = looked_at(site, &list);
    let approve = [("decision", "yes"), ("fingerprint", looked_at.as_str())];
    site.post("officer", &format!("{list}/decide"), &approve).await.is(403);
    site.post("reviewer", &format!("{list}/decide"), &approve).await.is(303);
    list
}

fn looked_at(site: &Site, list: &str) -> String {
    let number = list.rsplit('/').next().unwrap();
    let rows = site.app.db.read(|c| {
        let it = negotiated::list(c, number)?;
        negotiated::pending(c, &it)
    });
    jicai::standards::fingerprint(&rows.unwrap()).unwrap()
}

#[actix_web::test]
async fn a_file_with_faults_changes_nothing_and_names_them() {
    let site = city();
    let check = async |line: &str, want: &str| {
        let (path, answer) = send(&site, line).await;
        answer.is(303);
        site.get("officer", &path).await.is(200).shows(want);
        site.post("officer", &path, &[]).await.is(422).shows("未作任何更改");
    };
    let sound = format!("{IMATINIB},240,盒,2027-01-01,2028-12-31,是,医保发〔2026〕1号,\n");
    check(&format!("X,240,盒,2027-01-01,,是,文,\n{sound}"), "没有此医保编码").await;
    check(&format!("{IMATINIB},0,盒,2027-01-01,,是,文,\n"), "第2行").await;
    check(&format!("{IMATINIB},240,瓶,2027-01-01,,是,文,\n"), "既不是最小制剂单位（粒）").await;
    check(&format!("{IMATINIB},240,盒,2027-01-01,2026-12-31,是,文,\n"), "早于起始日期").await;
    check(&format!("{IMATINIB},240,盒,2027-01-01,,也许,文,\n"), "也许").await;
    check(&format!("{IMATINIB},240,盒,2027-01-01,,是,,\n"), "文号").await;
    let later = format!("{IMATINIB},230,盒,2028-12-31,,是,文,\n");
    check(&format!("{sound}{later}"), "与第 2 行同一产品的日期重叠").await;
    let lists = site.app.db.read(|c| negotiated::store::page(c, "", 10)).unwrap();
    assert!(lists.is_empty() && every(&site).is_empty());
    let id = ImportId::new().to_string();
    let fields = [("id", id.as_str()), ("title", " ")];
    let file = format!("{HEADER}{sound}");
    site.upload("officer", "/standards/negotiated/uploads", &fields, "t.csv", file.as_bytes())
        .await
        .is(422)
        .shows("请填写清单名称");
}

#[actix_web::test]
async fn a_list_is_released_by_two_people_and_a_later_one_supersedes() {
    let site = city();
    let first = format!("{IMATINIB},240,盒,2027-01-01,2028-12-31,是,医保发〔2026〕1号,首次\n");
    let (path, _) = send(&site, &first).await;
    site.get("officer", &path).await.is(200).shows("240.00 ÷ 24 = 10.00").shows("新增");
    site.get("settlement", &path).await.is(403);
    let list = released(&site, &first).await;
    assert!(list.ends_with("/TP00001"), "{list}");
    let rows = every(&site);
    let row = &rows[0];
    assert_eq!(
        (row.seq, row.standard.to_string(), row.basis.as_str()),
        (1, "10.00".to_owned(), "NEGOTIATED")
    );
    assert!(row.dual_channel && row.round_id.is_none() && row.unit == "粒");
    assert_eq!(row.document, "医保发〔2026〕1号");
    consumer(&site, "tok");
    let batch = json(&api(&site, "tok", "/api/standards").await);
    assert_eq!(batch["items"][0]["release"], "TP00001-ZF01");
    assert_eq!(batch["items"][0]["round"], "");
    assert_eq!(
        (&batch["items"][0]["dual_channel"], &batch["items"][0]["unit"]),
        (&true.into(), &"粒".into())
    );
    site.get("officer", &list).await.is(200).shows("TP00001-ZF01").shows("没有待发布").shows("资金影响");
    site.get("supplier1", "/standards/1").await.is(200).shows("双通道").shows("国家谈判");
    site.post("officer", &format!("{list}/discard"), &[]).await.is(422);
    // The same days at another price: the old row is superseded, and what is unchanged is not released again.
    let second = format!(
        "{IMATINIB},216,盒,2027-01-01,2028-12-31,是,医保发〔2026〕1号,\n{OTHER},5,粒,2027-01-01,,否,文2,\n"
    );
    let (path, _) = send(&site, &second).await;
    site.get("officer", &path)
        .await
        .is(200)
        .shows("下调")
        .shows("<td class=\"n\">10.00</td><td class=\"n\">9.00</td>");
    released(&site, &second).await;
    let rows = every(&site);
    assert_eq!((rows.len(), rows[1].supersedes, rows[2].supersedes), (3, Some(1), None));
    let (path, _) = send(&site, &second).await;
    let third = site.post("officer", &path, &[]).await.is(303).location.replace("?done=1", "");
    site.post("officer", &format!("{third}/ask"), &[]).await.is(422).shows("没有待发布");
    site.post("officer", &format!("{third}/discard"), &[]).await.is(303);
    // A correction goes the way of every correction.
    let form = [("standard", "8.5"), ("reason", "录入差错")];
    site.post("officer", "/standards/2/correct", &form).await.is(303);
    site.get("reviewer", "/approvals").await.is(200).shows("更正支付标准");
    site.post("reviewer", "/standards/2/decide", &[("decision", "yes")]).await.is(303);
    let row = site.app.db.read(|c| store::standard(c, 4)).unwrap().unwrap();
    assert_eq!(
        (row.supersedes, row.dual_channel, row.standard.to_string()),
        (Some(2), true, "8.50".to_owned())
    );
    // When the agreement has ended nothing is in force.
    site.get("settlement", &format!("/standards?day=2028-12-31&q={IMATINIB}")).await.shows(">8.50<");
    site.get("settlement", &format!("/standards?day=2029-01-01&q={IMATINIB}")).await.shows("没有符合条件");
}
