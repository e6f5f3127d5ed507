//! The bank's files: hostile ones are refused with line and value, and nothing is taken twice.

use jicai::error::Error;
use jicai::payments::settlements::import::Outcome;
use jicai::text::Lang;

use super::{
    RESULTS, account, answers, approve, claim_all, direct, drawn_up, due, next_month, read, sent, sound, step,
};

#[test]
fn a_file_with_one_wrong_line_changes_nothing() {
    let (site, contracts) = direct();
    due(&site, &contracts[0], "100");
    due(&site, &contracts[1], "20");
    let month = next_month(&site, 2);
    claim_all(&site, month);
    let id = drawn_up(&site, month);
    approve(&site, &id);
    let attempts = sent(&site, &id, false);
    let (a, b) = (&attempts[0], &attempts[1]);
    let good = answers(&site, &attempts[..1], |_| false);
    let today = site.now().day();
    let (tomorrow, before) = (today.succ_opt().unwrap(), today.pred_opt().unwrap());
    let t = Lang::En.text();
    let check = |line: String, words: &[&str]| {
        let file = format!("{good}{line}\n");
        match read(&site, &id, &file) {
            Err(Error::Refused(why)) => {
                let said = why.say(t);
                for word in words {
                    assert!(said.contains(word), "{line}: {said}");
                }
            }
            other => panic!("{line}: {other:?}"),
        }
        let states = site.app.db.read(|c| super::store::attempts_of(c, &id)).unwrap();
        assert!(states.iter().all(|(a, _)| a.state == super::AttemptState::Sent), "{line}");
    };
    let (amount, ref_) = (b.amount, &b.id);
    check(
        format!("ZJ000000-01-0009-1,paid,{amount},{today},R,"),
        &["Line 3", "ZJ000000-01-0009-1", "no transfer"],
    );
    check(format!("'; DROP TABLE claims,paid,{amount},{today},R,"), &["no transfer"]);
    check(format!(",paid,{amount},{today},R,"), &["Line 3"]);
    check(format!("{},paid,{},{today},R,", a.id, a.amount), &["Line 3", "line 2"]);
    check(
        format!("{ref_},paid,{},{today},R,", amount.plus(super::Money::from_scaled(1)).unwrap()),
        &["Line 3", &amount.to_string()],
    );
    check(format!("{ref_},paid,-{amount},{today},R,"), &[&amount.to_string()]);
    check(format!("{ref_},paid,1e3,{today},R,"), &["1e3"]);
    check(format!("{ref_},paid,,{today},R,"), &["Line 3"]);
    check(format!("{ref_},perhaps,{amount},{today},R,"), &["perhaps"]);
    check(format!("{ref_},paid,{amount},{tomorrow},R,"), &[&tomorrow.to_string()]);
    check(format!("{ref_},paid,{amount},{before},R,"), &[&before.to_string()]);
    check(format!("{ref_},paid,{amount},2026-02-30,R,"), &["2026-02-30"]);
    check(format!("{ref_},paid,{amount},,R,"), &["its day"]);
    check(format!("{ref_},failed,{amount},,R,"), &["reason"]);
    check(format!("{ref_},paid,{amount},{today},{},", "长".repeat(300)), &["200"]);
    check(format!("{ref_},paid"), &["Line 3"]);
    let whole = |file: &str| match read(&site, &id, file) {
        Err(Error::Refused(_)) => {}
        other => panic!("{file}: {other:?}"),
    };
    whole("");
    whole(RESULTS);
    whole("a,b,c\n1,2,3\n");
    whole(&format!("end_to_end_id,result\n{ref_},paid\n"));

    // Sound files: read once, then nothing; another answer for what was answered is refused.
    let file = answers(&site, &attempts, |n| n == 1);
    assert_eq!(read(&site, &id, &file).unwrap(), Outcome { paid: 1, failed: 1, unchanged: 0 });
    assert_eq!(read(&site, &id, &file).unwrap(), Outcome { paid: 0, failed: 0, unchanged: 2 });
    assert!(read(&site, &id, &answers(&site, &attempts, |n| n == 0)).is_err());
    let ctx = site.ctx_of("settlement");
    step::advance(&site.app.db, &ctx, &id, usize::MAX).unwrap();
    assert_eq!(read(&site, &id, &file).unwrap(), Outcome { paid: 0, failed: 0, unchanged: 2 });
    assert_eq!(step::advance(&site.app.db, &ctx, &id, usize::MAX).unwrap(), 0);
    sound(&site);

    // Sent again to the same account when asked for, or to another; the earlier id is answered for good.
    let again = sent(&site, &id, true);
    assert_eq!(again[0].id, format!("{}2", b.id.strip_suffix('1').unwrap()));
    assert_eq!(read(&site, &id, &answers(&site, &again, |_| true)).unwrap().failed, 1);
    account(&site, "supplier2", "6222000011112222333");
    account(&site, "supplier1", "6222000011112222334");
    let third = sent(&site, &id, false);
    assert_eq!(third[0].id, format!("{}3", b.id.strip_suffix('1').unwrap()));
    assert!(read(&site, &id, &answers(&site, &again, |_| false)).is_err(), "an old attempt stays failed");
    assert_eq!(read(&site, &id, &answers(&site, &third, |_| false)).unwrap().paid, 1);
    step::advance(&site.app.db, &ctx, &id, usize::MAX).unwrap();
    sound(&site);
    let sum: i64 = attempts.iter().map(|a| a.amount.scaled()).sum();
    assert_eq!(super::paid_in_all(&site), sum);
}
