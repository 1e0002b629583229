//! Migrated requests against a running QEMU: it may refuse them for its state,
//! never for their form.

use std::collections::BTreeMap;

use libtest_mimic::{Arguments, Failed};
use qapi_codegen::diff::rules::Compatibility;
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::json::{JsonStyle, parse};
use qapi_codegen::traffic::migrate::Migrator;
use qapi_codegen::traffic::migrate::rewrite::rewrite_entry;
use qapi_codegen::traffic::read::{LogContent, read};
use qapi_codegen::version::Series;
use qapi_codegen::wire::Direction;
use tests::answers::{self, Meaning, Refusals};
use tests::command_lines;
use tests::monitor::Monitor;
use tests::qemu::{Emulator, Program};
use xtask::catalogue::{Catalogue, Release};
use xtask::reports::compare_releases;

/// The least number of requests for a series that has the most rules before it.
const MIN_REQUESTS: usize = 60;

fn main() {
    let arguments = Arguments::from_args();
    let trials = |emulator: Emulator| {
        [
            emulator.trial("migrated_requests", migrated_requests),
            emulator.trial("migrated_script", migrated_script),
            emulator.trial("migrated_options", migrated_options),
        ]
    };
    let emulators = Program::emulators().into_iter().map(Emulator::imported);
    libtest_mimic::run(&arguments, emulators.flat_map(trials).collect()).exit();
}

fn migrated_requests(program: Program) -> Result<(), Failed> {
    let series = program.version().series();
    let requests = rewritten_requests(series)?;
    assert!(
        series < Series::new(9, 2) || requests.len() >= MIN_REQUESTS,
        "{}",
        requests.len()
    );
    let refusals: Refusals = answers::data("refusals.toml");
    let qemu = program.start(&[]);
    let mut monitor = Monitor::connect(&qemu)?;
    let mut failures = Vec::new();
    for (request, origin) in &requests {
        let answer = monitor.ask(request)?.unwrap_or_default();
        if let Some(Meaning::Form(_)) = refusals.meaning(&answer) {
            failures.push(format!("{request} ({origin}): {answer}"));
        }
    }
    match failures.is_empty() {
        true => Ok(()),
        false => Err(failures.join("\n").into()),
    }
}

/// Rewritten requests with their origin: the examples of the rules, and those of
/// the breaking changes of requests between neighbouring series.
fn rewritten_requests(target: Series) -> Result<BTreeMap<String, String>, Failed> {
    let catalogue = Catalogue::open()?;
    let series: Vec<Series> = catalogue
        .series()
        .iter()
        .copied()
        .filter(|own| *own <= target)
        .collect();
    let releases = catalogue.releases(&series, QemuProgram::Emulator)?;
    let last = releases.last().ok_or("no series is imported")?;
    let mut requests = BTreeMap::new();
    for pair in releases.windows(2) {
        let [old, new] = pair else { continue };
        for before in examples(&catalogue, old, new) {
            let text = migrate(&catalogue, old, last, &before);
            requests.extend(text.map(|text| (text, format!("{}: {before}", old.name))));
        }
    }
    Ok(requests)
}

/// Requests of a release that the next one rejects.
fn examples(catalogue: &Catalogue, old: &Release, new: &Release) -> Vec<String> {
    let report = compare_releases(old, new, &[]);
    let breaks = report.findings.iter().filter(|finding| {
        finding.direction == Direction::Request && finding.compatibility == Compatibility::Breaking
    });
    let shown = breaks.filter_map(|finding| finding.example.before.as_ref());
    let series = new.schema.version.series();
    let rules = catalogue.knowledge().migrations.rules_since(series);
    let shown = shown.map(|before| JsonStyle::SPACED.format(before));
    shown
        .chain(rules.filter_map(|rule| rule.before.clone()))
        .collect()
}

/// The rewritten request, unless it is unchanged or left.
fn migrate(catalogue: &Catalogue, old: &Release, new: &Release, before: &str) -> Option<String> {
    let (from, to) = (old.checker(None), new.checker(None));
    let mut migrator = Migrator::new(&from, &to, &catalogue.knowledge().migrations);
    let parsed = parse(before).expect("the examples are JSON");
    let message = migrator.migrate("", &parsed).message?;
    Some(JsonStyle::SPACED.format(&message))
}

/// A script for QEMU 2.5 that starts a guest and attaches its disk.
const SCRIPT: &str = r#"
qemu-system-x86_64 -name xenial -machine pc-i440fx-2.5,accel=tcg,usb=off \
    -m 64 -realtime mlock=off -smp 1,sockets=1,cores=1,threads=1 \
    -no-user-config -nodefaults -rtc base=utc,driftfix=slew -no-hpet -no-shutdown -boot strict=on \
    -chardev socket,id=charmonitor,path=script.sock,server,nowait \
    -mon chardev=charmonitor,id=monitor,mode=control \
    -device piix3-usb-uhci,id=usb,bus=pci.0,addr=0x1.0x2 &

