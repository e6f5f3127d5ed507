//! Importing product files with their review.

use jicai::catalog::{self, difference, import, store, upload};
use jicai::error::Error;
use jicai::files::write::{Cell, Xlsx};
use jicai::types::ImportId;

use super::{
    AMOXICILLIN, AMOXICILLIN_48, HEAD, SYRUP, all, apply, deeds, file, import as import_file, mark, one,
    shared, upload as upload_file,
};
use crate::support::Site;

#[actix_web::test]
async fn a_file_is_reviewed_then_applied_once() {
    let site = Site::with_city();
    site.get("officer", "/products").await.is(200).shows("目录中还没有产品").shows("/products/import");
    let review = upload_file(&site, "目录.csv", &file(&[AMOXICILLIN, SYRUP, SYRUP])).await;
    let page = site.get("officer", &review).await;
    page.is(200).shows("阿莫西林胶囊").shows("重复行").shows("待核对");
    assert_eq!(all(&site).len(), 0, "nothing changes before the review is confirmed");
    let seen = mark(&site, &review).await;
    for _ in 0..2 {
        let answer = site.post("officer", &format!("{review}/apply"), &[("seen", &seen)]).await;
        answer.is(303);
        site.get("officer", &answer.location).await.is(200).shows("导入已完成：新增2个产品");
    }
    assert_eq!(all(&site).len(), 2);
    let trail = deeds(&site, "product.import");
    assert_eq!(trail.len(), 1);
    assert!(trail[0].after.contains("\"new\":2") && trail[0].after.contains("sha256"), "{}", trail[0].after);
    let amoxicillin = one(&site, "XJ01CAA040E001020200600");
    assert_eq!(amoxicillin.pack_count, Some(24));
    assert_eq!(amoxicillin.listing_price.unwrap().to_string(), "10.66");
    assert!(amoxicillin.evaluated);
    site.post("officer", &format!("{review}/cancel"), &[]).await.is(422).shows("已导入");
    site.get("officer", "/products/import").await.is(200).shows("新增2，变更0，不变0，错误行0");
}

#[actix_web::test]
async fn changes_are_shown_field_by_field() {
    let site = Site::with_city();
    import_file(&site, &file(&[AMOXICILLIN, SYRUP])).await;
    let id = one(&site, "XJ01CAA040E001020200600").id;
    let changed = AMOXICILLIN.replace("10.66", "9.9").replace(",是,", ",否,");
    let review = upload_file(&site, "价格.csv", &file(&[&changed, SYRUP, AMOXICILLIN_48])).await;
    let page = site.get("officer", &review).await;
    page.is(200)
        .shows("<del>10.66</del>")
        .shows("<ins>9.90</ins>")
        .shows("<del>是</del>")
        .shows("<ins>否</ins>");
    page.hides("<del>阿莫西林胶囊</del>");
    apply(&site, &review, false).await.is(303);
    let after = one(&site, "XJ01CAA040E001020200600");
    assert_eq!((after.id, after.listing_price.unwrap().to_string()), (id, "9.90".to_owned()));
    let review = upload_file(&site, "again.csv", &file(&[&changed, SYRUP, AMOXICILLIN_48])).await;
    site.get("officer", &review).await.is(200).shows("没有需要导入的内容");
    apply(&site, &review, false).await.is(303);
    assert_eq!(all(&site).len(), 3);
}

#[actix_web::test]
async fn bad_lines_stop_a_file_unless_skipping_them_is_confirmed() {
    let site = Site::with_city();
    let bad = [
        (
            "D5P00000000000000000002,甲,片剂,1mg,1片/盒,某厂,,,1\n",
            "编码“D5P00000000000000000002”不以X、Z、T或C开头",
        ),
        ("XA02BAF006B001010205814,甲,片剂,1mg,1片/盒,某厂,,,-1\n", "必须大于零"),
        ("XA02BAF621B002010104817,甲,片剂,1mg,1片/盒,某厂,,,0\n", "必须大于零"),
        ("XA03ADY181B001010104069,甲,片剂,1mg,1片/盒,某厂,,,1.1234567\n", "最多保留6位小数"),
        ("XA03ADY181B002010201445,,片剂,1mg,1片/盒,某厂,,,1\n", "必填，不能为空"),
        ("XG04CAT026A001010200811,甲,片剂,1mg,1片/盒,某厂,,也许,1\n", "只能填写"),
        ("XJ01FAA051A006030105755,甲,片剂\n", "3个单元格"),
    ];
    let mut lines: Vec<&str> = bad.iter().map(|(line, _)| *line).collect();
    lines.push(SYRUP);
    let other = AMOXICILLIN.replace("10.66", "11");
    lines.extend([AMOXICILLIN, &other]);
    let review = upload_file(&site, "坏.csv", &file(&lines)).await;
    let page = site.get("officer", &review).await;
    page.is(200).shows("跳过9行错误行");
    for (_, reason) in bad {
        page.shows(reason);
    }
    page.shows("与第11行的编码相同而内容不同").shows("与第10行的编码相同而内容不同");
    let csv = site.get("officer", &format!("{review}/bad")).await;
    csv.is(200).shows("line,column,value,reason").shows("2,医保编码,D5P00000000000000000002,");
    apply(&site, &review, false).await.is(422).shows("文件中有9行错误，没有导入任何内容");
    assert_eq!(all(&site).len(), 0);
    apply(&site, &review, true).await.is(303);
    assert_eq!(all(&site).iter().map(|p| p.code.as_str()).collect::<Vec<_>>(), ["ZA04CAE0023010100166"]);
    site.get("officer", &review).await.is(200).shows("跳过错误行9行");
}

