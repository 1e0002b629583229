//! The command line of the workspace: arguments, files, progress, colours.
//!
//! What a schema means is the business of `qapi-codegen`; here is only what
//! needs a terminal, a file system or another program. It is a library so that
//! tests can do what a command does without starting one.

#![forbid(unsafe_code)]

pub mod commands;
pub mod console;
pub mod derived;
pub mod failure;
pub mod features;
pub mod format;
pub mod introspected;
pub mod known;
pub mod monitor;
pub mod progress;
pub mod project;
pub mod releases;
pub mod render;
pub mod replace;
pub mod reports;
pub mod schema;
pub mod workspace;

use std::process::ExitCode;

use clap::Parser;

use commands::Command;
use console::{ColorChoice, Console};

/// Reads, checks, generates and compares QEMU's QAPI schemas.
#[derive(Debug, Parser)]
#[command(
    name = "xtask",
    bin_name = "cargo xtask",
    version,
    max_term_width = 100
)]
#[command(after_help = "Example: cargo xtask inspect 2.11\n\n\
    Exit status: 0 fine, 1 found something, 2 could not run.")]
struct Cli {
    /// When to colour what is printed
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

/// What a command comes to, if it could run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There is nothing to complain of.
    Fine,
    /// It found what it looks for: mistakes, stale files, breaking changes.
    Found,
}

/// Runs the command that the arguments of the process name.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut console = Console::new(cli.color);
    match cli.command.run(&mut console) {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        // Whoever reads the output, such as `head`, has read enough.
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
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
