//! Syntax tree to model.

use std::collections::HashMap;

use super::*;
use crate::ast::{self, Body, Definition};
use crate::source::Name;
use crate::validate::Valid;

/// Looks up every name of a schema.
///
/// The schema breaks no rule, so every name means something here. Should a rule
/// be missing, what means nothing is left out rather than made up.
pub fn resolve(valid: &Valid) -> Schema {
    let loaded = valid.loaded();
    let definitions: Vec<&Definition> = loaded
        .items
        .iter()
        .filter_map(|item| match item {
            ast::Item::Definition(definition) => Some(definition),
            _ => None,
        })
        .collect();
    let resolver = Resolver::new(&definitions);
    Schema {
        version: loaded.version,
        types: definitions
            .iter()
            .filter_map(|definition| resolver.type_def(definition))
            .collect(),
        commands: definitions
            .iter()
            .filter_map(|definition| resolver.command(definition))
            .collect(),
        events: definitions
            .iter()
            .filter_map(|definition| resolver.event(definition))
            .collect(),
        by_name: resolver.by_name,
    }
}

struct Resolver<'a> {
    by_name: HashMap<String, TypeId>,
    types: Vec<&'a Definition>,
}

impl<'a> Resolver<'a> {
    fn new(definitions: &[&'a Definition]) -> Self {
        let is_type = |body: &Body| !matches!(body, Body::Command(_) | Body::Event(_));
        let types: Vec<&Definition> = definitions
            .iter()
            .copied()
            .filter(|definition| is_type(&definition.body))
            .collect();
        let names = types.iter().map(|definition| definition.name.value.clone());
        Resolver {
            by_name: names.zip((0..).map(TypeId)).collect(),
            types,
        }
    }

    fn type_def(&self, definition: &Definition) -> Option<TypeDef> {
        let kind = match &definition.body {
            Body::Enum(body) => TypeKind::Enum(Enum {
                values: body
                    .values
                    .iter()
                    .map(|value| meta(&value.name.value, &value.condition, &value.features))
                    .collect(),
            }),
            Body::Struct(body) => TypeKind::Struct(Struct {
                base: body.base.as_ref().and_then(|base| self.id(&base.value)),
                members: self.members(&body.members),
            }),
            Body::Union(body) => TypeKind::Union(self.union(body)),
            Body::Alternate(body) => TypeKind::Alternate(Alternate {
                branches: self.branches(&body.branches),
            }),
            Body::Command(_) | Body::Event(_) => return None,
        };
        Some(TypeDef {
            meta: definition_meta(definition),
            kind,
        })
    }

    fn union(&self, body: &ast::Union) -> Union {
        let (base, members) = match &body.base {
            ast::Base::None => (None, Vec::new()),
            ast::Base::Named(name) => (self.id(&name.value), Vec::new()),
            ast::Base::Inline(members) => (None, self.members(members)),
        };
        let tag = body.discriminator.as_ref().map(|name| name.value.clone());
        Union {
            tag_enum: tag
                .as_deref()
                .and_then(|tag| self.tag_enum(&body.base, tag)),
            tag: tag.unwrap_or_else(|| "type".to_owned()),
            base,
            members,
            branches: self.branches(&body.branches),
        }
    }

    /// The type of the tag, which is a member of the base or of a base of it.
    fn tag_enum<'b>(&'b self, base: &'b ast::Base, tag: &str) -> Option<TypeId> {
        let (mut members, mut next) = match base {
            ast::Base::None => return None,
            ast::Base::Inline(members) => (members, None),
            ast::Base::Named(name) => self.structure(name)?,
        };
        loop {
            if let Some(member) = members.iter().find(|member| member.name.value == tag) {
                return self.id(&member.ty.name.value);
            }
            (members, next) = self.structure(next?)?;
        }
    }

    /// The own members of a struct, and its base.
    fn structure(&self, name: &Name) -> Option<(&'a Vec<ast::Member>, Option<&'a Name>)> {
        match &self.types[self.id(&name.value)?.index()].body {
            Body::Struct(body) => Some((&body.members, body.base.as_ref())),
            _ => None,
        }
    }

    fn command(&self, definition: &Definition) -> Option<Command> {
        let Body::Command(body) = &definition.body else {
            return None;
        };
        Some(Command {
            meta: definition_meta(definition),
            data: self.data(&body.data),
            returns: body.returns.as_ref().and_then(|returns| self.ty(returns)),
            open: false,
            success_response: body.success_response,
            allow_oob: body.allow_oob,
            allow_preconfig: body.allow_preconfig,
        })
    }

    fn event(&self, definition: &Definition) -> Option<Event> {
        let Body::Event(body) = &definition.body else {
            return None;
        };
        Some(Event {
            meta: definition_meta(definition),
            data: self.data(&body.data),
        })
    }

    fn data(&self, data: &ast::Data) -> Data {
        match data {
            ast::Data::None => Data::Members(Vec::new()),
            ast::Data::Inline(members) => Data::Members(self.members(members)),
            ast::Data::Named(name) => self
                .id(&name.value)
                .map_or(Data::Members(Vec::new()), Data::Defined),
        }
    }

    fn members(&self, members: &[ast::Member]) -> Vec<Member> {
        let member = |member: &ast::Member| {
            Some(Member {
                meta: meta(&member.name.value, &member.condition, &member.features),
                optional: member.optional,
                ty: self.ty(&member.ty)?,
            })
        };
        members.iter().filter_map(member).collect()
    }

    fn branches(&self, branches: &[ast::Branch]) -> Vec<Branch> {
        let branch = |branch: &ast::Branch| {
            Some(Branch {
                meta: meta(&branch.name.value, &branch.condition, &[]),
                ty: self.ty(&branch.ty)?,
            })
        };
        branches.iter().filter_map(branch).collect()
    }

    fn ty(&self, ty: &ast::TypeRef) -> Option<Type> {
        let name = &ty.name.value;
        let defined = || self.id(name).map(Item::Defined);
        let item = Builtin::named(name).map(Item::Builtin).or_else(defined)?;
        Some(if ty.array {
            Type::Array(item)
        } else {
            Type::One(item)
        })
    }

    fn id(&self, name: &str) -> Option<TypeId> {
        self.by_name.get(name).copied()
    }
}

fn definition_meta(definition: &Definition) -> Meta {
    meta(
        &definition.name.value,
        &definition.condition,
        &definition.features,
    )
}

fn meta(name: &str, condition: &Option<ast::Condition>, features: &[ast::Feature]) -> Meta {
    let feature = |feature: &ast::Feature| Feature {
        name: feature.name.value.clone(),
        condition: feature.condition.as_ref().map(Condition::from),
    };
    Meta {
        name: name.to_owned(),
        condition: condition.as_ref().map(Condition::from),
        features: features.iter().map(feature).collect(),
    }
}
