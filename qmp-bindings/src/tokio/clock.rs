//! Time limits by tokio's clock.

use std::time::Instant;

use crate::error::{Awaited, Error};
use crate::protocol::pending::Deadline;

/// Awaits a future until a time limit is over.
pub(super) async fn before<T>(
    deadline: Deadline,
    awaited: impl FnOnce() -> Awaited,
    future: impl Future<Output = T>,
) -> Result<T, Error> {
    match deadline.at {
        None => Ok(future.await),
        Some(at) => tokio::time::timeout_at(at.into(), future)
            .await
            .map_err(|_| deadline.error(awaited())),
    }
}

/// Returns the time by tokio's clock, which tests may pause.
pub(super) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
