//! Sections of blocks as the releases from 2.9 to 8.2 parse them: a section
//! ends with unindented text after an empty line.

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
    let mut reader = LooseReader {
        version,
        sections: SectionList::new(),
        part: BlockPart::Body,
        empty: None,
        after_blank: false,
    };
    for line in lines {
        reader.line(*line)?;
    }
    reader.end_section()?;
    reader.sections.finish()
}

/// Checks the lines of a free-form block.
pub fn free_form(version: Version, lines: &[DocLine<'_>]) -> DocResult<()> {
    for line in lines {
        reject_optional_mark(version, *line, line.text.starts_with('@'))?;
        if let Some((name, _)) = at_name(line.text)
            && !name.contains(' ')
        {
            return Err(description_in_free_form(name, line.span));
        }
    }
    Ok(())
}

/// The parts of a block, in order.
#[derive(Clone, Copy, PartialEq)]
enum BlockPart {
    Body,
    Members,
    Features,
    Sections,
}

struct LooseReader<'s> {
    version: Version,
    sections: SectionList<'s>,
    part: BlockPart,
    /// The tagged section that has no text yet.
    empty: Option<(&'s str, Span)>,
    after_blank: bool,
}

impl<'s> LooseReader<'s> {
    fn line(&mut self, line: DocLine<'s>) -> DocResult<()> {
        let describes = self.part == BlockPart::Members || line.text.starts_with('@');
        reject_optional_mark(self.version, line, describes)?;
        if !self.opens_section(line)? {
            self.end_descriptions(line.text);
            if !line.text.trim().is_empty() {
                self.empty = None;
            }
            self.sections.text(line);
        }
        self.after_blank = line.text.is_empty();
        Ok(())
    }

    fn opens_section(&mut self, line: DocLine<'s>) -> DocResult<bool> {
        let word = line.text.split(' ').next().unwrap_or_default();
        let rest = &line.text[word.len()..];
        let heading = word.strip_suffix(':');
        if let Some(name) = heading.and_then(|word| word.strip_prefix('@')) {
            self.description(name, line.span, rest)?;
        } else if let Some(tag) = heading.filter(|tag| TAGS.contains(tag)) {
            self.end_section()?;
            self.sections.tag(tag, line.span, rest)?;
            self.part = BlockPart::Sections;
            self.empty = rest.trim().is_empty().then_some((tag, line.span));
        } else if line.text == "Features:" && self.may_have_features() {
            self.part = BlockPart::Features;
            self.sections.open(SectionKind::Body, line.span, None);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn may_have_features(&self) -> bool {
        let here = match self.part {
            BlockPart::Body => true,
            BlockPart::Members => self.after_blank,
            BlockPart::Features | BlockPart::Sections => false,
        };
        here && dialect::DOCUMENTED_FEATURES.contains(self.version)
    }

    fn description(&mut self, name: &'s str, line: Span, text: &'s str) -> DocResult<()> {
        let kind = match self.part {
            BlockPart::Sections => return Err(misplaced_description(name, line)),
            BlockPart::Features => SectionKind::Feature(name),
            BlockPart::Body | BlockPart::Members => {
                self.part = BlockPart::Members;
                SectionKind::Member(name)
            }
        };
        self.sections.describe(kind, line, text)
    }

    /// An unindented paragraph ends the descriptions.
    fn end_descriptions(&mut self, text: &str) {
        let describes = matches!(self.part, BlockPart::Members | BlockPart::Features);
        let unindented = !text.is_empty() && !text.starts_with([' ', '\t']);
        if describes && self.after_blank && unindented {
            self.part = BlockPart::Sections;
        }
    }

    fn end_section(&mut self) -> DocResult<()> {
        match self.empty.take() {
            Some((tag, line)) => Err(empty_section(tag, line)),
            None => Ok(()),
        }
    }
}

const TAGS: [&str; 7] = [
    "Returns", "Since", "Note", "Notes", "Example", "Examples", "TODO",
];

fn reject_optional_mark(version: Version, line: DocLine<'_>, describes: bool) -> DocResult<()> {
    let is_marked = describes && line.text.contains("#optional");
    if is_marked && dialect::NO_OPTIONAL_MARK.contains(version) {
        let found = Diagnostic::new(Code::DocOptional, line.span, "unexpected '#optional'");
        return Err(found.with_help("remove it: the schema says what is optional"));
    }
    Ok(())
}
