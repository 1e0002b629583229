//! The imported releases, and the data files about them in `schemas/`.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use qapi_codegen::imported::{self, QemuProgram};
use qapi_codegen::knowledge::{
    ArgumentSite, Behaviour, CommandLineFacts, Knowledge, MigrationRules, ReleaseData,
    ReleaseDevices, ReplyRules, SeriesLookup,
};
use qapi_codegen::load::{DocumentationKind, Files};
use qapi_codegen::parallel;
use qapi_codegen::schema::{Schema, TypeKind};
use qapi_codegen::traffic::check::Checker;
use qapi_codegen::version::Series;
use qapi_codegen::wire::Interface;
use serde::de::DeserializeOwned;

use crate::builds::{BuildFiles, CommandLineFiles};
use crate::failure::Failure;
use crate::models::Models;
use crate::progress::progress_bar;
use crate::schema_files::SchemaFiles;
use crate::schema_source::{SchemaSource, SourceOptions};
use crate::workspace;

/// The imported releases, and the data files about them.
#[derive(Debug)]
pub struct Catalogue {
    series: Vec<Series>,
    knowledge: Arc<Knowledge>,
    builds: Arc<BuildFiles>,
    command_lines: Arc<CommandLineFiles>,
    /// The models of the series, unless all schemas are to be read.
    models: Option<Models>,
    /// The series that have a command of a program, read on first use.
    commands: [OnceLock<BTreeMap<String, Vec<Series>>>; QemuProgram::ALL.len()],
}

/// The interface of one release, with the data about it.
#[derive(Debug)]
pub struct Release {
    /// The series of an imported release, the version of any other one.
    pub name: String,
    /// The interface.
    pub schema: Schema,
    /// The origin of the documentation, which an interface from introspection lacks.
    pub documentation: DocumentationKind,
    /// The builds of all releases, with their devices.
    pub builds: Arc<BuildFiles>,
    /// The command lines of all releases.
    pub command_lines: Arc<CommandLineFiles>,
    /// The target to which devices are restricted.
    pub target: Option<String>,
    /// The facts about all releases that no schema states.
    pub knowledge: Arc<Knowledge>,
    /// The series that requests were written for, if it is known.
    pub written_for: Option<Series>,
    /// Remarks on how the argument was understood.
    pub notes: Vec<String>,
}

impl Catalogue {
    /// Opens the catalogue of the workspace.
    pub fn open() -> Result<Catalogue, Failure> {
        let files = SchemaFiles::selected();
        let series = workspace::imported()?;
        Ok(Catalogue {
            builds: Arc::new(BuildFiles::new(series.clone())),
            command_lines: Arc::new(CommandLineFiles::new(series.clone())),
            series,
            knowledge: Arc::new(Knowledge {
                behaviour: files.toml(Behaviour::FILE_NAME)?,
                requests: files.toml("requests.toml")?,
                migrations: read_folder(
                    files,
                    MigrationRules::FOLDER_NAME,
                    MigrationRules::extend,
                )?,
                replies: read_folder(files, ReplyRules::FOLDER_NAME, ReplyRules::extend)?,
            }),
            models: Some(Models::default()),
            commands: Default::default(),
        })
    }

