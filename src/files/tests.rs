use std::io::{Cursor, Read, Write};

use super::read::{Column, Unknown, open};
use super::write::{Cell, Csv, Xlsx};
use super::{Address, Faults, Limits};
use crate::text::{Lang, Say};
use crate::types::{Quantity, UnitPrice};

const COLUMNS: &[Column] = &[
    Column::must("lot", "竞价单元"),
    Column::must("unit_price", "单位申报价").also(&["price", "报价"]),
    Column::may("note", "备注"),
];

/// The lines read as `line:lot|unit_price|note`, then the faults, or the refusal, in English.
fn read_with(bytes: &[u8], limits: Limits, unknown: Unknown) -> Result<(Vec<String>, Vec<String>), String> {
    let english = |e: crate::error::Error| e.to_string();
    let mut rows = open(bytes, COLUMNS, unknown, limits).map_err(english)?;
    let mut faults = Faults::default();
    let mut lines = Vec::new();
    while let Some(row) = rows.next(&mut faults).map_err(english)? {
        lines.push(format!("{}:{}|{}|{}", row.line, row.get("lot"), row.get("unit_price"), row.get("note")));
    }
    Ok((lines, faults.sentences(Lang::En.text())))
}

fn read(bytes: &[u8]) -> Result<(Vec<String>, Vec<String>), String> {
    read_with(bytes, Limits::default(), Unknown::Refuse)
}

#[track_caller]
fn lines(bytes: &[u8], want: &[&str]) {
    let (lines, faults) = read(bytes).unwrap();
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(lines, want);
}

#[track_caller]
fn refused(bytes: &[u8], want: &str) {
    let said = read(bytes).unwrap_err();
    assert!(said.contains(want), "{said}");
}

#[track_caller]
fn faulty(bytes: &[u8], want: &[&str]) {
    let (_, faults) = read(bytes).unwrap();
    assert_eq!(faults.len(), want.len(), "{faults:?}");
    for (fault, want) in faults.iter().zip(want) {
        assert!(fault.contains(want), "{fault}");
    }
}

