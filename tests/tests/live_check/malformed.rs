//! Requests that a release refuses for their form, made from its interface: values of
//! other types, missing and unexpected members, unknown values, at every depth.

use qapi_codegen::schema::JsonKind;
use qapi_codegen::wire::{
    AlternateBranch, CommandShape, IntegerRange, Interface, ObjectShape, Shape, ShapeId,
};
use serde_json::{Map, Value, json};

/// The depth to which members are changed. Shapes may contain themselves.
const DEPTH: usize = 3;

/// Commands that are not sent: they end QEMU, or their arguments are not in the schema.
const SKIPPED: [&str; 6] = [
    "device_add",
    "quit",
    "qmp_capabilities",
    "query-qmp-schema",
    "netdev_add",
    "object-add",
];

/// Returns malformed requests of all commands of an interface.
pub fn malformed_requests(interface: &Interface<'_>) -> Vec<String> {
    let mut requests = Vec::new();
    for (name, command) in interface.commands.iter() {
        if SKIPPED.contains(&name) {
            continue;
        }
        let generator = Generator { interface };
        let mut arguments = vec![json!([])];
        let keep = |value: Value| value;
        generator.change(command.arguments, DEPTH, &keep, &mut arguments);
        let request = |arguments: Value| json!({ "execute": name, "arguments": arguments });
        requests.extend(arguments.into_iter().map(|own| request(own).to_string()));
    }
    requests
}

/// Commands that depend on the host or on the command line of QEMU, or that end QEMU
/// or pass file descriptors, if their arguments are valid.
const UNSENT: [&str; 24] = [
    "add_client",
    "balloon",
    "blockdev-create",
    "blockdev-reopen",
    "change",
    "chardev-add",
    "dump-guest-memory",
    "inject-nmi",
    "input-send-event",
    "memsave",
    "migrate-incoming",
    "pmemsave",
    "query-acpi-ospm-status",
    "query-balloon",
    "query-command-line-options",
    "query-cpu-model-expansion",
    "screendump",
    "system_reset",
    "system_wakeup",
    "trace-event-get-state",
    "trace-event-set-state",
    "watchdog-set-action",
    "xen-load-devices-state",
    "xen-save-devices-state",
];

/// Returns the smallest valid request of each command of an interface, with names that
/// nothing has.
pub fn least_requests(interface: &Interface<'_>) -> Vec<String> {
    let generator = Generator { interface };
    let commands = interface.commands.iter();
    let commands = commands.filter(|(name, _)| !SKIPPED.contains(name) && !UNSENT.contains(name));
    let request = |(name, command): (&str, &CommandShape<'_>)| {
        let arguments = generator.least(command.arguments, DEPTH);
        // A name that one request gives is not that of another.
        let arguments = arguments.to_string();
        let arguments = arguments.replace("\"none\"", &format!("\"{name}-none\""));
        format!("{{\"execute\":\"{name}\",\"arguments\":{arguments}}}")
    };
    commands.map(request).collect()
}

