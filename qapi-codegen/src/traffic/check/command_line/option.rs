//! Checking one option.

use super::argument::{PreparedArgument, PreparedOption};
use super::subject::{CommandLineProblem, CommandLineSubject};
use crate::diagnostic::Code;
use crate::json::JsonValue;
use crate::knowledge::CommandLineFacts;
use crate::knowledge::command_line::{CommandLineFact, OptionForm, OptionInterface, Presence};
use crate::traffic::check::MessageDiagnostic;
use crate::traffic::check::expected::{RequestSite, ValueSyntax};
use crate::traffic::check::path::MessagePath;
use crate::traffic::check::problem::{MessageProblem, ProblemKind};
use crate::traffic::check::release::ReleaseInterface;
use crate::traffic::check::walk::MessageWalk;
use crate::traffic::command_line::parameters::is_help;
use crate::wire::{Direction, PathSegment};

/// The check of one option.
pub struct OptionCheck<'m> {
    pub release: &'m ReleaseInterface<'m>,
    pub facts: CommandLineFacts<'m>,
    pub prepared: &'m PreparedOption<'m>,
    problems: Vec<(Vec<PathSegment<'m>>, CommandLineProblem<'m>)>,
    /// The problems of its value as a part of the QMP interface.
    value_problems: Vec<MessageProblem<'m>>,
}

impl<'m> OptionCheck<'m> {
    pub fn new(
        release: &'m ReleaseInterface<'m>,
        facts: CommandLineFacts<'m>,
        prepared: &'m PreparedOption<'m>,
    ) -> Self {
        OptionCheck {
            release,
            facts,
            prepared,
            problems: Vec::new(),
            value_problems: Vec::new(),
        }
    }

