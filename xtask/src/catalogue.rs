//! The imported releases, and the data files about them in `schemas/`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, OnceLock};
use std::thread;

use qapi_codegen::ast::{DefinitionBody, Item};
use qapi_codegen::imported::{self, QemuProgram};
use qapi_codegen::knowledge::{
    Behaviour, DeviceList, ReleaseData, RequestRules, SeriesWithCommand,
};
use qapi_codegen::load::{DocumentationKind, Files};
use qapi_codegen::schema::Schema;
use qapi_codegen::traffic::check::Checker;
use qapi_codegen::traffic::migrate::MigrationRules;
use qapi_codegen::version::Series;

use crate::failure::Failure;
use crate::schema_files::SchemaFiles;
use crate::schema_source::{SchemaSource, SourceOptions};
use crate::workspace;

/// The imported releases, and the data files about them.
#[derive(Debug)]
pub struct Catalogue {
    series: Vec<Series>,
    behaviour: Arc<Behaviour>,
    requests: Arc<RequestRules>,
    /// The series that have a command, read on first use.
    commands: OnceLock<BTreeMap<String, Vec<Series>>>,
}

/// The interface of one release, with the data about it.
#[derive(Debug)]
pub struct Release {
    /// The series of an imported release, the version of any other one.
    pub name: String,
    /// The interface.
    pub schema: Schema,
    /// The origin of the interface.
    pub origin: ReleaseOrigin,
    /// The devices of the release, if they are known.
    pub devices: Option<DeviceList>,
    /// Changes of behaviour, of all releases.
    pub behaviour: Arc<Behaviour>,
    /// Rules for requests that are not in a schema, of all releases.
    pub requests: Arc<RequestRules>,
    /// Remarks on how the argument was understood.
    pub notes: Vec<String>,
}

/// The origin of an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseOrigin {
    /// QEMU's schema files.
    Sources,
    /// A reply to `query-qmp-schema`.
    Introspection,
}

impl Catalogue {
    /// Opens the catalogue of the workspace.
    pub fn open() -> Result<Catalogue, Failure> {
        let files = SchemaFiles::selected();
        Ok(Catalogue {
            series: workspace::imported()?,
            behaviour: Arc::new(files.toml(Behaviour::FILE_NAME)?),
            requests: Arc::new(files.toml("requests.toml")?),
            commands: OnceLock::new(),
        })
    }

    /// The imported series, oldest first.
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// The imported series between two others.
    pub fn series_between(&self, one: Series, other: Series) -> Vec<Series> {
        let is_between = |series: &Series| one.min(other) < *series && *series < one.max(other);
        self.series.iter().copied().filter(is_between).collect()
    }

    /// Changes of behaviour, of all releases.
    pub fn behaviour(&self) -> &Behaviour {
        &self.behaviour
    }

    /// Reads the rules for migrating requests.
    pub fn migration_rules(&self) -> Result<MigrationRules, Failure> {
        SchemaFiles::selected().toml("migrations.toml")
    }

    /// Reads the release that a SCHEMA argument names.
    pub fn release(&self, argument: &str, program: QemuProgram) -> Result<Release, Failure> {
        let source = SchemaSource::open(argument, &SourceOptions::default())?;
        let loaded = source.load(program)?;
        let origin = match loaded.documentation {
            DocumentationKind::None => ReleaseOrigin::Introspection,
            _ => ReleaseOrigin::Sources,
        };
        let schema = source.resolve(loaded)?;
        let series = schema.version.series();
        Ok(Release {
            name: match source.is_release() {
                true => series.to_string(),
                false => schema.version.to_string(),
            },
            schema,
            origin,
            devices: read_devices(series)?,
            behaviour: Arc::clone(&self.behaviour),
            requests: Arc::clone(&self.requests),
            notes: source.notes,
        })
    }

