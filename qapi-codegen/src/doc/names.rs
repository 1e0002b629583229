//! The names that a definition's comment may describe.

use std::collections::HashSet;

use crate::ast::{DataDefinition, Definition, DefinitionBody, MemberDefinition, UnionBase};

/// The own members, values or branches of a definition.
///
/// A set, because the newest enum of keys has hundreds of values, each with a
/// line of its own in the comment.
pub struct Names<'d> {
    members: HashSet<&'d str>,
    wire: bool,
}

impl Names<'_> {
    /// Whether the definition itself has a member, value or branch of this name.
    pub fn has_member(&self, name: &str) -> bool {
        self.members.contains(name)
    }

    /// Whether these names are seen on the wire; those of an alternate's
    /// branches are not, and what their text calls deprecated is a value.
    pub fn are_wire_names(&self) -> bool {
        self.wire
    }
}

/// The names that a definition's comment may describe.
pub fn of(definition: &Definition) -> Names<'_> {
    let members = match &definition.body {
        DefinitionBody::Enum(body) => body.values.iter().map(|v| v.name.value.as_str()).collect(),
        DefinitionBody::Struct(body) => of_members(&body.members).collect(),
        DefinitionBody::Union(body) => {
            let branches = body.branches.iter().map(|b| b.name.value.as_str());
            match &body.base {
                UnionBase::Inline(members) => of_members(members).chain(branches).collect(),
                UnionBase::None | UnionBase::Named(_) => branches.collect(),
            }
        }
        DefinitionBody::Alternate(body) => body
            .branches
            .iter()
            .map(|b| b.name.value.as_str())
            .collect(),
        DefinitionBody::Command(body) => of_data(&body.data),
        DefinitionBody::Event(body) => of_data(&body.data),
    };
    let wire = !matches!(definition.body, DefinitionBody::Alternate(_));
    Names { members, wire }
}

fn of_members(members: &[MemberDefinition]) -> impl Iterator<Item = &str> {
    members.iter().map(|member| member.name.value.as_str())
}

fn of_data(data: &DataDefinition) -> HashSet<&str> {
    match data {
        DataDefinition::Inline(members) => of_members(members).collect(),
        DataDefinition::None | DataDefinition::Named(_) => HashSet::new(),
    }
}
