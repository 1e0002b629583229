//! `check`: what a release refuses of recorded commands.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};

use clap::Args;
use serde::Serialize;

use qapi_codegen::diagnostic::Severity;
use qapi_codegen::traffic::check::{
    LogChecker, LogFinding, MessageDiagnostic, MessageKind, Verdict,
};
use qapi_codegen::traffic::read::read;

use crate::Outcome;
use crate::console::{Console, Paint};
use crate::failure::Failure;
use crate::format::Format;
use crate::known::{Elsewhere, Known};
use crate::progress::Progress;

/// Check recorded commands against a release
///
/// Reads QMP messages, logs that hold some among other text, recordings and
/// scripts of qmp-shell. Prints what the release refuses, what it takes for now,
/// and what behaves otherwise than the schema tells.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask check --against 2.11 script.qmp\n  \
    cargo xtask check --against 10.0 --replies /var/log/libvirt/qemu.log\n  \
    echo '{\"execute\": \"stop\"}' | cargo xtask check --against 2.5 -")]
pub struct Check {
    /// The release: one in schemas/, a folder, a root .json file, or a tarball
    #[arg(long, value_name = "SCHEMA")]
    against: String,
    /// Check what QEMU sent, too
    #[arg(long)]
    replies: bool,
    /// How to print what was found; JSON is one object a message
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Files to read; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
}

impl Check {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// There is no such schema, a file cannot be read, or the output cannot be
    /// written.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let known = Known::open(&self.against)?;
        let elsewhere = Elsewhere::default();
        let with_command = |name: &str| elsewhere.with_command(name);
        let checker = known.checker(Some(&with_command));
        let mut report = Report::new(self.format, console);
        for file in &self.files {
            let mut log = LogChecker::new(&checker, self.replies);
            let mut input = open(file)?;
            let is_command = |name: &str| checker.has_command(name);
            read(&mut *input, &is_command, &mut |entry| {
                let findings = log.check_entry(&entry);
                findings
                    .iter()
                    .try_for_each(|finding| report.add(file, finding))
            })
            .map_err(|error: ReadError| error.of(file))?;
        }
        let outcome = report.outcome();
        let summary = report.finish(&checker.series().to_string())?;
        console.done(&summary);
        Ok(outcome)
    }
}

/// What goes wrong while a file is read and a report written.
pub enum ReadError {
    /// The file cannot be read.
    Input(io::Error),
    /// The report cannot be written.
    Report(Failure),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        ReadError::Input(error)
    }
}

impl ReadError {
    /// The failure of a command that read this file.
    pub fn of(self, file: &str) -> Failure {
        match self {
            ReadError::Input(error) => Failure::io("read", file, &error),
            ReadError::Report(failure) => failure,
        }
    }
}

/// Opens a file, or standard input for `-`.
pub fn open(file: &str) -> Result<Box<dyn BufRead>, Failure> {
    if file == "-" {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let failure = |error: io::Error| Failure::io("read", file, &error);
    let opened = File::open(file).map_err(failure)?;
    let about = opened.metadata().map_err(failure)?;
    if about.is_dir() {
        return Err(Failure::new(format!("`{file}` is a folder")).with_help("name the files in it"));
    }
    let progress = Progress::new(&format!("reading {file}"), about.len());
    Ok(Box::new(BufReader::with_capacity(
        1 << 18,
        progress.reading(opened),
    )))
}

/// Findings, as they are printed.
struct Report {
    format: Format,
    out: Box<dyn Write>,
    paint: Paint,
    /// Notes that were printed; each is printed once.
    noted: HashSet<String>,
    accepted: u64,
    rejected: u64,
    unknown: u64,
}

#[derive(Serialize)]
struct FindingJson<'f> {
    file: &'f str,
    line: u64,
    column: u64,
    kind: &'static str,
    command: Option<&'f str>,
    verdict: &'static str,
    problems: Vec<ProblemJson<'f>>,
}

