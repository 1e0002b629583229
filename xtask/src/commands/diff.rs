//! `diff`: what breaks on an upgrade from one release to another.

use std::io::Write;
use std::mem::forget;

use clap::{Args, ValueEnum};

use qapi_codegen::diff::behaviour::BehaviourNote;
use qapi_codegen::diff::policy::{self, Policy, SeverityEntry};
use qapi_codegen::diff::report::{self, Report};
use qapi_codegen::diff::rule_id::RuleId;
use qapi_codegen::diff::rules::Compatibility;
use qapi_codegen::diff::selection::{select_command_line, select_operations, select_used};
use qapi_codegen::diff::usage::Usage;
use qapi_codegen::traffic::usage::read_usage;

use super::arguments::{read_release, select_program};
use super::names::check_patterns;
use super::recorded::open_file;
use crate::Outcome;
use crate::annotations::{Annotation, AnnotationFormat, AnnotationLevel};
use crate::catalogue::{Catalogue, Release};
use crate::console::Console;
use crate::failure::Failure;
use crate::files::read_argument;
use crate::progress::spinner;
use crate::reports::compare_releases;

/// Report what breaks between two releases, since when, and what to do about it
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask diff 2.5 2.11\n  \
    cargo xtask diff 2.5 2.11 --command 'blockdev-*' --format markdown\n  \
    cargo xtask diff 7.2 ~/src/qemu --used-by session.log --fail-on dangerous\n  \
    cargo xtask diff --rules")]
pub struct Diff {
    /// The release that the client was written for
    #[arg(required_unless_present = "rules")]
    old: Option<String>,
    /// The release that it shall talk to
    #[arg(required_unless_present = "rules")]
    new: Option<String>,
    /// The format of the report
    #[arg(long, value_enum, default_value = "text")]
    format: DiffFormat,
    /// The least severity of a finding that makes the exit status 1
    #[arg(long, value_enum, default_value = "breaking")]
    fail_on: FailOn,
    /// Report only commands and events that match; `*` is any text
    #[arg(long, value_name = "GLOB")]
    command: Vec<String>,
    /// Report only the command line of QEMU
    #[arg(long, conflicts_with_all = ["command", "qga", "storage_daemon"])]
    command_line_only: bool,
    /// Mark and list first what these recorded requests, command lines or names use
    #[arg(long, value_name = "FILE")]
    used_by: Vec<String>,
    /// Leave out what these requests do not use
    #[arg(long, requires = "used_by")]
    only_used: bool,
    /// More releases between the two, besides the imported ones
    #[arg(long, value_name = "SCHEMA")]
    through: Vec<String>,
    /// Compare a client of NEW with a QEMU of OLD
    #[arg(long)]
    reverse: bool,
    /// Change the severity of a rule
    #[arg(long, value_name = "RULE=SEVERITY", value_parser = level)]
    severity: Vec<SeverityEntry>,
    /// A TOML file with [[ignore]] and [[severity]] entries: rule, target, path
    #[arg(long, value_name = "FILE")]
    policy: Vec<String>,
    /// Compare the guest agent
    #[arg(long)]
    qga: bool,
    /// Compare the storage daemon
    #[arg(long, conflicts_with = "qga")]
    storage_daemon: bool,
    /// List the rules, each with an example
    #[arg(long)]
    rules: bool,
}

/// The format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    /// By command, worst first, for a terminal
    Text,
    /// For reviews and release notes
    Markdown,
    /// A page in one file
    Html,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// JUnit XML, for test reports
    Junit,
}

/// The least severity that makes the exit status 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Only findings that make a program fail
    Breaking,
    /// Findings that may make it fail, too
    Dangerous,
    /// None
    Never,
}

/// The note on a comparison with a schema from introspection.
const INTROSPECTED: &str = "one of the schemas comes from introspection, which does not report \
    conditions, integer sizes and `allow-preconfig`: the latter two are not compared, and what \
    is missing may be missing from that build only";

