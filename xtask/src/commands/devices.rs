//! `devices`: asks a running QEMU what `device_add` accepts.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use qapi_codegen::imported::MANIFEST;
use qapi_codegen::knowledge::{DeviceList, PropertyTypes};
use qapi_codegen::version::Series;

use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::monitor::{Monitor, Refusal};
use crate::progress::Progress;
use crate::{replace, workspace};

/// Ask a running QEMU what each device accepts
///
/// Writes schemas/SERIES/devices.json. A QEMU for this is started with
/// `-machine none -nodefaults -qmp unix:PATH,server=on,wait=off`; its build
/// decides which devices there are.
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo xtask devices monitor.sock --as 10.0")]
pub struct Devices {
    /// The monitor of a running QEMU that nobody else is using: a Unix socket or
    /// HOST:PORT
    socket: String,
    /// The series to write
    #[arg(long = "as", value_name = "SERIES")]
    series: Series,
}

impl Devices {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// QEMU does not answer, it is of another series, or the file cannot be
    /// written.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let folder = workspace::series_folder(self.series);
        if !folder.join(MANIFEST).is_file() {
            return Err(
                Failure::new(format!("series {} is not imported", self.series))
                    .with_help("import it first: `cargo xtask import SCHEMA`"),
            );
        }
        let mut monitor = Monitor::connect(&self.socket)?;
        let found = monitor.version().series();
        if found != self.series {
            return Err(
                Failure::new(format!("the QEMU at `{}` is {found}", self.socket)).with_help(
                    format!(
                        "start one of series {}, or write `--as {found}`",
                        self.series
                    ),
                ),
            );
        }
        let devices = devices(&mut monitor)?;
        let path = folder.join(DeviceList::FILE_NAME);
        replace::file(&path, &devices.to_text())?;
        let count = devices.names().count();
        console.done(&format!(
            "wrote {count} devices to {}",
            workspace::shown(&path)
        ));
        Ok(Outcome::Fine)
    }
}

#[derive(Deserialize)]
struct TypeName {
    name: String,
}

#[derive(Deserialize)]
struct Property {
    name: String,
    #[serde(rename = "type")]
    ty: String,
}

/// All devices with their properties.
fn devices(monitor: &mut Monitor) -> Result<DeviceList, Failure> {
    let names = names(monitor)?;
    let progress = Progress::new("asking for devices", names.len() as u64);
    let (mut listed, mut unlisted) = (BTreeMap::new(), BTreeSet::new());
    for name in names {
        match properties(monitor, &name)? {
            Ok(properties) => drop(listed.insert(name, properties)),
            Err(_) => drop(unlisted.insert(name)),
        }
        progress.advance(1);
    }
    let mut devices = DeviceList::new(monitor.version(), &listed);
    devices.package = monitor.package().to_owned();
    devices.unlisted = unlisted;
    Ok(devices)
}

fn names(monitor: &mut Monitor) -> Result<Vec<String>, Failure> {
    const COMMAND: &str = "qom-list-types";
    let arguments = json!({ "implements": "device", "abstract": false });
    let answer: Result<Vec<TypeName>, Refusal> = monitor.ask_for(COMMAND, Some(&arguments))?;
    let types = answer.map_err(|refusal| monitor.refused(COMMAND, &refusal))?;
    Ok(types.into_iter().map(|found| found.name).collect())
}

/// The properties of a device; some are there that QEMU refuses to make for a
/// look at them.
fn properties(
    monitor: &mut Monitor,
    name: &str,
) -> Result<Result<PropertyTypes, Refusal>, Failure> {
    let arguments = json!({ "typename": name });
    let answer: Result<Vec<Property>, Refusal> =
        monitor.ask_for("device-list-properties", Some(&arguments))?;
    let typed = |property: Property| (property.name, property.ty);
    Ok(answer.map(|properties| properties.into_iter().map(typed).collect()))
}
