//! Bidding: by form and file, replacing, withdrawing, the deadline, receipts, hostile files.

use jicai::bids::{self, Content, EnvelopeState, Line, OfferKind, Receipt, Signed, Statement};
use jicai::files::write::{Cell, Xlsx};
use jicai::people::password;
use jicai::rounds::{Lot, Round, RoundState};
use jicai::types::{EnvelopeId, Time, sha256};

use crate::support::{Answer, Site};

pub const NAME: &str = "浙江康恩药业有限公司";
pub const HEADER: &str = "lot,company,product,spec,unit_price,ratio,capacity,sales,kind,accepts_revival";

/// A bidding round and its address.
pub fn bidding(site: &Site) -> (Round, Vec<Lot>, String) {
    let (round, lots) = site.round_in(RoundState::Bidding);
    site.panel(&round.id, &["officer", "officer2", "reviewer"], 2);
    let path = format!("/rounds/{}/bids", round.id);
    (round, lots, path)
}

/// The same round in another state, at another time.
pub fn move_on(site: &Site, round: &Round, state: RoundState, now: Time) {
    let after = Round { state, ..round.clone() };
    site.set_clock(now);
    let (ctx, signer) = (site.ctx(), site.signer());
    site.app
        .db
        .write(|tx| {
            jicai::rounds::store::update_round(tx, &after)?;
            bids::close_due(tx, &ctx, &signer)
        })
        .unwrap();
}

/// Fields of a form that bids one price for every lot.
fn fields(id: &EnvelopeId, lots: &[Lot], price: &str) -> Vec<(String, String)> {
    let mut all = vec![("id".to_owned(), id.to_string())];
    for lot in lots {
        for (key, value) in [
            ("product", lot.generic.as_str()),
            ("spec", lot.comparable_spec.as_str()),
            ("unit_price", price),
            ("kind", "generic"),
        ] {
            all.push((format!("{key}:{}", lot.id), value.to_owned()));
        }
    }
    all.push(("nonce".to_owned(), password::token()));
    all
}

async fn post(site: &Site, login: &str, path: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    site.post(login, path, &fields).await
}

/// Bids by form; the receipt's address.
pub async fn bid(site: &Site, login: &str, path: &str, lots: &[Lot], price: &str) -> String {
    let answer = post(site, login, path, &fields(&EnvelopeId::new(), lots, price)).await;
    answer.is(200);
    answer.location
}

/// The copy of the content in the answer to a submission.
fn copy_of(answer: &Answer) -> String {
    let (_, rest) = answer.body.split_once("id=\"copy-text\"").unwrap();
    let (_, rest) = rest.split_once('>').unwrap();
    rest.split_once("</textarea>").unwrap().0.replace("&#34;", "\"").replace("&#38;", "&")
}

async fn upload(site: &Site, path: &str, file: &[u8]) -> Answer {
    // An account keeps only its newest sessions, and every request here opens one.
    site.set_clock(site.now().plus_millis(1));
    let id = EnvelopeId::new().to_string();
    site.upload("supplier1", &format!("{path}/upload"), &[("id", &id)], "bids.csv", file).await
}

pub fn mine(site: &Site, round: &Round, login: &str) -> Vec<Receipt> {
    let supplier = site.who(login).organisation.id;
    site.app.db.read(|c| bids::store::receipts_of(c, &round.id, &supplier)).unwrap()
}

