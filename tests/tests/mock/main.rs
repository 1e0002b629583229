//! The mock of a release against recorded QEMUs of the same series, and with
//! our clients.

mod clients;
mod server;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, sleep};
use std::time::Duration;

use clap::Parser;
use qapi_codegen::knowledge::{ErrorWordings, GuestRules};
use qapi_codegen::traffic::mock::{MockServer, RecordedReplies};
use qmp_bindings::blocking::Qmp;
use qmp_bindings::{Error, Untyped};
use serde_json::{Value, json};
use tests::answers::{self, Meaning, Refusals};
use tests::recording::Line;
use tests::releases::release;
use xtask::Outcome;
use xtask::catalogue::Release;
use xtask::cli::Cli;
use xtask::console::{ColorChoice, Console};
use xtask::schema_files::SchemaFiles;

/// A mock with the data that it borrows.
struct Fixture {
    release: Arc<Release>,
    wordings: ErrorWordings,
    rules: GuestRules,
}

impl Fixture {
    fn new(series: &str) -> Fixture {
        let wordings = SchemaFiles::selected().toml(ErrorWordings::FILE_NAME);
        let rules = SchemaFiles::selected().toml(GuestRules::FILE_NAME);
        Fixture {
            release: release(series),
            wordings: wordings.expect("a valid file"),
            rules: rules.expect("a valid file"),
        }
    }

