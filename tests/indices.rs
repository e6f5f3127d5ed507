//! Price indices over HTTP: a basket drafted, uploaded, weighed, approved by a second person, counted, opened, exported.

mod formulas;

use diesel::prelude::*;
use jicai::jobs;
use jicai::prices::indices::{State, count, linkage, store};
use jicai::schema::{audit_entries, index_items, index_months, linkage_notices, mails};
use jicai::types::{BasketId, ImportId, Money, Points, Quantity, Time, UnitPrice};

use crate::prices::{HEADER, product, take};
use crate::support::Site;

const DOCUMENT: &[(&str, &str)] = &[
    ("title_zh", "中药饮片价格指数"),
    ("title_en", "Decoction piece index"),
    ("kind", "pieces"),
    ("formula", "laspeyres"),
    ("formula", "paasche"),
    ("formula", "fisher"),
    ("base_from", "2026-06"),
    ("base_months", "1"),
    ("base_value", "100"),
    ("missing", "carried"),
    ("threshold", "0.05"),
    ("from_month", "2026-07"),
    ("to_month", ""),
    ("owner", "价格处"),
    ("review_day", "2027-06-30"),
    ("purpose", "监测饮片价格"),
    ("source", "本局方法"),
    ("confidence", "own"),
];

fn fields<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = DOCUMENT.iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    kept.copied().chain(changed.iter().copied()).collect()
}

/// Three pieces and a drug in the catalogue.
fn catalogue(site: &Site) {
    product(site, "T000100030", "白芷", "T000100030", "甲饮片厂");
    product(site, "T000100031", "黄芪", "T000100031", "甲饮片厂");
    product(site, "T000100032", "当归", "T000100032", "乙饮片厂");
    product(site, "X1", "阿莫西林胶囊", "", "甲厂");
}

/// Purchases as `day,code,quantity,price`.
fn buy(site: &Site, lines: &[(&str, &str, &str, &str)]) {
    let mut file = HEADER.to_owned();
    for (day, code, quantity, price) in lines {
        let (units, each): (Quantity, UnitPrice) = (quantity.parse().unwrap(), price.parse().unwrap());
        let amount = Money::of(units, each).unwrap();
        file += &format!("{day},H33070200001,{code},国药控股,{quantity},{price},{amount}\n");
    }
    assert_eq!(take(site, &file).unwrap().new, lines.len() as i64, "{file}");
}

/// The base month, and July as it is counted by hand in the unit test of the formulas; 当归 is not bought in July.
fn bought(site: &Site) {
    buy(
        site,
        &[
            ("2026-06-03", "T000100030", "100", "30"),
            ("2026-06-20", "T000100031", "220", "25"),
            ("2026-06-25", "T000100031", "-20", "25"),
            ("2026-06-30", "T000100032", "10", "80"),
            ("2026-07-01", "T000100030", "80", "36"),
            ("2026-07-31", "T000100031", "250", "22"),
            ("2026-07-31", "X1", "250", "22"),
        ],
    );
}

async fn drafted(site: &Site) -> BasketId {
    let id = BasketId::new();
    let key = id.to_string();
    let form = fields(&[("id", &key), ("name", "tcm")]);
    let answer = site.post("officer", "/indices", &form).await;
    assert_eq!(answer.location, format!("/indices/{id}?done=1"));
    // Sent twice it is one.
    site.post("officer", "/indices", &form).await.is(303);
    id
}

async fn upload(site: &Site, id: &BasketId, file: &str) -> String {
    let key = ImportId::new().to_string();
    let to = format!("/indices/{id}/uploads");
    let answer = site.upload("officer", &to, &[("id", &key)], "品种.csv", file.as_bytes()).await;
    answer.is(303);
    answer.location.clone()
}

fn revision(site: &Site, id: &BasketId) -> String {
    site.app.db.read(|c| store::basket(c, id)).unwrap().unwrap().revision.to_string()
}

async fn apply(site: &Site, id: &BasketId, file: &str) {
    let review = upload(site, id, file).await;
    let seen = revision(site, id);
    site.post("officer", &review, &[("seen", &seen)]).await.is(303);
}

