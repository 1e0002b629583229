//! Blocks as the releases from 2.9 to 8.2 read them: what belongs to a
//! description or a section is what follows it without an empty line.

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
        doc,
        part: Part::Body,
        empty: None,
        after_blank: false,
    };
    for line in &block.lines[next..] {
        reader.line(*line)?;
    }
    reader.end_section()?;
    all_different(&doc.members)?;
    all_different(&doc.features)
}

/// Which part of a block a line is in.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Body,
    Members,
    Features,
    Sections,
}

struct Reader<'v, 'v2, 'b, 's> {
    view: &'v View<'v2>,
    doc: &'b mut Doc<'s>,
    part: Part,
    /// The section that has no text yet.
    empty: Option<(&'s str, Span)>,
    after_blank: bool,
}

impl<'s> Reader<'_, '_, '_, 's> {
    fn line(&mut self, line: Line<'s>) -> Checked<()> {
        self.no_optional(line)?;
        let starts_part = self.doc.symbol.is_some() && self.starts_part(line)?;
        if !starts_part {
            self.continuation(line)?;
        }
        self.after_blank = line.text.is_empty();
        Ok(())
    }

    /// Reads a line that begins something, and says whether it did.
    fn starts_part(&mut self, line: Line<'s>) -> Checked<bool> {
        let word = line.text.split(' ').next().unwrap_or_default();
        let rest = line.text[word.len()..].trim();
        if let Some(name) = word
            .strip_prefix('@')
            .and_then(|word| word.strip_suffix(':'))
        {
            self.description(name, line.span)?;
        } else if let Some(tag) = word.strip_suffix(':').filter(|tag| is_tag(tag)) {
            self.end_section()?;
            self.doc.begin_section(tag, line.span)?;
            self.part = Part::Sections;
            self.empty = rest.is_empty().then_some((tag, line.span));
        } else if line.text == "Features:" && self.may_have_features() {
            self.part = Part::Features;
        } else {
            self.maybe_new_paragraph(line.text);
            return Ok(false);
        }
        Ok(true)
    }

    fn may_have_features(&self) -> bool {
        let here = self.part == Part::Body || self.part == Part::Members && self.after_blank;
        here && self.view.is_in(dialect::DOCUMENTED_FEATURES)
    }

    fn description(&mut self, name: &'s str, line: Span) -> Checked<()> {
        match self.part {
            Part::Sections => Err(interleaved(name, line)),
            Part::Features => self.doc.describe(true, name, line),
            Part::Body | Part::Members => {
                self.part = Part::Members;
                self.doc.describe(false, name, line)
            }
        }
    }

    /// A paragraph that is not indented ends the descriptions.
    fn maybe_new_paragraph(&mut self, text: &str) {
        let describes = matches!(self.part, Part::Members | Part::Features);
        let unindented = !text.is_empty() && !text.starts_with([' ', '\t']);
        if describes && self.after_blank && unindented {
            self.part = Part::Sections;
        }
    }

    fn continuation(&mut self, line: Line<'s>) -> Checked<()> {
        if !line.text.trim().is_empty() {
            self.empty = None;
        }
        if self.doc.symbol.is_none()
            && let Some((name, _)) = at_name(line.text)
            && !name.contains(' ')
        {
            return Err(name_in_prose(name, line.span));
        }
        Ok(())
    }

    fn no_optional(&self, line: Line<'s>) -> Checked<()> {
        let describes = self.part == Part::Members || line.text.starts_with('@');
        if describes
            && line.text.contains("#optional")
            && self.view.is_in(dialect::NO_OPTIONAL_MARK)
        {
            let found = Diagnostic::new(
                Code::DocOptional,
                line.span,
                "'#optional' is not understood",
            );
            return Err(found.with_help("remove it: the schema says what is optional"));
        }
        Ok(())
    }

    fn end_section(&mut self) -> Checked<()> {
        match self.empty.take() {
            Some((tag, line)) => Err(empty_section(tag, line)),
            None => Ok(()),
        }
    }
}

fn is_tag(word: &str) -> bool {
    matches!(
        word,
        "Returns" | "Since" | "Note" | "Notes" | "Example" | "Examples" | "TODO"
    )
}