#[actix_web::test]
async fn a_bid_by_form_gets_a_receipt_that_can_be_verified() {
    let site = Site::with_city();
    let (round, lots, path) = bidding(&site);
    site.get("supplier1", &path)
        .await
        .is(200)
        .shows("没有有效申报")
        .shows("阿莫西林胶囊")
        .shows("最高有效申报价 0.50 元");
    let answer = post(&site, "supplier1", &path, &fields(&EnvelopeId::new(), &lots, "0.4321")).await;
    let kept = mine(&site, &round, "supplier1").remove(0);
    assert_eq!((kept.seq, kept.lines, kept.state), (1, 2, EnvelopeState::Standing));
    let receipt = answer.is(200).shows(&kept.sha256).location.clone();
    // The supplier's copy is in the answer, and nowhere after it.
    let copy = copy_of(&answer);
    assert!(copy.contains("0.4321"));
    assert_eq!(sha256(copy.as_bytes()), kept.sha256);
    let page = site.get("supplier1", &receipt).await;
    page.is(200).shows(&kept.sha256).shows(&site.now().iso()).shows(NAME).hides("0.4321");
    page.hides(copy.split(',').nth(1).unwrap()).hides("copy-text");
    site.get("supplier1", &path).await.is(200).shows(&kept.sha256).hides("0.4321");
    site.get("supplier1", &format!("{receipt}/content")).await.is(200).shows("已加密").hides("0.4321");
    for file in ["file", "sealed-content", "inclusion"] {
        site.get("supplier1", &format!("{receipt}/{file}")).await.is(404);
    }
    let proof = site.get("supplier1", &format!("{receipt}/proof")).await;
    let signed = Signed::read(&proof.is(200).body).unwrap();
    assert!(signed.is_signed() && signed.key == site.signer().public());
    let statement = Statement::read(&signed.text).unwrap();
    assert!(statement.is_of(&kept) && statement.supplier == "91330700MA28000001");
    page.shows(&signed.signature).shows(&signed.key).shows(&statement.sealed_sha256);
}

#[actix_web::test]
async fn the_deadline_is_to_the_millisecond_and_late_bids_are_recorded() {
    let site = Site::with_city();
    let (round, lots, path) = bidding(&site);
    let to = round.calendar.bidding_to;
    site.set_clock(round.calendar.bidding_from.plus_millis(-1));
    let early = post(&site, "supplier1", &path, &fields(&EnvelopeId::new(), &lots, "0.4")).await;
    early.is(422).shows("申报尚未开始");
    site.set_clock(round.calendar.bidding_from);
    bid(&site, "supplier1", &path, &lots, "0.4").await;
    site.set_clock(to.plus_millis(-1));
    bid(&site, "supplier1", &path, &lots, "0.39").await;
    site.set_clock(to);
    let id = EnvelopeId::new();
    for _ in 0..2 {
        let late = post(&site, "supplier1", &path, &fields(&id, &lots, "0.38")).await;
        late.is(422).shows("已于 2026-11-28 09:00:00 截止").shows("校验码").shows("逾期送达").hides("0.38");
    }
    // A late file is recorded whatever is in it.
    move_on(&site, &round, RoundState::Opening, to.plus_millis(1));
    upload(&site, &path, b"\xff\xff").await.is(422).shows("截止");
    let supplier = site.who("supplier1").organisation.id;
    let late = site.app.db.read(|c| bids::store::refused_of(c, &round.id, &supplier)).unwrap();
    assert_eq!(late.iter().map(|l| l.received_at).collect::<Vec<_>>(), [to.plus_millis(2), to]);
    assert_eq!(late[1].id, id);
    assert_eq!(mine(&site, &round, "supplier1").len(), 2);
    let counts = site.app.db.read(|c| bids::counts(c, &round.id)).unwrap();
    assert_eq!((counts.standing, counts.refused), (1, 2));
    site.get("officer", &path).await.is(200).shows("迟到拒收").shows("2 份").hides(NAME);
}

#[actix_web::test]
async fn an_operation_called_late_keeps_its_record() {
    let site = Site::with_city();
    let (round, lots, _) = bidding(&site);
    let who = site.who("supplier1");
    site.set_clock(round.calendar.bidding_to);
    let (ctx, content) = (site.ctx_of("supplier1"), content(&round, &lots, &who.organisation.id, "0.4"));
    let id = EnvelopeId::new();
    let signer = site.signer();
    let answer = site.app.db.write(|tx| bids::place(tx, &ctx, &signer, &id, &content)).unwrap();
    assert_eq!(answer.unwrap_err(), bids::Refused::Late(round.calendar.bidding_to));
    assert_eq!(site.app.db.read(|c| bids::counts(c, &round.id)).unwrap().refused, 1);
}

