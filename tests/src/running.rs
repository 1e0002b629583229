//! A QEMU that runs for a test, and whether there is one.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use qapi_codegen::version::Version;
use tempfile::TempDir;

/// How long a QEMU may take to open its monitor.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program of QEMU.
#[derive(Debug, Clone)]
pub struct Program {
    path: OsString,
    /// Its release.
    pub version: Version,
}

/// A QEMU that runs until this is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    folder: TempDir,
}

impl Program {
    /// The system emulator: what `QEMU` names, or else `qemu-system-x86_64`.
    pub fn system() -> Option<Program> {
        let path = std::env::var_os("QEMU").unwrap_or_else(|| "qemu-system-x86_64".into());
        Program::at(path)
    }

    /// The storage daemon.
    pub fn storage_daemon() -> Option<Program> {
        Program::at("qemu-storage-daemon".into())
    }

    /// A program, if it runs and says which release it is.
    fn at(path: OsString) -> Option<Program> {
        let output = Command::new(&path)
            .arg("--version")
            .stderr(Stdio::null())
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let version = text
            .split_once("version ")?
            .1
            .split([' ', '\n', '(', '-', '+'])
            .next()?;
        Some(Program {
            version: version.parse().ok()?,
            path,
        })
    }

    /// Starts the system emulator with a machine that does nothing.
    ///
    /// # Errors
    ///
    /// It does not start, or opens no monitor.
    pub fn start_machine(&self, more: &[&str]) -> io::Result<Running> {
        let quiet = "-nodefaults -no-user-config -S -display none -machine pc -m 64M";
        let arguments: Vec<&str> = quiet.split(' ').chain(more.iter().copied()).collect();
        self.start(&arguments, |socket| {
            vec![
                "-qmp".to_owned(),
                format!("unix:{socket},server=on,wait=off"),
            ]
        })
    }

    /// Starts the storage daemon.
    ///
    /// # Errors
    ///
    /// As for [`Program::start_machine`].
    pub fn start_daemon(&self) -> io::Result<Running> {
        self.start(&["--monitor", "chardev=monitor"], |socket| {
            let chardev = format!("socket,id=monitor,path={socket},server=on,wait=off");
            vec!["--chardev".to_owned(), chardev]
        })
    }

    fn start(
        &self,
        arguments: &[&str],
        monitor: impl Fn(&str) -> Vec<String>,
    ) -> io::Result<Running> {
        let folder = tempfile::tempdir()?;
        let socket = folder.path().join("monitor");
        let child = Command::new(&self.path)
            .args(monitor(&socket.to_string_lossy()))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let mut running = Running { child, folder };
        running.wait_for(&socket)?;
        Ok(running)
    }
}

impl Running {
    /// The socket of its monitor.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("monitor")
    }

    fn wait_for(&mut self, socket: &Path) -> io::Result<()> {
        let begun = Instant::now();
        while !socket.exists() {
            if let Some(status) = self.child.try_wait()? {
                return Err(io::Error::other(format!("QEMU ended with {status}")));
            }
            if begun.elapsed() > PATIENCE {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "QEMU opens no monitor",
                ));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether its absence is a failure.
pub fn is_required() -> bool {
    std::env::var_os("QMP_REQUIRE_QEMU").is_some_and(|value| value == "1")
}
