//! Progress on a terminal, for work that takes longer than a second.

use std::io::{self, Read};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// After how long progress is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// A piece of work whose progress may be shown.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    begun: Instant,
}

impl Progress {
    /// Work on so many steps, or bytes.
    pub fn new(what: &str, length: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent}%");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what.to_owned());
        Progress {
            bar,
            begun: Instant::now(),
        }
    }

    /// So many steps more are done.
    pub fn advance(&self, steps: u64) {
        if self.bar.is_hidden() && self.begun.elapsed() >= PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(steps);
    }

    /// A reader whose bytes are the steps.
    pub fn reading<R: Read>(self, reader: R) -> Reading<R> {
        Reading {
            reader,
            progress: self,
        }
    }
}

/// A wait of unknown length for somebody else.
#[derive(Debug)]
pub struct Waiting {
    bar: ProgressBar,
    /// Closed when the wait is over.
    end: Option<mpsc::Sender<()>>,
}

impl Waiting {
    /// Begins to wait.
    pub fn new(what: &str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        bar.set_message(what.to_owned());
        let (end, over) = mpsc::channel();
        let shown = bar.clone();
        std::thread::spawn(move || {
            if over.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(Duration::from_millis(120));
            }
        });
        Waiting {
            bar,
            end: Some(end),
        }
    }
}

impl Drop for Waiting {
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

/// A reader that shows how far it has come.
#[derive(Debug)]
pub struct Reading<R> {
    reader: R,
    progress: Progress,
}

impl<R: Read> Read for Reading<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.progress.advance(count as u64);
        Ok(count)
    }
}
