//! What a build of QEMU would tell of the interface that a schema states.
//!
//! Types come in the order of their first use, as QEMU numbers them: commands
//! and events first, then what these use, then what that uses.

use crate::dialect;
use std::collections::{HashMap, VecDeque};

use super::info::{self, Case, Feature, Interface, Item, Kind, Member, Object, TypeId, Variants};
use crate::schema::{
    self, Branch, BuiltinType, Command, Condition, EntityMeta, Event, OperationData, Schema,
    TypeDefinition, TypeKind, UnionType,
};

/// Describes everything a schema states, whatever it is conditional on.
pub fn describe(schema: &Schema) -> Interface {
    describe_build(schema, &|_| true)
}

/// Describes what a build has in which just these conditions hold.
pub fn describe_build(schema: &Schema, holds: &dyn Fn(&Condition) -> bool) -> Interface {
    let mut builder = Builder {
        schema,
        holds,
        interface: Interface::default(),
        ids: HashMap::new(),
        pending: VecDeque::new(),
    };
    builder.entries();
    while let Some((id, source)) = builder.pending.pop_front() {
        builder.interface.types[id.0].kind = builder.kind(source);
    }
    builder.interface.name_alternatives();
    builder.interface
}

/// Where a type comes from. Each is told once, however often it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Source {
    Builtin(BuiltinType),
    Array(schema::NamedType),
    Defined(schema::TypeId),
    /// The object without members, for whoever has no data.
    Empty,
    /// The arguments of a command that are written in it.
    Arguments(usize),
    /// The data of an event that is written in it.
    Data(usize),
    /// The enum of a union that has none in the schema.
    Tag(schema::TypeId),
    /// The object with `data` that stands in a branch of such a union.
    Wrapper(schema::ValueType),
}

struct Builder<'s> {
    schema: &'s Schema,
    holds: &'s dyn Fn(&Condition) -> bool,
    interface: Interface,
    ids: HashMap<Source, TypeId>,
    pending: VecDeque<(TypeId, Source)>,
}

impl<'s> Builder<'s> {
    fn entries(&mut self) {
        let schema = self.schema;
        let commands = schema
            .commands
            .iter()
            .enumerate()
            .map(|(i, c)| (&c.meta, Ok((i, c))));
        let events = schema
            .events
            .iter()
            .enumerate()
            .map(|(i, e)| (&e.meta, Err((i, e))));
        let mut entries: Vec<_> = commands.chain(events).collect();
        if dialect::SORTED_INTROSPECTION.contains(schema.version) {
            entries.sort_by(|(left, _), (right, _)| left.name.cmp(&right.name));
        }
        for (meta, entry) in entries {
            if !self.is_there(meta.condition.as_ref()) {
                continue;
            }
            match entry {
                Ok((index, command)) => self.command(index, command),
                Err((index, event)) => self.event(index, event),
            }
        }
    }

    fn command(&mut self, index: usize, command: &Command) {
        let arguments = self.data(&command.data, Source::Arguments(index));
        let returns = match command.returns {
            Some(returns) => self.ty(returns),
            None => self.used(Source::Empty),
        };
        self.interface.commands.push(info::Command {
            item: self.item(&command.meta, &command.meta.name),
            arguments,
            returns,
            allow_oob: command.allow_oob,
        });
    }

    fn event(&mut self, index: usize, event: &Event) {
        let data = self.data(&event.data, Source::Data(index));
        let item = self.item(&event.meta, &event.meta.name);
        self.interface.events.push(info::Event { item, data });
    }

    fn data(&mut self, data: &OperationData, inline: Source) -> TypeId {
        match data {
            OperationData::Defined(id) => self.used(Source::Defined(*id)),
            OperationData::Members(members) if members.is_empty() => self.used(Source::Empty),
            OperationData::Members(_) => self.used(inline),
        }
    }

    fn ty(&mut self, ty: schema::ValueType) -> TypeId {
        match ty {
            schema::ValueType::One(item) => self.used(source(item)),
            schema::ValueType::Array(item) => {
                let array = self.used(Source::Array(without_width(item)));
                // An array is told by its element, which is so used first here.
                self.used(source(item));
                array
            }
        }
    }

