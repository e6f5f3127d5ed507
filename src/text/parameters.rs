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
        price_same_for_specs: "各规格同价（不作折算）", "One price for all specs (nothing is converted)";
        ranking: "排序依据", "Ranking";
        ranking_by: "排序依据", "Ranked by";
        ranking_least_cut: "最低降幅（低于此值的报价无效）", "Least cut of a valid bid";
        spec_ratios: "规格比价关系", "Price relations of specs";
        spec_ratios_specs: "规格", "Specs";
        spec_ratios_ratios: "比价系数（与规格一一对应）", "Ratios, one for each spec";
        related: "关联企业", "Related companies";
        related_keep: "保留的报价", "Which bid stands";
        products: "一家多产品申报", "Several products of a company";
        products_most_per_company: "每家企业最多中选产品数", "Most places of one company";
        tie_break: "同价排序", "Equal prices";
        tie_break_order: "比较顺序", "Compared in this order";
        units: "竞价单元A、B", "Units A and B";
        units_demand_share: "A单元的需求量累计比例", "Share of demand that makes unit A";
        units_supplies_all: "A单元须能供应全部地区", "Unit A must supply all regions";
        units_b_within_a: "B单元价格不高于A单元最高中选价", "B not above the highest price that won in A";
        quota: "入围数", "Shortlist";
        quota_by_bidders: "按有效申报企业数（1、2、3…）的最多入围数", "Places by number of valid bidders (1, 2, 3 …)";
        guarantee: "保底中选", "Guarantee";
        guarantee_min_cut: "最低降幅", "Least cut";
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
        pre_winners: "预中选与议价", "Pre-winners and negotiation";
        pre_winners_direct: "直接中选的品种数上限", "Most pre-winners that win directly";
        pre_winners_direct_bidders: "可直接中选的最少申报企业数", "Fewest bidders to win directly";
        pre_winners_mean_of: "平均降幅的计算范围", "Whose cuts the mean is of";
        pre_winners_mean_bidders: "计入平均降幅的最少申报企业数", "Fewest bidders to count for the mean";
        pre_winners_factor: "平均降幅的倍数", "Times the mean";
        classes: "A、B、C分类", "Classes A, B and C";
        classes_by: "分类依据", "Sorted by";
        classes_a_places: "A类数（按中选企业数1、2、3…）", "Class A by winners 1, 2, 3 …";
        classes_b_places: "B类数（按中选企业数1、2、3…）", "Class B by winners 1, 2, 3 …";
        classes_a_line: "A类最高价占最高有效申报价的比例", "Highest price of class A as a share of the ceiling";
        classes_b_line: "B类最高价占最高有效申报价的比例", "Highest price of class B as a share of the ceiling";
        zero_volume: "不带量中选", "Winning without volume";
        zero_volume_deviations: "低于均价的标准差个数", "Standard deviations below the mean";
        revival: "入围复活", "Revival of shortlisted bids";
        revival_price: "接受的价格", "Price to accept";
        revival_single_winner: "仅一家未熔断时的基准", "Base when a single bid won";
        revival_volume: "是否带量", "Carries volume";
        revival_chooses_regions: "是否选择供应地区", "Chooses regions";
        revival_out: "未入围复活", "Revival from outside the shortlist";
        revival_out_price: "接受的价格", "Price to accept";
        revival_out_wanted: "限报量不低于均值且报价非最高的厂牌", "Only brands with the mean volume and not the highest price";
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
        volume_hospitals_place: "医疗机构可先自行调剂", "Hospitals may place it themselves first";
        grade: "梯度带量", "Graded volume";
        grade_by: "梯度依据", "Graded by";
        grade_own: "自有厂牌量的保留比例（第1、2、3…）", "Part of its own demand kept, from the first";
        grade_first: "第一顺位的保留比例（A1）", "Part the first rank keeps (A1)";
        grade_first_in_a: "限第一顺位为A类", "Only when the first rank is in class A";
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
        word_coverage: "报量覆盖地区数", "regions that reported the brand";
        word_capacity: "供应能力", "capacity";
        word_price: "价格", "price";
        word_cut: "降幅", "cut";
        word_direct: "直接中选的预中选品种", "the pre-winners that win directly";
        word_pre_winners: "全部预中选品种", "all pre-winners";
        word_place: "中选名次", "place among the winners";
        word_rank: "中选顺位", "rank";
        word_class: "类别", "class";
        word_highest_shortlisted: "入围企业中选的最高价（含复活）", "the highest price a shortlisted bid wins at";
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
