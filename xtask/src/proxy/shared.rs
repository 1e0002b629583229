//! Several clients at once on one connection to QEMU.
//!
//! Each client has a thread that reads, and one that writes what waits for it.
//! A client that does not read is disconnected once too much waits; one that
//! sends too fast is read again when QEMU has replied. With interpreters, each
//! client has one of its own between it and the shared connection.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

use qapi_codegen::knowledge::ErrorWordings;
use qapi_codegen::traffic::read::Sender;
use qapi_codegen::traffic::share::{ClientId, Delivery, NEGOTIATION, SharedConnection};
use qapi_codegen::traffic::speak::{Speaker, SpokenBytes};

use super::tap::Tap;
use super::{BUFFER_SIZE, Proxy};
use crate::console::Console;
use crate::failure::Failure;
use crate::serving::{Event, Peer, Service};
use crate::socket::Stream;

/// The largest number of clients at once.
const MAX_CLIENTS: usize = 64;

/// The largest number of messages that wait for a client that does not read.
const MAX_WAITING: usize = 1024;

/// The clients of a proxy and its connection to QEMU.
struct SharedProxy<'s, 'p> {
    proxy: &'s mut Proxy<'p>,
    service: &'s Service,
    wordings: &'s ErrorWordings,
    connection: SharedConnection<'s>,
    clients: BTreeMap<ClientId, SharedLink<'p>>,
    server: Option<Link>,
    next_client: ClientId,
    /// The thread that writes to the client that was removed last.
    last_writer: Option<thread::JoinHandle<()>>,
    /// The beginning of the names of sessions.
    session: String,
}

/// A client.
struct SharedLink<'p> {
    link: Link,
    /// The descriptors for its next request. Later ones replace them, as in QEMU.
    fds: Vec<OwnedFd>,
    /// The translation, from the greeting on.
    speaker: Option<Speaker<'p>>,
    /// What it sent before the greeting.
    early: Vec<u8>,
    /// `true` if it sends no more, and may wait for replies.
    has_ended: bool,
}

/// Bytes to write, with file descriptors.
type Outgoing = (Vec<u8>, Vec<OwnedFd>);

/// A connection with its threads.
struct Link {
    stream: Arc<Stream>,
    /// What is to be written.
    out: SyncSender<Outgoing>,
    /// The permission to read more.
    more: SyncSender<()>,
    /// `true` if the thread that reads waits for it.
    is_stalled: bool,
    writer: thread::JoinHandle<()>,
}

/// Serves clients until the user interrupts the program.
pub fn serve(
    proxy: &mut Proxy<'_>,
    service: &Service,
    wordings: &ErrorWordings,
    session: String,
    console: &mut Console,
) -> Result<(), Failure> {
    let mut shared = SharedProxy {
        proxy,
        service,
        wordings,
        connection: SharedConnection::new(wordings),
        clients: BTreeMap::new(),
        server: None,
        next_client: 0,
        last_writer: None,
        session,
    };
    service.permit_client();
    while let Some(event) = service.next_event() {
        match event {
            Event::Client(client) => shared.add_client(client, console)?,
            Event::Received(Peer::Client(client), bytes, fds) => {
                shared.receive_from_client(client, &bytes, fds, console);
            }
            Event::Received(Peer::Server, bytes, _) => {
                let deliveries = shared.connection.receive_from_server(&bytes);
                shared.deliver(deliveries, console);
                shared.read_on();
            }
            Event::Ended(Peer::Client(client), Ok(())) => shared.end_input(client),
            Event::Ended(Peer::Client(client), Err(_)) => shared.remove_client(client),
            Event::Ended(Peer::Server, _) => shared.end(),
            Event::Remark(_) => {}
            Event::Interrupted => break,
        }
        shared.remove_answered();
        if shared.proxy.is_once && shared.next_client > 0 && shared.clients.is_empty() {
            // The last client gets what waits for it.
            shared.last_writer.take().map(thread::JoinHandle::join);
            break;
        }
    }
    shared.end();
    Ok(())
}

impl SharedProxy<'_, '_> {
    fn add_client(&mut self, client: Stream, console: &mut Console) -> Result<(), Failure> {
        let id = self.next_client;
        self.next_client += 1;
        if self.server.is_none() {
            match Stream::connect(&self.proxy.to) {
                Ok(server) => self.server = Some(self.link(Peer::Server, server)),
                Err(error) if self.proxy.is_once => {
                    return Err(Failure::io("connect to", &self.proxy.to, &error));
                }
                Err(error) => {
                    console.note(&format!("cannot connect to `{}`: {error}", self.proxy.to));
                    self.service.permit_client();
                    return Ok(());
                }
            }
        }
        let client = SharedLink {
            link: self.link(Peer::Client(id), client),
            fds: Vec::new(),
            speaker: None,
            early: Vec::new(),
            has_ended: false,
        };
        self.clients.insert(id, client);
        if self.clients.len() < MAX_CLIENTS {
            self.service.permit_client();
        }
        let deliveries = self.connection.add_client(id);
        self.deliver(deliveries, console);
        Ok(())
    }

