//! Releases and release series of QEMU.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A release of QEMU, such as `2.11.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The major version.
    pub major: u32,
    /// The minor version.
    pub minor: u32,
    /// The number of the stable release in its series.
    pub micro: u32,
}

impl Version {
    /// The newest release whose schema language this crate knows.
    ///
    /// It is the default for schemas that do not state their release.
    pub const NEWEST: Version = Version::new(10, 2, 0);

    /// Creates a version.
    pub const fn new(major: u32, minor: u32, micro: u32) -> Self {
        Version {
            major,
            minor,
            micro,
        }
    }

    /// The series of the release.
    ///
    /// QEMU changes its interface between series. Stable releases of a series at
    /// most backport additions from a later one.
    pub const fn series(self) -> Series {
        Series {
            major: self.major,
            minor: self.minor,
        }
    }

    /// Returns whether this is a development version or a candidate of the
    /// next series. QEMU counts these from 50 on.
    pub const fn is_prerelease(self) -> bool {
        self.micro >= 50
    }
}

/// `{:#}` leaves out a last number of 0, so that the first release of a series is
/// written like the series.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() && self.micro == 0 {
            return self.series().fmt(f);
        }
        write!(f, "{}.{}.{}", self.major, self.minor, self.micro)
    }
}

/// A release series, such as `2.11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Series {
    /// The major version.
    pub major: u32,
    /// The minor version.
    pub minor: u32,
}

impl Series {
    /// Creates a series.
    pub const fn new(major: u32, minor: u32) -> Self {
        Series { major, minor }
    }
}

impl From<Version> for Series {
    fn from(version: Version) -> Self {
        version.series()
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Serializes types as their text.
macro_rules! serialize_as_text {
    ($($name:ident)*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    )*};
}

serialize_as_text! { Version Series }

/// An invalid version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid QEMU version `{0}`: expected numbers such as `2.11` or `2.11.1`")]
pub struct ParseVersionError(String);

impl FromStr for Version {
    type Err = ParseVersionError;

    /// Parses `2.11`, `2.11.1` and `2.11.1.1`. The fourth number, which a few
    /// stable releases have, is ignored.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match numbers(text) {
            Some(([major, minor, micro, _], 2..=4)) => Ok(Version::new(major, minor, micro)),
            _ => Err(ParseVersionError(text.to_owned())),
        }
    }
}

impl FromStr for Series {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match numbers(text) {
            Some(([major, minor, ..], 2)) => Ok(Series::new(major, minor)),
            _ => Err(ParseVersionError(text.to_owned())),
        }
    }
}

/// The numbers between dots, at most four, and how many they are.
fn numbers(text: &str) -> Option<([u32; 4], usize)> {
    let (mut numbers, mut count) = ([0; 4], 0);
    for part in text.trim().split('.') {
        *numbers.get_mut(count)? = part.parse().ok()?;
        count += 1;
    }
    Some((numbers, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_number() {
        let old: Version = "2.5.1".parse().unwrap();
        let new: Version = "2.11.0\n".parse().unwrap();
        assert!(old < new);
        assert_eq!(new.series().to_string(), "2.11");
        assert_eq!(format!("{old:#} {new:#}"), "2.5.1 2.11");
    }

    #[test]
    fn invalid_versions_are_named() {
        let error = "2.x".parse::<Version>().unwrap_err();
        assert!(error.to_string().contains("`2.x`"), "{error}");
    }
}
