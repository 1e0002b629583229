//! The schemas compared with the introspection of running QEMUs.

use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};
use qapi_codegen::diff::finding::Finding;
use qapi_codegen::diff::rules::Compatibility;
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::introspect::{AbsenceReason, Verification, write_schema};
use qapi_codegen::version::Series;
use tests::qemu::{self, Emulator, Program, Running, trial};
use tests::releases::catalogue;
use tests::shared;
use xtask::catalogue::Catalogue;
use xtask::commands::verify::VerifyReport;
use xtask::introspected::Introspected;
use xtask::reports::compare_releases;
use xtask::schema_source::{ReplyOptions, SchemaSource, SourceOptions, reply_files};
use xtask::workspace;

fn main() {
    let arguments = Arguments::from_args();
    let emulators = Program::emulators().into_iter();
    let mut trials: Vec<Trial> = emulators.flat_map(live).collect();
    trials.push(storage_daemon());
    for release in ["2.5.1", "2.11.0", "7.2.22", "11.1"] {
        let name = format!("recorded/{release}");
        let found = shared::shared().map(|_| release);
        trials.push(trial(&name, found, shared::is_required(), recorded));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// The tests of an emulator whose series is imported.
fn live(emulator: Emulator) -> Vec<Trial> {
    let emulator = emulator.imported();
    let can_hide = |program: &Program| program.version().series() >= HIDING;
    let mut trials = vec![
        emulator.trial("agrees", agrees),
        emulator.trial("synthesised", synthesised),
        emulator.trial("same-release", same_release),
        emulator.trial("same-release-imported", same_release_imported),
    ];
    if emulator.program.as_ref().is_some_and(can_hide) {
        trials.push(emulator.trial("hides", hides));
    }
    trials
}

/// The first series with `-compat deprecated-output=hide`.
const HIDING: Series = Series::new(6, 2);

/// Conditions and backports explain all differences.
fn agrees(program: Program) -> Result<(), Failed> {
    let verification = verify(&program, &program.start(&[]))?;
    let is_explained = |reason: &AbsenceReason| match reason {
        AbsenceReason::Conditions(conditions) => !conditions.is_empty(),
        AbsenceReason::Backported(_) => true,
        AbsenceReason::Hidden(_) => false,
    };
    expect(
        verification
            .absent
            .iter()
            .all(|absent| is_explained(&absent.reason)),
        &verification,
    )
}

/// Entities that `-compat` hides are not contradictions.
fn hides(program: Program) -> Result<(), Failed> {
    let verification = verify(
        &program,
        &program.start(&["-compat", "deprecated-output=hide"]),
    )?;
    let is_hidden =
        |reason: &AbsenceReason| *reason == AbsenceReason::Hidden("deprecated".to_owned());
    expect(
        verification
            .absent
            .iter()
            .any(|absent| is_hidden(&absent.reason)),
        &verification,
    )
}

fn verify(program: &Program, running: &Running) -> Result<Verification, Failed> {
    let introspected = introspect(running)?;
    if introspected.version != Some(program.version()) {
        return Err(format!("greeted by {:?}", introspected.version).into());
    }
    report(
        &program.version().series().to_string(),
        QemuProgram::Emulator,
        &introspected,
    )
}

/// A schema that is written for a reply is equal to the reply.
fn synthesised(program: Program) -> Result<(), Failed> {
    let introspected = introspect(&program.start(&[]))?;
    let folder = tempfile::tempdir()?;
    let manifest = format!(
        "release = \"{}\"\n[[schema]]\ninterface = \"qmp\"\nroot = \"\"\nsynthesised = true\n\
         input = []\n",
        program.version()
    );
    std::fs::write(folder.path().join("manifest.toml"), manifest)?;
    let schema = write_schema(&introspected.reply.interface(), program.version());
    std::fs::write(folder.path().join("qmp.json"), schema)?;
    let verification = report(
        &folder.path().to_string_lossy(),
        QemuProgram::Emulator,
        &introspected,
    )?;
    expect(verification.absent.is_empty(), &verification)
}

/// The schema of a QEMU's own reply takes over what its series has, so that
/// nothing is removed.
fn same_release(program: Program) -> Result<(), Failed> {
    let running = program.start(&[]);
    let catalogue = catalogue();
    expect_nothing_breaks(
        catalogue,
        &program.version().series().to_string(),
        &running.socket(),
    )
}

/// The same with schemas of the reply that were imported without any other series, and
/// with the series before at hand.
fn same_release_imported(program: Program) -> Result<(), Failed> {
    imported_replies_break_nothing(&introspect(&program.start(&[]))?)
}

/// The same with recorded replies.
fn recorded(release: &str) -> Result<(), Failed> {
    let shared = shared::shared().ok_or("../shared is gone")?;
    let reply = shared.join(format!("recordings/{release}/query-qmp-schema.json"));
    imported_replies_break_nothing(&Introspected::open(&reply.to_string_lossy())?)
}

fn imported_replies_break_nothing(introspected: &Introspected) -> Result<(), Failed> {
    let catalogue = catalogue();
    let version = introspected.version.ok_or("the release is not stated")?;
    let series = version.series();
    for neighbour in [None, workspace::series_before(series)?] {
        let options = ReplyOptions {
            version,
            neighbour,
            names: None,
        };
        let folder = tempfile::tempdir()?;
        for (name, text) in reply_files(introspected, options)? {
            std::fs::write(folder.path().join(name), text)?;
        }
        expect_nothing_breaks(catalogue, &series.to_string(), folder.path())?;
    }
    Ok(())
}

/// Compares a release with its introspection, in both directions.
fn expect_nothing_breaks(
    catalogue: &Catalogue,
    series: &str,
    introspected: &Path,
) -> Result<(), Failed> {
    let introspected = introspected.to_string_lossy();
    let (old, new) = catalogue.pair([series, &introspected], QemuProgram::Emulator)?;
    for (old, new) in [(&old, &new), (&new, &old)] {
        let report = compare_releases(old, new, &[]);
        let breaking = |finding: &&Finding<'_>| finding.compatibility == Compatibility::Breaking;
        let breaking: Vec<_> = report.findings.iter().filter(breaking).collect();
        if !breaking.is_empty() {
            return Err(format!("{breaking:#?}").into());
        }
    }
    Ok(())
}

/// The storage daemon, if its series has its interface.
fn storage_daemon() -> Trial {
    let has = |program: &Program| {
        let series = program.version().series().to_string();
        let source = SchemaSource::open(&series, &SourceOptions::default());
        source.is_ok_and(|source| source.has(QemuProgram::StorageDaemon))
    };
    let found = Program::storage_daemon().filter(has);
    trial(
        "live/storage-daemon",
        found,
        qemu::is_required(),
        |program| {
            let introspected = introspect(&program.start_daemon())?;
            let series = program.version().series().to_string();
            let verification = report(&series, QemuProgram::StorageDaemon, &introspected)?;
            expect(true, &verification)
        },
    )
}

fn introspect(running: &Running) -> Result<Introspected, Failed> {
    Ok(Introspected::open(&running.socket().to_string_lossy())?)
}

fn report(
    schema: &str,
    interface: QemuProgram,
    introspected: &Introspected,
) -> Result<Verification, Failed> {
    let source = SchemaSource::open(schema, &SourceOptions::default())?;
    Ok(VerifyReport::new(&source, interface, introspected)?.verification)
}

fn expect(holds: bool, verification: &Verification) -> Result<(), Failed> {
    if holds && verification.contradictions.is_empty() && verification.extra.is_empty() {
        return Ok(());
    }
    Err(format!("{verification:#?}").into())
}
