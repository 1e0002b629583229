//! `ci`: everything that has to hold before a change lands.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use clap::Args;
use serde::Deserialize;

use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::workspace;

/// Check all that has to hold before a change lands
///
/// Runs, one after the other: format, lints, documentation, freshness, each
/// feature of qmp-bindings alone, no feature, all features, and all tests. A
/// step that fails does not keep the next from running.
///
/// Tests that need a QEMU or the recordings beside the checkout are ignored
/// where there is none; QMP_REQUIRE_QEMU=1 and QMP_REQUIRE_SHARED=1 make that
/// a failure.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask ci\n  \
    cargo xtask ci lints tests\n  \
    QMP_REQUIRE_QEMU=1 cargo xtask ci")]
pub struct Ci {
    /// The steps to run, instead of all: format, lints, docs, freshness,
    /// features, tests
    #[arg(value_name = "STEP")]
    steps: Vec<String>,
}

impl Ci {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// A program cannot be started, or there is no such step.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let mut failed = Vec::new();
        for step in selected(&self.steps)? {
            for call in step.calls()? {
                console.done(&format!("── {}: {}", step.name, call.shown()));
                if !call.succeeds()? {
                    failed.push(format!("{}: {}", step.name, call.shown()));
                }
            }
        }
        if failed.is_empty() {
            console.done("everything holds");
            return Ok(Outcome::Fine);
        }
        console.data(
            &failed
                .iter()
                .map(|call| format!("failed: {call}\n"))
                .collect::<String>(),
        )?;
        Ok(Outcome::Found)
    }
}

/// One thing to check.
struct Step {
    name: &'static str,
    /// What is run for it, the words of each call separated by spaces. `{each}`
    /// stands for each feature of qmp-bindings in turn.
    calls: &'static [&'static str],
}

const STEPS: [Step; 6] = [
    Step {
        name: "format",
        calls: &["cargo fmt --all --check"],
    },
    Step {
        name: "lints",
        calls: &["cargo clippy --workspace --all-targets -- -D warnings"],
    },
    Step {
        name: "docs",
        calls: &["RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps --all-features"],
    },
    Step {
        name: "freshness",
        calls: &["cargo xtask generate --check"],
    },
    Step {
        name: "features",
        calls: &[
            "RUSTFLAGS=-Dwarnings cargo check --package qmp-bindings --target-dir target/features",
            "RUSTFLAGS=-Dwarnings cargo check --package qmp-bindings --target-dir target/features --features {each}",
            "RUSTFLAGS=-Dwarnings cargo check --package qmp-bindings --target-dir target/features --all-features",
        ],
    },
    Step {
        name: "tests",
        calls: &["cargo test --workspace"],
    },
];

fn selected(names: &[String]) -> Result<Vec<&'static Step>, Failure> {
    let unknown = names
        .iter()
        .find(|&name| STEPS.iter().all(|step| step.name != name));
    if let Some(name) = unknown {
        let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return Err(Failure::new(format!("there is no step `{name}`"))
            .with_help(format!("the steps are: {}", known.join(", "))));
    }
    let wanted = |step: &&Step| names.is_empty() || names.iter().any(|name| name == step.name);
    Ok(STEPS.iter().filter(wanted).collect())
}

impl Step {
    fn calls(&self) -> Result<Vec<Call>, Failure> {
        let mut calls = Vec::new();
        for text in self.calls {
            if text.contains("{each}") {
                calls.extend(
                    features()?
                        .iter()
                        .map(|name| Call(text.replace("{each}", name))),
                );
            } else {
                calls.push(Call((*text).to_owned()));
            }
        }
        Ok(calls)
    }
}

/// A program and its arguments, with settings of its environment before them.
struct Call(String);

impl Call {
    fn shown(&self) -> &str {
        &self.0
    }

    fn succeeds(&self) -> Result<bool, Failure> {
        let mut words = self.0.split(' ').peekable();
        let settings: Vec<(&str, &str)> = std::iter::from_fn(|| {
            let setting = words.peek()?.split_once('=')?;
            words.next();
            Some(setting)
        })
        .collect();
        let program = words.next().unwrap_or_default();
        let status = Command::new(program)
            .args(words)
            .envs(settings)
            .current_dir(workspace::root())
            .status()
            .map_err(|error| Failure::io("run", &self.0, &error))?;
        Ok(status.success())
    }
}

/// The features of `qmp-bindings`, in order.
fn features() -> Result<Vec<String>, Failure> {
    #[derive(Deserialize)]
    struct Package {
        features: BTreeMap<String, Vec<String>>,
    }
    let path = workspace::root().join("qmp-bindings/Cargo.toml");
    let shown = workspace::shown(&path);
    let text = fs::read_to_string(&path).map_err(|error| Failure::io("read", &shown, &error))?;
    let package: Package =
        toml::from_str(&text).map_err(|error| Failure::new(format!("`{shown}`: {error}")))?;
    Ok(package
        .features
        .into_keys()
        .filter(|name| name != "default")
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_chosen_by_name() {
        assert_eq!(selected(&[]).unwrap().len(), STEPS.len());
        let names = ["tests".to_owned(), "lints".to_owned()];
        let chosen: Vec<&str> = selected(&names)
            .unwrap()
            .iter()
            .map(|step| step.name)
            .collect();
        assert_eq!(chosen, ["lints", "tests"]);
        assert!(selected(&["test".to_owned()]).is_err());
    }

    #[test]
    fn each_feature_is_checked_alone() {
        let features = features().unwrap();
        assert!(features.contains(&"v2_5".to_owned()) && !features.contains(&"default".to_owned()));
        let step = STEPS.iter().find(|step| step.name == "features").unwrap();
        assert_eq!(step.calls().unwrap().len(), features.len() + 2);
    }

    #[test]
    fn the_environment_of_a_call_stands_before_it() {
        assert!(
            Call("A_SETTING=1 printenv A_SETTING".to_owned())
                .succeeds()
                .unwrap()
        );
        assert!(!Call("printenv A_SETTING".to_owned()).succeeds().unwrap());
        assert!(Call("no-such-program".to_owned()).succeeds().is_err());
    }
}
