//! The file of a recording, to which both directions write.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use qapi_codegen::traffic::read::Sender;

use crate::failure::Failure;

/// A recording that grows line by line.
#[derive(Debug)]
pub struct Recorder {
    name: String,
    file: Mutex<RecordingFile>,
    /// The number of requests so far.
    steps: AtomicU64,
}

#[derive(Debug)]
struct RecordingFile {
    file: File,
    /// The first error, after which nothing is written.
    failure: Option<Failure>,
}

impl Recorder {
    /// Opens a file to which lines are appended. A new one is readable by the
    /// user only, because messages may have passwords.
    pub fn open(name: &str) -> Result<Recorder, Failure> {
        let mut options = OpenOptions::new();
        let file = options.append(true).create(true).mode(0o600).open(name);
        let file = file.map_err(|error| Failure::io("write", name, &error))?;
        Ok(Recorder {
            name: name.to_owned(),
            file: Mutex::new(RecordingFile {
                file,
                failure: None,
            }),
            steps: AtomicU64::new(0),
        })
    }

    /// The number of the current step, which each request begins.
    pub fn step(&self, sender: Option<Sender>) -> u64 {
        match sender {
            Some(Sender::Client) => self.steps.fetch_add(1, Ordering::Relaxed) + 1,
            _ => self.steps.load(Ordering::Relaxed),
        }
    }

    /// Writes a line at once. After an error, the traffic goes on and the
    /// recording does not.
    pub fn write(&self, line: &str) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.failure.is_none()
            && let Err(error) = file.file.write_all(line.as_bytes())
        {
            file.failure = Some(Failure::io("write", &self.name, &error));
        }
    }

    /// Returns the error that ended the recording, if there was one.
    pub fn finish(&self) -> Result<(), Failure> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.failure.take().map_or(Ok(()), Err)
    }
}
