//! Replies and events of a later release in the shape of an older one.

use super::fit::{Misfit, MisfitProblem, ShapeFitter};
use crate::json::JsonValue;
use crate::knowledge::replies::{for_each_at, get_at, set_at};
use crate::knowledge::{BackendName, Certainty, ReplyRules};
use crate::traffic::check::Checker;
use crate::traffic::migrate::NodeNames;
use crate::version::Series;
use crate::wire::{Direction, ShapeId};

/// Gives replies and events the shape of an older release.
pub struct ReplyAdapter<'a> {
    /// The older release.
    pub spoken: &'a Checker<'a>,
    /// The later release.
    pub server: Series,
    /// The rules for replies and events.
    pub rules: &'a ReplyRules,
}

/// A value whose shape is changed.
struct Subject<'a> {
    direction: Direction,
    operation: &'a str,
    shape: ShapeId,
}

impl ReplyAdapter<'_> {
    /// Gives the value that a command returned the older shape.
    ///
    /// # Errors
    ///
    /// The older release has no form for it; the text says why.
    pub fn adapt_reply(
        &self,
        command: &str,
        value: &mut JsonValue<'static>,
        nodes: &NodeNames,
    ) -> Result<(), String> {
        let interface = self.spoken.interface();
        let Some(shape) = interface.commands.get(command) else {
            return Ok(());
        };
        let shape = interface.returned(shape);
        let subject = Subject {
            direction: Direction::Reply,
            operation: command,
            shape,
        };
        self.adapt(&subject, value, nodes)
    }

    /// The events of the older release for an event, each with its data.
    ///
    /// # Errors
    ///
    /// The older release has no form for it; the text says why.
    pub fn adapt_event(
        &self,
        name: &str,
        data: &JsonValue<'static>,
        nodes: &NodeNames,
    ) -> Result<Vec<(String, JsonValue<'static>)>, String> {
        let mut adapted = Vec::new();
        for name in self.older_names(name) {
            let Some(event) = self.spoken.interface().events.get(name) else {
                continue;
            };
            let subject = Subject {
                direction: Direction::Event,
                operation: name,
                shape: event.data,
            };
            let mut data = data.clone();
            self.adapt(&subject, &mut data, nodes)?;
            adapted.push((name.to_owned(), data));
        }
        Ok(adapted)
    }

    /// The names that an event has in the older release.
    fn older_names<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n str> {
        let spoken = self.spoken.series();
        let rules = self.rules.rules.iter().filter(move |rule| {
            let is_due = spoken < rule.since && rule.since <= self.server;
            is_due && rule.new_event.as_deref() == Some(name)
        });
        let older = rules.flat_map(|rule| rule.events.keys().map(String::as_str));
        [name].into_iter().chain(older)
    }

    fn adapt(
        &self,
        subject: &Subject<'_>,
        value: &mut JsonValue<'static>,
        nodes: &NodeNames,
    ) -> Result<(), String> {
        let series = (self.spoken.series(), self.server);
        let (direction, operation) = (subject.direction, subject.operation);
        for (rule, at) in self.rules.between(direction, operation, series) {
            rule.convert_to_older(value, at);
        }
        self.name_backends(subject, value, nodes);
        let is_inventory = |path: &str| self.rules.is_inventory(operation, path);
        let fitter = ShapeFitter {
            interface: self.spoken.interface(),
            is_inventory: &is_inventory,
        };
        let fitted = fitter.fit(subject.shape, value);
        fitted.map_err(|misfit| self.describe(subject, &misfit))
    }

    /// Sets the names of block backends that requests of the client named.
    fn name_backends(
        &self,
        subject: &Subject<'_>,
        value: &mut JsonValue<'static>,
        nodes: &NodeNames,
    ) {
        let (spoken, server) = (self.spoken.series(), self.server);
        let backends = self.rules.backends.iter();
        for backend in backends.filter(|own| spoken < own.since && own.since <= server) {
            let places = match subject.direction {
                Direction::Event => &backend.events,
                Direction::Request | Direction::Reply => &backend.commands,
            };
            if let Some(at) = places.get(subject.operation) {
                for_each_at(value, at, &mut |object| {
                    name_backend(backend, object, nodes);
                });
            }
        }
    }

    fn describe(&self, subject: &Subject<'_>, misfit: &Misfit) -> String {
        let (spoken, server) = (self.spoken.series(), self.server);
        let (path, operation) = (&misfit.path, subject.operation);
        let rule = self
            .rules
            .find(subject.direction, operation, path, (spoken, server));
        let rule = rule.filter(|rule| rule.certainty == Certainty::Left);
        let of_value = |value: &str| {
            format!(
                "QEMU {server} reports `{path}` as `{value}`, which QEMU {spoken} does not have."
            )
        };
        let reason = match (&misfit.problem, rule) {
            (_, Some(rule)) => rule.message(),
            (MisfitProblem::UnknownValue(value) | MisfitProblem::UnknownBranch(value), None) => {
                of_value(value)
            }
            (MisfitProblem::OtherType(found), None) => {
                format!(
                    "QEMU {server} reports `{path}` as JSON type {found}, and QEMU {spoken} does not."
                )
            }
            (MisfitProblem::Missing, None) => {
                format!("QEMU {server} does not report `{path}`, which QEMU {spoken} always does.")
            }
        };
        let message = match subject.direction {
            Direction::Event => "The event",
            Direction::Request | Direction::Reply => "The reply to",
        };
        format!("{message} `{operation}` has no form of QEMU {spoken}: {reason}")
    }
}

/// Sets the name of a block backend, if it is empty and its node or device is
/// known.
fn name_backend(backend: &BackendName, object: &mut JsonValue<'static>, nodes: &NodeNames) {
    let is_empty = object.get(&backend.name).and_then(JsonValue::as_str) == Some("");
    if !is_empty {
        return;
    }
    let text_at = |path: &Option<String>| get_at(object, path.as_deref()?)?.as_str();
    let by_node = text_at(&backend.node).and_then(|node| nodes.backend_of_node(node));
    let found = by_node.or_else(|| nodes.backend_of_device(text_at(&backend.device)?));
    if let Some(found) = found.map(str::to_owned) {
        set_at(object, &backend.name, JsonValue::string(found));
    }
}
