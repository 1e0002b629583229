//! The generated files are what `prettyplease` prints, though it does not print them
//! as a whole.
#![cfg(feature = "generate")]

use std::fs;
use std::path::{Path, PathBuf};

/// The modules of a release, and those of an old one that later releases share.
const FOLDERS: [&str; 3] = ["qga", "qmp/since_2_5", "qmp/since_10_0"];

#[test]
fn generated_files_are_formatted() {
    let generated = Path::new(env!("CARGO_MANIFEST_DIR")).join("../qmp-bindings/src/generated");
    let mut count = 0;
    for file in FOLDERS
        .iter()
        .flat_map(|folder| files(&generated.join(folder)))
    {
        let content = fs::read_to_string(&file).expect("it is a text");
        let (_, source) = content.split_once("\n\n").expect("there is a header");
        let parsed = syn::parse_file(source).expect("it is Rust");
        assert_eq!(prettyplease::unparse(&parsed), source, "{}", file.display());
        count += 1;
    }
    assert!(count > 20, "{count}");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it is a folder");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    let files = paths.flat_map(|path| match path.is_dir() {
        true => files(&path),
        false => vec![path],
    });
    files.collect()
}
