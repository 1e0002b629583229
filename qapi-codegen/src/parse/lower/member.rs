//! Lowering of members, values and branches.

use std::fmt::Display;

use super::{Lowering, ObjectEntries, Titled, take};
use crate::ast::{
    BranchDefinition, Condition, EnumValueDefinition, FeatureDefinition, MemberDefinition,
    TypeReference,
};
use crate::diagnostic::Code;
use crate::dialect;
use crate::parse::keys::{self, KeyRule};
use crate::parse::tree::{SyntaxNode, SyntaxValue};
use crate::source::Name;

impl Lowering<'_> {
    pub(super) fn members(&mut self, entries: ObjectEntries) -> Vec<MemberDefinition> {
        entries
            .into_iter()
            .filter_map(|(key, node)| self.member(key, node))
            .collect()
    }

    fn member(&mut self, key: Name, node: SyntaxNode) -> Option<MemberDefinition> {
        let what = Titled::new("member", &key);
        let (ty, condition, features) = self.long_form(&what, node, keys::MEMBER)?;
        let ty = self.type_reference(&what, ty)?;
        let mut name = key;
        let optional = name.value.starts_with('*');
        if optional {
            name.value.remove(0);
        }
        Some(MemberDefinition {
            name,
            optional,
            ty,
            condition,
            features,
        })
    }

    /// Lowers a branch of a union or an alternate.
    pub(super) fn branch(&mut self, name: Name, node: SyntaxNode) -> Option<BranchDefinition> {
        let what = Titled::new("branch", &name);
        let (ty, condition, _) = self.long_form(&what, node, keys::BRANCH)?;
        let ty = self.type_reference(&what, ty)?;
        Some(BranchDefinition {
            name,
            ty,
            condition,
        })
    }

    /// Takes a type reference out of its long form, `{'type': ..., 'if': ...}`.
    fn long_form(
        &mut self,
        owner: &dyn Display,
        node: SyntaxNode,
        keys: &[KeyRule],
    ) -> Option<(SyntaxNode, Option<Condition>, Vec<FeatureDefinition>)> {
        let place = node.span;
        let SyntaxValue::Object(mut entries) = node.value else {
            return Some((node, None, Vec::new()));
        };
        if !dialect::LONG_FORMS.contains(self.version) {
            let message = format!("{owner} must be a type name");
            let help = "objects are supported here since QEMU 4.0";
            self.error(Code::WrongKind, place, message, help);
            return None;
        }
        self.check_keys(owner, place, &entries, keys);
        let condition = self.condition(owner, &mut entries);
        let features = self.features(owner, &mut entries);
        Some((take(&mut entries, "type")?, condition, features))
    }

    /// Lowers a value of an enum.
    pub(super) fn value(&mut self, node: SyntaxNode) -> Option<EnumValueDefinition> {
        let place = node.span;
        let mut entries = match node.value {
            SyntaxValue::Object(entries) if dialect::LONG_FORMS.contains(self.version) => entries,
            _ => {
                let name = self.string(&"an enum value", node)?;
                return Some(EnumValueDefinition {
                    name,
                    condition: None,
                    features: Vec::new(),
                });
            }
        };
        self.check_keys(&"an enum value", place, &entries, keys::ENUM_VALUE);
        let name = take(&mut entries, "name")?;
        let name = self.string(&"the name of an enum value", name)?;
        let what = Titled::new("value", &name);
        let condition = self.condition(&what, &mut entries);
        let features = self.features(&what, &mut entries);
        Some(EnumValueDefinition {
            name,
            condition,
            features,
        })
    }

    /// Lowers `'Name'` or `['Name']`.
    pub(super) fn type_reference(
        &mut self,
        what: &dyn Display,
        node: SyntaxNode,
    ) -> Option<TypeReference> {
        match node.value {
            SyntaxValue::String(text) => Some(TypeReference {
                name: Name::new(text, node.span),
                array: false,
            }),
            SyntaxValue::Array(mut elements) if elements.len() == 1 => {
                self.element_type(what, elements.remove(0))
            }
            SyntaxValue::Array(_) => {
                let message = format!("{what}: an array type has exactly one type name");
                self.error(Code::InvalidArray, node.span, message, "write ['Type']");
                None
            }
            _ => {
                let expected = "a type name or ['Type']";
                self.wrong_kind(what, expected, &node, "name a type");
                None
            }
        }
    }

    fn element_type(&mut self, what: &dyn Display, element: SyntaxNode) -> Option<TypeReference> {
        let SyntaxValue::String(text) = element.value else {
            let message = format!("{what}: the element type of an array must be a type name");
            let help = "write ['Type']; arrays of arrays are not supported";
            self.error(Code::InvalidArray, element.span, message, help);
            return None;
        };
        let name = Name::new(text, element.span);
        Some(TypeReference { name, array: true })
    }
}
