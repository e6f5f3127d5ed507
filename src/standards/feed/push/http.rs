//! Posting a push to its endpoint: one try, with a limit on its time. Redirects are not followed.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

use super::Push;
use crate::signing::message::Seal;

/// How long a try may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is posted.
pub struct Parcel<'a> {
    /// The push.
    pub push: &'a Push,
    /// Whether there are more rows behind it.
    pub more: bool,
    /// Its digest and signature.
    pub seal: &'a Seal,
    /// The rows as JSON.
    pub body: &'a [u8],
}

/// Who posts.
pub struct Courier {
    agent: Agent,
    patience: Duration,
}

impl Default for Courier {
    fn default() -> Self {
        Self::with_patience(PATIENCE)
    }
}

impl Courier {
    /// One whose tries take no longer than this. Certificates are checked as this machine trusts them.
    pub fn with_patience(patience: Duration) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder()
            .timeout_global(Some(patience))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .tls_config(tls)
            .build();
        Self { agent: config.new_agent(), patience }
    }

    /// How long nobody else takes a push that this one is posting: a try can be over only before.
    pub fn lease_millis(&self) -> i64 {
        i64::try_from(self.patience.as_millis()).unwrap_or(i64::MAX).saturating_mul(2)
    }

    /// Posts once. Any status of 200 to 299 says that the rows were taken; else the error is what happened.
    pub fn post(&self, endpoint: &str, parcel: &Parcel) -> Result<(), String> {
        let mut request = self
            .agent
            .post(endpoint)
            .header("content-type", "application/json")
            .header("x-push-id", parcel.push.id.as_str())
            .header("x-since", parcel.push.since.to_string())
            .header("x-more", parcel.more.to_string());
        for (name, value) in parcel.seal.headers() {
            request = request.header(name, value);
        }
        match request.send(parcel.body) {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!("HTTP {}", answer.status())),
            Err(error) => Err(error.to_string()),
        }
    }
}
