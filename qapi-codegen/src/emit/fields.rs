//! Members of structs, unions, commands and events as Rust fields.

use std::borrow::Cow;

use super::codec::{ValueCodec, codec};
use super::context::FileScope;
use super::docs;
use super::piece::{Lines, piece, text};
use crate::analyse::names;
use crate::analyse::sharing::Shared;
use crate::schema::{BuiltinType, EntityMeta, Member, NamedType, TypeId, ValueType};

/// The members of an object as fields of a Rust struct.
pub struct ObjectFields<'m> {
    fields: Vec<StructField<'m>>,
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
struct StructField<'m> {
    meta: &'m EntityMeta,
    /// The literal of the name in QMP.
    text: String,
    /// The name of the field, which is a raw identifier if need be.
    ident: String,
    optional: bool,
    /// `true` for `String`, as which `new` takes `impl Into<String>`.
    is_string: bool,
    codec: ValueCodec,
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

    fn field(self, member: &Member, name: String) -> StructField<'_> {
        let wire_name = member.meta.name.as_str();
        let owner = self.owner.map(|owner| (owner, wire_name));
        StructField {
            meta: &member.meta,
            text: text(wire_name),
            ident: name,
            optional: member.optional || (self.received && member.meta.condition.is_some()),
            is_string: member.ty == ValueType::One(NamedType::Builtin(BuiltinType::Str)),
            codec: codec(self.scope, self.release, member.ty, owner),
        }
    }
}

impl<'m> ObjectFields<'m> {
    /// Creates the fields of all members; `other` is the field of the struct that is
    /// for none of them.
    pub fn new(
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
                .map(|(member, name)| site.field(member, name))
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
    pub fn declarations(&self) -> Lines {
        let fields = self.fields.iter().map(|field| {
            let docs = docs::member(field.meta, &field.ident);
            piece!(
                Field { #[ATTRIBUTES] pub IDENT: TYPE }
                ATTRIBUTES = &docs::part_attributes(&docs, field.meta),
                IDENT = &field.ident,
                TYPE = field.ty().as_ref()
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
    pub fn parameters(&self) -> impl Iterator<Item = Lines> {
        let required = self.fields.iter().filter(|field| !field.optional);
        required.map(|field| {
            let ident = &field.ident;
            if field.is_string {
                piece!(Parameter { IDENT: impl Into<String> } IDENT = ident)
            } else {
                piece!(Parameter { IDENT: TYPE } IDENT = ident, TYPE = &field.codec.rust)
            }
        })
    }

    /// The fields of a struct expression, from the parameters of `new`.
    pub fn values_from_parameters(&self) -> impl Iterator<Item = Lines> {
        let values = self.fields.iter().map(|field| {
            let ident = &field.ident;
            match (field.optional, field.is_string) {
                (true, _) => piece!(Value { IDENT: None } IDENT = ident),
                (false, true) => piece!(Value { IDENT: IDENT.into() } IDENT = ident),
                (false, false) => piece!(Value { IDENT } IDENT = ident),
            }
        });
        let extra = self.open.then(|| piece!(Value { extra: Map::new() }));
        values.chain(extra)
    }

    /// The fields of the struct that collects the members.
    pub fn slots(&self) -> Lines {
        let slots = self.fields.iter().map(|field| {
            piece!(
                Field { IDENT: Option<TYPE> } IDENT = &field.ident, TYPE = &field.codec.rust
            )
        });
        let extra = self
            .open
            .then(|| piece!(Field { extra: Map<String, Value> }));
        slots.chain(extra).collect()
    }

    /// The fields of a struct expression, from the collected members.
    pub fn values_from_slots(&self) -> impl Iterator<Item = Lines> {
        let values = self.fields.iter().map(|field| {
            let ident = &field.ident;
            if field.optional {
                piece!(Value { IDENT: slots.IDENT } IDENT = ident)
            } else {
                piece!(
                    Value { IDENT: required(slots.IDENT, NAME)? }
                    IDENT = ident, NAME = &field.text
                )
            }
        });
        let extra = self.open.then(|| piece!(Value { extra: slots.extra }));
        values.chain(extra)
    }

    /// The arms of `accept`, with the name of a member as the pattern.
    pub fn accept(&self) -> Lines {
        let arms = self.fields.iter();
        let arms = arms.map(|field| field.codec.read_arm(&field.text, &field.ident));
        let other = if self.open {
            piece!(Arm { _ => { slots.extra.insert(key.to_owned(), map.next_value()?); } })
        } else {
            piece!(Arm { _ => return Ok(false), })
        };
        arms.chain([other]).collect()
    }

    /// The statements of `write`.
    pub fn write(&self) -> Lines {
        let puts = self.fields.iter().map(|field| {
            if field.optional {
                field.codec.put_some(&field.text, &field.ident)
            } else {
                field.codec.put(&field.text, &field.ident)
            }
        });
        let extra = self.open.then(|| {
            let listed = self.fields.iter().map(|field| field.text.as_str());
            piece!(
                Statement { put_open(map, &[LISTED], &self.extra)?; }
                LISTED = &listed.collect::<Vec<&str>>().join(", ")
            )
        });
        puts.chain(extra).collect()
    }
}

impl StructField<'_> {
    fn ty(&self) -> Cow<'_, str> {
        let rust = self.codec.rust.as_str();
        if self.optional {
            format!("Option<{rust}>").into()
        } else {
            rust.into()
        }
    }
}
