//! The command line that the examples share.

use std::process::ExitCode;

use qmp_bindings::{Options, Series};

/// The arguments of an example.
pub struct Arguments {
    /// The series that `--release` names.
    pub release: Option<Series>,
    pub rest: Vec<String>,
}

impl Arguments {
    /// Parses the arguments of the program, of which at least `minimum` are required.
    ///
    /// # Errors
    ///
    /// Prints `usage` and returns the exit code for it.
    pub fn parse(minimum: usize, usage: &str) -> Result<Arguments, ExitCode> {
        let mut arguments = std::env::args().skip(1);
        let (mut release, mut rest) = (None, Vec::new());
        while let Some(argument) = arguments.next() {
            if argument != "--release" {
                rest.push(argument);
                continue;
            }
            match arguments.next().unwrap_or_default().parse() {
                Ok(series) => release = Some(series),
                Err(error) => {
                    eprintln!("error: --release: {error}");
                    return Err(ExitCode::from(2));
                }
            }
        }
        if rest.len() < minimum {
            eprintln!("usage: {usage}\n\n`--release 10.0` uses the types of 10.0 for any server.");
            return Err(ExitCode::from(2));
        }
        Ok(Arguments { release, rest })
    }

    /// Returns the options of a connection.
    pub fn options(&self) -> Options {
        match self.release {
            Some(series) => Options::new().types_of(series),
            None => Options::new(),
        }
    }
}

/// Prints an error, if there is one, and returns the exit code.
pub fn exit_code<E: std::fmt::Display>(result: Result<(), E>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