    /// Opens the catalogue of the workspace, of which all schemas are read.
    pub fn open_without_models() -> Result<Catalogue, Failure> {
        Ok(Catalogue {
            models: None,
            ..Catalogue::open()?
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

    /// The facts about all releases that no schema states.
    pub fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    /// Reads the release that a SCHEMA argument names.
    pub fn release(&self, argument: &str, program: QemuProgram) -> Result<Release, Failure> {
        let source = SchemaSource::open(argument, &SourceOptions::default())?;
        self.read_release(&source, program)
    }

    /// Reads two releases that are compared. If one comes from introspection alone, or both
    /// are of one series, it has from the other what introspection does not report.
    pub fn pair(
        &self,
        arguments: [&str; 2],
        program: QemuProgram,
    ) -> Result<(Release, Release), Failure> {
        let open = |argument| move || SchemaSource::open(argument, &SourceOptions::default());
        let (old, new) = parallel::both(open(arguments[0]), open(arguments[1]));
        let (old, new) = (old?, new?);
        let read = |own, other| {
            move || self.read_release(completed(own, other, program)?.source(), program)
        };
        let (one, other) = parallel::both(read(&old, &new), read(&new, &old));
        Ok((one?, other?))
    }

    fn read_release(
        &self,
        source: &SchemaSource,
        program: QemuProgram,
    ) -> Result<Release, Failure> {
        let series = source.version().series();
        if source.is_imported_release()
            && let Some(release) = self.modelled(series, program)
        {
            let notes = source.notes.clone();
            return Ok(Release { notes, ..release });
        }
        let loaded = source.load(program)?;
        let documentation = loaded.documentation;
        let schema = source.resolve(loaded)?;
        Ok(Release {
            name: match source.is_release() {
                true => schema.version.series().to_string(),
                false => schema.version.to_string(),
            },
            notes: source.notes.clone(),
            ..self.described(schema, documentation)
        })
    }

    /// An imported release, if its model is known.
    fn modelled(&self, series: Series, program: QemuProgram) -> Option<Release> {
        let model = self.models.as_ref()?.read(series, program)?;
        Some(self.described(model.schema, model.documentation))
    }

    /// A release with this interface, named after its series.
    fn described(&self, schema: Schema, documentation: DocumentationKind) -> Release {
        Release {
            name: schema.version.series().to_string(),
            schema,
            documentation,
            builds: Arc::clone(&self.builds),
            command_lines: Arc::clone(&self.command_lines),
            target: None,
            knowledge: Arc::clone(&self.knowledge),
            written_for: None,
            notes: Vec::new(),
        }
    }

    /// Reads imported series in parallel, without those that lack the interface.
    pub fn releases(
        &self,
        series: &[Series],
        program: QemuProgram,
    ) -> Result<Vec<Release>, Failure> {
        let progress = progress_bar("reading schemas", series.len() as u64);
        let read = parallel::map(series, |series| {
            let release = self.imported_release(*series, program);
            progress.inc(1);
            release.transpose()
        });
        collect(read.into_iter().flatten().collect())
    }

    /// An imported release; `None` if it lacks the interface.
    fn imported_release(
        &self,
        series: Series,
        program: QemuProgram,
    ) -> Result<Option<Release>, Failure> {
        if let Some(release) = self.modelled(series, program) {
            return Ok(Some(release));
        }
        let source = SchemaSource::open(&series.to_string(), &SourceOptions::default())?;
        match source.has(program) {
            true => self.read_release(&source, program).map(Some),
            false => Ok(None),
        }
    }

    /// The builds of all releases, with their devices.
    pub fn builds(&self) -> &BuildFiles {
        &self.builds
    }

    /// The command lines of all releases.
    pub fn command_lines(&self) -> &CommandLineFiles {
        &self.command_lines
    }

    /// Does something that reads schemas, and at the same time reads the builds and
    /// command lines of all releases, if a program has them.
    pub fn with_builds<T>(&self, program: QemuProgram, read: impl FnOnce() -> T) -> T {
        if program != QemuProgram::Emulator {
            return read();
        }
        // A failure is reported where they are used.
        let builds = || {
            (
                self.builds.read().is_ok(),
                self.command_lines.read().is_ok(),
            )
        };
        parallel::both(builds, read).1
    }

    /// The series in which a program has a command, oldest first.
    pub fn series_with_command(&self, name: &str, program: QemuProgram) -> Vec<Series> {
        let commands = self.commands[program as usize].get_or_init(|| self.read_commands(program));
        commands.get(name).cloned().unwrap_or_default()
    }

    /// The series in which a program has an argument of a command, oldest first. Of a
    /// series with a model, only the definitions of that command are read.
    pub fn series_with_argument(
        &self,
        argument: &ArgumentSite<'_>,
        program: QemuProgram,
    ) -> Vec<Series> {
        let command = |series| {
            let models = self.models.as_ref()?;
            models.read_command(series, program, argument.command)
        };
        let whole = |series| Some(self.imported_release(series, program).ok()??.schema);
        let has = parallel::map(&self.series, |&series| {
            let schema = command(series).or_else(|| whole(series));
            schema.is_some_and(|schema| argument.exists_in(&Interface::from_schema(&schema)))
        });
        let all = self.series.iter().zip(has);
        all.filter_map(|(series, has)| has.then_some(*series))
            .collect()
    }

    /// The commands of all series. A schema that cannot be read is left out.
    fn read_commands(&self, program: QemuProgram) -> BTreeMap<String, Vec<Series>> {
        let mut commands: BTreeMap<String, Vec<Series>> = BTreeMap::new();
        for &series in &self.series {
            let mut add = |name: &str| match commands.get_mut(name) {
                Some(having) => having.push(series),
                None => drop(commands.insert(name.to_owned(), vec![series])),
            };
            let models = self.models.as_ref();
            match models.and_then(|models| models.current(series, program)) {
                Some(combined) => combined.commands(series).for_each(&mut add),
                None => read_command_names(series, program, &mut add),
            }
        }
        commands
    }
}

/// Reads the names of the commands of a series without parsing its schema.
fn read_command_names(series: Series, program: QemuProgram, add: &mut impl FnMut(&str)) {
    let files = SchemaFiles::selected();
    // Overrides add commands of the emulator.
    let overrides = (program == QemuProgram::Emulator).then_some(imported::OVERRIDES);
    for name in [program.file_name()].into_iter().chain(overrides) {
        let content = files.read(&files.path(&format!("{series}/{name}")));
        let text = String::from_utf8(content.unwrap_or_default()).unwrap_or_default();
        imported::command_names(&text).for_each(&mut *add);
    }
}

impl Release {
    /// Creates a checker that uses all data about the release.
    pub fn checker<'r>(&'r self, elsewhere: Option<&'r dyn SeriesLookup>) -> Checker<'r> {
        let data = ReleaseData {
            devices: Some(&*self.builds),
            command_lines: Some(&*self.command_lines),
            target: self.target.as_deref(),
            knowledge: Some(&self.knowledge),
            written_for: self.written_for,
            elsewhere,
        };
        Checker::new(&self.schema, data)
    }

    /// Restricts devices to those of a target.
    pub fn set_target(&mut self, target: Option<String>) -> Result<(), Failure> {
        if let Some(target) = &target {
            let known = self.builds.read()?.targets();
            if !known.contains(target.as_str()) && !self.has_target(target) {
                let known: Vec<&str> = known.into_iter().collect();
                return Err(Failure::new(format!("unknown target `{target}`"))
                    .with_help(format!("builds of {} are known", known.join(", "))));
            }
        }
        self.target = target;
        Ok(())
    }

    /// Returns whether the schema lists a target, as it does since 3.0.
    fn has_target(&self, target: &str) -> bool {
        let targets = self.schema.find_type("SysEmuTarget");
        let Some(TypeKind::Enum(targets)) = targets.map(|id| &self.schema.get(id).kind) else {
            return false;
        };
        targets.values.iter().any(|value| value.name == target)
    }

    /// The devices of the release.
    pub fn devices(&self) -> Result<ReleaseDevices<'_>, Failure> {
        let series = self.schema.version.series();
        Ok(self.builds.read()?.release(series, self.target.as_deref()))
    }

    /// The command line of the release.
    pub fn command_line(&self) -> Result<CommandLineFacts<'_>, Failure> {
        let series = self.schema.version.series();
        let evidence = self.command_lines.read()?;
        Ok(evidence.release(series, self.target.as_deref()))
    }

    /// Returns `true` if the interface comes from a reply to `query-qmp-schema`.
    pub fn is_introspected(&self) -> bool {
        self.documentation == DocumentationKind::None
    }

    /// The model of the interface, and the origin of its documentation.
    pub fn model(&self) -> (&Schema, DocumentationKind) {
        (&self.schema, self.documentation)
    }
}

/// A schema that is compared with another one.
enum CompletedSource<'s> {
    AsStated(&'s SchemaSource),
    Completed(SchemaSource),
}

impl CompletedSource<'_> {
    fn source(&self) -> &SchemaSource {
        match self {
            CompletedSource::AsStated(source) => source,
            CompletedSource::Completed(source) => source,
        }
    }
}

