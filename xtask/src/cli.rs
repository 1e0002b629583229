//! The command line: its programs, options and commands.

use std::path::PathBuf;
use std::sync::OnceLock;

use clap::builder::StyledStr;
use clap::{CommandFactory, FromArgMatches, Parser};

use crate::Outcome;
use crate::commands::Command;
use crate::console::{ColorChoice, Console};
use crate::failure::Failure;
use crate::schema_files::{EmbeddedFile, SchemaFiles};

/// Import, check and compare QEMU's QAPI schemas, and generate bindings
#[derive(Debug, Parser)]
#[command(name = "xtask", bin_name = WORKSPACE_NAME, max_term_width = 100)]
#[command(after_help = "Example: cargo xtask inspect 2.11\n\n\
    Exit status: 0 success, 1 findings, 2 the command could not run.")]
pub struct Cli {
    /// When to colour the output
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto"
    )]
    pub color: ColorChoice,
    /// The folder of the imported releases, instead of the usual one
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

/// How help texts call the command line in a checkout.
const WORKSPACE_NAME: &str = "cargo xtask";

/// The name of the installed command.
const INSTALLED_NAME: &str = "qmp-compat";

static CURRENT: OnceLock<Tool> = OnceLock::new();

impl Tool {
    /// The program of this process.
    pub fn current() -> Tool {
        *CURRENT.get().unwrap_or(&Tool::Workspace)
    }

    /// Parses the arguments of the process, and selects the schemas that they
    /// ask for.
    pub fn parse(self) -> Cli {
        let _ = CURRENT.set(self);
        let arguments = self.command().get_matches();
        let cli = Cli::from_arg_matches(&arguments).unwrap_or_else(|error| error.exit());
        if let Some(folder) = &cli.schemas {
            SchemaFiles::Folder(folder.clone()).select();
        }
        cli
    }

    /// The command line, with the name of the program in all examples.
    pub fn command(self) -> clap::Command {
        let command = Cli::command().version(self.version());
        match self {
            Tool::Workspace => command,
            // The checks are those of a change to this project.
            Tool::Installed(_) => {
                renamed(command.name(INSTALLED_NAME)).mut_subcommand("ci", |ci| ci.hide(true))
            }
        }
    }

    /// The files of the imported releases, if the user names none.
    pub fn schema_files(self) -> SchemaFiles {
        match self {
            Tool::Workspace => SchemaFiles::checkout(),
            Tool::Installed(files) => SchemaFiles::Embedded(files),
        }
    }

    /// The version of the program, and the newest release that it knows.
    fn version(self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        let series = self.schema_files().series().unwrap_or_default();
        match (series.first(), series.last()) {
            (Some(first), Some(last)) => format!("{version} (QEMU {first} to {last})"),
            _ => version.to_owned(),
        }
    }
}

impl Cli {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let is_embedded = matches!(SchemaFiles::selected(), SchemaFiles::Embedded(_));
        if is_embedded && self.command.writes_schemas() {
            return Err(
                Failure::new("this command writes files of a checkout, and there is none")
                    .with_help(
                        "run `cargo xtask` in a checkout of this project, or name its folder \
                         with `--schemas`",
                    ),
            );
        }
        self.command.run(console)
    }
}

fn renamed(command: clap::Command) -> clap::Command {
    with_installed_name(command)
        .bin_name(INSTALLED_NAME)
        .mut_subcommands(with_installed_name)
}

/// A command whose examples have the name of the installed program.
fn with_installed_name(command: clap::Command) -> clap::Command {
    let rename = |text: &StyledStr| text.to_string().replace(WORKSPACE_NAME, INSTALLED_NAME);
    match command.get_after_help().map(rename) {
        Some(help) => command.after_help(help),
        None => command,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_checkout_has_the_checks_of_a_change() {
        let help = |tool: Tool| tool.command().render_help().to_string();
        assert!(help(Tool::Workspace).contains("\n  ci "));
        assert!(!help(Tool::Installed(&[])).contains("\n  ci "));
    }

    #[test]
    fn every_command_has_an_example() {
        for (tool, name) in [
            (Tool::Workspace, WORKSPACE_NAME),
            (Tool::Installed(&[]), INSTALLED_NAME),
        ] {
            let cli = tool.command();
            cli.clone().debug_assert();
            for command in cli.get_subcommands() {
                let help = command.get_after_help().map(StyledStr::to_string);
                let example = help.unwrap_or_default();
                assert!(example.contains("Example"), "{}", command.get_name());
                assert!(example.contains(name), "{}", command.get_name());
            }
        }
    }
}
