//! The agreement of a reply with a schema: the schema may have more, if it is
//! conditional.

use super::build_options::BuildOptions;
use super::counterparts::Counterparts;
use crate::schema::{Condition, EntityMeta, Feature};
use crate::version::Version;
use crate::wire::{
    AlternateBranch, Branches, CommandShape, Interface, MemberShape, NameTable, ObjectShape, Shape,
    ShapeId, branch_of_kind,
};

/// A schema, a reply, and which of their shapes correspond.
pub(super) struct Agreement<'a, 's> {
    pub schema: &'a Interface<'s>,
    pub reply: &'a Interface<'s>,
    pub counterparts: &'a Counterparts,
    pub options: BuildOptions<'a>,
    /// The release of the reply.
    pub version: Version,
}

impl Agreement<'_, '_> {
    /// Returns `true` if conditions explain that the build lacks an entity.
    pub fn may_be_left_out<'c>(&self, conditions: impl IntoIterator<Item = &'c Condition>) -> bool {
        let mut conditions = conditions.into_iter();
        conditions.any(|condition| self.options.evaluate(condition) != Some(true))
    }

    fn meta_may_be_left_out(&self, meta: &EntityMeta) -> bool {
        self.may_be_left_out(&meta.condition)
            || meta.facts.since.is_some_and(|since| self.is_later(since))
    }

    /// Returns `true` if a stable release between that of the reply and that of
    /// the schema brought an entity.
    fn is_later(&self, since: Version) -> bool {
        let schema = self.schema.version;
        schema.series() == self.version.series() && self.version < since && self.version < schema
    }

    /// Returns `true` if a definition of the schema describes the shape of the
    /// reply, as far as the build has it.
    pub fn shapes_agree(&self, old: ShapeId, new: ShapeId) -> bool {
        let features = |interface: &Interface<'_>, id| {
            interface
                .definition(id)
                .map_or(Vec::new(), |meta| meta.features.clone())
        };
        self.features_agree(&features(self.schema, old), &features(self.reply, new))
            && match (self.schema.get(old), self.reply.get(new)) {
                (Shape::Enum(old), Shape::Enum(new)) => self.tables_agree(
                    old,
                    new,
                    |meta| self.meta_may_be_left_out(meta),
                    |old, new| self.features_agree(&old.features, &new.features),
                ),
                (Shape::Object(old), Shape::Object(new)) => self.objects_agree(old, new),
                (Shape::Alternate(old), Shape::Alternate(new)) => self.alternates_agree(old, new),
                _ => self.references_agree(old, new),
            }
    }

    /// Returns `true` if a member with the old type may have the new one.
    fn references_agree(&self, old: ShapeId, new: ShapeId) -> bool {
        match (self.schema.get(old), self.reply.get(new)) {
            (Shape::Builtin(old), Shape::Builtin(new)) => old.json_kind() == new.json_kind(),
            (Shape::Array(old), Shape::Array(new)) => self.references_agree(*old, *new),
            (Shape::Object(one), Shape::Object(other)) if one.is_empty() && other.is_empty() => {
                true
            }
            _ if self.counterparts.in_schema(new) != Some(old) => false,
            _ => self.schema.is_named(old) || self.shapes_agree(old, new),
        }
    }

    pub fn commands_agree(&self, old: &CommandShape<'_>, new: &CommandShape<'_>) -> bool {
        let returns = (self.schema.returned(old), self.reply.returned(new));
        old.allow_oob == new.allow_oob
            && self.features_agree(&old.meta.features, &new.meta.features)
            && self.references_agree(old.arguments, new.arguments)
            && self.references_agree(returns.0, returns.1)
    }

    /// Compares the data of an event, or the arguments of a command.
    pub fn data_agrees(&self, old: ShapeId, new: ShapeId) -> bool {
        self.references_agree(old, new)
    }

    pub fn features_agree(&self, old: &[Feature], new: &[Feature]) -> bool {
        let has = |features: &[Feature], name: &str| features.iter().any(|one| one.name == name);
        let mut removed = old.iter().filter(|one| !has(new, &one.name));
        removed.all(|one| self.may_be_left_out(&one.condition))
            && new.iter().all(|one| has(old, &one.name))
    }

    fn tables_agree<T>(
        &self,
        old: &NameTable<'_, T>,
        new: &NameTable<'_, T>,
        may_be_left_out: impl Fn(&T) -> bool,
        agree: impl Fn(&T, &T) -> bool,
    ) -> bool {
        let mut all = old.iter();
        all.all(|(name, old)| match new.get(name) {
            Some(new) => agree(old, new),
            None => may_be_left_out(old),
        }) && new.names().all(|name| old.contains(name))
    }

    fn objects_agree(&self, old: &ObjectShape<'_>, new: &ObjectShape<'_>) -> bool {
        let may_be_left_out = |member: &MemberShape<'_>| {
            member
                .meta
                .is_some_and(|meta| self.meta_may_be_left_out(meta))
        };
        let members_agree = |old: &MemberShape<'_>, new: &MemberShape<'_>| {
            let features = |member: &MemberShape<'_>| {
                member.meta.map_or(Vec::new(), |meta| meta.features.clone())
            };
            old.optional == new.optional
                && self.features_agree(&features(old), &features(new))
                && self.references_agree(old.shape, new.shape)
        };
        self.tables_agree(&old.members, &new.members, may_be_left_out, members_agree)
            && match (&old.branches, &new.branches) {
                (None, None) => true,
                (Some(old), Some(new)) => self.branches_agree(old, new),
                _ => false,
            }
    }

    fn branches_agree(&self, old: &Branches<'_>, new: &Branches<'_>) -> bool {
        old.discriminator == new.discriminator
            && self.tables_agree(
                &old.by_value,
                &new.by_value,
                |branch| self.may_be_left_out(branch.conditions.iter().copied()),
                |old, new| self.references_agree(old.content, new.content),
            )
    }

    fn alternates_agree(&self, old: &[AlternateBranch<'_>], new: &[AlternateBranch<'_>]) -> bool {
        let mut branches = old.iter();
        old.len() == new.len()
            && branches.all(|old| {
                let new = branch_of_kind(new, old.kind);
                new.is_some_and(|new| self.references_agree(old.shape, new.shape))
            })
    }
}
