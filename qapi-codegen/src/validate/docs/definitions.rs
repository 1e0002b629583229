//! Documentation blocks compared with the definitions that follow them.

use std::collections::HashSet;

use crate::ast::{Definition, DefinitionBody, Item};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect;
use crate::doc::DocBlock;
use crate::load::DocumentationKind;
use crate::source::{Name, Span};
use crate::validate::features::feature_lists;
use crate::validate::view::{SchemaView, title, titled_error};

/// Checks that every block documents the definition that follows it.
pub fn check(view: &SchemaView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut blocks = &view.docs.blocks[..];
    for (index, item) in view.items.iter().enumerate() {
        let count = blocks.iter().take_while(|block| block.next_item == index);
        let (before, rest) = blocks.split_at(count.count());
        blocks = rest;
        let Item::Definition(definition) = item else {
            diagnostics.extend(before.iter().filter_map(|block| dangling(view, block)));
            continue;
        };
        let (last, others) = match before.split_last() {
            Some((last, others)) if precedes(view, last, definition.span) => (Some(last), others),
            _ => (None, before),
        };
        diagnostics.extend(others.iter().filter_map(|block| dangling(view, block)));
        check_pair(view, last, definition, diagnostics);
    }
    diagnostics.extend(blocks.iter().filter_map(|block| dangling(view, block)));
}

/// Returns `true` if only comments and blanks are between a block and a
/// definition.
fn precedes(view: &SchemaView<'_>, block: &DocBlock, definition: Span) -> bool {
    let closing = block.closing;
    if closing.file != definition.file || closing.end > definition.start {
        return false;
    }
    let is_comment = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let gap = closing.gap_before(definition);
    view.sources.text(gap).lines().all(is_comment)
}

/// A block whose definition does not follow, unless it may have been there and
/// could not be parsed.
fn dangling(view: &SchemaView<'_>, block: &DocBlock) -> Option<Diagnostic> {
    let symbol = block.symbol.as_ref()?;
    if block.is_malformed || view.unparsed.is_between(block.opening.file) {
        return None;
    }
    let message = format!("documentation of '{symbol}' without its definition");
    let found = Diagnostic::new(Code::DocDangling, block.opening, message);
    Some(
        found
            .with_focus(symbol.span)
            .with_help("put the definition right after the block"),
    )
}

fn check_pair(
    view: &SchemaView<'_>,
    block: Option<&DocBlock>,
    definition: &Definition,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match block {
        None if view.pragmas.doc_required => diagnostics.push(undocumented(definition)),
        None => {}
        Some(block) if block.is_malformed => {}
        Some(block) => match &block.symbol {
            None => diagnostics.push(missing_symbol(block, definition)),
            Some(symbol) if symbol.value != definition.name.value => {
                diagnostics.push(wrong_symbol(symbol, definition));
            }
            Some(_) => check_content(view, block, definition, diagnostics),
        },
    }
}

fn undocumented(definition: &Definition) -> Diagnostic {
    let focus = definition.name.span;
    titled_error(Code::DocMissing, definition, focus, " has no documentation")
        .with_help("the pragma 'doc-required' requires a block before it")
}

fn missing_symbol(block: &DocBlock, definition: &Definition) -> Diagnostic {
    let message = format!("this block does not name {}", title(definition));
    Diagnostic::new(Code::DocNoSymbol, block.opening, message)
        .with_label(definition.name.span, "the definition is here")
        .with_help(format!("begin it with `# @{}:`", definition.name))
}

fn wrong_symbol(symbol: &Name, definition: &Definition) -> Diagnostic {
    let problem = format!(" follows the documentation of '{symbol}'");
    let name = &definition.name;
    titled_error(Code::DocWrongSymbol, definition, name.span, &problem)
        .with_label(symbol.span, "the documented name is here")
        .with_help(format!("write `# @{name}:`"))
}

fn check_content(
    view: &SchemaView<'_>,
    block: &DocBlock,
    definition: &Definition,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let misplaced = |tag| misplaced_tag(view, tag, definition);
    diagnostics.extend(block.tags.iter().filter_map(misplaced));
    if view.is_incomplete(definition) {
        return;
    }
    let has_own_members = definition.data().is_none_or(|data| data.is_inline());
    if has_own_members || view.is_in(dialect::CHECKED_MEMBERLESS_DOCS) {
        let members = expected_members(view, definition);
        members.compare(definition, &block.members, diagnostics);
    }
    if view.is_in(dialect::REQUIRED_FEATURE_DOCS) {
        let features = expected_features(view, definition);
        features.compare(definition, &block.features, diagnostics);
    }
}

