//! The files of recorded messages that `check` and `migrate` read.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use qapi_codegen::traffic::read::{LogContent, LogEntry, MessageCounts, notation_names, read};

use super::arguments::InputError;
use crate::console::Console;
use crate::failure::Failure;
use crate::input::{self, Input};
use crate::render::count;

/// Files that are read one after another, and what was found in them.
pub struct RecordedFiles<'c> {
    is_command: &'c dyn Fn(&str) -> bool,
    total: MessageCounts,
    /// The arguments in which nothing was found.
    empty: Vec<String>,
    /// The files that were read, or will be.
    known: HashSet<PathBuf>,
    /// The configuration files that command lines name.
    named: Vec<String>,
}

impl<'c> RecordedFiles<'c> {
    /// Creates a reader. `is_command` knows the commands of all releases.
    pub fn new(is_command: &'c dyn Fn(&str) -> bool) -> Self {
        RecordedFiles {
            is_command,
            total: MessageCounts::default(),
            empty: Vec::new(),
            known: HashSet::new(),
            named: Vec::new(),
        }
    }

    /// States which files will be read, so that they are not read once more because a
    /// command line names them.
    pub fn expect(&mut self, files: &[String]) {
        let files = files.iter().filter_map(|file| fs::canonicalize(file).ok());
        self.known.extend(files);
    }

    /// Returns the configuration files that command lines have named since the last
    /// call, and that are there.
    pub fn take_named(&mut self) -> Vec<String> {
        std::mem::take(&mut self.named)
    }

    /// Remembers the files for `-readconfig` that a command line of a file names.
    fn add_named(&mut self, file: &str, entry: &LogEntry<'_>) {
        let LogContent::CommandLine(line) = &entry.content else {
            return;
        };
        for name in line.config_files() {
            let folder = Path::new(file).parent().unwrap_or(Path::new(""));
            let candidates = [folder.join(name), PathBuf::from(name)];
            let found = candidates.iter().find(|path| path.is_file());
            let known = found.and_then(|path| fs::canonicalize(path).ok());
            if let (Some(path), Some(known)) = (found, known)
                && self.known.insert(known)
            {
                self.named.push(path.to_string_lossy().into_owned());
            }
        }
    }

    /// Reads the messages of a file.
    pub fn read(
        &mut self,
        file: &str,
        input: Input,
        visit: &mut dyn FnMut(&LogEntry<'_>) -> Result<(), InputError>,
    ) -> Result<MessageCounts, Failure> {
        let mut counts = MessageCounts::default();
        let mut text = input.text;
        let result = read(&mut *text, self.is_command, &mut |entry| {
            counts.add(&entry);
            self.add_named(file, &entry);
            visit(&entry)
        });
        result.map_err(|error: InputError| error.into_failure(file))?;
        self.total.merge(&counts);
        Ok(counts)
    }

    /// Remembers that nothing was found in an argument.
    pub fn note_if_empty(&mut self, argument: &str, counts: &MessageCounts) {
        if counts.is_empty() {
            self.empty.push(argument.to_owned());
        }
    }

    /// Prints how many messages of which notation were found. Fails if there
    /// are none in one of the files, unless that is allowed.
    pub fn finish(&self, allow_empty: bool, console: &mut Console) -> Result<(), Failure> {
        let by_notation = self.total.by_notation.iter();
        let mut parts: Vec<String> = by_notation.map(|(name, n)| format!("{n} {name}")).collect();
        if self.total.unread > 0 {
            let sites = count(self.total.unread, "call site");
            parts.push(format!("{sites} seen that cannot be read"));
        }
        if !parts.is_empty() {
            console.status(&format!("found: {}", parts.join(", ")));
        }
        if self.empty.is_empty() || allow_empty {
            return Ok(());
        }
        let files = self.empty.join("`, `");
        Err(
            Failure::new(format!("no messages found in `{files}`")).with_help(format!(
                "looked for {}; `--allow-empty` accepts files without messages",
                notation_names().join(", ")
            )),
        )
    }
}

/// Returns the files of a folder that version control does not ignore, in
/// order.
pub fn files_in(folder: &str) -> Result<Vec<String>, Failure> {
    let mut files = Vec::new();
    let walk = WalkBuilder::new(folder)
        .sort_by_file_path(Path::cmp)
        .build();
    for entry in walk {
        let entry = entry.map_err(|error| Failure::io("read", folder, &io::Error::other(error)))?;
        if entry.file_type().is_some_and(|kind| kind.is_file()) {
            files.push(entry.path().to_string_lossy().into_owned());
        }
    }
    Ok(files)
}

/// Returns whether an argument is a folder.
pub fn is_folder(argument: &str) -> bool {
    argument != "-" && fs::metadata(argument).is_ok_and(|metadata| metadata.is_dir())
}

/// Opens a file that an argument names.
pub fn open_file(argument: &str) -> Result<Input, Failure> {
    match is_folder(argument) {
        false => input::open(argument),
        true => {
            Err(Failure::new(format!("`{argument}` is a folder")).with_help("name the files in it"))
        }
    }
}
