//! Facts about all releases that the emitters share.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use proc_macro2::TokenStream;
use quote::quote;

use super::filled;
use super::host::HostCrate;
use super::piece::{Lines, piece};
use crate::analyse::directions::{TypeDirections, type_directions};
use crate::analyse::names;
use crate::analyse::recursion::{BoxedField, boxed_fields};
use crate::analyse::sharing::{Run, Shared, Sharing, share};
use crate::imported::QemuProgram;
use crate::schema::{BranchContent, Schema, TypeId, TypeKind};
use crate::version::Series;
use crate::wire::Interface;

/// The interfaces of a program and their analysis.
pub struct EmitContext<'s> {
    pub host: HostCrate,
    pub program: QemuProgram,
    pub schemas: Vec<&'s Schema>,
    pub interfaces: Vec<Interface<'s>>,
    pub sharing: Sharing,
    boxed: Vec<HashSet<BoxedField<'s>>>,
    directions: Vec<Vec<TypeDirections>>,
    nested_unions: Vec<HashSet<TypeId>>,
    branches_names: HashMap<UnionKey, String>,
}

/// The Rust name of a union, and its discriminator.
type UnionKey = (String, String);

impl<'s> EmitContext<'s> {
    pub fn new(host: HostCrate, program: QemuProgram, schemas: &'s [Schema]) -> Self {
        let schemas: Vec<&Schema> = schemas.iter().collect();
        let interfaces = schemas.iter().map(|schema| Interface::from_schema(schema));
        let interfaces: Vec<Interface<'_>> = interfaces.collect();
        EmitContext {
            host,
            program,
            sharing: share(&schemas, &interfaces),
            boxed: interfaces.iter().map(boxed_fields).collect(),
            directions: interfaces.iter().map(type_directions).collect(),
            nested_unions: schemas.iter().map(|schema| nested_unions(schema)).collect(),
            branches_names: branches_names(&schemas),
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

    /// The module of the items that are new in a release, such as `since_2_11`.
    pub fn since_module(&self, release: usize) -> String {
        self.module(release).replacen('v', "since_", 1)
    }

    /// The module of a run in that of its first release: `current` or `until_4_1`.
    pub fn until_module(&self, run: Run) -> String {
        if self.is_current(run) {
            return "current".to_owned();
        }
        self.module(run.until).replacen('v', "until_", 1)
    }

    /// Returns `true` for a run that reaches the newest release.
    pub fn is_current(&self, run: Run) -> bool {
        run.until + 1 == self.schemas.len()
    }

    /// The path of the module of all releases, from a module `depth` levels below it.
    pub fn program_path(&self, depth: usize) -> String {
        self.host.program_path(self.program, depth)
    }

    /// The import of what generated code needs of the runtime.
    pub fn runtime_import(&self) -> Lines {
        piece!(Item { use RUNTIME::wire::prelude::*; } RUNTIME = self.host.runtime())
    }

    /// An item of builds with any release of a run.
    pub fn when_any_release(&self, run: Run, item: TokenStream) -> TokenStream {
        self.host.when(self.any_release(run), item)
    }

    /// The condition for builds with any release of a run.
    pub fn any_release(&self, run: Run) -> TokenStream {
        let features = (run.since..=run.until).map(|release| {
            let feature = self.module(release);
            quote!(feature = #feature)
        });
        let features: Vec<TokenStream> = features.collect();
        match &features[..] {
            [only] => only.clone(),
            _ => quote!(any(#(#features),*)),
        }
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

    /// The name of the enum of the branches of a union that is a struct, since its
    /// branches share more members than the discriminator.
    pub fn branches_of(&self, shared: &Shared<TypeId>) -> Option<String> {
        let (release, id) = shared.newest();
        let schema = self.schemas[release];
        let TypeKind::Union(union) = &schema.get(id).kind else {
            return None;
        };
        let mut members = schema.members(id).into_iter();
        members
            .any(|member| member.meta.name != union.discriminator)
            .then(|| self.branches_name(&shared.name, &union.discriminator))
    }

    /// The name of the enum of a union's branches.
    pub fn branches_name(&self, union: &str, discriminator: &str) -> String {
        self.branches_names[&(union.to_owned(), discriminator.to_owned())].clone()
    }
}

/// The names of the enums of the branches of all unions. No type has one of these names,
/// and no two unions have the same; if need be it has a `_`, as no type does.
fn branches_names(schemas: &[&Schema]) -> HashMap<UnionKey, String> {
    let types = schemas.iter().flat_map(|schema| &schema.types);
    let mut type_names = HashSet::new();
    let mut unions = BTreeSet::new();
    for definition in types {
        let name = names::type_name(&definition.meta.name);
        if let TypeKind::Union(union) = &definition.kind {
            unions.insert((name.clone(), union.discriminator.clone()));
        }
        type_names.insert(name);
    }
    let plain = |(union, discriminator): &UnionKey| {
        let mut name = format!("{union}{}", names::type_name(discriminator));
        while type_names.contains(&name) {
            name += "Branch";
        }
        name
    };
    let mut owners: HashMap<String, usize> = HashMap::new();
    for union in &unions {
        *owners.entry(plain(union)).or_default() += 1;
    }
    let named = unions.into_iter().map(|union| {
        let plain = plain(&union);
        let name = match owners[&plain] {
            1 => plain,
            _ => format!("{}_{}", union.0, names::type_name(&union.1)),
        };
        (union, name)
    });
    named.collect()
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

/// The names that the code of an item or a release can use, and the imports it needs
/// for them.
pub struct FileScope<'c> {
    pub context: &'c EmitContext<'c>,
    /// `true` in a module of types. Commands and events may have the names of types, so
    /// their modules import types into a module of its own.
    pub is_of_types: bool,
    imports: RefCell<TypeImports>,
}

impl<'c> FileScope<'c> {
    /// The scope of a command or event, or of a release.
    pub fn new(context: &'c EmitContext<'c>) -> Self {
        FileScope {
            context,
            is_of_types: false,
            imports: RefCell::default(),
        }
    }

    /// The scope of a type.
    pub fn of_type(context: &'c EmitContext<'c>) -> Self {
        FileScope {
            is_of_types: true,
            ..FileScope::new(context)
        }
    }

    pub fn schema(&self, release: usize) -> &'c Schema {
        self.context.schemas[release]
    }

    /// The Rust name of a type, which gets imported.
    pub fn import_type(&self, release: usize, id: TypeId) -> String {
        let name = names::type_name(&self.schema(release).get(id).meta.name);
        let first = self.context.sharing.first_release(release, id);
        self.imports.borrow_mut().add(first, &name);
        name
    }

    /// The imports of all types that were used.
    pub fn into_imports(self) -> TypeImports {
        self.imports.into_inner()
    }
}

/// The types that a module imports.
///
/// Types are imported from the module of their first release, which has them even
/// after their run has ended.
#[derive(Default)]
pub struct TypeImports {
    names: BTreeMap<usize, BTreeSet<String>>,
}

impl TypeImports {
    fn add(&mut self, first: usize, name: &str) {
        let names = self.names.entry(first).or_default();
        if !names.contains(name) {
            names.insert(name.to_owned());
        }
    }

    /// Adds the imports of an item.
    pub fn merge(&mut self, other: &TypeImports) {
        for (&first, names) in &other.names {
            names.iter().for_each(|name| self.add(first, name));
        }
    }

    /// Removes the types that the module has itself.
    pub fn remove(&mut self, first: usize, names: &HashSet<&str>) {
        let Some(imported) = self.names.get_mut(&first) else {
            return;
        };
        imported.retain(|name| !names.contains(name.as_str()));
        if imported.is_empty() {
            self.names.remove(&first);
        }
    }

    /// The imports of a module `depth` levels below that of all releases; of a module
    /// of types, or of commands or events.
    pub fn to_lines(&self, context: &EmitContext<'_>, depth: usize, is_of_types: bool) -> Lines {
        let program = context.program_path(depth + usize::from(!is_of_types));
        let before = if is_of_types { "    " } else { "        pub " };
        let uses = self.names.iter().map(|(&first, names)| {
            let path = format!("{program}::{}::types", context.since_module(first));
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            filled::import(before, &path, &names)
        });
        let uses: Lines = uses.collect();
        if is_of_types || self.names.is_empty() {
            return uses;
        }
        piece!(Item { mod types { use USES; } } USES = &uses)
    }
}
