//! Messages of distributors: the register, assessments, and who chose whom.

messages! {
    /// Messages of distributors.
    Distributors {
        title: "配送企业", "Distributors";
        intro: "供应企业按地区从名册中选择配送企业；被暂停的不能选择。", "Suppliers choose distributors of this register by region; a suspended one cannot be chosen.";
        empty: "名册中没有符合条件的配送企业。", "No distributors fit.";
        filter: "筛选配送企业", "Filter distributors";
        name: "名称", "Name";
        code: "统一社会信用代码", "Unified social credit code";
        regions: "配送地区", "Regions served";
        region: "地区", "Region";
        state: "状态", "State";
        active: "可选用", "In use";
        suspended: "已暂停", "Suspended";
        add: "登记配送企业", "Enter a distributor";
        change: "修改名称和地区", "Change name and regions";
        sure: "已人工核对代码（校验位不符时勾选）", "I have checked the code by hand (for codes whose check character fails)";
        choices: "按地区选择配送企业", "Choose distributors by region";
        to_register: "查看名册", "See the register";
        assessments: "考核", "Assessments";
        no_assessments: "尚未考核。", "Not assessed yet.";
        assess: "登记考核", "Enter an assessment";
        period: "考核期间", "Period";
        starts: "开始日期", "First day";
        ends: "结束日期", "Last day";
        score: "得分（0–100）", "Score (0–100)";
        result: "结论", "Result";
        passed: "合格", "Passed";
        failed: "不合格", "Failed";
        evidence: "考核依据", "Evidence";
        at: "登记时间", "Entered at";
        suspend: "暂停配送资格", "Suspend";
        suspend_hint: "最近一次考核不合格的可以暂停；暂停后选用它的企业会收到通知。", "One whose latest assessment failed can be suspended; the suppliers that chose it are told.";
        suspend_question: "暂停后不能再选用，并通知选用它的企业。确定暂停？", "It can no longer be chosen and the suppliers that chose it are told. Suspend it?";
        approve: "恢复配送资格", "Bring back into use";
        approve_hint: "最近一次考核合格的可以恢复。", "One whose latest assessment passed can be brought back.";
        approve_question: "确定恢复该企业的配送资格？", "Bring this distributor back into use?";
        reason: "原因", "Reason";
        users: "选用它的企业", "Suppliers that chose it";
        no_users: "目前没有企业选用。", "No supplier has chosen it.";
        user: "供应企业", "Supplier";
        since: "起始日期", "Since";
        until: "截止日期", "Until";
        stands: "有效", "Stands";
        needs_other: "须更换", "Needs another";
        choices_hint: "每个地区选一家；订单响应和发货时自动带入。更换后原记录保留。", "One for each region; it is put on orders you answer and on delivery notes. Replaced choices stay on record.";
        choices_none: "没有可选的地区。", "There are no regions.";
        chosen: "现在的配送企业", "Distributor now";
        nobody: "企业自行配送", "Deliver yourself";
        choose: "选定", "Choose";
        label_choose: "{region} 的配送企业", "Distributor for {region}";
        history: "选择记录", "What was chosen";
        no_history: "还没有选择记录。", "Nothing was chosen yet.";
        bad_name: "名称必填，最多 {most} 个字，不能换行。", "A name is needed, of at most {most} characters.";
        doubtful: "{doubt} 核对无误后，请勾选“已人工核对代码”再提交。", "{doubt} If it is right, tick that you have checked it and send again.";
        code_taken: "该代码已登记为“{name}”。", "This code is entered for \"{name}\".";
        no_region: "请至少选择一个配送地区。", "Choose at least one region.";
        bad_region: "“{region}”不是平台上的地区，请重新选择。", "\"{region}\" is not a region of the platform; choose again.";
        changed: "“{name}”刚刚被别人修改，您的修改没有生效。请刷新页面后再改。", "Somebody else has just changed \"{name}\" and yours was not entered; reload the page and try again.";
        bad_reason: "请写明原因（最多 {most} 字）。", "Say why in at most {most} characters.";
        not_failed: "“{name}”最近一次考核不是不合格，不能暂停。请先登记考核。", "The latest assessment of \"{name}\" did not fail; enter an assessment before suspending it.";
        not_passed: "“{name}”最近一次考核不是合格，不能恢复。请先登记考核。", "The latest assessment of \"{name}\" did not pass; enter an assessment before bringing it back.";
        bad_score: "得分 {score} 不在 0 到 {best} 之间。", "The score {score} is not between 0 and {best}.";
        bad_period: "考核期间 {starts} 至 {ends} 无效：结束不能早于开始，也不能晚于今天。", "The period {starts} to {ends} will not do: it may not end before it begins nor after today.";
        bad_evidence: "请写明考核依据（最多 {most} 字）。", "Give the evidence in at most {most} characters.";
        is_suspended: "“{name}”已被暂停，不能选用。请选择其他配送企业。", "\"{name}\" is suspended and cannot be chosen; choose another.";
        not_served: "“{name}”不在 {region} 配送。请选择其他配送企业。", "\"{name}\" does not serve {region}; choose another.";
        choice_changed: "{region} 的配送企业刚刚被别人更改，您的选择没有生效。请刷新页面后再选。", "Somebody else has just chosen for {region} and yours was not entered; reload the page and try again.";
    }
}
