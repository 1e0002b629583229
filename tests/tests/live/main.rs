//! The clients and the examples with real QEMUs of several releases.

mod clients;
mod examples;
mod series;
mod untyped;

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use libtest_mimic::{Arguments, Trial};
use tests::qemu::{Emulator, Program};

/// A test with the name that it has for each emulator.
type Test = (&'static str, fn(&Program));

fn main() {
    let arguments = Arguments::from_args();
    let mut all = Vec::new();
    for emulator in Program::emulators() {
        all.extend(trials(&emulator, untyped::TESTS));
        all.extend(trials(&emulator, examples::TESTS));
        all.extend(series::trials(&emulator));
        all.extend(clients::trials(&emulator));
        // The release of the client of most tests.
        if emulator.name == PROXIED {
            all.extend(proxied_trials(&emulator));
        }
    }
    all.push(clients::storage_daemon());
    libtest_mimic::run(&arguments, all).exit();
}

/// The emulator with which tests are repeated through `proxy`.
const PROXIED: &str = "trixie";

/// The tests and the examples, through a proxy.
fn proxied_trials(emulator: &Emulator) -> Vec<Trial> {
    let tests = [untyped::TESTS, examples::TESTS].concat();
    let trial = |&(name, test): &Test| {
        let name = format!("behind_a_proxy/{name}");
        emulator.trial(&name, move |program| {
            test(&program.behind_a_proxy());
            Ok(())
        })
    };
    tests.iter().map(trial).collect()
}

fn trials(emulator: &Emulator, tests: &[Test]) -> Vec<Trial> {
    let trial = |&(name, test): &Test| {
        emulator.trial(name, move |program| {
            test(&program);
            Ok(())
        })
    };
    tests.iter().map(trial).collect()
}

/// More time than any command of these tests needs.
const LONG: Duration = Duration::from_secs(30);

const MEBIBYTE: u64 = 1 << 20;

/// Creates an empty image.
fn image(folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    let file = File::create(&path).expect("a file can be created");
    file.set_len(MEBIBYTE).expect("it can grow");
    path.into_os_string().into_string().expect("a path of text")
}