    fn with<T>(&self, test: impl FnOnce(&mut MockServer<'_>) -> T) -> T {
        self.with_replies(RecordedReplies::default(), test)
    }

    fn with_replies<T>(
        &self,
        replies: RecordedReplies,
        test: impl FnOnce(&mut MockServer<'_>) -> T,
    ) -> T {
        let checker = self.release.checker(None);
        let version = self.release.schema.version;
        test(&mut MockServer::new(
            &checker,
            version,
            &self.wordings,
            &self.rules,
            replies,
        ))
    }
}

/// Sends a request and returns the messages of the answer.
fn ask(server: &mut MockServer<'_>, request: &str) -> Vec<Value> {
    let text = server.receive(
        format!("{request}\n").as_bytes(),
        Duration::from_millis(1500),
    );
    assert!(text.is_empty() || text.ends_with("\r\n"), "{text}");
    // An id that is nested deeply comes back and is more than the reader here takes.
    text.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

fn negotiate(server: &mut MockServer<'_>) {
    server.connect();
    let reply = ask(server, r#"{"execute": "qmp_capabilities", "id": 0}"#);
    assert_eq!(reply, [json!({ "return": {}, "id": 0 })]);
}

/// How answers of a mock compare with those of a QEMU.
#[derive(Debug, Default, PartialEq)]
struct Agreement {
    returned: usize,
    refused: usize,
    same_wording: usize,
    differences: Vec<String>,
}

/// Replays the requests of a release that have exactly one answer.
fn replay(release: &str, series: &str) -> Agreement {
    let fixture = Fixture::new(series);
    let refusals: Refusals = answers::data("refusals.toml");
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("recordings")
        .join(release);
    let mut agreement = Agreement::default();
    for file in [
        "misc-errors.jsonl",
        "seed-scenario.jsonl",
        "extra.jsonl",
        "queries.jsonl",
    ] {
        let Ok(text) = fs::read_to_string(folder.join(file)) else {
            continue;
        };
        let mut steps: BTreeMap<(String, usize), Vec<Line>> = BTreeMap::new();
        let mut index = 0;
        for line in text.lines() {
            let line: Line = serde_json::from_str(line).expect("a line of a recording");
            index += usize::from(line.dir == ">");
            steps
                .entry((line.session.clone(), index))
                .or_default()
                .push(line);
        }
        // Each session was with a QEMU of its own.
        let mut sessions: Vec<Vec<Vec<Line>>> = Vec::new();
        for lines in steps.into_values().filter(|lines| lines[0].dir == ">") {
            match sessions.last_mut() {
                Some(last) if last[0][0].session == lines[0].session => last.push(lines),
                _ => sessions.push(vec![lines]),
            }
        }
        for session in sessions {
            fixture.with(|server| {
                server.connect();
                for lines in session {
                    replay_step(server, &lines, &refusals, &mut agreement);
                    if lines
                        .iter()
                        .any(|line| line.note.contains("connects again"))
                    {
                        server.connect();
                    }
                }
            });
        }
    }
    agreement
}

/// Sends a request, and compares the answer if both sides give exactly one.
fn replay_step(
    server: &mut MockServer<'_>,
    lines: &[Line],
    refusals: &Refusals,
    agreement: &mut Agreement,
) {
    let is_reply = |message: &Value| message.get("return").or(message.get("error")).is_some();
    let received = lines[1..].iter().filter(|line| line.dir == "<");
    let replies = received.filter_map(|line| serde_json::from_str(&line.raw).ok());
    let replies: Vec<Value> = replies.filter(is_reply).collect();
    let mut answers = ask(server, &lines[0].raw);
    answers.retain(is_reply);
    match (&replies[..], &answers[..]) {
        ([reply], [answer]) => compare(&lines[0].raw, reply, answer, refusals, agreement),
        ([_], _) => agreement
            .differences
            .push(format!("{}: {answers:?}", short(&lines[0].raw))),
        _ => {}
    }
}

fn compare(
    request: &str,
    reply: &Value,
    answer: &Value,
    refusals: &Refusals,
    agreement: &mut Agreement,
) {
    let difference = |expected: &Value, found: &Value| {
        format!("{}\n    QEMU {expected}\n    mock {found}", short(request))
    };
    let (expected, found) = (&reply["error"], &answer["error"]);
    let text = expected["desc"].as_str().unwrap_or_default();
    let is_form = matches!(refusals.meaning(text), Some(Meaning::Form(_)));
    agreement.returned += usize::from(expected.is_null());
    agreement.refused += usize::from(is_form);
    agreement.same_wording += usize::from(is_form && expected == found);
    // The words of an error of the moment depend on more than the mock knows.
    let is_same = match is_form {
        true => expected == found,
        false => expected["class"] == found["class"],
    };
    if !is_same {
        let reply = json!("returned");
        let expected = if expected.is_null() { &reply } else { expected };
        agreement.differences.push(difference(expected, found));
    }
}

fn short(text: &str) -> String {
    text.chars().take(200).collect()
}

/// Requests whose answers differ, by a part of their text, with the reason. All depend on
/// what the requests do not say.
const EXCEPTIONS: [(&str, &str); 7] = [
    (
        "\"protocol\": \"file:/vm/d2\", \"begin\": 0, \"end\": 4096",
        "2.5 accepts `end`, which is not in its schema, and then misses `length`, which it refuses",
    ),
    (
        r#""props": {"size": "1M"}"#,
        "the properties of objects are not known before 6.0",
    ),
    (
        "qom-get",
        "the properties of devices in a guest are not known",
    ),
    (
        "add-fd",
        "the recording does not say which file descriptors were passed",
    ),
    (
        "getfd",
        "the recording does not say which file descriptors were passed",
    ),
    (
        "input-send-event",
        "the command line of QEMU said not to start the guest",
    ),
    (
        r#""driver": "virtio-blk-pci", "x": {"y": 1}"#,
        "the command line of QEMU made a machine without a PCI bus",
    ),
];

#[test]
fn answers_are_those_of_recorded_releases() {
    for (release, series, refused) in [
        ("2.5.1", "2.5", 139),
        ("2.11.0", "2.11", 135),
        ("7.2.22", "7.2", 88),
    ] {
        let agreement = replay(release, series);
        assert_eq!(agreement.refused, refused, "{release}");
        assert!(agreement.returned > refused, "{agreement:#?}");
        assert!(agreement.same_wording + 4 >= refused, "{agreement:#?}");
        let is_listed = |difference: &&String| {
            let mut exceptions = EXCEPTIONS.iter();
            exceptions.any(|(part, _)| difference.contains(part)) || difference.starts_with(": ")
        };
        let unlisted = agreement.differences.iter().filter(|text| !is_listed(text));
        let unlisted: Vec<&String> = unlisted.collect();
        assert!(unlisted.is_empty(), "{release}: {unlisted:#?}");
        assert!(agreement.differences.len() <= 9, "{release}");
    }
}

#[test]
fn a_guest_has_a_run_state_and_names() {
    let fixture = Fixture::new("7.2");
    fixture.with(|server| {
        negotiate(server);
        let answer = |server: &mut MockServer<'_>, request: &str| {
            let messages = ask(server, request).into_iter();
            let text = |message: Value| match &message {
                message if message["data"]["status"].is_string() => {
                    message["data"]["status"].as_str().unwrap_or_default().to_owned()
                }
                message if message["data"]["len"].is_number() => {
                    message["event"].as_str().unwrap_or_default().to_owned()
                }
                message if message["event"].is_string() => message["event"].to_string(),
                message if message["error"].is_object() => message["error"]["desc"].to_string(),
                message => message["return"]["status"].to_string(),
            };
            messages.map(text).collect::<Vec<_>>().join(" ")
        };
        let device =
            r#"{"execute": "device_add", "arguments": {"driver": "virtio-rng-pci", "id": "rng"}}"#;
        let deletion = r#"{"execute": "device_del", "arguments": {"id": "rng"}}"#;
        let node =
            r#"{"execute": "blockdev-add", "arguments": {"driver": "null-co", "node-name": "n"}}"#;
        let mirror = r#"{"execute": "blockdev-mirror", "arguments": {"device": "n", "target": "n", "sync": "full", "job-id": "j"}}"#;
        let completion = r#"{"execute": "block-job-complete", "arguments": {"device": "j"}}"#;
        for (request, expected) in [
            (r#"{"execute": "query-status"}"#, "\"running\""),
            (r#"{"execute": "stop"}"#, "\"STOP\" null"),
            (r#"{"execute": "stop"}"#, "null"),
            (r#"{"execute": "query-status"}"#, "\"paused\""),
            (r#"{"execute": "cont"}"#, "\"RESUME\" null"),
            (device, "null"),
            (device, "\"Duplicate device ID 'rng'\""),
            (deletion, "null \"DEVICE_DELETED\""),
            (deletion, "\"Device 'rng' not found\""),
            (node, "null"),
            (node, "\"Duplicate nodes with node-name='n'\""),
            (mirror, "created running null ready BLOCK_JOB_READY"),
            (mirror, "\"Job ID 'j' already in use\""),
            (completion, "null waiting pending BLOCK_JOB_COMPLETED concluded null"),
            (completion, "\"Block job 'j' not found\""),
            (r#"{"execute": "quit"}"#, "\"SHUTDOWN\" null"),
        ] {
            assert_eq!(answer(server, request), expected, "{request}");
        }
        assert!(server.has_quit());
    });
}

#[test]
fn replies_have_the_shape_of_the_release() {
    for series in ["2.5", "4.2", "10.0"] {
        let fixture = Fixture::new(series);
        let checker = fixture.release.checker(None);
        fixture.with(|server| {
            negotiate(server);
            let names: Vec<String> = checker
                .interface()
                .commands
                .names()
                .map(str::to_owned)
                .collect();
            for name in names.iter().filter(|name| name.starts_with("query-")) {
                let request = format!("{{\"execute\": \"{name}\"}}");
                let reply = &ask(server, &request)[0];
                if reply["return"].is_null() {
                    continue;
                }
                let text = reply["return"].to_string();
                let parsed = qapi_codegen::json::parse(&text).expect("JSON");
                let checked = checker.check_reply(name, &parsed.value);
                assert!(
                    checked.problems.is_empty(),
                    "{name}: {text}: {:?}",
                    checked.problems
                );
            }
            let reply = ask(server, r#"{"execute": "query-qmp-schema"}"#).remove(0);
            let text = reply["return"].to_string();
            let reply = qapi_codegen::introspect::read(text.as_bytes()).expect("a valid reply");
            assert_eq!(reply.interface().commands.len(), names.len());
        });
    }
}

#[test]
fn recorded_replies_come_first() {
    let recording = concat!(
        r#"{"session":"a","step":"1","dir":">","raw":"{\"execute\": \"query-name\", \"id\": 7}","eol":"lf"}"#,
        "\n",
        r#"{"session":"a","step":"1","dir":"<","raw":"{\"return\": {\"name\": \"vm1\"}, \"id\": 7}","eol":"crlf"}"#,
        "\n",
    );
    let mut replies = RecordedReplies::default();
    replies
        .add(&mut recording.as_bytes(), &|_| true)
        .expect("it can be read");
    Fixture::new("2.11").with_replies(replies, |server| {
        negotiate(server);
        for id in 0..2 {
            let request =
                format!("{{\"execute\": \"query-name\", \"arguments\": {{}}, \"id\": {id}}}");
            let expected = json!({ "return": { "name": "vm1" }, "id": id });
            assert_eq!(ask(server, &request), [expected]);
        }
    });
}

#[test]
fn hostile_input_is_answered_and_survived() {
    Fixture::new("10.0").with(|server| {
        negotiate(server);
        let now = Duration::ZERO;
        let nested = server.receive(&[b'['; 100_000], now);
        assert!(
            nested.contains("JSON nesting depth limit exceeded"),
            "{nested}"
        );
        assert!(server.receive(b"\"\n", now).contains("JSON parse error"));
        assert_eq!(server.receive(b"{\"execute\": \"query-", now), "");
        let huge = server.receive(&vec![b'x'; 8 << 20], now);
        assert!(huge.contains("error") || huge.is_empty());
        server.receive(b"\"}\n", now);
        assert_eq!(
            ask(server, r#"{"execute": "query-name"}"#),
            [json!({ "return": {} })]
        );
    });
}

/// Runs a command in a thread until its socket is there.
fn start(arguments: &[&str], socket: &Path) -> thread::JoinHandle<Outcome> {
    let cli = Cli::try_parse_from(arguments).expect("arguments");
    let run = move || cli.run(&mut Console::new(ColorChoice::Never));
    let thread = thread::spawn(move || run().expect("the command runs"));
    while !socket.exists() {
        assert!(!thread.is_finished(), "{arguments:?} ended at once");
        sleep(Duration::from_millis(2));
    }
    thread
}

#[test]
fn clients_talk_to_mocks_through_the_proxy() {
    for series in ["2.5", "2.11", "7.2", "10.0"] {
        let folder = tempfile::tempdir().expect("a folder for the sockets");
        let (mock, proxy) = (folder.path().join("mock"), folder.path().join("proxy"));
        let text = |path: &Path| path.to_str().expect("a path of text").to_owned();
        let (mock_text, proxy_text) = (text(&mock), text(&proxy));
        let mock = start(&["xtask", "mock", series, "--listen", &mock_text], &mock);
        let arguments = [
            "xtask",
            "proxy",
            "--listen",
            &proxy_text,
            "--to",
            &mock_text,
            "--once",
        ];
        let proxy_thread = start(&arguments, &proxy);
        let mut qmp = Qmp::<Untyped>::connect_unix(&proxy).expect("a client connects");
        assert_eq!(qmp.greeting().version.to_string(), version_of(series));
        let mut ask = |name: &str, arguments: Value| qmp.execute_raw(name, &arguments);
        assert_eq!(
            ask("query-status", json!({})).expect("a reply")["running"],
            true
        );
        let error = ask("device_del", json!({ "id": "none" }));
        assert!(matches!(error, Err(Error::Command(_))), "{error:?}");
        ask("stop", json!({})).expect("a reply");
        ask("quit", json!({})).expect("a reply");
        assert_eq!(mock.join().expect("no panic"), Outcome::Fine);
        assert_eq!(proxy_thread.join().expect("no panic"), Outcome::Fine);
    }
}

fn version_of(series: &str) -> String {
    Fixture::new(series).release.schema.version.to_string()
}
