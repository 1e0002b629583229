//! Checking the parameters of options that are not a part of the QMP interface.

use super::option::OptionCheck;
use super::subject::{CommandLineProblem, CommandLineSubject};
use crate::knowledge::PropertyStatus;
use crate::knowledge::command_line::{ParameterFact, Presence};
use crate::traffic::command_line::{Parameter, ParameterForm, Parameters};
use crate::traffic::option_text;
use crate::wire::Shape;

impl<'m> OptionCheck<'m> {
    /// Checks parameters.
    pub fn check_parameters(&mut self, parameters: &'m Parameters<'m>) {
        if self.prepared.name == "global" && parameters.get("driver").is_some() {
            return self.check_divided_global(parameters);
        }
        for parameter in &parameters.list {
            self.check_parameter(parameter);
        }
        match self.prepared.name {
            "smp" => self.check_topology(parameters),
            "m" => self.check_memory(parameters),
            _ => {}
        }
    }

    /// Reports a maximum of the memory that is less than its size, which is in
    /// mebibytes without a unit.
    fn check_memory(&mut self, parameters: &Parameters<'_>) {
        let first = parameters.first().or_else(|| parameters.get("size"));
        let size = first.and_then(|own| match option_text::parse_integer(&own.value) {
            Some(number) => number.checked_mul(1 << 20),
            None => option_text::parse_size(&own.value),
        });
        let maximum = parameters.get("maxmem");
        let maximum = maximum.and_then(|own| option_text::parse_size(&own.value));
        if let (Some(size), Some(maximum)) = (size, maximum)
            && maximum < size
        {
            self.report(CommandLineProblem::InvalidMaximum { maximum, size });
        }
    }

    fn check_parameter(&mut self, parameter: &'m Parameter<'m>) {
        let option = self.prepared.name;
        let name = parameter.key_or(self.prepared.first_key());
        if parameter.is_key_variable {
            return self.report_variable(parameter, None);
        }
        if option == "machine" && name == "type" {
            return self.check_machine(parameter);
        }
        // QEMU itself reads these.
        if name == "id" {
            return;
        }
        if parameter.form == ParameterForm::First {
            let known = self.parameter(name);
            return self.check_parameter_value(name, parameter, known);
        }
        if option == "global" && self.facts.noted_parameter(option, name).is_none() {
            return self.check_global(name);
        }
        let known = self.parameter(name);
        let subject = CommandLineSubject::Parameter { option, name };
        let is_listed = known.fact.presence == Presence::Unknown
            && (self.is_machine_property(name) || self.is_network_parameter(name));
        if !is_listed {
            self.check_fact(Some(name), subject, known.fact);
        }
        if !known.fact.presence.is_absent() {
            self.check_form(name, parameter, known);
            self.check_parameter_value(name, parameter, known);
        }
    }

