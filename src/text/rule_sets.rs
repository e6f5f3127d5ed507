//! Messages of rule sets.

messages! {
    /// Messages of rule sets.
    RuleSets {
        rule_set_unknown: "没有名为“{name}”的规则版本。可用的有：{known}。", "There is no rule set named \"{name}\". There are: {known}.";
        rule_set_unreadable: "第 {line} 行：规则文件无法读取：{message}。请对照 jicai rules show 的参数改正。", "Line {line}: the rule set cannot be read: {message}. Correct it after the parameters of jicai rules show.";
        rule_empty: "{name}：不能为空，请填写。", "{name}: is empty; fill it in.";
        rule_falling: "{name}：第 {entry} 项小于前一项，请按企业数由少到多填写不下降的数值。", "{name}: entry {entry} is below the one before; give values that never fall as companies become more.";
        rule_outside: "{name}：“{value}”不在 {low} 至 {high} 之间，或小数位过多。", "{name}: \"{value}\" is not between {low} and {high}, or has too many decimals.";
        rule_quota_above_bidders: "quota.by_bidders：{bidders} 家申报时最多入围数为 {quota}，超过了申报企业数，请改小。", "quota.by_bidders: {quota} places for {bidders} bidders; a quota cannot exceed the number of bidders.";
        rule_formula: "{name}：锚点公式 {anchor} 与该参数不匹配，请按公式补充或删除。", "{name}: does not go with the anchor formula {anchor}; add it where the formula needs it, or remove it.";
        rule_needs_fuse: "{name}：没有 [fuse] 时该节没有意义，请补充 [fuse] 或删除该节。", "{name}: means nothing without [fuse]; add that section or remove this one.";
        rule_apart: "[{one}] 与 [{other}] 不能同时使用，请删除其中一节。", "[{one}] and [{other}] do not go together; remove one of them.";
        rule_twice: "{name}：同一比较项出现两次，请删除一个。", "{name}: the same comparator appears twice; remove one.";
        list_header: "名称\t标题\t来源文件", "name\ttitle\tdocument";
        show_header: "参数\t取值\t可信度\t条款\t出处", "parameter\tvalue\tconfidence\tclause\tsource";
        show_title: "标题", "title";
        show_document: "来源文件", "document";
        show_hash: "文件摘要 SHA-256", "SHA-256";
        confidence_verified: "已核实", "verified";
        confidence_second_hand: "转述", "second-hand";
        confidence_own: "自定，待核实", "own choice, to be checked";
    }
}
