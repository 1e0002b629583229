//! Pieces of Rust source that are formatted once.
//!
//! Most of the generated code is a few pieces with other names in them. `prettyplease`
//! formats each piece once, in the place of a module where it stands, with short names.
//! A use of the piece has other words in their places. That is what `prettyplease` would
//! print for them, for its layout depends on nothing but the lengths of words:
//!
//! * A group of words is broken only where it is too long for its line. So a line that
//!   is not too long has no broken group, whatever its words are.
//! * Of the groups that are broken even if they fit, those around statements, fields and
//!   arms are broken always. A struct expression is broken if it is longer than a limit:
//!   [`lists`] finds out for which lengths of a list.
//! * Lines between two forced breaks depend on nothing before or behind them but their
//!   indentation, so that a piece is laid out in its place as it is among others.
//!
//! A piece with a line that is too long is parsed, and formatted as a whole.

mod layout;
mod lists;
mod place;

use std::sync::OnceLock;

pub use layout::MAX_WIDTH;
pub use lists::List;
pub use place::Place;

use layout::{Layout, Mark};
use lists::{ListBounds, MAX_LISTS, TOO_WIDE};

/// A use of a piece: source code with other words in place of the names that are
/// assigned.
///
/// A name stands for an identifier, a literal or a type; [`Lines`] take the place of the
/// line that has their name, and a [`List`] that of an element of a list.
macro_rules! piece {
    ($place:ident { $($source:tt)* } $($name:ident = $content:expr),* $(,)?) => {{
        static TEMPLATE: $crate::emit::piece::Template = $crate::emit::piece::Template::new(
            $crate::emit::piece::Place::$place,
            stringify!($($source)*),
            &[$(stringify!($name)),*],
        );
        TEMPLATE.fill(&[$($crate::emit::piece::Content::from($content)),*])
    }};
}
pub(super) use piece;

/// Formatted lines of source code, indented as they are in their place in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines(String);

impl Lines {
    /// Takes lines that are formatted.
    pub fn new(lines: String) -> Self {
        Lines(lines)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn push(&mut self, lines: &Lines) {
        self.0 += &lines.0;
    }
}

impl FromIterator<Lines> for Lines {
    fn from_iter<I: IntoIterator<Item = Lines>>(all: I) -> Self {
        let all: Vec<String> = all.into_iter().map(|lines| lines.0).collect();
        Lines(all.concat())
    }
}

/// What takes the place of a name.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    Words(&'a str),
    Lines(&'a Lines),
    List(&'a List),
}

impl<'a> From<&'a str> for Content<'a> {
    fn from(words: &'a str) -> Self {
        Content::Words(words)
    }
}

impl<'a> From<&'a String> for Content<'a> {
    fn from(words: &'a String) -> Self {
        Content::Words(words)
    }
}

impl<'a> From<&'a Lines> for Content<'a> {
    fn from(lines: &'a Lines) -> Self {
        Content::Lines(lines)
    }
}

impl<'a> From<&'a List> for Content<'a> {
    fn from(list: &'a List) -> Self {
        Content::List(list)
    }
}

/// The source code of a string literal.
pub fn text(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\');
    if text.bytes().all(is_plain) {
        ["\"", text, "\""].concat()
    } else {
        proc_macro2::Literal::string(text).to_string()
    }
}

/// A piece of source code.
pub struct Template {
    place: Place,
    source: &'static str,
    names: &'static [&'static str],
    /// The layouts, by the shapes of the lists.
    layouts: [OnceLock<Layout>; 1 << MAX_LISTS],
    lists: [ListBounds; MAX_LISTS],
}

impl Template {
    pub const fn new(place: Place, source: &'static str, names: &'static [&'static str]) -> Self {
        Template {
            place,
            source,
            names,
            layouts: [const { OnceLock::new() }; 1 << MAX_LISTS],
            lists: [const { ListBounds::new() }; MAX_LISTS],
        }
    }

    /// The piece with other content in place of its names, in their order.
    pub fn fill(&self, contents: &[Content<'_>]) -> Lines {
        let (mut lines, fits) = self.layout(contents).fill(contents);
        if !fits {
            lines = self.place.format(&lines);
        }
        Lines(lines)
    }

    /// The layout for lists of these widths.
    fn layout(&self, contents: &[Content<'_>]) -> &Layout {
        let mut widths: Vec<Option<usize>> = vec![None; contents.len()];
        let lists = contents.iter().enumerate();
        let lists = lists.filter_map(|(index, content)| match content {
            Content::List(list) => Some((index, list)),
            Content::Words(_) | Content::Lines(_) => None,
        });
        let mut shapes = 0;
        for (number, ((index, list), bounds)) in lists.zip(&self.lists).enumerate() {
            let is_broken = bounds.is_broken(list.width(), |width| {
                let mut widths = vec![None; contents.len()];
                widths[index] = Some(width);
                self.print(&widths, contents).has_lines(index)
            });
            if is_broken {
                shapes |= 1 << number;
                widths[index] = Some(TOO_WIDE);
            }
        }
        self.layouts[shapes].get_or_init(|| self.print(&widths, contents))
    }

    /// The layout with lists of these widths.
    fn print(&self, widths: &[Option<usize>], contents: &[Content<'_>]) -> Layout {
        let marks = Mark::of(self.source, contents, widths);
        let source = Mark::replace(self.source, self.names, &marks);
        Layout::new(&self.place.format(&source), &marks, contents)
    }
}

#[cfg(test)]
mod tests;
