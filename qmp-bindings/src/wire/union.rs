//! Decoding of flat unions.
//!
//! QEMU sends members in no particular order, so the discriminator may follow the
//! members of the branch. Members of the branch that precede it are kept as raw JSON;
//! those that follow it are decoded at once.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor,
};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::path::{Located, locate};
use super::read::{Key, Object, required};

/// A union: members that all branches share, and a branch.
pub trait Base: Sized {
    /// The shared members that are decoded so far.
    type Slots: Default;
    /// The branches.
    type Branches: Branches;
    /// The name in the schema, for error messages.
    const NAME: &'static str;

    /// Decodes the next value, if `key` is a shared member.
    fn accept<'de, A: MapAccess<'de>>(
        slots: &mut Self::Slots,
        key: &str,
        map: &mut A,
    ) -> Result<bool, A::Error>;

    /// Creates the union.
    fn finish<E: Error>(slots: Self::Slots, branch: Self::Branches) -> Result<Self, E>;
}

/// The branches of a union.
pub trait Branches: Sized {
    /// The name of the discriminator.
    const DISCRIMINATOR: &'static str;

    /// Decodes the rest of the object as the branch of this discriminator value.
    fn decode<'de, A: MapAccess<'de>, B: Base>(
        discriminator: String,
        rest: Rest<'_, A, B>,
    ) -> Result<Self, A::Error>;
}

/// Decodes a union.
pub fn union<'de, U: Base, D: Deserializer<'de>>(deserializer: D) -> Result<U, D::Error> {
    deserializer.deserialize_map(UnionVisitor(PhantomData))
}

struct UnionVisitor<U>(PhantomData<U>);

impl<'de, U: Base> Visitor<'de> for UnionVisitor<U> {
    type Value = U;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", U::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<U, A::Error> {
        let mut slots = UnionSlots::<U>::default();
        while slots.discriminator.is_none() {
            let Some(Key(key)) = map.next_key()? else {
                break;
            };
            slots.accept(&key, &mut map)?;
        }
        slots.decode(&mut map)
    }
}

/// The members of a union that are read so far.
pub struct UnionSlots<U: Base> {
    discriminator: Option<String>,
    base: U::Slots,
    early: Vec<(String, Box<RawValue>)>,
}

impl<U: Base> Default for UnionSlots<U> {
    fn default() -> Self {
        UnionSlots {
            discriminator: None,
            base: U::Slots::default(),
            early: Vec::new(),
        }
    }
}

impl<U: Base> UnionSlots<U> {
    pub fn accept<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        if key == U::Branches::DISCRIMINATOR {
            self.discriminator = Some(map.next_value()?);
        } else if !U::accept(&mut self.base, key, map)? {
            self.early.push((key.to_owned(), map.next_value()?));
        }
        Ok(())
    }

    fn decode<'de, A: MapAccess<'de>>(mut self, map: &mut A) -> Result<U, A::Error> {
        let discriminator = required(self.discriminator, U::Branches::DISCRIMINATOR)?;
        let rest = Rest::<A, U> {
            early: self.early,
            map,
            base: &mut self.base,
        };
        let branch = U::Branches::decode(discriminator, rest)?;
        U::finish(self.base, branch)
    }

    /// Creates the union from the members read so far.
    pub fn finish<E: Error>(self) -> Result<U, E> {
        self.decode(&mut NoMembers(PhantomData))
    }
}

/// The members of a union that belong to its branch.
pub struct Rest<'m, A, U: Base> {
    early: Vec<(String, Box<RawValue>)>,
    map: &'m mut A,
    base: &'m mut U::Slots,
}

impl<'de, A: MapAccess<'de>, U: Base> Rest<'_, A, U> {
    /// Decodes them as the members of an object.
    pub fn members<T: Object>(self) -> Result<T, A::Error> {
        let mut slots = T::Slots::default();
        for (key, value) in &self.early {
            T::accept(&mut slots, key, &mut Early(value))
                .map_err(|error| within(key, value, &error))?;
        }
        while let Some(Key(key)) = self.map.next_key()? {
            if !U::accept(self.base, &key, self.map)? && !T::accept(&mut slots, &key, self.map)? {
                self.map.next_value::<IgnoredAny>()?;
            }
        }
        T::finish(slots)
    }

    /// Skips them, for a branch without members.
    pub fn nothing(self) -> Result<(), A::Error> {
        self.members::<Nothing>().map(|Nothing| ())
    }

    /// Keeps them as JSON, for a branch that the schema does not have.
    pub fn unrecognized(self) -> Result<Map<String, Value>, A::Error> {
        let mut members = Map::new();
        for (key, value) in self.early {
            let read = serde_json::from_str(value.get());
            members.insert(
                key.clone(),
                read.map_err(|error| within(&key, &value, &error))?,
            );
        }
        while let Some(Key(key)) = self.map.next_key()? {
            if !U::accept(self.base, &key, self.map)? {
                members.insert(key.into_owned(), self.map.next_value()?);
            }
        }
        Ok(members)
    }
}

/// Adds to an error the member in which it is.
fn within<E: Error>(key: &str, value: &RawValue, error: &serde_json::Error) -> E {
    let Located { path, message } = locate(value.get().as_bytes(), error);
    let separator = if path.is_empty() || path.starts_with('[') {
        ""
    } else {
        "."
    };
    E::custom(format_args!("in `{key}{separator}{path}`: {message}"))
}

/// The value of a member that preceded the discriminator.
struct Early<'v>(&'v RawValue);

impl<'v> MapAccess<'v> for Early<'v> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'v>>(
        &mut self,
        _: K,
    ) -> Result<Option<K::Value>, Self::Error> {
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'v>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Self::Error> {
        seed.deserialize(self.0)
    }
}

/// An object without further members.
struct NoMembers<E>(PhantomData<E>);

impl<'de, E: Error> MapAccess<'de> for NoMembers<E> {
    type Error = E;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, _: K) -> Result<Option<K::Value>, E> {
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, _: V) -> Result<V::Value, E> {
        Err(E::custom("the object has no more members"))
    }
}

/// An object whose members are ignored.
struct Nothing;

impl Object for Nothing {
    type Slots = ();
    const NAME: &'static str = "object";

    fn accept<'de, A: MapAccess<'de>>(_: &mut (), _: &str, _: &mut A) -> Result<bool, A::Error> {
        Ok(false)
    }

    fn finish<E: Error>(_: ()) -> Result<Self, E> {
        Ok(Nothing)
    }
}

/// A branch that is an object with the single member `data`.
pub struct Data<T>(pub T);

impl<T: for<'de> Deserialize<'de>> Object for Data<T> {
    type Slots = Option<T>;
    const NAME: &'static str = "object";

    fn accept<'de, A: MapAccess<'de>>(
        slots: &mut Option<T>,
        key: &str,
        map: &mut A,
    ) -> Result<bool, A::Error> {
        if key == "data" {
            *slots = Some(map.next_value()?);
        }
        Ok(key == "data")
    }

    fn finish<E: Error>(slots: Option<T>) -> Result<Self, E> {
        required(slots, "data").map(Data)
    }
}
