//! The changes between two releases.
//!
//! The walk is that of [`wire::compare`]; this module adds what it takes to
//! recognize renamed, moved, flattened and wrapped members. The result is a
//! graph: pairs of shapes with their own changes, linked by paths from one to
//! the next. So a change of a type that is used in many places is one change.

mod matching;
mod members;
mod metadata;
mod moves;
mod objects;
mod operations;
mod types;
mod unions;
mod values;

use super::change::{Change, ChangeKind, ChangeValue};
use crate::wire::{
    self, CompareSink, CompareSite, Direction, Entity, EnumShape, Interface, InterfaceComparer,
    ObjectShape, PairId, PathSegment, ShapeId, SiteStart, WireDifference,
};

pub use operations::{ERROR, Operation, OperationKind};

/// The graph of compared pairs.
#[derive(Debug, Default)]
pub struct Comparison<'s> {
    /// The pairs.
    pub pairs: Vec<Pair<'s>>,
    /// The commands and events of both releases, and the error classes.
    pub operations: Vec<Operation<'s>>,
}

/// Two shapes at the same place.
#[derive(Debug)]
pub struct Pair<'s> {
    /// The direction in which values are sent.
    pub direction: Direction,
    /// The changes that are not part of a linked pair.
    pub changes: Vec<Change<'s>>,
    /// The pairs inside.
    pub links: Vec<Link<'s>>,
}

/// A path from one pair to another.
#[derive(Debug, Clone)]
pub struct Link<'s> {
    /// The path in the old release.
    pub old: Vec<PathSegment<'s>>,
    /// The path in the new release.
    pub new: Vec<PathSegment<'s>>,
    /// The index of the pair in [`Comparison::pairs`].
    pub to: usize,
}

/// Compares two releases; clients were written for the old one.
pub fn compare<'s>(old: &Interface<'s>, new: &Interface<'s>) -> Comparison<'s> {
    let mut collector = ChangeCollector::default();
    wire::compare(old, new, &mut collector);
    collector.comparison
}

/// Compares two types, as if a command with this name took them.
pub fn compare_types<'s>(
    old: &Interface<'s>,
    new: &Interface<'s>,
    name: &'s str,
    (old_type, new_type): (ShapeId, ShapeId),
) -> Comparison<'s> {
    let mut walk = InterfaceComparer::new(old, new);
    let mut collector = ChangeCollector::default();
    collector.start_operation(Operation::new(
        OperationKind::Command,
        Some(name),
        Some(name),
    ));
    let site = &mut CompareSite::at_operation(name, Direction::Request);
    walk.link(&mut collector, site, old_type, new_type);
    walk.finish(&mut collector);
    collector.comparison
}

/// The state of a walk over two interfaces.
type Walk<'a, 's> = InterfaceComparer<'a, 's>;

/// Collects the changes of a comparison.
#[derive(Default)]
struct ChangeCollector<'s> {
    comparison: Comparison<'s>,
}

impl<'s> ChangeCollector<'s> {
    fn start_operation(&mut self, operation: Operation<'s>) {
        self.comparison.operations.push(operation);
    }

    /// Adds a change whose paths start at a site.
    fn push(&mut self, site: &CompareSite<'s>, mut change: Change<'s>) {
        change.old_path.splice(0..0, path(&site.old_path));
        change.new_path.splice(0..0, path(&site.new_path));
        match site.start {
            SiteStart::Pair(PairId(index)) => self.comparison.pairs[index].changes.push(change),
            SiteStart::Operation(_) => {
                if let Some(operation) = self.comparison.operations.last_mut() {
                    operation.changes.push((site.direction, change));
                }
            }
        }
    }

    /// Goes on to two shapes, by paths that start at a site.
    fn link_paths<'a>(
        &mut self,
        walk: &mut Walk<'a, 's>,
        site: &mut CompareSite<'s>,
        (old_path, new_path): (&[PathSegment<'s>], &[PathSegment<'s>]),
        (old, new): (ShapeId, ShapeId),
    ) {
        site.at(old_path, new_path, |site| walk.link(self, site, old, new));
    }
}

/// The path without branches of alternates, which are not part of a message.
fn path<'p, 's>(
    path: &'p [PathSegment<'s>],
) -> impl Iterator<Item = PathSegment<'s>> + use<'p, 's> {
    let is_shown = |segment: &PathSegment<'_>| !matches!(segment, PathSegment::AlternateBranch(_));
    path.iter().copied().filter(is_shown)
}

impl<'a, 's> CompareSink<'a, 's> for ChangeCollector<'s> {
    fn differ(
        &mut self,
        walk: &Walk<'a, 's>,
        site: &CompareSite<'s>,
        difference: WireDifference<'a, 's>,
    ) {
        match difference {
            WireDifference::OnlyOld(Entity::AlternateBranch(branch)) => {
                let change = Change::new(ChangeKind::AlternateBranchRemoved);
                self.push(site, change.with_old(ChangeValue::JsonKind(branch.kind)));
            }
            WireDifference::OnlyNew(Entity::AlternateBranch(branch)) => {
                let change = Change::new(ChangeKind::AlternateBranchAdded);
                self.push(site, change.with_new(ChangeValue::JsonKind(branch.kind)));
            }
            WireDifference::Optional(_, old, new) => self.compare_presence(site, old, new),
            WireDifference::IntegerRange(old, new) => {
                self.compare_integers(walk, site, (old, new));
            }
            // The overridden steps of the walk report everything else.
            _ => {}
        }
    }

    fn link(&mut self, site: &CompareSite<'s>, PairId(to): PairId, is_new: bool) {
        if is_new {
            self.comparison.pairs.push(Pair {
                direction: site.direction,
                changes: Vec::new(),
                links: Vec::new(),
            });
        }
        let link = Link {
            old: path(&site.old_path).collect(),
            new: path(&site.new_path).collect(),
            to,
        };
        match site.start {
            SiteStart::Pair(PairId(index)) => self.comparison.pairs[index].links.push(link),
            SiteStart::Operation(_) => {
                if let Some(operation) = self.comparison.operations.last_mut() {
                    operation.roots.push(link);
                }
            }
        }
    }

    fn compare_operations(&mut self, walk: &mut Walk<'a, 's>) {
        self.compare_commands(walk);
        self.compare_events(walk);
        self.compare_error_classes(walk);
    }

    fn compare_objects(
        &mut self,
        walk: &mut Walk<'a, 's>,
        site: &mut CompareSite<'s>,
        old: &'a ObjectShape<'s>,
        new: &'a ObjectShape<'s>,
    ) {
        self.compare_object_members(walk, site, old, new);
    }

    fn compare_enums(
        &mut self,
        walk: &mut Walk<'a, 's>,
        site: &mut CompareSite<'s>,
        old: &'a EnumShape<'s>,
        new: &'a EnumShape<'s>,
    ) {
        self.compare_values(walk, site, old, new);
    }

    fn compare_kinds(
        &mut self,
        walk: &mut Walk<'a, 's>,
        site: &mut CompareSite<'s>,
        old: ShapeId,
        new: ShapeId,
    ) {
        self.compare_types(walk, site, old, new);
    }
}
