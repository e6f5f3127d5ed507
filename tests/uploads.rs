//! The same bad files through every upload page of supply and payment: a sentence with line, value and remedy, and
//! nothing half applied. What each page says to a wrong line has its own tests.

use diesel::prelude::*;
use jicai::schema::{deliveries, invoices as invoice_table, orders, payments};
use jicai::types::ImportId;

use crate::chain::{ordered, received, signed};
use crate::support::{Answer, Site};
use crate::{deliveries as deliveries_test, invoices, settlements};

/// An upload page, and a table it takes: the header, and one good line whose amount is in the column `amount`.
struct Door<'a> {
    site: &'a Site,
    login: &'a str,
    path: String,
    table: [String; 2],
    amount: u16,
}

impl Door<'_> {
    /// Sends a file and goes where it leads: the answer, and where that is.
    async fn send(&self, name: &str, bytes: &[u8]) -> (Answer, String) {
        let id = ImportId::new().to_string();
        let answer = self.site.upload(self.login, &self.path, &[("id", &id)], name, bytes).await;
        if answer.status != 303 {
            return (answer, String::new());
        }
        let to = answer.location;
        (self.site.get(self.login, &to).await, to)
    }

    async fn is_refused(&self, bytes: &[u8], says: &[&str]) {
        let (answer, _) = self.send("表.csv", bytes).await;
        answer.is(422);
        for words in says {
            answer.shows(words);
        }
    }

    /// The table as a workbook; the amount a formula or a text.
    fn book(&self, formula: bool) -> Vec<u8> {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (row, line) in self.table.iter().enumerate() {
            for (column, cell) in line.split(',').enumerate() {
                sheet.write_string(row as u32, column as u16, cell).unwrap();
            }
        }
        if formula {
            sheet.write_formula(1, self.amount, "=40+60").unwrap();
        }
        book.save_to_buffer().unwrap()
    }

    /// What the files of these pages make: orders, delivery notes, invoices, payments.
    fn made(&self) -> [i64; 4] {
        self.site
            .app
            .db
            .read(|c| {
                Ok([
                    orders::table.count().get_result(c)?,
                    deliveries::table.count().get_result(c)?,
                    invoice_table::table.count().get_result(c)?,
                    payments::table.count().get_result(c)?,
                ])
            })
            .unwrap()
    }

    async fn holds(&self, good: &str) {
        let (before, [header, line]) = (self.made(), &self.table);
        self.is_refused(b"", &["文件是空的", "重新上传"]).await;
        self.is_refused("甲,乙\n1,2\n".as_bytes(), &["第1行不是表头", "应有的列"]).await;
        let open = format!("{header}\n\"{line}\n");
        self.is_refused(open.as_bytes(), &["第2行的双引号没有配对", "请检查该行的引号"]).await;
        self.is_refused(&garbage(20 << 20), &["第1行"]).await;

        let (answer, to) = self.send("表.xlsx", &self.book(true)).await;
        let cell = format!("单元格{}2是公式", char::from(b'A' + self.amount as u8));
        answer.shows(&cell).shows("以数值代替公式");
        if !to.is_empty() {
            // It is kept for the person to see why; it cannot be applied.
            let apply = if to.contains("/requests/") { format!("{to}/submit") } else { to };
            let fields = [("version", "1"), ("lines", "good"), ("mismatched", "0")];
            self.site.post(self.login, &apply, &fields).await.is(422);
        }
        assert_eq!(self.made(), before, "nothing is half applied");

        // A workbook is known by its bytes, and a table in the encoding of Chinese Windows is read.
        let (answer, _) = self.send("表.csv", &self.book(false)).await;
        answer.is(200).shows(good);
        let text = self.table.join("\n");
        let (gb, _, _) = encoding_rs::GB18030.encode(&text);
        let (answer, _) = self.send("表.csv", &gb).await;
        answer.is(200).shows(good);
    }
}

/// Bytes without any sense, always the same.
fn garbage(count: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..count).map(|_| next()).collect()
}

#[actix_web::test]
async fn bad_files_of_orders() {
    let (site, _, contracts) = signed();
    let path = "/orders/requests/upload".to_owned();
    let table = ["合同编号,数量,单价".to_owned(), format!("{},100,0.2", contracts[0].number)];
    let door = Door { site: &site, login: "hospital1", path, table, amount: 1 };
    door.holds("共 1 行：合格 1 行").await;
}

