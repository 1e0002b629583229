//! Objects: structs and unions of the schema, and inline arguments and data.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::context::FileScope;
use super::docs;
use super::fields::{MemberSite, ObjectFields, to_ident};
use super::items::ModuleItems;
use crate::analyse::directions::TypeDirections;
use crate::analyse::names;
use crate::analyse::sharing::Shared;
use crate::schema::TypeId;

/// Adds a struct of the schema.
pub fn emit(scope: &FileScope<'_>, shared: &Shared<TypeId>, items: &mut ModuleItems) {
    let (release, id) = shared.newest();
    let direction = scope.context.direction(shared);
    let schema = scope.schema(release);
    let site = MemberSite::of_type(scope, shared);
    let object = ObjectStruct {
        name: &shared.name,
        wire_name: &schema.get(id).meta.name,
        fields: ObjectFields::new(site, schema.members(id), false),
        branch: None,
    };
    object.emit(direction, &docs::type_definition(scope, shared), items);
    items
        .impls_for(direction.received)
        .call_macro("deserialize", &shared.name);
}

/// A struct with a field for each member.
pub struct ObjectStruct<'a> {
    /// The Rust name.
    pub name: &'a str,
    /// The name in the schema.
    pub wire_name: &'a str,
    pub fields: ObjectFields,
    /// The branch, if the object is a union.
    pub branch: Option<BranchField<'a>>,
}

/// The discriminator of a union and the members of its branch, as a field.
pub struct BranchField<'a> {
    pub discriminator: &'a str,
    /// The Rust name of the enum of the branches.
    pub branches: &'a str,
}

impl BranchField<'_> {
    /// The field with its type.
    fn declaration(&self) -> TokenStream {
        let (ident, ty) = (self.ident(), format_ident!("{}", self.branches));
        quote!(#ident: #ty,)
    }

    fn ident(&self) -> Ident {
        to_ident(&names::fields([self.discriminator])[0])
    }
}

impl ObjectStruct<'_> {
    /// Adds the struct, and its impls but `Deserialize`.
    pub fn emit(&self, direction: TypeDirections, docs: &[String], items: &mut ModuleItems) {
        items.definitions.extend(self.definition(docs));
        let sent = items.impls_for(direction.sent);
        sent.add(self.constructor());
        sent.add_serialize(self.name, self.write_impl());
        items.impls_for(direction.received).add(self.read_impl());
    }

    fn ident(&self) -> Ident {
        format_ident!("{}", self.name)
    }

    fn any_required(&self) -> bool {
        self.branch.is_some() || self.fields.any_required()
    }

    fn definition(&self, docs: &[String]) -> TokenStream {
        let name = self.ident();
        let fields = self.fields.declarations();
        let default = (!self.any_required()).then(|| quote!(, Default));
        let branch = self.branch.as_ref().map(|branch| {
            let docs = docs::branch_field(branch.discriminator);
            let declaration = branch.declaration();
            quote!(#[doc = #docs] pub #declaration)
        });
        quote! {
            #(#[doc = #docs])*
            #[derive(Debug, Clone, PartialEq #default)]
            pub struct #name { #branch #fields }
        }
    }

    /// The function `new`, if any member is required.
    fn constructor(&self) -> TokenStream {
        if !self.any_required() {
            return TokenStream::new();
        }
        let name = self.ident();
        let docs = docs::CONSTRUCTOR;
        let (parameters, values) = (
            self.fields.parameters(),
            self.fields.values_from_parameters(),
        );
        let branch = self.branch.as_ref().map(BranchField::declaration);
        let branch_value = self.branch_value();
        quote! {
            impl #name {
                #[doc = #docs]
                pub fn new(#branch #parameters) -> Self {
                    Self { #branch_value #values }
                }
            }
        }
    }

    /// The field of the branch in a struct expression.
    fn branch_value(&self) -> Option<TokenStream> {
        self.branch.as_ref().map(|branch| {
            let field = branch.ident();
            quote!(#field,)
        })
    }

    /// The impl that writes the members.
    fn write_impl(&self) -> TokenStream {
        let name = self.ident();
        let branch = self.branch.as_ref().map(|branch| {
            let field = branch.ident();
            quote!(self.#field.write(map)?;)
        });
        let members = self.fields.write();
        let map = if branch.is_none() && members.is_empty() {
            quote!(_)
        } else {
            quote!(map)
        };
        quote! {
            impl Write for #name {
                fn write<M: SerializeMap>(&self, #map: &mut M) -> Result<(), M::Error> {
                    #branch
                    #members
                    Ok(())
                }
            }
        }
    }

    /// The impl that reads the members, and the struct that collects them.
    fn read_impl(&self) -> TokenStream {
        let (name, wire_name) = (self.ident(), self.wire_name);
        let (slots_definition, slots_type, finish) = self.slots();
        let accept = self.fields.accept();
        let [slots, key, map] = match (self.fields.is_empty(), &self.branch) {
            (true, None) => [quote!(_), quote!(_), quote!(_)],
            _ => [quote!(slots), quote!(key), quote!(map)],
        };
        let branch = self.branch.as_ref().map(BranchField::declaration);
        let (read_trait, branches) = match &self.branch {
            None => (quote!(Object), None),
            Some(branch) => {
                let branches = format_ident!("{}", branch.branches);
                (quote!(Base), Some(quote!(type Branches = #branches;)))
            }
        };
        quote! {
            #slots_definition
            impl #read_trait for #name {
                type Slots = #slots_type;
                #branches
                const NAME: &'static str = #wire_name;

                fn accept<'de, A: MapAccess<'de>>(
                    #slots: &mut Self::Slots,
                    #key: &str,
                    #map: &mut A,
                ) -> Result<bool, A::Error> {
                    #accept
                }

                fn finish<E: Error>(slots: Self::Slots, #branch) -> Result<Self, E> {
                    #finish
                }
            }
        }
    }

    /// The struct that collects the members, its name, and the expression that
    /// turns it into the object. Without required members it is the object.
    ///
    /// No type of a schema gets a Rust name with `_`.
    fn slots(&self) -> (Option<TokenStream>, TokenStream, TokenStream) {
        if !self.any_required() {
            return (None, quote!(Self), quote!(Ok(slots)));
        }
        let name = format_ident!("{}_Slots", self.name);
        let declarations = self.fields.slots();
        let values = self.fields.values_from_slots();
        let branch_value = self.branch_value();
        let definition = quote! {
            #[derive(Default)]
            pub struct #name { #declarations }
        };
        let finish = quote!(Ok(Self { #branch_value #values }));
        (Some(definition), quote!(#name), finish)
    }
}
