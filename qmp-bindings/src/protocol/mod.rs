//! The protocol without I/O.
//!
//! [`connection::Connection`] is a state machine that both clients drive. Nothing
//! here knows sockets, clocks or runtimes.

pub(crate) mod agent;
pub(crate) mod connection;
pub(crate) mod decode;
pub(crate) mod event_log;
pub(crate) mod framing;
pub(crate) mod greeting;
pub(crate) mod message;
pub(crate) mod options;
pub(crate) mod outgoing;
pub(crate) mod pending;
pub(crate) mod request;
pub(crate) mod trace;

/// Implements `Deserialize` for an object of the protocol. All listed members are
/// required; others are ignored, as a newer server may send more.
macro_rules! plain_object {
    ($name:ident = $expected:literal { $($field:ident: $type:ty = $key:literal,)* }) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;

                impl<'de> serde::de::Visitor<'de> for Visitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expected)
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
