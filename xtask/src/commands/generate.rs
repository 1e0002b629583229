//! `generate`: the files that are generated from the schemas.

mod dependent;

use std::path::{Path, PathBuf};

use clap::Args;

use qapi_codegen::emit::{Bindings, HostCrate, emit};
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::imported::combined::CombinedSchemas;
use qapi_codegen::schema::Schema;
use qapi_codegen::version::Series;

use crate::Outcome;
use crate::catalogue::{Catalogue, Release};
use crate::console::Console;
use crate::derived::DerivedFiles;
use crate::failure::Failure;
use crate::features::replace_features;
use crate::files::read_text;
use crate::models;
use crate::progress::spinner;
use crate::project::Project;
use crate::render::count;
use crate::reports::report_files;
use crate::schema_source::{SchemaSource, SourceOptions};
use crate::unchanged::Generation;
use crate::workspace;

/// Write the files that are generated from schemas/: bindings, features, reports
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask generate\n  \
    cargo xtask generate --check\n  \
    cargo xtask generate --with-docs ~/src/qemu-10.0.0\n  \
    cargo xtask generate --into src/qemu --series 9.2,10.1")]
pub struct Generate {
    /// Write nothing; list stale files, and exit with 1 if there are any
    #[arg(long)]
    check: bool,
    /// Add QEMU's documentation, from source trees of releases with bindings
    ///
    /// The result has text under the licence of QEMU, so do not commit it.
    #[arg(long, value_name = "SCHEMA", num_args = 1..)]
    with_docs: Vec<String>,
    /// Write bindings of some series for another crate into this folder, and
    /// nothing else
    ///
    /// The folder becomes a module of that crate, which depends on qmp-bindings
    /// for all that is not generated. It may have no other files.
    #[arg(long, value_name = "DIR", requires = "series")]
    into: Option<PathBuf>,
    /// The series of these bindings
    #[arg(long, value_name = "SERIES", requires = "into", value_delimiter = ',')]
    series: Vec<Series>,
    /// Add the interfaces of their guest agents
    #[arg(long, requires = "into")]
    qga: bool,
}

impl Generate {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        // `--check` looks at what would be generated, whatever was generated before.
        let is_plain = !self.check && self.into.is_none() && self.with_docs.is_empty();
        let generation = is_plain.then(|| Generation::of_workspace().ok()).flatten();
        if generation.as_ref().is_some_and(Generation::is_unchanged) {
            console.status(UP_TO_DATE);
            return Ok(Outcome::Fine);
        }
        let derived = match &self.into {
            Some(folder) => self.derive_into(folder),
            None => self.derive_workspace(),
        };
        let outcome = match derived {
            Err(failure) => return failure.into_finding(console),
            Ok(derived) if self.check => check(&derived, console),
            Ok(derived) => write(&derived, console),
        }?;
        // Nothing is lost if it cannot be kept.
        let _ = generation.map(|generation| generation.keep_state());
        Ok(outcome)
    }

    /// Returns `true` if the command writes files of a checkout.
    pub fn writes_checkout(&self) -> bool {
        self.into.is_none()
    }

    fn derive_into(&self, folder: &Path) -> Result<DerivedFiles, Failure> {
        for series in &self.series {
            SchemaSource::open(&series.to_string(), &SourceOptions::default())?;
        }
        // All series, since they show what the chosen ones deprecate.
        let catalogue = Catalogue::open_without_models()?;
        let mut bindings = Releases::read(&catalogue)?.into_bindings(catalogue.series());
        let is_chosen = |schema: &Schema| self.series.contains(&schema.version.series());
        bindings.qmp.retain(is_chosen);
        bindings
            .agent
            .retain(|schema| self.qga && is_chosen(schema));
        self.add_documentation(&mut bindings)?;
        let _spinner = spinner("generating");
        dependent::module_tree(&bindings, folder)
    }

    fn derive_workspace(&self) -> Result<DerivedFiles, Failure> {
        let (project, catalogue) = (Project::read()?, Catalogue::open_without_models()?);
        let releases = Releases::read(&catalogue)?;
        let reports = report_files(&releases.emulator, &project.reports)?;
        let models = releases.models();
        let mut bindings = releases.into_bindings(&project.bindings);
        self.add_documentation(&mut bindings)?;
        let _spinner = spinner("generating");
        let mut derived = derive(&project, &bindings)?;
        derived.add_folder(workspace::schemas().join("reports"), reports);
        derived.add_folder(workspace::schemas().join(CombinedSchemas::FOLDER), models);
        Ok(derived)
    }

    /// Adds the documentation that was asked for.
    fn add_documentation(&self, bindings: &mut Bindings) -> Result<(), Failure> {
        let mut trees = self.with_docs.iter();
        trees.try_for_each(|tree| add_documentation(bindings, tree))
    }
}

