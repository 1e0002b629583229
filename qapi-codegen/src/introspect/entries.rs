//! The entries of a reply, as QEMU's `SchemaInfo` defines them.

use std::collections::BTreeSet;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::problem::{ReplyProblem, quote};
use super::write::json_type;
use crate::schema::{BuiltinType, EntityMeta, Feature};

/// The longest name, in bytes. QEMU's own have a quarter of that.
const LONGEST_NAME: usize = 256;

/// The keys of all entries, and those of each kind.
const KEYS: [(&str, &[&str]); 8] = [
    ("", &["name", "meta-type", "features"]),
    ("builtin", &["json-type"]),
    ("enum", &["members", "values"]),
    ("array", &["element-type"]),
    ("object", &["members", "tag", "variants"]),
    ("alternate", &["members"]),
    ("command", &["arg-type", "ret-type", "allow-oob"]),
    ("event", &["arg-type"]),
];

/// The number of unknown keys that are reported.
const REPORTED_KEYS: usize = 20;

/// An entry of a reply.
#[derive(Debug, Clone)]
pub(super) struct ReplyEntry {
    /// The name and the features.
    pub(super) meta: EntityMeta,
    /// The rest, which depends on `meta-type`.
    pub(super) content: EntryContent,
}

/// The content of an entry. Types are referred to by name.
#[derive(Debug, Clone)]
pub(super) enum EntryContent {
    Builtin(BuiltinType),
    Enum(Vec<EntityMeta>),
    Array(String),
    Object {
        members: Vec<EntryMember>,
        discriminator: Option<String>,
        branches: Vec<EntryMember>,
    },
    Alternate(Vec<EntryMember>),
    Command {
        arguments: String,
        returns: String,
        allow_oob: bool,
    },
    Event(String),
}

/// A member of an object, a branch of a union or a branch of an alternate.
#[derive(Debug, Clone)]
pub(super) struct EntryMember {
    pub(super) meta: EntityMeta,
    pub(super) ty: String,
    pub(super) optional: bool,
}

/// Reads all entries; reports unknown keys, and everything that is wrong.
pub(super) fn read_entries(
    values: &[Value],
) -> (Vec<ReplyEntry>, BTreeSet<String>, Vec<ReplyProblem>) {
    let (mut entries, mut problems) = (Vec::new(), Vec::new());
    let mut unknown = BTreeSet::new();
    for (index, value) in values.iter().enumerate() {
        match read_entry(value) {
            Ok(entry) => entries.push(entry),
            Err(problem) => problems.push(problem.within(&format!("[{index}]"))),
        }
        unknown.extend(unknown_keys(value));
    }
    let unknown = unknown.into_iter().take(REPORTED_KEYS).collect();
    (entries, unknown, problems)
}

fn unknown_keys(entry: &Value) -> impl Iterator<Item = String> {
    let meta_type = entry["meta-type"].as_str().unwrap_or_default();
    let is_known = move |key: &str| {
        let mut lists = KEYS.iter();
        lists.any(|(of, keys)| (of.is_empty() || *of == meta_type) && keys.contains(&key))
    };
    let keys = entry.as_object().into_iter().flat_map(|entry| entry.keys());
    keys.filter(move |key| !is_known(key))
        .map(move |key| format!("{} of {}", quote(key), quote(meta_type)))
}

fn read_entry(value: &Value) -> Result<ReplyEntry, ReplyProblem> {
    let mut track = serde_path_to_error::Track::new();
    let deserializer = serde_path_to_error::Deserializer::new(value, &mut track);
    let raw = RawEntry::deserialize(deserializer).map_err(|error| {
        let path = track.path();
        let is_root = path.iter().next().is_none();
        let path = if is_root {
            String::new()
        } else {
            format!(".{path}")
        };
        ReplyProblem::new(path, error.to_string())
    })?;
    raw.into_entry()
}

/// A name whose length is checked.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct EntryName(String);

impl TryFrom<String> for EntryName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        match name.len() {
            0..=LONGEST_NAME => Ok(EntryName(name)),
            length => Err(format!(
                "the name has {length} bytes, the limit is {LONGEST_NAME}"
            )),
        }
    }
}

