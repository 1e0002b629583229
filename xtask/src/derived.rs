//! Files that are generated from others: writing them, and finding stale ones.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::files::{io_failure, write_file};
use crate::folder::{FolderContent, OtherFiles, StaleFile, compare};

/// Files that are generated from others.
#[derive(Debug, Default)]
pub struct DerivedFiles {
    folders: Vec<FolderContent>,
    files: Vec<(PathBuf, String)>,
}

impl DerivedFiles {
    /// Adds a folder that has only these files.
    pub fn add_folder(&mut self, path: PathBuf, files: impl IntoIterator<Item = (String, String)>) {
        self.folders.push(FolderContent {
            path,
            files: files.into_iter().collect(),
            others: OtherFiles::Remove,
        });
    }

    /// Adds a file.
    pub fn add_file(&mut self, path: PathBuf, content: String) {
        self.files.push((path, content));
    }

    /// The files that are not as they should be, sorted.
    pub fn stale_files(&self) -> Result<Vec<StaleFile>, Failure> {
        let mut stale = Vec::new();
        for folder in &self.folders {
            stale.extend(folder.stale_files()?);
        }
        for (path, content) in &self.files {
            stale.extend(compare(path, content).map_err(|error| io_failure("read", path, &error))?);
        }
        stale.sort();
        Ok(stale)
    }

    /// Writes all stale files.
    pub fn write(&self) -> Result<(), Failure> {
        for folder in &self.folders {
            folder.write()?;
        }
        for (path, content) in &self.files {
            if !matches!(compare(path, content), Ok(None)) {
                write_file(path, content)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::folder::Staleness;

    fn derived(root: &Path) -> DerivedFiles {
        let mut derived = DerivedFiles::default();
        let files = [("a.rs", "a"), ("sub/b.rs", "b")];
        let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
        derived.add_folder(root.join("made"), files);
        derived.add_file(root.join("c.toml"), "c".to_owned());
        derived
    }

    #[test]
    fn changed_missing_and_extra_files_are_found_and_written() {
        let root = tempfile::tempdir().unwrap();
        let derived = derived(root.path());
        derived.write().unwrap();
        assert_eq!(derived.stale_files().unwrap(), []);

        fs::write(root.path().join("made/a.rs"), "A").unwrap();
        fs::remove_file(root.path().join("made/sub/b.rs")).unwrap();
        fs::create_dir(root.path().join("made/old")).unwrap();
        fs::write(root.path().join("made/old/c.rs"), "c").unwrap();
        fs::write(root.path().join("c.toml"), "C").unwrap();
        let stale = derived.stale_files().unwrap();
        let mut reasons: Vec<Staleness> = stale.iter().map(|stale| stale.reason).collect();
        reasons.sort();
        let expected = [
            Staleness::Changed,
            Staleness::Changed,
            Staleness::Missing,
            Staleness::Extra,
        ];
        assert_eq!(reasons, expected);

        derived.write().unwrap();
        assert_eq!(derived.stale_files().unwrap(), []);
        assert!(!root.path().join("made/old").exists());
    }
}
