//! Messages of the record of how suppliers keep their contracts.

messages! {
    /// Messages of the record of how suppliers keep their contracts.
    Credit {
        title: "供应企业履约记录", "Supplier performance record";
        intro: "供应、配送、开票中发生的事实，逐条指向其所据的单据，供信用评价使用；本页不作评价。", "Facts of supply, delivery and invoicing, each linked to its document, for credit rating; this page makes no rating.";
        empty: "没有符合条件的记录。可放宽期间或类别再查。", "No record matches. Widen the period or the kind.";
        kind: "类别", "Kind";
        supplier: "供应企业", "Supplier";
        supplier_text: "供应企业名称或代码", "Supplier's name or code";
        many_suppliers: "“{text}”符合 {count} 家以上供应企业，请输入更完整的名称或代码。", "\"{text}\" fits more than {count} suppliers; enter more of the name or the code.";
        from: "自", "From";
        to: "至", "To";
        day: "日期", "Day";
        about: "单据", "Document";
        quantity: "数量", "Quantity";
        amount: "金额（元）", "Amount (yuan)";
        detail: "说明", "Detail";
        at: "登记时间", "Recorded";
        counts: "各类别条数", "Records of each kind";
        count: "条数", "Count";
        or_more: "{count} 以上", "{count} or more";
        caption: "按日期从新到旧", "Latest first";
        kind_shortfall: "确认数量不足", "Confirmed less than ordered";
        kind_unanswered: "未按时响应订单", "Order not answered in time";
        kind_late_delivery: "逾期配送", "Delivered late";
        kind_refused_goods: "验收拒收", "Goods refused at receipt";
        kind_refused_invoice: "发票不符", "Invoice did not match";
        kind_replaced: "退出或被替换", "Withdrew or was replaced";
        about_order: "订单", "Order";
        about_line: "订单明细", "Order line";
        about_delivery: "配送单", "Delivery note";
        about_receipt: "验收", "Receipt";
        about_invoice: "发票", "Invoice";
        about_contract: "合同", "Contract";
        bad_period: "起始日 {from} 晚于截止日 {to}，请改正。", "The first day {from} is after the last day {to}; correct them.";
    }
}
