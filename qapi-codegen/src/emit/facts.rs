//! What can be asked of a release while a program runs: its commands and what
//! they take, for shells and the like.

use proc_macro2::TokenStream;
use quote::quote;

use crate::schema::{BranchContent, Command, Member, OperationData, Schema, TypeId, TypeKind};

/// The table of a release's commands.
pub fn table(schema: &Schema) -> TokenStream {
    let rows = schema.commands.iter().map(|command| row(schema, command));
    quote!(&[#(#rows),*])
}

fn row(schema: &Schema, command: &Command) -> TokenStream {
    let name = &command.meta.name;
    let arguments = arguments(schema, &command.data);
    let open = command.open;
    quote!(CommandFacts::new(#name, &[#(#arguments),*], #open))
}

/// The arguments, those that may be absent with a star before their name.
fn arguments(schema: &Schema, data: &OperationData) -> Vec<String> {
    let mut names = Vec::new();
    match data {
        OperationData::Members(members) => add(&mut names, members, false),
        OperationData::Defined(id) => add_type(schema, *id, false, &mut names),
    }
    names
}

/// Adds the members of a type; those of a branch may always be absent.
fn add_type(schema: &Schema, id: TypeId, in_branch: bool, names: &mut Vec<String>) {
    add(names, schema.members(id), in_branch);
    if let TypeKind::Union(union) = &schema.get(id).kind {
        for case in schema.union_branches(union) {
            match case.content {
                BranchContent::Members(id) => add_type(schema, id, true, names),
                BranchContent::Data(_) => add_name(names, "data", true),
                BranchContent::Nothing => {}
            }
        }
    }
}

fn add<'m>(
    names: &mut Vec<String>,
    members: impl IntoIterator<Item = &'m Member>,
    in_branch: bool,
) {
    for member in members {
        add_name(names, &member.meta.name, member.optional || in_branch);
    }
}

fn add_name(names: &mut Vec<String>, name: &str, is_optional: bool) {
    let is_there = names
        .iter()
        .any(|other| other.trim_start_matches('*') == name);
    if !is_there {
        let star = if is_optional { "*" } else { "" };
        names.push(format!("{star}{name}"));
    }
}
