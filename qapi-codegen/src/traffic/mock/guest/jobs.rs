//! Jobs: they are done at once, except for what waits for the client.

use super::{GuestAnswer, GuestEvent, StateMembers, text_at};
use crate::json::JsonValue;

/// The jobs that wait for the client.
#[derive(Debug, Default)]
pub struct Jobs {
    waiting: Vec<Job>,
}

#[derive(Debug)]
struct Job {
    id: String,
    kind: &'static str,
    status: &'static str,
}

/// The commands that create jobs, with the type of the job and the status in
/// which it waits for the client, if it does.
const CREATIONS: [(&str, &str, Option<&str>); 7] = [
    ("block-commit", "commit", None),
    ("block-stream", "stream", None),
    ("blockdev-backup", "backup", None),
    ("blockdev-create", "create", Some("concluded")),
    ("blockdev-mirror", "mirror", Some("ready")),
    ("drive-backup", "backup", None),
    ("drive-mirror", "mirror", Some("ready")),
];

impl Jobs {
    /// Executes a valid request, as far as it is about jobs.
    pub fn execute(&mut self, command: &str, arguments: &JsonValue<'_>, answer: &mut GuestAnswer) {
        let mut creations = CREATIONS.iter();
        if let Some(&(_, kind, status)) = creations.find(|(own, ..)| *own == command) {
            self.create(kind, status, arguments, answer);
        }
        match command {
            "block-job-complete" | "block-job-cancel" => {
                if let Some(job) = self.take(arguments, "device") {
                    complete(&job, has_force(arguments), answer);
                }
            }
            "job-complete" | "job-cancel" | "job-finalize" => {
                if let Some(job) = self.take(arguments, "id") {
                    complete(&job, has_force(arguments), answer);
                }
            }
            "job-dismiss" => {
                if let Some(job) = self.take(arguments, "id") {
                    answer.events.push(status_change(&job, "null", false));
                }
            }
            "query-jobs" => answer.elements = Some(self.waiting.iter().map(Job::members).collect()),
            "query-block-jobs" => {
                let jobs = self.waiting.iter().filter(|job| job.is_block_job());
                answer.elements = Some(jobs.map(Job::members).collect());
            }
            _ => {}
        }
    }

    /// Returns whether a job waits for the client; it may have to be one of a block
    /// device.
    pub fn has(&self, id: &str, is_any_kind: bool) -> bool {
        let mut jobs = self.waiting.iter();
        jobs.any(|job| job.id == id && (is_any_kind || job.is_block_job()))
    }

    fn create(
        &mut self,
        kind: &'static str,
        status: Option<&'static str>,
        arguments: &JsonValue<'_>,
        answer: &mut GuestAnswer,
    ) {
        let id = text_at(arguments, "job-id").or_else(|| text_at(arguments, "device"));
        let job = Job {
            id: id.unwrap_or_default().to_owned(),
            kind,
            status: status.unwrap_or("null"),
        };
        let early = ["created", "running"].map(|status| status_change(&job, status, false));
        answer.events.extend(early);
        match status {
            Some("ready") => {
                answer.events.push(status_change(&job, "ready", true));
                answer.events.push(block_event(&job, "BLOCK_JOB_READY"));
            }
            Some(_) => {
                let late = ["waiting", "pending", "concluded"];
                let late = late.map(|status| status_change(&job, status, true));
                answer.events.extend(late);
            }
            None => complete(&job, false, answer),
        }
        if status.is_some() {
            self.waiting.push(job);
        }
    }

    /// Removes the job that an argument names.
    fn take(&mut self, arguments: &JsonValue<'_>, argument: &str) -> Option<Job> {
        let name = text_at(arguments, argument).unwrap_or_default();
        let index = self.waiting.iter().position(|job| job.id == name)?;
        Some(self.waiting.remove(index))
    }
}

impl Job {
    fn is_block_job(&self) -> bool {
        self.kind != "create"
    }

    fn members(&self) -> StateMembers {
        vec![
            ("id".to_owned(), JsonValue::string(self.id.clone())),
            ("device".to_owned(), JsonValue::string(self.id.clone())),
            ("type".to_owned(), JsonValue::string(self.kind)),
            ("status".to_owned(), JsonValue::string(self.status)),
        ]
    }
}

fn has_force(arguments: &JsonValue<'_>) -> bool {
    arguments.get("force") == Some(&JsonValue::Bool(true))
}

/// Adds the events of a job that completes or is cancelled.
fn complete(job: &Job, is_forced: bool, answer: &mut GuestAnswer) {
    let (before, end) = match is_forced {
        true => (&["aborting"][..], "BLOCK_JOB_CANCELLED"),
        false => (&["waiting", "pending"][..], "BLOCK_JOB_COMPLETED"),
    };
    let before = before.iter().map(|status| status_change(job, status, true));
    answer.events.extend(before);
    answer.events.push(block_event(job, end));
    let after = ["concluded", "null"].map(|status| status_change(job, status, true));
    answer.events.extend(after);
}

fn status_change(job: &Job, status: &'static str, is_late: bool) -> GuestEvent {
    GuestEvent {
        name: "JOB_STATUS_CHANGE",
        members: vec![
            ("id", JsonValue::string(job.id.clone())),
            ("status", JsonValue::string(status)),
        ],
        is_late,
    }
}

fn block_event(job: &Job, name: &'static str) -> GuestEvent {
    GuestEvent {
        name,
        members: vec![
            ("type", JsonValue::string(job.kind)),
            ("device", JsonValue::string(job.id.clone())),
            ("len", JsonValue::number(0)),
            ("offset", JsonValue::number(0)),
            ("speed", JsonValue::number(0)),
        ],
        is_late: true,
    }
}
