//! The command line of the workspace: arguments, files, progress, colours.
//!
//! The meaning of schemas is in `qapi-codegen`. This crate has what needs a
//! terminal, a file system or another program. It is a library, so that tests
//! can call its parts without starting a program.

#![forbid(unsafe_code)]

pub mod annotations;
mod builds;
pub mod carried_overrides;
pub mod catalogue;
pub mod cli;
pub mod commands;
pub mod compression;
pub mod console;
mod content_hash;
pub mod derived;
pub mod failure;
pub mod features;
pub mod files;
pub mod fit;
pub mod folder;
pub mod input;
pub mod introspected;
pub mod models;
pub mod monitor;
pub mod progress;
pub mod project;
#[cfg(unix)]
pub mod proxy;
pub mod render;
pub mod reports;
pub mod schema_files;
pub mod schema_source;
#[cfg(unix)]
pub mod serving;
pub mod site_checker;
#[cfg(unix)]
pub mod socket;
mod unchanged;
pub mod workspace;

use std::process::ExitCode;

pub use cli::Tool;
use console::Console;

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
    let cli = tool.parse();
    let mut console = Console::new(cli.color);
    match cli.run(&mut console) {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(failure) => {
            console.failure(&failure);
            ExitCode::from(2)
        }
    }
}
