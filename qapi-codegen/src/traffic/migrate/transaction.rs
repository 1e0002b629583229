//! Transactions, whose actions are migrated like requests.

use crate::json::JsonValue;

/// Calls `visit` for a request, or for each action of a transaction in the form
/// of a request.
pub fn for_each_request<E>(
    message: &mut JsonValue<'static>,
    visit: &mut dyn FnMut(&mut JsonValue<'static>) -> Result<(), E>,
) -> Result<(), E> {
    if message.get("execute").and_then(JsonValue::as_str) != Some("transaction") {
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
