//! The file system as a source of schema files.

use std::fs::File;
use std::io::{self, Read};

use qapi_codegen::load::Files;

/// The largest file that is read. No schema file is nearly as large.
const SIZE_LIMIT: u64 = 64 << 20;

/// The file system, with paths relative to the current folder.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let file = File::open(path)?;
        // A pipe or a device may never end.
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "it is not a regular file",
            ));
        }
        let mut bytes = Vec::new();
        file.take(SIZE_LIMIT + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
