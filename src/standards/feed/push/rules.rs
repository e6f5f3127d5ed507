//! When a push is tried, and where it may go: pure decisions.

use std::net::IpAddr;

use ureq::http::Uri;

use super::{Push, PushState};
use crate::error::Error;
use crate::text::{Say, Text, fill};
use crate::types::Time;

/// Tries before a push is given up.
pub const TRIES: i32 = 8;
/// Minutes to wait after the first, second … failed try; the last holds for the rest.
const BACK_OFF: [i64; 5] = [1, 5, 15, 60, 240];

/// Why an endpoint is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Not an address that can be posted to.
    Address(String),
    /// In the clear to somewhere that is not the own network.
    Clear(String),
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        match self {
            Refused::Address(text) => fill(t.api.endpoint_address, &[("text", text)]),
            Refused::Clear(host) => fill(t.api.endpoint_clear, &[("host", host)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("endpoint")
    }
}

/// An endpoint: https, or http to this machine or a private address; empty for none.
pub fn endpoint(given: &str) -> Result<String, Refused> {
    let text = given.trim();
    if text.is_empty() {
        return Ok(String::new());
    }
    let bad = || Refused::Address(text.chars().take(100).collect());
    if text.len() > 500 || text.contains(['#', '@', '\\']) || text.chars().any(|c| c.is_control() || c == ' ')
    {
        return Err(bad());
    }
    let uri: Uri = text.parse().map_err(|_| bad())?;
    let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(bad)?;
    match uri.scheme_str() {
        Some("https") => Ok(text.to_owned()),
        Some("http") if is_near(host) => Ok(text.to_owned()),
        Some("http") => Err(Refused::Clear(host.to_owned())),
        _ => Err(bad()),
    }
}

/// This machine, or an address of a private network (RFC 1918, RFC 4193).
fn is_near(host: &str) -> bool {
    match host.trim_matches(['[', ']']).parse() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private(),
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

/// Whether a push that is on its way is to be tried now.
pub fn is_due(push: &Push, now: Time) -> bool {
    push.state == PushState::Queued
        && push.next_at <= now
        && push.leased_until.is_none_or(|until| until <= now)
}

/// The push after a try, which failed with an error or did not.
pub fn settled(push: &Push, error: Option<String>, now: Time) -> Push {
    let attempts = push.attempts + 1;
    let tried = Push { attempts, leased_until: None, ..push.clone() };
    let Some(error) = error else {
        return Push { state: PushState::Sent, sent_at: Some(now), error: String::new(), ..tried };
    };
    let step = usize::try_from(attempts - 1).unwrap_or(0).min(BACK_OFF.len() - 1);
    let wait = BACK_OFF.get(step).copied().unwrap_or(1);
    Push {
        state: if attempts >= TRIES { PushState::Dead } else { PushState::Queued },
        error: error.chars().take(500).collect(),
        next_at: now.plus_millis(wait * 60_000),
        ..tried
    }
}

/// The push to be tried anew from now on.
pub fn again(push: &Push, now: Time) -> Push {
    Push { state: PushState::Queued, attempts: 0, next_at: now, leased_until: None, ..push.clone() }
}

/// SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{ConsumerId, PushId};

    #[test]
    fn in_the_clear_only_within_the_own_network() {
        let check = |text: &str, wanted: Result<&str, Refused>| {
            assert_eq!(endpoint(text), wanted.map(str::to_owned), "{text}");
        };
        check("", Ok(""));
        check(" https://yibao.example/standards?x=1 ", Ok("https://yibao.example/standards?x=1"));
        check("http://127.0.0.1:9000/in", Ok("http://127.0.0.1:9000/in"));
        check("http://10.1.2.3/in", Ok("http://10.1.2.3/in"));
        check("http://192.168.0.9/in", Ok("http://192.168.0.9/in"));
        check("http://localhost/in", Ok("http://localhost/in"));
        check("http://[::1]/in", Ok("http://[::1]/in"));
        check("http://[fd00::1]/in", Ok("http://[fd00::1]/in"));
        check("http://8.8.8.8/in", Err(Refused::Clear("8.8.8.8".to_owned())));
        check("http://10.example/in", Err(Refused::Clear("10.example".to_owned())));
        for bad in ["yibao", "ftp://x/y", "/in", "https://", "https://a:b@x/", "https://x/#y", "https://x/ y"]
        {
            check(bad, Err(Refused::Address(bad.to_owned())));
        }
    }

    #[test]
    fn each_failure_waits_longer_and_the_eighth_gives_up() {
        let mut push = Push {
            id: PushId::new(),
            consumer_id: ConsumerId::new(),
            since: 0,
            last_seq: 5,
            state: PushState::Queued,
            attempts: 0,
            next_at: Time::from_millis(0),
            leased_until: Some(Time::from_millis(9)),
            error: String::new(),
            created_at: Time::from_millis(0),
            sent_at: None,
        };
        assert!(!is_due(&push, Time::from_millis(8)) && is_due(&push, Time::from_millis(9)));
        let mut waits = Vec::new();
        for _ in 0..TRIES {
            assert_eq!(push.state, PushState::Queued);
            push = settled(&push, Some("500".to_owned()), Time::from_millis(0));
            waits.push(push.next_at.millis() / 60_000);
        }
        assert_eq!((waits, push.state), (vec![1, 5, 15, 60, 240, 240, 240, 240], PushState::Dead));
        assert!(!is_due(&push, Time::from_millis(i64::MAX)));
        let again = again(&push, Time::from_millis(7));
        assert!(is_due(&again, Time::from_millis(7)) && again.attempts == 0);
        let sent = settled(&again, None, Time::from_millis(8));
        assert_eq!(
            (sent.state, sent.sent_at, sent.error.as_str()),
            (PushState::Sent, Some(Time::from_millis(8)), "")
        );
    }
}
