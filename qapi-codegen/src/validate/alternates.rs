//! Alternates: each branch accepts different JSON types.

use std::collections::HashMap;

use super::view::{ReferencedType, SchemaView, titled_error};
use crate::ast::{
    AlternateDefinition, BranchDefinition, BuiltinType, Definition, DefinitionBody, EnumDefinition,
    JsonKind,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect;

/// Checks every completely parsed alternate.
pub fn check(view: &SchemaView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in view.complete_definitions() {
        if let DefinitionBody::Alternate(body) = &definition.body {
            diagnostics.extend(too_few_branches(view, definition, body));
            check_branches(view, definition, body, diagnostics);
        }
    }
}

fn too_few_branches(
    view: &SchemaView<'_>,
    definition: &Definition,
    body: &AlternateDefinition,
) -> Option<Diagnostic> {
    let least = if view.is_in(dialect::TWO_ALTERNATIVES) {
        2
    } else {
        usize::from(view.is_in(dialect::ONE_ALTERNATIVE))
    };
    (body.branches.len() < least).then(|| {
        let problem = format!(" has fewer than {least} branches");
        titled_error(Code::NoBranches, definition, definition.name.span, &problem)
            .with_help("add a branch to 'data'")
    })
}

fn check_branches(
    view: &SchemaView<'_>,
    definition: &Definition,
    body: &AlternateDefinition,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut seen: HashMap<JsonKind, &BranchDefinition> = HashMap::new();
    for branch in &body.branches {
        match json_kinds(view, branch) {
            Ok(kinds) => {
                if let Some(other) = kinds.iter().find_map(|kind| seen.get(kind)) {
                    diagnostics.push(clash(definition, branch, other));
                }
                for kind in kinds {
                    seen.entry(kind).or_insert(branch);
                }
            }
            Err(reason) => diagnostics.push(invalid_type(definition, branch, reason)),
        }
    }
}

fn clash(
    definition: &Definition,
    branch: &BranchDefinition,
    other: &BranchDefinition,
) -> Diagnostic {
    let (name, other) = (&branch.name, &other.name);
    let problem = format!(": branch '{name}' accepts the same JSON type as '{other}'");
    titled_error(Code::AlternateClash, definition, name.span, &problem)
        .with_label(other.span, "the other branch is here")
        .with_help("use types of different JSON types")
}

fn invalid_type(definition: &Definition, branch: &BranchDefinition, reason: &str) -> Diagnostic {
    let problem = format!(": branch '{}' is {reason}", branch.name);
    let focus = branch.ty.name.span;
    titled_error(Code::AlternateBranchType, definition, focus, &problem)
        .with_help("use a type that has a fixed JSON type")
}

/// The JSON types that a branch accepts, or why its type is invalid. Unknown
/// types accept none.
fn json_kinds(
    view: &SchemaView<'_>,
    branch: &BranchDefinition,
) -> Result<Vec<JsonKind>, &'static str> {
    let Some(ty) = view.lookup(&branch.ty.name.value) else {
        return Ok(Vec::new());
    };
    match ty {
        _ if branch.ty.array && view.is_in(dialect::ARRAYS_IN_ALTERNATES) => {
            Ok(vec![JsonKind::Array])
        }
        _ if branch.ty.array => Err("an array, which is supported since QEMU 7.1"),
        ReferencedType::Builtin(BuiltinType::Any) if view.is_in(dialect::NO_ANY_IN_ALTERNATES) => {
            Err("of type 'any'")
        }
        ReferencedType::Builtin(builtin) => Ok(builtin_kinds(view, builtin)),
        ReferencedType::Defined(definition) => match &definition.body {
            DefinitionBody::Enum(body) => Ok(enum_kinds(view, body)),
            DefinitionBody::Alternate(_) => Err("an alternate itself"),
            _ => Ok(vec![JsonKind::Object]),
        },
    }
}

fn builtin_kinds(view: &SchemaView<'_>, builtin: BuiltinType) -> Vec<JsonKind> {
    match builtin.json_kind() {
        JsonKind::Any => Vec::new(),
        JsonKind::String
            if builtin.enum_values().is_none() && view.is_in(dialect::STRING_CONFLICTS) =>
        {
            vec![JsonKind::String, JsonKind::Number, JsonKind::Boolean]
        }
        JsonKind::Integer if !view.is_in(dialect::SEPARATE_INTEGERS) => vec![JsonKind::Number],
        kind => vec![kind],
    }
}

/// The JSON types of an enum. On the command line its values may look like
/// booleans or numbers.
fn enum_kinds(view: &SchemaView<'_>, body: &EnumDefinition) -> Vec<JsonKind> {
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
