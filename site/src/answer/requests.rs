//! What a release rejects of pasted requests and command lines, and the rewritten ones.

use std::io;

use qapi_codegen::knowledge::ReleaseData;
use qapi_codegen::traffic::check::{Checker, LogChecker, LogFinding, MessageKind, Verdict};
use qapi_codegen::traffic::migrate::Migrator;
use qapi_codegen::traffic::migrate::rewrite::{MigratedRequest, rewrite_entry};
use qapi_codegen::traffic::read::{LogEntry, read};
use qapi_codegen::version::Series;
use serde::Serialize;

use super::Question;

/// What the page shows.
#[derive(Debug, Default, Serialize)]
pub struct Answer {
    /// The messages, in the order of the text.
    pub messages: Vec<MessageAnswer>,
}

/// The answer about one message.
#[derive(Debug, Serialize)]
pub struct MessageAnswer {
    /// The line of the message.
    pub line: u64,
    /// `request` or `command line`.
    pub kind: &'static str,
    /// The command, if it is known.
    pub command: Option<String>,
    /// What the later release does: `accepted`, `rejected` or `unknown`.
    pub verdict: &'static str,
    /// The problems, each with a help.
    pub problems: Vec<ProblemAnswer>,
    /// The outcome of the migration: `unchanged`, `rewritten`, `assumed`, `left`.
    pub outcome: Option<&'static str>,
    /// The request.
    pub before: Option<String>,
    /// The rewritten request.
    pub after: Option<String>,
    /// The reasons of the rewrite.
    pub remarks: Vec<String>,
}

/// A problem of a message.
#[derive(Debug, Serialize)]
pub struct ProblemAnswer {
    /// How bad it is.
    pub severity: &'static str,
    /// The problem.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Question {
    pub(super) fn check(&self) -> Result<Answer, String> {
        let (from, to) = (self.schema(self.from)?, self.schema(self.to)?);
        let (knowledge, builds) = (self.knowledge()?, self.builds()?);
        let command_lines = self.command_lines()?;
        let elsewhere = |name: &str| self.series_with_command(name);
        let data = ReleaseData {
            devices: Some(&builds),
            command_lines: Some(&command_lines),
            knowledge: Some(&knowledge),
            ..ReleaseData::default()
        };
        let source = Checker::new(&from, data);
        let target = Checker::new(
            &to,
            ReleaseData {
                written_for: Some(self.from),
                elsewhere: Some(&elsewhere),
                ..data
            },
        );
        let mut log = LogChecker::new(&target, false);
        let mut migrator = Migrator::new(&source, &target, &knowledge.migrations);
        let is_command = |name: &str| self.commands.contains_key(name);
        let mut answer = Answer::default();
        let mut text = self.text.as_bytes();
        let visited = read(&mut text, &is_command, &mut |entry: LogEntry<'_>| {
            let findings = log.check_entry(&entry);
            let migrated = rewrite_entry(&mut migrator, &entry).requests;
            let sent = findings.iter().filter(|own| is_sent(own.kind));
            let answers = sent.map(|own| message_answer(own, &migrated));
            answer.messages.extend(answers);
            Ok::<(), io::Error>(())
        });
        visited.map_err(|error| error.to_string())?;
        Ok(answer)
    }

    fn series_with_command(&self, name: &str) -> Vec<Series> {
        let range = self.commands.get(name);
        range.map_or(Vec::new(), |(first, last)| vec![*first, *last])
    }
}

fn is_sent(kind: MessageKind) -> bool {
    matches!(kind, MessageKind::Request | MessageKind::CommandLine)
}

fn message_answer(finding: &LogFinding, migrated: &[MigratedRequest]) -> MessageAnswer {
    let mut same = migrated.iter();
    let migrated = same.find(|request| request.position == finding.position);
    let problems = finding
        .checked
        .problems
        .iter()
        .map(|problem| ProblemAnswer {
            severity: problem.severity.as_str(),
            message: problem.message.clone(),
            help: problem.help.clone(),
        });
    let remarks = migrated.map(|request| request.migration.remarks.iter());
    let remarks = remarks
        .into_iter()
        .flatten()
        .map(|remark| match remark.since {
            Some(since) => format!("Since {since}: {}", remark.message),
            None => remark.message.clone(),
        });
    MessageAnswer {
        line: finding.position.line,
        kind: match finding.kind {
            MessageKind::CommandLine => "command line",
            other => other.as_str(),
        },
        command: finding.checked.command.clone(),
        verdict: Verdict::as_str(finding.checked.verdict),
        problems: problems.collect(),
        outcome: migrated.map(|request| request.migration.outcome.as_str()),
        before: migrated.map(|request| request.before.clone()),
        after: migrated.and_then(|request| request.after.clone()),
        remarks: remarks.collect(),
    }
}
