//! Sections of blocks as the releases since 9.0 parse them: the lines of a
//! section are indented.

use super::section::{
    DocLine, DocResult, Section, SectionKind, SectionList, at_name, description_in_free_form,
    empty_section, misplaced_description,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect;
use crate::source::Span;
use crate::version::Version;

/// Parses the lines of a block that documents a definition.
pub fn definition<'s>(version: Version, lines: &[DocLine<'s>]) -> DocResult<Vec<Section<'s>>> {
    let mut reader = StrictReader {
        version,
        lines,
        next: 0,
        sections: SectionList::new(),
        may_describe: true,
        first_feature: None,
    };
    while let Some(line) = reader.peek() {
        reader.section_or_paragraph(line)?;
    }
    reader.sections.finish()
}

/// Checks the lines of a free-form block.
pub fn free_form(lines: &[DocLine<'_>]) -> DocResult<()> {
    match lines
        .iter()
        .find_map(|line| Some((at_name(line.text)?, line)))
    {
        Some(((name, _), line)) => Err(description_in_free_form(name, line.span)),
        None => Ok(()),
    }
}

struct StrictReader<'b, 's> {
    version: Version,
    lines: &'b [DocLine<'s>],
    next: usize,
    sections: SectionList<'s>,
    /// No section precedes, so that members may be described.
    may_describe: bool,
    first_feature: Option<Span>,
}

impl<'s> StrictReader<'_, 's> {
    fn section_or_paragraph(&mut self, line: DocLine<'s>) -> DocResult<()> {
        if line.text.is_empty() {
            self.take_text();
        } else if line.text == "Features:" {
            self.features(line.span)?;
        } else if let Some((name, _)) = at_name(line.text) {
            if !self.may_describe {
                return Err(misplaced_description(name, line.span));
            }
            self.descriptions(SectionKind::Member)?;
        } else if let Some((tag, text)) = tagged(line.text) {
            self.tagged_section(line, tag, text)?;
        } else {
            while self.peek().is_some_and(|line| !line.text.is_empty()) {
                self.take_text();
            }
        }
        Ok(())
    }

    fn features(&mut self, heading: Span) -> DocResult<()> {
        if let Some(first) = self.first_feature {
            let found = Diagnostic::new(Code::DocDuplicate, heading, "duplicate 'Features:'");
            return Err(found
                .with_label(first, "the first list begins here")
                .with_help("merge the two lists"));
        }
        self.next += 1;
        self.sections.open(SectionKind::Body, heading, None);
        self.skip_blank();
        let next = self.peek();
        self.descriptions(SectionKind::Feature)?;
        self.first_feature = next.map(|line| line.span);
        if next.is_none_or(|line| at_name(line.text).is_none()) {
            let place = self.first_feature.unwrap_or(heading);
            let found = Diagnostic::new(
                Code::DocEmptyFeatures,
                place,
                "missing features after 'Features:'",
            );
            return Err(found.with_help("describe them with `# @name: `, or remove the line"));
        }
        Ok(())
    }

    /// Parses consecutive descriptions.
    fn descriptions(&mut self, kind: fn(&'s str) -> SectionKind<'s>) -> DocResult<()> {
        while let Some(line) = self.peek()
            && let Some((name, text)) = at_name(line.text)
        {
            self.sections.describe(kind(name), line.span, text)?;
            self.next += 1;
            self.indented_lines()?;
        }
        self.may_describe = false;
        Ok(())
    }

    fn tagged_section(&mut self, line: DocLine<'s>, tag: &'s str, text: &'s str) -> DocResult<()> {
        if dialect::NOTE_DIRECTIVES.contains(self.version)
            && (tag.starts_with("Note") || tag.starts_with("Example"))
        {
            let message = format!("section '{tag}' is no longer supported");
            return Err(Diagnostic::new(Code::DocOldSection, line.span, message)
                .with_help("write `.. note::` or `.. qmp-example::`"));
        }
        self.sections.tag(tag, line.span, text)?;
        self.may_describe = false;
        self.next += 1;
        if !self.indented_lines()? && text.is_empty() {
            return Err(empty_section(tag, line.span));
        }
        Ok(())
    }

    /// Parses the lines that belong to the section before them, and returns
    /// whether there are any.
    fn indented_lines(&mut self) -> DocResult<bool> {
        self.skip_blank();
        let first = self.peek().map_or(0, |line| indentation(line.text));
        if first == 0 {
            return Ok(false);
        }
        let mut after_blank = false;
        while let Some(line) = self.peek() {
            let blank = line.text.is_empty();
            let dedented = !blank && indentation(line.text) < first;
            if at_name(line.text).is_some() || dedented && after_blank {
                break;
            }
            if dedented {
                return Err(wrong_indentation(line.span, first));
            }
            after_blank = blank;
            self.take_text();
        }
        Ok(true)
    }

    fn skip_blank(&mut self) {
        while self.peek().is_some_and(|line| line.text.is_empty()) {
            self.take_text();
        }
    }

    fn take_text(&mut self) {
        if let Some(line) = self.peek() {
            self.sections.text(line);
            self.next += 1;
        }
    }

    fn peek(&self) -> Option<DocLine<'s>> {
        self.lines.get(self.next).copied()
    }
}

fn wrong_indentation(line: Span, expected: usize) -> Diagnostic {
    let message = format!("expected an indentation of at least {expected} spaces");
    Diagnostic::new(Code::DocIndent, line, message)
        .with_help("indent the line as the one before, or put an empty line between them")
}

fn indentation(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// Splits `Since: 2.9`, but not the directive `Note::`.
fn tagged(text: &str) -> Option<(&str, &str)> {
    let (tag, rest) = text.split_once(':')?;
    let known = matches!(
        tag,
        "Returns" | "Errors" | "Since" | "Note" | "Notes" | "Example" | "Examples" | "TODO"
    );
    (known && !rest.starts_with(':')).then(|| (tag, rest.trim_start()))
}
