//! The imported releases, and the data files about them in `schemas/`.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use qapi_codegen::imported::{self, QemuProgram};
use qapi_codegen::knowledge::{
    Behaviour, CommandLineFacts, Knowledge, MigrationRules, ReleaseData, ReleaseDevices,
    ReplyRules, SeriesLookup,
};
use qapi_codegen::load::{DocumentationKind, Files};
use qapi_codegen::parallel;
use qapi_codegen::schema::{Schema, TypeKind};
use qapi_codegen::traffic::check::Checker;
use qapi_codegen::version::Series;
use serde::de::DeserializeOwned;

use crate::builds::{BuildFiles, CommandLineFiles};
use crate::failure::Failure;
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
    /// The origin of the interface.
    pub origin: ReleaseOrigin,
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
            commands: Default::default(),
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
            builds: Arc::clone(&self.builds),
            command_lines: Arc::clone(&self.command_lines),
            target: None,
            knowledge: Arc::clone(&self.knowledge),
            written_for: None,
            notes: source.notes.clone(),
        })
    }

    /// Reads imported series in parallel, without those that lack the interface.
    pub fn releases(
        &self,
        series: &[Series],
        program: QemuProgram,
    ) -> Result<Vec<Release>, Failure> {
        let mut with = Vec::new();
        for series in series {
            let source = SchemaSource::open(&series.to_string(), &SourceOptions::default())?;
            with.extend(source.has(program).then_some(*series));
        }
        let progress = progress_bar("reading schemas", with.len() as u64);
        collect(parallel::map(&with, |series| {
            let release = self.release(&series.to_string(), program);
            progress.inc(1);
            release
        }))
    }

    /// The builds of all releases, with their devices.
    pub fn builds(&self) -> &BuildFiles {
        &self.builds
    }

    /// The command lines of all releases.
    pub fn command_lines(&self) -> &CommandLineFiles {
        &self.command_lines
    }

    /// The series in which a program has a command, oldest first.
    pub fn series_with_command(&self, name: &str, program: QemuProgram) -> Vec<Series> {
        let commands = self.commands[program as usize].get_or_init(|| self.read_commands(program));
        commands.get(name).cloned().unwrap_or_default()
    }

    /// The commands of all series. A schema that cannot be read is left out.
    fn read_commands(&self, program: QemuProgram) -> BTreeMap<String, Vec<Series>> {
        let mut commands: BTreeMap<String, Vec<Series>> = BTreeMap::new();
        let files = SchemaFiles::selected();
        // Overrides add commands of the emulator.
        let overrides = (program == QemuProgram::Emulator).then_some(imported::OVERRIDES);
        for &series in &self.series {
            for name in [program.file_name()].into_iter().chain(overrides) {
                let content = files.read(&files.path(&format!("{series}/{name}")));
                let text = String::from_utf8(content.unwrap_or_default()).unwrap_or_default();
                for command in imported::command_names(&text) {
                    commands.entry(command.to_owned()).or_default().push(series);
                }
            }
        }
        commands
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
        self.origin == ReleaseOrigin::Introspection
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
