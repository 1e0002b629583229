//! Changes of commands, events and error classes.

use std::collections::BTreeSet;

use super::matching::{match_by_shape, match_by_spelling};
use super::metadata::{flag_change, is_deprecated, is_unstable};
use super::unions::branch_members;
use super::{ChangeGraph, ComparedSite, PairLink};
use crate::diff::change::{Change, ChangeKind, ChangeValue, RenameEvidence};
use crate::schema::EntityMeta;
use crate::wire::{
    CommandShape, CompareSite, Direction, EnumShape, EventShape, Interface, InterfaceComparer,
    MemberShape, NameTable, ObjectShape, PathSegment, Shape, ShapeId, same,
};

/// The name under which error classes are reported.
pub const ERROR: &str = "error";

/// The kind of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperationKind {
    /// A command.
    Command,
    /// An event.
    Event,
    /// The errors of all commands.
    Error,
    /// The command line of QEMU.
    CommandLine,
    /// A type, compared on its own.
    Type,
}

/// A command, an event or the error class, by its names in both releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationName<'s> {
    /// Command, event or error class.
    pub kind: OperationKind,
    /// Its name in the old release.
    pub old: Option<&'s str>,
    /// Its name in the new release.
    pub new: Option<&'s str>,
}

impl<'s> OperationName<'s> {
    /// The old name; for additions the new one.
    pub fn name(&self) -> &'s str {
        self.old.or(self.new).unwrap_or_default()
    }
}

/// A command or event that at least one release has.
#[derive(Debug)]
pub struct ComparedOperation<'s> {
    /// The kind and the names.
    pub name: OperationName<'s>,
    /// The changes that are not part of a pair of shapes.
    pub changes: Vec<(Direction, Change<'s>)>,
    /// The paths to pairs of shapes.
    pub roots: Vec<PairLink<'s>>,
}

/// A command or event of one release.
struct ReleaseOperation<'a, 's> {
    meta: &'s EntityMeta,
    /// The object in `arguments` or `data`.
    members: ShapeId,
    /// The command, if it is one.
    command: Option<&'a CommandShape<'s>>,
}

impl<'s> ChangeGraph<'s> {
    /// Compares the commands or the events of both releases.
    pub(super) fn compare_operations_of_kind(
        &mut self,
        walk: &mut InterfaceComparer<'_, 's>,
        kind: OperationKind,
    ) {
        let [old, new] = [walk.old, walk.new].map(|interface| operations(interface, kind));
        let mut matched = match_by_spelling(old.missing_in(&new), new.missing_in(&old));
        match_by_shape(&mut matched, |left, right| {
            have_same_shapes(walk, &old[left], &new[right])
        });
        let first = self.operations.len();
        let direction = match kind {
            OperationKind::Event => Direction::Event,
            _ => Direction::Request,
        };
        let renamed = matched.renamed.iter().map(|own| {
            let change = own.change(rename_kind(kind, own.evidence));
            (own.old, own.new, Some(change))
        });
        let common = old.names().filter(|name| new.contains(name));
        for (old_name, new_name, change) in renamed.chain(common.map(|name| (name, name, None))) {
            self.start_operation(kind, Some(old_name), Some(new_name));
            let site = &mut CompareSite::at_operation(old_name, direction);
            change
                .into_iter()
                .for_each(|change| self.push(site, change));
            let graph = &mut *self;
            let sides = (&old[old_name], &new[new_name]);
            ComparedSite { graph, walk, site }.compare_operation(new_name, sides);
        }
        for name in matched.removed {
            let change = Change::removed(removal_kind(kind, old[name].meta), name);
            self.start_operation(kind, Some(name), None);
            self.push(&CompareSite::at_operation(name, direction), change);
        }
        for name in matched.added {
            let change = Change::added(addition_kind(kind), name);
            self.start_operation(kind, None, Some(name));
            self.push(&CompareSite::at_operation(name, direction), change);
        }
        self.operations[first..].sort_by_key(|operation| operation.name.name());
    }

