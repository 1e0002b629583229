//! Writing recordings: the bytes of a connection, cut into one line per
//! transfer.
//!
//! [`read`](super::read) reads these lines again. Every byte of a connection is
//! part of exactly one transfer, in order.

use std::time::Duration;

use serde::Serialize;

use super::read::Sender;

/// The largest transfer in bytes; longer ones are recorded in pieces. QEMU
/// accepts no longer token either.
pub const TRANSFER_LIMIT: usize = 64 << 20;

/// A message, or text that is not one, with its line ending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The bytes without the line ending.
    pub raw: Vec<u8>,
    /// The name of the line ending: `crlf`, `lf` or `none`.
    pub eol: &'static str,
}

/// Cuts the bytes of one direction into transfers.
///
/// A transfer ends with its line, unless a bracket is open there. What arrived
/// up to the end of a complete message is a transfer too, because its line may
/// never end.
#[derive(Debug, Default)]
pub struct TransferSplitter {
    pending: Vec<u8>,
    depth: usize,
    /// The quote of the string that is open.
    quote: Option<u8>,
    is_escaped: bool,
}

/// The origin of a transfer.
#[derive(Debug, Clone, Copy)]
pub struct TransferOrigin<'o> {
    /// The name of the connection.
    pub session: &'o str,
    /// The number of requests on it so far.
    pub step: u64,
    /// The side that sent it; `None` for a note about the connection.
    pub sender: Option<Sender>,
    /// The time since the epoch.
    pub time: Duration,
}

#[derive(Serialize)]
struct RecordedLine<'l> {
    session: &'l str,
    step: String,
    dir: &'static str,
    raw: &'l str,
    eol: &'static str,
    time: f64,
}

impl TransferSplitter {
    /// Adds received bytes and returns the transfers that end with them.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Transfer> {
        let mut transfers = Vec::new();
        let mut start = 0;
        // The end of the last complete message that is not in a transfer.
        let mut message_end = None;
        for (index, &byte) in bytes.iter().enumerate() {
            let is_end = self.scan(byte);
            let length = self.pending.len() + index + 1 - start;
            if is_end || length >= TRANSFER_LIMIT {
                self.pending.extend_from_slice(&bytes[start..=index]);
                transfers.push(self.take());
                start = index + 1;
                message_end = None;
            } else if self.depth == 0 && matches!(byte, b'}' | b']') && self.quote.is_none() {
                message_end = Some(length);
            }
        }
        self.pending.extend_from_slice(&bytes[start..]);
        if let Some(end) = message_end {
            // The end of its line belongs to it.
            let rest = &self.pending[end..];
            let end = if rest.trim_ascii().is_empty() {
                self.pending.len()
            } else {
                end
            };
            let rest = self.pending.split_off(end);
            transfers.push(self.take());
            self.pending = rest;
        }
        transfers
    }

    /// The number of brackets that are open.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Returns the bytes that are left when the connection ends.
    pub fn finish(&mut self) -> Option<Transfer> {
        (!self.pending.is_empty()).then(|| self.take())
    }

    /// Scans a byte. Returns `true` if it ends a transfer.
    fn scan(&mut self, byte: u8) -> bool {
        match (self.quote, byte) {
            // QEMU's lexer begins again after a line break in a string.
            (Some(_), b'\n') => {
                (self.quote, self.is_escaped, self.depth) = (None, false, 0);
            }
            (Some(_), _) if self.is_escaped => self.is_escaped = false,
            (Some(_), b'\\') => self.is_escaped = true,
            (Some(quote), _) if byte == quote => self.quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => self.quote = Some(byte),
            (None, b'{' | b'[') => self.depth += 1,
            (None, b'}' | b']') => self.depth = self.depth.saturating_sub(1),
            (None, _) => {}
        }
        byte == b'\n' && self.depth == 0
    }

    fn take(&mut self) -> Transfer {
        let mut raw = std::mem::take(&mut self.pending);
        let eol = match &raw[..] {
            [.., b'\r', b'\n'] => "crlf",
            [.., b'\n'] => "lf",
            _ => "none",
        };
        let ending = match eol {
            "crlf" => 2,
            "lf" => 1,
            _ => 0,
        };
        raw.truncate(raw.len() - ending);
        Transfer { raw, eol }
    }
}

impl Transfer {
    /// The bytes with the line ending.
    pub fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.raw;
        bytes.extend_from_slice(match self.eol {
            "crlf" => b"\r\n",
            "lf" => b"\n",
            _ => b"",
        });
        bytes
    }

    /// Formats the transfer as a line of a recording. Bytes that are not UTF-8
    /// are replaced.
    pub fn to_line(&self, origin: TransferOrigin<'_>) -> String {
        let raw = String::from_utf8_lossy(&self.raw);
        let line = RecordedLine {
            session: origin.session,
            step: origin.step.to_string(),
            dir: match origin.sender {
                Some(Sender::Client) => ">",
                Some(Sender::Server) => "<",
                None => "#",
            },
            raw: &raw,
            eol: self.eol,
            time: origin.time.as_secs_f64(),
        };
        // Strings and numbers always have a notation in JSON.
        serde_json::to_string(&line).unwrap_or_default() + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(pieces: &[&str]) -> Vec<(String, &'static str)> {
        let mut splitter = TransferSplitter::default();
        let mut transfers: Vec<Transfer> = pieces
            .iter()
            .flat_map(|piece| splitter.push(piece.as_bytes()))
            .collect();
        transfers.extend(splitter.finish());
        let text = |transfer: Transfer| {
            let raw = String::from_utf8(transfer.raw).unwrap();
            (raw, transfer.eol)
        };
        transfers.into_iter().map(text).collect()
    }

    /// The pieces that arrive, and the transfers with their line ends.
    type Case<'c> = (&'c [&'c str], &'c [(&'c str, &'c str)]);

    #[test]
    fn transfers_end_where_messages_end() {
        let cases: [Case<'_>; 8] = [
            (&["{}\r\n{}\n"], &[("{}", "crlf"), ("{}", "lf")]),
            (&["{\"a\": ", "1}\r\n"], &[("{\"a\": 1}", "crlf")]),
            (&["{\n  \"a\": 1\n}\r\n"], &[("{\n  \"a\": 1\n}", "crlf")]),
            (&["{}{}"], &[("{}{}", "none")]),
            (&["{}", "\n"], &[("{}", "none"), ("", "lf")]),
            (&["{\"}\\\"", "{\"}\n"], &[("{\"}\\\"{\"}", "lf")]),
            (
                &["}} x\n{\"a\n{}\n"],
                &[("}} x", "lf"), ("{\"a", "lf"), ("{}", "lf")],
            ),
            (&["{\"half"], &[("{\"half", "none")]),
        ];
        for (pieces, expected) in cases {
            let found = split(pieces);
            let found: Vec<(&str, &str)> = found.iter().map(|(raw, eol)| (&**raw, *eol)).collect();
            assert_eq!(found, expected, "{pieces:?}");
        }
    }

    #[test]
    fn lines_are_those_of_a_recording() {
        let transfer = Transfer {
            raw: b"{\"a\": 1}\xFF".to_vec(),
            eol: "lf",
        };
        let origin = TransferOrigin {
            session: "1",
            step: 2,
            sender: Some(Sender::Client),
            time: Duration::from_millis(1500),
        };
        assert_eq!(
            transfer.to_line(origin),
            "{\"session\":\"1\",\"step\":\"2\",\"dir\":\">\",\"raw\":\"{\\\"a\\\": 1}\u{FFFD}\",\
             \"eol\":\"lf\",\"time\":1.5}\n"
        );
    }
}
