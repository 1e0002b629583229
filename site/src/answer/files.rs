//! The files of a question, read as what they are.

use std::collections::HashMap;

use qapi_codegen::imported::{self, QemuProgram};
use qapi_codegen::knowledge::builds::Build;
use qapi_codegen::knowledge::command_line::{CommandLineRecord, OptionTable};
use qapi_codegen::knowledge::{
    Behaviour, BuildEvidence, BuildRecord, CommandLineEvidence, DeviceNotes, Knowledge,
    MigrationRules, ReplyRules,
};
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::validate;
use qapi_codegen::version::Series;
use serde::de::DeserializeOwned;

use super::Question;

impl Question {
    pub(super) fn schema(&self, series: Series) -> Result<Schema, String> {
        let folder = format!("{series}/");
        let files = self.paths_in(&folder);
        let bytes = files.map(|path| (path.to_owned(), self.files[path].clone().into_bytes()));
        let files: HashMap<String, Vec<u8>> = bytes.collect();
        let loaded = imported::load(&files, &series.to_string(), QemuProgram::Emulator);
        let loaded = loaded.map_err(|error| format!("QEMU {series}: {error}"))?;
        let valid = validate(loaded).map_err(|_| format!("QEMU {series}: invalid schema"))?;
        Ok(resolve(&valid))
    }

    pub(super) fn knowledge(&self) -> Result<Knowledge, String> {
        let mut migrations = MigrationRules::default();
        for path in self.paths_in(&format!("{}/", MigrationRules::FOLDER_NAME)) {
            migrations.extend(self.toml(path)?);
        }
        let mut replies = ReplyRules::default();
        for path in self.paths_in(&format!("{}/", ReplyRules::FOLDER_NAME)) {
            replies.extend(self.toml(path)?);
        }
        Ok(Knowledge {
            behaviour: self.toml(Behaviour::FILE_NAME)?,
            requests: self.toml("requests.toml")?,
            migrations,
            replies,
        })
    }

    pub(super) fn builds(&self) -> Result<BuildEvidence, String> {
        let mut builds = Vec::new();
        for (series, path) in self.paths_by_series(BuildRecord::FOLDER) {
            let record = BuildRecord::parse(self.files[path].as_bytes());
            let record = record.map_err(|error| format!("{path}: {error}"))?;
            builds.push(Build { series, record });
        }
        let notes: DeviceNotes = self.toml(DeviceNotes::FILE_NAME)?;
        Ok(BuildEvidence::new(self.series.clone(), builds, notes))
    }

    pub(super) fn command_lines(&self) -> Result<CommandLineEvidence, String> {
        let mut records = Vec::new();
        for (series, path) in self.paths_by_series(CommandLineRecord::FILE_NAME) {
            let record = CommandLineRecord::parse(self.files[path].as_bytes());
            let record = record.map_err(|error| format!("{path}: {error}"))?;
            records.push((series, record));
        }
        let options: OptionTable = self.toml(OptionTable::FILE_NAME)?;
        let series = self.series.clone();
        Ok(CommandLineEvidence::new(series, records, options))
    }

    /// The files of a name, or in a folder, of each series.
    fn paths_by_series<'q>(&'q self, name: &'q str) -> impl Iterator<Item = (Series, &'q str)> {
        self.series.iter().flat_map(move |series| {
            let paths = self.paths_in(&format!("{series}/{name}"));
            paths.map(|path| (*series, path))
        })
    }

    fn paths_in<'q>(&'q self, folder: &str) -> impl Iterator<Item = &'q str> + use<'q> {
        let paths = self.files.keys().map(String::as_str);
        let folder = folder.to_owned();
        paths.filter(move |path| path.starts_with(&folder))
    }

    /// Parses a file; its default, if it is missing.
    fn toml<T: DeserializeOwned + Default>(&self, path: &str) -> Result<T, String> {
        match self.files.get(path) {
            None => Ok(T::default()),
            Some(text) => toml::from_str(text).map_err(|error| format!("{path}: {error}")),
        }
    }
}
