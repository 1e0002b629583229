//! The effect of each kind of override.

use super::error::{OverrideError, OverrideProblem};
use super::file::{
    AddDefinitions, AddMember, MakeOptional, OpenArguments, OverrideTable, RemoveMember,
    RenameMember,
};
use super::tree::OverriddenTree;
use crate::ast::{DefinitionBody, MemberDefinition, TypeReference};

/// An override.
pub trait Override: OverrideTable {
    /// The corrected definition and its corrected member, as text.
    fn subject(&self) -> (String, Option<String>);

    /// Changes the syntax tree.
    fn apply(&self, tree: &mut OverriddenTree<'_>) -> Result<(), OverrideError>;
}

impl Override for AddDefinitions {
    fn subject(&self) -> (String, Option<String>) {
        (defined_names(self.text.get_ref()).join(", "), None)
    }

    fn apply(&self, tree: &mut OverriddenTree<'_>) -> Result<(), OverrideError> {
        tree.add_definitions(&self.text)
    }
}

/// The first string after each keyword, also of text that is not valid.
fn defined_names(text: &str) -> Vec<&str> {
    const KEYWORDS: [&str; 6] = ["command", "event", "enum", "struct", "union", "alternate"];
    let strings: Vec<&str> = text.split('\'').skip(1).step_by(2).collect();
    let pairs = strings.windows(2);
    let names = pairs.filter(|pair| KEYWORDS.contains(&pair[0]));
    names.map(|pair| pair[1]).collect()
}

impl Override for AddMember {
    fn subject(&self) -> (String, Option<String>) {
        let member = self.member.get_ref().trim_start_matches('*');
        (self.target.get_ref().clone(), Some(member.to_owned()))
    }

    fn apply(&self, tree: &mut OverriddenTree<'_>) -> Result<(), OverrideError> {
        let mut name = tree.name(&self.member);
        let optional = name.value.starts_with('*');
        if optional {
            name.value.remove(0);
        }
        tree.check_is_free(&self.target, &name)?;
        let ty = TypeReference {
            name: tree.name(&self.ty),
            array: false,
        };
        tree.members(&self.target)?.push(MemberDefinition {
            name,
            optional,
            ty,
            condition: None,
            features: Vec::new(),
        });
        Ok(())
    }
}

impl Override for RenameMember {
    fn subject(&self) -> (String, Option<String>) {
        let (member, to) = (self.member.get_ref(), self.to.get_ref());
        let member = format!("{member}, renamed to {to}");
        (self.target.get_ref().clone(), Some(member))
    }

    fn apply(&self, tree: &mut OverriddenTree<'_>) -> Result<(), OverrideError> {
        let to = tree.name(&self.to);
        tree.check_is_free(&self.target, &to)?;
        tree.member(&self.target, &self.member)?.name = to;
        Ok(())
    }
}

impl Override for RemoveMember {
    fn subject(&self) -> (String, Option<String>) {
        let member = self.member.get_ref().clone();
        (self.target.get_ref().clone(), Some(member))
    }

    fn apply(&self, tree: &mut OverriddenTree<'_>) -> Result<(), OverrideError> {
        tree.member(&self.target, &self.member)?;
        let members = tree.members(&self.target)?;
        members.retain(|member| member.name.value != *self.member.get_ref());
        Ok(())
    }
}

impl Override for MakeOptional {
    fn subject(&self) -> (String, Option<String>) {
        let member = self.member.get_ref().clone();
        (self.target.get_ref().clone(), Some(member))
    }

    fn apply(&self, tree: &mut OverriddenTree<'_>) -> Result<(), OverrideError> {
        let member = tree.member(&self.target, &self.member)?;
        if !std::mem::replace(&mut member.optional, true) {
            return Ok(());
        }
        let problem = OverrideProblem::OptionalMember(self.member.get_ref().clone());
        Err(tree.error(&self.member, problem))
    }
}

impl Override for OpenArguments {
    fn subject(&self) -> (String, Option<String>) {
        (self.target.get_ref().clone(), None)
    }

    fn apply(&self, tree: &mut OverriddenTree<'_>) -> Result<(), OverrideError> {
        let name = self.target.get_ref().clone();
        let problem = match &mut tree.definition(&self.target)?.body {
            DefinitionBody::Command(command) if !command.open => {
                command.open = true;
                return Ok(());
            }
            DefinitionBody::Command(_) => OverrideProblem::OpenArguments(name),
            _ => OverrideProblem::NotACommand(name),
        };
        Err(tree.error(&self.target, problem))
    }
}
