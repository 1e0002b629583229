//! The unified form of a difference, made while a text is rewritten.

use std::collections::VecDeque;
use std::io::{self, Write};

/// How many lines around a change are shown.
const CONTEXT: usize = 3;

/// Writes the difference of two texts that are given in pieces.
pub struct Unified<W: Write> {
    out: W,
    /// The name of the file, until something differs.
    name: Option<String>,
    /// The line that is not complete yet, as it was and as it is.
    open: [Vec<u8>; 2],
    /// Lines that are the same, since the last change.
    same: VecDeque<Vec<u8>>,
    hunk: Hunk,
    /// How many lines were seen, in the old text and in the new one.
    seen: [usize; 2],
}

#[derive(Default)]
struct Hunk {
    text: Vec<u8>,
    first: [usize; 2],
    lines: [usize; 2],
}

impl<W: Write> Unified<W> {
    /// The difference of a file of this name.
    pub fn new(out: W, name: &str) -> Self {
        Unified {
            out,
            name: Some(name.to_owned()),
            open: Default::default(),
            same: VecDeque::new(),
            hunk: Hunk::default(),
            seen: [0, 0],
        }
    }

    /// Adds a piece of both texts.
    ///
    /// # Errors
    ///
    /// The difference cannot be written.
    pub fn add(&mut self, old: &[u8], new: &[u8]) -> io::Result<()> {
        self.open[0].extend_from_slice(old);
        self.open[1].extend_from_slice(new);
        if self.open.iter().all(|text| text.ends_with(b"\n")) {
            self.lines()
        } else {
            Ok(())
        }
    }

    /// Ends both texts.
    ///
    /// # Errors
    ///
    /// As for [`Unified::add`].
    pub fn finish(mut self) -> io::Result<()> {
        self.lines()?;
        self.close()?;
        self.out.flush()
    }

    /// Takes the lines that are complete.
    fn lines(&mut self) -> io::Result<()> {
        let [old, new] = std::mem::take(&mut self.open);
        if old != new {
            self.change(&old, &new);
            return Ok(());
        }
        for line in old.split_inclusive(|&byte| byte == b'\n') {
            self.seen = self.seen.map(|seen| seen + 1);
            self.same.push_back(line.to_vec());
            if self.hunk.text.is_empty() {
                keep_last(&mut self.same, CONTEXT);
            } else if self.same.len() > 2 * CONTEXT {
                self.close()?;
            }
        }
        Ok(())
    }

    fn change(&mut self, old: &[u8], new: &[u8]) {
        if self.hunk.text.is_empty() {
            self.hunk.first = self.seen.map(|seen| seen + 1 - self.same.len());
        }
        for line in std::mem::take(&mut self.same) {
            self.hunk.push(b' ', &line, [1, 1]);
        }
        for line in old.split_inclusive(|&byte| byte == b'\n') {
            self.hunk.push(b'-', line, [1, 0]);
            self.seen[0] += 1;
        }
        for line in new.split_inclusive(|&byte| byte == b'\n') {
            self.hunk.push(b'+', line, [0, 1]);
            self.seen[1] += 1;
        }
    }

    /// Writes the hunk, with what follows it.
    fn close(&mut self) -> io::Result<()> {
        if self.hunk.text.is_empty() {
            return Ok(());
        }
        for line in self.same.iter().take(CONTEXT) {
            self.hunk.push(b' ', line, [1, 1]);
        }
        keep_last(&mut self.same, CONTEXT);
        let hunk = std::mem::take(&mut self.hunk);
        if let Some(name) = self.name.take() {
            writeln!(
                self.out,
                "--- a/{}\n+++ b/{}",
                name.trim_start_matches('/'),
                name.trim_start_matches('/')
            )?;
        }
        let ([old, new], [old_lines, new_lines]) = (hunk.first, hunk.lines);
        writeln!(self.out, "@@ -{old},{old_lines} +{new},{new_lines} @@")?;
        self.out.write_all(&hunk.text)
    }
}

impl Hunk {
    fn push(&mut self, sign: u8, line: &[u8], lines: [usize; 2]) {
        self.text.push(sign);
        self.text.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            self.text
                .extend_from_slice(b"\n\\ No newline at end of file\n");
        }
        self.lines = [self.lines[0] + lines[0], self.lines[1] + lines[1]];
    }
}

/// Drops all elements but the last ones.
fn keep_last<T>(queue: &mut VecDeque<T>, length: usize) {
    let surplus = queue.len().saturating_sub(length);
    queue.drain(..surplus);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unified(pieces: &[(&str, &str)]) -> String {
        let mut out = Vec::new();
        let mut unified = Unified::new(&mut out, "a.qmp");
        for (old, new) in pieces {
            unified.add(old.as_bytes(), new.as_bytes()).unwrap();
        }
        unified.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn changes_have_three_lines_around_them() {
        let same = |line: &'static str| (line, line);
        let text = unified(&[
            same("1\n"),
            same("2\n"),
            same("3\n"),
            same("4\n"),
            ("5\n", "five\n"),
            same("6\n"),
            same("7\n"),
            same("8\n"),
            same("9\n"),
            same("10\n"),
            same("11\n"),
            same("12\n"),
            same("a "),
            ("b", "c"),
            same("\n"),
        ]);
        let expected = "--- a/a.qmp\n+++ b/a.qmp\n\
            @@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n\
            @@ -10,4 +10,4 @@\n 10\n 11\n 12\n-a b\n+a c\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn nothing_changed_is_nothing_written() {
        assert_eq!(unified(&[("a\n", "a\n"), ("b", "b")]), "");
    }
}
