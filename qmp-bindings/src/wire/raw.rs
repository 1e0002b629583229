//! The JSON text of a value.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::read::Key;

/// The name by which serde_json recognizes its `RawValue`.
///
/// A `RawValue` is either copied, or decoded from borrowed input only. This type
/// borrows where it can. Should serde_json change the name, the text is copied.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// The JSON text of a value, borrowed from the input if possible.
pub struct RawText<'de>(Cow<'de, str>);

impl RawText<'_> {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_owned(self) -> RawText<'static> {
        RawText(Cow::Owned(self.0.into_owned()))
    }
}

impl<'de> Deserialize<'de> for RawText<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW_VALUE, RawTextVisitor)
    }
}

struct RawTextVisitor;

impl<'de> Visitor<'de> for RawTextVisitor {
    type Value = RawText<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    /// Accepts the text, which serde_json passes as the only member of an object.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        map.next_key::<IgnoredAny>()?;
        let Key(text) = map.next_value()?;
        Ok(RawText(text))
    }

    /// Accepts a value of a deserializer that does not know the name.
    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        let value = Box::<RawValue>::deserialize(deserializer)?;
        Ok(RawText(Cow::Owned(value.get().to_owned())))
    }
}
