//! One client of a proxy that translates.
//!
//! Each direction has a thread, as without translation. Both may have something
//! for either side, so what is to be written waits in an outbox, and whoever
//! writes to a side writes all that waits for it, in order.

use std::os::fd::OwnedFd;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{io, thread};

use qapi_codegen::traffic::read::Sender;
use qapi_codegen::traffic::record::TransferSplitter;
use qapi_codegen::traffic::speak::{Speaker, SpokenBytes};

use super::interpreters::Interpreters;
use super::tap::Tap;
use super::{BUFFER_SIZE, Connection, GRACE, Proxy, note_error, peer};
use crate::console::Console;
use crate::serving::{Event, Peer, Service};
use crate::socket::Stream;

/// The time after which a client that waits for the greeting is looked at.
const GREETING_PAUSE: Duration = Duration::from_millis(500);

/// The time after which a thread that waits for replies looks for the end.
const REPLY_PAUSE: Duration = Duration::from_millis(200);

/// A connection whose two sides speak different releases.
struct TranslatedConnection<'t> {
    connection: &'t Connection,
    state: Mutex<TranslationState<'t>>,
    /// Signals that replies arrived.
    replied: Condvar,
    /// What the client gets is observed where it is written.
    client_writer: Mutex<Tap>,
    server_writer: Mutex<()>,
}

struct TranslationState<'t> {
    speaker: Speaker<'t>,
    to_client: Vec<u8>,
    to_server: Vec<u8>,
    /// The descriptors for the next request. Later ones replace them, as in
    /// QEMU.
    fds: Vec<OwnedFd>,
    /// The side that ended first.
    ended: Option<Sender>,
    is_server_ended: bool,
}

impl Proxy<'_> {
    /// Serves one client. Returns `true` if the user interrupts it.
    pub(super) fn serve_translated(
        &mut self,
        interpreters: &Interpreters<'_>,
        service: &Service,
        session: &str,
        connection: &Arc<Connection>,
        console: &mut Console,
    ) -> bool {
        let (reader, events) = (Arc::clone(connection), service.sender());
        thread::spawn(move || {
            let event = match read_greeting(&reader.server) {
                Ok(bytes) => Event::Received(Peer::Server, bytes, Vec::new()),
                Err(error) => Event::Ended(Peer::Server, Err(error)),
            };
            // The receiver is there as long as the session.
            let _ = events.send(event);
        });
        let greeting = match wait_for_greeting(service, connection, session, console) {
            Ok(greeting) => greeting,
            Err(end) => {
                connection.end(Sender::Server);
                end.wait_for_reader(service);
                return end == EarlyEnd::Interrupted;
            }
        };
        let speaker = match interpreters.connect(&greeting) {
            Ok(speaker) => speaker,
            Err(failure) => {
                console.note(&format!("session {session}: {failure}"));
                connection.end(Sender::Server);
                return false;
            }
        };
        let tap = |side| Tap::new(side, session, self.recorder.clone());
        let translated = TranslatedConnection {
            connection,
            state: Mutex::new(TranslationState {
                speaker,
                to_client: Vec::new(),
                to_server: Vec::new(),
                fds: Vec::new(),
                ended: None,
                is_server_ended: false,
            }),
            replied: Condvar::new(),
            client_writer: Mutex::new(tap(Sender::Server)),
            server_writer: Mutex::new(()),
        };
        let input = tap(Sender::Client);
        let (from_client, from_server) = (service.sender(), service.sender());
        let is_interrupted = thread::scope(|scope| {
            let translated = &translated;
            scope.spawn(move || {
                let result = translated.pass_from_client(input, &from_client);
                translated.end(Sender::Client);
                let _ = from_client.send(Event::Ended(peer(Sender::Client), result));
            });
            scope.spawn(move || {
                let result = translated.pass_from_server(&greeting, &from_server);
                translated.end(Sender::Server);
                let _ = from_server.send(Event::Ended(peer(Sender::Server), result));
            });
            self.follow(service, connection, session, console)
        });
        if translated.state().ended == Some(Sender::Server) {
            // QEMU ended by itself, and its block nodes with it.
            interpreters.nodes.clear();
        }
        is_interrupted
    }
}

impl<'t> TranslatedConnection<'t> {
    fn state(&self) -> MutexGuard<'_, TranslationState<'t>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass_from_client(&self, mut tap: Tap, events: &SyncSender<Event>) -> io::Result<()> {
        let mut buffer = vec![0; BUFFER_SIZE];
        while self.wait_for_replies() {
            let received = self.connection.client.receive(&mut buffer);
            if !matches!(received, Ok((1.., _))) {
                tap.finish();
            }
            let (count, fds) = received?;
            if count == 0 {
                break;
            }
            tap.pass(&buffer[..count], fds.len());
            let mut state = self.state();
            if !fds.is_empty() {
                state.fds = fds;
            }
            let out = state.speaker.receive_from_client(&buffer[..count]);
            let remarks = state.add(out);
            drop(state);
            report(remarks, events);
            self.write_to_server()?;
            self.write_to_client()?;
        }
        Ok(())
    }

