//! Syntax tree to model.

use std::collections::HashMap;

use super::*;
use crate::ast::{self, Definition, DefinitionBody};
use crate::doc::{self, Docs};
use crate::source::Name;
use crate::validate::Valid;

/// Looks up every name of a schema.
///
/// The schema breaks no rule, so every name means something here. Should a rule
/// be missing, what means nothing is left out rather than made up.
pub fn resolve(valid: &Valid) -> Schema {
    let loaded = valid.loaded();
    let definitions = loaded.items.iter().filter_map(|item| match item {
        ast::Item::Definition(definition) => Some(definition),
        _ => None,
    });
    let docs = doc::attach(loaded);
    let definitions: Vec<(&Definition, &Docs)> = definitions.zip(&docs).collect();
    let resolver = Resolver::new(definitions.iter().map(|(definition, _)| *definition));
    let each = || definitions.iter().copied();
    Schema {
        version: loaded.version,
        types: each()
            .filter_map(|(definition, docs)| resolver.type_def(definition, docs))
            .collect(),
        commands: each()
            .filter_map(|(definition, docs)| resolver.command(definition, docs))
            .collect(),
        events: each()
            .filter_map(|(definition, docs)| resolver.event(definition, docs))
            .collect(),
        by_name: resolver.by_name,
    }
}

struct Resolver<'a> {
    by_name: HashMap<String, TypeId>,
    types: Vec<&'a Definition>,
}

impl<'a> Resolver<'a> {
    fn new(definitions: impl Iterator<Item = &'a Definition>) -> Self {
        let is_type = |body: &DefinitionBody| {
            !matches!(body, DefinitionBody::Command(_) | DefinitionBody::Event(_))
        };
        let types: Vec<&Definition> = definitions
            .filter(|definition| is_type(&definition.body))
            .collect();
        let names = types.iter().map(|definition| definition.name.value.clone());
        Resolver {
            by_name: names.zip((0..).map(TypeId)).collect(),
            types,
        }
    }

    fn type_def(&self, definition: &Definition, docs: &Docs) -> Option<TypeDefinition> {
        let kind = match &definition.body {
            DefinitionBody::Enum(body) => TypeKind::Enum(EnumType {
                values: body
                    .values
                    .iter()
                    .map(|value| entry_meta(docs, &value.name, &value.condition, &value.features))
                    .collect(),
            }),
            DefinitionBody::Struct(body) => TypeKind::Struct(StructType {
                base: body.base.as_ref().and_then(|base| self.id(&base.value)),
                members: self.members(&body.members, docs),
            }),
            DefinitionBody::Union(body) => TypeKind::Union(self.union(body, docs)),
            DefinitionBody::Alternate(body) => TypeKind::Alternate(AlternateType {
                branches: self.branches(&body.branches, docs),
            }),
            DefinitionBody::Command(_) | DefinitionBody::Event(_) => return None,
        };
        Some(TypeDefinition {
            meta: definition_meta(definition, docs),
            kind,
        })
    }

    fn union(&self, body: &ast::UnionDefinition, docs: &Docs) -> UnionType {
        let (base, members) = match &body.base {
            ast::UnionBase::None => (None, Vec::new()),
            ast::UnionBase::Named(name) => (self.id(&name.value), Vec::new()),
            ast::UnionBase::Inline(members) => (None, self.members(members, docs)),
        };
        let tag = body.discriminator.as_ref().map(|name| name.value.clone());
        UnionType {
            discriminator_enum: tag
                .as_deref()
                .and_then(|tag| self.discriminator_enum(&body.base, tag)),
            discriminator: tag.unwrap_or_else(|| "type".to_owned()),
            base,
            members,
            branches: self.branches(&body.branches, docs),
        }
    }

