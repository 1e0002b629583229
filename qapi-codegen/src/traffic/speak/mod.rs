//! A server that speaks an older release than it is: bytes of a client and of
//! the server in, bytes for both out.
//!
//! Greeting and introspection are those of the older release. Its requests are
//! migrated, and replies and events get its shape. What has no form on the other
//! side is answered with an error, and the server does not see it. Everything
//! that is the same in both releases passes byte for byte.

mod fit;
mod queue;
mod reply;
mod unattached;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use self::queue::{FirstReply, ReplyQueue, SentRequest, Ticket};
use self::reply::ReplyAdapter;
use super::check::Checker;
use super::front::{self, ServerFront, command_name, return_line};
use super::migrate::{Migration, MigrationOutcome, Migrator, NodeNames, Remark};
use super::record::{Transfer, TransferSplitter};
use crate::json::{self, JsonValue, NESTING_LIMIT, ParsedJson, parse_prefix};
use crate::knowledge::{ErrorWordings, Knowledge, ServerError};
use crate::version::Version;
use crate::wire::Direction;

/// The largest number of requests of a client without a reply. What a client
/// sends beyond it is read later.
const MAX_PENDING: usize = 16;

/// The largest number of commands that are known to pass unchanged.
const MAX_UNCHANGED: usize = 1024;

/// The releases on both sides, and the data about them.
#[derive(Clone)]
pub struct SpeakerData<'s> {
    /// The release that the client was written for.
    pub spoken: &'s Checker<'s>,
    /// The version in the greeting.
    pub version: Version,
    /// The release of the server.
    pub server: &'s Checker<'s>,
    /// The facts about all releases.
    pub knowledge: &'s Knowledge,
    /// The errors of releases.
    pub wordings: &'s ErrorWordings,
    /// `true` if what has no form on the other side passes as it is.
    pub is_lenient: bool,
    /// The block nodes of the server.
    pub nodes: SharedNodes,
}

/// The block nodes that clients of one server created, and their names. Clones
/// share them.
#[derive(Debug, Clone, Default)]
pub struct SharedNodes(Arc<Mutex<NodeNames>>);

/// The connection of one client with a server of another release.
pub struct Speaker<'s> {
    data: SpeakerData<'s>,
    front: ServerFront<'s>,
    migrator: Migrator<'s>,
    client: TransferSplitter,
    server: TransferSplitter,
    queue: ReplyQueue,
    /// The commands that pass unchanged without arguments.
    unchanged: HashSet<String>,
    own_ids: u64,
}

/// Bytes for both sides, and remarks for the user.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SpokenBytes {
    /// To the server.
    pub to_server: Vec<u8>,
    /// To the client.
    pub to_client: Vec<u8>,
    /// Sentences about what does not pass, or under an assumption.
    pub remarks: Vec<String>,
}

impl SharedNodes {
    /// Forgets the nodes, because the server ended.
    pub fn clear(&self) {
        self.replace(NodeNames::default());
    }

    fn get(&self) -> NodeNames {
        let nodes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        nodes.clone()
    }

    fn replace(&self, new: NodeNames) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = new;
    }

    /// Takes back a change unless a later one followed.
    fn undo(&self, (before, after): (NodeNames, NodeNames)) {
        let mut nodes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *nodes == after {
            *nodes = before;
        }
    }
}

/// The version in a greeting.
pub fn greeted_version(greeting: &[u8]) -> Option<Version> {
    let text = String::from_utf8_lossy(greeting);
    front::greeted_version(&parse_prefix(&text).ok()??.value)
}

impl<'s> Speaker<'s> {
    /// Creates the connection of a client. The greeting of the server follows.
    pub fn new(data: SpeakerData<'s>) -> Self {
        Speaker {
            front: ServerFront::new(data.spoken, data.version, data.wordings),
            migrator: Migrator::new(data.spoken, data.server, &data.knowledge.migrations),
            data,
            client: TransferSplitter::default(),
            server: TransferSplitter::default(),
            queue: ReplyQueue::default(),
            unchanged: HashSet::new(),
            own_ids: 0,
        }
    }

    /// Returns whether the client may send more.
    pub fn is_ready(&self) -> bool {
        self.queue.len() < MAX_PENDING
    }

