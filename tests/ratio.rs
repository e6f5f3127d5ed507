//! `/ratio`: a price converted on the page, and files of conversions.

use jicai::files::write::Xlsx;

use crate::support::{Answer, Site};

/// The address of the form with some fields replaced.
fn address(changes: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("form", "口崩片"),
        ("base_spec", "10mg"),
        ("base_count", "40"),
        ("base_unit", "片"),
        ("price", "25.85"),
        ("other_spec", "5mg"),
        ("other_count", "60"),
    ];
    for change in changes {
        fields.retain(|(name, _)| *name != change.0);
        fields.push(*change);
    }
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", jicai::web::page::encode(value)));
    format!("/ratio?{}", pairs.collect::<Vec<_>>().join("&"))
}

async fn get(site: &Site, changes: &[(&str, &str)]) -> Answer {
    site.get("hospital1", &address(changes)).await
}

#[actix_web::test]
async fn a_price_is_converted_with_its_arithmetic() {
    let site = Site::with_city();
    for login in ["officer", "hospital1", "supplier1", "auditor"] {
        site.get(login, "/ratio").await.is(200).shows("差比价换算").hides("换算结果");
    }
    site.get("", "/ratio").await.is(303);
    let page = get(&site, &[]).await;
    page.is(200).shows("<strong>22.47</strong>").shows("0.869382").shows("1.7^log2(0.5) = 0.588235");
    page.shows("1.95^log2(1.5) = 1.477949").shows("第十三条").shows("value=\"25.85\"");
    // What it costs today stands beside it; a smaller pack that costs more is told.
    let page = get(&site, &[("other_price", "30")]).await;
    page.is(200).shows("33.51").hides("较小的规格");
    let page = get(&site, &[("other_count", "40"), ("other_price", "30")]).await;
    page.is(200).shows("较小的规格");
    get(&site, &[("other_spec", "10mg"), ("other_count", "40")]).await.is(200).shows("K=1");
}

#[actix_web::test]
async fn forms_and_materials_are_converted_where_they_are_given() {
    let site = Site::with_city();
    let infusion = [
        ("form", "大容量注射液"),
        ("base_spec", "100ml:5g"),
        ("base_count", "1"),
        ("base_unit", "瓶"),
        ("price", "3"),
        ("other_spec", "100ml:5g"),
        ("other_count", "1"),
    ];
    let with = |more: &[(&'static str, &'static str)]| [&infusion[..], more].concat();
    let page = get(
        &site,
        &with(&[("base_material", "glass"), ("other_material", "soft_bag"), ("other_unit", "袋")]),
    )
    .await;
    page.is(200).shows("<strong>7.00</strong>").shows("第十四条").shows("3 + 4 = 7");
    let page =
        get(&site, &with(&[("base_material", "soft_bag"), ("other_material", "plastic_bottle")])).await;
    page.is(422).shows("不大于零");
    // A bag beside a bottle of nobody knows what.
    get(&site, &with(&[("other_unit", "袋")])).await.is(422).shows("请注明玻璃瓶");
    get(&site, &with(&[("base_material", "wood")])).await.is(422);
    get(&site, &[("base_material", "glass"), ("other_material", "soft_bag")])
        .await
        .is(422)
        .shows("不是大容量注射剂");
    get(&site, &[("other_form", "分散片")]).await.is(422).shows("没有规定差比价系数");
    let page = get(&site, &[("other_form", "分散片"), ("form_ratio", "1.1")]).await;
    page.is(200).shows("<strong>24.72</strong>").shows("须核实");
    get(&site, &[("other_form", "分散片"), ("form_ratio", "0")]).await.is(422).shows("应在0.01至100之间");
}

#[actix_web::test]
async fn what_cannot_be_converted_is_told_and_the_form_comes_back() {
    let site = Site::with_city();
    let check = async |change: (&str, &str), want: &str| {
        get(&site, &[change]).await.is(422).shows(want).shows("换算品").hides("换算结果");
    };
    check(("base_count", "many"), "“many”不是有效的数字").await;
    check(("price", ""), "此项必填").await;
    check(("price", "0"), "必须是大于零").await;
    check(("other_count", "-1"), "必须是大于零").await;
    check(("other_spec", "复方"), "没有写明含量").await;
    check(("other_spec", "40mg/ml"), "只写明浓度").await;
    check(("other_spec", "<script>"), "&#60;script&#62;").await;
    check(("other_spec", "99999999999999999kg"), "过大").await;
}

