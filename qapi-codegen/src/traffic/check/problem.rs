//! What is wrong with a message, as data.

use super::path::Path;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something to know.
    Note,
    /// It works, and will not for ever.
    Warning,
    /// What is known does not tell whether it works.
    Unknown,
    /// The release refuses it, or never sends it.
    Error,
}

impl Severity {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Unknown => "unknown",
            Severity::Error => "error",
        }
    }
}

/// Declares the codes with their names.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $code:ident = $name:literal,)*) => {
        /// What kind of problem it is; the names never change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $doc])+ $code,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Code] = &[$(Code::$code),*];

            /// The name in reports.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Code::$code => $name,)*
                }
            }
        }
    };
}

codes! {
    /// A request that met a change of behaviour.
    Behaviour = "behaviour",
    /// Something that only some builds have.
    Conditional = "conditional",
    /// Something that is to go.
    Deprecated = "deprecated",
    /// A member that is written twice.
    DuplicateMember = "duplicate-member",
    /// A text that is no JSON, or no line of qmp-shell.
    InvalidSyntax = "invalid-syntax",
    /// A string that the release cannot read.
    InvalidText = "invalid-text",
    /// Something in the envelope that is missing or of the wrong type.
    InvalidEnvelope = "invalid-envelope",
    /// A member that is required.
    MissingMember = "missing-member",
    /// A value of the wrong JSON type.
    MistypedMember = "mistyped-member",
    /// A command that may not be sent out of band.
    NoOob = "no-oob",
    /// A message that is no message of the protocol.
    NoMessage = "no-message",
    /// A number that the member cannot hold.
    OutOfRange = "out-of-range",
    /// Something that the release takes without looking at it, or that nothing
    /// is known of.
    Unchecked = "unchecked",
    /// A member of the envelope that there is not.
    UnexpectedEnvelope = "unexpected-envelope-member",
    /// A member that there is not.
    UnexpectedMember = "unexpected-member",
    /// A command that there is not.
    UnknownCommand = "unknown-command",
    /// A device that there is not.
    UnknownDevice = "unknown-device",
    /// An event that there is not.
    UnknownEvent = "unknown-event",
    /// A string that is none of those that the member takes.
    UnknownValue = "unknown-value",
    /// Something that may change without notice.
    Unstable = "unstable",
}

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
