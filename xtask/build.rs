//! Packs `schemas/` for the program `qmp-compat`, which has all releases inside.

use std::env;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::ZlibEncoder;

#[path = "src/content_hash.rs"]
mod content_hash;

/// The folder of the schemas, from this package.
const SCHEMAS: &str = "../schemas";

/// The parts of it that no command reads.
const LEFT_OUT: [&str; 2] = ["README.md", "reports"];

fn main() -> io::Result<()> {
    let target = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut table = String::from("&[\n");
    for (index, path) in files(Path::new(SCHEMAS))?.iter().enumerate() {
        println!("cargo::rerun-if-changed={}", path.display());
        let file = File::create(target.join(index.to_string()))?;
        let mut encoder = ZlibEncoder::new(file, Compression::best());
        let content = fs::read(path)?;
        encoder.write_all(&content)?;
        encoder.finish()?;
        let hash = content_hash::content_hash(&content);
        let length = content.len();
        let name = path.to_string_lossy().replace('\\', "/");
        let name = name.trim_start_matches("../");
        table += &format!(
            "    EmbeddedFile {{ path: {name:?}, hash: {hash}, length: {length}, \
             zlib: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{index}\")) }},\n"
        );
    }
    fs::write(target.join("embedded.rs"), table + "]\n")
}

/// The files below a folder, sorted by path.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let left_out = LEFT_OUT.iter().any(|name| entry.file_name() == *name);
        match entry.file_type()?.is_dir() {
            _ if left_out => {}
            true => files.extend(self::files(&entry.path())?),
            false => files.push(entry.path()),
        }
    }
    files.sort_by_key(|path| path.to_string_lossy().into_owned());
    Ok(files)
}
