//! The models of the imported series, as `generate` combined them.
//!
//! A model is used only if the files that it was made from have not changed since; a
//! series that is new or edited is read from its schema.

use std::sync::OnceLock;

use qapi_codegen::imported::combined::{CombinedInput, CombinedSchemas, CombinedSeries, combine};
use qapi_codegen::imported::{MANIFEST, OVERRIDES, QemuProgram};
use qapi_codegen::load::{DocumentationKind, Files};
use qapi_codegen::schema::Schema;
use qapi_codegen::version::Series;

use crate::content_hash::mix;
use crate::schema_files::SchemaFiles;

/// The programs whose models are combined. The storage daemon has a part of the
/// emulator's.
pub const PROGRAMS: [QemuProgram; 2] = [QemuProgram::Emulator, QemuProgram::GuestAgent];

/// The models of all imported series, read on first use.
#[derive(Debug, Default)]
pub struct Models {
    programs: [OnceLock<Option<CombinedSchemas>>; PROGRAMS.len()],
}

/// The model of a series.
#[derive(Debug)]
pub struct Model {
    /// The model.
    pub schema: Schema,
    /// The origin of its documentation.
    pub documentation: DocumentationKind,
}

impl Models {
    /// The model of a series, unless it has to be read from the schema.
    pub fn read(&self, series: Series, program: QemuProgram) -> Option<Model> {
        let combined = self.current(series, program)?;
        Some(Model {
            schema: combined.schema(series)?,
            documentation: combined.find(series)?.documentation,
        })
    }

    /// The part of the model of a series that a command is made of.
    pub fn read_command(
        &self,
        series: Series,
        program: QemuProgram,
        command: &str,
    ) -> Option<Schema> {
        let combined = self.current(series, program)?;
        combined.schema_of_command(series, command)
    }

    /// The models of a program, if that of a series is as its files are.
    pub fn current(&self, series: Series, program: QemuProgram) -> Option<&CombinedSchemas> {
        let index = PROGRAMS.iter().position(|own| *own == program)?;
        let combined = self.programs[index]
            .get_or_init(|| read(program))
            .as_ref()?;
        let known = combined.find(series)?;
        let is_current = known.content == content(SchemaFiles::selected(), series, program);
        is_current.then_some(combined)
    }
}

/// The name of the text about a program in `schemas/`.
pub fn file_name(program: QemuProgram) -> String {
    let name = CombinedSchemas::file_name(program);
    format!("{}/{name}", CombinedSchemas::FOLDER)
}

fn read(program: QemuProgram) -> Option<CombinedSchemas> {
    let files = SchemaFiles::selected();
    let text = files.read(&files.path(&file_name(program))).ok()?;
    CombinedSchemas::parse(String::from_utf8(text).ok()?)
}

/// Combines models that were read from schemas, oldest first.
pub fn combined_text<'m>(
    models: impl Iterator<Item = (&'m Schema, DocumentationKind)>,
    program: QemuProgram,
) -> String {
    let files = SchemaFiles::selected();
    let inputs = models.map(|(schema, documentation)| CombinedInput {
        series: CombinedSeries {
            release: schema.version,
            documentation,
            content: content(files, schema.version.series(), program),
        },
        schema,
    });
    combine(&inputs.collect::<Vec<_>>())
}

/// The hash of the files of which the model of a series is made.
fn content(files: &SchemaFiles, series: Series, program: QemuProgram) -> u64 {
    let hash = |hash, name| {
        let path = files.path(&format!("{series}/{name}"));
        mix(hash, files.content_hash(&path).unwrap_or_default())
    };
    [MANIFEST, OVERRIDES, program.file_name()]
        .into_iter()
        .fold(0, hash)
}
