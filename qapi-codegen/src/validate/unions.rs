//! Unions: the discriminator and its branches.

use std::collections::HashSet;

use super::view::{ReferencedType, SchemaView, titled_error};
use crate::ast::{
    BranchDefinition, Definition, DefinitionBody, MemberDefinition, UnionBase, UnionDefinition,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect;
use crate::source::{Name, Span};

/// Checks every completely parsed union.
pub fn check(view: &SchemaView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in view.complete_definitions() {
        if let DefinitionBody::Union(body) = &definition.body {
            let checker = UnionChecker {
                view,
                definition,
                body,
            };
            diagnostics.extend(checker.check());
        }
    }
}

struct UnionChecker<'v, 's> {
    view: &'v SchemaView<'s>,
    definition: &'s Definition,
    body: &'s UnionDefinition,
}

impl<'s> UnionChecker<'_, 's> {
    fn check(&self) -> Vec<Diagnostic> {
        match (&self.body.discriminator, &self.body.base) {
            (Some(name), UnionBase::None) => vec![self.missing_counterpart(name, "base")],
            (None, UnionBase::Named(_) | UnionBase::Inline(_)) => {
                let focus = self.definition.base().unwrap_or(&self.definition.name);
                vec![self.missing_counterpart(focus, "discriminator")]
            }
            (None, UnionBase::None) => self.no_branches(None).into_iter().collect(),
            (Some(discriminator), _) => self.check_flat(discriminator),
        }
    }

    fn check_flat(&self, discriminator: &'s Name) -> Vec<Diagnostic> {
        let branches = self.body.branches.iter();
        let mut found: Vec<Diagnostic> = branches
            .filter_map(|branch| self.check_branch_type(branch))
            .collect();
        match self.find_discriminator(discriminator) {
            Ok(Some(member)) => found.extend(self.check_discriminator(discriminator, member)),
            Ok(None) => {}
            Err(diagnostic) => found.push(diagnostic),
        }
        found
    }

    fn error(&self, code: Code, focus: Span, problem: &str) -> Diagnostic {
        titled_error(code, self.definition, focus, &format!(" {problem}"))
    }

    fn missing_counterpart(&self, focus: &Name, key: &str) -> Diagnostic {
        let problem = format!("has no '{key}'");
        self.error(Code::MissingKey, focus.span, &problem)
            .with_help("write both 'base' and 'discriminator', or neither in a simple union")
    }

    /// The member that is the discriminator, or `None` if not all members are
    /// known.
    fn find_discriminator(&self, name: &Name) -> Result<Option<&'s MemberDefinition>, Diagnostic> {
        let in_base_itself = self.view.is_in(dialect::DISCRIMINATOR_IN_BASE_ITSELF);
        let reach = match self.definition.base() {
            Some(_) if in_base_itself => 2,
            Some(_) => usize::MAX,
            None => 1,
        };
        let lineage = self.view.lineage(self.definition).take(reach);
        let mut members = lineage.flat_map(Definition::members);
        match members.find(|member| member.name.value == name.value) {
            Some(member) => Ok(Some(member)),
            None if !self.view.knows_members(self.definition) => Ok(None),
            None => {
                let problem = format!("has no member '{name}' for its discriminator");
                let found = self.error(Code::DiscriminatorUnknown, name.span, &problem);
                Err(found.with_help("name a member of the base whose type is an enum"))
            }
        }
    }

    fn check_discriminator(&self, name: &Name, member: &MemberDefinition) -> Vec<Diagnostic> {
        let wrong = |code, property: &str, help: &str| {
            let problem = format!("has discriminator '{name}', which is {property}");
            let found = self.error(code, name.span, &problem);
            let label = "the member is here";
            vec![found.with_label(member.name.span, label).with_help(help)]
        };
        if member.optional {
            let help = "remove the `*` of the member";
            return wrong(Code::DiscriminatorOptional, "optional", help);
        }
        if member.condition.is_some() && self.view.is_in(dialect::UNCONDITIONAL_DISCRIMINATOR) {
            let help = "remove the 'if' of the member";
            return wrong(Code::DiscriminatorConditional, "conditional", help);
        }
        match self.discriminator_values(member) {
            DiscriminatorValues::NotAnEnum => {
                let help = "change the type of the member to an enum";
                wrong(Code::DiscriminatorNotEnum, "not an enum", help)
            }
            DiscriminatorValues::Unknown => Vec::new(),
            DiscriminatorValues::Known(values) => self.check_values(&values),
        }
    }

    fn discriminator_values(&self, member: &MemberDefinition) -> DiscriminatorValues<'s> {
        let builtin = |values: &'static [&'static str]| DiscriminatorValues::Known(values.to_vec());
        match self.view.lookup(&member.ty.name.value) {
            None => DiscriminatorValues::Unknown,
            Some(_) if member.ty.array => DiscriminatorValues::NotAnEnum,
            Some(ReferencedType::Builtin(ty)) => ty
                .enum_values()
                .map_or(DiscriminatorValues::NotAnEnum, builtin),
            Some(ReferencedType::Defined(ty)) if self.view.is_incomplete(ty) => {
                DiscriminatorValues::Unknown
            }
            Some(ReferencedType::Defined(ty)) => match &ty.body {
                DefinitionBody::Enum(body) => {
                    let values = body.values.iter().map(|value| value.name.value.as_str());
                    DiscriminatorValues::Known(values.collect())
                }
                _ => DiscriminatorValues::NotAnEnum,
            },
        }
    }

    fn check_values(&self, values: &[&str]) -> Vec<Diagnostic> {
        let known: HashSet<&str> = values.iter().copied().collect();
        let branches = self.body.branches.iter();
        let unknown = branches.filter(|branch| !known.contains(branch.name.value.as_str()));
        let mut found: Vec<Diagnostic> = unknown
            .map(|branch| self.unknown_branch(branch, values))
            .collect();
        found.extend(self.no_branches(Some(values)));
        if self.view.is_in(dialect::COMPLETE_BRANCHES) {
            found.extend(self.missing_branches(values));
        }
        found
    }

    fn unknown_branch(&self, branch: &BranchDefinition, values: &[&str]) -> Diagnostic {
        let listed = values.iter().take(MAX_LISTED);
        let listed: Vec<String> = listed.map(|value| format!("'{value}'")).collect();
        let more = match values.len() > MAX_LISTED {
            true => " and more",
            false => "",
        };
        let name = &branch.name;
        let problem = format!("has branch '{name}', which is not a value of the discriminator");
        self.error(Code::BranchUnknown, name.span, &problem)
            .with_help(format!("its values are {}{more}", listed.join(", ")))
    }

    fn missing_branches(&self, values: &[&str]) -> Option<Diagnostic> {
        let branches = self.body.branches.iter();
        let branches: HashSet<&str> = branches.map(|branch| branch.name.value.as_str()).collect();
        let mut missing = values.iter().filter(|value| !branches.contains(**value));
        let first = missing.next()?;
        let help = match missing.count() {
            0 => "before QEMU 3.0 every discriminator value needs a branch".to_owned(),
            more => format!("add it and {more} more: before QEMU 3.0 every value needs a branch"),
        };
        let focus = self.definition.name.span;
        let problem = format!("has no branch for '{first}'");
        let found = self.error(Code::BranchMissing, focus, &problem);
        Some(found.with_help(help))
    }

    /// Reports a union without branches. `values` are those of the
    /// discriminator; simple unions have none.
    fn no_branches(&self, values: Option<&[&str]>) -> Option<Diagnostic> {
        let needs_data = self.view.is_in(dialect::NONEMPTY_UNION_DATA);
        let needs_values = self.view.is_in(dialect::NONEMPTY_UNIONS);
        let is_error = self.body.branches.is_empty()
            && match values {
                Some(values) => needs_data || needs_values && values.is_empty(),
                None => needs_data || needs_values,
            };
        is_error.then(|| {
            let focus = self.definition.name.span;
            self.error(Code::NoBranches, focus, "has no branches")
                .with_help("add a branch to 'data'")
        })
    }

    /// Checks that a branch of a flat union is a struct, or a union if the
    /// release supports it.
    fn check_branch_type(&self, branch: &BranchDefinition) -> Option<Diagnostic> {
        let ty = self.view.lookup(&branch.ty.name.value)?;
        let (kind, body) = match branch.ty.array {
            true => ("an array", None),
            false => (ty.kind(), ty.body()),
        };
        let help = match body {
            Some(DefinitionBody::Struct(_)) => return None,
            Some(DefinitionBody::Union(_)) if self.view.is_in(dialect::NESTED_UNIONS) => {
                return None;
            }
            Some(DefinitionBody::Union(_)) => {
                "name a struct: unions are supported here since QEMU 8.1"
            }
            _ => "branches are objects: put the value into a struct",
        };
        let problem = format!(
            "has branch '{}' of type '{}', which is {kind}",
            branch.name, branch.ty.name
        );
        let focus = branch.ty.name.span;
        let found = self.error(Code::BranchNotObject, focus, &problem);
        Some(found.with_help(help))
    }
}

/// The values of the discriminator.
enum DiscriminatorValues<'s> {
    Known(Vec<&'s str>),
    Unknown,
    NotAnEnum,
}

/// The maximum number of listed enum values.
const MAX_LISTED: usize = 8;
