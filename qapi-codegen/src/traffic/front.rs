//! A release as the server of a connection: its greeting, what it says of
//! itself, and its errors for requests that it does not accept.

pub mod reader;
mod scanner;
mod string_token;
mod syntax;
mod token_parser;
mod written;

use std::cell::OnceCell;

use super::check::{Checker, FormError, FormStage, Session};
use crate::dialect;
use crate::introspect::write_reply;
use crate::json::{JsonStyle, JsonValue, ParsedJson, SyntaxError};
use crate::knowledge::{ErrorWordings, ServerError, WordedProblem};
use crate::version::Version;

use reader::RefusedText;
use syntax::syntax_problem;
use written::rewrite_value;

/// The command that begins a connection.
pub const NEGOTIATION: &str = "qmp_capabilities";

/// The server of one release, without a guest, for one connection at a time.
pub struct ServerFront<'m> {
    checker: &'m Checker<'m>,
    version: Version,
    wordings: &'m ErrorWordings,
    session: Session,
    is_negotiated: bool,
    introspection: OnceCell<String>,
}

impl<'m> ServerFront<'m> {
    /// Creates a server to which nobody is connected.
    pub fn new(checker: &'m Checker<'m>, version: Version, wordings: &'m ErrorWordings) -> Self {
        ServerFront {
            checker,
            version,
            wordings,
            session: Session::begin(),
            is_negotiated: false,
            introspection: OnceCell::new(),
        }
    }

    /// The checker of the release.
    pub fn checker(&self) -> &'m Checker<'m> {
        self.checker
    }

    /// The release.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Returns whether the client negotiated.
    pub fn is_negotiated(&self) -> bool {
        self.is_negotiated
    }

    /// Begins a connection and returns the greeting.
    pub fn connect(&mut self, has_oob: bool) -> String {
        self.session = Session::begin();
        self.is_negotiated = false;
        let capabilities = match has_oob && dialect::OOB_BY_DEFAULT.contains(self.version) {
            true => "\"oob\"",
            false => "",
        };
        let version = self.version_reply();
        format!("{{\"QMP\": {{\"version\": {version}, \"capabilities\": [{capabilities}]}}}}\r\n")
    }

    /// Returns the error line for a request that the release does not accept.
    /// Otherwise, the request is part of the connection from here on.
    pub fn refuse(&mut self, message: &ParsedJson<'_>) -> Option<String> {
        let mut session = self.session.clone();
        let form = self
            .checker
            .form_error(&mut session, message, self.wordings);
        let command = command_name(&message.value);
        let has_id = match form.as_ref().map(|form| form.stage) {
            Some(FormStage::Text) => false,
            Some(FormStage::Envelope) => dialect::ENVELOPE_ERRORS_WITH_ID.contains(self.version),
            Some(FormStage::Command) | None => true,
        };
        let error = match &form {
            Some(form) if form.stage != FormStage::Command => Some(form.error.clone()),
            form => {
                let negotiation = self.negotiation_error(command, form.as_ref());
                negotiation.or_else(|| form.as_ref().map(|form| form.error.clone()))
            }
        };
        let Some(error) = error else {
            self.session = session;
            self.is_negotiated |= command == NEGOTIATION;
            return None;
        };
        let id = self.request_id(&message.value).filter(|_| has_id);
        Some(error.to_line(id.as_ref()))
    }

    /// The error of a request before the negotiation, or of a second one.
    fn negotiation_error(&self, command: &str, form: Option<&FormError>) -> Option<ServerError> {
        let reads_arguments = dialect::NEGOTIATION_READS_ARGUMENTS.contains(self.version);
        let problem = match (command == NEGOTIATION, self.is_negotiated) {
            (true, true) if reads_arguments && form.is_some() => return None,
            (true, true) => "negotiated",
            (false, false) => "not-negotiated",
            _ => return None,
        };
        let form = form.filter(|_| dialect::COMMANDS_BEFORE_NEGOTIATION.contains(self.version));
        let unknown = form.filter(|_| !self.checker.has_command(command));
        let error = unknown.map(|form| form.error.clone());
        Some(error.unwrap_or_else(|| self.error(problem, command, "")))
    }

    /// The error line for text that is not JSON.
    pub fn refuse_text(&self, error: &SyntaxError, text: &str) -> String {
        let (problem, value) = syntax_problem(error, text);
        self.error(problem, "", value).to_line(None)
    }

    /// The error line for a part of the input that QEMU refuses.
    pub fn refuse_part(&self, refused: &RefusedText) -> String {
        let mut error = self.error(refused.problem, "", &refused.value);
        if let Some(place) = refused.place {
            error.description = format!("{}:{}: {}", place.line, place.column, error.description);
        }
        error.to_line(None)
    }

    /// The error line for text with too many open brackets.
    pub fn refuse_nesting(&self) -> String {
        self.error("nesting", "", "").to_line(None)
    }

    fn error(&self, problem: &str, command: &str, value: &str) -> ServerError {
        let worded = WordedProblem {
            problem,
            command,
            value,
            path: value,
            ..WordedProblem::default()
        };
        self.wordings.error(&worded, self.version.series())
    }

    /// The id of a request, as a reply of the release has it.
    pub fn request_id(&self, request: &JsonValue<'_>) -> Option<JsonValue<'static>> {
        let id = request.get("id").cloned()?.without_source();
        Some(rewrite_value(id, self.version.series()).into_owned())
    }

    /// The value that a command about the release itself returns.
    pub fn answer(&self, command: &str) -> Option<String> {
        let interface = self.checker.interface();
        Some(match command {
            "query-version" => self.version_reply(),
            "query-commands" => names_reply(interface.commands.names()),
            "query-events" => names_reply(interface.events.names()),
            "query-qmp-schema" => {
                let reply = || write_reply(interface, self.version).to_string();
                self.introspection.get_or_init(reply).clone()
            }
            _ => return None,
        })
    }

    fn version_reply(&self) -> String {
        let Version {
            major,
            minor,
            micro,
        } = self.version;
        let numbers = format!("\"micro\": {micro}, \"minor\": {minor}, \"major\": {major}");
        format!("{{\"qemu\": {{{numbers}}}, \"package\": \"\"}}")
    }
}

fn names_reply<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names = names.map(|name| format!("{{\"name\": \"{name}\"}}"));
    let names: Vec<String> = names.collect();
    format!("[{}]", names.join(", "))
}

/// The name of the command of a request, or an empty string.
pub fn command_name<'v>(request: &'v JsonValue<'_>) -> &'v str {
    let execute = request.get("execute").or_else(|| request.get("exec-oob"));
    execute.and_then(JsonValue::as_str).unwrap_or_default()
}

/// The line that returns a value.
pub fn return_line(id: Option<&JsonValue<'_>>, value: &str) -> String {
    let id = id.map_or_else(String::new, |id| {
        format!(", \"id\": {}", JsonStyle::SPACED.format(id))
    });
    format!("{{\"return\": {value}{id}}}\r\n")
}

/// The version in a greeting.
pub fn greeted_version(greeting: &JsonValue<'_>) -> Option<Version> {
    let version = greeting.get("QMP")?.get("version")?.get("qemu")?;
    let number = |name: &str| match version.get(name)? {
        JsonValue::Number(number) => number.parse().ok(),
        _ => None,
    };
    Some(Version::new(
        number("major")?,
        number("minor")?,
        number("micro")?,
    ))
}
