//! Messages of versions of monitoring rules, of what is left out of their comparison, and of listings refused.

messages! {
    /// Messages of versions of monitoring rules, of exclusions and of refused listings.
    Watching {
        action: "发布监测规则", "publish a monitoring rule";

        // Faults of a text.
        fault: "第{line}行：{why}", "Line {line}: {why}";
        fault_key: "没有“{field}”这一项，请删除或改正。可用的项：{known}。", "There is no field {field}; remove or correct it. The fields are: {known}.";
        fault_absent: "缺少 {field}，请补填。", "The field {field} is missing; add it.";
        fault_value: "{field} 应为{want}，请改正。", "{field} must be {want}; correct it.";
        want_words: "引号中的文字", "text in quotes";
        want_whole: "不加引号的整数", "a whole number without quotes";
        want_day: "不加引号的日期（如 2026-12-01）", "a day such as 2026-12-01, without quotes";
        want_number: "引号中的数字（如 \"1.5\"）", "a number in quotes, such as \"1.5\"";
        want_multiple: "引号中大于0的数字（如 \"1.5\"）", "a number above zero in quotes, such as \"1.5\"";
        want_word: "以下词之一（加引号）：{known}", "one of these words in quotes: {known}";
        want_table: "一组 名称 = 值", "a table of name = value";
        fault_fixed: "{field} 不能更改，应为 {want}。", "{field} must stay {want}.";
        fault_month: "生效日期 effective.from 应为某月1日，因为一个月只按一个版本判定。", "effective.from must be the first day of a month: a month is judged by one version.";
        faults: "有 {n} 处需要改正，没有保存。请按行号改正后重试。", "{n} faults; nothing was saved. Correct them by their lines and save again.";

        // Refusals.
        untried: "该草稿现在的内容还没有试算过。请先试算，看清影响后再提请发布。", "What the draft says now has not been tried out; try it first, and ask to publish once its effect is known.";
        overtaken: "复制之后已发布第 {version} 版，本草稿不能再发布。请从新版本复制。", "Version {version} was published since this draft was copied; copy that one anew.";
        too_long: "规则文本超过 {n} 个字符，请缩短。", "The text is longer than {n} characters; shorten it.";

        // Versions.
        versions: "各版本", "Versions";
        version_n: "第 {n} 版", "version {n}";
        from_program: "随程序提供", "came with the program";
        published_by: "发布人", "Published by";
        published_at: "发布时间", "Published at";
        effective_from: "生效日期", "In force from";
        in_force: "现行", "in force";
        not_current: "这不是现行版本。", "This version is not the one in force.";
        current: "查看现行版本", "See the one in force";
        copy_hint: "草稿修改并试算后，由另一人复核发布；已发布的版本不再更改。", "A draft is changed and tried out, and published by a second person; a published version never changes.";
        no_drafts: "没有未完成的草稿。请打开一条规则，复制后修改。", "There are no open drafts. Open a rule and copy it to begin one.";
        draft_of: "监测规则草稿", "Draft of a monitoring rule";
        edit: "修改", "Change";
        edit_title: "修改规则草稿", "Change a draft of a rule";
        edit_hint: "规则用 TOML 书写。name、kind 和 version 不能更改；effective.from 为生效月份的1日，早于以前版本的，以前的月份按本版重新判定。", "Rules are written in TOML. name, kind and version stay; effective.from is the first day of the first month judged by this version; a day in the past has earlier months judged again.";
        body: "规则文本", "Text of the rule";
        fault_list: "需要改正", "To be corrected";
        line: "行", "Line";
        what: "问题和改法", "What is wrong and what to do";
        conflicts: "已保存内容与您所填的差异", "What is saved against what you wrote";
        where_it_stands: "项目", "Field";

        // Trials.
        trial: "试算", "Trial";
        trial_hint: "按草稿对库内全部采购和挂网价格试算一遍，只统计，不写入。", "Tries the draft on all stored purchases and listings; it only counts and stores nothing.";
        try_out: "开始试算", "Try it out";
        trial_none: "还没有试算过。", "Not tried out yet.";
        trial_asked: "已提交，等待开始", "waits to begin";
        trial_running: "进行中", "running";
        trial_done: "完成", "done";
        trial_failed: "失败", "failed";
        trial_old: "这次试算之后草稿又改过，请重新试算。", "The draft was changed after this trial; try it again.";
        trial_refresh: "刷新", "Refresh";
        trial_at: "试算于 {at}：采购 {rows} 笔，产品 {products} 个。", "Tried at {at}: {rows} purchases of {products} products.";
        trial_moves: "新增 {new} 条，消失 {gone} 条。", "{new} findings would be new and {gone} would be gone.";
        trial_fault: "试算没有完成，请重试；仍不成功时请联系管理员查看日志。", "The trial did not end well; try again, and if it fails again ask the administrator to read the log.";
        trial_caption: "按等级的疑点数", "Findings by tier";
        trial_now: "现在", "Now";
        trial_then: "按草稿", "By the draft";
        trial_effect: "影响金额（元）", "Effect (yuan)";
        trial_sum: "合计", "In all";

        // Exclusions.
        exclusions: "排除清单", "Exclusions";
        exclusions_hint: "列入清单的产品或医疗机构不参加规则的比较：其采购既不判定，也不作为他人的参照。下次扫描起生效；解除后重新比较。", "What is listed here takes no part in a rule's comparison: its purchases are neither judged nor held against others. It counts from the next scan on; lifted, it is compared again.";
        exclusions_caption: "排除清单，最新的在前", "Exclusions, the newest first";
        exclusions_empty: "没有排除任何产品或医疗机构。", "Nothing is left out.";
        exclusions_all: "包括已解除的", "Lifted ones too";
        exclusions_in_force: "只看生效中的", "Only those in force";
        exclusion_new: "列入排除清单", "Leave something out";
        every_rule: "全部规则", "every rule";
        rule: "规则", "Rule";
        product: "产品（医保编码）", "Product (code)";
        every_product: "全部产品", "every product";
        hospital: "医疗机构（编码或名称）", "Hospital (code or name)";
        every_hospital: "全部医疗机构", "every hospital";
        reason: "理由", "Reason";
        made: "列入", "Left out";
        lifted: "解除", "Lifted";
        add: "列入", "Leave out";
        add_question: "确认列入排除清单？下次扫描起不再比较。", "Leave it out of the comparison from the next scan on?";
        lift: "解除", "Lift";
        lift_reason: "解除理由", "Why it is lifted";
        exclusion_everything: "产品和医疗机构都没有填写，会排除全部采购。请至少填写一项。", "Neither a product nor a hospital is named, which would leave out everything; name one.";
        exclusion_rule: "没有名为“{name}”的监测规则。请从列表中选择。", "There is no monitoring rule \"{name}\"; choose one of the list.";
        exclusion_product: "产品目录中没有编码“{code}”。请核对。", "The catalogue has no product with the code \"{code}\"; check it.";
        exclusion_hospital: "没有编码或名称为“{text}”的医疗机构。请核对。", "There is no hospital with the code or name \"{text}\"; check it.";
        exclusion_reason: "请填写理由，最多 {n} 个字符。", "Give a reason of at most {n} characters.";
        exclusion_same: "相同的规则、产品和医疗机构已在清单中。", "The same rule, product and hospital are left out already.";
        exclusion_many: "生效中的排除已有 {n} 条，请先解除不再需要的。", "{n} exclusions are in force already; lift some first.";

        // A supplier's own listings.
        own_listings: "本企业产品挂网价格疑点", "Findings on our listing prices";
        own_listings_hint: "按监测规则，本企业生产的下列产品的挂网价格需要说明。医保部门立案后会在“价格案件”中另行函告；贵企业可先行核对并申请调整。", "By the monitoring rules, the listing prices of these products of ours need an explanation. Once the bureau opens a case it writes to us under Price cases; until then we can check them and ask for an adjustment.";
        own_listings_empty: "本企业产品的挂网价格没有疑点。", "There are no findings on our listing prices.";
        mail_listings: "【集采】贵企业产品的挂网价格有新的疑点", "[jicai] New findings on your listing prices";
        mail_listings_body: "{number} 价格监测中，{title} 产品的挂网价格新增疑点 {detail} 条。请登录平台核对。", "Price monitoring for {number} has {detail} new findings on listing prices of {title}. Please log in and check them.";

        // Refused listings.
        refused: "信用评价拒绝", "Refused by rating";
        refused_listings: "因信用评价暂停挂网而拒绝的价格", "Listings refused because of a credit rating";
        refused_shown: "共拒绝 {n} 行，下面列出前 {shown} 行；这些价格已保存，不生效。", "{n} lines were refused, the first {shown} of them below; they are kept and are not in force.";
        cli_refused: "因信用评价暂停挂网，拒绝 {n} 行；已保存，不生效。", "{n} lines refused because of a credit rating; they are kept and not in force.";
        refused_csv: "导出拒绝的行", "Export the refused lines";
    }
}
