//! Requests and replies that show an edit, made from the shapes.
//!
//! A request is whole: whatever must be there is there, and it takes the
//! shortest way to what it shows. A reply is an excerpt: only what it shows.

use super::json::Json;
use crate::schema::{BuiltinType, JsonKind};
use crate::wire::{Branches, Interface, MemberShape, ObjectShape, PathSegment, Shape, ShapeId};

/// How deep a value goes; whoever contains itself without end is cut there.
const DEPTH: usize = 12;

/// How much of a value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All that must be there.
    Whole,
    /// Only what is asked for.
    Excerpt,
}

/// Makes values of the shapes of a release.
#[derive(Debug, Clone, Copy)]
pub struct Examples<'a, 's> {
    /// The shapes.
    pub shapes: &'a Interface<'s>,
    /// How much of a value is shown.
    pub extent: Extent,
}

/// What a value shows: the ways to its parts, and the texts at their ends.
#[derive(Debug, Clone, Default)]
pub struct Shown<'s> {
    /// The steps to each part, and the value it has where that matters.
    pub parts: Vec<(Vec<PathSegment<'s>>, Option<Json>)>,
}

impl<'s> Shown<'s> {
    /// One part.
    pub fn one(steps: Vec<PathSegment<'s>>, value: Option<Json>) -> Self {
        Shown {
            parts: vec![(steps, value)],
        }
    }

    /// What is shown behind a step.
    fn behind(&self, step: PathSegment<'_>) -> Shown<'s> {
        let behind = self
            .parts
            .iter()
            .filter(|(steps, _)| steps.first() == Some(&step));
        Shown {
            parts: behind
                .map(|(steps, value)| (steps[1..].to_vec(), value.clone()))
                .collect(),
        }
    }

    /// The value that this place has.
    fn value(&self) -> Option<&Json> {
        let here = self
            .parts
            .iter()
            .find(|(steps, value)| steps.is_empty() && value.is_some());
        here.and_then(|(_, value)| value.as_ref())
    }

    /// The case of a tag that a part is in.
    fn case(&self, of: &str) -> Option<&'s str> {
        self.parts
            .iter()
            .find_map(|(steps, _)| match steps.first() {
                Some(PathSegment::Branch {
                    discriminator: tag,
                    value,
                }) if *tag == of => Some(*value),
                _ => None,
            })
    }

    fn members(&self) -> impl Iterator<Item = &'s str> + '_ {
        self.parts
            .iter()
            .filter_map(|(steps, _)| match steps.first() {
                Some(PathSegment::Member(name)) => Some(*name),
                _ => None,
            })
    }
}

