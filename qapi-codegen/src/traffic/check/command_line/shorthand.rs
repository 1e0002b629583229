//! Checking character devices in the short form: `unix:path,server=on`.

use super::option::OptionCheck;
use super::subject::{CommandLineProblem, CommandLineSubject};
use crate::traffic::command_line::parameters::Parameters;

/// Devices that are a name.
const NAMES: [&str; 11] = [
    "null",
    "pty",
    "msmouse",
    "wctablet",
    "braille",
    "testdev",
    "stdio",
    "none",
    "vc",
    "mon:stdio",
    "chardev",
];

/// Beginnings of devices that take the rest as it is.
const PREFIXES: [&str; 8] = [
    "vc:", "con:", "COM", "file:", "pipe:", "udp:", "chardev:", "/dev/",
];

/// Beginnings of devices with parameters.
const SOCKETS: [&str; 5] = ["unix:", "tcp:", "telnet:", "tn3270:", "websocket:"];

impl<'m> OptionCheck<'m> {
    /// The option whose parameters follow the value.
    pub fn shorthand(&self) -> Option<&'m str> {
        self.prepared.entry?.shorthand_of.as_deref()
    }

    /// Checks a character device in the short form that has a variable: it may be any
    /// device, unless the variable comes after its kind.
    pub fn check_variable_shorthand(&mut self, variable: &'m str) {
        let Some((_, word)) = self.prepared.option.argument else {
            return;
        };
        let text = word.value();
        let kinds = SOCKETS.iter().chain(&PREFIXES);
        let kind = kinds.map(|own| own.len()).find(|&length| {
            let start = text.get(..length);
            start.is_some_and(|start| SOCKETS.contains(&start) || PREFIXES.contains(&start))
        });
        match kind.filter(|&length| !word.has_variable(0..length)) {
            Some(_) => self.check_shorthand(text),
            None => self.report(CommandLineProblem::Variable(variable)),
        }
    }

    /// Checks a character device in the short form.
    pub fn check_shorthand(&mut self, text: &'m str) {
        let device = text.strip_prefix("mon:").unwrap_or(text);
        if NAMES.contains(&device) || PREFIXES.iter().any(|own| device.starts_with(own)) {
            return;
        }
        if !SOCKETS.iter().any(|own| device.starts_with(own)) {
            return self.check_unlisted(text);
        }
        let Some((option, (_, word))) = self.shorthand().zip(self.prepared.option.argument) else {
            return;
        };
        let known = self.facts;
        let parameters = Parameters::parse(word, true);
        let given: Vec<&str> = parameters.list.iter().map(|own| own.key).collect();
        for parameter in parameters.list.iter().skip(1) {
            let name = parameter.key;
            if parameter.is_key_variable {
                let variable = word.variable_in(parameter.range.clone());
                let problem = CommandLineProblem::Variable(variable.unwrap_or_default());
                self.report(problem);
                continue;
            }
            let fact = known.parameter(option, name).fact;
            self.check_fact(
                Some(name),
                CommandLineSubject::Parameter { option, name },
                fact,
            );
        }
        let is_on = |name: &str| parameters.get(name).is_some_and(|own| own.value != "off");
        let reconnects = given.iter().find(|name| name.starts_with("reconnect"));
        if let Some(key) = reconnects.filter(|_| is_on("server")) {
            let other = "server";
            self.report_at(key, CommandLineProblem::ExcludedParameter { key, other });
        }
    }

    /// Reports a device that is not known. A gdb stub takes only some of them.
    fn check_unlisted(&mut self, value: &'m str) {
        let expected = "a character device such as `unix:PATH`".to_owned();
        self.report(CommandLineProblem::UnlistedValue { value, expected });
    }
}
