//! Numbers drawn from a seed: SHA-256 of seed, run and counter, so that the same seed gives the same numbers on
//! every machine, in any order of the runs.

use sha2::{Digest, Sha256};

/// The numbers of one run.
pub struct Draws {
    seed: u64,
    run: u64,
    block: u64,
    bytes: [u8; 32],
    at: usize,
}

impl Draws {
    /// The numbers of a run.
    pub fn new(seed: u64, run: u64) -> Self {
        Self { seed, run, block: 0, bytes: [0; 32], at: 32 }
    }

    fn next(&mut self) -> u64 {
        if self.at == 32 {
            let mut hash = Sha256::new();
            hash.update(b"jicai-draws-1");
            for number in [self.seed, self.run, self.block] {
                hash.update(number.to_be_bytes());
            }
            self.bytes = hash.finalize().into();
            self.block += 1;
            self.at = 0;
        }
        let eight = self.bytes.iter().skip(self.at).take(8);
        self.at += 8;
        eight.fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }

    /// A number from 0 to `most`, each as likely as any other up to one part in 2^63 / `most`.
    pub fn up_to(&mut self, most: u64) -> u64 {
        let wide = u128::from(self.next()) * (u128::from(most) + 1);
        u64::try_from(wide >> 64).unwrap_or(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_run_draw_the_same_numbers() {
        let take = |seed, run| {
            let mut draws = Draws::new(seed, run);
            (0..9).map(|_| draws.up_to(999)).collect::<Vec<_>>()
        };
        assert_eq!(take(1, 1), take(1, 1));
        assert_ne!(take(1, 1), take(1, 2));
        assert_ne!(take(1, 1), take(2, 1));
    }

    #[test]
    fn every_number_is_drawn_about_as_often() {
        let mut draws = Draws::new(7, 0);
        let mut counts = [0_u32; 5];
        for _ in 0..10_000 {
            counts[usize::try_from(draws.up_to(4)).unwrap()] += 1;
        }
        assert!(counts.iter().all(|count| (1_850..2_150).contains(count)), "{counts:?}");
        assert_eq!(draws.up_to(0), 0);
    }
}
