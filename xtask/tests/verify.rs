//! `verify`, and `import` of a reply, from outside: with recorded replies of
//! real QEMUs, from files and from a mock monitor.

#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn recording(release: &str) -> String {
    let path = workspace()
        .join("tests/recordings")
        .join(release)
        .join("query-qmp-schema.json");
    path.to_str().expect("a path of UTF-8").to_owned()
}

fn recorded(release: &str) -> Value {
    serde_json::from_slice(&fs::read(recording(release)).unwrap()).unwrap()
}

/// Runs a command that shall exit with `status`, and returns its two outputs.
fn expect_in(workspace: &Path, status: i32, arguments: &[&str]) -> (String, String) {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .current_dir(workspace)
        .env("CARGO_MANIFEST_DIR", workspace.join("xtask"))
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert_eq!(
        output.status.code(),
        Some(status),
        "{arguments:?}\n{out}\n{err}"
    );
    (out, err)
}

fn expect(status: i32, arguments: &[&str]) -> (String, String) {
    expect_in(&workspace(), status, arguments)
}

fn report(status: i32, arguments: &[&str]) -> Value {
    let arguments = [&["verify", "--format", "json"], arguments].concat();
    serde_json::from_str(&expect(status, &arguments).0).unwrap()
}

/// Starts a monitor of this release that replies to one command after the other
/// with these messages, and returns its address.
fn monitor(folder: &TempDir, version: [u32; 3], replies: &[Value]) -> String {
    let path = folder.path().join("monitor.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let [major, minor, micro] = version;
    let version =
        json!({ "qemu": { "major": major, "minor": minor, "micro": micro }, "package": "" });
    let greeting = json!({ "QMP": { "version": version, "capabilities": [] } });
    let replies = [&[json!({ "return": {} })], replies].concat();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut requests = BufReader::new(stream.try_clone().unwrap()).lines();
        let _ = write!(stream, "{greeting}\r\n");
        for mut reply in replies {
            let Some(Ok(request)) = requests.next() else {
                return;
            };
            let request: Value = serde_json::from_str(&request).unwrap();
            reply["id"] = request["id"].clone();
            let _ = write!(stream, "{reply}\r\n");
        }
    });
    path.to_str().unwrap().to_owned()
}

fn commands(release: &str) -> Value {
    let path = workspace()
        .join("tests/recordings")
        .join(release)
        .join("query-commands.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn refusal() -> Value {
    json!({ "error": { "class": "CommandNotFound", "desc": "no" } })
}

#[test]
fn recordings_agree_with_their_series() {
    for (series, release) in [("2.5", "2.5.1"), ("2.11", "2.11.0"), ("7.2", "7.2.22")] {
        let report = report(0, &[series, &recording(release)]);
        assert_eq!(report["contradictions"], json!([]));
        assert_eq!(report["extra"], json!([]));
        for absent in report["absent"].as_array().unwrap() {
            let conditions = absent["reason"]["conditions"].as_array();
            assert!(
                conditions.is_some_and(|conditions| !conditions.is_empty()),
                "{absent}"
            );
        }
    }
}

#[test]
fn differences_of_the_wire_are_listed() {
    let report = report(0, &["2.5", &recording("2.5.1")]);
    let corrected = report["corrected"].as_array().unwrap();
    let memsave = corrected
        .iter()
        .find(|entry| entry["target"] == "memsave")
        .unwrap();
    assert_eq!(memsave["member"], "cpu-index, renamed to cpu");
    assert!(
        memsave["reason"]
            .as_str()
            .unwrap()
            .contains("table of the monitor")
    );
}

#[test]
fn another_release_contradicts() {
    let (out, _) = expect(1, &["verify", "2.11", &recording("2.5.1")]);
    assert!(out.contains("missing from this build"), "{out}");
    let report = report(1, &["2.5", &recording("2.11.0")]);
    let paths: Vec<(&str, &str)> = report["contradictions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            (
                found["target"].as_str().unwrap(),
                found["path"].as_str().unwrap(),
            )
        })
        .collect();
    assert!(paths.contains(&("blockdev-add", "options")), "{paths:?}");
}

#[test]
fn the_greeting_selects_the_series() {
    let folder = tempfile::tempdir().unwrap();
    let address = monitor(
        &folder,
        [2, 11, 0],
        &[commands("2.11.0"), recorded("2.11.0")],
    );
    let (out, err) = expect(0, &["verify", "--all", &address]);
    assert!(
        out.contains("QEMU 2.11.0 compared with schema 2.11.1: 0 contradictions"),
        "{out}"
    );
    assert_eq!(err, "");
}

#[test]
fn an_unknown_series_is_compared_with_the_best_match() {
    let folder = tempfile::tempdir().unwrap();
    let address = monitor(&folder, [99, 0, 0], &[refusal(), recorded("7.2.22")]);
    let (out, err) = expect(0, &["verify", "--all", &address]);
    assert!(
        err.contains("series 99.0 is not imported; the best match is 7.2"),
        "{err}"
    );
    assert!(
        out.contains("  7.2: 0 contradictions, 0 not in the schema\n"),
        "{out}"
    );
    let alone = folder.path().join("reply.json");
    fs::copy(recording("2.5.1"), &alone).unwrap();
    let (_, err) = expect(0, &["verify", "--all", alone.to_str().unwrap()]);
    assert!(
        err.contains("does not state its release; the best match is 2.5"),
        "{err}"
    );
}

