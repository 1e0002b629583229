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

use std::collections::BTreeSet;

use super::change::{Change, ChangeKind, ChangeValue};
use crate::wire::{
    self, CompareSink, CompareSite, Direction, Entity, EnumShape, Interface, InterfaceComparer,
    ObjectShape, PairId, PathSegment, ShapeId, SiteStart, WireDifference,
};

pub use operations::{ComparedOperation, ERROR, OperationKind, OperationName};

/// The graph of compared shapes and their changes.
#[derive(Debug, Default)]
pub struct ChangeGraph<'s> {
    /// The pairs.
    pub pairs: Vec<ComparedPair<'s>>,
    /// The commands and events of both releases, and the error classes.
    pub operations: Vec<ComparedOperation<'s>>,
    /// Old and new names of members that are not the same member, because a
    /// release between has both.
    disproved_renames: BTreeSet<(&'s str, &'s str)>,
    /// Old and new names of members that are the same one unless that is disproved.
    pub(super) possible_renames: BTreeSet<(&'s str, &'s str)>,
}

/// Two shapes at the same place.
#[derive(Debug)]
pub struct ComparedPair<'s> {
    /// The direction in which values are sent.
    pub direction: Direction,
    /// The changes that are not part of a linked pair.
    pub changes: Vec<Change<'s>>,
    /// The pairs inside.
    pub links: Vec<PairLink<'s>>,
}

/// A path from one pair to another.
#[derive(Debug, Clone)]
pub struct PairLink<'s> {
    /// The path in the old release.
    pub old: Vec<PathSegment<'s>>,
    /// The path in the new release.
    pub new: Vec<PathSegment<'s>>,
    /// The index of the pair in [`ChangeGraph::pairs`].
    pub to: usize,
}

/// Compares two releases; clients were written for the old one.
pub fn compare<'s>(old: &Interface<'s>, new: &Interface<'s>) -> ChangeGraph<'s> {
    compare_knowing(old, new, BTreeSet::new())
}

/// Compares two releases, knowing renames of members that are none.
pub fn compare_knowing<'s>(
    old: &Interface<'s>,
    new: &Interface<'s>,
    disproved_renames: BTreeSet<(&'s str, &'s str)>,
) -> ChangeGraph<'s> {
    let mut graph = ChangeGraph {
        disproved_renames,
        ..ChangeGraph::default()
    };
    wire::compare(old, new, &mut graph);
    graph
}

/// Compares two types, as if a command with this name took or returned them.
pub fn compare_types<'s>(
    old: &Interface<'s>,
    new: &Interface<'s>,
    (name, direction): (&'s str, Direction),
    (old_type, new_type): (ShapeId, ShapeId),
) -> ChangeGraph<'s> {
    let mut walk = InterfaceComparer::new(old, new);
    let mut graph = ChangeGraph::default();
    graph.start_operation(OperationKind::Type, Some(name), Some(name));
    let site = &mut CompareSite::at_operation(name, direction);
    walk.link(&mut graph, site, old_type, new_type);
    walk.finish(&mut graph);
    graph
}

impl<'s> ChangeGraph<'s> {
    /// Returns whether an old and a new name of a member are not the same member.
    fn is_disproved(&mut self, names: (&'s str, &'s str)) -> bool {
        if names.0 != names.1 {
            self.possible_renames.insert(names);
        }
        self.disproved_renames.contains(&names)
    }

    fn start_operation(&mut self, kind: OperationKind, old: Option<&'s str>, new: Option<&'s str>) {
        self.operations.push(ComparedOperation {
            name: OperationName { kind, old, new },
            changes: Vec::new(),
            roots: Vec::new(),
        });
    }

    /// Adds a change whose paths start at a site.
    fn push(&mut self, site: &CompareSite<'s>, mut change: Change<'s>) {
        change.old_path.splice(0..0, path(&site.old_path));
        change.new_path.splice(0..0, path(&site.new_path));
        match site.start {
            SiteStart::Pair(PairId(index)) => self.pairs[index].changes.push(change),
            SiteStart::Operation(_) => {
                if let Some(operation) = self.operations.last_mut() {
                    operation.changes.push((site.direction, change));
                }
            }
        }
    }
}

/// The path without branches of alternates, which are not part of a message.
fn path<'p, 's>(
    path: &'p [PathSegment<'s>],
) -> impl Iterator<Item = PathSegment<'s>> + use<'p, 's> {
    let is_shown = |segment: &PathSegment<'_>| !matches!(segment, PathSegment::AlternateBranch(_));
    path.iter().copied().filter(is_shown)
}

