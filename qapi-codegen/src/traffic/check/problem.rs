//! What is wrong with a message, as data.

use super::path::Path;

pub use crate::diagnostic::{Code, Severity};

/// Something wrong with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem it is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// Where: a path inside the arguments such as `actions[0].data.device`, a
    /// member of the envelope for problems with that, or nothing for the whole.
    pub path: String,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    pub(super) fn new(
        code: Code,
        severity: Severity,
        path: &Path<'_>,
        message: impl Into<String>,
    ) -> Self {
        Problem {
            code,
            severity,
            path: path.to_string(),
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn error(code: Code, path: &Path<'_>, message: impl Into<String>) -> Self {
        Problem::new(code, Severity::Error, path, message)
    }

    pub(super) fn with_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }
}