#[actix_web::test]
async fn a_file_that_cannot_be_read_is_refused_and_not_kept() {
    let site = Site::with_city();
    let refused = async |name: &str, bytes: &[u8], want: &str| {
        let id = ImportId::new();
        let answer = site.upload("officer", "/products/import", &[("id", id.as_str())], name, bytes).await;
        answer.is(422).shows(want);
        site.get("officer", &format!("/products/imports/{id}")).await.is(404);
    };
    refused("空.csv", b"", "文件是空的").await;
    refused("utf16.csv", &[0xFF, 0xFE, 0x41, 0x00], "UTF-16").await;
    refused("latin.csv", b"code,generic\nX,\xE9\xFF\n", "既不是UTF-8也不是GB18030").await;
    let mut late = file(&[AMOXICILLIN]);
    late.extend(b"XJ01,\xFF\xFF\n");
    refused("late.csv", &late, "既不是UTF-8也不是GB18030").await;
    refused("nul.csv", b"code,generic\nX\0,a\n", "空字节").await;
    refused("quote.csv", b"code,generic\n\"X,a\n", "双引号没有配对").await;
    refused("old.xls", &[0xD0, 0xCF, 0x11, 0xE0, 0, 0, 0, 0], "旧版Excel").await;
    refused("zip.xlsx", b"PK\x03\x04 not a zip", "Excel文件已损坏").await;
    let many = format!("{HEAD}{}", "XJ01,a,b,c,d,e,f,g,1\n".repeat(1_000_000));
    refused("many.csv", many.as_bytes(), "超过200000行的上限").await;
    let id = ImportId::new();
    let answer = site.upload("officer", "/products/import", &[("id", id.as_str())], "", b"").await;
    answer.is(422).shows("没有选择文件");
    assert_eq!(deeds(&site, "import").len(), 0);
}

#[actix_web::test]
async fn xlsx_and_gb18030_are_read_alike() {
    let site = Site::with_city();
    let text = String::from_utf8(file(&[AMOXICILLIN, SYRUP])).unwrap();
    let (gb, _, _) = encoding_rs::GB18030.encode(&text);
    import_file(&site, &gb).await;
    let headers: Vec<(&str, u16)> = HEAD.trim().split(',').map(|h| (h, 20)).collect();
    let mut sheet = Xlsx::new("目录", &headers).unwrap();
    for line in [AMOXICILLIN, SYRUP] {
        let mut cells: Vec<Cell> = line.trim().split(',').map(Cell::Text).collect();
        let price = cells.pop().map(|cell| match cell {
            Cell::Text(price) => Cell::Number(price.parse().unwrap()),
            other => other,
        });
        cells.extend(price);
        sheet.row(&cells).unwrap();
    }
    let review = upload_file(&site, "目录.xlsx", &sheet.finish().unwrap()).await;
    site.get("officer", &review).await.is(200).shows("没有需要导入的内容");
}

