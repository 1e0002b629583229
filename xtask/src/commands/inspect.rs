//! `inspect`: what a schema holds, and what is wrong with it.

use clap::Args;
use serde::Serialize;

use qapi_codegen::ast::{DefinitionBody, Item};
use qapi_codegen::diagnostic::Diagnostic;
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::load::Loaded;
use qapi_codegen::source::Sources;
use qapi_codegen::validate::validate;
use qapi_codegen::version::Version;

use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::format::Format;
use crate::render;
use crate::schema::{Options, Schema};

/// Parse and validate a schema, and count what it defines
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask inspect 2.11\n  \
    cargo xtask inspect ~/src/qemu --qga --format json\n  \
    cargo xtask inspect qemu-10.0.0.tar.xz")]
pub struct Inspect {
    /// A release in schemas/, a folder, a root .json file, or a tarball
    schema: String,
    /// Read the guest agent's schema
    #[arg(long, conflicts_with = "storage_daemon")]
    qga: bool,
    /// Read the storage daemon's schema
    #[arg(long)]
    storage_daemon: bool,
    /// How to print what was found
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Read a git checkout at this revision
    #[arg(long, value_name = "GIT-REV")]
    rev: Option<String>,
    /// The release whose rules apply, instead of what the VERSION file says
    #[arg(long, value_name = "X.Y.Z")]
    from_version: Option<Version>,
}

impl Inspect {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// There is no such schema, or the output cannot be written.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let options = Options {
            revision: self.rev.clone(),
            version: self.from_version,
        };
        let schema = Schema::open(&self.schema, &options)?;
        schema.notes.iter().for_each(|note| console.note(note));
        let loaded = schema.load(self.interface())?;
        let counts = Counts::of(&loaded);
        match validate(loaded) {
            Ok(valid) => {
                self.report(&counts, &valid.loaded().sources, valid.warnings(), console)?;
                Ok(Outcome::Fine)
            }
            Err(invalid) => {
                self.report(&counts, &invalid.sources, &invalid.diagnostics, console)?;
                Ok(Outcome::Found)
            }
        }
    }

    fn report(
        &self,
        counts: &Counts,
        sources: &Sources,
        diagnostics: &[Diagnostic],
        console: &mut Console,
    ) -> Result<(), Failure> {
        let report = match self.format {
            Format::Text => text(counts, sources, diagnostics, console.colors_data()),
            Format::Json => json(counts, sources, diagnostics)?,
        };
        console.data(&report)
    }

    fn interface(&self) -> QemuProgram {
        match (self.qga, self.storage_daemon) {
            (true, _) => QemuProgram::GuestAgent,
            (_, true) => QemuProgram::StorageDaemon,
            _ => QemuProgram::Emulator,
        }
    }
}

/// How many definitions of each kind there are.
#[derive(Debug, Serialize)]
struct Counts {
    version: Version,
    commands: usize,
    events: usize,
    enums: usize,
    structs: usize,
    unions: usize,
    alternates: usize,
}

impl Counts {
    fn of(loaded: &Loaded) -> Counts {
        let count = |keyword: &str| {
            let kinds = loaded.items.iter().filter_map(kind);
            kinds.filter(|&kind| kind == keyword).count()
        };
        Counts {
            version: loaded.version,
            commands: count("command"),
            events: count("event"),
            enums: count("enum"),
            structs: count("struct"),
            unions: count("union"),
            alternates: count("alternate"),
        }
    }
}

fn kind(item: &Item) -> Option<&'static str> {
    match item {
        Item::Definition(definition) => Some(DefinitionBody::keyword(&definition.body)),
        Item::Comment(_) | Item::Include(_) | Item::Pragma(_) => None,
    }
}

fn text(counts: &Counts, sources: &Sources, diagnostics: &[Diagnostic], color: bool) -> String {
    let mut text = render::diagnostics(sources, diagnostics, color);
    text += &format!("QEMU {}\n", counts.version);
    let lines = [
        ("commands", counts.commands),
        ("events", counts.events),
        ("enums", counts.enums),
        ("structs", counts.structs),
        ("unions", counts.unions),
        ("alternates", counts.alternates),
    ];
    for (kind, count) in lines {
        text += &format!("{count:5} {kind}\n");
    }
    text
}

fn json(counts: &Counts, sources: &Sources, diagnostics: &[Diagnostic]) -> Result<String, Failure> {
    #[derive(Serialize)]
    struct Report<'r> {
        #[serde(flatten)]
        counts: &'r Counts,
        diagnostics: Vec<render::DiagnosticJson<'r>>,
    }
    let diagnostics = diagnostics
        .iter()
        .map(|found| render::json(sources, found))
        .collect();
    let report = Report {
        counts,
        diagnostics,
    };
    let text = serde_json::to_string(&report);
    text.map(|text| text + "\n")
        .map_err(|error| Failure::new(error.to_string()))
}
