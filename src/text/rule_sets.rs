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
        rule_choice: "{name}：与 {choice} 不匹配，请按该选项补充或删除。", "{name}: does not go with {choice}; add it where that choice needs it, or remove it.";
        rule_not_beside: "{name}：与 {other} 互相矛盾，请删除其中一个。", "{name}: contradicts {other}; remove one of them.";
        rule_unequal: "{name}：与 {other} 的项数不一致，请一一对应填写。", "{name}: has not as many entries as {other}; give one for each.";
        rule_spec: "spec_ratios.specs：规格“{spec}”不是“毫升数:单位数”的形式或重复，请改为如“3ml:300”的写法。", "spec_ratios.specs: \"{spec}\" is not millilitres and units, or appears twice; write it like 3ml:300.";
        rule_twice: "{name}：同一比较项出现两次，请删除一个。", "{name}: the same comparator appears twice; remove one.";
        list_header: "名称\t标题\t来源文件", "name\ttitle\tdocument";
        show_header: "参数\t取值\t可信度\t条款\t出处", "parameter\tvalue\tconfidence\tclause\tsource";
        check_sound: "{name}：规则文件合格，共 {count} 个参数。", "{name}: the rule set is sound; it has {count} parameters.";
        diff_header: "参数\t原值\t新值", "parameter\tbefore\tafter";
        show_title: "标题", "title";
        show_document: "来源文件", "document";
        show_hash: "文件摘要 SHA-256", "SHA-256";
        confidence_verified: "已核实", "verified";
        confidence_second_hand: "转述", "second-hand";
        confidence_own: "自定，待核实", "own choice, to be checked";
    }
}