/// A place that the walk has reached, with the changes so far.
struct ComparedSite<'c, 'a, 's> {
    graph: &'c mut ChangeGraph<'s>,
    walk: &'c mut InterfaceComparer<'a, 's>,
    site: &'c mut CompareSite<'s>,
}

impl<'a, 's> ComparedSite<'_, 'a, 's> {
    /// Adds a change whose paths start here.
    fn push(&mut self, change: Change<'s>) {
        self.graph.push(self.site, change);
    }

    /// Goes on to two shapes.
    fn link(&mut self, old: ShapeId, new: ShapeId) {
        self.walk.link(self.graph, self.site, old, new);
    }

    /// Goes on to two shapes, by paths that start here.
    fn link_paths(
        &mut self,
        (old_path, new_path): (&[PathSegment<'s>], &[PathSegment<'s>]),
        (old, new): (ShapeId, ShapeId),
    ) {
        self.at(old_path, new_path, |site| site.link(old, new));
    }

    /// Calls a function with the place that further paths lead to.
    fn at(
        &mut self,
        old: &[PathSegment<'s>],
        new: &[PathSegment<'s>],
        call: impl FnOnce(&mut ComparedSite<'_, 'a, 's>),
    ) {
        let (graph, walk) = (&mut *self.graph, &mut *self.walk);
        let site = |site: &mut _| call(&mut ComparedSite { graph, walk, site });
        self.site.at(old, new, site);
    }
}

impl<'a, 's> CompareSink<'a, 's> for ChangeGraph<'s> {
    fn differ(
        &mut self,
        walk: &InterfaceComparer<'a, 's>,
        site: &CompareSite<'s>,
        difference: WireDifference<'a, 's>,
    ) {
        let change = match difference {
            WireDifference::OnlyOld(Entity::AlternateBranch(branch)) => Change::removed(
                ChangeKind::AlternateBranchRemoved,
                ChangeValue::JsonKind(branch.kind),
            ),
            WireDifference::OnlyNew(Entity::AlternateBranch(branch)) => Change::added(
                ChangeKind::AlternateBranchAdded,
                ChangeValue::JsonKind(branch.kind),
            ),
            WireDifference::IntegerRange(old, new) => types::integer_change(walk, old, new),
            // The overridden steps of the walk report everything else.
            _ => return,
        };
        self.push(site, change);
    }

    fn link(&mut self, site: &CompareSite<'s>, PairId(to): PairId, is_new: bool) {
        if is_new {
            self.pairs.push(ComparedPair {
                direction: site.direction,
                changes: Vec::new(),
                links: Vec::new(),
            });
        }
        let link = PairLink {
            old: path(&site.old_path).collect(),
            new: path(&site.new_path).collect(),
            to,
        };
        match site.start {
            SiteStart::Pair(PairId(index)) => self.pairs[index].links.push(link),
            SiteStart::Operation(_) => {
                if let Some(operation) = self.operations.last_mut() {
                    operation.roots.push(link);
                }
            }
        }
    }

    fn compare_operations(&mut self, walk: &mut InterfaceComparer<'a, 's>) {
        self.compare_operations_of_kind(walk, OperationKind::Command);
        self.compare_operations_of_kind(walk, OperationKind::Event);
        self.compare_error_classes(walk);
    }

    fn compare_objects(
        &mut self,
        walk: &mut InterfaceComparer<'a, 's>,
        site: &mut CompareSite<'s>,
        old: &'a ObjectShape<'s>,
        new: &'a ObjectShape<'s>,
    ) {
        let graph = self;
        ComparedSite { graph, walk, site }.compare_objects(old, new);
    }

    fn compare_enums(
        &mut self,
        walk: &mut InterfaceComparer<'a, 's>,
        site: &mut CompareSite<'s>,
        old: &'a EnumShape<'s>,
        new: &'a EnumShape<'s>,
    ) {
        let graph = self;
        ComparedSite { graph, walk, site }.compare_values(old, new);
    }

    fn compare_kinds(
        &mut self,
        walk: &mut InterfaceComparer<'a, 's>,
        site: &mut CompareSite<'s>,
        old: ShapeId,
        new: ShapeId,
    ) {
        let graph = self;
        ComparedSite { graph, walk, site }.compare_types(old, new);
    }
}