    /// Starts the threads of a connection.
    fn link(&self, peer: Peer, stream: Stream) -> Link {
        let stream = Arc::new(stream);
        let (out, waiting) = mpsc::sync_channel(MAX_WAITING);
        let (more, may_read) = mpsc::sync_channel(1);
        let tap = |side| match peer {
            Peer::Client(client) => {
                let session = format!("{}-{client}", self.session);
                Some(Tap::new(side, &session, self.proxy.recorder.clone()))
            }
            Peer::Server => None,
        };
        let (reader, events, input) = (
            Arc::clone(&stream),
            self.service.sender(),
            tap(Sender::Client),
        );
        thread::spawn(move || {
            let result = read(peer, &reader, &events, &may_read, input);
            // The receiver is there as long as the proxy.
            let _ = events.send(Event::Ended(peer, result));
        });
        let (target, output) = (Arc::clone(&stream), tap(Sender::Server));
        let writer = thread::spawn(move || write(&target, &waiting, output));
        Link {
            stream,
            out,
            more,
            is_stalled: false,
            writer,
        }
    }

    fn receive_from_client(
        &mut self,
        id: ClientId,
        bytes: &[u8],
        fds: Vec<OwnedFd>,
        console: &mut Console,
    ) {
        let Some(client) = self.clients.get_mut(&id) else {
            return;
        };
        client.link.is_stalled = true;
        if !fds.is_empty() {
            client.fds = fds;
            self.connection.expect_fds(id);
        }
        match (&mut client.speaker, self.proxy.interpreters) {
            (Some(speaker), _) => {
                let spoken = speaker.receive_from_client(bytes);
                self.deliver_spoken(id, spoken, console);
            }
            (None, Some(_)) => client.early.extend_from_slice(bytes),
            (None, None) => {
                let deliveries = self.connection.receive_from_client(id, bytes);
                self.deliver(deliveries, console);
            }
        }
        self.read_on();
    }

    /// Lets the clients send more to whose requests QEMU has replied.
    fn read_on(&mut self) {
        let translates = self.proxy.interpreters.is_some();
        for (id, client) in &mut self.clients {
            let speaker = client.speaker.as_ref();
            let may_speak = speaker.map_or(!translates, Speaker::is_ready);
            if client.link.is_stalled && may_speak && self.connection.is_ready(*id) {
                client.link.is_stalled = client.link.more.try_send(()).is_err();
            }
        }
        if let Some(server) = &self.server {
            let _ = server.more.try_send(());
        }
    }

    fn deliver(&mut self, deliveries: Vec<Delivery>, console: &mut Console) {
        let mut deliveries = VecDeque::from(deliveries);
        while let Some(delivery) = deliveries.pop_front() {
            match delivery {
                Delivery::Server(sender, text) => self.send_to_server(sender, text, console),
                Delivery::Client(id, text) => {
                    let spoken = self.speak(id, text, console);
                    self.send_to_client(id, spoken.to_client, console);
                    let more = self.connection.receive_from_client(id, &spoken.to_server);
                    deliveries.extend(more);
                }
            }
        }
    }

    /// Delivers what a client said, and what its interpreter answered.
    fn deliver_spoken(&mut self, id: ClientId, spoken: SpokenBytes, console: &mut Console) {
        self.remark(spoken.remarks, console);
        self.send_to_client(id, spoken.to_client, console);
        let deliveries = self.connection.receive_from_client(id, &spoken.to_server);
        self.deliver(deliveries, console);
    }

    /// What a client gets for a text of the server. The first one is the greeting.
    fn speak(&mut self, id: ClientId, text: String, console: &mut Console) -> SpokenBytes {
        let (client, interpreters) = (self.clients.get_mut(&id), self.proxy.interpreters);
        let (Some(client), Some(interpreters)) = (client, interpreters) else {
            return SpokenBytes {
                to_client: text.into_bytes(),
                ..SpokenBytes::default()
            };
        };
        let is_greeting = client.speaker.is_none();
        if is_greeting {
            match interpreters.connect(text.as_bytes()) {
                Ok(speaker) => client.speaker = Some(speaker),
                Err(failure) => {
                    console.note(&failure.to_string());
                    self.remove_client(id);
                    return SpokenBytes::default();
                }
            }
        }
        let early = std::mem::take(&mut client.early);
        let Some(speaker) = &mut client.speaker else {
            return SpokenBytes::default();
        };
        let mut spoken = speaker.receive_from_server(text.as_bytes());
        if !early.is_empty() {
            let more = speaker.receive_from_client(&early);
            spoken.to_server.extend(more.to_server);
            spoken.to_client.extend(more.to_client);
            spoken.remarks.extend(more.remarks);
        }
        self.remark(std::mem::take(&mut spoken.remarks), console);
        spoken
    }