#[test]
fn a_storage_daemon_is_recognised() {
    let folder = tempfile::tempdir().unwrap();
    let mut reply = recorded("7.2.22");
    let commands = reply["return"].as_array_mut().unwrap();
    commands.retain(|entry| entry["name"] != "stop");
    let path = folder.path().join("reply.json");
    fs::write(&path, reply.to_string()).unwrap();
    let (_, err) = expect(1, &["verify", "7.2", path.to_str().unwrap()]);
    assert!(err.contains("`--storage-daemon`"), "{err}");
}

#[test]
fn additions_are_listed_with_their_shape() {
    let folder = tempfile::tempdir().unwrap();
    let mut reply = recorded("7.2.22");
    let command = json!({ "name": "__org.example_a\u{1b}[1m", "meta-type": "command",
        "arg-type": "0", "ret-type": "[str]" });
    reply["return"].as_array_mut().unwrap().push(command);
    let address = monitor(&folder, [7, 2, 13], &[refusal(), reply]);
    let (out, _) = expect(0, &["verify", "7.2", &address]);
    assert!(
        out.contains("  __org.example_a\u{fffd}[1m: command taking {}\n"),
        "{out}"
    );
}

#[test]
fn introspected_commands_that_are_not_executable_are_listed() {
    for (series, release, refused) in [
        ("2.5", [2, 5, 1], json!(["dump-skeys", "query-spice"])),
        ("7.2", [7, 2, 22], json!([])),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let name = release.map(|number| number.to_string()).join(".");
        let address = monitor(&folder, release, &[commands(&name), recorded(&name)]);
        let report = report(0, &[series, &address]);
        // Commands that are executable and not introspected are in the overrides.
        assert_eq!(
            (&report["refused"], &report["extra"]),
            (&refused, &json!([]))
        );
    }
}

#[test]
fn invalid_replies_are_status_2() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let cut = fs::read_to_string(recording("2.5.1")).unwrap();
    let cases = [
        (file("cut.json", &cut[..9999]), "truncated"),
        (
            file("shape.json", "[{\"name\": 1}]"),
            "[0].name: invalid type: integer `1`, expected a string",
        ),
        (
            file("long.json", &" ".repeat(17 << 20)),
            "the limit is 16777216",
        ),
        (file("schema.json", "{ 'command': 'c' }"), "invalid JSON"),
        (folder.path().to_str().unwrap().to_owned(), "is a folder"),
        (
            folder.path().join("gone").to_str().unwrap().to_owned(),
            "No such file",
        ),
        (
            monitor(&folder, [9, 9, 9], &[refusal(), refusal()]),
            "`query-qmp-schema` failed: no",
        ),
    ];
    for (source, expected) in cases {
        let (out, err) = expect(2, &["verify", "2.5", &source]);
        assert!(out.is_empty() && err.contains(expected), "{source}: {err}");
    }
    expect(2, &["verify", "1.0", &recording("2.5.1")]);
    expect(2, &["verify", "--all", "2.5", &recording("2.5.1")]);
    expect(2, &["verify", "2.5"]);
}

#[test]
fn a_reply_is_imported() {
    let own = tempfile::tempdir().unwrap();
    let series = own.path().join("schemas/2.5");
    let copy = |name: &str| {
        fs::create_dir_all(&series).unwrap();
        fs::copy(
            workspace().join("schemas/2.5").join(name),
            series.join(name),
        )
        .unwrap();
    };
    ["qmp.json", "manifest.toml", "overrides.toml"]
        .iter()
        .for_each(|name| copy(name));
    let run = |status, arguments: &[&str]| expect_in(own.path(), status, arguments);

    fs::copy(recording("2.11.0"), own.path().join("reply.json")).unwrap();
    let (_, err) = run(2, &["import", "reply.json"]);
    assert!(err.contains("name the series with `--as`"), "{err}");
    let (_, err) = run(2, &["import", &recording("2.11.0"), "--as", "2.12"]);
    assert!(
        err.contains("is QEMU 2.11.0, which is not of series 2.12"),
        "{err}"
    );
    let (_, err) = run(2, &["import", &recording("2.5.1"), "--as", "2.5"]);
    assert!(
        err.contains("is imported from the sources of 2.5.1"),
        "{err}"
    );
    let (_, err) = run(0, &["import", &recording("2.11.0"), "--as", "2.11"]);
    assert!(
        err.contains("wrote schemas/2.11; names, conditions and integer sizes are those of 2.5"),
        "{err}"
    );
    let manifest = fs::read_to_string(own.path().join("schemas/2.11/manifest.toml")).unwrap();
    assert!(manifest.contains("synthesised = true"), "{manifest}");
    let overrides = fs::read_to_string(own.path().join("schemas/2.11/overrides.toml")).unwrap();
    assert!(overrides.contains("target = \"device_add\""), "{overrides}");

    let (out, _) = run(0, &["verify", "2.11", &recording("2.11.0")]);
    assert!(out.contains(" 0 absent"), "{out}");
    let (out, _) = run(0, &["inspect", "2.11"]);
    assert!(out.contains("  156 commands"), "{out}");
    let (_, err) = run(0, &["import", &recording("2.11.0"), "--as", "2.11"]);
    assert!(err.contains("is up to date"), "{err}");
}
