use super::*;
use crate::text::Lang;

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn item<'a>(form: &'a str, spec: &'a str, count: &str, unit: &'a str) -> Item<'a> {
    Item { form, spec, count: d(count), unit, material: None }
}

#[track_caller]
fn check(form: &str, base: (&str, &str), price: &str, other: (&str, &str), unit: &str, want: &str) {
    let found =
        convert(&Ratios::default(), &item(form, base.0, base.1, unit), &item(form, other.0, other.1, unit));
    let found = found
        .map_err(|why| why.say(Lang::En.text()))
        .and_then(|c| c.price(d(price)).map(|p| p.to_string()).map_err(|why| why.say(Lang::En.text())));
    assert_eq!(found.unwrap(), want, "{form} {base:?} {other:?}");
}

#[test]
fn published_prices_come_out_to_the_cent() {
    check("缓释片", ("200mg", "20"), "69.85", ("300mg", "20"), "片", "95.27");
    check("缓释片", ("200mg", "20"), "69.85", ("50mg", "20"), "片", "24.17");
    check("片剂", ("10mg", "15"), "17.36", ("10mg", "30"), "片", "33.85");
    check("口崩片", ("10mg", "40"), "25.85", ("5mg", "60"), "片", "22.47");
    check("注射剂", ("0.5g", "1"), "267.40", ("0.1g", "1"), "瓶", "78.00");
    check("注射剂", ("0.1g", "1"), "810", ("0.5g", "1"), "瓶", "2776.97");
    check("口服混悬剂", ("10mg", "7"), "18.32", ("40mg", "7"), "袋", "52.94");
    check("口服混悬剂", ("10mg", "7"), "18.32", ("10mg", "14"), "袋", "36.64");
    check("注射液", ("1ml:5ug", "5"), "36.50", ("2ml:10ug", "5"), "支", "62.05");
    check("滴剂", ("40ml:4.0g", "1"), "10.41", ("50ml:5g", "1"), "瓶", "12.80");
    check("滴剂", ("40ml:4.0g", "1"), "10.41", ("60ml:6g", "1"), "瓶", "15.15");
    // Exactly half a cent goes up.
    check("片剂", ("10mg", "1"), "0.05", ("20mg", "1"), "片", "0.09");
    check("颗粒剂", ("3g", "3"), "0.15", ("3g", "10"), "袋", "0.50");
    check("颗粒剂", ("3g", "6"), "0.09", ("3g", "7"), "袋", "0.11");
}

#[test]
fn forms_decide_how_counts_and_volumes_are_priced() {
    check("浓缩丸", ("3g", "10"), "10", ("3g", "20"), "丸", "20.00");
    check("栓剂", ("0.5g", "10"), "10", ("0.5g", "20"), "粒", "20.00");
    check("贴剂", ("7cm×10cm", "4"), "10", ("7cm×10cm", "8"), "贴", "20.00");
    check("胶囊剂", ("0.5g", "10"), "10", ("0.5g", "20"), "粒", "19.50");
    check("糖浆剂", ("100ml", "1"), "10", ("200ml", "1"), "瓶", "19.00");
    check("口服溶液剂", ("10ml:0.1g", "6"), "10", ("10ml:0.2g", "6"), "支", "17.00");
    check("口服溶液剂", ("10ml:0.1g", "6"), "10", ("20ml:0.4g", "6"), "支", "32.30");
    check("乳膏剂", ("10g:2mg", "1"), "10", ("20g/支", "1"), "支", "17.00");
    check("注射剂", ("1ml:5mg", "1"), "10", ("5ml:5mg", "1"), "支", "10.00");
    check("注射剂", ("1ml:5mg", "10"), "10", ("1ml:5mg", "1"), "支", "1.00");
    check(
        "注射液",
        ("100ml:左氧氟沙星0.2g与氯化钠0.9g", "1"),
        "10",
        ("250ml:左氧氟沙星0.4g与氯化钠2.25g", "1"),
        "袋",
        "17.00",
    );
    check("片剂", ("复方", "12"), "10", ("复方", "24"), "片", "19.50");
    check("注射剂", ("10万单位", "1"), "10", ("20万单位", "1"), "瓶", "17.00");
}