/// The schema of a release, with what introspection does not report from another one.
fn completed<'s>(
    source: &'s SchemaSource,
    other: &SchemaSource,
    program: QemuProgram,
) -> Result<CompletedSource<'s>, Failure> {
    let is_introspected = program == QemuProgram::Emulator && source.is_introspected(program);
    let is_like =
        source.version().series() == other.version().series() || source.is_incomplete(program);
    let has_all = source.is_release() || other.is_release() && source.is_like(other, program);
    if has_all || !is_introspected || !is_like {
        return Ok(CompletedSource::AsStated(source));
    }
    let mut completed = source.completed(other)?;
    completed.notes.clone_from(&source.notes);
    completed.notes.push(format!(
        "`{}` comes from introspection: what that does not report is as in `{}`, and \
         what is missing may be missing from that build only",
        source.argument(),
        other.argument()
    ));
    Ok(CompletedSource::Completed(completed))
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

/// Reads all files of rules in a folder, in the order of their names.
fn read_folder<T: DeserializeOwned + Default>(
    files: &SchemaFiles,
    folder_name: &str,
    extend: impl Fn(&mut T, T),
) -> Result<T, Failure> {
    let folder = files.path(folder_name);
    let names = files.names(&folder);
    let names = names.map_err(|error| Failure::io("read", &folder, &error))?;
    let mut rules = T::default();
    for name in names {
        extend(&mut rules, files.toml(&format!("{folder_name}/{name}"))?);
    }
    Ok(rules)
}
