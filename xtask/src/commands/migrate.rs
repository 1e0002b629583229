//! `migrate`: recorded commands of one release, written for a later one.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;

use qapi_codegen::diagnostic::Severity;
use qapi_codegen::traffic::migrate::rewrite::{self, Request};
use qapi_codegen::traffic::migrate::unified::Unified;
use qapi_codegen::traffic::migrate::{Migrator, Outcome as Answer, Rules};
use qapi_codegen::traffic::read::read;

use super::check::{ReadError, open};
use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::known::{self, Elsewhere, Known};

/// Write recorded commands for a later release
///
/// Reads what `check` reads. What the later release takes stays as it is, byte
/// for byte; the rest is written anew in its own notation. What needs a person
/// is said on standard error and left as it was.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask migrate --from 2.5 --to 2.11 script.qmp > script-2.11.qmp\n  \
    cargo xtask migrate --from 2.5 --to 10.0 --format diff script.qmp\n  \
    cargo xtask migrate --from 4.2 --to 10.0 --in-place requests.jsonl")]
pub struct Migrate {
    /// The release that the commands were written for
    #[arg(long, value_name = "SCHEMA")]
    from: String,
    /// The release that is to take them
    #[arg(long, value_name = "SCHEMA")]
    to: String,
    /// Change the files themselves
    #[arg(long, conflicts_with = "format")]
    in_place: bool,
    /// How to print what became of them
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Files to read; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
}

/// How to print what became of the commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The files, with what is new in them
    Text,
    /// One JSON object a request
    Json,
    /// The difference in its unified form
    Diff,
}

impl Migrate {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// There is no such schema, a file cannot be read or written.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let (source, target) = (Known::open(&self.from)?, Known::open(&self.to)?);
        if source.schema.version > target.schema.version {
            let (from, to) = (source.schema.version, target.schema.version);
            return Err(Failure::new(format!("QEMU {to} is older than {from}"))
                .with_help("commands are written for later releases only"));
        }
        let rules: Rules = known::table("migrations.toml")?;
        let elsewhere = Elsewhere::default();
        let with_command = |name: &str| elsewhere.with_command(name);
        let (source_checker, target_checker) =
            (source.checker(None), target.checker(Some(&with_command)));
        let mut counts = Counts::default();
        for file in &self.files {
            let mut migrator = Migrator::new(
                &source_checker,
                &target_checker,
                &target.schema,
                target.nearest_devices(),
                &rules,
            );
            let mut sink = Sink::open(&self, file, console)?;
            let is_command = |name: &str| source_checker.has_command(name);
            let mut input = open(file)?;
            let result = read(&mut *input, &is_command, &mut |entry| {
                let rewritten = rewrite::entry(&mut migrator, &entry);
                for request in &rewritten.requests {
                    counts.add(request);
                    console.remark(file, request);
                    sink.request(file, request).map_err(written)?;
                }
                let new = rewritten.bytes.as_deref().unwrap_or(entry.bytes);
                sink.piece(entry.bytes, new).map_err(written)
            });
            result.map_err(|error: ReadError| error.of(file))?;
            sink.finish()?;
        }
        console.done(&counts.summary(&target.schema.version.series().to_string()));
        Ok(if counts.left > 0 {
            Outcome::Found
        } else {
            Outcome::Fine
        })
    }
}

fn written(error: io::Error) -> ReadError {
    ReadError::Report(error.into())
}

/// Where the result goes.
enum Sink {
    /// The whole text, to standard output.
    Text(Box<dyn Write>),
    /// One object a request, to standard output.
    Json(Box<dyn Write>),
    /// The difference, to standard output.
    Diff(Box<Unified<Box<dyn Write>>>),
    /// The whole text, to a file that takes the place of another.
    File(Replacement),
}

/// A file that is written aside and takes the place of another.
struct Replacement {
    target: PathBuf,
    aside: PathBuf,
    out: Option<BufWriter<File>>,
    is_changed: bool,
}

#[derive(Serialize)]
struct RequestJson<'r> {
    file: &'r str,
    line: u64,
    column: u64,
    command: Option<&'r str>,
    answer: &'static str,
    before: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    remarks: Vec<RemarkJson<'r>>,
}

#[derive(Serialize)]
struct RemarkJson<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    message: &'r str,
}

impl Sink {
    fn open(command: &Migrate, file: &str, console: &Console) -> Result<Sink, Failure> {
        if command.in_place {
            return Replacement::new(file).map(Sink::File);
        }
        Ok(match command.format {
            Format::Text => Sink::Text(console.writer()),
            Format::Json => Sink::Json(console.writer()),
            Format::Diff => Sink::Diff(Box::new(Unified::new(console.writer(), file))),
        })
    }

