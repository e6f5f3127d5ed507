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
    check("乳膏剂", ("5%(20g)", "1"), "17", ("10g", "1"), "支", "10.00");
    // A sachet's only weight is its content, not what is filled, where it lies near to that.
    check("颗粒剂", ("0.5g:4mg", "1"), "10", ("4mg", "1"), "袋", "10.00");
    check("颗粒剂", ("4mg", "1"), "10", ("0.5g:4mg", "1"), "袋", "10.00");
    check("颗粒剂", ("0.5g:4mg", "1"), "10", ("8mg", "1"), "袋", "17.00");
    check("颗粒剂", ("3g:24mg", "1"), "10", ("3g", "1"), "袋", "10.00");
    check("颗粒剂", ("3g:24mg", "1"), "10", ("6g", "1"), "袋", "17.00");
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
    // Neither near what is filled nor near the content.
    let why = refused(item("颗粒剂", "3g:24mg", "1", "袋"), item("颗粒剂", "250mg", "1", "袋"));
    assert!(matches!(why, Refused::Measure { .. }), "{why:?}");
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
    let form =
        FormRatio {
            base: "注射剂".into(), other: "冻干粉针剂".into(), k: d("1.2"), yuan: Decimal::ZERO
        };
    let ratios = Ratios { forms: vec![form], ..Ratios::default() };
    let glass = Item { material: Some(Material::Glass), ..item("注射剂", "100ml:1g", "1", "瓶") };
    let bag = Item { material: Some(Material::SoftBag), ..item("冻干粉针剂", "100ml:2g", "1", "瓶") };
    let found = convert(&ratios, &glass, &bag).unwrap();
    assert_eq!(found.price(d("10")).unwrap().to_string(), "24.40");
    let said: Vec<String> = found.steps.iter().map(|s| s.say(Lang::Zh.text())).collect();
    assert_eq!(
        said,
        [
            "剂型：X=1，K=1.2（按给定的剂型关系，须核实；顺序依发改价格〔2011〕2452号第十六条）",
            "含量：X=2，K=1.7（发改价格〔2011〕2452号：含量差比价1.7^log2X）",
            "包装材料：加4元（发改价格〔2011〕2452号第十四条，为上限）",
        ]
    );
}

#[test]
fn one_form_is_known_under_its_spellings() {
    let same = |base: (&str, &str), other: (&str, &str)| {
        let (from, to) = (item(base.0, base.1, "1", ""), item(other.0, other.1, "1", ""));
        convert(&Ratios::default(), &from, &to).is_ok()
    };
    let check = |one: &str, other: &str, want: bool| {
        assert_eq!(same((one, "5mg"), (other, "5mg")), want, "{one} {other}");
        assert_eq!(same((other, "5mg"), (one, "5mg")), want, "{other} {one}");
    };
    check("片剂", "薄膜衣片", true);
    check("片剂(薄膜衣片)", "素片", true);
    check("片剂(分散)", "分散片", true);
    check("硬胶囊", "胶囊剂(硬胶囊)", true);
    check("片剂", "分散片", false);
    check("胶囊剂", "软胶囊", false);
    check("缓释片", "控释片", false);
    check("合剂", "口服液", true);
    check("注射剂", "冻干粉针剂", true);
    check("注射用无菌粉末", "冻干粉针剂", false);
    check("溶媒结晶粉针剂", "冻干粉针", false);
    // What an injection is, its volume tells.
    assert!(same(("注射液", "100ml:5g"), ("大容量注射液", "250ml:12.5g")));
    assert!(!same(("注射液", "20ml:5g"), ("大容量注射液", "250ml:12.5g")));
    assert!(same(("注射剂", "2ml:5g"), ("小容量注射液", "5ml:12.5g")));
    assert!(!same(("注射剂", "2ml:5mg"), ("冻干粉针剂", "5mg")));
}

