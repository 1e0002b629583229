//! In which releases a rule is in force.

use crate::version::Version;

/// A run of releases.
#[derive(Debug, Clone, Copy)]
pub struct Releases {
    from: Version,
    before: Option<Version>,
}

/// All releases that this crate knows.
pub const ALWAYS: Releases = since(0, 0);

/// The releases from a series on.
pub const fn since(major: u32, minor: u32) -> Releases {
    Releases {
        from: Version::new(major, minor, 0),
        before: None,
    }
}

/// The releases before a series.
pub const fn before(major: u32, minor: u32) -> Releases {
    ALWAYS.before(major, minor)
}

impl Releases {
    /// Only those of them that came before a series.
    pub const fn before(self, major: u32, minor: u32) -> Releases {
        Releases {
            before: Some(Version::new(major, minor, 0)),
            ..self
        }
    }

    /// Whether a release is one of these.
    pub fn contain(self, version: Version) -> bool {
        self.from <= version && self.before.is_none_or(|before| version < before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stable_release_belongs_to_its_series() {
        let releases = since(2, 7).before(3, 0);
        assert!(releases.contain(Version::new(2, 12, 1)));
        assert!(!releases.contain(Version::new(2, 6, 2)));
        assert!(!releases.contain(Version::new(3, 0, 0)));
    }
}
