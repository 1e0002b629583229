//! Members of one object, and values of one enum, differ also in C.

use crate::dialect;
use std::collections::{HashMap, HashSet};

use super::names::to_c;
use super::view::{View, error, own_members, title};
use crate::ast::{
    BranchDefinition, DataDefinition, Definition, DefinitionBody, MemberDefinition, UnionDefinition,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Name, Span};

/// Checks every definition of which all could be read.
pub fn check(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut clashes = Clashes {
        view,
        tables: HashMap::new(),
        diagnostics,
    };
    for definition in view.sound() {
        clashes.definition(definition);
    }
}

/// The names in an object by what C makes of them.
type Table<'s> = HashMap<String, &'s Name>;

struct Clashes<'v, 's, 'd> {
    view: &'v View<'s>,
    /// The members that stand in each definition, made when they are asked for.
    tables: HashMap<Span, Table<'s>>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'s> Clashes<'_, 's, '_> {
    fn definition(&mut self, definition: &'s Definition) {
        self.names(
            definition,
            "member",
            own_members(definition).iter().map(|m| &m.name),
        );
        match &definition.body {
            DefinitionBody::Enum(body) => {
                self.names(
                    definition,
                    "value",
                    body.values.iter().map(|value| &value.name),
                );
            }
            DefinitionBody::Struct(_) => self.inherited(definition),
            DefinitionBody::Union(body) => {
                self.branch_names(definition, &body.branches);
                self.branch_members(definition, body);
            }
            DefinitionBody::Alternate(body) => self.branch_names(definition, &body.branches),
            DefinitionBody::Command(body) => self.data(definition, &body.data),
            DefinitionBody::Event(body) => self.data(definition, &body.data),
        }
    }

    fn data(&mut self, definition: &'s Definition, data: &'s DataDefinition) {
        if let DataDefinition::Inline(members) = data {
            self.names(
                definition,
                "member",
                members.iter().map(|member| &member.name),
            );
        }
    }

    fn branch_names(&mut self, definition: &'s Definition, branches: &'s [BranchDefinition]) {
        self.names(
            definition,
            "branch",
            branches.iter().map(|branch| &branch.name),
        );
    }

    /// Names that stand together.
    fn names(
        &mut self,
        definition: &'s Definition,
        what: &str,
        names: impl Iterator<Item = &'s Name>,
    ) {
        let mut seen: Table<'s> = HashMap::new();
        for name in names {
            let key = self.key(what, &name.value);
            match seen.get(&key) {
                Some(other) => self.clash(definition, what, name, other),
                None => _ = seen.insert(key, name),
            }
        }
    }

    fn key(&self, what: &str, name: &str) -> String {
        match (self.view.is_in(dialect::EXACT_NAME_COLLISIONS), what) {
            (false, _) => to_c(name),
            (true, "value") => to_constant(name),
            (true, _) => name.to_owned(),
        }
    }

    fn clash(&mut self, definition: &'s Definition, what: &str, name: &'s Name, other: &Name) {
        let message = format!(
            "{}: {what} '{name}' clashes with '{other}'",
            title(definition)
        );
        let diagnostic = error(Code::NameClash, definition, name.span, message)
            .with_label(other.span, "the other one is here")
            .with_help("rename one; `-`, `.` and `_` are the same in C");
        self.diagnostics.push(diagnostic);
    }

    /// Own members against those of all bases.
    fn inherited(&mut self, definition: &'s Definition) {
        for ancestor in self.view.lineage(definition).skip(1) {
            if ancestor.span == definition.span {
                return;
            }
            self.common(definition, definition, ancestor);
        }
    }

    /// The members of all branches against those of the base.
    fn branch_members(&mut self, definition: &'s Definition, body: &'s UnionDefinition) {
        if body.discriminator.is_none() {
            return;
        }
        let bases: Vec<&Definition> = self.view.lineage(definition).collect();
        let mut seen: HashSet<Span> = bases.iter().map(|base| base.span).collect();
        let mut open: Vec<&'s Name> = body.branches.iter().map(|branch| &branch.ty.name).collect();
        while let Some(name) = open.pop() {
            let Some(held) = self.view.defined(name) else {
                continue;
            };
            for part in self.view.lineage(held) {
                if !seen.insert(part.span) {
                    break;
                }
                for base in &bases {
                    self.common(definition, part, base);
                }
                if let DefinitionBody::Union(nested) = &part.body {
                    open.extend(nested.branches.iter().map(|branch| &branch.ty.name));
                }
            }
        }
    }

    /// Reports what stands both in `part` and in `base`, both of which
    /// `definition` has.
    fn common(&mut self, definition: &'s Definition, part: &'s Definition, base: &'s Definition) {
        let (few, many) = if own_members(part).len() <= own_members(base).len() {
            (part, base)
        } else {
            (base, part)
        };
        let mut pairs: Vec<(&'s Name, &'s Name)> = Vec::new();
        for MemberDefinition { name, .. } in own_members(few) {
            let key = self.key("member", &name.value);
            pairs.extend(self.table(many).get(&key).map(|&other| (name, other)));
        }
        for (one, other) in pairs {
            let (ours, theirs) = if few.span == part.span {
                (one, other)
            } else {
                (other, one)
            };
            self.two_places(definition, ours, part, theirs, base);
        }
    }

    fn table(&mut self, definition: &'s Definition) -> &Table<'s> {
        if !self.tables.contains_key(&definition.span) {
            let names = own_members(definition).iter().map(|member| &member.name);
            let table = names
                .map(|name| (self.key("member", &name.value), name))
                .collect();
            self.tables.insert(definition.span, table);
        }
        &self.tables[&definition.span]
    }

    fn two_places(
        &mut self,
        definition: &'s Definition,
        ours: &Name,
        part: &Definition,
        theirs: &Name,
        base: &Definition,
    ) {
        let mut message = format!("{}: member '{ours}'", title(definition));
        if part.span != definition.span {
            message += &format!(" of {}", title(part));
        }
        message += &format!(" clashes with '{theirs}' of the base");
        let focus = if part.span == definition.span {
            ours.span
        } else {
            definition.name.span
        };
        let mut diagnostic = error(Code::NameClash, definition, focus, message)
            .with_label(
                theirs.span,
                format!("the member of {} is here", title(base)),
            )
            .with_help("rename one of the two");
        if part.span != definition.span {
            diagnostic = diagnostic.with_label(ours.span, "and the other one here");
        }
        self.diagnostics.push(diagnostic);
    }
}

/// The C constant of a value, as 2.5 makes it: `camelCase` becomes `CAMEL_CASE`.
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
