//! Members of structs, unions, commands and events as Rust fields.

use proc_macro2::Ident;
use quote::format_ident;
use syn::{Arm, Attribute, Expr, Field, FieldValue, FnArg, Stmt, Type};

use super::codec::{ValueCodec, codec};
use super::context::FileScope;
use super::docs;
use super::piece::piece;
use crate::analyse::names;
use crate::analyse::sharing::Shared;
use crate::schema::{BuiltinType, Member, NamedType, TypeId, ValueType};

/// The members of an object as fields of a Rust struct.
pub struct ObjectFields {
    fields: Vec<StructField>,
    /// `true` if the object takes members that are not in the schema.
    open: bool,
}

/// The field of a struct that is not for one member.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum OtherField<'a> {
    None,
    /// That of the branch of a union with this discriminator.
    Branch(&'a str),
    /// That of the members that are not in the schema.
    Extra,
}

impl OtherField<'_> {
    fn name(self) -> Option<String> {
        match self {
            OtherField::None => None,
            OtherField::Branch(discriminator) => Some(branch_field(discriminator)),
            OtherField::Extra => Some("extra".to_owned()),
        }
    }
}

/// The name of the field with a union's branch. It is also a parameter of `finish`, next
/// to `slots`.
pub fn branch_field(discriminator: &str) -> String {
    names::fields([discriminator], &["slots"]).concat()
}

/// A member as a field.
struct StructField {
    wire_name: String,
    ident: Ident,
    optional: bool,
    /// `true` for `String`, as which `new` takes `impl Into<String>`.
    is_string: bool,
    codec: ValueCodec,
    docs: Vec<String>,
    /// The attribute of a deprecated member.
    deprecated: Option<Attribute>,
}

/// The object that members belong to.
#[derive(Clone, Copy)]
pub struct MemberSite<'a, 'c> {
    pub scope: &'a FileScope<'c>,
    pub release: usize,
    /// The type, unless it is a command or event.
    pub owner: Option<TypeId>,
    /// `true` if the object is received. Conditional members are optional then,
    /// since a build of QEMU may lack them.
    pub received: bool,
}

impl<'a, 'c> MemberSite<'a, 'c> {
    /// The site of a type's members.
    pub fn of_type(scope: &'a FileScope<'c>, shared: &Shared<TypeId>) -> Self {
        let (release, id) = shared.newest();
        MemberSite {
            scope,
            release,
            owner: Some(id),
            received: scope.context.direction(shared).received,
        }
    }

    fn field(self, member: &Member, name: &str) -> StructField {
        let wire_name = member.meta.name.as_str();
        let owner = self.owner.map(|owner| (owner, wire_name));
        StructField {
            wire_name: wire_name.to_owned(),
            ident: to_ident(name),
            optional: member.optional || (self.received && member.meta.condition.is_some()),
            is_string: member.ty == ValueType::One(NamedType::Builtin(BuiltinType::Str)),
            codec: codec(self.scope, self.release, member.ty, owner),
            docs: docs::member(&member.meta, name),
            deprecated: docs::deprecated_attribute(&member.meta),
        }
    }
}

