//! `ci`: the checks that a change has to pass.

use std::collections::BTreeMap;
use std::process::Command;
use std::thread;
use std::time::Instant;

use clap::Args;
use serde::Deserialize;

use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::files::read_toml;
use crate::workspace;

/// Run the checks that a change has to pass
///
/// Runs in order: format, lints, documentation, freshness, whether the packages
/// outside the workspace (benches and fuzz) compile, each feature of qmp-bindings
/// alone and no feature, all tests, and all features with the tests of the bindings
/// of all releases. All steps run, even if one fails. The time of each is printed at
/// the end.
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
    /// outside, features, tests, releases
    #[arg(value_name = "STEP")]
    steps: Vec<String>,
}

impl Ci {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let (mut failed, mut times) = (Vec::new(), Vec::new());
        for step in select_steps(&self.steps)? {
            let start = Instant::now();
            let failures = run_calls(step.calls()?, |call| {
                console.status(&format!("── {}: {}", step.name, call.0));
            })?;
            failed.extend(
                failures
                    .iter()
                    .map(|call| format!("failed: {}: {call}\n", step.name)),
            );
            times.push(format!("{:>6} s {}", start.elapsed().as_secs(), step.name));
        }
        console.status(&times.join("\n"));
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
    /// `{each}` is replaced by each feature of qmp-bindings in turn, and `{lane}` by
    /// the number of one of several calls that run at once.
    calls: &'static [&'static str],
}

