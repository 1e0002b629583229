//! Structured diagnostics about schemas and messages.
//!
//! A diagnostic holds a code, a severity and a location. Rendering is the
//! business of the command line.

mod code;

pub use code::Code;

use crate::source::Span;

/// The severity of a diagnostic, from mild to severe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Additional information.
    Note,
    /// The input is valid, but probably not what its author intended, or will
    /// not stay valid.
    Warning,
    /// The available data do not determine whether the input is valid.
    Unknown,
    /// The input is invalid.
    Error,
}

impl Severity {
    /// The name in messages and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Unknown => "unknown",
            Severity::Error => "error",
        }
    }
}

/// A diagnostic at a location `L`: a place in the source files of a schema, or
/// a path inside a JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic<L = SourceLocation> {
    /// The rule.
    pub code: Code,
    /// The severity.
    pub severity: Severity,
    /// One sentence without a full stop.
    pub message: String,
    /// The place of the violation.
    pub location: L,
    /// Related places in source files.
    pub labels: Vec<Label>,
    /// The proposed fix.
    pub help: Option<String>,
}

/// A location in the source files of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceLocation {
    /// The place where QEMU reports the error: for errors inside a definition,
    /// its opening brace.
    pub span: Span,
    /// The text in error, at `span` or inside the expression that begins there.
    pub focus: Span,
}

/// A related place with a remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The remark.
    pub text: String,
}

impl<L> Diagnostic<L> {
    /// Creates a diagnostic with the default severity of its code.
    pub fn at(code: Code, location: L, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: code.default_severity(),
            message: message.into(),
            location,
            labels: Vec::new(),
            help: None,
        }
    }

    /// Replaces the severity.
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Adds a related place.
    pub fn with_label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds a proposed fix.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Diagnostic {
    /// Creates a diagnostic about a span.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Diagnostic::at(code, SourceLocation { span, focus: span }, message)
    }

    /// Narrows the location to the text in error.
    pub fn with_focus(mut self, focus: Span) -> Self {
        self.location.focus = focus;
        self
    }
}
