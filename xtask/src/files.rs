//! Files: reading them whole, and replacing them at once.

use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use tempfile::NamedTempFile;

use crate::failure::Failure;
use crate::workspace;

/// Reads a file of text.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| io_failure("read", path, &error))
}

/// Reads a file of text, or standard input for `-`.
pub fn read_argument(argument: &str) -> Result<String, Failure> {
    if argument != "-" {
        return read_text(Path::new(argument));
    }
    let mut text = String::new();
    let result = io::stdin().read_to_string(&mut text);
    result.map_err(|error| Failure::io("read", argument, &error))?;
    Ok(text)
}

/// Reads a TOML file.
pub fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let parsed = toml::from_str(&read_text(path)?);
    parsed.map_err(|error| Failure::new(format!("`{}`: {error}", workspace::shown(path))))
}

/// Writes a file, which others see either as it was or as a whole.
pub fn write_file(path: &Path, content: &str) -> Result<(), Failure> {
    let write = || {
        let mut file = temporary_file(path)?;
        file.write_all(content.as_bytes())?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|error| io_failure("write", path, &error))
}

/// New content of a file, written to a temporary file next to it.
///
/// Dropping it leaves the file as it was.
#[derive(Debug)]
pub struct FileReplacement {
    target: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl FileReplacement {
    /// Begins to replace a file; of a symbolic link, the file that it names.
    pub fn new(path: &str) -> Result<FileReplacement, Failure> {
        let open = || {
            let target = fs::canonicalize(path)?;
            let file = BufWriter::new(temporary_file(&target)?);
            Ok(FileReplacement { target, file })
        };
        open().map_err(|error: io::Error| Failure::io("write", path, &error))
    }

    /// Replaces the file by what was written.
    pub fn commit(self) -> Result<(), Failure> {
        let target = self.target;
        let persist = || {
            let file = self.file.into_inner().map_err(|error| error.into_error())?;
            file.as_file().sync_all()?;
            fs::set_permissions(file.path(), fs::metadata(&target)?.permissions())?;
            file.persist(&target)?;
            Ok(())
        };
        persist().map_err(|error| io_failure("write", &target, &error))
    }
}

impl Write for FileReplacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Creates a failure for a path of the workspace.
pub fn io_failure(action: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::io(action, workspace::shown(path), error)
}

/// A file in the folder of `path`, so that a rename moves no bytes.
fn temporary_file(path: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(path.parent().unwrap_or(Path::new("")))
}
