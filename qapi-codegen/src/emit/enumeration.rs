//! Enums.

use super::context::FileScope;
use super::docs;
use super::items::ModuleItems;
use super::piece::{Lines, Place, piece, text};
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
    items.definitions.push(&variants.definition(&docs));
    items.definitions.push(&variants.conversion_to_text());
    items.definitions.push(&variants.conversion_from_text());
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
    name: &'a str,
    variants: Vec<EnumVariant<'a>>,
}

struct EnumVariant<'a> {
    value: &'a EntityMeta,
    /// The literal of the value.
    text: String,
    name: String,
}

impl<'a> EnumVariants<'a> {
    fn new(name: &'a str, values: &'a [EntityMeta]) -> Self {
        let names = names::variants(values.iter().map(|value| value.name.as_str()));
        let variants = values.iter().zip(names);
        let variants = variants.map(|(value, name)| EnumVariant {
            value,
            text: text(&value.name),
            name,
        });
        EnumVariants {
            name,
            variants: variants.collect(),
        }
    }

    fn definition(&self, docs: &str) -> Lines {
        let variants = self.variants.iter().map(|variant| {
            let docs = docs::entity(variant.value, &variant.name);
            piece!(
                Variant { #[ATTRIBUTES] VARIANT }
                ATTRIBUTES = &docs::part_attributes(&docs, variant.value),
                VARIANT = &variant.name
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
            DOCS = &docs::comments(Place::Item, docs),
            NAME = self.name,
            VARIANTS = &variants.collect::<Lines>(),
            UNRECOGNIZED = UNRECOGNIZED
        )
    }

    /// The conversion to the names of the values in QMP.
    fn conversion_to_text(&self) -> Lines {
        let arms = self.variants.iter().map(|variant| {
            piece!(
                Arm { Self::VARIANT => TEXT, } VARIANT = &variant.name, TEXT = &variant.text
            )
        });
        piece!(
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
            NAME = self.name,
            ARMS = &arms.collect::<Lines>(),
            UNRECOGNIZED = UNRECOGNIZED
        )
    }

    /// The conversion from the names of the values.
    fn conversion_from_text(&self) -> Lines {
        let arms = self.variants.iter().map(|variant| {
            piece!(
                Arm { TEXT => Self::VARIANT, } TEXT = &variant.text, VARIANT = &variant.name
            )
        });
        piece!(
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
            NAME = self.name,
            ARMS = &arms.collect::<Lines>(),
            UNRECOGNIZED = UNRECOGNIZED
        )
    }
}
