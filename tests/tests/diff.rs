//! Comparisons of the restated releases: nothing differs from itself, both
//! readings of a pair agree, and a long way comes to what its steps come to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};
use qapi_codegen::behaviour::Behaviour;
use qapi_codegen::diff::compare::compare;
use qapi_codegen::diff::finding::{Finding, raw};
use qapi_codegen::diff::report::{Inputs, Report, Side};
use qapi_codegen::imported::{self, QemuProgram};
use qapi_codegen::introspect::synthesise;
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::validate;
use qapi_codegen::version::Series;
use qapi_codegen::wire;
use xtask::introspected::Introspected;
use xtask::schema::Disk;
use xtask::workspace;

fn main() {
    let arguments = Arguments::from_args();
    let series = workspace::imported().expect("the folder of the schemas is there");
    let mut trials = Vec::new();
    for &one in &series {
        trials.push(Trial::test(format!("itself/{one}"), move || itself(one)));
    }
    for pair in series.windows(2) {
        let (old, new) = (pair[0], pair[1]);
        trials.push(Trial::test(format!("reverse/{old}-{new}"), move || {
            reverse(old, new)
        }));
    }
    for three in series.windows(3) {
        let [old, via, new] = [three[0], three[1], three[2]];
        trials.push(Trial::test(format!("net/{old}-{via}-{new}"), move || {
            net(old, via, new)
        }));
    }
    trials.push(Trial::test("told/2.11.0", told));
    trials.push(Trial::test("story/blockdev-add", story));
    libtest_mimic::run(&arguments, trials).exit();
}

fn schema(series: Series) -> Schema {
    load(&workspace::series_folder(series).to_string_lossy())
}

fn load(folder: &str) -> Schema {
    let loaded = imported::load(&Disk, folder, QemuProgram::Emulator).expect("it is imported");
    resolve(&validate(loaded).unwrap_or_else(|_| panic!("{folder} breaks no rule")))
}

fn report(old: &Schema, new: &Schema, between: &[&Schema], behaviour: &Behaviour) -> Report {
    let side = |schema| Side {
        name: "",
        schema,
        devices: None,
    };
    let (old, new) = (side(old), side(new));
    Report::of(&Inputs {
        old,
        new,
        between: between.to_vec(),
        behaviour,
    })
}

/// A schema that is made of what a QEMU told differs in nothing from the
/// imported one, where no condition leaves anything out.
fn told() -> Result<(), Failed> {
    let series = Series::new(2, 11);
    let recordings = Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings");
    let reply = recordings.join("2.11.0/query-qmp-schema.json");
    let reply = Introspected::open(&reply.to_string_lossy())?;
    let folder = tempfile::tempdir()?;
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text);
    put("qmp.json", &synthesise(&reply.interface, "2.11.0".parse()?))?;
    put("manifest.toml", MANIFEST)?;
    let overrides = workspace::series_folder(series).join("overrides.toml");
    put("overrides.toml", &fs::read_to_string(overrides)?)?;
    let (mut imported, mut told) = (schema(series), load(&folder.path().to_string_lossy()));
    imported.erase_non_introspectable();
    told.erase_non_introspectable();
    for (old, new) in [(&imported, &told), (&told, &imported)] {
        let found = report(old, new, &[], &Behaviour::default()).findings;
        if !found.is_empty() {
            return Err(format!("{found:#?}").into());
        }
    }
    Ok(())
}

/// The manifest of a schema that a running QEMU told.
const MANIFEST: &str = "release = \"2.11.0\"\n[[schema]]\ninterface = \"qmp\"\nroot = \"\"\n\
    synthesised = true\ninput = []\n";

/// A release does not differ from itself, and the report says what was looked
/// at.
fn itself(series: Series) -> Result<(), Failed> {
    let schema = schema(series);
    let report = report(&schema, &schema, &[], &Behaviour::default());
    if !report.findings.is_empty() {
        return Err(format!("{:#?}", report.findings).into());
    }
    let compared = report.compared;
    let all = (compared.unchanged_commands, compared.unchanged_events);
    if all != (schema.commands.len(), schema.events.len()) || all.0 == 0 {
        return Err(format!("{compared:?}").into());
    }
    Ok(())
}

