//! Consistency of the entries of a reply.

use std::collections::{HashMap, HashSet};

use super::entries::{EntryContent, EntryMember, ReplyEntry};
use super::problem::{ReplyProblem, quote};
use crate::schema::JsonKind;

/// Reports duplicate names and references to types that do not fit.
pub(super) fn check_entries(entries: &[ReplyEntry]) -> Vec<ReplyProblem> {
    let types = entries.iter().filter(|entry| entry.is_type());
    let mut checker = EntryChecker {
        types: types
            .map(|entry| (entry.meta.name.as_str(), entry))
            .collect(),
        path: String::new(),
        problems: Vec::new(),
    };
    let mut first: HashMap<(&str, &str), usize> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        checker.path = format!("[{index}]");
        let kind = entry.kind_name();
        if let Some(other) = first.insert((kind, &entry.meta.name), index) {
            let name = quote(&entry.meta.name);
            checker.report("", format!("{kind} {name} is already defined at [{other}]"));
        }
        checker.check_entry(entry);
    }
    checker.problems
}

impl ReplyEntry {
    /// Returns `true` if the entry is neither a command nor an event.
    pub(super) fn is_type(&self) -> bool {
        self.kind_name() == "type"
    }

    fn kind_name(&self) -> &'static str {
        match self.content {
            EntryContent::Command { .. } => "command",
            EntryContent::Event(_) => "event",
            _ => "type",
        }
    }

    /// The JSON type of the values of a type, as branches of alternates have it.
    pub(super) fn json_kind(&self) -> JsonKind {
        match self.content {
            EntryContent::Builtin(builtin) => builtin.json_kind(),
            EntryContent::Enum(_) => JsonKind::String,
            EntryContent::Array(_) => JsonKind::Array,
            EntryContent::Object { .. } => JsonKind::Object,
            _ => JsonKind::Any,
        }
    }
}

/// The types that a reference may refer to.
#[derive(Clone, Copy, PartialEq)]
enum ReferenceTarget {
    Any,
    Object,
    NotArray,
}

struct EntryChecker<'e> {
    types: HashMap<&'e str, &'e ReplyEntry>,
    /// The path of the entry.
    path: String,
    problems: Vec<ReplyProblem>,
}

impl EntryChecker<'_> {
    fn report(&mut self, path: &str, message: impl AsRef<str>) {
        let path = format!("{}{path}", self.path);
        self.problems.push(ReplyProblem::new(path, message));
    }

    fn check_entry(&mut self, entry: &ReplyEntry) {
        let name = |member: &EntryMember| member.meta.name.clone();
        match &entry.content {
            EntryContent::Builtin(_) => {}
            EntryContent::Enum(values) => {
                self.check_distinct("values", values.iter().map(|value| value.name.clone()));
            }
            EntryContent::Array(element) => {
                self.check_reference(".element-type", element, ReferenceTarget::NotArray);
            }
            EntryContent::Object {
                members,
                discriminator,
                branches,
            } => {
                self.check_types("members", members, ReferenceTarget::Any);
                self.check_distinct("members", members.iter().map(name));
                self.check_types("variants", branches, ReferenceTarget::Object);
                self.check_distinct("variants", branches.iter().map(name));
                self.check_discriminator(discriminator.as_deref(), members);
            }
            EntryContent::Alternate(branches) => {
                self.check_types("members", branches, ReferenceTarget::Any);
                let types = branches.iter().map(|branch| self.types.get(&*branch.ty));
                let kinds = types.flatten().map(|ty| ty.json_kind().as_str().to_owned());
                let kinds: Vec<String> = kinds.collect();
                self.check_distinct("members", kinds.into_iter());
            }
            EntryContent::Command {
                arguments, returns, ..
            } => {
                self.check_reference(".arg-type", arguments, ReferenceTarget::Object);
                self.check_reference(".ret-type", returns, ReferenceTarget::Any);
            }
            EntryContent::Event(data) => {
                self.check_reference(".arg-type", data, ReferenceTarget::Object);
            }
        }
    }

    fn check_types(&mut self, list: &str, members: &[EntryMember], target: ReferenceTarget) {
        for (index, member) in members.iter().enumerate() {
            self.check_reference(&format!(".{list}[{index}].type"), &member.ty, target);
        }
    }

    fn check_reference(&mut self, path: &str, name: &str, target: ReferenceTarget) {
        let content = self.types.get(name).map(|ty| &ty.content);
        match (content, target) {
            (None, _) => {
                let message = format!("there is no type {} in the reply", quote(name));
                self.report(path, message);
            }
            (Some(EntryContent::Array(_)), ReferenceTarget::NotArray) => {
                self.report(path, "arrays of arrays are not part of QAPI");
            }
            (Some(EntryContent::Object { .. }), _) => {}
            (Some(_), ReferenceTarget::Object) => {
                self.report(path, "expected the name of an object type");
            }
            (Some(_), _) => {}
        }
    }

    fn check_distinct(&mut self, list: &str, names: impl Iterator<Item = String>) {
        let mut seen = HashSet::new();
        for (index, name) in names.enumerate() {
            if let Some(name) = seen.replace(name) {
                let message = format!("duplicate {}", quote(&name));
                self.report(&format!(".{list}[{index}]"), message);
            }
        }
    }

    /// The discriminator is a member whose type is an enum.
    fn check_discriminator(&mut self, discriminator: Option<&str>, members: &[EntryMember]) {
        let Some(discriminator) = discriminator else {
            return;
        };
        let mut members = members.iter();
        let member = members.find(|member| member.meta.name == discriminator);
        let ty = member.and_then(|member| self.types.get(&*member.ty));
        if !ty.is_some_and(|ty| matches!(ty.content, EntryContent::Enum(_))) {
            let message = format!(
                "expected the name of a member of an enum type, found {}",
                quote(discriminator)
            );
            self.report(".tag", message);
        }
    }
}
