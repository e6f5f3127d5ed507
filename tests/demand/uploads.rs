//! Reports from files: reviewed, applied once, or refused with line, value and remedy.

use diesel::prelude::*;
use jicai::files::write::{Cell, Xlsx};
use jicai::rounds::demand;
use jicai::schema::demand_lines;

use super::{HUADONG, KANGEN, town};

const HEADER: &str = "地区,医疗机构,竞价单元,厂牌企业,年需求量,单位,理由\n";

#[actix_web::test]
async fn a_bad_upload_is_refused_with_line_value_and_remedy() {
    let town = town();
    let own = "金华市,金华市中心医院";
    for (line, said) in [
        (format!("{own},9,,5,,"), "第2行，“竞价单元”为“9”：本批次没有这个竞价单元"),
        (format!("{own},1,,5,,\n{own},1,,6,,"), "第3行，“竞价单元”为“1”：与第2行的竞价单元和企业重复"),
        (format!("{own},1,,-5,,"), "不能为负数"),
        (format!("{own},1,,5.0001,,"), "最多保留3位小数"),
        (format!("{own},1,,1200盒,,"), "“年需求量”为“1200盒”：带有单位"),
        (format!("{own},1,,5,盒,"), "“单位”为“盒”：与本竞价单元的计量单位不同"),
        (format!("{own},1,,=2+3,,"), "不是规范的数字"),
        ("金华市,义乌市中医医院,1,,5,,".to_owned(), "只能填报“金华市中心医院”"),
        ("衢州市,金华市中心医院,1,,5,,".to_owned(), "应为“金华市”"),
        (format!("{own},1,,5,,甲\n{own},1,丙厂,5,,乙"), "理由不同"),
        (format!("{own},1,,5"), "本行有5个单元格，表头有7列"),
    ] {
        town.site.set_clock(town.site.now().plus_millis(1));
        let sent = town.upload("hospital1", "d.csv", format!("{HEADER}{line}\n").as_bytes()).await;
        sent.is(303);
        let review = town.site.get("hospital1", &sent.location).await;
        review.is(200).shows("没有写入任何内容").shows(said).hides("确认并写入草稿");
        let apply = town.site.post("hospital1", &sent.location, &[("version", "0")]).await;
        apply.is(422).shows("请改正后重新上传");
        assert!(town.stored(0).is_none());
    }
    let whole = [
        (&b"\xff\xfe\x00\x01"[..], "UTF-16"),
        (&b"\xe5\x9c\xb0\xff\xff\xff,1\n"[..], "UTF-8"),
        ("地区,医院名\n1,2\n".as_bytes(), "缺少列"),
        (b"", "文件是空的"),
        (b"PK\x03\x04 not a workbook", "Excel文件已损坏"),
    ];
    for (bytes, said) in whole {
        town.upload("hospital1", "d.csv", bytes).await.is(422).shows(said);
    }
}

#[actix_web::test]
async fn a_formula_in_a_workbook_is_refused_by_its_address() {
    let town = town();
    let mut book = rust_xlsxwriter::Workbook::new();
    let page = book.add_worksheet();
    for (at, name) in ["region", "hospital", "lot", "quantity"].iter().enumerate() {
        page.write_string(0, at as u16, *name).unwrap();
    }
    for (at, value) in ["金华市", "金华市中心医院", "1"].iter().enumerate() {
        page.write_string(1, at as u16, *value).unwrap();
    }
    page.write_formula(1, 3, "=600+600").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let sent = town.upload("hospital1", "d.xlsx", &bytes).await;
    sent.is(303);
    town.site.get("hospital1", &sent.location).await.is(200).shows("单元格D2是公式");
}

#[actix_web::test]
async fn an_upload_shows_what_changes_and_is_applied_once() {
    let town = town();
    town.report("hospital1", 0, "save", "500", &[("旧厂", "30")], "").await.is(303);
    let text = format!(
        "{HEADER}金华市,H33070200001,1,,900,粒,\n金华市,金华市中心医院,1,{KANGEN},100,,扩科\n金华市,金华市中心医院,2,,,,\n"
    );
    let (gb, _, _) = encoding_rs::GB18030.encode(&text);
    let sent = town.upload("hospital1", "报量.csv", &gb).await;
    sent.is(303);
    let review = town.site.get("hospital1", &sent.location).await;
    review.is(200).shows("新增 1 行，修改 1 行，删除 1 行，不变 0 行；没有填写数量而略过 1 行");
    town.site.get("hospital2", &sent.location).await.is(404);
    town.site.post("hospital2", &sent.location, &[("version", "0")]).await.is(404);
    let stale = town.site.post("hospital1", &sent.location, &[("version", "0")]).await;
    stale.is(422).shows("已被其他人修改");
    town.site.post("hospital1", &sent.location, &[("version", "1")]).await.is(303);
    town.site.post("hospital1", &sent.location, &[("version", "1")]).await.is(303);
    let want = [(String::new(), "900".to_owned()), (KANGEN.to_owned(), "100".to_owned())];
    assert_eq!(town.quantities(0), want);
    assert_eq!(town.stored(0).unwrap().version, 2);
    assert!(town.lines(0).iter().all(|line| line.reason == "扩科"));
    town.site.get("hospital1", &sent.location).await.is(200).shows("已写入草稿");
    town.audit_is_whole();
}

#[actix_web::test]
async fn the_template_reads_back_as_it_is() {
    let town = town();
    town.report("hospital1", 0, "save", "500", &[(KANGEN, "30.5")], "试点").await.is(303);
    for kind in ["csv", "xlsx"] {
        let file = town.site.get("hospital1", &town.path(&format!("/template?as={kind}"))).await;
        file.is(200);
        if kind == "csv" {
            file.shows(&format!("1,{HUADONG},,粒,,阿莫西林胶囊,0.25g,200,400,300"));
            file.shows(",800,1200,1000");
        }
        let sent = town.upload("hospital1", &format!("t.{kind}"), &file.bytes).await;
        sent.is(303);
        town.site
            .get("hospital1", &sent.location)
            .await
            .is(200)
            .shows("新增 0 行，修改 0 行，删除 0 行，不变 2 行");
    }
    let empty = town.site.get("hospital2", &town.path("/template")).await;
    let sent = town.upload("hospital2", "t.csv", &empty.bytes).await;
    town.site.get("hospital2", &sent.location).await.is(200).shows("没有填写任何数量");
}

#[test]
fn a_workbook_of_numbers_is_read_like_one_of_text() {
    let town = town();
    let headers = [("region", 9), ("hospital", 9), ("lot", 9), ("quantity", 9)];
    let mut book = Xlsx::new("1", &headers).unwrap();
    let number = Cell::Number("1200.5".parse().unwrap());
    book.row(&[Cell::Text("金华市"), Cell::Text("金华市中心医院"), Cell::Number(1.into()), number]).unwrap();
    let bytes = book.finish().unwrap();
    let (upload, faults) =
        demand::import::read(bytes.as_slice(), &town.hospitals[0], &town.lots, false).unwrap();
    assert!(faults.is_empty(), "{:?}", faults.first());
    assert_eq!(upload.entries[0].quantity.to_string(), "1200.5");
    let db = &town.site.app.db;
    let count: i64 = db.read(|c| Ok(demand_lines::table.count().get_result(c)?)).unwrap();
    assert_eq!(count, 0);
}
