//! Source files, and places in them.
//!
//! Every node of the syntax tree carries a [`Span`], twelve bytes that say
//! where it came from. Lines and columns are computed only when somebody asks.

use std::fmt;

/// Which file of a [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A run of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Where it begins, in bytes.
    pub start: u32,
    /// Where it ends, in bytes; this byte is no part of it.
    pub end: u32,
}

impl Span {
    /// The empty span at the beginning of this one.
    pub fn at_start(self) -> Span {
        Span {
            end: self.start,
            ..self
        }
    }

    /// The bytes of this span as a range.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Puts a value and its place together.
    pub fn new(value: T, span: Span) -> Self {
        Spanned { value, span }
    }
}

/// A name or text of the schema with its place.
pub type Name = Spanned<String>;

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}

/// A line and a column, both counted from one; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// One file that was read.
#[derive(Debug)]
pub struct SourceFile {
    /// The name to show, which is how the reader of the messages knows the file.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Where the `include` stands that asked for it; the root has none.
    pub included_from: Option<Span>,
}

/// All files of one schema.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a file and gives its id.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.files.push(file);
        id
    }

    /// The file with this id.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files in the order in which they were read.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> &str {
        &self.file(span.file).text[span.range()]
    }

    /// Line and column of the beginning of a span.
    pub fn position(&self, span: Span) -> Position {
        let before = &self.file(span.file).text[..span.start as usize];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            line: 1 + before.bytes().filter(|&byte| byte == b'\n').count() as u32,
            column: 1 + before[line_start..].chars().count() as u32,
        }
    }

    /// The `include` directives that led to this file, innermost first.
    pub fn include_chain(&self, file: FileId) -> impl Iterator<Item = Span> {
        std::iter::successors(self.file(file).included_from, |span| {
            self.file(span.file).included_from
        })
    }
}
