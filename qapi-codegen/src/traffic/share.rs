//! Several clients on one connection to a server.
//!
//! Each client negotiates for itself and uses its own ids. Replies go to the
//! client that asked, events to all. No bytes of a client reach the server
//! unless they are a request.

use std::collections::{BTreeMap, VecDeque};

use super::front::greeted_version;
use super::record::TransferSplitter;
use crate::json::{self, JsonValue, NESTING_LIMIT, parse_prefix};
use crate::knowledge::{ErrorWordings, WordedProblem};
use crate::version::{Series, Version};

/// A client of a shared connection.
pub type ClientId = u64;

/// The largest number of requests of a client that wait for a reply. QEMU
/// queues as many.
const MAX_PENDING: usize = 8;

/// The beginning of the request with which the proxy itself negotiates. Those
/// of clients do not reach the server.
pub const NEGOTIATION: &str = "{\"execute\": \"qmp_capabilities\"";

/// The clients of one connection.
#[derive(Debug)]
pub struct SharedConnection<'w> {
    wordings: &'w ErrorWordings,
    clients: BTreeMap<ClientId, SharedClient>,
    /// The requests without a reply, oldest first.
    pending: VecDeque<PendingRequest>,
    next_id: u64,
    server: TransferSplitter,
    /// The text of the greeting, once it arrived.
    greeting: Option<String>,
    series: Series,
    /// The request with file descriptors that the server has. It reads others
    /// later, because a server has the descriptors of one request only.
    with_fds: Option<u64>,
}

#[derive(Debug, Default)]
struct SharedClient {
    /// `true` if file descriptors belong to its next request.
    has_fds: bool,
    splitter: TransferSplitter,
    /// Messages that wait until the server replied to earlier ones.
    waiting: VecDeque<String>,
    is_greeted: bool,
    is_negotiated: bool,
}

#[derive(Debug)]
struct PendingRequest {
    id: u64,
    /// The client; `None` for the negotiation with the server.
    client: Option<ClientId>,
    /// The id that the client gave.
    own_id: Option<JsonValue<'static>>,
}

/// Bytes to send.
#[derive(Debug, PartialEq, Eq)]
pub enum Delivery {
    /// To the server; from a client, or from the proxy itself.
    Server(Option<ClientId>, String),
    /// To a client.
    Client(ClientId, String),
}

impl<'w> SharedConnection<'w> {
    /// Creates a connection without clients.
    pub fn new(wordings: &'w ErrorWordings) -> Self {
        SharedConnection {
            wordings,
            clients: BTreeMap::new(),
            pending: VecDeque::new(),
            next_id: 0,
            server: TransferSplitter::default(),
            greeting: None,
            series: Version::NEWEST.series(),
            with_fds: None,
        }
    }

    /// Adds a client, which gets the greeting of the server.
    pub fn add_client(&mut self, client: ClientId) -> Vec<Delivery> {
        self.clients.insert(client, SharedClient::default());
        self.greet(client)
    }

    /// Removes a client. Replies to its requests are dropped.
    pub fn remove_client(&mut self, client: ClientId) {
        self.clients.remove(&client);
    }

    /// Notes that file descriptors of a client belong to its next request.
    pub fn expect_fds(&mut self, client: ClientId) {
        if let Some(state) = self.clients.get_mut(&client) {
            state.has_fds = true;
        }
    }

    /// Returns whether a client may send more.
    pub fn is_ready(&self, client: ClientId) -> bool {
        let client = self.clients.get(&client);
        client.is_none_or(|client| client.waiting.is_empty())
    }

    /// Returns whether a client has the replies to all that it sent.
    pub fn is_idle(&self, client: ClientId) -> bool {
        let mut pending = self.pending.iter();
        self.is_ready(client) && !pending.any(|own| own.client == Some(client))
    }