impl Diff {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        if self.rules {
            console.data(&report::rules_text())?;
            return Ok(Outcome::Fine);
        }
        let catalogue = Catalogue::open()?;
        let policy = self.read_policy(&catalogue)?;
        let usage = self.usage(&catalogue)?;
        let program = select_program(self.qga, self.storage_daemon);
        let read = || self.read_releases(&catalogue, console);
        let (old, new, between) = catalogue.with_builds(program, read)?;
        check_patterns(&self.command, &[&old.schema, &new.schema])?;
        let through: Vec<&Release> = between.iter().collect();
        let spinner = spinner("comparing");
        let mut report = compare_releases(&old, &new, &through);
        drop(spinner);
        if !self.command.is_empty() {
            select_operations(&mut report, &self.command);
        }
        if self.command_line_only {
            select_command_line(&mut report);
        }
        for warning in policy.apply(&mut report) {
            console.note(&warning);
        }
        if let Some(usage) = usage {
            usage.apply(&mut report);
            if self.only_used {
                select_used(&mut report, &usage);
            }
        }
        match self.format {
            DiffFormat::Text => console.styled(&report::text(&report, console.width()))?,
            DiffFormat::Markdown => console.data(&report::markdown(&report))?,
            DiffFormat::Html => console.data(&report::html(&report))?,
            DiffFormat::Json => console.data(&report::json(&report)?)?,
            DiffFormat::Sarif => annotate(&report, AnnotationFormat::Sarif, console)?,
            DiffFormat::Github => annotate(&report, AnnotationFormat::Github, console)?,
            DiffFormat::Junit => annotate(&report, AnnotationFormat::Junit, console)?,
        }
        let outcome = self.outcome(&report);
        // The process ends: a tenth of its time went into freeing all this.
        forget(report);
        forget((catalogue, old, new, between));
        Ok(outcome)
    }

    /// Reads the old release, the new one and those between them; with
    /// `--reverse` in the other order.
    fn read_releases(
        &self,
        catalogue: &Catalogue,
        console: &mut Console,
    ) -> Result<(Release, Release, Vec<Release>), Failure> {
        let named = [&self.old, &self.new].map(|name| name.as_deref().unwrap_or_default());
        let [old, new] = if self.reverse {
            [named[1], named[0]]
        } else {
            named
        };
        let program = select_program(self.qga, self.storage_daemon);
        let (mut old, mut new) = catalogue.pair([old, new], program)?;
        console.notes(&old.notes);
        console.notes(&new.notes);
        let [from, to] = [&old, &new].map(|release| release.schema.version.series());
        let series = catalogue.series_between(from, to);
        let mut between = catalogue.releases(&series, program)?;
        for name in &self.through {
            between.push(read_release(catalogue, name, program, console)?);
        }
        if old.is_introspected() || new.is_introspected() {
            console.note(INTROSPECTED);
            let all = between.iter_mut().chain([&mut old, &mut new]);
            all.for_each(|release| release.schema.erase_non_introspectable());
        } else {
            between.retain(|release| !release.is_introspected());
        }
        Ok((old, new, between))
    }

    fn usage(&self, catalogue: &Catalogue) -> Result<Option<Usage>, Failure> {
        let mut usage = Usage::default();
        let program = select_program(self.qga, self.storage_daemon);
        let is_command = |name: &str| !catalogue.series_with_command(name, program).is_empty();
        for file in &self.used_by {
            let mut input = open_file(file)?;
            read_usage(&mut *input.text, &is_command, &mut usage).map_err(|error| {
                Failure::new(format!("`{file}`: {error}")).with_help(
                    "name a file with QMP messages, command lines, lines of qmp-shell, or names of commands",
                )
            })?;
        }
        Ok((!self.used_by.is_empty()).then_some(usage))
    }

    fn read_policy(&self, catalogue: &Catalogue) -> Result<Policy, Failure> {
        let mut all = Policy::default();
        for entry in &self.severity {
            check_rule(&entry.rule, catalogue)?;
        }
        for file in &self.policy {
            let policy = policy::parse_policy(&read_argument(file)?);
            let policy = policy.map_err(|error| Failure::new(format!("`{file}`: {error}")))?;
            all.ignore.extend(policy.ignore);
            all.severity.extend(policy.severity);
        }
        all.severity.extend(self.severity.iter().cloned());
        Ok(all)
    }

    fn outcome(&self, report: &Report<'_>) -> Outcome {
        let findings = report.findings.iter();
        let notes = report.behaviour.iter().map(BehaviourNote::compatibility);
        let worst = findings.map(|own| own.compatibility).chain(notes).max();
        let limit = match self.fail_on {
            FailOn::Breaking => Compatibility::Breaking,
            FailOn::Dangerous => Compatibility::Dangerous,
            FailOn::Never => return Outcome::Fine,
        };
        if worst >= Some(limit) {
            Outcome::Found
        } else {
            Outcome::Fine
        }
    }
}

