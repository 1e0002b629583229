//! Example values of a shape.
//!
//! A request is complete: it has all required members, and the shortest path
//! to what it shows. A reply is an excerpt: it has only what it shows.

use crate::json::JsonValue;
use crate::schema::{BuiltinType, JsonKind};
use crate::wire::{Branches, Interface, ObjectShape, PathSegment, Shape, ShapeId};

/// The depth at which values are cut off, since shapes may contain themselves.
const MAX_DEPTH: usize = 12;

/// The members that a value has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExampleScope {
    /// The requested and the required ones.
    Complete,
    /// Only the requested ones.
    Excerpt,
}

/// Builds values of the shapes of a release.
#[derive(Debug, Clone, Copy)]
pub struct ValueBuilder<'a, 's> {
    /// The interface.
    pub interface: &'a Interface<'s>,
    /// The members that a value has.
    pub scope: ExampleScope,
}

/// The parts that a value must have: paths, and the values at some of them.
#[derive(Debug, Clone, Default)]
pub struct RequestedParts<'s> {
    parts: Vec<(Vec<PathSegment<'s>>, Option<JsonValue<'s>>)>,
}

impl<'s> RequestedParts<'s> {
    /// Adds a part.
    pub fn add(&mut self, path: &[PathSegment<'s>], value: Option<JsonValue<'s>>) {
        self.parts.push((path.to_vec(), value));
    }

    /// Returns `true` if a part has this path.
    pub fn contains(&self, path: &[PathSegment<'_>]) -> bool {
        self.parts.iter().any(|(own, _)| own.starts_with(path))
    }

    /// The parts behind a first segment.
    fn behind(&self, segment: PathSegment<'_>) -> RequestedParts<'s> {
        let behind = self.parts.iter().filter_map(|(path, value)| {
            let (first, rest) = path.split_first()?;
            (*first == segment).then(|| (rest.to_vec(), value.clone()))
        });
        let parts = behind.collect();
        RequestedParts { parts }
    }

    /// The requested value itself.
    fn value(&self) -> Option<&JsonValue<'s>> {
        let mut here = self.parts.iter().filter(|(path, _)| path.is_empty());
        here.find_map(|(_, value)| value.as_ref())
    }

    fn first_segments(&self) -> impl Iterator<Item = PathSegment<'s>> + '_ {
        let paths = self.parts.iter().map(|(path, _)| path);
        paths.filter_map(|path| path.first().copied())
    }

    /// The requested value of a discriminator.
    fn branch_of(&self, name: &str) -> Option<&'s str> {
        self.first_segments().find_map(|segment| match segment {
            PathSegment::Branch {
                discriminator,
                value,
            } if discriminator == name => Some(value),
            _ => None,
        })
    }

    fn has_member(&self, name: &str) -> bool {
        self.first_segments()
            .any(|segment| segment == PathSegment::Member(name))
    }
}

impl<'s> ValueBuilder<'_, 's> {
    /// Builds a value with certain parts.
    pub fn build(&self, shape: ShapeId, parts: &RequestedParts<'s>) -> JsonValue<'s> {
        self.build_named(shape, "", parts, MAX_DEPTH)
    }

    /// Builds the value of a member with this name.
    fn build_named(
        &self,
        shape: ShapeId,
        name: &str,
        parts: &RequestedParts<'s>,
        depth: usize,
    ) -> JsonValue<'s> {
        if let Some(value) = parts.value() {
            return value.clone();
        }
        match self.interface.get(shape) {
            Shape::Builtin(builtin) => self.build_builtin(*builtin, name),
            Shape::Enum(values) => JsonValue::string(usual_enum_value(name, values.names())),
            Shape::Array(element) => {
                let inner = parts.behind(PathSegment::Elements);
                if inner.parts.is_empty() && self.scope == ExampleScope::Complete {
                    return JsonValue::Array(Vec::new());
                }
                JsonValue::Array(vec![self.build_named(*element, name, &inner, depth)])
            }
            Shape::Alternate(branches) => {
                let kind = parts.first_segments().next().map(|segment| match segment {
                    PathSegment::Elements => JsonKind::Array,
                    _ => JsonKind::Object,
                });
                let requested = branches.iter().find(|branch| Some(branch.kind) == kind);
                match requested.or(branches.iter().min_by_key(|branch| branch.kind)) {
                    Some(branch) => self.build_named(branch.shape, name, parts, depth),
                    None => JsonValue::Null,
                }
            }
            Shape::Object(_) if depth == 0 => JsonValue::object([]),
            Shape::Object(object) => self.build_object(object, parts, depth - 1),
        }
    }

