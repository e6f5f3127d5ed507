//! Lots of a round: by hand, from files, and written out again.

use jicai::rounds::import;
use jicai::rounds::{self, Lot, Round, RoundState};
use jicai::types::{ImportId, LotId, RoundId};

use crate::support::{Answer, Site};

const HEADER: &str = "竞价单元,通用名,剂型,剂型类别,可比规格,最高有效申报价,类别,基数";

fn draft() -> (Site, Round, Vec<Lot>) {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Draft);
    (site, round, lots)
}

fn lots(site: &Site, id: &RoundId) -> Vec<Lot> {
    site.app.db.read(|conn| rounds::lots_of(conn, id)).unwrap()
}

/// Uploads a file and shows its review, or the refusal.
async fn upload(site: &Site, round: &Round, id: &ImportId, name: &str, bytes: &[u8]) -> Answer {
    let path = format!("/rounds/{}/lots/imports", round.id);
    let answer = site.upload("officer", &path, &[("id", id.as_str())], name, bytes).await;
    if answer.location.is_empty() { answer } else { site.get("officer", &answer.location).await }
}

/// The review's hidden mark.
fn seen(answer: &Answer) -> String {
    let after = answer.body.split("name=\"seen\" value=\"").nth(1).unwrap();
    after.split('"').next().unwrap().to_owned()
}

#[actix_web::test]
async fn a_good_file_in_gb18030_is_reviewed_and_applied_whole_and_once() {
    let (site, round, before) = draft();
    let text = format!(
        "{HEADER}\r\n\
         1,阿莫西林胶囊,硬胶囊,口服固体,0.25g,0.45,抗菌药物和激素,\r\n\
         2,盐酸氨溴索注射液,注射液,小容量注射剂,2ml:15mg,3.44,一般,\r\n\
         3,硫酸氢氯吡格雷片,片剂,oral_solid,75mg,2.9801,general,120000\r\n"
    );
    let (bytes, _, _) = encoding_rs::GB18030.encode(&text);
    let id = ImportId::new();
    let review = upload(&site, &round, &id, "竞价单元.csv", &bytes).await;
    review.is(200).shows("竞价单元.csv").shows("硫酸氢氯吡格雷片");
    review.shows("<del>0.50</del>").shows("<ins>0.45</ins>").shows("<ins>抗菌药物和激素</ins>");
    assert_eq!(lots(&site, &round.id), before, "a review changes nothing");
    let path = format!("/rounds/{}/lots/imports/{id}/apply", round.id);
    for _ in 0..2 {
        site.post("officer", &path, &[("seen", &seen(&review))]).await.is(303);
    }
    let after = lots(&site, &round.id);
    assert_eq!(after.len(), 3);
    assert_eq!(after[0].id, before[0].id);
    assert_eq!((after[0].ceiling.to_string(), after[0].category.as_str()), ("0.45".to_owned(), "reduced"));
    assert_eq!(after[1], before[1]);
    assert_eq!((after[2].unit.as_str(), after[2].position), ("片", 3));
    assert_eq!(after[2].base_volume.unwrap().to_string(), "120000");
    let shown = format!("/rounds/{}/lots/imports/{id}", round.id);
    site.get("officer", &shown).await.is(200).shows("已导入").hides("全部写入批次");
    site.post("officer", &format!("{shown}/cancel"), &[]).await.is(303);
    site.get("officer", &shown).await.shows("已导入");
}

