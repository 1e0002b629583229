//! Commands and events: what they carry and what they return.

use super::view::{Type, View, error, own_members, title};
use crate::ast::{CommandDefinition, DataDefinition, Definition, DefinitionBody, TypeReference};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect;
use crate::source::Name;

/// Checks every command and event of which all could be read.
pub fn check(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in view.sound() {
        match &definition.body {
            DefinitionBody::Command(body) => {
                diagnostics.extend(data(view, definition, &body.data, body.boxed));
                diagnostics.extend(returns(view, definition, body));
                diagnostics.extend(modes(definition, body));
            }
            DefinitionBody::Event(body) => {
                diagnostics.extend(data(view, definition, &body.data, body.boxed));
            }
            _ => {}
        }
    }
}

fn data(
    view: &View<'_>,
    definition: &Definition,
    data: &DataDefinition,
    boxed: bool,
) -> Option<Diagnostic> {
    match data {
        DataDefinition::None | DataDefinition::Inline(_) if boxed => {
            let message = format!("{} has 'boxed' without a type in 'data'", title(definition));
            let found = error(
                Code::BoxedWithoutType,
                definition,
                definition.name.span,
                message,
            );
            Some(found.with_help("name a struct or a union in 'data', or leave out 'boxed'"))
        }
        DataDefinition::None => None,
        DataDefinition::Inline(members) => {
            let conditional = members.iter().find(|member| member.condition.is_some())?;
            unboxed_condition(view, definition, &conditional.name, &conditional.name)
        }
        DataDefinition::Named(name) => named(view, definition, name, boxed)
            .or_else(|| named_condition(view, definition, name, boxed)),
    }
}

fn named(view: &View<'_>, definition: &Definition, name: &Name, boxed: bool) -> Option<Diagnostic> {
    let what = match view.lookup(&name.value)? {
        Type::Builtin(_) => "a type of the language",
        Type::Defined(found) => match &found.body {
            DefinitionBody::Struct(_) => return None,
            DefinitionBody::Union(_) if boxed => return None,
            DefinitionBody::Union(_) => {
                let message = format!("{}: '{name}' is a union, and not boxed", title(definition));
                let found = error(Code::UnionNotBoxed, definition, name.span, message);
                return Some(found.with_help("add 'boxed': true"));
            }
            DefinitionBody::Alternate(_) if boxed && view.is_in(dialect::BOXED_ALTERNATES) => {
                return None;
            }
            DefinitionBody::Alternate(_) => "an alternate",
            _ => "an enum",
        },
    };
    let message = format!("{}: 'data' cannot be '{name}', {what}", title(definition));
    let found = error(Code::DataNotObject, definition, name.span, message);
    Some(found.with_help("'data' is an object: name a struct or write its members here"))
}

fn named_condition(
    view: &View<'_>,
    definition: &Definition,
    name: &Name,
    boxed: bool,
) -> Option<Diagnostic> {
    let ty = view.defined(name).filter(|_| !boxed)?;
    let mut members = view.lineage(ty).flat_map(own_members);
    let conditional = members.find(|member| member.condition.is_some())?;
    unboxed_condition(view, definition, name, &conditional.name)
}

fn unboxed_condition(
    view: &View<'_>,
    definition: &Definition,
    focus: &Name,
    member: &Name,
) -> Option<Diagnostic> {
    view.is_in(dialect::BOXED_CONDITIONAL_MEMBERS).then(|| {
        let message = format!(
            "{}: '{member}' has a condition, and 'data' is not boxed",
            title(definition)
        );
        error(Code::ConditionNotBoxed, definition, focus.span, message)
            .with_label(member.span, "the conditional member is here")
            .with_help("put the members into a struct and add 'boxed': true")
    })
}

fn returns(
    view: &View<'_>,
    definition: &Definition,
    body: &CommandDefinition,
) -> Option<Diagnostic> {
    let ty = body.returns.as_ref()?;
    let excepted = view
        .pragmas
        .returns
        .contains(definition.name.value.as_str());
    let what = match view.lookup(&ty.name.value)? {
        _ if excepted => return None,
        Type::Builtin(_) => "a type of the language",
        Type::Defined(found) => match &found.body {
            DefinitionBody::Struct(_) | DefinitionBody::Union(_) => return None,
            DefinitionBody::Enum(_) => "an enum",
            _ => "an alternate",
        },
    };
    Some(not_an_object(view, definition, ty, what))
}

fn not_an_object(
    view: &View<'_>,
    definition: &Definition,
    ty: &TypeReference,
    what: &str,
) -> Diagnostic {
    let message = format!("{} returns '{}', {what}", title(definition), ty.name);
    let pragma = if !view.is_in(dialect::EXCEPTION_PRAGMAS) {
        "returns-whitelist"
    } else {
        "command-returns-exceptions"
    };
    error(Code::ReturnsNotObject, definition, ty.name.span, message).with_help(format!(
        "return a struct that can grow, or name the command in the pragma '{pragma}'"
    ))
}

fn modes(definition: &Definition, body: &CommandDefinition) -> Option<Diagnostic> {
    (body.allow_oob && body.coroutine).then(|| {
        let message = format!("{} has both 'allow-oob' and 'coroutine'", title(definition));
        error(
            Code::OobCoroutine,
            definition,
            definition.name.span,
            message,
        )
        .with_help("a command out of band cannot run in a coroutine: leave out one of them")
    })
}
