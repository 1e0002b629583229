//! Values that are kept as text, borrowed where the input can lend them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::read::Key;

/// A value as its JSON text.
///
/// serde_json's own types for this either always borrow, which fails where the
/// input cannot lend, or never.
pub(crate) struct Kept<'de>(pub(crate) Cow<'de, str>);

/// What serde_json knows a request for the text by. If a later one knows it by
/// another name, the text is copied instead.
const RAW: &str = "$serde_json::private::RawValue";

impl<'de> Deserialize<'de> for Kept<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, KeptVisitor)
    }
}

struct KeptVisitor;

impl<'de> Visitor<'de> for KeptVisitor {
    type Value = Kept<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        match map.next_key()? {
            Some(Key(key)) if key == RAW => map.next_value().map(|Key(text)| Kept(text)),
            _ => Err(A::Error::custom("the text of a value is not to be had")),
        }
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
        let text = Box::<RawValue>::deserialize(value)?;
        Ok(Kept(Cow::Owned(Box::<str>::from(text).into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn what_can_be_lent_is_not_copied() {
        let Kept(text) = serde_json::from_str(r#" {"a": [1]} "#).unwrap();
        assert!(matches!(text, Cow::Borrowed(r#"{"a": [1]}"#)));
    }

    #[test]
    fn what_cannot_be_lent_is_copied() {
        let text = |kept: Result<Kept<'_>, serde_json::Error>| kept.unwrap().0.into_owned();
        let value: Value = json!({"a": [1]});
        let written = r#"{"a":[1]}"#;
        assert_eq!(text(Kept::deserialize(&value)), written);
        assert_eq!(text(Kept::deserialize(value)), written);
        let mut reader = serde_json::Deserializer::from_reader(written.as_bytes());
        assert_eq!(text(Kept::deserialize(&mut reader)), written);
    }
}
