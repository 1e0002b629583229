//! Clients that others wrote: the shell of the Python package `qemu.qmp` reads lines
//! that are migrated, and it, the client of that package and the Go package `go-qemu`
//! talk to the mock.
//!
//! Set `QMP_REQUIRE_PYTHON_SHELL=1` and `QMP_REQUIRE_GO_CLIENT=1` to make a missing
//! package a failure.

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use clap::Parser;
use libtest_mimic::{Arguments, Failed, Trial};
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::json::{JsonStyle, JsonValue};
use qapi_codegen::traffic::check::Checker;
use qapi_codegen::traffic::migrate::Migrator;
use qapi_codegen::traffic::migrate::rewrite::rewrite_entry;
use qapi_codegen::traffic::read::{LogContent, read};
use tempfile::TempDir;
use tests::process::wait_for;
use xtask::catalogue::{Catalogue, Release};
use xtask::cli::Cli;
use xtask::console::{ColorChoice, Console};

/// Prints what the shell makes of each line.
const SCRIPT: &str = "
import json, sys
from qemu.qmp.qmp_shell import QMPShell
shell = QMPShell.__new__(QMPShell)
shell._transmode = False
for line in sys.stdin:
    print(json.dumps(shell._build_cmd(line.rstrip())))
";

/// Series, series, and a line that migrate rewrites.
const LINES: &[[&str; 3]] = &[
    [
        "2.5",
        "2.11",
        r#"blockdev-add options='{"driver":"qcow2","id":"d","file":{"driver":"file","filename":"/a b.img"}}'"#,
    ],
    [
        "2.5",
        "10.0",
        r#"blockdev-add options={"driver":"qcow2","id":"d","file":{"driver":"file","filename":"/it's"}}"#,
    ],
    [
        "2.5",
        "10.0",
        "blockdev-add options.driver=raw options.id=d options.file.driver=file options.file.filename='/a b'",
    ],
    [
        "5.2",
        "10.0",
        "x-blockdev-reopen driver=raw node-name=n file=f read-only=true",
    ],
    [
        "5.2",
        "6.0",
        "object-add qom-type=memory-backend-ram id=m props={\"size\":1048576}",
    ],
    ["5.2", "6.0", "migrate_set_downtime value=1"],
    [
        "9.0",
        "9.1",
        r#"migrate-set-capabilities capabilities=[{"capability":"compress","state":false},{"capability":"xbzrle","state":true}]"#,
    ],
    [
        "10.1",
        "10.2",
        r#"chardev-add id=c backend={"type":"socket","data":{"addr":{"type":"unix","data":{"path":"/a"}},"reconnect":5}}"#,
    ],
];

