//! Messages of demand reporting.

messages! {
    /// Messages of demand reporting.
    Demand {
        title: "-", "-";
    }
}
