//! Progress on a terminal, for work that takes longer than a second.

use std::io::{self, Read};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The time after which progress is shown.
const DELAY: Duration = Duration::from_secs(1);

/// A progress bar.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
}

impl Progress {
    /// Creates the progress bar of `length` steps or bytes.
    pub fn new(message: &str, length: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent}%");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(message.to_owned());
        Progress {
            bar,
            started: Instant::now(),
        }
    }

    /// Advances by `steps`.
    pub fn advance(&self, steps: u64) {
        if self.bar.is_hidden() && self.started.elapsed() >= DELAY {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(steps);
    }

    /// Wraps a reader, whose bytes are the steps.
    pub fn reading<R: Read>(self, reader: R) -> ProgressReader<R> {
        ProgressReader {
            reader,
            progress: self,
        }
    }
}

/// A spinner while another program works.
#[derive(Debug)]
pub struct Spinner {
    bar: ProgressBar,
    /// Dropped when the work is done.
    end: Option<mpsc::Sender<()>>,
}

impl Spinner {
    /// Shows a message after a delay.
    pub fn new(message: &str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        bar.set_message(message.to_owned());
        let (end, over) = mpsc::channel();
        let shown = bar.clone();
        std::thread::spawn(move || {
            if over.recv_timeout(DELAY) == Err(mpsc::RecvTimeoutError::Timeout) {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(Duration::from_millis(120));
            }
        });
        Spinner {
            bar,
            end: Some(end),
        }
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.end = None;
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A reader that advances a progress bar.
#[derive(Debug)]
pub struct ProgressReader<R> {
    reader: R,
    progress: Progress,
}

impl<R: Read> Read for ProgressReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.progress.advance(count as u64);
        Ok(count)
    }
}
