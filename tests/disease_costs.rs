//! Disease cost: case baskets by page and by file, what rounds do to the cost of a case, and who sees what.

use jicai::disease_costs::{self, CaseLine, Source, compute, rules, store};
use jicai::types::{DiseaseBasketId, ImportId, Money, Quantity, RoundId, UnitPrice};
use proptest::prelude::*;

use crate::standards::{awarded, release};
use crate::support::Site;

const HAYAO: &str = "XJ01CAA040E001010101";

fn bought(site: &Site) {
    use diesel::prelude::*;
    use jicai::schema::products::dsl;
    let id = |code: &str| {
        site.app.db.read(|c| Ok(dsl::products.filter(dsl::code.eq(code)).select(dsl::id).first(c)?)).unwrap()
    };
    let (kangen, hayao) = (id("XJ01CAA040E001010105"), id(HAYAO));
    crate::prices::purchase_at(site, "H33070200001", &kangen, "2026-03-01", "100", "1.2");
    crate::prices::purchase_at(site, "H33070200002", &hayao, "2026-04-01", "100", "2");
}

async fn basket(site: &Site, hospital: &str) -> String {
    let id = DiseaseBasketId::new().to_string();
    let fields = [
        ("id", id.as_str()),
        ("name", "社区获得性肺炎"),
        ("code", "ES31"),
        ("hospital", hospital),
        ("cases", "100"),
        ("document", "金华点数法2026"),
    ];
    for _ in 0..2 {
        site.post("officer", "/disease-costs", &fields).await.is(303);
    }
    format!("/disease-costs/{id}")
}

async fn add(site: &Site, path: &str, revision: &str, product: &str, generic: &str, quantity: &str) -> u16 {
    let fields = [("revision", revision), ("product", product), ("generic", generic), ("quantity", quantity)];
    site.post("settlement", &format!("{path}/items"), &fields).await.status.as_u16()
}

fn lines(site: &Site, path: &str) -> Vec<String> {
    let id: DiseaseBasketId = path.rsplit('/').next().unwrap().parse().unwrap();
    let shown = |it: Option<UnitPrice>| it.map_or("-".to_owned(), |it| it.to_string());
    let cost = |it: Option<Money>| it.map_or("-".to_owned(), |it| it.to_string());
    let line = |it: CaseLine| {
        format!(
            "{} {} {} {} {} {} → {} {} {}",
            it.lot,
            it.generic,
            it.quantity,
            shown(it.price_before),
            it.source_before,
            cost(it.cost_before),
            shown(it.price_after),
            it.source_after,
            cost(it.cost_after)
        )
    };
    site.app.db.read(|c| store::effect_lines(c, &id)).unwrap().into_iter().map(line).collect()
}

