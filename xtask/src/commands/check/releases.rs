//! The report of `check` on several releases: which of them accept a file.

use std::io::Write;

use serde::Serialize;

use qapi_codegen::traffic::check::{LogFinding, Verdict};
use qapi_codegen::version::Series;

use super::report::{MessageJson, subject};
use super::{CheckFormat, FindingSink, InputError};
use crate::Outcome;
use crate::annotations::{Annotation, AnnotationLevel};
use crate::console::Console;
use crate::failure::Failure;

/// The report, as far as it is printed.
pub struct ReleasesReport {
    format: CheckFormat,
    series: Vec<Series>,
    out: Box<dyn Write>,
    /// The messages of the current file.
    messages: Vec<CheckedByAll>,
    /// The annotations, which are printed at the end.
    annotations: Vec<Annotation>,
    /// The series that rejected a message of any file.
    rejecting: Vec<bool>,
}

/// A message and the verdicts of all releases.
struct CheckedByAll {
    /// The finding of the release whose verdict is worst, the latest of them.
    finding: LogFinding,
    verdicts: Vec<Verdict>,
}

#[derive(Serialize)]
struct FileJson<'f> {
    file: &'f str,
    accepted_by: Vec<String>,
    messages: Vec<CheckedByAllJson<'f>>,
}

#[derive(Serialize)]
struct CheckedByAllJson<'f> {
    #[serde(flatten)]
    message: MessageJson<'f>,
    accepted_by: Vec<String>,
    rejected_by: Vec<String>,
}

impl ReleasesReport {
    /// Begins a report on releases, oldest first.
    pub fn new(format: CheckFormat, series: Vec<Series>, console: &Console) -> ReleasesReport {
        ReleasesReport {
            format,
            rejecting: vec![false; series.len()],
            series,
            out: console.writer(),
            messages: Vec::new(),
            annotations: Vec::new(),
        }
    }

    /// The names of the series for which a condition holds.
    fn names(&self, holds: impl Fn(usize) -> bool) -> Vec<String> {
        let indexes = (0..self.series.len()).filter(|&index| holds(index));
        indexes
            .map(|index| self.series[index].to_string())
            .collect()
    }

    /// Describes the series for which a condition holds by their ranges.
    fn describe(&self, holds: impl Fn(usize) -> bool) -> String {
        let mut ranges: Vec<(usize, usize)> = Vec::new();
        for index in (0..self.series.len()).filter(|&index| holds(index)) {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == index => *last = index,
                _ => ranges.push((index, index)),
            }
        }
        let ranges = ranges.iter().map(|&(first, last)| match first == last {
            true => self.series[first].to_string(),
            false => format!("{} to {}", self.series[first], self.series[last]),
        });
        let ranges: Vec<String> = ranges.collect();
        match ranges.is_empty() {
            true => "no release".to_owned(),
            false => ranges.join(", "),
        }
    }

    fn accepts_all(&self, index: usize) -> bool {
        let mut messages = self.messages.iter();
        messages.all(|message| message.verdicts[index] == Verdict::Accepted)
    }

    fn write_json(&mut self, file: &str) -> Result<(), Failure> {
        let messages = self.messages.iter().map(|message| CheckedByAllJson {
            message: MessageJson::new(file, &message.finding),
            accepted_by: self.names(|index| message.verdicts[index] == Verdict::Accepted),
            rejected_by: self.names(|index| message.verdicts[index] == Verdict::Rejected),
        });
        let line = FileJson {
            file,
            accepted_by: self.names(|index| self.accepts_all(index)),
            messages: messages.collect(),
        };
        let text = serde_json::to_string(&line)? + "\n";
        Ok(self.out.write_all(text.as_bytes())?)
    }

    fn annotate(&mut self, file: &str) {
        let refused = |message: &&CheckedByAll| message.verdicts.contains(&Verdict::Rejected);
        let annotations = self.messages.iter().filter(refused).map(|message| {
            let rejects = |index: usize| message.verdicts[index] == Verdict::Rejected;
            let position = message.finding.position;
            Annotation {
                level: AnnotationLevel::Error,
                rule: "rejected".to_owned(),
                subject: subject(&message.finding),
                message: format!("rejected by {}", self.describe(rejects)),
                help: None,
                place: Some((file.to_owned(), position.line, position.column)),
            }
        });
        let annotations: Vec<Annotation> = annotations.collect();
        self.annotations.extend(annotations);
    }

    fn write_text(&mut self, file: &str) -> Result<(), Failure> {
        let accepting = self.describe(|index| self.accepts_all(index));
        let mut text = format!("{file}: accepted by {accepting}\n");
        for message in &self.messages {
            let verdicts = &message.verdicts;
            if verdicts.iter().all(|verdict| *verdict == Verdict::Accepted) {
                continue;
            }
            let position = message.finding.position;
            let accepting = self.describe(|index| verdicts[index] == Verdict::Accepted);
            text += &format!(
                "{file}:{}:{}: {}: accepted by {accepting}",
                position.line,
                position.column,
                subject(&message.finding),
            );
            if verdicts.contains(&Verdict::Unknown) {
                let unknown = self.describe(|index| verdicts[index] == Verdict::Unknown);
                text += &format!("; unknown for {unknown}");
            }
            text += "\n";
        }
        Ok(self.out.write_all(text.as_bytes())?)
    }
}

impl FindingSink for ReleasesReport {
    fn add(&mut self, _file: &str, findings: &[LogFinding]) -> Result<(), InputError> {
        let verdicts: Vec<Verdict> = findings.iter().map(|f| f.checked.verdict).collect();
        for (rejecting, verdict) in self.rejecting.iter_mut().zip(&verdicts) {
            *rejecting |= *verdict == Verdict::Rejected;
        }
        let worst = [Verdict::Rejected, Verdict::Unknown, Verdict::Accepted].into_iter();
        let mut found = worst.filter_map(|verdict| {
            findings
                .iter()
                .rfind(|finding| finding.checked.verdict == verdict)
        });
        if let Some(finding) = found.next() {
            let finding = finding.clone();
            self.messages.push(CheckedByAll { finding, verdicts });
        }
        Ok(())
    }

    fn end_file(&mut self, file: &str) -> Result<(), Failure> {
        if !self.messages.is_empty() {
            match self.format {
                CheckFormat::Json => self.write_json(file)?,
                CheckFormat::Text => self.write_text(file)?,
                _ => self.annotate(file),
            }
        }
        self.messages.clear();
        Ok(())
    }

    /// A release that accepts everything is what the caller looks for.
    fn finish(&mut self, console: &mut Console) -> Result<Outcome, Failure> {
        if let Some(format) = self.format.annotations() {
            format.write("check", &self.annotations, &mut self.out)?;
        }
        self.out.flush()?;
        let rejecting = self.describe(|index| self.rejecting[index]);
        console.status(&format!("rejected by {rejecting}"));
        Ok(match self.rejecting.contains(&true) {
            true => Outcome::Found,
            false => Outcome::Fine,
        })
    }
}
