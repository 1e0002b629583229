//! Places in the schema or in the reply that an interface was built from.

use super::interface::{Interface, Shape, ShapeId, ShapeOrigin};
use super::name_table::NameTable;
use super::site::Entity;

impl Interface<'_> {
    /// The place that defines an entity, for messages: `BlockdevOptions.driver`
    /// in a schema, `[17].members[0]` in a reply. `owner` is the shape that has it.
    pub fn location(&self, owner: ShapeId, entity: Entity<'_, '_>) -> String {
        let (list, name) = match entity {
            Entity::Command(command) => {
                return self.operation_location(&self.commands, &command.meta.name);
            }
            Entity::Event(event) => return self.operation_location(&self.events, &event.meta.name),
            Entity::Shape(shape) => return self.shape_location(shape),
            Entity::Member(name, _) => ("members", name),
            Entity::Value(meta) => ("values", &*meta.name),
            Entity::Branch { value, .. } => ("variants", value),
            Entity::AlternateBranch(branch) => ("members", &*branch.meta.name),
        };
        match (
            self.nodes[owner.index()].origin,
            self.position(owner, entity),
        ) {
            (ShapeOrigin::Entry { index, .. }, Some(position)) => {
                format!("[{index}].{list}[{position}]")
            }
            _ => format!("{}.{name}", self.type_name(owner)),
        }
    }

    /// The position of an entity in the declaration of its owner.
    fn position(&self, owner: ShapeId, entity: Entity<'_, '_>) -> Option<u32> {
        match (self.get(owner), entity) {
            (Shape::Object(object), Entity::Member(name, _)) => {
                object.members.declared_position(name)
            }
            (Shape::Object(object), Entity::Branch { value, .. }) => {
                object.branches.as_ref()?.by_value.declared_position(value)
            }
            (Shape::Enum(values), Entity::Value(meta)) => values.declared_position(&meta.name),
            (Shape::Alternate(branches), Entity::AlternateBranch(branch)) => {
                let index = branches.iter().position(|other| other.kind == branch.kind);
                index.map(|index| index as u32)
            }
            _ => None,
        }
    }

    fn operation_location<T>(&self, operations: &NameTable<'_, T>, name: &str) -> String {
        match operations
            .declared_position(name)
            .filter(|_| self.is_introspected)
        {
            Some(index) => format!("[{index}]"),
            None => name.to_owned(),
        }
    }

    fn shape_location(&self, id: ShapeId) -> String {
        match self.nodes[id.index()].origin {
            ShapeOrigin::Entry { index, .. } => format!("[{index}]"),
            _ => self.type_name(id),
        }
    }

    /// The name of the type of a shape, such as `BlockInfo` or `[str]`.
    pub fn type_name(&self, id: ShapeId) -> String {
        let node = &self.nodes[id.0 as usize];
        match (&node.shape, node.origin) {
            (_, ShapeOrigin::Named(meta) | ShapeOrigin::Entry { meta, .. }) => meta.name.clone(),
            (_, ShapeOrigin::Inline(owner)) => owner.to_owned(),
            (_, ShapeOrigin::Discriminator(union)) => format!("{union}Kind"),
            (Shape::Builtin(builtin), _) => builtin.as_str().to_owned(),
            (Shape::Array(element), _) => format!("[{}]", self.type_name(*element)),
            (Shape::Object(object), _) => match object.members.values().next() {
                Some(only) => format!("{} as `data`", self.type_name(only.shape)),
                None => "{}".to_owned(),
            },
            (Shape::Enum(_) | Shape::Alternate(_), ShapeOrigin::Anonymous) => String::new(),
        }
    }
}
