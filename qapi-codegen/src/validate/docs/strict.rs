//! Blocks as the releases from 9.0 on read them: what belongs to a description
//! or a section is indented.

use super::block::{Block, Line};
use super::{Checked, Doc, all_different, at_name, empty_section, interleaved, name_in_prose};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect;
use crate::source::Span;
use crate::validate::view::View;

/// Reads a block into what it says.
pub fn read<'s>(view: &View<'_>, block: &Block<'s>, doc: &mut Doc<'s>) -> Checked<()> {
    let next = doc.head(block)?;
    let mut reader = Reader {
        view,
        lines: &block.lines,
        next,
        doc,
        may_describe: true,
    };
    if reader.doc.symbol.is_some() {
        reader.definition()?;
    } else {
        reader.prose()?;
    }
    all_different(&doc.members)?;
    all_different(&doc.features)
}

struct Reader<'v, 'v2, 'b, 's> {
    view: &'v View<'v2>,
    lines: &'b [Line<'s>],
    next: usize,
    doc: &'b mut Doc<'s>,
    /// Whether no section came yet.
    may_describe: bool,
}

impl<'s> Reader<'_, '_, '_, 's> {
    fn prose(&mut self) -> Checked<()> {
        while let Some(line) = self.peek() {
            if let Some((name, _)) = at_name(line.text) {
                return Err(name_in_prose(name, line.span));
            }
            self.next += 1;
        }
        Ok(())
    }

    fn definition(&mut self) -> Checked<()> {
        while let Some(line) = self.peek() {
            if line.text.is_empty() {
                self.next += 1;
            } else if line.text == "Features:" {
                self.features(line.span)?;
            } else if let Some((name, _)) = at_name(line.text) {
                if !self.may_describe {
                    return Err(interleaved(name, line.span));
                }
                self.descriptions(false)?;
            } else if let Some((tag, text)) = tagged(line.text) {
                self.section(line, tag, text)?;
            } else {
                self.paragraph();
            }
        }
        Ok(())
    }

    fn features(&mut self, heading: Span) -> Checked<()> {
        if let Some(first) = self.doc.features.first() {
            return Err(
                Diagnostic::new(Code::DocDuplicate, heading, "'Features:' comes twice")
                    .with_label(first.line, "the features are described from here on")
                    .with_help("join the two"),
            );
        }
        self.next += 1;
        self.skip_blank();
        let place = self.peek().map_or(heading, |line| line.span);
        self.descriptions(true)?;
        if self.doc.features.is_empty() {
            return Err(Diagnostic::new(
                Code::DocEmptyFeatures,
                place,
                "no features follow 'Features:'",
            )
            .with_help("describe them with `# @name: `, or remove the line"));
        }
        Ok(())
    }

    /// Reads descriptions that follow one another.
    fn descriptions(&mut self, features: bool) -> Checked<()> {
        while let Some(line) = self.peek() {
            let Some((name, _)) = at_name(line.text) else {
                break;
            };
            self.doc.describe(features, name, line.span)?;
            self.next += 1;
            self.indented()?;
        }
        self.may_describe = false;
        Ok(())
    }

    fn section(&mut self, line: Line<'s>, tag: &'s str, text: &str) -> Checked<()> {
        if self.view.is_in(dialect::NOTE_DIRECTIVES)
            && (tag.starts_with("Note") || tag.starts_with("Example"))
        {
            let message = format!("the section '{tag}' is no longer understood");
            return Err(Diagnostic::new(Code::DocOldSection, line.span, message)
                .with_help("write `.. note::` or `.. qmp-example::`"));
        }
        self.doc.begin_section(tag, line.span)?;
        self.may_describe = false;
        self.next += 1;
        if !self.indented()? && text.is_empty() {
            return Err(empty_section(tag, line.span));
        }
        Ok(())
    }

    /// Reads the lines that belong to the one before, and says whether there are
    /// any.
    fn indented(&mut self) -> Checked<bool> {
        self.skip_blank();
        let Some(first) = self
            .peek()
            .map(|line| indent(line.text))
            .filter(|&indent| indent > 0)
        else {
            return Ok(false);
        };
        let mut after_blank = false;
        while let Some(line) = self.peek() {
            let blank = line.text.is_empty();
            if at_name(line.text).is_some() || !blank && indent(line.text) < first && after_blank {
                break;
            }
            if !blank && indent(line.text) < first {
                return Err(de_indent(line.span, first));
            }
            after_blank = blank;
            self.next += 1;
        }
        Ok(true)
    }

    fn paragraph(&mut self) {
        while self.peek().is_some_and(|line| !line.text.is_empty()) {
            self.next += 1;
        }
    }

    fn skip_blank(&mut self) {
        while self.peek().is_some_and(|line| line.text.is_empty()) {
            self.next += 1;
        }
    }

    fn peek(&self) -> Option<Line<'s>> {
        self.lines.get(self.next).copied()
    }
}

fn de_indent(line: Span, expected: usize) -> Diagnostic {
    let message = format!("this line is indented less than the one before, by {expected} spaces");
    Diagnostic::new(Code::DocIndent, line, message)
        .with_help("indent it alike, or put an empty line before it")
}

fn indent(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// `Since: 2.9`, but not the `Note::` of the markup.
fn tagged(text: &str) -> Option<(&str, &str)> {
    let (tag, rest) = text.split_once(':')?;
    let known = matches!(
        tag,
        "Returns" | "Errors" | "Since" | "Note" | "Notes" | "Example" | "Examples" | "TODO"
    );
    (known && !rest.starts_with(':')).then(|| (tag, rest.trim_start()))
}
