//! `check`: the messages of a record that a release rejects.

mod programs;
mod releases;
mod report;

use std::path::Path;
use std::slice;

use clap::{Args, ValueEnum};

use qapi_codegen::imported::QemuProgram;
use qapi_codegen::knowledge::SeriesLookup;
use qapi_codegen::traffic::check::{Checker, LogChecker, LogFinding};
use qapi_codegen::traffic::read::{LogEntry, MessageCounts};
use qapi_codegen::version::Series;

use super::arguments::{InputError, read_release, select_program};
use super::recorded::{RecordedFiles, files_in, is_folder, open_file};
use crate::Outcome;
use crate::annotations::AnnotationFormat;
use crate::catalogue::{Catalogue, Release};
use crate::console::Console;
use crate::failure::Failure;
use crate::input::{self, Input};
use crate::progress::progress_bar;
use programs::{AgentCheckers, AllSeries, Elsewhere, GuestAgents};
use releases::ReleasesReport;
use report::CheckReport;

/// Check recorded commands against a release
///
/// Reads QMP messages, and command lines that start a QEMU, in any text: logs of
/// libvirt and other programs, recordings, scripts of qmp-shell and of shells,
/// units of systemd, source files; also files for `-readconfig`, those that a
/// command line names included. Reports what
/// the release rejects, what is deprecated, and what behaves differently from
/// the schema. Of a folder, all files are read that version control does not
/// ignore.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask check --against 2.11 script.qmp\n  \
    cargo xtask check --against 10.0 --replies /var/log/libvirt/qemu.log\n  \
    cargo xtask check --against 6.0..10.0 src/\n  \
    cargo xtask check --against 10.0 /var/log/libvirt/qemu/guest.log start-guest.sh\n  \
    echo '{\"execute\": \"stop\"}' | cargo xtask check --all-releases -")]
pub struct Check {
    /// A release in schemas/, a range such as 6.0..10.0, a folder, a root .json
    /// file, or a tarball
    #[arg(long, value_name = "SCHEMA", required_unless_present = "all_releases")]
    against: Option<String>,
    /// Find out which of the releases in schemas/ accept the messages
    #[arg(long, conflicts_with = "against")]
    all_releases: bool,
    /// The release that the messages were written for; leaves out what changed
    /// up to it
    #[arg(long, value_name = "SERIES")]
    from: Option<Series>,
    /// The target that QEMU emulates, such as `x86_64`; by default any
    #[arg(long, value_name = "ARCH")]
    target: Option<String>,
    /// Check replies and events, too
    #[arg(long)]
    replies: bool,
    /// Check commands of the guest agent
    #[arg(long)]
    qga: bool,
    /// Check commands of the storage daemon
    #[arg(long, conflicts_with = "qga")]
    storage_daemon: bool,
    /// Accept files in which no message is found
    #[arg(long)]
    allow_empty: bool,
    /// The format of the report; JSON is one object per message
    #[arg(long, value_enum, default_value = "text")]
    format: CheckFormat,
    /// Files and folders to read; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
}

/// The format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CheckFormat {
    /// For people
    Text,
    /// JSON, for programs
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// JUnit XML, for test reports
    Junit,
}

impl CheckFormat {
    /// The format of annotations, if it is one.
    fn annotations(self) -> Option<AnnotationFormat> {
        match self {
            CheckFormat::Text | CheckFormat::Json => None,
            CheckFormat::Sarif => Some(AnnotationFormat::Sarif),
            CheckFormat::Github => Some(AnnotationFormat::Github),
            CheckFormat::Junit => Some(AnnotationFormat::Junit),
        }
    }
}

