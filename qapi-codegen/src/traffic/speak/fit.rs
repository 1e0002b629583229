//! The shape of an older release for a value of a later one.

use crate::json::{JsonValue, is_integer};
use crate::schema::{BuiltinType, JsonKind};
use crate::wire::{BranchShape, Interface, ObjectShape, Shape, ShapeId};

/// Gives values the shape that an interface has for them.
pub struct ShapeFitter<'f, 's> {
    /// The interface of the older release.
    pub interface: &'f Interface<'s>,
    /// Returns whether elements at a path may be left out.
    pub is_inventory: &'f dyn Fn(&str) -> bool,
}

/// A reason why a value has no form in the older release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The path.
    pub path: String,
    /// The problem at this path.
    pub problem: MisfitProblem,
}

/// A problem with one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MisfitProblem {
    /// The older release does not have this value of an enum.
    UnknownValue(String),
    /// The older release does not have this branch of a union.
    UnknownBranch(String),
    /// The value is of another JSON type.
    OtherType(&'static str),
    /// The older release always has the member.
    Missing,
}

/// A path as a chain of its parts, rendered when it is needed.
#[derive(Clone, Copy)]
pub enum FitPath<'p> {
    /// The value itself.
    Root,
    /// A member of an object.
    Member(&'p FitPath<'p>, &'p str),
    /// The elements of an array.
    Elements(&'p FitPath<'p>),
}

impl FitPath<'_> {
    fn render(&self) -> String {
        match self {
            FitPath::Root => String::new(),
            FitPath::Elements(outer) => outer.render() + "[]",
            FitPath::Member(FitPath::Root, name) => (*name).to_owned(),
            FitPath::Member(outer, name) => format!("{}.{name}", outer.render()),
        }
    }
}

impl ShapeFitter<'_, '_> {
    /// Removes what the older release does not have from a value.
    ///
    /// # Errors
    ///
    /// The older release has no form for the value.
    pub fn fit(&self, shape: ShapeId, value: &mut JsonValue<'static>) -> Result<(), Misfit> {
        self.fit_value(shape, value, &FitPath::Root)
    }

    fn fit_value(
        &self,
        shape: ShapeId,
        value: &mut JsonValue<'static>,
        path: &FitPath<'_>,
    ) -> Result<(), Misfit> {
        match (self.interface.get(shape), value) {
            (Shape::Builtin(builtin), value) if is_builtin(*builtin, value) => Ok(()),
            (Shape::Enum(values), JsonValue::String(text)) => match values.contains(&text.value) {
                true => Ok(()),
                false => {
                    let problem = MisfitProblem::UnknownValue(text.value.clone().into_owned());
                    Err(misfit(path, problem))
                }
            },
            (Shape::Array(element), JsonValue::Array(elements)) => {
                self.fit_elements(*element, elements, path)
            }
            (Shape::Object(object), value @ JsonValue::Object(_)) => {
                self.fit_object(object, value, path)
            }
            (Shape::Alternate(branches), value) => {
                let mut fitting = branches.iter().filter(|own| is_kind(own.kind, value));
                let branch = fitting.next();
                let branch = branch.ok_or_else(|| other_type(path, value))?;
                self.fit_value(branch.shape, value, path)
            }
            (_, value) => Err(other_type(path, value)),
        }
    }

    fn fit_elements(
        &self,
        shape: ShapeId,
        elements: &mut Vec<JsonValue<'static>>,
        path: &FitPath<'_>,
    ) -> Result<(), Misfit> {
        let path = &FitPath::Elements(path);
        let mut index = 0;
        while index < elements.len() {
            match self.fit_value(shape, &mut elements[index], path) {
                Ok(()) => index += 1,
                Err(_) if (self.is_inventory)(&path.render()) => drop(elements.remove(index)),
                Err(misfit) => return Err(misfit),
            }
        }
        Ok(())
    }

