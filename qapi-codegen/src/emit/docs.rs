//! Documentation of generated items.
//!
//! It states facts of the schema. QEMU's own documentation follows if the
//! schema has it, which only QEMU's source trees do.

mod neighbours;
mod prose;

use proc_macro2::TokenStream;
use quote::quote;

use super::context::{EmitContext, FileScope};
use super::piece::{Lines, Place, piece, text};
use crate::analyse::sharing::Shared;
use crate::schema::{Command, Condition, EntityMeta, Schema, TypeId, TypeKind};
use crate::unit::{abbreviated_unit, replacement};

/// The documentation of a type.
pub fn type_definition(scope: &FileScope<'_>, shared: &Shared<TypeId>) -> String {
    let (release, id) = shared.newest();
    let definition = scope.schema(release).get(id);
    let kind = match definition.kind {
        TypeKind::Enum(_) => "enum",
        TypeKind::Struct(_) => "struct",
        TypeKind::Union(_) => "union",
        TypeKind::Alternate(_) => "alternate",
    };
    let meta = |(release, id): (usize, TypeId)| &scope.schema(release).get(id).meta;
    let mut paragraphs = headline(scope.context, kind, shared, meta);
    paragraphs.extend(neighbours::compare(
        scope.context,
        &shared.members,
        |release| {
            let id = scope.schema(release).find_type(&definition.meta.name)?;
            Some(scope.context.interfaces[release].shape_of_type(id))
        },
    ));
    to_text(paragraphs, &definition.meta)
}

/// The documentation of a command.
pub fn command(scope: &FileScope<'_>, shared: &Shared<usize>) -> String {
    let (release, index) = shared.newest();
    let schema = scope.schema(release);
    let command = &schema.commands[index];
    let meta = |(release, index): (usize, usize)| &scope.schema(release).commands[index].meta;
    let mut paragraphs = headline(scope.context, "command", shared, meta);
    paragraphs.extend(command_properties(schema, command));
    paragraphs.extend(neighbours::compare(
        scope.context,
        &shared.members,
        |release| {
            let commands = &scope.context.interfaces[release].commands;
            Some(commands.get(&command.meta.name)?.arguments)
        },
    ));
    to_text(paragraphs, &command.meta)
}

/// The documentation of an event.
pub fn event(scope: &FileScope<'_>, shared: &Shared<usize>) -> String {
    let (release, index) = shared.newest();
    let event = &scope.schema(release).events[index];
    let meta = |(release, index): (usize, usize)| &scope.schema(release).events[index].meta;
    let mut paragraphs = headline(scope.context, "event", shared, meta);
    paragraphs.extend(neighbours::compare(
        scope.context,
        &shared.members,
        |release| {
            let events = &scope.context.interfaces[release].events;
            Some(events.get(&event.meta.name)?.data)
        },
    ));
    to_text(paragraphs, &event.meta)
}

/// The documentation of a member, with its unit if the name has one.
pub fn member(meta: &EntityMeta, rust_name: &str) -> String {
    describe(meta, rust_name, abbreviated_unit(&meta.name))
}

/// The documentation of an enum value or a branch of a union.
pub fn entity(meta: &EntityMeta, rust_name: &str) -> String {
    describe(meta, rust_name, None)
}

/// The facts about a part of a definition. Its name is only documented where the
/// Rust name does not show it.
fn describe(meta: &EntityMeta, rust_name: &str, unit: Option<&str>) -> String {
    let mut sentences = Vec::new();
    sentences.extend(unit.map(|unit| format!("In {unit}.")));
    if !shows_name(rust_name, &meta.name) {
        sentences.push(format!("`{}` in QMP.", meta.name));
    }
    sentences.extend(
        meta.facts
            .since
            .map(|since| format!("Since QEMU {since:#}.")),
    );
    if meta.is_deprecated() {
        sentences.push(capitalized(&deprecation_note(meta)) + ".");
    }
    if is_unstable(meta) {
        sentences.push("Unstable.".to_owned());
    }
    sentences.extend(meta.condition.as_ref().map(required_condition));
    let paragraph = (!sentences.is_empty()).then(|| sentences.join(" "));
    to_text(paragraph.into_iter().collect(), meta)
}

/// Returns `true` if a Rust name has the words of a name in QMP.
fn shows_name(rust_name: &str, name: &str) -> bool {
    let rust_name = rust_name.trim_start_matches("r#");
    !rust_name.ends_with('_') && letters(rust_name).eq(letters(name))
}

/// The letters and digits of a name, in lower case.
fn letters(name: &str) -> impl Iterator<Item = u8> {
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase())
}

/// The documentation of the enum of a union's branches.
pub fn branches(union: &str, discriminator: &str) -> String {
    format!("The branches of the union `{union}`, discriminated by `{discriminator}`.")
}

