//! Passwords as Argon2id, and random tokens. Slow on purpose: never call it inside a transaction.

use argon2::Argon2;
use argon2::password_hash::rand_core::{OsRng, RngCore};
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};

use crate::error::{Error, Result};

/// Hashes a password with Argon2id at the library's defaults (19 MiB, 2 passes: OWASP's first choice).
pub fn hash(password: &str) -> Result<String> {
    let salt = SaltString::generate(&mut OsRng);
    let hash = Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map_err(|e| Error::fault(e.to_string()))?;
    Ok(hash.to_string())
}

/// Whether the password is the one hashed. `None` stands for an unknown login and costs the same time.
pub fn is_right(password: &str, stored: Option<&str>) -> bool {
    /// The hash of nothing anybody knows.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$amljYWlub2JvZHlrbm93cw$9PqXAi4Qm0xY4l5y0hZbCw1gS8aQvGZ9rM2T9n0yqkU";
    let Ok(parsed) = PasswordHash::new(stored.unwrap_or(NOBODY)) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && stored.is_some()
}

/// 256 random bits as hexadecimal, for session cookies and feed tokens.
pub fn token() -> String {
    let mut bytes = [0_u8; 32];
    OsRng.fill_bytes(&mut bytes);
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A password to be told once and changed at the first login: 80 random bits without look-alike characters.
pub fn one_time() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789+";
    let mut bytes = [0_u8; 16];
    OsRng.fill_bytes(&mut bytes);
    let letters: Vec<char> =
        bytes.iter().map(|b| char::from(LETTERS[usize::from(*b) % LETTERS.len()])).collect();
    letters.chunks(4).map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_is_right() {
        let stored = hash("correct horse battery").unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(is_right("correct horse battery", Some(&stored)));
        assert!(!is_right("correct horse batterY", Some(&stored)));
        assert!(!is_right("anything", None));
        assert_ne!(token(), token());
        assert_eq!(token().len(), 64);
        assert_ne!(one_time(), one_time());
        assert_eq!(one_time().len(), 19);
    }
}
