//! The include graph: which files a schema is made of.
//!
//! The only stage that reads files, and it does so through [`Files`], so that a
//! schema may come from a folder, an archive or a test.

use std::collections::HashMap;
use std::io;

use crate::ast::{IncludeDirective, Item};
use crate::diagnostic::{Code, Diagnostic};
use crate::parse;
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::version::Version;

/// Where files come from.
pub trait Files {
    /// The content of a file.
    ///
    /// Paths are written with `/` and without `.` and `..` where that can be.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
}

/// Files in memory, by path.
impl Files for HashMap<String, Vec<u8>> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.get(path)
            .cloned()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// A schema as it was written: all its files, none of its names looked up.
#[derive(Debug)]
pub struct Loaded {
    /// The release whose rules apply.
    pub version: Version,
    /// The files, for spans to point into.
    pub sources: Sources,
    /// What stands in them, each included file in the place of its include.
    pub items: Vec<Item>,
    /// What could not be read.
    pub diagnostics: Vec<Diagnostic>,
    /// What the comments are.
    pub documentation: Documentation,
}

/// What the comments of a schema are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Documentation {
    /// QEMU's own documentation, for which releases have rules.
    Prose,
    /// Facts taken from it; where there was none to take, nothing is said.
    Facts,
    /// There is none. A running QEMU told the interface, and its names are what
    /// they are.
    None,
}

/// How long a chain of includes may be.
const INCLUDE_LIMIT: usize = 64;

/// The largest file that is read, in bytes; QEMU's largest has 0.3 million.
const SIZE_LIMIT: usize = 64 << 20;

/// Reads a schema from its root file.
///
/// # Errors
///
/// The root file itself cannot be read. Whatever else goes wrong is among the
/// diagnostics of the result.
pub fn load(files: &dyn Files, root: &str, version: Version) -> io::Result<Loaded> {
    let text = read(files, root)?;
    let mut loader = Loader {
        files,
        version,
        sources: Sources::default(),
        seen: HashMap::new(),
    };
    let mut output = Output::default();
    loader.file(normalized(root), text, None, &mut output);
    Ok(Loaded {
        version,
        sources: loader.sources,
        items: output.items,
        diagnostics: output.diagnostics,
        documentation: Documentation::Prose,
    })
}

#[derive(Default)]
struct Output {
    items: Vec<Item>,
    diagnostics: Vec<Diagnostic>,
}

struct Loader<'f> {
    files: &'f dyn Files,
    version: Version,
    sources: Sources,
    /// The files that were read, and whether their end was reached.
    seen: HashMap<String, State>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Open,
    Done,
}

impl Loader<'_> {
    fn file(&mut self, path: String, text: Text, from: Option<Span>, output: &mut Output) {
        let state = if text.damage.is_some() {
            State::Done
        } else {
            State::Open
        };
        self.seen.insert(path.clone(), state);
        let source = SourceFile {
            name: path.clone(),
            text: text.text,
            included_from: from,
        };
        let id = self.sources.add(source);
        if let Some(place) = text.damage {
            return output.diagnostics.push(not_text(id, place));
        }
        let (tree, diagnostics) = parse::parse(id, &self.sources.file(id).text, self.version);
        output.diagnostics.extend(diagnostics);
        for item in tree.items {
            match item {
                Item::Include(include) => self.include(&path, id, include, output),
                item => output.items.push(item),
            }
        }
        self.seen.insert(path, State::Done);
    }

    fn include(
        &mut self,
        from: &str,
        from_id: FileId,
        include: IncludeDirective,
        output: &mut Output,
    ) {
        let path = relative_to(from, &include.path.value);
        let result = match self.seen.get(&path) {
            Some(State::Done) => return,
            Some(State::Open) => Err(self.inclusion_loop(from_id, &include, &path)),
            None if self.sources.include_chain(from_id).count() >= INCLUDE_LIMIT => {
                Err(include_error(
                    &include,
                    Code::IncludeTooDeep,
                    "too many files include one another",
                ))
            }
            None => read(self.files, &path).map_err(|error| {
                include_error(
                    &include,
                    Code::UnreadableInclude,
                    format!("cannot read `{path}`: {error}"),
                )
                .with_help("the path is relative to the file that includes it")
            }),
        };
        match result {
            Ok(text) => self.file(path, text, Some(include.span), output),
            Err(diagnostic) => output.diagnostics.push(diagnostic),
        }
    }

    fn inclusion_loop(&self, from: FileId, include: &IncludeDirective, path: &str) -> Diagnostic {
        let message = format!("`{path}` includes itself");
        let diagnostic = include_error(include, Code::InclusionLoop, message)
            .with_help("remove one of these includes");
        let back_to_path = |span: &Span| self.sources.file(span.file).name != path;
        let mut chain: Vec<Span> = self
            .sources
            .include_chain(from)
            .take_while(back_to_path)
            .collect();
        chain.extend(self.sources.include_chain(from).nth(chain.len()));
        chain.into_iter().fold(diagnostic, |diagnostic, span| {
            diagnostic.with_label(span, "which is included here")
        })
    }
}

