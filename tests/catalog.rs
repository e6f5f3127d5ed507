//! The catalogue: importing files with a review, the list, products and their form.

use jicai::audit;
use jicai::catalog::{self, Facts, Filter, NewProduct, Sort, difference, import, store, upload};
use jicai::error::Error;
use jicai::files::write::{Cell, Xlsx};
use jicai::people::OrganisationKind;
use jicai::people::Role;
use jicai::types::{ImportId, ProductId};

use crate::support::Site;

const HEAD: &str = "医保编码,通用名,剂型,规格,包装,生产企业,批准文号,过评,挂网价格\n";
const AMOXICILLIN: &str = "XJ01CAA040E001020200600,阿莫西林胶囊,硬胶囊,0.25g,0.25g*24粒/盒,华东制药有限公司,国药准字H44021351,是,10.66\n";
const AMOXICILLIN_48: &str =
    "XJ01CAA040E001020300600,阿莫西林胶囊,硬胶囊,0.25g,48粒/盒,华东制药有限公司,国药准字H44021351,是,20.79\n";
const SYRUP: &str =
    "ZA04CAE0023010100166,儿童清肺口服液,合剂,10ml,10ml*6支/盒,齐鲁制药有限公司,国药准字Z10980042,否,35.8\n";

fn file(lines: &[&str]) -> Vec<u8> {
    format!("{HEAD}{}", lines.concat()).into_bytes()
}

fn shared(file: &str) -> Option<Vec<u8>> {
    let read = std::fs::read(format!("{}/../shared/data/{file}", env!("CARGO_MANIFEST_DIR"))).ok();
    if read.is_none() {
        println!("skipped: {file} is not here");
    }
    read
}

/// Uploads a file as an officer and gives the address of its review.
async fn upload(site: &Site, name: &str, bytes: &[u8]) -> String {
    let id = ImportId::new();
    let answer = site.upload("officer", "/products/import", &[("id", id.as_str())], name, bytes).await;
    answer.is(303);
    assert_eq!(answer.location, format!("/products/imports/{id}"));
    answer.location
}

