//! An opener's key: made once, given to its holder as a file, never kept by the platform.
//!
//! HPKE (RFC 9180), base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. The platform keeps the
//! public half; what is sealed to it only the holder of the file can open. No type here has `Debug`.

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256 as Kem;
use hpke::{Deserializable, Kem as _, OpModeR, OpModeS, Serializable, single_shot_open, single_shot_seal};
use zeroize::{Zeroize, Zeroizing};

use crate::error::{Error, Result};
use crate::types::{AccountId, RoundId, hex, sha256, unhex};

/// First line of a key file.
const MARK: &str = "jicai-opener-key-1";
/// What the sealing is for, bound into every share.
const INFO: &[u8] = b"jicai-share-2";
/// Bytes of an encapsulated key.
const ENCAPSULATED: usize = 32;

/// A key with its secret half.
pub struct Key {
    secret: <Kem as hpke::Kem>::PrivateKey,
    public: String,
    round: Option<RoundId>,
}

impl Key {
    /// A fresh key.
    pub fn generate() -> Self {
        let (secret, public) = Kem::gen_keypair();
        Self { secret, public: hex(&public.to_bytes()), round: None }
    }

    /// The public half, as hexadecimal.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The round the file says it is for.
    pub fn round(&self) -> Option<&RoundId> {
        self.round.as_ref()
    }

    /// The key as the file its holder keeps.
    pub fn file(&self, round: &RoundId, number: &str, holder: &AccountId, name: &str) -> Zeroizing<String> {
        let mut bytes = self.secret.to_bytes();
        let secret = Zeroizing::new(hex(&bytes));
        bytes.as_mut_slice().zeroize();
        let line = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
        Zeroizing::new(format!(
            "{MARK}\nround: {round}\nnumber: {}\nopener: {holder}\nname: {}\npublic: {}\nsecret: {}\n",
            line(number),
            line(name),
            self.public,
            *secret,
        ))
    }

    /// The key of a file, whole or only its line `secret:`; `None` when it is no key file or damaged.
    pub fn read(file: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(file).ok()?;
        let value = |name: &str| text.lines().find_map(|line| line.trim().strip_prefix(name)).map(str::trim);
        let bytes = Zeroizing::new(unhex::<32>(value("secret:")?)?);
        let secret = <Kem as hpke::Kem>::PrivateKey::from_bytes(&*bytes).ok()?;
        let public = hex(&Kem::sk_to_pk(&secret).to_bytes());
        let is_whole = value("public:").is_none_or(|written| written == public);
        let round = value("round:").and_then(|id| id.parse().ok());
        is_whole.then_some(Self { secret, public, round })
    }

    /// Opens what was sealed to this key.
    pub fn open(&self, sealed: &[u8], associated: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (encapsulated, text) = sealed.split_at_checked(ENCAPSULATED)?;
        let encapsulated = <Kem as hpke::Kem>::EncappedKey::from_bytes(encapsulated).ok()?;
        let mode = OpModeR::Base;
        single_shot_open::<ChaCha20Poly1305, HkdfSha256, Kem>(
            &mode,
            &self.secret,
            &encapsulated,
            INFO,
            text,
            associated,
        )
        .ok()
        .map(Zeroizing::new)
    }
}

/// Seals something to a public key: the encapsulated key, then the sealed text.
pub fn seal_to(public: &str, plain: &[u8], associated: &[u8]) -> Result<Vec<u8>> {
    let fault = || Error::fault("an opener's public key cannot be used");
    let key = unhex::<32>(public).ok_or_else(fault)?;
    let key = <Kem as hpke::Kem>::PublicKey::from_bytes(&key).map_err(|_| fault())?;
    let mode = OpModeS::Base;
    let (encapsulated, text) =
        single_shot_seal::<ChaCha20Poly1305, HkdfSha256, Kem>(&mode, &key, INFO, plain, associated)
            .map_err(|_| fault())?;
    Ok([encapsulated.to_bytes().as_slice(), &text].concat())
}

/// What people compare: the first 16 digits of the SHA-256 of the public key, in fours.
pub fn fingerprint(public: &str) -> String {
    let hash = unhex::<32>(public).map(|key| sha256(&key)).unwrap_or_default();
    let digits: Vec<char> = hash.chars().take(16).collect();
    digits.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_to_a_key_opens_with_it_alone_and_unchanged() {
        let (key, other) = (Key::generate(), Key::generate());
        let sealed = seal_to(key.public(), b"a share", b"about").unwrap();
        assert_eq!(key.open(&sealed, b"about").unwrap().as_slice(), b"a share");
        assert!(key.open(&sealed, b"else").is_none());
        assert!(other.open(&sealed, b"about").is_none());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open(&changed, b"about").is_none(), "byte {at}");
        }
        assert!(key.open(&sealed[..31], b"about").is_none());
        assert_ne!(sealed, seal_to(key.public(), b"a share", b"about").unwrap());
        assert!(seal_to("00", b"", b"").is_err());
    }

    #[test]
    fn a_key_file_is_read_back_also_from_its_last_line_and_not_when_damaged() {
        let key = Key::generate();
        let round = RoundId::new();
        let file = key.file(&round, "JH-1", &AccountId::new(), "张\n三");
        let back = Key::read(file.as_bytes()).unwrap();
        assert!(back.public() == key.public() && back.round() == Some(&round));
        let windows = format!("\u{feff}{}", file.replace('\n', "\r\n"));
        assert!(Key::read(windows.as_bytes()).unwrap().public() == key.public());
        let last = file.lines().last().unwrap();
        assert!(Key::read(last.as_bytes()).unwrap().public() == key.public());
        assert!(Key::read(&file.as_bytes()[..file.len() - 3]).is_none());
        assert!(Key::read(file.replace(&key.public()[..4], "0000").as_bytes()).is_none());
        assert!(Key::read(b"").is_none() && Key::read(b"\xff").is_none());
        assert_eq!(fingerprint(key.public()).len(), 19);
    }
}
