//! Findings in the formats of continuous integration.

mod github;
mod junit;
mod sarif;

use std::io::{self, Write};

/// A format of continuous integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnnotationFormat {
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// JUnit XML, for test reports
    Junit,
}

/// The weight of an annotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnnotationLevel {
    /// For information.
    Note,
    /// May need attention.
    Warning,
    /// Fails the check.
    Error,
}

/// A finding, with its place if it is about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// The weight.
    pub level: AnnotationLevel,
    /// The code of the diagnostic, or the rule.
    pub rule: String,
    /// The command or event.
    pub subject: String,
    /// The description, without a full stop.
    pub message: String,
    /// Advice.
    pub help: Option<String>,
    /// The file, line and column.
    pub place: Option<(String, u64, u64)>,
}

impl Annotation {
    /// The description and the advice.
    fn text(&self) -> String {
        let help = self.help.as_ref().map(|help| format!(" ({help})"));
        format!(
            "{}: {}{}",
            self.subject,
            self.message,
            help.unwrap_or_default()
        )
    }
}

impl AnnotationFormat {
    /// Writes annotations. `tool` is the command that found them.
    pub fn write(
        self,
        tool: &str,
        annotations: &[Annotation],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match self {
            AnnotationFormat::Sarif => sarif::write(tool, annotations, out),
            AnnotationFormat::Github => github::write(annotations, out),
            AnnotationFormat::Junit => junit::write(tool, annotations, out),
        }
    }
}
