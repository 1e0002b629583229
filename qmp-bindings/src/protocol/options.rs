//! What a connection may be told.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::Series;

/// How a connection is made and what it does.
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
    pub(crate) in_flight: usize,
}

/// Series that are accepted besides that of the types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Releases {
    Same,
    Range(RangeInclusive<Series>),
    Any,
}

impl Releases {
    pub(crate) fn contains(&self, series: Series) -> bool {
        match self {
            Releases::Same => false,
            Releases::Range(range) => range.contains(&series),
            Releases::Any => true,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            handshake_timeout: Some(Duration::from_secs(10)),
            timeout: None,
            releases: Releases::Same,
            oob: false,
            message_limit: 64 << 20,
            event_limit: 1024,
            event_bytes: 4 << 20,
            in_flight: 1024,
        }
    }
}

impl Options {
    /// Nothing but the defaults.
    pub fn new() -> Self {
        Options::default()
    }

    /// How long to wait for the greeting and the negotiation; 10 seconds unless
    /// told otherwise, `None` for ever.
    ///
    /// A monitor serves one client at a time. The second is accepted by the
    /// operating system and greeted when the first is gone.
    #[must_use]
    pub fn handshake_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.handshake_timeout = timeout.into();
        self
    }

    /// How long a command may take; for ever unless told otherwise.
    ///
    /// No default would be right: some commands write the whole memory of the
    /// guest before they reply.
    #[must_use]
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// Accepts a server of any of these series, whatever the types are of.
    ///
    /// What is not in the types is handled as for a patched QEMU of their own
    /// release: unknown events and values are delivered as such, a reply that
    /// has another shape is [`Error::Decode`](crate::Error::Decode).
    #[must_use]
    pub fn releases(mut self, range: RangeInclusive<Series>) -> Self {
        self.releases = Releases::Range(range);
        self
    }

    /// Accepts a server of any series.
    #[must_use]
    pub fn any_release(mut self) -> Self {
        self.releases = Releases::Any;
        self
    }

    /// Asks for out-of-band commands. A server that does not offer them is then
    /// an error.
    #[must_use]
    pub fn oob(mut self, oob: bool) -> Self {
        self.oob = oob;
        self
    }

    /// How many bytes a message may have, 64 MiB unless told otherwise. A longer
    /// one fails the command that it belongs to.
    #[must_use]
    pub fn message_limit(mut self, bytes: usize) -> Self {
        self.message_limit = bytes;
        self
    }

    /// How many events are kept for those who have not read them yet, and how
    /// many bytes they may have together: 1024 and 4 MiB unless told otherwise.
    /// The oldest are dropped, and the reader is told how many.
    #[must_use]
    pub fn event_limit(mut self, events: usize, bytes: usize) -> Self {
        self.event_limit = events.max(1);
        self.event_bytes = bytes;
        self
    }

    /// How many commands may be sent without having been answered, 1024 unless
    /// told otherwise. Where out-of-band commands are used it is never more than
    /// 8: QEMU stops to read when as many wait, and would not see the urgent one.
    #[must_use]
    pub fn in_flight(mut self, commands: usize) -> Self {
        self.in_flight = commands.max(1);
        self
    }
}