#[test]
fn injections_take_content_and_form_in_the_order_of_article_16() {
    let given = FormRatio {
        base: "注射用无菌粉末".into(),
        other: "冻干粉针剂".into(),
        k: Decimal::ONE,
        yuan: d("4"),
    };
    let ratios = Ratios { forms: vec![given], ..Ratios::default() };
    let check = |base: Item<'_>, price: &str, other: Item<'_>, kinds: &[StepKind], want: &str| {
        let found = convert(&ratios, &base, &other).unwrap();
        assert_eq!(found.steps.iter().map(|s| s.kind).collect::<Vec<_>>(), kinds);
        assert_eq!(found.price(d(price)).unwrap().to_string(), want);
        // Step by step it is the same price.
        let walked = found.steps.iter().fold(d(price), |price, step| step.apply(price).unwrap());
        assert_eq!(Money::rounded(half_up(walked, 14)).unwrap().to_string(), want);
    };
    use StepKind::{Content, CountLinear, FormYuan};
    let plain = |spec, count| item("注射用无菌粉末", spec, count, "瓶");
    let dried = |spec, count| item("冻干粉针剂", spec, count, "瓶");
    // Up to freeze-dried: content first, 10 × 1.7 + 4.
    check(plain("0.5g", "1"), "10", dried("1.0g", "1"), &[Content, FormYuan], "21.00");
    // Back from it: form first, (21 − 4) ÷ 1.7.
    check(dried("1.0g", "1"), "21", plain("0.5g", "1"), &[FormYuan, Content], "10.00");
    // The addition is for each vial of the base's pack, before the count.
    check(plain("0.5g", "2"), "20", dried("0.5g", "4"), &[FormYuan, CountLinear], "56.00");
    let why = convert(&ratios, &dried("0.5g", "1"), &plain("0.5g", "1")).unwrap().price(d("3")).unwrap_err();
    assert_eq!(why, Refused::BelowZero(d("-1")));
}

#[test]
fn a_bag_and_a_bottle_differ_by_their_material() {
    let side =
        |unit, spec, count, material| Item { material, ..item("大容量注射液", spec, count, unit) };
    let check = |base: Item<'_>, price: &str, other: Item<'_>, want: Result<&str, fn(&Refused) -> bool>| {
        let found = convert(&Ratios::default(), &base, &other).and_then(|c| c.price(d(price)));
        match want {
            Ok(want) => assert_eq!(found.unwrap().to_string(), want),
            Err(is) => assert!(is(found.as_ref().unwrap_err()), "{found:?}"),
        }
    };
    use Material::{Glass, PlasticBottle, SoftBag};
    let one = "100ml:5g";
    check(side("瓶", one, "1", Some(Glass)), "3", side("瓶", one, "1", Some(PlasticBottle)), Ok("4.00"));
    check(side("瓶", one, "1", Some(Glass)), "3", side("袋", one, "1", Some(SoftBag)), Ok("7.00"));
    check(side("袋", one, "1", Some(SoftBag)), "7", side("瓶", one, "1", Some(PlasticBottle)), Ok("4.00"));
    check(side("瓶", one, "1", Some(Glass)), "3", side("袋", "200ml:10g", "10", Some(SoftBag)), Ok("91.00"));
    check(side("瓶", "100ml:5g(玻璃瓶)", "1", None), "3", side("袋", one, "1", None), Ok("7.00"));
    check(side("瓶", "100ml:5g(聚丙烯输液瓶)", "1", None), "3", side("袋", one, "1", None), Ok("6.00"));
    check(
        side("瓶", one, "1", None),
        "3",
        side("袋", one, "1", None),
        Err(|w| matches!(w, Refused::Material { .. })),
    );
    check(
        side("瓶", one, "1", Some(Glass)),
        "3",
        side("瓶", one, "1", None),
        Err(|w| matches!(w, Refused::Material { .. })),
    );
    check(side("瓶", one, "1", None), "3", side("瓶", one, "2", None), Ok("6.00"));
    let small = |material| Item { material, ..item("注射液", "10ml:1g", "1", "支") };
    check(small(Some(Glass)), "3", small(Some(SoftBag)), Err(|w| matches!(w, Refused::NoInfusion(_))));
}

#[test]
fn a_compound_is_compared_as_a_whole_or_not_at_all() {
    let check = |form: &str, base: &str, other: &str, want: Option<&str>| {
        let found = convert(&Ratios::default(), &item(form, base, "1", ""), &item(form, other, "1", ""));
        let price = found.as_ref().ok().map(|c| c.price(d("10")).unwrap().to_string());
        assert_eq!(price.as_deref(), want, "{form} {base} {other} {found:?}");
    };
    check("注射剂", "0.5g:0.1g", "1.0g:0.2g", Some("17.00"));
    check("注射剂", "0.5g:0.1g", "0.5g:0.2g", None);
    check("注射剂", "0.5g:0.1g", "1.2g", Some("17.00"));
    check("胶囊剂", "12mg", "含总黄酮醇苷9.6mg,萜类内酯2.4mg", Some("10.00"));
    check("胶囊剂", "24mg", "含总黄酮醇苷9.6mg,萜类内酯2.4mg", None);
    check("糖浆剂", "100ml:氨溴索150mg与克仑特罗100ug", "60ml:氨溴索90mg与克仑特罗60ug", Some("6.23"));
    check("糖浆剂", "100ml:氨溴索150mg与克仑特罗100ug", "100ml:氨溴索150mg与克仑特罗50ug", None);
}

