//! Messages of awards.

messages! {
    /// Messages of awards.
    Awards {
        title: "集采", "jicai";
    }
}