/// Where one reading says that something came, the other says that it went.
fn reverse(old: Series, new: Series) -> Result<(), Failed> {
    let (old, new) = (schema(old), schema(new));
    let places = |old: &Schema, new: &Schema| -> BTreeSet<(String, String)> {
        let (old, new) = (
            wire::Interface::from_schema(old),
            wire::Interface::from_schema(new),
        );
        let comparison = compare(&old, &new);
        let told = raw(&comparison)
            .into_iter()
            .map(|raw| raw.told(&comparison));
        // A condition that older schemas could not state is told one way only.
        let told = told.filter(|finding| !ONE_WAY.contains(&&*finding.rule));
        told.flat_map(|finding| {
            let names = finding.targets.clone();
            names
                .into_iter()
                .map(move |name| (name, finding.direction.as_str().to_owned()))
        })
        .map(|(name, direction)| (name.trim_start_matches("x-").to_owned(), direction))
        .collect()
    };
    same(&places(&old, &new), &places(&new, &old))
}

/// What is told one way only: that documentation stopped to call something
/// deprecated is no news.
const ONE_WAY: [&str; 2] = ["condition-stated", "documented-deprecated-added"];

fn same<T: Ord + std::fmt::Debug>(left: &BTreeSet<T>, right: &BTreeSet<T>) -> Result<(), Failed> {
    let only: Vec<&T> = left.symmetric_difference(right).collect();
    if only.is_empty() {
        Ok(())
    } else {
        Err(format!("only one way: {only:#?}").into())
    }
}

/// What differs in the end differed in one of the steps; what differed in a
/// step differs in the end, unless the other step has to do with it as well.
fn net(old: Series, via: Series, new: Series) -> Result<(), Failed> {
    let (old, via, new) = (schema(old), schema(via), schema(new));
    let none = Behaviour::default();
    let all = report(&old, &new, &[&via], &none).findings;
    let first = report(&old, &via, &[], &none).findings;
    let second = report(&via, &new, &[], &none).findings;
    let steps: BTreeMap<String, Vec<&Finding>> = by_place(first.iter().chain(&second));
    let whole = by_place(&all);
    let lost: Vec<&String> = whole
        .keys()
        .filter(|place| !steps.contains_key(*place))
        .collect();
    if !lost.is_empty() {
        return Err(format!("in no step: {lost:#?}").into());
    }
    let (first, second) = (by_place(&first), by_place(&second));
    let undone = |place: &&String| first.contains_key(*place) && second.contains_key(*place);
    let missing = steps
        .keys()
        .filter(|place| !whole.contains_key(*place) && !undone(place));
    let missing: Vec<&String> = missing
        .filter(|place| !renewed(place, &first, &second))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("not in the end: {missing:#?}").into())
    }
}

/// Findings by direction, command and what in it they are about: the last name
/// of the path, whatever it is in.
fn by_place<'f>(
    findings: impl IntoIterator<Item = &'f Finding>,
) -> BTreeMap<String, Vec<&'f Finding>> {
    let mut places: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        for place in all_places(finding) {
            places.entry(place).or_default().push(finding);
        }
    }
    places
}

fn all_places(finding: &Finding) -> Vec<String> {
    let also = finding
        .also
        .iter()
        .map(|place| match place.split_once(": ") {
            Some((target, path)) => (target, path),
            None => (&*finding.target, &**place),
        });
    let all = [(&*finding.target, &*finding.path)].into_iter().chain(also);
    all.map(|(target, path)| {
        let last = path
            .rsplit(['.', '<'])
            .next()
            .unwrap_or(path)
            .trim_end_matches("[]");
        // A value of a tag is told of the tag, or of the case.
        let last = last.split('=').next().unwrap_or(last);
        format!("{} {} {}", finding.direction, plain(target), plain(last))
    })
    .collect()
}

