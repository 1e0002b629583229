//! Error messages.

use std::fmt;

use super::{
    Awaited, ClosedError, CommandError, DecodeError, Error, PayloadOrigin, Shutdown, TimeoutError,
    TransportError, WrongReleaseError,
};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Command(error) => error.fmt(f),
            Error::Decode(error) => error.fmt(f),
            Error::WrongRelease(error) => error.fmt(f),
            Error::Transport(error) => error.fmt(f),
            Error::Closed(error) => error.fmt(f),
            Error::Timeout(error) => error.fmt(f),
            Error::Protocol(error) => f.write_str(error.problem()),
            Error::EventsMissed(count) => write!(
                f,
                "{count} events were dropped because they were not read in time \
                 (`Options::event_limit`)"
            ),
            Error::Encode(error) => write!(f, "cannot encode the arguments as JSON: {error}"),
            Error::Unsupported(what) => f.write_str(what),
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` failed: {} ({})",
            self.command, self.desc, self.class
        )
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            PayloadOrigin::Command(name) => {
                write!(f, "cannot decode the return value of `{name}`")?
            }
            PayloadOrigin::Event(name) => write!(f, "cannot decode the data of event {name}")?,
        }
        if !self.path.is_empty() {
            write!(f, " at `{}`", self.path)?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl fmt::Display for WrongReleaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server is QEMU {}", self.found)?;
        if !self.package.is_empty() {
            write!(f, " ({})", self.package)?;
        }
        match &self.types[..] {
            [] => f.write_str(" and no release feature is enabled")?,
            types => {
                let types: Vec<String> = types.iter().map(ToString::to_string).collect();
                write!(f, " and the types are of {}", types.join(", "))?;
            }
        }
        let series = self.found.series();
        let feature = format!("v{}_{}", series.major, series.minor);
        if FEATURES.contains(&&*feature) {
            return write!(
                f,
                ": use those of the feature `{feature}`, or allow the others with \
                 `Options::any_release`"
            );
        }
        write!(
            f,
            ": no feature has types of {series}, so allow those of another release with \
             `Options::releases` or `Options::any_release`"
        )?;
        match (&self.types[..], FEATURES) {
            ([], [first, .., last]) => {
                write!(f, " and enable a feature from `{first}` to `{last}`")
            }
            _ => Ok(()),
        }
    }
}

/// The features of all releases, enabled or not.
macro_rules! features {
    ($(($feature:tt, $module:ident, $variant:ident, $major:literal, $minor:literal))*) => {
        const FEATURES: &[&str] = &[$($feature),*];
    };
}
crate::generated::for_each_release!(features);

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {}: {}", self.during, self.source)
    }
}

impl fmt::Display for ClosedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.shutdown {
            None => f.write_str("the server closed the connection")?,
            Some(shutdown) => shutdown.fmt(f)?,
        }
        match &self.command {
            None => Ok(()),
            Some(name) => write!(f, " before it replied to `{name}`"),
        }
    }
}

impl fmt::Display for Shutdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QEMU shut down")?;
        match (&self.reason, self.guest) {
            (Some(reason), _) => write!(f, " ({reason})"),
            (None, Some(true)) => f.write_str(" (requested by the guest)"),
            (None, Some(false)) => f.write_str(" (requested by the host)"),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Display for TimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let after = self.after;
        match &self.awaited {
            Awaited::Connection(target) => write!(
                f,
                "no connection to {target} within {after:?}: the server is serving another \
                 client, or is not reachable"
            ),
            Awaited::Greeting => write!(
                f,
                "no greeting within {after:?}: the server is not a QMP monitor, or it is \
                 serving another client"
            ),
            Awaited::Agent => write!(
                f,
                "the guest agent did not answer within {after:?}: check that it is running in \
                 the guest"
            ),
            Awaited::Reply(name) => write!(f, "no reply to `{name}` within {after:?}"),
            Awaited::Event(name) => write!(f, "no matching event within {after:?} after `{name}`"),
            Awaited::Capacity(name) => write!(
                f,
                "`{name}` was not sent within {after:?}: too many commands are unanswered \
                 (`Options::in_flight_limit`)"
            ),
        }
    }
}
