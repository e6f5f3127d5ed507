//! The catalogue: importing files with a review, the list, products and their form.

mod command;
mod importing;

use jicai::audit;
use jicai::catalog::{self, Facts, Filter, NewProduct, Sort};
use jicai::people::{OrganisationKind, Role};
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
    let none = site.get("officer", &format!("/products?q={}", "a".repeat(3_000))).await;
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

#[test]
fn products_can_be_added_by_other_parts() {
    let site = Site::with_city();
    let facts = Facts { generic: "锁钉".to_owned(), ..Facts::default() };
    let new = NewProduct { id: ProductId::new(), code: "C03131108603004104990002486".to_owned(), facts };
    let ctx = site.ctx();
    let added = site.app.db.write(|tx| catalog::add(tx, &ctx, new.clone())).unwrap();
    assert_eq!(one(&site, &new.code), added);
}
