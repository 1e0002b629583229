//! The modules of a schema: the files that QEMU divides its definitions into.
//!
//! An imported schema is one file. A comment `# Module: NAME` in it begins the
//! definitions of a module.

use crate::ast::Item;
use crate::load::{DocumentationKind, LoadedSchema};
use crate::source::FileId;

const PREFIX: &str = "# Module: ";

/// The comment that begins a module in an imported schema.
pub fn module_comment(module: &str) -> String {
    format!("{PREFIX}{module}\n")
}

/// The module of each definition, in their order: the file that it is in, or the
/// one that an imported schema names. It is `None` where neither is known, as for
/// definitions that were introspected or that an override adds.
pub fn definition_modules(loaded: &LoadedSchema) -> Vec<Option<&str>> {
    let mut current: Option<(FileId, &str)> = None;
    let mut modules = Vec::new();
    for item in &loaded.items {
        match item {
            Item::Comment(span) => {
                let stated = loaded.sources.text(*span).trim_end().strip_prefix(PREFIX);
                current = stated.map(|module| (span.file, module)).or(current);
            }
            Item::Definition(definition) => {
                let file = definition.span.file;
                modules.push(match loaded.documentation {
                    DocumentationKind::Prose => Some(file_stem(&loaded.sources.file(file).name)),
                    _ => current
                        .filter(|(stated_in, _)| *stated_in == file)
                        .map(|(_, module)| module),
                });
            }
            Item::Include(_) | Item::Pragma(_) => {}
        }
    }
    modules
}

/// The name of a file without its folder and `.json`.
fn file_stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".json").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::load::load;
    use crate::version::Version;
    use crate::{canonical, doc};

    #[test]
    fn modules_are_files_and_survive_the_import() {
        let files = [
            (
                "root.json",
                "{'include':'qapi/block-core.json'}{'enum':'R','data':[]}",
            ),
            (
                "qapi/block-core.json",
                "{'enum':'A','data':[]}{'enum':'B','data':[]}",
            ),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        let loaded = load(&HashMap::from(files), "root.json", Version::NEWEST).unwrap();
        let modules = [Some("block-core"), Some("block-core"), Some("root")];
        assert_eq!(definition_modules(&loaded), modules);

        let text = canonical::print(&loaded, &doc::definitions(&loaded));
        let files = HashMap::from([("qmp.json".to_owned(), text.clone().into_bytes())]);
        let mut imported = load(&files, "qmp.json", Version::NEWEST).unwrap();
        imported.documentation = DocumentationKind::Facts;
        assert_eq!(definition_modules(&imported), modules);
        assert_eq!(
            canonical::print(&imported, &doc::definitions(&imported)),
            text
        );
    }
}