#[actix_web::test]
async fn a_formula_is_a_bad_line() {
    let site = Site::with_city();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (at, header) in HEAD.trim().split(',').enumerate() {
        sheet.write_string(0, at as u16, header).unwrap();
    }
    for (at, cell) in AMOXICILLIN.trim().split(',').take(8).enumerate() {
        sheet.write_string(1, at as u16, cell).unwrap();
    }
    sheet.write_formula(1, 8, "=5+5").unwrap();
    let review = upload_file(&site, "公式.xlsx", &book.save_to_buffer().unwrap()).await;
    site.get("officer", &review).await.is(200).shows("单元格I2是公式");
    apply(&site, &review, false).await.is(422);
    // In a CSV file a formula is only a text; it is stored as one and made safe when written again.
    let csv = file(&["XJ01CAA040E001020200600,=1+1,硬胶囊,0.25g,24粒/盒,@某厂,,,1\n"]);
    import_file(&site, &csv).await;
    assert_eq!(one(&site, "XJ01CAA040E001020200600").generic, "=1+1");
    site.get("officer", "/products/export?format=csv").await.is(200).shows("'=1+1").shows("'@某厂");
}

#[actix_web::test]
async fn an_unknown_header_is_mapped_by_hand() {
    let site = Site::with_city();
    let bytes = "耗材统一编码,耗材名称,厂家,价\nC02071001500000089050000222,导管鞘,某公司,172\n".as_bytes();
    let review = upload_file(&site, "耗材.csv", bytes).await;
    let page = site.get("officer", &review).await;
    page.is(200).shows("指定各列的含义").shows("2 耗材名称").shows("导管鞘");
    site.post("officer", &format!("{review}/apply"), &[("seen", "")]).await.is(422).shows("请先指定");
    let choose = format!("{review}/columns");
    site.post("officer", &choose, &[("column.code", "0")]).await.is(422).shows("缺少列：generic 通用名");
    site.post("officer", &choose, &[("column.code", "0"), ("column.generic", "0")])
        .await
        .is(422)
        .shows("重复的列");
    site.post("officer", &choose, &[("column.code", "0"), ("column.generic", "99")])
        .await
        .is(422)
        .shows("缺少列");
    site.post("officer", &choose, &[("column.code", "x")]).await.is(422);
    let chosen =
        [("column.code", "0"), ("column.generic", "1"), ("column.maker", "2"), ("column.listing_price", "3")];
    site.post("officer", &choose, &chosen).await.is(303);
    site.get("officer", &review).await.is(200).shows("人工指定").shows("172.00");
    apply(&site, &review, false).await.is(303);
    let it = one(&site, "C02071001500000089050000222");
    assert_eq!((it.kind, it.maker.as_str()), (catalog::ProductKind::Consumable, "某公司"));
}

#[actix_web::test]
async fn a_catalogue_that_moved_since_the_review_stops_the_import() {
    let site = Site::with_city();
    let first = upload_file(&site, "一.csv", &file(&[AMOXICILLIN, SYRUP])).await;
    let second =
        upload_file(&site, "二.csv", &file(&[&AMOXICILLIN.replace("10.66", "12"), AMOXICILLIN_48])).await;
    let seen = mark(&site, &second).await;
    apply(&site, &first, false).await.is(303);
    let answer = site.post("officer2", &format!("{second}/apply"), &[("seen", &seen)]).await;
    answer.is(422).shows("您核对之后目录已有变化").shows("<del>10.66</del>");
    assert_eq!(all(&site).len(), 2);
    apply(&site, &second, false).await.is(303);
    assert_eq!(all(&site).len(), 3);
}

