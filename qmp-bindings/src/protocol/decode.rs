//! Decoding of payloads.

use serde::de::DeserializeOwned;

use crate::error::{DecodeError, Error, PayloadOrigin};
use crate::wire::path::locate;

/// Decodes the return value of a command.
///
/// # Errors
///
/// The value does not have the shape of `T`. The error holds its path and its text.
pub(crate) fn decode<T: DeserializeOwned>(command: &str, payload: &[u8]) -> Result<T, Error> {
    let origin = || PayloadOrigin::Command(command.to_owned());
    // One check of the whole text is faster than one per string.
    match std::str::from_utf8(payload) {
        Ok(text) => {
            serde_json::from_str(text).map_err(|error| decode_error(origin(), text, &error))
        }
        Err(error) => Err(not_utf8(origin(), payload, error)),
    }
}

#[cold]
pub(crate) fn decode_error(origin: PayloadOrigin, text: &str, error: &serde_json::Error) -> Error {
    let located = locate(text.as_bytes(), error);
    Error::Decode(Box::new(DecodeError {
        origin,
        path: located.path,
        problem: located.message,
        raw: text.to_owned(),
    }))
}

#[cold]
fn not_utf8(origin: PayloadOrigin, payload: &[u8], error: std::str::Utf8Error) -> Error {
    Error::Decode(Box::new(DecodeError {
        origin,
        path: String::new(),
        problem: format!("not UTF-8 at byte {}", error.valid_up_to()),
        raw: String::from_utf8_lossy(payload).into_owned(),
    }))
}