async fn step(
    site: &Site,
    login: &str,
    id: &BasketId,
    step: &str,
    more: &[(&str, &str)],
) -> crate::support::Answer {
    let seen = revision(site, id);
    let mut form = vec![("revision", seen.as_str())];
    form.extend(more);
    site.post(login, &format!("/indices/{id}/{step}"), &form).await
}

/// A basket of the three pieces, weighed and approved.
async fn approved(site: &Site) -> BasketId {
    catalogue(site);
    bought(site);
    let id = drafted(site).await;
    apply(site, &id, "医保编码\nT000100030\nT000100031\nT000100032\n").await;
    step(site, "officer", &id, "weights", &[]).await.is(303);
    step(site, "officer", &id, "ask", &[]).await.is(303);
    step(site, "reviewer", &id, "decide", &[("decision", "yes")]).await.is(303);
    id
}

fn run(site: &Site) -> usize {
    count::run(&site.app.db, site.now()).unwrap()
}

#[actix_web::test]
async fn a_basket_goes_from_draft_to_a_counted_index_that_opens_to_its_items() {
    let site = Site::with_city();
    site.get("officer", "/indices").await.is(200).shows("没有符合条件的篮子");
    let id = approved(&site).await;
    let page = site.get("auditor", &format!("/indices/{id}")).await;
    page.is(200).shows("已批准").shows("尚未计算").shows("officer同志").shows("reviewer同志");
    // Months to October; November has not ended.
    assert_eq!(run(&site), 4);
    assert_eq!(run(&site), 0, "nothing is counted twice");
    let page = site.get("auditor", &format!("/indices/{id}")).await;
    // 白芷 3,600 of 3,000, 黄芪 4,400 of 5,000, 当归 carried 800 of 800: 8,800 / 8,800.
    page.is(200).shows("<svg").shows("2026-07").shows("2026-10").shows("8800.00").hides("尚未计算");
    page.shows("拉氏指数 = Σp1q0 ÷ Σp0q0").shows("费雪指数").shows("本局方法");
    let month = site.get("auditor", &format!("/indices/{id}/months/2026-07")).await;
    month.is(200).shows("拉氏：8800.00 ÷ 8800.00 × 100.00 = 100.00").shows("沿用上期").shows("6.8182");
    month.shows("帕氏：8380.00 ÷ 8650.00 × 100.00 = 96.8786").shows("= 98.4269");
    // 600 / 8,800 and −600 / 8,800 of 100 points.
    let july = "2026-07-01".parse().unwrap();
    let items = site.app.db.read(|c| store::month_items(c, &id, july)).unwrap();
    let of = |at: i32| items[&at].contribution;
    assert_eq!((of(1), of(2), of(3)), ("6.8182".parse().unwrap(), "-6.8182".parse().unwrap(), Points::ZERO));
    // August: nothing was bought, so there is no index, which is not the base value.
    site.get("auditor", &format!("/indices/{id}/months/2026-08")).await.is(200).shows("当月无采购，无指数");
    site.get("auditor", &format!("/indices/{id}/months/2026-12")).await.is(404);
    site.get("auditor", &format!("/indices/{id}/months/soon")).await.is(404);
    site.get("auditor", "/indices").await.is(200).shows("中药饮片价格指数").shows("tcm");
    site.get("officer", "/indices?kind=drugs").await.is(200).hides("tcm");
    let items = site.get("officer", &format!("/indices/{id}/months/2026-07/export/items.csv")).await;
    items.is(200).shows("T000100031").shows("250,5500.00,22.00,5000.00,4400.00,6250.00,-6.8182");
    let series = site.get("officer", &format!("/indices/{id}/export/series.csv")).await;
    series.shows("2026-07,100.00,96.8786,98.4269,8800.00,8800.00,8650.00,8380.00,2,1,0,0");
    series.shows("2026-08,,,,8800.00,8800.00,0.00,0.00,0,3,0,0");
    for file in ["export/series.xlsx", "months/2026-07/export/items.xlsx"] {
        let book = site.get("officer", &format!("/indices/{id}/{file}")).await;
        assert!(book.is(200).bytes.starts_with(b"PK"), "{file}");
    }
    site.get("officer", &format!("/indices/{id}/export/other.csv")).await.is(404);
}

