//! Delivery status notifications (RFC 3464): what mail servers send back when they took a letter and could not deliver it.
//! Only what the standard fixes is read; anything else says nothing about an address.

use crate::types::MailId;

/// A letter that could not be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The letter, by the Message-ID it came with.
    pub mail: MailId,
    /// Where it could not be delivered.
    pub address: String,
    /// The status (RFC 3463) and the server's words.
    pub words: String,
}

/// What a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A letter of the platform failed for good.
    Failed(Failure),
    /// A report of a delay or of success, or about a letter that is not the platform's.
    Other,
    /// No delivery status notification at all.
    None,
}

/// One header or field, its continuation lines joined.
fn fields(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = found.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            found.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    found
}

fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// Headers and what follows the first blank line.
fn halves(text: &str) -> (&str, &str) {
    text.split_once("\n\n").unwrap_or((text, ""))
}

/// The boundary of a Content-Type.
fn boundary(content_type: &str) -> Option<String> {
    let at = content_type.to_ascii_lowercase().find("boundary=")? + "boundary=".len();
    let value = content_type.get(at..)?;
    let value = match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => value.split([';', ' ']).next()?,
    };
    (!value.is_empty()).then(|| value.to_owned())
}

/// Reads one message.
pub fn read(message: &[u8]) -> Notice {
    let text = String::from_utf8_lossy(message).replace("\r\n", "\n");
    let (head, body) = halves(&text);
    let head = fields(head);
    let kind = field(&head, "content-type");
    let lower = kind.to_ascii_lowercase();
    if !lower.starts_with("multipart/report") || !lower.contains("delivery-status") {
        return Notice::None;
    }
    let Some(boundary) = boundary(kind) else { return Notice::None };
    let (mut failed, mut original) = (None, None);
    for part in body.split(&format!("--{boundary}")).skip(1) {
        let (head, body) = halves(part.trim_start_matches('\n'));
        let kind = field(&fields(head), "content-type").to_ascii_lowercase();
        if kind.starts_with("message/delivery-status") {
            failed = failed.or_else(|| failure(body));
        } else if kind.starts_with("message/rfc822") || kind.starts_with("text/rfc822-headers") {
            original = original.or_else(|| message_id(halves(body.trim_start_matches('\n')).0));
        }
    }
    match (failed, original) {
        (Some((address, words)), Some(mail)) => Notice::Failed(Failure { mail, address, words }),
        _ => Notice::Other,
    }
}

/// The first recipient that failed for good: its groups of fields are parted by blank lines.
fn failure(status: &str) -> Option<(String, String)> {
    status.split("\n\n").find_map(|group| {
        let group = fields(group);
        let is_failed = field(&group, "action").eq_ignore_ascii_case("failed");
        let status = field(&group, "status");
        let (_, address) = field(&group, "final-recipient").split_once(';')?;
        let said = field(&group, "diagnostic-code");
        let said = said.split_once(';').map_or(said, |(_, words)| words.trim());
        let address = address.trim().trim_matches(['<', '>']).to_owned();
        (is_failed && status.starts_with('5'))
            .then(|| (address, format!("{status} {said}").trim().to_owned()))
    })
}

/// The platform's own id in the Message-ID of the letter that came back.
fn message_id(head: &str) -> Option<MailId> {
    let head = fields(head);
    let id = field(&head, "message-id").trim_matches(['<', '>', ' ']);
    id.split_once('@')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "0190a0a0-0000-7000-8000-000000000000";

    fn notice() -> String {
        format!(
            "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; report-type=delivery-status;\n\
             \tboundary=\"b/1\"\n\n--b/1\nContent-Type: text/plain\n\nSorry.\n--b/1\n\
             Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n\
             Final-Recipient: rfc822; gone@example.org\nAction: failed\nStatus: 5.1.1\n\
             Diagnostic-Code: smtp; 550 5.1.1 no such\n user here\n\n--b/1\nContent-Type: message/rfc822\n\n\
             Subject: x\nMessage-ID: <{MAIL}@jicai.example>\n\nbody\n--b/1--\n"
        )
    }

    #[test]
    fn a_notice_is_read_or_says_nothing() {
        let check = |from: &str, to: &str, want: &str| {
            let text = notice();
            assert!(text.contains(from), "{from}");
            let said = match read(text.replace(from, to).as_bytes()) {
                Notice::Failed(it) => format!("{} {} {}", it.mail, it.address, it.words),
                other => format!("{other:?}"),
            };
            assert_eq!(said, want, "{to}");
        };
        let good = format!("{MAIL} gone@example.org 5.1.1 550 5.1.1 no such user here");
        check("Sorry", "Sorry", &good);
        check("\n", "\r\n", &good);
        check("boundary=\"b/1\"", "boundary=b/1", &good);
        check("message/rfc822", "text/rfc822-headers; charset=us-ascii", &good);
        check("Diagnostic-Code", "X-Code", &format!("{MAIL} gone@example.org 5.1.1"));
        check("Action: failed", "Action: delayed", "Other");
        check("Status: 5.1.1", "Status: 4.4.1", "Other");
        check("Message-ID: <", "Message-ID: <x", "Other");
        check("@jicai.example", "", "Other");
        check("message/delivery-status", "text/plain", "Other");
        check("multipart/report", "multipart/mixed", "None");
        check("boundary", "bound", "None");
        assert_eq!(read(b"\xff\xfe"), Notice::None);
        assert_eq!(read(b""), Notice::None);
    }

    #[test]
    fn no_beginning_of_a_notice_makes_the_reader_stumble() {
        let text = notice();
        (0..text.len()).for_each(|end| drop(read(&text.as_bytes()[..end])));
    }
}
