//! Lowering of the six kinds of definitions.

use std::fmt::Display;

use super::{Lowering, ObjectEntries, Titled, take};
use crate::ast::{
    AlternateDefinition, BranchDefinition, CommandDefinition, DataDefinition, Definition,
    DefinitionBody, EnumDefinition, EventDefinition, StructDefinition, UnionBase, UnionDefinition,
};
use crate::diagnostic::Code;
use crate::dialect;
use crate::parse::tree::{SyntaxNode, SyntaxValue};
use crate::source::Name;

impl Lowering<'_> {
    pub(super) fn definition(
        &mut self,
        kind: &'static str,
        mut entries: ObjectEntries,
    ) -> Option<Definition> {
        let name = take(&mut entries, kind)?;
        let name = self.string(&format_args!("the name of the {kind}"), name)?;
        let owner = Titled::new(kind, &name);
        let condition = self.condition(&owner, &mut entries);
        let features = self.features(&owner, &mut entries);
        let body = self.body(kind, &owner, &mut entries);
        Some(Definition {
            span: self.expression,
            name,
            condition,
            features,
            body,
        })
    }

    fn body(
        &mut self,
        kind: &str,
        owner: &dyn Display,
        entries: &mut ObjectEntries,
    ) -> DefinitionBody {
        match kind {
            "enum" => DefinitionBody::Enum(self.enumeration(owner, entries)),
            "struct" => DefinitionBody::Struct(self.structure(owner, entries)),
            "union" => DefinitionBody::Union(self.union(owner, entries)),
            "alternate" => DefinitionBody::Alternate(AlternateDefinition {
                branches: self.branch_data(owner, entries),
            }),
            "command" => DefinitionBody::Command(self.command(owner, entries)),
            _ => DefinitionBody::Event(self.event(owner, entries)),
        }
    }

    fn enumeration(&mut self, owner: &dyn Display, entries: &mut ObjectEntries) -> EnumDefinition {
        let prefix = self.take_string(owner, entries, "prefix");
        let values = match take(entries, "data") {
            Some(SyntaxNode {
                value: SyntaxValue::Array(elements),
                ..
            }) => {
                let values = elements.into_iter();
                values.filter_map(|node| self.value(node)).collect()
            }
            other => {
                self.unexpected_data(owner, "an array", other);
                Vec::new()
            }
        };
        EnumDefinition { prefix, values }
    }

    fn structure(&mut self, owner: &dyn Display, entries: &mut ObjectEntries) -> StructDefinition {
        let base = self.take_string(owner, entries, "base");
        let members = self.object_data(owner, entries);
        StructDefinition {
            base,
            members: self.members(members),
        }
    }

    fn union(&mut self, owner: &dyn Display, entries: &mut ObjectEntries) -> UnionDefinition {
        UnionDefinition {
            base: self.union_base(owner, entries),
            discriminator: self.take_string(owner, entries, "discriminator"),
            branches: self.branch_data(owner, entries),
        }
    }

    fn union_base(&mut self, owner: &dyn Display, entries: &mut ObjectEntries) -> UnionBase {
        let Some(node) = take(entries, "base") else {
            return UnionBase::None;
        };
        let what = format!("the base of {owner}");
        match node.value {
            SyntaxValue::Object(members) => {
                if !dialect::INLINE_BASES.contains(self.version) {
                    let message = format!("{what} must be a type name");
                    let help = "inline bases are supported since QEMU 2.6";
                    self.error(Code::WrongKind, node.span, message, help);
                }
                UnionBase::Inline(self.members(members))
            }
            _ => self
                .string(&what, node)
                .map_or(UnionBase::None, UnionBase::Named),
        }
    }

    fn command(&mut self, owner: &dyn Display, entries: &mut ObjectEntries) -> CommandDefinition {
        let data = self.data(owner, entries);
        let returns = take(entries, "returns");
        CommandDefinition {
            data,
            returns: returns.and_then(|node| {
                self.type_reference(&format_args!("the return type of {owner}"), node)
            }),
            boxed: self.flag(owner, entries, "boxed", true),
            generated: !self.flag(owner, entries, "gen", false),
            open: false,
            success_response: !self.flag(owner, entries, "success-response", false),
            allow_oob: self.flag(owner, entries, "allow-oob", true),
            allow_preconfig: self.flag(owner, entries, "allow-preconfig", true),
            coroutine: self.flag(owner, entries, "coroutine", true),
        }
    }

    fn event(&mut self, owner: &dyn Display, entries: &mut ObjectEntries) -> EventDefinition {
        EventDefinition {
            data: self.data(owner, entries),
            boxed: self.flag(owner, entries, "boxed", true),
        }
    }

    /// Takes a flag, whose only valid value differs from its default.
    fn flag(
        &mut self,
        owner: &dyn Display,
        entries: &mut ObjectEntries,
        key: &str,
        valid: bool,
    ) -> bool {
        let Some(node) = take(entries, key) else {
            return false;
        };
        let is_valid = matches!(node.value, SyntaxValue::Boolean(value) if value == valid);
        if !is_valid {
            let message = format!("'{key}' of {owner} can only be {valid}");
            let help = format!("remove '{key}' for the default value");
            self.error(Code::InvalidFlag, node.span, message, help);
        }
        is_valid
    }

    fn data(&mut self, owner: &dyn Display, entries: &mut ObjectEntries) -> DataDefinition {
        let Some(node) = take(entries, "data") else {
            return DataDefinition::None;
        };
        match node.value {
            SyntaxValue::String(text) => DataDefinition::Named(Name::new(text, node.span)),
            SyntaxValue::Object(members) => DataDefinition::Inline(self.members(members)),
            _ => {
                self.unexpected_data(owner, "an object or a type name", Some(node));
                DataDefinition::None
            }
        }
    }

    fn branch_data(
        &mut self,
        owner: &dyn Display,
        entries: &mut ObjectEntries,
    ) -> Vec<BranchDefinition> {
        let branches = self.object_data(owner, entries).into_iter();
        branches
            .filter_map(|(name, node)| self.branch(name, node))
            .collect()
    }

    fn object_data(&mut self, owner: &dyn Display, entries: &mut ObjectEntries) -> ObjectEntries {
        match take(entries, "data") {
            Some(SyntaxNode {
                value: SyntaxValue::Object(members),
                ..
            }) => members,
            other => {
                self.unexpected_data(owner, "an object", other);
                Vec::new()
            }
        }
    }

    /// Reports `data` of the wrong kind. Missing `data` is reported with the
    /// other keys.
    fn unexpected_data(&mut self, owner: &dyn Display, expected: &str, found: Option<SyntaxNode>) {
        if let Some(node) = found {
            let what = format!("'data' of {owner}");
            let help = format!("write {expected} here");
            self.wrong_kind(&what, expected, &node, &help);
        }
    }
}
