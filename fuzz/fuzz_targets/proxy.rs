//! Two clients and a server of a shared connection that send arbitrary bytes.
//!
//! Each piece begins with a byte for its sender and one for its length. No input may
//! cause a panic, and the bytes of a client reach the server only as whole requests.

#![no_main]

use libfuzzer_sys::fuzz_target;
use qapi_codegen::json::parse;
use qapi_codegen::knowledge::ErrorWordings;
use qapi_codegen::traffic::share::{Delivery, SharedConnection};

const GREETING: &[u8] = b"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 0, \
    \"major\": 10}, \"package\": \"\"}, \"capabilities\": [\"oob\"]}}\r\n";

fuzz_target!(|bytes: &[u8]| {
    let wordings = ErrorWordings::default();
    let mut connection = SharedConnection::new(&wordings);
    check(connection.receive_from_server(GREETING));
    for client in [1, 2] {
        check(connection.add_client(client));
        check(connection.receive_from_client(client, b"{\"execute\": \"qmp_capabilities\"}\n"));
    }
    let mut rest = bytes;
    while let [sender, length, more @ ..] = rest {
        let (piece, more) = more.split_at(usize::from(*length).min(more.len()));
        rest = more;
        check(match sender % 4 {
            0 | 1 => connection.receive_from_client(1, piece),
            2 => connection.receive_from_client(2, piece),
            _ => connection.receive_from_server(piece),
        });
    }
});

fn check(deliveries: Vec<Delivery>) {
    for delivery in deliveries {
        if let Delivery::Server(_, text) = delivery {
            assert!(parse(text.trim()).is_ok(), "{text}");
        }
    }
}
