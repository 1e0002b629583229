//! Clients that others wrote: the shell of the Python package `qemu.qmp` reads lines as
//! our reader does, and runs migrated scripts; and it, the client of that package and
//! the Go package `go-qemu` talk to the mock.
//!
//! Set `QMP_REQUIRE_PYTHON_SHELL=1` and `QMP_REQUIRE_GO_CLIENT=1` to make a missing
//! package a failure.

mod lines;
mod live;

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use clap::Parser;
use libtest_mimic::{Arguments, Failed, Trial};
use tempfile::TempDir;
use tests::process::wait_for;
use tests::qemu::{Emulator, Program};
use xtask::cli::Cli;
use xtask::console::{ColorChoice, Console};

fn main() {
    let arguments = Arguments::from_args();
    let is_required = |name: &str| env::var_os(name).is_some_and(|value| value == "1");
    let needs_python = lines::ask_shells(&[]).is_err() && !is_required("QMP_REQUIRE_PYTHON_SHELL");
    let needs_go = build_go_client().is_err() && !is_required("QMP_REQUIRE_GO_CLIENT");
    let python = |name: &str, test: fn() -> Result<(), Failed>| {
        Trial::test(name, test).with_ignored_flag(needs_python)
    };
    let mut trials = vec![
        python("lines_are_read_as_qemus_shells_do", lines::table),
        python(
            "random_lines_are_read_as_qemus_shells_do",
            lines::random_lines,
        ),
        python(
            "migrated_lines_are_read_by_qemus_shells",
            lines::migrated_lines,
        ),
        python("qemus_python_client_uses_the_mock", python_session),
        python("qemus_shell_uses_the_mock", shell_session),
        Trial::test("a_go_client_uses_the_mock", go_session).with_ignored_flag(needs_go),
    ];
    let emulators = Program::emulators().into_iter().map(Emulator::imported);
    trials.extend(emulators.map(|emulator| {
        let trial = emulator.trial("qemus_shell_runs_migrated_scripts", live::migrated_scripts);
        match needs_python {
            true => trial.with_ignored_flag(true),
            false => trial,
        }
    }));
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
