//! What the requests of one connection made, and by what names.

use std::collections::BTreeMap;

use super::rules::{Reference, Rules};
use super::{Outcome, Remark, actions, places, plain};
use crate::json::{JsonMember, JsonValue};

/// What the requests of one connection made, and by what names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Links {
    /// Nodes that had a block backend before, by the name of it.
    nodes: BTreeMap<String, Node>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Node {
    /// The name of the node.
    name: String,
    /// The guest's device that uses it.
    device: Option<String>,
    /// Properties that the device is to get.
    properties: Vec<(String, JsonValue<'static>)>,
}

/// How many nodes are remembered. A machine has a few disks.
const MOST_NODES: usize = 4096;

impl Links {
    /// A request made a node that is called `old` no more.
    pub fn made(&mut self, old: &str, name: &str) {
        if self.nodes.len() == MOST_NODES {
            self.nodes.clear();
        }
        // What its device is to get was found before.
        let node = self.nodes.entry(old.to_owned()).or_default();
        node.name = name.to_owned();
        node.device = None;
    }

    /// The device of a node is to get a property.
    pub fn carry(&mut self, node: &str, property: &str, value: JsonValue<'static>) {
        let value = match value {
            JsonValue::Bool(on) => JsonValue::string(if on { "on" } else { "off" }),
            value => value,
        };
        let node = self.nodes.entry(node.to_owned()).or_insert_with(|| Node {
            name: node.to_owned(),
            ..Node::default()
        });
        node.properties.push((property.to_owned(), value));
    }

    /// Writes the names in a request anew that earlier requests gave.
    ///
    /// # Errors
    ///
    /// A name means nothing any more, and no other is known.
    pub fn follow(
        &mut self,
        rules: &Rules,
        message: &mut JsonValue<'static>,
        remarks: &mut Vec<Remark>,
    ) -> Result<Outcome, Remark> {
        if self.nodes.is_empty() {
            return Ok(Outcome::Unchanged);
        }
        let before = remarks.len();
        actions::each(message, &mut |message| {
            self.follow_one(rules, message, remarks)
        })?;
        Ok(if remarks.len() > before {
            Outcome::Rewritten
        } else {
            Outcome::Unchanged
        })
    }

    fn follow_one(
        &mut self,
        rules: &Rules,
        message: &mut JsonValue<'static>,
        remarks: &mut Vec<Remark>,
    ) -> Result<(), Remark> {
        let command = command(message);
        for reference in references(rules, &command) {
            for path in &reference.paths {
                self.follow_path(reference, path, message, remarks)?;
            }
        }
        if command == "device_add" {
            self.hand_over(message, remarks);
        }
        Ok(())
    }

    fn follow_path(
        &self,
        reference: &Reference,
        path: &str,
        message: &mut JsonValue<'static>,
        remarks: &mut Vec<Remark>,
    ) -> Result<(), Remark> {
        let Some(arguments) = message.get_mut("arguments") else {
            return Ok(());
        };
        let mut failed = None;
        places::change(arguments, path, &mut |object, name| {
            let old = object
                .get(name)
                .and_then(JsonValue::as_str)
                .map(str::to_owned);
            let Some((node, old)) = old.and_then(|old| Some((self.nodes.get(&old)?, old))) else {
                return;
            };
            match replace(reference, object, name, &old, node) {
                Ok(done) => remarks.extend(done.map(plain)),
                Err(reason) => failed = Some(plain(reason)),
            }
        });
        failed.map_or(Ok(()), Err)
    }

    /// Gives a device the properties that belonged to its image before.
    fn hand_over(&mut self, message: &mut JsonValue<'static>, remarks: &mut Vec<Remark>) {
        let Some(arguments) = message.get_mut("arguments") else {
            return;
        };
        let drive = arguments
            .get("drive")
            .and_then(JsonValue::as_str)
            .unwrap_or_default();
        let Some(node) = self.nodes.values_mut().find(|node| node.name == drive) else {
            return;
        };
        for (property, value) in std::mem::take(&mut node.properties) {
            if arguments.get(&property).is_some() {
                continue;
            }
            remarks.push(plain(format!(
                "The device gets `{property}`, which its image had before."
            )));
            if let Some(members) = arguments.members_mut() {
                members.push(JsonMember::new(property, value));
            }
        }
    }

    /// Learns which device uses which node.
    pub fn learn(&mut self, message: &JsonValue<'_>) {
        if self.nodes.is_empty() || command(message) != "device_add" {
            return;
        }
        let text = |name: &str| {
            let arguments = message.get("arguments")?;
            arguments.get(name).and_then(JsonValue::as_str)
        };
        let (Some(drive), Some(id)) = (text("drive"), text("id")) else {
            return;
        };
        if let Some(node) = self.nodes.values_mut().find(|node| node.name == drive) {
            node.device = Some(id.to_owned());
        }
    }
}

/// Writes one name anew; gives what was done, if it was something.
fn replace(
    reference: &Reference,
    object: &mut JsonValue<'static>,
    name: &str,
    old: &str,
    node: &Node,
) -> Result<Option<String>, String> {
    if let Some(member) = &reference.device {
        let Some(device) = &node.device else {
            return Err(format!(
                "`{old}` was a block backend and is a node; the guest's device has to be named \
                 by `{member}`, and no `device_add` before tells which it is."
            ));
        };
        rename(object, name, member, device);
        return Ok(Some(format!(
            "`{old}` is a node and no block backend any more; the guest's device `{device}` is \
             named by `{member}`."
        )));
    }
    if let Some(member) = &reference.node {
        rename(object, name, member, &node.name);
        return Ok(Some(format!(
            "What was called `{old}` is a node, named by `{member}`."
        )));
    }
    let mut done = None;
    if node.name != old
        && let Some(value) = object.get_mut(name)
    {
        *value = JsonValue::string(node.name.clone());
        done = Some(format!(
            "What was called `{old}` is the node `{}`.",
            node.name
        ));
    }
    if let Some(member) = &reference.add
        && object.get(member).is_none()
        && let Some(members) = object.members_mut()
    {
        members.push(JsonMember::new(
            member.clone(),
            JsonValue::string(old.to_owned()),
        ));
        done = Some(format!(
            "A job on a node has no name of its own; it keeps the name `{old}` as its `{member}`."
        ));
    }
    Ok(done)
}

fn rename(object: &mut JsonValue<'static>, name: &str, new_name: &str, value: &str) {
    for given in object.members_mut().into_iter().flatten() {
        if given.name.value == name {
            *given = JsonMember::new(new_name.to_owned(), JsonValue::string(value.to_owned()));
        }
    }
}

fn references<'r>(rules: &'r Rules, command: &str) -> impl Iterator<Item = &'r Reference> {
    let command = command.to_owned();
    rules
        .references
        .iter()
        .filter(move |reference| reference.commands.contains(&command))
}

fn command(message: &JsonValue<'_>) -> String {
    let name = message.get("execute").and_then(JsonValue::as_str);
    name.unwrap_or_default().to_owned()
}