    fn request(&mut self, file: &str, request: &Request) -> io::Result<()> {
        let Sink::Json(out) = self else {
            return Ok(());
        };
        let remarks = request.migration.remarks.iter().map(|remark| RemarkJson {
            rule: remark.rule.as_deref(),
            since: remark.since.map(|since| since.to_string()),
            message: &remark.message,
        });
        let line = RequestJson {
            file,
            line: request.place.line,
            column: request.place.column,
            command: request.command.as_deref(),
            answer: request.migration.outcome.as_str(),
            before: &request.before,
            after: request.after(),
            remarks: remarks.collect(),
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")
    }

    fn piece(&mut self, old: &[u8], new: &[u8]) -> io::Result<()> {
        match self {
            Sink::Text(out) => out.write_all(new),
            Sink::Json(_) => Ok(()),
            Sink::Diff(unified) => unified.add(old, new),
            Sink::File(replacement) => replacement.piece(old, new),
        }
    }

    fn finish(self) -> Result<(), Failure> {
        match self {
            Sink::Text(mut out) | Sink::Json(mut out) => Ok(out.flush()?),
            Sink::Diff(unified) => Ok(unified.finish()?),
            Sink::File(replacement) => replacement.finish(),
        }
    }
}

impl Replacement {
    fn new(file: &str) -> Result<Replacement, Failure> {
        if file == "-" {
            return Err(
                Failure::new("standard input cannot be changed in its place")
                    .with_help("leave out `--in-place`"),
            );
        }
        let failure = |error: io::Error| Failure::io("write", file, &error);
        // What a link points to is changed, and not the link.
        let target = fs::canonicalize(file).map_err(failure)?;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let aside = target.with_file_name(format!(".{name}.new"));
        let out = File::create(&aside).map_err(failure)?;
        Ok(Replacement {
            target,
            aside,
            out: Some(BufWriter::new(out)),
            is_changed: false,
        })
    }

    fn piece(&mut self, old: &[u8], new: &[u8]) -> io::Result<()> {
        self.is_changed |= old != new;
        self.out.as_mut().map_or(Ok(()), |out| out.write_all(new))
    }

    fn finish(mut self) -> Result<(), Failure> {
        let result = self.exchange();
        let shown = self.target.display().to_string();
        result.map_err(|error| Failure::io("write", shown, &error))
    }

    fn exchange(&mut self) -> io::Result<()> {
        let Some(mut out) = self.out.take().filter(|_| self.is_changed) else {
            return Ok(());
        };
        out.flush()?;
        out.get_ref().sync_all()?;
        fs::set_permissions(&self.aside, fs::metadata(&self.target)?.permissions())?;
        fs::rename(&self.aside, &self.target)
    }
}

/// Whatever happens, nothing is left aside.
impl Drop for Replacement {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.aside as &Path);
    }
}

impl Console {
    /// Says what a person should know of a request.
    fn remark(&mut self, file: &str, request: &Request) {
        let (severity, word) = match request.migration.outcome {
            Answer::Unchanged => return,
            Answer::Rewritten => (Severity::Note, "rewritten"),
            Answer::Assumed => (Severity::Warning, "rewritten under an assumption"),
            Answer::Left => (Severity::Error, "left as it was"),
        };
        let word = self.paint_remarks().severity(severity, word);
        let command = request.command.as_deref().unwrap_or("message");
        let place = request.place;
        let mut text = format!("{file}:{}:{}: {command}: {word}", place.line, place.column);
        for remark in &request.migration.remarks {
            let since = remark.since.map(|since| format!("since {since}: "));
            text += &format!("\n  {}{}", since.unwrap_or_default(), remark.message);
        }
        self.done(&text);
    }
}

/// What became of all requests.
#[derive(Default)]
struct Counts {
    unchanged: u64,
    rewritten: u64,
    assumed: u64,
    left: u64,
}

impl Counts {
    fn add(&mut self, request: &Request) {
        *match request.migration.outcome {
            Answer::Unchanged => &mut self.unchanged,
            Answer::Rewritten => &mut self.rewritten,
            Answer::Assumed => &mut self.assumed,
            Answer::Left => &mut self.left,
        } += 1;
    }

    fn summary(&self, series: &str) -> String {
        let total = self.unchanged + self.rewritten + self.assumed + self.left;
        if total == 0 {
            return "there is no request".to_owned();
        }
        format!(
            "of {total} requests, {} are fine for QEMU {series} as they are, {} are rewritten, \
             {} under an assumption, and {} need a person",
            self.unchanged, self.rewritten, self.assumed, self.left
        )
    }
}
