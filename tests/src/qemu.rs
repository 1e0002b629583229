//! Real QEMUs, for the tests that need one.
//!
//! A test that fails leaves no process behind: QEMU outlives the end of its standard
//! input, and whoever reads the output of the tests would wait for it forever.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf, absolute};
use std::process::{Command, Stdio};

use crate::process::{KilledChild, wait_for};
use crate::proxy::Proxy;

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
    /// `true` if its monitors are reached through a proxy.
    is_proxied: bool,
}

/// The suites of Debian with a QEMU of their own, and whether tests may rely on them:
/// the oldest one is archived some day, and the unstable one moves.
const SUITES: [(&str, bool); 4] = [
    ("bullseye", false),
    ("bookworm", true),
    ("trixie", true),
    ("sid", false),
];

/// An emulator that tests run with.
#[derive(Debug, Clone)]
pub struct Emulator {
    /// The suite of Debian that it is from, or `system`.
    pub name: &'static str,
    /// The program, if it is there.
    pub program: Option<Program>,
    /// Its absence is a failure.
    pub is_required: bool,
}

impl Emulator {
    fn new(name: &'static str, program: Option<Program>, is_required: bool) -> Emulator {
        if program.is_none() {
            eprintln!("{name}: no QEMU, so its tests do not run");
        }
        Emulator {
            name,
            program,
            is_required,
        }
    }

    /// Removes the program if `schemas/` does not have its series, and reports that:
    /// the unstable suite may have a newer one. Only a required emulator has to be known.
    pub fn imported(mut self) -> Emulator {
        if let Some(program) = self.program.take_if(|program| !program.is_imported()) {
            let (name, series) = (self.name, program.version().series());
            eprintln!("{name}: series {series} is not imported, so its tests do not run");
        }
        self
    }

    /// Creates a test with this emulator.
    pub fn trial(
        &self,
        name: &str,
        test: impl FnOnce(Program) -> Result<(), Failed> + Send + 'static,
    ) -> Trial {
        let name = format!("{}/{name}", self.name);
        trial(&name, self.program.clone(), self.is_required, test)
    }
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
    /// Finds the emulators, each with a name for its tests: those of the suites of
    /// Debian in the folder that `QMP_QEMUS` names (see `.ci/qemus`), or else the one
    /// that `QEMU` names or that is on the path.
    pub fn emulators() -> Vec<Emulator> {
        let Some(folder) = env::var_os("QMP_QEMUS").map(PathBuf::from) else {
            let program = Program::named("QEMU", "qemu-system-x86_64");
            return vec![Emulator::new("system", program, is_required())];
        };
        SUITES
            .map(|(suite, must_exist)| {
                let path = folder.join(suite).join("qemu-system-x86_64");
                Emulator::new(suite, Program::at(path.into()), must_exist && is_required())
            })
            .into()
    }

    /// Finds the storage daemon: the one of the stable suite in the folder that
    /// `QMP_QEMUS` names, or else the one on the path.
    pub fn storage_daemon() -> Option<Program> {
        let name = "qemu-storage-daemon";
        let folder = env::var_os("QMP_QEMUS").map(PathBuf::from);
        Program::at(folder.map_or(name.into(), |folder| {
            folder.join("trixie").join(name).into()
        }))
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
        // It is started in another folder.
        let path = match Path::new(&path).components().count() {
            0 | 1 => path,
            _ => absolute(path).ok()?.into_os_string(),
        };
        let mut command = Command::new(&path);
        command.arg("--version").stderr(Stdio::null());
        let said = command.output().ok()?.stdout;
        let version = said_version(&String::from_utf8_lossy(&said))?;
        Some(Program {
            path,
            version,
            is_proxied: false,
        })
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

    /// Returns the same program, whose monitors are reached through a proxy.
    pub fn behind_a_proxy(mut self) -> Program {
        self.is_proxied = true;
        self
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
        let mut running = Running::start(self.quiet(), |command, socket| {
            let monitor = format!("unix:{},server=on,wait=off", socket.display());
            command.args(["-qmp", &monitor]).args(more);
        });
        if self.is_proxied {
            running.proxy = Some(Proxy::start(&running.socket(), &[]));
        }
        running
    }

    /// Starts the emulator with the words of a command line, a monitor and a
    /// machine that does not run, in a folder with files. Default devices, for
    /// which builds lack files, are left out. Returns what it writes on
    /// standard error if it ends at once.
    pub fn start_line(
        &self,
        words: &[String],
        create_files: &dyn Fn(&Path),
    ) -> Result<Running, String> {
        Running::try_start(Command::new(&self.path), |command, socket| {
            create_files(socket.parent().expect("the socket is in a folder"));
            let monitor = format!("unix:{},server=on,wait=off", socket.display());
            command
                .args(words)
                .args(["-S", "-nodefaults", "-display", "none", "-qmp", &monitor]);
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
    child: KilledChild,
    folder: TempDir,
    proxy: Option<Proxy>,
}

impl Running {
    /// Starts a program whose arguments contain the path for the socket of its
    /// monitor, and waits until the monitor listens.
    ///
    /// # Panics
    ///
    /// The program cannot be started, ends at once, or does not listen.
    pub fn start(command: Command, arguments: impl FnOnce(&mut Command, &Path)) -> Self {
        Running::try_start(command, arguments)
            .unwrap_or_else(|errors| panic!("the program ended at once: {errors}"))
    }

    /// Starts a program as [`Running::start`] does. Returns what it writes on
    /// standard error if it ends at once.
    fn try_start(
        mut command: Command,
        arguments: impl FnOnce(&mut Command, &Path),
    ) -> Result<Self, String> {
        let folder = TempDir::new().expect("a folder for the socket");
        let socket = folder.path().join(SOCKET);
        arguments(&mut command, &socket);
        // What a request makes it write stays there.
        command.current_dir(folder.path());
        let errors = File::create(folder.path().join(ERRORS)).expect("a file for its errors");
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = KilledChild::spawn(command.stderr(errors));
        let mut running = Running {
            child,
            folder,
            proxy: None,
        };
        let mut ended = None;
        wait_for("a monitor", || {
            // The socket is there before QEMU listens. This client disconnects again.
            ended = running.child.ended();
            ended.is_some() || UnixStream::connect(&socket).is_ok()
        });
        match ended {
            Some(status) => Err(format!("{command:?}: {status}: {}", running.errors())),
            None => Ok(running),
        }
    }

    /// Returns the socket of the monitor.
    pub fn socket(&self) -> PathBuf {
        match &self.proxy {
            Some(proxy) => proxy.socket(),
            None => self.folder.path().join(SOCKET),
        }
    }

    /// Returns a folder for files of the test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Waits until the program ends by itself.
    pub fn wait(&mut self) {
        self.child.wait();
    }

    /// Kills the program.
    pub fn kill(&mut self) {
        self.child.kill().expect("a child can be killed");
    }

    /// Returns the standard error of the program.
    pub fn errors(&self) -> String {
        fs::read_to_string(self.folder.path().join(ERRORS)).unwrap_or_default()
    }
}

const SOCKET: &str = "monitor.sock";
const ERRORS: &str = "errors";

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
