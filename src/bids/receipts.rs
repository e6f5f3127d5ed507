//! A receipt as a text that anybody can check: what was received and when, signed by the platform.

use crate::bids::Receipt;
use crate::signing::{self, Signer};
use crate::types::{EnvelopeId, RoundId, Time};

/// First line of a receipt.
const MARK: &str = "jicai-receipt-1";

/// What a receipt states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Of which round.
    pub round: RoundId,
    /// The round's number.
    pub number: String,
    /// The envelope.
    pub envelope: EnvelopeId,
    /// Its number in the round.
    pub sequence: i32,
    /// The supplier's credit code.
    pub supplier: String,
    /// When it was received.
    pub received_at: Time,
    /// How many lots it bids for.
    pub lines: i32,
    /// SHA-256 of the content.
    pub content_sha256: String,
    /// SHA-256 of what is kept of it ([`crate::bids::seal::hash`]).
    pub sealed_sha256: String,
}

impl Statement {
    /// The text that is signed, and that is a leaf of the round's tree.
    pub fn text(&self) -> String {
        format!(
            "{MARK}\nround: {}\nnumber: {}\nenvelope: {}\nsequence: {}\nsupplier: {}\nreceived_at: {}\nlines: {}\n\
             content_sha256: {}\nsealed_sha256: {}\n",
            self.round,
            self.number,
            self.envelope,
            self.sequence,
            self.supplier,
            self.received_at.utc(),
            self.lines,
            self.content_sha256,
            self.sealed_sha256,
        )
    }

    /// What a text states; `None` unless it is exactly what [`Statement::text`] writes.
    pub fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != MARK {
            return None;
        }
        let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned);
        let it = Self {
            round: value("round")?.parse().ok()?,
            number: value("number")?,
            envelope: value("envelope")?.parse().ok()?,
            sequence: value("sequence")?.parse().ok()?,
            supplier: value("supplier")?,
            received_at: Time::parse_utc(&value("received_at")?)?,
            lines: value("lines")?.parse().ok()?,
            content_sha256: value("content_sha256")?,
            sealed_sha256: value("sealed_sha256")?,
        };
        (it.text() == text).then_some(it)
    }

    /// Whether it states what the platform keeps of the envelope.
    pub fn is_of(&self, receipt: &Receipt) -> bool {
        self.round == receipt.round_id
            && self.envelope == receipt.id
            && self.sequence == receipt.seq
            && self.received_at == receipt.received_at
            && self.lines == receipt.lines
            && self.content_sha256 == receipt.sha256
    }
}

/// A receipt with the platform's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The text.
    pub text: String,
    /// The signature, as hexadecimal.
    pub signature: String,
    /// The public key to check it with, as hexadecimal.
    pub key: String,
}

impl Signed {
    /// Signs a statement.
    pub fn new(statement: &Statement, signer: &Signer) -> Self {
        let text = statement.text();
        Self { signature: signer.sign(text.as_bytes()), key: signer.public(), text }
    }

    /// Whether the signature is that of its key over its text.
    pub fn is_signed(&self) -> bool {
        signing::is_signed(&self.key, self.text.as_bytes(), &self.signature)
    }

    /// The receipt as a file.
    pub fn file(&self) -> String {
        format!("{}signature: {}\nkey: {}\n", self.text, self.signature, self.key)
    }

    /// The receipt of a file.
    pub fn read(file: &str) -> Option<Self> {
        let file = file.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let at = file.find("\nsignature: ")? + 1;
        let (text, rest) = file.split_at_checked(at)?;
        let mut lines = rest.trim_end().lines();
        let signature = lines.next()?.strip_prefix("signature: ")?.to_owned();
        let key = lines.next()?.strip_prefix("key: ")?.to_owned();
        lines.next().is_none().then(|| Self { text: text.to_owned(), signature, key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement() -> Statement {
        Statement {
            round: RoundId::new(),
            number: "JH-YD2026-1".to_owned(),
            envelope: EnvelopeId::new(),
            sequence: 3,
            supplier: "91330700MA28000001".to_owned(),
            received_at: Time::parse_local("2026-11-23 09:00:00.123").unwrap(),
            lines: 2,
            content_sha256: "ab".repeat(32),
            sealed_sha256: "cd".repeat(32),
        }
    }

    #[test]
    fn a_receipt_reads_back_and_any_changed_byte_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let signer = Signer::open(&folder.path().join("key")).unwrap();
        let it = statement();
        assert!(it.text().contains("received_at: 2026-11-23T01:00:00.123Z\n"));
        let signed = Signed::new(&it, &signer);
        assert!(signed.is_signed());
        let file = signed.file();
        assert_eq!(Signed::read(&file).as_ref(), Some(&signed));
        assert_eq!(Signed::read(&format!("\u{feff}{}", file.replace('\n', "\r\n"))).as_ref(), Some(&signed));
        assert_eq!(Statement::read(&signed.text).as_ref(), Some(&it));
        for at in 0..file.len() {
            let mut changed = file.clone().into_bytes();
            changed[at] = if changed[at] == b'1' { b'2' } else { b'1' };
            let read = Signed::read(std::str::from_utf8(&changed).unwrap());
            assert!(!read.is_some_and(|r| r.is_signed() && Statement::read(&r.text).is_some()), "byte {at}");
        }
        assert!(Statement::read(&format!("{}x", it.text())).is_none());
        assert!(Statement::read(&it.text().replace("sequence: 3", "sequence: 03")).is_none());
    }
}
