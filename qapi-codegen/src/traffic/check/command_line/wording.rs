//! The wording of problems of command lines.

use super::subject::{CommandLineProblem, CommandLineSubject};
use crate::knowledge::command_line::{CommandLineFact, Presence};
use crate::suggest::similar_names;
use crate::traffic::check::MessageDiagnostic;
use crate::traffic::check::release::ReleaseInterface;
use crate::traffic::check::wording::{path_text, quote};
use crate::unit::replacement;
use crate::wire::PathSegment;

impl CommandLineProblem<'_> {
    /// Describes the problem in words.
    pub fn describe(
        &self,
        release: &ReleaseInterface<'_>,
        path: &[PathSegment<'_>],
    ) -> MessageDiagnostic {
        let path = path_text(path);
        let message = self.message(&path, release);
        let mut diagnostic =
            MessageDiagnostic::at(self.code(), path, message).with_severity(self.severity());
        diagnostic.help = self.help(release);
        diagnostic
    }

    fn message(&self, path: &str, release: &ReleaseInterface<'_>) -> String {
        let series = release.series;
        match self {
            CommandLineProblem::NoFacts => {
                format!("the command line of QEMU {series} is not known")
            }
            CommandLineProblem::UnknownOptions(text) => {
                format!("the options in {} are not known", quote(text))
            }
            CommandLineProblem::Variable(name) => {
                format!("{} depends on the variable {}", quote(path), quote(name))
            }
            CommandLineProblem::Absent(subject, _) => {
                format!("QEMU {series} has no {}", subject_text(*subject))
            }
            CommandLineProblem::Unverified(subject @ CommandLineSubject::Parameters(_), _) => {
                format!("{} in QEMU {series} are not known", subject_text(*subject))
            }
            CommandLineProblem::Unverified(subject, _) => format!(
                "it is not known whether QEMU {series} accepts the {}",
                subject_text(*subject)
            ),
            CommandLineProblem::Deprecated(subject, _) => {
                format!("the {} is deprecated", subject_text(*subject))
            }
            CommandLineProblem::MissingArgument => format!("{} requires an argument", quote(path)),
            CommandLineProblem::ShortBoolean { is_rejected, .. } => match is_rejected {
                true => format!("{} has no value", quote(path)),
                false => format!("{} without a value is deprecated", quote(path)),
            },
            CommandLineProblem::UnreadJson(name) => {
                format!("QEMU {series} does not read JSON in `-{name}`")
            }
            CommandLineProblem::InvalidJson(message) => format!("invalid JSON: {message}"),
            CommandLineProblem::Contradiction(key) => {
                format!("the key {} contradicts another one", quote(key))
            }
            CommandLineProblem::InvalidValue { ty, value, .. } => {
                format!("{}: expected a {ty}, got {}", quote(path), quote(value))
            }
            CommandLineProblem::UnlistedValue { value, expected } => {
                format!("{}: expected {expected}, got {}", quote(path), quote(value))
            }
            CommandLineProblem::MissingParameter { option, name } => {
                format!("`-{option}` requires {}", quote(name))
            }
            CommandLineProblem::ExcludedParameter { key, other } => {
                format!("{} and {} exclude each other", quote(other), quote(key))
            }
            CommandLineProblem::ExcludedOption { option, other } => match option == other {
                true => format!("{} may occur only once", quote(option)),
                false => format!("{} and {} exclude each other", quote(other), quote(option)),
            },
            CommandLineProblem::UnknownId { target, id } => {
                format!("no `-{target}` has the id {}", quote(id))
            }
            CommandLineProblem::InvalidMaximum { maximum, size } => {
                format!("{size} bytes are more than the maximum of {maximum}")
            }
            CommandLineProblem::InvalidTopology { product, maximum } => format!(
                "the levels of the topology make {product} CPUs, and there may be {maximum}"
            ),
            CommandLineProblem::TooManyCpus { maximum, cpus } => {
                format!("{cpus} CPUs are more than the maximum of {maximum}")
            }
        }
    }

    fn help(&self, release: &ReleaseInterface<'_>) -> Option<String> {
        match self {
            CommandLineProblem::Absent(subject, fact) => absence_help(*subject, fact, release),
            CommandLineProblem::Deprecated(subject, fact) => advice(*subject, fact, release),
            CommandLineProblem::ShortBoolean { key, value, .. } => {
                Some(format!("write `{key}={value}`"))
            }
            CommandLineProblem::Unverified(_, reason) => reason.map(str::to_owned),
            CommandLineProblem::UnknownOptions(_) => {
                Some("write the options out, or check the expanded command line".to_owned())
            }
            _ => None,
        }
    }
}

