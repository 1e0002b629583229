//! Bindings of some series for another crate, in a folder that has nothing else.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use qapi_codegen::emit::{Bindings, GENERATED_MARK, HostCrate};

use super::generated_files;
use crate::derived::DerivedFiles;
use crate::failure::Failure;
use crate::files::io_failure;
use crate::folder::names_below;
use crate::workspace;

/// The module tree for another crate, to be written into a folder.
pub fn module_tree(bindings: &Bindings, folder: &Path) -> Result<DerivedFiles, Failure> {
    let folder = absolute(folder)?;
    refuse_foreign_files(&folder)?;
    let mut derived = DerivedFiles::default();
    derived.add_folder(folder, generated_files(bindings, HostCrate::Dependent));
    Ok(derived)
}

/// The folder itself, since it is replaced as a whole: of a symbolic link, its target.
fn absolute(folder: &Path) -> Result<PathBuf, Failure> {
    if folder.file_name().is_none() {
        let message = format!("`{}` does not name a folder", folder.display());
        return Err(Failure::new(message).with_help("name that of a module, such as `src/qemu`"));
    }
    let resolve = || match folder.exists() {
        true => fs::canonicalize(folder),
        false => std::path::absolute(folder),
    };
    resolve().map_err(|error| io_failure("read", folder, &error))
}

/// Refuses a folder with files that `generate` did not write.
fn refuse_foreign_files(folder: &Path) -> Result<(), Failure> {
    let find = || -> io::Result<Option<String>> {
        for name in names_below(folder) {
            let name = name?;
            if !is_generated(&folder.join(&name))? {
                return Ok(Some(name));
            }
        }
        Ok(None)
    };
    match find().map_err(|error| io_failure("read", folder, &error))? {
        None => Ok(()),
        Some(name) => Err(Failure::new(format!(
            "`{}` has a file that is not generated: `{name}`",
            workspace::shown(folder)
        ))
        .with_help("name a folder that does not exist, or one that only `generate` writes")),
    }
}

fn is_generated(path: &Path) -> io::Result<bool> {
    let mut beginning = Vec::new();
    let mark = GENERATED_MARK.as_bytes();
    let file = File::open(path)?;
    file.take(mark.len() as u64).read_to_end(&mut beginning)?;
    Ok(beginning == mark)
}
