//! `generate`: the files that are generated from the schemas.

use clap::Args;

use qapi_codegen::emit::{Bindings, emit};
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::schema::Schema;
use qapi_codegen::version::Series;

use crate::Outcome;
use crate::catalogue::{Catalogue, Release};
use crate::console::Console;
use crate::derived::DerivedFiles;
use crate::failure::Failure;
use crate::features::replace_features;
use crate::files::read_text;
use crate::project::Project;
use crate::render::count;
use crate::reports::report_files;
use crate::schema_source::{SchemaSource, SourceOptions};
use crate::workspace;

/// Write the files that are generated from schemas/: bindings, features, reports
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask generate\n  \
    cargo xtask generate --check\n  \
    cargo xtask generate --with-docs ~/src/qemu-10.0.0")]
pub struct Generate {
    /// Write nothing; list stale files, and exit with 1 if there are any
    #[arg(long)]
    check: bool,
    /// Add QEMU's documentation, from source trees of releases with bindings
    ///
    /// The result has text under the licence of QEMU, so do not commit it.
    #[arg(long, value_name = "SCHEMA", num_args = 1..)]
    with_docs: Vec<String>,
}

impl Generate {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let (project, catalogue) = (Project::read()?, Catalogue::open()?);
        let mut bindings = match read_bindings(&project, &catalogue) {
            Ok(bindings) => bindings,
            Err(failure) => return failure.into_finding(console),
        };
        for tree in &self.with_docs {
            add_documentation(&mut bindings, tree)?;
        }
        let mut derived = derive(&project, &bindings)?;
        let reports = report_files(&catalogue, &project.reports)?;
        derived.add_folder(workspace::schemas().join("reports"), reports);
        if self.check {
            check(&derived, console)
        } else {
            write(&derived, console)
        }
    }
}

/// The interfaces of all releases that get bindings. A series that was imported
/// from a running QEMU has no guest agent.
fn read_bindings(project: &Project, catalogue: &Catalogue) -> Result<Bindings, Failure> {
    let read = |program| -> Result<Vec<Schema>, Failure> {
        let releases = catalogue.releases(&project.bindings, program)?;
        Ok(releases
            .into_iter()
            .map(|release: Release| release.schema)
            .collect())
    };
    Ok(Bindings {
        qmp: read(QemuProgram::Emulator)?,
        agent: read(QemuProgram::GuestAgent)?,
    })
}

/// Copies the documentation of a source tree to the interfaces of its series.
fn add_documentation(bindings: &mut Bindings, tree: &str) -> Result<(), Failure> {
    let source = SchemaSource::open(tree, &SourceOptions::default())?;
    let interfaces = [
        (QemuProgram::Emulator, &mut bindings.qmp),
        (QemuProgram::GuestAgent, &mut bindings.agent),
    ];
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
        .with_help("add the series to `bindings` in schemas/project.toml")
}

fn derive(project: &Project, bindings: &Bindings) -> Result<DerivedFiles, Failure> {
    let package = workspace::root().join("qmp-bindings");
    let mut derived = DerivedFiles::default();
    let files = emit(bindings)
        .into_iter()
        .map(|file| (file.path, file.content));
    derived.add_folder(package.join("src/generated"), files);
    let manifest = package.join("Cargo.toml");
    let text = replace_features(&read_text(&manifest)?, &project.bindings)?;
    derived.add_file(manifest, text);
    Ok(derived)
}

fn check(derived: &DerivedFiles, console: &mut Console) -> Result<Outcome, Failure> {
    let stale = derived.stale_files()?;
    if stale.is_empty() {
        return Ok(Outcome::Fine);
    }
    let lines = stale
        .iter()
        .map(|stale| format!("{}: {}\n", stale.path, stale.reason));
    console.data(&lines.collect::<String>())?;
    console.note("`cargo xtask generate` writes these files again");
    Ok(Outcome::Found)
}

fn write(derived: &DerivedFiles, console: &mut Console) -> Result<Outcome, Failure> {
    let stale = derived.stale_files()?.len();
    derived.write()?;
    console.status(&match stale {
        0 => "all files are up to date".to_owned(),
        _ => format!("{} written", count(stale, "stale file")),
    });
    Ok(Outcome::Fine)
}
