//! The layout of a piece: its lines, with content in place of names.

use std::mem;

use super::Content;

/// The width beyond which `prettyplease` breaks lines.
pub const MAX_WIDTH: usize = 89;

/// The lines of a piece.
pub struct Layout {
    lines: Vec<Line>,
    fixed_length: usize,
}

enum Line {
    /// Lines without a name.
    Fixed(String),
    /// A line with names.
    Words(Vec<Part>),
    /// A line that consists of the name of [`Content::Lines`], or of a list with a line
    /// for each element.
    Lines(usize),
}

enum Part {
    Fixed(String),
    Content(usize),
}

impl Layout {
    /// The layout of a formatted piece with `marks` in place of the names of `contents`.
    pub fn new(formatted: &str, marks: &[Mark], contents: &[Content<'_>]) -> Self {
        let lines = formatted.split_inclusive('\n');
        Layout {
            lines: lines.map(|line| Line::new(line, marks, contents)).collect(),
            fixed_length: formatted.len(),
        }
    }

    /// Returns `true` if the content with this index has lines of its own.
    pub fn has_lines(&self, index: usize) -> bool {
        let mut lines = self.lines.iter();
        lines.any(|line| matches!(line, Line::Lines(other) if *other == index))
    }

    /// A length that is enough for most uses.
    fn length(&self, contents: &[Content<'_>]) -> usize {
        let each = contents.iter().map(|content| match content {
            Content::Words(words) => 2 * words.len(),
            Content::Lines(lines) => lines.as_str().len(),
            Content::List(list) => list.lines().map(str::len).sum(),
        });
        self.fixed_length + each.sum::<usize>()
    }

    /// The lines with content in its places, and whether none of them is too long.
    pub fn fill(&self, contents: &[Content<'_>]) -> (String, bool) {
        let (mut filled, mut fits) = (String::with_capacity(self.length(contents)), true);
        for line in &self.lines {
            match line {
                Line::Fixed(text) => filled += text,
                Line::Lines(index) => contents[*index].add_lines(&mut filled),
                Line::Words(parts) => {
                    let start = filled.len();
                    parts
                        .iter()
                        .for_each(|part| part.add(contents, &mut filled));
                    fits &= filled.len() - start <= MAX_WIDTH + "\n".len();
                }
            }
        }
        (filled, fits)
    }
}

impl Line {
    fn new(line: &str, marks: &[Mark], contents: &[Content<'_>]) -> Self {
        let line = marks.iter().fold(line.to_owned(), |line, mark| {
            line.replace(&mark.source, &mark.letter)
        });
        let (mut parts, mut fixed) = (Vec::new(), String::new());
        for word in words(&line) {
            let Some(index) = marks.iter().position(|mark| mark.letter == word) else {
                fixed += word;
                continue;
            };
            match contents[index] {
                Content::Lines(_) => return Line::Lines(index),
                Content::List(_) if line.trim() == format!("{word},") => {
                    return Line::Lines(index);
                }
                Content::List(_) | Content::Words(_) => {}
            }
            parts.push(Part::Fixed(mem::take(&mut fixed)));
            parts.push(Part::Content(index));
        }
        if parts.is_empty() {
            return Line::Fixed(fixed);
        }
        parts.push(Part::Fixed(fixed));
        Line::Words(parts)
    }
}

impl Part {
    fn add(&self, contents: &[Content<'_>], source: &mut String) {
        match self {
            Part::Fixed(text) => *source += text,
            Part::Content(index) => contents[*index].add_words(source),
        }
    }
}

impl Content<'_> {
    fn add_words(&self, source: &mut String) {
        match self {
            Content::Words(words) => *source += words,
            Content::Lines(lines) => *source += lines.as_str(),
            Content::List(list) => {
                for (number, element) in list.elements().enumerate() {
                    *source += if number > 0 { ", " } else { "" };
                    *source += element;
                }
            }
        }
    }

    fn add_lines(&self, source: &mut String) {
        match self {
            Content::Words(words) => *source += words,
            Content::Lines(lines) => *source += lines.as_str(),
            Content::List(list) => source.extend(list.lines()),
        }
    }
}

/// What stands for a name when a piece is formatted: as short as any name is, or for a
/// list as wide as the list.
pub struct Mark {
    /// A letter that is no word of the piece.
    letter: String,
    source: String,
}

impl Mark {
    /// The marks of `contents` in a piece; lists have one of the `widths`.
    pub fn of(piece: &str, contents: &[Content<'_>], widths: &[Option<usize>]) -> Vec<Mark> {
        let letters = ('a'..='z').map(String::from);
        let letters = letters.filter(|letter| words(piece).all(|word| word != letter));
        let contents = letters.zip(contents).zip(widths);
        let marks = contents.map(|((letter, content), width)| Mark {
            source: match content {
                // This is both a parameter and the value of a field.
                Content::List(_) => {
                    let width = width.unwrap_or_default().saturating_sub(": ()".len());
                    format!("{letter:x<width$}: ()")
                }
                Content::Words(_) | Content::Lines(_) => letter.clone(),
            },
            letter,
        });
        marks.collect()
    }

    /// A piece with marks in place of its names.
    pub fn replace(piece: &str, names: &[&str], marks: &[Mark]) -> String {
        let words = words(piece).map(|word| {
            let index = names.iter().position(|name| *name == word);
            index.map_or(word, |index| &marks[index].source)
        });
        words.collect()
    }
}

/// The words of source code, and what is between them.
fn words(source: &str) -> impl Iterator<Item = &str> {
    let is_word = |character: char| character == '_' || character.is_ascii_alphanumeric();
    let mut rest = source;
    std::iter::from_fn(move || {
        let in_word = is_word(rest.chars().next()?);
        let end = rest.find(|character| is_word(character) != in_word);
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        Some(word)
    })
}
