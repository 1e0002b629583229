//! Release tarballs.
//!
//! A tarball of QEMU unpacks to a gigabyte, of which one or two megabytes are
//! schemas. The archive is read as a stream, and only schema files are kept.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Component, Path};

use crate::compression::{Decompressed, decompress};
use crate::failure::Failure;
use crate::progress::progress_bar;

/// The schema files of a source tree, by their paths in it.
pub type Tree = HashMap<String, Vec<u8>>;

/// The largest file that is kept. QEMU's largest schema file has 0.3 million
/// bytes.
const FILE_LIMIT: u64 = 16 << 20;

/// The largest number of bytes that are kept of an archive.
const TOTAL_LIMIT: u64 = 64 << 20;

/// Returns `true` if a file has the name of an archive.
pub fn is_archive(path: &str) -> bool {
    [
        ".tar", ".tar.xz", ".tar.gz", ".tgz", ".tar.bz2", ".txz", ".tbz2",
    ]
    .iter()
    .any(|ending| path.ends_with(ending))
}

/// Reads the schema files of a tarball.
pub fn read(path: &str) -> Result<Tree, Failure> {
    let failure = |error: io::Error| {
        Failure::io("read", path, &error).with_help("the archive may be truncated or damaged")
    };
    let file = File::open(path).map_err(|error| Failure::io("read", path, &error))?;
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let file = progress_bar(&format!("reading {path}"), length).wrap_read(file);
    let reader = BufReader::with_capacity(1 << 16, file);
    let trees = match decompress(reader).map_err(failure)? {
        Decompressed::Plain(tar) => read_trees(tar),
        Decompressed::Content(tar) => read_trees(tar),
    };
    let trees = trees.map_err(failure)?;
    tree_with_root(trees).ok_or_else(|| {
        Failure::new(format!("`{path}` has no QAPI schema"))
            .with_help("name a tarball of a QEMU release, which has `qapi/qapi-schema.json`")
    })
}

/// Reads the schema files of an uncompressed archive of a source tree without
/// an enclosing folder.
pub fn read_stream(stream: impl Read) -> io::Result<Tree> {
    Ok(read_trees(stream)?.remove("").unwrap_or_default())
}

/// The schema files by the enclosing folder, which most archives have.
type Trees = BTreeMap<String, Tree>;

fn read_trees(stream: impl Read) -> io::Result<Trees> {
    let mut archive = tar::Archive::new(stream);
    let mut trees = Trees::new();
    let mut left = TOTAL_LIMIT;
    for entry in archive.entries()? {
        let entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let paths = schema_paths(&entry.path()?);
        if paths.is_empty() {
            continue;
        }
        let bytes = read_content(entry, &mut left)?;
        for (folder, path) in paths {
            trees.entry(folder).or_default().insert(path, bytes.clone());
        }
    }
    Ok(trees)
}

fn read_content(entry: impl Read, left: &mut u64) -> io::Result<Vec<u8>> {
    let limit = FILE_LIMIT.min(*left);
    let mut bytes = Vec::new();
    entry.take(limit + 1).read_to_end(&mut bytes)?;
    let too_large = || {
        io::Error::new(
            io::ErrorKind::FileTooLarge,
            "the schema files are too large",
        )
    };
    *left = left.checked_sub(bytes.len() as u64).ok_or_else(too_large)?;
    if bytes.len() as u64 > limit {
        return Err(too_large());
    }
    Ok(bytes)
}

/// The enclosing folder and the path in the tree that a schema file may have,
/// without an enclosing folder and with one.
fn schema_paths(path: &Path) -> Vec<(String, String)> {
    let parts: Option<Vec<&str>> = path
        .components()
        .filter(|part| *part != Component::CurDir)
        .map(|part| match part {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .collect();
    let parts = parts.unwrap_or_default();
    let splits = (0..parts.len().min(2)).map(|index| parts.split_at(index));
    splits
        .filter(|(_, rest)| is_schema_file(rest))
        .map(|(folder, rest)| (folder.join("/"), rest.join("/")))
        .collect()
}

fn is_schema_file(parts: &[&str]) -> bool {
    match parts {
        ["VERSION" | "qapi-schema.json"] => true,
        ["qapi" | "qga" | "storage-daemon", .., name] => name.ends_with(".json"),
        _ => false,
    }
}

/// The tree with a root file.
fn tree_with_root(trees: Trees) -> Option<Tree> {
    let roots = ["qapi/qapi-schema.json", "qapi-schema.json"];
    trees
        .into_values()
        .find(|tree| roots.iter().any(|root| tree.contains_key(*root)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(path: &str) -> Vec<(String, String)> {
        schema_paths(Path::new(path))
    }

    #[test]
    fn schema_files_are_found_with_and_without_a_folder() {
        let pair = |folder: &str, path: &str| (folder.to_owned(), path.to_owned());
        assert_eq!(paths("./qapi/a.json"), [pair("", "qapi/a.json")]);
        assert_eq!(paths("qemu-2.5.1/VERSION"), [pair("qemu-2.5.1", "VERSION")]);
        assert_eq!(
            paths("q/qga/qapi-schema.json"),
            [pair("q", "qga/qapi-schema.json")]
        );
        for path in [
            "q/hw/a.json",
            "q/qapi/a.py",
            "a/b/qapi/c.json",
            "../qapi/a.json",
        ] {
            assert_eq!(paths(path), [], "{path}");
        }
    }

    #[test]
    fn large_files_are_rejected() {
        let mut left = 10;
        assert!(read_content(&[0; 6][..], &mut left).is_ok());
        assert!(read_content(&[0; 6][..], &mut left).is_err());
    }

    #[test]
    fn archives_are_recognised_by_name() {
        assert!(is_archive("qemu-2.5.1.tar.xz"));
        assert!(!is_archive("qapi/qapi-schema.json"));
    }
}
