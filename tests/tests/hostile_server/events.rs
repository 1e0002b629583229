//! Unexpected events, and too many of them.

use std::time::{Duration, Instant};

use qmp_bindings::v10_0::Event;
use qmp_bindings::{Error, Options, PayloadOrigin};
use serde_json::json;
use tests::clients::CLIENTS;
use tests::scripted::{GREETING, Scripted};

use super::{RUNNING, check};

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
fn an_unreadable_clock_is_reported() {
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
fn an_event_with_invalid_data_does_not_affect_others() {
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

const FLOOD: u64 = 1_000_000;

#[test]
fn a_flood_of_events_leaves_the_latest_and_a_count() {
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
fn a_flood_of_events_does_not_delay_a_timeout() {
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
