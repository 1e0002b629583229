//! `devices`: asks a running QEMU which properties each device has.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use qapi_codegen::imported::MANIFEST;
use qapi_codegen::knowledge::{DeviceList, PropertyTypes};
use qapi_codegen::version::Series;
use qmp_bindings::Error;

use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::files::write_file;
use crate::monitor::Monitor;
use crate::progress::progress_bar;
use crate::render::count;
use crate::workspace;

/// Ask a running QEMU which arguments `device_add` has for each device
///
/// Writes schemas/SERIES/devices.json. Start QEMU for this with
/// `-machine none -nodefaults -qmp unix:PATH,server=on,wait=off`. The devices
/// depend on its build.
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo xtask devices monitor.sock --as 10.0")]
pub struct Devices {
    /// The monitor of a running QEMU that no other client uses: a Unix socket
    /// or HOST:PORT
    socket: String,
    /// The series to write
    #[arg(long = "as", value_name = "SERIES")]
    series: Series,
}

impl Devices {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let folder = workspace::series_folder(self.series);
        if !folder.join(MANIFEST).is_file() {
            return Err(
                Failure::new(format!("series {} is not imported", self.series))
                    .with_help("import it first with `cargo xtask import SCHEMA`"),
            );
        }
        let mut monitor = Monitor::connect(&self.socket)?;
        let found = monitor.version().series();
        if found != self.series {
            let help = format!(
                "start a QEMU of series {}, or write `--as {found}`",
                self.series
            );
            let message = format!("the QEMU at `{}` is of series {found}", self.socket);
            return Err(Failure::new(message).with_help(help));
        }
        let devices = read_devices(&mut monitor)?;
        let path = folder.join(DeviceList::FILE_NAME);
        write_file(&path, &devices.to_text())?;
        let count = count(devices.names().count(), "device");
        console.status(&format!("wrote {count} to {}", workspace::shown(&path)));
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

/// Reads all devices with their properties. Some devices exist whose properties
/// QEMU does not list.
fn read_devices(monitor: &mut Monitor) -> Result<DeviceList, Failure> {
    let names = device_names(monitor).map_err(|error| monitor.failure(&error))?;
    let progress = progress_bar("reading devices", names.len() as u64);
    let (mut listed, mut unlisted) = (BTreeMap::new(), BTreeSet::new());
    for name in names {
        match device_properties(monitor, &name) {
            Ok(properties) => drop(listed.insert(name, properties)),
            Err(Error::Command(_)) => drop(unlisted.insert(name)),
            Err(error) => return Err(monitor.failure(&error)),
        }
        progress.inc(1);
    }
    let mut devices = DeviceList::new(monitor.version(), &listed);
    devices.package = monitor.package();
    devices.unlisted = unlisted;
    Ok(devices)
}

fn device_names(monitor: &mut Monitor) -> Result<Vec<String>, Error> {
    let arguments = json!({ "implements": "device", "abstract": false });
    let types: Vec<TypeName> = monitor.query("qom-list-types", &arguments)?;
    Ok(types.into_iter().map(|found| found.name).collect())
}

fn device_properties(monitor: &mut Monitor, name: &str) -> Result<PropertyTypes, Error> {
    let arguments = json!({ "typename": name });
    let properties: Vec<Property> = monitor.query("device-list-properties", &arguments)?;
    let pair = |property: Property| (property.name, property.ty);
    Ok(properties.into_iter().map(pair).collect())
}
