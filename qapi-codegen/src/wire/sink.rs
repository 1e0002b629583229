//! The interface between a comparison and its receiver.

use super::compare::{InterfaceComparer, PairId};
use super::interface::{
    AlternateBranch, BranchShape, CommandShape, EnumShape, EventShape, MemberShape, ObjectShape,
    ShapeId,
};
use super::path::{Direction, PathSegment};
use crate::schema::EntityMeta;

/// A receiver of differences. It can override how the entities of two interfaces
/// correspond.
pub trait CompareSink<'a, 's>: Sized {
    /// Receives a difference.
    fn differ(
        &mut self,
        walk: &InterfaceComparer<'a, 's>,
        site: &CompareSite<'s>,
        difference: WireDifference<'a, 's>,
    );

    /// Receives an entity that both interfaces have; its definitions may differ.
    fn match_entities(
        &mut self,
        walk: &InterfaceComparer<'a, 's>,
        site: &CompareSite<'s>,
        old: Entity<'a, 's>,
        new: Entity<'a, 's>,
    ) {
        let _ = (walk, site, old, new);
    }

    /// Receives the path to a pair of shapes, which is compared later if it is
    /// new.
    fn link(&mut self, site: &CompareSite<'s>, pair: PairId, is_new: bool) {
        let _ = (site, pair, is_new);
    }

    /// Maps a direction to that of the pairs of shapes; directions that map to
    /// one share their pairs.
    fn pair_direction(&self, direction: Direction) -> Direction {
        direction
    }

    /// Returns `true` to end the comparison.
    fn is_done(&self) -> bool {
        false
    }

    /// Compares commands and events.
    fn compare_operations(&mut self, walk: &mut InterfaceComparer<'a, 's>) {
        walk.compare_commands(self);
        walk.compare_events(self);
    }

    /// Compares two objects.
    fn compare_objects(
        &mut self,
        walk: &mut InterfaceComparer<'a, 's>,
        site: &mut CompareSite<'s>,
        old: &'a ObjectShape<'s>,
        new: &'a ObjectShape<'s>,
    ) {
        walk.compare_objects(self, site, old, new);
    }

    /// Compares the values of two enums.
    fn compare_enums(
        &mut self,
        walk: &mut InterfaceComparer<'a, 's>,
        site: &mut CompareSite<'s>,
        old: &'a EnumShape<'s>,
        new: &'a EnumShape<'s>,
    ) {
        walk.compare_enums(self, site, old, new);
    }

    /// Compares shapes of different kinds.
    fn compare_kinds(
        &mut self,
        walk: &mut InterfaceComparer<'a, 's>,
        site: &mut CompareSite<'s>,
        old: ShapeId,
        new: ShapeId,
    ) {
        self.differ(walk, site, WireDifference::Kind(old, new));
    }
}

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
