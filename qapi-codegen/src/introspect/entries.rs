//! The entries of a reply, as QEMU's `SchemaInfo` defines them.

use std::collections::BTreeSet;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::problem::{ReplyProblem, quote};
use super::write::json_type;
use crate::schema::{BuiltinType, EntityMeta, Feature};

/// The longest name, in bytes. QEMU's own have a quarter of that.
const LONGEST_NAME: usize = 256;

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
        match read_entry(value, &mut unknown) {
            Ok(entry) => entries.push(entry),
            Err(problem) => problems.push(ReplyProblem {
                path: format!("[{index}]{}", problem.path),
                ..problem
            }),
        }
    }
    (entries, unknown, problems)
}

fn read_entry(value: &Value, unknown: &mut BTreeSet<String>) -> Result<ReplyEntry, ReplyProblem> {
    let header: EntryHeader = deserialize(value, &mut |_| {})?;
    let meta_type = value["meta-type"].as_str().unwrap_or_default().to_owned();
    let ignored = &mut |key: &str| {
        if !HEADER_KEYS.contains(&key) && unknown.len() < REPORTED_KEYS {
            unknown.insert(format!("{} of {}", quote(key), quote(&meta_type)));
        }
    };
    let content = match header.meta_type {
        MetaType::Builtin => {
            let entry: BuiltinEntry = deserialize(value, ignored)?;
            builtin(&header.name.0, &entry.json_type.0)?
        }
        MetaType::Enum => deserialize::<EnumEntry>(value, ignored)?.into_content()?,
        MetaType::Array => {
            EntryContent::Array(deserialize::<ArrayEntry>(value, ignored)?.element_type.0)
        }
        MetaType::Object => deserialize::<ObjectEntry>(value, ignored)?.into_content()?,
        MetaType::Alternate => {
            let entry: AlternateEntry = deserialize(value, ignored)?;
            let members = entry.members.into_iter().map(|member| EntryMember {
                meta: EntityMeta::default(),
                ty: member.ty.0,
                optional: false,
            });
            EntryContent::Alternate(members.collect())
        }
        MetaType::Command => {
            let entry: CommandEntry = deserialize(value, ignored)?;
            EntryContent::Command {
                arguments: entry.arg_type.0,
                returns: entry.ret_type.0,
                allow_oob: entry.allow_oob,
            }
        }
        MetaType::Event => {
            EntryContent::Event(deserialize::<EventEntry>(value, ignored)?.arg_type.0)
        }
    };
    let meta = meta(header.name, header.features);
    Ok(ReplyEntry { meta, content })
}

fn deserialize<T: DeserializeOwned>(
    value: &Value,
    ignored: &mut dyn FnMut(&str),
) -> Result<T, ReplyProblem> {
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(value, &mut track);
    let mut report = |path: serde_ignored::Path<'_>| {
        if let serde_ignored::Path::Map { parent, key } = path
            && matches!(parent, serde_ignored::Path::Root)
        {
            ignored(&key);
        }
    };
    T::deserialize(serde_ignored::Deserializer::new(tracked, &mut report)).map_err(|error| {
        let path = track.path();
        let path = match path.iter().next() {
            None => String::new(),
            Some(_) => format!(".{path}"),
        };
        ReplyProblem::new(path, error.to_string())
    })
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

fn meta(name: EntryName, features: Vec<EntryName>) -> EntityMeta {
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

/// A name whose length is checked.
#[derive(Deserialize)]
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

/// The keys that all entries have.
const HEADER_KEYS: [&str; 3] = ["name", "meta-type", "features"];

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", expecting = "an object")]
struct EntryHeader {
    name: EntryName,
    meta_type: MetaType,
    #[serde(default)]
    features: Vec<EntryName>,
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

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct BuiltinEntry {
    json_type: EntryName,
}

/// An enum; replies before 6.2 have `values` only.
#[derive(Deserialize)]
struct EnumEntry {
    members: Option<Vec<ValueEntry>>,
    values: Option<Vec<EntryName>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct ValueEntry {
    name: EntryName,
    #[serde(default)]
    features: Vec<EntryName>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ArrayEntry {
    element_type: EntryName,
}

#[derive(Deserialize)]
struct ObjectEntry {
    members: Vec<MemberEntry>,
    tag: Option<EntryName>,
    variants: Option<Vec<VariantEntry>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct MemberEntry {
    name: EntryName,
    #[serde(rename = "type")]
    ty: EntryName,
    #[serde(default, rename = "default", deserialize_with = "is_present")]
    optional: bool,
    #[serde(default)]
    features: Vec<EntryName>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct VariantEntry {
    case: EntryName,
    #[serde(rename = "type")]
    ty: EntryName,
}

#[derive(Deserialize)]
struct AlternateEntry {
    members: Vec<AlternateMember>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct AlternateMember {
    #[serde(rename = "type")]
    ty: EntryName,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct CommandEntry {
    arg_type: EntryName,
    ret_type: EntryName,
    #[serde(default)]
    allow_oob: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct EventEntry {
    arg_type: EntryName,
}

impl EnumEntry {
    fn into_content(self) -> Result<EntryContent, ReplyProblem> {
        let values = match (self.members, self.values) {
            (Some(members), _) => members
                .into_iter()
                .map(|value| meta(value.name, value.features))
                .collect(),
            (None, Some(values)) => values
                .into_iter()
                .map(|name| meta(name, Vec::new()))
                .collect(),
            (None, None) => return Err(missing("values")),
        };
        Ok(EntryContent::Enum(values))
    }
}

impl ObjectEntry {
    fn into_content(self) -> Result<EntryContent, ReplyProblem> {
        let (discriminator, variants) = match (self.tag, self.variants) {
            (None, None) => (None, Vec::new()),
            (Some(tag), Some(variants)) => (Some(tag.0), variants),
            (Some(_), None) => return Err(missing("variants")),
            (None, Some(_)) => return Err(missing("tag")),
        };
        let members = self.members.into_iter().map(|member| EntryMember {
            meta: meta(member.name, member.features),
            ty: member.ty.0,
            optional: member.optional,
        });
        let branches = variants.into_iter().map(|variant| EntryMember {
            meta: meta(variant.case, Vec::new()),
            ty: variant.ty.0,
            optional: false,
        });
        Ok(EntryContent::Object {
            members: members.collect(),
            discriminator,
            branches: branches.collect(),
        })
    }
}

fn missing(key: &str) -> ReplyProblem {
    ReplyProblem::new(String::new(), format!("missing field `{key}`"))
}

fn is_present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}
