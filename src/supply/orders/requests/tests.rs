use super::Given;
use super::refused::{LineFault, NumberFault};
use super::rules::{self, Ground, Held, Seller};
use crate::catalog::{Product, ProductKind};
use crate::contracts::volumes::AgreedVolume;
use crate::contracts::{Contract, ContractState, samples};
use crate::types::{AgreedVolumeId, OrganisationId, ProductId, Quantity, Time};

fn contract(number: &str, supplier: &OrganisationId, product: &str) -> Contract {
    Contract {
        number: number.to_owned(),
        supplier_id: supplier.clone(),
        product: product.to_owned(),
        spec: "0.25g".to_owned(),
        unit_price: "0.2".parse().unwrap(),
        ..samples::contract()
    }
}

fn seller(name: &str, code: &str) -> Seller {
    Seller { id: OrganisationId::new(), name: name.to_owned(), code: code.to_owned(), active: true }
}

fn product(code: &str, pack: &str, pack_count: Option<i64>, listed: Option<&str>) -> Product {
    Product {
        id: ProductId::new(),
        code: code.to_owned(),
        kind: ProductKind::Drug,
        generic: "布洛芬片".to_owned(),
        generic_key: String::new(),
        form: "片剂".to_owned(),
        spec: "0.2g".to_owned(),
        pack: pack.to_owned(),
        pack_count,
        maker: String::new(),
        approval: String::new(),
        evaluated: false,
        listing_price: listed.map(|price| price.parse().unwrap()),
        search: String::new(),
        created_at: Time::from_millis(0),
        updated_at: Time::from_millis(0),
    }
}

/// A line by contract, product, supplier, quantity and price.
fn given([contract, product, supplier, quantity, price]: [&str; 5]) -> Given {
    Given {
        contract: contract.to_owned(),
        product: product.to_owned(),
        supplier: supplier.to_owned(),
        quantity: quantity.to_owned(),
        unit_price: price.to_owned(),
        ..Given::default()
    }
}

fn ground() -> Ground {
    let (a, b, gone) = (seller("甲药业", "A1"), seller("乙药业", "B1"), seller("丙药业", "C1"));
    let held =
        |contract: Contract| Held {
            contract, generic: "阿莫西林胶囊".to_owned(), unit: "粒".to_owned()
        };
    let unsigned = Contract { state: ContractState::Drawn, ..contract("N2", &a.id, "甲未签") };
    let day = |text: &str| text.parse().unwrap();
    let over = Contract { ends: day("2027-05-31"), ..contract("N3", &a.id, "甲到期") };
    let later = Contract { starts: day("2027-07-01"), ..contract("N4", &a.id, "甲未始") };
    let contracts = vec![
        contract("N1", &a.id, "甲莫西林"),
        unsigned,
        over,
        later,
        contract("N5", &b.id, "乙双份"),
        contract("N6", &b.id, "乙双份"),
        contract("N7", &gone.id, "丙莫西林"),
    ];
    let products = vec![product("X1", "24片/盒", Some(24), Some("3.6")), product("X0", "瓶", None, None)];
    let sellers =
        vec![a, b, Seller { active: false, ..gone }, seller("同名药业", "D1"), seller("同名药业", "D2")];
    Ground::new(contracts.into_iter().map(held).collect(), sellers, products)
}

