//! The `Command` traits.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A command: its name, and its arguments as the members of the type.
///
/// The type of the return value depends on the release, so [`CommandOf`] has it. A
/// command whose arguments never changed is one Rust type for all releases, even if
/// later releases return more.
///
/// A program may implement this trait and [`CommandOf`] for a command of its own, such as
/// one that a distribution added:
///
/// ```
/// # #[cfg(feature = "v10_0")] {
/// use std::collections::BTreeMap;
/// use qmp_bindings::{Command, CommandOf, v10_0};
///
/// #[derive(serde::Serialize)]
/// struct QueryFans {
///     zone: u32,
/// }
///
/// impl Command for QueryFans {
///     const NAME: &'static str = "__com.example_query-fans";
/// }
///
/// impl CommandOf<v10_0::Release> for QueryFans {
///     type Return = BTreeMap<String, u32>;
/// }
/// # }
/// ```
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
