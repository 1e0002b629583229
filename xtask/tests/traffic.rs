//! `check` and `migrate` from outside.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Runs a command in a folder, with the schemas of the repository.
fn run(folder: &TempDir, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .current_dir(folder.path())
        .env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Runs a command that shall exit with `status`, and returns its two outputs.
fn expect(folder: &TempDir, status: i32, arguments: &[&str]) -> (String, String) {
    let output = run(folder, arguments);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert_eq!(
        output.status.code(),
        Some(status),
        "{arguments:?}\n{out}\n{err}"
    );
    (out, err)
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

const SCRIPT: &str = "# attach\nx-blockdev-del node-name=a\nstop\n";

#[test]
fn check_reports_rejected_commands() {
    let folder = folder(&[("a.qmp", SCRIPT)]);
    let (out, err) = expect(&folder, 1, &["check", "--against", "2.11", "a.qmp"]);
    assert!(out.contains("a.qmp:2:1: x-blockdev-del: rejected"), "{out}");
    assert!(out.contains("removed after QEMU 2.8"), "{out}");
    assert!(
        err.contains("2 messages: 1 accepted, 1 rejected (QEMU 2.11)"),
        "{err}"
    );
    let (out, _) = expect(&folder, 0, &["check", "--against", "2.5", "a.qmp"]);
    assert!(!out.contains("rejected"), "{out}");
}

#[test]
fn check_prints_one_object_per_message() {
    let text = "{\"execute\": \"stop\", \"options\": {}}\n{\"execute\": \"cont\"}\n{\"execute\":";
    let folder = folder(&[("a.json", text)]);
    let arguments = ["check", "--against", "2.11", "--format", "json", "a.json"];
    let (out, _) = expect(&folder, 1, &arguments);
    let found: Vec<serde_json::Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let verdicts: Vec<&str> = found
        .iter()
        .map(|found| found["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(verdicts, ["rejected", "accepted", "rejected"]);
    assert_eq!(found[0]["command"], "stop");
    assert_eq!(found[0]["problems"][0]["path"], "options");
    assert_eq!(
        found[0]["problems"][0]["code"],
        "unexpected-envelope-member"
    );
    assert_eq!(
        (&found[2]["line"], &found[2]["command"]),
        (&3.into(), &serde_json::Value::Null)
    );
}

#[test]
fn check_reads_replies_if_asked() {
    let text = "{\"execute\": \"query-status\", \"id\": 1}\n\
        {\"return\": {\"status\": \"running\"}, \"id\": 1}\n{\"event\": \"NOPE\"}\n";
    let folder = folder(&[("a.log", text)]);
    expect(&folder, 0, &["check", "--against", "10.0", "a.log"]);
    let (out, _) = expect(
        &folder,
        1,
        &["check", "--against", "10.0", "--replies", "a.log"],
    );
    assert!(out.contains("missing member `return.running`"), "{out}");
    assert!(out.contains("QEMU 10.0 has no event `NOPE`"), "{out}");
}

#[test]
fn only_what_a_request_uses_is_deprecated() {
    let cases = [
        (r#"{"execute": "eject", "arguments": {"id": "cd"}}"#, ""),
        (
            r#"{"execute": "eject", "arguments": {"device": "cd"}}"#,
            "device",
        ),
        (
            r#"{"execute": "block-commit", "arguments": {"device": "d"}}"#,
            "",
        ),
        (
            r#"{"execute": "block-commit", "arguments": {"device": "d", "top": "a"}}"#,
            "top",
        ),
        (
            r#"{"execute": "change", "arguments": {"device": "vnc", "target": "none"}}"#,
            "the command",
        ),
    ];
    for (request, deprecated) in cases {
        let folder = folder(&[("a.json", request)]);
        let (out, _) = expect(&folder, 0, &["check", "--against", "4.2", "a.json"]);
        let found: Vec<&str> = out
            .lines()
            .filter(|line| line.contains("[deprecated]"))
            .collect();
        assert_eq!(
            found.len(),
            usize::from(!deprecated.is_empty()),
            "{request}\n{out}"
        );
        assert!(found.concat().contains(deprecated), "{request}\n{out}");
    }
}

#[test]
fn unreadable_files_are_status_2() {
    let folder = folder(&[("a.qmp", SCRIPT)]);
    for arguments in [
        ["check", "--against", "2.11", "gone"],
        ["check", "--against", "2.4", "a.qmp"],
        ["migrate", "--from=2.5", "--to=2.11", "."],
    ] {
        let (_, err) = expect(&folder, 2, &arguments);
        assert!(err.starts_with("error: "), "{err}");
    }
    let older = ["migrate", "--from", "2.11", "--to", "2.5", "a.qmp"];
    assert!(expect(&folder, 2, &older).1.contains("older"));
}

#[test]
fn files_without_messages_are_status_2() {
    let folder = folder(&[("a.txt", "nothing\n"), ("b.qmp", SCRIPT)]);
    for command in [
        &["check", "--against", "2.5", "a.txt", "b.qmp"][..],
        &["check", "--all-releases", "a.txt"],
        &["migrate", "--from", "2.5", "--to", "2.11", "a.txt"],
    ] {
        let (_, err) = expect(&folder, 2, command);
        assert!(err.contains("no messages found in `a.txt`"), "{err}");
        assert!(err.contains("looked for recording, JSON"), "{err}");
        expect(&folder, 0, &[command, &["--allow-empty"]].concat());
    }
}

#[test]
fn check_says_which_releases_accept_a_file() {
    let folder = folder(&[("a.qmp", SCRIPT)]);
    let (out, _) = expect(&folder, 1, &["check", "--all-releases", "a.qmp"]);
    assert_eq!(
        out,
        "a.qmp: accepted by 2.5 to 2.8\na.qmp:2:1: x-blockdev-del: accepted by 2.5 to 2.8\n"
    );
    let arguments = [
        "check",
        "--against",
        "2.7..2.9",
        "--format",
        "json",
        "a.qmp",
    ];
    let (out, _) = expect(&folder, 1, &arguments);
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(found["accepted_by"], serde_json::json!(["2.7", "2.8"]));
    assert_eq!(
        found["messages"][0]["rejected_by"],
        serde_json::json!(["2.9"])
    );
    let reversed = ["check", "--against", "2.9..2.7", "a.qmp"];
    assert!(expect(&folder, 2, &reversed).1.contains("write `2.7..2.9`"));
}

#[test]
fn folders_are_searched() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| fs::write(folder.path().join(name), content).unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    write(".gitignore", b"ignored.c\n");
    write("ignored.c", b"\"{'execute': 'gone'}\"");
    write(
        "a.c",
        b"f();\n  qmp(\"{'execute': 'cpu-add', 'arguments': {'id': 1}}\");\n",
    );
    write("b.py", b"vm.send({'execute': name})\n");
    write("c.o", b"\x7fELF\0{\"execute\": \"gone\"}");
    let (out, err) = expect(&folder, 1, &["check", "--against", "10.0", "."]);
    assert!(out.starts_with("./a.c:2:8: cpu-add: rejected"), "{out}");
    assert!(out.contains("./b.py:1:9: message: unknown"), "{out}");
    assert!(
        err.contains("1 call site seen that cannot be read"),
        "{err}"
    );
    assert!(!out.contains("gone"), "{out}");
}

#[test]
fn compressed_and_encoded_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let gzip = |text: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, text).unwrap();
        encoder.finish().unwrap()
    };
    let xz = |text: &[u8]| {
        let options = lzma_rust2::XzOptions::default();
        let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
        std::io::Write::write_all(&mut encoder, text).unwrap();
        encoder.finish().unwrap()
    };
    let zstd = |text: &[u8]| {
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        ruzstd::encoding::compress_to_vec(text, level)
    };
    let text = SCRIPT.as_bytes();
    let utf16: Vec<u8> = format!("\u{FEFF}{SCRIPT}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let marked = "\u{FEFF}{\"execute\": \"x-blockdev-del\"}";
    for (name, content) in [
        ("a.gz", gzip(text)),
        ("a.xz", xz(text)),
        ("a.zst", [zstd(b"# "), zstd(text)].concat()),
        ("a.txt", utf16),
        ("b.txt", marked.into()),
        ("c.txt", SCRIPT.replace('\n', "\r\n").into_bytes()),
    ] {
        fs::write(folder.path().join(name), content).unwrap();
        let (out, _) = expect(&folder, 1, &["check", "--against", "2.11", name]);
        let place = if name == "b.txt" { "1:1" } else { "2:1" };
        assert!(
            out.starts_with(&format!("{name}:{place}: x-blockdev-del: rejected")),
            "{out}"
        );
    }
    fs::write(folder.path().join("d"), b"\x7fELF\0\0").unwrap();
    let (_, err) = expect(&folder, 2, &["check", "--against", "2.11", "d"]);
    assert!(
        err.contains("`d` is not text") && err.contains("zstd"),
        "{err}"
    );
}

#[test]
fn migrate_prints_text_and_remarks() {
    let folder = folder(&[("a.qmp", SCRIPT)]);
    let (out, err) = expect(
        &folder,
        0,
        &["migrate", "--from", "2.5", "--to", "2.11", "a.qmp"],
    );
    assert_eq!(out, SCRIPT.replace("x-blockdev", "blockdev"));
    assert!(
        err.contains("a.qmp:2:1: x-blockdev-del: rewritten"),
        "{err}"
    );
    assert_eq!(read(&folder, "a.qmp"), SCRIPT);
}

#[test]
fn migrate_prints_a_unified_diff() {
    let folder = folder(&[("a.qmp", SCRIPT)]);
    let arguments = [
        "migrate", "--from", "2.5", "--to", "2.11", "--format", "diff", "a.qmp",
    ];
    let (out, _) = expect(&folder, 0, &arguments);
    let expected = "--- a/a.qmp\n+++ b/a.qmp\n@@ -1,3 +1,3 @@\n # attach\n\
        -x-blockdev-del node-name=a\n+blockdev-del node-name=a\n stop\n";
    assert_eq!(out, expected);
}

#[test]
fn migrate_replaces_files() {
    let folder = folder(&[("a.qmp", SCRIPT), ("b.qmp", "cpu-add id=1\n")]);
    let arguments = [
        "migrate",
        "--from",
        "2.5",
        "--to",
        "10.0",
        "--in-place",
        "a.qmp",
        "b.qmp",
    ];
    let (out, err) = expect(&folder, 1, &arguments);
    assert_eq!(out, "");
    assert_eq!(
        read(&folder, "a.qmp"),
        SCRIPT.replace("x-blockdev", "blockdev")
    );
    assert_eq!(read(&folder, "b.qmp"), "cpu-add id=1\n");
    assert!(
        err.contains("cpu-add: not migrated") && err.contains("device_add"),
        "{err}"
    );
    assert_eq!(fs::read_dir(folder.path() as &Path).unwrap().count(), 2);
}

#[test]
fn migrate_prints_one_object_per_request() {
    let folder = folder(&[("a.qmp", SCRIPT)]);
    let arguments = [
        "migrate", "--from", "2.5", "--to", "2.11", "--format", "json", "a.qmp",
    ];
    let (out, _) = expect(&folder, 0, &arguments);
    let first: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!(first["answer"], "rewritten");
    assert_eq!(first["remarks"][0]["rule"], "blockdev-del");
    assert!(
        first["after"]
            .as_str()
            .unwrap()
            .contains("\"blockdev-del\"")
    );
}

#[test]
fn check_names_the_series_that_have_a_member_or_a_value() {
    let requests = concat!(
        r#"{"execute": "migrate", "arguments": {"uri": "tcp:a:1", "blk": true}}"#,
        "\n",
        r#"{"execute": "blockdev-add", "arguments": {"driver": "file", "node-name": "a", "#,
        r#""filename": "x", "aio": "io_uring"}}"#,
    );
    let folder = folder(&[("a.json", requests)]);
    let (out, _) = expect(&folder, 1, &["check", "--against", "10.0", "a.json"]);
    assert!(out.contains("help: removed after QEMU 9.0. "), "{out}");
    let (out, _) = expect(&folder, 1, &["check", "--against", "4.2", "a.json"]);
    let help = "help: added in QEMU 5.0; expected `native` or `threads`";
    assert!(out.contains(help), "{out}");
    assert!(!out.contains("removed after"), "{out}");
}

#[test]
fn commands_of_the_guest_agent_in_a_log_are_judged_by_it() {
    let log = concat!(
        "{\"execute\": \"query-status\"}\n",
        "{\"execute\": \"guest-ping\"}\n",
        "{\"execute\": \"guest-exec\", \"arguments\": {\"path\": 1}}\n",
        "{\"execute\": \"guest-nothing\"}\n",
    );
    let folder = folder(&[("a.json", log)]);
    let arguments = ["check", "--against", "7.2", "--format", "json", "a.json"];
    let (out, err) = expect(&folder, 1, &arguments);
    let found: Vec<serde_json::Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let judged: Vec<_> = found
        .iter()
        .map(|found| (found["verdict"].as_str(), found["program"].as_str()))
        .collect();
    let expected = [
        (Some("accepted"), None),
        (Some("accepted"), Some("qga")),
        (Some("rejected"), Some("qga")),
        (Some("rejected"), None),
    ];
    assert_eq!(judged, expected);
    let counts = "(QEMU 7.2; 2 of the emulator, 2 of the guest agent)";
    assert!(err.contains(counts), "{err}");
    // No agent of 11.1 is known.
    let (out, _) = expect(&folder, 1, &["check", "--against", "11.1", "a.json"]);
    assert!(out.contains("a.json:2:1: guest-ping: unknown"), "{out}");
}

#[test]
fn commands_of_known_downstreams_are_unknown() {
    let requests = "{\"execute\": \"query-backup\"}\n{\"execute\": \"__com.redhat_drive_add\"}\n";
    let folder = folder(&[("a.json", requests)]);
    let (out, err) = expect(&folder, 0, &["check", "--against", "10.0", "a.json"]);
    assert!(out.contains("help: Proxmox VE has it"), "{out}");
    assert!(err.contains("0 accepted, 0 rejected, 2 unknown"), "{err}");
}

#[test]
fn all_releases_judge_command_lines() {
    let folder = folder(&[("a.sh", "qemu-system-x86_64 -M pc -no-hpet\n")]);
    let (out, _) = expect(&folder, 1, &["check", "--all-releases", "a.sh"]);
    assert!(out.contains("a.sh: accepted by 2.5 to 8.2\n"), "{out}");
    let arguments = ["check", "--all-releases", "--format", "json", "a.sh"];
    let (out, _) = expect(&folder, 1, &arguments);
    let file: serde_json::Value = serde_json::from_str(&out).unwrap();
    let message = &file["messages"][0];
    assert_eq!(message["kind"], "command-line");
    assert_eq!(message["rejected_by"][0], "9.0");
}

#[test]
fn devices_in_json_and_in_logs_are_migrated() {
    let script = concat!(
        "qemu-system-x86_64 -M pc ",
        r#"-device '{"driver": "virtio-blk-pci", "drive": "a", "scsi": false}'"#,
        "\n",
        r#"msg="launching /opt/qemu-system-x86_64 with: [-M pc -no-hpet -append a b]""#,
        "\n",
    );
    let folder = folder(&[("a.sh", script)]);
    let (out, _) = expect(
        &folder,
        0,
        &["migrate", "--from", "6.2", "--to", "10.0", "a.sh"],
    );
    let json = r#"-device '{"driver": "virtio-blk-pci", "drive": "a"}'"#;
    assert!(out.contains(json), "{out}");
    let list = "with: [-M pc,hpet=off -append a b]\"\n";
    assert!(out.contains(list), "{out}");
}

#[test]
fn passwords_in_urls_are_not_printed() {
    let folder = folder(&[(
        "a.sh",
        "qemu-system-x86_64 -M nothing-of-the-kind -drive file=http://u:hunter2@h/i -spice password=hunter3,bogus=1\n",
    )]);
    for format in ["text", "json", "sarif"] {
        let arguments = ["check", "--against", "10.0", "--format", format, "a.sh"];
        let (out, err) = expect(&folder, 1, &arguments);
        assert!(!format!("{out}{err}").contains("hunter"), "{out}{err}");
    }
    let arguments = [
        "migrate", "--from", "6.2", "--to", "10.0", "--format", "json", "a.sh",
    ];
    let (out, err) = expect(&folder, 1, &arguments);
    assert!(!format!("{out}{err}").contains("hunter"), "{out}{err}");
}

#[test]
fn configuration_files_that_a_command_line_names_are_read_once() {
    let folder = folder(&[
        (
            "start.sh",
            "qemu-system-x86_64 -readconfig guest.cfg -no-hpet\n",
        ),
        (
            "guest.cfg",
            "[device \"a\"]\n  driver = \"virtio-blk-pci\"\n  scsi = \"off\"\n",
        ),
    ]);
    for arguments in [&["start.sh"][..], &["start.sh", "guest.cfg"], &["."]] {
        let check = [
            &["check", "--against", "10.0", "--format", "json"],
            arguments,
        ]
        .concat();
        let (output, _) = expect(&folder, 1, &check);
        let files = output.lines().filter(|line| line.contains("guest.cfg"));
        assert_eq!(files.count(), 1, "{output}");
    }
    let migrate = [
        "migrate", "--from", "4.2", "--to", "10.0", "--format", "diff",
    ];
    let (diff, _) = expect(&folder, 0, &[&migrate[..], &["start.sh"]].concat());
    assert!(diff.contains("-  scsi = \"off\""), "{diff}");
    let migrate = ["migrate", "--from", "4.2", "--to", "10.0", "--in-place"];
    expect(&folder, 0, &[&migrate[..], &["start.sh"]].concat());
    assert!(read(&folder, "guest.cfg").contains("scsi"));
    expect(&folder, 0, &[&migrate[..], &["guest.cfg"]].concat());
    assert!(!read(&folder, "guest.cfg").contains("scsi"));
}