pub fn content(round: &Round, lots: &[Lot], supplier: &jicai::types::OrganisationId, price: &str) -> Content {
    let line = |lot: &Lot| Line {
        lot: lot.code.clone(),
        lot_id: lot.id.clone(),
        product: lot.generic.clone(),
        spec: lot.comparable_spec.clone(),
        unit_price: price.parse().unwrap(),
        ratio: "1".parse().unwrap(),
        capacity: None,
        sales: None,
        kind: OfferKind::Generic,
        accepts_revival: false,
        supplies_all: false,
        current_price: None,
    };
    Content::new(round.id.clone(), supplier.clone(), lots.iter().map(line).collect())
}

#[actix_web::test]
async fn replacing_and_withdrawing_leave_one_or_no_standing_bid() {
    let site = Site::with_city();
    let (round, lots, path) = bidding(&site);
    let first = bid(&site, "supplier1", &path, &lots, "0.4").await;
    bid(&site, "supplier2", &path, &lots, "0.41").await;
    bid(&site, "supplier1", &path, &lots[..1], "0.39").await;
    let list = mine(&site, &round, "supplier1");
    let states: Vec<_> = list.iter().map(|r| (r.seq, r.state)).collect();
    assert_eq!(states, [(3, EnvelopeState::Standing), (1, EnvelopeState::Replaced)]);
    let withdraw = format!("{path}/withdraw");
    let id = |r: &Receipt| r.id.to_string();
    site.post("supplier1", &withdraw, &[("id", &id(&list[1]))]).await.is(422).shows("不是当前有效申报");
    site.post("supplier2", &withdraw, &[("id", &id(&list[0]))]).await.is(404);
    for _ in 0..2 {
        site.post("supplier1", &withdraw, &[("id", &id(&list[0]))]).await.is(303);
    }
    site.get("supplier1", &path).await.is(200).shows("没有有效申报").shows("已撤回");
    site.get("supplier1", &first).await.is(200).shows("已替换");
    let other = mine(&site, &round, "supplier2").remove(0);
    site.set_clock(round.calendar.bidding_to);
    site.post("supplier2", &withdraw, &[("id", &id(&other))]).await.is(422).shows("不能再撤回");
    assert_eq!(site.app.db.read(|c| bids::counts(c, &round.id)).unwrap().standing, 1);
}

#[actix_web::test]
async fn the_same_form_twice_is_one_envelope_and_a_changed_one_is_refused() {
    let site = Site::with_city();
    let (round, lots, path) = bidding(&site);
    let form = fields(&EnvelopeId::new(), &lots, "0.4");
    let one = post(&site, "supplier1", &path, &form).await;
    site.set_clock(round.calendar.bidding_to);
    let two = post(&site, "supplier1", &path, &form).await;
    assert_eq!(one.is(200).location, two.is(200).location);
    assert_eq!(copy_of(&one), copy_of(&two));
    site.set_clock(round.calendar.bidding_from);
    let mut changed = form.clone();
    changed[3].1 = "0.3".to_owned();
    post(&site, "supplier1", &path, &changed).await.is(422).shows("这张表单已经提交过");
    post(&site, "supplier2", &path, &form).await.is(404);
    assert_eq!(mine(&site, &round, "supplier1").len(), 1);
    assert!(mine(&site, &round, "supplier2").is_empty());
}

