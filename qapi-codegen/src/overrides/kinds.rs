//! The tables of a file of overrides, and the effect of each kind.

use serde::Deserialize;
use toml::Spanned;

use super::tree::OverriddenTree;
use crate::ast::{DefinitionBody, MemberDefinition, TypeReference};
use crate::diagnostic::Diagnostic;

/// A file of overrides: an array of tables for each kind.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct OverridesFile {
    add: Vec<AddDefinitions>,
    add_member: Vec<AddMember>,
    rename_member: Vec<RenameMember>,
    remove_member: Vec<RemoveMember>,
    make_optional: Vec<MakeOptional>,
    open_arguments: Vec<OpenArguments>,
}

impl OverridesFile {
    /// All overrides in the order in which they are applied.
    pub fn entries(&self) -> impl Iterator<Item = &dyn Override> {
        fn upcast<O: Override>(overrides: &[O]) -> impl Iterator<Item = &dyn Override> {
            overrides.iter().map(|entry| entry as &dyn Override)
        }
        upcast(&self.add)
            .chain(upcast(&self.add_member))
            .chain(upcast(&self.rename_member))
            .chain(upcast(&self.remove_member))
            .chain(upcast(&self.make_optional))
            .chain(upcast(&self.open_arguments))
    }
}

/// A table of the file.
pub trait OverrideTable {
    /// The key of the array that the table belongs to.
    fn kind(&self) -> &'static str;

    fn reason(&self) -> &Spanned<String>;

    /// The value of another key, if the table has it.
    fn value(&self, key: &str) -> Option<&str>;
}

/// An override.
pub trait Override: OverrideTable {
    /// The corrected definition and its corrected member, as text.
    fn subject(&self) -> (String, Option<String>) {
        let member = self.value("member");
        let member = member.map(|member| member.trim_start_matches('*').to_owned());
        (self.value("target").unwrap_or_default().to_owned(), member)
    }

    /// Changes the syntax tree.
    fn apply(&self, tree: &mut OverriddenTree<'_>) -> Result<(), Diagnostic>;
}

/// Declares the tables of each kind. All keys are required strings.
macro_rules! tables {
    ($($(#[$doc:meta])* $kind:literal $name:ident {
        $($(#[$field_doc:meta])* $field:ident),*
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $name {
            $($(#[$field_doc])* $field: Spanned<String>,)*
            reason: Spanned<String>,
        }

        impl OverrideTable for $name {
            fn kind(&self) -> &'static str {
                $kind
            }

            fn reason(&self) -> &Spanned<String> {
                &self.reason
            }

            fn value(&self, key: &str) -> Option<&str> {
                match key {
                    $(stringify!($field) => Some(self.$field.get_ref()),)*
                    _ => None,
                }
            }
        }
    )*};
}

tables! {
    /// Adds definitions that the schema lacks, in its language.
    "add" AddDefinitions { text }
    /// Adds a member that the schema lacks. Its name has a `*` in front if it is
    /// optional.
    "add-member" AddMember { target, member, #[serde(rename = "type")] ty }
    /// Renames a member that has another name in QMP.
    "rename-member" RenameMember { target, member, to }
    /// Removes a member that QEMU always rejects.
    "remove-member" RemoveMember { target, member }
    /// Makes a required member optional.
    "make-optional" MakeOptional { target, member }
    /// Marks a command that takes arguments that are not in the schema.
    "open-arguments" OpenArguments { target }
}

impl Override for AddDefinitions {
    fn subject(&self) -> (String, Option<String>) {
        (defined_names(self.text.get_ref()).join(", "), None)
    }

    fn apply(&self, tree: &mut OverriddenTree<'_>) -> Result<(), Diagnostic> {
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
    fn apply(&self, tree: &mut OverriddenTree<'_>) -> Result<(), Diagnostic> {
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

    fn apply(&self, tree: &mut OverriddenTree<'_>) -> Result<(), Diagnostic> {
        let to = tree.name(&self.to);
        tree.check_is_free(&self.target, &to)?;
        tree.member(&self.target, &self.member)?.name = to;
        Ok(())
    }
}

impl Override for RemoveMember {
    fn apply(&self, tree: &mut OverriddenTree<'_>) -> Result<(), Diagnostic> {
        tree.member(&self.target, &self.member)?;
        let members = tree.members(&self.target)?;
        members.retain(|member| member.name.value != *self.member.get_ref());
        Ok(())
    }
}

impl Override for MakeOptional {
    fn apply(&self, tree: &mut OverriddenTree<'_>) -> Result<(), Diagnostic> {
        let member = tree.member(&self.target, &self.member)?;
        if !std::mem::replace(&mut member.optional, true) {
            return Ok(());
        }
        let problem = format!("member '{}' is already optional", self.member.get_ref());
        Err(tree.stale(&self.member, &problem))
    }
}

impl Override for OpenArguments {
    fn apply(&self, tree: &mut OverriddenTree<'_>) -> Result<(), Diagnostic> {
        let name = self.target.get_ref();
        let problem = match &mut tree.definition(&self.target)?.body {
            DefinitionBody::Command(command) if !command.open => {
                command.open = true;
                return Ok(());
            }
            DefinitionBody::Command(_) => {
                format!("command '{name}' already takes unlisted arguments")
            }
            _ => format!("'{name}' is not a command"),
        };
        Err(tree.stale(&self.target, &problem))
    }
}
