//! Consistency of the entries of a reply.

use std::collections::{HashMap, HashSet};

use super::entries::{EntryContent, EntryMember, ReplyEntry};
use super::problem::{ReplyProblem, quote};
use crate::schema::JsonKind;

/// The types of a reply by name.
pub(super) type TypesByName<'e> = HashMap<&'e str, &'e ReplyEntry>;

/// Reports duplicate names and references to types that do not fit.
pub(super) fn check_entries(entries: &[ReplyEntry]) -> Vec<ReplyProblem> {
    let types = types_by_name(entries);
    let mut problems = duplicate_entries(entries);
    for (index, entry) in entries.iter().enumerate() {
        let found = check_entry(entry, &types).into_iter();
        problems.extend(found.map(|problem| ReplyProblem {
            path: format!("[{index}]{}", problem.path),
            ..problem
        }));
    }
    problems
}

fn types_by_name(entries: &[ReplyEntry]) -> TypesByName<'_> {
    let types = entries.iter().filter(|entry| entry.is_type());
    types
        .map(|entry| (entry.meta.name.as_str(), entry))
        .collect()
}

fn check_entry(entry: &ReplyEntry, types: &TypesByName<'_>) -> Vec<ReplyProblem> {
    let mut problems = duplicates_within(entry, types);
    let references = references(&entry.content);
    problems.extend(references.filter_map(|reference| reference.check(types)));
    problems.extend(check_discriminator(&entry.content, types));
    problems
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

fn duplicate_entries(entries: &[ReplyEntry]) -> Vec<ReplyProblem> {
    let mut first: HashMap<(&str, &str), usize> = HashMap::new();
    let mut problems = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let kind = entry.kind_name();
        if let Some(other) = first.insert((kind, &entry.meta.name), index) {
            let name = quote(&entry.meta.name);
            let message = format!("{kind} {name} is already defined at [{other}]");
            problems.push(ReplyProblem::new(format!("[{index}]"), message));
        }
    }
    problems
}

/// Members, values and branches have distinct names, branches of alternates
/// distinct JSON types.
fn duplicates_within(entry: &ReplyEntry, types: &TypesByName<'_>) -> Vec<ReplyProblem> {
    let name = |member: &EntryMember| member.meta.name.clone();
    match &entry.content {
        EntryContent::Enum(values) => duplicates("values", values.iter().map(|v| v.name.clone())),
        EntryContent::Object {
            members, branches, ..
        } => {
            let mut problems = duplicates("members", members.iter().map(name));
            problems.extend(duplicates("variants", branches.iter().map(name)));
            problems
        }
        EntryContent::Alternate(branches) => {
            let kind = |branch: &EntryMember| {
                let kind = types.get(branch.ty.as_str()).map(|ty| ty.json_kind());
                format!("{kind:?}").to_lowercase()
            };
            duplicates("members", branches.iter().map(kind))
        }
        _ => Vec::new(),
    }
}

fn duplicates(list: &str, names: impl Iterator<Item = String>) -> Vec<ReplyProblem> {
    let mut seen = HashSet::new();
    let mut problems = Vec::new();
    for (index, name) in names.enumerate() {
        if !seen.insert(name.clone()) {
            let message = format!("duplicate {}", quote(&name));
            problems.push(ReplyProblem::new(format!(".{list}[{index}]"), message));
        }
    }
    problems
}

/// A reference to a type by name.
struct EntryReference<'e> {
    path: String,
    name: &'e str,
    target: ReferenceTarget,
}

/// The types that a reference may refer to.
#[derive(Clone, Copy, PartialEq)]
enum ReferenceTarget {
    Any,
    Object,
    Element,
}

impl<'e> EntryReference<'e> {
    fn new(path: impl Into<String>, name: &'e str, target: ReferenceTarget) -> Self {
        let path = path.into();
        EntryReference { path, name, target }
    }

    fn check(self, types: &TypesByName<'_>) -> Option<ReplyProblem> {
        let content = types.get(self.name).map(|ty| &ty.content);
        let message = match (content, self.target) {
            (None, _) => format!("there is no type {} in the reply", quote(self.name)),
            (Some(EntryContent::Array(_)), ReferenceTarget::Element) => {
                "arrays of arrays are not part of QAPI".to_owned()
            }
            (Some(EntryContent::Object { .. }), _) => return None,
            (Some(_), ReferenceTarget::Object) => "expected the name of an object type".to_owned(),
            (Some(_), _) => return None,
        };
        Some(ReplyProblem::new(self.path, message))
    }
}

fn references(content: &EntryContent) -> impl Iterator<Item = EntryReference<'_>> {
    let (own, members, branches): (Vec<_>, &[_], &[_]) = match content {
        EntryContent::Builtin(_) | EntryContent::Enum(_) => (Vec::new(), &[], &[]),
        EntryContent::Array(element) => {
            let target = ReferenceTarget::Element;
            (
                vec![EntryReference::new(".element-type", element, target)],
                &[],
                &[],
            )
        }
        EntryContent::Object {
            members, branches, ..
        } => (Vec::new(), members, branches),
        EntryContent::Alternate(members) => (Vec::new(), members, &[]),
        EntryContent::Command {
            arguments, returns, ..
        } => {
            let arguments = EntryReference::new(".arg-type", arguments, ReferenceTarget::Object);
            let returns = EntryReference::new(".ret-type", returns, ReferenceTarget::Any);
            (vec![arguments, returns], &[], &[])
        }
        EntryContent::Event(data) => {
            let target = ReferenceTarget::Object;
            (
                vec![EntryReference::new(".arg-type", data, target)],
                &[],
                &[],
            )
        }
    };
    let members = list_references("members", members, ReferenceTarget::Any);
    let branches = list_references("variants", branches, ReferenceTarget::Object);
    own.into_iter().chain(members).chain(branches)
}

fn list_references<'e>(
    list: &'static str,
    members: &'e [EntryMember],
    target: ReferenceTarget,
) -> impl Iterator<Item = EntryReference<'e>> {
    members.iter().enumerate().map(move |(index, member)| {
        EntryReference::new(format!(".{list}[{index}].type"), &member.ty, target)
    })
}

/// The discriminator is a member whose type is an enum.
fn check_discriminator(content: &EntryContent, types: &TypesByName<'_>) -> Option<ReplyProblem> {
    let EntryContent::Object {
        members,
        discriminator: Some(discriminator),
        ..
    } = content
    else {
        return None;
    };
    let member = members
        .iter()
        .find(|member| member.meta.name == *discriminator);
    let ty = member.and_then(|member| types.get(member.ty.as_str()));
    if ty.is_some_and(|ty| matches!(ty.content, EntryContent::Enum(_))) {
        return None;
    }
    let message = format!(
        "expected the name of a member of an enum type, found {}",
        quote(discriminator)
    );
    Some(ReplyProblem::new(".tag".to_owned(), message))
}
