//! Documentation against what it documents.

use crate::dialect;
use std::collections::HashSet;

use super::{Doc, Documented, Entry};
use crate::ast::{DataDefinition, Definition, DefinitionBody, FeatureDefinition, MemberDefinition};
use crate::diagnostic::{Code, Diagnostic};
use crate::load::Documentation;
use crate::source::{Name, Span};
use crate::validate::view::{View, error, own_members, title};

/// Checks that documentation and definitions fit.
pub fn check(view: &View<'_>, pieces: &[Documented<'_>], diagnostics: &mut Vec<Diagnostic>) {
    let mut pending: Option<&Doc<'_>> = None;
    for piece in pieces {
        let before = match piece {
            Documented::Doc(doc) => pending.replace(doc),
            Documented::Definition(_) | Documented::Other => pending.take(),
        };
        match piece {
            Documented::Definition(definition) => {
                let doc = before.filter(|doc| directly_before(view, doc, definition.span));
                if doc.is_none() {
                    diagnostics.extend(before.and_then(|doc| dangling(view, doc)));
                }
                pair(view, doc, definition, diagnostics);
            }
            _ => diagnostics.extend(before.and_then(|doc| dangling(view, doc))),
        }
    }
    diagnostics.extend(pending.and_then(|doc| dangling(view, doc)));
}

/// Whether only comments and blanks stand between a block and a definition.
fn directly_before(view: &View<'_>, doc: &Doc<'_>, definition: Span) -> bool {
    let Some(closing) = doc
        .closing
        .filter(|closing| closing.file == definition.file)
    else {
        return false;
    };
    let between = Span {
        start: closing.end,
        end: definition.start,
        ..definition
    };
    let is_comment = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    closing.end <= definition.start && view.sources.text(between).lines().all(is_comment)
}

/// A block whose definition does not follow; it may be what could not be read.
fn dangling(view: &View<'_>, doc: &Doc<'_>) -> Option<Diagnostic> {
    let (symbol, opening) = (doc.symbol?, doc.opening?);
    if doc.broken || view.damage.is_between(opening.file) {
        return None;
    }
    let message = format!(
        "the definition of '{}' does not follow its documentation",
        symbol.name
    );
    Some(
        Diagnostic::new(Code::DocDangling, opening, message)
            .with_focus(symbol.line)
            .with_help("put the definition right after the block"),
    )
}

fn pair(
    view: &View<'_>,
    doc: Option<&Doc<'_>>,
    definition: &Definition,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(doc) = doc else {
        if view.pragmas.doc_required {
            let message = format!("{} has no documentation", title(definition));
            let found = error(Code::DocMissing, definition, definition.name.span, message);
            diagnostics
                .push(found.with_help("the pragma 'doc-required' demands a block before it"));
        }
        return;
    };
    match doc.symbol {
        _ if doc.broken => {}
        None => diagnostics.extend(no_symbol(doc, definition)),
        Some(symbol) if symbol.name != definition.name.value => {
            diagnostics.push(wrong_symbol(symbol, definition));
        }
        Some(_) => fit(view, doc, definition, diagnostics),
    }
}

fn no_symbol(doc: &Doc<'_>, definition: &Definition) -> Option<Diagnostic> {
    let message = format!(
        "this block does not say that it documents {}",
        title(definition)
    );
    let found = Diagnostic::new(Code::DocNoSymbol, doc.opening?, message)
        .with_label(definition.name.span, "the definition is here");
    Some(found.with_help(format!("begin it with `# @{}:`", definition.name)))
}

fn wrong_symbol(symbol: Entry<'_>, definition: &Definition) -> Diagnostic {
    let message = format!(
        "{} follows the documentation of '{}'",
        title(definition),
        symbol.name
    );
    error(
        Code::DocWrongSymbol,
        definition,
        definition.name.span,
        message,
    )
    .with_label(symbol.line, "the name is given here")
    .with_help(format!("write `# @{}:`", definition.name))
}

fn fit(view: &View<'_>, doc: &Doc<'_>, definition: &Definition, diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.extend(sections(view, doc, definition));
    if view.is_damaged(definition) {
        return;
    }
    let prose = view.documentation == Documentation::Prose;
    let members = Names {
        what: "member",
        unknown: Code::DocUnknownMember,
        missing: Code::DocMissingMember,
        names: member_names(definition),
        optional: optional_names(view, definition),
        complete: view.is_in(dialect::REQUIRED_MEMBER_DOCS)
            && prose
            && !view
                .pragmas
                .undocumented
                .contains(definition.name.value.as_str()),
    };
    if has_own_members(definition) || view.is_in(dialect::CHECKED_MEMBERLESS_DOCS) {
        members.compare(definition, &doc.members, diagnostics);
    }
    let features = Names {
        what: "feature",
        unknown: Code::DocUnknownFeature,
        missing: Code::DocMissingFeature,
        names: feature_names(definition),
        optional: Vec::new(),
        complete: prose,
    };
    if view.is_in(dialect::REQUIRED_FEATURE_DOCS) {
        features.compare(definition, &doc.features, diagnostics);
    }
}

