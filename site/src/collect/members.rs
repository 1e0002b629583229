//! Members, values and branches over all series.

use std::collections::{BTreeMap, BTreeSet};

use qapi_codegen::schema::EntityMeta;
use qapi_codegen::version::Version;
use qapi_codegen::wire::{Interface, ObjectShape, Shape, ShapeId};

use crate::presence::Presence;

/// The members of an object, the values of an enum or the branches of an
/// alternate, over all series: those of the newest series first, in its order.
#[derive(Debug, Clone, Default)]
pub struct MemberTable {
    /// The rows.
    pub rows: Vec<MemberRow>,
    index: BTreeMap<String, usize>,
}

/// One member over all series.
#[derive(Debug, Clone)]
pub struct MemberRow {
    /// The name; of a branch with its discriminator, `driver=qcow2`.
    pub name: String,
    /// The kind of row.
    pub kind: RowKind,
    /// The series that have it.
    pub presence: Presence,
    /// The first release by the documentation of QEMU.
    pub documented_since: Option<Version>,
    /// Its states with the indices of their first series, newest first. Equal
    /// states of neighbouring series are one.
    pub states: Vec<(usize, MemberState)>,
}

/// The kinds of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// A member of an object.
    Member,
    /// A value of an enum.
    Value,
    /// A branch of a union or alternate.
    Branch,
}

/// What a series states of a member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberState {
    /// The type.
    pub ty: Option<TypeLabel>,
    /// `true` if it may be absent.
    pub optional: bool,
    /// `true` if it is deprecated.
    pub deprecated: bool,
    /// `true` if it is unstable.
    pub unstable: bool,
    /// The build condition.
    pub condition: Option<String>,
}

/// A type as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeLabel {
    /// The name, without the brackets of an array.
    pub name: String,
    /// `true` for an array.
    pub is_array: bool,
    /// `true` if the type has a page.
    pub has_page: bool,
}

impl TypeLabel {
    /// The type as text, `[str]` for an array.
    pub fn text(&self) -> String {
        match self.is_array {
            true => format!("[{}]", self.name),
            false => self.name.clone(),
        }
    }
}

impl RowKind {
    /// The noun.
    pub fn as_str(self) -> &'static str {
        match self {
            RowKind::Member => "member",
            RowKind::Value => "value",
            RowKind::Branch => "branch",
        }
    }
}

impl MemberRow {
    /// The state in the newest series that has it.
    pub fn newest(&self) -> Option<&MemberState> {
        self.states.first().map(|(_, state)| state)
    }
}

impl MemberTable {
    /// Follows a shape over the series; shapes are given newest first.
    pub fn new<'i, 's: 'i>(
        shapes: impl Iterator<Item = (usize, &'i Interface<'s>, ShapeId)>,
    ) -> MemberTable {
        let mut table = MemberTable::default();
        for (index, interface, id) in shapes {
            match interface.get(id) {
                Shape::Object(object) => table.add_object(index, interface, object),
                Shape::Enum(values) => {
                    for (name, meta) in values.declared() {
                        let state = MemberState::new(Some(meta));
                        table.add(index, name.to_owned(), RowKind::Value, Some(meta), state);
                    }
                }
                Shape::Alternate(branches) => {
                    for branch in branches {
                        let mut state = MemberState::new(Some(branch.meta));
                        state.ty = Some(type_label(interface, branch.shape));
                        let name = branch.meta.name.clone();
                        table.add(index, name, RowKind::Branch, Some(branch.meta), state);
                    }
                }
                Shape::Builtin(_) | Shape::Array(_) => {}
            }
        }
        table
    }

    fn add_object(&mut self, index: usize, interface: &Interface<'_>, object: &ObjectShape<'_>) {
        for (name, member) in object.members.declared() {
            let state = MemberState {
                ty: Some(type_label(interface, member.shape)),
                optional: member.optional,
                ..MemberState::new(member.meta)
            };
            self.add(index, name.to_owned(), RowKind::Member, member.meta, state);
        }
        let Some(branches) = &object.branches else {
            return;
        };
        for (value, branch) in branches.by_value.declared() {
            let content = interface.definition(branch.content);
            let label = content.map(|meta| TypeLabel {
                name: meta.name.clone(),
                is_array: false,
                has_page: true,
            });
            let data = interface.object(branch.content);
            let data = data.and_then(|object| object.only_member("data"));
            let wrapped = data.map(|member| type_label(interface, member.shape));
            // The value and its branch often have the same condition.
            let conditions = branch.conditions.iter().map(|own| condition_text(own));
            let conditions: BTreeSet<String> = conditions.collect();
            let state = MemberState {
                ty: label.or(wrapped),
                condition: conditions
                    .into_iter()
                    .reduce(|left, right| format!("{left}, {right}")),
                ..MemberState::new(Some(branch.meta))
            };
            let name = format!("{}={value}", branches.discriminator);
            self.add(index, name, RowKind::Branch, Some(branch.meta), state);
        }
    }

    fn add(
        &mut self,
        index: usize,
        name: String,
        kind: RowKind,
        meta: Option<&EntityMeta>,
        state: MemberState,
    ) {
        let next = self.rows.len();
        let position = *self.index.entry(name.clone()).or_insert(next);
        if position == next {
            self.rows.push(MemberRow {
                name,
                kind,
                presence: Presence::default(),
                documented_since: None,
                states: Vec::new(),
            });
        }
        let row = &mut self.rows[position];
        row.presence.add(index);
        let since = meta.and_then(|meta| meta.facts.since);
        row.documented_since = row.documented_since.or(since);
        match row.states.last_mut() {
            Some((first, last)) if *last == state => *first = index,
            _ => row.states.push((index, state)),
        }
    }
}

impl MemberState {
    fn new(meta: Option<&EntityMeta>) -> MemberState {
        let condition = meta.and_then(|meta| meta.condition.as_ref());
        MemberState {
            deprecated: meta.is_some_and(EntityMeta::is_deprecated),
            unstable: meta.is_some_and(|meta| meta.has_feature("unstable")),
            condition: condition.map(condition_text),
            ..MemberState::default()
        }
    }
}

/// A build condition in the form that all releases share.
pub fn condition_text(condition: &qapi_codegen::schema::Condition) -> String {
    condition.to_structured().to_string()
}

/// The label of the type of a shape.
pub fn type_label(interface: &Interface<'_>, id: ShapeId) -> TypeLabel {
    if let Shape::Array(element) = interface.get(id) {
        let element = type_label(interface, *element);
        return TypeLabel {
            is_array: true,
            ..element
        };
    }
    let definition = interface.definition(id);
    let name = match (definition, interface.get(id)) {
        (Some(meta), _) => meta.name.clone(),
        (None, Shape::Builtin(builtin)) => builtin.as_str().to_owned(),
        (None, Shape::Enum(_)) => "enum".to_owned(),
        (None, _) => "object".to_owned(),
    };
    TypeLabel {
        name,
        is_array: false,
        has_page: definition.is_some(),
    }
}
