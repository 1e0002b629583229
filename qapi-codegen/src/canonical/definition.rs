//! Definitions as objects, in their short forms wherever these say it all.

use super::value::Value;
use crate::ast::{
    BranchDefinition, CommandDefinition, Condition, DataDefinition, Definition, DefinitionBody,
    EnumDefinition, EnumValueDefinition, EventDefinition, FeatureDefinition, MemberDefinition,
    TypeReference, UnionBase, UnionDefinition,
};
use crate::source::Name;

type Entries = Vec<(String, Value)>;

/// A definition as an object: first the key of its kind, last its condition
/// and its features.
pub fn restate(definition: &Definition) -> Value {
    let name = Value::string(&definition.name.value);
    let mut entries = vec![(definition.body.keyword().to_owned(), name)];
    entries.extend(body(&definition.body));
    entries.extend(extras(definition.condition.as_ref(), &definition.features));
    Value::Object(entries)
}

fn body(body: &DefinitionBody) -> Entries {
    match body {
        DefinitionBody::Enum(body) => enumeration(body),
        DefinitionBody::Struct(body) => base(body.base.as_ref())
            .chain([data(members(&body.members))])
            .collect(),
        DefinitionBody::Union(body) => union(body),
        DefinitionBody::Alternate(body) => vec![data(branches(&body.branches))],
        DefinitionBody::Command(body) => command(body),
        DefinitionBody::Event(body) => event(body),
    }
}

fn enumeration(body: &EnumDefinition) -> Entries {
    let values = Value::Array(body.values.iter().map(value).collect());
    let prefix = body.prefix.as_ref().map(|prefix| text("prefix", prefix));
    prefix.into_iter().chain([data(values)]).collect()
}

fn union(body: &UnionDefinition) -> Entries {
    let base = match &body.base {
        UnionBase::None => None,
        UnionBase::Named(name) => Some(text("base", name)),
        UnionBase::Inline(inline) => Some(("base".to_owned(), members(inline))),
    };
    let discriminator = body
        .discriminator
        .as_ref()
        .map(|name| text("discriminator", name));
    base.into_iter()
        .chain(discriminator)
        .chain([data(branches(&body.branches))])
        .collect()
}

fn command(body: &CommandDefinition) -> Entries {
    let mut entries: Entries = arguments(&body.data).into_iter().collect();
    entries.extend(
        body.returns
            .as_ref()
            .map(|ty| ("returns".to_owned(), type_ref(ty))),
    );
    let flags = [
        ("boxed", body.boxed, true),
        ("gen", !body.generated, false),
        ("success-response", !body.success_response, false),
        ("allow-oob", body.allow_oob, true),
        ("allow-preconfig", body.allow_preconfig, true),
        ("coroutine", body.coroutine, true),
    ];
    entries.extend(
        flags
            .into_iter()
            .filter_map(|(key, told, value)| flag(key, told, value)),
    );
    entries
}

fn event(body: &EventDefinition) -> Entries {
    let boxed = flag("boxed", body.boxed, true);
    arguments(&body.data).into_iter().chain(boxed).collect()
}

fn flag(key: &str, told: bool, value: bool) -> Option<(String, Value)> {
    told.then(|| (key.to_owned(), Value::Boolean(value)))
}

fn arguments(arguments: &DataDefinition) -> Option<(String, Value)> {
    match arguments {
        DataDefinition::None => None,
        DataDefinition::Named(name) => Some(text("data", name)),
        DataDefinition::Inline(inline) => Some(data(members(inline))),
    }
}

fn base(base: Option<&Name>) -> impl Iterator<Item = (String, Value)> {
    base.map(|name| text("base", name)).into_iter()
}

fn members(members: &[MemberDefinition]) -> Value {
    Value::Object(members.iter().map(member).collect())
}

fn member(member: &MemberDefinition) -> (String, Value) {
    let mark = if member.optional { "*" } else { "" };
    let extras = extras(member.condition.as_ref(), &member.features);
    (
        format!("{mark}{}", member.name),
        long_form("type", type_ref(&member.ty), extras),
    )
}

fn branches(branches: &[BranchDefinition]) -> Value {
    Value::Object(branches.iter().map(branch).collect())
}

fn branch(branch: &BranchDefinition) -> (String, Value) {
    let extras = extras(branch.condition.as_ref(), &[]);
    (
        branch.name.value.clone(),
        long_form("type", type_ref(&branch.ty), extras),
    )
}

fn value(value: &EnumValueDefinition) -> Value {
    let extras = extras(value.condition.as_ref(), &value.features);
    long_form("name", Value::string(&value.name.value), extras)
}

fn feature(feature: &FeatureDefinition) -> Value {
    let extras = extras(feature.condition.as_ref(), &[]);
    long_form("name", Value::string(&feature.name.value), extras)
}

/// The long form, or the value alone where nothing is to be added.
fn long_form(key: &str, value: Value, extras: Entries) -> Value {
    if extras.is_empty() {
        return value;
    }
    let first = (key.to_owned(), value);
    Value::Object(std::iter::once(first).chain(extras).collect())
}

fn extras(condition: Option<&Condition>, features: &[FeatureDefinition]) -> Entries {
    let condition = condition.map(|condition| ("if".to_owned(), restate_condition(condition)));
    let features = (!features.is_empty()).then(|| {
        let features = features.iter().map(feature).collect();
        ("features".to_owned(), Value::Array(features))
    });
    condition.into_iter().chain(features).collect()
}

/// A condition; a list of expressions stands for all of them.
fn restate_condition(condition: &Condition) -> Value {
    match condition {
        Condition::Expression(text) | Condition::Defined(text) => Value::string(text),
        Condition::All(operands) if is_expression(operands) => list(operands),
        Condition::All(operands) => operator("all", list(operands)),
        Condition::Any(operands) => operator("any", list(operands)),
        Condition::Not(operand) => operator("not", restate_condition(operand)),
    }
}

/// Whether these are of the language of 3.0 to 6.1.
fn is_expression(operands: &[Condition]) -> bool {
    operands.iter().all(|operand| match operand {
        Condition::Expression(_) => true,
        Condition::All(operands) => is_expression(operands),
        Condition::Defined(_) | Condition::Any(_) | Condition::Not(_) => false,
    })
}

fn list(operands: &[Condition]) -> Value {
    Value::Array(operands.iter().map(restate_condition).collect())
}

fn operator(key: &str, value: Value) -> Value {
    Value::Object(vec![(key.to_owned(), value)])
}

fn type_ref(ty: &TypeReference) -> Value {
    let name = Value::string(&ty.name.value);
    if ty.array {
        Value::Array(vec![name])
    } else {
        name
    }
}

fn data(value: Value) -> (String, Value) {
    ("data".to_owned(), value)
}

fn text(key: &str, name: &Name) -> (String, Value) {
    (key.to_owned(), Value::string(&name.value))
}
