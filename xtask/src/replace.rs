//! Writing a folder so that it is never seen half written.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Gives a folder these files; other files in it stay.
///
/// The new folder is made aside and takes the place of the old one when it is
/// complete. Returns whether anything changed.
///
/// # Errors
///
/// Something cannot be written. The folder is then as it was.
pub fn folder(target: &Path, files: &[(String, String)]) -> Result<bool, Failure> {
    let old = beside(target, "old");
    recover(target, &old).map_err(|error| failure(target, &error))?;
    if is_same(target, files) {
        return Ok(false);
    }
    let new = beside(target, "new");
    let result = prepare(target, &new, files).and_then(|()| exchange(target, &new, &old));
    if result.is_err() {
        let _ = fs::remove_dir_all(&new);
    }
    result
        .map(|()| true)
        .map_err(|error| failure(target, &error))
}

/// Gives a folder these files and no others; names hold `/`.
///
/// # Errors
///
/// As for [`folder`].
pub fn whole_folder(target: &Path, files: &BTreeMap<String, String>) -> Result<(), Failure> {
    let (new, old) = (beside(target, "new"), beside(target, "old"));
    let result = recover(target, &old)
        .and_then(|()| prepare_whole(&new, files))
        .and_then(|()| exchange(target, &new, &old));
    if result.is_err() {
        let _ = fs::remove_dir_all(&new);
    }
    result.map_err(|error| failure(target, &error))
}

/// Gives a file this content, all at once.
///
/// # Errors
///
/// It cannot be written. The file is then as it was.
pub fn file(target: &Path, content: &str) -> Result<(), Failure> {
    let new = beside(target, "new");
    let result = fs::write(&new, content).and_then(|()| fs::rename(&new, target));
    if result.is_err() {
        let _ = fs::remove_file(&new);
    }
    result.map_err(|error| failure(target, &error))
}

fn failure(target: &Path, error: &io::Error) -> Failure {
    Failure::io("write", target.display(), error)
}

/// A hidden name beside the folder, so that a rename moves no bytes.
fn beside(target: &Path, role: &str) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.{role}"))
}

/// Puts things in order after a run that was stopped between two renames.
fn recover(target: &Path, old: &Path) -> io::Result<()> {
    match (target.exists(), old.exists()) {
        (false, true) => fs::rename(old, target),
        (true, true) => fs::remove_dir_all(old),
        _ => Ok(()),
    }
}

fn is_same(target: &Path, files: &[(String, String)]) -> bool {
    files
        .iter()
        .all(|(name, text)| fs::read(target.join(name)).is_ok_and(|bytes| bytes == text.as_bytes()))
}

fn prepare(target: &Path, new: &Path, files: &[(String, String)]) -> io::Result<()> {
    if new.exists() {
        fs::remove_dir_all(new)?;
    }
    fs::create_dir_all(new)?;
    if target.exists() {
        for entry in fs::read_dir(target)? {
            let entry = entry?;
            fs::copy(entry.path(), new.join(entry.file_name()))?;
        }
    }
    for (name, text) in files {
        fs::write(new.join(name), text)?;
    }
    Ok(())
}

fn prepare_whole(new: &Path, files: &BTreeMap<String, String>) -> io::Result<()> {
    if new.exists() {
        fs::remove_dir_all(new)?;
    }
    for (name, text) in files {
        let path = new.join(name);
        fs::create_dir_all(path.parent().unwrap_or(new))?;
        fs::write(path, text)?;
    }
    Ok(())
}

fn exchange(target: &Path, new: &Path, old: &Path) -> io::Result<()> {
    if !target.exists() {
        return fs::rename(new, target);
    }
    fs::rename(target, old)?;
    if let Err(error) = fs::rename(new, target) {
        fs::rename(old, target)?;
        return Err(error);
    }
    fs::remove_dir_all(old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_stay_and_nothing_is_left_over() {
        let folder_of_test = tempfile::tempdir().unwrap();
        let target = folder_of_test.path().join("2.5");
        let files = |text: &str| [("a.json".to_owned(), text.to_owned())];
        assert!(folder(&target, &files("one")).unwrap());
        fs::write(target.join("overrides.toml"), "kept").unwrap();
        assert!(folder(&target, &files("two")).unwrap());
        assert!(!folder(&target, &files("two")).unwrap());
        assert_eq!(fs::read_to_string(target.join("a.json")).unwrap(), "two");
        assert_eq!(
            fs::read_to_string(target.join("overrides.toml")).unwrap(),
            "kept"
        );
        assert_eq!(fs::read_dir(folder_of_test.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_stopped_run_is_recovered() {
        let folder_of_test = tempfile::tempdir().unwrap();
        let target = folder_of_test.path().join("2.5");
        let files = [("a.json".to_owned(), "one".to_owned())];
        folder(&target, &files).unwrap();
        fs::write(target.join("overrides.toml"), "kept").unwrap();
        fs::rename(&target, beside(&target, "old")).unwrap();
        assert!(!folder(&target, &files).unwrap());
        assert!(target.join("overrides.toml").exists());
    }
}
