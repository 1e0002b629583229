//! `inspect`: the diagnostics of a schema, and the number of its definitions.

use std::mem::forget;

use clap::Args;
use serde::Serialize;

use qapi_codegen::ast::{DefinitionBody, Item};
use qapi_codegen::diagnostic::Diagnostic;
use qapi_codegen::load::LoadedSchema;
use qapi_codegen::source::Sources;
use qapi_codegen::validate::validate;
use qapi_codegen::version::Version;

use super::arguments::{OutputFormat, select_program};
use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::render;
use crate::schema_source::{SchemaSource, SourceOptions};

/// Parse and validate a schema, and count what it defines
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask inspect 2.11\n  \
    cargo xtask inspect ~/src/qemu --qga --format json\n  \
    cargo xtask inspect qemu-10.0.0.tar.xz")]
pub struct Inspect {
    /// A release in schemas/, a folder, a root .json file, or a tarball
    schema: String,
    /// Read the schema of the guest agent
    #[arg(long, conflicts_with = "storage_daemon")]
    qga: bool,
    /// Read the schema of the storage daemon
    #[arg(long)]
    storage_daemon: bool,
    /// The format of the report
    #[arg(long, value_enum, default_value = "text")]
    format: OutputFormat,
    /// Read this revision of a git checkout
    #[arg(long, value_name = "GIT-REV")]
    rev: Option<String>,
    /// The release whose rules apply, instead of that in the VERSION file
    #[arg(long, value_name = "X.Y.Z")]
    from_version: Option<Version>,
}

impl Inspect {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let options = SourceOptions {
            revision: self.rev.clone(),
            version: self.from_version,
        };
        let source = SchemaSource::open(&self.schema, &options)?;
        console.notes(&source.notes);
        let loaded = source.load(select_program(self.qga, self.storage_daemon))?;
        let counts = DefinitionCounts::new(&loaded);
        match validate(loaded) {
            Ok(valid) => {
                self.report(&counts, &valid.loaded().sources, valid.warnings(), console)?;
                // The process ends, and freeing takes a fortieth of its time.
                forget(valid);
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
        counts: &DefinitionCounts,
        sources: &Sources,
        diagnostics: &[Diagnostic],
        console: &mut Console,
    ) -> Result<(), Failure> {
        match self.format {
            OutputFormat::Text => console.styled(&text(counts, sources, diagnostics)),
            OutputFormat::Json => console.json(&InspectJson {
                counts,
                diagnostics: diagnostics
                    .iter()
                    .map(|diagnostic| render::json(sources, diagnostic))
                    .collect(),
            }),
        }
    }
}

#[derive(Serialize)]
struct InspectJson<'r> {
    #[serde(flatten)]
    counts: &'r DefinitionCounts,
    diagnostics: Vec<render::DiagnosticJson<'r>>,
}

/// The number of definitions of each kind.
#[derive(Debug, Serialize)]
struct DefinitionCounts {
    version: Version,
    commands: usize,
    events: usize,
    enums: usize,
    structs: usize,
    unions: usize,
    alternates: usize,
}

impl DefinitionCounts {
    fn new(loaded: &LoadedSchema) -> DefinitionCounts {
        let count = |keyword: &str| {
            let kinds = loaded.items.iter().filter_map(kind);
            kinds.filter(|&kind| kind == keyword).count()
        };
        DefinitionCounts {
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

fn text(counts: &DefinitionCounts, sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut text = render::diagnostics(sources, diagnostics);
    text += &format!("QEMU {}\n", counts.version);
    let lines = [
        ("command", counts.commands),
        ("event", counts.events),
        ("enum", counts.enums),
        ("struct", counts.structs),
        ("union", counts.unions),
        ("alternate", counts.alternates),
    ];
    for (kind, number) in lines {
        text += &format!("{number:5} {}\n", render::plural(number, kind));
    }
    text
}
