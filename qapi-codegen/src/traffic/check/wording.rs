//! The wording of problems: one message and one help text for each kind.

use super::envelope;
use super::problem::{EnvelopeCause, MemberOwner, MessageProblem, ProblemKind, ProblemSubject};
use super::release::ReleaseInterface;
use crate::diagnostic::Diagnostic;
use crate::json::JsonValue;
use crate::knowledge::builds::Removal;
use crate::schema::JsonKind;
use crate::suggest::similar_names;
use crate::traffic::option_text;
use crate::unit::replacement;
use crate::version::Series;
use crate::wire::{PathSegment, kind_name, render_path};

/// A problem of a message. Its location is a path such as
/// `actions[0].data.device`, and empty for the message as a whole.
pub type MessageDiagnostic = Diagnostic<String>;

/// The largest number of values that a help text lists.
const MAX_LISTED: usize = 8;

/// The largest number of characters that a message quotes.
const MAX_QUOTED: usize = 60;

impl MessageProblem<'_> {
    /// Describes the problem in words.
    pub fn describe(&self, release: &ReleaseInterface<'_>) -> MessageDiagnostic {
        let path = path_text(&self.path);
        let message = self.message(&path, release);
        let mut diagnostic =
            Diagnostic::at(self.kind.code(), path, message).with_severity(self.kind.severity());
        diagnostic.help = self.help(release);
        diagnostic
    }

    fn message(&self, path: &str, release: &ReleaseInterface<'_>) -> String {
        let series = release.series;
        let unknown = |kind: &str, name| format!("QEMU {series} has no {kind} {}", quote(name));
        match &self.kind {
            ProblemKind::InvalidSyntax(message) | ProblemKind::MisreadNotation(message) => {
                (*message).to_owned()
            }
            ProblemKind::UnpairedReply => {
                "the log lacks replies, so the request of this one is not known".to_owned()
            }
            ProblemKind::DuplicateMember(name) => format!("duplicate member {}", quote(name)),
            ProblemKind::UnpairedSurrogate => {
                "a string contains an unpaired surrogate escape".to_owned()
            }
            ProblemKind::ControlCharacter => {
                "a string contains a control character that is not escaped".to_owned()
            }
            ProblemKind::UnknownMessage(names) => {
                format!("not a QMP message: an object with {}", list(names, "and"))
            }
            ProblemKind::UnknownCommand(command) | ProblemKind::VendorCommand(command, _) => {
                unknown("command", command)
            }
            ProblemKind::UnknownInterface(program) => {
                format!("{} of QEMU {series} is not known", program.noun())
            }
            ProblemKind::UnknownEvent(event) => unknown("event", event),
            ProblemKind::RemovedDevice { driver, .. } => unknown("device", driver),
            ProblemKind::UnverifiedDevice(driver) => {
                format!(
                    "no known {} has the device {}",
                    build_text(release),
                    quote(driver)
                )
            }
            ProblemKind::UnlistedDevice(driver) => {
                format!(
                    "the properties of {} in QEMU {series} are not known",
                    quote(driver)
                )
            }
            ProblemKind::UnverifiedProperty { device, property } => {
                let (device, property) = (quote(device), quote(property));
                let build = build_text(release);
                format!("no known {build} has the property {property} of {device}")
            }
            ProblemKind::Deprecated(subject) => {
                format!("{} is deprecated", subject_text(*subject, path))
            }
            ProblemKind::Unstable(subject) => {
                let subject = subject_text(*subject, path);
                format!("{subject} is unstable and may change in any release")
            }
            ProblemKind::Conditional { command, condition } => {
                format!("the command `{command}` requires a build with `{condition}`")
            }
            ProblemKind::AffectedByChange(change) => {
                let since: Vec<String> = change.since.iter().map(Series::to_string).collect();
                let summary = change.summary.trim().trim_end_matches('.');
                format!("since {}: {summary}", since.join(" and "))
            }
            kind => envelope_message(kind).unwrap_or_else(|| member_message(kind, path)),
        }
    }

    /// Says which series have it, and what to do.
    fn help(&self, release: &ReleaseInterface<'_>) -> Option<String> {
        let (elsewhere, advice) = (self.elsewhere_text(release.series), self.advice(release));
        let separator = match self.answer {
            Some(_) => ". ",
            None => "; ",
        };
        let parts: Vec<String> = elsewhere.into_iter().chain(advice).collect();
        (!parts.is_empty()).then(|| parts.join(separator))
    }

    fn elsewhere_text(&self, series: Series) -> Option<String> {
        let (first, last) = (*self.elsewhere.first()?, *self.elsewhere.last()?);
        Some(match () {
            () if first > series => format!("added in QEMU {first}"),
            () if last < series => format!("removed after QEMU {last}"),
            () => format!("QEMU {first} to {last} have it, with gaps"),
        })
    }

    fn advice(&self, release: &ReleaseInterface<'_>) -> Option<String> {
        let advice = || self.answer.map(|rule| rule.advice.clone());
        match &self.kind {
            ProblemKind::RemovedDevice { driver, removal } => {
                let advice = advice().or_else(|| similar_device(driver, release));
                Some(removal_help(*removal, advice))
            }
            ProblemKind::UnexpectedMember {
                owner: MemberOwner::Device(Some(removal)),
                ..
            } => Some(removal_help(*removal, advice())),
            ProblemKind::UnknownMessage(_) => {
                Some(r#"a request is `{"execute": NAME, "arguments": {...}}`"#.to_owned())
            }
            ProblemKind::MissingExecute(similar) => {
                similar.map(|name| format!("write `execute` instead of {}", quote(name)))
            }
            ProblemKind::MistypedEnvelopeMember { name, found, .. } => {
                let is_null = *name == "arguments" && *found == "null";
                is_null.then(|| "leave out `arguments` if there are none".to_owned())
            }
            ProblemKind::UnexpectedEnvelopeMember { name, cause } => envelope_help(name, *cause),
            ProblemKind::NotOobCapable(_) => Some("send it with `execute`".to_owned()),
            _ if self.answer.is_some() => advice(),
            ProblemKind::VendorCommand(_, vendor) => {
                vendor.map(|vendor| format!("{} has it: {}", vendor.name, vendor.reason.trim()))
            }
            ProblemKind::UnknownCommand(command) => {
                did_you_mean(command, release.wire.commands.names().collect())
            }
            ProblemKind::UnknownEvent(event) => {
                did_you_mean(event, release.wire.events.names().collect())
            }
            ProblemKind::UnverifiedDevice(driver) => unverified_device_help(driver, release),
            ProblemKind::MissingRequirement(rule) | ProblemKind::ExcessRequirement(rule) => {
                Some(rule.reason.trim().to_owned())
            }
            ProblemKind::Rejected(rule) => Some(rule.advice.trim().to_owned()),
            ProblemKind::AffectedByChange(change) => {
                let advice = change.advice.as_deref();
                advice.map(|advice| advice.trim().to_owned())
            }
            kind => member_help(kind, &self.path, release.series),
        }
    }
}

