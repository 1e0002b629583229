//! An interface as the reply to `query-qmp-schema`, in the form of a release.

use crate::dialect;
use serde_json::{Map, Value, json};

use super::info::{Case, Command, Event, Feature, Interface, Item, Kind, Member, Object, TypeId};
use crate::schema::BuiltinType;
use crate::version::{Series, Version};

/// The reply of a QEMU of this release, with the masked names of its types.
pub fn reply(interface: &Interface, version: Version) -> Value {
    let writer = Writer {
        interface,
        series: version.series(),
        names: masked(interface),
    };
    let commands = interface
        .commands
        .iter()
        .map(|command| writer.command(command));
    let events = interface.events.iter().map(|event| writer.event(event));
    let mut entries: Vec<Value> = commands.chain(events).collect();
    if dialect::SORTED_INTROSPECTION.contains(writer.series) {
        entries.sort_by(|left, right| left["name"].as_str().cmp(&right["name"].as_str()));
    }
    let types = (0..interface.types.len()).map(|index| writer.ty(TypeId(index)));
    entries.extend(types);
    Value::Array(entries)
}

/// The name that a reply gives to each type: that of the language, or a number.
fn masked(interface: &Interface) -> Vec<String> {
    let mut numbers = 0..;
    let mut names: Vec<String> = Vec::new();
    for ty in &interface.types {
        names.push(match &ty.kind {
            Kind::Builtin(builtin) => builtin.as_str().to_owned(),
            Kind::Array(_) => String::new(),
            _ => numbers
                .next()
                .map_or(String::new(), |number: usize| number.to_string()),
        });
    }
    for (index, ty) in interface.types.iter().enumerate() {
        if let Kind::Array(element) = ty.kind {
            names[index] = format!("[{}]", names[element.0]);
        }
    }
    names
}

struct Writer<'i> {
    interface: &'i Interface,
    series: Series,
    names: Vec<String>,
}

impl Writer<'_> {
    fn command(&self, command: &Command) -> Value {
        let mut entry = self.entry("command", &command.item.name, &command.item.features);
        entry.insert("arg-type".to_owned(), self.name(command.arguments));
        entry.insert("ret-type".to_owned(), self.name(command.returns));
        let tells_oob = match self.series {
            series if !dialect::ALLOW_OOB.contains(series) => false,
            series => dialect::ALLOW_OOB_IN_EVERY_COMMAND.contains(series) || command.allow_oob,
        };
        if tells_oob {
            entry.insert("allow-oob".to_owned(), command.allow_oob.into());
        }
        entry.into()
    }

    fn event(&self, event: &Event) -> Value {
        let mut entry = self.entry("event", &event.item.name, &event.item.features);
        entry.insert("arg-type".to_owned(), self.name(event.data));
        entry.into()
    }

    fn ty(&self, id: TypeId) -> Value {
        let ty = self.interface.get(id);
        let (meta_type, content) = match &ty.kind {
            Kind::Builtin(builtin) => ("builtin", json!({ "json-type": json_type(*builtin) })),
            Kind::Enum(values) => ("enum", self.values(values)),
            Kind::Array(element) => ("array", json!({ "element-type": self.name(*element) })),
            Kind::Object(object) => ("object", self.object(object)),
            Kind::Alternate(branches) => ("alternate", self.alternate(branches)),
        };
        let mut entry = self.entry(meta_type, &self.names[id.0], &ty.features);
        if let Value::Object(content) = content {
            entry.extend(content);
        }
        entry.into()
    }

    fn entry(&self, meta_type: &str, name: &str, features: &[Feature]) -> Map<String, Value> {
        let mut entry = with_features(features);
        entry.insert("name".to_owned(), name.into());
        entry.insert("meta-type".to_owned(), meta_type.into());
        entry
    }

    fn values(&self, values: &[Item]) -> Value {
        let names: Vec<&str> = values.iter().map(|value| value.name.as_str()).collect();
        let mut content = json!({ "values": names });
        if dialect::ENUM_MEMBERS.contains(self.series) {
            content["members"] = values.iter().map(named).collect();
        }
        content
    }

    fn object(&self, object: &Object) -> Value {
        let member = |member: &Member| {
            let mut told = named(&member.item);
            told["type"] = self.name(member.ty);
            if member.optional {
                told["default"] = Value::Null;
            }
            told
        };
        let mut content = json!({ "members": Value::from_iter(object.members.iter().map(member)) });
        if let Some(variants) = &object.variants {
            let case = |case: &Case| json!({ "case": case.item.name, "type": self.name(case.ty) });
            content["tag"] = variants.tag.as_str().into();
            content["variants"] = variants.cases.iter().map(case).collect();
        }
        content
    }

    fn alternate(&self, branches: &[Case]) -> Value {
        let branch = |branch: &Case| json!({ "type": self.name(branch.ty) });
        json!({ "members": Value::from_iter(branches.iter().map(branch)) })
    }

    fn name(&self, id: TypeId) -> Value {
        self.names[id.0].as_str().into()
    }
}

fn named(item: &Item) -> Value {
    let mut told = with_features(&item.features);
    told.insert("name".to_owned(), item.name.as_str().into());
    told.into()
}

fn with_features(features: &[Feature]) -> Map<String, Value> {
    let mut told = Map::new();
    if !features.is_empty() {
        let names = features.iter().map(|feature| feature.name.as_str());
        told.insert("features".to_owned(), Value::from_iter(names));
    }
    told
}

/// The word for the JSON values of a type of the language.
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
