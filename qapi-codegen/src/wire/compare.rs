//! The comparison of two interfaces.
//!
//! [`compare`] walks two interfaces side by side, from the commands and events
//! down, and reports differences to a [`CompareSink`]. Each pair of shapes is
//! compared once for each direction, so the walk ends although shapes may
//! contain themselves. Entities correspond by name. A sink that recognizes, for
//! example, renamed members overrides a step of the walk, and continues it from
//! there.

use std::collections::VecDeque;

use foldhash::HashMap;

use super::interface::{
    AlternateBranch, Branches, EnumShape, Interface, MemberShape, ObjectShape, Shape, ShapeId,
};
use super::path::{Direction, PathSegment};
use super::site::{CompareSite, Entity, PairId, SiteStart, WireDifference};
use crate::schema::JsonKind;

/// A pair of shapes that are at the same place of the two interfaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShapePair {
    /// The shape in the old interface.
    pub old: ShapeId,
    /// The shape in the new interface.
    pub new: ShapeId,
    /// The direction in which its values are sent.
    pub direction: Direction,
}

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

/// Compares two interfaces.
pub fn compare<'a, 's>(
    old: &'a Interface<'s>,
    new: &'a Interface<'s>,
    sink: &mut impl CompareSink<'a, 's>,
) {
    let mut walk = InterfaceComparer::new(old, new);
    sink.compare_operations(&mut walk);
    walk.finish(sink);
}

/// The state of a comparison.
#[derive(Debug)]
pub struct InterfaceComparer<'a, 's> {
    /// The old interface.
    pub old: &'a Interface<'s>,
    /// The new interface.
    pub new: &'a Interface<'s>,
    ids: HashMap<ShapePair, PairId>,
    pairs: Vec<ShapePair>,
    pending: VecDeque<PairId>,
}

impl<'a, 's> InterfaceComparer<'a, 's> {
    /// Starts a comparison.
    pub fn new(old: &'a Interface<'s>, new: &'a Interface<'s>) -> Self {
        InterfaceComparer {
            old,
            new,
            ids: HashMap::default(),
            pairs: Vec::new(),
            pending: VecDeque::new(),
        }
    }

    /// A pair of shapes.
    pub fn pair(&self, id: PairId) -> ShapePair {
        self.pairs[id.0]
    }

    /// The shapes that a site is in.
    pub fn owners(&self, site: &CompareSite<'s>) -> Option<(ShapeId, ShapeId)> {
        match site.start {
            SiteStart::Pair(id) => Some((self.pair(id).old, self.pair(id).new)),
            SiteStart::Operation(_) => None,
        }
    }

    /// Compares pairs until none is left.
    pub fn finish(&mut self, sink: &mut impl CompareSink<'a, 's>) {
        while let Some(id) = self.pending.pop_front() {
            if sink.is_done() {
                return;
            }
            let pair = self.pair(id);
            let mut site = CompareSite::new(SiteStart::Pair(id), pair.direction);
            self.compare_shapes(sink, &mut site, pair.old, pair.new);
        }
    }

    /// Goes on to two shapes at a site.
    ///
    /// Objects, enums and alternates become a pair; other shapes are compared
    /// at once.
    pub fn link(
        &mut self,
        sink: &mut impl CompareSink<'a, 's>,
        site: &mut CompareSite<'s>,
        old: ShapeId,
        new: ShapeId,
    ) {
        let are_pair = matches!(
            (self.old.get(old), self.new.get(new)),
            (Shape::Object(_), Shape::Object(_))
                | (Shape::Enum(_), Shape::Enum(_))
                | (Shape::Alternate(_), Shape::Alternate(_))
        );
        if !are_pair {
            return self.compare_shapes(sink, site, old, new);
        }
        let pair = ShapePair {
            old,
            new,
            direction: sink.pair_direction(site.direction),
        };
        let next = PairId(self.pairs.len());
        let id = *self.ids.entry(pair).or_insert(next);
        if id == next {
            self.pairs.push(pair);
            self.pending.push_back(id);
        }
        sink.link(site, id, id == next);
    }

    fn compare_shapes(
        &mut self,
        sink: &mut impl CompareSink<'a, 's>,
        site: &mut CompareSite<'s>,
        old: ShapeId,
        new: ShapeId,
    ) {
        sink.match_entities(self, site, Entity::Shape(old), Entity::Shape(new));
        let (old_interface, new_interface) = (self.old, self.new);
        match (old_interface.get(old), new_interface.get(new)) {
            (Shape::Builtin(left), Shape::Builtin(right))
                if left.json_kind() == right.json_kind() =>
            {
                let left = old_interface.integer_range(*left);
                let right = new_interface.integer_range(*right);
                if left.zip(right).is_some_and(|(left, right)| left != right) {
                    sink.differ(self, site, WireDifference::IntegerRange(old, new));
                }
            }
            (Shape::Enum(left), Shape::Enum(right)) => sink.compare_enums(self, site, left, right),
            (Shape::Object(left), Shape::Object(right)) => {
                sink.compare_objects(self, site, left, right);
            }
            (Shape::Array(left), Shape::Array(right)) => {
                site.below(PathSegment::Elements, |site| {
                    self.link(sink, site, *left, *right);
                });
            }
            (Shape::Alternate(left), Shape::Alternate(right)) => {
                self.compare_alternates(sink, site, left, right);
            }
            _ => sink.compare_kinds(self, site, old, new),
        }
    }

