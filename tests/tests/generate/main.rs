//! `generate`: bindings of a release that the workspace does not have, and bindings
//! for another crate.

mod dependent;
mod names;
mod new_release;
mod tools;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use tests::qemu::trial;
use tests::shared;

fn main() -> ExitCode {
    if env::var_os(tools::AS_XTASK).is_some() {
        return xtask::main(xtask::Tool::Workspace);
    }
    let arguments = Arguments::from_args();
    let new_release = |shared: PathBuf| new_release::whole_way(&shared);
    let mut trials: Vec<Trial> = vec![trial(
        "new-release",
        shared::shared(),
        shared::is_required(),
        new_release,
    )];
    trials.extend([
        Trial::test("names-of-generated-code", names::compile),
        Trial::test("dependent-crate", dependent::compiles_and_connects),
        Trial::test("stale-module-tree", dependent::stale_files_are_found),
        Trial::test("bad-folder", dependent::bad_folders_are_refused),
    ]);
    libtest_mimic::run(&arguments, trials).exit_code()
}
