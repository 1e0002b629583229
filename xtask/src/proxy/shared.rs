//! Several clients at once on one connection to QEMU.
//!
//! Each client has a thread that reads, and one that writes what waits for it.
//! A client that does not read is disconnected once too much waits; one that
//! sends too fast is read again when QEMU has replied.

use std::collections::BTreeMap;
use std::io;
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

use qapi_codegen::knowledge::ErrorWordings;
use qapi_codegen::traffic::read::Sender;
use qapi_codegen::traffic::share::{ClientId, Delivery, NEGOTIATION, SharedConnection};

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
    clients: BTreeMap<ClientId, Link>,
    server: Option<Link>,
    next_client: ClientId,
    /// The beginning of the names of sessions.
    session: String,
}

/// A connection with its threads.
struct Link {
    stream: Arc<Stream>,
    /// What is to be written.
    out: SyncSender<String>,
    /// The permission to read more.
    more: SyncSender<()>,
    /// `true` if the thread that reads waits for it.
    is_stalled: bool,
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
        session,
    };
    service.permit_client();
    while let Some(event) = service.next_event() {
        match event {
            Event::Client(client) => shared.add_client(client, console)?,
            Event::Received(Peer::Client(client), bytes) => {
                shared.receive_from_client(client, &bytes, console);
            }
            Event::Received(Peer::Server, bytes) => {
                let deliveries = shared.connection.receive_from_server(&bytes);
                shared.deliver(deliveries, console);
                shared.read_on();
            }
            Event::Ended(Peer::Client(client), _) => {
                shared.remove_client(client);
                if shared.proxy.is_once && shared.clients.is_empty() {
                    break;
                }
            }
            Event::Ended(Peer::Server, _) => shared.end(),
            Event::Interrupted => break,
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
        let link = self.link(Peer::Client(id), client);
        self.clients.insert(id, link);
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
        let (writer, output) = (Arc::clone(&stream), tap(Sender::Server));
        thread::spawn(move || write(&writer, &waiting, output));
        Link {
            stream,
            out,
            more,
            is_stalled: false,
        }
    }

    fn receive_from_client(&mut self, client: ClientId, bytes: &[u8], console: &mut Console) {
        let deliveries = self.connection.receive_from_client(client, bytes);
        self.deliver(deliveries, console);
        if let Some(link) = self.clients.get_mut(&client) {
            link.is_stalled = true;
        }
        self.read_on();
    }

    /// Lets the clients send more to whose requests QEMU has replied.
    fn read_on(&mut self) {
        for (client, link) in &mut self.clients {
            if link.is_stalled && self.connection.is_ready(*client) {
                link.is_stalled = link.more.try_send(()).is_err();
            }
        }
        if let Some(server) = &self.server {
            let _ = server.more.try_send(());
        }
    }

    fn deliver(&mut self, deliveries: Vec<Delivery>, console: &mut Console) {
        for delivery in deliveries {
            match delivery {
                Delivery::Server(text) => {
                    if !text.starts_with(NEGOTIATION) {
                        self.proxy.rehearsal.check(text.as_bytes(), console);
                    }
                    if let Some(server) = &self.server {
                        let _ = server.out.try_send(text);
                    }
                }
                Delivery::Client(client, text) => {
                    let Some(link) = self.clients.get(&client) else {
                        continue;
                    };
                    if link.out.try_send(text).is_err() {
                        console.note(&format!("client {client} does not read; disconnected"));
                        link.stream.shut_down(Shutdown::Both);
                        self.remove_client(client);
                    }
                }
            }
        }
    }

    fn remove_client(&mut self, client: ClientId) {
        let was_full = self.clients.len() == MAX_CLIENTS;
        self.connection.remove_client(client);
        if self.clients.remove(&client).is_some() && was_full {
            self.service.permit_client();
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
        let (count, _) = stream.receive(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        let bytes = buffer[..count].to_vec();
        if let Some(tap) = &mut tap {
            tap.pass(&bytes, 0);
        }
        if events.send(Event::Received(peer, bytes)).is_err() || may_read.recv().is_err() {
            return Ok(());
        }
    }
}

/// Writes what waits for a peer, and ends the connection when nothing can come.
/// After an error, what waits is dropped.
fn write(stream: &Stream, waiting: &Receiver<String>, mut tap: Option<Tap>) {
    for text in waiting {
        if let Some(tap) = &mut tap {
            tap.pass(text.as_bytes(), 0);
        }
        if stream.send(text.as_bytes(), &[]).is_err() {
            break;
        }
    }
    stream.shut_down(Shutdown::Both);
}
