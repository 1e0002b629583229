//! The include graph.
//!
//! This is the only stage that reads files. It does so through [`Files`], so
//! that a schema may come from a folder, an archive or memory.

use std::collections::HashMap;
use std::io;

use crate::ast::{Definition, IncludeDirective, Item};
use crate::diagnostic::{Code, Diagnostic};
use crate::parse;
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::version::Version;

/// A source of files.
pub trait Files {
    /// Reads a file.
    ///
    /// Paths use `/`, without `.` and `..` where possible.
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

/// All files of a schema, parsed but not validated.
#[derive(Debug)]
pub struct LoadedSchema {
    /// The release whose rules apply.
    pub version: Version,
    /// The files.
    pub sources: Sources,
    /// The items of all files; those of an included file replace its include.
    pub items: Vec<Item>,
    /// Errors of loading and parsing.
    pub diagnostics: Vec<Diagnostic>,
    /// The origin of the comments.
    pub documentation: DocumentationKind,
}

impl LoadedSchema {
    /// All definitions in order, to be changed.
    pub fn definitions_mut(&mut self) -> impl Iterator<Item = &mut Definition> {
        self.items.iter_mut().filter_map(|item| match item {
            Item::Definition(definition) => Some(&mut **definition),
            Item::Comment(_) | Item::Include(_) | Item::Pragma(_) => None,
        })
    }

    /// All definitions in order.
    pub fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.items.iter().filter_map(|item| match item {
            Item::Definition(definition) => Some(&**definition),
            Item::Comment(_) | Item::Include(_) | Item::Pragma(_) => None,
        })
    }
}

/// The origin of the comments of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentationKind {
    /// QEMU's own documentation, which releases have rules for.
    Prose,
    /// Facts extracted from QEMU's documentation.
    Facts,
    /// No comments: the interface was introspected.
    None,
}

/// The maximum length of a chain of includes.
const MAX_INCLUDES: usize = 64;

/// The maximum size of a file in bytes; QEMU's largest has 0.3 million.
const MAX_FILE_SIZE: usize = 64 << 20;

/// Loads a schema from its root file.
///
/// # Errors
///
/// The root file cannot be read. All other errors are diagnostics of the result.
pub fn load(files: &dyn Files, root: &str, version: Version) -> io::Result<LoadedSchema> {
    let text = read(files, root)?;
    let mut loader = Loader {
        files,
        version,
        sources: Sources::default(),
        states: HashMap::new(),
        items: Vec::new(),
        diagnostics: Vec::new(),
    };
    loader.file(normalized(root), text, None);
    Ok(LoadedSchema {
        version,
        sources: loader.sources,
        items: loader.items,
        diagnostics: loader.diagnostics,
        documentation: DocumentationKind::Prose,
    })
}

struct Loader<'f> {
    files: &'f dyn Files,
    version: Version,
    sources: Sources,
    states: HashMap<String, FileState>,
    items: Vec<Item>,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Clone, Copy, PartialEq)]
enum FileState {
    Open,
    Done,
}

