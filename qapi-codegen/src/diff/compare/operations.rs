//! Changes of commands, events and error classes.

use super::matching::{NameMatch, match_by_shape, match_by_spelling};
use super::objects::all_member_names;
use super::{ChangeCollector, Link, Walk, metadata};
use crate::diff::change::{Change, ChangeKind, ChangeValue, RenameEvidence};
use crate::schema::EntityMeta;
use crate::wire::{
    CommandShape, CompareSite, Direction, Interface, NameTable, ObjectShape, PathSegment, Shape,
    ShapeId, same,
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
}

/// A command or event that at least one release has.
#[derive(Debug)]
pub struct Operation<'s> {
    /// The kind.
    pub kind: OperationKind,
    /// The name in the old release.
    pub old: Option<&'s str>,
    /// The name in the new release.
    pub new: Option<&'s str>,
    /// The changes that are not part of a pair of shapes.
    pub changes: Vec<(Direction, Change<'s>)>,
    /// The paths to pairs of shapes.
    pub roots: Vec<Link<'s>>,
}

impl<'s> Operation<'s> {
    pub(super) fn new(kind: OperationKind, old: Option<&'s str>, new: Option<&'s str>) -> Self {
        Operation {
            kind,
            old,
            new,
            changes: Vec::new(),
            roots: Vec::new(),
        }
    }

    /// The name in the old release, or else in the new one.
    pub fn name(&self) -> &'s str {
        self.old.or(self.new).unwrap_or_default()
    }
}

impl<'s> ChangeCollector<'s> {
    /// Compares the commands of both releases.
    pub(super) fn compare_commands(&mut self, walk: &mut Walk<'_, 's>) {
        let (old, new) = (&walk.old.commands, &walk.new.commands);
        let first = self.comparison.operations.len();
        let matched = match_operations(old, new, |left, right| {
            let returns = match (left.returns, right.returns) {
                (None, None) => true,
                (Some(left), Some(right)) => same(walk.old, left, walk.new, right),
                _ => false,
            };
            returns && have_same_members(walk, left.arguments, right.arguments)
        });
        for rename in matched.renamed {
            self.compare_command(walk, rename.old, rename.new);
            let kind = match rename.evidence {
                RenameEvidence::Promoted => ChangeKind::CommandPromoted,
                _ => ChangeKind::CommandRenamed,
            };
            let change = Change::new(kind).renamed(rename.old, rename.new, rename.evidence);
            self.push(
                &CompareSite::at_operation(rename.old, Direction::Request),
                change,
            );
        }
        for name in matched.removed {
            let change = Change::new(removal_kind(old[name].meta));
            self.push_removed_operation(OperationKind::Command, name, change);
        }
        for name in matched.added {
            self.push_added_operation(
                OperationKind::Command,
                name,
                Change::new(ChangeKind::CommandAdded),
            );
        }
        for name in old.names().filter(|name| new.contains(name)) {
            self.compare_command(walk, name, name);
        }
        self.comparison.operations[first..].sort_by_key(|operation| operation.name());
    }

    /// Compares the events of both releases.
    pub(super) fn compare_events(&mut self, walk: &mut Walk<'_, 's>) {
        let (old, new) = (&walk.old.events, &walk.new.events);
        let first = self.comparison.operations.len();
        let matched = match_operations(old, new, |left, right| {
            have_same_members(walk, left.data, right.data)
        });
        for rename in matched.renamed {
            self.compare_event(walk, rename.old, rename.new);
            let change = Change::new(ChangeKind::EventRenamed);
            let change = change.renamed(rename.old, rename.new, rename.evidence);
            self.push(
                &CompareSite::at_operation(rename.old, Direction::Event),
                change,
            );
        }
        for name in matched.removed {
            self.push_removed_operation(
                OperationKind::Event,
                name,
                Change::new(ChangeKind::EventRemoved),
            );
        }
        for name in matched.added {
            self.push_added_operation(
                OperationKind::Event,
                name,
                Change::new(ChangeKind::EventAdded),
            );
        }
        for name in old.names().filter(|name| new.contains(name)) {
            self.compare_event(walk, name, name);
        }
        self.comparison.operations[first..].sort_by_key(|operation| operation.name());
    }

