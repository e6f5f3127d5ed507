//! The seam for sealing envelopes: one function in, one out.
//!
//! Today it only frames the bytes: a version byte, 16 random bytes, the content. Two envelopes with the same
//! content are therefore different blobs, and the hash of a blob says nothing about a price. It is **not**
//! encryption: whoever can read the database's files can read the bids in them. Encryption at rest takes the
//! place of these two functions under another version byte; nothing else knows what a sealed blob looks like.

use argon2::password_hash::rand_core::{OsRng, RngCore};

use crate::error::{Error, Result};

/// Framed, not encrypted.
const FRAMED: u8 = 1;
/// Bytes of random padding.
const PAD: usize = 16;

/// Seals a content.
pub fn seal(content: &[u8]) -> Vec<u8> {
    let mut pad = [0_u8; PAD];
    OsRng.fill_bytes(&mut pad);
    let mut sealed = Vec::with_capacity(1 + PAD + content.len());
    sealed.push(FRAMED);
    sealed.extend_from_slice(&pad);
    sealed.extend_from_slice(content);
    sealed
}

/// Opens a sealed content. The fault never says what was inside.
pub fn open(sealed: &[u8]) -> Result<Vec<u8>> {
    match sealed.split_first() {
        Some((&FRAMED, rest)) if rest.len() >= PAD => Ok(rest.get(PAD..).unwrap_or_default().to_vec()),
        _ => Err(Error::fault("a sealed envelope cannot be opened")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_comes_out_and_no_two_blobs_are_alike() {
        for content in [&b""[..], b"x", "竞价单元,1".as_bytes()] {
            assert_eq!(open(&seal(content)).unwrap(), content);
            assert_ne!(seal(content), seal(content));
        }
        assert!(open(b"").is_err());
        assert!(open(&[1; 16]).is_err());
        assert!(open(&[2; 40]).is_err());
    }
}
