//! Recorded sessions with real QEMUs.

use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use crate::scripted::Peer;

/// One line of a recording.
#[derive(Debug, Clone, Deserialize)]
pub struct Line {
    /// The session; a file may have several.
    pub session: String,
    /// The step of the scenario.
    pub step: String,
    /// `>` for a line sent to QEMU, `<` for one received, `#` for a note.
    pub dir: String,
    /// The text without the line ending.
    #[serde(default)]
    pub raw: String,
    /// The line ending.
    #[serde(default)]
    pub eol: Option<String>,
    /// A remark on the session.
    #[serde(default)]
    pub note: String,
}

/// Reads one session.
pub fn session(release: &str, file: &str, name: &str) -> Vec<Line> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("recordings")
        .join(release)
        .join(file);
    let text = fs::read_to_string(path).expect("the recordings are part of the repository");
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Line>(line).expect("a line of a recording"));
    lines.filter(|line| line.session == name).collect()
}

/// Plays the server's part of a session, byte for byte.
///
/// Each request has to equal the recorded one, apart from the id, which the recordings
/// lack. A different request is accepted if `other` returns `true`.
pub fn play(lines: &[Line], peer: &mut Peer, other: impl Fn(&Value, &Value) -> bool) {
    for line in lines {
        match line.dir.as_str() {
            ">" => {
                let recorded: Value = serde_json::from_str(&line.raw).expect("JSON was sent");
                let Some(mut request) = peer.request() else {
                    panic!("the client is gone, and should have sent {recorded}");
                };
                request.as_object_mut().expect("an object").remove("id");
                assert!(
                    request == recorded || other(&request, &recorded),
                    "{request} was sent instead of {recorded}"
                );
            }
            "<" => {
                let end = match line.eol.as_deref() {
                    Some("crlf") => "\r\n",
                    Some("lf") => "\n",
                    _ => "",
                };
                peer.bytes(format!("{}{end}", line.raw).as_bytes());
            }
            _ => {}
        }
    }
}
