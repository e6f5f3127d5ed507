//! Messages of invoices and payments.

messages! {
    /// Messages of invoices and payments.
    Payments {
        kind_invoice: "发票", "Invoice";
        kind_credit_note: "红字发票", "Credit note";
        state_matched: "三单相符", "Matched";
        state_mismatched: "三单不符", "Mismatched";
        state_withdrawn: "已撤回", "Withdrawn";
    }
}