/// The interfaces of all imported releases. A series that was imported from a running
/// QEMU has no guest agent.
struct Releases {
    emulator: Vec<Release>,
    agent: Vec<Release>,
}

impl Releases {
    fn read(catalogue: &Catalogue) -> Result<Releases, Failure> {
        let read = |program| catalogue.releases(catalogue.series(), program);
        Ok(Releases {
            emulator: read(QemuProgram::Emulator)?,
            agent: read(QemuProgram::GuestAgent)?,
        })
    }

    /// The interfaces of some series, for their bindings.
    fn into_bindings(self, series: &[Series]) -> Bindings {
        let select = |releases: Vec<Release>| {
            let schemas = releases.into_iter().map(|release| release.schema);
            let chosen = schemas.filter(|schema| series.contains(&schema.version.series()));
            let mut schemas: Vec<Schema> = chosen.collect();
            Schema::date_deprecations(&mut schemas);
            schemas
        };
        Bindings {
            qmp: select(self.emulator),
            agent: select(self.agent),
        }
    }

    /// The files of all models, by name.
    fn models(&self) -> [(String, String); 2] {
        let file = |program, releases: &[Release]| {
            let models = releases.iter().map(Release::model);
            let text = models::combined_text(models, program);
            (CombinedSchemas::file_name(program), text)
        };
        [
            file(QemuProgram::Emulator, &self.emulator),
            file(QemuProgram::GuestAgent, &self.agent),
        ]
    }
}

/// Copies the documentation of a source tree to the interfaces of its series.
fn add_documentation(bindings: &mut Bindings, tree: &str) -> Result<(), Failure> {
    let source = SchemaSource::open(tree, &SourceOptions::default())?;
    let interfaces = [
        (QemuProgram::Emulator, &mut bindings.qmp),
        (QemuProgram::GuestAgent, &mut bindings.agent),
    ];
    let interfaces = interfaces
        .into_iter()
        .filter(|(_, schemas)| !schemas.is_empty());
    for (program, schemas) in interfaces {
        let documented = source.resolve(source.load(program)?)?;
        let series = documented.version.series();
        let mut schemas = schemas.iter_mut();
        let own = schemas.find(|schema: &&mut Schema| schema.version.series() == series);
        own.ok_or_else(|| no_bindings(tree, series))?
            .copy_prose_from(documented);
    }
    Ok(())
}

fn no_bindings(tree: &str, series: Series) -> Failure {
    Failure::new(format!("`{tree}` is QEMU {series}, which has no bindings"))
        .with_help("name it with `--series`, or add it to `bindings` in schemas/project.toml")
}

fn derive(project: &Project, bindings: &Bindings) -> Result<DerivedFiles, Failure> {
    let package = workspace::root().join("qmp-bindings");
    let mut derived = DerivedFiles::default();
    let files = generated_files(bindings, HostCrate::QmpBindings);
    derived.add_folder(package.join("src/generated"), files);
    let manifest = package.join("Cargo.toml");
    let text = replace_features(&read_text(&manifest)?, &project.bindings)?;
    derived.add_file(manifest, text);
    Ok(derived)
}

fn generated_files(bindings: &Bindings, host: HostCrate) -> impl Iterator<Item = (String, String)> {
    let files = emit(bindings, host).into_iter();
    files.map(|file| (file.path, file.content))
}

const UP_TO_DATE: &str = "all files are up to date";

fn check(derived: &DerivedFiles, console: &mut Console) -> Result<Outcome, Failure> {
    let stale = derived.stale_files()?;
    if stale.is_empty() {
        return Ok(Outcome::Fine);
    }
    let lines = stale
        .iter()
        .map(|stale| format!("{}: {}\n", stale.path, stale.reason));
    console.data(&lines.collect::<String>())?;
    console.note("`generate` without `--check` writes these files again");
    Ok(Outcome::Found)
}

fn write(derived: &DerivedFiles, console: &mut Console) -> Result<Outcome, Failure> {
    let stale = derived.stale_files()?.len();
    derived.write()?;
    console.status(&match stale {
        0 => UP_TO_DATE.to_owned(),
        _ => format!("{} written", count(stale, "file")),
    });
    Ok(Outcome::Fine)
}