/// The checkers of the releases, and of their guest agents.
type Checkers<'c> = (&'c [Checker<'c>], &'c AgentCheckers<'c>);

/// A destination of findings.
trait FindingSink {
    /// Adds what each release says about a message.
    fn add(&mut self, file: &str, findings: &[LogFinding]) -> Result<(), InputError>;

    /// Ends a file.
    fn end_file(&mut self, file: &str) -> Result<(), Failure>;

    /// Ends the report and prints a summary.
    fn finish(&mut self, console: &mut Console) -> Result<Outcome, Failure>;
}

impl Check {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let catalogue = Catalogue::open()?;
        let mut releases = self.read_releases(&catalogue, console)?;
        for release in &mut releases {
            release.set_target(self.target.clone())?;
            release.written_for = self.from;
        }
        let program = select_program(self.qga, self.storage_daemon);
        let all_series = AllSeries::new(&catalogue, program);
        let elsewhere = Elsewhere::new(&all_series);
        let agents = GuestAgents::new(&catalogue, self.release_names(&releases));
        let all_agents = AllSeries::new(&catalogue, QemuProgram::GuestAgent);
        let agents_elsewhere = Elsewhere::new(&all_agents);
        let agents = AgentCheckers::new(&agents, &agents_elsewhere);
        let is_one = !self.all_releases && releases.len() == 1;
        let checkers = releases.iter().map(|release| match is_one {
            true => release.checker(Some(&elsewhere)),
            false => release.checker(None),
        });
        let checkers: Vec<Checker<'_>> = checkers.collect();
        let is_command = |name: &str| {
            checkers.iter().any(|checker| checker.has_command(name))
                || !elsewhere.with_command(name).is_empty()
                || program == QemuProgram::Emulator
                    && !agents_elsewhere.with_command(name).is_empty()
        };
        let mut sink: Box<dyn FindingSink> = match &checkers[..] {
            [checker] if is_one => {
                Box::new(CheckReport::new(self.format, checker.series(), console))
            }
            checkers => {
                let series = checkers.iter().map(Checker::series).collect();
                Box::new(ReleasesReport::new(self.format, series, console))
            }
        };
        let mut files = RecordedFiles::new(&is_command);
        files.expect(&self.files);
        for argument in &self.files {
            let counts =
                self.check_argument(argument, (&checkers, &agents), &mut files, &mut *sink)?;
            files.note_if_empty(argument, &counts);
        }
        catalogue.builds().check()?;
        let outcome = sink.finish(console)?;
        files.finish(self.allow_empty, console)?;
        Ok(outcome)
    }

    fn read_releases(
        &self,
        catalogue: &Catalogue,
        console: &mut Console,
    ) -> Result<Vec<Release>, Failure> {
        let program = select_program(self.qga, self.storage_daemon);
        let Some(against) = &self.against else {
            return catalogue.releases(catalogue.series(), program);
        };
        match against.split_once("..") {
            Some((first, last)) if !Path::new(against).exists() => {
                let series = parse_range(catalogue, first, last)?;
                catalogue.releases(&series, program)
            }
            _ => Ok(vec![read_release(catalogue, against, program, console)?]),
        }
    }

    /// The releases as SCHEMA arguments name them.
    fn release_names(&self, releases: &[Release]) -> Vec<String> {
        match (&self.against, releases) {
            (Some(against), [_]) if !against.contains("..") => vec![against.clone()],
            _ => releases.iter().map(|own| own.name.clone()).collect(),
        }
    }

    /// Checks a file, or the files of a folder.
    fn check_argument(
        &self,
        argument: &str,
        checkers: Checkers<'_>,
        files: &mut RecordedFiles<'_>,
        sink: &mut dyn FindingSink,
    ) -> Result<MessageCounts, Failure> {
        if !is_folder(argument) {
            let input = open_file(argument)?;
            let mut counts = self.check_file(argument, input, checkers, files, sink)?;
            counts.merge(&self.check_named(checkers, files, sink)?);
            return Ok(counts);
        }
        let names = files_in(argument)?;
        files.expect(&names);
        let progress = progress_bar(&format!("reading {argument}"), names.len() as u64);
        let mut counts = MessageCounts::default();
        for name in progress.wrap_iter(names.iter()) {
            let opened = input::open_text(Path::new(name));
            let Some(input) = opened.map_err(|error| Failure::io("read", name, &error))? else {
                continue;
            };
            counts.merge(&self.check_file(name, input, checkers, files, sink)?);
        }
        counts.merge(&self.check_named(checkers, files, sink)?);
        Ok(counts)
    }

    /// Checks the configuration files that the command lines name.
    fn check_named(
        &self,
        checkers: Checkers<'_>,
        files: &mut RecordedFiles<'_>,
        sink: &mut dyn FindingSink,
    ) -> Result<MessageCounts, Failure> {
        let mut counts = MessageCounts::default();
        for name in files.take_named() {
            let input = open_file(&name)?;
            counts.merge(&self.check_file(&name, input, checkers, files, sink)?);
        }
        Ok(counts)
    }

    fn check_file(
        &self,
        file: &str,
        input: Input,
        checkers: Checkers<'_>,
        files: &mut RecordedFiles<'_>,
        sink: &mut dyn FindingSink,
    ) -> Result<MessageCounts, Failure> {
        let (checkers, agents) = checkers;
        let program = select_program(self.qga, self.storage_daemon);
        let finders: Vec<_> = (0..checkers.len())
            .map(|index| move |command: &str| agents.find(index, command))
            .collect();
        let logs = checkers.iter().zip(&finders).map(|(checker, find)| {
            let log = LogChecker::new(checker, self.replies);
            let log = match self.format {
                CheckFormat::Text => log.with_notes_once(),
                _ => log,
            };
            match program {
                QemuProgram::Emulator => log.with_other_programs(find),
                _ => log,
            }
        });
        let mut logs: Vec<LogChecker<'_, '_>> = logs.collect();
        let counts = files.read(file, input, &mut |entry: &LogEntry<'_>| {
            if let [log] = &mut logs[..] {
                let findings = log.check_entry(entry);
                return findings
                    .iter()
                    .try_for_each(|finding| sink.add(file, slice::from_ref(finding)));
            }
            let findings = logs
                .iter_mut()
                .map(|log| log.check_entry(entry).into_iter());
            let mut findings: Vec<_> = findings.collect();
            loop {
                let of_message: Vec<LogFinding> =
                    findings.iter_mut().filter_map(Iterator::next).collect();
                if of_message.is_empty() {
                    return Ok(());
                }
                sink.add(file, &of_message)?;
            }
        })?;
        sink.end_file(file)?;
        Ok(counts)
    }
}

/// The imported series from one to another.
fn parse_range(catalogue: &Catalogue, first: &str, last: &str) -> Result<Vec<Series>, Failure> {
    let mut ends = [first, last].into_iter().map(|name| {
        let release = catalogue.release(name, QemuProgram::Emulator)?;
        Ok::<Series, Failure>(release.schema.version.series())
    });
    let (first, last) = match (ends.next(), ends.next()) {
        (Some(first), Some(last)) => (first?, last?),
        _ => return Ok(Vec::new()),
    };
    if last < first {
        return Err(Failure::new(format!("QEMU {last} is older than {first}"))
            .with_help(format!("write `{last}..{first}`")));
    }
    let is_inside = |series: &Series| (first..=last).contains(series);
    Ok(catalogue
        .series()
        .iter()
        .copied()
        .filter(is_inside)
        .collect())
}
