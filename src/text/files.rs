//! Messages of files.

messages! {
    /// Messages of files.
    Files {
        title: "集采", "jicai";
    }
}
