//! What was received, as the type that is wanted.

use serde::de::DeserializeOwned;

use crate::error::{DecodeError, Error, Subject};
use crate::wire::path::locate;

/// Decodes what a command returned.
///
/// # Errors
///
/// The value is of another shape; the error says where, and keeps the text.
pub(crate) fn decode<T: DeserializeOwned>(command: &str, payload: &[u8]) -> Result<T, Error> {
    let subject = || Subject::Command(command.to_owned());
    // Checking the text at once is quicker than each string by itself.
    match std::str::from_utf8(payload) {
        Ok(text) => serde_json::from_str(text).map_err(|error| failed(subject(), text, &error)),
        Err(error) => Err(not_utf8(subject(), payload, error)),
    }
}

#[cold]
pub(crate) fn failed(subject: Subject, text: &str, error: &serde_json::Error) -> Error {
    let located = locate(text.as_bytes(), error);
    Error::Decode(Box::new(DecodeError {
        subject,
        path: located.path,
        problem: located.message,
        raw: text.to_owned(),
    }))
}

#[cold]
fn not_utf8(subject: Subject, payload: &[u8], error: std::str::Utf8Error) -> Error {
    Error::Decode(Box::new(DecodeError {
        subject,
        path: String::new(),
        problem: format!("not UTF-8 from byte {} on", error.valid_up_to()),
        raw: String::from_utf8_lossy(payload).into_owned(),
    }))
}
