//! The overrides that a new series takes over from the series before it.

use std::collections::{BTreeMap, HashMap};
use std::io;

use qapi_codegen::imported::{self, OVERRIDES, QemuProgram};
use qapi_codegen::load::{Files, LoadedSchema};
use qapi_codegen::overrides;
use qapi_codegen::version::Series;

use crate::failure::Failure;
use crate::render::count;
use crate::schema_files::SchemaFiles;

/// The overrides of an earlier series, tried on a new one.
#[derive(Debug)]
pub struct CarriedOverrides {
    /// The earlier series.
    pub from: Series,
    /// The number of entries that apply.
    pub applied: usize,
    /// The entries that do not apply, each with the reason.
    pub dropped: Vec<String>,
    /// The file with the entries that apply.
    pub text: String,
}

/// Tries the overrides of an imported series on the files of a new one.
pub fn carry_over(
    from: Series,
    series: Series,
    files: &BTreeMap<String, String>,
) -> Result<Option<CarriedOverrides>, Failure> {
    let (all, path) = (SchemaFiles::selected(), format!("{from}/{OVERRIDES}"));
    let path = all.path(&path);
    let overrides = match all.read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text.map_err(|error| Failure::io("read", &path, &error))?,
    };
    let mut loaded = load(files)?;
    let mut carried = CarriedOverrides {
        from,
        applied: 0,
        dropped: Vec::new(),
        text: header(series),
    };
    for entry in split_entries(&String::from_utf8_lossy(&overrides)) {
        carried.try_entry(&mut loaded, entry);
    }
    Ok(Some(carried))
}

impl CarriedOverrides {
    /// Remarks on the entries that were taken over and dropped.
    pub fn notes(&self) -> Vec<String> {
        let from = self.from;
        let applied = count(self.applied, "override");
        let dropped = self.dropped.iter();
        let dropped = dropped.map(|entry| format!("left out an override of {from}: {entry}"));
        std::iter::once(format!("took over {applied} of {from}"))
            .chain(dropped)
            .collect()
    }

    /// The file, with its name, if any entry applies.
    pub fn into_file(self) -> Option<(String, String)> {
        (self.applied > 0).then(|| (OVERRIDES.to_owned(), self.text))
    }

    fn try_entry(&mut self, loaded: &mut LoadedSchema, entry: &str) {
        let known = loaded.diagnostics.len();
        overrides::apply(loaded, OVERRIDES, entry);
        match loaded.diagnostics.get(known) {
            None => {
                self.applied += 1;
                self.text += &format!("\n{}\n", entry.trim_end());
            }
            Some(diagnostic) => {
                let kind = entry.lines().next().unwrap_or_default();
                self.dropped.push(format!("{kind}: {}", diagnostic.message));
            }
        }
    }
}

/// Loads the schema that import is about to write.
fn load(files: &BTreeMap<String, String>) -> Result<LoadedSchema, Failure> {
    let files: HashMap<String, Vec<u8>> = files
        .iter()
        .map(|(name, text)| (format!("new/{name}"), text.clone().into_bytes()))
        .collect();
    imported::load_as_stated(&files, "new", QemuProgram::Emulator)
        .map_err(|error| Failure::io("read", "the imported schema", &error))
}

fn header(series: Series) -> String {
    format!(
        "# Differences between the schema of QEMU {series} and the wire. The kinds of entries\n\
         # are listed in schemas/README.md; an entry that no longer applies is an error.\n"
    )
}

/// Splits a file into its tables, without the comment at the top.
fn split_entries(text: &str) -> Vec<&str> {
    let starts = text.match_indices("\n[[").map(|(index, _)| index + 1);
    let first = text.starts_with("[[").then_some(0);
    let mut starts: Vec<usize> = first.into_iter().chain(starts).collect();
    starts.push(text.len());
    starts
        .windows(2)
        .map(|ends| &text[ends[0]..ends[1]])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_split_into_its_tables() {
        let text = "# Top.\n\n[[add]]\ntext = 1\n\n[[open-arguments]]\ntarget = 2\n";
        let entries = ["[[add]]\ntext = 1\n\n", "[[open-arguments]]\ntarget = 2\n"];
        assert_eq!(split_entries(text), entries);
        assert_eq!(split_entries("# Nothing.\n"), [""; 0]);
    }
}
