//! The comparison in the pages of the site is that of `diff`.

use std::collections::BTreeMap;

use qapi_codegen::diff::report;
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::parallel;
use qapi_codegen::version::Series;
use serde_json::{Value, json};
use xtask::catalogue::Catalogue;
use xtask::reports::compare_releases;
use xtask::site_checker::{DataPart, data_parts};

/// Pairs of releases: neighbours, long ways, and the way back.
const PAIRS: [(&str, &str); 13] = [
    ("2.5", "2.11"),
    ("2.6", "2.7"),
    ("2.11", "4.2"),
    ("2.12", "3.0"),
    ("4.2", "8.2"),
    ("5.2", "6.0"),
    ("6.2", "7.2"),
    ("7.2", "10.0"),
    ("8.2", "10.2"),
    ("9.0", "9.1"),
    ("10.0", "11.1"),
    ("10.2", "11.1"),
    ("10.0", "8.2"),
];

/// The question of the page, with the parts of the data that `upgrade.js` loads.
fn question(parts: &BTreeMap<String, DataPart>, from: Series, to: Series, all: &[Series]) -> Value {
    let (low, high) = (from.min(to), from.max(to));
    let between = all.iter().filter(|own| low <= **own && **own <= high);
    let mut names: Vec<String> = between.map(ToString::to_string).collect();
    names.extend(["knowledge", "builds", "command-lines"].map(str::to_owned));
    let files: DataPart = names.iter().flat_map(|name| parts[name].clone()).collect();
    json!({ "ask": "compare", "from": from, "to": to, "series": all, "files": files, "commands": {} })
}

#[test]
fn the_pages_compare_as_diff_does() {
    let catalogue = Catalogue::open().unwrap();
    let all = catalogue.series();
    let parts = data_parts(all).unwrap();
    parallel::map(&PAIRS, |&(from, to)| {
        let [old, new] =
            [from, to].map(|name| catalogue.release(name, QemuProgram::Emulator).unwrap());
        let [from, to] = [from, to].map(|name| name.parse::<Series>().unwrap());
        let between = catalogue.series_between(from, to);
        let between = catalogue.releases(&between, QemuProgram::Emulator).unwrap();
        let report = compare_releases(&old, &new, &between.iter().collect::<Vec<_>>());
        let asked = question(&parts, from, to, all);
        let shown = site::answer::answer(&asked.to_string()).unwrap();
        assert!(
            shown == report::json(&report).unwrap(),
            "{from} to {to}: the page has another report"
        );
    });
}

#[test]
fn pasted_command_lines_are_checked_and_rewritten() {
    let catalogue = Catalogue::open().unwrap();
    let all = catalogue.series();
    let parts = data_parts(all).unwrap();
    let [from, to] = [Series::new(5, 2), Series::new(6, 0)];
    let mut asked = question(&parts, from, to, all);
    asked["ask"] = json!("check");
    asked["text"] = json!("qemu-system-x86_64 -realtime mlock=on -m 64\n");
    let answer = site::answer::answer(&asked.to_string()).unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let message = &answer["messages"][0];
    assert_eq!(message["kind"], "command line");
    assert_eq!(message["verdict"], "rejected", "{answer}");
    assert_eq!(
        message["after"], "qemu-system-x86_64 -overcommit mem-lock=on -m 64",
        "{answer}"
    );
}
