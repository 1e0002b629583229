//! The canonical form of a schema: the layout of `schemas/`.
//!
//! It has the definitions of QEMU's files, and of their documentation only the
//! facts. It is valid in QEMU's schema language, so the same parser reads it,
//! and its canonical form is itself.

mod comment;
mod definition;
mod expression;

use crate::ast::{Item, PragmaDirective, PragmaValue};
use crate::doc::DefinitionDocs;
use crate::load::LoadedSchema;
use crate::module::{definition_modules, module_comment};
use expression::Expression;

/// Prints a schema in canonical form.
///
/// Definitions keep their order. A comment names the module that they are in.
pub fn print(loaded: &LoadedSchema, docs: &[DefinitionDocs]) -> String {
    print_in_modules(loaded, docs, &definition_modules(loaded))
}

/// Prints a schema in canonical form, with the module of each definition.
///
/// Definitions without a module are only read back as such if they come first.
pub fn print_in_modules(
    loaded: &LoadedSchema,
    docs: &[DefinitionDocs],
    modules: &[Option<&str>],
) -> String {
    let mut docs = docs.iter();
    let mut modules = modules.iter();
    let mut module = None;
    let mut parts = Vec::new();
    for item in &loaded.items {
        match item {
            Item::Comment(_) | Item::Include(_) => {}
            Item::Pragma(pragma) => parts.extend(print_pragma(pragma)),
            Item::Definition(definition) => {
                let own = modules.next().copied().flatten();
                if own != module {
                    parts.extend(own.map(module_comment));
                    module = own;
                }
                let name = &definition.name.value;
                let comment = docs.next().map(|docs| comment::print(name, docs));
                let comment = comment.unwrap_or_default();
                let expression = definition::to_expression(definition);
                parts.push(format!("{comment}{}", expression.to_lines()));
            }
        }
    }
    parts.join("\n")
}

/// The settings of pragmas about names and types. Others are about
/// documentation, which the canonical form does not have.
const SETTINGS: [&str; 5] = [
    "returns-whitelist",
    "command-returns-exceptions",
    "name-case-whitelist",
    "member-name-exceptions",
    "command-name-exceptions",
];

fn print_pragma(pragma: &PragmaDirective) -> Option<String> {
    let settings: Vec<_> = pragma
        .settings
        .iter()
        .filter(|(name, _)| SETTINGS.contains(&name.value.as_str()))
        .map(|(name, value)| (name.value.clone(), setting(value)))
        .collect();
    (!settings.is_empty()).then(|| {
        let settings = Expression::Object(settings);
        Expression::Object(vec![("pragma".to_owned(), settings)]).to_lines()
    })
}

fn setting(value: &PragmaValue) -> Expression {
    match value {
        PragmaValue::Boolean(value) => Expression::Boolean(*value),
        PragmaValue::Names(names) => Expression::Array(
            names
                .iter()
                .map(|name| Expression::from_text(&name.value))
                .collect(),
        ),
    }
}
