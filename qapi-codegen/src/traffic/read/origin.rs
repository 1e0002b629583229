//! What the line prefixes of known logs state about a message.

use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

use super::Sender;

/// The origin of a message, as far as the text before it states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MessageOrigin<'a> {
    /// The name of the log.
    pub log: Option<&'static str>,
    /// The connection; empty if it is not stated.
    pub session: &'a str,
    /// The side that sent the message.
    pub sender: Option<Sender>,
}

/// A prefix of messages in a log.
struct Prefix {
    log: &'static str,
    marker: &'static str,
    sender: Sender,
    /// The text before the name of the connection.
    session: &'static str,
}

const fn prefix(
    log: &'static str,
    marker: &'static str,
    sender: Sender,
    session: &'static str,
) -> Prefix {
    Prefix {
        log,
        marker,
        sender,
        session,
    }
}

const LIBVIRT: &str = "libvirt log";
const TRACE: &str = "QEMU trace";
const PYTHON: &str = "log of qemu.qmp";

/// Texts of which one is in each prefix.
static MARKS: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| ["QEMU_MONITOR_", "qmp"].map(Finder::new));

/// The known prefixes.
const PREFIXES: [Prefix; 9] = [
    prefix(LIBVIRT, "QEMU_MONITOR_IO_WRITE:", Sender::Client, "mon="),
    prefix(LIBVIRT, "QEMU_MONITOR_SEND_MSG:", Sender::Client, "mon="),
    prefix(LIBVIRT, "QEMU_MONITOR_RECV_REPLY:", Sender::Server, "mon="),
    prefix(LIBVIRT, "QEMU_MONITOR_RECV_EVENT:", Sender::Server, "mon="),
    prefix(LIBVIRT, "QEMU_MONITOR_IO_PROCESS:", Sender::Server, "mon="),
    prefix(TRACE, "handle_qmp_command ", Sender::Client, "mon "),
    prefix(TRACE, "monitor_qmp_respond ", Sender::Server, "mon "),
    prefix(PYTHON, "--> ", Sender::Client, "DEBUG:qemu.qmp."),
    prefix(PYTHON, "<-- ", Sender::Server, "DEBUG:qemu.qmp."),
];

impl<'a> MessageOrigin<'a> {
    /// Determines the origin from the text before a message on its line.
    pub fn from_prefix(before: &'a [u8]) -> MessageOrigin<'a> {
        if before.len() < 5 || MARKS.iter().all(|mark| mark.find(before).is_none()) {
            return MessageOrigin::default();
        }
        let is_in = |text: &str| memmem::find(before, text.as_bytes()).is_some();
        let mut prefixes = PREFIXES.iter();
        let found = prefixes.find(|prefix| is_in(prefix.marker) && is_in(prefix.session));
        let Some(found) = found else {
            return MessageOrigin::default();
        };
        MessageOrigin {
            log: Some(found.log),
            session: word_after(before, found.session),
            sender: Some(found.sender),
        }
    }
}

/// Returns the word after a text, or nothing.
fn word_after<'a>(text: &'a [u8], before: &str) -> &'a str {
    let Some(start) = memmem::find(text, before.as_bytes()) else {
        return "";
    };
    let rest = &text[start + before.len()..];
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let length = rest.iter().take_while(is_part).count();
    std::str::from_utf8(&rest[..length]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_have_a_mark() {
        for prefix in &PREFIXES {
            let before = format!("{} {}", prefix.session, prefix.marker);
            let origin = MessageOrigin::from_prefix(before.as_bytes());
            assert_eq!(origin.sender, Some(prefix.sender), "{before}");
        }
    }

    #[test]
    fn prefixes_state_sender_and_session() {
        for (before, session, sender) in [
            (
                "1: info : x:9 : QEMU_MONITOR_RECV_REPLY: mon=0x7f reply=",
                "0x7f",
                Sender::Server,
            ),
            (
                "1@2.3:handle_qmp_command mon 0x5 req: ",
                "0x5",
                Sender::Client,
            ),
            (
                "DEBUG:qemu.qmp.qmp_client.vm1:--> ",
                "qmp_client.vm1",
                Sender::Client,
            ),
        ] {
            let origin = MessageOrigin::from_prefix(before.as_bytes());
            assert_eq!((origin.session, origin.sender), (session, Some(sender)));
        }
        assert_eq!(
            MessageOrigin::from_prefix(b"INFO sending "),
            MessageOrigin::default()
        );
    }
}
