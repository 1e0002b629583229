//! Reducing a schema to its shapes.

use std::collections::{BTreeMap, HashMap};

use super::{
    CaseShape, Choice, CommandShape, EventShape, Member, NodeId, Object, Range, Shape, Shapes,
};
use crate::schema::{
    self, Alternate, Builtin, Content, Data, Item, JsonKind, Schema, Type, TypeDef, TypeId,
    TypeKind, Union,
};

/// The names that the enum of error classes has had.
const ERROR_CLASSES: [&str; 2] = ["QapiErrorClass", "ErrorClass"];

impl<'s> Shapes<'s> {
    /// Reduces a schema to what travels.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use qapi_codegen::analyse::shape::Shapes;
    /// use qapi_codegen::{load::load, schema::resolve, validate::validate, version::Version};
    ///
    /// let text = b"{ 'command': 'stop', 'data': { '*now': 'bool' } }".to_vec();
    /// let files = HashMap::from([("a.json".to_owned(), text)]);
    /// let loaded = load(&files, "a.json", Version::new(2, 5, 0))?;
    /// let schema = resolve(&validate(loaded).expect("it breaks no rule"));
    /// let shapes = Shapes::of(&schema);
    /// let arguments = shapes.object(shapes.commands["stop"].arguments).unwrap();
    /// assert!(arguments.members["now"].optional);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn of(schema: &'s Schema) -> Shapes<'s> {
        let mut builder = Builder::new(schema);
        for (index, (id, def)) in schema.types().enumerate() {
            builder.nodes[index] = builder.definition(id, def);
        }
        let commands = schema.commands.iter();
        let commands = commands.map(|command| (&*command.meta.name, builder.command(command)));
        let commands = commands.collect();
        let events = schema.events.iter();
        let events = events
            .map(|event| (&*event.meta.name, builder.event(event)))
            .collect();
        let error_class = ERROR_CLASSES
            .iter()
            .find_map(|name| schema.type_named(name));
        Shapes {
            version: schema.version,
            commands,
            events,
            error_class: error_class.map(node),
            nodes: builder.nodes,
        }
    }
}

impl Shapes<'_> {
    /// The shape of a type of the schema that these are the shapes of.
    pub fn of_type(&self, id: TypeId) -> NodeId {
        node(id)
    }
}

/// The types of the schema have the first nodes, in their order.
fn node(id: TypeId) -> NodeId {
    NodeId(id.index() as u32)
}

struct Builder<'s> {
    schema: &'s Schema,
    nodes: Vec<Shape<'s>>,
    builtins: HashMap<Builtin, NodeId>,
    arrays: HashMap<NodeId, NodeId>,
    wrappers: HashMap<NodeId, NodeId>,
    nothing: NodeId,
}

impl<'s> Builder<'s> {
    fn new(schema: &'s Schema) -> Self {
        let mut nodes = vec![Shape::Null; schema.types.len()];
        let nothing = NodeId(nodes.len() as u32);
        nodes.push(Shape::Object(Object::default()));
        Builder {
            schema,
            nodes,
            builtins: HashMap::new(),
            arrays: HashMap::new(),
            wrappers: HashMap::new(),
            nothing,
        }
    }

    fn add(&mut self, shape: Shape<'s>) -> NodeId {
        self.nodes.push(shape);
        NodeId(self.nodes.len() as u32 - 1)
    }

    fn definition(&mut self, id: TypeId, def: &'s TypeDef) -> Shape<'s> {
        match &def.kind {
            TypeKind::Enum(body) => Shape::Enum(
                body.values
                    .iter()
                    .map(|value| (&*value.name, value))
                    .collect(),
            ),
            TypeKind::Struct(_) => Shape::Object(Object {
                members: self.members(self.schema.members(id)),
                ..Object::default()
            }),
            TypeKind::Union(union) => Shape::Object(self.union(id, union)),
            TypeKind::Alternate(alternate) => self.alternate(alternate),
        }
    }

    fn members(
        &mut self,
        members: impl IntoIterator<Item = &'s schema::Member>,
    ) -> BTreeMap<&'s str, Member<'s>> {
        let member = |member: &'s schema::Member| {
            let shape = self.ty(member.ty);
            (
                &*member.meta.name,
                Member {
                    shape,
                    optional: member.optional,
                    meta: Some(&member.meta),
                },
            )
        };
        members.into_iter().map(member).collect()
    }

    fn union(&mut self, id: TypeId, union: &'s Union) -> Object<'s> {
        let mut members = self.members(self.schema.members(id));
        let cases = self.schema.cases(union);
        if !members.contains_key(&*union.tag) {
            let values = cases
                .iter()
                .map(|case| (&*case.meta.name, case.meta))
                .collect();
            let shape = self.add(Shape::Enum(values));
            members.insert(
                &union.tag,
                Member {
                    shape,
                    optional: false,
                    meta: None,
                },
            );
        }
        let case = |case: schema::Case<'s>| {
            let content = self.content(case.content);
            let (meta, conditions) = (case.meta, case.conditions);
            (
                &*meta.name,
                CaseShape {
                    content,
                    meta,
                    conditions,
                },
            )
        };
        let cases = cases.into_iter().map(case).collect();
        Object {
            members,
            choice: Some(Choice {
                tag: &union.tag,
                cases,
            }),
            open: false,
        }
    }

