//! Sites of a comparison, and the differences found there.

use super::interface::{
    AlternateBranch, BranchShape, CommandShape, EventShape, MemberShape, ShapeId,
};
use super::path::{Direction, PathSegment};
use crate::schema::EntityMeta;

/// An index into the pairs of a comparison, in the order in which they are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PairId(pub usize);

/// The place that a comparison has reached: a start and a path from there.
#[derive(Debug, Clone)]
pub struct CompareSite<'s> {
    /// The start of the path.
    pub start: SiteStart<'s>,
    /// The direction in which values are sent.
    pub direction: Direction,
    /// The path in the old interface.
    pub old_path: Vec<PathSegment<'s>>,
    /// The path in the new interface.
    pub new_path: Vec<PathSegment<'s>>,
}

/// The start of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteStart<'s> {
    /// The arguments, the returned value or the data of a command or event.
    Operation(&'s str),
    /// A pair of shapes.
    Pair(PairId),
}

/// One side of an entity that both interfaces may have.
#[derive(Debug, Clone, Copy)]
pub enum Entity<'a, 's> {
    /// A command.
    Command(&'a CommandShape<'s>),
    /// An event.
    Event(&'a EventShape<'s>),
    /// A member of an object.
    Member(&'s str, MemberShape<'s>),
    /// A value of an enum.
    Value(&'s EntityMeta),
    /// A branch of a union.
    Branch {
        /// The name of the discriminator.
        discriminator: &'s str,
        /// The value of the discriminator.
        value: &'s str,
        /// The branch.
        branch: &'a BranchShape<'s>,
    },
    /// A branch of an alternate.
    AlternateBranch(AlternateBranch<'s>),
    /// A shape.
    Shape(ShapeId),
}

/// A difference other than that of the definitions of an entity.
#[derive(Debug, Clone, Copy)]
pub enum WireDifference<'a, 's> {
    /// An entity that only the old interface has.
    OnlyOld(Entity<'a, 's>),
    /// An entity that only the new interface has.
    OnlyNew(Entity<'a, 's>),
    /// A member with this name that is optional on one side.
    Optional(&'s str, MemberShape<'s>, MemberShape<'s>),
    /// Shapes of different kinds.
    Kind(ShapeId, ShapeId),
    /// Integer types of different ranges.
    IntegerRange(ShapeId, ShapeId),
    /// Objects with different discriminators, or with one on one side.
    Discriminator(ShapeId, ShapeId),
    /// Objects of which one allows members that are not listed.
    Open,
    /// A command that may be sent out of band on one side.
    OutOfBand(&'a CommandShape<'s>, &'a CommandShape<'s>),
}

impl<'s> CompareSite<'s> {
    /// The arguments, the returned value or the data of a command or event.
    pub fn at_operation(name: &'s str, direction: Direction) -> Self {
        CompareSite::new(SiteStart::Operation(name), direction)
    }

    pub(super) fn new(start: SiteStart<'s>, direction: Direction) -> Self {
        CompareSite {
            start,
            direction,
            old_path: Vec::new(),
            new_path: Vec::new(),
        }
    }

    /// Calls a function with the site one segment further down.
    pub fn below<T>(&mut self, segment: PathSegment<'s>, call: impl FnOnce(&mut Self) -> T) -> T {
        self.at(&[segment], &[segment], call)
    }

    /// Calls a function with the site that further paths lead to.
    pub fn at<T>(
        &mut self,
        old: &[PathSegment<'s>],
        new: &[PathSegment<'s>],
        call: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let (old_len, new_len) = (self.old_path.len(), self.new_path.len());
        self.old_path.extend(old);
        self.new_path.extend(new);
        let result = call(self);
        self.old_path.truncate(old_len);
        self.new_path.truncate(new_len);
        result
    }
}
