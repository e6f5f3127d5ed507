//! Bids: sealed envelopes, receipts and the opening by two people.
