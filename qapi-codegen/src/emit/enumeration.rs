//! Enums.

use proc_macro2::Ident;
use quote::format_ident;
use syn::{Arm, Item, Variant};

use super::context::FileScope;
use super::docs;
use super::items::ModuleItems;
use super::piece::piece;
use crate::analyse::names::{self, UNRECOGNIZED};
use crate::analyse::sharing::Shared;
use crate::schema::{EntityMeta, TypeId, TypeKind};

/// Adds an enum of the schema.
pub fn emit(scope: &FileScope<'_>, shared: &Shared<TypeId>, items: &mut ModuleItems) {
    let (release, id) = shared.newest();
    let TypeKind::Enum(body) = &scope.schema(release).get(id).kind else {
        return;
    };
    let direction = scope.context.direction(shared);
    let name = shared.name.as_str();
    let variants = EnumVariants::new(name, &body.values);
    let docs = docs::type_definition(scope, shared);
    items.definitions.push(variants.definition(&docs));
    items.definitions.extend(variants.conversions());
    items.main.call_macro("display_enum", name);
    items
        .impls_for(direction.sent)
        .call_macro("serialize_enum", name);
    items
        .impls_for(direction.received)
        .call_macro("deserialize_enum", name);
}

/// The values of an enum as Rust variants.
struct EnumVariants<'a> {
    name: Ident,
    variants: Vec<(&'a EntityMeta, Ident)>,
}

impl<'a> EnumVariants<'a> {
    fn new(name: &str, values: &'a [EntityMeta]) -> Self {
        let names = names::variants(values.iter().map(|value| value.name.as_str()));
        let names = names.iter().map(|name| format_ident!("{name}"));
        EnumVariants {
            name: format_ident!("{name}"),
            variants: values.iter().zip(names).collect(),
        }
    }

    fn definition(&self, docs: &[String]) -> Item {
        let variants = self.variants.iter().map(|(value, variant)| {
            let docs = docs::entity(value, &variant.to_string());
            piece!(
                Variant { #[ATTRIBUTES] VARIANT }
                ATTRIBUTES = docs::part_attributes(&docs, value), VARIANT = variant
            )
        });
        piece!(
            Item {
                #[DOCS]
                #[derive(Debug, Clone, PartialEq, Eq, Hash)]
                #[non_exhaustive]
                pub enum NAME {
                    VARIANTS,
                    /// A value that is not in the schema.
                    UNRECOGNIZED(UnrecognizedValue),
                }
            }
            DOCS = docs::attributes(docs),
            NAME = &self.name,
            VARIANTS = variants.collect::<Vec<Variant>>(),
            UNRECOGNIZED = format_ident!("{UNRECOGNIZED}")
        )
    }

    /// The conversions to and from the names of the values in QMP.
    fn conversions(&self) -> [Item; 2] {
        let to_text = self.variants.iter().map(|(value, variant)| {
            piece!(
                Arm { Self::VARIANT => TEXT, }
                VARIANT = variant, TEXT = value.name.as_str()
            )
        });
        let from_text = self.variants.iter().map(|(value, variant)| {
            piece!(
                Arm { TEXT => Self::VARIANT, }
                TEXT = value.name.as_str(), VARIANT = variant
            )
        });
        let as_str = piece!(
            Item {
                impl NAME {
                    /// Returns the name of the value in QMP.
                    pub fn as_str(&self) -> &str {
                        match self {
                            ARMS => (),
                            Self::UNRECOGNIZED(value) => value.as_str(),
                        }
                    }
                }
            }
            NAME = &self.name,
            ARMS = to_text.collect::<Vec<Arm>>(),
            UNRECOGNIZED = format_ident!("{UNRECOGNIZED}")
        );
        let from_str = piece!(
            Item {
                impl From<&str> for NAME {
                    fn from(text: &str) -> Self {
                        match text {
                            ARMS => (),
                            _ => Self::UNRECOGNIZED(UnrecognizedValue::new(text)),
                        }
                    }
                }
            }
            NAME = &self.name,
            ARMS = from_text.collect::<Vec<Arm>>(),
            UNRECOGNIZED = format_ident!("{UNRECOGNIZED}")
        );
        [as_str, from_str]
    }
}
