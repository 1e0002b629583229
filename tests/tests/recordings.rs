//! Decoding of everything that real QEMUs sent in the recordings, and encoding to the
//! same JSON.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::PathBuf;

use qmp_bindings::Event;
use qmp_bindings::{v2_5, v2_11, v7_2};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

type Rewritten = Option<Result<Value, serde_json::Error>>;

/// A release, with the functions that decode and encode its types.
struct Release {
    folder: &'static str,
    returned: fn(&str, &str) -> Rewritten,
    event: fn(&str, Option<&RawValue>) -> Result<Value, serde_json::Error>,
}

macro_rules! release {
    ($folder:literal, $module:ident) => {
        Release {
            folder: $folder,
            returned: $module::Release::rewrite_return,
            event: |name, data| serde_json::to_value($module::Event::decode(name, data)?),
        }
    };
}

const RELEASES: [Release; 3] = [
    release!("2.5.1", v2_5),
    release!("2.11.0", v2_11),
    release!("7.2.22", v7_2),
];

/// One line of a recording.
#[derive(Deserialize)]
struct Line {
    step: String,
    dir: String,
    #[serde(default)]
    raw: String,
}

/// The members of a message that these tests need.
#[derive(Deserialize)]
struct Message<'m> {
    execute: Option<String>,
    #[serde(rename = "exec-oob")]
    exec_oob: Option<String>,
    #[serde(default)]
    id: Option<Value>,
    event: Option<String>,
    #[serde(borrow)]
    data: Option<&'m RawValue>,
    #[serde(borrow, rename = "return")]
    returned: Option<&'m RawValue>,
}

/// The result of a comparison.
#[derive(Default)]
struct Found {
    replies: usize,
    events: usize,
    /// The members that QEMU sent and the schema does not list, by command or event.
    unknown: BTreeMap<String, BTreeSet<String>>,
}

#[test]
fn replies_and_events_of_2_5_1() {
    let found = play(&RELEASES[0]);
    assert_eq!((found.replies, found.events), (318, 51));
    assert_eq!(found.unknown, BTreeMap::new());
}

#[test]
fn replies_and_events_of_2_11_0() {
    let found = play(&RELEASES[1]);
    assert_eq!((found.replies, found.events), (328, 54));
    assert_eq!(found.unknown, BTreeMap::new());
}

#[test]
fn replies_and_events_of_7_2_22() {
    let found = play(&RELEASES[2]);
    assert_eq!((found.replies, found.events), (221, 60));
    assert_eq!(found.unknown, BTreeMap::new());
}

fn play(release: &Release) -> Found {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("recordings")
        .join(release.folder);
    let mut found = Found::default();
    for entry in fs::read_dir(&folder).expect("the recordings are part of the repository") {
        let path = entry.expect("the folder can be read").path();
        if path
            .extension()
            .is_some_and(|extension| extension == "jsonl")
        {
            let text = fs::read_to_string(&path).expect("the file can be read");
            play_file(release, &text, &mut found);
        }
    }
    found
}

fn play_file(release: &Release, text: &str, found: &mut Found) {
    let mut step = Step::default();
    for line in text.lines() {
        let line: Line = serde_json::from_str(line).expect("a line of a recording");
        if line.step != step.name {
            step = Step {
                name: line.step,
                ..Step::default()
            };
        }
        match line.dir.as_str() {
            ">" => step.send(&line.raw),
            "<" => step.receive(release, &line.raw, found),
            _ => {}
        }
    }
}

/// The unanswered requests of one step.
#[derive(Default)]
struct Step {
    name: String,
    pending: VecDeque<(Option<Value>, String)>,
    /// Invalid JSON was sent, so the order of the replies does not match the requests.
    broken: bool,
}

/// The commands of the steps with invalid JSON and of those around them.
const ASKED_WHEN_BROKEN: [&str; 5] = [
    "query-status",
    "query-version",
    "query-chardev",
    "query-yank",
    "qmp_capabilities",
];