    fn content(&mut self, content: Content) -> NodeId {
        match content {
            Content::Nothing => self.nothing,
            Content::Members(id) => node(id),
            Content::Data(ty) => {
                let shape = self.ty(ty);
                self.wrapper(shape)
            }
        }
    }

    /// An object with the one member `data`.
    fn wrapper(&mut self, shape: NodeId) -> NodeId {
        if let Some(&known) = self.wrappers.get(&shape) {
            return known;
        }
        let member = Member {
            shape,
            optional: false,
            meta: None,
        };
        let members = BTreeMap::from([(schema::DATA, member)]);
        let wrapper = self.add(Shape::Object(Object {
            members,
            ..Object::default()
        }));
        self.wrappers.insert(shape, wrapper);
        wrapper
    }

    fn alternate(&mut self, alternate: &'s Alternate) -> Shape<'s> {
        let branch = |branch: &schema::Branch| (self.kind(branch.ty), self.ty(branch.ty));
        Shape::Alternate(alternate.branches.iter().map(branch).collect())
    }

    /// The kind of JSON value of a branch of an alternate.
    fn kind(&self, ty: Type) -> JsonKind {
        match ty {
            Type::Array(_) => JsonKind::Array,
            Type::One(Item::Builtin(builtin)) => builtin.json_kind(),
            Type::One(Item::Defined(id)) => match self.schema.get(id).kind {
                TypeKind::Enum(_) => JsonKind::String,
                _ => JsonKind::Object,
            },
        }
    }

    fn ty(&mut self, ty: Type) -> NodeId {
        let item = match ty.item() {
            Item::Defined(id) => node(id),
            Item::Builtin(builtin) => self.builtin(builtin),
        };
        match ty {
            Type::One(_) => item,
            Type::Array(_) => self.array(item),
        }
    }

    fn array(&mut self, item: NodeId) -> NodeId {
        if let Some(&known) = self.arrays.get(&item) {
            return known;
        }
        let array = self.add(Shape::Array(item));
        self.arrays.insert(item, array);
        array
    }

    fn builtin(&mut self, builtin: Builtin) -> NodeId {
        if let Some(&known) = self.builtins.get(&builtin) {
            return known;
        }
        let shape = self.add(scalar(builtin));
        self.builtins.insert(builtin, shape);
        shape
    }

    fn data(&mut self, data: &'s Data, open: bool) -> NodeId {
        match data {
            Data::Members(members) if members.is_empty() && !open => self.nothing,
            Data::Members(members) => {
                let members = self.members(members);
                self.add(Shape::Object(Object {
                    members,
                    choice: None,
                    open,
                }))
            }
            Data::Defined(id) if !open => node(*id),
            Data::Defined(id) => match self.nodes[id.index()].clone() {
                Shape::Object(object) => self.add(Shape::Object(Object { open, ..object })),
                other => self.add(other),
            },
        }
    }

    fn command(&mut self, command: &'s schema::Command) -> CommandShape<'s> {
        CommandShape {
            meta: &command.meta,
            arguments: self.data(&command.data, command.open),
            returns: command.returns.map(|ty| self.ty(ty)),
            success_response: command.success_response,
            allow_oob: command.allow_oob,
            allow_preconfig: command.allow_preconfig,
        }
    }

    fn event(&mut self, event: &'s schema::Event) -> EventShape<'s> {
        EventShape {
            meta: &event.meta,
            data: self.data(&event.data, false),
        }
    }
}

fn scalar<'s>(builtin: Builtin) -> Shape<'s> {
    let range = |low: i128, high: i128| Shape::Integer(Range { low, high });
    match builtin {
        Builtin::Str | Builtin::QType => Shape::Text,
        Builtin::Number => Shape::Number,
        Builtin::Bool => Shape::Boolean,
        Builtin::Any => Shape::Any,
        Builtin::Null => Shape::Null,
        Builtin::Int8 => range(i8::MIN.into(), i8::MAX.into()),
        Builtin::Int16 => range(i16::MIN.into(), i16::MAX.into()),
        Builtin::Int32 => range(i32::MIN.into(), i32::MAX.into()),
        Builtin::Int | Builtin::Int64 => range(i64::MIN.into(), i64::MAX.into()),
        Builtin::Uint8 => range(0, u8::MAX.into()),
        Builtin::Uint16 => range(0, u16::MAX.into()),
        Builtin::Uint32 => range(0, u32::MAX.into()),
        Builtin::Uint64 | Builtin::Size => range(0, u64::MAX.into()),
    }
}
