//! Whether anything changed since the files of a checkout were generated.
//!
//! The state of a checkout is a hash of all that a generation reads and writes, and of
//! the program. It is kept next to the program after a generation: in the same state
//! another one would write what is there.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use qapi_codegen::parallel;

use crate::content_hash::{content_hash, mix};
use crate::folder::names_below;
use crate::workspace;

/// What a generation depends on, and where its state is kept.
pub struct Generation {
    program: PathBuf,
    /// Files, and folders with all that is below them.
    paths: Vec<PathBuf>,
}

impl Generation {
    /// The generation of all derived files of the checkout.
    pub fn of_workspace() -> io::Result<Generation> {
        let package = workspace::root().join("qmp-bindings");
        Ok(Generation {
            program: env::current_exe()?,
            paths: vec![
                workspace::schemas(),
                package.join("Cargo.toml"),
                package.join("src/generated"),
            ],
        })
    }

    /// Returns `true` if the state is that after the last generation.
    pub fn is_unchanged(&self) -> bool {
        let kept = fs::read(self.kept_state());
        kept.is_ok_and(|kept| self.state().is_ok_and(|state| kept == state))
    }

    /// Keeps the state after a generation. Without it the next one does all again.
    pub fn keep_state(&self) -> io::Result<()> {
        fs::write(self.kept_state(), self.state()?)
    }

    fn kept_state(&self) -> PathBuf {
        self.program.with_file_name("generated.hash")
    }

    fn state(&self) -> io::Result<Vec<u8>> {
        let program = fs::metadata(&self.program)?;
        let built = program.modified()?.duration_since(UNIX_EPOCH);
        let program = format!("{built:?} {}", program.len());
        let mut state = content_hash(program.as_bytes());
        for path in &self.paths {
            state = mix(state, hash_of(path)?);
        }
        Ok(format!("{state:016x}\n").into_bytes())
    }
}

/// The hash of a file, or of the files below a folder with their names.
fn hash_of(path: &Path) -> io::Result<u64> {
    if path.is_file() {
        return Ok(content_hash(&fs::read(path)?));
    }
    let mut names: Vec<String> = names_below(path).collect::<io::Result<_>>()?;
    names.sort();
    let hashes = parallel::map(&names, |name| hash_of(&path.join(name)));
    let mut hash = 0;
    for (name, content) in names.iter().zip(hashes) {
        hash = mix(mix(hash, content_hash(name.as_bytes())), content?);
    }
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_seen() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        let generation = Generation {
            program: path("program"),
            paths: vec![path("folder"), path("file")],
        };
        fs::create_dir_all(path("folder/sub")).unwrap();
        let write = |name: &str, text: &str| fs::write(path(name), text).unwrap();
        for name in ["program", "file", "folder/a", "folder/sub/b"] {
            write(name, "1");
        }
        assert!(!generation.is_unchanged());

        let changes: [&dyn Fn(); 5] = [
            &|| write("file", "2"),
            &|| write("folder/sub/b", "2"),
            &|| write("folder/sub/c", ""),
            &|| fs::rename(path("folder/sub/c"), path("folder/c")).unwrap(),
            &|| write("program", "new"),
        ];
        for change in changes {
            generation.keep_state().unwrap();
            assert!(generation.is_unchanged());
            change();
            assert!(!generation.is_unchanged());
        }
    }
}
