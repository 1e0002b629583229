//! Access to the parts of a syntax tree that overrides change.

use toml::Spanned;

use crate::ast::{Definition, Item, MemberDefinition};
use crate::diagnostic::{Code, Diagnostic};
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
    pub fn add_definitions(&mut self, literal: &Spanned<String>) -> Result<(), Diagnostic> {
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
    fn mask_all_but(&self, literal: &Spanned<String>) -> Result<String, Diagnostic> {
        let range = literal.span();
        let quoted = self.text.get(range.clone()).unwrap_or_default();
        let Some(start) = quoted.find(literal.get_ref().as_str()) else {
            let error = self.invalid(literal, "the text has escapes");
            return Err(error.with_help("use a literal string: '''...'''"));
        };
        let start = range.start + start;
        let end = start + literal.get_ref().len();
        let blank = |byte: u8| if byte == b'\n' { '\n' } else { ' ' };
        let mask = |text: &str| text.bytes().map(blank).collect::<String>();
        Ok(mask(&self.text[..start]) + &self.text[start..end] + &mask(&self.text[end..]))
    }

    fn check_is_new(&self, added: &Definition) -> Result<(), Diagnostic> {
        let name = &added.name;
        let mut definitions = self.loaded.definitions();
        match definitions.find(|definition| definition.name.value == name.value) {
            None => Ok(()),
            Some(existing) => {
                let problem = format!("definition '{name}' already exists");
                Err(stale(name.span, &problem)
                    .with_label(existing.name.span, "the existing definition"))
            }
        }
    }

    pub fn definition(&mut self, target: &Spanned<String>) -> Result<&mut Definition, Diagnostic> {
        let name = target.get_ref();
        let error = self.stale(target, &format!("definition '{name}' does not exist"));
        let mut definitions = self.loaded.definitions_mut();
        let found = definitions.find(|definition| definition.name.value == *name);
        found.ok_or(error)
    }

    /// The members that a definition itself has.
    pub fn members(
        &mut self,
        target: &Spanned<String>,
    ) -> Result<&mut Vec<MemberDefinition>, Diagnostic> {
        let problem = format!("'{}' has no members of its own", target.get_ref());
        let error = self.stale(target, &problem);
        self.definition(target)?.body.members_mut().ok_or(error)
    }

    pub fn member(
        &mut self,
        target: &Spanned<String>,
        member: &Spanned<String>,
    ) -> Result<&mut MemberDefinition, Diagnostic> {
        let name = member.get_ref();
        let problem = format!("'{}' has no member '{name}'", target.get_ref());
        let error = self.stale(member, &problem);
        let mut members = self.members(target)?.iter_mut();
        let found = members.find(|member| member.name.value == *name);
        found.ok_or(error)
    }

    /// Reports a name that a definition already uses for a member.
    pub fn check_is_free(
        &mut self,
        target: &Spanned<String>,
        name: &Name,
    ) -> Result<(), Diagnostic> {
        let mut members = self.members(target)?.iter();
        if !members.any(|member| member.name.value == name.value) {
            return Ok(());
        }
        let problem = format!("'{}' already has a member '{name}'", target.get_ref());
        Err(stale(name.span, &problem))
    }

    pub fn name(&self, text: &Spanned<String>) -> Name {
        Name::new(text.get_ref().clone(), Span::new(self.file, text.span()))
    }

    /// An override that is wrong whatever the schema is.
    pub fn invalid(&self, text: &Spanned<String>, problem: &str) -> Diagnostic {
        let span = Span::new(self.file, text.span());
        Diagnostic::new(Code::InvalidOverride, span, problem)
    }

    /// An override that does not fit the schema.
    pub fn stale(&self, text: &Spanned<String>, problem: &str) -> Diagnostic {
        stale(Span::new(self.file, text.span()), problem)
    }
}

fn stale(span: Span, problem: &str) -> Diagnostic {
    let message = format!("this override no longer applies: {problem}");
    Diagnostic::new(Code::StaleOverride, span, message)
        .with_help("remove the override, or adapt it to the schema")
}
