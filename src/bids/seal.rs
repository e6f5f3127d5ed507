//! Sealing: a content is encrypted under a key of its own, and that key is shared among the round's openers.
//!
//! A sealed blob of version 2 is the version byte, 24 random bytes, and the content under XChaCha20-Poly1305 with a
//! fresh data key. The data key is split by Shamir's scheme over GF(256), so many of so many; each share is sealed
//! to one opener's key ([`key`]). Round, envelope and the content's hash are bound into all of it. The data key and
//! the plain shares are forgotten at once: from then on nobody, the platform included, can read the content until
//! enough openers give their keys. Version 1 only framed its content; blobs of older databases still open.

use blahaj::{Share, Sharks};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::rounds::openers::key::{self, Key};
use crate::signing::random;
use crate::types::{EnvelopeId, RoundId, hex, unhex};

/// Framed, not encrypted: 16 random bytes, then the content.
const FRAMED: u8 = 1;
const PAD: usize = 16;
/// Encrypted.
const SEALED: u8 = 2;
const NONCE: usize = 24;

/// What a content becomes.
pub struct Sealed {
    /// The encrypted content.
    pub blob: Vec<u8>,
    /// One share of its key for each opener, in the order of the keys given.
    pub shares: Vec<Vec<u8>>,
}

/// What is bound into a seal: moved to another envelope or round, it opens no more.
pub fn associated(round: &RoundId, envelope: &EnvelopeId, content_sha256: &str) -> Vec<u8> {
    format!("jicai-sealed-2\n{round}\n{envelope}\n{content_sha256}\n").into_bytes()
}

/// Encrypts under a key: 24 random bytes, then the text under XChaCha20-Poly1305.
pub fn encrypt(key: &[u8; 32], plain: &[u8], associated: &[u8]) -> Result<Vec<u8>> {
    let nonce = random::<NONCE>();
    let text = XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: associated })
        .map_err(|_| Error::fault("a content cannot be encrypted"))?;
    Ok([&nonce[..], &text].concat())
}

/// What [`encrypt`] encrypted, if nothing of it was changed.
pub fn decrypt(key: &[u8; 32], sealed: &[u8], associated: &[u8]) -> Option<Vec<u8>> {
    let (nonce, text) = sealed.split_at_checked(NONCE)?;
    let payload = Payload { msg: text, aad: associated };
    XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::try_from(nonce).ok()?, payload).ok()
}

