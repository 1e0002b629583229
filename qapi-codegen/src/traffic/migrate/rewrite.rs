//! Migration of the entries of a log, in their own notation.

use super::{Migration, MigrationOutcome, Migrator, Remark};
use crate::json::{JsonStyle, JsonValue};
use crate::traffic::check::MessageKind;
use crate::traffic::read::{LogContent, LogEntry, LoggedMessage, Malformed, Sender, TextPosition};
use crate::traffic::secrets::{masked, masked_text};

/// A migrated entry.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RewrittenEntry {
    /// New bytes, or `None` if the entry is unchanged.
    pub bytes: Option<Vec<u8>>,
    /// The requests of the entry.
    pub requests: Vec<MigratedRequest>,
}

/// A request of a log and its migration.
#[derive(Debug, Clone, PartialEq)]
pub struct MigratedRequest {
    /// Position in the log.
    pub position: TextPosition,
    /// Name of the command.
    pub command: Option<String>,
    /// The original request on one line.
    pub before: String,
    /// The new request on one line, unless it is unchanged.
    pub after: Option<String>,
    /// The migration.
    pub migration: Migration,
}

/// Migrates the requests of an entry.
pub fn rewrite_entry(migrator: &mut Migrator<'_>, entry: &LogEntry<'_>) -> RewrittenEntry {
    let messages = match &entry.content {
        LogContent::Text => return RewrittenEntry::default(),
        LogContent::CommandLine(line) => {
            let migrated = migrator.migrate_command_line(line);
            return RewrittenEntry {
                bytes: migrated.text.clone().map(String::into_bytes),
                requests: vec![MigratedRequest::from_command_line(line, migrated)],
            };
        }
        LogContent::Malformed(malformed) | LogContent::Unread(malformed) => {
            return RewrittenEntry {
                bytes: None,
                requests: vec![MigratedRequest::from_malformed(entry.bytes, malformed)],
            };
        }
        LogContent::Messages(messages) => messages,
    };
    let mut requests = Vec::new();
    let rewritten = messages.rewrite(&mut |message| {
        let request = migrate_message(migrator, message)?;
        let new = request.migration.message.clone();
        requests.push(request);
        new
    });
    let bytes = rewritten.unwrap_or_else(|reason| {
        let requests = requests.iter_mut();
        for request in requests.filter(|request| request.after.is_some()) {
            request.migration = Migration::left(vec![Remark::new(reason.clone())]);
            request.after = None;
        }
        None
    });
    let bytes = bytes.map(String::into_bytes);
    let bytes = bytes.filter(|bytes| bytes != entry.bytes);
    if bytes.is_none() {
        // The notation has no other spelling.
        for request in requests
            .iter_mut()
            .filter(|request| request.after.is_some())
        {
            request.migration = Migration::unchanged();
            request.after = None;
        }
    }
    RewrittenEntry { bytes, requests }
}

fn migrate_message(
    migrator: &mut Migrator<'_>,
    message: LoggedMessage<'_>,
) -> Option<MigratedRequest> {
    let parsed = message.json.ok()?;
    let is_request = match message.sender {
        Some(sender) => sender == Sender::Client,
        None => MessageKind::from_message(&parsed.value) == MessageKind::Request,
    };
    is_request.then(|| {
        let mut migration = migrator.migrate(message.session, parsed);
        if let Some(warning) = message.warning
            && migration.outcome == MigrationOutcome::Unchanged
        {
            migration = Migration::respelled(&parsed.value, warning);
        }
        let format = |message| JsonStyle::SPACED.format(&masked(message));
        MigratedRequest {
            position: message.position,
            command: command_name(&parsed.value).map(str::to_owned),
            before: format(&parsed.value),
            after: migration.message.as_ref().map(format),
            migration,
        }
    })
}

/// Returns the command of a request, in or out of band.
pub(super) fn command_name<'v>(request: &'v JsonValue<'_>) -> Option<&'v str> {
    let name = request.get("execute").or_else(|| request.get("exec-oob"));
    name.and_then(JsonValue::as_str)
}

impl MigratedRequest {
    fn from_malformed(bytes: &[u8], malformed: &Malformed) -> Self {
        let reason = format!("The request cannot be read: {}.", malformed.message);
        MigratedRequest {
            position: malformed.position,
            command: None,
            before: masked_text(String::from_utf8_lossy(bytes).trim()).to_owned(),
            after: None,
            migration: Migration::left(vec![Remark::new(reason)]),
        }
    }

    /// Returns whether the request could not be migrated.
    pub fn is_left(&self) -> bool {
        self.migration.outcome == MigrationOutcome::Left
    }
}
