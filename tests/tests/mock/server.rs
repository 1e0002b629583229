//! `qmp_bindings::mock`: a typed server for the unit tests of programs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use qmp_bindings::mock::{ErrorReply, MockTransport, Server};
use qmp_bindings::{
    CommandOf, Error, ErrorClass, Event as _, EventOf, Options, Release, Untyped, Version,
    blocking, qga, tokio as asynchronous, v2_5, v2_11, v5_2, v7_2, v10_0, v11_1,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use v10_0::command::{Cont, DeviceAdd, DeviceDel, MigratePause, QueryStatus, Stop};
use v10_0::types::{RunState, StatusInfo};

fn running() -> StatusInfo {
    StatusInfo {
        running: true,
        status: RunState::Running,
    }
}

/// Sends a line and returns the lines of the answer.
fn exchange(transport: &mut MockTransport, request: &str) -> Vec<Value> {
    use blocking::transport::Transport;
    let mut buffer = vec![0; 64 * 1024];
    transport
        .send(request.as_bytes(), None)
        .expect("it is open");
    let mut text = Vec::new();
    while let Ok(length @ 1..) = transport.receive(&mut buffer, Some(Duration::ZERO)) {
        text.extend_from_slice(&buffer[..length]);
    }
    let lines = text
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).expect("JSON"))
        .collect()
}

/// A transport whose handshake is over.
fn negotiated<R>(server: &Server<R>) -> MockTransport {
    let mut transport = server.transport();
    exchange(&mut transport, "{\"execute\": \"qmp_capabilities\"}");
    transport
}

/// Runs code that panics, and returns the message.
fn panic_of(code: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(code).expect_err("it panics");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

/// Commands and events that these releases have alike, with both clients.
fn both_clients<R: Release>()
where
    Stop: CommandOf<R, Return = qmp_bindings::Empty>,
    DeviceDel: CommandOf<R, Return = qmp_bindings::Empty>,
    v10_0::event::Stop: EventOf<R> + Serialize,
{
    let server = || {
        Server::<R>::new()
            .on(|_: Stop| Ok(Default::default()))
            .times(1)
            .emit(v10_0::event::Stop {})
            .on(|command: DeviceDel| {
                let desc = format!("Device '{}' not found", command.id);
                Err(ErrorReply::new(ErrorClass::DeviceNotFound, desc))
            })
    };
    let deletion = || DeviceDel { id: "a".to_owned() };
    let check = |server: Server<R>, error: Result<_, Error>| {
        let error = error.expect_err("the handler returns an error");
        let error = error
            .as_command_error()
            .expect("an error of the server")
            .clone();
        assert_eq!(error.class, ErrorClass::DeviceNotFound);
        assert_eq!(error.desc, "Device 'a' not found");
        assert_eq!(server.requests_of::<DeviceDel>(), [deletion()]);
        assert_eq!(server.requests()[0].command, "stop");
        server.finish();
    };
    let mock = server();
    let mut qmp = mock.connect().expect("it connects");
    assert_eq!(qmp.greeting().version.series(), R::SERIES);
    qmp.execute(Stop {}).expect("a reply");
    let event = qmp.next_event(Duration::from_secs(5)).expect("it is open");
    assert_eq!(event.expect("an event").event.name(), "STOP");
    let error = qmp.execute(deletion());
    check(mock, error);

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let mock = server();
        let qmp = mock.connect_tokio().await.expect("it connects");
        let mut events = qmp.events();
        qmp.execute(Stop {}).await.expect("a reply");
        let event = events.next().await.expect("it is open").expect("an event");
        assert_eq!(event.event.name(), "STOP");
        let error = qmp.execute(deletion()).await;
        check(mock, error);
    });
}

#[test]
fn both_clients_talk_to_servers_of_several_releases() {
    both_clients::<v2_5::Release>();
    both_clients::<v2_11::Release>();
    both_clients::<v5_2::Release>();
    both_clients::<v7_2::Release>();
    both_clients::<v10_0::Release>();
    both_clients::<v11_1::Release>();
}

#[test]
fn what_is_not_expected_fails_with_what_was() {
    let message = panic_of(|| {
        let server = Server::<v10_0::Release>::new()
            .on(|_: QueryStatus| Ok(running()))
            .on(|_: Stop| Ok(Default::default()))
            .times(1);
        let mut qmp = server.connect().expect("it connects");
        qmp.execute(Stop {}).expect("a reply");
        qmp.execute(Stop {}).expect_err("it was expected once");
        let error = qmp
            .execute(DeviceAdd::new("virtio-rng-pci"))
            .expect_err("not expected");
        assert!(
            error.to_string().contains("mock: unexpected `device_add`"),
            "{error}"
        );
        let error = qmp
            .execute_raw("query-sprites", &json!({}))
            .expect_err("there is none");
        let error = error
            .as_command_error()
            .expect("an error of the server")
            .clone();
        assert_eq!(error.class, ErrorClass::CommandNotFound);
        assert_eq!(error.desc, "The command query-sprites has not been found");
        server.finish();
    });
    assert_eq!(
        message,
        "mock of QEMU 10.0.0:\n  \
         unexpected `stop` with no arguments: expected `query-status` any number of times\n  \
         unexpected `device_add` with {\"driver\":\"virtio-rng-pci\"}: expected `query-status` \
         any number of times\n  \
         unexpected `query-sprites` with no arguments: expected `query-status` any number of \
         times (QEMU 10.0 does not have it)"
    );
}

