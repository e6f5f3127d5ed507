//! Who may act on a case and with what: two officers at once, a second person, other suppliers, hostile files.

use diesel::prelude::*;
use jicai::cases::{self, State, store};
use jicai::notify::News;
use jicai::schema::{case_replies, documents};
use jicai::types::{CaseId, CaseReplyId};

use super::{assign, close, decide, docx, followed, news, now, reply, send, send_with, steps};
use crate::support::Site;

#[actix_web::test]
async fn two_officers_at_once_and_only_the_one_who_follows_the_case() {
    let site = Site::with_city();
    let (case, _) = followed(&site).await;
    let path = format!("/cases/{}", case.id);
    send(&site, "officer2", &case.id, "inquiry", &[]).await.is(422).shows("案件由 officer同志 承办");
    close(&site, "officer2", &case.id, "other").await.is(422).shows("案件由 officer同志 承办");
    // Taken over only with a reason, and not by somebody who is no officer.
    assign(&site, &case, "officer2", "officer2", "").await.is(422).shows("此项必填");
    assign(&site, &case, "officer2", "reviewer", "x").await.is(422).shows("请选择在岗的采购经办人员");
    let old = case.version.to_string();
    assign(&site, &case, "officer2", "officer2", "原承办人休假").await.is(303);
    assert_eq!(news(&site, "officer2").last(), Some(&News::CaseAssigned));
    // The first one acts on what was there before.
    let officer = site.who("officer").account.id.to_string();
    let fields = [("version", old.as_str()), ("assignee", &officer), ("reason", "y")];
    site.post("officer", &format!("{path}/assign"), &fields).await.is(422).shows("您的操作没有生效");
    let fields = [("version", old.as_str()), ("closing", "other"), ("closing_text", "y")];
    site.post("officer2", &format!("{path}/close"), &fields)
        .await
        .is(422)
        .shows("您的操作没有生效")
        .shows(">y<");
    site.get("officer", &path).await.is(200).shows("原承办人休假").hides("act=close");
    site.get("officer2", &path).await.is(200).shows("act=close");
    // Both at the same moment: one closes, the other is told.
    let (a, b) = tokio::join!(
        close(&site, "officer2", &case.id, "other"),
        close(&site, "officer2", &case.id, "explained")
    );
    let mut both = [a.status.as_u16(), b.status.as_u16()];
    both.sort_unstable();
    assert_eq!(both, [303, 422]);
    let events = site.app.db.read(|c| store::events_of(c, &case.id)).unwrap();
    assert_eq!(events.iter().filter(|it| it.kind == cases::EventKind::Closed).count(), 1);
}

#[actix_web::test]
async fn closing_as_unfounded_needs_a_second_person() {
    let site = Site::with_city();
    let (case, _) = followed(&site).await;
    let path = format!("/cases/{}", case.id);
    close(&site, "officer", &case.id, "unfounded").await.is(303);
    assert_eq!(now(&site, &case.id).state, State::Handling);
    let page = site.get("reviewer", "/approvals").await;
    page.is(200).shows("以查无问题结案").shows("/cases/number/AJ2026-000001");
    let answer = site.get("reviewer", "/cases/number/AJ2026-000001").await;
    assert_eq!(answer.is(303).location, path);
    site.get("reviewer", "/cases/number/AJ2026-000009").await.is(404);
    site.get("reviewer", &path).await.is(200).shows("价格已降至合理水平。").shows("value=\"yes\"");
    site.get("auditor", &path).await.is(200).hides("value=\"yes\"");
    decide(&site, "officer", &case.id, "yes").await.is(403);
    // Nothing else is asked meanwhile; the officer may take it back.
    close(&site, "officer", &case.id, "unfounded").await.is(422).shows("正在复核");
    let version = now(&site, &case.id).version.to_string();
    site.post("officer", &format!("{path}/withdraw"), &[("version", &version)]).await.is(303);
    close(&site, "officer", &case.id, "unfounded").await.is(303);
    decide(&site, "reviewer", &case.id, "no").await.is(303);
    assert_eq!(now(&site, &case.id).state, State::Handling);
    close(&site, "officer", &case.id, "unfounded").await.is(303);
    let (it, request) = site
        .app
        .db
        .read(|c| {
            let it = cases::case(c, &case.id)?;
            let asked = cases::closing::asked(c, &it)?.unwrap();
            Ok((it, asked))
        })
        .unwrap();
    decide(&site, "reviewer", &case.id, "yes").await.is(303);
    let closed = now(&site, &case.id);
    assert_eq!((closed.state, closed.closing), (State::Closed, Some(cases::Closing::Unfounded)));
    assert_eq!(closed.closing_text, "价格已降至合理水平。");
    // A second decision is told that there was one.
    let (version, request) = (it.version.to_string(), request.id.to_string());
    let fields = [("version", version.as_str()), ("request", &request), ("decision", "no"), ("remark", "x")];
    site.post("reviewer", &format!("{path}/decide"), &fields).await.is(422).shows("reviewer同志");
    // A supplier that was never written to hears nothing.
    assert!(news(&site, "supplier1").is_empty());
}