    /// Reads imported series in parallel.
    pub fn releases(
        &self,
        series: &[Series],
        program: QemuProgram,
    ) -> Result<Vec<Release>, Failure> {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let share = series.len().div_ceil(workers).max(1);
        let read_chunk = |chunk: &[Series]| -> Vec<Result<Release, Failure>> {
            let names = chunk.iter().map(Series::to_string);
            names.map(|name| self.release(&name, program)).collect()
        };
        let read: Vec<Result<Release, Failure>> = thread::scope(|scope| {
            let spawn = |chunk| scope.spawn(move || read_chunk(chunk));
            let workers: Vec<_> = series.chunks(share).map(spawn).collect();
            let interrupted = |_| vec![Err(Failure::new("reading the schemas was interrupted"))];
            let joined = workers.into_iter().map(|worker| worker.join());
            joined
                .flat_map(|read| read.unwrap_or_else(interrupted))
                .collect()
        });
        collect(read)
    }

    /// The devices of a release or, if they are unknown, those of the nearest
    /// series whose devices are known, later ones first.
    pub fn nearest_devices<'r>(
        &self,
        release: &'r Release,
    ) -> Result<Option<Cow<'r, DeviceList>>, Failure> {
        if let Some(devices) = &release.devices {
            return Ok(Some(Cow::Borrowed(devices)));
        }
        let series = release.schema.version.series();
        let (before, after): (Vec<Series>, Vec<Series>) =
            self.series.iter().partition(|other| **other < series);
        for other in after.into_iter().chain(before.into_iter().rev()) {
            if let Some(devices) = read_devices(other)? {
                return Ok(Some(Cow::Owned(devices)));
            }
        }
        Ok(None)
    }

    /// The series that have a command, oldest first.
    pub fn series_with_command(&self, name: &str) -> Vec<Series> {
        let commands = self.commands.get_or_init(|| self.read_commands());
        commands.get(name).cloned().unwrap_or_default()
    }

    /// The commands of all series, for hints. A schema that cannot be read is
    /// left out.
    fn read_commands(&self) -> BTreeMap<String, Vec<Series>> {
        let mut commands: BTreeMap<String, Vec<Series>> = BTreeMap::new();
        for &series in &self.series {
            let files = SchemaFiles::selected();
            let folder = files.path(&series.to_string());
            let loaded = imported::load(files, &folder, QemuProgram::Emulator);
            for item in loaded.into_iter().flat_map(|loaded| loaded.items) {
                if let Item::Definition(definition) = item
                    && matches!(definition.body, DefinitionBody::Command(_))
                {
                    let with_command = commands.entry(definition.name.value);
                    with_command.or_default().push(series);
                }
            }
        }
        commands
    }
}

impl Release {
    /// Creates a checker that uses all data about the release.
    pub fn checker<'r>(
        &'r self,
        series_with_command: Option<SeriesWithCommand<'r>>,
    ) -> Checker<'r> {
        let data = ReleaseData {
            devices: self.devices.as_ref(),
            requests: Some(&self.requests),
            behaviour: Some(&self.behaviour),
            series_with_command,
        };
        Checker::new(&self.schema, data)
    }

    /// Returns `true` if the interface comes from a reply to `query-qmp-schema`.
    pub fn is_introspected(&self) -> bool {
        self.origin == ReleaseOrigin::Introspection
    }
}

/// All releases, or one failure that has the diagnostics of all others.
fn collect(read: Vec<Result<Release, Failure>>) -> Result<Vec<Release>, Failure> {
    let (releases, failures): (Vec<_>, Vec<_>) = read.into_iter().partition(Result::is_ok);
    match failures
        .into_iter()
        .filter_map(Result::err)
        .reduce(Failure::merge)
    {
        Some(failure) => Err(failure),
        None => Ok(releases.into_iter().flatten().collect()),
    }
}

fn read_devices(series: Series) -> Result<Option<DeviceList>, Failure> {
    let files = SchemaFiles::selected();
    let path = files.path(&format!("{series}/{}", DeviceList::FILE_NAME));
    let text = match files.read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text.map_err(|error| Failure::io("read", &path, &error))?,
    };
    let devices = DeviceList::parse(&text);
    let devices = devices.map(Some);
    devices.map_err(|error| Failure::new(format!("`{path}`: {error}")))
}
