//! The checkers of two releases as the judge of the examples in a report.

use super::check::{Checker, Verdict};
use super::migrate::Migrator;
use crate::diff::example::RequestJudge;
use crate::json::JsonValue;
use crate::knowledge::MigrationRules;

/// Tries the examples of a report with the checkers of both releases.
pub struct CheckedUpgrade<'r> {
    /// The checker of the release that the client was written for.
    pub old: Checker<'r>,
    /// The checker of the release that it is to talk to.
    pub new: Checker<'r>,
    /// The rules by which requests are rewritten.
    pub rules: &'r MigrationRules,
}

impl RequestJudge for CheckedUpgrade<'_> {
    fn is_accepted_by_old(&self, request: &JsonValue<'_>) -> bool {
        is_accepted(&self.old, request)
    }

    fn is_accepted_by_new(&self, request: &JsonValue<'_>) -> bool {
        is_accepted(&self.new, request)
    }

    fn migrate(&self, request: &JsonValue<'_>) -> Option<JsonValue<'static>> {
        let mut migrator = Migrator::new(&self.old, &self.new, self.rules);
        migrator.migrate("", &request.clone().into()).message
    }
}

fn is_accepted(checker: &Checker<'_>, request: &JsonValue<'_>) -> bool {
    checker.request_verdict(&request.clone().into()) != Verdict::Rejected
}
