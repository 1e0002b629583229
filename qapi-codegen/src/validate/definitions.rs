//! Every name is defined once, and every type that is used is defined.

use std::collections::HashMap;

use super::view::{SchemaView, error, titled_error};
use crate::ast::{BuiltinType, DataDefinition, Definition, DefinitionBody};
use crate::diagnostic::{Code, Diagnostic, Label};
use crate::source::Name;
use crate::suggest::nearest;

/// Checks that names are unique among types, commands, events and built-in
/// types.
pub fn check_duplicates(view: &SchemaView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut first: HashMap<&str, &Definition> = HashMap::new();
    for definition in &view.definitions {
        let name = definition.name.value.as_str();
        let is_builtin =
            BuiltinType::from_name(name).is_some_and(|builtin| view.is_in(builtin.releases()));
        if is_builtin {
            diagnostics.push(duplicate(
                definition,
                format!("'{name}' is a built-in type"),
            ));
        } else if let Some(other) = first.get(name) {
            let found = duplicate(definition, format!("duplicate definition of '{name}'"));
            diagnostics.push(found.with_label(other.name.span, "it is first defined here"));
        }
        first.entry(name).or_insert(definition);
    }
}

fn duplicate(definition: &Definition, message: String) -> Diagnostic {
    let focus = definition.name.span;
    error(Code::DuplicateDefinition, definition, focus, message).with_help("choose another name")
}

/// Checks that every type that is used exists. An unknown type is reported at
/// its first use, with labels at the others.
pub fn check_references(view: &SchemaView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut unknown: HashMap<&str, usize> = HashMap::new();
    let mut found: Vec<Diagnostic> = Vec::new();
    for definition in &view.definitions {
        for name in referenced_types(definition) {
            if view.lookup(&name.value).is_some() || view.unparsed.may_define(&name.value) {
                continue;
            }
            match unknown.get(name.value.as_str()) {
                Some(&index) if found[index].labels.len() < MAX_LABELS => {
                    found[index].labels.push(Label {
                        span: name.span,
                        text: "also used here".to_owned(),
                    });
                }
                Some(_) => {}
                None => {
                    unknown.insert(&name.value, found.len());
                    let suggest = found.len() < MAX_SUGGESTIONS;
                    found.push(unknown_type(view, definition, name, suggest));
                }
            }
        }
    }
    diagnostics.append(&mut found);
}

/// The maximum number of labelled uses of an unknown type.
const MAX_LABELS: usize = 8;

/// The maximum number of suggestions, each of which compares all names.
const MAX_SUGGESTIONS: usize = 50;

fn unknown_type(
    view: &SchemaView<'_>,
    user: &Definition,
    name: &Name,
    suggest: bool,
) -> Diagnostic {
    let problem = format!(" uses unknown type '{name}'");
    let diagnostic = titled_error(Code::UnknownType, user, name.span, &problem);
    if !suggest {
        return diagnostic;
    }
    let has_name = |definition: &&&Definition| definition.name.value == name.value;
    if let Some(other) = view.definitions.iter().find(has_name) {
        let remark = format!("this is {}", other.body.keyword_with_article());
        return diagnostic
            .with_label(other.name.span, remark)
            .with_help("name a type here");
    }
    if BuiltinType::from_name(&name.value).is_some() {
        return diagnostic.with_help("newer releases of QEMU have this type");
    }
    let builtins = BuiltinType::ALL.iter().map(|builtin| builtin.as_str());
    match nearest(&name.value, view.type_names().chain(builtins)) {
        Some(near) => diagnostic.with_help(format!("did you mean '{near}'?")),
        None => diagnostic.with_help("define it, or include the file that does"),
    }
}

/// All types that a definition refers to, in order.
fn referenced_types(definition: &Definition) -> Vec<&Name> {
    let members = definition.members().iter().map(|member| &member.ty.name);
    let branches = definition.branches().iter().map(|branch| &branch.ty.name);
    let data = match definition.data() {
        Some(DataDefinition::Named(name)) => Some(name),
        _ => None,
    };
    let returns = match &definition.body {
        DefinitionBody::Command(body) => body.returns.as_ref().map(|ty| &ty.name),
        _ => None,
    };
    let single = [definition.base(), data, returns].into_iter().flatten();
    let mut names: Vec<&Name> = members.chain(branches).chain(single).collect();
    names.sort_by_key(|name| name.span.start);
    names
}
