//! Messages of orders, deliveries and receipts.

messages! {
    /// Messages of orders, deliveries and receipts.
    Supply {
        order_placed: "待响应", "Waits for the supplier";
        order_confirmed: "已响应", "Answered";
        order_closed: "已完结", "Closed";
        delivery_sent: "在途", "On its way";
        delivery_received: "已验收", "Received";
        payer_hospital: "医疗机构付款", "Paid by the hospital";
        payer_fund: "医保基金直接结算", "Paid directly by the fund";
        receipt_refused: "全部拒收", "Refused";
        receipt_accepted: "待开票", "Waits for its invoice";
        receipt_invoiced: "待付款", "To be paid";
        receipt_claimed: "结算中", "In settlement";
        receipt_paid: "已付款", "Paid";
    }
}
