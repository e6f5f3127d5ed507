//! Files sent on the page: looked at, decided about, applied in the background, killed in the middle, abandoned.

use std::sync::Arc;

use diesel::prelude::*;
use jicai::config::Settings;
use jicai::schema::{audit_entries, ingests, transactions};
use jicai::types::Time;

use super::{CODE, city, file, job, kill_when_staged, purchases, spooled, staged};
use crate::support::Site;

fn stored(site: &Site) -> i64 {
    site.app.db.read(|c| Ok(transactions::table.count().get_result(c)?)).unwrap()
}

/// How often the trail says that something was done.
fn deeds(site: &Site, action: &str) -> i64 {
    let done = audit_entries::table.filter(audit_entries::action.eq(action)).count();
    site.app.db.read(|c| Ok(done.get_result(c)?)).unwrap()
}

#[actix_web::test]
async fn a_file_is_looked_at_decided_about_and_applied() {
    let site = city();
    let text = purchases(1..=30)
        + "2025-03-41,H33070200001,X,s,1,1,1\n"
        + format!("2025-03-01,H9,{CODE},s,1,1,1\n").as_str();
    let sent = site.upload("officer", "/transactions", &[], "三月.csv", text.as_bytes()).await;
    sent.is(303);
    assert_eq!(sent.location, "/transactions/files/1");
    let shown = site.get("officer", "/transactions/files/1").await;
    shown.is(200).shows("检查中").shows("http-equiv=\"refresh\"").shows("<progress").shows("三月.csv");
    assert_eq!((spooled(&site), stored(&site)), (1, 0));

    assert_eq!(job(&site.app, "take_price_files"), "checked=1 applied=0 refused=0");
    let shown = site.get("officer", "/transactions/files/1").await;
    shown
        .is(200)
        .shows("待确认")
        .shows("跳过 1 个错误行，导入 31 行")
        .shows("2025-03-41")
        .hides("http-equiv");
    site.get("auditor", "/transactions/files/1").await.is(200).hides("/apply");
    let bad = site.get("auditor", "/transactions/files/1/bad").await;
    bad.is(200).shows("line,column,value,reason\n32,日期,2025-03-41,");
    assert_eq!(stored(&site), 0, "nothing before the decision");

    let refused = site.post("officer", "/transactions/files/1/apply", &[]).await;
    refused.is(422).shows("有 1 个错误行，未导入任何一行");
    site.post("officer", "/transactions/files/1/apply", &[("skip_bad", "yes")]).await.is(303);
    site.post("officer", "/transactions/files/1/apply", &[("skip_bad", "yes")]).await.is(303);
    assert_eq!(deeds(&site, "price_file.apply"), 1, "twice is once");
    site.get("officer", "/transactions/files/1").await.shows("导入中").shows("http-equiv=\"refresh\"");
    assert_eq!(job(&site.app, "take_price_files"), "checked=0 applied=1 refused=0");
    let it = file(&site, 1);
    assert_eq!((it.lines, it.added, it.unchanged, it.unmatched, it.bad), (32, 30, 0, 1, 1));
    assert_eq!((stored(&site), spooled(&site), it.ended_at), (30, 0, Some(site.now())));
    site.get("officer", "/transactions/files/1").await.shows("已导入").shows("officer同志");
    site.post("officer", "/transactions/files/1/abandon", &[]).await.is(422).shows("已结束");

    let again = site.upload("officer", "/transactions", &[], "again.csv", text.as_bytes()).await;
    assert_eq!(again.location, "/transactions/files/1?same=1");
    site.get("officer", &again.location).await.shows("没有再次导入");
    assert_eq!((stored(&site), spooled(&site)), (30, 0));
    let list = site.get("auditor", "/transactions").await;
    list.is(200).shows("三月.csv").shows("页面上传").hides("enctype");
    site.get("officer", "/transactions").await.shows("enctype=\"multipart/form-data\"");
    site.get("officer", "/listings").await.shows("还没有收到文件");
    site.get("officer", "/listings/files/1").await.is(404);
    site.get("officer", "/transactions/files/2").await.is(404);
    site.get("officer", "/transactions/template")
        .await
        .shows("日期,医疗机构编码,医保编码,供应企业,数量,单价,金额");
}

#[actix_web::test]
async fn what_is_no_table_is_refused_in_a_sentence_and_leaves_nothing_behind() {
    let mut site = city();
    site.upload("officer", "/transactions", &[], "", b"").await.is(422).shows("请选择要上传的文件");
    site.upload("officer", "/transactions", &[], "a.csv", b"").await.is(422).shows("文件是空的");
    assert_eq!(spooled(&site), 0);
    for (text, wanted) in
        [("a,b\n1,2\n", "表头"), ("日期,医疗机构编码,医保编码,供应企业,数量,单价,金额\n", "没有可以导入的行")]
    {
        let sent = site.upload("officer", "/transactions", &[], "a.csv", text.as_bytes()).await;
        assert_eq!(job(&site.app, "take_price_files"), "checked=1 applied=0 refused=1");
        site.get("officer", &sent.location).await.shows("未通过").shows(wanted);
        assert_eq!(spooled(&site), 0);
    }
    site.app.settings = Arc::new(Settings { price_file_bytes: 1 << 20, ..(*site.app.settings).clone() });
    let large = vec![b'x'; (1 << 20) + 1];
    site.upload("officer", "/transactions", &[], "a.csv", &large).await.is(422).shows("超过 1 MiB");
    assert_eq!(spooled(&site), 0);
}

