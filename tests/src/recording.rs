//! Sessions of real QEMUs, as they were recorded.

use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use crate::scripted::Peer;

/// One line of a recording.
#[derive(Debug, Clone, Deserialize)]
pub struct Line {
    /// Several sessions may be in one file.
    pub session: String,
    /// What was tried.
    pub step: String,
    /// `>` was sent to QEMU, `<` was received, `#` is a note.
    pub dir: String,
    /// The text, without what ended it.
    #[serde(default)]
    pub raw: String,
    /// What ended it.
    #[serde(default)]
    pub eol: Option<String>,
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
/// Each request has to be the recorded one, whatever its id: these sessions had
/// none. Where `other` says so, another is let pass.
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