#[actix_web::test]
async fn bad_files_of_answers() {
    let (site, _, contracts) = signed();
    let (it, lines) = deliveries_test::placed(&site, &contracts[1], &["100", "40"]);
    let path = "/deliveries/answers".to_owned();
    let header = "订单编号,行号,承诺数量,承诺送达日".to_owned();
    let table = [header.clone(), format!("{},1,60,", it.number)];
    let door = Door { site: &site, login: "supplier2", path, table, amount: 2 };
    door.holds("响应 1 份订单，共 1 行").await;
    let wrong = [
        ("1,60,\n{},1,50,", "第3行"),
        ("1,101,", "第2行"),
        ("1,-1,", "第2行"),
        ("9,1,", "订单中的行号"),
        ("1,60,2020-01-01", "第2行"),
    ];
    for (line, says) in wrong {
        let file = format!("{header}\n{},{}\n", it.number, line.replace("{}", &it.number));
        let (answer, to) = door.send("表.csv", file.as_bytes()).await;
        answer.is(200).shows("有 1 处错误").shows(says);
        site.post("supplier2", &to, &[]).await.is(422);
        // Nobody else's order can be answered.
        site.get("supplier1", &to).await.is(404);
    }
    assert!(lines.iter().all(|it| deliveries_test::line(&site, &it.id).promised.is_none()));
}

#[actix_web::test]
async fn answers_come_from_a_file_whole_and_once() {
    let (site, _, contracts) = signed();
    let (it, lines) = deliveries_test::placed(&site, &contracts[1], &["100", "40"]);
    let path = "/deliveries/answers".to_owned();
    let door =
        Door { site: &site, login: "supplier2", path, table: [String::new(), String::new()], amount: 2 };
    let template = site.get("supplier2", "/deliveries/answers/template").await;
    template.is(200).shows(&it.number);
    assert_eq!(template.body.lines().count(), 4, "{}", template.body);
    site.get("supplier1", "/deliveries/answers/template").await.is(200).hides(&it.number);
    // A blank promise is no answer; zero is one.
    let file = format!("订单编号,行号,承诺数量\n{0},1,60\n{0},2,0\n{0},3,\n", it.number);
    let (answer, to) = door.send("响应.csv", file.as_bytes()).await;
    answer.is(200).shows("响应 1 份订单，共 2 行").shows("80");
    for _ in 0..2 {
        site.post("supplier2", &to, &[]).await.is(303);
    }
    let now: Vec<_> = lines.iter().map(|it| deliveries_test::line(&site, &it.id)).collect();
    let promised: Vec<_> = now.iter().map(|it| it.promised.map(|it| it.to_string())).collect();
    assert_eq!(promised, [Some("60".to_owned()), Some("0".to_owned()), None]);
    assert_eq!(deliveries_test::volume(&site, &contracts[1]).reserved, "60".parse().unwrap());
    site.get("hospital1", "/deliveries/shortfalls").await.shows("40 支");
    // The template made again and sent back in full answers the rest.
    let template = site.get("supplier2", "/deliveries/answers/template").await;
    let (_, to) = door.send("响应.csv", template.body.as_bytes()).await;
    site.post("supplier2", &to, &[]).await.is(303);
    assert_eq!(deliveries_test::line(&site, &lines[2].id).promised, Some("100".parse().unwrap()));
}

#[actix_web::test]
async fn bad_files_of_delivery_notes() {
    let (site, _, contracts) = signed();
    let line = ordered(&site, &contracts[0], "100");
    let order: String = site
        .app
        .db
        .read(|c| Ok(orders::table.find(&line.order_id).select(orders::number).first(c)?))
        .unwrap();
    let path = "/deliveries/uploads".to_owned();
    let header = "配送单号,订单编号,行号,数量,批号,有效期至,追溯码".to_owned();
    let table = [header, format!("甲-1,{order},1,100,批一,2028-01-01,")];
    let door = Door { site: &site, login: "supplier1", path, table, amount: 3 };
    door.holds("1 张配送单，共 1 行").await;
}

#[actix_web::test]
async fn bad_files_of_invoices() {
    let (site, _, contracts) = signed();
    let receipt = received(&site, &contracts[0], "500");
    let path = "/invoices/uploads".to_owned();
    let header = "发票代码,发票号码,开票日期,医疗机构,配送单号,行号,数量,单价,金额,税额".to_owned();
    let table = [header, invoices::line(&site, &invoices::number(1), &receipt, "500,0.20,100.00,")];
    let door = Door { site: &site, login: "supplier1", path, table, amount: 8 };
    door.holds("共 1 张发票，相符 1 张").await;
}

#[actix_web::test]
async fn bad_files_of_the_bank() {
    let (site, contracts) = settlements::direct();
    settlements::due(&site, &contracts[0], "500");
    let month = settlements::next_month(&site, 2);
    settlements::claim_all(&site, month);
    let id = settlements::drawn_up(&site, month);
    settlements::approve(&site, &id);
    let attempt = settlements::sent(&site, &id, false).remove(0);
    let path = format!("/settlements/{id}/results");
    let header = "端到端标识,处理结果,金额,付款日期,银行流水号,失败原因".to_owned();
    let table = [header, format!("{},成功,100.00,{},流水1,", attempt.id, site.now().day())];
    let door = Door { site: &site, login: "settlement", path, table, amount: 2 };
    door.holds("流水1").await;
    settlements::sound(&site);
}