    /// Handles bytes of the client.
    pub fn receive_from_client(&mut self, bytes: &[u8]) -> SpokenBytes {
        let mut out = SpokenBytes::default();
        for transfer in self.client.push(bytes) {
            self.handle_client_transfer(&transfer, &mut out);
        }
        if self.client.depth() > NESTING_LIMIT {
            self.client = TransferSplitter::default();
            self.queue.push_reply(self.front.refuse_nesting());
        }
        out.to_client.extend(self.queue.take_ready().into_bytes());
        out
    }

    fn handle_client_transfer(&mut self, transfer: &Transfer, out: &mut SpokenBytes) {
        let text = String::from_utf8_lossy(&transfer.raw);
        let mut rest = &*text;
        loop {
            match parse_prefix(rest) {
                Ok(Some(parsed)) => {
                    let (message, after) = rest.split_at(parsed.end);
                    self.handle_request(message.trim(), &parsed, out);
                    rest = after;
                }
                Ok(None) => return,
                Err(error) => {
                    let refusal = self.front.refuse_text(&error, rest);
                    return self.queue.push_reply(refusal);
                }
            }
        }
    }

    fn handle_request(&mut self, text: &str, parsed: &ParsedJson<'_>, out: &mut SpokenBytes) {
        let command = command_name(&parsed.value);
        let is_plain = self.front.is_negotiated() && parsed.value.get("arguments").is_none();
        let is_unchanged =
            is_plain && self.unchanged.contains(command) && is_only_a_command(parsed);
        if !is_unchanged && let Some(refusal) = self.front.refuse(parsed) {
            match self.data.is_lenient && !command.is_empty() {
                true => self.send(text, &parsed.value, None, None, out),
                false => self.queue.push_reply(refusal),
            }
            return;
        }
        if let Some(value) = self.front.answer(command) {
            let id = self.front.request_id(&parsed.value);
            return self.queue.push_reply(return_line(id.as_ref(), &value));
        }
        if is_unchanged {
            return self.send(text, &parsed.value, None, None, out);
        }
        let before = self.data.nodes.get();
        let mut nodes = before.clone();
        let migration = self.migrator.migrate_with_nodes(&mut nodes, parsed);
        if migration.outcome == MigrationOutcome::Left && !self.data.is_lenient {
            return self.refuse(&parsed.value, &migration, out);
        }
        let undo = (nodes != before).then(|| (before, nodes.clone()));
        self.data.nodes.replace(nodes);
        let is_same = is_plain && migration.outcome == MigrationOutcome::Unchanged;
        if is_same && undo.is_none() && self.unchanged.len() < MAX_UNCHANGED {
            self.unchanged.insert(command.to_owned());
        }
        self.remark_on(&migration, command, out);
        self.send(text, &parsed.value, migration.message, undo, out);
    }

    /// Answers a request that the server does not see.
    fn refuse(&mut self, request: &JsonValue<'_>, migration: &Migration, out: &mut SpokenBytes) {
        let (spoken, server) = (self.data.spoken.series(), self.data.server.series());
        let command = command_name(request);
        let reasons = join_remarks(&migration.remarks);
        let description =
            format!("`{command}` of QEMU {spoken} has no form in QEMU {server}: {reasons}");
        out.remarks.push(description.clone());
        let error = generic_error(description);
        let refusal = error.to_line(self.front.request_id(request).as_ref());
        self.queue.push_reply(refusal);
    }

    /// Adds the assumptions of a migration, or the reasons why a request passes as
    /// it is. What a client would have to do with the reply is done here.
    fn remark_on(&self, migration: &Migration, command: &str, out: &mut SpokenBytes) {
        let series = (self.data.spoken.series(), self.data.server.series());
        let rules = &self.data.knowledge.replies;
        let is_remarkable = match migration.outcome {
            MigrationOutcome::Left => true,
            MigrationOutcome::Assumed => {
                rules.between(Direction::Reply, command, series).is_empty()
            }
            MigrationOutcome::Unchanged | MigrationOutcome::Rewritten => false,
        };
        if is_remarkable {
            let reasons = join_remarks(&migration.remarks);
            let outcome = migration.outcome.as_str();
            out.remarks
                .push(format!("`{command}` ({outcome}): {reasons}"));
        }
    }

