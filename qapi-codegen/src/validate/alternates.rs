//! Alternates: each branch has a JSON kind of its own.

use crate::dialect;
use std::collections::HashMap;

use super::view::{Type, View, error, title};
use crate::ast::{
    AlternateDefinition, BranchDefinition, BuiltinType, Definition, DefinitionBody, EnumDefinition,
    JsonKind,
};
use crate::diagnostic::{Code, Diagnostic};

/// Checks every alternate of which all could be read.
pub fn check(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in view.sound() {
        if let DefinitionBody::Alternate(body) = &definition.body {
            diagnostics.extend(too_few(view, definition, body));
            branches(view, definition, body, diagnostics);
        }
    }
}

fn too_few(
    view: &View<'_>,
    definition: &Definition,
    body: &AlternateDefinition,
) -> Option<Diagnostic> {
    let least = if view.is_in(dialect::TWO_ALTERNATIVES) {
        2
    } else {
        usize::from(view.is_in(dialect::ONE_ALTERNATIVE))
    };
    (body.branches.len() < least).then(|| {
        let message = format!("{} has fewer than {least} branches", title(definition));
        error(Code::NoBranches, definition, definition.name.span, message)
            .with_help("add a branch to 'data'")
    })
}

fn branches(
    view: &View<'_>,
    definition: &Definition,
    body: &AlternateDefinition,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut seen: HashMap<JsonKind, &BranchDefinition> = HashMap::new();
    for branch in &body.branches {
        match kinds(view, branch) {
            Ok(kinds) => {
                if let Some(other) = kinds.iter().find_map(|kind| seen.get(kind)) {
                    diagnostics.push(clash(definition, branch, other));
                }
                for kind in kinds {
                    seen.entry(kind).or_insert(branch);
                }
            }
            Err(what) => diagnostics.push(not_allowed(definition, branch, what)),
        }
    }
}

fn clash(
    definition: &Definition,
    branch: &BranchDefinition,
    other: &BranchDefinition,
) -> Diagnostic {
    let message = format!(
        "{}: the branch '{}' cannot be told from '{}'",
        title(definition),
        branch.name,
        other.name
    );
    error(Code::AlternateClash, definition, branch.name.span, message)
        .with_label(other.name.span, "it would take the same values")
        .with_help("each branch needs a JSON kind of its own")
}

fn not_allowed(definition: &Definition, branch: &BranchDefinition, what: &str) -> Diagnostic {
    let message = format!(
        "{}: the branch '{}' is {what}",
        title(definition),
        branch.name
    );
    error(
        Code::AlternateBranchType,
        definition,
        branch.ty.name.span,
        message,
    )
    .with_help("a branch is a type whose JSON kind is known")
}

/// The JSON kinds that a branch takes; none where its type is unknown.
fn kinds(view: &View<'_>, branch: &BranchDefinition) -> Result<Vec<JsonKind>, &'static str> {
    let Some(ty) = view.lookup(&branch.ty.name.value) else {
        return Ok(Vec::new());
    };
    match ty {
        _ if branch.ty.array && view.is_in(dialect::ARRAYS_IN_ALTERNATES) => {
            Ok(vec![JsonKind::Array])
        }
        _ if branch.ty.array => Err("an array, which came with QEMU 7.1"),
        Type::Builtin(BuiltinType::Any) if view.is_in(dialect::NO_ANY_IN_ALTERNATES) => {
            Err("of the type 'any'")
        }
        Type::Builtin(BuiltinType::Any) => Ok(Vec::new()),
        Type::Builtin(BuiltinType::QType) => Ok(vec![JsonKind::String]),
        Type::Builtin(builtin) => Ok(builtin_kinds(view, builtin.json_kind())),
        Type::Defined(definition) => match &definition.body {
            DefinitionBody::Enum(body) => Ok(enum_kinds(view, body)),
            DefinitionBody::Alternate(_) => Err("an alternate itself"),
            _ => Ok(vec![JsonKind::Object]),
        },
    }
}

fn builtin_kinds(view: &View<'_>, json: JsonKind) -> Vec<JsonKind> {
    match json {
        JsonKind::String if view.is_in(dialect::STRING_CONFLICTS) => {
            vec![JsonKind::String, JsonKind::Number, JsonKind::Boolean]
        }
        JsonKind::Integer if !view.is_in(dialect::SEPARATE_INTEGERS) => vec![JsonKind::Number],
        json => vec![json],
    }
}

/// An enum clashes with what the command line would take its values for.
fn enum_kinds(view: &View<'_>, body: &EnumDefinition) -> Vec<JsonKind> {
    let mut kinds = vec![JsonKind::String];
    if view.is_in(dialect::STRING_CONFLICTS) {
        let any = |test: fn(&str) -> bool| body.values.iter().any(|value| test(&value.name.value));
        if any(|value| matches!(value, "on" | "off")) {
            kinds.push(JsonKind::Boolean);
        }
        if any(|value| value.starts_with(|c: char| matches!(c, '-' | '+' | '.' | '0'..='9'))) {
            kinds.push(JsonKind::Number);
        }
    }
    kinds
}
