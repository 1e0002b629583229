//! Random requests that a schema allows.

use qapi_codegen::json::{JsonMember, JsonValue};
use qapi_codegen::schema::{
    self, BranchContent, BuiltinType, JsonKind, NamedType, OperationData, Schema, TypeId, TypeKind,
    ValueType,
};

/// Creates a request from a schema; the numbers are the choices.
pub fn random_request(schema: &Schema, numbers: &[u16]) -> JsonValue<'static> {
    let choices = &mut Choices {
        numbers: numbers.iter(),
    };
    let command = &schema.commands[choices.choose(schema.commands.len())];
    let arguments = match &command.data {
        OperationData::Members(members) => {
            random_object(schema, members.iter().collect(), choices, 0)
        }
        OperationData::Defined(id) => random_defined(schema, *id, choices, 0),
    };
    JsonValue::Object(vec![
        JsonMember::new("execute", JsonValue::string(command.meta.name.clone())),
        JsonMember::new("arguments", arguments),
    ])
}

/// Random choices. Fewer and smaller numbers make a simpler request, which helps
/// shrinking.
struct Choices<'c> {
    numbers: std::slice::Iter<'c, u16>,
}

impl Choices<'_> {
    /// Returns an index below `count`, zero when the numbers are used up.
    fn choose(&mut self, count: usize) -> usize {
        self.numbers
            .next()
            .map_or(0, |number| usize::from(*number) % count.max(1))
    }

    fn choose_bool(&mut self) -> bool {
        self.choose(2) == 1
    }
}

/// Depth up to which optional members are set.
const MAX_DEPTH: usize = 4;

fn random_object(
    schema: &Schema,
    members: Vec<&schema::Member>,
    choices: &mut Choices<'_>,
    depth: usize,
) -> JsonValue<'static> {
    let mut made = Vec::new();
    for member in members {
        if !member.optional || (depth < MAX_DEPTH && choices.choose_bool()) {
            let value = random_value(schema, member.ty, choices, depth + 1);
            made.push(JsonMember::new(member.meta.name.clone(), value));
        }
    }
    JsonValue::Object(made)
}

fn random_value(
    schema: &Schema,
    ty: ValueType,
    choices: &mut Choices<'_>,
    depth: usize,
) -> JsonValue<'static> {
    match ty {
        ValueType::One(NamedType::Defined(id)) => random_defined(schema, id, choices, depth),
        ValueType::One(NamedType::Builtin(builtin)) => random_scalar(builtin, choices),
        ValueType::Array(_) if depth > MAX_DEPTH => JsonValue::Array(Vec::new()),
        ValueType::Array(item) => {
            let many = choices.choose(3);
            let item = |_| random_value(schema, ValueType::One(item), choices, depth + 1);
            JsonValue::Array((0..many).map(item).collect())
        }
    }
}

fn random_scalar(builtin: BuiltinType, choices: &mut Choices<'_>) -> JsonValue<'static> {
    match builtin.json_kind() {
        JsonKind::String => JsonValue::string(["a", "off", "1", "/a b", ""][choices.choose(5)]),
        JsonKind::Boolean => JsonValue::Bool(choices.choose_bool()),
        JsonKind::Number => JsonValue::Number(["0", "0.5", "2"][choices.choose(3)].into()),
        JsonKind::Any => JsonValue::Object(Vec::new()),
        JsonKind::Null => JsonValue::Null,
        _ => JsonValue::Number(["0", "1", "64"][choices.choose(3)].into()),
    }
}

fn random_defined(
    schema: &Schema,
    id: TypeId,
    choices: &mut Choices<'_>,
    depth: usize,
) -> JsonValue<'static> {
    match &schema.get(id).kind {
        TypeKind::Enum(values) => JsonValue::string(
            values.values[choices.choose(values.values.len())]
                .name
                .clone(),
        ),
        TypeKind::Struct(_) => random_object(schema, schema.members(id), choices, depth),
        TypeKind::Alternate(alternate) => {
            // The last branch never contains itself.
            let last = alternate.branches.len() - 1;
            let chosen = if depth > MAX_DEPTH {
                last
            } else {
                choices.choose(last + 1)
            };
            random_value(schema, alternate.branches[chosen].ty, choices, depth)
        }
        TypeKind::Union(union) => {
            let cases = schema.union_branches(union);
            let case = &cases[choices.choose(cases.len())];
            let mut made = random_object(schema, schema.members(id), choices, depth);
            made.remove(&union.discriminator);
            let rest = match case.content {
                BranchContent::Nothing => JsonValue::Object(Vec::new()),
                BranchContent::Members(id) => random_defined(schema, id, choices, depth),
                BranchContent::Data(ty) => {
                    let data = random_value(schema, ty, choices, depth + 1);
                    JsonValue::Object(vec![JsonMember::new("data", data)])
                }
            };
            let tag = JsonMember::new(
                union.discriminator.clone(),
                JsonValue::string(case.meta.name.clone()),
            );
            if let (Some(members), JsonValue::Object(rest)) = (made.members_mut(), rest) {
                members.push(tag);
                members.extend(rest);
            }
            made
        }
    }
}