    fn used(&mut self, source: Source) -> TypeId {
        if let Some(&id) = self.ids.get(&source) {
            return id;
        }
        let id = TypeId(self.interface.types.len());
        let def = match source {
            Source::Defined(id) => Some(self.schema.get(id)),
            _ => None,
        };
        let name = self.name(source);
        self.interface.types.push(info::Type {
            place: name.clone(),
            name,
            features: def.map_or(Vec::new(), |def| self.features(&def.meta)),
            kind: Kind::Object(Object::default()),
        });
        self.ids.insert(source, id);
        self.pending.push_back((id, source));
        id
    }

    fn name(&self, source: Source) -> String {
        let schema = self.schema;
        match source {
            Source::Builtin(builtin) => builtin.as_str().to_owned(),
            Source::Array(item) => schema.type_name(schema::ValueType::Array(item)),
            Source::Defined(id) => schema.get(id).meta.name.clone(),
            Source::Empty => "{}".to_owned(),
            Source::Arguments(index) => schema.commands[index].meta.name.clone(),
            Source::Data(index) => schema.events[index].meta.name.clone(),
            Source::Tag(id) => format!("{}Kind", schema.get(id).meta.name),
            Source::Wrapper(ty) => format!("{} as `data`", schema.type_name(ty)),
        }
    }

    fn kind(&mut self, from: Source) -> Kind {
        let schema = self.schema;
        match from {
            Source::Builtin(builtin) => Kind::Builtin(builtin),
            Source::Array(item) => Kind::Array(self.used(source(item))),
            Source::Defined(id) => self.defined(id, schema.get(id)),
            Source::Empty => Kind::Object(Object::default()),
            Source::Arguments(index) => {
                let command = &schema.commands[index];
                self.inline(&command.data, &command.meta.name)
            }
            Source::Data(index) => {
                let event = &schema.events[index];
                self.inline(&event.data, &event.meta.name)
            }
            Source::Tag(id) => self.implicit_tag(id),
            Source::Wrapper(ty) => self.wrapper(ty),
        }
    }

    fn defined(&mut self, id: schema::TypeId, def: &'s TypeDefinition) -> Kind {
        let owner = &def.meta.name;
        match &def.kind {
            TypeKind::Enum(body) => Kind::Enum(self.values(&body.values, owner)),
            TypeKind::Struct(_) => Kind::Object(Object {
                members: self.members(self.schema.members(id), owner),
                variants: None,
            }),
            TypeKind::Union(union) => Kind::Object(self.union(id, union, owner)),
            TypeKind::Alternate(body) => Kind::Alternate(self.alternatives(&body.branches, owner)),
        }
    }

    fn inline(&mut self, data: &'s OperationData, owner: &str) -> Kind {
        let members = match data {
            OperationData::Members(members) => members.iter().collect(),
            OperationData::Defined(id) => self.schema.members(*id),
        };
        let members = self.members(members, owner);
        Kind::Object(Object {
            members,
            variants: None,
        })
    }

    fn values(&self, values: &[EntityMeta], owner: &str) -> Vec<Item> {
        let there = values
            .iter()
            .filter(|value| self.is_there(value.condition.as_ref()));
        there
            .map(|value| self.item(value, &format!("{owner}.{}", value.name)))
            .collect()
    }

    fn members(&mut self, members: Vec<&'s schema::Member>, owner: &str) -> Vec<Member> {
        let mut told = Vec::new();
        for member in members {
            let meta = &member.meta;
            if self.is_there(meta.condition.as_ref()) {
                told.push(Member {
                    item: self.item(meta, &format!("{owner}.{}", meta.name)),
                    optional: member.optional,
                    ty: self.ty(member.ty),
                });
            }
        }
        told
    }

    fn union(&mut self, id: schema::TypeId, union: &'s UnionType, owner: &str) -> Object {
        let mut members = self.members(self.schema.members(id), owner);
        if union.discriminator_enum.is_none() {
            members.push(Member {
                item: named(&union.discriminator, owner),
                optional: false,
                ty: self.used(Source::Tag(id)),
            });
        }
        let cases = self.cases(union, owner);
        let tag = union.discriminator.clone();
        Object {
            members,
            variants: Some(Variants { tag, cases }),
        }
    }

