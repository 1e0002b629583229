//! Jobs: they are done at once, except for what waits for the client.

use super::{GuestAnswer, GuestEvent, NameError, text_at};
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
    ///
    /// # Errors
    ///
    /// There is such a job already, or there is none.
    pub fn execute(
        &mut self,
        command: &str,
        arguments: &JsonValue<'_>,
        answer: &mut GuestAnswer,
    ) -> Result<(), NameError> {
        let mut creations = CREATIONS.iter();
        if let Some(&(_, kind, status)) = creations.find(|(own, ..)| *own == command) {
            return self.create(kind, status, arguments, answer);
        }
        match command {
            "block-job-complete" | "block-job-cancel" => {
                let job = self.take(arguments, "device", "missing-block-job")?;
                complete(&job, has_force(arguments), answer);
            }
            "job-complete" | "job-cancel" | "job-finalize" => {
                let job = self.take(arguments, "id", "missing-job")?;
                complete(&job, has_force(arguments), answer);
            }
            "job-dismiss" => {
                let job = self.take(arguments, "id", "missing-job")?;
                answer.events.push(status_change(&job, "null", false));
            }
            "block-job-pause" | "block-job-resume" | "block-job-set-speed" => {
                self.find(arguments, "device", "missing-block-job")?;
            }
            "job-pause" | "job-resume" => {
                self.find(arguments, "id", "missing-job")?;
            }
            "query-jobs" => answer.elements = Some(self.waiting.iter().map(Job::members).collect()),
            "query-block-jobs" => {
                let jobs = self.waiting.iter().filter(|job| job.kind != "create");
                answer.elements = Some(jobs.map(Job::members).collect());
            }
            _ => {}
        }
        Ok(())
    }

    fn create(
        &mut self,
        kind: &'static str,
        status: Option<&'static str>,
        arguments: &JsonValue<'_>,
        answer: &mut GuestAnswer,
    ) -> Result<(), NameError> {
        let id = text_at(arguments, "job-id").or_else(|| text_at(arguments, "device"));
        let id = id.unwrap_or_default().to_owned();
        if self.waiting.iter().any(|job| job.id == id) {
            let problem = "duplicate-job".to_owned();
            return Err(NameError { problem, name: id });
        }
        let job = Job {
            id,
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
        Ok(())
    }

    /// Removes the job that an argument names.
    fn take(
        &mut self,
        arguments: &JsonValue<'_>,
        argument: &str,
        problem: &str,
    ) -> Result<Job, NameError> {
        let index = self.find(arguments, argument, problem)?;
        Ok(self.waiting.remove(index))
    }

    /// Finds the job that an argument names.
    fn find(
        &self,
        arguments: &JsonValue<'_>,
        argument: &str,
        problem: &str,
    ) -> Result<usize, NameError> {
        let name = text_at(arguments, argument).unwrap_or_default();
        let index = self.waiting.iter().position(|job| job.id == name);
        index.ok_or_else(|| NameError {
            problem: problem.to_owned(),
            name: name.to_owned(),
        })
    }
}

impl Job {
    fn members(&self) -> Vec<(&'static str, JsonValue<'static>)> {
        vec![
            ("id", JsonValue::string(self.id.clone())),
            ("device", JsonValue::string(self.id.clone())),
            ("type", JsonValue::string(self.kind)),
            ("status", JsonValue::string(self.status)),
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