fn include_error(include: &IncludeDirective, code: Code, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(code, include.span, message).with_focus(include.path.span)
}

fn read(files: &dyn Files, path: &str) -> io::Result<Text> {
    let bytes = files.read(path)?;
    if bytes.len() > SIZE_LIMIT {
        let message = format!(
            "the file has {} bytes, and a schema at most {SIZE_LIMIT}",
            bytes.len()
        );
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(match String::from_utf8(bytes) {
        Ok(text) => Text { text, damage: None },
        Err(error) => Text {
            text: String::from_utf8_lossy(error.as_bytes()).into_owned(),
            damage: Some(error.utf8_error().valid_up_to()),
        },
    })
}

/// The content of a file.
struct Text {
    text: String,
    /// Where it is no UTF-8; a replacement character stands there.
    damage: Option<usize>,
}

fn not_text(file: FileId, place: usize) -> Diagnostic {
    let span = Span {
        file,
        start: place as u32,
        end: (place + char::REPLACEMENT_CHARACTER.len_utf8()) as u32,
    };
    Diagnostic::new(Code::NotUtf8, span, "this is not UTF-8")
        .with_help("this is no schema file, or a damaged one")
}

/// The path of an included file.
fn relative_to(from: &str, path: &str) -> String {
    if path.starts_with('/') {
        return normalized(path);
    }
    let folder = from.rfind('/').map_or("", |slash| &from[..=slash]);
    match normalized(&format!("{folder}{path}")) {
        here if here.is_empty() => ".".to_owned(),
        path => path,
    }
}

/// A path with `.` and `..` worked out where they can be, which is how the
/// files of a schema are named.
pub fn normalized(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." if parts
                .last()
                .is_some_and(|&last| last != ".." && !last.is_empty()) =>
            {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn included_paths_are_relative_to_the_including_file() {
        assert_eq!(
            relative_to("qapi-schema.json", "qapi/common.json"),
            "qapi/common.json"
        );
        assert_eq!(relative_to("a/qapi/x.json", "../../y.json"), "y.json");
        assert_eq!(relative_to("../a/x.json", "../../y.json"), "../../y.json");
        assert_eq!(relative_to("/a/x.json", "./b//y.json"), "/a/b//y.json");
    }

    fn load_map(files: &[(&str, &str)]) -> Loaded {
        let files: HashMap<String, Vec<u8>> = files
            .iter()
            .map(|(path, text)| (path.to_string(), text.as_bytes().to_vec()))
            .collect();
        load(&files, "root.json", Version::NEWEST).unwrap()
    }

    #[test]
    fn a_file_is_read_once_and_in_place() {
        let loaded = load_map(&[
            (
                "root.json",
                "{'include':'sub/a.json'}{'include':'sub/b.json'}{'enum':'R','data':[]}",
            ),
            ("sub/a.json", "{'include':'b.json'}{'enum':'A','data':[]}"),
            ("sub/b.json", "{'enum':'B','data':[]}"),
        ]);
        assert_eq!(loaded.diagnostics, []);
        let names: Vec<_> = loaded
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Definition(definition) => Some(definition.name.value.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(names, ["B", "A", "R"]);
    }

    #[test]
    fn what_is_no_text_is_reported_where_it_begins() {
        let files = HashMap::from([("root.json".to_owned(), b"# \xc3\xa4\n\xff{".to_vec())]);
        let loaded = load(&files, "root.json", Version::NEWEST).unwrap();
        let [found] = &loaded.diagnostics[..] else {
            panic!("{:?}", loaded.diagnostics);
        };
        assert_eq!(found.code, Code::NotUtf8);
        assert_eq!(loaded.sources.position(found.location.span).line, 2);
    }

    #[test]
    fn a_loop_and_a_missing_file_are_both_reported() {
        let loaded = load_map(&[
            ("root.json", "{'include':'a.json'}{'include':'gone.json'}"),
            ("a.json", "{'include':'root.json'}"),
        ]);
        let codes: Vec<_> = loaded
            .diagnostics
            .iter()
            .map(|diagnostic| diagnostic.code)
            .collect();
        assert_eq!(codes, [Code::InclusionLoop, Code::UnreadableInclude]);
        assert_eq!(loaded.diagnostics[0].labels.len(), 1);
    }
}
