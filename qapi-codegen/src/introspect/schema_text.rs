//! Writing a schema for a reply.
//!
//! It serves releases whose source is not available. A reply has no names of
//! types, so [`TypeNames`] derives them from the commands and events.

use super::type_names::{TypeNames, is_empty};
use crate::ast::{
    self, BranchDefinition, DataDefinition, Definition, DefinitionBody, EnumValueDefinition,
    PragmaDirective, PragmaValue, TypeReference, UnionBase,
};
use crate::canonical;
use crate::dialect;
use crate::load::{DocumentationKind, LoadedSchema};
use crate::schema::{EntityMeta, Feature};
use crate::source::{Name, SourceFile, Sources, Span};
use crate::version::{Series, Version};
use crate::wire::{
    CommandShape, EnumShape, EventShape, Interface, MemberShape, NameTable, ObjectShape, Shape,
    ShapeId,
};

/// Writes the schema of an introspected interface in the syntax of a release.
///
/// The text has the layout of imported schemas. It lacks what introspection
/// does not report: conditions, documentation, the sizes of integers, and which
/// commands have `'gen': false`.
pub fn write_schema(interface: &Interface<'_>, version: Version) -> String {
    let mut sources = Sources::default();
    let file = sources.add(SourceFile {
        name: "reply".to_owned(),
        text: String::new(),
        included_from: None,
    });
    let builder = DefinitionBuilder {
        interface,
        names: TypeNames::new(interface, dialect::EMPTY_BRANCHES.contains(version)),
        series: version.series(),
        span: Span {
            file,
            start: 0,
            end: 0,
        },
    };
    let loaded = LoadedSchema {
        version,
        sources,
        items: builder.build_items(),
        diagnostics: Vec::new(),
        documentation: DocumentationKind::None,
    };
    canonical::print(&loaded, &[])
}

struct DefinitionBuilder<'i, 's> {
    interface: &'i Interface<'s>,
    names: TypeNames,
    series: Series,
    /// The span of everything: there is no source text.
    span: Span,
}

impl DefinitionBuilder<'_, '_> {
    fn build_items(&self) -> Vec<ast::Item> {
        let types = self.names.in_order();
        let types = types.flat_map(|id| self.build_type(id));
        let commands = self.interface.commands.values();
        let commands = commands.map(|command| self.build_command(command));
        let events = self.interface.events.values();
        let events = events.map(|event| self.build_event(event));
        let definitions: Vec<Definition> = types.chain(commands).chain(events).collect();
        let pragmas = self
            .build_pragmas(&definitions)
            .into_iter()
            .map(ast::Item::Pragma);
        pragmas
            .chain(definitions.into_iter().map(ast::Item::Definition))
            .collect()
    }

    /// A type; a union comes after its base.
    fn build_type(&self, id: ShapeId) -> Vec<Definition> {
        let name = self.names.name(id);
        let features = self.interface.definition(id);
        let features = features.map_or(&[][..], |meta| &meta.features);
        let body = match self.interface.get(id) {
            Shape::Builtin(_) | Shape::Array(_) => return Vec::new(),
            Shape::Enum(values) => DefinitionBody::Enum(self.build_enum(values)),
            Shape::Alternate(branches) => DefinitionBody::Alternate(ast::AlternateDefinition {
                branches: branches
                    .iter()
                    .map(|branch| self.build_branch(branch.kind.as_str(), branch.shape))
                    .collect(),
            }),
            Shape::Object(object) if object.branches.is_some() => {
                return self.build_union(name, features, object);
            }
            Shape::Object(object) => DefinitionBody::Struct(self.build_struct(object)),
        };
        vec![self.build_definition(name, features, body)]
    }

    fn build_struct(&self, object: &ObjectShape<'_>) -> ast::StructDefinition {
        ast::StructDefinition {
            base: None,
            members: self.build_members(&object.members),
        }
    }

    fn build_union(
        &self,
        name: &str,
        features: &[Feature],
        object: &ObjectShape<'_>,
    ) -> Vec<Definition> {
        let base = self.names.base_name(name);
        let branches = object.branches.iter();
        let by_value = branches
            .clone()
            .flat_map(|branches| branches.by_value.declared());
        let may_omit = dialect::EMPTY_BRANCHES.contains(self.series);
        let written =
            by_value.filter(|(_, branch)| !may_omit || !is_empty(self.interface, branch.content));
        let union = ast::UnionDefinition {
            base: UnionBase::Named(self.name(&base)),
            discriminator: branches
                .map(|branches| self.name(branches.discriminator))
                .next(),
            branches: written
                .map(|(value, branch)| self.build_branch(value, branch.content))
                .collect(),
        };
        vec![
            self.build_definition(
                &base,
                &[],
                DefinitionBody::Struct(self.build_struct(object)),
            ),
            self.build_definition(name, features, DefinitionBody::Union(union)),
        ]
    }

    fn build_command(&self, command: &CommandShape<'_>) -> Definition {
        let (data, boxed) = self.build_data(command.arguments);
        let returns = command.returns.filter(|id| !is_empty(self.interface, *id));
        let body = DefinitionBody::Command(ast::CommandDefinition {
            data,
            returns: returns.map(|id| self.build_reference(id)),
            boxed,
            generated: true,
            open: false,
            success_response: true,
            allow_oob: command.allow_oob,
            allow_preconfig: false,
            coroutine: false,
        });
        self.build_definition(&command.meta.name, &command.meta.features, body)
    }