/// The mark of what a review page shows.
async fn mark(site: &Site, review: &str) -> String {
    let answer = site.get("officer", review).await;
    answer.is(200);
    let (_, rest) = answer.body.split_once("name=\"seen\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

async fn apply(site: &Site, review: &str, skip_bad: bool) -> crate::support::Answer {
    let seen = mark(site, review).await;
    let skip = if skip_bad { "yes" } else { "" };
    site.post("officer", &format!("{review}/apply"), &[("seen", &seen), ("skip_bad", skip)]).await
}

async fn import(site: &Site, bytes: &[u8]) {
    let review = upload(site, "目录.csv", bytes).await;
    apply(site, &review, false).await.is(303);
}

fn all(site: &Site) -> Vec<catalog::Product> {
    let filter = Filter {
        text: String::new(),
        kind: None,
        maker: String::new(),
        of_maker: None,
        sort: Sort::Code,
        after: None,
    };
    site.app.db.read(|conn| catalog::page(conn, &filter, 100_000)).unwrap()
}

fn one(site: &Site, code: &str) -> catalog::Product {
    site.app.db.read(|conn| catalog::by_code(conn, code)).unwrap().unwrap()
}

fn deeds(site: &Site, action: &str) -> Vec<audit::Entry> {
    let filter = audit::Filter { action: action.to_owned(), ..Default::default() };
    site.app.db.read(|conn| audit::page(conn, &filter, 100)).unwrap()
}

#[actix_web::test]
async fn a_file_is_reviewed_then_applied_once() {
    let site = Site::with_city();
    site.get("officer", "/products").await.is(200).shows("目录中还没有产品").shows("/products/import");
    let review = upload(&site, "目录.csv", &file(&[AMOXICILLIN, SYRUP, SYRUP])).await;
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
    import(&site, &file(&[AMOXICILLIN, SYRUP])).await;
    let id = one(&site, "XJ01CAA040E001020200600").id;
    let changed = AMOXICILLIN.replace("10.66", "9.9").replace(",是,", ",否,");
    let review = upload(&site, "价格.csv", &file(&[&changed, SYRUP, AMOXICILLIN_48])).await;
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
    let review = upload(&site, "again.csv", &file(&[&changed, SYRUP, AMOXICILLIN_48])).await;
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
    let review = upload(&site, "坏.csv", &file(&lines)).await;
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
    import(&site, &gb).await;
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
    let review = upload(&site, "目录.xlsx", &sheet.finish().unwrap()).await;
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
    let review = upload(&site, "公式.xlsx", &book.save_to_buffer().unwrap()).await;
    site.get("officer", &review).await.is(200).shows("单元格I2是公式");
    apply(&site, &review, false).await.is(422);
    // In a CSV file a formula is only a text; it is stored as one and made safe when written again.
    let csv = file(&["XJ01CAA040E001020200600,=1+1,硬胶囊,0.25g,24粒/盒,@某厂,,,1\n"]);
    import(&site, &csv).await;
    assert_eq!(one(&site, "XJ01CAA040E001020200600").generic, "=1+1");
    site.get("officer", "/products/export?format=csv").await.is(200).shows("'=1+1").shows("'@某厂");
}

#[actix_web::test]
async fn an_unknown_header_is_mapped_by_hand() {
    let site = Site::with_city();
    let bytes = "耗材统一编码,耗材名称,厂家,价\nC02071001500000089050000222,导管鞘,某公司,172\n".as_bytes();
    let review = upload(&site, "耗材.csv", bytes).await;
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
    let first = upload(&site, "一.csv", &file(&[AMOXICILLIN, SYRUP])).await;
    let second = upload(&site, "二.csv", &file(&[&AMOXICILLIN.replace("10.66", "12"), AMOXICILLIN_48])).await;
    let seen = mark(&site, &second).await;
    apply(&site, &first, false).await.is(303);
    let answer = site.post("officer2", &format!("{second}/apply"), &[("seen", &seen)]).await;
    answer.is(422).shows("您审核之后目录已有变化").shows("<del>10.66</del>");
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
    let reviews = [upload(&site, "一.csv", &with("1")).await, upload(&site, "二.csv", &with("2")).await];
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
    import(&site, &file(&[SYRUP])).await;
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
    let review = upload(&site, "目录.csv", &file(&[SYRUP])).await;
    let seen = mark(&site, &review).await;
    for _ in 0..2 {
        site.post("officer", &format!("{review}/cancel"), &[]).await.is(303);
    }
    site.get("officer", &review).await.is(200).shows("该文件已取消");
    site.post("officer", &format!("{review}/apply"), &[("seen", &seen)]).await.is(422).shows("已取消");
    site.get("officer", &format!("{review}/bad")).await.is(404);
    let id: ImportId = review.rsplit('/').next().unwrap().parse().unwrap();
    assert!(site.app.db.read(|conn| store::content(conn, &id)).unwrap().is_empty());
    assert_eq!((all(&site).len(), deeds(&site, "import.cancel").len()), (0, 1));
}

#[actix_web::test]
async fn only_officers_and_administrators_change_the_catalogue() {
    let site = Site::with_city();
    import(&site, &file(&[AMOXICILLIN, SYRUP])).await;
    let review = upload(&site, "目录.csv", &file(&[AMOXICILLIN_48])).await;
    let id = one(&site, "ZA04CAE0023010100166").id;
    let edit = format!("/products/{id}/edit");
    for login in ["supplier1", "hospital1", "reviewer", "settlement", "auditor"] {
        for path in ["/products/new", "/products/import", &review, &edit] {
            site.get(login, path).await.is(403);
        }
        for action in ["apply", "cancel", "columns"] {
            site.post(login, &format!("{review}/{action}"), &[("seen", "")]).await.is(403);
        }
        let new = ProductId::new();
        site.post(login, "/products/new", &[("id", new.as_str())]).await.is(403);
        site.post(login, &edit, &[("seen", "0")]).await.is(403);
        site.upload(login, "/products/import", &[("id", new.as_str())], "a.csv", &file(&[SYRUP]))
            .await
            .is(403);
    }
    site.get("admin", "/products/import").await.is(200);
    site.get("admin", &edit).await.is(200);
    let elsewhere =
        site.organisation(OrganisationKind::Bureau, "义乌市医疗保障局", "11330782MB1500001X", "义乌市", "");
    site.account(&elsewhere, "other", &[Role::Officer]);
    site.get("other", &review).await.is(404);
    site.post("other", &format!("{review}/apply"), &[("seen", "")]).await.is(404);
    site.post("other", &format!("{review}/cancel"), &[]).await.is(404);
}

#[actix_web::test]
async fn a_supplier_sees_its_own_products_and_a_hospital_all() {
    let site = Site::with_city();
    import(&site, &file(&[AMOXICILLIN, SYRUP])).await;
    let (amoxicillin, syrup) =
        (one(&site, "XJ01CAA040E001020200600").id, one(&site, "ZA04CAE0023010100166").id);
    site.get("hospital1", "/products")
        .await
        .is(200)
        .shows("阿莫西林胶囊")
        .shows("儿童清肺口服液")
        .hides("/products/import");
    for query in ["", "?q=儿童", "?maker=齐鲁", "?kind=drug&sort=maker"] {
        let answer = site
            .get(
                "supplier2",
                &format!(
                    "/products{}",
                    query.replace("儿童", "%E5%84%BF%E7%AB%A5").replace("齐鲁", "%E9%BD%90%E9%B2%81")
                ),
            )
            .await;
        answer.is(200).hides("儿童清肺口服液");
    }
    site.get("supplier2", "/products").await.is(200).shows("阿莫西林胶囊");
    site.get("supplier2", &format!("/products/{amoxicillin}")).await.is(200).hides("/edit");
    site.get("supplier2", &format!("/products/{syrup}")).await.is(404);
    site.get("supplier2", "/products/export?format=csv").await.is(200).shows("阿莫西林").hides("儿童清肺");
    site.get("hospital1", &format!("/products/{syrup}")).await.is(200);
    site.get("officer", "/products/not-an-id").await.is(404);
    site.get("", "/products").await.is(303);
}

#[actix_web::test]
async fn a_product_is_entered_and_edited_by_a_form() {
    let site = Site::with_city();
    let id = ProductId::new();
    let fields = |code: &'static str, price: &'static str| {
        vec![
            ("code", code),
            ("generic", "阿莫西林胶囊"),
            ("form", "硬胶囊"),
            ("spec", "0.25g"),
            ("pack", "24粒/盒"),
            ("maker", "华东制药有限公司"),
            ("approval", "国药准字H44021351"),
            ("evaluated", "yes"),
            ("listing_price", price),
        ]
    };
    let add = async |code, price, id: &ProductId| {
        let mut fields = fields(code, price);
        fields.push(("id", id.as_str()));
        site.post("officer", "/products/new", &fields).await
    };
    add("XJ01", "1", &id)
        .await
        .is(422)
        .shows("id=\"e-code\"")
        .shows("有4位，应为23位")
        .shows("value=\"XJ01\"");
    add("XJ01CAA040E001020200600", "0", &id)
        .await
        .is(422)
        .shows("id=\"e-listing_price\"")
        .shows("必须大于零");
    add("XJ01CAA040E001020200600", "1,000", &id).await.is(422).shows("不是有效的数字");
    add("XJ01CAA040E001020200600", "1.1234567", &id).await.is(422).shows("小数位过多");
    for _ in 0..2 {
        add("XJ01CAA040E001020200600", "10.66", &id).await.is(303);
    }
    add("XJ01CAA040E001020200600", "10.66", &ProductId::new())
        .await
        .is(422)
        .shows("已属于目录中的另一个产品");
    assert_eq!((all(&site).len(), deeds(&site, "product.add").len()), (1, 1));

    let edit = format!("/products/{id}/edit");
    let seen = one(&site, "XJ01CAA040E001020200600").updated_at.millis().to_string();
    site.get("officer", &edit).await.is(200).shows(&format!("name=\"seen\" value=\"{seen}\""));
    let change = async |login: &str, price| {
        let mut fields = fields("XJ01CAA040E001020200600", price);
        fields.extend([("id", id.as_str()), ("seen", seen.as_str())]);
        site.post(login, &edit, &fields).await
    };
    change("officer", "9.9").await.is(303);
    change("officer2", "8.8").await.is(422).shows("已于2026-11-23 09:00:00被他人修改").shows("value=\"8.8\"");
    assert_eq!(one(&site, "XJ01CAA040E001020200600").listing_price.unwrap().to_string(), "9.90");
    let trail = deeds(&site, "product.change");
    assert_eq!(trail.len(), 1);
    assert!(trail[0].before.contains("10.66") && trail[0].after.contains("9.90"), "{trail:?}");
    site.get("officer", &format!("/products/{id}"))
        .await
        .is(200)
        .shows("9.90")
        .shows("药品分类码")
        .shows("J01CA");
}

#[actix_web::test]
async fn other_packs_are_shown_with_the_predicted_price() {
    let site = Site::with_city();
    let odd = "XJ01CAA040E001990300600,阿莫西林胶囊,硬胶囊,复方,48粒/盒,华东制药有限公司,,,20\n";
    import(&site, &file(&[AMOXICILLIN, AMOXICILLIN_48, odd])).await;
    let id = one(&site, "XJ01CAA040E001020200600").id;
    let page = site.get("officer", &format!("/products/{id}")).await;
    // 10.66 × 1.95 = 20.787: 24 capsules to 48 is X = 2.
    page.is(200).shows("20.79").shows("包装数量：X=2，K=1.95").shows("0.00");
    page.shows("规格“复方”没有写明含量或装量");
    site.get("officer", &format!("/products/{}", one(&site, "XJ01CAA040E001020300600").id))
        .await
        .shows("10.66");
}

#[actix_web::test]
async fn the_list_is_searched_ordered_and_paged() {
    let site = Site::with_city();
    let lines: String = (0..120)
        .map(|n| {
            format!("XJ01CAA040E00102020{n:04},药品{:02},片剂,1mg,10片/盒,企业{:03},,,1\n", n / 3, 119 - n)
        })
        .collect();
    import(&site, &file(&[&lines, SYRUP, "C0344051070500007551,取石网篮100%_,,,,某公司,,,\n"])).await;
    let pages = async |query: &str| {
        let (mut next, mut codes, mut count) = (format!("/products?{query}"), Vec::new(), 0);
        loop {
            let page = site.get("officer", &next).await;
            page.is(200);
            codes.extend(
                page.body
                    .split("<td class=\"code\">")
                    .skip(1)
                    .map(|s| s.split('<').next().unwrap().to_owned()),
            );
            count += 1;
            let Some((_, link)) = page.body.split_once("rel=\"next\" href=\"") else { break };
            next = link.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        }
        (codes, count)
    };
    for sort in ["generic", "code", "maker"] {
        let (mut codes, count) = pages(&format!("sort={sort}")).await;
        assert_eq!((codes.len(), count), (122, 3), "{sort}");
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), 122, "{sort}: each product once");
    }
    let (codes, _) = pages("sort=maker&kind=drug&maker=%E4%BC%81%E4%B8%9A").await;
    assert_eq!((codes.len(), codes[0].as_str()), (120, "XJ01CAA040E001020200119"));
    assert_eq!(pages("q=XJ01CAA040E00102020001").await.0.len(), 10);
    assert_eq!(pages("q=xj01caa040e001020200119").await.0.len(), 1);
    assert_eq!(pages("q=020200119").await.0.len(), 1);
    assert_eq!(pages("q=%E8%8D%AF%E5%93%8107%20%E4%BC%81%E4%B8%9A098").await.0.len(), 1);
    assert_eq!(pages("q=100%25_").await.0, ["C0344051070500007551"]);
    assert_eq!(pages("q=%25").await.0.len(), 1);
    assert_eq!(pages("kind=consumable").await.0.len(), 1);
    assert_eq!(pages("kind=nonsense&sort=nonsense&after=nonsense").await.0.len(), 122);
    let none = site.get("officer", &format!("/products?q=%00{}", "a".repeat(3_000))).await;
    none.is(200).shows("没有符合条件的产品");
    let named = site.app.db.read(|conn| catalog::products_named(conn, "药品0", 100)).unwrap();
    assert_eq!(named.len(), 30);
    let same = site.app.db.read(|conn| catalog::products_of_generic(conn, "XJ01CAA040E001", 7)).unwrap();
    assert_eq!(same.len(), 7);
}

