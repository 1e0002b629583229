//! Folders of derived files: finding stale files, and replacing the whole.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::files::io_failure;
use crate::workspace;

/// The content that a folder should have.
#[derive(Debug)]
pub struct FolderContent {
    /// The folder.
    pub path: PathBuf,
    /// Its files, by their paths in it, with `/`.
    pub files: BTreeMap<String, String>,
    /// The treatment of any other file in it.
    pub others: OtherFiles,
}

/// The treatment of files of a folder that are not part of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherFiles {
    /// They stay.
    Keep,
    /// They are removed.
    Remove,
}

/// A file that differs from what it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StaleFile {
    /// The path as the user reads it.
    pub path: String,
    /// The difference.
    pub reason: Staleness,
}

/// The difference of a file from what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Staleness {
    /// It has other content.
    Changed,
    /// It does not exist.
    Missing,
    /// It exists and should not.
    Extra,
}

impl fmt::Display for Staleness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Staleness::Changed => "changed",
            Staleness::Missing => "missing",
            Staleness::Extra => "extra",
        })
    }
}

impl FolderContent {
    /// The files that are not as they should be.
    pub fn stale_files(&self) -> Result<Vec<StaleFile>, Failure> {
        let find = || {
            let mut stale = Vec::new();
            for (name, content) in &self.files {
                stale.extend(compare(&self.path.join(name), content)?);
            }
            if self.others == OtherFiles::Remove {
                stale.extend(self.extra_files()?);
            }
            Ok(stale)
        };
        find().map_err(|error| io_failure("read", &self.path, &error))
    }

    /// Gives the folder its content, and returns whether anything changed.
    ///
    /// The new folder is written next to the old one and then renamed.
    pub fn write(&self) -> Result<bool, Failure> {
        let (new, old) = (self.sibling("new"), self.sibling("old"));
        let failure = |error: io::Error| io_failure("write", &self.path, &error);
        self.recover(&old).map_err(failure)?;
        if self.stale_files().is_ok_and(|stale| stale.is_empty()) {
            return Ok(false);
        }
        let result = self.prepare(&new).and_then(|()| self.exchange(&new, &old));
        if result.is_err() {
            let _ = fs::remove_dir_all(&new);
        }
        result.map(|()| true).map_err(failure)
    }

    fn extra_files(&self) -> io::Result<Vec<StaleFile>> {
        let mut names: Vec<String> = names_below(&self.path).collect::<io::Result<_>>()?;
        names.retain(|name| !self.files.contains_key(name));
        let extra = |name: String| stale_file(&self.path.join(name), Staleness::Extra);
        Ok(names.into_iter().map(extra).collect())
    }

    /// A hidden name next to the folder, so that a rename moves no bytes.
    fn sibling(&self, role: &str) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        self.path.with_file_name(format!(".{name}.{role}"))
    }

    /// Repairs a folder whose replacement stopped between the two renames.
    fn recover(&self, old: &Path) -> io::Result<()> {
        match (self.path.exists(), old.exists()) {
            (false, true) => fs::rename(old, &self.path),
            (true, true) => fs::remove_dir_all(old),
            _ => Ok(()),
        }
    }

    fn prepare(&self, new: &Path) -> io::Result<()> {
        if new.exists() {
            fs::remove_dir_all(new)?;
        }
        fs::create_dir_all(new)?;
        if self.others == OtherFiles::Keep && self.path.exists() {
            for name in names_below(&self.path) {
                let name = name?;
                let copy = new.join(&name);
                fs::create_dir_all(copy.parent().unwrap_or(new))?;
                fs::copy(self.path.join(name), copy)?;
            }
        }
        for (name, text) in &self.files {
            let path = new.join(name);
            fs::create_dir_all(path.parent().unwrap_or(new))?;
            fs::write(path, text)?;
        }
        Ok(())
    }

    fn exchange(&self, new: &Path, old: &Path) -> io::Result<()> {
        if !self.path.exists() {
            return fs::rename(new, &self.path);
        }
        fs::rename(&self.path, old)?;
        if let Err(error) = fs::rename(new, &self.path) {
            fs::rename(old, &self.path)?;
            return Err(error);
        }
        fs::remove_dir_all(old)
    }
}

/// Compares a file with the content that it should have.
pub fn compare(path: &Path, content: &str) -> io::Result<Option<StaleFile>> {
    match fs::read(path) {
        Ok(bytes) if bytes == content.as_bytes() => Ok(None),
        Ok(_) => Ok(Some(stale_file(path, Staleness::Changed))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ok(Some(stale_file(path, Staleness::Missing)))
        }
        Err(error) => Err(error),
    }
}

fn stale_file(path: &Path, reason: Staleness) -> StaleFile {
    StaleFile {
        path: workspace::shown(path),
        reason,
    }
}

/// Iterates over the files below a folder, by their paths in it, with `/`.
pub fn names_below(folder: &Path) -> impl Iterator<Item = io::Result<String>> {
    let (mut folders, mut files) = (vec![String::new()], Vec::new());
    std::iter::from_fn(move || {
        while files.is_empty() {
            if let Err(error) = read_names(folder, folders.pop()?, &mut folders, &mut files) {
                return Some(Err(error));
            }
        }
        files.pop().map(Ok)
    })
}

/// Adds the files and the folders in `prefix`, which ends with `/`. A missing folder is empty.
fn read_names(
    folder: &Path,
    prefix: String,
    folders: &mut Vec<String>,
    files: &mut Vec<String>,
) -> io::Result<()> {
    let entries = match fs::read_dir(folder.join(&prefix)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.file_type()?.is_dir() {
            true => folders.push(name + "/"),
            false => files.push(name),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(root: &Path, text: &str) -> FolderContent {
        FolderContent {
            path: root.join("2.5"),
            files: BTreeMap::from([("a.json".to_owned(), text.to_owned())]),
            others: OtherFiles::Keep,
        }
    }

    #[test]
    fn other_files_are_kept_and_no_temporary_folder_remains() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("2.5");
        assert!(content(root.path(), "one").write().unwrap());
        fs::write(target.join("overrides.toml"), "kept").unwrap();
        fs::create_dir(target.join("builds")).unwrap();
        fs::write(target.join("builds/b.json"), "kept").unwrap();
        assert!(content(root.path(), "two").write().unwrap());
        assert!(!content(root.path(), "two").write().unwrap());
        assert_eq!(fs::read_to_string(target.join("a.json")).unwrap(), "two");
        let kept = fs::read_to_string(target.join("overrides.toml")).unwrap();
        assert_eq!(kept, "kept");
        assert!(target.join("builds/b.json").exists());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_interrupted_replacement_is_recovered() {
        let root = tempfile::tempdir().unwrap();
        let content = content(root.path(), "one");
        content.write().unwrap();
        fs::write(content.path.join("overrides.toml"), "kept").unwrap();
        fs::rename(&content.path, content.sibling("old")).unwrap();
        assert!(!content.write().unwrap());
        assert!(content.path.join("overrides.toml").exists());
    }
}
