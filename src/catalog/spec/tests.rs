use super::*;
use crate::text::Lang;

/// The amounts as `Mass 500, Volume 50`, then the components.
fn read_spec(text: &str) -> String {
    match spec(text) {
        Err(why) => why.say(Lang::En.text()),
        Ok(spec) => {
            let amounts = spec.amounts.iter().map(|(m, v)| format!("{m:?} {}", v.normalize()));
            let more = spec.components.iter().map(|v| format!("+{}", v.normalize()));
            amounts.chain(more).collect::<Vec<_>>().join(", ")
        }
    }
}

#[test]
fn specifications_are_read() {
    let check = |text: &str, want: &str| assert_eq!(read_spec(text), want, "{text}");
    check("0.25g", "Mass 250");
    check("1.0g", "Mass 1000");
    check("50ml:0.5g", "Mass 500, Volume 50");
    check("5ｍｌ：10ｍｇ", "Mass 10, Volume 5");
    check("2ml:10μg*5支", "Mass 0.01, Volume 2");
    check("2ml:10µg", "Mass 0.01, Volume 2");
    check("10ML∶0.5G", "Mass 500, Volume 10");
    check("0.25g×24粒/盒", "Mass 250");
    check("5mg*7片*2板/盒", "Mass 5");
    check("10万单位", "Activity 100000");
    check("1ml:300万IU(30ug)", "Mass 0.03, Activity 3000000, Volume 1");
    check("0.25g(25万IU)", "Mass 250, Activity 250000");
    check("200mg(按C₁₇H₁₉N₃O₃S计)", "Mass 200");
    check("按C16H17N9O5S计0.5g", "Mass 500");
    check("200mg（按C22H27FN4O2计）", "Mass 200");
    check("40mg:4000AxaIU", "Mass 40, Activity 4000");
    check("4.5g(4.0g/0.5g)", "Mass 4500");
    check("50mg(10ml)/瓶", "Mass 50, Volume 10");
    check("2.0mg/6IU/1.0ml", "Mass 2, Activity 6, Volume 1");
    check("100mg/10ml（10mg/ml）", "Mass 100, Volume 10");
    check("500ml:25g(5%)", "Mass 25000, Volume 500");
    check("5%(500ml)", "Mass 25000, Volume 500");
    check("1%(10g:0.1g)", "Mass 100, Fill 10000");
    check("10g:2mg", "Mass 2, Fill 10000");
    check("20g/支", "Mass 20000");
    check("5%(20g)", "Mass 1000, Fill 20000");
    check("100ml:3.224g(总氨基酸)与5g木糖醇", "Mass 3224, Volume 100, +5000");
    check("每片含缬沙坦80mg,氨氯地平5mg", "Mass 80, +5");
    check("每袋装10克(相当于饮片7g)", "Mass 10000");
    check("每支装10毫升", "Volume 10");
    check("每100丸重3g", "Mass 30");
    check("3g/100丸", "Mass 30");
    check("每1ml相当于饮片0.5g,每支装10ml", "Mass 5000, Volume 10");
    check("10ml(每1ml相当于饮片0.5g)", "Mass 5000, Volume 10");
    check("7cm×10cm", "Area 70");
    check("5×6cm", "Area 30");
    check("VA1500IU:VD500IU", "Activity 1500");
    check("370MBq(10毫居)", "Radioactivity 370");
    check("0.27g(以安替比林计)", "Mass 270");
    check("每粒装0. 25g", "Mass 250");
    check("100mg(8,000,000U)/瓶", "Mass 100, Activity 8000000");
    check("甘草酸苷25mg、DL-蛋氨酸25mg", "Mass 25, +25");
    check("30吸/盒,糠酸氟替卡松100µg、乌美溴铵62.5µg", "Mass 0.1, +0.0625");
    check("每瓶含利巴韦林400mg,每喷含利巴韦林3mg", "Mass 400");
    check("每瓶120揿,每揿含丙酸倍氯米松100μg", "Mass 0.1");
    check("0.05%(50ug/喷)120喷", "Mass 0.05");
    check("5ml:2.5mg(按C19H19NOS计)(10ml/瓶)", "Mass 5, Volume 10");
    check("每100ml内含维生素E1g(40ml每瓶)", "Mass 400, Volume 40");
    check("10ml(100ml含氢溴酸右美沙芬0.3g,愈创木酚甘油醚2.0g)", "Mass 30, Volume 10, +200");
    check("1g:利多卡因25mg与丙胺卡因25mg,10g/管", "Mass 250, Fill 10000, +250");
    check("0.1%(5g:5mg)(每支装20g)", "Mass 20, Fill 20000");
    check("每20丸重1g,每袋装6g", "Mass 6000");
    check("每18丸重1g（每袋装9g）", "Mass 9000");
    check("6.2g/袋,每10丸重2g", "Mass 6200");
    check("每1g相当于饮片1.46g，每袋装4.5g", "Mass 4500");
    check("每1ml相当于饮片0.72g(每瓶装100ml)", "Mass 72000, Volume 100");
    check("0.2ml:2500抗XaIU", "Activity 2500, Volume 0.2");
    check("2.0mg(8.0×10^7U)/1.0mL/支", "Mass 2, Activity 80000000, Volume 1");
    check("活菌数≥0.35×1000000CFU", "Activity 350000");
    check("27.8KBq（0.75μCi）", "Radioactivity 0.0278");
    check("3.6Neurotropin单位/3ml/支", "Activity 3.6, Volume 3");
    check("【0.25g】", "Mass 250");
    check("组合包装:10mg×4 片/板×1 板,20mg×4 片/板×1 板,共8片", "Mass 10, +20");
    check("20mg规格:曲氟尿苷20mg,盐酸替匹嘧啶9.42mg(相当于替匹嘧啶8.19mg)", "Mass 20, +20, +9.42");
}

