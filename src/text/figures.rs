//! Names of the figures of findings.

messages! {
    /// Names of the figures of findings.
    Figures {
        contract: "合同编号", "contract";
        contract_price: "合同价", "contract price";
        payment_standard: "支付标准", "payment standard";
        ceiling: "最高有效申报价", "ceiling";
        award_price: "中选价", "award price";
        lot: "竞价单元", "lot";
        excess: "高出", "excess";
        ratio: "倍数", "multiple";
        elsewhere: "其他地区最低挂网价（每单位）", "lowest listing elsewhere, for one unit";
        elsewhere_region: "最低价地区", "region of the lowest";
        regions: "参与比较的地区数", "regions compared";
        group_lowest: "同组最低价", "lowest of the group";
        group_lowest_product: "同组最低价产品", "product with the lowest price";
        previous: "上月均价", "mean price of the month before";
        change: "环比变动", "change on the month before";
        median: "同组当月中位价", "median of the group in the month";
        mad: "绝对中位差", "median absolute deviation";
        deviations: "偏离（稳健标准差的倍数）", "robust deviations away";
        highest: "最高成交价", "highest price paid";
        baseline: "基期均价", "mean price of the base months";
        drift: "累积和", "cumulative sum";
        months: "持续月数", "months in a row";
        usual_quantity: "平常月用量", "usual quantity of a month";
        agreed_quantity: "协议采购量", "agreed quantity";
        bought: "已采购量", "quantity bought";
        winner_quantity: "中选产品采购量", "quantity of winning products";
        non_winner_share: "非中选产品占比", "share of products that did not win";
        peers: "参与比较的数量", "compared with";
        peer_lowest: "同类最低", "lowest of these";
        peer_median: "同类中位", "median of these";
        peer_highest: "同类最高", "highest of these";
        purchases: "采购笔数", "purchases";
        group_purchases: "同组采购笔数", "purchases of the group";
    }
}
