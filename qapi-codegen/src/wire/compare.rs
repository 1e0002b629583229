//! The comparison of two interfaces.
//!
//! [`compare`] walks two interfaces side by side, from the commands and events
//! down, and reports differences to a [`CompareSink`]. Each pair of shapes is
//! compared once for each direction, so the walk ends although shapes may
//! contain themselves. Entities correspond by name. A sink that recognizes, for
//! example, renamed members overrides a step of the walk, and continues it from
//! there.

use std::collections::{HashMap, VecDeque};

use super::interface::{
    AlternateBranch, BranchShape, Branches, EnumShape, Interface, MemberShape, ObjectShape, Shape,
    ShapeId,
};
use super::path::{Direction, PathSegment};
use super::sink::{CompareSink, CompareSite, Entity, SiteStart, WireDifference};
use crate::schema::{EntityMeta, JsonKind};

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

/// An index into the pairs of a comparison, in the order in which they are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PairId(pub usize);

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
            ids: HashMap::new(),
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
        for (_, (left, right)) in old.join(new) {
            let value = |meta: &&'s EntityMeta| Entity::Value(meta);
            self.report_entities(sink, site, left.map(value), right.map(value));
        }
    }

    /// Reports an entity that at least one side has.
    fn report_entities(
        &mut self,
        sink: &mut impl CompareSink<'a, 's>,
        site: &CompareSite<'s>,
        old: Option<Entity<'a, 's>>,
        new: Option<Entity<'a, 's>>,
    ) {
        match (old, new) {
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
            let entity = Entity::AlternateBranch;
            self.report_entities(sink, site, Some(entity(*left)), right.map(entity));
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
        for (name, (left, right)) in old.members.join(&new.members) {
            let member = |member: &MemberShape<'s>| Entity::Member(name, *member);
            self.report_entities(sink, site, left.map(member), right.map(member));
            if let (Some(left), Some(right)) = (left, right) {
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
        for (value, (left, right)) in old.by_value.join(&new.by_value) {
            let branch = |branch: &'a BranchShape<'s>| Entity::Branch {
                discriminator,
                value,
                branch,
            };
            self.report_entities(sink, site, left.map(branch), right.map(branch));
            if let (Some(left), Some(right)) = (left, right) {
                let segment = PathSegment::Branch {
                    discriminator,
                    value,
                };
                site.below(segment, |site| {
                    self.link(sink, site, left.content, right.content);
                });
            }
        }
    }

    pub(super) fn compare_commands(&mut self, sink: &mut impl CompareSink<'a, 's>) {
        let (old, new) = (self.old, self.new);
        for (name, (left, right)) in old.commands.join(&new.commands) {
            let site = &mut CompareSite::at_operation(name, Direction::Request);
            self.report_entities(
                sink,
                site,
                left.map(Entity::Command),
                right.map(Entity::Command),
            );
            let (Some(left), Some(right)) = (left, right) else {
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
        let (old, new) = (self.old, self.new);
        for (name, (left, right)) in old.events.join(&new.events) {
            let site = &mut CompareSite::at_operation(name, Direction::Event);
            self.report_entities(
                sink,
                site,
                left.map(Entity::Event),
                right.map(Entity::Event),
            );
            if let (Some(left), Some(right)) = (left, right) {
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
