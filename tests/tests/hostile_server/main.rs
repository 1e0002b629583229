//! Both clients, with a server that does what no server should.
//!
//! An invalid message fails at most its own command. Each test ends with a command
//! that works, which shows that the connection is still usable.

mod events;
mod handshake;
mod messages;
mod values;

use qmp_bindings::Options;
use qmp_bindings::v10_0::types::RunState;
use tests::clients::{CLIENTS, Client};
use tests::scripted::{Peer, Scripted};

const RUNNING: &str = r#"{"status": "running", "running": true}"#;

/// Runs a test with both clients and a server that greets, runs the script, and then
/// answers `query-status`.
fn check(script: fn(&mut Peer), test: fn(&mut dyn Client)) {
    check_with(&Options::new(), script, test);
}

fn check_with(options: &Options, script: fn(&mut Peer), test: fn(&mut dyn Client)) {
    for connect in CLIENTS {
        let server = Scripted::serve(move |peer| {
            script(peer.greet());
            peer.returns(RUNNING);
            peer.wait_for_the_end();
        });
        let mut client = connect(&server.path(), options).expect("a connection");
        test(&mut *client);
        let status = client.status();
        let status = status.unwrap_or_else(|error| panic!("{}: {error}", client.name()));
        assert_eq!(status.status, RunState::Running, "{}", client.name());
        drop(client);
        server.join();
    }
}
