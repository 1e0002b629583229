//! Objects: structs and unions of the schema, and inline arguments and data.

use proc_macro2::Ident;
use quote::format_ident;
use syn::{Attribute, Expr, Field, FieldValue, FnArg, ImplItem, Item, Stmt, Type};

use super::context::FileScope;
use super::docs;
use super::fields::{MemberSite, ObjectFields, OtherField, branch_field, to_ident};
use super::items::ModuleItems;
use super::piece::piece;
use crate::analyse::directions::TypeDirections;
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
        fields: ObjectFields::new(site, schema.members(id), OtherField::None),
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
    fn field(&self) -> Field {
        let docs = docs::attributes(&[docs::branch_field(self.discriminator)]);
        piece!(
            Field { #[DOCS] pub IDENT: BRANCHES }
            DOCS = docs, IDENT = self.ident(), BRANCHES = self.branches()
        )
    }

    fn parameter(&self) -> FnArg {
        piece!(FnArg { IDENT: BRANCHES } IDENT = self.ident(), BRANCHES = self.branches())
    }

    /// The field in a struct expression.
    fn value(&self) -> FieldValue {
        piece!(FieldValue { IDENT } IDENT = self.ident())
    }

    fn write(&self) -> Stmt {
        piece!(Stmt { self.IDENT.write(map)?; } IDENT = self.ident())
    }

    fn branches(&self) -> Ident {
        format_ident!("{}", self.branches)
    }

    fn ident(&self) -> Ident {
        to_ident(&branch_field(self.discriminator))
    }
}

