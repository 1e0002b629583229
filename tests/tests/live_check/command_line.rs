//! The facts about the command line against a running QEMU.

use std::collections::BTreeSet;
use std::process::Output;

use libtest_mimic::{Failed, Trial};
use qapi_codegen::knowledge::command_line::{CommandLineFacts, OptionForm, Presence};
use serde_json::Value;
use tests::monitor::Monitor;
use tests::qemu::{Emulator, Program};
use xtask::catalogue::Catalogue;

/// The target of the emulators.
const TARGET: &str = "x86_64";

/// An option that no QEMU has, after which it reads no others.
const END: &str = "-no-such-option";

/// The tests with an emulator.
pub fn trials(emulator: &Emulator) -> [Trial; 3] {
    [
        emulator.trial("command_line/help_names_known_options", |program| {
            with_facts(&program, help_names_known_options)
        }),
        emulator.trial("command_line/options_are_those_of_the_release", |program| {
            with_facts(&program, options_are_those_of_the_release)
        }),
        emulator.trial("command_line/lists_agree", |program| {
            with_facts(&program, lists_agree)
        }),
    ]
}

fn with_facts(
    program: &Program,
    test: impl Fn(&Program, CommandLineFacts<'_>) -> Result<(), Failed>,
) -> Result<(), Failed> {
    let catalogue = Catalogue::open()?;
    let evidence = catalogue.command_lines().read()?;
    test(
        program,
        evidence.release(program.version().series(), Some(TARGET)),
    )
}

fn run(program: &Program, arguments: &[&str]) -> Result<Output, Failed> {
    Ok(program.quiet().args(arguments).output()?)
}

/// Lines of the help begin with an option, and mention others with a comma or an `or`.
fn help_names_known_options(program: &Program, facts: CommandLineFacts<'_>) -> Result<(), Failed> {
    let output = run(program, &["-help"])?;
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    let words = help.lines().filter_map(|line| {
        let rest = line.strip_prefix('-')?;
        rest.split([' ', '[', '/', '\t']).next()
    });
    let names: BTreeSet<&str> = words.map(|word| word.trim_start_matches('-')).collect();
    assert!(names.len() > 100, "{names:?}");
    let is_unknown = |name: &&&str| facts.option(name).presence != Presence::Present;
    let unknown: Vec<_> = names.iter().filter(is_unknown).collect();
    assert!(unknown.is_empty(), "not known: {unknown:?}");
    Ok(())
}

/// QEMU reads the options before their values, and ends at the first that it does not
/// have.
fn options_are_those_of_the_release(
    program: &Program,
    facts: CommandLineFacts<'_>,
) -> Result<(), Failed> {
    let mut all = Vec::new();
    let mut absent = Vec::new();
    for (name, entry) in &facts.evidence().options().options {
        match facts.option(name).presence {
            Presence::Removed(_) | Presence::NotYet(_) => absent.push(&*entry.spelling),
            _ if entry.form == OptionForm::Flag => all.push(&*entry.spelling),
            _ => all.extend([&*entry.spelling, "x"]),
        }
    }
    all.push(END);
    let rejects = |arguments: &[&str], option: &str| {
        let output = run(program, arguments)?;
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        match errors.contains(&format!("{option}: invalid option")) {
            true => Ok(()),
            false => Err(Failed::from(format!("{option}: {errors}"))),
        }
    };
    rejects(&all, END)?;
    for option in absent {
        rejects(&[option, "x", END], option)?;
    }
    Ok(())
}

fn lists_agree(program: &Program, facts: CommandLineFacts<'_>) -> Result<(), Failed> {
    let qemu = program.start(&[]);
    let mut monitor = Monitor::connect(&qemu)?;
    let mut list = |command: &str| -> Result<Vec<Value>, Failed> {
        let reply = monitor.query(command)?;
        Ok(reply.as_array().cloned().unwrap_or_default())
    };
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let mut wrong = Vec::new();
    for machine in list("query-machines")? {
        let fact = facts.machine(&name(&machine));
        let is_deprecated = machine["deprecated"].as_bool();
        if (fact.presence, is_deprecated) != (Presence::Present, Some(fact.deprecated.is_some())) {
            wrong.push(format!("{}: {fact:?}", name(&machine)));
        }
    }
    for cpu in list("query-cpu-definitions")? {
        let fact = facts.cpu(&name(&cpu));
        if fact.presence != Presence::Present {
            wrong.push(format!("{}: {fact:?}", name(&cpu)));
        }
    }
    for option in list("query-command-line-options")? {
        let group = option["option"].as_str().unwrap_or_default();
        for parameter in option["parameters"].as_array().into_iter().flatten() {
            let fact = facts.parameter(option_name(group), &name(parameter));
            if fact.fact.presence != Presence::Present || fact.ty != parameter["type"].as_str() {
                wrong.push(format!("{group}.{}: {fact:?}", name(parameter)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// The option of a list of parameters.
fn option_name(group: &str) -> &str {
    match group {
        "boot-opts" => "boot",
        "memory" => "m",
        "smp-opts" => "smp",
        group => group,
    }
}
