//! Access to the parts of a syntax tree that overrides change.

use toml::Spanned;

use super::error::{OverrideError, OverrideProblem};
use crate::ast::{DataDefinition, Definition, DefinitionBody, Item, MemberDefinition, UnionBase};
use crate::load::LoadedSchema;
use crate::parse::parse;
use crate::source::{FileId, Name, Span};

/// A syntax tree, and the file of overrides that are applied to it.
pub struct OverriddenTree<'l> {
    pub loaded: &'l mut LoadedSchema,
    pub file: FileId,
    pub text: &'l str,
}

impl OverriddenTree<'_> {
    /// Parses definitions and adds them.
    pub fn add_definitions(&mut self, literal: &Spanned<String>) -> Result<(), OverrideError> {
        let text = self.mask_all_but(literal)?;
        let (tree, diagnostics) = parse(self.file, &text, self.loaded.version);
        self.loaded.diagnostics.extend(diagnostics);
        for item in &tree.items {
            if let Item::Definition(definition) = item {
                self.check_is_new(definition)?;
            }
        }
        self.loaded.items.extend(tree.items);
        Ok(())
    }

    /// Replaces all text but the content of a literal by spaces, so that spans
    /// in what is parsed point into the file of overrides.
    fn mask_all_but(&self, literal: &Spanned<String>) -> Result<String, OverrideError> {
        let range = literal.span();
        let quoted = self.text.get(range.clone()).unwrap_or_default();
        let Some(start) = quoted.find(literal.get_ref().as_str()) else {
            return Err(self.error(literal, OverrideProblem::EscapedText));
        };
        let start = range.start + start;
        let end = start + literal.get_ref().len();
        let mask = |text: &str| -> String {
            let bytes = text.bytes();
            bytes
                .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
                .collect()
        };
        Ok(mask(&self.text[..start]) + &self.text[start..end] + &mask(&self.text[end..]))
    }

    fn check_is_new(&self, added: &Definition) -> Result<(), OverrideError> {
        let name = &added.name;
        let existing = self.loaded.items.iter().find_map(|item| match item {
            Item::Definition(definition) if definition.name.value == name.value => Some(definition),
            _ => None,
        });
        let problem = existing.map(|existing| OverrideProblem::DefinitionExists {
            name: name.value.clone(),
            existing: existing.name.span,
        });
        let span = name.span;
        problem.map_or(Ok(()), |problem| Err(OverrideError { span, problem }))
    }

    pub fn definition(
        &mut self,
        target: &Spanned<String>,
    ) -> Result<&mut Definition, OverrideError> {
        let problem = OverrideProblem::UnknownDefinition(target.get_ref().clone());
        let error = self.error(target, problem);
        let mut definitions = self.loaded.items.iter_mut().filter_map(|item| match item {
            Item::Definition(definition) => Some(definition),
            Item::Comment(_) | Item::Include(_) | Item::Pragma(_) => None,
        });
        definitions
            .find(|definition| definition.name.value == *target.get_ref())
            .ok_or(error)
    }

    /// The members that a definition itself has.
    pub fn members(
        &mut self,
        target: &Spanned<String>,
    ) -> Result<&mut Vec<MemberDefinition>, OverrideError> {
        let problem = OverrideProblem::NoOwnMembers(target.get_ref().clone());
        let error = self.error(target, problem);
        own_members(&mut self.definition(target)?.body).ok_or(error)
    }

    pub fn member(
        &mut self,
        target: &Spanned<String>,
        member: &Spanned<String>,
    ) -> Result<&mut MemberDefinition, OverrideError> {
        let name = member.get_ref();
        let problem = OverrideProblem::UnknownMember {
            target: target.get_ref().clone(),
            member: name.clone(),
        };
        let error = self.error(member, problem);
        let mut members = self.members(target)?.iter_mut();
        members
            .find(|member| member.name.value == *name)
            .ok_or(error)
    }

    /// Reports a name that a definition already uses for a member.
    pub fn check_is_free(
        &mut self,
        target: &Spanned<String>,
        name: &Name,
    ) -> Result<(), OverrideError> {
        let mut members = self.members(target)?.iter();
        if !members.any(|member| member.name.value == name.value) {
            return Ok(());
        }
        let problem = OverrideProblem::MemberExists {
            target: target.get_ref().clone(),
            member: name.value.clone(),
        };
        let span = name.span;
        Err(OverrideError { span, problem })
    }

    pub fn name(&self, text: &Spanned<String>) -> Name {
        Name::new(text.get_ref().clone(), Span::new(self.file, text.span()))
    }

    pub fn error(&self, text: &Spanned<String>, problem: OverrideProblem) -> OverrideError {
        let span = Span::new(self.file, text.span());
        OverrideError { span, problem }
    }
}

fn own_members(body: &mut DefinitionBody) -> Option<&mut Vec<MemberDefinition>> {
    let data = match body {
        DefinitionBody::Struct(body) => return Some(&mut body.members),
        DefinitionBody::Union(body) => match &mut body.base {
            UnionBase::Inline(members) => return Some(members),
            UnionBase::None | UnionBase::Named(_) => return None,
        },
        DefinitionBody::Command(command) => &mut command.data,
        DefinitionBody::Event(event) => &mut event.data,
        DefinitionBody::Enum(_) | DefinitionBody::Alternate(_) => return None,
    };
    match data {
        DataDefinition::Inline(members) => Some(members),
        DataDefinition::None | DataDefinition::Named(_) => None,
    }
}