    /// Describes the problems. Paths begin with that of the option.
    pub fn describe(self, prefix: &[PathSegment<'_>]) -> Vec<MessageDiagnostic> {
        let own = self.problems.iter().map(|(path, problem)| {
            let path: Vec<PathSegment<'_>> = prefix.iter().chain(path).copied().collect();
            problem.describe(self.release, &path)
        });
        let of_value = self.value_problems.iter().map(|problem| {
            let mut problem = problem.clone();
            problem.path = prefix.iter().chain(&problem.path).copied().collect();
            problem.describe(self.release)
        });
        own.chain(of_value).collect()
    }

    /// Reports a problem of the option as a whole.
    pub fn report(&mut self, problem: CommandLineProblem<'m>) {
        self.problems.push((Vec::new(), problem));
    }

    /// Reports a problem of a parameter.
    pub fn report_at(&mut self, key: &'m str, problem: CommandLineProblem<'m>) {
        self.problems
            .push((vec![PathSegment::Member(key)], problem));
    }

    /// Reports what a fact states against a subject.
    pub fn check_fact(
        &mut self,
        key: Option<&'m str>,
        subject: CommandLineSubject<'m>,
        fact: CommandLineFact<'m>,
    ) {
        let path = key.map(PathSegment::Member).into_iter().collect();
        let problem = match fact.presence {
            Presence::Present if fact.deprecated.is_some() => {
                CommandLineProblem::Deprecated(subject, fact)
            }
            Presence::Present => return,
            Presence::Unknown => CommandLineProblem::Unverified(subject, fact.reason),
            _ => CommandLineProblem::Absent(subject, fact),
        };
        self.problems.push((path, problem));
    }

    /// Checks the option.
    pub fn check(&mut self) {
        let typed = self.prepared.option.name;
        let (subject, fact) = match self.prepared.option.group {
            Some(group) => (
                CommandLineSubject::Group(group),
                self.facts.config_group(group, typed),
            ),
            None => (CommandLineSubject::Option(typed), self.facts.option(typed)),
        };
        self.check_fact(None, subject, fact);
        if fact.presence.is_absent() {
            return;
        }
        let takes_argument = self
            .prepared
            .entry
            .is_some_and(|entry| entry.form != OptionForm::Flag);
        match &self.prepared.argument {
            PreparedArgument::Missing if takes_argument => {
                self.report(CommandLineProblem::MissingArgument);
            }
            PreparedArgument::Missing => {}
            PreparedArgument::Text(text) => self.check_text(text),
            PreparedArgument::Variable(name) => self.report(CommandLineProblem::Variable(name)),
            PreparedArgument::Parameters(parameters) => self.check_parameters(parameters),
            PreparedArgument::Value {
                interface,
                value,
                syntax,
            } => self.check_value(*interface, value, *syntax),
            PreparedArgument::UnreadJson => {
                self.report(CommandLineProblem::UnreadJson(typed));
            }
            PreparedArgument::InvalidJson(error) => {
                self.report(CommandLineProblem::InvalidJson(&error.message));
            }
            PreparedArgument::Contradiction(key) => {
                self.report(CommandLineProblem::Contradiction(key));
            }
        }
        self.check_combinations();
    }

    fn check_text(&mut self, text: &'m str) {
        let name = self.prepared.name;
        if name == "cpu" {
            return self.check_cpu();
        }
        if is_help(text) {
            return;
        }
        let word = self.prepared.option.argument.map(|(_, word)| word);
        if let Some(variable) = word.and_then(|word| word.variable_in(0..text.len())) {
            return self.check_variable(variable);
        }
        if self.shorthand().is_some() {
            return self.check_shorthand(text);
        }
        // Parameters of the value follow a colon.
        let noted = [text, text.split(':').next().unwrap_or(text)];
        let fact = noted
            .iter()
            .find_map(|value| self.facts.parameter_value(name, "", value));
        match fact {
            Some(fact) => {
                let (parameter, value) = (name, text);
                self.check_fact(None, CommandLineSubject::Value { parameter, value }, fact);
            }
            // Some options read JSON, whose type is not known.
            None if text.starts_with('{') && self.facts.reads_json(name) => {}
            None => drop(self.check_constrained_value("", text)),
        }
    }

    /// Reports a value with a variable, unless the option takes any text.
    fn check_variable(&mut self, variable: &'m str) {
        let name = self.prepared.name;
        let is_constrained = self.facts.constraints(name).any(|own| own.is_about(""));
        match self.shorthand() {
            Some(_) => self.check_variable_shorthand(variable),
            None if is_constrained => self.report(CommandLineProblem::Variable(variable)),
            None => {}
        }
    }

    /// Reports what people know about the members of a value.
    fn check_noted_members(&mut self, value: &'m JsonValue<'m>) {
        let option = self.prepared.name;
        for member in value.members().unwrap_or_default() {
            let name = &*member.name.value;
            if let Some(fact) = self.facts.noted_parameter(option, name) {
                self.check_fact(
                    Some(name),
                    CommandLineSubject::Parameter { option, name },
                    fact,
                );
            }
        }
    }

    /// Checks a value as the arguments of a command, or as a type.
    fn check_value(
        &mut self,
        interface: OptionInterface<'m>,
        value: &'m JsonValue<'m>,
        syntax: ValueSyntax,
    ) {
        self.check_noted_members(value);
        let (release, name) = (self.release, self.prepared.option.name);
        let mut walk = MessageWalk::new(release, Direction::Request);
        walk.site = RequestSite::Option(syntax);
        walk.target = self.facts.target();
        match interface {
            OptionInterface::Command(command) => {
                if command == "object-add" && !self.is_typed(command) {
                    return self.check_noted_object(value);
                }
                let Some(known) = release.command(command).filter(|_| self.is_typed(command))
                else {
                    let subject = CommandLineSubject::Parameters(name);
                    return self.report(CommandLineProblem::Unverified(subject, None));
                };
                walk.check_command(known, value);
                walk.find_answers(command, value);
            }
            OptionInterface::Type(ty) => match release.find_shape(ty) {
                Some(shape) => walk.check_value(shape, syntax, value, &MessagePath::Root),
                None => {
                    let subject = CommandLineSubject::Parameters(name);
                    return self.report(CommandLineProblem::Unverified(subject, None));
                }
            },
        }
        let is_relevant = |problem: &MessageProblem<'_>| {
            // Notes about QMP, and what all builds of a distribution have.
            !matches!(problem.kind, ProblemKind::AffectedByChange(_))
                && problem.kind.code() != Code::Conditional
        };
        self.value_problems = walk.problems;
        self.value_problems.retain(is_relevant);
    }

    /// Returns whether the schema of the release states what a command takes. In
    /// old releases, objects and block nodes are nested differently.
    fn is_typed(&self, command: &str) -> bool {
        let interface = &self.release.wire;
        let known = self.release.command(command);
        let arguments = known.and_then(|known| interface.object(known.shape.arguments));
        match (command, arguments) {
            ("object-add" | "blockdev-add", Some(arguments)) => arguments.branches.is_some(),
            _ => true,
        }
    }
}