#[actix_web::test]
async fn an_export_is_read_back_without_a_change() {
    let site = Site::with_city();
    let blank = "C0344051070500007551,取石网篮,,,,,,,\n";
    import(&site, &file(&[AMOXICILLIN, AMOXICILLIN_48, SYRUP, blank])).await;
    for format in ["csv", "xlsx"] {
        let answer = site.get("officer", &format!("/products/export?format={format}")).await;
        answer.is(200);
        let review = upload(&site, &format!("导出.{format}"), &answer.bytes).await;
        let page = site.get("officer", &review).await;
        page.is(200).shows("没有需要导入的内容").shows("<td class=\"n\">4</td>");
    }
    let part = site.get("officer", "/products/export?format=csv&kind=consumable").await;
    part.is(200).shows("取石网篮").hides("阿莫西林");
    let trail = deeds(&site, "product.export");
    assert_eq!(trail.len(), 3);
    assert!(trail[0].after.contains("consumable"), "{}", trail[0].after);
    site.get("officer", "/products/export?format=exe").await.is(422);
}

#[actix_web::test]
async fn the_real_drug_listing_goes_in_whole_but_for_one_line() {
    let Some(bytes) = shared("hainan_drug_listing_2024.csv") else { return };
    let site = Site::with_city();
    let review = upload(&site, "hainan.csv", &bytes).await;
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
    let review = upload(&site, "guizhou.csv", &bytes).await;
    site.get("officer", &review).await.is(200).shows("贵州带量耗材编码").shows("<td class=\"n\">1075</td>");
    apply(&site, &review, false).await.is(303);
    assert!(all(&site).iter().all(|p| p.kind == catalog::ProductKind::Consumable));
}

