//! Reading the reply of a real QEMU, or what somebody saved of it.
//!
//! A reply is not believed: names may be missing, types may be of a wrong kind
//! or may not be there, and the text may be cut short. All that is wrong is
//! said, each with its place in the reply, and nothing half right comes out.

use std::collections::HashMap;
use std::fmt;

use serde_json::{Map, Value};

use super::check::check;
use super::info::{
    Case, Command, Event, Feature, Interface, Item, Kind, Member, Object, Type, TypeId, Variants,
};
use super::write::json_type;
use crate::schema::Builtin;
use crate::version::Version;

/// The largest reply that is read, in bytes. QEMU's own have a quarter of a
/// million.
pub const MOST_BYTES: usize = 16 << 20;

/// How many mistakes are told; whatever breaks a reply breaks it often.
const MOST_PROBLEMS: usize = 20;

/// A reply that was read.
#[derive(Debug)]
pub struct Reply {
    /// The interface that it tells.
    pub interface: Interface,
    /// The release, where a greeting stands before the reply.
    pub version: Option<Version>,
}

/// What is wrong with a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The mistakes, in the order of the reply.
    pub problems: Vec<Problem>,
    /// How many more there are.
    pub more: usize,
}

/// One mistake in a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The place in the reply, such as `[17].members[0].type`; empty where it is
    /// the reply as a whole.
    pub path: String,
    /// What is wrong and what was expected.
    pub message: String,
}

impl Problem {
    pub(super) fn new(path: String, message: impl Into<String>) -> Problem {
        let message = message.into();
        Problem { path, message }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

/// Reads a reply.
///
/// It may be the value that the command returned, the whole message around it,
/// or a log of messages in which it stands, such as one that begins with a
/// greeting.
///
/// # Errors
///
/// The text is too long, is no JSON, or holds no reply of the form that
/// `query-qmp-schema` has.
pub fn read(text: &[u8]) -> Result<Reply, Damage> {
    if text.len() > MOST_BYTES {
        return Err(Damage::new(format!(
            "the text has {} bytes, and a reply at most {MOST_BYTES}",
            text.len()
        )));
    }
    let (entries, version) = find(text)?;
    let interface = Reader::new(&entries).interface(&entries)?;
    Ok(Reply { interface, version })
}

impl Damage {
    fn new(message: String) -> Damage {
        let path = String::new();
        Damage {
            problems: vec![Problem { path, message }],
            more: 0,
        }
    }
}

/// The reply among the messages of a log, and the release of its greeting.
fn find(text: &[u8]) -> Result<(Vec<Value>, Option<Version>), Damage> {
    let mut version = None;
    let mut refusal = None;
    for message in serde_json::Deserializer::from_slice(text).into_iter::<Value>() {
        let message = message.map_err(|error| {
            let hint = if error.is_eof() {
                ": it is cut short"
            } else {
                ""
            };
            Damage::new(format!("this is no JSON{hint}: {error}"))
        })?;
        version = greeted(&message).or(version);
        match message {
            Value::Array(entries) => return Ok((entries, version)),
            Value::Object(mut message) => {
                if let Some(Value::Array(entries)) = message.remove("return") {
                    return Ok((entries, version));
                }
                refusal = message
                    .get("error")
                    .and_then(|error| error["desc"].as_str())
                    .map(str::to_owned);
            }
            _ => {}
        }
    }
    Err(Damage::new(match refusal {
        Some(refusal) => format!("QEMU refused the command: {}", refusal.escape_debug()),
        None => "there is no reply to `query-qmp-schema`: expected an array, or `{\"return\": \
                 [...]}`"
            .to_owned(),
    }))
}

fn greeted(message: &Value) -> Option<Version> {
    let version = &message.get("QMP")?["version"]["qemu"];
    let number = |name: &str| u32::try_from(version[name].as_u64()?).ok();
    Some(Version::new(
        number("major")?,
        number("minor")?,
        number("micro")?,
    ))
}

/// The parts of an entry or of a member of one.
type Fields = Map<String, Value>;

struct Reader<'r> {
    /// The types by name; they may be used before they are told.
    ids: HashMap<&'r str, TypeId>,
    damage: Damage,
}

impl<'r> Reader<'r> {
    fn new(entries: &'r [Value]) -> Self {
        let mut ids = HashMap::new();
        let names = entries.iter().filter(|entry| is_type(entry));
        for (index, name) in names.filter_map(|entry| entry["name"].as_str()).enumerate() {
            ids.entry(name).or_insert(TypeId(index));
        }
        Reader {
            ids,
            damage: Damage {
                problems: Vec::new(),
                more: 0,
            },
        }
    }