    fn build_event(&self, event: &EventShape<'_>) -> Definition {
        let (data, boxed) = self.build_data(event.data);
        let body = DefinitionBody::Event(ast::EventDefinition { data, boxed });
        self.build_definition(&event.meta.name, &event.meta.features, body)
    }

    /// The data of a command or event, and whether it has to be `boxed`.
    fn build_data(&self, id: ShapeId) -> (DataDefinition, bool) {
        match self.interface.object(id) {
            Some(object) if !is_empty(self.interface, id) => {
                let name = self.name(self.names.name(id));
                (DataDefinition::Named(name), object.branches.is_some())
            }
            _ => (DataDefinition::None, false),
        }
    }

    fn build_members(
        &self,
        members: &NameTable<'_, MemberShape<'_>>,
    ) -> Vec<ast::MemberDefinition> {
        let member = |(name, member): (&str, &MemberShape<'_>)| ast::MemberDefinition {
            name: self.name(name),
            optional: member.optional,
            ty: self.build_reference(member.shape),
            condition: None,
            features: self.build_features(member.meta.map_or(&[], |meta| &meta.features)),
        };
        members.declared().map(member).collect()
    }

    fn build_branch(&self, name: &str, shape: ShapeId) -> BranchDefinition {
        BranchDefinition {
            name: self.name(name),
            ty: self.build_reference(shape),
            condition: None,
        }
    }

    fn build_enum(&self, values: &EnumShape<'_>) -> ast::EnumDefinition {
        let value = |(name, meta): (&str, &&EntityMeta)| EnumValueDefinition {
            name: self.name(name),
            condition: None,
            features: self.build_features(&meta.features),
        };
        ast::EnumDefinition {
            prefix: None,
            values: values.declared().map(value).collect(),
        }
    }

    fn build_features(&self, features: &[Feature]) -> Vec<ast::FeatureDefinition> {
        let feature = |feature: &Feature| ast::FeatureDefinition {
            name: self.name(&feature.name),
            condition: None,
        };
        features.iter().map(feature).collect()
    }

    fn build_reference(&self, id: ShapeId) -> TypeReference {
        let (id, array) = match self.interface.get(id) {
            Shape::Array(element) => (*element, true),
            _ => (id, false),
        };
        let name = match self.interface.get(id) {
            Shape::Builtin(builtin) => builtin.as_str(),
            _ => self.names.name(id),
        };
        TypeReference {
            name: self.name(name),
            array,
        }
    }

    fn build_definition(
        &self,
        name: &str,
        features: &[Feature],
        body: DefinitionBody,
    ) -> Definition {
        Definition {
            span: self.span,
            name: self.name(name),
            condition: None,
            features: self.build_features(features),
            body,
        }
    }

    fn name(&self, text: &str) -> Name {
        Name::new(text.to_owned(), self.span)
    }

    /// The exceptions to the naming rules that the definitions need.
    fn build_pragmas(&self, definitions: &[Definition]) -> Option<PragmaDirective> {
        let [returns, members, commands] = match self.series {
            series if !dialect::PRAGMAS.contains(series) => return None,
            series if !dialect::EXCEPTION_PRAGMAS.contains(series) => {
                ["returns-whitelist", "name-case-whitelist", ""]
            }
            _ => [
                "command-returns-exceptions",
                "member-name-exceptions",
                "command-name-exceptions",
            ],
        };
        let mut settings = Vec::new();
        let mut set = |pragma: &str, is_exception: &dyn Fn(&Definition) -> bool| {
            let names = definitions
                .iter()
                .filter(|definition| is_exception(definition));
            let names: Vec<Name> = names.map(|definition| definition.name.clone()).collect();
            if !pragma.is_empty() && !names.is_empty() {
                settings.push((self.name(pragma), PragmaValue::Names(names)));
            }
        };
        set(returns, &|definition| self.returns_non_object(definition));
        set(members, &has_unusual_names);
        set(commands, &|definition| {
            matches!(definition.body, DefinitionBody::Command(_))
                && definition.name.value.contains('_')
        });
        (!settings.is_empty()).then_some(PragmaDirective {
            span: self.span,
            settings,
        })
    }

    fn returns_non_object(&self, definition: &Definition) -> bool {
        let DefinitionBody::Command(_) = definition.body else {
            return false;
        };
        let command = self.interface.commands.get(&definition.name.value);
        command.is_some_and(|command| {
            let returned = self.interface.returned(command);
            let element = match self.interface.get(returned) {
                Shape::Array(element) => *element,
                _ => returned,
            };
            self.interface.object(element).is_none()
        })
    }
}

/// Returns `true` if names of members or values have uppercase letters or `_`.
fn has_unusual_names(definition: &Definition) -> bool {
    let is_unusual = |name: &Name| name.value.contains(|c: char| c == '_' || c.is_uppercase());
    match &definition.body {
        DefinitionBody::Struct(body) => body.members.iter().any(|member| is_unusual(&member.name)),
        DefinitionBody::Enum(body) => body.values.iter().any(|value| is_unusual(&value.name)),
        _ => false,
    }
}