#[actix_web::test]
async fn late_purchases_have_their_month_and_those_after_it_counted_anew_and_nothing_else() {
    let site = Site::with_city();
    let id = approved(&site).await;
    run(&site);
    // September alone, then July late: what is carried forward moves with it.
    buy(&site, &[("2026-09-10", "T000100031", "10", "25")]);
    assert_eq!(run(&site), 2, "September and October");
    let laspeyres = |month: &str| {
        let month = month.parse().unwrap();
        site.app.db.read(|c| store::month(c, &id, month)).unwrap().unwrap().laspeyres
    };
    // 3,600 + 5,000 + 800 of 8,800.
    assert_eq!(laspeyres("2026-09-01"), Some("106.8182".parse().unwrap()));
    assert_eq!(laspeyres("2026-10-01"), None);
    buy(&site, &[("2026-07-15", "T000100032", "1", "88")]);
    assert_eq!(run(&site), 4);
    // 当归 now 880.
    assert_eq!(laspeyres("2026-07-01"), Some("100.9091".parse().unwrap()));
    assert_eq!(laspeyres("2026-09-01"), Some("107.7273".parse().unwrap()));
    // A purchase of the month that runs is not counted, and is once the month has ended.
    buy(&site, &[("2026-11-05", "T000100030", "1", "30")]);
    assert_eq!(run(&site), 0);
    site.set_clock(Time::parse_local("2026-12-01 03:30").unwrap());
    assert_eq!(run(&site), 1);
    // 3,000 + 5,000 + 880.
    assert_eq!(laspeyres("2026-11-01"), Some("100.9091".parse().unwrap()));
    let rows: (i64, i64) = site
        .app
        .db
        .read(|c| Ok((index_months::table.count().get_result(c)?, index_items::table.count().get_result(c)?)))
        .unwrap();
    assert_eq!(rows, (5, 15));
    // What a hospital bought before it was registered is counted from the day it is.
    take(&site, &format!("{HEADER}2026-10-09,H9,T000100030,国药控股,1,33,33\n")).unwrap();
    assert_eq!(run(&site), 0);
    site.organisation(jicai::people::OrganisationKind::Hospital, "新医院", "H9", "金华市", "");
    let matched = site.app.db.write(|tx| jicai::prices::ingest::match_again(tx, &site.ctx())).unwrap();
    assert_eq!((matched.added, run(&site)), (1, 2), "October and November");
    // 3,300 + 5,000 + 880.
    assert_eq!(laspeyres("2026-10-01"), Some("104.3182".parse().unwrap()));
    // The job on the timetable is the same.
    (jobs::find("count_indices").unwrap().run)(&site.app).unwrap();
}