#[test]
fn products_can_be_added_by_other_parts() {
    let site = Site::with_city();
    let facts = Facts { generic: "锁钉".to_owned(), ..Facts::default() };
    let new = NewProduct { id: ProductId::new(), code: "C03131108603004104990002486".to_owned(), facts };
    let ctx = site.ctx();
    let added = site.app.db.write(|tx| catalog::add(tx, &ctx, new.clone())).unwrap();
    assert_eq!(one(&site, &new.code), added);
}

mod command {
    //! `jicai import products` as a user runs it.

    use std::process::Command;

    use super::{AMOXICILLIN, HEAD, SYRUP, shared};
    use crate::support::fresh_db;

    fn jicai(url: &str, args: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
        command.args(["import", "products"]).args(args).env("JICAI_LANG", "en").env("DATABASE_URL", url);
        let out = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (out.status.code().unwrap(), text(out.stdout), text(out.stderr))
    }

    #[test]
    fn a_file_is_applied_whole_or_not_at_all() {
        let (_db, url, _folder) = fresh_db();
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let good = write("good.csv", &format!("{HEAD}{AMOXICILLIN}{SYRUP}"));
        let bad =
            write("bad.csv", &format!("{HEAD}{}D5P,甲,乙,丙,丁,戊,,,1\n", AMOXICILLIN.replace("10.66", "1")));

        let (status, out, err) = jicai(&url, &[&good, "--dry-run"]);
        assert_eq!((status, out.as_str()), (0, "new,2\nchanged,0\nunchanged,0\nbad,0\n"), "{err}");
        assert!(err.contains("nothing was changed"), "{err}");
        for expected in ["new,2\nchanged,0\nunchanged,0\nbad,0\n", "new,0\nchanged,0\nunchanged,2\nbad,0\n"] {
            let (status, out, err) = jicai(&url, &[&good]);
            assert_eq!((status, out.as_str(), err.as_str()), (0, expected, ""));
        }
        let (status, out, err) = jicai(&url, &[&bad]);
        assert_eq!(status, 2);
        assert!(
            out.starts_with(
                "new,0\nchanged,1\nunchanged,0\nbad,1\n\nline,column,value,reason\n3,医保编码,D5P,"
            ),
            "{out}"
        );
        assert!(err.contains("nothing was imported"), "{err}");
        let (status, out, _) = jicai(&url, &[&good, "--dry-run"]);
        assert_eq!((status, out.as_str()), (0, "new,0\nchanged,0\nunchanged,2\nbad,0\n"), "nothing applied");
        let (status, out, err) = jicai(&url, &[&bad, "--skip-bad"]);
        assert!(
            status == 0 && out.contains("changed,1") && err.contains("1 bad lines were skipped"),
            "{err}"
        );
        let (status, _, err) = jicai(&url, &[&good, "--profile", "guizhou-consumables"]);
        assert!(status == 2 && err.contains("is not a header"), "{err}");
        let (status, _, err) = jicai(&url, &[&write("odd.csv", "a,b\n1,2\n")]);
        assert!(status == 2 && err.contains("--profile"), "{err}");
        assert_eq!(jicai(&url, &[&good, "--profile", "nobodys"]).0, 2);
        assert_eq!(jicai(&url, &["/nowhere.csv"]).0, 2);
    }

