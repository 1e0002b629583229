//! The parts of a comment: what is about the definition, about a member, about
//! a feature, and since when.

use super::names::Names;

/// A part of a comment.
pub struct Section<'s> {
    /// What it is about.
    pub target: Target<'s>,
    /// The word that opens it, such as `Returns`; most parts have none.
    pub tag: Option<&'s str>,
    /// Its lines; the first has lost what opens the part.
    pub lines: Vec<&'s str>,
}

/// What a part of a comment is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target<'s> {
    /// The definition.
    Definition,
    /// Since when there is the definition.
    Since,
    /// A member, a value or a branch.
    Member(&'s str),
    /// A feature.
    Feature(&'s str),
}

impl Section<'_> {
    /// The whole part as one line with single spaces.
    pub fn text(&self) -> String {
        let words: Vec<&str> = self
            .lines
            .iter()
            .flat_map(|line| line.split_whitespace())
            .collect();
        words.join(" ")
    }
}

/// Splits a comment into its parts.
pub fn split<'s>(lines: &[&'s str], names: &Names<'_>) -> Vec<Section<'s>> {
    let mut splitter = Splitter {
        names,
        in_features: false,
        after_blank: false,
        sections: vec![opened(Target::Definition, None, None)],
    };
    for line in lines {
        splitter.line(line);
    }
    splitter.sections
}

struct Splitter<'n, 's> {
    names: &'n Names<'n>,
    in_features: bool,
    after_blank: bool,
    /// Never empty; the last is the one that lines are added to.
    sections: Vec<Section<'s>>,
}

impl<'s> Splitter<'_, 's> {
    fn line(&mut self, line: &'s str) {
        if line == "Features:" {
            self.in_features = true;
            self.sections.push(opened(Target::Definition, None, None));
        } else if let Some(section) = self.opens(line) {
            self.sections.push(section);
        } else if self.ends_section(line) {
            self.sections
                .push(opened(Target::Definition, None, Some(line)));
        } else if let Some(last) = self.sections.last_mut() {
            last.lines.push(line);
        }
        self.after_blank = line.is_empty();
    }

    fn opens(&self, line: &'s str) -> Option<Section<'s>> {
        if let Some((name, rest)) = described(line) {
            if self.in_features {
                return Some(opened(Target::Feature(name), None, Some(rest)));
            }
            if self.names.has_member(name) {
                return Some(opened(Target::Member(name), None, Some(rest)));
            }
        }
        let (tag, rest) = tagged(line)?;
        match tag {
            "Since" => Some(opened(Target::Since, None, Some(rest))),
            _ => Some(opened(Target::Definition, Some(tag), Some(rest))),
        }
    }

    /// Whether text at the margin after an empty line is about the definition
    /// again. An example may have its lines at the margin.
    fn ends_section(&self, line: &str) -> bool {
        let Some(last) = self.sections.last() else {
            return false;
        };
        let described = !matches!(last.target, Target::Definition);
        let prose_tag = last.tag.is_some_and(|tag| !tag.starts_with("Example"));
        self.after_blank && !line.is_empty() && !line.starts_with(' ') && (described || prose_tag)
    }
}

fn opened<'s>(target: Target<'s>, tag: Option<&'s str>, first: Option<&'s str>) -> Section<'s> {
    Section {
        target,
        tag,
        lines: first.into_iter().map(str::trim_start).collect(),
    }
}

/// Reads `@name: text`; before 2.9 there may be a space more before the `@`.
fn described(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix(' ').unwrap_or(line);
    let (name, rest) = line.strip_prefix('@')?.split_once(':')?;
    let name = name.trim_end();
    (!name.is_empty() && !name.contains(char::is_whitespace)).then_some((name, rest))
}

const TAGS: [&str; 9] = [
    "Returns", "Return", "Errors", "Since", "Notes", "Note", "Examples", "Example", "TODO",
];

/// Reads `Returns: text`, and `Since : 9.1`, and not `Example::`.
fn tagged(line: &str) -> Option<(&str, &str)> {
    let (tag, rest) = line.split_once(':')?;
    let tag = tag.trim_end();
    (TAGS.contains(&tag) && !rest.starts_with(':')).then_some((tag, rest))
}