/// An XLSX with this sheet XML and these shared strings.
fn sheet(xml: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let parts = [
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"></Types>"#.to_owned(),
        ),
        (
            "_rels/.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned(),
        ),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#.to_owned(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#.to_owned(),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(
                r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{xml}</worksheet>"#
            ),
        ),
    ];
    for (name, text) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn text_cell(address: &str, text: &str) -> String {
    format!(r#"<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

fn headed(rows: &str) -> Vec<u8> {
    let header = format!(r#"<row r="1">{}{}</row>"#, text_cell("A1", "lot"), text_cell("B1", "unit_price"));
    sheet(&format!("<sheetData>{header}{rows}</sheetData>"))
}

#[test]
fn csv_is_read_whatever_its_encoding_separator_and_header() {
    lines("lot,unit_price\nL1,1.50\n".as_bytes(), &["2:L1|1.50|"]);
    lines("\u{feff}备注, 竞价单元 ,报价\r\n好,甲,2\r\n".as_bytes(), &["2:甲|2|好"]);
    lines("LOT\tPrice\n\n甲\t 3 ".as_bytes(), &["3:甲|3|"]);
    lines("竞价单元;报价\r甲;3\r".as_bytes(), &["2:甲|3|"]);
    let (gb, _, _) = encoding_rs::GB18030.encode("竞价单元,单位申报价,备注\n模型,4,㐂𠮷\n");
    lines(&gb, &["2:模型|4|㐂𠮷"]);
    lines("lot,price,note\n\"a,\"\"b\"\" \nc\",1,\"\"\nd,2,\n".as_bytes(), &["2:a,\"b\" \nc|1|", "4:d|2|"]);
    lines("lot,price,note\na\"b,5\" tube,\n".as_bytes(), &["2:a\"b|5\" tube|"]);
    lines("lot,price\na,1".as_bytes(), &["2:a|1|"]);
}

#[test]
fn gb18030_is_found_far_into_the_file() {
    let mut bytes = b"lot,price,note\n".to_vec();
    for _ in 0..40_000 {
        bytes.extend_from_slice(b"L1,1.5,plain\n");
    }
    let (tail, _, _) = encoding_rs::GB18030.encode("甲,2,中选\n");
    bytes.extend_from_slice(&tail);
    let (lines, _) = read(&bytes).unwrap();
    assert_eq!(lines.last().unwrap(), "40002:甲|2|中选");
}

#[test]
fn a_wrong_encoding_is_refused_with_its_byte() {
    refused(b"lot,price\na,\xFF\n", "line 2 (byte 12)");
    refused(b"\xEF\xBB\xBFlot,price\r\na,\xC1\xAA\n", "line 2 (byte 16)");
    refused("竞价单元,报价\n甲,\u{fffd}".as_bytes().split_last().unwrap().1, "byte");
    refused(b"\xFF\xFEl\0o\0", "UTF-16");
    let mut late = "竞价单元,报价\n".as_bytes().to_vec();
    late.resize(600_000, b'a');
    late.push(0xFF);
    late.extend_from_slice(b"bcd");
    refused(&late, "line 2 (byte 600000)");
}

#[test]
fn a_wrong_header_is_refused_by_name() {
    refused(b"", "empty");
    refused(b"\n \n,,\n", "empty");
    refused(b"1,2,3\n4,5,6\n", "not a header");
    refused(b"lot,colour\n", "Missing columns: unit_price 单位申报价. Unknown columns: colour.");
    refused("lot,price,报价\n".as_bytes(), "twice: 报价");
    let (lines, faults) =
        read_with(b"lot,price,colour\na,1,red\n", Limits::default(), Unknown::Ignore).unwrap();
    assert_eq!((lines, faults), (vec!["2:a|1|".to_owned()], vec![]));
}

#[test]
fn broken_csv_is_refused_with_its_line() {
    refused(b"lot,price\na,1\n\"b,2\nc,3\n", "line 3 is never closed");
    refused(b"lot,price\na,1\n\"b\"x,2\n", "Line 3 has text after");
    refused(b"lot,price\na,1\nb\0,2\n", "Line 3 holds a NUL");
    let open = [b"lot,price\n\"".to_vec(), vec![b'a'; 20_000]].concat();
    refused(&open, "line 2 is never closed");
    let wide = [b"lot,price\n".to_vec(), vec![b','; 500]].concat();
    refused(&wide, "Line 2 has more than the limit of 200 columns");
    faulty(b"lot,price\na\nb,2,3\nc,4,\n", &["Line 2: the line has 1 cells", "Line 3: the line has 3"]);
    let long = ["lot,price\n", &"é".repeat(5_000), ",1\nb,2\n"].concat();
    faulty(long.as_bytes(), &["longer than the limit of 8000"]);
}

#[test]
fn limits_are_kept() {
    let limits = Limits { bytes: 30, ..Limits::lines(2) };
    let say = |bytes: &[u8]| read_with(bytes, limits, Unknown::Refuse).unwrap_err();
    assert!(say(b"lot,price\na,1\nb,2\nc,3\n").contains("limit of 2 lines"));
    assert!(say(b"lot,price\naaaaaaaaaaaaaaaaaaaaaaaaaa,1\n").contains("limit of 30 bytes"));
}

#[test]
fn cells_become_values_or_faults() {
    let file = "lot,price,note\nL1,1.5,yes\n,1.2345678,no\nL3,\"1,000\",maybe\nL4,,是\n";
    let rows = open(file.as_bytes(), COLUMNS, Unknown::Refuse, Limits::default()).unwrap();
    let words = [("yes", true), ("是", true), ("no", false)];
    let (values, faults) = rows
        .collect(|row, faults| {
            let lot = row.filled("lot", faults).map(str::to_owned);
            let price = row.number::<UnitPrice>("unit_price", faults);
            let yes = row.word("note", &words, faults);
            Some((lot?, price?, yes?))
        })
        .unwrap();
    assert_eq!(values, [("L1".to_owned(), "1.5".parse().unwrap(), true)]);
    let said = faults.sentences(Lang::En.text());
    assert_eq!(said.len(), 5);
    assert_eq!(said[0], "Line 3, lot is \"\": a value is required");
    assert_eq!(said[1], "Line 3, price is \"1.2345678\": at most 6 decimals are allowed");
    assert!(said[2].starts_with("Line 4, price is \"1,000\": not a plain number"));
    assert_eq!(said[3], "Line 4, note is \"maybe\": write one of: yes, 是, no");
    assert_eq!(faults.first()[4].say(Lang::Zh.text()), "第5行，“price”为“”：必填，不能为空");
    let csv = String::from_utf8(faults.write_csv(Vec::new(), Lang::En.text()).unwrap()).unwrap();
    assert!(csv.starts_with("\u{feff}line,column,value,reason\n3,lot,,a value is required\n"), "{csv}");
    assert!("7".parse::<Quantity>().is_ok());
}

#[test]
fn numbers_and_words_have_bounds() {
    let file = "lot,price,note\nL1,0,\nL2,-1,\"a\nb\"\nL3,1,abcd\nL4,0.5,abc\n";
    let rows = open(file.as_bytes(), COLUMNS, Unknown::Refuse, Limits::default()).unwrap();
    let (values, faults) = rows
        .collect(|row, faults| {
            let price = row.positive::<UnitPrice>("unit_price", faults);
            let note = row.words("note", 3, faults).map(str::to_owned);
            let blank = row.maybe("note", faults, |row, key, _| Some(row.get(key).len()));
            Some((price?.to_string(), note?, blank?))
        })
        .unwrap();
    assert_eq!(values, [("0.50".to_owned(), "abc".to_owned(), Some(3))]);
    let said: Vec<String> = faults.first().iter().map(|f| f.at("a.csv", Lang::En.text())).collect();
    assert_eq!(
        said,
        [
            "a.csv:2: price: \"0\": must be greater than zero",
            "a.csv:3: price: \"-1\": must not be negative",
            "a.csv:3: note: \"a b\": holds a line break or another control character; remove it",
            "a.csv:5: note: \"abcd\": longer than the limit of 3 characters; shorten it",
        ]
    );
}

#[test]
fn only_the_first_thousand_faults_are_kept_and_all_are_counted() {
    let file = ["lot,price\n".to_owned(), "x\n".repeat(2_500)].concat();
    let (_, said) = read(file.as_bytes()).unwrap();
    assert_eq!(said.len(), 1_001);
    assert_eq!(said[1_000], "1500 more faults are not listed.");
}

#[test]
fn written_sheets_read_back() {
    let mut out = Xlsx::new("报价", &[("竞价单元", 20), ("报价", 12), ("note", 8)]).unwrap();
    for (lot, price, note) in
        [("=1+1", "0.1", "001"), ("甲", "12345.678901", "-x"), ("乙", "1234567890.1234567", "")]
    {
        out.row(&[lot.into(), Cell::Number(price.parse().unwrap()), Cell::Text(note)]).unwrap();
    }
    let bytes = out.finish().unwrap();
    lines(&bytes, &["2:=1+1|0.1|001", "3:甲|12345.678901|-x", "4:乙|1234567890.1234567|"]);

    let mut out = Csv::new(Vec::new()).unwrap();
    out.row(["lot", "price", "note"]).unwrap();
    out.row(["=cmd", "-1.50", "-x"]).unwrap();
    out.row(["+1", "@a", "a,\"b"]).unwrap();
    let bytes = out.finish().unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert_eq!(text, "\u{feff}lot,price,note\n'=cmd,-1.50,'-x\n'+1,'@a,\"a,\"\"b\"\n");
    lines(&bytes, &["2:=cmd|-1.50|-x", "3:+1|@a|a,\"b"]);
}

#[test]
fn sheet_cells_are_taken_as_a_person_sees_them() {
    let cell =
        |value: &str| format!(r#"<row r="2">{}<c r="B2"><v>{value}</v></c></row>"#, text_cell("A2", "a"));
    let check = |value: &str, want: &str| lines(&headed(&cell(value)), &[&format!("2:a|{want}|")]);
    check("0.1", "0.1");
    check("33.800000000000004", "33.8");
    check("0.30000000000000004", "0.3");
    check("1.1000000000000001", "1.1");
    check("69.849999999999994", "69.85");
    check("1E-3", "0.001");
    check("100000", "100000");
    check("123456789012345", "123456789012345");
    faulty(&headed(&cell("91350200072831954900")), &["cell B2 holds a number of more than 15 digits"]);
    faulty(&headed(&cell("1E300")), &["cell B2"]);
    faulty(
        &headed(r#"<row r="7"><c r="A7" t="e"><v>#N/A</v></c><c r="B7"><f>1+1</f><v>2</v></c></row>"#),
        &["cell A7 holds an error", "cell B7 is a formula"],
    );
    faulty(
        &headed(r#"<row r="7"><c r="A7" t="str"><f t="shared" si="4294967295"/><v>x</v></c></row>"#),
        &["cell A7 is a formula"],
    );
    refused(&sheet(r#"<sheetData><row r="1"><c r="A1"><f>B1</f></c></row></sheetData>"#), "header cell A1");
    assert_eq!(Address(0, 0).to_string(), "A1");
    assert_eq!(Address(9, 26).to_string(), "AA10");
    assert_eq!(Address(0, 701).to_string(), "ZZ1");
}

#[test]
fn dates_of_sheets_become_days() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let page = book.add_worksheet();
    let format = rust_xlsxwriter::Format::new().set_num_format("yyyy/m/d");
    page.write_string(0, 0, "lot").unwrap();
    page.write_string(0, 1, "price").unwrap();
    let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 11, 23).unwrap();
    page.write_datetime_with_format(1, 0, &day, &format).unwrap();
    lines(&book.save_to_buffer().unwrap(), &["2:2026-11-23||"]);
}

#[test]
fn hostile_workbooks_are_refused() {
    let good = headed(&format!(r#"<row r="2">{}</row>"#, text_cell("A2", "a")));
    refused(&good[..good.len() / 2], "damaged");
    refused(&good[..100], "damaged");
    refused(&[&[0xD0, 0xCF, 0x11, 0xE0][..], &[0; 600]].concat(), "old Excel");
    refused(b"PK\x03\x04", "damaged");

    // A sheet that claims to reach the last cell: nothing is allocated for it.
    let far = r#"<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>lot</t></is></c><c r="B1" t="inlineStr"><is><t>price</t></is></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>"#;
    refused(&sheet(far), "Line 1048576 has more than the limit of 200 columns");
    let back = r#"<row r="3"><c r="A3"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>"#;
    refused(&headed(back), "damaged");

    // A bomb: the sheet unpacks to far more than it weighs.
    let bomb = headed(&" ".repeat(40 << 20));
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    let limits = Limits { unpacked: 16 << 20, ..Limits::default() };
    let said = read_with(&bomb, limits, Unknown::Refuse).unwrap_err();
    assert!(said.contains("unpacks to more than 16777216 bytes"), "{said}");
}

/// A million lines made as they are read, with the most ever asked for at once.
struct Million {
    line: u32,
    rest: Vec<u8>,
    most: usize,
}

impl Read for Million {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.rest.is_empty() && self.line <= 1_000_000 {
            let text = if self.line == 0 {
                "竞价单元,报价\n".to_owned()
            } else {
                format!("L{0},{0}.5\n", self.line)
            };
            self.rest = text.into_bytes();
            self.line += 1;
        }
        let n = self.rest.len().min(out.len());
        out[..n].copy_from_slice(&self.rest[..n]);
        self.rest.drain(..n);
        self.most = self.most.max(out.len());
        Ok(n)
    }
}

fn resident_kb() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap_or("0 kB").to_owned();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

#[test]
fn a_million_lines_stream_with_flat_memory() {
    let mut input = Million { line: 0, rest: Vec::new(), most: 0 };
    let mut rows = open(&mut input, COLUMNS, Unknown::Refuse, Limits::default()).unwrap();
    let mut faults = Faults::default();
    let (mut count, mut last, mut before, mut peak) = (0, String::new(), 0, 0);
    while let Some(row) = rows.next(&mut faults).unwrap() {
        count += 1;
        if count == 1_000 {
            before = resident_kb();
        }
        if count % 100_000 == 0 {
            peak = peak.max(resident_kb());
            last = row.get("unit_price").to_owned();
        }
    }
    assert_eq!((count, last.as_str(), faults.count()), (1_000_000, "1000000.5", 0));
    assert!(input.most <= 1 << 20, "asked for {} bytes at once", input.most);
    // Tests of other threads share the process, so the bound is loose: the file itself is 19 MB of text.
    assert!(peak.saturating_sub(before) < 400_000, "grew by {} kB", peak.saturating_sub(before));
}
