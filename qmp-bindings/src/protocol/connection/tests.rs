//! Connections without sockets and without waiting.

use super::*;

const GREETING: &str = "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 1, \"minor\": 0, \"major\": 10}, \
     \"package\": \"\"}, \"capabilities\": [\"oob\"]}}\r\n";

type TestConnection = Connection<&'static str>;

fn feed(connection: &mut TestConnection, text: &str) {
    connection.receive_buffer()[..text.len()].copy_from_slice(text.as_bytes());
    connection.received(text.len());
}

/// Takes everything that is to be written.
fn transmitted(connection: &mut TestConnection) -> String {
    let mut text = String::new();
    while let Some(transmit) = connection.transmit() {
        let bytes = transmit.bytes.to_vec();
        text.push_str(&String::from_utf8_lossy(&bytes));
        connection.transmitted(bytes.len());
    }
    text
}

fn ready(options: &Options, now: Instant) -> TestConnection {
    let mut connection = Connection::monitor(None, options, now);
    feed(&mut connection, GREETING);
    assert!(connection.poll().is_none());
    transmitted(&mut connection);
    feed(&mut connection, "{\"return\": {}, \"id\": 1}\n");
    assert!(matches!(connection.poll(), Some(Output::Handshake(Ok(())))));
    connection
}

fn send(connection: &mut TestConnection, waiter: &'static str, band: Band, deadline: Deadline) {
    let arguments = serde_json::json!({});
    let request = Request {
        band,
        ..Request::new("query-name", &arguments, deadline)
    };
    connection.send(request, waiter).unwrap();
}

/// Summarizes the outputs that are available.
fn outputs(connection: &mut TestConnection) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(output) = connection.poll() {
        found.push(match output {
            Output::Handshake(result) => format!("{result:?}"),
            Output::Event => "event".to_owned(),
            Output::Reply { waiter, reply } => match reply {
                Ok(range) => {
                    let payload = String::from_utf8_lossy(connection.payload(range));
                    format!("{waiter}: {payload}")
                }
                Err(error) => format!("{waiter}: {error}"),
            },
        });
    }
    found
}

#[test]
fn the_handshake_has_one_time_limit() {
    let now = Instant::now();
    let mut connection: TestConnection = Connection::monitor(None, &Options::new(), now);
    let (first, rest) = GREETING.split_at(40);
    feed(&mut connection, first);
    assert!(connection.poll().is_none());
    feed(&mut connection, rest);
    assert!(connection.poll().is_none());
    assert_eq!(
        transmitted(&mut connection),
        "{\"execute\":\"qmp_capabilities\",\"id\":1}\n"
    );
    let timeout = connection.timeout().unwrap();
    assert_eq!(timeout, now + Duration::from_secs(10));
    connection.handle_timeout(timeout, |_, _| ());
    let error = &outputs(&mut connection)[0];
    assert!(error.contains("Reply(\"qmp_capabilities\")"), "{error}");
}

#[test]
fn a_late_reply_belongs_to_its_own_command() {
    let now = Instant::now();
    let mut connection = ready(&Options::new(), now);
    let deadline = Deadline::after(Some(Duration::from_secs(1)), now);
    send(&mut connection, "first", Band::In, deadline);
    let mut expired = Vec::new();
    let later = connection.timeout().unwrap();
    connection.handle_timeout(later, |waiter, error| {
        expired.push(format!("{waiter}: {error}"))
    });
    assert_eq!(expired, ["first: no reply to `query-name` within 1s"]);
    assert_eq!(connection.timeout(), None);
    send(&mut connection, "second", Band::In, Deadline::default());
    feed(&mut connection, "{\"return\": 1}\n{\"return\": 2}\n");
    assert_eq!(outputs(&mut connection), ["second: 2"]);
}

#[test]
fn commands_are_queued_in_order() {
    let mut connection = ready(&Options::new().oob(true), Instant::now());
    assert_eq!(connection.capacity(), (8, 1024));
    send(&mut connection, "in band", Band::In, Deadline::default());
    send(
        &mut connection,
        "out of band",
        Band::Out,
        Deadline::default(),
    );
    assert_eq!(
        transmitted(&mut connection),
        "{\"execute\":\"query-name\",\"id\":2}\n{\"exec-oob\":\"query-name\",\"id\":3}\n"
    );
    feed(
        &mut connection,
        "{\"return\": 3, \"id\": 3}\n{\"return\": 2, \"id\": 2}\n",
    );
    assert_eq!(outputs(&mut connection), ["out of band: 3", "in band: 2"]);
}

#[test]
fn a_failed_write_waits_for_the_reason() {
    let now = Instant::now();
    let mut connection = ready(&Options::new(), now);
    send(&mut connection, "command", Band::In, Deadline::default());
    connection.transmit_failed(ErrorKind::BrokenPipe.into(), now);
    assert!(connection.transmit().is_none() && !connection.is_closed());
    feed(
        &mut connection,
        "{\"event\": \"SHUTDOWN\", \"data\": {\"guest\": true}, \"timestamp\": {\"seconds\": 1, \"microseconds\": 1}}\n",
    );
    assert_eq!(outputs(&mut connection), ["event"]);
    connection.handle_timeout(connection.timeout().unwrap(), |_, _| ());
    assert_eq!(
        outputs(&mut connection),
        ["command: QEMU shut down (requested by the guest) before it replied to `query-name`"]
    );
    assert!(connection.end().is_some());
}