#[test]
fn bids_at_one_moment_get_numbers_without_a_gap() {
    let site = Site::with_city();
    let (round, lots, _) = bidding(&site);
    let same = EnvelopeId::new();
    // One form sent twice at one moment.
    let form = content(&round, &lots, &site.who("supplier1").organisation.id, "0.4");
    std::thread::scope(|threads| {
        for login in ["supplier1", "supplier2", "supplier3"] {
            for i in 0..4 {
                let (site, same, form, lots, round) = (&site, &same, &form, &lots, &round);
                threads.spawn(move || {
                    let who = site.who(login);
                    let (ctx, signer) = (site.ctx_of(login), site.signer());
                    let (id, content) = if login == "supplier1" && i < 2 {
                        (same.clone(), form.clone())
                    } else {
                        (EnvelopeId::new(), content(round, lots, &who.organisation.id, "0.4"))
                    };
                    site.app.db.write(|tx| bids::place(tx, &ctx, &signer, &id, &content)).unwrap().unwrap();
                });
            }
        }
    });
    let all = site.app.db.read(|c| bids::store::receipts(c, &round.id)).unwrap();
    assert!(all.iter().map(|r| r.seq).eq(1..=11), "{all:?}");
    assert_eq!(site.app.db.read(|c| bids::counts(c, &round.id)).unwrap().standing, 3);
}

#[actix_web::test]
async fn another_suppliers_receipt_does_not_exist() {
    let site = Site::with_city();
    let (_, lots, path) = bidding(&site);
    let receipt = bid(&site, "supplier1", &path, &lots, "0.4").await;
    let (other, _) = site.round_in(RoundState::Bidding);
    let id = receipt.rsplit('/').next().unwrap();
    for tail in ["", "/content", "/file", "/proof", "/inclusion", "/sealed-content"] {
        site.get("supplier2", &format!("{receipt}{tail}")).await.is(404);
        site.get("officer", &format!("{receipt}{tail}")).await.is(403);
        site.get("admin", &format!("{receipt}{tail}")).await.is(403);
        // Nor under another round.
        site.get("supplier1", &format!("/rounds/{}/bids/{id}{tail}", other.id)).await.is(404);
    }
    site.get("hospital1", &path).await.is(403);
    let (draft, _) = site.round_in(RoundState::Draft);
    site.get("supplier1", &format!("/rounds/{}/bids", draft.id)).await.is(404);
}

#[actix_web::test]
async fn a_price_above_the_ceiling_or_a_doubtful_ratio_is_warned_of_and_taken() {
    let site = Site::with_city();
    let (_, lots, path) = bidding(&site);
    let answer = post(&site, "supplier1", &path, &fields(&EnvelopeId::new(), &lots, "0.51")).await;
    answer.is(200).shows("高于最高有效申报价，评审时将判为无效：1。");
    // Twice the content may cost 1.7 times as much.
    let file = format!("{HEADER}\n1,{NAME},甲,0.5g,0.85,,,,,\n2,{NAME},乙,2ml:15mg,3.44,2,,,,\n");
    let answer = upload(&site, &path, file.as_bytes()).await;
    answer.is(200).hides("高于最高有效申报价");
    answer.shows("差比价系数与按规格计算的结果不同，评审时将核对，请确认无误：2。");
    let answer = upload(&site, &path, file.replace("0.85", "0.8501").as_bytes()).await;
    answer.is(200).shows("高于最高有效申报价");
}

