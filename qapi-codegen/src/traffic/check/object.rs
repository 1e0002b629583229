//! Objects: which members there are, which are wanted, and what they depend on.

use super::envelope::with_article;
use super::notes;
use super::path::Path;
use super::problem::{Code, Problem};
use super::shapes::{Cases, Shape};
use super::value::{Mode, Walk};
use super::{hints, literal};
use crate::schema::{BranchContent, DATA_MEMBER, Member, NamedType, ValueType};
use crate::traffic::json::{self, Value};

/// What is known of an object once its tags were read.
struct Known<'w, 'k> {
    /// The members of the object and of the branches that it takes.
    shapes: Vec<&'w Shape<'k>>,
    /// The type of `data`, where that is the branch.
    data: Option<ValueType>,
    /// The cases whose tag does not tell which.
    undecided: Option<&'w Cases<'k>>,
}

impl<'w, 'k> Walk<'w, 'k> {
    /// Checks an object.
    pub fn object(
        &self,
        shape: &'w Shape<'k>,
        value: &Value<'_>,
        path: &Path<'_>,
        problems: &mut Vec<Problem>,
    ) {
        let Some(members) = value.members() else {
            problems.extend(self.mistyped(value, "object", path));
            return;
        };
        let known = self.known(shape, value, path, problems);
        for member in members {
            self.given(&known, member, members, path, problems);
        }
        for shape in &known.shapes {
            let wanted = shape.members().iter().filter(|member| is_required(member));
            let missing = wanted.filter(|wanted| value.get(&wanted.meta.name).is_none());
            problems.extend(missing.map(|wanted| self.missing(&known, wanted, members, path)));
        }
        if known.data.is_some() && value.get(DATA_MEMBER).is_none() {
            problems.push(missing_named(DATA_MEMBER, path));
        }
    }

    /// Follows the tags of an object, which are told where they are wrong.
    fn known(
        &self,
        shape: &'w Shape<'k>,
        value: &Value<'_>,
        path: &Path<'_>,
        problems: &mut Vec<Problem>,
    ) -> Known<'w, 'k> {
        let mut known = Known {
            shapes: vec![shape],
            data: None,
            undecided: None,
        };
        let mut next = shape.cases.as_ref().map(|cases| (shape, cases));
        while let Some((shape, cases)) = next.take() {
            match self.case(shape, cases, value, path, problems) {
                None => known.undecided = Some(cases),
                Some(BranchContent::Nothing) => {}
                Some(BranchContent::Data(ty)) => known.data = Some(ty),
                Some(BranchContent::Members(id)) => {
                    let branch = self.checker.shapes.of(id);
                    known.shapes.push(branch);
                    next = branch.cases.as_ref().map(|cases| (branch, cases));
                }
            }
        }
        known
    }

