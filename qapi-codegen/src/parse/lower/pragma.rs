//! Settings for the whole schema.

use super::{Context, Entries, kind_of, take};
use crate::ast::{Item, PragmaDirective, PragmaValue};
use crate::diagnostic::Code;
use crate::dialect;
use crate::parse::keys;
use crate::parse::tree::{Node, Value};
use crate::source::Name;

impl Context<'_> {
    pub(super) fn pragma(&mut self, mut entries: Entries) -> Option<Item> {
        self.check_keys("pragma", self.expression, &entries, keys::PRAGMA);
        if !dialect::PRAGMAS.contains(self.version) {
            self.error(
                Code::UnknownKey,
                self.expression,
                format!("QEMU {} has no pragmas", self.version),
                "pragmas came with QEMU 2.9",
            );
            return None;
        }
        let node = take(&mut entries, "pragma")?;
        let Value::Object(settings) = node.value else {
            let message = format!("a pragma must be an object, not {}", kind_of(&node.value));
            self.error(
                Code::WrongKind,
                node.span,
                message,
                "write {'pragma': {'NAME': VALUE}}",
            );
            return None;
        };
        let settings = settings
            .into_iter()
            .filter_map(|(name, value)| Some((name.clone(), self.setting(&name, value)?)))
            .collect();
        Some(Item::Pragma(PragmaDirective {
            span: self.expression,
            settings,
        }))
    }

    fn setting(&mut self, name: &Name, node: Node) -> Option<PragmaValue> {
        match name.value.as_str() {
            "doc-required" => self.switch(name, &node),
            "returns-whitelist"
            | "command-returns-exceptions"
            | "name-case-whitelist"
            | "member-name-exceptions"
            | "command-name-exceptions"
            | "documentation-exceptions" => self.names(name, node),
            _ => {
                self.error(
                    Code::UnknownPragma,
                    name.span,
                    format!("there is no pragma '{name}'"),
                    "remove it, or correct its name",
                );
                None
            }
        }
    }

    fn switch(&mut self, name: &Name, node: &Node) -> Option<PragmaValue> {
        if let Value::Boolean(on) = node.value {
            return Some(PragmaValue::Boolean(on));
        }
        self.error(
            Code::WrongKind,
            node.span,
            format!("pragma '{name}' must be true or false"),
            "write true or false without quotes",
        );
        None
    }

    fn names(&mut self, name: &Name, node: Node) -> Option<PragmaValue> {
        let Value::Array(elements) = node.value else {
            self.error(
                Code::WrongKind,
                node.span,
                format!("pragma '{name}' must be a list of strings"),
                "put the names in brackets",
            );
            return None;
        };
        let what = format!("each element of pragma '{name}'");
        let names = elements
            .into_iter()
            .filter_map(|element| self.string(&what, element));
        Some(PragmaValue::Names(names.collect()))
    }
}