/// An entry with the keys of all kinds.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", expecting = "an object")]
struct RawEntry {
    name: EntryName,
    meta_type: MetaType,
    #[serde(default)]
    features: Vec<EntryName>,
    json_type: Option<EntryName>,
    /// The values of an enum; replies since 6.2 have `members` too.
    values: Option<Vec<EntryName>>,
    members: Option<Vec<RawMember>>,
    tag: Option<EntryName>,
    variants: Option<Vec<RawMember>>,
    element_type: Option<EntryName>,
    arg_type: Option<EntryName>,
    ret_type: Option<EntryName>,
    #[serde(default)]
    allow_oob: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum MetaType {
    Builtin,
    Enum,
    Array,
    Object,
    Alternate,
    Command,
    Event,
}

/// An element of `members` or `variants`.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawMember {
    name: Option<EntryName>,
    case: Option<EntryName>,
    #[serde(rename = "type")]
    ty: Option<EntryName>,
    #[serde(default, rename = "default", deserialize_with = "is_present")]
    optional: bool,
    #[serde(default)]
    features: Vec<EntryName>,
}

impl RawEntry {
    fn into_entry(self) -> Result<ReplyEntry, ReplyProblem> {
        let content = match self.meta_type {
            MetaType::Builtin => builtin(&self.name.0, &require(self.json_type, "json-type")?.0)?,
            MetaType::Enum => EntryContent::Enum(match self.members {
                Some(members) => convert("members", members, RawMember::into_value)?,
                None => {
                    let values = require(self.values, "values")?.into_iter();
                    values.map(|name| to_meta(name, Vec::new())).collect()
                }
            }),
            MetaType::Array => EntryContent::Array(require(self.element_type, "element-type")?.0),
            MetaType::Object => {
                let members = require(self.members, "members")?;
                let (discriminator, branches) = match (self.tag, self.variants) {
                    (None, None) => (None, Vec::new()),
                    (tag, variants) => {
                        (Some(require(tag, "tag")?.0), require(variants, "variants")?)
                    }
                };
                EntryContent::Object {
                    members: convert("members", members, RawMember::into_member)?,
                    discriminator,
                    branches: convert("variants", branches, RawMember::into_branch)?,
                }
            }
            MetaType::Alternate => {
                let members = require(self.members, "members")?;
                EntryContent::Alternate(convert("members", members, RawMember::into_alternate)?)
            }
            MetaType::Command => EntryContent::Command {
                arguments: require(self.arg_type, "arg-type")?.0,
                returns: require(self.ret_type, "ret-type")?.0,
                allow_oob: self.allow_oob,
            },
            MetaType::Event => EntryContent::Event(require(self.arg_type, "arg-type")?.0),
        };
        let meta = to_meta(self.name, self.features);
        Ok(ReplyEntry { meta, content })
    }
}

impl RawMember {
    fn into_value(self) -> Result<EntityMeta, ReplyProblem> {
        Ok(to_meta(require(self.name, "name")?, self.features))
    }

    fn into_member(self) -> Result<EntryMember, ReplyProblem> {
        Ok(EntryMember {
            meta: to_meta(require(self.name, "name")?, self.features),
            ty: require(self.ty, "type")?.0,
            optional: self.optional,
        })
    }

    fn into_branch(self) -> Result<EntryMember, ReplyProblem> {
        Ok(EntryMember {
            meta: to_meta(require(self.case, "case")?, Vec::new()),
            ty: require(self.ty, "type")?.0,
            optional: false,
        })
    }

    fn into_alternate(self) -> Result<EntryMember, ReplyProblem> {
        Ok(EntryMember {
            meta: EntityMeta::default(),
            ty: require(self.ty, "type")?.0,
            optional: false,
        })
    }
}

fn convert<T>(
    list: &str,
    members: Vec<RawMember>,
    convert: fn(RawMember) -> Result<T, ReplyProblem>,
) -> Result<Vec<T>, ReplyProblem> {
    let members = members.into_iter().enumerate();
    members
        .map(|(index, member)| {
            convert(member).map_err(|problem| problem.within(&format!(".{list}[{index}]")))
        })
        .collect()
}

fn require<T>(value: Option<T>, key: &str) -> Result<T, ReplyProblem> {
    value.ok_or_else(|| ReplyProblem::new(String::new(), format!("missing field `{key}`")))
}

fn builtin(name: &str, json: &str) -> Result<EntryContent, ReplyProblem> {
    let builtin = BuiltinType::from_name(name).filter(|&builtin| json_type(builtin) == json);
    builtin.map(EntryContent::Builtin).ok_or_else(|| {
        let message = format!(
            "there is no built-in type {} with values of JSON type {}",
            quote(name),
            quote(json)
        );
        ReplyProblem::new(String::new(), message)
    })
}

fn to_meta(name: EntryName, features: Vec<EntryName>) -> EntityMeta {
    let features = features.into_iter().map(|name| Feature {
        name: name.0,
        condition: None,
    });
    EntityMeta {
        name: name.0,
        features: features.collect(),
        ..EntityMeta::default()
    }
}

fn is_present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}
