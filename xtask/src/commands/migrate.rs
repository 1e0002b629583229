//! `migrate`: the requests of a record, rewritten for a later release.

mod report;
mod sink;

use clap::{Args, ValueEnum};

use qapi_codegen::imported::QemuProgram;
use qapi_codegen::traffic::migrate::Migrator;
use qapi_codegen::traffic::migrate::rewrite::rewrite_entry;

use super::arguments::{InputError, read_release};
use super::recorded::{RecordedFiles, open_file};
use crate::Outcome;
use crate::catalogue::{Catalogue, Release};
use crate::console::Console;
use crate::failure::Failure;
use report::MigrationCounts;
use sink::Sink;

/// Rewrite recorded commands for a later release
///
/// Reads the same files as `check`. What the later release accepts stays as it
/// is, byte for byte; the rest is rewritten in its own notation. A request that
/// needs a decision is reported on standard error and stays as it is.
///
/// Passwords are in the result, because it is the input rewritten, and in the
/// diff, because it is a patch. They are masked in JSON and on standard error.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask migrate --from 2.5 --to 2.11 script.qmp > script-2.11.qmp\n  \
    cargo xtask migrate --from 2.5 --to 10.0 --format diff script.qmp\n  \
    cargo xtask migrate --from 4.2 --to 10.0 --in-place requests.jsonl\n  \
    echo 'qemu-system-x86_64 -M pc -no-hpet' | cargo xtask migrate --from 4.2 --to 10.0 -")]
pub struct Migrate {
    /// The release that the commands were written for
    #[arg(long, value_name = "SCHEMA")]
    from: String,
    /// The release to rewrite them for
    #[arg(long, value_name = "SCHEMA")]
    to: String,
    /// Change the files themselves
    #[arg(long, conflicts_with = "format")]
    in_place: bool,
    /// The format of the result
    #[arg(long, value_enum, default_value = "text")]
    format: MigrateFormat,
    /// Accept files in which no message is found
    #[arg(long)]
    allow_empty: bool,
    /// Files to read; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
}

/// The format of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MigrateFormat {
    /// The whole files, rewritten
    Text,
    /// One JSON object per request
    Json,
    /// A unified diff
    Diff,
}

impl Migrate {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let catalogue = Catalogue::open()?;
        let source = read_release(&catalogue, &self.from, QemuProgram::Emulator, console)?;
        let target = read_release(&catalogue, &self.to, QemuProgram::Emulator, console)?;
        check_order(&source, &target)?;
        let elsewhere = |name: &str| catalogue.series_with_command(name, QemuProgram::Emulator);
        let (from, to) = (source.checker(None), target.checker(Some(&elsewhere)));
        let rules = &catalogue.knowledge().migrations;
        let is_command = |name: &str| from.has_command(name) || !elsewhere(name).is_empty();
        let mut counts = MigrationCounts::default();
        let mut files = RecordedFiles::new(&is_command);
        files.expect(&self.files);
        let mut rest: Vec<String> = self.files.iter().rev().cloned().collect();
        while let Some(file) = rest.pop() {
            let file = &file;
            let mut migrator = Migrator::new(&from, &to, rules);
            let input = open_file(file)?;
            if input.is_decoded && self.in_place {
                return Err(Failure::new(format!("`{file}` is compressed or UTF-16"))
                    .with_help("only UTF-8 can be changed in place; remove `--in-place`"));
            }
            let mut sink = self.sink(file, console)?;
            let found = files.read(file, input, &mut |entry| {
                let rewritten = rewrite_entry(&mut migrator, entry);
                for request in &rewritten.requests {
                    counts.add(request);
                    report::print_remarks(file, request, console);
                    sink.add_request(file, request)?;
                }
                sink.add_text(entry.bytes, rewritten.bytes.as_deref())
            })?;
            if self.files.contains(file) {
                files.note_if_empty(file, &found);
            }
            sink.finish()?;
            let named = files.take_named();
            if self.follows_names() {
                rest.extend(named);
            }
        }
        console.status(&counts.summary(&target.schema.version.series().to_string()));
        files.finish(self.allow_empty, console)?;
        Ok(counts.outcome())
    }

    /// Returns whether configuration files that command lines name are migrated, too.
    /// Files themselves are changed only if an argument names them, and standard output
    /// is one file.
    fn follows_names(&self) -> bool {
        !self.in_place && self.format != MigrateFormat::Text
    }

    fn sink(&self, file: &str, console: &Console) -> Result<Sink, Failure> {
        match (self.in_place, self.format) {
            (true, _) => Sink::replace(file),
            (false, MigrateFormat::Text) => Ok(Sink::text(console)),
            (false, MigrateFormat::Json) => Ok(Sink::json(console)),
            (false, MigrateFormat::Diff) => Ok(Sink::diff(file, console)),
        }
    }
}

fn check_order(source: &Release, target: &Release) -> Result<(), Failure> {
    let (from, to) = (source.schema.version, target.schema.version);
    if from <= to {
        return Ok(());
    }
    Err(Failure::new(format!("QEMU {to} is older than {from}"))
        .with_help("commands can only be migrated to a later release"))
}
