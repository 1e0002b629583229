//! The report of `check`, printed while messages are read.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};

use serde::Serialize;

use qapi_codegen::diagnostic::Severity;
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::traffic::check::{LogFinding, MessageDiagnostic, MessageKind, Verdict};
use qapi_codegen::version::Series;

use super::{CheckFormat, FindingSink, InputError};
use crate::Outcome;
use crate::annotations::{Annotation, AnnotationLevel};
use crate::console::{Console, severity_style};
use crate::failure::Failure;
use crate::render::count;

/// The report, as far as it is printed.
pub struct CheckReport {
    format: CheckFormat,
    series: Series,
    out: Box<dyn Write>,
    /// The annotations, which are printed at the end.
    annotations: Vec<Annotation>,
    /// The notes that were printed, each of which is printed once.
    printed_notes: HashSet<String>,
    accepted: usize,
    rejected: usize,
    unknown: usize,
    /// The messages of other programs.
    by_other_program: BTreeMap<QemuProgram, usize>,
}

/// A message in JSON.
#[derive(Serialize)]
pub struct MessageJson<'f> {
    file: &'f str,
    line: u64,
    column: u64,
    kind: &'static str,
    /// The program that has the command, if it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<QemuProgram>,
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

impl CheckReport {
    /// Begins a report.
    pub fn new(format: CheckFormat, series: Series, console: &Console) -> CheckReport {
        CheckReport {
            format,
            series,
            out: match format {
                CheckFormat::Text => console.styled_writer(),
                _ => console.writer(),
            },
            annotations: Vec::new(),
            printed_notes: HashSet::new(),
            accepted: 0,
            rejected: 0,
            unknown: 0,
            by_other_program: BTreeMap::new(),
        }
    }

    fn summary(&self) -> String {
        let series = self.series;
        let (accepted, rejected) = (self.accepted, self.rejected);
        let unknown = match self.unknown {
            0 => String::new(),
            unknown => format!(", {unknown} unknown"),
        };
        match accepted + rejected + self.unknown {
            0 => "no messages found".to_owned(),
            total => format!(
                "{}: {accepted} accepted, {rejected} rejected{unknown} (QEMU {series}{})",
                count(total, "message"),
                self.programs(total)
            ),
        }
    }

    /// The number of messages of each program, if there are several.
    fn programs(&self, total: usize) -> String {
        let others = self.by_other_program.iter();
        let others: String = others
            .map(|(program, n)| format!(", {n} of {}", program.noun()))
            .collect();
        let own = total - self.by_other_program.values().sum::<usize>();
        match others.is_empty() {
            true => others,
            false => format!("; {own} of {}{others}", QemuProgram::Emulator.noun()),
        }
    }

    fn write_json(&mut self, file: &str, finding: &LogFinding) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, &MessageJson::new(file, finding))?;
        self.out.write_all(b"\n")
    }

    fn write_text(&mut self, file: &str, finding: &LogFinding) -> io::Result<()> {
        let problems = finding.checked.problems.iter();
        let problems: Vec<&MessageDiagnostic> =
            problems.filter(|problem| self.is_new(problem)).collect();
        if problems.is_empty() {
            return Ok(());
        }
        let subject = subject(finding);
        let (line, column) = (finding.position.line, finding.position.column);
        let verdict = finding.checked.verdict;
        let style = severity_style(verdict_severity(verdict));
        let verdict = verdict.as_str();
        writeln!(
            self.out,
            "{file}:{line}:{column}: {subject}: {style}{verdict}{style:#}"
        )?;
        problems
            .into_iter()
            .try_for_each(|problem| self.write_problem(problem))
    }

    fn write_problem(&mut self, problem: &MessageDiagnostic) -> io::Result<()> {
        let style = severity_style(problem.severity);
        let (severity, code) = (problem.severity.as_str(), problem.code.as_str());
        writeln!(
            self.out,
            "  {style}{severity}{style:#}[{code}]: {}",
            problem.message
        )?;
        if let Some(help) = &problem.help {
            writeln!(self.out, "    help: {help}")?;
        }
        Ok(())
    }

    /// Returns `true` if a problem has to be printed; a note is printed once.
    fn is_new(&mut self, problem: &MessageDiagnostic) -> bool {
        problem.severity != Severity::Note
            || !self.printed_notes.contains(&problem.message)
                && self.printed_notes.insert(problem.message.clone())
    }
}

impl FindingSink for CheckReport {
    fn add(&mut self, file: &str, findings: &[LogFinding]) -> Result<(), InputError> {
        for finding in findings {
            if let Some(program) = finding.program {
                *self.by_other_program.entry(program).or_default() += 1;
            }
            *match finding.checked.verdict {
                Verdict::Accepted => &mut self.accepted,
                Verdict::Rejected => &mut self.rejected,
                Verdict::Unknown => &mut self.unknown,
            } += 1;
            let written = match self.format {
                CheckFormat::Json => self.write_json(file, finding),
                CheckFormat::Text => self.write_text(file, finding),
                _ => {
                    self.annotations.extend(annotations(file, finding));
                    Ok(())
                }
            };
            written.map_err(InputError::from_output)?;
        }
        Ok(())
    }

    fn end_file(&mut self, _file: &str) -> Result<(), Failure> {
        Ok(())
    }

    fn finish(&mut self, console: &mut Console) -> Result<Outcome, Failure> {
        if let Some(format) = self.format.annotations() {
            format.write("check", &self.annotations, &mut self.out)?;
        }
        self.out.flush()?;
        console.status(&self.summary());
        Ok(if self.rejected > 0 {
            Outcome::Found
        } else {
            Outcome::Fine
        })
    }
}

impl<'f> MessageJson<'f> {
    /// Creates the JSON of a finding.
    pub fn new(file: &'f str, finding: &'f LogFinding) -> Self {
        let problems = finding.checked.problems.iter().map(|problem| ProblemJson {
            path: &problem.location,
            code: problem.code.as_str(),
            severity: problem.severity.as_str(),
            message: &problem.message,
            help: problem.help.as_deref(),
        });
        MessageJson {
            file,
            line: finding.position.line,
            column: finding.position.column,
            kind: finding.kind.as_str(),
            program: finding.program,
            command: finding.checked.command.as_deref(),
            verdict: finding.checked.verdict.as_str(),
            problems: problems.collect(),
        }
    }
}

/// The annotations of the problems of a message.
fn annotations(file: &str, finding: &LogFinding) -> impl Iterator<Item = Annotation> {
    finding
        .checked
        .problems
        .iter()
        .map(move |problem| Annotation {
            level: match problem.severity {
                Severity::Error => AnnotationLevel::Error,
                Severity::Warning | Severity::Unknown => AnnotationLevel::Warning,
                Severity::Note => AnnotationLevel::Note,
            },
            rule: problem.code.as_str().to_owned(),
            subject: subject(finding),
            message: problem.message.clone(),
            help: problem.help.clone(),
            place: Some((
                file.to_owned(),
                finding.position.line,
                finding.position.column,
            )),
        })
}

/// The name of a message in text.
pub fn subject(finding: &LogFinding) -> String {
    match (&finding.checked.command, finding.kind) {
        (Some(command), MessageKind::Reply) => format!("reply to {command}"),
        (Some(command), _) => command.clone(),
        (None, _) => "message".to_owned(),
    }
}

fn verdict_severity(verdict: Verdict) -> Severity {
    match verdict {
        Verdict::Accepted => Severity::Note,
        Verdict::Unknown => Severity::Unknown,
        Verdict::Rejected => Severity::Error,
    }
}
