//! Objects: structs and unions of the schema, and inline arguments and data.

use super::context::FileScope;
use super::docs;
use super::fields::{MemberSite, ObjectFields, OtherField, branch_field};
use super::items::ModuleItems;
use super::piece::{Lines, List, Place, piece, text};
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
    pub fields: ObjectFields<'a>,
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
    fn field(&self) -> Lines {
        let docs = docs::branch_field(self.discriminator);
        piece!(
            Field { #[DOCS] pub IDENT: BRANCHES }
            DOCS = &docs::comments(Place::Field, &docs),
            IDENT = &self.ident(),
            BRANCHES = self.branches
        )
    }

    fn parameter(&self) -> Lines {
        piece!(Parameter { IDENT: BRANCHES } IDENT = &self.ident(), BRANCHES = self.branches)
    }

    /// The field in a struct expression.
    fn value(&self) -> Lines {
        piece!(Value { IDENT } IDENT = &self.ident())
    }

    fn write(&self) -> Lines {
        piece!(Statement { self.IDENT.write(map)?; } IDENT = &self.ident())
    }

    fn ident(&self) -> String {
        branch_field(self.discriminator)
    }
}

impl ObjectStruct<'_> {
    /// Adds the struct, and its impls but `Deserialize`.
    pub fn emit(&self, direction: TypeDirections, docs: &str, items: &mut ModuleItems) {
        items.definitions.push(&self.definition(docs));
        let sent = items.impls_for(direction.sent);
        if self.any_required() {
            sent.add(&self.constructor());
        }
        sent.add_serialize(self.name, &self.write_impl());
        let received = items.impls_for(direction.received);
        if self.any_required() {
            received.add(&self.slots_definition());
        }
        received.add(&self.read_impl());
    }

    fn any_required(&self) -> bool {
        self.branch.is_some() || self.fields.any_required()
    }

    fn definition(&self, docs: &str) -> Lines {
        let docs = docs::comments(Place::Item, docs);
        let branch = self.branch.as_ref().map(BranchField::field);
        let fields = branch.into_iter().chain([self.fields.declarations()]);
        let (name, fields) = (self.name, fields.collect::<Lines>());
        if self.any_required() {
            return piece!(
                Item { #[DOCS] #[derive(Debug, Clone, PartialEq)] pub struct NAME { FIELDS: () } }
                DOCS = &docs, NAME = name, FIELDS = &fields
            );
        }
        if self.fields.is_empty() {
            return piece!(
                Item { #[DOCS] #[derive(Debug, Clone, PartialEq, Default)] pub struct NAME {} }
                DOCS = &docs, NAME = name
            );
        }
        piece!(
            Item {
                #[DOCS]
                #[derive(Debug, Clone, PartialEq, Default)]
                pub struct NAME { FIELDS: () }
            } DOCS = &docs, NAME = name, FIELDS = &fields
        )
    }

    /// The function `new`, for objects with required members.
    fn constructor(&self) -> Lines {
        let parameter = self.branch.as_ref().map(BranchField::parameter).into_iter();
        let parameters = parameter.chain(self.fields.parameters());
        let values = self.values(self.fields.values_from_parameters());
        piece!(
            Item {
                impl NAME {
                    /// Creates a value with only the required members set.
                    pub fn new(PARAMETERS) -> Self {
                        Self { VALUES }
                    }
                }
            }
            NAME = self.name,
            PARAMETERS = &parameters.collect::<List>(),
            VALUES = &values
        )
    }

    /// The fields of a struct expression.
    fn values(&self, fields: impl Iterator<Item = Lines>) -> List {
        let branch = self.branch.as_ref().map(BranchField::value);
        branch.into_iter().chain(fields).collect()
    }

    /// The impl that writes the members.
    fn write_impl(&self) -> Lines {
        if self.branch.is_none() && self.fields.is_empty() {
            return piece!(
                Item {
                    impl Write for NAME {
                        fn write<M: SerializeMap>(&self, _: &mut M) -> Result<(), M::Error> {
                            Ok(())
                        }
                    }
                } NAME = self.name
            );
        }
        let branch = self.branch.as_ref().map(BranchField::write);
        let statements = branch.into_iter().chain([self.fields.write()]);
        piece!(
            Item {
                impl Write for NAME {
                    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                        STATEMENTS;
                        Ok(())
                    }
                }
            } NAME = self.name, STATEMENTS = &statements.collect::<Lines>()
        )
    }

    /// The impl that reads the members.
    fn read_impl(&self) -> Lines {
        let (read_trait, branches) = match &self.branch {
            Some(branch) => {
                let branches = branch.branches;
                let branches = piece!(ImplItem { type Branches = BRANCHES; } BRANCHES = branches);
                ("Base", branches)
            }
            None => ("Object", Lines::default()),
        };
        piece!(
            Item {
                impl TRAIT for OBJECT {
                    type Slots = SLOTS;
                    type BRANCHES = ();
                    const NAME: &'static str = WIRE_NAME;
                    type ACCEPT = ();
                    type FINISH = ();
                }
            }
            TRAIT = read_trait,
            OBJECT = self.name,
            SLOTS = &self.slots_type(),
            BRANCHES = &branches,
            WIRE_NAME = &text(self.wire_name),
            ACCEPT = &self.accept_function(),
            FINISH = &self.finish_function()
        )
    }

    /// The function that reads the value of a member.
    fn accept_function(&self) -> Lines {
        // A union that has a struct has members besides its branch.
        if self.fields.is_empty() {
            return empty_accept_function();
        }
        piece!(
            ImplItem {
                #[inline]
                fn accept<'de, A: MapAccess<'de>>(
                    slots: &mut Self::Slots,
                    key: &str,
                    map: &mut A,
                ) -> Result<bool, A::Error> {
                    match key { ARMS => () }
                    Ok(true)
                }
            } ARMS = &self.fields.accept()
        )
    }

    /// The struct that collects the members. Without required members it is the object.
    fn slots_definition(&self) -> Lines {
        let slots = self.fields.slots();
        piece!(
            Item {
                #[derive(Default)]
                pub struct NAME { FIELDS: () }
            } NAME = &self.slots_name(), FIELDS = &slots
        )
    }

    /// The name of the struct. No type of a schema gets a Rust name with `_`.
    fn slots_name(&self) -> String {
        format!("{}_Slots", self.name)
    }

    fn slots_type(&self) -> String {
        if self.any_required() {
            self.slots_name()
        } else {
            "Self".to_owned()
        }
    }

    /// The function that turns the collected members into the object.
    fn finish_function(&self) -> Lines {
        if !self.any_required() {
            return piece!(
                ImplItem {
                    #[inline]
                    fn finish<E: Error>(slots: Self::Slots) -> Result<Self, E> {
                        Ok(slots)
                    }
                }
            );
        }
        let values = self.values(self.fields.values_from_slots());
        let Some(branch) = &self.branch else {
            return piece!(
                ImplItem {
                    #[inline]
                    fn finish<E: Error>(slots: Self::Slots) -> Result<Self, E> {
                        Ok(Self { VALUES })
                    }
                } VALUES = &values
            );
        };
        piece!(
            ImplItem {
                #[inline]
                fn finish<E: Error>(slots: Self::Slots, BRANCH: BRANCHES) -> Result<Self, E> {
                    Ok(Self { VALUES })
                }
            } BRANCH = &branch.ident(), BRANCHES = branch.branches, VALUES = &values
        )
    }
}

/// The function that reads the value of a member, if there is none.
fn empty_accept_function() -> Lines {
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