#[actix_web::test]
async fn beyond_the_threshold_the_officers_are_told_once_which_pieces_moved() {
    let site = Site::with_city();
    let id = approved(&site).await;
    run(&site);
    let notices = || site.app.db.read(|c| linkage::notices(c, &id, 10)).unwrap();
    assert!(notices().is_empty(), "July stands at 100");
    buy(&site, &[("2026-09-10", "T000100031", "10", "25"), ("2026-09-11", "T000100030", "1", "36")]);
    run(&site);
    let told = notices();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].value, told[0].reference), ("106.8182".parse().unwrap(), "100".parse().unwrap()));
    let pieces = told[0].pieces().unwrap();
    // 黄芪 is back at its base price: only 白芷 differs from the base period.
    assert_eq!(pieces.len(), 1);
    assert_eq!(
        (pieces[0].code.as_str(), pieces[0].standard().to_string()),
        ("T000100030", "36.00".to_owned())
    );
    let page = site.get("officer", &format!("/indices/{id}/notices/{}", told[0].id)).await;
    page.is(200).shows("+6.8182%").shows("白芷").shows("+20%").shows("36.00").shows("基期");
    site.get("officer", &format!("/indices/{id}")).await.shows("+6.8182%");
    let letters = || -> i64 {
        let of = mails::table.filter(mails::template.eq("index_linked"));
        site.app.db.read(|c| Ok(of.count().get_result(c)?)).unwrap()
    };
    assert_eq!(letters(), 2, "both officers");
    // Counted again, nothing is said again; the next is held against this one.
    buy(&site, &[("2026-08-10", "T000100031", "10", "25")]);
    run(&site);
    assert_eq!((notices().len(), letters()), (1, 2));
    buy(&site, &[("2026-10-10", "T000100030", "10", "30")]);
    run(&site);
    let told = notices();
    assert_eq!((told.len(), letters()), (2, 4));
    assert_eq!(told[0].reference, "106.8182".parse().unwrap());
    assert_eq!(told[0].reference_month, Some("2026-09-01".parse().unwrap()));
    assert!(told[0].change.scaled() < 0);
    let kept: i64 = site.app.db.read(|c| Ok(linkage_notices::table.count().get_result(c)?)).unwrap();
    assert_eq!(kept, 2);
}

#[actix_web::test]
async fn bad_documents_and_files_are_refused_whole_in_words() {
    let site = Site::with_city();
    catalogue(&site);
    let check = async |changed: &[(&str, &str)], sentence: &str| {
        let key = BasketId::new().to_string();
        let mut given = vec![("id", key.as_str()), ("name", "other")];
        given.retain(|(name, _)| !changed.iter().any(|(other, _)| other == name));
        given.extend(changed);
        site.post("officer", "/indices", &fields(&given)).await.is(422).shows(sentence);
    };
    check(&[("name", "Über")], "不能作简称").await;
    check(&[("name", "")], "不能作简称").await;
    check(&[("formula", "")], "至少选择一个公式").await;
    check(&[("base_value", "50")], "只能是 100 或 1000").await;
    check(&[("base_months", "3")], "1 个月或 12 个月").await;
    check(&[("threshold", "0")], "须大于 0").await;
    check(&[("threshold", "1.5")], "须大于 0").await;
    check(&[("threshold", "5%")], "不是有效的数字").await;
    check(&[("kind", "drugs")], "只有中药饮片").await;
    check(&[("kind", "all")], "不在可选范围").await;
    check(&[("from_month", "2026-05")], "不能早于").await;
    check(&[("from_month", "2026-13")], "不是有效的日期").await;
    check(&[("to_month", "2026-06")], "早于起算月").await;
    check(&[("owner", " ")], "此项必填").await;
    check(&[("title_zh", &"长".repeat(101))], "不超过 100").await;
    let id = drafted(&site).await;
    check(&[("name", "tcm")], "已有简称").await;
    step(&site, "officer", &id, "ask", &[]).await.is(422).shows("还没有品种");
    for (file, sentence) in [
        ("医保编码\nT999999999\n", "第2行，“医保编码”为“T999999999”：产品目录中没有编码"),
        ("医保编码\nX1\n", "不属于本篮子的类别"),
        ("医保编码\nT000100030\nT000100030\n", "第3行，“医保编码”为“T000100030”：与第 2 行重复"),
        ("医保编码,基期数量,基期金额\nT000100030,5,\n", "须同时填写"),
        ("医保编码,基期数量,基期金额\nT000100030,0,5\n", "必须大于零"),
        ("医保编码,基期数量,基期金额\nT000100030,5,1.234\n", "最多保留2位小数"),
        ("医保编码\n", "必填"),
    ] {
        let review = upload(&site, &id, file).await;
        site.get("officer", &review).await.is(200).shows(sentence);
        let seen = revision(&site, &id);
        site.post("officer", &review, &[("seen", &seen)]).await.is(422).shows("未作任何更改");
    }
    let key = ImportId::new().to_string();
    let to = format!("/indices/{id}/uploads");
    site.upload("officer", &to, &[("id", &key)], "x.csv", b"a,b\n1,2\n").await.is(422).shows("不是表头");
    // Nothing was applied.
    site.get("officer", &format!("/indices/{id}/items")).await.is(200).shows("还没有品种");
    // Without purchases in the base period a weight is missing, and is not zero.
    apply(&site, &id, "医保编码,基期数量,基期金额\nT000100030,,\nT000100031,200,5000\n").await;
    let answer = step(&site, "officer", &id, "weights", &[]).await;
    assert!(answer.location.contains("left=1"), "{}", answer.location);
    let items = format!("/indices/{id}/items");
    site.get("officer", &format!("{items}?left=1"))
        .await
        .shows("有 1 个品种在基期没有净采购")
        .shows("随品种给定");
    step(&site, "officer", &id, "ask", &[]).await.is(422).shows("有 1 个品种没有权数");
    // The file that is downloaded reads back.
    let csv = site.get("officer", &format!("/indices/{id}/items.csv")).await;
    csv.is(200).shows("T000100031,200,5000.00,黄芪");
    apply(&site, &id, &csv.body.clone()).await;
    site.get("officer", &items).await.shows("共 2 个品种，其中 1 个尚无权数");
}

