//! Subjects and bodies of the letters; `\n` separates paragraphs.

messages! {
    /// Subjects and bodies of the letters.
    Mail {
        round_published: "【集采】{number} 批次已发布：{title}", "[jicai] Round {number} published: {title}";
        round_published_body: "{number}《{title}》已发布。\n医疗机构报量截止：{demand_to}；企业申报截止：{bidding_to}。", "Round {number}, {title}, has been published.\nHospitals report demand by {demand_to}; suppliers bid by {bidding_to}.";
        round_amended: "【集采】{number} 批次有变更：{title}", "[jicai] Round {number} amended: {title}";
        round_amended_body: "{number}《{title}》发布后有变更。\n变更原因：{reason}\n请打开页面查看变更前后对照。", "Round {number}, {title}, was changed after publication.\nReason: {reason}\nOpen the page to see the difference.";
        round_aborted: "【集采】{number} 批次已废止：{title}", "[jicai] Round {number} given up: {title}";
        round_aborted_body: "{number}《{title}》已废止，不再继续。\n废止原因：{reason}", "Round {number}, {title}, has been given up and does not continue.\nReason: {reason}";
        demand_due: "【集采】请报量：{number} {title}", "[jicai] Demand report due: {number} {title}";
        demand_due_body: "贵单位尚未提交 {number}《{title}》的需求量。\n报量截止：{deadline}。", "Your hospital has not yet submitted its demand for {number}, {title}.\nDeadline: {deadline}.";
        demand_returned: "【集采】报量退回：{number} {title}", "[jicai] Demand returned: {number} {title}";
        demand_returned_body: "贵单位 {number}《{title}》的报量有行被退回。\n审核意见：{remark}\n请在 {deadline} 前修改后重新提交。", "Lines of your demand report for {number}, {title}, were returned.\nRemark: {remark}\nPlease correct and submit again by {deadline}.";
        approval_asked: "【集采】待复核：{number} {title}", "[jicai] Approval asked: {number} {title}";
        approval_asked_body: "{by} 提请复核 {number}《{title}》：{action}。", "{by} asks for approval of {number}, {title}: {action}.";
        approval_decided: "【集采】复核结果——{decision}：{number} {title}", "[jicai] Review of {number} {title}: {decision}";
        approval_decided_body: "您提请复核的 {number}《{title}》（{action}）已由 {by} 复核，结果：{decision}。\n复核意见：{remark}", "Your request for {number}, {title} ({action}) was reviewed by {by}: {decision}.\nRemark: {remark}";
        opener_key_due: "【集采】请领取开标密钥：{number} {title}", "[jicai] Take your opener's key: {number} {title}";
        opener_key_due_body: "您是 {number}《{title}》的开标人。请登录领取本人的开标密钥，保存后交回核对。\n须在开放申报前办理：{deadline}。全部开标人办理之前，不能开放申报。", "You are an opener of {number}, {title}. Log in, take your key, save it and give it back to be checked.\nDo so before bidding begins: {deadline}. Bidding cannot be opened until every opener has.";
        root_published: "【集采】申报截止，回执默克尔根已公布：{number} {title}", "[jicai] Bidding closed, root of the receipts published: {number} {title}";
        root_published_body: "{number}《{title}》申报已截止，共 {count} 份回执，默克尔根为：\n{root}\n请妥善保存本邮件。已申报的企业可下载包含证明，核验自己的回执已被计入且此后没有增删改动。", "Bidding for {number}, {title}, is closed with {count} receipts. Their Merkle root is:\n{root}\nPlease keep this mail. Bidders can download a proof that their receipt was counted and that nothing was changed since.";
        bids_opened: "【集采】已开标：{number} {title}", "[jicai] Bids opened: {number} {title}";
        bids_opened_body: "{number}《{title}》的申报文件已由开标人共同开启。", "The openers together opened the bids of {number}, {title}.";
        questions_asked: "【集采】请答复 {count} 项询问：{number} {title}", "[jicai] {count} questions to answer: {number} {title}";
        questions_asked_body: "{number}《{title}》评审中有 {count} 项复活或议价询问等待贵单位答复。\n答复截止：{deadline}。逾期未答复视为不接受。", "{count} questions about a revival or a negotiation in {number}, {title}, wait for your answer.\nDeadline: {deadline}. No answer counts as a refusal.";
        question_withdrawn: "【集采】询问已撤回：{number} {title}", "[jicai] Question withdrawn: {number} {title}";
        question_withdrawn_body: "{number}《{title}》的一项询问已撤回，无需答复。\n撤回原因：{reason}", "A question in {number}, {title}, was withdrawn and needs no answer.\nReason: {reason}";
        questions_answered: "【集采】询问已全部答复：{number} {title}", "[jicai] All questions are answered: {number} {title}";
        questions_answered_body: "{number}《{title}》的复活、议价询问已全部答复或到期。\n请重新计算中选结果。", "Every question about a revival or negotiation in {number}, {title}, is answered or has lapsed.\nPlease compute the award again.";
        award_published: "【集采】拟中选结果公示：{number} {title}", "[jicai] Proposed award published: {number} {title}";
        award_published_body: "{number}《{title}》拟中选结果已公示。\n异议提交截止：{deadline}。", "The proposed award of {number}, {title}, is public.\nObjections are accepted until {deadline}.";
        objection_filed: "【集采】收到异议：{number} {title}", "[jicai] Objection filed: {number} {title}";
        objection_filed_body: "{by} 对 {number}《{title}》的拟中选结果提出异议，答复前不能确定中选结果。", "{by} objects to the proposed award of {number}, {title}. The award is held until it is answered.";
        objection_answered: "【集采】异议已答复：{number} {title}", "[jicai] Objection answered: {number} {title}";
        objection_answered_body: "贵单位对 {number}《{title}》的异议已答复：\n{answer}", "Your objection to {number}, {title}, has been answered:\n{answer}";
        regions_started: "【集采】供应地区选择开始：{number} {title}", "[jicai] Choice of regions begins: {number} {title}";
        regions_started_body: "{number}《{title}》供应地区选择已开始，各中选企业按顺位轮流选择，每轮 {minutes} 分钟，超时按剩余需求量最大的地区默认选定。\n轮到贵企业时将另行通知。", "The choice of regions for {number}, {title}, has begun. Winners choose in turns by rank, {minutes} minutes a turn; when the time is over the largest demand left is taken for you.\nYou will be told when it is your turn.";
        regions_turn: "【集采】轮到贵企业选择供应地区：{number} {title}", "[jicai] Your turn to choose a region: {number} {title}";
        regions_turn_body: "{number}《{title}》轮到贵企业选择供应地区。\n请在 {deadline} 前选定，超时按剩余需求量最大的地区默认选定。", "It is your turn to choose a region for {number}, {title}.\nChoose by {deadline}; after it the largest demand left is taken for you.";
        regions_ended: "【集采】供应地区已选定：{number} {title}", "[jicai] Regions chosen: {number} {title}";
        regions_ended_body: "{number}《{title}》各竞价单元供应地区均已选定，请重新计算中选结果。", "Every region of {number}, {title}, is chosen. Compute the award again.";
        regions_cancelled: "【集采】供应地区选择取消：{number} {title}", "[jicai] Choice of regions cancelled: {number} {title}";
        regions_cancelled_body: "{number}《{title}》的供应地区选择已取消，此前的选择不再有效。\n取消原因：{reason}", "The choice of regions for {number}, {title}, was cancelled; what was chosen no longer counts.\nReason: {reason}";
        volume_to_place: "【集采】请调剂未中选厂牌的量：{number} {title}", "[jicai] Volume to place: {number} {title}";
        volume_to_place_body: "贵单位在 {number}《{title}》中有需要调剂的约定采购量，可自行分给中选企业。\n截止：{deadline}；逾期按规则默认分配。", "Your hospital has agreed volume in {number}, {title}, that it may place with winners of its choice.\nDeadline: {deadline}; after it the default of the rules stands.";
        placing_cancelled: "【集采】调剂取消：{number} {title}", "[jicai] Re-allocation cancelled: {number} {title}";
        placing_cancelled_body: "{number}《{title}》的调剂已取消，此前填报不再有效。\n取消原因：{reason}", "The re-allocation of {number}, {title}, was cancelled; what was placed no longer counts.\nReason: {reason}";
        contract_due: "【集采】待签合同 {count} 份：{number} {title}", "[jicai] {count} contracts to confirm: {number} {title}";
        contract_due_body: "贵单位有 {count} 份 {number}《{title}》的购销合同等待确认。\n签约截止：{deadline}。", "{count} contracts of {number}, {title}, wait for your confirmation.\nDeadline: {deadline}.";
        contract_amended: "【集采】合同变更：{number} {title}", "[jicai] Contract amended: {number} {title}";
        contract_amended_body: "购销合同 {number}（{title}）已变更。\n变更原因：{reason}\n请打开页面查看变更前后对照。", "Contract {number}, {title}, was amended.\nReason: {reason}\nOpen the page to see the difference.";
        order_placed: "【集采】新订单 {number}：{title}", "[jicai] New order {number}: {title}";
        order_placed_body: "{title}下达订单 {number}，共 {lines} 行，金额 {amount} 元。\n请及时响应供货数量和日期。", "{title} placed order {number} with {lines} lines for {amount} yuan.\nPlease answer what you deliver and by when.";
        order_released: "【集采】订单 {number} 部分不再供货：{title}", "[jicai] Part of order {number} given up: {title}";
        order_released_body: "{title}不再需要订单 {number} 中尚未发货的 {product} {quantity}。\n原因：{reason}", "{title} gives up what was not sent of order {number}: {product}, {quantity}.\nReason: {reason}";
        standards_released: "【集采】支付标准已发布：{number} {title}", "[jicai] Payment standards released: {number} {title}";
        standards_released_body: "{number}《{title}》发布医保支付标准 {lines} 条，结算系统可按序号取数。", "{lines} payment standards of {number}, {title}, were released and can be fetched by sequence.";
        incidents_found: "【集采】夜间核对发现 {number} 处新的异常", "[jicai] {number} new incidents found at night";
        incidents_found_body: "夜间核对发现 {number} 处新的不平，共 {title} 处。\n请打开页面逐一核查并写明说明。", "The nightly checks found {number} new breaches, {title} in all.\nOpen the page, look into each and write down what you found out.";
        retention_approved: "【集采】结余留用结果已审定：{number}", "[jicai] Surplus retention approved: {number}";
        retention_approved_body: "{number}（{title}）结余留用结果已审定。\n贵单位结余测算基数 {base} 元，考核等次 {grade}，结余留用 {retained} 元。\n请打开页面查看逐品种明细。", "The surplus retention of {number}, {title}, is approved.\nYour hospital: surplus base {base} yuan, grade {grade}, retained {retained} yuan.\nOpen the page for the figures of each generic.";
        audit_head: "【集采】审计链头：第 {number} 条", "[jicai] Head of the audit chain: link {number}";
        audit_head_body: "审计链共 {number} 条，经逐条校验完好，最后一条的哈希值为：\n{title}\n请妥善保存本邮件。如有人改动或删除此前的任何一条记录，今后校验得出的第 {number} 条哈希值将与此不同。", "The audit chain has {number} links, each of them checked. The hash of the last one is:\n{title}\nPlease keep this mail: if anybody changes or deletes an earlier entry, link {number} will no longer have this hash.";
        claims_due: "【集采】请提交 {number} 结算申请", "[jicai] Claims for {number} are due";
        claims_due_body: "贵单位有 {title} 笔由医保基金直接结算的货款可以申请结算（截至 {number} 月末验收）。\n请在 {deadline} 前提交结算申请；逾期未提交的，并入下月申请。", "You have {title} receipts that the fund pays directly (accepted by the end of {number}).\nSubmit your claims by {deadline}; what is left goes into next month's claims.";
        claims_to_verify: "【集采】请核对结算申请 {number} 件", "[jicai] {number} claims to verify";
        claims_to_verify_body: "贵单位有 {number} 件供应企业的结算申请等待核对。{title}\n请在 {deadline} 前确认，或对有误的行提出争议。", "{number} claims of suppliers wait for your verification. {title}\nConfirm them, or dispute wrong lines, by {deadline}.";
        claims_overdue: "【集采】结算申请核对已逾期：{number} 件", "[jicai] {number} claims are overdue for verification";
        claims_overdue_body: "有 {number} 件结算申请应在 {deadline} 前核对，现已逾期。{title}\n逾期不视为确认，请尽快核对，以免影响供应企业收款。", "{number} claims were to be verified by {deadline} and are overdue. {title}\nSilence is no confirmation: please verify them, the suppliers wait for their money.";
        claims_paid: "【集采】医保基金已付款：{number}", "[jicai] The fund has paid: {number}";
        claims_paid_body: "医保基金已于 {day} 向贵单位支付 {title} 元，支付单号 {number}。\n对应的结算申请和验收记录可在页面查看。", "The fund paid you {title} yuan on {day}, transfer {number}.\nThe page shows the claims and receipts it is for.";
        greeting: "您好：", "Dear colleague,";
        open: "打开页面", "Open the page";
        footer: "本邮件由集采平台自动发出，请勿直接回复。", "This mail was sent by the procurement platform; please do not reply.";
    }
}