    /// Sends a request, or the one that replaces it.
    fn send(
        &mut self,
        text: &str,
        request: &JsonValue<'_>,
        rewritten: Option<JsonValue<'static>>,
        undo: Option<(NodeNames, NodeNames)>,
        out: &mut SpokenBytes,
    ) {
        let is_oob = request.get("exec-oob").is_some();
        let mut id = request.get("id").cloned().map(JsonValue::into_owned);
        let is_own_id = is_oob && id.is_none();
        let mut rewritten = rewritten;
        if is_own_id {
            // The reply may overtake others, so that only its id shows its request.
            self.own_ids += 1;
            id = Some(JsonValue::string(format!("out of band {}", self.own_ids)));
            let mut with_id = rewritten.unwrap_or_else(|| request.clone().into_owned());
            with_id.set("id", id.clone().unwrap_or(JsonValue::Null));
            rewritten = Some(with_id);
        }
        let sent = match rewritten {
            Some(new) => json::rewrite(text, request, &new),
            None => text.to_owned(),
        };
        out.to_server.extend(sent.into_bytes());
        out.to_server.extend(b"\r\n");
        self.queue.push_sent(SentRequest {
            command: command_name(request).to_owned(),
            id,
            is_own_id,
            is_oob,
            undo,
            first_reply: None,
        });
    }

    /// Handles bytes of the server.
    pub fn receive_from_server(&mut self, bytes: &[u8]) -> SpokenBytes {
        let mut out = SpokenBytes::default();
        for transfer in self.server.push(bytes) {
            self.handle_server_transfer(&transfer, &mut out);
        }
        if self.server.depth() > NESTING_LIMIT {
            // No message of QEMU; the client has to cope with it.
            let rest = self.server.finish().map(Transfer::into_bytes);
            out.to_client.extend(rest.unwrap_or_default());
            self.server = TransferSplitter::default();
        }
        out
    }

    fn handle_server_transfer(&mut self, transfer: &Transfer, out: &mut SpokenBytes) {
        let text = String::from_utf8_lossy(&transfer.raw);
        let mut rest = &*text;
        let mut is_message = false;
        while let Ok(Some(parsed)) = parse_prefix(rest) {
            let (message, after) = rest.split_at(parsed.end);
            self.handle_server_message(message.trim(), &parsed.value, out);
            (rest, is_message) = (after, true);
        }
        if !is_message || !rest.trim().is_empty() {
            let bytes = match is_message {
                true => rest.as_bytes().to_vec(),
                false => transfer.clone().into_bytes(),
            };
            out.to_client.extend(bytes);
        }
    }

    fn handle_server_message(
        &mut self,
        text: &str,
        message: &JsonValue<'_>,
        out: &mut SpokenBytes,
    ) {
        let reply = if let Some(greeting) = message.get("QMP") {
            let names = greeting.get("capabilities").and_then(JsonValue::elements);
            let mut names = names.unwrap_or_default().iter();
            self.front
                .connect(names.any(|name| name.as_str() == Some("oob")))
        } else if message.get("event").is_some() {
            self.adapt_event(text, message, out)
        } else {
            match self.queue.take_sent(message.get("id")) {
                Some((ticket, request)) => {
                    return self.handle_reply(ticket, request, text, message, out);
                }
                None => format!("{text}\r\n"),
            }
        };
        out.to_client.extend(reply.into_bytes());
    }

    fn handle_reply(
        &mut self,
        ticket: Ticket,
        mut request: SentRequest,
        text: &str,
        message: &JsonValue<'_>,
        out: &mut SpokenBytes,
    ) {
        let is_error = message.get("error").is_some();
        if is_error && let Some(undo) = request.undo.take() {
            self.data.nodes.undo(undo);
        }
        if !is_error && self.needs_more(&request, message) {
            out.to_server.extend(unattached::FOLLOW_UP.as_bytes());
            let first_reply = FirstReply {
                text: text.to_owned(),
                message: message.clone().into_owned(),
            };
            request.id = None;
            request.first_reply = Some(first_reply);
            return self.queue.push_follow_up(ticket, request);
        }
        let reply = match request.first_reply.take() {
            Some(first) => {
                let nodes = self.data.nodes.get();
                let full = unattached::add(&first.message, message.get("return"), &nodes);
                self.adapt_reply(&request, &first.text, &first.message, full, out)
            }
            None => {
                let new = message.clone().into_owned();
                self.adapt_reply(&request, text, message, new, out)
            }
        };
        let ready = self.queue.complete(ticket, reply + "\r\n");
        out.to_client.extend(ready.into_bytes());
    }