#[actix_web::test]
async fn a_second_person_decides_and_of_two_at_once_the_second_is_told() {
    let site = Site::with_city();
    catalogue(&site);
    bought(&site);
    let id = drafted(&site).await;
    apply(&site, &id, "医保编码\nT000100030\n").await;
    // A form filled in from an older state is refused, and nothing changes.
    let edit = format!("/indices/{id}/edit");
    site.get("officer", &edit).await.is(200).shows("中药饮片价格指数");
    let stale = fields(&[("revision", "1"), ("owner", "乙")]);
    site.post("officer2", &edit, &stale).await.is(422).shows("刚被他人修改");
    let seen = revision(&site, &id);
    site.post("officer2", &edit, &fields(&[("revision", &seen), ("owner", "乙处")])).await.is(303);
    step(&site, "officer", &id, "weights", &[]).await.is(303);
    step(&site, "officer", &id, "ask", &[]).await.is(303);
    step(&site, "officer", &id, "ask", &[]).await.is(303);
    step(&site, "officer", &id, "weights", &[]).await.is(422).shows("已不在起草状态");
    site.get("officer", &format!("/indices/{id}")).await.shows("等待另一人复核");
    site.get("reviewer", "/").await.is(200).shows("1 个价格指数篮子待复核");
    step(&site, "reviewer", &id, "decide", &[("decision", "no")]).await.is(422).shows("须写明意见");
    step(&site, "officer", &id, "decide", &[("decision", "yes")]).await.is(403);
    // Who asked cannot decide, also when they are reviewer as well.
    let bureau = site.who("officer").organisation;
    site.account(&bureau, "both", &["officer".parse().unwrap(), "reviewer".parse().unwrap()]);
    step(&site, "officer", &id, "withdraw", &[]).await.is(303);
    step(&site, "both", &id, "ask", &[]).await.is(303);
    step(&site, "both", &id, "decide", &[("decision", "yes")]).await.is(422).shows("不能复核自己");
    let seen = revision(&site, &id);
    let decide = format!("/indices/{id}/decide");
    let form = [("revision", seen.as_str()), ("decision", "no"), ("remark", "品种太少")];
    site.post("reviewer", &decide, &form).await.is(303);
    site.post("reviewer", &decide, &form).await.is(422).shows("可能已由他人处理");
    site.get("officer", &format!("/indices/{id}")).await.shows("品种太少");
    step(&site, "officer", &id, "ask", &[]).await.is(303);
    step(&site, "reviewer", &id, "decide", &[("decision", "yes")]).await.is(303);
    // A new version ends the one before it, has its items, and is one however often it is asked for.
    let next = BasketId::new();
    let key = next.to_string();
    for _ in 0..2 {
        site.post("officer", &format!("/indices/{id}/copy"), &[("id", &key)]).await.is(303);
    }
    let third = BasketId::new().to_string();
    let again = site.post("officer", &format!("/indices/{id}/copy"), &[("id", &third)]).await;
    again.is(422).shows("第 2 版尚在起草");
    step(&site, "officer", &next, "ask", &[]).await.is(422).shows("须晚于上一版本");
    let seen = revision(&site, &next);
    let later = fields(&[("revision", &seen), ("base_from", "2026-07"), ("from_month", "2026-09")]);
    site.post("officer", &format!("/indices/{next}/edit"), &later).await.is(303);
    // The base period moved: weights summed from the old one are gone.
    step(&site, "officer", &next, "ask", &[]).await.is(422).shows("没有权数");
    step(&site, "officer", &next, "weights", &[]).await.is(303);
    step(&site, "officer", &next, "ask", &[]).await.is(303);
    step(&site, "reviewer", &next, "decide", &[("decision", "yes")]).await.is(303);
    let of = |id: &BasketId| site.app.db.read(|c| store::basket(c, id)).unwrap().unwrap();
    assert_eq!(of(&id).to_month, Some("2026-08-01".parse().unwrap()));
    assert_eq!((of(&next).state, of(&next).version), (State::Approved, 2));
    site.get("officer", &format!("/indices/{next}")).await.is(200).shows("各版本");
    assert_eq!(run(&site), 2 + 2, "July and August of the first, September and October of the second");
    // A draft can be given up, and its name taken again.
    let gone = BasketId::new();
    let key = gone.to_string();
    let form = fields(&[("id", &key), ("name", "drugs"), ("kind", "drugs"), ("threshold", "")]);
    site.post("officer", "/indices", &form).await.is(303);
    for _ in 0..2 {
        step(&site, "officer", &gone, "discard", &[]).await.is(303);
    }
    let key = BasketId::new().to_string();
    site.post("officer", "/indices", &fields(&[("id", &key), ("name", "drugs")])).await.is(303);
    let trail: Vec<String> = site
        .app
        .db
        .read(|c| {
            Ok(audit_entries::table
                .filter(audit_entries::subject.eq("baskets"))
                .select(audit_entries::action)
                .load(c)?)
        })
        .unwrap();
    for action in [
        "basket.draft",
        "basket.change",
        "basket.weigh",
        "basket.ask",
        "basket.withdraw",
        "basket.decide",
        "basket.copy",
        "basket.end",
        "basket.discard",
        "basket.items",
        "index.count",
    ] {
        assert!(trail.iter().any(|it| it == action), "{action} of {trail:?}");
    }
}

