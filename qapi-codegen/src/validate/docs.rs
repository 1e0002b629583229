//! Documentation: each block is well formed and belongs to what follows it.
//!
//! Releases up to 2.8 never look at comments. From 2.9 on a block between two
//! lines `##` is part of the language. [`block`] finds the blocks, [`strict`] and
//! [`loose`] read them as the releases from 9.0 on and those before do,
//! [`attach`] compares them with the definitions, and [`style`] measures lines.

mod attach;
mod block;
mod loose;
mod strict;
mod style;

use super::view::View;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect;
use crate::source::Span;
use block::{Block, Piece};

/// Checks all documentation.
pub fn check(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if !view.is_in(dialect::CHECKED_DOCS) {
        return;
    }
    let mut pieces = Vec::new();
    for piece in block::pieces(view, diagnostics) {
        pieces.push(match piece {
            Piece::Block(block) => {
                style::check(view, &block, diagnostics);
                Documented::Doc(read(view, &block, diagnostics))
            }
            Piece::Definition(definition) => Documented::Definition(definition),
            Piece::Other => Documented::Other,
        });
    }
    attach::check(view, &pieces, diagnostics);
}

/// A block as what it says, or what it may belong to.
enum Documented<'s> {
    Doc(Doc<'s>),
    Definition(&'s crate::ast::Definition),
    Other,
}

/// What a block says.
#[derive(Default)]
struct Doc<'s> {
    /// The line that opens the block.
    opening: Option<Span>,
    /// Where the block ends.
    closing: Option<Span>,
    /// The name of the definition it documents.
    symbol: Option<Entry<'s>>,
    /// The members it describes.
    members: Vec<Entry<'s>>,
    /// The features it describes.
    features: Vec<Entry<'s>>,
    /// The sections it has.
    sections: Vec<Entry<'s>>,
    /// Whether it has a mistake, so that what it lacks tells nothing.
    broken: bool,
}

/// A name in a block, and the line where it stands.
#[derive(Clone, Copy)]
struct Entry<'s> {
    name: &'s str,
    line: Span,
}

fn read<'s>(view: &View<'_>, block: &Block<'s>, diagnostics: &mut Vec<Diagnostic>) -> Doc<'s> {
    let mut doc = Doc {
        opening: Some(block.opening),
        closing: Some(block.closing),
        broken: block.broken,
        ..Doc::default()
    };
    if block.broken {
        return doc;
    }
    let result = if view.is_in(dialect::INDENTED_SECTIONS) {
        strict::read(view, block, &mut doc)
    } else {
        loose::read(view, block, &mut doc)
    };
    if let Err(diagnostic) = result {
        diagnostics.push(diagnostic);
        doc.broken = true;
    }
    doc
}

/// The first mistake in a block; QEMU does not look further either.
type Checked<T> = Result<T, Diagnostic>;

impl<'s> Doc<'s> {
    /// Takes the name of the definition from the first line that is not empty,
    /// and gives the number of lines that are read then.
    fn head(&mut self, block: &Block<'s>) -> Checked<usize> {
        let blank = block
            .lines
            .iter()
            .take_while(|line| line.text.is_empty())
            .count();
        let Some(line) = block.lines.get(blank) else {
            return Ok(blank);
        };
        let Some(rest) = line.text.strip_prefix('@') else {
            return Ok(blank);
        };
        let Some(name) = rest.strip_suffix(':') else {
            let found =
                Diagnostic::new(Code::DocNameLine, line.span, "the line should end with ':'");
            return Err(
                found.with_help("the first line of a block names what it documents: `# @name:`")
            );
        };
        if name.is_empty() {
            return Err(no_name(line.span));
        }
        self.symbol = Some(Entry {
            name,
            line: line.span,
        });
        Ok(blank + 1)
    }

    fn describe(&mut self, feature: bool, name: &'s str, line: Span) -> Checked<()> {
        if name.is_empty() {
            return Err(no_name(line));
        }
        let list = if feature {
            &mut self.features
        } else {
            &mut self.members
        };
        let entry = Entry { name, line };
        list.push(entry);
        Ok(())
    }

    /// Begins a section, of which some kinds come only once.
    fn begin_section(&mut self, tag: &'s str, line: Span) -> Checked<()> {
        let once = matches!(tag, "Returns" | "Since" | "Errors");
        let first = self.sections.iter().find(|entry| once && entry.name == tag);
        if let Some(first) = first {
            let message = format!("the section '{tag}' comes twice");
            let found = Diagnostic::new(Code::DocDuplicate, line, message);
            return Err(found
                .with_label(first.line, "it stands here already")
                .with_help("join the two"));
        }
        self.sections.push(Entry { name: tag, line });
        Ok(())
    }
}

/// No two descriptions in a list have the same name.
fn all_different(entries: &[Entry<'_>]) -> Checked<()> {
    let mut seen = std::collections::HashMap::new();
    for entry in entries {
        if let Some(first) = seen.insert(entry.name, entry.line) {
            let message = format!("'@{}' is described twice", entry.name);
            return Err(Diagnostic::new(Code::DocDuplicate, entry.line, message)
                .with_label(first, "it stands here already")
                .with_help("remove one of the two"));
        }
    }
    Ok(())
}

fn no_name(line: Span) -> Diagnostic {
    Diagnostic::new(Code::DocNoName, line, "there is no name after '@'")
        .with_help("write `# @name: ` and what the thing is")
}

fn empty_section(tag: &str, line: Span) -> Diagnostic {
    Diagnostic::new(
        Code::DocEmptySection,
        line,
        format!("the section '{tag}' is empty"),
    )
    .with_help("write the text after it, or remove it")
}

fn interleaved(name: &str, line: Span) -> Diagnostic {
    let message = format!("the description of '@{name}' follows a section");
    Diagnostic::new(Code::DocOrder, line, message)
        .with_help("describe members first, then features, then write the sections")
}

fn name_in_prose(name: &str, line: Span) -> Diagnostic {
    let message = format!("'@{name}:' stands in a block that documents no definition");
    Diagnostic::new(Code::DocNameInProse, line, message)
        .with_help("begin the block with the name of the definition, or remove the colon")
}

/// `@name: text`, from which it takes name and text.
fn at_name(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.strip_prefix('@')?.split_once(':')?;
    Some((name, rest.trim_start()))
}
