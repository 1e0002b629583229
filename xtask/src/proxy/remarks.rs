//! Sentences for the user, each printed once.

use std::collections::HashSet;

use crate::console::Console;
use crate::monitor::printable;

/// The largest number of sentences that are remembered.
const MAX_REMEMBERED: usize = 10_000;

/// The sentences that were printed.
#[derive(Debug, Default)]
pub struct Remarks {
    printed: HashSet<String>,
}

impl Remarks {
    /// Prints a sentence unless it was printed before. Beyond a number of them,
    /// no more are printed.
    pub fn print(&mut self, remark: String, console: &mut Console) {
        if self.printed.len() < MAX_REMEMBERED && !self.printed.contains(&remark) {
            console.status(&printable(&remark));
            self.printed.insert(remark);
        }
    }
}