/// Texts whose answers have to be the same, whatever QEMU thinks of them: envelopes,
/// JSON that is not valid, names that nothing has, and what depends on the state.
pub const TEXTS: &[&str] = &[
    "{}",
    "[]",
    "1",
    r#""x""#,
    "null",
    r#"{"id": 1}"#,
    r#"{"execute": 1}"#,
    r#"{"execute": null, "id": 2}"#,
    r#"{"execute": "query-name", "arguments": 1}"#,
    r#"{"execute": "query-name", "arguments": []}"#,
    r#"{"execute": "query-name", "arguments": null, "id": 3}"#,
    r#"{"execute": "query-name", "x": 1}"#,
    r#"{"execute": "query-name", "control": {"run-oob": true}}"#,
    r#"{"exec-oob": "query-name"}"#,
    r#"{"exec-oob": "query-name", "execute": "query-name"}"#,
    r#"{"execute": "query-name", "id": {"a": [1, 1.5, null, true]}, "arguments": {"x": 1}}"#,
    r#"{"execute": "no-such-command"}"#,
    r#"{"execute": "no-such-command", "arguments": {"x": 1}, "id": "é"}"#,
    r#"{"execute": ""}"#,
    r#"{"execute": "qmp_capabilities"}"#,
    r#"{"execute": "qmp_capabilities", "arguments": {"enable": ["x"]}}"#,
    r#"{'execute': 'query-name', 'id': 'single'}"#,
    r#"{"execute" "query-name"}"#,
    r#"{"execute": "query-name" "id": 1}"#,
    r#"{"execute": [1 2]}"#,
    r#"{1: 2}"#,
    r#"{"execute": truth}"#,
    r#"{"execute": "a", "execute": "b"}"#,
    r#"{"execute": "\x"}"#,
    r#"{"execute": "query-name", "id": "\u0000"}"#,
    r#"{"execute": "query-name", "id": 9223372036854775808}"#,
    r#"{"execute": "query-name", "id": -1e3}"#,
    r#"{"execute": "query-name", "id": "\ud800"}"#,
    r#"{"execute": "query-name", "id": "\ud83d\ude0"}"#,
    r#"{"execute": "query-name", "id": "\u12"}"#,
    r#"{"execute": "query-name", "id": "\uFDD0"}"#,
    "{\"execute\": \"query-name\", \"id\": \"\u{ffff}\"}",
    "{\"execute\": \"query-name\", \"id\": \"a\tb\"}",
    "\u{feff}{\"execute\": \"query-name\"}",
    "\"not closed",
    "\"not closed\n}",
    "\t}\r\n]]",
    "\u{c} ab}",
    "{true: 1}",
    "{[]: 1}",
    "{[}}",
    "{\"a\": x-y}",
    "{\"a\": 01}",
    "{\"a\": -}",
    "{\"a\": 1.}",
    "{\"a\": 1e+}",
    "{\"a\": 1-2}",
    "{\"a\": NULL, \"b\": [1]}",
    "{\"a\": %d}",
    "{\"a\": 1, \"a\": {\"b\": 2}}",
    "{\"a\": 1, \"a\": [ ]}",
    "[1 2 [\"\\q\"]]",
    "{]",
    "[1}",
    "query-name",
    ";",
    r#"{"execute": "query-name"}}"#,
    r#"{"execute": "query-name"}, x"#,
    r#"{"execute": "device_del", "arguments": {"id": "none"}}"#,
    r#"{"execute": "object-del", "arguments": {"id": "none"}}"#,
    r#"{"execute": "chardev-remove", "arguments": {"id": "none"}}"#,
    r#"{"execute": "netdev_del", "arguments": {"id": "none"}}"#,
    r#"{"execute": "blockdev-del", "arguments": {"node-name": "none"}}"#,
    r#"{"execute": "block-job-cancel", "arguments": {"device": "none"}}"#,
    r#"{"execute": "block-job-complete", "arguments": {"device": "none"}}"#,
    r#"{"execute": "job-dismiss", "arguments": {"id": "none"}}"#,
    r#"{"execute": "job-cancel", "arguments": {"id": "none"}}"#,
    r#"{"execute": "job-finalize", "arguments": {"id": "none"}}"#,
    r#"{"execute": "job-complete", "arguments": {"id": "none"}}"#,
    r#"{"execute": "block-job-set-speed", "arguments": {"device": "none", "speed": 1}}"#,
    r#"{"execute": "block-job-pause", "arguments": {"device": "none"}}"#,
    r#"{"execute": "job-pause", "arguments": {"id": "none"}}"#,
    r#"{"execute": "cont"}"#,
    r#"{"execute": "cont"}"#,
    r#"{"execute": "query-status"}"#,
    r#"{"execute": "stop"}"#,
    r#"{"execute": "stop"}"#,
    r#"{"execute": "query-status"}"#,
    r#"{"execute": "blockdev-add", "arguments": {"driver": "null-co", "node-name": "n"}}"#,
    r#"{"execute": "blockdev-add", "arguments": {"driver": "null-co", "node-name": "n"}}"#,
    r#"{"execute": "object-add", "arguments": {"qom-type": "iothread", "id": "o"}}"#,
    r#"{"execute": "object-add", "arguments": {"qom-type": "iothread", "id": "o"}}"#,
    r#"{"execute": "device_add", "arguments": {"driver": "virtio-rng-pci", "id": "d"}}"#,
    r#"{"execute": "device_add", "arguments": {"driver": "virtio-rng-pci", "id": "d"}}"#,
    r#"{"execute": "device_add", "arguments": {"driver": "no-such-device"}}"#,
    r#"{"execute": "device_add", "arguments": {"driver": "virtio-rng-pci", "no-such-property": 1}}"#,
    r#"{"execute": "device_add", "arguments": {"driver": "virtio-blk-pci", "drive": "none"}}"#,
    r#"{"execute": "blockdev-del", "arguments": {"node-name": "n"}}"#,
    r#"{"execute": "blockdev-del", "arguments": {"node-name": "n"}}"#,
    r#"{"execute": "object-del", "arguments": {"id": "o"}}"#,
    r#"{"execute": "object-del", "arguments": {"id": "o"}}"#,
];

/// Puts a changed value into the arguments.
type Wrap<'w> = &'w dyn Fn(Value) -> Value;

struct Generator<'i, 's> {
    interface: &'i Interface<'s>,
}

