//! Members, values and branches, in their short and long forms.

use super::{Context, Entries, kind_of, take};
use crate::ast::{
    BranchDefinition, Condition, EnumValueDefinition, FeatureDefinition, MemberDefinition,
    TypeReference,
};
use crate::diagnostic::Code;
use crate::dialect;
use crate::parse::keys::{self, Key};
use crate::parse::tree::{Node, Value};
use crate::source::Name;

impl Context<'_> {
    pub(super) fn members(&mut self, entries: Entries) -> Vec<MemberDefinition> {
        entries
            .into_iter()
            .filter_map(|(key, node)| self.member(key, node))
            .collect()
    }

    fn member(&mut self, key: Name, node: Node) -> Option<MemberDefinition> {
        let what = format!("member '{key}'");
        let mut name = key;
        let optional = name.value.starts_with('*');
        if optional {
            name.value.remove(0);
        }
        let (ty, condition, features) = self.long_form(&what, node, keys::MEMBER)?;
        let ty = self.type_ref(&what, ty)?;
        Some(MemberDefinition {
            name,
            optional,
            ty,
            condition,
            features,
        })
    }

    /// The branches of a union or of an alternate.
    pub(super) fn branches(&mut self, entries: Entries) -> Vec<BranchDefinition> {
        entries
            .into_iter()
            .filter_map(|(name, node)| self.branch(name, node))
            .collect()
    }

    fn branch(&mut self, name: Name, node: Node) -> Option<BranchDefinition> {
        let what = format!("branch '{name}'");
        let (ty, condition, _) = self.long_form(&what, node, keys::BRANCH)?;
        let ty = self.type_ref(&what, ty)?;
        Some(BranchDefinition {
            name,
            ty,
            condition,
        })
    }

    /// Takes a type reference out of its long form, `{'type': ..., 'if': ...}`.
    fn long_form(
        &mut self,
        what: &str,
        node: Node,
        keys: &[Key],
    ) -> Option<(Node, Option<Condition>, Vec<FeatureDefinition>)> {
        let place = node.span;
        let Value::Object(mut entries) = node.value else {
            return Some((node, None, Vec::new()));
        };
        if !dialect::LONG_FORMS.contains(self.version) {
            self.error(
                Code::WrongKind,
                place,
                format!("{what} must name a type"),
                "objects in this place came with QEMU 4.0",
            );
            return None;
        }
        self.check_keys(what, place, &entries, keys);
        let condition = self.condition(what, &mut entries);
        let features = self.features(what, &mut entries);
        Some((take(&mut entries, "type")?, condition, features))
    }

    /// The values of an enum.
    pub(super) fn values(&mut self, elements: Vec<Node>) -> Vec<EnumValueDefinition> {
        elements
            .into_iter()
            .filter_map(|element| self.value(element))
            .collect()
    }

    fn value(&mut self, node: Node) -> Option<EnumValueDefinition> {
        let place = node.span;
        let mut entries = match node.value {
            Value::Object(entries) if dialect::LONG_FORMS.contains(self.version) => entries,
            _ => {
                let name = self.string("a value of an enum", node)?;
                return Some(EnumValueDefinition {
                    name,
                    condition: None,
                    features: Vec::new(),
                });
            }
        };
        self.check_keys("a value of an enum", place, &entries, keys::ENUM_VALUE);
        let name = take(&mut entries, "name")?;
        let name = self.string("the name of a value", name)?;
        let what = format!("value '{name}'");
        let condition = self.condition(&what, &mut entries);
        let features = self.features(&what, &mut entries);
        Some(EnumValueDefinition {
            name,
            condition,
            features,
        })
    }

    /// `'Name'` or `['Name']`.
    pub(super) fn type_ref(&mut self, what: &str, node: Node) -> Option<TypeReference> {
        match node.value {
            Value::String(text) => Some(TypeReference {
                name: Name::new(text, node.span),
                array: false,
            }),
            Value::Array(mut elements) if elements.len() == 1 => match elements.remove(0) {
                Node {
                    value: Value::String(text),
                    span,
                } => Some(TypeReference {
                    name: Name::new(text, span),
                    array: true,
                }),
                element => {
                    self.error(
                        Code::InvalidArray,
                        element.span,
                        format!("{what}: an array holds one type name"),
                        "write ['Type']; there are no arrays of arrays",
                    );
                    None
                }
            },
            Value::Array(_) => {
                self.error(
                    Code::InvalidArray,
                    node.span,
                    format!("{what}: an array holds exactly one type name"),
                    "write ['Type']",
                );
                None
            }
            other => {
                let message = format!(
                    "{what} must be a type name or ['Type'], not {}",
                    kind_of(&other)
                );
                self.error(Code::WrongKind, node.span, message, "name a type");
                None
            }
        }
    }
}
