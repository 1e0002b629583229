//! Errors of overrides.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// An override that cannot be applied.
#[derive(Debug)]
pub struct OverrideError {
    /// The text in the file of overrides.
    pub span: Span,
    pub problem: OverrideProblem,
}

/// The reason why an override cannot be applied.
#[derive(Debug, thiserror::Error)]
pub enum OverrideProblem {
    #[error("an override needs a reason")]
    NoReason,
    #[error("the text has escapes")]
    EscapedText,
    #[error("definition '{name}' already exists")]
    DefinitionExists { name: String, existing: Span },
    #[error("definition '{0}' does not exist")]
    UnknownDefinition(String),
    #[error("'{0}' has no members of its own")]
    NoOwnMembers(String),
    #[error("'{target}' has no member '{member}'")]
    UnknownMember { target: String, member: String },
    #[error("'{target}' already has a member '{member}'")]
    MemberExists { target: String, member: String },
    #[error("member '{0}' is already optional")]
    OptionalMember(String),
    #[error("'{0}' is not a command")]
    NotACommand(String),
    #[error("command '{0}' already takes unlisted arguments")]
    OpenArguments(String),
}

impl OverrideError {
    pub fn to_diagnostic(&self) -> Diagnostic {
        let problem = &self.problem;
        let invalid = || Diagnostic::new(Code::InvalidOverride, self.span, problem.to_string());
        match problem {
            OverrideProblem::NoReason => invalid(),
            OverrideProblem::EscapedText => invalid().with_help("use a literal string: '''...'''"),
            OverrideProblem::DefinitionExists { existing, .. } => self
                .stale()
                .with_label(*existing, "the existing definition"),
            _ => self.stale(),
        }
    }

    fn stale(&self) -> Diagnostic {
        let message = format!("this override no longer applies: {}", self.problem);
        Diagnostic::new(Code::StaleOverride, self.span, message)
            .with_help("remove the override, or adapt it to the schema")
    }
}