const STEPS: [CiStep; 8] = [
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
        // What depends on qmp-bindings is documented without the features of releases,
        // because all of them would be compiled for it.
        calls: &[
            "RUSTDOCFLAGS=-Dwarnings cargo doc --package qmp-bindings --no-deps --all-features",
            "RUSTDOCFLAGS=-Dwarnings cargo doc --package qapi-codegen --package xtask --no-deps",
        ],
    },
    CiStep {
        name: "freshness",
        calls: &[
            "cargo xtask generate --check",
            "cargo test --quiet --locked --target-dir target/outside --manifest-path tests/grammar/Cargo.toml",
        ],
    },
    CiStep {
        name: "outside",
        // Packages that the workspace does not have, so that no other step compiles them.
        calls: &[
            "cargo check --quiet --locked --all-targets --target-dir target/outside --manifest-path benches/codegen/Cargo.toml",
            "cargo check --quiet --locked --all-targets --target-dir target/outside --manifest-path benches/client/Cargo.toml",
            "cargo check --quiet --locked --all-targets --target-dir target/outside --manifest-path fuzz/Cargo.toml",
        ],
    },
    CiStep {
        name: "features",
        // A check uses one processor, and cargo allows one at a time in a target folder.
        calls: &[
            "RUSTFLAGS=-Dwarnings cargo check --quiet --package qmp-bindings --target-dir target/features-{lane}",
            "RUSTFLAGS=-Dwarnings cargo check --quiet --package qmp-bindings --target-dir target/features-{lane} --features {each}",
        ],
    },
    CiStep {
        name: "tests",
        calls: &["cargo test --workspace"],
    },
    // A package of its own: in the workspace, all tests would compile all releases.
    // It enables all features, so it is also the check of these.
    CiStep {
        name: "releases",
        calls: &[
            "RUSTFLAGS=-Dwarnings cargo test --manifest-path tests/all-releases/Cargo.toml --target-dir target/all-releases",
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

/// Runs calls, and returns those that fail. Calls with `{lane}` run at once, one per
/// processor; the others in order.
fn run_calls(
    calls: Vec<CiCall>,
    mut announce: impl FnMut(&CiCall),
) -> Result<Vec<String>, Failure> {
    let has_lanes = calls.iter().any(|call| call.0.contains(LANE));
    let lanes = match has_lanes {
        true => thread::available_parallelism().map_or(1, usize::from),
        false => 1,
    };
    calls.iter().for_each(&mut announce);
    thread::scope(|scope| {
        let run_lane = |lane: usize| {
            let own = calls.iter().skip(lane).step_by(lanes);
            let failed = own.filter_map(move |call| call.in_lane(lane).failure().transpose());
            failed.collect::<Result<Vec<String>, Failure>>()
        };
        let lanes: Vec<_> = (0..lanes)
            .map(|lane| scope.spawn(move || run_lane(lane)))
            .collect();
        let interrupted = |_| Err(Failure::new("a check was interrupted"));
        let joined = lanes
            .into_iter()
            .map(|lane| lane.join().unwrap_or_else(interrupted));
        let failed: Result<Vec<Vec<String>>, Failure> = joined.collect();
        Ok(failed?.concat())
    })
}

/// The place of the number of a call that runs at once with others.
const LANE: &str = "{lane}";

/// A program with its arguments, preceded by variables of its environment.
struct CiCall(String);

impl CiCall {
    fn in_lane(&self, lane: usize) -> CiCall {
        CiCall(self.0.replace(LANE, &lane.to_string()))
    }

    /// Runs the call, and returns it if it fails.
    fn failure(self) -> Result<Option<String>, Failure> {
        Ok((!self.succeeds()?).then_some(self.0))
    }

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
        assert_eq!(step.calls().unwrap().len(), features.len() + 1);
    }

    #[test]
    fn packages_outside_the_workspace_are_checked() {
        let manifest: toml::Table = read_toml(&workspace::root().join("Cargo.toml")).unwrap();
        let outside = manifest["workspace"]["exclude"].as_array().unwrap();
        let calls: Vec<&str> = STEPS.iter().flat_map(|step| step.calls).copied().collect();
        for package in packages_in(outside.iter().filter_map(toml::Value::as_str)) {
            let path = format!("{package}/Cargo.toml");
            assert!(calls.iter().any(|call| call.contains(&path)), "{package}");
        }
    }

    /// The packages in folders and in the folders in these.
    fn packages_in<'f>(folders: impl Iterator<Item = &'f str>) -> Vec<String> {
        let within = folders.flat_map(|folder| {
            let entries = std::fs::read_dir(workspace::root().join(folder)).unwrap();
            let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let inner = names.map(move |name| format!("{folder}/{name}"));
            inner.chain([folder.to_owned()])
        });
        let is_package =
            |folder: &String| workspace::root().join(folder).join("Cargo.toml").is_file();
        within.filter(is_package).collect()
    }

    /// The step `releases` stands for a check with all features.
    #[test]
    fn the_tests_of_all_releases_enable_all_features() {
        let path = workspace::root().join("tests/all-releases/Cargo.toml");
        let manifest: toml::Table = read_toml(&path).unwrap();
        let enabled = manifest["dev-dependencies"]["qmp-bindings"]["features"].as_array();
        let enabled: Vec<&str> = enabled
            .unwrap()
            .iter()
            .filter_map(toml::Value::as_str)
            .collect();
        for feature in features().unwrap() {
            let is_release = feature.starts_with('v') && feature.contains('_');
            let is_enabled = is_release || enabled.contains(&feature.as_str());
            assert!(is_enabled, "{feature} is not in tests/all-releases");
        }
    }

    #[test]
    fn calls_with_lanes_run_at_once_and_all_failures_are_returned() {
        let calls = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| CiCall((*text).to_owned()))
                .collect()
        };
        let texts = [
            "true {lane}",
            "false {lane}",
            "true {lane}",
            "false {lane} x",
        ];
        let mut announced = 0;
        let failed = run_calls(calls(&texts), |_| announced += 1).unwrap();
        assert_eq!((failed.len(), announced), (2, 4));
        assert!(
            failed.iter().all(|call| call.starts_with("false ")),
            "{failed:?}"
        );
        assert_eq!(
            run_calls(calls(&["false", "true"]), |_| {}).unwrap(),
            ["false"]
        );
        assert!(run_calls(calls(&["no-such-program"]), |_| {}).is_err());
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
