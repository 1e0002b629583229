//! Typed problems of command lines.

use crate::diagnostic::{Code, Severity};
use crate::knowledge::command_line::CommandLineFact;
use crate::version::Series;

/// A problem of an option, with what is needed to describe it.
#[derive(Debug, Clone)]
pub enum CommandLineProblem<'m> {
    /// There are no facts about command lines.
    NoFacts,
    /// A variable may stand for any options.
    UnknownOptions(&'m str),
    /// The value is this variable, or a part of it is.
    Variable(&'m str),
    /// The release does not have something.
    Absent(CommandLineSubject<'m>, CommandLineFact<'m>),
    /// No known build of the release has something; or the machine type decides,
    /// for this reason.
    Unverified(CommandLineSubject<'m>, Option<&'m str>),
    /// The release deprecates something.
    Deprecated(CommandLineSubject<'m>, CommandLineFact<'m>),
    /// An option has no argument.
    MissingArgument,
    /// A key without a value, which stands for this value.
    ShortBoolean {
        key: &'m str,
        value: &'m str,
        /// The release does not accept it any more.
        is_rejected: bool,
    },
    /// The release does not read the argument as JSON.
    UnreadJson(&'m str),
    /// Invalid JSON.
    InvalidJson(&'m str),
    /// A key contradicts another one.
    Contradiction(&'m str),
    /// The value of a parameter has another type.
    InvalidValue {
        /// The type of the value.
        ty: &'m str,
        value: &'m str,
    },
    /// The value of a parameter is none of those that QEMU accepts.
    UnlistedValue { value: &'m str, expected: String },
    /// An option requires a parameter.
    MissingParameter { option: &'m str, name: &'m str },
    /// A parameter cannot be combined with another one.
    ExcludedParameter { key: &'m str, other: &'m str },
    /// An option cannot be combined with another one, or occur twice.
    ExcludedOption { option: String, other: String },
    /// No option has this id.
    UnknownId { target: &'m str, id: &'m str },
    /// The maximum of the memory is less than its size.
    InvalidMaximum { maximum: i128, size: i128 },
    /// The counts of `-smp` contradict each other.
    InvalidTopology { product: u64, maximum: u64 },
    /// There are more CPUs than there may be.
    TooManyCpus { maximum: u64, cpus: u64 },
}

/// The subject of a problem.
#[derive(Debug, Clone, Copy)]
pub enum CommandLineSubject<'m> {
    Option(&'m str),
    /// A group of a file for `-readconfig`.
    Group(&'m str),
    Parameter {
        option: &'m str,
        name: &'m str,
    },
    Value {
        parameter: &'m str,
        value: &'m str,
    },
    Machine(&'m str),
    Cpu(&'m str),
    /// The parameters of an option, or of a part of it.
    Parameters(&'m str),
}

impl CommandLineProblem<'_> {
    /// The first series that warns of keys without a value.
    pub const SHORT_BOOLEANS_DEPRECATED: Series = Series::new(6, 0);

    pub fn code(&self) -> Code {
        match self {
            CommandLineProblem::NoFacts
            | CommandLineProblem::UnknownOptions(_)
            | CommandLineProblem::Variable(_)
            | CommandLineProblem::Unverified(..) => Code::Unchecked,
            CommandLineProblem::Absent(subject, _) => match subject {
                CommandLineSubject::Option(_) | CommandLineSubject::Group(_) => Code::UnknownOption,
                CommandLineSubject::Machine(_) => Code::UnknownMachine,
                CommandLineSubject::Cpu(_) => Code::UnknownCpu,
                CommandLineSubject::Value { .. } => Code::UnknownValue,
                CommandLineSubject::Parameter { .. } | CommandLineSubject::Parameters(_) => {
                    Code::UnexpectedMember
                }
            },
            CommandLineProblem::Deprecated(..) => Code::Deprecated,
            CommandLineProblem::ShortBoolean { is_rejected, .. } => match is_rejected {
                true => Code::InvalidSyntax,
                false => Code::Deprecated,
            },
            CommandLineProblem::MissingArgument | CommandLineProblem::MissingParameter { .. } => {
                Code::MissingMember
            }
            CommandLineProblem::UnlistedValue { .. } | CommandLineProblem::UnknownId { .. } => {
                Code::UnknownValue
            }
            CommandLineProblem::ExcludedParameter { .. }
            | CommandLineProblem::ExcludedOption { .. } => Code::UnexpectedMember,
            CommandLineProblem::UnreadJson(_)
            | CommandLineProblem::InvalidJson(_)
            | CommandLineProblem::Contradiction(_) => Code::InvalidSyntax,
            CommandLineProblem::InvalidValue { .. } => Code::MistypedMember,
            CommandLineProblem::InvalidTopology { .. }
            | CommandLineProblem::InvalidMaximum { .. }
            | CommandLineProblem::TooManyCpus { .. } => Code::OutOfRange,
        }
    }

    pub fn severity(&self) -> Severity {
        self.code().default_severity()
    }
}