impl<'s> Examples<'_, 's> {
    /// A value of a shape.
    pub fn value(&self, node: ShapeId, shown: &Shown<'s>) -> Json {
        self.named(node, "", shown, DEPTH)
    }

    fn named(&self, node: ShapeId, name: &str, shown: &Shown<'s>, depth: usize) -> Json {
        if let Some(value) = shown.value() {
            return value.clone();
        }
        match self.shapes.get(node) {
            Shape::Builtin(builtin) => self.builtin(*builtin, name),
            Shape::Enum(values) => Json::text(enum_value(name, values.names())),
            Shape::Array(item) => self.array(*item, name, shown, depth),
            Shape::Alternate(branches) => {
                let wanted = match shown.parts.iter().find_map(|(steps, _)| steps.first()) {
                    Some(PathSegment::Elements) => Some(JsonKind::Array),
                    Some(_) => Some(JsonKind::Object),
                    None => None,
                };
                let branch =
                    wanted.and_then(|kind| branches.iter().find(|branch| branch.kind == kind));
                let branch = branch.or(branches.first());
                branch.map_or(Json::Null, |branch| {
                    self.named(branch.shape, name, shown, depth)
                })
            }
            Shape::Object(_) if depth == 0 => Json::Object(Vec::new()),
            Shape::Object(object) => self.object(object, shown, depth - 1),
        }
    }

    fn builtin(&self, builtin: BuiltinType, name: &str) -> Json {
        match builtin.json_kind() {
            JsonKind::Number => Json::Number(0.5),
            JsonKind::Integer => {
                let range = self.shapes.integer_range(builtin);
                let most = range.and_then(|range| i64::try_from(range.high).ok());
                Json::Integer(integer(name).min(most.unwrap_or(i64::MAX)))
            }
            JsonKind::Boolean => Json::Boolean(true),
            JsonKind::Null => Json::Null,
            JsonKind::Any => Json::Object(Vec::new()),
            _ => Json::text(text(name)),
        }
    }

    fn array(&self, item: ShapeId, name: &str, shown: &Shown<'s>, depth: usize) -> Json {
        let inner = shown.behind(PathSegment::Elements);
        if inner.parts.is_empty() && self.extent == Extent::Whole {
            return Json::Array(Vec::new());
        }
        Json::Array(vec![self.named(item, name, &inner, depth)])
    }

    fn object(&self, object: &ObjectShape<'s>, shown: &Shown<'s>, depth: usize) -> Json {
        let mut value = Json::Object(Vec::new());
        if let Some(choice) = &object.branches {
            self.tag(object, choice, shown, &mut value);
        }
        let told = |name: &str| {
            object
                .branches
                .as_ref()
                .is_some_and(|choice| choice.discriminator == name)
        };
        self.members(object, shown, depth, &mut value, &told);
        if let Some(choice) = &object.branches {
            self.case(choice, shown, depth, &mut value);
        }
        value
    }

    fn tag(
        &self,
        object: &ObjectShape<'s>,
        choice: &Branches<'s>,
        shown: &Shown<'s>,
        value: &mut Json,
    ) {
        let told = shown.case(choice.discriminator).is_some()
            || shown.members().any(|name| name == choice.discriminator);
        let optional = object
            .members
            .get(choice.discriminator)
            .is_some_and(|tag| tag.optional);
        if told || (self.extent == Extent::Whole && !optional) {
            let tag = shown.behind(PathSegment::Member(choice.discriminator));
            let tag = tag.value().cloned();
            let chosen = || Json::text(self.chosen(choice, shown));
            value.set(choice.discriminator, tag.unwrap_or_else(chosen));
        }
    }

    /// The value of the tag: the one asked for, a usual one, or the one that
    /// needs least.
    fn chosen(&self, choice: &Branches<'s>, shown: &Shown<'s>) -> &'s str {
        let asked = shown.case(choice.discriminator);
        let has = |value: &&str| choice.by_value.contains(*value);
        let usual = USUAL
            .iter()
            .copied()
            .filter(|value| value.0 == choice.discriminator);
        let usual = usual.map(|(_, value)| value).find(has);
        let usual = usual.and_then(|value| choice.by_value.get_key_value(value));
        let least = choice.by_value.iter().min_by_key(|(_, case)| {
            let content = self.shapes.object(case.content);
            content.map_or(0, |content| {
                content.members.values().filter(|m| !m.optional).count()
            })
        });
        asked
            .or(usual.or(least).map(|(value, _)| value))
            .unwrap_or_default()
    }

    fn members(
        &self,
        object: &ObjectShape<'s>,
        shown: &Shown<'s>,
        depth: usize,
        value: &mut Json,
        told: &dyn Fn(&str) -> bool,
    ) {
        let wanted: Vec<&str> = shown.members().collect();
        let is_there = |name: &str, member: &MemberShape<'_>| {
            wanted.contains(&name) || (self.extent == Extent::Whole && !member.optional)
        };
        for (name, member) in object.members.iter() {
            if !told(name) && is_there(name, member) {
                let inner = shown.behind(PathSegment::Member(name));
                value.set(name, self.named(member.shape, name, &inner, depth));
            }
        }
    }

    fn case(&self, choice: &Branches<'s>, shown: &Shown<'s>, depth: usize, value: &mut Json) {
        let Json::Object(members) = &*value else {
            return;
        };
        let tag = members
            .iter()
            .find(|(name, _)| name == choice.discriminator);
        let Some((_, Json::Text(chosen))) = tag else {
            return;
        };
        let Some((chosen, case)) = choice.by_value.get_key_value(chosen.as_str()) else {
            return;
        };
        let inner = shown.behind(PathSegment::Branch {
            discriminator: choice.discriminator,
            value: chosen,
        });
        let Some(content) = self.shapes.object(case.content) else {
            return;
        };
        if let Json::Object(members) = self.object(content, &inner, depth) {
            members
                .into_iter()
                .for_each(|(name, member)| value.set(&name, member));
        }
    }
}

/// Values of tags that readers know, the first that there is being taken.
const USUAL: [(&str, &str); 4] = [
    ("driver", "file"),
    ("type", "inet"),
    ("type", "user"),
    ("qom-type", "iothread"),
];

/// Texts that say what they stand for, by the name of the member.
const TEXTS: [(&str, &str); 20] = [
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
];

fn text(name: &str) -> String {
    let known = TEXTS.iter().find(|(own, _)| *own == name);
    known.map_or_else(|| format!("{name}0"), |(_, text)| (*text).to_owned())
}

fn integer(name: &str) -> i64 {
    match name {
        "size" => 1 << 30,
        _ => 1,
    }
}

fn enum_value<'v>(name: &str, mut values: impl Iterator<Item = &'v str> + Clone) -> &'v str {
    let usual = |value: &&str| USUAL.contains(&(name, value));
    values
        .clone()
        .find(usual)
        .or_else(|| values.next())
        .unwrap_or_default()
}