    fn build_builtin(&self, builtin: BuiltinType, name: &str) -> JsonValue<'s> {
        match builtin.json_kind() {
            JsonKind::Number => JsonValue::number(0.5),
            JsonKind::Integer => {
                let range = self.interface.integer_range(builtin);
                let max = range.and_then(|range| i64::try_from(range.high).ok());
                JsonValue::number(usual_integer(name).min(max.unwrap_or(i64::MAX)))
            }
            JsonKind::Boolean => JsonValue::Bool(true),
            JsonKind::Null => JsonValue::Null,
            JsonKind::Any => JsonValue::object([]),
            _ => JsonValue::string(usual_string(name)),
        }
    }

    /// Builds an object: the discriminator, the common members, the branch.
    fn build_object(
        &self,
        object: &ObjectShape<'s>,
        parts: &RequestedParts<'s>,
        depth: usize,
    ) -> JsonValue<'s> {
        let mut value = JsonValue::object([]);
        let branches = object.branches.as_ref();
        if let Some(branches) = branches {
            self.add_discriminator(object, branches, parts, &mut value);
        }
        for (name, member) in object.members.iter() {
            let is_discriminator = branches.is_some_and(|own| own.discriminator == name);
            if !is_discriminator && self.includes(parts.has_member(name), member.optional) {
                let inner = parts.behind(PathSegment::Member(name));
                value.set(name, self.build_named(member.shape, name, &inner, depth));
            }
        }
        if let Some(branches) = branches {
            self.add_branch(branches, parts, depth, &mut value);
        }
        value
    }

    fn includes(&self, requested: bool, optional: bool) -> bool {
        requested || (self.scope == ExampleScope::Complete && !optional)
    }

    fn add_discriminator(
        &self,
        object: &ObjectShape<'s>,
        branches: &Branches<'s>,
        parts: &RequestedParts<'s>,
        value: &mut JsonValue<'s>,
    ) {
        let name = branches.discriminator;
        let requested = parts.branch_of(name).is_some() || parts.has_member(name);
        let member = object.members.get(name);
        if self.includes(requested, member.is_some_and(|member| member.optional)) {
            let inner = parts.behind(PathSegment::Member(name));
            let given = inner.value().cloned();
            let selected = || JsonValue::string(self.select_branch(branches, parts));
            value.set(name, given.unwrap_or_else(selected));
        }
    }

    /// Selects a branch: the requested one, a usual one, or the one with the
    /// fewest required members.
    fn select_branch(&self, branches: &Branches<'s>, parts: &RequestedParts<'s>) -> &'s str {
        let name = branches.discriminator;
        let usual = || {
            let mut usual = USUAL.iter().filter(|(own, _)| *own == name);
            usual.find_map(|(_, value)| branches.by_value.get_key_value(value))
        };
        let smallest = || {
            let each = branches.by_value.iter();
            each.min_by_key(|(_, branch)| self.count_required(branch.content))
        };
        let requested = parts.branch_of(name);
        let default = || Some(usual().or_else(smallest)?.0);
        requested.or_else(default).unwrap_or_default()
    }

    fn count_required(&self, shape: ShapeId) -> usize {
        let object = self.interface.object(shape);
        let members = object
            .into_iter()
            .flat_map(|object| object.members.values());
        members.filter(|member| !member.optional).count()
    }

    /// Adds the members of the branch that the discriminator selects.
    fn add_branch(
        &self,
        branches: &Branches<'s>,
        parts: &RequestedParts<'s>,
        depth: usize,
        value: &mut JsonValue<'s>,
    ) {
        let discriminator = branches.discriminator;
        let selected = value.get(discriminator).and_then(JsonValue::as_str);
        let branch = selected.and_then(|selected| branches.by_value.get_key_value(selected));
        let Some((selected, branch)) = branch else {
            return;
        };
        let inner = parts.behind(branches.segment(selected));
        let content = self.interface.object(branch.content);
        let built = content.map(|content| self.build_object(content, &inner, depth));
        if let Some(JsonValue::Object(members)) = built {
            for member in members {
                value.set(member.name.value, member.value);
            }
        }
    }
}

/// Discriminator values that readers know; the first that exists is used.
const USUAL: [(&str, &str); 4] = [
    ("driver", "file"),
    ("type", "inet"),
    ("type", "user"),
    ("qom-type", "iothread"),
];

/// Strings by the name of the member that has them.
const STRINGS: [(&str, &str); 21] = [
    ("backing", "node1"),
    ("base", "base.qcow2"),
    ("bus", "pci.0"),
    ("command-line", "info status"),
    ("device", "drive0"),
    ("driver", "virtio-blk-pci"),
    ("file", "disk0"),
    ("filename", "disk.img"),
    ("format", "qcow2"),
    ("host", "localhost"),
    ("id", "disk0"),
    ("job-id", "job0"),
    ("name", "name0"),
    ("node", "disk0"),
    ("node-name", "disk0"),
    ("password", "secret"),
    ("port", "5900"),
    ("qom-type", "iothread"),
    ("snapshot-file", "snapshot.qcow2"),
    ("target", "copy.qcow2"),
    ("type", "user"),
];

fn usual_string(name: &str) -> String {
    let known = STRINGS.iter().find(|(own, _)| *own == name);
    known.map_or_else(|| format!("{name}0"), |(_, text)| (*text).to_owned())
}

fn usual_integer(name: &str) -> i64 {
    match name {
        "size" => 1 << 30,
        _ => 1,
    }
}

fn usual_enum_value<'v>(name: &str, mut values: impl Iterator<Item = &'v str> + Clone) -> &'v str {
    let usual = |value: &&str| USUAL.contains(&(name, value));
    values
        .clone()
        .find(usual)
        .or_else(|| values.next())
        .unwrap_or_default()
}
