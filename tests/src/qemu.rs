//! Real QEMUs, where there are any.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use tempfile::TempDir;

/// The emulator: what `QEMU` says, or the one on the path.
pub fn emulator() -> Option<PathBuf> {
    match env::var_os("QEMU") {
        Some(path) => Some(path.into()),
        None => on_path("qemu-system-x86_64"),
    }
}

/// A program on the path.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

/// Whether the absence of a QEMU is a failure.
pub fn is_required() -> bool {
    env::var_os("QMP_REQUIRE_QEMU").is_some_and(|value| value == "1")
}

/// A test that needs a program, and is ignored where there is none, or fails if
/// the program is required.
pub fn trial(name: &str, program: Option<&Path>, is_required: bool, test: fn(&Path)) -> Trial {
    match program.map(Path::to_owned) {
        Some(program) => Trial::test(name, move || {
            test(&program);
            Ok(())
        }),
        None => {
            let message = "there is no QEMU, and QMP_REQUIRE_QEMU is 1";
            Trial::test(name, move || Err(message.into())).with_ignored_flag(!is_required)
        }
    }
}

/// What makes an emulator quiet: a machine that does not run and needs nothing.
pub const QUIET: [&str; 9] = [
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

/// A program with a monitor, which ends with this value.
pub struct Running {
    child: Child,
    folder: TempDir,
}

impl Running {
    /// Starts an emulator with a monitor.
    pub fn emulator(program: &Path, more: &[&str]) -> Self {
        Running::start(program, |command, socket| {
            let monitor = format!("unix:{},server=on,wait=off", socket.display());
            command.args(QUIET).args(["-qmp", &monitor]).args(more);
        })
    }

    /// Starts a program that is to make the socket of its monitor.
    pub fn start(program: &Path, arguments: impl FnOnce(&mut Command, &Path)) -> Self {
        let folder = TempDir::new().expect("a folder for the socket");
        let socket = folder.path().join(SOCKET);
        let mut command = Command::new(program);
        arguments(&mut command, &socket);
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .expect("the program can be started");
        let running = Running { child, folder };
        wait_for(|| socket.exists());
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
        let child = &mut self.child;
        wait_for(|| child.try_wait().expect("a child can be asked").is_some());
    }
}

const SOCKET: &str = "monitor.sock";

fn wait_for(mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < end, "it takes longer than half a minute");
        sleep(Duration::from_millis(5));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
