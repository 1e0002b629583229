//! A schema from what a running QEMU tells, where no source tree is at hand.
//!
//! Introspection masks the names of types, so they are made up here, from where
//! a type is met first when one goes down from the commands and events in the
//! order of their names. They stay what they are while the way there does, in
//! whatever order another build tells the same.

use super::info::{Case, Command, Event, Feature, Interface, Item, Kind, Member, Object, TypeId};
use super::naming::Names;
use crate::ast::{
    self, BranchDefinition, DataDefinition, Definition, DefinitionBody, EnumValueDefinition,
    PragmaDirective, PragmaValue, TypeReference, UnionBase,
};
use crate::canonical;
use crate::dialect;
use crate::load::{Documentation, Loaded};
use crate::source::{Name, SourceFile, Sources, Span};
use crate::version::{Series, Version};

/// Writes the schema of an interface that a QEMU of this release told.
///
/// The result is restated like an import. What no introspection tells is not in
/// it: conditions, since when there is what, how large an integer may be, and
/// which commands take arguments that no schema lists.
pub fn synthesise(interface: &Interface, version: Version) -> String {
    let mut sources = Sources::default();
    let text = String::new();
    let file = sources.add(SourceFile {
        name: "reply".to_owned(),
        text,
        included_from: None,
    });
    let writer = Writer {
        interface,
        names: Names::new(interface, dialect::EMPTY_BRANCHES.contains(version)),
        series: version.series(),
        nowhere: Span {
            file,
            start: 0,
            end: 0,
        },
    };
    canonical::print(&Loaded {
        version,
        sources,
        items: writer.items(),
        diagnostics: Vec::new(),
        documentation: Documentation::None,
    })
}

struct Writer<'i> {
    interface: &'i Interface,
    names: Names,
    series: Series,
    /// No file holds what is written here.
    nowhere: Span,
}

