//! `generate`: everything that is made from the schemas.

use std::fs;

use clap::Args;

use qapi_codegen::emit::{Bindings, emit};
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::validate;
use qapi_codegen::version::Series;

use crate::Outcome;
use crate::console::Console;
use crate::derived::Derived;
use crate::failure::Failure;
use crate::features;
use crate::progress::Progress;
use crate::project::{self, Project};
use crate::reports;
use crate::schema::{self, Options};
use crate::workspace;

/// Write everything that is made from schemas/: bindings, features, reports
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask generate\n  \
    cargo xtask generate --check\n  \
    cargo xtask generate --with-docs ~/src/qemu-10.0.0")]
pub struct Generate {
    /// Write nothing; list what is stale and exit with 1
    #[arg(long)]
    check: bool,
    /// Add QEMU's own documentation, from source trees of releases with
    /// bindings
    ///
    /// The result holds text under the licence of QEMU, so do not commit it.
    #[arg(long, value_name = "SCHEMA", num_args = 1..)]
    with_docs: Vec<String>,
}

impl Generate {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// Something cannot be read or written.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let project = Project::read()?;
        let Some(mut bindings) = bindings(&project, console)? else {
            return Ok(Outcome::Found);
        };
        for tree in &self.with_docs {
            add_prose(&mut bindings, tree)?;
        }
        let mut derived = derive(&project, &bindings)?;
        let reports = reports::files(&project.reports, console)?;
        derived.folder(workspace::schemas().join("reports"), reports);
        if self.check {
            check(&derived, console)
        } else {
            write(&derived, console)
        }
    }
}

/// The interfaces of all releases that get bindings.
fn bindings(project: &Project, console: &mut Console) -> Result<Option<Bindings>, Failure> {
    let progress = Progress::new("reading schemas", 2 * project.bindings.len() as u64);
    let mut read = |interface: QemuProgram| -> Result<Option<Vec<Schema>>, Failure> {
        let each = project.bindings.iter().map(|&series| {
            let schema = project::interface(series, interface, console);
            progress.advance(1);
            schema
        });
        // All are read before the first is missed, so that all mistakes are shown.
        let all = each.collect::<Result<Vec<Option<Schema>>, Failure>>()?;
        Ok(all.into_iter().collect())
    };
    let (qmp, agent) = (read(QemuProgram::Emulator)?, read(QemuProgram::GuestAgent)?);
    Ok(qmp.zip(agent).map(|(qmp, agent)| Bindings { qmp, agent }))
}

/// Takes the prose of a source tree into the interfaces of its series.
fn add_prose(bindings: &mut Bindings, tree: &str) -> Result<(), Failure> {
    let opened = schema::Schema::open(tree, &Options::default())?;
    let sets = [
        (QemuProgram::Emulator, &mut bindings.qmp),
        (QemuProgram::GuestAgent, &mut bindings.agent),
    ];
    for (interface, schemas) in sets {
        let loaded = opened.load(interface)?;
        let series = loaded.version.series();
        let valid = validate(loaded).map_err(|_| {
            Failure::new(format!("the schema in `{tree}` has mistakes"))
                .with_help(format!("`cargo xtask inspect {tree}` shows them"))
        })?;
        let own = schemas
            .iter_mut()
            .find(|schema| schema.version.series() == series);
        own.ok_or_else(|| no_bindings(tree, series))?
            .copy_prose_from(&resolve(&valid));
    }
    Ok(())
}

fn no_bindings(tree: &str, series: Series) -> Failure {
    Failure::new(format!("`{tree}` is QEMU {series}, which has no bindings"))
        .with_help("add the series to `bindings` in schemas/project.toml")
}

fn derive(project: &Project, bindings: &Bindings) -> Result<Derived, Failure> {
    let package = workspace::root().join("qmp-bindings");
    let mut derived = Derived::default();
    let files = emit(bindings)
        .into_iter()
        .map(|file| (file.path, file.content));
    derived.folder(package.join("src/generated"), files);
    let manifest = package.join("Cargo.toml");
    let text = fs::read_to_string(&manifest)
        .map_err(|error| Failure::io("read", workspace::shown(&manifest), &error))?;
    derived.file(manifest, features::in_manifest(&text, &project.bindings)?);
    Ok(derived)
}

fn check(derived: &Derived, console: &mut Console) -> Result<Outcome, Failure> {
    let stale = derived.stale()?;
    if stale.is_empty() {
        return Ok(Outcome::Fine);
    }
    let lines = stale
        .iter()
        .map(|stale| format!("{}: {}\n", stale.path, stale.reason));
    console.data(&lines.collect::<String>())?;
    console.note("`cargo xtask generate` makes them again");
    Ok(Outcome::Found)
}

fn write(derived: &Derived, console: &mut Console) -> Result<Outcome, Failure> {
    let stale = derived.stale()?.len();
    derived.write()?;
    console.done(&match stale {
        0 => "everything was up to date".to_owned(),
        1 => "one file was stale and is made again".to_owned(),
        _ => format!("{stale} files were stale and are made again"),
    });
    Ok(Outcome::Fine)
}
