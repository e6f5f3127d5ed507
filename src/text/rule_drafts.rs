//! Messages of the pages of rule sets: reading, copying, changing, comparing, publishing.

messages! {
    /// Messages of the pages of rule sets.
    RuleDrafts {
        action: "发布规则版本", "publish a rule set";

        // Refusals.
        name_taken: "名称“{name}”已属于另一个规则版本。请改用新的名称，或从该规则版本复制。", "The name \"{name}\" belongs to another rule set. Use a new name, or copy that rule set.";
        name_bad: "名称“{name}”应为文件编号，只用文字、数字和 - _ . ( ) 〔 〕，最多 {n} 个字符。", "The name \"{name}\" must be a document number of letters, digits and - _ . ( ), at most {n} characters.";
        unsourced: "可信度不是“自定”时必须填写出处。请填写，或将可信度改为自定。", "A section that is not its officer's own choice must say where it was read. Give the source, or mark it as own.";
        not_whole: "“{text}”不是整数，请填写不小于零的整数。", "\"{text}\" is not a whole number: use digits only.";
        not_a_day: "“{text}”不是日期，应如 2028-12-31。", "\"{text}\" is not a day such as 2028-12-31.";
        not_a_word: "“{text}”不在可选范围内，可选：{words}。", "\"{text}\" is not one of {words}.";
        too_long: "超过 {n} 个字符，请缩短。", "Longer than {n} characters; shorten it.";
        too_many: "超过 {n} 项，请减少。", "More than {n} entries; give fewer.";
        faults: "有 {n} 处需要改正，见各项旁边的说明。", "{n} fields need correcting; see beside each.";
        round_not_opened: "该批次尚未开标，不能试算。请选择已开标的批次。", "The bids of this round are not opened yet; choose an opened round.";

        // Reading.
        versions: "该规则的各版本", "Versions of this rule set";
        rounds: "使用本版本的批次", "Rounds that use this version";
        rounds_empty: "目前没有您可查看的批次使用本版本。", "No round that you may see uses this version.";
        legend: "可信度说明：", "How sure a parameter is:";
        legend_verified: "在文件或报道中读到", "read in the document or a report of it";
        legend_second_hand: "仅见他人转述", "reported by others only";
        legend_own: "本单位或平台自定，使用前须核实", "own choice, to be checked before use";
        own_only: "只看自定的参数", "Own choices only";
        all_parameters: "看全部参数", "All parameters";
        own_empty: "本版本没有自定的参数。", "This version has no parameter of its own choice.";
        download_toml: "下载 TOML", "Download TOML";
        download_csv: "导出参数 CSV", "Export parameters CSV";
        compare: "比较", "Compare";
        compare_with: "与其他版本比较", "Compare with another version";

        // Drafts.
        drafts_empty: "没有未完成的草稿。请打开一个规则版本，复制后修改。", "There are no open drafts. Open a rule set and copy it to begin one.";
        drafts_caption: "尚未发布的规则草稿，最新的在前", "Rule sets being written, the newest first";
        draft_of: "规则草稿", "Draft of a rule set";
        copy_hint: "名称不变则发布为下一版本；改用新名称则成为新的规则。", "With the same name it becomes the next version; with another it becomes a new rule set.";
        copy_name: "名称（文件编号）", "Name (document number)";
        edit: "修改参数", "Change parameters";
        edit_hint: "改动了取值而没有填写新出处的部分，可信度自动记为“自定”。", "A section whose values change without a source of their own is marked as own choice.";
        switched_on: "启用本节", "This section applies";
        bounds: "{low} 至 {high}", "{low} to {high}";
        list_hint: "各项之间用空格分隔", "entries separated by spaces";
        lines_hint: "每行一项", "one entry a line";
        words_hint: "按顺序选择，不用的留空", "in order; leave the rest empty";
        nothing_chosen: "（不选）", "(none)";
        title_zh: "中文标题", "Title in Chinese";
        title_en: "英文标题", "Title in English";

        // Comparing.
        compare_title: "规则版本比较", "Rule sets compared";
        compare_from: "原版本", "From";
        compare_to: "新版本", "To";
        compare_round: "在已开标批次上试算", "Try on an opened round";
        compare_round_none: "不试算", "Do not try";
        compare_show: "比较", "Compare";
        parameter: "参数", "Parameter";
        same: "两个版本的参数完全相同。", "The two say the same.";
        differences: "{n} 处差异", "{n} differences";
        effect: "对批次 {number} 的影响", "Effect on round {number}";
        effect_none: "两个版本对该批次全部 {n} 个报价的结论相同。", "Both decide all {n} bids of this round the same.";
        effect_some: "{n} 个报价中有 {changed} 个结论不同。仅为试算，不改变该批次的结果。", "{changed} of {n} bids are decided differently. This only tries; the round's award is not touched.";
        effect_lots: "竞价单元的变化", "Lots that change";
        effect_refused: "无法试算：{reason}", "It cannot be tried: {reason}";
        lot: "竞价单元", "Lot";
        company: "企业", "Company";
        status: "结论", "Decision";
        price: "中选价", "Award price";
        reason: "理由", "Reason";
        winners: "中选企业数", "Winners";
        share: "约定比例", "Agreed share";
        agreed: "约定采购量", "Agreed volume";
    }
}
