//! `diff`: what an upgrade from one release to another breaks.

use std::fs;
use std::io::Read;

use clap::{Args, ValueEnum};

use qapi_codegen::diff::policy::{self, Level, Policy};
use qapi_codegen::diff::report::{self, Report};
use qapi_codegen::diff::rules::{Severity, rules};
use qapi_codegen::diff::select::select;
use qapi_codegen::diff::usage::Usage;
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::version::Series;

use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::releases::{self, Release};
use crate::reports;
use crate::workspace;

/// Tell what breaks between two releases, since when, and what to do about it
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
    /// The release that it is to talk to
    #[arg(required_unless_present = "rules")]
    new: Option<String>,
    /// How to write the report
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// From which severity on a finding makes the exit status 1
    #[arg(long, value_enum, default_value = "breaking")]
    fail_on: FailOn,
    /// Only commands and events that fit; `*` is any text
    #[arg(long, value_name = "GLOB")]
    command: Vec<String>,
    /// Mark and put first what this record of requests, or list of names, meets
    #[arg(long, value_name = "FILE")]
    used_by: Vec<String>,
    /// Releases to look at between the two, besides the imported ones
    #[arg(long, value_name = "SCHEMA")]
    through: Vec<String>,
    /// Read a client of NEW against a QEMU of OLD
    #[arg(long)]
    reverse: bool,
    /// Give findings of a rule another severity
    #[arg(long, value_name = "RULE=SEVERITY", value_parser = level)]
    severity: Vec<Level>,
    /// A TOML file with [[ignore]] and [[severity]] entries: rule, target, path
    #[arg(long, value_name = "FILE")]
    policy: Vec<String>,
    /// Compare the guest agent
    #[arg(long)]
    qga: bool,
    /// List the rules, each with an example
    #[arg(long)]
    rules: bool,
}

/// How to write the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// By command, the worst first, for a terminal
    Text,
    /// For reviews and release notes
    Markdown,
    /// One page that needs nothing else
    Html,
    /// One JSON object
    Json,
}

/// From which severity on a finding makes the exit status 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// What makes a program fail
    Breaking,
    /// What may make it fail, too
    Dangerous,
    /// Nothing
    Never,
}

/// What is not compared where one side is what a running QEMU told.
const UNTOLD: &str = "one of the two is made of what a running QEMU told, which leaves out \
    conditions, the size of integers, and what may be sent before the machine is made: \
    sizes and the latter are not compared, and what is missing may be missing in that build only";

impl Diff {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// There is no such release, or the output cannot be written.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        if self.rules {
            console.data(&report::rules_text())?;
            return Ok(Outcome::Fine);
        }
        let policy = self.read_policy()?;
        let usage = self.usage()?;
        let mut report = self.report(console)?;
        if !self.command.is_empty() {
            select(&mut report, &self.command);
        }
        policy
            .apply(&mut report)
            .iter()
            .for_each(|stale| console.note(stale));
        if let Some(usage) = usage {
            usage.apply(&mut report);
        }
        let text = match self.format {
            Format::Text => report::text(&report, console.colors_data()),
            Format::Markdown => report::markdown(&report),
            Format::Html => report::html(&report),
            Format::Json => reports::json(&report)?,
        };
        console.data(&text)?;
        Ok(self.outcome(&report))
    }

    /// Compares the two releases; a client of the new one with the old QEMU
    /// where that is wanted.
    fn report(&self, console: &mut Console) -> Result<Report, Failure> {
        let interface = if self.qga {
            QemuProgram::GuestAgent
        } else {
            QemuProgram::Emulator
        };
        let named = [self.old.as_deref(), self.new.as_deref()].map(Option::unwrap_or_default);
        let [old, new] = if self.reverse {
            [named[1], named[0]]
        } else {
            named
        };
        let mut old = releases::open(old, interface, console)?;
        let mut new = releases::open(new, interface, console)?;
        let mut between = releases::imported(&passed(&old, &new)?, interface, console)?;
        for name in &self.through {
            between.push(releases::open(name, interface, console)?);
        }
        if old.is_told || new.is_told {
            console.note(UNTOLD);
            let all = between.iter_mut().chain([&mut old, &mut new]);
            all.for_each(|release| release.schema.erase_non_introspectable());
        } else {
            between.retain(|release| !release.is_told);
        }
        let between: Vec<&Release> = between.iter().collect();
        Ok(reports::report(
            &old,
            &new,
            &between,
            &reports::behaviour()?,
        ))
    }

    fn usage(&self) -> Result<Option<Usage>, Failure> {
        let mut usage = Usage::default();
        for file in &self.used_by {
            let text = read(file)?;
            usage.add(&text).map_err(|error| {
                Failure::new(format!("`{file}`: {error}"))
                    .with_help("a record is QMP messages, a log with them, lines of qmp-shell, or names of commands")
            })?;
        }
        Ok((!self.used_by.is_empty()).then_some(usage))
    }

    fn read_policy(&self) -> Result<Policy, Failure> {
        let mut all = Policy::default();
        for file in &self.policy {
            let policy = policy::read(&read(file)?);
            let policy = policy.map_err(|error| Failure::new(format!("`{file}`: {error}")))?;
            all.ignore.extend(policy.ignore);
            all.severity.extend(policy.severity);
        }
        all.severity.extend(self.severity.iter().cloned());
        Ok(all)
    }

    fn outcome(&self, report: &Report) -> Outcome {
        let worst = report.findings.iter().map(|finding| finding.severity).max();
        let limit = match self.fail_on {
            FailOn::Breaking => Severity::Breaking,
            FailOn::Dangerous => Severity::Dangerous,
            FailOn::Never => return Outcome::Fine,
        };
        if worst >= Some(limit) {
            Outcome::Found
        } else {
            Outcome::Fine
        }
    }
}

/// Reads `RULE=SEVERITY`.
fn level(text: &str) -> Result<Level, String> {
    let (rule, word) = text.split_once('=').ok_or("expected RULE=SEVERITY")?;
    let level = Severity::ALL
        .into_iter()
        .find(|severity| severity.word() == word);
    let level = level.ok_or(format!(
        "`{word}` is none of breaking, dangerous, compatible"
    ))?;
    let known = rules()
        .ids()
        .into_iter()
        .any(|id| policy::matches(rule, id));
    if !known {
        return Err(format!(
            "there is no rule `{rule}`; `cargo xtask diff --rules` lists them"
        ));
    }
    Ok(Level {
        rule: rule.to_owned(),
        target: None,
        path: None,
        level,
    })
}

/// Reads a file, or standard input for `-`.
fn read(file: &str) -> Result<String, Failure> {
    let failure = |error| Failure::io("read", file, &error);
    if file == "-" {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(failure)?;
        return Ok(text);
    }
    fs::read_to_string(file).map_err(failure)
}

/// The imported series between two releases.
fn passed(old: &Release, new: &Release) -> Result<Vec<Series>, Failure> {
    let (from, to) = (old.schema.version.series(), new.schema.version.series());
    let mut between = workspace::imported()?;
    between.retain(|series| from.min(to) < *series && *series < from.max(to));
    Ok(between)
}
