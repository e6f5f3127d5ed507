//! The sample city's people, products and purchases. Every organisation is invented; generic names, forms,
//! specs, packs and generic keys are those of real drugs, prices are plausible.

/// A hospital: name, code, region, tier, share of the city's use in thousandths.
pub const HOSPITALS: &[(&str, &str, &str, &str, i64)] = &[
    ("安和市第一人民医院", "H33990200001", "城中区", "三级", 290),
    ("安和市中医院", "H33990200002", "城中区", "三级", 170),
    ("江北区人民医院", "H33990300001", "江北区", "二级", 130),
    ("青溪县人民医院", "H33992100001", "青溪县", "二级", 120),
    ("石桥县人民医院", "H33992200001", "石桥县", "二级", 110),
    ("石桥县中医院", "H33992200002", "石桥县", "二级", 70),
    ("城中区南门街道社区卫生服务中心", "H33990200003", "城中区", "一级", 50),
    ("江北区柳浦镇卫生院", "H33990300002", "江北区", "一级", 35),
    ("青溪县云台镇中心卫生院", "H33992100002", "青溪县", "一级", 25),
];

/// A supplier: name, credit code without its check character, region, group of related enterprises, company
/// part of its product codes.
pub const SUPPLIERS: &[(&str, &str, &str, &str, &str)] = &[
    ("东屿制药股份有限公司", "91339900MA0000001", "城中区", "", "91001"),
    ("青岚药业有限公司", "91339900MA0000002", "城中区", "", "91002"),
    ("华序制药有限公司", "91339900MA0000003", "江北区", "", "91003"),
    ("北栖药业集团有限公司", "91339900MA0000004", "江北区", "北栖集团", "91004"),
    ("北栖（青溪）制药有限公司", "91339900MA0000005", "青溪县", "北栖集团", "91005"),
    ("远汀生物制药有限公司", "91339900MA0000006", "青溪县", "", "91006"),
    ("澄安药业有限公司", "91339900MA0000007", "石桥县", "", "91007"),
    ("晋岭制药有限公司", "91339900MA0000008", "石桥县", "", "91008"),
    ("南沅药业股份有限公司", "91339900MA0000009", "城中区", "", "91009"),
    ("浦舟制药有限公司", "91339900MA000000A", "江北区", "", "91010"),
    ("明禾医药科技有限公司", "91339900MA000000B", "城中区", "", "91011"),
    ("诺维安（中国）制药有限公司", "91339900MA000000C", "城中区", "", "91012"),
];

/// One lot of the sample rounds with what is known of it.
pub struct Drug {
    /// Generic name.
    pub generic: &'static str,
    /// First 14 characters of its product codes.
    pub key: &'static str,
    /// Dosage form.
    pub form: &'static str,
    /// Class of the form.
    pub class: &'static str,
    /// Comparable spec.
    pub spec: &'static str,
    /// Pack text after the spec.
    pub pack: &'static str,
    /// Units in a pack.
    pub count: i64,
    /// Unit.
    pub unit: &'static str,
    /// Ceiling, yuan a unit.
    pub ceiling: &'static str,
    /// Share list.
    pub category: &'static str,
    /// The city's use in a year, units.
    pub use_a_year: i64,
    /// What its makers offer.
    pub offers: &'static [Offered],
}

/// What one maker offers in the first round.
pub struct Offered {
    /// The supplier's place in [`SUPPLIERS`].
    pub supplier: usize,
    /// Yuan a unit of its own spec.
    pub price: &'static str,
    /// The spec, where it is not the comparable one.
    pub spec: Option<&'static str>,
    /// Price ratio of that spec to the comparable one.
    pub ratio: &'static str,
    /// It is the originator or reference drug.
    pub reference: bool,
    /// It accepts a revival price.
    pub revival: bool,
}

const fn generic(supplier: usize, price: &'static str) -> Offered {
    Offered { supplier, price, spec: None, ratio: "1", reference: false, revival: false }
}

const fn reference(supplier: usize, price: &'static str) -> Offered {
    Offered { reference: true, ..generic(supplier, price) }
}

