//! Writing a schema for a reply.
//!
//! It serves releases whose source is not available. A reply has no names of
//! types, so [`TypeNames`] derives them from the commands and events.

use std::collections::{HashMap, HashSet};

use super::pragmas::is_unusual;
use super::type_names::{GivenNames, TypeNames, is_empty};
use crate::ast::{
    self, BranchDefinition, DataDefinition, Definition, DefinitionBody, EnumValueDefinition,
    PragmaDirective, TypeReference, UnionBase,
};
use crate::canonical;
use crate::dialect;
use crate::doc::DefinitionDocs;
use crate::load::{DocumentationKind, LoadedSchema};
use crate::schema::{EntityMeta, Feature};
use crate::source::{Name, SourceFile, Sources, Span};
use crate::version::Version;
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
    let builder = DefinitionBuilder::new(interface, version, GivenNames::default());
    let names = builder.order();
    let definitions = names.iter().flat_map(|name| builder.build(name)).collect();
    builder.print(definitions, &[], &[], &[])
}

/// Builds definitions from the shapes of a reply.
pub(super) struct DefinitionBuilder<'i, 's> {
    pub interface: &'i Interface<'s>,
    names: TypeNames,
    /// The arguments and data that are written in their command or event.
    inline: HashSet<ShapeId>,
    pub version: Version,
    /// The span of everything: there is no source text.
    span: Span,
    sources: Sources,
}

impl<'i, 's> DefinitionBuilder<'i, 's> {
    pub fn new(interface: &'i Interface<'s>, version: Version, given: GivenNames) -> Self {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile {
            name: "reply".to_owned(),
            text: String::new(),
            included_from: None,
        });
        DefinitionBuilder {
            interface,
            inline: find_inline(interface, &given),
            names: TypeNames::new(interface, dialect::EMPTY_BRANCHES.contains(version), given),
            version,
            span: Span::new(file, 0..0),
            sources,
        }
    }

    /// The names of all definitions: types, commands, events.
    pub fn order(&self) -> Vec<String> {
        let types = self.names.in_order().filter(|id| !self.inline.contains(id));
        let types = types.map(|id| self.names.name(id).to_owned());
        let operations = self
            .interface
            .commands
            .names()
            .chain(self.interface.events.names());
        types.chain(operations.map(str::to_owned)).collect()
    }

    /// The type with a name.
    pub fn id(&self, name: &str) -> Option<ShapeId> {
        self.names.id(name)
    }

    /// Builds the definition with a name; that of a union may come after its base.
    pub fn build(&self, name: &str) -> Vec<Definition> {
        if let Some(id) = self.names.id(name) {
            return self.build_type(id);
        }
        let command = self.interface.commands.get(name);
        let event = self.interface.events.get(name);
        let command = command.map(|command| self.build_command(command));
        command
            .or_else(|| Some(self.build_event(event?)))
            .into_iter()
            .collect()
    }

    /// Prints definitions with the exceptions to naming rules that they need.
    pub fn print(
        mut self,
        definitions: Vec<Definition>,
        pragmas: &[&PragmaDirective],
        docs: &[DefinitionDocs],
        modules: &[Option<&str>],
    ) -> String {
        let pragma = self.build_pragma(&definitions, pragmas);
        let pragma = pragma.into_iter().map(ast::Item::Pragma);
        let definitions = definitions.into_iter().map(Box::new);
        let definitions = definitions.map(ast::Item::Definition);
        let loaded = LoadedSchema {
            version: self.version,
            sources: std::mem::take(&mut self.sources),
            items: pragma.chain(definitions).collect(),
            diagnostics: Vec::new(),
            documentation: DocumentationKind::None,
        };
        canonical::print_in_modules(&loaded, docs, modules)
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
        let may_be_inline = dialect::INLINE_BASES.contains(self.version);
        let base = (!may_be_inline).then(|| self.names.base_name(name));
        let branches = object.branches.iter();
        let by_value = branches
            .clone()
            .flat_map(|branches| branches.by_value.declared());
        let may_omit = dialect::EMPTY_BRANCHES.contains(self.version);
        let written =
            by_value.filter(|(_, branch)| !may_omit || !is_empty(self.interface, branch.content));
        let union = ast::UnionDefinition {
            base: match &base {
                None => UnionBase::Inline(self.build_members(&object.members)),
                Some(base) => UnionBase::Named(self.name(base)),
            },
            discriminator: branches
                .map(|branches| self.name(branches.discriminator))
                .next(),
            branches: written
                .map(|(value, branch)| self.build_branch(value, branch.content))
                .collect(),
        };
        let body = || DefinitionBody::Struct(self.build_struct(object));
        let base = base.map(|base| self.build_definition(&base, &[], body()));
        let union = self.build_definition(name, features, DefinitionBody::Union(union));
        base.into_iter().chain([union]).collect()
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
            Some(object) if self.inline.contains(&id) => (
                DataDefinition::Inline(self.build_members(&object.members)),
                false,
            ),
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

    pub fn name(&self, text: &str) -> Name {
        Name::new(text.to_owned(), self.span)
    }
}

/// The arguments and data that nothing else refers to, and that need no name.
fn find_inline(interface: &Interface<'_>, given: &GivenNames) -> HashSet<ShapeId> {
    let commands = interface.commands.values();
    let commands = commands.flat_map(|command| [command.arguments, interface.returned(command)]);
    let events = interface.events.values().map(|event| event.data);
    let mut uses: HashMap<ShapeId, usize> = HashMap::new();
    let inner = interface
        .ids()
        .flat_map(|id| referenced_shapes(interface, id));
    for id in commands.chain(events).chain(inner) {
        *uses.entry(id).or_default() += 1;
    }
    let arguments = interface.commands.values().map(|command| command.arguments);
    let data = interface.events.values().map(|event| event.data);
    let may_be_inline = |id: &ShapeId| {
        let object = interface.object(*id);
        uses[id] == 1
            && !given.has(*id)
            && !is_empty(interface, *id)
            && object.is_some_and(|object| {
                // Exceptions to naming rules are for types.
                object.branches.is_none() && !object.members.names().any(is_unusual)
            })
            && interface
                .definition(*id)
                .is_none_or(|meta| meta.features.is_empty())
    };
    arguments.chain(data).filter(may_be_inline).collect()
}

fn referenced_shapes(interface: &Interface<'_>, id: ShapeId) -> Vec<ShapeId> {
    match interface.get(id) {
        Shape::Builtin(_) | Shape::Enum(_) => Vec::new(),
        Shape::Array(element) => vec![*element],
        Shape::Alternate(branches) => branches.iter().map(|branch| branch.shape).collect(),
        Shape::Object(object) => {
            let branches = object.branches.iter();
            let branches = branches.flat_map(|branches| branches.by_value.values());
            let members = object.members.values().map(|member| member.shape);
            members
                .chain(branches.map(|branch| branch.content))
                .collect()
        }
    }
}
