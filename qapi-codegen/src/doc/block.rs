//! Blocks: comments between two lines `##`.

use super::section::{DocLine, DocResult, Section, SectionKind, missing_name};
use super::{DocBlock, loose, strict};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect;
use crate::source::{Name, Sources, Span};
use crate::version::Version;

/// Finds the blocks among the comments before the item with this index and
/// span. Their lines are not parsed yet.
pub fn find(
    sources: &Sources,
    comments: &[Span],
    next_item: usize,
    next: Option<Span>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<DocBlock> {
    let mut finder = BlockFinder {
        sources,
        next_item,
        open: None,
        blocks: Vec::new(),
        diagnostics,
    };
    for &span in comments {
        finder.comment(span);
    }
    finder.interrupt(next);
    finder.blocks
}

/// The text of a comment line in a block, without `# `.
pub fn line_text(comment: &str) -> &str {
    let text = comment.trim_end();
    let text = text.strip_prefix('#').unwrap_or(text);
    text.strip_prefix(' ').unwrap_or(text)
}

struct BlockFinder<'d> {
    sources: &'d Sources,
    next_item: usize,
    open: Option<DocBlock>,
    blocks: Vec<DocBlock>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl BlockFinder<'_> {
    fn comment(&mut self, span: Span) {
        let open = self.open.as_ref();
        if open.is_some_and(|block| !self.adjoins(block, span)) {
            self.interrupt(Some(span));
        }
        let text = self.sources.text(span).trim_end();
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

    /// Returns `true` if there is nothing between a block and a comment.
    fn adjoins(&self, block: &DocBlock, next: Span) -> bool {
        let gap = block.closing.gap_before(next);
        block.opening.file == next.file && self.sources.text(gap).trim().is_empty()
    }

    fn begin(&mut self, text: &str, span: Span) {
        let is_malformed = text != "##";
        if is_malformed {
            self.diagnostics.push(junk(span));
        }
        self.open = Some(DocBlock {
            next_item: self.next_item,
            opening: span,
            closing: span,
            lines: Vec::with_capacity(16),
            symbol: None,
            members: Vec::new(),
            features: Vec::new(),
            tags: Vec::new(),
            is_malformed,
        });
    }

    fn line(&mut self, text: &str, span: Span) {
        let Some(block) = &mut self.open else {
            return;
        };
        if matches!(text.as_bytes(), [_] | [_, b' ', ..]) {
            block.lines.push(span);
        } else if !block.is_malformed {
            block.is_malformed = true;
            let found = Diagnostic::new(Code::DocNoSpace, span, "missing space after '#'");
            self.diagnostics
                .push(found.with_help("write `# ` before the text"));
        }
    }

    fn finish(&mut self, text: &str, span: Span) {
        let Some(mut block) = self.open.take() else {
            return;
        };
        if text != "##" && !block.is_malformed {
            self.diagnostics.push(junk(span));
            block.is_malformed = true;
        }
        self.blocks.push(block);
    }

    /// Ends an open block before something that is not a part of it.
    fn interrupt(&mut self, next: Option<Span>) {
        let Some(mut block) = self.open.take() else {
            return;
        };
        let next = next.filter(|next| next.file == block.opening.file);
        if !block.is_malformed {
            let place = next.map_or(block.closing, Span::at_start);
            self.diagnostics.push(unterminated(place, block.opening));
        }
        block.is_malformed = true;
        self.blocks.push(block);
    }
}

fn junk(span: Span) -> Diagnostic {
    let message = "unexpected text after '##'";
    Diagnostic::new(Code::DocJunk, span, message)
        .with_help("leave only '##', or begin an ordinary comment with a single '#'")
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

impl DocBlock {
    /// Parses the lines as a release does. A syntax error ends it, as in QEMU.
    pub(super) fn parse<'s>(
        &mut self,
        sources: &'s Sources,
        version: Version,
    ) -> DocResult<Vec<Section<'s>>> {
        if self.is_malformed {
            return Ok(Vec::new());
        }
        let line = |&span: &Span| DocLine {
            text: line_text(sources.text(span)),
            span,
        };
        let lines: Vec<DocLine<'_>> = self.lines.iter().map(line).collect();
        let parsed = sections(version, &lines, &mut self.symbol);
        self.is_malformed = parsed.is_err();
        self.list(parsed.as_deref().unwrap_or_default());
        parsed
    }

    fn list(&mut self, sections: &[Section<'_>]) {
        for section in sections {
            let (list, name) = match section.kind {
                SectionKind::Body => continue,
                SectionKind::Member(name) => (&mut self.members, name),
                SectionKind::Feature(name) => (&mut self.features, name),
                SectionKind::Tagged(tag) => (&mut self.tags, tag),
            };
            let line = section.line.unwrap_or(self.opening);
            list.push(Name::new(name.to_owned(), line));
        }
    }
}

fn sections<'s>(
    version: Version,
    lines: &[DocLine<'s>],
    symbol: &mut Option<Name>,
) -> DocResult<Vec<Section<'s>>> {
    let is_strict = dialect::INDENTED_SECTIONS.contains(version);
    let blank = lines.iter().take_while(|line| line.text.is_empty()).count();
    let lines = &lines[blank..];
    *symbol = lines.first().map_or(Ok(None), parse_symbol)?;
    match (symbol, lines) {
        (Some(_), [_, lines @ ..]) if is_strict => strict::definition(version, lines),
        (Some(_), [_, lines @ ..]) => loose::definition(version, lines),
        _ if is_strict => strict::free_form(lines).map(|()| Vec::new()),
        _ => loose::free_form(version, lines).map(|()| Vec::new()),
    }
}

/// Parses the line `@name:` at the top of a block.
fn parse_symbol(line: &DocLine<'_>) -> DocResult<Option<Name>> {
    let Some(rest) = line.text.strip_prefix('@') else {
        return Ok(None);
    };
    match rest.strip_suffix(':') {
        Some("") => Err(missing_name(line.span)),
        Some(name) => Ok(Some(Name::new(name.to_owned(), line.span))),
        None => Err(
            Diagnostic::new(Code::DocNameLine, line.span, "missing ':' after the name")
                .with_help("the first line of a block names what it documents: `# @name:`"),
        ),
    }
}
