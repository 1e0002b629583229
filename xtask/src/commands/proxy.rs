//! `proxy`: a recording, a rehearsal or a translation between a program and its
//! QEMU.

use std::sync::Arc;

use clap::Args;

use qapi_codegen::imported::QemuProgram;
use qapi_codegen::knowledge::ErrorWordings;
use qapi_codegen::traffic::check::Checker;

use super::arguments::read_release;
use crate::Outcome;
use crate::catalogue::{Catalogue, Release};
use crate::console::Console;
use crate::failure::Failure;
use crate::proxy::{Interpreters, Recorder, Rehearsal, Remarks, SpokenReleases};
use crate::schema_files::SchemaFiles;

/// Record, check live or translate what a program sends to its QEMU
///
/// Listens for programs and passes each connection on to a QEMU, one after
/// another, byte for byte and with file descriptors. With `--share`, several
/// programs use one connection at once, each with its own negotiation and ids.
/// With `--speak`, a program that was written for an older release works with a
/// newer QEMU. A Unix socket that it listens at can be used by the same user
/// only. It ends with the first session (`--once`), or when it is interrupted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask proxy --listen proxy.sock --to monitor.sock --record session.jsonl\n  \
    cargo xtask proxy --listen proxy.sock --to localhost:4444 --check 10.0 --check 10.2\n  \
    cargo xtask proxy --listen proxy.sock --to monitor.sock --share\n  \
    cargo xtask proxy --listen proxy.sock --to monitor.sock --speak 2.5\n\n\
    An ADDRESS is the path of a Unix socket, or HOST:PORT. `check`, `migrate` and `diff --used-by`\n\
    read the recording.\n\n\
    With `--speak`, greeting, `query-version`, `query-commands`, `query-events` and `query-qmp-schema`\n\
    answer as the release that is spoken. Its requests are migrated to the release of QEMU, which has to\n\
    be the same or a later one; names of block nodes are followed from one request to the next. Replies\n\
    and events get the older shape. What has no form on the other side is answered with an error that\n\
    says why, and stderr says it once. A recording has what the program sends and gets. `--speak` works\n\
    with `--record` and `--share`. It does not work with `--check`, which judges requests that reach\n\
    QEMU as the program sends them.")]
pub struct Proxy {
    /// The address that programs connect to
    #[arg(long, value_name = "ADDRESS")]
    listen: String,
    /// The address of QEMU
    #[arg(long, value_name = "ADDRESS")]
    to: String,
    /// Append what passes to a recording
    #[arg(long, value_name = "FILE")]
    record: Option<String>,
    /// Print what a release would reject, each problem once, and a summary at
    /// the end; may be repeated
    #[arg(long, value_name = "SCHEMA")]
    check: Vec<String>,
    /// Speak a release that the program was written for, and translate for QEMU
    #[arg(long, value_name = "SCHEMA", conflicts_with = "check")]
    speak: Option<String>,
    /// Pass what has no form on the other side as it is
    #[arg(long, requires = "speak")]
    lenient: bool,
    /// Serve several programs at once on one connection to QEMU
    #[arg(long)]
    share: bool,
    /// End after the first session, or when no program is connected any more
    #[arg(long)]
    once: bool,
}

impl Proxy {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        if self.check.is_empty() && self.speak.is_none() {
            return self.serve(Vec::new(), None, console);
        }
        let catalogue = Catalogue::open()?;
        let releases = self
            .check
            .iter()
            .map(|schema| read_release(&catalogue, schema, QemuProgram::Emulator, console));
        let releases: Vec<Release> = releases.collect::<Result<_, Failure>>()?;
        let elsewhere = |name: &str| catalogue.series_with_command(name, QemuProgram::Emulator);
        let checkers = releases
            .iter()
            .map(|release| release.checker(Some(&elsewhere)));
        let checkers = checkers.collect();
        let Some(spoken) = &self.speak else {
            return self.serve(checkers, None, console);
        };
        let spoken = SpokenReleases::read(&catalogue, spoken)?;
        let interpreters = Interpreters::new(&spoken, read_wordings()?, self.lenient);
        self.serve(checkers, Some(&interpreters), console)
    }

    /// Serves programs until the end. Without releases, no data files are read.
    fn serve<'p>(
        &self,
        checkers: Vec<Checker<'p>>,
        interpreters: Option<&'p Interpreters<'p>>,
        console: &mut Console,
    ) -> Result<Outcome, Failure> {
        let recorder = self.record.as_deref().map(Recorder::open).transpose()?;
        let mut proxy = crate::proxy::Proxy {
            listen: self.listen.clone(),
            to: self.to.clone(),
            recorder: recorder.map(Arc::new),
            rehearsal: Rehearsal::new(checkers),
            interpreters,
            remarks: Remarks::default(),
            shared: self.share.then(read_wordings).transpose()?,
            is_once: self.once,
        };
        proxy.run(console)?;
        let outcome = proxy.rehearsal.finish(console);
        if let Some(recorder) = &proxy.recorder {
            recorder.finish()?;
        }
        Ok(outcome)
    }
}

fn read_wordings() -> Result<ErrorWordings, Failure> {
    SchemaFiles::selected().toml(ErrorWordings::FILE_NAME)
}
