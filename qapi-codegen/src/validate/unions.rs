//! Unions: the tag, and the branches it tells apart.

use crate::dialect;
use std::collections::HashSet;

use super::view::{Type, View, base_name, error, own_members, title};
use crate::ast::{
    BranchDefinition, Definition, DefinitionBody, MemberDefinition, UnionBase, UnionDefinition,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Name;

/// Checks every union of which all could be read.
pub fn check(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in view.sound() {
        if let DefinitionBody::Union(body) = &definition.body {
            let check = Check {
                view,
                definition,
                body,
            };
            diagnostics.extend(check.all());
        }
    }
}

struct Check<'v, 's> {
    view: &'v View<'s>,
    definition: &'s Definition,
    body: &'s UnionDefinition,
}

impl<'s> Check<'_, 's> {
    fn all(&self) -> Vec<Diagnostic> {
        match (&self.body.discriminator, &self.body.base) {
            (Some(name), UnionBase::None) => {
                vec![self.half(name, "'discriminator' without 'base'")]
            }
            (None, UnionBase::Named(name)) => {
                vec![self.half(name, "'base' without 'discriminator'")]
            }
            (None, UnionBase::Inline(_)) => {
                vec![self.half(&self.definition.name, "'base' without 'discriminator'")]
            }
            (None, UnionBase::None) => self.no_branches(None).into_iter().collect(),
            (Some(tag), _) => self.flat(tag),
        }
    }

    fn flat(&self, tag: &'s Name) -> Vec<Diagnostic> {
        let mut found: Vec<Diagnostic> = self.branch_types().collect();
        match self.tag(tag) {
            Ok(Some(member)) => found.extend(self.against_tag(tag, member)),
            Ok(None) => {}
            Err(diagnostic) => found.push(diagnostic),
        }
        found
    }

    fn half(&self, focus: &Name, what: &str) -> Diagnostic {
        let message = format!("{} has {what}", title(self.definition));
        error(Code::MissingKey, self.definition, focus.span, message)
            .with_help("a union has both, or neither if it is a simple one")
    }

    /// The member that is the tag, or nothing where that cannot be known.
    fn tag(&self, tag: &Name) -> Result<Option<&'s MemberDefinition>, Diagnostic> {
        let reach = match (
            base_name(self.definition),
            self.view.is_in(dialect::DISCRIMINATOR_IN_BASE_ITSELF),
        ) {
            (Some(_), true) => 2,
            (Some(_), false) => usize::MAX,
            (None, _) => 1,
        };
        let mut members = self
            .view
            .lineage(self.definition)
            .take(reach)
            .flat_map(own_members);
        match members.find(|member| member.name.value == tag.value) {
            Some(member) => Ok(Some(member)),
            None if !self.view.knows_members(self.definition) => Ok(None),
            None => {
                let message = format!(
                    "{}: the discriminator '{tag}' is no member of the base",
                    title(self.definition)
                );
                Err(error(
                    Code::DiscriminatorUnknown,
                    self.definition,
                    tag.span,
                    message,
                )
                .with_help("name a member of the base whose type is an enum"))
            }
        }
    }

    fn against_tag(&self, tag: &Name, member: &MemberDefinition) -> Vec<Diagnostic> {
        let wrong = |code, what: &str, help: &str| {
            let message = format!(
                "{}: the discriminator '{tag}' {what}",
                title(self.definition)
            );
            error(code, self.definition, tag.span, message)
                .with_label(member.name.span, "the member is here")
                .with_help(help)
        };
        if member.optional {
            return vec![wrong(
                Code::DiscriminatorOptional,
                "is optional",
                "remove the `*` of the member",
            )];
        }
        if member.condition.is_some() && self.view.is_in(dialect::UNCONDITIONAL_DISCRIMINATOR) {
            let help = "a tag must be there in every build: remove its 'if'";
            return vec![wrong(
                Code::DiscriminatorConditional,
                "has a condition",
                help,
            )];
        }
        match self.values(member) {
            Values::NotAnEnum => {
                let help = "tags are enums: change the type of the member";
                vec![wrong(Code::DiscriminatorNotEnum, "is no enum", help)]
            }
            Values::Unknown => Vec::new(),
            Values::Known(values) => self.against_values(&values),
        }
    }

    fn values(&self, member: &MemberDefinition) -> Values<'s> {
        match self.view.lookup(&member.ty.name.value) {
            None => Values::Unknown,
            Some(_) if member.ty.array => Values::NotAnEnum,
            Some(Type::Defined(definition)) if self.view.is_damaged(definition) => Values::Unknown,
            Some(Type::Defined(definition)) => match &definition.body {
                DefinitionBody::Enum(body) => Values::Known(
                    body.values
                        .iter()
                        .map(|value| value.name.value.as_str())
                        .collect(),
                ),
                _ => Values::NotAnEnum,
            },
            Some(Type::Builtin(builtin)) => match builtin.enum_values() {
                Some(values) => Values::Known(values.to_vec()),
                None => Values::NotAnEnum,
            },
        }
    }

    fn against_values(&self, values: &[&str]) -> Vec<Diagnostic> {
        let known: HashSet<&str> = values.iter().copied().collect();
        let mut found: Vec<Diagnostic> = self
            .body
            .branches
            .iter()
            .filter(|branch| !known.contains(branch.name.value.as_str()))
            .map(|branch| self.unknown_branch(branch, values))
            .collect();
        found.extend(self.no_branches(Some(values)));
        if self.view.is_in(dialect::COMPLETE_BRANCHES) {
            found.extend(self.uncovered(values));
        }
        found
    }

    fn unknown_branch(&self, branch: &BranchDefinition, values: &[&str]) -> Diagnostic {
        let message = format!(
            "{}: the branch '{}' is no value of the discriminator",
            title(self.definition),
            branch.name
        );
        let shown: Vec<String> = values
            .iter()
            .take(SHOWN)
            .map(|value| format!("'{value}'"))
            .collect();
        let more = if values.len() > SHOWN {
            " and more"
        } else {
            ""
        };
        error(
            Code::BranchUnknown,
            self.definition,
            branch.name.span,
            message,
        )
        .with_help(format!("its values are {}{more}", shown.join(", ")))
    }

    fn uncovered(&self, values: &[&str]) -> Option<Diagnostic> {
        let branches: HashSet<&str> = self
            .body
            .branches
            .iter()
            .map(|branch| branch.name.value.as_str())
            .collect();
        let missing: Vec<&str> = values
            .iter()
            .copied()
            .filter(|value| !branches.contains(value))
            .collect();
        let first = missing.first()?;
        let message = format!("{} has no branch for '{first}'", title(self.definition));
        let help = match missing.len() {
            1 => "every value of the discriminator needs a branch before QEMU 3.0".to_owned(),
            count => format!("{count} values lack one; every value needs it before QEMU 3.0"),
        };
        let focus = self.definition.name.span;
        Some(error(Code::BranchMissing, self.definition, focus, message).with_help(help))
    }

    /// Reports a union that has nothing to tell apart; a simple one has no values.
    fn no_branches(&self, values: Option<&[&str]>) -> Option<Diagnostic> {
        let by_data = self.view.is_in(dialect::NONEMPTY_UNION_DATA) || values.is_none();
        let by_values = self.view.is_in(dialect::NONEMPTY_UNIONS);
        let empty = match values {
            _ if !self.body.branches.is_empty() => false,
            Some(values) => by_data || by_values && values.is_empty(),
            None => self.view.is_in(dialect::NONEMPTY_UNION_DATA) || by_values,
        };
        empty.then(|| {
            let message = format!("{} has no branches", title(self.definition));
            error(
                Code::NoBranches,
                self.definition,
                self.definition.name.span,
                message,
            )
            .with_help("add a branch to 'data'")
        })
    }

    /// The branches of a flat union are structs, or unions where they may nest.
    fn branch_types(&self) -> impl Iterator<Item = Diagnostic> {
        self.body.branches.iter().filter_map(|branch| {
            let ty = self.view.lookup(&branch.ty.name.value)?;
            let what = match ty {
                _ if branch.ty.array => "an array",
                Type::Builtin(_) => "a type of the language",
                Type::Defined(definition) => match &definition.body {
                    DefinitionBody::Struct(_) => return None,
                    DefinitionBody::Union(_) if self.view.is_in(dialect::NESTED_UNIONS) => {
                        return None;
                    }
                    DefinitionBody::Union(_) => "a union",
                    DefinitionBody::Enum(_) => "an enum",
                    _ => "an alternate",
                },
            };
            Some(self.branch_type(branch, what))
        })
    }

    fn branch_type(&self, branch: &BranchDefinition, what: &str) -> Diagnostic {
        let message = format!(
            "{}: the branch '{}' is {what}",
            title(self.definition),
            branch.name
        );
        let help = if what == "a union" {
            "branches are structs; unions in branches came with QEMU 8.1"
        } else {
            "branches are objects: put the value into a struct"
        };
        error(
            Code::BranchNotObject,
            self.definition,
            branch.ty.name.span,
            message,
        )
        .with_help(help)
    }
}

/// The values of a tag.
enum Values<'s> {
    Known(Vec<&'s str>),
    Unknown,
    NotAnEnum,
}

/// How many values of an enum are shown.
const SHOWN: usize = 8;
