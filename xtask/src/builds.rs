//! The records of builds of QEMU in `schemas/`, read on first use.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use qapi_codegen::knowledge::builds::Build;
use qapi_codegen::knowledge::{BuildEvidence, BuildRecord, DeviceNotes, DeviceSource};
use qapi_codegen::version::Series;

use crate::failure::Failure;
use crate::files::{io_failure, read_toml_or_default};
use crate::workspace;

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
    let notes: DeviceNotes =
        read_toml_or_default(&workspace::schemas().join(DeviceNotes::FILE_NAME))?;
    let mut builds = Vec::new();
    for &series in series {
        let folder = workspace::series_folder(series).join(BuildRecord::FOLDER);
        if !folder.is_dir() {
            continue;
        }
        let entries = fs::read_dir(&folder).map_err(|error| io_failure("read", &folder, &error))?;
        for entry in entries {
            let path = entry
                .map_err(|error| io_failure("read", &folder, &error))?
                .path();
            let record = read_record(&path)?;
            builds.push(Build { series, record });
        }
    }
    Ok(BuildEvidence::new(series.to_vec(), builds, notes))
}

fn read_record(path: &Path) -> Result<BuildRecord, Failure> {
    let text = fs::read(path).map_err(|error| io_failure("read", path, &error))?;
    BuildRecord::parse(&text).map_err(|error| {
        let path = workspace::shown(path);
        Failure::new(format!("`{path}`: {error}"))
    })
}