fn envelope_message(kind: &ProblemKind<'_>) -> Option<String> {
    Some(match kind {
        ProblemKind::RequestNotObject(found) => {
            format!("expected a request object, got {}", with_article(found))
        }
        ProblemKind::MissingExecute(_) => "missing member `execute`".to_owned(),
        ProblemKind::ExecuteAndExecOob => {
            "`execute` and `exec-oob` are mutually exclusive".to_owned()
        }
        ProblemKind::MistypedEnvelopeMember {
            name,
            expected,
            found,
        } => {
            let expected = with_article(kind_name(*expected));
            format!("`{name}`: expected {expected}, got {}", with_article(found))
        }
        ProblemKind::UnexpectedEnvelopeMember { name, .. } => {
            format!("unexpected member {} of a request", quote(name))
        }
        ProblemKind::NotOobCapable(command) => {
            format!("`{command}` does not support out-of-band execution")
        }
        _ => return None,
    })
}

fn member_message(kind: &ProblemKind<'_>, path: &str) -> String {
    match kind {
        ProblemKind::MissingRequirement(rule) => {
            let members = list(&rule.members, "or");
            format!("missing argument {members}, although the schema calls it optional")
        }
        ProblemKind::ExcessRequirement(rule) => {
            format!("{} are mutually exclusive", list(&rule.members, "and"))
        }
        ProblemKind::Rejected(rule) => {
            let reason = rule.reason.trim().trim_end_matches('.');
            format!("QEMU rejects `{path}`, although the schema allows it: {reason}")
        }
        ProblemKind::UnexpectedMember { name, owner, .. } => {
            let name = quote(name);
            match (owner, path.rsplit_once('.')) {
                (MemberOwner::Arguments, _) => format!("unexpected argument {name}"),
                (MemberOwner::Device(_), _) => format!("the device has no property {name}"),
                (_, Some((object, _))) => format!("unexpected member {name} in `{object}`"),
                (_, None) => format!("unexpected member {name}"),
            }
        }
        ProblemKind::Ignored(found) => {
            format!(
                "QEMU ignores `{path}` because its value is {}",
                with_article(found)
            )
        }
        ProblemKind::MistypedValue { expected, value } => {
            let expected: Vec<String> = expected
                .iter()
                .map(|kind| with_article(kind_name(*kind)))
                .collect();
            let found = with_article(value.type_name());
            format!("`{path}`: expected {}, got {found}", expected.join(" or "))
        }
        ProblemKind::InvalidOptionText { expected, text } => {
            let expected = with_article(kind_name(*expected));
            format!("`{path}`: expected {expected}, got {}", quote(text))
        }
        ProblemKind::OutOfRange { range, number } => {
            let number = shorten(number);
            format!(
                "`{path}`: expected an integer from {} to {}, got {number}",
                range.low, range.high
            )
        }
        ProblemKind::UnknownValue { text, .. } => {
            format!("`{path}`: unknown value {}", quote(text))
        }
        _ if path.contains(['.', '[']) => format!("missing member `{path}`"),
        _ => format!("missing argument `{path}`"),
    }
}

