//! Building the interface of a reply.

use std::collections::HashMap;

use super::entries::{EntryContent, EntryMember, ReplyEntry};
use super::read::SchemaReply;
use crate::schema::{EntityMeta, JsonKind};
use crate::version::Version;
use crate::wire::{
    AlternateBranch, BranchShape, Branches, CommandShape, EventShape, Interface, MemberShape,
    NameTable, ObjectShape, Shape, ShapeId, ShapeNode, ShapeOrigin,
};

impl<'r> Interface<'r> {
    /// Builds the interface that a reply describes.
    ///
    /// The types keep the order of the reply. A reply without a greeting counts
    /// as one of the newest release.
    pub fn from_introspection(reply: &'r SchemaReply) -> Interface<'r> {
        let builder = ReplyInterfaceBuilder::new(&reply.entries);
        let entries = || (0_u32..).zip(&reply.entries);
        let commands = entries().filter_map(|(index, entry)| builder.build_command(index, entry));
        let events = entries().filter_map(|(index, entry)| builder.build_event(index, entry));
        let nodes = entries().filter(|(_, entry)| entry.is_type());
        let nodes = nodes.map(|(index, entry)| ShapeNode {
            shape: builder.build_shape(&entry.content),
            origin: ShapeOrigin::Entry {
                index,
                meta: &entry.meta,
            },
        });
        let mut nodes: Vec<ShapeNode<'_>> = nodes.collect();
        let empty = ShapeId(nodes.len() as u32);
        nodes.push(ShapeNode {
            shape: Shape::Object(ObjectShape::default()),
            origin: ShapeOrigin::Anonymous,
        });
        Interface {
            version: reply.version.unwrap_or(Version::NEWEST),
            commands: NameTable::with_positions(commands),
            events: NameTable::with_positions(events),
            error_class: None,
            is_introspected: true,
            empty,
            nodes,
        }
    }
}

struct ReplyInterfaceBuilder<'r> {
    types: HashMap<&'r str, (ShapeId, JsonKind)>,
}

impl<'r> ReplyInterfaceBuilder<'r> {
    fn new(entries: &'r [ReplyEntry]) -> Self {
        let types = entries.iter().filter(|entry| entry.is_type());
        let types = (0..).map(ShapeId).zip(types);
        ReplyInterfaceBuilder {
            types: types
                .map(|(id, entry)| (entry.meta.name.as_str(), (id, entry.json_kind())))
                .collect(),
        }
    }

    /// The type with this name; whoever read the reply checked that there is one.
    fn find(&self, name: &str) -> (ShapeId, JsonKind) {
        let first = (ShapeId(0), JsonKind::Any);
        self.types.get(name).copied().unwrap_or(first)
    }

    fn build_shape(&self, content: &'r EntryContent) -> Shape<'r> {
        match content {
            EntryContent::Builtin(builtin) => Shape::Builtin(*builtin),
            EntryContent::Enum(values) => {
                let values = values.iter().map(|value| (&*value.name, value));
                Shape::Enum(values.collect())
            }
            EntryContent::Array(element) => Shape::Array(self.find(element).0),
            EntryContent::Alternate(branches) => {
                Shape::Alternate(branches.iter().map(|b| self.alternate_branch(b)).collect())
            }
            EntryContent::Object {
                members,
                discriminator,
                branches,
            } => Shape::Object(ObjectShape {
                members: members.iter().map(|member| self.member(member)).collect(),
                branches: discriminator.as_ref().map(|discriminator| Branches {
                    discriminator,
                    by_value: branches.iter().map(|branch| self.branch(branch)).collect(),
                }),
                open: false,
            }),
            EntryContent::Command { .. } | EntryContent::Event(_) => {
                Shape::Object(ObjectShape::default())
            }
        }
    }

    fn member(&self, member: &'r EntryMember) -> (&'r str, MemberShape<'r>) {
        let shape = MemberShape {
            shape: self.find(&member.ty).0,
            optional: member.optional,
            meta: Some(&member.meta),
        };
        (&member.meta.name, shape)
    }

    fn branch(&self, branch: &'r EntryMember) -> (&'r str, BranchShape<'r>) {
        let shape = BranchShape {
            content: self.find(&branch.ty).0,
            meta: &branch.meta,
            conditions: Vec::new(),
        };
        (&branch.meta.name, shape)
    }

    fn alternate_branch(&self, branch: &'r EntryMember) -> AlternateBranch<'r> {
        let (shape, kind) = self.find(&branch.ty);
        let meta: &EntityMeta = &branch.meta;
        AlternateBranch { kind, shape, meta }
    }

    fn build_command(
        &self,
        index: u32,
        entry: &'r ReplyEntry,
    ) -> Option<(u32, &'r str, CommandShape<'r>)> {
        let EntryContent::Command {
            arguments,
            returns,
            allow_oob,
        } = &entry.content
        else {
            return None;
        };
        let command = CommandShape {
            meta: &entry.meta,
            arguments: self.find(arguments).0,
            returns: Some(self.find(returns).0),
            success_response: true,
            allow_oob: *allow_oob,
            allow_preconfig: false,
        };
        Some((index, &entry.meta.name, command))
    }

    fn build_event(
        &self,
        index: u32,
        entry: &'r ReplyEntry,
    ) -> Option<(u32, &'r str, EventShape<'r>)> {
        let EntryContent::Event(data) = &entry.content else {
            return None;
        };
        let event = EventShape {
            meta: &entry.meta,
            data: self.find(data).0,
        };
        Some((index, &entry.meta.name, event))
    }
}
