//! `check`: the messages of a record that a release rejects.

mod report;

use clap::Args;

use qapi_codegen::imported::QemuProgram;
use qapi_codegen::traffic::check::LogChecker;
use qapi_codegen::traffic::read::read;

use super::arguments::{InputError, OutputFormat, open_input, read_release};
use crate::Outcome;
use crate::catalogue::Catalogue;
use crate::console::Console;
use crate::failure::Failure;
use report::CheckReport;

/// Check recorded commands against a release
///
/// Reads QMP messages, logs that have some among other text, recordings, and
/// scripts of qmp-shell. Reports what the release rejects, what is deprecated,
/// and what behaves differently from the schema.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask check --against 2.11 script.qmp\n  \
    cargo xtask check --against 10.0 --replies /var/log/libvirt/qemu.log\n  \
    echo '{\"execute\": \"stop\"}' | cargo xtask check --against 2.5 -")]
pub struct Check {
    /// A release in schemas/, a folder, a root .json file, or a tarball
    #[arg(long, value_name = "SCHEMA")]
    against: String,
    /// The target that QEMU emulates, such as `x86_64`; by default any
    #[arg(long, value_name = "ARCH")]
    target: Option<String>,
    /// Check replies and events, too
    #[arg(long)]
    replies: bool,
    /// The format of the report; JSON is one object per message
    #[arg(long, value_enum, default_value = "text")]
    format: OutputFormat,
    /// Files to read; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
}

impl Check {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let catalogue = Catalogue::open()?;
        let mut release = read_release(&catalogue, &self.against, QemuProgram::Emulator, console)?;
        release.set_target(self.target)?;
        let elsewhere = |name: &str| catalogue.series_with_command(name);
        let checker = release.checker(Some(&elsewhere));
        let mut report = CheckReport::new(self.format, console);
        for file in &self.files {
            let mut log = LogChecker::new(&checker, self.replies);
            let mut input = open_input(file)?;
            let is_command = |name: &str| checker.has_command(name);
            let result = read(&mut *input, &is_command, &mut |entry| {
                let findings = log.check_entry(&entry);
                findings
                    .iter()
                    .try_for_each(|finding| report.add(file, finding))
            });
            result.map_err(|error: InputError| error.into_failure(file))?;
        }
        catalogue.builds().check()?;
        report.finish(&checker.series().to_string(), console)
    }
}
