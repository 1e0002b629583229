//! Lowering of concrete syntax to the syntax tree.
//!
//! Each expression is an object with one key that names its kind. Lowering
//! turns short and long forms into one form, and reports missing keys and
//! values of the wrong kind. A definition with errors is kept with its valid
//! parts, so that references to its name are not reported too.

mod condition;
mod definition;
mod member;
mod pragma;

use std::fmt::{self, Display};

use super::keys::{self, KeyRule};
use super::lexical;
use super::tree::{SyntaxItem, SyntaxNode, SyntaxValue};
use crate::ast::{IncludeDirective, Item, SyntaxTree};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Name, Span};
use crate::version::Version;

/// Lowers the items of a file.
pub fn file(
    items: Vec<SyntaxItem>,
    version: Version,
    diagnostics: &mut Vec<Diagnostic>,
) -> SyntaxTree {
    let mut tree = SyntaxTree::default();
    for item in items {
        let item = match item {
            SyntaxItem::Comment(span) => Some(Item::Comment(span)),
            SyntaxItem::Expression(node) => {
                lexical::check(&node, version, diagnostics);
                let mut lowering = Lowering {
                    version,
                    expression: node.span,
                    diagnostics,
                };
                lowering.item(node)
            }
        };
        tree.items.extend(item);
    }
    tree
}

/// The keys and values of an object.
type ObjectEntries = Vec<(Name, SyntaxNode)>;

/// The lowering of one expression.
struct Lowering<'d> {
    version: Version,
    /// The whole expression, at whose beginning QEMU reports errors.
    expression: Span,
    diagnostics: &'d mut Vec<Diagnostic>,
}

/// The keys that name the kind of an expression, with the keys of that kind.
const KINDS: [(&str, &[KeyRule]); 8] = [
    ("include", keys::INCLUDE),
    ("pragma", keys::PRAGMA),
    ("enum", keys::ENUM),
    ("struct", keys::STRUCT),
    ("union", keys::UNION),
    ("alternate", keys::ALTERNATE),
    ("command", keys::COMMAND),
    ("event", keys::EVENT),
];

impl Lowering<'_> {
    fn item(&mut self, node: SyntaxNode) -> Option<Item> {
        let SyntaxValue::Object(entries) = node.value else {
            let message = format!("expected an object, found {}", node.value.kind());
            let help = "the top level of a schema consists of objects";
            self.error(Code::NotAnObject, node.span, message, help);
            return None;
        };
        let (kind, keys) = self.kind(&entries)?;
        self.check_keys(&kind, self.expression, &entries, keys);
        match kind {
            "include" => self.include(entries),
            "pragma" => self.pragma(entries),
            kind => {
                let definition = self.definition(kind, entries)?;
                Some(Item::Definition(Box::new(definition)))
            }
        }
    }

    fn kind(&mut self, entries: &ObjectEntries) -> Option<(&'static str, &'static [KeyRule])> {
        let known = |key: &Name| KINDS.into_iter().find(|(kind, _)| *kind == key.value);
        let mut kinds = entries
            .iter()
            .filter_map(|(key, _)| Some((known(key)?, key.span)));
        let Some((kind, first)) = kinds.next() else {
            let kinds = KINDS.map(|(kind, _)| kind).join("', '");
            let help = format!("add one of the keys '{kinds}'");
            let message = "the expression defines nothing";
            self.error(Code::NoKind, self.expression, message, help);
            return None;
        };
        if let Some(((other, _), span)) = kinds.next() {
            let message = format!("'{}' and '{other}' in one expression", kind.0);
            self.report(
                Diagnostic::new(Code::TwoKinds, span, message)
                    .with_label(first, "the other key is here")
                    .with_help("write one expression for each"),
            );
            return None;
        }
        Some(kind)
    }

    fn include(&mut self, mut entries: ObjectEntries) -> Option<Item> {
        let node = take(&mut entries, "include")?;
        let path = self.string(&"the path of an include", node)?;
        Some(Item::Include(IncludeDirective {
            span: self.expression,
            path,
        }))
    }

    fn check_keys(
        &mut self,
        owner: &dyn Display,
        place: Span,
        entries: &ObjectEntries,
        keys: &[KeyRule],
    ) {
        for found in keys::check(owner, place, entries, keys, self.version) {
            self.report(found);
        }
    }

    /// Lowers a value that has to be a string.
    fn string(&mut self, what: &dyn Display, node: SyntaxNode) -> Option<Name> {
        match node.value {
            SyntaxValue::String(text) => Some(Name::new(text, node.span)),
            _ => {
                self.wrong_kind(what, "a string", &node, "write a name in single quotes");
                None
            }
        }
    }

    /// Takes an optional string out of an object.
    fn take_string(
        &mut self,
        owner: &dyn Display,
        entries: &mut ObjectEntries,
        key: &str,
    ) -> Option<Name> {
        let node = take(entries, key)?;
        self.string(&format_args!("the {key} of {owner}"), node)
    }

    fn wrong_kind(&mut self, what: &dyn Display, expected: &str, node: &SyntaxNode, help: &str) {
        let message = format!("{what} must be {expected}, not {}", node.value.kind());
        self.error(Code::WrongKind, node.span, message, help);
    }

    /// Reports an error inside the expression.
    fn error(
        &mut self,
        code: Code,
        focus: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report(Diagnostic::new(code, focus, message).with_help(help));
    }

    /// Adds a diagnostic. QEMU reports it at the beginning of the expression.
    fn report(&mut self, mut diagnostic: Diagnostic) {
        diagnostic.location.span = self.expression;
        self.diagnostics.push(diagnostic);
    }
}

/// What messages call something, such as `member 'id'`. It is only put together for a
/// message, since there is one for each part of a schema.
struct Titled<'n> {
    noun: &'n str,
    name: &'n Name,
}

impl<'n> Titled<'n> {
    fn new(noun: &'n str, name: &'n Name) -> Self {
        Titled { noun, name }
    }
}

impl Display for Titled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} '{}'", self.noun, self.name)
    }
}

fn take(entries: &mut ObjectEntries, key: &str) -> Option<SyntaxNode> {
    let index = entries.iter().position(|(name, _)| name.value == key)?;
    Some(entries.remove(index).1)
}
