//! Messages of open data and the public pages.

messages! {
    /// Messages of open data and the public pages.
    Publish {
        criteria: "按集中采购规则 {name}（SHA-256 {hash}）评审，最低价优先", "Evaluated by rule set {name} (SHA-256 {hash}), lowest price first";
        unit_prices: "申报的是单位价格：投标的金额是其产品一个最小单位的价格（元），不是总价。", "Bids are unit prices: the value of a bid is the price of one smallest unit of its product in yuan, no total.";
        contracts_together: "各医疗机构已签订的合同 {n} 份合计", "{n} signed contracts of hospitals taken together";
        not_public: "批次 {number} 尚未发布，没有可公开的数据。请先发布批次。", "Round {number} is not published, so nothing of it is open data. Publish it first.";
        title: "公开数据", "Open data";
        intro: "以下内容无需登录即可查阅和下载。封标报价、个人信息从不公开；正在更正的中选结果在更正期间不显示。", "Everybody may read and download what follows without logging in. Sealed prices and personal data are never shown, nor an award while it is being corrected.";
        rounds: "批次结果", "Results of rounds";
        rounds_intro: "公示或已确定中选结果的批次。", "Rounds whose award is published or final.";
        winners: "中选产品与价格", "Winners and prices";
        winners_intro: "各批次当前公开的中选产品、企业和中选价。", "The winning products, companies and award prices that are public now.";
        standards: "医保支付标准", "Payment standards";
        standards_intro: "已发布并在今天有效的支付标准。", "Released payment standards in force today.";
        indices: "价格指数", "Price indices";
        indices_intro: "已批准的价格指数各月数值。", "The monthly values of approved price indices.";
        credit: "企业信用评价", "Credit register";
        credit_intro: "当前有效并公开的失信评级。", "Ratings in effect that are public.";
        receipts: "封标回执", "Receipts of sealed bids";
        receipts_intro: "验证申报文件是否被更改所需的公钥和汇总值。", "The key and the roots by which anybody checks that no bid was changed.";
        ocds: "开放采购数据标准（OCDS 1.1）", "Open Contracting Data Standard (OCDS 1.1)";
        ocds_intro: "每个批次的发布包和记录包，供程序读取；逐页由 links.next 相连。", "Release and record packages of every round, for programs; pages are joined by links.next.";
        releases: "发布包", "Releases";
        records: "记录包", "Records";
        search: "搜索", "Search";
        empty: "没有符合条件的内容。", "Nothing matches.";
        rows: "每页最多 {n} 行", "At most {n} rows a page";
        home: "返回公开数据", "Back to open data";
        round: "批次", "Round";
        round_title: "名称", "Title";
        state: "状态", "State";
        lot: "竞价单元", "Lot";
        generic: "通用名", "Generic name";
        form: "剂型或类型", "Form or type";
        company: "企业", "Company";
        product: "产品", "Product";
        spec: "规格", "Specification";
        pack: "包装", "Pack";
        ceiling: "最高有效申报价", "Ceiling";
        price: "中选价（元）", "Award price (yuan)";
        share: "约定采购量比例", "Agreed share";
        term: "采购周期（年）", "Term (years)";
        result: "结果", "Result";
        seq: "序号", "No.";
        standard: "支付标准（元）", "Payment standard (yuan)";
        unit: "计价单位（空为最小单位）", "Per (empty: smallest unit)";
        starts: "开始", "From";
        ends: "结束", "To";
        basis: "依据", "Basis";
        clause: "条款", "Clause";
        index: "指数", "Index";
        month: "月份", "Month";
        formula: "公式", "Formula";
        value: "数值", "Value";
        base: "基期", "Base period";
        open_ended: "至今", "open";
    }
}
