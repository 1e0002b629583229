//! Commands with their arguments as data, for use at run time.

use proc_macro2::TokenStream;
use quote::quote;

use crate::schema::{BranchContent, Command, Member, OperationData, Schema, TypeId, TypeKind};

/// The parameters of a command's `CommandInfo`.
pub fn command_info(schema: &Schema, command: &Command) -> TokenStream {
    let name = &command.meta.name;
    let mut arguments = ArgumentList::default();
    match &command.data {
        OperationData::Members(members) => arguments.add_members(members, false),
        OperationData::Defined(id) => arguments.add_type(schema, *id, false),
    }
    let names = arguments.names;
    let open = command.open;
    quote!((#name, &[#(#names),*], #open))
}

/// The names of arguments, with a `*` in front of optional ones.
#[derive(Default)]
struct ArgumentList {
    names: Vec<String>,
}

impl ArgumentList {
    /// Adds the members of a type, which are optional in a branch.
    fn add_type(&mut self, schema: &Schema, id: TypeId, in_branch: bool) {
        self.add_members(schema.members(id), in_branch);
        let TypeKind::Union(union) = &schema.get(id).kind else {
            return;
        };
        for branch in schema.union_branches(union) {
            match branch.content {
                BranchContent::Members(id) => self.add_type(schema, id, true),
                BranchContent::Data(_) => self.add("data", true),
                BranchContent::Nothing => {}
            }
        }
    }

    fn add_members<'m>(&mut self, members: impl IntoIterator<Item = &'m Member>, in_branch: bool) {
        for member in members {
            self.add(&member.meta.name, member.optional || in_branch);
        }
    }

    fn add(&mut self, name: &str, is_optional: bool) {
        let mut names = self.names.iter();
        if !names.any(|other| other.trim_start_matches('*') == name) {
            let star = if is_optional { "*" } else { "" };
            self.names.push(format!("{star}{name}"));
        }
    }
}