#[test]
fn what_does_not_come_fails() {
    let server = || {
        Server::<v10_0::Release>::new()
            .on(|_: Stop| Ok(Default::default()))
            .times(2)
            .on(|_: Cont| Ok(Default::default()))
            .at_least(1)
    };
    let missing = panic_of(|| drop(server()));
    assert_eq!(
        missing,
        "mock of QEMU 10.0.0:\n  expected `stop` 2 times, got it never\n  \
         expected `cont` at least once, got it never"
    );
    let panics_once = panic_of(|| {
        let _server = server();
        panic!("{}", "of the test itself");
    });
    assert_eq!(panics_once, "of the test itself");
}

#[test]
fn handlers_follow_one_another_and_may_be_ordered() {
    let server = Server::<v10_0::Release>::new()
        .on(|_: QueryStatus| Ok(running()))
        .times(1)
        .on(|_: QueryStatus| Err(ErrorReply::generic("gone")));
    let mut qmp = server.connect().expect("it connects");
    assert!(qmp.execute(QueryStatus {}).expect("a reply").running);
    for _ in 0..2 {
        qmp.execute(QueryStatus {}).expect_err("the second handler");
    }
    server.finish();

    let message = panic_of(|| {
        let server = Server::<v10_0::Release>::new()
            .in_order()
            .on(|_: Stop| Ok(Default::default()))
            .times(1)
            .on(|_: Cont| Ok(Default::default()))
            .times(1);
        let mut qmp = server.connect().expect("it connects");
        qmp.execute(Cont {}).expect_err("it comes too early");
        qmp.execute(Stop {}).expect("a reply");
        qmp.execute(Cont {}).expect("a reply");
    });
    assert_eq!(
        message,
        "mock of QEMU 10.0.0:\n  unexpected `cont` with no arguments: expected `stop` once"
    );
}

#[test]
fn handlers_have_state_and_events_come_on_demand() {
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    let server = Server::<v10_0::Release>::new()
        .emit(v10_0::event::Resume {})
        .on(move |_: Stop| {
            seen.fetch_add(1, Ordering::Relaxed);
            Ok(Default::default())
        })
        .emit_before(v10_0::event::Stop {});
    let mut qmp = server.connect().expect("it connects");
    let next = |qmp: &mut blocking::Qmp<v10_0::Release>| {
        let event = qmp.next_event(Duration::from_secs(5)).expect("it is open");
        event.expect("an event").event.name().to_owned()
    };
    assert_eq!(next(&mut qmp), "RESUME");
    qmp.execute(Stop {}).expect("a reply");
    assert_eq!(next(&mut qmp), "STOP");
    server.emit_now(v10_0::event::Powerdown {});
    assert_eq!(next(&mut qmp), "POWERDOWN");
    let none = qmp.next_event(Duration::from_millis(10));
    assert!(none.expect("it is open").is_none());
    assert_eq!(count.load(Ordering::Relaxed), 1);
    server.disconnect();
    assert!(matches!(qmp.execute(Stop {}), Err(Error::Closed(_))));
    server.finish();
}

