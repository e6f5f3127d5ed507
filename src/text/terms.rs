//! Messages of the terms of carrying contracts out.

messages! {
    /// Messages of the terms of carrying contracts out.
    Terms {
        bad_value: "“{given}”不是 {least} 至 {most} 之间的数字，请重新填写。", "\"{given}\" is not a number from {least} to {most}; enter it again.";
        needs_value: "该参数必须有值，不能留空。", "This term needs a value and cannot be empty.";
        past: "生效日 {day} 已过，已按旧值办理的业务不再改变；请填写今天或以后的日期。", "{day} is past, and what was done under the old value stays; enter today or a later day.";
        no_reason: "请写明调整依据。", "State the ground for the change.";
        whole: "“{given}”须为整数，请重新填写。", "\"{given}\" must be a whole number; enter it again.";
        title: "执行参数", "Contract terms";
        intro: "供货、付款、结算所用的期限和比例。调整自生效日起适用，此前已办业务不变。", "Deadlines and shares for supply, payment and settlement. A change applies from its first day on; what was done before stays.";
        caption: "今日适用值", "Values in force today";
        term: "参数", "Term";
        value: "取值", "Value";
        unit: "单位", "Unit";
        source: "依据", "Source";
        confidence: "可信度", "Confidence";
        verified: "已查证", "Verified";
        second_hand: "转引", "Second-hand";
        own: "经验值", "Own estimate";
        no_limit: "不限", "No limit";
        program: "随程序提供", "Comes with the program";
        since: "生效日", "In force from";
        reason: "调整依据", "Reason";
        holds_from: "自 {day} 起", "From {day}";
        later: "已定：自 {day} 起为 {value}", "Set: {value} from {day}";
        set: "调整", "Change";
        set_title: "调整：{name}", "Change: {name}";
        set_question: "调整自生效日起适用。是否保存？", "The change applies from its first day on. Save it?";
        bounds: "{least} 至 {most}", "{least} to {most}";
        bounds_or_none: "{least} 至 {most}，留空表示不限", "{least} to {most}; blank means no limit";
        history: "调整记录", "History";
        history_empty: "没有调整，均为随程序提供的值。", "Nothing was changed; the values that come with the program apply.";
        by: "经办人", "By";
        at: "登记时间", "When";
        u_days: "天", "days";
        u_hours: "小时", "hours";
        u_working_days: "工作日", "working days";
        u_day_of_month: "每月第几日", "day of the month";
        u_months: "个月", "months";
        u_share: "比例（1＝100%）", "share (1 = 100 %)";
        n_volume_allowance: "超约定量仍按合同供应的比例", "Allowance above the agreed volume";
        n_confirm_hours: "供应企业响应订单时限", "Time to answer an order";
        n_delivery_hours: "配送时限（未另行承诺时）", "Time to deliver when nothing else was promised";
        n_payment_days: "验收后付款期限", "Days from acceptance to payment";
        n_prepay_share: "预付比例下限", "Least prepaid share of the annual agreed amount";
        n_claim_day: "上月结算申请截止日", "Last day for last month's claim";
        n_claim_holiday_days: "截止日遇假期顺延", "Working days after it when it is a holiday";
        n_verify_working_days: "医疗机构核对结算申请时限", "Working days for a hospital to verify a claim";
        n_behind_points: "落后序时进度的预警差", "Lag behind the time elapsed that warns";
        n_preparation_rate_most: "医院制剂利润率上限", "Largest rate on top of a hospital preparation's cost";
        n_preparation_review_months: "医院制剂价格复审周期", "Time until a hospital preparation is reviewed again";
        n_preparation_notice_days: "医院制剂复审提前提醒", "Notice before that review is due";
        n_preparation_change_reason: "医院制剂价格变动须说明理由的幅度", "Change of a hospital preparation's price that needs reasons";
        n_price_change_most: "一次调价最大幅度", "Largest price change of one amendment";
        n_shortage_red_days: "短缺红色预警：可用天数低于", "Shortage red: days of stock below";
        n_shortage_orange_days: "短缺橙色预警：可用天数低于", "Shortage orange: days of stock below";
        n_shortage_yellow_days: "短缺黄色预警：可用天数低于", "Shortage yellow: days of stock below";
        n_shortage_few_makers: "短缺加重一级：供应企业不多于", "Shortage one level worse: makers supplying at most";
        n_shortage_short_share: "短缺黄色预警：确认不足的订单明细占比达到", "Shortage yellow: share of order lines confirmed short";
        n_shortage_repeat_lines: "重复下单：同一医院一月内订单明细达到", "Ordered again and again: a hospital's lines in a month";
        n_shortage_report_days: "库存上报的有效天数", "Days a stock report counts";
        u_makers: "家", "makers";
        u_lines: "条", "lines";
        u_tier: "预警等级（1＝黄色，2～4＝红色一至三星）", "tier (1 = yellow, 2 to 4 = red, one to three stars)";
        u_class: "耗材编码大类号", "class of the consumable code";
        n_low_value_class: "普通耗材起始大类（此前各类计为高值医用耗材）", "First class of ordinary consumables; those before it are of high value";
        n_demand_low: "报量无须说明理由的下限（占年均采购量）", "Least share of the yearly average reported without a reason";
        n_demand_high: "报量无须说明理由的上限（占年均采购量）", "Largest share of the yearly average reported without a reason";
        n_case_tier: "立案的最低预警等级", "Least tier of a finding that opens a price case";
        n_case_reply_days: "企业答复价格案件文书时限", "Working days for a supplier to reply to a step of a price case";
        n_case_outcome_days: "收到答复后登记处理结果时限", "Working days to record the outcome after a reply";
    }
}