#[test]
fn a_line_is_matched_to_a_contract_or_the_catalogue_or_refused() {
    let ground = ground();
    let today = "2027-06-15".parse().unwrap();
    let check = |line: [&str; 5], want: Result<&str, LineFault>| {
        let found = rules::matched(&ground, &[given(line)], today).pop().unwrap();
        let found = found.map(|line| rules::outcome(&line, None).named);
        assert_eq!(found, want.map(str::to_owned), "{line:?}");
    };
    let text = |text: &str| text.to_owned();
    check(["N1", "", "", "10", "0.2"], Ok("甲莫西林"));
    check(["N1", "甲莫西林", "甲药业", "10", "0.200000"], Ok("甲莫西林"));
    check(["N1", "", "A1", "10", "0.2"], Ok("甲莫西林"));
    check(["", "甲莫西林", "A1", "10", "0.2"], Ok("甲莫西林"));
    check(["", "X1", "乙药业", "10", "0.15"], Ok("X1"));
    check(["", "x1", "B1", "10", "0.1"], Ok("X1"));
    check(["N1", "", "", "10", "0.21"], Err(LineFault::PriceDiffers("0.2".parse().unwrap())));
    check(["N1", "", "", "10", "0.19"], Err(LineFault::PriceDiffers("0.2".parse().unwrap())));
    check(["N1", "", "乙药业", "10", "0.2"], Err(LineFault::OtherSupplier(text("甲药业"))));
    check(["N1", "乙双份", "", "10", "0.2"], Err(LineFault::OtherProduct(text("甲莫西林"))));
    check(["N9", "", "", "10", "0.2"], Err(LineFault::ContractUnknown));
    check(["N2", "", "", "10", "0.2"], Err(LineFault::ContractUnsigned(text("N2"))));
    let term = |number: &str, starts: &str, ends: &str| LineFault::ContractTerm {
        number: number.to_owned(),
        starts: starts.parse().unwrap(),
        ends: ends.parse().unwrap(),
    };
    check(["N3", "", "", "10", "0.2"], Err(term("N3", "2027-01-01", "2027-05-31")));
    check(["", "甲到期", "A1", "10", "0.2"], Err(term("N3", "2027-01-01", "2027-05-31")));
    check(["N4", "", "", "10", "0.2"], Err(term("N4", "2027-07-01", "2027-12-31")));
    check(["", "乙双份", "B1", "10", "0.2"], Err(LineFault::ContractsSeveral(vec![text("N5"), text("N6")])));
    check(["N7", "", "", "10", "0.2"], Err(LineFault::SupplierInactive));
    check(["", "X1", "C1", "10", "0.1"], Err(LineFault::SupplierInactive));
    check(["", "X1", "丁药业", "10", "0.1"], Err(LineFault::SupplierUnknown));
    check(["", "X1", "", "10", "0.1"], Err(LineFault::NoSupplier));
    check(["", "X1", "同名药业", "10", "0.1"], Err(LineFault::SupplierSeveral));
    check(["", "X1", "D2", "10", "0.1"], Ok("X1"));
    check(["", "X9", "A1", "10", "0.1"], Err(LineFault::ProductUnknown));
    check(["", "", "A1", "10", "0.1"], Err(LineFault::NothingNamed));
    check(["N1", "", "", "", "0.2"], Err(LineFault::Quantity(NumberFault::Empty)));
    check(["N1", "", "", "0", "0.2"], Err(LineFault::Quantity(NumberFault::NotPositive)));
    check(["N1", "", "", "-5", "0.2"], Err(LineFault::Quantity(NumberFault::NotPositive)));
    check(["N1", "", "", "1.0001", "0.2"], Err(LineFault::Quantity(NumberFault::Decimals(3))));
    check(["N1", "", "", "十", "0.2"], Err(LineFault::Quantity(NumberFault::Malformed)));
    check(["N1", "", "", "1000000001", "0.2"], Err(LineFault::Quantity(NumberFault::TooLarge)));
    check(["", "X0", "A1", "1000000", "9000000000"], Err(LineFault::Quantity(NumberFault::TooLarge)));
    check(["N1", "", "", "10", ""], Err(LineFault::Price(NumberFault::Empty)));
    check(["", "X1", "A1", "10", "-1"], Err(LineFault::Price(NumberFault::Negative)));
    check(["", "X1", "A1", "10", "0.1500001"], Err(LineFault::Price(NumberFault::Decimals(6))));
    let above = LineFault::PriceAbove { listed: "3.6".parse().unwrap(), pieces: 24 };
    check(["", "X1", "A1", "10", "0.150001"], Err(above));
}

