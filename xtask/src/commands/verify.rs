//! `verify`: comparison of a schema with the introspection of a QEMU.

mod json;
mod report;
mod text;

use clap::Args;

use super::arguments::{OutputFormat, select_program};
use crate::Outcome;
use crate::catalogue::Catalogue;
use crate::console::Console;
use crate::failure::Failure;
use crate::fit;
use crate::introspected::Introspected;
use crate::schema_source::{SchemaSource, SourceOptions};

pub use report::{VerifyReport, verify};

/// Compare a schema with the introspection of a running QEMU
///
/// QEMU reports its interface in the reply to `query-qmp-schema`. What is absent
/// from this build is listed with the condition that explains it, and what is
/// not in the schema with its shape. Any other difference is a contradiction.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask verify 10.0 monitor.sock\n  \
    cargo xtask verify ~/src/qemu reply.json --format json\n  \
    cargo xtask verify --all monitor.sock")]
pub struct Verify {
    /// A release in schemas/, a folder, a root .json file, or a tarball; omit it
    /// with `--all`
    #[arg(value_name = "SCHEMA", required_unless_present = "all")]
    first: Option<String>,
    /// The monitor of a running QEMU (a Unix socket or HOST:PORT), or its saved
    /// reply to `query-qmp-schema`
    #[arg(value_name = "SOCKET|REPLY.json", required_unless_present = "all")]
    second: Option<String>,
    /// Use the release that the greeting names, or the best match in schemas/
    #[arg(long)]
    all: bool,
    /// Read the schema of the storage daemon
    #[arg(long)]
    storage_daemon: bool,
    /// The format of the report
    #[arg(long, value_enum, default_value = "text")]
    format: OutputFormat,
}

const STORAGE_DAEMON: &str = "this seems to be a storage daemon: compare it with \
    `--storage-daemon`";

impl Verify {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let (schema, monitor) = self.arguments()?;
        let introspected = Introspected::open(monitor)?;
        for unknown in &introspected.reply.unknown {
            console.note(&format!("ignored unknown {unknown} in the reply"));
        }
        let report = match schema {
            Some(schema) => self.compare(schema, &introspected, console)?,
            None => self.compare_best(&introspected, console)?,
        };
        match self.format {
            OutputFormat::Text => console.styled(&text::text(&report, &introspected))?,
            OutputFormat::Json => console.json(&json::json(&report, &introspected))?,
        }
        // After a report that is longer than the terminal.
        if introspected.is_storage_daemon() && !self.storage_daemon {
            console.note(STORAGE_DAEMON);
        }
        Ok(match report.verification.contradictions.is_empty() {
            true => Outcome::Fine,
            false => Outcome::Found,
        })
    }

    /// The schema, if one is named, and the monitor or saved reply.
    fn arguments(&self) -> Result<(Option<&str>, &str), Failure> {
        match (&self.first, &self.second, self.all) {
            (Some(schema), Some(monitor), false) => Ok((Some(schema), monitor)),
            (Some(monitor), None, true) => Ok((None, monitor)),
            (_, _, true) => Err(Failure::new(
                "`--all` takes one argument: SOCKET or REPLY.json",
            )),
            _ => Err(Failure::new(
                "expected a schema, and the socket of a QEMU or its saved reply",
            )),
        }
    }

    fn compare(
        &self,
        argument: &str,
        introspected: &Introspected,
        console: &mut Console,
    ) -> Result<VerifyReport, Failure> {
        let source = SchemaSource::open(argument, &SourceOptions::default())?;
        console.notes(&source.notes);
        let schema = source.version();
        if let Some(version) = introspected.version
            && version.series() != schema.series()
        {
            console.note(&format!("QEMU is {version}, the schema {schema}"));
        }
        VerifyReport::new(
            &source,
            select_program(false, self.storage_daemon),
            introspected,
        )
    }

    /// Compares with the series that the greeting names, or else with the best
    /// match. The best matches are also listed if QEMU contradicts its own
    /// series.
    fn compare_best(
        &self,
        introspected: &Introspected,
        console: &mut Console,
    ) -> Result<VerifyReport, Failure> {
        let catalogue = Catalogue::open()?;
        let rank = || {
            let program = select_program(false, self.storage_daemon);
            fit::rank(catalogue.series(), program, introspected)
        };
        let greeted = introspected.version.map(|version| version.series());
        if let Some(series) = greeted.filter(|series| catalogue.series().contains(series)) {
            let mut report = self.compare(&series.to_string(), introspected, console)?;
            if !report.verification.contradictions.is_empty() {
                report.fits = rank()?;
            }
            return Ok(report);
        }
        let fits = rank()?;
        let best = fits.first().ok_or_else(|| {
            Failure::new("no series is imported").with_help("import one with `cargo xtask import`")
        })?;
        let reason = match greeted {
            Some(series) => format!("series {series} is not imported"),
            None => "the reply does not state its release".to_owned(),
        };
        console.note(&format!("{reason}; the best match is {}", best.series));
        let source = SchemaSource::open(&best.series.to_string(), &SourceOptions::default())?;
        let program = select_program(false, self.storage_daemon);
        let mut report = VerifyReport::new(&source, program, introspected)?;
        report.fits = fits;
        Ok(report)
    }
}
