//! HTTP messages with a digest (RFC 9530) and a detached signature (RFC 9421), so that whoever keeps a message can
//! prove later what the platform said.
//!
//! `Content-Digest` is the SHA-256 of the content as it stands, which is never compressed. What is signed is the text
//!
//! ```text
//! "content-digest": sha-256=:BASE64:
//! "x-last-seq": NUMBER
//! "@signature-params": ("content-digest" "x-last-seq");created=SECONDS;keyid="PUBLIC KEY";alg="ed25519"
//! ```
//!
//! three lines with a line feed between them and none at the end: the headers `Content-Digest` and `X-Last-Seq`, and
//! what stands in `Signature-Input` behind `jicai=`. `Signature` is `jicai=:BASE64:`, the Ed25519 signature (RFC 8032)
//! of the bytes of that text; the key's id is the public key itself in hexadecimal.

use super::{Signer, is_signed};
use crate::error::{Error, Result};
use crate::types::{Time, hex, unhex};

/// The number of the last row a message is about.
pub const LAST_SEQ: &str = "x-last-seq";
/// What a message has beside its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// `Content-Digest`.
    pub digest: String,
    /// `X-Last-Seq`.
    pub last_seq: i64,
    /// `Signature-Input`.
    pub input: String,
    /// `Signature`.
    pub signature: String,
}

impl Seal {
    /// The headers by their names.
    pub fn headers(&self) -> [(&'static str, String); 4] {
        [
            ("content-digest", self.digest.clone()),
            (LAST_SEQ, self.last_seq.to_string()),
            ("signature-input", self.input.clone()),
            ("signature", self.signature.clone()),
        ]
    }

    /// Whether the seal is that of some content, made with the key of this public key.
    pub fn holds(&self, public: &str, content_sha256: &[u8; 32]) -> bool {
        let made = || {
            let params = self.input.strip_prefix("jicai=")?;
            let signature = self.signature.strip_prefix("jicai=:")?.strip_suffix(':')?;
            Some((base(&self.digest, self.last_seq, params), hex(&unbase64(signature)?)))
        };
        self.digest == digest(content_sha256)
            && made().is_some_and(|(base, signature)| is_signed(public, base.as_bytes(), &signature))
    }
}

/// Signs a message by the SHA-256 of its content.
pub fn seal(signer: &Signer, content_sha256: &[u8; 32], last_seq: i64, now: Time) -> Result<Seal> {
    let digest = digest(content_sha256);
    let created = now.millis() / 1000;
    let params = format!(
        "(\"content-digest\" \"{LAST_SEQ}\");created={created};keyid=\"{}\";alg=\"ed25519\"",
        signer.public()
    );
    let signature = signer.sign(base(&digest, last_seq, &params).as_bytes());
    let bytes = unhex::<64>(&signature).ok_or_else(|| Error::fault("a signature is no hexadecimal"))?;
    let signature = format!("jicai=:{}:", base64(&bytes));
    Ok(Seal { digest, last_seq, input: format!("jicai={params}"), signature })
}

fn base(digest: &str, last_seq: i64, params: &str) -> String {
    format!("\"content-digest\": {digest}\n\"{LAST_SEQ}\": {last_seq}\n\"@signature-params\": {params}")
}

fn digest(sha256: &[u8; 32]) -> String {
    format!("sha-256=:{}:", base64(sha256))
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding (RFC 4648 §4).
pub fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for part in bytes.chunks(3) {
        let byte = |at: usize| u32::from(part.get(at).copied().unwrap_or(0));
        let whole = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4_usize {
            let place = usize::try_from(whole >> (18 - 6 * at) & 63).unwrap_or(0);
            let letter = LETTERS.get(place).copied().unwrap_or(b'=');
            out.push(if at <= part.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

fn unbase64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for part in text.as_bytes().chunks(4) {
        let padding = part.iter().rev().take_while(|c| **c == b'=').count();
        if part.len() != 4 || padding > 2 {
            return None;
        }
        let mut whole = 0_u32;
        for c in part {
            let place = if *c == b'=' { 0 } else { LETTERS.iter().position(|letter| letter == c)? };
            whole = whole << 6 | u32::try_from(place).ok()?;
        }
        let [_, bytes @ ..] = whole.to_be_bytes();
        out.extend(bytes.into_iter().take(3 - padding));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn base64_is_that_of_the_standard_and_read_back() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
            assert_eq!(unbase64(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert!(unbase64("Zg=").is_none() && unbase64("Z===").is_none() && unbase64("Z*==").is_none());
    }

    #[test]
    fn a_seal_holds_for_its_content_and_number_only() {
        let folder = tempfile::tempdir().unwrap();
        let signer = Signer::open(&folder.path().join("k")).unwrap();
        let hash = |text: &str| -> [u8; 32] { Sha256::digest(text.as_bytes()).into() };
        let seal = seal(&signer, &hash("content"), 7, Time::from_millis(1_700_000_000_123)).unwrap();
        assert!(seal.input.contains(";created=1700000000;"), "{}", seal.input);
        assert!(seal.holds(&signer.public(), &hash("content")));
        assert!(!seal.holds(&signer.public(), &hash("contents")));
        assert!(!Seal { last_seq: 8, ..seal.clone() }.holds(&signer.public(), &hash("content")));
        let later = seal.input.replace("created=17", "created=18");
        assert!(!Seal { input: later, ..seal.clone() }.holds(&signer.public(), &hash("content")));
        let other = Signer::open(&folder.path().join("other")).unwrap();
        assert!(!seal.holds(&other.public(), &hash("content")));
    }
}
