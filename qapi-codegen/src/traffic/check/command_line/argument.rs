//! The arguments of options, in the form in which they are checked.

use crate::json::{self, JsonValue, SyntaxError};
use crate::knowledge::CommandLineFacts;
use crate::knowledge::command_line::{OptionEntry, OptionForm, OptionInterface};
use crate::traffic::check::expected::ValueSyntax;
use crate::traffic::command_line::keyval::{to_flat_object, to_object};
use crate::traffic::command_line::{Parameters, TypedOption};
use crate::traffic::secrets::masked;
use crate::version::Series;

/// An option with its argument.
pub struct PreparedOption<'l> {
    pub option: TypedOption<'l>,
    /// What people know about it.
    pub entry: Option<&'l OptionEntry>,
    /// The name of the option of which it is another name.
    pub name: &'l str,
    pub argument: PreparedArgument<'l>,
}

/// An argument in the form in which it is checked.
pub enum PreparedArgument<'l> {
    /// There is none.
    Missing,
    /// A text that is not divided: a value as a whole, or a request for help.
    Text(&'l str),
    /// A variable that may stand for any parameters.
    Variable(&'l str),
    /// Parameters.
    Parameters(Parameters<'l>),
    /// A value for a part of the QMP interface.
    Value {
        interface: OptionInterface<'l>,
        value: JsonValue<'static>,
        syntax: ValueSyntax,
    },
    /// JSON that the release does not read.
    UnreadJson,
    /// Invalid JSON.
    InvalidJson(SyntaxError),
    /// A key that contradicts another one.
    Contradiction(String),
}

impl<'l> PreparedOption<'l> {
    /// Prepares an option.
    pub fn new(option: TypedOption<'l>, facts: CommandLineFacts<'l>) -> Self {
        let entry = facts.option_entry(option.name);
        let name = match option.name {
            "M" => "machine",
            name => name,
        };
        PreparedOption {
            option,
            entry,
            name,
            argument: prepare(name, option, entry, facts),
        }
    }

    /// The key of a first value without one.
    pub fn first_key(&self) -> Option<&'l str> {
        self.entry.and_then(|entry| entry.first_key.as_deref())
    }
}

fn prepare<'l>(
    name: &'l str,
    option: TypedOption<'l>,
    entry: Option<&'l OptionEntry>,
    facts: CommandLineFacts<'l>,
) -> PreparedArgument<'l> {
    let Some((_, word)) = option.argument else {
        return PreparedArgument::Missing;
    };
    let (text, first_key) = (
        word.value(),
        entry.and_then(|entry| entry.first_key.as_deref()),
    );
    let is_keys = entry.is_some_and(|entry| entry.form == OptionForm::Keys);
    if !is_keys && option.group.is_some() {
        return PreparedArgument::Missing;
    }
    // A VNC server has an option of its own.
    let is_vnc = name == "display" && text.split('=').next() == Some("vnc");
    if is_keys && word.is_variable() {
        return PreparedArgument::Variable(text);
    }
    if !is_keys || is_vnc {
        return PreparedArgument::Text(text);
    }
    // The options of character devices are not those of `chardev-add`.
    let interface = facts.option_interface(name).filter(|_| name != "chardev");
    if text.starts_with('{') {
        return match (facts.reads_json(name), interface) {
            (false, _) => PreparedArgument::UnreadJson,
            (true, Some(interface)) => prepare_json(interface, text),
            (true, None) => PreparedArgument::Text(text),
        };
    }
    let parameters = Parameters::parse(word, first_key.is_some());
    let mut list = parameters.list.iter();
    if let Some(open) = list.find(|own| own.is_key_variable) {
        // The other parameters are those of the variable, too.
        let variable = word.variable_in(open.range.clone());
        return PreparedArgument::Variable(variable.unwrap_or_default());
    }
    if parameters.asks_for_help() {
        return PreparedArgument::Text(text);
    }
    // Texts of `-display` had a form of their own.
    let is_parsed_by_hand = name == "display" && !facts.reads_json(name);
    match interface.filter(|_| !is_parsed_by_hand) {
        Some(interface) => {
            let syntax = match option.group {
                Some(group) => config_syntax(group, facts.series()),
                None => value_syntax(name, &parameters),
            };
            prepare_parameters(name, interface, &parameters, (first_key, syntax))
        }
        None => PreparedArgument::Parameters(parameters),
    }
}

fn prepare_json<'l>(interface: OptionInterface<'l>, text: &str) -> PreparedArgument<'l> {
    match json::parse(text) {
        Ok(parsed) => PreparedArgument::Value {
            interface,
            value: masked(&parsed.value).into_owned().into_owned(),
            syntax: ValueSyntax::Json,
        },
        Err(error) => PreparedArgument::InvalidJson(error),
    }
}

fn prepare_parameters<'l>(
    name: &str,
    interface: OptionInterface<'l>,
    parameters: &Parameters<'_>,
    (first_key, syntax): (Option<&str>, ValueSyntax),
) -> PreparedArgument<'l> {
    let object = match syntax {
        ValueSyntax::Keyval if name != "device" => to_object(parameters, first_key),
        _ => Ok(to_flat_object(parameters, first_key)),
    };
    match object {
        Ok(value) => PreparedArgument::Value {
            interface,
            value: masked(&value).into_owned().into_owned(),
            syntax,
        },
        Err(key) => PreparedArgument::Contradiction(key),
    }
}

/// The syntax of the values of an option. Network backends, objects and nodes of
/// `-numa` have lists in keys that are repeated.
fn value_syntax(name: &str, parameters: &Parameters<'_>) -> ValueSyntax {
    let is_modern = || {
        let ty = parameters.first().or_else(|| parameters.get("type"));
        ty.is_some_and(|ty| matches!(&*ty.value, "stream" | "dgram"))
    };
    match name {
        "netdev" if !is_modern() => ValueSyntax::OptionText,
        "numa" | "object" => ValueSyntax::OptionText,
        _ => ValueSyntax::Keyval,
    }
}

/// The first series that reads nested objects in files for `-readconfig`.
const NESTED_IN_CONFIG: Series = Series::new(6, 1);

/// The syntax of the values of a group in a file for `-readconfig`.
fn config_syntax(group: &str, series: Series) -> ValueSyntax {
    match group {
        "object" if series >= NESTED_IN_CONFIG => ValueSyntax::Keyval,
        "audiodev" | "device" => ValueSyntax::Keyval,
        _ => ValueSyntax::OptionText,
    }
}