#[actix_web::test]
async fn an_abandoned_file_takes_its_staged_rows_with_it_and_may_come_again() {
    let site = city();
    let text = purchases(1..=110_000);
    site.upload("officer", "/transactions", &[], "a.csv", text.as_bytes()).await.is(303);
    job(&site.app, "take_price_files");
    site.post("officer", "/transactions/files/1/apply", &[]).await.is(303);
    kill_when_staged(&site, "take_price_files", None);
    assert!(staged(&site) > 0 && stored(&site) == 0);
    site.post("officer", "/transactions/files/1/abandon", &[]).await.is(303);
    site.post("officer", "/transactions/files/1/abandon", &[]).await.is(303);
    assert_eq!((staged(&site), stored(&site), spooled(&site)), (0, 0, 0));
    let files: i64 = site.app.db.read(|c| Ok(ingests::table.count().get_result(c)?)).unwrap();
    assert_eq!(files, 0);
    site.get("officer", "/transactions?state=abandoned").await.shows("a.csv");
    site.set_clock(Time::now().plus_millis(200_000));
    assert_eq!(job(&site.app, "take_price_files"), "checked=0 applied=0 refused=0");
    site.post("officer", "/transactions/files/1/apply", &[]).await.is(422).shows("已结束（已放弃）");

    let again = site.upload("officer", "/transactions", &[], "a.csv", text.as_bytes()).await;
    assert_eq!(again.location, "/transactions/files/2");
}

#[actix_web::test]
async fn a_killed_run_is_gone_on_with_where_it_stopped() {
    let site = city();
    let text = purchases(1..=220_000);
    site.upload("officer", "/transactions", &[], "a.csv", text.as_bytes()).await.is(303);
    job(&site.app, "take_price_files");
    site.post("officer", "/transactions/files/1/apply", &[]).await.is(303);
    kill_when_staged(&site, "take_price_files", None);
    let before = staged(&site);
    assert!((100_000..220_000).contains(&before), "{before} staged");
    assert_eq!(stored(&site), 0, "nobody sees anything of it");
    site.set_clock(Time::now());
    assert_eq!(
        job(&site.app, "take_price_files"),
        "checked=0 applied=0 refused=0",
        "the node may still live"
    );
    let shown = site.get("officer", "/transactions/files/1").await;
    shown.shows("导入中").shows("读入");
    site.set_clock(Time::now().plus_millis(200_000));
    assert_eq!(job(&site.app, "take_price_files"), "checked=0 applied=1 refused=0");
    assert_eq!((stored(&site), staged(&site), spooled(&site)), (220_000, 0, 0));
    let it = file(&site, 1);
    assert_eq!((it.added, it.percent()), (220_000, 100));
}

#[actix_web::test]
async fn a_file_that_the_command_began_is_listed_and_can_be_gone_on_with_here() {
    let site = city();
    let text = purchases(1..=110_000);
    let source = jicai::prices::ingest::Source { name: "t.csv", open: &|| Ok(text.as_bytes()) };
    let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut tell = |progress| {
            assert!(!matches!(progress, jicai::prices::ingest::Progress::Staged(100_000, _)), "broken off");
        };
        jicai::prices::ingest::run(
            &site.app.db,
            &site.ctx(),
            &source,
            jicai::prices::ingest::How::Whole,
            &mut tell,
        )
    }));
    assert!(broken.is_err());
    site.get("officer", "/transactions").await.shows("t.csv").shows("命令行").shows("导入中");
    site.get("officer", "/transactions/files/1").await.shows("若命令已中断").hides("http-equiv");
    let sent = site.upload("officer", "/transactions", &[], "a.csv", text.as_bytes()).await;
    assert_eq!(sent.location, "/transactions/files/2");
    job(&site.app, "take_price_files");
    site.post("officer", "/transactions/files/2/apply", &[]).await.is(303);
    job(&site.app, "take_price_files");
    assert_eq!(stored(&site), 110_000);
    for no in [1, 2] {
        site.get("officer", &format!("/transactions/files/{no}")).await.shows("已导入").shows("110000");
    }
}

#[actix_web::test]
async fn files_are_listed_newest_first_by_pages_and_by_state() {
    let site = city();
    for n in 1..=60 {
        let text = purchases(n..=n);
        site.upload("officer", "/transactions", &[], &format!("f{n}.csv"), text.as_bytes()).await.is(303);
    }
    let first = site.get("officer", "/transactions").await;
    first.shows("f60.csv").shows("f11.csv").hides("f10.csv").shows("before=11");
    site.get("officer", "/transactions?before=11").await.shows("f10.csv").shows("f1.csv").hides("f11.csv");
    site.get("officer", "/transactions?state=applied").await.shows("还没有收到文件");
}
