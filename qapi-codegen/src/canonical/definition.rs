//! Definitions as expressions, in short forms where possible.

use super::expression::Expression;
use crate::ast::{
    BranchDefinition, CommandDefinition, Condition, DataDefinition, Definition, DefinitionBody,
    EnumDefinition, EnumValueDefinition, EventDefinition, FeatureDefinition, MemberDefinition,
    TypeReference, UnionBase, UnionDefinition,
};

type Entry = (String, Expression);

/// Converts a definition to an object: first the key of its kind, last its
/// condition and features.
pub fn to_expression(definition: &Definition) -> Expression {
    let name = Expression::from_text(&definition.name.value);
    let mut entries = vec![entry(definition.body.keyword(), name)];
    entries.extend(body(&definition.body));
    entries.extend(condition_and_features(
        definition.condition.as_ref(),
        &definition.features,
    ));
    Expression::Object(entries)
}

fn body(body: &DefinitionBody) -> Vec<Entry> {
    match body {
        DefinitionBody::Enum(body) => enumeration(body),
        DefinitionBody::Struct(body) => {
            let base = body.base.as_ref().map(|base| text("base", &base.value));
            let data = entry("data", members(&body.members));
            base.into_iter().chain([data]).collect()
        }
        DefinitionBody::Union(body) => union(body),
        DefinitionBody::Alternate(body) => vec![entry("data", branches(&body.branches))],
        DefinitionBody::Command(body) => command(body),
        DefinitionBody::Event(body) => event(body),
    }
}

fn enumeration(body: &EnumDefinition) -> Vec<Entry> {
    let values = Expression::Array(body.values.iter().map(enum_value).collect());
    let prefix = body
        .prefix
        .as_ref()
        .map(|prefix| text("prefix", &prefix.value));
    prefix.into_iter().chain([entry("data", values)]).collect()
}

fn union(body: &UnionDefinition) -> Vec<Entry> {
    let base = match &body.base {
        UnionBase::None => None,
        UnionBase::Named(name) => Some(text("base", &name.value)),
        UnionBase::Inline(inline) => Some(entry("base", members(inline))),
    };
    let discriminator = body
        .discriminator
        .as_ref()
        .map(|name| text("discriminator", &name.value));
    let data = entry("data", branches(&body.branches));
    base.into_iter()
        .chain(discriminator)
        .chain([data])
        .collect()
}

fn command(body: &CommandDefinition) -> Vec<Entry> {
    let returns = body
        .returns
        .as_ref()
        .map(|returns| entry("returns", type_reference(returns)));
    let flags = [
        ("boxed", body.boxed, false),
        ("gen", body.generated, true),
        ("success-response", body.success_response, true),
        ("allow-oob", body.allow_oob, false),
        ("allow-preconfig", body.allow_preconfig, false),
        ("coroutine", body.coroutine, false),
    ];
    let flags = flags
        .into_iter()
        .filter_map(|(key, value, default)| flag(key, value, default));
    data(&body.data)
        .into_iter()
        .chain(returns)
        .chain(flags)
        .collect()
}

fn event(body: &EventDefinition) -> Vec<Entry> {
    let boxed = flag("boxed", body.boxed, false);
    data(&body.data).into_iter().chain(boxed).collect()
}

/// A Boolean key, unless it has its default value.
fn flag(key: &str, value: bool, default: bool) -> Option<Entry> {
    (value != default).then(|| entry(key, Expression::Boolean(value)))
}

fn data(data: &DataDefinition) -> Option<Entry> {
    match data {
        DataDefinition::None => None,
        DataDefinition::Named(name) => Some(text("data", &name.value)),
        DataDefinition::Inline(inline) => Some(entry("data", members(inline))),
    }
}

fn members(members: &[MemberDefinition]) -> Expression {
    let members = members.iter().map(|member| {
        let mark = if member.optional { "*" } else { "" };
        let extras = condition_and_features(member.condition.as_ref(), &member.features);
        let value = long_form("type", type_reference(&member.ty), extras);
        (format!("{mark}{}", member.name), value)
    });
    Expression::Object(members.collect())
}

fn branches(branches: &[BranchDefinition]) -> Expression {
    let branches = branches.iter().map(|branch| {
        let extras = condition_and_features(branch.condition.as_ref(), &[]);
        let value = long_form("type", type_reference(&branch.ty), extras);
        (branch.name.value.clone(), value)
    });
    Expression::Object(branches.collect())
}

fn enum_value(value: &EnumValueDefinition) -> Expression {
    let extras = condition_and_features(value.condition.as_ref(), &value.features);
    long_form("name", Expression::from_text(&value.name.value), extras)
}

fn feature(feature: &FeatureDefinition) -> Expression {
    let extras = condition_and_features(feature.condition.as_ref(), &[]);
    long_form("name", Expression::from_text(&feature.name.value), extras)
}

/// The long form, or the value itself if there is nothing to add to it.
fn long_form(key: &str, value: Expression, extras: Vec<Entry>) -> Expression {
    if extras.is_empty() {
        return value;
    }
    let first = entry(key, value);
    Expression::Object(std::iter::once(first).chain(extras).collect())
}

fn condition_and_features(
    condition: Option<&Condition>,
    features: &[FeatureDefinition],
) -> Vec<Entry> {
    let condition = condition.map(|condition| entry("if", condition_expression(condition)));
    let features = (!features.is_empty()).then(|| {
        let features = features.iter().map(feature).collect();
        entry("features", Expression::Array(features))
    });
    condition.into_iter().chain(features).collect()
}

/// Converts a condition. `all` of preprocessor expressions is their array.
fn condition_expression(condition: &Condition) -> Expression {
    let array = |operands: &[Condition]| {
        Expression::Array(operands.iter().map(condition_expression).collect())
    };
    let operator = |key, value| Expression::Object(vec![entry(key, value)]);
    match condition {
        Condition::Expression(text) | Condition::Defined(text) => Expression::from_text(text),
        Condition::All(operands) if is_preprocessor(operands) => array(operands),
        Condition::All(operands) => operator("all", array(operands)),
        Condition::Any(operands) => operator("any", array(operands)),
        Condition::Not(operand) => operator("not", condition_expression(operand)),
    }
}

/// Returns `true` if all conditions are expressions of the C preprocessor.
fn is_preprocessor(operands: &[Condition]) -> bool {
    operands.iter().all(|operand| match operand {
        Condition::Expression(_) => true,
        Condition::All(operands) => is_preprocessor(operands),
        Condition::Defined(_) | Condition::Any(_) | Condition::Not(_) => false,
    })
}

fn type_reference(ty: &TypeReference) -> Expression {
    let name = Expression::from_text(&ty.name.value);
    if ty.array {
        Expression::Array(vec![name])
    } else {
        name
    }
}

fn text(key: &str, value: &str) -> Entry {
    entry(key, Expression::from_text(value))
}

fn entry(key: &str, value: Expression) -> Entry {
    (key.to_owned(), value)
}
