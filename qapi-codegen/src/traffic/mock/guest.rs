//! The state of a guest that replies and errors depend on.

mod jobs;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::dialect;
use crate::json::JsonValue;
use crate::knowledge::{GuestName, GuestRules, ServerError};
use crate::traffic::check::Checker;
use crate::version::Series;
use jobs::Jobs;

/// The state of a guest: whether it runs, and the names in use.
pub struct Guest<'m> {
    checker: &'m Checker<'m>,
    rules: &'m GuestRules,
    series: Series,
    is_running: bool,
    has_quit: bool,
    /// The names by the kind of what has them.
    names: BTreeMap<&'m str, Vec<GuestName>>,
    jobs: Jobs,
}

/// Members of a reply that depend on the state.
pub type StateMembers = Vec<(String, JsonValue<'static>)>;

/// The result of a request: what replies contain of the state, and events.
#[derive(Debug, Default)]
pub struct GuestAnswer {
    /// The members of the reply that depend on the state.
    pub members: StateMembers,
    /// The members of each element, if the reply is a list of what exists.
    pub elements: Option<Vec<StateMembers>>,
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

impl<'m> Guest<'m> {
    /// Creates a guest that runs.
    pub fn new(checker: &'m Checker<'m>, rules: &'m GuestRules, series: Series) -> Self {
        let initial = rules.initial().iter();
        let named = |name: &String| GuestName {
            name: name.clone(),
            owner: String::new(),
        };
        Guest {
            checker,
            rules,
            series,
            is_running: true,
            has_quit: false,
            names: initial
                .map(|own| (own.kind.as_str(), own.names.iter().map(named).collect()))
                .collect(),
            jobs: Jobs::default(),
        }
    }

    /// Returns whether a client ended QEMU.
    pub fn has_quit(&self) -> bool {
        self.has_quit
    }

    /// Adds a file descriptor that the client passed.
    pub fn add_descriptor(&mut self) {
        let received = self.names.entry("received-descriptor").or_default();
        received.push(GuestName {
            name: String::new(),
            owner: String::new(),
        });
    }

    /// Executes a valid request.
    ///
    /// # Errors
    ///
    /// The state does not allow it: a name is in use, or nothing has it.
    pub fn execute(
        &mut self,
        command: &str,
        arguments: &JsonValue<'_>,
    ) -> Result<GuestAnswer, ServerError> {
        let mut answer = GuestAnswer::default();
        self.check(command, arguments)?;
        self.change_names(command, arguments, &mut answer);
        self.jobs.execute(command, arguments, &mut answer);
        self.change_run_state(command, &mut answer);
        if let Some(list) = self.rules.list(command) {
            let names = self.names.get(list.kind.as_str()).into_iter().flatten();
            let element =
                |own: &GuestName| vec![(list.member.clone(), JsonValue::string(own.name.clone()))];
            answer.elements = Some(names.map(element).collect());
        }
        Ok(answer)
    }

    /// Fails if the state does not allow a request.
    fn check(&self, command: &str, arguments: &JsonValue<'_>) -> Result<(), ServerError> {
        for rule in self.rules.refusals(command, self.series) {
            let names = rule.names(arguments);
            let is_refused = |name: &&String| {
                !self.has_any(&rule.missing, name)
                    && (rule.taken.is_empty() || self.has_any(&rule.taken, name))
            };
            if let Some(name) = names.iter().find(is_refused) {
                let driver = text_at(arguments, "driver").unwrap_or_default();
                return Err(ServerError::new(
                    rule.class.as_deref(),
                    rule.text(arguments, name, &inner_device(driver)),
                ));
            }
        }
        // The actions of a transaction are checked as the commands that they are named by.
        let actions = arguments.get("actions").and_then(JsonValue::elements);
        let actions = actions.filter(|_| command == "transaction");
        for action in actions.unwrap_or_default() {
            if let (Some(kind), Some(data)) = (text_at(action, "type"), action.get("data")) {
                self.check(kind, data)?;
            }
        }
        Ok(())
    }

    fn change_names(&mut self, command: &str, arguments: &JsonValue<'_>, answer: &mut GuestAnswer) {
        let rules: &'m GuestRules = self.rules;
        for (rule, name) in rules.names(command, arguments) {
            if let Some(kind) = &rule.gives {
                self.names.entry(kind).or_default().push(name.clone());
            }
            for kind in &rule.removes {
                let names = self.names.entry(kind).or_default();
                let is_removed = |own: &GuestName| {
                    own.name == name.name || !own.owner.is_empty() && own.owner == name.name
                };
                names.retain(|own| !is_removed(own));
                if kind == "device" {
                    answer.events.push(device_deletion(&name.name));
                }
            }
        }
    }

    /// Returns whether something of one of the kinds has a name. An empty name is that of
    /// anything.
    fn has_any(&self, kinds: &[String], name: &str) -> bool {
        kinds.iter().any(|kind| match kind.as_str() {
            "running" => self.is_running,
            "type" => self.checker.may_have_type(name),
            "job" => self.jobs.has(name, true),
            "block-job" => self.jobs.has(name, false),
            kind => self.names.get(kind).is_some_and(|names| {
                names.iter().any(|own| own.name == name) || name.is_empty() && !names.is_empty()
            }),
        })
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
                    ("running".to_owned(), JsonValue::Bool(self.is_running)),
                    ("status".to_owned(), JsonValue::string(status)),
                    ("singlestep".to_owned(), JsonValue::Bool(false)),
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

fn device_deletion(name: &str) -> GuestEvent {
    let path = format!("/machine/peripheral/{name}");
    GuestEvent {
        name: "DEVICE_DELETED",
        members: vec![
            ("device", JsonValue::string(name.to_owned())),
            ("path", JsonValue::string(path)),
        ],
        is_late: true,
    }
}

/// The device that has the properties of a virtio device, which is inside of one for
/// a bus.
fn inner_device(driver: &str) -> Cow<'_, str> {
    let bus = ["-pci", "-pci-transitional", "-pci-non-transitional", "-ccw"];
    let mut names = bus.iter().filter_map(|bus| driver.strip_suffix(bus));
    match names.next().filter(|name| name.starts_with("virtio-")) {
        Some(name) => format!("{name}-device").into(),
        None => driver.into(),
    }
}

/// The text at a path such as `options.id`.
fn text_at<'a>(arguments: &'a JsonValue<'_>, path: &str) -> Option<&'a str> {
    let value = path
        .split('.')
        .try_fold(arguments, |value, name| value.get(name));
    value.and_then(JsonValue::as_str)
}
