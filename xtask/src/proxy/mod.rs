//! A proxy between programs and a QEMU, one session after another.
//!
//! Bytes and file descriptors pass unchanged, each direction in a thread that
//! reads no more before what it read is written. A tap sees what passes. With
//! interpreters, the two sides speak different releases.

mod interpreters;
mod recorder;
mod rehearsal;
mod remarks;
mod shared;
mod tap;
mod translated;

use std::io;
use std::net::Shutdown;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use qapi_codegen::knowledge::ErrorWordings;
use qapi_codegen::traffic::read::Sender;

use crate::console::Console;
use crate::failure::Failure;
use crate::monitor::printable;
use crate::serving::{Event, Peer, Service};
use crate::socket::Stream;
use tap::Tap;

pub use interpreters::{Interpreters, SpokenReleases};
pub use recorder::Recorder;
pub use rehearsal::Rehearsal;
pub use remarks::Remarks;

/// The number of bytes that are read at once.
const BUFFER_SIZE: usize = 1 << 16;

/// The time that QEMU has to end a connection after the program ended it.
const GRACE: Duration = Duration::from_secs(2);

/// A proxy and what it does with the traffic.
pub struct Proxy<'p> {
    /// The address that programs connect to.
    pub listen: String,
    /// The address of QEMU.
    pub to: String,
    /// The recording, if there is one.
    pub recorder: Option<Arc<Recorder>>,
    /// The releases that requests are checked against.
    pub rehearsal: Rehearsal<'p>,
    /// The translation, if clients speak another release than QEMU.
    pub interpreters: Option<&'p Interpreters<'p>>,
    /// The sentences about the translation.
    pub remarks: Remarks,
    /// The errors that a shared connection answers with, if clients share one.
    pub shared: Option<ErrorWordings>,
    /// `true` if the proxy ends after the first session.
    pub is_once: bool,
}

impl Proxy<'_> {
    /// Serves clients until the user interrupts the program.
    pub fn run(&mut self, console: &mut Console) -> Result<(), Failure> {
        let service = Service::start(&self.listen)?;
        console.status(&format!(
            "listening at {}, QEMU at {}",
            self.listen, self.to
        ));
        let started = since_epoch().as_secs();
        if let Some(wordings) = self.shared.take() {
            self.rehearsal.begin_session();
            return shared::serve(self, &service, &wordings, started.to_string(), console);
        }
        let mut number = 0;
        while let Some(client) = service.next_client() {
            number += 1;
            let session = format!("{started}-{number}");
            let server = Stream::connect(&self.to);
            let is_interrupted = match server {
                Ok(server) => self.serve(&service, &session, client, server, console),
                Err(error) if self.is_once => {
                    return Err(Failure::io("connect to", &self.to, &error));
                }
                Err(error) => {
                    console.note(&format!("cannot connect to `{}`: {error}", self.to));
                    false
                }
            };
            if is_interrupted || self.is_once {
                break;
            }
        }
        Ok(())
    }

    /// Serves one client. Returns `true` if the user interrupts it.
    fn serve(
        &mut self,
        service: &Service,
        session: &str,
        client: Stream,
        server: Stream,
        console: &mut Console,
    ) -> bool {
        let connection = Arc::new(Connection { client, server });
        if let Some(interpreters) = self.interpreters {
            return self.serve_translated(interpreters, service, session, &connection, console);
        }
        self.rehearsal.begin_session();
        for side in [Sender::Client, Sender::Server] {
            let mut tap = Tap::new(side, session, self.recorder.clone());
            if side == Sender::Client && !self.rehearsal.is_empty() {
                tap.requests = Some(service.sender());
            }
            let (connection, events) = (Arc::clone(&connection), service.sender());
            thread::spawn(move || {
                let result = connection.pass(side, &mut tap);
                connection.end(side);
                // The receiver is there as long as the session.
                let _ = events.send(Event::Ended(peer(side), result));
            });
        }
        self.follow(service, &connection, session, console)
    }

    /// Handles the events of a session until both directions have ended.
    fn follow(
        &mut self,
        service: &Service,
        connection: &Connection,
        session: &str,
        console: &mut Console,
    ) -> bool {
        let (mut ended, mut is_interrupted) = (0, false);
        while ended < 2 {
            let event = match ended {
                0 => service.next_event(),
                _ => service.next_event_within(GRACE),
            };
            match event {
                Some(Event::Received(_, request, _)) => self.rehearsal.check(&request, console),
                Some(Event::Remark(remark)) => self.remarks.print(remark, console),
                Some(Event::Ended(peer, result)) => {
                    ended += 1;
                    note_error(session, peer, &result, console);
                }
                Some(Event::Interrupted) | None => {
                    is_interrupted |= event.is_some();
                    connection.end(Sender::Server);
                }
                Some(Event::Client(_)) => {}
            }
        }
        is_interrupted
    }
}

/// The two sides of a session.
struct Connection {
    client: Stream,
    server: Stream,
}

impl Connection {
    /// Passes on what one side sends, until it ends the connection.
    fn pass(&self, side: Sender, tap: &mut Tap) -> io::Result<()> {
        let (from, to) = match side {
            Sender::Client => (&self.client, &self.server),
            Sender::Server => (&self.server, &self.client),
        };
        let mut buffer = vec![0; BUFFER_SIZE];
        loop {
            let received = from.receive(&mut buffer);
            if !matches!(received, Ok((1.., _))) {
                tap.finish();
            }
            let (count, fds) = received?;
            if count == 0 {
                return Ok(());
            }
            tap.pass(&buffer[..count], fds.len());
            to.send(&buffer[..count], &fds)?;
        }
    }

    /// Ends what has to end after one side ended. A program may still read what
    /// QEMU sends; QEMU's end is that of the session.
    fn end(&self, side: Sender) {
        match side {
            Sender::Client => self.server.shut_down(Shutdown::Write),
            Sender::Server => {
                self.client.shut_down(Shutdown::Both);
                self.server.shut_down(Shutdown::Both);
            }
        }
    }
}

/// Prints an error of a session that is more than a peer that vanished.
fn note_error(session: &str, peer: Peer, result: &io::Result<()>, console: &mut Console) {
    let Err(error) = result else {
        return;
    };
    let is_vanished = matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset
    );
    if !is_vanished {
        let side = match peer {
            Peer::Client(_) => "the program",
            Peer::Server => "QEMU",
        };
        let error = printable(&error.to_string());
        console.note(&format!(
            "session {session}: passing on what {side} sends: {error}"
        ));
    }
}

fn peer(side: Sender) -> Peer {
    match side {
        Sender::Client => Peer::Client(0),
        Sender::Server => Peer::Server,
    }
}

/// The time since the epoch.
fn since_epoch() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}