    /// Compares the error classes, which no command refers to.
    pub(super) fn compare_error_classes(&mut self, walk: &InterfaceComparer<'_, 's>) {
        let Some((old, new)) = error_classes(walk.old).zip(error_classes(walk.new)) else {
            return;
        };
        self.start_operation(OperationKind::Error, Some(ERROR), Some(ERROR));
        let mut site = CompareSite::at_operation(ERROR, Direction::Reply);
        site.below(PathSegment::Member("class"), |site| {
            for value in old.missing_in(new) {
                self.push(site, Change::removed(ChangeKind::ErrorClassRemoved, value));
            }
            for value in new.missing_in(old) {
                self.push(site, Change::added(ChangeKind::ErrorClassAdded, value));
            }
        });
    }
}

fn error_classes<'a, 's>(interface: &'a Interface<'s>) -> Option<&'a EnumShape<'s>> {
    match interface.get(interface.error_class?) {
        Shape::Enum(values) => Some(values),
        _ => None,
    }
}

impl<'s> ComparedSite<'_, '_, 's> {
    fn compare_operation(
        &mut self,
        name: &'s str,
        (old, new): (&ReleaseOperation<'_, 's>, &ReleaseOperation<'_, 's>),
    ) {
        self.compare_metadata(name, Some(old.meta), Some(new.meta));
        match old.command.zip(new.command) {
            Some((old, new)) => self.compare_command(old, new),
            None => self.link(old.members, new.members),
        }
    }

    fn compare_command(&mut self, old: &CommandShape<'s>, new: &CommandShape<'s>) {
        use ChangeKind::{OobAdded, OobRemoved, PreconfigAdded, PreconfigRemoved};
        use ChangeKind::{SuccessResponseAdded, SuccessResponseRemoved};

        let oob = (old.allow_oob, new.allow_oob);
        self.push_flag(flag_change(oob, OobAdded, OobRemoved));
        let preconfig = (old.allow_preconfig, new.allow_preconfig);
        self.push_flag(flag_change(preconfig, PreconfigAdded, PreconfigRemoved));
        self.compare_arguments(old.arguments, new.arguments);
        self.site.direction = Direction::Reply;
        let response = (old.success_response, new.success_response);
        self.push_flag(flag_change(
            response,
            SuccessResponseAdded,
            SuccessResponseRemoved,
        ));
        self.compare_returns(old.returns, new.returns);
    }

    fn push_flag(&mut self, kind: Option<ChangeKind>) {
        if let Some(kind) = kind {
            self.push(Change::new(kind));
        }
    }

    fn compare_arguments(&mut self, old: ShapeId, new: ShapeId) {
        let interfaces = (self.walk.old, self.walk.new);
        if let Some(wrapped) = Wrapped::find(interfaces.0, old, interfaces.1, new) {
            let path = &wrapped.path;
            let value = ChangeValue::Path(path.clone());
            self.push(Change::removed(ChangeKind::ArgumentsFlattened, value).old_at(path));
            for (name, member) in wrapped.others {
                self.push_removed_member(name, member);
            }
            self.link_paths((path, &[]), (wrapped.inner, new));
        } else if let Some(wrapped) = Wrapped::find(interfaces.1, new, interfaces.0, old) {
            let path = &wrapped.path;
            let value = ChangeValue::Path(path.clone());
            self.push(Change::added(ChangeKind::ArgumentsWrapped, value).new_at(path));
            for (name, member) in wrapped.others {
                self.push_added_member(name, member);
            }
            self.link_paths((&[], path), (old, wrapped.inner));
        } else {
            self.link(old, new);
        }
    }

    fn compare_returns(&mut self, old: Option<ShapeId>, new: Option<ShapeId>) {
        match (old, new) {
            (None, None) => {}
            (Some(old), Some(new)) => self.link(old, new),
            (Some(_), None) => self.push(Change::new(ChangeKind::ReturnRemoved)),
            (None, Some(new)) => {
                let kind = match self.walk.new.get(new) {
                    Shape::Object(_) => ChangeKind::ReturnAdded,
                    _ => ChangeKind::ReturnAddedNonobject,
                };
                self.push(Change::new(kind));
            }
        }
    }
}