impl Loader<'_> {
    fn file(&mut self, path: String, contents: FileContents, from: Option<Span>) {
        self.states.insert(path.clone(), FileState::Open);
        let id = self.sources.add(SourceFile {
            name: path.clone(),
            text: contents.text,
            included_from: from,
        });
        match contents.invalid_at {
            Some(offset) => self.diagnostics.push(not_utf8(id, offset)),
            None => self.items(&path, id),
        }
        self.states.insert(path, FileState::Done);
    }

    fn items(&mut self, path: &str, id: FileId) {
        let (tree, diagnostics) = parse::parse(id, &self.sources.file(id).text, self.version);
        self.diagnostics.extend(diagnostics);
        for item in tree.items {
            match item {
                Item::Include(include) => self.include(path, id, include),
                item => self.items.push(item),
            }
        }
    }

    fn include(&mut self, from: &str, from_id: FileId, include: IncludeDirective) {
        let path = relative_to(from, &include.path.value);
        let result = match self.states.get(&path) {
            Some(FileState::Done) => return,
            Some(FileState::Open) => Err(self.inclusion_loop(from_id, &include, &path)),
            None if self.sources.include_chain(from_id).count() >= MAX_INCLUDES => {
                let message = format!("more than {MAX_INCLUDES} nested includes");
                Err(include_error(&include, Code::IncludeTooDeep, message))
            }
            None => read(self.files, &path).map_err(|error| {
                let message = format!("cannot read `{path}`: {error}");
                include_error(&include, Code::UnreadableInclude, message)
                    .with_help("the path is relative to the file that includes it")
            }),
        };
        match result {
            Ok(contents) => self.file(path, contents, Some(include.span)),
            Err(diagnostic) => self.diagnostics.push(diagnostic),
        }
    }

    fn inclusion_loop(&self, from: FileId, include: &IncludeDirective, path: &str) -> Diagnostic {
        let message = format!("`{path}` includes itself");
        let diagnostic = include_error(include, Code::InclusionLoop, message)
            .with_help("remove one of these includes");
        let back_to_path = |span: &Span| self.sources.file(span.file).name != path;
        let chain = || self.sources.include_chain(from);
        let steps = chain().take_while(back_to_path).count() + 1;
        chain().take(steps).fold(diagnostic, |diagnostic, span| {
            diagnostic.with_label(span, "included here")
        })
    }
}

fn include_error(include: &IncludeDirective, code: Code, message: String) -> Diagnostic {
    Diagnostic::new(code, include.span, message).with_focus(include.path.span)
}

/// The contents of a file.
struct FileContents {
    text: String,
    /// The offset of the first invalid byte, where `text` has a replacement
    /// character.
    invalid_at: Option<usize>,
}

fn read(files: &dyn Files, path: &str) -> io::Result<FileContents> {
    let bytes = files.read(path)?;
    if bytes.len() > MAX_FILE_SIZE {
        let size = bytes.len();
        let message = format!("the file has {size} bytes, the maximum is {MAX_FILE_SIZE}");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(match String::from_utf8(bytes) {
        Ok(text) => FileContents {
            text,
            invalid_at: None,
        },
        Err(error) => FileContents {
            text: String::from_utf8_lossy(error.as_bytes()).into_owned(),
            invalid_at: Some(error.utf8_error().valid_up_to()),
        },
    })
}

fn not_utf8(file: FileId, offset: usize) -> Diagnostic {
    let end = offset + char::REPLACEMENT_CHARACTER.len_utf8();
    Diagnostic::new(Code::NotUtf8, Span::new(file, offset..end), "invalid UTF-8")
        .with_help("check that this is a schema file and not damaged")
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

/// Resolves `.` and `..` in a path where possible. Files of a schema have
/// normalized names.
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

    fn load_map(files: &[(&str, &str)]) -> LoadedSchema {
        let files: HashMap<String, Vec<u8>> = files
            .iter()
            .map(|(path, text)| (path.to_string(), text.as_bytes().to_vec()))
            .collect();
        load(&files, "root.json", Version::NEWEST).unwrap()
    }

    #[test]
    fn a_file_is_loaded_once_and_in_place() {
        let loaded = load_map(&[
            (
                "root.json",
                "{'include':'sub/a.json'}{'include':'sub/b.json'}{'enum':'R','data':[]}",
            ),
            ("sub/a.json", "{'include':'b.json'}{'enum':'A','data':[]}"),
            ("sub/b.json", "{'enum':'B','data':[]}"),
        ]);
        assert_eq!(loaded.diagnostics, []);
        let names = loaded.definitions().map(|it| it.name.value.as_str());
        let names: Vec<_> = names.collect();
        assert_eq!(names, ["B", "A", "R"]);
    }

    #[test]
    fn invalid_utf8_is_reported_at_its_first_byte() {
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