#[actix_web::test]
async fn the_template_can_be_filled_in_and_the_opened_content_downloaded() {
    let site = Site::with_city();
    let (round, _, path) = bidding(&site);
    for kind in ["csv", "xlsx"] {
        let template = site.get("supplier1", &format!("{path}/template?as={kind}")).await;
        template.is(200);
        upload(&site, &path, &template.bytes).await.is(422).shows("没有一个竞价单元填写了报价");
    }
    let template = site.get("supplier1", &format!("{path}/template")).await;
    template.shows("竞价单元,申报企业,关联企业组,产品,规格,单位申报价").shows(NAME);
    // Only the first lot is bid for.
    let filled = template.body.replacen(",,0.25g,,", ",阿莫西林胶囊,0.25g,0.4444,", 1);
    let answer = upload(&site, &path, filled.as_bytes()).await;
    let (receipt, copy) = (answer.is(200).location.clone(), copy_of(&answer));
    move_on(&site, &round, RoundState::Opening, round.calendar.opening_at);
    for login in ["officer", "reviewer"] {
        site.confirm(login, &round.id).await.is(303);
    }
    for kind in ["csv", "xlsx"] {
        site.get("supplier1", &format!("{receipt}/file?as={kind}")).await.is(200);
    }
    site.get("supplier1", &format!("{receipt}/file")).await.is(200).shows("0.4444");
    site.get("supplier1", &format!("{receipt}/content")).await.is(200).shows("0.4444");
    assert_eq!(site.get("supplier1", &format!("{receipt}/sealed-content")).await.is(200).body, copy);
    let list = mine(&site, &round, "supplier1");
    assert!(list.iter().all(|r| r.lines == 1) && list.len() == 1);
    let (id, supplier) = (list[0].id.clone(), list[0].supplier_id.clone());
    let (_, content) = site.app.db.read(|c| bids::own_content(c, &supplier, &id)).unwrap();
    assert_eq!(content.unwrap().lines[0].unit_price.to_string(), "0.4444");
}

#[actix_web::test]
async fn a_faulty_form_names_the_lot_and_keeps_what_was_typed() {
    let site = Site::with_city();
    let (round, lots, path) = bidding(&site);
    let mut form = fields(&EnvelopeId::new(), &lots, "0.4");
    form[7].1 = "３.4".to_owned();
    let answer = post(&site, "supplier1", &path, &form).await;
    answer.is(422).shows("竞价单元 2，“单位申报价”为“３.4”：不是规范的数字").shows("value=\"0.4\"");
    form[7].1 = "0".to_owned();
    post(&site, "supplier1", &path, &form).await.is(422).shows("必须大于零");
    post(&site, "supplier1", &path, &fields(&EnvelopeId::new(), &[], "1"))
        .await
        .is(422)
        .shows("没有一个竞价单元");
    assert!(mine(&site, &round, "supplier1").is_empty());
}

