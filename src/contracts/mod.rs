//! Contracts of a hospital with a winner: agreed quantity, price, term, confirmed by both.
