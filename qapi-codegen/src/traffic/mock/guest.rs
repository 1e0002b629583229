//! The state of a guest that replies and errors depend on.

mod jobs;

use std::collections::BTreeMap;

use crate::dialect;
use crate::json::JsonValue;
use crate::version::Series;
use jobs::Jobs;

/// The state of a guest: whether it runs, and the names in use.
#[derive(Debug)]
pub struct Guest {
    series: Series,
    is_running: bool,
    has_quit: bool,
    /// The names by what they name.
    names: BTreeMap<NamedKind, Vec<String>>,
    jobs: Jobs,
}

/// Something that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum NamedKind {
    Backend,
    Node,
    Device,
    Object,
    Chardev,
    Netdev,
}

/// The result of a request: what replies contain of the state, and events.
#[derive(Debug, Default)]
pub struct GuestAnswer {
    /// The members of the reply that depend on the state.
    pub members: Vec<(&'static str, JsonValue<'static>)>,
    /// The members of each element, if the reply is a list of what exists.
    pub elements: Option<Vec<Vec<(&'static str, JsonValue<'static>)>>>,
    /// The events that the request causes.
    pub events: Vec<GuestEvent>,
}

/// An event with its data.
#[derive(Debug)]
pub struct GuestEvent {
    /// The name.
    pub name: &'static str,
    /// The data, as far as the release has its members.
    pub members: Vec<(&'static str, JsonValue<'static>)>,
    /// `true` if it comes after the reply.
    pub is_late: bool,
}

/// A name that is in use already, or that nothing has.
#[derive(Debug)]
pub struct NameError {
    /// The problem in the file of wordings.
    pub problem: String,
    /// The name.
    pub name: String,
}

/// The commands that give a name, with the arguments that have it.
const ADDITIONS: [(&str, NamedKind, &str); 7] = [
    ("blockdev-add", NamedKind::Backend, "options.id"),
    ("blockdev-add", NamedKind::Node, "options.node-name"),
    ("blockdev-add", NamedKind::Node, "node-name"),
    ("device_add", NamedKind::Device, "id"),
    ("object-add", NamedKind::Object, "id"),
    ("chardev-add", NamedKind::Chardev, "id"),
    ("netdev_add", NamedKind::Netdev, "id"),
];

/// The commands that remove what has a name.
const REMOVALS: [(&str, NamedKind, &str); 7] = [
    ("x-blockdev-del", NamedKind::Backend, "id"),
    ("x-blockdev-del", NamedKind::Node, "node-name"),
    ("blockdev-del", NamedKind::Node, "node-name"),
    ("device_del", NamedKind::Device, "id"),
    ("object-del", NamedKind::Object, "id"),
    ("chardev-remove", NamedKind::Chardev, "id"),
    ("netdev_del", NamedKind::Netdev, "id"),
];

/// The commands that list what has a name, with the member that has it.
const LISTS: [(&str, NamedKind, &str); 3] = [
    ("query-named-block-nodes", NamedKind::Node, "node-name"),
    ("query-chardev", NamedKind::Chardev, "label"),
    ("query-iothreads", NamedKind::Object, "id"),
];

impl NamedKind {
    fn as_str(self) -> &'static str {
        match self {
            NamedKind::Backend => "backend",
            NamedKind::Node => "node",
            NamedKind::Device => "device",
            NamedKind::Object => "object",
            NamedKind::Chardev => "chardev",
            NamedKind::Netdev => "netdev",
        }
    }
}

impl Guest {
    /// Creates a guest that runs.
    pub fn new(series: Series) -> Self {
        Guest {
            series,
            is_running: true,
            has_quit: false,
            names: BTreeMap::new(),
            jobs: Jobs::default(),
        }
    }

    /// Returns whether a client ended QEMU.
    pub fn has_quit(&self) -> bool {
        self.has_quit
    }

    /// Executes a valid request.
    ///
    /// # Errors
    ///
    /// A name is in use, or nothing has it.
    pub fn execute(
        &mut self,
        command: &str,
        arguments: &JsonValue<'_>,
    ) -> Result<GuestAnswer, NameError> {
        let mut answer = GuestAnswer::default();
        self.add_names(command, arguments)?;
        self.remove_names(command, arguments, &mut answer)?;
        self.jobs.execute(command, arguments, &mut answer)?;
        self.change_run_state(command, &mut answer);
        let mut lists = LISTS.iter();
        if let Some((_, kind, member)) = lists.find(|(own, ..)| *own == command) {
            let names = self.names.get(kind).into_iter().flatten();
            let element = |name: &String| vec![(*member, JsonValue::string(name.clone()))];
            answer.elements = Some(names.map(element).collect());
        }
        Ok(answer)
    }

