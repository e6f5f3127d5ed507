//! The Merkle tree over a round's receipts, as in RFC 6962 section 2.1: SHA-256, a leaf hashed after a byte 0, a
//! node after a byte 1. Whoever holds a receipt and the published root can check with a short path that the receipt
//! was counted. Pure.

use sha2::{Digest, Sha256};

use crate::types::{RoundId, hex, unhex};

/// A hash of the tree.
pub type Hash = [u8; 32];

/// First line of an inclusion proof.
const MARK: &str = "jicai-inclusion-1";

/// The leaf of one receipt's text.
pub fn leaf(text: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(text).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The largest power of two below the number of leaves: where the tree divides.
fn split(count: usize) -> usize {
    count.next_power_of_two() / 2
}

/// The root over leaves in order; of none, the hash of nothing.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest(b"").into(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node(&root(left), &root(right))
        }
    }
}

/// The hashes beside the way from a leaf up to the root, from the leaf on.
fn path(leaves: &[Hash], index: usize) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let at = split(leaves.len());
    let (left, right) = leaves.split_at(at);
    let (mut below, beside) = match index.checked_sub(at) {
        Some(index) => (path(right, index), root(left)),
        None => (path(left, index), root(right)),
    };
    below.push(beside);
    below
}

/// The root that a leaf and its path lead to (RFC 9162 section 2.1.3.2); `None` when the path does not fit.
fn climb(leaf: &Hash, index: usize, count: usize, path: &[Hash]) -> Option<Hash> {
    let (mut at, mut last) = (index, count.checked_sub(1)?);
    if at > last {
        return None;
    }
    let mut found = *leaf;
    for beside in path {
        if last == 0 {
            return None;
        }
        if at % 2 == 1 || at == last {
            found = node(beside, &found);
            while at % 2 == 0 && at != 0 {
                (at, last) = (at / 2, last / 2);
            }
        } else {
            found = node(&found, beside);
        }
        (at, last) = (at / 2, last / 2);
    }
    (last == 0).then_some(found)
}

/// That one receipt is among those of a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// Of which round.
    pub round: RoundId,
    /// Which leaf it is, from 0.
    pub index: usize,
    /// How many leaves there are.
    pub count: usize,
    /// The root.
    pub root: Hash,
    /// The hashes beside its way up.
    pub path: Vec<Hash>,
}

impl Inclusion {
    /// The proof for one leaf.
    pub fn of(round: RoundId, leaves: &[Hash], index: usize) -> Self {
        Self { round, index, count: leaves.len(), root: root(leaves), path: path(leaves, index) }
    }

    /// Whether a receipt's text is the leaf this proof leads up from.
    pub fn proves(&self, text: &[u8]) -> bool {
        climb(&leaf(text), self.index, self.count, &self.path) == Some(self.root)
    }

    /// The proof as a file.
    pub fn file(&self) -> String {
        let mut text = format!(
            "{MARK}\nround: {}\nindex: {}\ncount: {}\nroot: {}\n",
            self.round,
            self.index,
            self.count,
            hex(&self.root)
        );
        for beside in &self.path {
            text.push_str(&format!("path: {}\n", hex(beside)));
        }
        text
    }

    /// The proof of a file.
    pub fn read(file: &str) -> Option<Self> {
        let mut lines = file.lines().map(str::trim_end);
        if lines.next()? != MARK {
            return None;
        }
        let mut value = |name: &str| lines.next()?.strip_prefix(name).map(str::to_owned);
        let (round, index) = (value("round: ")?.parse().ok()?, value("index: ")?.parse().ok()?);
        let (count, root) = (value("count: ")?.parse().ok()?, unhex(&value("root: ")?)?);
        let path = lines.map(|line| unhex(line.strip_prefix("path: ")?)).collect::<Option<Vec<_>>>()?;
        Some(Self { round, index, count, root, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaves(n: usize) -> Vec<Hash> {
        (0..n).map(|i| leaf(format!("receipt {i}").as_bytes())).collect()
    }

    /// The test vectors of the reference implementation of Certificate Transparency.
    #[test]
    fn roots_are_those_of_the_published_vectors() {
        let inputs: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let all: Vec<Hash> = inputs.iter().map(|i| leaf(i)).collect();
        let check = |n: usize, want: &str| assert_eq!(hex(&root(&all[..n])), want, "{n}");
        check(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        check(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        check(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
        check(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
        check(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
        check(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4");
        check(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef");
        check(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c");
        check(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    }

    proptest! {
        #[test]
        fn every_leaf_is_proved_and_no_other(n in 1_usize..70, at in 0_usize..70, other in 0_usize..70) {
            let (at, other, all) = (at % n, other % n, leaves(n));
            let proof = Inclusion::of(RoundId::new(), &all, at);
            let text = |n: usize| format!("receipt {n}").into_bytes();
            prop_assert!(proof.proves(&text(at)));
            prop_assert_eq!(proof.proves(&text(other)), other == at);
            prop_assert_eq!(Inclusion::read(&proof.file()), Some(proof.clone()));
            let short = Inclusion { path: proof.path[..proof.path.len().saturating_sub(1)].to_vec(), ..proof.clone() };
            prop_assert!(n == 1 || !short.proves(&text(at)));
            let elsewhere = Inclusion { index: n, ..proof };
            prop_assert!(!elsewhere.proves(&text(at)));
        }
    }

    #[test]
    fn one_leaf_more_less_or_changed_is_another_root() {
        let all = leaves(5);
        let whole = root(&all);
        assert_ne!(whole, root(&all[..4]));
        let mut changed = all.clone();
        changed.swap(1, 2);
        assert_ne!(whole, root(&changed));
    }
}
