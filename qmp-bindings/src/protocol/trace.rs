//! Tracing of messages, with secrets masked.
//!
//! Without the feature `tracing` the functions do nothing.

/// Traces a received message.
#[inline]
pub(crate) fn received(bytes: &[u8]) {
    trace("received", bytes);
}

/// Traces a sent message.
#[inline]
pub(crate) fn sent(bytes: &[u8]) {
    trace("sent", bytes);
}

#[cfg(not(feature = "tracing"))]
#[inline]
fn trace(_: &str, _: &[u8]) {}

#[cfg(feature = "tracing")]
fn trace(direction: &str, bytes: &[u8]) {
    const TARGET: &str = "qmp_bindings::wire";
    if tracing::enabled!(target: TARGET, tracing::Level::TRACE) {
        tracing::trace!(target: TARGET, message = %mask::mask_secrets(bytes), "{direction}");
    }
}

#[cfg(feature = "tracing")]
mod mask {
    use serde_json::Value;

    /// Formats a message with its secrets masked. Secrets in invalid JSON cannot be
    /// found, so it is not shown.
    pub(super) fn mask_secrets(bytes: &[u8]) -> String {
        match serde_json::from_slice::<Value>(bytes) {
            Ok(mut message) => {
                mask(&mut message);
                message.to_string()
            }
            Err(error) => format!("{} bytes of invalid JSON: {error}", bytes.len()),
        }
    }

    const MASK: &str = "***";

    fn mask(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(mask),
            Value::Object(members) => {
                let is_secret = members
                    .get("qom-type")
                    .and_then(Value::as_str)
                    .is_some_and(|name| name.starts_with("secret"));
                // Old releases set the VNC password with `change vnc password ...`.
                let is_change = members
                    .get("target")
                    .is_some_and(|target| target == "password");
                for (name, value) in members {
                    match name.as_str() {
                        "password" => *value = MASK.into(),
                        "data" if is_secret => *value = MASK.into(),
                        "arg" if is_change => *value = MASK.into(),
                        "props" if is_secret => mask_member(value, "data"),
                        _ => mask(value),
                    }
                }
            }
            _ => {}
        }
    }

    fn mask_member(value: &mut Value, name: &str) {
        if let Some(value) = value.get_mut(name) {
            *value = MASK.into();
        }
    }
}

#[cfg(all(test, feature = "tracing"))]
mod tests {
    use super::mask::mask_secrets;

    #[test]
    fn secrets_are_masked() {
        let cases = [
            r#"{"execute":"set_password","arguments":{"protocol":"vnc","password":"X"}}"#,
            r#"{"execute":"object-add","arguments":{"qom-type":"secret","id":"s","data":"X"}}"#,
            r#"{"execute":"object-add","arguments":{"qom-type":"secret","props":{"data":"X"}}}"#,
            r#"{"execute":"change","arguments":{"device":"vnc","target":"password","arg":"X"}}"#,
            r#"{"return":[{"deep":{"password":["X"]}}]}"#,
            r#"{"password":"X"#,
        ];
        for case in cases {
            let masked = mask_secrets(case.as_bytes());
            assert!(!masked.contains('X'), "{masked}");
        }
        let open = r#"{"event":"E","data":{"data":"seen"}}"#;
        assert!(mask_secrets(open.as_bytes()).contains("seen"));
    }
}
