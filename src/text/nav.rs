//! Names of the navigation.

messages! {
    /// Names of the navigation.
    Nav {
        label: "主导航", "Main navigation";
        home: "待办", "To do";
        public: "结果公示", "Published awards";
    }
}