#[test]
fn a_smaller_pack_that_costs_more_is_noticed() {
    let check = |base: (&str, &str), other: (&str, &str), prices: (&str, &str), want: bool| {
        let (from, to) = (item("片剂", base.0, base.1, "片"), item("片剂", other.0, other.1, "片"));
        let found = convert(&Ratios::default(), &from, &to).unwrap();
        assert_eq!(found.smaller_costs_more(d(prices.0), d(prices.1)), want, "{base:?} {other:?}");
    };
    check(("10mg", "12"), ("5mg", "12"), ("10", "10.01"), true);
    check(("10mg", "12"), ("5mg", "12"), ("10", "10"), false);
    check(("10mg", "12"), ("10mg", "6"), ("10", "11"), true);
    check(("10mg", "12"), ("5mg", "24"), ("10", "11"), false);
    check(("10mg", "12"), ("20mg", "12"), ("10", "30"), false);
    check(("10mg", "12"), ("10mg", "12"), ("10", "30"), false);
}

/// A price list's rows, read without this module: name, form, maker, amount in mg, ml, count, unit, price.
struct Plain {
    key: [String; 3],
    spec: String,
    mass: Decimal,
    ml: Option<Decimal>,
    count: Decimal,
    unit: String,
    price: Decimal,
}