#[actix_web::test]
async fn another_supplier_finds_nothing_of_the_case() {
    let site = Site::with_city();
    let (case, _) = followed(&site).await;
    send_with(&site, "officer", &case.id, "inquiry", &[], ("函.pdf", b"%PDF-1.7 letter")).await.is(303);
    let step = steps(&site, &case.id).remove(0);
    reply(&site, "supplier1", &step.id, "说明", ("a.pdf", b"%PDF-1.7 reply")).await.is(303);
    let path = format!("/cases/{}", case.id);
    let files: Vec<String> =
        site.app.db.read(|c| Ok(documents::table.select(documents::id).load(c)?)).unwrap();
    assert_eq!(files.len(), 2);
    site.get("supplier2", &path).await.is(404);
    site.get("supplier2", "/cases").await.is(200).hides("AJ2026");
    site.get("supplier2", "/cases/export?as=csv").await.is(200).hides("AJ2026");
    reply(&site, "supplier2", &step.id, "冒名", ("", b"")).await.is(404);
    for login in ["hospital1", "hospital2"] {
        site.get(login, &path).await.is(403);
    }
    for file in &files {
        let at = format!("{path}/documents/{file}");
        site.get("supplier2", &at).await.is(404);
        let answer = site.get("supplier1", &at).await;
        assert!(answer.is(200).bytes.starts_with(b"%PDF-1.7"));
        assert!(
            answer.headers.get("content-disposition").unwrap().to_str().unwrap().starts_with("attachment")
        );
        site.get("auditor", &at).await.is(200);
        // A document of one case is not there under another.
        site.get("auditor", &format!("/cases/{}/documents/{file}", CaseId::new())).await.is(404);
    }
    let csv = site.get("supplier1", "/cases/export?as=csv").await;
    csv.is(200).shows("AJ2026-000001").hides("150.50").hides("multiple");
    // What was asked of a second person is not yet the supplier's to see.
    let span = [("from_day", "2026-11-25"), ("number", "金医保函〔2026〕99号")];
    send(&site, "officer", &case.id, "suspension", &span).await.is(303);
    site.get("supplier1", &path).await.is(200).hides("99号");
    let asked = steps(&site, &case.id).remove(1);
    reply(&site, "supplier1", &asked.id, "说明", ("", b"")).await.is(404);
}

#[actix_web::test]
async fn hostile_files_and_texts_are_refused_or_harmless() {
    let site = Site::with_city();
    let (case, _) = followed(&site).await;
    let macros = docx();
    let files: [(&str, &[u8], &str); 6] = [
        ("a.exe", b"MZ\x90\x00", "a.exe"),
        ("a.pdf", b"MZ\x90\x00", "a.pdf"),
        ("a.pdf", b"<html><script>alert(1)</script>%PDF-", "a.pdf"),
        ("a.docx", &macros, "a.docx"),
        ("a.svg", b"<svg onload=alert(1)>", "a.svg"),
        ("empty.pdf", b"", "文件为空"),
    ];
    for (name, bytes, says) in files {
        send_with(&site, "officer", &case.id, "inquiry", &[], (name, bytes)).await.is(422).shows(says);
    }
    assert!(steps(&site, &case.id).is_empty(), "nothing is half applied");
    let refused = [
        ("number", " ", "此项必填"),
        ("number", &"长".repeat(101), "最多 100 个字"),
        ("body", &"长".repeat(5_001), "最多 5000 个字"),
        ("dated", "2026-11-24", "晚于今天"),
        ("dated", "明天", "不是有效的日期时间"),
        ("days", "0", "1 至 60"),
        ("days", "99999999999999999999", "不在可选范围内"),
        ("kind", "execution", "不在可选范围内"),
        ("version", "x", "不在可选范围内"),
    ];
    for (field, value, says) in refused {
        let answer = send(&site, "officer", &case.id, "inquiry", &[(field, value)]).await;
        answer.is(422).shows(says);
    }
    send(&site, "officer", &case.id, "replacement", &[("replacement", "X9")]).await.is(422).shows("X9");
    send(&site, "officer", &case.id, "replacement", &[("replacement", "X1")]).await.is(422).shows("产品本身");
    let script = [
        ("number", "<script>alert(1)</script>\r\nBcc: x@example.org"),
        ("body", "<img src=x onerror=alert(1)>"),
    ];
    send(&site, "officer", &case.id, "inquiry", &script).await.is(303);
    let path = format!("/cases/{}", case.id);
    for login in ["officer", "supplier1"] {
        site.get(login, &path).await.is(200).hides("<script>alert").hides("<img").shows("&#60;script&#62;");
    }
    let step = steps(&site, &case.id).remove(0);
    for (name, bytes, says) in files {
        reply(&site, "supplier1", &step.id, "说明", (name, bytes)).await.is(422).shows(says);
    }
    reply(&site, "supplier1", &step.id, &"长".repeat(5_001), ("", b"")).await.is(422).shows("最多 5000 个字");
    let count: i64 = site.app.db.read(|c| Ok(case_replies::table.count().get_result(c)?)).unwrap();
    assert_eq!(count, 0);
    // The same form sent twice is one reply.
    let id = CaseReplyId::new().to_string();
    for _ in 0..2 {
        let fields = [("id", id.as_str()), ("body", "说明")];
        site.upload("supplier1", &format!("/cases/steps/{}/reply", step.id), &fields, "", b"").await.is(303);
    }
    for n in 1..20 {
        reply(&site, "supplier1", &step.id, &format!("补充{n}"), ("", b"")).await.is(303);
    }
    reply(&site, "supplier1", &step.id, "再补充", ("", b"")).await.is(422).shows("最多答复 20 次");
}