    #[test]
    fn a_missing_sqlite_file_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("good.csv");
        std::fs::write(&file, format!("{HEAD}{AMOXICILLIN}")).unwrap();
        let url = format!("sqlite://{}", folder.path().join("new.sqlite").display());
        let (status, out, err) = jicai(&url, &[file.to_str().unwrap()]);
        assert!(status == 0 && out.starts_with("new,1\n"), "{out}{err}");
        let (status, _, err) = jicai("mysql://x", &[file.to_str().unwrap()]);
        assert!(status == 1 && err.contains("DATABASE_URL"), "{err}");
    }

    #[test]
    fn the_real_listing_is_refused_for_one_line_and_taken_without_it() {
        if shared("hainan_drug_listing_2024.csv").is_none() {
            return;
        }
        let path = format!("{}/../shared/data/hainan_drug_listing_2024.csv", env!("CARGO_MANIFEST_DIR"));
        let (_db, url, _folder) = fresh_db();
        let (status, out, _) = jicai(&url, &[&path, "--profile", "hainan-2024"]);
        assert!(status == 2 && out.starts_with("new,17884\nchanged,0\nunchanged,0\nbad,1\n"), "{out}");
        assert!(out.contains("5244,药品统一编码,D5P00000000000000000002,"), "{out}");
        assert_eq!(jicai(&url, &[&path, "--skip-bad"]).0, 0);
        assert!(jicai(&url, &[&path, "--skip-bad"]).1.contains("unchanged,17884"));
    }
}
