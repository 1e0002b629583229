//! What names may look like.

use super::view::{View, error, own_members, title};
use crate::ast::{
    BranchDefinition, DataDefinition, Definition, DefinitionBody, EnumDefinition,
    FeatureDefinition, MemberDefinition,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect;
use crate::load::Documentation;
use crate::source::Name;

/// Checks every name that the schema gives to something.
pub fn check(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in &view.definitions {
        let mut names = Names {
            view,
            definition,
            diagnostics,
        };
        names.definition();
    }
}

/// How the letters of a name are written.
#[derive(Clone, Copy)]
enum Style {
    /// `CamelCase`
    Camel,
    /// `UPPER_CASE`
    Upper,
    /// `lower-case`, perhaps with exceptions.
    Lower { capitals: bool, underscores: bool },
}

const LOWER: Style = Style::Lower {
    capitals: false,
    underscores: false,
};

struct Names<'v, 's, 'd> {
    view: &'v View<'s>,
    definition: &'s Definition,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Names<'_, '_, '_> {
    fn definition(&mut self) {
        let definition = self.definition;
        let what = definition.body.keyword();
        self.convention(what, &definition.name, self.definition_style());
        self.suffix();
        self.features(&definition.features);
        self.members(own_members(definition), self.member_style());
        match &definition.body {
            DefinitionBody::Enum(body) => self.values(body),
            DefinitionBody::Union(body) => {
                if body.discriminator.is_none() || self.view.is_in(dialect::CHECKED_BRANCH_NAMES) {
                    self.branches(&body.branches);
                }
            }
            DefinitionBody::Alternate(body) => self.branches(&body.branches),
            DefinitionBody::Command(body) => self.data(&body.data),
            DefinitionBody::Event(body) => self.data(&body.data),
            DefinitionBody::Struct(_) => {}
        }
    }

    fn definition_style(&self) -> Style {
        let name = self.definition.name.value.as_str();
        match self.definition.body {
            DefinitionBody::Command(_) => Style::Lower {
                capitals: false,
                underscores: self.view.pragmas.commands.contains(name),
            },
            DefinitionBody::Event(_) => Style::Upper,
            _ => Style::Camel,
        }
    }

    fn member_style(&self) -> Style {
        let name = self.definition.name.value.as_str();
        let excepted = self.view.pragmas.members.contains(name);
        Style::Lower {
            capitals: excepted,
            underscores: excepted,
        }
    }

    /// Types of arrays and of tags are named after their types.
    fn suffix(&mut self) {
        let name = &self.definition.name;
        let is_type = !matches!(
            self.definition.body,
            DefinitionBody::Command(_) | DefinitionBody::Event(_)
        );
        let suffix = ["List", "Kind"]
            .into_iter()
            .find(|suffix| name.value.ends_with(suffix));
        match suffix {
            Some("Kind") if !self.view.is_in(dialect::SIMPLE_UNIONS) => {}
            Some(suffix) if is_type => {
                let message = format!("the type name '{name}' ends in '{suffix}'");
                let help = format!("QEMU makes names in '{suffix}' itself: choose another");
                self.report(Code::ReservedName, name, message, &help);
            }
            _ => {}
        }
    }

    fn values(&mut self, body: &EnumDefinition) {
        for value in &body.values {
            // A digit may begin a value and nothing else.
            let digit = value.name.value.starts_with(|c: char| c.is_ascii_digit());
            let shown = if digit { "d" } else { "" }.to_owned() + &value.name.value;
            self.checked("value", &value.name, &shown, self.member_style());
            self.features(&value.features);
        }
    }

    fn branches(&mut self, branches: &[BranchDefinition]) {
        for branch in branches {
            self.convention("branch", &branch.name, LOWER);
        }
    }

    fn data(&mut self, data: &DataDefinition) {
        if let DataDefinition::Inline(members) = data {
            self.members(members, self.argument_style());
        }
    }

    /// Arguments are nobody's members, so that the exceptions for types do not
    /// reach them once there are conventions.
    fn argument_style(&self) -> Style {
        if self.view.is_in(dialect::NAMING_CONVENTIONS) {
            LOWER
        } else {
            self.member_style()
        }
    }

    fn members(&mut self, members: &[MemberDefinition], style: Style) {
        for member in members {
            self.convention("member", &member.name, style);
            self.features(&member.features);
            let reserved = !member.optional || self.view.is_in(dialect::RESERVED_HAS_PREFIX);
            let name = to_c(&member.name.value);
            if name == "u" || reserved && name.starts_with("has_") {
                let message = format!("the member name '{}' is reserved", member.name);
                let help = "QEMU's C code has 'u' and 'has_...' for its own use: choose another";
                self.report(Code::ReservedName, &member.name, message, help);
            }
        }
    }

    fn features(&mut self, features: &[FeatureDefinition]) {
        let with_convention = dialect::FEATURE_NAMING_CONVENTIONS
            .iter()
            .any(|&when| self.view.is_in(when));
        for feature in features {
            let name = &feature.name;
            if with_convention {
                self.convention("feature", name, LOWER);
            } else {
                self.syntax("feature", name, &name.value);
            }
        }
    }

    fn convention(&mut self, what: &str, name: &Name, style: Style) {
        self.checked(what, name, &name.value, style);
    }

    /// Checks the text of a name, which may differ from how it is shown.
    fn checked(&mut self, what: &str, name: &Name, text: &str, style: Style) {
        if !self.syntax(what, name, text) {
            return;
        }
        let problem = if self.view.is_in(dialect::NAMING_CONVENTIONS) {
            style.problem(stem(text))
        } else if self.has_capitals_rule() && matches!(what, "member" | "value") {
            style.capitals(text)
        } else {
            None
        };
        if let Some(rule) = problem {
            let message = format!("the {what} name '{name}' is not written as QEMU writes them");
            self.report(Code::NameStyle, name, message, rule);
        }
    }

    /// The exceptions of 2.6 to 2.8 go by names of types, which a schema that a
    /// running QEMU told does not have.
    fn has_capitals_rule(&self) -> bool {
        self.view.is_in(dialect::LOWER_CASE_MEMBERS)
            && self.view.documentation != Documentation::None
    }

    fn syntax(&mut self, what: &str, name: &Name, text: &str) -> bool {
        let with_dots = self.view.is_in(dialect::DOTS_IN_NAMES);
        let valid = if with_dots {
            is_name_with_dots(text)
        } else {
            is_name(text)
        };
        if !valid {
            let message = format!("'{name}' is no valid name for a {what}");
            let help = "names are letters, digits, `-` and `_`, and begin with a letter";
            self.report(Code::InvalidName, name, message, help);
        } else if to_c(text).starts_with("q_") {
            let message = format!("the {what} name '{name}' is reserved");
            let help = "QEMU's C code has 'q_...' for its own use: choose another";
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

impl Style {
    /// What a name should look like, if it does not.
    fn problem(self, stem: &str) -> Option<&'static str> {
        let has = |wrong: fn(char) -> bool| stem.contains(wrong);
        match self {
            Style::Camel if !is_camel(stem) => Some("write it in CamelCase"),
            Style::Upper if has(|c| c.is_ascii_lowercase() || c == '-') => {
                Some("write it in capitals, with `_` between the words")
            }
            Style::Lower { underscores, .. } if !underscores && stem.contains('_') => {
                Some(LOWER_HELP)
            }
            Style::Lower { .. } => self.capitals(stem),
            _ => None,
        }
    }

    fn capitals(self, name: &str) -> Option<&'static str> {
        let allowed = !matches!(
            self,
            Style::Lower {
                capitals: false,
                ..
            }
        );
        (!allowed && name.contains(|c: char| c.is_ascii_uppercase())).then_some(LOWER_HELP)
    }
}

const LOWER_HELP: &str =
    "write it in small letters with `-` between the words, or name an exception in a pragma";

fn is_camel(stem: &str) -> bool {
    let letters = stem.chars().all(|c| c.is_ascii_alphanumeric());
    let has_small = stem.chars().skip(1).any(|c| c.is_ascii_lowercase());
    letters && has_small && stem.starts_with(|c: char| c.is_ascii_uppercase())
}

fn is_name_with_dots(text: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(is_inner)
}

fn is_name(text: &str) -> bool {
    let name = without_vendor(text);
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// A name without the `__RFQDN_` that vendors put before theirs.
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

/// The part of a name that has a convention: without vendor and without `x-`.
fn stem(text: &str) -> &str {
    let name = without_vendor(text);
    match name.get(..2) {
        Some("x-" | "X-") if is_name(&name[2..]) => &name[2..],
        _ => name,
    }
}

/// What C makes of a name: two names that are the same in C clash.
pub fn to_c(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    name.chars().map(letter).collect()
}