    fn interface(mut self, entries: &[Value]) -> Result<Interface, Damage> {
        let mut interface = Interface::default();
        for (index, entry) in entries.iter().enumerate() {
            self.entry(&format!("[{index}]"), entry, &mut interface);
        }
        if self.damage.problems.is_empty() {
            let problems = check(&interface);
            problems
                .into_iter()
                .for_each(|problem| self.report(problem.path, problem.message));
        }
        if !self.damage.problems.is_empty() {
            return Err(self.damage);
        }
        interface.name_alternatives();
        Ok(interface)
    }

    fn entry(&mut self, path: &str, entry: &Value, interface: &mut Interface) {
        let Some(entry) = self.object(path, entry) else {
            return;
        };
        let Some(name) = self.text(path, entry, "name") else {
            return;
        };
        match self.text(path, entry, "meta-type") {
            None => {}
            Some("command") => {
                let command = self.command(path, name, entry);
                interface.commands.extend(command);
            }
            Some("event") => {
                let event = self.event(path, name, entry);
                interface.events.extend(event);
            }
            Some(meta_type) => {
                let kind = self.kind(path, name, meta_type, entry);
                interface.types.extend(kind.map(|kind| Type {
                    name: name.to_owned(),
                    features: self.features(path, entry),
                    place: path.to_owned(),
                    kind,
                }));
            }
        }
    }

    fn command(&mut self, path: &str, name: &str, entry: &Fields) -> Option<Command> {
        let arguments = self.reference(path, entry, "arg-type");
        let returns = self.reference(path, entry, "ret-type");
        Some(Command {
            item: self.item(path, name, entry),
            arguments: arguments?,
            returns: returns?,
            allow_oob: self.flag(path, entry, "allow-oob"),
        })
    }

    fn event(&mut self, path: &str, name: &str, entry: &Fields) -> Option<Event> {
        let data = self.reference(path, entry, "arg-type");
        Some(Event {
            item: self.item(path, name, entry),
            data: data?,
        })
    }

    fn kind(&mut self, path: &str, name: &str, meta_type: &str, entry: &Fields) -> Option<Kind> {
        match meta_type {
            "builtin" => self.builtin(path, name, entry).map(Kind::Builtin),
            "enum" => self.values(path, entry).map(Kind::Enum),
            "array" => self.reference(path, entry, "element-type").map(Kind::Array),
            "object" => self.whole_object(path, entry).map(Kind::Object),
            "alternate" => self.branches(path, entry).map(Kind::Alternate),
            _ => {
                let kinds =
                    "`builtin`, `enum`, `array`, `object`, `alternate`, `command` or `event`";
                self.report(format!("{path}.meta-type"), format!("expected {kinds}"));
                None
            }
        }
    }

    fn builtin(&mut self, path: &str, name: &str, entry: &Fields) -> Option<Builtin> {
        let json = self.text(path, entry, "json-type")?;
        let found = Builtin::named(name).filter(|&builtin| json_type(builtin) == json);
        if found.is_none() {
            let message = format!(
                "there is no type {} of the language whose values are {}",
                quoted(name),
                quoted(json)
            );
            self.report(path.to_owned(), message);
        }
        found
    }

    /// The values of an enum: `members`, which newer releases tell, or `values`.
    fn values(&mut self, path: &str, entry: &Fields) -> Option<Vec<Item>> {
        if entry.contains_key("members") {
            let members = self.objects(path, entry, "members")?;
            return members
                .into_iter()
                .map(|(path, member)| {
                    let name = self.text(&path, member, "name")?;
                    Some(self.item(&path, name, member))
                })
                .collect();
        }
        let values = self.array(path, entry, "values")?;
        let value = |(index, value): (usize, &Value)| {
            let path = format!("{path}.values[{index}]");
            match value.as_str() {
                Some(name) => Some(self.item(&path, name, &Map::new())),
                None => self.expected(path, "a string", Some(value)),
            }
        };
        values.iter().enumerate().map(value).collect()
    }

    fn whole_object(&mut self, path: &str, entry: &Fields) -> Option<Object> {
        let members = self.objects(path, entry, "members")?;
        let members: Option<Vec<Member>> = members
            .into_iter()
            .map(|(path, member)| self.member(&path, member))
            .collect();
        let variants = if entry.contains_key("tag") || entry.contains_key("variants") {
            Some(self.variants(path, entry)?)
        } else {
            None
        };
        Some(Object {
            members: members?,
            variants,
        })
    }

    fn member(&mut self, path: &str, member: &Fields) -> Option<Member> {
        let name = self.text(path, member, "name")?;
        let ty = self.reference(path, member, "type")?;
        let optional = member.contains_key("default");
        Some(Member {
            item: self.item(path, name, member),
            optional,
            ty,
        })
    }

