//! Commands and events: data and return types.

use super::view::{SchemaView, titled_error};
use crate::ast::{CommandDefinition, DataDefinition, Definition, DefinitionBody};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect;
use crate::source::Name;

/// Checks every completely parsed command and event.
pub fn check(view: &SchemaView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in view.complete_definitions() {
        match &definition.body {
            DefinitionBody::Command(body) => {
                diagnostics.extend(check_data(view, definition, &body.data, body.boxed));
                diagnostics.extend(check_return_type(view, definition, body));
                diagnostics.extend(check_execution(definition, body));
            }
            DefinitionBody::Event(body) => {
                diagnostics.extend(check_data(view, definition, &body.data, body.boxed));
            }
            _ => {}
        }
    }
}

fn check_data(
    view: &SchemaView<'_>,
    definition: &Definition,
    data: &DataDefinition,
    boxed: bool,
) -> Option<Diagnostic> {
    let checker = DataChecker {
        view,
        definition,
        boxed,
    };
    checker.check(data)
}

/// The checks of the `data` of a command or an event.
struct DataChecker<'v, 's> {
    view: &'v SchemaView<'s>,
    definition: &'v Definition,
    boxed: bool,
}

impl DataChecker<'_, '_> {
    fn error(&self, code: Code, focus: &Name, problem: &str) -> Diagnostic {
        titled_error(code, self.definition, focus.span, problem)
    }

    fn check(&self, data: &DataDefinition) -> Option<Diagnostic> {
        match data {
            DataDefinition::None | DataDefinition::Inline(_) if self.boxed => {
                let problem = ": 'boxed' without a type name";
                let found = self.error(Code::BoxedWithoutType, &self.definition.name, problem);
                Some(found.with_help("name a struct or a union in 'data', or remove 'boxed'"))
            }
            DataDefinition::None => None,
            DataDefinition::Inline(members) => {
                let conditional = members.iter().find(|member| member.condition.is_some())?;
                self.unboxed_condition(&conditional.name, &conditional.name)
            }
            DataDefinition::Named(name) => self
                .check_type(name)
                .or_else(|| self.check_conditional_members(name)),
        }
    }

    fn check_type(&self, name: &Name) -> Option<Diagnostic> {
        let ty = self.view.lookup(&name.value)?;
        let takes_alternates = self.boxed && self.view.is_in(dialect::BOXED_ALTERNATES);
        match ty.body() {
            Some(DefinitionBody::Struct(_)) => None,
            Some(DefinitionBody::Union(_)) if self.boxed => None,
            Some(DefinitionBody::Alternate(_)) if takes_alternates => None,
            Some(DefinitionBody::Union(_)) => {
                let problem = format!(": the union '{name}' is not boxed");
                let found = self.error(Code::UnionNotBoxed, name, &problem);
                Some(found.with_help("add 'boxed': true"))
            }
            _ => {
                let problem = format!(": 'data' cannot be '{name}', {}", ty.kind());
                let found = self.error(Code::DataNotObject, name, &problem);
                let help = "'data' is an object: name a struct or write its members here";
                Some(found.with_help(help))
            }
        }
    }

    fn check_conditional_members(&self, name: &Name) -> Option<Diagnostic> {
        let ty = self.view.defined(name).filter(|_| !self.boxed)?;
        let mut members = self.view.lineage(ty).flat_map(Definition::members);
        let conditional = members.find(|member| member.condition.is_some())?;
        self.unboxed_condition(name, &conditional.name)
    }

    fn unboxed_condition(&self, focus: &Name, member: &Name) -> Option<Diagnostic> {
        if !self.view.is_in(dialect::BOXED_CONDITIONAL_MEMBERS) {
            return None;
        }
        let problem = format!(": 'data' has the conditional member '{member}' unboxed");
        let found = self.error(Code::ConditionNotBoxed, focus, &problem);
        let found = found.with_label(member.span, "the conditional member is here");
        Some(found.with_help("put the members into a struct and add 'boxed': true"))
    }
}

fn check_return_type(
    view: &SchemaView<'_>,
    definition: &Definition,
    body: &CommandDefinition,
) -> Option<Diagnostic> {
    let name = &body.returns.as_ref()?.name;
    let ty = view.lookup(&name.value)?;
    let exceptions = &view.pragmas.returns;
    let is_object = matches!(
        ty.body(),
        Some(DefinitionBody::Struct(_) | DefinitionBody::Union(_))
    );
    if is_object || exceptions.contains(definition.name.value.as_str()) {
        return None;
    }
    let problem = format!(" returns '{name}', {}", ty.kind());
    let pragma = if view.is_in(dialect::EXCEPTION_PRAGMAS) {
        "command-returns-exceptions"
    } else {
        "returns-whitelist"
    };
    let help =
        format!("return a struct, which can be extended, or add the command to pragma '{pragma}'");
    Some(titled_error(Code::ReturnsNotObject, definition, name.span, &problem).with_help(help))
}

fn check_execution(definition: &Definition, body: &CommandDefinition) -> Option<Diagnostic> {
    (body.allow_oob && body.coroutine).then(|| {
        let problem = " has both 'allow-oob' and 'coroutine'";
        titled_error(
            Code::OobCoroutine,
            definition,
            definition.name.span,
            problem,
        )
        .with_help("out-of-band commands cannot run in a coroutine: remove one of them")
    })
}