    fn fit_object(
        &self,
        object: &ObjectShape<'_>,
        value: &mut JsonValue<'static>,
        path: &FitPath<'_>,
    ) -> Result<(), Misfit> {
        if object.open {
            return Ok(());
        }
        let branch = self.selected_branch(object, value, path)?;
        let content = branch.and_then(|branch| self.interface.object(branch.content));
        let has = |name: &str| {
            object.members.contains(name)
                || content.is_some_and(|content| content.members.contains(name) || content.open)
        };
        if let Some(members) = value.members_mut() {
            members.retain(|member| has(&member.name.value));
        }
        self.fit_members(object, value, path)?;
        match content {
            // A branch may be a union itself, with members of both.
            Some(content) if content.branches.is_none() => self.fit_members(content, value, path),
            _ => Ok(()),
        }
    }

    /// The branch that the discriminator selects, if there is one.
    fn selected_branch<'o>(
        &self,
        object: &'o ObjectShape<'_>,
        value: &JsonValue<'_>,
        path: &FitPath<'_>,
    ) -> Result<Option<&'o BranchShape<'o>>, Misfit> {
        let Some(branches) = &object.branches else {
            return Ok(None);
        };
        let selected = value.get(branches.discriminator);
        let Some(selected) = selected.and_then(JsonValue::as_str) else {
            return Ok(None);
        };
        let discriminator = object.members.get(branches.discriminator);
        let values = discriminator.map(|member| self.interface.get(member.shape));
        if matches!(values, Some(Shape::Enum(values)) if !values.contains(selected)) {
            let problem = MisfitProblem::UnknownBranch(selected.to_owned());
            return Err(misfit(path, problem));
        }
        Ok(branches.by_value.get(selected))
    }

    fn fit_members(
        &self,
        object: &ObjectShape<'_>,
        value: &mut JsonValue<'static>,
        path: &FitPath<'_>,
    ) -> Result<(), Misfit> {
        for (name, member) in object.members.iter() {
            let path = &FitPath::Member(path, name);
            let Some(found) = value.get_mut(name) else {
                match member.is_always_present() {
                    true => return Err(misfit(path, MisfitProblem::Missing)),
                    false => continue,
                }
            };
            match self.fit_value(member.shape, found, path) {
                Ok(()) => {}
                // What a client learns from a branch that it does not know is
                // more than it asked for.
                Err(error) if member.optional && error.is_branch_at(path) => {
                    value.remove(name);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Misfit {
    /// Returns whether the value at a path is an unknown branch.
    fn is_branch_at(&self, path: &FitPath<'_>) -> bool {
        matches!(self.problem, MisfitProblem::UnknownBranch(_)) && self.path == path.render()
    }
}

fn misfit(path: &FitPath<'_>, problem: MisfitProblem) -> Misfit {
    Misfit {
        path: path.render(),
        problem,
    }
}

fn other_type(path: &FitPath<'_>, value: &JsonValue<'_>) -> Misfit {
    misfit(path, MisfitProblem::OtherType(value.type_name()))
}

fn is_builtin(builtin: BuiltinType, value: &JsonValue<'_>) -> bool {
    let is_whole = |value: &JsonValue<'_>| match value {
        JsonValue::Number(number) => is_integer(number),
        _ => false,
    };
    match builtin.json_kind() {
        JsonKind::Integer => is_whole(value),
        kind => is_kind(kind, value),
    }
}

fn is_kind(kind: JsonKind, value: &JsonValue<'_>) -> bool {
    matches!(
        (kind, value),
        (JsonKind::Any, _)
            | (JsonKind::Null, JsonValue::Null)
            | (JsonKind::Boolean, JsonValue::Bool(_))
            | (JsonKind::Number | JsonKind::Integer, JsonValue::Number(_))
            | (JsonKind::String, JsonValue::String(_))
            | (JsonKind::Array, JsonValue::Array(_))
            | (JsonKind::Object, JsonValue::Object(_))
    )
}
