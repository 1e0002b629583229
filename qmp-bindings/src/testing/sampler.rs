//! Values that a type accepts, found by asking the type.
//!
//! The type is decoded from a source that gives each part the value that it asks for.
//! Where a member is missing, the type names it, and the next attempt has it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserializer;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};

/// The number of attempts, each of which adds a member.
const MAX_ATTEMPTS: usize = 2000;

/// The depth at which values end, since types may contain themselves.
const MAX_DEPTH: usize = 12;

/// The members that the objects of a value have, and the kinds of its alternates, by
/// their paths.
#[derive(Debug, Clone, Default)]
pub struct SamplePlan {
    members: BTreeMap<String, BTreeSet<String>>,
    kinds: BTreeMap<String, usize>,
    /// The members that the type asked for.
    known: BTreeSet<String>,
}

impl SamplePlan {
    /// The members of this plan that a type with another one does not know.
    pub fn missing_in(&self, other: &SamplePlan) -> Vec<String> {
        let paths = self.members.iter().flat_map(|(path, members)| {
            let paths = members.iter().map(move |member| join(path, member));
            paths.collect::<Vec<_>>()
        });
        paths.filter(|path| !other.known.contains(path)).collect()
    }
}

fn join(path: &str, member: &str) -> String {
    match path {
        "" => member.to_owned(),
        _ => format!("{path}.{member}"),
    }
}

/// Makes a value that `T` accepts, with the members of a plan that it knows and those
/// that it requires.
pub fn sample<T: DeserializeOwned>(mut plan: SamplePlan) -> Result<(Value, SamplePlan), String> {
    for _ in 0..MAX_ATTEMPTS {
        let mut value = Value::Null;
        let mut known = BTreeSet::new();
        let mut fields = Vec::new();
        let sampler = Sampler {
            plan: &plan,
            path: String::new(),
            depth: 0,
            value: &mut value,
            known: &mut known,
            fields: &mut fields,
        };
        let result = T::deserialize(sampler);
        let mut has_new_fields = false;
        for (path, field) in fields {
            has_new_fields |= plan.add_member(&path, &field);
        }
        match result {
            Ok(_) | Err(SampleError::Missing(..)) if has_new_fields => {}
            Ok(_) => {
                plan.known = known;
                return Ok((value, plan));
            }
            Err(SampleError::Missing(path, member)) if plan.add_member(&path, &member) => {}
            Err(SampleError::Kind(path)) if plan.next_kind(&path) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Err(format!("no value found in {MAX_ATTEMPTS} attempts"))
}

impl SamplePlan {
    /// Adds a member; `false` if it was there.
    fn add_member(&mut self, path: &str, member: &str) -> bool {
        let members = self.members.entry(path.to_owned()).or_default();
        members.insert(member.to_owned())
    }

    /// Chooses another kind of value; `false` if all were tried.
    fn next_kind(&mut self, path: &str) -> bool {
        let kind = self.kinds.entry(path.to_owned()).or_default();
        *kind += 1;
        *kind < 5
    }
}

/// The reason why a type did not accept a value.
#[derive(Debug)]
enum SampleError {
    /// The object at a path lacks a member. The path is known where the object is.
    Missing(String, String),
    /// The value at a path has the wrong kind.
    Kind(String),
    Other(String),
    /// A missing member of an object that is still being read.
    MissingHere(String),
}

impl fmt::Display for SampleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SampleError::Missing(path, member) => write!(f, "missing `{}`", join(path, member)),
            SampleError::MissingHere(member) => write!(f, "missing `{member}`"),
            SampleError::Kind(path) => write!(f, "no kind of value fits at `{path}`"),
            SampleError::Other(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for SampleError {}

impl serde::de::Error for SampleError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        SampleError::Other(message.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        SampleError::MissingHere(field.to_owned())
    }
}

/// A source of one value, which it also writes down.
struct Sampler<'a> {
    plan: &'a SamplePlan,
    path: String,
    depth: usize,
    value: &'a mut Value,
    known: &'a mut BTreeSet<String>,
    /// The members of structs that list them, by the path of the struct.
    fields: &'a mut Vec<(String, String)>,
}

impl<'a> Sampler<'a> {
    fn child<'c>(&'c mut self, path: String, value: &'c mut Value) -> Sampler<'c> {
        Sampler {
            plan: self.plan,
            path,
            depth: self.depth + 1,
            value,
            known: self.known,
            fields: self.fields,
        }
    }

    fn object<'de, V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, SampleError> {
        let path = self.path.clone();
        let members = self.plan.members.get(&path).into_iter().flatten();
        let mut object = Map::new();
        let access = ObjectSampler {
            members: members.cloned().collect::<Vec<_>>().into_iter(),
            current: String::new(),
            object: &mut object,
            sampler: &mut self,
        };
        let result = visitor.visit_map(access);
        *self.value = Value::Object(object);
        result.map_err(|error| match error {
            SampleError::MissingHere(member) => SampleError::Missing(path, member),
            error => error,
        })
    }

    /// Gives one of the kinds of JSON values.
    fn any<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SampleError> {
        let path = self.path.clone();
        let result = match self.plan.kinds.get(&path).copied().unwrap_or_default() {
            0 => self.give("sample", |text| visitor.visit_str::<SampleError>(text)),
            1 => self.give(true, |value| visitor.visit_bool(value)),
            2 => self.give(1, |number| visitor.visit_u64(number)),
            3 => return self.object(visitor),
            _ => self.give((), |()| visitor.visit_unit()),
        };
        result.map_err(|_| SampleError::Kind(path))
    }

    fn give<T: serde::Serialize + Copy, R>(self, value: T, give: impl FnOnce(T) -> R) -> R {
        *self.value = serde_json::json!(value);
        give(value)
    }
}

