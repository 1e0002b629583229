//! The files of the imported releases: a folder, or inside the program.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use flate2::{Decompress, FlushDecompress};
use qapi_codegen::load::Files;
use qapi_codegen::version::Series;
use serde::de::DeserializeOwned;

use crate::cli::Tool;
use crate::content_hash::content_hash;
use crate::failure::Failure;
use crate::schema_source::Disk;
use crate::workspace;

/// The source of the imported releases and of the data about them.
///
/// Paths begin with the folder as the user reads it: `schemas/10.0/qmp.json`.
#[derive(Debug, Clone)]
pub enum SchemaFiles {
    /// A folder, `schemas/` of a checkout unless the user names one.
    Folder(PathBuf),
    /// Files inside the program, sorted by path.
    Embedded(&'static [EmbeddedFile]),
}

/// A file inside the program.
#[derive(Debug)]
pub struct EmbeddedFile {
    /// Its path, `schemas/10.0/qmp.json`.
    pub path: &'static str,
    /// The hash of its content.
    pub hash: u64,
    /// The length of its content.
    pub length: usize,
    /// Its content, compressed.
    pub zlib: &'static [u8],
}

/// The folder of the files inside the program.
const EMBEDDED_FOLDER: &str = "schemas";

static SELECTED: OnceLock<SchemaFiles> = OnceLock::new();

impl SchemaFiles {
    /// Selects the files for this process. A later call has no effect.
    pub fn select(self) {
        let _ = SELECTED.set(self);
    }

    /// The files that were selected, or those of the checkout.
    pub fn selected() -> &'static SchemaFiles {
        SELECTED.get_or_init(|| Tool::current().schema_files())
    }

    /// The files of the checkout.
    pub fn checkout() -> SchemaFiles {
        SchemaFiles::Folder(workspace::root().join(EMBEDDED_FOLDER))
    }

    /// The imported series, oldest first.
    pub fn series(&self) -> Result<Vec<Series>, Failure> {
        let folder = self.path("");
        let folder = folder.trim_end_matches('/');
        let names = self.names(folder);
        let names = names.map_err(|error| Failure::io("read", folder, &error))?;
        let mut series: Vec<Series> = names.iter().filter_map(|name| name.parse().ok()).collect();
        series.sort();
        Ok(series)
    }

    /// The path of a file or folder, as the user reads it.
    pub fn path(&self, name: &str) -> String {
        match self {
            SchemaFiles::Folder(folder) => workspace::shown(&folder.join(name)),
            SchemaFiles::Embedded(_) => format!("{EMBEDDED_FOLDER}/{name}"),
        }
    }

    /// Reads a TOML file at the top of the folder; its default, if it is missing.
    pub fn toml<T: DeserializeOwned + Default>(&self, name: &str) -> Result<T, Failure> {
        let path = self.path(name);
        let text = match self.read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(T::default()),
            text => text.map_err(|error| Failure::io("read", &path, &error))?,
        };
        toml::from_slice(&text).map_err(|error| Failure::new(format!("`{path}`: {error}")))
    }

    /// The hash of the content of a file. Of those inside the program it is known.
    pub fn content_hash(&self, path: &str) -> io::Result<u64> {
        match self {
            SchemaFiles::Folder(_) => Ok(content_hash(&Disk.read(path)?)),
            SchemaFiles::Embedded(files) => Ok(find(files, path)?.hash),
        }
    }

    /// The names in a folder; none, if there is no such folder.
    ///
    /// # Errors
    ///
    /// The folder cannot be read.
    pub fn names(&self, folder: &str) -> io::Result<Vec<String>> {
        let files = match self {
            SchemaFiles::Folder(_) => return names_on_disk(Path::new(folder)),
            SchemaFiles::Embedded(files) => files.iter(),
        };
        let inside = files.filter_map(|file| file.path.strip_prefix(folder)?.strip_prefix('/'));
        let first = |path: &str| path.split('/').next().unwrap_or_default().to_owned();
        let mut names: Vec<String> = inside.map(first).collect();
        names.dedup();
        Ok(names)
    }
}

impl Files for SchemaFiles {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let SchemaFiles::Embedded(files) = self else {
            return Disk.read(path);
        };
        find(files, path)?.content()
    }
}

impl EmbeddedFile {
    /// Decompresses the content, in one step into the memory that it needs.
    fn content(&self) -> io::Result<Vec<u8>> {
        let mut content = Vec::with_capacity(self.length);
        let mut decoder = Decompress::new(true);
        decoder.decompress_vec(self.zlib, &mut content, FlushDecompress::Finish)?;
        match content.len() == self.length {
            true => Ok(content),
            false => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

fn find(files: &'static [EmbeddedFile], path: &str) -> io::Result<&'static EmbeddedFile> {
    let found = files.binary_search_by(|file| file.path.cmp(path));
    let index = found.map_err(|_| io::Error::from(io::ErrorKind::NotFound))?;
    Ok(&files[index])
}

fn names_on_disk(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let names = entries.map(|entry| Ok(entry?.file_name().into_string().ok()));
    let mut names: Vec<String> = names
        .filter_map(io::Result::transpose)
        .collect::<io::Result<_>>()?;
    names.sort();
    Ok(names)
}
