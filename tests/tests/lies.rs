//! What no server should do, done to both clients.
//!
//! A bad message fails its own command at most. That the connection is in step
//! afterwards is seen by a command that works.

use std::time::{Duration, Instant};

use qmp_bindings::v10_0::Event;
use qmp_bindings::v10_0::types::{MemoryDeviceInfo, RunState};
use qmp_bindings::{Awaited, Error, ErrorClass, Options, PayloadOrigin, Series};
use serde_json::json;
use tests::clients::{CLIENTS, Client};
use tests::scripted::{GREETING, Peer, Scripted};

const RUNNING: &str = r#"{"status": "running", "running": true}"#;

/// Lets both clients talk to a server that greets and then does what the script
/// says, and that answers `query-status` after that.
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

#[test]
fn an_unknown_event_is_delivered_with_name_and_data() {
    check(
        |peer| {
            peer.line(r#"{"event": "X_NEW", "data": {"a": [1]}, "timestamp": {"seconds": 5, "microseconds": 6}}"#);
        },
        |client| {
            let timed = client.event(Duration::from_secs(5)).unwrap().unwrap();
            assert_eq!(
                (timed.timestamp.seconds, timed.timestamp.microseconds),
                (5, 6)
            );
            let Event::Unrecognized(event) = timed.event else {
                panic!("{timed:?}");
            };
            assert_eq!(event.name, "X_NEW");
            assert_eq!(event.data["a"], json!([1]));
        },
    );
}

#[test]
fn an_unknown_enum_value_keeps_its_text() {
    check(
        |peer| {
            peer.returns(r#"{"status": "on-fire", "running": true}"#);
        },
        |client| assert_eq!(client.status().unwrap().status.as_str(), "on-fire"),
    );
}

#[test]
fn an_unknown_error_class_keeps_its_text() {
    check(
        |peer| {
            peer.answer(|id| {
                format!(r#"{{"id": {id}, "error": {{"class": "OnFire", "desc": "hot"}}}}"#)
            });
        },
        |client| {
            let error = client.status().unwrap_err();
            let refused = error.as_command_error().expect("QEMU said no");
            assert_eq!(refused.command, "query-status");
            assert_eq!(refused.class.as_str(), "OnFire");
            assert!(matches!(refused.class, ErrorClass::Unrecognized(_)));
            assert_eq!(error.to_string(), "`query-status` failed: hot (OnFire)");
        },
    );
}

#[test]
fn an_unknown_member_is_passed_over() {
    check(
        |peer| {
            peer.returns(r#"{"new": [{}], "status": "paused", "running": false, "newer": null}"#);
        },
        |client| assert_eq!(client.status().unwrap().status, RunState::Paused),
    );
}

#[test]
fn an_unknown_union_tag_keeps_the_members() {
    check(
        |peer| {
            peer.returns(r#"[{"data": {"size": 1}, "type": "quantum"}]"#);
        },
        |client| {
            let devices = client.memory_devices().unwrap();
            let MemoryDeviceInfo::Unrecognized(device) = &devices[0] else {
                panic!("{devices:?}");
            };
            assert_eq!(device.discriminator, "quantum");
            assert_eq!(device.members["data"], json!({"size": 1}));
        },
    );
}

#[test]
fn a_value_of_another_type_is_found_in_the_reply() {
    check(
        |peer| {
            let stats = r#"[{"stats": {"rd_bytes": "many", "wr_bytes": 0}}]"#;
            peer.returns(stats);
            peer.returns(r#"[{"stats": {}}]"#);
            peer.returns(r#"{}"#);
            peer.returns(r#"[{"data": {"memdev": 5}, "type": "dimm"}]"#);
        },
        |client| {
            let Error::Decode(error) = client.blockstats().unwrap_err() else {
                panic!("it does not decode");
            };
            assert_eq!(
                error.origin,
                PayloadOrigin::Command("query-blockstats".into())
            );
            assert_eq!(error.path, "[0].stats.rd_bytes");
            assert!(
                error.problem.contains("string \"many\""),
                "{}",
                error.problem
            );
            assert!(error.raw.contains("many"), "{}", error.raw);
            let shown = error.to_string();
            assert!(shown.starts_with("cannot decode the return value of `query-blockstats` at `[0].stats.rd_bytes`: invalid type"), "{shown}");

            let Error::Decode(error) = client.blockstats().unwrap_err() else {
                panic!("it does not decode");
            };
            assert_eq!(error.path, "[0].stats");
            let Error::Decode(error) = client.blockstats().unwrap_err() else {
                panic!("it does not decode");
            };
            assert_eq!(error.path, "");
            let Error::Decode(error) = client.memory_devices().unwrap_err() else {
                panic!("it does not decode");
            };
            assert_eq!(error.path, "[0].data.memdev", "{error}");
        },
    );
}

#[test]
fn a_clock_that_cannot_be_read_is_told() {
    check(
        |peer| {
            peer.line(r#"{"event": "STOP", "timestamp": {"seconds": -1, "microseconds": -1}}"#);
        },
        |client| {
            let timed = client.event(Duration::from_secs(5)).unwrap().unwrap();
            assert!(matches!(timed.event, Event::Stop(_)));
            assert_eq!(timed.timestamp.seconds, -1);
            assert_eq!(timed.timestamp.to_system_time(), None);
        },
    );
}

#[test]
fn an_event_with_other_data_fails_alone() {
    check(
        |peer| {
            peer.line(r#"{"event": "SHUTDOWN", "data": {"guest": "yes"}, "timestamp": {"seconds": 1, "microseconds": 1}}"#);
            peer.line(r#"{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 1}}"#);
        },
        |client| {
            let Err(Error::Decode(error)) = client.event(Duration::from_secs(5)) else {
                panic!("it does not decode");
            };
            assert_eq!(error.origin, PayloadOrigin::Event("SHUTDOWN".into()));
            assert_eq!(error.path, "guest");
            let timed = client.event(Duration::from_secs(5)).unwrap().unwrap();
            assert!(matches!(timed.event, Event::Stop(_)));
        },
    );
}

#[test]
fn blank_lines_and_other_line_ends_do_not_matter() {
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
fn a_reply_without_id_is_for_the_command_that_was_sent_first() {
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

#[test]
fn events_are_kept_from_the_first_byte_on() {
    for connect in CLIENTS {
        let server = Scripted::serve(|peer| {
            let event = |name: &str| {
                format!(
                    r#"{{"event": "{name}", "timestamp": {{"seconds": 1, "microseconds": 2}}}}"#
                )
            };
            peer.line(&event("POWERDOWN"));
            peer.line(GREETING);
            let request = peer.request().unwrap();
            peer.line(&event("STOP"));
            peer.line(&format!(r#"{{"return": {{}}, "id": {}}}"#, request["id"]));
            let request = peer.request().unwrap();
            peer.line(&event("RESUME"));
            peer.line(&format!(
                r#"{{"return": {RUNNING}, "id": {}}}"#,
                request["id"]
            ));
            peer.line(&event("WAKEUP"));
            peer.wait_for_the_end();
        });
        let mut client = connect(&server.path(), &Options::new()).expect("a connection");
        client.status().expect("a reply");
        let events = client.events();
        let names: Vec<&str> = events
            .iter()
            .map(|timed| qmp_bindings::Event::name(&timed.event))
            .collect();
        assert_eq!(
            names,
            ["POWERDOWN", "STOP", "RESUME", "WAKEUP"],
            "{}",
            client.name()
        );
        drop(client);
        server.join();
    }
}

#[test]
fn a_greeting_that_never_comes_is_a_timeout() {
    for connect in CLIENTS {
        let server = Scripted::serve(Peer::wait_for_the_end);
        let options = Options::new().handshake_timeout(Duration::from_millis(100));
        let Err(Error::Timeout(timeout)) = connect(&server.path(), &options).map(drop) else {
            panic!("there is no greeting");
        };
        assert_eq!(timeout.awaited, Awaited::Greeting);
        server.join();
    }
}

#[test]
fn something_else_than_a_greeting_is_told() {
    let cases = [
        "QEMU 10.0.2 monitor - type 'help' for more information",
        "SSH-2.0-OpenSSH_9.2p1",
        "{\"hello\": 1}",
        "[1, 2",
    ];
    for text in cases {
        for connect in CLIENTS {
            let server = Scripted::serve(move |peer| {
                peer.line(text);
                peer.wait_for_the_end();
            });
            let Err(Error::Protocol(violation)) =
                connect(&server.path(), &Options::new()).map(drop)
            else {
                panic!("{text} is no greeting");
            };
            assert_eq!(violation.raw(), text);
            server.join();
        }
    }
}

#[test]
fn another_release_is_told_before_a_command_is_sent() {
    for connect in CLIENTS {
        let serve = || {
            Scripted::serve(|peer| {
                peer.line(
                    &GREETING.replace("\"minor\": 0, \"major\": 10", "\"minor\": 2, \"major\": 9"),
                );
                if peer.returns("{}").is_some() {
                    peer.returns(RUNNING);
                }
                peer.wait_for_the_end();
            })
        };
        let server = serve();
        let Err(error) = connect(&server.path(), &Options::new()).map(drop) else {
            panic!("9.2 is not 10.0");
        };
        assert_eq!(
            error.to_string(),
            "the server is QEMU 9.2.2 and the types are of 10.0: use those of its release, \
             or allow it with `Options::releases`"
        );
        server.join();

        let server = serve();
        let range = Series { major: 9, minor: 0 }..=Series {
            major: 10,
            minor: 1,
        };
        let client = connect(&server.path(), &Options::new().releases(range));
        assert!(client.expect("9.2 is allowed").status().unwrap().running);
        server.join();
    }
}

/// A message may have this many bytes, and one is longer.
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
fn a_reply_of_64_mebibytes_is_read_where_the_limit_allows_it() {
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
fn ten_thousand_arrays_in_each_other_fail_their_command() {
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
fn broken_json_fails_its_command() {
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
fn an_end_in_mid_line_is_an_end() {
    for connect in CLIENTS {
        let server = Scripted::serve(|peer| {
            peer.greet();
            peer.request();
            peer.line(r#"{"event": "SHUTDOWN", "data": {"guest": false, "reason": "host-signal"}, "timestamp": {"seconds": 1, "microseconds": 1}}"#);
            peer.bytes(b"{\"return\": {\"status\": \"run");
        });
        let mut client = connect(&server.path(), &Options::new()).expect("a connection");
        for _ in 0..2 {
            let Err(Error::Closed(closed)) = client.status() else {
                panic!("the server is gone");
            };
            let shutdown = closed.shutdown.expect("an event came before");
            assert_eq!(shutdown.reason.as_deref(), Some("host-signal"));
            assert_eq!(shutdown.guest, Some(false));
        }
        let event = client.event(Duration::from_secs(5)).unwrap().unwrap();
        assert!(matches!(event.event, Event::Shutdown(_)));
        assert!(matches!(
            client.event(Duration::from_secs(5)),
            Err(Error::Closed(_))
        ));
        server.join();
    }
}

const FLOOD: u64 = 1_000_000;

#[test]
fn a_flood_of_events_leaves_the_last_ones_and_a_count() {
    check(
        |peer| {
            let request = peer.request().unwrap();
            let event = r#"{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 1}}"#;
            let thousand = format!("{event}\r\n").repeat(1000);
            for _ in 0..FLOOD / 1000 {
                peer.bytes(thousand.as_bytes());
            }
            peer.line(&format!(
                r#"{{"return": {RUNNING}, "id": {}}}"#,
                request["id"]
            ));
        },
        |client| {
            assert!(client.status().unwrap().running);
            let Err(Error::EventsMissed(missed)) = client.event(Duration::from_secs(5)) else {
                panic!("not all were kept");
            };
            assert_eq!(missed + client.events().len() as u64, FLOOD);
        },
    );
}

#[test]
fn a_flood_does_not_keep_a_timeout_from_coming() {
    for connect in CLIENTS {
        let server = Scripted::serve(|peer| {
            peer.greet();
            peer.request();
            let event = r#"{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 1}}"#;
            let end = Instant::now() + Duration::from_secs(2);
            while Instant::now() < end {
                peer.line(event);
            }
        });
        let mut client = connect(&server.path(), &Options::new()).expect("a connection");
        let result = client.status_within(Duration::from_millis(200));
        assert!(
            matches!(result, Err(Error::Timeout(_))),
            "{}: {result:?}",
            client.name()
        );
        drop(client);
        server.join();
    }
}
