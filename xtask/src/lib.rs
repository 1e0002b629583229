//! The command line of the workspace: arguments, files, progress, colours.
//!
//! The meaning of schemas is in `qapi-codegen`. This crate has what needs a
//! terminal, a file system or another program. It is a library, so that tests
//! can call its parts without starting a program.

#![forbid(unsafe_code)]

pub mod carried_overrides;
pub mod catalogue;
pub mod commands;
pub mod console;
pub mod derived;
pub mod failure;
pub mod features;
pub mod files;
pub mod folder;
pub mod introspected;
pub mod monitor;
pub mod progress;
pub mod project;
pub mod render;
pub mod reports;
pub mod schema_source;
pub mod workspace;

use std::process::ExitCode;

use clap::Parser;

use commands::Command;
use console::{ColorChoice, Console};

/// Import, check and compare QEMU's QAPI schemas, and generate bindings
#[derive(Debug, Parser)]
#[command(
    name = "xtask",
    bin_name = "cargo xtask",
    version,
    max_term_width = 100
)]
#[command(after_help = "Example: cargo xtask inspect 2.11\n\n\
    Exit status: 0 success, 1 findings, 2 the command could not run.")]
struct Cli {
    /// When to colour the output
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto"
    )]
    color: ColorChoice,
    #[command(subcommand)]
    command: Command,
}

/// The outcome of a command that ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It found nothing.
    Fine,
    /// It found what it looks for: diagnostics, stale files, breaking changes.
    Found,
}

/// Runs the command that the arguments of the process select.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut console = Console::new(cli.color);
    match cli.command.run(&mut console) {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(failure) => {
            console.failure(&failure);
            ExitCode::from(2)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_command_has_an_example() {
        let cli = Cli::command();
        cli.clone().debug_assert();
        for command in cli.get_subcommands() {
            let help = command.get_after_help().map(|help| help.to_string());
            let name = command.get_name();
            assert!(help.is_some_and(|help| help.contains("Example")), "{name}");
        }
    }
}
