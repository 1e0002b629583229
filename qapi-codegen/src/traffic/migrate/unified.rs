//! Unified diffs of texts that arrive in pieces.
//!
//! Diff libraries need both texts in memory; here, one hunk is.

use std::collections::VecDeque;
use std::io::{self, Write};

/// Number of unchanged lines around a change.
const CONTEXT: usize = 3;

/// Writes the unified diff of two texts.
pub struct UnifiedDiff<W: Write> {
    out: W,
    /// File name, until the header is written.
    name: Option<String>,
    /// Incomplete last lines of the old and the new text.
    incomplete: [Vec<u8>; 2],
    /// Unchanged lines since the last change.
    unchanged: VecDeque<Vec<u8>>,
    hunk: Hunk,
    /// Number of lines read from each text.
    line_counts: [usize; 2],
}

#[derive(Default)]
struct Hunk {
    text: Vec<u8>,
    first_lines: [usize; 2],
    line_counts: [usize; 2],
}

impl<W: Write> UnifiedDiff<W> {
    /// Creates the diff of a file.
    pub fn new(out: W, name: &str) -> Self {
        UnifiedDiff {
            out,
            name: Some(name.trim_start_matches('/').to_owned()),
            incomplete: Default::default(),
            unchanged: VecDeque::new(),
            hunk: Hunk::default(),
            line_counts: [0, 0],
        }
    }

    /// Adds a piece of the old text and the piece of the new text that replaces
    /// it.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn add(&mut self, old: &[u8], new: &[u8]) -> io::Result<()> {
        self.incomplete[0].extend_from_slice(old);
        self.incomplete[1].extend_from_slice(new);
        if self.incomplete.iter().all(|text| text.ends_with(b"\n")) {
            self.take_lines()?;
        }
        Ok(())
    }

    /// Ends both texts.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn finish(mut self) -> io::Result<()> {
        self.take_lines()?;
        self.write_hunk()?;
        self.out.flush()
    }

    fn take_lines(&mut self) -> io::Result<()> {
        let [old, new] = std::mem::take(&mut self.incomplete);
        if old == new {
            return self.add_unchanged(&old);
        }
        let pairs = lines(&old).zip(lines(&new));
        let before = pairs
            .take_while(|(old, new)| old == new)
            .map(|(line, _)| line.len());
        let before: usize = before.sum();
        let (old_rest, new_rest) = (&old[before..], &new[before..]);
        let pairs = lines(old_rest).rev().zip(lines(new_rest).rev());
        let after = pairs
            .take_while(|(old, new)| old == new)
            .map(|(line, _)| line.len());
        let after: usize = after.sum();
        self.add_unchanged(&old[..before])?;
        self.add_middle(
            &old_rest[..old_rest.len() - after],
            &new_rest[..new_rest.len() - after],
        )?;
        self.add_unchanged(&old_rest[old_rest.len() - after..])
    }

    /// Adds texts whose first and last lines differ. If they have as many lines,
    /// each line is replaced by one.
    fn add_middle(&mut self, old: &[u8], new: &[u8]) -> io::Result<()> {
        if lines(old).count() != lines(new).count() {
            self.add_change(old, new);
            return Ok(());
        }
        let pairs: Vec<(&[u8], &[u8])> = lines(old).zip(lines(new)).collect();
        for run in pairs.chunk_by(|one, next| (one.0 == one.1) == (next.0 == next.1)) {
            let (old, new): (Vec<&[u8]>, Vec<&[u8]>) = run.iter().copied().unzip();
            match old == new {
                true => self.add_unchanged(&old.concat())?,
                false => self.add_change(&old.concat(), &new.concat()),
            }
        }
        Ok(())
    }

    fn add_unchanged(&mut self, text: &[u8]) -> io::Result<()> {
        for line in lines(text) {
            self.line_counts = self.line_counts.map(|count| count + 1);
            self.unchanged.push_back(line.to_vec());
            if self.hunk.text.is_empty() {
                self.drop_old_context();
            } else if self.unchanged.len() > 2 * CONTEXT {
                self.write_hunk()?;
            }
        }
        Ok(())
    }

    fn add_change(&mut self, old: &[u8], new: &[u8]) {
        let context = std::mem::take(&mut self.unchanged);
        if self.hunk.text.is_empty() {
            self.hunk.first_lines = self.line_counts.map(|count| count + 1 - context.len());
        }
        context.iter().for_each(|line| self.hunk.push(b' ', line));
        for line in lines(old) {
            self.hunk.push(b'-', line);
            self.line_counts[0] += 1;
        }
        for line in lines(new) {
            self.hunk.push(b'+', line);
            self.line_counts[1] += 1;
        }
    }

    /// Writes the hunk and the context after it.
    fn write_hunk(&mut self) -> io::Result<()> {
        if self.hunk.text.is_empty() {
            return Ok(());
        }
        let mut hunk = std::mem::take(&mut self.hunk);
        let context = self.unchanged.iter().take(CONTEXT);
        context.for_each(|line| hunk.push(b' ', line));
        self.drop_old_context();
        if let Some(name) = self.name.take() {
            writeln!(self.out, "--- a/{name}\n+++ b/{name}")?;
        }
        let ([old, new], [old_count, new_count]) = (hunk.first_lines, hunk.line_counts);
        writeln!(self.out, "@@ -{old},{old_count} +{new},{new_count} @@")?;
        self.out.write_all(&hunk.text)
    }

    fn drop_old_context(&mut self) {
        let surplus = self.unchanged.len().saturating_sub(CONTEXT);
        self.unchanged.drain(..surplus);
    }
}

impl Hunk {
    fn push(&mut self, sign: u8, line: &[u8]) {
        self.text.push(sign);
        self.text.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            let note = b"\n\\ No newline at end of file\n";
            self.text.extend_from_slice(note);
        }
        self.line_counts[0] += usize::from(sign != b'+');
        self.line_counts[1] += usize::from(sign != b'-');
    }
}

fn lines(text: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    text.split_inclusive(|&byte| byte == b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unified(pieces: &[(&str, &str)]) -> String {
        let mut out = Vec::new();
        let mut unified = UnifiedDiff::new(&mut out, "a.qmp");
        for (old, new) in pieces {
            unified.add(old.as_bytes(), new.as_bytes()).unwrap();
        }
        unified.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn changes_have_three_lines_of_context() {
        let mut pieces = vec![("1\n2\n3\n4\n", "1\n2\n3\n4\n"), ("5\n", "five\n")];
        pieces.push(("6\n7\n8\n9\n10\n11\n12\n", "6\n7\n8\n9\n10\n11\n12\n"));
        pieces.extend([("a ", "a "), ("b", "c"), ("\n", "\n")]);
        let text = unified(&pieces);
        let expected = "--- a/a.qmp\n+++ b/a.qmp\n\
            @@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n\
            @@ -10,4 +10,4 @@\n 10\n 11\n 12\n-a b\n+a c\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn equal_texts_have_no_diff() {
        assert_eq!(unified(&[("a\n", "a\n"), ("b", "b")]), "");
    }
}
