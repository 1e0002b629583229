//! Resolution of the syntax tree to the model.

use std::collections::HashMap;

use super::*;
use crate::ast::{self, Definition, DefinitionBody};
use crate::doc::DefinitionDocs;
use crate::module::definition_modules;
use crate::source::Name;
use crate::validate::ValidSchema;

/// Resolves the names of a schema.
///
/// All names of a valid schema resolve. If a rule of validation is missing,
/// entities with unknown names are omitted.
pub fn resolve(valid: &ValidSchema) -> Schema {
    let loaded = valid.loaded();
    let definitions: Vec<_> = loaded.definitions().zip(valid.docs()).collect();
    let resolver = Resolver::new(definitions.iter().map(|(definition, _)| *definition));
    let (mut types, mut commands, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for ((definition, docs), module) in definitions.into_iter().zip(definition_modules(loaded)) {
        let meta = definition_meta(definition, docs);
        let module = module.map(str::to_owned);
        match &definition.body {
            DefinitionBody::Command(body) => commands.push(Command {
                module,
                ..resolver.command(meta, body, docs)
            }),
            DefinitionBody::Event(body) => events.push(Event {
                meta,
                module,
                data: resolver.data(&body.data, docs),
            }),
            body => types.extend(resolver.type_definition(meta, module, body, docs)),
        }
    }
    Schema {
        version: loaded.version,
        types,
        commands,
        events,
        by_name: resolver.by_name,
    }
}

struct Resolver<'a> {
    by_name: HashMap<String, TypeId>,
    types: Vec<&'a Definition>,
}

impl<'a> Resolver<'a> {
    fn new(definitions: impl Iterator<Item = &'a Definition>) -> Self {
        let types: Vec<&Definition> = definitions
            .filter(|definition| definition.is_type())
            .collect();
        let names = types.iter().map(|definition| definition.name.value.clone());
        Resolver {
            by_name: names.zip((0..).map(TypeId)).collect(),
            types,
        }
    }

    fn type_definition(
        &self,
        meta: EntityMeta,
        module: Option<String>,
        body: &DefinitionBody,
        docs: &DefinitionDocs,
    ) -> Option<TypeDefinition> {
        let kind = match body {
            DefinitionBody::Enum(body) => {
                let values = body.values.iter();
                let values = values
                    .map(|value| entity_meta(docs, &value.name, &value.condition, &value.features));
                TypeKind::Enum(EnumType {
                    values: values.collect(),
                })
            }
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
        Some(TypeDefinition { meta, module, kind })
    }

    fn union(&self, body: &ast::UnionDefinition, docs: &DefinitionDocs) -> UnionType {
        let (base, members) = match &body.base {
            ast::UnionBase::None => (None, Vec::new()),
            ast::UnionBase::Named(name) => (self.id(&name.value), Vec::new()),
            ast::UnionBase::Inline(members) => (None, self.members(members, docs)),
        };
        let discriminator = body.discriminator.as_ref().map(|name| name.value.as_str());
        UnionType {
            discriminator_enum: discriminator
                .and_then(|name| self.discriminator_enum(&body.base, name)),
            discriminator: discriminator.unwrap_or("type").to_owned(),
            base,
            members,
            branches: self.branches(&body.branches, docs),
        }
    }

    /// The type of the discriminator, a member of the base or of the base's base.
    fn discriminator_enum<'b>(&'b self, base: &'b ast::UnionBase, name: &str) -> Option<TypeId> {
        let (mut members, mut next) = match base {
            ast::UnionBase::None => return None,
            ast::UnionBase::Inline(members) => (members, None),
            ast::UnionBase::Named(base) => self.struct_body(base)?,
        };
        loop {
            if let Some(member) = members.iter().find(|member| member.name.value == name) {
                return self.id(&member.ty.name.value);
            }
            (members, next) = self.struct_body(next?)?;
        }
    }

    /// The own members and the base of a struct.
    fn struct_body(
        &self,
        name: &Name,
    ) -> Option<(&'a Vec<ast::MemberDefinition>, Option<&'a Name>)> {
        match &self.types[self.id(&name.value)?.index()].body {
            DefinitionBody::Struct(body) => Some((&body.members, body.base.as_ref())),
            _ => None,
        }
    }

    fn command(
        &self,
        meta: EntityMeta,
        body: &ast::CommandDefinition,
        docs: &DefinitionDocs,
    ) -> Command {
        Command {
            meta,
            module: None,
            data: self.data(&body.data, docs),
            returns: body.returns.as_ref().and_then(|returns| self.ty(returns)),
            open: body.open,
            success_response: body.success_response,
            allow_oob: body.allow_oob,
            allow_preconfig: body.allow_preconfig,
        }
    }

    fn data(&self, data: &ast::DataDefinition, docs: &DefinitionDocs) -> OperationData {
        match data {
            ast::DataDefinition::Named(name) => self
                .id(&name.value)
                .map_or(OperationData::Members(Vec::new()), OperationData::Defined),
            data => OperationData::Members(self.members(data.inline_members(), docs)),
        }
    }

    fn members(&self, members: &[ast::MemberDefinition], docs: &DefinitionDocs) -> Vec<Member> {
        let member = |member: &ast::MemberDefinition| {
            Some(Member {
                meta: entity_meta(docs, &member.name, &member.condition, &member.features),
                optional: member.optional,
                ty: self.ty(&member.ty)?,
            })
        };
        members.iter().filter_map(member).collect()
    }

    fn branches(&self, branches: &[ast::BranchDefinition], docs: &DefinitionDocs) -> Vec<Branch> {
        let branch = |branch: &ast::BranchDefinition| {
            Some(Branch {
                meta: entity_meta(docs, &branch.name, &branch.condition, &[]),
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

fn definition_meta(definition: &Definition, docs: &DefinitionDocs) -> EntityMeta {
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

fn entity_meta(
    docs: &DefinitionDocs,
    name: &Name,
    condition: &Option<Condition>,
    features: &[ast::FeatureDefinition],
) -> EntityMeta {
    let docs = docs.member(&name.value).cloned().unwrap_or_default();
    EntityMeta {
        facts: docs.facts,
        prose: docs.prose,
        ..meta(name, condition, features)
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
