//! Releases of QEMU and the order in which they came.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A release of QEMU, such as `2.11.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number; first and second together are the series.
    pub minor: u32,
    /// The third number, which counts the stable releases of a series.
    pub micro: u32,
}

impl Version {
    /// The newest release whose language this crate knows.
    ///
    /// A schema that does not say from which release it is gets its rules.
    pub const NEWEST: Version = Version::new(10, 2, 0);

    /// The release with these three numbers.
    pub const fn new(major: u32, minor: u32, micro: u32) -> Self {
        Version {
            major,
            minor,
            micro,
        }
    }

    /// The series that the release belongs to.
    ///
    /// QEMU changes its interface between series. Within one it only adds, where a
    /// stable release takes something over from a later series.
    pub const fn series(self) -> Series {
        Series {
            major: self.major,
            minor: self.minor,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.micro)
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// A release series, such as `2.11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Series {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
}

impl Series {
    /// The series with these two numbers.
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

impl Serialize for Series {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text that is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no QEMU version: expected numbers such as `2.11` or `2.11.1`")]
pub struct ParseVersionError(String);

impl FromStr for Version {
    type Err = ParseVersionError;

    /// Reads `2.11`, `2.11.1` and `2.11.50` alike; a fourth number, which some
    /// stable releases carry, is left out.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = numbers(text).ok_or_else(|| ParseVersionError(text.to_owned()))?;
        match numbers[..] {
            [major, minor] => Ok(Version::new(major, minor, 0)),
            [major, minor, micro] | [major, minor, micro, _] => {
                Ok(Version::new(major, minor, micro))
            }
            _ => Err(ParseVersionError(text.to_owned())),
        }
    }
}

impl FromStr for Series {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match numbers(text).as_deref() {
            Some(&[major, minor]) => Ok(Series::new(major, minor)),
            _ => Err(ParseVersionError(text.to_owned())),
        }
    }
}

fn numbers(text: &str) -> Option<Vec<u32>> {
    text.trim()
        .split('.')
        .map(|part| part.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_number_not_by_text() {
        let old: Version = "2.5.1".parse().unwrap();
        let new: Version = "2.11.0\n".parse().unwrap();
        assert!(old < new);
        assert_eq!(new.series().to_string(), "2.11");
    }

    #[test]
    fn what_is_no_version_is_named() {
        let error = "2.x".parse::<Version>().unwrap_err();
        assert!(error.to_string().contains("`2.x`"), "{error}");
    }
}
