//! Replies that are late, too long or invalid.

use std::time::Duration;

use qmp_bindings::v10_0::Event;
use qmp_bindings::v10_0::types::RunState;
use qmp_bindings::{Awaited, Error, Options};
use serde_json::json;
use tests::clients::CLIENTS;
use tests::scripted::Scripted;

use super::{RUNNING, check, check_with};

#[test]
fn blank_lines_and_line_endings_do_not_matter() {
    check(
        |peer| {
            let request = peer.request().unwrap();
            peer.bytes(b"\n\r\n   \r\n");
            let id = &request["id"];
            let reply = format!("{{\"return\": {RUNNING}, \"id\": {id}}}\n");
            peer.bytes(reply.as_bytes());
            peer.bytes(b"\r\n\n");
        },
        |client| assert!(client.status().unwrap().running),
    );
}

#[test]
fn a_message_may_have_several_lines() {
    check(
        |peer| {
            let request = peer.request().unwrap();
            let id = &request["id"];
            let reply = format!(
                "{{\r\n    \"return\": {{\r\n        \"running\": true,\r\n        \
                 \"status\": \"running\"\r\n    }},\r\n    \"id\": {id}\r\n}}\r\n"
            );
            peer.bytes(reply.as_bytes());
        },
        |client| assert!(client.status().unwrap().running),
    );
}

