//! Messages of the money effect of payment standards.

messages! {
    /// Messages of the money effect of payment standards.
    Effects {
        title: "资金影响测算", "Money effect";
        hint: "按最近十二个月的采购记录测算：基金支付基数＝Σ 数量 × min(实际价格, 支付标准)；患者超出自付＝实际金额 − 基金支付基数，即 Σ 数量 × max(实际价格 − 支付标准, 0)。现行无支付标准的，基金按实际价格认定。每条金额四舍五入到分一次，合计为各条之和。", "Based on the purchases of the last twelve months: fund basis = Σ quantity × min(price, standard); patient excess = amount spent − fund basis, that is Σ quantity × max(price − standard, 0). Without a standard in force the fund recognises the price. Each line is rounded once to the cent; totals are the sums of the lines.";
        window: "采购日期 {from} 至 {to}，测算于 {at}", "Purchases from {from} to {to}, computed {at}";
        none: "尚未测算。点击“测算资金影响”，提请发布时也会自动测算并保存，复核人看到的是同一组数字。", "Not computed yet. Compute it here; asking for release also computes and keeps it, and the reviewer sees the same figures.";
        compute: "测算资金影响", "Compute the money effect";
        totals: "合计（按起始日期，各年不相加）", "Totals by starting day (years are not added together)";
        lines_caption: "逐条测算", "Line by line";
        starts: "起始日期", "From";
        lines: "条数", "Lines";
        bought: "有采购", "Bought";
        never: "无采购", "Never bought";
        unknown: "目录中未找到", "Not in the catalogue";
        quantity: "采购数量", "Quantity";
        standard_before: "现行标准", "In force";
        standard_after: "新标准", "New";
        fund_before: "基金基数（现行）", "Fund basis now";
        fund_after: "基金基数（新）", "Fund basis after";
        change: "基金基数增减", "Change of fund basis";
        excess_before: "患者超出（现行）", "Patient excess now";
        excess_after: "患者超出（新）", "Patient excess after";
        arithmetic: "新基金基数算式", "Arithmetic of the new fund basis";
        purchases: "采购笔数", "Purchases";
        not_bought: "十二个月内无采购", "Never bought in twelve months";
        not_found: "目录中未找到对应产品，采购情况不明", "No product of the catalogue found; purchases unknown";
        no_standard: "无", "none";
        all_lines: "查看全部 {count} 条", "All {count} lines";
        of_release: "资金影响", "Money effect";
        yuan: "金额单位：元", "Amounts in yuan";
    }
}
