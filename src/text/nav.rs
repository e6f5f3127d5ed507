//! Names of the navigation.

messages! {
    /// Names of the navigation.
    Nav {
        label: "主导航", "Main navigation";
        home: "待办", "To do";
        rounds: "批次", "Rounds";
        approvals: "复核", "Approvals";
        rules: "规则", "Rule sets";
    }
}