blockdev-add options={"driver":"qcow2","id":"virtio0","file":{"driver":"file","filename":"disk.qcow2"}}
device_add driver=virtio-blk-pci bus=pci.0 scsi=off drive=virtio0 id=virtio-disk0 bootindex=1
"#;

/// A script of the oldest series, migrated: QEMU starts with its command line without
/// a warning of what was written, and does what its requests say. Releases without
/// the machine type of the guest cannot run it.
fn migrated_script(program: Program) -> Result<(), Failed> {
    let series = program.version().series();
    let catalogue = Catalogue::open()?;
    let (from, to) = ("2.5", series.to_string());
    let release = |name: &str| catalogue.release(name, QemuProgram::Emulator);
    let (source, target) = (release(from)?, release(&to)?);
    let (source, target) = (source.checker(None), target.checker(None));
    let mut migrator = Migrator::new(&source, &target, &catalogue.knowledge().migrations);
    let (mut text, mut outcomes) = (String::new(), Vec::new());
    let is_command = |name: &str| source.has_command(name);
    read(&mut SCRIPT.as_bytes(), &is_command, &mut |entry| {
        let rewritten = rewrite_entry(&mut migrator, &entry);
        text += &String::from_utf8_lossy(rewritten.bytes.as_deref().unwrap_or(entry.bytes));
        outcomes.extend(rewritten.requests.iter().map(|request| request.is_left()));
        Ok::<(), std::io::Error>(())
    })?;
    if series >= Series::new(10, 1) {
        assert_eq!(outcomes, [true, false, false], "the machine type is left");
        return Ok(());
    }
    assert_eq!(outcomes, [false; 3], "{text}");
    let words = command_lines::words(&text).ok_or("the command line is still one")?;
    let qemu = program.start_line(&words, &command_lines::create_files)?;
    let mut monitor = Monitor::connect(&qemu)?;
    let mut requests = Vec::new();
    read(&mut text.as_bytes(), &is_command, &mut |entry| {
        if let LogContent::Messages(messages) = &entry.content {
            messages.for_each(&mut |message| {
                requests.extend(
                    message
                        .json
                        .map(|json| JsonStyle::COMPACT.format(&json.value)),
                );
            });
        }
        Ok::<(), std::io::Error>(())
    })?;
    assert_eq!(requests.len(), 2, "{text}");
    for request in &requests {
        assert_eq!(monitor.ask(request)?, None, "{request}");
    }
    let errors = qemu.errors();
    let own = errors.lines().filter(|line| !line.contains("Machine type"));
    let own: Vec<&str> = own.filter(|line| !line.trim().is_empty()).collect();
    assert_eq!(own, Vec::<&str>::new(), "{text}");
    Ok(())
}

/// The examples of the rules for options: QEMU starts with what replaces them.
fn migrated_options(program: Program) -> Result<(), Failed> {
    let series = program.version().series();
    let catalogue = Catalogue::open()?;
    let target = catalogue.release(&series.to_string(), QemuProgram::Emulator)?;
    let checker = target.checker(None);
    let migrations = &catalogue.knowledge().migrations;
    let migrator = Migrator::new(&checker, &checker, migrations);
    let (mut started, mut failures) = (0, Vec::new());
    let rules = migrations.command_lines.iter();
    for rule in rules.filter(|rule| rule.applies_in(series) && rule.after.is_some()) {
        let text = format!("qemu-system-x86_64 {}", rule.example());
        let mut new = None;
        command_lines::for_each(&text, &mut |line| {
            new = migrator.migrate_command_line(line).text;
        });
        let is_possible = |text: &str| !NOT_EVERYWHERE.iter().any(|part| text.contains(part));
        let new = new.ok_or_else(|| format!("{}: not rewritten", rule.id))?;
        let Some(words) = command_lines::words(&new).filter(|_| is_possible(&new)) else {
            continue;
        };
        started += 1;
        if let Err(errors) = command_lines::start(&program, &words, "") {
            failures.push(format!("{}: {new}: {errors}", rule.id));
        }
    }
    assert!(
        series < Series::new(7, 0) || started >= 15,
        "{started} were started"
    );
    match failures.is_empty() {
        true => Ok(()),
        false => Err(failures.join("\n").into()),
    }
}

/// Parts of command lines that need a display, another accelerator or module, or
/// that end QEMU.
const NOT_EVERYWHERE: [&str; 9] = [
    "-chardev parallel",
    "confidential-guest-support",
    "sdl",
    "curses",
    "hax",
    "kernel_irqchip",
    "kvm-pit",
    "-audiodev help",
    "virtio-9p",
];
