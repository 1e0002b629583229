//! The six kinds of definitions.

use super::{Context, Entries, kind_of, take};
use crate::ast::{
    AlternateDefinition, CommandDefinition, DataDefinition, Definition, DefinitionBody,
    EnumDefinition, EventDefinition, StructDefinition, UnionBase, UnionDefinition,
};
use crate::diagnostic::Code;
use crate::dialect;
use crate::parse::keys::{self, Key};
use crate::parse::tree::{Node, Value};
use crate::source::Name;

impl Context<'_> {
    pub(super) fn definition(
        &mut self,
        kind: &'static str,
        mut entries: Entries,
    ) -> Option<Definition> {
        self.check_keys(article(kind), self.expression, &entries, keys_of(kind));
        let name = take(&mut entries, kind)?;
        let name = self.string(&format!("the name of {}", article(kind)), name)?;
        let what = format!("{kind} '{name}'");
        let condition = self.condition(&what, &mut entries);
        let features = self.features(&what, &mut entries);
        let body = self.body(kind, &what, &mut entries);
        Some(Definition {
            span: self.expression,
            name,
            condition,
            features,
            body,
        })
    }

    fn body(&mut self, kind: &str, what: &str, entries: &mut Entries) -> DefinitionBody {
        match kind {
            "enum" => DefinitionBody::Enum(self.enumeration(what, entries)),
            "struct" => DefinitionBody::Struct(self.structure(what, entries)),
            "union" => DefinitionBody::Union(self.union(what, entries)),
            "alternate" => DefinitionBody::Alternate(AlternateDefinition {
                branches: self.branch_data(what, entries),
            }),
            "command" => DefinitionBody::Command(self.command(what, entries)),
            _ => DefinitionBody::Event(self.event(what, entries)),
        }
    }

    fn enumeration(&mut self, what: &str, entries: &mut Entries) -> EnumDefinition {
        let prefix = take(entries, "prefix");
        let prefix = prefix.and_then(|node| self.string(&format!("the prefix of {what}"), node));
        let values = match take(entries, "data") {
            Some(Node {
                value: Value::Array(elements),
                ..
            }) => self.values(elements),
            other => {
                self.unexpected_data(what, "a list", other);
                Vec::new()
            }
        };
        EnumDefinition { prefix, values }
    }

    fn structure(&mut self, what: &str, entries: &mut Entries) -> StructDefinition {
        let base = take(entries, "base");
        let base = base.and_then(|node| self.string(&format!("the base of {what}"), node));
        let members = self.object(what, entries).unwrap_or_default();
        StructDefinition {
            base,
            members: self.members(members),
        }
    }

    fn union(&mut self, what: &str, entries: &mut Entries) -> UnionDefinition {
        let base = match take(entries, "base") {
            None => UnionBase::None,
            Some(Node {
                value: Value::Object(members),
                span,
            }) => {
                if !dialect::INLINE_BASES.contains(self.version) {
                    self.error(
                        Code::WrongKind,
                        span,
                        format!("the base of {what} must be a type name"),
                        "bases without a name came with QEMU 2.6",
                    );
                }
                UnionBase::Inline(self.members(members))
            }
            Some(node) => self
                .string(&format!("the base of {what}"), node)
                .map_or(UnionBase::None, UnionBase::Named),
        };
        let discriminator = take(entries, "discriminator");
        let discriminator = discriminator
            .and_then(|node| self.string(&format!("the discriminator of {what}"), node));
        UnionDefinition {
            base,
            discriminator,
            branches: self.branch_data(what, entries),
        }
    }

    fn command(&mut self, what: &str, entries: &mut Entries) -> CommandDefinition {
        let data = self.data(what, entries);
        let returns = take(entries, "returns");
        let returns = returns.and_then(|node| self.type_ref(&format!("what {what} returns"), node));
        CommandDefinition {
            data,
            returns,
            boxed: self.flag(what, entries, "boxed", true),
            generated: !self.flag(what, entries, "gen", false),
            open: false,
            success_response: !self.flag(what, entries, "success-response", false),
            allow_oob: self.flag(what, entries, "allow-oob", true),
            allow_preconfig: self.flag(what, entries, "allow-preconfig", true),
            coroutine: self.flag(what, entries, "coroutine", true),
        }
    }

    fn event(&mut self, what: &str, entries: &mut Entries) -> EventDefinition {
        let data = self.data(what, entries);
        EventDefinition {
            data,
            boxed: self.flag(what, entries, "boxed", true),
        }
    }

    /// A switch that is written only where it differs from the usual: whether
    /// it is there.
    fn flag(&mut self, what: &str, entries: &mut Entries, key: &str, only: bool) -> bool {
        let Some(node) = take(entries, key) else {
            return false;
        };
        if !matches!(node.value, Value::Boolean(value) if value == only) {
            self.error(
                Code::InvalidFlag,
                node.span,
                format!("'{key}' of {what} can only be {only}"),
                format!("leave out '{key}' for the other value"),
            );
            return false;
        }
        true
    }

    fn data(&mut self, what: &str, entries: &mut Entries) -> DataDefinition {
        match take(entries, "data") {
            None => DataDefinition::None,
            Some(Node {
                value: Value::String(text),
                span,
            }) => DataDefinition::Named(Name::new(text, span)),
            Some(Node {
                value: Value::Object(members),
                ..
            }) => DataDefinition::Inline(self.members(members)),
            other => {
                self.unexpected_data(what, "an object or a type name", other);
                DataDefinition::None
            }
        }
    }

    fn branch_data(
        &mut self,
        what: &str,
        entries: &mut Entries,
    ) -> Vec<crate::ast::BranchDefinition> {
        let branches = self.object(what, entries).unwrap_or_default();
        self.branches(branches)
    }

    fn object(&mut self, what: &str, entries: &mut Entries) -> Option<Entries> {
        match take(entries, "data") {
            Some(Node {
                value: Value::Object(members),
                ..
            }) => Some(members),
            other => {
                self.unexpected_data(what, "an object", other);
                None
            }
        }
    }

    /// Reports `data` of the wrong kind; that it is missing was reported with
    /// the other keys.
    fn unexpected_data(&mut self, what: &str, expected: &str, found: Option<Node>) {
        if let Some(node) = found {
            let message = format!(
                "'data' of {what} must be {expected}, not {}",
                kind_of(&node.value)
            );
            self.error(
                Code::WrongKind,
                node.span,
                message,
                format!("write {expected} here"),
            );
        }
    }
}

fn keys_of(kind: &str) -> &'static [Key] {
    match kind {
        "enum" => keys::ENUM,
        "struct" => keys::STRUCT,
        "union" => keys::UNION,
        "alternate" => keys::ALTERNATE,
        "command" => keys::COMMAND,
        _ => keys::EVENT,
    }
}

fn article(kind: &str) -> &'static str {
    match kind {
        "enum" => "an enum",
        "struct" => "a struct",
        "union" => "a union",
        "alternate" => "an alternate",
        "command" => "a command",
        _ => "an event",
    }
}