    fn add_names(&mut self, command: &str, arguments: &JsonValue<'_>) -> Result<(), NameError> {
        self.check_drive(command, arguments)?;
        let additions = ADDITIONS.iter().filter(|(own, ..)| *own == command);
        let named =
            additions.filter_map(|(_, kind, path)| Some((*kind, text_at(arguments, path)?)));
        let named: Vec<(NamedKind, &str)> = named.collect();
        for &(kind, name) in &named {
            if self.has(kind, name) {
                return Err(NameError::new("duplicate", kind, name));
            }
        }
        for (kind, name) in named {
            self.names.entry(kind).or_default().push(name.to_owned());
        }
        Ok(())
    }

    /// Fails if a device refers to a drive that does not exist.
    fn check_drive(&self, command: &str, arguments: &JsonValue<'_>) -> Result<(), NameError> {
        let drive = text_at(arguments, "drive").filter(|_| command == "device_add");
        let Some(drive) = drive else {
            return Ok(());
        };
        let is_node = dialect::DRIVES_ARE_NODES.contains(self.series);
        match self.has(NamedKind::Backend, drive) || is_node && self.has(NamedKind::Node, drive) {
            true => Ok(()),
            false => Err(NameError {
                problem: "missing-drive".to_owned(),
                name: drive.to_owned(),
            }),
        }
    }

    fn remove_names(
        &mut self,
        command: &str,
        arguments: &JsonValue<'_>,
        answer: &mut GuestAnswer,
    ) -> Result<(), NameError> {
        for (_, kind, path) in REMOVALS.iter().filter(|(own, ..)| *own == command) {
            let Some(name) = text_at(arguments, path) else {
                continue;
            };
            let names = self.names.entry(*kind).or_default();
            let Some(index) = names.iter().position(|own| own == name) else {
                return Err(NameError::new("missing", *kind, name));
            };
            names.remove(index);
            if *kind == NamedKind::Device {
                answer.events.push(GuestEvent {
                    name: "DEVICE_DELETED",
                    members: vec![
                        ("device", JsonValue::string(name.to_owned())),
                        (
                            "path",
                            JsonValue::string(format!("/machine/peripheral/{name}")),
                        ),
                    ],
                    is_late: true,
                });
            }
        }
        Ok(())
    }

    fn has(&self, kind: NamedKind, name: &str) -> bool {
        let names = self.names.get(&kind);
        names.is_some_and(|names| names.iter().any(|own| own == name))
    }

    fn change_run_state(&mut self, command: &str, answer: &mut GuestAnswer) {
        let is_late = !dialect::EVENTS_BEFORE_REPLY.contains(self.series);
        let event = match command {
            "stop" if self.is_running => ("STOP", false, ""),
            "cont" if !self.is_running => ("RESUME", false, ""),
            "system_reset" => ("RESET", is_late, "host-qmp-system-reset"),
            "system_powerdown" => ("POWERDOWN", is_late, ""),
            "quit" => ("SHUTDOWN", is_late, "host-qmp-quit"),
            "query-status" => {
                let status = if self.is_running { "running" } else { "paused" };
                answer.members = vec![
                    ("running", JsonValue::Bool(self.is_running)),
                    ("status", JsonValue::string(status)),
                    ("singlestep", JsonValue::Bool(false)),
                ];
                return;
            }
            _ => return,
        };
        self.has_quit |= command == "quit";
        self.is_running = (self.is_running || command == "cont") && command != "stop";
        let (name, is_late, reason) = event;
        answer.events.push(GuestEvent {
            name,
            members: vec![
                ("guest", JsonValue::Bool(false)),
                ("reason", JsonValue::string(reason)),
            ],
            is_late,
        });
    }
}

impl NameError {
    fn new(problem: &str, kind: NamedKind, name: &str) -> Self {
        NameError {
            problem: format!("{problem}-{}", kind.as_str()),
            name: name.to_owned(),
        }
    }
}

/// The text at a path such as `options.id`.
fn text_at<'a>(arguments: &'a JsonValue<'_>, path: &str) -> Option<&'a str> {
    let value = path
        .split('.')
        .try_fold(arguments, |value, name| value.get(name));
    value.and_then(JsonValue::as_str)
}
