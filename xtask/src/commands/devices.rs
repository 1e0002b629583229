//! `devices`: records which devices a build of QEMU has, with their properties.

mod command_line;
mod running;
mod saved_list;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use qapi_codegen::imported::MANIFEST;
use qapi_codegen::knowledge::BuildRecord;
use qapi_codegen::version::{Series, Version};

use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::files::{read_text, write_file};
use crate::monitor::Monitor;
use crate::render::count;
use crate::workspace;
use running::BuildReading;
use saved_list::SavedList;

/// Record which devices a build of QEMU has, with their properties
///
/// Asks a running QEMU, or reads lists that were saved before, and writes
/// schemas/SERIES/builds/RELEASE-TARGET.json for each build. Start QEMU with
/// `-machine none -nodefaults -qmp unix:PATH,server=on,wait=off`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask devices monitor.sock --as 10.0\n  \
    cargo xtask devices saved/10.0.13.json --target x86_64")]
pub struct Devices {
    /// The monitor of a running QEMU that no other client uses (a Unix socket
    /// or HOST:PORT), or saved lists
    #[arg(required = true, value_name = "SOCKET|FILE")]
    sources: Vec<String>,
    /// The series to write; by default that of the build, and for a development
    /// version the next one
    #[arg(long = "as", value_name = "SERIES")]
    series: Option<Series>,
    /// The target of saved lists that do not state it
    #[arg(long, value_name = "ARCH")]
    target: Option<String>,
}

impl Devices {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        for source in &self.sources {
            let is_saved = fs::metadata(source).is_ok_and(|metadata| metadata.is_file());
            let (build, series) = match is_saved {
                true => self.read_saved(source)?,
                false => self.ask(source)?,
            };
            let path = record_path(&build.record, series)?;
            let shown = workspace::shown(&path).to_string();
            // What an earlier QEMU said may be more than what this one did before its end.
            if build.interruption.is_some() && path.exists() {
                console.note(&format!("{shown} is unchanged"));
            } else {
                write_file(&path, &build.record.to_text())?;
                let count = count(build.record.devices().count(), "device");
                console.status(&format!("wrote {count} to {shown}"));
            }
            if let Some(command_line) = build.command_line {
                let folder = workspace::series_folder(series);
                command_line::write_command_line(&folder, command_line)?;
            }
            if let Some(interruption) = build.interruption {
                return Err(interruption);
            }
        }
        Ok(Outcome::Fine)
    }

    fn read_saved(&self, path: &str) -> Result<(BuildReading, Series), Failure> {
        let text = read_text(Path::new(path))?;
        let list: SavedList = serde_json::from_str(&text).map_err(|error| {
            Failure::new(format!("`{path}`: not a list of devices or types: {error}"))
        })?;
        let Some(build) = list.into_reading(self.target.as_deref()) else {
            let message = format!("`{path}` does not state the target of the build");
            return Err(Failure::new(message).with_help("add `--target ARCH`, such as `x86_64`"));
        };
        let series = self.series(build.record.release)?;
        Ok((build, series))
    }

    fn ask(&self, address: &str) -> Result<(BuildReading, Series), Failure> {
        let mut monitor = Monitor::connect(address)?;
        let series = self.series(monitor.version())?;
        Ok((running::read_build(&mut monitor)?, series))
    }

    /// The series of a build, which has to be imported.
    fn series(&self, release: Version) -> Result<Series, Failure> {
        let imported = workspace::imported()?;
        let own = match release.is_prerelease() {
            true => imported.iter().find(|series| **series > release.series()),
            false => None,
        };
        let found = own.copied().unwrap_or(release.series());
        let series = self.series.unwrap_or(found);
        if found != series {
            let message = format!("QEMU {release} is of series {found}, not {series}");
            let help = format!("use a QEMU of series {series}, or write `--as {found}`");
            return Err(Failure::new(message).with_help(help));
        }
        match workspace::series_folder(series).join(MANIFEST).is_file() {
            true => Ok(series),
            false => Err(Failure::new(format!("series {series} is not imported"))
                .with_help("import it first with `cargo xtask import SCHEMA`")),
        }
    }
}

/// The file for a record, in a folder that exists.
fn record_path(record: &BuildRecord, series: Series) -> Result<PathBuf, Failure> {
    let folder = workspace::series_folder(series).join(BuildRecord::FOLDER);
    fs::create_dir_all(&folder)
        .map_err(|error| Failure::io("create", workspace::shown(&folder), &error))?;
    Ok(folder.join(record.file_name()))
}