/// The builds that devices are looked up in: `x86_64 build of QEMU 10.0`.
fn build_text(release: &ReleaseInterface<'_>) -> String {
    let series = release.series;
    match release.data.target {
        Some(target) => format!("{target} build of QEMU {series}"),
        None => format!("build of QEMU {series}"),
    }
}

fn subject_text(subject: ProblemSubject<'_>, path: &str) -> String {
    match subject {
        ProblemSubject::Command(name) => format!("the command `{name}`"),
        ProblemSubject::Member => format!("`{path}`"),
        ProblemSubject::Value(value) => format!("the value {} of `{path}`", quote(value)),
    }
}

fn envelope_help(name: &str, cause: EnvelopeCause<'_>) -> Option<String> {
    let name = quote(name);
    match cause {
        EnvelopeCause::OobUnsupported => {
            Some("out-of-band execution requires QEMU 3.0 or later".to_owned())
        }
        EnvelopeCause::OobNotEnabled => {
            Some("enable the capability `oob` with `qmp_capabilities`".to_owned())
        }
        EnvelopeCause::ArgumentOf(command) => Some(format!(
            "{name} is an argument of `{command}`: move it into `arguments`"
        )),
        EnvelopeCause::HoldsArguments => Some(format!("rename {name} to `arguments`")),
        EnvelopeCause::Unknown => did_you_mean(name.trim_matches('`'), envelope::MEMBERS.to_vec()),
    }
}

fn member_help(kind: &ProblemKind<'_>, path: &[PathSegment<'_>], series: Series) -> Option<String> {
    match kind {
        ProblemKind::UnexpectedMember {
            owner: MemberOwner::Reply,
            ..
        } => None,
        ProblemKind::UnexpectedMember {
            name,
            holds_members: true,
            ..
        } => Some(format!(
            "QEMU {series} expects the members of {} directly in {}",
            quote(name),
            object_text(path)
        )),
        ProblemKind::UnexpectedMember {
            name, candidates, ..
        } => did_you_mean(name, candidates.clone()),
        ProblemKind::MissingMember(misplaced) if !misplaced.is_empty() => {
            let name = path_text(&path[path.len() - 1..]);
            Some(format!("move {} into `{name}`", list(misplaced, "and")))
        }
        ProblemKind::MistypedValue { expected, value } => {
            unquoted_value(expected, value).map(|value| format!("write {value} without quotes"))
        }
        ProblemKind::UnknownValue { text, values } => {
            did_you_mean(text, values.clone()).or_else(|| list_values(values))
        }
        _ => None,
    }
}