#[derive(Serialize)]
struct ProblemJson<'f> {
    path: &'f str,
    code: &'static str,
    severity: &'static str,
    message: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'f str>,
}

impl Report {
    fn new(format: Format, console: &Console) -> Report {
        Report {
            format,
            out: console.writer(),
            paint: console.paint_data(),
            noted: HashSet::new(),
            accepted: 0,
            rejected: 0,
            unknown: 0,
        }
    }

    fn add(&mut self, file: &str, finding: &LogFinding) -> Result<(), ReadError> {
        match finding.checked.verdict {
            Verdict::Accepted => self.accepted += 1,
            Verdict::Rejected => self.rejected += 1,
            Verdict::Unknown => self.unknown += 1,
        }
        let written = match self.format {
            Format::Json => self.json(file, finding),
            Format::Text => self.text(file, finding),
        };
        written.map_err(|error| ReadError::Report(error.into()))
    }

    fn json(&mut self, file: &str, finding: &LogFinding) -> io::Result<()> {
        let problems = finding.checked.problems.iter().map(|problem| ProblemJson {
            path: &problem.location,
            code: problem.code.as_str(),
            severity: problem.severity.as_str(),
            message: &problem.message,
            help: problem.help.as_deref(),
        });
        let line = FindingJson {
            file,
            line: finding.place.line,
            column: finding.place.column,
            kind: finding.kind.as_str(),
            command: finding.checked.command.as_deref(),
            verdict: finding.checked.verdict.as_str(),
            problems: problems.collect(),
        };
        serde_json::to_writer(&mut self.out, &line)?;
        self.out.write_all(b"\n")
    }

    fn text(&mut self, file: &str, finding: &LogFinding) -> io::Result<()> {
        let problems: Vec<&MessageDiagnostic> = finding
            .checked
            .problems
            .iter()
            .filter(|problem| self.is_new(problem))
            .collect();
        if problems.is_empty() {
            return Ok(());
        }
        let place = finding.place;
        let verdict = finding.checked.verdict;
        let what = match (&finding.checked.command, finding.kind) {
            (Some(command), MessageKind::Reply) => format!("reply to {command}"),
            (Some(command), _) => command.clone(),
            (None, _) => "message".to_owned(),
        };
        let verdict = self.paint.severity(worst(verdict), verdict.as_str());
        writeln!(
            self.out,
            "{file}:{}:{}: {what}: {verdict}",
            place.line, place.column
        )?;
        for problem in problems {
            let severity = self
                .paint
                .severity(problem.severity, problem.severity.as_str());
            let code = problem.code.as_str();
            writeln!(self.out, "  {severity}[{code}]: {}", problem.message)?;
            if let Some(help) = &problem.help {
                writeln!(self.out, "    help: {help}")?;
            }
        }
        Ok(())
    }

    /// Whether a problem is to be printed: the same note once is enough.
    fn is_new(&mut self, problem: &MessageDiagnostic) -> bool {
        problem.severity != Severity::Note || self.noted.insert(problem.message.clone())
    }

    fn outcome(&self) -> Outcome {
        if self.rejected > 0 {
            Outcome::Found
        } else {
            Outcome::Fine
        }
    }

    /// Ends the report; gives a summary of it.
    fn finish(mut self, series: &str) -> Result<String, Failure> {
        self.out.flush()?;
        let (accepted, rejected) = (self.accepted, self.rejected);
        let total = accepted + rejected + self.unknown;
        let unknown = match self.unknown {
            0 => String::new(),
            unknown => format!(", and {unknown} of which it is not known"),
        };
        Ok(match total {
            0 => "there is no message".to_owned(),
            total => format!(
                "of {total} messages, QEMU {series} takes {accepted} and refuses {rejected}{unknown}"
            ),
        })
    }
}

fn worst(verdict: Verdict) -> Severity {
    match verdict {
        Verdict::Accepted => Severity::Note,
        Verdict::Unknown => Severity::Unknown,
        Verdict::Rejected => Severity::Error,
    }
}