#[actix_web::test]
async fn a_case_costs_what_was_paid_before_and_what_the_round_brings_after() {
    let (site, round) = awarded();
    bought(&site);
    release(&site, &round);
    let path = basket(&site, "").await;
    assert_eq!(add(&site, &path, "1", "", "阿莫西林胶囊", "21").await, 303);
    assert_eq!(add(&site, &path, "1", HAYAO, "", "10").await, 422, "an old form");
    assert_eq!(add(&site, &path, "2", HAYAO, "", "10").await, 303);
    assert_eq!(add(&site, &path, "3", HAYAO, "", "10").await, 422, "the same again");
    assert_eq!(add(&site, &path, "3", HAYAO, "阿莫西林胶囊", "10").await, 422, "both");
    assert_eq!(add(&site, &path, "3", "X", "", "10").await, 422, "no such code");
    assert_eq!(add(&site, &path, "3", "", "盐酸氨溴索注射液", "2").await, 303);
    assert_eq!(add(&site, &path, "4", "", "布洛芬片", "3").await, 303);
    assert_eq!(
        lines(&site, &path),
        [
            // The mean of both products by quantity; the highest price that won.
            "1 阿莫西林胶囊 21 1.60 paid 33.60 → 0.50 award 10.50",
            "1 阿莫西林胶囊 10 2.00 paid 20.00 → 1.05 standard 10.50",
            // Never bought: the ceiling. It won at 1.70 for a spec worth 1.7 of the comparable one.
            "2 盐酸氨溴索注射液 2 3.44 ceiling 6.88 → 1.00 award 2.00",
            " 布洛芬片 3 - unknown - → - unchanged -",
        ]
    );
    let page = site.get("auditor", &path).await;
    page.is(200)
        .shows(">60.48<")
        .shows(">23.00<")
        .shows("-37.48 × 100 例 = -3748.00")
        .shows("有 1 条没有价格")
        .hides("移除");
    let csv = site.get("auditor", &format!("{path}/export/effects.csv")).await;
    assert_eq!(csv.is(200).body.lines().count(), 5);
    assert!(site.get("auditor", &format!("{path}/export/effects.xlsx")).await.bytes.starts_with(b"PK"));
    // Computed again it is the same, and nothing is written.
    let (ctx, db) = (site.ctx(), &site.app.db);
    assert_eq!(compute::refresh_all(db, &ctx).unwrap(), 0);
    let one = [("revision", "5")];
    site.post("officer", &format!("{path}/items/4/remove"), &one).await.is(303);
    site.get("auditor", &path).await.is(200).hides("条没有价格");
    site.post("officer", &format!("{path}/retire"), &[("revision", "6")]).await.is(303);
    site.get("officer", "/disease-costs").await.is(200).hides("ES31");
}

#[actix_web::test]
async fn a_hospital_sees_its_own_with_its_own_prices() {
    let (site, _) = awarded();
    bought(&site);
    let path = basket(&site, "H33070200001").await;
    assert_eq!(add(&site, &path, "1", "", "阿莫西林胶囊", "1").await, 303);
    assert_eq!(lines(&site, &path), ["1 阿莫西林胶囊 1 1.20 paid_own 1.20 → 0.50 award 0.50"]);
    site.get("hospital1", "/disease-costs").await.is(200).shows("ES31");
    site.get("hospital2", "/disease-costs").await.is(200).hides("ES31");
    site.get("hospital1", &path).await.is(200).shows("本院十二个月均价").hides("添加");
    site.get("hospital2", &path).await.is(404);
    site.get("hospital2", &format!("{path}/export/effects.csv")).await.is(404);
    let fields = [("revision", "2"), ("generic", "x"), ("quantity", "1")];
    site.post("hospital1", &format!("{path}/items"), &fields).await.is(403);
    let city = basket(&site, "").await;
    site.get("hospital1", &city).await.is(404);
    let same = [
        ("id", &*DiseaseBasketId::new().to_string()),
        ("name", "社区获得性肺炎"),
        ("code", "ES31"),
        ("document", "x"),
    ];
    site.post("officer", "/disease-costs", &same).await.is(422).shows("已登记");
}

