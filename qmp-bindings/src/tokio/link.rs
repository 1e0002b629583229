//! A connection and its driver.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

use super::clock::before;
use super::driver::drive;
use super::shared::{Reply, Shared, Waiter};
use super::transport::Transport;
use crate::error::{Awaited, Error};
use crate::protocol::connection::Connection;
use crate::protocol::event_log::Cursor;
use crate::protocol::greeting::Greeting;
use crate::protocol::request::{Band, Request};
use crate::version::Series;
#[cfg(feature = "qga")]
use crate::version::Version;

/// A connection and its driver, which ends when this is dropped.
pub(super) struct Link {
    pub(super) shared: Arc<Shared>,
    greeting: Greeting,
    in_band: Arc<Semaphore>,
    out_of_band: Arc<Semaphore>,
    _driver: DriverGuard,
}

struct DriverGuard(AbortHandle);

impl Drop for DriverGuard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Link {
    /// Starts the driver and runs the handshake.
    pub(super) async fn open(
        transport: impl Into<Transport>,
        connection: Connection<Waiter>,
    ) -> Result<Arc<Self>, Error> {
        let transport = transport.into();
        let (shared, handshake) = Shared::new(connection, transport.writer);
        let shared = Arc::new(shared);
        let driver = tokio::spawn(drive(Arc::clone(&shared), transport.reader));
        let driver = DriverGuard(driver.abort_handle());
        handshake.await.unwrap_or_else(|_| Err(shared.end()))?;
        let (greeting, (in_band, out_of_band)) = {
            let state = shared.lock();
            let connection = &state.connection;
            (connection.greeting().clone(), connection.capacity())
        };
        Ok(Arc::new(Link {
            shared,
            greeting,
            in_band: Arc::new(Semaphore::new(in_band)),
            out_of_band: Arc::new(Semaphore::new(out_of_band)),
            _driver: driver,
        }))
    }

    pub(super) fn greeting(&self) -> &Greeting {
        &self.greeting
    }

    pub(super) fn series(&self) -> Option<Series> {
        self.shared.lock().connection.series()
    }

    #[cfg(feature = "qga")]
    pub(super) fn agent_version(&self) -> Option<Version> {
        self.shared.lock().connection.agent_version()
    }

    /// Returns the position after the latest event.
    pub(super) fn end_of_events(&self) -> Cursor {
        self.shared.lock().connection.events.end()
    }

    /// Sends a command, as soon as the limit of commands in flight allows it, and
    /// waits for its reply.
    pub(super) async fn call<A: Serialize + ?Sized>(&self, request: Request<'_, A>) -> Reply {
        let permits = match request.band {
            Band::In => &self.in_band,
            Band::Out => &self.out_of_band,
        };
        let permit = Arc::clone(permits).acquire_owned();
        let awaited = || Awaited::Capacity(request.name.to_string());
        let permit = before(request.deadline, awaited, permit).await?;
        let permit = permit.map_err(|_| self.shared.end())?;
        self.shared.call(request, Some(permit)).await
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}
