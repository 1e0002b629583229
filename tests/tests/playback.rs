//! Both clients with recorded sessions of real QEMUs, played byte for byte. They cover
//! releases that can no longer be installed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use qmp_bindings::blocking::Qmp;
use qmp_bindings::{Error, Event, Options, Release, blocking, tokio as asynchronous};
use serde_json::{Value, json};
use tests::examples;
use tests::process::PATIENCE;
use tests::recording::{Line, play, session};
use tests::scripted::{Peer, Scripted};

/// The sessions whose requests the clients can send.
const SESSIONS: [(&str, &str, &str); 9] = [
    ("2.5.1", "queries.jsonl", "queries"),
    ("2.5.1", "seed-scenario.jsonl", "a-only"),
    ("2.5.1", "events.jsonl", "events"),
    ("2.11.0", "queries.jsonl", "queries"),
    ("2.11.0", "seed-scenario.jsonl", "b-only"),
    ("2.11.0", "events.jsonl", "events"),
    ("7.2.22", "queries.jsonl", "queries"),
    ("7.2.22", "seed-scenario.jsonl", "b-then-d2"),
    ("7.2.22", "events.jsonl", "events"),
];

/// The replies and events of a session.
#[derive(Debug, Default, PartialEq)]
struct ServerOutput {
    /// The return values, or the descriptions of the errors.
    replies: Vec<Result<Value, String>>,
    /// The names of the events.
    events: Vec<String>,
}

#[test]
fn clients_return_what_was_recorded() {
    for (release, file, name) in SESSIONS {
        let lines = session(release, file, name);
        let (requests, expected) = server_output(&lines);
        for client in [run_blocking, run_asynchronous] {
            let lines = lines.clone();
            let server = Scripted::serve(move |peer| play(&lines, peer, |_, _| false));
            let found = client(&server.path(), &requests);
            assert_eq!(found.events, expected.events, "{release} {name}");
            assert_eq!(
                found.replies.len(),
                expected.replies.len(),
                "{release} {name}"
            );
            for (request, (found, expected)) in requests
                .iter()
                .zip(found.replies.iter().zip(&expected.replies))
            {
                assert_eq!(found, expected, "{release} {name}: {request}");
            }
            server.join();
        }
    }
}

/// Returns the requests of a session after the negotiation, and what the server sent.
fn server_output(lines: &[Line]) -> (Vec<Value>, ServerOutput) {
    let json = |line: &Line| serde_json::from_str::<Value>(&line.raw).expect("JSON");
    let sent = lines.iter().filter(|line| line.dir == ">").map(json);
    let mut output = ServerOutput::default();
    for message in lines.iter().filter(|line| line.dir == "<").map(json) {
        if let Some(name) = message["event"].as_str() {
            output.events.push(name.to_owned());
        } else if let Some(returned) = message.get("return") {
            output.replies.push(Ok(returned.clone()));
        } else if let Some(desc) = message["error"]["desc"].as_str() {
            output.replies.push(Err(desc.to_owned()));
        }
    }
    let _negotiation = output.replies.remove(0);
    (sent.skip(1).collect(), output)
}

fn reply(reply: Result<Value, Error>) -> Result<Value, String> {
    reply.map_err(|error| match error {
        Error::Command(refused) => refused.desc,
        other => panic!("{other}"),
    })
}

fn split_request(request: &Value) -> (&str, &Value) {
    const NONE: &Value = &Value::Null;
    let arguments = request.get("arguments").unwrap_or(NONE);
    (request["execute"].as_str().expect("a name"), arguments)
}

/// Returns the arguments as an object.
fn arguments(value: &Value) -> Value {
    match value {
        Value::Null => json!({}),
        other => other.clone(),
    }
}

fn run_blocking(socket: &Path, requests: &[Value]) -> ServerOutput {
    use blocking::AnyQmp;

    fn events<R: Release>(mut qmp: Qmp<R>) -> Vec<String> {
        let events = qmp.events(Duration::from_secs(5));
        events
            .map_while(|event| match event {
                Ok(timed) => Some(timed.event.name().to_owned()),
                Err(Error::Closed(_)) => None,
                Err(error) => panic!("{error}"),
            })
            .collect()
    }

    let mut qmp = AnyQmp::connect_unix(socket).expect("a connection");
    let replies = requests.iter().map(|request| {
        let (name, given) = split_request(request);
        reply(qmp.execute_raw(name, &arguments(given)))
    });
    ServerOutput {
        replies: replies.collect(),
        events: match qmp {
            AnyQmp::V2_5(qmp) => events(qmp),
            AnyQmp::V2_11(qmp) => events(qmp),
            AnyQmp::V7_2(qmp) => events(qmp),
            other => panic!("{other:?}"),
        },
    }
}