    fn pass_from_server(&self, greeting: &[u8], events: &SyncSender<Event>) -> io::Result<()> {
        let mut buffer = vec![0; BUFFER_SIZE];
        self.handle_server(greeting, events)?;
        loop {
            let (count, _) = self.connection.server.receive(&mut buffer)?;
            if count == 0 {
                return Ok(());
            }
            self.handle_server(&buffer[..count], events)?;
        }
    }

    fn handle_server(&self, bytes: &[u8], events: &SyncSender<Event>) -> io::Result<()> {
        let mut state = self.state();
        let out = state.speaker.receive_from_server(bytes);
        let remarks = state.add(out);
        drop(state);
        self.replied.notify_one();
        report(remarks, events);
        self.write_to_client()?;
        self.write_to_server()
    }

    /// Waits until the client may send more. Returns `false` at the end.
    fn wait_for_replies(&self) -> bool {
        let mut state = self.state();
        while !state.is_server_ended && !state.speaker.is_ready() {
            let waited = self.replied.wait_timeout(state, REPLY_PAUSE);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        !state.is_server_ended
    }

    fn write_to_client(&self) -> io::Result<()> {
        let writer = self.client_writer.lock();
        let mut tap = writer.unwrap_or_else(PoisonError::into_inner);
        let bytes = std::mem::take(&mut self.state().to_client);
        tap.pass(&bytes, 0);
        self.connection.client.send(&bytes, &[])
    }

    fn write_to_server(&self) -> io::Result<()> {
        let _writer = self.server_writer.lock();
        let mut state = self.state();
        let bytes = std::mem::take(&mut state.to_server);
        let fds = match bytes.is_empty() {
            true => Vec::new(),
            false => std::mem::take(&mut state.fds),
        };
        drop(state);
        self.connection.server.send(&bytes, &fds)
    }

    fn end(&self, side: Sender) {
        let mut state = self.state();
        state.ended.get_or_insert(side);
        state.is_server_ended |= side == Sender::Server;
        drop(state);
        self.replied.notify_one();
        self.connection.end(side);
    }
}

impl TranslationState<'_> {
    /// Adds what is to be written, and returns the remarks.
    fn add(&mut self, out: SpokenBytes) -> Vec<String> {
        self.to_client.extend(out.to_client);
        self.to_server.extend(out.to_server);
        out.remarks
    }
}

fn report(remarks: Vec<String>, events: &SyncSender<Event>) {
    for remark in remarks {
        // The receiver is there as long as the session.
        let _ = events.send(Event::Remark(remark));
    }
}

/// Reads the first message of a server.
fn read_greeting(server: &Stream) -> io::Result<Vec<u8>> {
    let mut splitter = TransferSplitter::default();
    let mut buffer = vec![0; BUFFER_SIZE];
    let mut greeting = Vec::new();
    loop {
        let (count, _) = server.receive(&mut buffer)?;
        greeting.extend_from_slice(&buffer[..count]);
        let is_complete = !splitter.push(&buffer[..count]).is_empty();
        if is_complete || count == 0 || greeting.len() > BUFFER_SIZE {
            return Ok(greeting);
        }
    }
}

/// The end of a session before the greeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EarlyEnd {
    Interrupted,
    Client,
    Server,
}

impl EarlyEnd {
    /// Waits for the event of the thread that reads the greeting, so that the next
    /// session does not get it.
    fn wait_for_reader(self, service: &Service) {
        let is_of_reader = |event: &Event| match event {
            Event::Received(peer, ..) | Event::Ended(peer, _) => *peer == Peer::Server,
            _ => false,
        };
        if self == EarlyEnd::Server {
            return;
        }
        while let Some(event) = service.next_event_within(GRACE) {
            if is_of_reader(&event) {
                return;
            }
        }
    }
}

/// Waits for the greeting, as long as the client is there.
fn wait_for_greeting(
    service: &Service,
    connection: &Connection,
    session: &str,
    console: &mut Console,
) -> Result<Vec<u8>, EarlyEnd> {
    loop {
        match service.next_event_within(GREETING_PAUSE) {
            Some(Event::Received(Peer::Server, bytes, _)) => return Ok(bytes),
            Some(Event::Ended(ended, result)) => {
                note_error(session, ended, &result, console);
                return Err(EarlyEnd::Server);
            }
            Some(Event::Interrupted) => return Err(EarlyEnd::Interrupted),
            None if connection.client.is_closed() => return Err(EarlyEnd::Client),
            Some(Event::Received(..) | Event::Client(_) | Event::Remark(_)) | None => {}
        }
    }
}
