//! Versions of QEMU.

use std::fmt;

/// A release series of QEMU: 2.11.0, 2.11.1 and 2.11.2 all belong to 2.11.
///
/// QEMU changes its interface between series. A stable release within a series
/// only adds what it backports from a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Series {
    /// The first number, `2` in `2.11`.
    pub major: u32,
    /// The second number, `11` in `2.11`.
    pub minor: u32,
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The version of a server, such as `2.11.1`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number. From 50 on it marks a development version, from 90 on a
    /// release candidate, of the next series.
    pub micro: u32,
}

impl Version {
    /// Returns the series of this version.
    pub fn series(self) -> Series {
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
