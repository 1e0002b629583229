//! Block nodes that a connection created, and their names.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::argument_path::{change_at, rename_member};
use super::rewrite::command_name;
use super::{MigrationOutcome, Remark, transaction};
use crate::json::JsonValue;
use crate::knowledge::MigrationRules;
use crate::knowledge::migrations::NodeReference;
use crate::traffic::option_text;

/// Block nodes of a connection, by the name of the block backend that they had
/// in the older release.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NodeNames {
    /// Few requests change them, and a request that is left changes nothing.
    nodes: Arc<BTreeMap<String, BlockNode>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct BlockNode {
    name: String,
    /// Id of the guest device that uses the node.
    device: Option<String>,
    /// Properties to add to that device.
    properties: Vec<(String, JsonValue<'static>)>,
}

/// Maximum number of nodes that are remembered.
const NODE_LIMIT: usize = 4096;

impl NodeNames {
    /// Records that a request creates a node with this name, where the older
    /// release created a block backend.
    pub fn record_node(&mut self, backend: &str, name: &str) {
        let nodes = Arc::make_mut(&mut self.nodes);
        if nodes.len() == NODE_LIMIT {
            nodes.clear();
        }
        // Properties were recorded by earlier rules for the same request.
        let node = nodes.entry(backend.to_owned()).or_default();
        node.name = name.to_owned();
        node.device = None;
    }

    /// Records a property for the device that will use the node.
    pub fn record_property(&mut self, node: &str, property: &str, value: JsonValue<'static>) {
        let value = match value {
            JsonValue::Bool(on) => JsonValue::string(option_text::from_boolean(on)),
            value => value,
        };
        let new_node = || BlockNode {
            name: node.to_owned(),
            ..BlockNode::default()
        };
        let nodes = Arc::make_mut(&mut self.nodes);
        let node = nodes.entry(node.to_owned()).or_insert_with(new_node);
        node.properties.push((property.to_owned(), value));
    }

    /// Records which device uses a node, after a `device_add`.
    pub fn record_device(&mut self, request: &JsonValue<'_>) {
        if self.nodes.is_empty() || command_name(request) != Some("device_add") {
            return;
        }
        let argument = |name: &str| request.get("arguments")?.get(name)?.as_str();
        let (Some(drive), Some(id)) = (argument("drive"), argument("id")) else {
            return;
        };
        if let Some(node) = self.node_named(drive) {
            node.device = Some(id.to_owned());
        }
    }

    /// The names of the block backends, each with that of its node.
    pub fn backends(&self) -> impl Iterator<Item = (&str, &str)> {
        let nodes = self.nodes.iter().filter(|(_, node)| !node.name.is_empty());
        nodes.map(|(backend, node)| (backend.as_str(), node.name.as_str()))
    }

    /// The name of the block backend of a node.
    pub fn backend_of_node(&self, node: &str) -> Option<&str> {
        let mut backends = self.backends();
        backends.find_map(|(backend, own)| (own == node).then_some(backend))
    }

    /// The name of the block backend that a guest device uses.
    pub fn backend_of_device(&self, device: &str) -> Option<&str> {
        let mut nodes = self.nodes.iter();
        let found = nodes.find(|(_, node)| node.device.as_deref() == Some(device));
        found.map(|(backend, _)| backend.as_str())
    }

    fn node_named(&mut self, name: &str) -> Option<&mut BlockNode> {
        let mut names = self.nodes.values().map(|node| &node.name);
        if !names.any(|own| own == name) {
            return None;
        }
        let mut nodes = Arc::make_mut(&mut self.nodes).values_mut();
        nodes.find(|node| node.name == name)
    }

    /// Returns whether a request may have the name of a node, or use one.
    pub fn may_change(&self, rules: &MigrationRules, request: &JsonValue<'_>) -> bool {
        let is_reference = |command: &str| {
            let mut commands = rules.references.iter().flat_map(|own| &own.commands);
            command == "device_add" || commands.any(|own| own == command)
        };
        !self.nodes.is_empty() && transaction::has_command(request, is_reference)
    }

    /// Updates the names of nodes in a request.
    ///
    /// # Errors
    ///
    /// A name is no longer valid, and its replacement is unknown.
    pub fn update_references(
        &mut self,
        rules: &MigrationRules,
        request: &mut JsonValue<'static>,
        remarks: &mut Vec<Remark>,
    ) -> Result<MigrationOutcome, Remark> {
        if self.nodes.is_empty() {
            return Ok(MigrationOutcome::Unchanged);
        }
        let before = remarks.len();
        transaction::for_each_request(request, &mut |request| {
            self.update_request(rules, request, remarks)
        })?;
        Ok(if remarks.len() > before {
            MigrationOutcome::Rewritten
        } else {
            MigrationOutcome::Unchanged
        })
    }

    fn update_request(
        &mut self,
        rules: &MigrationRules,
        request: &mut JsonValue<'static>,
        remarks: &mut Vec<Remark>,
    ) -> Result<(), Remark> {
        let command = command_name(request).unwrap_or_default().to_owned();
        let Some(arguments) = request.get_mut("arguments") else {
            return Ok(());
        };
        let references = rules.references.iter();
        for reference in references.filter(|r| r.commands.contains(&command)) {
            for path in &reference.paths {
                self.update_argument(reference, path, arguments, remarks)?;
            }
        }
        if command == "device_add" {
            self.add_properties(arguments, remarks);
        }
        Ok(())
    }

    fn update_argument(
        &self,
        reference: &NodeReference,
        path: &str,
        arguments: &mut JsonValue<'static>,
        remarks: &mut Vec<Remark>,
    ) -> Result<(), Remark> {
        let mut result = Ok(());
        change_at(arguments, path, &mut |object, member| {
            let backend = object.get(member).and_then(JsonValue::as_str);
            let Some((backend, node)) = backend.and_then(|name| self.nodes.get_key_value(name))
            else {
                return;
            };
            match node.replace_name(reference, object, member, backend) {
                Ok(message) => remarks.extend(message.map(Remark::new)),
                Err(message) => result = Err(Remark::new(message)),
            }
        });
        result
    }

    /// Adds the recorded properties to the arguments of a `device_add`.
    fn add_properties(&mut self, arguments: &mut JsonValue<'static>, remarks: &mut Vec<Remark>) {
        let drive = arguments.get("drive").and_then(JsonValue::as_str);
        let Some(node) = drive.and_then(|drive| self.node_named(drive)) else {
            return;
        };
        for (property, value) in std::mem::take(&mut node.properties) {
            if arguments.get(&property).is_none() {
                let message = format!("`{property}` moved from the block node to the device.");
                remarks.push(Remark::new(message));
                arguments.set(property, value);
            }
        }
    }
}

impl BlockNode {
    /// Replaces a name in a request. Returns a description of the change.
    fn replace_name(
        &self,
        reference: &NodeReference,
        object: &mut JsonValue<'static>,
        member: &str,
        backend: &str,
    ) -> Result<Option<String>, String> {
        let Some(new_member) = &reference.device else {
            return Ok(match &reference.node {
                Some(new_member) => {
                    replace_member(object, member, new_member, &self.name);
                    Some(format!(
                        "`{backend}` is a node, which `{new_member}` names."
                    ))
                }
                None => self.update_name(reference, object, member, backend),
            });
        };
        let Some(device) = &self.device else {
            return Err(format!(
                "`{backend}` is a node and not a block backend in the later release. Set \
                 `{new_member}` to the id of the guest device, which no earlier `device_add` \
                 states."
            ));
        };
        replace_member(object, member, new_member, device);
        Ok(Some(format!(
            "`{backend}` is a node and not a block backend; `{new_member}` names the guest \
             device `{device}` instead."
        )))
    }

    /// Updates a name in the same member, and adds the name of a job.
    fn update_name(
        &self,
        reference: &NodeReference,
        object: &mut JsonValue<'static>,
        member: &str,
        backend: &str,
    ) -> Option<String> {
        let mut message = None;
        if self.name != backend {
            object.set(member.to_owned(), JsonValue::string(self.name.clone()));
            message = Some(format!("`{backend}` is now the node `{}`.", self.name));
        }
        if let Some(added) = &reference.add
            && object.get(added).is_none()
        {
            object.set(added.clone(), JsonValue::string(backend.to_owned()));
            message = Some(format!(
                "A job on a node needs a name of its own: `{added}` is set to `{backend}`."
            ));
        }
        message
    }
}

fn replace_member(object: &mut JsonValue<'static>, member: &str, new_member: &str, name: &str) {
    rename_member(object, member, new_member);
    object.set(new_member.to_owned(), JsonValue::string(name.to_owned()));
}
