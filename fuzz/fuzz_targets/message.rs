//! Connections to a server that sends arbitrary bytes.
//!
//! The first byte chooses the kind of the connection and the size of the reads. No input
//! may cause a panic or an endless wait.

#![no_main]

use std::io;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use qmp_bindings::blocking::transport::Transport;
use qmp_bindings::blocking::{Agent, Qmp};
use qmp_bindings::v10_0::command::{QueryBlock, QueryMemoryDevices, QueryStatus};
use qmp_bindings::{Error, Options, qga, v10_0};

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, bytes)) = bytes.split_first() else {
        return;
    };
    let server = Server {
        bytes: match choice & 0x80 {
            0 => [GREETING, bytes].concat(),
            _ => bytes.to_vec(),
        },
        at: 0,
        piece: usize::from(choice & 0x3F) * 7 + 1,
    };
    if choice & 0x40 == 0 {
        monitor(server);
    } else {
        agent(server);
    }
});

const GREETING: &[u8] = b"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 0, \
    \"major\": 10}, \"package\": \"\"}, \"capabilities\": []}}\r\n{\"return\": {}, \"id\": 1}\r\n";

fn options() -> Options {
    Options::new().message_limit(4096).event_limit(8, 4096)
}

fn monitor(server: Server) {
    let Ok(mut qmp) = Qmp::<v10_0::Release>::open(server, &options()) else {
        return;
    };
    // Each command consumes input, so the loop ends.
    loop {
        let results = [
            qmp.execute(QueryStatus {}).map(drop),
            qmp.execute(QueryBlock {}).map(drop),
            qmp.execute(QueryMemoryDevices {}).map(drop),
            qmp.next_event(Duration::ZERO).map(drop),
        ];
        for error in results.iter().filter_map(|result| result.as_ref().err()) {
            let _ = error.to_string();
        }
        if matches!(results[0], Err(Error::Closed(_))) {
            return;
        }
    }
}

fn agent(server: Server) {
    let Ok(mut agent) = Agent::<qga::v10_0::Release>::open(server, &options()) else {
        return;
    };
    while !matches!(
        agent.execute(qga::v10_0::command::GuestInfo {}),
        Err(Error::Closed(_))
    ) {}
}

/// Sends the given bytes and closes the connection.
struct Server {
    bytes: Vec<u8>,
    at: usize,
    piece: usize,
}

impl Transport for Server {
    fn receive(&mut self, buffer: &mut [u8], _: Option<Duration>) -> io::Result<usize> {
        let rest = &self.bytes[self.at..];
        let length = rest.len().min(self.piece).min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.at += length;
        Ok(length)
    }

    fn send(&mut self, bytes: &[u8], _: Option<Duration>) -> io::Result<usize> {
        Ok(bytes.len())
    }
}
