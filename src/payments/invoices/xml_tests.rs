use super::*;

const HEAD: &str = "<Header><EIid>26332000000012345678</EIid><EInvoiceTag>SWEI3200</EInvoiceTag><Version>0.2</Version>\
    <InherentLabel><GeneralOrSpecialVAT><LabelCode>02</LabelCode></GeneralOrSpecialVAT></InherentLabel></Header>";
const LINE_ONE: &str = "<IssuItemInformation><ItemName>*化学药品制剂*阿莫西林胶囊</ItemName><SpecMod>0.25g</SpecMod>\
    <MeaUnits>粒</MeaUnits><Quantity>1000.00000000</Quantity><UnPrice>0.176991150442478</UnPrice><Amount>176.99</Amount>\
    <TaxRate>0.13</TaxRate><ComTaxAm>23.01</ComTaxAm><TotaltaxIncludedAmount>200.00</TotaltaxIncludedAmount></IssuItemInformation>";

fn whole(lines: &str, total: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><EInvoice>{HEAD}<EInvoiceData>\
         <SellerInformation><SellerIdNum>91330700MA28000001</SellerIdNum><SellerName>浙江康恩药业有限公司</SellerName></SellerInformation>\
         <BuyerInformation><BuyerIdNum>12330700471757000A</BuyerIdNum><BuyerName>金华市中心医院</BuyerName></BuyerInformation>\
         <BasicInformation><TotalAmWithoutTax>176.99</TotalAmWithoutTax><TotalTaxAm>23.01</TotalTaxAm>\
         <TotalTax-includedAmount>{total}</TotalTax-includedAmount><RequestTime>2027-01-06 09:47:14</RequestTime></BasicInformation>\
         {lines}</EInvoiceData><TaxSupervisionInfo><InvoiceNumber>26332000000012345678</InvoiceNumber>\
         <IssueTime>2027-01-06</IssueTime></TaxSupervisionInfo></EInvoice>"
    )
}

#[test]
fn a_fully_digital_invoice_is_read() {
    let it = parse(whole(LINE_ONE, "200.00").as_bytes()).unwrap();
    assert_eq!(
        (it.number.as_str(), it.issued_on.to_string().as_str()),
        ("26332000000012345678", "2027-01-06")
    );
    assert_eq!(it.seller.0, "91330700MA28000001");
    assert_eq!(it.buyer.1, "金华市中心医院");
    let [line] = it.lines.as_slice() else { panic!("{it:?}") };
    assert_eq!(
        (line.quantity.to_string(), line.amount.to_string()),
        ("1000".to_owned(), "200.00".to_owned())
    );
    assert_eq!((line.net.to_string(), line.tax.to_string()), ("176.99".to_owned(), "23.01".to_owned()));
    assert_eq!(plain(&line.name), "阿莫西林胶囊");
    let prefixed = whole(LINE_ONE, "200.00")
        .replace("<EInvoice>", "<x:EInvoice xmlns:x=\"urn:x\">")
        .replace("</EInvoice>", "</x:EInvoice>");
    assert_eq!(parse(prefixed.as_bytes()).unwrap(), it, "a prefix changes nothing");
    let marked = [b"\xef\xbb\xbf", whole(LINE_ONE, "200.00").as_bytes()].concat();
    assert_eq!(parse(&marked).unwrap(), it, "nor does a byte-order mark");
    let escaped = whole(&LINE_ONE.replace("0.25g", "&lt;0.25&#103;&gt;<![CDATA[&]]>"), "200.00");
    assert_eq!(parse(escaped.as_bytes()).unwrap().lines[0].spec, "<0.25g>&");
}

