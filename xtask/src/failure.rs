//! Why a command could not run.

use std::fmt;
use std::io;

/// Why a command could not run, in words for the person who called it.
#[derive(Debug)]
pub struct Failure {
    message: String,
    help: Option<String>,
    broken_pipe: bool,
}

impl Failure {
    /// A failure with its message, one sentence without a full stop.
    pub fn new(message: impl Into<String>) -> Self {
        Failure {
            message: message.into(),
            help: None,
            broken_pipe: false,
        }
    }

    /// Something that could not be done to a file.
    pub fn io(what: &str, path: impl fmt::Display, error: &io::Error) -> Self {
        Failure::new(format!("cannot {what} `{path}`: {error}"))
    }

    /// Adds what to do about it.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Whether nobody reads the output any more.
    pub fn is_broken_pipe(&self) -> bool {
        self.broken_pipe
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// Output that could not be written.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure {
            broken_pipe: error.kind() == io::ErrorKind::BrokenPipe,
            ..Failure::new(format!("cannot write the output: {error}"))
        }
    }
}