    /// What an object has by its tag, if that tells.
    fn case(
        &self,
        shape: &Shape<'_>,
        cases: &Cases<'k>,
        value: &Value<'_>,
        path: &Path<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<BranchContent> {
        // A tag that is a member is checked with the members.
        let is_member = shape.member(cases.tag);
        let here = path.member(cases.tag);
        let tag = match (value.get(cases.tag), is_member) {
            (Some(Value::String(text)), _) => text,
            (_, Some(_)) => return None,
            (None, None) => {
                problems.push(missing_named(cases.tag, path));
                return None;
            }
            (Some(other), None) => {
                problems.extend(self.mistyped(other, "string", &here));
                return None;
            }
        };
        let found = cases.case(&tag.value);
        if let Some((meta, _)) = found {
            if !self.is_reply() {
                let what = format!("`{}` as `{here}`", meta.name);
                notes::lifecycle(meta, &what, &here, problems);
            }
        } else if is_member.is_none_or(|member| self.is_value(member, &tag.value)) {
            problems.push(self.unknown_value(&tag.value, cases.values(), &here));
        }
        found.map(|(_, content)| content)
    }

    /// Whether a string is a value of a member that is an enum.
    fn is_value(&self, member: &Member, text: &str) -> bool {
        match member.ty {
            ValueType::One(NamedType::Defined(id)) => self.checker.shapes.value(id, text).is_some(),
            _ => false,
        }
    }

    fn given(
        &self,
        known: &Known<'w, 'k>,
        given: &json::Member<'_>,
        members: &[json::Member<'_>],
        path: &Path<'_>,
        problems: &mut Vec<Problem>,
    ) {
        let name = given.name.value.as_ref();
        let here = path.member(name);
        if self.mode == Mode::Options && literal::is_passed_over(&given.value) {
            problems.push(literal::passed_over(&given.value, &here));
            return;
        }
        if let Some(member) = known.member(name) {
            if !self.is_reply() {
                notes::member_lifecycle(member, &here, problems);
            }
            return self.value(member.ty, &given.value, &here, problems);
        }
        match known.data {
            Some(ty) if name == DATA_MEMBER => {
                return self.value(ty, &given.value, &here, problems);
            }
            _ => {}
        }
        if !known.is_tag(name) && !self.may_be(known, name) {
            problems.extend(self.unexpected(known, given, members, path));
        }
    }

    /// Whether one of the cases has a member, where it is not told which.
    fn may_be(&self, known: &Known<'_, '_>, name: &str) -> bool {
        let contents = known.undecided.iter().flat_map(|cases| cases.contents());
        contents
            .into_iter()
            .any(|content| self.checker.shapes.has_member(content, name))
    }

    fn unexpected(
        &self,
        known: &Known<'_, '_>,
        given: &json::Member<'_>,
        members: &[json::Member<'_>],
        path: &Path<'_>,
    ) -> Option<Problem> {
        // A reply has members that a client does not know.
        if self.mode == Mode::Reply {
            return self.unexpected_in_reply(given, path);
        }
        let name = hints::shortened(&given.name.value);
        let message = match path {
            Path::Root => format!("`{}` has no argument `{name}`", self.target),
            path => format!("`{path}` has no member `{name}`"),
        };
        let is_free = |name: &&str| members.iter().all(|member| member.name.value != *name);
        let names = known.names().filter(is_free);
        let help = self
            .holds_members(known, given)
            .or_else(|| hints::did_you_mean(&hints::nearest(&name, names)));
        let problem = Problem::error(Code::UnexpectedMember, &path.member(&name), message);
        Some(problem.with_help(help))
    }

    /// What to say of an object whose members belong beside it.
    fn holds_members(&self, known: &Known<'_, '_>, given: &json::Member<'_>) -> Option<String> {
        let held = given.value.members()?;
        let fits = |name: &str| known.member(name).is_some() || self.may_be(known, name);
        let fitting = held.iter().any(|member| fits(&member.name.value));
        fitting.then(|| {
            format!(
                "QEMU {} takes the members of `{}` without it, directly in its place",
                self.checker.series, given.name.value
            )
        })
    }

    fn missing(
        &self,
        known: &Known<'_, '_>,
        wanted: &Member,
        members: &[json::Member<'_>],
        path: &Path<'_>,
    ) -> Problem {
        let name = &wanted.meta.name;
        let inner = match wanted.ty {
            ValueType::One(NamedType::Defined(id)) => Some(self.checker.shapes.of(id)),
            _ => None,
        };
        let strays: Vec<&str> = members
            .iter()
            .map(|member| member.name.value.as_ref())
            .filter(|stray| known.member(stray).is_none())
            .filter(|stray| inner.is_some_and(|inner| self.has(inner, stray)))
            .collect();
        let help = (!strays.is_empty()).then(|| {
            format!(
                "put {} into `{name}`",
                hints::listed(&strays).replace(" or ", " and ")
            )
        });
        missing_named(name, path).with_help(help)
    }

    fn has(&self, shape: &Shape<'_>, name: &str) -> bool {
        let contents = shape.cases.iter().flat_map(|cases| cases.contents());
        shape.member(name).is_some()
            || contents
                .into_iter()
                .any(|content| self.checker.shapes.has_member(content, name))
    }

    /// A value of another JSON type than wanted.
    pub fn mistyped(&self, value: &Value<'_>, wanted: &str, path: &Path<'_>) -> Option<Problem> {
        let wanted = with_article(wanted);
        let message = format!(
            "`{path}` must be {wanted} and is {}",
            with_article(value.kind())
        );
        let help = literal_help(value, &wanted);
        Some(Problem::error(Code::MistypedMember, path, message).with_help(help))
    }
}

/// What to write for a number or a truth value between quotes.
fn literal_help(value: &Value<'_>, wanted: &str) -> Option<String> {
    let text = value.as_str()?;
    let written = match wanted {
        "an integer" if text.parse::<i128>().is_ok() => text,
        "a boolean" => literal::boolean(text).map(|is| if is { "true" } else { "false" })?,
        _ => return None,
    };
    Some(format!("write {written} without quotes"))
}

impl<'w, 'k> Known<'w, 'k> {
    fn member(&self, name: &str) -> Option<&'k Member> {
        self.shapes.iter().find_map(|shape| shape.member(name))
    }

    fn is_tag(&self, name: &str) -> bool {
        let mut cases = self.shapes.iter().filter_map(|shape| shape.cases.as_ref());
        cases.any(|cases| cases.tag == name)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let members = self.shapes.iter().flat_map(|shape| shape.members());
        members.map(|member| member.meta.name.as_str())
    }
}

/// Whether each build wants a member: one with a condition is not in all.
fn is_required(member: &Member) -> bool {
    !member.optional && member.meta.condition.is_none()
}

fn missing_named(name: &str, path: &Path<'_>) -> Problem {
    let here = path.member(name);
    Problem::error(Code::MissingMember, &here, format!("`{here}` is missing"))
}

impl<'w, 'k> Walk<'w, 'k> {
    /// Reports members that are stated, wanted and not there.
    pub fn missing_stated(
        &self,
        shape: &Shape<'k>,
        arguments: &Value<'_>,
        problems: &mut Vec<Problem>,
    ) {
        let wanted = shape.members().iter().filter(|member| is_required(member));
        let missing = wanted.filter(|wanted| arguments.get(&wanted.meta.name).is_none());
        problems.extend(missing.map(|wanted| missing_named(&wanted.meta.name, &Path::Root)));
    }

    /// Checks options that are stated as a union somewhere else, all of them
    /// beside each other.
    pub fn flat(
        &self,
        stated: &'w Shape<'k>,
        union: Option<&'w Shape<'k>>,
        arguments: &Value<'_>,
        problems: &mut Vec<Problem>,
    ) {
        let mut known = Known {
            shapes: vec![stated],
            data: None,
            undecided: None,
        };
        if let Some((union, cases)) = union.and_then(|union| Some((union, union.cases.as_ref()?))) {
            known.shapes.push(union);
            let tag = arguments.get(cases.tag).and_then(Value::as_str);
            let branch = tag
                .and_then(|tag| cases.case(tag))
                .map(|(_, content)| content);
            match branch {
                Some(
                    BranchContent::Members(id)
                    | BranchContent::Data(ValueType::One(NamedType::Defined(id))),
                ) => {
                    known.shapes.push(self.checker.shapes.of(id));
                }
                Some(_) => {}
                None => known.undecided = Some(cases),
            }
            if let (None, Some(tag)) = (branch, tag) {
                let here = Path::Root.member(cases.tag);
                problems.push(self.unknown_value(tag, cases.values(), &here));
            }
        }
        let members = arguments.members().unwrap_or_default();
        for member in members.iter().filter(|_| known.undecided.is_none()) {
            self.given(&known, member, members, &Path::Root, problems);
        }
        let shapes = known.shapes.iter();
        let wanted = shapes
            .flat_map(|shape| shape.members())
            .filter(|member| is_required(member));
        let mut missing: Vec<&str> = wanted
            .map(|member| member.meta.name.as_str())
            .filter(|name| arguments.get(name).is_none())
            .collect();
        missing.sort_unstable();
        missing.dedup();
        problems.extend(
            missing
                .into_iter()
                .map(|name| missing_named(name, &Path::Root)),
        );
    }
}
