//! What builds of QEMU say of themselves, in `schemas/`, read on first use.

use std::io;
use std::sync::OnceLock;

use qapi_codegen::knowledge::builds::Build;
use qapi_codegen::knowledge::command_line::{CommandLineRecord, OptionTable};
use qapi_codegen::knowledge::{
    BuildEvidence, BuildRecord, CommandLineEvidence, CommandLineSource, DeviceNotes, DeviceSource,
};
use qapi_codegen::load::Files;
use qapi_codegen::parallel;
use qapi_codegen::version::Series;

use crate::failure::Failure;
use crate::schema_files::SchemaFiles;

/// The records of builds: few messages concern devices.
pub type BuildFiles = ReadOnFirstUse<BuildEvidence>;

/// The command lines of all series: most files have no command line.
pub type CommandLineFiles = ReadOnFirstUse<CommandLineEvidence>;

/// Data of all series, read on first use.
#[derive(Debug)]
pub struct ReadOnFirstUse<T> {
    series: Vec<Series>,
    read_all: fn(&[Series]) -> Result<T, Failure>,
    read: OnceLock<Result<T, String>>,
}

impl<T> ReadOnFirstUse<T> {
    /// Reads the data, once.
    pub fn read(&self) -> Result<&T, Failure> {
        let read_all = || (self.read_all)(&self.series).map_err(|failure| failure.to_string());
        self.read
            .get_or_init(read_all)
            .as_ref()
            .map_err(Failure::new)
    }

    /// Returns the failure if the data were needed and cannot be read.
    pub fn check(&self) -> Result<(), Failure> {
        match self.read.get() {
            Some(Err(message)) => Err(Failure::new(message)),
            _ => Ok(()),
        }
    }
}

impl BuildFiles {
    /// Names the series whose records will be read.
    pub fn new(series: Vec<Series>) -> BuildFiles {
        BuildFiles {
            series,
            read_all: read_builds,
            read: OnceLock::new(),
        }
    }
}

impl CommandLineFiles {
    /// Names the series whose command lines will be read.
    pub fn new(series: Vec<Series>) -> CommandLineFiles {
        CommandLineFiles {
            series,
            read_all: read_command_lines,
            read: OnceLock::new(),
        }
    }
}

impl DeviceSource for BuildFiles {
    fn evidence(&self) -> Option<&BuildEvidence> {
        self.read().ok()
    }
}

impl CommandLineSource for CommandLineFiles {
    fn command_lines(&self) -> Option<&CommandLineEvidence> {
        self.read().ok()
    }
}

fn read_builds(series: &[Series]) -> Result<BuildEvidence, Failure> {
    let files = SchemaFiles::selected();
    let notes: DeviceNotes = files.toml(DeviceNotes::FILE_NAME)?;
    let mut paths = Vec::new();
    for &series in series {
        let folder = files.path(&format!("{series}/{}", BuildRecord::FOLDER));
        let names = files.names(&folder);
        let names = names.map_err(|error| Failure::io("read", &folder, &error))?;
        paths.extend(
            names
                .iter()
                .map(|name| (series, format!("{folder}/{name}"))),
        );
    }
    let builds = parallel::map(&paths, |(series, path)| {
        let record = BuildRecord::parse(&read_file(files, path)?);
        let record = record.map_err(|error| Failure::new(format!("`{path}`: {error}")))?;
        Ok(Build {
            series: *series,
            record,
        })
    });
    let builds = builds.into_iter().collect::<Result<_, Failure>>()?;
    Ok(BuildEvidence::new(series.to_vec(), builds, notes))
}

fn read_command_lines(series: &[Series]) -> Result<CommandLineEvidence, Failure> {
    let files = SchemaFiles::selected();
    let options: OptionTable = files.toml(OptionTable::FILE_NAME)?;
    let records = parallel::map(series, |&series| read_command_line(files, series));
    let records: Vec<Option<_>> = records.into_iter().collect::<Result<_, Failure>>()?;
    let records = records.into_iter().flatten().collect();
    Ok(CommandLineEvidence::new(series.to_vec(), records, options))
}

/// The record of a series, if there is one.
fn read_command_line(
    files: &SchemaFiles,
    series: Series,
) -> Result<Option<(Series, CommandLineRecord)>, Failure> {
    let path = files.path(&format!("{series}/{}", CommandLineRecord::FILE_NAME));
    let text = match files.read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text.map_err(|error| Failure::io("read", &path, &error))?,
    };
    let record = CommandLineRecord::parse(&text);
    let record = record.map_err(|error| Failure::new(format!("`{path}`: {error}")))?;
    Ok(Some((series, record)))
}

fn read_file(files: &SchemaFiles, path: &str) -> Result<Vec<u8>, Failure> {
    let text = files.read(path);
    text.map_err(|error| Failure::io("read", path, &error))
}
