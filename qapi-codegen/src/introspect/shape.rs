//! Types in a few words, for people who read what differs.

use super::info::{Case, Interface, Item, Kind, Member, Object, TypeId};

/// How deep a shape is told; types may contain themselves.
const DEPTH: usize = 2;

/// How many members, values or branches are told.
const MOST: usize = 12;

/// A type in a few words: `str`, `enum(off, on)`, `{ driver: str, *id: str }`.
pub fn shape(interface: &Interface, id: TypeId) -> String {
    Shape {
        interface,
        depth: DEPTH,
    }
    .ty(id)
}

struct Shape<'i> {
    interface: &'i Interface,
    depth: usize,
}

impl Shape<'_> {
    fn ty(&self, id: TypeId) -> String {
        match &self.interface.get(id).kind {
            Kind::Builtin(builtin) => builtin.as_str().to_owned(),
            Kind::Array(element) => format!("[{}]", self.ty(*element)),
            Kind::Enum(values) => format!(
                "enum({})",
                list(values, ", ", |item: &Item| item.name.clone())
            ),
            Kind::Alternate(branches) => {
                list(branches, " or ", |branch: &Case| self.below(branch.ty))
            }
            Kind::Object(object) => self.object(object),
        }
    }

    fn object(&self, object: &Object) -> String {
        let member = |member: &Member| {
            let mark = if member.optional { "*" } else { "" };
            format!("{mark}{}: {}", member.item.name, self.below(member.ty))
        };
        let members = match &object.members[..] {
            [] => return "{}".to_owned(),
            members if self.depth == 0 => format!("{} members", members.len()),
            members => list(members, ", ", member),
        };
        match &object.variants {
            None => format!("{{ {members} }}"),
            Some(variants) => format!("{{ {members}, and more by `{}` }}", variants.tag),
        }
    }

    fn below(&self, id: TypeId) -> String {
        let depth = self.depth.saturating_sub(1);
        Shape { depth, ..*self }.ty(id)
    }
}

fn list<T>(parts: &[T], between: &str, part: impl Fn(&T) -> String) -> String {
    let mut shown: Vec<String> = parts.iter().take(MOST).map(part).collect();
    if parts.len() > MOST {
        shown.push(format!("{} more", parts.len() - MOST));
    }
    shown.join(between)
}