#[test]
fn what_cannot_be_read_is_told() {
    let check = |text: &str, want: &str| {
        let said = read_spec(text);
        assert!(said.contains(want), "{text}: {said}");
    };
    check("", "No specification");
    check("复方", "states neither");
    check("/", "states neither");
    check("12", "states neither");
    check("37-3700MBq", "is a range");
    check("0g", "zero");
    check("2%", "concentration only");
    check("40mg/ml", "concentration only");
    check("每1ml相当于饮片1.2g", "concentration only");
    check("每1g相当于饮片3g", "concentration only");
    check("0.03~0.05mg", "is a range");
    check("99999999999999999999g", "too large");
}

#[test]
fn packs_are_read() {
    let check = |text: &str, spec: &str, count: i64, unit: &str| {
        let pack = pack(text).unwrap();
        assert_eq!(pack.spec.unwrap_or_default(), spec, "{text}");
        assert_eq!((pack.count, pack.unit.as_str()), (Decimal::from(count), unit), "{text}");
    };
    check("0.25g×24粒/盒", "0.25g", 24, "粒");
    check("5mg*7片*2板/盒", "5mg", 14, "片");
    check("5mgx24片/瓶", "5mg", 24, "片");
    check("9片/盒", "", 9, "片");
    check("3g/100丸×120丸/瓶×2瓶/盒", "3g/100丸", 240, "丸");
    check("７cm×10cm×4贴/盒", "7cm×10cm", 4, "贴");
    check("2ml:10μg*5支", "2ml:10ug", 5, "支");
    check("10支/小盒", "", 10, "支");
    check("每片重0.3g,12片/盒", "每片重0.3g", 12, "片");
    check("40mg:4000AXaIU×10支/盒", "40mg:4000axaiu", 10, "支");
    check("1.0g*1/瓶", "1.0g", 1, "瓶");
    check("0.33g*12/粒", "0.33g", 12, "粒");
    check("2ml：0.5mg*10支盒", "2ml:0.5mg", 10, "支");
    check("15mg*14片片/盒", "15mg", 14, "片");
    check("100mg(10ml)/瓶", "100mg(10ml)", 1, "瓶");
    check("30ml/瓶/盒", "30ml", 1, "瓶");
    check("50μg/100μg/60泡/盒", "50ug/100ug", 60, "泡");
    check("每盒2袋，每袋4支", "", 8, "支");
    check("每盒装10袋", "", 10, "袋");
    check("0.5μg,10粒/板,3板/盒×30粒/盒", "0.5ug,10粒/板,3板/盒", 30, "粒");
    check("0.1%（5ml:5mg(以他克莫司计）*1瓶/瓶", "0.1%(5ml:5mg(以他克莫司计)", 1, "瓶");
    check("20ml:1.46g*6袋/盒_x000D_\n", "20ml:1.46g", 6, "袋");
    check("100mg x 14片/盒", "100mg x", 14, "片");
    check("20mg*100片/瓶*100片/瓶", "20mg", 100, "片");
    check("10ml/支×5支/盒×5支/盒", "10ml/支", 5, "支");
    check("20ml:10g*50支*12盒*1支/盒", "20ml:10g", 1, "支");
    check("0.5mg×11片＋1.0mg×14片×25片/盒", "0.5mg×11片+1.0mg", 25, "片");
    assert!(pack("盒").is_err() && pack("2ml:0.25g×0支/支").is_err());
    assert!(pack("复方").is_err() && pack("").is_err() && pack("0片/盒").is_err());
    assert!(pack("9999999片×9999999板/盒").is_err());
}

#[test]
fn nearly_all_oral_solids_of_a_province_are_read() {
    let path = format!("{}/../shared/data/hainan_drug_listing_2024.csv", env!("CARGO_MANIFEST_DIR"));
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: the listing is not here");
        return;
    };
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let (mut all, mut read, mut solids, mut solids_read) = (0, 0, 0, 0);
    let mut unread: std::collections::BTreeMap<String, u32> = std::collections::BTreeMap::new();
    for line in reader.records().map(|r| r.unwrap()) {
        let western_solid = line[0].starts_with('X') && (line[2].contains('片') || line[2].contains("胶囊"));
        let understood = spec(&line[4]).is_ok() && pack(&line[3]).is_ok();
        all += 1;
        read += u32::from(understood);
        solids += u32::from(western_solid);
        solids_read += u32::from(western_solid && understood);
        if !understood {
            *unread.entry(format!("{} | {}", &line[4], &line[3])).or_default() += 1;
        }
    }
    println!("understood: {read} of {all} rows; {solids_read} of {solids} western oral solids");
    let mut most: Vec<_> = unread.into_iter().collect();
    most.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    for (text, count) in most.iter().take(40) {
        println!("  {count} {text}");
    }
    assert!(solids_read * 100 > solids * 90);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_told_why_not(text in "[0-9.mglμ万单位片/×:(（)每重%a-z-]{0,40}") {
        let _ = spec(&text);
        let _ = pack(&text);
    }
}
