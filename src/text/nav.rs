//! Names of the navigation.

messages! {
    /// Names of the navigation.
    Nav {
        label: "主导航", "Main navigation";
        of_catalogue: "目录", "Catalogue";
        of_rounds: "批次", "Rounds";
        of_supply: "合同与供应", "Supply";
        of_payment: "支付", "Payment";
        of_prices: "价格监测", "Prices";
        of_standards: "支付标准", "Standards";
        of_public: "公开", "Public";
        of_system: "系统", "System";
        home: "待办", "To do";
        alerts: "预警订阅", "Alerts";
        monitoring: "监测规则", "Monitoring rules";
        incidents: "核对异常", "Incidents";
        organisations: "单位与账号", "Organisations";
        mails: "邮件", "Mail";
        jobs: "定时任务", "Jobs";
        audit: "审计", "Audit";
        contracts: "合同", "Contracts";
        deliveries: "配送验收", "Deliveries";
        distributors: "配送企业", "Distributors";
        orders: "订单", "Orders";
        progress: "执行进度", "Progress";
        shortages: "短缺监测", "Shortages";
        invoices: "发票", "Invoices";
        payments: "付款", "Payments";
        ageing: "付款账龄", "Ageing";
        statements: "对账单", "Statements";
        standards: "支付标准", "Payment standards";
        indices: "价格指数", "Price indices";
        indicators: "指标", "Indicators";
        preparations: "医院制剂", "Hospital preparations";
        products: "产品目录", "Products";
        prices: "价格总览", "Price board";
        public: "公开数据", "Open data";
        findings: "价格疑点", "Price findings";
        rounds: "批次", "Rounds";
        ratio: "差比价", "Price ratios";
        approvals: "复核", "Approvals";
        simulations: "模拟", "Simulations";
        claims: "结算申请", "Claims";
        settlements: "直接结算", "Settlements";
        prepayments: "预付金", "Prepayments";
        bank_accounts: "收款账户", "Bank accounts";
        workdays: "工作日历", "Working days";
        rules: "规则", "Rule sets";
        cases: "价格案件", "Price cases";
        retention: "结余留用", "Surplus retention";
        assessments: "考核得分", "Assessments";
        credit: "履约记录", "Supplier performance";
        ratings: "信用评价", "Credit ratings";
        transactions: "采购与挂网数据", "Purchase and listing data";
        api_tokens: "接口令牌", "API tokens";
        terms: "执行参数", "Terms";
    }
}
