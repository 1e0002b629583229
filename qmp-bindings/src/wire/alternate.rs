//! Decoding of alternates.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Number;

/// An alternate: a value whose JSON type decides its branch.
pub trait Alternate: Sized {
    /// The accepted JSON types, for error messages.
    const EXPECTED: &'static str;

    fn from_string(_: &str) -> Option<Self> {
        None
    }
    fn from_number(_: Number) -> Option<Self> {
        None
    }
    fn from_bool(_: bool) -> Option<Self> {
        None
    }
    fn from_null() -> Option<Self> {
        None
    }
    fn from_object<'de, A: MapAccess<'de>>(_: A) -> Result<Self, A::Error> {
        Err(A::Error::invalid_type(Unexpected::Map, &Self::EXPECTED))
    }
    fn from_array<'de, A: SeqAccess<'de>>(_: A) -> Result<Self, A::Error> {
        Err(A::Error::invalid_type(Unexpected::Seq, &Self::EXPECTED))
    }
}

/// Decodes an alternate.
pub fn alternate<'de, T: Alternate, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(AlternateVisitor(PhantomData))
}

struct AlternateVisitor<T>(PhantomData<T>);

impl<T: Alternate> AlternateVisitor<T> {
    fn accept<E: Error>(value: Option<T>, found: Unexpected<'_>) -> Result<T, E> {
        value.ok_or_else(|| E::invalid_type(found, &T::EXPECTED))
    }
}

impl<'de, T: Alternate> Visitor<'de> for AlternateVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Self::accept(T::from_string(text), Unexpected::Str(text))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        Self::accept(T::from_number(number.into()), Unexpected::Unsigned(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        Self::accept(T::from_number(number.into()), Unexpected::Signed(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        let value = Number::from_f64(number).and_then(T::from_number);
        Self::accept(value, Unexpected::Float(number))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        Self::accept(T::from_bool(value), Unexpected::Bool(value))
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Self::accept(T::from_null(), Unexpected::Unit)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::from_object(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
        T::from_array(seq)
    }
}
