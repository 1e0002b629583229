//! The `Command` traits.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A command: its name, and its arguments as the members of the type.
///
/// The type of the return value depends on the release, so [`CommandOf`] has it. A
/// command whose arguments never changed is one Rust type for all releases, even if
/// later releases return more.
pub trait Command: Serialize {
    /// The name on the wire, such as `blockdev-add`.
    const NAME: &'static str;
}

/// A command of release `R`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command of `{R}`",
    label = "this command does not exist, or has other arguments, in `{R}`",
    note = "each release module has its own commands: take this one from the `command` module next to `{R}`"
)]
pub trait CommandOf<R>: Command {
    /// The return value in this release.
    type Return: DeserializeOwned + fmt::Debug + Send + 'static;
    /// `false` if the server sends no reply when the command succeeds.
    ///
    /// This holds for a few commands of the guest agent, such as `guest-shutdown`.
    /// Errors are always replied.
    const SUCCESS_RESPONSE: bool = true;
}

/// A command that release `R` accepts out of band (`exec-oob`): the server runs it
/// at once, before the commands that are queued.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent out of band to `{R}`",
    label = "`{R}` runs this command in order only",
    note = "send it with `execute`"
)]
pub trait OobCommandOf<R>: CommandOf<R> {}
