//! The tokens of a value.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{Extent, Token};

/// Appends a value.
pub struct Recorder<'t, 'i>(pub &'t mut Vec<Token<'i>>);

impl<'i> Recorder<'_, 'i> {
    #[inline]
    fn push(self, token: Token<'i>) {
        self.0.push(token);
    }

    /// Lets a token begin what is appended behind it.
    #[inline]
    fn begin(&mut self) -> usize {
        self.0.push(Token::Null);
        self.0.len()
    }

    #[inline]
    fn end(self, start: usize, count: usize, make: fn(Extent) -> Token<'i>) {
        let length = self.0.len() - start;
        self.0[start - 1] = make(Extent { count, length });
    }
}

impl<'i> DeserializeSeed<'i> for Recorder<'_, 'i> {
    type Value = ();

    fn deserialize<D: Deserializer<'i>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'i> Visitor<'i> for Recorder<'_, 'i> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'i str) -> Result<(), E> {
        self.push(Token::Text(Cow::Borrowed(text)));
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.push(Token::Text(Cow::Owned(text.to_owned())));
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.push(Token::Unsigned(number));
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.push(Token::Signed(number));
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.push(Token::Float(number));
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.push(Token::Bool(value));
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.push(Token::Null);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'i>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let start = self.begin();
        let mut count = 0;
        while seq.next_element_seed(Recorder(self.0))?.is_some() {
            count += 1;
        }
        self.end(start, count, Token::Array);
        Ok(())
    }

    fn visit_map<A: MapAccess<'i>>(mut self, mut map: A) -> Result<(), A::Error> {
        let start = self.begin();
        let mut count = 0;
        while map.next_key_seed(Recorder(self.0))?.is_some() {
            map.next_value_seed(Recorder(self.0))?;
            count += 1;
        }
        self.end(start, count, Token::Object);
        Ok(())
    }
}
