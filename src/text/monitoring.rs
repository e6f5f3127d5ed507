//! Messages of price monitoring: comparable prices, monitoring rules and scans.

messages! {
    /// Messages of price monitoring.
    Monitoring {
        k_line: "文件行无法读取", "line of the file unreadable";
        k_code: "编码有误", "bad code";
        k_name: "无通用名", "no generic name";
        k_no_price: "无价格（空或0）", "no price (blank or 0)";
        k_bad_price: "价格有误", "bad price";
        k_product: "耗材、饮片等不按含量比较", "consumables and decoction pieces, which have no strength";
        k_pack: "包装无法读取", "pack unreadable";
        k_unit: "包装不是按最小单位计数", "pack not counted in smallest units";
        k_part: "含量与价格不是按同一单位写明（每揿、每丸、每瓶等）", "strength and price are for different units (dose, pill, container)";
        k_spec: "规格无法读取", "specification unreadable";
        k_no_weight: "含量不以重量表示", "strength not stated as a weight";
        k_compound: "复方，含量不止一个数", "compound, its strength is more than one number";
        k_contradiction: "规格与包装互相矛盾", "specification and pack contradict each other";
        k_excluded: "列入排除清单", "on the exclusion list";
        k_ratio: "无法按差比价换算", "cannot be converted by the price ratios";
        k_mixed: "计价单位或装量与同组多数不同", "sold in another unit or size than most of its group";
        k_only: "组内只有一条", "the only listing of its group";
        no_name: "没有通用名，无法分组。请补填。", "There is no generic name to group by; enter it.";
        no_price: "没有价格（空或0）。", "There is no price (blank or 0).";
        product: "编码以{kind}开头的产品没有可比较的含量，不按最小单位比价。", "Products whose code starts with {kind} have no strength that prices for one unit could be compared by.";
        unit: "包装“{pack}”以“{unit}”计数，不是该剂型的最小单位，算不出单位价。请写明片、粒、袋、支等的数量。", "The pack \"{pack}\" counts {unit}, which is not the smallest unit of this form, so there is no unit price; state the number of tablets, sachets, vials …";
        part: "规格“{spec}”写的是每揿、每丸或每个容器的含量，价格却按“{unit}”计，不是同一单位。请写明每{unit}的含量或装量。", "The specification \"{spec}\" states the strength of a dose, a pill or a container while the price is for one {unit}; state what one {unit} holds.";
        no_weight: "规格“{spec}”没有以毫克等重量写明含量，不能按含量分组。", "The specification \"{spec}\" states no weight, so the listing cannot be grouped by its strength in mg.";
        compound: "规格“{spec}”写明多种成分，含量不是一个数，不能按含量分组。", "The specification \"{spec}\" states several components, so the strength is not one number to group by.";
        contradiction: "规格“{spec}”与包装“{pack}”写明的含量或装量不一致，不知哪个正确。请核对。", "The specification \"{spec}\" and the pack \"{pack}\" state different contents or volumes; which is right is unknown. Check them.";
        excluded: "已列入排除清单：{reason}", "Excluded by the list: {reason}";
        ratio: "不能换算为规格“{reference}”：{why}", "It cannot be converted to the specification \"{reference}\": {why}";
        mixed: "计价单位为“{own}”，同组多数为“{group}”，不能直接比较。", "It is sold by {own}, the others of its group by {group}; the prices cannot be held against each other.";
        only: "同组没有其他挂网记录可以比较。", "Its group has no other listing to compare with.";
        exclusion_nothing: "没有写编码，也没有写通用名，会排除全部产品。请至少填写一项", "it names neither a code nor a generic name and would exclude everything; give at least one";
        exclusion_days: "截止日期早于起始日期。请改正", "its last day is before its first; correct them";
        no_price_column: "文件没有挂网价格一列（listing_price 或 挂网价格）。", "The file has no column of listing prices (listing_price or 挂网价格).";
        tier_none: "最低价", "lowest price";
        tier_yellow: "黄色预警", "yellow";
        tier_red1: "红色一星", "red, one star";
        tier_red2: "红色二星", "red, two stars";
        tier_red3: "红色三星", "red, three stars";
        rule_unknown: "没有名为“{name}”的监测规则。现有规则：{known}。", "There is no monitoring rule \"{name}\". The rules are: {known}.";
        rule_unreadable: "第{line}行：{message}", "line {line}: {message}";
        rule_blank: "监测规则的 {field} 为空，请填写。", "The monitoring rule's {field} is blank; write it.";
        rule_days: "监测规则的 {field} 早于其应在之后的日期，请改正日期。", "The monitoring rule's {field} is before the day it must follow; correct the days.";
        rule_no_tiers: "监测规则没有分级，请至少写一级。", "The monitoring rule has no tiers; write one at least.";
        rule_bound: "分级 {tier} 必须且只能写 above 或 from 之一。", "The tier {tier} must have one of above and from, not both.";
        rule_order: "分级 {tier} 必须高于前一级，并且高于1倍。", "The tier {tier} must lie above the one before it, and above 1.";
        rule_not_in_force: "监测规则“{name}”在{day}不在有效期内。", "The monitoring rule \"{name}\" does not hold on {day}.";
        scan_rule: "规则：{title}（{name}，第{version}版，{document}），{day}。", "Rule: {title} ({name}, version {version}, {document}), {day}.";
        scan_counts: "挂网记录 {read} 条：可比 {compared} 条，{groups} 组；不可比 {left} 条。", "{read} listings: {compared} compared in {groups} groups, {left} not compared.";
        scan_tier: "  {tier}（{word}）：{count}，其中片剂、胶囊 {solid}", "  {tier} ({word}): {count}, of these tablets and capsules {solid}";
        scan_largest: "最大价差 {ratio} 倍：{generic} {strength}（组 {key}），最低 {lowest} 元（{low_code}，第{low_line}行），最高 {highest} 元（{high_code}，第{high_line}行）。", "Largest spread, {ratio} times: {generic} {strength} (group {key}), lowest {lowest} yuan ({low_code}, line {low_line}), highest {highest} yuan ({high_code}, line {high_line}).";
        scan_largest_solid: "片剂、胶囊最大价差 {ratio} 倍：{generic} {strength}（组 {key}），最低 {lowest} 元（{low_code}，第{low_line}行），最高 {highest} 元（{high_code}，第{high_line}行）。", "Largest spread of tablets and capsules, {ratio} times: {generic} {strength} (group {key}), lowest {lowest} yuan ({low_code}, line {low_line}), highest {highest} yuan ({high_code}, line {high_line}).";
        scan_left: "不可比的原因：", "Not compared because:";
        scan_reason: "  {reason}（{word}）：{count}", "  {reason} ({word}): {count}";
        scan_review: "注意：该规则应在 {day} 前复核，已过期。", "Note: this rule was due for review by {day}.";
        scan_too_large: "数值过大，无法计算。", "A number is too large to compute with.";
        scan_day: "不是日期。请写成 2026-11-27 的形式", "not a day; write it like 2026-11-27";
    }
}
