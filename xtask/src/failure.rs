//! Errors that end a command with exit status 2.

use std::fmt;
use std::io;

use qapi_codegen::validate::InvalidSchema;

use crate::Outcome;
use crate::console::Console;

/// The reason why a command could not run, as the user reads it.
#[derive(Debug)]
pub struct Failure {
    message: String,
    help: Option<String>,
    invalid_schemas: Vec<InvalidSchema>,
}

impl Failure {
    /// Creates a failure from one sentence without a full stop.
    pub fn new(message: impl Into<String>) -> Self {
        Failure {
            message: message.into(),
            help: None,
            invalid_schemas: Vec::new(),
        }
    }

    /// Creates a failure from an error of the file system.
    pub fn io(action: &str, path: impl fmt::Display, error: &io::Error) -> Self {
        Failure::new(format!("cannot {action} `{path}`: {error}"))
    }

    /// Creates a failure from a schema that breaks rules.
    pub fn invalid_schema(name: &str, invalid: InvalidSchema) -> Self {
        Failure {
            invalid_schemas: vec![invalid],
            ..Failure::new(format!("the schema of `{name}` is invalid"))
        }
    }

    /// Adds a sentence on how to solve the problem.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The sentence on how to solve the problem.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The schemas that break rules, with their diagnostics.
    pub fn invalid_schemas(&self) -> &[InvalidSchema] {
        &self.invalid_schemas
    }

    /// Appends the invalid schemas of another failure to those of this one.
    pub fn merge(mut self, other: Failure) -> Self {
        if !self.invalid_schemas.is_empty() && !other.invalid_schemas.is_empty() {
            self.message = format!("{}; {}", self.message, other.message);
            self.invalid_schemas.extend(other.invalid_schemas);
        }
        self
    }

    /// Reports an invalid schema as a finding, for commands whose job is to
    /// find one.
    pub fn into_finding(self, console: &mut Console) -> Result<Outcome, Failure> {
        if self.invalid_schemas.is_empty() {
            return Err(self);
        }
        console.failure(&self);
        Ok(Outcome::Found)
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
        Failure::new(format!("cannot write the output: {error}"))
    }
}

/// A report that could not be serialized.
impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Failure::new(format!("cannot write JSON: {error}"))
    }
}
