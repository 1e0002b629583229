//! The command line of the workspace: arguments, files, progress, colours.
//!
//! The meaning of schemas is in `qapi-codegen`. This crate has what needs a
//! terminal, a file system or another program. It is a library, so that tests
//! can call its parts without starting a program.

#![forbid(unsafe_code)]

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
pub mod schema_files;
pub mod schema_source;
pub mod workspace;

use std::process::ExitCode;

use std::path::PathBuf;

use clap::builder::StyledStr;
use clap::{CommandFactory, FromArgMatches, Parser};

use commands::Command;
use console::{ColorChoice, Console};
use schema_files::{EmbeddedFile, SchemaFiles};

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
    /// The folder of the imported releases, instead of the usual ones
    #[arg(long, global = true, value_name = "DIR")]
    schemas: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

/// The program that runs the commands.
#[derive(Debug, Clone, Copy)]
pub enum Tool {
    /// `cargo xtask`, which reads `schemas/` of the checkout.
    Workspace,
    /// `qmp-compat`, which has `schemas/` inside.
    Installed(&'static [EmbeddedFile]),
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
pub fn main(tool: Tool) -> ExitCode {
    let matches = tool.command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let mut console = Console::new(cli.color);
    match (cli.schemas, tool) {
        (Some(folder), _) => SchemaFiles::Folder(folder).select(),
        (None, Tool::Installed(files)) => SchemaFiles::Embedded(files).select(),
        (None, Tool::Workspace) => {}
    }
    match cli.command.run(&mut console) {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(failure) => {
            console.failure(&failure);
            ExitCode::from(2)
        }
    }
}

/// The name of the command line in help texts.
const WORKSPACE_NAME: &str = "cargo xtask";

impl Tool {
    /// The command line, with the name of the program in all examples.
    pub fn command(self) -> clap::Command {
        let command = Cli::command();
        match self {
            Tool::Workspace => command,
            Tool::Installed(_) => renamed(command.name("qmp-compat"), "qmp-compat"),
        }
    }
}

fn renamed(command: clap::Command, name: &'static str) -> clap::Command {
    let rename = |text: &StyledStr| text.to_string().replace(WORKSPACE_NAME, name);
    let help = command.get_after_help().map(rename);
    let command = match help {
        Some(help) => command.after_help(help),
        None => command,
    };
    command.bin_name(name).mut_subcommands(|command| {
        let help = command.get_after_help().map(rename);
        command.after_help(help.unwrap_or_default())
    })
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
