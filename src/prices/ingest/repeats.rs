//! Which lines of a file come more than once, counted exactly in bounded memory.

use std::collections::HashMap;
use std::hash::BuildHasher;

use super::import::Content;

/// Bits of the first look; 64 MB, of which a short file touches little.
const BITS: u64 = 1 << 29;
/// Most different contents that are held because they come, or may come, more than once.
const MOST: usize = 1_000_000;

/// A first look notes every line by one bit; a line whose bit is taken comes again or shares its bit with another, and
/// its content is held. A second look counts what is held, so that the count is exact and nothing else takes memory.
pub struct Repeats {
    bits: Vec<u64>,
    held: HashMap<Content, i32>,
}

impl Repeats {
    /// Nothing seen yet.
    pub fn new() -> Self {
        Self { bits: vec![0; usize::try_from(BITS / 64).unwrap_or(1)], held: HashMap::new() }
    }

    /// The first look at a line; false when too much would have to be held.
    pub fn note(&mut self, content: &Content) -> bool {
        let bit = self.held.hasher().hash_one(content) % BITS;
        let Some(word) = usize::try_from(bit / 64).ok().and_then(|at| self.bits.get_mut(at)) else {
            return false;
        };
        let mask = 1 << (bit % 64);
        if *word & mask == 0 {
            *word |= mask;
        } else if !self.held.contains_key(content) {
            self.held.insert(content.clone(), 0);
        }
        self.held.len() <= MOST
    }

    /// Ends the first look.
    pub fn seen(&mut self) {
        self.bits = Vec::new();
    }

    /// The second look at a line: how often its content has come, this time included.
    pub fn count(&mut self, content: &Content) -> i32 {
        if self.held.is_empty() {
            return 1;
        }
        match self.held.get_mut(content) {
            None => 1,
            Some(count) => {
                *count = count.saturating_add(1);
                *count
            }
        }
    }
}
