//! `verify`: a schema against what a running QEMU says of itself.

mod fit;
mod json;
mod report;
mod text;

use clap::Args;

use qapi_codegen::imported::QemuProgram;

use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::format::Format;
use crate::introspected::Introspected;
use crate::schema::{Options, Schema};
use crate::workspace;

pub use report::Report;

/// Compare a schema with what a running QEMU says of itself
///
/// QEMU tells its whole interface in the reply to `query-qmp-schema`. What this
/// build left out is listed with the condition that explains it, what somebody
/// added with its shape; anything else that differs is a contradiction.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask verify 10.0 monitor.sock\n  \
    cargo xtask verify ~/src/qemu reply.json --format json\n  \
    cargo xtask verify --all monitor.sock")]
pub struct Verify {
    /// The schema: a release in schemas/, a folder, a root .json file, or a
    /// tarball; with `--all` there is none
    #[arg(value_name = "SCHEMA", required_unless_present = "all")]
    first: Option<String>,
    /// The monitor of a running QEMU (a Unix socket or HOST:PORT), or a file
    /// with its reply
    #[arg(value_name = "SOCKET|REPLY.json", required_unless_present = "all")]
    second: Option<String>,
    /// Take the release that QEMU greets with, or the one in schemas/ that fits
    /// best
    #[arg(long)]
    all: bool,
    /// Read the storage daemon's schema
    #[arg(long)]
    storage_daemon: bool,
    /// How to print what was found
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Verify {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// There is no such schema, or no QEMU answers.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let (schema, source) = self.arguments()?;
        let told = Introspected::open(source)?;
        for unknown in &told.unknown {
            console.note(&format!("passed over {unknown}, which is not known here"));
        }
        let report = match schema {
            Some(schema) => self.against(schema, &told, console)?,
            None => self.best(&told, console)?,
        };
        let text = match self.format {
            Format::Text => text::text(&report, &told),
            Format::Json => json::json(&report, &told)?,
        };
        console.data(&text)?;
        let contradicted = !report.verdict.contradictions.is_empty();
        Ok(if contradicted {
            Outcome::Found
        } else {
            Outcome::Fine
        })
    }

    /// The schema, if one is named, and where QEMU is.
    fn arguments(&self) -> Result<(Option<&str>, &str), Failure> {
        match (&self.first, &self.second, self.all) {
            (Some(schema), Some(source), false) => Ok((Some(schema), source)),
            (Some(source), None, true) => Ok((None, source)),
            (_, _, true) => Err(Failure::new(
                "`--all` takes one argument: SOCKET or REPLY.json",
            )),
            _ => Err(Failure::new(
                "name a schema, and the socket of a QEMU or its saved reply",
            )),
        }
    }

    fn against(
        &self,
        argument: &str,
        told: &Introspected,
        console: &mut Console,
    ) -> Result<Report, Failure> {
        let schema = Schema::open(argument, &Options::default())?;
        schema.notes.iter().for_each(|note| console.note(note));
        let series = schema.version().series();
        if let Some(version) = told.version.filter(|version| version.series() != series) {
            console.note(&format!(
                "this QEMU is {version}, the schema {}",
                schema.version()
            ));
        }
        Report::new(&schema, self.interface(), told, console)
    }

    /// Against the series that the greeting tells, or else the one that fits
    /// best. Where QEMU contradicts its own series, what fits is told too.
    fn best(&self, told: &Introspected, console: &mut Console) -> Result<Report, Failure> {
        let imported = workspace::imported()?;
        let greeted = told.version.map(|version| version.series());
        if let Some(series) = greeted.filter(|series| imported.contains(series)) {
            let mut report = self.against(&series.to_string(), told, console)?;
            if !report.verdict.contradictions.is_empty() {
                report.fits = fit::rank(&imported, self.interface(), told, console)?;
            }
            return Ok(report);
        }
        let fits = fit::rank(&imported, self.interface(), told, console)?;
        let Some(best) = fits.first() else {
            return Err(
                Failure::new("there is no series in schemas/").with_help("import one first")
            );
        };
        let why = match greeted {
            Some(series) => format!("series {series} is not in schemas/"),
            None => "the reply does not say from which release it is".to_owned(),
        };
        console.note(&format!("{why}; {} fits best", best.series));
        let schema = Schema::open(&best.series.to_string(), &Options::default())?;
        let mut report = Report::new(&schema, self.interface(), told, console)?;
        report.fits = fits;
        Ok(report)
    }

    fn interface(&self) -> QemuProgram {
        if self.storage_daemon {
            QemuProgram::StorageDaemon
        } else {
            QemuProgram::Emulator
        }
    }
}
