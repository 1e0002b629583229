//! Which comments are documentation.

use crate::ast::{Definition, Item};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Sources, Span};
use crate::validate::view::View;

/// A run of comment lines between two lines `##`.
pub struct Block<'s> {
    /// The line that opens it.
    pub opening: Span,
    /// The line that closes it.
    pub closing: Span,
    /// What stands between, without `# `.
    pub lines: Vec<Line<'s>>,
    /// Whether it was reported already.
    pub broken: bool,
}

/// A line of documentation.
#[derive(Clone, Copy)]
pub struct Line<'s> {
    /// Its text, without blanks at the end.
    pub text: &'s str,
    /// The whole comment.
    pub span: Span,
}

/// Documentation, or what may stand between it and its definition.
pub enum Piece<'s> {
    Block(Block<'s>),
    Definition(&'s Definition),
    Other,
}

/// Divides a schema into documentation and what it documents.
pub fn pieces<'s>(view: &View<'s>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Piece<'s>> {
    let mut finder = Finder {
        sources: view.sources,
        open: None,
        pieces: Vec::new(),
        diagnostics,
    };
    for item in view.items {
        match item {
            Item::Comment(span) => finder.comment(*span),
            Item::Definition(definition) => {
                finder.interrupt(definition.span);
                finder.pieces.push(Piece::Definition(definition));
            }
            Item::Pragma(pragma) => {
                finder.interrupt(pragma.span);
                finder.pieces.push(Piece::Other);
            }
            Item::Include(include) => finder.interrupt(include.span),
        }
    }
    finder.end();
    finder.pieces
}

struct Finder<'s, 'd> {
    sources: &'s Sources,
    open: Option<Block<'s>>,
    pieces: Vec<Piece<'s>>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'s> Finder<'s, '_> {
    fn comment(&mut self, span: Span) {
        let text = self.sources.text(span).trim_end();
        if self
            .open
            .as_ref()
            .is_some_and(|block| !self.adjoins(block, span))
        {
            self.interrupt(span);
        }
        match &mut self.open {
            None if text.starts_with("##") => self.begin(text, span),
            None => {}
            Some(block) => {
                block.closing = span;
                if text.starts_with("##") {
                    self.finish(text, span);
                } else {
                    self.line(text, span);
                }
            }
        }
    }

    /// Whether nothing stands between a block and a comment.
    fn adjoins(&self, block: &Block<'_>, next: Span) -> bool {
        let between = Span {
            start: block.closing.end,
            end: next.start,
            ..next
        };
        block.opening.file == next.file && self.sources.text(between).trim().is_empty()
    }

    fn begin(&mut self, text: &str, span: Span) {
        let junk = text != "##";
        if junk {
            self.junk(span);
        }
        self.open = Some(Block {
            opening: span,
            closing: span,
            lines: Vec::new(),
            broken: junk,
        });
    }

    fn line(&mut self, text: &'s str, span: Span) {
        let Some(block) = &mut self.open else {
            return;
        };
        let text = &text[1..];
        match text.strip_prefix(' ') {
            Some(text) => block.lines.push(Line { text, span }),
            None if text.is_empty() => block.lines.push(Line { text, span }),
            None if block.broken => {}
            None => {
                block.broken = true;
                let found = Diagnostic::new(Code::DocNoSpace, span, "a space is missing after '#'");
                self.diagnostics
                    .push(found.with_help("write `# ` before the text"));
            }
        }
    }

    fn finish(&mut self, text: &str, span: Span) {
        let Some(mut block) = self.open.take() else {
            return;
        };
        if text != "##" && !block.broken {
            self.junk(span);
            block.broken = true;
        }
        self.pieces.push(Piece::Block(block));
    }

    fn junk(&mut self, span: Span) {
        let message = "there is more than '##' on a line that opens or closes documentation";
        self.diagnostics.push(
            Diagnostic::new(Code::DocJunk, span, message)
                .with_help("leave only '##', or begin an ordinary comment with a single '#'"),
        );
    }

    /// Ends a block that is open where something else begins.
    fn interrupt(&mut self, next: Span) {
        let Some(mut block) = self.open.take() else {
            return;
        };
        let place = if next.file == block.opening.file {
            next.at_start()
        } else {
            block.closing
        };
        if !block.broken {
            self.diagnostics.push(unterminated(place, block.opening));
        }
        block.broken = true;
        self.pieces.push(Piece::Block(block));
    }

    fn end(&mut self) {
        if let Some(last) = self.open.as_ref().map(|block| block.closing) {
            self.interrupt(last);
        }
    }
}

fn unterminated(place: Span, opening: Span) -> Diagnostic {
    Diagnostic::new(
        Code::DocUnterminated,
        place,
        "documentation ends without '##'",
    )
    .with_label(opening, "it begins here")
    .with_help("close it with a line '##'")
}