/// The commands or the events of a release.
fn operations<'a, 's>(
    interface: &'a Interface<'s>,
    kind: OperationKind,
) -> NameTable<'s, ReleaseOperation<'a, 's>> {
    let command = |own: &'a CommandShape<'s>| ReleaseOperation {
        meta: own.meta,
        members: own.arguments,
        command: Some(own),
    };
    let event = |own: &EventShape<'s>| ReleaseOperation {
        meta: own.meta,
        members: own.data,
        command: None,
    };
    match kind {
        OperationKind::Event => interface
            .events
            .iter()
            .map(|(name, own)| (name, event(own)))
            .collect(),
        _ => interface
            .commands
            .iter()
            .map(|(name, own)| (name, command(own)))
            .collect(),
    }
}

/// Returns `true` if two commands or events are equal and have members.
fn have_same_shapes(
    walk: &InterfaceComparer<'_, '_>,
    old: &ReleaseOperation<'_, '_>,
    new: &ReleaseOperation<'_, '_>,
) -> bool {
    let are_same = |old, new| same(walk.old, old, walk.new, new);
    let returns = |side: &ReleaseOperation<'_, '_>| side.command.and_then(|own| own.returns);
    let return_same = match (returns(old), returns(new)) {
        (None, None) => true,
        (Some(old), Some(new)) => are_same(old, new),
        _ => false,
    };
    let object = walk.old.object(old.members);
    return_same
        && object.is_some_and(|object| !object.members.is_empty())
        && are_same(old.members, new.members)
}

fn rename_kind(kind: OperationKind, evidence: RenameEvidence) -> ChangeKind {
    match (kind, evidence) {
        (OperationKind::Event, _) => ChangeKind::EventRenamed,
        (_, RenameEvidence::Promoted) => ChangeKind::CommandPromoted,
        _ => ChangeKind::CommandRenamed,
    }
}

fn addition_kind(kind: OperationKind) -> ChangeKind {
    match kind {
        OperationKind::Event => ChangeKind::EventAdded,
        _ => ChangeKind::CommandAdded,
    }
}

fn removal_kind(kind: OperationKind, meta: &EntityMeta) -> ChangeKind {
    match kind {
        OperationKind::Event => ChangeKind::EventRemoved,
        _ if is_unstable(meta) => ChangeKind::CommandRemovedUnstable,
        _ if is_deprecated(meta) => ChangeKind::CommandRemovedAfterDeprecation,
        _ => ChangeKind::CommandRemoved,
    }
}

/// The object, in a member of another object or in the elements of that member,
/// that has most members of a plain object.
struct Wrapped<'s> {
    path: Vec<PathSegment<'s>>,
    inner: ShapeId,
    /// The other members of the object that has it.
    others: Vec<(&'s str, MemberShape<'s>)>,
}

impl<'s> Wrapped<'s> {
    /// Finds the object. No member of the wrapper is one of the plain object.
    fn find(
        wrapping: &Interface<'s>,
        wrapper: ShapeId,
        plain: &Interface<'s>,
        plain_id: ShapeId,
    ) -> Option<Wrapped<'s>> {
        let (wrapper, plain_object) = (wrapping.object(wrapper)?, plain.object(plain_id)?);
        let outer = all_member_names(plain, plain_object);
        let mut names = wrapper.members.names();
        if wrapper.branches.is_some() || names.any(|name| outer.contains(name)) {
            return None;
        }
        let members = || wrapper.members.iter().map(|(name, member)| (name, *member));
        let is_only = members().count() == 1;
        members().find_map(|(name, member)| {
            let mut path = vec![PathSegment::Member(name)];
            let mut inner_id = member.shape;
            if let Shape::Array(element) = wrapping.get(inner_id) {
                path.push(PathSegment::Elements);
                inner_id = *element;
            }
            let inner = all_member_names(wrapping, wrapping.object(inner_id)?);
            let shared = inner.intersection(&outer).count();
            let is_wrapped = 2 * shared >= inner.len() && (is_only || 2 * shared >= outer.len());
            (shared > 0 && is_wrapped).then(|| Wrapped {
                path,
                inner: inner_id,
                others: members().filter(|(own, _)| *own != name).collect(),
            })
        })
    }
}

/// The names of all members of an object and its branches.
fn all_member_names<'s>(interface: &Interface<'s>, object: &ObjectShape<'s>) -> BTreeSet<&'s str> {
    let branches = object.branches.iter();
    let inner = branches.flat_map(|branches| branch_members(interface, branches));
    let inner = inner.map(|(_, name, _)| name);
    object.members.names().chain(inner).collect()
}
