//! Reading the entries of a reply, one by one.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::check::check;
use super::fields::{Fields, Problems, quoted};
use super::info::{
    Case, Command, Event, Feature, Interface, Item, Kind, Member, Object, Type, TypeId, Variants,
};
use super::read::Damage;
use super::write::json_type;
use crate::schema::BuiltinType;

/// Reads the entries; gives what they tell in an unknown way too.
pub fn read(entries: &[Value]) -> Result<(Interface, BTreeSet<String>), Damage> {
    let mut reader = Reader::new(entries);
    let mut interface = Interface::default();
    for (index, entry) in entries.iter().enumerate() {
        reader.entry(&format!("[{index}]"), entry, &mut interface);
    }
    if reader.found.is_empty() {
        interface.name_alternatives();
        check(&interface)
            .into_iter()
            .for_each(|problem| reader.found.add(problem));
    }
    reader.found.done()?;
    Ok((interface, reader.unknown))
}

/// How many unknown keys are told.
const MOST_UNKNOWN: usize = 20;

struct Reader<'r> {
    /// The types by name; they may be used before they are told.
    ids: HashMap<&'r str, TypeId>,
    found: Problems,
    unknown: BTreeSet<String>,
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
            found: Problems::default(),
            unknown: BTreeSet::new(),
        }
    }

    fn entry(&mut self, path: &str, entry: &Value, interface: &mut Interface) {
        let Some(entry) = self.found.object(path, entry) else {
            return;
        };
        let Some(name) = self.found.text(path, entry, "name") else {
            return;
        };
        let meta_type = self.found.text(path, entry, "meta-type");
        self.unknown_keys(meta_type.unwrap_or_default(), entry);
        match meta_type {
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

    fn unknown_keys(&mut self, meta_type: &str, entry: &Fields) {
        let is_known = |key: &&String| {
            let known = KEYS
                .iter()
                .filter(|(of, _)| of.is_empty() || *of == meta_type);
            known.flat_map(|(_, keys)| *keys).any(|known| known == key)
        };
        for key in entry.keys().filter(|key| !is_known(key)) {
            if self.unknown.len() < MOST_UNKNOWN {
                self.unknown
                    .insert(format!("{} of {}", quoted(key), quoted(meta_type)));
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
            allow_oob: self.found.flag(path, entry, "allow-oob"),
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
                self.found
                    .report(format!("{path}.meta-type"), format!("expected {kinds}"));
                None
            }
        }
    }

    fn builtin(&mut self, path: &str, name: &str, entry: &Fields) -> Option<BuiltinType> {
        let json = self.found.text(path, entry, "json-type")?;
        let found = BuiltinType::from_name(name).filter(|&builtin| json_type(builtin) == json);
        if found.is_none() {
            let message = format!(
                "there is no type {} of the language whose values are {}",
                quoted(name),
                quoted(json)
            );
            self.found.report(path.to_owned(), message);
        }
        found
    }

    /// The values of an enum: `members`, which newer releases tell, or `values`.
    fn values(&mut self, path: &str, entry: &Fields) -> Option<Vec<Item>> {
        if entry.contains_key("members") {
            let members = self.found.objects(path, entry, "members")?;
            return members
                .into_iter()
                .map(|(path, member)| {
                    let name = self.found.text(&path, member, "name")?;
                    Some(self.item(&path, name, member))
                })
                .collect();
        }
        let values = self.found.strings(path, entry, "values")?;
        let value = |(path, name): (String, &str)| self.item(&path, name, &Fields::new());
        Some(values.into_iter().map(value).collect())
    }

    fn whole_object(&mut self, path: &str, entry: &Fields) -> Option<Object> {
        let members = self.found.objects(path, entry, "members")?;
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
        let name = self.found.text(path, member, "name")?;
        let ty = self.reference(path, member, "type")?;
        let optional = member.contains_key("default");
        Some(Member {
            item: self.item(path, name, member),
            optional,
            ty,
        })
    }

    fn variants(&mut self, path: &str, entry: &Fields) -> Option<Variants> {
        let tag = self.found.text(path, entry, "tag")?.to_owned();
        let variants = self.found.objects(path, entry, "variants")?;
        let cases: Option<Vec<Case>> = variants
            .into_iter()
            .map(|(path, variant)| {
                let name = self.found.text(&path, variant, "case")?;
                let ty = self.reference(&path, variant, "type")?;
                Some(Case {
                    item: self.item(&path, name, &Fields::new()),
                    ty,
                })
            })
            .collect();
        Some(Variants { tag, cases: cases? })
    }

    fn branches(&mut self, path: &str, entry: &Fields) -> Option<Vec<Case>> {
        let members = self.found.objects(path, entry, "members")?;
        let branch = |(path, member): (String, &Fields)| {
            let ty = self.reference(&path, member, "type")?;
            Some(Case {
                item: self.item(&path, "", &Fields::new()),
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
            .found
            .strings(path, fields, "features")
            .unwrap_or_default();
        let feature = |(_, name): (String, &str)| Feature {
            name: name.to_owned(),
            condition: None,
        };
        names.into_iter().map(feature).collect()
    }

    /// A type that is mentioned by its name.
    fn reference(&mut self, path: &str, fields: &Fields, key: &str) -> Option<TypeId> {
        let name = self.found.text(path, fields, key)?;
        let found = self.ids.get(name).copied();
        if found.is_none() {
            let message = format!("there is no type {} in the reply", quoted(name));
            self.found.report(format!("{path}.{key}"), message);
        }
        found
    }
}

/// The keys that entries have: all of them, and those of each kind.
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

fn is_type(entry: &Value) -> bool {
    !matches!(entry["meta-type"].as_str(), Some("command" | "event"))
}
