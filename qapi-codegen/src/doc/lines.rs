//! Which comment lines belong to a definition.
//!
//! From 2.9 on that is the block between two lines `##` whose first line names
//! the definition. Before, blocks lack their end or their beginning, name
//! something else, or name nothing, and then what stands directly above the
//! definition is taken.

use crate::ast::Definition;
use crate::source::{Sources, Span};

/// The lines of the comment of a definition, below its header and without
/// their `#`, chosen from all comment lines since the item before.
pub fn of_definition<'s>(
    sources: &'s Sources,
    definition: &Definition,
    comments: &[Span],
) -> Vec<&'s str> {
    let file = definition.span.file;
    let start = comments.iter().rposition(|span| span.file != file);
    let comments = &comments[start.map_or(0, |index| index + 1)..];
    let lines: Vec<&str> = comments
        .iter()
        .map(|&span| content(sources.text(span)))
        .collect();
    if let Some(header) = lines
        .iter()
        .position(|line| is_header(line, &definition.name.value))
    {
        return up_to_end(&lines[header + 1..]);
    }
    let above = directly_above(sources, definition, comments);
    let lines = &lines[lines.len() - above..];
    let opened = lines.iter().rev().skip(1).position(|&line| line == CLOSE);
    let block = &lines[opened.map_or(0, |from_end| lines.len() - 1 - from_end)..];
    let skip = usize::from(block.first().is_some_and(|line| names_something(line)));
    up_to_end(&block[skip.min(block.len())..])
}

/// What stands for a line `##` once it has lost its `#`.
const CLOSE: &str = "#";

/// A comment line without its `#` and the space behind it; a line that is
/// nothing but several `#` becomes [`CLOSE`].
fn content(line: &str) -> &str {
    let line = line.trim_end();
    let text = line.trim_start_matches('#');
    if text.is_empty() && line.len() > 1 {
        return CLOSE;
    }
    text.strip_prefix(' ').unwrap_or(text)
}

/// Whether a line is the header for this name: `@NAME:`, `@NAME` or `NAME:`.
fn is_header(line: &str, name: &str) -> bool {
    let line = line.trim();
    let bare = line.strip_suffix(':').unwrap_or(line).trim_end();
    let marked = bare.strip_prefix('@');
    (marked.is_some() || bare.len() < line.len())
        && marked.unwrap_or(bare).eq_ignore_ascii_case(name)
}

/// Whether a line looks like the header for another name.
fn names_something(line: &str) -> bool {
    line.strip_prefix('@')
        .is_some_and(|name| !name.trim_end_matches(':').contains([':', ' ']))
}

fn up_to_end<'s>(lines: &[&'s str]) -> Vec<&'s str> {
    lines
        .iter()
        .copied()
        .take_while(|&line| line != CLOSE)
        .collect()
}

/// How many of the comment lines stand above the definition with no line
/// between them; one empty line may follow a line `##`.
fn directly_above(sources: &Sources, definition: &Definition, comments: &[Span]) -> usize {
    let mut below = definition.span;
    let mut count = 0;
    let before = comments
        .iter()
        .rev()
        .filter(|span| span.end <= definition.span.start);
    for &span in before {
        let gap = Span {
            start: span.end,
            end: below.start,
            ..span
        };
        let empty_lines = sources.text(gap).matches('\n').count().saturating_sub(1);
        let closed = count == 0 && content(sources.text(span)) == CLOSE;
        if empty_lines > usize::from(closed) {
            break;
        }
        below = span;
        count += 1;
    }
    count
}
