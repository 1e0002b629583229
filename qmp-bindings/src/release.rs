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
    /// The commands of the release, for programs that are told at run time what
    /// to send.
    const COMMANDS: &'static [CommandFacts];
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
    /// The commands of the release, for programs that are told at run time what
    /// to send.
    const COMMANDS: &'static [CommandFacts];
}

/// What a program may ask about a command while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandFacts {
    name: &'static str,
    arguments: &'static [&'static str],
    open: bool,
}

impl CommandFacts {
    #[allow(dead_code)] // Only releases have commands.
    pub(crate) const fn new(
        name: &'static str,
        arguments: &'static [&'static str],
        open: bool,
    ) -> Self {
        CommandFacts {
            name,
            arguments,
            open,
        }
    }

    /// The name on the wire, such as `blockdev-add`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The arguments, and whether each has to be there. Where they depend on one
    /// of them, those of all cases.
    pub fn arguments(&self) -> impl Iterator<Item = (&'static str, bool)> {
        self.arguments
            .iter()
            .map(|argument| match argument.strip_prefix('*') {
                Some(name) => (name, false),
                None => (*argument, true),
            })
    }

    /// Whether it takes arguments that the schema does not list.
    pub fn is_open(&self) -> bool {
        self.open
    }
}
