//! The model, arranged so that a message is looked up quickly.

use std::collections::HashMap;

use crate::schema::{
    BranchContent, Command, DATA_MEMBER, EntityMeta, Event, Member, OperationData, Schema, TypeId,
    TypeKind,
};

/// The members of an object.
#[derive(Debug, Clone)]
pub struct Shape<'s> {
    /// The members that it always has, sorted by name.
    members: Vec<&'s Member>,
    /// What else it has, told by one of them.
    pub cases: Option<Cases<'s>>,
}

/// What the members of an object depend on.
#[derive(Debug, Clone)]
pub struct Cases<'s> {
    /// The member that tells.
    pub tag: &'s str,
    /// What there is for each value of it, sorted by value.
    values: Vec<(&'s EntityMeta, BranchContent)>,
}

impl<'s> Shape<'s> {
    fn new(mut members: Vec<&'s Member>) -> Self {
        members.sort_by_key(|member| &member.meta.name);
        Shape {
            members,
            cases: None,
        }
    }

    fn of_type(schema: &'s Schema, id: TypeId) -> Self {
        let mut shape = Shape::new(schema.members(id));
        if let TypeKind::Union(union) = &schema.get(id).kind {
            let cases = schema.union_branches(union).into_iter();
            let mut values: Vec<_> = cases.map(|case| (case.meta, case.content)).collect();
            values.sort_by_key(|(meta, _)| &meta.name);
            shape.cases = Some(Cases {
                tag: &union.discriminator,
                values,
            });
        }
        shape
    }

    /// The members that it always has.
    pub fn members(&self) -> &[&'s Member] {
        &self.members
    }

    /// The member with this name, if it always has one.
    pub fn member(&self, name: &str) -> Option<&'s Member> {
        let found = self
            .members
            .binary_search_by(|member| member.meta.name.as_str().cmp(name));
        found.ok().map(|index| self.members[index])
    }
}

impl<'s> Cases<'s> {
    /// What there is for a value of the tag.
    pub fn case(&self, value: &str) -> Option<(&'s EntityMeta, BranchContent)> {
        let found = self
            .values
            .binary_search_by(|(meta, _)| meta.name.as_str().cmp(value));
        found.ok().map(|index| self.values[index])
    }

    /// The values of the tag.
    pub fn values(&self) -> impl Iterator<Item = &'s str> + Clone {
        self.values.iter().map(|(meta, _)| meta.name.as_str())
    }

    /// What there is for any value.
    pub fn contents(&self) -> impl Iterator<Item = BranchContent> {
        self.values.iter().map(|(_, content)| *content)
    }
}

/// All objects of a schema.
pub struct Shapes<'s> {
    types: Vec<Shape<'s>>,
    /// The values of the enums, sorted.
    values: Vec<Vec<&'s EntityMeta>>,
    commands: HashMap<&'s str, (&'s Command, Shape<'s>)>,
    events: HashMap<&'s str, (&'s Event, Shape<'s>)>,
}

impl<'s> Shapes<'s> {
    /// Arranges a schema.
    pub fn new(schema: &'s Schema) -> Self {
        let types: Vec<Shape<'_>> = schema
            .types()
            .map(|(id, _)| Shape::of_type(schema, id))
            .collect();
        let values = schema
            .types()
            .map(|(_, definition)| sorted_values(&definition.kind));
        let data = |data: &'s OperationData| match data {
            OperationData::Members(members) => Shape::new(members.iter().collect()),
            OperationData::Defined(id) => types[id.index()].clone(),
        };
        let commands = schema.commands.iter();
        let events = schema.events.iter();
        Shapes {
            commands: commands
                .map(|command| (command.meta.name.as_str(), (command, data(&command.data))))
                .collect(),
            events: events
                .map(|event| (event.meta.name.as_str(), (event, data(&event.data))))
                .collect(),
            values: values.collect(),
            types,
        }
    }

    /// The members of a struct or union.
    pub fn of(&self, id: TypeId) -> &Shape<'s> {
        &self.types[id.index()]
    }

    /// Whether a branch has a member of this name.
    pub fn has_member(&self, content: BranchContent, name: &str) -> bool {
        match content {
            BranchContent::Nothing => false,
            BranchContent::Members(id) => self.of(id).member(name).is_some(),
            BranchContent::Data(_) => name == DATA_MEMBER,
        }
    }

    /// The value of an enum with this name.
    pub fn value(&self, id: TypeId, name: &str) -> Option<&'s EntityMeta> {
        let values = &self.values[id.index()];
        let found = values.binary_search_by(|meta| meta.name.as_str().cmp(name));
        found.ok().map(|index| values[index])
    }

    /// The names of the values of an enum.
    pub fn values(&self, id: TypeId) -> impl Iterator<Item = &'s str> + Clone {
        self.values[id.index()]
            .iter()
            .map(|meta| meta.name.as_str())
    }

    /// The command with this name, and its arguments.
    pub fn command(&self, name: &str) -> Option<(&'s Command, &Shape<'s>)> {
        self.commands
            .get(name)
            .map(|(command, shape)| (*command, shape))
    }

    /// The event with this name, and its data.
    pub fn event(&self, name: &str) -> Option<(&'s Event, &Shape<'s>)> {
        self.events.get(name).map(|(event, shape)| (*event, shape))
    }

    /// The names of all commands.
    pub fn command_names(&self) -> impl Iterator<Item = &'s str> {
        self.commands.keys().copied()
    }

    /// The names of all events.
    pub fn event_names(&self) -> impl Iterator<Item = &'s str> {
        self.events.keys().copied()
    }
}

fn sorted_values(kind: &TypeKind) -> Vec<&EntityMeta> {
    let TypeKind::Enum(values) = kind else {
        return Vec::new();
    };
    let mut values: Vec<&EntityMeta> = values.values.iter().collect();
    values.sort_by_key(|meta| &meta.name);
    values
}
