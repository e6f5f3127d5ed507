//! Names of the parameters of rule sets: `section`, or `section_key`; and the words they can be.

messages! {
    /// Names of the parameters of rule sets.
    Parameters {
        name: "名称（文件编号）", "Name (document number)";
        title: "中文标题", "Title in Chinese";
        title_en: "英文标题", "Title in English";
        document: "来源文件", "Document";
        clause: "条款", "Clause";
        source: "出处", "Source";
        confidence: "可信度", "How sure";
        price: "报价", "Price";
        price_decimals: "报价小数位数", "Decimals of a price";
        related: "关联企业", "Related companies";
        related_keep: "保留的报价", "Which bid stands";
        tie_break: "同价排序", "Equal prices";
        tie_break_order: "比较顺序", "Compared in this order";
        quota: "入围数", "Shortlist";
        quota_by_bidders: "按有效申报企业数（1、2、3…）的最多入围数", "Places by number of valid bidders (1, 2, 3 …)";
        elimination: "差价最大品种减少入围", "Widest spreads lose a place";
        elimination_enabled: "是否启用", "Applies";
        elimination_lots: "品种数", "How many lots";
        fuse: "熔断", "Ratio fuse";
        fuse_factor: "倍数", "Factor";
        fuse_anchor: "锚点公式", "Anchor";
        fuse_mean_share: "入围均价的比例", "Share of the mean";
        fuse_deviations: "标准差个数", "Standard deviations";
        min_cut: "降幅保护", "Cut that wins";
        min_cut_ratio: "最低降幅", "Least cut";
        low_price: "低价线", "Low-price lines";
        low_price_oral_solid: "口服固体", "Oral solids";
        low_price_small_injection: "小容量注射剂", "Small-volume injections";
        low_price_large_injection: "大容量注射剂", "Large-volume injections";
        low_price_other: "其他", "Other forms";
        single_bidder: "独家申报", "Single bidder";
        single_bidder_min_cut: "最低降幅", "Least cut";
        zero_volume: "不带量中选", "Winning without volume";
        zero_volume_deviations: "低于均价的标准差个数", "Standard deviations below the mean";
        revival: "入围复活", "Revival of shortlisted bids";
        revival_price: "接受的价格", "Price to accept";
        revival_single_winner: "仅一家未熔断时的基准", "Base when a single bid won";
        revival_volume: "是否带量", "Carries volume";
        revival_chooses_regions: "是否选择供应地区", "Chooses regions";
        revival_out: "未入围复活", "Revival from outside the shortlist";
        revival_out_price: "接受的价格", "Price to accept";
        revival_out_volume: "是否带量", "Carries volume";
        revival_out_chooses_regions: "是否选择供应地区", "Chooses regions";
        revival_reference: "参比制剂复活", "Revival of reference drugs";
        revival_reference_price: "接受的价格", "Price to accept";
        revival_reference_volume: "是否带量", "Carries volume";
        revival_reference_chooses_regions: "是否选择供应地区", "Chooses regions";
        share: "约定采购量比例", "Agreed share";
        share_general: "一般品种（按中选企业数1、2、3…）", "General (by winners 1, 2, 3 …)";
        share_reduced: "抗菌药物和激素", "Antibiotics and hormones";
        share_special: "特殊使用级抗菌药物", "Special antibiotics";
        term: "采购周期", "Term";
        term_years: "年数（按中选企业数1、2、3…）", "Years (by winners 1, 2, 3 …)";
        term_end: "截止日", "End of every term";
        term_end_until: "最后一日", "Last day";
        volume: "约定量", "Agreed volume";
        volume_rounding_unit: "取整单位", "Rounding unit";
        volume_unclaimed: "未指定中选厂牌的量", "Volume no winner was named for";
        regions: "供应地区选择", "Choice of regions";
        regions_priority: "第一顺位优先选择数", "Regions taken first by rank 1";
        regions_spare: "是否选择备供", "Spare suppliers";
        standard: "支付标准", "Payment standard";
        standard_multiple: "中选价倍数", "Multiple of the selected price";
        standard_cut: "首年下调比例", "Cut in the first year";
        standard_years: "调整到位年数", "Years to the selected price";
        word_lowest: "最低价", "the lowest price";
        word_lowest_or_mean_share: "最低价与均价一定比例的较高者", "the higher of the lowest and a share of the mean";
        word_lowest_or_mean_less_deviation: "最低价与均价减标准差的较高者", "the higher of the lowest and the mean less deviations";
        word_sales: "上年销量", "last year's sales";
        word_reported_volume: "医疗机构报量", "reported volume";
        word_highest_winner: "未复活中选的最高价", "the highest price that won without revival";
        word_winner: "该中选价", "the winner's price";
        word_anchor: "锚点价", "the anchor";
        word_main_supplier: "主供企业承接，其次备供", "main supplier, then spare";
        word_first_rank: "第一顺位承接", "the first rank";
        word_proportional: "按各厂牌量比例承接", "in proportion to the brands' volume";
        word_true: "是", "yes";
        word_false: "否", "no";
        word_verified: "已核实", "verified";
        word_second_hand: "转述", "second-hand";
        word_own: "自定，待核实", "own choice, to be checked";
    }
}

impl super::Text {
    /// A parameter by its full name (`fuse.factor`) with its section; the name itself when it has none yet.
    pub fn parameter(&self, name: &str) -> String {
        match name.split_once('.') {
            Some((section, _)) => format!("{} · {}", self.parameter_key(section), self.parameter_key(name)),
            None => self.parameter_key(name),
        }
    }

    /// The same without its section.
    pub fn parameter_key(&self, name: &str) -> String {
        let mark = name.rsplit('.').next().filter(|key| ["clause", "source", "confidence"].contains(key));
        named(self.lang, mark.unwrap_or(name)).unwrap_or_else(|| name.to_owned())
    }

    /// A value as people read it: one or more of the closed words by their names, anything else as it stands, so
    /// that a source which happens to say "own" is left alone.
    pub fn parameter_value(&self, value: &str) -> String {
        let words: Option<Vec<String>> =
            value.split(' ').map(|word| named(self.lang, &format!("word_{word}"))).collect();
        words.map_or_else(|| value.to_owned(), |words| words.join(" "))
    }

    /// A word that a parameter can be, as people read it.
    pub fn parameter_word(&self, word: &str) -> String {
        named(self.lang, &format!("word_{word}")).unwrap_or_else(|| word.to_owned())
    }
}

fn named(lang: super::Lang, name: &str) -> Option<String> {
    let key = name.replace('.', "_");
    let (_, zh, en) = Parameters::ALL.iter().find(|(known, ..)| *known == key)?;
    Some(if lang == super::Lang::Zh { *zh } else { *en }.to_owned())
}
