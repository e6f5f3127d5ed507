//! Ids that depend on the seed alone: UUIDv7 of a given moment whose other bits are drawn.

use std::str::FromStr;

use crate::error::{Error, Result};
use crate::simulations::draws::Draws;
use crate::types::Time;

/// Makes ids in the order of their moments.
pub struct Ids {
    draws: Draws,
    at: u64,
    counter: u64,
}

impl Ids {
    /// Ids of a seed.
    pub fn new(seed: u64) -> Self {
        Self { draws: Draws::new(seed, 1), at: 0, counter: 0 }
    }

    /// The next id of a moment; ids of one moment ascend.
    pub fn next<T: FromStr>(&mut self, at: Time) -> Result<T>
    where
        T::Err: std::error::Error + Send + Sync + 'static,
    {
        let millis = u64::try_from(at.millis()).map_err(Error::fault_of)?;
        if millis == self.at {
            self.counter += 1;
        } else {
            (self.at, self.counter) = (millis, 0);
        }
        // Twelve bits and six of the variant's group count, the rest is drawn: 262,144 ids of one moment ascend.
        let [high, low] = [self.counter >> 6 & 0xfff, self.counter & 0x3f];
        let drawn = self.draws.up_to(u64::MAX) >> 8;
        let tail = (0b10 << 62) | (low << 56) | (drawn & 0x00ff_ffff_ffff_ffff);
        let id = uuid::Uuid::from_u64_pair((millis << 16) | 0x7000 | high, tail);
        id.hyphenated().to_string().parse().map_err(Error::fault_of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::OrderId;

    #[test]
    fn ids_of_a_seed_are_the_same_ascend_and_are_version_seven() {
        let make = || -> Vec<OrderId> {
            let mut ids = Ids::new(5);
            let at = Time::from_millis(1_764_000_000_000);
            (0..200_000).map(|i| ids.next(at.plus_millis(i / 150_000)).unwrap()).collect()
        };
        let made = make();
        assert_eq!(made, make());
        assert!(made.is_sorted_by(|a, b| a < b));
        let uuid: uuid::Uuid = made[0].as_str().parse().unwrap();
        assert_eq!((uuid.get_version_num(), uuid.get_variant()), (7, uuid::Variant::RFC4122));
    }
}