fn run_asynchronous(socket: &Path, requests: &[Value]) -> ServerOutput {
    use asynchronous::{AnyQmp, Qmp};

    async fn events<R: Release>(qmp: Qmp<R>) -> Vec<String> {
        let mut events = qmp.events_so_far();
        let mut names = Vec::new();
        while let Some(event) = events.next().await {
            match event {
                Ok(timed) => names.push(timed.event.name().to_owned()),
                Err(Error::Closed(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
        names
    }

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let qmp = AnyQmp::connect_unix(socket).await.expect("a connection");
        let mut output = ServerOutput::default();
        for request in requests {
            let (name, given) = split_request(request);
            let answer = qmp.execute_raw(name, &arguments(given)).await;
            output.replies.push(reply(answer));
        }
        output.events = match qmp {
            AnyQmp::V2_5(qmp) => events(qmp).await,
            AnyQmp::V2_11(qmp) => events(qmp).await,
            AnyQmp::V7_2(qmp) => events(qmp).await,
            other => panic!("{other:?}"),
        };
        output
    })
}

/// Answers each request as in the recording, in any order.
fn answer_as_recorded(release: &str, name: &str) -> impl FnOnce(&mut Peer) + Send + use<> {
    let lines = session(release, "seed-scenario.jsonl", name);
    move |peer| {
        play(&lines[..3], peer, |_, _| false);
        while let Some(mut request) = peer.request() {
            request.as_object_mut().expect("an object").remove("id");
            let at = lines
                .iter()
                .position(|line| line.dir == ">" && is(line, &request))
                .unwrap_or_else(|| panic!("nobody ever sent {request}"));
            let answer = lines[at + 1..].iter().take_while(|line| line.dir != ">");
            for line in answer.filter(|line| line.dir == "<") {
                peer.line(&line.raw);
            }
        }
    }
}

fn is(line: &Line, request: &Value) -> bool {
    serde_json::from_str::<Value>(&line.raw).is_ok_and(|recorded| recorded == *request)
}

#[test]
fn a_disk_is_attached_to_every_release() {
    examples::folder();
    let cases = [
        ("2.5.1", "a-only", "QEMU 2.5.1"),
        ("2.11.0", "b-only", "QEMU 2.11.0"),
        ("7.2.22", "b-then-d2", "QEMU 7.2.22"),
    ];
    for (release, session, start) in cases {
        let server = Scripted::serve(answer_as_recorded(release, session));
        let socket = server.path();
        let socket = socket.to_str().expect("a path of plain text");
        let output = examples::succeed("attach_disk", [socket, "/vm/disk.qcow2"], "");
        assert!(output.starts_with(start), "{output}");
        assert!(output.contains("running: true"), "{output}");
        server.join();
    }
}

#[test]
fn many_versions_are_paused() {
    examples::folder();
    let old = Scripted::serve(answer_as_recorded("2.5.1", "a-only"));
    let new = Scripted::serve(answer_as_recorded("7.2.22", "as-asked"));
    let output = examples::succeed("many_versions", [old.path(), new.path()], "");
    assert!(
        output.contains("QEMU 2.5.1 (2.5): running: true"),
        "{output}"
    );
    assert!(
        output.contains("QEMU 7.2.22 (7.2): running: true"),
        "{output}"
    );
    old.join();
    new.join();
}

#[test]
fn events_are_watched_until_the_end() {
    examples::folder();
    let lines = [
        session("7.2.22", "events.jsonl", "events")[..3].to_vec(),
        events_of("7.2.22"),
    ]
    .concat();
    let server = Scripted::serve(move |peer| play(&lines, peer, |_, _| false));
    let output = examples::succeed("watch_events", [server.path()], "");
    assert!(output.starts_with("connected to QEMU 7.2.22\n"), "{output}");
    assert!(output.contains(" RESUME Resume("), "{output}");
    assert!(
        output.ends_with("QEMU shut down (host-qmp-quit)\n"),
        "{output}"
    );
    server.join();
}

fn events_of(release: &str) -> Vec<Line> {
    let lines = session(release, "events.jsonl", "events");
    let events = lines
        .into_iter()
        .filter(|line| line.raw.contains("\"event\""));
    events.collect()
}

#[test]
fn a_neighbour_is_refused_unless_it_is_allowed() {
    let connect = |options: &Options| {
        let greeting = session("2.11.0", "seed-scenario.jsonl", "b-only").remove(0);
        let server = Scripted::serve(move |peer| {
            peer.line(&greeting.raw).returns("{}");
        });
        let stream = std::os::unix::net::UnixStream::connect(server.path()).expect("a server");
        let socket = blocking::transport::Socket::from(stream);
        let qmp = Qmp::<qmp_bindings::v2_5::Release>::open(socket, options);
        let result = qmp.map(|qmp| qmp.greeting().version);
        server.join();
        result
    };
    let error = connect(&Options::new()).expect_err("2.11 is not 2.5");
    let message = error.to_string();
    assert!(
        message.starts_with("the server is QEMU 2.11.0 and the types are of 2.5"),
        "{message}"
    );
    let version = connect(&Options::new().any_release()).expect("it is allowed");
    assert_eq!(version.series(), qmp_bindings::v2_11::Release::SERIES);
}

#[test]
fn a_command_of_a_distribution_is_sent() {
    examples::folder();
    let server = Scripted::serve(|peer| {
        let request = peer.greet().returns(r#"{"celsius": 41.5}"#);
        let request = request.expect("the example sends a command");
        assert_eq!(request["execute"], "__com.example_query-temperature");
        assert_eq!(request["arguments"], serde_json::json!({"sensor": 1}));
    });
    let output = examples::succeed("own_command", [server.path()], "");
    assert_eq!(output, "41.5 degrees Celsius\n");
    server.join();
}

#[test]
fn the_example_of_the_mock_passes_its_tests() {
    let output = examples::succeed("mock_server", [""; 0], "");
    assert_eq!(output, "both tests passed\n");
}

#[test]
fn lines_of_the_shell_are_sent() {
    examples::folder();
    let lines = [
        ("query-status # a comment", Value::Null),
        (
            r#"a x={"b": [1, "c d"]} y=#1 # z"#,
            serde_json::json!({"x": {"b": [1, "c d"]}, "y": "#1"}),
        ),
        (
            r#"a x='{"b": 1}' y.z=on y.w="e f""#,
            serde_json::json!({"x": {"b": 1}, "y": {"z": "on", "w": "e f"}}),
        ),
        (
            r#"{"execute": "a", "arguments": {"x": 1}} # b"#,
            serde_json::json!({"x": 1}),
        ),
    ];
    let expected: Vec<Value> = lines
        .iter()
        .map(|(_, arguments)| arguments.clone())
        .collect();
    let server = Scripted::serve(move |peer| {
        peer.greet();
        for arguments in expected {
            let request = peer.returns("{}").expect("the shell sends each line");
            assert_eq!(request["arguments"], arguments);
        }
        peer.wait_for_the_end();
    });
    let input = lines.map(|(line, _)| format!("{line}\n")).concat() + "# nothing\n\nhelp\na b\n";
    let output = examples::run("qmp_shell", [server.path()], &input);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("invalid argument `b`"), "{errors}");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("sends a request as JSON"), "{shown}");
    server.join();
}

#[test]
fn the_shell_prints_events_before_a_line_is_typed() {
    examples::folder();
    let event = r#"{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}"#;
    let server = Scripted::serve(move |peer| {
        peer.greet().line(event);
        peer.wait_for_the_end();
    });
    let mut shell = examples::start("qmp_shell", [server.path()]);
    let stdout = shell.stdout.take().expect("it is piped");
    let (sender, first) = mpsc::channel();
    let reader = thread::spawn(move || sender.send(BufReader::new(stdout).lines().next()));
    let line = first.recv_timeout(PATIENCE).expect("the shell prints");
    assert_eq!(line.unwrap().unwrap(), "1.000002 STOP {}");
    drop(shell.stdin.take());
    assert!(shell.wait().success());
    reader.join().unwrap().unwrap();
    server.join();
}