#[actix_web::test]
async fn a_product_leads_to_the_form_with_its_fields() {
    let site = Site::with_city();
    let file = "code,generic,form,spec,pack,maker,listing_price\n\
        XJ01CAA040E001020200600,阿莫西林胶囊,硬胶囊,0.25g,0.25g*24粒/盒,浙江康恩药业有限公司,10.66\n\
        XJ01CAA040E001020300600,阿莫西林胶囊,硬胶囊,0.25g,0.25g*12粒/盒,浙江康恩药业有限公司,12\n";
    let import = jicai::types::ImportId::new();
    site.upload("officer", "/products/import", &[("id", import.as_str())], "p.csv", file.as_bytes())
        .await
        .is(303);
    let review = site.get("officer", &format!("/products/imports/{import}")).await;
    let seen =
        review.body.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    site.post("officer", &format!("/products/imports/{import}/apply"), &[("seen", &seen)]).await.is(303);
    let product =
        site.app.db.read(|conn| jicai::catalog::by_code(conn, "XJ01CAA040E001020200600")).unwrap().unwrap();
    let page = site.get("supplier1", &format!("/products/{}", product.id)).await;
    page.is(200).shows("/ratio?form=").shows("较小的规格");
    let links = page.body.split("href=\"/ratio?").skip(1).map(|rest| rest.split('"').next().unwrap());
    let links: Vec<String> = links.map(|link| format!("/ratio?{}", link.replace("&#38;", "&"))).collect();
    let prefilled = site.get("supplier1", &links[0]).await;
    prefilled
        .is(200)
        .shows("value=\"0.25g\"")
        .shows("value=\"24\"")
        .shows("value=\"10.66\"")
        .hides("换算结果");
    let converted = site.get("supplier1", &links[1]).await;
    converted.is(200).shows("<strong>5.47</strong>").shows("较小的规格");
}

const FILE: &str = "drug,form,base_spec,base_count,base_unit,base_price_yuan,other_spec,other_count,other_unit\n\
    甲,片剂,10mg,15,片,17.36,10mg,30,片\n\
    乙,片剂,复方,15,片,17.36,10mg,30,片\n\
    丙,片剂,10mg,15,片,a,10mg,30,片\n\
    丁,片剂,10mg,15\n";

#[actix_web::test]
async fn a_file_comes_back_with_a_result_for_every_line() {
    let site = Site::with_city();
    let answer =
        site.upload("supplier1", "/ratio/file", &[("format", "csv")], "p.csv", FILE.as_bytes()).await;
    answer.is(200);
    let lines: Vec<&str> = answer.body.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 5, "{}", answer.body);
    assert!(lines[0].ends_with("other_unit,k,price,steps,reason"), "{}", lines[0]);
    assert!(lines[1].starts_with("2,甲,") && lines[1].contains(",1.95,33.85,"), "{}", lines[1]);
    assert!(lines[2].contains("没有写明含量") && lines[3].contains("base_price_yuan"), "{}", answer.body);
    assert!(lines[4].starts_with("5,"), "{}", lines[4]);
    let sheet =
        site.upload("supplier1", "/ratio/file", &[("format", "xlsx")], "p.csv", FILE.as_bytes()).await;
    sheet.is(200);
    assert!(sheet.bytes.starts_with(b"PK"));
    // What it made reads back, and so does a workbook.
    let again = site.upload("supplier1", "/ratio/file", &[("format", "csv")], "p.xlsx", &sheet.bytes).await;
    again.is(200).shows("33.85");
    let mut book = Xlsx::new("x", &[("a", 5)]).unwrap();
    book.row(&["b".into()]).unwrap();
    let odd = book.finish().unwrap();
    site.upload("supplier1", "/ratio/file", &[], "p.xlsx", &odd).await.is(422).shows("form 剂型");
    site.upload("supplier1", "/ratio/file", &[], "", b"").await.is(422).shows("没有选择文件");
    site.upload("supplier1", "/ratio/file", &[], "p.csv", b"").await.is(422);
}