/// Rows whose specification and pack are of the plainest kind.
fn plain_rows(file: &str, columns: [usize; 6]) -> Option<Vec<Plain>> {
    let path = format!("{}/../shared/data/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).ok()?;
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mass = |text: &str| {
        let (number, factor) = match text.strip_suffix("mg") {
            Some(number) => (number, 1),
            None => (text.strip_suffix('g')?, 1_000),
        };
        Some(number.parse::<Decimal>().ok()? * Decimal::from(factor))
    };
    let row = |line: csv::StringRecord| {
        let [name, form, maker, spec, pack, price] = columns.map(|at| line[at].to_owned());
        let (ml, amount) = match spec.split_once("ml:") {
            Some((ml, amount)) => (Some(ml.parse().ok()?), amount),
            None => (None, spec.as_str()),
        };
        let mass = mass(amount)?;
        let tail = pack.rsplit_once(['×', '*'])?.1.to_owned();
        if pack.matches(['×', '*']).count() != 1 || maker.is_empty() {
            return None;
        }
        let digits = tail.chars().take_while(char::is_ascii_digit).count();
        let unit = tail[digits..].split('/').next()?.to_owned();
        let price: Decimal = price.parse().ok()?;
        Some(Plain {
            key: [name, form, maker],
            mass,
            ml,
            count: tail[..digits].parse().ok()?,
            unit,
            price,
            spec,
        })
    };
    Some(
        reader
            .records()
            .filter_map(|line| row(line.unwrap()))
            .filter(|row| row.price >= Decimal::ONE)
            .collect(),
    )
}

/// Pairs of one drug, form and maker whose two published prices obey one ratio of the rule to the cent, found
/// without this module's reading and choice of ratio. The same ratio must be chosen here.
#[test]
fn pairs_that_obey_the_rule_are_priced_by_the_ratio_they_obey() {
    let lists = [
        plain_rows("hainan_drug_listing_2024.csv", [1, 2, 6, 4, 3, 7]),
        plain_rows("guizhou_vbp_winners_2024.csv", [0, 1, 4, 2, 3, 5]),
    ];
    let mut obeying: std::collections::BTreeMap<&str, (u32, u32)> = std::collections::BTreeMap::new();
    let mut wrong = Vec::new();
    for list in lists.into_iter().flatten() {
        let mut groups: std::collections::BTreeMap<&[String; 3], Vec<&Plain>> =
            std::collections::BTreeMap::new();
        for row in &list {
            groups.entry(&row.key).or_default().push(row);
        }
        for (key, rows) in groups {
            for (a, b) in rows.iter().flat_map(|a| rows.iter().map(move |b| (a, b))) {
                if a.unit != b.unit || a.ml.is_some() != b.ml.is_some() || a.price == b.price {
                    continue;
                }
                let (x, n) = (b.mass / a.mass, b.count / a.count);
                let log2 = |x: Decimal| {
                    rust_decimal::MathematicalOps::ln(&x) / rust_decimal::MathematicalOps::ln(&Decimal::TWO)
                };
                let power = |base: &str, x: Decimal| rust_decimal::MathematicalOps::powd(&d(base), log2(x));
                let solid = ["片", "粒"].contains(&a.unit.as_str())
                    && ["片", "胶囊"].iter().any(|w| key[1].contains(w));
                let drunk =
                    a.ml.is_some() && ["口服", "滴剂", "糖浆", "混悬"].iter().any(|w| key[1].contains(w));
                let (name, k) = match (solid, drunk, a.ml.zip(b.ml)) {
                    (true, ..) => ("tablets and capsules", power("1.7", x) * power("1.95", n)),
                    (_, true, Some((v, w))) if (x - w / v).abs() < d("0.0001") => {
                        ("liquids to drink", power("1.9", w / v) * n)
                    }
                    (_, true, _) => continue,
                    _ => ("everything else", power("1.7", x) * n),
                };
                let predicted = half_up(a.price * k, 2);
                // The steps of the independent powers have seven digits: prices near half a cent prove nothing.
                let edge = (a.price * k * Decimal::ONE_HUNDRED).fract() - d("0.5");
                if predicted != b.price || edge.abs() < d("0.001") || k == Decimal::ONE {
                    continue;
                }
                let from =
                    Item { form: &key[1], spec: &a.spec, count: a.count, unit: &a.unit, material: None };
                let to = Item { form: &key[1], spec: &b.spec, count: b.count, unit: &b.unit, material: None };
                let found = convert(&Ratios::default(), &from, &to).and_then(|c| c.price(a.price));
                let counted = obeying.entry(name).or_default();
                counted.0 += 1;
                match found {
                    Ok(price) if price.decimal() == b.price => counted.1 += 1,
                    other => wrong
                        .push(format!("{key:?} {} {} -> {} {}: {other:?}", a.spec, a.count, b.spec, b.count)),
                }
            }
        }
    }
    println!("pairs obeying the rule, and priced the same here: {obeying:?}");
    assert!(wrong.is_empty(), "{} wrong: {:#?}", wrong.len(), &wrong[..wrong.len().min(10)]);
}

#[test]
fn every_pair_of_a_listing_converts_or_says_why() {
    use crate::catalog::spec::pack;
    let path = format!("{}/../shared/data/hainan_drug_listing_2024.csv", env!("CARGO_MANIFEST_DIR"));
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: the listing is not here");
        return;
    };
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut groups: std::collections::BTreeMap<String, Vec<csv::StringRecord>> =
        std::collections::BTreeMap::new();
    for line in reader.records().map(|line| line.unwrap()) {
        let generic: String = line[0].chars().take(14).collect();
        groups.entry(format!("{generic} {} {}", &line[1], &line[6])).or_default().push(line);
    }
    let (mut pairs, mut converted) = (0, 0);
    let mut refused: std::collections::BTreeMap<String, u32> = std::collections::BTreeMap::new();
    for rows in groups.values() {
        for (at, a) in rows.iter().enumerate() {
            for b in &rows[at + 1..] {
                pairs += 1;
                let why = match (pack(&a[3]), pack(&b[3])) {
                    (Ok(p), Ok(q)) => {
                        let from =
                            Item { form: &a[2], spec: &a[4], count: p.count, unit: &p.unit, material: None };
                        let to =
                            Item { form: &b[2], spec: &b[4], count: q.count, unit: &q.unit, material: None };
                        convert(&Ratios::default(), &from, &to).map(drop)
                    }
                    (Err(why), _) | (_, Err(why)) => Err(Refused::Spec(why)),
                };
                match why {
                    Ok(()) => converted += 1,
                    Err(why) => {
                        assert!(!why.say(Lang::Zh.text()).is_empty());
                        let kind = format!("{why:?}");
                        *refused.entry(kind.split([' ', '(']).next().unwrap().to_owned()).or_default() += 1;
                    }
                }
            }
        }
    }
    println!("{converted} of {pairs} pairs convert; refused: {refused:?}");
    assert!(converted * 100 > pairs * 75, "{converted} of {pairs}");
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
