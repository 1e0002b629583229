//! The records of builds of QEMU in `schemas/`, read on first use.

use std::sync::OnceLock;

use qapi_codegen::knowledge::builds::Build;
use qapi_codegen::knowledge::{BuildEvidence, BuildRecord, DeviceNotes, DeviceSource};
use qapi_codegen::load::Files;
use qapi_codegen::version::Series;

use crate::failure::Failure;
use crate::schema_files::SchemaFiles;

/// The records of builds, read on first use: few messages concern devices.
#[derive(Debug)]
pub struct BuildFiles {
    series: Vec<Series>,
    read: OnceLock<Result<BuildEvidence, String>>,
}

impl BuildFiles {
    /// Names the series whose records will be read.
    pub fn new(series: Vec<Series>) -> BuildFiles {
        BuildFiles {
            series,
            read: OnceLock::new(),
        }
    }

    /// Reads the records, once.
    pub fn read(&self) -> Result<&BuildEvidence, Failure> {
        let read_all = || read_all(&self.series).map_err(|failure| failure.to_string());
        self.read
            .get_or_init(read_all)
            .as_ref()
            .map_err(Failure::new)
    }

    /// Returns the failure if the records were needed and cannot be read.
    pub fn check(&self) -> Result<(), Failure> {
        match self.read.get() {
            Some(Err(message)) => Err(Failure::new(message)),
            _ => Ok(()),
        }
    }
}

impl DeviceSource for BuildFiles {
    fn evidence(&self) -> Option<&BuildEvidence> {
        self.read().ok()
    }
}

fn read_all(series: &[Series]) -> Result<BuildEvidence, Failure> {
    let files = SchemaFiles::selected();
    let notes: DeviceNotes = files.toml(DeviceNotes::FILE_NAME)?;
    let mut builds = Vec::new();
    for &series in series {
        let folder = files.path(&format!("{series}/{}", BuildRecord::FOLDER));
        let names = files.names(&folder);
        for name in names.map_err(|error| Failure::io("read", &folder, &error))? {
            let record = read_record(files, &format!("{folder}/{name}"))?;
            builds.push(Build { series, record });
        }
    }
    Ok(BuildEvidence::new(series.to_vec(), builds, notes))
}

fn read_record(files: &SchemaFiles, path: &str) -> Result<BuildRecord, Failure> {
    let text = files.read(path);
    let text = text.map_err(|error| Failure::io("read", path, &error))?;
    BuildRecord::parse(&text).map_err(|error| Failure::new(format!("`{path}`: {error}")))
}