fn subject_text(subject: CommandLineSubject<'_>) -> String {
    match subject {
        CommandLineSubject::Option(name) => format!("option {}", quote(&format!("-{name}"))),
        CommandLineSubject::Group(name) => format!("option group {}", quote(name)),
        CommandLineSubject::Parameter { option, name } => {
            format!("parameter {} of `-{option}`", quote(name))
        }
        CommandLineSubject::Value { parameter, value } => {
            format!("value {} of {}", quote(value), quote(parameter))
        }
        CommandLineSubject::Machine(name) => format!("machine type {}", quote(name)),
        CommandLineSubject::Cpu(name) => format!("CPU model {}", quote(name)),
        CommandLineSubject::Parameters(option) => format!("the parameters of `-{option}`"),
    }
}

/// Says since when something is absent, and what to do about it.
fn absence_help(
    subject: CommandLineSubject<'_>,
    fact: &CommandLineFact<'_>,
    release: &ReleaseInterface<'_>,
) -> Option<String> {
    let since = match fact.presence {
        Presence::Removed(removal) => Some(removal.describe()),
        Presence::NotYet(series) => Some(format!("added in QEMU {series}")),
        Presence::OtherTarget => Some("other targets have it".to_owned()),
        Presence::Never => did_you_mean(subject, release),
        Presence::Present | Presence::Unknown => None,
    };
    let parts: Vec<String> = since
        .into_iter()
        .chain(advice(subject, fact, release))
        .collect();
    (!parts.is_empty()).then(|| parts.join(". "))
}

/// What to do about something that is deprecated or removed.
fn advice(
    subject: CommandLineSubject<'_>,
    fact: &CommandLineFact<'_>,
    release: &ReleaseInterface<'_>,
) -> Option<String> {
    let series = release.series;
    let rules = release
        .data
        .knowledge
        .map(|known| &known.migrations.command_lines);
    let rule = rules.and_then(|rules| match subject {
        CommandLineSubject::Option(name) => rules
            .iter()
            .find(|rule| rule.is_about(name) && rule.applies_in(series)),
        _ => None,
    });
    let replacement = || fact.replacement.map(|text| format!("Write `{text}`."));
    let parts = match rule {
        Some(rule) => [Some(rule.advice.clone()), None],
        None => [fact.reason.map(str::to_owned), replacement()],
    };
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match (parts.is_empty(), subject) {
        (true, CommandLineSubject::Machine(_)) => Some(MACHINE_ADVICE.to_owned()),
        (true, _) => None,
        (false, _) => Some(parts.join(" ")),
    }
}

const MACHINE_ADVICE: &str = "Another machine type changes the hardware that the guest sees, which is for a person to decide.";

fn did_you_mean(subject: CommandLineSubject<'_>, release: &ReleaseInterface<'_>) -> Option<String> {
    let facts = release.data.command_lines?.command_lines()?;
    let facts = facts.release(release.series, release.data.target);
    let (name, candidates) = match subject {
        CommandLineSubject::Option(name) => (name, facts.option_names()),
        CommandLineSubject::Parameter { option, name } => (name, facts.parameter_names(option)),
        _ => return None,
    };
    let similar = similar_names(name, candidates.into_iter().collect());
    let first = similar.first()?;
    Some(match subject {
        CommandLineSubject::Option(_) => format!("did you mean `-{first}`?"),
        _ => format!("did you mean {}?", replacement(name, first)),
    })
}
