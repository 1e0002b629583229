//! The format of a file of overrides.

use serde::Deserialize;
use toml::Spanned;

use super::kinds::Override;

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
}

/// Declares the tables of each kind. All keys are required strings.
macro_rules! tables {
    ($($(#[$doc:meta])* $kind:literal $name:ident {
        $($(#[$field_doc:meta])* $field:ident,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: Spanned<String>,)*
            reason: Spanned<String>,
        }

        impl OverrideTable for $name {
            fn kind(&self) -> &'static str {
                $kind
            }

            fn reason(&self) -> &Spanned<String> {
                &self.reason
            }
        }
    )*};
}

tables! {
    /// Adds definitions that the schema lacks.
    "add" AddDefinitions {
        /// The definitions in the language of the schema.
        text,
    }
    /// Adds a member that the schema lacks.
    "add-member" AddMember {
        target,
        /// The name, with a `*` in front if the member is optional.
        member,
        #[serde(rename = "type")]
        ty,
    }
    /// Renames a member that has another name in QMP.
    "rename-member" RenameMember {
        target,
        member,
        to,
    }
    /// Removes a member that QEMU always rejects.
    "remove-member" RemoveMember {
        target,
        member,
    }
    /// Makes a required member optional.
    "make-optional" MakeOptional {
        target,
        member,
    }
    /// Marks a command that takes arguments that are not in the schema.
    "open-arguments" OpenArguments {
        target,
    }
}
