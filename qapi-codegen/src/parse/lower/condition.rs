//! Lowering of conditions and features.

use std::fmt::Display;

use super::{Lowering, ObjectEntries, take};
use crate::ast::{Condition, FeatureDefinition};
use crate::diagnostic::Code;
use crate::dialect;
use crate::parse::keys;
use crate::parse::tree::{SyntaxNode, SyntaxValue};
use crate::source::Span;

impl Lowering<'_> {
    /// Takes the `if` out of an object.
    pub(super) fn condition(
        &mut self,
        owner: &dyn Display,
        entries: &mut ObjectEntries,
    ) -> Option<Condition> {
        let node = take(entries, "if")?;
        if dialect::STRUCTURED_CONDITIONS.contains(self.version) {
            self.structured_condition(owner, node)
        } else {
            self.expression_condition(owner, node)
        }
    }

    /// Releases 3.0 to 6.1: an expression, or an array of which all must hold.
    fn expression_condition(&mut self, owner: &dyn Display, node: SyntaxNode) -> Option<Condition> {
        match node.value {
            SyntaxValue::String(text) if !text.trim().is_empty() => {
                Some(Condition::Expression(text))
            }
            SyntaxValue::Array(elements) if !elements.is_empty() => {
                let all = elements
                    .into_iter()
                    .filter_map(|element| self.expression_condition(owner, element));
                Some(Condition::All(all.collect()))
            }
            SyntaxValue::String(_) | SyntaxValue::Array(_) => {
                self.empty_condition(owner, node.span)
            }
            _ => {
                let expected = "must be a string or an array of strings";
                let help = "conditions are structured since QEMU 6.2";
                self.invalid_condition(owner, node.span, expected, help)
            }
        }
    }

    /// Releases since 6.2: a macro, or an object with one key.
    fn structured_condition(&mut self, owner: &dyn Display, node: SyntaxNode) -> Option<Condition> {
        match node.value {
            SyntaxValue::String(text) if is_macro(&text) => Some(Condition::Defined(text)),
            SyntaxValue::String(text) => {
                let problem = format!("has the invalid macro name '{text}'");
                let help = "macro names are capitals, digits and `_`, such as 'CONFIG_FOO'";
                self.invalid_condition(owner, node.span, &problem, help)
            }
            SyntaxValue::Object(entries) => self.operator(owner, node.span, entries),
            SyntaxValue::Array(ref elements) if elements.is_empty() => {
                self.empty_condition(owner, node.span)
            }
            other => {
                let problem = format!("must be a string or an object, not {}", other.kind());
                let help = "write 'CONFIG_FOO', {'all': [COND]}, {'any': [COND]} or {'not': COND}";
                self.invalid_condition(owner, node.span, &problem, help)
            }
        }
    }

    fn operator(
        &mut self,
        owner: &dyn Display,
        place: Span,
        mut entries: ObjectEntries,
    ) -> Option<Condition> {
        if entries.len() > 1 {
            let help = "nest them: {'all': [COND, COND]}";
            return self.invalid_condition(owner, place, "has more than one key", help);
        }
        let Some((key, node)) = entries.pop() else {
            return self.empty_condition(owner, place);
        };
        match key.value.as_str() {
            "not" => {
                let operand = self.structured_condition(owner, node)?;
                Some(Condition::Not(Box::new(operand)))
            }
            "all" => Some(Condition::All(self.operands(owner, node)?)),
            "any" => Some(Condition::Any(self.operands(owner, node)?)),
            _ => {
                let problem = format!("has an unknown key '{key}'");
                let help = "valid keys are 'all', 'any', 'not'";
                self.invalid_condition(owner, key.span, &problem, help)
            }
        }
    }

    fn operands(&mut self, owner: &dyn Display, node: SyntaxNode) -> Option<Vec<Condition>> {
        match node.value {
            SyntaxValue::Array(elements) if !elements.is_empty() => {
                let operands = elements
                    .into_iter()
                    .filter_map(|element| self.structured_condition(owner, element));
                Some(operands.collect())
            }
            SyntaxValue::Array(_) => self.empty_condition(owner, node.span),
            other => {
                let kind = other.kind();
                let problem = format!("needs an array after 'all' and 'any', not {kind}");
                let help = "put the condition in brackets";
                self.invalid_condition(owner, node.span, &problem, help)
            }
        }
    }

    fn empty_condition<T>(&mut self, owner: &dyn Display, place: Span) -> Option<T> {
        let help = "remove 'if' if there is no condition";
        self.invalid_condition(owner, place, "is empty", help)
    }

    fn invalid_condition<T>(
        &mut self,
        owner: &dyn Display,
        place: Span,
        problem: &str,
        help: &str,
    ) -> Option<T> {
        let message = format!("the condition of {owner} {problem}");
        self.error(Code::InvalidCondition, place, message, help);
        None
    }

    /// Takes the `features` out of an object.
    pub(super) fn features(
        &mut self,
        owner: &dyn Display,
        entries: &mut ObjectEntries,
    ) -> Vec<FeatureDefinition> {
        let Some(node) = take(entries, "features") else {
            return Vec::new();
        };
        let SyntaxValue::Array(elements) = node.value else {
            let what = format!("the features of {owner}");
            self.wrong_kind(&what, "an array", &node, "put the features in brackets");
            return Vec::new();
        };
        elements
            .into_iter()
            .filter_map(|element| self.feature(owner, element))
            .collect()
    }

    fn feature(&mut self, owner: &dyn Display, node: SyntaxNode) -> Option<FeatureDefinition> {
        let feature = format!("a feature of {owner}");
        let place = node.span;
        let SyntaxValue::Object(mut entries) = node.value else {
            let name = self.string(&feature, node)?;
            return Some(FeatureDefinition {
                name,
                condition: None,
            });
        };
        self.check_keys(&feature, place, &entries, keys::FEATURE);
        let condition = self.condition(&feature, &mut entries);
        let name = self.take_string(&feature, &mut entries, "name")?;
        Some(FeatureDefinition { name, condition })
    }
}

fn is_macro(text: &str) -> bool {
    let is_valid = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|first: char| first.is_ascii_uppercase()) && text.chars().all(is_valid)
}