impl Step {
    fn send(&mut self, raw: &str) {
        for message in serde_json::Deserializer::from_str(raw).into_iter::<Message<'_>>() {
            match message {
                Ok(Message {
                    id,
                    execute,
                    exec_oob,
                    ..
                }) => {
                    self.pending
                        .extend(execute.or(exec_oob).map(|name| (id, name)));
                }
                Err(_) => self.broken = true,
            }
        }
    }

    fn receive(&mut self, release: &Release, raw: &str, found: &mut Found) {
        let Ok(message) = serde_json::from_str::<Message<'_>>(raw) else {
            return;
        };
        if let Some(name) = &message.event {
            return event(release, name, message.data, found);
        }
        let request = self.pending.iter().position(|(id, _)| *id == message.id);
        let name = request
            .and_then(|request| self.pending.remove(request))
            .map(|(_, name)| name);
        match (message.returned, name) {
            (None, _) => {}
            (Some(returned), Some(name)) if !self.broken => reply(release, &name, returned, found),
            (Some(returned), _) => {
                let name = ASKED_WHEN_BROKEN.iter().find(|name| {
                    (release.returned)(name, returned.get()).is_some_and(|again| again.is_ok())
                });
                let name = name
                    .unwrap_or_else(|| panic!("which command returned {raw}, in `{}`?", self.name));
                reply(release, name, returned, found);
            }
        }
    }
}

fn event(release: &Release, name: &str, data: Option<&RawValue>, found: &mut Found) {
    let text = data.map_or("{}", RawValue::get);
    let again =
        (release.event)(name, data).unwrap_or_else(|error| panic!("{name}: {error}: {text}"));
    found.events += 1;
    compare(name, text, &again, found);
}

fn reply(release: &Release, name: &str, returned: &RawValue, found: &mut Found) {
    let again = (release.returned)(name, returned.get())
        .unwrap_or_else(|| panic!("the bindings of {} have no command {name}", release.folder))
        .unwrap_or_else(|error| panic!("{name}: {error}: {}", returned.get()));
    found.replies += 1;
    compare(name, returned.get(), &again, found);
    let backwards = reversed(&serde_json::from_str(returned.get()).expect("QEMU sends JSON"));
    let again_backwards = (release.returned)(name, &backwards);
    assert_eq!(
        again_backwards.and_then(Result::ok),
        Some(again),
        "{name}: {backwards}"
    );
}

/// Writes a value with the members of objects, which are sorted by name, in reverse.
fn reversed(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().rev();
            let members = members.map(|(name, value)| format!("{name:?}:{}", reversed(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(reversed).collect();
            format!("[{}]", items.join(","))
        }
        _ => value.to_string(),
    }
}

fn compare(name: &str, sent: &str, again: &Value, found: &mut Found) {
    let sent: Value = serde_json::from_str(sent).expect("QEMU sends JSON");
    let mut unknown = BTreeSet::new();
    missing(&sent, again, String::new(), &mut unknown)
        .unwrap_or_else(|(path, sent, again)| panic!("{name}: at `{path}`: {sent} became {again}"));
    if !unknown.is_empty() {
        found
            .unknown
            .entry(name.to_owned())
            .or_default()
            .extend(unknown);
    }
}

type Difference<'v> = (String, &'v Value, &'v Value);

/// Lists the members that only `sent` has; any other difference is an error.
fn missing<'v>(
    sent: &'v Value,
    again: &'v Value,
    path: String,
    unknown: &mut BTreeSet<String>,
) -> Result<(), Difference<'v>> {
    match (sent, again) {
        (Value::Object(sent_members), Value::Object(again_members)) => {
            if again_members
                .keys()
                .any(|name| !sent_members.contains_key(name))
            {
                return Err((path, sent, again));
            }
            for (name, value) in sent_members {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                match again_members.get(name) {
                    Some(again) => missing(value, again, path, unknown)?,
                    None => {
                        unknown.insert(path);
                    }
                }
            }
            Ok(())
        }
        (Value::Array(sent_items), Value::Array(again_items))
            if sent_items.len() == again_items.len() =>
        {
            sent_items
                .iter()
                .zip(again_items)
                .try_for_each(|(sent, again)| missing(sent, again, format!("{path}[]"), unknown))
        }
        _ if sent == again => Ok(()),
        _ => Err((path, sent, again)),
    }
}