impl<'s> Generator<'_, 's> {
    /// Adds variants of a value that its shape does not have.
    fn change(&self, shape: ShapeId, depth: usize, wrap: Wrap<'_>, all: &mut Vec<Value>) {
        if depth == 0 {
            return;
        }
        match self.interface.get(shape) {
            Shape::Object(object) => self.change_object(object, depth, wrap, all),
            Shape::Array(element) => {
                let inner = |value: Value| wrap(json!([value]));
                for value in self.other_values(*element) {
                    all.push(inner(value));
                }
                self.change(*element, depth - 1, &inner, all);
            }
            Shape::Alternate(branches) => {
                let composed = |branch: &&AlternateBranch<'_>| {
                    [JsonKind::Object, JsonKind::Array].contains(&branch.kind)
                };
                for branch in branches.iter().filter(composed) {
                    self.change(branch.shape, depth - 1, wrap, all);
                }
            }
            Shape::Builtin(_) | Shape::Enum(_) => {}
        }
    }

    fn change_object(
        &self,
        object: &ObjectShape<'s>,
        depth: usize,
        wrap: Wrap<'_>,
        all: &mut Vec<Value>,
    ) {
        self.change_members(object, &self.least_object(object), depth, wrap, all);
        let Some(branches) = &object.branches else {
            return;
        };
        // Inside of values, the branch of the least value is enough.
        let count = if depth == DEPTH { usize::MAX } else { 1 };
        for (value, branch) in branches.by_value.iter().take(count) {
            let mut base = self.least_members(object);
            base.insert(branches.discriminator.to_owned(), value.into());
            if let Some(content) = self.interface.object(branch.content) {
                base.extend(self.least_object(content));
                self.change_members(content, &base, depth - 1, wrap, all);
            }
        }
    }

    fn change_members(
        &self,
        object: &ObjectShape<'s>,
        base: &Map<String, Value>,
        depth: usize,
        wrap: Wrap<'_>,
        all: &mut Vec<Value>,
    ) {
        let mut extended = base.clone();
        extended.insert("x-unexpected".to_owned(), json!(1));
        all.push(wrap(extended.into()));
        for (name, member) in object.members.iter() {
            let with = |value: Value| {
                let mut object = base.clone();
                object.insert(name.to_owned(), value);
                wrap(object.into())
            };
            all.extend(self.other_values(member.shape).into_iter().map(with));
            if !member.optional {
                let mut less = base.clone();
                less.remove(name);
                all.push(wrap(less.into()));
            }
            self.change(member.shape, depth.saturating_sub(1), &with, all);
        }
    }

    /// Values that a shape does not have.
    fn other_values(&self, shape: ShapeId) -> Vec<Value> {
        match self.interface.get(shape) {
            Shape::Builtin(builtin) => match builtin.json_kind() {
                JsonKind::Any => Vec::new(),
                JsonKind::Integer => {
                    let mut values = vec![json!("x"), json!(true), json!(1.5), Value::Null];
                    if let Some(range) = IntegerRange::from_builtin(*builtin)
                        && range.high < i64::MAX.into()
                    {
                        values.push(json!(i64::try_from(range.high).unwrap_or_default() + 1));
                    }
                    values
                }
                JsonKind::Boolean => vec![json!("on"), json!(1)],
                JsonKind::String => vec![json!(1), json!({}), Value::Null],
                JsonKind::Number => vec![json!("x"), json!([])],
                _ => vec![json!("x")],
            },
            Shape::Enum(_) => vec![json!("no-such-value"), json!(1)],
            Shape::Object(_) => vec![json!("x"), json!([])],
            Shape::Array(_) => vec![json!("x"), json!({})],
            Shape::Alternate(branches) => {
                let values = [
                    (JsonKind::Number, json!(1.5)),
                    (JsonKind::Boolean, json!(true)),
                    (JsonKind::Array, json!([])),
                ];
                let has = |kind| branches.iter().any(|branch| branch.kind == kind);
                let others = values
                    .into_iter()
                    .filter(|(kind, _)| !has(*kind) && !has(JsonKind::Any));
                others.map(|(_, value)| value).collect()
            }
        }
    }

    /// The smallest value of an object.
    fn least_object(&self, object: &ObjectShape<'s>) -> Map<String, Value> {
        let mut least = self.least_members(object);
        let branches = object.branches.as_ref();
        if let Some((branches, (value, branch))) =
            branches.and_then(|own| Some((own, own.by_value.iter().next()?)))
        {
            least.insert(branches.discriminator.to_owned(), value.into());
            if let Some(content) = self.interface.object(branch.content) {
                least.extend(self.least_object(content));
            }
        }
        least
    }

    /// The required members of an object without those of a branch.
    fn least_members(&self, object: &ObjectShape<'s>) -> Map<String, Value> {
        let members = object.members.iter().filter(|(_, member)| !member.optional);
        let members =
            members.map(|(name, member)| (name.to_owned(), self.least(member.shape, DEPTH)));
        members.collect()
    }

    fn least(&self, shape: ShapeId, depth: usize) -> Value {
        match self.interface.get(shape) {
            Shape::Builtin(builtin) => match builtin.json_kind() {
                JsonKind::Integer | JsonKind::Number => json!(1),
                JsonKind::Boolean => json!(true),
                JsonKind::Null => Value::Null,
                _ => json!("none"),
            },
            Shape::Enum(values) => values.names().next().into(),
            Shape::Array(_) => json!([]),
            Shape::Alternate(branches) => {
                let simplest = branches.iter().min_by_key(|branch| branch.kind);
                simplest.map_or(Value::Null, |branch| self.least(branch.shape, depth))
            }
            Shape::Object(_) if depth == 0 => json!({}),
            Shape::Object(object) => self.least_object(object).into(),
        }
    }
}