    /// The branches as they are written, and those of values without one.
    fn cases(&mut self, union: &'s UnionType, owner: &str) -> Vec<Case> {
        let mut told = Vec::new();
        let mut written = union.branches.iter();
        for case in self.schema.union_branches(union) {
            let branch = written.next();
            if !case
                .conditions
                .iter()
                .all(|condition| (self.holds)(condition))
            {
                continue;
            }
            let ty = match branch {
                None => self.used(Source::Empty),
                Some(branch) if union.discriminator_enum.is_none() => {
                    self.used(Source::Wrapper(branch.ty))
                }
                Some(branch) => self.ty(branch.ty),
            };
            let mut conditions: Vec<Condition> = case.conditions.into_iter().cloned().collect();
            // A branch mostly repeats the condition of its value.
            conditions.dedup();
            let item = named(&case.meta.name, owner);
            told.push(Case {
                item: Item { conditions, ..item },
                ty,
            });
        }
        told
    }

    fn alternatives(&mut self, branches: &'s [Branch], owner: &str) -> Vec<Case> {
        let mut told = Vec::new();
        for branch in branches {
            if self.is_there(branch.meta.condition.as_ref()) {
                let ty = self.ty(branch.ty);
                let item = self.item(&branch.meta, &format!("{owner}.{}", branch.meta.name));
                told.push(Case { item, ty });
            }
        }
        told
    }

    fn implicit_tag(&self, id: schema::TypeId) -> Kind {
        let TypeKind::Union(union) = &self.schema.get(id).kind else {
            return Kind::Enum(Vec::new());
        };
        let owner = &self.schema.get(id).meta.name;
        let there = union
            .branches
            .iter()
            .filter(|branch| self.is_there(branch.meta.condition.as_ref()));
        let value = |branch: &Branch| Item {
            conditions: branch.meta.condition.iter().cloned().collect(),
            ..named(&branch.meta.name, owner)
        };
        Kind::Enum(there.map(value).collect())
    }

    fn wrapper(&mut self, ty: schema::ValueType) -> Kind {
        let item = named(schema::DATA_MEMBER, &self.schema.type_name(ty));
        let members = vec![Member {
            item,
            optional: false,
            ty: self.ty(ty),
        }];
        Kind::Object(Object {
            members,
            variants: None,
        })
    }

    fn item(&self, meta: &EntityMeta, place: &str) -> Item {
        Item {
            name: meta.name.clone(),
            conditions: meta.condition.iter().cloned().collect(),
            features: self.features(meta),
            since: meta.facts.since,
            place: place.to_owned(),
        }
    }

    fn features(&self, meta: &EntityMeta) -> Vec<Feature> {
        let there = meta
            .features
            .iter()
            .filter(|feature| self.is_there(feature.condition.as_ref()));
        let feature = |feature: &schema::Feature| Feature {
            name: feature.name.clone(),
            condition: feature.condition.clone(),
        };
        there.map(feature).collect()
    }

    fn is_there(&self, condition: Option<&Condition>) -> bool {
        condition.is_none_or(|condition| (self.holds)(condition))
    }
}

fn named(name: &str, owner: &str) -> Item {
    Item {
        name: name.to_owned(),
        place: format!("{owner}.{name}"),
        ..Item::default()
    }
}

fn source(item: schema::NamedType) -> Source {
    match without_width(item) {
        schema::NamedType::Builtin(builtin) => Source::Builtin(builtin),
        schema::NamedType::Defined(id) => Source::Defined(id),
    }
}

/// Introspection does not tell how large an integer may be.
fn without_width(item: schema::NamedType) -> schema::NamedType {
    match item {
        schema::NamedType::Builtin(builtin) if builtin.json_kind() == schema::JsonKind::Integer => {
            schema::NamedType::Builtin(BuiltinType::Int)
        }
        item => item,
    }
}
