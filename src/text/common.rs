//! Messages of common.

messages! {
    /// Messages of common.
    Common {
        title: "集采", "jicai";
    }
}
