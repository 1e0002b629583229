//! Each message at trace level, without its secrets.
//!
//! Behind the feature `tracing`; without it all of this is nothing.

#[cfg(not(feature = "tracing"))]
mod imp {
    /// A message was received.
    #[inline]
    pub(crate) fn received(_: &[u8]) {}

    /// A message is sent.
    #[inline]
    pub(crate) fn sent(_: &[u8]) {}
}

#[cfg(feature = "tracing")]
mod imp {
    use serde_json::Value;

    /// Under this name messages are found in the traces.
    const TARGET: &str = "qmp_bindings::wire";

    /// A message was received.
    pub(crate) fn received(bytes: &[u8]) {
        if tracing::enabled!(target: TARGET, tracing::Level::TRACE) {
            tracing::trace!(target: TARGET, message = %shown(bytes), "received");
        }
    }

    /// A message is sent.
    pub(crate) fn sent(bytes: &[u8]) {
        if tracing::enabled!(target: TARGET, tracing::Level::TRACE) {
            tracing::trace!(target: TARGET, message = %shown(bytes), "sent");
        }
    }

    /// A message without its secrets. What is no JSON is not shown: no secret
    /// can be told from it.
    pub(super) fn shown(bytes: &[u8]) -> String {
        match serde_json::from_slice::<Value>(bytes) {
            Ok(mut message) => {
                mask(&mut message);
                message.to_string()
            }
            Err(error) => format!("{} bytes that are no JSON: {error}", bytes.len()),
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
                // The password of VNC was once set by `change vnc password ...`.
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

pub(crate) use imp::{received, sent};

#[cfg(all(test, feature = "tracing"))]
mod tests {
    use super::imp::shown;

    #[test]
    fn secrets_are_not_shown() {
        let cases = [
            r#"{"execute":"set_password","arguments":{"protocol":"vnc","password":"X"}}"#,
            r#"{"execute":"object-add","arguments":{"qom-type":"secret","id":"s","data":"X"}}"#,
            r#"{"execute":"object-add","arguments":{"qom-type":"secret","props":{"data":"X"}}}"#,
            r#"{"execute":"change","arguments":{"device":"vnc","target":"password","arg":"X"}}"#,
            r#"{"return":[{"deep":{"password":["X"]}}]}"#,
            r#"{"password":"X"#,
        ];
        for case in cases {
            assert!(
                !shown(case.as_bytes()).contains('X'),
                "{}",
                shown(case.as_bytes())
            );
        }
        let open = r#"{"event":"E","data":{"data":"seen"}}"#;
        assert!(shown(open.as_bytes()).contains("seen"));
    }
}
