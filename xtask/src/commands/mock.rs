//! `mock`: a QEMU of any release, for tests.

use std::net::Shutdown;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;

use qapi_codegen::imported::QemuProgram;
use qapi_codegen::knowledge::{ErrorWordings, GuestRules};
use qapi_codegen::traffic::mock::{MockServer, RecordedReplies};

use super::arguments::read_release;
use crate::Outcome;
use crate::catalogue::Catalogue;
use crate::console::Console;
use crate::failure::Failure;
use crate::input;
use crate::schema_files::SchemaFiles;
use crate::serving::{Event, Peer, Service};
use crate::socket::Stream;

/// Answer as a QEMU of any release, for tests without one
///
/// Judges each request as the release does and answers with its error class
/// and wording. An accepted request gets the recorded reply to the same command
/// and arguments, or the smallest reply of the release's shape. The server ends
/// with `quit`, with the first session (`--once`), or when it is interrupted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask mock 2.5 --listen monitor.sock\n  \
    cargo xtask mock 10.0 --listen localhost:4444 --replies session.jsonl\n\n\
    It has a run state (`stop`, `cont`, `system_reset`, `system_powerdown`, `quit`) and the names of block\n\
    nodes, bitmaps, devices, objects, chardevs, netdevs, exports and file descriptors: those in use and missing\n\
    ones are errors. Drives and nodes whose names end with a digit are taken to be on its command line, which it\n\
    does not have. Jobs are done at once; mirrors wait until they are completed, and image creation until it is\n\
    dismissed. It does not have media, migrations, values of QOM properties, displays or files, except that\n\
    nothing exists in `/nonexistent`: such requests are accepted by their form and change nothing.")]
pub struct Mock {
    /// A release in schemas/, a folder, a root .json file, or a tarball
    #[arg(value_name = "SCHEMA")]
    schema: String,
    /// The path of a Unix socket, or HOST:PORT
    #[arg(long, value_name = "ADDRESS")]
    listen: String,
    /// A recording or log with replies to use; may be repeated
    #[arg(long, value_name = "FILE")]
    replies: Vec<String>,
    /// The target that QEMU emulates, such as `x86_64`; by default any
    #[arg(long, value_name = "ARCH")]
    target: Option<String>,
    /// End after the first session
    #[arg(long)]
    once: bool,
}

/// The one client at a time.
const CLIENT: Peer = Peer::Client(0);

/// The number of bytes that are read at once.
const BUFFER_SIZE: usize = 1 << 16;

/// The time after which a client that does not read is disconnected.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);

impl Mock {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let catalogue = Catalogue::open()?;
        let mut release = read_release(&catalogue, &self.schema, QemuProgram::Emulator, console)?;
        release.set_target(self.target.clone())?;
        let checker = release.checker(None);
        let wordings: ErrorWordings = SchemaFiles::selected().toml(ErrorWordings::FILE_NAME)?;
        let rules: GuestRules = SchemaFiles::selected().toml(GuestRules::FILE_NAME)?;
        let is_command = |name: &str| checker.has_command(name);
        let recorded = self.read_replies(&is_command)?;
        catalogue.builds().check()?;
        let version = release.schema.version;
        let mut server = MockServer::new(&checker, version, &wordings, &rules, recorded);
        let service = Service::start(&self.listen)?;
        console.status(&format!(
            "QEMU {} listening at {}",
            release.name, self.listen
        ));
        while let Some(client) = service.next_client() {
            let is_interrupted = serve(&service, client, &mut server);
            if is_interrupted || self.once || server.has_quit() {
                break;
            }
        }
        Ok(Outcome::Fine)
    }

    fn read_replies(&self, is_command: &dyn Fn(&str) -> bool) -> Result<RecordedReplies, Failure> {
        let mut recorded = RecordedReplies::default();
        for file in &self.replies {
            let mut text = input::open(file)?.text;
            let added = recorded.add(&mut *text, is_command);
            added.map_err(|error| Failure::io("read", file, &error))?;
        }
        match recorded.is_empty() && !self.replies.is_empty() {
            true => Err(Failure::new(format!(
                "no replies found in `{}`",
                self.replies.join("`, `")
            ))
            .with_help("expected requests with their replies, as `proxy --record` writes")),
            false => Ok(recorded),
        }
    }
}

/// Serves a client. Returns `true` if the user interrupts it.
fn serve(service: &Service, client: Stream, server: &mut MockServer<'_>) -> bool {
    let client = Arc::new(client);
    let _ = client.limit_sending(SEND_TIMEOUT);
    let greeting = server.connect();
    let mut is_open = client.send(greeting.as_bytes(), &[]).is_ok();
    let (reader, events) = (Arc::clone(&client), service.sender());
    thread::spawn(move || {
        let mut buffer = vec![0; BUFFER_SIZE];
        while let Ok((count @ 1.., files)) = reader.receive(&mut buffer) {
            let received = Event::Received(CLIENT, buffer[..count].to_vec(), files);
            if events.send(received).is_err() {
                return;
            }
        }
        let _ = events.send(Event::Ended(CLIENT, Ok(())));
    });
    let mut is_interrupted = false;
    loop {
        if !is_open {
            client.shut_down(Shutdown::Both);
        }
        match service.next_event() {
            Some(Event::Received(_, bytes, files)) if is_open => {
                files.iter().for_each(|_| server.add_descriptor());
                let now = SystemTime::now().duration_since(UNIX_EPOCH);
                let out = server.receive(&bytes, now.unwrap_or_default());
                is_open = client.send(out.as_bytes(), &[]).is_ok() && !server.has_quit();
            }
            Some(Event::Interrupted) => (is_interrupted, is_open) = (true, false),
            Some(Event::Ended(..)) | None => return is_interrupted,
            Some(Event::Received(..) | Event::Client(_) | Event::Remark(_)) => {}
        }
    }
}