    /// Compares the error classes, which no command refers to.
    pub(super) fn compare_error_classes(&mut self, walk: &Walk<'_, 's>) {
        let classes = |interface: &Interface<'s>| match interface.get(interface.error_class?) {
            Shape::Enum(values) => Some(values.clone()),
            _ => None,
        };
        let Some((old, new)) = classes(walk.old).zip(classes(walk.new)) else {
            return;
        };
        self.start_operation(Operation::new(
            OperationKind::Error,
            Some(ERROR),
            Some(ERROR),
        ));
        let site = &CompareSite::at_operation(ERROR, Direction::Reply);
        let class = [PathSegment::Member("class")];
        for value in old.missing_in(&new) {
            let change = Change::new(ChangeKind::ErrorClassRemoved).at(&class);
            self.push(site, change.with_old(ChangeValue::Name(value)));
        }
        for value in new.missing_in(&old) {
            let change = Change::new(ChangeKind::ErrorClassAdded).at(&class);
            self.push(site, change.with_new(ChangeValue::Name(value)));
        }
    }

    fn push_removed_operation(&mut self, kind: OperationKind, name: &'s str, change: Change<'s>) {
        self.start_operation(Operation::new(kind, Some(name), None));
        let site = CompareSite::at_operation(name, operation_direction(kind));
        self.push(&site, change.with_old(ChangeValue::Name(name)));
    }

    fn push_added_operation(&mut self, kind: OperationKind, name: &'s str, change: Change<'s>) {
        self.start_operation(Operation::new(kind, None, Some(name)));
        let site = CompareSite::at_operation(name, operation_direction(kind));
        self.push(&site, change.with_new(ChangeValue::Name(name)));
    }

    fn compare_event(&mut self, walk: &mut Walk<'_, 's>, old_name: &'s str, new_name: &'s str) {
        let (old, new) = (&walk.old.events[old_name], &walk.new.events[new_name]);
        self.start_operation(Operation::new(
            OperationKind::Event,
            Some(old_name),
            Some(new_name),
        ));
        let site = &mut CompareSite::at_operation(old_name, Direction::Event);
        self.compare_metadata(walk, site, new_name, (Some(old.meta), Some(new.meta)));
        walk.link(self, site, old.data, new.data);
    }

    fn compare_command(&mut self, walk: &mut Walk<'_, 's>, old_name: &'s str, new_name: &'s str) {
        let (old, new) = (&walk.old.commands[old_name], &walk.new.commands[new_name]);
        self.start_operation(Operation::new(
            OperationKind::Command,
            Some(old_name),
            Some(new_name),
        ));
        let site = &mut CompareSite::at_operation(old_name, Direction::Request);
        self.compare_metadata(walk, site, new_name, (Some(old.meta), Some(new.meta)));
        self.compare_flags(site, old, new);
        self.compare_arguments(walk, site, (old.arguments, new.arguments));
        let site = &mut CompareSite::at_operation(old_name, Direction::Reply);
        self.compare_success_response(site, old, new);
        self.compare_returns(walk, site, (old.returns, new.returns));
    }

    fn compare_flags(
        &mut self,
        site: &CompareSite<'s>,
        old: &CommandShape<'s>,
        new: &CommandShape<'s>,
    ) {
        match (old.allow_oob, new.allow_oob) {
            (false, true) => self.push(site, Change::new(ChangeKind::OobAdded)),
            (true, false) => self.push(site, Change::new(ChangeKind::OobRemoved)),
            _ => {}
        }
        match (old.allow_preconfig, new.allow_preconfig) {
            (false, true) => self.push(site, Change::new(ChangeKind::PreconfigAdded)),
            (true, false) => self.push(site, Change::new(ChangeKind::PreconfigRemoved)),
            _ => {}
        }
    }

    fn compare_arguments(
        &mut self,
        walk: &mut Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        (old, new): (ShapeId, ShapeId),
    ) {
        if let Some((path, inner)) = find_wrapped(walk.old, old, walk.new, new) {
            let change = Change::new(ChangeKind::ArgumentsFlattened)
                .with_old(ChangeValue::Path(path.clone()))
                .old_at(&path);
            self.push(site, change);
            self.link_paths(walk, site, (&path, &[]), (inner, new));
        } else if let Some((path, inner)) = find_wrapped(walk.new, new, walk.old, old) {
            let change = Change::new(ChangeKind::ArgumentsWrapped)
                .with_new(ChangeValue::Path(path.clone()))
                .new_at(&path);
            self.push(site, change);
            self.link_paths(walk, site, (&[], &path), (old, inner));
        } else {
            walk.link(self, site, old, new);
        }
    }

    fn compare_success_response(
        &mut self,
        site: &CompareSite<'s>,
        old: &CommandShape<'s>,
        new: &CommandShape<'s>,
    ) {
        let kind = match (old.success_response, new.success_response) {
            (true, false) => ChangeKind::SuccessResponseRemoved,
            (false, true) => ChangeKind::SuccessResponseAdded,
            _ => return,
        };
        self.push(site, Change::new(kind));
    }

    fn compare_returns(
        &mut self,
        walk: &mut Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        returns: (Option<ShapeId>, Option<ShapeId>),
    ) {
        match returns {
            (None, None) => {}
            (Some(old), Some(new)) => walk.link(self, site, old, new),
            (Some(_), None) => self.push(site, Change::new(ChangeKind::ReturnRemoved)),
            (None, Some(new)) => {
                let kind = match walk.new.get(new) {
                    Shape::Object(_) => ChangeKind::ReturnAdded,
                    _ => ChangeKind::ReturnAddedNonobject,
                };
                self.push(site, Change::new(kind));
            }
        }
    }
}

