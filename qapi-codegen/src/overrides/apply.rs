//! One function for each kind of override.

use toml::Spanned;

use super::file::{Add, AddMember, OfCommand, OfMember, Overrides, RenameMember};
use super::span;
use crate::ast::{
    CommandDefinition, DataDefinition, Definition, DefinitionBody, Item, MemberDefinition,
    TypeReference, UnionBase,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::load::Loaded;
use crate::parse::parse;
use crate::source::{FileId, Name};

/// Applies every entry of a file.
pub fn all(loaded: &mut Loaded, file: FileId, text: &str, overrides: &Overrides) {
    let mut context = Context { loaded, file, text };
    context.each(&overrides.add, |entry| &entry.reason, Context::add);
    context.each(
        &overrides.add_member,
        |entry| &entry.reason,
        Context::add_member,
    );
    context.each(
        &overrides.rename_member,
        |entry| &entry.reason,
        Context::rename,
    );
    context.each(
        &overrides.remove_member,
        |entry| &entry.reason,
        Context::remove,
    );
    context.each(
        &overrides.make_optional,
        |entry| &entry.reason,
        Context::make_optional,
    );
    context.each(
        &overrides.open_arguments,
        |entry| &entry.reason,
        Context::open,
    );
}

struct Context<'l> {
    loaded: &'l mut Loaded,
    file: FileId,
    text: &'l str,
}

/// What an entry comes to: it was applied, or why it was not.
type Applied = Result<(), Diagnostic>;

