//! What is wrong with an input, as data.
//!
//! Whoever finds a mistake says which rule it breaks and where; how it looks
//! on a terminal is decided in the command line.

use crate::source::Span;

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The input cannot be used.
    Error,
    /// The input can be used, and probably does not say what its author meant.
    Warning,
}

impl Severity {
    /// The word for it in messages and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// One mistake in an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The name of the rule, such as `unknown-type`; it never changes.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where QEMU itself reports the mistake: for whatever is wrong inside a
    /// definition, the brace that opens the definition.
    pub span: Span,
    /// The very words that are wrong, at `span` or inside what begins there.
    pub focus: Span,
    /// Other places that matter, each with a remark.
    pub related: Vec<(Span, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            span,
            focus: span,
            related: Vec::new(),
            help: None,
        }
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, span, message)
        }
    }

    /// Points at the very words that are wrong.
    pub fn with_focus(mut self, focus: Span) -> Self {
        self.focus = focus;
        self
    }

    /// Adds another place that matters.
    pub fn with_related(mut self, span: Span, remark: impl Into<String>) -> Self {
        self.related.push((span, remark.into()));
        self
    }

    /// Adds what to do about it.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
