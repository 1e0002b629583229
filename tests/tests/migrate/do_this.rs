//! The list of what a program has to do, from the commands of a program that
//! manages guests with QEMU 4.2.

use std::collections::BTreeSet;

use qapi_codegen::diff::report::{Report, html, markdown, text};
use qapi_codegen::diff::usage::Usage;
use qapi_codegen::json::parse;
use qapi_codegen::traffic::check::{Session, Verdict};
use qapi_codegen::traffic::usage::read_usage;
use tests::releases::release;
use xtask::catalogue::Release;
use xtask::reports::compare_releases;

const PROGRAM: &str = include_str!("../../data/manager-4.2.jsonl");

fn compare<'r>(old: &'r Release, new: &'r Release) -> (Report<'r>, Usage) {
    let mut usage = Usage::default();
    read_usage(&mut PROGRAM.as_bytes(), &|_| true, &mut usage).expect("the file has messages");
    let mut report = compare_releases(old, new, &[]);
    usage.apply(&mut report);
    (report, usage)
}

/// The entries of the list in the text format, as command and advice.
fn entries(text: &str) -> Vec<(String, String)> {
    let (_, list) = text.split_once("Do this").expect("there is a list");
    let (list, _) = list.split_once("\n\n").expect("details follow the list");
    let words = list.split_whitespace().collect::<Vec<_>>().join(" ");
    let numbered = (1..).map_while(|number: usize| {
        let (_, rest) = words.split_once(&format!("{number}. `"))?;
        let end = rest.find(&format!(" {}. `", number + 1));
        rest[..end.unwrap_or(rest.len())].split_once("`: ")
    });
    numbered
        .map(|(target, advice)| (target.to_owned(), advice.to_owned()))
        .collect()
}

/// The commands of the program that a release rejects.
fn rejected(new: &Release) -> BTreeSet<String> {
    let checker = new.checker(None);
    let requests = PROGRAM
        .lines()
        .map(|line| parse(line).expect("each line is JSON"));
    let checked = requests.map(|request| checker.check_request(&mut Session::default(), &request));
    let rejected = checked.filter(|own| own.verdict == Verdict::Rejected);
    rejected.filter_map(|own| own.command).collect()
}

#[test]
fn the_list_is_first_and_about_the_program() {
    let (old, new) = (release("4.2"), release("8.2"));
    let (report, usage) = compare(&old, &new);
    let plain = without_styles(&text(&report, 98));
    let list = entries(&plain);
    let used: BTreeSet<&str> = usage.commands().chain(usage.events()).collect();
    for (target, _) in &list {
        assert!(used.contains(&**target), "{target}: {plain}");
    }
    // What is removed comes first, and all that is rejected is on the list.
    let first: BTreeSet<&str> = list[..6].iter().map(|(target, _)| &**target).collect();
    let removed = [
        "change",
        "cpu-add",
        "migrate_set_downtime",
        "migrate_set_speed",
        "query-cpus",
        "x-blockdev-reopen",
    ];
    assert_eq!(first, BTreeSet::from(removed));
    let rejected = rejected(&new);
    assert!(rejected.len() > 5, "{rejected:?}");
    for command in &rejected {
        assert!(list.iter().any(|(own, _)| own == command), "{command}");
    }
    for (target, word) in [
        ("change", "blockdev-change-medium"),
        ("query-cpus", "query-cpus-fast"),
        ("migrate_set_speed", "max-bandwidth"),
        ("object-add", "props"),
        ("nbd-server-add", "block-export-add"),
    ] {
        let found = list.iter().find(|(own, _)| own == target);
        assert!(
            found.is_some_and(|(_, advice)| advice.contains(word)),
            "{target}"
        );
    }
    same_in_other_formats(&report, &list);
}

fn same_in_other_formats(report: &Report<'_>, list: &[(String, String)]) {
    let markdown = markdown(report);
    let items: Vec<&str> = markdown
        .lines()
        .filter_map(|line| line.strip_prefix("1. "))
        .collect();
    let expected = list
        .iter()
        .map(|(target, advice)| format!("`{target}`: {advice}"));
    assert_eq!(items, expected.collect::<Vec<_>>());
    assert!(markdown.find("## Do this") < markdown.find("## Contents"));
    let page = html(report);
    let (before, section) = page
        .split_once("id=\"do-this\"")
        .expect("the page has the list");
    assert!(!before.contains("<article"), "the list comes first");
    let (section, _) = section.split_once("</section>").expect("sections end");
    assert_eq!(section.matches("<li>").count(), list.len());
    for link in section.split("href=\"#").skip(1) {
        let (anchor, _) = link.split_once('"').expect("attributes end");
        assert!(page.contains(&format!("id=\"{anchor}\"")), "{anchor}");
    }
}

#[test]
fn text_fits_the_terminal() {
    let (old, new) = (release("4.2"), release("8.2"));
    let (report, _) = compare(&old, &new);
    for width in [60, 72, 98] {
        let plain = without_styles(&text(&report, width));
        let longest = plain.lines().max_by_key(|line| line.chars().count());
        let longest = longest.unwrap_or_default();
        assert!(longest.chars().count() <= width, "{width}: {longest}");
    }
}

/// Removes the styles.
fn without_styles(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once('m').map_or("", |(_, rest)| rest));
    first + &rest.collect::<String>()
}