    /// Handles bytes of a client.
    pub fn receive_from_client(&mut self, client: ClientId, bytes: &[u8]) -> Vec<Delivery> {
        let Some(state) = self.clients.get_mut(&client) else {
            return Vec::new();
        };
        for transfer in state.splitter.push(bytes) {
            let text = String::from_utf8_lossy(&transfer.raw);
            let mut rest = &*text;
            while let Ok(Some(parsed)) = parse_prefix(rest) {
                state
                    .waiting
                    .push_back(rest[..parsed.end].trim().to_owned());
                rest = &rest[parsed.end..];
            }
            if !rest.trim().is_empty() {
                state.waiting.push_back(rest.to_owned());
            }
        }
        let is_too_deep = state.splitter.depth() > NESTING_LIMIT;
        let mut deliveries = self.send_waiting(client);
        if is_too_deep && let Some(state) = self.clients.get_mut(&client) {
            state.splitter = TransferSplitter::default();
            deliveries.push(self.refuse(client, "nesting", "", None));
        }
        deliveries
    }

    /// Handles bytes of the server.
    pub fn receive_from_server(&mut self, bytes: &[u8]) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        for transfer in self.server.push(bytes) {
            let text = String::from_utf8_lossy(&transfer.raw);
            if let Ok(Some(parsed)) = parse_prefix(&text) {
                deliveries.extend(self.handle_server_message(text.trim(), &parsed.value));
            }
        }
        deliveries
    }

    fn handle_server_message(&mut self, text: &str, message: &JsonValue<'_>) -> Vec<Delivery> {
        if message.get("QMP").is_some() {
            return self.handle_greeting(text, message);
        }
        if message.get("event").is_some() {
            let negotiated = self.clients.iter().filter(|(_, state)| state.is_negotiated);
            let send =
                |(client, _): (&ClientId, _)| Delivery::Client(*client, format!("{text}\r\n"));
            return negotiated.map(send).collect();
        }
        self.handle_reply(text, message)
    }

    /// Negotiates with the server and greets the clients that wait.
    fn handle_greeting(&mut self, text: &str, message: &JsonValue<'_>) -> Vec<Delivery> {
        self.greeting = Some(text.to_owned());
        self.series = greeted_version(message).map_or(self.series, Version::series);
        let greeting = message.get("QMP");
        let capabilities = greeting.and_then(|greeting| greeting.get("capabilities")?.elements());
        let mut capabilities = capabilities.unwrap_or_default().iter();
        let enable = match capabilities.any(|name| name.as_str() == Some("oob")) {
            true => ", \"arguments\": {\"enable\": [\"oob\"]}",
            false => "",
        };
        let id = self.add_pending(None, None);
        let request = format!("{NEGOTIATION}{enable}, \"id\": {id}}}\r\n");
        let clients: Vec<ClientId> = self.clients.keys().copied().collect();
        let mut deliveries = vec![Delivery::Server(None, request)];
        for client in clients {
            deliveries.extend(self.greet(client));
            // What came early waits for the negotiation with the server.
            deliveries.extend(self.send_waiting(client));
        }
        deliveries
    }

    fn greet(&mut self, client: ClientId) -> Vec<Delivery> {
        let (Some(greeting), Some(state)) = (&self.greeting, self.clients.get_mut(&client)) else {
            return Vec::new();
        };
        let is_greeted = std::mem::replace(&mut state.is_greeted, true);
        let greeting = Delivery::Client(client, format!("{greeting}\r\n"));
        (!is_greeted).then_some(greeting).into_iter().collect()
    }

    /// Passes a reply to the client that asked, with its id.
    fn handle_reply(&mut self, text: &str, message: &JsonValue<'_>) -> Vec<Delivery> {
        let id = message.get("id").and_then(|id| match id {
            JsonValue::Number(number) => number.parse::<u64>().ok(),
            _ => None,
        });
        // Old releases answer some requests without their id, in order.
        let index = match id {
            Some(id) => self.pending.iter().position(|pending| pending.id == id),
            None => (!self.pending.is_empty()).then_some(0),
        };
        let Some(pending) = index.and_then(|index| self.pending.remove(index)) else {
            return Vec::new();
        };
        let was_alone = self.with_fds.take_if(|own| *own == pending.id).is_some();
        let Some(client) = pending.client else {
            return Vec::new();
        };
        let mut reply = message.clone();
        match pending.own_id {
            Some(own_id) if id.is_some() => reply.set("id", own_id),
            _ => drop(reply.remove("id")),
        }
        let text = json::rewrite(text, message, &reply);
        let mut deliveries = Vec::new();
        if self.clients.contains_key(&client) {
            deliveries.push(Delivery::Client(client, text + "\r\n"));
        }
        deliveries.extend(self.send_waiting(client));
        if was_alone {
            let others: Vec<ClientId> = self.clients.keys().copied().collect();
            deliveries.extend(
                others
                    .into_iter()
                    .flat_map(|other| self.send_waiting(other)),
            );
        }
        deliveries
    }

    /// Sends the messages of a client that wait, as many as it may send.
    fn send_waiting(&mut self, client: ClientId) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        while self.with_fds.is_none() {
            let own = self.pending.iter().filter(|own| own.client == Some(client));
            if own.count() >= MAX_PENDING {
                return deliveries;
            }
            let state = self.clients.get_mut(&client);
            let state = state.filter(|state| state.is_greeted);
            let Some(text) = state.and_then(|state| state.waiting.pop_front()) else {
                return deliveries;
            };
            deliveries.push(self.handle_request(client, &text));
        }
        deliveries
    }

    fn handle_request(&mut self, client: ClientId, text: &str) -> Delivery {
        let Ok(parsed) = json::parse(text) else {
            return self.refuse(client, "invalid-syntax", "", None);
        };
        let message = &parsed.value;
        if message.members().is_none() {
            return self.refuse(client, "request-not-object", "", None);
        }
        let id = message.get("id").cloned().map(JsonValue::without_source);
        let execute = message.get("execute").or_else(|| message.get("exec-oob"));
        let command = execute.and_then(JsonValue::as_str).unwrap_or_default();
        let is_negotiated = self
            .clients
            .get(&client)
            .is_some_and(|state| state.is_negotiated);
        match (command == "qmp_capabilities", is_negotiated) {
            (true, false) => {
                if let Some(state) = self.clients.get_mut(&client) {
                    state.is_negotiated = true;
                }
                let mut reply = JsonValue::object([("return", JsonValue::object([]))]);
                if let Some(id) = id {
                    reply.set("id", id);
                }
                Delivery::Client(client, json::JsonStyle::SPACED.format(&reply) + "\r\n")
            }
            (true, true) => self.refuse(client, "negotiated", command, id.as_ref()),
            (false, false) => self.refuse(client, "not-negotiated", command, id.as_ref()),
            (false, true) => {
                let id = id.map(JsonValue::into_owned);
                let number = self.add_pending(Some(client), id);
                let mut request = message.clone();
                request.set("id", JsonValue::number(number));
                let sender = self.clients.get_mut(&client);
                if sender.is_some_and(|own| std::mem::take(&mut own.has_fds)) {
                    self.with_fds = Some(number);
                }
                let text = json::rewrite(text, message, &request) + "\r\n";
                Delivery::Server(Some(client), text)
            }
        }
    }

    fn add_pending(&mut self, client: Option<ClientId>, own_id: Option<JsonValue<'static>>) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.pending
            .push_back(PendingRequest { id, client, own_id });
        id
    }

    /// Answers a request that does not reach the server.
    fn refuse(
        &self,
        client: ClientId,
        problem: &str,
        command: &str,
        id: Option<&JsonValue<'_>>,
    ) -> Delivery {
        let worded = WordedProblem {
            problem,
            command,
            ..WordedProblem::default()
        };
        let error = self.wordings.error(&worded, self.series);
        Delivery::Client(client, error.to_line(id))
    }
}
