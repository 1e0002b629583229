//! Bases are structs, and no type holds itself.

use std::collections::HashMap;

use super::view::{DEPTH_LIMIT, Type, View, base_name, error, title};
use crate::ast::{Definition, DefinitionBody};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Name, Span};

/// The base of a struct or union is a struct.
pub fn bases(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in &view.definitions {
        let Some(base) = base_name(definition) else {
            continue;
        };
        let other = match view.lookup(&base.value) {
            Some(Type::Builtin(_)) => "a type of the language",
            Some(Type::Defined(found)) if !matches!(found.body, DefinitionBody::Struct(_)) => {
                article(found)
            }
            _ => continue,
        };
        let message = format!("{}: the base '{base}' is {other}", title(definition));
        let diagnostic = error(Code::BaseNotStruct, definition, base.span, message);
        diagnostics.push(diagnostic.with_help("only a struct can be a base"));
    }
}

fn article(definition: &Definition) -> &'static str {
    match definition.body {
        DefinitionBody::Enum(_) => "an enum",
        DefinitionBody::Union(_) => "a union",
        _ => "an alternate",
    }
}

/// No object holds itself through bases and branches, and the chains of them are
/// short.
pub fn cycles<'s>(view: &View<'s>, diagnostics: &mut Vec<Diagnostic>) {
    let mut walk = Walk {
        view,
        states: HashMap::new(),
        stack: Vec::new(),
        diagnostics,
    };
    for definition in &view.definitions {
        walk.from(definition);
    }
}

/// A walk down bases and branches that needs no stack of the machine.
struct Walk<'v, 's, 'd> {
    view: &'v View<'s>,
    states: HashMap<Span, State>,
    stack: Vec<Visit<'s>>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

struct Visit<'s> {
    definition: &'s Definition,
    held: Vec<&'s Name>,
    depth: usize,
}

enum State {
    Open,
    /// How many types hold one another from here on.
    Done(usize),
}

impl<'s> Walk<'_, 's, '_> {
    fn from(&mut self, definition: &'s Definition) {
        self.enter(definition);
        while let Some(visit) = self.stack.last_mut() {
            let Some(name) = visit.held.pop() else {
                self.leave();
                continue;
            };
            let Some(next) = self.view.defined(name) else {
                continue;
            };
            match self.states.get(&next.span) {
                Some(State::Open) => {
                    // A chain without end is not also reported as a long one.
                    visit.depth = DEPTH_LIMIT + 2;
                    self.cycle(next);
                }
                Some(&State::Done(depth)) => visit.depth = visit.depth.max(depth + 1),
                None => self.enter(next),
            }
        }
    }

    fn enter(&mut self, definition: &'s Definition) {
        if self.states.contains_key(&definition.span) {
            return;
        }
        self.states.insert(definition.span, State::Open);
        let mut held = held(definition);
        held.reverse();
        self.stack.push(Visit {
            definition,
            held,
            depth: 1,
        });
    }

    fn leave(&mut self) {
        let Some(visit) = self.stack.pop() else {
            return;
        };
        // One step beyond the limit is reported; those further up would only
        // say the same.
        if visit.depth == DEPTH_LIMIT + 1 {
            let message = format!(
                "{} holds more than {DEPTH_LIMIT} types in one another",
                title(visit.definition)
            );
            let found = error(
                Code::TooManyBases,
                visit.definition,
                visit.definition.name.span,
                message,
            );
            self.diagnostics
                .push(found.with_help("make the chain of bases shorter"));
        }
        self.states
            .insert(visit.definition.span, State::Done(visit.depth));
        if let Some(above) = self.stack.last_mut() {
            above.depth = above.depth.max(visit.depth + 1);
        }
    }

    fn cycle(&mut self, again: &'s Definition) {
        let message = format!("{} contains itself", title(again));
        let found = error(Code::ContainsItself, again, again.name.span, message)
            .with_help("take it out of the bases or branches of what it is made of");
        let start = self
            .stack
            .iter()
            .position(|visit| visit.definition.span == again.span);
        let through = self.stack.iter().skip(start.unwrap_or(0) + 1).take(SHOWN);
        let found = through.fold(found, |found, visit| {
            found.with_label(visit.definition.name.span, "through this one")
        });
        self.diagnostics.push(found);
    }
}

/// How many steps of a cycle are shown.
const SHOWN: usize = 8;

/// The types whose members are also this one's.
fn held(definition: &Definition) -> Vec<&Name> {
    let mut held: Vec<&Name> = base_name(definition).into_iter().collect();
    if let DefinitionBody::Union(body) = &definition.body
        && body.discriminator.is_some()
    {
        held.extend(body.branches.iter().map(|branch| &branch.ty.name));
    }
    held
}
