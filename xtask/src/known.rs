//! All that is known of a release: its schema, and the data beside the schemas.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;

use qapi_codegen::ast::{DefinitionBody, Item};
use qapi_codegen::behaviour::{self, Behaviour};
use qapi_codegen::devices::{self, Devices};
use qapi_codegen::imported::{self, QemuProgram};
use qapi_codegen::schema::{self, resolve};
use qapi_codegen::traffic::check::{self, Checker, Knowledge, Requests};
use qapi_codegen::validate::validate;
use qapi_codegen::version::Series;

use crate::failure::Failure;
use crate::schema::{Disk, Options, Schema};
use crate::workspace;

/// All that is known of a release.
pub struct Known {
    /// The interface of the system emulator.
    pub schema: schema::Schema,
    devices: Option<Devices>,
    near: Option<Devices>,
    requests: Requests,
    behaviour: Behaviour,
}

impl Known {
    /// Reads what is known of the release that a SCHEMA argument names.
    ///
    /// # Errors
    ///
    /// There is no such schema, it breaks rules, or data beside the schemas
    /// cannot be read.
    pub fn open(argument: &str) -> Result<Known, Failure> {
        let loaded = Schema::open(argument, &Options::default())?.load(QemuProgram::Emulator)?;
        let valid = validate(loaded).map_err(|_| {
            Failure::new(format!("the schema `{argument}` has mistakes"))
                .with_help(format!("`cargo xtask inspect {argument}` shows them"))
        })?;
        let schema = resolve(&valid);
        let own = devices(schema.version.series())?;
        Ok(Known {
            near: if own.is_none() {
                near(schema.version.series())?
            } else {
                None
            },
            devices: own,
            requests: table("requests.toml")?,
            behaviour: table(behaviour::FILE)?,
            schema,
        })
    }

    /// A checker for the release that uses all that is known.
    pub fn checker<'k>(&'k self, elsewhere: Option<check::Elsewhere<'k>>) -> Checker<'k> {
        let knowledge = Knowledge {
            elsewhere,
            ..self.knowledge()
        };
        Checker::new(&self.schema, knowledge)
    }

    fn knowledge(&self) -> Knowledge<'_> {
        Knowledge {
            devices: self.devices.as_ref(),
            requests: Some(&self.requests),
            behaviour: Some(&self.behaviour),
            elsewhere: None,
        }
    }

    /// The devices of the release or, where QEMU was not asked for them, those
    /// of the next series that was asked, or else of the last one before.
    pub fn nearest_devices(&self) -> Option<&Devices> {
        self.devices.as_ref().or(self.near.as_ref())
    }
}

fn near(series: Series) -> Result<Option<Devices>, Failure> {
    let (before, after): (Vec<Series>, Vec<Series>) = workspace::imported()?
        .into_iter()
        .partition(|other| *other < series);
    for other in after.into_iter().chain(before.into_iter().rev()) {
        if let Some(found) = devices(other)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn devices(series: Series) -> Result<Option<Devices>, Failure> {
    let folder = workspace::shown(&workspace::series_folder(series));
    let path = format!("{folder}/{}", devices::DEVICES);
    devices::load(&Disk, &folder).map_err(|error| Failure::io("read", path, &error))
}

/// Reads a file of data beside the schemas. One that is not there is empty.
pub fn table<T: DeserializeOwned + Default>(name: &str) -> Result<T, Failure> {
    read_table(&workspace::schemas().join(name))
}

fn read_table<T: DeserializeOwned + Default>(path: &Path) -> Result<T, Failure> {
    let shown = workspace::shown(path);
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(T::default()),
        text => text.map_err(|error| Failure::io("read", &shown, &error))?,
    };
    toml::from_str(&text).map_err(|error| Failure::new(format!("`{shown}`: {error}")))
}

/// Which series have which commands; the schemas are read when somebody asks.
#[derive(Default)]
pub struct Elsewhere {
    commands: OnceCell<BTreeMap<String, Vec<Series>>>,
}

impl Elsewhere {
    /// The series that have a command, the oldest first.
    pub fn with_command(&self, name: &str) -> Vec<Series> {
        let commands = self.commands.get_or_init(commands);
        commands.get(name).cloned().unwrap_or_default()
    }
}

/// The commands of all series. This is for hints: what cannot be read is left
/// out.
fn commands() -> BTreeMap<String, Vec<Series>> {
    let mut commands: BTreeMap<String, Vec<Series>> = BTreeMap::new();
    for series in workspace::imported().unwrap_or_default() {
        let folder = workspace::shown(&workspace::series_folder(series));
        let loaded = imported::load(&Disk, &folder, QemuProgram::Emulator);
        let items = loaded.into_iter().flat_map(|loaded| loaded.items);
        for item in items {
            if let Item::Definition(definition) = item
                && matches!(definition.body, DefinitionBody::Command(_))
            {
                commands
                    .entry(definition.name.value)
                    .or_default()
                    .push(series);
            }
        }
    }
    commands
}