impl Writer<'_> {
    fn items(&self) -> Vec<ast::Item> {
        let mut commands: Vec<&Command> = self.interface.commands.iter().collect();
        commands.sort_by(|left, right| left.item.name.cmp(&right.item.name));
        let mut events: Vec<&Event> = self.interface.events.iter().collect();
        events.sort_by(|left, right| left.item.name.cmp(&right.item.name));
        let types = self.names.in_order().flat_map(|id| self.definitions(id));
        let commands = commands.into_iter().map(|command| self.command(command));
        let events = events.into_iter().map(|event| self.event(event));
        let definitions: Vec<Definition> = types.chain(commands).chain(events).collect();
        let pragmas = self
            .pragmas(&definitions)
            .into_iter()
            .map(ast::Item::Pragma);
        pragmas
            .chain(definitions.into_iter().map(ast::Item::Definition))
            .collect()
    }

    /// A type; a union after the struct that holds what its branches share.
    fn definitions(&self, id: TypeId) -> Vec<Definition> {
        let ty = self.interface.get(id);
        let name = self.names.of(id);
        let body = match &ty.kind {
            Kind::Builtin(_) | Kind::Array(_) => return Vec::new(),
            Kind::Enum(values) => DefinitionBody::Enum(ast::EnumDefinition {
                prefix: None,
                values: values.iter().map(|value| self.value(value)).collect(),
            }),
            Kind::Alternate(branches) => DefinitionBody::Alternate(ast::AlternateDefinition {
                branches: branches.iter().map(|branch| self.branch(branch)).collect(),
            }),
            Kind::Object(object) if object.variants.is_some() => {
                return self.union(name, &ty.features, object);
            }
            Kind::Object(object) => DefinitionBody::Struct(self.structure(object)),
        };
        vec![self.definition(name, &ty.features, body)]
    }

    fn structure(&self, object: &Object) -> ast::StructDefinition {
        ast::StructDefinition {
            base: None,
            members: self.members(&object.members),
        }
    }

    fn union(&self, name: &str, features: &[Feature], object: &Object) -> Vec<Definition> {
        let base = self.names.base_of(name);
        let variants = object.variants.iter();
        let cases = variants.clone().flat_map(|variants| &variants.cases);
        let written = cases.filter(|case| {
            !dialect::EMPTY_BRANCHES.contains(self.series) || !self.interface.is_empty(case.ty)
        });
        let union = ast::UnionDefinition {
            base: UnionBase::Named(self.name(&base)),
            discriminator: variants.map(|variants| self.name(&variants.tag)).next(),
            branches: written.map(|case| self.branch(case)).collect(),
        };
        vec![
            self.definition(&base, &[], DefinitionBody::Struct(self.structure(object))),
            self.definition(name, features, DefinitionBody::Union(union)),
        ]
    }

    fn command(&self, command: &Command) -> Definition {
        let (data, boxed) = self.data(command.arguments);
        let returns = (!self.interface.is_empty(command.returns)).then(|| self.ty(command.returns));
        let body = DefinitionBody::Command(ast::CommandDefinition {
            data,
            returns,
            boxed,
            generated: true,
            open: false,
            success_response: true,
            allow_oob: command.allow_oob,
            allow_preconfig: false,
            coroutine: false,
        });
        self.definition(&command.item.name, &command.item.features, body)
    }

    fn event(&self, event: &Event) -> Definition {
        let (data, boxed) = self.data(event.data);
        let body = DefinitionBody::Event(ast::EventDefinition { data, boxed });
        self.definition(&event.item.name, &event.item.features, body)
    }

    /// What a command takes or an event brings, and whether QEMU calls that boxed.
    fn data(&self, id: TypeId) -> (DataDefinition, bool) {
        match &self.interface.get(id).kind {
            Kind::Object(_) if self.interface.is_empty(id) => (DataDefinition::None, false),
            Kind::Object(object) => (
                DataDefinition::Named(self.name(self.names.of(id))),
                object.variants.is_some(),
            ),
            // Whoever read the reply has seen to it that it is an object.
            _ => (DataDefinition::None, false),
        }
    }

    fn members(&self, members: &[Member]) -> Vec<ast::MemberDefinition> {
        let member = |member: &Member| ast::MemberDefinition {
            name: self.name(&member.item.name),
            optional: member.optional,
            ty: self.ty(member.ty),
            condition: None,
            features: self.features(&member.item.features),
        };
        members.iter().map(member).collect()
    }

    fn branch(&self, case: &Case) -> BranchDefinition {
        BranchDefinition {
            name: self.name(&case.item.name),
            ty: self.ty(case.ty),
            condition: None,
        }
    }

    fn value(&self, value: &Item) -> EnumValueDefinition {
        EnumValueDefinition {
            name: self.name(&value.name),
            condition: None,
            features: self.features(&value.features),
        }
    }

    fn features(&self, features: &[Feature]) -> Vec<ast::FeatureDefinition> {
        let feature = |feature: &Feature| ast::FeatureDefinition {
            name: self.name(&feature.name),
            condition: None,
        };
        features.iter().map(feature).collect()
    }

    fn ty(&self, id: TypeId) -> TypeReference {
        let (id, array) = match self.interface.get(id).kind {
            Kind::Array(element) => (element, true),
            _ => (id, false),
        };
        let name = match &self.interface.get(id).kind {
            Kind::Builtin(builtin) => builtin.as_str(),
            _ => self.names.of(id),
        };
        TypeReference {
            name: self.name(name),
            array,
        }
    }

    fn definition(&self, name: &str, features: &[Feature], body: DefinitionBody) -> Definition {
        Definition {
            span: self.nowhere,
            name: self.name(name),
            condition: None,
            features: self.features(features),
            body,
        }
    }

    fn name(&self, text: &str) -> Name {
        Name::new(text.to_owned(), self.nowhere)
    }

    /// The exceptions that these definitions need.
    fn pragmas(&self, definitions: &[Definition]) -> Option<PragmaDirective> {
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
        set(returns, &|definition| self.returns_no_object(definition));
        set(members, &has_unusual_names);
        set(commands, &|definition| {
            matches!(definition.body, DefinitionBody::Command(_))
                && definition.name.value.contains('_')
        });
        (!settings.is_empty()).then_some(PragmaDirective {
            span: self.nowhere,
            settings,
        })
    }

    fn returns_no_object(&self, definition: &Definition) -> bool {
        let DefinitionBody::Command(_) = definition.body else {
            return false;
        };
        let mut commands = self.interface.commands.iter();
        let command = commands.find(|command| command.item.name == definition.name.value);
        command.is_some_and(|command| {
            let returned = &self.interface.get(command.returns).kind;
            let item = match returned {
                Kind::Array(element) => &self.interface.get(*element).kind,
                kind => kind,
            };
            !matches!(item, Kind::Object(_))
        })
    }
}

/// Whether a type has members or values that are not written in small letters
/// and `-` only.
fn has_unusual_names(definition: &Definition) -> bool {
    let is_unusual = |name: &Name| name.value.contains(|c: char| c == '_' || c.is_uppercase());
    match &definition.body {
        DefinitionBody::Struct(body) => body.members.iter().any(|member| is_unusual(&member.name)),
        DefinitionBody::Enum(body) => body.values.iter().any(|value| is_unusual(&value.name)),
        _ => false,
    }
}
