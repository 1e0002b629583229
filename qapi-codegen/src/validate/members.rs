//! Members of an object and values of an enum have different C names.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::names::{NamedEntity, to_c};
use super::view::{SchemaView, title, titled_error};
use crate::ast::{Definition, DefinitionBody, MemberDefinition, UnionDefinition};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect;
use crate::duplicates::duplicates;
use crate::source::{Name, Span};

/// Checks every completely parsed definition.
pub fn check(view: &SchemaView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut checker = ClashChecker {
        view,
        tables: HashMap::new(),
        shared: OnceCell::new(),
        diagnostics,
    };
    for definition in view.complete_definitions() {
        checker.check(definition);
    }
}

/// A lineage that is longer than any of QEMU's.
const LONG_LINEAGE: usize = 5;

/// Names by their C names.
type CNameTable<'s> = HashMap<Cow<'s, str>, &'s Name>;

struct ClashChecker<'v, 's, 'd> {
    view: &'v SchemaView<'s>,
    /// The own members of definitions, filled on demand.
    tables: HashMap<Span, CNameTable<'s>>,
    /// The C names that several members of all definitions have, filled on demand.
    shared: OnceCell<HashSet<Cow<'s, str>>>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'s> ClashChecker<'_, 's, '_> {
    fn check(&mut self, definition: &'s Definition) {
        let members = definition.members().iter().map(|member| &member.name);
        self.check_names(definition, NamedEntity::Member, members);
        let values = definition.values().iter().map(|value| &value.name);
        self.check_names(definition, NamedEntity::Value, values);
        let branches = definition.branches().iter().map(|branch| &branch.name);
        self.check_names(definition, NamedEntity::Branch, branches);
        match &definition.body {
            DefinitionBody::Struct(_) => self.check_inherited(definition),
            DefinitionBody::Union(body) => self.check_branch_members(definition, body),
            _ => {}
        }
    }

    fn check_names(
        &mut self,
        definition: &'s Definition,
        entity: NamedEntity,
        names: impl Iterator<Item = &'s Name>,
    ) {
        let names: Vec<&Name> = names.collect();
        let keys = names.iter().map(|name| self.key(entity, &name.value));
        let keys: Vec<Cow<'_, str>> = keys.collect();
        for (first, later) in duplicates(&keys) {
            self.report_clash(definition, entity, names[later], names[first]);
        }
    }

    fn key<'n>(&self, entity: NamedEntity, name: &'n str) -> Cow<'n, str> {
        match (self.view.is_in(dialect::EXACT_NAME_COLLISIONS), entity) {
            (false, _) => to_c(name),
            (true, NamedEntity::Value) => to_constant(name).into(),
            (true, _) => name.into(),
        }
    }

    fn report_clash(
        &mut self,
        definition: &'s Definition,
        entity: NamedEntity,
        name: &'s Name,
        other: &Name,
    ) {
        let problem = format!(": {} '{name}' clashes with '{other}'", entity.as_str());
        let diagnostic = titled_error(Code::NameClash, definition, name.span, &problem)
            .with_label(other.span, "the other one is here")
            .with_help("rename one; `-`, `.` and `_` are the same in C");
        self.diagnostics.push(diagnostic);
    }

    /// Compares own members with those of all bases.
    fn check_inherited(&mut self, definition: &'s Definition) {
        let has_many = self.view.lineage(definition).nth(LONG_LINEAGE).is_some();
        if has_many && !self.has_shared_names(definition) {
            return;
        }
        for ancestor in self.view.lineage(definition).skip(1) {
            if ancestor.span == definition.span {
                return;
            }
            self.compare_members(definition, definition, ancestor);
        }
    }

    /// Returns whether another member has the name of a member of this definition.
    fn has_shared_names(&self, definition: &'s Definition) -> bool {
        let shared = self.shared.get_or_init(|| {
            let mut names = HashSet::new();
            let members = self.view.definitions.iter().flat_map(|own| own.members());
            let keys = members.map(|member| self.key(NamedEntity::Member, &member.name.value));
            keys.filter_map(|key| names.replace(key)).collect()
        });
        let mut members = definition.members().iter();
        members.any(|own| shared.contains(&self.key(NamedEntity::Member, &own.name.value)))
    }

    /// Compares the members of all branches with those of the base.
    fn check_branch_members(&mut self, definition: &'s Definition, body: &'s UnionDefinition) {
        if body.discriminator.is_none() {
            return;
        }
        let bases: Vec<&Definition> = self.view.lineage(definition).collect();
        let mut seen: HashSet<Span> = bases.iter().map(|base| base.span).collect();
        let mut open: Vec<&'s Name> = branch_types(definition).collect();
        while let Some(name) = open.pop() {
            let Some(branch) = self.view.defined(name) else {
                continue;
            };
            for part in self.view.lineage(branch) {
                if !seen.insert(part.span) {
                    break;
                }
                for base in &bases {
                    self.compare_members(definition, part, base);
                }
                if let DefinitionBody::Union(_) = &part.body {
                    open.extend(branch_types(part));
                }
            }
        }
    }

    /// Reports the names that both `part` and `base` have, whose members are
    /// all members of `definition`.
    fn compare_members(
        &mut self,
        definition: &'s Definition,
        part: &'s Definition,
        base: &'s Definition,
    ) {
        let part_is_smaller = part.members().len() <= base.members().len();
        let (few, many) = if part_is_smaller {
            (part, base)
        } else {
            (base, part)
        };
        let mut pairs: Vec<(&'s Name, &'s Name)> = Vec::new();
        for MemberDefinition { name, .. } in few.members() {
            let key = self.key(NamedEntity::Member, &name.value);
            pairs.extend(self.table(many).get(&key).map(|&other| (name, other)));
        }
        for (one, other) in pairs {
            let (name, base_name) = if part_is_smaller {
                (one, other)
            } else {
                (other, one)
            };
            let found = inherited_clash(definition, (part, name), (base, base_name));
            self.diagnostics.push(found);
        }
    }

    fn table(&mut self, definition: &'s Definition) -> &CNameTable<'s> {
        if !self.tables.contains_key(&definition.span) {
            let names = definition.members().iter().map(|member| &member.name);
            let table = names.map(|name| (self.key(NamedEntity::Member, &name.value), name));
            let table = table.collect();
            self.tables.insert(definition.span, table);
        }
        &self.tables[&definition.span]
    }
}