impl Context<'_> {
    fn each<E>(
        &mut self,
        entries: &[E],
        reason: fn(&E) -> &Spanned<String>,
        apply: fn(&mut Self, &E) -> Applied,
    ) {
        for entry in entries {
            let given = self.check_reason(reason(entry));
            let applied = given.and_then(|()| apply(self, entry));
            self.loaded.diagnostics.extend(applied.err());
        }
    }

    fn check_reason(&self, reason: &Spanned<String>) -> Applied {
        if reason.get_ref().trim().is_empty() {
            return Err(self.invalid(reason, "an override needs a reason"));
        }
        Ok(())
    }

    fn add(&mut self, entry: &Add) -> Applied {
        let visible = self.only(&entry.text)?;
        let (tree, diagnostics) = parse(self.file, &visible, self.loaded.version);
        self.loaded.diagnostics.extend(diagnostics);
        for item in &tree.items {
            let Item::Definition(definition) = item else {
                continue;
            };
            let name = &definition.name;
            if let Some(there) = self.definition(&name.value) {
                return Err(
                    stale(name, format!("there is a definition '{name}' already"))
                        .with_label(there.name.span, "which is this"),
                );
            }
        }
        self.loaded.items.extend(tree.items);
        Ok(())
    }

    /// The file with nothing left in it but the content of one literal, so that
    /// what is parsed from it has its true place.
    fn only(&self, literal: &Spanned<String>) -> Result<String, Diagnostic> {
        let range = literal.span();
        let quoted = self.text.get(range.clone()).unwrap_or_default();
        let Some(start) = quoted.find(literal.get_ref().as_str()) else {
            return Err(self
                .invalid(literal, "the text has escapes")
                .with_help("write it between ''' and ''' as it is"));
        };
        let start = range.start + start;
        let end = start + literal.get_ref().len();
        let hidden = |text: &str| -> String {
            text.bytes()
                .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
                .collect()
        };
        Ok(hidden(&self.text[..start]) + &self.text[start..end] + &hidden(&self.text[end..]))
    }

    fn add_member(&mut self, entry: &AddMember) -> Applied {
        let mut name = self.name(&entry.member);
        let optional = name.value.starts_with('*');
        if optional {
            name.value.remove(0);
        }
        let member = MemberDefinition {
            name: name.clone(),
            optional,
            ty: TypeReference {
                name: self.name(&entry.ty),
                array: false,
            },
            condition: None,
            features: Vec::new(),
        };
        let members = self.members(&entry.target)?;
        if members.iter().any(|member| member.name.value == name.value) {
            let message = format!("'{}' has a member '{name}' already", entry.target.get_ref());
            return Err(stale(&name, message));
        }
        members.push(member);
        Ok(())
    }

    fn rename(&mut self, entry: &RenameMember) -> Applied {
        let to = self.name(&entry.to);
        let taken = self
            .members(&entry.target)?
            .iter()
            .any(|member| member.name.value == to.value);
        if taken {
            let message = format!("'{}' has a member '{to}' already", entry.target.get_ref());
            return Err(stale(&to, message));
        }
        self.member(&entry.target, &entry.member)?.name = to;
        Ok(())
    }

    fn remove(&mut self, entry: &OfMember) -> Applied {
        self.member(&entry.target, &entry.member)?;
        let name = entry.member.get_ref();
        self.members(&entry.target)?
            .retain(|member| member.name.value != *name);
        Ok(())
    }

    fn make_optional(&mut self, entry: &OfMember) -> Applied {
        let name = self.name(&entry.member);
        let member = self.member(&entry.target, &entry.member)?;
        if member.optional {
            return Err(stale(&name, format!("member '{name}' is optional already")));
        }
        member.optional = true;
        Ok(())
    }

    fn open(&mut self, entry: &OfCommand) -> Applied {
        let name = self.name(&entry.target);
        match self.target(&entry.target)?.body {
            DefinitionBody::Command(CommandDefinition { open: true, .. }) => {
                Err(stale(&name, format!("command '{name}' is open already")))
            }
            DefinitionBody::Command(ref mut command) => {
                command.open = true;
                Ok(())
            }
            _ => Err(stale(&name, format!("'{name}' is no command"))),
        }
    }

    fn member(
        &mut self,
        target: &Spanned<String>,
        member: &Spanned<String>,
    ) -> Result<&mut MemberDefinition, Diagnostic> {
        let name = self.name(member);
        let found = self
            .members(target)?
            .iter_mut()
            .find(|m| m.name.value == name.value);
        found.ok_or_else(|| {
            stale(
                &name,
                format!("'{}' has no member '{name}'", target.get_ref()),
            )
        })
    }

    fn members(
        &mut self,
        target: &Spanned<String>,
    ) -> Result<&mut Vec<MemberDefinition>, Diagnostic> {
        let name = self.name(target);
        members_of(&mut self.target(target)?.body)
            .ok_or_else(|| stale(&name, format!("'{name}' has no members of its own")))
    }

    fn target(&mut self, target: &Spanned<String>) -> Result<&mut Definition, Diagnostic> {
        let name = self.name(target);
        let mut definitions = self.loaded.items.iter_mut().filter_map(|item| match item {
            Item::Definition(definition) => Some(definition),
            Item::Comment(_) | Item::Include(_) | Item::Pragma(_) => None,
        });
        definitions
            .find(|definition| definition.name.value == name.value)
            .ok_or_else(|| stale(&name, format!("there is no definition '{name}'")))
    }

    fn definition(&self, name: &str) -> Option<&Definition> {
        self.loaded.items.iter().find_map(|item| match item {
            Item::Definition(definition) if definition.name.value == name => Some(definition),
            _ => None,
        })
    }

    fn name(&self, text: &Spanned<String>) -> Name {
        Name::new(text.get_ref().clone(), span(self.file, text.span()))
    }

    fn invalid(&self, text: &Spanned<String>, message: &str) -> Diagnostic {
        Diagnostic::new(Code::InvalidOverride, span(self.file, text.span()), message)
    }
}

fn members_of(body: &mut DefinitionBody) -> Option<&mut Vec<MemberDefinition>> {
    match body {
        DefinitionBody::Struct(body) => Some(&mut body.members),
        DefinitionBody::Union(body) => match &mut body.base {
            UnionBase::Inline(members) => Some(members),
            UnionBase::None | UnionBase::Named(_) => None,
        },
        DefinitionBody::Command(CommandDefinition {
            data: DataDefinition::Inline(members),
            ..
        }) => Some(members),
        DefinitionBody::Event(event) => match &mut event.data {
            DataDefinition::Inline(members) => Some(members),
            DataDefinition::None | DataDefinition::Named(_) => None,
        },
        DefinitionBody::Command(_) | DefinitionBody::Enum(_) | DefinitionBody::Alternate(_) => None,
    }
}

fn stale(name: &Name, message: String) -> Diagnostic {
    Diagnostic::new(
        Code::StaleOverride,
        name.span,
        format!("this override no longer applies: {message}"),
    )
    .with_help("remove the entry, or correct it after the schema")
}
