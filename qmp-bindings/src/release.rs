//! Release series as types.

use crate::command::{Command, CommandOf};
use crate::event::{Event, UnrecognizedEvent};
use crate::version::Series;

/// The QMP interface of one release series, as a type.
///
/// Each release module has a unit type `Release` that implements this trait:
/// `v2_11::Release` is QEMU 2.11. Connections are generic over it.
pub trait Release: Send + Sync + 'static {
    /// The series of the schema that the types were generated from.
    const SERIES: Series;
    /// The commands of the release, for programs that choose a command at run time.
    const COMMANDS: &'static [CommandInfo];
    /// All events of the release, with a variant for events that it does not have.
    type Event: Event;
    /// The series of the types; `None` if a server of any release will do.
    #[doc(hidden)]
    const TYPES: Option<&'static [Series]> = Some(&[Self::SERIES]);
}

/// No release: a connection without types, to a QEMU of any release.
///
/// Commands are sent by name, and replies decoded as any type. No release feature has
/// to be enabled. A [`Command`] returns JSON.
///
/// ```no_run
/// use qmp_bindings::{Untyped, blocking::Qmp};
/// use serde_json::{Value, json};
///
/// let mut qmp = Qmp::<Untyped>::connect_unix("monitor.sock")?;
/// let status = qmp.execute_raw("query-status", &json!({}))?;
/// println!("QEMU {}: {}", qmp.greeting().version, status["status"]);
/// # Ok::<(), qmp_bindings::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Untyped;

impl Release for Untyped {
    const SERIES: Series = Series::new(0, 0);
    const COMMANDS: &'static [CommandInfo] = &[];
    type Event = UnrecognizedEvent;
    const TYPES: Option<&'static [Series]> = None;
}

impl<C: Command> CommandOf<Untyped> for C {
    type Return = serde_json::Value;
}

/// The guest agent interface of one release series, as a type.
///
/// `qga::v2_11::Release` is the guest agent of QEMU 2.11. The guest agent has
/// commands and no events.
pub trait AgentRelease: Send + Sync + 'static {
    /// The series of the schema that the types were generated from.
    const SERIES: Series;
    /// The commands of the release, for programs that choose a command at run time.
    const COMMANDS: &'static [CommandInfo];
}

/// One event as a type of its own, implemented for the releases that have it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event of `{R}`",
    note = "each release module has its own events: take this one from the `event` module next to `{R}`"
)]
pub trait EventOf<R: Release>: Sized {
    /// The name on the wire, such as `BLOCK_JOB_COMPLETED`.
    const NAME: &'static str;

    /// Takes this event out of the enum of the release.
    ///
    /// # Errors
    ///
    /// Returns the event unchanged if it is a different one.
    fn from_event(event: R::Event) -> Result<Self, R::Event>;

    /// Borrows this event from the enum of the release; `None` if it is a different
    /// one.
    fn from_event_ref(event: &R::Event) -> Option<&Self>;
}

/// The name and the arguments of a command, as data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandInfo {
    name: &'static str,
    /// Optional arguments begin with `*`, as in the schema.
    arguments: &'static [&'static str],
    is_open: bool,
}

impl CommandInfo {
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        arguments: &'static [&'static str],
        is_open: bool,
    ) -> Self {
        CommandInfo {
            name,
            arguments,
            is_open,
        }
    }

    /// Returns the name on the wire, such as `blockdev-add`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Iterates over the arguments: the name, and `true` if it is required.
    ///
    /// If the arguments are a union, those of all branches are listed.
    pub fn arguments(&self) -> impl Iterator<Item = (&'static str, bool)> {
        self.arguments
            .iter()
            .map(|argument| match argument.strip_prefix('*') {
                Some(name) => (name, false),
                None => (*argument, true),
            })
    }

    /// Returns `true` if the command takes arguments that the schema does not list,
    /// as `device_add` does.
    pub fn is_open(&self) -> bool {
        self.is_open
    }
}
