//! Replies in the order in which a client expects them.

use std::collections::VecDeque;

use crate::json::JsonValue;
use crate::traffic::migrate::NodeNames;

/// The requests of a client without a reply so far.
#[derive(Debug, Default)]
pub struct ReplyQueue {
    /// The replies in the order of the requests; those sent out of band overtake
    /// them.
    in_order: VecDeque<QueuedReply>,
    /// The requests that the server has, in the order in which it has them.
    sent: VecDeque<(Ticket, SentRequest)>,
    next_ticket: u64,
}

/// The place of a reply; `None` for a request out of band.
pub type Ticket = Option<u64>;

#[derive(Debug)]
struct QueuedReply {
    ticket: u64,
    text: Option<String>,
}

/// A request that the server has.
#[derive(Debug, Default)]
pub struct SentRequest {
    /// The command that the client sent.
    pub command: String,
    /// The id in the request that was sent.
    pub id: Option<JsonValue<'static>>,
    /// `true` if the client gave no id.
    pub is_own_id: bool,
    /// `true` if it is executed out of band.
    pub is_oob: bool,
    /// The names of nodes before and after it, if it changes them.
    pub undo: Option<(NodeNames, NodeNames)>,
    /// The reply to the request before this one, which asks for more.
    pub first_reply: Option<FirstReply>,
}

/// A reply that waits for the reply to another request.
#[derive(Debug)]
pub struct FirstReply {
    /// The text.
    pub text: String,
    /// The message with the shape of the server.
    pub message: JsonValue<'static>,
}

impl ReplyQueue {
    /// The number of requests without a reply.
    pub fn len(&self) -> usize {
        self.in_order.len().max(self.sent.len())
    }

    /// Adds a reply that does not come from the server.
    pub fn push_reply(&mut self, text: String) {
        let ticket = self.next_ticket();
        let text = Some(text);
        self.in_order.push_back(QueuedReply { ticket, text });
    }

    /// Adds a request that the server gets.
    pub fn push_sent(&mut self, request: SentRequest) {
        let ticket = (!request.is_oob).then(|| self.next_ticket());
        if let Some(ticket) = ticket {
            self.in_order.push_back(QueuedReply { ticket, text: None });
        }
        self.sent.push_back((ticket, request));
    }

    /// Adds another request whose reply completes an earlier one.
    pub fn push_follow_up(&mut self, ticket: Ticket, request: SentRequest) {
        self.sent.push_back((ticket, request));
    }

    fn next_ticket(&mut self) -> u64 {
        self.next_ticket += 1;
        self.next_ticket
    }

    /// Takes the request that a reply with this id belongs to. Old releases
    /// answer some requests without their id, in order.
    pub fn take_sent(&mut self, id: Option<&JsonValue<'_>>) -> Option<(Ticket, SentRequest)> {
        let mut sent = self.sent.iter();
        let same = sent.position(|(_, request)| request.id.as_ref() == id);
        let mut sent = self.sent.iter();
        let index = same.or_else(|| sent.position(|(_, request)| !request.is_oob));
        self.sent.remove(index?)
    }

    /// Sets the reply of a request and takes what the client gets now.
    pub fn complete(&mut self, ticket: Ticket, text: String) -> String {
        let Some(ticket) = ticket else {
            return text;
        };
        let mut replies = self.in_order.iter_mut();
        if let Some(reply) = replies.find(|reply| reply.ticket == ticket) {
            reply.text = Some(text);
        }
        self.take_ready()
    }

    /// Takes the replies that wait for no earlier one.
    pub fn take_ready(&mut self) -> String {
        let mut ready = String::new();
        while let Some(text) = self.in_order.front_mut().and_then(|own| own.text.take()) {
            ready += &text;
            self.in_order.pop_front();
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(id: Option<u32>, is_oob: bool) -> SentRequest {
        SentRequest {
            id: id.map(JsonValue::number),
            is_oob,
            ..SentRequest::default()
        }
    }

    #[test]
    fn replies_keep_the_order_of_the_requests() {
        let mut queue = ReplyQueue::default();
        queue.push_sent(sent(Some(1), false));
        queue.push_reply("own ".to_owned());
        queue.push_sent(sent(None, false));
        queue.push_sent(sent(Some(2), true));
        assert_eq!(queue.take_ready(), "");
        let (ticket, _) = queue.take_sent(Some(&JsonValue::number(2))).unwrap();
        assert_eq!(queue.complete(ticket, "oob ".to_owned()), "oob ");
        let (second, _) = queue.take_sent(None).unwrap();
        assert_eq!(queue.complete(second, "second ".to_owned()), "");
        let (first, _) = queue.take_sent(None).unwrap();
        queue.push_follow_up(first, sent(None, false));
        assert_eq!(queue.take_ready(), "");
        let (first, _) = queue.take_sent(None).unwrap();
        let text = queue.complete(first, "first ".to_owned());
        assert_eq!(text, "first own second ");
        assert_eq!(queue.len(), 0);
        assert!(queue.take_sent(None).is_none());
    }
}
