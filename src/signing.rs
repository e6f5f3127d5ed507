//! The platform's signature: one Ed25519 key (RFC 8032) in a file that all its nodes share.

pub mod message;

use std::io::Write;
use std::path::Path;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::types::{hex, unhex};

/// First line of the key's file.
const MARK: &str = "jicai-signing-key-1";

/// Who can sign for the platform. It has no `Debug`, so that the key reaches no log.
pub struct Signer(SigningKey);

impl Signer {
    /// The key of a file; makes both on first use, readable by its owner only.
    pub fn open(file: &Path) -> Result<Self> {
        match std::fs::read_to_string(file) {
            Ok(text) => Self::read(&Zeroizing::new(text)).ok_or_else(|| fault(file, "is no signing key")),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Self::make(file),
            Err(e) => Err(fault(file, &e.to_string())),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines().map(str::trim);
        if lines.next()? != MARK {
            return None;
        }
        let secret = Zeroizing::new(unhex::<32>(lines.next()?)?);
        Some(Self(SigningKey::from_bytes(&secret)))
    }

    fn make(file: &Path) -> Result<Self> {
        let secret = Zeroizing::new(random::<32>());
        let text = Zeroizing::new(format!("{MARK}\n{}\n", hex(&*secret)));
        // Written beside and linked into place whole: two nodes starting together end up with one key.
        let beside = file.with_extension(format!("{}.tmp", uuid::Uuid::now_v7()));
        let written = private(&beside)
            .and_then(|mut out| out.write_all(text.as_bytes()).and_then(|()| out.sync_all()))
            .and_then(|()| match std::fs::hard_link(&beside, file) {
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
                linked => linked,
            });
        // Without it nothing is left behind but the key.
        let _ = std::fs::remove_file(&beside);
        written.map_err(|e| fault(file, &e.to_string()))?;
        let text = Zeroizing::new(std::fs::read_to_string(file).map_err(|e| fault(file, &e.to_string()))?);
        Self::read(&text).ok_or_else(|| fault(file, "is no signing key"))
    }

    /// The public key, as hexadecimal.
    pub fn public(&self) -> String {
        hex(self.0.verifying_key().as_bytes())
    }

    /// The signature of some bytes, as hexadecimal.
    pub fn sign(&self, bytes: &[u8]) -> String {
        hex(&self.0.sign(bytes).to_bytes())
    }

    /// Another secret that only holders of the key file can compute.
    pub fn secret_for(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        use sha2::{Digest, Sha256};
        let hash = Sha256::new().chain_update(purpose).chain_update([0]).chain_update(self.0.as_bytes());
        Zeroizing::new(hash.finalize().into())
    }
}

/// Whether a signature over some bytes was made with the key of that public key.
pub fn is_signed(public: &str, bytes: &[u8], signature: &str) -> bool {
    let key = unhex(public).and_then(|key| VerifyingKey::from_bytes(&key).ok());
    let signature = unhex(signature).map(|bytes| Signature::from_bytes(&bytes));
    matches!((key, signature), (Some(key), Some(signature)) if key.verify_strict(bytes, &signature).is_ok())
}

/// Random bytes of the operating system.
pub fn random<const N: usize>() -> [u8; N] {
    use argon2::password_hash::rand_core::{OsRng, RngCore};
    let mut bytes = [0; N];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

/// A new file that only its owner can read.
pub fn private(file: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

fn fault(file: &Path, what: &str) -> Error {
    Error::fault(format!("setting signing_key_file (JICAI_SIGNING_KEY_FILE) {}: {what}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_kept_private_and_signs() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("jicai-signing.key");
        let publics: Vec<String> = std::thread::scope(|threads| {
            let opening: Vec<_> =
                (0..4).map(|_| threads.spawn(|| Signer::open(&file).unwrap().public())).collect();
            opening.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(publics.iter().all(|public| *public == publics[0]), "{publics:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let signer = Signer::open(&file).unwrap();
        let signature = signer.sign(b"a");
        assert!(is_signed(&publics[0], b"a", &signature));
        assert!(!is_signed(&publics[0], b"b", &signature));
        let mut other = signature.clone();
        other.replace_range(0..1, if signature.starts_with('0') { "1" } else { "0" });
        assert!(!is_signed(&publics[0], b"a", &other));
        assert!(!is_signed("", b"a", &signature) && !is_signed(&publics[0], b"a", ""));
        assert_ne!(signer.secret_for("a"), signer.secret_for("b"));
        std::fs::write(&file, "something else").unwrap();
        assert!(Signer::open(&file).is_err_and(|e| e.to_string().contains("JICAI_SIGNING_KEY_FILE")));
    }
}
