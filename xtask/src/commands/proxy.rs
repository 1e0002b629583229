//! `proxy`: a recording and a rehearsal between a program and its QEMU.

use std::sync::Arc;

use clap::Args;

use qapi_codegen::imported::QemuProgram;
use qapi_codegen::knowledge::ErrorWordings;

use super::arguments::read_release;
use crate::Outcome;
use crate::catalogue::{Catalogue, Release};
use crate::console::Console;
use crate::failure::Failure;
use crate::proxy::{Recorder, Rehearsal};
use crate::schema_files::SchemaFiles;

/// Record, or check live, what a program sends to its QEMU
///
/// Listens for programs and passes each connection on to a QEMU, one after
/// another, byte for byte and with file descriptors. With `--share`, several
/// programs use one connection at once, each with its own negotiation and ids. A Unix socket that it
/// listens at can be used by the same user only. It ends with the first session
/// (`--once`), or when it is interrupted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask proxy --listen proxy.sock --to monitor.sock --record session.jsonl\n  \
    cargo xtask proxy --listen proxy.sock --to localhost:4444 --check 10.0 --check 10.2\n  \
    cargo xtask proxy --listen proxy.sock --to monitor.sock --share\n\n\
    An ADDRESS is the path of a Unix socket, or HOST:PORT. `check`, `migrate` and `diff --used-by`\n\
    read the recording.")]
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
    /// Serve several programs at once on one connection to QEMU; no file
    /// descriptors pass
    #[arg(long)]
    share: bool,
    /// End after the first session, or when no program is connected any more
    #[arg(long)]
    once: bool,
}

impl Proxy {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let catalogue = Catalogue::open()?;
        let releases = self
            .check
            .iter()
            .map(|schema| read_release(&catalogue, schema, QemuProgram::Emulator, console));
        let releases: Vec<Release> = releases.collect::<Result<_, Failure>>()?;
        let elsewhere = |name: &str| catalogue.series_with_command(name);
        let checkers = releases
            .iter()
            .map(|release| release.checker(Some(&elsewhere)));
        let recorder = self.record.as_deref().map(Recorder::open).transpose()?;
        let shared = match self.share {
            true => Some(SchemaFiles::selected().toml(ErrorWordings::FILE_NAME)?),
            false => None,
        };
        let mut proxy = crate::proxy::Proxy {
            listen: self.listen,
            to: self.to,
            recorder: recorder.map(Arc::new),
            rehearsal: Rehearsal::new(checkers.collect()),
            shared,
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
