//! The examples with real QEMUs.

use std::io::Read;
use std::os::unix::net::UnixStream;

use serde_json::json;
use tests::examples;
use tests::process::wait_for;
use tests::qemu::{Program, Running};

use super::untyped::{connect, create_qcow2};
use super::{Test, image};

pub const TESTS: &[Test] = &[
    ("example_attach_disk", attach_disk),
    ("example_first_steps", first_steps),
    ("example_watch_events", watch_events),
    (
        "example_watch_events_of_a_killed_qemu",
        watch_events_of_a_killed_qemu,
    ),
    ("example_pass_fd", pass_fd),
    ("example_many_versions", many_versions),
    ("example_qmp_shell", qmp_shell),
];

/// The arguments for the examples with types of several series, which need none for a
/// release of these.
fn own_types(program: &Program) -> Vec<&'static str> {
    let version = program.version();
    match (version.major, version.minor) {
        (2, 5 | 11) | (5 | 7, 2) | (10, 0) | (11, 1) => Vec::new(),
        (..=10, _) => release(program).to_vec(),
        _ => vec!["--release", "11.1"],
    }
}

/// The arguments that choose types for a release that may have none of its own.
fn release(program: &Program) -> [&'static str; 2] {
    let version = program.version();
    let types = if (version.major, version.minor) < (10, 0) {
        "7.2"
    } else {
        "10.0"
    };
    ["--release", types]
}

fn attach_disk(program: &Program) {
    let qemu = program.start(&[]);
    let path = image(qemu.folder(), "disk.qcow2");
    create_qcow2(&mut connect(&qemu), &path);
    let socket = qemu.socket();
    let mut arguments = own_types(program);
    arguments.extend([socket.to_str().unwrap(), &path]);
    let output = examples::succeed("attach_disk", arguments, "");
    let start = format!("QEMU {}", program.version());
    assert!(output.starts_with(&start), "{output}");
    assert!(output.contains("running: true"), "{output}");
    let blocks = connect(&qemu)
        .execute_raw("query-block", &json!({}))
        .unwrap();
    assert_eq!(blocks[0]["inserted"]["node-name"], "virtio0", "{blocks}");
    assert_eq!(blocks[0]["inserted"]["drv"], "qcow2", "{blocks}");
}

/// The guide has parts of the program.
fn first_steps(program: &Program) {
    let guide = include_str!("../../../guide/bindings.md");
    let source = include_str!("../../../qmp-bindings/examples/first_steps.rs");
    let trim = |text: &str| -> Vec<String> {
        let lines = text.lines().map(|line| line.trim().to_owned());
        lines.collect()
    };
    let source = trim(source);
    for block in guide.split("```rust\n").skip(1) {
        let block = trim(block.split_once("```").expect("blocks end").0);
        let is_part = source.windows(block.len()).any(|lines| lines == block);
        assert!(is_part, "not in the example: {block:#?}");
    }
    let qemu = program.start(&[]);
    let (socket, image) = (qemu.socket(), qemu.folder().join("disk.img"));
    let paths = [&socket, &image].map(|path| path.to_str().unwrap());
    let arguments = ["--release", "10.0", paths[0], paths[1]];
    let output = examples::succeed("first_steps", arguments, "");
    for line in ["paused at ", "create0 is done", "no such device: "] {
        assert!(output.contains(line), "{output}");
    }
}

/// Starts a QEMU and the example, which prints the first events.
fn watch(program: &Program, act: impl FnOnce(&mut Running)) -> (std::process::Output, String) {
    let folder = tempfile::TempDir::new().unwrap();
    let second = folder.path().join("second.sock");
    let more = format!("unix:{},server=on,wait=off", second.display());
    let mut qemu = program.start(&["-qmp", &more]);
    wait_for("second monitor", || UnixStream::connect(&second).is_ok());
    let [flag, types] = release(program);
    let arguments = [flag, types, second.to_str().unwrap()];
    let mut watcher = examples::start("watch_events", arguments);
    let mut start = [0; 17];
    let read = watcher.stdout.as_mut().unwrap().read_exact(&mut start);
    read.expect("the example connects");
    assert_eq!(&start, b"connected to QEMU");
    act(&mut qemu);
    let output = watcher.output();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output, text)
}

fn watch_events(program: &Program) {
    let (output, text) = watch(program, |qemu| {
        let mut qmp = connect(qemu);
        qmp.execute_raw("cont", &json!({})).unwrap();
        qmp.execute_raw("quit", &json!({})).unwrap();
    });
    assert!(output.status.success(), "{output:?}");
    let resume = text.find(" RESUME ").expect("it was seen");
    let shutdown = text.find(" SHUTDOWN ").expect("it was seen");
    assert!(resume < shutdown, "{text}");
    assert!(text.ends_with("QEMU shut down (host-qmp-quit)\n"), "{text}");
}

fn watch_events_of_a_killed_qemu(program: &Program) {
    let (output, _) = watch(program, Running::kill);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("the server closed the connection"),
        "{errors}"
    );
}

fn pass_fd(program: &Program) {
    let qemu = program.start(&[]);
    let path = image(qemu.folder(), "disk");
    let socket = qemu.socket();
    let [flag, types] = release(program);
    let arguments = [flag, types, socket.to_str().unwrap(), &path];
    let output = examples::succeed("pass_fd", arguments, "");
    assert!(output.contains("passed: /dev/fdset/"), "{output}");
}

fn many_versions(program: &Program) {
    let qemus = [program.start(&[]), program.start(&[])];
    let [one, other] = qemus.each_ref().map(Running::socket);
    let mut arguments = own_types(program);
    arguments.extend([one.to_str().unwrap(), other.to_str().unwrap()]);
    let output = examples::succeed("many_versions", arguments, "");
    assert_eq!(output.matches("running: false").count(), 2, "{output}");
}

fn qmp_shell(program: &Program) {
    let qemu = program.start(&[]);
    let input = "# the state\nquery-status # at the start\n\
                 blockdev-add driver=raw node-name=n0 file={\"driver\": \"null-co\", \"size\": 1048576}\n\
                 {\"execute\": \"query-named-block-nodes\", \"arguments\": {\"flat\": true}}\n\
                 no-such-command\nhelp cont\ncont\nquery-name\nquit\n";
    let output = examples::run("qmp_shell", [qemu.socket()], input);
    let shown = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    assert!(shown.contains("\"status\": \"prelaunch\""), "{shown}");
    assert!(shown.contains("\"node-name\": \"n0\""), "{shown}");
    assert!(shown.contains(" RESUME {}"), "{shown}");
    assert!(
        errors.contains("`no-such-command` failed: ") && errors.contains("(CommandNotFound)"),
        "{errors}"
    );
}
