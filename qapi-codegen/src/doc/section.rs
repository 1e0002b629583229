//! Sections of documentation comments.

use crate::diagnostic::{Code, Diagnostic};
use crate::duplicates::duplicates;
use crate::source::Span;

/// A line of a comment.
#[derive(Clone, Copy)]
pub struct DocLine<'s> {
    /// The text, without `# ` and without blanks at the end.
    pub text: &'s str,
    pub span: Span,
}

/// A section of a comment.
pub struct Section<'s> {
    pub kind: SectionKind<'s>,
    /// The line that opens the section; the body at the top has none.
    pub line: Option<Span>,
    /// The lines; the first without the words that open the section.
    pub lines: Vec<&'s str>,
}

/// The subject of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionKind<'s> {
    Body,
    /// A member, value or branch.
    Member(&'s str),
    Feature(&'s str),
    /// The subject of a tag, such as `Returns`.
    Tagged(&'s str),
}

impl Section<'_> {
    /// The text as one line with single spaces.
    pub fn text(&self) -> String {
        let length = self.lines.iter().map(|line| line.len() + 1).sum();
        let mut text = String::with_capacity(length);
        for word in self.lines.iter().flat_map(|line| line.split_whitespace()) {
            if !text.is_empty() {
                text.push(' ');
            }
            text += word;
        }
        text
    }
}

/// The sections of a comment under construction.
pub struct SectionList<'s> {
    /// Never empty; lines are added to the last one.
    pub sections: Vec<Section<'s>>,
    after_blank: bool,
}

/// Either a value or the first syntax error of a block, where QEMU stops too.
pub type DocResult<T> = Result<T, Diagnostic>;

impl<'s> SectionList<'s> {
    /// Creates a list with an empty body.
    pub fn new() -> Self {
        let body = Section {
            kind: SectionKind::Body,
            line: None,
            lines: Vec::new(),
        };
        SectionList {
            sections: vec![body],
            after_blank: false,
        }
    }

    /// Begins a section, whose first line may have text.
    pub fn open(&mut self, kind: SectionKind<'s>, line: Span, text: Option<&'s str>) {
        let mut lines = Vec::with_capacity(4);
        lines.extend(text.map(str::trim_start));
        self.sections.push(Section {
            kind,
            line: Some(line),
            lines,
        });
        self.after_blank = false;
    }

    /// Begins the description of a member or a feature.
    pub fn describe(&mut self, kind: SectionKind<'s>, line: Span, text: &'s str) -> DocResult<()> {
        if matches!(kind, SectionKind::Member("") | SectionKind::Feature("")) {
            return Err(missing_name(line));
        }
        self.open(kind, line, Some(text));
        Ok(())
    }

    /// Begins a tagged section, of which some may appear only once.
    pub fn tag(&mut self, tag: &'s str, line: Span, text: &'s str) -> DocResult<()> {
        let kind = SectionKind::Tagged(tag);
        let mut others = self.sections.iter().filter(|section| section.kind == kind);
        if let Some(first) = others.find_map(|section| section.line)
            && matches!(tag, "Returns" | "Since" | "Errors")
        {
            let message = format!("duplicate section '{tag}'");
            return Err(Diagnostic::new(Code::DocDuplicate, line, message)
                .with_label(first, "the first one is here")
                .with_help("merge the two sections"));
        }
        self.open(kind, line, Some(text));
        Ok(())
    }

    /// Adds a line to the last section, or begins a body section again.
    pub fn text(&mut self, line: DocLine<'s>) {
        if self.ends_section(line.text) {
            self.open(SectionKind::Body, line.span, Some(line.text));
        } else if let Some(last) = self.sections.last_mut() {
            last.lines.push(line.text);
        }
        self.after_blank = line.text.is_empty();
    }

    /// Returns `true` for unindented text after an empty line, which is about
    /// the definition again. Examples may have such lines.
    fn ends_section(&self, text: &str) -> bool {
        let ends = self.sections.last().is_some_and(|last| match last.kind {
            SectionKind::Body => false,
            SectionKind::Tagged(tag) => !tag.starts_with("Example"),
            SectionKind::Member(_) | SectionKind::Feature(_) => true,
        });
        ends && self.after_blank && !text.is_empty() && !text.starts_with(' ')
    }

    /// The sections, if no name is described twice.
    pub fn finish(self) -> DocResult<Vec<Section<'s>>> {
        let described = self.sections.iter().filter_map(|section| {
            let name = match section.kind {
                SectionKind::Member(name) => (false, name),
                SectionKind::Feature(name) => (true, name),
                SectionKind::Body | SectionKind::Tagged(_) => return None,
            };
            Some((name, section.line?))
        });
        let (names, lines): (Vec<(bool, &str)>, Vec<Span>) = described.unzip();
        if let Some(&(first, later)) = duplicates(&names).first() {
            return Err(duplicate_description(
                names[later].1,
                lines[first],
                lines[later],
            ));
        }
        Ok(self.sections)
    }
}

/// Splits `@name: text`.
pub fn at_name(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.strip_prefix('@')?.split_once(':')?;
    Some((name, rest.trim_start()))
}

fn duplicate_description(name: &str, first: Span, line: Span) -> Diagnostic {
    let message = format!("duplicate description of '@{name}'");
    Diagnostic::new(Code::DocDuplicate, line, message)
        .with_label(first, "the first one is here")
        .with_help("remove one of the two")
}

/// A description without a name.
pub fn missing_name(line: Span) -> Diagnostic {
    Diagnostic::new(Code::DocNoName, line, "missing name after '@'")
        .with_help("write `# @name: ` and the description")
}

/// A tagged section without text.
pub fn empty_section(tag: &str, line: Span) -> Diagnostic {
    let message = format!("section '{tag}' is empty");
    Diagnostic::new(Code::DocEmptySection, line, message)
        .with_help("add text, or remove the section")
}

/// A description after a section.
pub fn misplaced_description(name: &str, line: Span) -> Diagnostic {
    let message = format!("the description of '@{name}' follows a section");
    Diagnostic::new(Code::DocOrder, line, message)
        .with_help("describe members first, then features, then write the sections")
}

/// A description in a free-form block.
pub fn description_in_free_form(name: &str, line: Span) -> Diagnostic {
    let message = format!("'@{name}:' in a block that documents no definition");
    Diagnostic::new(Code::DocNameInProse, line, message)
        .with_help("begin the block with the name of the definition, or remove the colon")
}