#[test]
fn hostile_and_broken_files_are_refused_in_a_sentence() {
    let check = |file: &[u8], want: &str| {
        let found = format!("{:?}", parse(file).unwrap_err());
        assert!(found.starts_with(want), "{want}: {found}");
    };
    let sound = whole(LINE_ONE, "200.00");
    check(b"", "Malformed");
    check(b"PK\x03\x04", "Malformed");
    check(b"\xff\xfe<\x00", "Encoding");
    check(&vec![b' '; (1 << 20) + 1], "TooLarge");
    check(&sound.as_bytes()[..sound.len() - 5], "Malformed");
    check(sound.replace("</EInvoiceData>", "</EInvoiceDate>").as_bytes(), "Malformed");
    check(b"<html><body/></html>", "Missing(\"EInvoice\")");
    let doctype = sound.replace("<EInvoice>", "<!DOCTYPE x [<!ENTITY a \"b\">]><EInvoice>");
    check(doctype.as_bytes(), "Entity");
    let external = sound.replace("<EInvoice>", "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><EInvoice>");
    check(external.as_bytes(), "Entity");
    check(sound.replace("0.25g", "&a;").as_bytes(), "Entity");
    check(sound.replace("0.25g", "&#0;").as_bytes(), "Entity");
    check("<EInvoice>".repeat(20).as_bytes(), "Bounds");
    check(format!("<EInvoice>{}", "<a></a>".repeat(50_001)).as_bytes(), "Bounds");
    check(sound.replace("0.25g", &"x".repeat(2_001)).as_bytes(), "Bounds");
    check(sound.replace("26332000000012345678", "2633200000001234567").as_bytes(), "Value");
    check(sound.replace("2027-01-06", "06.01.2027").as_bytes(), "Value");
    check(sound.replace("<Quantity>1000.00000000</Quantity>", "").as_bytes(), "MissingIn(1, \"Quantity\")");
    check(sound.replace("1000.00000000", "1e3").as_bytes(), "Value");
    check(sound.replace("1000.00000000", "0").as_bytes(), "Value");
    check(sound.replace("1000.00000000", "-1000").as_bytes(), "Negative");
    check(sound.replace(">176.99<", ">-176.99<").as_bytes(), "Negative");
    check(
        sound.replace("<TotaltaxIncludedAmount>200.00", "<TotaltaxIncludedAmount>200.01").as_bytes(),
        "Value",
    );
    check(whole(LINE_ONE, "200.01").as_bytes(), "Sum");
    check(whole("", "200.00").as_bytes(), "Missing");
    check(whole(LINE_ONE, "9".repeat(40).as_str()).as_bytes(), "Value");
}

#[test]
fn lines_are_proposed_where_quantity_amount_and_product_agree() {
    let line = parse(whole(LINE_ONE, "200.00").as_bytes()).unwrap().lines.remove(0);
    let ground = |accepted: &str, price: &str, covered: &str| Ground {
        receipt: crate::supply::samples::receipt(accepted.parse().unwrap(), price.parse().unwrap()),
        covered: covered.parse().unwrap(),
    };
    let check = |ground: &Ground, generic: &str, want: bool| {
        let goods =
            Goods {
                generic: generic.to_owned(), product: "康恩阿莫西林".to_owned(), ..Goods::default()
            };
        let goods = HashMap::from([(ground.receipt.id.clone(), goods)]);
        let found = propose(std::slice::from_ref(&line), std::slice::from_ref(ground), &goods);
        assert_eq!(found[0].is_some(), want, "{ground:?} {generic}");
    };
    check(&ground("1000", "0.2", "0"), "阿莫西林胶囊", true);
    check(&ground("3000", "0.2", "2000"), "阿莫西林胶囊", true);
    check(&ground("999", "0.2", "0"), "阿莫西林胶囊", false);
    check(&ground("1000", "0.21", "0"), "阿莫西林胶囊", false);
    check(&ground("1000", "0.2", "0"), "盐酸氨溴索注射液", false);
    let twice = [line.clone(), line.clone()];
    let one = ground("1000", "0.2", "0");
    let goods = Goods { generic: "阿莫西林胶囊".to_owned(), ..Goods::default() };
    let goods = HashMap::from([(one.receipt.id.clone(), goods)]);
    let found = propose(&twice, std::slice::from_ref(&one), &goods);
    assert_eq!(found, [Some(one.receipt.id.clone()), None], "a receipt is proposed once");
}
