//! How often a program may ask: so many requests a minute for each token, a burst of as many at once.

use std::num::NonZeroU32;

use governor::clock::{Clock, MonotonicClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::types::ApiTokenId;

/// Tokens after which those that have been quiet are forgotten.
const KEPT: usize = 1_000;

/// Counts the requests of each token on this node.
pub struct Limits {
    counted: RateLimiter<ApiTokenId, HashMapStateStore<ApiTokenId>, MonotonicClock>,
    clock: MonotonicClock,
}

impl Limits {
    /// This many requests a minute.
    pub fn per_minute(requests: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN));
        Self { counted: RateLimiter::hashmap_with_clock(quota, MonotonicClock), clock: MonotonicClock }
    }

    /// Counts a request; the seconds to wait when it is one too many.
    pub fn count(&self, token: &ApiTokenId) -> Result<(), u64> {
        if self.counted.len() > KEPT {
            self.counted.retain_recent();
        }
        self.counted.check_key(token).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_asks_too_often_waits_and_others_do_not() {
        let (limits, one, other) = (Limits::per_minute(3), ApiTokenId::new(), ApiTokenId::new());
        for _ in 0..3 {
            assert_eq!(limits.count(&one), Ok(()));
        }
        let wait = limits.count(&one).unwrap_err();
        assert!((1..=20).contains(&wait), "{wait}");
        assert_eq!(limits.count(&other), Ok(()));
    }
}