    fn remark(&mut self, remarks: Vec<String>, console: &mut Console) {
        for remark in remarks {
            self.proxy.remarks.print(remark, console);
        }
    }

    fn send_to_server(&mut self, sender: Option<ClientId>, text: String, console: &mut Console) {
        if !text.starts_with(NEGOTIATION) {
            self.proxy.rehearsal.check(text.as_bytes(), console);
        }
        let sender = sender.and_then(|sender| self.clients.get_mut(&sender));
        let fds = sender.map(|sender| std::mem::take(&mut sender.fds));
        if let Some(server) = &self.server {
            let outgoing = (text.into_bytes(), fds.unwrap_or_default());
            let _ = server.out.try_send(outgoing);
        }
    }

    fn send_to_client(&mut self, id: ClientId, bytes: Vec<u8>, console: &mut Console) {
        let Some(client) = self.clients.get(&id).filter(|_| !bytes.is_empty()) else {
            return;
        };
        if client.link.out.try_send((bytes, Vec::new())).is_err() {
            if !client.has_ended {
                console.note(&format!("client {id} does not read; disconnected"));
            }
            client.link.stream.shut_down(Shutdown::Both);
            self.remove_client(id);
        }
    }

    fn remove_client(&mut self, client: ClientId) {
        let was_full = self.clients.len() == MAX_CLIENTS;
        self.connection.remove_client(client);
        let removed = self.clients.remove(&client);
        if removed.is_some() && was_full {
            self.service.permit_client();
        }
        if let Some(removed) = removed {
            self.last_writer = Some(removed.link.writer);
        }
    }

    /// Notes that a client sends no more. It may have closed its connection, or wait for
    /// the replies to what it sent.
    fn end_input(&mut self, client: ClientId) {
        if let Some(client) = self.clients.get_mut(&client) {
            client.has_ended = true;
        }
    }

    /// Removes the clients that send no more and have their replies.
    fn remove_answered(&mut self) {
        let clients = self.clients.iter().filter(|(id, client)| {
            client.has_ended && client.early.is_empty() && self.connection.is_idle(**id)
        });
        let clients: Vec<ClientId> = clients.map(|(id, _)| *id).collect();
        for client in clients {
            self.remove_client(client);
        }
    }

    /// Ends all connections, each once what waits for it is written. The next client begins with a new one to QEMU.
    fn end(&mut self) {
        let clients: Vec<ClientId> = self.clients.keys().copied().collect();
        clients
            .into_iter()
            .for_each(|client| self.remove_client(client));
        self.server = None;
        self.connection = SharedConnection::new(self.wordings);
        if let Some(interpreters) = self.proxy.interpreters {
            interpreters.nodes.clear();
        }
    }
}

/// Reads from a peer, after the first bytes only with permission.
fn read(
    peer: Peer,
    stream: &Stream,
    events: &SyncSender<Event>,
    may_read: &Receiver<()>,
    mut tap: Option<Tap>,
) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_SIZE];
    loop {
        let (count, fds) = stream.receive(&mut buffer)?;
        if count == 0 {
            return match stream.has_vanished() {
                true => Err(io::ErrorKind::BrokenPipe.into()),
                false => Ok(()),
            };
        }
        let bytes = buffer[..count].to_vec();
        if let Some(tap) = &mut tap {
            tap.pass(&bytes, fds.len());
        }
        if events.send(Event::Received(peer, bytes, fds)).is_err() || may_read.recv().is_err() {
            return Ok(());
        }
    }
}

/// Writes what waits for a peer, and ends the connection when nothing can come.
/// After an error, what waits is dropped.
fn write(stream: &Stream, waiting: &Receiver<Outgoing>, mut tap: Option<Tap>) {
    for (bytes, fds) in waiting {
        if let Some(tap) = &mut tap {
            tap.pass(&bytes, 0);
        }
        if stream.send(&bytes, &fds).is_err() {
            break;
        }
    }
    stream.shut_down(Shutdown::Both);
}