    /// The type of the tag, which is a member of the base or of a base of it.
    fn discriminator_enum<'b>(&'b self, base: &'b ast::UnionBase, tag: &str) -> Option<TypeId> {
        let (mut members, mut next) = match base {
            ast::UnionBase::None => return None,
            ast::UnionBase::Inline(members) => (members, None),
            ast::UnionBase::Named(name) => self.structure(name)?,
        };
        loop {
            if let Some(member) = members.iter().find(|member| member.name.value == tag) {
                return self.id(&member.ty.name.value);
            }
            (members, next) = self.structure(next?)?;
        }
    }

    /// The own members of a struct, and its base.
    fn structure(&self, name: &Name) -> Option<(&'a Vec<ast::MemberDefinition>, Option<&'a Name>)> {
        match &self.types[self.id(&name.value)?.index()].body {
            DefinitionBody::Struct(body) => Some((&body.members, body.base.as_ref())),
            _ => None,
        }
    }

    fn command(&self, definition: &Definition, docs: &Docs) -> Option<Command> {
        let DefinitionBody::Command(body) = &definition.body else {
            return None;
        };
        Some(Command {
            meta: definition_meta(definition, docs),
            data: self.data(&body.data, docs),
            returns: body.returns.as_ref().and_then(|returns| self.ty(returns)),
            open: body.open,
            success_response: body.success_response,
            allow_oob: body.allow_oob,
            allow_preconfig: body.allow_preconfig,
        })
    }

    fn event(&self, definition: &Definition, docs: &Docs) -> Option<Event> {
        let DefinitionBody::Event(body) = &definition.body else {
            return None;
        };
        Some(Event {
            meta: definition_meta(definition, docs),
            data: self.data(&body.data, docs),
        })
    }

    fn data(&self, data: &ast::DataDefinition, docs: &Docs) -> OperationData {
        match data {
            ast::DataDefinition::None => OperationData::Members(Vec::new()),
            ast::DataDefinition::Inline(members) => {
                OperationData::Members(self.members(members, docs))
            }
            ast::DataDefinition::Named(name) => self
                .id(&name.value)
                .map_or(OperationData::Members(Vec::new()), OperationData::Defined),
        }
    }

    fn members(&self, members: &[ast::MemberDefinition], docs: &Docs) -> Vec<Member> {
        let member = |member: &ast::MemberDefinition| {
            Some(Member {
                meta: entry_meta(docs, &member.name, &member.condition, &member.features),
                optional: member.optional,
                ty: self.ty(&member.ty)?,
            })
        };
        members.iter().filter_map(member).collect()
    }

    fn branches(&self, branches: &[ast::BranchDefinition], docs: &Docs) -> Vec<Branch> {
        let branch = |branch: &ast::BranchDefinition| {
            Some(Branch {
                meta: entry_meta(docs, &branch.name, &branch.condition, &[]),
                ty: self.ty(&branch.ty)?,
            })
        };
        branches.iter().filter_map(branch).collect()
    }

    fn ty(&self, ty: &ast::TypeReference) -> Option<ValueType> {
        let name = &ty.name.value;
        let defined = || self.id(name).map(NamedType::Defined);
        let item = BuiltinType::from_name(name)
            .map(NamedType::Builtin)
            .or_else(defined)?;
        Some(if ty.array {
            ValueType::Array(item)
        } else {
            ValueType::One(item)
        })
    }

    fn id(&self, name: &str) -> Option<TypeId> {
        self.by_name.get(name).copied()
    }
}

fn definition_meta(definition: &Definition, docs: &Docs) -> EntityMeta {
    let meta = meta(
        &definition.name,
        &definition.condition,
        &definition.features,
    );
    EntityMeta {
        facts: docs.facts.clone(),
        prose: docs.prose.clone(),
        ..meta
    }
}

fn entry_meta(
    docs: &Docs,
    name: &Name,
    condition: &Option<Condition>,
    features: &[ast::FeatureDefinition],
) -> EntityMeta {
    let meta = meta(name, condition, features);
    match docs.member(&name.value) {
        Some(entry) => EntityMeta {
            facts: entry.facts.clone(),
            prose: entry.prose.clone(),
            ..meta
        },
        None => meta,
    }
}

fn meta(
    name: &Name,
    condition: &Option<Condition>,
    features: &[ast::FeatureDefinition],
) -> EntityMeta {
    let feature = |feature: &ast::FeatureDefinition| Feature {
        name: feature.name.value.clone(),
        condition: feature.condition.as_ref().map(Condition::to_structured),
    };
    EntityMeta {
        name: name.value.clone(),
        condition: condition.as_ref().map(Condition::to_structured),
        features: features.iter().map(feature).collect(),
        ..EntityMeta::default()
    }
}
