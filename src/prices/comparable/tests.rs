use super::exclusions::{Exclusion, Exclusions};
use super::*;
use crate::text::{Lang, Say};
use crate::types::half_up;

fn listing(code: &str, form: &str, spec: &str, pack: &str, price: &str) -> Listing {
    Listing {
        line: 2,
        code: code.parse().unwrap(),
        generic: "某药".into(),
        form: form.into(),
        spec: spec.into(),
        pack: pack.into(),
        maker: "某厂".into(),
        price: price.parse().unwrap(),
    }
}

const TABLET: &str = "XJ01FAA051A006030105755";
const INJECTION: &str = "XB03BAW037B002010103205";
const PILL: &str = "ZA09CAL0264010100426";

/// `price unit strength`, or why not.
fn read(code: &str, form: &str, spec: &str, pack: &str, price: &str) -> String {
    let listing = listing(code, form, spec, pack, price);
    let unit = match unit::of(&listing) {
        Ok(unit) => unit,
        Err(why) => return why.kind().to_string(),
    };
    let price = unit.price.price().unwrap();
    match unit::strength(&listing, &unit) {
        Ok(mg) => format!("{price} {} {}", unit.size, half_up(mg, 6).normalize()),
        Err(why) => format!("{price} {} {}", unit.size, why.kind()),
    }
}

#[test]
fn the_price_of_one_unit_is_read_from_pack_and_specification() {
    let check = |form: &str, spec: &str, pack: &str, price: &str, want: &str| {
        assert_eq!(read(TABLET, form, spec, pack, price), want, "{spec} {pack}");
    };
    check("片剂", "0.25g", "0.25g*6片/盒", "5.82", "0.97 片 250");
    check("片剂", "10mg", "10mg*7片*2板/盒", "7", "0.50 片 10");
    check("硬胶囊", "250mg", "0.25g×24粒/盒", "8", "0.333333 片 250");
    check("片剂", "0.25g(以无水物计)", "12片/盒", "1", "0.083333 片 250");
    check("片剂", "按C16H17N3O5S计,0.25g", "12片/盒", "12", "1.00 片 250");
    check("片剂", "50μg", "50μg*100片/瓶", "20", "0.20 片 0.05");
    check("片剂", "50万单位", "100片/瓶", "20", "0.20 片 no_weight");
    check("片剂", "复方", "100片/瓶", "20", "0.20 片 spec");
    check("片剂", "缬沙坦80mg,氨氯地平5mg", "7片/盒", "7", "1.00 片 compound");
    check("分散片", "0.5g:0.1g", "7片/盒", "7", "1.00 片 compound");
    check("片剂", "20mg*100片/瓶", "20mg*100片/瓶*100片/瓶", "17.5", "0.175 片 20");
    check("片剂", "10mg", "0.1g×100片/瓶", "4.2", "contradiction");
    check("胶囊剂", "100mg", "100mg*21/瓶", "3051.55", "unit");
    check("片剂", "5mg", "5mg×30盒/片", "28.2", "unit");
    check("片剂", "5mg", "盒", "28.2", "pack");
    check("片剂", "5mg", "", "28.2", "pack");
}

#[test]
fn other_forms_are_priced_by_what_their_pack_counts() {
    let check = |code: &str, form: &str, spec: &str, pack: &str, want: &str| {
        assert_eq!(read(code, form, spec, pack, "12"), want, "{spec} {pack}");
    };
    check(INJECTION, "颗粒剂", "50mg", "50mg×12袋/盒", "1.00 袋 50");
    check(INJECTION, "颗粒剂", "50mg", "50mg×12包/盒", "1.00 袋 50");
    check(INJECTION, "注射剂", "1ml:0.5mg", "1ml:0.5mg×10支/盒", "1.20 瓶(支) 0.5");
    check(INJECTION, "注射剂", "0.5g", "0.5g×10瓶/盒", "1.20 瓶(支) 500");
    check(INJECTION, "注射液", "100ml:5g", "100ml:5g×1袋/袋", "12.00 袋 100ml 5000");
    check(INJECTION, "注射液", "100ml:5g", "100ml:5g×1瓶/瓶", "12.00 瓶(支) 100ml 5000");
    check(INJECTION, "乳膏剂", "10g:2mg", "10g:2mg*1支/盒", "12.00 瓶(支) 10000mg 2");
    check(INJECTION, "栓剂", "0.15g", "0.15g*6枚/盒", "2.00 丸 150");
    check(INJECTION, "栓剂", "0.15g", "0.15g*10盒/盒", "unit");
    check(INJECTION, "气雾剂", "每瓶200揿,每揿含沙丁胺醇100μg", "1瓶/盒", "part");
    check(INJECTION, "吸入粉雾剂", "100μg/吸", "60吸/盒", "0.20 吸 0.1");
    check(PILL, "丸剂", "每100丸重6g", "200丸/瓶", "0.06 丸 60");
    check(PILL, "丸剂", "每100丸重6g", "10袋/盒", "part");
    check(PILL, "丸剂", "每100丸重6g,每袋装6g", "10袋/盒", "1.20 袋 6000");
    check(PILL, "水蜜丸", "每瓶装60克", "每瓶装60克*60丸/瓶", "part");
    check("T000100030", "饮片", "1kg", "1袋/袋", "product");
    check("C0344051070500007551", "", "", "1支/盒", "product");
}

