//! Interfaces of several releases, read side by side.

use std::thread;

use qapi_codegen::devices::{self, Devices};
use qapi_codegen::imported::{self, QemuProgram};
use qapi_codegen::load::{Documentation, Loaded};
use qapi_codegen::schema::{self, resolve};
use qapi_codegen::validate::{Invalid, validate};
use qapi_codegen::version::Series;

use crate::console::Console;
use crate::failure::Failure;
use crate::schema::{Disk, Options, Schema};
use crate::workspace;

/// One release with its interface.
#[derive(Debug)]
pub struct Release {
    /// How it is called: its series if it is an imported one.
    pub name: String,
    /// Its interface.
    pub schema: schema::Schema,
    /// Whether the interface is made of what a running QEMU told.
    pub is_told: bool,
    /// What `device_add` accepts, where that is known.
    pub devices: Option<Devices>,
}

/// Reads the release that an argument names.
///
/// # Errors
///
/// There is no such release, or its schema has mistakes, which are printed.
pub fn open(
    argument: &str,
    interface: QemuProgram,
    console: &mut Console,
) -> Result<Release, Failure> {
    let opened = Schema::open(argument, &Options::default())?;
    opened.notes.iter().for_each(|note| console.note(note));
    let loaded = opened.load(interface)?;
    let is_told = is_told(&loaded);
    let schema = resolved(loaded, argument, console)?;
    let series = schema.version.series();
    let imported = argument.trim().starts_with(&series.to_string())
        && workspace::imported()?.contains(&series);
    let name = if imported {
        series.to_string()
    } else {
        schema.version.to_string()
    };
    let folder = workspace::shown(&workspace::series_folder(series));
    let devices = devices::load(&Disk, &folder)
        .map_err(|error| Failure::io("read the devices in", &folder, &error))?;
    Ok(Release {
        name,
        schema,
        is_told,
        devices,
    })
}

/// Reads imported series, as many at a time as there are processors.
///
/// # Errors
///
/// A schema cannot be read, or has mistakes, which are printed.
pub fn imported(
    series: &[Series],
    interface: QemuProgram,
    console: &mut Console,
) -> Result<Vec<Release>, Failure> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let share = series.len().div_ceil(workers).max(1);
    let read: Vec<Read> = thread::scope(|scope| {
        let workers: Vec<_> = series
            .chunks(share)
            .map(|chunk| scope.spawn(move || chunk.iter().map(|s| read(*s, interface)).collect()))
            .collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined
            .flat_map(|read: thread::Result<Vec<Read>>| read.unwrap_or_default())
            .collect()
    });
    if read.len() < series.len() {
        return Err(Failure::new("reading the schemas was broken off"));
    }
    let release = |(series, read): (&Series, Read)| {
        let (outcome, is_told, devices) = read?;
        let schema = outcome.map_err(|invalid| mistakes(&invalid, &series.to_string(), console))?;
        Ok(Release {
            name: series.to_string(),
            schema,
            is_told,
            devices,
        })
    };
    series.iter().zip(read).map(release).collect()
}

type Read = Result<(Result<schema::Schema, Box<Invalid>>, bool, Option<Devices>), Failure>;

fn read(series: Series, interface: QemuProgram) -> Read {
    let folder = workspace::shown(&workspace::series_folder(series));
    let failure = |error| Failure::io("read the schema in", &folder, &error);
    let loaded = imported::load(&Disk, &folder, interface).map_err(failure)?;
    let is_told = is_told(&loaded);
    let devices = devices::load(&Disk, &folder).map_err(failure)?;
    let outcome = validate(loaded)
        .map(|valid| resolve(&valid))
        .map_err(Box::new);
    Ok((outcome, is_told, devices))
}

/// Whether an interface is made of what a running QEMU told, which is without
/// documentation of any kind.
fn is_told(loaded: &Loaded) -> bool {
    loaded.documentation == Documentation::None
}

fn resolved(loaded: Loaded, name: &str, console: &mut Console) -> Result<schema::Schema, Failure> {
    let valid = validate(loaded).map_err(|invalid| mistakes(&invalid, name, console))?;
    Ok(resolve(&valid))
}

fn mistakes(invalid: &Invalid, name: &str, console: &mut Console) -> Failure {
    console.diagnostics(&invalid.sources, &invalid.diagnostics);
    Failure::new(format!("the schema of `{name}` has mistakes"))
        .with_help(format!("`cargo xtask inspect {name}` shows them alone"))
}
