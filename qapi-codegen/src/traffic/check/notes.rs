//! Notes, of which a log has the same for many messages.

use super::problem::ProblemKind;
use crate::diagnostic::Code;

/// The notes of a log that were reported.
#[derive(Debug, Default)]
pub struct ReportedNotes {
    /// What each is about. There are no more than facts about the release.
    reported: Vec<(Code, String)>,
}

impl ReportedNotes {
    /// Returns whether a problem has to be reported: a note has to be once.
    pub fn is_new(&mut self, problem: &ProblemKind<'_>) -> bool {
        let Some(subject) = problem.note_subject() else {
            return true;
        };
        let code = problem.code();
        let mut reported = self.reported.iter();
        let is_new = !reported.any(|(known, about)| *known == code && about == subject);
        if is_new {
            self.reported.push((code, subject.to_owned()));
        }
        is_new
    }
}