    /// Returns whether a reply lacks block backends that the client created.
    fn needs_more(&self, request: &SentRequest, message: &JsonValue<'_>) -> bool {
        let is_due = self.data.spoken.series() < unattached::WITHOUT_BACKENDS
            && request.command == unattached::COMMAND
            && request.first_reply.is_none();
        is_due && unattached::lacks_nodes(message, &self.data.nodes.get())
    }

    /// The text of a reply in the older shape.
    fn adapt_reply(
        &self,
        request: &SentRequest,
        text: &str,
        message: &JsonValue<'_>,
        mut new: JsonValue<'static>,
        out: &mut SpokenBytes,
    ) -> String {
        if request.is_own_id {
            new.remove("id");
        }
        let nodes = self.data.nodes.get();
        let Some(value) = new.get_mut("return") else {
            return json::rewrite(text, message, &new);
        };
        let adapted = self.adapter().adapt_reply(&request.command, value, &nodes);
        match adapted {
            Ok(()) if *message == new => text.to_owned(),
            Ok(()) => json::rewrite(text, message, &new),
            Err(reason) => {
                let passes = self.data.is_lenient.then(|| text.to_owned());
                let refused = || generic_error(reason.clone()).to_line(new.get("id"));
                let reply = passes.unwrap_or_else(|| refused().trim_end().to_owned());
                out.remarks.push(reason);
                reply
            }
        }
    }

    /// The text of an event in the older shape; nothing if the older release
    /// does not have it.
    fn adapt_event(&self, text: &str, message: &JsonValue<'_>, out: &mut SpokenBytes) -> String {
        let name = message.get("event").and_then(JsonValue::as_str);
        let name = name.unwrap_or_default();
        let data = message.get("data").cloned().map(JsonValue::into_owned);
        let given = data.unwrap_or_else(|| JsonValue::object([]));
        let adapted = self
            .adapter()
            .adapt_event(name, &given, &self.data.nodes.get());
        let events = match adapted {
            Ok(events) => events,
            Err(reason) => {
                out.remarks.push(reason);
                return match self.data.is_lenient {
                    true => format!("{text}\r\n"),
                    false => String::new(),
                };
            }
        };
        let write = |(name, data): (String, JsonValue<'static>)| {
            let mut new = message.clone().into_owned();
            new.set("event", JsonValue::string(name));
            match data.members().is_none_or(<[_]>::is_empty) {
                true => drop(new.remove("data")),
                false => new.set("data", data),
            }
            json::rewrite(text, message, &new) + "\r\n"
        };
        events.into_iter().map(write).collect()
    }

    fn adapter(&self) -> ReplyAdapter<'_> {
        ReplyAdapter {
            spoken: self.data.spoken,
            server: self.data.server.series(),
            rules: &self.data.knowledge.replies,
        }
    }
}

/// Returns whether a request has no members but a command and perhaps an id.
fn is_only_a_command(parsed: &ParsedJson<'_>) -> bool {
    let members = parsed.value.members().unwrap_or_default();
    let mut others = members.iter().filter(|own| own.name.value != "execute");
    let has_only_id =
        others.next().is_none_or(|own| own.name.value == "id") && others.next().is_none();
    parsed.leniencies.is_empty() && parsed.value.get("execute").is_some() && has_only_id
}

fn join_remarks(remarks: &[Remark]) -> String {
    let messages: Vec<&str> = remarks.iter().map(|own| own.message.as_str()).collect();
    messages.join(" ")
}

fn generic_error(description: String) -> ServerError {
    ServerError {
        class: "GenericError".to_owned(),
        description,
    }
}
