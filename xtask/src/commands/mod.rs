//! The commands, one file each.

mod arguments;
pub mod check;
pub mod ci;
pub mod completions;
pub mod devices;
pub mod diff;
pub mod generate;
pub mod history;
pub mod import;
pub mod inspect;
pub mod man;
pub mod migrate;
#[cfg(unix)]
pub mod mock;
mod names;
#[cfg(unix)]
pub mod proxy;
mod recorded;
pub mod site;
pub mod verify;

use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;

/// Declares the commands, each as a module of this folder and its type of
/// arguments, which derives `clap::Args` and has
/// `run(self, &mut Console) -> Result<Outcome, Failure>`.
macro_rules! commands {
    ($($(#[$attribute:meta])* $module:ident :: $name:ident),* $(,)?) => {
        /// One command with its arguments.
        #[derive(Debug, clap::Subcommand)]
        pub enum Command {
            $(#[allow(missing_docs, reason = "the documentation of the type is the help")]
            $(#[$attribute])*
            $name($module::$name),)*
        }

        impl Command {
            /// Runs the command.
            pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
                match self {
                    $($(#[$attribute])* Command::$name(command) => command.run(console),)*
                }
            }
        }
    };
}

impl Command {
    /// Returns `true` if the command writes files of a checkout.
    pub fn writes_schemas(&self) -> bool {
        match self {
            Command::Generate(generate) => generate.writes_checkout(),
            Command::Ci(_) | Command::Devices(_) | Command::Import(_) => true,
            _ => false,
        }
    }
}

commands! {
    check::Check,
    ci::Ci,
    completions::Completions,
    devices::Devices,
    diff::Diff,
    generate::Generate,
    history::History,
    import::Import,
    inspect::Inspect,
    man::Man,
    migrate::Migrate,
    #[cfg(unix)]
    mock::Mock,
    #[cfg(unix)]
    proxy::Proxy,
    site::Site,
    verify::Verify,
}
