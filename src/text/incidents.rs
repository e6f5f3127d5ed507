//! Messages of the nightly checks and their incidents.

messages! {
    /// Messages of the nightly checks and their incidents.
    Incidents {
        title: "核对异常", "Incidents";
        hint: "每天夜间对全部约定量、订单、验收、发票、付款、基金结算和预付金逐行核对。发现不平时登记为异常并通知采购经办和审计；此后核对相符的自动销号，记录保留。", "Every night all agreed volumes, orders, receipts, invoices, payments, fund settlements and prepayments are checked row by row. What does not agree is recorded as an incident and officers and auditors are told; once it agrees again it ends by itself and its record stays.";
        never: "尚未核对过。", "The checks have not run yet.";
        last_run: "最近一次核对：{at}，核对 {rows} 行，用时 {seconds} 秒，发现 {count} 处不平。", "Last run: {at}, {rows} rows in {seconds} s, {count} breaches found.";
        state: "状态", "State";
        open: "未销号", "Open";
        ended: "已销号", "Ended";
        none_open: "没有未销号的异常。", "There are no open incidents.";
        none_ended: "没有已销号的异常。", "There are no ended incidents.";
        invariant: "核对规则", "What must hold";
        expected: "应为", "Should be";
        found: "实为", "Is";
        first_at: "首次发现", "First found";
        last_at: "最近发现", "Last found";
        ended_at: "销号时间", "Ended";
        remark: "核查说明", "Explanation";
        save: "保存说明", "Save";
        subject: "所在记录", "Record";
        look: "查看", "View";
        no_remark: "请写明核查说明。", "Write down the explanation.";
        volume_limit: "预占量与完成量之和不超过约定量与允许超出量之和", "Reserved and consumed volume within agreed and allowed";
        volume_reserved: "预占量等于订单未到货量之和", "Reserved volume equals what is still to come of its orders";
        volume_consumed: "完成量等于验收量减退货量之和", "Consumed volume equals accepted less returned";
        line_quantities: "订单行各数量相容", "An order line's quantities agree with one another";
        line_shipped: "发货量等于各配送单之和", "Sent equals the sum of the delivery notes";
        line_accepted: "验收量等于各次验收之和", "Accepted equals the sum of the receipts";
        line_refused: "拒收量等于各次拒收之和", "Refused equals the sum of the receipts";
        line_returned: "退货量等于各次退货之和且不超过验收量", "Returned equals the sum of the returns, within what was accepted";
        receipt_quantity: "验收量与拒收量之和等于配送量", "Accepted and refused together equal what was sent";
        receipt_amount: "验收金额等于验收量乘单价", "A receipt's amount equals quantity times price";
        receipt_invoiced: "已开票金额等于各发票之和且不超过验收金额（不重复开票）", "Invoiced equals the sum of the invoices, within what was accepted: no invoice twice";
        receipt_credited: "红字金额等于各红字发票之和且不超过验收金额", "Credited equals the sum of the credit notes, within what was accepted";
        receipt_paid: "已付金额等于各付款之和且不超过已开票金额", "Paid equals the sum of the payments, within what was invoiced";
        receipt_state: "验收记录的状态与金额相符", "A receipt's state is borne out by its figures";
        invoice_total: "发票金额等于各行之和", "An invoice's amount equals the sum of its lines";
        payment_total: "付款金额等于各行之和", "A payment's amount equals the sum of its lines";
        claim_confirmed: "申报单核对金额等于无争议各行之和", "What was confirmed of a claim equals the sum of its undisputed lines";
        claim_paid: "申报单已付金额等于核对金额，未付款前为零", "What the fund paid of a claim equals what was confirmed, and nothing before it is paid";
        transfer_total: "付款指令金额等于各申报单之和", "A transfer equals the sum of its claims";
        settlement_total: "结算金额等于付款指令之和，也等于应扣减之和", "A settlement equals the sum of its transfers and of its deductions";
        deduction_paid: "代付金额等于已付申报单之和", "What was paid for a hospital equals the sum of its paid claims";
        deduction_entered: "已扣减金额等于各次扣减之和", "What was deducted equals the sum of the deductions marked";
        deduction_closed: "扣减不超过代付，办结后等于代付", "Deducted never exceeds what was paid, and equals it once the settlement is closed";
        prepayment_ledger: "预付金余额等于台账各笔之和", "What is left of a prepayment equals the sum of its ledger";
        prepayment_balance: "预付金余额不小于零", "What is left of a prepayment is not below zero";
    }
}