fn sections(view: &View<'_>, doc: &Doc<'_>, definition: &Definition) -> Vec<Diagnostic> {
    let problem = |entry: &Entry<'_>| {
        let problem = match (entry.name, &definition.body) {
            ("Returns", DefinitionBody::Command(body)) => (body.returns.is_none()
                && view.is_in(dialect::REQUIRED_MEMBER_DOCS))
            .then_some("the command returns nothing"),
            ("Errors", DefinitionBody::Command(_)) => None,
            ("Returns" | "Errors", _) => Some("only commands have it"),
            _ => None,
        }?;
        let message = format!(
            "{}: section '{}', but {problem}",
            title(definition),
            entry.name
        );
        let found = Diagnostic::new(Code::DocSectionMisplaced, entry.line, message);
        Some(found.with_help("remove the section"))
    };
    doc.sections.iter().filter_map(problem).collect()
}

/// The names that a block should have, and how to say that it has not.
struct Names<'s> {
    what: &'static str,
    unknown: Code,
    missing: Code,
    names: Vec<&'s Name>,
    /// Names that may be documented and need not.
    optional: Vec<&'s str>,
    /// Whether all of them need documentation.
    complete: bool,
}

impl Names<'_> {
    fn compare(
        &self,
        definition: &Definition,
        entries: &[Entry<'_>],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let known: HashSet<&str> = self
            .names
            .iter()
            .map(|name| name.value.as_str())
            .chain(self.optional.iter().copied())
            .collect();
        let unknown = entries.iter().filter(|entry| !known.contains(entry.name));
        diagnostics.extend(unknown.map(|entry| self.unknown(definition, entry)));
        if self.complete {
            let mut seen: HashSet<&str> = entries.iter().map(|entry| entry.name).collect();
            let missing = self.names.iter().filter(|name| seen.insert(&name.value));
            diagnostics.extend(missing.map(|name| self.missing(definition, name)));
        }
    }

    fn unknown(&self, definition: &Definition, entry: &Entry<'_>) -> Diagnostic {
        let message = format!(
            "{} has no {} '{}'",
            title(definition),
            self.what,
            entry.name
        );
        Diagnostic::new(self.unknown, entry.line, message)
            .with_label(definition.name.span, "the definition is here")
            .with_help("remove the description, or correct its name")
    }

    fn missing(&self, definition: &Definition, name: &Name) -> Diagnostic {
        let message = format!(
            "{}: {} '{name}' is not documented",
            title(definition),
            self.what
        );
        let help = match self.what {
            "feature" => format!("add `# @{name}: ` under 'Features:'"),
            _ => format!("add `# @{name}: ` to the block before the definition"),
        };
        error(self.missing, definition, name.span, message).with_help(help)
    }
}

/// Members that the block of a definition describes: its own, not inherited ones.
fn member_names(definition: &Definition) -> Vec<&Name> {
    match &definition.body {
        DefinitionBody::Enum(body) => body.values.iter().map(|value| &value.name).collect(),
        DefinitionBody::Alternate(body) => {
            body.branches.iter().map(|branch| &branch.name).collect()
        }
        _ => all_members(definition)
            .iter()
            .map(|member| &member.name)
            .collect(),
    }
}

fn optional_names<'s>(view: &View<'_>, definition: &'s Definition) -> Vec<&'s str> {
    match &definition.body {
        DefinitionBody::Union(body)
            if body.discriminator.is_none() && view.is_in(dialect::SIMPLE_UNIONS) =>
        {
            let branches = body
                .branches
                .iter()
                .map(|branch| branch.name.value.as_str());
            branches.chain(["type"]).collect()
        }
        _ => Vec::new(),
    }
}

fn all_members(definition: &Definition) -> &[MemberDefinition] {
    match &definition.body {
        DefinitionBody::Command(body) => inline(&body.data),
        DefinitionBody::Event(body) => inline(&body.data),
        _ => own_members(definition),
    }
}

/// Whether the members of a definition stand in it, not in another.
fn has_own_members(definition: &Definition) -> bool {
    let data = match &definition.body {
        DefinitionBody::Command(body) => &body.data,
        DefinitionBody::Event(body) => &body.data,
        _ => return true,
    };
    matches!(data, DataDefinition::Inline(_))
}

fn inline(data: &DataDefinition) -> &[MemberDefinition] {
    match data {
        DataDefinition::Inline(members) => members,
        DataDefinition::None | DataDefinition::Named(_) => &[],
    }
}

/// All features of a definition, of its members and of its values.
fn feature_names(definition: &Definition) -> Vec<&Name> {
    let values = match &definition.body {
        DefinitionBody::Enum(body) => &body.values[..],
        _ => &[],
    };
    let lists: Vec<&[FeatureDefinition]> = std::iter::once(&definition.features[..])
        .chain(
            all_members(definition)
                .iter()
                .map(|member| &member.features[..]),
        )
        .chain(values.iter().map(|value| &value.features[..]))
        .collect();
    lists
        .into_iter()
        .flatten()
        .map(|feature| &feature.name)
        .collect()
}