#[actix_web::test]
async fn every_bad_line_is_named_and_nothing_is_applied() {
    let (site, round, before) = draft();
    let text = format!(
        "{HEADER}\n\
         3,甲药,片剂,口服固体,1mg,0.12345,一般,\n\
         4,甲药,片剂,口服固体,1mg,0,一般,\n\
         5,甲药,片剂,口服固体,1mg,-1,一般,\n\
         6,甲药,片剂,口服固体,1mg,1.5,一般,\n\
         6,甲药,片剂,口服固体,1mg,1.5,一般,\n\
         7,甲药,片剂,液体,1mg,1.5,一般,\n\
         8,,片剂,口服固体,1mg,1.5,一般,\n\
         9,甲药,口服溶液,其他,1ml,1.5,一般,\n\
         10,甲药,片剂,口服固体,1mg,\"1,000\",一般,\n\
         11,甲药,片剂,口服固体,1mg,1,一般,0\n\
         12,甲药,片剂,口服固体,1mg,1.1234567,一般,\n"
    );
    let id = ImportId::new();
    let review = upload(&site, &round, &id, "lots.csv", text.as_bytes()).await;
    review.is(200).hides("全部写入批次").shows("一行也不会写入");
    let (lines, faults) = import::read(text.as_bytes()).unwrap();
    assert_eq!(lines.len(), 1);
    let said = faults.sentences(jicai::text::Lang::Zh.text());
    let want = [
        "第2行，“最高有效申报价”为“0.12345”：最高有效申报价最多 4 位小数",
        "第3行，“最高有效申报价”为“0”",
        "第4行，“最高有效申报价”为“-1”",
        "第6行，“竞价单元”为“6”：与第5行重复",
        "第7行，“剂型类别”为“液体”",
        "第8行，“通用名”为“”",
        "第9行，“unit”为“”：“计量单位”不能为空",
        "第10行，“最高有效申报价”为“1,000”",
        "第11行，“基数”为“0”",
        "第12行，“最高有效申报价”为“1.1234567”：最高有效申报价最多 4 位小数",
    ];
    assert_eq!(said.len(), want.len(), "{said:#?}");
    for (said, want) in said.iter().zip(want) {
        assert!(said.starts_with(want), "{said}");
    }
    let path = format!("/rounds/{}/lots/imports/{id}/apply", round.id);
    site.post("officer", &path, &[("seen", "")]).await.is(422).shows("10 处错误");
    assert_eq!(lots(&site, &round.id), before);
}

#[actix_web::test]
async fn a_file_that_is_no_table_is_refused_where_it_was_chosen_and_not_kept() {
    let (site, round, _) = draft();
    let check = async |bytes: &[u8], want: &str| {
        let id = ImportId::new();
        upload(&site, &round, &id, "x.csv", bytes).await.is(422).shows(want).shows("上传竞价单元文件");
        let kept =
            site.app.db.read(|conn| jicai::imports::find(conn, jicai::imports::Kind::Lots, &id)).unwrap();
        assert!(kept.is_none(), "{want}");
    };
    check(b"", "此项必填").await;
    check("编号,名字\n1,2\n".as_bytes(), "应有的列").await;
    check("竞价单元,通用名,剂型,剂型类别,可比规格,类别\n1,2,3,4,5,6\n".as_bytes(), "缺少列").await;
    check(format!("{HEADER},备注\n").as_bytes(), "无法识别的列：备注").await;
    check(b"\xff\xfe\x00\x31", "UTF-16").await;
    let id = ImportId::new();
    let review = upload(&site, &round, &id, "x.csv", HEADER.as_bytes()).await;
    review.is(200).hides("全部写入批次").shows("必填，不能为空");
}

#[actix_web::test]
async fn what_is_applied_is_what_was_shown() {
    let (site, round, before) = draft();
    let text = format!("{HEADER}\n9,丁药,片剂,口服固体,1mg,1.5,一般,\n");
    let id = ImportId::new();
    let review = upload(&site, &round, &id, "lots.csv", text.as_bytes()).await;
    let remove = format!("/rounds/{}/lots/{}/remove", round.id, before[0].id);
    site.post("officer2", &remove, &[]).await.is(303);
    let path = format!("/rounds/{}/lots/imports/{id}", round.id);
    let stale = [("seen", seen(&review))];
    let stale: Vec<(&str, &str)> = stale.iter().map(|(k, v)| (*k, v.as_str())).collect();
    site.post("officer", &format!("{path}/apply"), &stale).await.is(422).shows("他人已作修改");
    assert_eq!(lots(&site, &round.id).len(), 1);
    site.post("officer", &format!("{path}/cancel"), &[]).await.is(303);
    site.post("officer", &format!("{path}/apply"), &stale).await.is(422).shows("已取消");
    // An upload belongs to its round.
    let (other, _) = site.round_in(RoundState::Draft);
    site.get("officer", &format!("/rounds/{}/lots/imports/{id}", other.id)).await.is(404);
    // Nor does it stand among the uploads of the catalogue.
    site.get("officer", "/products/import").await.is(200).hides("lots.csv");
    site.get("officer", &path).await.is(200).shows("已取消").hides("丁药");
    let kept = site.app.db.read(|conn| import::import(conn, &round.id, &id)).unwrap();
    assert_eq!(kept.state, jicai::imports::State::Cancelled);
    // Published, a round takes no more lots.
    let (open, _) = site.round_in(RoundState::Demand);
    let id = ImportId::new();
    upload(&site, &open, &id, "lots.csv", text.as_bytes()).await.is(422).shows("报量中");
}