impl ObjectFields {
    /// Creates the fields of all members; `other` is the field of the struct that is
    /// for none of them.
    pub fn new<'m>(
        site: MemberSite<'_, '_>,
        members: impl IntoIterator<Item = &'m Member>,
        other: OtherField<'_>,
    ) -> Self {
        let members: Vec<&Member> = members.into_iter().collect();
        let wire_names = members.iter().map(|member| member.meta.name.as_str());
        let names = names::fields(wire_names, other.name().as_slice());
        let fields = members.iter().zip(names);
        ObjectFields {
            fields: fields
                .map(|(member, name)| site.field(member, &name))
                .collect(),
            open: other == OtherField::Extra,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && !self.open
    }

    /// Returns `true` if any member is required.
    pub fn any_required(&self) -> bool {
        self.fields.iter().any(|field| !field.optional)
    }

    /// The fields of the struct.
    pub fn declarations(&self) -> Vec<Field> {
        let fields = self.fields.iter().map(|field| {
            let mut attributes = docs::attributes(&field.docs);
            attributes.extend(field.deprecated.clone());
            piece!(
                Field { #[ATTRIBUTES] pub IDENT: TYPE }
                ATTRIBUTES = attributes, IDENT = &field.ident, TYPE = field.ty()
            )
        });
        let extra = self.open.then(|| {
            piece!(Field {
                /// Arguments that are not in the schema.
                ///
                /// An argument that has a field is not sent from here.
                pub extra: Map<String, Value>
            })
        });
        fields.chain(extra).collect()
    }

    /// The parameters of `new`: the required members.
    pub fn parameters(&self) -> Vec<FnArg> {
        let required = self.fields.iter().filter(|field| !field.optional);
        let parameters = required.map(|field| {
            let ident = &field.ident;
            if field.is_string {
                piece!(FnArg { IDENT: impl Into<String> } IDENT = ident)
            } else {
                piece!(FnArg { IDENT: TYPE } IDENT = ident, TYPE = field.codec.rust.clone())
            }
        });
        parameters.collect()
    }

    /// The fields of a struct expression, from the parameters of `new`.
    pub fn values_from_parameters(&self) -> Vec<FieldValue> {
        let values = self.fields.iter().map(|field| {
            let ident = &field.ident;
            match (field.optional, field.is_string) {
                (true, _) => piece!(FieldValue { IDENT: None } IDENT = ident),
                (false, true) => piece!(FieldValue { IDENT: IDENT.into() } IDENT = ident),
                (false, false) => piece!(FieldValue { IDENT } IDENT = ident),
            }
        });
        let extra = self.open.then(|| piece!(FieldValue { extra: Map::new() }));
        values.chain(extra).collect()
    }

    /// The fields of the struct that collects the members.
    pub fn slots(&self) -> Vec<Field> {
        let slots = self.fields.iter().map(|field| {
            let rust = field.codec.rust.clone();
            piece!(Field { IDENT: Option<TYPE> } IDENT = &field.ident, TYPE = rust)
        });
        let extra = self
            .open
            .then(|| piece!(Field { extra: Map<String, Value> }));
        slots.chain(extra).collect()
    }

    /// The fields of a struct expression, from the collected members.
    pub fn values_from_slots(&self) -> Vec<FieldValue> {
        let values = self.fields.iter().map(|field| {
            let (ident, wire_name) = (&field.ident, field.wire_name.as_str());
            if field.optional {
                piece!(FieldValue { IDENT: slots.IDENT } IDENT = ident)
            } else {
                piece!(
                    FieldValue { IDENT: required(slots.IDENT, NAME)? }
                    IDENT = ident, NAME = wire_name
                )
            }
        });
        let extra = self.open.then(|| piece!(FieldValue { extra: slots.extra }));
        values.chain(extra).collect()
    }

    /// The arms of `accept`, with the name of a member as the pattern.
    pub fn accept(&self) -> Vec<Arm> {
        let arms = self.fields.iter().map(|field| {
            piece!(
                Arm { NAME => slots.IDENT = READ, }
                NAME = field.wire_name.as_str(), IDENT = &field.ident, READ = field.codec.read()
            )
        });
        let other = if self.open {
            piece!(Arm { _ => { slots.extra.insert(key.to_owned(), map.next_value()?); } })
        } else {
            piece!(Arm { _ => return Ok(false), })
        };
        arms.chain([other]).collect()
    }

    /// The statements of `write`.
    pub fn write(&self) -> Vec<Stmt> {
        let puts = self.fields.iter().map(|field| {
            let value = piece!(Expr { self.IDENT } IDENT = &field.ident);
            if field.optional {
                field.codec.put_some(&field.wire_name, value)
            } else {
                field.codec.put(&field.wire_name, value)
            }
        });
        let extra = self.open.then(|| {
            let listed = self.fields.iter().map(|field| text(&field.wire_name));
            piece!(
                Stmt { put_open(map, &[LISTED], &self.extra)?; }
                LISTED = listed.collect::<Vec<Expr>>()
            )
        });
        puts.chain(extra).collect()
    }
}

impl StructField {
    fn ty(&self) -> Type {
        let rust = self.codec.rust.clone();
        if self.optional {
            piece!(Type { Option<TYPE> } TYPE = rust)
        } else {
            rust
        }
    }
}

/// A string literal.
fn text(text: &str) -> Expr {
    piece!(Expr { TEXT } TEXT = text)
}

/// The identifier of a field, which is a raw one if its name says so.
pub fn to_ident(name: &str) -> Ident {
    format_ident!("{name}")
}
