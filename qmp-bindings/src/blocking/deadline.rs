//! How long may still be waited.

use std::time::{Duration, Instant};

use crate::error::Error;

/// The end of a time that was given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    given: Option<Duration>,
    end: Option<Instant>,
}

impl Deadline {
    /// Begins now; `None` never ends.
    pub(super) fn after(given: Option<Duration>) -> Self {
        Deadline {
            given,
            end: given.and_then(|given| Instant::now().checked_add(given)),
        }
    }

    /// What is left of it.
    ///
    /// # Errors
    ///
    /// Nothing is.
    pub(super) fn left(self, waiting_for: &str) -> Result<Option<Duration>, Error> {
        let Some(end) = self.end else { return Ok(None) };
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(self.over(waiting_for));
        }
        Ok(Some(left))
    }

    pub(super) fn over(self, waiting_for: &str) -> Error {
        Error::timeout(waiting_for, self.given.unwrap_or_default())
    }
}