    fn variants(&mut self, path: &str, entry: &Fields) -> Option<Variants> {
        let tag = self.text(path, entry, "tag")?.to_owned();
        let variants = self.objects(path, entry, "variants")?;
        let cases: Option<Vec<Case>> = variants
            .into_iter()
            .map(|(path, variant)| {
                let name = self.text(&path, variant, "case")?;
                let ty = self.reference(&path, variant, "type")?;
                Some(Case {
                    item: self.item(&path, name, &Map::new()),
                    ty,
                })
            })
            .collect();
        Some(Variants { tag, cases: cases? })
    }

    fn branches(&mut self, path: &str, entry: &Fields) -> Option<Vec<Case>> {
        let members = self.objects(path, entry, "members")?;
        let branch = |(path, member): (String, &Fields)| {
            let ty = self.reference(&path, member, "type")?;
            Some(Case {
                item: self.item(&path, "", &Map::new()),
                ty,
            })
        };
        members.into_iter().map(branch).collect()
    }

    fn item(&mut self, path: &str, name: &str, fields: &Fields) -> Item {
        Item {
            name: name.to_owned(),
            features: self.features(path, fields),
            place: path.to_owned(),
            ..Item::default()
        }
    }

    fn features(&mut self, path: &str, fields: &Fields) -> Vec<Feature> {
        if !fields.contains_key("features") {
            return Vec::new();
        }
        let names = self
            .array(path, fields, "features")
            .cloned()
            .unwrap_or_default();
        let feature = |(index, name): (usize, &Value)| match name.as_str() {
            Some(name) => Some(Feature {
                name: name.to_owned(),
                condition: None,
            }),
            None => self.expected(format!("{path}.features[{index}]"), "a string", Some(name)),
        };
        names.iter().enumerate().filter_map(feature).collect()
    }

    /// A type that is mentioned by its name.
    fn reference(&mut self, path: &str, fields: &Fields, key: &str) -> Option<TypeId> {
        let name = self.text(path, fields, key)?;
        let found = self.ids.get(name).copied();
        if found.is_none() {
            let message = format!("there is no type {} in the reply", quoted(name));
            self.report(format!("{path}.{key}"), message);
        }
        found
    }

    fn text<'v>(&mut self, path: &str, fields: &'v Fields, key: &str) -> Option<&'v str> {
        let value = fields.get(key);
        match value.and_then(Value::as_str) {
            Some(text) => Some(text),
            None => self.expected(format!("{path}.{key}"), "a string", value),
        }
    }

    fn flag(&mut self, path: &str, fields: &Fields, key: &str) -> bool {
        match fields.get(key) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            value => {
                let path = format!("{path}.{key}");
                self.expected(path, "true or false", value)
                    .unwrap_or_default()
            }
        }
    }

    fn array<'v>(&mut self, path: &str, fields: &'v Fields, key: &str) -> Option<&'v Vec<Value>> {
        let value = fields.get(key);
        match value.and_then(Value::as_array) {
            Some(array) => Some(array),
            None => self.expected(format!("{path}.{key}"), "an array", value),
        }
    }

    /// The objects of an array, each with its place.
    fn objects<'v>(
        &mut self,
        path: &str,
        fields: &'v Fields,
        key: &str,
    ) -> Option<Vec<(String, &'v Fields)>> {
        let array = self.array(path, fields, key)?;
        let object = |(index, value): (usize, &'v Value)| {
            let path = format!("{path}.{key}[{index}]");
            let object = self.object(&path, value)?;
            Some((path, object))
        };
        array.iter().enumerate().map(object).collect()
    }

    fn object<'v>(&mut self, path: &str, value: &'v Value) -> Option<&'v Fields> {
        match value.as_object() {
            Some(object) => Some(object),
            None => self.expected(path.to_owned(), "an object", Some(value)),
        }
    }

    /// Reports a value of a wrong kind.
    fn expected<T>(&mut self, path: String, expected: &str, found: Option<&Value>) -> Option<T> {
        let found = match found {
            None => "nothing",
            Some(Value::Null) => "null",
            Some(Value::Bool(_)) => "a boolean",
            Some(Value::Number(_)) => "a number",
            Some(Value::String(_)) => "a string",
            Some(Value::Array(_)) => "an array",
            Some(Value::Object(_)) => "an object",
        };
        self.report(path, format!("expected {expected}, found {found}"));
        None
    }

    fn report(&mut self, path: String, message: String) {
        if self.damage.problems.len() < MOST_PROBLEMS {
            self.damage.problems.push(Problem { path, message });
        } else {
            self.damage.more += 1;
        }
    }
}

fn is_type(entry: &Value) -> bool {
    !matches!(entry["meta-type"].as_str(), Some("command" | "event"))
}

/// A text of the reply, which may hold anything and may be long.
pub(super) fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(40).flat_map(char::escape_debug).collect();
    if text.chars().nth(40).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}
