//! Random values of a shape.

use qapi_codegen::dialect;
use qapi_codegen::schema::{BuiltinType, JsonKind};
use qapi_codegen::wire::{Interface, ObjectShape, Shape, ShapeId};
use serde_json::{Map, Value, json};

/// The depth beyond which values have only what is required.
const MAX_DEPTH: usize = 6;

/// A source of random values of the shapes of a release.
pub struct RandomValues<'a, 's> {
    interface: &'a Interface<'s>,
    state: u64,
}

impl<'a, 's> RandomValues<'a, 's> {
    /// A source that makes the same values from the same seed. Seed 0 makes values
    /// with the required members only.
    pub fn new(interface: &'a Interface<'s>, seed: u64) -> Self {
        RandomValues { interface, state: seed }
    }

    /// The next value of a shape.
    pub fn value(&mut self, shape: ShapeId) -> Value {
        self.value_at(shape, 0)
    }

    /// A number below `count`; always 0 for seed 0.
    fn below(&mut self, count: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005);
        self.state ^= self.state >> 29;
        (self.state >> 20) as usize % count.max(1)
    }

    fn value_at(&mut self, shape: ShapeId, depth: usize) -> Value {
        let interface = self.interface;
        match interface.get(shape) {
            Shape::Builtin(builtin) => self.builtin(*builtin),
            Shape::Enum(values) => {
                let names: Vec<&str> = values.names().collect();
                match names.is_empty() {
                    true => json!("a value of tomorrow"),
                    false => json!(names[self.below(names.len())]),
                }
            }
            Shape::Array(element) => {
                let length = if depth > MAX_DEPTH { 0 } else { self.below(3) };
                (0..length).map(|_| self.value_at(*element, depth + 1)).collect()
            }
            Shape::Alternate(branches) => {
                // Alternates recurse through objects.
                let flat = branches.iter().filter(|branch| {
                    depth <= MAX_DEPTH || interface.get(branch.shape).json_kind() != Some(JsonKind::Object)
                });
                let mut flat: Vec<_> = flat.collect();
                if flat.is_empty() {
                    flat = branches.iter().collect();
                }
                let branch = flat[self.below(flat.len())];
                self.value_at(branch.shape, depth + 1)
            }
            Shape::Object(object) => {
                let mut members = Map::new();
                self.add_members(object, &mut members, depth + 1);
                Value::Object(members)
            }
        }
    }

    fn add_members(&mut self, object: &'a ObjectShape<'s>, members: &mut Map<String, Value>, depth: usize) {
        for (name, member) in object.members.iter() {
            let is_absent = member.optional && (depth > MAX_DEPTH || self.below(2) == 0);
            if object.discriminator() != Some(name) && !is_absent {
                let value = self.value_at(member.shape, depth);
                members.insert(name.to_owned(), value);
            }
        }
        if let Some(branches) = &object.branches {
            let by_value: Vec<_> = branches.by_value.iter().collect();
            let (value, branch) = by_value[self.below(by_value.len())];
            members.insert(branches.discriminator.to_owned(), json!(value));
            if let Some(content) = self.interface.object(branch.content) {
                self.add_members(content, members, depth);
            }
        }
        if object.open && self.below(2) == 1 {
            members.insert("an-open-argument".to_owned(), json!(1));
        }
    }

    fn builtin(&mut self, builtin: BuiltinType) -> Value {
        match builtin.json_kind() {
            JsonKind::Boolean => json!(self.below(2) == 1),
            JsonKind::Null => Value::Null,
            JsonKind::Number => [json!(1), json!(0.5), json!(-2)][self.below(3)].clone(),
            JsonKind::Integer => self.integer(builtin),
            JsonKind::Any => [json!("any"), json!(1), json!([{"a": null}])][self.below(3)].clone(),
            _ => json!(["text", "", "\u{e4} \"quoted\""][self.below(3)]),
        }
    }

    fn integer(&mut self, builtin: BuiltinType) -> Value {
        let Some(range) = self.interface.integer_range(builtin) else {
            return json!(self.below(100));
        };
        let values = [range.low, range.high, 0, 1];
        let value = values[self.below(values.len())];
        let is_negative = builtin.is_unsigned_64()
            && dialect::NEGATIVE_UNSIGNED.contains(self.interface.version);
        if is_negative {
            return json!(value as u64 as i64);
        }
        i64::try_from(value).map_or_else(|_| json!(value as u64), |value| json!(value))
    }
}
