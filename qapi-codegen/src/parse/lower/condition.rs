//! Conditions on how QEMU was built, and features, in both their languages.

use super::{Context, Entries, kind_of, take};
use crate::ast::{Condition, FeatureDefinition};
use crate::diagnostic::Code;
use crate::dialect;
use crate::parse::keys;
use crate::parse::tree::{Node, Value};
use crate::source::Span;

impl Context<'_> {
    /// Takes the `if` out of an object.
    pub(super) fn condition(&mut self, what: &str, entries: &mut Entries) -> Option<Condition> {
        let node = take(entries, "if")?;
        if !dialect::STRUCTURED_CONDITIONS.contains(self.version) {
            self.expression_condition(what, node)
        } else {
            self.structured(what, node)
        }
    }

    /// Releases 3.0 to 6.1: an expression, or a list of which all must hold.
    fn expression_condition(&mut self, what: &str, node: Node) -> Option<Condition> {
        match node.value {
            Value::String(text) if text.trim().is_empty() => {
                self.useless(what, node.span);
                None
            }
            Value::String(text) => Some(Condition::Expression(text)),
            Value::Array(elements) if elements.is_empty() => {
                self.useless(what, node.span);
                None
            }
            Value::Array(elements) => {
                let all = elements
                    .into_iter()
                    .filter_map(|element| self.expression_condition(what, element));
                Some(Condition::All(all.collect()))
            }
            _ => {
                self.error(
                    Code::InvalidCondition,
                    node.span,
                    format!("the condition of {what} must be a string or a list of strings"),
                    "conditions have structure from QEMU 6.2 on",
                );
                None
            }
        }
    }

    /// Releases from 6.2 on: a macro, or an object of one key.
    fn structured(&mut self, what: &str, node: Node) -> Option<Condition> {
        match node.value {
            Value::String(text) if is_macro(&text) => Some(Condition::Defined(text)),
            Value::String(text) => {
                self.error(
                    Code::InvalidCondition,
                    node.span,
                    format!("'{text}' in the condition of {what} is no macro"),
                    "a macro is written in capitals, digits and `_`, such as 'CONFIG_FOO'",
                );
                None
            }
            Value::Object(entries) => self.operator(what, node.span, entries),
            Value::Array(ref elements) if elements.is_empty() => {
                self.useless(what, node.span);
                None
            }
            other => {
                let message = format!(
                    "the condition of {what} must be a string or an object, not {}",
                    kind_of(&other)
                );
                self.error(
                    Code::InvalidCondition,
                    node.span,
                    message,
                    "write 'CONFIG_FOO', {'all': [COND]}, {'any': [COND]} or {'not': COND}",
                );
                None
            }
        }
    }

    fn operator(&mut self, what: &str, place: Span, mut entries: Entries) -> Option<Condition> {
        if entries.len() > 1 {
            self.error(
                Code::InvalidCondition,
                place,
                format!("the condition of {what} has more than one key"),
                "nest them: {'all': [COND, COND]}",
            );
            return None;
        }
        let Some((key, node)) = entries.pop() else {
            self.useless(what, place);
            return None;
        };
        match key.value.as_str() {
            "not" => Some(Condition::Not(Box::new(self.structured(what, node)?))),
            "all" => Some(Condition::All(self.operands(what, node)?)),
            "any" => Some(Condition::Any(self.operands(what, node)?)),
            _ => {
                self.error(
                    Code::InvalidCondition,
                    key.span,
                    format!("the condition of {what} has an unknown key '{key}'"),
                    "valid keys are 'all', 'any', 'not'",
                );
                None
            }
        }
    }

    fn operands(&mut self, what: &str, node: Node) -> Option<Vec<Condition>> {
        match node.value {
            Value::Array(elements) if !elements.is_empty() => Some(
                elements
                    .into_iter()
                    .filter_map(|element| self.structured(what, element))
                    .collect(),
            ),
            Value::Array(_) => {
                self.useless(what, node.span);
                None
            }
            other => {
                let message = format!(
                    "'all' and 'any' in the condition of {what} take a list, not {}",
                    kind_of(&other)
                );
                self.error(
                    Code::InvalidCondition,
                    node.span,
                    message,
                    "put the condition in brackets",
                );
                None
            }
        }
    }

    fn useless(&mut self, what: &str, place: Span) {
        self.error(
            Code::InvalidCondition,
            place,
            format!("the condition of {what} is empty"),
            "leave out 'if' where there is no condition",
        );
    }

    /// Takes the `features` out of an object.
    pub(super) fn features(&mut self, what: &str, entries: &mut Entries) -> Vec<FeatureDefinition> {
        let Some(node) = take(entries, "features") else {
            return Vec::new();
        };
        let Value::Array(elements) = node.value else {
            let message = format!(
                "the features of {what} must be a list, not {}",
                kind_of(&node.value)
            );
            self.error(
                Code::WrongKind,
                node.span,
                message,
                "put the features in brackets",
            );
            return Vec::new();
        };
        elements
            .into_iter()
            .filter_map(|element| self.feature(what, element))
            .collect()
    }

    fn feature(&mut self, what: &str, node: Node) -> Option<FeatureDefinition> {
        let place = node.span;
        let Value::Object(mut entries) = node.value else {
            let name = self.string(&format!("a feature of {what}"), node)?;
            return Some(FeatureDefinition {
                name,
                condition: None,
            });
        };
        let feature = format!("a feature of {what}");
        self.check_keys(&feature, place, &entries, keys::FEATURE);
        let condition = self.condition(&feature, &mut entries);
        let name = take(&mut entries, "name")?;
        let name = self.string(&format!("the name of {feature}"), name)?;
        Some(FeatureDefinition { name, condition })
    }
}

fn is_macro(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_uppercase())
        && text
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