/// The paths of a finding, whatever they are in.
fn all_paths(finding: &Finding) -> impl Iterator<Item = String> {
    let also = finding
        .also
        .iter()
        .map(|place| place.split_once(": ").map_or(&**place, |(_, path)| path));
    [&*finding.path].into_iter().chain(also).map(plain)
}

/// A name or path without the `x-` of what became a promise in between.
fn plain(name: &str) -> String {
    let name = name.strip_prefix("x-").unwrap_or(name);
    name.replace("=x-", "=").to_ascii_lowercase()
}

/// Whether a place is in something that the first step brought, or that the
/// second took away: then the end knows nothing of it.
fn renewed(
    place: &str,
    first: &BTreeMap<String, Vec<&Finding>>,
    second: &BTreeMap<String, Vec<&Finding>>,
) -> bool {
    let of = |places: &BTreeMap<String, Vec<&Finding>>, place: &str| -> Vec<Finding> {
        places
            .get(place)
            .into_iter()
            .flatten()
            .map(|finding| (*finding).clone())
            .collect()
    };
    let inside = |inner: &Finding, outer: &Finding| {
        inner
            .targets
            .iter()
            .any(|target| outer.targets.iter().any(|own| plain(own) == plain(target)))
            && all_paths(inner).any(|path| all_paths(outer).any(|own| path.starts_with(&own)))
    };
    let added = |finding: &&Finding| finding.rule.ends_with("-added");
    let removed = |finding: &&Finding| finding.rule.contains("-removed");
    let brought = first.values().flatten().copied().filter(added);
    let taken: Vec<&Finding> = second.values().flatten().copied().filter(removed).collect();
    let brought: Vec<&Finding> = brought.collect();
    // What is moved as a whole has other paths on both sides of the move.
    let target = place.split(' ').nth(1).unwrap_or_default();
    let moved = format!("request {target} ");
    let both = first.iter().chain(second);
    let mut own = both
        .filter(|(place, _)| place.starts_with(&moved))
        .flat_map(|(_, all)| all);
    if own.any(|finding| finding.rule.starts_with("request-arguments-")) {
        return true;
    }
    let late = of(second, place);
    let early = of(first, place);
    late.iter()
        .any(|finding| brought.iter().any(|outer| inside(finding, outer)))
        || early
            .iter()
            .any(|finding| taken.iter().any(|outer| inside(finding, outer)))
}

/// The case this project was born from, in one place.
fn story() -> Result<(), Failed> {
    let (old, new) = (schema(Series::new(2, 5)), schema(Series::new(2, 11)));
    let between: Vec<Schema> = (6..11).map(|minor| schema(Series::new(2, minor))).collect();
    let between: Vec<&Schema> = between.iter().collect();
    let behaviour = xtask::reports::behaviour().map_err(|failure| failure.to_string())?;
    let report = report(&old, &new, &between, &behaviour);
    let dated = |rule: &str, path: &str| {
        let fits = |finding: &&Finding| {
            (&*finding.target, &*finding.rule, &*finding.path) == ("blockdev-add", rule, path)
        };
        report
            .findings
            .iter()
            .find(fits)
            .and_then(|finding| finding.since)
    };
    let since = Some(Series::new(2, 8));
    assert_eq!(dated("request-arguments-flattened", "options"), since);
    assert_eq!(dated("request-member-removed", "options.id"), since);
    let noted = report
        .behaviour
        .iter()
        .find(|note| note.id == "blockdev-add-root-node-name");
    assert!(noted.is_some_and(|note| note.since == [Series::new(2, 8)]));
    let story = report
        .stories
        .iter()
        .find(|story| story.target == "blockdev-add")
        .unwrap();
    let line = |side: &Option<qapi_codegen::diff::json::Json>| side.as_ref().unwrap().line();
    assert_eq!(
        line(&story.before),
        r#"{ "execute": "blockdev-add", "arguments": { "options": { "driver": "file", "id": "disk0", "filename": "disk.img" } } }"#
    );
    assert_eq!(
        line(&story.after),
        r#"{ "execute": "blockdev-add", "arguments": { "driver": "file", "node-name": "disk0", "filename": "disk.img" } }"#
    );
    Ok(())
}
