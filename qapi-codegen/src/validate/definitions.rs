//! No name is defined twice, and every name that is used is defined.

use std::collections::HashMap;

use super::suggest::nearest;
use super::view::{View, error, own_members, title};
use crate::ast::{
    BranchDefinition, BuiltinType, DataDefinition, Definition, DefinitionBody, MemberDefinition,
    UnionBase,
};
use crate::diagnostic::{Code, Diagnostic, Label};
use crate::source::Name;

/// Types, commands and events share their names with each other and with the
/// types of the language.
pub fn duplicates(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut first: HashMap<&str, &Definition> = HashMap::new();
    for definition in &view.definitions {
        let name = &definition.name;
        let found = if BuiltinType::from_name(&name.value)
            .is_some_and(|found| view.is_in(found.releases()))
        {
            let message = format!("'{name}' is a type of the language already");
            Some(error(
                Code::DuplicateDefinition,
                definition,
                name.span,
                message,
            ))
        } else {
            first.get(name.value.as_str()).map(|other| {
                let message = format!("'{name}' is defined already");
                error(Code::DuplicateDefinition, definition, name.span, message)
                    .with_label(other.name.span, "it is defined here first")
            })
        };
        diagnostics.extend(found.map(|found| found.with_help("choose another name")));
        first.entry(&name.value).or_insert(definition);
    }
}

/// Every type that is used exists. One that does not is reported at its first
/// use, with the others as related places.
pub fn unknown(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut unknown: HashMap<&str, usize> = HashMap::new();
    let mut found: Vec<Diagnostic> = Vec::new();
    for definition in &view.definitions {
        for name in used(definition) {
            if view.lookup(&name.value).is_some() || view.damage.may_define(&name.value) {
                continue;
            }
            match unknown.get(name.value.as_str()) {
                Some(&index) if found[index].labels.len() < RELATED_LIMIT => {
                    found[index].labels.push(Label {
                        span: name.span,
                        text: "also used here".to_owned(),
                    });
                }
                Some(_) => {}
                None => {
                    unknown.insert(&name.value, found.len());
                    let suggest = found.len() < SUGGESTION_LIMIT;
                    found.push(unknown_type(view, definition, name, suggest));
                }
            }
        }
    }
    diagnostics.append(&mut found);
}

/// How many other uses of an unknown type are shown.
const RELATED_LIMIT: usize = 8;

/// How many suggestions are looked for; each looks at all names.
const SUGGESTION_LIMIT: usize = 50;

fn unknown_type(view: &View<'_>, user: &Definition, name: &Name, suggest: bool) -> Diagnostic {
    let message = format!("{} uses unknown type '{name}'", title(user));
    let diagnostic = error(Code::UnknownType, user, name.span, message);
    if !suggest {
        return diagnostic;
    }
    let same_name = |definition: &&&Definition| definition.name.value == name.value;
    if let Some(other) = view.definitions.iter().find(same_name) {
        let remark = format!("this is {} and no type", with_article(other));
        return diagnostic
            .with_label(other.name.span, remark)
            .with_help("name a type here");
    }
    if BuiltinType::from_name(&name.value).is_some() {
        return diagnostic.with_help("a later release of QEMU has this type");
    }
    let mut names: Vec<&str> = view.type_names().collect();
    names.extend(BuiltinType::ALL.iter().map(|builtin| builtin.as_str()));
    match nearest(&name.value, names.into_iter()) {
        Some(near) => diagnostic.with_help(format!("did you mean '{near}'?")),
        None => diagnostic.with_help("define it, or include the file that does"),
    }
}

fn with_article(definition: &Definition) -> &'static str {
    match definition.body {
        DefinitionBody::Command(_) => "a command",
        _ => "an event",
    }
}

/// All types that a definition names.
fn used(definition: &Definition) -> Vec<&Name> {
    let mut names = members(own_members(definition));
    match &definition.body {
        DefinitionBody::Enum(_) => {}
        DefinitionBody::Struct(body) => names.extend(&body.base),
        DefinitionBody::Union(body) => {
            if let UnionBase::Named(name) = &body.base {
                names.push(name);
            }
            names.extend(branches(&body.branches));
        }
        DefinitionBody::Alternate(body) => names.extend(branches(&body.branches)),
        DefinitionBody::Command(body) => {
            names.extend(data(&body.data));
            names.extend(body.returns.iter().map(|ty| &ty.name));
        }
        DefinitionBody::Event(body) => names.extend(data(&body.data)),
    }
    names.sort_by_key(|name| name.span.start);
    names
}

fn members(members: &[MemberDefinition]) -> Vec<&Name> {
    members.iter().map(|member| &member.ty.name).collect()
}

fn branches(branches: &[BranchDefinition]) -> impl Iterator<Item = &Name> {
    branches.iter().map(|branch| &branch.ty.name)
}

fn data(data: &DataDefinition) -> Vec<&Name> {
    match data {
        DataDefinition::None => Vec::new(),
        DataDefinition::Named(name) => vec![name],
        DataDefinition::Inline(inline) => members(inline),
    }
}