/// The object that the member at a path belongs to.
fn object_text(path: &[PathSegment<'_>]) -> String {
    match path {
        [object @ .., _] if !object.is_empty() => format!("`{}`", path_text(object)),
        _ => "`arguments`".to_owned(),
    }
}

fn list_values(values: &[&str]) -> Option<String> {
    let is_short = (1..=MAX_LISTED).contains(&values.len());
    is_short.then(|| format!("expected {}", list(values, "or")))
}

/// The number or boolean that a string was probably meant to be.
fn unquoted_value<'v>(expected: &[JsonKind], value: &'v JsonValue<'_>) -> Option<&'v str> {
    let text = value.as_str()?;
    match expected {
        [JsonKind::Integer] => text.parse::<i128>().is_ok().then_some(text),
        [JsonKind::Boolean] => {
            option_text::parse_boolean(text).map(|value| if value { "true" } else { "false" })
        }
        _ => None,
    }
}

/// Says since when something is removed, and what to do about it.
fn removal_help(removal: Removal, advice: Option<String>) -> String {
    match advice {
        Some(advice) => format!("{}. {advice}", removal.describe()),
        None => removal.describe(),
    }
}

/// Says where a device is known, or names similar ones.
fn unverified_device_help(driver: &str, release: &ReleaseInterface<'_>) -> Option<String> {
    let devices = release.devices()?;
    match devices.nearest_build(release.device_name(driver)) {
        Some(build) => Some(format!("QEMU {} has it", build.record.name())),
        None if devices.builds().next().is_none() => {
            Some("add a build with `cargo xtask devices SOCKET --as SERIES`".to_owned())
        }
        None => similar_device(driver, release),
    }
}

fn similar_device(driver: &str, release: &ReleaseInterface<'_>) -> Option<String> {
    let names = release.devices()?.names().into_iter().collect();
    did_you_mean(release.device_name(driver), names)
}

fn did_you_mean(name: &str, candidates: Vec<&str>) -> Option<String> {
    let names = similar_names(name, candidates);
    let names = names
        .into_iter()
        .map(|new| replacement(name, new))
        .collect();
    let names = enumerate(names, "or");
    (!names.is_empty()).then(|| format!("did you mean {names}?"))
}

pub fn path_text(path: &[PathSegment<'_>]) -> String {
    let shortened: Vec<String> = path
        .iter()
        .map(|segment| match segment {
            PathSegment::Member(name) => shorten(name),
            _ => String::new(),
        })
        .collect();
    let segments = path
        .iter()
        .zip(&shortened)
        .map(|(segment, name)| match segment {
            PathSegment::Member(_) => PathSegment::Member(name),
            segment => *segment,
        });
    render_path(&segments.collect::<Vec<_>>())
}

/// Lists names: `a`, `b` or `c`.
fn list(names: &[impl AsRef<str>], conjunction: &str) -> String {
    enumerate(
        names.iter().map(|name| quote(name.as_ref())).collect(),
        conjunction,
    )
}

fn enumerate(texts: Vec<String>, conjunction: &str) -> String {
    match &texts[..] {
        [texts @ .., last] if !texts.is_empty() => {
            format!("{} {conjunction} {last}", texts.join(", "))
        }
        texts => texts.concat(),
    }
}

/// Quotes text from a message.
pub fn quote(text: &str) -> String {
    format!("`{}`", shorten(text))
}

/// Escapes and shortens text from a message.
fn shorten(text: &str) -> String {
    let mut characters = text.chars();
    let start = characters.by_ref().take(MAX_QUOTED);
    let start: String = start.flat_map(char::escape_debug).collect();
    match characters.next() {
        None => start,
        Some(_) => start + "...",
    }
}

/// Adds the indefinite article: `an integer`, `a string`.
fn with_article(noun: &str) -> String {
    match noun {
        "null" | "any value" => noun.to_owned(),
        noun if noun.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {noun}"),
        noun => format!("a {noun}"),
    }
}
