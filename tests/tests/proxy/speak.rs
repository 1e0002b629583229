//! Programs of an older release with a server of a later one.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use qapi_codegen::json::{JsonStyle, JsonValue};
use qapi_codegen::traffic::read::{LogContent, read};
use qapi_codegen::traffic::record::TRANSFER_LIMIT;
use qmp_bindings::Event as _;
use qmp_bindings::blocking::Qmp;
use qmp_bindings::v2_5::command::{Getfd, QueryBlock, QueryStatus};
use qmp_bindings::{v2_5, v2_11};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::proxy::{LineClient, Proxy};
use tests::qemu::{Emulator, Program};
use tests::scripted::Scripted;

/// The script for Ubuntu 16.04 that this project began with, apart from the
/// folder of the disk.
pub const SCRIPT: &str = r#"blockdev-add options='{"driver":"qcow2","id":"virtio0","file":{"driver":"file","filename":"DISK"}}'
device_add driver=virtio-blk-pci bus=pci.0 scsi=off drive=virtio0 id=virtio-disk0 bootindex=1
cont
"#;

/// Tests without a QEMU.
pub fn scripted_trials() -> Vec<Trial> {
    vec![
        Trial::test("what_cannot_be_translated_is_an_error", refusals),
        Trial::test("replies_stay_in_order", order),
        Trial::test("hostile_peers_of_a_translation", hostile_peers),
    ]
}

/// Tests with an emulator.
pub fn live_trials(emulator: &Emulator) -> Vec<Trial> {
    vec![
        emulator.trial("a_script_of_2_5", script),
        emulator.trial("programs_of_two_releases_share_it", shared_script),
        emulator.trial("recordings_of_2_5_and_2_11", recordings),
    ]
}

/// Writes an empty qcow2 image of 1 MiB: header, refcount table and block, and an
/// empty table of mappings, each in a cluster of its own.
pub fn write_disk(path: &Path) {
    const CLUSTER: usize = 1 << 16;
    let mut image = vec![0; 4 * CLUSTER];
    let header: [(usize, u64, usize); 9] = [
        (0, 0x5146_49FB, 4),
        (4, 2, 4),
        (20, 16, 4),
        (24, 1 << 20, 8),
        (36, 1, 4),
        (40, 3 << 16, 8),
        (48, 1 << 16, 8),
        (56, 1, 4),
        (CLUSTER, 2 << 16, 8),
    ];
    for (offset, value, size) in header {
        image[offset..offset + size].copy_from_slice(&value.to_be_bytes()[8 - size..]);
    }
    for cluster in 0..4 {
        image[2 * CLUSTER + 2 * cluster + 1] = 1;
    }
    fs::write(path, image).expect("a disk");
}

/// The requests of a script for qmp-shell.
fn requests(script: &str) -> Vec<String> {
    let mut requests = Vec::new();
    read(&mut script.as_bytes(), &|_| true, &mut |entry| {
        if let LogContent::Messages(messages) = &entry.content {
            messages.for_each(&mut |message| {
                let value: Option<&JsonValue<'_>> = message.json.ok().map(|parsed| &parsed.value);
                requests.extend(value.map(|value| JsonStyle::COMPACT.format(value)));
            });
        }
        Ok::<(), std::io::Error>(())
    })
    .expect("reading from memory cannot fail");
    requests
}