#[test]
fn what_no_rule_covers_is_refused() {
    let refused = |base: Item<'_>, other: Item<'_>| convert(&Ratios::default(), &base, &other).unwrap_err();
    let why = refused(item("片剂", "5mg", "10", "片"), item("分散片", "5mg", "10", "片"));
    assert!(matches!(why, Refused::Form { .. }));
    let why = refused(item("片剂", "复方", "10", "片"), item("片剂", "5mg", "10", "片"));
    assert!(matches!(why, Refused::Spec(_)));
    let why = refused(item("注射剂", "10mg", "1", "支"), item("注射剂", "10万单位", "1", "支"));
    assert!(matches!(why, Refused::Measure { .. }));
    let why = refused(
        item("片剂", "缬沙坦80mg,氨氯地平5mg", "7", "片"),
        item("片剂", "缬沙坦160mg,氨氯地平5mg", "7", "片"),
    );
    assert!(matches!(why, Refused::Components { .. }));
    let why = refused(item("注射液", "100ml:1g", "1", "瓶"), item("注射液", "250ml:1g", "1", "瓶"));
    assert!(matches!(why, Refused::Volume { .. }));
    let why = refused(item("颗粒剂", "5g", "1", "袋"), item("颗粒剂", "5g", "2", "瓶"));
    assert!(matches!(why, Refused::Unit { .. }));
    let why = refused(item("片剂", "5mg", "1", "瓶"), item("片剂", "5mg", "2", "瓶"));
    assert_eq!(why, Refused::SolidUnit("瓶".into()));
    let why = refused(item("片剂", "5mg", "0", "片"), item("片剂", "5mg", "2", "片"));
    assert_eq!(why, Refused::Count(Decimal::ZERO));
    let same = convert(&Ratios::default(), &item("片剂", "5mg", "1", "片"), &item("片剂", "5mg", "1", "片"))
        .unwrap();
    assert_eq!(same.price(Decimal::ZERO), Err(Refused::Price(Decimal::ZERO)));
    assert_eq!(same.price(d("3")).unwrap().to_string(), "3.00");
    let why = refused(item("注射剂", "1ng", "1", "支"), item("注射剂", "999999999999kg", "1", "支"));
    assert_eq!(why, Refused::Size);
}

#[test]
fn forms_and_materials_are_parameters() {
    let form = FormRatio { base: "注射剂".into(), other: "冻干粉针剂".into(), k: d("1.2") };
    let ratios = Ratios { forms: vec![form], ..Ratios::default() };
    let glass = Item { material: Some(Material::Glass), ..item("注射剂", "100ml:1g", "1", "瓶") };
    let bag = Item { material: Some(Material::SoftBag), ..item("冻干粉针剂", "100ml:2g", "1", "瓶") };
    let found = convert(&ratios, &glass, &bag).unwrap();
    assert_eq!(found.price(d("10")).unwrap().to_string(), "24.40");
    let said: Vec<String> = found.steps.iter().map(|s| s.say(Lang::Zh.text())).collect();
    assert_eq!(
        said,
        [
            "剂型：X=1，K=1.2（发改价格〔2011〕2452号第十六条）",
            "含量：X=2，K=1.7（发改价格〔2011〕2452号：含量差比价1.7^log2X）",
            "包装材料：加4元（发改价格〔2011〕2452号第十四条）",
        ]
    );
}

#[test]
fn all_published_vectors_come_out_to_the_cent() {
    let path = format!("{}/../shared/data/ratio_price_vectors.csv", env!("CARGO_MANIFEST_DIR"));
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: the vectors are not here");
        return;
    };
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut wrong = Vec::new();
    let mut all = 0;
    for line in reader.records().map(|r| r.unwrap()) {
        all += 1;
        let base = item(&line[4], &line[5], &line[6], &line[7]);
        let other = item(&line[4], &line[9], &line[10], &line[11]);
        let found = convert(&Ratios::default(), &base, &other);
        let price = found.clone().and_then(|c| c.price(d(&line[8])));
        let k = found.map_or(Decimal::ZERO, |c| half_up(c.k, 6));
        if price != Ok(line[17].parse().unwrap()) || k != d(&line[16]) {
            wrong.push(format!("{price:?} {k} {line:?}"));
        }
    }
    println!("{all} vectors");
    assert!(wrong.is_empty(), "{} wrong: {:#?}", wrong.len(), &wrong[..wrong.len().min(10)]);
}

proptest::proptest! {
    #[test]
    fn there_and_back_gives_the_base(content in 1_u32..5_000, other in 1_u32..5_000, n in 1_u32..500, m in 1_u32..500) {
        let (a, b) = (format!("{content}mg"), format!("{other}mg"));
        let base = item("片剂", &a, "1", "片");
        let base = Item { count: n.into(), ..base };
        let other = Item { spec: &b, count: m.into(), ..base.clone() };
        let there = convert(&Ratios::default(), &base, &other).unwrap();
        let back = convert(&Ratios::default(), &other, &base).unwrap();
        let round = there.k * back.k;
        proptest::prop_assert!((round - Decimal::ONE).abs() < Decimal::new(1, 12), "{round}");
        // More for more.
        if other.count >= base.count && content <= b[..b.len() - 2].parse().unwrap() {
            proptest::prop_assert!(there.k >= Decimal::ONE);
        }
    }
}
