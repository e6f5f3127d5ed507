//! The first page: what waits for the reader.

messages! {
    /// The first page: what waits for the reader.
    Home {
        title: "待办事项", "To do";
        nothing: "目前没有待办事项。可从上方导航查看批次、合同和支付标准。", "There is nothing to do now. Rounds, contracts and payment standards are in the navigation above.";
        until: "截止 {at}", "by {at}";
        draft: "完成编制并提请发布：{number} {title}", "Finish and ask for publication: {number} {title}";
        demand_missing: "尚有 {n} 家医疗机构未提交报量：{number} {title}", "{n} hospitals have not reported demand: {number} {title}";
        demand_review: "审核报量：{number} {title}", "Review the demand: {number} {title}";
        name_openers: "指定开标人：{number} {title}", "Name the openers: {number} {title}";
        take_key: "领取本人的开标密钥并确认保存：{number} {title}", "Take your opener's key and confirm that you have saved it: {number} {title}";
        open_bidding: "报量已审核，开启申报：{number} {title}", "Demand is approved; open the bidding: {number} {title}";
        open_bids: "开标（须规定人数的开标人共同确认）：{number} {title}", "Open the bids (the openers together): {number} {title}";
        evaluate: "计算并公示拟中选结果：{number} {title}", "Compute and publish the proposed award: {number} {title}";
        questions: "答复复活、议价询问 {n} 项：{number} {title}", "Answer {n} questions on revival or negotiation: {number} {title}";
        questions_open: "等待企业答复询问 {n} 项：{number} {title}", "Bidders have {n} questions to answer: {number} {title}";
        regions_running: "供应地区选择进行中：{number} {title}", "Regions are being chosen: {number} {title}";
        choose_region: "轮到贵企业选择供应地区（{n} 个竞价单元）：{number} {title}", "Your turn to choose a region in {n} lots: {number} {title}";
        place_volume: "调剂未中选厂牌的量：{number} {title}", "Place the volume of brands that did not win: {number} {title}";
        objections: "答复异议 {n} 件：{number} {title}", "Answer {n} objections: {number} {title}";
        confirm_award: "公示期满，提请确定中选结果：{number} {title}", "Publicity is over; ask for the final award: {number} {title}";
        draw_up: "生成购销合同：{number} {title}", "Draw up the contracts: {number} {title}";
        release: "发布医保支付标准：{number} {title}", "Release the payment standards: {number} {title}";
        approvals: "待复核 {n} 件", "{n} requests wait for your approval";
        report: "填报需求量：{number} {title}", "Report your demand: {number} {title}";
        report_returned: "报量被退回，请修改后重新提交：{number} {title}", "Your report was returned; correct and submit again: {number} {title}";
        bid: "提交申报文件：{number} {title}", "Submit your bids: {number} {title}";
        bid_standing: "申报文件已提交，截止前可替换或撤回：{number} {title}", "Your bids are in; they can be replaced or withdrawn until the deadline: {number} {title}";
        publicity: "查看拟中选结果公示，可提出异议：{number} {title}", "See the proposed award; you may object: {number} {title}";
        contracts: "确认购销合同 {n} 份：{number} {title}", "Confirm {n} contracts: {number} {title}";
        feed_behind: "“{name}”还有 {n} 条支付标准未取数", "{name} still has {n} payment standards to fetch";
        dead_mails: "有 {n} 封邮件未能送达", "{n} mails could not be delivered";
    }
}
