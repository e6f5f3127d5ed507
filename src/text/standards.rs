//! Messages of payment standards and their feed.

messages! {
    /// Messages of payment standards and their feed.
    Standards {
        title: "-", "-";
    }
}