#[test]
fn a_reply_without_id_belongs_to_the_oldest_command() {
    check(
        |peer| {
            peer.answer(|_| format!("{{\"return\": {RUNNING}}}"));
            peer.answer(|_| r#"{"error": {"class": "GenericError", "desc": "no id"}}"#.to_owned());
        },
        |client| {
            assert!(client.status().unwrap().running);
            assert_eq!(
                client
                    .status()
                    .unwrap_err()
                    .as_command_error()
                    .unwrap()
                    .desc,
                "no id"
            );
        },
    );
}

#[test]
fn a_late_reply_is_dropped() {
    check(
        |peer| {
            let late = peer.request().unwrap();
            let next = peer.request().unwrap();
            peer.line(&format!(
                r#"{{"return": {{"status": "paused", "running": false}}, "id": {}}}"#,
                late["id"]
            ));
            peer.line(&format!(r#"{{"return": {RUNNING}, "id": {}}}"#, next["id"]));
        },
        |client| {
            let short = Duration::from_millis(50);
            let Err(Error::Timeout(timeout)) = client.status_within(short) else {
                panic!("it takes longer");
            };
            assert_eq!(timeout.awaited, Awaited::Reply("query-status".into()));
            assert_eq!(timeout.after, short);
            assert_eq!(client.status().unwrap().status, RunState::Running);
        },
    );
}

#[test]
fn a_late_reply_without_id_is_dropped() {
    check(
        |peer| {
            peer.request().unwrap();
            peer.request().unwrap();
            peer.line(r#"{"return": {"status": "paused", "running": false}}"#);
            peer.line(&format!(r#"{{"return": {RUNNING}}}"#));
        },
        |client| {
            let late = client.status_within(Duration::from_millis(50));
            assert!(matches!(late, Err(Error::Timeout(_))));
            assert_eq!(client.status().unwrap().status, RunState::Running);
        },
    );
}

#[test]
fn a_second_reply_is_dropped() {
    check(
        |peer| {
            let id = peer.returns(RUNNING).unwrap()["id"].clone();
            peer.line(&format!(
                r#"{{"return": {{"status": "paused", "running": false}}, "id": {id}}}"#
            ));
            peer.line(r#"{"return": {}, "id": "somebody's"}"#);
        },
        |client| assert!(client.status().unwrap().running),
    );
}

/// The limit of the length of a message.
const LIMIT: usize = 1 << 20;

#[test]
fn a_reply_of_64_mebibytes_fails_its_command() {
    check_with(
        &Options::new().message_limit(LIMIT),
        |peer| {
            let request = peer.request().unwrap();
            peer.bytes(b"{\"return\": \"");
            let piece = vec![b'x'; 1 << 20];
            for _ in 0..64 {
                peer.bytes(&piece);
            }
            peer.line(&format!("\", \"id\": {}}}", request["id"]));
        },
        |client| {
            let error = client.status().unwrap_err();
            assert!(matches!(error, Error::Protocol(_)), "{error}");
            assert!(error.to_string().contains("more than the limit"), "{error}");
        },
    );
}

#[test]
fn a_reply_of_64_mebibytes_is_read_if_the_limit_allows_it() {
    check_with(
        &Options::new().message_limit(65 << 20),
        |peer| {
            let request = peer.request().unwrap();
            peer.bytes(b"{\"return\": \"");
            peer.bytes(&vec![b'x'; 64 << 20]);
            peer.line(&format!("\", \"id\": {}}}", request["id"]));
        },
        |client| {
            let value = client.raw("x", &json!({})).unwrap();
            assert_eq!(value.as_str().map(str::len), Some(64 << 20));
        },
    );
}

#[test]
fn ten_thousand_nested_arrays_fail_their_command() {
    check(
        |peer| {
            let deep = "[".repeat(10_000) + &"]".repeat(10_000);
            peer.returns(&deep);
            peer.answer(|id| format!("{{\"id\": {id}, \"return\": {deep}}}"));
            peer.answer(|_| "[".repeat(10_000));
        },
        |client| {
            for _ in 0..2 {
                let error = client.raw("x", &json!({})).unwrap_err();
                assert!(matches!(error, Error::Decode(_)), "{error}");
                assert!(error.to_string().contains("recursion limit"), "{error}");
            }
            let error = client.status().unwrap_err();
            assert!(matches!(error, Error::Protocol(_)), "{error}");
        },
    );
}

#[test]
fn text_that_is_not_utf8_fails_its_command() {
    check(
        |peer| {
            let request = peer.request().unwrap();
            peer.bytes(b"{\"return\": {\"status\": \"\xFF\xFE\"}, ");
            peer.line(&format!("\"id\": {}}}", request["id"]));
            peer.request().unwrap();
            peer.bytes(b"{\"ret\xC3urn\": {}}\n");
        },
        |client| {
            let error = client.status().unwrap_err();
            assert!(matches!(error, Error::Decode(_)), "{error}");
            assert!(
                error.to_string().contains("not UTF-8 at byte 12"),
                "{error}"
            );
            let error = client.status().unwrap_err();
            assert!(matches!(error, Error::Protocol(_)), "{error}");
        },
    );
}

#[test]
fn invalid_json_fails_its_command() {
    check(
        |peer| {
            peer.returns("{\"status\": }");
            peer.answer(|_| "{\"return\": {\"status\": ".to_owned());
            peer.answer(|_| "nothing of this is JSON".to_owned());
        },
        |client| {
            let error = client.status().unwrap_err();
            assert!(matches!(error, Error::Decode(_)), "{error}");
            for _ in 0..2 {
                let error = client.status().unwrap_err();
                assert!(matches!(error, Error::Protocol(_)), "{error}");
            }
        },
    );
}

#[test]
fn a_connection_may_end_within_a_line() {
    for connect in CLIENTS {
        let server = Scripted::serve(|peer| {
            peer.greet();
            peer.request();
            peer.line(r#"{"event": "SHUTDOWN", "data": {"guest": false, "reason": "host-signal"}, "timestamp": {"seconds": 1, "microseconds": 1}}"#);
            peer.bytes(b"{\"return\": {\"status\": \"run");
        });
        let mut client = connect(&server.path(), &Options::new()).expect("a connection");
        let mut in_flight = Vec::new();
        for _ in 0..2 {
            let Err(Error::Closed(closed)) = client.status() else {
                panic!("the server is gone");
            };
            in_flight.push(closed.command);
            let shutdown = closed.shutdown.expect("an event came before");
            assert_eq!(shutdown.reason.as_deref(), Some("host-signal"));
            assert_eq!(shutdown.guest, Some(false));
        }
        assert_eq!(in_flight, [Some("query-status".to_owned()), None]);
        let event = client.event(Duration::from_secs(5)).unwrap().unwrap();
        assert!(matches!(event.event, Event::Shutdown(_)));
        assert!(matches!(
            client.event(Duration::from_secs(5)),
            Err(Error::Closed(_))
        ));
        server.join();
    }
}
