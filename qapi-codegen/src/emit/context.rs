//! Facts about all releases that the emitters share.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::analyse::directions::{TypeDirections, type_directions};
use crate::analyse::names;
use crate::analyse::recursion::{BoxedField, boxed_fields};
use crate::analyse::sharing::{Group, Shared, Sharing, share};
use crate::imported::QemuProgram;
use crate::schema::{BranchContent, Schema, TypeId, TypeKind};
use crate::version::Series;
use crate::wire::Interface;

/// The interfaces of a program and their analysis.
pub struct EmitContext<'s> {
    pub program: QemuProgram,
    pub schemas: Vec<&'s Schema>,
    pub interfaces: Vec<Interface<'s>>,
    pub sharing: Sharing,
    boxed: Vec<HashSet<BoxedField<'s>>>,
    directions: Vec<Vec<TypeDirections>>,
    nested_unions: Vec<HashSet<TypeId>>,
    type_names: HashSet<String>,
}

impl<'s> EmitContext<'s> {
    pub fn new(program: QemuProgram, schemas: &'s [Schema]) -> Self {
        let schemas: Vec<&Schema> = schemas.iter().collect();
        let interfaces = schemas.iter().map(|schema| Interface::from_schema(schema));
        let interfaces: Vec<Interface<'_>> = interfaces.collect();
        let all_types = schemas.iter().flat_map(|schema| &schema.types);
        EmitContext {
            program,
            sharing: share(&schemas, &interfaces),
            boxed: interfaces.iter().map(boxed_fields).collect(),
            directions: interfaces.iter().map(type_directions).collect(),
            nested_unions: schemas.iter().map(|schema| nested_unions(schema)).collect(),
            type_names: all_types
                .map(|definition| names::type_name(&definition.meta.name))
                .collect(),
            schemas,
            interfaces,
        }
    }

    pub fn series(&self, release: usize) -> Series {
        self.schemas[release].version.series()
    }

    /// The module of a release, such as `v2_11`.
    pub fn module(&self, release: usize) -> String {
        names::release(self.series(release))
    }

    /// The module of a group, such as `qmp_v2_5_v2_11`.
    pub fn group_module(&self, group: &Group) -> String {
        let releases = group.releases.iter().map(|&release| self.module(release));
        std::iter::once(self.program.short_name().to_owned())
            .chain(releases)
            .collect::<Vec<_>>()
            .join("_")
    }

    /// The directions of a type in all releases that share it.
    pub fn direction(&self, shared: &Shared<TypeId>) -> TypeDirections {
        let each = shared
            .members
            .iter()
            .map(|&(release, id)| self.directions[release][id.index()]);
        each.fold(TypeDirections::default(), TypeDirections::or)
    }

    /// Returns `true` if a member or branch is boxed.
    pub fn is_boxed(&self, release: usize, owner: TypeId, name: &str) -> bool {
        let owner = self.interfaces[release].shape_of_type(owner);
        self.boxed[release].contains(&(owner, name))
    }

    /// Returns `true` if a union is a branch of another union.
    pub fn is_nested(&self, shared: &Shared<TypeId>) -> bool {
        shared
            .members
            .iter()
            .any(|(release, id)| self.nested_unions[*release].contains(id))
    }

    /// The name of the enum of a union's branches.
    pub fn branches_name(&self, union: &str, discriminator: &str) -> String {
        let mut name = format!("{union}{}", names::type_name(discriminator));
        while self.type_names.contains(&name) {
            name += "Branch";
        }
        name
    }
}

/// The unions that are branches of other unions.
fn nested_unions(schema: &Schema) -> HashSet<TypeId> {
    let unions = schema
        .types
        .iter()
        .filter_map(|definition| match &definition.kind {
            TypeKind::Union(union) => Some(union),
            _ => None,
        });
    let branches = unions.flat_map(|union| schema.union_branches(union));
    branches
        .filter_map(|branch| match branch.content {
            BranchContent::Members(id) if matches!(schema.get(id).kind, TypeKind::Union(_)) => {
                Some(id)
            }
            _ => None,
        })
        .collect()
}

/// The names that a generated file can use, and the imports it needs for them.
pub struct FileScope<'c> {
    pub context: &'c EmitContext<'c>,
    /// The group whose types need no import, in the file of these types.
    own_group: Option<usize>,
    imports: RefCell<BTreeMap<usize, BTreeSet<String>>>,
}

impl<'c> FileScope<'c> {
    pub fn new(context: &'c EmitContext<'c>, own_group: Option<usize>) -> Self {
        FileScope {
            context,
            own_group,
            imports: RefCell::default(),
        }
    }

    pub fn schema(&self, release: usize) -> &'c Schema {
        self.context.schemas[release]
    }

    /// The path in front of type names.
    ///
    /// Commands and events may have the names of types, so their files import
    /// types into a module of its own.
    pub fn types_path(&self) -> Option<TokenStream> {
        self.own_group.is_none().then(|| quote!(types::))
    }

    /// The Rust name of a type, which gets imported.
    pub fn import_type(&self, release: usize, id: TypeId) -> String {
        let name = names::type_name(&self.schema(release).get(id).meta.name);
        let home = self.context.sharing.home(release, id);
        if Some(home) != self.own_group {
            let mut imports = self.imports.borrow_mut();
            imports.entry(home).or_default().insert(name.clone());
        }
        name
    }

    /// The imports of all types that were used so far.
    pub fn imports(&self) -> TokenStream {
        let imports = self.imports.borrow();
        let uses = imports.iter().map(|(&home, names)| {
            let group = &self.context.sharing.groups[home];
            let group = format_ident!("{}", self.context.group_module(group));
            let names = names.iter().map(|name| format_ident!("{name}"));
            quote!(use crate::generated::groups::#group::types::{#(#names),*};)
        });
        match self.own_group {
            Some(_) => quote!(#(#uses)*),
            None if imports.is_empty() => TokenStream::new(),
            None => quote!(mod types { #(pub #uses)* }),
        }
    }
}