impl ObjectStruct<'_> {
    /// Adds the struct, and its impls but `Deserialize`.
    pub fn emit(&self, direction: TypeDirections, docs: &[String], items: &mut ModuleItems) {
        items.definitions.push(self.definition(docs));
        let sent = items.impls_for(direction.sent);
        if self.any_required() {
            sent.add(self.constructor());
        }
        sent.add_serialize(self.name, self.write_impl());
        let received = items.impls_for(direction.received);
        received.extend(self.slots_definition());
        received.add(self.read_impl());
    }

    fn ident(&self) -> Ident {
        format_ident!("{}", self.name)
    }

    fn any_required(&self) -> bool {
        self.branch.is_some() || self.fields.any_required()
    }

    fn definition(&self, docs: &[String]) -> Item {
        let branch = self.branch.as_ref().map(BranchField::field);
        let fields = branch.into_iter().chain(self.fields.declarations());
        piece!(
            Item { #[DOCS] #[DERIVE] pub struct NAME { FIELDS: () } }
            DOCS = docs::attributes(docs),
            DERIVE = vec![self.derive()],
            NAME = self.ident(),
            FIELDS = fields.collect::<Vec<Field>>()
        )
    }

    fn derive(&self) -> Attribute {
        if self.any_required() {
            piece!(Attribute { #[derive(Debug, Clone, PartialEq)] })
        } else {
            piece!(Attribute { #[derive(Debug, Clone, PartialEq, Default)] })
        }
    }

    /// The function `new`, for objects with required members.
    fn constructor(&self) -> Item {
        let branch = self.branch.as_ref();
        let parameter = branch.map(BranchField::parameter).into_iter();
        let parameters = parameter.chain(self.fields.parameters());
        let values = self.values(self.fields.values_from_parameters());
        piece!(
            Item {
                impl NAME {
                    #[DOCS]
                    pub fn new(PARAMETERS: ()) -> Self {
                        Self { VALUES }
                    }
                }
            }
            DOCS = docs::attributes(&[docs::CONSTRUCTOR]),
            NAME = self.ident(),
            PARAMETERS = parameters.collect::<Vec<FnArg>>(),
            VALUES = values
        )
    }

    /// The fields of a struct expression.
    fn values(&self, fields: Vec<FieldValue>) -> Vec<FieldValue> {
        let branch = self.branch.as_ref().map(BranchField::value);
        branch.into_iter().chain(fields).collect()
    }

    /// The impl that writes the members.
    fn write_impl(&self) -> Item {
        let branch = self.branch.as_ref().map(BranchField::write);
        let statements: Vec<Stmt> = branch.into_iter().chain(self.fields.write()).collect();
        if statements.is_empty() {
            return piece!(
                Item {
                    impl Write for NAME {
                        fn write<M: SerializeMap>(&self, _: &mut M) -> Result<(), M::Error> {
                            Ok(())
                        }
                    }
                } NAME = self.ident()
            );
        }
        piece!(
            Item {
                impl Write for NAME {
                    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                        STATEMENTS;
                        Ok(())
                    }
                }
            } NAME = self.ident(), STATEMENTS = statements
        )
    }

    /// The impl that reads the members.
    fn read_impl(&self) -> Item {
        let parameter = self.branch.as_ref().map(BranchField::parameter);
        piece!(
            Item {
                impl TRAIT for OBJECT {
                    type Slots = SLOTS;
                    type BRANCHES = ();
                    const NAME: &'static str = WIRE_NAME;
                    type ACCEPT = ();

                    fn finish<E: Error>(slots: Self::Slots, BRANCH: ()) -> Result<Self, E> {
                        FINISH
                    }
                }
            }
            TRAIT = self.read_trait(),
            OBJECT = self.ident(),
            SLOTS = self.slots_type(),
            BRANCHES = self.branches_type(),
            WIRE_NAME = self.wire_name,
            ACCEPT = vec![self.accept_function()],
            BRANCH = parameter.into_iter().collect::<Vec<FnArg>>(),
            FINISH = self.finish()
        )
    }

    fn read_trait(&self) -> Ident {
        let name = if self.branch.is_some() {
            "Base"
        } else {
            "Object"
        };
        format_ident!("{name}")
    }

    fn branches_type(&self) -> Vec<ImplItem> {
        let branches = self.branch.as_ref().map(BranchField::branches);
        let item = branches
            .map(|branches| piece!(ImplItem { type Branches = BRANCHES; } BRANCHES = branches));
        item.into_iter().collect()
    }

    /// The function that reads the value of a member.
    fn accept_function(&self) -> ImplItem {
        // A union that has a struct has members besides its branch.
        if self.fields.is_empty() {
            return empty_accept_function();
        }
        piece!(
            ImplItem {
                fn accept<'de, A: MapAccess<'de>>(
                    slots: &mut Self::Slots,
                    key: &str,
                    map: &mut A,
                ) -> Result<bool, A::Error> {
                    match key { ARMS => () }
                    Ok(true)
                }
            } ARMS = self.fields.accept()
        )
    }

    /// The struct that collects the members. Without required members it is the object.
    fn slots_definition(&self) -> Option<Item> {
        self.any_required().then(|| {
            piece!(
                Item {
                    #[derive(Default)]
                    pub struct NAME { FIELDS: () }
                } NAME = self.slots_name(), FIELDS = self.fields.slots()
            )
        })
    }

    /// The name of the struct. No type of a schema gets a Rust name with `_`.
    fn slots_name(&self) -> Ident {
        format_ident!("{}_Slots", self.name)
    }

    fn slots_type(&self) -> Type {
        if self.any_required() {
            piece!(Type { NAME } NAME = self.slots_name())
        } else {
            piece!(Type { Self })
        }
    }

    /// The expression that turns the collected members into the object.
    fn finish(&self) -> Expr {
        if !self.any_required() {
            return piece!(Expr { Ok(slots) });
        }
        let values = self.values(self.fields.values_from_slots());
        piece!(Expr { Ok(Self { VALUES }) } VALUES = values)
    }
}

/// The function that reads the value of a member, if there is none.
fn empty_accept_function() -> ImplItem {
    piece!(ImplItem {
        fn accept<'de, A: MapAccess<'de>>(
            _: &mut Self::Slots,
            _: &str,
            _: &mut A,
        ) -> Result<bool, A::Error> {
            Ok(false)
        }
    })
}
