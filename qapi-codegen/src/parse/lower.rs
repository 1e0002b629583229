//! What the objects of a file define.
//!
//! Each expression is an object with one key that tells its kind. Here short
//! and long forms become one form, and an object without the right keys or
//! values of the right kind becomes a diagnostic. A definition that has a
//! mistake inside is kept with what is sound in it, so that others who use its
//! name are not reported too.

mod condition;
mod definition;
mod member;
mod pragma;

use super::keys::{self, Key};
use super::lexical;
use super::tree::{Node, Part, Value};
use crate::ast::{IncludeDirective, Item, SyntaxTree};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Name, Span};
use crate::version::Version;

/// Says what the parts of a file define.
pub fn file(parts: Vec<Part>, version: Version, diagnostics: &mut Vec<Diagnostic>) -> SyntaxTree {
    let items = parts
        .into_iter()
        .filter_map(|part| match part {
            Part::Comment(span) => Some(Item::Comment(span)),
            Part::Expression(node) => {
                lexical::check(&node, version, diagnostics);
                let mut context = Context {
                    version,
                    expression: node.span,
                    diagnostics,
                };
                context.item(node)
            }
        })
        .collect();
    SyntaxTree { items }
}

/// The entries of an object.
type Entries = Vec<(Name, Node)>;

/// What is known while one expression is read.
struct Context<'d> {
    version: Version,
    /// The whole expression, whose beginning is where QEMU reports mistakes.
    expression: Span,
    diagnostics: &'d mut Vec<Diagnostic>,
}

/// The keys that tell what an expression is.
const KINDS: [&str; 8] = [
    "include",
    "pragma",
    "enum",
    "struct",
    "union",
    "alternate",
    "command",
    "event",
];

impl Context<'_> {
    fn item(&mut self, node: Node) -> Option<Item> {
        let Value::Object(entries) = node.value else {
            self.error(
                Code::NotAnObject,
                node.span,
                "only objects stand at the top level of a schema",
                "put the definition in `{ }`",
            );
            return None;
        };
        match self.kind(&entries)? {
            "include" => self.include(entries),
            "pragma" => self.pragma(entries),
            kind => self.definition(kind, entries).map(Item::Definition),
        }
    }

    /// The one key that tells what the expression is.
    fn kind(&mut self, entries: &Entries) -> Option<&'static str> {
        let known = |key: &Name| KINDS.into_iter().find(|kind| *kind == key.value);
        let mut kinds = entries
            .iter()
            .filter_map(|(key, _)| Some((known(key)?, key.span)));
        let Some((kind, first)) = kinds.next() else {
            self.error(Code::NoKind, self.expression, "this expression defines nothing", "it needs one of the keys 'include', 'pragma', 'enum', 'struct', 'union', 'alternate', 'command', 'event'");
            return None;
        };
        if let Some((other, span)) = kinds.next() {
            let message = format!("'{kind}' and '{other}' in one expression");
            self.report(
                Diagnostic::new(Code::TwoKinds, span, message)
                    .with_label(first, "the other key is here")
                    .with_help("write one expression for each"),
            );
            return None;
        }
        Some(kind)
    }

    fn include(&mut self, entries: Entries) -> Option<Item> {
        self.check_keys("include", self.expression, &entries, keys::INCLUDE);
        let (_, node) = entries
            .into_iter()
            .find(|(key, _)| key.value == "include")?;
        let path = self.string("the path of an include", node)?;
        Some(Item::Include(IncludeDirective {
            span: self.expression,
            path,
        }))
    }

    fn check_keys(&mut self, what: &str, place: Span, entries: &Entries, keys: &[Key]) {
        for found in keys::check(what, place, entries, keys, self.version) {
            self.report(found);
        }
    }

    /// A value that has to be a string.
    fn string(&mut self, what: &str, node: Node) -> Option<Name> {
        match node.value {
            Value::String(text) => Some(Name::new(text, node.span)),
            other => {
                let message = format!("{what} must be a string, not {}", kind_of(&other));
                self.error(
                    Code::WrongKind,
                    node.span,
                    message,
                    "write a name in single quotes",
                );
                None
            }
        }
    }

    /// Adds a diagnostic; QEMU reports it at the beginning of the expression.
    fn report(&mut self, mut diagnostic: Diagnostic) {
        diagnostic.location.span = self.expression;
        self.diagnostics.push(diagnostic);
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
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Object(_) => "an object",
        Value::Array(_) => "a list",
        Value::String(_) => "a string",
        Value::Boolean(_) => "a boolean",
        Value::Null => "null",
    }
}

fn take(entries: &mut Entries, key: &str) -> Option<Node> {
    let index = entries.iter().position(|(name, _)| name.value == key)?;
    Some(entries.remove(index).1)
}
