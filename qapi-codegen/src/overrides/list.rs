//! The entries of a file of overrides, for whoever wants to tell of them.

use toml::Spanned;

use super::file::{self, OfMember};

/// One entry, as to tell of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The kind of entry, as in the file: `rename-member`.
    pub kind: &'static str,
    /// The definition that it corrects; of an `add`, all that it adds.
    pub target: String,
    /// The member, where it is about one; `cpu-index, which is cpu` for a name
    /// that is another on the wire.
    pub member: Option<String>,
    /// Why the schema needs it.
    pub reason: String,
}

/// Lists the entries in the order in which they are applied.
///
/// # Errors
///
/// The text is no file of overrides.
pub fn list(text: &str) -> Result<Vec<Entry>, toml::de::Error> {
    let overrides = file::read(text)?;
    let mut entries = Vec::new();
    let mut push = |kind, target: String, member, reason: &Spanned<String>| {
        let reason = reason.get_ref().trim().to_owned();
        entries.push(Entry {
            kind,
            target,
            member,
            reason,
        });
    };
    for add in &overrides.add {
        push("add", defined(add.text.get_ref()), None, &add.reason);
    }
    for add in &overrides.add_member {
        let member = add.member.get_ref().trim_start_matches('*').to_owned();
        push(
            "add-member",
            add.target.get_ref().clone(),
            Some(member),
            &add.reason,
        );
    }
    for rename in &overrides.rename_member {
        let member = format!(
            "{}, which is {}",
            rename.member.get_ref(),
            rename.to.get_ref()
        );
        push(
            "rename-member",
            rename.target.get_ref().clone(),
            Some(member),
            &rename.reason,
        );
    }
    let mut of_member = |kind, of: &OfMember| {
        push(
            kind,
            of.target.get_ref().clone(),
            Some(of.member.get_ref().clone()),
            &of.reason,
        );
    };
    overrides
        .remove_member
        .iter()
        .for_each(|of| of_member("remove-member", of));
    overrides
        .make_optional
        .iter()
        .for_each(|of| of_member("make-optional", of));
    for open in &overrides.open_arguments {
        push(
            "open-arguments",
            open.target.get_ref().clone(),
            None,
            &open.reason,
        );
    }
    Ok(entries)
}

/// The names that a text defines: the first string after each kind.
fn defined(text: &str) -> String {
    const KINDS: [&str; 6] = ["command", "event", "enum", "struct", "union", "alternate"];
    let strings: Vec<&str> = text.split('\'').skip(1).step_by(2).collect();
    let names = strings
        .windows(2)
        .filter(|pair| KINDS.contains(&pair[0]))
        .map(|pair| pair[1]);
    names.collect::<Vec<_>>().join(", ")
}
