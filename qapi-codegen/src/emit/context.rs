//! What is known of all releases while code is written.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::analyse::direction::{Direction, directions};
use crate::analyse::names;
use crate::analyse::recursion::{Edge, boxed};
use crate::analyse::sharing::{Group, Shared, Sharing, share};
use crate::imported::QemuProgram;
use crate::schema::{BranchContent, Schema, TypeId, TypeKind};
use crate::version::Series;

/// The interfaces for which code is written, and what was found out about them.
pub struct Context<'s> {
    pub interface: QemuProgram,
    pub schemas: Vec<&'s Schema>,
    pub sharing: Sharing,
    boxed: Vec<HashSet<Edge>>,
    directions: Vec<Vec<Direction>>,
    nested: Vec<HashSet<TypeId>>,
    type_names: HashSet<String>,
}

impl<'s> Context<'s> {
    pub fn new(interface: QemuProgram, schemas: &'s [Schema]) -> Self {
        let schemas: Vec<&Schema> = schemas.iter().collect();
        let all_types = schemas.iter().flat_map(|schema| &schema.types);
        Context {
            interface,
            sharing: share(&schemas),
            boxed: schemas.iter().map(|schema| boxed(schema)).collect(),
            directions: schemas.iter().map(|schema| directions(schema)).collect(),
            nested: schemas.iter().map(|schema| nested(schema)).collect(),
            type_names: all_types
                .map(|def| names::type_name(&def.meta.name))
                .collect(),
            schemas,
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
        std::iter::once(self.interface.short_name().to_owned())
            .chain(releases)
            .collect::<Vec<_>>()
            .join("_")
    }

    /// Which way a type travels in any of the releases that share it.
    pub fn direction(&self, shared: &Shared<TypeId>) -> Direction {
        let each = shared
            .members
            .iter()
            .map(|&(release, id)| self.directions[release][id.index()]);
        each.fold(Direction::default(), Direction::or)
    }

    pub fn is_boxed(&self, release: usize, owner: TypeId, name: &str) -> bool {
        self.boxed[release].contains(&(owner, name.to_owned()))
    }

    /// Whether a union is the branch of another union.
    pub fn is_nested(&self, shared: &Shared<TypeId>) -> bool {
        shared
            .members
            .iter()
            .any(|(release, id)| self.nested[*release].contains(id))
    }

    /// The name of the enum that holds the branches of a union with a base.
    pub fn branches_name(&self, union: &str, tag: &str) -> String {
        let name = format!("{union}{}", names::type_name(tag));
        if self.type_names.contains(&name) {
            name + "Branch"
        } else {
            name
        }
    }
}

/// Unions that are branches of other unions.
fn nested(schema: &Schema) -> HashSet<TypeId> {
    let unions = schema.types.iter().filter_map(|def| match &def.kind {
        TypeKind::Union(union) => Some(union),
        _ => None,
    });
    let contents = unions
        .flat_map(|union| schema.union_branches(union))
        .map(|case| case.content);
    contents
        .filter_map(|content| match content {
            BranchContent::Members(id) if matches!(schema.get(id).kind, TypeKind::Union(_)) => {
                Some(id)
            }
            _ => None,
        })
        .collect()
}

/// One file while it is written: where it stands, and what it imports.
pub struct Scope<'c> {
    pub context: &'c Context<'c>,
    /// The group whose types need no import, if the file is that group's `types`.
    own: Option<usize>,
    imports: RefCell<BTreeMap<usize, BTreeSet<String>>>,
}

impl<'c> Scope<'c> {
    pub fn new(context: &'c Context<'c>, own: Option<usize>) -> Self {
        Scope {
            context,
            own,
            imports: RefCell::default(),
        }
    }

    /// The schema that stands for all releases of this scope, the newest.
    pub fn schema(&self, release: usize) -> &'c Schema {
        self.context.schemas[release]
    }

    /// What stands before the names of types: in the file of the types nothing,
    /// elsewhere a module, since commands and events may have the same names.
    pub fn types_module(&self) -> Option<TokenStream> {
        self.own.is_none().then(|| quote!(types::))
    }

    /// The Rust name of a type, which is imported if it stands elsewhere.
    pub fn type_name(&self, release: usize, id: TypeId) -> String {
        let name = names::type_name(&self.schema(release).get(id).meta.name);
        let home = self.context.sharing.home(release, id);
        if Some(home) != self.own {
            self.imports
                .borrow_mut()
                .entry(home)
                .or_default()
                .insert(name.clone());
        }
        name
    }

    /// The imports of the types that stand elsewhere.
    pub fn imports(&self) -> TokenStream {
        let imports = self.imports.borrow();
        let uses = imports.iter().map(|(&home, names)| {
            let group = self
                .context
                .group_module(&self.context.sharing.groups[home]);
            let group = format_ident!("{group}");
            let names = names.iter().map(|name| format_ident!("{name}"));
            quote!(use crate::generated::groups::#group::types::{#(#names),*};)
        });
        if self.own.is_some() {
            return quote!(#(#uses)*);
        }
        let uses: Vec<TokenStream> = uses.collect();
        if uses.is_empty() {
            TokenStream::new()
        } else {
            quote!(mod types { #(pub #uses)* })
        }
    }
}
