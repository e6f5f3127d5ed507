//! Messages of contracts.

messages! {
    /// Messages of contracts.
    Contracts {
        title: "-", "-";
    }
}