const fn revivable(supplier: usize, price: &'static str) -> Offered {
    Offered { revival: true, ..generic(supplier, price) }
}

const fn known(drug: &'static Drug, offers: &'static [Offered]) -> Drug {
    Drug { offers, ..*drug }
}

/// The lots of the round in evaluation: each has offers that may be revived and did not say so in advance.
pub const ASKED: &[Drug] = &[
    known(
        &DRUGS[4],
        &[generic(0, "0.1850"), generic(4, "0.3600"), generic(9, "0.3900"), reference(11, "4.9800")],
    ),
    known(&DRUGS[3], &[generic(2, "2.1400"), generic(5, "4.9000")]),
];

/// The six lots.
pub const DRUGS: &[Drug] = &[
    Drug {
        generic: "盐酸二甲双胍片",
        key: "XA10BAE021A001",
        form: "片剂",
        class: "oral_solid",
        spec: "0.25g",
        pack: "48片/盒",
        count: 48,
        unit: "片",
        ceiling: "0.2170",
        category: "general",
        use_a_year: 9_600_000,
        offers: &[
            generic(0, "0.0392"),
            generic(1, "0.0415"),
            generic(3, "0.0448"),
            generic(4, "0.0520"),
            revivable(6, "0.0633"),
            generic(8, "0.0890"),
            revivable(9, "0.1260"),
            reference(11, "0.2170"),
        ],
    },
    Drug {
        generic: "阿托伐他汀钙片",
        key: "XC10AAA067A001",
        form: "片剂",
        class: "oral_solid",
        spec: "20mg",
        pack: "28片/盒",
        count: 28,
        unit: "片",
        ceiling: "2.8400",
        category: "general",
        use_a_year: 5_200_000,
        offers: &[
            generic(2, "0.3150"),
            generic(5, "0.3390"),
            generic(7, "0.4080"),
            Offered { spec: Some("10mg"), ratio: "0.5882352941176470588235294", ..generic(10, "0.3240") },
            revivable(0, "0.6200"),
            reference(11, "1.9800"),
        ],
    },
    Drug {
        generic: "盐酸氨溴索注射液",
        key: "XR05CBA198B002",
        form: "注射液",
        class: "small_injection",
        spec: "2ml:15mg",
        pack: "10支/盒",
        count: 10,
        unit: "支",
        ceiling: "3.4400",
        category: "general",
        use_a_year: 780_000,
        offers: &[
            generic(1, "0.3500"),
            generic(3, "0.3680"),
            generic(6, "0.4100"),
            generic(7, "0.7900"),
            revivable(9, "1.2600"),
        ],
    },
    Drug {
        generic: "注射用头孢呋辛钠",
        key: "XJ01DCT070B001",
        form: "注射用无菌粉末",
        class: "small_injection",
        spec: "0.75g",
        pack: "10瓶/盒",
        count: 10,
        unit: "瓶",
        ceiling: "8.5000",
        category: "reduced",
        use_a_year: 460_000,
        offers: &[
            generic(2, "2.1400"),
            generic(5, "2.3600"),
            generic(8, "3.7200"),
            revivable(10, "4.9000"),
            generic(7, "8.6000"),
        ],
    },
    Drug {
        generic: "恩替卡韦片",
        key: "XJ05AFE013A001",
        form: "片剂",
        class: "oral_solid",
        spec: "0.5mg",
        pack: "28片/盒",
        count: 28,
        unit: "片",
        ceiling: "5.3400",
        category: "general",
        use_a_year: 1_150_000,
        offers: &[generic(0, "0.1850"), generic(4, "0.1960"), generic(9, "0.2100"), reference(11, "4.9800")],
    },
    Drug {
        generic: "氯化钠注射液",
        key: "XB05XAL211B002",
        form: "大容量注射液",
        class: "large_injection",
        spec: "250ml:2.25g",
        pack: "1瓶/瓶",
        count: 1,
        unit: "瓶",
        ceiling: "4.0700",
        category: "general",
        use_a_year: 2_400_000,
        offers: &[generic(6, "1.2900"), generic(7, "1.4500"), generic(10, "2.6000")],
    },
];