/// Seals a content so that `needed` of the openers with these public keys can open it.
pub fn seal(content: &[u8], associated: &[u8], openers: &[&str], needed: u8) -> Result<Sealed> {
    let data_key = Zeroizing::new(random::<32>());
    let text = encrypt(&data_key, content, associated)?;
    let shares = Sharks(needed)
        .dealer(&*data_key)
        .zip(openers)
        .map(|(share, opener)| {
            key::seal_to(opener, &Zeroizing::new(Vec::from(&share)), &of_opener(associated, opener))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Sealed { blob: [&[SEALED], &text[..]].concat(), shares })
}

fn of_opener(associated: &[u8], public: &str) -> Vec<u8> {
    [associated, public.as_bytes(), b"\n"].concat()
}

/// An opener's share of one envelope's key.
pub fn open_share(key: &Key, sealed: &[u8], associated: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    key.open(sealed, &of_opener(associated, key.public()))
}

/// The content of a blob, with the plain shares of as many openers as are needed.
pub fn open(blob: &[u8], associated: &[u8], shares: &[&[u8]], needed: u8) -> Option<Vec<u8>> {
    let text = blob.strip_prefix(&[SEALED])?;
    if needed == 0 {
        return None;
    }
    let shares = shares.iter().map(|share| Share::try_from(*share).ok()).collect::<Option<Vec<_>>>()?;
    let data_key = Zeroizing::new(Sharks(needed).recover(&shares).ok()?);
    decrypt(data_key.as_slice().try_into().ok()?, text, associated)
}

/// Whether a blob is encrypted, or only framed by an earlier version.
pub fn is_encrypted(blob: &[u8]) -> bool {
    blob.first() != Some(&FRAMED)
}

/// The content of a framed blob.
pub fn open_framed(blob: &[u8]) -> Option<Vec<u8>> {
    let rest = blob.strip_prefix(&[FRAMED])?;
    rest.get(PAD..).map(<[u8]>::to_vec)
}

/// The hash over everything kept of a sealed envelope: the blob, then the public key and the share of each opener,
/// in the order of the public keys. A changed byte anywhere is found before anything is opened.
pub fn hash<'a>(blob: &[u8], shares: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut shares: Vec<_> = shares.into_iter().collect();
    shares.sort_unstable();
    let mut hash = Sha256::new().chain_update(blob);
    for (public, share) in shares {
        hash.update(unhex::<32>(public).unwrap_or_default());
        hash.update(share);
    }
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(n: usize) -> Vec<Key> {
        (0..n).map(|_| Key::generate()).collect()
    }

    fn shared(content: &[u8], keys: &[Key], needed: u8) -> (Sealed, Vec<Zeroizing<Vec<u8>>>) {
        let openers: Vec<&str> = keys.iter().map(Key::public).collect();
        let sealed = seal(content, b"about", &openers, needed).unwrap();
        let shares =
            keys.iter().zip(&sealed.shares).map(|(k, s)| open_share(k, s, b"about").unwrap()).collect();
        (sealed, shares)
    }

    #[test]
    fn each_pair_of_three_opens_and_one_alone_does_not() {
        let content = "竞价单元,1,0.4321".as_bytes();
        let (sealed, shares) = shared(content, &keys(3), 2);
        let with = |of: &[usize]| {
            let given: Vec<&[u8]> = of.iter().map(|i| shares[*i].as_slice()).collect();
            open(&sealed.blob, b"about", &given, 2)
        };
        for pair in [[0, 1], [0, 2], [1, 2], [2, 0]] {
            assert_eq!(with(&pair).unwrap(), content);
        }
        assert_eq!(with(&[0, 1, 2]).unwrap(), content);
        assert!(with(&[0]).is_none() && with(&[1, 1]).is_none() && with(&[]).is_none());
        // Nor when the number needed is said to be smaller: a share alone is no key.
        assert!((0..3).all(|i| open(&sealed.blob, b"about", &[&shares[i]], 1).is_none()));
        assert!(open(&sealed.blob, b"else", &[&shares[0], &shares[1]], 2).is_none());
    }

    #[test]
    fn a_share_is_for_its_holder_and_its_envelope_alone() {
        let keys = keys(2);
        let (sealed, _) = shared(b"x", &keys, 2);
        assert!(open_share(&keys[0], &sealed.shares[1], b"about").is_none());
        assert!(open_share(&keys[0], &sealed.shares[0], b"else").is_none());
    }

    #[test]
    fn a_changed_byte_of_the_blob_or_a_share_is_found() {
        let (sealed, shares) = shared(b"a content", &keys(2), 2);
        let given = [shares[0].as_slice(), shares[1].as_slice()];
        for at in 0..sealed.blob.len() {
            let mut changed = sealed.blob.clone();
            changed[at] ^= 0x80;
            assert!(open(&changed, b"about", &given, 2).is_none(), "byte {at}");
        }
        for at in 0..shares[1].len() {
            let mut changed = shares[1].to_vec();
            changed[at] ^= 0x80;
            assert!(open(&sealed.blob, b"about", &[&shares[0], &changed], 2).is_none(), "byte {at}");
        }
    }

    #[test]
    fn the_hash_covers_every_byte_and_no_order() {
        let (a, b) = ("aa".repeat(32), "bb".repeat(32));
        let whole = hash(b"blob", [(a.as_str(), &b"1"[..]), (b.as_str(), b"2")]);
        assert_eq!(whole, hash(b"blob", [(b.as_str(), &b"2"[..]), (a.as_str(), b"1")]));
        assert_ne!(whole, hash(b"blob", [(a.as_str(), &b"1"[..]), (b.as_str(), b"3")]));
        assert_ne!(whole, hash(b"blob", [(a.as_str(), &b"1"[..])]));
        assert_ne!(whole, hash(b"blot", [(a.as_str(), &b"1"[..]), (b.as_str(), b"2")]));
    }

    #[test]
    fn framed_blobs_of_earlier_versions_open() {
        let framed = [&[FRAMED], &[7; PAD][..], b"content"].concat();
        assert_eq!(open_framed(&framed).unwrap(), b"content");
        assert!(!is_encrypted(&framed));
        assert!(open_framed(&framed[..PAD]).is_none() && open_framed(b"").is_none());
        assert!(open_framed(&[2; 40]).is_none() && is_encrypted(&[2; 40]));
        assert!(open(&framed, b"", &[b"\x01\x01"], 1).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_needed_of_any_openers_open(content in proptest::collection::vec(any::<u8>(), 0..200), n in 2_usize..7, least in 2_usize..7, first in 0_usize..7) {
            let needed = least.min(n);
            let keys = keys(n);
            let (sealed, shares) = shared(&content, &keys, needed as u8);
            let given: Vec<&[u8]> = (0..needed).map(|i| shares[(first + i) % n].as_slice()).collect();
            prop_assert_eq!(open(&sealed.blob, b"about", &given, needed as u8), Some(content));
            prop_assert!(open(&sealed.blob, b"about", &given[1..], needed as u8).is_none());
            prop_assert!(open(&sealed.blob, b"about", &given[1..], needed as u8 - 1).is_none());
        }

        #[test]
        fn no_bytes_panic(blob in proptest::collection::vec(any::<u8>(), 0..80), share in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert!(open(&blob, b"", &[&share], 1).is_none());
            prop_assert!(Key::generate().open(&blob, b"").is_none());
        }
    }
}