fn main() {
    let arguments = Arguments::from_args();
    let is_required = |name: &str| env::var_os(name).is_some_and(|value| value == "1");
    let needs_python = run_shell("").is_err() && !is_required("QMP_REQUIRE_PYTHON_SHELL");
    let needs_go = build_go_client().is_err() && !is_required("QMP_REQUIRE_GO_CLIENT");
    let trials = vec![
        Trial::test("migrated_lines_are_read_by_qemus_shell", migrated_lines)
            .with_ignored_flag(needs_python),
        Trial::test("qemus_python_client_uses_the_mock", python_session)
            .with_ignored_flag(needs_python),
        Trial::test("qemus_shell_uses_the_mock", shell_session).with_ignored_flag(needs_python),
        Trial::test("a_go_client_uses_the_mock", go_session).with_ignored_flag(needs_go),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

/// Starts a mock and gives its socket to a session, which has to end it with `quit`.
fn with_mock(
    series: &str,
    session: impl FnOnce(&Path) -> Result<String, Failed>,
) -> Result<String, Failed> {
    let folder = TempDir::new()?;
    let socket = folder.path().join("mock");
    let listen = socket.to_str().ok_or("the path is not text")?;
    let cli = Cli::try_parse_from(["xtask", "mock", series, "--listen", listen])?;
    let run = move || cli.run(&mut Console::new(ColorChoice::Never));
    let mock = thread::spawn(move || run().map(drop).map_err(|error| error.to_string()));
    wait_for("a mock", || socket.exists() || mock.is_finished());
    let printed = session(&socket)?;
    mock.join().map_err(|_| "the mock panicked")??;
    Ok(printed)
}

/// Runs a program and returns what it prints.
fn printed(command: &mut Command, input: &str) -> Result<String, Failed> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().ok_or("no standard input")?;
    stdin.write_all(input.as_bytes())?;
    drop(stdin);
    let output = child.wait_with_output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

fn client_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data/clients")
        .join(name)
}

fn python_session() -> Result<(), Failed> {
    let session = |socket: &Path| {
        let mut python = Command::new("python3");
        printed(python.arg(client_file("qemu_qmp.py")).arg(socket), "")
    };
    let expected = "10 ['oob']\nrunning\nSTOP\npaused\n\
        CommandNotFound The command no-such-command has not been found\n\
        DeviceNotFound Device 'none' not found\n\
        GenericError Parameter 'driver' is missing\nTrue\n";
    assert_eq!(with_mock("10.0", session)?, expected);
    Ok(())
}

fn shell_session() -> Result<(), Failed> {
    let session = |socket: &Path| {
        // It does not expect that the server ends, so another client ends it.
        let lines = "query-status\nno-such-command\nobject-add qom-type=iothread id=i\n\
            object-add qom-type=iothread id=i\n";
        let mut shell = Command::new("python3");
        shell.args(["-m", "qemu.qmp.qmp_shell"]).arg(socket);
        let text = printed(&mut shell, lines)?;
        let mut qmp = qmp_bindings::blocking::Qmp::<qmp_bindings::Untyped>::connect_unix(socket)?;
        qmp.execute_raw("quit", &serde_json::json!({}))?;
        Ok(text)
    };
    let text = with_mock("7.2", session)?;
    for part in [
        "Connected to QEMU 7.2.",
        "\"status\": \"running\"",
        "The command no-such-command has not been found",
        "{\"return\": {}}",
        "attempt to add duplicate property 'i' to object (type 'container')",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    Ok(())
}

/// Builds the session of the Go client.
fn build_go_client() -> Result<(TempDir, PathBuf), Failed> {
    let folder = TempDir::new()?;
    let program = folder.path().join("session");
    // Debian installs the sources of Go packages there.
    let mut go = Command::new("go");
    go.envs([("GO111MODULE", "off"), ("GOPATH", "/usr/share/gocode")]);
    go.arg("build")
        .arg("-o")
        .arg(&program)
        .arg(client_file("go_qemu.go"));
    printed(&mut go, "")?;
    Ok((folder, program))
}

fn go_session() -> Result<(), Failed> {
    let (_folder, program) = build_go_client()?;
    let text = with_mock("10.0", |socket| {
        printed(Command::new(&program).arg(socket), "")
    })?;
    let expected = "version 10\nstop {\"return\": {}}\nevent STOP\n\
        query-name {\"return\": {}}\n\
        no-such-command failed: The command no-such-command has not been found\n\
        device_del failed: Device 'none' not found\n\
        device_add failed: Parameter 'driver' is missing\nquit {\"return\": {}}\n";
    assert_eq!(text, expected);
    Ok(())
}

fn migrated_lines() -> Result<(), Failed> {
    let catalogue = Catalogue::open()?;
    let mut lines = Vec::new();
    let mut messages = Vec::new();
    for [from, to, line] in LINES {
        let [from, to] = [from, to].map(|name| catalogue.release(name, QemuProgram::Emulator));
        let new = migrate(&from?, &to?, &catalogue, line)?;
        messages.push(read_message(&new)?);
        lines.push(new);
    }
    let output = run_shell(&(lines.join("\n") + "\n"))?;
    for ((line, message), answer) in lines.iter().zip(&messages).zip(output.lines()) {
        let read: serde_json::Value = serde_json::from_str(answer)?;
        let own: serde_json::Value = serde_json::from_str(message)?;
        if read != own {
            return Err(format!("{line}\n  we read {own}\n  qmp-shell {read}").into());
        }
    }
    assert_eq!(output.lines().count(), lines.len());
    Ok(())
}

fn migrate(
    from: &Release,
    to: &Release,
    catalogue: &Catalogue,
    line: &str,
) -> Result<String, Failed> {
    let (old, new): (Checker<'_>, Checker<'_>) = (from.checker(None), to.checker(None));
    let mut migrator = Migrator::new(&old, &new, &catalogue.knowledge().migrations);
    let mut rewritten = None;
    read(&mut line.as_bytes(), &|_| true, &mut |entry| {
        rewritten = rewrite_entry(&mut migrator, &entry).bytes;
        Ok::<(), std::io::Error>(())
    })?;
    let bytes = rewritten.ok_or_else(|| format!("{line}: not rewritten"))?;
    Ok(String::from_utf8(bytes)?)
}

/// The message that our reader makes of a line.
fn read_message(line: &str) -> Result<String, Failed> {
    let mut text = None;
    read(&mut line.as_bytes(), &|_| true, &mut |entry| {
        if let LogContent::Messages(messages) = &entry.content {
            messages.for_each(&mut |message| {
                let value: Option<&JsonValue<'_>> = message.json.ok().map(|parsed| &parsed.value);
                text = value.map(|value| JsonStyle::COMPACT.format(value));
            });
        }
        Ok::<(), std::io::Error>(())
    })?;
    text.ok_or_else(|| format!("{line}: no message").into())
}

fn run_shell(input: &str) -> Result<String, Failed> {
    printed(Command::new("python3").args(["-c", SCRIPT]), input)
}
