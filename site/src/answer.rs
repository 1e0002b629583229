//! The answer to pasted requests or a log: what a later release rejects, and the
//! rewritten requests.
//!
//! The question has the files of `schemas/` that it needs, so that nothing here
//! reads a file and the same code runs in a browser.

use std::collections::{BTreeMap, HashMap};
use std::io;

use qapi_codegen::imported::{self, QemuProgram};
use qapi_codegen::knowledge::builds::Build;
use qapi_codegen::knowledge::{
    Behaviour, BuildEvidence, BuildRecord, DeviceNotes, Knowledge, MigrationRules, ReleaseData,
};
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::traffic::check::{Checker, LogChecker, LogFinding, MessageKind, Verdict};
use qapi_codegen::traffic::migrate::Migrator;
use qapi_codegen::traffic::migrate::rewrite::{MigratedRequest, rewrite_entry};
use qapi_codegen::traffic::read::{LogEntry, read};
use qapi_codegen::validate::validate;
use qapi_codegen::version::Series;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What the page asks.
#[derive(Debug, Deserialize)]
pub struct Question {
    /// The series that the requests were written for.
    pub from: Series,
    /// The series that has to accept them.
    pub to: Series,
    /// The requests or the log.
    pub text: String,
    /// The files of `schemas/` by their paths in it.
    pub files: BTreeMap<String, String>,
    /// The first and the last series that have a command.
    pub commands: HashMap<String, (Series, Series)>,
}

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

/// Answers a question; both are JSON.
///
/// # Errors
///
/// The question has another form, or its files are not valid. The error is a
/// sentence.
pub fn answer(question: &str) -> Result<String, String> {
    let question: Question = serde_json::from_str(question).map_err(|error| error.to_string())?;
    let answer = question.answer()?;
    serde_json::to_string(&answer).map_err(|error| error.to_string())
}

impl Question {
    fn answer(&self) -> Result<Answer, String> {
        let (from, to) = (self.schema(self.from)?, self.schema(self.to)?);
        let (knowledge, builds) = (self.knowledge()?, self.builds()?);
        let elsewhere = |name: &str| self.series_with_command(name);
        let data = ReleaseData {
            devices: Some(&builds),
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
            let requests = findings
                .iter()
                .filter(|own| own.kind == MessageKind::Request);
            answer
                .messages
                .extend(requests.map(|own| message_answer(own, &migrated)));
            Ok::<(), io::Error>(())
        });
        visited.map_err(|error| error.to_string())?;
        Ok(answer)
    }

    fn schema(&self, series: Series) -> Result<Schema, String> {
        let files = self.files.iter();
        let bytes = files.map(|(path, text)| (path.clone(), text.clone().into_bytes()));
        let files: HashMap<String, Vec<u8>> = bytes.collect();
        let loaded = imported::load(&files, &series.to_string(), QemuProgram::Emulator);
        let loaded = loaded.map_err(|error| format!("QEMU {series}: {error}"))?;
        let valid = validate(loaded).map_err(|_| format!("QEMU {series}: invalid schema"))?;
        Ok(resolve(&valid))
    }

    fn knowledge(&self) -> Result<Knowledge, String> {
        let mut migrations = MigrationRules::default();
        for path in self.paths_in(&format!("{}/", MigrationRules::FOLDER_NAME)) {
            migrations.extend(self.toml(path)?);
        }
        Ok(Knowledge {
            behaviour: self.toml(Behaviour::FILE_NAME)?,
            requests: self.toml("requests.toml")?,
            migrations,
            ..Knowledge::default()
        })
    }

    fn builds(&self) -> Result<BuildEvidence, String> {
        let mut builds = Vec::new();
        for path in self.paths_in("") {
            let Some((series, name)) = path.split_once('/') else {
                continue;
            };
            let (Ok(series), true) = (series.parse(), name.starts_with(BuildRecord::FOLDER)) else {
                continue;
            };
            let record = BuildRecord::parse(self.files[path].as_bytes());
            let record = record.map_err(|error| format!("{path}: {error}"))?;
            builds.push(Build { series, record });
        }
        let series: Vec<Series> = builds.iter().map(|build| build.series).collect();
        let notes: DeviceNotes = self.toml(DeviceNotes::FILE_NAME)?;
        Ok(BuildEvidence::new(series, builds, notes))
    }

    fn paths_in<'q>(&'q self, folder: &str) -> impl Iterator<Item = &'q str> {
        let paths = self.files.keys().map(String::as_str);
        let folder = folder.to_owned();
        paths.filter(move |path| path.starts_with(&folder))
    }

    /// Parses a file; its default, if it is missing.
    fn toml<T: DeserializeOwned + Default>(&self, path: &str) -> Result<T, String> {
        match self.files.get(path) {
            None => Ok(T::default()),
            Some(text) => toml::from_str(text).map_err(|error| format!("{path}: {error}")),
        }
    }

    fn series_with_command(&self, name: &str) -> Vec<Series> {
        let range = self.commands.get(name);
        range.map_or(Vec::new(), |(first, last)| vec![*first, *last])
    }
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
        command: finding.checked.command.clone(),
        verdict: Verdict::as_str(finding.checked.verdict),
        problems: problems.collect(),
        outcome: migrated.map(|request| request.migration.outcome.as_str()),
        before: migrated.map(|request| request.before.clone()),
        after: migrated.and_then(|request| request.after.clone()),
        remarks: remarks.collect(),
    }
}
