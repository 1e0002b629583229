//! Documentation of generated items: facts of the schema, in our own words.
//!
//! QEMU's own words are added where the schema has them, which is only so where
//! somebody generates from a tree of QEMU for themselves.

use super::changes::Outline;
use super::context::{Context, Scope};
use crate::analyse::sharing::Shared;
use crate::doc::Block;
use crate::schema::{Branch, Command, Condition, EntityMeta, Member, Schema, TypeId, TypeKind};
use crate::version::Series;

/// The documentation of a type.
pub fn definition(scope: &Scope<'_>, shared: &Shared<TypeId>) -> Vec<String> {
    let (release, id) = shared.newest();
    let def = scope.schema(release).get(id);
    let kind = match def.kind {
        TypeKind::Enum(_) => "enum",
        TypeKind::Struct(_) => "struct",
        TypeKind::Union(_) => "union",
        TypeKind::Alternate(_) => "alternate",
    };
    let metas = shared
        .members
        .iter()
        .map(|&(release, id)| (release, &scope.schema(release).get(id).meta));
    let mut paragraphs = headline(scope.context, kind, &def.meta, metas);
    paragraphs.extend(neighbours(
        scope.context,
        &shared.members,
        &def.meta.name,
        |schema, name| {
            schema
                .find_type(name)
                .map(|id| Outline::of_type(schema, id))
        },
    ));
    finish(paragraphs, &def.meta)
}

/// The documentation of a command.
pub fn command(scope: &Scope<'_>, shared: &Shared<usize>) -> Vec<String> {
    let (release, index) = shared.newest();
    let schema = scope.schema(release);
    let command = &schema.commands[index];
    let meta =
        |&(release, index): &(usize, usize)| (release, &scope.schema(release).commands[index].meta);
    let mut paragraphs = headline(
        scope.context,
        "command",
        &command.meta,
        shared.members.iter().map(meta),
    );
    paragraphs.extend(behaviour(schema, command));
    paragraphs.extend(neighbours(
        scope.context,
        &shared.members,
        &command.meta.name,
        |schema, name| {
            schema
                .command(name)
                .map(|command| Outline::of_data(schema, &command.data))
        },
    ));
    finish(paragraphs, &command.meta)
}

/// The documentation of an event.
pub fn event(scope: &Scope<'_>, shared: &Shared<usize>) -> Vec<String> {
    let (release, index) = shared.newest();
    let event = &scope.schema(release).events[index];
    let meta =
        |&(release, index): &(usize, usize)| (release, &scope.schema(release).events[index].meta);
    let mut paragraphs = headline(
        scope.context,
        "event",
        &event.meta,
        shared.members.iter().map(meta),
    );
    paragraphs.extend(neighbours(
        scope.context,
        &shared.members,
        &event.meta.name,
        |schema, name| {
            schema
                .event(name)
                .map(|event| Outline::of_data(schema, &event.data))
        },
    ));
    finish(paragraphs, &event.meta)
}

/// The documentation of a member.
pub fn member(member: &Member) -> Vec<String> {
    value(&member.meta)
}

/// The documentation of an enum's value or of a union's branch.
pub fn value(meta: &EntityMeta) -> Vec<String> {
    let mut text = format!("`{}`{}.", meta.name, since(meta));
    for remark in remarks(meta) {
        text.push(' ');
        text.push_str(&remark);
    }
    finish(vec![text], meta)
}

/// The documentation of an alternate's branch.
pub fn branch(schema: &Schema, branch: &Branch) -> Vec<String> {
    lines(vec![format!(
        "A value of the type `{}`.",
        schema.type_name(branch.ty)
    )])
}

/// The documentation of the enum of a union's branches.
pub fn branches(union: &str, tag: &str) -> Vec<String> {
    lines(vec![format!(
        "The branches of the union `{union}`, told by `{tag}`."
    )])
}

/// The documentation of the field that holds a union's branch.
pub fn tag(tag: &str) -> Vec<String> {
    lines(vec![format!("`{tag}`, and the members that depend on it.")])
}

/// What it is, since when, and what is unusual about it in which release.
fn headline<'m>(
    context: &Context<'_>,
    kind: &str,
    newest: &EntityMeta,
    each: impl Iterator<Item = (usize, &'m EntityMeta)> + Clone,
) -> Vec<String> {
    let mut paragraphs = vec![format!("The {kind} `{}`{}.", newest.name, since(newest))];
    for (mark, test) in MARKS {
        let releases: Vec<String> = each
            .clone()
            .filter(|(_, meta)| test(meta))
            .map(|(release, _)| context.series(release).to_string())
            .collect();
        if !releases.is_empty() {
            paragraphs.push(format!("{mark} in QEMU {}.", releases.join(", ")));
        }
    }
    paragraphs.extend(newest.condition.as_ref().map(only_with));
    paragraphs
}

/// What makes an item unusual, and how to tell.
const MARKS: [(&str, Mark); 2] = [
    ("Deprecated", is_deprecated),
    ("Unstable", |meta| meta.has_feature("unstable")),
];

type Mark = fn(&EntityMeta) -> bool;

