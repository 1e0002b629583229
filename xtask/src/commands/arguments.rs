//! Arguments and inputs that several commands share.

use std::io;

use clap::ValueEnum;

use qapi_codegen::imported::QemuProgram;

use crate::catalogue::{Catalogue, Release};
use crate::console::Console;
use crate::failure::Failure;

/// The format of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people
    Text,
    /// JSON, for programs
    Json,
}

/// The interface that `--qga` or `--storage-daemon` selects.
pub fn select_program(qga: bool, storage_daemon: bool) -> QemuProgram {
    match (qga, storage_daemon) {
        (true, _) => QemuProgram::GuestAgent,
        (_, true) => QemuProgram::StorageDaemon,
        _ => QemuProgram::Emulator,
    }
}

/// Reads the release that an argument names, and prints the notes on it.
pub fn read_release(
    catalogue: &Catalogue,
    argument: &str,
    program: QemuProgram,
    console: &mut Console,
) -> Result<Release, Failure> {
    let release = catalogue.release(argument, program)?;
    console.notes(&release.notes);
    Ok(release)
}

/// An error while recorded messages are read and a report is written.
pub enum InputError {
    /// The file cannot be read.
    Input(io::Error),
    /// The report cannot be written.
    Output(Failure),
}

impl From<io::Error> for InputError {
    fn from(error: io::Error) -> Self {
        InputError::Input(error)
    }
}

impl InputError {
    /// Converts an error of writing.
    pub fn from_output(error: io::Error) -> Self {
        InputError::Output(error.into())
    }

    /// Converts the error to a failure that names the file.
    pub fn into_failure(self, file: &str) -> Failure {
        match self {
            InputError::Input(error) => Failure::io("read", file, &error),
            InputError::Output(failure) => failure,
        }
    }
}