    /// Looks up a parameter: for the target, or for others, since few depend on it.
    fn parameter(&self, name: &str) -> ParameterFact<'m> {
        let option = self.prepared.name;
        let own = self.facts.parameter(option, name);
        let evidence = self.facts.evidence();
        let others = evidence
            .release(self.facts.series(), None)
            .parameter(option, name);
        let is_better = own.fact.presence == Presence::Unknown && option != "machine";
        if is_better { others } else { own }
    }

    /// Checks the default of a property of a device.
    fn check_global(&mut self, name: &'m str) {
        let parts = name.split_once('.');
        let is_known = parts.is_some_and(|(driver, property)| self.has_property(driver, property));
        // QEMU warns of properties that it does not have.
        if !is_known {
            let option = self.prepared.name;
            let subject = CommandLineSubject::Parameter { option, name };
            self.report_at(name, CommandLineProblem::Unverified(subject, None));
        }
    }

    /// Checks the default of a property in the form `driver=,property=,value=`.
    fn check_divided_global(&mut self, parameters: &'m Parameters<'m>) {
        let option = "global";
        for name in ["driver", "property", "value"] {
            if parameters.get(name).is_none() {
                self.report(CommandLineProblem::MissingParameter { option, name });
            }
        }
        let value = |name: &str| Some(&*parameters.get(name)?.value);
        let (Some(driver), Some(property)) = (value("driver"), value("property")) else {
            return;
        };
        if !self.has_property(driver, property) {
            let name = property;
            let subject = CommandLineSubject::Parameter { option, name };
            self.report_at(name, CommandLineProblem::Unverified(subject, None));
        }
    }

    fn has_property(&self, driver: &str, property: &str) -> bool {
        let devices = self.release.devices_of(self.facts.target());
        let driver = self.release.device_name(driver);
        devices.is_some_and(|devices| {
            matches!(devices.property(driver, property), PropertyStatus::Known(_))
        })
    }

    /// Reports a key without a value.
    fn check_form(&mut self, key: &'m str, parameter: &'m Parameter<'m>, known: ParameterFact<'m>) {
        let is_short = matches!(parameter.form, ParameterForm::On | ParameterForm::Off);
        // The options that read JSON read only keys with values.
        let is_rejected = self.facts.reads_json(self.prepared.name);
        let is_old = self.facts.series() < CommandLineProblem::SHORT_BOOLEANS_DEPRECATED;
        if is_short && known.ty.is_some() && (is_rejected || !is_old) {
            let value = &*parameter.value;
            let problem = CommandLineProblem::ShortBoolean {
                key,
                value,
                is_rejected,
            };
            self.report_at(key, problem);
        }
    }

    fn check_parameter_value(
        &mut self,
        name: &'m str,
        parameter: &'m Parameter<'m>,
        known: ParameterFact<'m>,
    ) {
        let value = &*parameter.value;
        if parameter.is_value_variable {
            let is_free = matches!(known.ty, None | Some("string"));
            let mut constraints = self.facts.constraints(self.prepared.name);
            if !is_free || constraints.any(|own| own.is_about(name)) {
                self.report_variable(parameter, Some(name));
            }
            return;
        }
        let noted = self.facts.parameter_value(self.prepared.name, name, value);
        if let Some(fact) = noted {
            let subject = CommandLineSubject::Value {
                parameter: name,
                value,
            };
            return self.check_fact(Some(name), subject, fact);
        }
        if self.check_constrained_value(name, value) {
            return;
        }
        let Some(ty) = known.ty else { return };
        let is_valid = match ty {
            "boolean" => option_text::parse_boolean(value).is_some(),
            "number" => option_text::parse_integer(value).is_some(),
            "size" => option_text::parse_size(value).is_some(),
            _ => true,
        };
        if !is_valid {
            let problem = CommandLineProblem::InvalidValue { ty, value };
            self.report_at(name, problem);
        }
    }

    /// Returns whether a build of the release lists a property of a machine.
    fn is_machine_property(&self, name: &str) -> bool {
        let is_machine = |object: &str| object.ends_with("-machine");
        let devices = self.release.devices_of(self.facts.target());
        self.prepared.name == "machine"
            && devices.is_some_and(|devices| devices.has_object_property(is_machine, name))
    }

    /// Returns whether `-net` and `-nic` pass a parameter to a network backend, or
    /// to its device.
    fn is_network_parameter(&self, name: &str) -> bool {
        const OF_DEVICE: [&str; 6] = ["model", "macaddr", "mac", "addr", "vectors", "netdev"];
        let union = self.release.find_shape("Netdev");
        let is_of_backend = || match union {
            Some(Shape::Object(object)) => self.release.has_member(object, name),
            _ => false,
        };
        matches!(self.prepared.name, "net" | "nic")
            && (OF_DEVICE.contains(&name) || is_of_backend())
    }

    fn check_machine(&mut self, parameter: &'m Parameter<'m>) {
        let name = &*parameter.value;
        if parameter.is_value_variable {
            return self.report_variable(parameter, None);
        }
        let fact = self.facts.machine(name);
        self.check_fact(None, CommandLineSubject::Machine(name), fact);
    }

    /// Reports that a parameter depends on a variable.
    fn report_variable(&mut self, parameter: &Parameter<'_>, key: Option<&'m str>) {
        let word = self.prepared.option.argument.map(|(_, word)| word);
        let variable = word.and_then(|word| word.variable_in(parameter.range.clone()));
        let problem = CommandLineProblem::Variable(variable.unwrap_or_default());
        match key {
            Some(key) => self.report_at(key, problem),
            None => self.report(problem),
        }
    }
}
