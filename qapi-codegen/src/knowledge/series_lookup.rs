//! Lookups in the schemas of other series, for help texts.

use crate::json::JsonValue;
use crate::schema::BuiltinType;
use crate::version::Series;
use crate::wire::{Interface, MemberShape, ObjectShape, PathSegment, Shape};

/// Looks up commands and arguments in other series, whose schemas are read on
/// first use.
pub trait SeriesLookup: Sync {
    /// The series that have a command, oldest first.
    fn with_command(&self, command: &str) -> Vec<Series>;

    /// The series that have an argument or one of its values, oldest first.
    fn with_argument(&self, _argument: &ArgumentSite<'_>) -> Vec<Series> {
        Vec::new()
    }
}

/// A function that knows the commands of all series.
impl<F: Fn(&str) -> Vec<Series> + Sync> SeriesLookup for F {
    fn with_command(&self, command: &str) -> Vec<Series> {
        self(command)
    }
}

/// A member or a value inside the arguments of a request.
#[derive(Debug, Clone, Copy)]
pub struct ArgumentSite<'m> {
    /// The command.
    pub command: &'m str,
    /// The arguments, whose discriminators select the branches.
    pub arguments: &'m JsonValue<'m>,
    /// The path of the member.
    pub path: &'m [PathSegment<'m>],
    /// The enum value, unless it is the member as a whole.
    pub value: Option<&'m str>,
}

impl ArgumentSite<'_> {
    /// Returns whether an interface has the member or the value.
    pub fn exists_in(&self, interface: &Interface<'_>) -> bool {
        let Some(command) = interface.commands.get(self.command) else {
            return false;
        };
        let arguments = interface.get(command.arguments);
        self.exists_below(interface, arguments, self.arguments, self.path)
    }

    fn exists_below(
        &self,
        interface: &Interface<'_>,
        shape: &Shape<'_>,
        value: &JsonValue<'_>,
        path: &[PathSegment<'_>],
    ) -> bool {
        let exists = |id, value, rest| self.exists_below(interface, interface.get(id), value, rest);
        match (shape, path) {
            (Shape::Alternate(branches), _) => {
                let mut branches = branches.iter();
                branches.any(|branch| exists(branch.shape, value, path))
            }
            (shape, []) => self.value.is_none_or(|text| has_value(shape, text)),
            (Shape::Object(object), [PathSegment::Member(name), rest @ ..]) => {
                let inner = value.get(name).unwrap_or(&JsonValue::Null);
                find_member(interface, object, value, name)
                    .is_some_and(|member| exists(member.shape, inner, rest))
            }
            (Shape::Array(element), [PathSegment::Element(index), rest @ ..]) => {
                let elements = match value {
                    JsonValue::Array(elements) => elements.as_slice(),
                    _ => &[],
                };
                let inner = elements.get(*index).unwrap_or(&JsonValue::Null);
                exists(*element, inner, rest)
            }
            _ => false,
        }
    }
}

fn has_value(shape: &Shape<'_>, text: &str) -> bool {
    match shape {
        Shape::Enum(values) => values.contains(text),
        Shape::Builtin(builtin) => *builtin == BuiltinType::Str,
        _ => false,
    }
}

/// Finds a member of an object, or of a branch that a value selects.
fn find_member<'i>(
    interface: &'i Interface<'_>,
    object: &'i ObjectShape<'_>,
    value: &JsonValue<'_>,
    name: &str,
) -> Option<&'i MemberShape<'i>> {
    if let Some(member) = object.members.get(name) {
        return Some(member);
    }
    let branches = object.branches.as_ref()?;
    let selected = value.get(branches.discriminator)?.as_str()?;
    let branch = branches.by_value.get(selected)?;
    let content = interface.object(branch.content)?;
    find_member(interface, content, value, name)
}
