//! Programs that serve clients until they are interrupted.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::Duration;

use qapi_codegen::traffic::share::ClientId;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::failure::Failure;
use crate::socket::{Listener, SocketFile, Stream};

/// The largest number of events that wait. What sends more is slowed down.
const MAX_EVENTS: usize = 64;

/// The pause after an error of accepting, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// An event that a serving program reacts to.
#[derive(Debug)]
pub enum Event {
    /// A client connected.
    Client(Stream),
    /// A peer sent bytes, and file descriptors with them.
    Received(Peer, Vec<u8>, Vec<OwnedFd>),
    /// A sentence for the user.
    Remark(String),
    /// A peer ended the connection.
    Ended(Peer, io::Result<()>),
    /// The user interrupted the program.
    Interrupted,
}

/// One end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// A program. The only one at a time has the number 0.
    Client(ClientId),
    /// QEMU.
    Server,
}

/// A listening socket with the events of its clients.
#[derive(Debug)]
pub struct Service {
    events: Receiver<Event>,
    sender: SyncSender<Event>,
    permits: SyncSender<()>,
    _file: Option<SocketFile>,
}

impl Service {
    /// Listens at an address.
    pub fn start(address: &str) -> Result<Service, Failure> {
        let (sender, events) = mpsc::sync_channel(MAX_EVENTS);
        let failure = |error| Failure::io("handle signals for", address, &error);
        report_signals(sender.clone()).map_err(failure)?;
        let (listener, file) = Listener::bind(address)?;
        Ok(Service {
            permits: report_clients(listener, sender.clone()),
            events,
            sender,
            _file: file,
        })
    }

    /// A handle that adds events.
    pub fn sender(&self) -> SyncSender<Event> {
        self.sender.clone()
    }

    /// Allows one more client to connect.
    pub fn permit_client(&self) {
        // The receiver is there as long as the process.
        let _ = self.permits.send(());
    }

    /// Waits for a client. Returns `None` once the program is interrupted.
    pub fn next_client(&self) -> Option<Stream> {
        self.permit_client();
        loop {
            match self.next_event()? {
                Event::Client(client) => return Some(client),
                Event::Interrupted => return None,
                Event::Received(..) | Event::Ended(..) | Event::Remark(_) => {}
            }
        }
    }

    /// Waits for an event.
    pub fn next_event(&self) -> Option<Event> {
        self.events.recv().ok()
    }

    /// Waits for an event, at most for some time.
    pub fn next_event_within(&self, time: Duration) -> Option<Event> {
        self.events.recv_timeout(time).ok()
    }
}

/// Sends an event for each client, one for each permit.
fn report_clients(listener: Listener, events: SyncSender<Event>) -> SyncSender<()> {
    let (permits, permitted) = mpsc::sync_channel(1);
    thread::spawn(move || {
        while permitted.recv().is_ok() {
            let client = loop {
                match listener.accept() {
                    Ok(client) => break client,
                    Err(_) => thread::sleep(ACCEPT_PAUSE),
                }
            };
            if events.send(Event::Client(client)).is_err() {
                return;
            }
        }
    });
    permits
}

/// Sends an event when the user or the system asks the program to end.
fn report_signals(events: SyncSender<Event>) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    thread::spawn(move || {
        for _ in signals.forever() {
            if events.send(Event::Interrupted).is_err() {
                return;
            }
        }
    });
    Ok(())
}