#[actix_web::test]
async fn what_is_exported_reads_back_unchanged() {
    let (site, round, _) = draft();
    for file in ["lots.csv", "lots.xlsx"] {
        let exported = site.get("auditor", &format!("/rounds/{}/{file}", round.id)).await;
        exported.is(200);
        let (lines, faults) = import::read(&exported.bytes).unwrap();
        assert!(faults.is_empty(), "{faults:?}");
        let fields: Vec<_> = lines.into_iter().map(|l| l.fields).collect();
        let stored: Vec<_> = lots(&site, &round.id).iter().map(rounds::LotFields::of).collect();
        assert_eq!(fields, stored, "{file}");
    }
    site.get("supplier1", &format!("/rounds/{}/lots.csv", round.id)).await.is(404);
}

fn fields<'a>(id: &'a str, but: (&'a str, &'a str)) -> Vec<(&'a str, &'a str)> {
    let all = [
        ("id", id),
        ("lot", "7"),
        ("generic", "二甲双胍"),
        ("form", "片剂"),
        ("form_class", "oral_solid"),
        ("comparable_spec", "0.5g"),
        ("unit", "片"),
        ("ceiling", "0.0123"),
        ("category", "general"),
        ("base_volume", ""),
        ("seen", ""),
    ];
    all.into_iter().map(|field| if field.0 == but.0 { but } else { field }).collect()
}

#[actix_web::test]
async fn a_lot_is_added_changed_and_removed_by_hand() {
    let (site, round, before) = draft();
    let path = format!("/rounds/{}/lots", round.id);
    let id = LotId::new().to_string();
    for _ in 0..2 {
        site.post("officer", &path, &fields(&id, ("", ""))).await.is(303);
    }
    assert_eq!(lots(&site, &round.id).len(), 3);
    let check = async |field: &str, value: &str, want: &str| {
        let id = LotId::new().to_string();
        let mut form = fields(&id, (field, value));
        if field != "lot" {
            form.iter_mut().filter(|f| f.0 == "lot").for_each(|f| f.1 = "8");
        }
        site.post("officer", &path, &form).await.is(422).shows(want);
    };
    check("lot", "7", "竞价单元 7 已存在").await;
    check("ceiling", "0", "必须大于零").await;
    check("ceiling", "-1", "必须大于零").await;
    check("ceiling", "0.00001", "最多 4 位小数").await;
    check("ceiling", "两元", "两元").await;
    check("base_volume", "0", "必须大于零").await;
    check("form_class", "liquid", "liquid").await;
    check("generic", "", "此项必填").await;
    assert_eq!(lots(&site, &round.id).len(), 3);

    // Two officers on the same lot: the second is told and shown the difference.
    let lot = format!("{path}/{id}");
    let page = site.get("officer", &lot).await;
    page.is(200).shows("0.0123");
    let mark = seen(&page);
    let with = |ceiling| {
        let mut form = fields(&id, ("ceiling", ceiling));
        form.iter_mut().filter(|f| f.0 == "seen").for_each(|f| f.1 = &mark);
        form
    };
    site.post("officer", &lot, &with("0.02")).await.is(303);
    site.post("officer", &lot, &with("0.02")).await.is(303);
    let answer = site.post("officer2", &lot, &with("0.03")).await;
    answer.is(422).shows("他人已作修改").shows("<del>0.02</del>").shows("<ins>0.03</ins>");
    for _ in 0..2 {
        site.post("officer", &format!("{lot}/remove"), &[]).await.is(303);
    }
    assert_eq!(lots(&site, &round.id), before);
    let (other, _) = site.round_in(RoundState::Draft);
    let foreign = format!("/rounds/{}/lots/{}", other.id, before[0].id);
    site.get("officer", &foreign).await.is(404);
    site.post("officer", &format!("{foreign}/remove"), &[]).await.is(404);
}
