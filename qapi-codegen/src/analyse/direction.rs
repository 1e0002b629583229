//! Which way the values of a type travel.

use crate::schema::{BranchContent, NamedType, OperationData, Schema, TypeId, TypeKind, ValueType};

/// Which way the values of a type travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Direction {
    /// From the client to QEMU: in the arguments of a command.
    pub sent: bool,
    /// From QEMU to the client: in a return value or an event.
    pub received: bool,
}

impl Direction {
    /// From the client to QEMU.
    pub const SENT: Direction = Direction {
        sent: true,
        received: false,
    };
    /// From QEMU to the client.
    pub const RECEIVED: Direction = Direction {
        sent: false,
        received: true,
    };

    /// Both ways that either travels.
    pub fn or(self, other: Direction) -> Direction {
        Direction {
            sent: self.sent || other.sent,
            received: self.received || other.received,
        }
    }
}

/// The directions of all types, by their place in the schema.
///
/// A type that is only a base of others, or the tag of a union, travels as part
/// of those and has no direction of its own.
pub fn directions(schema: &Schema) -> Vec<Direction> {
    let mut walk = Walk {
        schema,
        found: vec![Direction::default(); schema.types.len()],
    };
    let mut pending = Vec::new();
    for command in &schema.commands {
        walk.data(&command.data, Direction::SENT, &mut pending);
        if let Some(returns) = command.returns {
            pending.push((returns.item(), Direction::RECEIVED));
        }
    }
    for event in &schema.events {
        walk.data(&event.data, Direction::RECEIVED, &mut pending);
    }
    while let Some((item, direction)) = pending.pop() {
        if let NamedType::Defined(id) = item {
            walk.visit(id, direction, &mut pending);
        }
    }
    walk.found
}

struct Walk<'s> {
    schema: &'s Schema,
    found: Vec<Direction>,
}

type Pending = Vec<(NamedType, Direction)>;

impl Walk<'_> {
    fn data(&self, data: &OperationData, direction: Direction, pending: &mut Pending) {
        match data {
            OperationData::Members(members) => {
                pending.extend(members.iter().map(|member| (member.ty.item(), direction)));
            }
            OperationData::Defined(id) => pending.push((NamedType::Defined(*id), direction)),
        }
    }

    fn visit(&mut self, id: TypeId, direction: Direction, pending: &mut Pending) {
        let known = self.found[id.index()];
        if known.or(direction) == known {
            return;
        }
        self.found[id.index()] = known.or(direction);
        pending.extend(
            parts(self.schema, id)
                .into_iter()
                .map(|ty| (ty.item(), direction)),
        );
    }
}

/// The types that values of a type are made of.
pub fn parts(schema: &Schema, id: TypeId) -> Vec<ValueType> {
    let members = schema.members(id).into_iter();
    match &schema.get(id).kind {
        TypeKind::Enum(_) => Vec::new(),
        TypeKind::Struct(_) => members.map(|member| member.ty).collect(),
        TypeKind::Alternate(alternate) => {
            alternate.branches.iter().map(|branch| branch.ty).collect()
        }
        TypeKind::Union(union) => {
            let shared = members
                .filter(|member| member.meta.name != union.discriminator)
                .map(|member| member.ty);
            let cases = schema.union_branches(union);
            let branches = cases.iter().filter_map(|case| match case.content {
                BranchContent::Nothing => None,
                BranchContent::Members(id) => Some(ValueType::One(NamedType::Defined(id))),
                BranchContent::Data(ty) => Some(ty),
            });
            shared.chain(branches).collect()
        }
    }
}
