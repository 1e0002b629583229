//! Error classes.

use std::fmt;

use crate::wire::UnrecognizedValue;

/// The class of an error that a server returns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorClass {
    /// `GenericError`, the class of nearly all errors.
    #[default]
    GenericError,
    /// `CommandNotFound`: the server does not have the command, or not in its
    /// present state.
    CommandNotFound,
    /// `DeviceNotActive`.
    DeviceNotActive,
    /// `DeviceNotFound`.
    DeviceNotFound,
    /// `KVMMissingCap`.
    KvmMissingCap,
    /// `DeviceEncrypted`, removed in 2.10.
    DeviceEncrypted,
    /// A class that no known release has.
    Unrecognized(UnrecognizedValue),
}

impl ErrorClass {
    /// Returns the text on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            ErrorClass::GenericError => "GenericError",
            ErrorClass::CommandNotFound => "CommandNotFound",
            ErrorClass::DeviceNotActive => "DeviceNotActive",
            ErrorClass::DeviceNotFound => "DeviceNotFound",
            ErrorClass::KvmMissingCap => "KVMMissingCap",
            ErrorClass::DeviceEncrypted => "DeviceEncrypted",
            ErrorClass::Unrecognized(value) => value.as_str(),
        }
    }
}

impl From<&str> for ErrorClass {
    fn from(text: &str) -> Self {
        match text {
            "GenericError" => ErrorClass::GenericError,
            "CommandNotFound" => ErrorClass::CommandNotFound,
            "DeviceNotActive" => ErrorClass::DeviceNotActive,
            "DeviceNotFound" => ErrorClass::DeviceNotFound,
            "KVMMissingCap" => ErrorClass::KvmMissingCap,
            "DeviceEncrypted" => ErrorClass::DeviceEncrypted,
            other => ErrorClass::Unrecognized(UnrecognizedValue::new(other)),
        }
    }
}

crate::wire::deserialize_enum!(ErrorClass);

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
