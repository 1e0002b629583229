//! The directions in which the values of a type are sent.

use super::fields::fields;
use crate::wire::Interface;

/// The directions in which the values of a type are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TypeDirections {
    /// From the client to QEMU: in the arguments of a command.
    pub sent: bool,
    /// From QEMU to the client: in a returned value or an event.
    pub received: bool,
}

impl TypeDirections {
    /// From the client to QEMU.
    pub const SENT: TypeDirections = TypeDirections {
        sent: true,
        received: false,
    };
    /// From QEMU to the client.
    pub const RECEIVED: TypeDirections = TypeDirections {
        sent: false,
        received: true,
    };

    /// The directions of either.
    pub fn or(self, other: TypeDirections) -> TypeDirections {
        TypeDirections {
            sent: self.sent || other.sent,
            received: self.received || other.received,
        }
    }
}

/// Finds the directions of all shapes, by their index.
///
/// The base of a type and the enum of a discriminator have none of their own:
/// their values are part of the type.
pub fn type_directions(interface: &Interface<'_>) -> Vec<TypeDirections> {
    let mut pending = Vec::new();
    for command in interface.commands.values() {
        pending.push((command.arguments, TypeDirections::SENT));
        pending.extend(command.returns.map(|id| (id, TypeDirections::RECEIVED)));
    }
    for event in interface.events.values() {
        pending.push((event.data, TypeDirections::RECEIVED));
    }
    let mut directions = vec![TypeDirections::default(); interface.shape_count()];
    while let Some((id, direction)) = pending.pop() {
        let known = directions[id.index()];
        if known.or(direction) != known {
            directions[id.index()] = known.or(direction);
            let fields = fields(interface, id).into_iter();
            pending.extend(fields.map(|field| (field.shape, direction)));
        }
    }
    directions
}
