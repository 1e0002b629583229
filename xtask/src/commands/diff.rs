//! `diff`: what an upgrade from one release to another breaks.

use std::fs;

use clap::{Args, ValueEnum};

use qapi_codegen::behaviour::{self, Behaviour};
use qapi_codegen::diff::report::{self, Inputs, Report, Side};
use qapi_codegen::diff::rules::Severity;
use qapi_codegen::imported::Interface;
use qapi_codegen::version::Series;

use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::releases::{self, Release};
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

impl Diff {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// There is no such release, or the output cannot be written.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let (old, new) = (self.old.as_deref().unwrap_or(""), self.new.as_deref().unwrap_or(""));
        let old = releases::open(old, Interface::Qmp, console)?;
        let new = releases::open(new, Interface::Qmp, console)?;
        let between = releases::imported(&between(&old, &new)?, Interface::Qmp, console)?;
        let behaviour = known_behaviour()?;
        let report = Report::of(&Inputs {
            old: side(&old),
            new: side(&new),
            between: between.iter().map(|release| &release.schema).collect(),
            behaviour: &behaviour,
        });
        let text = match self.format {
            Format::Text => report::text(&report, console.colors_data()),
            Format::Markdown => report::markdown(&report),
            Format::Html => report::html(&report),
            Format::Json => json(&report)?,
        };
        console.data(&text)?;
        Ok(self.outcome(&report))
    }

    fn outcome(&self, report: &Report) -> Outcome {
        let worst = report.findings.iter().map(|finding| finding.severity).max();
        let limit = match self.fail_on {
            FailOn::Breaking => Severity::Breaking,
            FailOn::Dangerous => Severity::Dangerous,
            FailOn::Never => return Outcome::Fine,
        };
        if worst >= Some(limit) { Outcome::Found } else { Outcome::Fine }
    }
}

fn side(release: &Release) -> Side<'_> {
    Side { name: &release.name, schema: &release.schema, devices: release.devices.as_ref() }
}

/// The imported series between two releases, in the order in which they are
/// passed.
pub fn between(old: &Release, new: &Release) -> Result<Vec<Series>, Failure> {
    let (from, to) = (old.schema.version.series(), new.schema.version.series());
    let (low, high) = (from.min(to), from.max(to));
    let mut between = workspace::imported()?;
    between.retain(|series| low < *series && *series < high);
    if to < from {
        between.reverse();
    }
    Ok(between)
}

/// What no schema says, as far as the workspace knows it.
pub fn known_behaviour() -> Result<Behaviour, Failure> {
    let path = workspace::schemas().join(behaviour::FILE);
    let shown = workspace::shown(&path);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Behaviour::default());
        }
        Err(error) => return Err(Failure::io("read", &shown, &error)),
    };
    behaviour::read(&text).map_err(|error| Failure::new(format!("`{shown}`: {error}")))
}

/// A report as one JSON object.
pub fn json(report: &Report) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(report);
    text.map(|text| text + "\n").map_err(|error| Failure::new(error.to_string()))
}
