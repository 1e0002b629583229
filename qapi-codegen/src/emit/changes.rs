//! What the bindings of another release have other than these, in a sentence.
//!
//! This is a remark in the documentation of a type. What a change means to a
//! caller, and what to do about it, is the business of the reports.

use std::collections::BTreeMap;

use crate::schema::{
    BranchContent, Member, OperationData, Schema, TypeId, TypeKind, UnionBranch, ValueType,
};

/// How many names a list has before it is cut.
const LIST_LIMIT: usize = 8;

/// What a thing is made of, as far as a remark goes: a text for each name.
pub struct Outline {
    parts: BTreeMap<String, Part>,
}

#[derive(PartialEq)]
struct Part {
    ty: String,
    optional: bool,
}

impl Outline {
    /// The parts of a type.
    pub fn of_type(schema: &Schema, id: TypeId) -> Outline {
        match &schema.get(id).kind {
            TypeKind::Enum(body) => Outline::new(
                body.values
                    .iter()
                    .map(|value| (value.name.clone(), String::new(), false)),
            ),
            TypeKind::Struct(_) => Outline::of_members(schema, schema.members(id)),
            TypeKind::Union(union) => {
                let mut outline = Outline::of_members(schema, schema.members(id));
                let cases = schema.union_branches(union);
                outline.parts.extend(
                    cases
                        .iter()
                        .map(|case| case_part(schema, &union.discriminator, case)),
                );
                outline
            }
            TypeKind::Alternate(alternate) => Outline::new(
                alternate
                    .branches
                    .iter()
                    .map(|branch| (branch.meta.name.clone(), schema.type_name(branch.ty), false)),
            ),
        }
    }

    /// The parts of a command's arguments or an event's data.
    pub fn of_data(schema: &Schema, data: &OperationData) -> Outline {
        match data {
            OperationData::Members(members) => Outline::of_members(schema, members),
            OperationData::Defined(id) => Outline::of_type(schema, *id),
        }
    }

    fn of_members<'m>(schema: &Schema, members: impl IntoIterator<Item = &'m Member>) -> Outline {
        let part = |member: &Member| {
            (
                member.meta.name.clone(),
                schema.type_name(member.ty),
                member.optional,
            )
        };
        Outline::new(members.into_iter().map(part))
    }

    fn new(parts: impl Iterator<Item = (String, String, bool)>) -> Outline {
        Outline {
            parts: parts
                .map(|(name, ty, optional)| (name, Part { ty, optional }))
                .collect(),
        }
    }

    /// What a newer outline has other than this one; empty if they only differ
    /// in what their parts are made of.
    pub fn changes_to(&self, newer: &Outline) -> Vec<String> {
        let only_in = |some: &Outline, other: &Outline| -> Vec<String> {
            some.parts
                .keys()
                .filter(|name| !other.parts.contains_key(*name))
                .cloned()
                .collect()
        };
        let both = || {
            self.parts
                .iter()
                .filter_map(|(name, old)| Some((name, old, newer.parts.get(name)?)))
        };
        let where_both = |test: fn(&Part, &Part) -> bool| -> Vec<String> {
            both()
                .filter(|(_, old, new)| test(old, new))
                .map(|(name, ..)| name.clone())
                .collect()
        };
        let sentences = [
            (only_in(newer, self), "new"),
            (only_in(self, newer), "gone"),
            (
                where_both(|old, new| !old.optional && new.optional),
                "optional now",
            ),
            (
                where_both(|old, new| old.optional && !new.optional),
                "required now",
            ),
            (where_both(|old, new| old.ty != new.ty), "of another type"),
        ];
        sentences
            .into_iter()
            .filter_map(|(names, what)| sentence(&names, what))
            .collect()
    }
}

fn case_part(schema: &Schema, tag: &str, case: &UnionBranch<'_>) -> (String, Part) {
    let ty = match case.content {
        BranchContent::Nothing => String::new(),
        BranchContent::Members(id) => schema.get(id).meta.name.clone(),
        BranchContent::Data(ty) => data_name(schema, ty),
    };
    (
        format!("{tag}={}", case.meta.name),
        Part {
            ty,
            optional: false,
        },
    )
}

fn data_name(schema: &Schema, ty: ValueType) -> String {
    format!("data: {}", schema.type_name(ty))
}

fn sentence(names: &[String], what: &str) -> Option<String> {
    let verb = if names.len() == 1 { "is" } else { "are" };
    let shown: Vec<String> = names
        .iter()
        .take(LIST_LIMIT)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = names.len().saturating_sub(LIST_LIMIT);
    match (&shown[..], more) {
        ([], _) => None,
        (_, 0) => Some(format!("{} {verb} {what}", enumeration(&shown))),
        _ => Some(format!(
            "{} and {more} more {verb} {what}",
            shown.join(", ")
        )),
    }
}

fn enumeration(names: &[String]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    }
}
