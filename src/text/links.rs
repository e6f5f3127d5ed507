//! Messages of the link between prices and payment standards.

messages! {
    /// Messages of the link between prices and payment standards.
    Links {
        title: "药价与支付标准联动", "Linking prices and standards";
        hint: "每晚将现行支付标准与挂网价格、合同价格逐一比对。价格低于支付标准的，建议按价格下调支付标准；挂网价格高于支付标准的，建议企业将价格调整到支付标准。采纳下调须另一人复核，按更正方式发布。", "Each night the standards in force are compared with listing and contract prices. Where a price is below the standard, the proposal is to lower the standard to it; where a listing price is above, that the company lower its price to the standard. Lowering a standard needs a second person and is released as a correction.";
        empty: "没有符合条件的联动建议。", "No proposal matches.";
        caption: "联动建议，新的在前；价格和标准均为每最小计价单位", "Proposals, newest first; prices and standards are for one smallest unit";
        state: "状态", "State";
        kind: "建议", "Proposal";
        lower_standard: "支付标准下调至价格", "Lower the standard to the price";
        lower_price: "价格下调至支付标准", "Lower the price to the standard";
        source: "价格来源", "Price of";
        s_listing: "挂网", "Listing";
        s_contract: "合同", "Contract";
        price: "价格（元）", "Price (yuan)";
        standard: "支付标准（元）", "Standard (yuan)";
        difference: "差额（元）", "Difference (yuan)";
        who: "由谁办理", "To be done by";
        who_bureau: "采购经办提请更正，复核人发布", "An officer asks for the correction, a reviewer releases it";
        who_company: "{company} 调整价格", "{company} lowers its price";
        clause: "依据", "Clause";
        clause_lower: "医保发〔2019〕18号：价格低于支付标准的，按实际价格支付", "NHSA 2019 no. 18: at a price below the standard the actual price is paid";
        clause_above: "医保发〔2019〕18号：超出支付标准的部分由患者自付，引导价格调整到支付标准", "NHSA 2019 no. 18: the patient pays what is above the standard; prices are to move to it";
        opened_at: "发现时间", "Found";
        open: "待处理", "Open";
        accepted: "已采纳", "Accepted";
        dismissed: "已驳回", "Dismissed";
        over: "已失效", "No longer holds";
        accept: "采纳", "Accept";
        accept_question: "采纳后将提请更正支付标准，或通知企业调整价格。是否继续？", "A correction is asked for, or the company is told to lower its price. Continue?";
        dismiss: "驳回", "Dismiss";
        reason: "理由", "Reason";
        correction_reason: "药价联动：{source}价格 {price} 元低于支付标准 {standard} 元", "Linked to the price: {source} at {price} yuan is below the standard of {standard} yuan";
        r_ended: "该建议{state}，不能再处理。", "The proposal is: {state}; nothing more can be done with it.";
        r_no_reason: "请写明驳回理由。", "State the reason for dismissing it.";
        task: "{count} 条药价与支付标准联动建议待处理", "{count} proposals to link prices and payment standards";
        mail: "【集采】请将价格调整到支付标准：{title}", "[jicai] Lower your price to the standard: {title}";
        mail_body: "{title}（{number}）每最小制剂单位的价格高于医保支付标准：{detail} 元，超出部分由患者自付。\n请将价格调整到支付标准以内。", "The price of one smallest unit of {title} ({number}) is above the payment standard: {detail} yuan; patients pay what is above.\nLower it to the standard.";
    }
}
