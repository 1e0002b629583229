//! Progress on a terminal, for work that takes longer than a second.

use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};

/// The time after which progress is shown.
const DELAY: Duration = Duration::from_secs(1);

/// Creates a progress bar of `length` steps or bytes.
pub fn progress_bar(message: &str, length: u64) -> ProgressBar {
    let bar = delayed(Some(length), message);
    let style = ProgressStyle::with_template("{msg} {wide_bar} {percent}%");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Creates a spinner for the time that another program takes.
pub fn spinner(message: &str) -> ProgressBar {
    delayed(None, message)
}

/// A bar that appears after the delay and disappears when it is dropped.
fn delayed(length: Option<u64>, message: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden())
        .with_finish(ProgressFinish::AndClear)
        .with_message(message.to_owned());
    let shown = bar.downgrade();
    thread::spawn(move || {
        thread::sleep(DELAY);
        if let Some(bar) = shown.upgrade() {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(Duration::from_millis(120));
        }
    });
    bar
}
