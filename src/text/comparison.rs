//! Messages of the comparison and of the evaluation report.

messages! {
    /// Messages of the comparison and of the evaluation report.
    Comparison {
        page: "报价对比", "Comparison";
        title: "各竞价单元报价对比", "Comparison of bids by lot";
        sealed: "开标并计算中选结果后才能对比。", "The comparison is there once bids are opened and an award is computed.";
        caption: "每行一个竞价单元，报价按顺位从左到右；点开一份报价可看理由。百分比为单位可比价与熔断线的距离，正数在线上方。", "One lot a row, bids in rank order from the left; open a bid for its reason. The percentage is the distance of the comparable price from the fuse line, positive above it.";
        not_exact: "评审数据在这一版之后有变化：熔断线取保存的六位小数，入围家数和锚点不显示。", "The input has changed since this version: the fuse line is the stored one of six decimals; places and anchor are not shown.";
        none: "没有符合条件的竞价单元。", "No lot matches.";
        count: "共 {n} 个竞价单元", "{n} lots";
        only: "只看", "Only";
        only_near_fuse: "熔断线 ± 范围内有报价", "a bid near the fuse line";
        only_near_quota: "入围线 ± 1 位", "the shortlist ends between two bids";
        only_fused: "有熔断", "with a fused bid";
        only_revived: "有复活", "with a revival";
        only_single: "仅一家申报", "single bidder";
        within: "熔断线 ±（%）", "Fuse line ± (%)";
        within_wrong: "“{text}”不是 0 至 100 之间的百分数，请改正。", "\"{text}\" is not a percentage between 0 and 100; correct it.";
        words: "通用名或企业", "Generic or company";
        sort: "排序", "Sort by";
        sort_lot: "竞价单元", "lot";
        sort_spread: "价差（大到小）", "spread, widest first";
        sort_cut: "平均降幅（大到小）", "mean cut, deepest first";
        sort_bids: "申报家数（多到少）", "bids, most first";
        places: "入围家数", "Places";
        anchor: "锚点（元）", "Anchor (yuan)";
        spread: "最高/最低", "Max / min";
        rank_n: "第 {n} 位", "No. {n}";
        near_fuse: "近熔断线", "near the fuse line";
        near_last_in: "入围末位", "last in";
        near_first_out: "入围外首位", "first out";
        to_lot: "打开竞价单元", "Open the lot";

        report: "评审报告", "Evaluation report";
        report_of: "{number} 评审报告", "{number} evaluation report";
        report_none: "尚未计算中选结果，没有评审报告。", "No award has been computed, so there is no report.";
        made_at: "生成时间", "Made";
        opening: "开标", "Opening";
        opened_at: "开标时间", "Opened";
        openers: "开标确认人", "Openers";
        envelopes: "开标文件", "Envelopes opened";
        late: "迟到拒收", "Refused as late";
        summary: "总体情况", "Summary";
        lots: "竞价单元数", "Lots";
        lots_won: "有中选企业的竞价单元数", "Lots with a winner";
        bids: "申报数", "Bids";
        valid: "有效申报数", "Valid bids";
        companies: "申报企业数", "Companies";
        won: "中选数", "Winning bids";
        won_revived: "其中复活中选", "of them by revival";
        fused: "熔断数", "Fused";
        not_shortlisted: "未入围数", "Not shortlisted";
        invalid: "无效数", "Invalid";
        average_cut: "平均降幅（各竞价单元中选价的平均）", "Mean cut (mean of the lots' mean cuts)";
        parameters: "适用规则参数", "Parameters of the rule set";
        results: "各竞价单元评审结果", "Results by lot";
        invalid_list: "无效申报", "Invalid bids";
        invalid_none: "没有无效申报。", "No bid was invalid.";
        ties: "同价排序", "Ties";
        ties_none: "没有同价排序。", "There were no ties.";
        near_list: "临近界线的报价", "Bids near a line";
        near_caption: "熔断线 ± {within}%，以及入围末位和入围外首位", "Fuse line ± {within} %, and the last place in and first place out";
        near_none: "没有临近界线的报价。", "No bid is near a line.";
        near_line: "界线", "Line";
        line_value: "线值（元）", "Line (yuan)";
        distance: "距离", "Distance";
        screens: "筛查情况", "Screens";
        screens_note: "仅列数量。筛查提示是值得核实的情形，不是违规的证明；详情见平台“筛查提示”页。", "Counts only. A finding is a reason to look, not proof; details are on the screens page.";
        screens_looked: "已核实", "Looked into";
        signatures: "签字", "Signatures";
        sign_expert: "评审专家", "Evaluation experts";
        sign_supervisor: "监督人", "Supervisor";
        sign_head: "医保局负责人", "Head of the bureau";
        sign_name: "签名", "Signature";
        sign_date: "日期", "Date";
        excluded: "计算过程", "Arithmetic";
        item: "项目", "Item";
        value: "内容", "Value";
    }
}
