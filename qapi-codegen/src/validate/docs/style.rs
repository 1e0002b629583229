//! How long lines of documentation are.

use super::block::Block;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect;
use crate::validate::view::View;

/// How many characters a line may have, with its `# `.
const LIMIT: usize = 70;

/// Reports lines that are too long, except where nobody could break them:
/// addresses, and what is shown letter by letter.
pub fn check(view: &View<'_>, block: &Block<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if !view.is_in(dialect::LIMITED_DOC_LINES) {
        return;
    }
    let mut literal = Literal::default();
    for line in &block.lines {
        let length = 2 + line.text.trim_end().chars().count();
        if !literal.contains(line.text) && length > LIMIT && !is_address(line.text) {
            let message = format!("the line has {length} characters, and may have {LIMIT}");
            let found = Diagnostic::new(Code::DocLongLine, line.span, message);
            diagnostics.push(found.with_help("break the line"));
        }
    }
}

fn is_address(text: &str) -> bool {
    let text = text.trim();
    text.contains("://") && !text.contains(' ')
}

/// A literal block: what follows a line that ends with `::`, as far as it is
/// indented alike.
#[derive(Default)]
struct Literal {
    open: bool,
    indent: Option<usize>,
}

impl Literal {
    fn contains(&mut self, text: &str) -> bool {
        let indent = text.len() - text.trim_start().len();
        if self.open && !text.trim().is_empty() {
            self.open = indent >= *self.indent.get_or_insert(indent);
        }
        let inside = self.open;
        let trimmed = text.trim();
        let heads = !trimmed.starts_with("..") || trimmed.contains("qmp-example::");
        if !inside && trimmed.ends_with("::") && heads {
            *self = Literal {
                open: true,
                indent: None,
            };
        }
        inside
    }
}
