//! Options of a connection.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::version::Series;

/// Options of a connection.
///
/// ```
/// use std::time::Duration;
/// use qmp_bindings::Options;
///
/// let options = Options::new().timeout(Duration::from_secs(30)).oob(true);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    pub(crate) handshake_timeout: Option<Duration>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) releases: Releases,
    pub(crate) oob: bool,
    pub(crate) message_limit: usize,
    pub(crate) event_limit: usize,
    pub(crate) event_bytes: usize,
    pub(crate) in_flight_limit: usize,
}

/// The series that are accepted in addition to that of the types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Releases {
    None,
    Range(RangeInclusive<Series>),
    Any,
    /// Any, with the types of this series.
    Types(Series),
}

impl Releases {
    pub(crate) fn contains(&self, series: Series) -> bool {
        match self {
            Releases::None => false,
            Releases::Range(range) => range.contains(&series),
            Releases::Any | Releases::Types(_) => true,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            handshake_timeout: Some(Duration::from_secs(10)),
            timeout: None,
            releases: Releases::None,
            oob: false,
            message_limit: 64 << 20,
            event_limit: 1024,
            event_bytes: 4 << 20,
            in_flight_limit: 1024,
        }
    }
}

impl Options {
    /// Creates options with the default values.
    pub fn new() -> Self {
        Options::default()
    }

    /// Limits the time for connecting, the greeting and the negotiation. The default is
    /// 10 seconds; `None` removes the limit.
    ///
    /// A monitor serves one client at a time. A second client can connect, and gets the
    /// greeting when the first one disconnects.
    #[must_use]
    pub fn handshake_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.handshake_timeout = timeout.into();
        self
    }

    /// Limits the time for each command. By default it is unlimited: some commands
    /// write the whole memory of the guest before they return.
    #[must_use]
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// Accepts a server of any of these series.
    ///
    /// Such a server is treated like a patched QEMU of the release of the types:
    /// unknown events and values are delivered as unrecognized, and a reply with a
    /// different shape is an [`Error::Decode`](crate::Error::Decode).
    #[must_use]
    pub fn releases(mut self, range: RangeInclusive<Series>) -> Self {
        self.releases = Releases::Range(range);
        self
    }

    /// Accepts a server of any series, as [`Options::releases`] does.
    #[must_use]
    pub fn any_release(mut self) -> Self {
        self.releases = Releases::Any;
        self
    }

    /// Accepts a server of any series, and uses the types of this one for it. By default
    /// an `AnyQmp` chooses the nearest types.
    #[must_use]
    pub fn types_of(mut self, series: Series) -> Self {
        self.releases = Releases::Types(series);
        self
    }

    /// Negotiates out-of-band commands. Connecting fails if the server does not
    /// offer them.
    #[must_use]
    pub fn oob(mut self, oob: bool) -> Self {
        self.oob = oob;
        self
    }

    /// Limits the length of a message, 64 MiB by default. A longer reply is an
    /// [`Error::Protocol`](crate::Error::Protocol) of its command.
    #[must_use]
    pub fn message_limit(mut self, bytes: usize) -> Self {
        self.message_limit = bytes;
        self
    }

    /// Limits the queue of unread events, to 1024 events and 4 MiB by default. The
    /// oldest events are dropped, and the reader gets an
    /// [`Error::EventsMissed`](crate::Error::EventsMissed).
    #[must_use]
    pub fn event_limit(mut self, events: usize, bytes: usize) -> Self {
        self.event_limit = events.max(1);
        self.event_bytes = bytes;
        self
    }

    /// Limits the number of unanswered commands, to 1024 by default.
    ///
    /// With [`Options::oob`] the limit for commands in band is at most 8: QEMU stops
    /// reading when 8 commands are queued, and would not see the one out of band.
    #[must_use]
    pub fn in_flight_limit(mut self, commands: usize) -> Self {
        self.in_flight_limit = commands.max(1);
        self
    }
}
