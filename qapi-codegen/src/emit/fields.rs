//! Members of structs, unions, commands and events as Rust fields.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::parse_str;

use super::codec::{ValueCodec, codec};
use super::context::FileScope;
use super::docs;
use crate::analyse::names;
use crate::analyse::sharing::Shared;
use crate::schema::{BuiltinType, Member, NamedType, TypeId, ValueType};

/// The members of an object as fields of a Rust struct.
pub struct ObjectFields {
    fields: Vec<StructField>,
    /// `true` if the object takes members that are not in the schema.
    open: bool,
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
    deprecated: Option<TokenStream>,
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
    pub fn new<'m>(
        site: MemberSite<'_, '_>,
        members: impl IntoIterator<Item = &'m Member>,
        open: bool,
    ) -> Self {
        let members: Vec<&Member> = members.into_iter().collect();
        let names = names::fields(members.iter().map(|member| member.meta.name.as_str()));
        let fields = members.iter().zip(names);
        ObjectFields {
            fields: fields
                .map(|(member, name)| site.field(member, &name))
                .collect(),
            open,
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
    pub fn declarations(&self) -> TokenStream {
        let fields = self.fields.iter().map(|field| {
            let StructField {
                ident,
                docs,
                deprecated,
                ..
            } = field;
            let ty = field.ty();
            quote!(#(#[doc = #docs])* #deprecated pub #ident: #ty,)
        });
        let extra = self.open.then(|| {
            quote! {
                /// Arguments that are not in the schema.
                ///
                /// An argument that has a field is not sent from here.
                pub extra: Map<String, Value>,
            }
        });
        quote!(#(#fields)* #extra)
    }

    /// The parameters of `new`: the required members.
    pub fn parameters(&self) -> TokenStream {
        let required = self.fields.iter().filter(|field| !field.optional);
        let parameters = required.map(|field| {
            let ident = &field.ident;
            let ty = if field.is_string {
                quote!(impl Into<String>)
            } else {
                field.codec.rust.clone()
            };
            quote!(#ident: #ty,)
        });
        quote!(#(#parameters)*)
    }

    /// The fields of a struct expression, from the parameters of `new`.
    pub fn values_from_parameters(&self) -> TokenStream {
        let values = self.fields.iter().map(|field| {
            let ident = &field.ident;
            match (field.optional, field.is_string) {
                (true, _) => quote!(#ident: None,),
                (false, true) => quote!(#ident: #ident.into(),),
                (false, false) => quote!(#ident,),
            }
        });
        let extra = self.open.then(|| quote!(extra: Map::new(),));
        quote!(#(#values)* #extra)
    }

    /// The fields of the struct that collects the members.
    pub fn slots(&self) -> TokenStream {
        let slots = self.fields.iter().map(|field| {
            let (ident, rust) = (&field.ident, &field.codec.rust);
            quote!(#ident: Option<#rust>,)
        });
        let extra = self.open.then(|| quote!(extra: Map<String, Value>,));
        quote!(#(#slots)* #extra)
    }

    /// The fields of a struct expression, from the collected members.
    pub fn values_from_slots(&self) -> TokenStream {
        let values = self.fields.iter().map(|field| {
            let (ident, wire_name) = (&field.ident, &field.wire_name);
            if field.optional {
                quote!(#ident: slots.#ident,)
            } else {
                quote!(#ident: required(slots.#ident, #wire_name)?,)
            }
        });
        let extra = self.open.then(|| quote!(extra: slots.extra,));
        quote!(#(#values)* #extra)
    }

    /// The body of `accept`.
    pub fn accept(&self) -> TokenStream {
        if self.is_empty() {
            return quote!(Ok(false));
        }
        let arms = self.fields.iter().map(|field| {
            let (ident, wire_name) = (&field.ident, &field.wire_name);
            let read = field.codec.read();
            quote!(#wire_name => slots.#ident = #read,)
        });
        let other = if self.open {
            quote!({
                slots.extra.insert(key.to_owned(), map.next_value()?);
            })
        } else {
            quote!(return Ok(false),)
        };
        quote! {
            match key {
                #(#arms)*
                _ => #other
            }
            Ok(true)
        }
    }

    /// The statements of `write`.
    pub fn write(&self) -> TokenStream {
        let puts = self.fields.iter().map(|field| {
            let ident = &field.ident;
            let value = quote!(self.#ident);
            if field.optional {
                field.codec.put_some(&field.wire_name, &value)
            } else {
                field.codec.put(&field.wire_name, &value)
            }
        });
        let listed = self.fields.iter().map(|field| &field.wire_name);
        let extra = self
            .open
            .then(|| quote!(put_open(map, &[#(#listed),*], &self.extra)?;));
        quote!(#(#puts)* #extra)
    }
}

impl StructField {
    fn ty(&self) -> TokenStream {
        let rust = &self.codec.rust;
        if self.optional {
            quote!(Option<#rust>)
        } else {
            rust.clone()
        }
    }
}

/// An identifier, which may be a raw one.
pub fn to_ident(name: &str) -> Ident {
    parse_str(name).unwrap_or_else(|_| format_ident!("r#{name}"))
}
