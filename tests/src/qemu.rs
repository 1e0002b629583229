//! Real QEMUs, for the tests that need one.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};
use qapi_codegen::version::Version;
use tempfile::TempDir;
use xtask::workspace;

/// Creates a test that needs a program. Without the program the test is ignored, or
/// fails if the program is required.
pub fn trial<N: Send + 'static>(
    name: &str,
    needs: Option<N>,
    is_required: bool,
    test: impl FnOnce(N) -> Result<(), Failed> + Send + 'static,
) -> Trial {
    match needs {
        Some(needed) => Trial::test(name, move || test(needed)),
        None => {
            let message = "there is no QEMU that it can use, and one is required";
            Trial::test(name, move || Err(message.into())).with_ignored_flag(!is_required)
        }
    }
}

/// Returns `true` if the absence of QEMU is a failure.
pub fn is_required() -> bool {
    env::var_os("QMP_REQUIRE_QEMU").is_some_and(|value| value == "1")
}

/// A program of QEMU: the emulator, the storage daemon or the guest agent.
#[derive(Debug, Clone)]
pub struct Program {
    path: OsString,
    version: Version,
}

/// Arguments for an emulator whose machine needs nothing and does not run.
const QUIET: [&str; 9] = [
    "-nodefaults",
    "-no-user-config",
    "-S",
    "-display",
    "none",
    "-machine",
    "pc",
    "-m",
    "64M",
];

impl Program {
    /// Finds the emulator: the one that `QEMU` names, or the one on the path.
    pub fn emulator() -> Option<Program> {
        Program::named("QEMU", "qemu-system-x86_64")
    }

    /// Finds the storage daemon on the path.
    pub fn storage_daemon() -> Option<Program> {
        Program::at("qemu-storage-daemon".into())
    }

    /// Finds the guest agent: the one that `QEMU_GA` names, or the one on the path.
    pub fn agent() -> Option<Program> {
        Program::named("QEMU_GA", "qemu-ga")
    }

    fn named(variable: &str, otherwise: &str) -> Option<Program> {
        Program::at(env::var_os(variable).unwrap_or_else(|| otherwise.into()))
    }

    /// Returns a program if it runs and prints its version.
    fn at(path: OsString) -> Option<Program> {
        let mut command = Command::new(&path);
        command.arg("--version").stderr(Stdio::null());
        let said = command.output().ok()?.stdout;
        let version = said_version(&String::from_utf8_lossy(&said))?;
        Some(Program { path, version })
    }

    /// Returns the release of the program.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Returns `true` if `schemas/` has the series of the program.
    pub fn is_imported(&self) -> bool {
        let imported = workspace::imported().unwrap_or_default();
        imported.contains(&self.version.series())
    }

    /// Returns the command of an emulator whose machine does not run, for tests that
    /// start it themselves.
    pub fn quiet(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.args(QUIET);
        command
    }

    /// Starts the emulator with a monitor and a machine that does not run.
    pub fn start(&self, more: &[&str]) -> Running {
        Running::start(self.quiet(), |command, socket| {
            let monitor = format!("unix:{},server=on,wait=off", socket.display());
            command.args(["-qmp", &monitor]).args(more);
        })
    }

    /// Starts the storage daemon with a monitor.
    pub fn start_daemon(&self) -> Running {
        Running::start(Command::new(&self.path), |command, socket| {
            let chardev = format!("socket,id=c,path={},server=on,wait=off", socket.display());
            command.args(["--chardev", &chardev, "--monitor", "chardev=c"]);
        })
    }

    /// Starts the guest agent, with its files in the folder of its socket.
    pub fn start_agent(&self) -> Running {
        Running::start(Command::new(&self.path), |command, socket| {
            let folder = socket.parent().expect("the socket is in a folder");
            command.args(["-m", "unix-listen", "-p"]).arg(socket);
            command.arg("-t").arg(folder);
            command.arg("-f").arg(folder.join("pid"));
        })
    }
}

/// The first number of a release in what a program says of itself.
fn said_version(text: &str) -> Option<Version> {
    let numbers = |word: &str| {
        let end = word.find(|c: char| !c.is_ascii_digit() && c != '.');
        word[..end.unwrap_or(word.len())].parse().ok()
    };
    text.split_whitespace().find_map(numbers)
}

/// A program with a monitor, which ends with this value.
#[derive(Debug)]
pub struct Running {
    child: Child,
    folder: TempDir,
}

impl Running {
    /// Starts a program whose arguments say where the socket of its monitor is
    /// to be.
    ///
    /// # Panics
    ///
    /// It cannot be started, ends at once, or makes no socket.
    pub fn start(mut command: Command, arguments: impl FnOnce(&mut Command, &Path)) -> Self {
        let folder = TempDir::new().expect("a folder for the socket");
        let socket = folder.path().join(SOCKET);
        arguments(&mut command, &socket);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.spawn().expect("the program can be started");
        let mut running = Running { child, folder };
        wait_for("a monitor", || {
            if let Some(status) = running.ended() {
                panic!("{command:?} ended at once: {status}");
            }
            socket.exists()
        });
        running
    }

    /// The socket of the monitor.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join(SOCKET)
    }

    /// A folder for files of the test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Waits until the program ends by itself.
    pub fn wait(&mut self) {
        wait_for("the end", || self.ended().is_some());
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be asked")
    }
}

const SOCKET: &str = "monitor.sock";

/// How long a program may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(30);

fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "no {what} within half a minute");
        sleep(Duration::from_millis(5));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_say_their_version_in_several_ways() {
        let cases = [
            (
                "QEMU emulator version 2.5.0, Copyright (c) 2003-2008 X\n",
                "2.5.0",
            ),
            (
                "QEMU emulator version 2.11.1(Debian 1:2.11+dfsg-1)\nCopyright (c) 2003",
                "2.11.1",
            ),
            (
                "qemu-storage-daemon version 10.0.2 (Debian 1:10.0.2+ds-2)\n",
                "10.0.2",
            ),
            ("QEMU Guest Agent 7.2.22\n", "7.2.22"),
            ("QEMU emulator version 9.1.50-dirty\n", "9.1.50"),
        ];
        for (text, version) in cases {
            assert_eq!(said_version(text), version.parse().ok(), "{text}");
        }
        assert_eq!(said_version("no emulator"), None);
    }

    #[test]
    #[should_panic(expected = "ended at once")]
    fn a_program_that_ends_is_not_waited_for() {
        Running::start(Command::new("true"), |_, _| {});
    }
}
