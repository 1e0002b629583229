//! For whom a report is printed.

use clap::ValueEnum;

/// How a command prints what it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// JSON, for programs
    Json,
}
