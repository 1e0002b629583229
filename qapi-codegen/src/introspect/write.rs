//! Writing the reply to `query-qmp-schema`.

use serde_json::{Map, Value, json};

use super::numbering::TypeNumbering;
use crate::dialect;
use crate::schema::{BuiltinType, EntityMeta, Feature};
use crate::version::{Series, Version};
use crate::wire::{
    AlternateBranch, BranchShape, CommandShape, EnumShape, EventShape, Interface, MemberShape,
    ObjectShape, Shape, ShapeId,
};

/// Writes the reply of a QEMU of this release, with masked names of types.
pub fn write_reply(interface: &Interface<'_>, version: Version) -> Value {
    let writer = ReplyWriter {
        interface,
        series: version.series(),
        numbering: TypeNumbering::new(interface, version),
    };
    let commands = interface.commands.declared();
    let commands = commands.map(|(name, command)| writer.command(name, command));
    let events = interface.events.declared();
    let events = events.map(|(name, event)| writer.event(name, event));
    let mut entries: Vec<Value> = commands.chain(events).collect();
    if dialect::SORTED_INTROSPECTION.contains(version) {
        entries.sort_by(|left, right| left["name"].as_str().cmp(&right["name"].as_str()));
    }
    let types = writer.numbering.order.iter();
    entries.extend(types.map(|id| writer.shape(*id)));
    Value::Array(entries)
}

struct ReplyWriter<'i, 's> {
    interface: &'i Interface<'s>,
    series: Series,
    numbering: TypeNumbering<'i, 's>,
}

impl ReplyWriter<'_, '_> {
    fn command(&self, name: &str, command: &CommandShape<'_>) -> Value {
        let mut entry = entry("command", name, &command.meta.features);
        entry.insert("arg-type".to_owned(), self.name(command.arguments));
        let returned = self.interface.returned(command);
        entry.insert("ret-type".to_owned(), self.name(returned));
        let has_oob = dialect::ALLOW_OOB.contains(self.series)
            && (dialect::ALLOW_OOB_IN_EVERY_COMMAND.contains(self.series) || command.allow_oob);
        if has_oob {
            entry.insert("allow-oob".to_owned(), command.allow_oob.into());
        }
        entry.into()
    }

    fn event(&self, name: &str, event: &EventShape<'_>) -> Value {
        let mut entry = entry("event", name, &event.meta.features);
        entry.insert("arg-type".to_owned(), self.name(event.data));
        entry.into()
    }

    fn shape(&self, id: ShapeId) -> Value {
        let (meta_type, content) = match self.interface.get(id) {
            Shape::Builtin(builtin) => ("builtin", json!({ "json-type": json_type(*builtin) })),
            Shape::Enum(values) => ("enum", self.values(values)),
            Shape::Array(element) => ("array", json!({ "element-type": self.name(*element) })),
            Shape::Object(object) => ("object", self.object(object)),
            Shape::Alternate(branches) => ("alternate", self.alternate(branches)),
        };
        let definition = self.interface.definition(id);
        let features = definition.map_or(&[][..], |meta| &meta.features);
        let mut entry = entry(meta_type, self.numbering.name(id), features);
        if let Value::Object(content) = content {
            entry.extend(content);
        }
        entry.into()
    }

    fn values(&self, values: &EnumShape<'_>) -> Value {
        let names: Vec<&str> = values.declared().map(|(name, _)| name).collect();
        let mut content = json!({ "values": names });
        if dialect::ENUM_MEMBERS.contains(self.series) {
            let values = values.declared();
            content["members"] = values.map(|(name, meta)| named(name, Some(meta))).collect();
        }
        content
    }

    fn object(&self, object: &ObjectShape<'_>) -> Value {
        let member = |(name, member): (&str, &MemberShape<'_>)| {
            let mut value = named(name, member.meta);
            value["type"] = self.name(member.shape);
            if member.optional {
                value["default"] = Value::Null;
            }
            value
        };
        let members = object.members.declared().map(member);
        let mut content = json!({ "members": Value::from_iter(members) });
        if let Some(branches) = &object.branches {
            let branch = |(value, branch): (&str, &BranchShape<'_>)| json!({ "case": value, "type": self.name(branch.content) });
            content["tag"] = branches.discriminator.into();
            content["variants"] = branches.by_value.declared().map(branch).collect();
        }
        content
    }

    fn alternate(&self, branches: &[AlternateBranch<'_>]) -> Value {
        let branch = |branch: &AlternateBranch<'_>| json!({ "type": self.name(branch.shape) });
        json!({ "members": Value::from_iter(branches.iter().map(branch)) })
    }

    fn name(&self, id: ShapeId) -> Value {
        self.numbering.name(id).into()
    }
}

fn entry(meta_type: &str, name: &str, features: &[Feature]) -> Map<String, Value> {
    let mut entry = with_features(features);
    entry.insert("name".to_owned(), name.into());
    entry.insert("meta-type".to_owned(), meta_type.into());
    entry
}

fn named(name: &str, meta: Option<&EntityMeta>) -> Value {
    let mut value = with_features(meta.map_or(&[], |meta| &meta.features));
    value.insert("name".to_owned(), name.into());
    value.into()
}

fn with_features(features: &[Feature]) -> Map<String, Value> {
    let mut value = Map::new();
    if !features.is_empty() {
        let names = features.iter().map(|feature| feature.name.as_str());
        value.insert("features".to_owned(), Value::from_iter(names));
    }
    value
}

/// The `json-type` of a built-in type.
pub(super) fn json_type(builtin: BuiltinType) -> &'static str {
    match builtin {
        BuiltinType::Number => "number",
        BuiltinType::Bool => "boolean",
        BuiltinType::Null => "null",
        BuiltinType::Any => "value",
        BuiltinType::Str | BuiltinType::QType => "string",
        _ => "int",
    }
}
