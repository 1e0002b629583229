//! The protocol without input and output.
//!
//! Bytes go in, messages come out; commands go in, bytes come out. Nothing here
//! knows a socket, a clock or a runtime, so the blocking client and the one on
//! tokio share all of it, and a test can feed it whatever a server may send.

#[cfg(feature = "qga")]
pub(crate) mod agent;
pub(crate) mod decode;
pub(crate) mod events;
pub(crate) mod framing;
pub(crate) mod greeting;
pub(crate) mod inbox;
pub(crate) mod message;
pub(crate) mod options;
pub(crate) mod pending;
pub(crate) mod request;
pub(crate) mod trace;

/// Reads an object of the protocol, all of whose members have to be there.
///
/// Others are passed over: a newer server may send more.
macro_rules! plain_object {
    ($name:ident = $title:literal { $($field:ident: $type:ty = $key:literal,)* }) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;

                impl<'de> serde::de::Visitor<'de> for Visitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($title)
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> Result<$name, A::Error> {
                        $(let mut $field: Option<$type> = None;)*
                        while let Some($crate::wire::Key(key)) = map.next_key()? {
                            match &*key {
                                $($key => $field = Some(map.next_value()?),)*
                                _ => drop(map.next_value::<serde::de::IgnoredAny>()?),
                            }
                        }
                        Ok($name {
                            $($field: $field.ok_or_else(|| {
                                <A::Error as serde::de::Error>::missing_field($key)
                            })?,)*
                        })
                    }
                }

                deserializer.deserialize_map(Visitor)
            }
        }
    };
}
pub(crate) use plain_object;
