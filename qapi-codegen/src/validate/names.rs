//! The syntax and style of names.

use std::borrow::Cow;

use super::view::{SchemaView, error, title};
use crate::ast::{DataDefinition, Definition, DefinitionBody, FeatureDefinition, MemberDefinition};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect;
use crate::load::DocumentationKind;
use crate::source::Name;

/// Checks every name that the schema defines.
pub fn check(view: &SchemaView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in &view.definitions {
        let mut checker = NameChecker {
            view,
            definition,
            diagnostics,
        };
        checker.check();
    }
}

/// The entities that a definition names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum NamedEntity {
    /// The definition itself, with its keyword.
    Definition(&'static str),
    Member,
    Value,
    Branch,
    Feature,
}

impl NamedEntity {
    /// The word in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            NamedEntity::Definition(keyword) => keyword,
            NamedEntity::Member => "member",
            NamedEntity::Value => "value",
            NamedEntity::Branch => "branch",
            NamedEntity::Feature => "feature",
        }
    }
}

/// A naming convention.
#[derive(Clone, Copy)]
enum NamingStyle {
    /// `CamelCase`
    Camel,
    /// `UPPER_CASE`
    Upper,
    /// `lower-case`, unless an exception allows other characters.
    Lower { capitals: bool, underscores: bool },
}

const LOWER: NamingStyle = NamingStyle::Lower {
    capitals: false,
    underscores: false,
};

struct NameChecker<'v, 's, 'd> {
    view: &'v SchemaView<'s>,
    definition: &'s Definition,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl NameChecker<'_, '_, '_> {
    fn check(&mut self) {
        let definition = self.definition;
        let entity = NamedEntity::Definition(definition.body.keyword());
        self.check_name(entity, &definition.name, self.definition_style());
        self.check_reserved_suffix();
        self.check_features(&definition.features);
        self.check_members(definition.members(), self.member_style());
        self.check_values();
        let is_checked = match &definition.body {
            DefinitionBody::Union(body) => {
                body.discriminator.is_none() || self.view.is_in(dialect::CHECKED_BRANCH_NAMES)
            }
            _ => true,
        };
        for branch in definition.branches().iter().filter(|_| is_checked) {
            self.check_name(NamedEntity::Branch, &branch.name, LOWER);
        }
    }

    fn definition_style(&self) -> NamingStyle {
        let name = self.definition.name.value.as_str();
        match self.definition.body {
            DefinitionBody::Command(_) => NamingStyle::Lower {
                capitals: false,
                underscores: self.view.pragmas.commands.contains(name),
            },
            DefinitionBody::Event(_) => NamingStyle::Upper,
            _ => NamingStyle::Camel,
        }
    }

    /// The style of members and values. Since there are naming conventions,
    /// the exceptions for types do not apply to inline `data`.
    fn member_style(&self) -> NamingStyle {
        let name = self.definition.name.value.as_str();
        let is_data = matches!(self.definition.data(), Some(DataDefinition::Inline(_)));
        if is_data && self.view.is_in(dialect::NAMING_CONVENTIONS) {
            return LOWER;
        }
        let is_exception = self.view.pragmas.members.contains(name);
        NamingStyle::Lower {
            capitals: is_exception,
            underscores: is_exception,
        }
    }

    /// Checks the suffixes of type names that QEMU generates.
    fn check_reserved_suffix(&mut self) {
        let name = &self.definition.name;
        let is_reserved = |suffix: &&str| {
            name.value.ends_with(suffix)
                && (*suffix == "List" || self.view.is_in(dialect::SIMPLE_UNIONS))
        };
        let suffix = ["List", "Kind"].into_iter().find(is_reserved);
        if let Some(suffix) = suffix.filter(|_| self.definition.is_type()) {
            let message = format!("type name '{name}' ends in '{suffix}'");
            let help = format!("choose another: QEMU generates names in '{suffix}'");
            self.report(Code::ReservedName, name, message, &help);
        }
    }

    fn check_values(&mut self) {
        for value in self.definition.values() {
            // Only a value may begin with a digit.
            let name = &value.name;
            let text = match name.value.starts_with(|c: char| c.is_ascii_digit()) {
                true => &format!("d{name}"),
                false => &name.value,
            };
            self.check_text(NamedEntity::Value, name, text, self.member_style());
            self.check_features(&value.features);
        }
    }

    fn check_members(&mut self, members: &[MemberDefinition], style: NamingStyle) {
        for member in members {
            self.check_name(NamedEntity::Member, &member.name, style);
            self.check_features(&member.features);
            let has_is_reserved = !member.optional || self.view.is_in(dialect::RESERVED_HAS_PREFIX);
            let name = &member.name.value;
            if name == "u" || has_is_reserved && begins_in_c(name, "has") {
                let message = format!("member name '{}' is reserved", member.name);
                let help = "choose another: QEMU's C code uses 'u' and 'has_...' itself";
                self.report(Code::ReservedName, &member.name, message, help);
            }
        }
    }

    fn check_features(&mut self, features: &[FeatureDefinition]) {
        let has_style = dialect::FEATURE_NAMING_CONVENTIONS
            .iter()
            .any(|&releases| self.view.is_in(releases));
        for feature in features {
            let name = &feature.name;
            if has_style {
                self.check_name(NamedEntity::Feature, name, LOWER);
            } else {
                self.check_syntax(NamedEntity::Feature, name, &name.value);
            }
        }
    }

    fn check_name(&mut self, entity: NamedEntity, name: &Name, style: NamingStyle) {
        self.check_text(entity, name, &name.value, style);
    }

    /// Checks a name whose checked text may differ from the written one.
    fn check_text(&mut self, entity: NamedEntity, name: &Name, text: &str, style: NamingStyle) {
        if !self.check_syntax(entity, name, text) {
            return;
        }
        let is_member = matches!(entity, NamedEntity::Member | NamedEntity::Value);
        let help = if self.view.is_in(dialect::NAMING_CONVENTIONS) {
            style.violation(stem(text))
        } else if self.has_capitals_rule() && is_member {
            style.capitals_violation(text)
        } else {
            None
        };
        if let Some(help) = help {
            let entity = entity.as_str();
            let message = format!("{entity} name '{name}' does not follow the naming convention");
            self.report(Code::NameStyle, name, message, help);
        }
    }

    /// Returns `true` if the release rejects capitals, as 2.6 to 2.8 do. Their
    /// exceptions go by type names, which introspected schemas do not have.
    fn has_capitals_rule(&self) -> bool {
        self.view.is_in(dialect::LOWER_CASE_MEMBERS)
            && self.view.documentation != DocumentationKind::None
    }

    fn check_syntax(&mut self, entity: NamedEntity, name: &Name, text: &str) -> bool {
        let is_valid = match self.view.is_in(dialect::DOTS_IN_NAMES) {
            true => is_name_with_dots(text),
            false => is_name(text),
        };
        let entity = entity.as_str();
        if !is_valid {
            let message = format!("invalid {entity} name '{name}'");
            let help = "names are letters, digits, `-` and `_`, and begin with a letter";
            self.report(Code::InvalidName, name, message, help);
        } else if begins_in_c(text, "q") {
            let message = format!("{entity} name '{name}' is reserved");
            let help = "choose another: QEMU's C code uses 'q_...' itself";
            self.report(Code::ReservedName, name, message, help);
        } else {
            return true;
        }
        false
    }

    fn report(&mut self, code: Code, name: &Name, message: String, help: &str) {
        let message = if *name == self.definition.name {
            message
        } else {
            format!("{}: {message}", title(self.definition))
        };
        let diagnostic = error(code, self.definition, name.span, message);
        self.diagnostics.push(diagnostic.with_help(help));
    }
}