/// Prints the findings in a format of continuous integration.
fn annotate(
    report: &Report<'_>,
    format: AnnotationFormat,
    console: &mut Console,
) -> Result<(), Failure> {
    let findings = report.findings.iter().map(|finding| {
        let json = serde_json::to_value(finding)?;
        let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        let migration = json["migration"].as_str().map(str::to_owned);
        Ok(Annotation {
            level: level_of(finding.compatibility),
            rule: text("rule"),
            subject: text("target"),
            message: text("message"),
            help: migration.filter(|advice| !advice.is_empty()),
            place: None,
        })
    });
    let notes = report.behaviour.iter().map(|note| Ok(annotate_note(note)));
    let annotations = findings.chain(notes);
    let annotations = annotations.collect::<Result<Vec<Annotation>, Failure>>()?;
    let mut out = console.writer();
    format.write("diff", &annotations, &mut out)?;
    Ok(out.flush()?)
}

fn annotate_note(note: &BehaviourNote<'_>) -> Annotation {
    let advice = note.advice.map(|advice| advice.trim().to_owned());
    Annotation {
        level: level_of(note.compatibility()),
        rule: note.id.to_owned(),
        subject: note.target().unwrap_or("behaviour").to_owned(),
        message: note.summary.trim().trim_end_matches('.').to_owned(),
        help: advice,
        place: None,
    }
}

fn level_of(compatibility: Compatibility) -> AnnotationLevel {
    match compatibility {
        Compatibility::Breaking => AnnotationLevel::Error,
        Compatibility::Dangerous => AnnotationLevel::Warning,
        Compatibility::Compatible => AnnotationLevel::Note,
    }
}

/// Returns a failure if no rule and no change of behaviour has a name.
fn check_rule(rule: &str, catalogue: &Catalogue) -> Result<(), Failure> {
    let ids = RuleId::ALL.iter().map(|id| id.as_str());
    let behaviour = &catalogue.knowledge().behaviour;
    if ids
        .chain(behaviour.changes.iter().map(|change| change.id.as_str()))
        .any(|id| policy::matches(rule, id))
    {
        return Ok(());
    }
    Err(Failure::new(format!("unknown rule `{rule}`"))
        .with_help("`cargo xtask diff --rules` lists the rules"))
}

/// Parses `RULE=SEVERITY`.
fn level(text: &str) -> Result<SeverityEntry, String> {
    let (rule, word) = text.split_once('=').ok_or("expected RULE=SEVERITY")?;
    let level = Compatibility::ALL
        .into_iter()
        .find(|effect| effect.as_str() == word);
    let level = level.ok_or(format!(
        "unknown severity `{word}`; expected breaking, dangerous or compatible"
    ))?;
    Ok(SeverityEntry {
        rule: rule.to_owned(),
        target: None,
        path: None,
        level,
    })
}
