//! Decoding of flat unions.
//!
//! QEMU sends members in no particular order, so the discriminator may follow the
//! members of the branch. Members of the branch that precede it are kept as tokens;
//! those that follow it are decoded at once.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor,
};
use serde_json::Map;

use super::UnrecognizedBranch;
use super::early::EarlyMembers;
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

    /// Decodes the rest of the object as the branch of its discriminator value.
    fn decode<'de, A: MapAccess<'de>, B: Base>(rest: Rest<'_, 'de, A, B>)
    -> Result<Self, A::Error>;
}

/// Decodes a union.
#[inline]
pub fn union<'de, U: Base, D: Deserializer<'de>>(deserializer: D) -> Result<U, D::Error> {
    deserializer.deserialize_map(UnionVisitor(PhantomData))
}

struct UnionVisitor<U>(PhantomData<U>);

impl<'de, U: Base> Visitor<'de> for UnionVisitor<U> {
    type Value = U;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", U::NAME)
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<U, A::Error> {
        let mut slots = UnionSlots::<U>::default();
        while slots.discriminator.is_none() {
            let Some(Key(key)) = map.next_key()? else {
                break;
            };
            slots.accept(key, &mut map)?;
        }
        slots.decode(&mut map)
    }
}

/// The members of a union that are read so far.
pub struct UnionSlots<'i, U: Base> {
    discriminator: Option<Key<'i>>,
    base: U::Slots,
    early: EarlyMembers<'i>,
}

impl<U: Base> Default for UnionSlots<'_, U> {
    fn default() -> Self {
        UnionSlots {
            discriminator: None,
            base: U::Slots::default(),
            early: EarlyMembers::default(),
        }
    }
}

impl<'de, U: Base> UnionSlots<'de, U> {
    #[inline]
    fn accept<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        map: &mut A,
    ) -> Result<(), A::Error> {
        if key == U::Branches::DISCRIMINATOR {
            self.discriminator = Some(map.next_value()?);
        } else if !U::accept(&mut self.base, &key, map)? {
            self.early.keep(key, map)?;
        }
        Ok(())
    }

    #[inline]
    fn decode<A: MapAccess<'de>>(mut self, map: &mut A) -> Result<U, A::Error> {
        let Key(discriminator) = required(self.discriminator, U::Branches::DISCRIMINATOR)?;
        let rest = Rest::<A, U> {
            discriminator: &discriminator,
            early: self.early,
            map,
            base: &mut self.base,
        };
        let branch = U::Branches::decode(rest)?;
        U::finish(self.base, branch)
    }
}

/// A union that is a branch of another one, whose members are owned.
impl<U: Base> UnionSlots<'static, U> {
    pub fn accept_owned<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        if key == U::Branches::DISCRIMINATOR {
            self.discriminator = Some(Key(Cow::Owned(map.next_value()?)));
        } else if !U::accept(&mut self.base, key, map)? {
            self.early.keep_owned(key, map)?;
        }
        Ok(())
    }

    /// Creates the union from the members read so far.
    pub fn finish<E: Error>(self) -> Result<U, E> {
        self.decode(&mut NoMembers(PhantomData))
    }
}

/// The members of a union that belong to its branch.
pub struct Rest<'m, 'de, A, U: Base> {
    /// The discriminator value.
    pub discriminator: &'m str,
    early: EarlyMembers<'de>,
    map: &'m mut A,
    base: &'m mut U::Slots,
}

impl<'de, A: MapAccess<'de>, U: Base> Rest<'_, 'de, A, U> {
    /// Decodes them as the members of an object.
    #[inline]
    pub fn members<T: Object>(self) -> Result<T, A::Error> {
        let mut slots = T::Slots::default();
        let mut early = self.early.read();
        while let Some(name) = early.next_name() {
            if !T::accept(&mut slots, name, &mut early).map_err(A::Error::custom)? {
                early.skip();
            }
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
    pub fn unrecognized(self) -> Result<UnrecognizedBranch, A::Error> {
        let mut members = Map::new();
        let mut early = self.early.read();
        while let Some(name) = early.next_name() {
            let value = early.next_value().map_err(A::Error::custom)?;
            members.insert(name.to_owned(), value);
        }
        while let Some(Key(key)) = self.map.next_key()? {
            if !U::accept(self.base, &key, self.map)? {
                members.insert(key.into_owned(), self.map.next_value()?);
            }
        }
        Ok(UnrecognizedBranch {
            discriminator: self.discriminator.to_owned(),
            members,
        })
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

    #[inline]
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

    #[inline]
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
