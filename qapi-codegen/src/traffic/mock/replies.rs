//! Recorded replies, by command and arguments.

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead};

use super::Answer;
use crate::json::{JsonStyle, JsonValue};
use crate::knowledge::ServerError;
use crate::traffic::check::MessageKind;
use crate::traffic::read::{LogContent, LoggedMessage, read};

/// The replies of recordings. Those to the same request are given in the order
/// of the recording, and the last one again and again.
#[derive(Debug, Default)]
pub struct RecordedReplies {
    replies: HashMap<RequestKey, VecDeque<Reply>>,
}

/// The command and the arguments of a request.
type RequestKey = (String, String);

/// The value of a reply, or the class and description of an error.
type Reply = Result<String, (String, String)>;

/// The requests of each connection that wait for a reply, with their ids.
type Pending = HashMap<String, VecDeque<(String, RequestKey)>>;

/// The largest number of requests of a connection that wait for a reply.
const MAX_PENDING: usize = 64;

impl RecordedReplies {
    /// Adds the replies of a recording or log.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn add(
        &mut self,
        input: &mut dyn BufRead,
        is_command: &dyn Fn(&str) -> bool,
    ) -> io::Result<()> {
        let mut pending = Pending::new();
        read(input, is_command, &mut |entry| {
            if let LogContent::Messages(messages) = &entry.content {
                messages.for_each(&mut |message| self.add_message(&message, &mut pending));
            }
            Ok(())
        })
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.replies.is_empty()
    }

    fn add_message(&mut self, message: &LoggedMessage<'_>, pending: &mut Pending) {
        let Ok(parsed) = message.json else {
            return;
        };
        let value = &parsed.value;
        let id = value.get("id").map_or_else(String::new, normalize);
        let pending = pending.entry(message.session.to_owned()).or_default();
        match MessageKind::from_message(value) {
            MessageKind::Request => {
                let execute = value.get("execute").or_else(|| value.get("exec-oob"));
                let command = execute.and_then(JsonValue::as_str).unwrap_or_default();
                pending.push_back((id, request_key(command, value.get("arguments"))));
                if pending.len() > MAX_PENDING {
                    pending.pop_front();
                }
            }
            MessageKind::Reply => {
                let index = pending.iter().position(|(own, _)| *own == id);
                let request = index.and_then(|index| pending.remove(index));
                if let (Some((_, key)), Some(reply)) = (request, reply_of(value)) {
                    self.replies.entry(key).or_default().push_back(reply);
                }
            }
            MessageKind::Event | MessageKind::CommandLine | MessageKind::Other => {}
        }
    }

    /// The next reply to a request.
    pub(super) fn next(&mut self, command: &str, arguments: &JsonValue<'_>) -> Option<Answer> {
        let key = request_key(command, Some(arguments));
        let replies = self.replies.get_mut(&key)?;
        let reply = match replies.len() {
            1 => replies.front()?.clone(),
            _ => replies.pop_front()?,
        };
        Some(match reply {
            Ok(value) => Answer::Return(value),
            Err((class, description)) => Answer::Error(ServerError { class, description }),
        })
    }
}

fn request_key(command: &str, arguments: Option<&JsonValue<'_>>) -> RequestKey {
    let arguments =
        arguments.filter(|arguments| arguments.members().is_some_and(|m| !m.is_empty()));
    (
        command.to_owned(),
        arguments.map_or_else(String::new, normalize),
    )
}

/// The text of a value, in one notation and with sorted members.
fn normalize(value: &JsonValue<'_>) -> String {
    let text = JsonStyle::COMPACT.format(value);
    let sorted = serde_json::from_str::<serde_json::Value>(&text);
    sorted.map_or(text, |sorted| sorted.to_string())
}

fn reply_of(message: &JsonValue<'_>) -> Option<Reply> {
    if let Some(value) = message.get("return") {
        return Some(Ok(JsonStyle::SPACED.format(value)));
    }
    let error = message.get("error")?;
    let text = |name: &str| Some(error.get(name)?.as_str()?.to_owned());
    Some(Err((text("class")?, text("desc")?)))
}
