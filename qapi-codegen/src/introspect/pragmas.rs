//! The exceptions to naming rules in a schema that is written for a reply.

use super::schema_text::DefinitionBuilder;
use crate::ast::{Definition, DefinitionBody, PragmaDirective, PragmaValue};
use crate::dialect;
use crate::source::Name;
use crate::wire::Shape;

impl DefinitionBuilder<'_, '_> {
    /// The exceptions to the naming rules that the definitions need, with those
    /// of other pragmas.
    pub fn build_pragma(
        &self,
        definitions: &[Definition],
        others: &[&PragmaDirective],
    ) -> Option<PragmaDirective> {
        let [returns, members, commands] = match self.version {
            version if !dialect::PRAGMAS.contains(version) => return None,
            version if !dialect::EXCEPTION_PRAGMAS.contains(version) => {
                ["returns-whitelist", "name-case-whitelist", ""]
            }
            _ => [
                "command-returns-exceptions",
                "member-name-exceptions",
                "command-name-exceptions",
            ],
        };
        let mut settings: Vec<(Name, PragmaValue)> = Vec::new();
        let mut set = |pragma: &str, is_exception: &dyn Fn(&Definition) -> bool| {
            let names = definitions
                .iter()
                .filter(|definition| is_exception(definition));
            let own = names.map(|definition| definition.name.clone());
            let mut names: Vec<Name> = own.chain(names_in(others, pragma)).collect();
            names.sort_by(|one, other| one.value.cmp(&other.value));
            names.dedup_by(|one, other| one.value == other.value);
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
            span: self.name("").span,
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

/// The names that pragmas list under a key.
fn names_in(pragmas: &[&PragmaDirective], key: &str) -> Vec<Name> {
    let settings = pragmas.iter().flat_map(|pragma| &pragma.settings);
    let settings = settings.filter(|(name, _)| name.value == key);
    let names = settings.flat_map(|(_, value)| match value {
        PragmaValue::Names(names) => names.clone(),
        PragmaValue::Boolean(_) => Vec::new(),
    });
    names.collect()
}

/// Returns `true` if a definition has names that need an exception.
fn has_unusual_names(definition: &Definition) -> bool {
    let members = definition.members().iter().map(|member| &member.name.value);
    let values = definition.values().iter().map(|value| &value.name.value);
    members.chain(values).any(|name| is_unusual(name))
}

/// Returns `true` if the name of a member or value has uppercase letters or `_`.
pub(super) fn is_unusual(name: &str) -> bool {
    name.contains(|c: char| c == '_' || c.is_uppercase())
}
