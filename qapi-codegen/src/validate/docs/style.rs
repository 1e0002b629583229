//! The length of documentation lines.

use crate::diagnostic::{Code, Diagnostic};
use crate::dialect;
use crate::doc::{DocBlock, line_text};
use crate::source::Span;
use crate::validate::view::SchemaView;

/// The maximum number of characters of a line, with its `# `.
const LIMIT: usize = 70;

/// Reports lines that are too long, except addresses and literal blocks, which
/// cannot be broken.
pub fn check(view: &SchemaView<'_>, block: &DocBlock, diagnostics: &mut Vec<Diagnostic>) {
    if !view.is_in(dialect::LIMITED_DOC_LINES) {
        return;
    }
    let mut literal = LiteralBlock::default();
    for &line in &block.lines {
        let text = line_text(view.sources.text(line));
        let length = 2 + text.chars().count();
        if !literal.contains(text) && length > LIMIT && !is_address(text) {
            diagnostics.push(too_long(line, length));
        }
    }
}

fn too_long(line: Span, length: usize) -> Diagnostic {
    let message = format!("line of {length} characters, {LIMIT} are allowed");
    Diagnostic::new(Code::DocLongLine, line, message).with_help("break the line")
}

fn is_address(text: &str) -> bool {
    let text = text.trim();
    text.contains("://") && !text.contains(' ')
}

/// A literal block: the lines after one that ends with `::`, as far as they
/// are indented alike.
#[derive(Default)]
struct LiteralBlock {
    open: bool,
    indent: Option<usize>,
}

impl LiteralBlock {
    fn contains(&mut self, text: &str) -> bool {
        let indent = text.len() - text.trim_start().len();
        if self.open && !text.trim().is_empty() {
            self.open = indent >= *self.indent.get_or_insert(indent);
        }
        let inside = self.open;
        let trimmed = text.trim();
        let heads = !trimmed.starts_with("..") || trimmed.contains("qmp-example::");
        if !inside && trimmed.ends_with("::") && heads {
            *self = LiteralBlock {
                open: true,
                indent: None,
            };
        }
        inside
    }
}
