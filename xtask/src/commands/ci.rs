//! `ci`: the checks that a change has to pass.

use std::collections::BTreeMap;
use std::process::Command;

use clap::Args;
use serde::Deserialize;

use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::files::read_toml;
use crate::workspace;

/// Run the checks that a change has to pass
///
/// Runs in order: format, lints, documentation, freshness, each feature of
/// qmp-bindings alone, no feature, all features, all tests, and those of the bindings
/// of all releases. All steps run,
/// even if one fails.
///
/// Tests that need a QEMU, or QEMU's schema files next to the checkout, are
/// ignored if these are missing; QMP_REQUIRE_QEMU=1 and QMP_REQUIRE_SHARED=1
/// make that a failure.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask ci\n  \
    cargo xtask ci lints tests\n  \
    QMP_REQUIRE_QEMU=1 cargo xtask ci")]
pub struct Ci {
    /// The steps to run, instead of all: format, lints, docs, freshness,
    /// features, tests, releases
    #[arg(value_name = "STEP")]
    steps: Vec<String>,
}

impl Ci {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let mut failed = Vec::new();
        for step in select_steps(&self.steps)? {
            for call in step.calls()? {
                console.status(&format!("── {}: {}", step.name, call.0));
                if !call.succeeds()? {
                    failed.push(format!("failed: {}: {}\n", step.name, call.0));
                }
            }
        }
        if failed.is_empty() {
            console.status("all checks passed");
            return Ok(Outcome::Fine);
        }
        console.data(&failed.concat())?;
        Ok(Outcome::Found)
    }
}

/// A step of the checks.
struct CiStep {
    name: &'static str,
    /// The programs that it runs, with their arguments separated by spaces.
    /// `{each}` is replaced by each feature of qmp-bindings in turn.
    calls: &'static [&'static str],
}

const STEPS: [CiStep; 7] = [
    CiStep {
        name: "format",
        calls: &["cargo fmt --all --check"],
    },
    CiStep {
        name: "lints",
        calls: &["cargo clippy --workspace --all-targets -- -D warnings"],
    },
    CiStep {
        name: "docs",
        calls: &["RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps --all-features"],
    },
    CiStep {
        name: "freshness",
        calls: &["cargo xtask generate --check"],
    },
    CiStep {
        name: "features",
        calls: &[
            "RUSTFLAGS=-Dwarnings cargo check --package qmp-bindings --target-dir target/features",
            "RUSTFLAGS=-Dwarnings cargo check --package qmp-bindings --target-dir target/features --features {each}",
            "RUSTFLAGS=-Dwarnings cargo check --package qmp-bindings --target-dir target/features --all-features",
        ],
    },
    CiStep {
        name: "tests",
        calls: &["cargo test --workspace"],
    },
    // A package of its own: in the workspace, all tests would compile all releases.
    CiStep {
        name: "releases",
        calls: &[
            "cargo test --manifest-path tests/all-releases/Cargo.toml --target-dir target/all-releases",
        ],
    },
];

fn select_steps(names: &[String]) -> Result<Vec<&'static CiStep>, Failure> {
    let unknown = names
        .iter()
        .find(|&name| STEPS.iter().all(|step| step.name != name));
    if let Some(name) = unknown {
        let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return Err(Failure::new(format!("unknown step `{name}`"))
            .with_help(format!("the steps are: {}", known.join(", "))));
    }
    let is_selected =
        |step: &&CiStep| names.is_empty() || names.iter().any(|name| name == step.name);
    Ok(STEPS.iter().filter(is_selected).collect())
}

impl CiStep {
    fn calls(&self) -> Result<Vec<CiCall>, Failure> {
        let mut calls = Vec::new();
        for text in self.calls {
            if text.contains("{each}") {
                calls.extend(
                    features()?
                        .iter()
                        .map(|name| CiCall(text.replace("{each}", name))),
                );
            } else {
                calls.push(CiCall((*text).to_owned()));
            }
        }
        Ok(calls)
    }
}

/// A program with its arguments, preceded by variables of its environment.
struct CiCall(String);

impl CiCall {
    fn succeeds(&self) -> Result<bool, Failure> {
        let mut words = self.0.split(' ').peekable();
        let variables: Vec<(&str, &str)> = std::iter::from_fn(|| {
            let variable = words.peek()?.split_once('=')?;
            words.next();
            Some(variable)
        })
        .collect();
        let program = words.next().unwrap_or_default();
        let status = Command::new(program)
            .args(words)
            .envs(variables)
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
    let package: Package = read_toml(&workspace::root().join("qmp-bindings/Cargo.toml"))?;
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
    fn steps_are_selected_by_name() {
        assert_eq!(select_steps(&[]).unwrap().len(), STEPS.len());
        let names = ["tests".to_owned(), "lints".to_owned()];
        let chosen: Vec<&str> = select_steps(&names)
            .unwrap()
            .iter()
            .map(|step| step.name)
            .collect();
        assert_eq!(chosen, ["lints", "tests"]);
        assert!(select_steps(&["test".to_owned()]).is_err());
    }

    #[test]
    fn each_feature_is_checked_alone() {
        let features = features().unwrap();
        assert!(features.contains(&"v2_5".to_owned()) && !features.contains(&"default".to_owned()));
        let step = STEPS.iter().find(|step| step.name == "features").unwrap();
        assert_eq!(step.calls().unwrap().len(), features.len() + 2);
    }

    #[test]
    fn variables_of_the_environment_come_first() {
        assert!(
            CiCall("A_SETTING=1 printenv A_SETTING".to_owned())
                .succeeds()
                .unwrap()
        );
        assert!(!CiCall("printenv A_SETTING".to_owned()).succeeds().unwrap());
        assert!(CiCall("no-such-program".to_owned()).succeeds().is_err());
    }
}