#[actix_web::test]
async fn hostile_files_are_refused_whole_with_the_line_the_value_and_the_remedy() {
    let site = Site::with_city();
    let (round, _, path) = bidding(&site);
    let good = format!("1,{NAME},甲,0.25g,0.4,,,,,");
    let cases: &[(&str, &[&str])] = &[
        (&format!("9,{NAME},甲,0.25g,0.4,,,,,"), &["第3行，“lot”为“9”", "没有这个竞价单元"]),
        (&format!("1,{NAME},乙,0.25g,0.3,,,,,"), &["第3行", "与第2行是同一竞价单元"]),
        (
            "2,华东制药有限公司,乙,2ml:15mg,3,,,,,",
            &["“company”为“华东制药有限公司”", "应填“浙江康恩药业有限公司”"],
        ),
        (&format!("2,{NAME},乙,2ml:15mg,0,,,,,"), &["“unit_price”为“0”", "必须大于零"]),
        (&format!("2,{NAME},乙,2ml:15mg,-1,,,,,"), &["为“-1”", "必须大于零"]),
        (&format!("2,{NAME},乙,2ml:15mg,1.00001,,,,,"), &["为“1.00001”", "最多保留4位小数"]),
        (&format!("2,{NAME},乙,2ml:15mg,１.5,,,,,"), &["为“１.5”", "不是规范的数字"]),
        (&format!("2,{NAME},乙,2ml:15mg,1e3,,,,,"), &["为“1e3”"]),
        (&format!("2,{NAME},乙,2ml:15mg,,,,8,,"), &["“unit_price”为“”", "必填"]),
        (&format!("2,{NAME},乙,,1,,,,,"), &["“spec”为“”", "必填"]),
        (&format!("2,{NAME},乙,复方,1,,,,,"), &["“spec”为“复方”", "给出差比价系数"]),
        (&format!("2,{NAME},乙,2ml:15mg,1,0,,,,"), &["“ratio”为“0”", "应在 0.000001 至 1000000 之间"]),
        (&format!("2,{NAME},乙,2ml:15mg,1,,100盒,,,"), &["“capacity”为“100盒”", "不要使用千分位、单位"]),
        (&format!("2,{NAME},乙,2ml:15mg,1,,,-5,,"), &["“sales”为“-5”", "不能小于零"]),
        (&format!("2,{NAME},乙,2ml:15mg,1,,,,原料药,"), &["“kind”为“原料药”", "只能填写"]),
        (&format!("2,{NAME},乙,2ml:15mg,1,,,,,也许"), &["“accepts_revival”为“也许”"]),
        (&format!("2,{NAME},乙"), &["3个单元格"]),
        (&format!("2,{NAME},\"乙\n丙\",2ml:15mg,1,,,,,"), &["控制字符"]),
    ];
    for (line, said) in cases {
        let answer = upload(&site, &path, format!("{HEADER}\n{good}\n{line}\n").as_bytes()).await;
        answer.is(422);
        for text in *said {
            answer.shows(text);
        }
    }
    let whole: &[(Vec<u8>, &str)] = &[
        (b"".to_vec(), "文件是空的"),
        (b"lot,company,\xff\xff\xff\n1,a,b\n".to_vec(), "编码"),
        (b"a,b,c\n1,2,3\n".to_vec(), "不是表头"),
        (format!("{HEADER},colour\n").into_bytes(), "无法识别的列：colour"),
        (format!("{HEADER},group,reported_volume\n{good},别组,7\n").into_bytes(), "共 2 处需要改正"),
        (
            format!("{HEADER}\n{}", format!("{good}\n").repeat(1_000_000)).into_bytes(),
            "文件超过 2000 行的上限",
        ),
    ];
    for (file, said) in whole {
        upload(&site, &path, file).await.is(422).shows(said);
    }
    assert!(mine(&site, &round, "supplier1").is_empty());
    // The numbers of receipts have no gap after refusals.
    let gb = encoding_rs::GB18030
        .encode("竞价单元,申报企业,产品,规格,单位申报价\n1,91330700MA28000001,甲,0.25g,0.4\n")
        .0
        .into_owned();
    upload(&site, &path, &gb).await.is(200);
    assert_eq!(mine(&site, &round, "supplier1")[0].seq, 1);
}

#[actix_web::test]
async fn a_formula_in_a_sheet_is_refused() {
    let site = Site::with_city();
    let (round, _, path) = bidding(&site);
    let headers: Vec<(&str, u16)> = HEADER.split(',').map(|h| (h, 10)).collect();
    let mut sheet = Xlsx::new("bids", &headers).unwrap();
    sheet.row(&["1", NAME, "甲", "0.25g", "0.4"].map(Cell::Text)).unwrap();
    upload(&site, &path, &sheet.finish().unwrap()).await.is(200);
    let mut book = rust_xlsxwriter::Workbook::new();
    let page = book.add_worksheet();
    for (at, (header, _)) in headers.iter().enumerate() {
        page.write_string(0, at as u16, *header).unwrap();
    }
    for (at, text) in ["1", NAME, "甲", "0.25g"].iter().enumerate() {
        page.write_string(1, at as u16, *text).unwrap();
    }
    page.write_formula(1, 4, "=0.1+0.1").unwrap();
    upload(&site, &path, &book.save_to_buffer().unwrap()).await.is(422).shows("E2是公式");
    assert_eq!(mine(&site, &round, "supplier1").len(), 1);
}