fn grouped(by: Grouping, lines: &[(&str, &str, &str, &str, &str)]) -> (Vec<String>, Vec<String>) {
    let none = Exclusions::default();
    let mut grouper = Grouper::new(by, &none, "2026-11-27".parse().unwrap());
    for (line, (code, form, spec, pack, price)) in lines.iter().enumerate() {
        grouper.take(Ok(Listing { line: line as u64, ..listing(code, form, spec, pack, price) }));
    }
    let found = grouper.finish();
    let told = |group: &Group| {
        let prices = group.members.iter().map(|m| m.price.price().unwrap().to_string());
        format!("{}: {}", group.key.code, prices.collect::<Vec<_>>().join(" "))
    };
    let left = found.left.iter().map(|left| format!("{} {}", left.line, left.why.kind()));
    (found.groups.iter().map(told).collect(), left.collect())
}

#[test]
fn a_group_keeps_the_size_most_of_it_have() {
    let bag = (INJECTION, "注射液", "100ml:5g", "1袋/袋", "4");
    let bottle = (INJECTION, "注射液", "100ml:5g", "1瓶/瓶", "1");
    let large = (INJECTION, "注射液", "250ml:5g", "1袋/袋", "5");
    let (groups, left) = grouped(Grouping::Strength, &[bag, bottle, bag, large]);
    assert_eq!(groups, ["XB03BAW037B002: 4.00 4.00"]);
    assert_eq!(left, ["1 mixed", "3 mixed"]);
    let (groups, left) = grouped(Grouping::Strength, &[bag, bottle]);
    assert_eq!((groups.len(), left), (0, vec!["0 mixed".to_owned(), "1 mixed".to_owned()]));
    let (groups, left) = grouped(Grouping::Strength, &[bag]);
    assert_eq!((groups.len(), left), (0, vec!["0 only".to_owned()]));
    // 2 ml or 1 ml of one content makes no difference.
    let small = |spec| (INJECTION, "注射液", spec, "1支/支", "1");
    assert_eq!(grouped(Grouping::Strength, &[small("1ml:1mg"), small("2ml:1mg")]).1.len(), 0);
}

#[test]
fn groups_are_by_strength_by_product_or_by_generic_converted() {
    let other = "XJ01FAA051A006030100001";
    let stronger = "XJ01FAA051A006040105755";
    let lines = [
        (TABLET, "分散片", "0.25g", "6片/盒", "6"),
        (TABLET, "分散片", "250mg", "12片/盒", "6"),
        (other, "分散片", "0.25g", "6片/盒", "12"),
        (stronger, "分散片", "0.5g", "6片/盒", "10.2"),
    ];
    let (groups, left) = grouped(Grouping::Strength, &lines);
    assert_eq!(
        (groups, left),
        (vec!["XJ01FAA051A006: 0.50 1.00 2.00".to_owned()], vec!["3 only".to_owned()])
    );
    let (groups, left) = grouped(Grouping::Same, &lines);
    assert_eq!(groups, ["XJ01FAA051A00603-05755: 0.50 1.00"]);
    assert_eq!(left, ["2 only", "3 only"]);
    // 1.70 for 0.5g is 1.00 for 0.25g: twice the content costs 1.7 times.
    let (groups, left) = grouped(Grouping::Generic, &lines);
    assert_eq!((groups, left), (vec!["XJ01FAA051A006: 0.50 1.00 1.00 2.00".to_owned()], vec![]));
    // `0.5g:4mg` beside `4mg` is no conversion of weights.
    let sachet = |spec| (INJECTION, "颗粒剂", spec, "1袋/盒", "1");
    let (_, left) = grouped(Grouping::Generic, &[sachet("4mg"), sachet("4mg"), sachet("0.5g:4mg")]);
    assert_eq!(left, ["2 ratio"]);
}

#[test]
fn an_exclusion_holds_for_its_product_and_its_days() {
    let of = |code: &str, generic: &str, from: &str, to: &str| Exclusion {
        code: code.into(),
        generic: generic.into(),
        reason: "短缺".into(),
        from: from.parse().ok(),
        to: to.parse().ok(),
    };
    let check = |it: Exclusion, holds: bool| {
        assert_eq!(it.check(), Ok(()));
        let mut list = Exclusions::default();
        list.add(it);
        let listing = listing(TABLET, "片剂", "0.25g", "6片/盒", "6");
        let reason = list.reason(&listing, "2026-11-27".parse().unwrap());
        assert_eq!(reason, holds.then_some("短缺"));
    };
    check(of(TABLET, "", "", ""), true);
    check(of("", "某药", "", ""), true);
    check(of(TABLET, "某药", "2026-11-27", "2026-11-27"), true);
    check(of(TABLET, "他药", "", ""), false);
    check(of(INJECTION, "", "", ""), false);
    check(of(TABLET, "", "2026-11-28", ""), false);
    check(of(TABLET, "", "", "2026-11-26"), false);
    assert_eq!(of("", "", "", "").check(), Err(exclusions::Refused::Nothing));
    assert_eq!(of("", "某药", "2026-11-28", "2026-11-27").check(), Err(exclusions::Refused::Days));
    let why = Incomparable::Excluded("短缺".into());
    assert_eq!(why.say(Lang::En.text()), "Excluded by the list: 短缺");
}
