//! Decoding of tokens.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Number;

use super::{Extent, Token};

/// The tokens of values that are still to be read.
struct Values<'t>(&'t [Token<'t>]);

impl<'t> Values<'t> {
    #[inline]
    fn next(&mut self) -> Option<&'t Token<'t>> {
        let (token, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(token)
    }

    /// Takes what is inside an array or an object.
    #[inline]
    fn inside(&mut self, extent: &Extent) -> Values<'t> {
        let (inside, rest) = self.0.split_at_checked(extent.length).unwrap_or_default();
        self.0 = rest;
        Values(inside)
    }

    #[inline]
    fn skip(&mut self) {
        if let Some(Token::Array(extent) | Token::Object(extent)) = self.next() {
            self.inside(extent);
        }
    }
}

/// Members that are still to be read.
pub struct Members<'t> {
    /// How many there are in all.
    count: usize,
    /// The name that was read last.
    name: &'t str,
    values: Values<'t>,
}

impl<'t> Members<'t> {
    pub(super) fn new(count: usize, tokens: &'t [Token<'t>]) -> Self {
        Members {
            count,
            name: "",
            values: Values(tokens),
        }
    }

    /// Returns the name of the next member.
    #[inline]
    pub fn next_name(&mut self) -> Option<&'t str> {
        let Some(Token::Text(name)) = self.values.next() else {
            return None;
        };
        self.name = name;
        Some(name)
    }

    /// Ignores the next value.
    #[inline]
    pub fn skip(&mut self) {
        self.values.skip();
    }
}

impl<'t> MapAccess<'t> for Members<'t> {
    type Error = EarlyError;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'t>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, EarlyError> {
        let Some(Token::Text(name)) = self.values.0.first() else {
            return Ok(None);
        };
        self.name = name;
        seed.deserialize(&mut self.values).map(Some)
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'t>>(&mut self, seed: V) -> Result<V::Value, EarlyError> {
        seed.deserialize(&mut self.values)
            .map_err(|error| error.within(self.name))
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        Some(self.count)
    }
}

/// Items that are still to be read.
struct Items<'t> {
    /// How many there are in all.
    count: usize,
    index: usize,
    values: Values<'t>,
}

impl<'t> SeqAccess<'t> for Items<'t> {
    type Error = EarlyError;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'t>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, EarlyError> {
        if self.values.0.is_empty() {
            return Ok(None);
        }
        let index = self.index;
        self.index += 1;
        let item = seed.deserialize(&mut self.values);
        item.map(Some)
            .map_err(|error| error.within(&format!("[{index}]")))
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        Some(self.count)
    }
}

/// Decodes numbers, which are objects if serde_json has the feature
/// `arbitrary_precision`.
macro_rules! deserialize_number {
    ($($function:ident)*) => {$(
        fn $function<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, EarlyError> {
            match self.0.first() {
                Some(Token::Object(_)) => {
                    let number = Number::deserialize(self)?;
                    number.$function(visitor).map_err(EarlyError::custom)
                }
                _ => self.deserialize_any(visitor),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Values<'de> {
    type Error = EarlyError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, EarlyError> {
        match self.next() {
            None | Some(Token::Null) => visitor.visit_unit(),
            Some(Token::Bool(value)) => visitor.visit_bool(*value),
            Some(Token::Unsigned(number)) => visitor.visit_u64(*number),
            Some(Token::Signed(number)) => visitor.visit_i64(*number),
            Some(Token::Float(number)) => visitor.visit_f64(*number),
            Some(Token::Text(text)) => visitor.visit_borrowed_str(text),
            Some(Token::Array(extent)) => visitor.visit_seq(Items {
                count: extent.count,
                index: 0,
                values: self.inside(extent),
            }),
            Some(Token::Object(extent)) => visitor.visit_map(Members {
                count: extent.count,
                name: "",
                values: self.inside(extent),
            }),
        }
    }

    /// Decodes what most values are, apart from all others: this is worth 2 %.
    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, EarlyError> {
        match self.0.split_first() {
            Some((Token::Text(text), rest)) => {
                self.0 = rest;
                visitor.visit_borrowed_str(text)
            }
            _ => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, EarlyError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, EarlyError> {
        match self.0.first() {
            None | Some(Token::Null) => {
                self.skip();
                visitor.visit_none()
            }
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, EarlyError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, EarlyError> {
        self.skip();
        visitor.visit_unit()
    }

    deserialize_number! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f64
    }

    forward_to_deserialize_any! {
        bool i128 u128 f32 char bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier
    }
}

/// What is wrong with an early member, and where.
#[derive(Debug)]
pub struct EarlyError(Box<Place>);

#[derive(Debug)]
struct Place {
    path: String,
    message: String,
}

impl EarlyError {
    /// Adds the member or the item in which the error is.
    #[cold]
    fn within(mut self, segment: &str) -> Self {
        let path = &self.0.path;
        let separator = if path.is_empty() || path.starts_with('[') {
            ""
        } else {
            "."
        };
        self.0.path = format!("{segment}{separator}{path}");
        self
    }
}

impl Error for EarlyError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        EarlyError(Box::new(Place {
            path: String::new(),
            message: message.to_string(),
        }))
    }
}

impl std::error::Error for EarlyError {}

impl fmt::Display for EarlyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { path, message } = &*self.0;
        write!(f, "in `{path}`: {message}")
    }
}
