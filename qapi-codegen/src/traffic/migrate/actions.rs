//! Transactions, whose actions are requests of their own.

use crate::json::{JsonMember, JsonValue};

/// Shows a request to `visit`, or each action of a transaction as a request.
pub fn each<E>(
    message: &mut JsonValue<'static>,
    visit: &mut dyn FnMut(&mut JsonValue<'static>) -> Result<(), E>,
) -> Result<(), E> {
    if message.get("execute").and_then(JsonValue::as_str) != Some("transaction") {
        return visit(message);
    }
    let actions = message
        .get_mut("arguments")
        .and_then(|arguments| arguments.get_mut("actions"));
    let Some(JsonValue::Array(actions)) = actions else {
        return Ok(());
    };
    for action in actions {
        let (Some(name), Some(data)) = (action.get("type"), action.get("data")) else {
            continue;
        };
        let mut request = JsonValue::Object(vec![
            JsonMember::new("execute", name.clone()),
            JsonMember::new("arguments", data.clone()),
        ]);
        visit(&mut request)?;
        for (member, new) in [
            ("type", request.remove("execute")),
            ("data", request.remove("arguments")),
        ] {
            if let (Some(there), Some(new)) = (action.get_mut(member), new) {
                *there = new;
            }
        }
    }
    Ok(())
}