#[actix_web::test]
async fn a_file_brings_baskets_whole_or_not_at_all() {
    let (site, _) = awarded();
    let header = "病种名称,病种编码,医疗机构编码,年病例数,来源文件,医保编码,通用名,每例用量\n";
    let send = async |lines: &str| {
        let id = ImportId::new().to_string();
        let text = format!("{header}{lines}");
        site.upload("settlement", "/disease-costs/uploads", &[("id", &id)], "b.csv", text.as_bytes())
            .await
            .is(303);
        format!("/disease-costs/uploads/{id}")
    };
    let check = async |lines: &str, want: &str| {
        let path = send(lines).await;
        site.get("settlement", &path).await.is(200).shows(want);
        site.post("settlement", &path, &[]).await.is(422).shows("未作任何更改");
    };
    check("肺炎,ES31,,10,文,,阿莫西林胶囊,0\n", "第2行").await;
    check("肺炎,ES31,,10,文,,,2\n", "只能填一项").await;
    check("肺炎,ES31,,10,文,X9,,2\n", "没有编码“X9”").await;
    check("肺炎,ES31,H0,10,文,,阿莫西林胶囊,2\n", "医疗机构").await;
    check("肺炎,ES31,,-1,文,,阿莫西林胶囊,2\n", "年病例数须为").await;
    check("肺炎,ES31,,10,文,,阿莫西林胶囊,2\n肺炎,ES31,,10,文,,阿莫西林胶囊,3\n", "已在该病种中").await;
    check("肺炎,ES31,,10,文,,阿莫西林胶囊,2\n肺炎,ES31,,11,文,,布洛芬,3\n", "与第 2 行").await;
    let path = send(&format!(
        "肺炎,ES31,,10,文,,阿莫西林胶囊,21\n肺炎,ES31,,10,文,{HAYAO},,10\n肺炎,ES31,H33070200001,,文,,阿莫西林胶囊,14\n"
    ))
    .await;
    site.get("settlement", &path).await.is(200).shows("共 2 个病种，其中新增 2 个");
    for _ in 0..2 {
        site.post("settlement", &path, &[]).await.is(303);
    }
    let known = site.app.db.read(|c| store::named(c, "肺炎", "ES31")).unwrap();
    assert_eq!(known.len(), 2);
    let path = send("肺炎,ES31,,20,文2,,阿莫西林胶囊,7\n").await;
    site.get("settlement", &path).await.is(200).shows("替换 1 个");
    site.post("settlement", &path, &[]).await.is(303);
    let known = site.app.db.read(|c| store::named(c, "肺炎", "ES31")).unwrap();
    let city = known.iter().find(|it| it.hospital_id.is_none()).unwrap();
    assert_eq!((city.cases, city.revision), (Some(20), 3));
    let items = site.app.db.read(|c| store::items(c, &city.id)).unwrap();
    assert_eq!(items.iter().map(|it| it.quantity.to_string()).collect::<Vec<_>>(), ["7"]);
    assert_eq!(lines(&site, &disease_costs::path(&city.id)).len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The cost of a case is the sum of its lines that have both prices; the year's is that of its cases.
    #[test]
    fn a_case_is_the_sum_of_its_lines(
        items in prop::collection::vec(
            (1_i64..10_000_000, prop::option::of(0_i64..900_000_000), prop::option::of(0_i64..900_000_000)),
            0..30,
        ),
        cases in 0_i64..100_000,
    ) {
        let (basket, round) = (DiseaseBasketId::new(), RoundId::new());
        let line = |(position, (quantity, before, after)): (usize, &(i64, Option<i64>, Option<i64>))| {
            let quantity = Quantity::from_scaled(*quantity);
            let cost = |price: Option<i64>| price.map(|p| Money::of(quantity, UnitPrice::from_scaled(p)).unwrap());
            CaseLine {
                basket_id: basket.clone(),
                round_id: round.clone(),
                position: position as i32 + 1,
                lot: String::new(),
                code: String::new(),
                generic: String::new(),
                quantity,
                price_before: before.map(UnitPrice::from_scaled),
                source_before: Source::Paid,
                price_after: after.map(UnitPrice::from_scaled),
                source_after: Source::Award,
                cost_before: cost(*before),
                cost_after: cost(*after),
            }
        };
        let lines: Vec<CaseLine> = items.iter().enumerate().map(line).collect();
        let sums = rules::sums(&lines).unwrap();
        let whole = || lines.iter().filter(|l| l.cost_before.is_some() && l.cost_after.is_some());
        let add = |sum: Money, it: Money| sum.plus(it).unwrap();
        prop_assert_eq!(sums.before, whole().filter_map(|l| l.cost_before).fold(Money::ZERO, add));
        prop_assert_eq!(sums.after, whole().filter_map(|l| l.cost_after).fold(Money::ZERO, add));
        prop_assert_eq!(sums.unknown as usize, lines.len() - whole().count());
        let change = lines.iter().filter_map(CaseLine::change).fold(Money::ZERO, add);
        prop_assert_eq!(sums.after.minus(sums.before), Some(change));
        let yearly = (0..cases.min(50)).fold(Money::ZERO, |sum, _| add(sum, change));
        prop_assert_eq!(rules::yearly(change, cases.min(50)), Some(yearly));
    }
}
