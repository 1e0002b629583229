//! Lists, which have one line for all of their elements or a line for each.
//!
//! Which of them depends on the width of the list alone, as if it was one element that
//! long: the sizes of all groups around it are the same. So `prettyplease` is asked for
//! single names, and what it answers for one width holds for all below or above it.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::Lines;

/// The number of lists that a piece can have.
pub const MAX_LISTS: usize = 2;

/// A width for which each list is broken.
pub const TOO_WIDE: usize = 200;

/// The elements of a list, each as it is on a line of its own.
#[derive(Debug, Default)]
pub struct List(Vec<Lines>);

impl List {
    /// The elements, with a comma at the end of each line.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Lines::as_str)
    }

    /// The elements on one line.
    pub fn elements(&self) -> impl Iterator<Item = &str> {
        let elements = self.lines().map(|line| line.trim_start_matches(' '));
        elements.map(|element| element.strip_suffix(",\n").unwrap_or(element))
    }

    /// The width of the list on one line. An element that has several lines is too wide
    /// for one that has even more to the left of it.
    pub fn width(&self) -> usize {
        let width = |element: &str| match element.contains('\n') {
            true => TOO_WIDE,
            false => element.len() + ", ".len(),
        };
        let widths: usize = self.elements().map(width).sum();
        widths.saturating_sub(", ".len())
    }
}

impl FromIterator<Lines> for List {
    fn from_iter<I: IntoIterator<Item = Lines>>(elements: I) -> Self {
        List(elements.into_iter().collect())
    }
}

/// The widths for which the layout of a list is known.
pub struct ListBounds {
    /// The largest width that is known to have one line.
    flat: AtomicUsize,
    /// The smallest width that is known to have many.
    broken: AtomicUsize,
}

impl ListBounds {
    pub const fn new() -> Self {
        ListBounds {
            flat: AtomicUsize::new(0),
            broken: AtomicUsize::new(TOO_WIDE),
        }
    }

    /// Returns `true` if a list of this width has a line for each element; `ask` formats
    /// one that wide.
    pub fn is_broken(&self, width: usize, ask: impl FnOnce(usize) -> bool) -> bool {
        if width <= self.flat.load(Ordering::Relaxed) {
            return false;
        }
        if width >= self.broken.load(Ordering::Relaxed) {
            return true;
        }
        let is_broken = ask(width);
        if is_broken {
            self.broken.fetch_min(width, Ordering::Relaxed);
        } else {
            self.flat.fetch_max(width, Ordering::Relaxed);
        }
        is_broken
    }
}
