//! A rehearsal of an upgrade: requests that pass, checked against releases.

use std::collections::HashSet;

use qapi_codegen::diagnostic::Severity;
use qapi_codegen::json::parse_prefix;
use qapi_codegen::traffic::check::{CheckedMessage, Checker, Session, Verdict};

use crate::Outcome;
use crate::console::{Console, severity_style};
use crate::monitor::printable;
use crate::render::count;

/// The largest number of problems that are remembered, so that each is printed
/// once.
const MAX_REMEMBERED: usize = 10_000;

/// The releases that requests are checked against.
pub struct Rehearsal<'k> {
    releases: Vec<RehearsedRelease<'k>>,
    /// The problems that were printed.
    printed: HashSet<String>,
}

struct RehearsedRelease<'k> {
    checker: Checker<'k>,
    session: Session,
    accepted: usize,
    rejected: usize,
    unknown: usize,
}

impl<'k> Rehearsal<'k> {
    /// Creates a rehearsal of releases.
    pub fn new(checkers: Vec<Checker<'k>>) -> Self {
        let release = |checker| RehearsedRelease {
            checker,
            session: Session::default(),
            accepted: 0,
            rejected: 0,
            unknown: 0,
        };
        Rehearsal {
            releases: checkers.into_iter().map(release).collect(),
            printed: HashSet::new(),
        }
    }

    /// Returns `true` if nothing is checked.
    pub fn is_empty(&self) -> bool {
        self.releases.is_empty()
    }

    /// Begins a session, in which nothing is negotiated.
    pub fn begin_session(&mut self) {
        for release in &mut self.releases {
            release.session = Session::default();
        }
    }

    /// Checks the messages in a text. QEMU itself answers what is not JSON, so
    /// that is left out.
    pub fn check(&mut self, text: &[u8], console: &mut Console) {
        let text = String::from_utf8_lossy(text);
        let mut rest = &*text;
        while let Ok(Some(parsed)) = parse_prefix(rest) {
            rest = &rest[parsed.end..];
            for release in &mut self.releases {
                let checked = release.checker.check_request(&mut release.session, &parsed);
                release.add(&checked, &mut self.printed, console);
            }
        }
    }

    /// Prints a summary.
    pub fn finish(&self, console: &mut Console) -> Outcome {
        for release in &self.releases {
            console.status(&release.summary());
        }
        match self.releases.iter().any(|release| release.rejected > 0) {
            true => Outcome::Found,
            false => Outcome::Fine,
        }
    }
}

impl RehearsedRelease<'_> {
    fn add(
        &mut self,
        checked: &CheckedMessage,
        printed: &mut HashSet<String>,
        console: &mut Console,
    ) {
        match checked.verdict {
            Verdict::Accepted => self.accepted += 1,
            Verdict::Unknown => self.unknown += 1,
            Verdict::Rejected => self.rejected += 1,
        }
        for text in self.describe(checked) {
            if printed.len() < MAX_REMEMBERED && printed.insert(text.clone()) {
                console.status(&text);
            }
        }
    }

    /// Describes the errors of a request, each with what to write instead.
    fn describe(&self, checked: &CheckedMessage) -> Vec<String> {
        let series = self.checker.series();
        let command = checked.command.as_deref().unwrap_or("a request");
        let style = severity_style(Severity::Error);
        let errors = checked.problems.iter();
        let errors = errors.filter(|problem| problem.severity == Severity::Error);
        let describe = |message: &str, help: Option<&str>| {
            let help =
                help.map_or_else(String::new, |help| format!("\n  help: {}", printable(help)));
            let (command, message) = (printable(command), printable(message));
            format!("{style}QEMU {series} rejects{style:#} {command}: {message}{help}")
        };
        errors
            .map(|problem| describe(&problem.message, problem.help.as_deref()))
            .collect()
    }

    fn summary(&self) -> String {
        let unknown = match self.unknown {
            0 => String::new(),
            unknown => format!(", {unknown} unknown"),
        };
        let total = self.accepted + self.rejected + self.unknown;
        format!(
            "{}: {} accepted, {} rejected{unknown} (QEMU {})",
            count(total, "request"),
            self.accepted,
            self.rejected,
            self.checker.series()
        )
    }
}
