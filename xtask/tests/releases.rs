//! The releases and interfaces that arguments of the commands select.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Checks requests, and returns the exit status and both outputs.
fn check(arguments: &[&str], requests: &str) -> (Option<i32>, String) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("requests.json");
    std::fs::write(&file, requests).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("check")
        .args(arguments)
        .arg(&file)
        .current_dir(workspace())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let both = text(&output.stdout) + &text(&output.stderr);
    (output.status.code(), both)
}

/// Checks requests with this exit status and this text among the output.
fn expect(arguments: &[&str], requests: &str, status: i32, part: &str) {
    let (code, output) = check(arguments, requests);
    assert_eq!(code, Some(status), "{arguments:?}: {output}");
    assert!(output.contains(part), "{arguments:?}: {output}");
}

const MIGRATE: &str = "{\"execute\": \"migrate\", \"arguments\": {\"channels\": []}}";

#[test]
fn a_stable_release_is_checked_as_it_is() {
    let note = "in 8.2.0, `migrate.uri` is required";
    expect(&["--against", "8.2.0"], MIGRATE, 1, note);
    expect(
        &["--against", "8.2.1"],
        MIGRATE,
        1,
        "missing argument `uri`",
    );
    for release in ["8.2.2", "8.2.6", "8.2"] {
        expect(&["--against", release], MIGRATE, 0, "1 accepted");
    }
    let reply = "{\"execute\": \"query-block-jobs\"}\n{\"return\": [{\"type\": \"mirror\", \
        \"device\": \"d\", \"len\": 1, \"offset\": 1, \"busy\": true, \"paused\": false, \
        \"speed\": 0, \"io-status\": \"ok\", \"ready\": true, \"status\": \"ready\", \
        \"auto-finalize\": true, \"auto-dismiss\": true, \"error\": \"e\"}]}";
    let replies = |release| ["--replies", "--against", release];
    let missing = "`BlockJobInfo.error` does not exist";
    expect(&replies("2.12.0"), reply, 0, missing);
    let (_, output) = check(&replies("2.12.1"), reply);
    assert!(!output.contains("error"), "{output}");
}

#[test]
fn an_unknown_stable_release_is_said() {
    let unknown = "no release 2.12.7 of QEMU is known; the newest known of series 2.12 is 2.12.1";
    let stop = "{\"execute\": \"stop\"}";
    expect(&["--against", "2.12.7"], stop, 0, unknown);
    let later = "using QEMU 8.2.6 for 8.2.9";
    expect(&["--against", "8.2.9"], stop, 0, later);
    let unsure = "not known whether `BlkdebugInjectErrorOptions.delay-ns` exists in 10.0.5";
    expect(&["--against", "10.0.5"], stop, 0, unsure);
}

#[test]
fn the_storage_daemon_has_a_part_of_the_commands() {
    let daemon = |series| ["--storage-daemon", "--against", series];
    let node = "{\"execute\": \"blockdev-add\", \"arguments\": \
        {\"driver\": \"null-co\", \"node-name\": \"n\"}}";
    for series in ["5.0", "5.2", "6.2", "7.2", "9.0", "9.2", "10.2", "11.1"] {
        expect(&daemon(series), node, 0, "1 accepted");
        expect(
            &daemon(series),
            "{\"execute\": \"stop\"}",
            1,
            "[unknown-command]",
        );
    }
    expect(&daemon("2.11"), node, 2, "have it: 5.0, 5.1, 5.2, 6.0");
}