#[test]
fn no_listing_price_and_a_listing_price_of_zero_are_different_things() {
    let check = |listed: Option<&str>, pieces: Option<i64>, price: &str, want: bool| {
        let it = product("X1", "24片/盒", pieces, listed);
        assert_eq!(rules::is_listed_at(&it, price.parse().unwrap()), want, "{listed:?} {pieces:?} {price}");
    };
    check(None, Some(24), "1000000", true);
    check(None, Some(24), "0", true);
    check(Some("0"), Some(24), "0", true);
    check(Some("0"), Some(24), "0.000001", false);
    check(Some("3.6"), Some(24), "0.15", true);
    check(Some("3.6"), Some(24), "0.150001", false);
    check(Some("3.6"), Some(24), "0", true);
    // A pack that cannot be read is itself what is counted.
    check(Some("3.6"), None, "3.6", true);
    check(Some("3.6"), None, "3.600001", false);
}

#[test]
fn no_allowance_and_an_allowance_of_zero_split_a_line_differently() {
    let ground = ground();
    let check = |allowed: Option<&str>, reserved: &str, ordered: &str, want: (&str, &str)| {
        let line = given(["N1", "", "", ordered, "0.2"]);
        let found = rules::matched(&ground, &[line], "2027-06-15".parse().unwrap()).pop().unwrap().unwrap();
        let volume = AgreedVolume {
            id: AgreedVolumeId::new(),
            contract_id: found.contract.unwrap().id.clone(),
            year: 1,
            starts: "2027-01-01".parse().unwrap(),
            ends: "2027-12-31".parse().unwrap(),
            agreed: "100".parse().unwrap(),
            allowed: allowed.map(|quantity| quantity.parse().unwrap()),
            reserved: reserved.parse().unwrap(),
            consumed: Quantity::ZERO,
        };
        let made = rules::outcome(&found, Some(&volume));
        let parts = (made.agreed.to_string(), made.ordinary.to_string());
        assert_eq!(parts, (want.0.to_owned(), want.1.to_owned()), "{allowed:?} {reserved} {ordered}");
        assert_eq!(made.price, Some("0.2".parse().unwrap()));
    };
    check(Some("0"), "0", "100", ("100", "0"));
    check(Some("0"), "0", "130", ("100", "30"));
    check(Some("0"), "100", "30", ("0", "30"));
    check(Some("20"), "0", "130", ("120", "10"));
    check(None, "100", "5000", ("5000", "0"));
}

#[test]
fn of_lines_for_the_same_thing_only_the_first_stands() {
    let ground = ground();
    let mut lines = vec![
        given(["N1", "", "", "10", "0.2"]),
        given(["", "甲莫西林", "A1", "5", "0.2"]),
        given(["", "X1", "A1", "5", "0.1"]),
        given(["", "x1", "甲药业", "6", "0.1"]),
        given(["", "X1", "B1", "6", "0.1"]),
    ];
    for (line, source) in lines.iter_mut().zip(2..) {
        line.source = source;
    }
    let found = rules::matched(&ground, &lines, "2027-06-15".parse().unwrap());
    let faults: Vec<Option<LineFault>> = found.into_iter().map(Result::err).collect();
    let want = [None, Some(LineFault::Twice(2)), None, Some(LineFault::Twice(4)), None];
    assert_eq!(faults, want);
}

#[test]
fn numbers_of_orders_have_one_width_and_sort_by_time() {
    let check = |day: &str, running: i64, want: &str| {
        assert_eq!(rules::number(day.parse().unwrap(), running), want);
    };
    check("2027-01-31", 1, "DD2027010000001");
    check("2027-01-31", 1_234_567, "DD2027011234567");
    check("2027-02-01", 1, "DD2027020000001");
}
