//! The tests of each series that has types, with its own types.

use libtest_mimic::Trial;
use qmp_bindings::{Release as _, Series};
use tests::qemu::Emulator;

use super::{Test, trials as all_trials};

/// Compiles the tests with the types of each series.
macro_rules! typed {
    ($($series:ident)*) => {
        $(mod $series {
            use qmp_bindings::$series as types_of_series;

            include!("typed.rs");
        })*

        const TYPED: &[(Series, &[Test])] = &[
            $((qmp_bindings::$series::Release::SERIES, $series::TESTS),)*
        ];
    };
}

typed! {
    v5_2
    v7_2
    v10_0
    v11_1
}

/// Creates the tests of an emulator, if its series has types.
pub fn trials(emulator: &Emulator) -> Vec<Trial> {
    let Some(program) = &emulator.program else {
        // One test stands for all, which fails if the emulator is required.
        return vec![emulator.trial("typed", |_| Ok(()))];
    };
    let version = program.version();
    let found = Series::new(version.major, version.minor);
    match TYPED.iter().find(|(series, _)| *series == found) {
        Some((_, tests)) => all_trials(emulator, tests),
        None => {
            let name = emulator.name;
            eprintln!("{name}: no test has the types of {found}, so only untyped tests run");
            Vec::new()
        }
    }
}
