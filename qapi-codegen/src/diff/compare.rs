//! Comparing the wire of two releases, shape by shape.
//!
//! The walk begins at commands and events and has a direction. Each pair of
//! shapes is compared once a direction, so that recursion ends and an edit of a
//! type that is used in many places is one edit. The result is a graph: pairs
//! with their own changes, linked by the steps from one to the next.

mod conditions;
mod enums;
mod flags;
mod members;
mod moves;
mod objects;
mod operations;
mod unions;
mod values;

use std::collections::HashMap;

use super::change::Change;
use crate::version::Version;
use crate::wire::{Direction, Interface, PathSegment, Shape, ShapeId};

use operations::operations;
pub use operations::{ERROR, Operation, Sort};

/// The graph of compared pairs.
#[derive(Debug, Default)]
pub struct Comparison<'s> {
    /// The pairs.
    pub pairs: Vec<Pair<'s>>,
    /// The commands and events of both releases, and the class of errors.
    pub operations: Vec<Operation<'s>>,
}

/// Two shapes that stand in the same place.
#[derive(Debug)]
pub struct Pair<'s> {
    /// The shape in the old release.
    pub old: ShapeId,
    /// The shape in the new release.
    pub new: ShapeId,
    /// Which way its values travel.
    pub direction: Direction,
    /// What is edited in it, other than in the pairs it links to.
    pub changes: Vec<Change<'s>>,
    /// The pairs inside it.
    pub links: Vec<Link<'s>>,
}

/// The way from a pair to one inside it.
#[derive(Debug, Clone)]
pub struct Link<'s> {
    /// The steps in the old release.
    pub old: Vec<PathSegment<'s>>,
    /// The steps in the new release.
    pub new: Vec<PathSegment<'s>>,
    /// The place of the pair in [`Comparison::pairs`].
    pub to: usize,
}

/// Compares two releases; the old one is what the client was written for.
pub fn compare<'s>(old: &Interface<'s>, new: &Interface<'s>) -> Comparison<'s> {
    let mut comparer = Comparer {
        old,
        new,
        known: HashMap::new(),
        pairs: Vec::new(),
        pending: Vec::new(),
    };
    let operations = operations(&mut comparer);
    comparer.finish();
    Comparison {
        pairs: comparer.pairs,
        operations,
    }
}

/// Compares one type of two releases, as if a command of its name took it.
pub fn compare_types<'s>(
    old: &Interface<'s>,
    new: &Interface<'s>,
    name: &'s str,
    nodes: (ShapeId, ShapeId),
) -> Comparison<'s> {
    let mut comparer = Comparer {
        old,
        new,
        known: HashMap::new(),
        pairs: Vec::new(),
        pending: Vec::new(),
    };
    let mut found = Found::new(&comparer, Direction::Request);
    found.link(&mut comparer, (&[], &[]), nodes);
    let operation = Operation::of_type(name, found);
    comparer.finish();
    Comparison {
        pairs: comparer.pairs,
        operations: vec![operation],
    }
}

/// What is compared, and what is known so far.
pub struct Comparer<'a, 's> {
    pub(super) old: &'a Interface<'s>,
    pub(super) new: &'a Interface<'s>,
    known: HashMap<(ShapeId, ShapeId, Direction), usize>,
    pairs: Vec<Pair<'s>>,
    pending: Vec<usize>,
}

impl<'s> Comparer<'_, 's> {
    /// The pair of two shapes, which is compared once.
    fn pair(&mut self, old: ShapeId, new: ShapeId, direction: Direction) -> usize {
        let next = self.pairs.len();
        let index = *self.known.entry((old, new, direction)).or_insert(next);
        if index == next {
            let (changes, links) = (Vec::new(), Vec::new());
            self.pairs.push(Pair {
                old,
                new,
                direction,
                changes,
                links,
            });
            self.pending.push(index);
        }
        index
    }

    /// Whether both shapes are definitions of one kind.
    fn are_defined(&self, (old, new): (ShapeId, ShapeId)) -> bool {
        matches!(
            (self.old.get(old), self.new.get(new)),
            (Shape::Object(_), Shape::Object(_))
                | (Shape::Enum(_), Shape::Enum(_))
                | (Shape::Alternate(_), Shape::Alternate(_))
        )
    }

    /// Compares until there is no pair that was not compared.
    fn finish(&mut self) {
        while let Some(index) = self.pending.pop() {
            let pair = &self.pairs[index];
            let (old, new, direction) = (pair.old, pair.new, pair.direction);
            let mut found = Found::new(self, direction);
            values::compare(self, old, new, &mut found);
            let pair = &mut self.pairs[index];
            (pair.changes, pair.links) = (found.changes, found.links);
        }
    }
}

/// What was found so far in one pair, and where in it the search is.
pub struct Found<'s> {
    direction: Direction,
    versions: (Version, Version),
    changes: Vec<Change<'s>>,
    links: Vec<Link<'s>>,
    old: Vec<PathSegment<'s>>,
    new: Vec<PathSegment<'s>>,
}

impl<'s> Found<'s> {
    fn new(comparer: &Comparer<'_, 's>, direction: Direction) -> Self {
        Found {
            direction,
            versions: (comparer.old.version, comparer.new.version),
            changes: Vec::new(),
            links: Vec::new(),
            old: Vec::new(),
            new: Vec::new(),
        }
    }

    /// Adds an edit whose steps begin where the search is.
    fn push(&mut self, mut change: Change<'s>) {
        change.old_path.splice(0..0, self.old.iter().copied());
        change.new_path.splice(0..0, self.new.iter().copied());
        self.changes.push(change);
    }

    /// Goes on to two shapes, by steps that begin where the search is.
    ///
    /// What has a definition of its own is a pair; the rest, such as numbers
    /// of two widths, belongs to where it stands.
    fn link(
        &mut self,
        comparer: &mut Comparer<'_, 's>,
        steps: (&[PathSegment<'s>], &[PathSegment<'s>]),
        nodes: (ShapeId, ShapeId),
    ) {
        if !comparer.are_defined(nodes) {
            return self.inside(steps.0, steps.1, |found| {
                values::compare(comparer, nodes.0, nodes.1, found);
            });
        }
        let to = comparer.pair(nodes.0, nodes.1, self.direction);
        let joined = |here: &[PathSegment<'s>], steps: &[PathSegment<'s>]| [here, steps].concat();
        let (old, new) = (joined(&self.old, steps.0), joined(&self.new, steps.1));
        self.links.push(Link { old, new, to });
    }

    /// Searches somewhere inside, and comes back.
    fn inside(
        &mut self,
        old: &[PathSegment<'s>],
        new: &[PathSegment<'s>],
        search: impl FnOnce(&mut Self),
    ) {
        let (old_depth, new_depth) = (self.old.len(), self.new.len());
        self.old.extend(old);
        self.new.extend(new);
        search(self);
        self.old.truncate(old_depth);
        self.new.truncate(new_depth);
    }
}