/// The error for two members of an object: one of it or of a branch, and one of
/// a base.
fn inherited_clash(
    definition: &Definition,
    (owner, name): (&Definition, &Name),
    (base, base_name): (&Definition, &Name),
) -> Diagnostic {
    let is_own = owner.span == definition.span;
    let (of_owner, focus) = match is_own {
        true => (String::new(), name.span),
        false => (format!(" of {}", title(owner)), definition.name.span),
    };
    let problem = format!(": member '{name}'{of_owner} clashes with '{base_name}' of the base");
    let label = format!("the member of {} is here", title(base));
    let diagnostic = titled_error(Code::NameClash, definition, focus, &problem)
        .with_label(base_name.span, label)
        .with_help("rename one of the two");
    if is_own {
        return diagnostic;
    }
    diagnostic.with_label(name.span, "the other one is here")
}

fn branch_types(definition: &Definition) -> impl Iterator<Item = &Name> {
    definition.branches().iter().map(|branch| &branch.ty.name)
}

/// The C constant of a value in 2.5: `camelCase` becomes `CAMEL_CASE`.
fn to_constant(name: &str) -> String {
    let mut constant = String::new();
    let mut previous = ' ';
    for letter in to_c(name).chars() {
        if letter.is_ascii_uppercase() && previous.is_ascii_lowercase() {
            constant.push('_');
        }
        constant.push(letter.to_ascii_uppercase());
        previous = letter;
    }
    constant
}