/// The documentation of the field that holds a union's branch.
pub fn branch_field(discriminator: &str) -> String {
    format!("The discriminator `{discriminator}` with the members of its branch.")
}

/// The summary of an item, and the releases in which it is deprecated or
/// unstable. It names the item only with a fact, or where the Rust name differs.
fn headline<'s, I: Copy>(
    context: &EmitContext<'_>,
    kind: &str,
    shared: &Shared<I>,
    meta: impl Fn((usize, I)) -> &'s EntityMeta,
) -> Vec<String> {
    let newest = meta(shared.newest());
    let name = &newest.name;
    let summary = match newest.facts.since {
        Some(since) => Some(format!("The `{name}` {kind}, since QEMU {since:#}.")),
        None if shows_name(&shared.name, name) => None,
        None => Some(format!("`{name}` in QEMU's schema.")),
    };
    let mut paragraphs: Vec<String> = summary.into_iter().collect();
    for (mark, is_marked) in MARKS {
        let marked = shared.members.iter().filter(|&&it| is_marked(meta(it)));
        let releases: Vec<usize> = marked.map(|(release, _)| *release).collect();
        let (Some(&first), Some(&last)) = (releases.first(), releases.last()) else {
            continue;
        };
        let series = context.series(first);
        paragraphs.push(if last == shared.run().until {
            format!("{mark} since QEMU {series}.")
        } else {
            format!("{mark} from QEMU {series} to {}.", context.series(last))
        });
    }
    paragraphs.extend(newest.condition.as_ref().map(required_condition));
    paragraphs
}

type MarkTest = fn(&EntityMeta) -> bool;

const MARKS: [(&str, MarkTest); 2] = [
    ("Deprecated", EntityMeta::is_deprecated),
    ("Unstable", is_unstable),
];

/// Properties of a command that matter to callers.
fn command_properties(schema: &Schema, command: &Command) -> Option<String> {
    let mut sentences = Vec::new();
    if let Some(returns) = command.returns {
        sentences.push(format!("Returns `{}`.", schema.type_name(returns)));
    }
    if !command.success_response {
        sentences.push("Sends no reply on success.".to_owned());
    }
    if command.allow_oob {
        sentences.push("May be sent out of band.".to_owned());
    }
    if command.open {
        sentences.push("Takes arguments that are not in the schema.".to_owned());
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn is_unstable(meta: &EntityMeta) -> bool {
    meta.has_feature("unstable")
}

/// The note of the attribute `deprecated`.
pub fn deprecation_note(meta: &EntityMeta) -> String {
    let stated = meta.facts.deprecated.as_ref().and_then(|fact| fact.since);
    let note = stated.map_or_else(
        || "deprecated by QEMU".to_owned(),
        |since| format!("deprecated since QEMU {since}"),
    );
    match &meta.facts.replaced_by {
        Some(names) => {
            let names = names.split(" and ").map(|new| replacement(&meta.name, new));
            format!("{note}: use {}", names.collect::<Vec<_>>().join(" and "))
        }
        None => note,
    }
}

/// A text as documentation of a piece.
pub fn comments(place: Place, text: &str) -> Lines {
    let indentation = place.indentation();
    let mut comments = String::with_capacity(text.len() + text.len() / 4 + 16);
    for line in text.lines() {
        let line = line.trim_end_matches(' ');
        let space = if line.is_empty() { "" } else { " " };
        comments.extend([indentation, "///", space, line, "\n"]);
    }
    Lines::new(comments)
}

/// The attributes of a field or variant: its documentation, and its deprecation.
pub fn part_attributes(docs: &str, meta: &EntityMeta) -> Lines {
    let mut attributes = comments(Place::Attribute, docs);
    if meta.is_deprecated() {
        let note = text(&deprecation_note(meta));
        attributes.push(&piece!(Attribute { #[deprecated(note = NOTE)] } NOTE = &note));
    }
    attributes
}

/// The attribute of what is deprecated.
pub fn deprecated_attribute(meta: &EntityMeta) -> Option<TokenStream> {
    let note = deprecation_note(meta);
    meta.is_deprecated()
        .then(|| quote!(#[deprecated(note = #note)]))
}

/// The documentation of another name for a deprecated item.
pub fn alias(note: &str) -> String {
    format!(" {}.", capitalized(note))
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

fn required_condition(condition: &Condition) -> String {
    format!("Only in builds of QEMU with `{condition}`.")
}

/// The text of paragraphs and of QEMU's documentation.
fn to_text(mut paragraphs: Vec<String>, meta: &EntityMeta) -> String {
    paragraphs.extend(meta.prose.iter().map(prose::to_markdown));
    paragraphs.join("\n\n")
}
