//! Processes that tests start.

use std::io;
use std::ops::{Deref, DerefMut};
use std::process::{Child, Command, ExitStatus, Output};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

/// A process that is killed when this value is dropped.
#[derive(Debug)]
pub struct KilledChild(Child);

impl KilledChild {
    /// Starts a process.
    ///
    /// # Panics
    ///
    /// The process cannot be started.
    pub fn spawn(command: &mut Command) -> Self {
        let child = command.spawn();
        KilledChild(child.unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    /// Returns the status of the process if it ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().expect("a child can be asked")
    }

    /// Waits until the process ends, for a limited time.
    pub fn wait(&mut self) -> ExitStatus {
        let mut status = None;
        wait_for("the end of a process", || {
            status = self.ended();
            status.is_some()
        });
        status.expect("it ended")
    }

    /// Waits until the process ends, for a limited time, and returns its output.
    pub fn output(mut self) -> Output {
        let stdout = read_all(self.0.stdout.take());
        let stderr = read_all(self.0.stderr.take());
        let status = self.wait();
        Output {
            status,
            stdout: stdout.join().expect("a reader does not panic"),
            stderr: stderr.join().expect("a reader does not panic"),
        }
    }
}

/// Reads in the background, so that the process is never blocked.
fn read_all(stream: Option<impl io::Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            let _ = stream.read_to_end(&mut bytes);
        }
        bytes
    })
}

impl Deref for KilledChild {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for KilledChild {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for KilledChild {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The time that a program may take to start, to end or to answer.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until a condition holds, and panics if it does not in time.
pub fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "no {what} within {PATIENCE:?}");
        sleep(Duration::from_millis(5));
    }
}
