//! Lowering of pragmas.

use super::{Lowering, ObjectEntries, take};
use crate::ast::{Item, PragmaDirective, PragmaValue};
use crate::diagnostic::Code;
use crate::dialect;
use crate::parse::tree::{SyntaxNode, SyntaxValue};
use crate::source::Name;

impl Lowering<'_> {
    pub(super) fn pragma(&mut self, mut entries: ObjectEntries) -> Option<Item> {
        if !dialect::PRAGMAS.contains(self.version) {
            let message = format!("pragmas are not supported in QEMU {}", self.version);
            let help = "pragmas exist since QEMU 2.9";
            self.error(Code::UnknownKey, self.expression, message, help);
            return None;
        }
        let node = take(&mut entries, "pragma")?;
        let SyntaxValue::Object(entries) = node.value else {
            let help = "write {'pragma': {'NAME': VALUE}}";
            self.wrong_kind(&"a pragma", "an object", &node, help);
            return None;
        };
        let settings = entries.into_iter().filter_map(|(name, node)| {
            let value = self.pragma_value(&name, node)?;
            Some((name, value))
        });
        Some(Item::Pragma(PragmaDirective {
            settings: settings.collect(),
            span: self.expression,
        }))
    }

    fn pragma_value(&mut self, name: &Name, node: SyntaxNode) -> Option<PragmaValue> {
        match name.value.as_str() {
            "doc-required" => self.pragma_boolean(name, &node),
            "returns-whitelist"
            | "command-returns-exceptions"
            | "name-case-whitelist"
            | "member-name-exceptions"
            | "command-name-exceptions"
            | "documentation-exceptions" => self.pragma_names(name, node),
            _ => {
                let message = format!("unknown pragma '{name}'");
                let help = "remove it, or correct its name";
                self.error(Code::UnknownPragma, name.span, message, help);
                None
            }
        }
    }

    fn pragma_boolean(&mut self, name: &Name, node: &SyntaxNode) -> Option<PragmaValue> {
        if let SyntaxValue::Boolean(on) = node.value {
            return Some(PragmaValue::Boolean(on));
        }
        let what = format!("pragma '{name}'");
        let help = "write true or false without quotes";
        self.wrong_kind(&what, "true or false", node, help);
        None
    }

    fn pragma_names(&mut self, name: &Name, node: SyntaxNode) -> Option<PragmaValue> {
        let SyntaxValue::Array(elements) = node.value else {
            let what = format!("pragma '{name}'");
            let help = "put the names in brackets";
            self.wrong_kind(&what, "an array of strings", &node, help);
            return None;
        };
        let what = format!("each element of pragma '{name}'");
        let names = elements
            .into_iter()
            .filter_map(|element| self.string(&what, element));
        Some(PragmaValue::Names(names.collect()))
    }
}
