//! Transactions, whose actions are migrated like requests.

use super::rewrite::command_name;
use crate::json::JsonValue;

/// Returns whether a function accepts the command of a request, or that of an action
/// of a transaction.
pub fn has_command(message: &JsonValue<'_>, accepts: impl Fn(&str) -> bool) -> bool {
    if !is_transaction(message) {
        return command_name(message).is_some_and(accepts);
    }
    let actions = message.get("arguments").and_then(|own| own.get("actions"));
    let actions = actions.and_then(JsonValue::elements).into_iter().flatten();
    let mut names = actions.filter_map(|action| action.get("type")?.as_str());
    names.any(accepts)
}

/// Calls `visit` for a request, or for each action of a transaction in the form
/// of a request.
pub fn for_each_request<E>(
    message: &mut JsonValue<'static>,
    visit: &mut dyn FnMut(&mut JsonValue<'static>) -> Result<(), E>,
) -> Result<(), E> {
    if !is_transaction(message) {
        return visit(message);
    }
    let arguments = message.get_mut("arguments");
    let actions = arguments.and_then(|arguments| arguments.get_mut("actions"));
    let Some(JsonValue::Array(actions)) = actions else {
        return Ok(());
    };
    for action in actions {
        let (Some(name), Some(data)) = (action.get("type"), action.get("data")) else {
            continue;
        };
        let mut request =
            JsonValue::object([("execute", name.clone()), ("arguments", data.clone())]);
        visit(&mut request)?;
        for (member, request_member) in [("type", "execute"), ("data", "arguments")] {
            if let Some(value) = request.remove(request_member) {
                action.set(member, value);
            }
        }
    }
    Ok(())
}

fn is_transaction(message: &JsonValue<'_>) -> bool {
    message.get("execute").and_then(JsonValue::as_str) == Some("transaction")
}