#[actix_web::test]
async fn two_officers_applying_at_once_do_not_mix() {
    let site = Site::with_city();
    let lines: Vec<String> = (0..200)
        .map(|n| format!("XJ01CAA040E00102020{n:04},阿莫西林胶囊,硬胶囊,0.25g,24粒/盒,某厂,,,PRICE\n"))
        .collect();
    let with = |price: &str| file(&[&lines.concat().replace("PRICE", price)]);
    let reviews =
        [upload_file(&site, "一.csv", &with("1")).await, upload_file(&site, "二.csv", &with("2")).await];
    let seen = [mark(&site, &reviews[0]).await, mark(&site, &reviews[1]).await];
    let ids = reviews.map(|r| r.rsplit('/').next().unwrap().parse::<ImportId>().unwrap());
    let contexts = [site.ctx_of("officer"), site.ctx_of("officer2")];
    let results: Vec<Result<difference::Counts, Error>> = std::thread::scope(|scope| {
        let run = |i: usize| {
            let (db, id, seen, ctx) = (&site.app.db, &ids[i], &seen[i], &contexts[i]);
            scope.spawn(move || db.write(|tx| upload::apply(tx, ctx, id, seen, false)))
        };
        let threads = [run(0), run(1)];
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let won: Vec<usize> = (0..2).filter(|i| results[*i].is_ok()).collect();
    assert_eq!(won.len(), 1, "{results:?}");
    let lost = results[1 - won[0]].as_ref().unwrap_err();
    assert!(matches!(lost, Error::Refused(_)), "{lost}");
    let price = ["1.00", "2.00"][won[0]];
    let found = all(&site);
    assert_eq!(found.len(), 200);
    assert!(found.iter().all(|p| p.listing_price.unwrap().to_string() == price));
    assert_eq!(deeds(&site, "product.import").len(), 1);
}

#[actix_web::test]
async fn a_fault_in_the_middle_leaves_nothing() {
    let site = Site::with_city();
    import_file(&site, &file(&[SYRUP])).await;
    let lines: String = (0..150)
        .map(|n| format!("XJ01CAA040E00102020{n:04},阿莫西林胶囊,硬胶囊,0.25g,24粒/盒,某厂,,,1\n"))
        .collect();
    let reading = import::read(file(&[&lines]).as_slice(), &import::Layout::known(import::Profile::Standard));
    let found = difference::Difference::of(&reading.unwrap(), &Default::default(), site.now());
    let mut rows = found.rows();
    // The last row has a code that another product already has: its statement fails after two whole batches.
    rows[149].code = "ZA04CAE0023010100166".to_owned();
    let failed = site.app.db.write(|tx| store::save(tx, &rows));
    assert!(matches!(failed, Err(Error::Database(_))), "{failed:?}");
    assert_eq!(all(&site).len(), 1);
    // The same when the process goes away before the end: what was not committed is not there.
    let good = found.rows();
    let stopped: Result<(), Error> = site.app.db.write(|tx| {
        store::save(tx, &good)?;
        Err(Error::fault("stopped"))
    });
    assert!(stopped.is_err());
    assert_eq!(all(&site).len(), 1);
}

#[actix_web::test]
async fn cancelling_throws_the_file_away() {
    let site = Site::with_city();
    let review = upload_file(&site, "目录.csv", &file(&[SYRUP])).await;
    let seen = mark(&site, &review).await;
    for _ in 0..2 {
        site.post("officer", &format!("{review}/cancel"), &[]).await.is(303);
    }
    site.get("officer", &review).await.is(200).shows("该文件已取消");
    site.post("officer", &format!("{review}/apply"), &[("seen", &seen)]).await.is(422).shows("已取消");
    site.get("officer", &format!("{review}/bad")).await.is(404);
    let id: ImportId = review.rsplit('/').next().unwrap().parse().unwrap();
    assert!(site.app.db.read(|conn| jicai::imports::content(conn, &id)).unwrap().is_empty());
    assert_eq!((all(&site).len(), deeds(&site, "import.cancel").len()), (0, 1));
}

#[actix_web::test]
async fn the_real_drug_listing_goes_in_whole_but_for_one_line() {
    let Some(bytes) = shared("hainan_drug_listing_2024.csv") else { return };
    let site = Site::with_city();
    let review = upload_file(&site, "hainan.csv", &bytes).await;
    let page = site.get("officer", &review).await;
    page.is(200)
        .shows("海南药品挂网目录2024")
        .shows("<td class=\"n\">17884</td>")
        .shows("D5P00000000000000000002");
    page.shows("5244").shows("以下列未读取：是否中选、是否可议价。");
    apply(&site, &review, false).await.is(422).shows("文件中有1行错误");
    apply(&site, &review, true).await.is(303);
    let found = all(&site);
    assert_eq!(found.len(), 17_884);
    assert_eq!(found.iter().filter(|p| p.listing_price.is_none()).count(), 452);
    assert_eq!(found.iter().filter(|p| p.code.starts_with('Z')).count(), 4_536);
    let layout = upload::layout_of(&bytes).unwrap();
    let reading = import::read(bytes.as_slice(), &layout).unwrap();
    let known = site.app.db.read(store::known).unwrap();
    let again = difference::Difference::of(&reading, &known, site.now()).counts();
    assert_eq!((again.new, again.changed, again.unchanged, again.bad), (0, 0, 17_884, 1));
}

#[actix_web::test]
async fn the_real_consumable_codes_go_in() {
    let Some(bytes) = shared("guizhou_vbp_consumables_codes.csv") else { return };
    let site = Site::with_city();
    let review = upload_file(&site, "guizhou.csv", &bytes).await;
    site.get("officer", &review).await.is(200).shows("贵州带量耗材编码").shows("<td class=\"n\">1075</td>");
    apply(&site, &review, false).await.is(303);
    assert!(all(&site).iter().all(|p| p.kind == catalog::ProductKind::Consumable));
}