    pub(super) fn compare_enums(
        &mut self,
        sink: &mut impl CompareSink<'a, 's>,
        site: &mut CompareSite<'s>,
        old: &'a EnumShape<'s>,
        new: &'a EnumShape<'s>,
    ) {
        for (_, sides) in old.join(new) {
            self.report_entities(sink, site, sides, |meta| Entity::Value(meta));
        }
    }

    /// Reports an entity that at least one side has.
    fn report_entities<T>(
        &mut self,
        sink: &mut impl CompareSink<'a, 's>,
        site: &CompareSite<'s>,
        (old, new): (Option<T>, Option<T>),
        entity: impl Fn(T) -> Entity<'a, 's>,
    ) {
        match (old.map(&entity), new.map(&entity)) {
            (Some(old), Some(new)) => sink.match_entities(self, site, old, new),
            (Some(old), None) => sink.differ(self, site, WireDifference::OnlyOld(old)),
            (None, Some(new)) => sink.differ(self, site, WireDifference::OnlyNew(new)),
            (None, None) => {}
        }
    }

    fn compare_alternates(
        &mut self,
        sink: &mut impl CompareSink<'a, 's>,
        site: &mut CompareSite<'s>,
        old: &'a [AlternateBranch<'s>],
        new: &'a [AlternateBranch<'s>],
    ) {
        for left in old {
            let right = branch_of_kind(new, left.kind);
            let sides = (Some(*left), right);
            self.report_entities(sink, site, sides, Entity::AlternateBranch);
            if let Some(right) = right {
                site.below(PathSegment::AlternateBranch(left.kind), |site| {
                    self.link(sink, site, left.shape, right.shape);
                });
            }
        }
        for right in new.iter().filter(|b| branch_of_kind(old, b.kind).is_none()) {
            let difference = WireDifference::OnlyNew(Entity::AlternateBranch(*right));
            sink.differ(self, site, difference);
        }
    }

    pub(super) fn compare_objects(
        &mut self,
        sink: &mut impl CompareSink<'a, 's>,
        site: &mut CompareSite<'s>,
        old: &'a ObjectShape<'s>,
        new: &'a ObjectShape<'s>,
    ) {
        if old.open != new.open {
            sink.differ(self, site, WireDifference::Open);
        }
        for (name, sides) in old.members.join(&new.members) {
            self.report_entities(sink, site, sides, |member| Entity::Member(name, *member));
            if let (Some(left), Some(right)) = sides {
                self.compare_member(sink, site, name, (*left, *right));
            }
        }
        match (&old.branches, &new.branches) {
            (None, None) => {}
            (Some(left), Some(right)) if left.discriminator == right.discriminator => {
                self.compare_branches(sink, site, left, right);
            }
            _ => {
                if let Some((old, new)) = self.owners(site) {
                    sink.differ(self, site, WireDifference::Discriminator(old, new));
                }
            }
        }
    }

    /// Compares a member of two objects.
    fn compare_member(
        &mut self,
        sink: &mut impl CompareSink<'a, 's>,
        site: &mut CompareSite<'s>,
        name: &'s str,
        (old, new): (MemberShape<'s>, MemberShape<'s>),
    ) {
        site.below(PathSegment::Member(name), |site| {
            if old.optional != new.optional {
                sink.differ(self, site, WireDifference::Optional(name, old, new));
            }
            self.link(sink, site, old.shape, new.shape);
        });
    }

    fn compare_branches(
        &mut self,
        sink: &mut impl CompareSink<'a, 's>,
        site: &mut CompareSite<'s>,
        old: &'a Branches<'s>,
        new: &'a Branches<'s>,
    ) {
        let discriminator = old.discriminator;
        for (value, sides) in old.by_value.join(&new.by_value) {
            self.report_entities(sink, site, sides, |branch| Entity::Branch {
                discriminator,
                value,
                branch,
            });
            if let (Some(left), Some(right)) = sides {
                site.below(old.segment(value), |site| {
                    self.link(sink, site, left.content, right.content);
                });
            }
        }
    }

    pub(super) fn compare_commands(&mut self, sink: &mut impl CompareSink<'a, 's>) {
        let (old, new) = (self.old, self.new);
        for (name, sides) in old.commands.join(&new.commands) {
            let site = &mut CompareSite::at_operation(name, Direction::Request);
            self.report_entities(sink, site, sides, Entity::Command);
            let (Some(left), Some(right)) = sides else {
                continue;
            };
            if left.allow_oob != right.allow_oob {
                sink.differ(self, site, WireDifference::OutOfBand(left, right));
            }
            self.link(sink, site, left.arguments, right.arguments);
            let site = &mut CompareSite::at_operation(name, Direction::Reply);
            self.link(sink, site, old.returned(left), new.returned(right));
        }
    }

    pub(super) fn compare_events(&mut self, sink: &mut impl CompareSink<'a, 's>) {
        for (name, sides) in self.old.events.join(&self.new.events) {
            let site = &mut CompareSite::at_operation(name, Direction::Event);
            self.report_entities(sink, site, sides, Entity::Event);
            if let (Some(left), Some(right)) = sides {
                self.link(sink, site, left.data, right.data);
            }
        }
    }
}

/// The branch of an alternate with values of a JSON type.
pub fn branch_of_kind<'s>(
    branches: &[AlternateBranch<'s>],
    kind: JsonKind,
) -> Option<AlternateBranch<'s>> {
    branches.iter().find(|branch| branch.kind == kind).copied()
}