#[actix_web::test]
async fn the_command_prints_the_months() {
    let site = Site::with_city();
    let id = approved(&site).await;
    run(&site);
    let jicai = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_jicai"));
        command.env("DATABASE_URL", &site.app.settings.database_url).env("JICAI_LANG", "en");
        command.env_remove("JICAI_TEST_POSTGRES").arg("index").args(args);
        let out = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (out.status.code().unwrap(), text(out.stdout), text(out.stderr))
    };
    let header = "name,version,month,laspeyres,paasche,fisher,p0q0,p1q0,p0q1,p1q1,purchased,carried,left_out,returned\n";
    let july = "tcm,1,2026-07,100.00,96.8786,98.4269,8800.00,8800.00,8650.00,8380.00,2,1,0,0\n";
    let (status, out, err) = jicai(&["tcm", "--month", "2026-07", "--format", "csv"]);
    assert_eq!((status, out.as_str()), (0, format!("{header}{july}").as_str()), "{err}");
    let (status, out, _) = jicai(&[]);
    assert_eq!((status, out.lines().count()), (0, 5), "{out}");
    let (status, _, err) = jicai(&["nothing"]);
    assert!(status == 2 && err.contains("There are: tcm"), "{err}");
    let (status, _, err) = jicai(&["tcm", "--month", "July"]);
    assert!(status == 2 && err.contains("is not a month"), "{err}");
    assert!(site.app.db.read(|c| store::basket(c, &id)).unwrap().is_some());
}
