//! Versions of QEMU.

use std::fmt;
use std::str::FromStr;

/// A release series of QEMU: 2.11.0, 2.11.1 and 2.11.2 all belong to 2.11.
///
/// QEMU changes its interface between series. A stable release within a series
/// only adds what it backports from a later one.
///
/// ```
/// use qmp_bindings::Series;
///
/// const OLDEST: Series = Series::new(2, 11);
/// let series: Series = "10.0".parse()?;
/// assert!(series > OLDEST);
/// # Ok::<(), qmp_bindings::ParseSeriesError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Series {
    /// The first number, `2` in `2.11`.
    pub major: u32,
    /// The second number, `11` in `2.11`.
    pub minor: u32,
}

impl Series {
    /// Creates a series from its two numbers.
    pub const fn new(major: u32, minor: u32) -> Self {
        Series { major, minor }
    }
}

macro_rules! series_constants {
    ($(($feature:tt, $module:ident, $variant:ident, $major:literal, $minor:literal))*) => {
        /// The series that this crate has types for.
        impl Series {
            $(
                #[doc = concat!("QEMU ", $major, ".", $minor, ", the types of the feature `", $feature, "`.")]
                pub const $variant: Series = Series::new($major, $minor);
            )*

            /// All series that this crate has types for, the oldest first. Those whose
            /// features are enabled are [`AnyQmp::SERIES`](crate::blocking::AnyQmp::SERIES).
            pub const ALL: &'static [Series] = &[$(Series::$variant),*];
        }
    };
}
crate::generated::for_each_release!(series_constants);

/// The text is not of the form `MAJOR.MINOR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseSeriesError(());

impl fmt::Display for ParseSeriesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid release series: write two numbers such as `10.0`")
    }
}

impl std::error::Error for ParseSeriesError {}

impl FromStr for Series {
    type Err = ParseSeriesError;

    fn from_str(text: &str) -> Result<Self, ParseSeriesError> {
        let numbers = text.split_once('.').ok_or(ParseSeriesError(()))?;
        match (numbers.0.parse(), numbers.1.parse()) {
            (Ok(major), Ok(minor)) => Ok(Series::new(major, minor)),
            _ => Err(ParseSeriesError(())),
        }
    }
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
        Series::new(self.major, self.minor)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.micro)
    }
}