/// Runs the script line by line.
fn run_script(client: &mut LineClient, disk: &Path) {
    assert_eq!(
        client.ask(r#"{"execute": "qmp_capabilities"}"#),
        r#"{"return": {}}"#
    );
    let requests = requests(&SCRIPT.replace("DISK", &disk.display().to_string()));
    assert_eq!(requests.len(), 3);
    for request in requests {
        let mut answer = client.ask(&request);
        while answer.contains("\"event\"") {
            answer = client.line();
        }
        assert_eq!(answer, r#"{"return": {}}"#, "{request}");
    }
}

fn script(program: Program) -> Result<(), Failed> {
    let qemu = program.start(&[]);
    let disk = qemu.folder().join("disk.qcow2");
    write_disk(&disk);
    let options = ["--speak", "2.5", "--record", "RECORDING"];
    let proxy = Proxy::start(&qemu.socket(), &options);
    run_script(&mut LineClient::connect(&proxy.socket()), &disk);
    // The names are known in later sessions, too.
    let mut qmp = Qmp::<v2_5::Release>::connect_unix(proxy.socket())?;
    let blocks = qmp.execute(QueryBlock {})?;
    assert_eq!(blocks.len(), 1);
    assert_eq!(blocks[0].device, "virtio0");
    let inserted = blocks[0].inserted.as_ref().ok_or("no medium")?;
    assert_eq!((inserted.drv.as_str(), inserted.ro), ("qcow2", false));
    assert!(!inserted.encryption_key_missing);
    let status = qmp.execute(QueryStatus {})?;
    assert!(status.running && !status.singlestep);
    let file = tempfile::tempfile()?;
    let getfd = Getfd {
        fdname: "passed".to_owned(),
    };
    qmp.execute_with_fds(getfd, &[file.as_fd()])?;
    let version: Value = qmp.execute_raw("query-version", &json!({}))?;
    assert_eq!(version["qemu"]["minor"], 5);
    let schema: Value = qmp.execute_raw("query-qmp-schema", &json!({}))?;
    assert!(schema.to_string().contains("\"query-cpus\""));
    let dropped: Value = qmp.execute_raw("query-named-block-nodes", &json!({}))?;
    assert_eq!(dropped[0].get("active"), None);
    let recording = proxy.recording();
    let options = recording
        .iter()
        .any(|line| line["raw"].to_string().contains("options"));
    assert!(options, "the recording has what the program sent");
    Ok(())
}

fn shared_script(program: Program) -> Result<(), Failed> {
    let qemu = program.start(&[]);
    let disk = qemu.folder().join("disk.qcow2");
    write_disk(&disk);
    let proxy = Proxy::start(&qemu.socket(), &["--speak", "2.5", "--share", "--once"]);
    let mut first = LineClient::connect(&proxy.socket());
    let mut second = LineClient::connect(&proxy.socket());
    run_script(&mut first, &disk);
    second.ask(r#"{"execute": "qmp_capabilities"}"#);
    let blocks = second.ask(r#"{"execute": "query-block", "id": "own"}"#);
    assert!(blocks.contains(r#""device": "virtio0""#), "{blocks}");
    assert!(blocks.contains(r#""id": "own""#), "{blocks}");
    // 2.5 lists a block backend that no device uses.
    let spare = r#"{"driver": "null-co", "id": "spare"}"#;
    let add = format!(r#"{{"execute": "blockdev-add", "arguments": {{"options": {spare}}}}}"#);
    while second.ask(&add).contains("\"event\"") {}
    let blocks = second.ask(r#"{"execute": "query-block"}"#);
    let blocks: Value = serde_json::from_str(&blocks)?;
    assert_eq!(blocks["return"][1]["device"], "spare", "{blocks}");
    assert_eq!(blocks["return"][1]["removable"], true);
    assert_eq!(blocks["return"][1]["inserted"]["drv"], "null-co");
    let mut qmp = Qmp::<v2_5::Release>::connect_unix(proxy.socket())?;
    let file = tempfile::tempfile()?;
    let getfd = |name: &str| Getfd {
        fdname: name.to_owned(),
    };
    qmp.execute_with_fds(getfd("one"), &[file.as_fd()])?;
    let refused = qmp.execute(getfd("two"));
    assert!(refused.is_err(), "the descriptor was for one request");
    Ok(())
}

/// Requests that pass through a translation, and the line that comes back.
fn exchange(options: &[&str], requests: &[&str], answers: &'static [&'static str]) -> Vec<String> {
    let server = Scripted::serve(move |peer| {
        peer.greet();
        for answer in answers {
            if let Some(request) = peer.request() {
                let id = request.get("id").cloned().unwrap_or_default();
                peer.line(
                    &answer
                        .replace("REQUEST", &request.to_string())
                        .replace("ID", &id.to_string()),
                );
            }
        }
        peer.wait_for_the_end();
    });
    let proxy = Proxy::start(&server.path(), &[options, &["--once"]].concat());
    let mut client = LineClient::connect(&proxy.socket());
    client.ask(r#"{"execute": "qmp_capabilities", "id": 0}"#);
    let lines = requests.iter().map(|request| client.ask(request)).collect();
    drop(client);
    server.join();
    lines
}

fn refusals() -> Result<(), Failed> {
    let requests = [
        r#"{"execute": "block_passwd", "arguments": {"device": "d", "password": "p"}, "id": 1}"#,
        r#"{"execute": "no-such", "id": 2}"#,
        r#"{"execute": "query-cpus", "id": 3}"#,
    ];
    let reply = r#"{"return": [{"cpu-index": 0, "qom-path": "/c", "thread-id": 7, "target": "x86_64"}], "id": ID}"#;
    let answers: &[&str] = Box::leak(vec![reply; 3].into_boxed_slice());
    let strict = exchange(&["--speak", "2.5"], &requests, &answers[..1]);
    assert!(strict[0].starts_with(r#"{"id": 1, "error": {"class": "GenericError", "desc": "`block_passwd` of QEMU 2.5 has no form in QEMU 10.0: "#), "{strict:?}");
    assert!(strict[1].contains("CommandNotFound"), "{strict:?}");
    assert!(
        strict[2].contains("whether a processor is halted"),
        "{strict:?}"
    );
    let lenient = exchange(&["--speak", "2.5", "--lenient"], &requests, answers);
    assert!(
        lenient.iter().all(|line| line.contains("thread-id")),
        "{lenient:?}"
    );
    Ok(())
}

fn order() -> Result<(), Failed> {
    let server = Scripted::serve(|peer| {
        peer.greet();
        let first = peer.request().expect("a request");
        let second = peer.request().expect("a request");
        assert_eq!(second["execute"], "query-name");
        peer.line(r#"{"event": "NO_EVENT_OF_2_5", "data": {}}"#);
        peer.line(&format!(
            r#"{{"return": {{"status": "running", "running": true}}, "id": {}}}"#,
            first["id"]
        ));
        peer.line(r#"{"return": {"name": "n"}}"#);
        peer.line(r#"{"event": "DEVICE_UNPLUG_GUEST_ERROR", "data": {"path": "/m/d"}}"#);
        peer.line(
            r#"{"event": "DEVICE_UNPLUG_GUEST_ERROR", "data": {"device": "d", "path": "/m/d"}}"#,
        );
        peer.line(r#"{"event": "MIGRATION", "data": {"status": "wait-unplug"}}"#);
        peer.line(r#"{"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-reset"}}"#);
        peer.wait_for_the_end();
    });
    let proxy = Proxy::start(&server.path(), &["--speak", "2.5", "--once"]);
    let mut client = LineClient::connect(&proxy.socket());
    client.ask(r#"{"execute": "qmp_capabilities"}"#);
    client.send(concat!(
        r#"{"execute": "query-status", "id": [1]}{"execute": "query-version", "id": "v"}"#,
        "\n{\"execute\" \"x\"}\n",
        r#"{"execute": "query-name"}"#
    ));
    let lines = [(); 7].map(|()| client.line());
    assert_eq!(
        lines[0],
        r#"{"return": {"status": "running", "running": true, "singlestep": false}, "id": [1]}"#
    );
    assert!(
        lines[1].starts_with(r#"{"return": {"qemu": {"micro": "#),
        "{lines:?}"
    );
    assert!(lines[1].ends_with(r#""id": "v"}"#), "{lines:?}");
    assert!(lines[2].contains("Invalid JSON syntax"), "{lines:?}");
    assert_eq!(lines[3], r#"{"return": {"name": "n"}}"#);
    assert_eq!(
        lines[4],
        r#"{"event": "MEM_UNPLUG_ERROR", "data": {"device": "d", "msg": "The guest rejected the request."}}"#
    );
    assert_eq!(
        lines[5],
        r#"{"event": "MIGRATION", "data": {"status": "setup"}}"#
    );
    assert_eq!(lines[6], r#"{"event": "SHUTDOWN"}"#);
    drop(client);
    server.join();
    Ok(())
}

fn hostile_peers() -> Result<(), Failed> {
    let server = Scripted::serve(|peer| {
        peer.greet();
        peer.bytes(b"rubbish\r\n{\"return\": 1}\r\n{\"return\": \"\xFF\"}\r\n");
        peer.bytes(&[b'['; 100_000]);
        peer.bytes(b"\r\n");
        peer.wait_for_the_end();
    });
    let proxy = Proxy::start(&server.path(), &["--speak", "2.5", "--once"]);
    let mut client = LineClient::connect(&proxy.socket());
    client.ask(r#"{"execute": "qmp_capabilities"}"#);
    assert_eq!(
        [client.line(), client.line()],
        ["rubbish", r#"{"return": 1}"#]
    );
    client.line();
    let mut brackets = [0; 4];
    client.0.read_exact(&mut brackets)?;
    assert_eq!(brackets, *b"[[[[");
    client.0.get_mut().write_all(&[b'['; 2000])?;
    // QEMU's answer may come in the middle of what is left of the server's brackets.
    let mut text = Vec::new();
    while !text.ends_with(b"}\r\n") {
        client.0.read_until(b'\n', &mut text)?;
    }
    let text = String::from_utf8_lossy(&text);
    assert!(text.contains("JSON nesting depth limit exceeded"), "{text}");
    // A string that does not end, and a client that vanishes inside of it.
    client.0.get_mut().write_all(b"\"")?;
    let piece = [b'x'; 1 << 20];
    for _ in 0..=TRANSFER_LIMIT / piece.len() {
        client.0.get_mut().write_all(&piece)?;
    }
    // The rest of what the server sent may come before.
    while !client.line().contains("\"error\"") {}
    drop(client);
    server.join();
    proxy.join();
    // A server that greets with something else, and one that ends at once.
    for greeting in ["{\"x\": 1}\r\n", ""] {
        let server = Scripted::serve(move |peer| {
            peer.bytes(greeting.as_bytes());
        });
        let proxy = Proxy::start(&server.path(), &["--speak", "2.5", "--once"]);
        let mut stream = UnixStream::connect(proxy.socket())?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        assert_eq!(text, "");
        proxy.join();
        server.join();
    }
    Ok(())
}

/// A release whose sessions were recorded.
struct Recorded {
    folder: &'static str,
    speak: &'static str,
    decode: fn(&str, &str) -> Option<Result<Value, serde_json::Error>>,
    decode_event: fn(&str, Option<&RawValue>) -> Result<Value, serde_json::Error>,
}

const RECORDED: [Recorded; 2] = [
    Recorded {
        folder: "2.5.1",
        speak: "2.5",
        decode: v2_5::Release::rewrite_return,
        decode_event: |name, data| serde_json::to_value(v2_5::Event::decode(name, data)?),
    },
    Recorded {
        folder: "2.11.0",
        speak: "2.11",
        decode: v2_11::Release::rewrite_return,
        decode_event: |name, data| serde_json::to_value(v2_11::Event::decode(name, data)?),
    },
];

/// Replays the recorded requests. Each reply has the old shape, or is an error.
fn recordings(program: Program) -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings");
    for recorded in &RECORDED {
        let disks = TempDir::new()?;
        for name in ["disk", "e2"] {
            write_disk(&disks.path().join(format!("{name}.qcow2")));
        }
        // The drives of the recorded machines.
        let disk = disks.path().join("e2.qcow2").display().to_string();
        let drive = format!("if=none,id=dr0,node-name=nn0,file={disk},format=qcow2");
        let qemu = program.start(&[
            "-drive",
            &drive,
            "-device",
            "virtio-blk-pci,drive=dr0",
            "-drive",
            "if=none,id=cd0,media=cdrom",
            "-device",
            "ide-cd,drive=cd0",
        ]);
        let proxy = Proxy::start(&qemu.socket(), &["--speak", recorded.speak]);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for file in ["seed-scenario", "extra", "queries", "events"] {
            let path = folder.join(recorded.folder).join(format!("{file}.jsonl"));
            let text =
                fs::read_to_string(path)?.replace("/vm/", &format!("{}/", disks.path().display()));
            let replayed = replay(recorded, &text, &proxy, &mut counts);
            replayed.map_err(|error| format!("{:?}: {}", error.message(), qemu.errors()))?;
        }
        println!("{} to {}: {counts:?}", recorded.folder, program.version());
        assert!(counts["returned"] > 120, "{counts:?}");
        assert!(counts["unlike the recording"] < 45, "{counts:?}");
    }
    Ok(())
}

fn replay(
    recorded: &Recorded,
    text: &str,
    proxy: &Proxy,
    counts: &mut BTreeMap<&str, usize>,
) -> Result<(), Failed> {
    let mut session = (String::new(), None);
    let mut expected_error = None;
    for line in text.lines() {
        let line: Value = serde_json::from_str(line)?;
        let raw = line["raw"].as_str().unwrap_or_default();
        if session.0 != line["session"] {
            // A monitor serves one client after another.
            drop(session.1.take());
            let client = LineClient::connect(&proxy.socket());
            session = (
                line["session"].as_str().unwrap_or_default().to_owned(),
                Some(client),
            );
        }
        let client = session.1.as_mut().ok_or("no client")?;
        let message: Value = serde_json::from_str(raw).unwrap_or_default();
        if line["dir"] == "<" && message.get("event").is_none() {
            // Whether the recorded server refused what was answered before.
            if let Some(is_error) = expected_error.take()
                && is_error != message.get("error").is_some()
            {
                *counts.entry("unlike the recording").or_default() += 1;
            }
        }
        let is_request = line["dir"] == ">" && message["execute"].is_string();
        // QEMU 5.2 may crash when a backup is cancelled.
        let ends_qemu = ["quit", "block-job-cancel"].map(Value::from);
        if !is_request || ends_qemu.contains(&message["execute"]) {
            continue;
        }
        let line = client.ask(raw);
        let answer = serde_json::from_str(&line);
        let mut answer: Value = answer.map_err(|error| format!("{raw}: {error}: {line}"))?;
        while let Some(event) = answer["event"].as_str() {
            let data = answer
                .get("data")
                .map(|data| RawValue::from_string(data.to_string()));
            let data = data.transpose()?;
            let decoded = (recorded.decode_event)(event, data.as_deref())?;
            *counts.entry("events").or_default() += 1;
            let sent = answer.get("data").cloned().unwrap_or_else(|| json!({}));
            assert_eq!(decoded, sent, "{answer}");
            let next = serde_json::from_str(&client.line());
            answer = next.map_err(|error| format!("{raw}: {answer}: {error}"))?;
        }
        expected_error = Some(answer.get("error").is_some());
        let Some(returned) = answer.get("return") else {
            assert!(
                !answer["error"]["desc"]
                    .as_str()
                    .unwrap_or_default()
                    .is_empty()
            );
            *counts.entry("refused").or_default() += 1;
            continue;
        };
        *counts.entry("returned").or_default() += 1;
        let command = message["execute"].as_str().unwrap_or_default();
        let Some(decoded) = (recorded.decode)(command, &returned.to_string()) else {
            return Err(format!("{command} is not of this release").into());
        };
        let decoded = decoded.map_err(|error| format!("{command}: {error}: {returned}"))?;
        assert_eq!(decoded, *returned, "{command}");
    }
    Ok(())
}
