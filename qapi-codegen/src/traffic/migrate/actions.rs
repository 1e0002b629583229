//! Transactions, whose actions are requests of their own.

use crate::traffic::json::{Member, Value};

/// Shows a request to `visit`, or each action of a transaction as a request.
pub fn each<E>(
    message: &mut Value<'static>,
    visit: &mut dyn FnMut(&mut Value<'static>) -> Result<(), E>,
) -> Result<(), E> {
    if message.get("execute").and_then(Value::as_str) != Some("transaction") {
        return visit(message);
    }
    let actions = message
        .get_mut("arguments")
        .and_then(|arguments| arguments.get_mut("actions"));
    let Some(Value::Array(actions)) = actions else {
        return Ok(());
    };
    for action in actions {
        let (Some(name), Some(data)) = (action.get("type"), action.get("data")) else {
            continue;
        };
        let mut request = Value::Object(vec![
            Member::new("execute", name.clone()),
            Member::new("arguments", data.clone()),
        ]);
        visit(&mut request)?;
        for (member, new) in [
            ("type", request.take("execute")),
            ("data", request.take("arguments")),
        ] {
            if let (Some(there), Some(new)) = (action.get_mut(member), new) {
                *there = new;
            }
        }
    }
    Ok(())
}