impl NamingStyle {
    /// The correct style of a name that violates it.
    fn violation(self, stem: &str) -> Option<&'static str> {
        match self {
            NamingStyle::Camel => (!is_camel(stem)).then_some("write it in CamelCase"),
            NamingStyle::Upper => stem
                .contains(|c: char| c.is_ascii_lowercase() || c == '-')
                .then_some("write it in capitals, with `_` between words"),
            NamingStyle::Lower { underscores, .. } if !underscores && stem.contains('_') => {
                Some(LOWER_HELP)
            }
            NamingStyle::Lower { .. } => self.capitals_violation(stem),
        }
    }

    fn capitals_violation(self, name: &str) -> Option<&'static str> {
        let NamingStyle::Lower {
            capitals: false, ..
        } = self
        else {
            return None;
        };
        name.contains(|c: char| c.is_ascii_uppercase())
            .then_some(LOWER_HELP)
    }
}

const LOWER_HELP: &str =
    "write it in lower case, with `-` between words, or add an exception to a pragma";

fn is_camel(stem: &str) -> bool {
    let letters = stem.chars().all(|c| c.is_ascii_alphanumeric());
    let has_lower = stem.chars().skip(1).any(|c| c.is_ascii_lowercase());
    letters && has_lower && stem.starts_with(|c: char| c.is_ascii_uppercase())
}

fn is_name_with_dots(text: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(is_inner)
}

fn is_name(text: &str) -> bool {
    let name = without_vendor(text);
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_inner)
}

/// A name without the prefix `__RFQDN_` of downstream extensions.
fn without_vendor(text: &str) -> &str {
    let is_vendor = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    match text
        .strip_prefix("__")
        .and_then(|rest| rest.split_once('_'))
    {
        Some((vendor, name)) if !vendor.is_empty() && vendor.chars().all(is_vendor) => name,
        _ => text,
    }
}

/// The part of a name that a convention applies to: without vendor and `x-`.
fn stem(text: &str) -> &str {
    let name = without_vendor(text);
    match name.get(..2) {
        Some("x-" | "X-") if is_name(&name[2..]) => &name[2..],
        _ => name,
    }
}

/// Returns whether the C identifier of a name begins with a word and `_`.
fn begins_in_c(name: &str, word: &str) -> bool {
    let rest = name.strip_prefix(word);
    rest.is_some_and(|rest| rest.starts_with(|c: char| !c.is_ascii_alphanumeric()))
}

/// The C identifier of a name. Names with the same identifier clash.
pub fn to_c(name: &str) -> Cow<'_, str> {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.chars().all(is_letter) {
        return name.into();
    }
    let letter = |c: char| if is_letter(c) { c } else { '_' };
    name.chars().map(letter).collect::<String>().into()
}