/// Lines of a client, and the answers of QEMU.
#[test]
fn the_protocol_is_that_of_the_release() {
    let error = |class: &str, desc: &str| json!({ "error": { "class": class, "desc": desc } });
    let early = "Expecting capabilities negotiation with 'qmp_capabilities'";
    let server = Server::<v10_0::Release>::new()
        .on(|_: QueryStatus| Ok(running()))
        .on_oob(|_: MigratePause| Ok(Default::default()));
    let mut transport = server.transport();
    let greeting = exchange(&mut transport, "").remove(0);
    assert_eq!(greeting["QMP"]["capabilities"], json!(["oob"]));
    for (request, expected) in [
        (
            r#"{"execute": "query-status"}"#,
            error("CommandNotFound", early),
        ),
        (
            r#"{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}, "id": [1]}"#,
            json!({ "return": {}, "id": [1] }),
        ),
        (
            r#"{"execute": "qmp_capabilities"}"#,
            error(
                "CommandNotFound",
                "Capabilities negotiation is already complete, command ignored",
            ),
        ),
        (r#"{"exec-oob": "migrate-pause"}"#, json!({ "return": {} })),
        (
            r#"{"exec-oob": "query-status"}"#,
            error(
                "GenericError",
                "The command query-status does not support OOB",
            ),
        ),
        (
            "[]",
            error("GenericError", "QMP input must be a JSON object"),
        ),
        (
            "{\"execute\" 1}",
            error("GenericError", "JSON parse error, expecting value"),
        ),
        (
            r#"{"arguments": {}}"#,
            error("GenericError", "QMP input lacks member 'execute'"),
        ),
        (
            r#"{"execute": "stop", "x": 1}"#,
            error("GenericError", "QMP input member 'x' is unexpected"),
        ),
    ] {
        assert_eq!(exchange(&mut transport, request), [expected], "{request}");
    }
    // Messages may arrive in pieces and several at a time.
    assert!(exchange(&mut transport, "{\"execute\": \"query-").is_empty());
    let replies = exchange(
        &mut transport,
        "status\"}{\"execute\": \"query-status\", \"id\": 2}",
    );
    assert_eq!((replies.len(), &replies[1]["id"]), (2, &json!(2)));
    server.finish();
}

#[test]
fn arguments_of_another_shape_are_refused_as_qemu_does() {
    fn ask<R, C>(server: Server<R>, cases: &[(&str, &str)])
    where
        R: Release,
        C: CommandOf<R, Return = qmp_bindings::Empty> + DeserializeOwned + 'static,
    {
        let server = server.on(|_: C| Ok(Default::default()));
        let mut transport = negotiated(&server);
        for (arguments, expected) in cases {
            let name = C::NAME;
            let request = format!("{{\"execute\": \"{name}\", \"arguments\": {arguments}}}");
            let reply = exchange(&mut transport, &request).remove(0);
            assert_eq!(reply["error"]["desc"], *expected, "{request}");
        }
    }
    ask::<_, v10_0::command::BlockdevAdd>(
        Server::<v10_0::Release>::new(),
        &[
            ("{}", "Parameter 'driver' is missing"),
            (
                r#"{"driver": "raw", "file": "a", "x": 1}"#,
                "Parameter 'x' is unexpected",
            ),
            (r#"{"driver": "qcow2"}"#, "Parameter 'file' is missing"),
            (
                r#"{"driver": "raw", "read-only": 1, "file": "a"}"#,
                "Invalid parameter type for 'read-only', expected: boolean",
            ),
            (
                r#"{"driver": "raw", "file": {"driver": "file", "filename": 1}}"#,
                "Invalid parameter type for 'file.filename', expected: string",
            ),
        ],
    );
    ask::<_, v2_5::command::BlockdevAdd>(
        Server::<v2_5::Release>::new(),
        &[
            ("{}", "Parameter 'options' is missing"),
            (
                r#"{"options": {"driver": "raw", "file": {"driver": "file", "filename": 1}}}"#,
                "Invalid parameter type for 'filename', expected: string",
            ),
        ],
    );
}

#[test]
fn untyped_and_downstream_commands_have_names() {
    let version = Version {
        major: 8,
        minor: 1,
        micro: 3,
    };
    let server = Server::<Untyped>::new()
        .version(version)
        .on_raw("__com.example_fans", |request| {
            Ok(json!([request.arguments["zone"]]))
        })
        .emit_raw("__COM.EXAMPLE_FAN", json!({ "zone": 3 }));
    let mut qmp = server.connect().expect("it connects");
    assert_eq!(qmp.greeting().version, version);
    let fans = qmp.execute_raw("__com.example_fans", &json!({ "zone": 3 }));
    assert_eq!(fans.expect("a reply"), json!([3]));
    let event = qmp.next_event(Duration::from_secs(5)).expect("it is open");
    assert_eq!(event.expect("an event").event.data["zone"], 3);
}

#[test]
fn any_connection_finds_the_types() {
    let server = Server::<v7_2::Release>::new().on(|_: Stop| Ok(Default::default()));
    let any = blocking::AnyQmp::open(server.transport(), &Options::new());
    match any.expect("it connects") {
        blocking::AnyQmp::V7_2(mut qmp) => qmp.execute(Stop {}).expect("a reply"),
        other => panic!("{other:?}"),
    };
}

#[test]
fn guest_agents_are_played_too() {
    use qga::v10_0::command::{GuestFileClose, GuestPing, GuestShutdown};
    let server = Server::<qga::v10_0::Release>::agent()
        .on(|_: GuestPing| Ok(Default::default()))
        .on(|_: GuestFileClose| Err(ErrorReply::generic("handle '1' has not been found")))
        .on_silent(|_: GuestShutdown| Ok(()))
        .times(1);
    let mut agent = server.connect_agent().expect("it connects");
    agent.execute(GuestPing {}).expect("a reply");
    let error = agent
        .execute(GuestFileClose { handle: 1 })
        .expect_err("there is none");
    assert!(error.to_string().contains("has not been found"), "{error}");
    agent.execute(GuestPing {}).expect("it is in step");
    let wait = Duration::from_millis(10);
    agent
        .execute_silent(GuestShutdown { mode: None }, wait)
        .expect("no reply is a success");
    server.finish();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let server =
            Server::<qga::v2_11::Release>::agent().on(|_: GuestPing| Ok(Default::default()));
        let agent: asynchronous::Agent<_> =
            server.connect_agent_tokio().await.expect("it connects");
        agent.execute(GuestPing {}).await.expect("a reply");
    });
}
