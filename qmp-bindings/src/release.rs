//! What a release of QEMU is to the type system.

use std::fmt;

use crate::Event;

/// A release series: all of `2.11.0`, `2.11.1` and `2.11.2` are `2.11`.
///
/// QEMU changes its interface between series. Within one it only adds, where a
/// stable release takes something over from a later series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Series {
    /// The first number, `2` of `2.11`.
    pub major: u32,
    /// The second number, `11` of `2.11`.
    pub minor: u32,
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The QMP interface of one release series, as a type.
///
/// Each release module has a unit type `Release` that implements this trait:
/// `v2_11::Release` is QEMU 2.11. Connections are generic over it.
pub trait Release: Send + Sync + 'static {
    /// The series whose schema the types were generated from.
    const SERIES: Series;
    /// All events of the release, and a variant for those that it does not know.
    type Event: Event;
}

/// The guest agent interface of one release series, as a type.
///
/// `qga::v2_11::Release` is the guest agent of QEMU 2.11. The agent has
/// commands and no events.
pub trait AgentRelease: Send + Sync + 'static {
    /// The series whose schema the types were generated from.
    const SERIES: Series;
}