fn operation_direction(kind: OperationKind) -> Direction {
    match kind {
        OperationKind::Command => Direction::Request,
        OperationKind::Event => Direction::Event,
        OperationKind::Error => Direction::Reply,
    }
}

/// Recognizes renamed commands or events, by spelling or by shape.
fn match_operations<'s, T>(
    old: &NameTable<'s, T>,
    new: &NameTable<'s, T>,
    have_same_shape: impl Fn(&T, &T) -> bool,
) -> NameMatch<'s> {
    let mut matched = match_by_spelling(old.missing_in(new), new.missing_in(old));
    match_by_shape(&mut matched, |old_name, new_name| {
        have_same_shape(&old[old_name], &new[new_name])
    });
    matched
}

/// Returns `true` if two objects are equal and have members.
fn have_same_members(walk: &Walk<'_, '_>, old: ShapeId, new: ShapeId) -> bool {
    let object = walk.old.object(old);
    object.is_some_and(|object| !object.members.is_empty()) && same(walk.old, old, walk.new, new)
}

fn removal_kind(meta: &EntityMeta) -> ChangeKind {
    match meta {
        meta if metadata::is_unstable(meta) => ChangeKind::CommandRemovedUnstable,
        meta if metadata::is_deprecated(meta) => ChangeKind::CommandRemovedAfterDeprecation,
        _ => ChangeKind::CommandRemoved,
    }
}

/// Finds the object, in the only member of another object or in the elements of
/// that member, that has most members of a plain object.
fn find_wrapped<'s>(
    wrapping: &Interface<'s>,
    wrapper: ShapeId,
    plain: &Interface<'s>,
    plain_id: ShapeId,
) -> Option<(Vec<PathSegment<'s>>, ShapeId)> {
    let (wrapper, plain_object) = (wrapping.object(wrapper)?, plain.object(plain_id)?);
    let (name, only) = only_member(wrapper)?;
    if plain_object.members.contains(name) {
        return None;
    }
    let mut path = vec![PathSegment::Member(name)];
    let mut inner_id = only;
    if let Shape::Array(element) = wrapping.get(only) {
        path.push(PathSegment::Elements);
        inner_id = *element;
    }
    let inner = all_member_names(wrapping, wrapping.object(inner_id)?);
    let outer = all_member_names(plain, plain_object);
    let shared = inner.intersection(&outer).count();
    (shared > 0 && 2 * shared >= inner.len()).then_some((path, inner_id))
}

fn only_member<'s>(object: &ObjectShape<'s>) -> Option<(&'s str, ShapeId)> {
    let mut members = object.members.iter();
    match (members.next(), members.next(), &object.branches) {
        (Some((name, member)), None, None) => Some((name, member.shape)),
        _ => None,
    }
}
