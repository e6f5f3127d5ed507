//! Messages of bidding and opening.

messages! {
    /// Messages of bidding and opening.
    Bids {
        title: "-", "-";
    }
}