/// What calling a command is like.
fn behaviour(schema: &Schema, command: &Command) -> Option<String> {
    let mut sentences = Vec::new();
    if let Some(returns) = command.returns {
        sentences.push(format!("Returns `{}`.", schema.type_name(returns)));
    }
    if !command.success_response {
        sentences.push("Does not reply when it succeeds.".to_owned());
    }
    if command.allow_oob {
        sentences.push("May be sent out of band.".to_owned());
    }
    if command.open {
        sentences.push("Takes arguments that the schema does not list.".to_owned());
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// What the bindings before and after these have other than these.
fn neighbours<I>(
    context: &Context<'_>,
    members: &[(usize, I)],
    name: &str,
    outline: impl Fn(&Schema, &str) -> Option<Outline>,
) -> Vec<String> {
    let releases: Vec<usize> = members.iter().map(|(release, _)| *release).collect();
    let at = |release: usize| {
        context
            .schemas
            .get(release)
            .and_then(|schema| outline(schema, name))
    };
    let (first, last) = (releases[0], releases[releases.len() - 1]);
    let Some(own) = at(last) else {
        return Vec::new();
    };
    let before = first.checked_sub(1).and_then(|before| {
        let changes = at(before)?.changes_to(&own);
        remark(
            format!("Since the bindings of {}", context.series(before)),
            &changes,
        )
    });
    let after =
        (last + 1 < context.schemas.len()).then(|| after(context, last + 1, at(last + 1), &own));
    before.into_iter().chain(after.flatten()).collect()
}

fn after(
    context: &Context<'_>,
    next: usize,
    newer: Option<Outline>,
    own: &Outline,
) -> Option<String> {
    let series = context.series(next);
    match newer {
        Some(newer) => remark(
            format!("In the bindings of {series}"),
            &own.changes_to(&newer),
        ),
        None => Some(format!("Gone in the bindings of {series}.")),
    }
}

fn remark(opening: String, changes: &[String]) -> Option<String> {
    (!changes.is_empty()).then(|| format!("{opening}: {}.", changes.join("; ")))
}

fn since(meta: &EntityMeta) -> String {
    meta.facts
        .since
        .map_or_else(String::new, |since| format!(", since QEMU {since}"))
}

fn remarks(meta: &EntityMeta) -> Vec<String> {
    let mut remarks = Vec::new();
    if is_deprecated(meta) {
        remarks.push(deprecated(meta));
    }
    if meta.has_feature("unstable") {
        remarks.push("Unstable.".to_owned());
    }
    remarks.extend(meta.condition.as_ref().map(only_with));
    remarks
}

fn is_deprecated(meta: &EntityMeta) -> bool {
    meta.has_feature("deprecated") || meta.facts.deprecated.is_some()
}

fn deprecated(meta: &EntityMeta) -> String {
    let since: Option<Series> = meta.facts.deprecated.as_ref().and_then(|fact| fact.since);
    since.map_or("Deprecated.".to_owned(), |since| {
        format!("Deprecated since QEMU {since}.")
    })
}

fn only_with(condition: &Condition) -> String {
    format!("Only in builds of QEMU with `{condition}`.")
}

/// Puts paragraphs and QEMU's own words together.
fn finish(mut paragraphs: Vec<String>, meta: &EntityMeta) -> Vec<String> {
    paragraphs.extend(meta.prose.iter().map(prose));
    lines(paragraphs)
}

fn prose(block: &Block) -> String {
    match block {
        Block::Text(lines) => joined(lines.iter().map(|line| escape(line))),
        Block::Literal(lines) => format!("```text\n{}\n```", dedent(lines)),
    }
}

fn joined(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

/// Takes away the indentation that all lines share, and blank lines around them.
fn dedent(lines: &[String]) -> String {
    let indentation = |line: &String| line.len() - line.trim_start().len();
    let inked = lines.iter().filter(|line| !line.trim().is_empty());
    let shared = inked.map(indentation).min().unwrap_or(0);
    let text = joined(
        lines
            .iter()
            .map(|line| line.get(shared..).unwrap_or_default().to_owned()),
    );
    text.trim_matches('\n').to_owned()
}

/// Keeps rustdoc from reading links and tags where QEMU wrote none, and
/// indented text from becoming code. Addresses become links.
fn escape(line: &str) -> String {
    let words = line.trim_start().split(' ');
    let escaped = words.map(|word| address(word).unwrap_or_else(|| escape_word(word)));
    escaped.collect::<Vec<_>>().join(" ")
}

fn address(word: &str) -> Option<String> {
    let start = ["https://", "http://"]
        .iter()
        .find_map(|scheme| word.find(scheme))?;
    let (before, rest) = word.split_at(start);
    let address = rest.trim_end_matches(['.', ',', ')', '>', '"']);
    let after = &rest[address.len()..];
    // A scheme alone is an example of one.
    let has_host = !address.ends_with('/') || address.matches('/').count() > 2;
    has_host.then(|| format!("{}<{address}>{}", escape_word(before), escape_word(after)))
}

fn escape_word(word: &str) -> String {
    let mut escaped = String::new();
    for character in word.chars() {
        if matches!(character, '[' | ']' | '<' | '>' | '*' | '_' | '`' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// One string a line, as doc attributes hold them.
fn lines(paragraphs: Vec<String>) -> Vec<String> {
    let text = paragraphs.join("\n\n");
    let spaced = |line: &str| {
        if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        }
    };
    text.lines().map(spaced).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_no_markdown_and_addresses_are_links() {
        assert_eq!(escape("  a [b] <c> d_e"), r"a \[b\] \<c\> d\_e");
        assert_eq!(
            escape("see <http://a_b.net/>."),
            r"see \<<http://a_b.net/>\>."
        );
        assert_eq!(
            escape(r#"start with "http://"."#),
            r#"start with "http://"."#
        );
    }

    #[test]
    fn examples_begin_at_the_margin() {
        let lines = ["", "    -> {", "         }", ""].map(str::to_owned);
        assert_eq!(dedent(&lines), "-> {\n     }");
    }
}
