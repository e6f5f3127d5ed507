//! Messages of catalog.

messages! {
    /// Messages of catalog.
    Catalog {
        title: "集采", "jicai";
    }
}
