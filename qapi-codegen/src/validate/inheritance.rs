//! Bases are structs, and no type contains itself.

use std::collections::HashMap;

use super::view::{MAX_CHAIN, SchemaView, titled_error};
use crate::ast::{Definition, DefinitionBody};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Name, Span};

/// Checks that the base of each struct and union is a struct.
pub fn check_bases(view: &SchemaView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in &view.definitions {
        if let Some(base) = definition.base()
            && let Some(ty) = view.lookup(&base.value)
            && !matches!(ty.body(), Some(DefinitionBody::Struct(_)))
        {
            let problem = format!(": the base '{base}' is {}", ty.kind());
            let found = titled_error(Code::BaseNotStruct, definition, base.span, &problem);
            diagnostics.push(found.with_help("only a struct can be a base"));
        }
    }
}

/// Checks that no type contains itself through bases and branches, and that
/// chains of them are short.
pub fn check_cycles<'s>(view: &SchemaView<'s>, diagnostics: &mut Vec<Diagnostic>) {
    let mut finder = CycleFinder {
        view,
        states: HashMap::new(),
        stack: Vec::new(),
        diagnostics,
    };
    for definition in &view.definitions {
        finder.visit(definition);
    }
}

/// A depth-first search with an explicit stack.
struct CycleFinder<'v, 's, 'd> {
    view: &'v SchemaView<'s>,
    states: HashMap<Span, VisitState>,
    stack: Vec<TypeVisit<'s>>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

struct TypeVisit<'s> {
    definition: &'s Definition,
    contained: Vec<&'s Name>,
    depth: usize,
}

enum VisitState {
    Open,
    /// Visited, with the length of the longest chain from here.
    Done(usize),
}

impl<'s> CycleFinder<'_, 's, '_> {
    fn visit(&mut self, definition: &'s Definition) {
        self.enter(definition);
        while let Some(visit) = self.stack.last_mut() {
            let Some(name) = visit.contained.pop() else {
                self.leave();
                continue;
            };
            let Some(next) = self.view.defined(name) else {
                continue;
            };
            match self.states.get(&next.span) {
                Some(VisitState::Open) => {
                    // An endless chain is not reported as a long one too.
                    visit.depth = MAX_CHAIN + 2;
                    self.report_cycle(next);
                }
                Some(&VisitState::Done(depth)) => visit.depth = visit.depth.max(depth + 1),
                None => self.enter(next),
            }
        }
    }

    fn enter(&mut self, definition: &'s Definition) {
        if self.states.contains_key(&definition.span) {
            return;
        }
        self.states.insert(definition.span, VisitState::Open);
        let mut contained = contained_types(definition);
        contained.reverse();
        self.stack.push(TypeVisit {
            definition,
            contained,
            depth: 1,
        });
    }

    fn leave(&mut self) {
        let Some(visit) = self.stack.pop() else {
            return;
        };
        // Only the first type beyond the limit is reported.
        if visit.depth == MAX_CHAIN + 1 {
            self.report_chain(visit.definition);
        }
        let done = VisitState::Done(visit.depth);
        self.states.insert(visit.definition.span, done);
        if let Some(above) = self.stack.last_mut() {
            above.depth = above.depth.max(visit.depth + 1);
        }
    }

    fn report_chain(&mut self, definition: &Definition) {
        let problem = format!(" begins a chain of more than {MAX_CHAIN} types");
        let focus = definition.name.span;
        let found = titled_error(Code::TooManyBases, definition, focus, &problem);
        self.diagnostics
            .push(found.with_help("shorten the chain of bases and branches"));
    }

    fn report_cycle(&mut self, again: &'s Definition) {
        let focus = again.name.span;
        let found = titled_error(Code::ContainsItself, again, focus, " contains itself")
            .with_help("remove it from the bases or branches of the types that it contains");
        let is_again = |visit: &TypeVisit<'_>| visit.definition.span == again.span;
        let start = self.stack.iter().position(is_again).unwrap_or(0);
        let through = self.stack.iter().skip(start + 1).take(MAX_LABELS);
        let found = through.fold(found, |found, visit| {
            found.with_label(visit.definition.name.span, "through this type")
        });
        self.diagnostics.push(found);
    }
}

/// The maximum number of labelled types of a cycle.
const MAX_LABELS: usize = 8;

/// The types whose members a definition has too.
fn contained_types(definition: &Definition) -> Vec<&Name> {
    let mut contained: Vec<&Name> = definition.base().into_iter().collect();
    if let DefinitionBody::Union(body) = &definition.body
        && body.discriminator.is_some()
    {
        contained.extend(body.branches.iter().map(|branch| &branch.ty.name));
    }
    contained
}
