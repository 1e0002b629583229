//! Commands and events: data and return types.

use super::view::{ReferencedType, SchemaView, error, title};
use crate::ast::{CommandDefinition, DataDefinition, Definition, DefinitionBody};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect;
use crate::source::Name;

/// Checks every completely parsed command and event.
pub fn check(view: &SchemaView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in view.complete_definitions() {
        match &definition.body {
            DefinitionBody::Command(body) => {
                let checker = DataChecker::new(view, definition, body.boxed);
                diagnostics.extend(checker.check(&body.data));
                diagnostics.extend(check_return_type(view, definition, body));
                diagnostics.extend(check_execution(definition, body));
            }
            DefinitionBody::Event(body) => {
                let checker = DataChecker::new(view, definition, body.boxed);
                diagnostics.extend(checker.check(&body.data));
            }
            _ => {}
        }
    }
}

/// The checks of the `data` of a command or an event.
struct DataChecker<'v, 's> {
    view: &'v SchemaView<'s>,
    definition: &'v Definition,
    boxed: bool,
}

impl<'v, 's> DataChecker<'v, 's> {
    fn new(view: &'v SchemaView<'s>, definition: &'v Definition, boxed: bool) -> Self {
        DataChecker {
            view,
            definition,
            boxed,
        }
    }

    fn check(&self, data: &DataDefinition) -> Option<Diagnostic> {
        match data {
            DataDefinition::None | DataDefinition::Inline(_) if self.boxed => {
                Some(self.boxed_without_type())
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

    fn boxed_without_type(&self) -> Diagnostic {
        let message = format!("{}: 'boxed' without a type name", title(self.definition));
        let focus = self.definition.name.span;
        error(Code::BoxedWithoutType, self.definition, focus, message)
            .with_help("name a struct or a union in 'data', or remove 'boxed'")
    }

    fn check_type(&self, name: &Name) -> Option<Diagnostic> {
        let ty = self.view.lookup(&name.value)?;
        if let ReferencedType::Defined(found) = ty {
            match found.body {
                DefinitionBody::Struct(_) => return None,
                DefinitionBody::Union(_) if self.boxed => return None,
                DefinitionBody::Union(_) => return Some(self.unboxed_union(name)),
                DefinitionBody::Alternate(_)
                    if self.boxed && self.view.is_in(dialect::BOXED_ALTERNATES) =>
                {
                    return None;
                }
                _ => {}
            }
        }
        let title = title(self.definition);
        let message = format!("{title}: 'data' cannot be '{name}', {}", ty.kind());
        let found = error(Code::DataNotObject, self.definition, name.span, message);
        Some(found.with_help("'data' is an object: name a struct or write its members here"))
    }

    fn unboxed_union(&self, name: &Name) -> Diagnostic {
        let title = title(self.definition);
        let message = format!("{title}: the union '{name}' is not boxed");
        error(Code::UnionNotBoxed, self.definition, name.span, message)
            .with_help("add 'boxed': true")
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
        let title = title(self.definition);
        let message = format!("{title}: 'data' has the conditional member '{member}' unboxed");
        let found = error(
            Code::ConditionNotBoxed,
            self.definition,
            focus.span,
            message,
        );
        Some(
            found
                .with_label(member.span, "the conditional member is here")
                .with_help("put the members into a struct and add 'boxed': true"),
        )
    }
}

fn check_return_type(
    view: &SchemaView<'_>,
    definition: &Definition,
    body: &CommandDefinition,
) -> Option<Diagnostic> {
    let name = &body.returns.as_ref()?.name;
    let ty = view.lookup(&name.value)?;
    let is_object = match ty {
        ReferencedType::Builtin(_) => false,
        ReferencedType::Defined(found) => matches!(
            found.body,
            DefinitionBody::Struct(_) | DefinitionBody::Union(_)
        ),
    };
    let exceptions = &view.pragmas.returns;
    if is_object || exceptions.contains(definition.name.value.as_str()) {
        return None;
    }
    let message = format!("{} returns '{name}', {}", title(definition), ty.kind());
    let pragma = if view.is_in(dialect::EXCEPTION_PRAGMAS) {
        "command-returns-exceptions"
    } else {
        "returns-whitelist"
    };
    let help =
        format!("return a struct, which can be extended, or add the command to pragma '{pragma}'");
    Some(error(Code::ReturnsNotObject, definition, name.span, message).with_help(help))
}

fn check_execution(definition: &Definition, body: &CommandDefinition) -> Option<Diagnostic> {
    (body.allow_oob && body.coroutine).then(|| {
        let message = format!("{} has both 'allow-oob' and 'coroutine'", title(definition));
        let focus = definition.name.span;
        error(Code::OobCoroutine, definition, focus, message)
            .with_help("out-of-band commands cannot run in a coroutine: remove one of them")
    })
}