fn misplaced_tag(view: &SchemaView<'_>, tag: &Name, definition: &Definition) -> Option<Diagnostic> {
    let reason = match (tag.value.as_str(), &definition.body) {
        ("Returns", DefinitionBody::Command(body)) => {
            let is_checked = view.is_in(dialect::REQUIRED_MEMBER_DOCS);
            (is_checked && body.returns.is_none()).then_some("the command returns nothing")
        }
        ("Errors", DefinitionBody::Command(_)) => None,
        ("Returns" | "Errors", _) => Some("this is not a command"),
        _ => None,
    }?;
    let message = format!("{}: section '{tag}', but {reason}", title(definition));
    let found = Diagnostic::new(Code::DocSectionMisplaced, tag.span, message);
    Some(found.with_help("remove the section"))
}

/// The names that a block should describe.
struct ExpectedNames<'s> {
    what: &'static str,
    unknown: Code,
    missing: Code,
    names: Vec<&'s Name>,
    /// Names that may be described but need not.
    optional: Vec<&'s str>,
    /// All names need a description.
    complete: bool,
}

fn expected_members<'s>(view: &SchemaView<'s>, definition: &'s Definition) -> ExpectedNames<'s> {
    let name = definition.name.value.as_str();
    ExpectedNames {
        what: "member",
        unknown: Code::DocUnknownMember,
        missing: Code::DocMissingMember,
        names: member_names(definition),
        optional: optional_names(view, definition),
        complete: view.is_in(dialect::REQUIRED_MEMBER_DOCS)
            && view.documentation == DocumentationKind::Prose
            && !view.pragmas.undocumented.contains(name),
    }
}

fn expected_features<'s>(view: &SchemaView<'s>, definition: &'s Definition) -> ExpectedNames<'s> {
    ExpectedNames {
        what: "feature",
        unknown: Code::DocUnknownFeature,
        missing: Code::DocMissingFeature,
        names: feature_names(definition),
        optional: Vec::new(),
        complete: view.documentation == DocumentationKind::Prose,
    }
}

impl ExpectedNames<'_> {
    fn compare(
        &self,
        definition: &Definition,
        described: &[Name],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let names = self.names.iter().map(|name| name.value.as_str());
        let known = sorted(names.chain(self.optional.iter().copied()));
        let unknown = described
            .iter()
            .filter(|name| known.binary_search(&&*name.value).is_err());
        diagnostics.extend(unknown.map(|name| self.unknown(definition, name)));
        if self.complete {
            let described = sorted(described.iter().map(|name| &*name.value));
            let mut seen: HashSet<&str> = HashSet::new();
            let missing = self.names.iter().filter(|name| {
                described.binary_search(&&*name.value).is_err() && seen.insert(&name.value)
            });
            diagnostics.extend(missing.map(|name| self.missing(definition, name)));
        }
    }

    fn unknown(&self, definition: &Definition, name: &Name) -> Diagnostic {
        let message = format!("{} has no {} '{name}'", title(definition), self.what);
        Diagnostic::new(self.unknown, name.span, message)
            .with_label(definition.name.span, "the definition is here")
            .with_help("remove the description, or correct its name")
    }

    fn missing(&self, definition: &Definition, name: &Name) -> Diagnostic {
        let problem = format!(": {} '{name}' is not documented", self.what);
        let place = match self.missing {
            Code::DocMissingFeature => "under 'Features:'",
            _ => "to the block before the definition",
        };
        titled_error(self.missing, definition, name.span, &problem)
            .with_help(format!("add `# @{name}: ` {place}"))
    }
}

/// Names in order, to be searched. It takes less time than a table of so few.
fn sorted<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names
}

/// The members, values or branches that a block describes. Branches of unions
/// need no description, and inherited members are described elsewhere.
fn member_names(definition: &Definition) -> Vec<&Name> {
    let values = definition.values().iter().map(|value| &value.name);
    let members = definition.members().iter().map(|member| &member.name);
    let branches = match &definition.body {
        DefinitionBody::Alternate(body) => &body.branches[..],
        _ => &[],
    };
    let branches = branches.iter().map(|branch| &branch.name);
    values.chain(members).chain(branches).collect()
}

fn optional_names<'s>(view: &SchemaView<'_>, definition: &'s Definition) -> Vec<&'s str> {
    match &definition.body {
        DefinitionBody::Union(body)
            if body.discriminator.is_none() && view.is_in(dialect::SIMPLE_UNIONS) =>
        {
            let branches = body.branches.iter();
            let names = branches.map(|branch| branch.name.value.as_str());
            names.chain(["type"]).collect()
        }
        _ => Vec::new(),
    }
}

fn feature_names(definition: &Definition) -> Vec<&Name> {
    let features = feature_lists(definition).flatten();
    features.map(|feature| &feature.name).collect()
}
