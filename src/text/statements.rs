//! Messages of statements and reconciliation.

messages! {
    /// Messages of statements and reconciliation.
    Statements {
        title: "对账单", "Statements";
        of_both: "{hospital} 与 {supplier} 对账单", "Statement of {hospital} and {supplier}";
        of_one: "{name} 对账单", "Statement of {name}";
        period: "{from} 至 {to}", "{from} to {to}";
        hospital: "医疗机构", "Hospital";
        supplier: "供应企业", "Supplier";
        from: "自", "From";
        to: "至", "To";
        choose: "请选择医疗机构或供应企业。", "Choose a hospital or a supplier.";
        opening: "期初余额", "Opening balance";
        receipts: "本期验收", "Accepted";
        credits: "本期红冲", "Credit notes";
        payments: "本期付款", "Paid";
        closing: "期末余额", "Closing balance";
        figures: "账户余额", "Balances";
        by_other: "按对方单位", "By the other side";
        other: "对方单位", "Other side";
        total: "合计", "Total";
        moves: "明细", "Movements";
        no_moves: "本期没有发生额。", "Nothing moved in these days.";
        day: "日期", "Day";
        kind: "种类", "Kind";
        number: "编号", "Number";
        amount: "金额", "Amount";
        kind_receipt: "验收", "Receipt";
        kind_credit_note: "红字发票", "Credit note";
        kind_payment: "付款", "Payment";
        print_hint: "医疗机构、供应企业和医保部门看到的是同一份账。余额为正是医疗机构或基金尚欠供应企业的货款。", "Hospital, supplier and fund read the same rows. A balance above zero is owed to the supplier.";
        bad_days: "起止日期有误：{from} 晚于 {to}，请重新填写。", "{from} is after {to}; enter the days again.";
        all_suppliers: "全部供应企业", "All suppliers";
        all_hospitals: "全部医疗机构", "All hospitals";

        check: "三单勾稽", "Receipt, invoice, payment";
        check_hint: "验收、发票、付款不一致的各笔及其原因。", "Receipts whose invoices and payments do not settle them to the cent, each with its causes.";
        check_empty: "本期各笔验收、发票、付款一致。", "Everything of these days is settled to the cent.";
        receipt: "验收记录", "Receipt";
        product: "产品", "Product";
        accepted: "验收金额", "Accepted for";
        invoiced: "已开票", "Invoiced";
        credited: "已红冲", "Credited";
        paid: "已付", "Paid";
        due: "应付余额", "Due";
        causes: "原因", "Causes";
        cause_uninvoiced: "未开票", "Not invoiced";
        cause_partly_invoiced: "部分开票", "Invoiced in part";
        cause_disputed: "发票三单不符", "Its invoice does not match";
        cause_uncredited: "退货未红冲", "Returned without a credit note";
        cause_to_pay: "待付款（未到期）", "To be paid, not due";
        cause_late: "逾期未付", "Late";
        cause_partly_paid: "部分付款", "Paid in part";
        cause_claimed: "基金结算中", "In settlement by the fund";
        cause_claim_disputed: "结算申请有争议", "Disputed in the claim on the fund";
        cause_reversed: "付款已冲销", "Payment reversed";
        cause_to_net: "多付待抵扣", "Paid too much, to be netted";

        ledger: "核对自己的台账", "Compare your own ledger";
        ledger_hint: "上传本单位台账（CSV 或 Excel），列：发票代码（可无）、发票号码、开票日期、金额、已付金额、配送单号（可无）。只比对，不改动平台数据。", "Upload your ledger (CSV or XLSX): code (may be absent), number, issued_on, amount, paid, delivery (may be absent). It is only compared; nothing changes.";
        ledger_counts: "台账 {lines} 行，差异 {count} 处。", "{lines} lines in the ledger, {count} differences.";
        ledger_equal: "台账与平台一致。", "Ledger and platform agree.";
        ledger_faults: "文件有 {count} 处错误，改正后重新上传。", "The file has {count} faults; correct it and upload it again.";
        ledger_more: "页面只列出前 {count} 处，全部差异请导出。", "Only the first {count} are shown; export them all.";
        ledger_give_up: "删除上传的台账", "Delete the upload";
        line: "行", "Line";
        cause: "原因", "Cause";
        theirs: "台账", "Ledger";
        ours: "平台", "Platform";
        missing_here: "平台没有这张发票", "Not on the platform";
        not_accepted: "货物尚未验收", "Goods not yet accepted";
        withdrawn: "发票已撤回", "Invoice taken back";
        price_differs: "单价与订单不符", "Price differs from the order";
        mismatched: "发票三单不符", "Does not match order and receipt";
        day_differs: "开票日期不同", "Another date";
        ledger_credited: "台账已扣减红字发票", "The ledger has taken credit notes off";
        returned: "台账已扣减退货，尚无红字发票", "The ledger has taken returns off that have no credit note";
        amount_differs: "金额不同", "Another amount";
        not_registered: "已付款但平台未登记", "Paid, not registered here";
        not_in_ledger: "平台已登记付款，台账没有", "Registered here, not in the ledger";
        missing_there: "台账没有这张发票", "Not in the ledger";
        line_twice: "与第 {line} 行的发票代码和号码相同。", "the same code and number as on line {line}.";
    }
}
