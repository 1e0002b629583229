//! Files that are made from others: writing them, and finding stale ones.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::replace;
use crate::workspace;

/// Files that are made from others.
#[derive(Debug, Default)]
pub struct Derived {
    folders: Vec<(PathBuf, BTreeMap<String, String>)>,
    files: Vec<(PathBuf, String)>,
}

/// A file that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stale {
    /// The file, as to show it.
    pub path: String,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Its content is another.
    Changed,
    /// It is not there.
    Missing,
    /// It is there, and nothing makes it.
    Extra,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Changed => "changed",
            Reason::Missing => "missing",
            Reason::Extra => "extra",
        })
    }
}

impl Derived {
    /// Adds a folder in which only these files are to be.
    pub fn folder(&mut self, path: PathBuf, files: impl IntoIterator<Item = (String, String)>) {
        self.folders.push((path, files.into_iter().collect()));
    }

    /// Adds a file.
    pub fn file(&mut self, path: PathBuf, content: String) {
        self.files.push((path, content));
    }

    /// The files that are not as they should be, in order.
    ///
    /// # Errors
    ///
    /// A folder or a file cannot be read.
    pub fn stale(&self) -> Result<Vec<Stale>, Failure> {
        let mut stale = Vec::new();
        for (folder, files) in &self.folders {
            stale.extend(stale_in(folder, files).map_err(|error| failure("read", folder, &error))?);
        }
        for (path, content) in &self.files {
            let reason = compare(path, content).map_err(|error| failure("read", path, &error))?;
            stale.extend(reason.map(|reason| Stale {
                path: workspace::shown(path),
                reason,
            }));
        }
        stale.sort();
        Ok(stale)
    }

    /// Makes all files as they should be.
    ///
    /// # Errors
    ///
    /// Something cannot be written. Each folder and each file is then either
    /// as it was or as it should be.
    pub fn write(&self) -> Result<(), Failure> {
        for (folder, files) in &self.folders {
            if !stale_in(folder, files).is_ok_and(|stale| stale.is_empty()) {
                replace::whole_folder(folder, files)?;
            }
        }
        for (path, content) in &self.files {
            if !matches!(compare(path, content), Ok(None)) {
                replace::file(path, content)?;
            }
        }
        Ok(())
    }
}

fn failure(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::io(what, workspace::shown(path), error)
}

fn stale_in(folder: &Path, files: &BTreeMap<String, String>) -> io::Result<Vec<Stale>> {
    let mut stale = Vec::new();
    let shown = |name: &str| workspace::shown(&folder.join(name));
    for (name, content) in files {
        let reason = compare(&folder.join(name), content)?;
        stale.extend(reason.map(|reason| Stale {
            path: shown(name),
            reason,
        }));
    }
    for name in names_below(folder)? {
        if !files.contains_key(&name) {
            stale.push(Stale {
                path: shown(&name),
                reason: Reason::Extra,
            });
        }
    }
    Ok(stale)
}

fn compare(path: &Path, content: &str) -> io::Result<Option<Reason>> {
    match fs::read(path) {
        Ok(bytes) if bytes == content.as_bytes() => Ok(None),
        Ok(_) => Ok(Some(Reason::Changed)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some(Reason::Missing)),
        Err(error) => Err(error),
    }
}

/// The files below a folder, by their paths from there with `/`.
fn names_below(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    let mut pending = vec![String::new()];
    while let Some(prefix) = pending.pop() {
        let entries = match fs::read_dir(folder.join(&prefix)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                pending.push(name + "/")
            } else {
                names.push(name)
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derived(root: &Path) -> Derived {
        let mut derived = Derived::default();
        let files = [("a.rs", "a"), ("sub/b.rs", "b")];
        let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
        derived.folder(root.join("made"), files);
        derived.file(root.join("c.toml"), "c".to_owned());
        derived
    }

    #[test]
    fn changed_missing_and_extra_files_are_found_and_mended() {
        let root = tempfile::tempdir().unwrap();
        let derived = derived(root.path());
        derived.write().unwrap();
        assert_eq!(derived.stale().unwrap(), []);

        fs::write(root.path().join("made/a.rs"), "A").unwrap();
        fs::remove_file(root.path().join("made/sub/b.rs")).unwrap();
        fs::create_dir(root.path().join("made/old")).unwrap();
        fs::write(root.path().join("made/old/c.rs"), "c").unwrap();
        fs::write(root.path().join("c.toml"), "C").unwrap();
        let mut reasons: Vec<Reason> = derived
            .stale()
            .unwrap()
            .into_iter()
            .map(|stale| stale.reason)
            .collect();
        reasons.sort();
        assert_eq!(
            reasons,
            [
                Reason::Changed,
                Reason::Changed,
                Reason::Missing,
                Reason::Extra
            ]
        );

        derived.write().unwrap();
        assert_eq!(derived.stale().unwrap(), []);
        assert!(!root.path().join("made/old").exists());
    }
}
