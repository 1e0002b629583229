//! Places in the schema or in the reply that an interface was built from.

use super::interface::{Interface, Shape, ShapeId, ShapeOrigin};
use super::site::Entity;

impl Interface<'_> {
    /// The place that defines an entity, for messages: `BlockdevOptions.driver`
    /// in a schema, `[17].members[0]` in a reply. `owner` is the shape that has it.
    pub fn location(&self, owner: ShapeId, entity: Entity<'_, '_>) -> String {
        let object = self.object(owner);
        let (list, name, position) = match entity {
            Entity::Command(command) => {
                let name = &command.meta.name;
                return self.operation_location(name, self.commands.declared_position(name));
            }
            Entity::Event(event) => {
                let name = &event.meta.name;
                return self.operation_location(name, self.events.declared_position(name));
            }
            Entity::Shape(shape) => return self.shape_location(shape),
            Entity::Member(name, _) => {
                let position = object.and_then(|object| object.members.declared_position(name));
                ("members", name, position)
            }
            Entity::Value(meta) => match self.get(owner) {
                Shape::Enum(values) => {
                    ("values", &*meta.name, values.declared_position(&meta.name))
                }
                _ => ("values", &*meta.name, None),
            },
            Entity::Branch { value, .. } => {
                let branches = object.and_then(|object| object.branches.as_ref());
                let position = branches.and_then(|all| all.by_value.declared_position(value));
                ("variants", value, position)
            }
            Entity::AlternateBranch(branch) => {
                let branches = match self.get(owner) {
                    Shape::Alternate(branches) => &branches[..],
                    _ => &[],
                };
                let position = branches.iter().position(|other| other.kind == branch.kind);
                (
                    "members",
                    &*branch.meta.name,
                    position.map(|index| index as u32),
                )
            }
        };
        match (self.nodes[owner.index()].origin, position) {
            (ShapeOrigin::Entry { index, .. }, Some(position)) => {
                format!("[{index}].{list}[{position}]")
            }
            _ => format!("{}.{name}", self.type_name(owner)),
        }
    }

    fn operation_location(&self, name: &str, position: Option<u32>) -> String {
        match position.filter(|_| self.is_introspected) {
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
