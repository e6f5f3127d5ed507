//! The nightly checks find whatever is tampered with in the money the fund pays.

use diesel::prelude::*;
use jicai::incidents::{self, rules::Check};
use jicai::types::DeductionActId;

use super::history::grant;
use super::steps::{confirmed, deduct, open, to_bank};
use super::{closed, sound, step};
use crate::support::Site;

fn run(site: &Site, sql: &str) {
    let changed = site.app.db.write(|tx| Ok(diesel::sql_query(sql).execute(tx.conn())?)).unwrap();
    assert_eq!(changed, 1, "{sql}");
}

fn found(site: &Site) -> Vec<Check> {
    let mut checks: Vec<Check> =
        site.app.db.read(incidents::look).unwrap().kept.into_iter().map(|it| it.check).collect();
    checks.dedup();
    checks
}

#[test]
fn whatever_is_tampered_with_in_a_settlement_is_found() {
    use Check::{
        ClaimConfirmed, ClaimPaid, DeductionClosed, DeductionEntered, DeductionPaid, PaymentTotal,
        PrepaymentBalance, PrepaymentLedger, SettlementTotal, TransferTotal,
    };
    let (site, month, _) = confirmed();
    grant(&site);
    let (ctx, id) = (site.ctx_of("settlement"), open(&site, month));
    step::advance(&site.app.db, &ctx, &id, usize::MAX).unwrap();
    to_bank(&site, &id);
    step::advance(&site.app.db, &ctx, &id, usize::MAX).unwrap();
    deduct(&site, &id, &DeductionActId::new());
    step::advance(&site.app.db, &ctx, &id, usize::MAX).unwrap();
    closed(&site, &id);
    sound(&site);

    let some_claim = "(SELECT MIN(id) FROM claims)";
    let some_hospital = "(SELECT MIN(hospital_id) FROM deductions)";
    // A change of one row, how it is taken back, and what must be found, in the order it is looked for.
    let tampered: &[(&str, String, &str, &str, &[Check])] = &[
        (
            "claims",
            format!("id = {some_claim}"),
            "confirmed = confirmed + 1",
            "confirmed = confirmed - 1",
            &[ClaimConfirmed, ClaimPaid, TransferTotal, DeductionPaid],
        ),
        (
            "payments",
            format!("id = {some_claim}"),
            "amount = amount + 1",
            "amount = amount - 1",
            &[PaymentTotal, ClaimPaid],
        ),
        (
            "transfers",
            "number LIKE '%-0001'".to_owned(),
            "amount = amount - 1",
            "amount = amount + 1",
            &[TransferTotal, SettlementTotal],
        ),
        (
            "deductions",
            format!("hospital_id = {some_hospital}"),
            "planned = planned + 1",
            "planned = planned - 1",
            &[SettlementTotal],
        ),
        (
            "deductions",
            format!("hospital_id = {some_hospital}"),
            "deducted = deducted - 1",
            "deducted = deducted + 1",
            &[DeductionEntered, DeductionClosed],
        ),
        (
            "deductions",
            format!("hospital_id = {some_hospital}"),
            "paid = paid + 1",
            "paid = paid - 1",
            &[DeductionPaid, DeductionClosed],
        ),
        (
            "deduction_entries",
            format!("hospital_id = {some_hospital}"),
            "amount = amount + 1",
            "amount = amount - 1",
            &[DeductionEntered],
        ),
        (
            "prepayments",
            "1 = 1".to_owned(),
            "granted = granted + 1",
            "granted = granted - 1",
            &[PrepaymentLedger],
        ),
        (
            "prepayments",
            "1 = 1".to_owned(),
            "recovered = granted + 1",
            "recovered = 0",
            &[PrepaymentLedger, PrepaymentBalance],
        ),
    ];
    for (table, filter, change, back, want) in tampered {
        run(&site, &format!("UPDATE {table} SET {change} WHERE {filter}"));
        assert_eq!(found(&site), *want, "{table} {change}");
        run(&site, &format!("UPDATE {table} SET {back} WHERE {filter}"));
        assert_eq!(found(&site), [], "{table} {back}");
    }
    // A claim whose payment is gone is not paid, whatever its state says.
    run(&site, &format!("UPDATE claims SET state = 'aggregated' WHERE id = {some_claim}"));
    assert_eq!(found(&site), [ClaimPaid, DeductionPaid]);
}