macro_rules! give {
    ($($deserialize:ident $visit:ident $value:expr;)*) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SampleError> {
            self.give($value, |value| visitor.$visit(value))
        }
    )*};
}

impl<'de> Deserializer<'de> for Sampler<'_> {
    type Error = SampleError;

    give! {
        deserialize_bool visit_bool true;
        deserialize_i8 visit_i64 1;
        deserialize_i16 visit_i64 1;
        deserialize_i32 visit_i64 1;
        deserialize_i64 visit_i64 1;
        deserialize_u8 visit_u64 1;
        deserialize_u16 visit_u64 1;
        deserialize_u32 visit_u64 1;
        deserialize_u64 visit_u64 1;
        deserialize_f32 visit_f64 1.5;
        deserialize_f64 visit_f64 1.5;
        deserialize_str visit_str "sample";
        deserialize_string visit_str "sample";
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SampleError> {
        self.any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SampleError> {
        match self.depth > MAX_DEPTH {
            true => visitor.visit_none(),
            false => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SampleError> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, SampleError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, SampleError> {
        let mut elements = Vec::new();
        let access = ArraySampler {
            elements: &mut elements,
            is_done: self.depth > MAX_DEPTH,
            sampler: &mut self,
        };
        let result = visitor.visit_seq(access);
        *self.value = Value::Array(elements);
        result
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SampleError> {
        self.object(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SampleError> {
        let fields = fields
            .iter()
            .map(|field| (self.path.clone(), (*field).to_owned()));
        self.fields.extend(fields);
        self.object(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SampleError> {
        let variant = variants.first().copied().unwrap_or_default();
        self.give(variant, |variant| {
            visitor.visit_enum(StrDeserializer::<SampleError>::new(variant))
        })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SampleError> {
        self.known.remove(&self.path);
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i128 u128 char bytes byte_buf unit_struct tuple tuple_struct identifier
    }
}

/// The members of an object.
struct ObjectSampler<'c, 'a> {
    members: std::vec::IntoIter<String>,
    current: String,
    object: &'c mut Map<String, Value>,
    sampler: &'c mut Sampler<'a>,
}

impl<'de> MapAccess<'de> for ObjectSampler<'_, '_> {
    type Error = SampleError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, SampleError> {
        let Some(member) = self.members.next() else {
            return Ok(None);
        };
        let key = seed.deserialize(StrDeserializer::<SampleError>::new(&member))?;
        self.current = member;
        Ok(Some(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, SampleError> {
        let path = join(&self.sampler.path, &self.current);
        self.sampler.known.insert(path.clone());
        let mut value = Value::Null;
        let result = seed.deserialize(self.sampler.child(path.clone(), &mut value));
        if self.sampler.known.contains(&path) {
            self.object.insert(self.current.clone(), value);
        }
        result
    }
}

/// One element of an array.
struct ArraySampler<'c, 'a> {
    elements: &'c mut Vec<Value>,
    is_done: bool,
    sampler: &'c mut Sampler<'a>,
}

impl<'de> SeqAccess<'de> for ArraySampler<'_, '_> {
    type Error = SampleError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, SampleError> {
        if std::mem::replace(&mut self.is_done, true) {
            return Ok(None);
        }
        let path = format!("{}[]", self.sampler.path);
        let mut value = Value::Null;
        let result = seed.deserialize(self.sampler.child(path, &mut value));
        self.elements.push(value);
        result.map(Some)
    }
}
